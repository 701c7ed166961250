# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer to an Enumerate or a Pull: bytes to typed instances in one pass, without a tree of the whole.

Knows nothing of the conversation (``enumeration.py``), and asks its caller for what is known of classes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import re
import typing as t
from xml.etree.ElementTree import Element

from . import enumerated, envelope, instance, uris, xml
from .enumerated import Batch, Item
from .envelope import Response
from .errors import ProtocolError
from .pull_reader_rows import Kind
from .pull_reader_runs import NEXT, Patterns, references
from .schema import Schema

#: The schema of an item by its tag and its ``xsi:type``; None where nothing is known. May raise ``UnknownKind``.
SchemaOf: t.TypeAlias = t.Callable[[str, "str | None"], "Schema | None"]

_BODY: t.Final = xml.qname(uris.NS_SOAP, "Body")
#: Local names as they stand in the octets of an answer.
_END: t.Final = b"EndOfSequence"
_CONTEXT: t.Final = b"EnumerationContext"

#: Octets of an answer in which it is worth while to look how rows are written.
LARGE: t.Final = 64 * 1024
#: Characters that are parsed at a time, where nothing better is known.
STEP: t.Final = 4 * 1024
#: How many rows may be unlike all before them, besides an eighth of all.
MISSES: t.Final = 16
#: Names for an element that shows, by where it comes out, whether the parser stands between two rows.
_PROBES: t.Final = tuple(f"probe{number}" for number in range(8))


class UnknownKind(Exception):
    """The schema of such items must be asked for first: nothing was decoded, ``read`` is to be called again."""

    def __init__(self, tag: str, xsi_type: str | None) -> None:
        self.tag = tag
        self.xsi_type = xsi_type
        super().__init__(tag)


def read(
    data: bytes,
    *,
    charset: str | None = None,
    relates_to: str | None = None,
    http_status: int | None = None,
    service: str | None = None,
    schema_of: SchemaOf | None = None,
) -> Batch:
    """Read an answer; the arguments up to *service* are those of ``envelope.load``, and so are the errors.

    With *schema_of* items become instances, typed by it; without it they stay elements, as those do that hold endpoint
    references (``enumerated.resolve`` reads them).
    """
    how: dict[str, t.Any] = {"charset": charset, "relates_to": relates_to, "http_status": http_status}
    if schema_of is not None:
        rows = _Rows(schema_of)
        with contextlib.suppress(_Mixed):
            with _uncollected():
                root = rows.collect(data, charset)
            return rows.batch(envelope.read_root(root, data, service=service, **how))
    return enumerated.batch(envelope.load(data, service=service, **how))


def look_ahead(data: bytes, charset: str | None = None) -> Element | None:
    """The context to pull with next, where the beginning of an answer shows it for certain; else None.

    It stands before the items, and the name that says the end, or another context, is nowhere in the answer.
    """
    if _END in data or data.count(_CONTEXT) != 2:
        return None
    with contextlib.suppress(ProtocolError):
        for root in xml.grow(data, charset, STEP):
            context = _context_before_items(_content(root))
            if context is not None:
                return context
    return None


