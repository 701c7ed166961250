# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Release that an enumeration is owed whose conversation was cut off (DSP0226 8.5, protocol.md §5.3 rule 4).

Made of the last request and its answer alone, as bytes: who keeps a connection for others knows nothing else.
"""

from __future__ import annotations

import codecs
import copy
import re
import typing as t
from xml.etree.ElementTree import Element, SubElement

from . import enumerated, envelope, uris, xml
from .errors import ProtocolError, UsageError, WSManFault

_ENUMERATE_OR_PULL: t.Final = tuple(
    action.encode(encoding)
    for action in (uris.ACTION_ENUMERATE, uris.ACTION_PULL)
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
_RELEASE: t.Final = tuple(uris.ACTION_RELEASE.encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_TAIL: t.Final = 400
#: EndOfSequence as the last child of the body's own: what stands there is markup, and no text.
_ENDED: t.Final = re.compile(
    rb"<(?:[\w.-]{1,40}:)?EndOfSequence\s*/>\s*</(?:[\w.-]{1,40}:)?(?:Pull|Enumerate)Response\s*>"
    rb"\s*</(?:[\w.-]{1,40}:)?Body\s*>\s*</(?:[\w.-]{1,40}:)?Envelope\s*>\s*\Z"
)
_HEADER: t.Final = xml.qname(uris.NS_SOAP, "Header")
_BODY: t.Final = xml.qname(uris.NS_SOAP, "Body")
_ACTION: t.Final = xml.qname(uris.NS_ADDRESSING, "Action")
_MESSAGE_ID: t.Final = xml.qname(uris.NS_ADDRESSING, "MessageID")
_CONTEXT: t.Final = xml.qname(uris.NS_ENUMERATION, "EnumerationContext")
#: What belongs to the one request that had it.
_ONCE: t.Final = frozenset(
    (
        xml.qname(uris.NS_WSMAN, "RequestTotalItemsCountEstimate"),
        xml.qname(uris.NS_WSMAN, "FragmentTransfer"),
        xml.qname(uris.NS_WSMV, "OperationID"),
        xml.qname(uris.NS_WSMV, "SequenceId"),
    )
)


def may_open(request: bytes) -> bool:
    """Whether *request* may leave something open on the service, told without parsing it; a Get may by its values."""
    return any(action in request for action in _ENUMERATE_OR_PULL)


def may_close(request: bytes) -> bool:
    """Whether *request* may be a Release."""
    return any(action in request for action in _RELEASE)


def has_ended(answer: bytes) -> bool:
    """Whether *answer* certainly is the last of an enumeration, told without parsing it, as most can be."""
    return _ENDED.search(answer[-_TAIL:]) is not None


def release_after(request: bytes, answer: bytes | None, message_id: str, *, charset: str | None = None) -> bytes | None:
    """The Release for what the Enumerate or Pull *request* and its *answer* left open; None where nothing is.

    Without an answer, and after one that cannot be read or is a fault, it is the context that a Pull has named, if any.
    The headers are those of *request* (rule 5) and so is the encoding; *charset* is that of the answer.
    """
    try:
        asked = xml.load(request)
    except ProtocolError:
        return None
    header, body = asked.find(_HEADER), asked.find(_BODY)
    action = None if header is None else (header.findtext(_ACTION) or "").strip()
    if header is None or body is None or action not in (uris.ACTION_ENUMERATE, uris.ACTION_PULL):
        return None
    context = _left_open(body, answer, charset)
    if context is None:
        return None
    encoding = "utf-16" if request[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8"
    try:
        return _dump(header, context, message_id, encoding)
    except UsageError:  # the context holds what cannot be written as it came
        return None


def _left_open(asked: Element, answer: bytes | None, charset: str | None) -> Element | None:
    """The context that is valid now; None where the enumeration has come to its end."""
    named = asked.find(f"*/{_CONTEXT}")
    if answer is None:
        return named
    try:
        content = envelope.load(answer, charset=charset).content
    except (ProtocolError, WSManFault):
        return named
    if content is None:
        return named
    _items, context, ended = enumerated.read(content)
    return None if ended else context


def _dump(header: Element, context: Element, message_id: str, encoding: str) -> bytes:
    made = Element(xml.qname(uris.NS_SOAP, "Envelope"))
    blocks = SubElement(made, _HEADER)
    for block in header:
        if block.tag in _ONCE:
            continue
        block = copy.deepcopy(block)
        block.tail = None
        if block.tag == _ACTION:
            block.text = uris.ACTION_RELEASE
        elif block.tag == _MESSAGE_ID:
            block.text = envelope.format_message_id(message_id)
        blocks.append(block)
    release = SubElement(SubElement(made, _BODY), xml.qname(uris.NS_ENUMERATION, "Release"))
    context = copy.deepcopy(context)
    context.tail = None
    release.append(context)
    return xml.dump(made, encoding)
