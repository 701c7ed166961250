# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sandbox_Big: as many rows as are asked for, none of them kept, written so fast that a benchmark measures its client.

A row's values follow from its number. All but the number repeat after a thousand rows, so that the text of a thousand
rows, with a hole for each number's thousands, is made once; a batch is a slice of it, joined by the thousands.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import re
import typing as t

from .classes import CIMClass, Instance
from .instances import Writer
from .provider import Item
from .render import Scope, render

NAME = "sandbox_big"
ROWS = 10_000
_CYCLE = 1000
_HOLE = "\ue000"  # for the thousands of a number; no row has this character
_BOUND = re.compile(r"\bwhere\s+number\s*(<=?)\s*(\d+)\s*$", re.IGNORECASE)
_STATES = ("Running", "Stopped", "Paused & waiting", "Unknown")


def values_of(number: int) -> dict[str, t.Any]:
    """The values of a row, by property."""
    place = number % _CYCLE
    return {
        "Number": number,
        "Name": f"item {number}",
        "Caption": f"One of the rows that are alike, at place {place}",
        "Comment": None,
        "State": _STATES[place % 4],
        "Size": 2**63 + place * 4099,
        "Offset": 500 - place,
        "Level": place % 256,
        "Ratio": place / 8,
        "Enabled": place % 3 == 0,
        "Installed": f"2024{place % 12 + 1:02}{place % 28 + 1:02}{place % 24:02}{place % 60:02}00.{place:06}+060",
        "Tags": None if place % 10 == 0 else [f"tag {place % 7}", "<all>", ""][: place % 3 + 1],
        "Codes": [place % 65536, 0, 65535],
    }


class Span(collections.abc.Sequence[Instance]):
    """The rows from 1 to *count*, made when they are looked at."""

    def __init__(self, cim_class: CIMClass, count: int) -> None:
        self.cim_class = cim_class
        self.rows = count

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, index: t.Any) -> t.Any:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(self.rows))]
        if not 0 <= index < self.rows:
            raise IndexError(index)
        return Instance(self.cim_class, values_of(index + 1))

    def bounded(self, query: str) -> Span | None:
        """Those of a query whose condition is no more than an upper bound of the number; None for all others."""
        match = _BOUND.search(query)
        if match is None:
            return None
        bound = int(match[2]) - (match[1] == "<")
        return Span(self.cim_class, max(0, min(self.rows, bound)))


class Extent(collections.abc.Mapping[tuple[t.Any, ...], Instance]):
    """The rows by their key, as the repository wants them. *rows*: how many there are now."""

    def __init__(self, cim_class: CIMClass, count: int) -> None:
        self.cim_class = cim_class
        self.rows = count

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> t.Iterator[tuple[int]]:
        return ((number,) for number in range(1, self.rows + 1))

    def __getitem__(self, key: tuple[t.Any, ...]) -> Instance:
        (number,) = key
        if not isinstance(number, int) or not 1 <= number <= self.rows:
            raise KeyError(key)
        return Instance(self.cim_class, values_of(number))

    def span(self) -> Span:
        """All of them, in order."""
        return Span(self.cim_class, self.rows)


class Rows(collections.abc.Iterable[Item]):
    """The items of an enumeration, in whole."""

    def __init__(self, span: Span, writer: Writer) -> None:
        self.span = span
        self._writer = writer

    def __len__(self) -> int:
        return len(self.span)

    def __iter__(self) -> t.Iterator[Item]:
        return (Item(self._writer.instance(one), "", {}) for one in self.span)

    def texts(self, scope: Scope) -> Texts:
        """Their texts in the scope of an Envelope."""
        return Texts(len(self.span), _blocks(self.span.cim_class, self._writer, scope))


class Texts(t.Iterator[str]):
    """The rows' texts from the first on; several at once by :meth:`take`."""

    def __init__(self, count: int, blocks: tuple[_Block, _Block]) -> None:
        self._count = count
        self._blocks = blocks
        self._next = 1

    def __next__(self) -> str:
        if self._next > self._count:
            raise StopIteration
        return self._take(1)

    @property
    def more(self) -> bool:
        """Whether it goes on."""
        return self._next <= self._count

    def back(self) -> None:
        """Give the last one back."""
        self._next -= 1

    def take(self, count: int, room: int) -> str:
        """Up to *count* rows whose text has at most *room* characters; the empty text where none fits."""
        start = self._next
        count = min(count, int(room / self._blocks[1].mean) + 1)
        while count > 0:
            text = self._take(count)
            if len(text) <= room:
                return text
            taken, self._next = self._next - start, start
            count = min(taken - 1, taken * room // len(text))
        return ""

    def _take(self, count: int) -> str:
        end = min(self._next + count, self._count + 1)
        parts = []
        while self._next < end:
            thousands, first = divmod(self._next, _CYCLE)
            last = min(_CYCLE, first + end - self._next)
            parts.append(self._blocks[thousands > 0].text(thousands, first, last))
            self._next += last - first
        return "".join(parts) if len(parts) != 1 else parts[0]


class _Block:
    """The texts of a thousand rows in one list, between the holes of their numbers."""

    def __init__(self, texts: t.Iterable[str]) -> None:
        rows = [text.split(_HOLE) for text in texts]
        self._holes = len(rows[0]) - 1
        self._heads = [row[0] for row in rows]
        self._tails = [row[-1] for row in rows]
        self.mean = sum(len(part) for row in rows for part in row) / len(rows)  # characters in a row, more or less
        self._inner: list[str] = []
        before = ""
        for first, *middle, last in rows:
            self._inner += [before + first, *middle]
            before = last

    def text(self, thousands: int, first: int, last: int) -> str:
        """The rows at the places from *first* to before *last*."""
        inner = self._inner[first * self._holes + 1 : last * self._holes]
        return (str(thousands) if thousands else "").join([self._heads[first], *inner, self._tails[last - 1]])


_made: dict[t.Any, tuple[_Block, _Block]] = {}


def _blocks(cim_class: CIMClass, writer: Writer, scope: Scope) -> tuple[_Block, _Block]:
    """The blocks of the first thousand numbers, which have no thousands, and of all others."""
    known = (cim_class, writer.uri(cim_class.name), writer.spelling, writer.alphabetical, writer.types, *scope.items())
    if known not in _made:
        number = dataclasses.replace(cim_class.properties["number"], type="string")
        as_text = dataclasses.replace(cim_class, properties={**cim_class.properties, "number": number})

        def texts(digits: str) -> t.Iterator[str]:
            for place in range(_CYCLE):
                text = _HOLE + format(place, digits)
                values = {**values_of(place), "Number": text, "Name": f"item {text}"}
                yield render(writer.instance(Instance(as_text, values)), scope)

        _made[known] = _Block(texts("")), _Block(texts("03"))
    return _made[known]
