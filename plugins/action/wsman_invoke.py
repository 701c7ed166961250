# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsman_invoke: one call of a method."""

from __future__ import annotations

import typing as t

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.plugin_utils import _arguments, _calling
from ansible_collections.wsman.automation.plugins.plugin_utils._action import Connect, WSManAction
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


class ActionModule(WSManAction):
    """The action of the module of this name."""

    argument_spec = staticmethod(_argspec.invoke_module)

    def operate(self, arguments: dict[str, t.Any], connect: Connect) -> Result:
        """Call it; in check mode only if it changes nothing."""
        _arguments.at_most_one(arguments, "arguments", "body")
        target = _arguments.read_target(arguments)
        read_only: bool = arguments["read_only"]
        client = connect()
        request = _calling.make_request(
            client,
            target,
            arguments["method"],
            arguments["arguments"] or {},
            _arguments.read_body(arguments, target.resource_uri),
            read_only=read_only,
        )
        if self._task.check_mode and not read_only:
            return {"changed": True, "output": {}, "return_value": None}
        return {"changed": not read_only, **_calling.call(client, request)}
