# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where there is no answer to work with, the host is unreachable, and the result names the step and what to do."""

from __future__ import annotations

import collections.abc
import contextlib
import http.server
import socket
import threading
import time
import typing as t

import playbook
import pytest

from sandbox import Sandbox

STALL = 3.0  # seconds, longer than the task waits


class Pages(http.server.BaseHTTPRequestHandler):
    """A web server that knows nothing of WS-Management."""

    protocol_version = "HTTP/1.1"
    answers: t.ClassVar = {
        "/page": (200, "text/html", b"<html><body>Welcome</body></html>"),
        "/missing": (404, "text/html", b"<html><body>Not Found</body></html>"),
        "/empty": (200, "text/plain", b""),
        "/moved": (302, "text/html", b""),
        "/broken": (200, "application/soap+xml", b"<s:Envelope xmlns:s='urn:x'><s:Body>"),
    }

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status, kind, body = self.answers[self.path]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def pages() -> collections.abc.Iterator[int]:
    """The port of a web server."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Misses(t.NamedTuple):
    """The run of all cases and its services by host."""

    run: playbook.Run
    boxes: dict[str, Sandbox]


def web(port: int, path: str) -> dict[str, t.Any]:
    return {"scheme": "http", "port": port, "http_prefix": path, "authentication": "none", "user": "", "password": None}


@pytest.fixture(scope="module")
def silent() -> collections.abc.Iterator[int]:
    """A port where nobody answers a connection request: its queue is full."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _filler in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def foreign_listener(box: Sandbox) -> int:
    """A port whose certificate the same authority made for another name."""
    port = closed_port()
    thumbprint = next(one.thumbprint for one in box._certificates if one.name == "other.example")
    row = {"Address": "IP:127.0.0.1", "Transport": "HTTPS", "Port": str(port), "Hostname": "other.example"}
    row["CertificateThumbprint"] = thumbprint
    box.listeners.prepare(row)
    box.listeners.rows.append(row)
    box.server.apply()
    return port


# What is wrong, the step that fails, what the remedy must name; the sessions are made in the fixture.
STEPS: list[tuple[str, str, list[str]]] = [
    ("host down", "connect", ["host", "port"]),
    ("refused", "connect", ["port"]),
    ("name not resolved", "resolve", ["host"]),
    ("certificate not trusted", "tls", ["ca_cert"]),
    ("certificate of another name", "tls", ["host"]),
    ("HTTPS to a port of HTTP", "tls", ["5986"]),
    ("HTTP to a port of HTTPS", "http", ["scheme"]),
    ("a web page", "wsman", ["http_prefix"]),
    ("nothing under this path", "wsman", ["http_prefix"]),
    ("an empty answer", "wsman", ["http_prefix"]),
    ("a redirect", "http", ["host"]),
    ("wrong password", "authentication", ["password"]),
    ("no credentials", "authentication", ["user"]),
    ("no answer in time", "read", ["timeout"]),
]


def sessions(box: Sandbox, pages: int, silent: int) -> dict[str, dict[str, t.Any]]:
    """What makes each case of STEPS go wrong."""
    return {
        "host down": {"port": silent, "connect_timeout": 1},
        "refused": {"port": closed_port()},
        "name not resolved": {"host": "no-such-host.invalid"},
        "certificate not trusted": {"ca_cert": "{{ strangers_ca }}"},
        "certificate of another name": {"port": foreign_listener(box)},
        "HTTPS to a port of HTTP": {"port": box.http_port, "connect_timeout": 1},
        "HTTP to a port of HTTPS": {"scheme": "http", "message_encryption": "never"},
        "a web page": web(pages, "page"),
        "nothing under this path": web(pages, "missing"),
        "an empty answer": web(pages, "empty"),
        "a redirect": web(pages, "moved"),
        "wrong password": {"password": "not-the-password"},
        "no credentials": {"authentication": "none", "user": "", "password": None},
        "no answer in time": {"operation_timeout": 0.5, "read_timeout": 1},
    }


def wrong_password() -> list[dict[str, t.Any]]:
    """The same wrong password in a plain task, in retries and in a loop."""
    get = {"resource_uri": "winrm/config", "session": {"password": "not-the-password"}}
    wrong = {"wsman.automation.wsman_get": get}
    retried = {"register": "r", "until": "r is reachable", "retries": 3, "delay": 0}
    return [
        {"name": "wrong password once", **wrong},
        {"name": "wrong password until", **wrong, **retried},
        {"name": "wrong password loop", **wrong, "loop": [1, 2, 3]},
    ]


