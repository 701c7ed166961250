# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's own certificate: shown to who asks for it, and what services say of it."""

from __future__ import annotations

import concurrent.futures
import contextlib
import gc
import re
import shutil
import subprocess
import threading

import pytest
from sending import ENVELOPE
from tls_parts import (
    CERTIFICATE,
    DER,
    PEM,
    Patient,
    by_certificate,
    fails,
    issue,
    options,
    pfx,
    revocations,
    send,
    serve,
    server,
)

from ansible_collections.wsman.automation.plugins.plugin_utils import _sessions


@pytest.fixture
def asking(peer, authority):
    """A function that starts a service that asks for a client's certificate, and notes who came by what version."""

    def start(issued=None, *, clients=authority, script=serve, **more):
        seen = []

        def noting(wire):
            certificate = wire.connection.getpeercert()
            name = certificate["subject"][0][0][1] if certificate else None
            seen.append((name, wire.connection.version()))
            script(wire)

        tls = server(issued or issue(authority, "127.0.0.1"), clients=clients, **more)
        one = peer(noting, Patient(tls))
        one.seen, one.context = seen, tls
        return one

    return start


FORMS = {
    "two files": {"certificate_pem": "certificate", "certificate_key_pem": "key"},
    "one file": {"certificate_pem": "both"},
    "a passphrase that is not needed": {"certificate_pem": "both", "certificate_key_password": "moot"},
    "encrypted": {
        "certificate_pem": "certificate",
        "certificate_key_pem": "locked",
        "certificate_key_password": "pässword",
    },
    "encrypted in one file": {"certificate_pem": "both locked", "certificate_key_password": "pässword"},
    "PKCS#12": {"certificate_pfx": "pfx"},
    "PKCS#12, encrypted": {"certificate_pfx": "pfx locked", "certificate_key_password": "pässword"},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_certificate_is_shown(asking, authority, files, form):
    one = asking()
    assert send(one.port, ca_cert=str(authority.file), **by_certificate(files, **FORMS[form])).status == 200
    assert one.seen == [("joe", "TLSv1.2")]


def test_the_other_certificates_of_a_pkcs12_are_sent_along(peer, authority, tmp_path):
    """Services know the root alone; what is between comes from the client."""
    between = type(authority)(tmp_path, "Authority between", authority)
    joe = issue(between, common_name="joe")
    file = tmp_path / "joe.pfx"
    file.write_bytes(pfx(joe, others=[between.certificate]))
    one = peer(serve, Patient(server(issue(authority, "127.0.0.1"), clients=authority)))
    given = {**CERTIFICATE, "ca_cert": str(authority.file), "certificate_pfx": str(file)}
    assert send(one.port, **given).status == 200
    file.write_bytes(pfx(joe))
    _sessions.close(options(one.port, **given))
    gc.collect()
    assert "does not trust the authority that issued it" in fails(one.port, **given).message


# versions


@pytest.mark.parametrize(
    ("named", "version"),
    [
        ({}, "TLSv1.2"),
        ({"tls_maximum_version": "TLSv1.3"}, "TLSv1.3"),
        ({"tls_minimum_version": "TLSv1.3"}, "TLSv1.3"),
        ({"tls_minimum_version": "TLSv1.2"}, "TLSv1.2"),
    ],
)
def test_a_certificate_caps_the_version(asking, authority, files, named, version):
    one = asking()
    more = by_certificate(files, certificate_pem="both")
    assert send(one.port, ca_cert=str(authority.file), **more, **named).status == 200
    assert one.seen == [("joe", version)]


def test_without_a_certificate_nothing_is_capped_or_shown(asking, authority, files):
    """A name and a password beside files that belong to another authentication."""
    one = asking(required=False)
    given = {"ca_cert": str(authority.file), "certificate_pem": files["both"]}
    assert send(one.port, **given, authentication="basic", user="u", password="p").status == 200
    assert one.seen == [(None, "TLSv1.3")]


def test_a_service_that_asks_after_the_request(peer, authority, files):
    """TLS 1.3: post-handshake authentication."""
    seen = []

    def script(wire):
        while wire.receive():
            if not seen:
                wire.connection.verify_client_post_handshake()
                wire.connection.do_handshake()  # sends the request for it
                wire.connection.settimeout(0.1)
                while not wire.connection.getpeercert():
                    with contextlib.suppress(TimeoutError):
                        wire.connection.recv(1)  # takes the certificate, and there is no data behind it
                wire.connection.settimeout(None)
            seen.append(wire.connection.getpeercert()["subject"][0][0][1])
            wire.answer()

    tls = server(issue(authority, "127.0.0.1"), clients=authority)
    tls.post_handshake_auth = True
    one = peer(script, tls)
    more = {
        **by_certificate(files, certificate_pem="both"),
        "tls_maximum_version": "TLSv1.3",
        "ca_cert": str(authority.file),
    }
    for _number in range(2):
        assert send(one.port, **more).status == 200
    assert seen == ["joe", "joe"] and one.connections == 1


def test_a_service_that_renegotiates(authority, files, joe):
    """TLS 1.2 as WinRM does it: the certificate is asked for in a renegotiation, once the request is there."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl command here")
    service = issue(authority, "127.0.0.1")
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", str(service.file), "-tls1_2", "-msg"]
    process = subprocess.Popen(
        [*command, "-CAfile", str(authority.file), "-no_ticket", "-no_cache"],  # resumed, nothing would be asked
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        bufsize=1,
    )
    watch = threading.Timer(20, process.kill)
    watch.start()
    try:
        port = int(re.search(r":(\d+)$", _read_until(process.stdout, "ACCEPT")).group(1))
        more = {**by_certificate(files, certificate_pem="both"), "ca_cert": str(authority.file)}
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(send, port, **more)
            _read_until(process.stdout, "^POST ")
            process.stdin.write("R\n")
            _read_until(process.stdout, "SSL_do_handshake -> 1")  # asked for it
            process.stdin.write(f"HTTP/1.1 200 OK\nContent-Length: {len(ENVELOPE)}\n\n{ENVELOPE.decode()}\n")
            assert answer.result(10).body == ENVELOPE
        process.stdin.write("Q\n")  # killed, it might keep the last of it to itself
        said = process.stdout.read()  # communicate() would pass over what is in this file's buffer already
        octets = "".join(re.findall(r"^ +([0-9a-f ]+)$", said, re.MULTILINE))
        assert joe.certificate.public_bytes(DER).hex() in octets.replace(" ", "")
    finally:
        watch.cancel()
        process.kill()
        process.communicate()


def _read_until(stream, pattern):
    """All that a program says, up to the line in which *pattern* is found."""
    seen = ""
    while line := stream.readline():
        seen += line
        if re.search(pattern, line):
            return seen.rstrip()
    raise AssertionError(seen)


# what services say


def test_a_service_that_wants_one(asking, authority):
    for version in ("TLSv1.2", "TLSv1.3"):
        one = asking()
        error = fails(one.port, ca_cert=str(authority.file), tls_maximum_version=version)
        assert "wants a client certificate" in error.message
        assert "certificate_pem or certificate_pfx" in error.remedy and "authentication" in error.remedy


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("kind", ["unknown authority", "expired", "revoked"])
def test_a_service_that_refuses_ours(asking, authority, tmp_path_factory, kind, version):
    stranger = type(authority)(tmp_path_factory.mktemp("stranger"))
    ours = issue(authority, common_name="joe", days=-1 if kind == "expired" else 1)
    clients = stranger if kind == "unknown authority" else authority
    one = asking(clients=clients)
    if kind == "revoked":
        file = authority.folder / "clients.crl"
        file.write_bytes(revocations(authority, ours).public_bytes(PEM))
        one.context.load_verify_locations(file)
        one.context.verify_flags |= 4  # VERIFY_CRL_CHECK_LEAF
    more = {**CERTIFICATE, "certificate_pem": str(ours.file), "ca_cert": str(authority.file)}
    error = fails(one.port, **more, tls_maximum_version=version)
    said = {"unknown authority": "does not trust the authority", "expired": "has expired", "revoked": "is revoked"}[
        kind
    ]
    assert f"does not accept our client certificate ({ours.file}): it {said}" in error.message
    assert error.secret_refused and not error.outcome_unknown and not one.requests
