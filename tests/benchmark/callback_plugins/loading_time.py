# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures, in the real workers of a real play, what goes into loading the connection plugin and its options.

Processor time, because ten workers wait for two processors most of the time. One line a task goes into the file that
WSMAN_LOADING_TIME names: the seconds that core spends on the task's own connection, and the seconds that the action
spends until it has its connection, a second one if need be.
"""

from __future__ import annotations

import functools
import os
import time

from ansible.executor.task_executor import TaskExecutor
from ansible.plugins.callback import CallbackBase

from ansible_collections.wsman.automation.plugins.plugin_utils._action import WSManAction

DOCUMENTATION = r"""
name: loading_time
type: notification
short_description: Measure the loading of plugins in workers
description:
  - For the benchmark only. It appends two numbers for each task to the file named by E(WSMAN_LOADING_TIME).
"""


class Clock:
    """Processor seconds spent inside the functions that it measures."""

    def __init__(self):
        self.seconds = 0.0

    def measure(self, owner, name):
        function = getattr(owner, name)

        @functools.wraps(function)
        def measured(*args, **kwargs):
            started = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.process_time() - started

        setattr(owner, name, measured)


class CallbackModule(CallbackBase):
    """Wraps the functions in the parent; every worker is a fork and inherits that."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "loading_time"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook):
        core, action = Clock(), Clock()
        core.measure(TaskExecutor, "_get_connection")
        core.measure(TaskExecutor, "_set_connection_options")
        action.measure(WSManAction, "_connect")
        run = TaskExecutor.run

        def recorded(executor):
            core.seconds = action.seconds = 0.0
            result = run(executor)
            with open(os.environ["WSMAN_LOADING_TIME"], "a", encoding="utf-8") as file:
                file.write(f"{core.seconds} {action.seconds}\n")
            return result

        TaskExecutor.run = recorded
