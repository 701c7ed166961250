# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations whose connection is lost, on a service that keeps its answers: each is done once, and has its answer."""

from __future__ import annotations

import contextlib
import time

import pytest
from sending import options

from ansible_collections.wsman.automation.plugins.module_utils._wsman import operations, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _again
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._transport import Session
from sandbox import Sandbox

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"
SPOOLER = Target(WMI + "Win32_Service", {"Name": "Spooler"})
WAYS = {
    "basic": {"authentication": "basic"},
    "https": {"authentication": "basic", "scheme": "https"},
    "ntlm": {"authentication": "ntlm", "message_encryption": "auto"},
    "ntlm over https": {"authentication": "ntlm", "scheme": "https"},
    "credssp": {"authentication": "credssp", "message_encryption": "auto"},
    "utf-16": {"authentication": "ntlm", "message_encryption": "auto", "encoding": "utf-16"},
}


class Direct:
    """What a client needs of a connection, over a session of its own."""

    def __init__(self, given):
        self.session = Session(given)
        for name in ("send", "aside", "operation", "parting"):
            setattr(self, name, getattr(self.session, name))

    def session_options(self):
        return self.session.options

    def types(self):
        return None


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    monkeypatch.setattr(_again, "LEAST", 0.01)
    monkeypatch.setattr(_again, "MOST", 0.05)


@pytest.fixture(scope="module")
def running():
    with Sandbox(users={"wsman": "secret"}, configuration={"/service/auth/CredSSP": "true"}) as one:
        yield one


@pytest.fixture
def box(running):
    yield running
    running.robust()
    running.reset()


@contextlib.contextmanager
def client(box, way="basic", *, met=True, **more):
    """A client of *box*, which has had an answer of it where *met*."""
    given = {"user": "wsman", "password": "secret", "profile": "windows", **WAYS[way], **more}
    if given.get("scheme") == "https":
        given = {"message_encryption": "auto", "skip_ca_check": True, "skip_cn_check": True, **given}
        given["skip_revocation_check"] = True
    connection = Direct(options(box.https_port if given.get("scheme") == "https" else box.http_port, **given))
    with contextlib.closing(connection.session):
        one = Client(connection)
        if met:
            one.execute(operations.get(SPOOLER))
            assert connection.session.robust
        yield one


def stop(one):
    """What the method returns."""
    output = one.execute(operations.invoke(SPOOLER, "StopService")).content
    return next(child.text for child in output if xml.local(child.tag) == "ReturnValue")


def executions(box):
    return dict(box.state()["executions"])


ONCE = {"Win32_Service.StopService": 1}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("when", ["before", "during", "middle", "after"])
@pytest.mark.parametrize("met", [True, False], ids=["met", "unmet"])
def test_a_method_is_called_once(box, way, when, met):
    box.misbehave("reset", when=when, action="StopService")
    with client(box, way, met=met) as one:
        assert stop(one) == "0"
    assert executions(box) == ONCE


@pytest.mark.parametrize("when", ["before", "during", "middle", "after"])
def test_it_is_called_once_however_often_its_answer_is_lost(box, when):
    box.misbehave("reset", when=when, action="StopService", count=4)
    with client(box, "ntlm") as one:
        assert stop(one) == "0"
    assert executions(box) == ONCE


def test_notices_while_it_is_called(box):
    box.robust(keepalive=0.1)
    box.misbehave("busy", seconds=0.7, action="StopService")
    with client(box, "ntlm", operation_timeout=10, read_timeout=10.5) as one:
        assert stop(one) == "0"
    assert executions(box) == ONCE


@pytest.mark.parametrize("one_multipart", [True, False])
def test_notices_in_sealed_messages(box, one_multipart):
    box.robust(keepalive=0.05, one_multipart=one_multipart)
    box.misbehave("busy", seconds=0.4, action="StopService")
    box.misbehave("reset", when="middle", action="StopService")
    for way in ("ntlm", "credssp"):
        with client(box, way) as one:
            stop(one)
    assert executions(box) == {"Win32_Service.StopService": 2}


def test_a_deadline_in_the_midst_of_notices(box):
    box.robust(keepalive=0.05)
    box.misbehave("busy", seconds=20, action="StopService")
    began = time.monotonic()
    with client(box, deadline=2) as one, pytest.raises(TransportError) as caught:
        stop(one)
    assert caught.value.outcome_unknown
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("when", ["before", "during", "middle", "after"])
def test_a_pull_gets_each_item_once(box, when):
    with client(box, "ntlm") as one:
        whole = one.collect(Enumeration(Target(WMI + "Win32_Service"), max_elements=2))
        box.misbehave("reset", when=when, action="Pull", at=2)
        again = one.collect(Enumeration(Target(WMI + "Win32_Service"), max_elements=2))
    assert len(again) == len(whole) > 4
    assert box.contexts == []


def test_a_service_that_does_not_know_it(running):
    """Windows before 2012 looks at no OperationID: a change is not sent again."""
    with Sandbox(users={"wsman": "secret"}, manner="omi") as old:
        old.misbehave("reset", when="after", action="StopService")
        with client(old, met=False) as one, pytest.raises(TransportError) as caught:
            stop(one)
        assert caught.value.outcome_unknown
        assert sum(record.action.endswith("StopService") for record in old.journal if record.action) == 1
