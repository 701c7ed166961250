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
    schemas,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Fragment
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError
from ansible_collections.wsman.automation.plugins.plugin_utils import _result
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


def get(client: Client, target: Target) -> Result:
    """The members of a result that show the instance."""
    return show(target, get_element(client, target))


def get_element(client: Client, target: Target) -> Element:
    """The instance as it came; ProtocolError for an answer without one."""
    element = operations.read_get(client.execute(operations.get(target)))
    if element is None:
        raise ProtocolError(f"the service's answer to Get of {target.resource_uri} holds no instance")
    return element


def show(target: Target, element: Element) -> Result:
    """The members of a result that show *element* as an instance of *target*."""
    return _result.instance(instance.from_element(element, schemas.builtin(target.resource_uri)))


def get_fragment(client: Client, target: Target, part: Fragment) -> t.Any:
    """The value that *part* selects: asked of Windows alone, looked up in the whole for all others (state.md §3)."""
    parts: list[t.Any]
    path = fragment.parse(part.path)
    if fragment.takes_header(target, windows=client.takes_fragments(target.resource_uri)):
        response = client.execute(operations.get(target, part))
        parts = [instance.read_values([child]) for child in fragment.read_members(response)]
        if path.text:
            parts = [_text(one) for one in fragment.read_fragment(response)]
    else:
        element = get_element(client, target)
        parts = [_read_member(target, child) for child in fragment.select(part.path, element)]
        if path.text:
            parts = [_text(one) for one in fragment.evaluate(part.path, element)]
    return _result.plain(fragment.to_value(parts))


def _text(part: fragment.Part) -> str | None:
    return "".join(part.itertext()) if isinstance(part, Element) else part


def _read_member(target: Target, element: Element) -> t.Any:
    """One element of a member by its type, where the schema is built in; one of an array is no list."""
    schema = schemas.builtin(target.resource_uri)
    member = schema.find(xml.local(element.tag)) if schema else None
    return instance.read_values([element], dataclasses.replace(member, array=False) if member else None)
