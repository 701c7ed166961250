# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which number, subcode, detail and action belong to each of Windows' error names (protocol.md 6.2, 6.3)."""

from __future__ import annotations

import typing as t

BASE = 2150858752


class Row(t.NamedTuple):
    """One error: its number, the SOAP code, the subcode with its usual prefix, the last part of FaultDetail's URI."""

    number: int
    code: str
    subcode: str
    detail: str
    family: str


ROWS: dict[str, Row] = {
    "SOAP_VERSION_MISMATCH": Row(2150858765, "VersionMismatch", "", "", "addressing"),
    "SOAP_FAULT_MUST_UNDERSTAND": Row(2150858768, "MustUnderstand", "", "", "addressing"),
    "ACCESS_DENIED": Row(5, "Sender", "wsman:AccessDenied", "", "wsman"),
    "ACTION_MISMATCH": Row(2150858801, "Sender", "wsa:ActionNotSupported", "ActionMismatch", "addressing"),
    "ACTION_NOT_SUPPORTED": Row(2150858771, "Sender", "wsa:ActionNotSupported", "", "addressing"),
    "INVALID_ACTIONURI": Row(2150858753, "Sender", "wsa:ActionNotSupported", "", "addressing"),
    "ALREADY_EXISTS": Row(2150858803, "Sender", "wsman:AlreadyExists", "", "wsman"),
    "ENUMERATE_CANNOT_PROCESS_FILTER": Row(2150858778, "Sender", "wsen:CannotProcessFilter", "", "enumeration"),
    "CONCURRENCY": Row(2150858802, "Sender", "wsman:Concurrency", "", "wsman"),
    "DELIVERY_REFUSED": Row(2150858804, "Receiver", "wsman:DeliveryRefused", "", "wsman"),
    "INVALID_RESOURCE_URI": Row(2150858811, "Sender", "wsa:DestinationUnreachable", "InvalidResourceURI", "addressing"),
    "RESOURCE_NOT_FOUND": Row(2150858752, "Sender", "wsa:DestinationUnreachable", "InvalidResourceURI", "addressing"),
    "DESTINATION_UNREACHABLE": Row(2150858770, "Sender", "wsa:DestinationUnreachable", "", "addressing"),
    "URI_LIMIT": Row(2150858797, "Sender", "wsman:EncodingLimit", "URILimitExceeded", "wsman"),
    "MIN_ENVELOPE_SIZE": Row(2150858878, "Sender", "wsman:EncodingLimit", "MinimumEnvelopeLimit", "wsman"),
    "MAX_ENVELOPE_SIZE": Row(2150858823, "Sender", "wsman:EncodingLimit", "MaxEnvelopeSize", "wsman"),
    "MAX_ENVELOPE_SIZE_EXCEEDED": Row(2150858824, "Sender", "wsman:EncodingLimit", "MaxEnvelopeSizeExceeded", "wsman"),
    "SERVER_ENVELOPE_LIMIT": Row(2150858825, "Sender", "wsman:EncodingLimit", "ServiceEnvelopeLimit", "wsman"),
    "SELECTOR_LIMIT": Row(2150858826, "Sender", "wsman:EncodingLimit", "SelectorLimit", "wsman"),
    "OPTION_LIMIT": Row(2150858827, "Sender", "wsman:EncodingLimit", "OptionLimit", "wsman"),
    "CHARACTER_SET": Row(2150858828, "Sender", "wsman:EncodingLimit", "CharacterSet", "wsman"),
    "UNREPORTABLE_SUCCESS": Row(2150858829, "Sender", "wsman:EncodingLimit", "UnreportableSuccess", "wsman"),
    "WHITESPACE": Row(2150858830, "Sender", "wsman:EncodingLimit", "Whitespace", "wsman"),
    "ENCODING_TYPE": Row(2150859033, "Sender", "wsman:EncodingLimit", "EncodingType", "wsman"),
    "ENCODING_LIMIT": Row(2150858805, "Sender", "wsman:EncodingLimit", "", "wsman"),
    "ENDPOINT_UNAVAILABLE_INVALID_VALUE": Row(
        2150859034, "Receiver", "wsa:EndpointUnavailable", "InvalidValues", "addressing"
    ),
    "ENDPOINT_UNAVAILABLE": Row(2150858772, "Receiver", "wsa:EndpointUnavailable", "", "addressing"),
    "ENUMERATE_FILTER_DIALECT_REQUESTED_UNAVAILABLE": Row(
        2150858777, "Sender", "wsen:FilterDialectRequestedUnavailable", "", "enumeration"
    ),
    "ENUMERATE_FILTERING_NOT_SUPPORTED": Row(2150858776, "Sender", "wsen:FilteringNotSupported", "", "enumeration"),
    "CANNOT_PROCESS_FILTER": Row(2150859042, "Sender", "wsman:CannotProcessFilter", "", "wsman"),
    "INTERNAL_ERROR": Row(1359, "Receiver", "wsman:InternalError", "", "wsman"),
    "INVALID_TIMEOUT_HEADER": Row(
        2150858881, "Sender", "wsa:InvalidMessageInformationHeader", "InvalidTimeout", "wsman"
    ),
    "FRAGMENT_DIALECT_REQUESTED_UNAVAILABLE": Row(
        2150858896, "Receiver", "wsman:FragmentDialectNotSupported", "", "wsman"
    ),
    "INVALID_FRAGMENT_PATH": Row(2150858899, "Sender", "wsman:CannotProcessFilter", "", "wsman"),
    "BOOKMARK_EXPIRED": Row(2150858832, "Sender", "wsman:InvalidBookmark", "Expired", "wsman"),
    "INVALID_BOOKMARK": Row(2150858808, "Sender", "wsman:InvalidBookmark", "", "wsman"),
    "ENUMERATE_INVALID_ENUMERATION_CONTEXT": Row(
        2150858779, "Receiver", "wsen:InvalidEnumerationContext", "", "enumeration"
    ),
    "ENUMERATE_INVALID_EXPIRATION_TIME": Row(2150858774, "Sender", "wsen:InvalidExpirationTime", "", "enumeration"),
    "INVALID_MESSAGE_INFORMATION_HEADER": Row(
        2150858767, "Sender", "wsa:InvalidMessageInformationHeader", "", "addressing"
    ),
    "OPTIONS_NOT_SUPPORTED": Row(2150858833, "Sender", "wsman:InvalidOptions", "NotSupported", "wsman"),
    "UNSUPPORTED_FEATURE_OPTIONS": Row(2150858918, "Sender", "wsman:InvalidOptions", "NotSupported", "wsman"),
    "OPTIONS_INVALID_NAME": Row(2150858834, "Sender", "wsman:InvalidOptions", "InvalidName", "wsman"),
    "OPTIONS_INVALID_VALUE": Row(2150858835, "Sender", "wsman:InvalidOptions", "InvalidValue", "wsman"),
    "INVALID_OPTIONS": Row(2150858809, "Sender", "wsman:InvalidOptions", "", "wsman"),
    "PARAMETER_TYPE_MISMATCH": Row(2150858836, "Sender", "wsman:InvalidParameter", "TypeMismatch", "wsman"),
    "INVALID_PARAMETER_NAME": Row(2150858837, "Sender", "wsman:InvalidParameter", "InvalidName", "wsman"),
    "INVALID_PARAMETER": Row(2150858810, "Sender", "wsman:InvalidParameter", "", "wsman"),
    "INVALID_XML_VALUES": Row(2150858838, "Sender", "wxf:InvalidRepresentation", "InvalidValues", "transfer"),
    "INVALID_XML_MISSING_VALUES": Row(2150858839, "Sender", "wxf:InvalidRepresentation", "MissingValues", "transfer"),
    "INVALID_XML_NAMESPACE": Row(2150858840, "Sender", "wxf:InvalidRepresentation", "InvalidNamespace", "transfer"),
    "INVALID_XML_FRAGMENT": Row(2150858841, "Sender", "wxf:InvalidRepresentation", "InvalidFragment", "transfer"),
    "INVALID_REPRESENTATION": Row(2150858773, "Sender", "wxf:InvalidRepresentation", "", "transfer"),
    "INSUFFCIENT_SELECTORS": Row(2150858842, "Sender", "wsman:InvalidSelectors", "InsufficientSelectors", "wsman"),
    "INVALID_URI_WMI_SINGLETON": Row(2150859002, "Sender", "wsman:InvalidSelectors", "InsufficientSelectors", "wsman"),
    "UNEXPECTED_SELECTORS": Row(2150858843, "Sender", "wsman:InvalidSelectors", "UnexpectedSelectors", "wsman"),
    "SELECTOR_TYPEMISMATCH": Row(2150858844, "Sender", "wsman:InvalidSelectors", "TypeMismatch", "wsman"),
    "INVALID_SELECTOR_VALUE": Row(2150858845, "Sender", "wsman:InvalidSelectors", "InvalidValue", "wsman"),
    "AMBIGUOUS_SELECTORS": Row(2150858846, "Sender", "wsman:InvalidSelectors", "AmbiguousSelectors", "wsman"),
    "DUPLICATE_SELECTORS": Row(2150858847, "Sender", "wsman:InvalidSelectors", "DuplicateSelectors", "wsman"),
    "INVALID_SELECTORS": Row(2150858813, "Sender", "wsman:InvalidSelectors", "", "wsman"),
    "MESSAGE_INFORMATION_HEADER_REQUIRED": Row(
        2150858769, "Sender", "wsa:MessageInformationHeaderRequired", "", "addressing"
    ),
    "NO_ACK": Row(2150858800, "Sender", "wsman:NoAck", "", "wsman"),
    "QUOTA_LIMIT": Row(2150858815, "Sender", "wsman:QuotaLimit", "", "wsman"),
    "QUOTA_MAX_SHELLS": Row(2150859173, "Sender", "wsman:QuotaLimit", "", "wsman"),
    "SCHEMA_VALIDATION_ERROR": Row(2150858817, "Sender", "wsman:SchemaValidationError", "", "wsman"),
    "ENUMERATE_TIMED_OUT": Row(2150858780, "Receiver", "wsen:TimedOut", "", "enumeration"),
    "OPERATION_TIMEDOUT": Row(2150858793, "Receiver", "wsman:TimedOut", "", "wsman"),
    "ENUMERATE_UNSUPPORTED_EXPIRATION_TYPE": Row(
        2150859036, "Sender", "wsen:UnsupportedExpirationType", "", "enumeration"
    ),
    "AUTHORIZATION_MODE_NOT_SUPPORTED": Row(
        2150858852, "Sender", "wsman:UnsupportedFeature", "AuthorizationMode", "wsman"
    ),
    "UNSUPPORTED_ADDRESSING_MODE": Row(2150858870, "Sender", "wsman:UnsupportedFeature", "AddressingMode", "wsman"),
    "ACK_NOT_SUPPORTED": Row(2150858853, "Sender", "wsman:UnsupportedFeature", "Ack", "wsman"),
    "OPERATION_TIMEOUT_NOT_SUPPORTED": Row(
        2150858854, "Sender", "wsman:UnsupportedFeature", "OperationTimeout", "wsman"
    ),
    "MUSTUNDERSTAND_ON_LOCALE_UNSUPPORTED": Row(2150858887, "Sender", "wsman:UnsupportedFeature", "Locale", "wsman"),
    "ENUMERATION_MODE_UNSUPPORTED": Row(2150858886, "Sender", "wsman:UnsupportedFeature", "EnumerationMode", "wsman"),
    "EXPIRATION_TIME_NOT_SUPPORTED": Row(2150858856, "Sender", "wsman:UnsupportedFeature", "ExpirationTime", "wsman"),
    "FRAGMENT_TRANSFER_NOT_SUPPORTED": Row(
        2150858871, "Sender", "wsman:UnsupportedFeature", "FragmentLevelAccess", "wsman"
    ),
    "DELIVERY_RETRIES_NOT_SUPPORTED": Row(2150858857, "Sender", "wsman:UnsupportedFeature", "DeliveryRetries", "wsman"),
    "HEARTBEATS_NOT_SUPPORTED": Row(2150858858, "Sender", "wsman:UnsupportedFeature", "Heartbeats", "wsman"),
    "BOOKMARKS_NOT_SUPPORTED": Row(2150858859, "Sender", "wsman:UnsupportedFeature", "Bookmarks", "wsman"),
    "MAX_ELEMENTS_NOT_SUPPORTED": Row(2150859037, "Sender", "wsman:UnsupportedFeature", "MaxElements", "wsman"),
    "MAXTIME_NOT_SUPPORTED": Row(2150858861, "Sender", "wsman:UnsupportedFeature", "MaxTime", "wsman"),
    "MAXENVELOPE_SIZE_NOT_SUPPORTED": Row(2150858862, "Sender", "wsman:UnsupportedFeature", "MaxEnvelopeSize", "wsman"),
    "MAXENVELOPE_POLICY_NOT_SUPPORTED": Row(
        2150858863, "Sender", "wsman:UnsupportedFeature", "MaxEnvelopePolicy", "wsman"
    ),
    "FILTERING_REQUIRED_NOT_SUPPORTED": Row(
        2150858864, "Sender", "wsman:UnsupportedFeature", "FilteringRequired", "wsman"
    ),
    "INSECURE_ADDRESS_NOT_SUPPORTED": Row(2150858865, "Sender", "wsman:UnsupportedFeature", "InsecureAddress", "wsman"),
    "FORMAT_MISMATCH_NOT_SUPPORTED": Row(2150858866, "Sender", "wsman:UnsupportedFeature", "FormatMismatch", "wsman"),
    "FORMAT_SECURITY_TOKEN_NOT_SUPPORTED": Row(
        2150858867, "Sender", "wsman:UnsupportedFeature", "FormatSecurityToken", "wsman"
    ),
    "UNSUPPORTED_FEATURE": Row(2150858818, "Sender", "wsman:UnsupportedFeature", "", "wsman"),
    "INVALID_XML": Row(2150858819, "Sender", "wsman:InternalError", "Invalid", "wsman"),
    "LOCALE_NOT_SUPPORTED": Row(2150858855, "Sender", "wsman:UnsupportedFeature", "Locale", "wsman"),
    "INVALID_PARAMETER_2": Row(87, "Sender", "wsman:InvalidParameter", "InvalidValue", "wsman"),
    "REQUEST_NOT_SUPPORTED_AT_SERVICE": Row(
        2150859064, "Sender", "wsman:UnsupportedFeature", "InvalidResourceURI", "wsman"
    ),
    "POLICY_TOO_COMPLEX": Row(2150859101, "Receiver", "wsman:EventDeliverToUnusable", "PolicyTooComplex", "wsman"),
    "POLICY_CANNOT_COMPLY": Row(
        2150859102, "Receiver", "wsman:EventDeliverToUnusable", "CannotComplyWithPolicy", "wsman"
    ),
    "POLYMORPHISM_MODE_UNSUPPORTED": Row(2150859063, "Receiver", "wsmb:PolymorphismModeNotSupported", "", "wsman"),
}

