# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of the protocol: namespaces, actions, dialects, and the resource URIs that users write.

Knows texts only: nothing of XML, messages or services.
"""

from __future__ import annotations

import re
import typing as t

from .errors import UsageError

NS_SOAP: t.Final = "http://www.w3.org/2003/05/soap-envelope"
NS_SOAP_11: t.Final = "http://schemas.xmlsoap.org/soap/envelope/"
NS_ADDRESSING: t.Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
NS_ADDRESSING_2005: t.Final = "http://www.w3.org/2005/08/addressing"
NS_WSMAN: t.Final = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
NS_IDENTITY: t.Final = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
NS_CIMBINDING: t.Final = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
NS_ENUMERATION: t.Final = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
NS_TRANSFER: t.Final = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
NS_EVENTING: t.Final = "http://schemas.xmlsoap.org/ws/2004/08/eventing"
NS_XSI: t.Final = "http://www.w3.org/2001/XMLSchema-instance"
NS_XS: t.Final = "http://www.w3.org/2001/XMLSchema"
NS_XML: t.Final = "http://www.w3.org/XML/1998/namespace"
NS_CIM: t.Final = "http://schemas.dmtf.org/wbem/wscim/1/common"
NS_WSMV: t.Final = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
NS_FAULT: t.Final = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
NS_CONFIG: t.Final = "http://schemas.microsoft.com/wbem/wsman/1/config"
NS_SHELL: t.Final = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"

#: Prefix to namespace: the prefixes that we send and in which fault codes are given, whatever the peer uses.
PREFIXES: t.Final[dict[str, str]] = {
    "s": NS_SOAP,
    "wsa": NS_ADDRESSING,
    "wsman": NS_WSMAN,
    "wsmid": NS_IDENTITY,
    "wsmb": NS_CIMBINDING,
    "wsen": NS_ENUMERATION,
    "wxf": NS_TRANSFER,
    "wse": NS_EVENTING,
    "xsi": NS_XSI,
    "xs": NS_XS,
    "cim": NS_CIM,
    "wsmv": NS_WSMV,
    "f": NS_FAULT,
}

ACTION_GET: t.Final = NS_TRANSFER + "/Get"
ACTION_PUT: t.Final = NS_TRANSFER + "/Put"
ACTION_CREATE: t.Final = NS_TRANSFER + "/Create"
ACTION_DELETE: t.Final = NS_TRANSFER + "/Delete"
ACTION_ENUMERATE: t.Final = NS_ENUMERATION + "/Enumerate"
ACTION_PULL: t.Final = NS_ENUMERATION + "/Pull"
ACTION_RELEASE: t.Final = NS_ENUMERATION + "/Release"
ACTION_RENEW: t.Final = NS_ENUMERATION + "/Renew"
ACTION_GET_STATUS: t.Final = NS_ENUMERATION + "/GetStatus"

DIALECT_WQL: t.Final = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
DIALECT_SELECTOR: t.Final = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
DIALECT_ASSOCIATION: t.Final = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"
DIALECT_CQL: t.Final = "http://schemas.dmtf.org/wbem/cql/1/dsp0202.pdf"
DIALECT_XPATH: t.Final = "http://www.w3.org/TR/1999/REC-xpath-19991116"

ANONYMOUS: t.Final = NS_ADDRESSING + "/role/anonymous"
FAULT_DETAIL: t.Final = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"
ALL_CLASSES: t.Final = "http://schemas.dmtf.org/wbem/wscim/1/*"
WMI: t.Final = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"

#: The selector that carries the CIM namespace (DSP0227 5.1).
NAMESPACE_SELECTOR: t.Final = "__cimnamespace"

_MICROSOFT: t.Final = "http://schemas.microsoft.com/wbem/wsman/1/"

#: The aliases of winrm.cmd, expanded by the client (protocol.md §4).
ALIASES: t.Final[dict[str, str]] = {
    "cimv2/": "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/",
    "shell/": _MICROSOFT + "windows/shell/",
    "winrm/": _MICROSOFT,
    "wmi/": WMI,
    "wmicimv2/": WMI + "root/cimv2/",
    "wsman/": _MICROSOFT,
}

_CODE_BLANK: t.Final = 2150858943  # CLIENT_BLANK_URI
_CODE_QUERY: t.Final = 2150858874  # URI_QUERY_STRING_SYNTAX_ERROR
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!=)")
_UNFIT = re.compile(r'[\x00-\x20\x7f<>"{}|\\^`\ud800-\udfff\ufffe\uffff]')
#: What XML 1.0 forbids in any document (XML 1.0 2.2).
UNFIT_FOR_XML: t.Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CLASS = re.compile(r"/wbem/(?:wscim/\d+/|wsman/1/wmi/).+/([A-Za-z_]\w*)\Z", re.ASCII)
_PAIR = re.compile(r'\s*(?P<name>[^=+"?]+)=(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>[^=+"?]+))(?P<end>\+|$)', re.DOTALL)


def parse_resource_uri(text: str, option: str = "resource_uri") -> tuple[str, dict[str, str]]:
    """Return the full URI and the selectors of a ``?Key=Value+Key2="Value 2"`` tail (protocol.md §4).

    A value that holds ``+``, ``?`` or ``=`` is written in double quotes; a double quote inside them is doubled.
    Raises UsageError (with Windows' number) naming *option* for a blank text, an unknown alias or a bad tail.
    """
    if not isinstance(text, str) or not text.strip():
        raise UsageError(
            "it is empty.", option=option, remedy="Give a URI such as winrm/config.", windows_code=_CODE_BLANK
        )
    base, mark, tail = text.strip().partition("?")
    unfit = _UNFIT.search(base) or UNFIT_FOR_XML.search(text)
    if unfit:
        character = unfit.group()
        shown = f"'{character}'" if character.isprintable() else repr(character)
        raise UsageError(
            f"{shown} at position {unfit.start() + 1} cannot stand here.",
            option=option,
            remedy="Write / for it." if character == "\\" else "Percent-encode it, or remove it.",
        )
    return _expand(base, option), _parse_tail(tail, option) if mark else {}


def _expand(base: str, option: str) -> str:
    """Replace a leading alias; a text with a scheme is a URI already.

    ``cimv2/*`` is what all classes are called (protocol.md §4), in another form than one of them.
    """
    if _SCHEME.match(base):
        return base
    head, slash, rest = base.partition("/")
    uri = ALIASES.get(head.lower() + slash)
    if uri is None:
        raise UsageError(
            f"{base!r} is neither a URI nor begins with an alias.",
            option=option,
            remedy=f"The aliases are {', '.join(ALIASES)}; anything else is written in full (http://...).",
        )
    if not rest:
        raise UsageError(
            f"the alias {base!r} is followed by nothing.",
            option=option,
            remedy="Write what it stands before, as in winrm/config.",
            windows_code=_CODE_BLANK,
        )
    return ALL_CLASSES if uri == ALIASES["cimv2/"] and rest == "*" else uri + rest


def _parse_tail(tail: str, option: str) -> dict[str, str]:
    """Read ``Key=Value`` pairs joined by ``+``."""
    selectors: dict[str, str] = {}
    position = 0
    more = True
    while more:
        pair = _PAIR.match(tail, position)
        name = pair.group("name").strip() if pair else ""
        if pair is None or not name or name in selectors:
            what = f"the selector {name} is given twice" if name in selectors else f"no selector at {tail[position:]!r}"
            raise UsageError(
                f"{what}.",
                option=option,
                remedy='After "?" comes Name=Value, more after "+"; a value that holds + ? = or nothing is quoted.',
                windows_code=_CODE_QUERY,
            )
        quoted = pair.group("quoted")
        selectors[name] = pair.group("plain") if quoted is None else quoted.replace('""', '"')
        position = pair.end()
        more = pair.group("end") == "+"
    return selectors


def class_name(uri: str) -> str | None:
    """The CIM or WMI class that *uri* names; None for ``.../*``, ``winrm/config`` and all that is no class."""
    match = _CLASS.search(uri)
    return match.group(1) if match else None


def wmi_namespace(uri: str) -> str | None:
    """The namespace (``root/cimv2``) inside a WMI URI, else None."""
    if not uri.lower().startswith(WMI):
        return None
    return uri[len(WMI) :].rpartition("/")[0] or None


def is_microsoft(uri: str) -> bool:
    """True for the resources that only Windows has: ``http://schemas.microsoft.com/wbem/wsman/1/...``."""
    return uri.lower().startswith(_MICROSOFT)


def is_dell(uri: str, name: str | None = None) -> bool:
    """True for an iDRAC's classes, of which *name* is one of those of *uri*; under a WMI URI they are Windows' own."""
    return (name or class_name(uri) or "").upper().startswith("DCIM_") and wmi_namespace(uri) is None


def is_config(uri: str) -> bool:
    """True for ``winrm/config`` and all below it (MS-WSMV 2.2.4.5 and following)."""
    return (uri.lower() + "/").startswith(NS_CONFIG + "/")
