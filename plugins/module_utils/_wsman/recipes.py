# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each kind of service wants to be written (state.md §3): which resources are put, and what of them is sent.

``split`` says which resources are to be read; of what was read ``plan_put`` makes the Put: the whole received element
with the wanted values in it, and then what this kind of service needs. A recipe is a function from a plan to a plan.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import math
import typing as t
from xml.etree.ElementTree import Element

from . import cim, compare, instance, losses, merge, profiles, schemas, uris, xml
from .addressing import Target
from .errors import UsageError
from .merge import DEFAULTS, Choices, Plan, find_children, lower
from .replacing import Spelling
from .schema import Schema

__all__ = ["Choices", "Part", "Plan", "check_create", "plan_put", "refuse_keys", "root_of", "split", "write_only"]

WINDOWS_CODE_POLICY = 2150858890  # CONFIG_CANNOT_CHANGE_GPO_CONTROLLED_SETTING

_LANGUAGE: t.Final = xml.qname(uris.NS_XML, "lang")
#: A change of these may cut the very connection that it comes by, so they are written last.
_LAST: t.Final = ("/service", "/service/auth")
#: What they are not sent they set to null (state.md §3).
_NULLS_ABSENT: t.Final = (profiles.OMI.name, profiles.OPENWSMAN.name)
#: By Intel's SDK; the firmware refuses a Put that holds one. The other 26 members it takes.
_READ_ONLY: t.Final = {
    "AMT_BootSettingData": (
        "BIOSLastStatus",
        "BootguardStatus",
        "OptionsCleared",
        "SecureBootControlEnabled",
        "UEFIHTTPSBootEnabled",
        "UEFILocalPBABootEnabled",
        "WinREBootEnabled",
    ),
}
_WRITE_ONLY: t.Final = {"AMT_BootSettingData": ("RSEPassword",)}


@dataclasses.dataclass(frozen=True)
class Part:
    """The wanted members that one resource holds itself; *path* leads to them from the resource that was asked for."""

    target: Target
    wanted: dict[str, t.Any]
    path: tuple[str, ...] = ()
    option: str = "properties"

    def nest(self, members: dict[str, t.Any]) -> dict[str, t.Any]:
        """*members* of this part as members of the whole: for diffs."""
        for name in reversed(self.path if members else ()):
            members = {name: members}
        return members


def split(target: Target, wanted: t.Mapping[str, t.Any], *, option: str = "properties") -> list[Part]:
    """The resources to read and write for *wanted*, in the order to write them.

    One, except in the tree of ``winrm/config``, where each member is written in the smallest resource that holds it
    (MS-WSMV 3.1.4.1.29). ``Service: {AllowUnencrypted: false, Auth: {Basic: true}}`` is ``config/service`` and
    ``config/service/auth``.
    """
    schema = schemas.builtin(target.resource_uri) if uris.is_config(target.resource_uri) else None
    if schema is None:
        return [Part(target, dict(wanted), option=option)]
    parts = list(_split(target, wanted, schema, (), option)) or [Part(target, {}, option=option)]
    return sorted(parts, key=_order)


def plan_put(
    profile_name: str,
    part: Part,
    held: Element,
    schema: Schema | None = None,
    *,
    choices: Choices = DEFAULTS,
) -> Plan:
    """What to put to ``part.target`` of what Get returned (*held*); ``changed`` false: nothing.

    *schema* is that of a class; where one is built in, that is taken. ``before`` and ``after`` are those of the part,
    ``part.nest`` puts them in their place; ``warnings`` are for the user. Raises UsageError as ``merge.plan`` does, and
    for what the service at hand cannot take.
    """
    profile = profiles.by_name(profile_name)
    result = differ(profile_name, part, held, schema, choices=choices)
    if not result.changed:
        return result
    if profile.name == profiles.IDRAC.name:
        raise _method_error(part.option)
    result = _finish(profile, part, result, schemas.builtin(part.target.resource_uri) or schema)
    return _omit(part, result, profile)


def differ(
    profile_name: str,
    part: Part,
    held: Element,
    schema: Schema | None = None,
    *,
    choices: Choices = DEFAULTS,
) -> Plan:
    """How *held* differs from what is wanted, for a service that need not be able to take a Put of it.

    The arguments are those of ``plan_put``. Raises UsageError as ``merge.plan`` does, and for another key.
    """
    uri = part.target.resource_uri
    profile = profiles.by_name(profile_name)
    result = merge.plan(
        held,
        _without_keys(part, held, profile.name),
        schemas.builtin(uri) or schema,
        option=part.option,
        choices=choices,
        profile=profile.name,
        spelling=_spelling(profile, uri),
        write_only=write_only(uri),
    )
    refuse_keys(part, result.after, profile.name)
    return result


