# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other people's clients judge the service: what pypsrp and pywinrm understand and find right is not our own opinion.

Each does Get, Put, Enumerate, Pull, Release, Create, Delete and Invoke over HTTP and HTTPS, and meets faults.
"""

from __future__ import annotations

import typing as t
import uuid
from xml.etree import ElementTree as ET

import pypsrp.exceptions as pypsrp_exceptions
import pypsrp.wsman as pypsrp_wsman
import pytest
import winrm.exceptions as winrm_exceptions
import winrm.protocol as winrm_protocol

from sandbox import Sandbox

PASSWORD = "judge-Me.4711"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"
CIMV2 = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"
S = "{http://www.w3.org/2003/05/soap-envelope}"
A = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
W = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}"
N = f"{{{ENUMERATION}}}"
ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"


class Refused(Exception):
    """A fault as the judge understood it: Windows' number, or the subcode where he shows only that."""


class Judge(t.Protocol):
    """What the tests need of a client."""

    def ask(
        self, action: str, resource_uri: str, body: ET.Element | None = None, selectors: dict[str, str] | None = None
    ) -> ET.Element:
        """The Body of the answer; Refused where it is a fault."""


class Pypsrp:
    """pypsrp's WSMan: checks RelatesTo, and reads faults with its own code."""

    def __init__(self, box: Sandbox, *, secure: bool, password: str = PASSWORD) -> None:
        self.client = pypsrp_wsman.WSMan(
            "localhost",
            port=box.https_port if secure else box.http_port,
            ssl=secure,
            auth="basic",
            username="wsman",
            password=password,
            encryption="never",
            cert_validation=box.ca_file,
            no_proxy=True,
        )

    def ask(
        self, action: str, resource_uri: str, body: ET.Element | None = None, selectors: dict[str, str] | None = None
    ) -> ET.Element:
        chosen = pypsrp_wsman.SelectorSet()
        for name, value in (selectors or {}).items():
            chosen.add_option(name, value)
        try:
            answer = self.client.invoke(action, resource_uri, body, selector_set=chosen if selectors else None)
        except pypsrp_exceptions.WSManFaultError as error:
            raise Refused(error.code) from error
        found = answer.find(S + "Body")
        assert found is not None
        return found


class Pywinrm:
    """pywinrm's Protocol: its header builder's shapes, its transport, its reading of faults."""

    def __init__(self, box: Sandbox, *, secure: bool, password: str = PASSWORD) -> None:
        port = box.https_port if secure else box.http_port
        self.endpoint = f"{'https' if secure else 'http'}://localhost:{port}/wsman"
        self.client = winrm_protocol.Protocol(
            self.endpoint,
            transport="ssl" if secure else "plaintext",
            username="wsman",
            password=password,
            ca_trust_path=box.ca_file,
            proxy=None,
        )

    def ask(
        self, action: str, resource_uri: str, body: ET.Element | None = None, selectors: dict[str, str] | None = None
    ) -> ET.Element:
        envelope = ET.Element(S + "Envelope")
        header = ET.SubElement(envelope, S + "Header")
        must = {S + "mustUnderstand": "true"}
        ET.SubElement(header, A + "To").text = "http://windows-host:5985/wsman"  # pywinrm's own words
        ET.SubElement(ET.SubElement(header, A + "ReplyTo"), A + "Address", must).text = ANONYMOUS
        ET.SubElement(header, W + "MaxEnvelopeSize", must).text = "153600"
        ET.SubElement(header, A + "MessageID").text = f"uuid:{uuid.uuid4()}"
        ET.SubElement(header, W + "OperationTimeout").text = "PT20S"
        ET.SubElement(header, W + "ResourceURI", must).text = resource_uri
        ET.SubElement(header, A + "Action", must).text = action
        if selectors:
            chosen = ET.SubElement(header, W + "SelectorSet")
            for name, value in selectors.items():
                ET.SubElement(chosen, W + "Selector", Name=name).text = value
        holder = ET.SubElement(envelope, S + "Body")
        if body is not None:
            holder.append(body)
        try:
            answer = self.client.send_message(ET.tostring(envelope, encoding="unicode"))
        except winrm_exceptions.WSManFaultError as error:
            raise Refused(error.wsman_fault_code) from error
        found = ET.fromstring(answer).find(S + "Body")
        assert found is not None
        return found


@pytest.fixture(scope="module")
def running() -> t.Iterator[Sandbox]:
    with Sandbox(users={"wsman": PASSWORD}) as box:
        yield box


