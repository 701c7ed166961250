# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerations of the test service's repository with filters, modes and polymorphism, as Windows has them."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element

import pytest
from cim_requests import (
    ADDRESSING,
    ALL,
    CIM,
    CIMV2,
    WMI,
    ask,
    enumerate,
    items,
    plain,
    query,
    selectors_of,
    service,
    values,
)
from sandbox_requests import N, W, content, element, fault

from sandbox import names

CANNOT = ("CannotProcessFilter", None, 2150858778)


@pytest.fixture
def windows() -> t.Any:
    return service()


@pytest.mark.parametrize(
    ("text", "names_found"),
    [
        ("SELECT * FROM Win32_Service WHERE Name = 'Spooler'", ["Spooler"]),
        ("select * from win32_service where startmode = \"Disabled\"", ["RemoteRegistry"]),
        ("SELECT Name FROM Win32_Service WHERE Name LIKE 'Lanman%'", ["LanmanServer", "LanmanWorkstation"]),
        ("SELECT Name, State FROM Win32_BaseService WHERE NOT __CLASS ISA 'Win32_Service'", ["Null", "srv2"]),
        ("SELECT * FROM Win32_Service WHERE Name = 'nope'", []),
        ("SELECT Win32_Service.Name FROM Win32_Service WHERE ProcessId = 884", ["RpcSs"]),
        ("ASSOCIATORS OF {Win32_Service.Name='Spooler'} WHERE ResultRole=Antecedent", ["RpcSs", "HTTP"]),
        ("ASSOCIATORS OF {Win32_LogicalDisk='C:'}", ["Disk #0, Partition #1"]),
    ],
)  # fmt: skip
def test_queries(windows: t.Any, text: str, names_found: list[str]) -> None:
    assert values(query(windows, text), "Name") == names_found
    rows = items(enumerate(windows, ALL, CIMV2, dialect=names.WQL, filter=text))
    assert values(rows, "Name") == names_found


def test_the_dialect_has_no_case_and_the_filter_two_namespaces(windows: t.Any) -> None:
    text = "SELECT * FROM Win32_Service WHERE Name = 'Spooler'"
    assert len(items(enumerate(windows, WMI + "*", dialect=f" {names.WQL.upper()} ", filter=text))) == 1
    body = element(N + "Enumerate", None, Element(W + "OptimizeEnumeration"))
    body.append(element(N + "Filter", text, Dialect=names.WQL))
    assert values(items(ask(windows, names.ENUMERATE, WMI + "*", None, body)), "Name") == ["Spooler"]


def test_rows_of_a_projection(windows: t.Any) -> None:
    text = "SELECT Size, Name, VolumeName, DeviceID FROM Win32_LogicalDisk WHERE DeviceID = 'A:'"
    row = query(windows, text)[0]
    assert row.tag == W + "XmlFragment" and names.XSI_TYPE not in row.attrib
    assert [child.tag for child in row] == ["DeviceID", "Name", "Size", "VolumeName"]
    assert plain(row) == {"DeviceID": "A:", "Name": "A:", "Size": None, "VolumeName": None}


def test_datetimes_of_projections_and_whole_rows(windows: t.Any) -> None:
    row = query(windows, "SELECT LastBootUpTime FROM Win32_OperatingSystem")[0]
    assert [(inner.tag, inner.text) for inner in row[0]] == [("Datetime", "2026-03-01T06:15:02.5+01:00")]
    whole = query(windows, "SELECT * FROM Win32_OperatingSystem")[0]
    found = next(child for child in whole if names.local(child.tag) == "LastBootUpTime")
    assert found[0].tag == f"{{{names.CIM}}}Datetime"
    assert whole.tag == f"{{{WMI}Win32_OperatingSystem}}Win32_OperatingSystem"


