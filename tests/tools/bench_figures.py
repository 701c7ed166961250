# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of `make bench`: what was measured in each run, what it must be, and the lines that say so."""

from __future__ import annotations

import dataclasses
import statistics
import typing

WIDTH = 62  # of a line's text, before its number


@dataclasses.dataclass
class Figure:
    """One row of the table. *values* are of one run each, ratios of what took turns in that run.

    *most* or *least* is what the median must keep to, *aim* what it should; without any of them it is only shown.
    *reason* says why there are no values.
    """

    text: str
    values: list[float]
    unit: str = "x"
    most: float | None = None
    least: float | None = None
    aim: float | None = None
    reason: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def holds(self) -> bool | None:
        """Whether it is as it must be; None where it need not be anything, or could not be measured."""
        if not self.values or (self.most is None and self.least is None):
            return None
        return (self.most is None or self.median <= self.most) and (self.least is None or self.median >= self.least)

    def line(self) -> str:
        if not self.values:
            return f"{self.text:{WIDTH}} not measured: {self.reason}"
        return f"{self.text:{WIDTH}}{spread(self.values, self.unit)}  {self._verdict()}".rstrip()

    def _verdict(self) -> str:
        unit = "" if self.unit == "x" else f" {self.unit}"
        bounds = [f"{sign} {bound:g}{unit}" for sign, bound in (("<=", self.most), (">=", self.least)) if bound]
        aim = "" if self.aim is None else f"aim {self.aim:g}{unit}"
        if self.holds is None:
            return aim
        verdict = "holds" if self.holds else "MISSED"
        return f"must be {', '.join(bounds)}: {verdict}" + (f" ({aim})" if aim else "")


def spread(values: typing.Sequence[float], unit: str) -> str:
    """The median, the least and the most."""
    middle, low, high = (number(one) for one in (statistics.median(values), min(values), max(values)))
    return f"{middle:>8} {unit:2} ({low} to {high})"


def number(value: float) -> str:
    """Three digits that count, and no more than two behind the point."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def shown(text: str, values: typing.Sequence[float], unit: str) -> str:
    """A line of something that is no figure of the table, but explains one."""
    return f"  {text:{WIDTH - 2}}{spread(values, unit)}"


def ratios(first: typing.Sequence[float], second: typing.Sequence[float]) -> list[float]:
    """One for each run, of what both took in it."""
    return [one / other for one, other in zip(first, second, strict=True)]


@dataclasses.dataclass
class Part:
    """What one part of the benchmark found: *figures* of the table, *lines* about them, and *data* to keep and plot."""

    title: str
    figures: list[Figure] = dataclasses.field(default_factory=list)
    lines: list[str] = dataclasses.field(default_factory=list)
    data: dict[str, typing.Any] = dataclasses.field(default_factory=dict)

    def report(self) -> list[str]:
        return ["", self.title, *self.lines, *(figure.line() for figure in self.figures)]
