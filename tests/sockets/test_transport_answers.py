# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions over real sockets: what each answer is called that is no SOAP message."""

from __future__ import annotations

import gzip
import zlib

import pytest
from sending import ENVELOPE, REQUEST, fails, serve, session

from ansible_collections.wsman.automation.plugins.plugin_utils import _transport

# answers that are none


@pytest.mark.parametrize(
    ("answer", "step", "says"),
    [
        ({"body": b"<!DOCTYPE html><html></html>"}, "wsman", "a web page"),
        ({"body": b""}, "wsman", "answered with nothing"),
        ({"body": b"pong"}, "wsman", "no SOAP message"),
        ({"body": b"", "status": "400 Bad Request"}, "http", "malformed"),
        ({"body": b"Error: 403", "status": "403 Forbidden"}, "http", "refuses access"),
        ({"body": b"<html>", "status": "404 Not Found"}, "wsman", "no WS-Management service under this path"),
        ({"body": b"", "status": "411 Length Required"}, "http", "length"),
        ({"body": b"", "status": "413 Request Entity Too Large"}, "http", "this size"),
        ({"body": b"", "status": "415 Unsupported Media Type"}, "http", "content type"),
        ({"body": b"", "status": "418 I'm a teapot"}, "http", "HTTP error"),
        ({"body": b"", "status": "500 Internal Server Error"}, "http", "without saying why"),
        ({"body": b"down", "status": "503 Service Unavailable"}, "http", "not available"),
        ({"body": b"", "status": "302 Found", "headers": ["Location: /owa/"]}, "http", "redirects to /owa/"),
        ({"body": b"x", "headers": ["Content-Encoding: br"]}, "http", "nobody asked for, br"),
        ({"body": b"x", "headers": ["Content-Encoding: gzip"]}, "http", "broken gzip"),
    ],
    ids=lambda value: (
        str(value.get("status", value.get("headers", value["body"]))) if isinstance(value, dict) else None
    ),
)
def test_no_soap(peer, answer, step, says):
    one = peer(serve(answer))
    error = fails(one.port)
    assert error.step == step
    assert says in error.message
    assert len(one.requests) == 1


def test_a_bare_500_leaves_the_outcome_of_an_invoke_open(peer):
    one = peer(serve({"body": b"", "status": "500 Internal Server Error"}))
    assert fails(one.port, repeatable=False).outcome_unknown is True
    assert fails(one.port).outcome_unknown is False


@pytest.mark.parametrize(
    "compress",
    [
        pytest.param(lambda data: ("gzip", gzip.compress(data)), id="gzip"),
        pytest.param(lambda data: ("deflate", zlib.compress(data)), id="deflate"),
        pytest.param(lambda data: ("Deflate", zlib.compress(data)[2:-4]), id="deflate without a head"),
    ],
)
def test_a_compressed_answer_is_read(peer, compress):
    encoding, body = compress(ENVELOPE)
    one = peer(serve({"body": body, "headers": [f"Content-Encoding: {encoding}"]}))
    assert session(one.port).send(REQUEST).body == ENVELOPE


def test_a_compressed_answer_does_not_swell_beyond_the_limit(peer, monkeypatch):
    monkeypatch.setattr(_transport, "MAX_ANSWER", 0)
    body = gzip.compress(ENVELOPE + b" " * 40000)
    one = peer(serve({"body": body, "headers": ["Content-Encoding: gzip"]}))
    error = fails(one.port, max_envelope_size=8192)
    assert len(body) < 1000
    assert "larger than 16384 octets" in error.message


def test_an_endless_answer_is_cut(peer, monkeypatch):
    monkeypatch.setattr(_transport, "MAX_ANSWER", 0)
    monkeypatch.setattr(_transport, "_CHUNK", 4096)

    def script(wire):
        wire.receive()
        wire.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not wire.peer.done.is_set():
            wire.write(b" " * 4096)

    assert "larger than 16384 octets" in fails(peer(script).port, max_envelope_size=8192).message


# other protocols


def test_something_that_is_not_http(peer):
    def script(wire):
        wire.receive()
        wire.write(b"SSH-2.0-OpenSSH_9.6\r\n")

    error = fails(peer(script).port)
    assert error.step == "http" and "not in HTTP" in error.message


def test_heads_without_end(peer):
    def script(wire):
        wire.receive()
        wire.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n")

    error = fails(peer(script).port)
    assert error.step == "http" and "rules of HTTP" in error.message
