# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs plays and scripts against the running service, and says what they took and what the service spent on them."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import pathlib
import subprocess
import time
import typing
import urllib.request

import bench_watch
import bootstrap
import service
import trees

ROOT = bootstrap.ROOT
HERE = ROOT / "tests" / "benchmark"
FOLDER = ROOT / ".build" / "bench"
OWN, LOCAL, WINRM = "wsman.automation.wsman", "ansible.builtin.local", "ansible.builtin.winrm"

HOSTS = """\
[all]
host[1:{hosts}]
[all:vars]
ansible_host={host}
ansible_user={user}
ansible_password={password}
ansible_wsman_port={port}
ansible_wsman_scheme={scheme}
ansible_wsman_ca_cert={ca_file}
ansible_wsman_authentication=basic
ansible_winrm_port={port}
ansible_winrm_scheme={scheme}
ansible_winrm_ca_trust_path={ca_file}
ansible_winrm_transport=basic
"""

CLEAR = {"ansible_wsman_message_encryption": "never"}  # the consent to plain HTTP
Task = dict[str, typing.Any]


@dataclasses.dataclass
class Play:
    """What is run: *tasks*, one after the other, on *hosts* that all are the one service.

    *options* are further variables; *environment* is for Ansible's process; *watch* looks for the process that keeps
    the sessions; *workers* lets each worker measure itself.
    """

    tasks: list[Task]
    hosts: int = 1
    forks: int = 10
    connection: str = OWN
    scheme: str = "https"
    port: int | None = None
    options: dict[str, typing.Any] = dataclasses.field(default_factory=dict)
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    watch: bool = False
    workers: bool = False


@dataclasses.dataclass
class Run:
    """One play that was run. *seconds* are from the start of the first task to the end of the last one.

    *tasks* are seconds of each; *share* is the part of all processors that the service was busy with; *counts* is what
    it counted meanwhile; *said* the message of the first host that failed; *workers* what each of them measured.
    """

    seconds: float
    tasks: list[float]
    outcomes: dict[str, int]
    said: str | None
    share: float
    counts: dict[str, typing.Any]
    holder: bench_watch.Peak | None
    workers: list[dict[str, typing.Any]]

    def per_host_task(self, play: Play) -> float:
        """Milliseconds."""
        return 1000 * self.seconds / (play.hosts * len(play.tasks))


@dataclasses.dataclass
class Bench:
    """One environment and one running service, of which *facts* tell; how often and how much is measured."""

    environment: bootstrap.Environment
    facts: dict[str, typing.Any]
    rounds: int = 5
    hosts: int = 100
    most_hosts: int = 1000
    most_rows: int = 1_000_000

    def __post_init__(self) -> None:
        self._numbers = itertools.count()
        self.variables = {**service.ansible_variables(self.environment), "ANSIBLE_NOCOLOR": "1"}

    @property
    def is_whole(self) -> bool:
        """Whether runs and sizes are those that figures are judged by."""
        return self.rounds >= 5 and self.most_hosts >= 1000 and self.most_rows >= 1_000_000

    def play(self, play: Play) -> Run:
        """Run it; SetupError where Ansible calls it failed."""
        place = FOLDER / "play"
        place.mkdir(parents=True, exist_ok=True)
        clock, workers = place / "clock.json", place / "workers.jsonl"
        for old in (clock, workers):
            old.unlink(missing_ok=True)
        variables = {
            **self.variables,
            "ANSIBLE_FORKS": str(play.forks),
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "clock",
            "WSMAN_BENCH_CLOCK": str(clock),
            **({"WSMAN_BENCH_WORKERS": str(workers)} if play.workers else {}),
            **play.environment,
        }
        inventory = self._inventory(play, place)
        command = [str(self.environment.bin / "ansible-playbook"), "-i", str(inventory), str(_playbook(play, place))]
        self.control("/clear")
        watch = bench_watch.Watch(str(inventory)) if play.watch else None
        busy, started = bench_watch.seconds(self.facts["pid"]), time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
        share = (bench_watch.seconds(self.facts["pid"]) - busy) / (time.monotonic() - started) / (os.cpu_count() or 1)
        holder = watch.stop() if watch else None
        inventory.unlink()
        if done.returncode != 0:
            raise bootstrap.SetupError(f"a play failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        told = json.loads(clock.read_text(encoding="utf-8"))
        tasks = [task["seconds"] for task in told["tasks"]]
        lines = workers.read_text(encoding="utf-8").splitlines() if workers.exists() else []
        measured = [json.loads(line) for line in lines]
        counts = self.control("/state", get=True)
        return Run(sum(tasks), tasks, told["outcomes"], told["said"], share, counts, holder, measured)

    def _inventory(self, play: Play, place: pathlib.Path) -> pathlib.Path:
        """For its owner alone: it holds the password."""
        path = place / f"hosts-{next(self._numbers)}.ini"  # another each time: what one run leaves is not the next's
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        port = play.port or self.facts[f"{play.scheme}_port"]
        more = "".join(f"{name}={json.dumps(value)}\n" for name, value in play.options.items())
        text = HOSTS.format(**{**self.facts, "hosts": play.hosts, "port": port, "scheme": play.scheme})
        path.write_text(f"{text}{more}ansible_connection={play.connection}\n", encoding="utf-8")
        return path

    def script(self, name: str, *arguments: str) -> dict[str, typing.Any]:
        """What a script of tests/benchmark measures on the running service."""
        folders = [trees.link(), ROOT / "tests", ROOT / "tests" / "tools"]
        variables = {
            **self.variables,
            "PYTHONPATH": os.pathsep.join(map(str, folders)),
            "WSMAN_BENCH_SERVICE": json.dumps(self.facts),
        }
        command = [self.environment.python, str(HERE / name), *arguments]
        done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise bootstrap.SetupError(f"tests/benchmark/{name} failed")
        return json.loads(done.stdout)

    def control(self, path: str, get: bool = False) -> typing.Any:
        """Ask the service's control server."""
        url = f"http://{self.facts['host']}:{self.facts['control_port']}{path}"
        with urllib.request.urlopen(urllib.request.Request(url, None if get else b"{}"), timeout=30) as answer:
            return json.load(answer)

    def take_turns(self, plays: dict[str, Play]) -> dict[str, list[Run]]:
        """Runs of each, one after the other; before, each kind once, not counted, for caches and compiled Python."""
        for play in {json.dumps(play.tasks): play for play in plays.values()}.values():
            self.play(dataclasses.replace(play, hosts=1))
        runs: dict[str, list[Run]] = {name: [] for name in plays}
        for number in range(self.rounds):
            for name, play in plays.items():
                say(f"  run {number + 1} of {self.rounds}: {name}")
                runs[name].append(self.play(play))
        return runs


def _playbook(play: Play, place: pathlib.Path) -> pathlib.Path:
    path = place / "playbook.json"
    tasks = [{"name": f"task {number}", **task} for number, task in enumerate(play.tasks, 1)]
    path.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    return path


def say(text: str) -> None:
    bootstrap.say(text)
