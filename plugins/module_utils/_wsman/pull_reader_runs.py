# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of rows that are spelled alike: a pattern made of rows that the parser has read takes those after them at once.

Where the parser stands between two rows, text that fits the pattern is well-formed, and opens and closes the same
elements in the same scope: the parser would be where it was, and need not see it. What does not fit is the parser's.
What a text may hold only with care, references and ``]]>``, or not at all, is looked for in the whole document
(``references``).
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import re
import typing as t
from xml.etree.ElementTree import Element

from . import uris, xml
from .enumerated import Item
from .instance import Instance, Value
from .pull_reader_rows import NIL, WRAPPED, Column, Irregular, Kind

_NAME: t.Final = r"[^\s<>/!?&'\"=]+"
#: What begins a row, with its name as it is written.
NEXT: t.Final = re.compile(rf"\s*<({_NAME})")

#: How often a pattern is made anew; rows that differ more often than that are not alike.
MOST_CHANGES: t.Final = 24
#: How many properties a pattern may have, and how many characters.
MOST_PROPERTIES: t.Final = 512
MOST_CHARACTERS: t.Final = 64 * 1024
#: How many of the properties may be left out: each is looked for in every row, however short that is.
MOST_OPTIONAL: t.Final = 128
#: How many values an array may have, divided by how many properties there are and how many of them are arrays: at each
#: value in it a match keeps where all groups before are.
MOST_VALUES: t.Final = 128 * 1024
#: How many characters all patterns of an answer may have, each time they are made: so many, and a part of its own. To
#: make one takes some ten times as long as to parse as many; no answer is worth more than it takes to parse it.
LEARNT: t.Final = 4 * 1024
#: As many characters take as long as to make a pattern at all.
_AT_LEAST: t.Final = 256
LEARNT_PART: t.Final = 32

#: Looked for one by one, which is quicker than the expression; surrogates are in no UTF-8.
_UNFIT: t.Final = [one for one in map(chr, (*range(32), 0xFFFE, 0xFFFF)) if uris.UNFIT_FOR_XML.match(one)]
_TEXT: t.Final = "[^<]*"
_INTEGER: t.Final = r"-?[0-9]{1,20}"
_BLANK: t.Final = r"(?:\s[^<>&]*)?/>"
_ROW: t.Final = re.compile(rf"\s*(?P<tag><(?P<name>{_NAME})(?:\s[^<>&]*)?(?<!/)>)")
_CHILD: t.Final = re.compile(
    rf"\s*<(?P<name>{_NAME})"
    rf"(?:>{_TEXT}</(?P=name)>"
    rf"|><(?P<inner>(?P<wrapper>{_NAME})(?:\s[^<>&]*)?(?<!/))>{_TEXT}</(?P=wrapper)></(?P=name)>"
    rf"|(?P<blank>{_BLANK}))"
)
_EMPTY: t.Final = "/>"
_REFERENCE: t.Final = re.compile("&[^;<&]{0,8};?")
_NUMBER: t.Final = re.compile("&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));")
_ENTITIES: t.Final = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}

#: Of so many references it is quicker to look for all of them one after the other.
_FEW: t.Final = 8

#: What stands in a text for other characters, ``&amp;`` last.
References: t.TypeAlias = "dict[str, str]"

_JSON: t.Final = frozenset((str, int, bool, type(None)))
_REALS: t.Final = frozenset((float, type(None)))

_Texts: t.TypeAlias = "t.Sequence[str | None]"


def references(text: str) -> References | None:
    """All that occur in a document; None where no pattern may be used, as a text in it may not be what it seems."""
    if "]]>" in text or any(one in text for one in _UNFIT):
        return None
    found = {one: _ENTITIES.get(one) or _character(one) for one in set(_REFERENCE.findall(text))}
    if None in found.values():
        return None
    return dict(sorted(t.cast("dict[str, str]", found).items(), key=lambda one: one[1] == "&"))


