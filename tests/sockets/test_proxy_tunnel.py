# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way through a proxy, and who is shown a password on it: once, by the strongest scheme that looks at it."""

from __future__ import annotations

import base64
import re

import pytest
import spnego
from proxies import JOE, OPEN, connect, fails, says, shown, wants

from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import PlainSocket

DIGEST = 'Digest realm="r", nonce="{}", qop="auth", algorithm=SHA-256'
BASIC = 'Basic realm="r"'


# the way


@pytest.mark.parametrize(
    "head",
    [
        OPEN,
        b"HTTP/1.0 200 OK\r\nServer: x\r\n\r\n",
        b"HTTP/1.1 299 \r\n\r\n",
        b"HTTP/1.1 200 OK\nServer: x\n\n",  # bare line ends
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",  # RFC 9110 9.3.6: neither counts
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OPEN,
    ],
)
def test_the_socket_begins_exactly_behind_the_head(peer, head):
    proxy = peer(says(head + b"tunnel\r\n\r\nmore"))
    with connect(proxy.port) as tunnel:
        assert tunnel.recv(100) == b"tunnel\r\n\r\nmore"
        assert isinstance(tunnel, PlainSocket)
        assert tunnel.exchange.received == 0  # of the service nothing has come
        assert 0 < tunnel.gettimeout() <= 5
    assert proxy.requests[0].line == "CONNECT srv.corp:5986 HTTP/1.1"
    assert proxy.requests[0].headers["host"] == "srv.corp:5986"


def test_a_head_that_comes_octet_by_octet(peer):
    def script(wire):
        wire.receive()
        for octet in OPEN + b"x":
            wire.write(bytes([octet]))

    with connect(peer(script).port) as tunnel:
        assert tunnel.recv(10) == b"x"


@pytest.mark.parametrize(
    ("host", "target"),
    [("10.0.0.1", "10.0.0.1:5986"), ("fd00::1", "[fd00::1]:5986"), ("fe80::1%eth0", "[fe80::1]:5986")],
)
def test_the_target_as_an_address(peer, host, target):
    proxy = peer(says(OPEN))
    connect(proxy.port, host=host).close()
    assert proxy.requests[0].line == f"CONNECT {target} HTTP/1.1"


# authentication


def test_an_account_is_not_shown_to_a_proxy_that_does_not_ask(peer):
    proxy = peer(says(OPEN))
    connect(proxy.port, **JOE).close()
    assert shown(proxy) == [None]


def test_basic_named_costs_no_round_trip(peer):
    proxy = peer(says(OPEN))
    connect(proxy.port, proxy_authentication="basic", proxy_user="j\u00f6", proxy_password="p:\u20ac").close()
    head = proxy.requests[0].headers["proxy-authorization"]
    assert base64.b64decode(head.removeprefix("Basic ")).decode() == "j\u00f6:p:\u20ac"


@pytest.mark.parametrize(
    ("first", "connections"),
    [
        (wants(BASIC), 1),
        (wants(BASIC, heads=["Transfer-Encoding: chunked"], body=None) + b"3\r\nabc\r\n0\r\n\r\n", 1),
        (wants(BASIC, heads=["Connection: close"]), 2),
        (wants(BASIC, body=None), 2),  # a body that ends with the connection
        (wants(BASIC).replace(b"1.1", b"1.0"), 2),
        (wants(BASIC, body=b"x" * 200000), 2),
        (wants(BASIC, heads=["Transfer-Encoding: chunked"], body=None) + b"-3\r\nabc\r\n", 2),
    ],
)
def test_the_connection_of_a_407_is_used_on_where_it_can_be(peer, first, connections):
    answers = [first, OPEN]

    def script(wire):
        while wire.receive():
            answer = answers.pop(0)
            wire.write(answer)
            if not answers or connections == 2:
                wire.peer.done.wait(1 if answer is OPEN else 0)
                return

    proxy = peer(script)
    connect(proxy.port, **JOE).close()
    assert shown(proxy) == [None, "Basic"]
    assert proxy.connections == connections


