# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Elements to instances: every shape that the services of protocol.md §7 send."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import datetimes, instance, schemas, uris, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema

CLASS = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C"
OTHER = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/D"
HEAD = f'<p:C xmlns:p="{CLASS}" xmlns:q="{OTHER}" xmlns:xsi="{uris.NS_XSI}" xmlns:xs="{uris.NS_XS}"'
HEAD += f' xmlns:cim="{uris.NS_CIM}" xmlns:wsa="{uris.NS_ADDRESSING}" xmlns:wsman="{uris.NS_WSMAN}"'
HEAD += f' xmlns:m="{uris.NS_WSMV}">'
PARAMETERS = (
    "<wsa:ReferenceParameters><wsman:ResourceURI>u</wsman:ResourceURI><wsman:SelectorSet>"
    '<wsman:Selector Name="K"> v </wsman:Selector></wsman:SelectorSet></wsa:ReferenceParameters>'
)
REFERENCE = f"<wsa:Address>{uris.ANONYMOUS}</wsa:Address>{PARAMETERS}"
EPR = EndpointReference("u", {"K": " v "})
INSTANT = datetimes.parse("2020-01-02T03:04:05Z")


def read(inner: str, schema: Schema | None = None) -> Instance:
    return instance.from_element(xml.load(f"{HEAD}{inner}</p:C>".encode()), schema)


def plain(value: t.Any) -> t.Any:
    """Nested instances as dictionaries, to compare by eye."""
    if isinstance(value, Instance):
        return {name: plain(one) for name, one in value.properties.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("inner", "properties"),
    [
        ("", {}),
        ("<p:A>x</p:A>", {"A": "x"}),
        ("<p:A>  x\t\n</p:A>", {"A": "  x\t\n"}),
        ("<p:A/><p:B></p:B>", {"A": "", "B": ""}),
        ("<p:A> </p:A>", {"A": " "}),
        ("<p:A>TRUE</p:A><p:B>007</p:B><p:C>1.10</p:C>", {"A": "TRUE", "B": "007", "C": "1.10"}),
        ("<p:A>&lt;&amp;&gt; é€😀</p:A>", {"A": "<&> é€😀"}),
        ("\n <p:B>1</p:B>\n <p:A>2</p:A>\n", {"B": "1", "A": "2"}),
        # null
        ('<p:A xsi:nil="true"/>', {"A": None}),
        ('<p:A xsi:nil="1"/>', {"A": None}),
        ('<p:A xsi:nil="TRUE"/>', {"A": None}),
        ('<p:A xsi:nil="false">x</p:A>', {"A": "x"}),
        ('<p:A m:IsNullArray="true"/>', {"A": None}),
        ('<p:A xsi:nil="true" m:IsNullArray="true"/>', {"A": None}),
        # arrays
        ("<p:A>1</p:A><p:A>2</p:A>", {"A": ["1", "2"]}),
        ("<p:A>1</p:A><p:B>x</p:B><p:A>2</p:A><p:A/>", {"A": ["1", "2", ""], "B": "x"}),
        ('<p:A>1</p:A><p:A xsi:nil="true"/>', {"A": ["1", None]}),
        # datetimes
        ("<p:A><cim:Datetime>2020-01-02T03:04:05Z</cim:Datetime></p:A>", {"A": INSTANT}),
        ("<p:A><cim:CIM_DateTime>20200102030405.000000+000</cim:CIM_DateTime></p:A>", {"A": INSTANT}),
        ("<p:A><cim:Interval>P1DT2H</cim:Interval></p:A>", {"A": datetimes.parse("P1DT2H")}),
        ("<p:A><cim:CIM_DateTime>2020**************+***</cim:CIM_DateTime></p:A>", {"A": "2020**************+***"}),
        ("<p:A><cim:Date>2020-01-02</cim:Date></p:A>", {"A": "2020-01-02"}),
        ("<p:A><cim:Datetime>never</cim:Datetime></p:A>", {"A": "never"}),
        ("<p:A><CIM_DateTime>20200102030405.000000+000</CIM_DateTime></p:A>", {"A": INSTANT}),
        ("<p:A><CIM_DateTime>2020**********.******+***</CIM_DateTime></p:A>", {"A": "2020**********.******+***"}),
        ('<p:A><Datetime xsi:nil="true"/></p:A>', {"A": None}),
        ("<p:A><Interval>5</Interval></p:A>", {"A": {"Interval": "5"}}),
        ('<p:A><cim:Datetime xsi:nil="true"/></p:A>', {"A": None}),
        ("<p:A>20200102030405.000000+000</p:A>", {"A": "20200102030405.000000+000"}),
        (
            "<p:A><cim:Interval>PT1S</cim:Interval></p:A><p:A><cim:Interval>PT2S</cim:Interval></p:A>",
            {"A": [datetimes.parse("PT1S"), datetimes.parse("PT2S")]},
        ),
        # types on the wire
        ('<p:A xsi:type="cim:cimBase64Binary">QUJD</p:A>', {"A": b"ABC"}),
        ('<p:A xsi:type="x:cimUnsignedLong">18446744073709551615</p:A>', {"A": 2**64 - 1}),
        ('<p:A xsi:type="cim:cimBoolean">TRUE</p:A>', {"A": True}),
        ('<p:A xsi:type="cim:cimString">1</p:A>', {"A": "1"}),
        ('<p:A xsi:type="cim:cimChar16">1044</p:A>', {"A": "Д"}),
        ('<p:A xsi:type="cim:cimDateTime">2020-01-02T03:04:05Z</p:A>', {"A": INSTANT}),
        ('<p:A xsi:type="xs:double">-INF</p:A>', {"A": float("-inf")}),
        ('<p:A xsi:type="xs:string"> 5 </p:A>', {"A": " 5 "}),
        ('<p:A xsi:type="xs:unsignedByte">300</p:A>', {"A": "300"}),
        # references
        (f"<p:A>{REFERENCE}</p:A>", {"A": EPR}),
        (f"<p:A><wsa:EndpointReference>{REFERENCE}</wsa:EndpointReference></p:A>", {"A": EPR}),
        (f"<p:A>{PARAMETERS}</p:A>", {"A": EPR}),
        (f"<p:A>{REFERENCE}</p:A><p:A>{REFERENCE}</p:A>", {"A": [EPR, EPR]}),
        # properties that are named like parts of the protocol
        (
            "<p:Items>1</p:Items><p:EndOfSequence/><p:Location>here</p:Location><p:nil>true</p:nil><p:type>t</p:type>",
            {"Items": "1", "EndOfSequence": "", "Location": "here", "nil": "true", "type": "t"},
        ),
        ("<p:Datetime>x</p:Datetime><p:Address>y</p:Address>", {"Datetime": "x", "Address": "y"}),
        ("<p:A><p:Datetime>2020-01-02T03:04:05Z</p:Datetime></p:A>", {"A": {"Datetime": "2020-01-02T03:04:05Z"}}),
        ("<p:A><p:Address>y</p:Address></p:A>", {"A": {"Address": "y"}}),
        # nothing is lost
        ("<p:A>before<p:B>x</p:B>after</p:A>", {"A": {"B": "x", "#text": "beforeafter"}}),
        ("loose<p:A>x</p:A>", {"A": "x", "#text": "loose"}),
        ('<p:A Name="n">x</p:A>', {"A": {"@Name": "n", "#text": "x"}}),
        ('<p:A Name="n"/>', {"A": {"@Name": "n"}}),
        ('<p:A xml:lang="en" cim:Key="true">x</p:A>', {"A": "x"}),
    ],
)
def test_properties(inner: str, properties: dict[str, t.Any]) -> None:
    read_properties = plain(read(inner))
    assert read_properties == properties
    assert list(read_properties) == list(properties)


