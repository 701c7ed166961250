# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which mechanism an account authenticates with, and a context of pyspnego that has no other way.

One account, one try: pyspnego's own Negotiate asks a KDC with the password, swallows the failure, and shows the same
password to the service by NTLM. So it never gets a password for Kerberos: an account of the service's computer goes by
NTLM alone, an account of a domain by a ticket that is there first.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import users
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _kerberos, _ntlm
from ansible_collections.wsman.automation.plugins.plugin_utils import _spnego_errors as errors
from ansible_collections.wsman.automation.plugins.plugin_utils._say import say

try:
    import spnego
except ImportError:
    spnego = None  # type: ignore[assignment]


@dataclasses.dataclass
class Opened:
    """A context of pyspnego, and its first *token* where it has made one already.

    *principal* is the service that the ticket is for; *note* says why Negotiate has no ticket.
    """

    context: t.Any
    token: bytes | None = None
    principal: str | None = None
    note: str | None = None


def open_ntlm(options: SessionOptions, bindings: t.Any, flags: t.Any) -> Opened:
    """NTLM by user and password. Raises :class:`UsageError` where these are missing, sends nothing."""
    _ntlm.check_secret(options, "NTLM")
    _ntlm.check_level()
    with errors.explained("NTLM cannot be started"):
        context = spnego.client(
            _ntlm.credential(options),
            hostname=service_host(options),
            service=options.negotiate_service or "host",
            channel_bindings=bindings,
            protocol="ntlm",
            options=flags,
        )
    return Opened(context)


def open_kerberos(options: SessionOptions, bindings: t.Any, flags: t.Any, protocol: str = "kerberos") -> Opened:
    """Kerberos by ticket, and nothing else; with *protocol* ``negotiate``, what a service may turn to NTLM.

    Raises what ``_kerberos`` raises, and :class:`UsageError` where there is neither an account nor a ticket.
    """
    try:
        ticket = _kerberos.ticket(options)
    except _kerberos.Unavailable:
        raise
    except TransportError as error:
        if options.user is None and not _kerberos.has_ticket(options.kerberos_ccache, options.kerberos_keytab):
            raise UsageError(
                f"There is no user, and no ticket of its own: {error.message}",
                option="user",
                remedy="Set user and password, name a ticket in kerberos_ccache or kerberos_keytab, or run kinit.",
            ) from error
        raise
    opened = _kerberos.open_context(
        options,
        ticket,
        protocol=protocol,
        bindings=bindings,
        context_request=spnego.ContextReq.default,
        negotiate_options=flags,
    )
    return Opened(opened.context, opened.token, opened.service_principal)


def open_negotiate(options: SessionOptions, bindings: t.Any, flags: t.Any) -> Opened:
    """Kerberos where the account is of a domain and Kerberos is to be had, else NTLM; that is said at ``-v``."""
    _ntlm.check_level()
    account = users.parse(options.user, options.host) if options.user else None
    if account is not None and account.local:
        opened = open_ntlm(options, bindings, flags)
        opened.note = "the user is an account of the service's computer"
    else:
        try:
            return open_kerberos(options, bindings, flags, "negotiate")
        except _kerberos.Unavailable as error:
            if account is None or options.password is None or options.kerberos_delegation:
                raise
            opened = open_ntlm(options, bindings, flags)
            opened.note = error.message.rstrip(".")
    say_ntlm(options, opened.note)
    return opened


def say_ntlm(options: SessionOptions, why: str | None) -> None:
    """Tell the user that it is NTLM, and why."""
    say(f"Negotiate uses NTLM: {why}.", options.host)


def service_host(options: SessionOptions) -> str:
    """The host in the service's name, as NTLM sends it along."""
    return options.negotiate_hostname_override or options.host.partition("%")[0]
