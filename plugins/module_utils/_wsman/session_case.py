# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session to be judged: its options, and what the rules ask about them."""

from __future__ import annotations

import dataclasses
import typing as t

from . import trusted_hosts, users
from .connection_string import Endpoint


@dataclasses.dataclass(frozen=True)
class Case:
    """One session to be judged. *authentication* is ``default`` until rule 9; *options* are read, flags merged in.

    Its text shows no options: there is a password among them.
    """

    options: t.Mapping[str, t.Any] = dataclasses.field(repr=False)
    flags: frozenset[str]
    endpoint: Endpoint
    authentication: str
    is_named: bool
    has_ticket: t.Callable[[], bool]

    def has(self, *names: str) -> bool:
        """Whether one of these options is given, and not as false."""
        return any(self.options.get(name) not in (None, False) for name in names)

    @property
    def is_http(self) -> bool:
        return self.endpoint.scheme == "http"

    @property
    def is_explicit(self) -> bool:
        """Whether there are credentials of the session's own, not only those of whoever runs Ansible."""
        return self.has("user", "password")

    @property
    def has_certificate(self) -> bool:
        return self.has("certificate_pem", "certificate_pfx")

    @property
    def is_trusted(self) -> bool:
        """Whether credentials may go there: TLS proves the peer, or TrustedHosts has it.

        A named authentication counts where there is no such list: the list stops credentials from going out by
        default, and who names host and authentication has decided.
        """
        if not self.is_http:
            return True
        patterns = self.options.get("trusted_hosts")
        if not patterns:
            return self.is_named
        return trusted_hosts.matches(patterns, self.endpoint.host)

    @property
    def is_open(self) -> bool:
        """Over HTTP to somebody untrusted. What goes to the control node itself goes nowhere."""
        return self.is_http and not self.endpoint.is_loopback and not self.is_trusted

    def is_in_domain(self) -> bool:
        """A user with a realm, or a ticket; the default realm of krb5.conf says nothing."""
        user = self.options.get("user")
        if user is not None and users.parse(user, self.endpoint.host).has_realm:
            return True
        return self.has_ticket()