@pytest.fixture(scope="module")
def misses(workspace: playbook.Workspace, services: t.Callable[..., Sandbox], pages: int, silent: int) -> Misses:
    boxes = {name: services() for name in ("server1", "once", "until", "loop", "unknown", "broken")}
    box = boxes["server1"]
    box.misbehave("stall", seconds=3, at=1, action="Delete")
    boxes["broken"].misbehave("relates_to", value="uuid:00000000-0000-0000-0000-000000000000", action="Get")
    made = sessions(box, pages, silent)
    tasks: list[dict[str, t.Any]] = [task(name, made[name]) for name, _step, _words in STEPS]
    unknown: dict[str, t.Any] = {
        "name": "a change that was never answered",
        "wsman.automation.wsman_put": {
            "resource_uri": "winrm/config",
            "properties": {"MaxTimeoutms": 90000},
            "session": {"operation_timeout": 0.5, "read_timeout": 1},
        },
    }
    boxes["unknown"].misbehave("stall", seconds=STALL, action="Put")
    broken = [
        {"name": "an answer to somebody else", "wsman.automation.wsman_get": {"resource_uri": "winrm/config"}},
        {
            "name": "an answer cut off",
            "wsman.automation.wsman_get": {"resource_uri": "winrm/config", "session": web(pages, "broken")},
        },
    ]
    plays = [
        {"hosts": "server1", "tasks": tasks},
        *({"hosts": one["name"].split()[-1], "tasks": [one]} for one in wrong_password()),
        {"hosts": "unknown", "tasks": [unknown]},
        {"hosts": "broken", "tasks": broken},
    ]
    for one in plays:
        one.update(ignore_unreachable=True, ignore_errors=True)
    hosts = {name: playbook.variables(one) for name, one in boxes.items()}
    hosts["server1"]["strangers_ca"] = boxes["once"].ca_file
    return Misses(workspace.play(hosts, plays), boxes)


def task(name: str, session: dict[str, t.Any]) -> dict[str, t.Any]:
    """A Get, but for the case whose misbehaviour is bound to another operation."""
    if name == "no answer in time":
        deleted = {
            "resource_uri": "winrm/config/service/certmapping",
            "selector_set": {"Issuer": "1" * 40, "Subject": "s", "URI": "*"},
        }
        return {"name": name, "wsman.automation.wsman_delete": {**deleted, "session": session}}
    return {"name": name, "wsman.automation.wsman_get": {"resource_uri": "winrm/config", "session": session}}


@pytest.mark.parametrize(("name", "step", "words"), STEPS)
def test_step_and_remedy(misses: Misses, name: str, step: str, words: list[str]) -> None:
    outcome = misses.run.on("server1", name)
    assert outcome.status == "unreachable", outcome
    transport = outcome.result["transport"]
    assert transport["step"] == step, transport
    assert transport["remedy"], outcome.result
    missing = [word for word in words if word.lower() not in f"{transport['remedy']} {outcome.msg}".lower()]
    assert not missing, outcome.result


@pytest.mark.parametrize(
    ("name", "words"), [("an answer to somebody else", "relates to"), ("an answer cut off", "XML")]
)
def test_broken_answer_fails(misses: Misses, name: str, words: str) -> None:
    """The service is there and breaks the rules: that is no question of the way to it."""
    outcome = misses.run.on("broken", name)
    assert outcome.status == "ignored" and words in outcome.msg, outcome


def test_members_of_transport(misses: Misses) -> None:
    transport = misses.run.on("server1", "wrong password").result["transport"]
    assert transport["http_status"] == 401
    assert "Basic" in transport["offered_schemes"]
    assert set(transport) >= {"step", "remedy", "offered_schemes", "http_status", "outcome_unknown"}


@pytest.mark.parametrize("host", ["once", "until", "loop"])
def test_wrong_password_is_sent_once_a_task(misses: Misses, host: str) -> None:
    assert misses.run.recap[host]["ignored"] == 1
    assert misses.boxes[host].authentication_failures == 1


def test_change_without_answer_is_not_repeated(misses: Misses) -> None:
    outcome = misses.run.on("unknown", "a change that was never answered")
    assert outcome.result["transport"]["step"] == "read"
    assert outcome.result["transport"]["outcome_unknown"] is True
    assert len(puts_when_the_stalled_one_is_noted(misses.boxes["unknown"])) == 1


def puts_when_the_stalled_one_is_noted(box: Sandbox) -> list[t.Any]:
    """The journal notes an exchange when it ends; a second Put would have been answered at once."""
    for _moment in range(100):
        puts = [one for one in box.journal if (one.action or "").endswith("Put")]
        if any(one.seconds >= STALL for one in puts):
            return puts
        time.sleep(0.1)
    raise AssertionError("no Put came that was held back")
