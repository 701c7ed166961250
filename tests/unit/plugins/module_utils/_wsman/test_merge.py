# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wanted values over held ones: what differs, what is sent, and what is refused."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    datetimes,
    instance,
    merge,
    schemas,
    uris,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.replacing import Spelling
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema

CLASS = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C"
OTHER = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/D"
REFERENCE = (
    f"<wsa:Address>{uris.ANONYMOUS}</wsa:Address><wsa:ReferenceParameters><wsman:ResourceURI>{OTHER}</wsman:ResourceURI>"
    '<wsman:SelectorSet><wsman:Selector Name="K">%s</wsman:Selector></wsman:SelectorSet></wsa:ReferenceParameters>'
)
NAMESPACES = {
    "p": CLASS,
    "q": OTHER,
    "xsi": uris.NS_XSI,
    "cim": uris.NS_CIM,
    "wsa": uris.NS_ADDRESSING,
    "wsman": uris.NS_WSMAN,
    "m": uris.NS_WSMV,
}


def load(inner: str) -> t.Any:
    declarations = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    return xml.load(f"<p:C{declarations}>{inner}</p:C>".encode())


def same(one: t.Any, other: t.Any) -> bool:
    """Structural equality, whatever prefixes and types are written with."""
    types = [element.attrib.pop(instance.TYPE, "").replace("}", ":").rpartition(":")[2] for element in (one, other)]
    return (
        one.tag == other.tag
        and one.attrib == other.attrib
        and types[0] == types[1]
        and (one.text or "") == (other.text or "")
        and len(one) == len(other)
        and all(same(*pair) for pair in zip(one, other, strict=True))
    )


EPR1 = EndpointReference(OTHER, {"K": "1"})
EPR2 = EndpointReference(OTHER, {"K": "2"})
INSTANT = datetimes.parse("2020-01-02T03:04:05Z")

