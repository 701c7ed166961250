# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test service in the manner of OMI, Openwsman, iDRAC and AMT; where there are recordings of live servers, its
faults are compared with those."""

from __future__ import annotations

import pathlib
import re
import typing as t
from xml.etree.ElementTree import Element, fromstring

import pytest
from cim_requests import (
    ADDRESSING,
    ALL,
    CIM,
    CIMV2,
    WMI,
    B,
    answer,
    ask,
    enumerate,
    instance,
    invoke,
    items,
    plain,
    query,
    reference_parts,
    selectors_of,
    service,
    values,
)
from sandbox_requests import N, S, W, content, element, envelope, fault, header

from sandbox import manners, names
from sandbox.problems import KINDS, Problem
from sandbox.service import Caller, Reply

WIRE = pathlib.Path(__file__).resolve().parents[3] / "shared" / "wire"
recorded = pytest.mark.skipif(not WIRE.is_dir(), reason="the recordings (../shared/wire) are not here")
DELL = "http://schemas.dell.com/wbem/wscim/1/cim-schema/2/"
INTEL = "http://intel.com/wbem/wscim/1/amt-schema/1/"
LAB = "http://lab.example.com/wbem/wscim/1/cim-schema/2/"
OTHERS = [name for name in manners.MANNERS if name != "windows"]


def identify(manner: str) -> tuple[Reply, Element]:
    reply = service(manner).handle(envelope({}, Element(f"{{{names.IDENTITY}}}Identify")), None, Caller("u"))
    found = content(reply)
    assert found is not None
    return reply, found


@pytest.mark.parametrize(
    ("manner", "vendor", "version", "prefix"),
    [
        ("windows", "Microsoft Corporation", "OS: 10.0", "s"),
        ("omi", "Open Management Infrastructure", "1.0.8", "SOAP-ENV"),
        ("openwsman", "Openwsman Project", "2.8", "s"),
        ("idrac", "Dell Inc.", "iDRAC", "s"),
        ("amt", "Intel(R)", "AMT 11", "a"),
    ],
)
def test_identify(manner: str, vendor: str, version: str, prefix: str) -> None:
    reply, found = identify(manner)
    assert f"<{prefix}:Envelope ".encode() in reply.body
    read = plain(found)
    assert read["ProductVendor"] == vendor and read["ProductVersion"].startswith(version)
    assert read["ProtocolVersion"] == names.WSMAN
    assert names.namespace(found.tag) == (names.SOAP if manner == "omi" else names.IDENTITY)
    assert reply.body.startswith(b"<?xml") == (manner in ("openwsman", "idrac", "amt"))


def test_names() -> None:
    with pytest.raises(ValueError, match="there are windows, omi, openwsman, idrac, amt"):
        manners.named("other")


@pytest.mark.parametrize("manner", manners.MANNERS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_problem_has_a_fault_everywhere(manner: str, kind: str) -> None:
    found = manners.named(manner).fault(Problem(kind, "member", text="text"))
    assert found.subcode.partition(":")[0] in names.PREFIXES and found.reason is not None
    assert manners.named(manner).fault_status(found) in (400, 401, 500, 501, 503)


@pytest.mark.parametrize(
    ("manner", "uri", "selectors"),
    [
        ("omi", CIM + "Win32_Service", CIMV2),
        ("omi", CIM + "Win32_Service", {}),
        ("omi", WMI + "Win32_Service", {}),
        ("omi", "http://example.com/foo/Win32_Service", {}),
        ("openwsman", CIM + "Win32_Service", CIMV2),
        ("openwsman", LAB + "Win32_Service", {}),
        ("idrac", CIM + "root/cimv2/Win32_Service", {}),
        ("idrac", CIM + "Win32_Service", CIMV2),
        ("amt", CIM + "Win32_Service", CIMV2),
    ],
)
def test_addresses(manner: str, uri: str, selectors: dict[str, str]) -> None:
    found = answer(ask(service(manner), names.GET, uri, {"Name": "Spooler", **selectors}))
    assert plain(found)["State"] == "Running"
    base = uri.rpartition("/")[0] + "/" if manner in ("openwsman", "amt") else CIM
    if manner != "idrac":
        assert found.tag == f"{{{base}Win32_Service}}Win32_Service"
    assert names.XSI_TYPE not in found.attrib


@pytest.mark.parametrize("manner", OTHERS)
def test_names_have_case_elsewhere(manner: str) -> None:
    asked = service(manner)
    for selectors in ({"name": "Spooler"}, {"Name": "spooler"}):
        assert content(ask(asked, names.GET, CIM + "Win32_Service", {**selectors, **CIMV2})).tag == S + "Fault"
    assert service().handle(b"", None, Caller("u")).status == 500


@pytest.mark.parametrize("manner", OTHERS)
def test_no_configuration_there(manner: str) -> None:
    reply = ask(service(manner), names.GET, names.CONFIG)
    assert fault(reply)[0] == "DestinationUnreachable"


def moment(manner: str, user_agent: str = "") -> Element:
    selectors = {"Id": "1", **CIMV2}
    found = answer(ask(service(manner), names.GET, CIM + "Sandbox_AllTypes", selectors, user_agent=user_agent))
    return next(child for child in found if names.local(child.tag) == "Moment")


@pytest.mark.parametrize(
    ("manner", "user_agent", "expected"),
    [
        ("omi", "", "2024-02-29T12:34:56.123456+01:00"),
        ("omi", "python-requests", "2024-02-29T12:34:56.123456+01:00"),
        ("openwsman", "", "20240229123456.123456+060"),
        ("idrac", "Microsoft WinRM Client", "20240229123456.123456+060"),
    ],
)
def test_bare_datetimes(manner: str, user_agent: str, expected: str) -> None:
    found = moment(manner, user_agent)
    assert (found.text, len(found)) == (expected, 0)


@pytest.mark.parametrize(
    ("manner", "user_agent"), [("omi", "Microsoft WinRM Client"), ("omi", "MICROSOFT winrm client"), ("amt", "")]
)
def test_wrapped_datetimes(manner: str, user_agent: str) -> None:
    found = moment(manner, user_agent)
    assert (found[0].tag, found[0].text) == (f"{{{names.CIM}}}Datetime", "2024-02-29T12:34:56.123456+01:00")


@pytest.mark.parametrize(
    ("manner", "expected"),
    [
        ("omi", {"Bool": "TRUE", "Char": "65", "R32": "32.3199996948242", "Bools": ["TRUE", "FALSE"]}),
        ("openwsman", {"Bool": "true", "Char": "65", "Texts": ["one", "two", "", "<four>"]}),
        ("idrac", {"Bool": "true"}),
        ("amt", {"Bool": "true", "Char": "A"}),
    ],
)
def test_spellings(manner: str, expected: dict[str, t.Any]) -> None:
    found = plain(answer(ask(service(manner), names.GET, CIM + "Sandbox_AllTypes", {"Id": "1", **CIMV2})))
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("manner", "null_scalar", "null_array"), [("omi", True, True), ("openwsman", True, False), ("idrac", True, False)]
)
def test_nulls(manner: str, null_scalar: bool, null_array: bool) -> None:
    found = plain(answer(ask(service(manner), names.GET, CIM + "Sandbox_AllTypes", {"Id": "2", **CIMV2})))
    assert ("Text" in found, "Texts" in found) == (null_scalar, null_array)
    empty = plain(answer(ask(service(manner), names.GET, CIM + "Sandbox_AllTypes", {"Id": "4", **CIMV2})))
    assert "Texts" not in empty and empty["Text"] == ""


def test_omi_keeps_the_order_of_declaration() -> None:
    found = answer(ask(service("omi"), names.GET, CIM + "Sandbox_AllTypes", {"Id": "1"}))
    assert [names.local(child.tag) for child in found][:4] == ["Id", "Bool", "U8", "S8"]


@pytest.mark.parametrize(
    ("manner", "expected"),
    [
        ("omi", {"Id": "2"}),
        ("openwsman", {"__cimnamespace": "", "Id": "2"}),
        ("idrac", {"Id": "2", "__cimnamespace": "root/cimv2"}),
        ("amt", {"Id": "2"}),
    ],
)
def test_references(manner: str, expected: dict[str, str]) -> None:
    asked = service(manner)
    found = answer(ask(asked, names.GET, CIM + "Sandbox_AllTypes", {"Id": "1", **CIMV2}))
    peer = next(child for child in found if names.local(child.tag) == "Peer")
    assert list(selectors_of(peer).items()) == list(expected.items())
    wrapped = peer[0].tag == ADDRESSING + "EndpointReference"
    assert wrapped == (manner == "idrac")
    rows = items(enumerate(asked, CIM + "Sandbox_AllTypes", CIMV2, EnumerationMode="EnumerateEPR"))
    assert [selectors_of(row)["Id"] for row in rows] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("manner", ["omi", "openwsman"])
def test_put_replaces_the_whole(manner: str) -> None:
    asked, keys = service(manner), {"Id": "1", **CIMV2}
    body = instance(CIM, "Sandbox_AllTypes", Id="77", Text="only this", ReadOnly="changed")
    found = plain(answer(ask(asked, names.PUT, CIM + "Sandbox_AllTypes", keys, body)))
    assert (found["Text"], found["ReadOnly"], found["U8"]) == ("only this", "changed", None)
    assert found["Id"] == ("1" if manner == "omi" else "77")  # the selector wins, or both are kept
    assert plain(answer(ask(asked, names.GET, CIM + "Sandbox_AllTypes", keys))) == found


@pytest.mark.parametrize("manner", ["omi", "openwsman"])
def test_create_is_for_any_class(manner: str) -> None:
    asked = service(manner)
    body = instance(CIM, "Win32_Service", Name="new", DisplayName="New")
    created = answer(ask(asked, names.CREATE, CIM + "Win32_Service", CIMV2, body))
    assert created.tag == f"{{{names.TRANSFER}}}ResourceCreated" and selectors_of(created)["Name"] == "new"
    assert fault(ask(asked, names.CREATE, CIM + "Win32_Service", CIMV2, body))[0] == "AlreadyExists"
    assert content(ask(asked, names.DELETE, CIM + "Win32_Service", {"Name": "new", **CIMV2})) is None


def test_unknown_properties() -> None:
    body = instance(CIM, "Sandbox_AllTypes", Nope="x")
    keys = {"Id": "1", **CIMV2}
    assert fault(ask(service("omi"), names.PUT, CIM + "Sandbox_AllTypes", keys, body))[0] == "InternalError"
    assert plain(answer(ask(service("openwsman"), names.PUT, CIM + "Sandbox_AllTypes", keys, body)))["Text"] is None


@pytest.mark.parametrize("manner", ["omi", "openwsman", "idrac"])
@pytest.mark.parametrize("dialect", [names.WQL, names.CQL])
@pytest.mark.parametrize("uri", [ALL, CIM + "Win32_Service"])
def test_queries_over_any_uri(manner: str, dialect: str, uri: str) -> None:
    text = "select State, Name from Win32_Service where Name like 'Lanman%'"
    rows = items(enumerate(service(manner), uri, CIMV2, dialect=dialect, filter=text))
    assert values(rows, "Name") == ["LanmanServer", "LanmanWorkstation"]
    assert {names.local(row.tag) for row in rows} == {"Win32_Service"} and len(rows[0]) == 2
    assert all(names.namespace(child.tag) == CIM + "Win32_Service" for child in rows[0])


def test_amt_has_no_queries() -> None:
    reply = enumerate(service("amt"), ALL, dialect=names.WQL, filter="select * from AMT_GeneralSettings")
    assert (reply.status, fault(reply)[0]) == (400, "FilterDialectRequestedUnavailable")


def test_omi_ignores_selector_filters() -> None:
    filter = element(W + "SelectorSet", None, element(W + "Selector", "nothing", Name="nothing"))
    rows = enumerate(service("omi"), CIM + "Win32_Environment", CIMV2, dialect=names.SELECTOR_FILTER, filter=filter)
    assert len(items(rows)) == 3


def test_omi_finds_errors_late() -> None:
    asked = service("omi")
    body = element(N + "Enumerate", None, element(W + "Filter", "selekt * frm X", Dialect=names.WQL))
    reply = ask(asked, names.ENUMERATE, ALL, CIMV2, body)
    assert items(reply) == []
    context = answer(reply).findtext(N + "EnumerationContext") or ""
    reply = ask(asked, names.PULL, ALL, CIMV2, element(N + "Pull", None, element(N + "EnumerationContext", context)))
    assert fault(reply)[0] == "CannotProcessFilter"


@pytest.mark.parametrize("manner", ["omi", "openwsman", "idrac", "amt"])
def test_associations(manner: str) -> None:
    source = element(B + "Object", None, *reference_parts(CIM + "Win32_Service", Name="Spooler"))
    filter = element(B + "AssociatedInstances", None, source)
    rows = items(enumerate(service(manner), ALL, CIMV2, dialect=names.ASSOCIATION_FILTER, filter=filter))
    assert values(rows, "Name") == ["RpcSs", "HTTP", "SANDBOX"]


@pytest.mark.parametrize(
    ("mode", "tags", "properties"),
    [
        ("IncludeSubClassProperties", {"Win32_Service", "Win32_SystemDriver"}, True),
        ("ExcludeSubClassProperties", {"Win32_BaseService"}, False),
    ],
)
@pytest.mark.parametrize("manner", ["omi", "openwsman"])
def test_polymorphism(manner: str, mode: str, tags: set[str], properties: bool) -> None:
    asked = service(manner)
    rows = items(enumerate(asked, CIM + "Win32_BaseService", CIMV2, PolymorphismMode=mode))
    assert len(rows) == 14 and {names.local(row.tag) for row in rows} == tags
    assert any("ProcessId" in plain(row) for row in rows) is properties
    assert items(enumerate(asked, CIM + "Win32_BaseService", CIMV2, PolymorphismMode="None")) == []
    assert len(items(enumerate(asked, CIM + "Win32_Service", CIMV2, PolymorphismMode="None"))) == 12


def test_omi_names_outputs_after_the_class() -> None:
    reply = invoke(service("omi"), CIM, "Win32_Process", "Create", CIMV2, CommandLine="notepad")
    found = answer(reply)
    assert found.tag == f"{{{CIM}Win32_Process}}Win32_Process_OUTPUT"
    assert [names.local(child.tag) for child in found] == ["ReturnValue", "ProcessId"]
    assert f"<wsa:Action>{CIM}Win32_Process/Create</wsa:Action>".encode() in reply.body
    other = invoke(service("openwsman"), CIM, "Win32_Process", "Create", CIMV2, CommandLine="notepad")
    assert answer(other).tag == f"{{{CIM}Win32_Process}}Create_OUTPUT"
    assert f"<wsa:Action>{CIM}Win32_Process/CreateResponse</wsa:Action>".encode() in other.body


def test_omi_has_no_fragments() -> None:
    reply = ask(service("omi"), names.GET, CIM + "Win32_Service", {"Name": "Spooler"}, fragment="State")
    found = content(reply)
    assert found is not None and found.findtext(f"{S}Code/{S}Value", "").endswith("MustUnderstand")
    blocks = header(names.GET, CIM + "Win32_Service", {"Name": "Spooler"})
    blocks[W + "FragmentTransfer"] = element(W + "FragmentTransfer", "State")
    reply = service("omi").handle(envelope(blocks), None, Caller("u"))
    assert names.local(answer(reply).tag) == "Win32_Service"


def test_idrac() -> None:
    asked, space = service("idrac"), {"__cimnamespace": "root/dcim"}
    view = answer(ask(asked, names.GET, CIM + "root/dcim/DCIM_NICView", {"InstanceID": "NIC.Integrated.1-1-1"}))
    assert view.tag == f"{{{DELL}DCIM_NICView}}DCIM_NICView" and plain(view)["LinkSpeed"] == "5"
    text = "select InstanceID, FQDD from DCIM_NICView where LinkSpeed = 0"
    rows = query(asked, text, CIM + "root/dcim/*", selectors=space)
    assert [plain(row)["FQDD"] for row in rows] == ["NIC.Integrated.1-2-1"]
    reply = enumerate(asked, DELL + "DCIM_NICView", space)
    assert [names.local(child.tag) for child in answer(reply)] == ["EnumerationContext", "Items", "EndOfSequence"]
    assert answer(reply).findtext(N + "EnumerationContext") == ""


def test_idrac_sends_raw_control_bytes() -> None:
    keys = {"InstanceID": "System.Embedded.1", "__cimnamespace": "root/dcim"}
    reply = ask(service("idrac"), names.GET, DELL + "DCIM_SystemView", keys)
    assert b"AssetTag>Rack 7\x07<" in reply.body
    with pytest.raises(SyntaxError):
        fromstring(reply.body)
    found = plain(answer(ask(service("omi"), names.GET, DELL + "DCIM_SystemView", keys)))
    assert (found["AssetTag"], found["LastSystemInventoryTime"]) == ("Rack 7?", "20260301061502.000000+000")


BIOS = {
    "SystemCreationClassName": "DCIM_ComputerSystem",
    "CreationClassName": "DCIM_BIOSService",
    "SystemName": "DCIM:ComputerSystem",
    "Name": "DCIM:BIOSService",
}


def test_idrac_fails_inside_a_good_answer() -> None:
    given = {"Target": "nowhere", "AttributeName": "a", "AttributeValue": "b"}
    reply = invoke(service("idrac"), DELL, "DCIM_BIOSService", "SetAttribute", BIOS, **given)
    assert reply.status == 200
    assert b"Invalid Target\x07" in reply.body
    with pytest.raises(SyntaxError):
        fromstring(reply.body)
    given |= {"Target": "BIOS.Setup.1-1"}
    found = plain(answer(invoke(service("idrac"), DELL, "DCIM_BIOSService", "SetAttribute", BIOS, **given)))
    assert (found["ReturnValue"], found["MessageID"], found["MessageArguments"]) == ("2", "BIOS002", "a")
    good = {**given, "AttributeName": "ProcVirtualization", "AttributeValue": "Disabled"}
    found = plain(answer(invoke(service("idrac"), DELL, "DCIM_BIOSService", "SetAttribute", BIOS, **good)))
    assert (found["ReturnValue"], found["RebootRequired"]) == ("0", "Yes")


def test_idrac_jobs() -> None:
    asked = service("idrac")
    given = {"Target": "BIOS.Setup.1-1", "RebootJobType": "1"}
    found = answer(invoke(asked, DELL, "DCIM_BIOSService", "CreateTargetedConfigJob", BIOS, **given))
    assert plain(found)["ReturnValue"] == "4096"
    job = next(child for child in found if names.local(child.tag) == "Job")
    assert job[0].tag == ADDRESSING + "EndpointReference"
    assert list(selectors_of(job)) == ["InstanceID", "__cimnamespace"]
    text = f"select * from DCIM_LifecycleJob where InstanceID = '{selectors_of(job)['InstanceID']}'"
    states = [plain(query(asked, text, CIM + "root/dcim/*")[0])["JobStatus"] for _time in range(3)]
    assert states == ["Running", "Completed", "Completed"]


def test_amt() -> None:
    asked = service("amt")
    reply = ask(asked, names.GET, INTEL + "AMT_GeneralSettings")
    assert (reply.status, fault(reply)[0]) == (400, "InvalidSelectors")
    keys = {"InstanceID": "Intel(r) AMT: General Settings"}
    found = answer(ask(asked, names.GET, INTEL + "AMT_GeneralSettings", keys))
    assert found.tag == f"{{{INTEL}AMT_GeneralSettings}}AMT_GeneralSettings"
    rows = items(enumerate(asked, CIM + "CIM_AssociatedPowerManagementService"))
    service_provided = next(child for child in rows[0] if names.local(child.tag) == "ServiceProvided")
    selectors = selectors_of(service_provided)
    assert selectors["Name"] == "Intel(r) AMT Power Management Service" and "__cimnamespace" not in selectors
    done = invoke(asked, CIM, "CIM_PowerManagementService", "RequestPowerStateChange", selectors, PowerState="2")
    assert plain(answer(done)) == {"ReturnValue": "0"}
    rows = items(enumerate(asked, CIM + "CIM_AssociatedPowerManagementService"))
    assert values(rows, "PowerState") == ["2"]


def released(manner: str) -> Reply:
    body = element(N + "Pull", None, element(N + "EnumerationContext", "gone"))
    return ask(service(manner), names.PULL, CIM + "Win32_Service", CIMV2, body)


@pytest.mark.parametrize(
    ("manner", "status", "subcode"),
    [
        ("windows", 500, "InvalidEnumerationContext"),
        ("omi", 500, "DestinationUnreachable"),
        ("openwsman", 500, "InvalidEnumerationContext"),
        ("amt", 400, "InvalidEnumerationContext"),
    ],
)
def test_a_context_that_is_gone(manner: str, status: int, subcode: str) -> None:
    reply = released(manner)
    assert (reply.status, fault(reply)[0]) == (status, subcode)


@pytest.mark.parametrize(
    ("manner", "last"), [("windows", ""), ("omi", "[0-9]+"), ("openwsman", ""), ("idrac", ""), ("amt", "")]
)
def test_the_context_of_a_finished_enumeration(manner: str, last: str) -> None:
    found = answer(enumerate(service(manner), CIM + "Win32_Environment", CIMV2))
    assert found.find(W + "EndOfSequence") is not None
    assert re.fullmatch(last, found.findtext(N + "EnumerationContext") or "")
    text = answer(ask(service(manner), names.ENUMERATE, CIM + "Win32_Service", CIMV2, Element(N + "Enumerate")))
    pattern = {"windows": "uuid:[0-9A-F-]{36}", "omi": "[0-9]+"}.get(manner, "[0-9a-f-]{36}")
    assert re.fullmatch(pattern, text.findtext(N + "EnumerationContext") or "")


def shape(found: Element) -> t.Any:
    """A fault without what may differ: prefixes, the language of the text."""
    text = (found.text or "").strip()
    local = text.rpartition(":")[2] if names.local(found.tag) == "Value" else text
    kept = {key: value.rpartition(":")[2] for key, value in found.attrib.items() if key != names.XML_LANG}
    return found.tag, kept, local, [shape(child) for child in found]


SERVICE, NOPE = CIM + "Win32_Service", CIM + "No_Such_Class"
BOGUS = element("{urn:x}bogus", None, **{S + "mustUnderstand": "true"})
REQUESTS: dict[str, t.Callable[[t.Any], Reply]] = {
    "instance": lambda asked: ask(asked, names.GET, SERVICE, {"Name": "4711", **CIMV2}),
    "selector": lambda asked: ask(asked, names.GET, SERVICE, {"Name": "Spooler", "Nope": "1", **CIMV2}),
    "selectors": lambda asked: ask(asked, names.GET, SERVICE, CIMV2),
    "class": lambda asked: ask(asked, names.GET, NOPE, {"Key": "1", **CIMV2}),
    "uri": lambda asked: ask(asked, names.GET, "http://example.org/nothing/here", {"Name": "x"}),
    "namespace": lambda asked: ask(asked, names.GET, SERVICE, {"Name": "Spooler", "__cimnamespace": "root/nope"}),
    "star": lambda asked: enumerate(asked, ALL),
    "xpath": lambda asked: enumerate(asked, SERVICE, CIMV2, dialect=names.XPATH, filter="../Lab_Row[Id=3]"),
    "dialect": lambda asked: enumerate(asked, SERVICE, CIMV2, dialect="http://bogus/dialect", filter="x"),
    "put": lambda asked: ask(asked, names.PUT, SERVICE, {"Name": "Spooler"}, Element("Lab_Scratch")),
    "delete": lambda asked: ask(asked, names.DELETE, SERVICE, {"Name": "s 1 & co"}),
    "parameter": lambda asked: invoke(asked, CIM, "Win32_Process", "Create", CIMV2, bogus="11"),
    "value": lambda asked: invoke(asked, CIM, "Win32_Process", "SetPriority", {"Handle": "4"}, Priority="eleven"),
    "property": lambda asked: ask(
        asked, names.PUT, SERVICE, {"Name": "Spooler", **CIMV2}, instance(CIM, "Win32_Service", Nope="1")
    ),
    "understand": lambda asked: asked.handle(envelope({**header(names.GET, SERVICE), "x": BOGUS}), None, Caller("u")),
    "context": lambda asked: ask(
        asked, names.PULL, SERVICE, CIMV2, element(N + "Pull", None, element(N + "EnumerationContext", "1"))
    ),
    "large": lambda asked: ask(asked, names.GET, CIM + "Sandbox_Large", {"Id": "3", **CIMV2}),
}  # fmt: skip


@recorded
@pytest.mark.parametrize(
    ("recording", "request_name"),
    [
        ("omi/49-get-notfound", "instance"),
        ("omi/50-get-bad-selector-name", "selector"),
        ("omi/52-get-missing-selectors", "selectors"),
        ("omi/53-get-bad-class", "class"),
        ("omi/76-get-after-delete", "delete"),
        ("omi/70-put-unknown-property", "property"),
        ("omi/82-invoke-bad-param", "parameter"),
        ("omi/83-invoke-bad-param-value", "value"),
        ("omi/106-fault-mustunderstand", "understand"),
        ("omi/14-pull-bogus-context", "context"),
        ("openwsman/055-get-no-selector", "selectors"),
        ("openwsman/056-get-bogus-selector", "selector"),
        ("openwsman/058-get-bad-class", "class"),
        ("openwsman/059-get-bad-uri", "uri"),
        ("openwsman/061-get-bad-ns", "namespace"),
        ("openwsman/041-enum-star-noquery", "star"),
        ("openwsman/046-filter-xpath", "xpath"),
        ("openwsman/047-filter-baddialect", "dialect"),
        ("openwsman/089-put-wrong-ns", "put"),
        ("openwsman/091-delete-again", "delete"),
        ("openwsman/020-pull-after-eos", "context"),
        ("openwsman/073-get-mustunderstand-bogus", "understand"),
        ("openwsman/026-enum-row-opt2000", "large"),
    ],
)
def test_faults_are_those_of_live_servers(recording: str, request_name: str) -> None:
    manner = recording.partition("/")[0]
    reply = REQUESTS[request_name](service(manner))
    original = fromstring((WIRE / f"{recording}.resp.xml").read_bytes()).find(f"{S}Body/{S}Fault")
    found = content(reply)
    assert original is not None and found is not None
    assert shape(found) == shape(original)
    head = (WIRE / f"{recording}.http").read_text(errors="replace")
    assert reply.status == int(re.findall(r"^HTTP/1\.1 (\d+)", head, re.MULTILINE)[-1])
