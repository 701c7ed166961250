# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get: what is asked, and the result of the answer.

Knows ring 1 and the client; neither tasks nor connections.
"""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    fragment,
    instance,
    operations,
    projection,
    value_maps,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Fragment
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema
from ansible_collections.wsman.automation.plugins.plugin_utils import _result
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


def get(client: Client, target: Target, *, value_names: bool = False) -> Result:
    """The members of a result that show the instance."""
    return show(client, target, get_element(client, target), value_names=value_names)


def get_element(client: Client, target: Target) -> Element:
    """The instance as it came; ProtocolError for an answer without one."""
    element = operations.read_get(client.execute(operations.get(target)))
    if element is None:
        raise ProtocolError(f"the service's answer to Get of {target.resource_uri} holds no instance")
    return element


def show(client: Client, target: Target, element: Element, *, value_names: bool = False) -> Result:
    """The members of a result that show *element*, the whole of *target*, as an instance of its own class.

    With *value_names* the names that the schema has for its values too.
    """
    schema = client.schemas.of_item(target, element)
    read = instance.from_element(element, schema)
    instance.fill_lists(read, schema)
    read.properties = instance.complete(read.properties, target)
    result = _result.instance(read)
    return {**result, "value_names": value_maps.names(read, schema)} if value_names else result


def get_fragment(client: Client, target: Target, part: Fragment) -> t.Any:
    """The value that *part* selects: asked of Windows alone, looked up in the whole for all others (state.md §3).

    Raises UsageError for a member that the class is known not to have.
    """
    path = fragment.parse(part.path)
    if fragment.takes_header(target, windows=client.takes_fragments(target.resource_uri)):
        response = client.execute(operations.get(target, part))
        elements = list(fragment.read_members(response))
        texts = fragment.read_fragment(response) if path.text else []
    else:
        whole = get_element(client, target)
        elements = fragment.select(part.path, whole)
        texts = fragment.evaluate(part.path, whole) if path.text else []
    found = bool(elements or texts)
    schema = client.schemas.of(target) if not found or not path.text else None
    if schema is not None and not found:
        _check_member(path, schema)
    if path.text:
        return _result.plain(fragment.to_value([_text(one) for one in texts]))
    value = instance.read_values(elements, _member(schema, path))
    return _result.plain(instance.complete_one(value, target))


def _text(part: fragment.Part) -> str | None:
    return "".join(part.itertext()) if isinstance(part, Element) else part


def _check_member(path: fragment.Path, schema: Schema) -> None:
    """UsageError for a path to what the class does not have, so that a wrong name is not taken for no value."""
    if projection.is_whole(schema) and schema.find(path.name) is None:
        raise UsageError(
            f"{schema.name} has no member {path.name}.",
            option="fragment",
            remedy=f"It has {', '.join(schema.properties)}.",
        )


def _member(schema: Schema | None, path: fragment.Path) -> Property | None:
    """What is known of the member that *path* names; one of an array is no list."""
    member = schema.find(path.name) if schema else None
    return dataclasses.replace(member, array=False) if member and path.index is not None else member
