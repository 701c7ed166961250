# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of which it is known what JSON lacks are shown alike, however their properties are spelled in the end."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import datetimes
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.plugin_utils._rows import Row
from ansible_collections.wsman.automation.plugins.plugin_utils._sinks import Lists, Output, Records, View

TIME = datetimes.parse("2024-02-29T10:20:30Z")
SHOWN = {"When": "2024-02-29T10:20:30Z", "Name": "a"}


def spelled(name: str) -> Row:
    read = Instance("C", None, {name: TIME, "Name": "a"})
    return Row(read, "C", None, None, frozenset({name}))


def rows() -> list[Row]:
    """The last one says how a property is spelled, or the first one."""
    return [spelled("When"), spelled("when"), Row(Instance("C", None, {"When": TIME, "Name": "a", "X": 1}), "C", None)]


@pytest.mark.parametrize("names", [["when", "name"], ["When", "Name"]])
def test_lists(names):
    sink = Lists(View(True, names, False, False))
    sink.begin(t.cast(t.Any, object()))
    sink.take(rows())
    assert sink.finish()["instances"] == [SHOWN] * 3


@pytest.mark.parametrize("layout", ["jsonl", "json", "csv"])
def test_records(layout):
    sink = Records(View(True, ["when", "name"], False, False), Output(t.cast(t.Any, _File()), layout))
    sink.begin(None)
    sink.take(rows())
    sink.finish()
    assert _File.text.count("2024-02-29T10:20:30Z") == 3


class _File:
    """Keeps what is written."""

    text = ""

    def restart(self) -> None:
        type(self).text = ""

    def write(self, data: bytes) -> None:
        type(self).text += data.decode()

    def finish(self) -> t.Any:
        return t.cast(t.Any, type("Written", (), {"size": 0, "checksum": "", "changed": True, "diff": None}))
