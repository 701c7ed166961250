# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a task learns where its service is: variables of any inventory, defaults, session, delegation, ad hoc."""

from __future__ import annotations

import json
import typing as t

import playbook
import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from playbook import PASSWORD

from sandbox import Sandbox

CONFIG = {"resource_uri": "winrm/config"}
GET = {"wsman.automation.wsman_get": CONFIG}
KEY = "vault-key"
OWN = ("server1", "own", "templated", "vaulted")
FOREIGN = ("winrm_ca", "winrm_ignore", "winrm_http", "psrp_ca", "psrp_ignore")


def vaulted(secret: str) -> str:
    """What ansible-vault encrypt_string makes of a secret, in the form that ``playbook.tagged`` knows."""
    vault = VaultLib([("default", VaultSecret(KEY.encode()))])
    return "!vault:" + vault.encrypt(secret.encode()).decode()


def account(box: Sandbox, connection: str, **more: t.Any) -> dict[str, t.Any]:
    """Variables that all connections for Windows share."""
    return {
        "ansible_connection": connection,
        "ansible_host": box.host,
        "ansible_port": box.https_port,
        "ansible_user": "wsman",
        "ansible_password": PASSWORD,
        **more,
    }


def own_hosts(box: Sandbox) -> dict[str, dict[str, t.Any]]:
    plain = playbook.variables(box)
    names = {"ansible_wsman_host": "{{ my_host }}", "ansible_wsman_port": "{{ my_port }}"}
    return {
        "server1": plain,
        "localhost": {"ansible_connection": "local"},
        "elsewhere": {"ansible_host": "192.0.2.1"},
        "templated": {
            **plain,
            **names,
            "ansible_wsman_password": "{{ my_password }}",
            "my_host": box.host,
            "my_port": box.https_port,
            "my_password": vaulted(PASSWORD),
        },
        "vaulted": {**plain, "ansible_wsman_password": vaulted(PASSWORD)},
        "own": account(
            box, "wsman.automation.wsman", ansible_wsman_authentication="basic", ansible_wsman_ca_cert=box.ca_file
        ),
    }


def foreign_hosts(box: Sandbox) -> dict[str, dict[str, t.Any]]:
    """Inventories written for the connections winrm and psrp."""
    winrm = account(box, "winrm", ansible_winrm_scheme="https", ansible_winrm_transport="basic")
    clear = {"ansible_port": box.http_port, "ansible_winrm_scheme": "http", "ansible_winrm_transport": "plaintext"}
    psrp = account(box, "psrp", ansible_psrp_protocol="https", ansible_psrp_auth="basic")
    return {
        "winrm_ca": {**winrm, "ansible_winrm_ca_trust_path": box.ca_file},
        "winrm_ignore": {**winrm, "ansible_winrm_server_cert_validation": "ignore"},
        "winrm_http": {**winrm, **clear, "ansible_winrm_message_encryption": "never"},
        "winrm_clear": {**winrm, **clear},
        "psrp_ca": {**psrp, "ansible_psrp_ca_cert": box.ca_file},
        "psrp_ignore": {**psrp, "ansible_psrp_cert_validation": "ignore"},
    }


def plays(box: Sandbox) -> list[dict[str, t.Any]]:
    found = playbook.variables(box)
    session = {name.removeprefix("ansible_wsman_"): value for name, value in found.items()}
    with_session = {"wsman.automation.wsman_get": {**CONFIG, "session": session}}
    only_port = {"wsman.automation.wsman_get": {**CONFIG, "session": {"port": 1}}}
    late = {**found, "ansible_wsman_port": "{{ ports[0] }}", "ports": [box.https_port]}
    return [
        {"hosts": ",".join(OWN + FOREIGN), "tasks": [{"name": "get", **GET}]},
        {"hosts": "winrm_clear", "tasks": [{"name": "clear", **GET, "ignore_errors": True}]},
        {
            "hosts": "elsewhere",
            "module_defaults": {"group/wsman.automation.wsman": {"session": session}},
            "tasks": [{"name": "defaults", **GET}, {"name": "defaults of all", "wsman.automation.wsman_identify": {}}],
        },
        {
            "hosts": "elsewhere",
            "tasks": [
                {"name": "session", **with_session, "delegate_to": "localhost"},
                {"name": "delegated", **GET, "delegate_to": "server1"},
                {"name": "once", **GET, "delegate_to": "server1", "run_once": True},
                {"name": "localhost", **only_port, "delegate_to": "localhost", "ignore_unreachable": True},
                {"name": "task's variables", **GET, "vars": late},
                {"name": "become", **GET, "vars": late, "become": True},
            ],
        },
    ]


@pytest.fixture(scope="module")
def box(services: t.Callable[..., Sandbox]) -> Sandbox:
    return services()


@pytest.fixture(scope="module")
def run(workspace: playbook.Workspace, box: Sandbox) -> playbook.Run:
    password = workspace.folder / "vault-password"
    password.write_text(KEY, encoding="utf-8")
    hosts = {**own_hosts(box), **foreign_hosts(box)}
    return workspace.play(hosts, plays(box), "--vault-password-file", str(password))


@pytest.mark.parametrize("host", OWN + FOREIGN)
def test_variables(run: playbook.Run, host: str) -> None:
    outcome = run.on(host, "get")
    assert outcome.status == "ok", outcome
    assert outcome.result["instance"]["Service"]["Auth"]["Basic"] is True


def test_no_password_in_clear_without_consent(run: playbook.Run) -> None:
    """An inventory of winrm that sends it in clear has to say so."""
    outcome = run["clear"]
    assert outcome.status == "ignored" and "message_encryption: never" in outcome.msg, outcome


NAMES = ["defaults", "defaults of all", "session", "delegated", "once", "task's variables", "become"]


@pytest.mark.parametrize("name", NAMES)
def test_task(run: playbook.Run, name: str) -> None:
    assert run[name].status == "ok", run[name]


def test_localhost_without_a_host(run: playbook.Run) -> None:
    """Delegated to localhost without a host in the session, the message says how to name one."""
    outcome = run["localhost"]
    assert outcome.status == "unreachable" and "session" in json.dumps(outcome.result), outcome


AD_HOC = [
    ("wsman.automation.wsman_get", "resource_uri=winrm/config"),
    ("wsman_get", "resource_uri=winrm/config"),
    ("wsman_enumerate", "resource_uri=winrm/config/listener"),
]


@pytest.mark.parametrize(("module", "arguments"), AD_HOC)
def test_ad_hoc(workspace: playbook.Workspace, box: Sandbox, module: str, arguments: str) -> None:
    """With the checkout's ansible.cfg and no -c, both names work."""
    playbook.collections_path()  # makes what the configuration names
    inventory = workspace.inventory({"server1": playbook.variables(box)})
    own = {"ANSIBLE_CONFIG": str(playbook.ROOT / "ansible.cfg"), "ANSIBLE_COLLECTIONS_PATH": ""}
    done = workspace.execute("ansible", "-i", inventory, "server1", "-m", module, "-a", arguments, **own)
    assert done.returncode == 0, done.stdout
    assert "server1 | SUCCESS" in done.stdout
