# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Methods that start a job: the job is looked at until it is done, by a clock that costs no time."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _jobs
from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import fault

DELL = "http://schemas.dell.com/wbem/wscim/1/cim-schema/2/"
STORAGE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/Microsoft/Windows/Storage/"
BIOS = {"resource_uri": f"{DELL}DCIM_BIOSService", "namespace": "root/dcim", "method": "CreateTargetedConfigJob"}
POOL = {"resource_uri": f"{STORAGE}MSFT_StoragePool", "method": "Repair"}
ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"


class Clock:
    """Time that passes by sleeping only."""

    def __init__(self):
        self.now, self.slept = 100.0, []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(_jobs, "time", clock)
    return clock


@pytest.fixture
def shown(monkeypatch):
    """The lines of -v."""
    lines = []
    monkeypatch.setattr(_jobs.display, "v", lambda text, host: lines.append(text))
    return lines


def started(uri, selector, namespace=True, wrapped=True):
    """The answer to a method that has started a job, as an iDRAC gives it, or as Windows does."""
    selectors = f'<wsman:Selector Name="InstanceID">{selector}</wsman:Selector>'
    if namespace:
        selectors += '<wsman:Selector Name="__cimnamespace">root/dcim</wsman:Selector>'
    bare = (
        f"<wsa:Address>{ANONYMOUS}</wsa:Address><wsa:ReferenceParameters><wsman:ResourceURI>{uri}</wsman:ResourceURI>"
        f"<wsman:SelectorSet>{selectors}</wsman:SelectorSet></wsa:ReferenceParameters>"
    )
    inner = f"<wsa:EndpointReference>{bare}</wsa:EndpointReference>" if wrapped else bare
    return (
        f'<p:X_OUTPUT xmlns:p="urn:p"><p:RebootRequired>Yes</p:RebootRequired><p:Job>{inner}</p:Job>'
        "<p:ReturnValue>4096</p:ReturnValue></p:X_OUTPUT>"
    )


def lifecycle(status, percent="1", message="NA", message_id="NA"):
    """The answer to the query for a job: one item, or none where *status* is None."""
    item = (
        f'<n1:DCIM_LifecycleJob xmlns:n1="{DELL}DCIM_LifecycleJob"><n1:InstanceID>JID_1</n1:InstanceID>'
        f"<n1:JobStartTime>TIME_NA</n1:JobStartTime><n1:JobStatus>{status}</n1:JobStatus><n1:Message>{message}</n1:Message>"
        f"<n1:MessageID>{message_id}</n1:MessageID><n1:PercentComplete>{percent}</n1:PercentComplete></n1:DCIM_LifecycleJob>"
    )
    return (
        f"<wsen:EnumerateResponse><wsman:Items>{item if status else ''}</wsman:Items><wsen:EnumerationContext/>"
        "<wsman:EndOfSequence/></wsen:EnumerateResponse>"
    )


def storage(state, more=""):
    """The answer to a Get of a job of Windows."""
    return (
        f'<p:MSFT_StorageJob xmlns:p="{STORAGE}MSFT_StorageJob"><p:JobState>{state}</p:JobState>{more}'
        "<p:PercentComplete>50</p:PercentComplete></p:MSFT_StorageJob>"
    )


DELL_STARTED = started(f"{DELL}DCIM_LifecycleJob", "JID_1")
STORAGE_STARTED = started(f"{STORAGE}MSFT_StorageJob", "S1", namespace=False, wrapped=False)
NOT_FOUND = fault("wsa:DestinationUnreachable", 2150858752, "Gone.").replace(
    "</f:Message>", '<f:ProviderFault provider="x"><f:WSManFault Code="2147749890"/></f:ProviderFault></f:Message>'
)
AWAY = TransportError("box:443 refused the connection.", step="connect")


@pytest.fixture
def wait(run, clock):
    def wait(call, *answers, **given):
        keywords = {name: given.pop(name) for name in ("job_timeout", "read_only") if name in given}
        return run("invoke", {**call, **keywords, "wait_for_job": True}, *answers, **given)

    return wait


