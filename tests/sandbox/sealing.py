# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encrypted messages (MS-WSMV 2.2.9.1) as a service reads and writes them: exactly, without any tolerance.

Windows wants a TAB before the headers of a part and refuses parts without; OMI's reader wants none and closes the
connection on one.
"""

from __future__ import annotations

import dataclasses
import re
import struct
import typing as t

_BOUNDARY = b"--Encrypted Boundary"
_KINDS = ("multipart/encrypted", "multipart/x-multi-encrypted")
_TYPE = re.compile(
    r'multipart/(?:x-multi-)?encrypted;\s*protocol="([^"]+)";\s*boundary="Encrypted Boundary"', re.IGNORECASE
)
_ORIGINAL = re.compile(rb"type=([\w/+.-]+);charset=([\w-]+);Length=(\d+)")


class Sealer(t.Protocol):
    """What seals and opens: a session."""

    media_type: str

    def wrap(self, data: bytes) -> list[tuple[bytes, bytes, int]]:
        """Plain octets → token header, sealed data, plain length."""

    def unwrap(self, header: bytes, sealed: bytes) -> bytes:
        """Token header, sealed data → plain octets; ValueError."""


@dataclasses.dataclass(frozen=True)
class Framing:
    """How parts are written; the defaults are Windows'. *space* stands after the dashes (Exchange), *final* behind the
    closing delimiter."""

    tab: bool = True
    space: bool = False
    newline: bytes = b"\r\n"
    final: bytes = b"\r\n"

    def dump(self, sealer: Sealer, plain: bytes, content_type: str) -> tuple[str, bytes]:
        """A message → the Content-Type header, and the body."""
        pieces = sealer.wrap(plain)
        boundary = b"-- Encrypted Boundary" if self.space else _BOUNDARY
        lead = b"\t" if self.tab else b""
        body = b"".join(
            self.newline.join(
                [
                    boundary,
                    lead + b"Content-Type: " + sealer.media_type.encode(),
                    lead + f"OriginalContent: type={content_type};Length={length}".encode(),
                    boundary,
                    lead + b"Content-Type: application/octet-stream",
                    struct.pack("<I", len(header)) + header + sealed,
                ]
            )
            for header, sealed, length in pieces
        )
        kind = _KINDS[len(pieces) > 1]
        head = f'{kind};protocol="{sealer.media_type}";boundary="Encrypted Boundary"'
        return head, body + boundary + b"--" + self.final

    def opened(self, body: bytes) -> bytes:
        """A body without its closing delimiter, so that another can follow."""
        return body[: -len(self.final) - 2 - len(_BOUNDARY) - self.space]


WINDOWS = Framing()
OMI = Framing(tab=False)


def is_sealed(content_type: str) -> bool:
    """Whether a request's Content-Type says that it is encrypted."""
    return content_type.lower().startswith(_KINDS)


def load(framing: Framing, sealer: Sealer, content_type: str, body: bytes) -> tuple[str, bytes]:
    """A request's header and body → its plain Content-Type and octets; ValueError for what does not fit exactly."""
    match = _TYPE.fullmatch(content_type.strip())
    if match is None or match[1].lower() != sealer.media_type.lower():
        raise ValueError(f"{content_type} under {sealer.media_type}")
    if not body.startswith(_BOUNDARY + b"\r\n") or not body.endswith(_BOUNDARY + b"--\r\n"):
        raise ValueError("delimiters")
    parts = body[: -len(_BOUNDARY) - 4].split(_BOUNDARY + b"\r\n")[1:]
    if not parts or len(parts) % 2:
        raise ValueError("parts")
    plain, original = [], ""
    for head, data in zip(parts[::2], parts[1::2], strict=True):
        original, length = _read_head(framing, sealer, head)
        piece = _open(framing, sealer, data)
        if len(piece) != length:
            raise ValueError(f"{len(piece)} octets instead of {length}")
        plain.append(piece)
    return original, b"".join(plain)


def _read_head(framing: Framing, sealer: Sealer, head: bytes) -> tuple[str, int]:
    lead = b"\t" if framing.tab else b""
    start = lead + b"Content-Type: " + sealer.media_type.encode() + b"\r\n" + lead + b"OriginalContent: "
    match = _ORIGINAL.fullmatch(head[len(start) :].rstrip(b"\r\n"))
    if not head.startswith(start) or match is None:
        raise ValueError("headers of a part")
    return f"{match[1].decode()};charset={match[2].decode()}", int(match[3])


def _open(framing: Framing, sealer: Sealer, data: bytes) -> bytes:
    start = (b"\t" if framing.tab else b"") + b"Content-Type: application/octet-stream\r\n"
    if not data.startswith(start) or len(data) < len(start) + 4:
        raise ValueError("headers of the data")
    data = data[len(start) :]
    (size,) = struct.unpack_from("<I", data)
    if size > len(data) - 4:
        raise ValueError("token header")
    return sealer.unwrap(data[4 : 4 + size], data[4 + size :])
