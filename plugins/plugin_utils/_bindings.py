# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What binds an authentication to the TLS connection that it goes over: ``tls-server-end-point`` (RFC 5929 section 4).

A function of the server's certificate alone. Knows no mechanism and no socket.
"""

from __future__ import annotations

import hashlib

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils._certificates import UNREADABLE

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
except ImportError:
    x509 = None

PREFIX = b"tls-server-end-point:"
_TOO_WEAK = ("md5", "sha1")  # RFC 5929 4.1: SHA-256 instead of these


def application_data(certificate: bytes) -> bytes:
    """The *certificate* (DER) as GSS channel bindings have it: a prefix, and its hash by the hash of its signature.

    A signature without one (Ed25519), with an unknown one, or one that cryptography cannot read counts as SHA-256, as
    on Windows. Raises :class:`UsageError` where cryptography is not there.
    """
    if x509 is None:
        raise UsageError(
            "Binding the authentication to the TLS connection needs the Python library cryptography.",
            option="channel_binding",
            remedy="For the Python that runs Ansible: python3 -m pip install cryptography; or set it to never.",
        )
    algorithm = _signature_hash(certificate)
    if algorithm is None or algorithm.name in _TOO_WEAK:
        return PREFIX + hashlib.sha256(certificate).digest()
    digest = hashes.Hash(algorithm)
    digest.update(certificate)
    return PREFIX + digest.finalize()


def _signature_hash(certificate: bytes) -> hashes.HashAlgorithm | None:
    """For RSA-PSS it stands in the parameters of the signature, for ECDSA in its name."""
    try:
        return x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except UNREADABLE:  # stricter than OpenSSL, which has accepted it
        return None
