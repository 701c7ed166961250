# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put, Create and Delete as desired state: read, compare, and then perhaps one more request.

What differs and what is sent is decided in ring 1 (``recipes``, ``merge``, ``fragment``); here stands only in which
order a service is asked, and what of that happens in check mode. Knows neither tasks nor connections.
"""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t
from xml.etree.ElementTree import Element

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    addressing,
    compare,
    fault,
    fragment,
    instance,
    merge,
    operations,
    profiles,
    recipes,
    representation,
    schemas,
    uris,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Fragment, Response
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    UsageError,
    WSManError,
    WSManFault,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.merge import Plan
from ansible_collections.wsman.automation.plugins.module_utils._wsman.recipes import Part
from ansible_collections.wsman.automation.plugins.plugin_utils import _reading, _result
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import DiffersError, Result

Wanted = dict[str, t.Any]


def put_properties(
    client: Client, target: Target, wanted: Wanted, *, check_mode: bool, option: str = "properties"
) -> Result:
    """Make the instance hold *wanted*. Every part is read and planned before the first is written."""
    parts = recipes.split(target, wanted, option=option)
    held = [_reading.get_element(client, part.target) for part in parts]
    planned = [
        (part, _plan(client, part, element, check_mode=check_mode)) for part, element in zip(parts, held, strict=True)
    ]
    answers = [] if check_mode else _write(client, [(part, plan) for part, plan in planned if plan.changed])
    result = _summarize(planned)
    alone = len(parts) == 1 and parts[0].target == target
    if not answers:
        return {**result, **_reading.show(target, held[0] if alone else _reading.get_element(client, target))}
    return {**result, **_read_back(client, target, answers[0] if alone else None)}


def _write(client: Client, planned: list[tuple[Part, Plan]]) -> list[Response]:
    """Put every part; an error says which were written before it."""
    answers: list[Response] = []
    for part, plan in planned:
        try:
            answers.append(client.execute(operations.put(part.target, plan.representation)))
        except WSManError as error:
            if answers:
                written = ", ".join(done.target.resource_uri for done, _plan in planned[: len(answers)])
                error.add_note(f"Before that, {written} was changed.")
                error.after_change = True
            raise
    return answers


def put_body(client: Client, target: Target, body: Element, *, check_mode: bool) -> Result:
    """Send *body* as it is, unless every member that it names is held already."""
    schema = schemas.builtin(target.resource_uri)
    held = _reading.get_element(client, target)
    wanted = _result.plain(instance.from_element(body, schema))
    whole = Part(target, wanted, option="body")
    plan = recipes.plan_put(profiles.GENERIC.name, whole, held)  # for what differs; the body is sent as it is
    result = _summarize([(whole, plan)])
    if not plan.changed or check_mode:
        return {**result, **_reading.show(target, held)}
    return {**result, **_read_back(client, target, client.execute(operations.put(target, body)))}


def put_fragment(client: Client, target: Target, part: Fragment, value: t.Any, *, check_mode: bool) -> Result:
    """Give the member at the path *value*. Windows alone is sent the fragment, all others the whole (state.md §3)."""
    held = _reading.get_element(client, target)
    path = _spell_path(held, fragment.parse(part.path))
    part = dataclasses.replace(part, path=fragment.format(path))
    wanted = {path.name: value if path.index is None else _replace_element(held, path, value)}
    if uris.is_config(target.resource_uri):
        return put_properties(client, target, wanted, check_mode=check_mode, option="value")
    whole = Part(target, wanted, option="value")
    plan = _plan(client, whole, held, check_mode=check_mode)
    result = _summarize([(whole, plan)])
    if not plan.changed or check_mode:
        return {**result, **_reading.show(target, held)}
    if fragment.takes_header(target, windows=client.takes_fragments(target.resource_uri)):
        body = fragment.to_element(part.path, fragment.select(part.path, plan.representation))
        client.execute(operations.put(target, body, part))
        return {**result, **_read_back(client, target)}
    return {**result, **_read_back(client, target, client.execute(operations.put(target, plan.representation)))}


def create(client: Client, target: Target, wanted: Wanted | None, body: Element | None, *, check_mode: bool) -> Result:
    """Make an instance of *wanted*, or of the whole *body*, unless one with these values exists."""
    option = "properties" if body is None else "body"
    schema = schemas.builtin(target.resource_uri)
    values = _result.plain(instance.from_element(body, schema)) if body is not None else dict(wanted or {})
    keys = _keys(target)
    recipes.refuse_keys(Part(target, values, option=option), values)
    held = _find(client, target) if keys else None
    if held is not None:
        return _confirm(target, held, values, option)
    if check_mode and not keys:
        raise UsageError(
            "check mode cannot tell whether the instance exists.",
            option="selector_set",
            remedy="Give the keys of the instance.",
        )
    if body is None:
        body = _represent(client, target, {**_missing_keys(target, values), **values})
    result = {"changed": True, "diff": _diff([({}, values)])}
    return result if check_mode else {**result, **_create(client, target, body, keyed=bool(keys))}


def delete(client: Client, target: Target, *, check_mode: bool) -> Result:
    """Remove the instance if it is there; what it held is not read for that."""
    changed = _find(client, target) is not None if check_mode else _remove(client, target)
    selectors = addressing.selector_set_to_plain(target.selector_set)
    gone = {"resource_uri": target.resource_uri, "selector_set": selectors} if changed else {}
    return {"changed": changed, "diff": _diff([(gone, {})])}


def _remove(client: Client, target: Target) -> bool:
    try:
        client.execute(operations.delete(target))
    except WSManFault as error:
        if not _is_missing(client, target, error):
            raise
        return False
    return True


def _find(client: Client, target: Target) -> Element | None:
    """The instance, or None where it does not exist; a class that does not exist is a fault."""
    try:
        return _reading.get_element(client, target)
    except WSManFault as error:
        if _is_missing(client, target, error):
            return None
        raise


def _is_missing(client: Client, target: Target, error: WSManFault) -> bool:
    """True where *error* says that the instance is not there, its class being known.

    Windows and Openwsman may say the same of a class that is not there; then an enumeration of the class tells.
    """
    uri = target.resource_uri
    if fault.is_not_found(error, uri):
        return True
    if not fault.may_be_not_found(error, uri):
        return False
    enumeration = Enumeration(Target(uri, _namespace(target)), max_elements=1, limit=1)
    try:
        with contextlib.closing(client.enumerate(enumeration)) as items:
            next(items, None)
    except WSManFault:
        return False
    return True


def _plan(client: Client, part: Part, held: Element, *, check_mode: bool) -> Plan:
    """What to put. Which service it is matters only for what is sent, so it is asked for only then."""
    known = client.known_profile(part.target.resource_uri)
    plan = recipes.plan_put((known or profiles.GENERIC).name, part, held)
    if plan.changed and known is None and not check_mode:
        plan = recipes.plan_put(client.profile(part.target.resource_uri).name, part, held)
    return plan


def _spell_path(held: Element, path: fragment.Path) -> fragment.Path:
    """*path* with the name as the service spells it: XPath minds the case of names, CIM does not (DSP0004 4.2)."""
    found = merge.find_children(held, path.name)
    return dataclasses.replace(path, name=xml.local(found[0].tag)) if found else path


def _replace_element(held: Element, path: fragment.Path, value: t.Any) -> list[t.Any]:
    """All values of the member, with *value* at the index of *path*; a dictionary is laid over an instance there."""
    values = [instance.read_values([child]) for child in fragment.select(path.name, held)]
    if path.index is None or path.index > len(values):
        raise UsageError(
            f"{path.name} has {len(values)} elements.", option="fragment", remedy="Replace one of these, or the whole."
        )
    one = values[path.index - 1]
    values[path.index - 1] = _lay_over(one, value) if isinstance(one, Instance) and isinstance(value, dict) else value
    return values


def _lay_over(held: Instance, members: Wanted) -> Instance:
    named = {str(name).lower() for name in members}
    kept = {name: one for name, one in held.properties.items() if name.lower() not in named}
    return Instance(held.class_name, held.namespace, {**kept, **members})


def _confirm(target: Target, held: Element, wanted: Wanted, option: str) -> Result:
    """The result where the instance exists: unchanged, or an error that says what differs."""
    plan = merge.plan(held, wanted, schemas.builtin(target.resource_uri), option=option)
    before, after = _presentable(plan.before), _presentable(plan.after)
    if plan.changed:
        raise DiffersError({name: {"held": before[name], "wanted": after[name]} for name in after}, option)
    reference = EndpointReference(target.resource_uri, target.selector_set).to_plain()
    result = _summarize([(Part(target, wanted), plan)])
    return {**result, "endpoint_reference": reference, **_reading.show(target, held)}


def _create(client: Client, target: Target, body: Element, *, keyed: bool) -> Result:
    """Send the Create, and read what the service made of it."""
    try:
        response = client.execute(operations.create(_creation_target(target), body))
    except WSManFault as error:
        if fault.is_already_exists(error) and not keyed:
            error.remedy = "Give the keys in selector_set, so that wsman_create can compare the instance that exists."
        raise
    reference, element = operations.read_create(response)
    if reference is not None:
        reference = addressing.complete(reference, target)
    elif keyed:
        reference = EndpointReference(target.resource_uri, target.selector_set)
    result: Result = {"endpoint_reference": reference.to_plain() if reference else None}
    if element is not None:
        return {**result, **_reading.show(target, element)}
    if reference is None or reference.resource_uri is None:
        return {**result, **_result.instance(None)}
    return {**result, **_read_back(client, Target(reference.resource_uri, reference.selector_set))}


def _creation_target(target: Target) -> Target:
    """What the header of a Create names: Windows' listeners and mappings by their keys, a class by its namespace alone.

    For a class the keys are in the body; live OMI and Openwsman were given no others (wire/omi/61, wire/openwsman/080).
    """
    if uris.class_name(target.resource_uri) is None:
        return target
    return dataclasses.replace(target, selector_set=_namespace(target))


def _missing_keys(target: Target, wanted: Wanted) -> Wanted:
    """The selectors that the instance of a class must hold as properties, and *wanted* does not name."""
    if uris.class_name(target.resource_uri) is None:
        return {}
    named = {str(name).lower() for name in wanted}
    selectors = addressing.selector_set_to_plain(_keys(target))
    return {name: value for name, value in selectors.items() if name.lower() not in named}


def _represent(client: Client, target: Target, values: Wanted) -> Element:
    namespace, name = recipes.root_of(target.resource_uri)
    known = client.known_profile(target.resource_uri) or profiles.GENERIC
    schema = schemas.builtin(target.resource_uri)
    return representation.to_element(name, namespace, values, schema=schema, datetimes_as=known.datetimes)


def _keys(target: Target) -> addressing.SelectorSet:
    return {name: one for name, one in target.selector_set.items() if name.lower() != uris.NAMESPACE_SELECTOR}


def _namespace(target: Target) -> addressing.SelectorSet:
    return {name: one for name, one in target.selector_set.items() if name.lower() == uris.NAMESPACE_SELECTOR}


def _read_back(client: Client, target: Target, answer: Response | None = None) -> Result:
    """The instance after a change, from the answer to it or by another Get.

    The change is made, so that a failure to read is no failure of the task: a changed listener may have cut our own
    connection.
    """
    element, renamed = operations.read_put(answer) if answer is not None else (None, None)
    if element is not None and len(element):
        return _reading.show(target, element)
    if renamed is not None:
        renamed = addressing.complete(renamed, target)
        target = Target(renamed.resource_uri or target.resource_uri, renamed.selector_set)
    try:
        return _reading.show(target, _reading.get_element(client, target))
    except WSManError as error:
        return {**_result.instance(None), "warnings": [f"The change was made, but not read back: {error}"]}


def _summarize(planned: list[tuple[Part, Plan]]) -> Result:
    """``changed`` and ``diff`` of all parts together, and ``uncompared`` where there are such members."""
    diff = _diff((part.nest(plan.before), part.nest(plan.after)) for part, plan in planned)
    result: Result = {"changed": any(plan.changed for _part, plan in planned), "diff": diff}
    if uncompared := [name for _part, plan in planned for name in plan.uncompared]:
        result["uncompared"] = uncompared
    return result


def _diff(differences: t.Iterable[tuple[Wanted, Wanted]]) -> Result:
    before: Wanted = {}
    after: Wanted = {}
    for part_before, part_after in differences:
        _join(before, part_before)
        _join(after, part_after)
    return {"before": _presentable(before), "after": _presentable(after)}


def _join(members: Wanted, further: Wanted) -> None:
    for name, value in further.items():
        held = members.get(name)
        if isinstance(held, dict) and isinstance(value, dict):
            _join(held, value)
        else:
            members[name] = value


def _presentable(values: Wanted) -> t.Any:
    """Plain values, secrets masked."""
    return compare.mask_secrets(_result.plain(values))
