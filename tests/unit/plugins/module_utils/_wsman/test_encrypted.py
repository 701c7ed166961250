# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encrypted bodies: exact bytes out, whatever peers write in, and no octet of a sealed message lost or added."""

from __future__ import annotations

import contextlib
import struct
import time
import types

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st
from pypsrp.encryption import WinRMEncryption
from winrm.encryption import Encryption

from ansible_collections.wsman.automation.plugins.module_utils._wsman import encrypted
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError

SPNEGO = "application/HTTP-SPNEGO-session-encrypted"
KERBEROS = "application/HTTP-Kerberos-session-encrypted"
CREDSSP = "application/HTTP-CredSSP-session-encrypted"
SOAP = "application/soap+xml;charset=UTF-8"
TYPE = f'multipart/encrypted;protocol="{SPNEGO}";boundary="Encrypted Boundary"'
HEADER = bytes(range(0x81, 0x91))
SEALED = b"sealed \r\n octets"
PIECE = (HEADER, SEALED, len(SEALED))

# What Windows writes (MS-WSMV 2.2.9.1), byte for byte.
_KIND = b"\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
_ORIGINAL = b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=16\r\n"
WINDOWS = (
    b"--Encrypted Boundary\r\n" + _KIND + _ORIGINAL + b"--Encrypted Boundary\r\n"
    b"\tContent-Type: application/octet-stream\r\n"
    b"\x10\x00\x00\x00" + HEADER + SEALED + b"--Encrypted Boundary--\r\n"
)

FORMS = {
    "no tabs, as OMI": WINDOWS.replace(b"\t", b""),
    "a space after the dashes, as Exchange": WINDOWS.replace(b"--Enc", b"-- Enc"),
    "bare line feeds": WINDOWS.replace(b"\r\n", b"\n").replace(SEALED.replace(b"\r\n", b"\n"), SEALED),
    "no final line end": WINDOWS[:-2],
    "two final line ends": WINDOWS + b"\r\n",
    "line end before the last boundary": WINDOWS.replace(SEALED, SEALED + b"\r\n"),
    "line end before the first boundary": b"\r\n" + WINDOWS,
    "lower case": WINDOWS.replace(b"OriginalContent", b"originalcontent").replace(b"Length", b"length"),
    "upper case": WINDOWS.replace(b"Content-Type", b"CONTENT-TYPE").replace(b"OriginalContent", b"ORIGINALCONTENT"),
    "no type of the octets": WINDOWS.replace(b"\tContent-Type: application/octet-stream\r\n", b""),
    "no type of the part": WINDOWS.replace(_KIND, b""),
    "heads in another order": WINDOWS.replace(_KIND + _ORIGINAL, _ORIGINAL + _KIND),
    "an unknown head": WINDOWS.replace(b"\tOriginal", b"\tX-Other: 1\r\n\tOriginal"),
    "an empty line, as MIME": WINDOWS.replace(b"octet-stream\r\n", b"octet-stream\r\n\r\n"),
    "empty lines in both parts": WINDOWS.replace(b"=16\r\n", b"=16\r\n\r\n").replace(b"stream\r\n", b"stream\r\n\r\n"),
    "spaces about Length": WINDOWS.replace(b";Length=16", b"; Length = 16 "),
    "Length in quotes": WINDOWS.replace(b"Length=16", b'Length="16"'),
    "spaces after the boundary": WINDOWS.replace(b"Boundary\r\n", b"Boundary  \r\n"),
}

TYPES = [
    TYPE,
    TYPE.upper().replace("ENCRYPTED BOUNDARY", "Encrypted Boundary"),
    "multipart/encrypted",
    "multipart/encrypted; boundary=Encrypted Boundary; protocol=x",
    "multipart/encrypted ;protocol='x' ; Boundary = 'Encrypted Boundary'",
    'multipart/encrypted;boundary="-- Encrypted Boundary"',
    'multipart/encrypted;boundary="something else"',
    'multipart/encrypted;boundary=""',
    "multipart/x-multi-encrypted;boundary=Encrypted Boundary;",
]


def test_ours_is_windows_own():
    assert encrypted.dump([PIECE], SPNEGO, tabs=True, content_type=SOAP) == (TYPE, WINDOWS)
    assert encrypted.dump([PIECE], SPNEGO, tabs=False, content_type=SOAP) == (TYPE, WINDOWS.replace(b"\t", b""))


