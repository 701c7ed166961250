# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries as targets: the instances that a filter finds in place of one that is named, and their results as one.

What is done to each of them is the business of the operation. Knows the client; neither tasks nor connections.
"""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    addressing,
    filters,
    projection,
    uris,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    ProtocolError,
    UsageError,
    WSManError,
)
from ansible_collections.wsman.automation.plugins.plugin_utils import _enumerating
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result

Arguments = dict[str, t.Any]

_EXCLUDED = ("selector_set", "endpoint_reference", "fragment")
_WHOLE = "Write SELECT * FROM and the class: whole instances have addresses."
_Plan = t.TypeVar("_Plan")

_SHOWN = 20  # instances that the error names, where a filter finds more than it may


class TooManyError(UsageError):
    """The filter finds more instances than the task is prepared for; nothing was done to any of them."""

    def __init__(self, found: t.Sequence[Target], limit: int, *, more: bool) -> None:
        self.members = {"endpoint_references": [to_reference(one) for one in found]}
        shown = ", ".join(map(describe, found))
        super().__init__(
            f"the filter finds more than {limit}: {shown}{' and more' if more else ''}.",
            option="limit_targets",
            remedy="Narrow the filter, or raise limit_targets to as many as are meant.",
        )


def check(arguments: Arguments, target: Target) -> bool:
    """Whether the task has a filter; UsageError for what cannot be given beside one, and for the filter itself."""
    if arguments.get("filter") is None and arguments.get("dialect") is None:
        if target.resource_uri.endswith("/*"):
            remedy = "Name one with its selectors, or give a filter."
            raise UsageError("it names all classes, and none of them.", option="resource_uri", remedy=remedy)
        return False
    chosen = filters.from_plain(arguments.get("filter"), arguments["dialect"], None, target)
    if projection.has_list(chosen):  # some services make the address of what is selected: without keys, of the class
        raise UsageError("it selects some properties, which may leave keys out.", option="filter", remedy=_WHOLE)
    for name in _EXCLUDED:
        if arguments.get(name) is not None:
            raise UsageError(
                f"it cannot be given together with {name}.",
                option="filter",
                remedy="A filter says itself which instances are meant.",
            )
    if target.keys:
        raise UsageError("it names an instance, and so does filter.", option="resource_uri", remedy="Leave ?... out.")
    if arguments["limit_targets"] < 1:
        raise UsageError("it is less than 1.", option="limit_targets", remedy="Give the most that may be meant.")
    return True


def find(client: Client, target: Target, arguments: Arguments) -> list[Target] | None:
    """The instances that ``filter`` finds, at most ``limit_targets``; None where the task has none.

    Raises TooManyError, and UsageError as ``check`` does.
    """
    if not check(arguments, target):
        return None
    limit = arguments["limit_targets"]
    options = {name: one.get("default") for name, one in _argspec.enumerate_module().items()}
    options.update(filter=arguments["filter"], dialect=arguments["dialect"], return_type="object_and_epr")
    options["limit"] = max(limit + 1, _SHOWN)
    enumeration = _enumerating.make_enumeration(client, target, options)
    targets = [_to_target(item.endpoint_reference, target) for item in client.collect(enumeration)]
    if len(targets) > limit:
        raise TooManyError(targets, limit, more=enumeration.truncated)
    return targets


def act(
    client: Client,
    target: Target,
    arguments: Arguments,
    plan: t.Callable[[Target], _Plan],
    carry_out: t.Callable[[_Plan], Result],
    *,
    check_mode: bool,
) -> Result:
    """*plan* and then *carry_out* what the task wants of the instance that it names, or of all that its filter finds.

    All are planned before the first plan is carried out. An error says which instance it is about, and which were
    changed before.
    """
    found = find(client, target, arguments)
    if found is None:
        return carry_out(plan(target))
    planned: list[tuple[Target, _Plan]] = []
    for one in found:
        with _naming(one):
            planned.append((one, plan(one)))
    return _each(planned, carry_out, check_mode=check_mode)


@contextlib.contextmanager
def _naming(target: Target) -> t.Iterator[None]:
    try:
        yield
    except WSManError as error:
        if describe(target) not in str(error):
            error.add_note(f"This is about {describe(target)}.")
        raise


def _each(
    planned: t.Iterable[tuple[Target, _Plan]], carry_out: t.Callable[[_Plan], Result], *, check_mode: bool
) -> Result:
    results: list[Result] = []
    for target, plan in planned:
        try:
            with _naming(target):
                results.append({"endpoint_reference": to_reference(target), **carry_out(plan)})
        except WSManError as error:
            changed = [_name(one) for one in results if one["changed"]]
            if changed and not check_mode:
                error.add_note(tell_changed(changed))
                error.after_change = True
            raise
    return gather(results)


def gather(results: t.Sequence[Result]) -> Result:
    """One result of the ``results`` of several instances, each with its ``endpoint_reference``.

    The differences of each stand in the common ``diff`` under the name of the instance; warnings are those of all, as
    Ansible shows none that are deeper.
    """
    diff: Result = {"before": {}, "after": {}}
    warnings: list[str] = []
    for one in results:
        name = _name(one)
        for side, members in one.get("diff", {}).items():
            if members:
                diff[side][name] = members
        warnings += [f"{name}: {text}" for text in one.get("warnings", ())]
    kept = [{name: value for name, value in one.items() if name != "warnings"} for one in results]
    result: Result = {"changed": any(one["changed"] for one in results), "count": len(results), "results": kept}
    result["diff"] = diff
    if any("verified" in one for one in results):
        result["verified"] = all(one.get("verified", True) for one in results)
    return {**result, "warnings": warnings} if warnings else result


def tell_changed(names: t.Sequence[str]) -> str:
    """What an error says of those that were written before it."""
    return f"Before that, {', '.join(names)} {'were' if len(names) > 1 else 'was'} changed."


def describe(target: Target) -> str:
    """The instance in words fit for a message: ``Win32_Service?Name=WinRM``."""
    name = uris.class_name(target.resource_uri) or target.resource_uri.rpartition("/")[2]
    selectors = [f"{key}={_describe_value(one)}" for key, one in target.keys.items()]
    return f"{name}?{'+'.join(selectors)}" if selectors else name


def to_reference(target: Target) -> Result:
    """The ``endpoint_reference`` of a result."""
    return EndpointReference(target.resource_uri, target.selector_set).to_plain()


def _describe_value(value: t.Any) -> str:
    if not isinstance(value, EndpointReference):
        return str(value)
    return f"({describe(Target(value.resource_uri or '', value.selector_set))})"


def _name(result: Result) -> str:
    reference = EndpointReference.from_plain(result["endpoint_reference"])
    return describe(Target(reference.resource_uri or "", reference.selector_set))


def _to_target(reference: EndpointReference | None, asked: Target) -> Target:
    """The instance of *reference*; one without a resource URI is of the class that was asked for, if one was."""
    complete = addressing.complete(reference, asked) if reference is not None else None
    if complete is None or not complete.resource_uri:
        raise ProtocolError("the service's answer to the filter does not give the address of each instance")
    return Target(complete.resource_uri, complete.selector_set, asked.option_set)
