# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the table of remedies that are keyed by what every service shares: SOAP subcode and detail."""

from __future__ import annotations

import typing as t

from .remedy import Remedy

_ENVELOPE_EXAMPLE: t.Final = """\
- name: Let a Windows service send larger answers
  wsman.automation.wsman_put:
    resource_uri: winrm/config
    properties:
      MaxEnvelopeSizekb: 8192
"""

_ADDRESSED: t.Final = (
    Remedy(
        fault="wsa:DestinationUnreachable/InvalidResourceURI",
        cause="The service has no resource of this URI.",
        remedy="Check resource_uri, its spelling and case, and namespace.",
    ),
    Remedy(
        fault="wsa:DestinationUnreachable/ResourceNotFound",
        cause="There is no such class, or no such instance of it.",
        remedy="Check resource_uri and selector_set.",
    ),
    Remedy(
        fault="wsa:DestinationUnreachable",
        cause="There is no such instance, class or namespace; many services have one fault for all three.",
        remedy="Check resource_uri, selector_set and namespace; wsman_enumerate of the class shows what there is.",
    ),
    Remedy(
        fault="wsa:ActionNotSupported/ActionMismatch",
        cause="The body of the request belongs to another operation than its action.",
        remedy="Check method, and body where one is given.",
    ),
    Remedy(
        fault="wsa:ActionNotSupported",
        cause="This resource does not have this operation or method.",
        remedy="Check method and resource_uri; wsman_schema shows the methods of a class where the service tells them.",
    ),
    Remedy(
        fault="wsa:EndpointUnavailable/InvalidValues",
        cause="The resource is not available with these values.",
        remedy="Check the values of selector_set and arguments.",
    ),
    Remedy(
        fault="wsa:EndpointUnavailable",
        cause="The resource is there and cannot answer now.",
        remedy="Try again later, with until and retries on the task.",
    ),
    Remedy(
        fault="wsa:InvalidMessageInformationHeader/InvalidTimeout",
        cause="The service does not take the operation_timeout of the request.",
        remedy="Set operation_timeout to whole seconds, such as 60.",
    ),
    Remedy(
        fault="wsa:InvalidMessageInformationHeader wsa:MessageInformationHeaderRequired",
        cause="The service misses or dislikes a header of the request.",
        remedy="Connect without a proxy or gateway that changes messages, and set profile to the kind of the service.",
    ),
    Remedy(
        fault="s:MustUnderstand",
        cause="The service does not understand a header block that it has to.",
        remedy="Set profile to the kind of the service, and leave out fragment and options that must be complied with.",
    ),
    Remedy(
        fault="s:VersionMismatch",
        cause="The service speaks another version of SOAP than 1.2.",
        remedy="Check http_prefix and port: another service answers there.",
    ),
)

_SELECTORS: t.Final = (
    Remedy(
        fault="wsman:InvalidSelectors/InsufficientSelectors",
        cause="Selectors are missing.",
        remedy="Name every key of the class in selector_set; the references that wsman_enumerate gives with "
        "return_type: epr have them all.",
        example="""\
- name: See which keys the instances have
  wsman.automation.wsman_enumerate:
    resource_uri: wmicimv2/Win32_Service
    return_type: epr
""",
    ),
    Remedy(
        fault="wsman:InvalidSelectors/UnexpectedSelectors",
        cause="A selector is no key of the class.",
        remedy="Check the names in selector_set.",
    ),
    Remedy(
        fault="wsman:InvalidSelectors/TypeMismatch wsman:InvalidSelectors/InvalidValue",
        cause="The value of a selector is not of its key's type, or not allowed.",
        remedy="Check the values in selector_set.",
    ),
    Remedy(
        fault="wsman:InvalidSelectors/AmbiguousSelectors",
        cause="Several instances have these selectors.",
        remedy="Name every key of the class in selector_set.",
    ),
    Remedy(
        fault="wsman:InvalidSelectors/DuplicateSelectors",
        cause="A selector is there twice.",
        remedy="Name it once, either in selector_set or behind the ? of resource_uri.",
    ),
    Remedy(
        fault="wsman:InvalidSelectors",
        cause="The selectors do not fit the resource.",
        remedy="Check selector_set: it names every key of the class and nothing else.",
    ),
)

