# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies that refuse, stall, lie, close or are none: one error with a remedy, in time, and without a secret."""

from __future__ import annotations

import base64
import itertools
import socket
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proxies import JOE, OPEN, connect, fails, says, wants
from sending import reset

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _proxy
from ansible_collections.wsman.automation.plugins.plugin_utils._proxy import ProxyUrl


@pytest.mark.parametrize(
    ("status", "said", "remedy"),
    [
        ("403 Forbidden", "refuses to connect to srv.corp:5986 (HTTP 403 Forbidden)", "allow CONNECT"),
        ("502 Bad Gateway", "could not reach srv.corp:5986", "Check host and port as the proxy sees them"),
        ("503 Service Unavailable", "could not reach srv.corp:5986", "Check host and port as the proxy sees them"),
        ("504 Gateway Timeout", "could not reach srv.corp:5986", "Check host and port as the proxy sees them"),
        ("405 Method Not Allowed", "does not know how to connect to", "Check proxy: it has to name a forward proxy"),
        ("501 Not Implemented", "does not know how to connect to", "Check proxy: it has to name a forward proxy"),
        ("302 Found", "did not connect to srv.corp:5986 (HTTP 302 Found)", "the proxy's log"),
        ("401 Unauthorized", "did not connect to", "the proxy's log"),
        ("500 Oops", "(HTTP 500 Oops)", "the proxy's log"),
    ],
)
def test_an_answer_that_opens_nothing(peer, status, said, remedy):
    proxy = peer(says(wants(status=status), OPEN))
    error = fails(proxy.port, **JOE)
    assert error.message.startswith(f"The proxy 127.0.0.1:{proxy.port} ")
    assert said in error.message and remedy in error.remedy
    assert error.http_status == int(status[:3]) and len(proxy.requests) == 1


def test_squid_s_own_word_is_told(peer):
    head = ["X-Squid-Error: ERR_DNS_FAIL 0"]
    error = fails(peer(says(wants(status="503 Service Unavailable", heads=head))).port)
    assert "Service Unavailable ERR_DNS_FAIL 0)" in error.message


@pytest.mark.parametrize("word", ["s3cret", base64.b64encode(b"joe:s3cret").decode(), "joe"])
def test_a_proxy_that_repeats_what_it_was_told(peer, word):
    proxy = peer(says(wants("Basic realm=x", status=f"407 you said {word}")))
    error = fails(proxy.port, proxy_authentication="basic", **JOE)
    assert word not in error.message


def test_words_are_short_and_printable(peer):
    proxy = peer(says(wants(status="500 a\x1b[31mb\x07" + "c" * 5000)))
    message = fails(proxy.port).message
    assert "a[31mb" in message and message.isprintable() and len(message) < 300


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "closed the connection without an answer"),
        (b"HTTP/1.1 200", "closed the connection in the middle of its answer"),
        (b"HTTP/1.1 200 OK\r\nServer: x", "closed the connection in the middle of its answer"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "closed the connection in the middle of its answer"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "answers, but not in HTTP"),
        (b"\r\n\r\n", "answers, but not in HTTP"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "speaks TLS itself"),
        (b"HTTP/9.9 200 OK\r\n\r\n", "breaks the rules of HTTP"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "not in HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n", "breaks the rules of HTTP"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70000 + b"\r\n\r\n", "breaks the rules of HTTP"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 20000, "breaks the rules of HTTP"),
        (b"HTTP/1.1 103 Hints\r\n\r\n" * 20000, "breaks the rules of HTTP"),
    ],
)
def test_what_is_no_answer(peer, answer, said):
    assert said in fails(peer(says(answer)).port, connect_timeout=60).message


def test_a_reset(peer):
    def script(wire):
        wire.receive()
        reset(wire)

    assert "closed the connection" in fails(peer(script).port).message


def test_a_body_without_an_end_is_not_read(peer):
    def script(wire):
        wire.receive()
        wire.write(wants(body=None, status="403 Forbidden", heads=["Transfer-Encoding: chunked"]))
        while True:
            wire.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    began = time.monotonic()
    assert "refuses to connect" in fails(peer(script).port).message
    assert time.monotonic() - began < 15


