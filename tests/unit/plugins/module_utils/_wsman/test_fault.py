# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults in every shape, Windows' numbers and names, and what a fault says about an instance."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import envelope, fault, fault_codes, uris
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import WSManFault

DETAIL = uris.FAULT_DETAIL
UNREACHABLE = "a:DestinationUnreachable"
WMI_ERROR = "MSFT_WmiError"
NAMESPACES = (
    f'xmlns:s="{uris.NS_SOAP}" xmlns:w="{uris.NS_WSMAN}" xmlns:n="{uris.NS_ENUMERATION}" '
    f'xmlns:a="{uris.NS_ADDRESSING}" xmlns:x="{uris.NS_TRANSFER}" xmlns:e="{uris.NS_EVENTING}" '
    f'xmlns:i="{uris.NS_XSI}" xmlns:f="{uris.NS_FAULT}" xmlns:b="{uris.NS_CIMBINDING}"'
)


def load(detail="", code="s:Sender", subcode="w:InternalError", reason="why", head=""):
    """The fault of an answer with these parts; None leaves a part out."""
    parts = f"<s:Code><s:Value>{code}</s:Value>" if code is not None else "<s:Code><s:Value/>"
    if subcode is not None:
        parts += f"<s:Subcode><s:Value>{subcode}</s:Value></s:Subcode>"
    parts += "</s:Code>"
    if reason is not None:
        parts += f'<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason>'
    if detail is not None:
        parts += f"<s:Detail>{detail}</s:Detail>"
    body = f"<s:Body><s:Fault>{parts}</s:Fault></s:Body>"
    data = f"<s:Envelope {NAMESPACES}><s:Header>{head}</s:Header>{body}</s:Envelope>"
    with pytest.raises(WSManFault) as caught:
        envelope.load(data.encode())
    return caught.value


def windows(code, text="", inner=""):
    return f'<f:WSManFault Code="{code}" Machine="m"><f:Message>{text}{inner}</f:Message></f:WSManFault>'


def provider(text):
    return windows(2150858755, inner=f"<f:ProviderFault>{text}</f:ProviderFault>")


def fault_detail(name):
    return f"<w:FaultDetail>{DETAIL}{name}</w:FaultDetail>"


def cim_error(name="OMI_Error", **members):
    inner = "".join(f"<p:{key}>{value}</p:{key}>" for key, value in members.items())
    return f'<p:{name} xmlns:p="urn:{name}" b:IsCIM_Error="true">{inner}</p:{name}>'


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("w:InvalidSelectors", "wsman:InvalidSelectors"),
        (" n:CannotProcessFilter\n", "wsen:CannotProcessFilter"),
        ("w:CannotProcessFilter", "wsman:CannotProcessFilter"),
        ("a:DestinationUnreachable", "wsa:DestinationUnreachable"),
        ("x:InvalidRepresentation", "wxf:InvalidRepresentation"),
        ("e:InvalidMessage", "wse:InvalidMessage"),
        ("b:PolymorphismModeNotSupported", "wsmb:PolymorphismModeNotSupported"),
        ("undeclared:DestinationUnreachable", "wsa:DestinationUnreachable"),
        ("undeclared:TimedOut", "wsman:TimedOut"),
        ("wsen:TimedOut", "wsen:TimedOut"),
        ("TimedOut", "wsman:TimedOut"),
        ("a:EndpointUnavilable", "wsa:EndpointUnavailable"),
        ("b:DevliveryToUnusable", "wsman:EventDeliverToUnusable"),
        ("w:Unheard", "wsman:Unheard"),
        ("q:Unheard", "q:Unheard"),
        # a namespace that has no such subcode, where another has
        ("w:InvalidEnumerationContext", "wsen:InvalidEnumerationContext"),
        ("n:EncodingLimit", "wsman:EncodingLimit"),
        # nested: the innermost that is known says most
        ("q:Unheard</s:Value><s:Subcode><s:Value>w:TimedOut</s:Value></s:Subcode><s:Value>", "wsman:TimedOut"),
        ("w:TimedOut</s:Value><s:Subcode><s:Value>q:Unheard</s:Value></s:Subcode><s:Value>", "wsman:TimedOut"),
        ("", None),
        (None, None),
    ],
)
def test_subcodes(written, read):
    assert load(subcode=written).subcode == read


