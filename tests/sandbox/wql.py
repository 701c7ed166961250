# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WMI's query language, read into a tree: data queries (SELECT) and ASSOCIATORS OF, REFERENCES OF.

Grammar::

    query      = SELECT ("*" | path {"," path}) FROM name [WHERE either]
               | (ASSOCIATORS | REFERENCES) OF "{" object path "}" [WHERE {name "=" name}]
    either     = both {OR both}
    both       = inverse {AND inverse}
    inverse    = NOT inverse | "(" either ")" | comparison
    comparison = path [IS] [NOT] NULL | path ISA text | path LIKE text | operand operator operand

Keywords have no case. What a query means is ``conditions.py``'s.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+))
    |(?P<word>[A-Za-z_]\w*)
    |(?P<braces>\{[^{}]*\})
    |(?P<mark><>|!=|<=|>=|[=<>(),.*])""",
    re.VERBOSE | re.DOTALL,
)
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_OPERATORS = frozenset(["=", "<>", "<", "<=", ">", ">="])
_RESERVED = frozenset(
    ["select", "from", "where", "and", "or", "not", "like", "is", "isa", "null", "within", "group", "by", "having"]
)
_ASSOCIATION_WORDS = {
    "assocclass": "association_class",
    "resultclass": "result_class",
    "role": "role",
    "resultrole": "result_role",
}


class WQLError(ValueError):
    """The text is no query; the message says why."""


Path = tuple[str, ...]
Constant = str | int | float | bool | None


@dataclasses.dataclass(frozen=True)
class Comparison:
    """``path operator constant``; operator ``=``, ``<>``, ``<``, ``<=``, ``>``, ``>=`` or ``like``."""

    path: Path
    operator: str
    constant: Constant


@dataclasses.dataclass(frozen=True)
class IsA:
    """``path ISA class``."""

    path: Path
    class_name: str


@dataclasses.dataclass(frozen=True)
class Not:
    """The opposite of *condition*."""

    condition: Condition


@dataclasses.dataclass(frozen=True)
class Joined:
    """All (``and``) or any (``or``) of *conditions*."""

    operator: str
    conditions: tuple[Condition, ...]


Condition = Comparison | IsA | Not | Joined


@dataclasses.dataclass(frozen=True)
class Query:
    """``SELECT``: the paths to return (None: all properties), the class, the condition."""

    select: tuple[Path, ...] | None
    class_name: str
    where: Condition | None = None


@dataclasses.dataclass(frozen=True)
class AssociationQuery:
    """``ASSOCIATORS OF`` or, with *references*, ``REFERENCES OF`` an object path."""

    path: str
    references: bool = False
    association_class: str | None = None
    result_class: str | None = None
    role: str | None = None
    result_role: str | None = None


class Token(t.NamedTuple):
    """A piece of the text; *kind* is a group of the pattern, or ``end``."""

    kind: str
    text: str


def tokens(text: str) -> list[Token]:
    """The pieces of a query, an ``end`` last; WQLError."""
    found = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise WQLError(f"{text[position : position + 10]!r} is not understood")
        kind = t.cast(str, match.lastgroup)
        if kind != "space":
            found.append(Token(kind, match.group()))
        position = match.end()
    return [*found, Token("end", "")]


def parse(text: str) -> Query | AssociationQuery:
    """The tree of a query; WQLError."""
    parser = _Parser(tokens(text))
    if parser.peek().text.lower() in ("associators", "references"):
        found: Query | AssociationQuery = parser.association_query()
    else:
        found = parser.query()
    parser.end()
    return found


def unquote(text: str) -> str:
    """A string literal's value: a backslash takes the next character as it is."""
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
        self.at = 0

    def peek(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        token = self.tokens[self.at]
        self.at += token.kind != "end"
        return token

    def keyword(self, word: str) -> bool:
        token = self.peek()
        if token.kind == "word" and token.text.lower() == word:
            self.at += 1
            return True
        return False

    def mark(self, mark: str) -> bool:
        token = self.peek()
        if token.kind == "mark" and token.text == mark:
            self.at += 1
            return True
        return False

    def expect(self, word: str) -> None:
        if not (self.keyword(word) if word.isalpha() else self.mark(word)):
            raise WQLError(f"{word.upper()} expected, not {self.peek().text or 'the end'!r}")

    def end(self) -> None:
        if self.peek().kind != "end":
            raise WQLError(f"{self.peek().text!r} stands behind the end of the query")

    def name(self) -> str:
        token = self.next()
        if token.kind != "word" or token.text.lower() in _RESERVED:
            raise WQLError(f"a name expected, not {token.text or 'the end'!r}")
        return token.text

    def path(self) -> Path:
        found = [self.name()]
        while self.mark("."):
            found.append(self.name())
        return tuple(found)

    def query(self) -> Query:
        self.expect("select")
        select: list[Path] | None = None
        if not self.mark("*"):
            select = [self.path()]
            while self.mark(","):
                select.append(self.path())
        self.expect("from")
        class_name = self.name()
        where = self.either() if self.keyword("where") else None
        return Query(None if select is None else tuple(select), class_name, where)

    def either(self) -> Condition:
        return self._joined("or", self.both)

    def both(self) -> Condition:
        return self._joined("and", self.inverse)

    def _joined(self, operator: str, part: t.Callable[[], Condition]) -> Condition:
        found = [part()]
        while self.keyword(operator):
            found.append(part())
        return found[0] if len(found) == 1 else Joined(operator, tuple(found))

    def inverse(self) -> Condition:
        if self.keyword("not"):
            return Not(self.inverse())
        if self.mark("("):
            inner = self.either()
            self.expect(")")
            return inner
        return self.comparison()

    def comparison(self) -> Condition:
        token = self.peek()
        if token.kind in ("text", "number") or token.text.lower() in ("true", "false", "null"):
            constant = self.constant()
            operator = self.operator()
            return Comparison(self.path(), _MIRRORED.get(operator, operator), constant)
        path = self.path()
        if self.keyword("is"):
            operator = "<>" if self.keyword("not") else "="
            self.expect("null")
            return Comparison(path, operator, None)
        if self.keyword("isa"):
            return IsA(path, self.text())
        if self.keyword("like"):
            return Comparison(path, "like", self.text())
        return Comparison(path, self.operator(), self.constant())

    def operator(self) -> str:
        token = self.next()
        found = "<>" if token.text == "!=" else token.text
        if token.kind != "mark" or found not in _OPERATORS:
            raise WQLError(f"an operator expected, not {token.text or 'the end'!r}")
        return found

    def text(self) -> str:
        token = self.next()
        if token.kind != "text":
            raise WQLError(f"a string expected, not {token.text or 'the end'!r}")
        return unquote(token.text)

    def constant(self) -> Constant:
        token = self.next()
        if token.kind == "text":
            return unquote(token.text)
        if token.kind == "number":
            return _number(token.text)
        folded = token.text.lower()
        if token.kind == "word" and folded in ("true", "false", "null"):
            return {"true": True, "false": False}.get(folded)
        raise WQLError(f"a constant expected, not {token.text or 'the end'!r}")

    def association_query(self) -> AssociationQuery:
        references = self.next().text.lower() == "references"
        self.expect("of")
        braces = self.next()
        if braces.kind != "braces":
            raise WQLError("an object path in braces expected")
        given: dict[str, str] = {}
        if self.keyword("where"):
            while self.peek().kind == "word":
                word = self.next().text.lower()
                if word not in _ASSOCIATION_WORDS or _ASSOCIATION_WORDS[word] in given:
                    raise WQLError(f"{word!r} does not belong there")
                self.expect("=")
                given[_ASSOCIATION_WORDS[word]] = self.name()
            if not given:
                raise WQLError("WHERE without conditions")
        if references and not given.keys() <= {"result_class", "role"}:
            raise WQLError("REFERENCES OF takes ResultClass and Role only")
        return AssociationQuery(braces.text[1:-1].strip(), references, **given)


def _number(text: str) -> int | float:
    if "x" in text.lower():
        return int(text, 16)
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