def test_an_idrac_job_is_asked_for_by_query(wait, clock, shown):
    result, connection = wait(
        BIOS,
        DELL_STARTED,
        lifecycle("Running"),
        lifecycle("Running"),
        lifecycle("Running", 80),
        lifecycle("Completed", 100),
    )
    assert connection.actions == ["CreateTargetedConfigJob", *["Enumerate"] * 4]
    assert clock.slept == [1, 2, 4, 8]
    query = connection.sent[1]
    assert 'select * from DCIM_LifecycleJob where InstanceID="JID_1"' in query
    assert f">{DELL}DCIM_LifecycleJob</wsman:ResourceURI>" in query
    assert '<wsman:Selector Name="__cimnamespace">root/dcim</wsman:Selector>' in query
    assert 'Name="InstanceID"' not in query
    assert result["changed"] is True
    assert result["return_value"] == 4096
    assert result["job"]["JobStatus"] == "Completed"
    assert result["job_endpoint_reference"] == {
        "address": ANONYMOUS,
        "resource_uri": f"{DELL}DCIM_LifecycleJob",
        "selector_set": {"InstanceID": "JID_1", "__cimnamespace": "root/dcim"},
    }
    assert [line.partition("InstanceID=JID_1: ")[2] for line in shown] == [
        "Running, 1 %",
        "Running, 80 %",
        "Completed, 100 %",
    ]


def test_any_other_job_is_read_by_get(wait, clock):
    answers = [STORAGE_STARTED, *[storage(state) for state in (2, 3, 4, 4, 4, 4, 7)]]
    result, connection = wait(POOL, *answers)
    assert connection.actions == ["Repair", *["Get"] * 7]
    assert clock.slept == [1, 2, 4, 8, 10, 10, 10]
    assert all(connection.repeatable[1:])
    assert '<wsman:Selector Name="InstanceID">S1</wsman:Selector>' in connection.sent[1]
    assert result["job"]["JobState"] == "7"
    assert "warnings" not in result


def test_a_warning(wait):
    result, _connection = wait(POOL, STORAGE_STARTED, storage(32768, "<p:ErrorDescription>Slow.</p:ErrorDescription>"))
    assert result["changed"] is True
    assert result["warnings"] == ["The job MSFT_StorageJob?InstanceID=S1 completed with warnings: Slow."]


@pytest.mark.parametrize("state", [8, 9, 10])
def test_a_failure_is_asked_for_its_errors(wait, state):
    errors = '<p:X xmlns:p="urn:p"><p:Errors><p:Message>No room.</p:Message></p:Errors></p:X>'
    more = "<p:ErrorCode>32773</p:ErrorCode><p:ErrorDescription>It broke.</p:ErrorDescription>"
    result, connection = wait(POOL, STORAGE_STARTED, storage(state, more), errors)
    assert connection.actions == ["Repair", "Get", "GetErrorEx"]
    assert connection.repeatable[-1] is True
    assert result["failed"] is True
    assert result["changed"] is True
    assert "It broke. (error code 32773) No room." in result["msg"]
    assert result["job"]["JobState"] == str(state)
    assert result["return_value"] == 4096
    assert result["output"]["RebootRequired"] == "Yes"


def test_a_job_whose_class_has_no_such_methods_is_not_asked(wait):
    schema = (
        '<CLASS NAME="MSFT_StorageJob"><PROPERTY NAME="JobState" TYPE="uint16"/><METHOD NAME="Stop" TYPE="uint32"/>'
    )
    result, connection = wait(POOL, STORAGE_STARTED, storage(10), schemas={"MSFT_StorageJob": schema + "</CLASS>"})
    assert connection.actions == ["Repair", "Get"]
    assert result["job"]["JobState"] == 10


def test_a_job_without_methods_for_its_errors(wait):
    refused = fault("wsa:ActionNotSupported")
    result, connection = wait(POOL, STORAGE_STARTED, storage(10), refused, refused)
    assert connection.actions == ["Repair", "Get", "GetErrorEx", "GetError"]
    assert result["msg"].endswith("ended as Exception: it says nothing of why.")


