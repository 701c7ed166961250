# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open enumerations: who holds them, until when, and what is left of them (MS-WSMV 3.1.4.1.19, 3.1.4.1.36)."""

from __future__ import annotations

import dataclasses
import threading
import time
import typing as t
import uuid

from .faults import Fault
from .provider import Call

Clock = t.Callable[[], float]


@dataclasses.dataclass
class Context:
    """One enumeration. *items* yields the rest as text; *held* is an item that was taken and not sent yet. *endless*:
    when there are no more, it goes on without any."""

    identifier: str
    user: str
    parameters: tuple[t.Any, ...]
    resource_uri: str
    items: t.Iterator[str]
    deadline: float = 0.0
    held: str | None = None
    endless: bool = False

    def next(self) -> str | None:
        """The next item, or None at the end."""
        if self.held is not None:
            item, self.held = self.held, None
            return item
        return next(self.items, None)


def parameters(call: Call) -> tuple[t.Any, ...]:
    """What a Pull must have in common with its Enumerate; else Windows answers 2150859181."""
    selectors = sorted((name.lower(), str(value).lower()) for name, value in call.selectors.items())
    options = sorted((option.name.lower(), option.value or "") for option in call.options)
    return (call.resource_uri.lower(), tuple(selectors), tuple(options), call.operation_timeout)


class Contexts:
    """The table of open enumerations; thread-safe. *clock* is monotonic seconds."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, Context] = {}

    def add(self, call: Call, items: t.Iterator[str], seconds: float, limit: int) -> Context:
        """Open one for the user of *call*; faults where he has *limit* of them already."""
        identifier = call.manner.new_identifier()
        context = Context(identifier, call.user, parameters(call), call.resource_uri, items, self._clock() + seconds)
        with self._lock:
            self._expire()
            if sum(1 for other in self._open.values() if other.user == call.user) >= limit:
                raise Fault.named("QUOTA_MAX_OPERATIONS")
            self._open[identifier] = context
        return context

    def take(self, identifier: str, call: Call, *, check: bool = True) -> Context:
        """The context for a Pull or Release, removed from the table while it is worked on."""
        with self._lock:
            self._expire()
            context = self._open.get(identifier)
            if context is None or context.user != call.user:
                raise Fault.named("ENUMERATE_INVALID_ENUMERATION_CONTEXT")
            if check and context.parameters != parameters(call):
                raise Fault.named("PULL_PARAMS_NOT_SAME_AS_ENUM")
            return self._open.pop(identifier)

    def put_back(self, context: Context, seconds: float, *, renamed: bool = False) -> None:
        """Keep it for another *seconds*; *renamed* gives it a new identifier, as some services do at each Pull."""
        with self._lock:
            if renamed:
                context.identifier = f"uuid:{str(uuid.uuid4()).upper()}"
            context.deadline = self._clock() + seconds
            self._open[context.identifier] = context

    def steal(self) -> int:
        """Forget all of them, as a restart of the service does; how many there were."""
        with self._lock:
            count = len(self._open)
            self._open.clear()
            return count

    def list(self) -> list[dict[str, str]]:
        """The open ones: identifier, user, resource URI."""
        with self._lock:
            self._expire()
            return [
                {"identifier": context.identifier, "user": context.user, "resource_uri": context.resource_uri}
                for context in self._open.values()
            ]

    def __len__(self) -> int:
        return len(self.list())

    def _expire(self) -> None:
        now = self._clock()
        for identifier in [key for key, context in self._open.items() if context.deadline <= now]:
            del self._open[identifier]
