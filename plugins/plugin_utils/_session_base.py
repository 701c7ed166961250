# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every session has, wherever its connection is kept: what is known of the service, and how long all may take."""

from __future__ import annotations

import contextlib
import time
import typing as t
import uuid

from ansible_collections.wsman.automation.plugins.module_utils._wsman import envelope, operations
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions

PARTING_SECONDS = 1.0  # for giving back what was opened on a service, once all else is over


class SessionBase:
    """One service with one account.

    *profile* is the caller's to set once it knows what the service is, *identified* once it has answered an Identify,
    and so is *schemas*, what is known of its classes; *robust* once an answer has told that the service keeps its
    answers (``robust.py``). *session_id* is made once.
    """

    profile: t.Any = None
    identified: bool = False
    robust: bool = False

    def __init__(self, options: SessionOptions) -> None:
        self.options = options
        self.schemas: t.Any = None
        self.session_id = str(uuid.uuid4())
        self._deadline_at: float | None = None
        self._is_aside = False

    def identify(self) -> bytes:
        """An Identify for this service."""
        return envelope.dump(operations.identify(), envelope.Settings(to=self.options.url), str(uuid.uuid4()))

    @property
    def seconds_left(self) -> float | None:
        """Until the deadline of what goes on now; None where there is none."""
        return None if self._deadline_at is None else self._deadline_at - time.monotonic()

    @contextlib.contextmanager
    def operation(self) -> t.Iterator[None]:
        """All that is sent inside shares one deadline; without this each request has its own."""
        with self.limited(self._deadline_at or self._next_deadline(), self._is_aside):
            yield

    @contextlib.contextmanager
    def parting(self) -> t.Iterator[None]:
        """What is sent inside has a moment of its own instead: what was opened is given back after a deadline too."""
        with self.limited(time.monotonic() + PARTING_SECONDS, self._is_aside):
            yield

    @contextlib.contextmanager
    def aside(self, seconds: float) -> t.Iterator[None]:
        """What is sent inside nothing depends upon: it has *seconds* at most, and its refusal counts for nothing else.

        Unless it is the first that the service hears of the account: then a 401 is about the secret.
        """
        at = time.monotonic() + seconds
        with self.limited(at if self._deadline_at is None else min(self._deadline_at, at), True):
            yield

    @contextlib.contextmanager
    def limited(self, deadline_at: float | None, is_aside: bool) -> t.Iterator[None]:
        """What is sent inside ends at *deadline_at* (``time.monotonic()``); *is_aside* as in :meth:`aside`."""
        outer = self._deadline_at, self._is_aside
        self._deadline_at, self._is_aside = deadline_at, is_aside
        try:
            yield
        finally:
            self._deadline_at, self._is_aside = outer

    def _next_deadline(self) -> float | None:
        return None if self.options.deadline is None else time.monotonic() + self.options.deadline
