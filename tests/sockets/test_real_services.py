# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What real services do in a handshake, scripted from their sources and captures; a secret is still shown once.

OMI: Unix/http/httpauth.c and http.c. Openwsman: src/server/shttpd. Windows and IIS: http.sys as packer 6205 and the
captures in pypsrp's threads show it. Intel AMT: rps 779, amtc 2.
"""

from __future__ import annotations

import base64

import pytest
import spnego
from sending import ENVELOPE, REQUEST, fails, reset, serve, session

from ansible_collections.wsman.automation.plugins.module_utils._wsman import encrypted

SPNEGO = "application/HTTP-SPNEGO-session-encrypted"
PLAIN = "application/soap+xml;charset=UTF-8"
NTLM = {"authentication": "ntlm", "user": "wsman", "password": "s3cret-pass", "message_encryption": "auto"}
WRONG = {**NTLM, "password": "wrong-pass"}
SHORT = {"operation_timeout": 1.0, "read_timeout": 3.0}
CLEAR = {**NTLM, "message_encryption": "never"}
HTTPAPI = "Server: Microsoft-HTTPAPI/2.0"
UNAUTHORIZED = "401 Unauthorized"
HTML = b'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">\r\n<HTML></HTML>\r\n'
OMI_OFFERS = ['WWW-Authenticate: Basic realm="WSMAN"', "WWW-Authenticate: Negotiate", "WWW-Authenticate: Kerberos"]


@pytest.fixture(autouse=True)
def users(tmp_path, monkeypatch):
    """The accounts that the acceptors know."""
    file = tmp_path / "users"
    file.write_text(":wsman:s3cret-pass\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(file))


def acceptor():
    return spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)


def token_of(request):
    return request.headers["authorization"].partition(" ")


def challenge(wire, context, heads=(), scheme="Negotiate"):
    """The first leg: NTLM's first token comes, the challenge goes out."""
    request = wire.receive()
    named, _space, token = token_of(request)
    assert (named, request.body) == (scheme, b"")
    answer = base64.b64encode(context.step(base64.b64decode(token))).decode()
    wire.answer(b"", UNAUTHORIZED, [f"WWW-Authenticate: {scheme} {answer}", *heads])


def accept(wire, context, scheme="Negotiate"):
    """The second leg up to its answer; False where the secret is wrong."""
    try:
        context.step(base64.b64decode(token_of(wire.receive())[2]))
    except spnego.exceptions.SpnegoError:
        return False
    return True


def shake(wire, heads=(), status="200 OK", body=b"", scheme="Negotiate", last=()):
    """A handshake that is accepted, whatever *status* says; *last* are more heads of its last answer."""
    context = acceptor()
    challenge(wire, context, heads, scheme)
    assert accept(wire, context)
    wire.answer(body, status, [*heads, *last])
    return context


def read(context, request):
    pieces = encrypted.load(request.headers["content-type"], request.body)
    return b"".join(context.unwrap_winrm(header, sealed) for header, sealed, _length in pieces)


def tell(wire, context, heads=(), tabs=True):
    header, sealed, padding = context.wrap_winrm(ENVELOPE)
    kind, data = encrypted.dump([(header, sealed, len(ENVELOPE) + padding)], SPNEGO, tabs=tabs, content_type=PLAIN)
    wire.answer(data, "200 OK", [f"Content-Type: {kind}", *heads])


def shown(one):
    """How often a secret was shown: NTLM's last tokens."""
    tokens = [base64.b64decode(token_of(request)[2]) for request in one.requests if "authorization" in request.headers]
    return sum(b"NTLMSSP\0\3" in token for token in tokens)


# OMI


def omi_refuses(wire):
    """A wrong password is a 400 without a body, and then silence: the request after it is never answered."""
    context = acceptor()
    challenge(wire, context)
    if not accept(wire, context):
        wire.answer(b"", "400 Bad Request")
    while wire.receive():
        pass


@pytest.mark.parametrize("account", [WRONG, {**WRONG, "message_encryption": "never"}])
def test_omi_refuses_a_password_by_400_and_silence(peer, account):
    one = peer(omi_refuses)
    error = fails(one.port, **SHORT, **account)
    assert error.step == "authentication" and error.secret_refused
    assert "refused the user or the password" in error.message
    assert "not tried again" in fails(one.port, **SHORT, **account).message
    assert (one.connections, shown(one)) == (1, 1)


def test_omi_without_ntlm_says_so_and_has_seen_no_secret(peer):
    one = peer(serve({"status": UNAUTHORIZED, "body": b"", "headers": OMI_OFFERS}))
    error = fails(one.port, **NTLM)
    assert "does not go on" in error.message and not error.secret_refused
    assert shown(one) == 0


