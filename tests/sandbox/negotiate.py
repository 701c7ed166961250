# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Negotiate, Kerberos and CredSSP: handshakes of several requests, bound to their TCP connection (MS-WSMV 2.2.9.1)."""

from __future__ import annotations

import base64
import binascii
import collections
import importlib.util
import pathlib
import threading
import typing as t

from . import bindings
from .authentication import Link, Scheme, Session, Users, Verdict
from .config import Configuration
from .http import Request
from .misbehave import Misbehaviour

if t.TYPE_CHECKING:
    from .acceptors import Acceptor

_MEDIA = {"Negotiate": "SPNEGO", "Kerberos": "Kerberos", "CredSSP": "CredSSP"}


class Accounts:
    """Who may come in by a handshake, and with which of the service's keys.

    *names*: what this machine is called, for ``computer\\user``. *keytab*: None for a machine outside a domain.
    *bindings_refused* counts clients whose password was right and whose channel bindings were not; *delegated* those
    that gave credentials away.
    """

    def __init__(self, users: Users, domain: str, names: t.Iterable[str], keytab: str | None) -> None:
        if keytab is not None and not pathlib.Path(keytab).is_file():
            raise ValueError(f"there is no keytab {keytab}")
        self._users = users
        self._domain = domain
        self._names = ["", ".", *names]
        self.keytab = keytab
        self.folder = pathlib.Path()
        self.bindings_refused = 0
        self.delegated: collections.Counter[str] = collections.Counter()
        self._lock = threading.Lock()
        self._written: dict[str, str] = {}

    @property
    def file(self) -> pathlib.Path:
        """NTLM's accounts: each local one under every name of this machine, and in the domain."""
        path = self.folder / "accounts"
        with self._lock:
            if self._written != self._users:
                from .acceptors import write_accounts

                write_accounts(path, self._entries())
                self._written = dict(self._users)
        return path

    def forget(self) -> None:
        """The counters."""
        with self._lock:
            self.bindings_refused = 0
            self.delegated.clear()

    def note_bindings(self) -> None:
        """Count a refusal."""
        with self._lock:
            self.bindings_refused += 1

    def note_delegation(self, user: str, given: str | bool) -> None:
        """Count it where it can be used: a ticket, or (CredSSP) the right password."""
        with self._lock:
            self.delegated[user] += int(given is True or given == self._users.get(user))

    def user(self, principal: str) -> str | None:
        """``DOMAIN\\user`` or ``user@REALM`` → the name of the account, as it is written here."""
        name = principal.rpartition("\\")[2].partition("@")[0]
        for known in self._users:
            if known.lower() == name.lower():
                return known
        return name or None

    def _entries(self) -> t.Iterator[tuple[str, str, str]]:
        for user, password in self._users.items():
            for name in [*self._names, self._domain]:
                yield name, user, password
            yield "", f"{user}@{self._domain}", password


class Handshake:
    """A session of :mod:`authentication` on its way: *user* is None until it is done."""

    def __init__(self, scheme: str, acceptor: Acceptor) -> None:
        self.scheme = scheme
        self.media_type = f"application/HTTP-{_MEDIA[scheme]}-session-encrypted"
        self.mechanism: str | None = None
        self.user: str | None = None
        self.acceptor = acceptor

    def wrap(self, data: bytes) -> list[tuple[bytes, bytes, int]]:
        """See the protocol."""
        return self.acceptor.wrap(data)

    def unwrap(self, header: bytes, sealed: bytes) -> bytes:
        """See the protocol."""
        return self.acceptor.unwrap(header, sealed)

    def close_inside(self) -> bytes:
        """See the protocol."""
        return self.acceptor.close_inside()


class Ended:
    """A session that says its end instead of what it is given."""

    def __init__(self, session: Session) -> None:
        self.media_type = session.media_type
        self._session = session

    def wrap(self, data: bytes) -> list[tuple[bytes, bytes, int]]:
        """One piece."""
        end = self._session.close_inside()
        return [(end[:16], end[16:], len(data))]

    def unwrap(self, header: bytes, sealed: bytes) -> bytes:
        """See the protocol."""
        return self._session.unwrap(header, sealed)


