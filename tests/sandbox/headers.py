# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The headers of a request: checked as Windows checks them (MS-WSMV 3.1.4.1.1 to 3.1.4.1.18), then made into a Call."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from xml.etree.ElementTree import Element

from . import names
from .faults import Fault
from .provider import Call, Fragment, Option, Selectors
from .soap import Envelope
from .style import Style

_A, _W, _P = f"{{{names.ADDRESSING}}}", f"{{{names.WSMAN}}}", f"{{{names.WSMV}}}"
_MUST_UNDERSTAND = f"{{{names.SOAP}}}mustUnderstand"

_KNOWN = frozenset(
    [_A + name for name in ("To", "ReplyTo", "FaultTo", "From", "Action", "MessageID", "RelatesTo")]
    + [_W + name for name in ("ResourceURI", "SelectorSet", "OptionSet", "OperationTimeout", "MaxEnvelopeSize")]
    + [_W + name for name in ("Locale", "FragmentTransfer", "RequestEPR", "RequestTotalItemsCountEstimate")]
)
_MICROSOFT = frozenset(
    _P + name for name in ("DataLocale", "SessionId", "OperationID", "SequenceId", "ActivityId", "CompressionType")
)

MINIMUM_ENVELOPE = 8192
MAXIMUM_HEADER = 2048
_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+)D)?"
    r"(?P<time>T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_SECONDS = {"years": 31536000, "months": 2592000, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}


@dataclasses.dataclass(frozen=True)
class Limits:
    """What the live configuration says: octets, seconds, items."""

    max_envelope_size: int = 512000
    max_timeout: float = 60.0
    max_batch_items: int = 32000
    enumeration_timeout: float = 60.0
    max_operations_per_user: int = 1500


