# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Methods with their jobs, typed arguments and queries, as playbooks meet them on Windows and on an iDRAC."""

from __future__ import annotations

import typing as t

import playbook
import pytest

from sandbox import Sandbox

HYPERV = "wmi/root/virtualization/v2/"
GUEST = {
    "resource_uri": f"{HYPERV}Msvm_ComputerSystem",
    "selector_set": {"CreationClassName": "Msvm_ComputerSystem", "Name": "6B29FC40-CA47-1067-B31D-00DD010662DA"},
    "method": "RequestStateChange",
}
BIOS = {
    "resource_uri": "http://schemas.dell.com/wbem/wscim/1/cim-schema/2/DCIM_BIOSService",
    "namespace": "root/dcim",
    "selector_set": {
        "SystemCreationClassName": "DCIM_ComputerSystem",
        "CreationClassName": "DCIM_BIOSService",
        "SystemName": "DCIM:ComputerSystem",
        "Name": "DCIM:BIOSService",
    },
}
TARGET = {"Target": "BIOS.Setup.1-1"}
CONFIGURE = {**BIOS, "method": "CreateTargetedConfigJob"}
STOPPED = {"resource_uri": "wmicimv2/*", "filter": "select * from Win32_Service where State = 'Stopped'"}
INTERROGATE = {**STOPPED, "method": "InterrogateService", "read_only": True}
WAIT = {"wait_for_job": True, "job_timeout": 60}

WINDOWS: list[tuple[str, dict[str, t.Any]]] = [
    ("job", {**GUEST, "arguments": {"RequestedState": 2}, **WAIT}),
    ("job again", {**GUEST, "arguments": {"RequestedState": "3"}}),
    ("range", {**GUEST, "arguments": {"RequestedState": 70000}}),
    ("unknown", {**GUEST, "arguments": {"RequestedStat": 2}}),
    ("unexpected", {**GUEST, "arguments": {"RequestedState": 77}, "expected_return_values": [0, "4096"]}),
    ("too many", INTERROGATE),
    ("query", {**INTERROGATE, "limit_targets": 50, "expected_return_values": [6]}),
    ("none", {**INTERROGATE, "filter": "select * from Win32_Service where Name = 'No'", "limit_targets": 1}),
]
DELL: list[tuple[str, dict[str, t.Any]]] = [
    ("bios", {**CONFIGURE, "arguments": TARGET, **WAIT}),
    ("deadline", {**CONFIGURE, "arguments": TARGET, **WAIT, "session": {"deadline": 1.5}}),
    ("wrong target", {**CONFIGURE, "arguments": {"Target": "NIC.1"}, **WAIT}),
    (
        "wrong attribute",
        {**BIOS, "method": "SetAttribute", "arguments": {**TARGET, "AttributeName": "X", "AttributeValue": "Y"}},
    ),
]


class Runs(t.NamedTuple):
    """One run on both services, and these."""

    run: playbook.Run
    windows: Sandbox
    dell: Sandbox


@pytest.fixture(scope="module")
def runs(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> Runs:
    windows, dell = services(), services(manner="idrac")
    windows.plan_job("completed", readings=0)
    dell.plan_job("completed", readings=0)
    dell.plan_job("endless")
    windows.misbehave("reset", when="before", action="Get", resource_uri="Msvm_ConcreteJob", count=2)

    def tasks(table: list[tuple[str, dict[str, t.Any]]]) -> list[dict[str, t.Any]]:
        return [
            {"name": name, "wsman.automation.wsman_invoke": options, "ignore_errors": True, "register": "done"}
            for name, options in table
        ]

    reread = {
        "name": "reread",
        "wsman.automation.wsman_get": {"endpoint_reference": "{{ done.job_endpoint_reference }}"},
    }
    hosts = {"windows": playbook.variables(windows), "dell": playbook.variables(dell)}
    plays = [
        {"hosts": "windows", "tasks": [*tasks(WINDOWS[:1]), reread, *tasks(WINDOWS[1:])]},
        {"hosts": "dell", "tasks": tasks(DELL)},
    ]
    return Runs(workspace.play(hosts, plays, "-v"), windows, dell)


def test_a_job_of_windows_outlives_a_lost_connection(runs: Runs) -> None:
    outcome = runs.run["job"]
    assert outcome.status == "changed", runs.run.output
    assert outcome.result["return_value"] == 4096
    assert outcome.result["job"]["JobState"] == 7
    assert outcome.result["job"]["PercentComplete"] == 100
    assert "trying again" in runs.run.output
    assert "Completed, 100 %" in runs.run.output


def test_the_reference_of_a_job_goes_into_another_module(runs: Runs) -> None:
    read = runs.run["reread"]
    assert read.status == "ok", runs.run.output
    assert read.result["instance"]["InstanceID"] == runs.run["job"].result["job"]["InstanceID"]


def test_a_reference_comes_without_waiting_too(runs: Runs) -> None:
    result = runs.run["job again"].result
    assert "job" not in result
    assert result["job_endpoint_reference"]["resource_uri"].endswith("Msvm_ConcreteJob")
    assert result["output"]["Job"] == result["job_endpoint_reference"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("range", "arguments.RequestedState: 70000 is not in the range 0 to 65535 of uint16"),
        ("unknown", "arguments.RequestedStat: RequestStateChange has no such parameter. It takes RequestedState"),
        ("unexpected", "returned 32775; expected was 0 or 4096."),
        ("deadline", "is not done after the deadline of 1.5 s; it was last seen as Running"),
        ("wrong target", "returned 2; expected was 0 or 4096. Invalid Target"),
        ("wrong attribute", "returned 2; expected was 0 or 4096. Invalid AttributeName. (BIOS002)"),
    ],
)
def test_a_failure_says_why(runs: Runs, name: str, said: str) -> None:
    outcome = runs.run[name]
    assert outcome.status == "ignored", runs.run.output
    assert said in outcome.msg


def test_what_is_refused_here_is_not_sent(runs: Runs) -> None:
    sent = [one for one in runs.windows.journal if (one.action or "").endswith("/RequestStateChange")]
    assert len(sent) == 3


def test_a_query(runs: Runs) -> None:
    refused = runs.run["too many"]
    assert refused.msg.startswith("limit_targets: ")
    result = runs.run["query"].result
    assert result["count"] == len(result["results"]) > 1
    assert runs.run["query"].status == "ok"
    assert {one["return_value"] for one in result["results"]} == {6}
    names = [one["endpoint_reference"]["selector_set"]["Name"] for one in result["results"]]
    assert len(set(names)) == len(names)
    assert (runs.run["none"].status, runs.run["none"].result["count"]) == ("ok", 0)


def test_a_job_of_an_idrac(runs: Runs) -> None:
    outcome = runs.run["bios"]
    assert outcome.status == "changed", runs.run.output
    assert outcome.result["job"]["JobStatus"] == "Completed"
    assert outcome.result["job_endpoint_reference"]["selector_set"]["InstanceID"].startswith("JID_")
    asked = [one for one in runs.dell.journal if (one.resource_uri or "").endswith("DCIM_LifecycleJob")]
    assert asked
    assert all((one.action or "").endswith(("Enumerate", "Pull", "Release")) for one in asked)
