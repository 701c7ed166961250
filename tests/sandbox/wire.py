# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All octets of each connection, for tests that show what was not among them. Over TLS: what TLS carried."""

from __future__ import annotations

import socket
import threading


class Wire:
    """What came and went, by the connection's number."""

    def __init__(self) -> None:
        self._received: dict[int, bytearray] = {}
        self._sent: dict[int, bytearray] = {}
        self._lock = threading.Lock()

    def tap(self, connection: socket.socket, number: int) -> Tap:
        """A connection whose octets are kept."""
        with self._lock:
            received, sent = self._received.setdefault(number, bytearray()), self._sent.setdefault(number, bytearray())
        return Tap(connection, received, sent)

    @property
    def received(self) -> dict[int, bytes]:
        """From the client."""
        with self._lock:
            return {number: bytes(data) for number, data in self._received.items()}

    @property
    def sent(self) -> dict[int, bytes]:
        """To the client."""
        with self._lock:
            return {number: bytes(data) for number, data in self._sent.items()}

    def clear(self) -> None:
        """Forget; connections that are open go on being recorded."""
        with self._lock:
            for data in (*self._received.values(), *self._sent.values()):
                data.clear()


class Tap:
    """The two methods of a socket that carry octets."""

    def __init__(self, connection: socket.socket, received: bytearray, sent: bytearray) -> None:
        self._connection = connection
        self._received = received
        self._sent = sent

    def recv(self, size: int) -> bytes:
        """As the socket's."""
        data = self._connection.recv(size)
        self._received += data
        return data

    def sendall(self, data: bytes) -> None:
        """As the socket's."""
        self._sent += data
        self._connection.sendall(data)
