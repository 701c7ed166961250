# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests are operations with an id, who is known to keep answers, and who is asked when a change is lost."""

from __future__ import annotations

import re

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import operations, robust
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, WSManFault
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import FakeConnection, fault

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/X"
CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/X"
CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config/listener"
ID = re.compile('<wsmv:OperationID s:mustUnderstand="(.*?)">uuid:(.*?)</wsmv:OperationID>')


class Service(FakeConnection):
    """One that returns the OperationID, or not; ``lost`` in place of an answer is a lost connection."""

    def __init__(self, *answers, keeps=True, **options):
        super().__init__(answers, {"host": "box", "profile": "windows", **options})
        self.keeps, self.replays, self.asides, self.changes = keeps, [], [], []

    def send(self, data, *, replay=None, **more):
        self.replays.append(replay)
        self.changes.append(more.get("changes"))
        if self.answers[0] == "lost":
            self.answers[0] = lost()
        found = ID.search(data.decode())
        if self.keeps and found and isinstance(self.answers[0], str):
            header = f'<o:OperationID xmlns:o="x">uuid:{found.group(2)}</o:OperationID>'
            self.answers[0] = (header, self.answers[0])
        return super().send(data, **more)

    def aside(self, seconds):
        self.asides.append(seconds)
        return super().aside(seconds)

    @property
    def ids(self):
        return [ID.findall(text) for text in self.sent]

    @property
    def actions(self):
        return [re.search("Action.*?>(.*?)</", text).group(1).rpartition("/")[2] for text in self.sent]


def lost(**more):
    error = TransportError("gone", step=more.get("step", "read"), outcome_unknown=more.get("outcome_unknown", True))
    error.lost, error.silent = more.get("lost", True), more.get("silent", False)
    return error


def invoke(uri=WMI):
    return operations.invoke(Target(uri), "Run")


@pytest.mark.parametrize(
    ("request_of", "profile", "carries"),
    [
        (invoke, "windows", True),
        (invoke, "auto", True),
        (lambda: invoke(CIM), "windows", True),
        (lambda: invoke(CIM), "auto", False),
        (lambda: invoke(CONFIG), "windows", False),
        (lambda: operations.get(Target(WMI)), "windows", True),
        (lambda: operations.delete(Target(WMI)), "windows", True),
        (lambda: Enumeration(Target(WMI)).next_request(), "windows", True),
        (invoke, "omi", False),
        (lambda: invoke(CIM), "idrac", False),
    ],
)
def test_which_requests_have_an_id(request_of, profile, carries):
    service = Service("", profile=profile)
    Client(service).execute(request_of())
    assert [len(found) for found in service.ids] == [carries]


def test_each_request_has_an_id_of_its_own():
    service = Service("", "", "")
    client = Client(service)
    for request in (invoke(), invoke(), operations.get(Target(WMI))):
        client.execute(request)
    assert len({found[0][1] for found in service.ids}) == 3
    assert {found[0][0] for found in service.ids} == {"false"}


def test_a_replay_is_given_once_the_service_has_returned_an_id():
    service = Service("", "", "")
    client = Client(service)
    for request in (operations.get(Target(WMI)), invoke(), operations.get(Target(WMI))):
        client.execute(request)
    assert service.replays[0] is None
    assert service.replays[1] == robust.replay(service.sent[1].encode())
    assert service.replays[2] == robust.replay(service.sent[2].encode())


def test_who_does_not_return_it_is_never_given_one():
    service = Service("", "", keeps=False)
    client = Client(service)
    for _number in range(2):
        client.execute(invoke())
    assert service.replays == [None, None]
    assert not service.session.robust


def test_who_is_known_is_not_asked_again():
    service = Service("lost")
    service.session.robust = True
    with pytest.raises(TransportError):
        Client(service).execute(invoke())
    assert len(service.sent) == 1


