# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes to a service and bytes back: a session that keeps its connection, and one error for each way it can fail.

Who has which session is known to ``_sessions.py``. Knows HTTP; of SOAP only what a SOAP message looks like, and one
harmless request.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
import typing as t
import uuid

from ansible_collections.wsman.automation.plugins.module_utils._wsman import robust
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import (
    _answers,
    _failures,
    _http,
    _login,
    _refusals,
    _session_base,
)
from ansible_collections.wsman.automation.plugins.plugin_utils._again import Message, Tries
from ansible_collections.wsman.automation.plugins.plugin_utils._login import Reply
from ansible_collections.wsman.automation.plugins.plugin_utils._session_base import SessionBase
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import DEADLINE, Exchange

USER_AGENT = "Microsoft WinRM Client"  # by this name OMI wraps datetimes, so that their type is seen on the wire
UNAUTHENTICATED = {"WSMANIDENTIFY": "unauthenticated"}  # MS-WSMV 3.1.4.1.21: Identify without credentials
MAX_ANSWER = 64 * 1024 * 1024  # some services take MaxEnvelopeSize for a hint
LOGIN = "time for a login (connect_timeout and read_timeout)"
PATIENCE = 5.0  # seconds for an answer to who shows nothing; then it is asked in another way
_CHUNK = 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Answer:
    """A SOAP message as it came, whatever the HTTP status. *headers* is a mapping without regard to case."""

    body: bytes
    status: int
    charset: str | None
    server: str | None
    headers: t.Mapping[str, str]


