# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parser and the writer: what is tolerated, what is refused, and that what is written reads back the same."""

from __future__ import annotations

import codecs
import contextlib
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import uris, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, UsageError

TEXT = "<a>\u00e4 \u20ac \U0001f600</a>"
LATIN = "<a>\u00e4</a>"
DECLARED = '<?xml version="1.0" encoding="%s"?>'
EURO = "<a>\u20ac</a>"


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (TEXT.encode(), None, TEXT),
        (TEXT.encode(), "UTF-8", TEXT),
        (TEXT.encode(), '"utf-8"', TEXT),
        (codecs.BOM_UTF8 + TEXT.encode(), None, TEXT),
        (codecs.BOM_UTF8 + TEXT.encode(), "iso-8859-1", TEXT),
        (b"\r\n\t " + TEXT.encode(), None, TEXT),
        (b"\n" + (DECLARED % "UTF-8").encode() + TEXT.encode(), None, TEXT),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), None, TEXT),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "UTF-16", TEXT),
        (TEXT.encode("utf-16-le"), "UTF-16", TEXT),
        (TEXT.encode("utf-16-le"), None, TEXT),
        (TEXT.encode("utf-16-be"), "utf-8", TEXT),
        ((DECLARED % "utf-16" + TEXT).encode("utf-16-le"), None, TEXT),
        (codecs.BOM_UTF16_LE + (DECLARED % "utf-8" + TEXT).encode("utf-16-le"), None, TEXT),
        ((DECLARED % "utf-16").encode() + TEXT.encode(), "utf-16", TEXT),
        ((DECLARED % "ISO-8859-1").encode() + LATIN.encode("latin-1"), None, LATIN),
        ((DECLARED % "ISO-8859-1").encode() + LATIN.encode("latin-1"), "utf-8", LATIN),
        ((DECLARED % "ISO-8859-1").encode() + TEXT.encode(), "utf-8", TEXT),
        ((DECLARED % "utf-8").encode() + TEXT.encode(), "iso-8859-1", TEXT),
        ((DECLARED % "us-ascii").encode() + TEXT.encode(), None, TEXT),
        (LATIN.encode("latin-1"), "iso-8859-1", LATIN),
        (EURO.encode("cp1252"), "windows-1252", EURO),
        ((DECLARED % "shift_jis" + "<a>\u65e5</a>").encode("shift_jis"), None, "<a>\u65e5</a>"),
        (TEXT.encode(), "no-such-charset", TEXT),
        (TEXT.encode(), "a\0b", TEXT),
    ],
)
def test_encodings(data, charset, text):
    assert ElementTree.tostring(xml.load(data, charset), "unicode") == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"<a>x\x01\x1f\x00y</a>", "xy"),
        (b"<a>x&#1;&#x1F;&#65;&#x1F600;y</a>", "xA\U0001f600y"),
        (b"<a>x\xff\xffy</a>", "x\ufffd\ufffdy"),
        (b"<a>xy</a>\0\0", "xy"),
        ("<a>x\x02y</a>".encode("utf-16"), "xy"),
        (b"<a> \t\r\n x </a>", " \t\n x "),
        (b"<a><![CDATA[<!DOCTYPE x>&]]></a>", "<!DOCTYPE x>&"),
    ],
)
def test_what_services_really_send(data, text):
    assert xml.load(data).text == text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"Error: 401\r\n", "no XML (syntax error: line 1, column 0); it begins 'Error: 401"),
        (b"<a><b></a>", "mismatched tag"),
        (b"<a>", "no element found"),
        (b"<p:a/>", "unbound prefix"),
        (b"<a>&x;</a>", "undefined entity"),
        (b"<!DOCTYPE a><a/>", "DOCTYPE"),
        (b'<?xml version="1.0"?><!-- c --><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "DOCTYPE"),
        (b"<!-- " + b"c" * 9000 + b" --><!DOCTYPE a><a/>", "DOCTYPE"),
        (b"<!--\x01--><!DOCTYPE a><a/>", "DOCTYPE"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "DOCTYPE"),
        ("<!DOCTYPE a><a/>".encode("utf-16"), "DOCTYPE"),
        (b"<a>" * 101 + b"</a>" * 101, "deeper than 100"),
        (b"<a>" * 200_000 + b"</a>" * 200_000, "deeper than 100"),
        (b"<html><body><p>hello<br></body></html>", "no XML"),
    ],
)
def test_refused(data, words):
    with pytest.raises(ProtocolError) as caught:
        xml.load(data)
    assert words in str(caught.value)


@pytest.mark.parametrize("charset", ["base64", "zlib", "rot13", "undefined", "idna", "utf-7", "\ud800"])
def test_odd_charsets_are_no_crash(charset):
    with contextlib.suppress(ProtocolError):
        assert xml.load(b"<a>x</a>", charset).tag == "a"


def test_size_is_bounded(monkeypatch):
    monkeypatch.setattr(xml, "MAX_SIZE", 4)
    assert xml.load(b"<a/>").tag == "a"
    with pytest.raises(ProtocolError, match="larger than 4 octets"):
        xml.load(b"<a/> ")