@pytest.mark.parametrize("probe", ["", fault("wsman:InvalidSelectors")])
def test_a_lost_change_of_who_proves_to_keep_answers(probe):
    service = Service("lost", probe, "<done/>")
    assert Client(service).execute(invoke()).content.tag == "done"
    assert service.actions == ["Run", "Get", "Run"]
    assert service.repeatable == [False, True, False]
    first, asked, again = (found[0] for found in service.ids)
    assert (first[0], asked[0], again[0]) == ("false", "false", "true")
    assert first[1] == again[1] != asked[1]
    assert service.sent[2].encode() == service.replays[2] == robust.replay(service.sent[0].encode())
    assert [0 < seconds <= robust.SECONDS for seconds in service.asides] == [True]


def test_a_lost_change_of_a_session_that_was_known_to_another():
    """What is known comes with the session, which may be taken by the request itself."""

    class Taken(Service):
        def send(self, data, **more):
            self.session.robust = True
            return super().send(data, **more)

    service = Taken("lost", "<done/>")
    assert Client(service).execute(invoke()).content.tag == "done"
    assert service.actions == ["Run", "Run"]


@pytest.mark.parametrize(
    ("answers", "keeps"),
    [
        (["lost", "", "<done/>"], False),
        (["lost", "lost", "<done/>"], True),
        (["lost", fault("wsman:AccessDenied"), "<done/>"], False),
    ],
)
def test_a_lost_change_of_who_proves_nothing_is_not_sent_again(answers, keeps):
    service = Service(*answers, keeps=keeps)
    with pytest.raises(TransportError) as caught:
        Client(service).execute(invoke())
    assert caught.value.outcome_unknown
    assert service.actions == ["Run", "Get"]


def test_the_first_loss_is_reported():
    service = Service("lost", "", TransportError("other", step="connect"))
    with pytest.raises(TransportError) as caught:
        Client(service).execute(invoke())
    assert caught.value.message == "gone" and caught.value.outcome_unknown


def test_what_had_not_left_before_may_have_been_carried_out_later():
    later = lost(outcome_unknown=True)
    service = Service(lost(step="send", outcome_unknown=False), "", later)
    with pytest.raises(TransportError) as caught:
        Client(service).execute(invoke())
    assert caught.value is later
    assert service.changes[-1] is True


@pytest.mark.parametrize("name", ["Reboot", "Shutdown", "Win32Shutdown", "win32shutdowntracker"])
def test_who_is_restarted_forgets_it(name):
    service = Service("lost")
    service.session.robust = True
    with pytest.raises(TransportError) as caught:
        Client(service).execute(operations.invoke(Target(WMI[:-1] + "Win32_OperatingSystem"), name))
    assert caught.value.outcome_unknown
    assert (service.ids, service.replays) == ([[]], [None])


def test_a_lost_answer_that_changes_nothing_is_asked_for_too():
    service = Service(lost(outcome_unknown=False), "", "<done/>")
    assert Client(service).execute(operations.get(Target(WMI))).content.tag == "done"
    assert service.actions == ["Get", "Get", "Get"]
    assert [found[0][0] for found in service.ids] == ["false", "false", "true"]


@pytest.mark.parametrize(
    "error", [lost(lost=False), lost(outcome_unknown=False, silent=True), lost(outcome_unknown=False, step="connect")]
)
def test_what_was_not_lost_is_not_asked_for(error):
    service = Service(error)
    with pytest.raises(TransportError):
        Client(service).execute(invoke())
    assert service.actions == ["Run"]


def test_nobody_is_asked_after_the_time():
    service, clock = Service("lost"), iter([0.0, robust.SECONDS + 1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.monotonic", lambda: next(clock))
        with pytest.raises(TransportError):
            Client(service).execute(invoke())
    assert service.actions == ["Run"]


def test_what_carries_no_id_is_not_asked_for():
    service = Service("lost")
    with pytest.raises(TransportError):
        Client(service).execute(invoke(CONFIG))
    assert service.actions == ["Run"]


def test_a_fault_proves_it_too():
    service = Service(fault("wsman:AccessDenied"))
    with pytest.raises(WSManFault):
        Client(service).execute(invoke())
    assert service.session.robust
