# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handshakes with the service: NTLM, Negotiate and CredSSP, what they seal, what they are refused for."""

from __future__ import annotations

import base64
import concurrent.futures
import http.client
import time
import types
import typing as t
from xml.etree.ElementTree import Element

import pytest
import spnego
from handshakes import GET, SOAP, Client
from sandbox_requests import envelope, header

from sandbox import Sandbox, names

IDENTIFY = envelope({}, Element(f"{{{names.IDENTITY}}}Identify"))
LONG = envelope(header(names.GET, names.CONFIG)).replace(b"</", b" " * 3000 + b"</", 12)
CREDSSP = {"/service/auth/CredSSP": "true"}


@pytest.fixture(scope="module")
def running() -> t.Iterator[Sandbox]:
    with Sandbox(
        users={"wsman": "secret"}, allow_unencrypted=False, configuration=CREDSSP, record_wire=True
    ) as box:
        yield box


def test_what_is_offered_follows_the_configuration(box: Sandbox) -> None:
    def offered(secure: bool = False) -> list[str]:
        client = Client(box, secure=secure)
        assert client.post(GET) == 401
        return client.headers.get_all("WWW-Authenticate") or []

    assert offered() == ["Negotiate", "CredSSP"]  # no keytab: no Kerberos; no Basic in clear
    assert offered(secure=True) == ["Negotiate", 'Basic realm="WSMAN"', "CredSSP"]
    box.configuration.values["/service/auth/CredSSP"] = "false"
    box.configuration.values["/service/auth/Negotiate"] = "false"
    assert (offered(), offered(secure=True)) == ([], ['Basic realm="WSMAN"'])
    assert Client(box).login() == 401
    assert (box.handshakes, box.failures) == (0, {"negotiate": 1})  # a scheme that is off counts, as ever


MANNERS = {
    "omi": ['Basic realm="WSMAN"', "Negotiate"],
    "openwsman": ['Basic realm="OPENWSMAN"', "Digest"],
    "idrac": ['Basic realm="OPENWSMAN"'],
    "amt": ["Digest"],
}


@pytest.mark.parametrize("manner", MANNERS)
def test_what_other_makes_offer(manner: str) -> None:
    with Sandbox(manner=manner) as box:
        client = Client(box)
        assert client.post(GET) == 401
        lines = client.headers.get_all("WWW-Authenticate") or []
    assert ["Digest" if line.startswith("Digest ") else line for line in lines] == MANNERS[manner]


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(
    ("scheme", "protocol", "mechanism"),
    [("Negotiate", "ntlm", "ntlm"), ("Negotiate", "negotiate", "ntlm"), ("CredSSP", "credssp", "ntlm")],
)
@pytest.mark.parametrize("user", ["wsman", "WSMan", "SANDBOX\\wsman", "localhost\\wsman", ".\\wsman", "wsman@SANDBOX"])
def test_handshakes(box: Sandbox, secure: bool, scheme: str, protocol: str, mechanism: str, user: str) -> None:
    client = Client(box, secure=secure)
    assert client.login(user, scheme=scheme, protocol=protocol) == 200
    assert client.body == b""
    assert (box.handshakes, box.authentication_failures, box.connections) == (1, 0, 1)
    for plain in (GET, LONG):
        assert client.send(plain) == 200
        assert b"GetResponse" in client.opened()
    record = box.journal[-1]
    assert (record.user, record.scheme, record.mechanism, record.encrypted) == ("wsman", scheme, mechanism, True)
    assert record.request == LONG and record.request_bytes > len(LONG) and record.authorization is None
    assert box.delegated == ({"wsman": 1} if scheme == "CredSSP" else {})
    wire = b"".join([*box.wire.values(), *box.wire_sent.values()])
    assert b"POST /wsman" in wire and b"Envelope" not in wire and b"secret" not in wire


