# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session in Windows' own terms: connection string, flags, a test before the first operation, a name."""

from __future__ import annotations

import typing as t

import playbook
import pytest
from playbook import PASSWORD

from sandbox import Sandbox

GET = {"resource_uri": "winrm/config"}
ACCOUNT = {"user": "wsman", "password": PASSWORD}


class Played(t.NamedTuple):
    """The run, and the service that is told apart by what it was asked."""

    run: playbook.Run
    boxes: dict[str, Sandbox]


def get(name: str, session: dict[str, t.Any] | None = None, **more: t.Any) -> dict[str, t.Any]:
    return {"name": name, "wsman.automation.wsman_get": {**GET, **({"session": session} if session else {})}, **more}


def identify(name: str, session: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    return {"name": name, "wsman.automation.wsman_identify": {"session": session, **more}}


def plays(boxes: dict[str, Sandbox]) -> list[dict[str, t.Any]]:
    box = boxes["tested"]
    https, http = f"https://localhost:{box.https_port}/wsman", f"http://127.0.0.1:{box.http_port}"
    string = {"connection": https, **ACCOUNT, "ca_cert": box.ca_file}
    outside = {"ignore_errors": True, "ignore_unreachable": True}
    return [
        {
            "hosts": "nowhere",
            "tasks": [
                get("string", {**string, "authentication": "basic"}),
                get("flags", {**string, "flags": ["UseBasic", "WSManFlagCredUsernamePassword"]}),
                get("number", {**string, "flags": [0x8000000 | 0x40000]}),
                get("number as one", {**string, "flags": 0x48000}, **outside),
                get("in clear", {"connection": http, **ACCOUNT, "flags": ["UseBasic", "NoEncryption"]}),
                get("default", {"connection": http, **ACCOUNT}),
                get("contradiction", {**string, "flags": ["UseBasic"], "authentication": "ntlm"}, **outside),
                identify("name", {**string, "flags": "UseNegotiate", "session_name": "night shift"}),
                identify("name of the host", {**string, "authentication": "ntlm", "channel_binding": "never"}),
                identify("nobody", {"connection": https, "ca_cert": box.ca_file}, authenticated=False),
            ],
        },
        {"hosts": "strings", "connection": "local", "tasks": [get("by variables")]},
        {"hosts": "tested", "tasks": [get("tested", loop=[1, 2, 3])]},
        {"hosts": "untestable", "tasks": [get("not sent", loop=[1, 2], **outside)]},
    ]


@pytest.fixture(scope="module")
def played(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> Played:
    boxes = {name: services() for name in ("tested", "untestable", "strings")}
    boxes["untestable"].misbehave("html", action="Identify", count=100)
    hosts: dict[str, dict[str, t.Any]] = {
        name: playbook.variables(box, ansible_wsman_test_connection=True) for name, box in boxes.items()
    }
    box = boxes["strings"]
    hosts["strings"] = {
        "ansible_wsman_connection": f"localhost:{box.https_port}",
        "ansible_wsman_flags": "UseSsl | UseBasic",
        "ansible_host": "192.0.2.1",
        "ansible_port": 5985,
        "ansible_user": "wsman",
        "ansible_password": PASSWORD,
        "ansible_wsman_ca_cert": box.ca_file,
    }
    hosts["nowhere"] = {"ansible_host": "192.0.2.1", "ansible_wsman_port": 1}
    return Played(workspace.play(hosts, plays(boxes), "-vvv"), boxes)


@pytest.mark.parametrize(
    "name", ["string", "flags", "number", "in clear", "default", "by variables", "name", "name of the host", "nobody"]
)
def test_it_comes_in(played: Played, name: str) -> None:
    assert played.run[name].status == "ok", played.run[name]


@pytest.mark.parametrize(
    ("name", "words"),
    [("contradiction", ["UseBasic", "ntlm", "2150858925"]), ("number as one", ["flags", "2150858925"])],
)
def test_contradictions_have_windows_numbers(played: Played, name: str, words: list[str]) -> None:
    outcome = played.run[name]
    assert outcome.status == "ignored" and all(word in outcome.msg for word in words), outcome


def test_the_result_says_which_session_it_was(played: Played) -> None:
    named = played.run["name"].result["session"]
    assert (named["session_name"], named["authentication"], named["bound"]) == ("night shift", "negotiate", True)
    assert named["mechanism"] == "ntlm"
    other = played.run["name of the host"].result["session"]
    assert (other["session_name"], other["authentication"], other["bound"]) == ("nowhere", "ntlm", False)
    nobody = played.run["nobody"].result["session"]
    assert (nobody["authentication"], nobody["mechanism"], nobody["encrypted"]) == ("none", None, True)


def test_the_name_is_shown_with_each_request(played: Played) -> None:
    assert "WSMAN Identify in the session night shift" in played.run.output
    assert "WSMAN Get http://schemas.microsoft.com/wbem/wsman/1/config in the session tested" in played.run.output


def test_a_session_is_tested_once(played: Played) -> None:
    """One Identify before a loop of three; what came in by other tasks has other connections."""
    records = [record for record in played.boxes["tested"].journal if record.secure and record.user]
    of_loop = [record for record in records if record.connection == records[-1].connection]
    assert [(record.action or "Identify").rpartition("/")[2] for record in of_loop] == ["Identify", "Get", "Get", "Get"]


def test_nothing_follows_a_test_that_fails(played: Played) -> None:
    assert {item["transport"]["step"] for item in played.run["not sent"].items} == {"wsman"}
    assert all(not record.action for record in played.boxes["untestable"].journal)
