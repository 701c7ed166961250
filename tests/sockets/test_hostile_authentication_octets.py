# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handshakes without end, octets without end, and encrypted answers that are another's, cut, swollen, or none."""

from __future__ import annotations

import gzip
import hashlib
import ssl
import time

import pytest
from acceptor import NTLM, OFFER, PLAIN, REFUSAL, SPNEGO, read, shake, tell
from sending import ENVELOPE, REQUEST, fails, serve, session

from ansible_collections.wsman.automation.plugins.module_utils._wsman import encrypted
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _transport

PASSWORD = NTLM["password"]
DIGEST = {**NTLM, "authentication": "digest", "message_encryption": "never"}
BASIC = {**DIGEST, "authentication": "basic"}
ACCOUNTS = pytest.mark.parametrize("account", [NTLM, DIGEST, BASIC], ids=["ntlm", "digest", "basic"])
QUICK = {"connect_timeout": 0.5, "operation_timeout": 0.4, "read_timeout": 2.0}  # so a login has 2.5 s


@pytest.fixture(autouse=True)
def users(tmp_path, monkeypatch):
    """The accounts that the acceptors know."""
    file = tmp_path / "users"
    file.write_text(f":wsman:{PASSWORD}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(file))


@pytest.fixture
def seconds():
    """A function that tells how long the test has gone on."""
    began = time.monotonic()
    return lambda: time.monotonic() - began


# without end


def pour(beginning, again):
    """A script that sends these octets for as long as somebody takes them."""

    def script(wire):
        wire.receive()
        wire.write(beginning)
        while not wire.peer.done.is_set():
            wire.write(again)

    return script


ENDLESS = {
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "interim answers with heads": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" * 100),
    "heads": (b"HTTP/1.1 401 Unauthorized\r\n", b"WWW-Authenticate: Negotiate\r\n" * 100),
    "a token": (b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate ", b"QUFB" * 1000),
    "a scheme": (b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ", b"Negotiate" * 1000),
    "a status": (b"HTTP/1.1 401 ", b"Unauthorized" * 1000),
    "trailers": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n" * 100),
    "chunks that are all head": (
        b"HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\nWWW-Authenticate: Negotiate\r\n\r\n",
        b"1;" + b"x" * 1000 + b"\r\ny\r\n",
    ),
    "a body": (b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\n\r\n", b"x" * 10000),
}


@ACCOUNTS
@pytest.mark.parametrize(("beginning", "again"), ENDLESS.values(), ids=ENDLESS)
def test_octets_without_end(peer, seconds, monkeypatch, beginning, again, account):
    monkeypatch.setattr(_transport, "MAX_ANSWER", 2**20)
    one = peer(pour(beginning, again))
    fails(one.port, **account)
    assert seconds() < 20
    assert len(one.requests) <= 2


@ACCOUNTS
def test_thousands_of_offers(peer, seconds, account):
    one = peer(serve({**REFUSAL, "headers": [OFFER, 'WWW-Authenticate: Digest realm="r", nonce="n"'] * 3000}))
    error = fails(one.port, **account)
    assert (len(one.requests), error.step) == (1, "http")
    assert seconds() < 15


def test_a_list_of_everything(peer):
    """What goes into messages and results is short, whatever the service calls its schemes."""
    lines = [f"WWW-Authenticate: {letter * 60000}, {letter}{letter}" for letter in "abcdefghij"] * 5
    error = fails(peer(serve({**REFUSAL, "headers": lines})).port, **BASIC)
    assert error.offered_schemes == tuple(letter * 2 for letter in "abcdefghij")
    assert len(error.message + error.remedy) < 1000


@pytest.mark.parametrize("size", [10, 40_000, 70_000, 5_000_000])
def test_a_token_of_any_size(peer, seconds, size):
    one = peer(serve({**REFUSAL, "headers": [f"{OFFER} {'QUFB' * (size // 4)}"]}))
    assert fails(one.port, **NTLM).step in ("authentication", "http")
    assert (len(one.requests), seconds() < 15) == (1, True)


@pytest.mark.parametrize(
    ("account", "limit"),
    [
        (NTLM, "time for a login"),
        (DIGEST, "time for a login"),
        (NTLM, "deadline"),
        (DIGEST, "deadline"),
        (BASIC, "deadline"),
    ],
)
def test_a_handshake_that_comes_octet_by_octet(peer, seconds, account, limit):
    """Each octet comes well within the read time-out; Basic has no handshake, and its answer only the deadline."""

    def script(wire):
        wire.receive()
        for octet in b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n" + b"X: y\r\n" * 60:
            wire.write(bytes([octet]))
            if wire.peer.done.wait(0.05):
                return

    one = peer(script)
    error = fails(one.port, **account, **QUICK, **({"deadline": 1.5} if limit == "deadline" else {}))
    assert limit in error.message
    assert not error.outcome_unknown and not error.secret_refused
    assert (len(one.requests), seconds() < 10) == (1, True)


def test_legs_that_are_slow_one_by_one(peer, seconds):
    """No leg is too late and all of them are: the login has one time."""

    def script(wire):
        while wire.receive():
            wire.peer.done.wait(1.0)
            wire.answer(b"", "401 Unauthorized", [f"{OFFER} oQcwBaADCgEB"])  # SPNEGO: go on

    one = peer(script)
    error = fails(one.port, **{**NTLM, "authentication": "credssp"}, **QUICK)
    assert error.step in ("authentication", "read")
    assert seconds() < 10


def test_a_login_has_its_time_and_the_request_has_its_own(peer):
    """What the login took is not taken off the answer."""

    def script(wire):
        receive = wire.receive

        def later():
            time.sleep(0.7)  # twice
            return receive()

        wire.receive = later
        context = shake(wire)
        wire.receive = receive
        read(context, wire.receive())
        time.sleep(1.3)
        tell(wire, context)

    one = peer(script)
    assert session(one.port, **NTLM, **QUICK).send(REQUEST).body == ENVELOPE


# encrypted answers


def sealed(context, *texts):
    """Content-Type and body of one encrypted answer with a piece for each text."""
    pieces = []
    for text in texts:
        header, data, padding = context.wrap_winrm(text)
        pieces.append((header, data, len(text) + padding))
    return encrypted.dump(pieces, SPNEGO, tabs=True, content_type=PLAIN)


def answers(make):
    """A script: after the handshake each request is answered by what ``make(context, number, kept)`` gives."""

    def script(wire):
        context, kept, number = shake(wire), [], 0
        while context and (request := wire.receive()):
            read(context, request)
            kind, data, *heads = make(context, number, kept)
            wire.answer(data, headers=[f"Content-Type: {kind}", *heads])
            number += 1

    return script


def replayed(context, _number, kept):
    kept.append(sealed(context, ENVELOPE))
    return kept[0]


def reordered(context, _number, kept):
    """The second answer first."""
    kept += [sealed(context, ENVELOPE), sealed(context, ENVELOPE)]
    return kept.pop()


def both(context, _number, kept):
    """The answer before once more, with the right one behind it."""
    kept.append(context.wrap_winrm(ENVELOPE))
    pieces = [(header, data, len(ENVELOPE) + padding) for header, data, padding in kept[-2:]]
    return encrypted.dump(pieces, SPNEGO, tabs=True, content_type=PLAIN)


@pytest.mark.parametrize(("make", "good"), [(replayed, 1), (reordered, 0), (both, 1)])
def test_an_answer_of_another_request(peer, make, good):
    one = peer(answers(make))
    for _number in range(good):
        assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE
    error = fails(one.port, repeatable=False, **NTLM)
    assert "changed on the way" in error.message
    assert error.outcome_unknown
    assert one.connections == 1


def test_an_answer_of_another_connection(peer):
    kept = []

    def make(context, _number, _kept):
        kept.append(sealed(context, ENVELOPE))
        return kept[0]

    one = peer(answers(make))
    assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE
    assert "changed on the way" in fails(one.port, session_name="another", **NTLM).message
    assert one.connections == 2


def cut_piece(context, _number, _kept):
    """Of two pieces the second is missing: what is left of the message is no document."""
    header, data, padding = context.wrap_winrm(ENVELOPE[:40])
    return encrypted.dump([(header, data, 40 + padding)], SPNEGO, tabs=True, content_type=PLAIN)


def test_a_piece_that_is_missing_leaves_no_document(peer):
    """It is for the reader of documents to refuse: HTTP hands on what was sealed, and never more."""
    one = peer(answers(cut_piece))
    assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE[:40]


@pytest.mark.parametrize("left", [0, 1, 60, 200, -20, -3])
def test_an_answer_that_is_cut_off(peer, left):
    def make(context, _number, _kept):
        kind, data = sealed(context, ENVELOPE)
        return kind, data[:left] if left else b""

    error = fails(peer(answers(make)).port, repeatable=False, **NTLM)
    assert (error.step in ("http", "authentication"), error.outcome_unknown) == (True, True)


def swollen_outside(context, _number, _kept):
    kind, data = sealed(context, ENVELOPE)
    return kind, gzip.compress(data), "Content-Encoding: gzip"


def swollen_inside(context, _number, _kept):
    return *sealed(context, gzip.compress(ENVELOPE + b" " * 3_000_000)), "Content-Encoding: gzip"


def swollen_in_name(context, _number, _kept):
    return *sealed(context, ENVELOPE), "Content-Encoding: gzip"


@pytest.mark.parametrize("make", [swollen_outside, swollen_inside, swollen_in_name])
def test_compression_around_and_within_encryption(peer, monkeypatch, make):
    """Nobody asked for it; what swells is not followed."""
    monkeypatch.setattr(_transport, "MAX_ANSWER", 2**20)
    error = fails(peer(answers(make)).port, repeatable=False, **NTLM)
    assert error.outcome_unknown
    assert error.step in ("http", "read")


def test_thousands_of_pieces(peer, seconds):
    """Each piece is sealed by the service itself; they are read, and no more often than once."""
    one = peer(answers(lambda context, _number, _kept: sealed(context, *([ENVELOPE] + [b" "] * 3000))))
    assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE + b" " * 3000
    assert seconds() < 10


@pytest.mark.parametrize("kind", ["text/xml", "multipart/encrypted", "multipart/x-multi-encrypted", "multipart/mixed"])
def test_clear_text_by_any_name(peer, kind):
    one = peer(answers(lambda _context, _number, _kept: (kind, ENVELOPE)))
    error = fails(one.port, repeatable=False, **NTLM)
    assert error.outcome_unknown
    assert "in clear" in error.message or "cannot be read" in error.message


@pytest.mark.parametrize("charset", ["utf-16", "punycode", "idna", "rot13", "zlib", "unicode_escape", "x" * 5000])
def test_a_charset_is_not_the_services_word(peer, charset):
    """The name of the charset is in clear, and anybody's: the text stays what it was or is refused."""

    def make(context, _number, _kept):
        kind, data = sealed(context, ENVELOPE)
        return kind, data.replace(b"UTF-8", charset.encode())

    one = peer(answers(make))
    try:
        assert session(one.port, **NTLM).send(REQUEST).body == ENVELOPE
    except TransportError as error:
        assert "cannot be read" in error.message


# the certificate of the next connection


@pytest.mark.parametrize("checks", ["pin", "ca"])
def test_a_certificate_that_changes_between_connections(peer, authority, checks):
    """Every connection is judged: the second one, whose certificate is another, gets not one octet."""
    right, wrong = authority.service("127.0.0.1"), authority.service("other.example")
    text = (authority.folder / "127.0.0.1.pem").read_text()
    pin = hashlib.sha256(ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN CERTIFICATE-----") :])).hexdigest()

    class Swap:
        """A TLS context for the first connection, another for all after it."""

        made = 0

        def wrap_socket(self, connection, **options):
            self.made += 1
            return (right if self.made == 1 else wrong).wrap_socket(connection, **options)

    def script(wire):
        wire.receive()
        wire.answer(headers=["Connection: close"])

    one = peer(script, tls=Swap())
    given = {"scheme": "https", "ca_cert": str(authority.file)}
    if checks == "pin":
        given["certificate_fingerprint"] = pin
    account = {**BASIC, "message_encryption": "auto"}
    assert session(one.port, **account, **given).send(REQUEST).body == ENVELOPE
    assert fails(one.port, **account, **given).step == "tls"
    assert len(one.requests) == 1
