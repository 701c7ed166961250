# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digest (RFC 7616) as AMT and Openwsman offer it. Windows' service has none."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import secrets
import threading
import urllib.request

from .authentication import Link, Users, Verdict
from .http import Request
from .misbehave import Misbehaviour

_KEPT = 1000
_NEEDED = ("username", "realm", "nonce", "uri", "response", "qop", "nc", "cnonce")
_HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}


@dataclasses.dataclass(frozen=True)
class Settings:
    """*qop* as it stands in the challenge (AMT: ``auth`` or ``auth-int, auth``); *algorithm*: None is MD5, unsaid.
    *uses*: so often may a nonce be used; then it is stale."""

    qop: str = "auth"
    algorithm: str | None = None
    uses: int = 1000


class Digest:
    """The scheme. A nonce count that was there before, another realm, another target than the request's is refused."""

    name = "Digest"

    def __init__(self, users: Users, realm: str, settings: Settings, misbehaviour: Misbehaviour) -> None:
        self._users = users
        self._realm = realm
        self._settings = settings
        self._misbehaviour = misbehaviour
        self._nonces: dict[str, set[int]] = {}
        self._lock = threading.Lock()

    def enabled(self, secure: bool) -> bool:
        """Wherever the make has it."""
        return True

    def challenge(self) -> str | None:
        """With a new nonce."""
        return self._challenge(stale=False)

    def judge(self, credentials: str, request: Request, link: Link) -> Verdict:
        """RFC 7616 3.4. A nonce that is not known (any more) is stale where the rest is right, which no secret is
        refused by."""
        fields = urllib.request.parse_keqv_list(urllib.request.parse_http_list(credentials))
        user = self._user(fields, request)
        if user is None:
            return Verdict(scheme=self.name, failed=True)
        count = int(fields["nc"], 16)
        with self._lock:
            counts = self._nonces.get(fields["nonce"])
            stale = counts is None or len(counts) >= self._settings.uses
            repeated = counts is not None and count in counts
            if counts is not None:
                counts.add(count)
        if stale or self._misbehaviour.hits("stale_nonce"):
            return Verdict(scheme=self.name, lines=[self._challenge(stale=True)])
        return Verdict(scheme=self.name, failed=True) if repeated else Verdict(user, self.name)

    def _challenge(self, *, stale: bool) -> str:
        nonce = secrets.token_urlsafe(24)
        with self._lock:
            self._nonces[nonce] = set()
            if len(self._nonces) > _KEPT:
                del self._nonces[next(iter(self._nonces))]
        parts = [f'Digest realm="{self._realm}"', f'nonce="{nonce}"', f'stale="{str(stale).lower()}"']
        if self._settings.algorithm:
            parts.append(f"algorithm={self._settings.algorithm}")
        return ", ".join([*parts, f'qop="{self._settings.qop}"'])

    def _user(self, fields: dict[str, str], request: Request) -> str | None:
        """Whose password made the response; nobody's where a field is missing or is not what it must be."""
        known = next((name for name in self._users if name == fields.get("username")), None)
        offered = [one.strip() for one in self._settings.qop.split(",")]
        algorithm = self._settings.algorithm or "MD5"
        if known is None or any(name not in fields for name in _NEEDED) or fields["qop"] not in offered:
            return None
        if fields["realm"] != self._realm or fields["uri"] != request.target:
            return None
        if fields.get("algorithm", "MD5").upper() != algorithm or len(fields["nc"]) != 8:
            return None

        def digest(text: bytes) -> str:
            return hashlib.new(_HASHES[algorithm], text).hexdigest()

        first = digest(f"{known}:{self._realm}:{self._users[known]}".encode())
        second = f"{request.method}:{request.target}"
        if fields["qop"] == "auth-int":
            second += ":" + digest(request.body)
        parts = [first, fields["nonce"], fields["nc"], fields["cnonce"], fields["qop"], digest(second.encode())]
        right = digest(":".join(parts).encode())
        return known if hmac.compare_digest(right.encode(), fields["response"].encode()) else None