# held, wanted, before, after, sent (None: nothing differs)
ROWS: list[tuple[str, dict[str, t.Any], dict[str, t.Any], dict[str, t.Any], str | None]] = [
    ("<p:A>1</p:A><p:B>2</p:B>", {}, {}, {}, None),
    ("<p:A>1</p:A><p:B>2</p:B>", {"A": 1}, {}, {}, None),
    ("<p:A>1</p:A><p:B>2</p:B>", {"B": 3}, {"B": "2"}, {"B": 3}, "<p:A>1</p:A><p:B>3</p:B>"),
    ("<p:A>1</p:A><p:B>2</p:B>", {"a": "9"}, {"A": "1"}, {"A": "9"}, "<p:A>9</p:A><p:B>2</p:B>"),
    ("<p:A>1</p:A><p:a>2</p:a>", {"a": "9"}, {"a": "2"}, {"a": "9"}, "<p:A>1</p:A><p:a>9</p:a>"),
    ("<p:A>1</p:A>", {"New": True}, {"New": None}, {"New": True}, "<p:A>1</p:A><p:New>true</p:New>"),
    # the order and the text of all others stay
    ("<p:B> x </p:B><p:A>1</p:A><p:C/>", {"A": 2}, {"A": "1"}, {"A": 2}, "<p:B> x </p:B><p:A>2</p:A><p:C/>"),
    # null
    ("<p:A>1</p:A>", {"A": None}, {"A": "1"}, {"A": None}, '<p:A xsi:nil="true"/>'),
    ('<p:A xsi:nil="true"/>', {"A": None}, {}, {}, None),
    ("", {"A": None}, {}, {}, None),
    ("", {"A": {}}, {}, {}, None),
    ("", {"A": ""}, {"A": None}, {"A": ""}, "<p:A/>"),
    ('<p:A xsi:nil="true" m:IsNullArray="true"/>', {"A": [1]}, {"A": None}, {"A": [1]}, "<p:A>1</p:A>"),
    ('<p:A xsi:nil="true"/>', {"A": "x"}, {"A": None}, {"A": "x"}, "<p:A>x</p:A>"),
    ("<p:A>1</p:A><p:A>2</p:A>", {"A": None}, {"A": ["1", "2"]}, {"A": None}, '<p:A xsi:nil="true"/>'),
    # arrays are replaced as a whole, where they are
    (
        "<p:A>1</p:A><p:A>2</p:A><p:B/>",
        {"A": [1, 3, "4"]},
        {"A": ["1", "2"]},
        {"A": [1, 3, "4"]},
        "<p:A>1</p:A><p:A>3</p:A><p:A>4</p:A><p:B/>",
    ),
    ("<p:A>1</p:A><p:B/><p:A>2</p:A>", {"A": ["1", "2"]}, {}, {}, None),
    ("<p:A>1</p:A><p:B/><p:A>2</p:A>", {"A": ["9"]}, {"A": ["1", "2"]}, {"A": ["9"]}, "<p:A>9</p:A><p:B/>"),
    ("<p:B/><p:A>1</p:A><p:A>2</p:A>", {"A": []}, {"A": ["1", "2"]}, {"A": []}, "<p:B/>"),
    ("<p:A>1</p:A>", {"A": [1]}, {}, {}, None),
    ("<p:A>1</p:A>", {"A": [1, 2]}, {"A": "1"}, {"A": [1, 2]}, "<p:A>1</p:A><p:A>2</p:A>"),
    # times go in the spelling that they came in
    (
        "<p:A><cim:Datetime>2020-01-02T03:04:05Z</cim:Datetime></p:A>",
        {"A": "20210102030405.000000+000"},
        {"A": INSTANT},
        {"A": datetimes.parse("2021-01-02T03:04:05Z")},
        "<p:A><cim:Datetime>2021-01-02T03:04:05.000000Z</cim:Datetime></p:A>",
    ),
    ("<p:A><cim:Datetime>2020-01-02T03:04:05Z</cim:Datetime></p:A>", {"A": "2020-01-02T04:04:05+01:00"}, {}, {}, None),
    (
        "<p:A><cim:Datetime>2020-01-02T03:04:05Z</cim:Datetime></p:A>",
        {"A": datetime.datetime(2021, 1, 2, tzinfo=datetime.UTC)},
        {"A": INSTANT},
        {"A": datetimes.parse("2021-01-02T00:00:00Z")},
        "<p:A><cim:Datetime>2021-01-02T00:00:00Z</cim:Datetime></p:A>",
    ),
    (
        "<p:A><cim:Interval>P1D</cim:Interval></p:A>",
        {"A": "PT2H"},
        {"A": datetimes.parse("P1D")},
        {"A": datetimes.parse("PT2H")},
        "<p:A><cim:Interval>PT2H</cim:Interval></p:A>",
    ),
    (
        "<p:A>20200102030405.000000+000</p:A>",
        {"A": "2021-01-02T03:04:05+01:00"},
        {"A": "20200102030405.000000+000"},
        {"A": "2021-01-02T03:04:05+01:00"},
        "<p:A>20210102030405.000000+060</p:A>",
    ),
    (
        "<p:A>20200102030405.000000+000</p:A>",
        {"A": datetime.datetime(2021, 1, 2, tzinfo=datetime.UTC)},
        {"A": "20200102030405.000000+000"},
        {"A": datetime.datetime(2021, 1, 2, tzinfo=datetime.UTC)},
        "<p:A>20210102000000.000000+000</p:A>",
    ),
    # what the wire types
    (
        '<p:A xsi:type="cim:cimBase64Binary">QUJD</p:A>',
        {"A": [65, 66]},
        {"A": b"ABC"},
        {"A": b"AB"},
        '<p:A xsi:type="cim:cimBase64Binary">QUI=</p:A>',
    ),
    ('<p:A xsi:type="cim:cimUnsignedByte">7</p:A>', {"A": "07"}, {}, {}, None),
    (
        '<p:A xsi:type="cim:cimUnsignedByte">7</p:A>',
        {"A": "8"},
        {"A": 7},
        {"A": 8},
        '<p:A xsi:type="cim:cimUnsignedByte">8</p:A>',
    ),
    # references
    (f"<p:A>{REFERENCE % 1}</p:A>", {"A": EPR1.to_plain()}, {}, {}, None),
    (
        f"<p:A>{REFERENCE % 1}</p:A>",
        {"A": {"resource_uri": OTHER, "selector_set": {"K": 2}}},
        {"A": EPR1},
        {"A": EPR2},
        f"<p:A>{REFERENCE % 2}</p:A>",
    ),
    (
        f"<p:A><wsa:EndpointReference>{REFERENCE % 1}</wsa:EndpointReference></p:A>",
        {"A": {"resource_uri": OTHER, "selector_set": {"K": 2}}},
        {"A": EPR1},
        {"A": EPR2},
        f"<p:A><wsa:EndpointReference>{REFERENCE % 2}</wsa:EndpointReference></p:A>",
    ),
    (
        '<p:A xsi:nil="true"/>',
        {"A": EPR1.to_plain()},
        {"A": None},
        {"A": EPR1.to_plain()},
        f"<p:A>{REFERENCE % 1}</p:A>",
    ),
    # nested members and embedded instances: siblings stay
    (
        "<p:Auth><p:Basic>false</p:Basic><p:Kerberos>true</p:Kerberos></p:Auth>",
        {"Auth": {"basic": True, "Kerberos": True}},
        {"Auth": {"Basic": "false"}},
        {"Auth": {"Basic": True}},
        "<p:Auth><p:Basic>true</p:Basic><p:Kerberos>true</p:Kerberos></p:Auth>",
    ),
    (  # an empty one has no siblings that show the namespace of its class
        '<p:A xsi:type="q:D_Type"/>',
        {"A": {"X": 2}},
        {"A": {"X": None}},
        {"A": {"X": 2}},
        '<p:A xsi:type="q:D_Type"><q:X>2</q:X></p:A>',
    ),
    (
        '<p:A xsi:type="q:D_Type"><q:X>1</q:X><q:Y xsi:nil="true"/></p:A>',
        {"A": {"X": 2, "Z": "n"}},
        {"A": {"X": "1", "Z": None}},
        {"A": {"X": 2, "Z": "n"}},
        '<p:A xsi:type="q:D_Type"><q:X>2</q:X><q:Y xsi:nil="true"/><q:Z>n</q:Z></p:A>',
    ),
    (
        '<p:A xsi:type="q:D_Type"><q:X>1</q:X></p:A><p:A xsi:type="q:D_Type"><q:X>2</q:X></p:A>',
        {"A": [{"X": 3}]},
        {"A": [Instance("D", OTHER, {"X": "1"}), Instance("D", OTHER, {"X": "2"})]},
        {"A": [{"X": 3}]},
        '<p:A xsi:type="q:D_Type"><q:X>3</q:X></p:A>',
    ),
    (
        '<p:A xsi:type="q:D_Type"><q:X>1</q:X></p:A><p:A xsi:type="q:D_Type"><q:X>2</q:X></p:A>',
        {"A": [{"X": 1}, {"X": 2}]},
        {},
        {},
        None,
    ),
    # attributes
    (
        '<p:A Name="n" Enabled="false"/>',
        {"A": {"@enabled": True, "@Name": "n"}},
        {"A": {"@Enabled": "false"}},
        {"A": {"@Enabled": True}},
        '<p:A Name="n" Enabled="true"/>',
    ),
    (
        '<p:V Name="x">1</p:V>',
        {"V": {"#text": "2"}},
        {"V": {"#text": "1"}},
        {"V": {"#text": "2"}},
        '<p:V Name="x">2</p:V>',
    ),
    # cim:Location is no member
    (
        f"<p:A>1</p:A><cim:Location>{REFERENCE % 1}</cim:Location>",
        {"A": 2},
        {"A": "1"},
        {"A": 2},
        f"<p:A>2</p:A><cim:Location>{REFERENCE % 1}</cim:Location>",
    ),
]


