# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rows cost: enumerated beside the raw floor and other clients, decoded, into a file, and inside Ansible."""

from __future__ import annotations

import pathlib
import typing

from bench_figures import Figure, Part, ratios, shown
from bench_hosts import ASSERT
from bench_play import CLEAR, FOLDER, Bench, Play, Run, say

ROWS = 10_000
LIST_MOST = 10_000


def query(rows: int) -> str:
    """So many of a class of the service that costs it next to nothing."""
    return f"SELECT * FROM Sandbox_Big WHERE Number <= {rows}"


def measure_rows(bench: Bench) -> Part:
    """The module's own time beside the same Pulls done raw, and by others."""
    found, taken, worker = _rows_in_turn(bench)
    ours, floor = taken["ours"]["seconds"], taken["raw"]["seconds"]
    size = f"{found['rows']:,} rows in {found['requests']} requests, {found['octets'] / 1e6:.1f} MB"
    part = Part(f"{size}, HTTP: the module's own time, from its arguments to its result")
    names = {
        "ours": "wsman_enumerate, typed",
        "raw": "raw socket, expat to dictionaries",
        "pypsrp": "pypsrp's WSMan, ElementTree to dictionaries",
        "xmltodict": "raw socket, xmltodict.parse",
    }
    for name, text in names.items():
        part.lines += [shown(text, _milliseconds(taken[name]["seconds"]), "ms")]
        part.lines += [shown("  of it the client's processor", _milliseconds(taken[name]["processor"]), "ms")]
        part.lines += [shown("  the service's, in part meanwhile", _milliseconds(taken[name]["service"]), "ms")]
    part.lines += [shown("wsman_enumerate in a worker of a play, session kept", _milliseconds(worker), "ms")]
    part.figures = [
        Figure("wsman_enumerate : raw floor", ratios(ours, floor), most=1.3),
        Figure("the same, the client's processor alone", ratios(taken["ours"]["processor"], taken["raw"]["processor"])),
        Figure("the same, in a worker of a play, session kept", ratios(worker, floor), aim=1.3),
        Figure("pypsrp and ElementTree : wsman_enumerate", ratios(taken["pypsrp"]["seconds"], ours), least=2),
        Figure("xmltodict on the same bytes : wsman_enumerate", ratios(taken["xmltodict"]["seconds"], ours), least=2),
    ]
    return part


def _rows_in_turn(bench: Bench) -> tuple[dict[str, typing.Any], dict[str, typing.Any], list[float]]:
    """What the script tells of the last run, what each of its ways took in all runs, and a worker's seconds."""
    play = Play([_enumerate(ROWS, None)], scheme="http", options=CLEAR, workers=True)
    found: dict[str, typing.Any] = {}
    taken: dict[str, dict[str, list[float]]] = {}
    worker = []
    for number in range(bench.rounds):
        say(f"  run {number + 1} of {bench.rounds}")
        found = bench.script("enumerate_rows.py", query(ROWS), "--rounds", "1")
        for way, kinds in found["taken"].items():
            for kind, values in kinds.items():
                taken.setdefault(way, {}).setdefault(kind, []).extend(values)
        worker.append(bench.play(play).workers[0]["seconds"])
    return found, taken, worker


def measure_decoding(bench: Bench) -> Part:
    """Bytes to typed values, nothing sent."""
    found = bench.script("decode.py", query(ROWS), "--rounds", str(bench.rounds))
    taken = {name: one["seconds"] for name, one in found["taken"].items()}
    speeds = {name: [found["octets"] / 1e6 / one for one in seconds] for name, seconds in taken.items()}
    part = Part(f"Decoding {found['octets'] / 1e6:.1f} MB of answers with {ROWS:,} rows, nothing sent")
    part.lines = [shown(name, one, "MB/s") for name, one in speeds.items()]
    part.figures = [Figure("ours : expat alone", ratios(speeds["ours"], speeds["expat"]), least=0.2, aim=0.3)]
    return part


