# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wanted values laid over what a service holds: what differs, and the element with the wanted values in it.

Only what is named is touched; the rest goes back as it came, in the order that it came in. What cannot be written is
refused here, before anything is sent: unknown, read-only and deprecated members, wrong types, values out of range.
Which resource is written and what is left out of it is in ``recipes.py``.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import datetime
import re
import typing as t
from xml.etree.ElementTree import Element

from . import cim, compare, datetimes, instance, representation, xml
from .addressing import TAG_REFERENCE, is_reference
from .datetimes import CIMDateTime
from .errors import UsageError
from .instance import IS_NULL_ARRAY, Instance, Value
from .representation import DatetimeStyle
from .schema import WINDOWS_CODE_DEPRECATED, WINDOWS_CODE_READ_ONLY, Property, Schema, coerce

UpdateSecret: t.TypeAlias = t.Literal["on_create", "with_change", "always"]
ArrayOrder: t.TypeAlias = t.Literal["exact", "ignore"]

WINDOWS_CODE_KEYS = 2150858989  # CANNOT_CHANGE_KEYS
_CIM_TEXT = re.compile(r"\d{14}\.\d{6}(?:[+-](?:\d{3}|\*{3})|:000)", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Choices:
    """What a task chose for its Put, by the options of these names.

    *omit*: members that are not sent. *allow_loss*: consent to what the service loses of what is not named.
    *secret_members*: names of further members that read as empty whatever they hold. *array_order*: ``ignore``
    compares arrays as bags.
    """

    omit: tuple[str, ...] = ()
    allow_loss: bool = False
    secret_members: tuple[str, ...] = ()
    update_secret: UpdateSecret = "with_change"
    array_order: ArrayOrder = "exact"


DEFAULTS: t.Final = Choices()


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a Put would do. *before* and *after* hold only the members that differ, in ring 1's values and held names.

    *representation* is the whole with the wanted values in it. *uncompared* names the members that read as empty
    whatever they hold (passwords), so that nobody can tell whether they differ.
    """

    changed: bool
    before: dict[str, t.Any]
    after: dict[str, t.Any]
    representation: Element
    uncompared: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    choices: Choices = DEFAULTS


@dataclasses.dataclass
class _Merge:
    """What holds for the whole of one merge."""

    update_secret: UpdateSecret
    datetimes_as: DatetimeStyle
    empty_as_null: bool = False
    uncompared: list[str] = dataclasses.field(default_factory=list)


def plan(
    held: Element,
    wanted: t.Mapping[str, t.Any],
    schema: Schema | None = None,
    *,
    option: str = "properties",
    choices: Choices = DEFAULTS,
    datetimes_as: DatetimeStyle = "bare",
    empty_as_null: bool = False,
) -> Plan:
    """Lay *wanted* over *held*, which stays as it is; *datetimes_as* counts where nothing held shows the spelling.

    *empty_as_null*: an empty array goes as a null one, for a service that leaves alone what it is not sent.

    Secrets that cannot be read go along *with_change* of something else, *always* (and are then a change), or not at
    all (*on_create*). Raises UsageError naming the member (``properties.Service.Auth.Basic``).
    """
    element = copy.deepcopy(held)
    merge = _Merge(choices.update_secret, datetimes_as, empty_as_null)
    before, after = _merge_members(merge, element, wanted, schema, option)
    representation.qualify_types(element)
    return Plan(bool(after), before, after, element, tuple(merge.uncompared), choices=choices)


def find_children(element: Element, name: str) -> list[Element]:
    """The elements of one property: those of that name, else those of that name in other case."""
    children = [child for child in element if child.tag != instance.LOCATION]
    exact = [child for child in children if xml.local(child.tag) == name]
    return exact or [child for child in children if xml.local(child.tag).lower() == name.lower()]


def _merge_members(
    merge: _Merge, element: Element, wanted: t.Mapping[str, t.Any], schema: Schema | None, option: str
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    for name, value in wanted.items():
        path = f"{option}.{name}"
        if isinstance(name, str) and name[:1] in ("@", "#"):
            difference = _merge_attribute(merge, element, name, value, schema, path)
        else:
            difference = _merge_member(merge, element, name, value, schema, path)
        if difference is not None:
            spelled, before[spelled], after[spelled] = difference[0], difference[1], difference[2]
    return before, after


_Difference: t.TypeAlias = "tuple[str, t.Any, t.Any] | None"


def _merge_member(
    merge: _Merge, element: Element, name: str, value: t.Any, schema: Schema | None, path: str
) -> _Difference:
    """One member; returns its held name and what it was and shall be, or None where nothing differs."""
    children = find_children(element, representation.check_name(name, path))
    known = schema.find(name) if schema else None
    if schema is not None and known is None and not children and schema.closed:
        raise _unknown(schema, element, path)
    tag = children[0].tag if children else _new_tag(element, known.name if known else name)
    spelled = xml.local(tag)
    member = known or _infer_member(children, spelled, value, path)
    if member is not None and member.type == "instance" and isinstance(value, dict) and _is_nested(children, value):
        before, after = _merge_members(merge, children[0], value, member.members, path)
        return (spelled, before, after) if after else None
    held = instance.read_values(children, member)
    if member is not None:
        given, value = value, coerce(value, member, path)
        if member.type == "datetime":
            _refuse_local_time(held, given, path)
    if member is not None and member.write_only:
        changes = _note_secret(merge, spelled, path)
        held = None
    else:
        changes = not _holds(held, value, member, closed=schema is not None and schema.closed)
    if not changes and not (member is not None and member.write_only and merge.update_secret == "with_change"):
        return None
    _refuse_unwritable(member, value, path, closed=schema is not None and schema.closed)
    _replace(merge, element, children, tag, value, member, path)
    return (spelled, held, value) if changes else None


def _note_secret(merge: _Merge, name: str, path: str) -> bool:
    if merge.update_secret == "always":
        return True
    merge.uncompared.append(path.partition(".")[2] or name)
    return False


def _merge_attribute(
    merge: _Merge, element: Element, name: str, value: t.Any, schema: Schema | None, path: str
) -> _Difference:
    """``@Name`` and ``#text``: the data of plugins, security and shell variables."""
    known = schema.find(name) if schema else None
    if name == "#text":
        held: Value = element.text
    else:
        own = representation.check_name(name[1:], path)
        data = [key for key in element.attrib if instance.is_data(key, element)]
        own = next((key for key in data if key == own), next((k for k in data if k.lower() == own.lower()), own))
        name, held = f"@{own}", element.get(own)
    if known is not None:
        value = coerce(value, known, path)
    if known is not None and known.write_only and not _note_secret(merge, name, path):
        return None
    if compare.equal(held, value, known.type if known else None):
        return None
    _refuse_unwritable(known, value, path, closed=True)
    text = representation.format_scalar(value, path)
    if name == "#text":
        element.text = text
    else:
        element.set(name[1:], text)
    return name, held, value


def _holds(held: Value, wanted: t.Any, member: Property | None, *, closed: bool) -> bool:
    if member is not None and member.thumbprint and compare.equal_thumbprints(held, wanted):
        return True
    if held is None and (wanted == {} or (closed and wanted == "")):
        return True  # nothing is wanted in it; and an unset text of the configuration comes empty, nil or not at all
    return compare.equal(held, wanted, member.type if member is not None and member.type in cim.TYPES else None)


def _is_nested(children: list[Element], value: t.Any) -> bool:
    """True for one element with members, over which a dictionary is merged; a list replaces."""
    return len(children) == 1 and not instance.is_nil(children[0]) and not representation.is_reference(value)


def _infer_member(children: list[Element], name: str, value: t.Any, path: str) -> Property | None:
    """What the wire alone says of a member that no schema knows; None for text, which may be of any type."""
    first = next((child for child in children if not instance.is_nil(child)), None)
    if first is None:
        return None
    inner = next(iter(first), None)
    array = len(children) > 1 or isinstance(value, (list, tuple))
    if inner is not None and instance.is_wrapper(inner):
        return Property(name, "datetime", array=array)
    if is_reference(first):
        return Property(name, "reference", array=array)
    typed = instance.type_of(first)
    if inner is not None or instance.has_class_or_data(first):
        return Property(name, "instance", array=array)
    if isinstance(value, dict) and (first.text or "").strip():
        raise UsageError(
            "the service holds a single value here, not a dictionary.", option=path, remedy="Give the value itself."
        )
    return Property(name, typed, array=array and typed != "octetstring") if typed in cim.TYPES else None


def _unknown(schema: Schema, element: Element, path: str) -> UsageError:
    known = dict.fromkeys([*schema.properties, *(xml.local(child.tag) for child in element)])
    return UsageError(f"{schema.name} has no such member.", option=path, remedy=f"It has {', '.join(known)}.")


def _new_tag(element: Element, name: str) -> str:
    """In the namespace of its siblings: those of an embedded instance are in that of its own class."""
    sibling = next((child for child in element if child.tag != instance.LOCATION), element)
    return xml.qname(xml.split(sibling.tag)[0], name)


def _refuse_unwritable(member: Property | None, value: t.Any, path: str, *, closed: bool) -> None:
    """What the service would refuse, or worse, take without a word (protocol.md §4.1)."""
    if member is not None and member.read_only:
        problem = "this member is read-only and holds another value."
        raise UsageError(problem, option=path, remedy="Leave it out.", windows_code=WINDOWS_CODE_READ_ONLY)
    if member is not None and member.deprecated:
        problem = "this member is deprecated, holds another value and cannot be changed."
        raise UsageError(problem, option=path, remedy="Leave it out.", windows_code=WINDOWS_CODE_DEPRECATED)
    if member is not None and member.key:
        remedy = "Delete the instance and create it with the new key."
        code = WINDOWS_CODE_KEYS if closed else None
        raise UsageError("a key cannot be changed.", option=path, remedy=remedy, windows_code=code)
    if value is None and closed:
        raise UsageError("null is no value here.", option=path, remedy="An empty text ('') clears a text.")


def _refuse_local_time(held: Value, wanted: t.Any, path: str) -> None:
    """ISO text without a zone never equals a time with one: every run would write it. CIM's ``+***`` is meant so."""
    for one in wanted if isinstance(wanted, (list, tuple)) else [wanted]:
        if isinstance(one, (str, datetime.date)) and "*" not in str(one) and _is_local(one) and _has_zone(held):
            raise UsageError(
                f"{one} has no zone, and what the service holds has one.",
                option=path,
                remedy=f"Write the zone too, {one}Z for UTC.",
            )


def _is_local(text: str | datetime.date) -> bool:
    parsed = datetimes.parse(text) if isinstance(text, str) else datetimes.from_python(text)
    return isinstance(parsed, CIMDateTime) and parsed.offset is None


def _has_zone(held: Value) -> bool:
    values = held if isinstance(held, list) else [held]
    return any(isinstance(one, CIMDateTime) and one.offset is not None for one in values)


def _replace(
    merge: _Merge, element: Element, children: list[Element], tag: str, value: t.Any, member: Property | None, path: str
) -> None:
    """Put the elements of *value* where *children* are, or at the end; all held ones go."""
    index = list(element).index(children[0]) if children else len(element)
    template = next((child for child in children if not instance.is_nil(child)), None)
    style = _style(template, merge.datetimes_as)
    if isinstance(value, (list, tuple)):
        value = [_prepare(one, template) for one in value] or (None if merge.empty_as_null else [])
    else:
        value = _prepare(value, template)
    known = member if template is None else None
    new = representation.make_elements(tag, value, option=path, member=known, datetimes_as=style)
    for one in new:
        _imitate(one, template)
    if new and children:
        new[-1].tail = children[-1].tail
    for child in children:
        element.remove(child)
    element[index:index] = new


def _style(template: Element | None, default: DatetimeStyle) -> DatetimeStyle:
    """Times go back in the spelling that they came in (state.md §3)."""
    if template is None:
        return default
    if len(template) and instance.is_wrapper(template[0]):
        return "wrapped"
    return "cim" if _is_cim_text(template) else "bare"


def _is_cim_text(element: Element) -> bool:
    return _CIM_TEXT.fullmatch((element.text or "").strip()) is not None


def _prepare(value: t.Any, template: Element | None) -> t.Any:
    """The wanted value with what it takes from the held one: its class, or the spelling of a time."""
    if template is None:
        return value
    if isinstance(value, dict) and len(template) and not representation.is_reference(value):
        class_name = instance.class_of_type(template.get(instance.TYPE, ""))
        return Instance(class_name, xml.split(template[0].tag)[0], dict(value))
    if isinstance(value, str) and _is_cim_text(template):
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
