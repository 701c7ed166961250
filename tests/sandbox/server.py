# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets, TLS and threads: listens where the configured listeners say, a thread for each connection."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import ssl
import threading
import time
import typing as t

from .authentication import Link
from .connection import Connection
from .counts import Counts
from .front import Front
from .http import Disconnected, Request
from .journal import Journal, Record
from .listeners import Listeners
from .misbehave import Misbehaviour, Plan
from .tls import Contexts
from .wire import Wire

_IDLE = 120.0
_BACKLOG = 4096  # more than a thousand clients may come at once


@dataclasses.dataclass(eq=False)
class Endpoint:
    """A port that is listened on; *key* changes where a new socket or another certificate is needed."""

    key: tuple[str, int, str]
    sockets: list[socket.socket]
    contexts: Contexts | None
    connections: set[socket.socket] = dataclasses.field(default_factory=set)
    closed: bool = False

    @property
    def port(self) -> int:
        """The TCP port."""
        return self.key[1]


def bind(host: str, port: int) -> list[socket.socket]:
    """Sockets on *host* and, for the loopback address, on IPv6's too, all on one port (0: a free one)."""
    first = _listening(host, port)
    found = [first]
    if host == "127.0.0.1" and socket.has_ipv6:
        with contextlib.suppress(OSError):
            found.append(_listening("::1", first.getsockname()[1]))
    return found


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


class Server:
    """Keeps the open ports equal to the enabled rows of *listeners*. *contexts* of TLS, and the *bindings* of their
    channels, by the certificate's thumbprint; *wire* records, None does not."""

    def __init__(
        self,
        host: str,
        listeners: Listeners,
        contexts: t.Mapping[str, Contexts],
        bindings: t.Mapping[str, bytes],
        misbehaviour: Misbehaviour,
        journal: Journal,
        wire: Wire | None = None,
        counts: Counts | None = None,
    ) -> None:
        self._counts = counts or Counts()
        self.wire = wire
        self._host = host
        self._listeners = listeners
        self._contexts = contexts
        self._bindings = bindings
        self._misbehaviour = misbehaviour
        self._journal = journal
        self._endpoints: dict[tuple[str, int, str], Endpoint] = {}
        self._lock = threading.RLock()
        self.front: Front | None = None
        self.stopping = threading.Event()
        self.connections = 0
        self.first_number = 0
        self.last_use = time.monotonic()

    def apply(self, bound: t.Mapping[int, list[socket.socket]] | None = None) -> None:
        """Open and close ports as the table of listeners says; *bound* are sockets that exist already, by port.

        A port that cannot be had stays closed without complaint, as a listener of Windows whose port is taken does.
        """
        with self._lock:
            wanted = {
                (str(row["Transport"]), int(str(row["Port"])), str(row["CertificateThumbprint"]))
                for row in self._listeners.rows
                if self._listeners.listening_on(row)
            }
            for key in set(self._endpoints) - wanted:
                self._close(self._endpoints.pop(key))
            for key in wanted - set(self._endpoints):
                sockets = (bound or {}).get(key[1])
                with contextlib.suppress(OSError):
                    self._open(key, bind(self._host, key[1]) if sockets is None else sockets)

    def stop(self) -> None:
        """Close everything; threads that wait wake up and end."""
        self.stopping.set()
        with self._lock:
            for endpoint in self._endpoints.values():
                self._close(endpoint)
            self._endpoints.clear()

    def _open(self, key: tuple[str, int, str], sockets: list[socket.socket]) -> None:
        contexts = self._contexts[key[2]] if key[0] == "HTTPS" else None
        endpoint = self._endpoints[key] = Endpoint(key, sockets, contexts)
        for one in sockets:
            threading.Thread(target=self._accept, args=(endpoint, one), daemon=True, name=f"accept {key}").start()

    def _close(self, endpoint: Endpoint) -> None:
        """Stop accepting; idle connections are cut, the one that asked for it ends after its answer."""
        endpoint.closed = True
        for one in endpoint.sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for connection in list(endpoint.connections):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RD)  # SSLSocket's own would end the encryption

    def _accept(self, endpoint: Endpoint, listening: socket.socket) -> None:
        while not endpoint.closed:
            try:
                connection, _peer = listening.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.first_number + self.connections
            threading.Thread(
                target=self._connection, args=(endpoint, connection, number), daemon=True, name=f"connection {number}"
            ).start()

    def _connection(self, endpoint: Endpoint, connection: socket.socket, number: int) -> None:
        link = Link()
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(_IDLE)
            if endpoint.contexts is not None:
                self._counts.add("tls_handshakes", "begun")
                connection = endpoint.contexts.current().wrap_socket(connection, server_side=True)
                self._counts.add("tls_handshakes", "completed")
                if connection.session_reused:
                    self._counts.add("tls_handshakes", "resumed")
                link.secure, link.bindings = True, self._bindings[endpoint.key[2]]
                link.peer = connection.getpeercert(True)
            endpoint.connections.add(connection)
            Connection(self, endpoint, connection, number, link).serve()
        except ssl.SSLCertVerificationError:
            assert self.front is not None
            self.front.gate.fail("Certificate")
        except (OSError, Disconnected):
            pass
        finally:
            endpoint.connections.discard(connection)
            connection.close()
            if self.front is not None:
                self.front.operations.lost(link)

    @property
    def open_connections(self) -> int:
        """How many connections there are now, those in a TLS handshake left out."""
        with self._lock:
            return sum(len(endpoint.connections) for endpoint in self._endpoints.values())

    def prefixes(self, endpoint: Endpoint) -> set[str]:
        """The URL prefixes that are served on a port."""
        return {
            str(row["URLPrefix"])
            for row in list(self._listeners.rows)
            if row["Port"] == str(endpoint.port) and row["Enabled"] == "true"
        }

    def plan(self, request: Request) -> Plan | None:
        """The misbehaviour for this request."""
        return self._misbehaviour.plan(request.method, request.path, request.body)

    def record(self, record: Record) -> None:
        """One more exchange."""
        self.last_use = time.monotonic()
        self._journal.add(record)
