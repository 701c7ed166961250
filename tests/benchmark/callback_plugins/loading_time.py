# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures, in the real workers of a real play, the seconds that go into loading plugins and their options.

One line a task goes into the file that WSMAN_LOADING_TIME names: seconds in action and connection loading and in
setting the connection's options, whether core does it or the action for a second connection.
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
  - For the benchmark only. It appends one number for each task to the file named by E(WSMAN_LOADING_TIME).
"""

LOADING = (
    (TaskExecutor, "_get_connection"),
    (TaskExecutor, "_set_connection_options"),
    (TaskExecutor, "_get_action_handler_with_module_context"),
    (WSManAction, "_connect"),
)


class Clock:
    """Seconds spent inside the measured functions; a measured function called by another counts once."""

    def __init__(self):
        self.depth = 0
        self.seconds = 0.0

    def measure(self, function):
        @functools.wraps(function)
        def measured(*args, **kwargs):
            self.depth += 1
            started = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.depth -= 1
                if not self.depth:
                    self.seconds += time.perf_counter() - started

        return measured


class CallbackModule(CallbackBase):
    """Wraps the functions in the parent; every worker is a fork and inherits that."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "loading_time"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook):
        clock = Clock()
        for owner, name in LOADING:
            setattr(owner, name, clock.measure(getattr(owner, name)))
        run = TaskExecutor.run

        def recorded(executor):
            clock.seconds = 0.0
            result = run(executor)
            with open(os.environ["WSMAN_LOADING_TIME"], "a", encoding="utf-8") as file:
                file.write(f"{clock.seconds}\n")
            return result

        TaskExecutor.run = recorded
