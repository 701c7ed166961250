# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the table of remedies for services that are not Windows: CIM's numbers, and texts as they were recorded.

OMI and Openwsman are those of recorded exchanges with live services; their texts do not depend on a language.
"""

from __future__ import annotations

import typing as t

from .remedy import Remedy

_CIM: t.Final = (
    Remedy(
        number="CIM_ERR_ACCESS_DENIED",
        cause="The user has no rights for this.",
        remedy="Give it the rights on the service, for this namespace and class.",
    ),
    Remedy(
        number="CIM_ERR_INVALID_NAMESPACE",
        cause="There is no such namespace.",
        remedy="Check namespace: OMI has root/cimv2 and root/omi by default, Openwsman what its broker has.",
    ),
    Remedy(
        number="CIM_ERR_INVALID_PARAMETER",
        cause="A value is not valid for the class's provider, or one is missing.",
        remedy="Check the values in properties, arguments or selector_set, which has to name every key; a resource_uri "
        "that ends in a star wants a filter.",
    ),
    Remedy(
        number="CIM_ERR_INVALID_CLASS",
        cause="The namespace has no such class, or its provider is not installed.",
        remedy="Check the class in resource_uri, its case, and namespace.",
    ),
    Remedy(
        number="CIM_ERR_NOT_FOUND",
        cause="The class has no such instance.",
        remedy="Check selector_set.",
    ),
    Remedy(
        number="CIM_ERR_NOT_SUPPORTED",
        cause="The provider of this class cannot do this operation.",
        remedy="Use a method of the class instead (wsman_schema, wsman_invoke), or a class whose provider can.",
    ),
    Remedy(
        number="CIM_ERR_ALREADY_EXISTS",
        cause="There is an instance with these keys already.",
        remedy="Change it with wsman_put; or give wsman_create its keys in selector_set, then it compares instead.",
    ),
    Remedy(
        number="CIM_ERR_NO_SUCH_PROPERTY",
        cause="The class has no property, or the method no parameter, of that name.",
        remedy="Check the names in properties, arguments or selector_set; wsman_schema shows what there is.",
    ),
    Remedy(
        number="CIM_ERR_TYPE_MISMATCH",
        cause="A value is not of its property's type.",
        remedy="Check the values in properties, arguments or selector_set; wsman_schema shows the types.",
    ),
    Remedy(
        number="CIM_ERR_QUERY_LANGUAGE_NOT_SUPPORTED",
        cause="The service does not know this query language.",
        remedy="Set dialect to wql.",
    ),
    Remedy(
        number="CIM_ERR_INVALID_QUERY",
        cause="The service cannot read the query.",
        remedy="Check filter: its class, its properties and its syntax.",
    ),
    Remedy(
        number="CIM_ERR_METHOD_NOT_FOUND CIM_ERR_METHOD_NOT_AVAILABLE",
        cause="The class has no method of that name.",
        remedy="Check method; wsman_schema shows what there is.",
    ),
)

_BROKERS: t.Final = (
    Remedy(
        number="CIM_ERR_INVALID_ENUMERATION_CONTEXT",
        cause="The service has given up the enumeration, or never had it.",
        remedy="Begin the enumeration again; raise max_elements so that it takes fewer requests.",
    ),
    Remedy(
        number="CIM_ERR_SERVER_LIMITS_EXCEEDED",
        cause="The service has reached a limit of its own.",
        remedy="Wait, lower forks or throttle the task, or ask for less at once.",
    ),
    Remedy(
        number="CIM_ERR_SERVER_IS_SHUTTING_DOWN",
        cause="The service is being stopped.",
        remedy="Try again later, with until and retries on the task.",
    ),
)

_OMI: t.Final = (
    Remedy(
        fault="wsa:DestinationUnreachable",
        reason="Enumeration context not found",
        cause="The service has given up the enumeration, or never had it.",
        remedy="Begin the enumeration again; raise max_elements so that it takes fewer requests.",
    ),
    Remedy(
        fault="wsman:InternalError",
        reason="instance name parameter is missing",
        cause="Selectors are missing.",
        remedy="Name every key of the class in selector_set.",
    ),
    Remedy(
        fault="wsman:InternalError",
        reason="Failed to parse XML",
        cause="The service cannot read the XML of the request: OMI wants UTF-8 without a byte order mark.",
        remedy="Set encoding to utf-8, check body, and connect without a proxy that changes messages.",
    ),
    Remedy(
        fault="wsman:InternalError",
        number="CIM_ERR_FAILED",
        reason="general error occurred",
        cause="The provider failed, or a value of selector_set or arguments is not of its type: OMI says no more.",
        remedy="Check these values (wsman_schema shows the types), then look at the service's log "
        "(/var/opt/omi/log/omiserver.log).",
    ),
    Remedy(
        fault="wsman:InternalError",
        service="omi",
        cause="OMI gives no reason: it does not know the action, or does not take a header such as operation_timeout.",
        remedy="Check method and operation_timeout, and set profile to omi; its log is /var/opt/omi/log/omiserver.log.",
    ),
    Remedy(
        fault="wsman:EncodingLimit",
        service="omi",
        cause="The answer does not fit into an envelope of max_envelope_size octets, or OMI takes none that small.",
        remedy="Raise max_envelope_size.",
    ),
)

_OPENWSMAN: t.Final = (
    Remedy(
        fault="wsa:DestinationUnreachable/InvalidResourceURI",
        reason="No route can be determined",
        cause="The service has no handler for this resource URI: Openwsman has one for classes of the DMTF, of its "
        "broker and of vendors that its vendor_namespaces name, AMT for its own classes and those of the DMTF.",
        remedy="Check resource_uri; write a class of the DMTF as cimv2/<class>, with its namespace in namespace, and "
        "AMT_ and IPS_ classes by their own URIs.",
    ),
    Remedy(
        fault="wsa:DestinationUnreachable/InvalidResourceURI wsa:DestinationUnreachable",
        reason="Class not found",
        cause="The broker has no such class, or none of that name for the object of an association.",
        remedy="Check the class in resource_uri, filter or association, and namespace.",
    ),
    Remedy(
        fault="wsa:DestinationUnreachable",
        reason="target namespace does not exist",
        cause="The broker has no such namespace.",
        remedy="Check namespace; Openwsman's default is cim_namespace of its configuration, mostly root/cimv2.",
    ),
    Remedy(
        fault="wsman:InternalError",
        reason="invalid imethodcall payload",
        cause="The broker cannot read the query; Openwsman hands < and & on to it as they are.",
        remedy="Check the syntax of filter, and write it without < and & (NOT Value >= 30 in place of Value < 30); or "
        "select from the result with selectattr.",
    ),
    Remedy(
        fault="wsman:InternalError",
        reason="exiting due to a SIG|Provider .* not found|sfcb",
        cause="The provider of this class crashed inside the broker, or cannot be started.",
        remedy="Look at the broker's log (sfcbd); the request itself was understood.",
    ),
    Remedy(
        fault="wsa:InvalidMessageInformationHeader",
        reason="No Envelope|message information header is not valid",
        cause="What reached Openwsman was no SOAP envelope that it can read.",
        remedy="Set encoding to utf-8, and connect without a proxy or gateway that changes messages.",
    ),
    Remedy(
        fault="wsa:ActionNotSupported",
        reason="No supported indication classes",
        cause="The broker has no provider for such events.",
        remedy="Check filter; no other option can help where the provider is missing.",
    ),
    Remedy(
        fault="wsman:EncodingLimit/ServiceEnvelopeLimit",
        service="openwsman idrac",
        cause="The answer does not fit into the envelope; Openwsman throws such a part of an enumeration away.",
        remedy="Lower max_elements, and raise max_envelope_size.",
    ),
    Remedy(
        fault="wsman:UnsupportedFeature/FilteringRequired",
        service="openwsman idrac",
        cause="All classes together cannot be enumerated.",
        remedy="Give a filter in wql or cql, or name one class in resource_uri.",
    ),
)

_CONTROLLERS: t.Final = (
    Remedy(
        fault="wsa:DestinationUnreachable wsa:DestinationUnreachable/InvalidResourceURI",
        service="idrac",
        cause="This iDRAC has no such class, or it is looked for in another namespace.",
        remedy="Set namespace to root/dcim and write the class as cimv2/DCIM_...; newer iDRACs than iDRAC9 have no "
        "WS-Management at all, but Redfish.",
        example="""\
