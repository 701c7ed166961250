# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Openwsman loses of every instance that is written to it, so that it is refused or said (state.md §3).

Every Put and Create sets datetimes, references and embedded instances to null, and a text with ``&`` reads back empty,
all with a good answer. Every Put nulls what it does not name.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t
from xml.etree.ElementTree import Element

from . import addressing, cim, instance, representation, xml
from .addressing import EndpointReference
from .datetimes import CIMDateTime, CIMInterval, CIMWildcard
from .errors import UsageError
from .instance import Instance
from .merge import Plan, find_children, lower
from .replacing import is_cim_datetime
from .schema import Property, Schema

_TYPED: t.Final = {"datetime": "a datetime", "reference": "a reference", "instance": "an embedded instance"}
#: Warnings about a member that is written, and about members that were not named.
UNREADABLE: t.Final = (
    "{}: this service shows a text with & as empty, so that it was not compared and every run writes it."
)
_EMPTY: t.Final = (
    "Read as empty and written so: {}. The service shows a text with & as empty; one that it held there is gone."
)
_PROBLEM: t.Final = "this service sets datetimes, references and embedded instances to null in all that it is sent"


def finish(plan: Plan, schema: Schema | None, option: str, selectors: t.Mapping[str, t.Any]) -> Plan:
    """The recipe: the whole, restored where it can be, refused where it would lose what nobody agreed to lose.

    Raises UsageError naming *option* or its member.
    """
    choices = plan.choices
    shown = any("&" in text for text in plan.held.itertext())  # this one shows it
    unreadable = refuse(plan.after, schema, option, allow_loss=choices.allow_loss or shown)
    omitted, named = lower(choices.omit), lower(plan.wanted)
    held = of_held(plan.held, schema)
    for name, value in plan.after.items():
        if name in held and value not in (None, []):  # ISO text over a datetime, say
            refuse_kind(held[name], f"{option}.{name}")
    kept = {name: kind for name, kind in held.items() if name not in plan.after}
    lost = {name: kind for name, kind in kept.items() if name.lower() not in omitted}
    for name, kind in lost.items():
        if name.lower() in named:
            refuse_kind(kind, f"{option}.{name}")
    if lost and not choices.allow_loss:
        refuse_unnamed(lost, option)
    warnings = [f"With this change the service loses {_tell(lost)}."] if lost else []
    _restore_keys(plan.representation, selectors)
    if empty := [name for name in empties(plan.representation) if name.lower() not in named]:
        warnings.append(_EMPTY.format(", ".join(empty)))
    if not shown:
        warnings += map(UNREADABLE.format, unreadable)
    return dataclasses.replace(plan, warnings=tuple(warnings), conceded=lower([*lost, *unreadable]))


def _restore_keys(representation: Element, selectors: t.Mapping[str, t.Any]) -> None:
    """A key with ``&`` reads empty and would be stored so under the old selector."""
    for name, value in selectors.items():
        for child in find_children(representation, name):
            if isinstance(value, str) and not len(child) and not child.text:
                child.text = value


def of_held(held: Element, schema: Schema | None = None) -> dict[str, str]:
    """Member to what it is, of those that the next Put loses."""
    found: dict[str, str] = {}
    for child in held:
        name = xml.local(child.tag)
        kind = None if child.tag == instance.LOCATION else _kind_of_held(child, schema.find(name) if schema else None)
        if kind is not None:
            found[name] = kind
    return found


def empties(held: Element) -> list[str]:
    """The members that read as one empty text: what they hold may be a text with ``&``."""
    names = [xml.local(child.tag) for child in held]
    empty = [child for child in held if not len(child) and not child.text and not instance.is_nil(child)]
    return [name for child in empty if names.count(name := xml.local(child.tag)) == 1]


def refuse(wanted: t.Mapping[str, t.Any], schema: Schema | None, option: str, *, allow_loss: bool) -> list[str]:
    """What such a service cannot be made to hold is refused; returns the members whose text it will show as empty.

    Raises UsageError for a datetime, a reference, an embedded instance, and unless *allow_loss* for a text with ``&``.
    """
    unreadable = []
    for name, value in wanted.items():
        kind = _kind_of_wanted(value, schema.find(name) if schema else None)
        if kind is not None:
            refuse_kind(kind, f"{option}.{name}")
        if any(isinstance(one, str) and "&" in one for one in cim.as_list(value)):
            unreadable.append(name)
    if unreadable and not allow_loss:
        raise UsageError(
            "this service shows a text with & as empty, so that nobody can tell whether it holds it.",
            option=f"{option}.{unreadable[0]}",
            remedy="Write it without &, or send it all the same with allow_loss: true.",
        )
    return unreadable


def refuse_kind(kind: str, option: str) -> t.NoReturn:
    """UsageError: a member of this kind cannot be wanted."""
    raise UsageError(
        f"{_PROBLEM}, and this is {kind}.", option=option, remedy="Leave it out, or set it by a method of the class."
    )


def refuse_unnamed(found: t.Mapping[str, str], option: str) -> t.NoReturn:
    """UsageError naming what a Put would lose although nobody named it."""
    raise UsageError(
        f"{_PROBLEM}: with this change it would lose {_tell(found)}.",
        option=option,
        remedy="Consent with allow_loss: true, or make the change by a method of the class.",
    )


def _tell(found: t.Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({kind})" for name, kind in found.items())


def _kind_of_held(child: Element, member: Property | None) -> str | None:
    if instance.is_nil(child):
        return None
    if addressing.is_reference(child):
        return _TYPED["reference"]
    if len(child):
        return _TYPED["datetime" if instance.is_wrapper(child[0]) else "instance"]
    if not (child.text or "").strip():
        return None
    if member is not None:
        return _TYPED.get(member.type)
    return _TYPED["datetime"] if is_cim_datetime(child.text) else None


def _kind_of_wanted(value: t.Any, member: Property | None) -> str | None:
    for one in cim.as_list(value):
        if isinstance(one, EndpointReference) or representation.is_reference(one):
            return _TYPED["reference"]
        if isinstance(one, (dict, Instance)):
            return _TYPED["instance"]
        if isinstance(one, (CIMDateTime, CIMInterval, CIMWildcard, datetime.date)):
            return _TYPED["datetime"]
        if one is not None and member is not None:
            return _TYPED.get(member.type)
        if isinstance(one, str) and is_cim_datetime(one):
            return _TYPED["datetime"]
    return None
