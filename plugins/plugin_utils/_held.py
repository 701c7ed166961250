# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker's end of a session that another process keeps: the same to all who use it as one of its own.

Where that process is lost, the request goes on through a new one, or by a session of the worker's own, once, if that
does no harm: a request that may be repeated, that had not left yet, or that the service knows again.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t
import uuid

from ansible_collections.wsman.automation.plugins.module_utils._wsman import profiles, robust
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import OUTCOME_UNKNOWN, TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _plain_session, _refusals, _starting
from ansible_collections.wsman.automation.plugins.plugin_utils._channel import Channel, Head
from ansible_collections.wsman.automation.plugins.plugin_utils._say import say
from ansible_collections.wsman.automation.plugins.plugin_utils._session_base import SessionBase
from ansible_collections.wsman.automation.plugins.plugin_utils._transport import Answer, Session

SILENCE = 30.0  # seconds without a sign of life, of which there is one every 5
_MARGIN = 2.0  # seconds after a deadline, which the other process keeps to
_REST = 3.0  # seconds for giving a session back, and for what it owes to the service


class LostError(Exception):
    """The process that keeps the session does not answer; *is_silent* where it may still be there."""

    def __init__(self, message: str, *, is_silent: bool = False) -> None:
        super().__init__(message)
        self.is_silent = is_silent


@dataclasses.dataclass
class _Request:
    """One request: *head* as it goes to the other process; *left* once it may have left that for the service."""

    head: Head
    data: bytes
    replay: bytes | None
    meanwhile: t.Callable[[], None] | None
    handed_over: bool = False
    left: bool = False

    @property
    def changes(self) -> bool:
        return bool(self.head["changes"])

    def has_left(self) -> None:
        self.left = True

    def tell(self) -> None:
        """Let the caller do what it wants to do meanwhile, once."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()

    def again(self) -> bytes | None:
        """What may be sent where nobody knows how far this one came; None for nothing."""
        if not self.handed_over or (self.changes and not self.left):
            return self.data
        if self.replay is None and self.head["repeatable"]:
            return robust.renewed(self.data, str(uuid.uuid4()))
        return self.replay


class _Learnt:
    """A member of a session that its users set: what they learn of the service is told, for the tasks that follow."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, session: t.Any, owner: type | None = None) -> t.Any:
        return self if session is None else session.learnt[self._name]

    def __set__(self, session: t.Any, value: t.Any) -> None:
        if value != session.learnt[self._name]:
            session.learn({self._name: value})


