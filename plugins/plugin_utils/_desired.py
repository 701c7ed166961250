# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Put, Create and Delete have in common: whether an instance is there, what differs, what a change has come to.

What differs and what is sent is decided in ring 1 (``recipes``, ``merge``, ``fragment``, ``verification``); here and
in ``_putting``, ``_creating`` and ``_deleting`` stands only in which order a service is asked, and what of that happens
in check mode. Knows neither tasks nor connections.
"""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t
from xml.etree.ElementTree import Element

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    compare,
    fault,
    instance,
    merge,
    profiles,
    recipes,
    verification,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    UsageError,
    WSManError,
    WSManFault,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.merge import Choices, Plan
from ansible_collections.wsman.automation.plugins.module_utils._wsman.recipes import Part
from ansible_collections.wsman.automation.plugins.module_utils._wsman.verification import Findings
from ansible_collections.wsman.automation.plugins.plugin_utils import _reading, _result
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result

Wanted = dict[str, t.Any]

#: One of each way to compare (``normal_forms``): an unknown service may turn out to be any of them.
_UNLIKE: t.Final = (profiles.GENERIC, profiles.OMI, profiles.OPENWSMAN)


@dataclasses.dataclass(frozen=True)
class Options:
    """How the task wants its changes made. *verify* is ``true``, ``warn`` or ``false``."""

    check_mode: bool
    choices: Choices = dataclasses.field(default_factory=Choices)
    verify: str = "true"

    @classmethod
    def from_arguments(cls, arguments: dict[str, t.Any], *, check_mode: bool) -> Options:
        """Read the options of these names, as far as the module has them."""
        given: dict[str, t.Any] = {}
        for field in dataclasses.fields(Choices):
            value = arguments.get(field.name)
            if value is not None:
                given[field.name] = tuple(value) if isinstance(value, list) else value
        return cls(check_mode, Choices(**given), arguments.get("verify", "true"))


class NotKeptError(_result.DetailedError):
    """The service has accepted a change and holds something else."""

    after_change = True


def plan(
    client: Client, part: Part, held: Element, choices: Choices, make: t.Callable[..., Plan] = recipes.plan_put
) -> Plan:
    """What to put; with ``recipes.differ`` as *make* only how what is held differs.

    Which service it is gets asked for only where something may differ, in check mode too. So the plan of check mode is
    that of the run, with the same difference and the same refusals; Identify changes nothing.
    """
    uri = part.target.resource_uri
    schema = client.schemas.of(part.target)
    known = client.known_profile(uri)
    if known is None:
        with contextlib.suppress(UsageError):
            plans = [make(one.name, part, held, schema, choices=choices) for one in _UNLIKE]
            if not any(one.changed for one in plans):
                return plans[0]
        known = client.profile(uri)
    return make(known.name, part, held, schema, choices=choices)


def find(client: Client, target: Target) -> Element | None:
    """The instance, or None where it does not exist; a class that does not exist is a fault."""
    try:
        return _reading.get_element(client, target)
    except WSManFault as error:
        if is_missing(client, target, error):
            return None
        raise


def is_missing(client: Client, target: Target, error: WSManFault) -> bool:
    """True where *error* says that the instance is not there, its class being known.

    Windows and Openwsman may say the same of a class that is not there; then an enumeration of the class tells.
    """
    uri = target.resource_uri
    if fault.is_not_found(error, uri):
        return True
    if not fault.may_be_not_found(error, uri):
        return False
    enumeration = Enumeration(target.of_class, max_elements=1, limit=1)
    try:
        with contextlib.closing(client.enumerate(enumeration)) as items:
            next(items, None)
    except WSManFault:
        return False
    return True


def read_back(
    client: Client,
    target: Target,
    done: t.Sequence[tuple[Part, Plan]],
    options: Options,
    *,
    result: Result,
    answer: Element | None,
) -> Result:
    """*result* with the instance as it is after a change, and whether the service keeps what it has accepted.

    One Get; where that shows no instance, *answer*, what the service has answered to the change, is shown, and what
    differs in it is a warning. The change is made, so that a failure to read is no failure of the task: a changed
    listener may have cut our own connection (state.md §3). Raises NotKeptError.
    """
    if options.verify == "false":
        return {**result, **_show_unjudged(client, target, answer), "verified": False}
    try:
        now = _reading.get_element(client, target)
        findings = _judge(client, target, done, now)
    except WSManError as error:
        return _take_answer(client, target, done, result, answer, error)
    return _conclude({**result, **_reading.show(client, target, now)}, findings, options)


def _show_unjudged(client: Client, target: Target, answer: Element | None) -> Result:
    with contextlib.suppress(WSManError):
        element = answer if answer is not None and len(answer) else _reading.get_element(client, target)
        return _reading.show(client, target, element)
    return _result.instance(None)


def _take_answer(
    client: Client,
    target: Target,
    done: t.Sequence[tuple[Part, Plan]],
    result: Result,
    answer: Element | None,
    error: WSManError,
) -> Result:
    """The result where reading back ends with *error*.

    Of an answer only what was named is judged: Openwsman's has an empty key and no reals (wire/openwsman/083).
    """
    unread = f"The change was made, but not read back: {error}"
    if answer is None or not len(answer):
        return warn({**result, **_result.instance(None), "verified": False}, unread)
    result = warn({**result, **_reading.show(client, target, answer), "verified": False}, unread)
    with contextlib.suppress(WSManError):
        findings = dataclasses.replace(_judge(client, target, done, answer), lost={}, moved={})
        problem = _problem(findings)
        return warn({**result, **_members_of(findings)}, *([problem] if problem else ()))
    return result


def _judge(client: Client, target: Target, done: t.Sequence[tuple[Part, Plan]], now: Element) -> Findings:
    """What all parts show."""
    findings = Findings()
    for part, made in done:
        profile = client.profile(part.target.resource_uri).name
        element = now if part.target == target else _below(client, part, now)
        found = verification.judge(made, part, element, profile, client.schemas.of(part.target))
        for kind in dataclasses.fields(findings):
            getattr(findings, kind.name).update(instance.complete(getattr(found, kind.name), part.target))
    return findings


def _below(client: Client, part: Part, whole: Element) -> Element:
    """The element of a part of ``winrm/config`` inside the whole that was read; read alone where it is not there."""
    element = whole
    for name in part.path:
        found = merge.find_children(element, name)
        if len(found) != 1:
            return _reading.get_element(client, part.target)
        element = found[0]
    return element


def _conclude(result: Result, findings: Findings, options: Options) -> Result:
    problem = _problem(findings)
    if findings.warning:
        result = warn(result, findings.warning)
    if problem is None:
        return {**result, "verified": True}
    result = {**result, "verified": False, **_members_of(findings)}
    if options.verify == "true":
        told = "The values are in ignored, altered and lost."
        remedy = "Leave out what this service does not keep, or take verify: warn."
        raise NotKeptError(f"{problem} {told} {remedy}", result)
    return warn(result, problem)


def _members_of(findings: Findings) -> Result:
    """``ignored``, ``altered`` and ``lost`` of a result, as far as there are such, plain and without secrets."""
    told = {name: getattr(findings, name) for name in ("ignored", "altered", "lost") if getattr(findings, name)}
    return {
        kind: {name: _presentable_of(name, values) for name, values in members.items()}
        for kind, members in told.items()
    }


def _problem(findings: Findings) -> str | None:
    problem = findings.problem
    return problem and problem[0].upper() + problem[1:]


def warn(result: Result, *texts: str) -> Result:
    """*result* with further warnings."""
    return {**result, "warnings": [*result.get("warnings", ()), *texts]} if texts else result


def summarize(planned: t.Sequence[tuple[Part, Plan]]) -> Result:
    """``changed`` and ``diff`` of all parts together, ``uncompared`` and ``warnings`` where there are such."""
    difference = diff(
        (part.nest(instance.complete(one.before, part.target)), part.nest(instance.complete(one.after, part.target)))
        for part, one in planned
    )
    result: Result = {"changed": any(one.changed for _part, one in planned), "diff": difference}
    if uncompared := [name for _part, one in planned for name in one.uncompared]:
        result["uncompared"] = uncompared
    return warn(result, *(text for _part, one in planned for text in one.warnings))


def diff(differences: t.Iterable[tuple[Wanted, Wanted]]) -> Result:
    """``before`` and ``after`` of several differences in one."""
    before: Wanted = {}
    after: Wanted = {}
    for part_before, part_after in differences:
        _join(before, part_before)
        _join(after, part_after)
    return {"before": presentable(before), "after": presentable(after)}


def _join(members: Wanted, further: Wanted) -> None:
    for name, value in further.items():
        held = members.get(name)
        if isinstance(held, dict) and isinstance(value, dict):
            _join(held, value)
        else:
            members[name] = value


def presentable(values: Wanted) -> t.Any:
    """Plain values, secrets masked."""
    return compare.mask_secrets(_result.plain(values))


def _presentable_of(name: str, values: Wanted) -> Wanted:
    """``{held, wanted}`` of a member; its own name says whether it is a secret."""
    last = name.rpartition(".")[2]
    return {side: presentable({last: value})[last] for side, value in values.items()}
