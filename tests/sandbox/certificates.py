# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's own certificate authority, its certificates and those of its clients, made anew at each start.

Strict X.509 checks of Python 3.13 hold: subject and authority key identifiers, key usage, critical basic constraints.
"""

from __future__ import annotations

import dataclasses
import datetime
import ipaddress
import os
import pathlib
import secrets
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from .signatures import KINDS, Key, Kind

_PRINCIPAL_NAME = ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")  # userPrincipalName, szOID_NT_PRINCIPAL_NAME
_PEM = serialization.Encoding.PEM


@dataclasses.dataclass(frozen=True)
class Certificate:
    """A certificate with its key in one PEM file; *thumbprint* as Windows writes it: SHA-1, upper-case; *fingerprint*
    SHA-256. *bindings*: the application data of a channel that it serves (RFC 5929 4.1)."""

    name: str
    path: pathlib.Path
    thumbprint: str
    fingerprint: str
    bindings: bytes


@dataclasses.dataclass(frozen=True)
class ClientCertificate:
    """A user's certificate in all the forms in which it is kept: *pem* and *key* apart, *combined* in one file,
    *encrypted_key* under *passphrase*, *pfx* (PKCS #12) under the same."""

    user: str
    pem: pathlib.Path
    key: pathlib.Path
    combined: pathlib.Path
    encrypted_key: pathlib.Path
    pfx: pathlib.Path
    passphrase: str
    thumbprint: str


class Authority:
    """An authority that writes into *folder*: ``ca.pem``, ``crl.pem``, and files for each certificate. Valid for a day.

    *kind* says with what it signs (:mod:`.signatures`), and what keys its certificates have.
    """

    def __init__(self, folder: pathlib.Path, kind: str = "ec", name: str = "wsman.automation sandbox CA") -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._kind: Kind = KINDS[kind]
        self._key = self._kind.key()
        self.weak = isinstance(self._kind.hash, hashes.SHA1)
        self._name = _name(name)
        self.revoked: list[int] = []
        self._certificate = self._sign(
            self._builder(self._name, self._key, valid=True)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(authority=True), critical=True)
        )
        self.thumbprint = _thumbprint(self._certificate)
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(self._certificate.public_bytes(_PEM))
        self.crl_file = folder / "crl.pem"
        self._write_crl()

    def issue(self, name: str, hosts: tuple[str, ...], *, revoked: bool = False) -> Certificate:
        """A server's certificate with the common name *name*, for *hosts* (names and addresses)."""
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        key = self._kind.key()
        certificate = self._leaf(name, key, ExtendedKeyUsageOID.SERVER_AUTH, names, valid=True)
        path = self._folder / f"{name}.pem"
        _write_private(path, _private_bytes(key) + certificate.public_bytes(_PEM))
        if revoked:
            self.revoke(certificate)
        digest = certificate.fingerprint(hashes.SHA256()).hex()
        bindings = b"tls-server-end-point:" + certificate.fingerprint(self._kind.binding)
        return Certificate(name, path, _thumbprint(certificate), digest, bindings)

    def issue_client(self, user: str, machine: str, *, valid: bool = True, revoked: bool = False) -> ClientCertificate:
        """A user's certificate, for ``user@machine`` as Windows maps it; *valid*: not expired."""
        principal = f"{user}@{machine}".encode()
        value = b"\x0c" + bytes([len(principal)]) + principal  # UTF8String
        names = x509.SubjectAlternativeName([x509.OtherName(_PRINCIPAL_NAME, value)])
        key = self._kind.key()
        certificate = self._leaf(user, key, ExtendedKeyUsageOID.CLIENT_AUTH, names, valid=valid)
        if revoked:
            self.revoke(certificate)
        return _write_client(self._folder / f"client-{user}-{secrets.token_hex(4)}", user, key, certificate)

    def revoke(self, certificate: x509.Certificate) -> None:
        """Put it onto the list."""
        self.revoked.append(certificate.serial_number)
        self._write_crl()

    def _leaf(
        self, name: str, key: Key, use: ObjectIdentifier, names: x509.SubjectAlternativeName, *, valid: bool
    ) -> x509.Certificate:
        return self._sign(
            self._builder(_name(name), key, valid=valid)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
            .add_extension(names, critical=False)
        )

    def _builder(self, subject: x509.Name, key: Key, *, valid: bool) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        start = now - datetime.timedelta(hours=1 if valid else 48)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + datetime.timedelta(days=1))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )

    def _sign(self, builder: x509.CertificateBuilder) -> x509.Certificate:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return self._kind.sign(builder.add_extension(identifier, critical=False), self._key)

    def _write_crl(self) -> None:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._name)
            .last_update(now - datetime.timedelta(hours=1))
            .next_update(now + datetime.timedelta(days=1))
            .add_extension(x509.CRLNumber(len(self.revoked) + 1), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )
        for number in self.revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now).build()
            builder = builder.add_revoked_certificate(entry)
        self.crl_file.write_bytes(self._kind.sign_list(builder, self._key).public_bytes(_PEM))


def principal_name(data: bytes) -> str | None:
    """The user principal name in a certificate (DER), or None."""
    certificate = x509.load_der_x509_certificate(data)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None
    found = [name.value for name in names.get_values_for_type(x509.OtherName) if name.type_id == _PRINCIPAL_NAME]
    return found[0][2:].decode() if found else None


def _write_client(folder: pathlib.Path, user: str, key: Key, certificate: x509.Certificate) -> ClientCertificate:
    folder.mkdir()
    secret = secrets.token_urlsafe(12)
    pem, plain = certificate.public_bytes(_PEM), _private_bytes(key)
    protection = serialization.BestAvailableEncryption(secret.encode())
    files = {
        "pem": pem,
        "key": plain,
        "combined": plain + pem,
        "encrypted_key": key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, protection),
        "pfx": pkcs12.serialize_key_and_certificates(
            user.encode(), t.cast(pkcs12.PKCS12PrivateKeyTypes, key), certificate, None, protection
        ),
    }
    suffixes = {"pfx": "pfx"}
    paths = {name: folder / f"{name}.{suffixes.get(name, 'pem')}" for name in files}
    for name, data in files.items():
        _write_private(paths[name], data)
    return ClientCertificate(user=user, passphrase=secret, thumbprint=_thumbprint(certificate), **paths)


def _thumbprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _private_bytes(key: Key) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _write_private(path: pathlib.Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
