# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoint references in the shapes of all peers, selector and option sets, and their plain forms."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import addressing, uris, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import (
    EndpointReference,
    Option,
    Target,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, UsageError

NAMESPACES = (
    f'xmlns:a="{uris.NS_ADDRESSING}" xmlns:w="{uris.NS_WSMAN}" xmlns:i="{uris.NS_XSI}" '
    f'xmlns:x="{uris.NS_TRANSFER}" xmlns:c="{uris.NS_CIM}"'
)
CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
ADDRESS = f"<a:Address>{uris.ANONYMOUS}</a:Address>"
PARAMETERS = (
    f"<w:ResourceURI>{CIM}X_Small</w:ResourceURI>"
    '<w:SelectorSet><w:Selector Name="Number"> 7 </w:Selector></w:SelectorSet>'
)
UNQUALIFIED = (
    f"<Address>{uris.ANONYMOUS}</Address><ReferenceParameters>{PARAMETERS.replace('w:', '')}</ReferenceParameters>"
)
SMALL = EndpointReference(CIM + "X_Small", {"Number": " 7 "})


def element(text):
    """A piece of an answer, without the spaces that a tag adds."""
    return xml.load(f"<root {NAMESPACES}>{text}</root>".encode())[0]


@pytest.mark.parametrize(
    "text",
    [
        f"<a:EndpointReference>{ADDRESS}<a:ReferenceParameters>{PARAMETERS}</a:ReferenceParameters></a:EndpointReference>",
        f"<x:ResourceCreated>{ADDRESS}<a:ReferenceParameters>{PARAMETERS}</a:ReferenceParameters></x:ResourceCreated>",
        f"<x:ResourceCreated>{ADDRESS}<a:ReferenceProperties>{PARAMETERS}</a:ReferenceProperties></x:ResourceCreated>",
        f"<c:Location>{ADDRESS}<a:ReferenceParameters>{PARAMETERS}</a:ReferenceParameters></c:Location>",
        f"<Property>{ADDRESS}<a:ReferenceParameters>{PARAMETERS}</a:ReferenceParameters></Property>",
        f"<Property><a:ReferenceParameters>{PARAMETERS}</a:ReferenceParameters></Property>",
        f"<Job><a:EndpointReference>{ADDRESS}<a:ReferenceParameters>{PARAMETERS}</a:ReferenceParameters>"
        "</a:EndpointReference></Job>",
        f"<a:EndpointReference>\n  {ADDRESS}\n  <a:ReferenceParameters>\n{PARAMETERS}</a:ReferenceParameters>"
        "<a:Other/></a:EndpointReference>",
        f'<P><b:Address xmlns:b="{uris.NS_ADDRESSING_2005}">{uris.ANONYMOUS}</b:Address>'
        f'<b:ReferenceParameters xmlns:b="{uris.NS_ADDRESSING_2005}">{PARAMETERS}</b:ReferenceParameters></P>',
        # firmware of Intel's: no namespace at all, or only some
        f"<EndpointReference>{UNQUALIFIED}</EndpointReference>",
        f"<Job><EndpointReference>{UNQUALIFIED}</EndpointReference></Job>",
        f"<a:EndpointReference>{UNQUALIFIED}</a:EndpointReference>",
        f"<EndpointReference>{ADDRESS}<a:ReferenceParameters>{PARAMETERS}</a:ReferenceParameters></EndpointReference>",
        # pywsman qualifies the attribute
        f"<P><a:ReferenceParameters>{PARAMETERS.replace('Name=', 'w:Name=')}</a:ReferenceParameters></P>",
    ],
)
def test_shapes_of_references(text):
    read = element(text)
    assert addressing.is_reference(read)
    assert EndpointReference.from_element(read) == SMALL


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        (f"<P>{ADDRESS}</P>", EndpointReference(None)),
        ("<P><a:Address> http://h/wsman </a:Address></P>", EndpointReference(None, {}, "http://h/wsman")),
        (
            f"<P>{ADDRESS}<a:ReferenceParameters><w:ResourceURI>u</w:ResourceURI><w:SelectorSet>"
            '<w:Selector Name="__cimnamespace"/><w:Selector Name="K">v</w:Selector><w:Selector>x</w:Selector>'
            "</w:SelectorSet></a:ReferenceParameters></P>",
            EndpointReference("u", {"__cimnamespace": "", "K": "v"}),
        ),
    ],
)
def test_incomplete_references_stay_as_received(text, reference):
    assert EndpointReference.from_element(element(text)) == reference


