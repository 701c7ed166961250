# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it means that a request got no HTTP answer: from the exceptions of libraries to one error with step and remedy.

What an answer means that came is in ``_answers.py``; names, connections and handshakes explain themselves where they
fail.
"""

from __future__ import annotations

import errno
import http.client
import socket
import ssl

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import OUTCOME_UNKNOWN, TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _answers, _tls, _tls_failures
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import Exchange, TooMuchError

_CLOSED = (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
_NOT_REACHED = (502, 503, 504)  # what a proxy says of who is behind it
_NO_WAY = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN)


def is_stale(error: BaseException, exchange: Exchange, repeatable: bool) -> bool:
    """Whether a kept connection was found dead and the request may go out again.

    So it is where no connection was opened for this request, nothing of an answer has come, and the request either may
    be executed twice or has not left completely.
    """
    dead = isinstance(_cause(error), _CLOSED) and not exchange.opened and not exchange.received
    return dead and (repeatable or not exchange.sent)


def is_unopened(error: TransportError) -> bool:
    """Whether nobody took the connection, who may do so a moment later: refused, ended at once, or no answer in time.

    A balancer takes all connections, and ends those that nobody behind it takes.
    """
    cause = _cause(error)
    if error.step == "tls":
        return isinstance(cause, _CLOSED)
    return error.step in ("connect", "proxy") and (isinstance(cause, TimeoutError) or _is_closed(cause))


def is_lost(error: TransportError) -> bool:
    """Whether the network is to blame: the connection ended, fell silent, or could not be made, by a proxy either."""
    cause = _cause(error)
    if error.step == "proxy" and error.http_status in _NOT_REACHED:
        return True
    return isinstance(cause, (TimeoutError, socket.gaierror)) or _is_closed(cause) or _is_incomplete(cause)


def is_late(error: TransportError) -> bool:
    """Whether somebody was waited for in vain."""
    return isinstance(_cause(error), TimeoutError)


def is_silence(error: TransportError) -> bool:
    """Whether a peer that has taken the connection does not answer."""
    return error.step == "read" and is_late(error) and not _is_gone(_cause(error))


def forgotten(url: str, said: str) -> TransportError:
    """The service does not want to tell again what became of a request."""
    return TransportError(
        f"{url} does not give its answer to a request again: {said}", step="wsman", outcome_unknown=True
    )


def _is_closed(cause: BaseException) -> bool:
    return isinstance(cause, _CLOSED) or (isinstance(cause, OSError) and cause.errno in _NO_WAY)


def _is_gone(cause: BaseException) -> bool:
    """Whether the system has found out that nobody is there any more, which is no time-out of ours."""
    return isinstance(cause, TimeoutError) and cause.errno is not None


def _is_incomplete(cause: BaseException) -> bool:
    return "Incomplete" in type(cause).__name__  # http.client and urllib3 have one each


def explain(
    failure: BaseException, exchange: Exchange, options: SessionOptions, changes: bool, *, known: bool = False
) -> TransportError:
    """The error for *failure*, which ended *exchange*.

    A port that was silent is asked whether it speaks TLS, unless it is *known* to speak HTTP.
    """
    cause = _cause(failure)
    unknown = exchange.sent and changes
    if isinstance(cause, TimeoutError) and not _is_gone(cause):
        return _too_late(exchange, options, unknown)
    if isinstance(cause, TooMuchError):
        error = _answers.too_large(exchange.most)
        error.outcome_unknown = unknown
        return error
    if _is_closed(cause):
        closed = _closed(exchange, unknown)
        silent = exchange.opened and not exchange.received and not known
        return _no_http(exchange, _answers.TLS_ALERT) if silent and _is_tls_port(options, exchange) else closed
    if isinstance(cause, http.client.BadStatusLine):
        return _no_http(exchange, str(cause.line))
    if isinstance(cause, ssl.SSLError):
        error = _tls_failures.handshake_error(cause, options, exchange)
        error.outcome_unknown = unknown and not _tls_failures.wants_certificate(cause)
        return error
    if _is_incomplete(cause):
        return _closed(exchange, unknown)
    if _is_gone(cause):
        return _closed(exchange, unknown, "cannot be reached any more, and was lost")
    return TransportError(
        f"{exchange.peer} answers with something that breaks the rules of HTTP ({type(cause).__name__}: {cause})."
        + _perhaps(unknown),
        step="http",
        remedy="Check host and port, and proxies or gateways on the way.",
        outcome_unknown=unknown,
    )


def _cause(error: BaseException) -> BaseException:
    """The exception at the bottom: requests wraps urllib3's, which wraps that of the socket."""
    while True:
        inner = [getattr(error, "reason", None), *reversed(error.args), error.__cause__]
        nested = next((one for one in inner if isinstance(one, BaseException)), None)
        if nested is None:
            return error
        error = nested


def _too_late(exchange: Exchange, options: SessionOptions, unknown: bool) -> TransportError:
    did = "did not take the request"
    if exchange.sent:
        came = f"stopped after {exchange.received} octets of its answer" if exchange.received else "sent no answer"
        did = f"took the request and {came}"
    return exchange.too_late(
        "read" if exchange.sent else "send",
        f"{exchange.peer} {did} for {options.read_timeout:g} s.{_perhaps(unknown)}",
        "Raise operation_timeout, or read_timeout, if the operation takes longer than that.",
        unknown,
    )


def _closed(exchange: Exchange, unknown: bool, how: str = "closed the connection") -> TransportError:
    came = f"after {exchange.received} octets of its answer" if exchange.received else "without an answer"
    return TransportError(
        f"{exchange.peer} {how} {came}.{_perhaps(unknown)}",
        step="read" if exchange.sent else "send",
        remedy="Try again; if it goes on, look at the service's log and at firewalls or balancers on the way.",
        outcome_unknown=unknown,
    )


def _no_http(exchange: Exchange, line: str) -> TransportError:
    if line.startswith(_answers.TLS_ALERT):
        return TransportError(
            f"{exchange.peer} is an HTTPS port and was asked in plain HTTP.",
            step="http",
            remedy="Set scheme to https, or use the HTTP port (WinRM: 5985).",
        )
    return TransportError(
        f"{exchange.peer} answers, but not in HTTP.",
        step="http",
        remedy="Check host and port: another service listens there.",
    )


def _is_tls_port(options: SessionOptions, exchange: Exchange) -> bool:
    if options.scheme != "http" or options.proxy_access_type != "none":
        return False
    exchange.begin(options.connect_timeout, options.read_timeout, exchange.deadline, exchange.deadline_at)
    return _tls.speaks_tls(options, exchange)


def _perhaps(unknown: bool) -> str:
    return f" {OUTCOME_UNKNOWN}" if unknown else ""
