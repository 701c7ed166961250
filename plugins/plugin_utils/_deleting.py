# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delete as desired state: an instance that is not there is no change.

Knows neither tasks nor connections.
"""

from __future__ import annotations

from ansible_collections.wsman.automation.plugins.module_utils._wsman import addressing, operations
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import WSManFault
from ansible_collections.wsman.automation.plugins.plugin_utils import _desired
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


def delete(client: Client, target: Target, *, check_mode: bool) -> Result:
    """Remove the instance if it is there; what it held is not read for that."""
    changed = _desired.find(client, target) is not None if check_mode else _remove(client, target)
    selectors = addressing.selector_set_to_plain(target.selector_set)
    gone = {"resource_uri": target.resource_uri, "selector_set": selectors} if changed else {}
    return {"changed": changed, "diff": {"before": gone, "after": {}}}


def _remove(client: Client, target: Target) -> bool:
    try:
        client.execute(operations.delete(target))
    except WSManFault as error:
        if not _desired.is_missing(client, target, error):
            raise
        return False
    return True
