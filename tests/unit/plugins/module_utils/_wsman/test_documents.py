# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of no known shape as dictionaries, both ways."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import documents, uris, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

XSI = f'xmlns:xsi="{uris.NS_XSI}"'


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("<a/>", {"a": None}),
        ("<a> x </a>", {"a": " x "}),
        ("<a>\r\n&#13;</a>", {"a": "\n\r"}),
        ('<a b="1"/>', {"a": {"@b": "1"}}),
        ('<a b=" 1&#10;">x</a>', {"a": {"@b": " 1\n", "#text": "x"}}),
        ("<a>\n  <b>1</b>\n  <b/>\n  <c>2</c>\n</a>", {"a": {"b": ["1", None], "c": "2"}}),
        ("<a>x<b>1</b>y</a>", {"a": {"b": "1", "#text": "xy"}}),
        ("<a><b> </b></a>", {"a": {"b": " "}}),
        ('<a xmlns="u:1"><b>1</b></a>', {"a": {"@xmlns": "u:1", "b": "1"}}),
        ('<z:a xmlns:z="u:1"><z:b>1</z:b></z:a>', {"a": {"@xmlns": "u:1", "b": "1"}}),
        (
            f'<z:a xmlns:z="u:1" {XSI}><z:b xsi:nil="true"/></z:a>',
            {"a": {"@xmlns": "u:1", "@xmlns:xsi": uris.NS_XSI, "b": {"@xsi:nil": "true"}}},
        ),
        (
            f'<z:a xmlns:z="u:1" xmlns:w="{uris.NS_WSMAN}"><w:b>1</w:b></z:a>',
            {"a": {"@xmlns": "u:1", "@xmlns:wsman": uris.NS_WSMAN, "wsman:b": "1"}},
        ),
        (
            f'<z:a xmlns:z="u:1/a" xmlns:cim="{uris.NS_CIM}" {XSI} xsi:type="z:a_Type">'
            '<z:b xsi:type="cim:cimString">1</z:b></z:a>',
            {
                "a": {
                    "@xmlns": "u:1/a",
                    "@xmlns:xsi": uris.NS_XSI,
                    "@xmlns:cim": uris.NS_CIM,
                    "@xsi:type": "a_Type",
                    "b": {"@xsi:type": "cim:cimString", "#text": "1"},
                }
            },
        ),
        # with an element in no namespace there can be no default one
        ('<z:a xmlns:z="u:1"><b>1</b></z:a>', {"p:a": {"@xmlns:p": "u:1", "b": "1"}}),
    ],
)
def test_both_ways(text: str, document: dict[str, t.Any]) -> None:
    element = xml.load(text.encode())
    assert documents.from_element(element) == document
    assert documents.from_element(documents.to_element(document, "body")) == document


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (
            {"Config": {"MaxTimeoutms": 5, "On": True}},
            "<p:Config {p}><p:MaxTimeoutms>5</p:MaxTimeoutms><p:On>true</p:On></p:Config>",
        ),
        ({"C": None}, "<p:C {p}/>"),
        ({"C": "x"}, "<p:C {p}>x</p:C>"),
        (
            {"C": {"A": [1, "2", None], "B": {"D": {}}}},
            "<p:C {p}><p:A>1</p:A><p:A>2</p:A><p:A/><p:B><p:D/></p:B></p:C>",
        ),
        (
            {"C": {"@Name": "<&>\"'", "@On": False, "#text": "x"}},
            '<p:C {p} Name="&lt;&amp;&gt;&quot;\'" On="false">x</p:C>',
        ),
        ({"C": {"@xmlns": "u:2", "A": 1}}, '<p:C xmlns:p="u:2"><p:A>1</p:A></p:C>'),
        ({"q:C": {"@xmlns:q": "u:2", "A": 1}}, '<p:C xmlns:p="u:2"><p2:A xmlns:p2="u:1">1</p2:A></p:C>'),
        (
            {"C": {"A": {"@xsi:nil": True}}},
            f'<p:C {XSI} {{p}}><p:A xsi:nil="true"/></p:C>',
        ),
        (
            {"C": {"wsa:Address": "x"}},
            f'<p:C xmlns:wsa="{uris.NS_ADDRESSING}" {{p}}><wsa:Address>x</wsa:Address></p:C>',
        ),
        ({"C": {"A": " <&>\r\n\t "}}, "<p:C {p}><p:A> &lt;&amp;&gt;&#13;\n\t </p:A></p:C>"),
        ({"C": {"A": 18446744073709551615, "B": 1.5}}, "<p:C {p}><p:A>18446744073709551615</p:A><p:B>1.5</p:B></p:C>"),
    ],
)
def test_a_body_of_yaml(document: dict[str, t.Any], text: str) -> None:
    element = documents.to_element(document, "body", "u:1")
    assert xml.dump(element).decode() == text.replace("{p}", 'xmlns:p="u:1"')


def test_a_type_keeps_a_prefix_that_is_bound() -> None:
    document = {"C": {"A": {"@xmlns:q": "u:2", "@xsi:type": "q:D_Type", "q:X": 1}}}
    assert b'xmlns:p2="u:2" xsi:type="p2:D_Type"' in xml.dump(documents.to_element(document, "body", "u:1"))


@pytest.mark.parametrize(
    ("document", "option", "says"),
    [
        ("text", "body", "one key"),
        ({}, "body", "one key"),
        ({"a": 1, "b": 2}, "body", "one key"),
        ({"a": [1, 2]}, "body.a", "one root"),
        ({"a b": 1}, "body.a b", "name of an XML element"),
        ({5: 1}, "body.5", "name of an XML element"),
        ({"a": {"<b>": 1}}, "body.a.<b>", "name of an XML element"),
        ({"a": {"@b c": 1}}, "body.a.@b c", "name of an XML element"),
        ({"a": {"q:b": 1}}, "body", "prefix 'q' is not declared"),
        ({"a": {"b": "\x00"}}, "body.a.b", "U\\+0000"),
        ({"a": {"b": ["x", "\x00"]}}, "body.a.b[1]", "U\\+0000"),
        ({"a": {"@b": "\x00"}}, "body.a.@b", "U\\+0000"),
        ({"a": {"@b": [1]}}, "body.a.@b", "single value"),
        ({"a": {"#text": {"b": 1}}}, "body.a.#text", "single value"),
    ],
)
def test_refused(document: t.Any, option: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        documents.to_element(document, "body")
    assert caught.value.option == option


def test_what_was_received_is_not_touched() -> None:
    element = xml.load(b"<a>\n <b>1</b>\n</a>")
    documents.from_element(element)
    assert xml.dump(element) == b"<a>\n <b>1</b>\n</a>"


def test_without_xmltodict_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "xmltodict", None)
    with pytest.raises(UsageError, match="pip install xmltodict"):
        documents.to_element({"a": 1}, "body")
