# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsman_invoke: one call of a method."""

from __future__ import annotations

import typing as t

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import _arguments, _calling, _targets
from ansible_collections.wsman.automation.plugins.plugin_utils._action import Connect, WSManAction
from ansible_collections.wsman.automation.plugins.plugin_utils._calling import Call, Judgement
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


class ActionModule(WSManAction):
    """The action of the module of this name."""

    argument_spec = staticmethod(_argspec.invoke_module)

    def operate(self, arguments: dict[str, t.Any], connect: Connect) -> Result:
        """Call it, on one instance or on all that a filter finds; in check mode only if it changes nothing."""
        _arguments.at_most_one(arguments, "arguments", "body")
        target = _arguments.read_target(arguments)
        _calling.check(arguments["method"], arguments["arguments"] or {})
        _arguments.read_body(arguments, target.resource_uri)
        _targets.check(arguments, target)
        judgement = _read_judgement(arguments, quiet=bool(self._task.no_log))
        read_only: bool = arguments["read_only"]
        check_mode: bool = self._task.check_mode and not read_only
        client = connect()

        def prepare(one: Target) -> Call:
            body = _arguments.read_body(arguments, one.resource_uri)
            values = arguments["arguments"] or {}
            return _calling.prepare(client, one, arguments["method"], values, body, read_only=read_only)

        def perform(call: Call) -> Result:
            if check_mode:
                doubt = {"warnings": [call.doubt]} if call.doubt else {}
                return {"changed": True, "output": {}, "return_value": None, **doubt}
            return {"changed": not read_only, **_calling.perform(client, call, judgement)}

        result = _targets.act(client, target, arguments, prepare, perform, check_mode=check_mode)
        result.pop("diff", None)  # what a method changes is not known
        return result


def _read_judgement(arguments: dict[str, t.Any], *, quiet: bool) -> Judgement:
    timeout: float = arguments["job_timeout"]
    if not timeout > 0:
        raise UsageError("it is not more than 0.", option="job_timeout", remedy="Give seconds.")
    expected = arguments["expected_return_values"]
    for number, one in enumerate(expected or ()):
        if isinstance(one, (dict, list)):
            raise UsageError(
                "it is no single value.", option=f"expected_return_values[{number}]", remedy="Give a number or a text."
            )
    return Judgement(expected, arguments["wait_for_job"], timeout, quiet)
