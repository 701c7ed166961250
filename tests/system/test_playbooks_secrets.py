# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is in any output at -vvvvv: not of the connection, not of a session, not of a property, not on failure."""

from __future__ import annotations

import base64
import json
import typing as t

import playbook
import pytest
from playbook import PASSWORD

from sandbox import Sandbox

WRONG = "wrong-Secret.4712"
MAPPED = "mapped-Secret.4713"
STARTED = "started-Secret.4714"
HIDDEN = "hidden-Value-4715"
FURTHER = "further-Secret.4716"
NO_PROXY = "127.0.0.1:9"
MAPPING = {
    "resource_uri": "winrm/config/service/certmapping",
    "selector_set": {"Issuer": "1" * 40, "Subject": "s", "URI": "*"},
}
SERVICE = "wmicimv2/Win32_Service?Name=BITS"
CHANGE = {"resource_uri": SERVICE, "method": "Change", "arguments": {"StartPassword": STARTED}}

WORKING: list[tuple[str, dict[str, t.Any]]] = [
    ("identify", {}),
    ("get", {"resource_uri": "winrm/config"}),
    ("put", {"resource_uri": "winrm/config", "properties": {"MaxTimeoutms": 80000}}),
    ("create", {**MAPPING, "properties": {"UserName": "u", "Password": MAPPED}}),
    ("create", {**MAPPING, "properties": {"UserName": "other", "Password": MAPPED}}),
    ("put", {**MAPPING, "properties": {"UserName": "v", "Password": MAPPED}}),
    ("enumerate", {"resource_uri": "winrm/config/service/certmapping"}),
    ("delete", MAPPING),
    ("invoke", CHANGE),
    ("get", {"resource_uri": "wmicimv2/Win32_NoSuchClass"}),
    ("put", {**MAPPING, "properties": {"Password": MAPPED}, "body": "<a/>"}),
]
FAILING: list[tuple[str, dict[str, t.Any]]] = [
    ("identify", {}),
    ("get", {"resource_uri": "winrm/config"}),
    ("put", {"resource_uri": "winrm/config", "properties": {"MaxTimeoutms": 80000}}),
    ("create", {**MAPPING, "properties": {"UserName": "u", "Password": MAPPED}}),
    ("enumerate", {"resource_uri": "winrm/config/listener"}),
    ("delete", MAPPING),
    ("invoke", CHANGE),
]
# Secrets beside the password of the user, in the session of a task.
BESIDE: list[dict[str, t.Any]] = [
    {"proxy": f"http://u:{FURTHER}@{NO_PROXY}"},
    {"proxy": f"http://{NO_PROXY}", "proxy_user": "u", "proxy_password": FURTHER, "proxy_authentication": "basic"},
    {"proxy": f"https://u:{FURTHER}@{NO_PROXY}"},
    {"certificate_key_password": FURTHER},
    {"certificate_key_password": FURTHER, "authentication": "certificate", "certificate_pem": "/nowhere"},
]


def tasks(prefix: str, table: list[tuple[str, dict[str, t.Any]]], **more: t.Any) -> list[dict[str, t.Any]]:
    return [
        {"name": f"{prefix} {number}", f"wsman.automation.wsman_{module}": {**options, **more}}
        for number, (module, options) in enumerate(table)
    ]


@pytest.fixture(scope="module")
def run(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> playbook.Run:
    box = services()
    session = playbook.variables(box)
    given = {name.removeprefix("ansible_wsman_"): value for name, value in session.items()}
    hidden = {"name": "no_log", "wsman.automation.wsman_get": {"resource_uri": f"{SERVICE}{HIDDEN}"}, "no_log": True}
    shown = {
        "name": "no_log unreachable",
        "wsman.automation.wsman_identify": {"session": {"http_prefix": HIDDEN}},
        "no_log": True,
    }
    wrong_type = {
        "name": "no_log wrong",
        "wsman.automation.wsman_put": {"resource_uri": HIDDEN, "properties": HIDDEN},
        "no_log": True,
    }
    usage = {"name": "no_log usage", "wsman.automation.wsman_get": {"resource_uri": HIDDEN}, "no_log": True}
    plays = [
        {"hosts": "server1", "tasks": [*tasks("variables", WORKING), hidden, shown, wrong_type, usage]},
        {"hosts": "localhost", "tasks": tasks("session", WORKING, session=given)},
        {"hosts": "server1", "tasks": tasks("wrong variables", FAILING), "vars": {"ansible_wsman_password": WRONG}},
        {"hosts": "localhost", "tasks": tasks("wrong session", FAILING, session={**given, "password": WRONG})},
        {
            "hosts": "server1",
            "tasks": tasks("own connection", WORKING[:3]),
            "vars": {"ansible_connection": "wsman.automation.wsman"},
        },
        {"hosts": "server1", "tasks": [
            {"name": f"beside {number}", "wsman.automation.wsman_identify": {"session": one}}
            for number, one in enumerate(BESIDE)
        ]},
        {"hosts": "server1", "tasks": tasks("beside by variables", FAILING[:2]), "vars": {
            "ansible_psrp_proxy": f"http://u:{FURTHER}@{NO_PROXY}",
        }},
        {"hosts": "server1", "tasks": tasks("no text", FAILING[:1]), "vars": {
            "ansible_connection": "wsman.automation.wsman",
            "ansible_wsman_password": {"of a vault": FURTHER},
        }},
    ]  # fmt: skip
    for one in plays:
        one.update(ignore_unreachable=True, ignore_errors=True)
    hosts = {"server1": session, "localhost": {"ansible_connection": "local"}}
    return workspace.play(hosts, plays, "-vvvvv", "--diff")


def test_everything_ran(run: playbook.Run) -> None:
    assert len(run.outcomes) == 2 * len(WORKING) + 4 + 2 * len(FAILING) + 3 + len(BESIDE) + 2 + 1
    for prefix in ("wrong variables", "wrong session"):
        statuses = {outcome.status for (name, _host), outcome in run.outcomes.items() if name.startswith(prefix)}
        assert statuses == {"unreachable"}
    beside = [outcome.status for (name, _host), outcome in run.outcomes.items() if name.startswith("beside")]
    assert (beside.count("unreachable"), beside.count("ignored")) == (4, 3), run.output
    working = [
        run.outcomes[name, host].status for name, host in run.outcomes if name.split()[0] in ("variables", "session")
    ]
    assert working.count("ok") + working.count("changed") >= 14, run.output


@pytest.mark.parametrize("secret", [PASSWORD, WRONG, MAPPED, STARTED, FURTHER])
def test_no_secret_in_the_output(run: playbook.Run, secret: str) -> None:
    tokens = [base64.b64encode(f"{user}:{secret}".encode()).decode() for user in ("wsman", "u")]
    lines = [line for line in run.output.splitlines() if any(one in line for one in (secret, *tokens))]
    assert not lines, "\n".join(lines[:5])


@pytest.mark.parametrize("secret", [PASSWORD, WRONG, MAPPED, STARTED, FURTHER])
def test_no_secret_in_results(run: playbook.Run, secret: str) -> None:
    for name, outcome in run.outcomes.items():
        result = {key: value for key, value in outcome.result.items() if key != "invocation"}
        assert secret not in json.dumps(result), name


def test_no_log_hides_values(run: playbook.Run) -> None:
    assert HIDDEN not in run.output
    fault = run.on("server1", "no_log")
    assert "censored" in json.dumps(fault.result)
