# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates: each switch does its part and no more, and a failed handshake says what failed."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import time

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import from_options
from ansible_collections.wsman.automation.plugins.plugin_utils import _failures, _sessions, _sockets, _tls

REQUEST = b"<request/>"


def serve(wire):
    while wire.receive():
        wire.answer()


def send(port, *, repeatable=True, **more):
    named = {"authentication": "basic" if "user" in more else "none"}
    options = from_options({"host": "127.0.0.1", "port": port, "scheme": "https", **named, **more})
    return _sessions.direct(options).send(REQUEST, repeatable=repeatable)


def fails(port, **more):
    with pytest.raises(TransportError) as caught:
        send(port, **more)
    assert caught.value.remedy
    return caught.value


RIGHT, WRONG = ("127.0.0.1",), ("elsewhere.example", "10.9.8.7")
CA, CN, BOTH = {"skip_ca_check": True}, {"skip_cn_check": True}, {"skip_ca_check": True, "skip_cn_check": True}


@pytest.mark.parametrize(
    ("names", "trusted", "switches", "error"),
    [
        pytest.param(RIGHT, True, {}, None, id="all is well"),
        pytest.param(RIGHT, False, {}, "system's authorities", id="unknown authority"),
        pytest.param(WRONG, True, {}, "not for 127.0.0.1", id="wrong name"),
        pytest.param(RIGHT, False, CA, None, id="skip CA: unknown authority"),
        pytest.param(WRONG, False, CA, "not for 127.0.0.1", id="skip CA: wrong name is still refused"),
        pytest.param(WRONG, True, CA, "not for 127.0.0.1", id="skip CA: a known authority helps no wrong name"),
        pytest.param(WRONG, True, CN, None, id="skip CN: wrong name"),
        pytest.param(RIGHT, False, CN, "system's authorities", id="skip CN: unknown authority is still refused"),
        pytest.param(WRONG, False, BOTH, None, id="skip both"),
    ],
)
def test_switches(peer, authority, names, trusted, switches, error):
    one = peer(serve, authority.service(*names))
    given = {**switches, **({"ca_cert": str(authority.file)} if trusted else {})}
    if error is None:
        assert send(one.port, user="u", password="p", **given).status == 200
        return
    caught = fails(one.port, user="u", password="p", **given)
    assert caught.step == "tls" and error in caught.message
    assert not one.requests  # neither password nor request has left


@pytest.mark.parametrize("switches", [{}, CA], ids=["checked by OpenSSL", "checked by us"])
@pytest.mark.parametrize(
    ("names", "common_name", "host", "accepted"),
    [
        (("srv.example",), "x", "srv.example", True),
        (("SRV.example",), "x", "srv.EXAMPLE", True),
        (("*.corp.example",), "x", "srv.corp.example", True),
        (("*.corp.example",), "x", "a.srv.corp.example", False),
        (("other.example",), "srv.example", "srv.example", False),
        ((), "srv.example", "srv.example", True),
        ((), "other.example", "srv.example", False),
        ((), "127.0.0.1", "127.0.0.1", False),
        (("127.0.0.1", "::1"), "x", "127.0.0.1", True),
        (("127.0.0.2",), "x", "127.0.0.1", False),
    ],
)
def test_names(peer, authority, monkeypatch, switches, names, common_name, host, accepted):
    one = peer(serve, authority.service(*names, common_name=common_name))
    address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", one.port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: [address])
    given = {**switches, "ca_cert": str(authority.file), "host": host}
    if accepted:
        assert send(one.port, **given).status == 200
    else:
        assert f"not for {host}" in fails(one.port, **given).message


def test_an_expired_certificate(peer, authority):
    one = peer(serve, authority.service("127.0.0.1", days=-1))
    assert "expired" in fails(one.port, ca_cert=str(authority.file)).message


def test_bundles_of_the_environment_are_not_read(peer, authority, monkeypatch):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(authority.file))
    one = peer(serve, authority.service("127.0.0.1"))
    assert fails(one.port).step == "tls"