def test_the_last_token_comes_with_the_answer_to_a_body(box: Sandbox) -> None:
    """Over HTTPS a body may go along with the tokens; only the one with the last is looked at."""
    client = Client(box, secure=True)
    assert client.login(data=GET, protocol="negotiate") == 200
    assert client.context.complete and client.challenge("Negotiate") is not None and b"GetResponse" in client.body
    assert [record.action for record in box.journal] == [None, names.GET]


def test_an_encrypted_body_with_the_last_token(box: Sandbox) -> None:
    client = Client(box)
    client.context = spnego.client("wsman", "secret", hostname="localhost", protocol="ntlm")
    client.scheme = "Negotiate"
    client.post(b"", f"Negotiate {base64.b64encode(client.context.step()).decode()}")
    last = client.context.step(client.challenge("Negotiate"))
    content_type, body = client.seal()
    assert client.post(body, f"Negotiate {base64.b64encode(last).decode()}", content_type) == 200
    assert b"GetResponse" in client.opened()


def test_faults_are_sealed_too(box: Sandbox) -> None:
    client = Client(box)
    client.login()
    assert client.send(envelope(header(names.GET, "urn:nothing"))) == 500
    assert b"2150858811" in client.opened()


def test_utf_16_is_sealed_and_answered_as_such(box: Sandbox) -> None:
    client = Client(box)
    client.login()
    kind = "application/soap+xml;charset=UTF-16"
    assert client.send(GET.decode().encode("utf-16"), kind=kind) == 200
    assert b"type=application/soap+xml;charset=UTF-16;Length=" in client.body
    assert box.journal[-1].action == names.GET


def test_a_clear_body_is_refused_over_http_alone(box: Sandbox) -> None:
    client = Client(box)
    client.login()
    assert (client.post(GET), client.body) == (500, b"")
    box.configuration.values["/service/AllowUnencrypted"] = "true"
    assert client.post(GET) == 200 and b"GetResponse" in client.body
    box.configuration.values["/service/AllowUnencrypted"] = "false"
    client = Client(box, secure=True)
    client.login()
    assert client.post(GET) == 200 and b"GetResponse" in client.body


@pytest.mark.parametrize("protocol", ["ntlm", "credssp"])
@pytest.mark.parametrize("user", ["wsman", "SANDBOX\\wsman"])
def test_a_wrong_password_counts_once(box: Sandbox, protocol: str, user: str) -> None:
    scheme = "CredSSP" if protocol == "credssp" else "Negotiate"
    client = Client(box)
    try:
        assert client.login(user, "wrong", protocol=protocol, scheme=scheme) == 401
    except spnego.exceptions.SpnegoError:
        assert protocol == "credssp"  # told inside TLS
    assert box.failures == {scheme.lower(): 1}
    assert box.handshakes == 0 and box.journal[-1].user is None
    assert client.post(GET) == 401  # and the connection is nobody's


@pytest.mark.parametrize(("user", "domain"), [("nobody", ""), ("wsman", "OTHER\\")])
def test_an_unknown_account_is_a_wrong_password(box: Sandbox, user: str, domain: str) -> None:
    assert Client(box).login(domain + user) == 401
    assert box.failures == {"negotiate": 1}


@pytest.mark.parametrize("token", ["", "%%%", "AAAA", base64.b64encode(b"NTLMSSP\0\3\0\0\0").decode()])
@pytest.mark.parametrize("scheme", ["Negotiate", "CredSSP"])
def test_what_is_no_token_ends_in_401(box: Sandbox, scheme: str, token: str) -> None:
    client = Client(box)
    assert client.post(GET, f"{scheme} {token}") == 401
    assert client.login() == 200


def test_a_context_belongs_to_its_connection(box: Sandbox) -> None:
    client = Client(box)
    client.login()
    content_type, body = client.seal()
    assert Client(box).post(body, content_type=content_type) == 401
    assert client.post(body, content_type=content_type) == 200


def test_a_new_handshake_on_the_same_connection(box: Sandbox) -> None:
    client = Client(box)
    assert (client.login(), client.send()) == (200, 200)
    assert (client.login(protocol="negotiate"), client.send()) == (200, 200)
    assert (box.handshakes, box.connections) == (2, 1)


