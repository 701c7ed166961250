# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's side of NTLM over one connection, for scripts of peers: the handshake, and messages that it sealed."""

from __future__ import annotations

import base64

import spnego
import spnego.exceptions
from sending import ENVELOPE

from ansible_collections.wsman.automation.plugins.module_utils._wsman import encrypted

SPNEGO = "application/HTTP-SPNEGO-session-encrypted"
PLAIN = "application/soap+xml;charset=UTF-8"
NTLM = {"authentication": "ntlm", "user": "wsman", "password": "s3cret-pass", "message_encryption": "auto"}
WINDOWS = ("Server: Microsoft-HTTPAPI/2.0",)
OFFER = "WWW-Authenticate: Negotiate"
REFUSAL = {"status": "401 Unauthorized", "body": b""}


def shake(wire, heads=WINDOWS, accept=True):
    """The server's part of an NTLM handshake; its context, None where it refused or the client went away."""
    context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
    while request := wire.receive():
        assert request.body == b""
        scheme, _space, token = request.headers["authorization"].partition(" ")
        assert scheme == "Negotiate"
        try:
            answer = context.step(base64.b64decode(token))
        except spnego.exceptions.SpnegoError:
            wire.answer(b"", "401 Unauthorized", [OFFER, *heads])
            return None
        if context.complete and accept:
            wire.answer(b"", headers=heads)
            return context
        line = f"{OFFER} {base64.b64encode(answer).decode()}" if answer else OFFER
        wire.answer(b"", "401 Unauthorized", [line, *heads])
    return None


def read(context, request):
    """(plain octets, whether parts began with a tab) of an encrypted request."""
    pieces = encrypted.load(request.headers["content-type"], request.body)
    plain = b"".join(context.unwrap_winrm(header, sealed) for header, sealed, _length in pieces)
    return plain, b"\n\tContent-Type" in request.body


def tell(wire, context, body=ENVELOPE, status="200 OK", heads=()):
    """An encrypted answer."""
    header, sealed, padding = context.wrap_winrm(body)
    kind, data = encrypted.dump([(header, sealed, len(body) + padding)], SPNEGO, tabs=True, content_type=PLAIN)
    wire.answer(data, status, [f"Content-Type: {kind}", *heads])


def echo(wire, context, limit=1000):
    """Answers *limit* requests; what came in is kept with the peer."""
    while context and limit and (request := wire.receive()):
        wire.peer.plain.append(read(context, request))
        tell(wire, context)
        limit -= 1


def start(peer, script):
    one = peer(script)
    one.plain = []
    return one
