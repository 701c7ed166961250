# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of the protocol as the service uses them; nothing here is shared with the client, on purpose."""

from __future__ import annotations

SOAP = "http://www.w3.org/2003/05/soap-envelope"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
EVENTING = "http://schemas.xmlsoap.org/ws/2004/08/eventing"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
IDENTITY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
CIMBINDING = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"
WSMV = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
WSMAN_FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"
XML = "http://www.w3.org/XML/1998/namespace"

ANONYMOUS = ADDRESSING + "/role/anonymous"
FAULT_DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"

GET = TRANSFER + "/Get"
PUT = TRANSFER + "/Put"
CREATE = TRANSFER + "/Create"
DELETE = TRANSFER + "/Delete"
ENUMERATE = ENUMERATION + "/Enumerate"
PULL = ENUMERATION + "/Pull"
RELEASE = ENUMERATION + "/Release"
RENEW = ENUMERATION + "/Renew"
GET_STATUS = ENUMERATION + "/GetStatus"

WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
SELECTOR_FILTER = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
ASSOCIATION_FILTER = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"
CQL = "http://schemas.dmtf.org/wbem/cql/1/dsp0202.pdf"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"

XSI_TYPE = f"{{{XSI}}}type"
XSI_NIL = f"{{{XSI}}}nil"
XML_LANG = f"{{{XML}}}lang"

# Prefixes of subcodes as faults.py spells them.
PREFIXES = {
    "s": SOAP,
    "wsa": ADDRESSING,
    "wsman": WSMAN,
    "wsen": ENUMERATION,
    "wxf": TRANSFER,
    "wse": EVENTING,
    "wsmb": CIMBINDING,
}


def local(tag: str) -> str:
    """The part of a tag after its namespace."""
    return tag.rpartition("}")[2]


def namespace(tag: str) -> str:
    """The namespace of a tag, or the empty string."""
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""
