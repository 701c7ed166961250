# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Methods of each make of service: arguments of every type come back as they were, and wrong ones never leave."""

from __future__ import annotations

import pytest
import wired

ECHO = {"resource_uri": "cimv2/Sandbox_AllTypes", "namespace": "root/cimv2", "method": "Echo"}
PEER = {"resource_uri": "cimv2/Sandbox_AllTypes", "selector_set": {"Id": 2, "__cimnamespace": "root/cimv2"}}
NUMBERS = {"U8": "uint8", "S64": "sint64", "U64": "uint64", "R64": "real64", "Bool": "boolean", "U16s": "uint16[]"}

#: Argument, value, what comes back of it where the schema is known, and where it is not.
VALUES = [
    ("Bool", True, True, "true"),
    ("Bool", "FALSE", False, None),
    ("U8", 255, 255, "255"),
    ("U64", 18446744073709551615, 18446744073709551615, "18446744073709551615"),
    ("S64", "-9223372036854775808", -9223372036854775808, "-9223372036854775808"),
    ("R64", 0.1, 0.1, "0.1"),
    ("R64", "NaN", "NaN", None),
    ("R64", "-INF", "-INF", None),
    ("Char", "x", "x", None),
    ("Char", 120, "x", None),
    ("Text", "a <b> & \"c\" 'd' é€😀", "a <b> & \"c\" 'd' é€😀", None),
    ("Text", 7, "7", "7"),
    ("Text", None, None, None),
    ("Texts", ["one"], ["one"], None),
    ("Texts", "one", ["one"], None),
    ("Texts", ["one", "", "<2>"], ["one", "", "<2>"], None),
    ("U16s", [0, "65535"], [0, 65535], ["0", "65535"]),
    ("U16s", [], None, None),  # no element at all, which is how a parameter is left out
    ("Origin", {"X": 1, "Y": "-2"}, {"X": 1, "Y": -2, "Label": None}, None),
    ("Origins", [{"X": 1, "Y": 2, "Label": "a"}], [{"X": 1, "Y": 2, "Label": "a"}], None),
]


def echo(box, arguments, **more):
    result = box.run("invoke", {**ECHO, "arguments": arguments, "read_only": True, **more})
    assert "failed" not in result, result
    return result


@pytest.mark.parametrize("manner", ["windows", "omi"])
@pytest.mark.parametrize(("name", "value", "typed", "_text"), VALUES)
def test_by_the_schema(manner, name, value, typed, _text):
    box = wired.Box(manner)
    result = echo(box, {name: value})
    assert result["output"].get(name) == typed
    assert type(result["output"].get(name)) is type(typed)
    assert (result["return_value"], result["changed"]) == (0, False)
    again = echo(box, {name: result["output"].get(name)})
    assert again["output"] == result["output"]


@pytest.mark.parametrize("manner", ["windows", "omi"])
def test_times_and_references_come_back_as_they_can_be_given(manner):
    box = wired.Box(manner)
    given = {"Moment": "2024-02-29T12:34:56.123456+01:00", "Peer": PEER}
    first = echo(box, given)["output"]
    assert first["Moment"].startswith("2024-02-29T")
    assert first["Peer"]["selector_set"]["Id"] == "2"
    second = echo(box, {name: first[name] for name in given})["output"]
    assert second == first
    read = box.run("get", {"endpoint_reference": first["Peer"]})
    assert str(read["instance"]["Id"]) == "2"


@pytest.mark.parametrize("manner", ["openwsman", "amt"])
@pytest.mark.parametrize(("name", "value", "_typed", "text"), [row for row in VALUES if row[3] is not None])
def test_without_a_schema_text_stays_text(manner, name, value, _typed, text):
    assert echo(wired.Box(manner), {name: value})["output"][name] == text


@pytest.mark.parametrize("manner", ["openwsman", "amt"])
@pytest.mark.parametrize(("name", "value", "typed", "_text"), [row for row in VALUES if row[0] in NUMBERS])
def test_types_say_it_instead(manner, name, value, typed, _text):
    found = echo(wired.Box(manner), {name: value}, types=NUMBERS)["output"].get(name)
    assert found == typed
    assert type(found) is type(typed)


@pytest.mark.parametrize("manner", ["windows", "omi"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"U8": 256}, "arguments.U8: 256 is not in the range 0 to 255 of uint8"),
        ({"U9": 1}, "arguments.U9: Echo has no such parameter. It takes Bool, U8, "),
        ({"Bool": "perhaps"}, "arguments.Bool: 'perhaps' is no boolean"),
        ({"Origin": {"Z": 1}}, "arguments.Origin.Z"),
        ({"U16s": [1, 65536]}, "arguments.U16s[1]: 65536 is not in the range"),
        ({"Peer": "Id=2"}, "arguments.Peer"),
        ({"Moment": "yesterday"}, "arguments.Moment: 'yesterday'"),
    ],
)
def test_what_is_wrong_is_not_sent(manner, arguments, said):
    box = wired.Box(manner)
    result = box.run("invoke", {**ECHO, "arguments": arguments})
    assert result["msg"].startswith(said)
    assert box.actions == []


@pytest.mark.parametrize("manner", ["windows", "omi", "openwsman", "amt"])
def test_methods_of_instances_and_values_of_their_own(manner):
    box = wired.Box(manner)
    own = {**ECHO, "selector_set": {"Id": 2}, "method": "Increment"}
    for total in (5, 10):
        result = box.run("invoke", {**own, "arguments": {"By": 5}, "expected_return_values": [0]})
        assert (result["changed"], str(result["output"]["U32"])) == (True, str(total))
    full = box.run("invoke", {**own, "arguments": {"By": 4294967295}, "expected_return_values": ["0"]})
    assert "Increment of Sandbox_AllTypes?Id=2 returned 1; expected was 0." in full["msg"]
    spelt = box.run(
        "invoke", {**own, "method": "Spell", "arguments": {"Number": 42}, "expected_return_values": ["four two"]}
    )
    assert spelt["return_value"] == "four two"
