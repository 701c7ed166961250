# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests for the test service, written without the client's code, and what its answers hold."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from sandbox import names
from sandbox.service import Caller, Reply, Service

A, N, W, S = (f"{{{ns}}}" for ns in (names.ADDRESSING, names.ENUMERATION, names.WSMAN, names.SOAP))
P = f"{{{names.WSMV}}}"
MUST = {S + "mustUnderstand": "true"}


def header(
    action: str | None, resource_uri: str | None, selectors: t.Mapping[str, str] | None = None
) -> dict[str, Element]:
    """A complete header as blocks by tag, for tests to change."""
    reply_to = Element(A + "ReplyTo")
    SubElement(reply_to, A + "Address", MUST).text = names.ANONYMOUS
    blocks = {A + "ReplyTo": reply_to}
    texts = {
        A + "To": ("http://host:5985/wsman", {}),
        A + "Action": (action, MUST),
        A + "MessageID": ("uuid:6F4A0D71-0000-0000-0000-000000000001", {}),
        W + "ResourceURI": (resource_uri, MUST),
        W + "MaxEnvelopeSize": ("512000", MUST),
        W + "OperationTimeout": ("PT60.000S", {}),
    }
    for tag, (text, attributes) in texts.items():
        if text is not None:
            blocks[tag] = Element(tag, attributes)
            blocks[tag].text = text
    if selectors:
        blocks[W + "SelectorSet"] = selector_set = Element(W + "SelectorSet")
        for name, value in selectors.items():
            SubElement(selector_set, W + "Selector", Name=name).text = value
    return blocks


def envelope(blocks: t.Mapping[str, Element], body: Element | None = None) -> bytes:
    """The bytes of a request."""
    root = Element(S + "Envelope")
    SubElement(root, S + "Header").extend(blocks.values())
    content = SubElement(root, S + "Body")
    if body is not None:
        content.append(body)
    return tostring(root)


def element(tag: str, text: str | None = None, *children: Element, **attributes: str) -> Element:
    """An element with a text and children."""
    found = Element(tag, attributes)
    found.text = text
    found.extend(children)
    return found


def handle(service: Service, blocks: t.Mapping[str, Element], body: Element | None = None, user: str = "u") -> Reply:
    """Ask the service."""
    return service.handle(envelope(blocks, body), "UTF-8", Caller(user))


def content(reply: Reply) -> Element | None:
    """The first child of the answer's Body."""
    body = fromstring(reply.body).find(S + "Body")
    assert body is not None
    return body[0] if len(body) else None


def fault(reply: Reply) -> tuple[str | None, str | None, int | None]:
    """Subcode without its prefix, the last part of FaultDetail, and Windows' number."""
    found = content(reply)
    assert found is not None and found.tag == S + "Fault", reply.body
    subcode = found.findtext(f"{S}Code/{S}Subcode/{S}Value")
    detail = found.findtext(f"{S}Detail/{W}FaultDetail")
    number = found.find(f"{S}Detail/{{{names.WSMAN_FAULT}}}WSManFault")
    return (
        subcode.partition(":")[2] if subcode else None,
        detail.rpartition("/")[2] if detail else None,
        None if number is None else int(number.attrib["Code"]),
    )
