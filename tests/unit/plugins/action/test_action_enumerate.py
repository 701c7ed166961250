# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import fault

THING = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_Thing"
PLACE = {"resource_uri": "cimv2/CIM_Thing"}
CONTEXT = "<wsen:EnumerationContext>c1</wsen:EnumerationContext>"


def items(*names, namespace="wsman"):
    rows = "".join(f'<p:CIM_Thing xmlns:p="{THING}"><p:Name>{name}</p:Name></p:CIM_Thing>' for name in names)
    return f"<{namespace}:Items>{rows}</{namespace}:Items>"


def first(*names, end=False):
    return f"<wsen:EnumerateResponse>{CONTEXT}{items(*names)}{'<wsman:EndOfSequence/>' * end}</wsen:EnumerateResponse>"


def pulled(*names, end=False):
    rest = "<wsen:EndOfSequence/>" if end else CONTEXT
    return f"<wsen:PullResponse>{items(*names, namespace='wsen')}{rest}</wsen:PullResponse>"


def reference(name):
    return (
        "<wsa:EndpointReference><wsa:Address>http://box/wsman</wsa:Address><wsa:ReferenceParameters>"
        f"<wsman:ResourceURI>{THING}</wsman:ResourceURI><wsman:SelectorSet>"
        f'<wsman:Selector Name="Name">{name}</wsman:Selector></wsman:SelectorSet>'
        "</wsa:ReferenceParameters></wsa:EndpointReference>"
    )


@pytest.mark.parametrize(
    ("given", "answers", "actions", "names", "truncated"),
    [
        ({}, [first("a", "b", end=True)], ["Enumerate"], ["a", "b"], False),
        ({}, [first("a"), pulled("b"), pulled("c", end=True)], ["Enumerate", "Pull", "Pull"], ["a", "b", "c"], False),
        ({}, [first(end=True)], ["Enumerate"], [], False),
        ({"limit": 2}, [first("a"), pulled("b"), ""], ["Enumerate", "Pull", "Release"], ["a", "b"], True),
        ({"limit": 1}, [first("a", "b", end=True)], ["Enumerate"], ["a"], True),
        ({"limit": 3}, [first("a", "b", end=True)], ["Enumerate"], ["a", "b"], False),
        # What the service says to a Release changes nothing (protocol.md §5.3, rule 4).
        ({"limit": 1}, [first("a"), fault("wsen:InvalidEnumerationContext")], ["Enumerate", "Release"], ["a"], True),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_enumerate(run, given, answers, actions, names, truncated, check_mode):
    result, connection = run("enumerate", {**PLACE, **given}, *answers, check_mode=check_mode)
    assert result == {
        "changed": False,
        "instances": [{"Name": name} for name in names],
        "class_names": ["CIM_Thing"] * len(names),
        "count": len(names),
        "truncated": truncated,
        "recovered": [],
    }
    assert connection.actions == actions


@pytest.mark.parametrize("return_type", ["epr", "object_and_epr"])
def test_references(run, return_type):
    both = return_type == "object_and_epr"
    rows = "".join(
        f"<wsman:Item>{items(name)[13:-14]}{reference(name)}</wsman:Item>" if both else reference(name) for name in "ab"
    )
    answer = f"<wsen:EnumerateResponse><wsman:Items>{rows}</wsman:Items><wsman:EndOfSequence/></wsen:EnumerateResponse>"
    result, connection = run("enumerate", {**PLACE, "return_type": return_type}, answer)
    assert result["endpoint_references"] == [
        {"address": "http://box/wsman", "resource_uri": THING, "selector_set": {"Name": name}} for name in "ab"
    ]
    assert result.get("instances") == ([{"Name": "a"}, {"Name": "b"}] if both else None)
    assert result["count"] == 2
    assert ("EnumerateObjectAndEPR" if both else "EnumerateEPR") in connection.sent[0]


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ({"polymorphism": "deep"}, ["IncludeSubClassProperties"]),
        ({"polymorphism": "shallow"}, [">None<"]),
        ({"polymorphism": "exclude_subclass_properties"}, ["ExcludeSubClassProperties"]),
        ({"max_elements": 7}, [">7</wsman:MaxElements>"]),
        ({}, [">33</wsman:MaxElements>"]),
        ({"filter": "SELECT * FROM X WHERE A < 1"}, ["/WQL", "A &lt; 1"]),
        ({"filter": "SELECT * FROM X", "dialect": "cql"}, ["dsp0202"]),
        ({"filter": {"Name": "a"}}, ["SelectorFilter", 'Name="Name">a<']),
        (
            {"association": {"object": {"resource_uri": "cimv2/Y", "selector_set": {"K": 1}}, "role": "Element"}},
            ["associationFilter", "AssociatedInstances", 'Name="K">1<', ">Element<"],
        ),
    ],
)
def test_what_is_asked(run, given, texts):
    _result, connection = run("enumerate", {**PLACE, **given}, first(end=True), batch_items=33)
    for text in texts:
        assert text in connection.sent[0]


@pytest.mark.parametrize(
    ("error", "released"),
    [
        (fault("wsman:QuotaLimit"), True),
        (TransportError("late", step="read"), True),
        (TransportError("refused", step="authentication"), False),
        ("<other/>", True),
    ],
)
def test_an_error_in_the_middle_releases(run, error, released):
    result, connection = run("enumerate", PLACE, first("a"), error, *([""] if released else []))
    assert connection.actions == ["Enumerate", "Pull", "Release"][: 3 if released else 2]
    assert result.get("failed") or result.get("unreachable")
    assert "instances" not in result


def test_every_request_has_the_headers_of_the_first(run):
    """Windows refuses a Pull with other parameters than its Enumerate had (2150859181)."""
    answers = [first("a"), pulled("b", end=True)]
    _result, connection = run("enumerate", PLACE, *answers, server="Microsoft-HTTPAPI/2.0")
    assert ["SessionId" in text for text in connection.sent] == [False, False]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"limit": 0}, "limit"),
        ({"max_elements": 0}, "max_elements"),
        ({"dialect": "wql"}, "dialect"),
        ({"dialect": "no dialect", "filter": "x"}, "dialect"),
        ({"filter": "x", "association": {"object": {"resource_uri": "cimv2/X"}}}, "association"),
        ({"association": {"object": {}}}, "association.object"),
        ({"filter": {"A": "it's"}}, "filter.A"),
        ({"filter": "bell\x07"}, "filter"),
        ({"resource_uri": "nothing/X"}, "resource_uri"),
    ],
)
def test_bad_input_sends_nothing(run, given, names):
    result, connection = run("enumerate", {**PLACE, **given})
    assert result["msg"].startswith(f"{names}: ")
    assert connection.sent == []
