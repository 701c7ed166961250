# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NTLM, Negotiate and Kerberos as contexts of one TCP connection, on pyspnego; where CredSSP begins too.

Each leg is bounded, each failure has its reason, and what was asked for is checked against what was agreed upon. Sends
nothing itself; of HTTP it knows the names of the schemes.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _bindings, _credssp, _mechanisms, _ntlm
from ansible_collections.wsman.automation.plugins.plugin_utils import _spnego_errors as errors
from ansible_collections.wsman.automation.plugins.plugin_utils._authentication import Context

try:
    import spnego
    from spnego.channel_bindings import GssChannelBindings
    from spnego.exceptions import NoContextError
except ImportError:
    spnego = None  # type: ignore[assignment]

_MEDIA_TYPES = {
    "Kerberos": "application/HTTP-Kerberos-session-encrypted",
    "Negotiate": "application/HTTP-SPNEGO-session-encrypted",
    "NTLM": "application/HTTP-SPNEGO-session-encrypted",
}


def begin(options: SessionOptions, certificate: bytes | None, scheme: str | None = None) -> Context:
    """A new context for the authentication of *options* with a service whose *certificate* (DER) TLS has shown.

    *scheme* names the header's scheme (``Negotiate``, ``Kerberos``, ``NTLM``) where the server has only that. Nothing
    is sent to the service; a KDC may be asked for a ticket. Raises :class:`UsageError` and :class:`TransportError`.
    """
    if spnego is None:
        raise errors.missing()
    if options.authentication == "credssp":
        return _credssp.begin(options)
    raw = scheme is not None and scheme.lower() == "kerberos" and options.authentication != "ntlm"
    bare = scheme is not None and scheme.lower() == "ntlm" and options.authentication == "ntlm"
    scheme = "Kerberos" if raw else "NTLM" if bare else "Negotiate"
    flags = spnego.NegotiateOptions.none
    if options.encrypts:
        flags |= spnego.NegotiateOptions.wrapping_winrm
    bindings = _channel_bindings(options, certificate)
    if options.authentication == "ntlm":
        opened = _mechanisms.open_ntlm(options, bindings, flags)
    elif options.authentication == "kerberos" or raw:
        opened = _mechanisms.open_kerberos(options, bindings, flags)
    else:
        opened = _mechanisms.open_negotiate(options, bindings, flags)
    return Handshake(options, opened, scheme)


def _channel_bindings(options: SessionOptions, certificate: bytes | None) -> t.Any:
    """pyspnego's bindings to the TLS connection, None where nothing is bound."""
    if not options.binds:
        return None
    if certificate is not None:
        return GssChannelBindings(application_data=_bindings.application_data(certificate))
    if options.channel_binding == "always":
        raise TransportError(
            "The authentication cannot be bound to TLS: the server's certificate is not known.",
            step="authentication",
            remedy="Set channel_binding to auto or never, and see why TLS shows no certificate.",
        )
    return None


class Handshake:
    """A :class:`Context` of NTLM, Negotiate or Kerberos."""

    def __init__(self, options: SessionOptions, opened: _mechanisms.Opened, scheme: str) -> None:
        self.scheme = scheme
        self.media_type = _MEDIA_TYPES[scheme]
        self._options = options
        self._opened = opened
        self._context = opened.context
        self._legs = 0
        self._agreed = False
        self._name = {"ntlm": "NTLM", "kerberos": "Kerberos"}.get(options.authentication, "Negotiate")

    @property
    def mechanism(self) -> str | None:
        """``ntlm`` or ``kerberos``: what the last token was made for."""
        found: str | None = self._context.negotiated_protocol
        return found

    @property
    def complete(self) -> bool:
        return self._agreed

    def step(self, token: bytes | None) -> bytes | None:
        if self.complete:
            return None  # what still comes says nothing to us
        self._legs += 1
        errors.check_leg(self._name, token, self._legs)
        if token is None:
            return self._first()
        offered_kerberos = self.mechanism == "kerberos"
        with errors.explained(f"{self._name} failed"):
            answer: bytes | None = self._context.step(token)
        if self._options.encrypts:
            _ntlm.check_sealing(answer)
        if offered_kerberos and self.mechanism == "ntlm":
            _mechanisms.say_ntlm(self._options, "the service chose it, although it was offered a Kerberos ticket")
        if self._context.complete:
            self._check_agreed()
            self._agreed = True
        return answer or None

    def refused(self) -> str | None:
        said = []
        if self.mechanism == "kerberos":
            name = self._opened.principal
            said.append(f"It did not accept the Kerberos ticket for {name}" if name else "It did not accept the ticket")
        elif self._name == "Negotiate":
            said.append(f"Negotiate used NTLM: {self._opened.note or 'the service chose it'}")
        if self._options.scheme == "https" and not self._options.binds:
            said.append("the authentication was not bound to TLS (channel_binding: never)")
        return "; ".join(said) or None

    def wrap(self, data: bytes) -> list[tuple[bytes, bytes, int]]:
        with errors.explained(f"{self._name} cannot encrypt the message"):
            sealed = self._context.wrap_winrm(data)
        return [(sealed.header, sealed.data, len(data) + sealed.padding_length)]

    def unwrap(self, header: bytes, sealed: bytes) -> bytes:
        with errors.opening():
            plain: bytes = self._context.unwrap_winrm(header, sealed)
        return plain

    def _first(self) -> bytes | None:
        if self._opened.token is not None:
            return self._opened.token
        with errors.explained(f"{self._name} cannot be started"):
            token: bytes | None = self._context.step(None)
        return token

    def _check_agreed(self) -> None:
        """What pyspnego calls complete may lack what it was for.

        A service ends SPNEGO by saying so, in a token that anybody can write: whether the mechanism has ended too, and
        the service has proved who it is, is asked here.
        """
        try:
            self._context.query_message_sizes()
        except NoContextError as error:
            raise TransportError(
                f"{self._name}: the service ended the handshake before it had proved who it is.",
                step="authentication",
                remedy="Look for who is between, and at the service's log.",
            ) from error
        except errors.ERRORS:
            pass  # not every library of Kerberos can tell sizes
        wanted = spnego.ContextReq.integrity | spnego.ContextReq.confidentiality
        if self._options.encrypts and (self._context.context_attr & wanted) != wanted:
            raise TransportError(
                f"{self._name}: the service does not agree to encrypt messages.",
                step="authentication",
                remedy="Use HTTPS, or another authentication.",
            )
