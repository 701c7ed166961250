# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsman_delete: instances that shall not exist."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.plugin_utils import _arguments, _deleting, _targets
from ansible_collections.wsman.automation.plugins.plugin_utils._action import Connect, WSManAction
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


class ActionModule(WSManAction):
    """The action of the module of this name."""

    argument_spec = staticmethod(_argspec.delete_module)

    def operate(self, arguments: dict[str, t.Any], connect: Connect) -> Result:
        """Delete it, if it is there."""
        target = _arguments.read_target(arguments)
        _targets.check(arguments, target)
        check_mode = self._task.check_mode
        client = connect()
        delete = functools.partial(_deleting.delete, client, check_mode=check_mode)
        return _targets.act(client, target, arguments, _itself, delete, check_mode=check_mode)


def _itself(target: Target) -> Target:
    """There is nothing to plan."""
    return target