@pytest.mark.parametrize("status", ["Completed with Errors", "Failed", "Reboot Failed"])
def test_a_failure_of_an_idrac(wait, status):
    result, connection = wait(BIOS, DELL_STARTED, lifecycle(status, 100, "Unable to run.", "PR21"))
    assert connection.actions == ["CreateTargetedConfigJob", "Enumerate"]
    assert result["failed"] is True
    assert result["msg"] == f"The job DCIM_LifecycleJob?InstanceID=JID_1 ended as {status}: Unable to run. (PR21)"


def test_a_job_that_waits_for_a_reboot(wait, clock):
    result, _connection = wait(BIOS, DELL_STARTED, *[lifecycle("Scheduled", 0)] * 3, job_timeout=6)
    assert clock.slept == [1, 2, 3]
    assert result["failed"] is True
    assert result["changed"] is True
    assert "not done after 6 s; it was last seen as Scheduled, 0 %." in result["msg"]
    assert "awaits the reboot of the host" in result["msg"]
    assert result["job"]["JobStatus"] == "Scheduled"


def test_a_job_that_takes_too_long(wait):
    result, _connection = wait(POOL, STORAGE_STARTED, storage(4), job_timeout=1)
    assert "not done after 1 s" in result["msg"]
    assert "Raise job_timeout" in result["msg"]


def test_a_deadline(wait, clock, monkeypatch):
    """It ends before the time for the job does: the last request is not even sent, and the message names it."""
    monkeypatch.setattr(_jobs.Client, "seconds_left", property(lambda _client: 105.0 - clock.now))
    late = TransportError("The deadline of 5 s passed.", step="send")
    result, _connection = wait(POOL, STORAGE_STARTED, storage(4), storage(4), late, deadline=5)
    assert clock.slept == [1, 2, 2]
    assert "the deadline of 5 s" in result["msg"]
    assert "Raise deadline" in result["msg"]
    assert result["failed"] is True


@pytest.mark.parametrize(
    ("call", "answers"),
    [
        (BIOS, [DELL_STARTED, lifecycle("Running"), lifecycle(None)]),
        (POOL, [STORAGE_STARTED, storage(4), NOT_FOUND]),
    ],
)
def test_a_job_that_is_gone(wait, call, answers):
    result, _connection = wait(call, *answers)
    assert result["failed"] is True
    assert result["changed"] is True
    assert "outcome unknown" in result["msg"]
    assert "last seen as Running" in result["msg"]
    assert result["job"] is not None


def test_a_job_that_is_listed_late(wait):
    result, _connection = wait(BIOS, DELL_STARTED, lifecycle(None), lifecycle(None), lifecycle("Completed"))
    assert result["job"]["JobStatus"] == "Completed"


def test_a_job_that_was_never_seen(wait):
    result, _connection = wait(BIOS, DELL_STARTED, *[lifecycle(None)] * 3)
    assert "knows no such job: outcome unknown" in result["msg"]
    assert result["job"] is None


@pytest.mark.parametrize("lost", [AWAY, fault("wsa:EndpointUnavailable"), fault("wsman:TimedOut")])
def test_a_service_that_restarts_is_waited_for(wait, lost, shown):
    answers = [DELL_STARTED, lifecycle("Running"), lost, lost, lifecycle(None), lifecycle("Completed", 100)]
    result, _connection = wait(BIOS, *answers)
    assert result["changed"] is True
    assert result["job"]["JobStatus"] == "Completed"
    assert sum("trying again" in line for line in shown) == 1


def test_a_service_that_does_not_come_back(wait):
    result, _connection = wait(BIOS, DELL_STARTED, lifecycle("Running", 7), *[AWAY] * 2, job_timeout=6)
    assert result["failed"] is True
    assert "last seen as Running, 7 %" in result["msg"]
    assert "box:443 refused the connection." in result["msg"]