def test_several_pieces_have_another_type_and_one_last_boundary():
    content_type, body = encrypted.dump([PIECE, PIECE], CREDSSP, tabs=True, content_type=SOAP)
    assert content_type == f'multipart/x-multi-encrypted;protocol="{CREDSSP}";boundary="Encrypted Boundary"'
    assert body == 2 * WINDOWS[:-24].replace(SPNEGO.encode(), CREDSSP.encode()) + WINDOWS[-24:]
    assert encrypted.load(content_type, body) == [PIECE, PIECE]


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS.keys())
def test_the_liberties_of_peers(body):
    assert body != WINDOWS
    assert encrypted.load(TYPE, body) == [PIECE]
    assert encrypted.original_type(TYPE, body) == SOAP


@pytest.mark.parametrize("content_type", TYPES)
def test_the_boundary_however_it_is_declared(content_type):
    assert encrypted.is_encrypted(content_type)
    assert encrypted.load(content_type, WINDOWS) == [PIECE]


def test_a_boundary_of_the_peers_own():
    body = WINDOWS.replace(b"Encrypted Boundary", b"=_x(1)+?")
    assert encrypted.load('multipart/encrypted;boundary="=_x(1)+?"', body) == [PIECE]


def test_a_part_without_description():
    body = WINDOWS.replace(_ORIGINAL, b"")
    assert encrypted.load(TYPE, body) == [(HEADER, SEALED, None)]
    assert encrypted.original_type(TYPE, body) is None


def test_utf_16_is_told():
    _type, body = encrypted.dump([PIECE], SPNEGO, tabs=True, content_type="application/soap+xml;charset=UTF-16")
    assert encrypted.original_type(TYPE, body) == "application/soap+xml;charset=UTF-16"


@pytest.mark.parametrize("padding", range(9))
@pytest.mark.parametrize("counted", [True, False])
def test_padding_counted_or_not(padding, counted):
    sealed = SEALED + b"\n" * padding
    piece = (HEADER, sealed, len(sealed) if counted else len(SEALED))
    assert encrypted.load(*encrypted.dump([piece], KERBEROS, tabs=True, content_type=SOAP)) == [piece]


def test_padding_counted_and_not_sent():
    piece = (HEADER, SEALED, len(SEALED) + 8)
    assert encrypted.load(*encrypted.dump([piece], KERBEROS, tabs=True, content_type=SOAP)) == [piece]


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [(None, False), ("", False), (SOAP, False), ("multipart/mixed", False), (" MULTIPART/Encrypted ; x", True)],
)
def test_what_is_no_encrypted_message(content_type, expected):
    assert encrypted.is_encrypted(content_type) is expected


BROKEN = [
    (SOAP, WINDOWS, "multipart/encrypted, not 'application/soap"),
    (TYPE, b"", "does not begin with its boundary"),
    (TYPE, b"<s:Envelope/>", "does not begin with its boundary"),
    (TYPE, b"--Encrypted Boundary--\r\n", "no parts"),
    (TYPE, b"--Encrypted Boundary\r\n", "heads that cannot be read"),
    (TYPE, b"--Encrypted Boundary\r\nno head\r\n", "heads that cannot be read"),
    (TYPE, b"--Encrypted Boundary\r\nx: " + b"a" * 2000 + b"\r\n--Encrypted Boundary\r\n", "heads that cannot be read"),
    (TYPE, b"--Encrypted Boundary\r\n" + b"x: y\r\n" * 20 + b"--Encrypted Boundary\r\n", "heads that cannot be read"),
    (TYPE, b"--Encrypted Boundary\r\nA: b\r\n--Encrypted Boundary--\r\n", "not followed by its octets"),
    (TYPE, WINDOWS[:-24], "cut off"),
    (TYPE, WINDOWS[:-30], "cut off"),
    (TYPE, WINDOWS[:-1].replace(b"Length=16", b"Length=999999999999"), "cut off: its 999999999999 octets"),
    (TYPE, WINDOWS + b"more", "cut off"),
    (TYPE, WINDOWS[: WINDOWS.index(HEADER) + 3], "ends within a header of 16 octets"),
    (TYPE, WINDOWS.replace(b"\x10\0\0\0", b"\x10\0\1\0"), "header of at most 1023 octets"),
    (TYPE, WINDOWS[: WINDOWS.index(HEADER) - 4], "header of at most 1023 octets"),
    (f"multipart/encrypted;boundary={'x' * 201}", WINDOWS.replace(b"Encrypted Boundary", b"x" * 201), "than 200"),
]