def test_a_connection_that_closes_after_its_407_without_saying_so(peer):
    """It had read nothing: so the account has been shown once, all the same."""
    answers = [wants(BASIC), OPEN]

    def script(wire):
        if wire.receive():
            wire.write(answers.pop(0))

    proxy = peer(script)
    connect(proxy.port, **JOE).close()
    assert (shown(proxy), proxy.connections) == ([None, "Basic"], 2)


def test_a_proxy_that_closes_on_an_account(peer):
    proxy = peer(says(None, OPEN))
    error = fails(proxy.port, proxy_authentication="basic", **JOE)
    assert "closed the connection without an answer" in error.message
    assert len(proxy.requests) == 1


def test_digest_answers_for_the_target_of_connect(peer):
    proxy = peer(says(wants(DIGEST.format(1), BASIC), OPEN))
    connect(proxy.port, **JOE).close()
    head = proxy.requests[1].headers["proxy-authorization"]
    assert shown(proxy) == [None, "Digest"] and 'uri="srv.corp:5986"' in head and "s3cret" not in head


def test_a_stale_nonce_is_no_refusal_once(peer):
    stale = wants(DIGEST.format(2) + ", stale=true")
    proxy = peer(says(wants(DIGEST.format(1)), stale, OPEN))
    connect(proxy.port, **JOE).close()
    nonces = [re.search('nonce="(.)"', request.headers["proxy-authorization"])[1] for request in proxy.requests[1:]]
    assert nonces == ["1", "2"]
    proxy = peer(says(wants(DIGEST.format(1)), stale, stale, stale))
    assert fails(proxy.port, **JOE).http_status == 407
    assert len(proxy.requests) == 3


@pytest.mark.parametrize(
    ("named", "challenges", "expected"),
    [
        (None, [BASIC], [None, "Basic"]),
        (None, [BASIC, DIGEST.format(1)], [None, "Digest"]),
        (None, [DIGEST.format(1)], [None, "Digest"]),
        ("digest", [BASIC, DIGEST.format(1)], [None, "Digest"]),
        ("basic", [BASIC, DIGEST.format(1)], ["Basic"]),
    ],
)
def test_a_refused_account_is_shown_once(peer, named, challenges, expected):
    """Not by a weaker scheme, and not by the next task; another account of it is."""
    proxy = peer(says(*[wants(*challenges)] * 9))
    for repeated in (False, True):
        error = fails(proxy.port, proxy_authentication=named, **JOE)
        assert "refused the user or the password" in error.message and "proxy_password" in error.remedy
        assert ("not tried again" in error.message) is repeated
        assert error.offered_schemes == tuple(one.partition(" ")[0] for one in challenges)
        assert error.http_status == 407
    assert shown(proxy) == expected
    fails(proxy.port, proxy_authentication=named, proxy_user="joe", proxy_password="other")
    assert shown(proxy) == expected * 2


@pytest.mark.parametrize(
    ("given", "challenges", "said", "remedy", "expected"),
    [
        ({}, [BASIC, "Negotiate"], "it offers Basic, Negotiate", "Set proxy_user and proxy_password", [None]),
        ({"proxy_user": "joe"}, [BASIC], "wants authentication", "proxy_password", [None]),
        (
            JOE,
            ["NTLM", "Bearer"],
            "wants authentication and offers NTLM, Bearer, none of which",
            "Let the proxy",
            [None],
        ),
        (JOE, [], "wants authentication and offers no scheme", "Let the proxy", [None]),
        ({**JOE, "proxy_authentication": "digest"}, [BASIC], "does not take Digest", "proxy_authentication", [None]),
        ({**JOE, "proxy_authentication": "basic"}, ["Negotiate"], "does not take Basic", "leave it out", ["Basic"]),
        (JOE, ['Digest realm="r"'], "cannot be answered, for it has no nonce", "another scheme", [None]),
        ({**JOE, "proxy_user": "a:b"}, [BASIC], "wants authentication and offers Basic, none", "Let the proxy", [None]),
    ],
)
def test_a_scheme_that_is_not_there(peer, given, challenges, said, remedy, expected):
    proxy = peer(says(*[wants(*challenges)] * 3))
    error = fails(proxy.port, **given)
    assert said in error.message and remedy in error.remedy
    assert shown(proxy) == expected


