# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults of OMI, Openwsman, iDRAC and AMT, in their words and with their HTTP statuses.

OMI's and Openwsman's are those of recorded exchanges with live servers. iDRAC is an Openwsman underneath; AMT's shapes
are those of published captures.
"""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element, QName, SubElement

from . import names
from .faults import Fault
from .problems import KINDS, Problem, message

_UNREACHABLE = "wsa:DestinationUnreachable"
_NO_ROUTE = "No route can be determined to reach the destination role defined by the WS-Addressing To."
_ENCODING_LIMIT = (
    "An internal encoding limit was exceeded in a request or would be violated if the message were processed."
)
_SELECTORS = "The Selectors for the resource are not valid."

# --- OMI ---------------------------------------------------------------------------------------------------------

_OMI_SUBCODES = {
    "class": _UNREACHABLE,
    "instance": _UNREACHABLE,
    "namespace": _UNREACHABLE,
    "exists": "wsman:AlreadyExists",
    "not_supported": "wsman:UnsupportedFeature",
    "abstract": "wsman:UnsupportedFeature",
    "method": "wsa:ActionNotSupported",
    "query": "wsen:CannotProcessFilter",
    "query_class": "wsen:CannotProcessFilter",
    "filter": "wsen:CannotProcessFilter",
    "dialect": "wsen:FilterDialectRequestedUnavailable",
}
_OMI_TEXTS = {
    1: "A general error occurred, not covered by a more specific error code.",
    3: "CIM ERROR:INVALID_NAMESPACE: The target namespace does not exist.",
    4: "One or more parameter values passed to the method were not valid.",
    5: "The specified class does not exist.",
    6: "CIM ERROR:NOT_FOUND: The requested object cannot be found.",
    7: "CIM ERROR:NOT_SUPPORTED: The requested operation is not supported.",
    11: "CIM ERROR:ALREADY_EXISTS: The operation cannot be carried out because an object already exists.",
    12: "The specified property does not exist.",
    14: "The query language is not recognized or supported.",
    15: "The query is not valid for the specified query language.",
    17: "The specified method does not exist.",
}
_OMI_CATEGORIES = {1: "0", 6: "13"}
_OMI_WITHOUT_DETAIL = {"selectors_none": "get-instance: instance name parameter is missing"}


def omi(problem: Problem) -> Fault:
    """OMI: an OMI_Error in the detail; what its parser refuses has no detail (wire/omi 49, 50, 52, 53, 82, 83)."""
    if problem.kind in _OMI_WITHOUT_DETAIL:
        return Fault("wsman:InternalError", reason=_OMI_WITHOUT_DETAIL[problem.kind])
    status = {13: 1}.get(KINDS[problem.kind].status, KINDS[problem.kind].status)
    status = 1 if problem.kind == "selector_value" else status
    reason = _OMI_TEXTS[status]
    return Fault(
        _OMI_SUBCODES.get(problem.kind, "wsman:InternalError"), reason=reason, details=[_omi_error(status, reason)]
    )


def _omi_error(status: int, reason: str) -> Element:
    uri = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/OMI_Error"
    text = reason.partition(": ")[2] or reason
    error = Element(f"{{{uri}}}OMI_Error", {f"{{{names.CIMBINDING}}}IsCIM_Error": "true"})
    members: dict[str, tuple[str, str] | None] = {
        "ErrorType": None,
        "OtherErrorType": None,
        "OwningEntity": ("cimString", "OMI:CIMOM"),
        "MessageID": ("cimString", f"OMI:MI_Result:{status}"),
        "Message": ("cimString", text),
        "PerceivedSeverity": ("cimUnsignedInt", "7"),
        "ProbableCause": ("cimUnsignedInt", "0"),
        "ProbableCauseDescription": ("cimString", "Unknown"),
        "RecommendedActions": None,
        "ErrorSource": None,
        "ErrorSourceFormat": None,
        "OtherErrorSourceFormat": None,
        "CIMStatusCode": ("cimUnsignedInt", str(status)),
        "CIMStatusCodeDescription": None,
        "OMI_Code": ("cimUnsignedInt", str(status)),
        "OMI_Category": ("cimUnsignedInt", _OMI_CATEGORIES.get(status, "10")),
        "OMI_Type": ("cimString", "MI"),
        "OMI_ErrorMessage": ("cimString", text),
    }
    for name, value in members.items():
        element = SubElement(error, f"{{{uri}}}{name}")
        if value is None:
            element.set(names.XSI_NIL, "true")
        else:
            element.set(names.XSI_TYPE, t.cast(str, QName(names.CIM, value[0])))
            element.text = value[1]
    return error


def translate_omi(fault: Fault) -> Fault:
    """What OMI says where the service itself has found the error (wire/omi 13, 103, 106, 107, 118)."""
    if fault.code == "MustUnderstand":
        return Fault("", code="MustUnderstand", family="addressing", reason="Header not understood")
    if fault.subcode == "wsen:InvalidEnumerationContext":
        return Fault(_UNREACHABLE, reason="Enumeration context not found")
    if fault.subcode == "wsman:EncodingLimit":
        return Fault("wsman:EncodingLimit", reason=_ENCODING_LIMIT)
    if fault.subcode in ("wsa:ActionNotSupported", "wsa:InvalidMessageInformationHeader") and not fault.details:
        return Fault("wsman:InternalError", reason="")
    return fault


# --- Openwsman and iDRAC -----------------------------------------------------------------------------------------

_OPENWSMAN: dict[str, tuple[str, str | None, str]] = {
    "uri": (_UNREACHABLE, "InvalidResourceURI", _NO_ROUTE),
    "uri_version": (_UNREACHABLE, "InvalidResourceURI", _NO_ROUTE),
    "namespace": (_UNREACHABLE, None, "The target namespace does not exist"),
    "class": (_UNREACHABLE, None, "The requested object could not be found"),
    "instance": (_UNREACHABLE, None, "The requested object could not be found"),
    "exists": ("wsman:AlreadyExists", None, "The sender attempted to create a resource which already exists."),
    "selectors_none": ("wsman:InvalidSelectors", "InsufficientSelectors", _SELECTORS),
    "selectors_missing": ("wsman:InvalidSelectors", "InsufficientSelectors", _SELECTORS),
    "selectors_unexpected": ("wsman:InvalidSelectors", "UnexpectedSelectors", _SELECTORS),
    "selector_value": (_UNREACHABLE, None, "The requested object could not be found"),
    "method": ("wsa:ActionNotSupported", None, "The action is not supported by the service."),
    "parameter_unexpected": ("wsman:InvalidParameter", "InvalidName", "An operation parameter is not valid."),
    "parameter_missing": ("wsman:InvalidParameter", "InvalidName", "An operation parameter is not valid."),
    "parameter_value": ("wsman:InvalidParameter", "TypeMismatch", "An operation parameter is not valid."),
    "read_only": ("wxf:InvalidRepresentation", "InvalidValues", "The XML content is not valid."),
    "property_missing": ("wxf:InvalidRepresentation", "MissingValues", "The XML content is not valid."),
    "representation": ("wxf:InvalidRepresentation", "InvalidNamespace", "The XML content is not valid."),
    "representation_missing": ("wxf:InvalidRepresentation", "MissingValues", "The XML content is not valid."),
    "filter_needed": ("wsman:UnsupportedFeature", "FilteringRequired", "The specified feature is not supported."),
    "dialect": (
        "wsen:FilterDialectRequestedUnavailable",
        None,
        "The requested filtering dialect is not supported.",
    ),
    "filter": ("wsen:CannotProcessFilter", "NotSupported", "The requested filter could not be processed."),
    "query": ("wsman:InternalError", None, "invalid imethodcall payload"),
    "query_class": (_UNREACHABLE, "InvalidResourceURI", "Class not found"),
    "not_supported": ("wsman:UnsupportedFeature", None, "The specified feature is not supported."),
    "abstract": ("wsman:UnsupportedFeature", None, "The specified feature is not supported."),
}


_OPENWSMAN_TEXTS = {
    "wsen:InvalidEnumerationContext": "The supplied enumeration context is invalid.",
    "wsman:EncodingLimit": _ENCODING_LIMIT,
    "wsman:TimedOut": "The operation has timed out.",
    "wsman:UnsupportedFeature": "The specified feature is not supported.",
    "wsa:ActionNotSupported": "The action is not supported by the service.",
    "wsa:InvalidMessageInformationHeader": "A message information header is not valid and the message cannot be"
    " processed.",
}
_NOT_UNDERSTOOD = (
    "The WS-Management service cannot process a SOAP header in the request that is marked as mustUnderstand by the"
    " client. This could be caused by the use of a version of the protocol which is not supported, or may be an"
    " incompatibility between the client and server implementations."
)


def openwsman(problem: Problem) -> Fault:
    """Openwsman (wire/openwsman 055 to 062, 089, 091); without a row: an error of the broker."""
    subcode, detail, reason = _OPENWSMAN.get(problem.kind, ("wsman:InternalError", None, message(problem)))
    status = {_NO_ROUTE: 503, "Class not found": 400}.get(reason)
    return Fault(subcode, detail, reason=reason, http_status=status)


def openwsman_status(fault: Fault) -> int:
    """The HTTP status: Sender 400, Receiver 500 but for these (live servers do not follow their own table)."""
    if fault.code == "MustUnderstand":
        return 200
    special = {"wsa:ActionNotSupported": 501, "wsman:AccessDenied": 401, "wsa:EndpointUnavailable": 503}
    return special.get(fault.subcode, 400 if fault.code == "Sender" else 500)


def translate_openwsman(fault: Fault) -> Fault:
    """What Openwsman says where the service itself has found the error (wire/openwsman 026, 041, 077)."""
    if fault.code == "MustUnderstand":
        return Fault("", code="MustUnderstand", family="addressing", reason=_NOT_UNDERSTOOD)
    if fault.subcode == _UNREACHABLE and fault.detail == "InvalidResourceURI" and fault.http_status is None:
        return Fault(_UNREACHABLE, fault.detail, reason=_NO_ROUTE, http_status=503)
    if fault.subcode not in _OPENWSMAN_TEXTS:
        return fault
    too_large = fault.detail in ("MaxEnvelopeSizeExceeded", "UnreportableSuccess")
    detail = "ServiceEnvelopeLimit" if too_large else fault.detail
    return Fault(fault.subcode, detail, reason=_OPENWSMAN_TEXTS[fault.subcode], http_status=fault.http_status)


_CMPI = {3: "INVALID_NAMESPACE", 4: "INVALID_PARAMETER", 5: "INVALID_CLASS", 6: "NOT_FOUND", 7: "NOT_SUPPORTED"}
_CMPI.update({11: "ALREADY_EXISTS", 12: "NO_SUCH_PROPERTY", 13: "TYPE_MISMATCH", 17: "METHOD_NOT_FOUND"})


def idrac(problem: Problem) -> Fault:
    """iDRAC: Openwsman's codes, the broker's status as reason."""
    base = openwsman(problem)
    status = KINDS[problem.kind].status
    reason = f"CMPI_RC_ERR_{_CMPI[status]}" if status in _CMPI else base.reason
    return Fault(base.subcode, base.detail, reason=reason, http_status=base.http_status)


# --- AMT ---------------------------------------------------------------------------------------------------------


def amt(problem: Problem) -> Fault:
    """AMT: the standard's codes with no detail worth the name; always HTTP 400."""
    base = openwsman(problem)
    reason = base.reason if base.subcode != _UNREACHABLE else _NO_ROUTE.replace("WS-Addressing", "WSAddressing")
    return Fault(base.subcode, base.detail, reason=reason, http_status=400)


def amt_status(fault: Fault) -> int:
    """AMT answers every fault with 400."""
    return 400