@contextlib.contextmanager
def _uncollected() -> t.Iterator[None]:
    """Rows hold no cycles; Python would look for some in all of them, again and again while they become more."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Unlike(Exception):
    """The rows are not alike, or the text is not where they end for certain."""


class _Mixed(Exception):
    """There are ``wsman:Item``: of what stands beside them, too, the neighbours tell what it belongs to."""


class _Rows:
    """The items of one answer, read and taken out of its tree while that grows."""

    def __init__(self, schema_of: SchemaOf) -> None:
        self._schema_of = schema_of
        self._begin()

    def _begin(self) -> None:
        self._kinds: dict[tuple[str, str | None], Kind] = {}
        self._items: list[Item] = []
        self._finished = 0

    def collect(self, data: bytes, charset: str | None) -> Element:
        """The tree without the items."""
        if len(data) >= LARGE:
            with contextlib.suppress(_Unlike, SyntaxError, LookupError, ValueError):
                return self._collect_runs(xml.as_text(data, charset))
            self._begin()
        root: Element | None = None
        for grown in xml.grow(data, charset):
            if grown is not root:
                self._begin()
            root = grown
            self._take(root, complete=False)
        self._take(t.cast(Element, root), complete=True)
        return t.cast(Element, root)

    def _collect_runs(self, text: str | None) -> Element:
        """The same; of rows that are written alike the parser reads the first ones only."""
        known = None if text is None else references(text)
        if text is None or known is None:
            raise _Unlike
        tree = xml.Growing("utf-8")
        rows, fed = _feed_to_items(tree, text)
        probe = _unused(text)
        found = _end_of_first(rows, text, fed)
        patterns = Patterns(text, known)
        missed = 0
        while found is not None and missed <= MISSES + len(self._items) // 8:
            name, place = found
            read = self._feed_rows(tree, rows, text[fed:place], probe)
            if missed and len(read) == 1:  # so it began where the one before ended
                patterns.learn(name, text[fed:place], read[0], self._kind(read[0]))
            items, fed = patterns.read(place)
            self._items += items
            following = NEXT.match(text, fed)
            found = following and _end(text, following[1], fed)
            missed += 1
        for start in range(fed, len(text), STEP):
            tree.feed(text[start : start + STEP])
            self._take(t.cast(Element, tree.root), complete=False)
        root = tree.close()
        self._take(root, complete=True)
        return root

    def _feed_rows(self, tree: xml.Growing, rows: Element, text: str, probe: str) -> list[Element]:
        """Read to the end of a row of *rows*, which are given; _Unlike where that is not where the text ends."""
        tree.feed(text)
        tree.feed(f'<{probe} xmlns=""/>')
        *read, last = rows
        if last.tag != probe or not read:
            raise _Unlike
        self._items += [self._read_row(row) for row in read]
        del rows[:]
        return read

    def batch(self, response: Response) -> Batch:
        """What *response*, whose tree it was, holds."""
        found = enumerated.batch(response)
        loose = [self._read_loose(one.element) for one in found.items if one.element is not None]
        return dataclasses.replace(found, items=[*self._items, *loose])

    def _take(self, root: Element, *, complete: bool) -> None:
        """Read what stands in Items, but for the last row as long as it is not *complete*."""
        content = _content(root)
        if content is None or enumerated.kind_of(content) is None:
            return
        for number in range(self._finished, len(content)):
            grows = not complete and number == len(content) - 1
            if enumerated.is_items(content[number]):
                rows = content[number][: -1 if grows else None]
                self._items += [self._read_row(row) for row in rows]
                del content[number][: len(rows)]
            self._finished = number if grows else number + 1

    def _read_row(self, row: Element) -> Item:
        plan = self._kind(row)
        return Item(None, None, plan.read(row), plan.schema)

    def _kind(self, row: Element) -> Kind:
        kind = (row.tag, row.get(instance.TYPE))
        plan = self._kinds.get(kind)
        if plan is None:
            plan = self._kinds[kind] = Kind(row.tag, self._schema(row))
        return plan

    def _read_loose(self, row: Element) -> Item:
        schema = self._schema(row)
        return Item(instance=instance.from_element(row, schema), schema=schema)

    def _schema(self, row: Element) -> Schema | None:
        if enumerated.has_parts(row):
            raise _Mixed
        return self._schema_of(row.tag, row.get(instance.TYPE))


def _open_items(root: Element | None) -> Element:
    """The Items that grow; an empty element where none do."""
    content = None if root is None else _content(root)
    if content is None or enumerated.kind_of(content) is None or not len(content):
        return Element("")
    return content[-1] if enumerated.is_items(content[-1]) else Element("")


def _unused(text: str) -> str:
    """A name for the probe that nothing else has."""
    for name in _PROBES:
        if name not in text:
            return name
    raise _Unlike


def _feed_to_items(tree: xml.Growing, text: str) -> tuple[Element, int]:
    """The first Items with rows, and how far it was read until one had begun."""
    for start in range(0, len(text), STEP):
        tree.feed(text[start : start + STEP])
        rows = _open_items(tree.root)
        if len(rows):
            content = t.cast(Element, _content(t.cast(Element, tree.root)))
            if any(len(one) for one in content[:-1] if enumerated.is_items(one)):
                break
            return rows, start + STEP
    raise _Unlike


def _end_of_first(rows: Element, text: str, place: int) -> tuple[str, int] | None:
    """How the row that grows is named in the text, and where it seems to end."""
    name = re.escape(xml.local(rows[-1].tag))
    found = re.compile(rf"</((?:[^\s<>/:]+:)?{name})>").search(text, place)
    return found and (found[1], found.end())


def _end(text: str, name: str, place: int) -> tuple[str, int] | None:
    """The same of the row that begins at *place* and is named so."""
    end = f"</{name}>"
    found = text.find(end, place)
    return None if found < 0 else (name, found + len(end))


def _content(root: Element) -> Element | None:
    body = root.find(_BODY)
    return next(iter(body), None) if body is not None else None


def _context_before_items(content: Element | None) -> Element | None:
    """The context, once it is complete: items have begun."""
    if content is None or enumerated.kind_of(content) is None:
        return None
    context = None
    for child in content:
        if enumerated.is_items(child):
            return context
        if enumerated.is_context(child):
            context = child
    return None