def test_subcodes_in_the_namespaces_at_their_place():
    data = (
        f'<e:Envelope xmlns:e="{uris.NS_SOAP}"><e:Body><e:Fault><e:Code><e:Value>e:Sender</e:Value>'
        f'<e:Subcode xmlns:e="{uris.NS_SOAP}" xmlns:wsman="{uris.NS_ENUMERATION}">'
        "<e:Value>wsman:TimedOut</e:Value></e:Subcode>"
        f'</e:Code><e:Detail xmlns:wsman="{uris.NS_WSMAN}"/></e:Fault></e:Body></e:Envelope>'
    )
    with pytest.raises(WSManFault) as caught:
        envelope.load(data.encode())
    assert (caught.value.code, caught.value.subcode) == ("s:Sender", "wsen:TimedOut")


def test_subcode_of_a_default_namespace_and_of_an_unknown_one():
    parts = (
        '<Fault xmlns="{}"><Code><Value>Sender</Value>'
        '<Subcode><Value xmlns:q="urn:q">{}</Value></Subcode></Code></Fault>'
    )
    for written, read in (("q:Own", "{urn:q}Own"), ("q:TimedOut", "wsman:TimedOut")):
        body = parts.format(uris.NS_SOAP, written)
        data = f'<s:Envelope xmlns:s="{uris.NS_SOAP}"><s:Body>{body}</s:Body></s:Envelope>'
        with pytest.raises(WSManFault) as caught:
            envelope.load(data.encode())
        assert (caught.value.code, caught.value.subcode) == ("s:Sender", read)


@pytest.mark.parametrize(
    ("code", "read"),
    [("s:Sender", "s:Sender"), ("zz:Receiver", "s:Receiver"), ("s:MustUnderstand", "s:MustUnderstand"), (None, None)],
)
def test_codes(code, read):
    assert load(code=code, subcode=None).code == read


@pytest.mark.parametrize(
    ("written", "read", "name"),
    [
        (DETAIL + "InvalidValue", DETAIL + "InvalidValue", "InvalidValue"),
        ("wsman:faultDetail/ResourceNotFound", DETAIL + "ResourceNotFound", "ResourceNotFound"),
        (DETAIL.replace("/f", "/:f") + "FilteringRequired", DETAIL + "FilteringRequired", "FilteringRequired"),
        (DETAIL + "AmbigousSelectors", DETAIL + "AmbiguousSelectors", "AmbiguousSelectors"),
        (DETAIL + "CharechterSet", DETAIL + "CharacterSet", "CharacterSet"),
        (DETAIL + "AutherizationMode", DETAIL + "AuthorizationMode", "AuthorizationMode"),
        (DETAIL + "FormatSecurityTocken", DETAIL + "FormatSecurityToken", "FormatSecurityToken"),
        (DETAIL + "UriLimitExceeded", DETAIL + "URILimitExceeded", "URILimitExceeded"),
        ("  " + DETAIL + "invalidresourceuri ", DETAIL + "InvalidResourceURI", "InvalidResourceURI"),
        (DETAIL + "Own", DETAIL + "Own", "Own"),
        ("urn:own/Detail", "urn:own/Detail", "Detail"),
        ("just text", "just text", "just text"),
        ("", None, None),
    ],
)
def test_fault_details(written, read, name):
    found = load(f"<w:FaultDetail>{written}</w:FaultDetail>")
    assert (found.fault_detail, fault.detail_name(found)) == (read, name)


@pytest.mark.parametrize("detail", [None, "", "text only", "<f:Message>x</f:Message>"])
def test_nothing_useful_in_the_detail(detail):
    found = load(detail, reason=None)
    assert (found.fault_detail, found.windows_code, found.provider, found.cim_error, found.reason) == (None,) * 5
    assert str(found) == "wsman:InternalError: the service gave no reason"


def test_empty_fault():
    data = f'<s:Envelope xmlns:s="{uris.NS_SOAP}"><s:Body><s:Fault/></s:Body></s:Envelope>'
    with pytest.raises(WSManFault) as caught:
        envelope.load(data.encode(), http_status=200)
    assert caught.value.to_plain() == {
        "code": None,
        "subcode": None,
        "reason": None,
        "fault_detail": None,
        "windows_code": None,
        "windows_name": None,
        "machine": None,
        "provider": None,
        "cim_error": None,
        "http_status": 200,
        "remedy": None,
    }