@pytest.mark.parametrize(
    ("uri", "dialect", "filter", "expected"),
    [
        (WMI + "*", names.WQL, "selekt * frm X", CANNOT),
        (WMI + "*", names.WQL, "", CANNOT),
        (WMI + "*", names.WQL, "SELECT * FROM Win32_Nope", CANNOT),
        (WMI + "*", names.WQL, "SELECT Nope FROM Win32_Service", CANNOT),
        (WMI + "*", names.WQL, "SELECT * FROM Win32_Service WHERE Nope = 1", CANNOT),
        (WMI + "*", names.WQL, "SELECT * FROM Win32_Service WHERE ProcessId = 'x'", CANNOT),
        (WMI + "*", names.WQL, "ASSOCIATORS OF {Win32_Nope=1}", CANNOT),
        (WMI + "*", names.WQL, "ASSOCIATORS OF {Win32_Service='nope'}", CANNOT),
        (WMI + "*", names.WQL, "ASSOCIATORS OF {Win32_Service='Spooler'} WHERE AssocClass=Nope", CANNOT),
        (WMI + "Win32_Service", names.WQL, "SELECT * FROM Win32_Service", ("CannotProcessFilter", None, 2150859003)),
        (WMI + "*", names.CQL, "SELECT * FROM Win32_Service", ("FilterDialectRequestedUnavailable", None, 2150858777)),
        (WMI + "*", None, "..", ("FilterDialectRequestedUnavailable", None, 2150858777)),
        (WMI + "*", "http://example.org/", "x", ("FilterDialectRequestedUnavailable", None, 2150858777)),
        (WMI + "*", names.SELECTOR_FILTER, Element(W + "SelectorSet"), CANNOT),
        (WMI + "*", names.ASSOCIATION_FILTER, "text", CANNOT),
        ("http://schemas.microsoft.com/wbem/wsman/1/wmi/root/nope/*", names.WQL, "SELECT * FROM X",
         ("DestinationUnreachable", "InvalidResourceURI", 2150858752)),
    ],
)  # fmt: skip
def test_faults_of_filters(
    windows: t.Any, uri: str, dialect: str | None, filter: str | Element, expected: tuple[t.Any, ...]
) -> None:
    reply = enumerate(windows, uri, dialect=dialect, filter=filter)
    assert (reply.status, fault(reply)) == (500, expected)
    assert len(windows.contexts) == 0


def test_a_bad_query_comes_back_in_the_fault(windows: t.Any) -> None:
    text = "SELECT * FROM Win32_Nope WHERE a='<&>'"
    found = content(enumerate(windows, WMI + "*", dialect=names.WQL, filter=text))
    assert found is not None
    status = plain(next(node for node in found.iter() if names.local(node.tag) == "__ExtendedStatus"))
    assert (status["Operation"], status["ParameterInfo"], status["ProviderName"]) == ("ExecQuery", text, "WinMgmt")
    assert status["StatusCode"] == str(0x80041010)
    found = content(enumerate(windows, WMI + "*", dialect=names.WQL, filter="SELECT"))
    assert found is not None
    status = plain(next(node for node in found.iter() if names.local(node.tag) == "__ExtendedStatus"))
    assert status["StatusCode"] == str(0x80041017)


def selector_filter(**selectors: t.Any) -> Element:
    found = Element(W + "SelectorSet")
    for name, value in selectors.items():
        selector = element(W + "Selector", value if isinstance(value, str) else None, Name=name)
        found.append(selector)
        if isinstance(value, Element):
            selector.append(value)
    return found


@pytest.mark.parametrize(
    ("class_name", "selectors", "expected"),
    [
        ("Win32_Service", {"StartMode": "Auto", "State": "Running"},
         ["Spooler", "RpcSs", "WinRM", "EventSystem", "LanmanServer", "LanmanWorkstation"]),
        ("Win32_Service", {"startmode": "disabled"}, ["RemoteRegistry"]),
        ("Win32_Service", {"Started": "true", "ProcessId": "1312"}, ["Spooler", "LanmanWorkstation"]),
        ("Win32_BaseService", {"ServiceType": "Kernel Driver"}, ["HTTP", "Null"]),
        ("Win32_Service", {"State": "Paused"}, []),
    ],
)  # fmt: skip
def test_selector_filters(windows: t.Any, class_name: str, selectors: dict[str, str], expected: list[str]) -> None:
    rows = enumerate(windows, WMI + class_name, dialect=names.SELECTOR_FILTER, filter=selector_filter(**selectors))
    assert values(items(rows), "Name") == expected


