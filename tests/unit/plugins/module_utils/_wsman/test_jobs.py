# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import instance, jobs, uris
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance

DELL = "http://schemas.dell.com/wbem/wscim/1/cim-schema/2/"
STORAGE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/Microsoft/Windows/Storage/"
NAMES = f'xmlns:p="urn:p" xmlns:wsa="{uris.NS_ADDRESSING}" xmlns:w="{uris.NS_WSMAN}"'


def reference(uri, wrapped=False):
    bare = (
        f"<wsa:Address>{uris.ANONYMOUS}</wsa:Address><wsa:ReferenceParameters><w:ResourceURI>{uri}</w:ResourceURI>"
        '<w:SelectorSet><w:Selector Name="InstanceID">JID_1</w:Selector></w:SelectorSet></wsa:ReferenceParameters>'
    )
    return f"<wsa:EndpointReference>{bare}</wsa:EndpointReference>" if wrapped else bare


def read(members):
    return instance.from_element(ElementTree.fromstring(f"<p:X_OUTPUT {NAMES}>{members}</p:X_OUTPUT>")).properties


@pytest.mark.parametrize(
    ("members", "class_name"),
    [
        (f"<p:Job>{reference(DELL + 'DCIM_LifecycleJob', wrapped=True)}</p:Job>", "DCIM_LifecycleJob"),
        (f"<p:RebootJobID>{reference(DELL + 'DCIM_LifecycleJob')}</p:RebootJobID>", "DCIM_LifecycleJob"),
        (f"<p:CreatedStorageJob>{reference(STORAGE + 'MSFT_StorageJob')}</p:CreatedStorageJob>", "MSFT_StorageJob"),
        (
            f"<p:Disk>{reference(STORAGE + 'MSFT_Disk')}</p:Disk><p:J>{reference(STORAGE + 'CIM_ConcreteJob')}</p:J>"
            f"<p:K>{reference(STORAGE + 'MSFT_StorageJob')}</p:K>",
            "CIM_ConcreteJob",
        ),
        (f"<p:Jobs>{reference('urn:x/A_Job')}</p:Jobs><p:Jobs>{reference('urn:x/B_Job')}</p:Jobs>", "A_Job"),
        (f"<p:Job>{reference(STORAGE + 'MSFT_JobQueue')}</p:Job>", None),
        ("<p:Job>JID_1</p:Job><p:ReturnValue>4096</p:ReturnValue>", None),
        ("", None),
    ],
)
def test_find_job(members, class_name):
    found = jobs.find_job(read(members))
    assert (found.resource_uri.rpartition("/")[2] if found else None) == class_name


def test_waits():
    assert list(itertools.islice(jobs.waits(), 7)) == [1, 2, 4, 8, 10, 10, 10]


@pytest.mark.parametrize(
    ("members", "done", "ok", "text"),
    [
        *[({"JobState": str(number)}, False, False, jobs.STATES[number]) for number in (2, 3, 4, 5, 6, 11, 12)],
        ({"JobState": 7}, True, True, "Completed"),
        ({"JobState": "7", "JobStatus": "Job is completed"}, True, True, "Completed (Job is completed)"),
        ({"JobState": "7", "JobStatus": "completed"}, True, True, "Completed"),
        ({"JobState": 32768}, True, True, "Completed with Warnings"),
        *[({"JobState": number}, True, False, jobs.STATES[number]) for number in (8, 9, 10)],
        ({"JobState": "4097"}, False, False, "JobState 4097"),
        ({"jobstate": "4"}, False, False, "Running"),
        ({"JobState": "", "JobStatus": "Failed"}, True, False, "Failed"),
        *[({"JobStatus": text}, True, True, text) for text in ("Completed", "Reboot Completed", "RebootCompleted")],
        *[({"JobStatus": text}, True, False, text) for text in ("Completed with Errors", "Failed", "Reboot Failed")],
        *[({"JobStatus": text}, False, False, text) for text in ("Running", "New", "Pending", "Downloaded", "Waiting")],
        ({"JobStatus": "Scheduled"}, False, False, "Scheduled"),
        *[(held, False, False, "in no state yet") for held in ({"JobStatus": ""}, {"JobState": None})],
    ],
)
def test_judge(members, done, ok, text):
    state = jobs.judge(Instance("X_Job", "urn:p", members))
    assert (state.done, state.ok, state.text) == (done, ok, text)
    assert state.waits_for_reboot == (text == "Scheduled")
    assert state.warned == (members.get("JobState") == 32768)


