# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fault as an exception, and the Fault element that is made of it (protocol.md 6.1, 6.4)."""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element, QName, SubElement

from . import names
from .fault_reasons import REASONS
from .fault_table import BASE, ROWS, by_subcode

_FAMILIES = {
    "addressing": names.ADDRESSING + "/fault",
    "wsman": "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault",
    "transfer": names.TRANSFER + "/fault",
    "enumeration": names.ENUMERATION + "/fault",
    "eventing": names.EVENTING + "/fault",
}


@dataclasses.dataclass(frozen=True)
class ProviderFault:
    """What a provider below the service reported: its name, its path, its own number and message.

    *extended* goes into the ProviderFault beside the inner WSManFault (f:ExtendedError with a p:__ExtendedStatus).
    """

    provider: str
    code: int
    message: str
    path: str = "%systemroot%\\system32\\WsmWmiPl.dll"
    extended: Element | None = None


class Fault(Exception):
    """Raised anywhere below the dispatcher; becomes the answer.

    *subcode* is written with the prefixes of ``names.PREFIXES`` (``wsman:InvalidSelectors``), *detail* is the last part
    of the FaultDetail URI. What is left out comes from the table of Windows' errors: SOAP code, action family, number,
    reason. *details* are further elements for ``s:Detail`` (an MSFT_WmiError). *code* is the SOAP code's local name.
    """

    def __init__(
        self,
        subcode: str,
        detail: str | None = None,
        *,
        windows_code: int | None = None,
        reason: str | None = None,
        provider: ProviderFault | None = None,
        details: t.Sequence[Element] = (),
        code: str | None = None,
        family: str | None = None,
        http_status: int | None = None,
        not_understood: str | None = None,
    ) -> None:
        row = by_subcode(subcode, detail) or by_subcode(subcode, None) or ROWS["INTERNAL_ERROR"]
        self.subcode = subcode
        self.detail = detail
        self.code = code or row.code
        self.family = family or row.family
        self.windows_code = row.number if windows_code is None else windows_code
        self.reason = reason if reason is not None else _reason(self.windows_code)
        self.provider = provider
        self.details = tuple(details)
        self.http_status = http_status
        self.not_understood = not_understood
        super().__init__(f"{subcode} {detail or ''} {self.windows_code}: {self.reason}")

    @classmethod
    def named(cls, name: str, *, member: str = "", reason: str | None = None, **more: t.Any) -> Fault:
        """The fault of Windows' error *name* (``INVALID_SELECTORS``); *member* is put into its text."""
        row = ROWS[name]
        text = reason if reason is not None else REASONS.get(name, "").replace("{member}", member) or None
        more.setdefault("windows_code", row.number)
        return cls(row.subcode, row.detail or None, reason=text, code=row.code, family=row.family, **more)

    @property
    def action(self) -> str:
        """The Action URI of the answer."""
        return _FAMILIES[self.family]


def _reason(number: int) -> str:
    for name, row in ROWS.items():
        if row.number == number and name in REASONS:
            return REASONS[name]
    return f"The WS-Management service cannot process the request (error {number - BASE if number > BASE else number})."


def to_element(fault: Fault, *, language: str = "en-US", machine: str = "", windows: bool = True) -> Element:
    """The ``s:Fault``; *windows* adds a WSManFault to the detail."""
    element = Element(f"{{{names.SOAP}}}Fault")
    code = SubElement(element, f"{{{names.SOAP}}}Code")
    SubElement(code, f"{{{names.SOAP}}}Value").text = _qname(names.SOAP, fault.code)
    if fault.subcode:
        prefix, _colon, local = fault.subcode.partition(":")
        subcode = SubElement(code, f"{{{names.SOAP}}}Subcode")
        SubElement(subcode, f"{{{names.SOAP}}}Value").text = _qname(names.PREFIXES[prefix], local)
    reason = SubElement(element, f"{{{names.SOAP}}}Reason")
    text = SubElement(reason, f"{{{names.SOAP}}}Text", {names.XML_LANG: language})
    text.text = fault.reason
    detail = Element(f"{{{names.SOAP}}}Detail")
    if fault.detail:
        SubElement(detail, f"{{{names.WSMAN}}}FaultDetail").text = names.FAULT_DETAIL + fault.detail
    detail.extend(fault.details)
    if windows:
        detail.append(_wsman_fault(fault, machine))
    if len(detail):
        element.append(detail)
    return element


def _qname(namespace: str, local: str) -> t.Any:
    return QName(namespace, local)


def _wsman_fault(fault: Fault, machine: str) -> Element:
    outer = Element(f"{{{names.WSMAN_FAULT}}}WSManFault", Code=str(fault.windows_code), Machine=machine)
    message = SubElement(outer, f"{{{names.WSMAN_FAULT}}}Message")
    provider = fault.provider
    if provider is None:
        message.text = fault.reason
        return outer
    inner = SubElement(message, f"{{{names.WSMAN_FAULT}}}ProviderFault", provider=provider.provider, path=provider.path)
    own = SubElement(inner, f"{{{names.WSMAN_FAULT}}}WSManFault", Code=str(provider.code), Machine=machine)
    SubElement(own, f"{{{names.WSMAN_FAULT}}}Message").text = provider.message
    if provider.extended is not None:
        SubElement(inner, f"{{{names.WSMAN_FAULT}}}ExtendedError").append(provider.extended)
    return outer