def test_a_bundle_of_the_environment_does_not_replace_ours(peer, authority, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    one = peer(serve, authority.service("127.0.0.1"))
    assert send(one.port, ca_cert=str(authority.file)).status == 200


@pytest.mark.parametrize("name", ["ca.crt", "hash"])
def test_a_folder_of_authorities(peer, authority, tmp_path, name):
    if name == "hash":
        name = f"{_subject_hash(authority.file)}.0"
    (tmp_path / name).write_bytes(authority.file.read_bytes())
    (tmp_path / "README").write_text("no certificate")
    one = peer(serve, authority.service("127.0.0.1"))
    assert send(one.port, ca_cert=str(tmp_path)).status == 200


def _subject_hash(file):
    """OpenSSL's name for the file: found by trying, as the standard library has no function for it."""
    import subprocess

    try:
        done = subprocess.run(
            ["openssl", "x509", "-hash", "-noout", "-in", str(file)], capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        pytest.skip("no openssl command here")
    return done.stdout.strip()


@pytest.mark.parametrize("kind", ["absent", "empty", "no certificate", "empty folder"])
def test_an_unusable_ca_cert(tmp_path, kind):
    path = tmp_path / "ca.pem"
    if kind == "empty folder":
        path.mkdir()
    elif kind != "absent":
        path.write_text("" if kind == "empty" else "hello")
    with pytest.raises(UsageError) as caught:
        send(1, ca_cert=str(path))
    assert caught.value.option == "ca_cert" and str(path) in str(caught.value)


def test_a_plain_http_port(peer):
    def script(wire):
        wire.connection.recv(5)
        wire.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    error = fails(peer(script).port)
    assert error.step == "tls" and "plain HTTP port" in error.message


def test_a_port_that_closes_in_the_handshake(peer):
    error = fails(peer(lambda wire: None).port)
    assert error.step == "tls" and "closed the connection in the TLS handshake" in error.message


def test_plain_http_to_a_tls_port(peer, authority):
    one = peer(serve, authority.service("127.0.0.1"))
    error = fails(one.port, scheme="http")
    assert error.step == "http" and "HTTPS port and was asked in plain HTTP" in error.message


def test_plain_http_to_a_tls_port_that_says_so(peer):
    def script(wire):
        wire.receive()
        wire.write(b"\x15\x03\x03\x00\x02\x02\x46")

    assert "HTTPS port" in fails(peer(script).port, scheme="http").message


def test_a_handshake_that_never_ends_meets_connect_timeout(peer):
    began = time.monotonic()
    error = fails(peer(lambda wire: wire.peer.done.wait(60)).port, connect_timeout=0.5)
    assert error.step == "tls" and "within 0.5 s" in error.message
    assert time.monotonic() - began < 15


def test_a_handshake_that_drips_meets_the_deadline(peer):
    def script(wire):
        with contextlib.suppress(OSError):
            wire.write(b"\x16\x03\x03\x40\x00")
            while not wire.peer.done.wait(0.02):
                wire.write(b"\x02")

    began = time.monotonic()
    error = fails(peer(script).port, deadline=0.9)
    assert error.step == "tls" and "deadline of 0.9 s passed in the TLS handshake" in error.message
    assert time.monotonic() - began < 15


def test_the_deadline_holds_for_an_answer_over_tls(peer, authority):
    def script(wire):
        wire.receive()
        while not wire.peer.done.wait(0.02):
            wire.write(b"H")

    one = peer(script, authority.service("127.0.0.1"))
    began = time.monotonic()
    error = fails(one.port, deadline=1.5, ca_cert=str(authority.file))
    assert error.step == "read" and "deadline" in error.message
    assert time.monotonic() - began < 15


def test_acknowledgements_are_quick_over_tls(peer, authority, monkeypatch):
    seen = []
    real = ssl.SSLSocket.read

    def read(self, *arguments):
        if isinstance(self, _sockets.TlsSocket):
            seen.append(self.getsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK))
        return real(self, *arguments)

    if not hasattr(socket, "TCP_QUICKACK"):
        pytest.skip("this system has no TCP_QUICKACK")
    monkeypatch.setattr(ssl.SSLSocket, "read", read)
    one = peer(serve, authority.service("127.0.0.1"))
    for _number in range(3):
        send(one.port, ca_cert=str(authority.file))
    assert len(seen) >= 3 and set(seen) == {1} and one.connections == 1


def test_equal_checks_share_a_context(authority):
    first = from_options({"host": "a", "ca_cert": str(authority.file)})
    second = from_options({"host": "b", "ca_cert": str(authority.file)})
    assert _tls.context(first) is _tls.context(second)
    assert _tls.context(first) is not _tls.context(from_options({"host": "a"}))


def test_skip_ca_check_says_what_it_needs(monkeypatch):
    monkeypatch.setattr(_tls, "x509", None)
    with pytest.raises(UsageError, match="cryptography"):
        _tls.context(from_options({"host": "a", "skip_ca_check": True}))
    assert _tls.context(from_options({"host": "a", **BOTH})).verify_mode == ssl.CERT_NONE


# a proxy of the environment


def _proxy(status="200 Connection established"):
    """A script that connects as CONNECT says."""

    def script(wire):
        request = wire.receive()
        wire.write(f"HTTP/1.1 {status}\r\n\r\n".encode())
        if status.startswith("200"):
            host, _colon, port = request.line.split()[1].rpartition(":")
            with socket.create_connection((host, int(port))) as onward:
                _relay(wire.connection, onward)

    return script


def _relay(one, other):
    import select

    while True:
        for source in select.select([one, other], [], [])[0]:
            data = source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)


