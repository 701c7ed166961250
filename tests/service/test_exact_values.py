# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of every type from each kind of service, exact where there is a schema or the option types stands for one."""

from __future__ import annotations

import typing as t

import pytest
from wired import Box, Result

URI = "cimv2/Sandbox_AllTypes"
FULL_URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Sandbox_AllTypes"
ARGUMENTS: Result = {"resource_uri": URI, "namespace": "root/cimv2"}
#: What the class says, for services that do not.
TYPES = {
    "Id": "uint32", "Bool": "boolean", "U8": "uint8", "S8": "sint8", "U16": "uint16", "S16": "sint16",
    "U32": "uint32", "S32": "sint32", "U64": "uint64", "S64": "sint64", "R32": "real32", "R64": "real64",
    "Char": "char16", "Text": "string", "Moment": "datetime", "Span": "datetime", "Octets": "octetstring",
    "Peer": "reference", "Origin": "instance", "Bools": "boolean[]", "U8s": "uint8[]", "U64s": "uint64[]",
    "R64s": "real64[]", "Chars": "char16[]", "Texts": "string[]", "Moments": "datetime[]", "Peers": "reference[]",
    "State": "uint16",
}  # fmt: skip


def reference(key: str) -> Result:
    return {
        "address": "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
        "resource_uri": FULL_URI,
        "selector_set": {"Id": key, "__cimnamespace": "root/cimv2"},
    }


#: Members by instance, the same from every service; the fraction of a second is as the service writes it.
EXPECTED: dict[int, Result] = {
    1: {
        "Id": 1,
        "Bool": True,
        "U8": 255,
        "S8": -128,
        "U16": 65535,
        "S16": -32768,
        "U32": 4294967295,
        "S32": -2147483648,
        "U64": 18446744073709551615,
        "S64": -9223372036854775808,
        "R64": 64.6464,
        "Char": "A",
        "Text": "a <b> & \"c\" 'd' é€😀",
        "Moment": "2024-02-29T12:34:56.123456+01:00",
        "Span": "P2DT3H4M5.000006S",
        "Octets": "AAAAB0FCQw==",
        "Peer": reference("2"),
        "Bools": [True, False],
        "U8s": [0, 255],
        "U64s": [0, 18446744073709551615],
        "R64s": [0.1, -22500000000.0],
        "Chars": ["x", "y"],
        "Texts": ["one", "two", "", "<four>"],
        "Peers": [reference("2"), reference("3")],
        "State": 1,
    },
    3: {
        "Bool": False,
        "U8": 0,
        "Text": "  spaces  ",
        "Char": "7",
        "Bools": [False],
        "U8s": [7],
        "U64s": [18446744073709551615],
        "Texts": ["alone"],
        "Peers": [reference("1")],
        "Octets": "AAAABA==",
    },
}


@pytest.fixture(params=["windows", "omi", "openwsman"])
def box(request: pytest.FixtureRequest) -> Box:
    return Box(request.param)


def types_for(box: Box) -> Result:
    return {"types": TYPES} if box.manner == "openwsman" else {}


def get(box: Box, key: int, **given: t.Any) -> Result:
    result = box.run("get", {**ARGUMENTS, **types_for(box), "selector_set": {"Id": key}, **given})
    assert not result.get("failed"), result
    return result


@pytest.mark.parametrize("key", EXPECTED)
def test_of_one_instance(box: Box, key: int) -> None:
    held = get(box, key)["instance"]
    assert {name: held[name] for name in EXPECTED[key]} == EXPECTED[key]
    assert {name: type(held[name]) for name in EXPECTED[key]} == {
        name: type(one) for name, one in EXPECTED[key].items()
    }
    assert held["Moments"][0] in ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000000Z")


def test_of_rows_are_those_of_single_instances(box: Box) -> None:
    rows = box.run("enumerate", {**ARGUMENTS, **types_for(box)})
    assert [row["Id"] for row in rows["instances"]] == [1, 2, 3, 4]
    for row in rows["instances"]:
        assert row == get(box, row["Id"])["instance"]


