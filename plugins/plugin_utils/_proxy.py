# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy of a session, and the way through it: CONNECT with no, Basic, Digest or Negotiate authentication.

What comes out is a socket that reaches the service; TLS, HTTP and their libraries never hear of the proxy. The rule of
one account and one try holds here too: a password that the proxy has refused is shown to nobody else, not by a weaker
scheme and not by the next task of a loop. Which proxies a session may have was decided before (``_wsman/session.py``).
"""

from __future__ import annotations

import base64
import dataclasses
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _answers, _spnego
from ansible_collections.wsman.automation.plugins.plugin_utils._digest import Digest
from ansible_collections.wsman.automation.plugins.plugin_utils._kerberos import Unavailable
from ansible_collections.wsman.automation.plugins.plugin_utils._proxy_url import ProxyUrl, find
from ansible_collections.wsman.automation.plugins.plugin_utils._proxy_wire import GoneError, Reply, Wire
from ansible_collections.wsman.automation.plugins.plugin_utils._refusals import Refused
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import Exchange, PlainSocket

__all__ = ["ProxyUrl", "connect", "find"]

SCHEMES = ("negotiate", "digest", "basic")  # strongest first
_MAX_LEGS = 8
_NTLM_FIRST = b"NTLMSSP\x00\x01\x00\x00\x00"  # MS-NLMP 2.2.1.1: a message without anything of the secret
_OTHER_SCHEME = "Let the proxy offer another scheme: Negotiate, Digest with SHA-256 or MD5, or Basic."
_NO_NTLM = (
    "it takes no NTLM by Negotiate, which is all that such an account has",
    "Write proxy_user as user@REALM for Kerberos, or use Digest or Basic if the proxy has them.",
)

# status → (what it means, what to do)
_UNREACHABLE = "could not reach", "Check host and port as the proxy sees them, and its name service."
_NO_CONNECT = "does not know how to connect to", "Check {where}: it has to name a forward proxy for HTTPS."
_STATUSES: dict[int, tuple[str, str]] = {
    400: _NO_CONNECT,
    403: (
        "refuses to connect to",
        "Let the proxy allow CONNECT to this host and port (squid: SSL_ports, Safe_ports), or connect without it "
        "({without}).",
    ),
    404: _NO_CONNECT,
    405: _NO_CONNECT,
    501: _NO_CONNECT,
    502: _UNREACHABLE,
    503: _UNREACHABLE,
    504: _UNREACHABLE,
}

_refused = Refused()  # by proxy and account


def connect(proxy: ProxyUrl, options: SessionOptions, exchange: Exchange) -> PlainSocket:
    """A socket that *proxy* has connected with the service of *options*, within the time for connecting.

    Nothing behind the head of the proxy's answer has been read. Raises :class:`TransportError` of the step ``proxy``.
    """
    return _Tunnel(proxy, options, exchange).open()


class _Tunnel:
    """The conversation with one proxy until it opens the way or says why not."""

    def __init__(self, proxy: ProxyUrl, options: SessionOptions, exchange: Exchange) -> None:
        self.proxy, self.options, self.exchange = proxy, options, exchange
        self.name = proxy.authority
        self.wire: Wire | None = None
        self.notes: list[tuple[str, str]] = []  # why a scheme that is offered cannot be used, and the remedy

    def open(self) -> PlainSocket:
        self._check_not_refused()
        try:
            reply = self._authenticate()
            if not 200 <= reply.status < 300:
                raise self._failed(reply)
            return self._live().release()
        except TransportError as error:
            self._close()
            error.remedy = error.remedy or self._say("Check {where}, and that the proxy runs; or {without}.")
            raise
        except BaseException:
            self._close()
            raise

    def _authenticate(self) -> Reply:
        """The answer that is no 407. An account is shown by the strongest scheme that looks at it, and by no other."""
        allowed = self._allowed()
        at_once = allowed in (("basic",), ("negotiate",))  # need no challenge: a round trip less
        reply = None if at_once else self._ask(None)
        tried: set[str] = set()
        while reply is None or reply.status == 407:
            scheme = next((one for one in allowed if one not in tried and (reply is None or reply.offers(one))), None)
            if scheme is None:
                raise self._unanswered(reply)
            tried.add(scheme)
            reply = getattr(self, f"_try_{scheme}")(reply)
        return reply

    def _allowed(self) -> tuple[str, ...]:
        named, user = self.options.proxy_authentication, self.proxy.user
        if user is None or self.proxy.password is None:
            return ("negotiate",) if named == "negotiate" else ()  # by a ticket
        if named is not None:
            return (named,)
        return SCHEMES if ":" not in user else SCHEMES[:2]  # RFC 7617 2

    # each: the answer with this scheme; a 407 only where nobody has looked at the secret

    def _try_basic(self, _reply: Reply | None) -> Reply:
        reply = self._ask(f"Basic {self._basic_token()}")
        if reply.status == 407 and reply.offers("basic"):
            raise self._refuse(reply, "Basic")
        return reply

    def _basic_token(self) -> str:
        return base64.b64encode(f"{self.proxy.user}:{self.proxy.password}".encode()).decode("ascii")

    def _try_digest(self, reply: Reply) -> Reply:
        digest = Digest(self.proxy.user or "", self.proxy.password or "")
        for is_last in (False, True):
            if not digest.challenge(reply.challenges):
                self.notes.append((f"its Digest challenge cannot be answered, for {digest.reason}", _OTHER_SCHEME))
                return reply
            try:
                authorization = digest.authorization("CONNECT", self.options.authority)
            except TransportError as error:
                self.notes.append((error.message.rstrip("."), _OTHER_SCHEME))
                return reply
            reply = self._ask(authorization)
            if reply.status != 407 or not reply.offers("digest"):
                break
            if is_last or not digest.is_stale(reply.challenges):
                raise self._refuse(reply, "Digest")
        return reply

    def _try_negotiate(self, reply: Reply | None) -> Reply:
        """Kerberos or NTLM by the rules of ``_spnego``; all tokens after the first belong to one connection."""
        try:
            context = self._begin_context()
            token = context.step(None)
        except (TransportError, UsageError) as error:
            refused = getattr(error, "secret_refused", False)
            if reply is None or refused or not (isinstance(error, Unavailable) and len(self._allowed()) > 1):
                raise self._not_begun(error, reply, refused) from error
            self.notes.append((error.message.rstrip("."), error.remedy or _OTHER_SCHEME))
            return reply
        for leg in range(_MAX_LEGS):
            encoded = base64.b64encode(token or b"").decode("ascii")
            reply = self._ask(f"Negotiate {encoded}", bound=leg > 0)
            answer = reply.token("negotiate")
            if reply.status == 407 and answer is None:
                return self._judge_negotiate(reply, token, context)
            if answer is not None:
                shown, token = token, self._step(context, answer, reply)
                if reply.status == 407 and token is None:
                    return self._judge_negotiate(reply, shown, context)
            if reply.status != 407:
                return reply
        raise self._refuse(reply, "Negotiate", "the handshake does not come to an end")

    def _begin_context(self) -> t.Any:
        """The context, for which a KDC may be asked; one that does not answer is given up as the proxy would be."""
        remedy = "Check the KDCs that krb5.conf or DNS name for the realm of proxy_user."
        return self.exchange.wait_for(
            lambda: _spnego.begin(self._account(), None), "proxy", "No KDC answered", remedy
        )

    def _judge_negotiate(self, reply: Reply, shown: bytes | None, context: t.Any) -> Reply:
        """Refused, unless only NTLM's first message was sent, with nothing of the secret in it."""
        self._close()  # what it thinks of this connection is not known
        if not reply.offers("negotiate"):
            return reply
        if shown is not None and _NTLM_FIRST in shown:
            self.notes.append(_NO_NTLM)
            return reply
        raise self._refuse(reply, "Negotiate", context.refused())

    def _step(self, context: t.Any, answer: bytes, reply: Reply) -> bytes | None:
        try:
            token: bytes | None = context.step(answer)
        except TransportError as error:
            if reply.status == 407:
                raise self._refuse(reply, "Negotiate", error.message) from error
            said = f"could not prove who it is: {error.message.rstrip('.')}"
            raise self._error(said, self._say("Check {where}, and who answers there."), reply) from error
        return token

    def _account(self) -> SessionOptions:
        """The session to the proxy itself, as Negotiate wants to know it; without a user it is whoever has a ticket."""
        proxy, options = self.proxy, self.options
        own = proxy.password is not None
        return dataclasses.replace(
            options,
            host=proxy.host,
            port=proxy.port,
            scheme="http",
            authentication="negotiate",
            alternatives=(),
            user=proxy.user,
            password=proxy.password,
            message_encryption="never",
            channel_binding="never",
            negotiate_service="HTTP",
            negotiate_hostname_override=None,
            spn_server_port=False,
            implicit_credentials=proxy.user is None,
            kerberos_ccache=None if own else options.kerberos_ccache,
            kerberos_keytab=None if own else options.kerberos_keytab,
            kerberos_delegation=False,
        )

    def _ask(self, authorization: str | None, bound: bool = False) -> Reply:
        """CONNECT on the open connection, else on a new one; *bound* to the one that is open.

        A connection that was used before and turns out to be dead has not read the request: it goes out once more.
        """
        kept = self.wire is not None and self.wire.is_open
        if bound and not kept:
            raise TransportError(
                f"The proxy {self.name} closed the connection in the middle of a Negotiate handshake.", step="proxy"
            )
        try:
            return self._connected(kept).ask(self.options.authority, authorization)
        except GoneError as error:
            if kept and not bound:
                return self._ask_anew(authorization)
            raise self._closed() from error

    def _ask_anew(self, authorization: str | None) -> Reply:
        try:
            return self._connected(False).ask(self.options.authority, authorization)
        except GoneError as error:
            raise self._closed() from error

    def _connected(self, kept: bool) -> Wire:
        if not kept:
            self._close()
            self.wire = Wire(self.proxy, self.exchange)
        return self._live()

    def _live(self) -> Wire:
        if self.wire is None:
            raise RuntimeError("nobody was asked yet")
        return self.wire

    def _close(self) -> None:
        if self.wire is not None:
            self.wire.close()

    # what it means

    def _say(self, text: str) -> str:
        proxy, environment = self.proxy, self.proxy.origin != "proxy"
        return text.format(
            where=f"the {proxy.origin} and no_proxy variables" if environment else "proxy",
            without="no_proxy, or proxy_access_type: none" if environment else "leave proxy out",
        )

    def _closed(self) -> TransportError:
        return TransportError(f"The proxy {self.name} closed the connection without an answer.", step="proxy")

    def _failed(self, reply: Reply) -> TransportError:
        meaning, remedy = _STATUSES.get(
            reply.status, ("did not connect to", "Check {where}, and look at the proxy's log.")
        )
        return self._error(f"{meaning} {self.options.authority}{self._words(reply)}", self._say(remedy), reply)

    def _unanswered(self, reply: Reply | None) -> TransportError:
        offered = f"offers {', '.join(reply.schemes)}" if reply and reply.schemes else "offers no scheme"
        named = self.options.proxy_authentication
        if not self._allowed():
            said, remedy = f"wants authentication; it {offered}", "Set proxy_user and proxy_password."
        elif self.notes:
            what = f"does not take this account by {named.capitalize()}" if named else "takes this account by no scheme"
            said = f"{what}: {'; '.join(note for note, _remedy in self.notes)}; it {offered}"
            remedy = self.notes[0][1]
        elif named is not None:
            said = f"does not take {named.capitalize()} authentication; it {offered}"
            remedy = "Set proxy_authentication to a scheme that it offers, or leave it out."
        else:
            cannot = ", none of which can be used" if reply and reply.schemes else ""
            said, remedy = f"wants authentication and {offered}{cannot}", _OTHER_SCHEME
        return self._error(said + (self._words(reply) if reply else ""), remedy, reply)

    def _not_begun(self, error: TransportError | UsageError, reply: Reply | None, refused: bool) -> TransportError:
        remedy = error.remedy or _OTHER_SCHEME
        if refused:
            remedy = "Check proxy_user and proxy_password: they were refused, and are shown to nobody else."
        failure = self._error(f"could not be authenticated to by Negotiate: {error.message.rstrip('.')}", remedy, reply)
        return self._remember(failure) if refused else failure

    def _refuse(self, reply: Reply, scheme: str, said: str | None = None) -> TransportError:
        """The account was looked at and refused."""
        reason = f": {said.rstrip('.')}" if said else ""
        remedy = "Check proxy_user and proxy_password, and what the proxy allows to this account."
        return self._remember(
            self._error(f"refused the user or the password ({scheme}){reason}{self._words(reply)}", remedy, reply)
        )

    def _error(self, said: str, remedy: str, reply: Reply | None) -> TransportError:
        return TransportError(
            f"The proxy {self.name} {said}.",
            step="proxy",
            remedy=remedy,
            offered_schemes=reply.schemes if reply else (),
            http_status=reply.status if reply else None,
        )

    def _words(self, reply: Reply) -> str:
        """What the proxy says itself, unless it repeats what it was told in confidence."""
        words = reply.words.rstrip(".")
        secrets = (self.proxy.password, self.proxy.user, self._basic_token())
        return (
            f" (HTTP {reply.status}{f' {words}' if words and not any(one and one in words for one in secrets) else ''})"
        )

    def _key(self) -> tuple[t.Any, ...]:
        return (self.proxy.host, self.proxy.port, self.proxy.user, self.proxy.password)

    def _remember(self, error: TransportError) -> TransportError:
        _refused[self._key()] = error
        return error

    def _check_not_refused(self) -> None:
        known = _refused.get(self._key())
        if known is not None:
            raise _answers.refused_before(known)
