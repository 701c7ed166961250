# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened on the service, counted from its start or the last ``clear``: a test's way to see what a client saved
itself."""

from __future__ import annotations

import collections
import threading
import typing as t

KINDS = ("tls_handshakes", "begun", "completed", "actions", "executions", "replays")


class Counts:
    """Counters of several kinds, by name; thread-safe.

    ``tls_handshakes``: ``begun``, ``completed`` and, of these, ``resumed`` · ``begun``, ``completed``: authentications
    by scheme in lower case; a scheme without a handshake has one for each request that carries credentials ·
    ``actions``: requests whose envelope was read, by the last part of their Action, with those that were not done ·
    ``executions``: what was handed to a resource and so changed something or may have: ``Class.Method``, ``Put Class``,
    ``Create Class``, ``Delete Class`` · ``replays``: requests that were answered from what their first sending had
    done, by action.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: dict[str, collections.Counter[str]] = {kind: collections.Counter() for kind in KINDS}

    def add(self, kind: str, name: str) -> None:
        """One more."""
        with self._lock:
            self._counters[kind][name] += 1

    def of(self, kind: str) -> dict[str, int]:
        """All of a kind."""
        with self._lock:
            return dict(self._counters[kind])

    def clear(self) -> None:
        """Begin again."""
        with self._lock:
            for counter in self._counters.values():
                counter.clear()

    def to_plain(self) -> dict[str, t.Any]:
        """For JSON; authentications as ``{scheme: {begun, completed}}``."""
        begun, completed = self.of("begun"), self.of("completed")
        return {
            "tls_handshakes": {"begun": 0, "completed": 0, "resumed": 0, **self.of("tls_handshakes")},
            "authentications": {
                scheme: {"begun": begun.get(scheme, 0), "completed": completed.get(scheme, 0)}
                for scheme in sorted({*begun, *completed})
            },
            **{kind: self.of(kind) for kind in ("actions", "executions", "replays")},
        }


def last_part(uri: str) -> str:
    """What an Action or a resource URI is called: behind its last slash."""
    return uri.rstrip("/").rpartition("/")[2]
