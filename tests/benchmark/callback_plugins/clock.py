# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures a play from inside, so that the start of Python and the reading of files are in no figure.

WSMAN_BENCH_CLOCK names the file that it writes at the end, JSON: the seconds of each task from its start to that of the
next, how often hosts came out how, and what the first that failed said. Where WSMAN_BENCH_WORKERS names another, each
worker adds a line to it: the task, the seconds of its module's own action, and the peak of its resident memory in KiB.
"""

from __future__ import annotations

import collections
import functools
import json
import os
import time

from ansible.executor.task_executor import TaskExecutor
from ansible.plugins.callback import CallbackBase
from ansible.plugins.loader import action_loader

DOCUMENTATION = r"""
name: clock
type: notification
short_description: Measure the tasks of a play
description:
  - For the benchmark only. It writes what it measured to the file named by E(WSMAN_BENCH_CLOCK).
"""

MEASURED = ("ansible.builtin.assert", "wsman.automation.wsman_enumerate")


class CallbackModule(CallbackBase):
    """Looks on; where workers shall measure, it wraps functions in the parent, of which each worker is a fork."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "clock"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.starts = []
        self.outcomes = collections.Counter()
        self.said = None

    def v2_playbook_on_start(self, playbook):
        record = os.environ.get("WSMAN_BENCH_WORKERS")
        if record:
            spent = [0.0]
            for name in MEASURED:
                _measure(action_loader.get(name, class_only=True), spent)
            _record(record, spent)

    def v2_playbook_on_task_start(self, task, is_conditional):
        self.starts.append((task.get_name(), time.monotonic()))

    def v2_runner_on_ok(self, result):
        self.outcomes["ok"] += 1

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._note("failed", result)

    def v2_runner_on_unreachable(self, result):
        self._note("unreachable", result)

    def v2_playbook_on_stats(self, stats):
        ends = [start for _name, start in self.starts[1:]] + [time.monotonic()]
        tasks = [{"name": name, "seconds": end - start} for (name, start), end in zip(self.starts, ends, strict=True)]
        with open(os.environ["WSMAN_BENCH_CLOCK"], "w", encoding="utf-8") as file:
            json.dump({"tasks": tasks, "outcomes": self.outcomes, "said": self.said}, file)

    def _note(self, outcome, result):
        self.outcomes[outcome] += 1
        if self.said is None:
            told = getattr(result, "result", None) or result._result
            self.said = str(told.get("msg") or told.get("stderr"))


def _measure(action, spent):
    """Seconds of the action itself, without what core does before and after it."""
    run = action.run

    @functools.wraps(run)
    def measured(*arguments, **options):
        started = time.perf_counter()
        try:
            return run(*arguments, **options)
        finally:
            spent[0] = time.perf_counter() - started

    action.run = measured


def _record(path, spent):
    run = TaskExecutor.run

    def recorded(executor):
        spent[0] = 0.0
        result = run(executor)
        line = {"task": executor._task.get_name(), "seconds": spent[0], "peak": _peak()}
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        return result

    TaskExecutor.run = recorded


def _peak():
    """KiB that were resident at most; a fork begins with what its parent has."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
