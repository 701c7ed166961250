# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: runs tests/demo/demo.yml twice against the bundled service and shows what each task did.

It fails where a task fails, and where the second run still changes something.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import time
import typing

import bootstrap
import demo_table
import service
import trees

ROOT = bootstrap.ROOT
FOLDER = ROOT / ".build" / "demo"
PLAYBOOK = ROOT / "tests" / "demo" / "demo.yml"


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of the playbook: exit status, what the callback recorded, counts by host, seconds, and its output."""

    status: int
    entries: list[dict[str, typing.Any]]
    recap: dict[str, dict[str, int]]
    seconds: float
    log: pathlib.Path

    def total(self, *names: str) -> int:
        return sum(counts.get(name, 0) for counts in self.recap.values() for name in names)


def play(environment: bootstrap.Environment, inventory: pathlib.Path, number: int) -> Run:
    record, log = FOLDER / f"run-{number}.jsonl", FOLDER / f"run-{number}.log"
    record.unlink(missing_ok=True)
    variables = {
        **service.ansible_variables(environment),
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "tools" / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "demo_record",
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "ANSIBLE_NOCOLOR": "1",
        "WSMAN_DEMO_RECORD": str(record),
    }
    command = [str(environment.bin / "ansible-playbook"), "--diff", "-i", str(inventory), str(PLAYBOOK)]
    started = time.monotonic()
    with log.open("wb") as output:
        streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": subprocess.STDOUT}
        status = subprocess.run(command, cwd=ROOT, env=variables, check=False, **streams).returncode
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    entries = [json.loads(line) for line in lines]
    recap = next((entry["recap"] for entry in entries if "recap" in entry), {})
    tasks = [entry for entry in entries if "recap" not in entry]
    return Run(status, tasks, recap, time.monotonic() - started, log)


def judge(runs: list[Run]) -> list[tuple[bool, str]]:
    """What the demo promises, and whether it held."""
    first, second = runs
    bad = ("failures", "unreachable")
    finished = all(run.status == 0 and run.recap for run in runs)
    return [
        (finished and not first.total(*bad), "the first run ended without failures"),
        (finished and first.total("changed") > 0, "the first run changed the service"),
        (finished and not second.total(*bad), "the second run ended without failures"),
        (finished and second.total("changed") == 0, "the second run changed nothing"),
    ]


def show(runs: list[Run]) -> None:
    width = min(os.get_terminal_size().columns, 160) if sys.stdout.isatty() else 132
    print("\n".join(demo_table.format_table(*(run.entries for run in runs), width=width)))
    for entry in runs[0].entries:
        if demo_table.short_name(entry) == "debug" and isinstance(entry["result"].get("msg"), list):
            print("\n".join(["After the first run:", "", *(f"  {line}" for line in entry["result"]["msg"]), ""]))
    for name, run in zip(("first", "second"), runs, strict=True):
        for host, counts in sorted(run.recap.items()):
            shown = {"ok": "ok", "changed": "changed", "unreachable": "unreachable", "failures": "failed"}
            text = "  ".join(f"{word}={counts.get(key, 0)}" for key, word in shown.items())
            print(f"{name:6} run  {host} : {text}")


def demonstrate(environment: bootstrap.Environment) -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    trees.link()
    with service.running(environment) as facts:
        address = f"https://{facts['host']}:{facts['https_port']}/wsman"
        print(f"A WS-Management service that behaves as Windows does now runs at {address}", flush=True)
        inventory = FOLDER / "inventory.yml"
        service.write_inventory(inventory, facts, "server1")
        runs = []
        for number, name in ((1, "first"), (2, "second")):
            print(f"{name} run of {PLAYBOOK.relative_to(ROOT)} ...", end=" ", flush=True)
            runs.append(play(environment, inventory, number))
            print(f"{runs[-1].seconds:.1f} s", flush=True)
            if runs[-1].status != 0:
                print(f"ansible-playbook failed; the end of {runs[-1].log.relative_to(ROOT)}:")
                print("\n".join(runs[-1].log.read_text(encoding="utf-8").splitlines()[-40:]))
                return 1
    print()
    show(runs)
    promises = judge(runs)
    for kept, promise in promises:
        if not kept:
            print(f"NOT TRUE: {promise}")
    folder = FOLDER.relative_to(ROOT)
    print(f"\nWhat Ansible itself printed: {folder}/run-1.log, run-2.log. To go on trying: make sandbox")
    failed = sum(not kept for kept, _promise in promises)
    if "WSMAN_COUNT" in os.environ:
        print(f"{len(promises) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(demonstrate(bootstrap.prepare(*(sys.argv[1:2] or ["any"]), ["sandbox"])))
    except bootstrap.SetupError as error:
        sys.exit(str(error))