- name: Read an iDRAC's view of the system
  wsman.automation.wsman_enumerate:
    resource_uri: cimv2/DCIM_SystemView
    namespace: root/dcim
""",
    ),
    Remedy(
        number="CIM_ERR_NOT_FOUND",
        service="idrac",
        cause="The controller has no such instance.",
        remedy="Check selector_set: a DCIM class mostly has InstanceID, a service SystemName, CreationClassName, Name "
        "and SystemCreationClassName.",
    ),
    Remedy(
        number="CIM_ERR_INVALID_CLASS CIM_ERR_INVALID_NAMESPACE",
        service="idrac",
        cause="The controller has no such class in this namespace.",
        remedy="Check the class in resource_uri, and set namespace to root/dcim.",
    ),
    Remedy(
        number="CIM_ERR_NOT_SUPPORTED CIM_ERR_METHOD_NOT_AVAILABLE CIM_ERR_METHOD_NOT_FOUND",
        service="idrac",
        cause="The controller, or its licence, does not have this.",
        remedy="Check method, the firmware's version and the licence; on iDRAC settings are changed by methods "
        "(SetAttribute, CreateTargetedConfigJob), not by wsman_put.",
    ),
    Remedy(
        number="CIM_ERR_FAILED",
        service="idrac",
        cause="The controller cannot do this now, mostly because a job or pending changes are in the way.",
        remedy="Look at its job queue (DCIM_LifecycleJob) and log, and try again when these are done.",
    ),
    Remedy(
        fault="wsman:AccessDenied",
        service="idrac",
        cause="The user has no rights for this on the iDRAC.",
        remedy="Give it a role with them; reading needs Login, changes need Configure.",
    ),
    Remedy(
        fault="wsman:AccessDenied",
        service="amt",
        cause="The user lacks the realm for this, or AMT is in client control mode.",
        remedy="Use admin, give the user the realm (AMT_AuthorizationService), or provision AMT in admin control mode.",
    ),
    Remedy(
        fault="wsa:DestinationUnreachable wsa:DestinationUnreachable/InvalidResourceURI",
        service="amt",
        cause="This version of AMT has no such class or instance.",
        remedy="Check resource_uri: AMT_ and IPS_ classes have URIs of their own (http://intel.com/wbem/wscim/1/amt-schema/"
        "1/..., .../ips-schema/1/...), CIM_ classes cimv2/.",
    ),
    Remedy(
        fault="wxf:InvalidRepresentation wxf:InvalidRepresentation/InvalidValues "
        "wxf:InvalidRepresentation/MissingValues wsman:SchemaValidationError",
        service="amt",
        cause="AMT does not take back some members that it gives, and wants all others.",
        remedy="Name the read-only members in omit.",
    ),
    Remedy(
        fault="wsman:EncodingLimit wsman:EncodingLimit/MaxEnvelopeSize wsman:EncodingLimit/MaxEnvelopeSizeExceeded",
        service="amt",
        cause="AMT takes and sends at most 51200 octets at once.",
        remedy="Set max_envelope_size to 51200 at most, and lower max_elements.",
    ),
)

ROWS: t.Final[tuple[Remedy, ...]] = (*_CIM, *_BROKERS, *_OMI, *_OPENWSMAN, *_CONTROLLERS)
