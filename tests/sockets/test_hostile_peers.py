# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Broken and hostile peers: no hanging, no second try with a refused secret, no answer taken for another."""

from __future__ import annotations

import contextlib
import gzip
import socket
import time

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import from_options
from ansible_collections.wsman.automation.plugins.plugin_utils import _answers, _transport

ENVELOPE = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>'
REQUEST = b"<request/>"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(ENVELOPE), ENVELOPE)


@contextlib.contextmanager
def session(port, **more):
    named = {"authentication": "basic" if "user" in more else "none"}
    given = {"host": "127.0.0.1", "port": port, "scheme": "http", "message_encryption": "never", **named, **more}
    with contextlib.closing(_transport.Session(from_options(given))) as one:
        yield one


def fails(port, *, repeatable=True, **more):
    with session(port, **more) as sender, pytest.raises(TransportError) as caught:
        sender.send(REQUEST, repeatable=repeatable)
    return caught.value


def script(data):
    """Gives these octets to every request."""

    def converse(wire):
        while wire.receive():
            wire.write(data)

    return converse


def answer(body, *heads, status="200 OK"):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *heads]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize("filler", [b"<??>", b"<?a?>\n", b"<!---->", b"<!-- --> "])
def test_what_stands_before_the_root_is_looked_at_once(filler):
    began = time.monotonic()
    assert not _answers.is_soap(filler * 500 + b"x")
    assert _answers.is_soap(filler * 50 + ENVELOPE)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("status", ["100 Continue", "101 Switching Protocols", "102 Processing", "103 Early Hints"])
def test_an_interim_answer_is_not_the_answer(peer, status):
    one = peer(script(f"HTTP/1.1 {status}\r\nLink: <x>\r\n\r\n".encode() + ANSWER))
    with session(one.port) as sender:
        assert [sender.send(REQUEST).body for _number in range(3)] == [ENVELOPE] * 3
    assert (len(one.requests), one.connections) == (3, 1)


@pytest.mark.parametrize("size", [b"-5", b"zz", b""])
def test_a_chunk_of_no_size(peer, size):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    error = fails(peer(script(head + size + b"\r\n" + ENVELOPE)).port, repeatable=False)
    assert (error.step, error.outcome_unknown) == ("read", True)


BASIC = 'WWW-Authenticate: Basic realm="r"'
BROKEN_REFUSALS = {
    "broken encoding": answer(b"x", "Content-Encoding: gzip", BASIC, status="401 Unauthorized"),
    "unknown encoding": answer(b"x", "Content-Encoding: br", BASIC, status="401 Unauthorized"),
    "cut off": answer(b"x", BASIC, status="401 Unauthorized").replace(b"Length: 1", b"Length: 9"),
    "never ends": answer(b"x" * 20000, BASIC, status="401 Unauthorized"),
}


@pytest.mark.parametrize("data", BROKEN_REFUSALS.values(), ids=BROKEN_REFUSALS)
def test_a_refused_secret_is_refused_whatever_the_body_is(peer, data, monkeypatch):
    monkeypatch.setattr(_transport, "MAX_ANSWER", 0)

    def converse(wire):
        wire.receive()
        wire.write(data)

    one = peer(converse)
    with session(one.port, user="u", password="wrong", max_envelope_size=8192) as sender:
        for _number in range(2):
            with pytest.raises(TransportError) as caught:
                sender.send(REQUEST)
            assert (caught.value.step, caught.value.offered_schemes) == ("authentication", ("Basic",))
    assert len(one.requests) == 1


def test_schemes_without_end_are_cut(peer):
    line = "WWW-Authenticate: " + ", ".join(f"S{number}" for number in range(500))
    error = fails(peer(script(answer(b"", line, status="401 Unauthorized"))).port)
    assert len(error.offered_schemes) == 20


UNREADABLE = {
    "nothing": answer(b""),
    "a web page": answer(b"<html>"),
    "broken encoding": answer(b"x", "Content-Encoding: gzip"),
    "too large": answer(b" " * 20000),
    "swollen": answer(gzip.compress(b" " * 20000), "Content-Encoding: gzip"),
}


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_answer_leaves_the_outcome_of_a_change_open(peer, data, monkeypatch):
    monkeypatch.setattr(_transport, "MAX_ANSWER", 0)
    one = peer(script(data))
    unknown = []
    with session(one.port, max_envelope_size=8192) as sender:
        for repeatable in (False, True):
            with pytest.raises(TransportError) as caught:
                sender.send(REQUEST, repeatable=repeatable)
            unknown.append(caught.value.outcome_unknown)
    assert unknown == [True, False]


def test_an_empty_body_has_no_encoding(peer):
    error = fails(peer(script(answer(b"", "Content-Encoding: gzip", status="404 Not Found"))).port)
    assert "no WS-Management service under this path" in error.message


def test_gzip_of_several_members(peer):
    body = gzip.compress(ENVELOPE[:20]) + gzip.compress(ENVELOPE[20:])
    with session(peer(script(answer(body, "Content-Encoding: gzip"))).port) as sender:
        assert sender.send(REQUEST).body == ENVELOPE


def test_gzip_of_endless_members(peer):
    error = fails(peer(script(answer(gzip.compress(b"") * 1000, "Content-Encoding: gzip"))).port)
    assert "broken gzip" in error.message


def test_a_system_without_ipv6_goes_on_to_the_next_address(peer, monkeypatch):
    one = peer(script(ANSWER))
    addresses = [
        (9999, socket.SOCK_STREAM, 6, "", ("::1", one.port, 0, 0)),  # a family that the system does not have
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", one.port)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: addresses)
    with session(one.port, host="both.invalid") as sender:
        assert sender.send(REQUEST).status == 200
