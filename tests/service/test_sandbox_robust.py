# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Robust connection on the service's side (MS-WSMV 3.1.4.1.39): done once, answered as often as it is asked again."""

from __future__ import annotations

import http.client
import struct
import time
import typing as t
import uuid
from xml.etree.ElementTree import Element, fromstring

import pytest
from cim_requests import CIM, WMI, arguments, enumerate_body, instance
from handshakes import Client
from sandbox_requests import A, N, P, S, W, element, envelope, header

from sandbox import Sandbox, names
from sandbox.authentication import Link
from sandbox.faults import Fault
from sandbox.provider import Call
from sandbox.robust import Operation, Operations, Replayed

BASIC = "Basic d3NtYW46c2VjcmV0"
OTHER = "Basic b3RoZXI6c2VjcmV0"
SERVICE, ITEM = WMI + "Win32_Service", WMI + "Sandbox_Item"
STOP, SPOOLER = SERVICE + "/StopService", {"Name": "Spooler"}
MESSAGES = "http://schemas.microsoft.com/wbem/wsman/1/wsman/"
SYSTEM = CIM + "CIM_ComputerSystem"
BIOS = "http://schemas.dell.com/wbem/wscim/1/cim-schema/2/DCIM_BIOSService"
EXECUTED = {"Win32_Service.StopService": 1}


@pytest.fixture(scope="module")
def running() -> t.Iterator[Sandbox]:
    with Sandbox(users={"wsman": "secret", "other": "secret"}) as box:
        yield box


def robust(
    blocks: dict[str, Element], identifier: str, *, replay: bool = False, sequence: str | None = "1"
) -> dict[str, Element]:
    """The headers of MS-WSMV 4.11.3."""
    blocks[P + "OperationID"] = element(P + "OperationID", identifier, **{S + "mustUnderstand": str(replay).lower()})
    if sequence is not None:
        blocks[P + "SequenceId"] = element(P + "SequenceId", sequence)
    return blocks


def stop(identifier: str | None = None, *, name: str = "Spooler", **more: t.Any) -> bytes:
    """The request to stop a service."""
    blocks = header(STOP, SERVICE, {"Name": name})
    if identifier is not None:
        robust(blocks, identifier, **more)
    return envelope(blocks, arguments(WMI, "Win32_Service", "StopService"))


def new_id() -> str:
    return f"uuid:{str(uuid.uuid4()).upper()}"


def split(data: bytes) -> list[Element]:
    """The envelopes of a body."""
    return [fromstring(text + b"</s:Envelope>") for text in data.split(b"</s:Envelope>") if text.strip()]


def action(found: Element) -> str:
    """The end of an envelope's Action."""
    return (found.findtext(f"{S}Header/{A}Action") or "").rpartition("/")[2]


def actions(client: Client) -> list[str]:
    """Those of an answer's envelopes."""
    return [action(one) for one in split(client.body)]


def return_value(found: Element) -> str | None:
    return next((child.text for child in found.iter() if names.local(child.tag) == "ReturnValue"), None)


def interrupted(box: Sandbox, data: bytes) -> None:
    """Send what finds its connection closed."""
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        Client(box).post(data, BASIC)


def executed(box: Sandbox) -> dict[str, int]:
    return dict(box.state()["executions"])


def test_an_answer_carries_the_operation_and_comes_in_chunks(box: Sandbox) -> None:
    client, identifier = Client(box), new_id()
    assert client.post(stop(identifier), BASIC) == 200
    assert client.headers["Transfer-Encoding"] == "chunked" and client.headers["Content-Length"] is None
    (found,) = split(client.body)
    block = found.find(f"{S}Header/{P}OperationID")
    assert block is not None and block.text == identifier and block.get(S + "mustUnderstand") == "false"
    assert found.findtext(f"{S}Header/{P}SequenceId") == "1"
    assert (return_value(found), box.state()["operations"]) == ("0", 1)


@pytest.mark.parametrize("asked", [stop(), envelope(robust(header(names.GET, names.CONFIG), new_id()))])
def test_what_is_not_robust_is_answered_as_ever(box: Sandbox, asked: bytes) -> None:
    client = Client(box)
    assert client.post(asked, BASIC) == 200
    assert client.headers["Transfer-Encoding"] is None
    assert b"OperationID" not in client.body and box.state()["operations"] == 0


@pytest.mark.parametrize(("manner", "uri"), [("omi", SERVICE), ("openwsman", SYSTEM), ("idrac", BIOS)])
def test_other_makes_look_at_no_operation(manner: str, uri: str) -> None:
    identifier, body = new_id(), element(N + "Enumerate")
    with Sandbox(manner=manner, users={"wsman": "secret"}) as box:
        for _turn in range(2):
            client = Client(box)
            assert client.post(envelope(robust(header(names.ENUMERATE, uri), identifier), body), BASIC) == 200
            assert b"OperationID" not in client.body
        assert box.state()["operations"] == 0


