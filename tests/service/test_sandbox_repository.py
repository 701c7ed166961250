# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test service's CIM repository as Windows has it: addresses, Get, Put, Create, Delete, and the fault for each
wrong thing."""

from __future__ import annotations

import time
import typing as t
from xml.etree.ElementTree import Element

import pytest
from cim_requests import (
    ADDRESSING,
    ALL,
    CIM,
    CIMV2,
    HYPERV,
    WMI,
    answer,
    ask,
    body_text,
    enumerate,
    instance,
    items,
    plain,
    put_text,
    reference,
    selectors_of,
    service,
    values,
)
from sandbox_requests import N, W, content, element, fault

from sandbox import names
from sandbox.classes import new_instance
from sandbox.repository import Repository

NOWHERE = ("DestinationUnreachable", "InvalidResourceURI")
UNEXPECTED = ("InvalidSelectors", "UnexpectedSelectors")
INSUFFICIENT = ("InvalidSelectors", "InsufficientSelectors")
MISMATCH = ("InvalidSelectors", "TypeMismatch")
MACHINE = {"CreationClassName": "Msvm_ComputerSystem", "Name": "sandbox"}
ENVIRONMENT = {"Name": "Path", "UserName": "<SYSTEM>"}
PROVIDER_FAULT = f".//{{{names.WSMAN_FAULT}}}ProviderFault"


@pytest.fixture
def windows() -> t.Any:
    return service()


@pytest.mark.parametrize(
    ("uri", "selectors", "member", "expected"),
    [
        (WMI + "Win32_Service", {"Name": "Spooler"}, "State", "Running"),
        (WMI + "win32_service", {"name": "spooler"}, "Name", "Spooler"),
        (WMI.replace("cimv2", "CIMV2") + "Win32_Service", {"Name": "Spooler"}, "State", "Running"),
        (WMI + "Win32_Service", {"Name": "Spooler", "__cimnamespace": "root/cimv2"}, "State", "Running"),
        (WMI + "Win32_Service", {"Name": "Spooler", "__CIMNAMESPACE": "ROOT\\CIMV2"}, "State", "Running"),
        (CIM + "Win32_Service", {"Name": "Spooler", **CIMV2}, "State", "Running"),
        (CIM + "CIM_Service", {"Name": "Spooler", **CIMV2}, "CreationClassName", "Win32_Service"),
        (WMI + "CIM_Service", {"Name": "srv2"}, "CreationClassName", "Win32_SystemDriver"),
        (WMI + "Win32_OperatingSystem", {}, "Version", "10.0.20348"),
        (CIM + "Win32_OperatingSystem", CIMV2, "Version", "10.0.20348"),
        (WMI + "Win32_Environment", ENVIRONMENT, "SystemVariable", "true"),
        (WMI + "Sandbox_AllTypes", {"Id": "1"}, "U64", "18446744073709551615"),
        (WMI + "Sandbox_AllTypes", {"Id": " 1 "}, "EndOfSequence", "is a property here"),
        (WMI + "Sandbox_Number", {"Number": "10000"}, "Square", "100000000"),
        (HYPERV + "Msvm_ComputerSystem", MACHINE, "ElementName", "SANDBOX"),
    ],
)  # fmt: skip
def test_get(windows: t.Any, uri: str, selectors: dict[str, str], member: str, expected: str) -> None:
    assert plain(answer(ask(windows, names.GET, uri, selectors)))[member] == expected


def test_the_namespace_is_echoed_as_asked(windows: t.Any) -> None:
    uri = WMI.replace("cimv2", "CimV2")
    found = answer(ask(windows, names.GET, uri + "win32_operatingSYSTEM"))
    assert found.tag == f"{{{uri}Win32_OperatingSystem}}Win32_OperatingSystem"
    assert found.attrib[names.XSI_TYPE].endswith(":Win32_OperatingSystem_Type")
    found = answer(ask(windows, names.GET, CIM + "Win32_OperatingSystem", CIMV2))
    assert found.tag == f"{{{CIM}Win32_OperatingSystem}}Win32_OperatingSystem"


def test_an_association_is_addressed_by_references(windows: t.Any) -> None:
    keys = {
        "Antecedent": reference(WMI + "Win32_Service", Name="RPCSS"),
        "Dependent": reference(WMI + "Win32_Service", Name="Spooler"),
    }
    found = answer(ask(windows, names.GET, WMI + "Win32_DependentService", keys))
    assert plain(found)["TypeOfDependency"] == "2"
    antecedent = found.find(f"{{{WMI}Win32_DependentService}}Antecedent")
    assert antecedent is not None and antecedent[0].tag == ADDRESSING + "Address"
    assert selectors_of(antecedent) == {"Name": "RpcSs"}
    assert fault(ask(windows, names.GET, WMI + "Win32_DependentService", {**keys, "Dependent": "Spooler"})) == (
        "InvalidSelectors", "TypeMismatch", 2150858844,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("uri", "selectors", "expected"),
    [
        ("http://schemas.microsoft.com/wbem/wsman/1/wmi/", {}, (*NOWHERE, 2150858811)),
        ("http://schemas.microsoft.com/wbem/wsman/1/wmi/root", {}, (*NOWHERE, 2150858811)),
        ("http://schemas.dmtf.org/wbem/wscim/1/x", {}, (*NOWHERE, 2150858811)),
        ("http://example.org/Win32_Service", {}, (*NOWHERE, 2150858811)),
        (CIM.replace("/2/", "/3/") + "CIM_Service", CIMV2, (*NOWHERE, 2150859066)),
        (WMI + "Win32_Nope", {"Name": "x"}, (*NOWHERE, 2150858752)),
        (WMI.replace("cimv2", "nope") + "Win32_Service", {"Name": "x"}, (*NOWHERE, 2150858752)),
        (CIM + "Win32_Service", {"Name": "Spooler"}, (*NOWHERE, 2150858752)),
        (WMI + "Win32_Service", {"Name": "x", "__cimnamespace": "root/other"}, ("InternalError", None, 2150859067)),
        (WMI + "Win32_Service", {"Name": "Nope"}, (*NOWHERE, 2150858752)),
        (WMI + "Win32_Service", {}, (*INSUFFICIENT, 2150859002)),
        (WMI + "Win32_Environment", {"Name": "Path"}, (*INSUFFICIENT, 2150858842)),
        (WMI + "Win32_Service", {"Nope": "x"}, (*UNEXPECTED, 2150858843)),
        (WMI + "Win32_Service", {"Name": "Spooler", "State": "Running"}, (*UNEXPECTED, 2150858843)),
        (WMI + "Win32_OperatingSystem", {"Name": "x"}, (*UNEXPECTED, 2150858843)),
        (WMI + "Sandbox_AllTypes", {"Id": "one"}, (*MISMATCH, 2150858844)),
        (WMI + "Sandbox_AllTypes", {"Id": "-1"}, (*MISMATCH, 2150858844)),
        (WMI + "Sandbox_AllTypes", {"Id": reference(WMI + "Win32_Service", Name="x")}, (*MISMATCH, 2150858844)),
        (WMI + "CIM_ManagedSystemElement", {}, (*INSUFFICIENT, 2150859002)),
        (WMI + "*", {}, (*NOWHERE, 2150858752)),
    ],
)  # fmt: skip
def test_faults_of_addresses(
    windows: t.Any, uri: str, selectors: dict[str, t.Any], expected: tuple[t.Any, ...]
) -> None:
    for action in (names.GET, names.DELETE):
        reply = ask(windows, action, uri, selectors)
        assert (reply.status, fault(reply)) == (500, expected)


def test_a_selector_twice_is_a_fault(windows: t.Any) -> None:
    reply = ask(windows, names.GET, WMI + "Win32_Service", {"Name": "Spooler", "name": "Spooler"})
    assert fault(reply) == ("InvalidSelectors", "DuplicateSelectors", 2150858847)


@pytest.mark.parametrize(
    ("uri", "selectors", "number", "parameter", "provider"),
    [
        (WMI + "Win32_Nope", {"Name": "x"}, 0x80041010, "Win32_Nope", "WinMgmt"),
        (WMI + "Win32_Service", {"Name": "Nope"}, 0x80041002, 'Win32_Service.Name="Nope"', "CIMWin32"),
    ],
)
def test_wmi_says_more(
    windows: t.Any, uri: str, selectors: dict[str, str], number: int, parameter: str, provider: str
) -> None:
    found = content(ask(windows, names.GET, uri, selectors))
    assert found is not None
    inner = found.find(PROVIDER_FAULT)
    assert inner is not None and inner.attrib["provider"] == "WMI Provider"
    own = inner.find(f"{{{names.WSMAN_FAULT}}}WSManFault/{{{names.WSMAN_FAULT}}}Message")
    assert own is not None and f"0x{number:08x}" in (own.text or "")
    extended = inner.find(f"{{{names.WSMAN_FAULT}}}ExtendedError")
    assert extended is not None
    assert plain(extended[0]) == {
        "Description": None,
        "Operation": "GetObject",
        "ParameterInfo": parameter,
        "ProviderName": provider,
        "StatusCode": str(number),
    }


def test_the_second_form_of_wmi_reports_its_own_error(windows: t.Any) -> None:
    keys = {"CreationClassName": "Msvm_ComputerSystem", "Name": "nope"}
    found = content(ask(windows, names.GET, HYPERV + "Msvm_ComputerSystem", keys))
    assert found is not None and found.find(PROVIDER_FAULT) is None
    error = next(node for node in found.iter() if names.local(node.tag) == "MSFT_WmiError")
    assert error.attrib[f"{{{names.CIMBINDING}}}IsCIM_Error"] == "true"
    read = plain(error)
    assert (read["CIMStatusCode"], read["error_Code"], read["MessageID"]) == ("6", "2147749890", "HRESULT 0x80041002")


def test_put_changes_what_may_be_written(windows: t.Any) -> None:
    keys = {"DeviceID": "C:"}
    uri = WMI + "Win32_LogicalDisk"
    whole = answer(ask(windows, names.GET, uri, keys))
    for child in whole:
        if names.local(child.tag) in ("VolumeName", "FileSystem"):
            child.text = "changed"
    found = plain(answer(ask(windows, names.PUT, uri, keys, whole)))
    assert (found["VolumeName"], found["FileSystem"], found["Size"]) == ("changed", "NTFS", "42304794624")
    assert plain(answer(ask(windows, names.GET, uri, keys))) == found


def test_put_leaves_what_the_body_has_not(windows: t.Any) -> None:
    keys, uri = {"Id": "1"}, WMI + "Sandbox_AllTypes"
    before = plain(answer(ask(windows, names.GET, uri, keys)))
    body = instance(WMI, "Sandbox_AllTypes", Text="new", Texts=["a"], U8=None, Bools=["false", "false"])
    after = plain(answer(ask(windows, names.PUT, uri, keys, body)))
    assert after == {**before, "Text": "new", "Texts": "a", "U8": None, "Bools": ["false", "false"]}


def test_what_was_got_can_be_put(windows: t.Any) -> None:
    for number in "1234":
        keys, uri = {"Id": number}, WMI + "Sandbox_AllTypes"
        held = ask(windows, names.GET, uri, keys)
        assert plain(answer(put_text(windows, uri, keys, body_text(held)))) == plain(answer(held))
        assert plain(answer(ask(windows, names.GET, uri, keys))) == plain(answer(held))


def environment(**values: t.Any) -> Element:
    return instance(WMI, "Win32_Environment", **values)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, ("InvalidRepresentation", None, 2150858773)),
        (instance(WMI, "Win32_Service"), ("InvalidRepresentation", "InvalidNamespace", 2150858840)),
        (Element("Win32_Environment"), ("InvalidRepresentation", "InvalidNamespace", 2150858840)),
        (Element("{http://example.org/}Win32_Environment"), ("InvalidRepresentation", "InvalidNamespace", 2150858840)),
        (environment(Nope="x"), ("InvalidRepresentation", "InvalidValues", 2150858838)),
        (environment(VariableValue=["a", "b"]), ("InvalidRepresentation", "InvalidValues", 2150858838)),
        (environment(SystemVariable="maybe"), ("InvalidRepresentation", "InvalidValues", 2150858838)),
        (environment(VariableValue=Element("x")), ("InvalidRepresentation", "InvalidValues", 2150858838)),
        (environment(Name="Other"), ("InvalidRepresentation", "InvalidValues", 2150858838)),
    ],
)
def test_faults_of_put(windows: t.Any, body: Element | None, expected: tuple[t.Any, ...]) -> None:
    uri = WMI + "Win32_Environment"
    before = plain(answer(ask(windows, names.GET, uri, ENVIRONMENT)))
    assert fault(ask(windows, names.PUT, uri, ENVIRONMENT, body)) == expected
    assert plain(answer(ask(windows, names.GET, uri, ENVIRONMENT))) == before


@pytest.mark.parametrize(
    ("action", "class_name", "keys"),
    [
        (names.PUT, "Win32_Process", {"Handle": "4"}),
        (names.PUT, "Sandbox_Number", {"Number": "1"}),
        (names.DELETE, "Win32_Service", {"Name": "Spooler"}),
        (names.DELETE, "Win32_OperatingSystem", {}),
        (names.CREATE, "Win32_Service", {}),
        (names.CREATE, "Win32_BaseService", {}),
        (names.CREATE, "Sandbox_Number", {}),
    ],
)
def test_what_providers_cannot(windows: t.Any, action: str, class_name: str, keys: dict[str, str]) -> None:
    body = None if action == names.DELETE else instance(WMI, class_name, **keys)
    found = ask(windows, action, WMI + class_name, None if action == names.CREATE else keys, body)
    assert fault(found) == ("ActionNotSupported", None, 2150859010)


def test_create_and_delete(windows: t.Any) -> None:
    uri = WMI + "Win32_Environment"
    body = environment(Name="NEW & <more>", UserName="<SYSTEM>", VariableValue="1")
    created = answer(ask(windows, names.CREATE, uri, None, body))
    assert created.tag == f"{{{names.TRANSFER}}}ResourceCreated"
    assert created.findtext(f"{ADDRESSING}ReferenceParameters/{W}ResourceURI") == uri
    keys = selectors_of(created)
    assert keys == {"Name": "NEW & <more>", "UserName": "<SYSTEM>"}
    held = plain(answer(ask(windows, names.GET, uri, keys)))
    assert (held["VariableValue"], held["SystemVariable"], held["Caption"]) == ("1", "true", "<SYSTEM>\\NEW & <more>")
    assert fault(ask(windows, names.CREATE, uri, None, body)) == ("AlreadyExists", None, 2150858803)
    assert content(ask(windows, names.DELETE, uri, keys)) is None
    assert fault(ask(windows, names.DELETE, uri, keys))[0] == "DestinationUnreachable"


def test_create_by_a_cim_uri_tells_the_namespace(windows: t.Any) -> None:
    body = instance(CIM, "Win32_Environment", Name="N", UserName="U", VariableValue="")
    created = answer(ask(windows, names.CREATE, CIM + "Win32_Environment", CIMV2, body))
    assert selectors_of(created) == {"Name": "N", "UserName": "U", "__cimnamespace": "root/cimv2"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, ("InvalidRepresentation", None, 2150858773)),
        (environment(Name="N"), ("InvalidRepresentation", "MissingValues", 2150858839)),
        (environment(Name="N", UserName=None), ("InvalidRepresentation", "MissingValues", 2150858839)),
        (environment(Name="N", UserName="U", Nope="x"), ("InvalidRepresentation", "InvalidValues", 2150858838)),
        (instance(WMI, "Win32_Service", Name="x"), ("InvalidRepresentation", "InvalidNamespace", 2150858840)),
    ],
)
def test_faults_of_create(windows: t.Any, body: Element | None, expected: tuple[t.Any, ...]) -> None:
    assert fault(ask(windows, names.CREATE, WMI + "Win32_Environment", None, body)) == expected


def test_deleting_takes_the_links_along(windows: t.Any) -> None:
    repository = Repository()
    spooler = repository.find(repository.find_class("root/cimv2", "Win32_Service"), {"Name": "spooler"})
    links = repository.find_class("root/cimv2", "Win32_DependentService")
    before = len(repository.extent(links))
    repository.remove(spooler)
    assert len(repository.extent(links)) == before - 2
    assert len(Repository().extent(links)) == before


def test_repositories_share_nothing_that_changes() -> None:
    one, other = Repository(), Repository()
    cim_class = one.find_class("root/cimv2", "Sandbox_AllTypes")
    one.find(cim_class, {"Id": 1}).values["Texts"].append("only here")
    one.add(new_instance(cim_class, {"Id": 99}))
    assert other.find(cim_class, {"Id": 1}).values["Texts"] == ["one", "two", "", "<four>"]
    assert other.find(cim_class, {"Id": 99}) is None


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("State", [("State", "Running")]),
        ("DisplayName/text()", "Print Spooler"),
    ],
)
def test_fragments_of_get(windows: t.Any, fragment: str, expected: t.Any) -> None:
    found = answer(ask(windows, names.GET, WMI + "Win32_Service", {"Name": "Spooler"}, fragment=fragment))
    assert found.tag == W + "XmlFragment"
    parts = [(names.local(one.tag), one.text) for one in found]
    assert (found.text if isinstance(expected, str) else parts) == expected


def test_fragments_of_arrays(windows: t.Any) -> None:
    keys, uri = {"Id": "1"}, WMI + "Sandbox_AllTypes"
    found = answer(ask(windows, names.GET, uri, keys, fragment="Texts[2]"))
    assert [one.text for one in found] == ["two"]
    assert len(answer(ask(windows, names.GET, uri, keys, fragment="Texts"))) == 4
    body = element(W + "XmlFragment", None, element(f"{{{uri}}}Texts", "second"))
    answer(ask(windows, names.PUT, uri, keys, body, fragment="Texts[2]"))
    assert plain(answer(ask(windows, names.GET, uri, keys)))["Texts"] == ["one", "second", "", "<four>"]
    answer(ask(windows, names.PUT, uri, keys, body, fragment="Texts"))
    held = plain(answer(ask(windows, names.GET, uri, keys)))
    assert (held["Texts"], held["Text"]) == ("second", "a <b> & \"c\" 'd' é€😀")


@pytest.mark.parametrize("path", ["/State", "", "State[0", "*", "../State"])
def test_bad_fragment_paths(windows: t.Any, path: str) -> None:
    reply = ask(windows, names.GET, WMI + "Win32_Service", {"Name": "Spooler"}, fragment=path)
    assert fault(reply)[0] == "CannotProcessFilter"


def test_extensions_are_shown_on_request(windows: t.Any) -> None:
    uri, keys = WMI + "Win32_Service", {"Name": "Spooler"}
    found = answer(ask(windows, names.GET, uri, keys, options=["ShowExtensions"]))
    location = found.find(f"{{{names.CIM}}}Location")
    assert location is not None and selectors_of(location) == keys
    uri, keys = WMI + "Sandbox_AllTypes", {"Id": "1"}
    held = ask(windows, names.GET, uri, keys, options=["ShowExtensions"])
    echoed = plain(answer(put_text(windows, uri, keys, body_text(held))))
    assert echoed == {name: value for name, value in plain(answer(held)).items() if name != "Location"}


def pull(context: str, count: str) -> Element:
    return element(N + "Pull", None, element(N + "EnumerationContext", context), element(N + "MaxElements", count))


def test_ten_thousand_rows_are_cheap_complete_and_in_order(windows: t.Any) -> None:
    uri = WMI + "Sandbox_Number"
    started = time.process_time()
    body = element(N + "Enumerate", None, Element(W + "OptimizeEnumeration"), element(W + "MaxElements", "32000"))
    reply = ask(windows, names.ENUMERATE, uri, None, body)
    texts = [reply.body]
    context = answer(reply).findtext(N + "EnumerationContext")
    while context:
        reply = ask(windows, names.PULL, uri, None, pull(context, "32000"))
        texts.append(reply.body)
        context = answer(reply).findtext(N + "EnumerationContext")
    assert time.process_time() - started < 1.0  # with this test's own parsing
    numbers = [int(part.partition(b"<")[0]) for text in texts for part in text.split(b":Number>")[1::2]]
    assert numbers == list(range(1, 10001))
    assert all(len(text) <= 512000 for text in texts)


def test_enumerating_a_class_includes_its_subclasses(windows: t.Any) -> None:
    rows = items(enumerate(windows, WMI + "Win32_BaseService"))
    assert {row.tag for row in rows} == {f"{{{WMI}{name}}}{name}" for name in ("Win32_Service", "Win32_SystemDriver")}
    assert len(rows) == 14
    assert len(items(enumerate(windows, WMI + "CIM_ManagedSystemElement"))) > 30
    assert values(items(enumerate(windows, CIM + "Win32_SystemDriver", CIMV2)), "Name") == ["Null", "srv2"]


def test_two_namespaces(windows: t.Any) -> None:
    machines = items(enumerate(windows, HYPERV + "Msvm_ComputerSystem"))
    assert values(machines, "ElementName") == ["SANDBOX", "guest"]
    assert fault(enumerate(windows, WMI + "Msvm_ComputerSystem"))[2] == 2150858752
    spaces = items(enumerate(windows, "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/__NAMESPACE"))
    assert "cimv2" in values(spaces, "Name")


@pytest.mark.parametrize("uri", [WMI + "*", ALL])
def test_all_classes_need_a_filter(windows: t.Any, uri: str) -> None:
    selectors = CIMV2 if uri == ALL else None
    assert fault(enumerate(windows, uri, selectors)) == ("UnsupportedFeature", "FilteringRequired", 2150858864)


def test_a_row_that_fits_into_no_envelope(windows: t.Any) -> None:
    reply = enumerate(windows, WMI + "Sandbox_Large")
    assert len(items(reply)) == 2
    context = answer(reply).findtext(N + "EnumerationContext") or ""
    assert fault(ask(windows, names.PULL, WMI + "Sandbox_Large", None, pull(context, "9")))[0] == "EncodingLimit"
    assert fault(ask(windows, names.GET, WMI + "Sandbox_Large", {"Id": "3"}))[0] == "EncodingLimit"
