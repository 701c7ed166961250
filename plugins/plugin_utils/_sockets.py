# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets that keep to a deadline whatever the peer does, and that acknowledge at once what they read.

A time-out of a socket alone bounds one read: a peer that sends a byte a second never meets it. Here each read and each
write gets what is left of the exchange. Knows names, addresses and seconds; nothing of TLS, HTTP or Ansible.
"""

from __future__ import annotations

import contextlib
import contextvars
import ipaddress
import socket
import ssl
import threading
import time
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import OUTCOME_UNKNOWN, TransportError

DEADLINE = "deadline"
_QUICK_ACKNOWLEDGE = getattr(socket, "TCP_QUICKACK", None)  # Linux alone has it
# A silent connection is asked whether it is alive; dead after 90 s, in which a service that keeps an answer still does.
_PROBES = {"TCP_KEEPIDLE": 30, "TCP_KEEPALIVE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 6}
_DOING = {
    "resolve": "while looking up the name",
    "connect": "while connecting",
    "proxy": "while connecting to the proxy",
    "tls": "in the TLS handshake",
    "send": "while sending the request",
    "read": "while waiting for the answer",
    "authentication": "while asking a KDC for a ticket",
}


class TooMuchError(OSError):
    """A peer does not come to the end of its answer."""


class Aborted(BaseException):
    """Nobody waits any more for what goes on; no loop that tries again may stop this."""


class Exchange:
    """The limits of the request at hand, and how far it has come.

    One per session; its sockets refer to it. *received* counts octets of answers, *sent* is true once the whole
    request was handed to the system, *opened* once a connection was made for this request. *may_open* is false while a
    request belongs to the connection that is open, as one does that was authenticated. *limit* is the name of what ends
    at the deadline; *most* the octets of one answer, heads and all, beyond which nothing is read (0: no limit).
    *before* is called right before a request is handed to the system, *after* right after that; neither may raise.
    *alive_at* is the monotonic time of the last octet that came, or of the request's leaving; *not_after* the one after
    which the request must not leave any more.
    """

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.may_open = True
        self.limit = DEADLINE
        self.most = 0
        self.connection: socket.socket | None = None  # that was opened last
        self.aborted = threading.Event()
        self.before: t.Callable[[], None] | None = None
        self.after: t.Callable[[], None] | None = None
        self.not_after: float | None = None
        self.begin(0.0, 0.0, None, None)

    def begin(
        self, connect_timeout: float, read_timeout: float, deadline: float | None, deadline_at: float | None
    ) -> None:
        """A new request starts now; *deadline_at* is the monotonic time at which all is over."""
        self._check_not_aborted()
        now = time.monotonic()
        self.connect_timeout = connect_timeout
        self.connect_at = now + connect_timeout
        self.read_timeout = read_timeout
        self.deadline = deadline
        self.deadline_at = deadline_at
        self.received = 0
        self.sent = False
        self.opened = False
        self.alive_at = now

    def leaves(self) -> None:
        """The request at hand is complete and goes now; TimeoutError where it is too late for that."""
        if self.not_after is not None and time.monotonic() > self.not_after:
            raise TimeoutError("not_after")
        if self.before is not None:
            self.before()

    def has_left(self) -> None:
        """The whole request was handed to the system."""
        self.sent, self.alive_at = True, time.monotonic()
        if self.after is not None:
            self.after()

    def seconds(self, timeout: float) -> float:
        """What is left for one step of at most *timeout* seconds; TimeoutError where nothing is."""
        self._check_not_aborted()
        if self.deadline_at is None:
            return timeout
        left = self.deadline_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        return min(timeout, left)

    def seconds_to_connect(self) -> float:
        """What is left for name, connection and TLS handshake together; TimeoutError where nothing is."""
        left = self.connect_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("connect_timeout")
        return self.seconds(left)

    def abort(self) -> None:
        """From another thread: end what goes on."""
        self.aborted.set()
        connection = self.connection  # not by a TLS socket's own shutdown, which would pull TLS from under its reader
        if connection is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def _check_not_aborted(self) -> None:
        if self.aborted.is_set():
            raise Aborted

    def pause(self, seconds: float) -> None:
        """Wait, before something is tried again; no longer than anybody waits for it."""
        self.aborted.wait(seconds)
        self._check_not_aborted()

    def wait_for(self, function: t.Callable[[], t.Any], step: str, waited: str, remedy: str) -> t.Any:
        """What *function* gives, which asks somebody who may be silent, within the time for connecting.

        Raises what it raises, and the error for *step* that it was *waited* for in vain (``No KDC answered``).
        """
        try:
            return within(self.seconds_to_connect(), function)
        except TimeoutError as error:
            raise self.too_late(step, f"{waited} within {self.connect_timeout:g} s.", remedy) from error

    def too_late(self, step: str, waited: str, remedy: str, outcome_unknown: bool = False) -> TransportError:
        """The error for a TimeoutError in *step*: of the deadline if it has passed, else *waited* is the message."""
        if self.deadline_at is not None and time.monotonic() >= self.deadline_at - 0.001:
            waited = f"The {self.limit} of {self.deadline:g} s passed {_DOING[step]} ({self.peer})."
            waited += f" {OUTCOME_UNKNOWN}" if outcome_unknown else ""
            remedy = f"Raise {'deadline' if self.limit == DEADLINE else 'these'}, or find out why the service is slow."
        return TransportError(waited, step=step, remedy=remedy, outcome_unknown=outcome_unknown)


def acknowledge_quickly(connection: socket.socket) -> None:
    """Let the next segment be acknowledged at once: else the peer's Nagle waits for our delayed acknowledgement."""
    if _QUICK_ACKNOWLEDGE is not None:
        connection.setsockopt(socket.IPPROTO_TCP, _QUICK_ACKNOWLEDGE, 1)


