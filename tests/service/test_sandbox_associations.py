# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The association filter of the test service: far ends and links, by class and role."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element

import pytest
from cim_requests import ALL, CIM, CIMV2, WMI, B, enumerate, items, plain, query, reference_parts, service, values
from sandbox_requests import element, fault

from sandbox import names


@pytest.fixture
def windows() -> t.Any:
    return service()


def walk(kind: str, class_name: str, keys: dict[str, str], base: str = WMI, **more: t.Any) -> Element:
    source = element(B + "Object", None, *reference_parts(base + class_name, **keys))
    found = element(B + kind, None, source)
    for name, value in more.items():
        found.extend(element(B + name, text) for text in (value if isinstance(value, list) else [value]))
    return found


def run(asked: t.Any, filter: Element, uri: str = WMI + "*", selectors: t.Any = None, **more: t.Any) -> list[Element]:
    return items(enumerate(asked, uri, selectors, dialect=names.ASSOCIATION_FILTER, filter=filter, **more))


SPOOLER = ("Win32_Service", {"Name": "Spooler"})
RPC = ("Win32_Service", {"Name": "RpcSs"})


@pytest.mark.parametrize(
    ("source", "more", "expected"),
    [
        (SPOOLER, {}, ["RpcSs", "HTTP", "SANDBOX"]),
        (SPOOLER, {"AssociationClassName": "Win32_DependentService"}, ["RpcSs", "HTTP"]),
        (SPOOLER, {"AssociationClassName": "CIM_Dependency"}, ["RpcSs", "HTTP"]),
        (SPOOLER, {"AssociationClassName": "win32_systemservices"}, ["SANDBOX"]),
        (SPOOLER, {"ResultClassName": "Win32_ComputerSystem"}, ["SANDBOX"]),
        (SPOOLER, {"ResultClassName": "CIM_Service"}, ["RpcSs", "HTTP"]),
        (SPOOLER, {"ResultClassName": "Win32_SystemDriver"}, []),
        (SPOOLER, {"Role": "Dependent"}, ["RpcSs", "HTTP"]),
        (SPOOLER, {"Role": "Antecedent"}, []),
        (SPOOLER, {"ResultRole": "groupcomponent"}, ["SANDBOX"]),
        (RPC, {"Role": "Antecedent", "ResultRole": "Dependent"}, ["Spooler", "WinRM"]),
        (RPC, {"Role": "Antecedent", "ResultRole": "Antecedent"}, []),
        (
            RPC,
            {
                "AssociationClassName": "Win32_DependentService",
                "Role": "Antecedent",
                "ResultClassName": "Win32_Service",
                "ResultRole": "Dependent",
            },
            ["Spooler", "WinRM"],
        ),
        (("Win32_Service", {"Name": "LanmanServer"}), {"AssociationClassName": "CIM_Dependency"}, ["srv2"]),
        (("Win32_SystemDriver", {"Name": "srv2"}), {}, ["LanmanServer"]),
        (
            ("Win32_DiskDrive", {"DeviceID": "\\\\.\\PHYSICALDRIVE0"}),
            {},
            ["Disk #0, Partition #0", "Disk #0, Partition #1"],
        ),
        (("Win32_OperatingSystem", {}), {}, ["SANDBOX"]),
        (("Win32_Service", {"Name": "wuauserv"}), {}, []),
    ],
)  # fmt: skip
def test_associated_instances(windows: t.Any, source: t.Any, more: dict[str, str], expected: list[str]) -> None:
    assert values(run(windows, walk("AssociatedInstances", *source, **more)), "Name") == expected


@pytest.mark.parametrize(
    ("source", "more", "expected"),
    [
        (SPOOLER, {}, ["Win32_DependentService", "Win32_DependentService", "Win32_SystemServices"]),
        (SPOOLER, {"ResultClassName": "CIM_Component"}, ["Win32_SystemServices"]),
        (SPOOLER, {"Role": "Dependent"}, ["Win32_DependentService"] * 2),
        (SPOOLER, {"Role": "Antecedent"}, []),
        (RPC, {"ResultClassName": "Win32_DependentService", "Role": "Antecedent"}, ["Win32_DependentService"] * 2),
    ],
)
def test_association_instances(windows: t.Any, source: t.Any, more: dict[str, str], expected: list[str]) -> None:
    rows = run(windows, walk("AssociationInstances", *source, **more))
    assert [names.local(row.tag) for row in rows] == expected


