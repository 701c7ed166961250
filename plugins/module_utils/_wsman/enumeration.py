# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate, Pull and Release: the only conversation of the protocol, as an object without IO (DSP0226 8).

Ask for the next request, send it, feed the answer, until there is no request; whoever ends early calls ``stop`` and
goes on until then, so that the context on the service is released::

    while request := enumeration.next_request():
        try:
            response = send(request)
        except WSManError as error:
            if not enumeration.fail(error):
                raise
        else:
            yield from enumeration.feed(response)

The rules are protocol.md §5.3's. Instances stay elements here.
"""

from __future__ import annotations

import copy
import dataclasses
import typing as t
from xml.etree.ElementTree import Element, SubElement

from . import addressing, envelope, instance, uris, xml
from .addressing import EndpointReference, Target
from .envelope import Request, Response
from .errors import ProtocolError, TransportError, UsageError, WSManError, WSManFault
from .filters import Filter

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
#: How often a Pull that timed out is sent again: as often as winrm.vbs does.
PULL_RETRIES: t.Final = 3

_PROTOCOL: t.Final = (uris.NS_ENUMERATION, uris.NS_WSMAN)
_TIMED_OUT: t.Final = ("wsman:TimedOut", "wsen:TimedOut")
_WINDOWS_TIMED_OUT: t.Final = (2150858793, 0x800705B4)
_GONE: t.Final = ("wsen:InvalidEnumerationContext", "wsa:DestinationUnreachable")
_NEVER_ARRIVED: t.Final = ("resolve", "connect", "proxy", "tls", "authentication")
_ITEM: t.Final = xml.qname(uris.NS_WSMAN, "Item")
_ESTIMATE: t.Final = xml.qname(uris.NS_WSMAN, "TotalItemsCountEstimate")
_CONTEXT: t.Final = xml.qname(uris.NS_ENUMERATION, "EnumerationContext")
_EXPIRES: t.Final = xml.qname(uris.NS_ENUMERATION, "Expires")


@dataclasses.dataclass(frozen=True)
class Item:
    """One item: an instance (or ``wsman:XmlFragment``), its endpoint reference, or both, as was asked for."""

    element: Element | None = None
    endpoint_reference: EndpointReference | None = None


class Enumeration:
    """One enumeration of *target*.

    *return_type* is ``object``, ``epr`` or ``object_and_epr``; *polymorphism* a name of ``POLYMORPHISM``, sent only if
    given, as Windows takes none (MS-WSMV 3.2.4.1.18). *max_elements* are asked for at a time, at most *limit* in all.
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
        limit: int | None = None,
        total_estimate: bool = False,
        optimize: bool = True,
        operation_timeout: float | None = None,
        max_envelope_size: int | None = None,
        locale: str | None = None,
    ) -> None:
        self.target = target
        self.filter = filter
        self.return_type = return_type
        self.mode = _choose(MODES, return_type, "return_type")
        self.polymorphism = None if polymorphism is None else _choose(POLYMORPHISM, polymorphism, "polymorphism")
        self.max_elements = _positive(max_elements, "max_elements")
        self.limit = None if limit is None else _positive(limit, "limit")
        self.total_estimate = total_estimate
        self.optimize = optimize
        self._headers: dict[str, t.Any] = {
            "operation_timeout": operation_timeout,
            "max_envelope_size": max_envelope_size,
            "locale": locale,
        }
        #: How many items came, and how many Pulls were answered.
        self.count = 0
        self.pulls = 0
        #: True where *limit* ended it before the service said that there is no more.
        self.truncated = False
        self.total_items_count_estimate: int | None = None
        self._context: Element | None = None
        self._step: t.Literal["enumerate", "pull", "release", "finished"] = "enumerate"
        self._empty_answers = 0
        self._time_outs = 0

    @property
    def finished(self) -> bool:
        """True when no request is left to send."""
        return self._step == "finished"

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
        """The items of an answer, in order. ProtocolError, with a Release to follow, where the service goes round."""
        if self._step in ("release", "finished"):
            self._finish()
            return []
        pulled, self._time_outs = self._step == "pull", 0
        self.pulls += pulled
        content = response.content
        wanted = "PullResponse" if pulled else "EnumerateResponse"
        if content is None or xml.split(content.tag) != (uris.NS_ENUMERATION, wanted):
            self.stop()
            raise ProtocolError(f"the service's answer has no {wanted}")
        self._read_estimate(response)
        items, context, ended = _read(content)
        read = self._take(_read_items(items, self.target, self.return_type))
        self._advance(context, ended, empty=pulled and not items)
        return read

    def stop(self) -> None:
        """End early: what ``next_request`` returns next is a Release, if the service holds anything."""
        if not self.finished:
            self._step = "finished" if self._context is None else "release"

    def fail(self, error: WSManError) -> bool:
        """Take note that the last request failed. True: go on, ``next_request`` has a remedy; False: it has failed.

        A Pull that timed out is sent again (Openwsman has consumed nothing then, state.md §4). In all other cases what
        follows is a Release, if the service holds a context that it can be asked to release.
        """
        if self._step == "release":
            self._finish()
        elif self._step == "pull" and _is_time_out(error) and self._time_outs < PULL_RETRIES:
            self._time_outs += 1
            return True
        elif _is_gone(error) or (isinstance(error, TransportError) and error.step in _NEVER_ARRIVED):
            self._finish()
        else:
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
        if context is not None and not _is_blank(context):
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

    def _pull_body(self) -> Element:
        """MaxElements always: without it a service may give one item at a time (DSP0226 8.4)."""
        body = self._context_body("Pull")
        SubElement(body, xml.qname(uris.NS_ENUMERATION, "MaxElements")).text = str(self._batch())
        return body

    def _context_body(self, name: str) -> Element:
        body = Element(xml.qname(uris.NS_ENUMERATION, name))
        if self._context is not None:
            context = copy.deepcopy(self._context)
            context.tail = None
            body.append(context)
        return body

    def _batch(self) -> int:
        """Never more than are still wanted."""
        return self.max_elements if self.limit is None else min(self.max_elements, self.limit - self.count)

    def _take(self, items: list[Item]) -> list[Item]:
        wanted = items if self.limit is None else items[: self.limit - self.count]
        self.truncated = len(wanted) < len(items)
        self.count += len(wanted)
        return wanted

    def _advance(self, context: Element | None, ended: bool, *, empty: bool) -> None:
        """What follows; two Pulls in a row without items are a service that never ends (state.md §4)."""
        self._context, self._step = context, "pull"
        self._empty_answers = self._empty_answers + 1 if empty else 0
        if ended:
            self._finish()
        elif self.limit is not None and self.count >= self.limit:
            self.truncated = True
            self.stop()
        elif self._empty_answers > 1:
            self.stop()
            raise ProtocolError(
                f"the service answers Pull without items and without end; {self.count} items came before that"
            )

    def _finish(self) -> None:
        self._context, self._step = None, "finished"

    def _read_estimate(self, response: Response) -> None:
        text = "" if response.header is None else (response.header.findtext(_ESTIMATE) or "").strip()
        if text.isascii() and text.isdigit():
            self.total_items_count_estimate = int(text)


