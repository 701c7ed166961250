# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain values to elements, and what is refused before anything is sent."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    datetimes,
    instance,
    representation,
    schemas,
    uris,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema

CLASS = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C"
XSI = f' xmlns:xsi="{uris.NS_XSI}"'
REFERENCE = (
    f"<wsa:Address>{uris.ANONYMOUS}</wsa:Address><wsa:ReferenceParameters><wsman:ResourceURI>http://h/D</wsman:ResourceURI>"
    '<wsman:SelectorSet><wsman:Selector Name="K">1</wsman:Selector></wsman:SelectorSet></wsa:ReferenceParameters>'
)
EPR = {"resource_uri": "http://h/D", "selector_set": {"K": 1}}


def written(values: dict[t.Any, t.Any], **more: t.Any) -> str:
    """The inside of the element, without the declarations of the root."""
    text = xml.dump(representation.to_element("C", CLASS, values, **more)).decode()
    return text.partition(">")[2].removesuffix("</p:C>") if not text.endswith("/>") else ""


class Text(str):
    """As Ansible's tagged values are."""


@pytest.mark.parametrize(
    ("values", "inner"),
    [
        ({}, ""),
        ({"A": "x"}, "<p:A>x</p:A>"),
        ({"A": Text("x")}, "<p:A>x</p:A>"),
        ({"A": ""}, "<p:A/>"),
        ({"A": " <&> \r\n"}, "<p:A> &lt;&amp;&gt; &#13;\n</p:A>"),
        ({"B": True, "A": False}, "<p:B>true</p:B><p:A>false</p:A>"),
        ({"A": 18446744073709551615, "B": -1.5}, "<p:A>18446744073709551615</p:A><p:B>-1.5</p:B>"),
        ({"A": float("inf")}, "<p:A>INF</p:A>"),
        ({"A": None}, '<p:A xsi:nil="true"/>'),
        ({"A": [1, "2"], "B": []}, "<p:A>1</p:A><p:A>2</p:A>"),
        ({"A": (True,)}, "<p:A>true</p:A>"),
        ({"A": [""]}, "<p:A/>"),
        ({"A": datetime.datetime(2024, 1, 2, 3, 4, 5)}, "<p:A>2024-01-02T03:04:05</p:A>"),
        ({"A": EPR}, f"<p:A>{REFERENCE}</p:A>"),
        ({"A": [EPR, EPR]}, f"<p:A>{REFERENCE}</p:A><p:A>{REFERENCE}</p:A>"),
        ({"A": EndpointReference("http://h/D", {"K": "1"})}, f"<p:A>{REFERENCE}</p:A>"),
        (
            {"Auth": {"Basic": True, "List": [1, 2]}},
            "<p:Auth><p:Basic>true</p:Basic><p:List>1</p:List><p:List>2</p:List></p:Auth>",
        ),
        ({"A": {}}, "<p:A/>"),
        ({"A": {"address": "x", "B": 1}}, "<p:A><p:address>x</p:address><p:B>1</p:B></p:A>"),
        ({"A": {"@Name": "n", "@On": True, "#text": "x"}}, '<p:A Name="n" On="true">x</p:A>'),
        ({"A-b.c_1": "x", "Ä": "y"}, "<p:A-b.c_1>x</p:A-b.c_1><p:Ä>y</p:Ä>"),
    ],
)
def test_plain_values(values: dict[str, t.Any], inner: str) -> None:
    assert written(values) == inner


@pytest.mark.parametrize(
    ("style", "inner"),
    [
        ("bare", "<p:A>2024-01-02T03:04:05Z</p:A><p:B>P1D</p:B><p:C>20240102******.******+***</p:C>"),
        (
            "wrapped",
            "<p:A><cim:Datetime>2024-01-02T03:04:05Z</cim:Datetime></p:A><p:B><cim:Interval>P1D</cim:Interval></p:B>"
            "<p:C><cim:CIM_DateTime>20240102******.******+***</cim:CIM_DateTime></p:C>",
        ),
        (
            "cim",
            "<p:A>20240102030405.000000+000</p:A><p:B>00000001000000.000000:000</p:B><p:C>20240102******.******+***</p:C>",
        ),
    ],
)
def test_times_in_the_spelling_of_the_service(style: str, inner: str) -> None:
    values = {"A": "2024-01-02T03:04:05Z", "B": "P1D", "C": "20240102******.******+***"}
    schema = Schema("C", {name: Property(name, "datetime") for name in "ABC"})
    assert written(values, schema=schema, datetimes_as=style) == inner


def test_a_schema_gives_names_types_and_classes() -> None:
    schema = Schema(
        "C",
        {
            "Octets": Property("Octets", "octetstring"),
            "Number": Property("Number", "uint8"),
            "List": Property("List", "uint8", array=True),
            "Thing": Property("Thing", "instance", class_name="D"),
        },
    )
    values = {"octets": [65, 66, 67], "number": "7", "list": 8, "Thing": {"X": 1}}
    element = representation.to_element("C", CLASS, values, schema=schema)
    assert [xml.local(child.tag) for child in element] == ["Octets", "Number", "List", "Thing"]
    held = instance.from_element(element, schema)
    thing = held.properties.pop("Thing")
    assert held.properties == {"Octets": b"ABC", "Number": 7, "List": [8]}
    assert isinstance(thing, Instance)
    assert (thing.class_name, thing.namespace) == ("D", CLASS[:-1] + "D")
    text = xml.dump(element).decode()
    assert 'xsi:type="cim:cimBase64Binary"' in text
    assert f'xmlns:p2="{CLASS[:-1]}D"' in text
    assert 'xsi:type="p2:D_Type"' in text


