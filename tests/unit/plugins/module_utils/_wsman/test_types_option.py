# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import instance, types_option, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema

SCHEMA = Schema(
    "C",
    {
        "Id": Property("Id", "uint32", key=True, minimum=1),
        "Peer": Property("Peer", "reference", class_name="D"),
        "State": Property("State", "uint16", value_map={"1": "On"}),
    },
    closed=True,
    lists_empty=True,
)


@pytest.mark.parametrize(
    ("value", "mode", "members"),
    [
        (None, "auto", {}),
        ("auto", "auto", {}),
        (" AUTO ", "auto", {}),
        ("Text", "text", {}),
        ({}, "auto", {}),
        ({"A": "uint16"}, "auto", {"A": ("uint16", False)}),
        ({"A": "UInt16 []", " B ": "bool"}, "auto", {"A": ("uint16", True), "B": ("boolean", False)}),
        ({"A": "interval", "B": "str[]"}, "auto", {"A": ("datetime", False), "B": ("string", True)}),
        ({"A": "reference", "B": "instance[]"}, "auto", {"A": ("reference", False), "B": ("instance", True)}),
        (' {"A": "char16"}', "auto", {"A": ("char16", False)}),
    ],
)
def test_parse(value: t.Any, mode: str, members: dict[str, tuple[str, bool]]) -> None:
    types = types_option.parse(value)
    assert types.mode == mode
    assert {name: (one.type, one.array) for name, one in types.members.items()} == members
    assert types.asks is (mode != "text")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("auto ish", "types: 'auto ish' is none of its values. Give auto, text, or a dictionary of names and types."),
        (7, "types: 7 is none of its values."),
        ([], "types: [] is none of its values."),
        (True, "types: True is none of its values."),
        ("{A: uint16}", 'types: it begins like a dictionary and is no JSON text. Write {"State": "uint16"}.'),
        ({"A": "uint17"}, "types.A: 'uint17' is no type. There are boolean, char16, datetime, "),
        ({"A": None}, "types.A: None is no type."),
        ({"A": ["uint16"]}, "types.A: ['uint16'] is no type."),
        ({1: "uint16"}, "types: 1 is no name of a member."),
        ({" ": "uint16"}, "types: ' ' is no name of a member."),
        ({"Part.Size": "uint16"}, "types: 'Part.Size' is no name of a member."),
    ],
)
def test_what_cannot_be_understood_is_refused(value: t.Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        types_option.parse(value)
    assert str(caught.value).startswith(message)


def test_the_option_is_named_as_it_was_given() -> None:
    with pytest.raises(UsageError, match="ansible_wsman_types.A: 'x' is no type"):
        types_option.parse({"A": "x"}, "ansible_wsman_types")


def test_auto_leaves_everything_to_the_schema() -> None:
    assert types_option.AUTO.overlay(SCHEMA) is SCHEMA
    assert types_option.AUTO.overlay(None) is None


def test_text_is_text_whatever_is_known() -> None:
    assert types_option.TEXT.overlay(SCHEMA) is None


def test_a_member_that_is_named_has_that_type_and_the_rest_that_of_the_schema() -> None:
    overlaid = types_option.parse({"state": "string", "Peer": "string", "ID": "uint32", "New": "uint8[]"}).overlay(
        SCHEMA
    )
    assert overlaid is not None
    assert {name: (one.type, one.array) for name, one in overlaid.properties.items()} == {
        "Id": ("uint32", False),
        "Peer": ("string", False),
        "State": ("string", False),
        "New": ("uint8", True),
    }
    assert overlaid.keys == ("Id",)
    assert overlaid.properties["Id"].minimum == 1
    assert overlaid.properties["Peer"].class_name is None
    assert overlaid.closed and overlaid.lists_empty and overlaid.find("other") is None


def test_another_type_has_no_limits_and_no_members_of_the_old_one() -> None:
    inner = Schema("Part", {"A": Property("A")})
    members = {
        "Size": Property("Size", "uint16", minimum=1, maximum=9),
        "Part": Property("Part", "instance", members=inner),
        "Peer": Property("Peer", "reference", class_name="Thing"),
    }
    schema = Schema("Whole", members)
    other = types_option.parse({"Size": "uint32", "Part": "string", "Peer": "string"}).overlay(schema)
    assert other is not None
    assert [(one.minimum, one.maximum, one.members, one.class_name) for one in other.properties.values()] == [
        (None, None, None, None)
    ] * 3
    same = types_option.parse({"Size": "uint16[]", "Part": "instance[]", "Peer": "reference[]"}).overlay(schema)
    assert same is not None
    assert [one.array for one in same.properties.values()] == [True] * 3
    assert [(one.maximum, one.members, one.class_name) for one in same.properties.values()] == [
        (9, None, None),
        (None, inner, None),
        (None, None, "Thing"),
    ]


def test_without_a_schema_it_is_all_that_is_known() -> None:
    """What Openwsman, iDRAC and AMT leave open (design.md §4)."""
    schema = types_option.parse({"Words": "string[]", "Level": "uint8", "When": "datetime", "On": "boolean"}).overlay(
        None
    )
    assert schema is not None and not schema.closed and not schema.lists_empty
    text = "<C><Words>a</Words><Level>007</Level><When>20240229123456.000000+000</When><On>TRUE</On><Else>1</Else></C>"
    read = instance.from_element(xml.load(text.encode()), schema)
    assert read.properties["Words"] == ["a"]
    assert (read.properties["Level"], read.properties["On"], read.properties["Else"]) == (7, True, "1")
    assert read.properties["When"].to_iso() == "2024-02-29T12:34:56.000000Z"  # type: ignore[union-attr]
    assert "Missing" not in read.properties