# Errors that have a number and no row of their own are sent as wsman:InternalError (MS-WSMV 3.1.4.1.29.5).
INTERNAL = {
    "INVALID_SOAP_BODY": 39,
    "CONFIG_CANNOT_CHANGE_GPO_CONTROLLED_SETTING": 138,
    "LISTENER_ADDRESS_INVALID": 137,
    "CERT_NOT_FOUND": 130,
    "CONFIG_PORT_INVALID": 220,
    "INVALID_HOSTNAME_PATTERN": 159,
    "CERT_THUMBPRINT_NOT_BLANK": 230,
    "CERT_THUMBPRINT_BLANK": 231,
    "CONFIG_CANNOT_SHARE_SSL_CONFIG": 232,
    "CONFIG_CERT_CN_DOES_NOT_MATCH_HOSTNAME": 233,
    "CONFIG_HOSTNAME_CHANGE_WITHOUT_CERT": 234,
    "CONFIG_THUMBPRINT_SHOULD_BE_EMPTY": 235,
    "INVALID_IPFILTER": 236,
    "CANNOT_CHANGE_KEYS": 237,
    "CONFIG_READONLY_PROPERTY": 319,
    "CERTMAPPING_CONFIGLIMIT_EXCEEDED": 339,
    "CERTMAPPING_INVALIDUSERCREDENTIALS": 340,
    "INVALID_SECURITY_DESCRIPTOR": 348,
    "URISECURITY_INVALIDURIKEY": 352,
    "CERTMAPPING_INVALIDSUBJECTKEY": 353,
    "CERTMAPPING_INVALIDISSUERKEY": 354,
    "CERTMAPPING_PASSWORDTOOLONG": 362,
    "CERTMAPPING_PASSWORDBLANK": 363,
    "CERTMAPPING_PASSWORDUSERTUPLE": 364,
    "CONFIG_CANNOT_CHANGE_CERTMAPPING_KEYS": 370,
    "PULL_PARAMS_NOT_SAME_AS_ENUM": 429,
    "DEPRECATED_CONFIG_SETTING": 430,
    "CUSTOMREMOTESHELL_DEPRECATED": 444,
    "FEATURE_DEPRECATED": 445,
    "INVALID_URI_WMI_ENUM_WQL": 251,
}

for _name, _number in INTERNAL.items():
    ROWS[_name] = Row(BASE + _number, "Receiver", "wsman:InternalError", "", "wsman")
for _name, _number in {"QUOTA_MAX_OPERATIONS": 422, "QUOTA_USER": 423, "QUOTA_SYSTEM": 424}.items():
    ROWS[_name] = Row(BASE + _number, "Sender", "wsman:QuotaLimit", "", "wsman")


def by_subcode(subcode: str, detail: str | None) -> Row | None:
    """The first row with this subcode and detail."""
    for row in ROWS.values():
        if row.subcode == subcode and row.detail == (detail or ""):
            return row
    return None
