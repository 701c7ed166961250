# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes to a service and bytes back: sessions that keep their connection, and one error for each way it can fail.

Sessions live in a module-level dictionary keyed by their frozen options, so that a loop and its retries share one
connection; a fork begins with none. Knows HTTP; of SOAP only what a SOAP message looks like.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
import typing as t
import uuid

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _answers, _failures, _http
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import Exchange

USER_AGENT = "Microsoft WinRM Client"  # by this name OMI wraps datetimes, so that their type is seen on the wire
UNAUTHENTICATED = {"WSMANIDENTIFY": "unauthenticated"}  # MS-WSMV 3.1.4.1.21: Identify without credentials
MAX_ANSWER = 64 * 1024 * 1024  # some services take MaxEnvelopeSize for a hint
PARTING_SECONDS = 1.0  # for giving back what was opened on a service, once all else is over
_CHUNK = 1024 * 1024

_sessions: dict[SessionOptions, Session] = {}
_refused: dict[tuple[t.Any, ...], TransportError] = {}
_owner = os.getpid()


@dataclasses.dataclass(frozen=True)
class Answer:
    """A SOAP message as it came, whatever the HTTP status. *headers* is a mapping without regard to case."""

    body: bytes
    status: int
    charset: str | None
    server: str | None
    headers: t.Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class _Reply:
    status: int
    headers: t.Mapping[str, str]
    challenges: tuple[str, ...]
    body: bytes


def session(options: SessionOptions) -> Session:
    """The session of these options, the same one each time in this process. Raises UsageError; sends nothing."""
    _leave_parent()
    if options not in _sessions:
        _sessions[options] = Session(options)
    return _sessions[options]


def close(options: SessionOptions) -> None:
    """Close the connection of these options, if there is one; what was refused stays refused."""
    _leave_parent()
    if options in _sessions:
        _sessions.pop(options).close()


def _leave_parent() -> None:
    """Forget the sessions that a fork has inherited: their connections are the parent's."""
    global _owner
    if _owner != os.getpid():
        _owner = os.getpid()
        _sessions.clear()


