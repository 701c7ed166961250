# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages between a worker and the process that keeps sessions: a head in JSON and a body of bytes, over one socket.

Nothing is pickled. Two signals come beside the messages: that the other side is still at it, and that a request which
changes something is about to leave. Knows neither sessions nor requests.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import struct
import threading
import time
import typing as t

Head = dict[str, t.Any]

MESSAGE, BEAT, LEAVING = 0, 1, 2
_PREFIX = struct.Struct("!BII")  # what it is, octets of the head, octets of the body
_CREDENTIALS = struct.Struct("iII")  # struct ucred: process, user, group
_MOST = 1024 * 1024  # octets of a head
_PIECE = 64 * 1024


class Channel:
    """One end of a connected Unix socket. One thread receives; any may send."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._sending = threading.Lock()
        self._read = bytearray()

    def peer(self) -> tuple[int, int]:
        """Process and user of the other side, as the kernel knows them from when it connected or listened."""
        data = self.connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        process, user, _group = _CREDENTIALS.unpack(data)
        return process, user

    def is_mine(self) -> bool:
        """Whether the other side is of the user that this process is of."""
        return self.peer()[1] == os.geteuid()

    def send(self, head: Head, body: bytes = b"") -> None:
        """Send one message. Raises OSError."""
        text = json.dumps(head, separators=(",", ":")).encode("ascii")
        first = _PREFIX.pack(MESSAGE, len(text), len(body)) + text
        with self._sending:
            sent = self.connection.sendmsg([first, body] if body else [first])
            if sent < len(first):
                self.connection.sendall(first[sent:])
            rest = memoryview(body)[max(sent - len(first), 0) :]
            if rest:
                self.connection.sendall(rest)

    def beat(self) -> None:
        """Say that the answer is still being worked for, unless it is on its way already."""
        if self._sending.acquire(blocking=False):
            try:
                with contextlib.suppress(OSError):  # whoever does not read now has no need of it
                    self.connection.send(_PREFIX.pack(BEAT, 0, 0), socket.MSG_DONTWAIT)
            finally:
                self._sending.release()

    def leave(self) -> None:
        """Say that a request which changes something leaves now. Raises OSError."""
        with self._sending:
            self.connection.sendall(_PREFIX.pack(LEAVING, 0, 0))

    def receive(
        self, silence: float | None = None, end: float | None = None, on_leaving: t.Callable[[], None] | None = None
    ) -> tuple[Head, bytes]:
        """The next message. TimeoutError after *silence* seconds without a sign of life, and at *end* (monotonic).

        *on_leaving* is called at each signal that a request is about to leave. Raises EOFError at the end, and OSError.
        """
        while True:
            kind, length, size = _PREFIX.unpack(self._take(_PREFIX.size, silence, end))
            if length > _MOST:
                raise OSError("the other side speaks another language")
            text = self._take(length, silence, end)
            body = self._take(size, silence, end)
            if kind == MESSAGE:
                return json.loads(text), body
            if kind == LEAVING and on_leaving is not None:
                on_leaving()

    def _take(self, count: int, silence: float | None, end: float | None) -> bytes:
        """So many octets; what comes with them is kept for the next call."""
        if len(self._read) < count:
            self._fill(count, silence, end)
        taken = bytes(memoryview(self._read)[:count])
        del self._read[:count]
        return taken

    def _fill(self, count: int, silence: float | None, end: float | None) -> None:
        while len(self._read) < count:
            left = silence if end is None else min(end - time.monotonic(), silence or end)
            if left is not None and left <= 0:
                raise TimeoutError("the process that keeps sessions")
            self.connection.settimeout(left)
            piece = self.connection.recv(max(_PIECE, count - len(self._read)))
            if not piece:
                raise EOFError
            self._read += piece

    def is_cut(self) -> bool:
        """Whether the other side has gone, or this one is closed."""
        number = self.connection.fileno()
        if number < 0:
            return True
        poll = select.poll()
        poll.register(number, select.POLLRDHUP)
        return bool(poll.poll(0))

    def hang_up(self) -> None:
        """From another thread: who receives here finds the end."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def abandon(self, on_leaving: t.Callable[[], None]) -> None:
        """Let nothing more come in, not even that a request leaves, which then does not; and see what came so far."""
        self.hang_up()
        with contextlib.suppress(OSError, EOFError):
            while True:
                self.receive(0.1, None, on_leaving)

    def close(self) -> None:
        """Close the socket."""
        self.connection.close()