def test_members_of_embedded_instances_have_the_types_of_their_class(box: Box) -> None:
    origin, origins = (get(box, 1)["instance"][name] for name in ("Origin", "Origins"))
    if box.manner == "openwsman":
        assert origin == {"X": "1", "Y": "-2", "Label": "one"}
        return
    assert origin == {"X": 1, "Y": -2, "Label": "one"}
    assert origins[0] == {"X": 1, "Y": 1, "Label": None}
    # The class of the second is a subclass, whose schema live OMI does not have of every class.
    assert origins[1]["Width"] == ("9" if box.manner == "omi" else 9)


@pytest.mark.parametrize("manner", ["windows", "omi"])
def test_null_is_no_empty_list(manner: str) -> None:
    box = Box(manner)
    arrays = ("Bools", "U16s", "Texts", "Moments", "Peers", "Origins")
    assert {name: get(box, 2)["instance"][name] for name in arrays} == dict.fromkeys(arrays)
    assert {name: get(box, 4)["instance"][name] for name in arrays} == {name: [] for name in arrays}


def test_openwsman_leaves_open_what_is_absent() -> None:
    held = Box("openwsman").run("get", {**ARGUMENTS, "types": TYPES, "selector_set": {"Id": 4}})["instance"]
    assert "Texts" not in held and held["Text"] == ""


@pytest.mark.parametrize(
    ("option", "expected"), [({}, "alone"), ({"types": "text"}, "alone"), ({"types": {"Texts": "string[]"}}, ["alone"])]
)
def test_text_stays_text_without_a_schema(option: Result, expected: t.Any) -> None:
    held = Box("openwsman").run("get", {**ARGUMENTS, **option, "selector_set": {"Id": 3}})["instance"]
    assert (held["U64s"], held["Texts"]) == ("18446744073709551615", expected)


@pytest.mark.parametrize("key", [1, 2, 3, 4])
def test_what_was_read_is_what_is_wanted(box: Box, key: int) -> None:
    """``put(get(x))`` sends no Put, whichever of null, empty and absent the service knows."""
    held = get(box, key)["instance"]
    result = box.run("put", {**ARGUMENTS, **types_for(box), "selector_set": {"Id": key}, "properties": held})
    assert result["changed"] is False, result
    assert "Put" not in box.actions


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("U16", 70000, "70000 is not in the range 0 to 65535 of uint16."),
        ("U8s", [1, 256], "256 is not in the range 0 to 255 of uint8."),
        ("U64", 2**64, f"{2**64} is not in the range 0 to {2**64 - 1} of uint64."),
        ("Bool", "maybe", "'maybe' is no boolean (true or false)."),
        ("Char", "ab", "'ab' is no char16 (one character)."),
        ("Octets", "!", "'!' is no octetstring (base64 text or a list of numbers from 0 to 255)."),
        ("Moment", "soon", "'soon' is neither a datetime nor an interval (ISO 8601 or the 25 characters of CIM)."),
        ("R32", 1e300, "1e+300 is out of the range of real32."),
        ("Text", ["a", "b"], "it takes one string, not a list."),
        ("Origin", 5, "it takes a dictionary of Sandbox_Point."),
        ("Peer", "x", "an endpoint reference is a dictionary"),
        ("Nope", 1, "Sandbox_AllTypes has no such member. It has Id, Bool, U8, "),
    ],
)
@pytest.mark.parametrize("manner", ["windows", "omi"])
def test_a_wrong_value_is_refused_before_it_is_sent(manner: str, name: str, value: t.Any, message: str) -> None:
    box = Box(manner)
    result = box.run("put", {**ARGUMENTS, "selector_set": {"Id": 1}, "properties": {name: value}})
    assert result["failed"] is True
    assert result["msg"].startswith(f"properties.{name}") and message in result["msg"]
    assert "Put" not in box.actions


