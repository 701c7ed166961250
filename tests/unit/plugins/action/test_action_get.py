# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

SERVICE_URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"
SERVICE = (
    f'<p:Win32_Service xmlns:p="{SERVICE_URI}" xsi:type="p:Win32_Service_Type"><p:Name>WinRM</p:Name>'
    '<p:ExitCode>0</p:ExitCode><p:InstallDate xsi:nil="true"/><p:Dep>a</p:Dep><p:Dep>b</p:Dep></p:Win32_Service>'
)
CONFIG = (
    '<cfg:Winrs xmlns:cfg="http://schemas.microsoft.com/wbem/wsman/1/config/winrs">'
    "<cfg:AllowRemoteShellAccess>true</cfg:AllowRemoteShellAccess>"
    '<cfg:MaxShellsPerUser Source="GPO">30</cfg:MaxShellsPerUser></cfg:Winrs>'
)


def test_instance(run):
    result, connection = run("get", {"resource_uri": "wmicimv2/Win32_Service?Name=WinRM"}, SERVICE)
    assert result == {
        "changed": False,
        "instance": {"Name": "WinRM", "ExitCode": "0", "InstallDate": None, "Dep": ["a", "b"]},
        "class_name": "Win32_Service",
    }
    assert connection.actions == ["Get"]
    assert connection.repeatable == [True]
    assert '<wsman:Selector Name="Name">WinRM</wsman:Selector>' in connection.sent[0]


def test_types_of_a_built_in_schema_and_the_source_of_a_policy(run):
    result, _connection = run("get", {"resource_uri": "winrm/config/winrs"}, CONFIG)
    assert result["instance"] == {"AllowRemoteShellAccess": True, "MaxShellsPerUser": 30}
    assert result["sources"] == {"MaxShellsPerUser": "GPO"}


@pytest.mark.parametrize(
    ("uri", "path", "answer", "value", "header"),
    [
        # Windows is asked for the member alone, but not of winrm/config (state.md §3).
        (SERVICE_URI, "Name", "<wsman:XmlFragment><p:Name xmlns:p='x'>W</p:Name></wsman:XmlFragment>", "W", True),
        (SERVICE_URI, "Name", "<wsman:XmlFragment/>", None, True),
        (SERVICE_URI, "Name/text()", "<wsman:XmlFragment>W</wsman:XmlFragment>", "W", True),
        ("winrm/config/winrs", "MaxShellsPerUser", CONFIG, 30, False),
        ("winrm/config/winrs", "maxshellsperuser", CONFIG, 30, False),
        ("winrm/config/winrs", "IdleTimeout", CONFIG, None, False),
        ("cimv2/Win32_Service", "Nosuch", SERVICE, None, False),
        ("cimv2/Win32_Service", "Name", SERVICE, "WinRM", False),
        ("cimv2/Win32_Service", "Dep", SERVICE, ["a", "b"], False),
        ("cimv2/Win32_Service", "Dep[2]", SERVICE, "b", False),
        ("cimv2/Win32_Service", "Dep[3]", SERVICE, None, False),
        ("cimv2/Win32_Service", "InstallDate", SERVICE, None, False),
        ("cimv2/Win32_Service", "Name/text()", SERVICE, "WinRM", False),
    ],
)
def test_fragment(run, uri, path, answer, value, header):
    profile = "windows" if header else "auto"
    result, connection = run("get", {"resource_uri": uri, "fragment": path}, answer, profile=profile)
    assert result == {"changed": False, "value": value}
    assert ("FragmentTransfer" in connection.sent[0]) == header


@pytest.mark.parametrize("path", ["MaxShells", "MaxShells[1]", "MaxShells/text()"])
def test_fragment_that_the_class_does_not_have(run, path):
    result, _connection = run("get", {"resource_uri": "winrm/config/winrs", "fragment": path}, CONFIG)
    assert result["failed"]
    assert result["msg"].startswith("fragment: Winrs has no member MaxShells. It has ")
    assert "MaxShellsPerUser" in result["msg"]


def test_a_uri_of_wmi_is_not_windows_alone(run):
    """Live OMI answers to it (wire/omi/170), and a fragment header destroys data where it is not understood."""
    arguments = {"resource_uri": SERVICE_URI, "fragment": "Dep[2]"}
    result, connection = run("get", arguments, SERVICE)
    assert result["value"] == "b"
    assert "FragmentTransfer" not in connection.sent[0]


@pytest.mark.parametrize(
    ("options", "server", "expected"),
    [
        ({}, None, False),
        ({"profile": "windows"}, None, True),
        ({"profile": "omi"}, "Microsoft-HTTPAPI/2.0", False),
    ],
)
def test_microsofts_headers_go_to_windows_alone(run, options, server, expected):
    _result, connection = run("get", {"resource_uri": "cimv2/CIM_Thing"}, SERVICE, server=server, **options)
    assert ("SessionId" in connection.sent[0]) == expected
    assert ("DataLocale" in connection.sent[0]) == expected


def test_the_server_header_is_remembered(run):
    _result, connection = run("get", {"resource_uri": "cimv2/CIM_Thing"}, SERVICE, server="Microsoft-HTTPAPI/2.0")
    assert connection.session.profile.name == "windows"


def test_options_of_the_task_win(run):
    arguments = {
        "resource_uri": "cimv2/CIM_Thing",
        "operation_timeout": 90,
        "max_envelope_size": 100000,
        "locale": "de-DE",
        "session": {"host": "other", "port": 5987, "operation_timeout": 30},
    }
    _result, connection = run("get", arguments, SERVICE)
    assert connection.overrides == {
        "host": "other",
        "port": 5987,
        "operation_timeout": 90.0,
        "max_envelope_size": 100000,
        "locale": "de-DE",
    }
    for text in ("PT90.000S", ">100000<", 'xml:lang="de-DE"', "https://other:5987/wsman"):
        assert text in connection.sent[0]


@pytest.mark.parametrize(
    ("given", "selectors"),
    [
        ({"resource_uri": "cimv2/X", "namespace": "root\\cimv2"}, {"__cimnamespace": "root/cimv2"}),
        ({"resource_uri": "cimv2/X?A=1", "selector_set": {"B": True, "C": 7}}, {"A": "1", "B": "true", "C": "7"}),
        ({"resource_uri": "wmicimv2/X", "namespace": "root/cimv2"}, {}),
        ({"endpoint_reference": {"resource_uri": "cimv2/X", "selector_set": {"A": "1"}}}, {"A": "1"}),
        (
            {"endpoint_reference": {"resource_uri": "cimv2/X", "selector_set": {"A": "1"}}, "namespace": "root/x"},
            {"A": "1", "__cimnamespace": "root/x"},
        ),
    ],
)
def test_target(run, given, selectors):
    _result, connection = run("get", given, SERVICE)
    found = dict(part.split('">')[:2] for part in connection.sent[0].split('<wsman:Selector Name="')[1:])
    assert {name: text.partition("<")[0] for name, text in found.items()} == selectors
