# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP faults to errors, and the judgement of what a fault says about an instance.

Reads every detail of protocol.md §6.4; knows nothing of envelopes and HTTP.
"""

from __future__ import annotations

import re
import typing as t
from xml.etree.ElementTree import Element

from . import fault_codes, instance, remedies, uris, xml
from .errors import WSManFault

Scope = t.Mapping[str, str]

_CODES = ("Sender", "Receiver", "MustUnderstand", "VersionMismatch", "DataEncodingUnknown")
_CIM_ERRORS = ("MSFT_WmiError", "OMI_Error", "CIM_Error")
_TAG_VALUE: t.Final = xml.qname(uris.NS_SOAP, "Value")
_TAG_NOT_UNDERSTOOD: t.Final = xml.qname(uris.NS_SOAP, "NotUnderstood")
_PREFIX_OF = {namespace: prefix for prefix, namespace in uris.PREFIXES.items()}
_HRESULT = re.compile(r"HRESULT\s+(0x[0-9A-Fa-f]{1,8})\b")
_WMI_NUMBER = re.compile(r"\b(0x8004[0-9A-Fa-f]{4})\b")
_BROKER_NAME = re.compile(r"\bCMPI_RC_ERR_([A-Z_]+)\b")
_INTEGERS = frozenset(
    ("CIMStatusCode", "OMI_Code", "OMI_Category", "error_Category", "error_Code", "ErrorType", "ErrorSourceFormat")
    + ("PerceivedSeverity", "ProbableCause")
)

_CIM_NOT_FOUND: t.Final = 6
_CIM_ALREADY_EXISTS: t.Final = 11
_NOT_FOUND: t.Final = "WBEM_E_NOT_FOUND"
_ALREADY_EXISTS = {"ALREADY_EXISTS", "WBEM_E_ALREADY_EXISTS", "ERROR_ALREADY_EXISTS"}


def load_scopes(data: bytes, charset: str | None = None) -> t.Sequence[Scope]:
    """The namespaces in scope at each ``s:Value``: ElementTree forgets them, and a subcode is a QName in text."""
    return xml.load_scopes(data, _TAG_VALUE, charset)


def from_body(
    element: Element,
    *,
    header: Element | None = None,
    scopes: t.Sequence[Scope] = (),
    http_status: int | None = None,
    service: str | None = None,
) -> WSManFault:
    """Read the ``s:Fault`` *element* (SOAP 1.2 Part 1, 5.4; MS-WSMV 2.2.4.43); no part of it is obligatory.

    *service* is the name of the profile of who sent it, where that is known: some remedies depend on it.
    """
    code, subcode = _codes(element, scopes)
    detail_element = _child(element, "Detail")
    detail = list(detail_element) if detail_element is not None else []
    chain = [one for part in detail for one in part.iter() if xml.local(one.tag) == "WSManFault"]
    cim_error = _cim_error(detail)
    windows_code = _windows_code(chain, cim_error)
    fault_detail = _fault_detail(detail)
    read = WSManFault(
        code=code,
        subcode=subcode,
        reason=_reason(element) or _innermost_message(chain) or _text_of(cim_error, "Message"),
        fault_detail=fault_detail,
        windows_code=windows_code,
        windows_name=fault_codes.name_of(windows_code),
        machine=next((machine for one in chain if (machine := one.get("Machine"))), None),
        provider=_provider(detail),
        cim_error=cim_error,
        http_status=http_status,
    )
    read.remedy = _remedy(read, _not_understood(header), service)
    return read


def detail_name(fault: WSManFault) -> str | None:
    """The last part of ``wsman:FaultDetail`` (``InvalidResourceURI``), or None."""
    return (fault.fault_detail or "").rpartition("/")[2] or None


def is_not_found(fault: WSManFault, resource_uri: str | None = None) -> bool:
    """True where the fault says that this instance is not there, its class being known to the service.

    Never true for a wrong class, resource URI, namespace or selector name. Some services have one fault for a wrong
    class and a missing instance; where *resource_uri* is that of no class (``winrm/config/listener``) it tells enough,
    else see ``may_be_not_found``.
    """
    return _instance_is_missing(fault, resource_uri) is True


def may_be_not_found(fault: WSManFault, resource_uri: str | None = None) -> bool:
    """True for ``is_not_found``, and for a fault that a wrong class has too. To be sure, enumerate the class.

    Windows says RESOURCE_NOT_FOUND of both (MS-WSMV 4.10), Openwsman over sfcb wsa:DestinationUnreachable without a
    detail, of a wrong namespace too (wire/openwsman/058, 061, 091). Texts are no help: they have languages.
    """
    return _instance_is_missing(fault, resource_uri) is not False


def _instance_is_missing(fault: WSManFault, resource_uri: str | None) -> bool | None:
    """None where the fault leaves open whether it is the instance or its class."""
    status = _extended_status(fault)
    if _NOT_FOUND in (fault.windows_name, status):
        return True
    if fault.cim_error and fault.cim_error.get("CIMStatusCode") is not None:
        return bool(fault.cim_error["CIMStatusCode"] == _CIM_NOT_FOUND)
    if status is not None:
        return False
    if fault.windows_name == "RESOURCE_NOT_FOUND" or detail_name(fault) == "ResourceNotFound":
        return None if resource_uri is None or uris.class_name(resource_uri) else True
    bare = fault.windows_code is None and fault.fault_detail is None
    return None if bare and fault.subcode == "wsa:DestinationUnreachable" else False


def is_already_exists(fault: WSManFault) -> bool:
    """True where the fault says that an instance with these keys is there already."""
    if fault.subcode == "wsman:AlreadyExists" or fault.windows_name in _ALREADY_EXISTS:
        return True
    if _extended_status(fault) in _ALREADY_EXISTS:
        return True
    return fault.cim_error is not None and fault.cim_error.get("CIMStatusCode") == _CIM_ALREADY_EXISTS


def _codes(element: Element, scopes: t.Sequence[Scope]) -> tuple[str | None, str | None]:
    """Code and subcode in our prefixes: of several the innermost that is known, else the outermost."""
    code_element = _child(element, "Code")
    values = list(code_element.iter(_TAG_VALUE)) if code_element is not None else []
    names = [
        _resolve((value.text or "").strip(), scopes[index] if index < len(scopes) else {})
        for index, value in enumerate(values)
    ]
    code = names[0] if names else None
    subcodes = [name for name in names[1:] if name]
    known = [name for name in subcodes if name in fault_codes.SUBCODES]
    return code, known[-1] if known else subcodes[0] if subcodes else None


def _resolve(text: str, scope: Scope) -> str | None:
    """A QName in text, in our prefixes.

    An undeclared prefix is guessed from the local name (wire/windows/4.10-01), and a namespace that has no such subcode
    is the one that has.
    """
    if not text:
        return None
    prefix, colon, name = text.rpartition(":")
    if name in _CODES:
        return f"s:{name}"
    namespace = scope.get(prefix)
    known = _PREFIX_OF.get(namespace or "")
    spelled = f"{known}:{name}" if known else f"{{{namespace}}}{name}" if namespace else text
    return spelled if spelled in fault_codes.SUBCODES else fault_codes.subcode_of(name, prefix) or spelled


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if xml.local(child.tag) == name), None)


def _reason(element: Element) -> str | None:
    """The first text that is not empty; services send one language, some with line breaks in it."""
    reason = _child(element, "Reason")
    texts = [" ".join((child.text or "").split()) for child in reason] if reason is not None else []
    return next((text for text in texts if text), None)


def _fault_detail(detail: t.Iterable[Element]) -> str | None:
    """The full URI, whichever of its forms the peer used (MS-WSMV 4.10 has ``wsman:faultDetail/X``)."""
    text = next((one.text for one in detail if xml.local(one.tag) == "FaultDetail" and one.text), "").strip()
    head, slash, name = text.rpartition("/")
    if not text or not (slash and head.lower().endswith("faultdetail")):
        return text or None
    return uris.FAULT_DETAIL + fault_codes.detail_of(name)


def _windows_code(chain: t.Sequence[Element], cim_error: t.Mapping[str, t.Any] | None) -> int | None:
    """The innermost number that is not 0, as unsigned 32 bits."""
    codes = [number for one in chain if (number := _number(one.get("Code")))]
    if codes:
        return codes[-1]
    if cim_error is None:
        return None
    match = _HRESULT.search(_text_of(cim_error, "MessageID") or "")
    if match:
        return int(match.group(1), 16)
    if str(cim_error.get("error_Type")).upper() == "HRESULT" and isinstance(cim_error.get("error_Code"), int):
        return t.cast(int, cim_error["error_Code"]) & 0xFFFFFFFF
    return None


def _number(text: str | None) -> int | None:
    try:
        return int((text or "").strip(), 0) & 0xFFFFFFFF
    except ValueError:
        return None


def _innermost_message(chain: t.Sequence[Element]) -> str | None:
    """The deepest text of nested ``f:Message`` (WMI plug-ins nest them to any depth)."""
    texts = [text for one in chain for message in one if (text := _text(message))]
    return texts[-1] if texts else None


def _provider(detail: t.Iterable[Element]) -> dict[str, t.Any] | None:
    """The innermost ``f:ProviderFault``: its attributes, its ``Message``, and the members of ``ExtendedError``."""
    faults = [one for part in detail for one in part.iter() if xml.local(one.tag) == "ProviderFault"]
    if not faults:
        return None
    innermost = faults[-1]
    found: dict[str, t.Any] = {xml.local(key): value for one in faults for key, value in one.attrib.items()}
    inner_chain = [one for one in innermost.iter() if xml.local(one.tag) == "WSManFault"]
    message = _innermost_message(inner_chain) or _text(innermost)
    if message:
        found["Message"] = message
    extended = next((one for fault in faults for one in fault.iter() if xml.local(one.tag) == "ExtendedError"), None)
    if extended is not None:
        holder = extended[0] if len(extended) == 1 and len(extended[0]) else extended
        found["ExtendedError"] = _members(holder)
    return found


def _text(element: Element) -> str:
    """All text inside, but for that of ExtendedError, which has members of its own."""
    if xml.local(element.tag) == "ExtendedError":
        return ""
    parts = [element.text or ""]
    for child in element:
        parts += [_text(child), child.tail or ""]
    return " ".join(" ".join(parts).split())


def _cim_error(detail: t.Iterable[Element]) -> dict[str, t.Any] | None:
    for one in detail:
        flagged = any(xml.local(key) == "IsCIM_Error" for key in one.attrib)
        if flagged or xml.local(one.tag) in _CIM_ERRORS:
            return _members(one)
    return None


def _members(element: Element) -> dict[str, t.Any]:
    """Local name to text, None for nil, a list where a name comes again; integers where CIM_Error has them."""
    found: dict[str, t.Any] = {}
    for child in element:
        name = xml.local(child.tag)
        value = _member(child, name)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def _member(element: Element, name: str) -> t.Any:
    if len(element):
        return _members(element)
    if instance.is_nil(element):
        return None
    text = element.text or ""
    number = _number(text) if name in _INTEGERS else None
    return text if number is None else number


def _text_of(members: t.Mapping[str, t.Any] | None, name: str) -> str | None:
    value = members.get(name) if members else None
    return value.strip() or None if isinstance(value, str) else None


def _extended_status(fault: WSManFault) -> str | None:
    """The name of WMI's own status inside a provider fault."""
    extended = (fault.provider or {}).get("ExtendedError")
    return fault_codes.name_of(_number(_text_of(extended, "StatusCode"))) if isinstance(extended, dict) else None


