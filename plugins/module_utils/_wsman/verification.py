# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reading back shows after a Put: whether the service keeps what it was sent (state.md §3 of the reference).

Services answer 200 and store something else, nothing, or less. This file compares only; it sends nothing, and what is
made of the findings (``verify: true | warn | false``) is decided by its callers.
"""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element

from . import cim, compare, instance, merge, profiles, recipes, schemas, xml
from .merge import Plan
from .recipes import Part
from .schema import Schema

#: Of these a Put takes the whole instance, so that one that nulls a member has lost it.
_WHOLE: t.Final = (profiles.OPENWSMAN.name, profiles.OMI.name, profiles.GENERIC.name)


@dataclasses.dataclass(frozen=True)
class Findings:
    """What is not as it was sent; each maps a member of the part (``Auth.Basic``) to values of ring 1.

    *ignored*: a wanted member is held as before ``{held, wanted}``. *altered*: it holds something else ``{before, held,
    wanted}``. *lost*: a member that was not named no longer holds what it held ``{before, held}``. *moved*: such a one
    that was a number and is another, as a counter is: no problem, but worth a warning.
    """

    ignored: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    altered: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    lost: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    moved: dict[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def warning(self) -> str | None:
        """What may have changed by itself, by names; None where nothing did."""
        if not self.moved:
            return None
        return f"Not named, and another number than before, as counters are: {', '.join(self.moved)}."

    @property
    def problem(self) -> str | None:
        """What is wrong in one sentence, by names and without values; None where nothing is."""
        told = (
            (self.ignored, "left as it was: {}"),
            (self.altered, "stored something else in: {}"),
            (self.lost, "changed what was not named: {}"),
        )
        found = [text.format(", ".join(members)) for members, text in told if members]
        if not found:
            return None
        empty = [name for name, one in (*self.ignored.items(), *self.altered.items()) if one["wanted"] == []]
        remedy = f" It knows null only, so want null instead of an empty list: {', '.join(empty)}." if empty else ""
        return f"the service accepted the change, and {'; '.join(found)}.{remedy}"


def judge(plan: Plan, part: Part, now: Element, profile: str, schema: Schema | None = None) -> Findings:
    """Hold *now*, the instance as read after the Put of *plan*, against what was wanted and what was held before.

    *profile* and *schema* are those that the plan was made with.
    """
    schema = schemas.builtin(part.target.resource_uri) or schema
    held, wanted = _differences(plan, part, now, profile, schema)
    before = _differences(plan, part, plan.held, profile, schema)[0]
    ignored: dict[str, t.Any] = {}
    altered: dict[str, t.Any] = {}
    for name, value in wanted.items():
        if held[name] in (None, "") and name.rpartition(".")[2].lower() in plan.conceded:
            continue
        if name in before and before[name] == held[name]:
            ignored[name] = {"held": held[name], "wanted": value}
        else:
            altered[name] = {"before": before.get(name, value), "held": held[name], "wanted": value}
    return Findings(ignored, altered, *_compare_unnamed(plan, now, profile, schema))


def _differences(
    plan: Plan, part: Part, now: Element, profile: str, schema: Schema | None
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    secrets = recipes.write_only(part.target.resource_uri)
    held, wanted = merge.differences(plan, now, schema, option=part.option, profile=profile, write_only=secrets)
    flat_held: dict[str, t.Any] = {}
    flat_wanted: dict[str, t.Any] = {}
    _flatten(held, wanted, "", flat_held, flat_wanted)
    return flat_held, flat_wanted


def _flatten(
    held: dict[str, t.Any], wanted: dict[str, t.Any], prefix: str, flat_held: dict[str, t.Any], flat: dict[str, t.Any]
) -> None:
    for name, value in wanted.items():
        if isinstance(value, dict) and isinstance(held[name], dict):
            _flatten(held[name], value, f"{prefix}{name}.", flat_held, flat)
        else:
            flat_held[prefix + name], flat[prefix + name] = held[name], value


def _compare_unnamed(
    plan: Plan, now: Element, profile: str, schema: Schema | None
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """What was lost, and what moved.

    Openwsman's members are compared whatever became of them; elsewhere only one that became empty was lost.
    """
    lost: dict[str, t.Any] = {}
    moved: dict[str, t.Any] = {}
    if profile not in _WHOLE:
        return lost, moved
    terms = compare.Terms(profile)
    named = merge.lower(plan.wanted) | plan.conceded
    for name in dict.fromkeys(xml.local(child.tag) for child in plan.held if child.tag != instance.LOCATION):
        before, held = (_read(element, name, schema) for element in (plan.held, now))
        if name.lower() in named or before in (None, "", []) or compare.equal(held, before, None, terms):
            continue
        if held not in (None, "", []) and profile != profiles.OPENWSMAN.name:
            continue
        counts = _number(before) is not None and bool(_number(held))
        (moved if counts else lost)[name] = {"before": before, "held": held}
    return lost, moved


def _number(value: instance.Value) -> float | None:
    """The number that a value is; None for all else, a boolean included."""
    try:
        return None if isinstance(value, bool) else t.cast(float, cim.coerce(value, "real64"))
    except ValueError:
        return None


def _read(element: Element, name: str, schema: Schema | None) -> instance.Value:
    children = [child for child in element if xml.local(child.tag) == name]
    return instance.read_values(children, schema.find(name) if schema else None)
