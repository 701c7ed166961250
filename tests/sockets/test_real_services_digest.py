# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digest and Basic as Intel AMT, Openwsman, iDRAC and gateways have them, scripted from sources and captures.

AMT: rps 779 and amtc 2. Openwsman: src/server/shttpd (auth.c, shttpd.c) and what 2.8.1 was recorded with.
"""

from __future__ import annotations

import time

import pytest
from sending import ENVELOPE, REQUEST, fails, reset, serve, session

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _http, _login

DIGEST = {"authentication": "digest", "user": "admin", "password": "s3cret-pass"}
BASIC = {"authentication": "basic", "user": "admin", "password": "s3cret-pass"}
UNAUTHORIZED = "401 Unauthorized"
AMT = [
    'WWW-Authenticate: Digest realm="Digest:2517B2332AFD88353D5F5FD352697901", nonce="{}",stale="false",'
    'qop="auth-int, auth"',
    "Content-Type: text/html",
    "Server: Intel(R) Active Management Technology 16.1.25.1917",
    "Connection: close",
]
AMT_PAGE = b"<!DOCTYPE HTML>\n<h2 class=warn>Log on failed. Incorrect user name or password</h2>"
OPENWSMAN = [
    'WWW-Authenticate: Digest qop="auth", realm="OPENWSMAN", nonce="1700000000"',
    'WWW-Authenticate: Basic realm="OPENWSMAN"',
]
DENIED = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    b' xmlns:wsman="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Body><s:Fault><s:Code><s:Value>s:Sender'
    b"</s:Value><s:Subcode><s:Value>wsman:AccessDenied</s:Value></s:Subcode></s:Code><s:Reason>"
    b'<s:Text xml:lang="en">The sender was not authorized to access the resource.</s:Text></s:Reason></s:Fault>'
    b"</s:Body></s:Envelope>"
)


def fill(heads, nonce):
    return [head.format(nonce) for head in heads]


def amt(wire, accepts=True):
    """One request a connection: a challenge with a nonce of its own, or an answer."""
    request = wire.receive()
    if accepts and "authorization" in request.headers:
        wire.answer(headers=["Connection: close", "Server: AMT", "Transfer-Encoding: identity"])
    else:
        wire.answer(AMT_PAGE, UNAUTHORIZED, fill(AMT, f"QYePBLMVAAAAAAAA/{wire.number}+"))


def test_amt_closes_each_connection_and_counts_on(peer):
    one = peer(amt)
    for _number in range(3):
        assert session(one.port, **DIGEST).send(REQUEST, repeatable=False).body == ENVELOPE
    first, *others = one.requests
    assert first.body == b"" and "authorization" not in first.headers
    for count, request in enumerate(others, 1):
        authorization = request.headers["authorization"]
        assert f"nc={count:08x}" in authorization and 'nonce="QYePBLMVAAAAAAAA/1+"' in authorization
        assert 'uri="/wsman"' in authorization and "qop=auth," in authorization
    assert one.connections == 4


def test_amt_sees_a_wrong_password_once(peer):
    one = peer(lambda wire: amt(wire, accepts=False))
    assert fails(one.port, **DIGEST).secret_refused
    assert "not tried again" in fails(one.port, **DIGEST).message
    assert sum("authorization" in request.headers for request in one.requests) == 1


@pytest.mark.parametrize("lines", [OPENWSMAN, OPENWSMAN[::-1], [f"{OPENWSMAN[1]}, {OPENWSMAN[0].partition(': ')[2]}"]])
@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/1.0"])
def test_openwsman_offers_both_and_ends_its_401_by_closing(peer, lines, version):
    """shttpd: no length, ``Connection: Close``, and the status once more as the body."""

    def script(wire):
        request = wire.receive()
        if "authorization" in request.headers:
            assert 'nonce="1700000000"' in request.headers["authorization"]
            wire.answer(headers=["Server: openwsman/2.7", "Connection: Close"])
        else:
            heads = "\r\n".join(lines)
            wire.write(f"{version} 401 Unauthorized\r\n{heads}\r\nConnection: Close\r\n\r\n401 Unauthorized".encode())

    one = peer(script)
    for _number in range(2):
        assert session(one.port, **DIGEST).send(REQUEST, repeatable=False).body == ENVELOPE
    assert len(one.requests) == 3


def test_openwsman_refuses_a_password_and_keeps_the_connection(peer):
    text = {"status": UNAUTHORIZED, "body": b"Error: 401\r\n"}
    one = peer(serve({**text, "headers": ["Content-Type: text/plain", OPENWSMAN[1]]}))
    error = fails(one.port, **BASIC)
    assert error.secret_refused and error.offered_schemes == ("Basic",)
    assert "not tried again" in fails(one.port, **BASIC).message
    assert len(one.requests) == 1


def test_a_provider_of_openwsman_that_denies_access_has_not_refused_the_password(peer):
    """Its AccessDenied is a 401 without a challenge: this user may not do this, and something else perhaps."""
    heads = ["Server: openwsman/2.8", "Content-Type: application/soap+xml;charset=UTF-8", "Connection: Close"]
    one = peer(serve({"status": UNAUTHORIZED, "body": DENIED, "headers": heads}, {}, close=True))
    error = fails(one.port, **BASIC)
    assert not error.secret_refused and (error.step, error.http_status) == ("authentication", 401)
    assert "refuses the request" in error.message and "not authorized to access" in error.message
    assert session(one.port, **BASIC).send(REQUEST).body == ENVELOPE


@pytest.mark.parametrize("status", ["411 Length Required", "400 Bad Request", "500 Internal Server Error", "200 OK"])
def test_a_service_that_asks_only_when_there_is_a_body(peer, status):
    first, ask = {"status": status, "body": b""}, {"status": UNAUTHORIZED, "body": b"", "headers": OPENWSMAN}
    one = peer(serve(first, ask, {}, {}))
    for _number in range(2):
        assert session(one.port, **DIGEST).send(REQUEST, repeatable=False).body == ENVELOPE
    assert ["authorization" in request.headers for request in one.requests] == [False, False, True, True]


def test_a_late_challenge_that_cannot_be_answered_has_seen_no_secret(peer):
    late = ['WWW-Authenticate: Digest realm="x", nonce="n", algorithm=MD7']
    one = peer(serve({"body": b""}, {"status": UNAUTHORIZED, "body": b"", "headers": late}))
    error = fails(one.port, **DIGEST)
    assert "cannot be answered" in error.message and not error.secret_refused


def test_a_body_that_was_not_read_with_a_401_is_nobodys_request(peer):
    """shttpd reads on behind its 401: the body is a bad request to it, and its answer is nobody's either."""

    def script(wire):
        while wire.file.readline().strip():
            heads = b"".join(iter(wire.file.readline, b"\r\n")).lower()
            number = len(wire.peer.requests)
            wire.peer.requests.append(heads)
            if b"content-length: 0" in heads or number == 2:
                stale = [OPENWSMAN[0].replace("1700000000", f"{number}") + ', stale="true"']
                wire.answer(b"Error: 401\r\n", UNAUTHORIZED, stale)
            if number == 2:
                wire.file.read(len(REQUEST))
                time.sleep(0.1)
                wire.answer(b"Error: 501\r\n", "501 Not Implemented")
                return
            if b"content-length: 0" not in heads:
                wire.file.read(len(REQUEST))
                wire.answer()

    one = peer(script)
    for _number in range(3):
        assert session(one.port, **DIGEST).send(REQUEST, repeatable=False).body == ENVELOPE
    assert one.connections == 2
    assert [b'nonce="2"' in heads for heads in one.requests] == [False, False, False, True, True]


