# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate, Pull and Release: the only conversation of the protocol, as an object without IO (DSP0226 8).

Ask for the next request, send it, feed the answer, until there is no request; whoever ends early calls ``stop`` and
goes on until then, so that the context on the service is released::

    while request := enumeration.next_request():
        restarts = enumeration.restarts
        try:
            response = send(request)
        except WSManError as error:
            if not enumeration.fail(error):
                raise
            if enumeration.restarts > restarts:
                items.clear()
        else:
            items += enumeration.feed(response)

Who knows the next context before an answer is read may send ``ahead``, and ``take`` what was read meanwhile. The rules
are protocol.md §5.3's, and state.md §4's for what fails half-way.
"""

from __future__ import annotations

import copy
import typing as t
from xml.etree.ElementTree import Element, SubElement

from . import enumerated, envelope, filters, recovery, uris, xml
from .addressing import Target
from .enumerated import Batch, Item
from .envelope import Request, Response
from .errors import ProtocolError, TransportError, UsageError, WSManError
from .filters import Filter

__all__ = ["MODES", "POLYMORPHISM", "Enumeration", "Item"]

MODES: t.Final[dict[str, str | None]] = {
    "object": None,
    "epr": "EnumerateEPR",
    "object_and_epr": "EnumerateObjectAndEPR",
}
POLYMORPHISM: t.Final = {
    "include_subclass_properties": "IncludeSubClassProperties",
    "exclude_subclass_properties": "ExcludeSubClassProperties",
    "none": "None",
    "deep": "IncludeSubClassProperties",
    "base_properties_only": "ExcludeSubClassProperties",
    "shallow": "None",
}
#: An answer under this share of the largest envelope, and in this time (s), lets twice as many be asked for.
_SHARE: t.Final = 1 / 3
_SECONDS: t.Final = 1.0
#: Never more than Windows gives at all (MaxBatchItems, 32,000 as it is delivered).
_MOST: t.Final = 32_000
_NEVER_ARRIVED: t.Final = ("resolve", "connect", "proxy", "tls", "authentication")
_CONTEXT: t.Final = xml.qname(uris.NS_ENUMERATION, "EnumerationContext")
_EXPIRES: t.Final = xml.qname(uris.NS_ENUMERATION, "Expires")

_Error = t.TypeVar("_Error", bound=WSManError)
_Chosen = t.TypeVar("_Chosen")


class Enumeration:
    """One enumeration of *target*.

    *return_type* is ``object``, ``epr`` or ``object_and_epr``; *polymorphism* a name of ``POLYMORPHISM``, sent only if
    given, as Windows takes none (MS-WSMV 3.2.4.1.18). *max_elements* are asked for at a time, at most *limit* in all;
    where it *grows*, that is what is asked for first (``answered``).
    *optimize* asks for the first items with the answer to Enumerate. *operation_timeout*, *max_envelope_size* and
    *locale* go with every request, because a Pull must repeat the headers of its Enumerate (rule 5).
    """

    def __init__(
        self,
        target: Target,
        *,
        filter: Filter | None = None,
        return_type: str = "object",
        polymorphism: str | None = None,
        max_elements: int = 100,
        grows: bool = False,
        limit: int | None = None,
        total_estimate: bool = False,
        optimize: bool = True,
        operation_timeout: float | None = None,
        max_envelope_size: int | None = None,
        locale: str | None = None,
    ) -> None:
        self.target = target
        self.filter = filter
        self._selectors = filters.selectors_of(filter)
        self.return_type = return_type
        self.mode = _choose(MODES, return_type, "return_type")
        self.polymorphism = None if polymorphism is None else _choose(POLYMORPHISM, polymorphism, "polymorphism")
        self.max_elements = self._first_batch = _positive(max_elements, "max_elements")
        self.grows = grows
        self.limit = None if limit is None else _positive(limit, "limit")
        self.total_estimate = total_estimate
        self.optimize = optimize
        self._headers: dict[str, t.Any] = {
            "operation_timeout": operation_timeout,
            "max_envelope_size": max_envelope_size,
            "locale": locale,
        }
        #: How many items came, and how many Pulls were answered, since it was begun (again).
        self.count = 0
        self.pulls = 0
        #: True where *limit* ended it before the service said that there is no more.
        self.truncated = False
        self.total_items_count_estimate: int | None = None
        self._context: Element | None = None
        self._step: t.Literal["enumerate", "pull", "release", "finished"] = "enumerate"
        self._begins_again = False
        self._empty_answers = 0
        self._recovery = recovery.Recovery()

    @property
    def finished(self) -> bool:
        """True when no request is left to send."""
        return self._step == "finished"

    @property
    def awaits_pull(self) -> bool:
        """True where the next answer will be one to a Pull."""
        return self._step == "pull"

    @property
    def restarts(self) -> int:
        """How often it was begun again; each time all the items that came before are void."""
        return self._recovery.restarts

    @property
    def recovered(self) -> list[dict[str, t.Any]]:
        """What failed and was put right: ``{at_pull, fault, action, max_elements}`` each (``recovery.py``)."""
        return list(self._recovery.events)

    def next_request(self) -> Request | None:
        """The request to send now; the same again until its answer is fed, or ``fail`` or ``stop`` is called."""
        if self._step == "enumerate":
            return self._request(uris.ACTION_ENUMERATE, self._enumerate_body(), repeatable=True)
        if self._step == "pull":
            return self._request(uris.ACTION_PULL, self._pull_body())
        if self._step == "release":
            return self._request(uris.ACTION_RELEASE, self._context_body("Release"), repeatable=True)
        return None

    def feed(self, response: Response) -> list[Item]:
        """The items of an answer, in order, as elements. Raises as ``take``."""
        if self._step in ("release", "finished"):
            self._released()
            return []
        return self.take(enumerated.batch(response))

    def take(self, batch: Batch) -> list[Item]:
        """The items of an answer that count, in order.

        ProtocolError, with a Release to follow, where the service goes round, or has answered something else.
        """
        pulled = self._step == "pull"
        wanted = "PullResponse" if pulled else "EnumerateResponse"
        self._recovery.answered()
        self.pulls += pulled
        if batch.kind != wanted:
            self.stop()
            raise self._counted(ProtocolError(f"the service's answer has no {wanted}"))
        if batch.estimate is not None:
            self.total_items_count_estimate = batch.estimate
        self._context = batch.context
        selected = self._select(enumerated.resolve(batch.items, self.target, self.return_type))
        self._advance(batch.ended, empty=pulled and not batch.items)
        return selected

    def ahead(self, context: Element) -> Request | None:
        """The Pull after an answer that is not taken yet, which has this *context* in it.

        None where it may be that nothing more is wanted: then the answer has to be taken first.
        """
        if self._step not in ("enumerate", "pull") or self.limit is not None:
            return None
        return self._request(uris.ACTION_PULL, self._pull_body(context))

    def answered(self, size: int, seconds: float, envelope: int | None, count: int | None = None) -> None:
        """Note that an answer of *size* octets took *seconds*, where one may have *envelope* octets.

        As long as that is little, twice as many items are asked for from now on, if the number is ours to choose. The
        share leaves room for rows of uneven length: what does not fit into an answer, Openwsman loses (state.md §4).
        Where it is known that the answer has fewer items (*count*) than it might have, it tells nothing of their size.
        """
        little = envelope is not None and size < envelope * _SHARE and seconds < _SECONDS
        tells = count is None or count >= self.max_elements
        if self.grows and little and tells and not self.restarts:
            self.max_elements = max(self.max_elements, min(2 * self.max_elements, _MOST))

    def leave(self, context: Element) -> None:
        """End early, where *context* is that of an answer that nobody reads any more: it is the one to release."""
        self.stop()
        self._context, self._step = context, "release"

    def begin_again(self, context: Element | None = None) -> None:
        """Begin again for a reason of the caller's own: all that came is void, and nothing has failed.

        *context* is that of an answer that was not taken, where there is one.
        """
        if context is not None:
            self._context = context
        self._void()

    def stop(self) -> None:
        """End early: what ``next_request`` returns next is a Release, if the service holds anything."""
        self._begins_again = False
        if not self.finished:
            self._step = "finished" if self._context is None else "release"

    def fail(self, error: WSManError, *, may_restart: bool = True) -> bool:
        """Take note that the last request failed. True: go on, ``next_request`` has a remedy; False: it has failed.

        The remedies are those of ``recovery.py``; *may_restart* is false for a caller that cannot take back what came.
        Where there is none, *error* is given a note of how far it came, and what follows is a Release, if the service
        holds a context that it can be asked to release.
        """
        if self._step in ("release", "finished"):
            self._released()
            return not self.finished
        pull, batch = self._step == "pull", self._batch()
        grown = pull and batch > self._first_batch
        remedy = self._recovery.choose(error, pull=pull, batch=batch if pull or self.optimize else 1, grown=grown)
        if remedy == "repeated":
            self.grows = False
            self.max_elements = min(self.max_elements, self._first_batch)
            self._recovery.repeat(error, self.pulls + 1, self._batch())
            return True
        if recovery.is_gone(error) or (isinstance(error, TransportError) and error.step in _NEVER_ARRIVED):
            self._context = None
        if remedy == "restarted" and may_restart:
            batch = min(batch, self._first_batch)
            halved = recovery.is_too_large(error, pull=pull) or recovery.is_gone(error)
            self._restart(error, pull=pull, batch=max(1, batch // 2) if halved else batch)
            return True
        self._counted(error)
        self.stop()
        return False

    def renew(self, seconds: float) -> Request | None:
        """Ask to keep the context *seconds* longer (DSP0226 8.6); None where there is none."""
        if self._context is None:
            return None
        body = self._context_body("Renew")
        SubElement(body, _EXPIRES).text = envelope.format_timeout(seconds)
        return self._request(uris.ACTION_RENEW, body, repeatable=True)

    def get_status(self) -> Request | None:
        """Ask when the context expires (DSP0226 8.6); None where there is none."""
        if self._context is None:
            return None
        return self._request(uris.ACTION_GET_STATUS, self._context_body("GetStatus"), repeatable=True)

    def read_expires(self, response: Response) -> str | None:
        """When the context expires, as the service says in answer to ``renew`` and ``get_status``; its new context."""
        content = response.content
        if content is None:
            raise ProtocolError("the service's answer is empty")
        context = content.find(_CONTEXT)
        if context is not None and not enumerated.is_blank(context):
            self._context = context
        return content.findtext(_EXPIRES)

    def _request(self, action: str, body: Element, *, repeatable: bool = False) -> Request:
        estimate = self.total_estimate and action == uris.ACTION_ENUMERATE
        return Request(
            action, self.target, body, total_items_count_estimate=estimate, repeatable=repeatable, **self._headers
        )

    def _enumerate_body(self) -> Element:
        body = Element(xml.qname(uris.NS_ENUMERATION, "Enumerate"))
        if self.optimize:
            SubElement(body, xml.qname(uris.NS_WSMAN, "OptimizeEnumeration"))
            SubElement(body, xml.qname(uris.NS_WSMAN, "MaxElements")).text = str(self._batch())
        if self.mode:
            SubElement(body, xml.qname(uris.NS_WSMAN, "EnumerationMode")).text = self.mode
        if self.polymorphism:
            SubElement(body, xml.qname(uris.NS_CIMBINDING, "PolymorphismMode")).text = self.polymorphism
        if self.filter:
            body.append(self.filter.to_element())
        return body

    def _pull_body(self, context: Element | None = None) -> Element:
        """MaxElements always: without it a service may give one item at a time (DSP0226 8.4)."""
        body = self._context_body("Pull", context)
        SubElement(body, xml.qname(uris.NS_ENUMERATION, "MaxElements")).text = str(self._batch())
        return body

    def _context_body(self, name: str, context: Element | None = None) -> Element:
        body = Element(xml.qname(uris.NS_ENUMERATION, name))
        context = self._context if context is None else context
        if context is not None:
            context = copy.deepcopy(context)
            context.tail = None
            body.append(context)
        return body

    def _batch(self) -> int:
        """Never more than are still wanted, unless some of them may not be what the filter selects."""
        most = self.max_elements if self.limit is None or self._selectors else self.limit - self.count
        return min(self.max_elements, most)

    def _select(self, items: list[Item]) -> list[Item]:
        """Those that the filter selects, of services too that take no notice of it, up to the limit."""
        if self._selectors:
            items = [one for one in items if filters.selects(self._selectors, one.element, one.endpoint_reference)]
        wanted = items if self.limit is None else items[: self.limit - self.count]
        self.truncated = len(wanted) < len(items)
        self.count += len(wanted)
        return wanted

    def _advance(self, ended: bool, *, empty: bool) -> None:
        """What follows; two Pulls in a row without items are a service that never ends (state.md §4)."""
        self._step = "pull"
        self._empty_answers = self._empty_answers + 1 if empty else 0
        if ended:
            self._finish()
        elif self.limit is not None and self.count >= self.limit:
            self.truncated = True
            self.stop()
        elif self._empty_answers > 1:
            self.stop()
            remedy = "; leave polymorphism out" if self.polymorphism else ""
            raise self._counted(ProtocolError(f"the service answers Pull without items and without end{remedy}"))

    def _restart(self, error: WSManError, *, pull: bool, batch: int) -> None:
        """Begin again, with *batch* items at a time, after the Release of what the service still holds.

        A service that cannot encode the first items with its answer to Enumerate is asked for them by Pull: of that
        Enumerate no context is known, and what it may have left open there shall not come together with more.
        """
        self._recovery.restart(error, self.pulls + pull, batch, self.count)
        self.optimize = self.optimize and pull
        self.max_elements = batch
        self._void()

    def _void(self) -> None:
        """What came counts no more; Enumerate is next, after the Release of what the service holds."""
        self.count = self.pulls = self._empty_answers = 0
        self._begins_again, self._step = True, "release"
        if self._context is None:
            self._released()

    def _released(self) -> None:
        self._context, self._step = None, "enumerate" if self._begins_again else "finished"
        self._begins_again = False

    def _finish(self) -> None:
        self._context, self._step = None, "finished"

    def _counted(self, error: _Error) -> _Error:
        """*error* with a note of how far the enumeration came."""
        note = self._recovery.tell(self.count)
        if note:
            error.add_note(note)
        return error


def _choose(choices: t.Mapping[str, _Chosen], name: str, option: str) -> _Chosen:
    if name not in choices:
        raise UsageError(f"{name!r} is unknown.", option=option, remedy=f"There are {', '.join(choices)}.")
    return choices[name]


def _positive(number: int, option: str) -> int:
    if number < 1:
        raise UsageError(f"{number} is less than 1.", option=option, remedy="Give 1 or more, or leave it out.")
    return number
