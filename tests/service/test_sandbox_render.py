# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From tree to text: prefixes where they are due, and text that was written before."""

from __future__ import annotations

from xml.etree.ElementTree import Element, QName, SubElement, fromstring

import pytest

from sandbox import fragments, names
from sandbox.faults import Fault, ProviderFault, to_element
from sandbox.provider import Fragment
from sandbox.render import WINDOWS_SCOPE, render, render_document, rendered

CLASS = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"


def test_class_namespace_is_declared_on_its_element_as_p() -> None:
    element = Element(f"{{{CLASS}}}Win32_Service", {names.XSI_TYPE: QName(CLASS, "Win32_Service_Type")})
    SubElement(element, f"{{{CLASS}}}Name").text = "a<b>&c"
    assert render(element) == (
        f'<p:Win32_Service xmlns:p="{CLASS}" xmlns:xsi="{names.XSI}" xsi:type="p:Win32_Service_Type">'
        "<p:Name>a&lt;b&gt;&amp;c</p:Name></p:Win32_Service>"
    )


def test_hidden_prefix_is_declared_again_where_it_is_needed() -> None:
    element = Element(f"{{{CLASS}}}Thing")
    SubElement(element, f"{{{names.WSMV}}}Inner")
    inner = SubElement(element, f"{{{CLASS}2}}Embedded")
    inner.set(names.XSI_TYPE, QName(CLASS, "X"))  # type: ignore[arg-type]
    document = Element(f"{{{names.SOAP}}}Body")
    document.append(element)
    text = render_document(document)
    found = fromstring(text)
    assert [child.tag for child in found[0]] == [f"{{{names.WSMV}}}Inner", f"{{{CLASS}2}}Embedded"]


@pytest.mark.parametrize(
    ("text", "written"),
    [("", "<a/>"), (None, "<a/>"), ("\r\n", "<a>&#13;\n</a>"), (" x ", "<a> x </a>"), ('"', '<a>"</a>')],
)
def test_text(text: str | None, written: str) -> None:
    element = Element("a")
    element.text = text
    assert render(element) == written


def test_attribute_value_is_escaped() -> None:
    assert render(Element("a", {"b": '"<&\n\t'})) == '<a b="&quot;&lt;&amp;&#10;&#9;"/>'


def test_rendered_text_is_put_in_as_it_is() -> None:
    element = Element(f"{{{names.WSMAN}}}Items")
    element.append(rendered("<q/>"))
    assert render(element) == "<w:Items><q/></w:Items>"


def test_other_scope() -> None:
    assert render_document(Element(f"{{{names.SOAP}}}Envelope"), {names.SOAP: "SOAP-ENV"}) == (
        f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{names.SOAP}"/>'
    )


def test_provider_fault_is_nested_as_windows_nests_it() -> None:
    fault = Fault("wsman:InvalidSelectors", "InsufficientSelectors", provider=ProviderFault("WMI Provider", 5, "no"))
    text = render(to_element(fault), WINDOWS_SCOPE)
    assert '<f:ProviderFault provider="WMI Provider" path="%systemroot%\\system32\\WsmWmiPl.dll">' in text
    assert '<f:WSManFault Code="5" Machine=""><f:Message>no</f:Message></f:WSManFault>' in text
    assert "<s:Value>w:InvalidSelectors</s:Value>" in text


WHOLE = f'<r xmlns="{CLASS}"><A>1</A><B>x</B><A>2</A><C><D k="v">3</D></C></r>'


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("A", ["1", "2"]),
        ("p:A", ["1", "2"]),
        ("A[2]", ["2"]),
        ("A[3]", []),
        ("C/D", ["3"]),
        ("Nothing", []),
    ],
)
def test_fragment_elements(path: str, expected: list[str]) -> None:
    assert [child.text for child in fragments.cut(fromstring(WHOLE), Fragment(path))] == expected


@pytest.mark.parametrize(
    ("path", "expected"), [("B/text()", "x"), ("A[2]/text()", "2"), ("C/D/@k", "v"), ("Nothing/text()", None)]
)
def test_fragment_text(path: str, expected: str | None) -> None:
    assert fragments.cut(fromstring(WHOLE), Fragment(path)).text == expected


@pytest.mark.parametrize(
    ("path", "dialect", "subcode"),
    [
        ("/A", None, "wsman:CannotProcessFilter"),
        ("", None, "wsman:CannotProcessFilter"),
        ("A[last()]", None, "wsman:CannotProcessFilter"),
        ("A", "urn:other", "wsman:FragmentDialectNotSupported"),
    ],
)
def test_wrong_fragment(path: str, dialect: str | None, subcode: str) -> None:
    with pytest.raises(Fault) as caught:
        fragments.cut(fromstring(WHOLE), Fragment(path, dialect))
    assert caught.value.subcode == subcode


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("A", "<A>7</A><A>8</A><A>9</A>", ["A7", "A8", "A9", "Bx", "C"]),
        ("A[2]", "<A>7</A>", ["A1", "Bx", "A7", "C"]),
        ("A", "", ["Bx", "C"]),
        ("B/text()", "y", ["A1", "By", "A2", "C"]),
        ("E", "<E>5</E>", ["A1", "Bx", "A2", "C", "E5"]),
    ],
)
def test_fragment_laid_into_the_whole(path: str, body: str, expected: list[str]) -> None:
    fragment = fromstring(f'<w:XmlFragment xmlns:w="{names.WSMAN}" xmlns="{CLASS}">{body}</w:XmlFragment>')
    whole = fragments.lay(fromstring(WHOLE), Fragment(path), fragment)
    assert [names.local(child.tag) + (child.text or "") for child in whole] == expected
