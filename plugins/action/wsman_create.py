# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsman_create: an instance that shall exist."""

from __future__ import annotations

import typing as t

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.module_utils._wsman import recipes, schemas
from ansible_collections.wsman.automation.plugins.plugin_utils import _arguments, _creating
from ansible_collections.wsman.automation.plugins.plugin_utils._action import Connect, WSManAction
from ansible_collections.wsman.automation.plugins.plugin_utils._desired import Options
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


class ActionModule(WSManAction):
    """The action of the module of this name."""

    argument_spec = staticmethod(_argspec.create_module)

    def operate(self, arguments: dict[str, t.Any], connect: Connect) -> Result:
        """Create it from properties or a whole body, unless it exists."""
        _arguments.exactly_one(arguments, "properties", "body")
        target = _arguments.read_target(arguments)
        body = _arguments.read_body(arguments, recipes.root_of(target.resource_uri)[0])
        _arguments.check_wanted(arguments, None, schemas.builtin(target.resource_uri))
        options = Options.from_arguments(arguments, check_mode=self._task.check_mode)
        return _creating.create(connect(), target, arguments["properties"], body, options)