JUDGES = {"pypsrp-http": (Pypsrp, False), "pypsrp-https": (Pypsrp, True)}
JUDGES |= {"pywinrm-http": (Pywinrm, False), "pywinrm-https": (Pywinrm, True)}


@pytest.fixture(params=JUDGES.values(), ids=JUDGES.keys())
def judge(request: pytest.FixtureRequest, box: Sandbox) -> Judge:
    kind, secure = request.param
    return t.cast(Judge, kind(box, secure=secure))


def element(namespace: str, root: str, **members: str) -> ET.Element:
    """A representation."""
    found = ET.Element(f"{{{namespace}}}{root}")
    for name, value in members.items():
        ET.SubElement(found, f"{{{namespace}}}{name}").text = value
    return found


def texts(found: ET.Element) -> dict[str, str]:
    """Members of a representation by local name."""
    return {child.tag.rpartition("}")[2]: child.text or "" for child in found}


def test_get(judge: Judge) -> None:
    body = judge.ask(TRANSFER + "/Get", CONFIG + "/winrs")
    assert texts(body[0])["MaxShellsPerUser"] == "30"
    service = judge.ask(TRANSFER + "/Get", CIMV2 + "Win32_Service", None, {"Name": "WinRM"})
    assert texts(service[0])["State"] == "Running"


def test_put(judge: Judge, box: Sandbox) -> None:
    held = judge.ask(TRANSFER + "/Get", CONFIG + "/winrs")[0]
    member = held.find(f"{{{CONFIG}/winrs}}MaxShellsPerUser")
    assert member is not None
    member.text = "31"
    answer = judge.ask(TRANSFER + "/Put", CONFIG + "/winrs", held)
    assert texts(answer[0])["MaxShellsPerUser"] == "31"
    assert box.configuration.number("/winrs/MaxShellsPerUser") == 31


def test_create_and_delete(judge: Judge) -> None:
    uri, keys = CONFIG + "/listener", {"Address": "IP:127.0.0.1", "Transport": "HTTP"}
    made = judge.ask(TRANSFER + "/Create", uri, element(uri, "Listener", Enabled="false"), keys)[0]
    assert made.tag == f"{{{TRANSFER}}}ResourceCreated"
    found = {one.get("Name"): one.text for one in made.iter(W + "Selector")}
    assert found == keys
    assert texts(judge.ask(TRANSFER + "/Get", uri, None, keys)[0])["Port"] == "5985"
    assert len(judge.ask(TRANSFER + "/Delete", uri, None, keys)) == 0
    with pytest.raises(Refused, match="2150858752"):
        judge.ask(TRANSFER + "/Get", uri, None, keys)


def test_create_and_delete_an_instance(judge: Judge) -> None:
    uri = CIMV2 + "Sandbox_AllTypes"
    made = judge.ask(TRANSFER + "/Create", uri, element(uri, "Sandbox_AllTypes", Id="4711", Text="a & b"))[0]
    keys = {one.get("Name", ""): one.text or "" for one in made.iter(W + "Selector")}
    assert keys.get("Id") == "4711"
    assert texts(judge.ask(TRANSFER + "/Get", uri, None, {"Id": "4711"})[0])["Text"] == "a & b"
    judge.ask(TRANSFER + "/Delete", uri, None, {"Id": "4711"})
    with pytest.raises(Refused):
        judge.ask(TRANSFER + "/Delete", uri, None, {"Id": "4711"})


def enumerate_and_pull(judge: Judge, uri: str, batch: int, *optimized: ET.Element) -> t.Iterator[ET.Element]:
    """All items, by as many Pulls as it takes."""
    body = ET.Element(N + "Enumerate")
    body.extend(optimized)
    answer = judge.ask(ENUMERATION + "/Enumerate", uri, body)[0]
    while True:
        for place in (W + "Items", N + "Items"):
            items = answer.find(place)
            yield from () if items is None else items
        context = answer.findtext(N + "EnumerationContext")
        if answer.find(N + "EndOfSequence") is not None or answer.find(W + "EndOfSequence") is not None or not context:
            return
        pull = ET.Element(N + "Pull")
        ET.SubElement(pull, N + "EnumerationContext").text = context
        ET.SubElement(pull, N + "MaxElements").text = str(batch)
        answer = judge.ask(ENUMERATION + "/Pull", uri, pull)[0]


