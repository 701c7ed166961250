# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Envelopes: header blocks exactly as sent, answers and faults as they come."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import envelope, uris, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Option, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Fragment, Request, Settings
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, WSManFault

URL = "http://server:5985/wsman"
ID = "5e6fd101-710a-4eea-a50d-70c0bf863aa3"
GET = Request(uris.ACTION_GET, Target("urn:r"), None)
MUST = xml.qname(uris.NS_SOAP, "mustUnderstand")
LANG = xml.qname(uris.NS_XML, "lang")


def header(request=GET, settings=None):
    """The header blocks of a request by local name."""
    root = xml.load(envelope.dump(request, settings or Settings(URL), ID))
    return {xml.local(block.tag): block for block in root[0]}


def answer(body="<x/>", relates_to=f"uuid:{ID}", head="", soap=uris.NS_SOAP, addressing=uris.NS_ADDRESSING):
    related = "" if relates_to is None else f"<a:RelatesTo> {relates_to}\n</a:RelatesTo>"
    return (
        f'<s:Envelope xmlns:s="{soap}" xmlns:a="{addressing}" xmlns:w="{uris.NS_WSMAN}"><s:Header>{related}'
        f"<a:Action>urn:answer</a:Action><a:MessageID>uuid:1</a:MessageID>{head}</s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


FAULT = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>w:InvalidSelectors</s:Value></s:Subcode></s:Code>"
    "<s:Reason><s:Text>why</s:Text></s:Reason></s:Fault>"
)


def test_get_exactly():
    request = Request(uris.ACTION_GET, Target("http://r/C", {"id": "1"}), None)
    settings = Settings("http://server:80/wsman", max_envelope_size=51200, locale=None)
    assert envelope.dump(request, settings, ID).decode() == (
        f'<s:Envelope xmlns:s="{uris.NS_SOAP}" xmlns:wsa="{uris.NS_ADDRESSING}" xmlns:wsman="{uris.NS_WSMAN}">'
        '<s:Header><wsa:To s:mustUnderstand="true">http://server:80/wsman</wsa:To>'
        '<wsman:ResourceURI s:mustUnderstand="true">http://r/C</wsman:ResourceURI>'
        f'<wsa:ReplyTo><wsa:Address s:mustUnderstand="true">{uris.ANONYMOUS}</wsa:Address></wsa:ReplyTo>'
        f'<wsa:Action s:mustUnderstand="true">{uris.ACTION_GET}</wsa:Action>'
        "<wsa:MessageID>uuid:5E6FD101-710A-4EEA-A50D-70C0BF863AA3</wsa:MessageID>"
        '<wsman:MaxEnvelopeSize s:mustUnderstand="true">51200</wsman:MaxEnvelopeSize>'
        "<wsman:OperationTimeout>PT60.000S</wsman:OperationTimeout>"
        '<wsman:SelectorSet><wsman:Selector Name="id">1</wsman:Selector></wsman:SelectorSet>'
        "</s:Header><s:Body/></s:Envelope>"
    )


def test_identify_exactly():
    request = Request(None, None, xml.load_fragment(f'<i:Identify xmlns:i="{uris.NS_IDENTITY}"/>', "body"))
    settings = Settings(URL, data_locale="en-US", session_id=ID)
    assert envelope.dump(request, settings, ID).decode() == (
        f'<s:Envelope xmlns:s="{uris.NS_SOAP}" xmlns:wsmid="{uris.NS_IDENTITY}"><s:Header/>'
        "<s:Body><wsmid:Identify/></s:Body></s:Envelope>"
    )


@pytest.mark.parametrize(
    ("request_", "settings", "name", "text", "must"),
    [
        (GET, Settings(URL), "MaxEnvelopeSize", "512000", "true"),
        (GET, Settings(URL, max_envelope_size=None), "MaxEnvelopeSize", None, None),
        (Request("a", GET.target, None, max_envelope_size=8192), Settings(URL), "MaxEnvelopeSize", "8192", "true"),
        (GET, Settings(URL), "OperationTimeout", "PT60.000S", None),
        (GET, Settings(URL, operation_timeout=60.005), "OperationTimeout", "PT60.005S", None),
        (GET, Settings(URL, operation_timeout=0.5), "OperationTimeout", "PT0.500S", None),
        (GET, Settings(URL, operation_timeout=None), "OperationTimeout", None, None),
        (GET, Settings(URL, operation_timeout=0), "OperationTimeout", None, None),
        (Request("a", GET.target, None, operation_timeout=0), Settings(URL), "OperationTimeout", None, None),
        (Request("a", GET.target, None, operation_timeout=5), Settings(URL), "OperationTimeout", "PT5.000S", None),
        (GET, Settings(URL), "SessionId", None, None),
        (GET, Settings(URL, session_id=ID), "SessionId", f"uuid:{ID.upper()}", "false"),
        (GET, Settings(URL), "SelectorSet", None, None),
        (GET, Settings(URL), "OptionSet", None, None),
        (Request("a", GET.target, None, Fragment("P[2]")), Settings(URL), "FragmentTransfer", "P[2]", "true"),
        (
            Request("a", GET.target, None, total_items_count_estimate=True),
            Settings(URL),
            "RequestTotalItemsCountEstimate",
            "",
            None,
        ),
    ],
)
def test_header_blocks(request_, settings, name, text, must):
    block = header(request_, settings).get(name)
    if text is None:
        assert block is None
    else:
        assert ((block.text or ""), block.get(MUST)) == (text, must)


