# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws what `make bench` found about cost and size, as SVG with nothing but the standard library."""

from __future__ import annotations

import dataclasses
import math
import pathlib
import statistics
import typing
from xml.etree import ElementTree

from bench_figures import number
from bench_play import FOLDER, ROOT

DOCUMENTATION = ROOT / "docs" / "docsite" / "rst" / "images"
WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 40, 66, 56
COLOURS = ("#7f7f7f", "#1f77b4", "#d55e00", "#2e8b57")
STYLE = "text { font: 13px sans-serif; fill: #222 } .grid { stroke: #ddd } .axis { stroke: #555 }"

Sizes = dict[str, list[float]]  # what was measured in each run, by size


@dataclasses.dataclass
class Chart:
    """What one file shows: *part* of the benchmark, and what its axes are. Sizes are on a scale of powers of ten."""

    name: str
    part: str
    title: str
    across: str
    up: str
    powers_up: bool


CHARTS = (
    Chart("cost_hosts.svg", "hosts", "A task by the number of hosts: 50 forks, HTTPS, sessions kept", "hosts",
          "milliseconds per host and task", False),
    Chart("cost_rows.svg", "files", "wsman_enumerate by the number of rows: HTTP", "rows", "seconds", True),
)  # fmt: skip


def draw(found: dict[str, dict[str, Sizes]], *, for_documentation: bool) -> list[pathlib.Path]:
    """Write a file for each chart whose part has been measured; where they are."""
    folder = DOCUMENTATION if for_documentation else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for chart in CHARTS:
        if found.get(chart.part):
            path = folder / chart.name
            path.write_text(render(chart, found[chart.part]), encoding="utf-8")
            written.append(path)
    return written


def render(chart: Chart, lines: dict[str, Sizes]) -> str:
    """The text of the SVG: medians joined by lines, and a bar from the least to the most at each."""
    sizes = [float(size) for one in lines.values() for size in one]
    values = [value for one in lines.values() for runs in one.values() for value in runs]
    across = Scale(min(sizes), max(sizes), LEFT + 12, WIDTH - RIGHT - 12, powers=True)
    up = Scale(min(values) if chart.powers_up else 0, max(values), HEIGHT - BOTTOM, TOP, powers=chart.powers_up)
    box = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img"}
    root = ElementTree.Element("svg", box)
    ElementTree.SubElement(root, "title").text = chart.title
    ElementTree.SubElement(root, "style").text = STYLE
    add(root, "rect", width=WIDTH, height=HEIGHT, fill="white")
    add(root, "text", chart.title, x=LEFT, y=22, style="font-weight: bold")
    draw_axes(root, chart, across, up)
    for index, (name, one) in enumerate(lines.items()):
        draw_line(root, one, across, up, COLOURS[index])
        place = LEFT + index * (WIDTH - LEFT - RIGHT) / len(lines)
        add(root, "rect", x=place, y=36, width=12, height=12, fill=COLOURS[index])
        add(root, "text", name, x=place + 18, y=47)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


class Scale:
    """Values *low* to *high* on the way from *start* to *end* in the picture; *ticks* are where its marks are."""

    def __init__(self, low: float, high: float, start: float, end: float, *, powers: bool):
        self._powers, self._start, self._end = powers, start, end
        if powers:
            self._low, self._high = math.floor(math.log10(low)), math.ceil(math.log10(high))
            self.ticks = [10.0**power for power in range(self._low, self._high + 1)]
        else:
            step = next(one for one in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if 6 * one >= high)
            self.ticks = [float(step * count) for count in range(math.ceil(high / step) + 1)]
            self._low, self._high = 0, self.ticks[-1]

    def place(self, value: float) -> float:
        at = (math.log10(value) if self._powers else value) - self._low
        return round(self._start + (self._end - self._start) * at / (self._high - self._low), 1)


def draw_axes(root: ElementTree.Element, chart: Chart, across: Scale, up: Scale) -> None:
    bottom = HEIGHT - BOTTOM
    for tick in across.ticks:
        x = across.place(tick)
        add(root, "line", x1=x, x2=x, y1=TOP, y2=bottom, **{"class": "grid"})
        add(root, "text", f"{tick:,.0f}", x=x, y=bottom + 18, **{"text-anchor": "middle"})
    for tick in up.ticks:
        y = up.place(tick)
        add(root, "line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, **{"class": "grid"})
        add(root, "text", f"{tick:g}", x=LEFT - 8, y=y + 4, **{"text-anchor": "end"})
    add(root, "line", x1=LEFT, x2=LEFT, y1=TOP, y2=bottom, **{"class": "axis"})
    add(root, "line", x1=LEFT, x2=WIDTH - RIGHT, y1=bottom, y2=bottom, **{"class": "axis"})
    middle = (TOP + bottom) / 2
    turned = {"text-anchor": "middle", "transform": f"rotate(-90 18 {middle})"}
    add(root, "text", chart.up, x=18, y=middle, **turned)
    add(root, "text", chart.across, x=(LEFT + WIDTH - RIGHT) / 2, y=HEIGHT - 12, **{"text-anchor": "middle"})


def draw_line(root: ElementTree.Element, sizes: Sizes, across: Scale, up: Scale, colour: str) -> None:
    points = [(across.place(float(size)), up.place(statistics.median(runs)), runs) for size, runs in sizes.items()]
    path = " ".join(f"{x},{y}" for x, y, _runs in points)
    add(root, "polyline", points=path, fill="none", stroke=colour, **{"stroke-width": 2})
    for x, y, runs in points:
        add(root, "line", x1=x, x2=x, y1=up.place(min(runs)), y2=up.place(max(runs)), stroke=colour)
        mark = add(root, "circle", cx=x, cy=y, r=3.5, fill=colour)
        ElementTree.SubElement(mark, "title").text = number(statistics.median(runs))


def add(root: ElementTree.Element, name: str, text: str | None = None, **attributes: typing.Any) -> ElementTree.Element:
    element = ElementTree.SubElement(root, name, {key: str(value) for key, value in attributes.items()})
    element.text = text
    return element