@pytest.mark.parametrize(
    ("when", "messages"),
    [
        ("before", ["StopServiceResponse"]),
        ("during", ["Acknowledge", "StopServiceResponse"]),
        ("middle", ["Acknowledge", "StopServiceResponse"]),
        ("after", ["Acknowledge", "StopServiceResponse"]),
    ],
)
def test_a_lost_connection_costs_no_second_execution(box: Sandbox, when: str, messages: list[str]) -> None:
    identifier = new_id()
    box.misbehave("reset", when=when, action="StopService")
    interrupted(box, stop(identifier))
    for turn in range(2):
        client = Client(box)
        assert client.post(stop(identifier, replay=True), BASIC) == 200
        assert actions(client) == (messages if turn == 0 else ["Acknowledge", "StopServiceResponse"])
        assert return_value(split(client.body)[-1]) == "0"
    assert executed(box) == EXECUTED
    assert box.state()["replays"] == {"StopService": len(messages)}
    assert [record.replayed for record in box.journal][-2:] == [len(messages) == 2, True]


def test_what_is_said_beside_the_answer(box: Sandbox) -> None:
    identifier = new_id()
    box.robust(keepalive=0.05)
    box.misbehave("busy", seconds=1.5, action="StopService")
    box.misbehave("reset", when="during", action="StopService")
    began = time.monotonic()
    interrupted(box, stop(identifier))
    client = Client(box)
    assert client.post(stop(identifier, replay=True), BASIC) == 200
    first, *signs, last = split(client.body)
    assert {action(one) for one in signs} == {"Keepalive"} and 2 <= len(signs) <= (time.monotonic() - began) / 0.05
    assert return_value(last) == "0" and executed(box) == EXECUTED
    for one, name, resource in ((first, "Acknowledge", "RobustConnection"), (signs[0], "Keepalive", "FullDuplex")):
        head = one.find(S + "Header")
        assert head is not None and head.findtext(P + "OperationID") == identifier
        assert head.findtext(A + "Action") == MESSAGES + name
        assert head.findtext(W + "ResourceURI") == MESSAGES + resource
        assert head.find(A + "RelatesTo") is None
    assert first.findtext(f"{S}Body/{P}LastSequenceIdReceived") == "1"


def test_a_slow_operation_shows_life_on_its_own_connection(box: Sandbox) -> None:
    box.robust(keepalive=0.05)
    box.misbehave("busy", seconds=1, action="Pull")
    client = Client(box)
    body = element(N + "Enumerate")
    client.post(envelope(robust(header(names.ENUMERATE, SERVICE), new_id()), body), BASIC)
    assert actions(client) == ["EnumerateResponse"]
    context = next(fromstring(client.body).iter(N + "EnumerationContext")).text
    pull = element(N + "Pull", None, element(N + "EnumerationContext", context), element(N + "MaxElements", "3"))
    assert client.post(envelope(robust(header(names.PULL, SERVICE), new_id()), pull), BASIC) == 200
    *signs, last = actions(client)
    assert set(signs) == {"Keepalive"} and last == "PullResponse"
    assert client.post(stop(new_id()), BASIC) == 200 and actions(client) == ["StopServiceResponse"]
    assert box.connections == 1


def test_a_fault_is_an_answer_too(box: Sandbox) -> None:
    """Whoever asks again finds it behind the status of what came first."""
    identifier = new_id()
    first, second = Client(box), Client(box)
    assert first.post(stop(identifier, name="Nobody"), BASIC) == 500
    assert first.headers["Transfer-Encoding"] == "chunked"
    (fault,) = split(first.body)
    assert fault.findtext(f"{S}Header/{P}OperationID") == identifier
    assert second.post(stop(identifier, name="Nobody", replay=True), BASIC) == 200
    assert split(second.body)[1].find(f"{S}Body/{S}Fault") is not None
    assert [(one.status, one.fault is None) for one in box.journal] == [(500, False), (200, False)]
    assert executed(box) == EXECUTED


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({}, {"replay": True, "sequence": "2"}),
        (None, {"sequence": "2"}),
        (None, {"sequence": None}),
        (None, {"replay": True, "sequence": "x"}),
    ],
)
def test_headers_that_do_not_fit(box: Sandbox, first: dict[str, t.Any] | None, second: dict[str, t.Any]) -> None:
    identifier = new_id()
    if first is not None:
        Client(box).post(stop(identifier, **first), BASIC)
    client = Client(box)
    assert client.post(stop(identifier, **second), BASIC) == 500
    assert b"InvalidMessageInformationHeader" in client.body and identifier.encode() in client.body
    assert executed(box) == ({} if first is None else EXECUTED)


def again(box: Sandbox, identifier: str, authorization: str = BASIC) -> list[str]:
    client = Client(box)
    client.post(stop(identifier, replay=True), authorization)
    return actions(client)


