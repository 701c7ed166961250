# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate: what is asked, and the result of the answers.

Knows ring 1 and the client; neither tasks nor connections.
"""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import filters, instance, profiles, schemas, uris
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.plugin_utils import _result
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


def make_enumeration(client: Client, target: Target, arguments: dict[str, t.Any]) -> Enumeration:
    """The enumeration that the options of wsman_enumerate describe; UsageError for what contradicts itself."""
    chosen = filters.from_plain(arguments["filter"], arguments["dialect"], arguments["association"], target)
    if chosen is not None and chosen.dialect == uris.DIALECT_WQL:
        known = client.known_profile(target.resource_uri)
        target = filters.wql_target(target, str(chosen.content), windows=known is profiles.WINDOWS)
    batch = arguments["max_elements"]
    return Enumeration(
        target,
        filter=chosen,
        return_type=arguments["return_type"],
        polymorphism=arguments["polymorphism"],
        max_elements=client.options.batch_items if batch is None else batch,
        limit=arguments["limit"],
    )


def enumerate(client: Client, enumeration: Enumeration) -> Result:
    """Everything that *enumeration* yields, in the order of the service."""
    schema = schemas.builtin(enumeration.target.resource_uri)
    instances: list[Result] = []
    class_names: list[str | None] = []
    references: list[Result | None] = []
    with contextlib.closing(client.enumerate(enumeration)) as items:
        for item in items:
            if item.element is not None:
                read = instance.from_element(item.element, schema)
                instances.append(_result.plain(read.properties))
                class_names.append(read.class_name)
            references.append(item.endpoint_reference.to_plain() if item.endpoint_reference else None)
    result: Result = {"count": enumeration.count, "truncated": enumeration.truncated}
    if enumeration.return_type != "epr":
        result.update(instances=instances, class_names=class_names)
    if enumeration.return_type != "object":
        result["endpoint_references"] = references
    return result
