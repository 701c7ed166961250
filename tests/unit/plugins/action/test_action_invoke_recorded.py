# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Methods by the schema that a live OMI gave of its test class, both ways. Skipped without the recordings."""

from __future__ import annotations

import pathlib
import re
from xml.etree import ElementTree

import pytest

WIRE = pathlib.Path(__file__).resolve().parents[5] / "shared" / "wire" / "omi"
RECORDING = WIRE / "180-schema-testclass-alldmtftypes.resp.xml"
CLASSES = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
CLASS = "TestClass_AllDMTFTypes"
CALL = {"resource_uri": CLASSES + CLASS, "selector_set": {"__cimnamespace": "root/cimv2"}}

pytestmark = pytest.mark.skipif(not RECORDING.exists(), reason="no recordings beside the repository")


@pytest.fixture
def call(run):
    schema = re.search("<CLASS .*</CLASS>", RECORDING.read_text(encoding="utf-8"), re.DOTALL).group(0)

    def call(method, arguments, members=None):
        answer = f'<p:{CLASS}_OUTPUT xmlns:p="{CLASSES}{CLASS}">{members}</p:{CLASS}_OUTPUT>'
        given = {**CALL, "method": method, "arguments": arguments}
        answers = [] if members is None else [answer]
        return run("invoke", given, *answers, schemas={CLASS: schema}, profile="omi")

    return call


def body(connection):
    """The texts inside of Method_INPUT by local name, and the whole of it as text."""
    root = ElementTree.fromstring(connection.sent[0])
    (inputs,) = next(one for one in root if one.tag.endswith("}Body"))
    return {one.tag.partition("}")[2]: one for one in inputs}


@pytest.mark.parametrize(
    ("kind", "name", "value", "text"),
    [
        ("Bool", "boolVal", "TRUE", "true"),
        ("Uint8", "Uint8Val", "255", "255"),
        ("Sint8", "Sint8Val", -128, "-128"),
        ("Uint64", "Uint64Val", 18446744073709551615, "18446744073709551615"),
        ("Sint64", "Sint64Val", "-9223372036854775808", "-9223372036854775808"),
    ],
)
def test_an_argument_goes_out_as_its_type(call, kind, name, value, text):
    result, connection = call(f"Set{kind}Value", {name: value}, "<p:ReturnValue>0</p:ReturnValue>")
    assert result["return_value"] == 0
    assert body(connection)[name].text == text


@pytest.mark.parametrize(
    ("kind", "name", "value", "said"),
    [
        ("Bool", "boolVal", "ja", "no boolean"),
        ("Uint8", "Uint8Val", 300, "0 to 255 of uint8"),
        ("Sint8", "Sint8Val", 128, "-128 to 127 of sint8"),
        ("Uint64", "Uint64Val", -1, "0 to 18446744073709551615 of uint64"),
        ("Sint32", "Sint32Val", "many", "no sint32"),
        ("Uint16", "Uint8Val", 1, "SetUint16Value has no such parameter. It takes Uint16Val."),
        ("Reference", "ReferenceVal", "joe", "endpoint reference"),
        ("EmbeddedInstance", "EmbeddedInstanceVal", "joe", "dictionary"),
        ("OctetUint8", "v_octetUint8Val", [256], "0 to 255"),
    ],
)
def test_what_omi_would_wrap_or_fault_is_refused(call, kind, name, value, said):
    """OMI makes 44 of 300 in a uint8, and answers that all is well (state.md §3)."""
    result, connection = call(f"Set{kind}Value", {name: value})
    assert result["msg"].startswith(f"arguments.{name}")
    assert said in result["msg"]
    assert connection.sent == []


@pytest.mark.parametrize(
    ("kind", "name", "text", "value"),
    [
        ("Bool", "boolVal", "TRUE", True),
        ("Uint64", "Uint64Val", "18446744073709551615", 18446744073709551615),
        ("Sint64", "Sint64Val", "-9223372036854775808", -9223372036854775808),
        ("Uint8", "Uint8Val", "7", 7),
    ],
)
def test_an_output_comes_in_as_its_type(call, kind, name, text, value):
    result, _connection = call(f"Get{kind}Value", {}, f"<p:{name}>{text}</p:{name}><p:ReturnValue>0</p:ReturnValue>")
    assert result["output"] == {name: value}
    assert type(result["output"][name]) is type(value)


def test_a_reference_and_an_embedded_instance_go_out(call):
    key = {"resource_uri": f"{CLASSES}TestClass_ForEmbedded", "selector_set": {"embeddedValue": 1}}
    _result, connection = call("SetReferenceValue", {"ReferenceVal": key}, "<p:ReturnValue>0</p:ReturnValue>")
    sent = body(connection)["ReferenceVal"]
    assert [one.tag.partition("}")[2] for one in sent] == ["Address", "ReferenceParameters"]
    inner = {"embeddedValue": 5}
    _result, connection = call("SetEmbeddedInstanceValue", {"EmbeddedInstanceVal": inner}, "")
    sent = body(connection)["EmbeddedInstanceVal"]
    assert [(one.tag, one.text) for one in sent] == [(f"{{{CLASSES}TestClass_ForEmbedded}}embeddedValue", "5")]
    assert any(value.endswith(":TestClass_ForEmbedded_Type") for value in sent.attrib.values())