def check_create(
    profile_name: str,
    target: Target,
    wanted: t.Mapping[str, t.Any],
    schema: Schema | None = None,
    *,
    option: str = "properties",
    choices: Choices = DEFAULTS,
) -> dict[str, str]:
    """A warning by member about a Create with *wanted*: what cannot be judged afterwards.

    Raises UsageError for what the service at hand would lose without a word.
    """
    if profile_name != profiles.OPENWSMAN.name:
        return {}
    unreadable = losses.refuse(
        wanted, schemas.builtin(target.resource_uri) or schema, option, allow_loss=choices.allow_loss
    )
    return {name: losses.UNREADABLE.format(name) for name in unreadable}


def write_only(resource_uri: str) -> tuple[str, ...]:
    """The members of a class that read as empty whatever they hold, besides those of built-in schemas (state.md §3)."""
    return _WRITE_ONLY.get(uris.class_name(resource_uri) or "", ())


def _spelling(profile: profiles.Profile, uri: str) -> Spelling:
    return Spelling(
        profile.datetimes,
        empty_as_null=profile.keeps_absent and uris.class_name(uri) is not None,
        null_as_absent=profile.name == profiles.OPENWSMAN.name,
    )


def _without_keys(part: Part, held: Element, profile: str) -> dict[str, t.Any]:
    """The wanted members without the keys that the service does not show, or shows as empty: the selector has them."""
    terms = compare.Terms(profile)
    selectors = {name.lower(): value for name, value in part.target.selector_set.items()}
    return {
        name: value
        for name, value in part.wanted.items()
        if str(name).lower() not in selectors
        or any(child.text or len(child) for child in find_children(held, str(name)))
        or not compare.equal(selectors[str(name).lower()], value, None, terms)
    }


def _finish(profile: profiles.Profile, part: Part, result: Plan, schema: Schema | None) -> Plan:
    """The recipe of state.md §3 for this kind of service."""
    _respell_reals(result.representation, schema)
    if uris.is_config(part.target.resource_uri):
        _refuse_policy(result.held, result.after, part.option)
        return dataclasses.replace(result, representation=strip_config(result.representation))
    if profile.refuses_wrapped:
        return dataclasses.replace(result, representation=unwrap_datetimes(result.representation))
    if profile.name == profiles.OPENWSMAN.name:
        return losses.finish(result, schema, part.option, part.target.selector_set)
    return result


def _respell_reals(representation: Element, schema: Schema | None) -> None:
    """OMI and sfcb print ``nan`` and ``-inf``; ``NaN`` and ``-INF`` are to be sent (state.md §2)."""
    for child in representation:
        member = schema.find(xml.local(child.tag)) if schema else None
        if member is None or member.type not in ("real32", "real64") or not child.text:
            continue
        with contextlib.suppress(ValueError):
            number = cim.parse(child.text, member.type)
            child.text = child.text if math.isfinite(t.cast(float, number)) else cim.format(number)


def _omit(part: Part, result: Plan, profile: profiles.Profile) -> Plan:
    """Without the members that the task, or the kind of service, does not want sent."""
    read_only = lower(_READ_ONLY.get(uris.class_name(part.target.resource_uri) or "", ()))
    asked = lower(_relative(name, part.path) for name in result.choices.omit)
    for name in result.after:
        if name.lower() in read_only:
            raise UsageError(
                "this member is read-only and holds another value.",
                option=f"{part.option}.{name}",
                remedy="Leave it out.",
            )
        if name.lower() in asked:
            raise UsageError(
                "it is wanted and to be left out at once.", option=f"{part.option}.{name}", remedy="Take one of both."
            )
    gone: list[str] = []
    for child in list(result.representation):
        name = xml.local(child.tag)
        if name.lower() in asked | read_only and child.tag != instance.LOCATION:
            result.representation.remove(child)
            gone += [] if instance.is_nil(child) or name in gone else [name]
    for attribute in [one for one in result.representation.attrib if f"@{one}".lower() in asked]:
        del result.representation.attrib[attribute]
    if not gone or profile.name not in _NULLS_ABSENT:
        return dataclasses.replace(result, conceded=result.conceded | asked | read_only)
    warning = f"{', '.join(gone)}: left out, and this service sets to null what it is not sent."
    return dataclasses.replace(
        result, warnings=(*result.warnings, warning), conceded=result.conceded | asked | read_only
    )


def _relative(name: str, path: tuple[str, ...]) -> str:
    """A member as its own resource knows it: ``Service.Auth.Basic`` is ``Basic`` of ``config/service/auth``."""
    prefix = "".join(f"{one}." for one in path)
    return name[len(prefix) :] if name.lower().startswith(prefix.lower()) else name


