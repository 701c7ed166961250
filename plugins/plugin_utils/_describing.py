# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema of a class, and the classes of a namespace, as results.

Here a service that refuses is an error that says so; tasks that could only use a schema ask ``_schemas`` instead.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    class_schema,
    profiles,
    schemas,
    uris,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError, WSManFault
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result

_NAME = re.compile(r"[^\W\d]\w*")
_NO_SCHEMAS = "This service gives no schemas of classes; Windows and OMI do. The option types can say what they would."


def describe(client: Client, target: Target) -> Result:
    """The schema of the class of *target*, or of the resource itself where it is built in."""
    known = schemas.builtin(target.resource_uri)
    name = uris.class_name(target.resource_uri)
    if known is None and name is None:
        raise UsageError(
            "it is no class, and nothing is built in about it.",
            option="resource_uri",
            remedy="Name a class, such as wmicimv2/Win32_Service, or a resource of winrm/config.",
        )
    if known is None:
        try:
            known = client.schemas.fetch(t.cast(str, name), client.schemas.namespace(target))
        except WSManFault as error:
            if class_schema.refusal(error) == "service":
                error.remedy = _NO_SCHEMAS
            raise
    return {"schema": known.to_plain()}


def list_classes(client: Client, namespace: str) -> Result:
    """The names of the classes of *namespace*; UsageError on services that are known to list none."""
    profile = client.profile(class_schema.RESOURCE_URI)
    if profile not in (profiles.WINDOWS, profiles.GENERIC):
        raise _lists_none()
    try:
        names = client.schemas.list_names(namespace)
    except WSManFault as error:
        if profile is profiles.WINDOWS or class_schema.refusal(error) is None:
            raise
        raise _lists_none() from error
    return {"class_names": names, "count": len(names)}


def _lists_none() -> UsageError:
    remedy = "Name a class; only Windows lists them."
    return UsageError("this service does not list classes.", option="class_name", remedy=remedy)


def read_class(name: str, namespace: str) -> Target:
    """The class *name* of *namespace* as a resource."""
    if not _NAME.fullmatch(name.strip()):
        raise UsageError(f"{name!r} is no name of a class.", option="class_name", remedy="Write one as Win32_Service.")
    return Target(uris.ALIASES["cimv2/"] + name.strip(), {uris.NAMESPACE_SELECTOR: namespace})
