# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Methods of the test service's classes: return values, parameters of every kind, and the fault for each wrong one."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element, SubElement

import pytest
from cim_requests import (
    CIM,
    CIMV2,
    HYPERV,
    WMI,
    answer,
    ask,
    body_text,
    enumerate,
    instance,
    invoke,
    items,
    plain,
    reference,
    reference_parts,
    selectors_of,
    service,
    values,
)
from sandbox_requests import content, element, fault

from sandbox import data, methods, names
from sandbox.classes import CIMClass

NOWHERE = ("DestinationUnreachable", "InvalidResourceURI", 2150858752)
INSUFFICIENT = ("InvalidSelectors", "InsufficientSelectors", 2150859002)
UNEXPECTED = ("InvalidSelectors", "UnexpectedSelectors", 2150858843)
NO_SUCH_PARAMETER = ("InvalidParameter", "InvalidName", 2150858837)
MISSING = ("InvalidParameter", None, 2150858810)
MISMATCH = ("InvalidParameter", "TypeMismatch", 2150858836)
THIS = {"Name": "sandbox"}
ADAPTER = "Win32_NetworkAdapterConfiguration"


@pytest.fixture
def windows() -> t.Any:
    return service()


def call(
    asked: t.Any, class_name: str, method: str, keys: dict[str, str] | None = None, **given: t.Any
) -> dict[str, t.Any]:
    return plain(answer(invoke(asked, WMI, class_name, method, keys, **given)))


def state(asked: t.Any, name: str) -> tuple[t.Any, ...]:
    held = plain(answer(ask(asked, names.GET, WMI + "Win32_Service", {"Name": name})))
    return held["State"], held["Started"], held["StartMode"]


@pytest.mark.parametrize(
    ("name", "method", "given", "expected", "after"),
    [
        ("W32Time", "StartService", {}, "0", ("Running", "true", "Manual")),
        ("Spooler", "StartService", {}, "10", ("Running", "true", "Auto")),
        ("RemoteRegistry", "StartService", {}, "14", ("Stopped", "false", "Disabled")),
        ("Spooler", "StopService", {}, "0", ("Stopped", "false", "Auto")),
        ("W32Time", "StopService", {}, "5", ("Stopped", "false", "Manual")),
        ("RpcSs", "StopService", {}, "5", ("Running", "true", "Auto")),
        ("HTTP", "StopService", {}, "3", ("Running", "true", "Manual")),
        ("LanmanServer", "PauseService", {}, "0", ("Paused", "true", "Auto")),
        ("Spooler", "PauseService", {}, "4", ("Running", "true", "Auto")),
        ("W32Time", "PauseService", {}, "6", ("Stopped", "false", "Manual")),
        ("LanmanServer", "ResumeService", {}, "5", ("Running", "true", "Auto")),
        ("W32Time", "ResumeService", {}, "6", ("Stopped", "false", "Manual")),
        ("Spooler", "InterrogateService", {}, "0", ("Running", "true", "Auto")),
        ("Spooler", "ChangeStartMode", {"StartMode": "Automatic"}, "0", ("Running", "true", "Auto")),
        ("Spooler", "ChangeStartMode", {"StartMode": "manual"}, "0", ("Running", "true", "Manual")),
        ("Spooler", "ChangeStartMode", {"StartMode": "Sometimes"}, "21", ("Running", "true", "Auto")),
        ("Spooler", "Change", {"StartMode": "Disabled"}, "0", ("Running", "true", "Disabled")),
        ("Spooler", "Change", {"StartMode": "Never"}, "21", ("Running", "true", "Auto")),
        ("Spooler", "Change", {"ErrorControl": "9"}, "21", ("Running", "true", "Auto")),
        ("Spooler", "Delete", {}, "3", ("Running", "true", "Auto")),
    ],
)
def test_services(windows: t.Any, name: str, method: str, given: dict[str, str], expected: str, after: t.Any) -> None:
    assert call(windows, "Win32_Service", method, {"Name": name}, **given) == {"ReturnValue": expected}
    assert state(windows, name) == after


def test_a_service_there_and_back(windows: t.Any) -> None:
    keys = {"Name": "LanmanServer"}
    steps = [("PauseService", "0"), ("PauseService", "24"), ("ResumeService", "0"), ("StopService", "0"),
             ("StopService", "5"), ("StartService", "0"), ("StartService", "10")]  # fmt: skip
    assert [call(windows, "Win32_Service", method, keys)["ReturnValue"] for method, _code in steps] == [
        code for _method, code in steps
    ]


