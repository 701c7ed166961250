# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service on real sockets: what http.sys answers, authentication, listeners that really listen, misbehaviour."""

from __future__ import annotations

import base64
import http.client
import json
import os
import pathlib
import socket
import ssl
import time
import typing as t
import urllib.request
from xml.etree.ElementTree import Element

import pytest
from sandbox_requests import element, envelope, header

from sandbox import Sandbox, names
from sandbox.__main__ import facts_of, make, parse, write_ready
from sandbox.control import Control
from sandbox.jobs import Script

CONFIG = names.CONFIG
GET = envelope(header(names.GET, CONFIG + "/service/auth"))
IDENTIFY = envelope({}, Element(f"{{{names.IDENTITY}}}Identify"))


@pytest.fixture(scope="module")
def running() -> t.Iterator[Sandbox]:
    with Sandbox(users={"wsman": "sécret"}) as box:
        yield box


class Client:
    """One connection to the service."""

    def __init__(self, box: Sandbox, *, secure: bool = False, port: int = 0, host: str = "127.0.0.1") -> None:
        number = port or (box.https_port if secure else box.http_port)
        self.connection: http.client.HTTPConnection
        if secure:
            context = ssl.create_default_context(cafile=box.ca_file)
            self.connection = http.client.HTTPSConnection(host, number, timeout=5, context=context)
        else:
            self.connection = http.client.HTTPConnection(host, number, timeout=5)

    def post(
        self,
        data: bytes = GET,
        *,
        password: str | None = "sécret",
        path: str = "/wsman",
        method: str = "POST",
        **more: str,
    ) -> http.client.HTTPResponse:
        headers = {
            "Content-Type": "application/soap+xml;charset=UTF-8",
            **{k.replace("_", "-"): v for k, v in more.items()},
        }
        if password is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(f"WSMan:{password}".encode()).decode()
        self.connection.request(method, path, data, headers)
        response = self.connection.getresponse()
        self.body = response.read()
        return response


def test_answer_as_http_sys_gives_it(box: Sandbox) -> None:
    response = Client(box).post()
    assert (response.status, response.reason) == (200, "")
    assert response.headers["Server"] == "Microsoft-HTTPAPI/2.0"
    assert response.headers["Content-Type"] == "application/soap+xml;charset=UTF-8"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_tls_with_the_own_authority(box: Sandbox, host: str) -> None:
    assert Client(box, secure=True, host=host).post().status == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(
            socket.create_connection(("127.0.0.1", box.https_port)), server_hostname="localhost"
        )


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"path": "/"}, 404),
        ({"path": "/WSMAN/?x=y"}, 200),
        ({"method": "GET"}, 405),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": 'application/soap+xml;charset="utf-8"'}, 200),
        ({"password": None}, 401),
        ({"password": "wrong"}, 401),
        ({"data": b"x" * 600000}, 413),
        ({"data": b""}, 500),
        ({"data": IDENTIFY, "password": None}, 401),
        ({"data": IDENTIFY, "password": None, "WSMANIDENTIFY": "unauthenticated"}, 200),
        ({"data": GET, "password": None, "WSMANIDENTIFY": "unauthenticated"}, 401),
    ],
)
def test_statuses(box: Sandbox, options: dict[str, t.Any], status: int) -> None:
    client = Client(box)
    assert client.post(**options).status == status
    if status == 401:
        assert client.body == b""
    assert [record.status for record in box.journal] == [status]


def test_chunked_requests_are_refused(box: Sandbox) -> None:
    connection = Client(box).connection
    connection.request("POST", "/wsman", iter([b"x"]), {"Content-Type": "application/soap+xml"})
    assert connection.getresponse().status == 411


