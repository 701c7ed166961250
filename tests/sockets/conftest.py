# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers on loopback that do with a connection whatever a test says, and an authority that issues certificates."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import ipaddress
import os
import socket
import ssl
import threading

import pytest
from kept_run import Run

from ansible_collections.wsman.automation.plugins.plugin_utils import _proxy, _refusals, _sessions, _tickets
from parts import need
from parts.kdc import Realm

ENVELOPE = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>'


@dataclasses.dataclass
class Request:
    """One HTTP request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


class Wire:
    """The peer's end of one connection; its *number* is the one in which they came, from 1 on."""

    def __init__(self, peer, connection, number):
        self.peer = peer
        self.connection = connection
        self.number = number
        self.file = connection.makefile("rb")

    def receive(self):
        """The next request, or None at the end."""
        line = self.file.readline().decode("latin-1").strip()
        if not line:
            return None
        heads = {}
        while head := self.file.readline().decode("latin-1").strip():
            name, _colon, value = head.partition(":")
            heads[name.lower()] = value.strip()
        request = Request(line, heads, self.file.read(int(heads.get("content-length", 0))))
        self.peer.requests.append(request)
        return request

    def write(self, data):
        self.connection.sendall(data)

    def answer(self, body=ENVELOPE, status="200 OK", headers=()):
        heads = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        self.write("\r\n".join(heads).encode("latin-1") + b"\r\n\r\n" + body)


class Peer:
    """Listens on a free port; *script* has the conversation on each connection."""

    def __init__(self, script, tls=None):
        self.script, self.tls = script, tls
        self.requests, self.connections, self.open = [], 0, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.done = threading.Event()
        self.threads = [threading.Thread(target=self.listen, daemon=True)]
        self.threads[0].start()

    def listen(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self.listener.accept()
                self.connections += 1
                self.open.append(connection)
                thread = threading.Thread(target=self.serve, args=(connection, self.connections), daemon=True)
                self.threads.append(thread)
                thread.start()

    def serve(self, connection, number):
        with contextlib.suppress(OSError), contextlib.closing(connection):
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
                self.open.append(connection)
            with contextlib.closing(connection):
                self.script(Wire(self, connection, number))
                self.open.append(connection)

    def stop(self):
        self.done.set()
        for one in (self.listener, *self.open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self.threads:
            thread.join(5)


@pytest.fixture(autouse=True)
def no_sessions():
    """Each test begins and ends without sessions, tickets and refused accounts."""
    yield
    for options in list(_sessions._direct):
        _sessions.close(options)
    for known in (_refusals.accounts, _proxy._refused, _tickets._refused, _tickets._tickets):
        known.clear()


@pytest.fixture
def peer():
    """A function that starts a peer with a script, and with a certificate if it shall speak TLS."""
    with contextlib.ExitStack() as stack:

        def start(script, tls=None):
            one = Peer(script, tls)
            stack.callback(one.stop)
            return one

        yield start


class Authority:
    """A certificate authority, a root or below a *parent*, and TLS contexts of services with certificates of it."""

    def __init__(self, folder, name="Test Authority", parent=None):
        from cryptography.hazmat.primitives.asymmetric import ec

        self.folder, self.name = folder, name
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = (parent or self).sign(name, self.key.public_key(), None)
        self.file = folder / "ca.pem"
        self.file.write_bytes(_pem(self.certificate))

    def sign(self, name, key, alternatives, days=1):
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.x509.oid import NameOID

        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        now = datetime.datetime.now(datetime.UTC)
        is_authority = alternatives is None
        usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment"), False)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=2))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(is_authority, None), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=True,
                    key_agreement=False,
                    key_cert_sign=is_authority,
                    crl_sign=is_authority,
                    encipher_only=False,
                    decipher_only=False,
                    **usage,
                ),
                True,
            )
        )
        if alternatives:
            builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), False)
        return builder.sign(self.key, hashes.SHA256())

    def service(self, *names, common_name="service", days=1):
        """A server's TLS context whose certificate has these names and addresses."""
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = [_alternative(x509, name) for name in names]
        file = self.folder / f"{'-'.join(names) or common_name}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + _pem(self.sign(common_name, key.public_key(), alternatives, days))
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _alternative(x509, name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate):
    from cryptography.hazmat.primitives import serialization

    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """One authority for all tests."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def domain():
    """One KDC for the tests of a file: each makes accounts of its own."""
    need("kdc", "krb5", "gssapi")
    with Realm(lockout=3) as one:
        one.add("HTTP/localhost")
        one.keytab("HTTP/localhost")
        yield one


@pytest.fixture
def joe(authority):
    """A client's certificate."""
    from tls_parts import issue

    return issue(authority, common_name="joe")


@pytest.fixture
def files(joe, tmp_path):
    """It in many forms."""
    from tls_parts import client_files

    return client_files(joe, tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    if not hasattr(os, "pidfd_open"):
        pytest.skip("no pidfd")
    one = Run(tmp_path_factory.mktemp("run"))
    yield one
    one.stop()


@pytest.fixture
def run(shared):
    """A run that goes on, with workers of this test alone."""
    shared.begin()
    return shared


@pytest.fixture
def fresh(shared):
    """The same, and nothing was kept until now; nor is it afterwards."""
    shared.clear()
    yield shared
    shared.clear()


@pytest.fixture
def ending(tmp_path):
    """A run that a test ends."""
    if not hasattr(os, "pidfd_open"):
        pytest.skip("no pidfd")
    one = Run(tmp_path)
    yield one
    one.stop()