def _character(reference: str) -> str | None:
    """That of a number, if XML has it; of an ampersand by number it would be unclear what it begins."""
    match = _NUMBER.fullmatch(reference)
    number = 0 if match is None else int(match[1], 16) if match[1] else int(match[2])
    character = chr(number) if 0 < number <= 0x10FFFF else "&"
    return None if character == "&" or uris.UNFIT_FOR_XML.match(character) else character


@dataclasses.dataclass
class _Property:
    """How a property is *spelled*: of the tag *tag*, once or *many* times, in all rows unless it is *optional*.

    *inner* is the start tag in a datetime, known once one was *written*. The others are the numbers of groups in the
    pattern: of its text, of the mark of the empty element, and of the mark that says that it is there.
    """

    tag: str
    spelled: str
    column: Column
    optional: bool
    many: bool = False
    inner: str | None = None
    written: bool = False
    group: int = 0
    empty: int = 0
    there: int = 0

    def around(self) -> tuple[str, str]:
        """What stands before and after a text."""
        before, after = f"<{self.spelled}>", f"</{self.spelled}>"
        if self.inner is None:
            return before, after
        return f"{before}<{self.inner}>", f"</{self.inner.split()[0]}>{after}"


class Patterns:
    """Those of the rows of the answer *text*, by the names of these as they are written.

    To make a pattern takes as long as to parse many times its length: there is a bound on all.
    """

    def __init__(self, text: str, known: References) -> None:
        self._text = text
        self._known = known
        self._patterns: dict[str, Pattern] = {}
        self._left = LEARNT + len(text) // LEARNT_PART

    def learn(self, name: str, text: str, row: Element, kind: Kind) -> None:
        """Take in how the *row* of *kind*, named *name*, is written: as *text*, which began where another one ended."""
        if name not in self._patterns:
            self._patterns[name] = Pattern(self._known)
        if self._left > 0:
            self._left -= self._patterns[name].learn(text, row, kind)

    def read(self, place: int) -> tuple[list[Item], int]:
        """The rows from *place* on that are written as others were, and the place after them."""
        read: list[Item] = []
        while (following := NEXT.match(self._text, place)) and following[1] in self._patterns:
            items, place = self._patterns[following[1]].read(self._text, place)
            if not items:
                break
            read += items
        return read, place


