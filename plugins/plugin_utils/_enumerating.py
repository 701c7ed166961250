# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate: what is asked, and the result of the answers.

Knows ring 1 and the client; neither tasks nor connections.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    filters,
    instance,
    profiles,
    projection,
    uris,
    value_maps,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import POLYMORPHISM, Enumeration, Item
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError, WSManError, WSManFault
from ansible_collections.wsman.automation.plugins.module_utils._wsman.filters import Filter
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Schema
from ansible_collections.wsman.automation.plugins.plugin_utils import _result
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result

Arguments = dict[str, t.Any]


@dataclasses.dataclass
class _Row:
    """One item: what it holds, of which class, and what is known of that."""

    read: Instance
    class_name: str | None
    schema: Schema | None


def make_enumeration(client: Client, target: Target, arguments: Arguments) -> Enumeration:
    """The enumeration that the options of wsman_enumerate describe; UsageError for what contradicts itself."""
    chosen = filters.from_plain(arguments["filter"], arguments["dialect"], arguments["association"], target)
    return _make(client, target, chosen, arguments)


def enumerate(client: Client, target: Target, arguments: Arguments) -> Result:
    """The result of wsman_enumerate: everything that the service has, in its order, or up to ``limit``."""
    names = arguments["properties"]
    chosen = filters.from_plain(arguments["filter"], arguments["dialect"], arguments["association"], target)
    if names is not None:
        _check_properties(names, chosen, arguments)
    enumeration = _make(client, target, chosen, arguments)
    narrow: Enumeration | None = None
    if names is not None:
        names = _known_properties(client, target, chosen, names)
        narrow = _narrow(client, target, chosen, arguments, names)
    enumeration, items = _collect(client, enumeration, narrow)
    result: Result = {
        "count": enumeration.count,
        "truncated": enumeration.truncated,
        "recovered": enumeration.recovered,
    }
    if arguments["return_type"] != "epr":
        whole = names is None and _is_whole(enumeration, arguments)
        reader = _Reader(client, enumeration, whole=whole)
        rows = [reader.read(one) for one in items]
        result.update(_show(rows, names, value_names=arguments["value_maps"]))
    if arguments["return_type"] != "object":
        result["endpoint_references"] = [
            one.endpoint_reference.to_plain() if one.endpoint_reference else None for one in items
        ]
    return result


def _make(client: Client, target: Target, chosen: Filter | None, arguments: Arguments) -> Enumeration:
    batch, return_type = arguments["max_elements"], arguments["return_type"]
    if return_type == "epr" and filters.selectors_of(chosen) and not _is_windows(client, target):
        return_type = "object_and_epr"  # what such a filter selects must be seen: OMI takes no notice of it
    enumeration = Enumeration(
        target,
        filter=chosen,
        return_type=return_type,
        polymorphism=arguments["polymorphism"],
        max_elements=client.options.batch_items if batch is None else batch,
        limit=arguments["limit"],
    )
    enumeration.target = _query_target(client, target, chosen)
    return enumeration


def _query_target(client: Client, target: Target, chosen: Filter | None) -> Target:
    """Where the query goes; the service is asked what it is only where Windows wants it elsewhere than others do."""
    if chosen is None or chosen.dialect != uris.DIALECT_WQL:
        return target
    elsewhere, windows = (filters.wql_target(target, str(chosen.content), windows=one) for one in (False, True))
    if elsewhere == windows or client.profile(target.resource_uri) is not profiles.WINDOWS:
        return elsewhere
    return windows


def _is_windows(client: Client, target: Target) -> bool:
    return client.known_profile(target.resource_uri) is profiles.WINDOWS


def _check_properties(names: list[str], chosen: Filter | None, arguments: Arguments) -> None:
    """What is wrong in ``properties`` whatever the service is: it is not asked anything before."""
    if arguments["return_type"] == "epr":
        remedy = "Leave it out, or take return_type object."
        raise UsageError("endpoint references have no properties.", option=projection.OPTION, remedy=remedy)
    projection.check(names, chosen, None)


