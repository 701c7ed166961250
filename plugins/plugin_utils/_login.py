# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a session proves who it is: once for each request, once for each nonce, or once for each TCP connection.

A login prepares the connection, dresses a request and undresses its answer; which 401 is the end of it is decided here
(one account, one try). Knows HTTP's heads and the envelope of encrypted messages; mechanisms are in ``_spnego.py``,
``_credssp.py`` and ``_digest.py``.
"""

from __future__ import annotations

import base64
import dataclasses
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import encrypted
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import ENCRYPTING, SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _answers, _spnego
from ansible_collections.wsman.automation.plugins.plugin_utils import _handshake as handshake
from ansible_collections.wsman.automation.plugins.plugin_utils._authentication import Context
from ansible_collections.wsman.automation.plugins.plugin_utils._digest import Digest

# MS-WSMV 2.2.9 and DSP0226 C.3.1.5: over TLS with both sides' certificates
MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
# the beginning of a Server head → whether its service wants tabs; a balancer's own name says nothing of what is behind
_TABS = {"microsoft-": True, "omi": False, "openwsman": False}


@dataclasses.dataclass
class Reply(_answers.Challenged):
    """An HTTP answer; *challenges* are those of ``WWW-Authenticate``."""

    status: int
    headers: t.Any  # requests' mapping, without regard to case
    challenges: tuple[str, ...]
    body: bytes


class Wire(t.Protocol):
    """What a login needs of its session."""

    options: SessionOptions

    @property
    def target(self) -> str:
        """What the request line has between POST and the version."""

    def post(self, data: bytes, headers: t.Mapping[str, str], *, bound: bool = False) -> Reply:
        """One request and its answer; *bound* to the connection that is open, which fails where that is gone."""

    def open(self) -> bytes | None:
        """A new connection; the server's certificate (DER) over HTTPS."""

    def wait_for(self, function: t.Callable[[], Context]) -> Context:
        """What *function* gives, which may ask a KDC, within the time for connecting."""

    def identify(self) -> bytes:
        """An Identify, for a message that does no harm."""

    def refuse(self, reply: Reply, said: str | None = None) -> TransportError:
        """The error for a 401 that is final."""


