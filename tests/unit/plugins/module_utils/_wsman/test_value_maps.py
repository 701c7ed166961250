# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import value_maps
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema

#: As CIM_EnabledLogicalElement.EnabledState has it, and what others write.
STATES = {
    "2": "Enabled",
    "3": "Disabled",
    "8..9": "Passing",
    "..-1": "Below",
    "11..32767": "Reserved",
    "40000..0xFFFFFF": "Far",
    "0x8001": "Odd",
}


@pytest.mark.parametrize(
    ("values", "keys", "cim_type", "expected"),
    [
        (["On", "Off"], ["2", "3"], "uint16", {"2": "On", "3": "Off"}),
        (["On", "Off"], [2, " 3 "], "uint16", {"2": "On", "3": "Off"}),
        (["On", "Off"], None, "uint16", {"0": "On", "1": "Off"}),
        (["Auto", "Manual"], None, "string", {}),
        (["Good"], ["OK"], "string", {"OK": "Good"}),
        (["On", "Off"], ["2"], "uint16", {}),
        ([], [], "uint16", {}),
    ],
)
def test_make(values: list[t.Any], keys: list[t.Any] | None, cim_type: str, expected: dict[str, str]) -> None:
    assert value_maps.make(values, keys, cim_type) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2, "Enabled"),
        ("3", "Disabled"),
        (8, "Passing"),
        (9, "Passing"),
        (-5, "Below"),
        (11, "Reserved"),
        (32767, "Reserved"),
        (2**20, "Far"),
        (2**24, None),
        (0x8001, "Odd"),
        ("002", None),
        (10, None),
        (32768, None),
        (None, None),
        (True, None),
        ("many", None),
        ([2, 10, 3], ["Enabled", None, "Disabled"]),
        ([10], None),
        ([], None),
    ],
)
def test_names(value: t.Any, expected: t.Any) -> None:
    schema = Schema("C", {"State": Property("State", "uint16", value_map=STATES), "Other": Property("Other")})
    named = value_maps.names(Instance(properties={"state": value, "Other": "2", "Unknown": "2"}), schema)
    assert named == ({} if expected is None else {"state": expected})


def test_all_that_is_left_has_a_name() -> None:
    schema = Schema("C", {"State": Property("State", "uint16", value_map={"0": "Off", "1..3": "Low", "..": "Else"})})
    found = [value_maps.names(Instance(properties={"State": one}), schema)["State"] for one in (0, 2, 7, "odd")]
    assert value_maps.names(Instance(properties={"State": True}), schema) == {}
    assert found == ["Off", "Low", "Else", "Else"]


def test_embedded_instances_have_names_of_their_own() -> None:
    inner = Schema("D", {"Mode": Property("Mode", "uint8", value_map={"1": "Fast"})})
    asked = []

    def lookup(name: str) -> Schema | None:
        asked.append(name)
        return inner if name == "D" else None

    member = Property("Part", "instance", class_name="B", lookup=lookup)
    schema = Schema("C", {"Part": member, "Parts": Property("Parts", "instance", array=True, lookup=lookup)})
    part, other = Instance("D", properties={"Mode": 1}), Instance("E", properties={"Mode": 1})
    held = Instance(properties={"Part": part, "Parts": [other, part]})
    assert value_maps.names(held, schema) == {"Part": {"Mode": "Fast"}, "Parts": [{}, {"Mode": "Fast"}]}
    assert asked == ["D", "E", "D"]


def test_without_a_schema_nothing_has_a_name() -> None:
    assert value_maps.names(Instance(properties={"State": 2}), None) == {}
