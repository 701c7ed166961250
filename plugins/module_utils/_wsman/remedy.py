# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One row of the table of remedies: which faults it is for, what they mean, what to do."""

from __future__ import annotations

import dataclasses
import functools
import re
import typing as t


class Seen(t.NamedTuple):
    """What a fault shows of itself, in the spelling of ``fault_codes``.

    *fault* is ``subcode/detail``, ``subcode``, or the SOAP code where it has none. *numbers* are the names of its
    numbers (Windows', WMI's, CIM's), the most precise first. *reason* is the service's text, *service* the name of a
    profile.
    """

    fault: str | None = None
    numbers: tuple[str, ...] = ()
    reason: str | None = None
    service: str | None = None


@dataclasses.dataclass(frozen=True)
class Remedy:
    """*cause* and *remedy* are one sentence each; *example* is a task in YAML, for the documentation alone.

    *fault*, *number* and *service* are names with spaces between them, any of which will do; *reason* is a pattern
    within the service's text. What is not given fits every fault. The names are those of :class:`Seen`.
    """

    cause: str
    remedy: str
    fault: str = ""
    number: str = ""
    reason: str = ""
    service: str = ""
    example: str = ""

    def __str__(self) -> str:
        return f"{self.cause} {self.remedy}"

    @functools.cached_property
    def faults(self) -> tuple[str, ...]:
        """The subcodes, with or without a detail."""
        return tuple(self.fault.split())

    @functools.cached_property
    def numbers(self) -> tuple[str, ...]:
        """The names of numbers."""
        return tuple(self.number.split())

    @functools.cached_property
    def services(self) -> tuple[str, ...]:
        """Names of profiles."""
        return tuple(self.service.split())

    def rank(self, seen: Seen) -> tuple[int, ...] | None:
        """How much of the fault the row names, for comparison with other rows; None where it does not fit.

        Subcode and detail together count most, then a number, then the service's text, the subcode alone, and last the
        service.
        """
        bare = (seen.fault or "").partition("/")[0]
        named = [one for one in self.faults if one in (seen.fault, bare)]
        numbers = [len(seen.numbers) - index for index, name in enumerate(seen.numbers) if name in self.numbers]
        fits = (
            (named or not self.faults)
            and (numbers or not self.numbers)
            and (seen.service in self.services or not self.services)
            and (not self.reason or re.search(self.reason, seen.reason or "", re.IGNORECASE))
        )
        if not fits:
            return None
        detailed = any("/" in one for one in named)
        by_number = max(numbers, default=0)
        return int(detailed), by_number, int(bool(self.reason)), int(bool(named)), int(bool(self.services))
