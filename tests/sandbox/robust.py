# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Robust connection on the service's side: each operation with an OperationID is done once, and its answer is kept for
who asks again on another connection (MS-WSMV 3.1.1 OperationMessages, 3.1.2, 3.1.4.1.39, 3.1.5.5, 3.1.6.5, 3.1.6.6).

The messages beside the answer are written as MS-WSMV shows them (3.2.4.2.1.2, 4.11.3).
"""

from __future__ import annotations

import dataclasses
import threading
import time
import typing as t
import uuid
from xml.etree.ElementTree import Element

from . import names
from .authentication import Link
from .faults import Fault
from .headers import must_understand
from .provider import Call

if t.TYPE_CHECKING:
    from .service import Reply

RETENTION = 195.0
_LONGEST, _SHARE = 60.0, 0.7
_ID, _SEQUENCE = f"{{{names.WSMV}}}OperationID", f"{{{names.WSMV}}}SequenceId"
_ACTIONS = "http://schemas.microsoft.com/wbem/wsman/1/wsman/"
_CIM = (  # what the provider of WMI serves (MS-WSMV 3.1.4.1.34.3.1)
    "http://schemas.microsoft.com/wbem/wsman/1/wmi/",
    "http://schemas.dmtf.org/wbem/wscim/1/",
    "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/",
)

_MESSAGE = (
    f'<s:Envelope xmlns:s="{names.SOAP}" xmlns:a="{names.ADDRESSING}" xmlns:w="{names.WSMAN}" xmlns:p="{names.WSMV}">'
    f"<s:Header><a:To>{names.ANONYMOUS}</a:To>"
    f'<w:ResourceURI s:mustUnderstand="true">{_ACTIONS}{{resource}}</w:ResourceURI>'
    f'<a:Action s:mustUnderstand="true">{_ACTIONS}{{action}}</a:Action>'
    "<a:MessageID>uuid:{message_id}</a:MessageID><p:OperationID>{identifier}</p:OperationID></s:Header>"
    "<s:Body>{content}</s:Body></s:Envelope>"
)


@dataclasses.dataclass(eq=False)
class Operation:
    """A row of the table. *link*: the connection that waits for it, None where that is lost; *until*: when the row of a
    lost one goes. *keepalive*: seconds between two signs of life. *reply* is there when it is *done*."""

    key: tuple[str, str]
    identifier: str
    keepalive: float
    encoding: str
    link: Link | None = None
    until: float | None = None
    done: threading.Event = dataclasses.field(default_factory=threading.Event)
    reply: Reply | None = None

    def headers(self) -> list[Element]:
        """What each answer carries: there is one, so that its number is 1."""
        identifier = Element(_ID, {f"{{{names.SOAP}}}mustUnderstand": "false"})
        identifier.text = self.identifier
        sequence = Element(_SEQUENCE)
        sequence.text = "1"
        return [identifier, sequence]

    def alive(self) -> bytes:
        """A Keepalive."""
        return self._message("FullDuplex", "Keepalive", "")

    def acknowledge(self) -> bytes:
        """That the one message of the client's was received."""
        content = "<p:LastSequenceIdReceived>1</p:LastSequenceIdReceived>"
        return self._message("RobustConnection", "Acknowledge", content)

    def _message(self, resource: str, action: str, content: str) -> bytes:
        text = _MESSAGE.format(
            resource=resource,
            action=action,
            message_id=str(uuid.uuid4()).upper(),
            identifier=self.identifier,
            content=content,
        )
        return text.encode(self.encoding)


class Replayed(Exception):
    """The request was sent before: *operation* has, or will have, its answer."""

    def __init__(self, operation: Operation) -> None:
        super().__init__()
        self.operation = operation


class Operations:
    """The table; thread-safe. *retention* and *keepalive* may be changed: seconds; None is what Windows does, the
    lesser of a minute and 70 % of the request's OperationTimeout."""

    def __init__(self, clock: t.Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rows: dict[tuple[str, str], Operation] = {}
        self._lost: set[Operation] = set()
        self.retention = RETENTION
        self.keepalive: float | None = None

    def begin(self, call: Call, link: Link) -> Operation | None:
        """The new row for a request; None where it has no OperationID or is for no CIM object. Raises
        :class:`Replayed` for what is there already, and Faults. *call* gets the headers of its answer."""
        block = call.header.get(_ID)
        identifier = "" if block is None else (block.text or "").strip()
        if block is None or not identifier or not call.manner.robust or not call.resource_uri.lower().startswith(_CIM):
            return None
        made = Operation((call.user, identifier.lower()), identifier, self._interval(call), call.encoding)
        call.every_header += made.headers()
        sequence = call.header.get(_SEQUENCE)
        with self._lock:
            self._expire()
            found = self._rows.get(made.key)
            if found is not None and not must_understand(block):
                raise Fault.named("INVALID_MESSAGE_INFORMATION_HEADER")
            if found is not None:
                self._take(found, link)
            if sequence is None or (sequence.text or "").strip() != "1":
                raise Fault.named("INVALID_MESSAGE_INFORMATION_HEADER")
            if found is not None:
                raise Replayed(found)
            for row in link.operations:
                self._drop(row)
            link.operations = []
            self._rows[made.key] = made
            self._take(made, link)
        return made

    def lost(self, link: Link) -> None:
        """The connection is gone: what it waited for is kept for a while."""
        with self._lock:
            for row in link.operations:
                row.link, row.until = None, self._clock() + self.retention
                self._lost.add(row)
            link.operations = []

    def forget(self) -> None:
        """All of them, as a restart of the service does."""
        with self._lock:
            self._rows.clear()
            self._lost.clear()

    def __len__(self) -> int:
        with self._lock:
            self._expire()
            return len(self._rows)

    def _interval(self, call: Call) -> float:
        return min(_LONGEST, _SHARE * call.operation_timeout) if self.keepalive is None else self.keepalive

    def _take(self, row: Operation, link: Link) -> None:
        if row.link is not None:
            row.link.operations.remove(row)
        row.link, row.until = link, None
        link.operations.append(row)
        self._lost.discard(row)

    def _drop(self, row: Operation) -> None:
        self._rows.pop(row.key, None)
        self._lost.discard(row)

    def _expire(self) -> None:
        now = self._clock()
        for row in [row for row in self._lost if row.until is not None and row.until <= now]:
            self._drop(row)
