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
import typing as t
from xml.etree.ElementTree import Element

from . import cim, compare, datetimes, instance, normal_forms, replacing, representation, untyped, uris, xml
from .addressing import is_reference
from .datetimes import CIMDateTime
from .errors import UsageError
from .instance import Value
from .replacing import Spelling
from .schema import WINDOWS_CODE_DEPRECATED, WINDOWS_CODE_READ_ONLY, Property, Schema, coerce

UpdateSecret: t.TypeAlias = t.Literal["on_create", "with_change", "always"]
ArrayOrder: t.TypeAlias = t.Literal["exact", "ignore"]

WINDOWS_CODE_KEYS = 2150858989  # CANNOT_CHANGE_KEYS


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
_BARE: t.Final = Spelling()


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a Put would do. *before* and *after* hold only the members that differ, in ring 1's values and held names.

    What cannot be read is masked in both. *representation* is the whole with the wanted values in it. *uncompared*
    names the members that read as empty whatever they hold (passwords), so that nobody can tell whether they differ.
    For reading back: *held* is what was read before, *wanted* what is compared again by *choices*, *conceded* names the
    members whose loss is agreed to.
    """

    changed: bool
    before: dict[str, t.Any]
    after: dict[str, t.Any]
    representation: Element
    held: Element
    wanted: t.Mapping[str, t.Any]
    uncompared: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    conceded: frozenset[str] = frozenset()
    choices: Choices = DEFAULTS


@dataclasses.dataclass
class _Merge:
    """What holds for the whole of one merge. *judging*: what was sent is read back, and nothing is refused any more."""

    choices: Choices
    profile: str
    spelling: Spelling
    secrets: frozenset[str]
    judging: bool = False
    uncompared: list[str] = dataclasses.field(default_factory=list)

    @property
    def terms(self) -> compare.Terms:
        return compare.Terms(self.profile, self.choices.array_order)

    def is_secret(self, name: str, path: str) -> bool:
        return not self.secrets.isdisjoint((name.lower(), path.partition(".")[2].lower()))


def plan(
    held: Element,
    wanted: t.Mapping[str, t.Any],
    schema: Schema | None = None,
    *,
    option: str = "properties",
    choices: Choices = DEFAULTS,
    profile: str = "generic",
    spelling: Spelling = _BARE,
    write_only: t.Collection[str] = (),
) -> Plan:
    """Lay *wanted* over *held*, which stays as it is; *spelling* counts where nothing held shows the spelling.

    *write_only* are members that read as empty, besides those of *schema* and *choices*. Such secrets go along
    *with_change* of something else, *always* (and are then a change), or not at all (*on_create*). Raises UsageError
    naming the member (``properties.Service.Auth.Basic``).
    """
    element = copy.deepcopy(held)
    merge = _Merge(choices, profile, spelling, lower([*write_only, *choices.secret_members]))
    before, after = _merge_members(merge, element, wanted, schema, option)
    representation.qualify_types(element)
    return Plan(bool(after), before, after, element, held, wanted, tuple(merge.uncompared), choices=choices)


def differences(
    plan: Plan, now: Element, schema: Schema | None, *, option: str, profile: str, write_only: t.Collection[str] = ()
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """What *now*, read after the Put of *plan*, holds otherwise than wanted, and what was wanted. Refuses nothing."""
    choices = dataclasses.replace(plan.choices, update_secret="with_change")
    secrets = lower([*write_only, *choices.secret_members])
    merge = _Merge(choices, profile, _BARE, secrets, judging=True)
    return _merge_members(merge, copy.deepcopy(now), plan.wanted, schema, option)


def lower(names: t.Iterable[t.Any]) -> frozenset[str]:
    """*names* in lower case: upper and lower case are the same in CIM (DSP0004 4.2)."""
    return frozenset(str(name).lower() for name in names)


def find_children(element: Element, name: str) -> list[Element]:
    """The elements of one property: those of that name, else those of that name in other case."""
    children = [child for child in element if child.tag != instance.LOCATION]
    exact = [child for child in children if xml.local(child.tag) == name]
    return exact or [child for child in children if xml.local(child.tag).lower() == name.lower()]


_Difference: t.TypeAlias = "tuple[str, t.Any, t.Any] | None"


def _merge_members(
    merge: _Merge, element: Element, wanted: t.Mapping[str, t.Any], schema: Schema | None, option: str
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    refuse_twice(wanted, option)
    for name, value in wanted.items():
        difference = _merge_one(merge, element, name, value, schema, f"{option}.{name}")
        if difference is not None:
            spelled, before[spelled], after[spelled] = difference
    return before, after


def refuse_twice(wanted: t.Mapping[str, t.Any], option: str) -> None:
    """UsageError for two names that differ by case only: they are one member (DSP0004 4.2)."""
    names = [str(name).lower() for name in wanted]
    for number, name in enumerate(wanted):
        if names[number] in names[:number]:
            raise UsageError(
                "it is given twice, in upper and lower case.", option=f"{option}.{name}", remedy="Give it once."
            )


def _merge_one(
    merge: _Merge, element: Element, name: t.Any, value: t.Any, schema: Schema | None, path: str
) -> _Difference:
    attribute = isinstance(name, str) and name[:1] in ("@", "#")
    try:
        return (_merge_attribute if attribute else _merge_member)(merge, element, name, value, schema, path)
    except UsageError:
        if not merge.judging:
            raise
        children = [] if attribute else find_children(element, name)
        return name, instance.read_values(children), value


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
    if merge.is_secret(spelled, path):
        member = dataclasses.replace(member or Property(spelled), write_only=True)
    if member is not None and member.type == "instance" and isinstance(value, dict) and _is_nested(children, value):
        inner = member.schema_of(instance.class_of_type(children[0].get(instance.TYPE, "")))
        before, after = _merge_members(merge, children[0], value, inner, path)
        return (spelled, before, after) if after else None
    member = _as_held(member, children)
    held = instance.read_values(children, member)
    value = _settle(merge, held, value, member, path)
    if member is not None and member.write_only:
        changes = _note_secret(merge, spelled, path)
        held = None
    else:
        changes = not _holds(merge, held, value, member, schema, children)
    if not changes and not (member is not None and member.write_only and merge.choices.update_secret == "with_change"):
        return None
    _refuse_unwritable(member, value, path, is_configuration(schema))
    replacing.replace(element, children, tag, value, member, merge.spelling, path)
    if member is not None and member.write_only:
        value = compare.MASK
    return (spelled, held, value) if changes else None


def is_configuration(schema: Schema | None) -> bool:
    """True for the schemas of ``winrm/config``, where an unset text is empty and nothing is null."""
    return schema is not None and uris.is_config(schema.namespace or "")


def _as_held(member: Property | None, children: list[Element]) -> Property | None:
    """An octet string that the service prints as numbers, one element an octet, is an array of numbers."""
    if member is None or member.type != "octetstring":
        return member
    texts = [(child.text or "").strip() for child in children]
    numbers = all(text.isascii() and text.isdigit() and len(text) <= 3 for text in texts)
    return dataclasses.replace(member, type="uint8", array=True) if texts and numbers else member


def _settle(merge: _Merge, held: Value, value: t.Any, member: Property | None, path: str) -> t.Any:
    """The wanted value as one of the member's type, or where none is known as what the held text shows."""
    if member is None:
        return value if compare.equal(held, value, None, merge.terms) else untyped.settle(held, value, path)
    if member.type == "uint8" and member.array and isinstance(value, (str, bytes)):
        with contextlib.suppress(ValueError):
            value = list(t.cast(bytes, cim.coerce(value, "octetstring")))
    settled = coerce(value, member, path)
    if member.type == "datetime":
        _refuse_local_time(held, value, path)
    return settled


