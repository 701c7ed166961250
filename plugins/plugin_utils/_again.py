# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a message that failed is sent once more, when, and as what. Sends nothing itself.

Two cases, and nothing is ever executed twice. Where no connection could be opened, nobody has had the message, and
``reconnection_retries`` says how often that is tried again; unless it does, a silent host is not, for that took long.
Where the connection was lost with the message on its way, it is replayed if its caller gave a replay (``robust.py``):
for as long as the service is sure to know what it has done.
"""

from __future__ import annotations

import dataclasses
import random
import time
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import robust
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import OUTCOME_UNKNOWN, TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _failures
from ansible_collections.wsman.automation.plugins.plugin_utils._say import say
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import Exchange

LEAST = 0.25  # seconds between two replays, but for the first, which goes at once
MOST = 15.0
LONGEST = 60.0  # seconds between two tries to open a connection
SLACK = 5.0  # seconds that the last replay has for its connection (MS-WSMV 3.2.2: 180 s, 3.2.5.3: 185 s)
RETRIES = 2  # to open a connection, unless the options say
REMEDY = "Look on the service whether it was carried out, before you run the task again."


@dataclasses.dataclass(frozen=True)
class Message:
    """What goes out: *replay* is what may be sent in place of *data* once the connection was lost.

    *not_after*, a monotonic time, is set on a replay alone: later the service may have forgotten what it has done.
    """

    data: bytes
    heads: t.Mapping[str, str]
    repeatable: bool
    changes: bool
    replay: bytes | None = None
    not_after: float | None = None

    @property
    def is_replay(self) -> bool:
        """Whether the service may have had it before."""
        return self.not_after is not None


class Tries:
    """All tries of one message."""

    def __init__(self, options: SessionOptions, exchange: Exchange) -> None:
        self._options, self._exchange = options, exchange
        self._reconnections = 0
        self._replays = 0

    def next(self, message: Message, error: TransportError, *, left: bool) -> tuple[Message, float] | None:
        """The message to send after *error* and the seconds until then; None where this was the last try.

        *left* says that it, or the beginning of it, went out in the try that failed.
        """
        if message.is_replay:
            return self._replay(message, error, unheard=left and not self._exchange.received)
        if _failures.is_unopened(error):
            return self._reconnect(message, error)
        if message.replay is None or not _failures.is_lost(error):
            return None
        if not left:  # within a login, to a service that has let this account in before
            return self._reconnect(message, error)
        again = dataclasses.replace(
            message, data=message.replay, repeatable=True, not_after=self._exchange.alive_at + robust.SECONDS
        )
        say("The connection was lost while a request was answered; its answer is asked for again.", self._options.host)
        return self._replay(again, error, unheard=False)

    def _reconnect(self, message: Message, error: TransportError) -> tuple[Message, float] | None:
        most = self._options.reconnection_retries
        if most is None:
            most = 0 if _failures.is_late(error) else RETRIES
        if self._reconnections >= most:
            return None
        wait = min(LONGEST, self._options.reconnection_backoff * 2.0 ** min(self._reconnections, 32))
        self._reconnections += 1
        return message, wait

    def _replay(self, message: Message, error: TransportError, *, unheard: bool) -> tuple[Message, float] | None:
        """At once, and then after pauses that grow, by chance of different length for each of many clients.

        *unheard* says that the replay has left, and nothing has come. Who is silent then has nothing to say: a service
        that knows the operation answers at once, if only with a notice.
        """
        until_last = (message.not_after or 0.0) - SLACK - time.monotonic()
        if until_last < 0 or not _failures.is_lost(error) or (unheard and _failures.is_silence(error)):
            return None
        pause = min(MOST, max(LEAST, self._options.reconnection_backoff) * 2 ** (self._replays - 1))
        wait = random.uniform(pause / 2, pause) if self._replays else 0.0
        self._replays += 1
        return message, min(wait, until_last)

    def ended(self, message: Message, error: TransportError) -> TransportError:
        """*error* as it is reported: after a replay it says nothing of the request that was lost before.

        Another error then, for this one may be remembered: a refused secret will be no matter of this request.
        """
        if not message.is_replay:
            return error
        said, remedy = error.message.replace(f" {OUTCOME_UNKNOWN}", ""), error.remedy
        said += " Before, the connection was lost while a request was answered."
        if message.changes:
            said, remedy = f"{said} {OUTCOME_UNKNOWN}", f"{REMEDY} {remedy or ''}".strip()
        ended = TransportError(
            said,
            step=error.step,
            remedy=remedy,
            offered_schemes=error.offered_schemes,
            http_status=error.http_status,
            outcome_unknown=message.changes,
            secret_refused=error.secret_refused,
        )
        ended.lost, ended.silent = error.lost, error.silent
        return ended
