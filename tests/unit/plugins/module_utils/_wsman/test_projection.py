# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Some properties in place of all: the query for them, what is refused, and the same taken out of what came."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import filters, projection, uris
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"
SCHEMA = Schema("X", {name: Property(name) for name in ("Name", "State")} | {"Words": Property("Words", array=True)})


@pytest.mark.parametrize(
    ("names", "filter_", "uri", "query"),
    [
        (["Name"], None, WMI + "X", "SELECT Name FROM X"),
        (["State", "Name"], None, WMI + "X", "SELECT State, Name FROM X"),
        (["Name"], "SELECT * FROM X", WMI + "*", "SELECT Name FROM X"),
        (["Name", "B"], "select  *\n from X where A = '* from'", WMI + "*", "SELECT Name, B FROM X where A = '* from'"),
        (["Name"], "SELECT*FROM X", WMI + "*", "SELECT Name FROM X"),
        # there is no such query
        (["Name"], None, WMI + "*", None),
        (["Name"], None, uris.NS_CONFIG + "/listener", None),
        (["Name"], "ASSOCIATORS OF {X='1'}", WMI + "*", None),
        (["Name"], {"State": "Running"}, WMI + "X", None),
        (["@Name"], None, WMI + "X", None),
        (["Größe"], None, WMI + "X", None),
        (["Group"], None, WMI + "X", None),
        (["Name from Y where"], None, WMI + "X", None),
    ],
)
def test_the_query(names, filter_, uri, query):
    found = projection.select(names, filters.from_plain(filter_), uri)
    assert (found and found.content) == query
    assert found is None or found.dialect == uris.DIALECT_WQL


def test_a_query_in_another_language_is_left_alone():
    assert projection.select(["Name"], filters.from_plain("SELECT * FROM X", "cql"), WMI + "*") is None
    chosen = filters.from_plain("SELECT Name FROM X", "cql")
    assert (projection.row_class(chosen), projection.has_list(chosen)) == ("X", True)
    chosen = filters.from_plain("SELECT Name FROM X", "xpath")
    assert (projection.row_class(chosen), projection.has_list(chosen)) == (None, False)


@pytest.mark.parametrize(
    ("query", "name", "listed"),
    [
        ("SELECT Name FROM Win32_Service", "Win32_Service", True),
        ("select\n*\nfrom win32_service where a = 1", "win32_service", False),
        ("SELECT Valid_from, x FROM Y", "Y", True),
        ("ASSOCIATORS OF {X='1'} WHERE ResultClass = Y", None, False),
    ],
)
def test_the_class_of_rows(query, name, listed):
    chosen = filters.from_plain(query)
    assert projection.row_class(chosen) == name
    assert projection.has_list(chosen) is listed
    assert projection.row_class(None) is None


@pytest.mark.parametrize(
    ("names", "filter_", "option", "says"),
    [
        ([], None, "properties", "names nothing"),
        (["A", " "], None, "properties", "names nothing"),
        (["Name"], "SELECT Name, State FROM X", "properties", "list of its own"),
        (["Name", "Sate"], None, "properties[1]", "X has no property Sate. There are Name, State, Words."),
    ],
)
def test_refused(names, filter_, option, says):
    with pytest.raises(UsageError) as caught:
        projection.check(names, filters.from_plain(filter_), SCHEMA)
    assert caught.value.option == option
    assert says in str(caught.value)


def test_each_name_once():
    assert projection.check(["Name", "STATE", "name", "State", "@Uri"], None, SCHEMA) == ["Name", "STATE", "@Uri"]
    assert projection.check(["Anything"], None, None) == ["Anything"]


def test_the_same_is_taken_out_of_what_came():
    rows = [
        Instance("X", properties={"Name": "a", "State": None, "More": "1"}),
        Instance("X", properties={"Name": "b"}),
        Instance("X", properties={"More": "2"}),
    ]
    spelled = projection.spellings(rows)
    found = [projection.reduce(row, ["state", "NAME", "Words", "Other"], SCHEMA, spelled) for row in rows]
    assert [list(one.items()) for one in found] == [
        [("State", None), ("Name", "a"), ("Words", None), ("Other", None)],
        [("State", None), ("Name", "b"), ("Words", None), ("Other", None)],
        [("State", None), ("Name", None), ("Words", None), ("Other", None)],
    ]


@pytest.mark.parametrize(("empty", "value"), [(True, []), (False, None)])
def test_an_array_that_is_left_out(empty, value):
    schema = Schema("X", SCHEMA.properties, lists_empty=empty)
    assert projection.reduce(Instance("X"), ["words"], schema, {}) == {"Words": value}