_SIZES: t.Final = (
    Remedy(
        fault="wsman:EncodingLimit/MaxEnvelopeSize wsman:EncodingLimit/MaxEnvelopeSizeExceeded",
        cause="The answer does not fit into an envelope of max_envelope_size octets.",
        remedy="Raise max_envelope_size (on Windows MaxEnvelopeSizekb in winrm/config too), or lower max_elements.",
        example=_ENVELOPE_EXAMPLE,
    ),
    Remedy(
        fault="wsman:EncodingLimit/ServiceEnvelopeLimit",
        cause="The answer is larger than the service can send at once.",
        remedy="Lower max_elements, ask for fewer properties, or raise the service's own limit (Windows: "
        "MaxEnvelopeSizekb in winrm/config).",
        example=_ENVELOPE_EXAMPLE,
    ),
    Remedy(
        fault="wsman:EncodingLimit/MinimumEnvelopeLimit",
        cause="The service builds no answer as small as max_envelope_size asks for.",
        remedy="Raise max_envelope_size to 8192 at least.",
    ),
    Remedy(
        fault="wsman:EncodingLimit/CharacterSet wsman:EncodingLimit/EncodingType",
        cause="The service does not take the encoding of the request.",
        remedy="Set encoding to utf-8.",
    ),
    Remedy(
        fault="wsman:EncodingLimit/SelectorLimit",
        cause="There are more selectors than the service takes.",
        remedy="Name only the keys of the class in selector_set.",
    ),
    Remedy(
        fault="wsman:EncodingLimit/OptionLimit",
        cause="There are more options than the service takes.",
        remedy="Shorten option_set.",
    ),
    Remedy(
        fault="wsman:EncodingLimit/URILimitExceeded",
        cause="The URI is longer than the service takes.",
        remedy="Shorten resource_uri, and put selectors into selector_set.",
    ),
    Remedy(
        fault="wsman:EncodingLimit/UnreportableSuccess",
        cause="The service has done what was asked, and its answer was too large to send.",
        remedy="Raise max_envelope_size; read the instance to see what it holds now.",
    ),
    Remedy(
        fault="wsman:EncodingLimit/Whitespace",
        cause="The service keeps no white space of this kind.",
        remedy="Take white space from the ends of the values.",
    ),
    Remedy(
        fault="wsman:EncodingLimit",
        cause="The request or its answer passes a limit of the service, mostly that of the envelope.",
        remedy="Set max_envelope_size to between 8192 and 512000, and lower max_elements.",
    ),
)

_ENUMERATION: t.Final = (
    Remedy(
        fault="wsen:InvalidEnumerationContext",
        cause="The service has given up the enumeration: it keeps one only for a while.",
        remedy="Begin the enumeration again; raise max_elements so that it takes fewer requests (Windows: "
        "EnumerationTimeoutms in winrm/config/service).",
    ),
    Remedy(
        fault="wsen:CannotProcessFilter/NotSupported",
        cause="The service does not take this dialect, or this kind of filter, for this resource.",
        remedy="Take another dialect, mostly wql, or selector for one class.",
    ),
    Remedy(
        fault="wsen:CannotProcessFilter",
        cause="The service cannot work with the filter.",
        remedy="Check filter, its class, properties and syntax, or the object of association.",
    ),
    Remedy(
        fault="wsman:CannotProcessFilter",
        cause="The service cannot work with the filter or the fragment.",
        remedy="Check filter and fragment; on Windows a fragment's path has no leading slash.",
    ),
    Remedy(
        fault="wsen:FilterDialectRequestedUnavailable",
        cause="The service does not know this dialect of filters.",
        remedy="Take another dialect: Windows, OMI and Openwsman have wql, Openwsman cql too.",
    ),
    Remedy(
        fault="wsen:FilteringNotSupported",
        cause="This resource cannot be filtered.",
        remedy="Leave filter out, and select from the result with selectattr.",
    ),
    Remedy(
        fault="wsman:UnsupportedFeature/FilteringRequired",
        cause="All classes together cannot be enumerated.",
        remedy="Give a filter, or name one class in resource_uri.",
    ),
    Remedy(
        fault="wsman:UnsupportedFeature/EnumerationMode",
        cause="The service does not give the instances of this resource in this form.",
        remedy="Take another return_type, mostly object.",
    ),
    Remedy(
        fault="wsmb:PolymorphismModeNotSupported",
        cause="The service does not know this treatment of subclasses.",
        remedy="Leave polymorphism out.",
    ),
    Remedy(
        fault="wsen:TimedOut",
        cause="No further instance was found within the time of one request.",
        remedy="Raise operation_timeout, or narrow the filter.",
    ),
)

