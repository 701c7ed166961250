# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsman_put: instances as desired state."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.module_utils._wsman import recipes, schemas
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.plugin_utils import _arguments, _putting, _targets
from ansible_collections.wsman.automation.plugins.plugin_utils._action import Connect, WSManAction
from ansible_collections.wsman.automation.plugins.plugin_utils._desired import Options
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


class ActionModule(WSManAction):
    """The action of the module of this name."""

    argument_spec = staticmethod(_argspec.put_module)

    def operate(self, arguments: dict[str, t.Any], connect: Connect) -> Result:
        """Write properties, a whole body, or one fragment."""
        way = _arguments.exactly_one(arguments, "properties", "body", "fragment")
        _arguments.check_value(way, given="value" in self._task.args)
        target = _arguments.read_target(arguments)
        _targets.check(arguments, target)
        part = _arguments.read_fragment(arguments)
        _arguments.read_body(arguments, target.resource_uri)
        _arguments.check_wanted(arguments, part, schemas.builtin(target.resource_uri))
        options = Options.from_arguments(arguments, check_mode=self._task.check_mode)
        client = connect()

        def plan(target: Target) -> _putting.Work:
            body = _arguments.read_body(arguments, recipes.root_of(target.resource_uri)[0])
            if part is not None:
                return _putting.plan_fragment(client, target, part, arguments["value"], options.choices)
            if body is not None:
                return _putting.plan_body(client, target, body, options.choices)
            return _putting.plan_properties(client, target, arguments["properties"], options.choices)

        write = functools.partial(_putting.write, client, options=options)
        return _targets.act(client, target, arguments, plan, write, check_mode=options.check_mode)
