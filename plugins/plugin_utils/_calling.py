# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invoke: the request for a method, and the result of its answer.

Knows ring 1 and the client; neither tasks nor connections.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from xml.etree.ElementTree import Element

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    instance,
    operations,
    profiles,
    representation,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Request
from ansible_collections.wsman.automation.plugins.plugin_utils import _result
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result

_INTEGER = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)


def make_request(
    client: Client,
    target: Target,
    method: str,
    arguments: dict[str, t.Any],
    body: Element | None,
    *,
    read_only: bool,
) -> Request:
    """The call of *method* with *arguments*, or with a whole *body*; one that only reads may be sent again."""
    if body is None:
        known = client.known_profile(target.resource_uri) or profiles.GENERIC
        body = operations.method_input(target, method)
        representation.fill(body, arguments, option="arguments", datetimes_as=known.datetimes)
    return dataclasses.replace(operations.invoke(target, method, body), repeatable=read_only)


def call(client: Client, request: Request) -> Result:
    """Send the call; the output parameters, and apart from them the return value."""
    element = operations.read_invoke(client.execute(request))
    if element is None:
        return {"output": {}, "return_value": None}
    output = _result.plain(instance.from_element(element).properties)
    return {"return_value": _read_return_value(output.pop("ReturnValue", None)), "output": output}


def _read_return_value(value: t.Any) -> t.Any:
    """A whole number in its usual spelling is one: nearly every method of CIM returns a uint32 (DSP0004 5.6.3).

    The only value that gets a type which neither a schema nor the wire gives; OMI's SpellNumber returns a text.
    """
    return int(value) if isinstance(value, str) and _INTEGER.fullmatch(value) else value
