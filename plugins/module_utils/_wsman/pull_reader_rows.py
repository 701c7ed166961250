# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of one kind, read by a plan that is made once: what ``instance.from_element`` does, in a third of its time.

The plan is for what nearly all rows are: properties with a text, nil, or something nested, and nothing that is data
around them. Any other row is given to ``instance.from_element``, whose values these are in every case.
"""

from __future__ import annotations

import collections
import sys
import typing as t
from xml.etree.ElementTree import Element

from . import cim, instance, uris, xml
from .instance import Instance, Value
from .schema import Property, Schema

#: How deep a row stands: below Envelope, Body, the answer and Items.
DEPTH: t.Final = 4

_NIL: t.Final = {instance.NIL: "true"}
_WRAPPED: t.Final = frozenset(xml.qname(uris.NS_CIM, name) for name in instance.DATETIME_WRAPPERS)


class _Irregular(Exception):
    """The plan does not fit the row."""


#: A property: its name, how to read its text (None: as it is), whether it may come again, and what is known of it.
_Column: t.TypeAlias = "tuple[str, t.Mapping[str | None, Value] | None, bool, Property | None]"


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
        read = Instance(*self._class)
        properties, columns, again = read.properties, self._columns, 0
        for child in row:
            name, readings, many, member = columns[child.tag]
            value: Value
            if child.keys() or len(child):
                value = (
                    None if child.attrib == _NIL and not len(child) else self._read_nested(read, child, name, member)
                )
            elif readings is None:
                value = child.text or ""
            else:
                value = readings[child.text]
            if not many:
                properties[name] = value
            elif name not in properties:
                properties[name] = [value] if member is not None and member.array and value is not None else value
            else:
                again += 1
                properties[name] = _append(properties[name], value)
            tail = child.tail
            if tail and not tail.isspace():
                raise _Irregular
        if len(properties) + again != len(row):
            columns.learn(row)
            raise _Irregular
        return read

    def _read_nested(self, read: Instance, child: Element, name: str, member: Property | None) -> Value:
        if len(child) == 1 and not child.keys() and child[0].tag in _WRAPPED and not (len(child[0]) or child[0].keys()):
            return self._columns.times[child[0].text]
        if member is not None and member.type == "octetstring" and not member.array:
            raise _Irregular
        if len(child):
            xml.check_depth(child, DEPTH + 1)
        value = instance.read_one(child, member)
        instance.read_sources(read, child, name, value)
        return value


class _Columns(dict[str, _Column]):
    """The columns by tag, made where the first row has them."""

    def __init__(self, schema: Schema | None) -> None:
        self._schema = schema
        self.times = _Scalars(Property("", "datetime"))

    def __missing__(self, tag: str) -> _Column:
        if tag == instance.LOCATION:
            raise _Irregular
        name = sys.intern(xml.local(tag))
        member = self._schema.find(name) if self._schema else None
        readings = None if member is None else _readings(tag, member)
        self[tag] = column = (name, readings, member is not None and member.array, member)
        return column

    def learn(self, row: Element) -> None:
        """A property that is no array, or of which nothing is known, came more than once."""
        for tag, count in collections.Counter([child.tag for child in row]).items():
            name, readings, _many, member = self[tag]
            if count > 1 and not (member is not None and member.type == "octetstring"):
                self[tag] = (name, readings, True, member)


class _Scalars(dict["str | None", Value]):
    """Reads texts as ``instance`` does, each once: states, sizes and flags are the same in many rows."""

    def __init__(self, member: Property) -> None:
        self._member = member

    def __missing__(self, text: str | None) -> Value:
        value = self[text] = instance.read_text(text or "", self._member)
        return value


class _Integers(_Scalars):
    """Reads digits without asking twice what they are: numbers are the most that is read, and seldom the same."""

    def __init__(self, member: Property) -> None:
        super().__init__(member)
        self._highest = cim.INTEGER_RANGES[member.type][1]

    def __missing__(self, text: str | None) -> Value:
        if text and len(text) <= 20 and text.isdigit() and text.isascii():
            number = int(text)
            if number <= self._highest:
                self[text] = number
                return number
        return super().__missing__(text)


class _Blanks(dict["str | None", Value]):
    """Reads what should be an instance and has no children; each time anew."""

    def __init__(self, tag: str, member: Property) -> None:
        self._tag = tag
        self._member = member

    def __missing__(self, text: str | None) -> Value:
        element = Element(self._tag)
        element.text = text
        return instance.read_one(element, self._member)


def _readings(tag: str, member: Property) -> _Scalars | _Blanks | None:
    if member.type == "instance":
        return _Blanks(tag, member)
    if member.type in cim.INTEGER_RANGES:
        return _Integers(member)
    return _Scalars(member) if member.type in cim.TYPES and member.type != "string" else None


def _refuse_data(row: Element) -> None:
    """Attributes that are data, and text beside the properties."""
    if row.text and not row.text.isspace():
        raise _Irregular
    for name in row.keys():  # noqa: SIM118 - an element is no dictionary
        if name[:1] != "{":
            raise _Irregular


def _append(held: Value, value: Value) -> list[Value]:
    if not isinstance(held, list):
        return [held, value]
    held.append(value)
    return held
