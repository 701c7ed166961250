# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reached the service, request by request: the tests' evidence."""

from __future__ import annotations

import collections
import dataclasses
import threading
import typing as t

_KEPT = 20000
_BODIES = 1000


@dataclasses.dataclass
class Record:
    """One HTTP exchange. *connection* counts TCP connections from 1; *authorization* is the scheme's name alone;
    *request* is the body where bodies are kept, as plain text if it was *encrypted*; *fault* the subcode that was
    answered. *scheme* is what the user came in by, if not now then earlier on the connection; *mechanism* what that
    agreed upon (``ntlm``, ``kerberos``). *response_bytes* counts the plain answer. *replayed*: the request had been
    sent before, and was answered from that."""

    connection: int
    secure: bool
    method: str
    path: str
    status: int
    authorization: str | None = None
    scheme: str | None = None
    mechanism: str | None = None
    encrypted: bool = False
    user: str | None = None
    user_agent: str | None = None
    action: str | None = None
    resource_uri: str | None = None
    fault: str | None = None
    request_bytes: int = 0
    response_bytes: int = 0
    seconds: float = 0.0
    replayed: bool = False
    request: bytes | None = dataclasses.field(default=None, repr=False)

    def to_plain(self) -> dict[str, t.Any]:
        """For JSON."""
        plain = dataclasses.asdict(self)
        plain["request"] = None if self.request is None else self.request.decode(errors="replace")
        return plain


class Journal:
    """The last records, and how many there ever were. *bodies*: keep the requests' bodies of the last thousand."""

    def __init__(self, *, bodies: bool) -> None:
        self._records: collections.deque[Record] = collections.deque(maxlen=_KEPT)
        self._with_body: collections.deque[Record] = collections.deque()
        self._bodies = bodies
        self._lock = threading.Lock()
        self.requests = 0

    def add(self, record: Record) -> None:
        """One more."""
        with self._lock:
            self.requests += 1
            self._records.append(record)
            if not self._bodies:
                record.request = None
                return
            self._with_body.append(record)
            if len(self._with_body) > _BODIES:
                self._with_body.popleft().request = None

    def list(self) -> list[Record]:
        """The records, oldest first."""
        with self._lock:
            return list(self._records)

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._records.clear()
            self._with_body.clear()
            self.requests = 0
