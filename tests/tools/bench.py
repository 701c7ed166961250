# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: what an operation costs, beside doing nothing and beside what people use otherwise, on one service.

Every figure is a ratio of two things done in one run: the median of several runs that take turns (A B A B ...), with
the least and the most. The table has beside each what it must be; a miss is shown and fails nothing: machines differ.
`make bench-quick` measures the first row alone. `ARGS="--only rows"` measures one part, `--only rows decode` several.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import typing

import bench_hosts
import bench_plot
import bench_rows
import bootstrap
import real_parts
import service
import trees
from bench_figures import Part
from bench_play import FOLDER, Bench, say

PARTS: dict[str, typing.Callable[[Bench], Part]] = {
    "get": bench_hosts.measure_get,
    "trips": bench_hosts.measure_trips,
    "hosts": bench_hosts.measure_hosts,
    "rows": bench_rows.measure_rows,
    "decode": bench_rows.measure_decoding,
    "files": bench_rows.measure_files,
    "loop": bench_rows.measure_loop,
    "schema": bench_rows.measure_schema,
}
SERVICE = ("--processes", "2", "--rows", "1000000")


def measure(bench: Bench, names: typing.Iterable[str], *, quick: bool) -> dict[str, Part]:
    """The parts, each printed when it is there."""
    done: dict[str, Part] = {}
    for name in names:
        say(f"{name}:")
        started = time.monotonic()
        done[name] = bench_hosts.measure_get(bench, quick=True) if quick else PARTS[name](bench)
        print("\n".join(done[name].report()), flush=True)
        say(f"{name}: {time.monotonic() - started:.0f} s")
    return done


def keep(done: dict[str, Part], *, is_whole: bool) -> None:
    """Write down what was measured, and draw it: in the documentation where runs and sizes were those of the table."""
    results = {
        name: {"data": part.data, "figures": [vars(figure) | {"holds": figure.holds} for figure in part.figures]}
        for name, part in done.items()
    }
    (FOLDER / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    for path in bench_plot.draw({name: part.data for name, part in done.items()}, for_documentation=is_whole):
        say(f"drawn: {path.relative_to(bootstrap.ROOT)}")


def table(done: dict[str, Part]) -> list[str]:
    """All that has to hold, once more."""
    figures = [figure for part in done.values() for figure in part.figures]
    judged = [figure for figure in figures if figure.most is not None or figure.least is not None]
    held = sum(figure.holds is True for figure in judged)
    return ["", f"{held} of {len(judged)} hold:", *(figure.line() for figure in judged)]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--role", default="any", choices=("any", "oldest", "newest"), help="which ansible-core")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hosts", type=int, default=100, help="of the rows that have 100")
    parser.add_argument("--most-hosts", type=int, default=1000)
    parser.add_argument("--most-rows", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="these parts alone")
    parser.add_argument("--quick", action="store_true", help="a Get beside an assert alone")
    chosen = parser.parse_args(arguments)
    environment = bootstrap.prepare(chosen.role, ["test"])
    names = ["get"] if chosen.quick else chosen.only
    if "loop" in names:
        problem = "no KDC is installed" if real_parts.absent(["krb5kdc"]) else real_parts.install_kerberos(environment)
        if problem:
            say(f"without Kerberos: {problem} (make parts)")
    FOLDER.mkdir(parents=True, exist_ok=True)
    trees.link()
    core = f"ansible-core {environment.core_version()}, Python {environment.interpreter.full_version}"
    print(f"{core}, {os.cpu_count()} processors; medians of {chosen.rounds} runs that took turns (least to most)")
    with service.running(environment, *SERVICE) as facts:
        bench = Bench(environment, facts, chosen.rounds, chosen.hosts, chosen.most_hosts, chosen.most_rows)
        done = measure(bench, names, quick=chosen.quick)
    keep(done, is_whole=bench.is_whole)
    print("\n".join(table(done)))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except bootstrap.SetupError as error:
        sys.exit(str(error))
