# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS as the service offers it. Under TLS 1.3 it never asks for a client's certificate, as http.sys does not in the
handshake: clients with a certificate must not speak that."""

from __future__ import annotations

import dataclasses
import pathlib
import ssl
import warnings

from .certificates import Authority
from .config import Configuration

_OLD = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)


@dataclasses.dataclass(frozen=True)
class Settings:
    """*minimum*, *maximum*: names of :class:`ssl.TLSVersion`; *ciphers*: OpenSSL's list, for versions up to 1.2."""

    minimum: str = "TLSv1_2"
    maximum: str = "TLSv1_3"
    ciphers: str | None = None


class Contexts:
    """The contexts of one certificate; *authority* and its list judge those of clients."""

    def __init__(
        self,
        settings: Settings,
        configuration: Configuration,
        certificate: pathlib.Path,
        authority: Authority,
    ) -> None:
        self._settings = settings
        self._configuration = configuration
        self._certificate = certificate
        self._authority = authority
        self._plain = self._make()
        self._asking: tuple[int, ssl.SSLContext] | None = None

    def current(self) -> ssl.SSLContext:
        """The one for a connection that comes now; it asks where ``service/auth/Certificate`` is true."""
        if not self._configuration.flag("/service/auth/Certificate"):
            return self._plain
        changed = len(self._authority.revoked)
        if self._asking is None or self._asking[0] != changed:
            self._asking = (changed, self._ask(self._make()))
        return self._asking[1]

    def _make(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        minimum, maximum = (ssl.TLSVersion[name] for name in (self._settings.minimum, self._settings.maximum))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of the old versions, which are asked for
            context.minimum_version, context.maximum_version = minimum, maximum
        weak = minimum in _OLD or self._authority.weak
        context.set_ciphers((self._settings.ciphers or "DEFAULT") + ":@SECLEVEL=0" * weak)
        context.load_cert_chain(self._certificate)
        return context

    def _ask(self, context: ssl.SSLContext) -> ssl.SSLContext:
        context.load_verify_locations(self._authority.ca_file)
        context.load_verify_locations(self._authority.crl_file)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        context.verify_mode = ssl.CERT_OPTIONAL
        context.post_handshake_auth = True  # and so not in the handshake
        return context
