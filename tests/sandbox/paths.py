# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WMI object paths: ``Win32_Service.Name="Spooler"``, ``Win32_OperatingSystem=@``, one unnamed key as ``Class=1``."""

from __future__ import annotations

import re
import typing as t

from . import values
from .classes import CIMClass, Reference

_HEAD = re.compile(r"(?:[^:=\"']*:)?\s*(?P<name>\w+)\s*(?P<rest>[.=].*)?", re.DOTALL)
_KEY = re.compile(
    r"""\s*(?:(?P<name>\w+)\s*=)?\s*(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<bare>[\w+.-]+))
    \s*(?P<more>,|$)""",
    re.VERBOSE | re.DOTALL,
)


def parse(text: str, find: t.Callable[[str], CIMClass | None]) -> Reference:
    """The reference that a path says, with keys of the class's types; ValueError."""
    match = _HEAD.fullmatch(text.strip())
    cim_class = find(match["name"]) if match else None
    if match is None or cim_class is None:
        raise ValueError(f"{text!r} is no path of a known class")
    rest = match["rest"] or ""
    if rest.strip() == "=@":
        return Reference(cim_class.name, {}, cim_class.namespace)
    return Reference(cim_class.name, _keys(rest, cim_class), cim_class.namespace)


def _keys(rest: str, cim_class: CIMClass) -> dict[str, t.Any]:
    keys: dict[str, t.Any] = {}
    position = 1
    if not rest.strip(".= "):
        raise ValueError("a path without keys")
    while position <= len(rest):
        match = _KEY.match(rest, position)
        if match is None:
            raise ValueError(f"{rest!r} are no keys")
        name = match["name"] or (cim_class.keys[0].name if len(cim_class.keys) == 1 else "")
        known = cim_class.member(name)
        if known is None or not known.key:
            raise ValueError(f"{cim_class.name} has no key {name!r}")
        quoted = match["double"] if match["double"] is not None else match["single"]
        value = match["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        keys[known.name] = values.parse(value, known.kind)
        position = match.end()
        if match["more"] != ",":
            break
    return keys


def format(reference: Reference) -> str:
    """The path of a reference, as WMI's error reports have it."""
    if not reference.keys:
        return reference.class_name + "=@"
    parts = []
    for name, value in reference.keys.items():
        inner = format(value) if isinstance(value, Reference) else value
        if isinstance(inner, str):
            inner = '"' + inner.replace("\\", "\\\\").replace('"', '\\"') + '"'
        parts.append(f"{name}={inner}")
    return f"{reference.class_name}.{','.join(parts)}"