def test_what_makes_the_service_forget(box: Sandbox) -> None:
    """A replay of what is not known is a new request (MS-WSMV 3.1.4.1.39)."""
    client, identifier = Client(box), new_id()
    client.post(stop(identifier), BASIC)
    assert again(box, identifier, OTHER) == ["StopServiceResponse"]  # another user's
    client.post(stop(new_id()), BASIC)  # the next on the same connection, after which nobody waits for the first
    assert again(box, identifier) == ["StopServiceResponse"]
    box.robust(forget=True)
    assert again(box, identifier) == ["StopServiceResponse"]
    box.robust(retention=0)
    identifier = new_id()
    box.misbehave("reset", when="after", action="StopService")
    interrupted(box, stop(identifier))
    deadline = time.monotonic() + 5
    while box.state()["operations"] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert again(box, identifier) == ["StopServiceResponse"]
    assert executed(box)["Win32_Service.StopService"] == 7


@pytest.mark.parametrize("one_multipart", [False, True])
def test_each_message_is_sealed(box: Sandbox, one_multipart: bool) -> None:
    identifier = new_id()
    box.robust(one_multipart=one_multipart, keepalive=0.05)
    box.misbehave("busy", seconds=1.5, action="StopService")
    box.misbehave("reset", when="during", action="StopService")
    client = Client(box)
    assert client.login() == 200
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        client.send(stop(identifier))
    client = Client(box)
    assert client.login() == 200 and client.send(stop(identifier, replay=True)) == 200
    assert client.body.count(b"--Encrypted Boundary--") == (1 if one_multipart else len(_sealed(client)))
    first, *signs, last = _unsealed(client)
    assert action(first) == "Acknowledge" and {action(one) for one in signs} == {"Keepalive"}
    assert return_value(last) == "0" and executed(box) == EXECUTED


def _sealed(client: Client) -> list[bytes]:
    """What was sealed of each message of a body, and what is behind it."""
    return client.body.split(b"application/octet-stream\r\n")[1:]


def _unsealed(client: Client) -> list[Element]:
    """The messages of a body."""
    found = []
    for part in _sealed(client):
        (size,) = struct.unpack_from("<I", part)
        data = part[4 + size :]
        data = data[: data.index(b"--Encrypted Boundary")]
        found.append(fromstring(client.context.unwrap_winrm(part[4 : 4 + size], data)))
    return found


def test_messages_are_in_the_requests_encoding(box: Sandbox) -> None:
    client, identifier = Client(box), new_id()
    for replay in (False, True):
        text = stop(identifier, replay=replay).decode().encode("utf-16")
        assert client.post(text, BASIC, "application/soap+xml;charset=UTF-16") == 200
    first, second = (fromstring(text.encode("utf-16")) for text in _utf_16(client.body))
    assert (action(first), return_value(second)) == ("Acknowledge", "0")


def _utf_16(data: bytes) -> list[str]:
    """The texts of a body; each begins with a mark of its own."""
    return [one for one in data.decode("utf-16-le").split("\ufeff") if one]


def test_other_operations_survive_too(box: Sandbox) -> None:
    selectors = {"Name": "alpha", "Group": "1"}
    asked = {
        names.PUT: (selectors, instance(WMI, "Sandbox_Item", Text="new")),
        names.GET: (selectors, None),
        names.ENUMERATE: (None, enumerate_body()),
    }
    for name, (chosen, body) in asked.items():
        identifier = new_id()
        box.misbehave("reset", when="middle")
        interrupted(box, envelope(robust(header(name, ITEM, chosen), identifier), body))
        client = Client(box)
        replay = envelope(robust(header(name, ITEM, chosen), identifier, replay=True), body)
        assert client.post(replay, BASIC) == 200
        assert actions(client) == ["Acknowledge", name.rpartition("/")[2] + "Response"]
    assert executed(box) == {"Put Sandbox_Item": 1}


class Table:
    """The table with a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.operations = Operations(lambda: self.now)

    def begin(self, identifier: str, link: Link, *, replay: bool = False, timeout: float = 60.0) -> Operation | None:
        call = Call(STOP, SERVICE, {}, header=robust({}, identifier, replay=replay), operation_timeout=timeout)
        return self.operations.begin(call, link)


def test_an_answer_is_kept_for_three_minutes_and_a_quarter() -> None:
    table, link, other = Table(), Link(), Link()
    row = table.begin("a", link)
    table.now = 1000.0  # for as long as the connection stands
    table.operations.lost(link)
    table.now += 194.9
    with pytest.raises(Replayed) as found:
        table.begin("a", other, replay=True)
    assert found.value.operation is row
    table.operations.lost(link)  # which has nothing any more
    table.now += 500.0
    assert len(table.operations) == 1
    table.operations.lost(other)
    table.now += 195.0
    assert len(table.operations) == 0
    assert table.begin("a", Link(), replay=True) is not row


def test_signs_of_life_are_due_within_a_minute() -> None:
    table = Table()
    rows = [table.begin(str(timeout), Link(), timeout=timeout) for timeout in (10.0, 60.0, 600.0)]
    assert [row and row.keepalive for row in rows] == [7.0, 42.0, 60.0]
    with pytest.raises(Fault):
        table.begin("10.0", Link())