@pytest.mark.parametrize(
    "text",
    [
        "<P/>",
        "<P>text</P>",
        "<P><Address>x</Address></P>",
        "<P><c:Datetime/></P>",
        "<P><EndpointReference>x</EndpointReference></P>",
    ],
)
def test_no_reference(text):
    assert not addressing.is_reference(element(text))
    with pytest.raises(ProtocolError, match="P holds no endpoint reference"):
        EndpointReference.from_element(element(text))


OTHER = EndpointReference(CIM + "X_Small", {"Number": "8"})
NESTED = EndpointReference(CIM + "X_Link", {"Left": SMALL, "Right": OTHER})


@pytest.mark.parametrize("reference", [SMALL, NESTED, EndpointReference("u"), EndpointReference("u", {}, "http://h/")])
def test_references_come_back_the_same(reference):
    assert EndpointReference.from_element(reference.to_element()) == reference
    assert EndpointReference.from_element(xml.load(xml.dump(reference.to_element()))) == reference


def test_plain_form():
    plain = {
        "address": uris.ANONYMOUS,
        "resource_uri": CIM + "X_Small",
        "selector_set": {"Number": "7"},
    }
    assert EndpointReference.from_plain(plain).to_plain() == plain
    assert EndpointReference.from_plain(NESTED.to_plain()) == NESTED
    assert EndpointReference.from_plain(
        {"resource_uri": "cimv2/X_Small?A=1", "selector_set": {"B": 2}}
    ) == EndpointReference(CIM + "X_Small", {"A": "1", "B": "2"})


@pytest.mark.parametrize(
    ("value", "option"),
    [
        (None, "epr"),
        ("cimv2/X", "epr"),
        ({}, "epr"),
        ({"selector_set": {"a": "b"}}, "epr"),
        ({"resource_uri": "cimv2/X", "selectors": {}}, "epr"),
        ({"resource_uri": "nope/X"}, "epr.resource_uri"),
        ({"resource_uri": "cimv2/X", "address": 5}, "epr.address"),
        ({"resource_uri": "cimv2/X", "address": "\x01"}, "epr.address"),
        ({"resource_uri": "cimv2/X", "selector_set": []}, "epr.selector_set"),
        ({"resource_uri": "cimv2/X", "selector_set": {"a": None}}, "epr.selector_set.a"),
        ({"resource_uri": "cimv2/X", "selector_set": {"a": {"b": "c"}}}, "epr.selector_set.a"),
        ({"resource_uri": "cimv2/X?a=1", "selector_set": {"a": "2"}}, "epr"),
    ],
)
def test_bad_plain_references(value, option):
    with pytest.raises(UsageError) as caught:
        EndpointReference.from_plain(value, "epr")
    assert caught.value.option == option


@pytest.mark.parametrize(
    ("uri", "selectors", "target", "completed_uri", "completed"),
    [
        (CIM + "C", {"K": "1"}, {"__cimnamespace": "root/x"}, CIM + "C", {"K": "1", "__cimnamespace": "root/x"}),
        (CIM + "C", {"__cimnamespace": ""}, {"__cimnamespace": "root/x"}, CIM + "C", {"__cimnamespace": "root/x"}),
        (CIM + "C", {"__cimnamespace": ""}, {}, CIM + "C", {}),
        (CIM + "C", {"__cimnamespace": "n"}, {"__cimnamespace": "root/x"}, CIM + "C", {"__cimnamespace": "n"}),
        (CIM + "C", {"__CIMNamespace": "n"}, {"__cimnamespace": "root/x"}, CIM + "C", {"__CIMNamespace": "n"}),
        (CIM + "C", {"K": "1"}, {}, CIM + "C", {"K": "1"}),
        (uris.WMI + "root/cimv2/C", {"K": "1"}, {"__cimnamespace": "root/x"}, uris.WMI + "root/cimv2/C", {"K": "1"}),
        (uris.NS_CONFIG + "/listener", {}, {"__cimnamespace": "root/x"}, uris.NS_CONFIG + "/listener", {}),
        (
            "http://intel.com/wbem/wscim/1/amt-schema/1/AMT_X",
            {},
            {"__cimnamespace": "root/x"},
            "http://intel.com/wbem/wscim/1/amt-schema/1/AMT_X",
            {},
        ),
        (None, {"K": "1"}, {"__cimnamespace": "n"}, CIM + "T", {"K": "1", "__cimnamespace": "n"}),
    ],
)
def test_complete(uri, selectors, target, completed_uri, completed):
    reference = addressing.complete(EndpointReference(uri, selectors), Target(CIM + "T", target))
    assert reference == EndpointReference(completed_uri, completed)