def test_starting_starts_what_is_needed(windows: t.Any) -> None:
    for name in ("Spooler", "WinRM", "HTTP"):
        assert call(windows, "Win32_Service", "StopService", {"Name": name})["ReturnValue"] == "0"
    assert call(windows, "Win32_Service", "StartService", {"Name": "Spooler"})["ReturnValue"] == "0"
    assert [state(windows, name)[0] for name in ("Spooler", "HTTP", "WinRM")] == ["Running", "Running", "Stopped"]


def test_services_come_and_go(windows: t.Any) -> None:
    given = {"Name": "mine", "DisplayName": "Mine", "PathName": "C:\\mine.exe", "StartMode": "Automatic"}
    assert call(windows, "Win32_Service", "Create", None, **given) == {"ReturnValue": "0"}
    assert call(windows, "Win32_Service", "Create", None, **given) == {"ReturnValue": "23"}
    assert call(windows, "Win32_Service", "Create", None, Name="x") == {"ReturnValue": "21"}
    assert state(windows, "mine") == ("Stopped", "false", "Auto")
    changed = call(windows, "Win32_Service", "Change", {"Name": "mine"}, DisplayName="Yours", ErrorControl="2")
    assert changed == {"ReturnValue": "0"}
    held = plain(answer(ask(windows, names.GET, WMI + "Win32_Service", {"Name": "mine"})))
    assert (held["DisplayName"], held["ErrorControl"], held["PathName"]) == ("Yours", "Severe", "C:\\mine.exe")
    assert call(windows, "Win32_Service", "Delete", {"Name": "mine"}) == {"ReturnValue": "0"}
    assert fault(ask(windows, names.GET, WMI + "Win32_Service", {"Name": "mine"}))[2] == 2150858752


@pytest.mark.parametrize(
    ("command", "name", "path"),
    [
        ("notepad.exe", "notepad.exe", "C:\\Windows\\system32\\notepad.exe"),
        ("notepad", "notepad.exe", "C:\\Windows\\system32\\notepad.exe"),
        ('"C:\\Program Files\\a b.exe" /x', "a b.exe", "C:\\Program Files\\a b.exe"),
    ],
)
def test_processes(windows: t.Any, command: str, name: str, path: str) -> None:
    made = call(windows, "Win32_Process", "Create", None, CommandLine=command, CurrentDirectory="C:")
    assert made["ReturnValue"] == "0"
    keys = {"Handle": made["ProcessId"]}
    held = plain(answer(ask(windows, names.GET, WMI + "Win32_Process", keys)))
    assert (held["Name"], held["ExecutablePath"], held["CommandLine"]) == (name, path, command)
    owner = call(windows, "Win32_Process", "GetOwner", keys)
    assert owner == {"ReturnValue": "0", "Domain": "NT AUTHORITY", "User": "SYSTEM"}
    assert call(windows, "Win32_Process", "SetPriority", keys, Priority="128") == {"ReturnValue": "0"}
    assert call(windows, "Win32_Process", "SetPriority", keys, Priority="-1") == {"ReturnValue": "21"}
    assert call(windows, "Win32_Process", "Terminate", keys, Reason="0") == {"ReturnValue": "0"}
    assert fault(ask(windows, names.GET, WMI + "Win32_Process", keys))[2] == 2150858752
    assert call(windows, "Win32_Process", "Create", None, CommandLine=command)["ProcessId"] >= made["ProcessId"]


def test_processes_that_do_not_start_or_end(windows: t.Any) -> None:
    for given, expected in (({}, "21"), ({"CommandLine": " "}, "21"), ({"CommandLine": "nosuch.exe"}, "9")):
        found = call(windows, "Win32_Process", "Create", None, **given)
        assert found == {"ReturnValue": expected, "ProcessId": None}
    assert call(windows, "Win32_Process", "Terminate", {"Handle": "4"}) == {"ReturnValue": "2"}
    assert len(items(enumerate(windows, WMI + "Win32_Process"))) == 9


def test_an_embedded_parameter(windows: t.Any) -> None:
    startup = Element("x", {names.XSI_TYPE: "Win32_ProcessStartup_Type"})
    SubElement(startup, f"{{{WMI}Win32_ProcessStartup}}ShowWindow").text = "0"
    given = {"CommandLine": "notepad.exe", "ProcessStartupInformation": startup[0]}
    assert call(windows, "Win32_Process", "Create", None, **given)["ReturnValue"] == "0"
    startup[0].text = "hidden"
    assert fault(invoke(windows, WMI, "Win32_Process", "Create", None, **given))[0] == "InvalidParameter"


