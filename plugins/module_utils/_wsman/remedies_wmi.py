# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the table of remedies for what Windows says of a resource: WMI's numbers, and those of URIs."""

from __future__ import annotations

import typing as t

from .remedy import Remedy

_NO_SUCH: t.Final = (
    "wsa:DestinationUnreachable wsa:DestinationUnreachable/InvalidResourceURI "
    "wsa:DestinationUnreachable/ResourceNotFound"
)

_ADDRESSED: t.Final = (
    Remedy(
        fault=_NO_SUCH,
        number="WBEM_E_INVALID_CLASS",
        cause="The namespace has no such class.",
        remedy="Check the class in resource_uri, and the namespace it is looked for in.",
    ),
    Remedy(
        fault=_NO_SUCH,
        number="WBEM_E_INVALID_NAMESPACE",
        cause="There is no such namespace, or its role or feature is not installed.",
        remedy="Check the namespace in resource_uri or in the option namespace: Windows takes root/hardware where none "
        "is given with a class of CIM.",
    ),
    Remedy(
        fault=_NO_SUCH,
        number="WBEM_E_NOT_FOUND ERROR_NOT_FOUND",
        cause="The class has no such instance.",
        remedy="Check selector_set.",
    ),
    Remedy(
        fault=_NO_SUCH,
        number="RESOURCE_NOT_FOUND ERROR_FILE_NOT_FOUND",
        cause="There is no such class, or no such instance of it.",
        remedy="Check resource_uri and selector_set.",
    ),
    Remedy(
        fault="wsa:DestinationUnreachable/InvalidResourceURI",
        number="URI_WRONG_DMTF_VERSION URI_NON_DMTF_CLASS",
        cause="The URI of DMTF's classes does not go with this class.",
        remedy="Write cimv2/<class> for classes of CIM, and wmi/<namespace>/<class> for those of Windows.",
    ),
    Remedy(
        fault="wsman:InvalidSelectors/InsufficientSelectors",
        number="INVALID_URI_WMI_SINGLETON",
        cause="The class has several instances, or one that has keys.",
        remedy="Name one in selector_set, or use wsman_enumerate.",
    ),
    Remedy(
        number="RESOURCE_NOT_FOUND",
        cause="There is no such class, or no such instance of it.",
        remedy="Check resource_uri and selector_set.",
    ),
    Remedy(
        number="INVALID_RESOURCE_URI INVALID_URI CLIENT_BLANK_URI URI_QUERY_STRING_SYNTAX_ERROR",
        cause="The resource URI is not written as Windows wants it.",
        remedy="Write resource_uri as in wmicimv2/Win32_Service or winrm/config, and selectors in selector_set.",
    ),
    Remedy(
        number="INVALID_URI_WMI_ENUM_WQL",
        cause="Queries and associations go to a whole namespace.",
        remedy="Write a resource_uri that ends in a star, as in wmicimv2/*.",
        example="""\
- name: Find stopped services that start by themselves
  wsman.automation.wsman_enumerate:
    resource_uri: wmicimv2/*
    dialect: wql
    filter: SELECT * FROM Win32_Service WHERE StartMode = 'Auto' AND State = 'Stopped'
""",
    ),
    Remedy(
        number="DIFFERENT_CIM_SELECTOR",
        cause="The URI of a WMI resource has its own namespace, and another was given.",
        remedy="Leave namespace out.",
    ),
    Remedy(
        number="REMOTE_CIMPATH_NOT_SUPPORTED",
        cause="The reference names another computer.",
        remedy="Give resource_uri and selector_set, and reach that computer by a session of its own.",
    ),
    Remedy(
        number="WMI_PROVIDER_NOT_CAPABLE WBEM_E_PROVIDER_NOT_CAPABLE WBEM_E_NOT_SUPPORTED",
        cause="The provider of this class cannot do this operation.",
        remedy="Use a method of the class instead (wsman_schema shows them, wsman_invoke calls one), or a class whose "
        "provider can.",
        example="""\
- name: Change a service's start mode by the method that is there for it
  wsman.automation.wsman_invoke:
    resource_uri: wmicimv2/Win32_Service
    selector_set:
      Name: Spooler
    method: ChangeStartMode
    arguments:
      StartMode: Manual
""",
    ),
    Remedy(
        number="INVALID_FILTER_XML ENUMERATE_WMI_INVALID_KEY",
        cause="A selector filter names what is no key, or has a value that it cannot compare with.",
        remedy="Name keys of the class in filter, without lists, times and references; or take the dialect wql.",
    ),
    Remedy(
        number="WMI_MAX_NESTED",
        cause="Embedded instances are nested deeper than Windows sends them.",
        remedy="Ask for fewer properties with a WQL query.",
    ),
)

