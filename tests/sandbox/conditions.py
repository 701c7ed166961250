# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the conditions of a query mean: each becomes a function of an instance, with its types checked before."""

from __future__ import annotations

import operator
import re
import typing as t

from . import datetimes, paths, values
from .classes import CIMClass, Instance, Property, Reference
from .wql import Comparison, Condition, Constant, IsA, Joined, Not, Path, WQLError

Test = t.Callable[[Instance], bool]
Getter = t.Callable[[Instance], t.Any]
Finder = t.Callable[[str], CIMClass | None]

_COMPARE: dict[str, t.Callable[[t.Any, t.Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TEXT = Property("", "string")
_SYSTEM: dict[str, Getter] = {
    "__class": lambda instance: instance.cim_class.name,
    "__superclass": lambda instance: instance.cim_class.superclass and instance.cim_class.superclass.name,
    "__namespace": lambda instance: instance.cim_class.namespace.replace("/", "\\"),
    "__relpath": lambda instance: paths.format(instance.reference),
}


def build(condition: Condition, cim_class: CIMClass, find: Finder) -> Test:
    """The test that *condition* is on instances of *cim_class*; WQLError for what WMI refuses."""
    if isinstance(condition, Joined):
        tests = [build(part, cim_class, find) for part in condition.conditions]
        if condition.operator == "and":
            return lambda instance: all(test(instance) for test in tests)
        return lambda instance: any(test(instance) for test in tests)
    if isinstance(condition, Not):
        inner = build(condition.condition, cim_class, find)
        return lambda instance: not inner(instance)
    if isinstance(condition, IsA):
        return _is_a(condition, cim_class, find)
    return _comparison(condition, cim_class, find)


def check_path(path: Path, cim_class: CIMClass, find: Finder) -> Property:
    """The property that a path names; WQLError."""
    folded = path[0].lower()
    if len(path) == 1 and folded in _SYSTEM:
        return _TEXT
    if len(path) > 1 and folded == cim_class.name.lower():  # Win32_Service.Name
        return check_path(path[1:], cim_class, find)
    known = cim_class.member(path[0])
    if known is None:
        raise WQLError(f"{cim_class.name} has no property {path[0]}")
    if len(path) == 1:
        return known
    inner = find(known.qualifiers.get("embeddedinstance") or "")
    if known.array or inner is None:
        raise WQLError(f"{path[0]} has no members")
    return check_path(path[1:], inner, find)


def _getter(path: Path, cim_class: CIMClass) -> Getter:
    folded = path[0].lower()
    if len(path) == 1 and folded in _SYSTEM:
        return _SYSTEM[folded]
    if len(path) > 1 and folded == cim_class.name.lower():
        path = path[1:]
    known = cim_class.member(path[0])
    if known is not None and len(path) == 1:
        name = known.name
        return lambda instance: instance.values[name]

    def get(instance: Instance) -> t.Any:
        value: t.Any = instance
        for name in path:
            value = value.get(name) if value is not None else None
        return value

    return get


def _is_a(condition: IsA, cim_class: CIMClass, find: Finder) -> Test:
    name = condition.class_name
    if len(condition.path) == 1 and condition.path[0].lower() in ("__class", "__this"):
        return lambda instance: instance.cim_class.is_a(name)
    known = check_path(condition.path, cim_class, find)
    if known.kind not in ("instance", "reference") or known.array:
        raise WQLError(f"ISA on {known.name}, which is no object")
    get = _getter(condition.path, cim_class)

    def test(instance: Instance) -> bool:
        value = get(instance)
        held = find(value.class_name) if isinstance(value, Reference) else value and value.cim_class
        return bool(held and held.is_a(name))

    return test


def _comparison(condition: Comparison, cim_class: CIMClass, find: Finder) -> Test:
    known = check_path(condition.path, cim_class, find)
    get = _getter(condition.path, cim_class)
    if condition.constant is None:
        if condition.operator not in ("=", "<>"):
            raise WQLError(f"{condition.operator} NULL")
        wanted = condition.operator == "="
        return lambda instance: (get(instance) is None) is wanted
    if known.array:
        raise WQLError(f"{known.name} is an array")
    if condition.operator == "like":
        return _like(known, get, t.cast(str, condition.constant))
    return _ordered(known, get, condition, find)


def _like(known: Property, get: Getter, pattern: str) -> Test:
    if known.kind != "string":
        raise WQLError(f"LIKE on {known.name}, which is no string")
    compiled = like(pattern)
    return lambda instance: (held := get(instance)) is not None and compiled.fullmatch(held) is not None


def _ordered(known: Property, get: Getter, condition: Comparison, find: Finder) -> Test:
    constant = convert(condition.constant, known, find)
    if known.kind in ("reference", "boolean") and condition.operator not in ("=", "<>"):
        raise WQLError(f"{known.name} has no order")
    compare = _COMPARE[condition.operator]
    unequal = condition.operator == "<>"

    def test(instance: Instance) -> bool:
        held = _comparable(get(instance), known.kind)
        if held is None or isinstance(held, tuple) and held[:1] != constant[:1]:
            return unequal
        return compare(held, constant)

    return test


def _comparable(value: t.Any, kind: str) -> t.Any:
    if kind == "datetime" and value is not None and datetimes.is_pattern(value):
        return None
    return values.normal(value, kind, case_sensitive=False)


def convert(constant: Constant, known: Property, find: Finder) -> t.Any:
    """A constant as what the property's values are compared by; WQLError where it can be none of its type."""
    try:
        if known.kind == "reference":
            return _comparable(paths.parse(str(constant), find), "reference")
        if known.kind == "instance":
            raise ValueError("an object is compared by ISA only")
        if isinstance(constant, bool):
            if known.kind not in ("boolean", "string"):
                raise ValueError("a boolean")
            return constant if known.kind == "boolean" else str(constant).lower()
        if isinstance(constant, float) and known.kind in values.INTEGERS:
            return constant
        found = _comparable(_number(str(constant), known.kind), known.kind)
        if found is None:
            raise ValueError("a datetime with unknown digits has no place in an order")
        return found
    except (ValueError, OverflowError) as error:
        raise WQLError(f"{constant!r} is no {known.type} as {known.name} is") from error


def _number(text: str, kind: str) -> t.Any:
    """Integers are compared beyond their type's range too: ``uint8 < 300`` is true, not an error."""
    return int(text) if kind in values.INTEGERS else values.parse(text, kind)


def like(pattern: str) -> re.Pattern[str]:
    """The regular expression of a LIKE pattern: ``%`` any text, ``_`` one character, ``[a-f]``, ``[^xyz]``."""
    out = []
    position = 0
    while position < len(pattern):
        char = pattern[position]
        position += 1
        closing = pattern.find("]", position + 1) if char == "[" else -1
        if closing > 0:
            inner = pattern[position:closing]
            negated = inner.startswith("^") and len(inner) > 1
            out.append(f"[{'^' * negated}{_set(inner[negated:])}]")
            position = closing + 1
        else:
            out.append({"%": ".*", "_": "."}.get(char, re.escape(char)))
    return re.compile("".join(out), re.DOTALL | re.IGNORECASE)


def _set(inner: str) -> str:
    out = []
    position = 0
    while position < len(inner):
        if inner[position + 1 : position + 2] == "-" and position + 2 < len(inner):
            low, high = sorted((inner[position], inner[position + 2]))
            out.append(f"{re.escape(low)}-{re.escape(high)}")
            position += 3
        else:
            out.append(re.escape(inner[position]))
            position += 1
    return "".join(out)
