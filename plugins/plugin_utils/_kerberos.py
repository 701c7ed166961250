# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos, second step: a security context with a service, by the initial ticket that ``_tickets`` has got.

A service has one of several names, and which one is registered is known to the KDC alone: they are tried in Windows'
order with one ticket. Nothing here has a password for a KDC. Knows nothing of HTTP.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _kerberos_errors as errors
from ansible_collections.wsman.automation.plugins.plugin_utils import _ntlm
from ansible_collections.wsman.automation.plugins.plugin_utils._kerberos_errors import Unavailable
from ansible_collections.wsman.automation.plugins.plugin_utils._tickets import Ticket, has_ticket, ticket

try:
    import spnego
    from gssapi.raw import GSSError
    from krb5 import Krb5Error
    from spnego.exceptions import SpnegoError
except ImportError:  # ``ticket`` says so before anything here is reached
    spnego = None  # type: ignore[assignment]

__all__ = ["Opened", "Ticket", "Unavailable", "has_ticket", "open_context", "ticket"]

#: Windows' own first (pypsrp 0.9.0), then pywinrm's, then what CredSSP and older clients use.
SERVICES = ("host", "HTTP", "WSMAN")


@dataclasses.dataclass
class Opened:
    """A context that has made its first *token* for *service_principal* (``HTTP/server.example``, without a realm)."""

    context: t.Any
    token: bytes
    service_principal: str


def open_context(
    options: SessionOptions,
    ticket: Ticket,
    *,
    protocol: str,
    bindings: t.Any,
    context_request: t.Any,
    negotiate_options: t.Any,
) -> Opened:
    """A new context of *protocol* (``kerberos``, ``negotiate``) with the service of *options*, and its first token.

    *bindings*, *context_request* and *negotiate_options* are pyspnego's own and go to it as they are; delegation is
    added where *options* want it. Raises :class:`Unavailable` where the KDC knows no such service,
    :class:`TransportError` for every other reason.
    """
    if options.kerberos_delegation:
        context_request |= spnego.ContextReq.delegate

    @errors.contained
    def start(service: str, mechanism: str) -> Opened:
        name = f"{service}/{host_part(options)}"
        try:
            context = spnego.client(
                _credentials(options, ticket, mechanism),
                hostname=host_part(options),
                service=service,
                channel_bindings=bindings,
                context_req=context_request,
                protocol=mechanism,
                options=negotiate_options,
            )
            return Opened(context, context.step(None) or b"", name)
        except (SpnegoError, Krb5Error, GSSError, ValueError) as error:
            if errors.code_of(error) == errors.SERVICE_UNKNOWN:
                raise _Unknown from error
            raise _failure(options, ticket, name, error) from error

    service, opened = _find(options, ticket, lambda service: start(service, "kerberos"))
    if protocol != "kerberos":
        opened = start(service, protocol)
        if opened.context.negotiated_protocol != "kerberos":  # pyspnego goes on to NTLM without a word
            raise TransportError(
                f"Kerberos: no token of {ticket.principal} for {opened.service_principal} within Negotiate.",
                step="authentication",
                remedy="Set authentication to kerberos, which says why.",
            )
    if options.kerberos_delegation and not opened.context.context_attr & spnego.ContextReq.delegate:
        raise errors.not_delegated(ticket.principal, opened.service_principal)
    return opened


def services(options: SessionOptions) -> tuple[str, ...]:
    """The service classes to be tried, in order. A port in the name is Windows' ``HTTP/host:port`` alone."""
    if options.negotiate_service:
        return (options.negotiate_service,)
    return ("HTTP",) if options.spn_server_port else SERVICES


def host_part(options: SessionOptions) -> str:
    """What follows the slash in the service's name."""
    host = options.negotiate_hostname_override or options.host.partition("%")[0]
    return f"{host}:{options.port}" if options.spn_server_port else host


class _Unknown(Exception):
    """The KDC does not know this service; its own error is the cause."""


def _find(options: SessionOptions, ticket: Ticket, start: t.Callable[[str], Opened]) -> tuple[str, Opened]:
    """The first service that the KDC knows, and a context with it; the KDC is asked once for a ticket and a host."""
    names, host = services(options), host_part(options)
    known = ticket.services.get((names, host))
    reason: BaseException | None = None
    for service in (known,) if known else names:
        try:
            opened = start(service)
        except _Unknown as unknown:
            reason = unknown.__cause__
        else:
            ticket.services[names, host] = service
            return service, opened
    tried = ", ".join(f"{service}/{host}" for service in names)
    raise _failure(options, ticket, tried, t.cast(Exception, reason)) from reason


def _credentials(options: SessionOptions, ticket: Ticket, protocol: str) -> list[t.Any]:
    """Our ticket, and for Negotiate also the password, for NTLM alone: pyspnego takes the first that fits."""
    found: list[t.Any] = [spnego.KerberosCCache(ticket.ccache)]
    if protocol == "negotiate" and options.user and options.password and not options.kerberos_delegation:
        found.append(_ntlm.credential(options))
    return found


def _failure(options: SessionOptions, ticket: Ticket, name: str, error: Exception) -> TransportError:
    """The error for a service ticket of *name* (or several names)."""
    if isinstance(error, ValueError):
        return TransportError(
            f"Kerberos: the context of {ticket.principal} with {name}: {error}.",
            step="authentication",
            remedy="Where OpenSSL is in FIPS mode, MD4 and MD5 are blocked: use kerberos, or certificate over HTTPS.",
        )
    return errors.failure(options, f"a service ticket of {ticket.principal} for {name}", error)