@pytest.mark.parametrize(("held", "wanted", "before", "after", "sent"), ROWS)
def test_plan(
    held: str, wanted: dict[str, t.Any], before: dict[str, t.Any], after: dict[str, t.Any], sent: str | None
) -> None:
    element = load(held)
    plan = merge.plan(element, wanted)
    assert (plan.before, plan.after) == (before, after)
    assert plan.changed is (sent is not None)
    assert same(plan.representation, load(held if sent is None else sent))
    assert same(element, load(held)), "what was received must not be touched"


@pytest.mark.parametrize(("held", "wanted", "before", "after", "sent"), [row for row in ROWS if row[4] is not None])
def test_once_put_nothing_differs(
    held: str, wanted: dict[str, t.Any], before: dict[str, t.Any], after: dict[str, t.Any], sent: str
) -> None:
    assert not merge.plan(load(sent), wanted).changed


def test_types_are_written_with_prefixes_that_are_bound() -> None:
    plan = merge.plan(load('<p:A xsi:type="q:D_Type"><q:X>1</q:X></p:A><p:B>1</p:B>'), {"B": 2})
    assert 'xsi:type="p2:D_Type"' in xml.dump(plan.representation).decode()


SCHEMA = Schema(
    "C",
    {
        one.name: one
        for one in (
            Property("Key", key=True),
            Property("Number", "uint16"),
            Property("List", "uint8", array=True),
            Property("Time", "datetime"),
            Property("Things", "instance", array=True, class_name="D"),
        )
    },
)