@pytest.mark.parametrize(
    ("detail", "code", "name"),
    [
        (windows(2150858793), 2150858793, "OPERATION_TIMEDOUT"),
        (windows("0x80338029"), 2150858793, "OPERATION_TIMEDOUT"),
        (windows(-2144108503), 2150858793, "OPERATION_TIMEDOUT"),
        (windows(32768), 32768, "RESOURCE_NOT_FOUND"),
        (windows(5), 5, "ERROR_ACCESS_DENIED"),
        (windows(87), 87, "ERROR_INVALID_PARAMETER"),
        (windows(170), 170, "ERROR_BUSY"),
        (windows(1359), 1359, "ERROR_INTERNAL_ERROR"),
        (windows(2147942405), 2147942405, "ERROR_ACCESS_DENIED"),
        (windows(2147749890), 0x80041002, "WBEM_E_NOT_FOUND"),
        (windows(4294967295), 4294967295, None),
        (windows(0), None, None),
        (windows(""), None, None),
        (windows("abc"), None, None),
        ('<f:WSManFault Machine="m"/>', None, None),
        (provider(windows(2147749904)), 0x80041010, "WBEM_E_INVALID_CLASS"),
        (provider(windows(0)), 2150858755, "PROVIDER_FAILURE"),
        (cim_error(WMI_ERROR, MessageID="HRESULT 0x803381a5", error_Code=2150859173), 2150859173, "QUOTA_MAX_SHELLS"),
        (
            cim_error(WMI_ERROR, MessageID="other", error_Code=2147749890, error_Type="HRESULT"),
            0x80041002,
            "WBEM_E_NOT_FOUND",
        ),
        (cim_error(WMI_ERROR, error_Code=6, error_Type="MI"), None, None),
        (cim_error(MessageID="OMI:MI_Result:6", OMI_Code=6), None, None),
    ],
)
def test_windows_numbers(detail, code, name):
    found = load(detail)
    assert (found.windows_code, found.windows_name) == (code, name)


def test_provider_faults_of_any_depth():
    text = windows(2147749911, "deepest")
    for number in range(10):
        text = windows(2150858755, inner=f'<f:ProviderFault provider="p{number}" path="%x%">{text}</f:ProviderFault>')
    found = load(text, reason="")
    assert found.provider == {"provider": "p0", "path": "%x%", "Message": "deepest"}
    assert (found.reason, found.windows_name, found.machine) == ("deepest", "WBEM_E_INVALID_QUERY", "m")


def test_provider_fault_with_text_and_extended_error():
    extended = (
        '<f:ExtendedError><p:__ExtendedStatus xmlns:p="urn:p" i:type="p:T"><p:Description i:nil="true"/>'
        "<p:Operation>ExecQuery</p:Operation><p:ParameterInfo>Select * from X</p:ParameterInfo>"
        "<p:StatusCode>2147749890</p:StatusCode></p:__ExtendedStatus></f:ExtendedError>"
    )
    inner = f'<f:ProviderFault provider="WMI Provider">no such\n thing{extended}</f:ProviderFault>'
    found = load(windows(2150858778, inner=inner))
    assert found.provider == {
        "provider": "WMI Provider",
        "Message": "no such thing",
        "ExtendedError": {
            "Description": None,
            "Operation": "ExecQuery",
            "ParameterInfo": "Select * from X",
            "StatusCode": "2147749890",
        },
    }
    assert str(found) == "wsman:InternalError (2150858778 ENUMERATE_CANNOT_PROCESS_FILTER): why"


def test_an_extended_error_is_no_message_wherever_it_stands():
    extended = "<f:ExtendedError><p:S xmlns:p='urn:p'><p:StatusCode>1</p:StatusCode></p:S></f:ExtendedError>"
    found = load(f'<f:WSManFault Code="5"><f:Message>no entry</f:Message>{extended}</f:WSManFault>', reason="")
    assert found.reason == "no entry"


def test_provider_error_of_the_event_log():
    error = '<t:ProviderError xmlns:t="urn:t">broken</t:ProviderError>'
    inner = f'<f:ProviderFault provider="Event">{error}</f:ProviderFault>'
    assert load(windows(15001, inner=inner)).provider == {"provider": "Event", "Message": "broken"}


