# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of the service and of its clients: kinds, revocation, versions of TLS, channel bindings."""

from __future__ import annotations

import hashlib
import pathlib
import ssl
import time
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from handshakes import GET, Client

from sandbox import Sandbox, Tls
from sandbox.bindings import allows, ntlm_pair, pair_of

MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
WITH_CERTIFICATES = {"/service/auth/Certificate": "true"}
LEVEL = "/service/auth/CbtHardeningLevel"


def trusting(box: Sandbox, *, maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2, old: bool = False) -> ssl.SSLContext:
    """A client's context."""
    context = ssl.create_default_context(cafile=box.ca_file)
    context.maximum_version = maximum
    if old:
        with pytest.deprecated_call():
            context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


# kind → the signature, and the hash of the channel binding
KINDS = {
    "ec": ("ecdsa-with-SHA256", "sha256"),
    "rsa": ("sha256WithRSAEncryption", "sha256"),
    "rsa-pss": ("rsassaPss", "sha512"),
    "ed25519": ("ed25519", "sha256"),
    "sha384": ("ecdsa-with-SHA384", "sha384"),
    "sha1": ("sha1WithRSAEncryption", "sha256"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_signatures_and_their_bindings(kind: str) -> None:
    with Sandbox(certificate=kind) as box:
        box.configuration.values[LEVEL] = "Strict"
        context = trusting(box)
        if kind == "sha1":  # OpenSSL takes no such signature from anybody at the default level
            with pytest.raises(ssl.SSLCertVerificationError):
                Client(box, secure=True, context=trusting(box)).post()
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
        client = Client(box, secure=True, context=context)
        assert client.login() == 200
        data = t.cast(ssl.SSLSocket, client.connection.sock).getpeercert(True)
        assert data is not None
    certificate = x509.load_der_x509_certificate(data)
    name, digest = KINDS[kind]
    assert certificate.signature_algorithm_oid._name == name
    assert client.bindings == b"tls-server-end-point:" + hashlib.new(digest, data).digest()


@pytest.mark.parametrize("revoked", [False, True])
def test_a_revoked_certificate_of_the_service(revoked: bool) -> None:
    with Sandbox(revoked=revoked) as box:
        assert Client(box, secure=True).login() == 200  # nobody looked
        context = trusting(box)
        context.load_verify_locations(box.crl_file)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        client = Client(box, secure=True, context=context)
        if revoked:
            with pytest.raises(ssl.SSLCertVerificationError, match="revoked"):
                client.login()
        else:
            assert client.login() == 200


@pytest.mark.parametrize(
    ("minimum", "maximum", "expected"),
    [("TLSv1_2", "TLSv1_2", "TLSv1.2"), ("TLSv1_3", "TLSv1_3", "TLSv1.3"), ("TLSv1", "TLSv1_1", "TLSv1.1")],
)
def test_versions_of_tls(minimum: str, maximum: str, expected: str) -> None:
    with Sandbox(tls=Tls(minimum, maximum)) as box:
        client = Client(box, secure=True, context=trusting(box, maximum=ssl.TLSVersion.MAXIMUM_SUPPORTED, old=True))
        client.post()
        assert t.cast(ssl.SSLSocket, client.connection.sock).version() == expected


def test_ciphers() -> None:
    with Sandbox(tls=Tls(maximum="TLSv1_2", ciphers="ECDHE-ECDSA-AES128-GCM-SHA256")) as box:
        client = Client(box, secure=True)
        client.post()
        cipher = t.cast(ssl.SSLSocket, client.connection.sock).cipher()
        assert cipher is not None and cipher[0] == "ECDHE-ECDSA-AES128-GCM-SHA256"


@pytest.fixture(scope="module")
def running() -> t.Iterator[Sandbox]:
    with Sandbox(users={"wsman": "secret", "other": "s"}, configuration=WITH_CERTIFICATES) as box:
        yield box


def presenting(box: Sandbox, made: t.Any, **more: t.Any) -> Client:
    """A client with a certificate."""
    context = trusting(box, **more)
    context.load_cert_chain(made.pem, made.key)
    return Client(box, secure=True, context=context)


def test_a_client_certificate_is_mapped_to_a_user(box: Sandbox) -> None:
    for user in ("wsman", "other"):
        client = presenting(box, box.issue_client_certificate(user))
        assert client.post(GET, MUTUAL) == 200
        assert (box.journal[-1].user, box.journal[-1].scheme) == (user, "Certificate")
        assert client.post(GET) == 401  # the header is what asks for it
    assert box.authentication_failures == 0


def test_a_client_certificate_needs_its_header_and_tls_and_the_switch(box: Sandbox) -> None:
    made = box.client_certificate
    assert Client(box).post(GET, MUTUAL) == 401
    assert Client(box, secure=True).post(GET, MUTUAL) == 401
    box.configuration.values["/service/auth/Certificate"] = "false"
    assert presenting(box, made).post(GET, MUTUAL) == 401


def test_under_tls_1_3_no_client_certificate_is_asked_for(box: Sandbox) -> None:
    client = presenting(box, box.client_certificate, maximum=ssl.TLSVersion.TLSv1_3)
    assert client.post(GET, MUTUAL) == 401
    assert t.cast(ssl.SSLSocket, client.connection.sock).version() == "TLSv1.3"
    assert box.authentication_failures == 0


@pytest.mark.parametrize("how", [{"valid": False}, {"revoked": True}, {"foreign": True}])
def test_client_certificates_that_are_refused(box: Sandbox, how: dict[str, bool]) -> None:
    with pytest.raises(OSError):
        presenting(box, box.issue_client_certificate(**how)).post(GET, MUTUAL)
    deadline = time.monotonic() + 30
    while not box.failures and time.monotonic() < deadline:
        time.sleep(0.01)  # the client knows of it before the service has counted
    assert box.failures == {"certificate": 1}
    assert presenting(box, box.client_certificate).post(GET, MUTUAL) == 200


def test_a_certificate_that_is_nobodys(box: Sandbox) -> None:
    assert presenting(box, box.issue_client_certificate("stranger")).post(GET, MUTUAL) == 401
    assert box.failures == {"certificate": 1}
    row = box.mappings.rows[0]
    assert presenting(box, box.client_certificate).post(GET, MUTUAL) == 200
    row["Enabled"] = "false"
    assert presenting(box, box.client_certificate).post(GET, MUTUAL) == 401
    row.update(Enabled="true", Subject="*@LOCALHOST")
    assert presenting(box, box.issue_client_certificate("stranger")).post(GET, MUTUAL) == 200
    row["Issuer"] = "0" * 40
    assert presenting(box, box.issue_client_certificate("stranger")).post(GET, MUTUAL) == 401


def test_forms_of_a_client_certificate(box: Sandbox) -> None:
    made = box.client_certificate
    context = trusting(box)
    context.load_cert_chain(made.combined)
    context.load_cert_chain(made.pem, made.encrypted_key, made.passphrase)
    with pytest.raises(ssl.SSLError):
        trusting(box).load_cert_chain(made.pem, made.encrypted_key, "wrong")
    key, certificate, _more = pkcs12.load_key_and_certificates(made.pfx.read_bytes(), made.passphrase.encode())
    assert key is not None and certificate is not None
    assert certificate == x509.load_pem_x509_certificate(made.pem.read_bytes())
    paths = [value for value in vars(made).values() if isinstance(value, pathlib.Path)]
    assert len(paths) == 5 and all(path.stat().st_mode & 0o777 == 0o600 for path in paths)


@pytest.fixture(scope="module")
def bound() -> t.Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


# level, what the client binds itself to → status over HTTPS
@pytest.mark.parametrize(
    ("level", "bind", "status"),
    [
        ("None", True, 200), ("None", False, 200), ("None", b"tls-server-end-point:wrong", 200),
        ("Relaxed", True, 200), ("Relaxed", False, 200), ("Relaxed", b"tls-server-end-point:wrong", 401),
        ("Strict", True, 200), ("Strict", False, 401), ("Strict", b"tls-server-end-point:wrong", 401),
    ],
)  # fmt: skip
@pytest.mark.parametrize("protocol", ["ntlm", "negotiate"])
def test_channel_bindings_of_ntlm(bound: Sandbox, protocol: str, level: str, bind: t.Any, status: int) -> None:
    bound.clear()
    bound.configuration.values[LEVEL] = level
    assert Client(bound, secure=True).login(bind=bind, protocol=protocol) == status
    assert (bound.bindings_refused, bound.authentication_failures) == (int(status == 401), 0)
    assert Client(bound, secure=True).login("wsman", "wrong", bind=bind, protocol=protocol) == 401
    assert bound.authentication_failures == 1
    assert Client(bound).login(protocol=protocol) == 200  # there is no channel over HTTP


def test_credssp_is_exempt(bound: Sandbox) -> None:
    bound.configuration.values.update({LEVEL: "Strict", "/service/auth/CredSSP": "true"})
    assert Client(bound, secure=True).login(scheme="CredSSP", protocol="credssp", bind=False) == 200


def test_pairs_in_tokens() -> None:
    assert ntlm_pair(b"NTLMSSP\0\1\0\0\0 no such message") is None
    assert not allows("Strict", b"x", None) and allows("Relaxed", b"x", None) and allows("None", b"x", b"y")
    assert allows("Strict", b"x", pair_of(b"x")) and not allows("Relaxed", b"y", pair_of(b"x"))
