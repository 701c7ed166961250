# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerations come complete and in order, and leave nothing open on the service."""

from __future__ import annotations

import typing as t

import playbook
import pytest

from sandbox import Sandbox

NUMBERS = {"resource_uri": "wmicimv2/Sandbox_Number"}
ROWS = 10_000
SIZES = (5000, 1000, 333)


class Read(t.NamedTuple):
    """One run and its services: one for all, and one that keeps a context for half a second."""

    run: playbook.Run
    box: Sandbox
    hasty: Sandbox


@pytest.fixture(scope="module")
def read(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> Read:
    box = services(record_bodies=False)
    numbers = "{{ rows.instances | map(attribute='Number') | map('int') }}"
    judge = {
        "that": [
            f"rows.count == {ROWS}",
            f"numbers == range(numbers[0], numbers[0] + {ROWS}) | list",
            "not rows.truncated",
        ]
    }
    tasks: list[dict[str, t.Any]] = []
    for size in SIZES:
        options = {**NUMBERS, "max_elements": size, "session": {"max_envelope_size": 4_000_000}}
        tasks.append(
            {"name": f"all by {size}", "wsman.automation.wsman_enumerate": options, "register": "rows", "no_log": True}
        )
        tasks.append({"name": f"complete by {size}", "ansible.builtin.assert": judge, "vars": {"numbers": numbers}})
    tasks.append({"name": "five", "wsman.automation.wsman_enumerate": {**NUMBERS, "limit": 5, "max_elements": 2}})
    tasks.append({"name": "five at once", "wsman.automation.wsman_enumerate": {**NUMBERS, "limit": 5}})
    epr = {**NUMBERS, "limit": 3, "return_type": "epr"}
    tasks.append({"name": "references", "wsman.automation.wsman_enumerate": epr})
    both = {**NUMBERS, "limit": 3, "return_type": "object_and_epr"}
    tasks.append({"name": "both", "wsman.automation.wsman_enumerate": both})
    stalled = {"resource_uri": "wmicimv2/Win32_Process", "max_elements": 1}
    tasks.append({"name": "timeout", "wsman.automation.wsman_enumerate": stalled, "timeout": 1, "ignore_errors": True})
    box.misbehave("stall", seconds=2, action="Pull", resource_uri="Win32_Process", at=2)
    hasty = services(configuration={"/service/EnumerationTimeoutms": "500"})
    hasty.misbehave("stall", seconds=0.8, action="Pull", at=2)
    hasty.misbehave("gone", action="Pull", resource_uri="Win32_Process", count=None)
    late = {"resource_uri": "wmicimv2/Win32_Service", "max_elements": 1}
    forgotten = {"resource_uri": "wmicimv2/Win32_Process", "max_elements": 2}
    wide = {"resource_uri": "wmicimv2/Win32_LogicalDisk", "max_elements": 2, "session": {"encoding": "utf-16"}}
    further = [
        {"name": "expired", "wsman.automation.wsman_enumerate": late},
        {"name": "forgotten", "wsman.automation.wsman_enumerate": forgotten, "ignore_errors": True},
        {"name": "utf-16", "wsman.automation.wsman_enumerate": wide},
    ]
    hosts = {"server1": playbook.variables(box), "hasty": playbook.variables(hasty)}
    plays = [{"hosts": "server1", "tasks": tasks}, {"hosts": "hasty", "tasks": further}]
    return Read(workspace.play(hosts, plays), box, hasty)


@pytest.mark.parametrize("size", SIZES)
def test_ten_thousand_rows(read: Read, size: int) -> None:
    assert read.run[f"all by {size}"].status == "ok", read.run.output
    assert read.run[f"complete by {size}"].status == "ok", read.run.output


def test_pulls(read: Read) -> None:
    """As many answers as the sizes ask for: nothing else bounded them."""
    pulls = [one for one in read.box.journal if (one.action or "").endswith(("Pull", "Enumerate"))]
    whole = [one for one in pulls if (one.resource_uri or "").endswith("Sandbox_Number")]
    assert len(whole) >= sum(-(-ROWS // size) for size in SIZES)


@pytest.mark.parametrize("name", ["five", "five at once"])
def test_limit(read: Read, name: str) -> None:
    result = read.run[name].result
    assert result["count"] == 5 and result["truncated"] is True
    numbers = [int(one["Number"]) for one in result["instances"]]
    assert numbers == list(range(numbers[0], numbers[0] + 5))


def test_return_types(read: Read) -> None:
    references, both = read.run["references"].result, read.run["both"].result
    assert "instances" not in references and len(references["endpoint_references"]) == 3
    assert references["endpoint_references"] == both["endpoint_references"]
    keys = [one["selector_set"]["Number"] for one in both["endpoint_references"]]
    assert keys == [str(one["Number"]) for one in both["instances"]]


def test_timeout_fails_the_task(read: Read) -> None:
    outcome = read.run["timeout"]
    assert outcome.status == "ignored" and "time" in outcome.msg.lower(), outcome


def test_a_context_that_expired_is_begun_again(read: Read) -> None:
    outcome = read.run["expired"]
    assert outcome.status == "ok", outcome
    names = [one["Name"] for one in outcome.result["instances"]]
    assert len(names) == len(set(names)) == outcome.result["count"] > 2
    event = {"at_pull": 2, "fault": "wsen:InvalidEnumerationContext", "action": "restarted", "max_elements": 1}
    assert outcome.result["recovered"] == [event]


def test_a_context_that_is_gone_each_time_is_a_fault_that_counts_and_no_part_of_the_result(read: Read) -> None:
    outcome = read.run["forgotten"]
    assert outcome.status == "ignored" and "instances" not in outcome.result, outcome
    assert outcome.result["fault"]["subcode"] == "wsen:InvalidEnumerationContext"
    assert outcome.result["fault"]["windows_name"] == "ENUMERATE_INVALID_ENUMERATION_CONTEXT"
    assert "begun 5 times and came to 2 items in its longest pass" in outcome.msg
    assert [one["max_elements"] for one in outcome.result["recovered"]] == [1, 1, 1, 1]


def test_utf_16_both_ways(read: Read) -> None:
    assert [one["DeviceID"] for one in read.run["utf-16"].result["instances"]] == ["A:", "C:", "D:", "E:"]
    sent = [one.request for one in read.hasty.journal if (one.resource_uri or "").endswith("Win32_LogicalDisk")]
    assert len(sent) == 2 and all(data.startswith(b"\xff\xfe") for data in sent)


def test_nothing_is_left_open(read: Read) -> None:
    assert read.box.contexts == [] and read.hasty.contexts == []
    releases = [one for one in read.box.journal if (one.action or "").endswith("Release")]
    assert len(releases) >= 4
