# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication over real sockets: which 401 is the end, what a lost connection costs, and what goes out in clear."""

from __future__ import annotations

import base64

import pytest
import spnego
from acceptor import NTLM, OFFER, PLAIN, REFUSAL, SPNEGO, WINDOWS, echo, read, shake, start, tell
from sending import ENVELOPE, REQUEST, fails, reset, serve, session

from ansible_collections.wsman.automation.plugins.module_utils._wsman import encrypted
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _sessions, _transport


@pytest.fixture(autouse=True)
def users(tmp_path, monkeypatch):
    """The accounts that the acceptors know."""
    file = tmp_path / "users"
    file.write_text(":wsman:s3cret-pass\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(file))


def test_one_handshake_serves_many_requests_and_nothing_is_in_clear(peer):
    one = start(peer, lambda wire: echo(wire, shake(wire)))
    for _number in range(5):
        assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE
    assert one.plain == [(REQUEST, True)] * 5
    assert len(one.requests) == 2 + 5
    assert one.connections == 1
    assert session(one.port, **NTLM).mechanism == "ntlm"
    assert not any(b"request" in request.body or b"s3cret" in request.body for request in one.requests)


def test_a_refused_password_is_shown_once(peer):
    def script(wire):
        context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
        wire.receive()
        token = base64.b64decode(wire.peer.requests[-1].headers["authorization"].partition(" ")[2])
        wire.answer(b"", "401 Unauthorized", [f"{OFFER} {base64.b64encode(context.step(token)).decode()}"])
        while wire.receive():
            wire.answer(b"", "401 Unauthorized", [OFFER, 'WWW-Authenticate: Basic realm="WSMAN"'])

    one = start(peer, script)
    wrong = {**NTLM, "password": "wrong-pass"}
    first = fails(one.port, **wrong)
    assert (first.step, first.http_status) == ("authentication", 401)
    assert first.offered_schemes == ("Negotiate", "Basic")
    assert len(one.requests) == 2
    assert "not tried again" in fails(one.port, **wrong).message
    weaker = {**wrong, "authentication": "basic", "message_encryption": "never"}
    assert "not tried again" in fails(one.port, **weaker).message
    assert len(one.requests) == 2
    assert "wrong-pass" not in first.message + first.remedy


@pytest.mark.parametrize("encryption", ["auto", "never"])
def test_a_user_without_rights_on_one_host_is_not_barred_from_another(peer, encryption, tmp_path):
    """The service had taken the password of the domain's account before it refused the request."""
    (tmp_path / "users").write_text("CORP:wsman:s3cret-pass\n")

    def script(wire):
        shake(wire)
        while wire.receive():
            wire.answer(b"", "401 Unauthorized", [OFFER])

    def clear(wire):
        shake(wire)
        while wire.receive():
            wire.answer()

    strict = start(peer, script)
    lenient = start(peer, clear if encryption == "never" else lambda wire: echo(wire, shake(wire)))
    account = {**NTLM, "user": "CORP\\wsman", "message_encryption": encryption}
    assert "had accepted the handshake" in fails(strict.port, **account).message
    assert "not tried again" in fails(strict.port, **account).message
    assert session(lenient.port, host="localhost", **account).send(REQUEST).body == ENVELOPE


@pytest.mark.parametrize("way", ["closed", "reset"])
def test_a_connection_that_ends_upon_the_last_token_is_no_reason_to_show_it_again(peer, way):
    def script(wire):
        context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
        request = wire.receive()
        answer = context.step(base64.b64decode(request.headers["authorization"].partition(" ")[2]))
        wire.answer(b"", "401 Unauthorized", [f"{OFFER} {base64.b64encode(answer).decode()}"])
        wire.receive()
        if way == "reset":
            reset(wire)

    one = start(peer, script)
    error = fails(one.port, **NTLM)
    assert error.step == "read"
    assert "ntlm authentication" in error.message
    assert error.outcome_unknown is False
    assert (one.connections, len(one.requests)) == (1, 2)


def test_a_token_that_is_no_ascii_is_none(peer):
    def script(wire):
        while wire.receive():
            wire.answer(b"", "401 Unauthorized", [f"{OFFER} \xe9t\xe9"])

    error = fails(start(peer, script).port, **NTLM)
    assert error.step == "authentication"
    assert "does not go on with the handshake" in error.message


def test_a_scheme_that_is_not_offered_is_no_refusal(peer):
    one = start(peer, serve({**REFUSAL, "headers": ['WWW-Authenticate: Basic realm="x"']}))
    error = fails(one.port, **NTLM)
    assert "does not take NTLM authentication; it offers Basic" in error.message
    assert "not tried again" not in fails(one.port, **NTLM).message
    assert len(one.requests) == 2


def test_a_connection_lost_between_requests_costs_one_new_handshake(peer):
    one = start(peer, lambda wire: echo(wire, shake(wire), limit=1))
    for _number in range(3):
        assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE
    assert one.connections == 3
    assert [plain for plain, _tab in one.plain] == [REQUEST] * 3


def test_a_context_that_the_service_has_forgotten_costs_one_new_handshake(peer):
    def script(wire):
        context = shake(wire)
        request = wire.receive()
        wire.peer.plain.append(read(context, request))
        tell(wire, context)
        wire.receive()
        wire.answer(b"", "401 Unauthorized", [OFFER])

    one = start(peer, script)
    for _number in range(2):
        assert session(one.port, **NTLM).send(REQUEST, repeatable=False).body == ENVELOPE
    assert one.connections == 2
    assert len(one.plain) == 2


def test_a_context_that_is_refused_at_once_is_not_made_again(peer):
    def script(wire):
        shake(wire)
        while wire.receive():
            wire.answer(b"", "401 Unauthorized", [OFFER])

    one = start(peer, script)
    assert fails(one.port, **NTLM).step == "authentication"
    assert one.connections == 1
    assert len(one.requests) == 3


def test_a_request_that_may_not_be_repeated_is_not(peer):
    def script(wire):
        context = shake(wire)
        if wire.number == 1:
            wire.peer.plain.append(read(context, wire.receive()))
            tell(wire, context)
        wire.peer.plain.append(read(context, wire.receive()))
        reset(wire)

    one = start(peer, script)
    assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE
    assert fails(one.port, repeatable=False, **NTLM).outcome_unknown is True
    assert (one.connections, len(one.plain)) == (1, 2)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"body": ENVELOPE}, "in clear"),
        ({"body": ENVELOPE, "status": "500 Internal Server Error"}, "in clear"),
        ({"body": b"<html>", "status": "404 Not Found"}, "no WS-Management service under this path"),
        ({"body": b"", "status": "503 Service Unavailable"}, "is not available"),
    ],
)
def test_an_answer_in_clear_is_not_taken_for_the_services(peer, answer, says):
    def script(wire):
        shake(wire)
        wire.receive()
        wire.answer(**answer)

    one = start(peer, script)
    error = fails(one.port, **NTLM)
    assert says in error.message


