# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The least that an enumeration can cost in Python: a socket, expat and dictionaries; nothing is checked or typed."""

from __future__ import annotations

import base64
import re
import socket
import typing
import uuid
from xml.parsers import expat

from client import Facts, Rows

CONTEXT = re.compile(rb"(<[^<>/]*EnumerationContext[^<>]*>)([^<]*)(</)")
IDS = re.compile(rb"(<[^<>/]*:(?:MessageID|OperationID)[^<>]*>)([^<]*)(</)")
HEAD = """\
POST /wsman HTTP/1.1\r
Host: {host}:{http_port}\r
Authorization: Basic {login}\r
Content-Type: application/soap+xml;charset=UTF-8\r
Content-Length: %d\r
\r
"""


class Wire:
    """One connection, HTTP and Basic."""

    def __init__(self, facts: Facts):
        login = base64.b64encode(f"{facts['user']}:{facts['password']}".encode()).decode()
        self._head = HEAD.format(login=login, **facts)
        self._socket = socket.create_connection((facts["host"], facts["http_port"]))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, body: bytes) -> bytes:
        """The body of the answer."""
        self._socket.sendall((self._head % len(body)).encode() + body)
        data = self._receive()
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _empty, data = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        return self._read_rest(data, int(length[1])) if length else self._read_chunks(data)

    def _read_rest(self, data: bytes, length: int) -> bytes:
        pieces, missing = [data], length - len(data)
        while missing > 0:
            pieces.append(self._receive())
            missing -= len(pieces[-1])
        return b"".join(pieces)

    def _read_chunks(self, data: bytes) -> bytes:
        """Chunks until the empty one; what is in none of them is their sizes."""
        body = bytearray()
        while True:
            while b"\r\n" not in data:
                data += self._receive()
            size, _end, data = data.partition(b"\r\n")
            data = self._read_rest(data, int(size, 16) + 2)
            if int(size, 16) == 0:
                return bytes(body)
            body += data[: int(size, 16)]
            data = data[int(size, 16) + 2 :]

    def _receive(self) -> bytes:
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        data = self._socket.recv(1 << 20)
        if not data:
            raise SystemExit("the service has closed the connection")
        return data


def answers(wire: Wire, requests: typing.Sequence[bytes]) -> typing.Iterator[bytes]:
    """The answers to an enumeration's recorded *requests*, each with new ids and the context of the answer before."""
    context = None
    for request in requests:
        identifier = b"uuid:" + str(uuid.uuid4()).upper().encode()
        fresh = IDS.sub(rb"\1%b\3" % identifier, request)
        answer = wire.ask(fresh if context is None else CONTEXT.sub(rb"\1%b\3" % context[2], fresh))
        context = CONTEXT.search(answer)
        yield answer


def read_rows(data: bytes) -> Rows:
    """The rows of one answer, as dictionaries of text, with a list of what comes more than once.

    Envelope, Body, response, Items, row, property are six levels; what is deeper is the wrapper of a datetime.
    """
    rows: Rows = []
    names: dict[str, str] = {}
    row: dict[str, typing.Any] = {}
    text: list[str] = []
    depth = 0

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth, row
        depth += 1
        if depth == 6:
            text.clear()
        elif depth == 5:
            row = {}
            rows.append(row)

    def end(name: str) -> None:
        nonlocal depth
        if depth == 6:
            if name not in names:
                names[name] = name.rpartition(":")[2]
            value, key = "".join(text), names[name]
            if key not in row:
                row[key] = value
            elif isinstance(row[key], list):
                row[key].append(value)
            else:
                row[key] = [row[key], value]
        depth -= 1

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text.append
    parser.Parse(data, True)
    return rows
