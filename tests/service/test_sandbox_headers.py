# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The headers of a request: for each wrong thing the fault that MS-WSMV 3.1.4.1 gives it."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element

import pytest
from sandbox_requests import MUST, A, N, P, S, W, content, element, envelope, fault, handle, header

from sandbox import names
from sandbox.headers import Limits, parse_duration
from sandbox.provider import Call, Provider
from sandbox.service import Caller, Service
from sandbox.style import WINDOWS

URI = "http://example.org/thing"


class Thing(Provider):
    """Remembers the call."""

    uris = (URI, "http://example.org/below/")

    def get(self, call: Call) -> Element:
        self.call = call
        return Element("{http://example.org/thing}Thing")


@pytest.fixture
def thing() -> Thing:
    return Thing()


@pytest.fixture
def service(thing: Thing) -> Service:
    return Service(WINDOWS, [thing], lambda: Limits(max_timeout=30.0))


def _selectors(*names_: str) -> Element:
    return element(W + "SelectorSet", None, *(element(W + "Selector", "v", Name=name) for name in names_))


FAULTS: list[tuple[str, dict[str, Element | None], tuple[str | None, str | None, int]]] = [
    ("no action", {A + "Action": None}, ("MessageInformationHeaderRequired", None, 2150858769)),
    ("empty action", {A + "Action": element(A + "Action")}, ("InvalidMessageInformationHeader", None, 2150858767)),
    ("no message id", {A + "MessageID": None}, ("InvalidMessageInformationHeader", None, 2150858767)),
    (
        "message id too long",
        {A + "MessageID": element(A + "MessageID", "x" * 2049)},
        ("InvalidMessageInformationHeader", None, 2150858767),
    ),
    ("no to", {A + "To": None}, ("MessageInformationHeaderRequired", None, 2150858769)),
    ("no reply to", {A + "ReplyTo": None}, ("MessageInformationHeaderRequired", None, 2150858769)),
    (
        "reply to elsewhere",
        {A + "ReplyTo": element(A + "ReplyTo", None, element(A + "Address", "http://elsewhere/"))},
        ("UnsupportedFeature", "AddressingMode", 2150858870),
    ),
    (
        "faults elsewhere",
        {A + "FaultTo": element(A + "FaultTo", None, element(A + "Address", "http://elsewhere/"))},
        ("UnsupportedFeature", "AddressingMode", 2150858870),
    ),
    ("no resource", {W + "ResourceURI": None}, ("DestinationUnreachable", "InvalidResourceURI", 2150858811)),
    (
        "unknown resource",
        {W + "ResourceURI": element(W + "ResourceURI", URI + "s")},
        ("DestinationUnreachable", "InvalidResourceURI", 2150858811),
    ),
    (
        "uri too long",
        {W + "ResourceURI": element(W + "ResourceURI", "h" * 2049)},
        ("EncodingLimit", "URILimitExceeded", 2150858797),
    ),
    (
        "envelope too small",
        {W + "MaxEnvelopeSize": element(W + "MaxEnvelopeSize", "8191")},
        ("EncodingLimit", "MinimumEnvelopeLimit", 2150858878),
    ),
    (
        "envelope is no number",
        {W + "MaxEnvelopeSize": element(W + "MaxEnvelopeSize", "-1")},
        ("InvalidMessageInformationHeader", None, 2150858767),
    ),
    (
        "timeout is no duration",
        {W + "OperationTimeout": element(W + "OperationTimeout", "60")},
        ("InvalidMessageInformationHeader", "InvalidTimeout", 2150858881),
    ),
    (
        "locale must be understood",
        {W + "Locale": Element(W + "Locale", {**MUST, names.XML_LANG: "de"})},
        ("UnsupportedFeature", "Locale", 2150858887),
    ),
    (
        "data locale must be understood",
        {P + "DataLocale": Element(P + "DataLocale", {**MUST, names.XML_LANG: "de"})},
        ("UnsupportedFeature", "DataLocale", 2150858818),
    ),
    ("unknown header", {"{urn:x}Other": Element("{urn:x}Other", MUST)}, (None, None, 2150858768)),
    (
        "selector twice",
        {W + "SelectorSet": _selectors("Name", "name")},
        ("InvalidSelectors", "DuplicateSelectors", 2150858847),
    ),
    (
        "option that must be complied with",
        {W + "OptionSet": element(W + "OptionSet", None, element(W + "Option", "1", Name="o", MustComply="true"))},
        ("InvalidOptions", None, 2150858809),
    ),
    (
        "fragment without mustUnderstand",
        {W + "FragmentTransfer": element(W + "FragmentTransfer", "A")},
        ("InvalidMessageInformationHeader", None, 2150858767),
    ),
    (
        "fragment of what has none",
        {W + "FragmentTransfer": Element(W + "FragmentTransfer", MUST)},
        ("UnsupportedFeature", "FragmentLevelAccess", 2150858871),
    ),
]


