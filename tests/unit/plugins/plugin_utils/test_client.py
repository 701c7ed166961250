# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import operations
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    ProtocolError,
    TransportError,
    WSManError,
)
from ansible_collections.wsman.automation.plugins.plugin_utils import _client
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import FakeConnection, fault

CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/X"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/X"
CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"
ROW = "<wsen:Items><X/></wsen:Items><wsen:EnumerationContext>c</wsen:EnumerationContext>"
FIRST, PULLED = (
    f"<wsen:EnumerateResponse>{ROW}</wsen:EnumerateResponse>",
    f"<wsen:PullResponse>{ROW}</wsen:PullResponse>",
)


def identity(vendor):
    return (
        '<i:IdentifyResponse xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
        f"<i:ProductVendor>{vendor}</i:ProductVendor></i:IdentifyResponse>"
    )


def connect(*answers, **options):
    connection = FakeConnection(answers, {"host": "box", **options})
    return Client(connection), connection


class OutOfTimeError(BaseException):
    """What core's ``timeout:`` raises is no Exception (ansible.md §3)."""


@pytest.mark.parametrize(
    ("option", "uri", "server", "name"),
    [
        ("auto", CIM, None, None),
        ("auto", WMI, None, None),
        ("auto", CONFIG, None, "windows"),
        ("auto", WMI, "Microsoft-HTTPAPI/2.0", "windows"),
        ("auto", "http://intel.com/wbem/wscim/1/amt-schema/1/AMT_X", None, "amt"),
        ("auto", CIM, "Microsoft-HTTPAPI/2.0", "windows"),
        ("auto", CIM, "openwsman/2.8", "openwsman"),
        ("auto", CIM, "nginx", None),
        ("omi", WMI, "Microsoft-HTTPAPI/2.0", "omi"),
    ],
)
def test_known_profile_asks_nobody(option, uri, server, name):
    client, connection = connect(*["<a/>"] * bool(server), profile=option)
    if server:
        connection.server = server
        client.execute(operations.get(Target(CIM)))
    known = client.known_profile(uri)
    assert (known and known.name) == name
    assert len(connection.sent) == bool(server)


@pytest.mark.parametrize(
    ("answer", "name"), [(identity("Openwsman Project"), "openwsman"), (fault("wsman:AccessDenied"), "generic")]
)
def test_profile_asks_once(answer, name):
    client, connection = connect(answer)
    assert client.profile(CIM).name == name
    assert client.profile(CIM).name == name
    assert connection.actions == ["Identify"]


def test_amt_is_sent_no_larger_envelope_than_it_takes():
    client, connection = connect("<a/>", profile="amt")
    client.execute(operations.get(Target(CIM)))
    assert ">51200</wsman:MaxEnvelopeSize>" in connection.sent[0]


@pytest.mark.parametrize("end", ["close", "break", "raise"])
def test_whoever_leaves_early_releases(end):
    client, connection = connect(FIRST, "")
    items = client.enumerate(Enumeration(Target(CIM)))
    with contextlib.suppress(OutOfTimeError), contextlib.closing(items):
        next(items)
        if end == "raise":
            raise OutOfTimeError
    assert connection.actions == ["Enumerate", "Release"]


def test_what_is_no_exception_releases_too():
    client, connection = connect(FIRST, PULLED, "")

    def send(data, *, repeatable=True, changes=False, original=connection.send):
        answer = original(data, repeatable=repeatable)
        if connection.actions[-1] == "Pull":
            raise OutOfTimeError
        return answer

    connection.send = send
    with pytest.raises(OutOfTimeError):
        list(client.enumerate(Enumeration(Target(CIM))))
    assert connection.actions == ["Enumerate", "Pull", "Release"]


def test_a_pull_that_timed_out_is_sent_again():
    end = PULLED.replace("<wsen:EnumerationContext>c</wsen:EnumerationContext>", "<wsen:EndOfSequence/>")
    client, connection = connect(FIRST, fault("wsman:TimedOut"), end)
    assert len(list(client.enumerate(Enumeration(Target(CIM))))) == 2
    assert connection.actions == ["Enumerate", "Pull", "Pull"]


def test_a_change_whose_answer_cannot_be_read_may_have_been_made():
    client, _connection = connect("<a>", "<a>")
    with pytest.raises(ProtocolError, match="is not known"):
        client.execute(operations.delete(Target(CIM)))
    with pytest.raises(ProtocolError) as caught:
        client.execute(operations.get(Target(CIM)))
    assert "is not known" not in str(caught.value)


class TestConnection:
    """``test_connection``: Identify first, once a session, and nothing after one that fails."""

    def test_once_a_session(self):
        client, connection = connect(identity("Openwsman Project"), "<a/>", "<a/>", test_connection=True)
        client.execute(operations.get(Target(CIM)))
        Client(connection).execute(operations.get(Target(CIM)))
        assert connection.actions == ["Identify", "Get", "Get"]

    def test_an_identify_of_the_task_is_enough(self):
        client, connection = connect(identity("Openwsman Project"), "<a/>", test_connection=True)
        client.identify()
        client.execute(operations.get(Target(CIM)))
        assert connection.actions == ["Identify", "Get"]

    def test_another_session_is_tested_anew(self):
        for _number in range(2):
            client, connection = connect(identity("Openwsman Project"), "", test_connection=True)
            client.execute(operations.delete(Target(CIM)))
            assert connection.actions == ["Identify", "Delete"]

    @pytest.mark.parametrize("answer", [TransportError("No way.", step="connect"), fault("wsman:AccessDenied"), "<a/>"])
    def test_nothing_follows_a_failure(self, answer):
        client, connection = connect(answer, answer, test_connection=True)
        for _number in range(2):
            with pytest.raises(WSManError) as caught:
                client.execute(operations.delete(Target(CIM)))
            assert not getattr(caught.value, "outcome_unknown", False)
        assert connection.actions == ["Identify", "Identify"]

    def test_without_it_the_operation_finds_out(self):
        client, connection = connect("")
        client.execute(operations.delete(Target(CIM)))
        assert connection.actions == ["Delete"]


@pytest.mark.parametrize(("name", "expected"), [(None, f"WSMAN Get {CIM}"), ("n", f"WSMAN Get {CIM} in the session n")])
def test_the_name_of_the_session_is_shown(name, expected, monkeypatch):
    shown = []
    monkeypatch.setattr(_client.display, "vvv", lambda text, host: shown.append((host, text)))
    client, _connection = connect("<a/>", session_name=name)
    client.execute(operations.get(Target(CIM)))
    assert shown == [("box", expected)]
