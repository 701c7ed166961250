# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put as desired state: read, compare, and where something differs write and read again.

In two steps, so that all instances of a task are read and planned before the first is written. Knows neither tasks nor
connections.
"""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    addressing,
    fragment,
    instance,
    merge,
    operations,
    recipes,
    uris,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Fragment, Request, Response
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError, WSManError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.merge import Choices, Plan
from ansible_collections.wsman.automation.plugins.module_utils._wsman.recipes import Part
from ansible_collections.wsman.automation.plugins.plugin_utils import _desired, _reading, _result, _targets
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._desired import Options, Wanted
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result


@dataclasses.dataclass(frozen=True)
class Step:
    """One resource to write, as it was read, with the *request* that would write it."""

    part: Part
    plan: Plan
    held: Element
    request: Request


@dataclasses.dataclass(frozen=True)
class Work:
    """What a task means to write to *target*; several steps only in the tree of ``winrm/config``."""

    target: Target
    steps: tuple[Step, ...]

    @property
    def alone(self) -> bool:
        """Whether the one resource that is written is the one that the task names."""
        return len(self.steps) == 1 and self.steps[0].part.target == self.target


def plan_properties(
    client: Client, target: Target, wanted: Wanted, choices: Choices, option: str = "properties"
) -> Work:
    """Read what is to hold *wanted*, and plan its writing."""
    parts = recipes.split(target, wanted, option=option)
    held = [_reading.get_element(client, part.target) for part in parts]
    steps = []
    for part, element in zip(parts, held, strict=True):
        plan = _desired.plan(client, part, element, choices)
        steps.append(Step(part, plan, element, operations.put(part.target, plan.representation)))
    return Work(target, tuple(steps))


def plan_body(client: Client, target: Target, body: Element, choices: Choices) -> Work:
    """Send *body* as it is, unless every member that it names is held already. What it does not name it gives up."""
    held = _reading.get_element(client, target)
    wanted = _result.plain(instance.from_element(body, client.schemas.of(target)))
    whole = Part(target, wanted, option="body")
    plan = _desired.plan(client, whole, held, dataclasses.replace(choices, allow_loss=True))
    unnamed = {xml.local(one.tag).lower() for one in held} - merge.lower(wanted)
    plan = dataclasses.replace(plan, conceded=plan.conceded | unnamed)
    return Work(target, (Step(whole, plan, held, operations.put(target, body)),))


def plan_fragment(client: Client, target: Target, part: Fragment, value: t.Any, choices: Choices) -> Work:
    """Give the member at the path *value*. Windows alone is sent the fragment, all others the whole (state.md §3)."""
    path = fragment.parse(part.path)
    if uris.is_config(target.resource_uri) and path.index is None:
        return plan_properties(client, target, {path.name: value}, choices, option="value")
    held = _reading.get_element(client, target)
    path = _spell_path(held, path)
    part = dataclasses.replace(part, path=fragment.format(path))
    wanted = {path.name: value if path.index is None else _replace_element(held, path, value)}
    if uris.is_config(target.resource_uri):
        return plan_properties(client, target, wanted, choices, option="value")
    whole = Part(target, wanted, option="value")
    plan = _desired.plan(client, whole, held, choices)
    request = operations.put(target, plan.representation)
    if fragment.takes_header(target, windows=client.takes_fragments(target.resource_uri)):
        body = fragment.to_element(part.path, fragment.select(part.path, plan.representation))
        request = operations.put(target, body, part)
    return Work(target, (Step(whole, plan, held, request),))


def write(client: Client, work: Work, options: Options) -> Result:
    """Put what differs, and read it back; in check mode only say what that is."""
    result = _desired.summarize([(step.part, step.plan) for step in work.steps])
    result["endpoint_reference"] = _targets.to_reference(work.target)
    steps = [step for step in work.steps if step.plan.changed]
    if options.check_mode or not steps:
        held = work.steps[0].held if work.alone else _reading.get_element(client, work.target)
        return {**result, **_reading.show(client, work.target, held)}
    answers = _send(client, steps)
    done = [(step.part, step.plan) for step in steps]
    if not work.alone or steps[0].request.fragment is not None:
        return _desired.read_back(client, work.target, done, options, result=result, answer=None)
    element, renamed = operations.read_put(answers[0])
    target = work.target
    if renamed is not None:
        renamed = addressing.complete(renamed, target)
        target = dataclasses.replace(
            target, resource_uri=renamed.resource_uri or target.resource_uri, selector_set=renamed.selector_set
        )
        result["endpoint_reference"] = _targets.to_reference(target)
        done = [(dataclasses.replace(part, target=target), plan) for part, plan in done]
    return _desired.read_back(client, target, done, options, result=result, answer=element)


def _send(client: Client, steps: list[Step]) -> list[Response]:
    """Put every part; an error says which were written before it."""
    answers: list[Response] = []
    for step in steps:
        try:
            answers.append(client.execute(step.request))
        except WSManError as error:
            if answers:
                written = [done.part.target.resource_uri for done in steps[: len(answers)]]
                error.add_note(_targets.tell_changed(written))
                error.after_change = True
            raise
    return answers


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
    named = merge.lower(members)
    kept = {name: one for name, one in held.properties.items() if name.lower() not in named}
    return Instance(held.class_name, held.namespace, {**kept, **members})
