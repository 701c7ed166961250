# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an enumeration returns in each manner of service: some properties alone, rows, several classes, associations."""

from __future__ import annotations

import csv
import dataclasses
import json
import pathlib
import typing as t

import pytest
from in_process import Wired

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.module_utils._wsman import addressing, operations, types_option
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError, WSManFault
from ansible_collections.wsman.automation.plugins.plugin_utils import _enumerating
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._results_file import ResultsFile
from ansible_collections.wsman.automation.plugins.plugin_utils._sinks import Output
from sandbox import manners, names

CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"
ALL = "http://schemas.dmtf.org/wbem/wscim/1/*"
TYPES = CIM + "Sandbox_AllTypes"
MANNERS = ["windows", "omi", "openwsman", "idrac", "amt"]
TYPED = ("windows", "omi")
WITHOUT_WQL = dataclasses.replace(
    manners.OPENWSMAN, dialects=manners.OPENWSMAN.dialects - {names.WQL}
)  # as it says, and is not


def enumerate(connection: Wired, uri: str, *, output: Output | None = None, **options: t.Any) -> dict[str, t.Any]:
    """The result of wsman_enumerate with these options, in root/cimv2."""
    arguments = {name: one.get("default") for name, one in _argspec.enumerate_module().items()}
    target = Target(uri, {"__cimnamespace": "root/cimv2"})
    client = Client(connection, types_option.parse(options.pop("types", "auto")))
    result = _enumerating.enumerate(client, target, {**arguments, **options}, output)
    assert connection.contexts == []
    return result


def write(
    connection: Wired, path: pathlib.Path, uri: str, layout: str = "jsonl", **options: t.Any
) -> tuple[str, dict[str, t.Any]]:
    """The file that is written with these options, and the result that tells of it."""
    with ResultsFile(str(path)) as file:
        result = enumerate(connection, uri, output=Output(file, layout), **options)
    return path.read_text(encoding="utf-8"), result


def queried(connection: Wired) -> bool:
    return any("/WQL" in text for text in connection.sent)


WANTED = ["texts", "Id", "U16s", "Peer", "MOMENT", "Bool"]


@pytest.mark.parametrize("profile", [None, "auto", "generic"])
@pytest.mark.parametrize("manner", MANNERS)
def test_properties_are_the_same_from_the_service_and_out_of_what_it_sends(manner: str, profile: str | None) -> None:
    """A service that takes WQL is asked for no more than these, but not with references; AMT and unknown ones never."""
    asked, picked = Wired(manner, profile=profile), Wired(manner, profile=profile)
    found = enumerate(asked, TYPES, properties=WANTED)
    whole = enumerate(picked, TYPES, properties=WANTED, return_type="object_and_epr")
    assert queried(asked) == (manner != "amt" and profile != "generic")
    assert not queried(picked)
    assert [list(one) for one in found["instances"]] == [["Texts", "Id", "U16s", "Peer", "Moment", "Bool"]] * 4
    for member in ("instances", "class_names", "count", "truncated"):
        assert found[member] == whole[member]
    assert "warnings" not in found and "warnings" not in whole
    first = found["instances"][0]
    assert first["Texts"] == ["one", "two", "", "<four>"]
    assert first["Peer"]["selector_set"]["__cimnamespace"] == "root/cimv2"
    assert (first["Id"], first["U16s"]) == ((1, [0, 65535]) if manner in TYPED else ("1", ["0", "65535"]))
    assert found["instances"][1]["Bool"] is None


@pytest.mark.parametrize("manner", ["omi", "windows"])
def test_an_array_that_holds_nothing_is_told_from_null(manner: str) -> None:
    """Of both the schema says which members are arrays, and the wire which of them are null."""
    asked, whole = Wired(manner), Wired(manner)
    found = enumerate(asked, TYPES, properties=["Id", "Texts"])["instances"]
    assert [one["Texts"] for one in found][1:] == [None, ["alone"], []]
    assert [one["Texts"] for one in enumerate(whole, TYPES)["instances"]][1:] == [None, ["alone"], []]


