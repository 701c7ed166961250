# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the makes of service make of the values in a Put or a Create: Windows refuses what is wrong, OMI lets numbers
run over, Openwsman and the broker below it lose and guess (recorded; state.md 3)."""

from __future__ import annotations

import re
import typing as t

from . import values
from .classes import Instance, Property
from .problems import Problem
from .values import Spelling

if t.TYPE_CHECKING:
    from .manners import Manner

_NUMBER = re.compile(r"[+-]?\d+")
_REAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf)", re.IGNORECASE)


def parse(text: str, kind: str, spelling: Spelling) -> t.Any:
    """The value of a text in a body; ValueError where this make of service refuses it."""
    if spelling.lenient:
        return _guess(text, kind, spelling)
    if spelling.wraps and kind in values.INTEGERS and _NUMBER.fullmatch(text.strip()):
        return _wrapped(int(text), kind)
    return values.parse(text, kind, spelling)


def _guess(text: str, kind: str, spelling: Spelling) -> t.Any:
    """As C's conversions have it: what begins like a number is one, all else is 0 or false."""
    if kind == "string":
        return _without_entities(text.strip())
    if kind == "boolean":
        return text.strip() == "true"
    if kind in values.INTEGERS or kind == "char16":
        match = _NUMBER.match(text.strip())
        number = int(match.group()) if match else 0
        return chr(number % 65536) if kind == "char16" else _wrapped(number, kind)
    if kind in ("real32", "real64"):
        match = _REAL.match(text.strip())
        return values.rounded(float(match.group()), kind) if match else 0.0
    return values.parse(text, kind, spelling)


def _without_entities(text: str) -> str:
    """An ampersand, which arrives as an entity, leaves an empty text (wire/openwsman 080 to 086)."""
    return "" if "&" in text else text


def _wrapped(number: int, kind: str) -> int:
    low, high = values.INTEGERS[kind]
    return (number - low) % (high - low + 1) + low


def null_item(kind: str) -> t.Any:
    """What an item that is nil becomes in an array of a lenient service."""
    return {"boolean": False, "string": "", "char16": "\0"}.get(kind, 0)


def replacement(manner: Manner, held: Instance, given: t.Mapping[str, t.Any]) -> Instance:
    """The instance that a Put of *given* (values by declared name, no keys) makes of *held*. Problem."""
    changed = held.copy()
    if manner.put == "merge":
        changed.values.update({name: value for name, value in given.items() if _property(held, name).write})
    elif manner.put == "firmware":
        _firmware(changed, given)
    else:
        for prop in held.cim_class.properties.values():
            if not prop.key:
                changed.values[prop.name] = None
        changed.values.update(given)
    return changed


def _firmware(changed: Instance, given: t.Mapping[str, t.Any]) -> None:
    """AMT: some classes reject members that cannot be written; a password that is empty stays as it is."""
    for name, value in given.items():
        prop = _property(changed, name)
        if not prop.write and "rejectsreadonly" in changed.cim_class.qualifiers:
            raise Problem("read_only", name)
        if prop.write and (value or not prop.write_only):
            changed.values[name] = value
    if "rejectsreadonly" in changed.cim_class.qualifiers:
        for prop in changed.cim_class.properties.values():
            if prop.write and not prop.write_only and prop.name not in given:
                raise Problem("property_missing", prop.name)


def _property(instance: Instance, name: str) -> Property:
    return instance.cim_class.properties[name.lower()]


def keep_keys(instance: Instance, given: t.Mapping[str, t.Any]) -> None:
    """Openwsman's broker: the path is that of the selectors, the keys inside are those of the body, and both go the
    way of all text."""
    path = instance.path or instance.reference
    instance.path = path
    for key in instance.cim_class.keys:
        value = given.get(key.name, path.keys.get(key.name))
        instance.values[key.name] = _without_entities(value) if isinstance(value, str) else value
