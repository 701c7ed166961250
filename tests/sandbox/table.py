# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that are addressed by key selectors: what listeners, certificate mappings and security settings share."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element, SubElement

from . import names
from .faults import Fault
from .provider import Call, Filter, Item, Provider, Selectors

Value = str | list[str]
Row = dict[str, Value]


class Table(Provider):
    """Rows of members (a list is a repeated element) under ``names.CONFIG + path``.

    *keys* are the selectors, *members* what a body may carry beside them, *computed* what it may not. Names and values
    of keys have no case (MS-WSMV 3.1.4.1.2). ``prepare`` checks and completes a new row, ``change`` a changed one.
    """

    path = ""
    root = ""
    keys: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.uri = names.CONFIG + self.path
        self.uris = [self.uri]
        self.rows: list[Row] = []

    def prepare(self, row: Row) -> None:
        """Check a new row, fill in its defaults."""

    def change(self, old: Row, new: Row) -> None:
        """Check a changed row."""

    def changed(self) -> None:
        """The rows are other than they were."""

    def shown(self, row: Row) -> Row:
        """The row as it is given out, in the order of the wire."""
        return row

    def get(self, call: Call) -> Element:
        """One row."""
        return self.to_element(self.find(call))

    def create(self, call: Call, body: Element | None) -> tuple[str, Selectors]:
        """A new row: keys from the selectors, the rest from the body."""
        wanted = self._keys(call)
        row: Row = dict(wanted)
        row.update(self._values(body, wanted))
        self.prepare(row)
        if self._index(row) is not None:
            raise Fault.named("ALREADY_EXISTS")
        self.rows.append(row)
        self.changed()
        return self.uri, {key: row[key] for key in self.keys}

    def put(self, call: Call, body: Element) -> Element:
        """Change what *body* carries."""
        old = self.find(call)
        new = dict(old)
        new.update(self._values(body, {key: str(old[key]) for key in self.keys}))
        self.change(old, new)
        self.rows[self.rows.index(old)] = new
        self.changed()
        return self.to_element(new)

    def delete(self, call: Call) -> None:
        """Remove one row."""
        self.rows.remove(self.find(call))
        self.changed()

    def enumerate(self, call: Call, filter: Filter | None, mode: str, polymorphism: str | None) -> list[Item]:
        """All rows in their order."""
        if filter is not None:
            raise Fault.named("ENUMERATE_FILTERING_NOT_SUPPORTED")
        if polymorphism is not None:
            raise Fault.named("POLYMORPHISM_MODE_UNSUPPORTED")
        if call.selectors:
            raise Fault.named("UNEXPECTED_SELECTORS")
        return [Item(self.to_element(row), self.uri, {key: row[key] for key in self.keys}) for row in self.rows]

    def find(self, call: Call) -> Row:
        """The row that the selectors name."""
        index = self._index(self._keys(call))
        if index is None:
            raise Fault.named("RESOURCE_NOT_FOUND")
        return self.rows[index]

    def to_element(self, row: Row) -> Element:
        """The row as XML in its URI's own namespace."""
        element = Element(f"{{{self.uri}}}{self.root}", {names.XML_LANG: "en-US"})
        for name, value in self.shown(row).items():
            for text in value if isinstance(value, list) else [value]:
                SubElement(element, f"{{{self.uri}}}{name}").text = text
        return element

    def cannot_change_keys(self) -> Fault:
        """The fault for a body whose keys are not those of the selectors."""
        return Fault.named("CANNOT_CHANGE_KEYS")

    def _index(self, keys: t.Mapping[str, Value]) -> int | None:
        wanted = [str(keys[key]).lower() for key in self.keys]
        for index, row in enumerate(self.rows):
            if [str(row[key]).lower() for key in self.keys] == wanted:
                return index
        return None

    def _keys(self, call: Call) -> dict[str, str]:
        known = {key.lower() for key in self.keys}
        if any(name.lower() not in known for name in call.selectors):
            raise Fault.named("UNEXPECTED_SELECTORS")
        found = {key: call.selector(key) for key in self.keys}
        if any(value is None for value in found.values()):
            raise Fault.named("INSUFFCIENT_SELECTORS")
        if any(not isinstance(value, str) or not value for value in found.values()):
            raise Fault.named("INVALID_SELECTOR_VALUE")
        return found

    def _values(self, body: Element | None, keys: t.Mapping[str, str]) -> dict[str, str]:
        """The members that a body carries; its keys must be those of the selectors, computed members must be absent."""
        if body is None:
            return {}
        if names.local(body.tag).lower() != self.root.lower():
            raise Fault.named("SCHEMA_VALIDATION_ERROR")
        if names.namespace(body.tag) not in (self.uri, self.uri + ".xsd"):  # MS-WSMV 4.2.3 has the latter
            raise Fault.named("INVALID_XML_NAMESPACE")
        spelled = {name.lower(): name for name in self.keys + self.members + self.computed}
        found: dict[str, str] = {}
        for child in body:
            name = spelled.get(names.local(child.tag).lower())
            if name is None or len(child) or name in found:
                raise Fault.named("SCHEMA_VALIDATION_ERROR")
            if name in self.computed:
                raise Fault.named("CONFIG_READONLY_PROPERTY", member=name)
            if name in self.keys:
                if (child.text or "").lower() != keys[name].lower():
                    raise self.cannot_change_keys()
                continue
            found[name] = child.text or ""
        return found
