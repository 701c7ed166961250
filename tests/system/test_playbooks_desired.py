# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes that cut the connection they came by, and what a service does not keep, as playbooks see them."""

from __future__ import annotations

import typing as t

import playbook
import pytest

ITEM = {"resource_uri": "cimv2/Sandbox_Item", "namespace": "root/cimv2", "selector_set": {"Name": "alpha", "Group": 1}}
PUT = "wsman.automation.wsman_put"
HOSTS = ("port", "basic", "reset", "windows", "omi", "openwsman")


@pytest.fixture(scope="module")
def run(workspace: playbook.Workspace, services: t.Callable[..., t.Any]) -> playbook.Run:
    boxes = {host: services(manner=host if host in ("omi", "openwsman") else "windows") for host in HOSTS}
    boxes["reset"].misbehave("reset", when="before", action="Get", resource_uri="Sandbox_Item", at=2, count=None)
    hosts = {host: playbook.variables(box, ansible_connection="wsman.automation.wsman") for host, box in boxes.items()}
    listener = {"resource_uri": "winrm/config/listener", "selector_set": {"Address": "*", "Transport": "HTTPS"}}
    auth = {"resource_uri": "winrm/config/service/auth", "properties": {"Basic": False}}
    wrong = {**ITEM, "properties": {"Level": 300}}
    tasks = {
        "port": [{"name": "move", PUT: {**listener, "properties": {"Port": 50986}}}],
        "basic": [{"name": "refuse", PUT: auth}],
        "reset": [{"name": "cut", PUT: {**ITEM, "properties": {"Level": 9}}}],
    }
    plays: list[dict[str, t.Any]] = [{"hosts": host, "tasks": one} for host, one in tasks.items()]
    kept = [
        {"name": f"verify {verify}", PUT: {**wrong, "verify": verify}, "ignore_errors": True}
        for verify in (True, "warn", False)
    ]
    plays.append({"hosts": "openwsman", "tasks": kept})
    predicted = [
        {"name": "predict", PUT: {**ITEM, "properties": {"Words": ["x"], "Level": 5}}, "check_mode": True},
        {"name": "run", PUT: {**ITEM, "properties": {"Words": ["x"], "Level": 5}}, "diff": True},
        {"name": "again", PUT: {**ITEM, "properties": {"Words": ["x"], "Level": 5}}},
    ]
    plays.append({"hosts": "windows:omi:openwsman", "tasks": predicted})
    return workspace.play(hosts, plays)


@pytest.mark.parametrize(("host", "task"), [("port", "move"), ("basic", "refuse"), ("reset", "cut")])
def test_a_change_that_cuts_its_own_connection_is_a_change(run: playbook.Run, host: str, task: str) -> None:
    outcome = run.on(host, task)
    assert outcome.status == "changed", outcome
    assert outcome.result["verified"] is False
    assert "not read back" in outcome.result["warnings"][0]
    assert run.recap[host]["unreachable"] == 0


@pytest.mark.parametrize(("verify", "status"), [("True", "ignored"), ("warn", "changed"), ("False", "changed")])
def test_verify_is_given_as_yaml_has_it(run: playbook.Run, verify: str, status: str) -> None:
    outcome = run.on("openwsman", f"verify {verify}")
    assert outcome.status == status
    assert outcome.result["changed"] is True
    assert outcome.result["verified"] is False
    assert ("ignored" in outcome.result or "altered" in outcome.result) == (verify != "False")


@pytest.mark.parametrize("host", ["windows", "omi", "openwsman"])
def test_check_mode_says_what_a_run_does(run: playbook.Run, host: str) -> None:
    predicted, done, again = (run.on(host, task) for task in ("predict", "run", "again"))
    assert (predicted.status, done.status, again.status) == ("changed", "changed", "ok")
    assert predicted.result["diff"] == done.result["diff"]
    assert done.result["verified"] is True