def parse_duration(text: str) -> float | None:
    """An xs:duration in seconds, or None where it is none."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or text.strip().endswith(("P", "T")):
        return None
    total = sum(float(match[name]) * factor for name, factor in _SECONDS.items() if match[name])
    return -total if match["sign"] else total


def check(envelope: Envelope, style: Style, limits: Limits) -> Call:
    """The request as a Call; raises the Fault that belongs to the first thing that is wrong with its headers."""
    _check_understood(envelope.blocks, style)
    action = _required(envelope, _A + "Action", style)
    if style.strict:
        _check_addressing(envelope, style)
    resource_uri = (envelope.text(_W + "ResourceURI") or "").strip()
    if not resource_uri:
        raise Fault.named("INVALID_RESOURCE_URI")
    if len(resource_uri) > MAXIMUM_HEADER:
        raise Fault.named("URI_LIMIT")
    return Call(
        action=action,
        resource_uri=resource_uri,
        selectors=parse_selectors(envelope.header.get(_W + "SelectorSet")),
        options=_options(envelope.header.get(_W + "OptionSet")),
        fragment=_fragment(envelope.header.get(_W + "FragmentTransfer"), style),
        body=envelope.content,
        header=envelope.header,
        message_id=envelope.text(_A + "MessageID"),
        max_envelope_size=_max_envelope_size(envelope, limits, style),
        operation_timeout=_operation_timeout(envelope, limits),
        locale=_locale(envelope.header.get(_W + "Locale"), style),
        manner=style,
    )


def must_understand(block: Element) -> bool:
    """Whether the block carries mustUnderstand."""
    return block.get(_MUST_UNDERSTAND, "").strip().lower() in ("1", "true")


def _check_understood(blocks: t.Iterable[Element], style: Style) -> None:
    for block in blocks:
        known = block.tag in _KNOWN and (style.fragments or block.tag != _W + "FragmentTransfer")
        if known or not must_understand(block):
            continue
        if block.tag in _MICROSOFT and style.microsoft_headers:
            if names.local(block.tag) == "DataLocale":
                raise Fault("wsman:UnsupportedFeature", "DataLocale")
            continue
        prefix = "q:" if names.namespace(block.tag) else ""
        raise Fault.named("SOAP_FAULT_MUST_UNDERSTAND", not_understood=prefix + names.local(block.tag))


def _required(envelope: Envelope, tag: str, style: Style) -> str:
    text = envelope.text(tag)
    if text is None:
        raise Fault.named("MESSAGE_INFORMATION_HEADER_REQUIRED")
    if not text or len(text) > MAXIMUM_HEADER:
        raise Fault.named("INVALID_MESSAGE_INFORMATION_HEADER")
    return text


def _check_addressing(envelope: Envelope, style: Style) -> None:
    _required(envelope, _A + "To", style)
    message_id = envelope.text(_A + "MessageID")
    if not message_id or len(message_id) > MAXIMUM_HEADER:
        raise Fault.named("INVALID_MESSAGE_INFORMATION_HEADER")
    if _A + "ReplyTo" not in envelope.header:
        raise Fault.named("MESSAGE_INFORMATION_HEADER_REQUIRED")
    for tag in (_A + "ReplyTo", _A + "FaultTo"):
        block = envelope.header.get(tag)
        if block is not None and (block.findtext(_A + "Address") or "").strip() != names.ANONYMOUS:
            raise Fault.named("UNSUPPORTED_ADDRESSING_MODE")


def _max_envelope_size(envelope: Envelope, limits: Limits, style: Style) -> int:
    text = envelope.text(_W + "MaxEnvelopeSize")
    if text is None:
        return style.default_envelope or limits.max_envelope_size
    if not text.isdecimal():
        raise Fault.named("INVALID_MESSAGE_INFORMATION_HEADER")
    if int(text) < MINIMUM_ENVELOPE:
        raise Fault.named("MIN_ENVELOPE_SIZE")
    return min(int(text), limits.max_envelope_size)


def _operation_timeout(envelope: Envelope, limits: Limits) -> float:
    text = envelope.text(_W + "OperationTimeout")
    if text is None:
        return limits.max_timeout
    seconds = parse_duration(text)
    if seconds is None or seconds <= 0:
        raise Fault.named("INVALID_TIMEOUT_HEADER")
    return min(seconds, limits.max_timeout)


def _locale(block: Element | None, style: Style) -> str | None:
    if block is None:
        return None
    if style.strict and must_understand(block):
        raise Fault.named("MUSTUNDERSTAND_ON_LOCALE_UNSUPPORTED")
    return block.get(names.XML_LANG)


def _fragment(block: Element | None, style: Style) -> Fragment | None:
    if block is None or not style.fragments:
        return None
    if not must_understand(block):
        raise Fault.named("INVALID_MESSAGE_INFORMATION_HEADER")
    return Fragment((block.text or "").strip(), block.get("Dialect"))


def _options(block: Element | None) -> tuple[Option, ...]:
    if block is None:
        return ()
    found = []
    for element in block.iterfind(_W + "Option"):
        name = element.get("Name")
        if not name:
            raise Fault.named("OPTIONS_INVALID_NAME")
        comply = element.get("MustComply", "").lower() in ("1", "true")
        nil = element.get(names.XSI_NIL, "").lower() in ("1", "true")
        found.append(Option(name, None if nil else element.text or "", element.get("Type"), comply))
    return tuple(found)


def parse_selectors(block: Element | None) -> Selectors:
    """The selectors of a wsman:SelectorSet; a name that stands twice (whatever its case) is a fault."""
    found: Selectors = {}
    seen = set()
    for element in () if block is None else block.iterfind(_W + "Selector"):
        name = element.get("Name")
        if not name:
            raise Fault.named("INVALID_SELECTORS")
        if name.lower() in seen:
            raise Fault.named("DUPLICATE_SELECTORS")
        seen.add(name.lower())
        found[name] = parse_endpoint_reference(element[0]) if len(element) else element.text or ""
    return found


def parse_endpoint_reference(element: Element) -> dict[str, t.Any]:
    """An endpoint reference {address, resource_uri, selector_set}: the element whose children are Address and
    ReferenceParameters, or one around it."""
    inner = element.find(_A + "EndpointReference")
    found = element if inner is None else inner
    parameters = found.find(_A + "ReferenceParameters")
    if parameters is None:
        parameters = found.find(_A + "ReferenceProperties")
    if parameters is None:
        raise Fault.named("INVALID_SELECTOR_VALUE")
    return {
        "address": (found.findtext(_A + "Address") or "").strip(),
        "resource_uri": (parameters.findtext(_W + "ResourceURI") or "").strip(),
        "selector_set": parse_selectors(parameters.find(_W + "SelectorSet")),
    }
