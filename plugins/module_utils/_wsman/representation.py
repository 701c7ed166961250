# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain values of a task to elements: a whole representation, a method's input, or the elements of one property.

Scalars become text (booleans in lower case, which every service reads), lists repeated elements, null ``xsi:nil``,
a dictionary with ``resource_uri`` an endpoint reference, any other an embedded or nested instance; ``@Name`` is an
attribute and ``#text`` the text beside it. Elements are read in ``instance.py``.
"""

from __future__ import annotations

import datetime
import re
import typing as t
from xml.etree.ElementTree import Element

from . import cim, datetimes, instance, uris, xml
from .addressing import EndpointReference
from .datetimes import CIMDateTime, CIMInterval, CIMWildcard
from .errors import UsageError
from .instance import Instance
from .schema import Property, Schema, coerce

#: How a service wants datetimes: ISO 8601 text, in DSP0230's wrappers, or CIM's 25 characters.
DatetimeStyle: t.TypeAlias = t.Literal["bare", "wrapped", "cim"]

_WRAPPERS: t.Final = {CIMDateTime: "Datetime", CIMInterval: "Interval", CIMWildcard: "CIM_DateTime"}
_NAME = re.compile(r"[^\W\d][\w.-]*")
_REFERENCE_MEMBERS = frozenset({"address", "resource_uri", "selector_set"})


def to_element(
    name: str,
    namespace: str | None,
    values: t.Mapping[str, t.Any],
    *,
    option: str = "properties",
    schema: Schema | None = None,
    datetimes_as: DatetimeStyle = "bare",
) -> Element:
    """A representation named *name*, or a ``Method_INPUT``, with one or more children for each value.

    Raises UsageError naming *option* and the member (``properties.Foo``): no XML name, a control character, null inside
    a list, and with *schema* a wrong type, range, or unknown member.
    """
    element = Element(xml.qname(namespace, check_name(name, option)))
    fill(element, values, option=option, schema=schema, datetimes_as=datetimes_as)
    return element


def fill(
    element: Element,
    values: t.Mapping[str, t.Any],
    *,
    option: str,
    schema: Schema | None = None,
    datetimes_as: DatetimeStyle = "bare",
) -> None:
    """Append the members of *values* to *element*, in its namespace."""
    namespace = xml.split(element.tag)[0]
    for name, value in values.items():
        path = f"{option}.{name}"
        member = find_member(schema, name, path)
        if name == "#text":
            element.text = format_scalar(value, path)
        elif name[:1] == "@":
            element.set(check_name(name[1:], path), format_scalar(value, path))
        else:
            tag = xml.qname(namespace, check_name(member.name if member else name, path))
            element.extend(make_elements(tag, value, option=path, member=member, datetimes_as=datetimes_as))


def make_elements(
    tag: str, value: t.Any, *, option: str, member: Property | None = None, datetimes_as: DatetimeStyle = "bare"
) -> list[Element]:
    """The elements of one property: none for an empty list, one nil for null, else one for each value."""
    if member is not None:
        value = coerce(value, member, option)
    if value is None:
        return [Element(tag, {instance.NIL: "true"})]
    if not isinstance(value, (list, tuple)):
        return [_make_element(tag, value, option, member, datetimes_as)]
    elements = []
    for number, one in enumerate(value):
        path = f"{option}[{number}]"
        if one is None or isinstance(one, (list, tuple)):
            what = "null" if one is None else "a list"
            raise UsageError(
                f"{what} inside a list cannot be sent (MS-WSMV 3.1.4.1.26).", option=path, remedy="Leave it out."
            )
        elements.append(_make_element(tag, one, path, member, datetimes_as))
    return elements


def set_value(
    element: Element, value: t.Any, option: str, datetimes_as: DatetimeStyle = "bare", *, numeric: bool = False
) -> None:
    """Give an element that has neither text nor children a scalar or a reference; *numeric* a character's number."""
    if isinstance(value, datetime.date):
        value = datetimes.from_python(value)
    if isinstance(value, EndpointReference):
        element.extend(list(value.to_element(element.tag)))
    elif isinstance(value, tuple(_WRAPPERS)):
        _set_datetime(element, value, option, datetimes_as)
    else:
        if isinstance(value, bytes):
            element.set(instance.TYPE, xml.qname(uris.NS_CIM, "cimBase64Binary"))
        element.text = format_scalar(value, option, char16_is_number=numeric)


def format_scalar(value: t.Any, option: str, *, cim_datetime: bool = False, char16_is_number: bool = False) -> str:
    """The text of a scalar; UsageError naming *option* where it has none."""
    if value is None or isinstance(value, (dict, list, tuple)):
        raise UsageError("it is no single value.", option=option, remedy="Give a text, a number, or true or false.")
    try:
        return cim.format(value, cim_datetime=cim_datetime, char16_is_number=char16_is_number)
    except ValueError as error:
        raise UsageError(f"{error}.", option=option, remedy="Remove it.") from None


