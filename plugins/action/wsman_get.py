# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsman_get: one Get, of an instance or of a fragment of it."""

from __future__ import annotations

import typing as t

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.plugin_utils import _arguments, _reading
from ansible_collections.wsman.automation.plugins.plugin_utils._action import Connect, WSManAction
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


class ActionModule(WSManAction):
    """The action of the module of this name."""

    argument_spec = staticmethod(_argspec.get_module)

    def operate(self, arguments: dict[str, t.Any], connect: Connect) -> Result:
        """Read the whole, or what the fragment selects."""
        target = _arguments.read_target(arguments)
        part = _arguments.read_fragment(arguments)
        value_names = arguments["value_maps"]
        client = connect()
        if part is None:
            return {"changed": False, **_reading.get(client, target, value_names=value_names)}
        return {"changed": False, "value": _reading.get_fragment(client, target, part)}
