# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hash of every kind of certificate, against what the standard library makes of the octets."""

from __future__ import annotations

import datetime
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import _bindings

PREFIX = b"tls-server-end-point:"
RSA = rsa.generate_private_key(65537, 2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
SHA256_RSA = bytes.fromhex("06092a864886f70d01010b")
OLD_RSA = {"md5": "06092a864886f70d010104", "sha1": "06092a864886f70d010105", "unknown": "06092a864886f70d01017f"}


def certificate(key, algorithm, **signing):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "host")])
    today = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(today).not_valid_after(today + datetime.timedelta(days=1))
    return builder.sign(key, algorithm, **signing).public_bytes(serialization.Encoding.DER)


def pss(algorithm):
    form = padding.PSS(mgf=padding.MGF1(algorithm), salt_length=algorithm.digest_size)
    return certificate(RSA, algorithm, rsa_padding=form)


def renamed(name):
    """A certificate whose signature claims another algorithm; nobody checks it here."""
    return certificate(RSA, hashes.SHA256()).replace(SHA256_RSA, bytes.fromhex(OLD_RSA[name]))


CASES = {
    "RSA SHA-256": (certificate(RSA, hashes.SHA256()), "sha256"),
    "RSA SHA-384": (certificate(RSA, hashes.SHA384()), "sha384"),
    "RSA SHA-512": (certificate(RSA, hashes.SHA512()), "sha512"),
    "RSA SHA-224": (certificate(RSA, hashes.SHA224()), "sha224"),
    "RSA SHA-1": (renamed("sha1"), "sha256"),
    "RSA MD5": (renamed("md5"), "sha256"),
    "RSA unknown": (renamed("unknown"), "sha256"),
    "RSA-PSS SHA-256": (pss(hashes.SHA256()), "sha256"),
    "RSA-PSS SHA-384": (pss(hashes.SHA384()), "sha384"),
    "RSA-PSS SHA-512": (pss(hashes.SHA512()), "sha512"),
    "ECDSA SHA-256": (certificate(CURVE, hashes.SHA256()), "sha256"),
    "ECDSA SHA-384": (certificate(CURVE, hashes.SHA384()), "sha384"),
    "ECDSA SHA-512": (certificate(CURVE, hashes.SHA512()), "sha512"),
    "Ed25519": (certificate(ed25519.Ed25519PrivateKey.generate(), None), "sha256"),
    "Ed448": (certificate(ed448.Ed448PrivateKey.generate(), None), "sha256"),
    "no certificate": (b"what OpenSSL takes and cryptography does not", "sha256"),
    "version 6": (certificate(CURVE, hashes.SHA384()).replace(b"\xa0\3\2\1\2", b"\xa0\3\2\1\5"), "sha256"),
    "nothing": (b"", "sha256"),
}


@pytest.mark.parametrize(("der", "algorithm"), CASES.values(), ids=CASES.keys())
def test_the_hash_is_that_of_the_signature(der, algorithm):
    assert _bindings.application_data(der) == PREFIX + hashlib.new(algorithm, der).digest()


def test_without_cryptography_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(_bindings, "x509", None)
    with pytest.raises(UsageError, match="pip install cryptography") as caught:
        _bindings.application_data(b"")
    assert caught.value.option == "channel_binding"