FRAMES: dict[str, t.Callable[[str, bytes], tuple[str, bytes]]] = {
    "no tabs": lambda kind, body: (kind, body.replace(b"\r\n\t", b"\r\n")),
    "bare newlines": lambda kind, body: (kind, body.replace(b"\r\n", b"\n")),
    "a space": lambda kind, body: (kind, body.replace(b"--Encrypted", b"-- Encrypted")),
    "no end": lambda kind, body: (kind, body[: -len(b"--Encrypted Boundary--\r\n")]),
    "another boundary": lambda kind, body: (kind.replace("Encrypted B", "B"), body),
    "another protocol": lambda kind, body: (kind.replace("SPNEGO", "Kerberos"), body),
    "another length": lambda kind, body: (kind, body.replace(b"Length=", b"Length=1")),
    "a changed bit": lambda kind, body: (kind, body[:-60] + bytes([body[-60] ^ 1]) + body[-59:]),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frames_that_windows_refuses(box: Sandbox, name: str) -> None:
    client = Client(box)
    client.login()
    content_type, body = FRAMES[name](*client.seal())
    assert client.post(body, content_type=content_type) == 400
    assert client.headers["Connection"] == "close"


def test_omi_wants_no_tabs_and_hangs_up_on_one() -> None:
    with Sandbox(manner="omi") as box:
        client = Client(box)
        assert (client.login(), client.send(IDENTIFY, tab=b"")) == (200, 200)
        assert b"IdentifyResponse" in client.opened(tab=b"")
        with pytest.raises(http.client.RemoteDisconnected):
            client.send()


def test_only_the_body_within_counts_for_the_size(box: Sandbox) -> None:
    box.configuration.values["/MaxEnvelopeSizekb"] = "32"
    client = Client(box)
    client.login()
    for size, status in ((32 * 1024, 500), (32 * 1024 + 1, 413)):
        assert client.send(b"x" * size) == status


def test_several_services_in_one_process_have_accounts_of_their_own() -> None:
    with Sandbox(users={"wsman": "one"}) as one, Sandbox(users={"wsman": "t:wo"}, domain="TWO") as two:
        tries = [(one, "one"), (two, "t:wo"), (one, "t:wo"), (two, "one")] * 8
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(lambda case: Client(case[0]).login("wsman", case[1]), tries))
        assert statuses == [200, 200, 401, 401] * 8
        assert Client(one).login("TWO\\wsman", "one") == 401
        assert Client(two).login("TWO\\wsman", "t:wo") == 200
        one.users["late"] = "comer"
        assert Client(one).login("late", "comer") == 200


def test_basic_makes_no_handshake(box: Sandbox) -> None:
    client = Client(box, secure=True)
    right = "Basic " + base64.b64encode(b"wsman:secret").decode()
    assert client.post(GET, right) == 200
    assert (box.journal[-1].scheme, box.journal[-1].mechanism, box.handshakes) == ("Basic", None, 0)
    assert client.post(GET, "Basic " + base64.b64encode(b"wsman:x").decode()) == 401
    assert box.failures == {"basic": 1}
    assert client.post(GET) == 401  # it does not stick to the connection


def test_forget_refuses_a_context_that_had_worked(box: Sandbox) -> None:
    box.misbehave("forget", at=2)
    client = Client(box)
    client.login()
    assert [client.send(), client.send(), client.post(GET)] == [200, 401, 401]
    assert (client.login(), client.send(), box.authentication_failures) == (200, 200, 0)


def test_refuse_says_401_to_what_was_right(box: Sandbox) -> None:
    box.misbehave("refuse")
    assert (Client(box).login(), box.handshakes, box.authentication_failures) == (401, 0, 0)
    assert Client(box).login() == 200


def test_drop_after_leaves_no_context_behind(box: Sandbox) -> None:
    client = Client(box)
    client.login()
    box.misbehave("drop_after")
    assert client.send() == 200
    assert client.connection.sock.recv(1) == b""


