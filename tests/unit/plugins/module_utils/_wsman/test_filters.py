# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters: each dialect as sent, and every contradiction refused by the name of its option."""

from __future__ import annotations

import re

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import filters, uris, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

CLASS = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/X_Small"
OBJECT = {"resource_uri": CLASS, "selector_set": {"Number": 7}}


def dumped(found):
    """The filter without the declarations of the outermost element."""
    text = xml.dump(found.to_element()).decode()
    for prefix, namespace in uris.PREFIXES.items():
        text = text.replace(f' xmlns:{prefix}="{namespace}"', "", 1)
    return text


@pytest.mark.parametrize(
    ("filter_", "dialect", "uri", "content"),
    [
        ("select * from X", None, uris.DIALECT_WQL, "select * from X"),
        ("select * from X where a < 'b&c'", "WQL", uris.DIALECT_WQL, "select * from X where a &lt; 'b&amp;c'"),
        (" select\n", "wql", uris.DIALECT_WQL, " select\n"),
        ("select a", "cql", uris.DIALECT_CQL, "select a"),
        ("select a", "http://schemas.dmtf.org/wbem/cql/1/DSP0202.pdf", uris.DIALECT_CQL, "select a"),
        ("<q/>", "urn:own:dialect", "urn:own:dialect", "&lt;q/&gt;"),
        ("../X[Id=3]", "xpath", uris.DIALECT_XPATH, "../X[Id=3]"),
        (
            {"State": "Stopped", "Started": False, "N": 3},
            None,
            uris.DIALECT_SELECTOR,
            '<wsman:SelectorSet><wsman:Selector Name="State">Stopped</wsman:Selector>'
            '<wsman:Selector Name="Started">false</wsman:Selector><wsman:Selector Name="N">3</wsman:Selector>'
            "</wsman:SelectorSet>",
        ),
        (
            {"A": "1"},
            "selector",
            uris.DIALECT_SELECTOR,
            '<wsman:SelectorSet><wsman:Selector Name="A">1</wsman:Selector></wsman:SelectorSet>',
        ),
    ],
)
def test_text_and_selector_filters(filter_, dialect, uri, content):
    found = filters.from_plain(filter_, dialect)
    assert dumped(found) == f'<wsman:Filter Dialect="{uri}">{content}</wsman:Filter>'


@pytest.mark.parametrize(
    ("given", "uri"),
    [
        (None, None),
        ("wql", uris.DIALECT_WQL),
        (" Selector ", uris.DIALECT_SELECTOR),
        (" http://schemas.dmtf.org/wbem/wsman/1/cimbinding/AssociationFilter", uris.DIALECT_ASSOCIATION),
        (uris.DIALECT_XPATH, uris.DIALECT_XPATH),
        ("urn:x", "urn:x"),
    ],
)
def test_dialects(given, uri):
    assert filters.normalise_dialect(given) == uri


OBJECT_XML = (
    f"<wsmb:Object><wsa:Address>{uris.ANONYMOUS}</wsa:Address><wsa:ReferenceParameters>"
    f"<wsman:ResourceURI>{CLASS}</wsman:ResourceURI><wsman:SelectorSet>"
    '<wsman:Selector Name="Number">7</wsman:Selector>{}</wsman:SelectorSet></wsa:ReferenceParameters></wsmb:Object>'
)


