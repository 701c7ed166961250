# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers to Pull for tests, and what they hold: read in one pass, and by the tree of the whole."""

from __future__ import annotations

import contextlib
import json
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    enumerated,
    envelope,
    instance,
    pull_reader,
    uris,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, WSManFault
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema

ESTIMATE = "TotalItemsCountEstimate"
HEAD = (
    f'<s:Envelope xmlns:s="{uris.NS_SOAP}" xmlns:a="{uris.NS_ADDRESSING}" xmlns:n="{uris.NS_ENUMERATION}"'
    f' xmlns:wsman="{uris.NS_WSMAN}" xmlns:w="{uris.NS_WSMV}" xmlns:cim="{uris.NS_CIM}" xmlns:xsi="{uris.NS_XSI}"'
    f' xmlns:p="{uris.NS_CONFIG}/p" xmlns:q="http://h/q"><s:Header><a:RelatesTo>uuid:1</a:RelatesTo>'
    f"<wsman:{ESTIMATE}> 12 </wsman:{ESTIMATE}></s:Header><s:Body>"
)
TAIL = "</s:Body></s:Envelope>"

PART = Schema("Part", {"Number": Property("Number", "uint8"), "Text": Property("Text")})
SCHEMA = Schema(
    "C",
    {
        one.name: one
        for one in (
            Property("A", "uint8"),
            Property("Number", "uint32"),
            Property("Flag", "boolean"),
            Property("Ratio", "real32"),
            Property("When", "datetime"),
            Property("Octets", "octetstring"),
            Property("Letter", "char16", numeric=True),
            Property("Words", array=True),
            Property("Codes", "sint16", array=True),
            Property("Blobs", "octetstring", array=True),
            Property("Part", "instance", members=PART),
            Property("Parts", "instance", array=True, members=PART),
            Property("Ref", "reference"),
            Property("Refs", "reference", array=True),
            Property("Other"),
        )
    },
    lists_empty=True,
)


def by_way(data: bytes, schema: Schema | None, **how: t.Any) -> t.Any:
    """What ``pull_reader.read`` makes of *data*, so that it can be compared; also its error."""
    try:
        batch = pull_reader.read(data, schema_of=lambda _tag, _type: schema, **how)
    except (ProtocolError, WSManFault) as error:
        return type(error), str(error)
    for one in batch.items:
        _check_json(one)
    items = [_describe(one.instance if one.element is None else one.element) for one in batch.items]
    return items, _describe(batch.context), batch.ended, batch.estimate, batch.kind


def by_tree(data: bytes, schema: Schema | None, **how: t.Any) -> t.Any:
    """The same by the tree of the whole and ``instance.from_element``."""
    try:
        response = envelope.load(data, **how)
        content = response.content
        namespace, name = xml.split(content.tag) if content is not None else (None, "")
        header = "" if response.header is None else response.header.findtext(xml.qname(uris.NS_WSMAN, ESTIMATE)) or ""
        estimate = int(header) if header.strip().isdecimal() and header.isascii() else None
        if content is None or namespace != uris.NS_ENUMERATION:
            return [], "None", True, estimate, None
        elements, context, ended = enumerated.read(content)
        mixed = any(enumerated.has_parts(one) for one in elements)
        items = [_describe(one if mixed else instance.from_element(one, schema)) for one in elements]
    except (ProtocolError, WSManFault) as error:
        return type(error), str(error)
    return items, _describe(context), ended, estimate, name


def _check_json(item: enumerated.Item) -> None:
    """What is said to be plain is so: JSON gives it back."""
    if item.not_json is not None and item.instance is not None:
        plain = {name: one for name, one in item.instance.properties.items() if name not in item.not_json}
        assert repr(json.loads(json.dumps(plain, allow_nan=False))) == repr(plain)


@contextlib.contextmanager
def unpatched_chunk() -> t.Iterator[None]:
    """Puts back how much is parsed at a time."""
    usual = xml._CHUNK
    try:
        yield
    finally:
        xml._CHUNK = usual  # type: ignore[misc]


def _describe(one: t.Any) -> str:
    if hasattr(one, "tag"):
        return repr([(part.tag, part.attrib, part.text, part.tail if part is not one else "") for part in one.iter()])
    return repr(one)
