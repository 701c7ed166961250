# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions, ciphers and the old way of renegotiation: real servers of each kind, and what a mismatch is called."""

from __future__ import annotations

import contextlib
import ssl

import pytest
from old_tls import Alert, OldTls
from sending import ENVELOPE
from tls_parts import fails, is_unusable, issue, options, send, serve, server

from ansible_collections.wsman.automation.plugins.plugin_utils import _tls, _tls_versions

VERSION = {name: getattr(ssl.TLSVersion, name.replace(".", "_")) for name in _tls_versions._VERSIONS}
OLD = ("TLSv1", "TLSv1.1")


@pytest.fixture
def of_version(peer, authority):
    """A function that starts a real server of one version, and the session's options that trust it."""

    def start(name, **more):
        if not getattr(ssl, f"HAS_{name.replace('.', '_')}"):
            pytest.skip(f"OpenSSL here was built without {name}")
        old = {"ciphers": "DEFAULT:@SECLEVEL=0"} if name in OLD else {}
        version = VERSION[name]
        seen = []

        def script(wire):
            seen.append((wire.connection.version(), wire.connection.cipher()[0]))
            serve(wire)

        context = server(issue(authority, "127.0.0.1"), **{"minimum": version, "maximum": version, **old, **more})
        one = peer(script, context)
        one.seen = seen
        return one, {"ca_cert": str(authority.file)}

    return start


@pytest.mark.parametrize("name", OLD)
def test_an_old_version_needs_the_minimum(of_version, name):
    one, given = of_version(name)
    error = fails(one.port, **given)
    assert "speaks no version of TLS that this session allows (TLSv1.2 to TLSv1.3)" in error.message
    assert "tls_minimum_version" in error.remedy
    assert send(one.port, **given, tls_minimum_version=name).status == 200
    assert [version for version, _cipher in one.seen] == [name]


@pytest.mark.parametrize("name", OLD)
def test_an_old_maximum_alone_is_the_minimum_too(of_version, name):
    one, given = of_version(name)
    assert send(one.port, **given, tls_maximum_version=name).status == 200


def test_an_old_version_with_ciphers_of_the_user(of_version):
    """The level goes down by itself, unless the ciphers name one."""
    one, given = of_version("TLSv1")
    given = {**given, "tls_minimum_version": "TLSv1"}
    assert send(one.port, **given, tls_ciphers="ECDHE-ECDSA-AES128-SHA").status == 200
    assert one.seen == [("TLSv1", "ECDHE-ECDSA-AES128-SHA")]
    assert "DEFAULT:@SECLEVEL=0" in fails(one.port, **given, tls_ciphers="DEFAULT:@SECLEVEL=1").remedy


def test_ciphers_that_the_version_does_not_have(of_version):
    one, given = of_version("TLSv1")
    error = fails(one.port, **given, tls_maximum_version="TLSv1", tls_ciphers="ECDHE-ECDSA-AES128-GCM-SHA256")
    assert "tls_ciphers" in error.remedy


@pytest.mark.parametrize("name", OLD)
def test_an_old_version_lets_no_certificate_pass(of_version, name):
    one, _given = of_version(name)
    assert "system's authorities" in fails(one.port, tls_minimum_version=name).message
    given = {"skip_ca_check": True, "host": "localhost"}
    assert "not for localhost" in fails(one.port, tls_minimum_version=name, **given).message


@pytest.mark.parametrize(
    ("low", "high", "service", "meet"),
    [
        (None, None, "TLSv1.2", True),
        (None, None, "TLSv1.3", True),
        (None, "TLSv1.2", "TLSv1.2", True),
        (None, "TLSv1.2", "TLSv1.3", False),
        ("TLSv1.3", None, "TLSv1.3", True),
        ("TLSv1.3", None, "TLSv1.2", False),
        ("TLSv1.2", "TLSv1.2", "TLSv1.2", True),
        ("TLSv1", "TLSv1.1", "TLSv1.2", False),
        ("TLSv1", None, "TLSv1.2", True),
        ("TLSv1", None, "TLSv1.3", True),
    ],
)
def test_versions(of_version, low, high, service, meet):
    one, given = of_version(service)
    given = {**given, "tls_minimum_version": low, "tls_maximum_version": high}
    if meet:
        assert send(one.port, **given).status == 200
        assert one.seen[0][0] == service
    else:
        assert "speaks no version of TLS that this session allows" in fails(one.port, **given).message


