# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances: elements of the wire to properties with typed values (DSP0230 7, protocol.md §7).

No type is guessed. It comes from the schema, if one is given, else from ``xsi:type`` and the wrappers that CIM has for
datetimes; all other text stays text, white space included. What a reader does not understand is kept: attributes as
``@Name``, text beside children as ``#text``.

The way back, from plain values to elements, is ``representation.py``.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from xml.etree.ElementTree import Element

from . import addressing, cim, datetimes, uris, xml
from .addressing import EndpointReference, Target
from .datetimes import CIMDateTime, CIMInterval, CIMWildcard
from .errors import ProtocolError
from .schema import Property, Schema

Value: t.TypeAlias = "cim.Scalar | None | EndpointReference | Instance | list[Value]"

NIL: t.Final = xml.qname(uris.NS_XSI, "nil")
TYPE: t.Final = xml.qname(uris.NS_XSI, "type")
IS_NULL_ARRAY: t.Final = xml.qname(uris.NS_WSMV, "IsNullArray")
LOCATION: t.Final = xml.qname(uris.NS_CIM, "Location")
XML_FRAGMENT: t.Final = xml.qname(uris.NS_WSMAN, "XmlFragment")
#: The members of DSP0230's cimDateTime; WQL projections of Windows have them in no namespace.
DATETIME_WRAPPERS: t.Final = frozenset({"Datetime", "Interval", "CIM_DateTime", "Date", "Time"})

#: Types of values that hold no reference.
_PLAIN: t.Final = frozenset((str, int, bool, float, type(None), bytes, CIMDateTime, CIMInterval, CIMWildcard))
_OCTET: t.Final = re.compile(r"[0-9]{1,3}", re.ASCII)
_XML_TYPES: t.Final = {
    "boolean": "boolean",
    "byte": "sint8",
    "short": "sint16",
    "int": "sint32",
    "long": "sint64",
    "unsignedbyte": "uint8",
    "unsignedshort": "uint16",
    "unsignedint": "uint32",
    "unsignedlong": "uint64",
    "float": "real32",
    "double": "real64",
    "char16": "char16",
    "datetime": "datetime",
    "duration": "datetime",
    "base64binary": "octetstring",
}


@dataclasses.dataclass
class Instance:
    """An instance, a method's output, or a nested part of either.

    *class_name* is None where the wire names none (a row of a projection, a nested part without ``xsi:type``).
    *sources* has the shape of *properties* and says who set a member (``GPO``); under ``@Source`` who set the whole.
    *endpoint_reference* is that of ``cim:Location``.
    """

    class_name: str | None = None
    namespace: str | None = None
    properties: dict[str, Value] = dataclasses.field(default_factory=dict)
    sources: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    endpoint_reference: EndpointReference | None = None


def from_element(element: Element, schema: Schema | None = None) -> Instance:
    """Read an instance, the output of a method, or a ``wsman:XmlFragment`` that is a row of a projection."""
    namespace, name = xml.split(element.tag)
    instance = Instance() if element.tag == XML_FRAGMENT else Instance(name, namespace)
    _read_into(instance, element, schema)
    return instance


def fill_lists(instance: Instance, schema: Schema | None, *, nested: bool = True) -> None:
    """Give a whole *instance* the arrays that it lacks, where a lacking one is empty (``Schema.lists_empty``).

    And so those that are *nested* in it, if there may be any.
    """
    if schema is None or not schema.lists_empty:
        return
    if nested and not _PLAIN.issuperset(map(type, instance.properties.values())):
        _fill_nested(instance, schema)
    lacking = [name for name in schema.arrays if name not in instance.properties]
    if lacking:
        held = {name.lower() for name in instance.properties}
        instance.properties.update((name, []) for name in lacking if name.lower() not in held)


def read_values(elements: t.Sequence[Element], member: Property | None = None) -> Value:
    """The value of the elements that one property has: none, one, or several for an array."""
    values = [read_one(element, member) for element in elements]
    if member is not None and member.type == "octetstring" and not member.array:
        return _join_octets(values)
    if len(values) > 1 or (values and member is not None and member.array and values != [None]):
        return t.cast(Value, values)
    return values[0] if values else None


def read_one(element: Element, member: Property | None) -> Value:
    """The value of one element of a property."""
    if is_nil(element):
        return None
    first = next(iter(element), None)
    if first is None:
        return _read_leaf(element, member)
    if len(element) == 1 and is_wrapper(first):
        return None if is_nil(first) else _parse_datetime(first.text or "")
    if addressing.is_reference(element):
        return EndpointReference.from_element(element)
    return _read_nested(element, member)


