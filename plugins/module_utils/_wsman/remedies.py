# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about a fault, in one sentence that names our options; data and one look-up.

Only for faults whose remedy does not depend on the task: a wrong remedy is worse than none.
"""

from __future__ import annotations

import typing as t

#: By Windows' name (``fault_codes.name_of``), which says more than the subcode.
_BY_NAME: t.Final[dict[str, str]] = {
    "RESOURCE_NOT_FOUND": "Check resource_uri and selector_set: there is no such class, or no such instance of it.",
    "INVALID_URI_WMI_ENUM_WQL": "Queries and associations take the URI of a whole namespace, as in wmicimv2/*.",
    "INVALID_URI_WMI_SINGLETON": "The class has several instances: name one in selector_set.",
    "DIFFERENT_CIM_SELECTOR": "Leave namespace out: a WMI resource URI has its own, and another was given.",
    "CONFIG_CANNOT_CHANGE_GPO_CONTROLLED_SETTING": "A group policy sets this value: change the policy.",
    "CONFIG_READONLY_PROPERTY": "Leave the read-only member out.",
    "CERT_NOT_FOUND": "Install the certificate with that thumbprint in the machine's own store first.",
    "WBEM_E_INVALID_CLASS": "Check the class in resource_uri, and the namespace it is looked for in.",
    "WBEM_E_INVALID_NAMESPACE": "Check the namespace, in resource_uri or in the option namespace.",
    "WBEM_E_INVALID_QUERY": "Check the query in filter: its class, its properties and its syntax.",
    "WBEM_E_INVALID_METHOD": "Check method: the class has none of that name.",
    "WBEM_E_INVALID_METHOD_PARAMETERS": "Check arguments: their names, types and that none is missing.",
    "QUOTA_MAX_SHELLS": "Close shells that are no longer used, or raise MaxShellsPerUser in winrm/config/winrs.",
    "QUOTA_MAX_OPERATIONS": "Wait, or raise MaxConcurrentOperationsPerUser in winrm/config/service.",
    "ERROR_BUSY": "The resource is in use: try again.",
}

#: By subcode, with or without the last part of the fault detail; the longer key wins.
_BY_SUBCODE: t.Final[dict[str, str]] = {
    "wsman:AccessDenied": "The user was known but may not do this: check its rights on the service.",
    "wsa:ActionNotSupported": "This resource does not have this operation or method.",
    "wsa:DestinationUnreachable/InvalidResourceURI": "Check resource_uri and namespace: there is no such resource.",
    "wsman:InvalidSelectors/InsufficientSelectors": "Name every key of the class in selector_set.",
    "wsman:InvalidSelectors/UnexpectedSelectors": "Check the names in selector_set: one is no key of the class.",
    "wsman:InvalidSelectors/TypeMismatch": "Check the values in selector_set: one is not of its key's type.",
    "wsman:EncodingLimit/MaxEnvelopeSize": "Raise max_envelope_size, or lower max_elements.",
    "wsman:EncodingLimit/MaxEnvelopeSizeExceeded": "Raise max_envelope_size, or lower max_elements.",
    "wsman:EncodingLimit/ServiceEnvelopeLimit": "Lower max_elements, or raise the service's own limit.",
    "wsman:EncodingLimit/MinimumEnvelopeLimit": "Raise max_envelope_size to 8192 at least.",
    "wsman:TimedOut": "Raise operation_timeout.",
    "wsen:TimedOut": "Raise operation_timeout.",
    "wsman:Concurrency": "The resource is in use: try again.",
    "wsman:QuotaLimit": "Too many operations of this user are open: wait, or raise the service's quota.",
    "wsman:UnsupportedFeature/FilteringRequired": "Give a filter: all classes together cannot be enumerated.",
    "wsman:UnsupportedFeature/FragmentLevelAccess": "Leave fragment out.",
    "wsman:UnsupportedFeature/EnumerationMode": "Take another return_type.",
    "wsmb:PolymorphismModeNotSupported": "Leave polymorphism out.",
    "wsen:FilterDialectRequestedUnavailable": "Take another dialect: the service does not know this one.",
    "wsen:FilteringNotSupported": "Leave filter out: this resource cannot be filtered.",
    "wsen:CannotProcessFilter": "Check filter, its class, properties and syntax, or the object of association.",
    "wsman:CannotProcessFilter": "Check filter and fragment.",
    "wsman:InvalidOptions": "Check option_set.",
    "wsen:InvalidEnumerationContext": "Begin the enumeration again; the service keeps a context only for a while.",
}


def find(subcode: str | None, detail: str | None, windows_name: str | None) -> str | None:
    """The remedy for a fault, or None; *detail* is the last part of the fault detail."""
    keys = (f"{subcode}/{detail}", subcode or "")
    return _BY_NAME.get(windows_name or "") or next((_BY_SUBCODE[key] for key in keys if key in _BY_SUBCODE), None)
