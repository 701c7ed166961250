# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of the test service: bare and wrapped references, states by readings and by time, ends of all kinds."""

from __future__ import annotations

import typing as t

import pytest
from cim_requests import (
    ADDRESSING,
    CIM,
    CIMV2,
    HYPERV,
    answer,
    ask,
    enumerate,
    invoke,
    items,
    plain,
    query,
    selectors_of,
)
from sandbox_requests import fault

from sandbox import manners, names
from sandbox.repository import Repository
from sandbox.service import Service

DELL = "http://schemas.dell.com/wbem/wscim/1/cim-schema/2/"
BIOS = {
    "SystemCreationClassName": "DCIM_ComputerSystem",
    "CreationClassName": "DCIM_BIOSService",
    "SystemName": "DCIM:ComputerSystem",
    "Name": "DCIM:BIOSService",
}


def started(manner: str = "windows") -> tuple[Service, Repository]:
    chosen = manners.named(manner)
    repository = Repository(chosen)
    return Service(chosen, repository.providers()), repository


def start(asked: Service, **given: str) -> dict[str, str]:
    """The selectors of a new CIM_ConcreteJob."""
    found = answer(invoke(asked, CIM, "Sandbox_JobService", "StartJob", {"Name": "jobs", **CIMV2}, **given))
    assert plain(found)["ReturnValue"] == "4096"
    return {**selectors_of(found), **CIMV2}


def look(asked: Service, job: t.Mapping[str, str]) -> dict[str, t.Any]:
    return plain(answer(ask(asked, names.GET, CIM + "CIM_ConcreteJob", job)))


@pytest.mark.parametrize("manner", ["windows", "omi", "openwsman", "amt"])
def test_by_readings(manner: str) -> None:
    asked = started(manner)[0]
    job = start(asked, Readings="3")
    seen = [look(asked, job) for _time in range(5)]
    assert [one["JobState"] for one in seen] == ["4", "4", "4", "7", "7"]
    percents = [int(one["PercentComplete"]) for one in seen]
    assert percents == sorted(percents) and percents[2] < percents[3] == 100


def test_by_time() -> None:
    asked, repository = started()
    now = [0.0]
    repository.jobs._clock = lambda: now[0]
    job = start(asked, Readings="0", Milliseconds="5000")
    assert look(asked, job)["JobState"] == look(asked, job)["JobState"] == "4"
    now[0] = 5.0
    assert look(asked, job)["JobState"] == "7"


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("completed", "7"), ("warnings", "32768"), ("terminated", "8"), ("killed", "9"), ("failed", "10")],
)
def test_ends(outcome: str, state: str) -> None:
    asked = started()[0]
    job = start(asked, Outcome=outcome)
    look(asked, job)
    assert look(asked, job)["JobState"] == state
    found = answer(invoke(asked, CIM, "CIM_ConcreteJob", "GetErrorEx", job))
    errors = [child for child in found if names.local(child.tag) == "Errors" and len(child)]
    assert len(errors) == (0 if outcome == "completed" else 1)
    if errors:
        assert plain(errors[0])["MessageID"] == "SBX1"
    if outcome == "failed":
        assert look(asked, job)["ErrorCode"] == "32773" and "in use" in look(asked, job)["ErrorDescription"]


def test_a_job_that_is_gone() -> None:
    asked = started()[0]
    job = start(asked, Outcome="vanished", Readings="2")
    assert [look(asked, job)["JobState"] for _time in range(2)] == ["4", "4"]
    reply = ask(asked, names.GET, CIM + "CIM_ConcreteJob", job)
    assert fault(reply)[0] == "DestinationUnreachable"
    assert items(enumerate(asked, CIM + "CIM_ConcreteJob", CIMV2)) == []


def test_a_job_without_end() -> None:
    asked = started()[0]
    job = start(asked, Outcome="endless")
    assert {look(asked, job)["JobState"] for _time in range(20)} == {"4"}


def test_unknown_outcomes() -> None:
    asked, repository = started()
    found = answer(invoke(asked, CIM, "Sandbox_JobService", "StartJob", {"Name": "jobs", **CIMV2}, Outcome="nope"))
    assert plain(found)["ReturnValue"] == "4"
    with pytest.raises(ValueError, match="there are completed, endless, failed"):
        repository.jobs.plan("nope")


def test_planned_jobs_go_in_order() -> None:
    asked, repository = started()
    repository.jobs.plan("failed", readings=0)
    repository.jobs.plan("killed", readings=0)
    assert [look(asked, start(asked))["JobState"] for _time in range(2)] == ["10", "9"]
    assert look(asked, start(asked))["JobState"] == "4"


def lifecycle(asked: Service, **given: str) -> dict[str, str]:
    arguments = {"Target": "BIOS.Setup.1-1", **given}
    found = answer(invoke(asked, DELL, "DCIM_BIOSService", "CreateTargetedConfigJob", BIOS, **arguments))
    job = next(child for child in found if names.local(child.tag) == "Job")
    assert job[0].tag == ADDRESSING + "EndpointReference"
    return selectors_of(job)


