# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resource that holds the classes of a namespace: Get gives one as CIM-XML, Enumerate on Windows the paths of all
(MS-WSMV 3.1.4.1.38, 3.1.4.2, 3.1.4.8). Only Windows and OMI have it."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element, SubElement

from . import cim_xml
from .classes import CIMClass
from .faults import Fault
from .manners import CIM_SCHEMA, Manner
from .problems import Problem
from .provider import Call, Filter, Item, Option, Provider

if t.TYPE_CHECKING:
    from .repository import Repository

URI = "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*"
_OMI_KEEPS = frozenset(["key", "in", "out", "static", "embeddedinstance", "embeddedobject", "octetstring"])


class ClassSchemas(Provider):
    """The classes of *repository* in its manner. *host* is what paths of classes name."""

    uris = (URI,)
    options = True

    def __init__(self, repository: Repository, host: str = "localhost") -> None:
        self.repository = repository
        self.manner = repository.manner
        self._host = host
        self._omi = self.manner.name == "omi"

    def get(self, call: Call) -> Element:
        """The CLASS that the selector ClassName names."""
        namespace, class_name = self._selected(call)
        try:
            if not class_name:
                raise Problem("selectors_none", "ClassName")
            known = self._class(namespace, class_name)
        except Problem as problem:
            problem.namespace = namespace
            raise self.manner.fault(problem) from problem
        flags = {option.name.lower(): _flag(option, self.manner) for option in call.options}
        return cim_xml.cim_class(known, self._wanted(flags))

    def enumerate(self, call: Call, filter: Filter | None, mode: str, polymorphism: str | None) -> t.Iterable[Item]:
        """Windows: the paths of the classes below ClassName, of the topmost ones without it. OMI takes ClassName for
        the class whose instances are wanted, and what it has found is an object's name."""
        namespace, class_name = self._selected(call)
        try:
            if self._omi:
                return [self._named(instance.cim_class) for instance in self._instances(namespace, class_name)]
            return self._paths(call, namespace, class_name)
        except Problem as problem:
            problem.namespace = namespace
            raise self.manner.fault(problem) from problem

    def _selected(self, call: Call) -> tuple[str, str]:
        namespace = str(call.selector("__cimnamespace") or "").replace("\\", "/").strip("/")
        return namespace or self.manner.default_namespace, str(call.selector("ClassName") or "")

    def _class(self, namespace: str, class_name: str) -> CIMClass:
        if not self.repository.has_namespace(namespace):
            raise Problem("namespace", namespace)
        found = self.repository.find_class(namespace, class_name)
        if found is None or (self._omi and "noschema" in found.qualifiers):
            raise Problem("class", text=class_name)
        if self._omi and "internalerror" in found.qualifiers:
            raise Fault("wsman:InternalError", reason="")
        return found

    def _wanted(self, flags: t.Mapping[str, bool]) -> cim_xml.Wanted:
        return cim_xml.Wanted(
            qualifiers=flags.get("includequalifiers", False),
            inherited=flags.get("includeinheritedelements", False),
            origins=flags.get("includeclassorigin", False),
            known=_OMI_KEEPS if self._omi else None,
            flavours=not self._omi,
        )

    def _paths(self, call: Call, namespace: str, class_name: str) -> list[Item]:
        flags = {option.name.lower(): _flag(option, self.manner) for option in call.options}
        if not (flags.get("includepath") and flags.get("excludeclassspecification")):
            raise Fault("wsman:UnsupportedFeature", reason="Only the paths of classes can be enumerated.")
        if not self.repository.has_namespace(namespace):
            raise Problem("namespace", namespace)
        above = self._class(namespace, class_name) if class_name else None
        deep = flags.get("includesubclasses", False)
        found = [one for one in self.repository.classes(namespace) if _below(one, above, deep)]
        return [Item(cim_xml.path(one, self._host), URI, self._selectors(one)) for one in found]

    def _instances(self, namespace: str, class_name: str) -> t.Sequence[t.Any]:
        if not class_name:
            raise Fault("wsa:DestinationUnreachable", reason="ClassName selector is missing")
        return self.repository.extent(self._class(namespace, class_name))

    def _named(self, known: CIMClass) -> Item:
        element = Element(f"{{{CIM_SCHEMA}{known.name}}}{known.name}")
        SubElement(element, f"{{{CIM_SCHEMA}{known.name}}}ClassName").text = known.name
        return Item(element, URI, self._selectors(known))

    def _selectors(self, known: CIMClass) -> dict[str, str]:
        return {"__cimnamespace": known.namespace, "ClassName": known.name}


def _below(one: CIMClass, above: CIMClass | None, deep: bool) -> bool:
    if deep:
        return one is not above and (above is None or above in one.lineage())
    return one.superclass is above


def _flag(option: Option, manner: Manner) -> bool:
    """A boolean option. Windows also takes 1, and nil for true; OMI's parser wants the word (state.md 1)."""
    text = option.value.strip().lower() if option.value is not None else None
    if manner.name == "omi":
        if text not in ("true", "false"):
            raise Fault("wsman:InternalError", reason="")
        return text == "true"
    return text in ("true", "1", None)
