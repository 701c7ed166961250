# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: what an operation costs, beside doing nothing and beside what people use otherwise, on one service.

Every number is the median of several runs that take turns (A B A B ...), with the fastest and the slowest. The table
has the aim beside each ratio; a miss is shown and fails nothing, for machines differ.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
import typing

import bootstrap
import real_parts
import service
import trees

ROOT = bootstrap.ROOT
HERE = ROOT / "tests" / "benchmark"
FOLDER = ROOT / ".build" / "bench"
TASKS = 5  # in each playbook
OWN, LOCAL = "wsman.automation.wsman", "local"
ROW_CLASS = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Sandbox_Number"

HOSTS = """\
[all]
host[1:{hosts}]
[all:vars]
ansible_host={host}
ansible_wsman_port={http_port}
ansible_user={user}
ansible_password={password}
ansible_wsman_scheme=http
ansible_wsman_authentication=basic
ansible_wsman_message_encryption=never
"""


class Bench:
    """One environment and one running service; measures plays on them."""

    def __init__(self, environment: bootstrap.Environment, facts: dict[str, typing.Any]):
        self.environment = environment
        self.facts = facts
        self.variables = {**service.ansible_variables(environment), "ANSIBLE_FORKS": "10", "ANSIBLE_NOCOLOR": "1"}

    def inventory(self, hosts: int, connection: str) -> pathlib.Path:
        path = FOLDER / f"{hosts}-{connection.rpartition('.')[2]}.ini"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        text = HOSTS.format(hosts=hosts, **self.facts) + f"ansible_connection={connection}\n"
        path.write_text(text, encoding="utf-8")
        return path

    def play(
        self,
        name: str,
        hosts: int,
        connection: str,
        variables: dict[str, str] | None = None,
        more: tuple[str, ...] = (),
    ) -> float:
        """Seconds of one ansible-playbook run with *more* arguments; a run that fails ends the benchmark."""
        command = [str(self.environment.bin / "ansible-playbook"), "-i", str(self.inventory(hosts, connection))]
        started = time.perf_counter()
        done = subprocess.run(
            [*command, *more, str(HERE / f"{name}.yml")],
            cwd=ROOT,
            env={**self.variables, **(variables or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise bootstrap.SetupError(f"the play {name} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return time.perf_counter() - started

    def take_turns(self, rounds: int, ways: dict[str, typing.Callable[[], float]]) -> dict[str, list[float]]:
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(rounds):
            for name, way in ways.items():
                say(f"  run {number + 1} of {rounds}: {name}")
                taken[name].append(way())
        return taken

    def loading(self, play: str, hosts: int, connection: str) -> tuple[list[float], list[float]]:
        """Processor seconds of each worker: core's for the task's own connection, and the action's to have its own."""
        record = FOLDER / "loading.txt"
        record.unlink(missing_ok=True)
        watch = {
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "loading_time",
            "WSMAN_LOADING_TIME": str(record),
        }
        self.play(play, hosts, connection, watch)
        pairs = [line.split() for line in record.read_text(encoding="utf-8").splitlines()]
        return [float(core) for core, _action in pairs], [float(action) for _core, action in pairs]

    def all_loading(self, hosts: int) -> dict[str, list[float]]:
        core, action = self.loading("wsman", hosts, OWN)
        return {
            "as the host's own connection": [sum(both) for both in zip(core, action, strict=True)],
            "as a second one beside local": self.loading("wsman", hosts, LOCAL)[1],
            "core's local, in assert": self.loading("floor", hosts, LOCAL)[0],
        }

    def rows(self, rounds: int, batch: int) -> dict[str, list[float]]:
        return self.script("enumerate_rows.py", ROW_CLASS, "--rounds", str(rounds), "--batch", str(batch))

    def schema(self, rounds: int) -> dict[str, list[float]]:
        """Seconds of one Get, by what is known of its class."""
        return self.script("class_schema.py", "--rounds", str(rounds))

    def script(self, name: str, *arguments: str) -> dict[str, typing.Any]:
        """What a script of tests/benchmark measures on the running service."""
        facts = {"PYTHONPATH": str(trees.link()), "WSMAN_BENCH_SERVICE": json.dumps(self.facts)}
        return answer([str(self.environment.python), str(HERE / name), *arguments], {**self.variables, **facts})

    def loop(self, rounds: int) -> dict[str, typing.Any]:
        """Ten encrypted Gets, by scheme, distance and client; it starts a service of its own, with keys of Kerberos."""
        folders = [str(trees.link()), str(ROOT / "tests"), str(ROOT / "tests" / "tools")]
        variables = {**self.variables, "PYTHONPATH": os.pathsep.join(folders)}
        command = [self.environment.python, str(HERE / "round_trips.py"), "--rounds", str(rounds)]
        return answer(command, variables)


def answer(command: list[str], variables: dict[str, str]) -> dict[str, typing.Any]:
    """The JSON that a script of tests/benchmark prints."""
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise bootstrap.SetupError(f"{pathlib.Path(command[1]).name} failed:\n{done.stdout}\n{done.stderr}")
    return json.loads(done.stdout)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def spread(values: list[float], factor: float = 1.0, unit: str = "s") -> str:
    middle, low, high = (factor * value for value in (statistics.median(values), min(values), max(values)))
    return f"{middle:7.2f} {unit:2} ({low:.2f} to {high:.2f})"


def ratio(first: list[float], second: list[float]) -> float:
    return statistics.median(first) / statistics.median(second)


def judged(value: float, aim: float | None) -> str:
    return f"{value:7.2f} x   {verdict(value, aim, 'x')}".rstrip()


def verdict(value: float, aim: float | None, unit: str) -> str:
    return "" if aim is None else f"aim <= {aim} {unit}: {'holds' if value <= aim else 'MISSED'}"


def report(results: dict[str, typing.Any], hosts: int, few: int) -> list[str]:
    lines = report_plays(results, hosts, few) if "plays" in results else []
    for batch, taken in results.get("rows", {}).items():
        lines += ["", f"10,000 rows by Pull, {batch} at a time, HTTP"]
        lines += [f"  {name:32}{spread(values)}" for name, values in taken.items()]
        lines += [f"  {'ours : pypsrp':32}{judged(ratio(taken['ours'], taken['pypsrp']), 1.0)}"]
    if "schema" in results:
        lines += ["", *report_schema(results["schema"], results["schema plays"], few)]
    for scheme, distances in results.get("loop", {}).items():
        for distance, taken in distances.items():
            lines += ["", *report_loop(scheme, distance, taken)]
    return lines


def report_loop(scheme: str, distance: str, taken: dict[str, list[dict[str, float]]]) -> list[str]:
    """Ten encrypted Gets. Round trips are the same in each run, or shown as they vary."""
    title = f"10 Gets in one loop, HTTP, {scheme}, encrypted, a round trip of {float(distance):g} ms to the service"
    seconds = {name: [run["seconds"] for run in runs] for name, runs in taken.items()}
    trips = {name: [run["round_trips"] for run in runs] for name, runs in taken.items()}
    lines = [title]
    for name in taken:
        counts = " or ".join(f"{count:g}" for count in sorted(set(trips[name])))
        lines += [f"  {name:32}{spread(seconds[name], 1000, 'ms')}  {counts} round trips"]
    lines += [f"  {'ours : pypsrp, time':32}{judged(ratio(seconds['ours'], seconds['pypsrp']), 1.0)}"]
    return [*lines, f"  {'ours : pypsrp, round trips':32}{judged(max(trips['ours']) / min(trips['pypsrp']), 1.0)}"]


def report_schema(gets: dict[str, list[float]], plays: dict[str, list[float]], few: int) -> list[str]:
    """What types cost; all hosts of the play are one service, which is asked for its schema once."""
    text, *typed = gets
    lines = ["A Get of Win32_Service over an open connection, HTTP"]
    lines += [f"  {name:32}{spread(values, 1000, 'ms')}" for name, values in gets.items()]
    lines += [f"  {f'{name} : text':32}{judged(ratio(gets[name], gets[text]), None)}" for name in typed]
    lines += ["", f"{few} hosts x {TASKS} tasks, 10 forks, HTTP: Gets of Win32_Service, one play from start to end"]
    lines += [f"  {name:32}{spread(values)}" for name, values in plays.items()]
    return [
        *lines,
        f"  {'auto : text':32}{judged(ratio(plays['types: auto'], plays['types: text']), 1.1)}",
    ]


def report_plays(results: dict[str, typing.Any], hosts: int, few: int) -> list[str]:
    plays, small, loading = (results[name] for name in ("plays", "small", "loading"))
    floor, get, second = plays["assert"], plays["wsman_get"], plays["wsman_get, second connection"]
    per_task = 1000.0 / (few * TASKS)
    lines = [f"{hosts} hosts x {TASKS} tasks, 10 forks, HTTP, one play from start to end"]
    lines += [f"  {name:32}{spread(values)}" for name, values in plays.items()]
    lines += [f"  {'wsman_get : assert':32}{judged(ratio(get, floor), 1.3)}"]
    lines += [f"  {'second connection : assert':32}{judged(ratio(second, floor), 1.3)}", ""]
    lines += [f"{few} hosts x {TASKS} tasks, 10 forks, HTTP: the whole play divided by hosts and tasks"]
    lines += [f"  {name:32}{spread(values, per_task, 'ms')}" for name, values in small.items()]
    lines += [f"  {'uri : assert':32}{judged(ratio(small['uri'], small['assert']), None)}"]
    lines += [f"  {'wsman_get : assert':32}{judged(ratio(small['wsman_get'], small['assert']), None)}", ""]
    lines += ["A worker's processor time for loading the connection plugin and its options, by task"]
    for name, values in loading.items():
        aim = None if name.startswith("core") else 2.0
        lines += [f"  {name:32}{spread(values, 1000, 'ms')}  {verdict(1000 * statistics.median(values), aim, 'ms')}"]
    return lines


def run(bench: Bench, chosen: argparse.Namespace) -> dict[str, typing.Any]:
    """What was asked for, all without."""
    rounds = chosen.rounds
    parts: dict[str, typing.Callable[[], dict[str, typing.Any]]] = {
        "plays": lambda: run_plays(bench, chosen.hosts, chosen.few, rounds),
        "rows": lambda: {"rows": {batch: bench.rows(rounds, batch) for batch in (100, 1000)}},
        "loop": lambda: {"loop": bench.loop(rounds)},
        "schema": lambda: run_schema(bench, chosen.few, rounds),
    }
    results: dict[str, typing.Any] = {}
    for name, part in parts.items():
        if chosen.only in (None, name):
            say(f"{name}:")
            results |= part()
    return results


def run_plays(bench: Bench, hosts: int, few: int, rounds: int) -> dict[str, typing.Any]:
    say(f"{hosts} hosts, {rounds} rounds")
    plays = {
        "assert": lambda: bench.play("floor", hosts, LOCAL),
        "wsman_get": lambda: bench.play("wsman", hosts, OWN),
        "wsman_get, second connection": lambda: bench.play("wsman", hosts, LOCAL),
    }
    small = {
        "assert": lambda: bench.play("floor", few, LOCAL),
        "wsman_get": lambda: bench.play("wsman", few, OWN),
        "uri": lambda: bench.play("uri", few, LOCAL),
    }
    for way in plays.values():
        way()  # once for the file system's cache and compiled Python, not counted
    results: dict[str, typing.Any] = {"plays": bench.take_turns(rounds, plays)}
    say(f"{few} hosts, {rounds} rounds; uri takes its time")
    results["small"] = bench.take_turns(rounds, small)
    say("loading")
    results["loading"] = bench.all_loading(hosts)
    return results


def run_schema(bench: Bench, few: int, rounds: int) -> dict[str, typing.Any]:
    results: dict[str, typing.Any] = {"schema": bench.schema(rounds)}
    ways = {
        f"types: {types}": lambda types=types: bench.play(
            "classes", few, OWN, more=("-e", f"ansible_wsman_types={types}")
        )
        for types in ("text", "auto")
    }
    for way in ways.values():
        way()
    return {**results, "schema plays": bench.take_turns(rounds, ways)}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--role", default="any", choices=("any", "oldest", "newest"), help="which ansible-core")
    parser.add_argument("--hosts", type=int, default=100)
    parser.add_argument("--few", type=int, default=20, help="hosts where uri takes part")
    parser.add_argument("--rounds", type=int, default=5)
    only = ("plays", "rows", "loop", "schema")
    parser.add_argument("--only", choices=only, help="10,000 rows, 10 encrypted Gets in a loop, or what types cost")
    chosen = parser.parse_args(arguments)
    environment = bootstrap.prepare(chosen.role, ["test"])
    problem = "no KDC is installed" if real_parts.absent(["krb5kdc"]) else real_parts.install_kerberos(environment)
    if problem:
        say(f"without Kerberos: {problem} (make parts)")
    FOLDER.mkdir(parents=True, exist_ok=True)
    trees.link()
    with service.running(environment) as facts:
        results = run(Bench(environment, facts), chosen)
    (FOLDER / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    core = f"ansible-core {environment.core_version()}, Python {environment.interpreter.full_version}"
    print(
        f"\n{core}, {os.cpu_count()} processors; medians of {chosen.rounds} runs that took turns (fastest to slowest)\n"
    )
    print("\n".join(report(results, chosen.hosts, chosen.few)))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except bootstrap.SetupError as error:
        sys.exit(str(error))
