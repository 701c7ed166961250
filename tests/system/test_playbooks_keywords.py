# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the keywords of a task do with these modules: loop, until, timeout, async, check_mode, diff and others."""

from __future__ import annotations

import typing as t

import playbook
import pytest

from sandbox import Sandbox

CONFIG = {"resource_uri": "winrm/config"}
GET = {"wsman.automation.wsman_get": CONFIG}
WINRS = {"wsman.automation.wsman_get": {"resource_uri": "winrm/config/winrs"}}
PUT = {"wsman.automation.wsman_put": {**CONFIG, "properties": {"MaxTimeoutms": 110000}}, "diff": True}
TRY = {"until": "got is not failed and got is reachable", "register": "got", "retries": 5, "delay": 0}
OUTSIDE = {"ignore_errors": True, "ignore_unreachable": True}
HOSTS = ("loop", "retried", "limited", "checked", "own")

LOOP: list[dict[str, t.Any]] = [
    {"name": "loop", "wsman.automation.wsman_get": {"resource_uri": "{{ item }}"}, "loop": ["winrm/config"] * 10},
    {"name": "language", **GET, "vars": {"ansible_wsman_locale": "{{ 'de' }}-DE"}},
]
RETRIED: list[dict[str, t.Any]] = [
    {"name": "until no fault", **GET, **TRY},
    {"name": "until reachable", **WINRS, **TRY},
]
LIMITED: list[dict[str, t.Any]] = [
    {"name": "limited", **GET, "timeout": 1, "ignore_errors": True},
    {"name": "after the limit", **GET},
    {"name": "async", **GET, "async": 10, "poll": 1, "ignore_errors": True},
]
LOST = {"wsman.automation.wsman_get": {**CONFIG, "session": {"port": 1}}}
CHECKED: list[dict[str, t.Any]] = [
    {"name": "checked", **PUT, "check_mode": True},
    {"name": "put", **PUT},
    {"name": "put again", **PUT},
    {"name": "no_log", **GET, "no_log": True, "register": "quiet"},
    {"name": "quiet", "ansible.builtin.assert": {"that": "quiet.instance.MaxTimeoutms == 110000"}},
    {"name": "unreachable", **LOST, "register": "lost", "ignore_unreachable": True},
    {"name": "goes on", "ansible.builtin.assert": {"that": "lost.transport.step == 'connect'"}},
]
OWN: list[dict[str, t.Any]] = [
    {"name": "wait", "ansible.builtin.wait_for_connection": {"timeout": 1, "sleep": 1}, **OUTSIDE},
    {"name": "raw", "ansible.builtin.raw": "whoami", **OUTSIDE},
    {"name": "reset", "ansible.builtin.meta": "reset_connection"},
    {"name": "after reset", **GET},
]


class Played(t.NamedTuple):
    """The run and its services by host."""

    run: playbook.Run
    boxes: dict[str, Sandbox]


@pytest.fixture(scope="module")
def played(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> Played:
    boxes = {name: services() for name in HOSTS}
    boxes["retried"].misbehave("fault", name="INTERNAL_ERROR", count=2, resource_uri="/config")
    boxes["retried"].misbehave("html", count=2, resource_uri="/winrs")
    boxes["limited"].misbehave("stall", seconds=4, action="Get")
    hosts = {name: playbook.variables(box) for name, box in boxes.items()}
    hosts["own"]["ansible_connection"] = "wsman.automation.wsman"
    tables = zip(HOSTS, (LOOP, RETRIED, LIMITED, CHECKED, OWN), strict=True)
    plays = [{"hosts": name, "tasks": tasks} for name, tasks in tables]
    facts = {"hosts": "own", "gather_facts": True, "tasks": [{"name": "never", **GET}]}
    return Played(workspace.play(hosts, [*plays, facts]), boxes)


@pytest.mark.parametrize("name", ["after the limit", "quiet", "goes on", "after reset"])
def test_goes_on(played: Played, name: str) -> None:
    assert played.run[name].status == "ok", played.run[name]


def test_loop_keeps_one_connection(played: Played) -> None:
    outcome = played.run["loop"]
    assert len(outcome.items) == 10 and not any(one.get("failed") for one in outcome.items)
    gets = [one for one in played.boxes["loop"].journal if one.resource_uri]
    assert {one.connection for one in gets[:10]} == {gets[0].connection}
    assert b"de-DE" in (gets[10].request or b"")


@pytest.mark.parametrize("name", ["until no fault", "until reachable"])
def test_until(played: Played, name: str) -> None:
    assert played.run[name].status == "ok" and played.run[name].result["attempts"] == 3


def test_timeout(played: Played) -> None:
    outcome = played.run["limited"]
    assert outcome.status == "ignored" and "timed out" in outcome.msg.lower(), outcome


def test_async_is_refused_by_core(played: Played) -> None:
    outcome = played.run["async"]
    assert outcome.status == "ignored" and "async" in outcome.msg.lower(), outcome


def test_check_mode_and_diff(played: Played) -> None:
    checked, done, again = (played.run[name] for name in ("checked", "put", "put again"))
    assert (checked.status, done.status, again.status) == ("changed", "changed", "ok")
    expected = {"before": {"MaxTimeoutms": 60000}, "after": {"MaxTimeoutms": 110000}}
    assert checked.result["diff"] == done.result["diff"] == expected
    puts = [one for one in played.boxes["checked"].journal if (one.action or "").endswith("Put")]
    assert len(puts) == 1
    assert '-    "MaxTimeoutms": 60000' in played.run.output


def test_waiting_says_how(played: Played) -> None:
    """Core's action pings by a command once the service answers, so it cannot succeed; it says what does."""
    outcome = played.run["wait"]
    assert outcome.status == "ignored" and "wsman_identify with until" in outcome.msg, outcome


def test_commands_are_refused(played: Played) -> None:
    outcome = played.run["raw"]
    assert outcome.status in ("ignored", "unreachable") and "command" in outcome.msg.lower(), outcome


def test_facts_are_refused(played: Played) -> None:
    outcome = played.run["Gathering Facts"]
    assert outcome.status in ("failed", "unreachable") and "gather_facts: false" in outcome.msg, outcome