class Session(SessionBase):
    """One service with one account over one kept connection.

    *mechanism* is what Negotiate has agreed upon (``kerberos``, ``ntlm``), once it has. *announce* is called right
    before a request that may change something is handed to the system, and must not raise.
    """

    announce: t.Callable[[], None] | None = None

    def __init__(self, options: SessionOptions) -> None:
        super().__init__(options)
        self._exchange = Exchange(options.authority)
        self._adapter = _http.Adapter(options, self._exchange)
        self._login = _login.login(options)
        self._limit = max(MAX_ANSWER, 2 * options.max_envelope_size)
        self._exchange.most = 2 * self._limit  # heads without end, and chunks that are all head
        self._login_seconds: float | None = None
        self._answered = False
        self._has_spoken = False
        self._left = False
        self._meanwhile: t.Callable[[], None] | None = None
        self._headers = _headers(options)

    @property
    def mechanism(self) -> str | None:
        """``kerberos`` or ``ntlm`` once a handshake has decided it."""
        return self._login.mechanism

    @property
    def target(self) -> str:
        """The request target as it goes out, which is not always spelled as in the options."""
        return self._adapter.target

    def send(
        self,
        data: bytes,
        *,
        repeatable: bool = True,
        changes: bool | None = None,
        headers: t.Mapping[str, str] | None = None,
        replay: bytes | None = None,
        meanwhile: t.Callable[[], None] | None = None,
    ) -> Answer:
        """Send one SOAP message and return the SOAP message that answers it.

        *repeatable* says that a second execution does no harm: then the request is sent once more where the kept
        connection turns out to be dead. *changes*, its contrary where not given, says that it matters whether a
        request without an answer was executed. *meanwhile* is called once the whole request has left, before its answer
        is read, and never twice; it must neither raise nor send. *replay* is what may be sent again, once the
        connection was lost, to a service that keeps its answers (``robust.py``); *data* itself may be one. Raises
        :class:`TransportError`.
        """
        changes = not repeatable if changes is None else changes
        _refusals.check(self.options)
        not_after = time.monotonic() + robust.SECONDS if data == replay else None
        message = Message(data, {**self._headers, **(headers or {})}, repeatable, changes, replay, not_after)
        with self.operation(), self._watched(meanwhile):
            return self._deliver(message)

    def _deliver(self, message: Message) -> Answer:
        """The answer to *message*, which is sent until it has one, or must not be sent any more."""
        tries = Tries(self.options, self._exchange)
        while True:
            self._left = False
            try:
                with self._logging_in():
                    self._choose()
                reply = self._send_prepared(message)
                self._answered = True
                return self._judge(reply, message)
            except TransportError as error:
                error.lost, error.silent = _failures.is_lost(error), _failures.is_silence(error)
                if self._is_aside and self._answered:
                    error.secret_refused = False  # it was taken a moment ago: what is refused is this request
                if error.secret_refused:
                    self._remember(error)
                again = tries.next(message, error, left=self._left)
                left = self.seconds_left
                if again is None or (left is not None and left <= again[1]):
                    raise tries.ended(message, error) from error.__cause__
            message, seconds = again
            self._exchange.pause(seconds)

    @contextlib.contextmanager
    def _watched(self, meanwhile: t.Callable[[], None] | None) -> t.Iterator[None]:
        """Inside, *meanwhile* is called once a message has left for the first time."""
        self._meanwhile = meanwhile
        try:
            yield
        finally:
            self._meanwhile = None

    def _post_message(self, body: bytes, heads: t.Mapping[str, str], message: Message) -> Reply:
        def before() -> None:
            self._left = True
            if message.changes and self.announce is not None:
                self.announce()

        def after() -> None:
            meanwhile, self._meanwhile = self._meanwhile, None
            if meanwhile is not None:
                meanwhile()

        exchange = self._exchange
        exchange.before, exchange.after, exchange.not_after = before, after, message.not_after
        try:
            return self._post(body, heads, bound=self._login.bound)
        finally:
            exchange.before = exchange.after = exchange.not_after = None

    def _send_prepared(self, message: Message) -> Reply:
        """The request and its answer; once more where the connection, or what it had proved, was lost before."""
        login = self._login
        for is_last in (False, True):
            with self._logging_in():
                login.prepare(self)
            body, dressed = login.dress(message.data, message.heads)
            try:
                reply = self._post_message(body, dressed, message)
            except _http.FAILURES as error:
                repeatable = message.repeatable and (message.replay is None or message.is_replay)
                again = not is_last and login.settled and _failures.is_stale(error, self._exchange, repeatable)
                if again and not message.is_replay and self._exchange.sent:
                    message = dataclasses.replace(message, data=robust.renewed(message.data, str(uuid.uuid4())))
                self._drop()
                if not again:
                    raise self._explain(error, message.changes, message.replay is not None) from error
                continue
            if reply.status != 401:
                break
            again = not is_last and login.renew(reply)
            self._drop()  # some leave the body unread, and take the rest of it for a request
            if not again:
                raise login.refused(self, reply)
        try:
            return login.undress(reply)
        except TransportError as error:
            self._drop()  # the two sides count messages differently now
            error.outcome_unknown = message.changes
            raise

    def post(self, data: bytes, headers: t.Mapping[str, str], *, bound: bool = False) -> Reply:
        """What a login sends by itself; never sent twice, for it may hold what proves the secret."""
        try:
            return self._post(data, {**self._headers, **headers}, bound=bound)
        except _http.FAILURES as error:
            self._drop()
            failure = self._explain(error, changes=False)
            failure.message += f" That was while {self.options.authentication} authentication went on."
            raise failure from error

    def open(self) -> bytes | None:
        """A new connection in place of the kept one; the server's certificate (DER) over HTTPS."""
        self._begin()
        try:
            return self._adapter.open()
        except _http.FAILURES as error:
            raise self._explain(error, changes=False) from error

    def ask(self, data: bytes) -> tuple[Reply, bool]:
        """What answers a request that holds nothing of the account; true where it had to say that it wants to log in.

        OMI leaves alone a request that says nothing of authentication, and answers one that asks for Negotiate and
        shows nothing (wire/omi 01, 04, 05, 151 of the reference). Raises :class:`TransportError`.
        """
        try:
            with self.aside(PATIENCE):
                return self._ask(data, {}), False
        except TransportError as error:
            if error.step != "read":
                raise
        return self._ask(data, {"Authorization": "Negotiate"}), True

    def _ask(self, data: bytes, headers: t.Mapping[str, str]) -> Reply:
        try:
            return self._post(data, {**self._headers, **headers}, bound=False)
        except _http.FAILURES as error:
            self._drop()
            raise self._explain(error, changes=False) from error

    def wait_for(self, function: t.Callable[[], t.Any]) -> t.Any:
        """What *function* gives; a KDC that does not answer is given up like a service that does not."""
        self._begin()
        remedy = "Check the KDCs that krb5.conf or DNS name for the realm, and that firewalls pass port 88."
        return self._exchange.wait_for(function, "authentication", "No KDC answered", remedy)

    def refuse(self, reply: Reply, said: str | None = None) -> TransportError:
        """The error for the 401 *reply*, which is final; *said* is what the mechanism knows about it."""
        text = self._decode_refusal(reply)
        charset = _answers.charset(reply.headers.get("Content-Type"))
        return _answers.refused(self.options, reply.schemes, text, charset, said)

    @contextlib.contextmanager
    def _logging_in(self) -> t.Iterator[None]:
        """A login has the time of one answer: its legs are many, and each may come octet by octet."""
        outer, seconds = self._deadline_at, self.options.connect_timeout + self.options.read_timeout
        at = time.monotonic() + seconds
        if outer is not None and outer <= at:
            yield
            return
        self._deadline_at, self._login_seconds, self._exchange.limit = at, seconds, LOGIN
        try:
            yield
        finally:
            self._deadline_at, self._login_seconds, self._exchange.limit = outer, None, DEADLINE

    def hand_over(self, announce: t.Callable[[], None] | None) -> None:
        """Begin anew with another user, who knows nothing of what was answered before; the connection stays."""
        self.announce, self._answered = announce, False

    def abort(self) -> None:
        """From another thread: whatever goes on ends at once, with ``_sockets.Aborted``, and so does all that comes."""
        self._exchange.abort()

    def revive(self) -> None:
        """Go on with a new connection, also after :meth:`abort`."""
        self._drop()
        self._exchange.aborted.clear()

    def close(self) -> None:
        """Close the connection; a further send opens a new one."""
        self._drop()

    def _drop(self) -> None:
        self._adapter.close()
        self._login.forget()

    def _choose(self) -> None:
        """Of several authentications the first that the service offers; nothing secret is sent to find out."""
        if not self.options.alternatives:
            return
        reply, _asked_for = self.ask(b"")
        self.options = _login.choose(self.options, reply)
        self._login = _login.login(self.options)
        self._adapter.close()
        self._adapter = _http.Adapter(self.options, self._exchange)

    def _begin(self) -> None:
        options = self.options
        deadline = self._login_seconds or options.deadline or _session_base.PARTING_SECONDS
        self._exchange.begin(options.connect_timeout, options.read_timeout, deadline, self._deadline_at)

    def _post(self, data: bytes, headers: t.Mapping[str, str], *, bound: bool) -> Reply:
        self._begin()
        self._exchange.may_open = not bound
        try:
            response = self._adapter.post(data, headers)
        finally:
            self._exchange.may_open = True
        try:
            body = self._read(response)
        except BaseException as error:
            response.raw.close()  # in the middle of an answer the connection is of no further use
            if response.status_code != 401 or not isinstance(error, _http.FAILURES):
                raise
            body = b""  # the secret is refused, whatever more there was to say
        self._has_spoken = True
        challenges = tuple(response.raw.headers.getlist("WWW-Authenticate"))
        return Reply(response.status_code, response.headers, challenges, body)

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

    def _explain(self, error: BaseException, changes: bool, known: bool = False) -> TransportError:
        known = known or self._has_spoken
        return _failures.explain(error, self._exchange, self.options, changes, known=known)

    def _judge(self, reply: Reply, message: Message) -> Answer:
        """The SOAP message in *reply*, or the error for what is there instead."""
        headers = reply.headers
        try:
            body = _answers.decode(reply.body, headers.get("Content-Encoding"), self._limit)
        except TransportError as error:
            error.outcome_unknown = message.changes
            raise
        if not _answers.is_soap(body):
            raise _answers.not_soap(self.options, reply.status, headers, body, message.changes)
        charset = _answers.charset(headers.get("Content-Type"))
        answer = robust.answer(body, charset)
        if answer is None:
            self._drop()
            lost = ConnectionAbortedError("notices, and no answer")
            raise self._explain(lost, message.changes) from lost
        said = robust.refuses(answer, charset) if message.is_replay else None
        if said is not None:
            raise _failures.forgotten(self.options.url, said)
        return Answer(answer, reply.status, charset, headers.get("Server"), headers)

    def _decode_refusal(self, reply: Reply) -> bytes:
        """The body of a 401, nothing if it cannot be read: a refused secret is refused whatever else is wrong."""
        try:
            return _answers.decode(reply.body, reply.headers.get("Content-Encoding"), self._limit)
        except TransportError:
            return b""

    def _remember(self, error: TransportError) -> None:
        """A refused secret is not shown again in this process: one wrong password counts once, not once a retry.

        A password that belongs to a domain counts wrong there whoever hears it. A local account's belongs to the host,
        and so does a refusal that says nothing of the password: that of a ticket, and of a request after the handshake.
        """
        account = self.options.account
        by_ticket = error.http_status is not None and self._login.mechanism == "kerberos"
        narrow = account is None or account.local or by_ticket or self._login.let_in
        _refusals.remember(self.options, error, here=narrow)


def _headers(options: SessionOptions) -> dict[str, str]:
    """The heads of each request."""
    return {
        "Host": options.authority,
        "User-Agent": USER_AGENT,
        "Content-Type": f"application/soap+xml;charset={options.encoding.upper()}",
        "Accept-Encoding": "identity",
        "Connection": "Keep-Alive",
    }