def test_expect_continue(box: Sandbox) -> None:
    with socket.create_connection(("127.0.0.1", box.http_port), 5) as client:
        head = f"POST /wsman HTTP/1.1\r\nContent-Length: {len(GET)}\r\nExpect: 100-continue\r\n\r\n"
        client.sendall(head.encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        client.sendall(GET)
        assert client.recv(1000).startswith(b"HTTP/1.1 401 ")


def test_401_offers_basic_and_counts_only_refused_secrets(box: Sandbox) -> None:
    client = Client(box)
    response = client.post(password=None)
    assert response.headers.get_all("WWW-Authenticate") == ["Negotiate", 'Basic realm="WSMAN"']
    assert box.authentication_failures == 0
    client.post(password="wrong")
    assert box.authentication_failures == 1
    assert "wrong" not in repr(box.journal)


def test_connection_is_kept_and_counted(box: Sandbox) -> None:
    client = Client(box)
    for _turn in range(3):
        client.post()
    assert (box.connections, box.requests, {record.connection for record in box.journal}) == (1, 3, {1})
    record = box.journal[0]
    assert (record.user, record.authorization, record.request) == ("wsman", "Basic", GET)
    assert (record.action, record.resource_uri) == (names.GET, CONFIG + "/service/auth")


def _put(path: str, root: str, member: str, value: str) -> bytes:
    found = element(f"{{{CONFIG + path}}}{root}", None, element(f"{{{CONFIG + path}}}{member}", value))
    return envelope(header(names.PUT, CONFIG + path), found)


def test_switching_basic_off_locks_out(box: Sandbox) -> None:
    client = Client(box)
    assert client.post(_put("/service/auth", "Auth", "Basic", "false")).status == 200
    response = client.post()
    assert (response.status, response.headers.get_all("WWW-Authenticate")) == (401, ["Negotiate"])


def test_without_allow_unencrypted_only_tls_is_left(box: Sandbox) -> None:
    assert Client(box).post(_put("/service", "Service", "AllowUnencrypted", "false")).status == 200
    assert Client(box).post().status == 401
    assert Client(box, secure=True).post().status == 200


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_listeners_really_listen(box: Sandbox) -> None:
    port = _free_port()
    uri, keys = CONFIG + "/listener", {"Address": "IP:127.0.0.1", "Transport": "HTTP"}
    body = element(
        f"{{{uri}}}Listener", None, element(f"{{{uri}}}Port", str(port)), element(f"{{{uri}}}URLPrefix", "other")
    )
    client = Client(box)
    assert client.post(envelope(header(names.CREATE, uri, keys), body)).status == 200
    new = Client(box, port=port)
    assert (new.post(path="/other").status, new.post().status, client.post().status) == (200, 404, 200)
    assert client.post(envelope(header(names.DELETE, uri, keys))).status == 200
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        new.post(path="/other")
    with pytest.raises(ConnectionRefusedError):
        Client(box, port=port).post()


def test_the_listener_that_one_came_in_by_answers_before_it_closes(box: Sandbox) -> None:
    client = Client(box, secure=True)
    keys = {"Address": "*", "Transport": "HTTPS"}
    response = client.post(envelope(header(names.DELETE, CONFIG + "/listener", keys)))
    assert (response.status, response.headers["Connection"]) == (200, "close")
    with pytest.raises(ConnectionRefusedError):
        Client(box, secure=True).post()
    box.reset()
    assert Client(box, secure=True).post().status == 200


MISBEHAVIOUR: list[tuple[str, dict[str, t.Any], t.Callable[[Client], t.Any], t.Any]] = [
    ("html", {"status": 403}, lambda c: (c.post().status, b"It works" in c.body), (403, True)),
    ("empty", {}, lambda c: (c.post().status, c.body), (200, b"")),
    ("status", {"status": 503}, lambda c: c.post().status, 503),
    ("redirect", {"location": "http://x/"}, lambda c: c.post().headers["Location"], "http://x/"),
    ("drop_after", {}, lambda c: (c.post().status, c.connection.sock.recv(1)), (200, b"")),
    ("relates_to", {}, lambda c: (c.post(), b"RelatesTo>uuid:00000000-" in c.body)[1], True),
    ("relates_to", {"value": None}, lambda c: (c.post(), b"RelatesTo" in c.body)[1], False),
    ("fault", {"name": "QUOTA_LIMIT"}, lambda c: (c.post().status, b"QuotaLimit" in c.body), (500, True)),
    ("fault", {"subcode": "wsman:TimedOut", "http_status": 200}, lambda c: c.post().status, 200),
    ("gzip", {"megabytes": 3}, lambda c: (c.post().headers["Content-Encoding"], len(c.body) < 10000), ("gzip", True)),
    ("busy", {"seconds": 0.01}, lambda c: c.post().status, 200),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "options", "act", "expected"), MISBEHAVIOUR)
def test_misbehaviour(
    box: Sandbox, kind: str, options: dict[str, t.Any], act: t.Callable[[Client], t.Any], expected: t.Any
) -> None:
    box.misbehave(kind, **options)
    client = Client(box)
    assert act(client) == expected
    assert Client(box).post().status == 200  # once only


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(
    ("kind", "options"),
    [("reset", {}), ("reset", {"when": "middle"}), ("reset", {"when": "after"}), ("truncate", {"bytes": 10})],
)
def test_answers_that_break_off(box: Sandbox, kind: str, options: dict[str, t.Any], secure: bool) -> None:
    box.misbehave(kind, **options)
    with pytest.raises((OSError, http.client.HTTPException)):
        Client(box, secure=secure).post()
    assert Client(box, secure=secure).post().status == 200
    done = [record.status for record in box.journal]
    assert done == ([200] if options == {} else [200, 200])


def test_slow_and_stalled_answers_take_their_time(box: Sandbox) -> None:
    box.misbehave("stall", seconds=0.05)
    box.misbehave("slow", at=2, rate=20000.0)
    client = Client(box)
    times = []
    for _turn in range(3):
        started = time.monotonic()
        assert client.post().status == 200
        times.append(time.monotonic() - started)
    assert times[0] >= 0.05 and times[1] >= 0.05


