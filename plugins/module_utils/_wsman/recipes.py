# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each kind of service wants to be written (state.md §3): which resources are put, and what of them is sent.

``split`` says which resources are to be read; of what was read ``plan_put`` makes the Put. Two recipes so far: the tree
of ``winrm/config``, and everything else, which takes the whole received element. Each is one function from a plan to an
element, so that further ones stand beside them.
"""

from __future__ import annotations

import copy
import dataclasses
import typing as t
from xml.etree.ElementTree import Element

from . import compare, instance, profiles, schemas, uris, xml
from .addressing import Target
from .errors import UsageError
from .merge import DEFAULTS, Choices, Plan, find_children, plan
from .schema import Schema

WINDOWS_CODE_POLICY = 2150858890  # CONFIG_CANNOT_CHANGE_GPO_CONTROLLED_SETTING

_LANGUAGE: t.Final = xml.qname(uris.NS_XML, "lang")
#: A change of these may cut the very connection that it comes by, so they are written last.
_LAST: t.Final = ("/service", "/service/auth")


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
    ``part.nest`` puts them in their place. Raises UsageError as ``merge.plan`` does, and for a member that a policy
    controls.
    """
    uri = part.target.resource_uri
    profile = profiles.by_name(profile_name)
    result = plan(
        held,
        part.wanted,
        schemas.builtin(uri) or schema,
        option=part.option,
        choices=choices,
        datetimes_as=profile.datetimes,
        empty_as_null=profile.keeps_absent and uris.class_name(uri) is not None,
    )
    refuse_keys(part, result.after)
    if profile.refuses_wrapped:
        result = dataclasses.replace(result, representation=unwrap_datetimes(result.representation))
    if not uris.is_config(uri):
        return result
    _refuse_policy(held, result.after, part.option)
    return dataclasses.replace(result, representation=strip_config(result.representation))


def refuse_keys(part: Part, values: t.Mapping[str, t.Any]) -> None:
    """UsageError where one of *values* is a key and contradicts the selector that says which instance it is.

    Services ignore another key in the body, or store it under the old one, or create what no later run would find.
    """
    selectors = {name.lower(): value for name, value in part.target.selector_set.items()}
    for name, value in values.items():
        if name.lower() in selectors and not compare.equal(selectors[name.lower()], value):
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