def test_the_level_goes_down_for_old_versions_alone():
    assert _tls.context(options(1, tls_minimum_version="TLSv1.1")).security_level == 0
    default = _tls.context(options(1))
    assert default.security_level > 0
    assert _tls.context(options(1, tls_minimum_version="TLSv1.2")).security_level == default.security_level
    names = {cipher["name"] for cipher in _tls.context(options(1, tls_minimum_version="TLSv1")).get_ciphers()}
    assert not {name for name in names if "ADH" in name or "AECDH" in name or "NULL" in name or "PSK" in name}


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ({"tls_ciphers": "NO-SUCH-CIPHER"}, "tls_ciphers"),
        ({"tls_ciphers": "ECDHE-ECDSA-AES128-GCM-SHA256:NO-SUCH-CIPHER"}, "tls_ciphers"),
        ({"tls_ciphers": "TLS_AES_128_GCM_SHA256"}, "tls_ciphers"),
        ({"tls_ciphers": "!ALL"}, "tls_ciphers"),
        ({"tls_ciphers": ":"}, "tls_ciphers"),
        ({"tls_ciphers": "DEFAULT:@SECLEVEL=x"}, "tls_ciphers"),
    ],
)
def test_unusable_limits(given, option):
    is_unusable(option, **given)


# ciphers


def test_ciphers(of_version):
    one, given = of_version("TLSv1.2")
    assert send(one.port, **given, tls_ciphers="ECDHE-ECDSA-AES128-GCM-SHA256:!RC4:!NO-SUCH-CIPHER").status == 200
    assert send(one.port, **given, tls_ciphers="ECDHE-ECDSA-CHACHA20-POLY1305").status == 200
    assert [cipher for _version, cipher in one.seen] == [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
    ]


def test_no_cipher_in_common(of_version):
    one, given = of_version("TLSv1.2", ciphers="ECDHE-ECDSA-AES256-GCM-SHA384")
    error = fails(one.port, **given, tls_ciphers="ECDHE-ECDSA-AES128-GCM-SHA256")
    assert "no cipher or version (TLSv1.2 to TLSv1.3) in common with us" in error.message
    assert "tls_ciphers" in error.remedy
    assert send(one.port, **given).status == 200


def test_ciphers_let_no_certificate_pass(of_version):
    one, _given = of_version("TLSv1.2")
    assert "system's authorities" in fails(one.port, tls_ciphers="ECDHE-ECDSA-AES128-GCM-SHA256").message


def test_a_key_that_is_too_weak(peer, authority):
    """As boards of ten years ago have it; the ciphers can let it pass, and it is not for want of an authority."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    issued = issue(authority, "127.0.0.1", key=rsa.generate_private_key(65537, 1024))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(issued.file)
    one = peer(serve, context)
    error = fails(one.port, ca_cert=str(authority.file))
    assert "weaker than OpenSSL on the control node allows" in error.message
    assert "DEFAULT:@SECLEVEL=0" in error.remedy
    assert send(one.port, ca_cert=str(authority.file), tls_ciphers="DEFAULT:@SECLEVEL=0").status == 200
    assert "system's authorities" in fails(one.port, tls_ciphers="DEFAULT:@SECLEVEL=0").message


# renegotiation of old


@pytest.fixture
def old(peer, authority):
    """A server without RFC 5746, and the requests that it has read."""
    issued = issue(authority, "127.0.0.1")
    requests = []

    def script(wire):
        with contextlib.suppress(Alert, EOFError):
            tls = OldTls(wire.connection, issued)
            while True:
                requests.append(tls.receive())
                tls.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(ENVELOPE) + ENVELOPE)

    one = peer(script)
    one.requests = requests
    return one


def test_renegotiation_of_old_is_refused(old, authority):
    error = fails(old.port, ca_cert=str(authority.file))
    assert "unsafe legacy renegotiation disabled" in error.message
    assert "tls_legacy_renegotiation" in error.remedy
    assert not old.requests


def test_renegotiation_of_old_is_allowed(old, authority):
    assert send(old.port, ca_cert=str(authority.file), tls_legacy_renegotiation=True).body == ENVELOPE
    assert b"POST /wsman" in old.requests[0]


def test_renegotiation_of_old_lets_no_certificate_pass(old, authority):
    given = {"tls_legacy_renegotiation": True}
    assert "system's authorities" in fails(old.port, **given).message
    assert "not for localhost" in fails(old.port, host="localhost", ca_cert=str(authority.file), **given).message
    assert not old.requests


def test_renegotiation_of_old_is_no_other_option():
    """Nothing but its bit differs."""
    plain, allowed = _tls.context(options(1)), _tls.context(options(1, tls_legacy_renegotiation=True))
    assert allowed.options ^ plain.options == 0x4 and allowed.options & 0x4
    for attribute in ("verify_mode", "check_hostname", "verify_flags", "minimum_version", "security_level"):
        assert getattr(allowed, attribute) == getattr(plain, attribute)