def _remedy(fault: WSManFault, not_understood: str | None, service: str | None) -> str | None:
    """What the fault means and what to do about it; of a header block that was not understood the name is told."""
    code = fault.subcode or fault.code
    seen = remedies.Seen(
        fault=f"{code}/{detail_name(fault)}" if fault.fault_detail else code,
        numbers=_number_names(fault),
        reason=fault.reason,
        service=service,
    )
    row = remedies.find(seen)
    if not_understood:
        return f"{not_understood} {row.remedy}" if row else not_understood
    return None if row is None else str(row)


def _number_names(fault: WSManFault) -> tuple[str, ...]:
    """The names of all numbers in the fault, the most precise first: WMI's own status is that, where it is known.

    Some plug-ins have it in their text alone (``HRESULT = 0x80041010``), and so have brokers (``CMPI_RC_ERR_FAILED``).
    """
    said = f"{(fault.provider or {}).get('Message') or ''} {fault.reason or ''}"
    numbers = [int(match, 16) for match in _WMI_NUMBER.findall(said)]
    status = (fault.cim_error or {}).get("CIMStatusCode")
    names = (
        _extended_status(fault),
        *map(fault_codes.name_of, numbers),
        fault.windows_name,
        fault_codes.CIM_STATUSES.get(status) if isinstance(status, int) else None,
        *(f"CIM_ERR_{name}" for name in _BROKER_NAME.findall(said)),
    )
    return tuple(dict.fromkeys(name for name in names if name))


def _not_understood(header: Element | None) -> str | None:
    """The header blocks that a MustUnderstand fault names (SOAP 1.2 Part 1, 5.4.8)."""
    blocks = [one for one in header if one.tag == _TAG_NOT_UNDERSTOOD] if header is not None else []
    names = ", ".join(name for one in blocks if (name := one.get("qname")))
    return f"The service does not understand the header block {names}." if names else None
