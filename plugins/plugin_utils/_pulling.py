# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One enumeration over one client: while an answer is read and used, the next Pull is on the wire already.

So two answers are held at most, one that is being read and one that arrives. What is wrong with an answer, or with the
use of it, is kept until the exchange that goes on meanwhile is over. The rules of the conversation are ring 1's
(``enumeration.py``); what becomes of the items is the caller's.
"""

from __future__ import annotations

import contextlib
import time
import typing as t
from xml.etree.ElementTree import Element

from ansible.utils.display import Display

from ansible_collections.wsman.automation.plugins.module_utils._wsman import pull_reader, uris
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumerated import Batch
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration, Item
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Request
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import WSManError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.pull_reader import UnknownKind

if t.TYPE_CHECKING:
    from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client, Received

display = Display()

#: Octets of an answer that is read in less time than it takes to ask ahead, and to find out that it was the last.
SMALL = 16 * 1024


class Reader(t.Protocol):
    """Makes rows of items, by the schemas of their classes; without one they stay items, and their instances elements.

    Only ``prepare`` and ``learn`` may send; the others raise UnknownKind where they would have to.
    """

    def prepare(self) -> None:
        """Ask for what will be needed: nothing is open on the service."""

    def load(self, body: bytes, **how: t.Any) -> Batch:
        """What ``pull_reader.read`` gives, by the schemas that are known."""

    def read(self, items: list[Item]) -> t.Sequence[t.Any]:
        """A row for each item."""

    def learn(self, kind: UnknownKind, *, is_open: bool) -> bool:
        """Ask for such a schema, or do without; False where it can be asked for at the next ``prepare`` only."""


class Pulling:
    """Sends the requests of *enumeration*, and hands its items to *consume*, answer by answer.

    *discard* is called where it is begun again (state.md §4): what came until then is void. Without it that is done
    only before the first item. Every request has the headers of the first (protocol.md §5.3, rule 5), whatever is
    learnt of the service meanwhile. *consume* sends nothing and raises nothing but WSManError. *waiting* is called
    whenever a request has left and there is nothing to do but to wait; it raises nothing.
    """

    def __init__(
        self,
        client: Client,
        enumeration: Enumeration,
        consume: t.Callable[[t.Any], None],
        discard: t.Callable[[], None] | None = None,
        reader: Reader | None = None,
        waiting: t.Callable[[], None] | None = None,
    ) -> None:
        self._client = client
        self._enumeration = enumeration
        self._consume = consume
        self._discard = discard
        self._reader = reader
        self._waiting = waiting
        self._settings = client.settings(enumeration.target)
        self._held: Received | None = None  # the last answer, until it is read
        self._taken: list[Item] | None = None  # what it held, until it is consumed
        self._failure: WSManError | None = None
        self._seconds = 0.0  # that the last exchange took

    def run(self) -> None:
        """To the end; released on the service however this ends."""
        with contextlib.closing(self):
            while self.step():
                pass

    def step(self) -> bool:
        """One exchange, or the use of an answer that is held, or both at a time; False when nothing is left to do."""
        if self._held is None:
            request = self._enumeration.next_request()
            if request is not None:
                self._send(request)
            return request is not None
        context = self._next_context()
        ahead = None if context is None else self._enumeration.ahead(context)
        if ahead is None:
            self._use(ask=True)
        else:
            self._send_ahead(ahead)
        return True

    def close(self) -> None:
        """Release what is open on the service.

        Best effort, in a moment of its own: whatever the service says to it, the enumeration is over for us.
        """
        batch = _load(self._held)
        context = None if batch is None else batch.context
        self._held = self._taken = None
        if context is None:
            self._enumeration.stop()
        else:
            self._enumeration.leave(context)
        request = self._enumeration.next_request()
        if request is None:
            return
        with contextlib.suppress(WSManError), self._client.parting():
            while request:
                self._enumeration.feed(self._client.execute(request, settings=self._settings))
                request = self._enumeration.next_request()

    def _send(self, request: Request) -> None:
        """Send what does not depend on an answer that is held."""
        if request.action == uris.ACTION_RELEASE:
            try:
                self._enumeration.feed(self._client.execute(request, settings=self._settings))
            except WSManError as error:
                self._enumeration.fail(error)
            return
        if request.action == uris.ACTION_ENUMERATE and self._reader is not None:
            self._reader.prepare()
        try:
            self._held = self._exchange(request, self._waiting)
        except WSManError as error:
            self._fail(error)

    def _send_ahead(self, request: Request) -> None:
        """Send the next Pull, and use the answer that is held while it is on its way."""
        received, lost = None, None
        try:
            received = self._exchange(request, self._use_meanwhile)
        except WSManError as error:
            lost = error
        try:
            if self._failure is not None:
                raise self._failure
            self._use(ask=True, newest=received)
        except WSManError:
            self._held = received  # whose context is the one to release
            raise
        if not self._enumeration.awaits_pull:
            return  # begun again
        self._held = received
        if lost is not None:
            self._fail(lost)

    def _exchange(self, request: Request, meanwhile: t.Callable[[], None] | None = None) -> Received:
        began = time.monotonic()
        received = self._client.exchange(request, settings=self._settings, meanwhile=meanwhile)
        self._seconds = time.monotonic() - began
        if len(received.body) >= SMALL:  # the next one may be asked for before this one is read
            self._answered(received)
        return received

    def _answered(self, received: Received, count: int | None = None) -> None:
        self._enumeration.answered(len(received.body), self._seconds, self._settings.max_envelope_size, count)

    def _next_context(self) -> Element | None:
        """The context in the answer that is held, if it is large enough to ask ahead and shows it at once."""
        held = self._held
        if held is None or len(held.body) < SMALL:
            return None
        return pull_reader.look_ahead(held.body, held.how["charset"])

    def _use_meanwhile(self) -> None:
        """``_use`` in the middle of an exchange, where nobody can be asked and nothing be raised."""
        try:
            self._use(ask=False)
        except WSManError as error:
            self._failure = error

    def _use(self, *, ask: bool, newest: Received | None = None) -> None:
        """Read and consume the answer that is held; it stays where a schema is lacking and nobody can be asked.

        *newest* is the answer after it, if there is one already.
        """
        while self._held is not None or self._taken is not None:
            try:
                self._read()
                self._hand_over()
            except UnknownKind as kind:
                if not ask:
                    return
                self._learn(kind, newest)

    def _read(self) -> None:
        held = self._held
        if held is None:
            return
        try:
            load = pull_reader.read if self._reader is None else self._reader.load
            batch = load(held.body, **held.how)
        except WSManError as error:
            self._held = None
            self._fail(error)
            return
        self._held = None
        if len(held.body) < SMALL:
            self._answered(held, len(batch.items))
        self._taken = self._enumeration.take(batch)

    def _hand_over(self) -> None:
        taken = self._taken
        if taken is None:
            return
        rows = taken if self._reader is None else self._reader.read(taken)
        self._taken = None
        self._consume(rows)

    def _fail(self, error: WSManError) -> None:
        """Go on as the enumeration knows how to; else *error* is raised."""
        enumeration, restarts = self._enumeration, self._enumeration.restarts
        may_restart = self._discard is not None or enumeration.count == 0
        if not enumeration.fail(error, may_restart=may_restart):
            raise error
        self._show_recovery()
        if enumeration.restarts > restarts and self._discard is not None:
            self._discard()

    def _learn(self, kind: UnknownKind, newest: Received | None) -> None:
        """Have the reader ask for the schema that is lacking, after the end of all that came if it must be.

        Of *newest* and the answer that is held, the last that is no fault tells what is open on the service.
        """
        batch = _load(newest) or _load(self._held)
        context = None if batch is None else batch.context
        is_open = context is not None if batch is not None else not self._enumeration.finished
        if self._reader is None or self._reader.learn(kind, is_open=is_open):
            return
        self._held = self._taken = None
        self._enumeration.begin_again(context)
        if self._discard is not None:
            self._discard()

    def _show_recovery(self) -> None:
        """One line for -vv: an enumeration that takes longer than it should says why."""
        for one in self._enumeration.recovered[-1:]:
            text = "at Pull {at_pull}: {action}, with MaxElements {max_elements}".format(**one)
            display.vv(f"WSMAN {one['fault'] or 'lost connection'} {text}", host=self._client.options.host)


def _load(received: Received | None) -> Batch | None:
    """An answer that nobody reads otherwise, for its context; None where it is none."""
    if received is None:
        return None
    try:
        return pull_reader.read(received.body, **received.how)
    except WSManError:
        return None
