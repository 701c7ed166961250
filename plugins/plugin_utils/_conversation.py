# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the process that keeps sessions does for one worker: lends it a session, sends its requests, takes it back.

One thread for one worker. However it ends, the socket is closed, what the worker left open on the service is released,
and the session is given back or closed.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import traceback
import typing as t
import uuid

from ansible_collections.wsman.automation.plugins.module_utils._wsman import profiles, release
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    TransportError,
    WSManError,
)
from ansible_collections.wsman.automation.plugins.plugin_utils import _plain_session, _refusals, _say
from ansible_collections.wsman.automation.plugins.plugin_utils._channel import Channel, Head
from ansible_collections.wsman.automation.plugins.plugin_utils._lending import Kept, Sessions
from ansible_collections.wsman.automation.plugins.plugin_utils._refusals import Memory
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import Aborted

GRACE = 2.0  # seconds that an enumeration's request has left when nobody waits for it: its answer says what to release
BEAT = 5.0  # seconds between signs of life


class Conversation:
    """A thread and the worker it serves; *refused* is what the worker's task knows of refused secrets."""

    def __init__(self, channel: Channel, sessions: Sessions, refused: Memory) -> None:
        self.channel = channel
        self._sessions = sessions
        self._refused = refused
        self._kept: Kept | None = None
        self._opened: tuple[bytes, bytes | None, str | None] | None = None  # request, answer and its charset
        self._heard: list[tuple[str, str, int]] = []
        self._told: Head = {}
        self._state = threading.Lock()  # of what the main thread looks at
        self._busy_since: float | None = None
        self._beaten = 0.0
        self._is_alone = False
        self._abort_at: float | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    # called by the main thread

    def is_alone(self, grace: float | None = None) -> None:
        """The worker is gone, or shall be left: what goes on for it ends, after *grace* seconds if they are given."""
        with self._state:
            if not self._is_alone:
                self._is_alone = True
                waits = GRACE if grace is None and self._opened is not None else grace or 0.0
                self._abort_at = time.monotonic() + waits
            idle = self._busy_since is None
        if idle:
            self.channel.hang_up()

    def watch(self, now: float) -> None:
        """Give signs of life while the worker waits, and end what nobody waits for."""
        with self._state:
            busy, abort_at, kept = self._busy_since, self._abort_at, self._kept
            beats = busy is not None and abort_at is None and now - max(busy, self._beaten) >= BEAT
        if beats:
            self._beaten = now
            self.channel.beat()
        if busy is not None and abort_at is not None and now >= abort_at and kept is not None:
            kept.session.abort()

    @property
    def is_over(self) -> bool:
        """Whether the socket is closed and nothing goes on any more."""
        return not self.thread.is_alive()

    # in the thread

    def _run(self) -> None:
        _say.collected.set(self._heard)
        try:
            with _refusals.apart(self._refused):
                try:
                    while True:
                        head, body = self.channel.receive()
                        getattr(self, f"_do_{head['do']}")(head, body)
                finally:
                    self._take_back()
        except (EOFError, OSError, Aborted):
            pass
        finally:
            self.channel.close()

    def _do_lend(self, head: Head, _body: bytes) -> None:
        """A session of these options, or why there is none."""
        self._take_back()
        try:
            self._kept = self._sessions.lend(_plain_session.to_options(head["options"]))
        except WSManError as error:
            self._reply({"error": _plain_session.from_error(error)})
            return
        if self._kept is None:
            self._reply({"full": self._sessions.most})
            return
        session = self._kept.session
        session.hand_over(self.channel.leave)
        self._told = {}
        profile = session.profile and session.profile.name
        learnt = {"profile": profile, "identified": session.identified, "robust": session.robust}
        self._reply({"session_id": session.session_id, "learnt": learnt})

    def _do_send(self, head: Head, body: bytes) -> None:
        """One request and its answer."""
        size = head["replay"]
        data, replay = (body[: len(body) - size], body[len(body) - size :]) if size else (body, None)
        with self._working(data) as kept:
            try:
                reply, body = self._exchange(kept, head, data, replay)
            except Exception as error:  # noqa: BLE001 - whatever it is, the worker has to know
                kept.sound = False
                reply, body = {"broken": _place_of(error)}, b""
        self._reply(reply, body)

    def _exchange(self, kept: Kept, head: Head, data: bytes, replay: bytes | None) -> tuple[Head, bytes]:
        session = kept.session
        deadline_at = None if head["seconds"] is None else time.monotonic() + head["seconds"]
        try:
            with session.limited(deadline_at, head["aside"]):
                answer = session.send(
                    data,
                    repeatable=head["repeatable"],
                    changes=head["changes"],
                    headers=head["headers"],
                    replay=replay,
                )
        except WSManError as error:
            kept.sound = False
            return {"error": _plain_session.from_error(error), "here": self._where(kept, error)}, b""
        kept.sound = True
        if self._opened is not None and self._opened[0] is data:
            self._opened = None if release.has_ended(answer.body) else (data, answer.body, answer.charset)
        return _plain_session.from_answer(answer), answer.body

    def _where(self, kept: Kept, error: WSManError) -> bool | None:
        """Whether the account was refused on this host alone; None where it was not."""
        if not (isinstance(error, TransportError) and error.secret_refused):
            return None
        everywhere, here = _refusals.accounts_of(kept.session.options)
        return True if here in _refusals.accounts else False if everywhere in _refusals.accounts else None

    def _do_learn(self, head: Head, _body: bytes) -> None:
        """What the worker has learnt of the service; it waits for nothing."""
        if self._kept is not None:
            session, learnt = self._kept.session, head["learnt"]
            session.profile = profiles.by_name(learnt["profile"]) if learnt["profile"] else None
            session.identified, session.robust = learnt["identified"], learnt["robust"]

    def _do_rest(self, _head: Head, _body: bytes) -> None:
        """The worker is done for now; its next task may ask at once."""
        self._take_back()
        self._reply({})

    def _do_forget(self, head: Head, _body: bytes) -> None:
        """Nobody wants these sessions any more."""
        self._sessions.forget(_plain_session.to_options(head["options"]), all_of_host=head["all"])
        self._reply({})

    def _reply(self, head: Head, body: bytes = b"") -> None:
        """Answer, with what is to be said, and what has changed of the session."""
        state: Head = {}
        if self._kept is not None:
            session = self._kept.session
            state = {"mechanism": session.mechanism, "authentication": session.options.authentication}
        if state != self._told:
            head, self._told = {**head, "state": state}, state
        if self._heard:
            head = {**head, "say": list(self._heard)}
            self._heard.clear()
        self.channel.send(head, body)

    @contextlib.contextmanager
    def _working(self, data: bytes) -> t.Iterator[Kept]:
        """An exchange goes on inside: the main thread looks whether somebody waits for it."""
        if self._kept is None:
            raise EOFError  # no worker of ours asks so
        if release.may_open(data):
            self._opened = (data, None, None)
        elif release.may_close(data):
            self._opened = None
        with self._state:
            if self._is_alone:
                raise EOFError
            self._busy_since = time.monotonic()
        try:
            yield self._kept
        except BaseException:
            self._kept.sound = False
            raise
        finally:
            with self._state:
                self._busy_since = None
                self._kept.sound = self._kept.sound and not self._is_alone

    def _take_back(self) -> None:
        """The session is free again, once what was left open on the service is released."""
        kept, self._kept = self._kept, None
        if kept is None:
            return
        try:
            self._release(kept)
        finally:
            kept.session.hand_over(None)
            self._sessions.give_back(kept)

    def _release(self, kept: Kept) -> None:
        """Best effort, in a moment of its own."""
        opened, self._opened = self._opened, None
        if opened is None:
            return
        request, answer, charset = opened
        data = release.release_after(request, answer, str(uuid.uuid4()), charset=charset)
        if data is not None:
            if not kept.sound:
                kept.session.revive()
            with contextlib.suppress(WSManError), kept.session.parting():
                kept.session.send(data, repeatable=False, changes=False)


def _place_of(error: BaseException) -> str:
    """What a report of a defect needs, without values: they may be secrets."""
    frames = traceback.extract_tb(error.__traceback__)
    last = f" in {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{last}"