def _read(content: Element) -> tuple[list[Element], Element | None, bool]:
    """The items, the context and whether that is all, of the direct children alone: what stands deeper is data.

    Items and EndOfSequence are in either namespace (rule 1). No context, or an empty one, is the end as well (rule 2);
    EndOfSequence makes a context void (rule 3). Openwsman has events directly in the response (wire/openwsman/133).
    """
    items: list[Element] = []
    context, ended = None, False
    for child in content:
        namespace, name = xml.split(child.tag)
        if namespace not in _PROTOCOL:
            items.append(child)
        elif name == "Items":
            items.extend(child)
        elif name == "EndOfSequence":
            ended = True
        elif name == "EnumerationContext" and not _is_blank(child):
            context = child
    ended = ended or context is None
    return items, None if ended else context, ended


def _is_blank(element: Element) -> bool:
    return not len(element) and not (element.text or "").strip()


def _read_items(elements: list[Element], target: Target, return_type: str) -> list[Item]:
    """Objects, references, or both in one ``wsman:Item`` or one after the other."""
    if return_type == "object" and not any(one.tag == _ITEM for one in elements):
        return [Item(one) for one in elements]
    items: list[Item] = []
    for one in elements:
        parts = list(one) if one.tag == _ITEM else [one]
        reference = next((_reference(part, target) for part in parts if _is_reference(part)), None)
        held = next((part for part in parts if not _is_reference(part)), None)
        previous = items[-1] if items and one.tag != _ITEM and return_type == "object_and_epr" else None
        if held is None and previous is not None and previous.endpoint_reference is None:
            items[-1] = dataclasses.replace(previous, endpoint_reference=reference)
        else:
            items.append(Item(held, reference))
    return [_with_location(item, target) for item in items]


def _with_location(item: Item, target: Target) -> Item:
    """Windows' instances carry their address in ``cim:Location`` too."""
    if item.element is None or item.endpoint_reference is not None:
        return item
    location = item.element.find(instance.LOCATION)
    if location is None or not addressing.is_reference(location):
        return item
    return dataclasses.replace(item, endpoint_reference=_reference(location, target))


def _is_reference(element: Element) -> bool:
    return xml.local(element.tag) == "EndpointReference" and addressing.is_reference(element)


def _reference(element: Element, target: Target) -> EndpointReference:
    return addressing.complete(EndpointReference.from_element(element), target)


def _is_time_out(error: WSManError) -> bool:
    return isinstance(error, WSManFault) and (error.subcode in _TIMED_OUT or error.windows_code in _WINDOWS_TIMED_OUT)


def _is_gone(error: WSManError) -> bool:
    """True where the service has no such context (any more); OMI's word for it is the second (wire/omi/13)."""
    return isinstance(error, WSManFault) and error.subcode in _GONE


_Chosen = t.TypeVar("_Chosen")


def _choose(choices: t.Mapping[str, _Chosen], name: str, option: str) -> _Chosen:
    if name not in choices:
        raise UsageError(f"{name!r} is unknown.", option=option, remedy=f"There are {', '.join(choices)}.")
    return choices[name]


def _positive(number: int, option: str) -> int:
    if number < 1:
        raise UsageError(f"{number} is less than 1.", option=option, remedy="Give 1 or more, or leave it out.")
    return number
