# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate, Pull and Release: batches that respect MaxElements and the envelope, contexts, the three modes."""

from __future__ import annotations

import itertools
import typing as t
from xml.etree.ElementTree import Element, SubElement

from . import big, names, soap
from .contexts import Context, Contexts
from .faults import Fault
from .headers import Limits, parse_duration
from .provider import Call, Filter, Item, Provider
from .render import Scope, render, rendered

_N, _W, _A = f"{{{names.ENUMERATION}}}", f"{{{names.WSMAN}}}", f"{{{names.ADDRESSING}}}"
_MODES = {None: "object", "EnumerateEPR": "epr", "EnumerateObjectAndEPR": "object_and_epr"}
# What an envelope without items needs at most: its prefixes, header and the elements around the items.
OVERHEAD = 2048


class Enumerations:
    """The enumeration actions on any provider; holds the open contexts."""

    def __init__(self, contexts: Contexts) -> None:
        self.contexts = contexts

    def enumerate(self, call: Call, provider: Provider, limits: Limits) -> Element:
        """The EnumerateResponse."""
        body = _expect(call, "Enumerate")
        mode = _mode(body, provider)
        if body.find(_N + "Expires") is not None:
            _check_expires(body.findtext(_N + "Expires") or "")
        polymorphism = body.findtext(f"{{{names.CIMBINDING}}}PolymorphismMode")
        found = provider.enumerate(call, _filter(body), mode, polymorphism.strip() if polymorphism else None)
        if call.manner.total_items_estimate and _W + "RequestTotalItemsCountEstimate" in call.header:
            found = found if isinstance(found, big.Rows) else list(found)
            estimate = Element(_W + "TotalItemsCountEstimate")
            estimate.text = str(len(found))
            call.reply_headers.append(estimate)
        answer = Element(_N + "EnumerateResponse")
        texts = _texts(found, mode, call)
        optimized = body.find(_W + "OptimizeEnumeration") is not None
        context = self.contexts.add(call, texts, limits.enumeration_timeout, limits.max_operations_per_user)
        context.endless = (polymorphism or "").strip() in call.manner.endless_modes
        if not optimized:
            _context(answer, context.identifier)
            if call.manner.empty_items:
                SubElement(answer, f"{{{call.manner.items}}}Items")
            return answer
        self.contexts.take(context.identifier, call, check=False)
        style = call.manner
        batch = _batch(context, call, min(_count(body, _W + "MaxElements", 1), limits.max_batch_items))
        return self._finish(answer, call, context, batch, limits, (style.items, style.end))

    def pull(self, call: Call, limits: Limits) -> Element:
        """The PullResponse."""
        body = _expect(call, "Pull")
        style = call.manner
        count = min(_count(body, _N + "MaxElements", style.default_pull_elements), limits.max_batch_items)
        context = self.contexts.take(_identifier(body), call, check=style.strict)
        answer = Element(_N + "PullResponse")
        try:
            batch = [] if call.barren else _batch(context, call, count)
        except Fault:
            self.contexts.put_back(context, limits.enumeration_timeout)
            raise
        return self._finish(answer, call, context, batch, limits, (style.pull_items, style.pull_end))

    def release(self, call: Call) -> None:
        """Close the context; the ReleaseResponse has no body."""
        self.contexts.take(_identifier(_expect(call, "Release")), call, check=False)

    def status(self, call: Call, limits: Limits) -> Element:
        """RenewResponse or GetStatusResponse, for makes that have them (Windows does not, MS-WSMV 3.1.4)."""
        name = names.local(call.action) if "}" in call.action else call.action.rpartition("/")[2]
        context = self.contexts.take(_identifier(_expect(call, name)), call, check=False)
        self.contexts.put_back(context, limits.enumeration_timeout)
        answer = Element(_N + name + "Response")
        SubElement(answer, _N + "Expires").text = f"PT{limits.enumeration_timeout:.3f}S"
        return answer

    def _finish(
        self, answer: Element, call: Call, context: Context, batch: list[str], limits: Limits, spaces: tuple[str, str]
    ) -> Element:
        """Fill in items, and the context or the end of the sequence."""
        context.held = context.next()
        ended = context.held is None and not context.endless and not call.barren
        if not ended:
            self.contexts.put_back(context, limits.enumeration_timeout, renamed=call.manner.new_context)
            _context(answer, context.identifier)
        elif call.manner.empty_context or answer.tag == _N + "EnumerateResponse":
            _context(answer, context.identifier if call.manner.last_context else None)
        items = Element(f"{{{spaces[0]}}}Items")
        items.append(rendered("".join(batch)))
        first = call.manner.items_first and answer.tag == _N + "EnumerateResponse"
        answer.insert(0 if first else len(answer), items)
        if ended:
            SubElement(answer, f"{{{spaces[1]}}}EndOfSequence")
        return answer


