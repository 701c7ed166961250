# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer to an Enumerate or a Pull: bytes to typed instances.

Knows nothing of the conversation (``enumeration.py``), and asks its caller for what is known of classes.
"""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element

from . import enumerated, envelope, instance, uris, xml
from .enumerated import Batch, Item
from .envelope import Response
from .errors import ProtocolError
from .schema import Schema

#: The schema of an item by its tag and its ``xsi:type``; None where nothing is known. May raise ``UnknownKind``.
SchemaOf: t.TypeAlias = t.Callable[[str, "str | None"], "Schema | None"]

_ESTIMATE: t.Final = xml.qname(uris.NS_WSMAN, "TotalItemsCountEstimate")


class UnknownKind(Exception):
    """The schema of such items must be asked for first: nothing was decoded, ``read`` is to be called again."""

    def __init__(self, tag: str, xsi_type: str | None) -> None:
        self.tag = tag
        self.xsi_type = xsi_type
        super().__init__(tag)


def read(
    data: bytes,
    *,
    charset: str | None = None,
    relates_to: str | None = None,
    http_status: int | None = None,
    service: str | None = None,
    schema_of: SchemaOf | None = None,
) -> Batch:
    """Read an answer; the arguments up to *service* are those of ``envelope.load``, and so are the errors.

    With *schema_of* items become instances, typed by it; without it they stay elements, as those do that hold endpoint
    references (``enumerated.resolve`` reads them).
    """
    response = envelope.load(data, charset=charset, relates_to=relates_to, http_status=http_status, service=service)
    return _batch(response, schema_of)


def look_ahead(data: bytes, charset: str | None = None) -> Element | None:
    """The context to pull with next, where the answer shows it without being read whole; None where it does not."""
    if b"EndOfSequence" in data or b"Fault" in data:
        return None
    try:
        batch = _batch(envelope.load(data, charset=charset), None)
    except ProtocolError:
        return None
    return batch.context


def _batch(response: Response, schema_of: SchemaOf | None) -> Batch:
    content = response.content
    namespace, name = xml.split(content.tag) if content is not None else (None, "")
    if content is None or namespace != uris.NS_ENUMERATION:
        return Batch([], None, True, None)
    elements, context, ended = enumerated.read(content)
    items = [Item(element) for element in elements]
    if schema_of is not None and not any(enumerated.has_parts(one) for one in elements):
        items = [_read_typed(one, schema_of) for one in elements]
    return Batch(items, context, ended, _estimate(response), name)


def _read_typed(element: Element, schema_of: SchemaOf) -> Item:
    schema = schema_of(element.tag, element.get(instance.TYPE))
    return Item(instance=instance.from_element(element, schema), schema=schema)


def _estimate(response: Response) -> int | None:
    text = "" if response.header is None else (response.header.findtext(_ESTIMATE) or "").strip()
    return int(text) if text.isascii() and text.isdigit() else None