def test_complete_reaches_references_in_selectors_and_leaves_the_received_alone():
    target = Target(CIM + "X_Link", {"__cimnamespace": "n"})
    filled = addressing.complete(NESTED, target)
    assert filled.selector_set["Left"].selector_set == {"Number": " 7 ", "__cimnamespace": "n"}
    assert "__cimnamespace" not in NESTED.selector_set
    assert addressing.complete(EndpointReference(None), Target(uris.ALL_CLASSES)).resource_uri is None


@pytest.mark.parametrize(
    ("value", "selectors"),
    [
        (None, {}),
        ({}, {}),
        ({"a": "x", "b": True, "c": False, "d": 18446744073709551615, "e": -1, "f": 1.5}, None),
        ({"r": {"resource_uri": CIM + "X_Small", "selector_set": {"Number": " 7 "}}}, {"r": SMALL}),
    ],
)
def test_selector_sets(value, selectors):
    if selectors is None:
        selectors = {"a": "x", "b": "true", "c": "false", "d": "18446744073709551615", "e": "-1", "f": "1.5"}
    read = addressing.selector_set_from_plain(value)
    assert read == selectors
    assert addressing.selector_set_from_element(addressing.selector_set_to_element(read)) == selectors


@pytest.mark.parametrize(
    ("value", "option", "words"),
    [
        ("Name=x", "selector_set", "dictionary"),
        ([{"Name": "x"}], "selector_set", "dictionary"),
        ({"": "x"}, "selector_set", "no name"),
        ({3: "x"}, "selector_set", "no name"),
        ({"a\x01": "x"}, "selector_set", "U+0001"),
        ({"a": None}, "selector_set.a", "null"),
        ({"a": ["x"]}, "selector_set.a", "a list"),
        ({"a": "x\x00y"}, "selector_set.a", "U+0000 at position 2"),
    ],
)
def test_bad_selector_sets(value, option, words):
    with pytest.raises(UsageError) as caught:
        addressing.selector_set_from_plain(value)
    assert caught.value.option == option
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("value", "options"),
    [
        (None, ()),
        ({"a": "x", "b": True, "c": None}, (Option("a", "x"), Option("b", "true"), Option("c"))),
        (
            [{"name": "a", "value": 1, "type": "xs:int", "must_comply": True}, {"name": "a"}],
            (Option("a", "1", "xs:int", True), Option("a")),
        ),
    ],
)
def test_option_sets(value, options):
    assert addressing.option_set_from_plain(value) == options


@pytest.mark.parametrize(
    ("value", "option"),
    [
        ("a", "option_set"),
        (["a"], "option_set[0]"),
        ([{"value": 1}], "option_set[0]"),
        ([{"name": "a"}, {"name": "b", "mustcomply": True}], "option_set[1]"),
        ([{"name": "a", "must_comply": "yes"}], "option_set[0].must_comply"),
        ([{"name": "a", "type": 5}], "option_set[0].type"),
        ({"a": {"b": 1}}, "option_set[0].value"),
        ({"a": "\x02"}, "option_set[0].value"),
    ],
)
def test_bad_option_sets(value, option):
    with pytest.raises(UsageError) as caught:
        addressing.option_set_from_plain(value)
    assert caught.value.option == option


def test_option_set_exactly():
    options = (Option("a", "x"), Option("b", "1", "xs:int", True), Option("c"))
    assert xml.dump(addressing.option_set_to_element(options)).decode() == (
        f'<wsman:OptionSet xmlns:wsman="{uris.NS_WSMAN}" xmlns:xsi="{uris.NS_XSI}" xmlns:xs="{uris.NS_XS}">'
        '<wsman:Option Name="a">x</wsman:Option>'
        '<wsman:Option Name="b" Type="xs:int" MustComply="true">1</wsman:Option>'
        '<wsman:Option Name="c" xsi:nil="true"/></wsman:OptionSet>'
    )


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ({"a": "1"}, {"b": "2"}, {"a": "1", "b": "2"}),
        ({"a": "1"}, {"a": "1"}, {"a": "1"}),
        ({"a": "1"}, {"a": "2"}, None),
    ],
)
def test_join_selectors(first, second, joined):
    if joined is not None:
        assert addressing.join_selectors(first, second, "selector_set") == joined
        return
    with pytest.raises(UsageError, match="selector_set: the selector a is given twice"):
        addressing.join_selectors(first, second, "selector_set")
