# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A relay on loopback that makes a port as far away as wanted, and counts what went over it.

Each chunk is held back by half a round trip from when it came, in each direction; what comes before the other side has
said anything is held one round trip more, for the TCP handshake, which costs nothing on loopback. Bandwidth has no
limit. Both sides send without Nagle's delay, so a stall of Nagle and delayed acknowledgement does not show here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import queue
import socket
import struct
import threading
import time
import typing

_RESET = struct.pack("ii", 1, 0)
_Chunk = tuple[float, bytes | None]  # when it is due, and what: b"" is the end of file, None a reset


@dataclasses.dataclass
class Conversation:
    """One connection. *round_trips* is one for the TCP handshake, and one for each time that the server's bytes
    followed the client's: a client that asks one thing at a time waits so often. *sent* and *received* are the client's
    and the server's bytes, where the relay records."""

    round_trips: int = 1
    sent: bytearray = dataclasses.field(default_factory=bytearray)
    received: bytearray = dataclasses.field(default_factory=bytearray)


class Relay:
    """Listens on a free *port* of *host* while the context lasts, and passes connections on to *target_port* there.

    *round_trip* is in seconds. With *record* the bytes of each connection are kept.
    """

    def __init__(self, target_port: int, round_trip: float = 0.0, host: str = "127.0.0.1", record: bool = False):
        self.target_port, self.round_trip, self.host, self.record = target_port, round_trip, host, record
        self.port = 0
        self.conversations: list[Conversation] = []
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._stopping = False
        self._lock = threading.Lock()

    @property
    def connections(self) -> int:
        """How many were made."""
        return len(self.conversations)

    @property
    def round_trips(self) -> int:
        """Of all connections together, the TCP handshakes included."""
        return sum(conversation.round_trips for conversation in self.conversations)

    def __enter__(self) -> Relay:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listening = socket.create_server((self.host, 0), family=family, backlog=128)
        self.port = listening.getsockname()[1]
        self._keep(listening)
        self._start(self._listen, listening)
        return self

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._stopping = True
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _keep(self, one: socket.socket) -> None:
        with self._lock:
            if self._stopping:
                one.close()
            self._open.append(one)

    def _start(self, work: typing.Callable[..., None], *arguments: typing.Any) -> threading.Thread:
        thread = threading.Thread(target=work, args=arguments, daemon=True, name=f"relay {work.__name__}")
        self._threads.append(thread)
        thread.start()
        return thread

    def _listen(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = listening.accept()
                self._keep(client)
                self._start(self._connection, client)

    def _connection(self, client: socket.socket) -> None:
        """Pass one connection on until both directions have ended."""
        try:
            server = socket.create_connection((self.host, self.target_port))
        except OSError:
            _reset(client)
            return
        self._keep(server)
        conversation = Conversation()
        self.conversations.append(conversation)
        clock = _Clock(conversation, self.round_trip, self.record)
        ways: list[queue.SimpleQueue[_Chunk]] = [queue.SimpleQueue(), queue.SimpleQueue()]
        with client, server, contextlib.suppress(OSError):
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            writers = [self._start(_write, ways[0], server), self._start(_write, ways[1], client)]
            self._start(_read, client, ways[0], clock.sent)
            self._start(_read, server, ways[1], clock.received)
            for writer in writers:
                writer.join()


class _Clock:
    """Says of what comes on one connection when it is due on the other side, and counts it."""

    def __init__(self, conversation: Conversation, round_trip: float, record: bool):
        self._conversation, self._round_trip, self._record = conversation, round_trip, record
        self._lock = threading.Lock()
        self._spoken: set[str] = set()
        self._asked = False

    def sent(self, data: bytes) -> float:
        """The client's bytes came."""
        with self._lock:
            self._asked = self._asked or bool(data)
            if self._record:
                self._conversation.sent += data
            return self._due("client", "server")

    def received(self, data: bytes) -> float:
        """The server's bytes came."""
        with self._lock:
            if self._asked and data:
                self._conversation.round_trips += 1
                self._asked = False
            if self._record:
                self._conversation.received += data
            return self._due("server", "client")

    def _due(self, side: str, other: str) -> float:
        self._spoken.add(side)
        handshake = 0.0 if other in self._spoken else self._round_trip
        return time.monotonic() + handshake + self._round_trip / 2


def _read(source: socket.socket, way: queue.SimpleQueue[_Chunk], came: typing.Callable[[bytes], float]) -> None:
    """Take from *source* until its end; what came is due by the clock and not by when the one before went out."""
    try:
        while data := source.recv(65536):
            way.put((came(data), data))
        way.put((came(b""), b""))
    except OSError:
        way.put((came(b""), None))


def _write(way: queue.SimpleQueue[_Chunk], target: socket.socket) -> None:
    """Give to *target* what is due, in order; the end of file and a reset are passed on."""
    with contextlib.suppress(OSError):
        while True:
            due, data = way.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if data:
                target.sendall(data)
            elif data is None:
                return _reset(target)
            else:
                return target.shutdown(socket.SHUT_WR)


def _reset(one: socket.socket) -> None:
    """Close so that the peer sees a reset; a thread that still reads would put it off, and is woken."""
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RD)
    one.close()