@pytest.mark.parametrize(
    ("held", "wanted", "style", "after", "sent"),
    [
        ("<p:Number>7</p:Number>", {"number": "007"}, "bare", {}, None),
        ("<p:Number>7</p:Number>", {"number": "8"}, "bare", {"Number": 8}, "<p:Number>8</p:Number>"),
        ("<p:List>7</p:List>", {"List": 7}, "bare", {}, None),
        ("<p:List>7</p:List>", {"List": 8}, "bare", {"List": [8]}, "<p:List>8</p:List>"),
        ("<p:Key>a</p:Key>", {"Key": "a"}, "bare", {}, None),
        (
            '<p:Time xsi:nil="true"/>',
            {"Time": "P1D"},
            "wrapped",
            {"Time": datetimes.parse("P1D")},
            "<p:Time><cim:Interval>P1D</cim:Interval></p:Time>",
        ),
        (
            "",
            {"Time": "2020-01-02T03:04:05Z"},
            "cim",
            {"Time": INSTANT},
            "<p:Time>20200102030405.000000+000</p:Time>",
        ),
        (
            "<p:Time>2020-01-02T03:04:05Z</p:Time>",
            {"Time": "20200102030405.000000+000"},
            "cim",
            {},
            None,
        ),
        (
            "",
            {"Things": [{"X": 1}]},
            "bare",
            {"Things": [{"X": 1}]},
            '<p:Things xsi:type="q:D_Type"><q:X>1</q:X></p:Things>',
        ),
    ],
)
def test_plan_with_a_schema(
    held: str, wanted: dict[str, t.Any], style: t.Any, after: dict[str, t.Any], sent: str | None
) -> None:
    plan = merge.plan(load(held), wanted, SCHEMA, spelling=Spelling(style))
    assert plan.after == after
    assert same(plan.representation, load(held if sent is None else sent))


