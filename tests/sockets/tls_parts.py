# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services, clients and revocation lists of a test authority: shared by the tests of TLS."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import ipaddress
import pathlib
import socket
import ssl
import warnings

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _sessions, _tls

REQUEST = b"<request/>"
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER


def serve(wire):
    while wire.receive():
        wire.answer()


def options(port, **more):
    """The session's options past their rules, which have tests of their own."""
    return SessionOptions(**{"host": "127.0.0.1", "port": port, **more})


def send(port, **more):
    return _sessions.direct(options(port, **more)).send(REQUEST)


def fails(port, **more):
    with pytest.raises(TransportError) as caught:
        send(port, **more)
    assert caught.value.remedy and caught.value.step == "tls", caught.value
    return caught.value


def is_unusable(option, **more):
    """The usage error of these options, which is about *option*; found by the context alone, so before a connection."""
    with pytest.raises(UsageError) as caught:
        _tls.context(options(1, **more))
    assert caught.value.option == option and caught.value.remedy, caught.value
    return caught.value


@dataclasses.dataclass
class Issued:
    """A certificate with its key, and a file of both."""

    certificate: x509.Certificate
    key: object
    file: pathlib.Path

    @property
    def fingerprint(self):
        return hashlib.sha256(self.certificate.public_bytes(DER)).hexdigest()

    @property
    def pem(self):
        return self.certificate.public_bytes(PEM)

    def key_pem(self, password=None):
        secret = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
        return self.key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, secret)


def issue(authority, *names, common_name="service", days=1, key=None):
    """A certificate of *authority* for these names and addresses, of a server or of a client."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    alternatives = [_alternative(name) for name in names]
    certificate = authority.sign(common_name, key.public_key(), alternatives, days)
    issued = Issued(certificate, key, authority.folder / f"issued-{certificate.serial_number:x}.pem")
    issued.file.write_bytes(issued.key_pem() + issued.pem)
    return issued


def _alternative(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def server(issued, *, clients=None, required=True, minimum=None, maximum=None, ciphers=None):
    """A server's TLS context; *clients* is the authority of the clients' certificates that it asks for."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if minimum:
            made.minimum_version = minimum
        if maximum:
            made.maximum_version = maximum
    if ciphers:
        made.set_ciphers(ciphers)
    made.load_cert_chain(issued.file)
    if clients:
        made.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
        made.load_verify_locations(clients.file)
    return made


class Patient:
    """A server's context that reads on after a handshake that failed: else a reset may overtake its alert."""

    def __init__(self, context):
        self._context = context

    def wrap_socket(self, connection, server_side):
        made = self._context.wrap_socket(connection, server_side=server_side, do_handshake_on_connect=False)
        try:
            made.do_handshake()
        except ssl.SSLError:
            with made:
                while socket.socket.recv(made, 4096):
                    pass
            raise
        return made


def revocations(authority, *issued, days=1, since=-2, key=None):
    """A revocation list of *authority* with these certificates, from *since* to *days* from now."""
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now + datetime.timedelta(days=since))
        .next_update(now + datetime.timedelta(days=days))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), False)
        .add_extension(x509.CRLNumber(1), False)
    )
    for one in issued:
        revoked = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number).revocation_date(now)
        builder = builder.add_revoked_certificate(revoked.build())
    return builder.sign(key or authority.key, hashes.SHA256())


CERTIFICATE = {"authentication": "certificate"}


def pfx(issued, password=None, others=None):
    """A certificate and its key as PKCS#12."""
    plain = serialization.NoEncryption()
    lock = serialization.BestAvailableEncryption(password) if password else plain
    return pkcs12.serialize_key_and_certificates(b"joe", issued.key, issued.certificate, others, lock)


def client_files(joe, folder):
    """A client's certificate in each form that an option takes, and some that none takes, by name."""
    made = {
        "certificate": joe.pem,
        "key": joe.key_pem(),
        "locked": joe.key_pem("pässword"),
        "both": joe.pem + joe.key_pem(),
        "both locked": joe.key_pem("pässword") + joe.pem,
        "pfx": pfx(joe),
        "pfx locked": pfx(joe, "pässword".encode()),
        "pfx without key": pkcs12.serialize_key_and_certificates(
            None, None, joe.certificate, None, serialization.NoEncryption()
        ),
        "der": joe.certificate.public_bytes(DER),
        "text": b"hello",
        "empty": b"",
        "damaged certificate": joe.pem.replace(b"MII", b"AAA", 1) + joe.key_pem(),
        "damaged key": joe.pem + joe.key_pem().replace(b"MI", b"AA", 1),
    }
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return {"folder": str(folder), **{name: str(folder / name) for name in (*made, "absent")}}


def by_certificate(files, **named):
    """The session's options, with the paths of these files; what is no file's name goes through."""
    return {**CERTIFICATE, **{option: files.get(value, value) for option, value in named.items()}}
