# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fragments: the paths, what they select, and what is written where the service may not be sent one."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import envelope, fragment, uris, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Fragment
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.fragment import Path

INSTANCE = (
    f'<p:X xmlns:p="urn:x" xmlns:i="{uris.NS_XSI}"><p:Name> a </p:Name><p:Words>one</p:Words><p:Words/>'
    '<p:Words>three</p:Words><p:Nothing i:nil="true"/><p:When><d>x</d></p:When></p:X>'
)


def instance():
    return xml.load_fragment(INSTANCE, "body")


def make(*texts, name="{urn:x}Words"):
    elements = []
    for text in texts:
        element = xml.ElementTree.Element(name)
        element.text = text
        elements.append(element)
    return elements


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Name", Path("Name")),
        (" Name ", Path("Name")),
        ("p:Name", Path("Name")),
        ("Words[2]", Path("Words", 2)),
        ("Name/text()", Path("Name", None, True)),
        ("p:Words[12]/text()", Path("Words", 12, True)),
        ("__Own-name.x", Path("__Own-name.x")),
    ],
)
def test_paths(text, path):
    assert fragment.parse(text) == path
    assert fragment.parse(fragment.format(path)) == path


@pytest.mark.parametrize(
    "text",
    ["", "/Name", "//Name", "a/b", "N[0]", "N[-1]", "N[]", "N[a]", "@type", "*", ".", "Name/text", "1a", "a b"],
)
def test_paths_outside_the_subset(text):
    with pytest.raises(UsageError) as caught:
        fragment.from_plain(text)
    assert caught.value.option == "fragment"
    assert "Property[n]" in str(caught.value)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("p:Words[2]", Fragment("Words[2]")),
        ({"path": "Name"}, Fragment("Name")),
        ({"path": "Name", "dialect": "xpath"}, Fragment("Name", uris.DIALECT_XPATH)),
        ({"path": "Name", "dialect": uris.DIALECT_XPATH}, Fragment("Name", uris.DIALECT_XPATH)),
    ],
)
def test_from_plain(value, read):
    assert fragment.from_plain(value) == read


@pytest.mark.parametrize(
    "value", [None, 5, ["Name"], {}, {"path": 5}, {"path": "a", "x": 1}, {"path": "a", "dialect": "y"}]
)
def test_bad_options(value):
    with pytest.raises(UsageError) as caught:
        fragment.from_plain(value)
    assert caught.value.option == "fragment"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Name", " a "),
        ("Name/text()", " a "),
        ("Words", ["one", "", "three"]),
        ("Words/text()", ["one", "", "three"]),
        ("Words[3]", "three"),
        ("Words[2]/text()", ""),
        ("Words[4]", None),
        ("Absent", None),
        ("name", " a "),
        ("WORDS[3]", "three"),
        ("Nothing", None),
        ("Nothing/text()", None),
    ],
)
def test_evaluate(path, value):
    assert fragment.to_value(fragment.evaluate(path, instance())) == value


def test_evaluate_leaves_what_has_a_form_of_its_own():
    (part,) = fragment.evaluate("When", instance())
    assert part.tag == "{urn:x}When"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("<w:XmlFragment><P>1</P></w:XmlFragment>", "1"),
        ("<w:XmlFragment><P>1</P><P/></w:XmlFragment>", ["1", ""]),
        (f'<w:XmlFragment><P xmlns:i="{uris.NS_XSI}" i:nil="true"/></w:XmlFragment>', None),
        ("<w:XmlFragment/>", None),
        ("<w:XmlFragment>text</w:XmlFragment>", "text"),
    ],
)
def test_read_fragment(body, value):
    data = f'<s:Envelope xmlns:s="{uris.NS_SOAP}" xmlns:w="{uris.NS_WSMAN}"><s:Body>{body}</s:Body></s:Envelope>'
    assert fragment.to_value(fragment.read_fragment(envelope.load(data.encode()))) == value


@pytest.mark.parametrize("body", ["", "<P/>"])
def test_no_fragment(body):
    response = envelope.load(f'<s:Envelope xmlns:s="{uris.NS_SOAP}"><s:Body>{body}</s:Body></s:Envelope>'.encode())
    with pytest.raises(ProtocolError, match="XmlFragment"):
        fragment.read_fragment(response)


@pytest.mark.parametrize(
    ("path", "texts", "written"),
    [
        ("Words", ["a", "b"], '<p:Words xmlns:p="urn:x">a</p:Words><p:Words xmlns:p="urn:x">b</p:Words>'),
        ("Words[1]/text()", ["a&b"], "a&amp;b"),
        ("Words", [], ""),
    ],
)
def test_to_element(path, texts, written):
    start = f'<wsman:XmlFragment xmlns:wsman="{uris.NS_WSMAN}"'
    end = f">{written}</wsman:XmlFragment>" if written else "/>"
    assert xml.dump(fragment.to_element(path, make(*texts))).decode() == start + end


@pytest.mark.parametrize(
    ("uri", "windows", "takes"),
    [
        (uris.WMI + "root/cimv2/Win32_Service", True, True),
        (uris.WMI + "root/cimv2/Win32_Service", False, False),
        (uris.NS_CONFIG, True, False),
        ("http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/X", True, True),
        ("http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/X", False, False),
    ],
)
def test_who_takes_the_header(uri, windows, takes):
    assert fragment.takes_header(Target(uri), windows=windows) is takes