@pytest.mark.parametrize(
    ("manner", "uri"),
    [("windows", ALL), ("windows", WMI + "*"), ("windows", WMI + "Sandbox_AllTypes"), ("omi", ALL), ("openwsman", ALL)],
)
def test_properties_of_what_a_query_selects(manner: str, uri: str) -> None:
    connection = Wired(manner)
    found = enumerate(connection, uri, filter="select * from sandbox_alltypes where Id > 2", properties=["U8", "Id"])
    assert [list(one) for one in found["instances"]] == [["U8", "Id"]] * 2
    assert "SELECT U8, Id FROM sandbox_alltypes where Id &gt; 2" in connection.sent[-1]
    assert found["class_names"] == ["Sandbox_AllTypes"] * 2


@pytest.mark.parametrize(
    ("manner", "options"),
    [
        ("openwsman", {"filter": "SELECT * FROM Sandbox_AllTypes WHERE Id = 1", "dialect": "cql"}),
        ("openwsman", {"polymorphism": "deep"}),
        ("windows", {"filter": {"Id": 1}}),
        ("windows", {"return_type": "object_and_epr"}),
    ],
)
def test_properties_beside_what_no_query_can_say(manner: str, options: dict[str, t.Any]) -> None:
    connection = Wired(manner)
    found = enumerate(connection, TYPES, properties=["Bool", "Id"], **options)
    assert not queried(connection)
    assert [list(one) for one in found["instances"]] == [["Bool", "Id"]] * found["count"]
    assert found["count"]


def test_a_service_that_refuses_the_query_is_asked_for_all() -> None:
    connection = Wired(WITHOUT_WQL)
    found = enumerate(connection, TYPES, properties=["Id"])
    assert found["instances"] == [{"Id": str(number)} for number in (1, 2, 3, 4)]
    assert connection.actions == ["Enumerate", "Enumerate"]


def test_a_query_of_the_user_is_not_asked_otherwise() -> None:
    with pytest.raises(WSManFault):
        enumerate(Wired(WITHOUT_WQL), TYPES, filter="SELECT * FROM Sandbox_AllTypes", properties=["Id"])


@pytest.mark.parametrize("manner", MANNERS)
def test_an_unknown_property_is_refused_by_the_schema_and_else_warned_of(manner: str) -> None:
    connection = Wired(manner)
    if manner in TYPED:
        with pytest.raises(UsageError, match=r"properties\[1\]: Sandbox_AllTypes has no property Idd") as caught:
            enumerate(connection, TYPES, properties=["Id", "Idd"])
        assert "U16s" in str(caught.value)
        assert connection.sent == []
    else:
        found = enumerate(connection, TYPES, properties=["Id", "Idd"])
        assert found["instances"][0] == {"Id": "1", "Idd": None}
        assert found["warnings"] == ["properties: no instance that was read has Idd."]


def test_types_of_some_members_refuse_no_others() -> None:
    found = enumerate(
        Wired("openwsman"), TYPES, properties=["Texts", "Id", "No"], types={"Id": "uint32", "No": "string"}
    )
    assert found["instances"][2] == {"Texts": "alone", "Id": 3, "No": None}
    assert "has No." in found["warnings"][0]
    found = enumerate(Wired("windows"), ALL, filter="SELECT Id FROM Sandbox_AllTypes", types={"Id": "string"})
    assert (found["instances"][0], found["class_names"][0]) == ({"Id": "1"}, "Sandbox_AllTypes")
    found = enumerate(Wired("windows"), ALL, filter="SELECT Id FROM Sandbox_AllTypes", types="text")
    assert (found["instances"][0], found["class_names"][0]) == ({"Id": "1"}, "Sandbox_AllTypes")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"properties": []}, "names nothing"),
        ({"properties": ["Id"], "return_type": "epr"}, "endpoint references have no properties"),
        ({"properties": ["Id"], "filter": "SELECT Id FROM Sandbox_AllTypes"}, "a list of its own"),
    ],
)
def test_properties_that_contradict(options: dict[str, t.Any], says: str) -> None:
    connection = Wired("windows")
    with pytest.raises(UsageError, match=says):
        enumerate(connection, TYPES, **options)
    assert connection.sent == []


