# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pin, revocation and their switches: each does its part and no more, and no environment has a say."""

from __future__ import annotations

import hashlib
import ssl

import pytest
from tls_parts import DER, PEM, fails, is_unusable, issue, options, revocations, send, serve, server

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _certificates, _revocation, _say, _tls, _transport

CA, CN, REVOCATION = {"skip_ca_check": True}, {"skip_cn_check": True}, {"skip_revocation_check": True}


@pytest.fixture
def stranger(authority, tmp_path_factory):
    """An authority that nobody trusts, of the same name as the trusted one."""
    return type(authority)(tmp_path_factory.mktemp("stranger"))


# the pin


@pytest.mark.parametrize("name", ["127.0.0.1", "elsewhere.example"])
@pytest.mark.parametrize("days", [1, -1])
def test_a_pin_replaces_authority_and_name(peer, stranger, name, days):
    issued = issue(stranger, name, days=days)
    one = peer(serve, server(issued))
    assert send(one.port, certificate_fingerprint=issued.fingerprint).status == 200
    fails(one.port)


@pytest.mark.parametrize("switches", [{}, CA, CN, {**CA, **CN, **REVOCATION}], ids=repr)
def test_another_certificate_than_the_pin(peer, authority, switches):
    issued, other = issue(authority, "127.0.0.1"), issue(authority, "127.0.0.1")
    one = peer(serve, server(issued))
    given = {"ca_cert": str(authority.file), "certificate_fingerprint": other.fingerprint, **switches}
    error = fails(one.port, user="u", password="p", authentication="basic", **given)
    assert issued.fingerprint in error.message and other.fingerprint in error.message
    assert "certificate_fingerprint" in error.message
    assert not one.requests  # neither password nor request has left


def test_a_pin_is_not_of_the_authority(peer, authority):
    """The certificate of the issuer, sent along, does not count."""
    issued = issue(authority, "127.0.0.1")
    issued.file.write_bytes(issued.key_pem() + issued.pem + authority.file.read_bytes())
    issuer = hashlib.sha256(authority.certificate.public_bytes(DER)).hexdigest()
    assert issuer in fails(peer(serve, server(issued)).port, certificate_fingerprint=issuer).message


# revocation


@pytest.mark.parametrize("encoding", [PEM, DER], ids=["PEM", "DER"])
@pytest.mark.parametrize("several", [False, True], ids=["one list", "two lists"])
@pytest.mark.parametrize("how", ["authority", "pin", "skip_ca_check", "skip_cn_check"])
def test_revocation(peer, authority, tmp_path, encoding, several, how):
    good, bad = issue(authority, "127.0.0.1"), issue(authority, "127.0.0.1")
    lists = [revocations(type(authority)(tmp_path, "Another Authority")), revocations(authority, bad)]
    file = tmp_path / "crl"
    file.write_bytes(b"".join(one.public_bytes(encoding) for one in lists[0 if several else 1 :]))
    given = {"ca_cert": str(authority.file), "crl_file": str(file)}
    for issued, accepted in ((good, True), (bad, False)):
        one = peer(serve, server(issued))
        switch = {"pin": {"certificate_fingerprint": issued.fingerprint}, "skip_ca_check": CA, "skip_cn_check": CN}
        now = {**given, **switch.get(how, {})}
        if accepted:
            assert send(one.port, **now).status == 200
            continue
        assert f"is revoked, as {file} says" in fails(one.port, **now).message
        assert not one.requests
        assert send(one.port, **now, **REVOCATION).status == 200


@pytest.mark.parametrize("how", ["authority", "skip_ca_check"])
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("expired", "has expired"),
        ("not yet valid", "is not valid yet"),
        ("of another", "no revocation list of the authority"),
        ("forged", "not signed by the authority"),
    ],
)
def test_a_list_that_says_nothing(peer, authority, stranger, tmp_path, how, kind, said):
    """Without a current list of the issuer a certificate is refused, and the remedy names both options."""
    issued = issue(authority, "127.0.0.1")
    made = {
        "expired": lambda: revocations(authority, days=-1),
        "not yet valid": lambda: revocations(authority, days=9, since=8),
        "of another": lambda: revocations(type(authority)(tmp_path, "Another Authority")),
        "forged": lambda: revocations(authority, key=stranger.key),
    }[kind]()
    file = tmp_path / "crl.pem"
    file.write_bytes(made.public_bytes(PEM))
    one = peer(serve, server(issued))
    given = {"ca_cert": str(authority.file), "crl_file": str(file), **(CA if how == "skip_ca_check" else {})}
    if (kind, how) == ("forged", "skip_ca_check"):
        assert send(one.port, **given).status == 200  # the file is the user's own, and no authority judges it
        return
    error = fails(one.port, **given)
    assert said in error.message and str(file) in error.message
    assert "skip_revocation_check" in error.remedy
    assert not one.requests
    assert send(one.port, **given, **REVOCATION).status == 200


