# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-playbook and ansible of the interpreter that runs the tests, and gives back what each task returned.

Starting Ansible costs a second, so a test module runs few playbooks with many tasks, and its tests look at the results.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import pathlib
import subprocess
import sys
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tests" / "tools"
PASSWORD = "never-Shown.4711"  # of the user wsman on every service

Inventory = t.Mapping[str, t.Mapping[str, t.Any]]  # host -> its variables
Tasks = t.Sequence[t.Mapping[str, t.Any]]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What one task did on one host. *status*: ok, changed, failed, ignored, skipped, unreachable."""

    status: str
    result: dict[str, t.Any]

    @property
    def msg(self) -> str:
        return str(self.result.get("msg", ""))

    @property
    def items(self) -> list[dict[str, t.Any]]:
        """The results of a loop."""
        found: list[dict[str, t.Any]] = self.result["results"]
        return found


@dataclasses.dataclass(frozen=True)
class Run:
    """One run: exit status, everything that it printed, and the outcomes by task and host."""

    status: int
    output: str
    outcomes: dict[tuple[str, str], Outcome]
    recap: dict[str, dict[str, int]]

    def __getitem__(self, task: str) -> Outcome:
        """The outcome of the task of this name on the only host that has it."""
        found = [outcome for (name, _host), outcome in self.outcomes.items() if name == task]
        assert len(found) == 1, f"{len(found)} outcomes of {task!r}:\n{self.output}"
        return found[0]

    def on(self, host: str, task: str) -> Outcome:
        """The outcome of a task on one host."""
        assert (task, host) in self.outcomes, f"no {task!r} on {host}:\n{self.output}"
        return self.outcomes[(task, host)]


@functools.cache
def collections_path() -> str:
    """Where ansible_collections/wsman/automation is this checkout, or what the environment names instead."""
    given = os.environ.get("ANSIBLE_COLLECTIONS_PATH")
    if given:
        return given
    command = [sys.executable, str(TOOLS / "trees.py")]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@dataclasses.dataclass(frozen=True)
class Started:
    """A run that goes on, of the playbook at *path*; *output* and *record* are files that it writes."""

    process: subprocess.Popen[bytes]
    path: pathlib.Path
    output: pathlib.Path
    record: str

    def finish(self, seconds: float = 120.0) -> Run:
        """Wait for its end; TimeoutExpired if it does not come."""
        status = self.process.wait(seconds)
        return _collect(status, self.output.read_text(encoding="utf-8"), self.record)


def _collect(status: int, output: str, record: str) -> Run:
    path = pathlib.Path(record)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    entries = [json.loads(line) for line in lines]
    outcomes = {
        (one["task"], one["host"]): Outcome(one["status"], one["result"])
        for one in entries
        if "recap" not in one and not one["item"]
    }
    recap = next((one["recap"] for one in entries if "recap" in one), {})
    return Run(status, output, outcomes, recap)


class Workspace:
    """A folder for playbooks and what they write."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self._number = 0

    def environment(self, **variables: str) -> dict[str, str]:
        """The process environment of a command: nothing of the user's own Ansible configuration; "" takes one away."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
        empty = self.folder / "ansible.cfg"
        empty.touch()
        wanted = {
            **kept,
            "ANSIBLE_CONFIG": str(empty),
            "ANSIBLE_HOME": str(self.folder / "home"),
            "ANSIBLE_COLLECTIONS_PATH": collections_path(),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_DEPRECATION_WARNINGS": "true",
            "LC_ALL": "C.UTF-8",
            **variables,
        }
        return {name: value for name, value in wanted.items() if value}

    def execute(self, program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one of Ansible's programs; its output and errors together."""
        command = [str(pathlib.Path(sys.executable).parent / program), *arguments]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )

    def inventory(self, hosts: Inventory) -> str:
        """Write an inventory; its path. JSON is YAML; text that is YAML with a tag goes through ``tagged``."""
        path = self.folder / f"inventory-{self._next()}.yml"
        path.write_text(tagged(json.dumps({"all": {"hosts": hosts}}, indent=2)), encoding="utf-8")
        return str(path)

    def play(
        self, hosts: Inventory, plays: t.Sequence[t.Mapping[str, t.Any]], *arguments: str, **variables: str
    ) -> Run:
        """Write a playbook and an inventory, run them, and collect what each task returned."""
        return self.run(self.write(plays), hosts, *arguments, **variables)

    def write(self, plays: t.Sequence[t.Mapping[str, t.Any]]) -> pathlib.Path:
        """Write a playbook; its path."""
        path = self.folder / f"playbook-{self._next()}.yml"
        path.write_text(
            tagged(json.dumps([{"gather_facts": False, **one} for one in plays], indent=2)), encoding="utf-8"
        )
        return path

    def run(self, path: pathlib.Path, hosts: Inventory, *arguments: str, **variables: str) -> Run:
        """Run a playbook that is there for these hosts, and collect what each task returned."""
        command, recording = self._recorded(path, hosts, *arguments)
        done = self.execute(*command, **{**recording, **variables})
        return _collect(done.returncode, done.stdout, recording["WSMAN_DEMO_RECORD"])

    def start(self, path: pathlib.Path, hosts: Inventory, *arguments: str, **variables: str) -> Started:
        """Begin a run of a playbook, in a process group of its own, as a terminal gives one to a command."""
        (program, *rest), recording = self._recorded(path, hosts, *arguments)
        output = self.folder / f"output-{self._next()}"
        with output.open("wb") as stream:
            process = subprocess.Popen(
                [str(pathlib.Path(sys.executable).parent / program), *rest],
                cwd=self.folder,
                env=self.environment(**{**recording, **variables}),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        return Started(process, path, output, recording["WSMAN_DEMO_RECORD"])

    def _recorded(self, path: pathlib.Path, hosts: Inventory, *arguments: str) -> tuple[list[str], dict[str, str]]:
        """The command that runs a playbook, and the variables that have it write down what each task returned."""
        recording = {
            "ANSIBLE_CALLBACK_PLUGINS": str(TOOLS / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "demo_record",
            "WSMAN_DEMO_RECORD": str(self.folder / f"record-{self._next()}.jsonl"),
        }
        return ["ansible-playbook", "-i", self.inventory(hosts), str(path), *arguments], recording

    def _next(self) -> int:
        self._number += 1
        return self._number


def tagged(text: str) -> str:
    """Turn ``"!vault:..."`` of a JSON text into a YAML tag; its line ends are JSON's ``\\n``."""
    return text.replace('"!vault:', '!vault "')


def variables(box: t.Any, **more: t.Any) -> dict[str, t.Any]:
    """The variables of a host that lead to a service over HTTPS and Basic, whatever connection the host itself has."""
    return {
        "ansible_wsman_host": box.host,
        "ansible_wsman_port": box.https_port,
        "ansible_wsman_authentication": "basic",
        "ansible_wsman_user": "wsman",
        "ansible_wsman_password": PASSWORD,
        "ansible_wsman_ca_cert": box.ca_file,
        **more,
    }
