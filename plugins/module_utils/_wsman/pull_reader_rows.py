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

from . import cim, datetimes, instance, uris, xml
from .instance import Instance, Value
from .schema import Property, Schema

#: How deep a row stands: below Envelope, Body, the answer and Items.
DEPTH: t.Final = 4

#: The attributes of what is nil and nothing else.
NIL: t.Final = {instance.NIL: "true"}
#: What datetimes stand in.
WRAPPED: t.Final = frozenset(xml.qname(uris.NS_CIM, name) for name in instance.DATETIME_WRAPPERS)


class Irregular(Exception):
    """The plan does not fit the row."""


#: The value of a text, which is None where it is empty.
_Reader: t.TypeAlias = "t.Callable[[str | None], Value]"


class Column(t.NamedTuple):
    """A property: its name, how to read a text (None: as it is), whether it may come again, what is known of it."""

    name: str
    reader: _Reader | None
    many: bool
    member: Property | None

    @property
    def range(self) -> tuple[int, int] | None:
        """The least and the greatest of an integer."""
        return None if self.member is None else cim.INTEGER_RANGES.get(self.member.type)

    @property
    def is_whole(self) -> bool:
        """True where a value is not that of each text: octets are joined, an instance has no text."""
        member = self.member
        return member is not None and (member.type == "instance" or (member.type == "octetstring" and not member.array))


class Kind:
    """All rows with one tag and one ``xsi:type``, and so of one *schema*."""

    def __init__(self, tag: str, schema: Schema | None) -> None:
        self.schema = schema
        self._columns = _Columns(schema)
        self.namespace, name = xml.split(tag)
        self.name: str | None = sys.intern(name)
        if tag == instance.XML_FRAGMENT:
            self.namespace = self.name = None

    @property
    def read_time(self) -> _Reader:
        """Reads what stands in the wrapper of a datetime."""
        return self._columns.read_time

    def column(self, tag: str) -> Column:
        """What is known of the property with that tag. Irregular where it is none."""
        return self._columns[tag]

    def read(self, row: Element) -> Instance:
        """The instance that *row* is. ProtocolError where it is nested too deep."""
        try:
            return self._read(row)
        except Irregular:
            xml.check_depth(row, DEPTH)
            return instance.from_element(row, self.schema)

    def _read(self, row: Element) -> Instance:
        """Written for speed: each step is done for every value of an answer."""
        properties: dict[str, Value] = {}
        read = Instance(self.name, self.namespace, properties, {}, None)
        columns, again = self._columns, 0
        for child in row[:]:
            name, reader, many, member = columns[child.tag]
            value: Value
            if child.keys() or len(child):
                plain_nil = child.attrib == NIL and not len(child)
                value = None if plain_nil else self._read_nested(read, child, name, member)
            elif reader is None:
                value = child.text or ""
            else:
                value = reader(child.text)
            if many:
                if name in properties:
                    again += 1
                    value = _append(properties[name], value)
                elif value is not None and member is not None and member.array:
                    value = [value]
            properties[name] = value
            tail = child.tail
            if tail and not tail.isspace():
                raise Irregular
        if len(properties) + again != len(row):
            columns.learn(row)
            raise Irregular
        _refuse_data(row)
        return read

    def _read_nested(self, read: Instance, child: Element, name: str, member: Property | None) -> Value:
        if member is not None and member.type == "octetstring" and not member.array:
            raise Irregular
        first = child[0] if len(child) == 1 else child
        if first.tag in WRAPPED and first is not child and not (len(first) or first.keys() or child.keys()):
            return self._columns.read_time(first.text)
        if len(child):
            xml.check_depth(child, DEPTH + 1)
        value = instance.read_one(child, member)
        instance.read_sources(read, child, name, value)
        return value


class _Columns(dict[str, Column]):
    """The columns by tag, made where the first row has them."""

    def __init__(self, schema: Schema | None) -> None:
        self._schema = schema
        self.read_time: _Reader = _Known(datetimes.parse).__getitem__

    def __missing__(self, tag: str) -> Column:
        if tag == instance.LOCATION:
            raise Irregular
        name = sys.intern(xml.local(tag))
        member = self._schema.find(name) if self._schema else None
        reader = None if member is None else _reader(tag, member)
        self[tag] = column = Column(name, reader, member is not None and member.array, member)
        return column

    def learn(self, row: Element) -> None:
        """A property that is no array, or of which nothing is known, came more than once."""
        for tag, count in collections.Counter([child.tag for child in row]).items():
            name, reader, _many, member = self[tag]
            if count > 1 and not (member is not None and member.type == "octetstring"):
                self[tag] = Column(name, reader, True, member)


class _Known(dict["str | None", Value]):
    """Reads texts as ``instance`` does, each once: states, flags and times are the same in many rows."""

    def __init__(self, parse: t.Callable[[str], Value]) -> None:
        self._parse = parse

    def __missing__(self, text: str | None) -> Value:
        value: Value
        try:
            value = self._parse(text or "")
        except ValueError:
            value = text or ""
        self[text] = value
        return value


def _reader(tag: str, member: Property) -> _Reader | None:
    if member.type in cim.INTEGER_RANGES:
        return _integer_reader(member)
    if member.type in ("real32", "real64"):
        return _real_reader(member)
    if member.type == "instance":
        return _blank_reader(tag, member)
    if member.type == "datetime":
        return _Known(datetimes.parse).__getitem__
    if member.type in cim.TYPES and member.type != "string":
        return _Known(lambda text: instance.read_text(text, member)).__getitem__
    return None


def _integer_reader(member: Property) -> _Reader:
    """Digits are read without asking twice what they are: numbers are the most that is read, and seldom the same."""
    lowest, highest = cim.INTEGER_RANGES[member.type]

    def read(text: str | None) -> Value:
        if text and len(text) <= 20 and text.isascii() and (text.isdigit() or text.removeprefix("-").isdigit()):
            number = int(text)
            if lowest <= number <= highest:
                return number
        return instance.read_text(text or "", member)

    return read


def _real_reader(member: Property) -> _Reader:
    """The same; with so few digits none is out of range."""

    def read(text: str | None) -> Value:
        if text and len(text) <= 20 and text.isascii() and text.removeprefix("-").replace(".", "", 1).isdigit():
            return float(text)
        return instance.read_text(text or "", member)

    return read


def _blank_reader(tag: str, member: Property) -> _Reader:
    """For what should be an instance and has no children; each time anew, as it can be changed."""

    def read(text: str | None) -> Value:
        element = Element(tag)
        element.text = text
        return instance.read_one(element, member)

    return read


def _refuse_data(row: Element) -> None:
    """Attributes that are data, and text beside the properties."""
    if row.text and not row.text.isspace():
        raise Irregular
    for name in row.keys():  # noqa: SIM118 - an element is no dictionary
        if name[:1] != "{":
            raise Irregular


def _append(held: Value, value: Value) -> list[Value]:
    if not isinstance(held, list):
        return [held, value]
    held.append(value)
    return held
