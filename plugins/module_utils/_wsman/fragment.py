# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of instances: the path, its header for Windows, and reading and writing it on our side for all others.

The subset of XPath that every service and we agree on: ``P``, ``P[n]``, ``P/text()``, ``P[n]/text()`` (state.md §3).
Knows elements, no types: those are given to the values by ``instance.py``.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from xml.etree.ElementTree import Element

from . import envelope, uris, xml
from .addressing import Target
from .envelope import Response
from .errors import ProtocolError, UsageError

TAG_XML_FRAGMENT: t.Final = xml.qname(uris.NS_WSMAN, "XmlFragment")

_NIL: t.Final = xml.qname(uris.NS_XSI, "nil")
_PATH = re.compile(r"(?:[^\W\d][\w.-]*:)?(?P<name>[^\W\d][\w.-]*)(?:\[(?P<index>[1-9]\d{0,8})\])?(?P<text>/text\(\))?")

#: A text, None for nil, or an element that is more than its text.
Part: t.TypeAlias = "str | Element | None"


@dataclasses.dataclass(frozen=True)
class Path:
    """A parsed path: *name* of the member, *index* from 1 or None for all, *text* where only texts are meant."""

    name: str
    index: int | None = None
    text: bool = False


def from_plain(value: t.Any, option: str = "fragment") -> envelope.Fragment:
    """Read the option: a path, or ``{path, dialect}``; UsageError for anything outside the subset."""
    members = {"path": value} if isinstance(value, str) else value
    if not isinstance(members, dict) or not isinstance(members.get("path"), str) or set(members) - {"path", "dialect"}:
        raise UsageError("it is no path.", option=option, remedy="Give a path, or a dictionary of path and dialect.")
    dialect = members.get("dialect")
    if dialect is not None and dialect not in ("xpath", uris.DIALECT_XPATH):
        raise UsageError(f"the dialect {dialect!r} is not known.", option=option, remedy="Take xpath.")
    path = format(parse(members["path"], option))
    return envelope.Fragment(path, None if dialect is None else uris.DIALECT_XPATH)


def parse(path: str, option: str = "fragment") -> Path:
    """Parse a path; UsageError naming *option* for what is outside the subset, a leading ``/`` included."""
    match = _PATH.fullmatch(path.strip())
    if match is None:
        raise UsageError(
            f"the path {path!r} is not understood.",
            option=option,
            remedy="Write Property, Property[n] (from 1), Property/text() or Property[n]/text(), without a leading /.",
        )
    index = match.group("index")
    return Path(match.group("name"), int(index) if index else None, match.group("text") is not None)


def format(path: Path) -> str:
    """The text of a path, without a prefix: the service would have to know it."""
    index = f"[{path.index}]" if path.index is not None else ""
    return f"{path.name}{index}{'/text()' if path.text else ''}"


def takes_header(target: Target, *, windows: bool) -> bool:
    """Whether the service may be sent the FragmentTransfer header: Windows, for instances of classes.

    Elsewhere it is ignored, and a Put then nulls every other member (wire/openwsman/151).
    """
    return windows and uris.class_name(target.resource_uri) is not None


def select(path: str, element: Element) -> list[Element]:
    """The members that *path* names, by local name as prefixes are the peer's affair; [] where there are none.

    Upper and lower case are the same (DSP0004 4.2), unless there is a member that is spelled so.
    """
    parsed = parse(path)
    found = [child for child in element if xml.local(child.tag) == parsed.name]
    found = found or [child for child in element if xml.local(child.tag).lower() == parsed.name.lower()]
    return found if parsed.index is None else found[parsed.index - 1 : parsed.index]


def evaluate(path: str, element: Element) -> list[Part]:
    """The values at *path* in an instance; texts are never given a type here."""
    members = select(path, element)
    if parse(path).text:
        return [member.text or "" for member in members if not _is_nil(member)]
    return [_part(member) for member in members]


def read_fragment(response: Response) -> list[Part]:
    """The values in a ``wsman:XmlFragment`` (DSP0226 7.7): of its members, or its own text for ``.../text()``."""
    element = read_members(response)
    if len(element):
        return [_part(member) for member in element]
    return [element.text] if element.text else []


def read_members(response: Response) -> Element:
    """The ``wsman:XmlFragment`` itself; ProtocolError where there is none."""
    content = response.content
    if content is None or content.tag != TAG_XML_FRAGMENT:
        raise ProtocolError("the service's answer has no wsman:XmlFragment although a fragment was asked for")
    return content


def to_value(parts: t.Sequence[t.Any]) -> t.Any:
    """What a task sees: a scalar, a list where the path gives several, None where nothing."""
    return list(parts) if len(parts) > 1 else parts[0] if parts else None


def to_element(path: str, elements: t.Sequence[Element]) -> Element:
    """The ``wsman:XmlFragment`` of a Put (DSP0226 7.10): a member's new elements, or for ``.../text()`` their text."""
    fragment = Element(TAG_XML_FRAGMENT)
    if parse(path).text:
        fragment.text = "".join(element.text or "" for element in elements)
    else:
        fragment.extend(elements)
    return fragment


def _part(element: Element) -> Part:
    if _is_nil(element):
        return None
    return element if len(element) else element.text or ""


def _is_nil(element: Element) -> bool:
    return element.get(_NIL, "").strip().lower() in ("true", "1")