_WRITING: t.Final = (
    Remedy(
        fault="wsman:AlreadyExists",
        cause="There is an instance with these keys already.",
        remedy="Change it with wsman_put; or give wsman_create its keys in selector_set, then it compares instead.",
    ),
    Remedy(
        fault="wxf:InvalidRepresentation/InvalidNamespace",
        cause="The body is of another class than the service wants.",
        remedy="Give properties instead of body, or the class that the instance really has in resource_uri.",
    ),
    Remedy(
        fault="wxf:InvalidRepresentation/MissingValues",
        cause="Members that have to be there are missing.",
        remedy="Name them in properties, keys included.",
    ),
    Remedy(
        fault="wxf:InvalidRepresentation/InvalidValues",
        cause="A value does not fit its member, or the member cannot be set to it.",
        remedy="Check the values in properties against the class (wsman_schema); name members in omit that the service "
        "does not take back.",
    ),
    Remedy(
        fault="wxf:InvalidRepresentation/InvalidFragment wsman:FragmentDialectNotSupported "
        "wsman:UnsupportedFeature/FragmentLevelAccess",
        cause="The service does not take this part of an instance by itself.",
        remedy="Leave fragment out, and write the whole with properties.",
    ),
    Remedy(
        fault="wxf:InvalidRepresentation",
        cause="The service does not take the instance as it was written.",
        remedy="Check the names and values of properties; name members in omit that the service does not take back.",
    ),
    Remedy(
        fault="wsman:SchemaValidationError",
        cause="The body does not keep to the class's schema.",
        remedy="Check the names and types in properties or arguments; wsman_schema shows them.",
    ),
    Remedy(
        fault="wsman:InternalError/Invalid",
        cause="The service cannot read the XML of the request.",
        remedy="Check body, and connect without a proxy or gateway that changes messages.",
    ),
    Remedy(
        fault="wsman:InvalidParameter/InvalidName",
        cause="A parameter has a name that the method does not know, or one is missing.",
        remedy="Check the names in arguments; wsman_schema shows a method's parameters.",
    ),
    Remedy(
        fault="wsman:InvalidParameter/TypeMismatch",
        cause="A parameter is not of the type that the method declares.",
        remedy="Check the values in arguments; wsman_schema shows a method's parameters.",
    ),
    Remedy(
        fault="wsman:InvalidParameter/InvalidValue wsman:InvalidParameter",
        cause="A parameter is not valid.",
        remedy="Check the names and values in arguments or properties.",
    ),
    Remedy(
        fault="wsman:InvalidOptions/InvalidName wsman:InvalidOptions/NotSupported",
        cause="The resource does not know an option, and has to comply with it.",
        remedy="Check the names in option_set, or set must_comply to false there.",
    ),
    Remedy(
        fault="wsman:InvalidOptions/InvalidValue wsman:InvalidOptions",
        cause="The value of an option is not valid for this resource.",
        remedy="Check option_set.",
    ),
    Remedy(
        fault="wsman:Concurrency",
        cause="The resource is in use by somebody else.",
        remedy="Try again, with until and retries on the task.",
    ),
)

_SERVICE: t.Final = (
    Remedy(
        fault="wsman:AccessDenied",
        cause="The user was known to the service and has no rights for this.",
        remedy="Give it the rights on the service, for this resource and this operation.",
    ),
    Remedy(
        fault="wsman:QuotaLimit",
        cause="Too many operations or shells are open on the service, of this user or of all.",
        remedy="Wait, lower forks or throttle the task, or raise the service's quota.",
    ),
    Remedy(
        fault="wsman:TimedOut",
        cause="The operation took longer than operation_timeout.",
        remedy="Raise operation_timeout (Windows takes at most MaxTimeoutms of winrm/config), or ask for less.",
    ),
    Remedy(
        fault="wsman:DeliveryRefused",
        cause="The service refuses the message without saying why.",
        remedy="Look at the service's own log.",
    ),
    Remedy(
        fault="wsman:UnsupportedFeature/Locale wsman:InvalidParameter/Locale",
        cause="The service does not have this language.",
        remedy="Set locale and data_locale to en-US, which is the default.",
    ),
    Remedy(
        fault="wsman:UnsupportedFeature/OperationTimeout",
        cause="The service lets no client set a time limit.",
        remedy="Set operation_timeout to 0, which sends none.",
    ),
    Remedy(
        fault="wsman:UnsupportedFeature/AddressingMode",
        cause="The service does not take an endpoint reference of this kind.",
        remedy="Name resource_uri and selector_set instead of endpoint_reference.",
    ),
    Remedy(
        fault="wsman:UnsupportedFeature/InvalidResourceURI",
        cause="The service does not have this kind of request for this resource.",
        remedy="Check resource_uri and the module.",
    ),
    Remedy(
        fault="wsman:UnsupportedFeature",
        cause="The service, or the provider of this class, does not do this.",
        remedy="Look for a method of the class that does it (wsman_schema, wsman_invoke), and leave out options that "
        "the service may not know, such as polymorphism, fragment and association.",
    ),
)

ROWS: t.Final[tuple[Remedy, ...]] = (*_ADDRESSED, *_SELECTORS, *_SIZES, *_ENUMERATION, *_WRITING, *_SERVICE)