_WMI: t.Final = (
    Remedy(
        number="WBEM_E_INVALID_CLASS",
        cause="The namespace has no such class.",
        remedy="Check the class in resource_uri or filter, and the namespace it is looked for in.",
    ),
    Remedy(
        number="WBEM_E_INVALID_NAMESPACE",
        cause="There is no such namespace, or its role or feature is not installed.",
        remedy="Check the namespace, in resource_uri or in the option namespace.",
    ),
    Remedy(
        number="WBEM_E_NOT_FOUND ERROR_NOT_FOUND ERROR_FILE_NOT_FOUND",
        cause="There is no such instance.",
        remedy="Check selector_set.",
    ),
    Remedy(
        number="WBEM_E_INVALID_QUERY WBEM_E_INVALID_SYNTAX WBEM_E_UNPARSABLE_QUERY",
        cause="WMI cannot read the query.",
        remedy="Check filter: its class, its properties, texts in single quotes, and backslashes doubled.",
    ),
    Remedy(
        number="WBEM_E_INVALID_QUERY_TYPE",
        cause="WMI does not know this query language.",
        remedy="Set dialect to wql.",
    ),
    Remedy(
        number="WBEM_E_INVALID_METHOD",
        cause="The class has no method of that name.",
        remedy="Check method; wsman_schema shows what there is.",
    ),
    Remedy(
        number="WBEM_E_METHOD_NOT_IMPLEMENTED WBEM_E_METHOD_DISABLED",
        cause="The class declares the method and its provider does not have it, or has switched it off.",
        remedy="Use another method, or a class that is derived from this one and has it.",
    ),
    Remedy(
        number="WBEM_E_INVALID_METHOD_PARAMETERS",
        cause="The method's parameters are not right.",
        remedy="Check arguments: their names, types and that none is missing.",
    ),
    Remedy(
        number="WBEM_E_INVALID_PARAMETER WMI_PROVIDER_INVALID_PARAMETER WMI_INVALID_VALUE ERROR_INVALID_PARAMETER "
        "WBEM_E_VALUE_OUT_OF_RANGE WBEM_E_ILLEGAL_NULL",
        cause="A value is not valid for WMI or for the class's provider.",
        remedy="Check the values in properties, arguments or selector_set against the class (wsman_schema).",
    ),
    Remedy(
        number="WBEM_E_INVALID_PROPERTY",
        cause="The class has no property of that name.",
        remedy="Check the names in properties or filter; wsman_schema shows what there is.",
    ),
    Remedy(
        number="WBEM_E_TYPE_MISMATCH WBEM_E_INVALID_CIM_TYPE WBEM_E_INVALID_PROPERTY_TYPE",
        cause="A value is not of its property's type.",
        remedy="Check the values in properties, arguments or selector_set; wsman_schema shows the types.",
    ),
    Remedy(
        number="WBEM_E_READ_ONLY",
        cause="The property or the class cannot be written.",
        remedy="Leave it out of properties, or use a method of the class (wsman_invoke).",
    ),
    Remedy(
        number="WBEM_E_INVALID_OBJECT_PATH WBEM_E_INVALID_OBJECT",
        cause="WMI cannot read the path of an object.",
        remedy="Give keys in selector_set, and references as endpoint references, as results have them.",
    ),
    Remedy(
        number="WBEM_E_ALREADY_EXISTS ERROR_ALREADY_EXISTS ALREADY_EXISTS",
        cause="There is an instance with these keys already.",
        remedy="Change it with wsman_put; or give wsman_create its keys in selector_set, then it compares instead.",
    ),
    Remedy(
        number="WBEM_E_PROVIDER_NOT_FOUND WBEM_E_PROVIDER_LOAD_FAILURE WBEM_E_INITIALIZATION_FAILURE "
        "PROVIDER_LOAD_FAILED",
        cause="The provider of this class cannot be loaded on that computer.",
        remedy="Install the role or feature that it belongs to, or repair WMI there (winmgmt /verifyrepository).",
    ),
    Remedy(
        number="WBEM_E_FAILED WBEM_E_CRITICAL_ERROR WBEM_E_PROVIDER_FAILURE PROVIDER_FAILURE PLUGIN_FAILED "
        "INVALID_PROVIDER_RESPONSE",
        cause="The provider of this resource failed without a reason of its own.",
        remedy="Look at the log WMI-Activity/Operational of that computer, and ask there with Get-CimInstance.",
    ),
    Remedy(
        number="ERROR_INTERNAL_ERROR",
        cause="Something failed inside the service, which says no more.",
        remedy="Look at the log Windows Remote Management/Operational of that computer; a member that is read-only "
        "there belongs into omit.",
    ),
    Remedy(
        number="WBEM_E_OUT_OF_MEMORY WBEM_E_QUOTA_VIOLATION WBEM_E_QUEUE_OVERFLOW",
        cause="WMI has reached a quota of its own, of memory, handles or threads.",
        remedy="Ask for less at once (filter, properties), or raise __ProviderHostQuotaConfiguration in the WMI "
        "namespace root.",
        example="""\
- name: Give WMI's provider hosts more memory
  wsman.automation.wsman_put:
    resource_uri: wmi/root/__ProviderHostQuotaConfiguration
    properties:
      MemoryPerHost: 1073741824
""",
    ),
    Remedy(
        number="WBEM_E_SHUTTING_DOWN WBEM_E_CALL_CANCELLED WBEM_E_INVALID_CONTEXT WBEM_E_SERVER_TOO_BUSY "
        "ERROR_OPERATION_ABORTED ERROR_BROKEN_PIPE",
        cause="The service, or the provider, gave the operation up: it is being stopped, or was restarted.",
        remedy="Try again, with until and retries on the task.",
    ),
    Remedy(
        number="ERROR_BUSY CONCURRENCY",
        cause="The resource is in use by somebody else.",
        remedy="Try again, with until and retries on the task.",
    ),
    Remedy(
        number="ERROR_TIMEOUT",
        cause="The operation took longer than the resource's provider allows.",
        remedy="Raise operation_timeout, or ask for less.",
    ),
    Remedy(
        number="NEW_DESERIALIZER DESERIALIZE_CLASS GETCLASS",
        cause="The service cannot turn the request into an instance of this class.",
        remedy="Check the class in resource_uri and the names and types in properties or arguments.",
    ),
)

ROWS: t.Final[tuple[Remedy, ...]] = (*_ADDRESSED, *_WMI)
