# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Managed Object Format, as far as the service's own classes and instances need it (DSP0004 annex A).

``parse`` gives declarations in their order; ``data.py`` makes classes and instances of them. Not supported: aliases,
qualifier declarations and flavours, includes.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .classes import Method, Property

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<character>'(?:[^'\\]|\\.)')
    |(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<word>\#?[A-Za-z_]\w*)
    |(?P<mark>[{}()\[\];:,=])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_CONSTANTS = {"null": None, "true": True, "false": False}


class MOFError(ValueError):
    """The text is no MOF; the message says where."""


@dataclasses.dataclass(frozen=True)
class ClassDeclaration:
    """``class name : superclass { ... };`` with its own members only."""

    name: str
    superclass: str | None
    properties: tuple[Property, ...]
    methods: tuple[Method, ...]
    qualifiers: dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class InstanceDeclaration:
    """``instance of name { ... };`` with the values as MOF has them: a reference is the text of its path."""

    class_name: str
    values: dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class NamespacePragma:
    """``#pragma namespace("...")``: where what follows belongs."""

    namespace: str


Declaration = ClassDeclaration | InstanceDeclaration | NamespacePragma


def parse(text: str) -> list[Declaration]:
    """The declarations of a MOF text."""
    return _Parser(_tokens(text)).declarations()


def _tokens(text: str) -> list[tuple[str, str]]:
    found = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise MOFError(f"line {text.count(chr(10), 0, position) + 1}: {text[position : position + 20]!r}")
        kind = t.cast(str, match.lastgroup)
        if kind != "space":
            found.append((kind, match.group()))
        position = match.end()
    return found


def _unescape(text: str) -> str:
    def value(match: re.Match[str]) -> str:
        found = match.group(1)
        return chr(int(found[1:], 16)) if len(found) > 1 else _ESCAPES.get(found, found)

    return re.sub(r"\\(x[0-9a-fA-F]{1,4}|.)", value, text[1:-1], flags=re.DOTALL)


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead][1] if self.at + ahead < len(self.tokens) else ""

    def next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise MOFError("the text ends in the middle of a declaration")
        self.at += 1
        return self.tokens[self.at - 1]

    def take(self, text: str) -> bool:
        if self.peek().lower() == text:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            before = " ".join(token for _kind, token in self.tokens[max(0, self.at - 6) : self.at])
            raise MOFError(f"{text!r} expected after {before!r}, not {self.peek()!r}")

    def name(self) -> str:
        kind, text = self.next()
        if kind != "word":
            raise MOFError(f"a name expected, not {text!r}")
        return text

    def declarations(self) -> list[Declaration]:
        found: list[Declaration] = []
        while self.at < len(self.tokens):
            if self.take("#pragma"):
                self.expect("namespace")
                found.append(NamespacePragma(self.list("(", ")")[0]))
                continue
            qualifiers = self.qualifiers()
            found.append(self.instance() if self.peek().lower() == "instance" else self.class_(qualifiers))
            self.expect(";")
        return found

    def qualifiers(self) -> dict[str, t.Any]:
        found: dict[str, t.Any] = {}
        if not self.take("["):
            return found
        while not self.take("]"):
            name = self.name().lower()
            found[name] = True
            if self.peek() == "(":
                found[name] = self.list("(", ")")[0]
            elif self.peek() == "{":
                found[name] = self.list("{", "}")
            self.take(",")
        return found

    def list(self, opening: str, closing: str) -> list[t.Any]:
        self.expect(opening)
        found = []
        while not self.take(closing):
            found.append(self.value())
            self.take(",")
        return found

    def value(self) -> t.Any:
        if self.peek() == "{":
            return self.list("{", "}")
        if self.peek().lower() == "instance":
            return self.instance()
        kind, text = self.next()
        if kind == "string":
            parts = [_unescape(text)]
            while self.at < len(self.tokens) and self.tokens[self.at][0] == "string":
                parts.append(_unescape(self.next()[1]))
            return "".join(parts)
        if kind == "character":
            return _unescape(text)
        if kind == "number":
            return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
        if text.lower() in _CONSTANTS:
            return _CONSTANTS[text.lower()]
        raise MOFError(f"a value expected, not {text!r}")

    def instance(self) -> InstanceDeclaration:
        self.expect("instance")
        self.expect("of")
        name = self.name()
        values: dict[str, t.Any] = {}
        self.expect("{")
        while not self.take("}"):
            member = self.name()
            self.expect("=")
            values[member] = self.value()
            self.expect(";")
        return InstanceDeclaration(name, values)

    def class_(self, qualifiers: dict[str, t.Any]) -> ClassDeclaration:
        self.expect("class")
        name = self.name()
        superclass = self.name() if self.take(":") else None
        properties: list[Property] = []
        methods: list[Method] = []
        self.expect("{")
        while not self.take("}"):
            member = self.member(name)
            if isinstance(member, Method):
                methods.append(member)
            else:
                properties.append(member)
        return ClassDeclaration(name, superclass, tuple(properties), tuple(methods), qualifiers)

    def member(self, origin: str) -> Property | Method:
        declared = self.typed(origin)
        if self.take("("):
            parameters = []
            while not self.take(")"):
                parameters.append(self.typed(origin))
                self.take(",")
            self.expect(";")
            kept = {name: value for name, value in declared.qualifiers.items() if name.startswith("embedded")}
            returns = dataclasses.replace(declared, name="ReturnValue", qualifiers=kept)
            return Method(declared.name, returns, tuple(parameters), declared.qualifiers, origin)
        if self.take("="):
            declared = dataclasses.replace(declared, default=self.value())
        self.expect(";")
        return declared

    def typed(self, origin: str) -> Property:
        qualifiers = self.qualifiers()
        type_name = self.name()
        reference = type_name if self.take("ref") else None
        name = self.name()
        array = self.take("[")
        if array:
            self.expect("]")
        return Property(
            name, "reference" if reference else type_name.lower(), array, reference, qualifiers, None, origin
        )
