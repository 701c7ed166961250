# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication by a client's certificate: TLS judges it, ``winrm/config/service/certmapping`` says whose it is."""

from __future__ import annotations

import typing as t

from .authentication import Link, Verdict
from .certificates import principal_name
from .config import Configuration
from .http import Request

_PROFILE = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"


class ClientCertificates:
    """The scheme of that profile's name, over TLS where ``service/auth/Certificate`` is true; no challenge says so.

    *find* gives the user that a principal name is mapped to, or None.
    """

    name = _PROFILE

    def __init__(self, configuration: Configuration, find: t.Callable[[str], str | None]) -> None:
        self._configuration = configuration
        self._find = find

    def enabled(self, secure: bool) -> bool:
        """See the class."""
        return secure and self._configuration.flag("/service/auth/Certificate")

    def challenge(self) -> str | None:
        """None."""
        return None

    def judge(self, credentials: str, request: Request, link: Link) -> Verdict:
        """Without a certificate nothing was refused; with one that belongs to nobody it was."""
        if link.peer is None:
            return Verdict(scheme="Certificate")
        principal = principal_name(link.peer)
        user = None if principal is None else self._find(principal)
        return Verdict(user, "Certificate", failed=user is None)
