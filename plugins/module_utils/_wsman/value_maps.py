# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names that a schema has for values: the qualifiers ValueMap and Values (DSP0004 5.6.3).

A map has exact values (``2``), ranges (``7..32767``, ``..9``, ``32768..``) and ``..`` for all that is left; values
without a ValueMap are counted from 0. Knows no XML.
"""

from __future__ import annotations

import typing as t

from . import cim
from .instance import Instance
from .schema import Property, Schema

_HEXADECIMAL: t.Final = "0x"


def make(values: t.Sequence[t.Any], value_map: t.Sequence[t.Any] | None, cim_type: str) -> dict[str, str]:
    """The map of the qualifiers *values* and *value_map*; empty where they do not belong together.

    Without a ValueMap only integers are counted: of texts, Values says which there are and no other name.
    """
    if value_map is None:
        value_map = range(len(values)) if cim_type in cim.INTEGER_RANGES else ()
    if len(value_map) != len(values):
        return {}
    return {str(key).strip(): str(name) for key, name in zip(value_map, values, strict=True)}


def names(instance: Instance, schema: Schema | None) -> dict[str, t.Any]:
    """The names of the values of *instance* by property: a list for an array, a dictionary for an embedded instance.

    Only what has a name is there; in a list, what has none is None.
    """
    return {
        name: named
        for name, value in instance.properties.items()
        if schema is not None and (member := schema.find(name)) and (named := _name(value, member))
    }


def _name(value: t.Any, member: Property) -> t.Any:
    """One name, or several, or None."""
    if isinstance(value, list):
        each = [_name(one, member) for one in value]
        return each if any(each) else None
    if isinstance(value, Instance):
        return names(value, member.schema_of(value.class_name))
    return None if value is None or isinstance(value, bool) else _find(member.value_map, value)


def _find(value_map: t.Mapping[str, str], value: t.Any) -> str | None:
    if not value_map:
        return None
    text = str(value).strip()
    if text in value_map:
        return value_map[text]
    number = _number(text)
    for key, name in value_map.items() if number is not None else ():
        if key != ".." and _contains(key, t.cast(int, number)):
            return name
    return value_map.get("..")


def _contains(key: str, number: int) -> bool:
    """Whether *number* is a key in hexadecimal, or in a range, either end of which may be open."""
    low, dots, high = (part.strip() for part in key.partition(".."))
    lowest, highest = _number(low), _number(high)
    if not dots:
        return low[:2].lower() == _HEXADECIMAL and lowest == number
    if (low and lowest is None) or (high and highest is None):
        return False
    return (lowest is None or lowest <= number) and (highest is None or number <= highest)


def _number(text: str) -> int | None:
    try:
        return int(text, 16 if text[:2].lower() == _HEXADECIMAL else 10)
    except ValueError:
        return None
