# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication on the service's side: the gate that every request passes, and Basic.

The other schemes are in ``negotiate.py`` (Negotiate, Kerberos, CredSSP), ``digest.py`` and ``client_certificates.py``.
"""

from __future__ import annotations

import base64
import binascii
import collections
import dataclasses
import hmac
import threading
import typing as t

from .config import Configuration
from .counts import Counts
from .http import Request

Users = t.Mapping[str, str]


class Session(t.Protocol):
    """What a handshake has established on a connection: it can seal messages."""

    scheme: str
    media_type: str
    mechanism: str | None
    user: str | None

    def wrap(self, data: bytes) -> list[tuple[bytes, bytes, int]]:
        """A message → its pieces: token header, sealed data, plain length in octets."""

    def unwrap(self, header: bytes, sealed: bytes) -> bytes:
        """The plain octets of a piece; ValueError where the peer did not seal it."""

    def close_inside(self) -> bytes:
        """The end of TLS within CredSSP; nothing for others."""


@dataclasses.dataclass
class Link:
    """What belongs to one TCP connection. *bindings*: the application data of its channel (RFC 5929 4.1), None without
    TLS; *peer*: the client's certificate, DER; *session*: the handshake on its way or done; *operations*: those whose
    answers go here."""

    secure: bool = False
    bindings: bytes | None = None
    peer: bytes | None = None
    session: Session | None = None
    operations: list[t.Any] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(eq=False)
class Verdict:
    """What an Authorization header, or the connection's session, proves.

    *user*: None is nobody. *lines*: the values of WWW-Authenticate for the answer, whatever its status; None asks for
    the usual challenges. *finished*: this request completed a handshake. *failed*: credentials were looked at and
    refused (of which *scheme* keeps count).
    """

    user: str | None = None
    scheme: str | None = None
    mechanism: str | None = None
    session: Session | None = None
    lines: list[str] | None = None
    finished: bool = False
    failed: bool = False


NOBODY = Verdict()


class Scheme(t.Protocol):
    """An HTTP authentication scheme."""

    name: str

    def enabled(self, secure: bool) -> bool:
        """Whether the live configuration offers it, over TLS or not."""

    def challenge(self) -> str | None:
        """The value of its WWW-Authenticate line; None where it is offered without one."""

    def judge(self, credentials: str, request: Request, link: Link) -> Verdict:
        """What the Authorization header's rest proves."""


class Basic:
    """Basic: enabled where ``service/auth/Basic`` is true and, over HTTP, ``service/AllowUnencrypted`` is."""

    name = "Basic"

    def __init__(self, configuration: Configuration, users: Users, realm: str) -> None:
        self._configuration = configuration
        self._users = users
        self._realm = realm

    def enabled(self, secure: bool) -> bool:
        """See the class."""
        allowed = secure or self._configuration.flag("/service/AllowUnencrypted")
        return allowed and self._configuration.flag("/service/auth/Basic")

    def challenge(self) -> str | None:
        """The realm is what identifies a WS-Management service to some clients."""
        return f'Basic realm="{self._realm}"'

    def judge(self, credentials: str, request: Request, link: Link) -> Verdict:
        """Names have no case on Windows; passwords are compared in constant time."""
        user = self._user(credentials)
        return Verdict(user, self.name, failed=user is None)

    def _user(self, credentials: str) -> str | None:
        try:
            decoded = base64.b64decode(credentials, validate=True)
        except binascii.Error:
            return None
        try:
            name, colon, password = decoded.decode().partition(":")
        except UnicodeError:
            name, colon, password = decoded.decode("latin-1").partition(":")
        for known, secret in self._users.items():
            if colon and known.lower() == name.lower() and hmac.compare_digest(secret.encode(), password.encode()):
                return known
        return None


class Gate:
    """All schemes of a service. *failures* counts, by scheme in lower case, the credentials that were refused;
    *handshakes* those that were completed; *counts*: see there."""

    def __init__(self, schemes: t.Sequence[Scheme], counts: Counts | None = None) -> None:
        self.schemes = list(schemes)
        self._counts = counts or Counts()
        self._by_name = {scheme.name.lower(): scheme for scheme in schemes}
        self.failures: collections.Counter[str] = collections.Counter()
        self.handshakes = 0
        self._lock = threading.Lock()

    def challenges(self, secure: bool) -> list[str]:
        """The WWW-Authenticate lines of a 401."""
        found = [scheme.challenge() for scheme in self.schemes if scheme.enabled(secure)]
        return [line for line in found if line is not None]

    def judge(self, request: Request, link: Link) -> Verdict:
        """What the request proves; one without credentials is its connection's session's."""
        authorization = request.headers.get("authorization")
        if not authorization:
            return self._by_session(link)
        name, _space, rest = authorization.strip().partition(" ")
        scheme = self._by_name.get(name.lower())
        if scheme is not None and scheme.enabled(link.secure):
            if not _on_its_way(link.session, scheme):
                self._counts.add("begun", _short(scheme.name))
            verdict = scheme.judge(rest.strip(), request, link)
            if verdict.user is not None:
                self._counts.add("completed", _short(scheme.name))
        else:
            verdict = Verdict(scheme=name, failed=True)
        if verdict.failed or verdict.finished:
            self._count(verdict)
        return verdict

    def fail(self, scheme: str) -> None:
        """Count credentials that were refused elsewhere: a client certificate in the TLS handshake."""
        self._count(Verdict(scheme=scheme, failed=True))

    def clear(self) -> None:
        """Forget the counters."""
        with self._lock:
            self.failures.clear()
            self.handshakes = 0

    def _by_session(self, link: Link) -> Verdict:
        session = link.session
        if session is None or session.user is None:
            return NOBODY
        return Verdict(session.user, session.scheme, session.mechanism, session)

    def _count(self, verdict: Verdict) -> None:
        with self._lock:
            if verdict.failed:
                self.failures[(verdict.scheme or "").lower()] += 1
            if verdict.finished:
                self.handshakes += 1


def _on_its_way(session: Session | None, scheme: Scheme) -> bool:
    """Whether the connection is in the middle of a handshake of that scheme."""
    return session is not None and session.user is None and session.scheme == scheme.name


def _short(name: str) -> str:
    """A scheme's name for counters: that of client certificates is a URI."""
    return "certificate" if "/" in name else name.lower()
