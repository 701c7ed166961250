# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The items of an enumeration as rows: typed by the schemas of their own classes, with their references filled.

Schemas are asked for before the enumeration where it is known that they can be, else once the first answer shows the
class. OMI answers nothing else while it holds an enumeration open (wire/omi/175), so there it is begun again, or the
items wait for its end.
"""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    filters,
    instance,
    profiles,
    projection,
    pull_reader,
    uris,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumerated import Batch
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration, Item
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.pull_reader import UnknownKind
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Schema
from ansible_collections.wsman.automation.plugins.plugin_utils._schemas import UnaskedError

if t.TYPE_CHECKING:
    from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client


@dataclasses.dataclass
class Row:
    """One item: what it holds, of which class, what is known of that, and its reference where that was asked for."""

    read: Instance
    class_name: str | None
    schema: Schema | None
    reference: EndpointReference | None = None
    not_json: frozenset[str] | None = None  # as that of an item


class Reader:
    """Reads items by the schemas of their own classes; *whole* ones have all properties of them.

    With *may_wait* those whose schema cannot be asked for in the middle stay as they are, and so do all after them:
    ``row`` reads them after the end.
    """

    def __init__(self, client: Client, enumeration: Enumeration, *, whole: bool, may_wait: bool) -> None:
        self._client = client
        self._target = enumeration.target
        self._filter = enumeration.filter
        self._row_class = projection.row_class(enumeration.filter)
        self._whole = whole
        self._may_wait = may_wait
        #: Selectors are compared with elements, and references are read from them.
        self._is_typed = enumeration.return_type == "object" and not filters.selectors_of(enumeration.filter)
        self._schemas: dict[tuple[str, str | None], Schema | None] = {}
        self._lacking: UnaskedError | None = None
        self._waits = False

    def prepare(self) -> None:
        """Ask for what will be needed, where it is known who is asked: nothing is open on the service."""
        if self._lacking is not None:
            self._lacking.ask()
            self._lacking = None
        if self._client.known_profile(self._target.resource_uri) is not None:
            self.schema()

    def schema(self) -> Schema | None:
        """What is known of the class that was asked for."""
        name = self._row_class or uris.class_name(self._target.resource_uri)
        return self._client.schemas.of(self._target, name)

    def columns(self) -> list[str]:
        """The properties that rows of a table have in any case: those of a select list, or of the class."""
        listed = projection.listed(self._filter)
        if listed is not None or not self._whole:
            return listed or []
        schema = self.schema()
        return list(schema.properties) if schema is not None and projection.is_whole(schema) else []

    def load(self, body: bytes, **how: t.Any) -> Batch:
        """``pull_reader.read``; raises UnknownKind where somebody would have to be asked."""
        schema_of = self._find if self._is_typed and not self._waits else None
        with self._client.schemas.silence():
            return pull_reader.read(body, **how, schema_of=schema_of)

    def read(self, items: list[Item]) -> t.Sequence[Row | Item]:
        """A row for each item; raises UnknownKind where somebody would have to be asked."""
        if self._waits:
            return items
        with self._client.schemas.silence():
            return [self.row(one) for one in items]

    def learn(self, kind: UnknownKind, *, is_open: bool) -> bool:
        """Ask for the schema that is lacking, or do without; False where it can be asked for at ``prepare`` only."""
        lacking = t.cast(UnaskedError, kind)
        if not is_open or self._client.known_profile(self._target.resource_uri) is profiles.WINDOWS:
            lacking.ask()
        elif self._may_wait:
            self._waits = True
        else:
            self._lacking = lacking
            return False
        return True

    def row(self, item: Item) -> Row:
        """One item; references in it are filled as that of the item is (state.md §2)."""
        read, schema, element = item.instance, item.schema, item.element
        if read is None:
            if element is None:
                return Row(Instance(), None, None, item.endpoint_reference)
            schema = self._find(element.tag, element.get(instance.TYPE))
            read = instance.from_element(element, schema)
        if item.not_json is None:
            read.properties = instance.complete(read.properties, self._target)
        if self._whole:
            instance.fill_lists(read, schema, nested=item.not_json is None)
        name = read.class_name or (schema.name if schema else None) or self._row_class
        return Row(read, name, schema, item.endpoint_reference, item.not_json)

    def _find(self, tag: str, xsi_type: str | None) -> Schema | None:
        kind = (tag, xsi_type)
        if kind not in self._schemas:
            element = Element(tag, {} if xsi_type is None else {instance.TYPE: xsi_type})
            self._schemas[kind] = self._client.schemas.of_item(self._target, element, self._row_class)
        return self._schemas[kind]