class Session:
    """One service with one account over one kept connection.

    *profile* is the caller's to set once it knows what the service is; *session_id* is made once.
    """

    def __init__(self, options: SessionOptions) -> None:
        self.options = options
        self.profile: t.Any = None
        self.session_id = str(uuid.uuid4())
        self._exchange = Exchange(options.authority)
        self._adapter = _http.Adapter(options, self._exchange)
        self._limit = max(MAX_ANSWER, 2 * options.max_envelope_size)
        self._deadline_at: float | None = None
        self._headers = _headers(options)

    def send(
        self,
        data: bytes,
        *,
        repeatable: bool = True,
        changes: bool | None = None,
        headers: t.Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one SOAP message and return the SOAP message that answers it.

        *repeatable* says that a second execution does no harm: then the request is sent once more where the kept
        connection turns out to be dead. *changes*, its contrary where not given, says that it matters whether a
        request without an answer was executed. Raises :class:`TransportError`.
        """
        changes = not repeatable if changes is None else changes
        self._check_not_refused()
        deadline_at = self._deadline_at or self._next_deadline()
        heads = {**self._headers, **(headers or {})}
        try:
            reply = self._send_once(data, heads, deadline_at)
        except _http.FAILURES as error:
            if not _failures.is_stale(error, self._exchange, repeatable):
                raise self._explain(error, changes) from error
            try:
                reply = self._send_once(data, heads, deadline_at)
            except _http.FAILURES as second:
                raise self._explain(second, changes) from second
        return self._judge(reply, changes)

    @contextlib.contextmanager
    def operation(self) -> t.Iterator[None]:
        """All that is sent inside shares one deadline; without this each request has its own."""
        outer = self._deadline_at
        self._deadline_at = outer or self._next_deadline()
        try:
            yield
        finally:
            self._deadline_at = outer

    @contextlib.contextmanager
    def parting(self) -> t.Iterator[None]:
        """What is sent inside has a moment of its own instead: what was opened is given back after a deadline too."""
        outer = self._deadline_at
        self._deadline_at = time.monotonic() + PARTING_SECONDS
        try:
            yield
        finally:
            self._deadline_at = outer

    def close(self) -> None:
        """Close the connection; a further send opens a new one."""
        self._adapter.close()

    def _next_deadline(self) -> float | None:
        return None if self.options.deadline is None else time.monotonic() + self.options.deadline

    def _send_once(self, data: bytes, headers: t.Mapping[str, str], deadline_at: float | None) -> _Reply:
        options = self.options
        deadline = options.deadline or PARTING_SECONDS
        self._exchange.begin(options.connect_timeout, options.read_timeout, deadline, deadline_at)
        response = self._adapter.post(data, headers)
        try:
            body = self._read(response)
        except BaseException as error:
            response.raw.close()  # in the middle of an answer the connection is of no further use
            if response.status_code != 401 or not isinstance(error, _http.FAILURES):
                raise
            body = b""  # the secret is refused, whatever more there was to say
        challenges = tuple(response.raw.headers.getlist("WWW-Authenticate"))
        return _Reply(response.status_code, response.headers, challenges, body)

    def _read(self, response: t.Any) -> bytes:
        """The body as it came; of one that is longer than an answer may be only the beginning."""
        pieces, size = [], 0
        while piece := response.raw.read(_CHUNK, decode_content=False):
            pieces.append(piece)
            size += len(piece)
            if size > self._limit:
                response.raw.close()
                break
        return b"".join(pieces)

    def _explain(self, error: BaseException, changes: bool) -> TransportError:
        return _failures.explain(error, self._exchange, self.options, changes)

    def _judge(self, reply: _Reply, changes: bool) -> Answer:
        """The SOAP message in *reply*, or the error for what is there instead."""
        headers = reply.headers
        charset = _answers.charset(headers.get("Content-Type"))
        if reply.status == 401:
            schemes = _answers.parse_schemes(reply.challenges)
            raise self._remember(_answers.refused(self.options, schemes, self._decode_refusal(reply), charset))
        try:
            body = _answers.decode(reply.body, headers.get("Content-Encoding"), self._limit)
        except TransportError as error:
            error.outcome_unknown = changes
            raise
        if not _answers.is_soap(body):
            raise _answers.not_soap(self.options, reply.status, headers, body, changes)
        return Answer(body, reply.status, charset, headers.get("Server"), headers)

    def _decode_refusal(self, reply: _Reply) -> bytes:
        """The body of a 401, nothing if it cannot be read: a refused secret is refused whatever else is wrong."""
        try:
            return _answers.decode(reply.body, reply.headers.get("Content-Encoding"), self._limit)
        except TransportError:
            return b""

    def _account(self) -> tuple[t.Any, ...]:
        options = self.options
        return (options.url, options.host, options.authentication, options.user, options.password)

    def _remember(self, error: TransportError) -> TransportError:
        """A refused secret is not shown again in this process: one wrong password counts once, not once a retry."""
        if self.options.authentication != "none":
            _refused[self._account()] = error
        return error

    def _check_not_refused(self) -> None:
        known = _refused.get(self._account())
        if known is not None:
            raise TransportError(
                f"{known.message} It was not tried again with the same credentials.",
                step=known.step,
                remedy=known.remedy,
                offered_schemes=known.offered_schemes,
                http_status=known.http_status,
            )


def _headers(options: SessionOptions) -> dict[str, str]:
    """The heads of each request. Basic goes with the first one: some services let others wait for a minute."""
    headers = {
        "Host": options.authority,
        "User-Agent": USER_AGENT,
        "Content-Type": f"application/soap+xml;charset={options.encoding.upper()}",
        "Accept-Encoding": "identity",
        "Connection": "Keep-Alive",
    }
    if options.authentication == "basic":
        headers["Authorization"] = f"Basic {options.basic_token}"
    return headers