def test_cim_errors():
    detail = (
        '<p:OMI_Error b:IsCIM_Error="true" xmlns:p="urn:p"><p:ErrorType i:nil="true"/><p:Message>text</p:Message>'
        "<p:CIMStatusCode>6</p:CIMStatusCode><p:MessageArguments>a</p:MessageArguments>"
        "<p:MessageArguments>b</p:MessageArguments><p:MessageArguments>c</p:MessageArguments>"
        "<p:PerceivedSeverity>seven</p:PerceivedSeverity><p:Inner><p:X>1</p:X></p:Inner></p:OMI_Error>"
    )
    assert load(detail).cim_error == {
        "ErrorType": None,
        "Message": "text",
        "CIMStatusCode": 6,
        "MessageArguments": ["a", "b", "c"],
        "PerceivedSeverity": "seven",
        "Inner": {"X": "1"},
    }


@pytest.mark.parametrize("name", ["MSFT_WmiError", "OMI_Error", "CIM_Error", "Vendor_Error"])
def test_cim_errors_by_any_name(name):
    found = load(cim_error(name, CIMStatusCode=11), reason=None)
    assert found.cim_error == {"CIMStatusCode": 11}


def test_reason_with_line_breaks_and_several_texts():
    assert load(reason="\n  first\n   line </s:Text><s:Text>second").reason == "first line"
    assert load(reason="</s:Text><s:Text>second").reason == "second"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"code": "s:MustUnderstand", "head": '<s:NotUnderstood qname="w:Foo"/>'}, "header block w:Foo"),
        ({"subcode": "w:AccessDenied"}, "rights"),
        ({"subcode": "w:EncodingLimit", "detail": fault_detail("MaxEnvelopeSize")}, "max_envelope_size"),
        ({"detail": windows(2150859003)}, "wmicimv2/*"),
        ({"detail": windows(2147749904)}, "class"),
        ({"subcode": "w:InvalidSelectors", "detail": fault_detail("InsufficientSelectors")}, "selector_set"),
    ],
)
def test_remedies(parts, words):
    assert words in load(**parts).remedy


def test_no_remedy_is_better_than_a_wrong_one():
    assert load().remedy is None
    detail = fault_detail("InvalidResourceURI")
    assert "resource_uri" in load(detail, subcode=UNREACHABLE).remedy
    assert "or no such instance" in load(detail + windows(2150858752), subcode=UNREACHABLE).remedy


NOT_FOUND = "The requested object could not be found"
EXTENDED = (
    '<f:ProviderFault><f:ExtendedError><p:__ExtendedStatus xmlns:p="urn:p">'
    "<p:StatusCode>{}</p:StatusCode></p:__ExtendedStatus></f:ExtendedError></f:ProviderFault>"
)


@pytest.mark.parametrize(
    ("parts", "is_not_found", "may_be"),
    [
        ({"detail": windows(2150858752)}, False, True),
        ({"detail": windows(2150858752, inner=EXTENDED.format(2147749890))}, True, True),
        ({"detail": windows(2150858752, inner=EXTENDED.format(2147749904))}, False, False),
        ({"detail": windows(2147749890)}, True, True),
        ({"detail": cim_error(CIMStatusCode=6)}, True, True),
        ({"detail": cim_error(WMI_ERROR, CIMStatusCode=6, MessageID="HRESULT 0x80041002")}, True, True),
        ({"detail": "<w:FaultDetail>wsman:faultDetail/ResourceNotFound</w:FaultDetail>"}, False, True),
        ({"subcode": UNREACHABLE, "reason": NOT_FOUND, "detail": None}, False, True),
        ({"subcode": UNREACHABLE, "reason": "The target namespace does not exist"}, False, True),
        ({"subcode": UNREACHABLE, "detail": fault_detail("InvalidResourceURI")}, False, False),
        ({"subcode": UNREACHABLE, "reason": NOT_FOUND, "detail": cim_error(CIMStatusCode=5)}, False, False),
        ({"detail": windows(2150858811), "subcode": UNREACHABLE}, False, False),
        ({"detail": windows(2147749904), "reason": NOT_FOUND}, False, False),
        ({"detail": windows(2147749902)}, False, False),
        ({"detail": cim_error(CIMStatusCode=3)}, False, False),
        ({"detail": cim_error(CIMStatusCode=12)}, False, False),
        ({"subcode": "w:InvalidSelectors", "detail": fault_detail("UnexpectedSelectors")}, False, False),
        ({"subcode": "w:AccessDenied"}, False, False),
        ({"reason": NOT_FOUND}, False, False),
    ],
)
def test_is_not_found(parts, is_not_found, may_be):
    found = load(**parts)
    assert (fault.is_not_found(found), fault.may_be_not_found(found)) == (is_not_found, may_be)