def test_a_challenge_that_cannot_be_answered_leaves_the_next_scheme(peer):
    """Nobody has looked at the secret yet."""
    proxy = peer(says(wants('Digest realm="r", nonce="1", algorithm=SHA-3', BASIC), OPEN))
    connect(proxy.port, **JOE).close()
    assert shown(proxy) == [None, "Basic"]


# Negotiate


@pytest.fixture
def users(tmp_path, monkeypatch):
    file = tmp_path / "users"
    file.write_text(":joe:s3cret\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(file))


def ntlm(wire, offer="Negotiate", closes=False):
    """A proxy that takes NTLM by Negotiate, as Microsoft's do."""
    context = spnego.server(protocol="negotiate")
    while request := wire.receive():
        scheme, _space, token = request.headers.get("proxy-authorization", "").partition(" ")
        if scheme != "Negotiate":
            wire.write(wants(offer, BASIC))
            continue
        try:
            answer = context.step(base64.b64decode(token))
        except spnego.exceptions.SpnegoError:
            wire.peer.refusals += 1
            wire.write(wants(offer, BASIC))
            return
        encoded = base64.b64encode(answer).decode() if answer else ""
        if context.complete:
            wire.write(wants(f"Negotiate {encoded}", status="200 OK", body=None) + b"tunnel")
            wire.peer.done.wait(1)
            return
        wire.write(wants(f"Negotiate {encoded}"))
        if closes:
            return


def start(peer, script):
    proxy = peer(script)
    proxy.refusals = 0
    return proxy


@pytest.mark.parametrize(("named", "first"), [(None, [None]), ("negotiate", [])])
def test_ntlm_by_negotiate(peer, users, named, first):
    proxy = start(peer, ntlm)
    with connect(proxy.port, proxy_authentication=named, **JOE) as tunnel:
        assert tunnel.recv(100) == b"tunnel"
    assert shown(proxy) == [*first, "Negotiate", "Negotiate"]
    assert proxy.connections == 1


def test_a_wrong_password_by_ntlm_counts_once(peer, users):
    proxy = start(peer, ntlm)
    for _task in range(3):
        error = fails(proxy.port, proxy_user="joe", proxy_password="wrong")
        assert "refused the user or the password (Negotiate)" in error.message
    assert proxy.refusals == 1 and shown(proxy) == [None, "Negotiate", "Negotiate"]


def test_a_proxy_that_closes_in_the_middle_of_a_handshake(peer, users):
    proxy = start(peer, lambda wire: ntlm(wire, closes=True))
    error = fails(proxy.port, proxy_authentication="negotiate", **JOE)
    assert "in the middle of a Negotiate handshake" in error.message or "without an answer" in error.message


def test_a_proxy_without_ntlm_has_seen_nothing_of_the_secret(peer):
    """Its Negotiate is Kerberos alone, and the account is a local one: then the next scheme may be used."""

    def script(wire):
        while request := wire.receive():
            basic = request.headers.get("proxy-authorization", "").startswith("Basic")
            wire.write(OPEN if basic else wants("Negotiate", BASIC))

    proxy = peer(script)
    connect(proxy.port, **JOE).close()
    assert shown(proxy) == [None, "Negotiate", "Basic"]
    error = fails(proxy.port, proxy_authentication="negotiate", **JOE)
    assert "takes no NTLM by Negotiate" in error.message and "user@REALM" in error.remedy


@pytest.mark.parametrize("token", ["!!!", "AAAA", base64.b64encode(b"NTLMSSP\0\x02" + b"\xff" * 60).decode()])
def test_tokens_that_are_none(peer, token):
    proxy = peer(says(*[wants(f"Negotiate {token}")] * 3))
    assert fails(proxy.port, proxy_authentication="negotiate", **JOE).message
    assert len(proxy.requests) == 1


def test_a_handshake_without_an_end(peer, users):
    """A proxy that answers each token with the first challenge again."""
    context = spnego.server(protocol="ntlm")
    first = spnego.client("a", "b", protocol="ntlm").step()
    again = wants(f"Negotiate {base64.b64encode(context.step(first)).decode()}")
    proxy = peer(says(*[again] * 50))
    fails(proxy.port, proxy_authentication="negotiate", **JOE)
    assert len(proxy.requests) <= 8
