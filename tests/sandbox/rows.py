# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of an enumeration written quickly: of many rows of one class of scalars only the values are written anew."""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element

from . import values
from .classes import CIMClass, Instance
from .instances import Writer
from .render import render, rendered

Write = t.Callable[[Instance], Element]
_FAST = frozenset(["uint32", "uint64", "boolean", "string"])


def writer(writer: Writer, only: frozenset[str] | None, fragments: bool) -> Write:
    """The function that writes the instances of one enumeration."""
    if fragments:
        return lambda instance: writer.fragment(instance, only or frozenset())
    templates: dict[CIMClass, _Template] = {}

    def write(instance: Instance) -> Element:
        if not _suits(instance.cim_class) or only is not None or writer.extensions:
            return writer.instance(instance, only)
        template = templates.get(instance.cim_class)
        if template is None:
            template = templates[instance.cim_class] = _Template(instance.cim_class, writer)
        return template.write(instance)

    return write


def _suits(cim_class: CIMClass) -> bool:
    """Whether its instances never change, and are no more than scalars."""
    if "fixed" not in cim_class.qualifiers:
        return False
    return all(prop.kind in _FAST and not prop.array for prop in cim_class.properties.values())


class _Template:
    """The text of an instance with holes where its values go; for classes without nulls, arrays and objects.

    The text is written for an Envelope that declares nothing, so that it can stand in any.
    """

    def __init__(self, cim_class: CIMClass, writer: Writer) -> None:
        known = list(cim_class.properties.values())
        holes = {prop.name: f"\ue000{prop.name}\ue001" for prop in known}
        kinds = {prop.name: prop.kind for prop in known}
        model = Instance(_as_text(cim_class), dict(holes))
        text = render(writer.instance(model), {})
        self.parts: list[tuple[str, str, str]] = []  # the value's name and kind, and the text behind it
        self.head, _hole, rest = text.partition("\ue000")
        while rest:
            name, _end, rest = rest.partition("\ue001")
            between, _hole, rest = rest.partition("\ue000")
            self.parts.append((name, kinds[name], between))
        self.spelling = writer.spelling

    def write(self, instance: Instance) -> Element:
        """The element of one row."""
        out = [self.head]
        for name, kind, behind in self.parts:
            value = instance.values[name]
            if kind == "boolean":
                out.append(self.spelling.true if value else self.spelling.false)
            else:
                out.append(str(value) if kind != "string" else _escape(values.format(value, kind, self.spelling)))
            out.append(behind)
        return rendered("".join(out))


def _as_text(cim_class: CIMClass) -> CIMClass:
    properties = {folded: dataclasses.replace(prop, type="string") for folded, prop in cim_class.properties.items()}
    return dataclasses.replace(cim_class, properties=properties)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