def _note_secret(merge: _Merge, name: str, path: str) -> bool:
    if merge.choices.update_secret == "always":
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
    if known is None and held is None and schema is not None and schema.closed:
        raise _unknown(schema, element, path)
    if known is not None:
        value = coerce(value, known, path)
    secret = (known is not None and known.write_only) or merge.is_secret(name, path)
    changes = _note_secret(merge, name, path) if secret else not _holds_text(merge, held, value, known)
    if not changes and not (secret and merge.choices.update_secret == "with_change"):
        return None
    if known is None and not secret:
        value = untyped.settle(held, value, path)
    _refuse_unwritable(known, value, path, configuration=True)
    text = representation.format_scalar(value, path)
    if name == "#text":
        element.text = text
    else:
        element.set(name[1:], text)
    return (name, None if secret else held, compare.MASK if secret else value) if changes else None


def _holds_text(merge: _Merge, held: Value, wanted: t.Any, known: Property | None) -> bool:
    return compare.equal(held, wanted, known.type if known else None, merge.terms)


def _holds(
    merge: _Merge, held: Value, wanted: t.Any, member: Property | None, schema: Schema | None, children: list[Element]
) -> bool:
    if held is None and (wanted == {} or (is_configuration(schema) and wanted == "")):
        return True  # nothing is wanted in it; and an unset text of the configuration comes empty, nil or not at all
    if member is None:
        return compare.equal(held, wanted, None, merge.terms)
    if member.thumbprint and compare.equal_thumbprints(held, wanted):
        return True
    if wanted == [] and children and held is None and schema is not None and schema.find(member.name) is not None:
        return not (schema.lists_empty or normal_forms.of(merge.profile).tells_empty)
    cim_type = member.type if member.type in cim.TYPES else None
    return compare.equal(held, wanted, cim_type, merge.terms, member.schema_of)


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
    """In the namespace of its siblings, or of its class: those of an embedded instance are in that of its own."""
    namespace = xml.split(next((child for child in element if child.tag != instance.LOCATION), element).tag)[0]
    class_name = instance.class_of_type(element.get(instance.TYPE, ""))
    if not len(element) and namespace and class_name and not namespace.lower().endswith(f"/{class_name.lower()}"):
        namespace = f"{namespace.rpartition('/')[0]}/{class_name}"
    return xml.qname(namespace, name)


def _refuse_unwritable(member: Property | None, value: t.Any, path: str, configuration: bool) -> None:
    """What the service would refuse, or worse, take without a word (protocol.md §4.1)."""
    if member is not None and member.read_only:
        problem = "this member is read-only and holds another value."
        raise UsageError(problem, option=path, remedy="Leave it out.", windows_code=WINDOWS_CODE_READ_ONLY)
    if member is not None and member.deprecated and configuration:
        problem = "this member is deprecated, holds another value and cannot be changed."
        raise UsageError(problem, option=path, remedy="Leave it out.", windows_code=WINDOWS_CODE_DEPRECATED)
    if member is not None and member.key:
        remedy = "Delete the instance and create it with the new key."
        code = WINDOWS_CODE_KEYS if configuration else None
        raise UsageError(
            f"it is a key ({member.type}), and a key cannot be changed.", option=path, remedy=remedy, windows_code=code
        )
    if value is None and configuration:
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
