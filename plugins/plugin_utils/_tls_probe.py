# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the TLS of a port is like, whether or not the session accepts it: versions, cipher, and the certificate.

For the diagnosis alone. It sends nothing but handshakes, shows no certificate of ours, and trusts nobody with anything.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
import ssl
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _certificates, _http, _tls, _tls_versions
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import Exchange, is_address

try:
    from cryptography import x509
except ImportError:
    x509 = None  # needed for what stands in a certificate

_VERSIONS = ("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1")
_MOST_NAMES = 8


@dataclasses.dataclass
class Peer:
    """*versions* that the port speaks, the newest first; the *cipher* of the first, and the certificate (DER)."""

    versions: tuple[str, ...] = ()
    cipher: str | None = None
    certificate: bytes | None = None

    def __str__(self) -> str:
        spoken = f"It speaks {', '.join(self.versions)} ({self.cipher})." if self.versions else ""
        return f"{spoken} {describe(self.certificate)}".strip() if self.certificate else spoken


def look(options: SessionOptions, begin: t.Callable[[], Exchange]) -> Peer:
    """Shake hands once for each version; *begin* gives an exchange whose time has just begun.

    A port that does not answer in time is not asked again. Raises nothing: what cannot be found out is missing.
    """
    peer = Peer()
    for version in _VERSIONS:
        with contextlib.suppress(TransportError, UsageError, OSError, ValueError):  # ssl has errors of both kinds
            try:
                made = _context(version)
                with (
                    _http.reach(options, begin()) as plain,
                    made.wrap_socket(plain, server_hostname=_name(options)) as one,
                ):
                    peer.certificate = peer.certificate or one.getpeercert(True)
                    peer.cipher = peer.cipher or (one.cipher() or ("unknown",))[0]
                    peer.versions = (*peer.versions, version)
            except TimeoutError:
                break
    return peer


def _context(version: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    _tls_versions.apply(made, _tls_versions.Limits(version, version, legacy=True))
    return made


def _name(options: SessionOptions) -> str | None:
    """The name for which the service chooses its certificate (RFC 6066 3); an address is none."""
    host = options.host.partition("%")[0]
    return None if is_address(host) else host


def describe(certificate: bytes) -> str:
    """For whom it is, who has signed it, until when it is good, and its fingerprint."""
    fingerprint = f"SHA-256 fingerprint {hashlib.sha256(certificate).hexdigest()}"
    if x509 is None:
        return f"Its certificate has the {fingerprint}; the library cryptography could tell more."
    try:
        parsed = x509.load_der_x509_certificate(certificate)
        subject, issuer = parsed.subject.rfc4514_string(), parsed.issuer.rfc4514_string()
        names = [value for kind in _tls.names_of(certificate).get("subjectAltName", ()) for value in kind[1:]]
    except _certificates.UNREADABLE as error:
        return f"Its certificate cannot be read ({error}), {fingerprint}."
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    whom = f"{', '.join(names[:_MOST_NAMES])}{more}" if names else f"{subject or 'nobody'}, without alternative names"
    signer = "itself" if parsed.subject == parsed.issuer else issuer or "nobody with a name"
    return f"Its certificate is for {whom}, signed by {signer}, {_dates(parsed)}, {fingerprint}."


def _dates(parsed: t.Any) -> str:
    """When it ends, or what is wrong with its dates."""
    begins, ends = (
        getattr(parsed, f"{name}_utc", None) or getattr(parsed, name).replace(tzinfo=datetime.UTC)  # cryptography < 42
        for name in ("not_valid_before", "not_valid_after")
    )
    now = datetime.datetime.now(datetime.UTC)
    if begins > now:
        return f"not valid before {begins:%Y-%m-%d %H:%M} UTC"
    days = (ends - now).days
    return f"expired since {ends:%Y-%m-%d %H:%M} UTC" if ends < now else f"valid until {ends:%Y-%m-%d} ({days} days)"
