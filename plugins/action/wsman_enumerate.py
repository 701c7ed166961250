# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsman_enumerate: one enumeration, from its first answer to its end or the limit."""

from __future__ import annotations

import typing as t

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.plugin_utils import _arguments, _enumerating
from ansible_collections.wsman.automation.plugins.plugin_utils._action import Connect, WSManAction
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


class ActionModule(WSManAction):
    """The action of the module of this name."""

    argument_spec = staticmethod(_argspec.enumerate_module)

    def operate(self, arguments: dict[str, t.Any], connect: Connect) -> Result:
        """Read all that the filter selects."""
        target = _arguments.read_target(arguments)
        client = connect()
        return {"changed": False, **_enumerating.enumerate(client, target, arguments)}
