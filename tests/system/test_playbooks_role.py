# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role winrm_config: what differs is changed, in an order that is safe, and the own way in stays open."""

from __future__ import annotations

import collections.abc
import contextlib
import socket
import socketserver
import threading
import typing as t

import playbook
import pytest

from sandbox import Sandbox

ROLE = "wsman.automation.winrm_config"
HTTPS = {"transport": "HTTPS"}
HTTP = {"transport": "HTTP"}
CHANGING = ("Put", "Create", "Delete")


def settings(**service: t.Any) -> dict[str, t.Any]:
    return {"winrm_config_settings": {"Service": service}}


def listeners(*entries: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"winrm_config_listeners": list(entries)}


# Name, the host that is used, the role's variables, and what the refusal must name.
REFUSED: list[tuple[str, str, dict[str, t.Any], list[str]]] = [
    ("own authentication", "https", settings(Auth={"Basic": False}), ["Service.Auth.Basic"]),
    ("own authentication as text", "https", settings(Auth={"Basic": "False"}), ["Service.Auth.Basic"]),
    (
        "own authentication in other case",
        "https",
        {"winrm_config_settings": {"service": {"auth": {"basic": False}}}},
        ["Basic"],
    ),
    ("own authentication by default", "default", settings(Auth={"Negotiate": False}), ["Service.Auth.Negotiate"]),
    ("own authentication, NTLM", "ntlm", settings(Auth={"Negotiate": False}), ["Service.Auth.Negotiate", "ntlm"]),
    (
        "binding demanded",
        "unbound",
        settings(Auth={"CbtHardeningLevel": "strict"}),
        ["Service.Auth.CbtHardeningLevel", "channel_binding"],
    ),
    ("encryption demanded", "http", settings(AllowUnencrypted=False), ["Service.AllowUnencrypted"]),
    ("own listener deleted", "https", listeners({**HTTPS, "state": "absent"}), ["HTTPS on *"]),
    ("own listener disabled", "https", listeners({**HTTPS, "enabled": False}), ["Enabled", "HTTPS on *"]),
    ("own listener disabled by text", "https", listeners({**HTTPS, "enabled": "no"}), ["Enabled", "HTTPS on *"]),
    ("own listener moved", "https", listeners({**HTTPS, "port": 443}), ["Port", "HTTPS on *"]),
    ("own listener's prefix", "https", listeners({**HTTPS, "url_prefix": "other"}), ["URLPrefix", "HTTPS on *"]),
    ("own listener over HTTP", "http", listeners({**HTTP, "state": "absent"}), ["HTTP on *"]),
    ("filter emptied", "https", settings(IPv4Filter=""), ["Service.IPv4Filter"]),
    ("filter of others", "https", settings(IPv4Filter="10.0.0.1-10.0.0.9"), ["Service.IPv4Filter"]),
    ("filter and a name", "named", settings(IPv6Filter=""), ["Service.IPv6Filter"]),
    ("rights", "https", settings(RootSDDL="O:NSG:BAD:P(A;;GR;;;IU)"), ["Service.RootSDDL"]),
    ("own listener behind a relay", "relayed", listeners({**HTTPS, "state": "absent"}), ["HTTPS on *"]),
    (
        "several",
        "https",
        {**settings(Auth={"Basic": False}), **listeners({**HTTPS, "state": "absent"})},
        ["Auth.Basic", "HTTPS on *"],
    ),
    (
        "with something harmless",
        "https",
        {"winrm_config_settings": {"MaxTimeoutms": 90000, "Service": {"Auth": {"Basic": False}}}},
        ["Basic"],
    ),
    (
        "one listener twice",
        "https",
        listeners({**HTTP, "address": "ip:127.0.0.1"}, {**HTTP, "address": "IP:127.0.0.1", "state": "absent"}),
        ["winrm_config_listeners", "twice"],
    ),
    ("under a policy", "policy", {"winrm_config_settings": {"MaxTimeoutms": 90000}}, ["MaxTimeoutms", "policy"]),
    ("read-only", "https", settings(AllowRemoteAccess=False), ["Service.AllowRemoteAccess"]),
    ("unknown member", "https", settings(NoSuchMember=1), ["Service.NoSuchMember"]),
    ("unknown transport", "https", listeners({"transport": "FTP"}), ["HTTPS"]),
]
OTHERWISE = ("one listener twice", "under a policy", "read-only", "unknown member", "unknown transport")
# Name, host and variables of what looks similar and bars nothing.
HARMLESS: list[tuple[str, str, dict[str, t.Any]]] = [
    ("another authentication", "https", settings(Auth={"Negotiate": False})),
    ("encryption demanded of others", "https", settings(AllowUnencrypted=False)),
    ("encryption demanded and there by NTLM", "ntlm over HTTP", settings(AllowUnencrypted=False)),
    ("binding demanded and there", "ntlm", settings(Auth={"CbtHardeningLevel": "Strict"})),
    ("binding demanded by default", "default", settings(Auth={"CbtHardeningLevel": "Strict"})),
    ("binding demanded of others", "https", settings(Auth={"CbtHardeningLevel": "Strict"})),
    ("binding demanded where there is no TLS", "ntlm over HTTP", settings(Auth={"CbtHardeningLevel": "Strict"})),
    ("binding not demanded", "unbound", settings(Auth={"CbtHardeningLevel": "None"})),
    ("Basic switched off for others", "ntlm", settings(Auth={"Basic": False})),
    ("another listener deleted", "https", listeners({**HTTP, "state": "absent"})),
    (
        "what is held",
        "https",
        {**settings(Auth={"Basic": True}, IPv4Filter="*"), **listeners({**HTTPS, "enabled": True})},
    ),
    ("filter with the own address", "https", settings(IPv4Filter="10.0.0.1-10.0.0.9,127.0.0.0-127.0.0.9")),
    ("filter of the other family", "https", settings(IPv6Filter="")),
    ("own listener's absent twin", "https", listeners({**HTTPS, "address": "IP:127.0.0.1", "state": "absent"})),
    ("told so", "https", {**settings(Auth={"Basic": False}), "winrm_config_allow_lockout": True}),
]