@pytest.mark.parametrize(
    ("options", "seen"),
    [
        ({"tab": False}, b"\r\nContent-Type: application/octet-stream\r\n"),
        ({"space": True}, b"-- Encrypted Boundary\r\n\tContent-Type"),
        ({"newline": "\n"}, b"--Encrypted Boundary\n\tContent-Type"),
        ({"final": ""}, b"--Encrypted Boundary--"),
        ({"final": "\r\n\r\n"}, b"--Encrypted Boundary--\r\n\r\n"),
    ],
)
def test_frames_of_other_makes_on_request(box: Sandbox, options: dict[str, t.Any], seen: bytes) -> None:
    client = Client(box)
    client.login()
    box.misbehave("framing", **options)
    assert client.send() == 200
    assert (client.body.endswith(seen) if "final" in options else seen in client.body) and client.body.count(b"Length=")
    client = Client(box)
    assert (client.login(), client.send()) == (200, 200)
    assert b"GetResponse" in client.opened()


def test_unsealed_and_spoiled_answers(box: Sandbox) -> None:
    client = Client(box)
    client.login()
    box.misbehave("unsealed")
    assert client.send() == 200
    assert (client.headers["Content-Type"], b"GetResponse" in client.body) == (SOAP, True)
    box.misbehave("spoiled")
    assert client.send() == 200
    with pytest.raises(spnego.exceptions.SpnegoError):
        client.opened()


def test_misbehaviour_sees_what_is_inside(box: Sandbox) -> None:
    box.misbehave("status", action="transfer/Get", status=418)
    client = Client(box)
    assert (client.login(), client.send(), client.send()) == (200, 418, 200)


def test_credssp_that_closes_inside_its_answer(box: Sandbox) -> None:
    client = Client(box)
    assert client.login(scheme="CredSSP", protocol="credssp") == 200
    box.misbehave("credssp_close")
    assert client.send() == 200
    sealed = client.body.partition(b"octet-stream\r\n")[2].removesuffix(b"--Encrypted Boundary--\r\n")
    assert len(sealed) == 4 + 24 and client.headers["Content-Type"].startswith("multipart/encrypted")


def test_credssp_that_closes_inside_its_handshake(box: Sandbox) -> None:
    box.misbehave("credssp_close_early")
    client = Client(box)
    client.context = spnego.client("wsman", "secret", hostname="localhost", protocol="credssp")
    token, statuses = client.context.step(), []
    for _turn in range(3):
        statuses.append(client.post(b"", f"CredSSP {base64.b64encode(token).decode()}"))
        answer = client.challenge("CredSSP")
        assert answer is not None
        if len(answer) == 24:
            break
        token = client.context.step(answer)
    assert len(answer) == 24 and set(statuses) == {401}
    assert (box.handshakes, box.authentication_failures) == (0, 0)


class Ended:
    """A context that seals nothing but its end."""

    def __init__(self, end: bytes) -> None:
        self.end = end

    def wrap_winrm(self, data: bytes) -> t.Any:
        return types.SimpleNamespace(header=self.end[:16], data=self.end[16:], padding_length=0)


def test_credssp_client_that_closes_inside_does_not_hold_the_service(box: Sandbox) -> None:
    client = Client(box)
    client.login(scheme="CredSSP", protocol="credssp")
    started = time.monotonic()
    tls = client.context.get_extra_info("ssl_object")
    with pytest.raises(OSError):
        tls.unwrap()
    end = client.context._out_buff.read()
    client.context = Ended(end)
    content_type, body = client.seal(b"12345")
    assert client.post(body, content_type=content_type) == 400
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("kind", ["forget", "refuse", "stale_nonce", "credssp_close_early"])
def test_kinds_of_authentication_know_no_filter(box: Sandbox, kind: str) -> None:
    with pytest.raises(ValueError, match="no filter"):
        box.misbehave(kind, action="Get")