@pytest.fixture
def environment(monkeypatch):
    """Only the proxies that a test names."""
    for name in os.environ:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    return monkeypatch


def test_a_proxy_of_the_environment_is_used_where_asked_for(peer, authority, environment):
    one, proxy = peer(serve, authority.service("127.0.0.1")), peer(_proxy())
    environment.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
    given = {"ca_cert": str(authority.file), "proxy_access_type": "environment", "user": "u", "password": "p"}
    for _number in range(2):
        assert send(one.port, **given).status == 200
    assert [request.line for request in proxy.requests] == [f"CONNECT 127.0.0.1:{one.port} HTTP/1.1"] or (
        proxy.requests[0].line == f"CONNECT 127.0.0.1:{one.port} HTTP/1.0"
    )
    assert "authorization" not in proxy.requests[0].headers
    assert len(one.requests) == 2 and one.connections == 1


def test_no_proxy_is_heeded(peer, authority, environment):
    one = peer(serve, authority.service("127.0.0.1"))
    environment.setenv("https_proxy", "http://127.0.0.1:1")
    environment.setenv("no_proxy", "127.0.0.1")
    assert send(one.port, ca_cert=str(authority.file), proxy_access_type="environment").status == 200


def test_a_proxy_that_refuses(peer, environment):
    proxy = peer(_proxy("407 Proxy Authentication Required"))
    environment.setenv("https_proxy", f"http://joe:s3cret@127.0.0.1:{proxy.port}")
    error = fails(1, proxy_access_type="environment")
    assert error.step == "proxy" and "407" in error.message
    assert "s3cret" not in str(error) + str(error.remedy)


def test_a_proxy_that_is_not_there(environment):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    environment.setenv("https_proxy", f"http://127.0.0.1:{port}")
    assert fails(1, proxy_access_type="environment").step == "proxy"


@pytest.mark.parametrize(
    "url", ["http://joe:s3cret@:1", "http://joe:s3cret@h:bad", "joe:s3cret@h:1", "ftp://joe:s3cret@h"]
)
def test_a_proxy_that_is_misspelled(environment, url):
    environment.setenv("https_proxy", url)
    error = fails(1, proxy_access_type="environment")
    assert error.step == "proxy" and "s3cret" not in str(error)


def test_a_proxy_that_is_none(peer, environment):
    def script(wire):
        wire.receive()
        wire.write(b"SSH-2.0-OpenSSH_9.6\r\n")

    environment.setenv("https_proxy", f"http://127.0.0.1:{peer(script).port}")
    assert fails(1, proxy_access_type="environment").step == "proxy"


# what ends a connection after the handshake


def test_a_service_that_wants_a_client_certificate():
    """In TLS 1.3 it says so after the request was handed to the system, and has not read it."""
    alert = ssl.SSLError(1, "alert")
    alert.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    options = from_options({"host": "srv"})
    exchange = _sockets.Exchange(options.authority)
    exchange.sent = True
    error = _failures.explain(alert, exchange, options, changes=True)
    assert (error.step, error.outcome_unknown) == ("tls", False)
    assert "wants a client certificate" in error.message


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_broken_record_after_the_request_leaves_the_outcome_of_a_change_open(peer, authority, repeatable):
    def script(wire):
        wire.receive()
        socket.socket.sendall(wire.connection, b"\x17\x03\x03\x00\x20" + b"x" * 32)
        wire.peer.done.wait(2)

    error = fails(peer(script, authority.service("127.0.0.1")).port, repeatable=repeatable, ca_cert=str(authority.file))
    assert (error.step, error.outcome_unknown) == ("read", not repeatable)
    assert "The TLS connection with" in error.message