class Login:
    """The same heads with each request, or none: no authentication, Basic, and a client certificate.

    *bound* is true where a request must not go over another connection than the one that was prepared for it; *settled*
    is false where the secret was shown and nobody has said yet what became of it: then it is not shown once more.
    *let_in* is true where the service had taken the secret before it refused a request.
    """

    bound = False
    settled = True
    let_in = False
    mechanism: str | None = None

    def __init__(self, options: SessionOptions) -> None:
        self._heads: dict[str, str] = {}
        if options.authentication == "basic":
            self._heads["Authorization"] = f"Basic {options.basic_token}"
        elif options.authentication == "certificate":
            self._heads["Authorization"] = MUTUAL

    def prepare(self, wire: Wire) -> None:
        """What has to happen on the wire before a request may be sent."""

    def dress(self, data: bytes, heads: t.Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
        """The body and heads that *data* goes out with."""
        return data, {**heads, **self._heads}

    def undress(self, reply: Reply) -> Reply:
        """The answer without its encryption."""
        return reply

    def renew(self, reply: Reply) -> bool:
        """Whether the 401 *reply* to a prepared request says nothing of the secret: then it may be sent once more."""
        return False

    def refused(self, wire: Wire, reply: Reply) -> TransportError:
        """The error for the 401 *reply* to a prepared request, once it is final."""
        return wire.refuse(reply)

    def forget(self) -> None:
        """The connection is closed."""


class DigestLogin(Login):
    """Digest (RFC 7616): a challenge first, by an empty request; its nonce serves until it is stale."""

    def __init__(self, options: SessionOptions) -> None:
        super().__init__(options)
        self._digest = Digest(options.user or "", options.password or "")
        self._target = ""
        self._challenged = False

    def prepare(self, wire: Wire) -> None:
        if self._challenged:
            return
        self._target = wire.target
        reply = wire.post(b"", {})
        self._challenged = True
        if reply.status != 401 or self._digest.challenge(reply.challenges):
            return
        self._challenged = False
        raise self.refused(wire, reply)

    def dress(self, data: bytes, heads: t.Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
        authorization = self._digest.authorization("POST", self._target)
        return data, {**heads, "Authorization": authorization} if authorization else dict(heads)

    def renew(self, reply: Reply) -> bool:
        unseen = not self._digest.is_challenged  # the empty request was let in without one, and this one is not
        return (unseen or self._digest.is_stale(reply.challenges)) and self._digest.challenge(reply.challenges)

    def refused(self, wire: Wire, reply: Reply) -> TransportError:
        if self._digest.is_challenged:
            return wire.refuse(reply)
        if not reply.offers("Digest"):
            return _answers.not_offered(wire.options, reply.schemes)
        return TransportError(
            f"The Digest challenge of {wire.options.url} cannot be answered: {self._digest.reason}.",
            step="authentication",
            remedy="Use another authentication, or change the algorithm on the service.",
            offered_schemes=reply.schemes,
            http_status=401,
        )


class BoundLogin(Login):
    """Negotiate, Kerberos, NTLM and CredSSP: a handshake for each TCP connection, and messages encrypted by it."""

    bound = True

    def __init__(self, options: SessionOptions) -> None:
        super().__init__(options)
        self._encrypts = options.encrypts
        self._context: Context | None = None
        self._scheme: str | None = None  # of the header, where the server has only another than the usual one
        self._tabs: bool | None = {"auto": None, "windows": True}.get(options.profile, False)
        self._has_worked = False

    def prepare(self, wire: Wire) -> None:
        """A handshake, where this connection has had none; before the first body it is known how its parts look."""
        if self._context is not None:
            return
        self._shake_hands(wire)
        if self._encrypts and self._tabs is None:
            self._find_tabs(wire)

    def dress(self, data: bytes, heads: t.Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
        if not self._encrypts:
            return data, dict(heads)
        context = self._live_context()
        content_type, body = encrypted.dump(
            context.wrap(data), context.media_type, tabs=bool(self._tabs), content_type=heads["Content-Type"]
        )
        return body, {**heads, "Content-Type": content_type}

    def undress(self, reply: Reply) -> Reply:
        if not self._encrypts or reply.status == 401:
            self._has_worked = self._has_worked or reply.status != 401
            return reply
        content_type = reply.headers.get("Content-Type") or ""
        if not encrypted.is_encrypted(content_type):
            if reply.status >= 400 and not _answers.is_soap(reply.body):
                return reply  # of the HTTP server before the service, which never had the message
            raise _in_clear(reply)
        context = self._live_context()
        try:
            pieces = encrypted.load(content_type, reply.body)
            original = encrypted.original_type(content_type, reply.body)
        except ProtocolError as error:
            raise TransportError(
                f"The encrypted answer cannot be read: {error}",
                step="http",
                remedy="Connect without a proxy or gateway on the way, or use HTTPS.",
                http_status=reply.status,
            ) from error
        plain = b"".join(context.unwrap(header, sealed) for header, sealed, _length in pieces)
        self._has_worked = True
        heads = reply.headers.copy()
        heads["Content-Type"] = original or "application/soap+xml"
        return dataclasses.replace(reply, body=plain, headers=heads)

    def renew(self, reply: Reply) -> bool:
        """A context that had worked before is lost, not refused: the service has dropped it."""
        lost = self._has_worked
        self.forget()
        return lost

    def refused(self, wire: Wire, reply: Reply) -> TransportError:
        self.let_in = self.settled
        error = wire.refuse(reply, "It had accepted the handshake" if self.settled else None)
        if not self._encrypts and wire.options.scheme == "http":
            error.remedy = f"{_answers.IN_CLEAR} {error.remedy}"
        return error

    def forget(self) -> None:
        self._context = None
        self._has_worked = False

    def _live_context(self) -> Context:
        if self._context is None:
            raise RuntimeError("prepare() comes first")
        return self._context

    def _shake_hands(self, wire: Wire) -> None:
        self.let_in = False
        ended = self._exchange_tokens(wire)
        other = self._other_scheme(wire.options, ended)
        if other is not None:
            self._scheme = other
            ended = self._exchange_tokens(wire)
        context, reply, _shown = ended
        self.mechanism = context.mechanism
        handshake.check_end(wire, ended)
        if self._encrypts and not context.complete:
            raise handshake.unfinished(context, reply)
        self._context, self.settled = context, ended.certain
        server = (reply.headers.get("Server") or "").lower()
        if self._tabs is None:
            self._tabs = next((tabs for name, tabs in _TABS.items() if server.startswith(name)), None)

    def _exchange_tokens(self, wire: Wire) -> handshake.Ended:
        """Empty requests with our tokens, on a new connection, until one side has no more; the last answer.

        That comes to an end: a context refuses more tokens than an honest service has.
        """
        certificate = wire.open()
        context = wire.wait_for(lambda: _spnego.begin(wire.options, certificate, scheme=self._scheme))
        token, is_first = context.step(None), True
        while True:
            authorization = f"{context.scheme} {base64.b64encode(token or b'').decode('ascii')}"
            reply = wire.post(b"", {"Authorization": authorization}, bound=True)
            answer = reply.token(context.scheme)
            shown = handshake.has_ticket(context) or not (is_first or context.scheme == "CredSSP")
            ended = handshake.Ended(context, reply, shown)
            if context.complete and reply.status == 401:
                return ended  # also with a token: to go on would be to begin again
            if answer is None:
                if reply.status == 401 and is_first and reply.offers(context.scheme) and not shown:
                    raise handshake.stopped(context, wire.options, reply)
                return ended
            self.mechanism = context.mechanism
            try:
                token = context.step(answer)
            except TransportError as error:
                error.http_status = reply.status  # it is the service's token that says so, and no KDC
                raise
            if token is None or reply.status != 401:
                return ended
            is_first = False

    def _other_scheme(self, options: SessionOptions, ended: handshake.Ended) -> str | None:
        """Windows with Negotiate switched off takes the same Kerberos token under the name of Kerberos.

        Servers that know NTLM alone may take it by that name.
        """
        context, reply, shown = ended
        if reply.status != 401 or reply.offers(context.scheme):
            return None
        other = ""
        if context.mechanism == "kerberos" or context.scheme == "Kerberos":
            other = {"Negotiate": "Kerberos", "Kerberos": "Negotiate"}.get(context.scheme, "")
        elif options.authentication == "ntlm" and not shown:
            other = "NTLM"
        return other if other and reply.offers(other) else None

    def _find_tabs(self, wire: Wire) -> None:
        """A service that does not name itself: an Identify without tabs, as the text has it, and then with them.

        Some services close the connection on the one, some on the other (protocol.md 8.1); the Identify does no harm.
        """
        self._tabs = False
        try:
            body, heads = self.dress(wire.identify(), {"Content-Type": "application/soap+xml;charset=UTF-8"})
            reply = wire.post(body, heads, bound=True)
            if reply.status == 401:
                raise self.refused(wire, reply)
            if encrypted.is_encrypted(reply.headers.get("Content-Type") or ""):
                self.undress(reply)
                self.settled = True
                return
            if not self.settled:
                raise _answers.not_soap(wire.options, reply.status, reply.headers, reply.body, False)
        except TransportError as error:
            if error.step not in ("send", "read") or not self.settled:
                self.forget()
                raise
        self._tabs = True
        self.forget()
        self._shake_hands(wire)


def login(options: SessionOptions) -> Login:
    """The login that the authentication of *options* asks for."""
    if options.authentication in ENCRYPTING:
        return BoundLogin(options)
    return DigestLogin(options) if options.authentication == "digest" else Login(options)


def choose(options: SessionOptions, reply: Reply) -> SessionOptions:
    """Of several authentications the first that the server offers in its 401; without any, the first of all."""
    candidates = (options.authentication, *options.alternatives)
    chosen = next((one for one in candidates if _answers.is_offered(one, reply.schemes)), options.authentication)
    return dataclasses.replace(options, authentication=chosen, alternatives=())


def _in_clear(reply: Reply) -> TransportError:
    """An answer that anybody on the way may have written is never taken for the service's."""
    said = _answers.fault_text(reply.body)
    return TransportError(
        f"The service answered an encrypted request in clear (HTTP {reply.status})."
        + (f" It claims: {said}" if said else ""),
        step="http",
        remedy="Check what answers there; a service that cannot encrypt is reached over HTTPS.",
        http_status=reply.status,
    )
