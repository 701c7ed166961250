# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of keys and signatures that certificates can have, each with the hash of its channel binding.

RFC 5929 4.1: the hash of the certificate's signature; SHA-256 in place of MD5 and SHA-1, and, by custom, where the
signature has no hash of its own (Ed25519).
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

Key = t.Union[ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey, ed25519.Ed25519PrivateKey]  # noqa: UP007

_SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
_SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d010105")


@dataclasses.dataclass(frozen=True)
class Kind:
    """*key* makes one; *hash* is the signature's, None where it has none; *pss*: with RSA-PSS; *binding*: the hash of
    the channel binding."""

    key: t.Callable[[], Key]
    hash: hashes.HashAlgorithm | None
    binding: hashes.HashAlgorithm
    pss: bool = False

    def sign(self, builder: x509.CertificateBuilder, key: Key) -> x509.Certificate:
        """A certificate, signed by its authority's *key*."""
        if isinstance(self.hash, hashes.SHA1):
            return _sign_sha1(builder, t.cast(rsa.RSAPrivateKey, key))
        return builder.sign(key, t.cast(t.Any, self.hash), rsa_padding=self._padding())

    def sign_list(self, builder: x509.CertificateRevocationListBuilder, key: Key) -> x509.CertificateRevocationList:
        """A revocation list, signed likewise."""
        digest = hashes.SHA256() if isinstance(self.hash, hashes.SHA1) else self.hash
        return builder.sign(key, t.cast(t.Any, digest), rsa_padding=self._padding())

    def _padding(self) -> padding.PSS | None:
        if not self.pss or self.hash is None:
            return None
        return padding.PSS(padding.MGF1(self.hash), padding.PSS.DIGEST_LENGTH)


def _sign_sha1(builder: x509.CertificateBuilder, key: rsa.RSAPrivateKey) -> x509.Certificate:
    """cryptography signs nothing with SHA-1 any more: name the other algorithm in its certificate, and sign that.

    Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }: both names are equally long, and so
    are both signatures.
    """
    made = builder.sign(key, hashes.SHA256())
    body = made.tbs_certificate_bytes.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    signature = key.sign(body, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
    data = made.public_bytes(serialization.Encoding.DER).replace(made.tbs_certificate_bytes, body)
    data = data.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA).replace(made.signature, signature)
    return x509.load_der_x509_certificate(data)


_rsa = functools.partial(rsa.generate_private_key, 65537, 2048)

KINDS: dict[str, Kind] = {
    "ec": Kind(functools.partial(ec.generate_private_key, ec.SECP256R1()), hashes.SHA256(), hashes.SHA256()),
    "sha384": Kind(functools.partial(ec.generate_private_key, ec.SECP384R1()), hashes.SHA384(), hashes.SHA384()),
    "rsa": Kind(_rsa, hashes.SHA256(), hashes.SHA256()),
    "rsa-pss": Kind(_rsa, hashes.SHA512(), hashes.SHA512(), pss=True),
    "ed25519": Kind(ed25519.Ed25519PrivateKey.generate, None, hashes.SHA256()),
    "sha1": Kind(_rsa, hashes.SHA1(), hashes.SHA256()),  # noqa: S303
}