def test_class_and_location() -> None:
    held = read(f"<p:A>x</p:A><cim:Location>{REFERENCE}</cim:Location>")
    assert (held.class_name, held.namespace) == ("C", CLASS)
    assert held.properties == {"A": "x"}
    assert held.endpoint_reference == EPR


def test_embedded_instance_has_its_own_class() -> None:
    held = read(
        f'<p:A xsi:type="q:D_Type"><q:X>1</q:X><q:Y xsi:nil="true"/><q:R>{REFERENCE}</q:R></p:A>'
        '<p:B xsi:type="q:D_Type"/>'
    )
    embedded = held.properties["A"]
    assert isinstance(embedded, Instance)
    assert (embedded.class_name, embedded.namespace) == ("D", OTHER)
    assert embedded.properties == {"X": "1", "Y": None, "R": EPR}
    empty = held.properties["B"]
    assert isinstance(empty, Instance)
    assert (empty.class_name, empty.properties) == ("D", {})


def test_array_of_embedded_instances() -> None:
    held = read('<p:A xsi:type="q:D_Type"><q:X>1</q:X></p:A><p:A xsi:type="q:D_Type"><q:X>2</q:X></p:A>')
    assert plain(held) == {"A": [{"X": "1"}, {"X": "2"}]}


def test_row_of_a_wmi_projection() -> None:
    row = xml.load(
        f'<w:XmlFragment xmlns:w="{uris.NS_WSMAN}" xmlns:xsi="{uris.NS_XSI}"><Caption>C:</Caption>'
        "<InstallDate><Datetime>2020-01-02T03:04:05Z</Datetime></InstallDate>"
        "<Timer><Interval>5</Interval></Timer>"
        '<Size xsi:nil="true"/><Ips>1</Ips><Ips>2</Ips></w:XmlFragment>'.encode()
    )
    held = instance.from_element(row)
    assert (held.class_name, held.namespace) == (None, None)
    assert plain(held) == {
        "Caption": "C:",
        "InstallDate": INSTANT,
        "Timer": {"Interval": "5"},
        "Size": None,
        "Ips": ["1", "2"],
    }