def test_instances_read_go_back_as_they_came() -> None:
    data = (
        f'<p:C xmlns:p="{CLASS}" xmlns:q="http://h/D"{XSI}><p:A xsi:type="q:D_Type"><q:X>1</q:X></p:A>'
        f'<p:B xsi:nil="true"/><p:E>1</p:E><p:E>2</p:E></p:C>'
    )
    held = instance.from_element(xml.load(data.encode()))
    again = instance.from_element(representation.to_element("C", CLASS, held.properties))
    assert again == held


def test_a_method_takes_its_arguments_in_the_namespace_of_the_class() -> None:
    element = representation.to_element("Create_INPUT", CLASS, {"CommandLine": "x"}, option="arguments")
    assert xml.dump(element).decode() == (
        f'<p:Create_INPUT xmlns:p="{CLASS}"><p:CommandLine>x</p:CommandLine></p:Create_INPUT>'
    )


@pytest.mark.parametrize(
    ("values", "option", "says"),
    [
        ({"A": "a\x00"}, "properties.A", "U\\+0000"),
        ({"A": [1, "\x1b"]}, "properties.A[1]", "U\\+001B"),
        ({"A": [1, None]}, "properties.A[1]", "null inside a list"),
        ({"A": [[1]]}, "properties.A[0]", "a list inside a list"),
        ({"A": {"B": {"C": "\x01"}}}, "properties.A.B.C", "U\\+0001"),
        ({"a b": 1}, "properties.a b", "name of an XML element"),
        ({"1a": 1}, "properties.1a", "name of an XML element"),
        ({"": 1}, "properties.", "name of an XML element"),
        ({"a:b": 1}, "properties.a:b", "name of an XML element"),
        ({5: 1}, "properties.5", "name of an XML element"),
        ({"A": {"@": 1}}, "properties.A.@", "name of an XML element"),
        ({"@A": [1]}, "properties.@A", "single value"),
        ({"#text": None}, "properties.#text", "single value"),
        ({"A": {"resource_uri": "nonsense"}}, "properties.A.resource_uri", "neither a URI"),
    ],
)
def test_refused(values: dict[str, t.Any], option: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        representation.to_element("C", CLASS, values)
    assert caught.value.option == option


@pytest.mark.parametrize(
    ("values", "option", "says"),
    [
        ({"Porrt": 1}, "properties.Porrt", "It has Address, Transport, Port, "),
        ({"Port": 70000}, "properties.Port", "not in the range 1 to 65535"),
        ({"Port": 0}, "properties.Port", "not in the range 1 to 65535"),
        ({"Port": -1}, "properties.Port", "0 to 4294967295 of uint32"),
        ({"Port": "a"}, "properties.Port", "uint32"),
        ({"Port": [1, 2]}, "properties.Port", "not a list"),
        ({"Enabled": "yes"}, "properties.Enabled", "true or false"),
        ({"Transport": "FTP"}, "properties.Transport", "none of HTTP, HTTPS"),
        ({"ListeningOn": ["a", None]}, "properties.ListeningOn[1]", "null inside a list"),
    ],
)
def test_refused_by_a_schema(values: dict[str, t.Any], option: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        representation.to_element("Listener", "n", values, schema=schemas.builtin(uris.NS_CONFIG + "/listener"))
    assert caught.value.option == option


@pytest.mark.parametrize(
    ("inner", "qualified"),
    [
        ('<p:A xsi:type="zz:cimBase64Binary"/>', f"{{{uris.NS_CIM}}}cimBase64Binary"),
        ('<p:A xsi:type="zz:unsignedInt"/>', f"{{{uris.NS_XS}}}unsignedInt"),
        ('<p:A xsi:type="zz:D_Type"><q:X/></p:A>', "{http://h/D}D_Type"),
        ('<p:A xsi:type="zz:D_Type"/>', f"{{{CLASS[:-1]}D}}D_Type"),
        ('<p:A xsi:type="zz:Nonsense"/>', None),
        ('<p:A xsi:type="D_Type"/>', "D_Type"),
    ],
)
def test_types_get_prefixes_that_are_bound(inner: str, qualified: str | None) -> None:
    root = xml.load(f'<p:C xmlns:p="{CLASS}" xmlns:q="http://h/D"{XSI} xsi:type="old:C_Type">{inner}</p:C>'.encode())
    representation.qualify_types(root)
    assert root.get(instance.TYPE) == f"{{{CLASS}}}C_Type"
    assert root[0].get(instance.TYPE) == qualified
    assert 'xsi:type="p:C_Type"' in xml.dump(root).decode()


def test_a_time_that_cim_cannot_hold_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="25 characters"):
        representation.to_element("C", CLASS, {"A": datetimes.parse("P1M")}, datetimes_as="cim")
