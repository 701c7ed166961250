# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsman_identify: one Identify, or the way to it step by step."""

from __future__ import annotations

import typing as t

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _diagnosis
from ansible_collections.wsman.automation.plugins.plugin_utils._action import Connect, WSManAction
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


class ActionModule(WSManAction):
    """The action of the module of this name."""

    argument_spec = staticmethod(_argspec.identify_module)

    def operate(self, arguments: dict[str, t.Any], connect: Connect) -> Result:
        """Ask, and show what it says."""
        if arguments["fail_on_problem"] and not arguments["diagnose"]:
            raise UsageError(
                "there is no diagnosis to fail on.", option="fail_on_problem", remedy="Set diagnose to true too."
            )
        client = connect(authenticated=arguments["authenticated"], direct=arguments["diagnose"])
        if arguments["diagnose"]:
            return diagnose(client, fail=arguments["fail_on_problem"])
        identity = client.identify(authenticated=arguments["authenticated"])
        session = describe(client.used if arguments["authenticated"] else client.options.anonymous(), client.mechanism)
        return {"changed": False, "identity": identity.to_plain(), "session": session}


def diagnose(client: Client, *, fail: bool) -> Result:
    """Every step to the service; the task fails only with *fail*, by the first step that does."""
    found = _diagnosis.run(client)
    session = describe(client.used, client.mechanism)
    result = {"changed": False, **found, "session": session}
    problem = next((one for one in found["diagnosis"] if one["ok"] is False), None)
    if problem is None or not fail:
        return result
    return {**result, "failed": True, "msg": f"{problem['step']}: {problem['detail']} {problem['remedy']}"}


def describe(options: SessionOptions, mechanism: str | None) -> Result:
    """By which way the service was reached, without the account: who changes a service can tell what would bar it."""
    names = ("session_name", "host", "scheme", "port", "http_prefix", "authentication")
    return {
        **{name: getattr(options, name) for name in names},
        "mechanism": mechanism,
        "encrypted": options.scheme == "https" or options.encrypts,
        "bound": options.binds,
    }