def _known_properties(client: Client, target: Target, chosen: Filter | None, names: list[str]) -> list[str]:
    name = projection.row_class(chosen) or uris.class_name(target.resource_uri)
    schema = client.schemas.of(target, name) if name else None
    return projection.check(names, chosen, schema)


def _narrow(
    client: Client, target: Target, chosen: Filter | None, arguments: Arguments, names: list[str]
) -> Enumeration | None:
    """The same enumeration with a select list; None where the service does not take WQL, or WQL cannot say it.

    A projection has no endpoint references, and a query no polymorphism.
    """
    if arguments["return_type"] != "object" or arguments["polymorphism"] is not None:
        return None
    query = projection.select(names, chosen, target.resource_uri)
    if query is None or not _takes_queries(client, target.resource_uri):
        return None
    return _make(client, target, query, arguments)


def _takes_queries(client: Client, resource_uri: str) -> bool:
    """Whether the service takes WQL; who has WMI's URIs does, whoever it is."""
    return uris.wmi_namespace(resource_uri) is not None or client.profile(resource_uri).queries


def _collect(client: Client, enumeration: Enumeration, narrow: Enumeration | None) -> tuple[Enumeration, list[Item]]:
    """The items of *narrow*, or else of *enumeration*: a query that the user has not written fails no task."""
    if narrow is not None:
        try:
            return narrow, _read_all(client, narrow)
        except WSManFault:
            if narrow.count or narrow.recovered:
                raise
    return enumeration, _read_all(client, enumeration)


def _read_all(client: Client, enumeration: Enumeration) -> list[Item]:
    """All items; an error says in the failed result, too, what was tried."""
    try:
        return client.collect(enumeration)
    except WSManError as error:
        error.members = {"recovered": enumeration.recovered}
        raise


def _is_whole(enumeration: Enumeration, arguments: Arguments) -> bool:
    """Whether the instances come with all properties of their classes."""
    association = arguments["association"] or {}
    return (
        not projection.has_list(enumeration.filter)
        and not association.get("include_result_property")
        and enumeration.polymorphism != POLYMORPHISM["exclude_subclass_properties"]
    )


class _Reader:
    """Reads items by the schemas of their own classes; *whole* ones have all properties of them."""

    def __init__(self, client: Client, enumeration: Enumeration, *, whole: bool) -> None:
        self._client = client
        self._target = enumeration.target
        self._row_class = projection.row_class(enumeration.filter)
        self._whole = whole
        self._schemas: dict[tuple[str, str | None], Schema | None] = {}

    def read(self, item: Item) -> _Row:
        """One item; references in it are filled as that of the item is (state.md §2)."""
        element = item.element
        if element is None:
            return _Row(Instance(), None, None)
        kind = (element.tag, element.get(instance.TYPE))
        if kind not in self._schemas:
            self._schemas[kind] = self._client.schemas.of_item(self._target, element, self._row_class)
        schema = self._schemas[kind]
        read = instance.from_element(element, schema)
        read.properties = instance.complete(read.properties, self._target)
        if self._whole:
            instance.fill_lists(read, schema)
        return _Row(read, read.class_name or (schema.name if schema else None) or self._row_class, schema)


def _show(rows: list[_Row], names: list[str] | None, *, value_names: bool) -> Result:
    """The members of a result that show *rows*, of *names* alone if given."""
    result: Result = {}
    if names is not None:
        spelled = projection.spellings(row.read for row in rows)
        for row in rows:
            row.read.properties = projection.reduce(row.read, names, row.schema, spelled)
        unknown = [name for name in names if name.lower() not in spelled]
        if unknown and rows and not projection.is_whole(rows[0].schema):
            result["warnings"] = [f"{projection.OPTION}: no instance that was read has {', '.join(unknown)}."]
    result["instances"] = [_result.plain(row.read.properties) for row in rows]
    result["class_names"] = [row.class_name for row in rows]
    if value_names:
        result["value_names"] = [value_maps.names(row.read, row.schema) for row in rows]
    return result