def measure_files(bench: Bench) -> Part:
    """Rows into a file and into a result, by their number; a worker measures itself."""
    folder = FOLDER / "files"
    folder.mkdir(parents=True, exist_ok=True)
    sizes = [size for size in (100, 1_000, 10_000, 100_000, 1_000_000) if size <= bench.most_rows]
    lists = [size for size in sizes if size <= LIST_MOST]
    to_file = Play([ASSERT, *(_enumerate(size, folder) for size in sizes)], scheme="http", options=CLEAR, workers=True)
    to_list = Play([_enumerate(size, None) for size in lists], scheme="http", options=CLEAR, workers=True)
    runs: dict[str, list[Run]] = {"file": [], "list": []}
    for number in range(bench.rounds):
        for name, play in (("file", to_file), ("list", to_list)):
            say(f"  run {number + 1} of {bench.rounds}: rows to a {name}")
            for old in folder.iterdir():
                old.unlink()
            runs[name].append(bench.play(play))
    part = Part("Rows by their number, HTTP: in a file (dest), and as the result of a task in Ansible")
    part.data = _by_size(runs, sizes, lists)
    for name, measured in part.data.items():
        part.lines += [shown(f"{name}, {int(size):,} rows", values, "s") for size, values in measured.items()]
    part.figures = _peaks(runs["file"], sizes)
    return part


def _enumerate(size: int, folder: pathlib.Path | None) -> dict[str, typing.Any]:
    more = {"dest": str(folder / f"{size}.jsonl"), "progress": False} if folder else {}
    return {"wsman.automation.wsman_enumerate": {"resource_uri": "wmicimv2/*", "filter": query(size), **more}}


def _by_size(runs: dict[str, list[Run]], sizes: list[int], lists: list[int]) -> dict[str, dict[str, list[float]]]:
    """Seconds: of the module itself, and of the whole task as Ansible runs it."""
    to_file, to_list = runs["file"], runs["list"]
    return {
        "to a file": {
            str(size): [run.workers[index]["seconds"] for run in to_file] for index, size in enumerate(sizes, 1)
        },
        "to a list, the module": {
            str(size): [run.workers[index]["seconds"] for run in to_list] for index, size in enumerate(lists)
        },
        "to a list, the whole task": {
            str(size): [run.tasks[index] for run in to_list] for index, size in enumerate(lists)
        },
    }


def _peaks(runs: list[Run], sizes: list[int]) -> list[Figure]:
    """What a worker had at most over one that did nothing; flat is only to be what follows 100,000 rows."""
    over = {
        size: [(run.workers[index]["peak"] - run.workers[0]["peak"]) / 1024 for run in runs]
        for index, size in enumerate(sizes, 1)
    }
    before, last = sizes[-2:]
    text = "peak memory over an idle worker, "
    return [
        *(Figure(f"{text}{size:,} rows", over[size], "MB") for size in sizes[:-1]),
        Figure(f"{text}{last:,} rows", over[last], "MB", most=150),
        Figure(
            f"  the same : that of {before:,} rows",
            ratios(over[last], over[before]),
            most=1.1 if before >= 100_000 else None,
        ),
    ]


def measure_schema(bench: Bench) -> Part:
    """What types cost a Get."""
    gets = bench.script("class_schema.py", "--rounds", str(bench.rounds))
    text, *typed = gets
    part = Part("A Get of Win32_Service over an open connection, HTTP")
    part.lines = [shown(name, _milliseconds(values), "ms") for name, values in gets.items()]
    part.lines += [shown(f"{name} : text", ratios(gets[name], gets[text]), "x") for name in typed]
    return part


def measure_loop(bench: Bench) -> Part:
    """Ten encrypted Gets by scheme, distance and client; it starts a service of its own, with keys of Kerberos."""
    part = Part("10 Gets in one loop, HTTP, encrypted, beside pypsrp")
    for scheme, distances in bench.script("round_trips.py", "--rounds", str(bench.rounds)).items():
        for distance, taken in distances.items():
            part.lines += _loop_lines(f"{scheme}, {float(distance):g} ms", taken)
    return part


def _loop_lines(where: str, taken: dict[str, list[dict[str, float]]]) -> list[str]:
    """Round trips are the same in each run, or shown as they vary."""
    lines = []
    for name, runs in taken.items():
        counts = " or ".join(f"{count:g}" for count in sorted({run["round_trips"] for run in runs}))
        seconds = _milliseconds([run["seconds"] for run in runs])
        lines += [f"{shown(f'{where}, {name}', seconds, 'ms')}  {counts} round trips"]
    return lines


def _milliseconds(seconds: typing.Iterable[float]) -> list[float]:
    return [1000 * one for one in seconds]