@pytest.mark.parametrize("members", [{}, {"Status": "OK"}, {"PercentComplete": 5}])
def test_what_is_no_job(members):
    with pytest.raises(ProtocolError, match="neither JobState nor JobStatus"):
        jobs.judge(Instance("X_Job", "urn:p", members))


@pytest.mark.parametrize(
    ("percent", "read"), [("34", 34), (100, 100), ("NA", None), ("", None), (None, None), (True, None)]
)
def test_percent(percent, read):
    assert jobs.judge(Instance("X", None, {"JobStatus": "Running", "PercentComplete": percent})).percent == read


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"JobState": 10, "ErrorCode": "32773", "ErrorDescription": "No room"}, "No room. (error code 32773)"),
        ({"JobState": 10, "ErrorCode": 0, "ErrorDescription": ""}, None),
        ({"JobState": 8, "ErrorCode": 5}, "error code 5"),
        ({"JobState": 7, "ErrorCode": 5}, None),
        (
            {"JobState": 10, "ErrorDescription": "a", "ErrorSummaryDescription": "a", "Message": "b."},
            "a. b.",
        ),
        ({"JobStatus": "Failed", "Message": "Unable to run.", "MessageID": "PR21"}, "Unable to run. (PR21)"),
        ({"JobStatus": "Failed", "Message": ["One.", "Two"], "MessageID": ["A1", "B2"]}, "One. Two. (A1, B2)"),
        ({"JobStatus": "Failed", "Message": "NA", "MessageID": "NA"}, None),
        ({"JobStatus": "Running", "Message": "Job in progress.", "MessageID": "PR20"}, None),
    ],
)
def test_error(members, said):
    assert jobs.judge(Instance("X_Job", "urn:p", members)).error == said


CIM_XML = (
    '<INSTANCE CLASSNAME="Msvm_Error"><PROPERTY NAME="ErrorSource" TYPE="string"/>'
    '<PROPERTY NAME="Message" TYPE="string"><VALUE>The file exists.</VALUE></PROPERTY>'
    '<PROPERTY NAME="MessageID" TYPE="string"><VALUE>32768</VALUE></PROPERTY></INSTANCE>'
)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ({"Errors": [CIM_XML, CIM_XML], "ReturnValue": "0"}, "The file exists. (32768)"),
        ({"Error": Instance("CIM_Error", None, {"Message": "No.", "MessageID": "X1"})}, "No. (X1)"),
        ({"Errors": ["First.", "Second."]}, "First. Second."),
        ({"Errors": None, "ReturnValue": "0"}, None),
        ({"ReturnValue": "32770"}, None),
        ({"Errors": "<not closed"}, "<not closed."),
    ],
)
def test_what_geterrorex_says(output, said):
    assert jobs.describe_errors(output) == said


def test_the_query_that_finds_a_job():
    selectors = {"InstanceID": 'JID_"1\\', "__cimnamespace": "root/dcim"}
    target, query = jobs.query(EndpointReference(DELL + "DCIM_LifecycleJob", selectors))
    assert (target.resource_uri, target.selector_set) == (DELL + "DCIM_LifecycleJob", {"__cimnamespace": "root/dcim"})
    assert query.dialect == uris.DIALECT_WQL
    assert query.content == 'select * from DCIM_LifecycleJob where InstanceID="JID_\\"1\\\\"'


def test_without_an_instance_id_there_is_no_query():
    assert jobs.query(EndpointReference(DELL + "DCIM_LifecycleJob", {"Name": "a"})) is None
