# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes one JSON line for each task and host into the file that WSMAN_DEMO_RECORD names, and the recap at the end."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: demo_record
type: notification
short_description: Record what each task did
description:
  - For the demo only. It writes one JSON line for each task and host into the file named by E(WSMAN_DEMO_RECORD).
"""


class CallbackModule(CallbackBase):
    """Records task, module, status and result; says nothing on the screen."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "demo_record"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, entry):
        with open(os.environ["WSMAN_DEMO_RECORD"], "a", encoding="utf-8") as file:
            file.write(json.dumps(entry, default=str) + "\n")

    def _task(self, result, status, item=False):
        task = result._task if hasattr(result, "_task") else result.task
        host = result._host if hasattr(result, "_host") else result.host
        values = result._result if hasattr(result, "_result") else result.result
        self._write(
            {
                "host": host.get_name(),
                "task": task.get_name(),
                "uuid": task._uuid,
                "module": task.action,
                "arguments": task.args,
                "status": "changed" if status == "ok" and values.get("changed") else status,
                "result": values,
                "item": item,
            }
        )

    def v2_runner_on_ok(self, result):
        self._task(result, "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._task(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_skipped(self, result):
        self._task(result, "skipped")

    def v2_runner_on_unreachable(self, result):
        self._task(result, "unreachable")

    def v2_runner_item_on_ok(self, result):
        self._task(result, "ok", item=True)

    def v2_playbook_on_stats(self, stats):
        hosts = {host: stats.summarize(host) for host in stats.processed}
        self._write({"recap": hosts})
