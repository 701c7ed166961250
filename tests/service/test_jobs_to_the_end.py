# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs of each make of service to every end that there is, by a clock that costs no time."""

from __future__ import annotations

import pytest
import wired

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _jobs

MANNERS = ["windows", "omi", "openwsman", "amt"]
START = {
    "resource_uri": "cimv2/Sandbox_JobService",
    "namespace": "root/cimv2",
    "selector_set": {"Name": "jobs"},
    "method": "StartJob",
    "wait_for_job": True,
}
POOL = {
    "resource_uri": "wmi/root/microsoft/windows/storage/MSFT_StoragePool",
    "method": "CreateVirtualDisk",
    "wait_for_job": True,
}
GUEST = {
    "resource_uri": "wmi/root/virtualization/v2/Msvm_ComputerSystem",
    "selector_set": {"CreationClassName": "Msvm_ComputerSystem", "Name": "6B29FC40-CA47-1067-B31D-00DD010662DA"},
    "method": "RequestStateChange",
    "arguments": {"RequestedState": 2},
    "wait_for_job": True,
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
    "method": "CreateTargetedConfigJob",
    "arguments": {"Target": "BIOS.Setup.1-1"},
    "wait_for_job": True,
}
FAILURE = "The operation failed: the file is in use."


class Clock:
    """Time that passes by sleeping only."""

    def __init__(self):
        self.slept = []

    def monotonic(self):
        return float(sum(self.slept))

    def sleep(self, seconds):
        self.slept.append(seconds)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(_jobs, "time", clock)
    return clock


@pytest.fixture(params=MANNERS)
def box(request):
    return wired.Box(request.param)


@pytest.fixture
def idrac():
    return wired.Box("idrac")


def start(box, outcome, readings=2, **more):
    return box.run("invoke", {**START, "arguments": {"Outcome": outcome, "Readings": readings}, **more})


@pytest.mark.parametrize("outcome", ["completed", "warnings"])
def test_a_job_that_ends_well(box, clock, outcome):
    result = start(box, outcome)
    assert result["changed"] is True
    assert "failed" not in result
    assert result["return_value"] == 4096
    assert str(result["job"]["JobState"]) == {"completed": "7", "warnings": "32768"}[outcome]
    assert ("warnings" in result) == (outcome == "warnings")
    assert box.actions == ["StartJob", "Get", "Get", "Get"]
    assert clock.slept == [1, 2, 4]


def test_the_job_is_as_wsman_get_reads_it(box):
    result = start(box, "completed")
    again = box.run("get", {"endpoint_reference": result["job_endpoint_reference"]})
    assert again["instance"] == result["job"]
    assert result["output"]["Job"] == result["job_endpoint_reference"]
    assert result["job_endpoint_reference"]["resource_uri"].endswith("CIM_ConcreteJob")


@pytest.mark.parametrize(
    ("outcome", "state"), [("terminated", "Terminated"), ("killed", "Killed"), ("failed", "Exception")]
)
def test_a_job_that_ends_badly(box, outcome, state):
    result = start(box, outcome, 0)
    assert result["failed"] is True
    assert result["changed"] is True
    assert f"ended as {state}" in result["msg"]
    assert result["msg"].count(FAILURE) == 1
    assert ("(error code 32773)" in result["msg"]) == (outcome == "failed")
    assert box.actions == ["StartJob", "Get", "GetErrorEx"]
    assert result["job"] and result["job_endpoint_reference"] and result["return_value"] == 4096


def test_a_job_that_vanishes(box):
    result = start(box, "vanished")
    assert result["failed"] is True
    assert result["changed"] is True
    assert "outcome unknown" in result["msg"]
    assert "last seen as Running" in result["msg"]


def test_a_job_that_was_never_there(box):
    result = start(box, "vanished", 0)
    assert "knows no such job: outcome unknown" in result["msg"]
    assert box.actions == ["StartJob", "Get", "Get", "Get"]


def test_a_job_without_end(box, clock):
    result = start(box, "endless", job_timeout=40)
    assert result["failed"] is True
    assert "not done after 40 s; it was last seen as Running" in result["msg"]
    assert clock.slept == [1, 2, 4, 8, 10, 10, 5]