@pytest.mark.parametrize(("change", "expected"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_wrong_headers_get_their_fault(
    service: Service, change: dict[str, Element | None], expected: tuple[str | None, str | None, int]
) -> None:
    blocks: dict[str, t.Any] = {**header(names.GET, URI), **change}
    reply = handle(service, {tag: block for tag, block in blocks.items() if block is not None})
    assert (reply.status, fault(reply)) == (500, expected)


OTHER_BODIES = [
    (b"<a><b></a>", ("InternalError", "Invalid", 2150858819)),
    (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', ("InternalError", "Invalid", 2150858819)),
    (b"", ("InternalError", "Invalid", 2150858819)),
    (b"<a/>", ("SchemaValidationError", None, 2150858817)),
    (b'<E:Envelope xmlns:E="http://schemas.xmlsoap.org/soap/envelope/"/>', (None, None, 2150858765)),
    (b"\xff\xfe<\x00", ("InternalError", "Invalid", 2150858819)),
    (b"<a>\xff</a>", ("EncodingLimit", "CharacterSet", 2150858828)),
]


@pytest.mark.parametrize(("data", "expected"), OTHER_BODIES)
def test_what_is_no_envelope_gets_its_fault(service: Service, data: bytes, expected: tuple[t.Any, ...]) -> None:
    assert fault(service.handle(data, None, Caller("u"))) == expected


def test_fault_names_the_header_that_was_not_understood(service: Service) -> None:
    reply = handle(service, {**header(names.GET, URI), "x": Element("{urn:x}Other", MUST)})
    assert b'NotUnderstood qname="q:Other"' in reply.body


def test_answer_in_utf_16_where_the_request_was(service: Service) -> None:
    data = envelope(header(names.GET, URI)).decode().encode("utf-16")
    reply = service.handle(data, "UTF-16", Caller("u"))
    assert reply.encoding == "utf-16"
    assert reply.body.decode("utf-16").startswith("<s:Envelope")


def test_call_has_what_the_headers_say(service: Service, thing: Thing) -> None:
    options = [element(W + "Option", "1", Name="a", Type="xs:int"), Element(W + "Option", {"Name": "b"})]
    options[1].set(names.XSI_NIL, "true")
    blocks = header(names.GET, URI.upper().replace("HTTP", "http"), {"Name": "x"})
    blocks[W + "OptionSet"] = element(W + "OptionSet", None, *options)
    blocks[W + "MaxEnvelopeSize"].text = "999999999"
    assert handle(service, blocks).status == 200
    call = thing.call
    assert (call.selector("NAME"), call.max_envelope_size, call.operation_timeout) == ("x", 512000, 30.0)
    assert [(option.name, option.value, option.type) for option in call.options] == [
        ("a", "1", "xs:int"),
        ("b", None, None),
    ]


def test_endpoint_reference_as_a_selector(service: Service, thing: Thing) -> None:
    inner = element(W + "SelectorSet", None, element(W + "Selector", "v", Name="k"))
    parameters = element(A + "ReferenceParameters", None, element(W + "ResourceURI", "urn:r"), inner)
    reference = element(A + "EndpointReference", None, element(A + "Address", "urn:a"), parameters)
    blocks = header(names.GET, URI)
    blocks[W + "SelectorSet"] = element(
        W + "SelectorSet", None, element(W + "Selector", None, reference, Name="Antecedent")
    )
    assert handle(service, blocks).status == 200
    assert thing.call.selectors == {
        "Antecedent": {"address": "urn:a", "resource_uri": "urn:r", "selector_set": {"k": "v"}}
    }


def test_prefix_uri_serves_all_below_it(service: Service) -> None:
    assert handle(service, header(names.GET, "http://example.org/below/A/b")).status == 200


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (names.PUT, ("InvalidRepresentation", None, 2150858773)),
        (names.DELETE, ("ActionNotSupported", None, 2150858771)),
        (URI + "/Method", ("ActionNotSupported", None, 2150858771)),
        ("urn:else/Method", ("ActionNotSupported", None, 2150858771)),
        (names.RENEW, ("ActionNotSupported", None, 2150858771)),
        (N[1:-1] + "/Other", ("ActionNotSupported", None, 2150858771)),
    ],
)
def test_actions_that_the_resource_has_not(service: Service, action: str, expected: tuple[t.Any, ...]) -> None:
    assert fault(handle(service, header(action, URI))) == expected


def test_response_relates_to_the_request(service: Service) -> None:
    reply = handle(service, header(names.GET, URI))
    assert b"<a:RelatesTo>uuid:6F4A0D71-0000-0000-0000-000000000001</a:RelatesTo>" in reply.body
    assert f"<a:Action>{names.GET}Response</a:Action>".encode() in reply.body
    assert reply.body.startswith(b"<s:Envelope ") and b'xml:lang="en-US"' in reply.body


@pytest.mark.parametrize(
    ("user", "version", "profiles"),
    [("u", "OS: 10.0.20348 SP: 0.0 Stack: 3.0", 2), (None, "OS: 0.0.0 SP: 0.0 Stack: 3.0", 0)],
)
def test_identify(service: Service, user: str | None, version: str, profiles: int) -> None:
    identify = Element(f"{{{names.IDENTITY}}}Identify")
    found = content(service.handle(envelope({}, identify), None, Caller(user)))
    assert found is not None and S not in found.tag
    assert found.findtext(f"{{{names.IDENTITY}}}ProductVersion") == version
    assert len(list(found.iter(f"{{{names.IDENTITY}}}SecurityProfileName"))) == profiles


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT60.000S", 60.0),
        ("PT1M30.5S", 90.5),
        ("P1DT2H", 93600.0),
        ("P1Y", 31536000.0),
        ("-PT5S", -5.0),
        ("PT", None),
        ("P", None),
        ("60", None),
        ("PT5", None),
        ("", None),
    ],
)
def test_duration(text: str, seconds: float | None) -> None:
    assert parse_duration(text) == seconds


def test_users_that_may_only_read(thing: Thing) -> None:
    service = Service(WINDOWS, [thing], read_only_users={"reader"})
    assert fault(handle(service, header(names.DELETE, URI), user="reader")) == ("AccessDenied", None, 5)
    assert handle(service, header(names.GET, URI), user="reader").status == 200