def statuses(asked: Service, job: t.Mapping[str, str], times: int) -> list[list[str]]:
    text = f"select * from DCIM_LifecycleJob where InstanceID = '{job['InstanceID']}'"
    looks = [query(asked, text, DELL + "DCIM_LifecycleJob", selectors=CIMV2 | {"__cimnamespace": "root/dcim"})]
    while len(looks) < times:
        looks.append(query(asked, text, CIM + "root/dcim/*"))
    return [[plain(row)["JobStatus"] for row in rows] for rows in looks]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("completed", ["Completed"]),
        ("warnings", ["Completed with Errors"]),
        ("reboot completed", ["Reboot Completed"]),
        ("failed", ["Failed"]),
        ("reboot failed", ["Reboot Failed"]),
        ("vanished", []),
    ],
)
def test_jobs_of_an_idrac(outcome: str, status: list[str]) -> None:
    asked, repository = started("idrac")
    repository.jobs.plan(outcome, readings=2)
    assert statuses(asked, lifecycle(asked, RebootJobType="1"), 4) == [["Running"], ["Running"], status, status]


def test_a_job_that_waits_for_a_reboot() -> None:
    asked = started("idrac")[0]
    assert statuses(asked, lifecycle(asked, ScheduledStartTime="TIME_NOW"), 3) == [["Scheduled"]] * 3
    job = plain(query(asked, "select * from DCIM_LifecycleJob where JobStatus = 'Scheduled'", CIM + "root/dcim/*")[0])
    assert (job["MessageID"], job["JobStartTime"]) == ("JCP001", "TIME_NA")


def test_an_unknown_job_is_nothing() -> None:
    assert statuses(started("idrac")[0], {"InstanceID": "JID_0"}, 1) == [[]]


def test_jobs_of_windows() -> None:
    asked, repository = started()
    repository.jobs.plan("failed", readings=0)
    machine = {"CreationClassName": "Msvm_ComputerSystem", "Name": "6B29FC40-CA47-1067-B31D-00DD010662DA"}
    found = answer(invoke(asked, HYPERV, "Msvm_ComputerSystem", "RequestStateChange", machine, RequestedState="2"))
    job = selectors_of(found)
    assert plain(answer(ask(asked, names.GET, HYPERV + "Msvm_ConcreteJob", job)))["JobState"] == "10"
    errors = plain(answer(invoke(asked, HYPERV, "Msvm_ConcreteJob", "GetErrorEx", job)))["Errors"]
    assert errors.startswith("<INSTANCE") and "in use" in errors


def test_jobs_of_storage_have_another_name() -> None:
    asked = started()[0]
    base = HYPERV.partition("root/")[0] + "root/microsoft/windows/storage/"
    pool = plain(items(enumerate(asked, base + "MSFT_StoragePool"))[0])["ObjectId"]
    given = {"FriendlyName": "disk", "RunAsJob": "true"}
    found = answer(invoke(asked, base, "MSFT_StoragePool", "CreateVirtualDisk", {"ObjectId": pool}, **given))
    job = next(child for child in found if names.local(child.tag) == "CreatedStorageJob")
    states = [plain(answer(ask(asked, names.GET, base + "MSFT_StorageJob", selectors_of(job))))["JobState"]]
    assert states == ["4"]


def attribute(asked: Service, name: str) -> dict[str, t.Any]:
    keys = {"InstanceID": f"BIOS.Setup.1-1:{name}", "__cimnamespace": "root/dcim"}
    return plain(answer(ask(asked, names.GET, DELL + "DCIM_BIOSEnumeration", keys)))


def test_attributes_of_an_idrac_are_pending_until_a_job_reboots() -> None:
    asked = started("idrac")[0]
    given = {"Target": "BIOS.Setup.1-1", "AttributeName": ["LogicalProc", "ProcVirtualization"]}
    found = plain(
        answer(
            invoke(asked, DELL, "DCIM_BIOSService", "SetAttributes", BIOS, AttributeValue=["Disabled"] * 2, **given)
        )
    )
    assert (found["ReturnValue"], found["SetResult"]) == ("0", ["Set PendingValue"] * 2)
    held = attribute(asked, "LogicalProc")
    assert (held["CurrentValue"], held["PendingValue"]) == ("Enabled", "Disabled")
    lifecycle(asked, RebootJobType="1")
    assert attribute(asked, "LogicalProc")["CurrentValue"] == "Disabled"
    for name, value, code in (
        ("ProcCoreSpeed", "1", "BIOS010"),
        ("LogicalProc", "maybe", "BIOS003"),
        ("Nope", "1", "BIOS002"),
    ):
        one = {"Target": "BIOS.Setup.1-1", "AttributeName": name, "AttributeValue": value}
        found = plain(answer(invoke(asked, DELL, "DCIM_BIOSService", "SetAttribute", BIOS, **one)))
        assert (found["ReturnValue"], found["MessageID"]) == ("2", code) and found["Message"]