class Negotiate(Scheme):
    """One of the three schemes; offered where the configuration's flag of that name is set and it can be served."""

    def __init__(self, name: str, configuration: Configuration, accounts: Accounts, misbehaviour: Misbehaviour) -> None:
        self.name = name
        self._configuration = configuration
        self._accounts = accounts
        self._misbehaviour = misbehaviour
        needed = ("spnego", "gssapi") if name == "Kerberos" else ("spnego",)
        self._available = all(importlib.util.find_spec(one) is not None for one in needed)

    def enabled(self, secure: bool) -> bool:
        """Kerberos needs the keys of a service; a machine outside a domain has none."""
        possible = self._available and (self.name != "Kerberos" or self._accounts.keytab is not None)
        return possible and self._configuration.flag(f"/service/auth/{self.name}")

    def challenge(self) -> str | None:
        """The name alone."""
        return self.name

    def judge(self, credentials: str, request: Request, link: Link) -> Verdict:
        """One step. What goes wrong ends the handshake, and the client is asked to begin again."""
        from .acceptors import Refused

        try:
            token = base64.b64decode(credentials, validate=True)
        except binascii.Error:
            return self._refuse(link, counts=False)
        session = link.session
        if not isinstance(session, Handshake) or session.scheme != self.name or session.user is not None:
            session = link.session = Handshake(self.name, self._acceptor(link))
        if session.acceptor.inside and self._misbehaviour.hits("credssp_close_early"):
            end = base64.b64encode(session.acceptor.close_inside()).decode()
            return self._refuse(link, counts=False, line=f"{self.name} {end}")
        try:
            answer = session.acceptor.step(token)
        except Refused as refused:
            if refused.bindings:
                self._accounts.note_bindings()
            return self._refuse(link, counts=refused.secret)
        return self._after(session, answer, link)

    def _after(self, session: Handshake, answer: bytes | None, link: Link) -> Verdict:
        acceptor = session.acceptor
        line = self.name if not answer else f"{self.name} {base64.b64encode(answer).decode()}"
        if acceptor.failed_inside or (not acceptor.complete and answer is None):
            return self._refuse(link, counts=True, line=line)
        if not acceptor.complete:
            return Verdict(scheme=self.name, lines=[line])
        if not self._bound(acceptor, link):
            self._accounts.note_bindings()
            return self._refuse(link, counts=False)
        if self._misbehaviour.hits("refuse"):
            return self._refuse(link, counts=False)
        session.mechanism, session.user = acceptor.mechanism, self._accounts.user(acceptor.principal)
        if session.user is not None and acceptor.delegated:
            self._accounts.note_delegation(session.user, acceptor.delegated)
        lines = [line] if answer else []
        return Verdict(session.user, self.name, session.mechanism, session, lines, finished=True)

    def _refuse(self, link: Link, *, counts: bool, line: str | None = None) -> Verdict:
        link.session = None
        return Verdict(scheme=self.name, lines=None if line in (None, self.name) else [line or ""], failed=counts)

    def _acceptor(self, link: Link) -> Acceptor:
        from .acceptors import Acceptor

        looked_at = link.bindings is not None and self._level() != "None" and self.name != "CredSSP"
        return Acceptor(
            self.name.lower(),
            accounts=self._accounts.file,
            keytab=self._accounts.keytab,
            replays=self._accounts.folder / "replays",
            bindings=link.bindings if looked_at else None,
        )

    def _level(self) -> str:
        return self._configuration.values["/service/auth/CbtHardeningLevel"]

    def _bound(self, acceptor: Acceptor, link: Link) -> bool:
        """CredSSP is bound by a step of its own; a wrong binding of Kerberos was refused by the acceptor."""
        if link.bindings is None or self.name == "CredSSP":
            return True
        if acceptor.mechanism == "kerberos":
            return self._level() != "Strict" or acceptor.bound
        return bindings.allows(self._level(), link.bindings, bindings.ntlm_pair(acceptor.tokens))
