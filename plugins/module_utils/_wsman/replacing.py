# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The elements of one member, written anew where the old ones stood, in the manner that those came in.

What the wire showed of the old ones (a wrapper around times, the class of an embedded instance, how a reference is
wrapped) the new ones keep (state.md §3 of the reference).
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import typing as t
from xml.etree.ElementTree import Element

from . import datetimes, instance, representation, xml
from .addressing import TAG_REFERENCE
from .instance import IS_NULL_ARRAY, Instance
from .representation import DatetimeStyle
from .schema import Property

_CIM_TEXT = re.compile(r"[\d*]{14}\.[\d*]{6}(?:[+-][\d*]{3}|:000)", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Spelling:
    """How a service takes what nothing held shows the spelling of.

    *datetimes_as*: see ``profiles.Profile.datetimes``. *empty_as_null*: an empty array goes as a null one, for a
    service that leaves alone what it is not sent. *null_as_absent*: null is not sent, for a service that nulls what it
    is not sent, and makes an element with nothing in it of a nil one.
    """

    datetimes_as: DatetimeStyle = "bare"
    empty_as_null: bool = False
    null_as_absent: bool = False


def replace(
    element: Element,
    children: list[Element],
    tag: str,
    value: t.Any,
    member: Property | None,
    spelling: Spelling,
    option: str,
) -> None:
    """Put the elements of *value* where *children* are, or at the end; all of *children* go.

    Raises UsageError naming *option* for what cannot be sent.
    """
    index = list(element).index(children[0]) if children else len(element)
    template = next((child for child in children if not instance.is_nil(child)), None)
    if isinstance(value, (list, tuple)):
        value = [_prepare(one, template, member) for one in value] or (None if spelling.empty_as_null else [])
    else:
        value = _prepare(value, template, member)
    if value is None and spelling.null_as_absent:
        value = []
    new = representation.make_elements(
        tag,
        value,
        option=option,
        member=member if value != [] else None,
        datetimes_as=_style(template, spelling.datetimes_as),
    )
    for one in new:
        _imitate(one, template)
    for child in children:
        element.remove(child)
    element[index:index] = new


def is_cim_datetime(text: str | None) -> bool:
    """True for the 25 characters of a CIM datetime or interval, wildcards included."""
    return _CIM_TEXT.fullmatch((text or "").strip()) is not None


def _style(template: Element | None, default: DatetimeStyle) -> DatetimeStyle:
    """Times go back in the spelling that they came in (state.md §3)."""
    if template is None:
        return default
    if len(template) and instance.is_wrapper(template[0]):
        return "wrapped"
    return "cim" if is_cim_datetime(template.text) else "bare"


def _prepare(value: t.Any, template: Element | None, member: Property | None) -> t.Any:
    """The wanted value with what it takes from the held one: its class, or the spelling of a time."""
    if template is None:
        return value
    if isinstance(value, dict) and len(template) and not representation.is_reference(value):
        class_name = instance.class_of_type(template.get(instance.TYPE, ""))
        return Instance(class_name, xml.split(template[0].tag)[0], dict(value))
    if isinstance(value, str) and member is None and is_cim_datetime(template.text):
        with contextlib.suppress(ValueError):
            return datetimes.parse(value)
    return value


def _imitate(element: Element, template: Element | None) -> None:
    """Give a new element what belongs to the encoding of the held one: attributes, and how it wraps a reference."""
    if template is None or instance.is_nil(element):
        return
    for name, text in template.attrib.items():
        if (name[:1] == "{" or not instance.is_data(name, template)) and name not in (instance.NIL, IS_NULL_ARRAY):
            element.attrib.setdefault(name, text)
    if len(template) == 1 and template[0].tag == TAG_REFERENCE:
        wrapper = Element(TAG_REFERENCE)
        wrapper.extend(list(element))
        element[:] = [wrapper]
