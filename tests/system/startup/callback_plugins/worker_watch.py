# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes one JSON line for each task into the file that WSMAN_WATCH names: what its worker has imported that its parent
had not, and how much memory of its own the worker had in the end. The last line is for the main process."""

from __future__ import annotations

import json
import os
import sys

from ansible.executor.task_executor import TaskExecutor
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: worker_watch
type: notification
short_description: Watch imports and memory of workers
description:
  - For the tests only. It writes one JSON line for each task into the file named by E(WSMAN_WATCH).
"""


def own_memory():
    """KiB that this process shares with no other."""
    with open("/proc/self/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Private_"))


def write(entry):
    with open(os.environ["WSMAN_WATCH"], "a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


class CallbackModule(CallbackBase):
    """Wraps the task's execution in the parent; every worker is a fork and inherits that."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "worker_watch"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook):
        run = TaskExecutor.run

        def watched(executor):
            before = set(sys.modules)
            result = run(executor)
            new = sorted(set(sys.modules) - before)
            write({"task": executor._task.name, "imported": new, "memory": own_memory()})
            return result

        TaskExecutor.run = watched

    def v2_playbook_on_stats(self, stats):
        write({"task": None, "imported": sorted(sys.modules), "memory": own_memory()})