@pytest.mark.parametrize(("content_type", "body", "said"), BROKEN, ids=range(len(BROKEN)))
def test_what_cannot_be_read_is_said(content_type, body, said):
    with pytest.raises(ProtocolError, match=said):
        encrypted.load(content_type, body)


# Sealed octets that an attacker of the parser would choose; real ones are random.
nasty = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from(
            [
                b"--Encrypted Boundary\r\n",
                b"--Encrypted Boundary--\r\n",
                b"-- Encrypted Boundary--",
                b"\r\n",
                b"\n",
                b"\tContent-Type: application/octet-stream\r\n",
                _ORIGINAL,
                b"\x10\0\0\0" + HEADER,
                WINDOWS,
            ]
        ),
    ),
    max_size=6,
).map(b"".join)


@given(st.binary(max_size=300), nasty, st.booleans())
@example(HEADER, b"--Encrypted Boundary--\r\n", True)
@example(HEADER, b"", False)
def test_one_piece_comes_back_whole(header, sealed, tabs):
    piece = (header, sealed, len(sealed))
    assert encrypted.load(*encrypted.dump([piece], SPNEGO, tabs=tabs, content_type=SOAP)) == [piece]


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=30), nasty), min_size=1, max_size=4), st.booleans())
def test_several_pieces_come_back_whole(parts, tabs):
    pieces = [(header, sealed, len(sealed)) for header, sealed in parts]
    assert encrypted.load(*encrypted.dump(pieces, SPNEGO, tabs=tabs, content_type=SOAP)) == pieces


def _records(plain: bytes) -> tuple[bytes, bytes, int]:
    """TLS 1.2's record of *plain*, not sealed: 29 octets more than the text, 16 of which go for a header."""
    record = b"\x17\x03\x03" + struct.pack(">H", len(plain) + 24) + b"\1" * 8 + plain + b"\2" * 16
    return record[:16], record[16:], len(plain)


@given(st.lists(nasty, min_size=1, max_size=4), st.booleans())
@example([WINDOWS, WINDOWS], True)
def test_pieces_of_credssp_come_back_whole(plains, tabs):
    pieces = [_records(plain) for plain in plains]
    assert encrypted.load(*encrypted.dump(pieces, CREDSSP, tabs=tabs, content_type=SOAP)) == pieces


@pytest.mark.parametrize("between", [b"", b"\r\n", b" \r\n\r\n"])
@pytest.mark.parametrize("body", [*FORMS.values(), WINDOWS], ids=[*FORMS, "windows"])
def test_several_messages_in_one_body(body, between):
    """As Windows sends an answer and what it says beside it (MS-WSMV 3.2.4.2.1)."""
    assert encrypted.load(TYPE, (body + between) * 2 + WINDOWS) == [PIECE] * 3


@given(st.lists(st.lists(nasty, min_size=1, max_size=3), min_size=1, max_size=3), st.booleans())
def test_several_messages_of_several_pieces_come_back_whole(messages, tabs):
    pieces = [[_records(plain) for plain in plains] for plains in messages]
    bodies = [encrypted.dump(one, CREDSSP, tabs=tabs, content_type=SOAP)[1] for one in pieces]
    whole = encrypted.load(TYPE, b"".join(bodies))
    assert whole == [piece for one in pieces for piece in one]


@given(st.binary(max_size=200), st.integers(0, 200), st.integers(0, 200))
@example(b"", 0, 0)
def test_a_damaged_message_is_an_error_or_a_message(noise, start, end):
    """Never anything but our own error, whatever is written over whatever part."""
    body = WINDOWS[:start] + noise + WINDOWS[start + end :]
    try:
        pieces = encrypted.load(TYPE, body)
        encrypted.original_type(TYPE, body)
    except ProtocolError:
        return
    assert all(header + sealed in body for header, sealed, _length in pieces)


@given(st.text(max_size=80))
def test_any_content_type(text):
    with contextlib.suppress(ProtocolError):
        encrypted.load(f"multipart/encrypted;{text}", WINDOWS)


class _Plain:
    """A context that seals nothing, to look at the frames alone: one of pypsrp's, and for pywinrm a login of requests.

    pypsrp calls with the message, pywinrm with the host too, and both order the results in their own way.
    """

    def __call__(self, request):
        return request

    def wrap_winrm(self, *arguments):
        return (HEADER, arguments[0], 0) if len(arguments) == 1 else (arguments[1], HEADER)

    def unwrap_winrm(self, *arguments):
        return arguments[1]  # header, data; or host, data, header


