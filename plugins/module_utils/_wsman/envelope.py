# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SOAP envelope: a request to bytes, bytes to a response or a fault.

Knows the headers (DSP0226 5 and 6, MS-WSMV 2.2.4) and nothing of any operation's body; message ids come from outside.
"""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element, SubElement

from . import addressing, fault, uris, xml
from .addressing import Target
from .errors import ProtocolError

_MUST_UNDERSTAND: t.Final = xml.qname(uris.NS_SOAP, "mustUnderstand")
_LANGUAGE: t.Final = xml.qname(uris.NS_XML, "lang")
_TAG_BODY: t.Final = xml.qname(uris.NS_SOAP, "Body")
_TAG_HEADER: t.Final = xml.qname(uris.NS_SOAP, "Header")
_TAG_FAULT: t.Final = xml.qname(uris.NS_SOAP, "Fault")


@dataclasses.dataclass(frozen=True)
class Fragment:
    """The part of an instance that Get or Put is about (DSP0226 7.7); *dialect* None is XPath 1.0."""

    path: str
    dialect: str | None = None


@dataclasses.dataclass(frozen=True)
class Request:
    """One request. *action* and *target* are None for Identify alone, which has no header blocks at all.

    *operation_timeout* in seconds, *max_envelope_size* in octets and *locale* win over the settings where not None.
    *repeatable* says whether sending it twice does no harm.
    """

    action: str | None
    target: Target | None
    body: Element | None
    fragment: Fragment | None = None
    operation_timeout: float | None = None
    max_envelope_size: int | None = None
    locale: str | None = None
    total_items_count_estimate: bool = False
    repeatable: bool = False

    @property
    def changes(self) -> bool:
        """Whether it may change something: what must not be repeated, but for a Pull, which only moves its context."""
        return not self.repeatable and self.action != uris.ACTION_PULL


@dataclasses.dataclass(frozen=True)
class Settings:
    """What all requests of a session have in common: *to* is the service's URL, *operation_timeout* in seconds.

    None, and a time-out of 0, leave the header out. *data_locale* and *session_id* are for Windows only, and so is
    *robust*, which says that each request is an operation with an id of its own (``robust.py``).
    """

    to: str
    operation_timeout: float | None = 60.0
    max_envelope_size: int | None = 512000
    locale: str | None = "en-US"
    data_locale: str | None = None
    session_id: str | None = None
    encoding: str = "utf-8"
    robust: bool = False


@dataclasses.dataclass(frozen=True)
class Response:
    """An answer that is no fault; texts are None where the header block is absent."""

    action: str | None
    message_id: str | None
    relates_to: str | None
    header: Element | None
    body: Element

    @property
    def content(self) -> Element | None:
        """The first element of the body, or None for an empty body."""
        return next(iter(self.body), None)


def dump(request: Request, settings: Settings, message_id: str, operation_id: str | None = None) -> bytes:
    """The envelope of *request*; *message_id* goes out as ``uuid:`` and upper case, as Windows spells it.

    So does *operation_id*, by which the service knows the request again (MS-WSMV 3.2.6.5).
    """
    envelope = Element(xml.qname(uris.NS_SOAP, "Envelope"))
    header = SubElement(envelope, _TAG_HEADER)
    if request.action is not None:
        header.extend(_header_blocks(request, settings, message_id, operation_id))
    body = SubElement(envelope, _TAG_BODY)
    if request.body is not None:
        body.append(request.body)
    return xml.dump(envelope, settings.encoding)


def format_message_id(message_id: str) -> str:
    """``uuid:`` and the id in upper case (protocol.md §3); an id that already has a scheme stays as it is."""
    return message_id if ":" in message_id else f"uuid:{message_id.upper()}"


def format_timeout(seconds: float) -> str:
    """An xs:duration with milliseconds, padded: 60.005 is ``PT60.005S``."""
    return f"PT{seconds:.3f}S"


def _header_blocks(
    request: Request, settings: Settings, message_id: str, operation_id: str | None
) -> t.Iterator[Element]:
    yield _block(uris.NS_ADDRESSING, "To", settings.to, must_understand=True)
    if request.target:
        yield _block(uris.NS_WSMAN, "ResourceURI", request.target.resource_uri, must_understand=True)
    reply_to = Element(xml.qname(uris.NS_ADDRESSING, "ReplyTo"))
    reply_to.append(_block(uris.NS_ADDRESSING, "Address", uris.ANONYMOUS, must_understand=True))
    yield reply_to
    yield _block(uris.NS_ADDRESSING, "Action", request.action, must_understand=True)
    yield _block(uris.NS_ADDRESSING, "MessageID", format_message_id(message_id))
    yield from _limits(request, settings)
    if operation_id is not None:
        yield _block(uris.NS_WSMV, "OperationID", format_message_id(operation_id), must_understand=False)
        yield _block(uris.NS_WSMV, "SequenceId", "1", must_understand=False)
    if request.target:
        yield from _target_blocks(request.target)
    if request.fragment:
        yield _fragment_block(request.fragment)
    if request.total_items_count_estimate:
        yield _block(uris.NS_WSMAN, "RequestTotalItemsCountEstimate", None)


def _limits(request: Request, settings: Settings) -> t.Iterator[Element]:
    """Sizes, times and languages. A Locale that must be understood is a fault on Windows (MS-WSMV 3.1.4.1.8)."""
    size = settings.max_envelope_size if request.max_envelope_size is None else request.max_envelope_size
    timeout = settings.operation_timeout if request.operation_timeout is None else request.operation_timeout
    locale = settings.locale if request.locale is None else request.locale
    if size:
        yield _block(uris.NS_WSMAN, "MaxEnvelopeSize", str(size), must_understand=True)
    if timeout:
        yield _block(uris.NS_WSMAN, "OperationTimeout", format_timeout(timeout))
    if locale:
        yield _block(uris.NS_WSMAN, "Locale", None, must_understand=False, language=locale)
    if settings.data_locale:
        yield _block(uris.NS_WSMV, "DataLocale", None, must_understand=False, language=settings.data_locale)
    if settings.session_id:
        yield _block(uris.NS_WSMV, "SessionId", format_message_id(settings.session_id), must_understand=False)


def _target_blocks(target: Target) -> t.Iterator[Element]:
    if target.selector_set:
        yield addressing.selector_set_to_element(target.selector_set)
    if target.option_set:
        options = addressing.option_set_to_element(target.option_set)
        options.set(_MUST_UNDERSTAND, "true")
        yield options


def _fragment_block(fragment: Fragment) -> Element:
    """Must be understood (DSP0226 7.7, MS-WSMV 3.1.4.1.18): a service that ignores it would replace the whole."""
    block = _block(uris.NS_WSMAN, "FragmentTransfer", fragment.path, must_understand=True)
    if fragment.dialect:
        block.set("Dialect", fragment.dialect)
    return block


def _block(
    namespace: str, name: str, text: str | None, must_understand: bool | None = None, language: str | None = None
) -> Element:
    block = Element(xml.qname(namespace, name))
    block.text = text
    if language:
        block.set(_LANGUAGE, language)
    if must_understand is not None:
        block.set(_MUST_UNDERSTAND, "true" if must_understand else "false")
    return block


def load(
    data: bytes,
    *,
    charset: str | None = None,
    relates_to: str | None = None,
    http_status: int | None = None,
    service: str | None = None,
) -> Response:
    """Read an answer; *relates_to* is the id of the request that it must answer, *service* the name of the profile.

    Raises WSManFault for a fault, whatever *http_status* says, and ProtocolError for what is no SOAP 1.2 envelope or
    answers another request.
    """
    return read_root(
        xml.load(data, charset), data, charset=charset, relates_to=relates_to, http_status=http_status, service=service
    )


def read_root(
    root: Element,
    data: bytes,
    *,
    charset: str | None = None,
    relates_to: str | None = None,
    http_status: int | None = None,
    service: str | None = None,
) -> Response:
    """As ``load``, where *data* is *root* already: whoever parses it may have taken something out of its body."""
    header, body = _parts(root)
    message = Response(
        _header_text(header, "Action"),
        _header_text(header, "MessageID"),
        _header_text(header, "RelatesTo"),
        header,
        body,
    )
    faulty = body.find(_TAG_FAULT)
    if relates_to is not None:
        _check_relation(message, relates_to)
    if faulty is not None:
        scopes = fault.load_scopes(data, charset)
        raise fault.from_body(faulty, header=header, scopes=scopes, http_status=http_status, service=service)
    return message


def _parts(root: Element) -> tuple[Element | None, Element]:
    namespace, name = xml.split(root.tag)
    if name == "Envelope" and namespace == uris.NS_SOAP_11:
        raise ProtocolError("the service answered in SOAP 1.1; WS-Management is SOAP 1.2 (DSP0226 13.1)")
    body = root.find(_TAG_BODY) if root.tag == xml.qname(uris.NS_SOAP, "Envelope") else None
    if body is None:
        raise ProtocolError(f"the service's answer is no SOAP envelope with a body but XML with the root {name!r}")
    return root.find(_TAG_HEADER), body


def _header_text(header: Element | None, name: str) -> str | None:
    if header is None:
        return None
    for namespace in (uris.NS_ADDRESSING, uris.NS_ADDRESSING_2005):
        text = header.findtext(xml.qname(namespace, name))
        if text is not None:
            return text.strip()
    return None


def _check_relation(message: Response, relates_to: str) -> None:
    """Compare without case. A missing one is let pass: over HTTP an answer belongs to its request by itself."""
    wanted = format_message_id(relates_to)
    if message.relates_to and message.relates_to.lower() != wanted.lower():
        raise ProtocolError(f"the answer relates to {message.relates_to}, but the request was {wanted}")