class Pattern:
    """How the rows with one start tag are spelled; nothing is until ``learn`` has seen one."""

    _kind: Kind

    def __init__(self, known: References) -> None:
        self._references = known
        self._properties: list[_Property] = []
        self._start: tuple[str, str] | None = None  # the start tag, and the name in it
        self._nil: str | None = None  # as it stands after the name of a property
        self._has_empty = False
        self._has_space = False
        self._changes = 0
        self._lacking = 0  # in how many rows there was less than before: from the second one on, any may be left out
        self._pattern: re.Pattern[str] | None = None

    def learn(self, text: str, row: Element, kind: Kind) -> int:
        """Take in how the *row* is written that *text* is; nothing is changed where no pattern can tell.

        Returns how many characters were made a pattern, or what takes as long.
        """
        self._changes += 1
        if self._changes > MOST_CHANGES:
            return 0
        if self._start is None:
            self._kind = kind
        before = {**vars(self), "_properties": [dataclasses.replace(one) for one in self._properties]}
        written = ""
        try:
            self._compare(text, row)
            written = self._write()
            self._pattern = re.compile(written)
            items, end = self.read(text, 0)
            if end != len(text) or [one.instance for one in items] != [kind.read(row)]:
                raise Irregular
        except Irregular:
            vars(self).update(before)
        return _AT_LEAST + len(written)

    def read(self, text: str, place: int) -> tuple[list[Item], int]:
        """The rows from *place* on that are written so, and the place after them."""
        if self._pattern is None:
            return [], place
        match, start, found = self._pattern.match, place, []
        while one := match(text, place):
            found.append(one.groups())
            place = one.end()
        return self._items(found, escaped=text.find("&", start, place) >= 0), place

    def _compare(self, text: str, row: Element) -> None:
        """What is written with what the parser has read."""
        start = _ROW.match(text)
        if start is None or self._start not in (None, (start["tag"], start["name"])):
            raise Irregular
        place, last, at = start.end(), None, 0
        for child in row:
            match = _CHILD.match(text, place)
            if match is None or xml.local(child.tag) != match["name"].rpartition(":")[2]:
                raise Irregular
            again = match["name"] == last
            if not again:
                at = self._find(match["name"], child, at)
            self._take_in(self._properties[at - 1], match, child, again=again)
            self._has_space |= match[0][0] != "<"
            place, last = match.end(), match["name"]
        if text[place:].lstrip() != f"</{start['name']}>":
            raise Irregular
        self._has_space |= text[place] != "<"
        if len({one.column.name for one in self._properties}) < len(self._properties):
            raise Irregular
        there = {child.tag for child in row}
        lacks = any(one.tag not in there and not one.optional for one in self._properties)
        self._lacking += lacks
        for one in self._properties:
            one.optional |= one.tag not in there or (lacks and self._lacking > 1)
        if sum(one.optional for one in self._properties) > MOST_OPTIONAL:
            raise Irregular
        self._start = start["tag"], start["name"]

    def _find(self, spelled: str, child: Element, at: int) -> int:
        """The place after the property, which stands at *at* or after it, or is new there."""
        for number, one in enumerate(self._properties[at:], at):
            if one.spelled == spelled:
                return number + 1
        column = self._kind.column(child.tag)
        if len(self._properties) >= MOST_PROPERTIES:
            raise Irregular
        self._properties.insert(at, _Property(child.tag, spelled, column, self._start is not None, column.many))
        return at + 1

    def _take_in(self, one: _Property, match: re.Match[str], child: Element, *, again: bool) -> None:
        blank, inner = match["blank"], match["inner"]
        if child.tag != one.tag or one.column.is_whole:
            raise Irregular
        one.many |= again
        if blank == _EMPTY:
            self._has_empty = True
        elif blank is not None:
            if "xmlns" in blank or child.attrib != NIL or self._nil not in (None, blank):
                raise Irregular
            self._nil = blank
        else:
            if one.written and one.inner != inner or inner is not None and not _is_time(one.column, child):
                raise Irregular
            one.inner, one.written = inner, True

    def _write(self) -> str:
        """The pattern: of each property its text, or all its texts with what is around them.

        White space around what may be left out can end at one place only: it is not looked through for each of them.
        """
        tag, name = t.cast("tuple[str, str]", self._start)
        space, skipped = (r"\s*", r"\s*(?=<)") if self._has_space else ("", "")
        parts, count = [rf"\s*{re.escape(tag)}"], 0
        was_there = True
        most = max(MOST_VALUES // max(len(self._properties) * sum(one.many for one in self._properties), 1), 2)
        for one in self._properties:
            before, after = map(re.escape, one.around())
            text = _INTEGER if one.column.range is not None and one.inner is None else _TEXT
            count += 1
            one.group, one.empty, one.there = count, 0, 0
            ways = [f"{before}({text}){after}"]
            if one.many:
                ways = [f"((?:{before}{text}{after}|<{re.escape(one.spelled)}/>){{1,{most}}})"]
            if self._nil is not None:
                ways.append(f"<{re.escape(one.spelled + self._nil)}")
            if self._has_empty and not one.many:
                one.empty = count = count + 1
                ways.append(f"<{re.escape(one.spelled)}()/>")
            part = f"(?:{'|'.join(ways)})"
            if one.optional:
                one.there = count = count + 1
                part = f"{skipped}(?:{part}{skipped}())?" if was_there else f"(?:{part}{skipped}())?"
            else:
                part = space + part
            was_there = not one.optional
            parts.append(part)
        written = f"{''.join(parts)}{space}</{re.escape(name)}>"
        if len(written) > MOST_CHARACTERS:
            raise Irregular
        return written

    def _items(self, found: list[tuple[str | None, ...]], *, escaped: bool) -> list[Item]:
        groups = list(zip(*found, strict=True))
        names = [one.column.name for one in self._properties]
        not_json: set[str] = set()
        columns = [self._values(one, groups, not_json, escaped=escaped) for one in self._properties] if found else []
        rows: t.Iterable[t.Sequence[t.Any]] = zip(*columns, strict=True) if columns else [()] * len(found)
        made: t.Iterable[dict[str, Value]] = (dict(zip(names, row)) for row in rows)  # noqa: B905 - it takes time
        if any(one.optional for one in self._properties):
            made = (
                {name: value for name, value in one.items() if t.cast("t.Any", value) is not _MISSING} for one in made
            )
        name, namespace, schema, others = self._kind.name, self._kind.namespace, self._kind.schema, frozenset(not_json)
        return [Item(None, None, Instance(name, namespace, one, {}, None), schema, others) for one in made]

    def _values(
        self, one: _Property, groups: list[tuple[str | None, ...]], not_json: set[str], *, escaped: bool
    ) -> t.Sequence[t.Any]:
        """The values of a property in all rows; its name goes to *not_json* where one of them is no value of JSON."""
        texts: _Texts = groups[one.group - 1]
        if one.empty:
            texts = ["" if mark is not None else text for text, mark in zip(texts, groups[one.empty - 1], strict=True)]
        read = self._lists if one.many else self._read
        values = read(one, texts, not_json, escaped=escaped)
        if one.there:
            marks = groups[one.there - 1]
            return [_MISSING if mark is None else value for mark, value in zip(marks, values, strict=True)]
        return values

    def _lists(self, one: _Property, texts: _Texts, not_json: set[str], *, escaped: bool) -> list[t.Any]:
        """All texts of all rows are read at once."""
        before, after = one.around()
        empty, blank = f"<{one.spelled}/>", before + after
        whole = [text for text in texts if text is not None]
        if any(empty in text for text in whole):
            whole = [text.replace(empty, blank) for text in whole]
        split = "".join(whole)[len(before) : -len(after)].split(after + before)
        values = self._read(one, split, not_json, escaped=escaped)
        member = one.column.member
        is_array = member is not None and member.array
        lists: list[t.Any] = []
        start = 0
        for text in whole:
            end = start + text.count(after)
            lists.append(list(values[start:end]) if is_array or end > start + 1 else values[start])
            start = end
        if len(lists) == len(texts):
            return lists
        following = iter(lists)
        return [None if text is None else next(following) for text in texts]

    def _read(self, one: _Property, texts: _Texts, not_json: set[str], *, escaped: bool) -> t.Sequence[t.Any]:
        if escaped:
            texts = [self._unescape(text) if text is not None and "&" in text else text for text in texts]
        read, bounds = one.column.reader, one.column.range
        if one.inner is not None:
            read = self._kind.read_time
        elif bounds is not None and None not in texts:
            with contextlib.suppress(ValueError):
                numbers = list(map(int, t.cast("t.Sequence[str]", texts)))
                if bounds[0] <= min(numbers) and max(numbers) <= bounds[1]:
                    return numbers
        if read is None:
            return texts
        values = [None if text is None else read(text) for text in texts]
        if not _is_json(values):
            not_json.add(one.column.name)
        return values

    def _unescape(self, text: str) -> str:
        if len(self._references) > _FEW:
            return _REFERENCE.sub(lambda one: self._references[one[0]], text)
        for reference, character in self._references.items():
            text = text.replace(reference, character)
        return text


def _is_time(column: Column, child: Element) -> bool:
    """True for what stands in a datetime, where nothing else is expected."""
    return child[0].tag in WRAPPED and (column.member is None or column.member.type == "datetime")


def _is_json(values: t.Sequence[t.Any]) -> bool:
    """True where JSON has all of them; of numbers that are many it is enough that their sum is one."""
    types = set(map(type, values))
    return types <= _JSON or (types <= _REALS and math.isfinite(sum(filter(None, values))))


class _Missing:
    """The value of a property that is not there."""


_MISSING: t.Final = _Missing()