MESSAGES = [b"<s:Envelope/>", b"--Encrypted Boundary\r\n" * 3, bytes(range(256)) * 100]


@pytest.mark.parametrize("message", [MESSAGES[0], MESSAGES[2]], ids=["small", "large"])
@pytest.mark.parametrize("protocol", [SPNEGO, KERBEROS, CREDSSP])
def test_what_pypsrp_writes_and_reads(protocol, message):
    theirs = WinRMEncryption(_Plain(), protocol)
    kind, body = theirs.wrap_message(message)
    pieces = encrypted.load(f'{kind};protocol="{protocol}";boundary="Encrypted Boundary"', body)
    assert b"".join(sealed for _header, sealed, _length in pieces) == message
    assert [length for _header, _sealed, length in pieces] == [len(sealed) for _header, sealed, _length in pieces]
    content_type, ours = encrypted.dump(pieces, protocol, tabs=True, content_type=SOAP)
    assert (content_type.partition(";")[0], ours) == (kind, body)
    assert theirs.unwrap_message(ours, "Encrypted Boundary") == message


def test_what_only_we_read_of_pypsrp():
    """Its own reader splits such a message in the middle."""
    kind, body = WinRMEncryption(_Plain(), SPNEGO).wrap_message(MESSAGES[1])
    assert encrypted.load(kind, body) == [(HEADER, MESSAGES[1], len(MESSAGES[1]))]


@pytest.mark.parametrize("message", [MESSAGES[0], MESSAGES[2]], ids=["small", "large"])
def test_what_pywinrm_writes_and_reads(message):
    session = requests.Session()
    session.auth = _Plain()
    theirs = Encryption(session, "kerberos")
    request = theirs.prepare_encrypted_request(session, "http://host/wsman", message)
    content_type = request.headers["Content-Type"]
    assert encrypted.load(content_type, request.body) == [(HEADER, message, len(message))]
    kind, ours = encrypted.dump([(HEADER, message, len(message))], SPNEGO, tabs=True, content_type=SOAP)
    assert (kind, ours) == (content_type, request.body)
    response = types.SimpleNamespace(headers={"Content-Type": kind}, content=ours, request=request)
    assert theirs.parse_encrypted_response(response) == message


HOSTILE = {
    "boundaries": b"--Encrypted Boundary\r\n" * 100_000,
    "last boundaries": b"--Encrypted Boundary--\r\n" * 100_000,
    "last boundaries as octets": (
        b"--Encrypted Boundary\nA:b\n--Encrypted Boundary\n\0\0\0\0x" + b"--Encrypted Boundary--\n" * 300_000
    ),
    "messages": b"--Encrypted Boundary--\r\n--Encrypted Boundary\r\n" * 50_000,
    "parts": (b"--Encrypted Boundary\r\nA: b\r\n" * 2 + b"\0\0\0\0") * 30_000,
    "dashes": b"-" * 2_000_000,
    "spaces": b"--" + b" " * 2_000_000,
    "dashes as octets": b"--Encrypted Boundary\nA:b\n--Encrypted Boundary\n\0\0\0\0" + b"-" * 8_000_000,
    "lines as octets": (
        b"--Encrypted Boundary\nA:b\n--Encrypted Boundary\n\0\0\0\0x" + b"--Encrypted Boundary\n\n" * 500_000
    ),
    "boundaries within lines": (
        b"--Encrypted Boundary\nA:b\n--Encrypted Boundary\n\0\0\0\0" + b"x:--Encrypted Boundary\n" * 20_000
    ),
    "empty records": b"--Encrypted Boundary\nA:b\n--Encrypted Boundary\n\5\0\0\0" + b"\x17\3\3\0\0" * 400_000,
    "overlapping records": (
        (b"--Encrypted Boundary\nA:b\n--Encrypted Boundary\n\5\0\0\0\x17\3\3\xff\xff" + b"x" * 20) * 5_000
        + b"\x17\3\3\0\0" * 200_000
    ),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_malice_costs_seconds_at_most(body):
    began = time.monotonic()
    with pytest.raises(ProtocolError):
        encrypted.load(TYPE, body)
    assert time.monotonic() - began < 5