class HeldSession(SessionBase):
    """One service with one account, as :class:`Session`, over a connection that outlives the task."""

    profile = _Learnt()
    identified = _Learnt()
    robust = _Learnt()

    def __init__(self, options: SessionOptions) -> None:
        super().__init__(options)
        self.learnt: dict[str, t.Any] = {"profile": None, "identified": False, "robust": False}
        self.is_resting = True
        self._asked_for = options
        self._channel: Channel | None = None
        self._is_lent = False
        self._own: Session | None = None
        self._mechanism: str | None = None

    def take(self) -> bool:
        """Get hold of a session, unless this has one; False, and said at ``-vv``, where there is none to be had.

        Raises UsageError.
        """
        self.is_resting = False
        if self._is_lent:
            return True
        try:
            try:
                return self._lend()
            except LostError as error:
                if error.is_silent:
                    raise
            return self._lend()  # it was killed since it was used last
        except (_starting.UnavailableError, LostError) as error:
            self._drop()
            say(f"No session is kept for the next task: {error}.", self.options.host, verbosity=2)
            return False

    def _lend(self) -> bool:
        if self._channel is None:
            self._channel = _starting.connect(start=True)
        head = {"do": "lend", "options": _plain_session.from_options(self._asked_for)}
        reply, _body = self._ask(head, time.monotonic() + _starting.START_SECONDS)
        if "full" in reply:
            text = f"No session is kept for the next task: {reply['full']} are in use, and no more are kept."
            say(text, self.options.host)
            return False
        self._is_lent = True
        self.session_id = reply["session_id"]
        known = {**reply["learnt"], "profile": _profile(reply["learnt"]["profile"])}
        mine = {name: value for name, value in self.learnt.items() if value and not known[name]}
        self.learnt.update({name: value for name, value in known.items() if value})
        if mine:
            self.learn(mine)
        return True

    def rest(self) -> None:
        """Give the session back, for whoever wants it next; the next use gets hold of one again."""
        self.is_resting = True
        own, self._own = self._own, None
        if own is not None:
            own.close()
        if self._is_lent:
            self._is_lent = False
            try:
                self._ask({"do": "rest"}, time.monotonic() + _REST)
            except LostError:
                self._drop()

    def close(self) -> None:
        """Have nothing to do with that process any more."""
        self.rest()
        self._drop()

    def learn(self, news: t.Mapping[str, t.Any]) -> None:
        """Keep *news* of the service in mind, here and for others."""
        self.learnt.update(news)
        if self._channel is not None and self._is_lent:
            profile = self.learnt["profile"]
            learnt = {**self.learnt, "profile": profile and profile.name}
            try:
                self._channel.send({"do": "learn", "learnt": learnt})
            except OSError:
                self._drop()

    @property
    def mechanism(self) -> str | None:
        """``kerberos`` or ``ntlm`` once a handshake has decided it."""
        return self._mechanism if self._own is None else self._own.mechanism

    # requests

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
        """As :meth:`Session.send`."""
        _refusals.check(self.options)
        head: Head = {
            "do": "send",
            "repeatable": repeatable,
            "changes": not repeatable if changes is None else changes,
            "headers": None if headers is None else dict(headers),
            "replay": len(replay or b""),
        }
        request = _Request(head, data, replay, meanwhile)
        with self.operation():
            try:
                return self._exchange(request)
            except LostError as lost:
                self._drop()
                return self._go_on(request, lost)

    def _exchange(self, request: _Request) -> Answer:
        """The request and its answer, by whoever has a connection. Raises LostError and TransportError."""
        if self._own is not None or not self.take():
            if _starting.is_orphan():
                raise self._orphaned(request)
            return self._exchange_myself(request)
        head = {**request.head, "seconds": self.seconds_left, "aside": self._is_aside}
        end = None if self._deadline_at is None else self._deadline_at + _MARGIN
        reply, body = self._ask(head, end, request)
        if "error" in reply:
            error = _plain_session.to_error(reply["error"])
            if isinstance(error, TransportError) and reply["here"] is not None:
                _refusals.remember(self.options, error, here=reply["here"])
            raise error
        return _plain_session.to_answer(reply, body)

    def _exchange_myself(self, request: _Request) -> Answer:
        if self._own is None:
            self._own = Session(self._asked_for)
        with self._own.limited(self._deadline_at, self._is_aside):
            try:
                return self._own.send(
                    request.data,
                    repeatable=request.head["repeatable"],
                    changes=request.changes,
                    headers=request.head["headers"],
                    replay=request.replay,
                    meanwhile=request.tell,
                )
            finally:
                self.options = self._own.options

    def _go_on(self, request: _Request, lost: LostError) -> Answer:
        """The process that keeps the session is lost: once more, if that does no harm."""
        data = request.again()
        if _starting.is_orphan():
            raise self._orphaned(request) from lost
        if data is not None and (self.seconds_left or 1.0) > 0:
            request.data = data
            try:
                return self._exchange(request)
            except LostError as again:
                lost = again
                self._drop()
        message = f"The process that keeps sessions did not answer: {lost}."
        raise self._lost(request, message, "Set keep_session to false to do without it.") from lost

    def _orphaned(self, request: _Request) -> TransportError:
        """Nobody waits for this task any more: it opens nothing again."""
        message = "Ansible's main process is gone, and with it the process that kept the session."
        error = self._lost(request, message, "Run the playbook again.")
        error.lost = False
        return error

    def _lost(self, request: _Request, message: str, remedy: str) -> TransportError:
        unknown = request.changes and request.left
        text = f"{message} {OUTCOME_UNKNOWN}" if unknown else message
        step = "read" if request.handed_over else "send"
        error = TransportError(text, step=step, remedy=remedy, outcome_unknown=unknown)
        error.lost = request.handed_over
        return error

    def _ask(self, head: Head, end: float | None, request: _Request | None = None) -> tuple[Head, bytes]:
        """One message and its answer, with what that brings of news. Raises LostError."""
        channel = self._channel
        if channel is None:
            raise LostError("it is gone")
        try:
            channel.connection.settimeout(SILENCE)
            if request is None:
                channel.send(head)
                reply, body = channel.receive(SILENCE, end)
            else:
                channel.send(head, request.data + (request.replay or b""))
                request.handed_over = True
                request.tell()
                reply, body = channel.receive(SILENCE, end, request.has_left)
        except (OSError, EOFError) as error:
            is_silent = not isinstance(error, (EOFError, ConnectionError))
            if request is not None:
                channel.abandon(request.has_left)
            self._drop()
            raise LostError("it is silent" if is_silent else "it ended", is_silent=is_silent) from error
        except BaseException:  # a time limit of the task: nobody may read what comes now
            self._drop()
            raise
        self._take_news(reply)
        if "broken" in reply:
            self._drop()
            raise LostError(f"a defect of its own ({reply['broken']})")
        if "error" in reply and request is None:
            raise _plain_session.to_error(reply["error"])
        return reply, body

    def _take_news(self, reply: Head) -> None:
        for text, host, verbosity in reply.get("say", ()):
            say(text, host, verbosity)
        state = reply.get("state")
        if state:
            self._mechanism = state["mechanism"]
            if state["authentication"] != self.options.authentication:
                chosen = {"authentication": state["authentication"], "alternatives": ()}
                self.options = dataclasses.replace(self._asked_for, **chosen)

    def _drop(self) -> None:
        self._is_lent = False
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()


def _profile(name: str | None) -> t.Any:
    return None if name is None else profiles.by_name(name)


def forget(options: SessionOptions, *, all_of_host: bool) -> None:
    """Have the sessions of *options*, or all with its service, closed; nothing is started, and nothing fails."""
    try:
        channel = _starting.connect(start=False)
    except _starting.UnavailableError:
        return
    if channel is None:
        return
    head = {"do": "forget", "options": _plain_session.from_options(options), "all": all_of_host}
    try:
        channel.send(head)
        channel.receive(_REST, time.monotonic() + _REST)
    except (OSError, EOFError):
        return
    finally:
        channel.close()