@pytest.mark.parametrize(
    ("association", "element", "members"),
    [
        ({}, "AssociatedInstances", ""),
        ({"mode": "associators"}, "AssociatedInstances", ""),
        ({"mode": "AssociatedInstances"}, "AssociatedInstances", ""),
        ({"mode": "association_instances"}, "AssociationInstances", ""),
        ({"mode": "references"}, "AssociationInstances", ""),
        (
            {
                "include_result_property": ["P", "Q"],
                "result_role": "R2",
                "result_class_name": "C2",
                "role": "R1",
                "association_class_name": "C1",
            },
            "AssociatedInstances",
            "<wsmb:AssociationClassName>C1</wsmb:AssociationClassName><wsmb:Role>R1</wsmb:Role>"
            "<wsmb:ResultClassName>C2</wsmb:ResultClassName><wsmb:ResultRole>R2</wsmb:ResultRole>"
            "<wsmb:IncludeResultProperty>P</wsmb:IncludeResultProperty>"
            "<wsmb:IncludeResultProperty>Q</wsmb:IncludeResultProperty>",
        ),
        (
            {"mode": "association_instances", "role": "R1", "result_class_name": "L", "include_result_property": "P"},
            "AssociationInstances",
            "<wsmb:ResultClassName>L</wsmb:ResultClassName><wsmb:Role>R1</wsmb:Role>"
            "<wsmb:IncludeResultProperty>P</wsmb:IncludeResultProperty>",
        ),
    ],
)
@pytest.mark.parametrize("namespace", [None, "root/x"])
def test_association_filters(association, element, members, namespace):
    target = Target(uris.ALL_CLASSES, {"__cimnamespace": namespace} if namespace else {})
    found = filters.from_plain(association={"object": OBJECT, **association}, target=target)
    filled = f'<wsman:Selector Name="__cimnamespace">{namespace}</wsman:Selector>' if namespace else ""
    assert dumped(found) == (
        f'<wsman:Filter Dialect="{uris.DIALECT_ASSOCIATION}"><wsmb:{element}>'
        f"{OBJECT_XML.format(filled)}{members}</wsmb:{element}></wsman:Filter>"
    )


def test_no_filter():
    assert filters.from_plain() is None


def test_a_filter_can_be_used_twice():
    found = filters.from_plain({"A": "1"})
    assert xml.dump(found.to_element()) == xml.dump(found.to_element())


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"filter": "select", "association": {"object": OBJECT}}, "association"),
        ({"dialect": "wql", "association": {"object": OBJECT}}, "association"),
        ({"dialect": "association"}, "dialect"),
        ({"dialect": "association", "filter": "x"}, "filter"),
        ({"dialect": "wql"}, "dialect"),
        ({"dialect": "sql", "filter": "x"}, "dialect"),
        ({"dialect": 5, "filter": "x"}, "dialect"),
        ({"filter": ""}, "filter"),
        ({"filter": "  "}, "filter"),
        ({"filter": ["select"]}, "filter"),
        ({"filter": {"a": "b"}, "dialect": "wql"}, "filter"),
        ({"filter": "a=b", "dialect": "selector"}, "filter"),
        ({"filter": "select \x01"}, "filter"),
        ({"filter": {}}, "filter"),
        ({"filter": {"a": ["b"]}}, "filter.a"),
        ({"filter": {"a": None}}, "filter.a"),
        ({"filter": {"a": "it's"}}, "filter.a"),
        ({"filter": {"a": 'say "so"'}}, "filter.a"),
        ({"filter": {"a": OBJECT}}, "filter.a"),
        ({"filter": {"a": "1", "A": "2"}}, "filter"),
        ({"filter": {"a": "1"}, "target": Target(uris.ALL_CLASSES)}, "resource_uri"),
        ({"filter": "q:X/q:Y", "dialect": "xpath"}, "filter"),
        ({"association": "x"}, "association"),
        ({"association": {}}, "association.object"),
        ({"association": {"object": OBJECT, "mode": "ends"}}, "association.mode"),
        ({"association": {"object": OBJECT, "roles": "x"}}, "association"),
        ({"association": {"object": OBJECT, "role": ""}}, "association.role"),
        ({"association": {"object": OBJECT, "role": 5}}, "association.role"),
        ({"association": {"object": OBJECT, "include_result_property": ""}}, "association.include_result_property[0]"),
        ({"association": {"object": OBJECT, "mode": "references", "result_role": "x"}}, "association.result_role"),
        (
            {"association": {"object": OBJECT, "mode": "references", "association_class_name": "x"}},
            "association.association_class_name",
        ),
        ({"association": {"object": {"resource_uri": "nope/x"}}}, "association.object.resource_uri"),
    ],
)
def test_contradictions(options, option):
    with pytest.raises(UsageError) as caught:
        filters.from_plain(**options)
    assert caught.value.option == option


@pytest.mark.parametrize(
    ("given", "target", "words"),
    [
        (
            {"filter": "State = 'Running'"},
            Target("http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"),
            "SELECT * FROM Win32_Service WHERE",
        ),
        ({"filter": "State=Running", "dialect": "WQL"}, Target(uris.ALL_CLASSES), "SELECT * FROM <class> WHERE"),
        ({"filter": "where Fromage = 1"}, None, "which selects by equality."),
        ({"filter": "State=Running", "dialect": "selector"}, None, "Give names and values"),
    ],
)
def test_a_condition_is_no_query(given, target, words):
    with pytest.raises(UsageError, match=re.escape(words)) as caught:
        filters.from_plain(**given, target=target)
    assert caught.value.option == "filter"


