# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsman_enumerate: one enumeration, from its first answer to its end or the limit."""

from __future__ import annotations

import typing as t

from ansible import constants

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import _arguments, _enumerating, _results_file
from ansible_collections.wsman.automation.plugins.plugin_utils._action import Connect, WSManAction
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result
from ansible_collections.wsman.automation.plugins.plugin_utils._results_file import ResultsFile
from ansible_collections.wsman.automation.plugins.plugin_utils._sinks import Output, Progress


class ActionModule(WSManAction):
    """The action of the module of this name."""

    argument_spec = staticmethod(_argspec.enumerate_module)

    def operate(self, arguments: dict[str, t.Any], connect: Connect) -> Result:
        """Read all that the filter selects, into the result or into a file."""
        target = _arguments.read_target(arguments)
        if arguments["dest"] is None:
            self._check_alone(arguments)
            client = connect()
            result = _enumerating.enumerate(client, target, arguments, progress=_progress(client, arguments))
            return {"changed": False, **result}
        given = arguments["dest"]
        path = self._loader.path_dwim(given) + "/" * given.endswith("/")
        keep = constants.MAX_FILE_SIZE_FOR_DIFF if self._task.diff else 0
        mode = _results_file.parse_mode(arguments["mode"])
        with ResultsFile(path, mode=mode, dry=self._task.check_mode, keep=keep) as file:
            client = connect()
            output = Output(file, arguments["format"] or _argspec.FILE_FORMATS[0], self.secrets)
            result = _enumerating.enumerate(client, target, arguments, output, _progress(client, arguments))
        return {"dest": path, **result}

    @staticmethod
    def _check_alone(arguments: dict[str, t.Any]) -> None:
        """What is said of a file is meant for one."""
        for option in ("format", "mode"):
            if arguments[option] is not None:
                remedy = "Give dest, or leave it out."
                raise UsageError("it is said of a file, and there is none.", option=option, remedy=remedy)


def _progress(client: Client, arguments: dict[str, t.Any]) -> Progress | None:
    name = client.options.session_name or client.options.host
    return Progress(name) if arguments["progress"] else None
