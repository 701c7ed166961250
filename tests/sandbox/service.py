# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dispatch: a request's bytes in, an answer's bytes out; the resource that serves the URI does the rest.

Knows no HTTP beyond the status that belongs to a fault, and nothing of what the resources hold.
"""

from __future__ import annotations

import dataclasses
import threading
import typing as t
from xml.etree.ElementTree import Element, SubElement

from . import fragments, headers, names, soap
from .contexts import Contexts
from .counts import Counts, last_part
from .enumeration import OVERHEAD, Enumerations
from .faults import Fault, ProviderFault
from .headers import Limits
from .provider import Call, Filter, Fragment, Item, Option, Provider, Selectors
from .render import render, rendered
from .style import Style

__all__ = [
    "Call",
    "Caller",
    "Fault",
    "Filter",
    "Fragment",
    "Item",
    "Option",
    "Provider",
    "ProviderFault",
    "Reply",
    "Selectors",
    "Service",
]

_IDENTIFY = f"{{{names.IDENTITY}}}"
_STANDARD = (names.TRANSFER, names.ENUMERATION)
_READ = frozenset([names.GET, names.ENUMERATE, names.PULL, names.RELEASE, names.RENEW, names.GET_STATUS])


@dataclasses.dataclass(frozen=True)
class Caller:
    """Who asks, and how he came in. *user* None: without credentials, which is enough for Identify."""

    user: str | None
    secure: bool = False
    local_port: int = 0
    user_agent: str = ""


@dataclasses.dataclass
class Reply:
    """An answer: bytes, HTTP status, the text's encoding; for the journal what was asked and the fault's name."""

    body: bytes
    status: int = 200
    encoding: str = "utf-8"
    action: str | None = None
    resource_uri: str | None = None
    fault: str | None = None


class Service:
    """One service of one make over a list of providers. *limits* is asked for each request, so a Put takes effect."""

    def __init__(
        self,
        style: Style,
        providers: t.Iterable[Provider],
        limits: t.Callable[[], Limits] = Limits,
        *,
        read_only_users: t.Container[str] = (),
        security_profiles: t.Callable[[], t.Iterable[str]] | None = None,
        counts: Counts | None = None,
    ) -> None:
        self.style = style
        self.counts = counts or Counts()
        self.contexts = Contexts()
        self.providers = list(providers)
        self.read_only_users = read_only_users
        self._limits = limits
        self._profiles = security_profiles or (lambda: style.security_profiles)
        self._enumerations = Enumerations(self.contexts)
        self._lock = threading.RLock()

    def handle(
        self,
        data: bytes,
        charset: str | None,
        caller: Caller,
        interfere: t.Callable[[Call | None], Fault | None] | None = None,
    ) -> Reply:
        """Answer one request; *interfere* is called with it (None for Identify) before it is done: it may raise a
        Fault, or return one that is the answer when the request was done."""
        reply = Reply(b"")
        relates_to = None
        call: Call | None = None
        try:
            envelope = soap.parse(data, charset)
            reply.encoding = envelope.encoding
            relates_to = envelope.text(f"{{{names.ADDRESSING}}}MessageID") or None
            reply.action = envelope.text(f"{{{names.ADDRESSING}}}Action")
            reply.resource_uri = envelope.text(f"{{{names.WSMAN}}}ResourceURI")
            if envelope.content is not None and envelope.content.tag == _IDENTIFY + "Identify":
                reply.action = "Identify"
                self.counts.add("actions", "Identify")
                if interfere is not None:
                    interfere(None)
                reply.body = soap.answer(self.style, None, None, self._identify(caller), encoding=envelope.encoding)
                return reply
            self.counts.add("actions", last_part(reply.action or ""))
            call = headers.check(envelope, self.style, self._limits())
            call.user, call.secure, call.local_port = caller.user or "", caller.secure, caller.local_port
            call.user_agent = caller.user_agent
            call.encoding = envelope.encoding
            call.octets = 2 if envelope.encoding.startswith("utf-16") else 1
            late = None if interfere is None else interfere(call)
            reply.body = self._answer(call, envelope.encoding)
            if late is not None:
                raise late
        except Fault as raised:
            fault = self.style.translate(raised) if self.style.translate is not None else raised
            reply.fault = fault.subcode or fault.code
            reply.status = fault.http_status or self.style.fault_status(fault)
            more = [] if call is None else call.every_header
            reply.body = soap.fault_answer(self.style, fault, relates_to, encoding=reply.encoding, headers=more)
        return reply

    def asks_identify(self, data: bytes, charset: str | None) -> bool:
        """Whether the body is an Identify, which needs no credentials."""
        try:
            content = soap.parse(data, charset).content
        except Fault:
            return False
        return content is not None and content.tag == _IDENTIFY + "Identify"

    def _identify(self, caller: Caller) -> Element:
        style = self.style
        answer = Element(style.identify_answer)
        SubElement(answer, _IDENTIFY + "ProtocolVersion").text = style.protocol_version
        SubElement(answer, _IDENTIFY + "ProductVendor").text = style.product_vendor
        known = caller.user is not None
        SubElement(answer, _IDENTIFY + "ProductVersion").text = (
            style.product_version if known else style.product_version_anonymous
        )
        profiles = list(self._profiles()) if known else []
        if profiles:
            element = SubElement(answer, _IDENTIFY + "SecurityProfiles")
            for profile in profiles:
                SubElement(element, _IDENTIFY + "SecurityProfileName").text = profile
        return answer

    def _answer(self, call: Call, encoding: str) -> bytes:
        provider = self._provider(call)
        if call.user in self.read_only_users and call.action not in _READ:
            raise Fault.named("ACCESS_DENIED")
        complies = provider.complies or (provider.options and not self.style.strict)
        if not complies and any(option.must_comply for option in call.options):
            raise Fault.named("INVALID_OPTIONS")
        with self._lock:
            self._count(call)
            content = self._operate(call, provider)
        limit = call.max_envelope_size - OVERHEAD
        if content is not None:
            text = render(content, self.style.scope)
            if len(text) * call.octets > limit or (not text.isascii() and len(text.encode()) * call.octets > limit):
                name = "MAX_ENVELOPE_SIZE_EXCEEDED" if call.action in _READ else "UNREPORTABLE_SUCCESS"
                raise Fault.named(name)
            content = rendered(text)
        suffix = "Response" if call.action.startswith(_STANDARD) else self.style.invoke_suffix
        return soap.answer(
            self.style,
            call.action + suffix,
            call.message_id,
            content,
            headers=[*call.every_header, *call.reply_headers],
            encoding=encoding,
        )

    def _provider(self, call: Call) -> Provider:
        """The provider of the longest URI that matches."""
        wanted = call.resource_uri if self.style.case_sensitive else call.resource_uri.lower()
        best: tuple[int, Provider] | None = None
        for provider in self.providers:
            for uri in provider.uris:
                own = uri if self.style.case_sensitive else uri.lower()
                matches = wanted.startswith(own) if own.endswith("/") else wanted == own
                if matches and (best is None or len(own) > best[0]):
                    best = (len(own), provider)
        if best is None:
            raise Fault.named("INVALID_RESOURCE_URI")
        return best[1]

    def _count(self, call: Call) -> None:
        """What changes something, or may."""
        if call.action not in _READ:
            action, name = last_part(call.action), last_part(call.resource_uri)
            transfer = call.action.startswith(names.TRANSFER)
            self.counts.add("executions", f"{action} {name}" if transfer else f"{name}.{action}")

    def _operate(self, call: Call, provider: Provider) -> Element | None:
        if call.fragment is not None:
            return self._fragment(call, provider)
        simple = {names.GET: provider.get, names.PUT: _put(provider), names.CREATE: _create(provider)}
        if call.action in simple:
            return simple[call.action](call)
        if call.action == names.DELETE:
            provider.delete(call)
            return None
        if call.action.startswith(names.ENUMERATION + "/"):
            return self._enumeration(call, provider)
        return provider.invoke(call, _method(call), call.body)

    def _enumeration(self, call: Call, provider: Provider) -> Element | None:
        limits = self._limits()
        if call.action == names.ENUMERATE:
            return self._enumerations.enumerate(call, provider, limits)
        if call.action == names.PULL:
            return self._enumerations.pull(call, limits)
        if call.action == names.RELEASE:
            self._enumerations.release(call)
            return None
        if call.action in (names.RENEW, names.GET_STATUS) and self.style.renews:
            return self._enumerations.status(call, limits)
        raise Fault.named("ACTION_NOT_SUPPORTED")

    def _fragment(self, call: Call, provider: Provider) -> Element | None:
        """MS-WSMV 3.1.4.1.18: Get and Put of CIM classes only."""
        fragment = call.fragment
        if fragment is not None and self.style.plain_fragments and call.action != names.CREATE:
            return self._plain_fragment(call, fragment, provider)
        if fragment is None or not provider.fragments or call.action not in (names.GET, names.PUT):
            raise Fault.named("FRAGMENT_TRANSFER_NOT_SUPPORTED")
        fragments.parse(fragment)
        whole = dataclasses.replace(call, fragment=None)
        held = provider.get(whole)
        if call.action == names.PUT:
            if call.body is None:
                raise Fault.named("INVALID_XML_FRAGMENT")
            wanted = fragments.lay(held, fragment, call.body)
            changed = provider.put(dataclasses.replace(whole, body=wanted), wanted)
            held = provider.get(whole) if changed is None else changed
        return fragments.cut(held, fragment)

    def _plain_fragment(self, call: Call, fragment: Fragment, provider: Provider) -> Element | None:
        """Openwsman: a Put of what the fragment holds and nothing else; a Delete deletes; all else has no fragments."""
        whole = dataclasses.replace(call, fragment=None)
        if call.action not in (names.GET, names.PUT):
            return self._operate(whole, provider)
        call.reply_headers.append(fragments.echo(fragment))
        held = provider.get(whole)
        if call.action == names.PUT:
            body = fragments.alone(held, call.body)
            changed = provider.put(dataclasses.replace(whole, body=body), body)
            held = provider.get(whole) if changed is None else changed
        return fragments.named(held, fragment)


def _put(provider: Provider) -> t.Callable[[Call], Element | None]:
    def put(call: Call) -> Element | None:
        if call.body is None:
            raise Fault.named("INVALID_REPRESENTATION")
        return provider.put(call, call.body)

    return put


def _create(provider: Provider) -> t.Callable[[Call], Element | None]:
    def create(call: Call) -> Element | None:
        resource_uri, selectors = provider.create(call, call.body)
        tag = f"{{{names.TRANSFER}}}ResourceCreated"
        return soap.endpoint_reference(tag, resource_uri, selectors, call.manner.address)

    return create


def _method(call: Call) -> str:
    """The method of an Invoke: what follows the resource URI in the action."""
    base, _slash, method = call.action.rpartition("/")
    if not method or base.lower() != call.resource_uri.lower():
        raise Fault.named("ACTION_NOT_SUPPORTED")
    return method
