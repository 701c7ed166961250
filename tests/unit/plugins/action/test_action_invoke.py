# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

PROCESS = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Process"


def output(members):
    return f'<p:Create_OUTPUT xmlns:p="{PROCESS}">{members}</p:Create_OUTPUT>'


GOOD = output("<p:ProcessId>42</p:ProcessId><p:ReturnValue>0</p:ReturnValue>")
CALL = {"resource_uri": "wmicimv2/Win32_Process", "method": "Create"}


@pytest.mark.parametrize(
    ("given", "check_mode", "sent", "changed"),
    [
        ({}, False, True, True),
        ({}, True, False, True),
        ({"read_only": True}, False, True, False),
        ({"read_only": True}, True, True, False),
    ],
)
def test_what_counts_as_a_change(run, given, check_mode, sent, changed):
    result, connection = run("invoke", {**CALL, **given}, *([GOOD] if sent else []), check_mode=check_mode)
    assert result["changed"] == changed
    assert result["output"] == ({"ProcessId": "42"} if sent else {})
    assert result["return_value"] == (0 if sent else None)
    assert connection.repeatable == ([given.get("read_only", False)] if sent else [])


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("4294967295", 4294967295), ("-1", -1), ("eleven", "eleven"), ("007", "007"), ("1.0", "1.0"), ("", "")],
)
def test_return_value(run, text, value):
    result, _connection = run("invoke", CALL, output(f"<p:ReturnValue>{text}</p:ReturnValue>"))
    assert result["return_value"] == value
    assert type(result["return_value"]) is type(value)


@pytest.mark.parametrize("answer", ["", output(""), output('<p:ReturnValue xsi:nil="true"/>')])
def test_without_a_return_value(run, answer):
    result, _connection = run("invoke", CALL, answer)
    assert result == {"changed": True, "output": {}, "return_value": None}


def test_arguments(run):
    owner = {"resource_uri": "cimv2/CIM_Owner", "selector_set": {"Name": "joe"}}
    arguments = {"Line": "a & b", "Wait": True, "Ids": [1, 2], "Nothing": None, "Start": {"Show": 5}, "Owner": owner}
    _result, connection = run("invoke", {**CALL, "arguments": arguments}, GOOD)
    body = connection.sent[0].partition("<s:Body>")[2]
    assert connection.actions == ["Create"]
    assert f'<p:Create_INPUT xmlns:p="{PROCESS}"' in body
    for text in (">a &amp; b<", ">true<", ">1<", ">2<", 'xsi:nil="true"', ">5</p:Show>", 'Name="Name">joe<'):
        assert text in body


def test_whole_action_uri_and_whole_body(run):
    given = {"resource_uri": "cimv2/X", "method": "http://example.com/do/Reset", "body": {"Reset_INPUT": {"A": 1}}}
    _result, connection = run("invoke", given, GOOD)
    assert ">http://example.com/do/Reset</wsa:Action>" in connection.sent[0]
    assert '="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/X"' in connection.sent[0].partition("<s:Body>")[2]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"method": "No Method"}, "method"),
        ({"arguments": {"A": 1}, "body": "<a/>"}, "arguments"),
        ({"arguments": {"A": "\x00"}}, "arguments.A"),
        ({"body": "<a"}, "body"),
    ],
)
def test_bad_input_sends_nothing(run, given, names):
    result, connection = run("invoke", {**CALL, **given})
    assert result["msg"].startswith(f"{names}: ")
    assert connection.sent == []
