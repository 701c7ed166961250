# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsman_schema: what a service says of a class, or which classes there are."""

from __future__ import annotations

import typing as t

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.plugin_utils import _arguments, _describing
from ansible_collections.wsman.automation.plugins.plugin_utils._action import Connect, WSManAction
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result
from ansible_collections.wsman.automation.plugins.plugin_utils._schemas import NAMESPACE


class ActionModule(WSManAction):
    """The action of the module of this name."""

    argument_spec = staticmethod(_argspec.schema_module)

    def operate(self, arguments: dict[str, t.Any], connect: Connect) -> Result:
        """Ask for one class, or for the names of all."""
        _arguments.at_most_one(arguments, "class_name", "resource_uri")
        if arguments["resource_uri"] is not None:
            target = _arguments.read_target(arguments)
            return {"changed": False, **_describing.describe(connect(), target)}
        given = arguments["namespace"]
        namespace = NAMESPACE if given is None else _arguments.read_namespace(given)
        if arguments["class_name"] is None:
            return {"changed": False, **_describing.list_classes(connect(), namespace)}
        target = _describing.read_class(arguments["class_name"], namespace)
        return {"changed": False, **_describing.describe(connect(), target)}