@pytest.mark.parametrize("end", ["closed", UNAUTHORIZED])
def test_a_user_whom_omi_does_not_let_in_after_the_handshake(peer, end):
    """Not allowed by omiserver.conf: 401 to the last token; whatever comes then, the secret is not shown again."""

    def script(wire):
        context = acceptor()
        challenge(wire, context)
        accept(wire, context)
        wire.answer(b"", "200 Success")
        while wire.receive():
            if end == "closed":
                return
            wire.answer(b"", end, OMI_OFFERS)

    one = peer(script)
    error = fails(one.port, **NTLM)
    if end != "closed":
        assert error.secret_refused and "had accepted the handshake" in error.message
        assert shown(one) == 1


def test_omi_names_itself_nowhere_and_is_asked_without_tabs_first(peer):
    def script(wire):
        context = shake(wire)
        while request := wire.receive():
            assert b"\n\tContent-Type" not in request.body
            read(context, request)
            tell(wire, context, ["Connection: Keep-Alive"], tabs=False)

    one = peer(script)
    assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE
    assert (one.connections, shown(one)) == (1, 1)


# Windows: http.sys, IIS in front, and what stands before them


def test_windows_takes_no_message_in_clear_and_says_401(peer):
    """AllowUnencrypted is false: the handshake is good, every request is a 401 (packer 6205)."""

    def script(wire):
        shake(wire, [HTTPAPI])
        while wire.receive():
            wire.answer(HTML, UNAUTHORIZED, ["WWW-Authenticate: Negotiate", HTTPAPI])

    one = peer(script)
    error = fails(one.port, **CLEAR)
    assert "had accepted the handshake" in error.message
    assert "message_encryption" in error.remedy and "AllowUnencrypted" in error.remedy
    assert shown(one) == 1


@pytest.mark.parametrize("name", ["Microsoft-IIS/10.0", "Microsoft-HTTPAPI/2.0 Microsoft-HTTPAPI/2.0"])
def test_windows_behind_iis_gets_its_tabs_at_once(peer, name):
    def script(wire):
        context = shake(wire, [f"Server: {name}"])
        while request := wire.receive():
            assert b"\n\tContent-Type" in request.body
            assert read(context, request) == REQUEST
            tell(wire, context)

    assert session(peer(script).port, **NTLM).send(REQUEST).body == ENVELOPE


@pytest.mark.parametrize("name", ["nginx/1.24.0", "BigIP", "Apache"])
def test_a_name_that_a_balancer_has_put_there_says_nothing_of_tabs(peer, name):
    plain = []

    def script(wire):
        context = shake(wire, [f"Server: {name}"])
        while request := wire.receive():
            if b"\n\tContent-Type" not in request.body:
                wire.answer(HTML, "400 Bad Request", [f"Server: {name}", "Connection: close"])
                return
            plain.append(read(context, request))
            tell(wire, context)

    one = peer(script)
    assert session(one.port, **NTLM).send(REQUEST, repeatable=False).body == ENVELOPE
    assert plain == [REQUEST]


@pytest.mark.parametrize("status", ["400 Bad Request", "404 Not Found", "405 No", "411 Length Required", "500 Error"])
def test_an_empty_request_that_a_service_dislikes_is_no_end_of_the_handshake(peer, status):
    def script(wire):
        context = shake(wire, [HTTPAPI], status, HTML)
        while request := wire.receive():
            assert read(context, request) == REQUEST
            tell(wire, context)

    one = peer(script)
    assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE
    assert shown(one) == 1


@pytest.mark.parametrize("then", ["closed", "reset", UNAUTHORIZED, "400 Bad Request"])
@pytest.mark.parametrize("heads", [[HTTPAPI], []])
def test_what_follows_upon_a_handshake_in_doubt_shows_no_secret_again(peer, then, heads):
    def script(wire):
        context = acceptor()
        challenge(wire, context, heads)
        accept(wire, context)
        wire.answer(HTML, "500 Internal Server Error", heads)
        wire.receive()
        if then == "reset":
            reset(wire)
        elif then != "closed":
            wire.answer(b"", then, ["WWW-Authenticate: Negotiate", *heads])
            wire.receive()

    one = peer(script)
    fails(one.port, **NTLM)
    assert (one.connections, shown(one)) == (1, 1)


