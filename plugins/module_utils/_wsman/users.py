# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose account a user name means, and how each authentication writes it.

::

    user                 an account of the host itself
    .\\user               the same
    computer\\user        the same, where computer is the host's name or its first label
    address\\user         the same
    DOMAIN\\user          an account of a domain, by its NetBIOS or DNS name
    user@REALM           an account of a domain, by its Kerberos realm

It matters before anything is sent: the password of a host's own account must not reach a KDC, which would count it as
a wrong one for the domain's account of that name.
"""

from __future__ import annotations

import dataclasses
import ipaddress


@dataclasses.dataclass(frozen=True)
class Account:
    """A user name taken apart. *domain* is as given before the backslash or after the last ``@``; ``None``: bare.

    *local*: the account is the host's own. *has_realm*: the domain was given as ``user@REALM``.
    """

    name: str
    domain: str | None = None
    local: bool = True
    has_realm: bool = False

    @property
    def principal(self) -> str | None:
        """``user@REALM`` for Kerberos; ``None`` for a local account.

        A realm is case-sensitive and taken as given. The realm of a Windows domain is its name in upper case.
        """
        if self.local or self.domain is None:
            return None
        if self.has_realm:
            return f"{self.name}@{self.domain}"
        name = self.name.replace("@", "\\@")  # else what follows it would be the realm
        return f"{name}@{self.domain.upper()}"

    @property
    def ntlm(self) -> str:
        """What NTLM is given: ``DOMAIN\\user``, ``user@REALM`` or ``user``."""
        if self.domain is None or self.domain == ".":
            return self.name
        return f"{self.name}@{self.domain}" if self.has_realm else f"{self.domain}\\{self.name}"


def parse(user: str, host: str) -> Account:
    """The account that *user* means on the service at *host* (a name or an address). Never fails."""
    domain, backslash, name = user.partition("\\")
    if backslash:
        return Account(name, domain, _is_host(domain, host))
    name, at, realm = user.rpartition("@")
    if at:
        return Account(name, realm, local=False, has_realm=True)
    return Account(user)


def _is_host(domain: str, host: str) -> bool:
    if domain in ("", ".") or is_address(domain):
        return True
    wanted, name = domain.lower().removesuffix("."), host.lower().removesuffix(".")
    return wanted == name or (not is_address(host) and wanted == name.partition(".")[0])


def is_address(host: str) -> bool:
    """Whether *host* is an IPv4 or IPv6 address, the latter also with a zone or in brackets."""
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