def test_the_output(windows: t.Any) -> None:
    found = answer(invoke(windows, WMI, "Win32_Process", "Create", None, CommandLine="notepad.exe"))
    assert found.tag == f"{{{WMI}Win32_Process}}Create_OUTPUT"
    assert [names.local(child.tag) for child in found] == ["ProcessId", "ReturnValue"]
    reply = invoke(windows, CIM, "Win32_Service", "InterrogateService", {"Name": "Spooler", **CIMV2})
    assert answer(reply).tag == f"{{{CIM}Win32_Service}}InterrogateService_OUTPUT"


def test_input_and_names_are_read_generously(windows: t.Any) -> None:
    """MS-WSMV's own example has another namespace in the body; case does not matter on Windows."""
    body = Element("{http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cim/Win32_Service}changestartmode_INPUT")
    SubElement(body, "startmode").text = "Manual"
    reply = ask(windows, WMI + "win32_service/changestartmode", WMI + "win32_service", {"name": "spooler"}, body)
    assert plain(answer(reply)) == {"ReturnValue": "0"}
    reply = ask(windows, WMI + "Win32_Service/StopService", WMI + "Win32_Service", {"Name": "Spooler"})
    assert plain(answer(reply)) == {"ReturnValue": "0"}


def test_methods_of_superclasses(windows: t.Any) -> None:
    assert call(windows, "CIM_Service", "StopService", {"Name": "Spooler"}) == {"ReturnValue": "0"}
    assert call(windows, "Win32_SystemDriver", "StopService", {"Name": "Null"}) == {"ReturnValue": "0"}


@pytest.mark.parametrize(
    ("class_name", "method", "keys", "given", "expected"),
    [
        ("Win32_Service", "Nope", {"Name": "Spooler"}, {}, ("ActionNotSupported", None, 2150858753)),
        ("Win32_Nope", "StartService", {"Name": "Spooler"}, {}, NOWHERE),
        ("Win32_Service", "StartService", {"Name": "Nope"}, {}, NOWHERE),
        ("Win32_Service", "StartService", {}, {}, INSUFFICIENT),
        ("Win32_Service", "StartService", {"Nope": "x"}, {}, UNEXPECTED),
        ("Win32_Service", "StartService", {"Name": "Spooler"}, {"Nope": "x"}, NO_SUCH_PARAMETER),
        ("Win32_Service", "ChangeStartMode", {"Name": "Spooler"}, {}, MISSING),
        ("Win32_Service", "ChangeStartMode", {"Name": "Spooler"}, {"StartMode": None}, MISSING),
        ("Win32_Service", "ChangeStartMode", {"Name": "Spooler"}, {"StartMode": ["a", "b"]}, MISMATCH),
        ("Win32_Process", "Terminate", {"Handle": "884"}, {"Reason": "because"}, MISMATCH),
        ("Win32_Process", "Terminate", {"Handle": "884"}, {"Reason": "4294967296"}, MISMATCH),
        ("Win32_Process", "Create", {}, {"ProcessId": "1"}, NO_SUCH_PARAMETER),
    ],
)  # fmt: skip
def test_faults(
    windows: t.Any, class_name: str, method: str, keys: t.Any, given: t.Any, expected: tuple[t.Any, ...]
) -> None:
    reply = invoke(windows, WMI, class_name, method, keys, **given)
    assert (reply.status, fault(reply)) == (500, expected)


def test_an_input_of_another_method(windows: t.Any) -> None:
    body = Element(f"{{{WMI}Win32_Service}}StopService_INPUT")
    reply = ask(windows, WMI + "Win32_Service/StartService", WMI + "Win32_Service", {"Name": "Spooler"}, body)
    assert fault(reply) == ("InvalidRepresentation", "InvalidNamespace", 2150858840)


def test_an_action_of_another_class(windows: t.Any) -> None:
    reply = ask(windows, WMI + "Win32_Process/StartService", WMI + "Win32_Service", {"Name": "Spooler"})
    assert fault(reply)[0] == "ActionNotSupported"


