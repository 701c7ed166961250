# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identify, Get, Put, Create, Delete and Invoke: what each asks, and what its answer holds.

Knows bodies (DSP0226 7, 9 and 11); headers are the envelope's business and typed values ``instance.py``'s.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from xml.etree.ElementTree import Element

from . import addressing, uris, xml
from .addressing import EndpointReference, Target
from .envelope import Fragment, Request, Response
from .errors import ProtocolError, UsageError
from .instance import LOCATION

_METHOD = re.compile(r"[^\W\d][\w.-]*")
_REQUESTED: t.Final = xml.qname(uris.NS_WSMAN, "RequestedEPR")


@dataclasses.dataclass(frozen=True)
class Identity:
    """What a service says of itself (DSP0226 11); absent parts are None."""

    protocol_version: str | None = None
    product_vendor: str | None = None
    product_version: str | None = None
    security_profiles: tuple[str, ...] = ()

    def to_plain(self) -> dict[str, t.Any]:
        """The ``identity`` member of a result (design.md §4)."""
        return {**dataclasses.asdict(self), "security_profiles": list(self.security_profiles)}


def identify() -> Request:
    """Ask who is there; the one request without header blocks (DSP0226 11)."""
    return Request(None, None, Element(xml.qname(uris.NS_IDENTITY, "Identify")), repeatable=True)


def get(target: Target, fragment: Fragment | None = None) -> Request:
    """Ask for an instance, or a part of it (DSP0226 7.3, 7.7)."""
    return Request(uris.ACTION_GET, target, None, fragment, repeatable=True)


def put(target: Target, representation: Element, fragment: Fragment | None = None) -> Request:
    """Replace an instance; with *fragment*, *representation* is a ``wsman:XmlFragment`` (DSP0226 7.4, 7.10)."""
    return Request(uris.ACTION_PUT, target, representation, fragment)


def create(target: Target, representation: Element) -> Request:
    """Make an instance; Windows' listeners and certificate mappings have their keys in the selectors (DSP0226 7.6)."""
    return Request(uris.ACTION_CREATE, target, representation)


def delete(target: Target) -> Request:
    """Remove an instance (DSP0226 7.5)."""
    return Request(uris.ACTION_DELETE, target, None)


def invoke(target: Target, method: str, body: Element | None = None) -> Request:
    """Call *method*, a name or a whole action URI (DSP0226 9.1); without *body* an empty ``Method_INPUT`` is sent."""
    name = method_name(method)
    action = method if name != method else f"{target.resource_uri}/{method}"
    return Request(action, target, method_input(target, method) if body is None else body)


def method_input(target: Target, method: str) -> Element:
    """The empty ``Method_INPUT`` in the namespace of the class (DSP0230 8.2)."""
    return Element(xml.qname(target.resource_uri, method_name(method) + "_INPUT"))


def method_name(method: str) -> str:
    """The name in a name or action URI; UsageError for what is neither."""
    uri = isinstance(method, str) and re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", method)
    name = method.rpartition("/")[2] if uri else method
    if not isinstance(name, str) or not _METHOD.fullmatch(name):
        raise UsageError(
            f"{method!r} is no method.", option="method", remedy="Give its name, or a whole action URI that ends in it."
        )
    return name


def read_identify(response: Response) -> Identity:
    """Read an ``IdentifyResponse``; by local names, as OMI has it in SOAP's namespace (wire/omi/02)."""
    content = response.content
    if content is None or xml.local(content.tag) != "IdentifyResponse":
        raise ProtocolError("the service's answer to Identify is no IdentifyResponse")
    texts: dict[str, str] = {}
    for child in content:
        texts.setdefault(xml.local(child.tag), (child.text or "").strip())
    profiles = [one.text.strip() for one in content.iter() if _is_profile(one) and one.text and one.text.strip()]
    return Identity(
        texts.get("ProtocolVersion") or None,
        texts.get("ProductVendor") or None,
        texts.get("ProductVersion") or None,
        tuple(profiles),
    )


def _is_profile(element: Element) -> bool:
    return xml.local(element.tag) == "SecurityProfileName"


def read_get(response: Response) -> Element | None:
    """The instance or ``wsman:XmlFragment``; None for an empty body."""
    return response.content


def read_put(response: Response) -> tuple[Element | None, EndpointReference | None]:
    """The instance as the service now has it, if it tells, and its new address if it was renamed (DSP0226 7.4)."""
    header = response.header if response.header is not None else ()
    requested = next((block for block in header if block.tag == _REQUESTED), None)
    reference = EndpointReference.from_element(requested) if requested is not None and len(requested) else None
    return response.content, reference


def read_create(response: Response) -> tuple[EndpointReference | None, Element | None]:
    """The new instance's address, and the instance if the service returns it, besides or instead (protocol.md §5.1)."""
    if addressing.is_reference(response.body):
        return EndpointReference.from_element(response.body), None
    reference = held = None
    for part in response.body:
        if xml.local(part.tag) in ("ResourceCreated", "EndpointReference"):
            reference = EndpointReference.from_element(part) if len(part) else None
        elif held is None:
            held = part
    location = held.find(LOCATION) if held is not None else None
    if reference is None and location is not None and addressing.is_reference(location):
        reference = EndpointReference.from_element(location)
    return reference, held


def read_invoke(response: Response) -> Element | None:
    """The ``Method_OUTPUT``, whatever it is called (OMI names it after the class); None for an empty body."""
    return response.content