def test_enumerate_and_pull(judge: Judge, box: Sandbox) -> None:
    names = [texts(item)["Name"] for item in enumerate_and_pull(judge, CIMV2 + "Win32_Service", 3)]
    assert "WinRM" in names and len(names) == len(set(names))
    assert [record.action for record in box.journal].count(ENUMERATION + "/Pull") == -(-len(names) // 3)
    assert box.contexts == []


def test_optimized_enumeration(judge: Judge) -> None:
    count = ET.Element(W + "MaxElements")
    count.text = "700"
    items = enumerate_and_pull(judge, CIMV2 + "Sandbox_Number", 700, ET.Element(W + "OptimizeEnumeration"), count)
    numbers = [int(texts(item)["Number"]) for item in items]
    assert len(numbers) == 10000 and numbers == sorted(numbers)


def test_release(judge: Judge, box: Sandbox) -> None:
    answer = judge.ask(ENUMERATION + "/Enumerate", CIMV2 + "Win32_Service", ET.Element(N + "Enumerate"))[0]
    assert len(box.contexts) == 1
    body = ET.Element(N + "Release")
    ET.SubElement(body, N + "EnumerationContext").text = answer.findtext(N + "EnumerationContext")
    assert len(judge.ask(ENUMERATION + "/Release", CIMV2 + "Win32_Service", body)) == 0
    assert box.contexts == []


def test_query(judge: Judge) -> None:
    query = ET.Element(W + "Filter", Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL")
    query.text = "SELECT * FROM Win32_Service WHERE State = 'Running' AND Name LIKE 'Win%'"
    found = [texts(item) for item in enumerate_and_pull(judge, CIMV2 + "*", 50, query)]
    assert found and all(one["State"] == "Running" and one["Name"].startswith("Win") for one in found)


def test_invoke(judge: Judge) -> None:
    uri, keys = CIMV2 + "Win32_Service", {"Name": "WinRM"}
    for method, state in (("StopService", "Stopped"), ("StartService", "Running")):
        answer = judge.ask(f"{uri}/{method}", uri, element(uri, method + "_INPUT"), keys)[0]
        assert answer.tag == f"{{{uri}}}{method}_OUTPUT" and texts(answer) == {"ReturnValue": "0"}
        states = set()
        for _turn in range(5):  # a service may be on its way for a while
            states.add(texts(judge.ask(TRANSFER + "/Get", uri, None, keys)[0])["State"])
        assert state in states


@pytest.mark.parametrize(
    ("action", "resource_uri", "selectors", "body", "number"),
    [
        (TRANSFER + "/Get", "urn:nothing", {}, None, 2150858811),
        (TRANSFER + "/Get", CONFIG + "/listener", {"Address": "*"}, None, 2150858842),
        (TRANSFER + "/Get", CONFIG, {"A": "b"}, None, 2150858843),
        (TRANSFER + "/Delete", CONFIG, {}, None, 2150858771),
        (TRANSFER + "/Get", CIMV2 + "Win32_Nothing", {}, None, 2150858752),
        (
            TRANSFER + "/Put",
            CONFIG,
            {},
            element(CONFIG, "Config", MaxEnvelopeSizekb="1"),
            2150858838,
        ),
        (ENUMERATION + "/Pull", CIMV2 + "Win32_Service", {}, ET.Element(N + "Pull"), 2150858779),
    ],
)
def test_faults(
    judge: Judge, action: str, resource_uri: str, selectors: dict[str, str], body: ET.Element | None, number: int
) -> None:
    with pytest.raises(Refused, match=str(number)):
        judge.ask(action, resource_uri, body, selectors)


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("kind", [Pypsrp, Pywinrm])
def test_wrong_password(box: Sandbox, kind: t.Any, secure: bool) -> None:
    expected = (pypsrp_exceptions.AuthenticationError, winrm_exceptions.InvalidCredentialsError)
    with pytest.raises(expected):
        kind(box, secure=secure, password="wrong").ask(TRANSFER + "/Get", CONFIG)
    assert box.authentication_failures == 1


def test_each_judge_keeps_its_connection(judge: Judge, box: Sandbox) -> None:
    for _turn in range(3):
        judge.ask(TRANSFER + "/Get", CONFIG)
    assert (box.requests, box.connections) == (3, 1)


def test_pypsrp_reads_the_configuration_with_its_own_code(box: Sandbox) -> None:
    client = Pypsrp(box, secure=True).client
    client.update_max_payload_size()
    assert client.max_envelope_size == 500 * 1024