def test_every_kind_of_parameter_comes_back(windows: t.Any) -> None:
    held = ask(windows, names.GET, WMI + "Sandbox_AllTypes", {"Id": "1"})
    own = ("Bool", "U8", "S64", "U64", "R64", "Char", "Text", "Moment", "Texts", "U16s")
    given: dict[str, t.Any] = {name: value for name, value in plain(answer(held)).items() if name in own}
    moment = Element(f"{{{names.CIM}}}Datetime")
    moment.text = given["Moment"]
    given["Moment"] = moment
    found = call(windows, "Sandbox_AllTypes", "Echo", None, **given)
    nulls = dict.fromkeys(("Peer", "Origin", "Origins"))
    assert found == {**given, "Moment": moment.text, "ReturnValue": "0", **nulls}
    assert "Sandbox_Box" in body_text(held)


def test_references_are_parameters(windows: t.Any) -> None:
    body = Element(f"{{{WMI}Sandbox_AllTypes}}Echo_INPUT")
    peer = SubElement(body, f"{{{WMI}Sandbox_AllTypes}}Peer")
    peer.extend(reference_parts(WMI + "Sandbox_AllTypes", Id="3"))
    reply = ask(windows, WMI + "Sandbox_AllTypes/Echo", WMI + "Sandbox_AllTypes", None, body)
    found = answer(reply).find(f"{{{WMI}Sandbox_AllTypes}}Peer")
    assert found is not None and selectors_of(found) == {"Id": "3"}


def test_state_of_the_services_own_class(windows: t.Any) -> None:
    keys = {"Id": "3"}
    assert call(windows, "Sandbox_AllTypes", "Increment", keys, By="5") == {"ReturnValue": "0", "U32": "5"}
    assert call(windows, "Sandbox_AllTypes", "Increment", keys, By="4294967295") == {"ReturnValue": "1", "U32": "5"}
    assert call(windows, "Sandbox_AllTypes", "Spell", keys, Number="42") == {"ReturnValue": "four two"}
    assert call(windows, "Sandbox_AllTypes", "Spell", keys) == {"ReturnValue": None}


@pytest.mark.parametrize(
    ("class_name", "method", "keys", "given", "expected"),
    [
        ("Win32_OperatingSystem", "Reboot", {}, {}, "0"),
        ("Win32_OperatingSystem", "Shutdown", {}, {}, "0"),
        ("Win32_ComputerSystem", "Rename", {"Name": "SANDBOX"}, {"Name": "NEW-NAME"}, "0"),
        ("Win32_ComputerSystem", "Rename", {"Name": "SANDBOX"}, {"Name": "new name"}, "87"),
        ("Win32_ComputerSystem", "JoinDomainOrWorkgroup", THIS, {"Name": "LAB"}, "0"),
        ("Win32_ComputerSystem", "JoinDomainOrWorkgroup", THIS, {"Name": "d", "FJoinOptions": "1"}, "1355"),
        ("Win32_LogicalDisk", "Chkdsk", {"DeviceID": "C:"}, {"FixErrors": "false"}, "0"),
        ("Win32_LogicalDisk", "Chkdsk", {"DeviceID": "A:"}, {}, "3"),
        (ADAPTER, "SetDNSServerSearchOrder", {"Index": "0"}, {}, "84"),
        (ADAPTER, "SetDNSServerSearchOrder", {"Index": "1"}, {"DNSServerSearchOrder": "!"}, "70"),
        (ADAPTER, "EnableStatic", {"Index": "1"}, {"IPAddress": ["a", "b"], "SubnetMask": "c"}, "68"),
        (ADAPTER, "EnableDHCP", {"Index": "1"}, {}, "0"),
        (ADAPTER, "SetGateways", {"Index": "1"}, {}, "0"),
    ],
)  # fmt: skip
def test_other_return_values(
    windows: t.Any, class_name: str, method: str, keys: t.Any, given: t.Any, expected: str
) -> None:
    assert call(windows, class_name, method, keys, **given) == {"ReturnValue": expected}


def test_arrays_are_set(windows: t.Any) -> None:
    keys, name, two = {"Index": "1"}, ADAPTER, ["192.0.2.1", "192.0.2.2"]
    for given, held in ((two, two), (["192.0.2.9"], "192.0.2.9"), (None, None)):
        call(windows, name, "SetDNSServerSearchOrder", keys, DNSServerSearchOrder=given)
        assert plain(answer(ask(windows, names.GET, WMI + name, keys)))["DNSServerSearchOrder"] == held


def test_a_reboot_is_seen(windows: t.Any) -> None:
    def boot() -> str:
        found = answer(ask(windows, names.GET, WMI + "Win32_OperatingSystem"))
        return t.cast(str, plain(found)["LastBootUpTime"])

    before = boot()
    call(windows, "Win32_OperatingSystem", "SetDateTime", None, LocalDateTime="20300101000000.000000+000")
    call(windows, "Win32_OperatingSystem", "Reboot")
    assert (before[:10], boot()) == ("2026-03-01", "2030-01-01T00:00:00Z")


