# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fragment transfer on an instance (DSP0226 7.7): Get cuts a part out, Put lays it back into the whole.

Openwsman's way is at the end: it knows members by name and nothing else (wire/openwsman 064, 065, 085, 151).

The subset of XPath is DSP0226 Annex D.1's Level 1: steps by name, a position, and ``text()`` or ``@name`` last.
"""

from __future__ import annotations

import copy
import re
import typing as t
from xml.etree.ElementTree import Element

from . import names
from .faults import Fault
from .provider import Fragment

_STEP = re.compile(r"(?:(?P<prefix>[A-Za-z_][\w.-]*):)?(?P<name>[A-Za-z_][\w.-]*)(?:\[(?P<position>\d+)\])?")
_TAG = f"{{{names.WSMAN}}}XmlFragment"


class Step(t.NamedTuple):
    """One step: a local name, and a position that counts from 1."""

    name: str
    position: int | None


def parse(fragment: Fragment) -> tuple[list[Step], str | None]:
    """The steps and what stands behind them: ``text()``, ``@name`` or nothing."""
    if fragment.dialect not in (None, "", names.XPATH, "http://schemas.dmtf.org/wbem/wsman/1/wsman/xpath-level-1"):
        raise Fault.named("FRAGMENT_DIALECT_REQUESTED_UNAVAILABLE")
    parts = fragment.path.split("/")
    last = parts.pop() if parts[-1] == "text()" or parts[-1].startswith("@") else None
    matches = [_STEP.fullmatch(part) for part in parts]
    if not matches or None in matches:
        raise Fault.named("INVALID_FRAGMENT_PATH")
    return [Step(m["name"], int(m["position"]) if m["position"] else None) for m in matches if m], last


def _find(element: Element, steps: t.Sequence[Step]) -> list[tuple[Element, Element]]:
    """Pairs of parent and child that the steps select."""
    found = [(element, child) for child in element if names.local(child.tag).lower() == steps[0].name.lower()]
    if steps[0].position is not None:
        found = found[steps[0].position - 1 : steps[0].position]
    if len(steps) == 1:
        return found
    return [pair for _parent, child in found for pair in _find(child, steps[1:])]


def cut(element: Element, fragment: Fragment) -> Element:
    """The ``w:XmlFragment`` of *element*; empty where the path selects nothing."""
    steps, last = parse(fragment)
    answer = Element(_TAG)
    found = [child for _parent, child in _find(element, steps)]
    if last == "text()":
        answer.text = "".join(child.text or "" for child in found) or None
    elif last is not None:
        answer.text = "".join(child.get(last[1:]) or "" for child in found) or None
    else:
        answer.extend(copy.deepcopy(child) for child in found)
    return answer


def lay(element: Element, fragment: Fragment, body: Element) -> Element:
    """A copy of *element* in which the selected part is what *body*, an XmlFragment, holds."""
    steps, last = parse(fragment)
    if body.tag != _TAG:
        raise Fault.named("INVALID_XML_FRAGMENT")
    whole = copy.deepcopy(element)
    found = _find(whole, steps)
    if last is not None:
        if last != "text()" or len(found) != 1:
            raise Fault.named("INVALID_FRAGMENT_PATH")
        found[0][1].text = body.text
        found[0][1].attrib.pop(names.XSI_NIL, None)
        return whole
    parent = found[0][0] if found else whole
    place = list(parent).index(found[0][1]) if found else len(parent)
    for holder, child in found:
        holder.remove(child)
    for offset, child in enumerate(body):
        parent.insert(place + offset, copy.deepcopy(child))
    return whole


def echo(fragment: Fragment) -> Element:
    """The header that answers have too."""
    header = Element(f"{{{names.WSMAN}}}FragmentTransfer", {f"{{{names.SOAP}}}mustUnderstand": "true"})
    header.text = fragment.path
    return header


def named(element: Element, fragment: Fragment) -> Element:
    """The ``w:XmlFragment`` with all members of the name that the path begins with; one alone is in no namespace."""
    wanted = re.split(r"[\[/]", fragment.path.lstrip("/"))[0].rpartition(":")[2]
    answer = Element(_TAG)
    answer.extend(copy.deepcopy(child) for child in element if names.local(child.tag) == wanted)
    if len(answer) == 1:
        answer[0].tag = wanted
    return answer


def alone(element: Element, body: Element | None) -> Element:
    """What *body*, an XmlFragment, holds as a whole representation."""
    if body is None or body.tag != _TAG:
        raise Fault.named("INVALID_XML_FRAGMENT")
    whole = Element(element.tag)
    whole.extend(copy.deepcopy(child) for child in body)
    return whole