def check_name(name: t.Any, option: str) -> str:
    """The name itself; UsageError where XML has no such names."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name of an XML element.",
            option=option,
            remedy="Names have letters, digits, '_', '-' and '.', and begin with a letter or '_'.",
        )
    return str(name)


def find_member(schema: Schema | None, name: t.Any, option: str) -> Property | None:
    """The member that the schema has; UsageError listing the known ones where a closed schema has none."""
    if not isinstance(name, str):
        check_name(name, option)
    member = schema.find(name) if schema else None
    if schema is not None and member is None and schema.closed:
        raise UsageError(
            f"{schema.name} has no such member.", option=option, remedy=f"It has {', '.join(schema.properties)}."
        )
    return member


def is_reference(value: t.Any) -> bool:
    """True for the plain form of an endpoint reference (design.md §4)."""
    return isinstance(value, dict) and bool(value.get("resource_uri")) and set(value) <= _REFERENCE_MEMBERS


def qualify_types(element: Element) -> None:
    """Make each ``xsi:type`` below and at *element* ``{namespace}name``: the prefixes that they came with are gone.

    Their namespaces are known: those of CIM's and XML Schema's types, and a class's own (DSP0230 7.3), which its
    members are in. A name that fits none of these is dropped.
    """
    for one in element.iter():
        text = one.get(instance.TYPE, "")
        prefix, colon, name = text.strip().rpartition(":")
        if not colon or text.startswith("{"):
            continue
        namespace = _namespace_of_type(one, name)
        if namespace is None:
            del one.attrib[instance.TYPE]
        else:
            one.set(instance.TYPE, xml.qname(namespace, name))


def _namespace_of_type(element: Element, name: str) -> str | None:
    class_name = instance.class_of_type(name)
    if class_name is None:
        return uris.NS_CIM if name.startswith("cim") else uris.NS_XS if instance.is_xml_type(name) else None
    own = xml.split(element.tag)[0]
    inner = xml.split(next(iter(element), element).tag)[0]
    for namespace in (own, inner):
        if namespace and namespace.rpartition("/")[2].lower() == class_name.lower():
            return namespace
    return _namespace_of_class(own, class_name)


def _namespace_of_class(namespace: str | None, class_name: str) -> str | None:
    """The namespace of another class of the same schema: a class's namespace ends in its name (DSP0230 7.2)."""
    return f"{namespace.rpartition('/')[0]}/{class_name}" if namespace else None


def _make_element(tag: str, value: t.Any, option: str, member: Property | None, datetimes_as: DatetimeStyle) -> Element:
    element = Element(tag)
    if isinstance(value, Instance):
        known = member.schema_of(value.class_name) if member else None
        return _make_embedded(tag, value.properties, value.namespace, value.class_name, option, datetimes_as, known)
    if is_reference(value):
        value = EndpointReference.from_plain(value, option)
    if not isinstance(value, dict):
        set_value(element, value, option, datetimes_as, numeric=member is not None and member.numeric)
    elif member is not None and member.class_name and member.members is None:
        namespace = _namespace_of_class(xml.split(tag)[0], member.class_name)
        known = member.schema_of()
        return _make_embedded(tag, value, namespace, member.class_name, option, datetimes_as, known)
    else:
        fill(element, value, option=option, schema=member.members if member else None, datetimes_as=datetimes_as)
    return element


def _make_embedded(
    tag: str,
    values: t.Mapping[str, t.Any],
    namespace: str | None,
    class_name: str | None,
    option: str,
    datetimes_as: DatetimeStyle,
    schema: Schema | None,
) -> Element:
    """An embedded instance: members in the namespace of its own class, which ``xsi:type`` names (DSP0230 7.3)."""
    element = Element(xml.qname(namespace or xml.split(tag)[0], "embedded"))
    fill(element, values, option=option, schema=schema, datetimes_as=datetimes_as)
    element.tag = tag
    if class_name and namespace:
        element.set(instance.TYPE, xml.qname(namespace, f"{class_name}_Type"))
    return element


def _set_datetime(element: Element, value: t.Any, option: str, datetimes_as: DatetimeStyle) -> None:
    text = format_scalar(value, option, cim_datetime=datetimes_as == "cim")
    if datetimes_as == "wrapped":
        wrapper = Element(xml.qname(uris.NS_CIM, _WRAPPERS[type(value)]))
        wrapper.text = text
        element.append(wrapper)
    else:
        element.text = text