@pytest.mark.parametrize("uri", [ALL, WMI + "*"])
@pytest.mark.parametrize("return_type", ["object", "object_and_epr"])
def test_rows_of_a_query_have_the_types_of_the_class_after_from(uri: str, return_type: str) -> None:
    """Windows' rows are un-namespaced, alphabetical and say no class (wire: txwinrm's captures)."""
    connection = Wired("windows")
    query = "SELECT U64, Bools, Moment, State FROM Sandbox_AllTypes WHERE Id < 4"
    found = enumerate(connection, uri, filter=query, return_type=return_type, value_maps=True)
    first, second, third = found["instances"]
    moment = "2024-02-29T12:34:56.123456+01:00"
    assert first == {"Bools": [True, False], "Moment": moment, "State": 1, "U64": 18446744073709551615}
    assert second == {"Bools": None, "Moment": None, "State": None, "U64": None}
    assert third["Bools"] == [False]
    assert found["value_names"] == [{"State": "Idle"}, {}, {"State": "Busy"}]
    assert found["class_names"] == ["Sandbox_AllTypes"] * 3
    assert len(connection.asked_schemas) == 1


@pytest.mark.parametrize("return_type", ["object", "epr", "object_and_epr"])
@pytest.mark.parametrize("manner", MANNERS)
def test_a_selector_filter_selects_also_where_the_service_takes_no_notice_of_it(manner: str, return_type: str) -> None:
    """OMI sends all instances (wire/omi/43); the limit counts those that are meant."""
    found = enumerate(Wired(manner), TYPES, filter={"Id": 3}, return_type=return_type, limit=1, max_elements=1)
    assert found["count"] == 1
    if return_type != "epr":
        assert [str(one["Id"]) for one in found["instances"]] == ["3"]
    if return_type != "object":
        assert [one["selector_set"]["Id"] for one in found["endpoint_references"]] == ["3"]
    assert ("instances" in found, "endpoint_references" in found) == (return_type != "epr", return_type != "object")
    assert enumerate(Wired(manner), TYPES, filter={"Text": "  SPACES  "}, return_type=return_type)["count"] == 1


SPOOLER = {"resource_uri": "cimv2/Win32_Service", "selector_set": {"Name": "Spooler"}}


@pytest.mark.parametrize("dialect", [None, "association", names.ASSOCIATION_FILTER.replace("/a", "/A")])
@pytest.mark.parametrize("manner", MANNERS)
def test_associated_instances_of_several_classes(manner: str, dialect: str | None) -> None:
    connection = Wired(manner)
    found = enumerate(connection, ALL, association={"object": SPOOLER}, dialect=dialect, return_type="object_and_epr")
    assert found["class_names"] == ["Win32_Service", "Win32_Service", "Win32_ComputerSystem"]
    assert [one["Name"] for one in found["instances"]] == ["RpcSs", "HTTP", "SANDBOX"]
    assert found["instances"][0]["Started"] == (True if manner in TYPED else "true")
    assert len(connection.asked_schemas) == (2 if manner in TYPED else 0)
    assert 'Dialect="http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"' in connection.sent[0]
    check_references(connection, found["endpoint_references"])


@pytest.mark.parametrize("manner", MANNERS)
def test_associations_themselves_with_references_that_can_be_used(manner: str) -> None:
    connection = Wired(manner)
    wanted = {"object": SPOOLER, "mode": "association_instances", "role": "Dependent"}
    found = enumerate(connection, ALL, association=wanted, return_type="object_and_epr")
    assert found["class_names"] == ["Win32_DependentService"] * 2
    ends = [one[name] for one in found["instances"] for name in ("Antecedent", "Dependent")]
    assert [one["selector_set"]["Name"] for one in ends] == ["RpcSs", "Spooler", "HTTP", "Spooler"]
    check_references(connection, [*ends, *found["endpoint_references"]])


def check_references(connection: Wired, references: list[dict[str, t.Any]]) -> None:
    """Each is complete, and goes back unchanged."""
    for one in references:
        assert one["selector_set"]["__cimnamespace"] == "root/cimv2"
        reference = EndpointReference.from_plain(one)
        target = Target(reference.resource_uri or "", reference.selector_set)
        assert operations.read_get(Client(connection).execute(operations.get(target))) is not None
        assert addressing.complete(reference, target).to_plain() == one


