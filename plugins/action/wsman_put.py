# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsman_put: an instance as desired state."""

from __future__ import annotations

import typing as t

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.module_utils._wsman import recipes, schemas
from ansible_collections.wsman.automation.plugins.plugin_utils import _arguments, _desired
from ansible_collections.wsman.automation.plugins.plugin_utils._action import Connect, WSManAction
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


class ActionModule(WSManAction):
    """The action of the module of this name."""

    argument_spec = staticmethod(_argspec.put_module)

    def operate(self, arguments: dict[str, t.Any], connect: Connect) -> Result:
        """Write properties, a whole body, or one fragment."""
        way = _arguments.exactly_one(arguments, "properties", "body", "fragment")
        _arguments.check_value(way, given="value" in self._task.args)
        target = _arguments.read_target(arguments)
        part = _arguments.read_fragment(arguments)
        body = _arguments.read_body(arguments, recipes.root_of(target.resource_uri)[0])
        _arguments.check_wanted(arguments, part, schemas.builtin(target.resource_uri))
        check_mode = self._task.check_mode
        if part is not None:
            return _desired.put_fragment(connect(), target, part, arguments["value"], check_mode=check_mode)
        if body is not None:
            return _desired.put_body(connect(), target, body, check_mode=check_mode)
        return _desired.put_properties(connect(), target, arguments["properties"], check_mode=check_mode)