def test_operation_that_takes_longer_than_its_timeout(box: Sandbox) -> None:
    blocks = header(names.GET, CONFIG)
    blocks[f"{{{names.WSMAN}}}OperationTimeout"].text = "PT0.05S"
    box.misbehave("busy", seconds=60)
    client = Client(box)
    assert client.post(envelope(blocks)).status == 500
    assert b'Code="2150858793"' in client.body


def test_rules_count_what_matches(box: Sandbox) -> None:
    box.misbehave("status", at=2, count=2, action="transfer/Get", status=418)
    box.misbehave("status", action="Identify", count=None, status=419)
    client = Client(box)
    statuses = [client.post(data).status for data in (GET, IDENTIFY, GET, IDENTIFY, GET, GET, IDENTIFY)]
    assert statuses == [200, 419, 418, 419, 418, 200, 419]


@pytest.mark.parametrize(
    ("kind", "options"), [("nothing", {}), ("reset", {"when": "never"}), ("slow", {"speed": 1}), ("fault", {})]
)
def test_unknown_misbehaviour(box: Sandbox, kind: str, options: dict[str, t.Any]) -> None:
    with pytest.raises(ValueError):
        box.misbehave(kind, **options)


def test_control_server(box: Sandbox) -> None:
    control = Control(box)
    control.start()

    def ask(path: str, body: t.Any = None) -> t.Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{control.port}{path}", data, timeout=5) as response:
            return json.load(response)

    Client(box).post()
    state = ask("/state")
    assert state.pop("processes") == [os.getpid()]
    assert state.pop("open_connections") in (0, 1) and state.pop("processor_seconds") > 0
    assert state == {
        "manner": "windows", "requests": 1, "connections": 1, "authentication_failures": 0, "contexts": [],
        "failures": {}, "handshakes": 0, "operations": 0, "replays": {}, "executions": {},
        "actions": {"Get": 1}, "authentications": {"basic": {"begun": 1, "completed": 1}},
        "tls_handshakes": {"begun": 0, "completed": 0, "resumed": 0},
    }  # fmt: skip
    assert ask("/journal")[0]["resource_uri"] == CONFIG + "/service/auth"
    ask("/misbehave", {"kind": "status", "status": 418})
    assert Client(box).post().status == 418
    ask("/configuration", {"/MaxTimeoutms": 1000})
    assert box.configuration.limits().max_timeout == 1.0
    ask("/robust", {"keepalive": 0.5, "retention": 3})
    assert (box.front.operations.keepalive, box.front.operations.retention) == (0.5, 3)
    ask("/rows", {"count": 12})
    assert len(box.repository.big) == 12
    ask("/jobs", {"outcome": "failed", "readings": 3})
    assert box.repository.jobs._planned == [Script("failed", 3)]
    wrong = {"/misbehave": {"kind": "x"}, "/configuration": {"/X": 1}, "/nothing": {}, "/jobs": {"outcome": "x"},
             "/robust": {"x": 1}, "/rows": {"count": -1}}  # fmt: skip
    for path, body in wrong.items():
        with pytest.raises(urllib.request.HTTPError):
            ask(path, body)
    assert ask("/steal", {}) == {"contexts": 0}
    ask("/reset", {})
    assert ask("/state")["requests"] == 0
    ask("/stop", {})
    assert control.stopped.is_set()
    control.stop()


def test_ready_file_is_private(tmp_path: pathlib.Path) -> None:
    write_ready(tmp_path / "ready.json", {"password": "x"})
    assert (tmp_path / "ready.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["ready.json"]
    assert parse(["--policy", "/a", "--idle-exit", "5"]).idle_exit == 5.0


def test_command_line_of_authentication(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    users = tmp_path / "users.json"
    users.write_text('{"second": "p:w"}')
    line = ["--users", str(users), "--domain", "D", "--config", "/service/auth/Certificate=true", "--record-wire"]
    options = parse([*line, "--tls-maximum", "TLSv1_2", "--certificate", "rsa", "--config", "/MaxTimeoutms=5000"])
    with make(options, "first") as box:
        control = Control(box)
        facts = facts_of(box, control, "wsman")
        assert box.users == {"wsman": "first", "second": "p:w"}
        assert (box.configuration.values["/MaxTimeoutms"], facts["password"]) == ("5000", "first")
        assert pathlib.Path(facts["client_certificate"]["pem"]).exists() and pathlib.Path(facts["crl_file"]).exists()
        Client(box).post(password="first")
        wire = control.get("/wire")
        assert wire["received"][1].startswith("POST /wsman") and wire["sent"][1].startswith("HTTP/1.1 200")
    with pytest.raises(SystemExit):
        parse(["--config", "service=true"])
    assert "is not PATH=VALUE" in capsys.readouterr().err


def test_nothing_is_left_after_the_stop() -> None:
    box = Sandbox()
    with box:
        client = Client(box)
        client.post()
        port, ca_file = box.http_port, box.ca_file
    assert client.connection.sock is None or client.connection.sock.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    assert not pathlib.Path(ca_file).exists()