@pytest.mark.parametrize(
    ("text", "dialect"),
    [("SELEC * FROM X", None), ("associators of {X.Y=1}", None), ("\tselect*from X", "wql"), ("State=1", "cql")],
)
def test_what_the_service_has_to_judge(text, dialect):
    assert filters.from_plain(text, dialect).content == text


@pytest.mark.parametrize(
    ("wanted", "selected"),
    [
        ({"Name": "Alpha"}, True),
        ({"name": "ALPHA"}, True),
        ({"Name": "alpha", "Number": 7}, True),
        ({"Real": 1.5}, True),
        ({"Real": 1.25}, False),
        # texts that numbers could be taken for name other instances: a task may be about to delete them
        ({"Number": "7.0"}, False),
        ({"Version": "1.1"}, False),
        ({"Version": "1.10"}, True),
        ({"Id": "100"}, False),
        ({"Id": "1e2"}, True),
        ({"Flag": False}, True),
        ({"Name": "beta"}, False),
        ({"Name": "alpha", "Number": 8}, False),
        ({"Flag": True}, False),
        ({"Nothing": ""}, False),
        ({"Unknown": "x"}, False),
    ],
)
def test_what_a_selector_filter_selects(wanted, selected):
    nil = f'xmlns:xsi="{uris.NS_XSI}" xsi:nil="true"'
    row = f"<X><Name>alpha</Name><Number>7</Number><Flag>FALSE</Flag><Nothing {nil}/>"
    row += "<Version>1.10</Version><Id>1E2</Id><Real>1.5E+000</Real></X>"
    selectors = filters.selectors_of(filters.from_plain(wanted))
    assert filters.selects(selectors, xml.load(row.encode()), None) is selected


@pytest.mark.parametrize(("wanted", "selected"), [({"Id": 7}, True), ({"id": 8}, False), ({"Name": "x"}, True)])
def test_what_a_reference_tells(wanted, selected):
    reference = EndpointReference(CLASS, {"Id": "7"})
    assert filters.selects(filters.selectors_of(filters.from_plain(wanted)), None, reference) is selected


def test_only_a_selector_filter_has_selectors():
    assert filters.selectors_of(None) == filters.selectors_of(filters.from_plain("SELECT * FROM X")) == {}


def test_xpath_declares_the_prefixes_it_uses():
    text = "/s:Envelope/p:X_Small[p:Name='q:no' and ancestor::p:Y]"
    element = filters.from_plain(text, "xpath", target=Target(CLASS)).to_element()
    assert {key: value for key, value in element.attrib.items() if key != "Dialect"} == {
        "xmlns:s": uris.NS_SOAP,
        "xmlns:p": CLASS,
    }
    assert xml.load(xml.dump(element)).text == text


WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"


@pytest.mark.parametrize(
    ("uri", "query", "windows", "rewritten"),
    [
        (WMI + "Win32_Service", "SELECT * FROM Win32_Service", True, WMI + "*"),
        (WMI + "Win32_Service", "select Name\n from win32_service where x = 1", False, WMI + "*"),
        (WMI + "Win32_Service", "select * from Win32_Process", True, WMI + "Win32_Service"),
        (WMI + "Win32_Service", "associators of {X}", True, WMI + "Win32_Service"),
        (WMI + "*", "select * from Win32_Service", True, WMI + "*"),
        (CLASS, "select * from X_Small", True, uris.ALL_CLASSES),
        (CLASS, "select * from X_Small", False, CLASS),
        ("http://lab.example.com/wbem/wscim/1/cim-schema/2/Lab_Row", "select * from Lab_Row", True, None),
        (uris.NS_CONFIG, "select * from config", True, uris.NS_CONFIG),
    ],
)
def test_wql_target(uri, query, windows, rewritten):
    target = filters.wql_target(Target(uri, {"__cimnamespace": "n"}), query, windows=windows)
    assert target == Target(rewritten or uri, {"__cimnamespace": "n"})
