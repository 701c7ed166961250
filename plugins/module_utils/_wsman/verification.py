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

from .merge import Plan
from .merge import plan as plan_merge
from .recipes import Part
from .schema import Schema


@dataclasses.dataclass(frozen=True)
class Findings:
    """What is not as it was sent; each maps a member (``Service.Auth.Basic``) to values of ring 1.

    *ignored*: a wanted member is held as before ``{held, wanted}``. *altered*: it holds something else ``{before, held,
    wanted}``. *lost*: a member that was not named lost what it held ``{before, held}``.
    """

    ignored: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    altered: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    lost: dict[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def problem(self) -> str | None:
        """What is wrong in one sentence, by names and without values; None where nothing is."""
        told = ((self.ignored, "ignored"), (self.altered, "altered"), (self.lost, "lost"))
        found = [f"{what} {', '.join(members)}" for members, what in told if members]
        return f"the service accepted the change and {', and '.join(found)}." if found else None


def judge(plan: Plan, part: Part, now: Element, profile: str, schema: Schema | None = None) -> Findings:
    """Hold *now*, the instance as read after the Put of *plan*, against what was wanted and what was held before."""
    again = plan_merge(now, part.wanted, schema, option=part.option, choices=plan.choices)
    ignored: dict[str, t.Any] = {}
    altered: dict[str, t.Any] = {}
    for name, wanted in again.after.items():
        held = again.before[name]
        if name in plan.before and plan.before[name] == held:
            ignored[name] = {"held": held, "wanted": wanted}
        else:
            altered[name] = {"before": plan.before.get(name), "held": held, "wanted": wanted}
    return Findings(ignored, altered)
