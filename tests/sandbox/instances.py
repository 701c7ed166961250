# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances, methods' parameters and references to XML and back, in the manner of a make of service."""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element, QName, SubElement

from . import datetimes, names, storing, values
from .classes import CIMClass, Instance, Property, Reference
from .faults import Fault
from .headers import parse_endpoint_reference
from .soap import endpoint_reference
from .values import Spelling

_WRAPPERS = {"Datetime", "Interval", "CIM_DateTime", "Date", "Time"}
Finder = t.Callable[[str], CIMClass | None]


@dataclasses.dataclass(frozen=True)
class Writer:
    """Where an answer is written: *uri* gives a class its URI, which is also its elements' namespace.

    *namespace* is the ``__cimnamespace`` selector of references; empty: they have none. *empty_namespaces*: those that
    are values have it without a text. *types* puts ``xsi:type`` on the root, *extensions* also on each property, with
    the instance's own reference (DSP0230, ShowExtensions).
    """

    spelling: Spelling
    uri: t.Callable[[str], str]
    namespace: str = ""
    namespace_first: bool = False
    alphabetical: bool = True
    types: bool = True
    extensions: bool = False
    wrapped_references: bool = False
    empty_namespaces: bool = False

    def instance(self, instance: Instance, only: t.Collection[str] | None = None) -> Element:
        """The element of an instance; *only*: these properties (names in lower case)."""
        uri = self.uri(instance.cim_class.name)
        element = Element(f"{{{uri}}}{instance.cim_class.name}")
        if self.types:
            element.set(names.XSI_TYPE, t.cast(str, QName(uri, instance.cim_class.name + "_Type")))
        self._properties(element, uri, instance, only)
        if self.extensions:
            resource_uri, selectors = self.path(instance.reference)
            element.append(endpoint_reference(f"{{{names.CIM}}}Location", resource_uri, selectors))
        return element

    def fragment(self, instance: Instance, only: t.Collection[str]) -> Element:
        """The row of a projection: un-namespaced, alphabetical (MS-WSMV notes 58, 59)."""
        element = Element(f"{{{names.WSMAN}}}XmlFragment")
        row = dataclasses.replace(self, alphabetical=True, extensions=False)
        row._properties(element, "", instance, only)
        return element

    def _properties(self, element: Element, uri: str, instance: Instance, only: t.Collection[str] | None) -> None:
        known = list(instance.cim_class.properties.items())
        if self.alphabetical:
            known.sort()
        for folded, prop in known:
            if only is None or folded in only:
                self.member(element, uri, prop, instance.values[prop.name])

    def member(self, parent: Element, uri: str, prop: Property, value: t.Any) -> None:
        """Append the element (or elements, or none) of one property or parameter to *parent*."""
        if prop.write_only:
            value = ""
        tag = f"{{{uri}}}{prop.name}" if uri else prop.name
        if value is None:
            if not prop.repeats or self.spelling.null_arrays:
                nil = SubElement(parent, tag, {names.XSI_NIL: "true"})
                if self.extensions:
                    self._typed(nil, prop)
            return
        for item in value if prop.repeats else (value,):
            self._value(self._typed(SubElement(parent, tag), prop), uri, prop.kind, item)

    def _typed(self, element: Element, prop: Property) -> Element:
        if (self.extensions or prop.kind == "octetstring") and prop.kind in values.WIRE_TYPES:
            element.set(names.XSI_TYPE, t.cast(str, QName(names.CIM, values.WIRE_TYPES[prop.kind])))
        if self.extensions and prop.key:
            element.set(f"{{{names.CIM}}}Key", "true")
        return element

    def _value(self, element: Element, uri: str, kind: str, value: t.Any) -> None:
        if kind == "instance":
            inner = self.uri(value.cim_class.name) if uri else ""
            name = value.cim_class.name + "_Type"
            element.set(names.XSI_TYPE, t.cast(str, QName(inner, name) if inner else name))
            self._properties(element, inner, value, None)
        elif kind == "reference":
            self._reference(element, value)
        elif kind == "datetime" and self.spelling.datetimes == "wrapped":
            local = "Interval" if datetimes.is_interval(value) else "Datetime"
            local = "CIM_DateTime" if datetimes.is_pattern(value) else local
            inner_tag = f"{{{names.CIM}}}{local}" if uri else local
            SubElement(element, inner_tag).text = values.format(value, kind, self.spelling)
        else:
            element.text = values.format(value, kind, self.spelling)

    def _reference(self, element: Element, value: Reference) -> None:
        tag = f"{{{names.ADDRESSING}}}EndpointReference"
        resource_uri, selectors = self.path(value)
        if self.empty_namespaces and "__cimnamespace" in selectors:
            selectors["__cimnamespace"] = ""
        full = endpoint_reference(tag, resource_uri, selectors)
        if self.wrapped_references:
            element.append(full)
        else:
            element.extend(list(full))

    def path(self, reference: Reference) -> tuple[str, dict[str, t.Any]]:
        """The resource URI and selectors of a reference, as a request would have them."""
        selectors = {name: self._selector(value) for name, value in reference.keys.items()}
        if self.namespace:
            namespace = {"__cimnamespace": self.namespace}
            selectors = {**namespace, **selectors} if self.namespace_first else {**selectors, **namespace}
        return self.uri(reference.class_name), selectors

    def _selector(self, value: t.Any) -> t.Any:
        if isinstance(value, Reference):
            resource_uri, selectors = self.path(value)
            return {"address": names.ANONYMOUS, "resource_uri": resource_uri, "selector_set": selectors}
        kind = {bool: "boolean", float: "real64"}.get(type(value), "string")
        return values.format(value, kind, self.spelling)


