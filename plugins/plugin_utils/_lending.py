# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions that are kept, and who has which: lent to one worker at a time, idle for a while, and then closed.

Knows options and sessions; neither sockets nor processes.
"""

from __future__ import annotations

import dataclasses
import threading
import time
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _plain_session
from ansible_collections.wsman.automation.plugins.plugin_utils._say import say
from ansible_collections.wsman.automation.plugins.plugin_utils._transport import Session


@dataclasses.dataclass(eq=False)
class Kept:
    """One session under its *key*; not *sound* after a failure, not *wanted* where somebody has said so."""

    key: str
    session: Session
    sound: bool = True
    wanted: bool = True
    idle_since: float = 0.0

    @property
    def expires(self) -> float:
        """The monotonic time at which it is closed, idle as it is."""
        return self.idle_since + self.session.options.session_idle_timeout


class Sessions:
    """All of them, at most *most*: each takes an open file. *secret* is what keys are made with."""

    def __init__(self, most: int, secret: bytes) -> None:
        self.most = most
        self._secret = secret
        self._lock = threading.Lock()
        self._idle: dict[str, list[Kept]] = {}  # each list in the order in which they became so
        self._lent: set[Kept] = set()

    def __len__(self) -> int:
        with self._lock:
            return len(self._lent) + sum(map(len, self._idle.values()))

    def lend(self, options: SessionOptions) -> Kept | None:
        """A session of *options* that nobody else has: the one that was used last, or a new one; None for too many.

        Raises UsageError.
        """
        key = _plain_session.key_of(options, self._secret)
        with self._lock:
            idle = self._idle.get(key)
            if idle:
                kept = self._take(idle[-1])
                self._lent.add(kept)
                return kept
        if not self._make_room(options.host):
            return None
        kept = Kept(key, Session(options))
        with self._lock:
            self._lent.add(kept)
        return kept

    def give_back(self, kept: Kept) -> None:
        """The session is nobody's any more: idle, or closed where it is not to be lent again."""
        with self._lock:
            self._lent.discard(kept)
            stays = kept.sound and kept.wanted
            if stays:
                kept.idle_since = time.monotonic()
                self._idle.setdefault(kept.key, []).append(kept)
        if not stays:
            kept.session.close()

    def forget(self, options: SessionOptions, *, all_of_host: bool) -> None:
        """Close the sessions of *options*, or all with its host and port; those that are lent, once they come back."""
        key = _plain_session.key_of(options, self._secret)

        def concerned(kept: Kept) -> bool:
            return kept.session.options.authority == options.authority if all_of_host else kept.key == key

        with self._lock:
            found = [kept for idle in self._idle.values() for kept in idle if concerned(kept)]
            for kept in found:
                self._take(kept)
            for kept in filter(concerned, self._lent):
                kept.wanted = False
        _close(found)

    def expire(self) -> bool:
        """Close those that have been idle for too long; whether there are idle ones still."""
        now = time.monotonic()
        with self._lock:
            found = [kept for idle in self._idle.values() for kept in idle if kept.expires <= now]
            for kept in found:
                self._take(kept)
            left = bool(self._idle)
        _close(found)
        return left

    def close_idle(self) -> None:
        """Close all that are idle."""
        with self._lock:
            found = [kept for idle in self._idle.values() for kept in idle]
            self._idle.clear()
        _close(found)

    def close_oldest(self, host: str) -> bool:
        """Close the one that has been idle for the longest time, and say so of *host*, which needs its place."""
        with self._lock:
            oldest = min((idle[0] for idle in self._idle.values()), key=lambda kept: kept.idle_since, default=None)
            if oldest is not None:
                self._take(oldest)
        if oldest is None:
            return False
        say(
            f"The session with {oldest.session.options.host} was closed to make room: {self.most} are kept at most "
            "(by the limit of open files, ulimit -n).",
            host,
        )
        _close([oldest])
        return True

    def _make_room(self, host: str) -> bool:
        return len(self) < self.most or self.close_oldest(host)

    def _take(self, kept: Kept) -> Kept:
        """Out of the idle ones; the lock is held."""
        idle = self._idle[kept.key]
        idle.remove(kept)
        if not idle:
            del self._idle[kept.key]
        return kept


def _close(found: t.Iterable[Kept]) -> None:
    for kept in found:
        kept.session.close()
