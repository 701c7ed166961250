# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One TCP connection to a proxy: a CONNECT, the head of its answer, and not one octet of the tunnel behind it.

The standard library parses heads, from a file that looks before it reads. Time and size are bounded. Knows nothing of
authentication.
"""

from __future__ import annotations

import dataclasses
import http.client
import io
import socket
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _answers
from ansible_collections.wsman.automation.plugins.plugin_utils._proxy_url import ProxyUrl
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import (
    Exchange,
    PlainSocket,
    acknowledge_quickly,
    connect,
)

_MAX_ANSWER = 256 * 1024  # of one answer, the page of an error included
_MAX_WORDS = 120


class GoneError(Exception):
    """The proxy has closed the connection without an octet of an answer."""


@dataclasses.dataclass(frozen=True)
class Reply(_answers.Challenged):
    """The head of an answer. *words* are the proxy's own, *challenges* those of ``Proxy-Authenticate``."""

    status: int
    words: str
    challenges: tuple[str, ...]


class Wire:
    """A connection to *proxy*, which :meth:`release` hands over once it is a tunnel."""

    def __init__(self, proxy: ProxyUrl, exchange: Exchange) -> None:
        self.name = f"The proxy {proxy.authority}"
        self.exchange = exchange
        try:
            self.connection = connect(proxy.host, proxy.port, exchange, self.name)
        except TransportError as error:
            error.remedy = None  # what helps to reach a service does not fit
            raise
        self.connection.exchange = None  # its octets are no service's, and its time is that for connecting

    def ask(self, target: str, authorization: str | None) -> Reply:
        """CONNECT to *target* (``host:port``) and the answer to it.

        Raises :class:`TransportError` of the step ``proxy``, and :class:`GoneError` where there is no answer at all.
        """
        heads = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", "Proxy-Connection: Keep-Alive"]
        if authorization is not None:
            heads.append(f"Proxy-Authorization: {authorization}")
        octets = _Octets(self.connection, self.exchange)
        try:
            self.connection.settimeout(self.exchange.seconds_to_connect())
            self.connection.sendall("".join(f"{head}\r\n" for head in [*heads, ""]).encode("latin-1"))
            return self._read(octets)
        except TimeoutError as error:
            raise self._too_late() from error
        except (http.client.HTTPException, OSError, ValueError) as error:
            if not octets.count and isinstance(error, (http.client.RemoteDisconnected, ConnectionError)):
                raise GoneError from error
            raise self._no_http(error, octets) from error

    def release(self) -> PlainSocket:
        """The socket, with its limits, behind the head of the answer."""
        try:
            self.connection.settimeout(self.exchange.seconds_to_connect())
        except TimeoutError as error:
            raise self._too_late() from error
        self.connection.exchange = self.exchange
        return self.connection

    def close(self) -> None:
        """Close the connection, if it is open."""
        self.connection.close()

    @property
    def is_open(self) -> bool:
        """Whether it can take another request, as far as is known here."""
        if self.connection.fileno() < 0:
            return False
        self.connection.settimeout(0)
        try:
            self.connection.recv(1, socket.MSG_PEEK)  # the end, or something that nobody has asked for
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def _read(self, octets: _Octets) -> Reply:
        """The answer that counts; those before it are skipped."""
        while True:
            response = http.client.HTTPResponse(t.cast(socket.socket, _Source(octets)), method="CONNECT")
            response.begin()
            if not 100 <= response.status < 200:  # RFC 9110 15.2: others may come before
                break
        if not 200 <= response.status < 300:  # of these there is no body, whatever they say (RFC 9110 9.3.6)
            self._finish(response)
        words = " ".join(filter(None, [response.reason, response.headers.get("X-Squid-Error")]))
        return Reply(
            response.status,
            "".join(character for character in words if character.isprintable())[:_MAX_WORDS].strip(),
            tuple(response.headers.get_all("Proxy-Authenticate") or ()),
        )

    def _finish(self, response: http.client.HTTPResponse) -> None:
        """Read the body, which nobody needs, so that the connection can be used on; else close it."""
        try:
            if response.will_close or (response.length or 0) > _MAX_ANSWER // 2:
                self.close()
            else:
                response.read()
        except (http.client.HTTPException, OSError, ValueError):
            self.close()

    def _too_late(self) -> TransportError:
        waited = f"{self.name} did not answer within {self.exchange.connect_timeout:g} s."
        return self.exchange.too_late("proxy", waited, "")

    def _no_http(self, error: Exception, octets: _Octets) -> TransportError:
        line = getattr(error, "line", "")
        if isinstance(error, http.client.IncompleteRead) and octets.count == len(error.partial):
            line = error.partial.decode("latin-1")  # all that there is
        if line.startswith(_answers.TLS_ALERT):
            said = "speaks TLS itself; only proxies that are spoken to in plain HTTP can be used"
        elif isinstance(error, http.client.BadStatusLine) or not "HTTP/".startswith(line[:5]):
            said = "answers, but not in HTTP"
        elif isinstance(error, (OSError, http.client.IncompleteRead)):
            said = "closed the connection in the middle of its answer"
        else:
            said = f"answers with something that breaks the rules of HTTP ({type(error).__name__})"
        return TransportError(f"{self.name} {said}.", step="proxy")


class _Octets(io.RawIOBase):
    """What the proxy sends, as a file whose lines are read exactly: nothing behind them leaves the system's buffer."""

    def __init__(self, connection: PlainSocket, exchange: Exchange) -> None:
        self.connection, self.exchange = connection, exchange
        self.count = 0

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing: an answer closes it, and another one may be on the same connection."""

    def peek(self, _size: int = 0) -> bytes:
        """What is there, at least one octet, nothing at the end: ``readline`` looks for the line's end in it."""
        return self._receive(1024, socket.MSG_PEEK)

    def readline(self, size: int | None = -1) -> bytes:
        """A whole line: to the standard library the end of the connection would be that of the head as well."""
        began = self.count
        line = super().readline(size)
        if not line.endswith(b"\n") and (size is None or size < 0 or len(line) < size) and (line or began):
            raise http.client.IncompleteRead(line)
        return line

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            raise http.client.HTTPException("an answer without an end")
        pieces = []
        while size and (piece := self._receive(size, 0)):
            pieces.append(piece)
            size -= len(piece)
            self.count += len(piece)
            if self.count > _MAX_ANSWER:
                raise http.client.HTTPException("an answer without an end")
        return b"".join(pieces)

    def _receive(self, size: int, flags: int) -> bytes:
        acknowledge_quickly(self.connection)
        self.connection.settimeout(self.exchange.seconds_to_connect())
        return self.connection.recv(min(size, 65536), flags)


class _Source:
    """What HTTPResponse takes for a socket."""

    def __init__(self, octets: _Octets) -> None:
        self.octets = octets

    def makefile(self, _mode: str) -> _Octets:
        return self.octets
