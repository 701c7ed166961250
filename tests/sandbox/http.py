# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/1.1 as http.sys speaks it, on a socket: requests in, answers out; fast, for the service must not be measured."""

from __future__ import annotations

import dataclasses
import email.utils
import time
import typing as t

from .sealing import is_sealed

_MAXIMUM_HEAD = 65536
_CHUNK = 65536

NOT_FOUND = (
    b'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">\r\n'
    b"<HTML><HEAD><TITLE>Not Found</TITLE></HEAD>\r\n"
    b"<BODY><h2>Not Found</h2>\r\n<hr><p>HTTP Error 404. The requested resource is not found.</p>\r\n</BODY></HTML>\r\n"
)


class Octets(t.Protocol):
    """What is needed of a socket."""

    def recv(self, size: int, /) -> bytes:
        """Some; none at the end."""

    def sendall(self, data: bytes, /) -> None:
        """All."""


class Disconnected(Exception):
    """The peer is gone, or sent what is no HTTP."""


@dataclasses.dataclass
class Request:
    """One request; header names in lower case."""

    method: str
    target: str
    version: str
    headers: dict[str, str]
    body: bytes = b""
    encrypted: bool = False

    @property
    def sealed(self) -> bool:
        """Whether the body, as it arrived, is an encrypted message."""
        return is_sealed(self.headers.get("content-type", ""))

    @property
    def path(self) -> str:
        """The target without its query, and without scheme and host."""
        target = self.target.partition("?")[0]
        if "://" in target:
            target = "/" + target.partition("://")[2].partition("/")[2]
        return target

    @property
    def keep_alive(self) -> bool:
        """Whether the client wants the connection kept."""
        wish = self.headers.get("connection", "").lower()
        return wish == "keep-alive" if self.version == "HTTP/1.0" else wish != "close"

    @property
    def length(self) -> int | None:
        """The Content-Length, or None where there is none to believe."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isdecimal() else None

    @property
    def media_type(self) -> tuple[str, str | None]:
        """The Content-Type in lower case, and its charset."""
        kind, _semicolon, rest = self.headers.get("content-type", "").partition(";")
        charset = None
        for parameter in rest.split(";"):
            name, _equals, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                charset = value.strip().strip('"')
        return kind.strip().lower(), charset


@dataclasses.dataclass
class Response:
    """One answer; ``Server``, ``Date`` and ``Content-Length`` are added when it is written. *chunked*: no length is
    said, and the body goes out by :func:`chunk`."""

    status: int
    headers: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    body: bytes = b""
    close: bool = False
    chunked: bool = False

    def with_header(self, name: str, value: str) -> None:
        """Replace a header."""
        self.headers = [(old, text) for old, text in self.headers if old.lower() != name.lower()]
        self.headers.append((name, value))

    def head(self, server: str | None) -> bytes:
        """The status line and headers; Windows writes no reason phrase."""
        lines = [f"HTTP/1.1 {self.status} "]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if server:
            lines.append(f"Server: {server}")
        length = "Transfer-Encoding: chunked" if self.chunked else f"Content-Length: {len(self.body)}"
        lines += [f"Date: {_date(int(time.time()))}", length]
        if self.close:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


_dates: dict[int, str] = {}


def _date(now: int) -> str:
    text = _dates.get(now)
    if text is None:
        _dates.clear()
        text = _dates[now] = email.utils.formatdate(now, usegmt=True)
    return text


class Stream:
    """Reads requests from a connected socket."""

    def __init__(self, connection: Octets) -> None:
        self._socket = connection
        self._buffer = bytearray()

    def read_head(self) -> Request | None:
        """The next request without its body; None where the peer closed between two requests."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _MAXIMUM_HEAD or not self._fill():
                if self._buffer:
                    raise Disconnected
                return None
        head = bytes(self._buffer[:end]).decode("latin-1")
        del self._buffer[: end + 4]
        lines = head.split("\r\n")
        parts = lines[0].split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            raise Disconnected
        headers: dict[str, str] = {}
        for line in lines[1:]:
            name, _colon, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return Request(parts[0], parts[1], parts[2], headers)

    def read_body(self, length: int) -> bytes:
        """Exactly *length* octets."""
        while len(self._buffer) < length:
            if not self._fill():
                raise Disconnected
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    def discard(self, length: int) -> None:
        """Read *length* octets and forget them."""
        while len(self._buffer) < length:
            length -= len(self._buffer)
            self._buffer.clear()
            if not self._fill():
                raise Disconnected
        del self._buffer[:length]

    def _fill(self) -> bool:
        try:
            data = self._socket.recv(_CHUNK)
        except OSError as error:
            raise Disconnected from error
        self._buffer += data
        return bool(data)


def content_type(encoding: str) -> tuple[str, str]:
    """The header for a SOAP answer in *encoding*."""
    charset = "UTF-16" if encoding.startswith("utf-16") else "UTF-8"
    return ("Content-Type", f"application/soap+xml;charset={charset}")


END = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """One chunk of a body; :data:`END` is the last."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def write(connection: Octets, data: t.Iterable[bytes]) -> None:
    """Send all of it in one piece, so that nothing waits for an acknowledgement."""
    try:
        connection.sendall(b"".join(data))
    except OSError as error:
        raise Disconnected from error
