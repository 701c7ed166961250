# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records as text: every value comes back as it was."""

from __future__ import annotations

import csv
import io
import json

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils._results_format import Document, Lines, Table

RECORDS = [
    {"Name": "a", "Big": 18446744073709551615, "Small": -9223372036854775808, "Is": True},
    {"Name": 'with "quotes", and\r\nlines\u2028', "Big": None, "Small": 0.1, "Is": False},
    {"Name": "ünï \U0001f600 \x7f", "Big": [1, None, "x,y"], "Small": {"selector_set": {"K": "v"}}, "Is": None},
    {"Name": "", "Big": "NaN", "Small": "INF", "Is": []},
]


def text_of(form, *batches):
    return "".join([*(form.format(one) for one in batches), form.end()])


@pytest.mark.parametrize("batches", [[RECORDS], [RECORDS[:1], [], RECORDS[1:]], [[one] for one in RECORDS]])
def test_json(batches):
    lines = text_of(Lines(), *batches)
    assert [json.loads(one) for one in lines.split("\n")[:-1]] == RECORDS
    document = text_of(Document(), *batches)
    assert json.loads(document) == RECORDS
    assert len(document.split("\n")) == len(RECORDS) + 3


def test_nothing():
    assert (text_of(Lines(), []), text_of(Document(), []), text_of(Table(), [])) == ("", "[]\n", "")
    assert text_of(Table(["A", "B"]), []) == "A,B\n"


@pytest.mark.parametrize("batches", [[RECORDS], [RECORDS[:1], RECORDS[1:]]])
def test_csv(batches):
    text = text_of(Table(first=batches[0]), *batches)
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert rows[0] == ["Name", "Big", "Small", "Is"]
    assert rows[1] == ["a", "18446744073709551615", "-9223372036854775808", "true"]
    assert rows[2] == [RECORDS[1]["Name"], "", "0.1", "false"]
    assert rows[3][0] == RECORDS[2]["Name"]
    assert [json.loads(one) for one in rows[3][1:3]] == [[1, None, "x,y"], {"selector_set": {"K": "v"}}]
    assert rows[4] == ["", "NaN", "INF", "[]"]
    assert text.count("\n") == 6 and text.endswith('"",NaN,INF,[]\n')


def test_columns():
    table = Table(["B", "A"], ["last"], [{"C": 1, "A": 2, "last": 3}])
    assert table.format([{"C": 1, "A": 2, "last": 3}, {"B": None}]) == "B,A,C,last\n,2,1,3\n,,,\n"


def test_a_line_of_one_null_is_no_blank_line():
    assert Table(["A"]).format([{"A": None}, {"A": ""}]) == 'A\n""\n""\n'


def test_a_column_that_comes_too_late():
    table = Table(first=[{"A": 1}])
    table.format([{"A": 1}])
    with pytest.raises(UsageError, match="^properties: .*an instance has B, .*Name the columns there"):
        table.format([{"A": 1}, {"A": 2, "B": 3}])