CLASS = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"


@pytest.mark.parametrize(
    ("code", "uri", "is_not_found", "may_be"),
    [
        (2150858752, uris.NS_CONFIG + "/listener", True, True),
        (32768, uris.NS_CONFIG + "/listener", True, True),
        (2150858752, CLASS, False, True),
        (2150858752, None, False, True),
        (2147749890, CLASS, True, True),
        (2150858811, uris.NS_CONFIG + "/listener", False, False),
        (2150858843, uris.NS_SHELL + "/cmd", False, False),
    ],
)
def test_what_is_missing_where_there_is_no_class(code, uri, is_not_found, may_be):
    found = load(windows(code), subcode=UNREACHABLE)
    assert (fault.is_not_found(found, uri), fault.may_be_not_found(found, uri)) == (is_not_found, may_be)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"subcode": "w:AlreadyExists"}, True),
        ({"detail": windows(2150858803)}, True),
        ({"detail": windows(0x80041019)}, True),
        ({"detail": windows(183)}, True),
        ({"detail": windows(0x800700B7)}, True),
        ({"detail": cim_error(CIMStatusCode=11)}, True),
        ({"detail": cim_error(CIMStatusCode=6)}, False),
        ({"subcode": "w:InvalidSelectors"}, False),
        ({"detail": windows(2150858752)}, False),
    ],
)
def test_is_already_exists(parts, expected):
    assert fault.is_already_exists(load(**parts)) is expected


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (2150858752, "RESOURCE_NOT_FOUND"),
        (2150858752 + 510, "CERTMAPPING_CREDENTIAL_MANAGEMENT_FAILIED"),
        (2150858874, "URI_QUERY_STRING_SYNTAX_ERROR"),
        (5, "ERROR_ACCESS_DENIED"),
        (0x80041010, "WBEM_E_INVALID_CLASS"),
        # as wbemcli.h of the Windows SDK counts them
        (0x80041007, "WBEM_E_INVALID_CONTEXT"),
        (0x8004102B, "WBEM_E_VALUE_OUT_OF_RANGE"),
        (0x8004102D, "WBEM_E_INVALID_CIM_TYPE"),
        (0x8004102E, "WBEM_E_INVALID_METHOD"),
        (0x8004102F, "WBEM_E_INVALID_METHOD_PARAMETERS"),
        (0x80041045, "WBEM_E_SERVER_TOO_BUSY"),
        (0x80041061, "WBEM_E_QUEUE_OVERFLOW"),
        (0x80041062, "WBEM_E_PRIVILEGE_NOT_HELD"),
        (0x8004106C, "WBEM_E_QUOTA_VIOLATION"),
    ],
)
def test_names_both_ways(code, name):
    assert fault_codes.name_of(code) == name
    assert fault_codes.code_of(name) == code
    assert fault_codes.code_of("ERROR_WSMAN_" + name) == code


def test_tables_are_whole():
    assert sum(code >> 16 == 0x8033 for code in fault_codes.NAMES) == 363
    assert len(fault_codes.CODES) == len(fault_codes.NAMES)
    assert {name for names in fault_codes.SOAP_FAULTS.values() for name in names} <= set(fault_codes.CODES)


@pytest.mark.parametrize(
    ("subcode", "detail", "names"),
    [
        ("wsman:InvalidSelectors", "UnexpectedSelectors", ("UNEXPECTED_SELECTORS",)),
        ("wsman:InvalidSelectors", None, ("INVALID_SELECTORS",)),
        ("wsa:DestinationUnreachable", "InvalidResourceURI", ("INVALID_RESOURCE_URI", "RESOURCE_NOT_FOUND")),
        ("wsman:AccessDenied", None, ("ERROR_ACCESS_DENIED",)),
        ("wsa:EndpointUnavailable", None, ("ENDPOINT_UNAVAILABLE",)),
        ("wsman:Nothing", None, ()),
        (None, None, ()),
    ],
)
def test_names_of_soap_faults(subcode, detail, names):
    assert fault_codes.names_of(subcode, detail) == names