@pytest.mark.parametrize(
    ("held", "wanted", "option", "says"),
    [
        ("<p:A>1</p:A>", {"A": {"B": 1}}, "properties.A", "single value here"),
        ("<p:A><p:B>1</p:B></p:A>", {"A": "x"}, "properties.A", "takes a dictionary"),
        (f"<p:A>{REFERENCE % 1}</p:A>", {"A": "x"}, "properties.A", "an endpoint reference is a dictionary"),
        (
            "<p:A><cim:Datetime>2020-01-02T03:04:05Z</cim:Datetime></p:A>",
            {"A": "soon"},
            "properties.A",
            "neither a datetime",
        ),
        ('<p:A xsi:type="cim:cimUnsignedByte">7</p:A>', {"A": 300}, "properties.A", "0 to 255"),
        ("<p:A>1</p:A><p:A>2</p:A>", {"A": [1, None]}, "properties.A[1]", "null inside a list"),
        ("<p:A>x</p:A>", {"A": "\x07"}, "properties.A", "U\\+0007"),
        ("<p:A>1</p:A>", {"b c": 1}, "properties.b c", "name of an XML element"),
        ("<p:A><p:B>x</p:B></p:A>", {"A": {"B": "\x07"}}, "properties.A.B", "U\\+0007"),
    ],
)
def test_refused_by_what_is_held(held: str, wanted: dict[str, t.Any], option: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        merge.plan(load(held), wanted)
    assert caught.value.option == option


SERVICE = f"""<cfg:Service xmlns:cfg="{uris.NS_CONFIG}/service">
<cfg:MaxConcurrentOperations>4294967295</cfg:MaxConcurrentOperations><cfg:MaxConnections>300</cfg:MaxConnections>
<cfg:AllowRemoteAccess>true</cfg:AllowRemoteAccess><cfg:AllowUnencrypted>false</cfg:AllowUnencrypted>
<cfg:CertificateThumbprint>ab cd</cfg:CertificateThumbprint><cfg:Future>1</cfg:Future></cfg:Service>""".encode()


@pytest.mark.parametrize(
    ("wanted", "after"),
    [
        ({"MaxConcurrentOperations": 4294967295, "AllowRemoteAccess": "true", "CertificateThumbprint": "ABCD"}, {}),
        ({"maxconnections": "300"}, {}),
        ({"MaxConnections": "25"}, {"MaxConnections": 25}),
        ({"allowunencrypted": "TRUE"}, {"AllowUnencrypted": True}),
        ({"Future": 2}, {"Future": 2}),
        ({"IPv4Filter": "*"}, {"IPv4Filter": "*"}),
        ({"CertificateThumbprint": ""}, {"CertificateThumbprint": ""}),
        ({"RootSDDL": ""}, {}),
        ({"Auth": {}}, {}),
        ({"Auth": {"Basic": True}}, {"Auth": {"Basic": True}}),
    ],
)
def test_configuration(wanted: dict[str, t.Any], after: dict[str, t.Any]) -> None:
    plan = merge.plan(xml.load(SERVICE), wanted, schemas.SERVICE)
    assert plan.after == after
    assert plan.changed is bool(after)


@pytest.mark.parametrize(
    ("wanted", "option", "says", "code"),
    [
        ({"MaxConection": 1}, "properties.MaxConection", "It has RootSDDL, .*MaxConnections, .*Future", None),
        ({"AllowRemoteAccess": False}, "properties.AllowRemoteAccess", "read-only", 2150859071),
        ({"MaxConcurrentOperations": 5}, "properties.MaxConcurrentOperations", "deprecated", 2150859182),
        ({"MaxConnections": "many"}, "properties.MaxConnections", "uint32 \\(0 to 4294967295\\)", None),
        ({"EnumerationTimeoutms": 499}, "properties.EnumerationTimeoutms", "range 500 to 4294967295", None),
        ({"Auth": {"CbtHardeningLevel": "Hard"}}, "properties.Auth.CbtHardeningLevel", "None, Relaxed, Strict", None),
        ({"Auth": {"Basc": True}}, "properties.Auth.Basc", "It has Basic, Kerberos", None),
        ({"Auth": True}, "properties.Auth", "takes a dictionary of Auth", None),
        ({"AllowUnencrypted": None}, "properties.AllowUnencrypted", "null is no value", None),
    ],
)
def test_configuration_refuses(wanted: dict[str, t.Any], option: str, says: str, code: int | None) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        merge.plan(xml.load(SERVICE), wanted, schemas.SERVICE)
    assert (caught.value.option, caught.value.windows_code) == (option, code)


def test_a_key_cannot_be_changed() -> None:
    listener = xml.load(b'<l:Listener xmlns:l="n"><l:Address>*</l:Address><l:Transport>HTTP</l:Transport></l:Listener>')
    assert not merge.plan(listener, {"Address": "*", "Transport": "http"}, schemas.LISTENER).changed
    with pytest.raises(UsageError, match="a key cannot be changed") as caught:
        merge.plan(listener, {"Transport": "HTTPS"}, schemas.LISTENER)
    assert caught.value.windows_code == 2150858989


MAPPING = b'<c:CertMapping xmlns:c="n"><c:User>u</c:User><c:Enabled>true</c:Enabled><c:Password/></c:CertMapping>'


@pytest.mark.parametrize(
    ("wanted", "update_secret", "after", "uncompared", "sent"),
    [
        ({"Password": "p"}, "with_change", {}, ("Password",), "p"),
        ({"Password": "p", "Enabled": False}, "with_change", {"Enabled": False}, ("Password",), "p"),
        ({"Password": "p", "Enabled": False}, "on_create", {"Enabled": False}, ("Password",), None),
        ({"Password": "p"}, "always", {"Password": "********"}, (), "p"),
        ({"Enabled": False}, "with_change", {"Enabled": False}, (), None),
    ],
)
def test_a_password_cannot_be_compared(
    wanted: dict[str, t.Any],
    update_secret: t.Any,
    after: dict[str, t.Any],
    uncompared: tuple[str, ...],
    sent: str | None,
) -> None:
    choices = merge.Choices(update_secret=update_secret)
    plan = merge.plan(xml.load(MAPPING), wanted, schemas.CERTIFICATE_MAPPING, choices=choices)
    assert (plan.after, plan.changed, plan.uncompared) == (after, bool(after), uncompared)
    assert plan.representation.findtext("{n}Password") == (sent or "")


ZONED = "<p:A><cim:Datetime>2020-01-02T03:04:05Z</cim:Datetime></p:A>"
LOCAL = "<p:A><cim:Datetime>2020-01-02T03:04:05</cim:Datetime></p:A>"


@pytest.mark.parametrize(
    ("held", "wanted", "refused"),
    [
        (ZONED, "2020-01-02 03:04:05", True),
        (ZONED, datetime.datetime(2020, 1, 2, 3, 4, 5), True),
        (ZONED + ZONED, ["2020-01-02T03:04:05Z", "2020-01-02T03:04:05"], True),
        (ZONED, "20200102030405.000000+***", False),
        (ZONED, "P1D", False),
        (LOCAL, "2021-01-02 03:04:05", False),
        ('<p:A xsi:nil="true"/>', "2021-01-02 03:04:05", False),
    ],
)
def test_a_time_without_a_zone_over_one_with(held: str, wanted: t.Any, refused: bool) -> None:
    if not refused:
        assert merge.plan(load(held), {"A": wanted}).changed
        return
    with pytest.raises(UsageError, match=r"^properties\.A: 2020-01-02.03:04:05 has no zone"):
        merge.plan(load(held), {"A": wanted})


@pytest.mark.parametrize("name", ["@Foo", "#text"])
def test_data_that_a_closed_class_has_not_is_refused(name: str) -> None:
    closed = Schema("C", {"A": Property("A")}, closed=True)
    with pytest.raises(UsageError, match="C has no such member. It has A, B") as caught:
        merge.plan(load("<p:B>1</p:B>"), {name: "x"}, closed)
    assert caught.value.option == f"properties.{name}"
    assert merge.plan(xml.load(f'<p:C xmlns:p="{CLASS}" Foo="y">t</p:C>'.encode()), {name: "x"}, closed).changed