FILED: list[dict[str, t.Any]] = [
    {},
    {"properties": WANTED},
    {"properties": WANTED, "return_type": "object_and_epr"},
    {"return_type": "epr"},
    {"return_type": "object_and_epr", "value_maps": True},
    {"filter": {"Id": 3}, "value_maps": True},
    {"limit": 3},
]


@pytest.mark.parametrize("options", FILED)
@pytest.mark.parametrize("profile", [None, "auto"])
@pytest.mark.parametrize("manner", MANNERS)
def test_a_file_holds_what_a_result_holds(
    manner: str, profile: str | None, options: dict[str, t.Any], tmp_path: pathlib.Path
) -> None:
    listed = enumerate(Wired(manner, profile=profile), TYPES, **options, max_elements=1)
    text, told = write(Wired(manner, profile=profile), tmp_path / "rows", TYPES, **options, max_elements=1)
    assert {name: told[name] for name in ("count", "truncated", "recovered")} == {
        name: listed[name] for name in ("count", "truncated", "recovered")
    }
    records = [json.loads(line) for line in text.splitlines()]
    assert len(records) == listed["count"] > 0
    if options.get("return_type") == "epr":
        assert records == listed["endpoint_references"]
    elif "return_type" in options or "value_maps" in options:
        assert [one["instance"] for one in records] == listed["instances"]
        assert [one["class_name"] for one in records] == listed["class_names"]
        assert [one.get("endpoint_reference") for one in records] == listed.get(
            "endpoint_references", [None] * len(records)
        )
        assert [one["value_names"] for one in records if "value_names" in one] == listed.get("value_names", [])
    else:
        assert records == listed["instances"]
        assert [list(one) for one in records] == [list(one) for one in listed["instances"]]


@pytest.mark.parametrize("manner", ["windows", "omi", "openwsman"])
def test_associated_instances_of_several_classes_in_a_file(manner: str, tmp_path: pathlib.Path) -> None:
    """Their classes are not known before; OMI is asked once nothing is open, as after the last answer."""
    asked = {"association": {"object": SPOOLER}, "max_elements": 1}
    connection = Wired(manner)
    text, told = write(connection, tmp_path / "rows", ALL, **asked)
    assert [json.loads(line) for line in text.splitlines()] == enumerate(Wired(manner), ALL, **asked)["instances"]
    assert (told["count"], told["recovered"]) == (3, [])
    assert connection.actions.count("Enumerate") == (2 if manner == "omi" else 1)
    with pytest.raises(UsageError, match="^properties: .*an instance has "):
        write(Wired(manner), tmp_path / "table", ALL, "csv", **asked)
    names = ["Name", "Started"]
    text, _told = write(Wired(manner), tmp_path / "table", ALL, "csv", **asked, properties=names)
    assert [one["Name"] for one in csv.DictReader(text.splitlines())] == ["RpcSs", "HTTP", "SANDBOX"]


@pytest.mark.parametrize("manner", MANNERS)
def test_pulls_are_sent_ahead_and_everything_is_the_same(manner: str, tmp_path: pathlib.Path) -> None:
    """Openwsman says of the last answer that it is, so that nothing is asked beyond it."""
    uri = CIM + "Sandbox_Number"
    connection = Wired(manner)
    text, told = write(connection, tmp_path / "rows", uri)
    numbers = [int(json.loads(line)["Number"]) for line in text.splitlines()]
    assert numbers == list(range(numbers[0], numbers[0] + 10_000))
    assert told["count"] == 10_000
    pulls = connection.actions.count("Pull")
    assert connection.actions == ["Enumerate", *["Pull"] * pulls]
    assert connection.ahead >= pulls - 1 > 0
    assert pulls < 100, "the batch has not grown"
    exact = Wired(manner)
    assert enumerate(exact, uri, max_elements=1000)["count"] == 10_000
    assert exact.actions.count("Pull") >= 9