SCHEMA = Schema(
    "C",
    {
        one.name: one
        for one in (
            Property("Flag", "boolean"),
            Property("Number", "uint64"),
            Property("Real", "real32"),
            Property("Time", "datetime"),
            Property("Octets", "octetstring"),
            Property("List", "uint8", array=True),
            Property("Things", "instance", array=True, class_name="D"),
            Property("Ref", "reference"),
            Property("Text"),
        )
    },
)


@pytest.mark.parametrize(
    ("inner", "properties"),
    [
        ("<p:Flag>TRUE</p:Flag><p:Number>18446744073709551615</p:Number>", {"Flag": True, "Number": 2**64 - 1}),
        ("<p:flag>1</p:flag><p:NUMBER> 5 </p:NUMBER>", {"flag": True, "NUMBER": 5}),
        ("<p:Flag>maybe</p:Flag><p:Number/>", {"Flag": "maybe", "Number": ""}),
        ("<p:Real>32.3199996948242</p:Real>", {"Real": 32.3199996948242}),
        ("<p:Time>20200102030405.000000+000</p:Time>", {"Time": INSTANT}),
        ("<p:Time><cim:Datetime>2020-01-02T03:04:05Z</cim:Datetime></p:Time>", {"Time": INSTANT}),
        ("<p:Octets>QUJD</p:Octets>", {"Octets": b"ABC"}),
        ("<p:List>7</p:List>", {"List": [7]}),
        ("<p:List>7</p:List><p:List>8</p:List>", {"List": [7, 8]}),
        ('<p:List xsi:nil="true"/>', {"List": None}),
        ("<p:Things><q:X>1</q:X></p:Things>", {"Things": [{"X": "1"}]}),
        ("<p:Things/>", {"Things": [{}]}),
        (f"<p:Ref>{REFERENCE}</p:Ref>", {"Ref": EPR}),
        ("<p:Text>5</p:Text><p:Unknown>5</p:Unknown>", {"Text": "5", "Unknown": "5"}),
    ],
)
def test_a_schema_gives_types(inner: str, properties: dict[str, t.Any]) -> None:
    assert plain(read(inner, SCHEMA)) == properties


CONFIG = f"""<cfg:Config xmlns:cfg="{uris.NS_CONFIG}" xml:lang="en-US">
  <cfg:MaxTimeoutms>60000</cfg:MaxTimeoutms>
  <cfg:Client><cfg:TrustedHosts>*</cfg:TrustedHosts>
    <cfg:Auth><cfg:Basic Source="GPO">false</cfg:Basic></cfg:Auth></cfg:Client>
  <cfg:Service Source="GPO"><cfg:AllowUnencrypted>true</cfg:AllowUnencrypted><cfg:New>5</cfg:New></cfg:Service>
</cfg:Config>"""


def test_nested_configuration_is_typed_and_says_who_set_it() -> None:
    held = instance.from_element(xml.load(CONFIG.encode()), schemas.builtin(uris.NS_CONFIG))
    assert plain(held) == {
        "MaxTimeoutms": 60000,
        "Client": {"TrustedHosts": "*", "Auth": {"Basic": False}},
        "Service": {"AllowUnencrypted": True, "New": "5"},
    }
    assert held.sources == {"Client": {"Auth": {"Basic": "GPO"}}, "Service": {"@Source": "GPO"}}


def test_listener_has_a_list_of_addresses_even_of_one() -> None:
    uri = uris.NS_CONFIG + "/listener"
    element = xml.load(
        f'<l:Listener xmlns:l="{uri}" Source="Compatibility"><l:Address>*</l:Address><l:Port>5985</l:Port>'
        f"<l:Enabled>true</l:Enabled><l:ListeningOn>127.0.0.1</l:ListeningOn></l:Listener>".encode()
    )
    held = instance.from_element(element, schemas.builtin(uri))
    assert held.properties == {"Address": "*", "Port": 5985, "Enabled": True, "ListeningOn": ["127.0.0.1"]}
    assert held.sources == {"@Source": "Compatibility"}


def test_attributes_of_plugins_and_security_are_data() -> None:
    element = xml.load(
        f'<PlugInConfiguration xmlns="{uris.NS_CONFIG}/PluginConfiguration" Name="n" Enabled="true" SDKVersion="2">'
        '<Resources><Resource ResourceUri="r" SupportsOptions="true"><Security Sddl="s"/><Capability Type="Shell"/>'
        '</Resource></Resources><InitializationParameters><Param Name="a" Value="b"/></InitializationParameters>'
        "</PlugInConfiguration>".encode()
    )
    assert plain(instance.from_element(element, schemas.builtin(uris.NS_CONFIG + "/plugin"))) == {
        "@Name": "n",
        "@Enabled": True,
        "@SDKVersion": 2,
        "Resources": {
            "Resource": [
                {
                    "@ResourceUri": "r",
                    "@SupportsOptions": True,
                    "Security": [{"@Sddl": "s"}],
                    "Capability": [{"@Type": "Shell"}],
                }
            ]
        },
        "InitializationParameters": {"Param": [{"@Name": "a", "@Value": "b"}]},
    }