# time


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 O", b"HTTP/1.1 200 OK\r\nServer: x\r\n"])
def test_a_proxy_that_stalls(peer, sent):
    def script(wire):
        wire.receive()
        wire.write(sent)
        wire.peer.done.wait(60)

    for limits, said in (
        ({"connect_timeout": 0.3}, "did not answer within 0.3 s"),
        ({"deadline": 0.3}, "The deadline of 0.3 s passed"),
    ):
        began = time.monotonic()
        assert said in fails(peer(script).port, **limits).message
        assert 0.25 < time.monotonic() - began < 15


def test_a_proxy_that_sends_an_octet_now_and_then(peer):
    def script(wire):
        wire.receive()
        for octet in itertools.chain(b"HTTP/1.1 200 OK\r\nA: ", itertools.repeat(0x41)):
            wire.write(bytes([octet]))
            if wire.peer.done.wait(0.05):
                return

    began = time.monotonic()
    assert "did not answer within 0.4 s" in fails(peer(script).port, connect_timeout=0.4).message
    assert time.monotonic() - began < 15


def test_the_time_is_one_for_all_connections(peer):
    """A proxy that closes after each slow 407 gets no new time for each."""

    def script(wire):
        wire.receive()
        wire.peer.done.wait(0.4)
        wire.write(wants('Digest realm="r", nonce="1", stale=true', heads=["Connection: close"]))

    began = time.monotonic()
    assert "did not answer within 0.6 s" in fails(peer(script).port, connect_timeout=0.6, **JOE).message
    assert time.monotonic() - began < 15


def test_a_proxy_that_is_not_there():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = fails(port)
    assert error.message == f"The proxy 127.0.0.1:{port} refused the connection."
    assert "leave proxy out" in error.remedy and "winrm" not in error.remedy


def test_a_proxy_without_an_address(monkeypatch):
    def fail(*_arguments, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(_proxy, "find", lambda _options: ProxyUrl("proxy.invalid", 3128))
    monkeypatch.setattr(socket, "getaddrinfo", fail)
    error = fails(1)
    assert "proxy.invalid could not be resolved" in error.message and "Check proxy" in error.remedy


# anything at all

LINES = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.1 407 no", b"HTTP/1.0 502", b"HTTP/1.1 100 Continue", b"Content-Length: 5"]
    + [b"Content-Length: -1", b"Content-Length: 99999999999", b"Transfer-Encoding: chunked", b"Connection: close"]
    + [b"Proxy-Authenticate: Basic realm=x", b"Proxy-Authenticate: Negotiate AAAA", b"Proxy-Authenticate: Digest"]
    + [b'Proxy-Authenticate: Digest realm="r", nonce="n"', b"", b"", b"5", b"-5", b"0", b"\x00", b": x", b" folded"]
)
ANSWERS = st.lists(
    st.one_of(
        st.lists(LINES, max_size=12).map(b"\r\n".join), st.binary(max_size=60), st.just(b"HTTP/1.1 200 OK\r\n\r\n")
    ),
    max_size=4,
)


class Liar:
    """A proxy that answers each connection with what is next, whatever it is asked, and closes."""

    def __init__(self):
        self.answers = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        try:
            while True:
                connection, _address = self.listener.accept()
                with connection:
                    connection.settimeout(2)
                    connection.recv(4096)
                    connection.sendall(self.answers.pop(0) if self.answers else b"")
        except OSError:
            pass


@pytest.fixture(scope="module")
def liar():
    one = Liar()
    yield one
    one.listener.shutdown(socket.SHUT_RDWR)
    one.listener.close()


@settings(max_examples=150, deadline=None)
@given(answers=ANSWERS)
def test_any_answer(liar, answers):
    _proxy._refused.clear()
    liar.answers[:] = answers
    try:
        connect(liar.listener.getsockname()[1], **JOE).close()
    except TransportError as error:
        assert error.step == "proxy" and error.remedy and "s3cret" not in str(error)
