# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create as desired state: look whether the instance exists, make it, and read what became of it.

Knows neither tasks nor connections.
"""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    addressing,
    compare,
    fault,
    instance,
    merge,
    operations,
    profiles,
    recipes,
    representation,
    uris,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Response
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError, WSManFault
from ansible_collections.wsman.automation.plugins.module_utils._wsman.merge import Choices, Plan
from ansible_collections.wsman.automation.plugins.module_utils._wsman.recipes import Part
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema, coerce
from ansible_collections.wsman.automation.plugins.plugin_utils import _desired, _reading, _result, _targets
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._desired import Options, Wanted
from ansible_collections.wsman.automation.plugins.plugin_utils._result import DiffersError, Result

_ASK_FOR_KEYS: t.Final = "Give the keys in selector_set, so that wsman_create can compare the instance that exists."


def create(client: Client, target: Target, wanted: Wanted | None, body: Element | None, options: Options) -> Result:
    """Make an instance of *wanted*, or of the whole *body*, unless one with these values exists."""
    part = Part(target, _read_wanted(wanted, body, None), option="properties" if body is None else "body")
    recipes.refuse_keys(part, part.wanted)
    schema = client.schemas.of(target)
    part = dataclasses.replace(part, wanted=_read_wanted(wanted, body, schema))
    located = _locate(part, schema)
    if located is None and options.check_mode:
        raise _ask_for_keys(schema)
    confirmed = _confirm(client, part, located, options)
    if confirmed is not None:
        return confirmed
    plan = _plan(client, part, located or target, schema, body, options)
    result = _desired.summarize([(part, plan)])
    if options.check_mode:
        return result
    try:
        response = _send(client, target if located is None else located, plan.representation)
    except WSManFault as error:
        if not fault.is_already_exists(error):
            raise
        confirmed = _confirm(client, part, located, options)  # somebody else has made it in between
        if confirmed is None:
            error.remedy = _ASK_FOR_KEYS if located is None else error.remedy
            raise
        return confirmed
    return {**result, **_follow(client, part, plan, located, response, options, result)}


def _read_wanted(wanted: Wanted | None, body: Element | None, schema: Schema | None) -> Wanted:
    if body is None:
        return dict(wanted or {})
    return t.cast("Wanted", _result.plain(instance.from_element(body, schema)))


def _locate(part: Part, schema: Schema | None) -> Target | None:
    """The instance by its keys, of ``selector_set`` and of the wanted values; None where these do not name one."""
    target = part.target
    given = merge.lower(target.keys)
    named = {str(name).lower(): value for name, value in part.wanted.items()}
    selectors = dict(target.selector_set)
    missing = False
    for key in schema.properties.values() if schema else ():
        if not key.key or key.name.lower() in given:
            continue
        value = named.get(key.name.lower())
        if value is None:
            missing = True
        else:
            selectors[key.name] = _to_selector(value, key, part.option)
    if missing:
        return target if given else None
    located = dataclasses.replace(target, selector_set=selectors)
    return located if located.keys else None


def _to_selector(value: t.Any, key: Property, option: str) -> addressing.SelectorValue:
    typed = coerce(value, key, f"{option}.{key.name}")
    if isinstance(typed, EndpointReference):
        return typed
    return representation.format_scalar(typed, f"{option}.{key.name}", cim_datetime=True)


def _ask_for_keys(schema: Schema | None) -> UsageError:
    keys = f" ({', '.join(schema.keys)})" if schema and schema.keys else ""
    return UsageError(
        "check mode cannot tell whether the instance exists.",
        option="selector_set",
        remedy=f"Give the keys of the instance{keys}.",
    )


def _confirm(client: Client, part: Part, located: Target | None, options: Options) -> Result | None:
    """The result where the instance exists: unchanged, or an error that says what differs; None where it does not.

    What reads as empty whatever it holds was written when the instance was created.
    """
    held = _desired.find(client, located) if located is not None else None
    if located is None or held is None:
        return None
    part = dataclasses.replace(part, target=located)
    choices = dataclasses.replace(options.choices, update_secret="on_create")
    plan = _desired.plan(client, part, held, choices, recipes.differ)
    if plan.changed:
        before, after = (_desired.presentable(instance.complete(one, part.target)) for one in (plan.before, plan.after))
        raise DiffersError({name: {"held": before[name], "wanted": after[name]} for name in after}, part.option)
    result = _desired.summarize([(part, plan)])
    reference = _targets.to_reference(part.target)
    return {**result, "endpoint_reference": reference, **_reading.show(client, part.target, held)}


def _plan(
    client: Client, part: Part, located: Target, schema: Schema | None, body: Element | None, options: Options
) -> Plan:
    """The representation to send, and the difference that it makes."""
    profile, wanted = client.profile(part.target.resource_uri), part.wanted
    choices = options.choices
    keys = {name: one for name, one in located.keys.items() if isinstance(one, EndpointReference)}
    recipes.check_create(profile.name, part.target, keys, schema, option="selector_set", choices=choices)
    doubtful = recipes.check_create(profile.name, part.target, wanted, schema, option=part.option, choices=choices)
    namespace, name = recipes.root_of(part.target.resource_uri)
    if body is None:
        values = _with_keys(wanted, located)
        if profile is profiles.OPENWSMAN:  # it makes 0 of a nil integer
            values = {name: value for name, value in values.items() if value is not None}
        body = representation.to_element(name, namespace, values, schema=schema, datetimes_as=profile.datetimes)
    return Plan(
        True,
        {},
        _mask_secrets(part, schema, choices),
        body,
        held=Element(body.tag),
        wanted=wanted,
        warnings=tuple(doubtful.values()),
        conceded=frozenset(map(str.lower, doubtful)),
        choices=choices,
    )


def _mask_secrets(part: Part, schema: Schema | None, choices: Choices) -> Wanted:
    """The wanted members as a difference shows them, without what nobody can read afterwards either."""
    names = [*choices.secret_members, *recipes.write_only(part.target.resource_uri)]
    names += [one.name for one in schema.properties.values() if one.write_only] if schema else []
    secret = merge.lower(names)
    return {name: compare.MASK if name.lower() in secret else value for name, value in part.wanted.items()}


def _with_keys(wanted: Wanted, located: Target) -> Wanted:
    """The members of a class with its keys among them; without them for a resource that has its keys in the header.

    So Windows has its listeners and mappings; live OMI and Openwsman were given a class's keys in the body alone
    (wire/omi/61, wire/openwsman/080).
    """
    keys = addressing.selector_set_to_plain(located.keys)
    named = merge.lower(wanted)
    if uris.class_name(located.resource_uri) is None:
        keyed = merge.lower(keys)
        return {name: value for name, value in wanted.items() if str(name).lower() not in keyed}
    return {**{name: value for name, value in keys.items() if name.lower() not in named}, **wanted}


def _send(client: Client, target: Target, body: Element) -> Response:
    if uris.class_name(target.resource_uri) is not None:
        target = target.of_class
    return client.execute(operations.create(target, body))


def _follow(
    client: Client,
    part: Part,
    plan: Plan,
    located: Target | None,
    response: Response,
    options: Options,
    result: Result,
) -> Result:
    """Read what the service made of it, under the keys that the service gave it."""
    reference, element = operations.read_create(response)
    target = located
    if reference is not None:
        reference = addressing.complete(reference, part.target)
        target = Target(reference.resource_uri or part.target.resource_uri, reference.selector_set)
    elif target is not None:
        reference = EndpointReference(target.resource_uri, target.selector_set)
    result = {**result, "endpoint_reference": reference.to_plain() if reference else None}
    if target is None:
        shown = _reading.show(client, part.target, element) if element is not None else _result.instance(None)
        problem = "The instance was created, but not read back: the service did not say how it is addressed."
        return _desired.warn({**result, **shown, "verified": False}, problem)
    other = _find_renamed(part, target)
    if other:
        plan = dataclasses.replace(plan, wanted={name: one for name, one in plan.wanted.items() if name not in other})
        result = _desired.warn(result, f"The service gave the instance keys of its own: {_targets.describe(target)}.")
    return _desired.read_back(
        client, target, [(dataclasses.replace(part, target=target), plan)], options, result=result, answer=element
    )


def _find_renamed(part: Part, target: Target) -> set[str]:
    """The keys, as the task names them, that the service has not taken as they were asked for."""
    asked = {**addressing.selector_set_to_plain(part.target.keys), **part.wanted}
    given = {name.lower(): value for name, value in target.keys.items()}
    return {
        name
        for name, value in asked.items()
        if name.lower() in given and value is not None and not compare.equal(given[name.lower()], value)
    }
