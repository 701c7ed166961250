# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that want more of an account than one proof: by loops, odd moments, smaller offers, and other addresses."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import os
import warnings

import pytest
import spnego
from acceptor import NTLM, OFFER, REFUSAL, WINDOWS, echo, read, shake, start, tell
from sending import ENVELOPE, REQUEST, fails, options, serve, session

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _sessions, _transport

BASIC = 'WWW-Authenticate: Basic realm="WSMAN"'
CHALLENGE = 'WWW-Authenticate: Digest realm="r", nonce="{number}", stale={stale}, qop="auth"'
AUTHENTICATE = b"NTLMSSP\0\3\0\0\0"
PASSWORD = NTLM["password"]
DIGEST = {**NTLM, "authentication": "digest", "message_encryption": "never"}
ACCOUNT = {"user": "wsman", "password": PASSWORD}


@pytest.fixture(autouse=True)
def users(tmp_path, monkeypatch):
    """The accounts that the acceptors know."""
    file = tmp_path / "users"
    file.write_text(f":wsman:{PASSWORD}\n:other:{PASSWORD}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(file))


def proofs(one):
    """Which requests proved the secret, or held it: the scheme of each."""
    found = []
    for request in one.requests:
        scheme, _space, token = request.headers.get("authorization", "").partition(" ")
        if scheme in ("Basic", "Digest") or (scheme and AUTHENTICATE in base64.b64decode(token)):
            found.append(scheme)
    return found


def challenge(wire, stale):
    number = len(wire.peer.requests)
    wire.answer(b"", "401 Unauthorized", [CHALLENGE.format(number=number, stale=stale)])


# the same account again and again


def test_a_digest_that_is_stale_for_ever(peer):
    def script(wire):
        while wire.receive():
            challenge(wire, "true")

    one = peer(script)
    for _number in range(4):
        assert fails(one.port, **DIGEST).step == "authentication"
    assert proofs(one) == ["Digest"] * 2


def test_a_digest_that_is_asked_for_late(peer):
    """The empty request is let in, the real one is not: nobody has seen a secret by then."""

    def script(wire):
        while request := wire.receive():
            if "authorization" in request.headers or not request.body:
                wire.answer()
            else:
                challenge(wire, "false")

    one = peer(script)
    assert session(one.port, **DIGEST).send(REQUEST, repeatable=False).body == ENVELOPE
    assert [request.body for request in one.requests] == [b"", REQUEST, REQUEST]
    assert proofs(one) == ["Digest"]


def test_a_service_that_lets_everybody_in_and_answers_nobody(peer):
    """It closes upon each first message: it gets two handshakes at most, and one where nothing is repeated."""

    def script(wire):
        shake(wire)
        wire.receive()

    one = start(peer, script)
    fails(one.port, repeatable=False, **NTLM)
    assert len(proofs(one)) == 1
    fails(one.port, **NTLM)
    assert len(proofs(one)) <= 3


def test_a_service_that_forgets_each_second_time(peer):
    """A 401 for what had worked is worth one handshake a request, and no more for the one that follows at once."""

    def script(wire):
        context = shake(wire)
        if wire.number == 1:
            read(context, wire.receive())
            tell(wire, context)
        while wire.receive():
            wire.answer(b"", "401 Unauthorized", [OFFER, BASIC])

    one = start(peer, script)
    session(one.port, **NTLM).send(REQUEST)
    for _number in range(3):
        assert fails(one.port, **NTLM).step == "authentication"
    assert proofs(one) == ["Negotiate"] * 2


# less than was wanted


@pytest.mark.parametrize("secure", [False, True])
def test_a_shorter_list_makes_no_basic_of_it_over_http(peer, authority, secure):
    """Who takes Negotiate out of the list on the way gets no password, for Basic was no candidate without consent."""
    one = peer(serve({**REFUSAL, "headers": [BASIC]}), tls=authority.service("127.0.0.1") if secure else None)
    given = {**ACCOUNT, "authentication": ["ntlm", "basic"], "message_encryption": "auto"}
    if secure:
        given |= {"scheme": "https", "ca_cert": str(authority.file)}
    assert "not tried again" not in fails(one.port, **given).message
    assert proofs(one) == (["Basic"] if secure else [])


def test_what_was_chosen_is_not_left_for_less(peer):
    one = peer(serve({**REFUSAL, "headers": [OFFER, BASIC]}, {**REFUSAL, "headers": [BASIC]}))
    given = {**ACCOUNT, "authentication": ["ntlm", "basic"], "message_encryption": "never"}
    for _number in range(2):
        assert fails(one.port, **given).offered_schemes == ("Basic",)
    assert proofs(one) == []


@pytest.mark.parametrize("scheme", ["ntlm", "negotiate"])
def test_no_basic_where_something_else_was_asked_for(peer, scheme):
    one = peer(serve({**REFUSAL, "headers": [BASIC, 'WWW-Authenticate: Digest realm="r", nonce="n"']}))
    error = fails(one.port, **{**NTLM, "authentication": scheme})
    assert error.offered_schemes == ("Basic", "Digest")
    assert proofs(one) == []


# elsewhere


@pytest.mark.parametrize("stage", ["first", "proof", "message"])
@pytest.mark.parametrize("status", ["301 Moved Permanently", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_no_redirect_is_followed(peer, stage, status):
    elsewhere = peer(serve({}))
    place = f"Location: http://127.0.0.1:{elsewhere.port}/wsman"

    def script(wire):
        if stage == "message":
            shake(wire)
        elif stage == "proof":
            context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
            token = base64.b64decode(wire.receive().headers["authorization"].partition(" ")[2])
            answer = base64.b64encode(context.step(token)).decode()
            wire.answer(b"", "401 Unauthorized", [f"{OFFER} {answer}", *WINDOWS])
        while wire.receive():
            wire.answer(b"", status, [place, *WINDOWS])

    one = start(peer, script)
    fails(one.port, **NTLM)
    for scheme in ("digest", "basic") if stage == "first" else ():
        fails(one.port, **{**DIGEST, "authentication": scheme})
    assert (elsewhere.connections, elsewhere.requests) == (0, [])


@pytest.mark.parametrize("authentication", ["basic", "digest", "ntlm"])
def test_a_service_that_plays_a_proxy(peer, authentication):
    """A 407 of the service itself gets nothing, least of all what is meant for a proxy."""
    heads = ['Proxy-Authenticate: Basic realm="p"', "Proxy-Authenticate: Negotiate"]
    one = peer(serve({"status": "407 Proxy Authentication Required", "body": b"", "headers": heads}))
    for _number in range(3):
        fails(one.port, **{**NTLM, "authentication": authentication, "message_encryption": "never"})
    assert not any("proxy-authorization" in request.headers for request in one.requests)
    assert proofs(one) == (["Basic"] * 3 if authentication == "basic" else [])


# who a session is


def test_a_session_belongs_to_one_account(peer):
    one = start(peer, lambda wire: echo(wire, shake(wire)))
    for user in ("wsman", "other", "wsman", "other"):
        session(one.port, **{**NTLM, "user": user}).send(REQUEST)
    assert one.connections == 2
    with pytest.raises(TransportError):
        session(one.port, **{**NTLM, "password": "another"}).send(REQUEST)
    assert one.connections == 3


def test_each_option_makes_a_session_of_its_own():
    """Options that differ in anything at all share no connection: it is checked here that none was left out."""
    first = options(5985, **NTLM)
    for field in dataclasses.fields(first):
        changed = dataclasses.replace(first, **{field.name: ("x",) if field.name == "alternatives" else "x"})
        assert changed != first, field.name


def test_a_fork_shares_no_connection(peer):
    one = start(peer, lambda wire: echo(wire, shake(wire)))
    session(one.port, **NTLM).send(REQUEST)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the peer's threads hold nothing that the child wants
        child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            session(one.port, **NTLM).send(REQUEST)
            os._exit(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE
    assert (one.connections, len(proofs(one))) == (2, 2)


def test_nobody_is_nobody(peer):
    """An unauthenticated Identify has nothing of the account, whoever asks for it and whatever the answer is."""
    one = peer(serve({**REFUSAL, "headers": [OFFER, BASIC]}))
    for authentication in ("basic", "digest", "ntlm", "negotiate", "credssp"):
        known = options(one.port, **{**NTLM, "authentication": authentication, "message_encryption": "never"})
        with pytest.raises(TransportError):
            _sessions.direct(known.anonymous()).send(REQUEST, headers=_transport.UNAUTHENTICATED)
    assert len(one.requests) == 5
    for request in one.requests:
        assert not {"authorization", "proxy-authorization", "cookie"} & set(request.headers)


def test_nobody_has_no_certificate():
    known = options(
        5986, authentication="certificate", certificate_pfx="/nowhere.pfx", certificate_key_password="key-pass",
        scheme="https", message_encryption="auto",
    )  # fmt: skip
    assert known.anonymous().secrets == ()
    assert "nowhere" not in repr(known.anonymous())


def test_a_refused_account_is_refused_whatever_else_changes(peer):
    """Two services of one host, each scheme, a name for the session: the account stays the one that was refused."""

    def script(wire):
        while wire.receive():
            wire.answer(b"", "401 Unauthorized", [BASIC, OFFER])

    first, second = peer(script), peer(script)
    fails(first.port, **{**DIGEST, "authentication": "basic"})
    for more in ({}, {"session_name": "x"}, {"http_prefix": "other"}, {"read_timeout": 100.0}, NTLM):
        for one in (first, second):
            error = fails(one.port, **{**DIGEST, "authentication": "basic", **more})
            assert "not tried again" in error.message
    assert (proofs(first), second.requests) == (["Basic"], [])