@pytest.mark.parametrize("end", ["closed", "reset"])
def test_a_refusal_that_comes_before_the_body_was_read_is_one(peer, end):
    """nginx, http.sys and shttpd answer from the head alone and close: the rest of the body meets nobody."""

    def script(wire):
        line = wire.file.readline()
        assert line.startswith(b"POST")
        while wire.file.readline().strip():
            pass
        wire.peer.requests.append(line)
        wire.answer(b"", UNAUTHORIZED, ['WWW-Authenticate: Basic realm="x"', "Connection: close"])
        if end == "reset":
            reset(wire)

    one = peer(script)
    with pytest.raises(TransportError) as caught:
        session(one.port, **BASIC).send(b"x" * 16_000_000)
    assert caught.value.secret_refused, caught.value
    with pytest.raises(TransportError, match="not tried again"):
        session(one.port, **BASIC).send(REQUEST)
    assert len(one.requests) == 1


def test_windows_says_nothing_of_unencrypted_messages_but_500(peer):
    """Basic over HTTP while AllowUnencrypted is false (pywinrm 208)."""
    one = peer(serve({"status": "500 ", "body": b"", "headers": ["Server: Microsoft-HTTPAPI/2.0"]}))
    assert "AllowUnencrypted" in fails(one.port, **BASIC).remedy
    other = peer(serve({"status": "500 ", "body": b"", "headers": ["Server: openwsman/2.8"]}))
    assert "AllowUnencrypted" not in fails(other.port, **BASIC).remedy


def test_a_401_without_a_challenge_refuses_the_password_all_the_same(peer):
    """iDRAC and gateways leave it out."""
    one = peer(serve({"status": UNAUTHORIZED, "body": b"<html>denied</html>", "headers": ["Server: Apache"]}))
    assert fails(one.port, **BASIC).secret_refused
    assert "not tried again" in fails(one.port, **BASIC).message
    assert len(one.requests) == 1


class Ticket:
    """A context of Kerberos whose service answers its ticket by a token that says no."""

    scheme, mechanism, complete = "Negotiate", "kerberos", False

    def step(self, token):
        if token is None:
            return b"ticket"
        raise TransportError("Kerberos failed: x.", step="authentication", remedy="x", secret_refused=True)


def test_a_ticket_that_one_service_refuses_by_a_token_is_good_for_another(peer, monkeypatch):
    """Windows says clock skew and wrong keys so (KRB-ERROR in SPNEGO): of the account that says nothing elsewhere."""
    monkeypatch.setattr(_login._spnego, "begin", lambda *_arguments, **_options: Ticket())
    connect = _http.connect
    monkeypatch.setattr(_http, "connect", lambda _host, port, exchange: connect("127.0.0.1", port, exchange))
    answer = {"status": UNAUTHORIZED, "body": b"", "headers": ["WWW-Authenticate: Negotiate oRQ="]}
    one, other = peer(serve(answer)), peer(serve(answer))
    account = {"authentication": "kerberos", "user": "u@REALM", "password": "p", "message_encryption": "auto"}
    with pytest.raises(TransportError) as caught:
        session(one.port, **account, host="one.example").send(REQUEST)
    assert caught.value.http_status == 401
    with pytest.raises(TransportError, match="not tried again"):
        session(one.port, **account, host="one.example").send(REQUEST)
    with pytest.raises(TransportError):
        session(other.port, **account, host="other.example").send(REQUEST)
    assert (len(one.requests), len(other.requests)) == (1, 1)
