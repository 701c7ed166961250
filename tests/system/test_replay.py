# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole tasks against peers that answer with what live OMI and Openwsman servers answered, octet for octet.

Unlike the sandbox these peers share no author with the client: only a request that asks the same as a recorded one is
answered at all.
"""

from __future__ import annotations

import typing as t

import playbook
import pytest
import replay
from playbook import PASSWORD

if not replay.WIRE.is_dir():
    pytest.skip("the recordings of real servers are not beside the checkout", allow_module_level=True)

CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
LAB = "http://lab.example.com/wbem/wscim/1/cim-schema/2/"
OMI_FIRST = (
    "47-get-president",
    "02-identify-auth",
    "77-invoke-static-spellnumber",
    "61-create-person",
    "65-put-person-1234",
)
LAB_FIRST = ("001-identify", "052-get-item", "092-invoke-sayhello", "110-x-enum")
CIMV2 = {"__cimnamespace": "root/cimv2"}

Row = tuple[str, str, dict[str, t.Any], dict[str, t.Any]]  # name, module, options, members of the result

OMI: list[Row] = [
    ("identify", "identify", {}, {"identity.product_vendor": "Open Management Infrastructure"}),
    (
        "get",
        "get",
        {"resource_uri": CIM + "MSFT_President", "selector_set": {**CIMV2, "Key": 1}},
        {"instance": {"Key": "1", "First": "George", "Last": "Washington"}, "class_name": "MSFT_President"},
    ),
    (
        "missing",
        "get",
        {"resource_uri": CIM + "MSFT_President", "selector_set": {**CIMV2, "Key": 4711}},
        {"status": "ignored", "fault.subcode": "wsa:DestinationUnreachable", "fault.cim_error.CIMStatusCode": 6},
    ),
    (
        "get by namespace",
        "get",
        {"resource_uri": "cimv2/MSFT_President", "selector_set": {"Key": "1"}, "namespace": "root/cimv2"},
        {"instance.Last": "Washington"},
    ),
    (
        "no class",
        "get",
        {"resource_uri": CIM + "No_Such_Class", "selector_set": {**CIMV2, "Key": 1}},
        {"status": "ignored", "fault.cim_error.CIMStatusCode": 5},
    ),
    (
        "held",
        "put",
        {
            "resource_uri": CIM + "MSFT_President",
            "selector_set": {**CIMV2, "Key": 1},
            "properties": {"First": "George", "Key": 1},
        },
        {"changed": False, "instance.Last": "Washington"},
    ),
    (
        "references",
        "enumerate",
        {
            "resource_uri": CIM + "MSFT_President",
            "selector_set": CIMV2,
            "return_type": "epr",
            "max_elements": 3,
            "limit": 3,
        },
        {"count": 3, "truncated": True, "endpoint_references.2.selector_set": {"Key": "3", **CIMV2}},
    ),
    (
        "both",
        "enumerate",
        {
            "resource_uri": CIM + "MSFT_President",
            "selector_set": CIMV2,
            "return_type": "object_and_epr",
            "max_elements": 100,
            "limit": 100,
        },
        {"instances.0.First": "George", "endpoint_references.0.selector_set.Key": "1"},
    ),
    (
        "every type",
        "enumerate",
        {"resource_uri": CIM + "X_SingletonWithAllTypes", "namespace": "test/cpp", "max_elements": 10},
        {"count": 1},
    ),
    (
        "typed",
        "enumerate",
        {
            "resource_uri": CIM + "TestClass_AllDMTFTypes",
            "namespace": "root/omi",
            "max_elements": 3,
            "limit": 3,
            "types": "auto",
        },
        {
            "instances.0.v_bool": False,
            "instances.0.v_sint64": -4294967295,
            "instances.0.v_rEal32": 100.300003051758,
            "instances.0.v_char16": "!",
            "instances.0.v_DATETIME": "P2000D",
            "instances.1.v_octetUint8": "QkNE",
            "instances.1.v_reference": None,
        },
    ),
    (
        "schema",
        "schema",
        {"class_name": "X_HugeNumber", "namespace": "root/cimv2"},
        {
            "schema.superclass": "X_Number",
            "schema.properties.Number.type": "uint64",
            "schema.properties.Numbers123.class_name": "X_SmallNumber",
        },
    ),
    (
        "times",
        "enumerate",
        {"resource_uri": CIM + "XYZ_Widget", "selector_set": CIMV2, "max_elements": 10},
        {"count": 2, "instances.0.Timestamp": "2026-11-21T04:27:41.887879Z", "instances.0.Colors": None},
    ),
    (
        "wql",
        "enumerate",
        {
            "resource_uri": "http://schemas.dmtf.org/wbem/wscim/1/*",
            "selector_set": CIMV2,
            "filter": "select * from MSFT_President where Last like 'J%'",
            "max_elements": 30,
        },
        {"count": 1, "instances.0.Last": "Jefferson"},
    ),
    (
        "static method",
        "invoke",
        {
            "resource_uri": CIM + "X_SmallNumber",
            "selector_set": CIMV2,
            "method": "SpellNumber",
            "arguments": {"num": 11},
        },
        {"changed": True, "return_value": "eleven"},
    ),
    (
        "existing",
        "create",
        {
            "resource_uri": CIM + "MSFT_President",
            "selector_set": {**CIMV2, "Key": 1},
            "properties": {"First": "George"},
        },
        {"changed": False, "instance.Last": "Washington"},
    ),
    (
        "other",
        "create",
        {
            "resource_uri": CIM + "MSFT_President",
            "selector_set": {**CIMV2, "Key": 1},
            "properties": {"First": "Martha"},
        },
        {"status": "ignored", "differences.First": {"held": "George", "wanted": "Martha"}},
    ),
    ("gone", "delete", {"resource_uri": CIM + "MSFT_Person", "selector_set": {**CIMV2, "Key": 1234}}, {}),
]

OPENWSMAN: list[Row] = [
    ("identify", "identify", {}, {"identity.product_vendor": "Openwsman Project"}),
    (
        "get",
        "get",
        {"resource_uri": LAB + "Lab_Item", "selector_set": {"Name": "alpha"}},
        {
            "instance.Words": ["one", "two", "", "<four>"],
            "instance.U64": "18446744073709551615",
            "instance.Stamp": "20240229123456.123456+060",
        },
    ),
    (
        "unicode",
        "get",
        {"resource_uri": LAB + "Lab_Item", "selector_set": {"Name": "gamma"}},
        {"class_name": "Lab_Item"},
    ),
    (
        "wrong resource",
        "get",
        {"resource_uri": "http://example.org/nothing/here", "selector_set": {"Name": "x"}},
        {"status": "ignored"},
    ),
    ("empty", "enumerate", {"resource_uri": LAB + "Lab_Empty", "max_elements": 10}, {"count": 0, "instances": []}),
    (
        "held",
        "put",
        {
            "resource_uri": LAB + "Lab_Item",
            "selector_set": {"Name": "alpha"},
            "properties": {"U16": 65535, "Flag": True, "Nums": [1, 2, 65535]},
        },
        {"changed": False},
    ),
    (
        "checked",
        "put",
        {
            "resource_uri": LAB + "Lab_Item",
            "selector_set": {"Name": "alpha"},
            "properties": {"Text": "new"},
            "allow_loss": True,
        },
        {"changed": True, "diff.before": {"Text": "plain"}, "diff.after": {"Text": "new"}},
    ),
    (
        "refused",
        "put",
        {"resource_uri": LAB + "Lab_Item", "selector_set": {"Name": "alpha"}, "properties": {"Text": "new"}},
        {"status": "ignored", "changed": False},
    ),
    (
        "fragment",
        "get",
        {"resource_uri": LAB + "Lab_Item", "selector_set": {"Name": "alpha"}, "fragment": "Words[2]"},
        {"value": "two"},
    ),
    (
        "method",
        "invoke",
        {
            "resource_uri": "http://lab.example.com/wbem/wscim/1/sample/Sample_Method",
            "method": "SayHello",
            "arguments": {"Name": "World"},
        },
        {"output.Message": "Have a good day", "return_value": "Hello,World"},
    ),
]


def look(result: t.Any, path: str) -> t.Any:
    """The member at a path of names and numbers."""
    for step in path.split("."):
        result = result[int(step)] if isinstance(result, list) else result[step]
    return result


def play(workspace: playbook.Workspace, peer: replay.Peer, rows: list[Row]) -> playbook.Run:
    tasks = [
        {
            "name": name,
            f"wsman.automation.wsman_{module}": options,
            "ignore_errors": True,
            "check_mode": name == "checked",
            "ignore_unreachable": True,
        }
        for name, module, options, _members in rows
    ]
    host = {
        "ansible_wsman_host": "127.0.0.1",
        "ansible_wsman_port": peer.server_port,
        "ansible_wsman_scheme": "http",
        "ansible_wsman_authentication": "basic",
        "ansible_wsman_message_encryption": "never",
        "ansible_wsman_user": "wsuser",
        "ansible_wsman_password": PASSWORD,
        "ansible_wsman_types": "text",  # the schemas of two classes were recorded, which rows ask for by themselves
    }
    return workspace.play({"bmc": host}, [{"hosts": "all", "tasks": tasks}])


@pytest.mark.parametrize(
    ("vendor", "first", "rows"),
    [("omi", OMI_FIRST, OMI), ("openwsman", LAB_FIRST, OPENWSMAN)],
    ids=["omi", "openwsman"],
)
def test_real_answers(workspace: playbook.Workspace, vendor: str, first: tuple[str, ...], rows: list[Row]) -> None:
    with replay.Peer(vendor, *first) as peer:
        run = play(workspace, peer, rows)
    problems = []
    for name, _module, _options, members in rows:
        result = run[name].result
        for path, expected in members.items():
            try:
                found = run[name].status if path == "status" else look(result, path)
            except (KeyError, IndexError, TypeError) as error:
                found = f"no such member ({error!r}) in {result}"
            if found != expected:
                problems.append(f"{name}: {path} is {found!r}, not {expected!r}")
        if "status" not in members and run[name].status not in ("ok", "changed"):
            problems.append(f"{name}: {run[name].status}: {run[name].msg}")
    assert not problems, "\n".join(problems)
    missing = [key for key in peer.missing if not key[0].endswith("/Release")]  # a limit releases what others read on
    assert not missing, f"asked what was never recorded: {missing}"
