# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A class as CIM-XML (DSP0201 5), as OMI writes it (wire/omi 180, 181) and Windows does: elements in no namespace."""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element, SubElement

from . import values
from .classes import CIMClass, Method, Property

# How qualifiers are spelled, with the type of those whose value does not show it; names that are not here are those of
# the service's own and are not sent.
_QUALIFIERS = {
    "abstract": "Abstract",
    "arraytype": "ArrayType",
    "association": "Association",
    "bitmap": "BitMap",
    "bitvalues": "BitValues",
    "embeddedinstance": "EmbeddedInstance",
    "embeddedobject": "EmbeddedObject",
    "in": "In",
    "key": "key",
    "maxlen": "MaxLen",
    "maxvalue": "MaxValue",
    "minvalue": "MinValue",
    "octetstring": "Octetstring",
    "out": "Out",
    "read": "read",
    "required": "Required",
    "singleton": "singleton",
    "static": "Static",
    "supportscreate": "SupportsCreate",
    "supportsdelete": "SupportsDelete",
    "supportsupdate": "SupportsUpdate",
    "units": "Units",
    "valuemap": "ValueMap",
    "values": "Values",
    "write": "write",
}
_FIXED = frozenset(["key", "in", "out", "static", "octetstring"])
_KINDS = {bool: "boolean", int: "sint32", float: "real64", str: "string"}


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What of a class is written. *known*: the names (in lower case) of the qualifiers that the service keeps at all;
    None: all that it can spell. *flavours*: qualifiers carry OVERRIDABLE and TOSUBCLASS."""

    qualifiers: bool = False
    inherited: bool = False
    origins: bool = False
    known: frozenset[str] | None = None
    flavours: bool = False


def cim_class(known: CIMClass, wanted: Wanted) -> Element:
    """The CLASS element."""
    element = Element("CLASS", {"NAME": known.name})
    if known.superclass is not None:
        element.set("SUPERCLASS", known.superclass.name)
    if wanted.known is None:
        _qualifiers(element, known.qualifiers, wanted)
    for prop in known.properties.values():
        if wanted.inherited or prop.origin == known.name:
            element.append(_property(known, prop, wanted))
    for method in known.methods.values():
        if wanted.inherited or method.origin == known.name:
            element.append(_method(known, method, wanted))
    return element


def path(known: CIMClass, host: str) -> Element:
    """The CLASSPATH element, which says where a class is (MS-WSMV 3.1.4.1.38: GetSubClassPaths)."""
    element = Element("CLASSPATH")
    namespace = SubElement(element, "NAMESPACEPATH")
    SubElement(namespace, "HOST").text = host
    local = SubElement(namespace, "LOCALNAMESPACEPATH")
    for part in known.namespace.split("/"):
        SubElement(local, "NAMESPACE", NAME=part)
    SubElement(element, "CLASSNAME", NAME=known.name)
    return element


def _origin(element: Element, known: CIMClass, origin: str, wanted: Wanted) -> None:
    if wanted.origins:
        element.set("CLASSORIGIN", origin)
    if origin != known.name:
        element.set("PROPAGATED", "true")


def _property(known: CIMClass, prop: Property, wanted: Wanted) -> Element:
    element = _member("PROPERTY", prop)
    _origin(element, known, prop.origin, wanted)
    _qualifiers(element, prop.qualifiers, wanted)
    if prop.default is not None and not prop.array and prop.kind in values.INTEGERS.keys() | {"boolean", "string"}:
        SubElement(element, "VALUE").text = values.format(prop.default, prop.kind)
    return element


def _member(tag: str, prop: Property) -> Element:
    """PROPERTY, PROPERTY.ARRAY, PROPERTY.REFERENCE; the same of PARAMETER, which has REFARRAY too. A property that is
    an array of references is a PROPERTY.ARRAY of the type reference, which DSP0201 does not have but Windows writes."""
    if prop.reference_class is None:
        suffix = ".ARRAY" if prop.array else ""
        return Element(tag + suffix, {"NAME": prop.name, "TYPE": prop.type})
    if prop.array and tag == "PROPERTY":
        attributes = {"NAME": prop.name, "TYPE": "reference", "REFERENCECLASS": prop.reference_class}
        return Element(tag + ".ARRAY", attributes)
    suffix = ".REFARRAY" if prop.array else ".REFERENCE"
    return Element(tag + suffix, {"NAME": prop.name, "REFERENCECLASS": prop.reference_class})


def _method(known: CIMClass, method: Method, wanted: Wanted) -> Element:
    element = Element("METHOD", {"NAME": method.name, "TYPE": method.returns.type})
    _origin(element, known, method.origin, wanted)
    _qualifiers(element, method.qualifiers, wanted)
    for parameter in method.parameters:
        _qualifiers(_appended(element, _member("PARAMETER", parameter)), parameter.qualifiers, wanted)
    return element


def _appended(parent: Element, child: Element) -> Element:
    parent.append(child)
    return child


def _qualifiers(parent: Element, qualifiers: t.Mapping[str, t.Any], wanted: Wanted) -> None:
    if not wanted.qualifiers:
        return
    for name, value in qualifiers.items():
        if name not in _QUALIFIERS or (wanted.known is not None and name not in wanted.known):
            continue
        listed = value if isinstance(value, list) else [value]
        element = SubElement(parent, "QUALIFIER", NAME=_QUALIFIERS[name], TYPE=_KINDS[type(listed[0])])
        if wanted.flavours:
            element.set(*(("OVERRIDABLE", "false") if name in _FIXED else ("TOSUBCLASS", "true")))
        holder = SubElement(element, "VALUE.ARRAY") if isinstance(value, list) else element
        for one in listed:
            SubElement(holder, "VALUE").text = values.format(one, _KINDS[type(one)])