def test_a_certificate_beside_the_lists_is_no_authority(peer, authority, tmp_path):
    file = tmp_path / "crl.pem"
    file.write_bytes(authority.file.read_bytes() + revocations(authority).public_bytes(PEM))
    error = fails(peer(serve, server(issue(authority, "127.0.0.1"))).port, crl_file=str(file))
    assert "system's authorities" in error.message


NO_LISTS = (b"", b"hello", b"0", b"\x30\x82", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")


@pytest.mark.parametrize("content", [None, *NO_LISTS, "certificate"])
@pytest.mark.parametrize("more", [{}, CA], ids=["authority", "skip_ca_check"])
def test_an_unusable_crl_file(authority, tmp_path, content, more):
    file = tmp_path / "crl"
    if content is not None:
        file.write_bytes(authority.file.read_bytes() if content == "certificate" else content)
    assert str(file) in str(is_unusable("crl_file", crl_file=str(file), **more))
    _tls.context(options(1, crl_file=str(file), **more, **REVOCATION))  # not used, so not read


def test_without_memory_files_a_list_is_read_from_disk(peer, authority, tmp_path, monkeypatch):
    monkeypatch.delattr(_certificates.os, "memfd_create", raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(_certificates.tempfile, "tempdir", None)
    bad = issue(authority, "127.0.0.1")
    file = authority.folder / "disk.crl"
    file.write_bytes(revocations(authority, bad).public_bytes(PEM))
    one = peer(serve, server(bad))
    assert "is revoked" in fails(one.port, ca_cert=str(authority.file), crl_file=str(file)).message
    assert not list(tmp_path.iterdir())


@pytest.fixture
def said(monkeypatch):
    """What was said, with its verbosity, in this test alone."""
    told = []
    monkeypatch.setattr(_say, "_said", set())
    monkeypatch.setattr(_say.display, "verbose", lambda text, host, caplevel: told.append((caplevel + 1, host, text)))
    return told


def test_that_nothing_is_checked_is_said_once(peer, authority, said):
    one = peer(lambda wire: wire.receive() and wire.answer(), server(issue(authority, "127.0.0.1")))
    for _number in range(3):
        assert send(one.port, ca_cert=str(authority.file)).status == 200
    assert one.connections == 3
    assert [(level, host) for level, host, _text in said] == [(2, "127.0.0.1")]
    assert "crl_file" in said[0][2]


@pytest.mark.parametrize("switch", ["skip_revocation_check", "crl_file", "pin"])
def test_that_nothing_is_checked_is_not_said(peer, authority, tmp_path, said, switch):
    issued = issue(authority, "127.0.0.1")
    file = tmp_path / "crl"
    file.write_bytes(revocations(authority).public_bytes(DER))
    given = {
        "skip_revocation_check": REVOCATION,
        "crl_file": {"crl_file": str(file)},
        "pin": {"certificate_fingerprint": issued.fingerprint},
    }[switch]
    assert send(peer(serve, server(issued)).port, ca_cert=str(authority.file), **given).status == 200
    assert not said


# what the environment says


@pytest.mark.parametrize("switches", [{}, CN], ids=repr)
def test_no_environment_adds_an_authority(peer, authority, monkeypatch, switches):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(authority.file))
    assert "system's authorities" in fails(peer(serve, server(issue(authority, "127.0.0.1"))).port, **switches).message


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("bundle", ["/nowhere", "other"])
def test_no_environment_takes_an_authority_away(peer, authority, stranger, monkeypatch, name, bundle):
    monkeypatch.setenv(name, str(stranger.file) if bundle == "other" else bundle)
    issued = issue(authority, "127.0.0.1")
    one = peer(serve, server(issued))
    assert send(one.port, ca_cert=str(authority.file)).status == 200
    assert send(one.port, certificate_fingerprint=issued.fingerprint).status == 200
    assert send(one.port, **CA).status == 200


def test_ca_cert_replaces_the_system_authorities(peer, authority, stranger, monkeypatch):
    """SSL_CERT_FILE is OpenSSL's own way to name the system's; with ca_cert these alone count."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    one = peer(serve, server(issue(authority, "127.0.0.1")))
    assert "authorities of" in fails(one.port, ca_cert=str(stranger.file)).message


# what needs cryptography, and what the context shares


def test_what_needs_cryptography_says_so(monkeypatch, tmp_path, authority):
    file = tmp_path / "crl"
    file.write_bytes(revocations(authority).public_bytes(DER))
    monkeypatch.setattr(_tls, "x509", None)
    monkeypatch.setattr(_revocation, "x509", None)
    pin = {"certificate_fingerprint": "0" * 64}
    assert "cryptography" in str(is_unusable("crl_file", crl_file=str(file), **pin))
    assert "cryptography" in str(is_unusable("crl_file", crl_file=str(file), **CA, **CN))
    assert "cryptography" in str(is_unusable("skip_ca_check", **CA))
    for more in (pin, {**CA, **CN}, {"crl_file": str(file)}, {**pin, **REVOCATION, "crl_file": str(file)}):
        _tls.context(options(1, **more))


def test_contexts_are_shared_by_what_counts_alone(authority):
    first = _tls.context(options(1, ca_cert=str(authority.file)))
    assert first is _tls.context(options(2, ca_cert=str(authority.file), user="u", certificate_pem="/moot"))
    default = _tls.context(options(1))
    for more in ({"tls_ciphers": "AES128-SHA"}, {"tls_legacy_renegotiation": True}, {"tls_maximum_version": "TLSv1.2"}):
        assert _tls.context(options(1, **more)) not in (first, default)
    pins = [_tls.context(options(1, certificate_fingerprint=digit * 64)) for digit in "01"]
    assert pins[0] is pins[1]  # the pin is checked on the peer


@pytest.mark.parametrize("what", ["ca_cert", "a folder", "crl_file"])
def test_files_that_were_renewed_are_read_again(tmp_path, peer, authority, stranger, what):
    """By a session that lasts, too: a play may exchange a service's certificate together with its authority."""
    issued, file = issue(authority, "127.0.0.1"), tmp_path / "file.pem"
    given = {"ca_cert": str(tmp_path if what == "a folder" else file)}
    before, after = stranger.file.read_bytes(), authority.file.read_bytes()
    if what == "crl_file":
        given = {"ca_cert": str(authority.file), "crl_file": str(file)}
        before, after = (revocations(authority, days=days).public_bytes(PEM) for days in (-1, 1))
    one = peer(serve, server(issued))
    file.write_bytes(before)
    session = _transport.Session(options(one.port, **given))
    with pytest.raises(TransportError):
        session.send(b"<request/>")
    file.write_bytes(after)
    assert session.send(b"<request/>").status == 200
    assert send(one.port, **given).status == 200


UNREADABLE = {
    "name": ("87047f000001", "a504a1020c00"),  # an ediPartyName, which nobody uses, instead of the address
    "revocation": ("a003020102", "a003020105"),  # version 6, of which there is none
}


@pytest.mark.parametrize("how", UNREADABLE)
def test_a_certificate_that_only_openssl_can_read(peer, authority, tmp_path, how):
    issued = issue(authority, "127.0.0.1")
    der = issued.certificate.public_bytes(DER).replace(*map(bytes.fromhex, UNREADABLE[how]))
    issued.file.write_bytes(issued.key_pem() + ssl.DER_cert_to_PEM_cert(der).encode())
    crl = tmp_path / "crl"
    crl.write_bytes(revocations(authority).public_bytes(DER))
    one = peer(serve, server(issued))
    error = fails(one.port, **{"name": CA, "revocation": {**CA, **CN, "crl_file": str(crl)}}[how])
    assert "cannot be read" in error.message
    assert not one.requests
    assert send(one.port, **CA, **CN).status == 200
    assert send(one.port, certificate_fingerprint=hashlib.sha256(der).hexdigest()).status == 200


def test_an_anonymous_peer_is_refused(peer):
    """Such ciphers have no certificate, and OpenSSL then checks nothing."""
    anonymous = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    anonymous.maximum_version = ssl.TLSVersion.TLSv1_2
    anonymous.set_ciphers("AECDH:@SECLEVEL=0")
    one = peer(serve, anonymous)
    given = {"tls_ciphers": "AECDH:@SECLEVEL=0", "tls_maximum_version": "TLSv1.2"}
    for switches in ({}, CA, CN, {**CA, **CN, "certificate_fingerprint": "0" * 64}):
        error = fails(one.port, **given, **switches)
        assert "shows no certificate" in error.message and "tls_ciphers" in error.remedy
    assert not one.requests
    assert send(one.port, **given, **CA, **CN).status == 200
