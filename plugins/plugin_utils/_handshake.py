# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it means how a handshake ends: let in, refused, in doubt, or by something that is no service. Sends nothing."""

from __future__ import annotations

import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _answers
from ansible_collections.wsman.automation.plugins.plugin_utils._authentication import Context

if t.TYPE_CHECKING:
    from ansible_collections.wsman.automation.plugins.plugin_utils._login import Reply, Wire

# what an empty request may be answered whose handshake was good: a body is missed
_DISLIKED = frozenset({400, 404, 405, 411, 415, 500, 501})


class Ended(t.NamedTuple):
    """A handshake that is over: the service's last answer, and whether a secret or a ticket had been shown for it."""

    context: Context
    reply: Reply
    shown: bool

    @property
    def certain(self) -> bool:
        """Whether the service has let us in, or said something that the context has understood as that."""
        return self.reply.status < 300 or self.reply.token(self.context.scheme) is not None


def check_end(wire: Wire, ended: Ended) -> None:
    """Raise the error where a handshake has ended badly.

    OMI refuses a password by a 400 without a body, and answers nothing that comes after it on this connection. Others
    dislike the empty request although the handshake was good: these get their request.
    """
    context, reply, shown = ended
    refused_by_400 = reply.status == 400 and not reply.body and shown and not ended.certain
    if reply.status == 401 or refused_by_400:
        error = wire.refuse(reply, context.refused())
        error.http_status = reply.status
        error.secret_refused = error.secret_refused or refused_by_400 or context.complete
        raise error
    if not ended.certain and not (shown and reply.status in _DISLIKED):
        raise _answers.not_soap(wire.options, reply.status, reply.headers, reply.body, False)


def has_ticket(context: Context) -> bool:
    """Whether the first token proves something already, as a Kerberos ticket does; those of NTLM and TLS do not."""
    return context.mechanism == "kerberos" or context.complete


def stopped(context: Context, options: SessionOptions, reply: Reply) -> TransportError:
    return TransportError(
        f"{options.url} offers {context.scheme} and does not go on with the handshake after its first message.",
        step="authentication",
        remedy="Check for a proxy or a balancer on the way that spreads one connection over several servers, or use "
        "another authentication.",
        offered_schemes=reply.schemes,
        http_status=reply.status,
    )


def unfinished(context: Context, reply: Reply) -> TransportError:
    return TransportError(
        f"The service ended the {context.scheme} handshake before it had proved who it is (HTTP {reply.status}).",
        step="authentication",
        remedy="Check that the port is that of the WS-Management service, and look at its log.",
        http_status=reply.status,
    )