def test_what_is_shown_meanwhile_has_no_words_of_the_service(wait, shown):
    """They may repeat an argument, and no censor reads what goes to the screen."""
    call = {**BIOS, "arguments": {"Password": "hunter2-0815"}}
    busy = fault("wsman:QuotaLimit", reason="Set to hunter2-0815, later.")
    result, _connection = wait(call, DELL_STARTED, busy, lifecycle("Completed"))
    assert result["job"]["JobStatus"] == "Completed"
    assert any("wsman:QuotaLimit" in line for line in shown)
    assert "hunter2-0815" not in str(shown)


def test_a_secret_that_is_refused_meanwhile_is_not_shown_again(wait):
    refused = TransportError("The account was refused.", step="authentication", secret_refused=True)
    result, connection = wait(BIOS, DELL_STARTED, lifecycle("Running"), refused)
    assert len(connection.sent) == 3
    assert result["unreachable"] is True
    assert result["changed"] is True
    assert "has started the job DCIM_LifecycleJob?InstanceID=JID_1" in result["msg"]


def test_a_fault_that_no_waiting_helps_against(wait):
    result, _connection = wait(POOL, STORAGE_STARTED, fault("wsman:AccessDenied", 5))
    assert result["fault"]["subcode"] == "wsman:AccessDenied"
    assert result["changed"] is True


def test_an_error_of_the_service_passes_only_where_it_has_shown_the_job(wait):
    """One that restarts fails so before its providers are there; one that never showed the job will go on failing."""
    broken = fault("wsman:InternalError")
    result, _connection = wait(POOL, STORAGE_STARTED, broken)
    assert result["fault"]["subcode"] == "wsman:InternalError"
    result, _connection = wait(POOL, STORAGE_STARTED, storage(4), broken, storage(7))
    assert result["job"]["JobState"] == "7"


def test_a_job_that_has_no_state_yet(wait, shown):
    result, _connection = wait(BIOS, DELL_STARTED, lifecycle(" ", 0), lifecycle("Completed", 100))
    assert result["job"]["JobStatus"] == "Completed"
    assert "in no state yet, 0 %" in shown[0]


def test_an_instance_that_is_no_job(wait):
    result, _connection = wait(POOL, STORAGE_STARTED, '<p:A_Job xmlns:p="urn:p"><p:Name>x</p:Name></p:A_Job>')
    assert "neither JobState nor JobStatus" in result["msg"]
    assert result["changed"] is True


@pytest.mark.parametrize(("value", "warned"), [("0", False), ("4096", True)])
def test_a_method_that_names_no_job(wait, clock, value, warned):
    answer = f'<p:X_OUTPUT xmlns:p="urn:p"><p:ReturnValue>{value}</p:ReturnValue></p:X_OUTPUT>'
    result, _connection = wait(POOL, answer)
    assert result["job"] is None
    assert ("warnings" in result) == warned
    assert clock.slept == []


def test_without_waiting_the_job_is_named(run):
    result, connection = run("invoke", BIOS, DELL_STARTED)
    assert connection.actions == ["CreateTargetedConfigJob"]
    assert result["job_endpoint_reference"]["selector_set"]["InstanceID"] == "JID_1"
    assert "job" not in result


def test_nothing_is_said_of_a_task_with_no_log(wait, shown):
    wait(BIOS, DELL_STARTED, lifecycle("Completed"), no_log=True)
    assert shown == []


def test_the_namespace_of_a_job_is_that_of_its_method(wait):
    bare = started(f"{DELL}DCIM_LifecycleJob", "JID_1", namespace=False)
    result, connection = wait(BIOS, bare, lifecycle("Completed"))
    assert result["job_endpoint_reference"]["selector_set"]["__cimnamespace"] == "root/dcim"
    assert 'Name="__cimnamespace">root/dcim<' in connection.sent[1]


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_time_that_is_none(run, seconds):
    result, connection = run("invoke", {**POOL, "wait_for_job": True, "job_timeout": seconds})
    assert result["msg"].startswith("job_timeout: ")
    assert connection.sent == []