def reference_from_plain(plain: t.Mapping[str, t.Any], find: Finder) -> Reference:
    """A reference of an endpoint reference ``{resource_uri, selector_set}``; its keys are typed where *find* knows the
    class; ValueError."""
    class_name = (plain.get("resource_uri") or "").rpartition("/")[2]
    if not class_name:
        raise ValueError("an endpoint reference without a resource URI")
    selectors = dict(plain.get("selector_set") or {})
    namespace = next((selectors.pop(name) for name in list(selectors) if name.lower() == "__cimnamespace"), "")
    cim_class = find(class_name)
    keys: dict[str, t.Any] = {}
    for name, text in selectors.items():
        key = cim_class.member(name) if cim_class else None
        if isinstance(text, dict):
            keys[key.name if key else name] = reference_from_plain(text, find)
        else:
            keys[key.name if key else name] = values.parse(text, key.kind if key else "string")
    return Reference(cim_class.name if cim_class else class_name, keys, namespace)


def grouped(element: Element) -> dict[str, list[Element]]:
    """The children by local name; the instance's own reference (cim:Location) is left out."""
    found: dict[str, list[Element]] = {}
    for child in element:
        if isinstance(child.tag, str) and child.tag != f"{{{names.CIM}}}Location":
            found.setdefault(names.local(child.tag), []).append(child)
    return found


def read(elements: t.Sequence[Element], prop: Property, spelling: Spelling, find: Finder) -> t.Any:
    """The value of a property's elements; ValueError."""
    if is_nil(elements[0]) and len(elements) == 1:
        return None
    if any(is_nil(element) for element in elements) and not spelling.lenient:
        raise ValueError("an array holds no nulls (MS-WSMV 3.1.4.1.26)")
    if not prop.repeats and len(elements) > 1:
        raise ValueError(f"{prop.name} is no array")
    found = [_read_one(element, prop, spelling, find) for element in elements]
    return found if prop.repeats else found[0]


def is_nil(element: Element) -> bool:
    """Whether xsi:nil says null."""
    return element.get(names.XSI_NIL, "").strip() in ("true", "1")


def _read_one(element: Element, prop: Property, spelling: Spelling, find: Finder) -> t.Any:
    if is_nil(element):
        return storing.null_item(prop.kind)
    if prop.kind == "instance":
        return _read_instance(element, prop, spelling, find)
    if prop.kind == "reference":
        return _read_reference(element, find)
    wrapper = next((child for child in element if names.local(child.tag) in _WRAPPERS), None)
    if prop.kind == "datetime" and wrapper is not None:
        if not spelling.reads_wrapped:
            raise ValueError("a wrapped datetime")
        return values.parse(wrapper.text or "", "datetime", spelling)
    if len(element):
        raise ValueError(f"{prop.name} has child elements")
    return storing.parse(element.text or "", prop.kind, spelling)


def _read_reference(element: Element, find: Finder) -> Reference:
    try:
        plain = parse_endpoint_reference(element)
    except Fault as fault:
        raise ValueError("no endpoint reference") from fault
    return reference_from_plain(plain, find)


def _read_instance(element: Element, prop: Property, spelling: Spelling, find: Finder) -> Instance:
    declared = prop.qualifiers.get("embeddedinstance")
    type_name: t.Any = element.get(names.XSI_TYPE, "")  # a QName where the service's own element comes back
    name = names.local(getattr(type_name, "text", type_name)).removesuffix("_Type")
    if not name and len(element):
        name = names.namespace(element[0].tag).rpartition("/")[2]
    cim_class = find(name or declared or "") or (find(declared) if declared else None)
    if cim_class is None or (declared and not cim_class.is_a(declared)):
        raise ValueError(f"{prop.name} holds no instance of {declared or 'a known class'}")
    found = Instance(cim_class, {known.name: None for known in cim_class.properties.values()})
    for member, elements in grouped(element).items():
        inner = cim_class.member(member)
        if inner is None:
            raise ValueError(f"{cim_class.name} has no property {member}")
        found.values[inner.name] = read(elements, inner, spelling, find)
    return found
