# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make test` and its parts: runs the steps of steps.py, several at a time, and says of each how it went.

`check.py [GROUP ...]` runs the steps of these groups, all without. The last line counts single tests:
what pytest, ansible-test and the demo report, and one for each step that only passes or fails.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import bootstrap
import real_parts
import steps
import trees

LOGS = bootstrap.ROOT / ".build" / "logs"
CI = os.environ.get("CI") == "true"
print_lock = threading.Lock()


def say(text: str) -> None:
    with print_lock:
        print(text, flush=True)


def prepare(groups: set[str]) -> tuple[dict[str, bootstrap.Environment], list[str]]:
    """The environments by role, and what is missing. Without any there is nothing to run; CI wants both cores."""
    trees.link()
    environments = {}
    problems = []
    with_parts = bool(groups & steps.WITH_PARTS)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        programs = pool.submit(real_parts.install_programs) if with_parts else None
        wanted = {role: pool.submit(bootstrap.prepare, role, steps.requirements(role, groups)) for role in steps.ROLES}
        for role, future in wanted.items():
            try:
                environments[role] = future.result()
            except bootstrap.SetupError as error:
                problems.append(str(error))
    for problem in problems:
        say(f"note: {problem}")
    if problems and (not environments or CI):
        raise bootstrap.SetupError("the tests need the interpreters named above")
    if programs:
        missing = [programs.result(), *map(real_parts.install_kerberos, environments.values())]
        for problem in filter(None, missing):
            say(f"note: {problem}")
            problems.append(problem)
    return environments, problems


def execute(step: steps.Step) -> steps.Outcome:
    """Run one step's command, its output in a log of its own; a step that hangs is ended with all its children."""
    log = LOGS / f"{step.key}.log"
    started = time.monotonic()
    with log.open("wb") as output:
        output.write(f"$ {' '.join(step.command)}\n".encode())
        output.flush()
        process = subprocess.Popen(
            step.command,
            cwd=bootstrap.ROOT,
            env={**os.environ, **step.variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(timeout=step.timeout)
        except subprocess.TimeoutExpired:
            output.write(f"\nended after {step.timeout} s\n".encode())
            status = -1
        finally:
            end_group(process)
    text = log.read_text(encoding="utf-8", errors="replace")
    return step.outcome(status, text, time.monotonic() - started)


def end_group(process: subprocess.Popen) -> None:
    """End what a step left behind: its process group is its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def report(step: steps.Step, outcome: steps.Outcome) -> None:
    word = "ok    " if not outcome.failed else "FAILED"
    counts = f"{outcome.passed} passed"
    counts += f", {outcome.failed} failed" if outcome.failed else ""
    counts += f", {outcome.skipped} skipped" if outcome.skipped else ""
    lines = [f"{word} {outcome.seconds:5.0f} s  {step.title}: {counts}"]
    if outcome.failed:
        log = LOGS / f"{step.key}.log"
        told = step.tell(log.read_text(encoding="utf-8", errors="replace"))
        lines += [f"  | {line}" for line in told] + [f"  the whole log: {log.relative_to(bootstrap.ROOT)}"]
    say("\n".join(lines))


def run(chosen: list[steps.Step]) -> list[steps.Outcome]:
    """All steps, each reported when it ends; one more at a time than there are processors (at most five).

    Tests of lost connections, silent hosts and timeouts wait for most of their time.
    """
    LOGS.mkdir(parents=True, exist_ok=True)

    def one(step: steps.Step) -> steps.Outcome:
        outcome = execute(step)
        report(step, outcome)
        return outcome

    with concurrent.futures.ThreadPoolExecutor(min(5, 1 + (os.cpu_count() or 2))) as pool:
        return list(pool.map(one, chosen))


def main(arguments: list[str]) -> int:
    groups = set(arguments) or set(steps.GROUPS)
    unknown = groups - set(steps.GROUPS)
    if unknown:
        say(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(steps.GROUPS)}")
        return 2
    started = time.monotonic()
    try:
        environments, problems = prepare(groups)
    except bootstrap.SetupError as error:
        say(str(error))
        return 1
    for environment in environments.values():
        python = environment.interpreter.full_version
        say(f"{environment.role} core: ansible-core {environment.core_version()} on Python {python}")
    outcomes = run([step for step in steps.steps(environments) if step.group in groups])
    failed = sum(outcome.failed for outcome in outcomes)
    for reason, number in steps.skips(outcomes):
        bad = CI and steps.names_a_part(reason)
        failed += number if bad else 0
        say(f"{'FAILED, for it was skipped' if bad else 'skipped'} {number} x: {reason}")
    for problem in problems:
        say(f"not everything was run: {problem}")
    say(f"{len(outcomes)} steps in {time.monotonic() - started:.0f} s")
    say(f"{sum(outcome.passed for outcome in outcomes)} passed, {failed} failed")
    return 1 if failed or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