@pytest.mark.parametrize(
    ("status", "heads", "says"),
    [
        ("404 Not Found", (), "no WS-Management service under this path"),
        ("302 Found", ("Location: https://other/wsman",), "redirects to https://other/wsman"),
        ("503 Service Unavailable", ("Connection: close",), "is not available"),
        ("502 Bad Gateway", (), "is a gateway"),
        ("405 Method Not Allowed", (), "takes no SOAP requests"),
    ],
)
@pytest.mark.parametrize("account", [NTLM, CLEAR])
def test_what_answers_the_first_token_is_told_as_what_it_is(peer, status, heads, says, account):
    one = peer(serve({"status": status, "body": HTML, "headers": heads}))
    error = fails(one.port, **account)
    assert says in error.message and not error.secret_refused
    assert (error.http_status, len(one.requests)) == (int(status[:3]), 1)


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout", "302 Found"])
def test_a_balancer_that_gives_up_upon_the_last_token_ends_it(peer, status):
    def script(wire):
        context = acceptor()
        challenge(wire, context)
        accept(wire, context)
        wire.answer(HTML, status, ["Connection: close"])

    one = peer(script)
    error = fails(one.port, **NTLM)
    assert error.http_status == int(status[:3])
    assert (one.connections, shown(one)) == (1, 1)


def test_a_last_401_that_offers_another_scheme_has_still_seen_the_secret(peer):
    def script(wire):
        context = acceptor()
        challenge(wire, context)
        wire.receive()
        wire.answer(HTML, UNAUTHORIZED, ['WWW-Authenticate: Basic realm="gateway"'])

    one = peer(script)
    assert fails(one.port, **WRONG).secret_refused
    assert "not tried again" in fails(one.port, **WRONG).message
    assert shown(one) == 1


def test_a_server_that_knows_ntlm_by_its_own_name_only(peer):
    def script(wire):
        heads = ["Server: Microsoft-IIS/10.0"]
        if wire.number == 1:
            wire.receive()
            wire.answer(HTML, UNAUTHORIZED, ["WWW-Authenticate: NTLM", *heads])
            wire.receive()
            return
        context = shake(wire, heads, scheme="NTLM")
        assert read(context, wire.receive()) == REQUEST
        tell(wire, context)

    one = peer(script)
    assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE
    assert (one.connections, shown(one)) == (2, 1)


def test_all_schemes_in_one_line(peer):
    def script(wire):
        context = acceptor()
        token = base64.b64decode(token_of(wire.receive())[2])
        answer = base64.b64encode(context.step(token)).decode()
        line = f'WWW-Authenticate: Kerberos, negotiate {answer}, Basic realm="WS, MAN"'
        wire.answer(b"", UNAUTHORIZED, [line, HTTPAPI])
        assert accept(wire, context)
        wire.answer(b"", headers=[HTTPAPI])
        assert read(context, wire.receive()) == REQUEST
        tell(wire, context)

    assert session(peer(script).port, **NTLM).send(REQUEST).body == ENVELOPE


def test_a_service_that_authenticates_each_request_anew(peer):
    """AuthPersistNonNTLM of http.sys and the like: from the second request on a 401 comes first."""

    def script(wire):
        context = shake(wire, [HTTPAPI])
        assert read(context, wire.receive()) == REQUEST
        tell(wire, context, [HTTPAPI])
        wire.receive()
        wire.answer(HTML, UNAUTHORIZED, ["WWW-Authenticate: Negotiate", HTTPAPI])

    one = peer(script)
    for _number in range(3):
        assert session(one.port, **NTLM).send(REQUEST, repeatable=False).body == ENVELOPE
    assert (one.connections, shown(one)) == (3, 3)


@pytest.mark.parametrize("heads", [["Connection: close"], []])
def test_a_connection_that_each_answer_closes(peer, heads):
    def script(wire):
        context = shake(wire, [HTTPAPI])
        read(context, wire.receive())
        tell(wire, context, [HTTPAPI, *heads])

    one = peer(script)
    for _number in range(3):
        assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE
    assert one.connections == 3


def test_a_gateway_that_closes_after_the_handshake_is_told_as_that(peer):
    one = peer(lambda wire: shake(wire, [HTTPAPI], last=["Connection: close"]))
    error = fails(one.port, **NTLM)
    assert error.step in ("send", "read")
    assert one.connections == 2


def test_a_challenge_in_chunks_after_an_interim_answer(peer):
    def script(wire):
        context = acceptor()
        token = base64.b64decode(token_of(wire.receive())[2])
        answer = base64.b64encode(context.step(token)).decode()
        wire.write(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n"
            + f"www-authenticate: Negotiate {answer}\r\n{HTTPAPI}\r\n\r\n".encode()
            + b"5;x=y\r\nerror\r\n0\r\nTrailer: x\r\n\r\n"
        )
        assert accept(wire, context)
        wire.answer(b"", headers=[HTTPAPI])
        read(context, wire.receive())
        tell(wire, context)

    assert session(peer(script).port, **NTLM).send(REQUEST).body == ENVELOPE
