# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of every action: validates, connects, lets the action operate, and turns whatever happens into a result.

The one frame where errors become Ansible's results and where secrets are censored (design.md §2). Knows Ansible's
tasks and connections and nothing of the protocol. What costs time to load is loaded here, at import, for every fork to
inherit.
"""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import connection_loader

from ansible_collections.wsman.automation.plugins.module_utils._argspec import ArgumentSpec
from ansible_collections.wsman.automation.plugins.module_utils._wsman import types_option
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError, WSManError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.types_option import Types
from ansible_collections.wsman.automation.plugins.plugin_utils import _arguments, _link, _result
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


class Connect(t.Protocol):
    """Gives the client of the task.

    *authenticated* false is for one without the account of the host, *direct* for one whose connection is the task's.
    """

    def __call__(self, *, authenticated: bool = True, direct: bool = False) -> Client: ...


def _types(arguments: dict[str, t.Any], connection: t.Any) -> Types:
    """What the task says of types, else the host's variable; UsageError where neither says anything sensible."""
    given = arguments.get("types")
    if given is not None or "types" not in arguments:
        return types_option.parse(given)
    return types_option.parse(_arguments.native(connection.types()), "ansible_wsman_types")


LOCALHOST = ("localhost", "127.0.0.1", "::1")
CONNECTION = "wsman.automation.wsman"

# Without this each fork parses the plugin's documentation again: 18 to 29 ms a task against 0.3 (ansible.md §2).
connection_loader.get(CONNECTION, class_only=True)


class WSManAction(ActionBase):
    """One operation: a subclass says which options it has and what it does with a client."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def __init__(self, *arguments: t.Any, **options: t.Any) -> None:
        super().__init__(*arguments, **options)
        #: What no result may hold; the connection's own are among it once it is there.
        self.secrets: set[str] = set()

    @staticmethod
    def argument_spec() -> ArgumentSpec:
        """The options of the module of this name, from ``_argspec``."""
        raise NotImplementedError

    def operate(self, arguments: dict[str, t.Any], connect: Connect) -> Result:
        """Do the work and return the members of the result. *arguments* are validated, and of Python's own types.

        *connect* gives the client; what is wrong in the arguments should be found before it is called. Raises
        WSManError.
        """
        raise NotImplementedError

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """Validate, connect, operate; every WSManError becomes a result, and no result holds a secret."""
        result: Result = super().run(tmp, task_vars)
        secrets = self.secrets
        try:
            result.update(self._perform(task_vars or {}, secrets))
        except WSManError as error:
            result.update(_result.failure(error, self._hint()))
        if self._task.no_log:
            result = _result.hide(result)
        return _result.censor(result, secrets)

    def _perform(self, task_vars: dict[str, t.Any], secrets: set[str]) -> Result:
        """Everything that may fail; *secrets* grows as they become known."""
        secrets.update(_arguments.secrets(_arguments.native(self._task.args)))
        arguments = self._validate()
        with contextlib.ExitStack() as stack:
            stack.callback(_link.rest)

            def connect(*, authenticated: bool = True, direct: bool = False) -> Client:
                session = _arguments.session_options(arguments)
                connection = self._connect(task_vars, session if authenticated else _arguments.anonymous(session))
                connection.direct = direct
                secrets.update(connection.secrets())
                stack.enter_context(connection.operation())  # one deadline for all requests
                return Client(connection, _types(arguments, connection))

            return self.operate(arguments, connect)

    def _validate(self) -> dict[str, t.Any]:
        """The arguments by core's own validation, without tags.

        Its error would be shown with the lines of the playbook around it, literal passwords included: only its text is
        used.
        """
        spec = self.argument_spec()
        for option in (name for name, one in spec.items() if "options" in one):
            if not isinstance(self._task.args.get(option) or {}, (dict, str)):  # core looks for its members, and breaks
                raise UsageError("it is no dictionary.", option=option, remedy="Give its options by name.")
        try:
            _validation, arguments = self.validate_argument_spec(argument_spec=spec)
        except AnsibleActionFail as error:
            raise UsageError(str(error)) from None
        return t.cast("dict[str, t.Any]", _arguments.native(arguments))

    def _hint(self) -> str | None:
        """A task delegated to the control node talks to the service there, which is seldom meant (ansible.md §1)."""
        session = self._task.args.get("session")
        named = isinstance(session, dict) and {"host", "connection"} & session.keys()
        if self._task.delegate_to not in LOCALHOST or named:
            return None
        return "With delegate_to that host's own service was asked; name another in session.host."

    def _connect(self, task_vars: dict[str, t.Any], session: dict[str, t.Any]) -> t.Any:
        """The connection to the service: the task's own if it is ours, else a second one from the same variables."""
        connection = self._connection
        if not connection.matches_name([CONNECTION]):
            connection = self._open_connection(task_vars)
        connection.override(session)
        return connection

    def _open_connection(self, task_vars: dict[str, t.Any]) -> t.Any:
        """Open our connection as core's executor opens a task's own (ansible.md §1)."""
        delegate = self._task.delegate_to
        variables = task_vars["ansible_delegated_vars"][delegate] if delegate else task_vars
        connection = connection_loader.get(
            CONNECTION,
            self._play_context,
            new_stdin=None,
            task_uuid=self._task._uuid,
            ansible_playbook_pid=str(os.getppid()),
        )
        connection.port_is_set = self._is_port_set(delegate, task_vars)
        connection.beside = self._connection.ansible_name  # whose ansible_port it is
        self._set_options(connection, variables)
        return connection

    def _set_options(self, connection: t.Any, variables: dict[str, t.Any]) -> None:
        """UsageError for variables that cannot be resolved or are of another type.

        Core's own error would be shown with the lines of the inventory around it, and with the value.
        """
        templar = self._templar.copy_with_new_env(available_variables=variables)
        given: dict[str, t.Any] = {}
        try:
            given = connection._resolve_option_variables(variables, templar)
            connection.set_options(task_keys=self._task_keys(), var_options=given)
        except AnsibleError as error:
            secrets = _result.secret_values([value for name, value in given.items() if "pass" in name], "password")
            said = _result.censor({"msg": error.message}, secrets)["msg"]
            remedy = "Check the variables of the host that concern the connection."
            raise UsageError(f"{said.rstrip('.')}.", remedy=remedy) from None

    def _is_port_set(self, delegate: str | None, task_vars: dict[str, t.Any]) -> bool:
        """Whether somebody has set the port: core puts 5986 into the variables of a winrm host without one."""
        if not self._connection.matches_name(["winrm"]):
            return True
        hostvars = task_vars.get("hostvars") or {}
        host = delegate or task_vars.get("inventory_hostname")
        return "ansible_port" in self._task.get_vars() or "ansible_port" in (hostvars.get(host) or {})

    def _task_keys(self) -> dict[str, t.Any]:
        """The keywords of the task as the executor hands them to a connection, with the password of ``-k``."""
        keys: dict[str, t.Any] = self._task.dump_attrs()
        keys["timeout"] = self._play_context.timeout  # the keyword is the task's own, not the connection's
        keys.pop("retries", None)  # nor are these
        if self._play_context.password:
            keys["password"] = self._play_context.password
        return keys