def stay_alive(connection: socket.socket) -> None:
    """Have a peer that is gone noticed while an answer takes long, and no firewall on the way forget the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _PROBES.items():
        option = getattr(socket, name, None)  # each system has some of them
        if option is not None:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, option, value)


class _Limited:
    """What both kinds of socket do around each read and write. The option lasts for one acknowledgement only."""

    exchange: Exchange | None = None

    def recv_into(self, *arguments: t.Any) -> int:
        exchange = self.exchange
        if exchange is None:
            return super().recv_into(*arguments)
        acknowledge_quickly(self)
        self.settimeout(exchange.seconds(exchange.read_timeout))
        count = super().recv_into(*arguments)
        exchange.received += count
        exchange.alive_at = time.monotonic()
        if 0 < exchange.most < exchange.received:
            raise TooMuchError(f"more than {exchange.most} octets")
        return count

    def sendall(self, *arguments: t.Any) -> None:
        if self.exchange is not None:
            self.settimeout(self.exchange.seconds(self.exchange.read_timeout))
        super().sendall(*arguments)

    def send(self, *arguments: t.Any) -> int:
        if self.exchange is not None:
            self.settimeout(self.exchange.seconds(self.exchange.read_timeout))
        return super().send(*arguments)


class PlainSocket(_Limited, socket.socket):
    """A TCP socket; ``sendall`` is one call with one time-out in CPython."""


class TlsSocket(_Limited, ssl.SSLSocket):
    """Given to a context as ``sslsocket_class``; ``sendall`` calls ``send`` for each record."""


def connect(host: str, port: int, exchange: Exchange, proxy: str | None = None) -> PlainSocket:
    """A connection to the first address of *host* that takes one, within the exchange's time.

    Raises :class:`TransportError`; *proxy* is what a proxy is called, where it is not the service that is reached.
    """
    step, peer = ("connect", exchange.peer) if proxy is None else ("proxy", proxy)
    try:
        return _connect_first(resolve(host, port, exchange, step), exchange)
    except TimeoutError as error:
        waited = f"{peer} did not answer within {exchange.connect_timeout:g} s."
        raise exchange.too_late(step, waited, _REMEDY_SILENT) from error
    except ConnectionRefusedError as error:
        message = f"{peer} refused the connection."
        raise TransportError(message, step=step, remedy=_REMEDY_REFUSED) from error
    except OSError as error:
        message = f"{peer} cannot be reached: {error.strerror or error}."
        raise TransportError(message, step=step, remedy=_REMEDY_SILENT) from error


_REMEDY_SILENT = "Check that the host is up and that firewalls on the way pass this port."
_REMEDY_REFUSED = (
    "Check port and scheme (WinRM: 5985 is HTTP, 5986 HTTPS), and that the service runs and listens there "
    "(Windows: winrm quickconfig)."
)


def _not_resolved(host: str, error: Exception, step: str) -> TransportError:
    reason = getattr(error, "strerror", None) or str(error)
    return TransportError(
        f"The name {host} could not be resolved: {reason}.",
        step="resolve" if step == "connect" else step,
        remedy="Check host (ansible_host), or the name service of the control node.",
    )


def is_address(host: str) -> bool:
    """Whether *host* is an address, of which nobody has to be asked."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def resolve(host: str, port: int, exchange: Exchange, step: str = "connect") -> list[tuple[t.Any, ...]]:
    """The addresses of *host*, as getaddrinfo gives them; *step* is what needs them. Raises :class:`TransportError`.

    The system's resolver takes no time-out, so a name is looked up in a thread.
    """

    def look_up() -> list[tuple[t.Any, ...]]:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)

    try:
        if is_address(host):
            return look_up()
        waited, remedy = f"The name {host} was not resolved", "Check the name service of the control node."
        return exchange.wait_for(look_up, "resolve", waited, remedy)
    except (socket.gaierror, UnicodeError) as error:
        raise _not_resolved(host, error, step) from error


def within(seconds: float, function: t.Callable[[], t.Any]) -> t.Any:
    """What *function* gives or raises; TimeoutError where it goes on for longer, which it then does by itself.

    For calls into libraries that wait for the network and take no time-out.
    """
    outcome: list[tuple[t.Any, BaseException | None]] = []

    def run() -> None:
        try:
            outcome.append((function(), None))
        except BaseException as error:  # noqa: BLE001 it is the caller's
            outcome.append((None, error))

    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise TimeoutError("a call into a library")
    value, error = outcome[0]
    if error is not None:
        raise error
    return value


def _connect_first(addresses: t.Sequence[tuple[t.Any, ...]], exchange: Exchange) -> PlainSocket:
    """The first address that answers; each gets an equal share of the time that is left. Raises the last OSError."""
    failure: OSError = OSError("the name has no address")
    for number, (family, kind, protocol, _name, address) in enumerate(addresses):
        share = exchange.seconds_to_connect() / (len(addresses) - number)
        try:
            connection = PlainSocket(family, kind, protocol)  # fails where the system has no IPv6
        except OSError as error:
            failure = error
            continue
        exchange.connection = connection
        try:
            connection.settimeout(share)
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            acknowledge_quickly(connection)
            stay_alive(connection)
            connection.settimeout(exchange.seconds_to_connect())
        except OSError as error:
            connection.close()
            failure = error
        except BaseException:
            connection.close()
            raise
        else:
            connection.exchange = exchange
            return connection
    raise failure
