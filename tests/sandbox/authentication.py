# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication on the service's side: Basic. Each scheme is a class with the same three methods."""

from __future__ import annotations

import base64
import binascii
import hmac
import threading
import typing as t

from .config import Configuration


class Scheme(t.Protocol):
    """An HTTP authentication scheme. *state* belongs to the connection, for schemes that authenticate that."""

    name: str

    def enabled(self, secure: bool) -> bool:
        """Whether the live configuration offers it, over TLS or not."""

    def challenge(self) -> str:
        """The value of a WWW-Authenticate line."""

    def user(self, credentials: str, state: dict[str, t.Any]) -> str | None:
        """The user that the Authorization header's rest proves, or None."""


class Basic:
    """Basic: enabled where ``service/auth/Basic`` is true and, over HTTP, ``service/AllowUnencrypted`` is."""

    name = "Basic"

    def __init__(self, configuration: Configuration, users: t.Mapping[str, str], realm: str) -> None:
        self._configuration = configuration
        self._users = users
        self._realm = realm

    def enabled(self, secure: bool) -> bool:
        """See the class."""
        allowed = secure or self._configuration.flag("/service/AllowUnencrypted")
        return allowed and self._configuration.flag("/service/auth/Basic")

    def challenge(self) -> str:
        """The realm is what identifies a WS-Management service to some clients."""
        return f'Basic realm="{self._realm}"'

    def user(self, credentials: str, state: dict[str, t.Any]) -> str | None:
        """Names have no case on Windows; passwords are compared in constant time."""
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
    """All schemes of a service; counts what was refused."""

    def __init__(self, schemes: t.Sequence[Scheme]) -> None:
        self.schemes = list(schemes)
        self.failures = 0
        self._lock = threading.Lock()

    def challenges(self, secure: bool) -> list[str]:
        """The WWW-Authenticate lines of a 401."""
        return [scheme.challenge() for scheme in self.schemes if scheme.enabled(secure)]

    def user(self, authorization: str | None, secure: bool, state: dict[str, t.Any]) -> str | None:
        """The user that the header proves; a header that proves none counts as a failure."""
        if not authorization:
            return None
        name, _space, rest = authorization.strip().partition(" ")
        for scheme in self.schemes:
            if scheme.name.lower() == name.lower() and scheme.enabled(secure):
                user = scheme.user(rest.strip(), state)
                if user is not None:
                    return user
        with self._lock:
            self.failures += 1
        return None
