# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Openwsman loses of every instance that is written to it, so that it is refused or said (state.md §3).

Every Put and Create sets datetimes, references and embedded instances to null, and a text with ``&`` reads back empty,
all with a good answer. Every Put nulls what it does not name.
"""

from __future__ import annotations

import datetime
import typing as t
from xml.etree.ElementTree import Element

from . import addressing, instance, representation, xml
from .addressing import EndpointReference
from .datetimes import CIMDateTime, CIMInterval, CIMWildcard
from .errors import UsageError
from .instance import Instance
from .replacing import is_cim_datetime
from .schema import Property, Schema

_TYPED: t.Final = {"datetime": "a datetime", "reference": "a reference", "instance": "an embedded instance"}
_PROBLEM: t.Final = "this service sets datetimes, references and embedded instances to null in all that it is sent"


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
        if any(isinstance(one, str) and "&" in one for one in _as_list(value)):
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
    lost = ", ".join(f"{name} ({kind})" for name, kind in found.items())
    raise UsageError(
        f"{_PROBLEM}: with this change it would lose {lost}.",
        option=option,
        remedy="Consent with allow_loss: true, or make the change by a method of the class.",
    )


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
    for one in _as_list(value):
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


def _as_list(value: t.Any) -> t.Sequence[t.Any]:
    return value if isinstance(value, (list, tuple)) else [value]