def test_a_service_that_is_away_for_a_while(box, clock):
    asked = []

    def away(action):
        asked.append(action)
        return TransportError("box refused the connection.", step="connect") if 3 <= len(asked) <= 6 else None

    box.wrong = away
    result = start(box, "completed", 4)
    assert result["changed"] is True
    assert "failed" not in result
    assert len(clock.slept) > 4


def test_nothing_is_started_in_check_mode(box):
    result = box.run("invoke", START, check_mode=True)
    assert result == {"changed": True, "output": {}, "return_value": None}
    assert box.actions == []


def test_windows_storage_names_its_job_otherwise():
    box = wired.Box("windows")
    pool = box.run("enumerate", {"resource_uri": POOL["resource_uri"], "return_type": "epr"})["endpoint_references"][0]
    call = {name: value for name, value in POOL.items() if name != "resource_uri"}
    given = {"endpoint_reference": pool, **call, "arguments": {"FriendlyName": "a", "Size": 2**40, "RunAsJob": True}}
    result = box.run("invoke", given)
    assert result["job"]["JobState"] == 7
    assert result["output"]["CreatedStorageJob"] == result["job_endpoint_reference"]
    given["arguments"] = {"FriendlyName": "a"}
    assert box.run("invoke", given)["job"] is None


def test_hyper_v_tells_its_errors_as_the_text_of_instances():
    box = wired.Box("windows")
    box.repository.jobs.plan("terminated", 0)
    result = box.run("invoke", GUEST)
    assert result["msg"].endswith(f"ended as Terminated: {FAILURE}")


@pytest.mark.parametrize(
    ("outcome", "status", "good"),
    [
        ("completed", "Completed", True),
        ("reboot completed", "Reboot Completed", True),
        ("warnings", "Completed with Errors", False),
        ("failed", "Failed", False),
        ("reboot failed", "Reboot Failed", False),
    ],
)
def test_a_job_of_an_idrac(idrac, outcome, status, good):
    idrac.repository.jobs.plan(outcome, 1)
    result = idrac.run("invoke", BIOS)
    assert result["changed"] is True
    assert bool(result.get("failed")) != good
    assert result["job"]["JobStatus"] == status
    assert result["job"]["JobStartTime"] == "TIME_NA"
    assert set(idrac.actions[1:]) <= {"Enumerate", "Pull", "Release"}
    if not good:
        assert f"ended as {status}: {result['job']['Message']} ({result['job']['MessageID']})" in result["msg"]


def test_a_job_of_an_idrac_that_vanishes(idrac):
    idrac.repository.jobs.plan("vanished", 2)
    result = idrac.run("invoke", BIOS)
    assert result["failed"] is True
    assert "outcome unknown" in result["msg"]
    assert result["job"]["JobStatus"] == "Running"


def test_a_job_of_an_idrac_that_waits_for_a_reboot(idrac):
    given = {**BIOS, "arguments": {**BIOS["arguments"], "ScheduledStartTime": "TIME_NOW"}, "job_timeout": 20}
    result = idrac.run("invoke", given)
    assert "not done after 20 s; it was last seen as Scheduled" in result["msg"]
    assert "awaits the reboot of the host" in result["msg"]


def test_a_method_of_an_idrac_that_fails(idrac):
    result = idrac.run("invoke", {**BIOS, "arguments": {"Target": "NIC"}})
    assert result["failed"] is True
    assert result["return_value"] == 2
    assert result["output"]["MessageID"] == "BIOS001"
    assert "returned 2; expected was 0 or 4096. Invalid Target" in result["msg"]
    assert "(BIOS001)" in result["msg"]


def test_a_query_on_each_make(box):
    given = {
        "resource_uri": "wmicimv2/*",
        "filter": "SELECT * FROM Sandbox_JobService",
        "method": "StartJob",
        "arguments": {"Outcome": "completed", "Readings": 0},
        "wait_for_job": True,
    }
    if box.manner != "windows":
        given |= {"resource_uri": "cimv2/Sandbox_JobService", "namespace": "root/cimv2"}
    result = box.run("invoke", given)
    if box.manner == "amt":
        assert "fault" in result  # it knows no query
        return
    assert (result["changed"], result["count"]) == (True, 1)
    assert str(result["results"][0]["job"]["JobState"]) == "7"
    assert result["results"][0]["endpoint_reference"]["selector_set"]["Name"] == "jobs"
