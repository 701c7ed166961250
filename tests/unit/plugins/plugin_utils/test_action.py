# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an action comes to its connection; real tasks under real connections are tests/system's."""

from __future__ import annotations

import types

import pytest
from ansible.errors import AnsibleError

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import _action
from ansible_collections.wsman.automation.plugins.plugin_utils._action import WSManAction


class Operation(WSManAction):
    """An action whose work is to connect."""

    def run(self, tmp=None, task_vars=None):
        return self._connect(task_vars, {"host": "box"})


class FakeConnection:
    """Any connection plugin, by name; keeps what it was given."""

    def __init__(self, name):
        self.name, self.ansible_name, self.port_is_set, self.overrides, self.options = name, name, None, [], {}

    def matches_name(self, names):
        return self.name in names

    def override(self, options):
        self.overrides.append(options)

    def set_options(self, **options):
        self.options = options

    def _resolve_option_variables(self, variables, templar):
        return {"resolved": variables, "by": templar}


@pytest.fixture
def connect(monkeypatch):
    """``connect("ssh", variables)`` → the connection that the action uses, and the task's own."""

    def connect(name, variables, *, delegate_to=None, password=None, task_vars=None):
        own, second = FakeConnection(name), FakeConnection("wsman.automation.wsman")
        monkeypatch.setattr(_action.connection_loader, "get", lambda *arguments, **options: second)
        task = types.SimpleNamespace(
            _uuid="1",
            delegate_to=delegate_to,
            dump_attrs=lambda: {"retries": 3, "timeout": 7, "remote_user": "joe"},
            get_vars=lambda: task_vars or {},
        )
        play_context = types.SimpleNamespace(password=password, timeout=10)
        templar = types.SimpleNamespace(copy_with_new_env=lambda available_variables: available_variables)
        action = Operation(task, own, play_context, None, templar, None)
        return action.run(task_vars=variables), own

    return connect


def test_our_own_connection_is_used(connect):
    connection, own = connect("wsman.automation.wsman", {})
    assert connection is own
    assert connection.overrides == [{"host": "box"}]


@pytest.mark.parametrize("name", ["ssh", "local", "winrm", "psrp"])
def test_a_second_connection_under_any_other(connect, name):
    variables = {"ansible_host": "a"}
    connection, own = connect(name, variables)
    assert connection is not own
    assert connection.overrides == [{"host": "box"}]
    assert connection.options["var_options"] == {"resolved": variables, "by": variables}
    assert connection.beside == name


def test_keywords_are_handed_on_as_core_does(connect):
    connection, _own = connect("ssh", {}, password="asked-for")
    assert connection.options["task_keys"] == {"timeout": 10, "remote_user": "joe", "password": "asked-for"}
    connection, _own = connect("ssh", {})
    assert "password" not in connection.options["task_keys"]


def test_what_core_says_of_a_variable_holds_no_secret(connect, monkeypatch):
    """Core quotes the value, and would show the lines of the inventory around it."""

    def refuse(_self, **options):
        value = options["var_options"]["resolved"]["ansible_wsman_password"]
        raise AnsibleError(f"Invalid value provided for 'str': {value!r}") from ValueError("cause")

    def resolve(_self, variables, _templar):
        return {"resolved": variables, **variables}

    monkeypatch.setattr(FakeConnection, "set_options", refuse)
    monkeypatch.setattr(FakeConnection, "_resolve_option_variables", resolve)
    with pytest.raises(UsageError, match="Invalid value provided") as caught:
        connect("ssh", {"ansible_wsman_password": ["hunter22"]})
    assert "hunter22" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_variables_of_the_delegate(connect):
    variables = {"ansible_host": "a", "ansible_delegated_vars": {"other": {"ansible_host": "b"}}}
    connection, _own = connect("ssh", variables, delegate_to="other")
    assert connection.options["var_options"]["resolved"] == {"ansible_host": "b"}


@pytest.mark.parametrize(
    ("name", "hostvars", "task_vars", "is_set"),
    [
        ("ssh", {}, {}, True),
        ("winrm", {}, {}, False),
        ("winrm", {"ansible_port": 5985}, {}, True),
        ("winrm", {}, {"ansible_port": 5985}, True),
    ],
)
def test_a_port_that_core_has_put_there_is_not_set(connect, name, hostvars, task_vars, is_set):
    variables = {"inventory_hostname": "a", "ansible_port": 5986, "hostvars": {"a": hostvars}}
    connection, _own = connect(name, variables, task_vars=task_vars)
    assert connection.port_is_set == is_set