def read_sources(instance: Instance, child: Element, name: str, value: Value) -> None:
    """Who controls a member: Windows marks what a policy sets (MS-WSMV 3.1.4.1.29)."""
    source = child.get("Source")
    if isinstance(value, Instance):
        if value.sources:
            instance.sources[name] = value.sources
    elif source is not None and _is_source("Source", child):
        instance.sources[name] = source


def read_text(text: str, member: Property) -> Value:
    """The value of one element of a *member* of one of ``cim.TYPES`` that has a text alone."""
    value = _parse(text, member.type, numeric=member.numeric)
    return _join_octets([value]) if member.type == "octetstring" and not member.array else value


def complete(values: t.Mapping[str, t.Any], target: Target) -> dict[str, t.Any]:
    """*values* with all references in them filled from the request that they answer (state.md §2).

    So each of them goes back into any module.
    """
    if _PLAIN.issuperset(map(type, values.values())):
        return dict(values)
    return {name: one if type(one) in _PLAIN else complete_one(one, target) for name, one in values.items()}


def complete_one(value: t.Any, target: Target) -> t.Any:
    """One value of ``complete``."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, EndpointReference):  # without a resource it may be of any class, seldom of this one
        return addressing.complete(value, target) if value.resource_uri else value
    if isinstance(value, list):
        return list(value) if _PLAIN.issuperset(map(type, value)) else [complete_one(one, target) for one in value]
    if isinstance(value, dict):
        return complete(value, target)
    if isinstance(value, Instance):
        return dataclasses.replace(value, properties=complete(value.properties, target))
    return value


def class_of(element: Element) -> str | None:
    """The class of an instance; None for a row of a projection, which does not say."""
    return class_of_kind(element.tag, element.get(TYPE))


def class_of_kind(tag: str, xsi_type: str | None) -> str | None:
    """The class of all instances with that tag and that ``xsi:type``; None for rows of a projection."""
    if tag == XML_FRAGMENT:
        return None
    return class_of_type(xsi_type or "") or xml.local(tag)


def class_of_type(qualified: str) -> str | None:
    """The class that an ``xsi:type`` names: ``p:X_Small_Type`` is X_Small, ``cim:cimBase64Binary`` is none."""
    name = _local(qualified)
    return name[: -len("_Type")] if name.endswith("_Type") else None


def type_of(element: Element) -> str | None:
    """The CIM type that an ``xsi:type`` names, whatever its prefix: ``cim:cimBase64Binary``, ``xs:unsignedInt``."""
    name = _local(element.get(TYPE, "")).lower()
    return _XML_TYPES.get(name.removeprefix("cim"))


def is_xml_type(name: str) -> bool:
    """True for the local name of a type of XML Schema that has a CIM type."""
    return name == "string" or name.lower() in _XML_TYPES


def is_data(attribute: str, element: Element) -> bool:
    """True for an attribute that belongs to the data (plugins, security, shell variables), not to the encoding."""
    return attribute[:1] != "{" and not _is_source(attribute, element)


def has_class_or_data(element: Element) -> bool:
    """True where an element without children is an instance all the same: by its ``xsi:type``, or its attributes."""
    return class_of_type(element.get(TYPE, "")) is not None or any(is_data(name, element) for name in element.attrib)


def is_wrapper(element: Element) -> bool:
    """True for ``cim:Datetime`` and its kin inside a property.

    And for a ``Datetime`` without a namespace, in rows of Windows and properties of old OMI, if it holds one.
    """
    namespace, name = xml.split(element.tag)
    if name not in DATETIME_WRAPPERS or len(element):
        return False
    if namespace is not None:
        return namespace == uris.NS_CIM
    parsed = _parse_datetime(element.text or "")
    return is_nil(element) or type(parsed) is not str  # pylint: disable=unidiomatic-typecheck


def is_nil(element: Element) -> bool:
    """True for ``xsi:nil`` and for OMI's and Windows' ``IsNullArray``."""
    attributes = element.attrib
    return bool(attributes) and any(
        attributes.get(name, "").strip().lower() in ("true", "1") for name in (NIL, IS_NULL_ARRAY)
    )


def _fill_nested(instance: Instance, schema: Schema) -> None:
    for name, value in instance.properties.items():
        if type(value) in _PLAIN:
            continue
        values = value if isinstance(value, list) else [value]
        member = None if _PLAIN.issuperset(map(type, values)) else schema.find(name)
        if member is not None:
            for one in values:
                if isinstance(one, Instance):
                    fill_lists(one, member.schema_of(one.class_name))


def _read_into(instance: Instance, element: Element, schema: Schema | None) -> None:
    properties = instance.properties
    repeated: dict[str, list[Value]] = {}
    listed: dict[str, Property] = {}
    for attribute, text in element.attrib.items():
        _read_attribute(instance, element, attribute, text, schema)
    for child in element:
        if child.tag == LOCATION:
            instance.endpoint_reference = _read_location(child)
            continue
        name = child.tag.rpartition("}")[2]
        member = schema.find(name) if schema else None
        value: Value
        if not child.attrib and not len(child) and (member is None or member.type in cim.TYPES):
            value = child.text or ""
            if member is not None and member.type != "string":
                value = _parse(value, member.type, numeric=member.numeric)
        else:
            value = read_one(child, member)
            read_sources(instance, child, name, value)
        if member is not None and (member.array or member.type == "octetstring"):
            listed[name] = member
        if name in properties:
            repeated.setdefault(name, [properties[name]]).append(value)
        else:
            properties[name] = value
    _make_lists(properties, repeated, listed)
    properties.update(repeated)
    _read_loose_text(properties, element)


def _make_lists(
    properties: dict[str, Value], repeated: dict[str, list[Value]], listed: t.Mapping[str, Property]
) -> None:
    """An array of one looks like a scalar on the wire; a null array is one nil (MS-WSMV 3.1.4.1.26)."""
    for name, member in listed.items():
        value = properties[name]
        if not member.array:
            properties[name] = _join_octets(repeated.pop(name, [value]))
        elif value is not None and name not in repeated:
            properties[name] = [value]


def _join_octets(values: list[Value]) -> Value:
    """Octets that came as numbers, one for each, which no base64 text looks like: its length is a multiple of 4."""
    numbers = [one for one in values if isinstance(one, str) and _OCTET.fullmatch(one.strip()) and int(one) <= 255]
    if values and len(numbers) == len(values):
        return bytes(int(one) for one in numbers)
    return t.cast(Value, values) if len(values) > 1 else values[0] if values else None


def _read_loose_text(properties: dict[str, Value], element: Element) -> None:
    """Text beside children; white space there is a matter of printing."""
    if not len(element):
        return
    text = (element.text or "") + "".join([child.tail or "" for child in element])
    if text and not text.isspace():
        properties["#text"] = text


def _read_leaf(element: Element, member: Property | None) -> Value:
    text = element.text or ""
    nested = (member is not None and member.type == "instance") or class_of_type(element.get(TYPE, "")) is not None
    if (nested and not text.strip()) or any(is_data(attribute, element) for attribute in element.attrib):
        instance = _read_nested(element, member)
        if text:
            instance.properties["#text"] = text
        return instance
    cim_type = member.type if member is not None else type_of(element)
    if cim_type is None or cim_type not in cim.TYPES:
        return text
    return _parse(text, cim_type, numeric=member is not None and member.numeric)


def _read_nested(element: Element, member: Property | None) -> Instance:
    first = next(iter(element), element)
    named = class_of_type(element.get(TYPE, ""))
    instance = Instance(named, xml.split(first.tag)[0])
    _read_into(instance, element, member.schema_of(named) if member is not None else None)
    return instance


def _read_attribute(instance: Instance, element: Element, name: str, text: str, schema: Schema | None) -> None:
    if is_data(name, element):
        member = schema.find(f"@{name}") if schema else None
        instance.properties[f"@{name}"] = _parse(text, member.type) if member else text
    elif _is_source(name, element):
        instance.sources["@Source"] = text


def _read_location(element: Element) -> EndpointReference | None:
    try:
        return EndpointReference.from_element(element)
    except ProtocolError:
        return None


def _is_source(attribute: str, element: Element) -> bool:
    return attribute == "Source" and uris.is_config(xml.split(element.tag)[0] or "")


def _local(qualified: str) -> str:
    return qualified.rpartition("}")[2].rpartition(":")[2].strip()


def _parse(text: str, cim_type: str, *, numeric: bool = False) -> cim.Scalar:
    """What a service sends is shown even where it is not what its type allows: then it stays text."""
    try:
        return cim.parse(text, cim_type, char16_is_number=numeric)
    except ValueError:
        return text


def _parse_datetime(text: str) -> cim.Scalar:
    try:
        return datetimes.parse(text)
    except ValueError:
        return text
