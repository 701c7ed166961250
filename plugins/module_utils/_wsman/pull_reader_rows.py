# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of one kind, read by a plan that is made once: what ``instance.from_element`` does, in a third of its time.

The plan is for what nearly all rows are: properties with a text, nil, or something nested, and nothing that is data
around them. Any other row is given to ``instance.from_element``, whose values these are in every case.
"""

from __future__ import annotations

import sys
import typing as t
from xml.etree.ElementTree import Element

from . import cim, instance, xml
from .instance import Instance, Value
from .schema import Property, Schema

#: How deep a row stands: below Envelope, Body, the answer and Items.
DEPTH: t.Final = 4

_NIL: t.Final = {instance.NIL: "true"}


class _Irregular(Exception):
    """The plan does not fit the row."""


class _Readings(t.Protocol):
    """The value of a property by its text, which is None where it is empty."""

    def __getitem__(self, text: str | None, /) -> Value: ...


#: The name of a property, how to read its text (None: as it is), and what is known of it.
_Column: t.TypeAlias = "tuple[str, _Readings | None, Property | None]"


class Kind:
    """All rows with one tag and one ``xsi:type``, and so of one *schema*."""

    def __init__(self, tag: str, schema: Schema | None) -> None:
        self.schema = schema
        self._columns = _Columns(schema)
        self._class = (None, None) if tag == instance.XML_FRAGMENT else xml.split(tag)[::-1]

    def read(self, row: Element) -> Instance:
        """The instance that *row* is. ProtocolError where it is nested too deep."""
        try:
            return self._read(row)
        except _Irregular:
            xml.check_depth(row, DEPTH)
            return instance.from_element(row, self.schema)

    def _read(self, row: Element) -> Instance:
        _refuse_data(row)
        columns = self._columns
        columns.begin()
        read = Instance(*self._class)
        properties = read.properties
        for child in row:
            name, readings, member = columns[child.tag]
            if child.keys() or len(child):
                plain_nil = child.attrib == _NIL and not len(child)
                properties[name] = None if plain_nil else _read_nested(read, child, name, member)
            elif readings is None:
                properties[name] = child.text or ""
            else:
                properties[name] = readings[child.text]
            tail = child.tail
            if tail and not tail.isspace():
                raise _Irregular
        if len(properties) != len(row):
            columns.refuse_repeated(len(row) - len(properties))
        return read


class _Columns(dict[str, _Column]):
    """The columns by tag, made where the first row has them."""

    def __init__(self, schema: Schema | None) -> None:
        self._schema = schema
        self._arrays: list[_Items] = []

    def __missing__(self, tag: str) -> _Column:
        if tag == instance.LOCATION:
            raise _Irregular
        name = sys.intern(xml.local(tag))
        member = self._schema.find(name) if self._schema else None
        readings = None if member is None else _readings(tag, member)
        if member is not None and member.array:
            readings = _Items(readings)
            self._arrays.append(readings)
        self[tag] = column = (name, readings, member)
        return column

    def begin(self) -> None:
        """Another row follows."""
        for one in self._arrays:
            one.held = []

    def refuse_repeated(self, missing: int) -> None:
        """The row has *missing* properties less than children: the further items of its arrays, or it is irregular."""
        if missing != sum(len(one.held) - 1 for one in self._arrays if one.held):
            raise _Irregular


class _Items:
    """Reads a text to the list of all items of an array that the row has had until then."""

    __slots__ = ("_readings", "held")

    def __init__(self, readings: _Readings | None) -> None:
        self._readings = readings
        self.held: list[Value] = []

    def __getitem__(self, text: str | None, /) -> Value:
        self.held.append((text or "") if self._readings is None else self._readings[text])
        return self.held


class _Scalars(dict["str | None", Value]):
    """Reads texts as ``instance`` does, each once: states, sizes and flags are the same in many rows."""

    def __init__(self, member: Property) -> None:
        self._member = member

    def __missing__(self, text: str | None) -> Value:
        value = self[text] = instance.read_text(text or "", self._member)
        return value


class _Blanks:
    """Reads what should be an instance and has no children."""

    __slots__ = ("_member", "_tag")

    def __init__(self, tag: str, member: Property) -> None:
        self._tag = tag
        self._member = member

    def __getitem__(self, text: str | None, /) -> Value:
        element = Element(self._tag)
        element.text = text
        return instance.read_one(element, self._member)


def _readings(tag: str, member: Property) -> _Readings | None:
    if member.type == "instance":
        return _Blanks(tag, member)
    return _Scalars(member) if member.type in cim.TYPES and member.type != "string" else None


def _refuse_data(row: Element) -> None:
    """Attributes that are data, and text beside the properties."""
    if (row.text and not row.text.isspace()) or not all(name[:1] == "{" for name in row.keys()):  # noqa: SIM118
        raise _Irregular


def _read_nested(read: Instance, child: Element, name: str, member: Property | None) -> Value:
    if member is not None and (member.array or member.type == "octetstring"):
        raise _Irregular
    if len(child):
        xml.check_depth(child, DEPTH + 1)
    value = instance.read_one(child, member)
    instance.read_sources(read, child, name, value)
    return value