@pytest.mark.parametrize(
    ("request_", "settings", "languages"),
    [
        (GET, Settings(URL), {"Locale": "en-US"}),
        (GET, Settings(URL, locale=None), {}),
        (GET, Settings(URL, data_locale="de-DE"), {"Locale": "en-US", "DataLocale": "de-DE"}),
        (Request("a", GET.target, None, locale="fr-FR"), Settings(URL), {"Locale": "fr-FR"}),
    ],
)
def test_languages_need_not_be_understood(request_, settings, languages):
    blocks = [block for block in header(request_, settings).values() if block.get(LANG)]
    assert {xml.local(block.tag): block.get(LANG) for block in blocks} == languages
    assert all(block.get(MUST) == "false" for block in blocks)


def test_option_set_and_fragment_dialect():
    target = Target("urn:r", {}, (Option("x"),))
    blocks = header(Request("a", target, None, Fragment("P", uris.DIALECT_XPATH)))
    assert blocks["OptionSet"].get(MUST) == "true"
    assert blocks["OptionSet"][0].get(xml.qname(uris.NS_XSI, "nil")) == "true"
    assert blocks["FragmentTransfer"].get("Dialect") == uris.DIALECT_XPATH


def test_body_and_utf16():
    request = Request("a", GET.target, xml.load_fragment("<b>\u20ac</b>", "body"))
    data = envelope.dump(request, Settings(URL, encoding="utf-16"), ID)
    assert data.startswith(b"\xff\xfe")
    assert xml.load(data)[1][0].text == "\u20ac"


@pytest.mark.parametrize(
    ("given", "sent"), [("ab-cd", "uuid:AB-CD"), ("uuid:ab", "uuid:ab"), ("urn:uuid:ab", "urn:uuid:ab")]
)
def test_message_ids(given, sent):
    assert envelope.format_message_id(given) == sent


def test_load():
    response = envelope.load(answer("<x>1</x><y/>", head="<w:TotalItemsCountEstimate>3</w:TotalItemsCountEstimate>"))
    assert (response.action, response.message_id, response.relates_to) == ("urn:answer", "uuid:1", f"uuid:{ID}")
    assert response.content.tag == "x"
    assert response.header.findtext(xml.qname(uris.NS_WSMAN, "TotalItemsCountEstimate")) == "3"
    assert envelope.load(answer("")).content is None


def test_load_without_a_header():
    response = envelope.load(f'<s:Envelope xmlns:s="{uris.NS_SOAP}"><s:Body/></s:Envelope>'.encode())
    assert (response.header, response.action, response.content) == (None, None, None)


@pytest.mark.parametrize(
    ("data", "relates_to", "words"),
    [
        (answer(), ID, None),
        (answer(), f"uuid:{ID.upper()}", None),
        (answer(relates_to=f"UUID:{ID.upper()}"), ID, None),
        (answer(addressing=uris.NS_ADDRESSING_2005), ID, None),
        (answer(relates_to=None), None, None),
        (answer("<IdentifyResponse/>", relates_to=None), ID, None),
        (answer(relates_to="uuid:other"), ID, f"relates to uuid:other, but the request was uuid:{ID.upper()}"),
        (answer(relates_to=None), ID, None),
        (answer(relates_to=""), ID, None),
        (answer(FAULT, relates_to="uuid:other"), ID, "relates to uuid:other"),
    ],
)
def test_relation(data, relates_to, words):
    if words is None:
        assert envelope.load(data, relates_to=relates_to).content is not None
    else:
        with pytest.raises(ProtocolError, match=words):
            envelope.load(data, relates_to=relates_to)


@pytest.mark.parametrize("status", [None, 200, 400, 401, 500, 503])
@pytest.mark.parametrize("relates_to", [None, "", f"uuid:{ID}"])
def test_faults_come_with_any_status_and_without_relation(status, relates_to):
    with pytest.raises(WSManFault) as caught:
        envelope.load(answer(FAULT, relates_to=relates_to), relates_to=ID, http_status=status)
    assert (caught.value.subcode, caught.value.http_status) == ("wsman:InvalidSelectors", status)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"<html/>", "no SOAP envelope with a body but XML with the root 'html'"),
        (b"<Envelope><Body/></Envelope>", "no SOAP envelope"),
        (f'<s:Envelope xmlns:s="{uris.NS_SOAP}"><s:Header/></s:Envelope>'.encode(), "no SOAP envelope with a body"),
        (answer(soap=uris.NS_SOAP_11), "SOAP 1.1"),
    ],
)
def test_what_is_no_answer(data, words):
    with pytest.raises(ProtocolError, match=words):
        envelope.load(data)


def test_a_member_named_fault_is_none():
    assert envelope.load(answer("<x><s:Fault/></x>")).content.tag == "x"
    assert envelope.load(answer("<Fault/>")).content.tag == "Fault"