def test_properties_of_the_result(windows: t.Any) -> None:
    filter = walk(
        "AssociatedInstances", *SPOOLER, ResultClassName="Win32_Service", IncludeResultProperty=["name", "State"]
    )
    rows = run(windows, filter)
    assert [plain(row) for row in rows] == [
        {"Name": "RpcSs", "State": "Running"},
        {"Name": "HTTP", "State": "Running"},
    ]
    assert rows[0].tag == f"{{{WMI}Win32_Service}}Win32_Service"


def test_by_the_uri_of_all_classes(windows: t.Any) -> None:
    filter = walk("AssociatedInstances", *SPOOLER, base=CIM)
    assert values(run(windows, filter, ALL, CIMV2), "Name") == ["RpcSs", "HTTP", "SANDBOX"]
    filter = walk("AssociatedInstances", "Win32_Service", {"Name": "Spooler", "__cimnamespace": "root/cimv2"}, base=CIM)
    assert values(run(windows, filter, ALL, CIMV2), "Name") == ["RpcSs", "HTTP", "SANDBOX"]


def test_the_dialect_has_no_case(windows: t.Any) -> None:
    dialect = names.ASSOCIATION_FILTER.replace("association", "Association")
    reply = enumerate(windows, WMI + "*", dialect=" " + dialect, filter=walk("AssociatedInstances", *SPOOLER))
    assert len(items(reply)) == 3


def test_links_whose_ends_are_gone(windows: t.Any) -> None:
    repository = windows.providers[0].repository
    services = repository.find_class("root/cimv2", "Win32_Service")
    repository.remove(repository.find(services, {"Name": "HTTP"}))
    assert values(run(windows, walk("AssociatedInstances", *SPOOLER)), "Name") == ["RpcSs", "SANDBOX"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("REFERENCES OF {Win32_Service.Name='Spooler'}", 3),
        ("REFERENCES OF {Win32_Service.Name='Spooler'} WHERE ResultClass=Win32_SystemServices", 1),
        ("ASSOCIATORS OF {Win32_Service.Name='Spooler'} WHERE AssocClass=Win32_DependentService Role=Dependent", 2),
        ("ASSOCIATORS OF {Win32_Service.Name='Spooler'} WHERE ResultClass=Win32_ComputerSystem", 1),
        ("ASSOCIATORS OF {Win32_OperatingSystem=@}", 1),
    ],
)
def test_as_queries(windows: t.Any, text: str, expected: int) -> None:
    assert len(query(windows, text)) == expected


WITHOUT_OBJECT = Element(B + "AssociatedInstances")


@pytest.mark.parametrize(
    "filter",
    [
        Element(B + "Something"),
        Element("AssociatedInstances"),
        WITHOUT_OBJECT,
        element(B + "AssociatedInstances", None, element(B + "Object", "text")),
        walk("AssociatedInstances", "Win32_Service", {"Name": "Nope"}),
        walk("AssociatedInstances", "Win32_Service", {}),
        walk("AssociatedInstances", "Win32_Nope", {"Name": "Spooler"}),
        walk("AssociatedInstances", "Sandbox_AllTypes", {"Id": "one"}),
        walk("AssociatedInstances", *SPOOLER, Nonsense="x"),
        walk("AssociatedInstances", *SPOOLER, Role=["a", "b"]),
        walk("AssociatedInstances", *SPOOLER, AssociationClassName="Win32_Nope"),
        walk("AssociatedInstances", *SPOOLER, ResultClassName="Win32_Nope"),
        walk("AssociationInstances", *SPOOLER, AssociationClassName="Win32_DependentService"),
        walk("AssociationInstances", *SPOOLER, ResultRole="Dependent"),
    ],
)
def test_bad_filters(windows: t.Any, filter: Element) -> None:
    reply = enumerate(windows, WMI + "*", dialect=names.ASSOCIATION_FILTER, filter=filter)
    assert fault(reply) == ("CannotProcessFilter", None, 2150858778)


def test_not_over_the_uri_of_a_class(windows: t.Any) -> None:
    filter = walk("AssociatedInstances", *SPOOLER)
    reply = enumerate(windows, WMI + "Win32_Service", dialect=names.ASSOCIATION_FILTER, filter=filter)
    assert fault(reply) == ("CannotProcessFilter", None, 2150859003)
