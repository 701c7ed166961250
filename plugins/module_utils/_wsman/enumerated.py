# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer to Enumerate or Pull holds: its items, the context, and whether that is all (protocol.md §5.3).

Bytes become that in ``pull_reader.py``; the conversation is ``enumeration.py``'s.
"""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element

from . import addressing, instance, uris, xml
from .addressing import EndpointReference, Target
from .envelope import Response
from .instance import Instance
from .schema import Schema

_PROTOCOL: t.Final = (uris.NS_ENUMERATION, uris.NS_WSMAN)
_ITEM: t.Final = frozenset(xml.qname(namespace, "Item") for namespace in _PROTOCOL)
_ITEMS: t.Final = frozenset(xml.qname(namespace, "Items") for namespace in _PROTOCOL)
_ESTIMATE: t.Final = xml.qname(uris.NS_WSMAN, "TotalItemsCountEstimate")


@dataclasses.dataclass(slots=True)
class Item:
    """One item: an instance (or ``wsman:XmlFragment``), its endpoint reference, or both, as was asked for.

    The instance is an *element*, or read already: *instance*, by *schema*. *not_json* names those of its properties
    that are neither null, text, number nor a list of these, none of which is or holds a reference or an instance; it is
    None where nobody has looked.
    """

    element: Element | None = None
    endpoint_reference: EndpointReference | None = None
    instance: Instance | None = None
    schema: Schema | None = None
    not_json: frozenset[str] | None = None


@dataclasses.dataclass(frozen=True)
class Batch:
    """One answer: its *items* as they came, *context* to pull with (None at the end), and whether that is all.

    *estimate* is how many there are, where the service says it; *kind* is ``EnumerateResponse`` or ``PullResponse``.
    """

    items: list[Item]
    context: Element | None
    ended: bool
    estimate: int | None = None
    kind: str | None = None


def batch(response: Response) -> Batch:
    """What *response* holds, its items as elements; nothing, and the end, where it answers something else."""
    content, kind = response.content, kind_of(response.content)
    elements, context, ended = ([], None, True) if content is None or kind is None else read(content)
    return Batch([Item(one) for one in elements], context, ended, _estimate(response), kind)


def kind_of(content: Element | None) -> str | None:
    """``EnumerateResponse`` or ``PullResponse``; None for anything else."""
    namespace, name = xml.split(content.tag) if content is not None else (None, "")
    return name if namespace == uris.NS_ENUMERATION else None


def _estimate(response: Response) -> int | None:
    text = "" if response.header is None else (response.header.findtext(_ESTIMATE) or "").strip()
    return int(text) if text.isascii() and text.isdigit() else None


def read(content: Element) -> tuple[list[Element], Element | None, bool]:
    """The items, the context and whether that is all, of the direct children alone: what stands deeper is data.

    Items and EndOfSequence are in either namespace (rule 1). No context, or an empty one, is the end as well (rule 2);
    EndOfSequence makes a context void (rule 3). Openwsman has events directly in the answer to Pull
    (wire/openwsman/133); elsewhere, and beside Items, what is of no namespace of ours is an extension.
    """
    items: list[Element] | None = None
    loose: list[Element] = []
    context, ended = None, False
    for child in content:
        namespace, name = xml.split(child.tag)
        if namespace not in _PROTOCOL:
            loose.append(child)
        elif name == "Items":
            items = [*(items or ()), *child]
        elif name == "EndOfSequence":
            ended = True
        elif is_context(child):
            context = child
    ended = ended or context is None
    if items is None:
        items = loose if xml.local(content.tag) == "PullResponse" else []
    return items, None if ended else context, ended


def is_blank(element: Element) -> bool:
    """True for a context that is none."""
    return not len(element) and not (element.text or "").strip()


def resolve(items: list[Item], target: Target, return_type: str) -> list[Item]:
    """The items of a batch as they were asked for; what was read already is what it is."""
    if all(one.element is None for one in items):
        return items
    return read_items([one.element for one in items if one.element is not None], target, return_type)


def is_context(element: Element) -> bool:
    """True for a context to pull with."""
    namespace, name = xml.split(element.tag)
    return namespace in _PROTOCOL and name == "EnumerationContext" and not is_blank(element)


def is_items(element: Element) -> bool:
    """True for what holds the items of an answer."""
    return element.tag in _ITEMS


def has_parts(element: Element) -> bool:
    """True for a ``wsman:Item``, which holds an instance and its reference."""
    return element.tag in _ITEM


def read_items(elements: list[Element], target: Target, return_type: str) -> list[Item]:
    """Objects, references, or both in one ``wsman:Item`` or one after the other, in either order."""
    if return_type == "object" and not any(one.tag in _ITEM for one in elements):
        return [Item(one) for one in elements]
    items: list[Item] = []
    for parts in _grouped(elements, pairs=return_type == "object_and_epr"):
        reference = next((_reference(part, target) for part in parts if _is_reference(part)), None)
        held = next((part for part in parts if not _is_reference(part)), None)
        items.append(_with_location(Item(held, reference), target))
    return items


def _grouped(elements: list[Element], *, pairs: bool) -> t.Iterator[list[Element]]:
    """The parts of each item. What the first of *pairs* is begins each of them: an instance, or its reference."""
    begins = bool(elements) and _is_reference(elements[0])
    loose: list[Element] = []
    for one in elements:
        if loose and (one.tag in _ITEM or not pairs or _is_reference(one) == begins):
            yield loose
            loose = []
        if one.tag in _ITEM:
            yield list(one)
        else:
            loose = [*loose, one]
    if loose:
        yield loose


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
