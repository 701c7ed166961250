# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults that Windows' WMI plug-in gives for each problem (protocol.md 6.2, 6.4)."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element, QName, SubElement

from . import names
from .fault_table import BASE
from .faults import Fault, ProviderFault
from .problems import KINDS, Problem, message

# problem -> Windows' error name, or (subcode, detail, number - BASE) where no row of the table says it
_FAULTS: dict[str, str | tuple[str, str | None, int]] = {
    "uri": "INVALID_RESOURCE_URI",
    "uri_version": ("wsa:DestinationUnreachable", "InvalidResourceURI", 314),
    "namespace": "RESOURCE_NOT_FOUND",
    "namespace_empty": "RESOURCE_NOT_FOUND",
    "namespaces_differ": ("wsman:InternalError", None, 315),
    "class": "RESOURCE_NOT_FOUND",
    "instance": "RESOURCE_NOT_FOUND",
    "exists": "ALREADY_EXISTS",
    "selectors_none": "INVALID_URI_WMI_SINGLETON",
    "selectors_missing": "INSUFFCIENT_SELECTORS",
    "selectors_unexpected": "UNEXPECTED_SELECTORS",
    "selector_value": "SELECTOR_TYPEMISMATCH",
    "method": "INVALID_ACTIONURI",
    "parameter_unexpected": "INVALID_PARAMETER_NAME",
    "parameter_missing": "INVALID_PARAMETER",
    "parameter_value": "PARAMETER_TYPE_MISMATCH",
    "property_unexpected": "INVALID_XML_VALUES",
    "property_value": "INVALID_XML_VALUES",
    "key_changed": "INVALID_XML_VALUES",
    "read_only": "INVALID_XML_VALUES",
    "property_missing": "INVALID_XML_MISSING_VALUES",
    "representation": "INVALID_XML_NAMESPACE",
    "representation_missing": "INVALID_REPRESENTATION",
    "key_missing": "INVALID_XML_MISSING_VALUES",
    "not_supported": ("wsa:ActionNotSupported", None, 258),
    "abstract": ("wsa:ActionNotSupported", None, 258),
    "query": "ENUMERATE_CANNOT_PROCESS_FILTER",
    "query_class": "ENUMERATE_CANNOT_PROCESS_FILTER",
    "query_over_class": ("wsen:CannotProcessFilter", None, 251),
    "dialect": "ENUMERATE_FILTER_DIALECT_REQUESTED_UNAVAILABLE",
    "filter": "ENUMERATE_CANNOT_PROCESS_FILTER",
    "filter_needed": "FILTERING_REQUIRED_NOT_SUPPORTED",
    "polymorphism": "POLYMORPHISM_MODE_UNSUPPORTED",
}
# Found by WMI itself, so that its number and an __ExtendedStatus come along; the others the plug-in finds.
_FROM_WMI = {
    "namespace",
    "class",
    "instance",
    "exists",
    "parameter_unexpected",
    "parameter_missing",
    "parameter_value",
    "not_supported",
    "abstract",
    "query",
    "query_class",
}


# Namespaces of providers in the second form of WMI: they report an MSFT_WmiError, not a ProviderFault.
_SECOND_FORM = ("root/virtualization/",)


def fault(problem: Problem) -> Fault:
    """The fault for *problem*."""
    namespace = problem.namespace or "root/cimv2"
    named = _FAULTS[problem.kind]
    more: dict[str, t.Any] = {}
    if problem.kind in _FROM_WMI:
        if namespace.lower().startswith(_SECOND_FORM):
            more["details"] = [_wmi_error(problem)]
        else:
            more["provider"] = _provider_fault(problem, named, namespace)
    if isinstance(named, str):
        return Fault.named(named, member=problem.member, **more)
    subcode, detail, number = named
    return Fault(subcode, detail, windows_code=BASE + number, reason=_sentence(problem), **more)


def _sentence(problem: Problem) -> str:
    return "The WS-Management service cannot process the request. " + message(problem)


def _number(named: str | tuple[str, str | None, int]) -> int:
    return Fault.named(named).windows_code if isinstance(named, str) else BASE + named[2]


def _provider_fault(problem: Problem, named: str | tuple[str, str | None, int], namespace: str) -> ProviderFault:
    text = f"{message(problem)} HRESULT = 0x{KINDS[problem.kind].wbem:08x} "
    return ProviderFault("WMI Provider", _number(named), text, extended=_extended_status(problem, namespace))


def _extended_status(problem: Problem, namespace: str) -> Element:
    uri = f"http://schemas.microsoft.com/wbem/wsman/1/wmi/{namespace}/__ExtendedStatus"
    status = Element(f"{{{uri}}}__ExtendedStatus")
    status.set(names.XSI_TYPE, t.cast(str, QName(uri, "__ExtendedStatus_Type")))
    members = {
        "Description": None,
        "Operation": problem.operation,
        "ParameterInfo": problem.text or problem.member,
        "ProviderName": "WinMgmt" if problem.kind in ("class", "query", "query_class") else "CIMWin32",
        "StatusCode": str(KINDS[problem.kind].wbem),
    }
    for name, value in members.items():
        _member(status, uri, name, value)
    return status


def _wmi_error(problem: Problem) -> Element:
    kind = KINDS[problem.kind]
    uri = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"
    error = Element(f"{{{uri}}}MSFT_WmiError", {f"{{{names.CIMBINDING}}}IsCIM_Error": "true"})
    error.set(names.XSI_TYPE, t.cast(str, QName(uri, "MSFT_WmiError_Type")))
    members = {
        "CIMStatusCode": str(kind.status),
        "CIMStatusCodeDescription": None,
        "ErrorSource": None,
        "ErrorSourceFormat": "0",
        "ErrorType": "0",
        "Message": message(problem),
        "MessageID": f"HRESULT 0x{kind.wbem:08x}",
        "OtherErrorSourceFormat": None,
        "OtherErrorType": None,
        "OwningEntity": None,
        "PerceivedSeverity": "0",
        "ProbableCause": "0",
        "ProbableCauseDescription": None,
        "error_Category": "13",
        "error_Code": str(kind.wbem),
        "error_Type": "HRESULT",
        "error_WindowsErrorMessage": message(problem),
    }
    for name, value in members.items():
        _member(error, uri, name, value)
    return error


def _member(parent: Element, uri: str, name: str, value: str | None) -> None:
    element = SubElement(parent, f"{{{uri}}}{name}")
    if value is None:
        element.set(names.XSI_NIL, "true")
    element.text = value
