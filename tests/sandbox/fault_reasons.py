# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts that Windows gives with its errors; {member} stands for the member at fault."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "SOAP_VERSION_MISMATCH": "The SOAP envelope's version is not supported. Use SOAP 1.2.",
    "SOAP_FAULT_MUST_UNDERSTAND": "A header of the request must be understood and is not.",
    "ACCESS_DENIED": "Access is denied. ",
    "ACTION_NOT_SUPPORTED": "The WS-Management service cannot process the request because the WS-Addressing action URI"
    " is not supported by the resource.",
    "INVALID_ACTIONURI": "The action URI of the request is not valid.",
    "ALREADY_EXISTS": "The WS-Management service cannot create the resource because it already exists.",
    "INVALID_RESOURCE_URI": "The resource URI is missing or it has an incorrect format. Check the documentation or use"
    ' the following command for information on how to construct a resource URI: "winrm help uris".',
    "RESOURCE_NOT_FOUND": "The WS-Management service cannot process the request. The service cannot find the resource"
    " identified by the resource URI and selectors.",
    "DESTINATION_UNREACHABLE": "The WS-Management service cannot process the request because the request contained"
    " invalid selectors for the resource.",
    "MIN_ENVELOPE_SIZE": "The WS-Management service cannot process the request. The MaxEnvelopeSize value in the"
    " request is smaller than the minimum of 8192 octets.",
    "MAX_ENVELOPE_SIZE_EXCEEDED": "The WS-Management service cannot process the request. The response does not fit into"
    " the maximum envelope size. ",
    "ENUMERATE_INVALID_ENUMERATION_CONTEXT": "The WS-Management service cannot process the request because the"
    " enumeration context is not valid. It may have expired, been released, or belong to another user.",
    "ENUMERATE_FILTERING_NOT_SUPPORTED": "The resource does not support filters.",
    "ENUMERATE_FILTER_DIALECT_REQUESTED_UNAVAILABLE": "The filter dialect is not supported for this resource.",
    "ENUMERATE_TIMED_OUT": "The enumeration has timed out. No items came within the operation timeout.",
    "OPERATION_TIMEDOUT": "The WS-Management service cannot complete the operation within the time specified in"
    " OperationTimeout.  ",
    "INVALID_MESSAGE_INFORMATION_HEADER": "A header of the request has a value that is not valid.",
    "INVALID_TIMEOUT_HEADER": "The OperationTimeout header of the request has a value that is not valid.",
    "MESSAGE_INFORMATION_HEADER_REQUIRED": "A header that the request must have is missing.",
    "UNSUPPORTED_ADDRESSING_MODE": "The ReplyTo address must be anonymous.",
    "MUSTUNDERSTAND_ON_LOCALE_UNSUPPORTED": "The service does not support mustUnderstand on the Locale header.",
    "UNSUPPORTED_FEATURE": "The request asks for a feature that the service does not support.",
    "ENUMERATION_MODE_UNSUPPORTED": "The enumeration mode is not supported for this resource.",
    "FRAGMENT_TRANSFER_NOT_SUPPORTED": "The resource does not support fragment transfer.",
    "FRAGMENT_DIALECT_REQUESTED_UNAVAILABLE": "The fragment's dialect is not supported.",
    "INVALID_FRAGMENT_PATH": "The fragment path is not valid for the resource.",
    "POLYMORPHISM_MODE_UNSUPPORTED": "The polymorphism mode is not supported for this resource.",
    "INVALID_SELECTORS": "The WS-Management service cannot process the request because the selectors are not valid.",
    "INSUFFCIENT_SELECTORS": "The WS-Management service cannot process the request because the request contained too"
    " few selectors for the resource.",
    "UNEXPECTED_SELECTORS": "The WS-Management service cannot process the request because the request contained invalid"
    " selectors for the resource. ",
    "DUPLICATE_SELECTORS": "The WS-Management service cannot process the request because a selector stands twice.",
    "INVALID_SELECTOR_VALUE": "The WS-Management service cannot process the request because a selector has a value"
    " that is not valid for the resource.",
    "INVALID_OPTIONS": "The resource does not support an option with MustComply set.",
    "OPTIONS_NOT_SUPPORTED": "The resource does not support options.",
    "INVALID_XML_VALUES": "The WS-Management service cannot process the request because the XML contains a value that"
    " is not valid for the resource.",
    "INVALID_XML_MISSING_VALUES": "The WS-Management service cannot process the request because values are missing.",
    "INVALID_XML_NAMESPACE": "The WS-Management service cannot process the request because the XML has a namespace that"
    " is not that of the resource.",
    "INVALID_XML_FRAGMENT": "The WS-Management service cannot process the request because the XML fragment is not"
    " valid.",
    "INVALID_REPRESENTATION": "The WS-Management service cannot process the request because the XML is no valid"
    " representation of the resource.",
    "SCHEMA_VALIDATION_ERROR": "The SOAP XML in the message does not match the corresponding XML schema definition."
    " Change the XML and retry. ",
    "INVALID_XML": "The WS-Management service cannot process the request because the XML is invalid. ",
    "INTERNAL_ERROR": "The WS-Management service cannot process the request because of an internal error.",
    "QUOTA_LIMIT": "The service is busy: a quota is exceeded.",
    "QUOTA_USER": "The WS-Management service cannot process the request. This user has exceeded the maximum number of"
    " concurrent operations. Close existing operations for this user, or raise the quota for this user.",
    "CONFIG_CANNOT_CHANGE_GPO_CONTROLLED_SETTING": "The config setting {member} cannot be changed because is controlled"
    ' by policies. The policy would need to be set to "Not Configured" in order to change the config setting. ',
    "CONFIG_READONLY_PROPERTY": "The WS-Management service cannot process the request. {member} is read-only. ",
    "DEPRECATED_CONFIG_SETTING": "The config setting {member} is deprecated and cannot be changed. ",
    "CONFIG_CERT_CN_DOES_NOT_MATCH_HOSTNAME": "The WinRM client cannot process the request. The certificate CN and the"
    " hostname that were provided do not match. ",
    "CERT_NOT_FOUND": "Cannot create a WinRM listener on HTTPS because this machine does not have an appropriate"
    " certificate. To be used for SSL, a certificate must have a CN matching the hostname, be appropriate for Server"
    " Authentication, and not be expired, revoked, or self-signed. ",
    "LISTENER_ADDRESS_INVALID": "The listener's address is not one of *, IP:<address> and MAC:<address>, or no adapter"
    " has it. ",
    "CONFIG_CANNOT_CHANGE_CERTMAPPING_KEYS": "The Subject, URI or Issuer fields of a certificate mapping cannot be"
    " changed. Delete the mapping and create it again. ",
    "CERTMAPPING_INVALIDISSUERKEY": "The Issuer of a certificate mapping must be the thumbprint of a certificate: 40"
    " hexadecimal digits. ",
    "CERTMAPPING_INVALIDSUBJECTKEY": "The Subject of a certificate mapping holds at most one *, first or last. ",
    "CERTMAPPING_PASSWORDBLANK": "The password of a certificate mapping cannot be blank. ",
    "CERTMAPPING_PASSWORDUSERTUPLE": "UserName and Password of a certificate mapping must be given together. ",
    "CANNOT_CHANGE_KEYS": "The keys Address and Transport of a listener cannot be changed. ",
    "PULL_PARAMS_NOT_SAME_AS_ENUM": "The parameters of the Pull request are not the same as those of the Enumerate"
    " request. ",
    "CUSTOMREMOTESHELL_DEPRECATED": "The WinRM Custom Remote Shell has been deprecated and cannot be used. ",
    "INVALID_URI_WMI_ENUM_WQL": "The WS-Management service cannot process the request. The class name of the resource"
    ' URI must be "*" to use a WQL filter. ',
}
