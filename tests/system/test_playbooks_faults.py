# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service refuses fails the task with a fault whose members can be branched on."""

from __future__ import annotations

import typing as t

import playbook
import pytest

from sandbox import Sandbox

MEMBERS = {
    "code", "subcode", "reason", "fault_detail", "windows_code", "windows_name", "machine", "provider", "cim_error",
    "http_status", "remedy",
}  # fmt: skip
SERVICE = "wmicimv2/Win32_Service"
BITS = {"resource_uri": SERVICE + "?Name=BITS"}
UNTYPED = {**BITS, "types": "text"}  # else the schema of the class refuses it before the service does
DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"

# What is wrong, the module, its options, and members of the fault.
CASES: list[tuple[str, str, dict[str, t.Any], dict[str, t.Any]]] = [
    (
        "class", "get", {"resource_uri": "wmicimv2/Win32_NoSuchClass?Name=x"},
        {"code": "s:Sender", "subcode": "wsa:DestinationUnreachable", "fault_detail": DETAIL + "InvalidResourceURI"},
    ),
    ("instance", "get", {"resource_uri": SERVICE + "?Name=none"}, {"subcode": "wsa:DestinationUnreachable"}),
    ("resource", "get", {"resource_uri": "http://example.com/thing"}, {"subcode": "wsa:DestinationUnreachable"}),
    ("selector", "get", {"resource_uri": SERVICE + "?NoSuchKey=x"}, {"subcode": "wsman:InvalidSelectors"}),
    (
        "missing selector", "get", {"resource_uri": "winrm/config/listener?Address=*"},
        {"subcode": "wsman:InvalidSelectors", "fault_detail": DETAIL + "InsufficientSelectors"},
    ),
    ("method", "invoke", {**BITS, "method": "NoSuchMethod"}, {"subcode": "wsa:ActionNotSupported"}),
    ("property", "put", {**UNTYPED, "properties": {"NoSuchProperty": 1}}, {}),
    ("argument", "invoke", {**UNTYPED, "method": "StartService", "arguments": {"Unknown": 1}}, {}),
    (
        "query", "enumerate", {"resource_uri": "wmicimv2/*", "filter": "SELEC Name FROM Win32_Service"},
        {"subcode": "wsen:CannotProcessFilter"},
    ),
    ("query's class", "enumerate", {"resource_uri": "wmicimv2/*", "filter": "SELECT * FROM Win32_NoSuchClass"}, {}),
    (
        "dialect", "enumerate", {"resource_uri": "wmicimv2/*", "filter": "x", "dialect": "cql"},
        {"subcode": "wsen:FilterDialectRequestedUnavailable"},
    ),
    (
        "value", "put", {"resource_uri": "winrm/config", "properties": {"Client": {"TrustedHosts": "a b, *"}}},
        {"code": "s:Receiver", "subcode": "wsman:InternalError", "windows_name": "INVALID_HOSTNAME_PATTERN"},
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def run(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> playbook.Run:
    tasks = [
        {"name": name, f"wsman.automation.wsman_{module}": options, "ignore_errors": True}
        for name, module, options, _members in CASES
    ]
    branch = [
        {
            "block": [
                {
                    "name": "fails",
                    "wsman.automation.wsman_get": {"resource_uri": SERVICE + "?Name=none"},
                    "register": "got",
                }
            ],
            "rescue": [
                {
                    "name": "branches",
                    "ansible.builtin.assert": {
                        "that": [
                            "ansible_failed_result.fault.subcode == 'wsa:DestinationUnreachable'",
                            "got.fault.windows_name == 'RESOURCE_NOT_FOUND'",
                            "got.fault.provider.provider == 'WMI Provider'",
                        ]
                    },
                }
            ],
        }
    ]
    hosts = {"server1": playbook.variables(services())}
    return workspace.play(hosts, [{"hosts": "all", "tasks": tasks + branch}])


@pytest.mark.parametrize(("name", "members"), [(name, members) for name, _module, _options, members in CASES])
def test_fault(run: playbook.Run, name: str, members: dict[str, t.Any]) -> None:
    outcome = run[name]
    assert outcome.status == "ignored", outcome
    fault = outcome.result["fault"]
    assert set(fault) == MEMBERS
    assert fault["code"] in ("s:Sender", "s:Receiver") and fault["subcode"], fault
    assert isinstance(fault["windows_code"], int) and fault["http_status"] in (400, 500), fault
    assert {member: fault[member] for member in members} == members
    assert fault["subcode"] in outcome.msg, outcome.msg


def test_playbook_branches(run: playbook.Run) -> None:
    assert run["branches"].status == "ok"
    assert run.status == 0