@pytest.mark.parametrize("manner", ["windows", "omi"])
@pytest.mark.parametrize(
    ("value", "path"), [({"X": 2**31, "Y": 0}, "Origin.X"), ({"Z": 1}, "Origin.Z"), ([{"X": "a"}], "Origins[0].X")]
)
def test_so_is_one_inside_an_embedded_instance(manner: str, value: t.Any, path: str) -> None:
    box = Box(manner)
    wanted = {"Origins" if isinstance(value, list) else "Origin": value}
    result = box.run("put", {**ARGUMENTS, "selector_set": {"Id": 3}, "properties": wanted})
    assert result["msg"].startswith(f"properties.{path}: ")
    assert "Put" not in box.actions


@pytest.mark.parametrize("manner", ["windows", "omi"])
def test_every_type_can_be_written_and_reads_back_as_it_was_wanted(manner: str) -> None:
    box = Box(manner)
    wanted = {
        "Bool": "TRUE",
        "U64": str(2**64 - 1),
        "S64": -(2**63),
        "R32": "inf",
        "R64": "-nan",
        "R64s": ["-INF", 1],
        "Char": "Z",
        "Chars": ["9", "\t"],
        "Octets": [1, 2, 255],
        "Moment": "2026-01-01T00:00:00+01:00",
        "Span": "P1DT2H",
        "Bools": True,
        "Texts": ["only"],
        "Peer": {"resource_uri": URI, "selector_set": {"Id": 2}},
        "Origin": {"X": "5", "Y": 6, "Label": "q"},
        "Origins": [{"X": 1, "Y": 2, "Label": None}],
        "U8s": None,
    }
    put = {**ARGUMENTS, "selector_set": {"Id": 3}, "properties": wanted}
    first = box.run("put", put)
    assert (first.get("msg"), first["changed"], first["verified"]) == (None, True, True)
    held = first["instance"]
    assert {name: held[name] for name in ("Bool", "U64", "S64", "R32", "R64", "R64s", "Char", "Chars", "Octets")} == {
        "Bool": True,
        "U64": 2**64 - 1,
        "S64": -(2**63),
        "R32": "INF",
        "R64": "NaN",
        "R64s": ["-INF", 1.0],
        "Char": "Z",
        "Chars": ["9", "\t"],
        "Octets": "AQL/",
    }
    assert (held["Bools"], held["Texts"], held["Origin"]) == ([True], ["only"], {"X": 5, "Y": 6, "Label": "q"})
    assert box.run("put", put)["changed"] is False


def test_names_are_added_where_the_schema_has_them() -> None:
    box = Box("windows")
    assert get(box, 1, value_maps=True)["value_names"] == {"State": "Idle"}
    rows = box.run("enumerate", {**ARGUMENTS, "value_maps": True})
    assert rows["value_names"] == [{"State": "Idle"}, {}, {"State": "Busy"}, {"State": "Off"}]
    assert get(Box("omi"), 1, value_maps=True)["value_names"] == {}


def test_the_classes_of_windows() -> None:
    result = Box("windows").run("schema", {"namespace": "root/cimv2"})
    assert {"CIM_Service", "Win32_Service", "Sandbox_AllTypes"} <= set(result["class_names"])
    assert result["count"] == len(result["class_names"]) == len(set(result["class_names"]))


@pytest.mark.parametrize("manner", ["omi", "openwsman", "idrac", "amt"])
def test_nobody_else_lists_classes(manner: str) -> None:
    result = Box(manner).run("schema", {"namespace": "root/cimv2"})
    assert result["msg"].startswith("class_name: this service does not list classes.")


@pytest.mark.parametrize(("manner", "asked"), [("windows", 1), ("omi", 1), ("openwsman", 0), ("amt", 0)])
def test_what_a_schema_costs_in_a_run(manner: str, asked: int) -> None:
    """One request for each class; none where the answers already say that the service has none."""
    box, sent = Box(manner), []
    for _task in range(3):
        box.run("get", {**ARGUMENTS, "selector_set": {"Id": 2}})
        sent.append(box.requests)
    assert sent == [asked + 1, 1, 1]