def _expect(call: Call, name: str) -> Element:
    if call.body is None or call.body.tag != _N + name:
        raise Fault.named("SCHEMA_VALIDATION_ERROR")
    return call.body


def _identifier(body: Element) -> str:
    return (body.findtext(_N + "EnumerationContext") or "").strip()


def _context(answer: Element, identifier: str | None) -> None:
    SubElement(answer, _N + "EnumerationContext").text = identifier


def _mode(body: Element, provider: Provider) -> str:
    text = body.findtext(_W + "EnumerationMode")
    mode = _MODES.get(text.strip() if text is not None else None)
    if mode is None or (mode != "object" and not provider.enumeration_modes):
        raise Fault.named("ENUMERATION_MODE_UNSUPPORTED")
    return mode


def _filter(body: Element) -> Filter | None:
    found = [element for element in body if element.tag in (_W + "Filter", _N + "Filter")]
    if len(found) > 1:
        raise Fault.named("ENUMERATE_CANNOT_PROCESS_FILTER")
    return Filter((found[0].get("Dialect") or names.XPATH).strip(), found[0]) if found else None


def _check_expires(text: str) -> None:
    if parse_duration(text) is None:
        raise Fault.named("ENUMERATE_INVALID_EXPIRATION_TIME")


def _count(body: Element, tag: str, default: int) -> int:
    text = body.findtext(tag)
    if text is None:
        return default
    if not text.strip().isdecimal() or int(text) == 0:
        raise Fault.named("SCHEMA_VALIDATION_ERROR")
    return int(text)


def _texts(found: t.Iterable[Item], mode: str, call: Call) -> t.Iterator[str]:
    """Each item as XML text; written with the Envelope's prefixes, so that it can be put into any answer."""
    scope = call.manner.scope
    if isinstance(found, big.Rows):
        return found.texts(scope)
    return _each(found, mode, call, scope)


def _each(found: t.Iterable[Item], mode: str, call: Call, scope: Scope) -> t.Iterator[str]:
    reference = f"{_A}EndpointReference"
    for item in found:
        if mode == "object":
            yield render(item.element, scope)
            continue
        element = soap.endpoint_reference(reference, item.resource_uri, item.selectors, call.manner.address)
        if mode == "object_and_epr":
            both = Element(_W + "Item")
            both.extend([item.element, element])
            element = both
        yield render(element, scope)


def _batch(context: Context, call: Call, count: int) -> list[str]:
    """Up to *count* items that fit into the envelope; one that alone does not fit is a fault and stays where it is.
    Openwsman takes *count* of them and fails if they do not fit: they are gone (wire/openwsman 110 to 113)."""
    room = call.max_envelope_size - OVERHEAD - 512
    batch: list[str] = []
    if isinstance(context.items, big.Texts) and not call.manner.overflow_lost:
        return _big_batch(context, context.items, count, room // call.octets)
    if call.manner.overflow_lost:
        batch = list(itertools.islice(iter(context.next, None), count))
        if sum(len(item.encode()) for item in batch) * call.octets > room:
            raise Fault.named("MAX_ENVELOPE_SIZE_EXCEEDED")
        return batch
    while len(batch) < count:
        item = context.next()
        if item is None:
            break
        room -= (len(item) if item.isascii() else len(item.encode())) * call.octets
        if room < 0:
            context.held = item
            if not batch:
                raise Fault.named("MAX_ENVELOPE_SIZE_EXCEEDED")
            break
        batch.append(item)
    return batch


def _big_batch(context: Context, texts: big.Texts, count: int, room: int) -> list[str]:
    """The same of many rows at once, which are ASCII."""
    if context.held is not None:
        context.held = None
        texts.back()
    text = texts.take(count, room)
    if not text and texts.more:
        raise Fault.named("MAX_ENVELOPE_SIZE_EXCEEDED")
    return [text] if text else []
