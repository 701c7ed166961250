# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records as text, some at a time: a JSON document for each line, one JSON list, or a table with a line for each.

A record is a dictionary of plain JSON types. Knows nothing of where the text goes.
"""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

Record = dict[str, t.Any]

_QUOTED = re.compile('[,"\r\n]')
_encode = json.JSONEncoder(ensure_ascii=False).encode


class Format(t.Protocol):
    """One file of records, from its first to its last."""

    def format(self, records: t.Sequence[Record]) -> str:
        """The text of the next records."""

    def end(self) -> str:
        """What follows the last one."""


class Lines:
    """JSON Lines: one document a line."""

    def format(self, records: t.Sequence[Record]) -> str:
        return "".join([f"{_encode(one)}\n" for one in records])

    def end(self) -> str:
        return ""


class Document:
    """One JSON list, with a line for each record."""

    def __init__(self) -> None:
        self._is_empty = True

    def format(self, records: t.Sequence[Record]) -> str:
        if not records:
            return ""
        separator = "[\n" if self._is_empty else ",\n"
        self._is_empty = False
        return separator + ",\n".join([_encode(one) for one in records])

    def end(self) -> str:
        return "[]\n" if self._is_empty else "\n]\n"


class Table:
    """Comma-separated values (RFC 4180, with the line ends of Unix) under a line of names.

    The columns are *columns*; those that *first* records have besides come after them, and *last* ones in the end. Null
    is an empty field, an empty text is ``""``, and what is no text is JSON.
    """

    def __init__(
        self, columns: t.Sequence[str] = (), last: t.Sequence[str] = (), first: t.Sequence[Record] = ()
    ) -> None:
        found = dict.fromkeys([*columns, *(name for one in first for name in one)])
        self._columns = [*(name for name in found if name not in last), *last]
        self._has_begun = False

    def format(self, records: t.Sequence[Record]) -> str:
        if not records:
            return ""
        lines = self._head()
        known = frozenset(self._columns)
        for one in records:
            if not known.issuperset(one):
                raise _unknown(next(name for name in one if name not in known))
            lines.append(_line([_cell(one.get(name)) for name in self._columns]))
        return "".join(lines)

    def end(self) -> str:
        return "".join(self._head())

    def _head(self) -> list[str]:
        head = [] if self._has_begun or not self._columns else [_line([_cell(name) for name in self._columns])]
        self._has_begun = True
        return head


def _line(cells: list[str]) -> str:
    """One line; a blank one would be none to many readers."""
    return (",".join(cells) or '""') + "\n"


def _cell(value: t.Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else _encode(value)
    return '"' + text.replace('"', '""') + '"' if not text or _QUOTED.search(text) else text


def _unknown(name: str) -> UsageError:
    return UsageError(
        f"it is not given, and an instance has {name}, which the instances before it did not have.",
        option="properties",
        remedy="Name the columns there, or take another format than csv.",
    )