def test_an_answer_that_was_changed_on_the_way_is_refused_and_the_next_one_is_read(peer):
    def script(wire):
        context = shake(wire)
        wire.receive()
        if wire.number == 1:
            header, sealed, _padding = context.wrap_winrm(ENVELOPE)
            changed = bytes([sealed[0] ^ 1]) + sealed[1:]
            kind, data = encrypted.dump([(header, changed, len(ENVELOPE))], SPNEGO, tabs=True, content_type=PLAIN)
            wire.answer(data, headers=[f"Content-Type: {kind}"])
        else:
            tell(wire, context)

    one = start(peer, script)
    assert fails(one.port, repeatable=False, **NTLM).outcome_unknown is True
    assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE


@pytest.mark.parametrize(("heads", "tabs"), [(WINDOWS, True), (("Server: OMI",), False)])
def test_the_server_head_decides_on_tabs(peer, heads, tabs):
    one = start(peer, lambda wire: echo(wire, shake(wire, heads)))
    session(one.port, **NTLM).send(REQUEST)
    assert one.plain == [(REQUEST, tabs)]


@pytest.mark.parametrize("wants_tabs", [True, False])
@pytest.mark.parametrize("refuses_by", ["closing", "400"])
def test_a_service_without_a_name_is_asked_by_an_identify(peer, wants_tabs, refuses_by):
    def script(wire):
        context = shake(wire, ())
        while request := wire.receive():
            plain, tab = read(context, request)
            wire.peer.plain.append((plain, tab))
            if tab == wants_tabs:
                tell(wire, context)
            elif refuses_by == "closing":
                return
            else:
                wire.answer(b"", "400 Bad Request")

    one = start(peer, script)
    assert session(one.port, **NTLM).send(REQUEST, repeatable=False).body == ENVELOPE
    assert one.plain[-1] == (REQUEST, wants_tabs)
    assert [plain for plain, _tab in one.plain].count(REQUEST) == 1
    assert all(b"Identify" in plain for plain, _tab in one.plain[:-1])
    assert one.connections == (2 if wants_tabs else 1)


def test_the_profile_decides_on_tabs_without_asking(peer):
    one = start(peer, lambda wire: echo(wire, shake(wire, ())))
    session(one.port, **NTLM, profile="windows").send(REQUEST)
    assert one.plain == [(REQUEST, True)]


def test_a_handshake_without_an_end_is_ended(peer):
    def script(wire):
        context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
        request = wire.receive()
        answer = context.step(base64.b64decode(request.headers["authorization"].partition(" ")[2]))
        wire.answer(b"", "401 Unauthorized", [f"{OFFER} {base64.b64encode(answer).decode()}"])
        while wire.receive():
            wire.answer(b"", "401 Unauthorized", [f"{OFFER} {base64.b64encode(answer).decode()}"])

    one = start(peer, script)
    assert fails(one.port, **NTLM).step == "authentication"
    assert len(one.requests) <= 3