def test_hundred_levels_are_taken():
    assert xml.load(b"<a>" * 100 + b"</a>" * 100).tag == "a"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no element found at line 1, column 1"),
        ("<a><b></a>", "mismatched tag at line 1, column 9"),
        ("<a>\n  <p:b/></a>", "unbound prefix at line 2, column 3"),
        ("<!DOCTYPE a><a/>", "DOCTYPE"),
        ("<a>\ud800</a>", "surrogate"),
        ("<a>\x01</a>", "invalid token"),
        ("<a>&nbsp;</a>", "undefined entity"),
        ("<a>" * 101 + "</a>" * 101, "deeper"),
        (f'<a xmlns:i="{uris.NS_XSI}" i:type="q:T"/>', "the prefix q"),
    ],
)
def test_bad_fragment(text, words):
    with pytest.raises(UsageError) as caught:
        xml.load_fragment(text, "body")
    assert caught.value.option == "body"
    assert words in str(caught.value)


def test_fragment_keeps_text_and_resolves_types():
    text = (
        f'<?xml version="1.0" encoding="utf-16"?>\n<p:a xmlns:p="urn:p" xmlns:i="{uris.NS_XSI}" i:type="p:T">'
        '<p:b xmlns:p="urn:q" i:type="p:U"> x </p:b><p:c xmlns="urn:r" i:type="V"/></p:a>'
    )
    root = xml.load_fragment(text, "body")
    key = xml.qname(uris.NS_XSI, "type")
    assert [one.get(key) for one in root.iter()] == ["{urn:p}T", "{urn:q}U", "{urn:r}V"]
    assert root[0].text == " x "
    assert 'xmlns:p="urn:p"' in xml.dump(root).decode()
    assert ':type="p:T"' in xml.dump(root).decode()


@pytest.mark.parametrize("value", ["", "a\tb\r\nc", "\u00e4\U0001f600", "\x7f\x85"])
def test_text_that_xml_carries(value):
    assert xml.check_text(value, "x") == value


@pytest.mark.parametrize("value", ["a\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_text_that_xml_cannot_carry(value):
    with pytest.raises(UsageError) as caught:
        xml.check_text(value, "selector_set.Name")
    assert f"U+{ord(value[-1]):04X} at position {len(value)}" in str(caught.value)
    assert caught.value.option == "selector_set.Name"


@pytest.mark.parametrize(
    ("tag", "parts"),
    [("{urn:x}y", ("urn:x", "y")), ("y", (None, "y")), ("{urn:{}}y", ("urn:{}", "y"))],
)
def test_names(tag, parts):
    assert xml.split(tag) == parts
    assert xml.qname(*parts) == tag
    assert xml.local(tag) == parts[1]


def test_dump_exactly():
    root = Element(xml.qname(uris.NS_SOAP, "Envelope"))
    own = SubElement(root, "{urn:own}Own", {"A": 'a"<\n\t&', xml.qname(uris.NS_XSI, "nil"): "true"})
    SubElement(own, "{urn:own}Inner").text = "<&>\r"
    other = SubElement(own, "{urn:other}Other", {"{urn:third}t": "1"})
    SubElement(other, "Plain").tail = "tail"
    assert xml.dump(root).decode() == (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<p:Own xmlns:p="urn:own" A="a&quot;&lt;&#10;&#9;&amp;" xsi:nil="true">'
        "<p:Inner>&lt;&amp;&gt;&#13;</p:Inner>"
        '<p2:Other xmlns:p2="urn:other" xmlns:p3="urn:third" p3:t="1"><Plain/>tail</p2:Other>'
        "</p:Own></s:Envelope>"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "UTF-16"])
def test_what_is_written_reads_back(encoding):
    root = Element("{urn:a}a", {"x": " \r\n\t\"'<>&", "{urn:b}y": "\u20ac"})
    root.text = "\r\n\t ]]> \U0001f600"
    SubElement(root, "b").tail = " "
    back = xml.load(xml.dump(root, encoding))
    assert ElementTree.tostring(back) == ElementTree.tostring(root)


def test_dump_refuses_control_characters():
    root = Element("a")
    root.text = "\x01"
    with pytest.raises(UsageError, match=r"U\+0001"):
        xml.dump(root)


def test_scopes_of_values():
    data = b'<a xmlns="urn:1" xmlns:p="urn:2"><v/><b xmlns:p="urn:3"><v/></b><v xmlns=""/><v>\x01</v></a>'
    assert xml.load_scopes(data, "{urn:1}v") == [
        {"": "urn:1", "p": "urn:2"},
        {"": "urn:1", "p": "urn:3"},
        {"": "urn:1", "p": "urn:2"},
    ]


def test_large_answers_take_the_fast_parser():
    row = b"<p:r><p:a>1</p:a><p:b>two</p:b><p:c>three</p:c></p:r>"
    data = b'<p:rows xmlns:p="urn:p">' + row * 20_000 + b"</p:rows>"
    root = xml.load(data)
    assert len(root) == 20_000
    assert root[-1][2].text == "three"
