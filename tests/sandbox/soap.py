# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Envelopes: from bytes to a parsed request, and from an answer to bytes. Knows no resource and no HTTP."""

from __future__ import annotations

import codecs
import dataclasses
import re
import typing as t
import uuid
from xml.etree.ElementTree import Element, ParseError, SubElement, XMLPullParser

from . import names
from .faults import Fault, ProviderFault, to_element
from .render import render, render_document, rendered
from .style import Style

__all__ = [
    "Envelope",
    "Fault",
    "ProviderFault",
    "answer",
    "endpoint_reference",
    "fault_answer",
    "parse",
    "render",
    "rendered",
]

_UTF8 = '<?xml version="1.0" encoding="UTF-8"?>\n'
_DOCTYPE = re.compile(r"<!(DOCTYPE|ENTITY)")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


@dataclasses.dataclass
class Envelope:
    """A request as it stands on the wire: header blocks by tag, the Body's first child, the text's encoding."""

    blocks: list[Element]
    header: dict[str, Element]
    content: Element | None
    encoding: str

    def text(self, tag: str) -> str | None:
        """The stripped text of a header block; the empty string for an empty one, None where there is none."""
        block = self.header.get(tag)
        return None if block is None else (block.text or "").strip()


def parse(data: bytes, charset: str | None = None) -> Envelope:
    """Read a request; *charset* is that of the Content-Type. Faults as Windows does for what is no envelope."""
    encoding = _encoding(data, charset)
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeError as error:
        raise Fault.named("CHARACTER_SET") from error
    if _DOCTYPE.search(text):
        raise Fault.named("INVALID_XML")
    try:
        root = _tree(_DECLARATION.sub("", text, count=1))
    except ParseError as error:
        raise Fault.named("INVALID_XML") from error
    return _envelope(root, encoding)


def _encoding(data: bytes, charset: str | None) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if (charset or "").lower().startswith("utf-16"):
        return "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    return "utf-8"


def _tree(text: str) -> Element:
    """Parse; the QName in an xsi:type is rewritten to ``{namespace}local``, for prefixes are lost afterwards."""
    parser = XMLPullParser(events=("start-ns", "end-ns", "start"))
    parser.feed(text)
    parser.close()
    scope: list[tuple[str, str]] = []
    root: Element | None = None
    for event, value in parser.read_events():
        if event == "start-ns":
            scope.append(t.cast("tuple[str, str]", value))
        elif event == "end-ns":
            scope.pop()
        else:
            element = t.cast(Element, value)
            root = element if root is None else root
            if names.XSI_TYPE in element.attrib:
                element.set(names.XSI_TYPE, _resolve(element.attrib[names.XSI_TYPE], scope))
    if root is None:
        raise ParseError("no element")
    return root


def _resolve(text: str, scope: t.Sequence[tuple[str, str]]) -> str:
    prefix, colon, local = text.strip().rpartition(":")
    for known, uri in reversed(scope):
        if known == prefix:
            return f"{{{uri}}}{local}"
    return text


def _envelope(root: Element, encoding: str) -> Envelope:
    if root.tag == f"{{{names.SOAP11}}}Envelope":
        raise Fault.named("SOAP_VERSION_MISMATCH")
    header = root.find(f"{{{names.SOAP}}}Header")
    body = root.find(f"{{{names.SOAP}}}Body")
    if root.tag != f"{{{names.SOAP}}}Envelope" or body is None:
        raise Fault.named("SCHEMA_VALIDATION_ERROR")
    blocks = [] if header is None else list(header)
    by_tag: dict[str, Element] = {}
    for block in blocks:
        if by_tag.setdefault(block.tag, block) is not block:
            raise Fault.named("INVALID_MESSAGE_INFORMATION_HEADER")
    return Envelope(blocks, by_tag, body[0] if len(body) else None, encoding)


def answer(
    style: Style,
    action: str | None,
    relates_to: str | None,
    content: Element | None,
    *,
    headers: t.Iterable[Element] = (),
    encoding: str = "utf-8",
) -> bytes:
    """The bytes of an answer; *action* None leaves the header empty (Identify)."""
    envelope = Element(f"{{{names.SOAP}}}Envelope")
    if style.language is not None:
        envelope.set(names.XML_LANG, style.language)
    header = SubElement(envelope, f"{{{names.SOAP}}}Header")
    if action is not None:
        SubElement(header, f"{{{names.ADDRESSING}}}Action").text = action
        SubElement(header, f"{{{names.ADDRESSING}}}MessageID").text = f"uuid:{str(uuid.uuid4()).upper()}"
        SubElement(header, f"{{{names.ADDRESSING}}}To").text = names.ANONYMOUS
        if relates_to is not None:
            SubElement(header, f"{{{names.ADDRESSING}}}RelatesTo").text = relates_to
    header.extend(headers)
    body = SubElement(envelope, f"{{{names.SOAP}}}Body")
    if content is not None:
        body.append(content)
    text = render_document(envelope, style.scope)
    if encoding.startswith("utf-16"):
        return text.encode("utf-16")
    return (_UTF8 + text if style.declaration else text).encode(encoding)


def fault_answer(
    style: Style,
    fault: Fault,
    relates_to: str | None,
    *,
    encoding: str = "utf-8",
    headers: t.Iterable[Element] = (),
) -> bytes:
    """The bytes of the answer that carries *fault*."""
    blocks = [*headers]
    if fault.not_understood:
        blocks.append(Element(f"{{{names.SOAP}}}NotUnderstood", qname=fault.not_understood))
    if style.fault_element is not None:
        element = style.fault_element(fault)
    else:
        element = to_element(fault, language=style.language or "en-US", windows=style.windows_faults)
    return answer(style, fault.action, relates_to, element, headers=blocks, encoding=encoding)


def endpoint_reference(
    tag: str, resource_uri: str, selectors: t.Mapping[str, t.Any], address: str = names.ANONYMOUS
) -> Element:
    """An endpoint reference with the children directly under *tag*, as ``x:ResourceCreated`` and ``cim:Location`` have
    them; a selector's value may be an EPR dict {address, resource_uri, selector_set}."""
    element = Element(tag)
    SubElement(element, f"{{{names.ADDRESSING}}}Address").text = address
    parameters = SubElement(element, f"{{{names.ADDRESSING}}}ReferenceParameters")
    SubElement(parameters, f"{{{names.WSMAN}}}ResourceURI").text = resource_uri
    if selectors:
        selector_set = SubElement(parameters, f"{{{names.WSMAN}}}SelectorSet")
        for name, value in selectors.items():
            selector = SubElement(selector_set, f"{{{names.WSMAN}}}Selector", Name=name)
            if isinstance(value, dict):
                selector.append(
                    endpoint_reference(
                        f"{{{names.ADDRESSING}}}EndpointReference", value["resource_uri"], value["selector_set"]
                    )
                )
            else:
                selector.text = value
    return element