def test_jobs(windows: t.Any) -> None:
    keys = {"CreationClassName": "Msvm_ComputerSystem", "Name": "6B29FC40-CA47-1067-B31D-00DD010662DA"}
    found = answer(invoke(windows, HYPERV, "Msvm_ComputerSystem", "RequestStateChange", keys, RequestedState="2"))
    assert plain(found)["ReturnValue"] == "4096"
    job = found.find(f"{{{HYPERV}Msvm_ComputerSystem}}Job")
    assert job is not None
    selectors = selectors_of(job)
    states = [
        plain(answer(ask(windows, names.GET, HYPERV + "Msvm_ConcreteJob", selectors)))["JobState"] for _time in range(3)
    ]
    assert states == ["4", "7", "7"]
    assert values(items(enumerate(windows, HYPERV + "Msvm_ComputerSystem")), "EnabledState") == ["2", "2"]
    reply = invoke(windows, HYPERV, "Msvm_ComputerSystem", "RequestStateChange", keys, RequestedState="77")
    assert plain(answer(reply)) == {"ReturnValue": "32775", "Job": None}


def test_the_second_form_of_wmi_reports_bad_parameters(windows: t.Any) -> None:
    keys = {"CreationClassName": "Msvm_ComputerSystem", "Name": "SANDBOX"}
    found = content(invoke(windows, HYPERV, "Msvm_ComputerSystem", "RequestStateChange", keys))
    assert found is not None
    error = next(node for node in found.iter() if names.local(node.tag) == "MSFT_WmiError")
    assert plain(error)["error_Code"] == str(0x8004102F)


def test_every_declared_method_is_implemented() -> None:
    """And every implementation is declared."""
    declared: set[tuple[str, str]] = set()
    classes: list[CIMClass] = [known for space in data.content().classes.values() for known in space.values()]
    for known in classes:
        for name, method in known.methods.items():
            declared |= {(above.name.lower(), name) for above in known.lineage()}
            found = [(above.name.lower(), name) in methods.IMPLEMENTATIONS for above in known.lineage()]
            assert any(found) or "abstract" in known.qualifiers, (known.name, method.name)
    assert methods.IMPLEMENTATIONS.keys() <= declared


@pytest.mark.parametrize("manner", ["windows", "omi", "openwsman"])
def test_references_and_instances_in_and_out(manner: str) -> None:
    asked, space = service(manner), {"__cimnamespace": "root/cimv2"}
    members = [reference(CIM + "Sandbox_AllTypes", Id=number) for number in ("2", "3")]
    found = answer(invoke(asked, CIM, "Sandbox_AllTypes", "Join", space, Members=members))
    ids = [selectors_of(child)["Id"] for child in found if child.tag.endswith("}All")]
    assert (plain(found)["Count"], ids) == ("2", ["2", "3"])
    assert plain(answer(invoke(asked, CIM, "Sandbox_AllTypes", "Double", space, Number="21")))["Result"] == "42"
    point = f"{{{CIM}Sandbox_Point}}"
    origin = element(f"{{{CIM}Sandbox_AllTypes}}From", None, element(point + "X", "1"))
    body = element(f"{{{CIM}Sandbox_AllTypes}}Move_INPUT", None, origin, element(f"{{{CIM}Sandbox_AllTypes}}By", "4"))
    uri = CIM + "Sandbox_AllTypes"
    moved = answer(ask(asked, uri + "/Move", uri, space, body)).find(f"{{{uri}}}ReturnValue")
    assert moved is not None and moved.findtext(point + "X") == "5"


@pytest.mark.parametrize("manner", ["windows", "omi", "openwsman"])
def test_the_service_may_choose_the_key(manner: str) -> None:
    asked, uri, space = service(manner), CIM + "Sandbox_Ticket", {"__cimnamespace": "root/cimv2"}
    body = instance(CIM, "Sandbox_Ticket", Id="printer", Text="paper")
    made = selectors_of(answer(ask(asked, names.CREATE, uri, space, body)))
    assert made["Id"] == "printer-0001"
    assert plain(answer(ask(asked, names.GET, uri, {**made, **space})))["Text"] == "paper"
    assert fault(ask(asked, names.GET, uri, {"Id": "printer", **space}))[0] == "DestinationUnreachable"