def _method_error(option: str) -> UsageError:
    return UsageError(
        "an iDRAC takes no Put: its settings are changed by methods.",
        option=option,
        remedy="Take wsman_invoke with SetAttribute or SetAttributes of the service that the setting belongs to "
        "(DCIM_BIOSService, DCIM_NICService, DCIM_iDRACCardService, DCIM_RAIDService, DCIM_LCService), and then its "
        "CreateTargetedConfigJob where a job is needed.",
    )


def refuse_keys(part: Part, values: t.Mapping[str, t.Any], profile: str = "generic") -> None:
    """UsageError where one of *values* is a key and contradicts the selector that says which instance it is.

    Services ignore another key in the body, or store it under the old one, or create what no later run would find.
    """
    terms = compare.Terms(profile)
    selectors = {name.lower(): value for name, value in part.target.selector_set.items()}
    for name, value in values.items():
        if name.lower() in selectors and not compare.equal(selectors[name.lower()], value, None, terms):
            raise UsageError(
                "it contradicts the selector of this name, which says which instance is meant.",
                option=f"{part.option}.{name}",
                remedy="Give the same value, or leave it out; an instance with another key is another instance.",
            )


def root_of(resource_uri: str) -> tuple[str, str]:
    """Namespace and name of the element that represents a resource: a class's own name, ``Listener``, ``Shell``."""
    schema = schemas.builtin(resource_uri)
    if schema is not None and schema.namespace:
        return schema.namespace, schema.name
    uri = resource_uri.partition("?")[0].rstrip("/")
    return uri, uris.class_name(uri) or uri.rpartition("/")[2]


def strip_config(representation: Element) -> Element:
    """A copy without what Windows sends and does not take: ``ListeningOn``, ``cim:Location``, the root's ``xml:lang``.

    A Put that echoes ListeningOn is an InternalError (MS-WSMV 3.1.4.1.29.5).
    """
    stripped = copy.deepcopy(representation)
    stripped.attrib.pop(_LANGUAGE, None)
    for child in [*find_children(stripped, "ListeningOn"), *stripped.findall(instance.LOCATION)]:
        stripped.remove(child)
    return stripped


def unwrap_datetimes(representation: Element) -> Element:
    """A copy in which wrapped datetimes are bare: OMI sends ``cim:Datetime`` and refuses it (state.md §3)."""
    bare = copy.deepcopy(representation)
    for element in list(bare.iter()):
        if len(element) == 1 and instance.is_wrapper(element[0]):
            wrapper = element[0]
            element.remove(wrapper)
            element.text = wrapper.text
            element.attrib.update(wrapper.attrib)
    return bare


def _split(
    target: Target, wanted: t.Mapping[str, t.Any], schema: Schema, path: tuple[str, ...], option: str
) -> t.Iterator[Part]:
    own: dict[str, t.Any] = {}
    merge.refuse_twice(wanted, option)
    for name, value in wanted.items():
        member = schema.find(name) if isinstance(name, str) else None
        uri = f"{target.resource_uri.rstrip('/')}/{member.name.lower()}" if member else ""
        if member is None or not isinstance(value, dict) or not member.members or schemas.builtin(uri) is None:
            own[name] = value
            continue
        below = dataclasses.replace(target, resource_uri=uri)
        yield from _split(below, value, member.members, (*path, member.name), f"{option}.{name}")
    if own:
        yield Part(target, own, path, option)


def _order(part: Part) -> tuple[int, int]:
    """Those in ``_LAST`` after all others, otherwise from the root to the leaves."""
    below = part.target.resource_uri.lower().removeprefix(uris.NS_CONFIG)
    return (_LAST.index(below) + 1 if below in _LAST else 0, below.count("/"))


def _refuse_policy(held: Element, changes: t.Mapping[str, t.Any], option: str) -> None:
    """Group policy wins: Windows refuses to write what it controls (protocol.md §4.1)."""
    if changes and _is_policy(held):
        raise _policy_error(option)
    for name, value in changes.items():
        for child in find_children(held, name):
            if _is_policy(child):
                raise _policy_error(f"{option}.{name}")
            if isinstance(value, dict):
                _refuse_policy(child, value, f"{option}.{name}")


def _is_policy(element: Element) -> bool:
    return element.get("Source", "").upper() == "GPO"


def _policy_error(option: str) -> UsageError:
    return UsageError(
        "a group policy controls this on the service.",
        option=option,
        remedy="Change the policy, or leave it out.",
        windows_code=WINDOWS_CODE_POLICY,
    )
