# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of an encrypted message: parts by MS-WSMV 2.2.9.1, that look like MIME and are none.

::

    --Encrypted Boundary
    <TAB>Content-Type: application/HTTP-SPNEGO-session-encrypted
    <TAB>OriginalContent: type=application/soap+xml;charset=UTF-8;Length=<plain octets>
    --Encrypted Boundary
    <TAB>Content-Type: application/octet-stream
    <UInt32, little endian: size of the header><header><sealed>--Encrypted Boundary--

A body may hold several messages one after another, each with its own last line (MS-WSMV 3.2.4.2.1).

Nothing stands between the last head and the octets, nor between the octets and the next line, and the size of the
sealed octets is written nowhere. So the end of a piece is found by what it must be: the octets of CredSSP are TLS
records, which tell their own size; all others are as long as the plain text, or longer by a few octets of padding. A
line that only looks like a boundary inside of them is passed over.

Must not know what seals, nor HTTP.
"""

from __future__ import annotations

import itertools
import re
import typing as t

from .errors import ProtocolError

#: (token header, sealed octets, plain length in octets or None where the peer does not tell it)
Piece = tuple[bytes, bytes, "int | None"]

BOUNDARY = "Encrypted Boundary"
SINGLE = "multipart/encrypted"
MULTIPLE = "multipart/x-multi-encrypted"  # CredSSP over 16,384 octets, MS-WSMV 2.2.9.1.3
MAX_HEADER = 1023  # a token header of NTLM has 16 octets, of Kerberos up to 76, of CredSSP up to 304
MAX_LINE = 1024
MAX_LINES = 16  # heads of one part; conformant parts have one or two
MAX_PIECES = 65536  # of 16,384 octets: more than any message may have
MAX_FALSE = 64  # lines within one piece that only look like a boundary: sealed octets hardly ever have one
_SLACK = 64  # octets by which a Length may exceed the sealed ones, where a peer counts padding that it does not send
_GAP = 8  # spaces between the dashes and the boundary: Exchange writes one
_MAX_BOUNDARY = 200
_LENGTH = re.compile(r"(?:\A|[;\s])length\s*=\s*\"?(\d{1,18})", re.IGNORECASE)
_PARAMETER = re.compile(r';\s*([^=;"\s]+)\s*=\s*(?:"([^"]*)"|([^;]*))')


def is_encrypted(content_type: str | None) -> bool:
    """Whether a Content-Type says that :func:`load` has to read the body."""
    return _media_type(content_type or "") in (SINGLE, MULTIPLE)


def dump(
    pieces: t.Sequence[tuple[bytes, bytes, int]], media_type: str, *, tabs: bool, content_type: str
) -> tuple[str, bytes]:
    """Sealed *pieces* → (Content-Type, body). *media_type* is the mechanism's, *content_type* that of the plain text.

    Heads begin with a TAB where *tabs*: Windows, pypsrp and pywinrm want it, OMI closes the connection on it.
    """
    tab = b"\t" if tabs else b""
    line = f"--{BOUNDARY}\r\n".encode("ascii")
    kind = f"Content-Type: {media_type}\r\n".encode("ascii")
    body = []
    for header, sealed, length in pieces:
        original = f"OriginalContent: type={content_type};Length={length}\r\n".encode("ascii")
        body += [line, tab, kind, tab, original, line, tab, b"Content-Type: application/octet-stream\r\n"]
        body += [len(header).to_bytes(4, "little"), header, sealed]
    body.append(f"--{BOUNDARY}--\r\n".encode("ascii"))
    whole = SINGLE if len(pieces) == 1 else MULTIPLE
    return f'{whole};protocol="{media_type}";boundary="{BOUNDARY}"', b"".join(body)


def load(content_type: str, body: bytes) -> list[Piece]:
    """A body → its sealed pieces, whatever liberties the peer took (protocol of OMI, Exchange, Windows).

    Raises :class:`ProtocolError` that says what cannot be read. Time grows with the size of *body* alone.
    """
    return _Reader(content_type, body).read()[1]


def original_type(content_type: str, body: bytes) -> str | None:
    """The Content-Type of the plain text, as the first part tells it; None where it does not. Raises ProtocolError."""
    return _Reader(content_type, body).read(1)[0]


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _parameter(content_type: str, name: str) -> str:
    """The value of a parameter, '' if there is none; names count in any case, values with quotes or without."""
    for found in _PARAMETER.finditer(content_type[:MAX_LINE]):
        if found.group(1).lower() == name:
            return (found.group(2) or found.group(3) or "").strip().strip("'\"").strip()
    return ""


class _Reader:
    """One reading of one body, from its first octet to its last."""

    def __init__(self, content_type: str, body: bytes) -> None:
        if not is_encrypted(content_type):
            raise ProtocolError(f"An encrypted message has the type {SINGLE}, not {_media_type(content_type)[:80]!r}.")
        self._body = body
        self._at = 0
        self._boundary = self._find_boundary(content_type)
        self._line = re.compile(rb"--[ \t]{0,%d}" % _GAP + re.escape(self._boundary))
        self._eol = b"\r\n"
        self._records = 1 + len(body) // 16  # no record is smaller: all of them together are not looked at twice

    def read(self, most: int = MAX_PIECES) -> tuple[str | None, list[Piece]]:
        """(type of the plain text, at most *most* pieces)"""
        original: str | None = None
        pieces: list[Piece] = []
        after = self._delimiter(self._at)
        if after is None:
            raise ProtocolError("The encrypted message does not begin with its boundary.")
        while after[1] is False and len(pieces) < most:
            kind, length = self._describe(after[0])
            header = self._token_header()
            end, after = self._end(header, length)
            pieces.append((header, self._body[self._at : end], length))
            original = original or kind
        if not pieces:
            raise ProtocolError("The encrypted message has no parts.")
        if after[1] is False and most == MAX_PIECES:
            raise ProtocolError(f"The encrypted message has more than {MAX_PIECES} parts.")
        return original, pieces

    def _find_boundary(self, content_type: str) -> bytes:
        """The declared boundary, or the usual one where none is declared or the body begins with the usual one."""
        while self._body[self._at : self._at + 1] in (b"\r", b"\n", b" ", b"\t"):
            self._at += 1
        declared = _parameter(content_type, "boundary")
        if len(declared) > _MAX_BOUNDARY:
            raise ProtocolError(f"The boundary of the encrypted message is longer than {_MAX_BOUNDARY} characters.")
        usual = BOUNDARY.encode("ascii")
        begin = self._body[self._at : self._at + len(usual) + 2 + _GAP].lstrip(b"-").lstrip(b" ")
        if not declared or begin.startswith(usual):
            return usual
        return declared.encode("utf-8", "replace")

    def _delimiter(self, at: int, *, begins: bool = False) -> tuple[int, bool] | None:
        """(where it ends, whether it is the last one) of the boundary line that begins at *at*, or None.

        The last one ends the body: but for white space nothing follows. Where the next message follows, its first line
        belongs to it; with *begins* only such a one is looked for.
        """
        body = self._body
        if body[at : at + 2] != b"--":
            return None
        at += 2
        for _step in range(_GAP):
            if body[at : at + 1] not in (b" ", b"\t") or body.startswith(self._boundary, at):
                break
            at += 1
        if not body.startswith(self._boundary, at):
            return None
        at += len(self._boundary)
        if body[at : at + 2] == b"--":
            rest = body[at + 2 : at + 2 + MAX_LINE]
            if not begins and not rest.strip():
                return (len(body), True) if at + 2 + len(rest) == len(body) else None
            return None if begins else self._delimiter(at + 2 + len(rest) - len(rest.lstrip()), begins=True)
        line = body[at : at + _GAP + 2]
        end = line.find(b"\n")
        if end < 0 or line[:end].strip():
            return None
        return at + end + 1, False

    def _describe(self, at: int) -> tuple[str | None, int | None]:
        """(type, Length) of the plain text from the part that begins at *at*; goes on to the octets of the next."""
        heads, second = self._heads(at)
        if second is None or second[1]:
            raise ProtocolError("A part that describes an encrypted message is not followed by its octets.")
        self._eol = b"\r\n" if self._body[second[0] - 2 : second[0]] == b"\r\n" else b"\n"
        self._heads(second[0], octets=True)
        value = heads.get("originalcontent", "")
        length = _LENGTH.search(value)
        kind = re.sub(r"\A\s*type\s*=\s*", "", value[: length.start()] if length else value, flags=re.IGNORECASE)
        return kind.strip(" ;\t") or None, int(length.group(1)) if length else None

    def _heads(self, at: int, octets: bool = False) -> tuple[dict[str, str], tuple[int, bool] | None]:
        """The heads from *at* on, and the boundary line after them; where *octets*, up to the first that is none.

        Octets begin with the size of a header, whose upper half is zero as no text is.
        """
        heads: dict[str, str] = {}
        for _line in range(MAX_LINES):
            if octets and self._is_size(at):
                self._at = at
                return heads, None
            end = self._body.find(b"\n", at, at + MAX_LINE)
            stripped = self._body[at : max(end, at)].strip()
            found = None if octets or not stripped.startswith(b"--") else self._delimiter(self._skip_space(at))
            if found is not None:
                return heads, found
            name, colon, value = stripped.partition(b":")
            if end < 0 or (stripped and not colon):
                break
            if stripped:
                heads[name.strip().decode("latin-1").lower()] = value.strip().decode("latin-1")
            at = end + 1
        if octets:
            raise ProtocolError(f"An encrypted part does not begin with a header of at most {MAX_HEADER} octets.")
        raise ProtocolError("A part of the encrypted message has heads that cannot be read.")

    def _skip_space(self, at: int) -> int:
        while self._body[at : at + 1] in (b" ", b"\t"):
            at += 1
        return at

    def _is_size(self, at: int) -> bool:
        size = self._body[at : at + 4]
        return len(size) == 4 and int.from_bytes(size, "little") <= MAX_HEADER

    def _token_header(self) -> bytes:
        size = int.from_bytes(self._body[self._at : self._at + 4], "little")
        header = self._body[self._at + 4 : self._at + 4 + size]
        if len(header) < size:
            raise ProtocolError(f"The encrypted message ends within a header of {size} octets.")
        self._at += 4 + size
        return header

    def _end(self, header: bytes, length: int | None) -> tuple[int, tuple[int, bool]]:
        """Where the sealed octets end that begin here, and the boundary line after them."""
        for exact in (self._end_of_records(header), None if length is None else self._at + length):
            found = None if exact is None else self._boundary_after(exact)
            if exact is not None and found is not None:
                return exact, found
        begin = self._at + max(0, (length or 0) - _SLACK)
        for line in itertools.islice(self._line.finditer(self._body, begin), MAX_FALSE):
            found = self._boundary_after(line.start())
            if found is not None:
                return line.start(), found
        shown = "" if length is None else f" {length}"
        raise ProtocolError(
            f"The encrypted message is cut off: its{shown} octets are not followed by a boundary, and "
            f"{len(self._body) - self._at} are left."
        )

    def _boundary_after(self, at: int) -> tuple[int, bool] | None:
        """The boundary line at *at*, or after one end of line there as in MIME; None where no part follows it."""
        found = self._delimiter(at)
        if found is None and self._body.startswith(self._eol, at):
            found = self._delimiter(at + len(self._eol))
        if found is None or found[1]:
            return found
        try:
            heads, second = self._heads(found[0])
        except ProtocolError:
            return None
        return found if second is not None and not second[1] and heads else None

    def _end_of_records(self, header: bytes) -> int | None:
        """Where TLS records end, of which *header* is the beginning (RFC 5246 6.2.1); None if these are none."""
        begin = self._at - len(header)
        at = begin
        while len(head := self._body[at : at + 5]) == 5 and 0x14 <= head[0] <= 0x18 and head[1] == 3 and self._records:
            at += 5 + int.from_bytes(head[3:5], "big")
            self._records -= 1
        return at if at > self._at and at <= len(self._body) else None