@pytest.mark.parametrize(
    ("class_name", "filter"),
    [
        ("Win32_Service", selector_filter()),
        ("Win32_Service", "text"),
        ("Win32_Service", selector_filter(Nope="x")),
        ("Win32_Service", selector_filter(Name="it's")),
        ("Win32_Service", selector_filter(Name='say "x"')),
        ("Win32_Service", selector_filter(ProcessId="x")),
        ("Win32_Service", selector_filter(InstallDate="20240101000000.000000+000")),
        ("Win32_OperatingSystem", selector_filter(MUILanguages="en-US")),
        ("Win32_DependentService", selector_filter(Antecedent="x")),
        ("Win32_Service", selector_filter(Name="a", name="b")),
        ("Win32_Service", selector_filter(Name=element(ADDRESSING + "EndpointReference"))),
    ],
)  # fmt: skip
def test_bad_selector_filters(windows: t.Any, class_name: str, filter: t.Any) -> None:
    reply = enumerate(windows, WMI + class_name, dialect=names.SELECTOR_FILTER, filter=filter)
    assert fault(reply) == CANNOT


def test_endpoint_references(windows: t.Any) -> None:
    found = items(enumerate(windows, WMI + "Win32_Environment", EnumerationMode="EnumerateEPR"))
    assert [row.tag for row in found] == [ADDRESSING + "EndpointReference"] * 3
    assert [selectors_of(row) for row in found] == [
        {"Name": "Path", "UserName": "<SYSTEM>"},
        {"Name": "TEMP", "UserName": "<SYSTEM>"},
        {"Name": "TEMP", "UserName": "SANDBOX\\Administrator"},
    ]
    uris = [row.findtext(f"{ADDRESSING}ReferenceParameters/{W}ResourceURI") for row in found]
    assert uris == [WMI + "Win32_Environment"] * 3


def test_objects_with_endpoint_references(windows: t.Any) -> None:
    found = items(enumerate(windows, CIM + "CIM_LogicalDisk", CIMV2, EnumerationMode="EnumerateObjectAndEPR"))
    assert [[names.local(part.tag) for part in row] for row in found] == [
        ["Win32_LogicalDisk", "EndpointReference"]
    ] * 4
    assert {row.tag for row in found} == {W + "Item"}
    assert selectors_of(found[1]) == {"DeviceID": "C:", "__cimnamespace": "root/cimv2"}
    uri = found[1][1].findtext(f"{ADDRESSING}ReferenceParameters/{W}ResourceURI")
    assert uri == CIM + "Win32_LogicalDisk"


def test_the_reference_of_a_singleton_has_no_selectors(windows: t.Any) -> None:
    found = items(enumerate(windows, WMI + "Win32_OperatingSystem", EnumerationMode="EnumerateEPR"))
    assert len(found) == 1 and not list(found[0].iter(W + "SelectorSet"))


def test_references_of_links_hold_references(windows: t.Any) -> None:
    found = items(enumerate(windows, WMI + "Win32_DependentService", EnumerationMode="EnumerateEPR"))[0]
    selectors = found.findall(f"{ADDRESSING}ReferenceParameters/{W}SelectorSet/{W}Selector")
    assert [selector.get("Name") for selector in selectors] == ["Antecedent", "Dependent"]
    assert [selector[0].tag for selector in selectors] == [ADDRESSING + "EndpointReference"] * 2
    assert selectors_of(selectors[0]) == {"Name": "RpcSs"}


def test_queries_in_each_mode(windows: t.Any) -> None:
    text = "SELECT Name FROM Win32_Service WHERE Name = 'Spooler'"
    assert selectors_of(query(windows, text, EnumerationMode="EnumerateEPR")[0]) == {"Name": "Spooler"}
    both = query(windows, text, EnumerationMode="EnumerateObjectAndEPR")[0]
    assert [names.local(part.tag) for part in both] == ["XmlFragment", "EndpointReference"]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("IncludeSubClassProperties", None),
        ("ExcludeSubClassProperties", ("PolymorphismModeNotSupported", None, 2150859063)),
        ("None", ("PolymorphismModeNotSupported", None, 2150859063)),
        ("Nonsense", ("PolymorphismModeNotSupported", None, 2150859063)),
    ],
)
def test_polymorphism_is_not_for_windows(windows: t.Any, mode: str, expected: t.Any) -> None:
    reply = enumerate(windows, WMI + "Win32_BaseService", PolymorphismMode=mode)
    assert (len(items(reply)) == 14) if expected is None else (fault(reply) == expected)