class Roles(t.NamedTuple):
    """A run, and its services by host."""

    run: playbook.Run
    boxes: dict[str, Sandbox]


def use(host: str, name: str, variables: dict[str, t.Any]) -> dict[str, t.Any]:
    """A play with the role once, and a task of this name that tells how it went."""
    done = {"name": name, "ansible.builtin.debug": {"msg": "done"}}
    failed = {"name": name, "ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}}
    role = {"name": "Use the role", "ansible.builtin.include_role": {"name": ROLE}, "vars": variables}
    return {"hosts": host, "tasks": [{"block": [role, done], "rescue": [failed]}]}


def changes(box: Sandbox) -> list[tuple[str, str]]:
    """What the service was asked to change, as (operation, end of the resource)."""
    found = [
        ((one.action or "").rpartition("/")[2], (one.resource_uri or "").rpartition("/")[2]) for one in box.journal
    ]
    return [one for one in found if one[0] in CHANGING]


@contextlib.contextmanager
def relay(target: int) -> collections.abc.Iterator[int]:
    """Another port that leads to *target*, as a router's does."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", target)) as onward:
                back = threading.Thread(target=pump, args=(onward, self.request), daemon=True)
                back.start()
                pump(self.request, onward)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def judged(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> Roles:
    box = services()
    https = playbook.variables(box)
    http = {
        **https,
        "ansible_wsman_port": box.http_port,
        "ansible_wsman_scheme": "http",
        "ansible_wsman_message_encryption": "never",
    }
    del http["ansible_wsman_ca_cert"]
    over_http = {**http, "ansible_wsman_authentication": "ntlm", "ansible_wsman_message_encryption": "auto"}
    ntlm = {**https, "ansible_wsman_authentication": "ntlm"}
    more = {
        "ntlm": ntlm,
        "unbound": {**ntlm, "ansible_wsman_channel_binding": "never"},
        "default": {**https, "ansible_wsman_authentication": "default"},
        "ntlm over HTTP": over_http,
    }
    policy = playbook.variables(services(policies=["/MaxTimeoutms"]))
    named = {**https, "ansible_wsman_host": "localhost"}
    refused = [use(host, name, variables) for name, host, variables, _words in REFUSED]
    checked = [{**use(host, name, variables), "check_mode": True} for name, host, variables in HARMLESS]
    with relay(box.https_port) as port:
        relayed = {**https, "ansible_wsman_port": port}
        hosts = {"https": https, "http": http, "named": named, "relayed": relayed, "policy": policy, **more}
        return Roles(workspace.play(hosts, [*refused, *checked]), {"box": box})


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, _host, _variables, words in REFUSED])
def test_refusal_names_what_bars(judged: Roles, name: str, words: list[str]) -> None:
    text = judged.run[name].msg
    assert all(word in text for word in words), text
    barred = name not in OTHERWISE
    assert ("winrm_config_allow_lockout" in text) == barred, text
    assert "Nothing was changed" in text or not barred, text


@pytest.mark.parametrize("name", [name for name, _host, _variables in HARMLESS])
def test_harmless(judged: Roles, name: str) -> None:
    assert judged.run[name].msg == "done"


def test_nothing_was_changed(judged: Roles) -> None:
    assert changes(judged.boxes["box"]) == []


WANTED = {
    "winrm_config_settings": {"MaxTimeoutms": 120000, "Service": {"Auth": {"CbtHardeningLevel": "Strict"}}},
    "winrm_config_listeners": [
        {"transport": "HTTP", "state": "absent"},
        {"transport": "HTTPS", "enabled": "yes", "certificate_thumbprint": ""},
        {"transport": "HTTPS", "address": "IP:127.0.0.1", "port": "{{ ansible_wsman_port }}", "hostname": "localhost"},
    ],
}


@pytest.fixture(scope="module")
def applied(
    workspace: playbook.Workspace, services: t.Callable[..., Sandbox]
) -> list[tuple[playbook.Run, list[tuple[str, str]]]]:
    """Check mode, a run, a second run; each with what the service was asked to change."""
    box = services()
    held = dict(box.configuration.values)
    hosts = {"server1": playbook.variables(box)}
    play = {"hosts": "all", "roles": [{"role": ROLE, "vars": WANTED}]}
    found = []
    for arguments in (["--check"], [], []):
        box.clear()
        run = workspace.play(hosts, [play], "--diff", *arguments)
        found.append((run, changes(box)))
    now = box.configuration.values
    assert {name for name in now if now[name] != held[name]} == {"/MaxTimeoutms", "/service/auth/CbtHardeningLevel"}
    return found


def test_check_mode_tells_what_a_run_does(applied: list[tuple[playbook.Run, list[tuple[str, str]]]]) -> None:
    (checked, nothing), (done, _changes), _again = applied
    assert checked.status == done.status == 0, checked.output + done.output
    assert nothing == []
    assert checked.recap["server1"]["changed"] == done.recap["server1"]["changed"] == 3, done.output
    for run in (checked, done):
        assert '-    "MaxTimeoutms": 60000' in run.output and '+    "MaxTimeoutms": 120000' in run.output, run.output


def test_new_before_old(applied: list[tuple[playbook.Run, list[tuple[str, str]]]]) -> None:
    _run, asked = applied[1]
    assert asked[0] == ("Create", "listener") and asked[-1] == ("Delete", "listener")
    assert [one for one in asked if one[0] == "Put"] and ("Put", "listener") not in asked


def test_second_run_changes_nothing(applied: list[tuple[playbook.Run, list[tuple[str, str]]]]) -> None:
    run, asked = applied[2]
    assert run.status == 0 and run.recap["server1"]["changed"] == 0, run.output
    assert asked == []


def test_lockout_comes_last(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> None:
    box = services()
    wanted = {
        "winrm_config_settings": {"Service": {"Auth": {"Basic": False}}},
        "winrm_config_listeners": [{"transport": "HTTP", "state": "absent"}],
        "winrm_config_allow_lockout": True,
    }
    hosts = {"server1": playbook.variables(box)}
    run = workspace.play(hosts, [{"hosts": "all", "roles": [{"role": ROLE, "vars": wanted}]}])
    assert run.status == 0, run.output
    assert changes(box) == [("Delete", "listener"), ("Put", "auth")]
    assert box.configuration.values["/service/auth/Basic"] == "false"
