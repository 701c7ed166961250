# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate: what is asked, and the result of the answers.

Knows ring 1 and the client; neither tasks nor connections.
"""

from __future__ import annotations

import contextlib
import functools
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    filters,
    profiles,
    projection,
    uris,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import POLYMORPHISM, Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError, WSManError, WSManFault
from ansible_collections.wsman.automation.plugins.module_utils._wsman.filters import Filter
from ansible_collections.wsman.automation.plugins.plugin_utils import _sinks
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._pulling import Pulling
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result
from ansible_collections.wsman.automation.plugins.plugin_utils._rows import Reader

Arguments = dict[str, t.Any]


def make_enumeration(client: Client, target: Target, arguments: Arguments) -> Enumeration:
    """The enumeration that the options of wsman_enumerate describe; UsageError for what contradicts itself."""
    chosen = filters.from_plain(arguments["filter"], arguments["dialect"], arguments["association"], target)
    return _make(client, target, chosen, arguments)


def enumerate(
    client: Client,
    target: Target,
    arguments: Arguments,
    file: _sinks.Output | None = None,
    progress: _sinks.Progress | None = None,
) -> Result:
    """The result of wsman_enumerate: everything that the service has, in its order, or up to ``limit``.

    The rows are in the result, or in *file*; *progress* says meanwhile how many they are.
    """
    names = arguments["properties"]
    chosen = filters.from_plain(arguments["filter"], arguments["dialect"], arguments["association"], target)
    if names is not None:
        _check_properties(names, chosen, arguments)
    enumeration = _make(client, target, chosen, arguments)
    narrow: Enumeration | None = None
    if names is not None:
        names = _known_properties(client, target, chosen, names)
        narrow = _narrow(client, target, chosen, arguments, names)
    view = _sinks.View.of(arguments["return_type"], names, value_names=arguments["value_maps"])
    sink: _sinks.Sink = _sinks.Lists(view) if file is None else _sinks.Records(view, file)
    with progress or contextlib.nullcontext():
        pull = functools.partial(_pull, client, arguments, sink, progress)
        if narrow is not None and not _is_taken(pull, narrow):
            narrow = None
        if narrow is None:
            pull(enumeration)
    enumeration = narrow or enumeration
    result: Result = {
        "count": enumeration.count,
        "truncated": enumeration.truncated,
        "recovered": enumeration.recovered,
    }
    return {**result, **sink.finish()}


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
        grows=batch is None,
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


def _is_taken(pull: t.Callable[[Enumeration], None], narrow: Enumeration) -> bool:
    """Whether the service takes *narrow*: a query that the user has not written fails no task."""
    try:
        pull(narrow)
    except WSManFault:
        if narrow.count or narrow.recovered:
            raise
        return False
    return True


def _pull(
    client: Client,
    arguments: Arguments,
    sink: _sinks.Sink,
    progress: _sinks.Progress | None,
    enumeration: Enumeration,
) -> None:
    """All items into *sink*; an error says in the failed result, too, what was tried."""
    reader: Reader | None = None
    if arguments["return_type"] != "epr":
        whole = arguments["properties"] is None and _is_whole(enumeration, arguments)
        reader = Reader(client, enumeration, whole=whole, may_wait=sink.may_wait)

    def consume(rows: _sinks.Rows) -> None:
        sink.take(rows)
        if progress is not None:
            progress.add(len(rows))

    def discard() -> None:
        sink.begin(reader)
        if progress is not None:
            progress.restart()

    discard()
    try:
        Pulling(client, enumeration, consume, discard, reader, progress and progress.begin).run()
    except WSManError as error:
        error.members = {**error.members, "recovered": enumeration.recovered}
        raise


def _is_whole(enumeration: Enumeration, arguments: Arguments) -> bool:
    """Whether the instances come with all properties of their classes."""
    association = arguments["association"] or {}
    return (
        not projection.has_list(enumeration.filter)
        and not association.get("include_result_property")
        and enumeration.polymorphism != POLYMORPHISM["exclude_subclass_properties"]
    )