@pytest.mark.parametrize("token", ["!!!", "TlRMTVNTUABnYXJiYWdl", "eHh4eHh4eHh4"])
def test_a_token_that_is_none_is_an_error_of_the_handshake(peer, token):
    one = start(peer, serve({**REFUSAL, "headers": [f"{OFFER} {token}"]}))
    error = fails(one.port, **NTLM)
    assert error.step == "authentication"
    assert len(one.requests) == 1


# Digest

DIGEST = {"authentication": "digest", "user": "admin", "password": "s3cret-pass"}
CHALLENGE = 'WWW-Authenticate: Digest realm="Digest:A4", nonce="{nonce}", stale="{stale}", qop="auth-int, auth"'


def challenge(nonce, stale="false"):
    return {**REFUSAL, "headers": [CHALLENGE.format(nonce=nonce, stale=stale)]}


def test_digest_asks_for_a_challenge_by_an_empty_request_and_keeps_it(peer):
    one = peer(serve(challenge("n1"), {}, {}))
    for _number in range(2):
        assert session(one.port, **DIGEST).send(REQUEST).body == ENVELOPE
    assert [request.body for request in one.requests] == [b"", REQUEST, REQUEST]
    assert "authorization" not in one.requests[0].headers
    for count, request in enumerate(one.requests[1:], 1):
        assert f"nc={count:08x}" in request.headers["authorization"]
        assert 'uri="/wsman"' in request.headers["authorization"]


def test_a_stale_nonce_is_renewed_once(peer):
    stale = [challenge("n2", "TRUE"), {}, challenge("n3", "true"), challenge("n4", "true")]
    one = peer(serve(challenge("n1"), {}, *stale))
    for _number in range(2):
        assert session(one.port, **DIGEST).send(REQUEST, repeatable=False).body == ENVELOPE
    assert 'nonce="n2"' in one.requests[-1].headers["authorization"]
    assert fails(one.port, **DIGEST).step == "authentication"
    assert len(one.requests) == 6


@pytest.mark.parametrize("prefix", ["wsman", "a%2fb", "a/../b", "50%zz", "%7Ea;b=c"])
def test_digest_proves_the_request_line_as_it_goes_out(peer, prefix):
    """requests spells some paths its own way; a service that compares would take the password for a wrong one."""
    one = peer(serve(challenge("n1"), {}))
    session(one.port, **DIGEST, http_prefix=prefix).send(REQUEST)
    request = one.requests[-1]
    assert f'uri="{request.line.split(" ")[1]}"' in request.headers["authorization"]


def test_a_password_that_digest_refuses_is_shown_once(peer):
    one = peer(serve(challenge("n1"), challenge("n2")))
    assert fails(one.port, **DIGEST).offered_schemes == ("Digest",)
    assert "not tried again" in fails(one.port, **DIGEST).message
    assert len(one.requests) == 2


def test_digest_that_is_not_offered_says_what_is(peer):
    one = peer(serve({**REFUSAL, "headers": [OFFER]}))
    assert "does not take Digest authentication; it offers Negotiate" in fails(one.port, **DIGEST).message
    assert len(one.requests) == 1


# several authentications of another plugin's inventory


@pytest.mark.parametrize(
    ("offers", "expected"),
    [
        ((OFFER, 'WWW-Authenticate: Basic realm="WSMAN"'), "Negotiate"),
        (('WWW-Authenticate: Basic realm="WSMAN"',), "Basic"),
    ],
)
def test_the_first_that_is_offered_is_taken(peer, offers, expected):
    one = peer(serve({**REFUSAL, "headers": offers}))
    account = {"user": "wsman", "password": "s3cret-pass", "authentication": ["ntlm", "basic"]}
    with pytest.raises(TransportError):
        session(one.port, **account).send(REQUEST)
    assert "authorization" not in one.requests[0].headers
    assert one.requests[0].body == b""
    assert one.requests[1].headers["authorization"].startswith(expected)
    assert not any(request.headers.get("authorization", expected)[:5] != expected[:5] for request in one.requests)


def test_omi_tells_its_schemes_to_who_asks_for_one(peer, monkeypatch):
    """It leaves alone a request that says nothing of authentication (wire/omi 04, 151 of the reference)."""
    monkeypatch.setattr(_transport, "PATIENCE", 1.5)

    def script(wire):
        while request := wire.receive():
            said = request.headers.get("authorization")
            if said is None:
                wire.peer.done.wait(60)
                return
            if said == "Negotiate":
                wire.answer(b"", "401 Unauthorized", ['WWW-Authenticate: Basic realm="WSMAN"'])
            else:
                wire.answer(ENVELOPE)

    one = peer(script)
    account = {"user": "wsman", "password": "s3cret-pass", "authentication": ["ntlm", "basic"]}
    assert session(one.port, **account).send(REQUEST).body == ENVELOPE
    said = [request.headers.get("authorization", "")[:9] for request in one.requests]
    assert said == ["", "Negotiate", "Basic d3N"]


def test_closing_forgets_the_handshake(peer):
    one = start(peer, lambda wire: echo(wire, shake(wire)))
    first = session(one.port, **NTLM)
    first.send(REQUEST)
    _sessions.close(first.options)
    assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE
    assert one.connections == 2
