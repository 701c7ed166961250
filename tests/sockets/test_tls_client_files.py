# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a client's certificate: which one cannot be used is said before anything is sent; no key is left."""

from __future__ import annotations

import gc
import os
import pathlib
import pty
import select
import subprocess
import sys
import weakref

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from tls_parts import (
    CERTIFICATE,
    by_certificate,
    is_unusable,
    issue,
    options,
    pfx,
    send,
    serve,
    server,
)

from ansible_collections.wsman.automation.plugins.plugin_utils import _certificates, _tls

LONG = "s" * 2000  # Python takes 1024 octets


# what cannot be used


@pytest.mark.parametrize(
    ("option", "named", "said"),
    [
        ("certificate_pem", {"certificate_pem": "absent"}, "cannot be read"),
        ("certificate_pem", {"certificate_pem": "folder"}, "cannot be read"),
        ("certificate_pem", {"certificate_pem": "a\0b"}, "cannot be read"),
        ("certificate_pem", {"certificate_pem": "empty"}, "no certificate in PEM form"),
        ("certificate_pem", {"certificate_pem": "der", "certificate_key_pem": "key"}, "no certificate in PEM form"),
        ("certificate_pem", {"certificate_pem": "key"}, "no certificate in PEM form"),
        ("certificate_pem", {"certificate_pem": "certificate"}, "no private key in PEM form"),
        ("certificate_pem", {"certificate_pem": "damaged certificate"}, "is damaged"),
        ("certificate_pem", {"certificate_pem": "damaged key"}, "is damaged"),
        ("certificate_pem", {"certificate_pem": "misfit"}, "does not belong"),
        ("certificate_key_pem", {"certificate_pem": "certificate", "certificate_key_pem": "absent"}, "cannot be read"),
        ("certificate_key_pem", {"certificate_pem": "certificate", "certificate_key_pem": "text"}, "no private key"),
        ("certificate_key_pem", {"certificate_pem": "both", "certificate_key_pem": "damaged key"}, "is damaged"),
        ("certificate_key_pem", {"certificate_pem": "both", "certificate_key_pem": "other"}, "does not belong"),
        ("certificate_key_pem", {"certificate_pem": "both", "certificate_key_pem": "rsa"}, "does not belong"),
        ("certificate_key_password", {"certificate_pem": "both locked"}, "is encrypted"),
        ("certificate_key_password", {"certificate_pem": "both locked", "certificate_key_password": "s3cret"}, "open"),
        (
            "certificate_key_password",
            {"certificate_pem": "both locked", "certificate_key_password": LONG},
            "open",
        ),
        ("certificate_pfx", {"certificate_pfx": "absent"}, "cannot be read"),
        ("certificate_pfx", {"certificate_pfx": "both"}, "is no PKCS#12 file"),
        ("certificate_pfx", {"certificate_pfx": "empty"}, "is no PKCS#12 file"),
        ("certificate_pfx", {"certificate_pfx": "der"}, "is no PKCS#12 file"),
        ("certificate_pfx", {"certificate_pfx": "pfx without key"}, "no private key"),
        ("certificate_key_password", {"certificate_pfx": "pfx locked"}, "is encrypted"),
        ("certificate_key_password", {"certificate_pfx": "pfx locked", "certificate_key_password": "s3cret"}, "open"),
    ],
)
def test_what_cannot_be_used(authority, files, joe, tmp_path, option, named, said):
    other = issue(authority, common_name="other")
    more = {
        "other": other.key_pem(),
        "misfit": joe.pem + other.key_pem(),
        "rsa": issue(authority, key=rsa.generate_private_key(65537, 2048)).key_pem(),
    }
    for name, data in more.items():
        (tmp_path / name).write_bytes(data)
        files[name] = str(tmp_path / name)
    error = is_unusable(option, **by_certificate(files, **named))
    assert said in error.message, error.message
    assert "s3cret" not in str(error) and "sss" not in str(error)


def test_a_key_below_the_level_of_openssl(authority, tmp_path):
    file = tmp_path / "weak.pem"
    weak = issue(authority, key=rsa.generate_private_key(65537, 1024))
    for name, data in (("certificate_pem", weak.file.read_bytes()), ("certificate_pfx", pfx(weak))):
        file.write_bytes(data)
        error = is_unusable(name, **CERTIFICATE, **{name: str(file)})
        assert "key too small" in error.message and "SECLEVEL=0" in error.remedy
        _tls.context(options(1, **CERTIFICATE, **{name: str(file)}, tls_ciphers="DEFAULT:@SECLEVEL=0"))


def test_a_pkcs12_without_cryptography(files, monkeypatch):
    monkeypatch.setattr(_certificates, "pkcs12", None)
    assert "cryptography" in is_unusable("certificate_pfx", **by_certificate(files, certificate_pfx="pfx")).message
    _tls.context(options(1, **by_certificate(files, certificate_pem="both")))


def test_a_key_of_a_kind_without_tls_1_2_signatures_still_loads(authority, files, tmp_path):
    file = tmp_path / "ed.pfx"
    file.write_bytes(pfx(issue(authority, key=ed25519.Ed25519PrivateKey.generate())))
    _tls.context(options(1, **CERTIFICATE, certificate_pfx=str(file)))


ASKING = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _tls
options = SessionOptions(host="srv", authentication="certificate", certificate_pem=sys.argv[1])
try:
    _tls.context(options)
except Exception as error:
    print(error, flush=True)
"""


def test_nobody_is_asked_on_the_terminal(files):
    """OpenSSL asks on /dev/tty where it has no passphrase, and a playbook would wait there for ever."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen(
        [sys.executable, "-c", ASKING, files["both locked"]],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=environment,
        text=True,
    )
    try:
        output, _errors = process.communicate(timeout=30)
        assert "certificate_key_password" in output
        assert not select.select([ours], [], [], 0)[0]
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)


# how long a key lives


@pytest.mark.parametrize("disk", [False, True], ids=["in memory", "on disk"])
def test_a_pkcs12_leaves_no_file(peer, authority, files, tmp_path_factory, monkeypatch, disk):
    """In memory or, where the system has no such files, in its temporary folder, the key is never in clear."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(_certificates.tempfile, "tempdir", str(folder))
    if disk:
        monkeypatch.delattr(_certificates.os, "memfd_create")
    seen = []
    real = _certificates.unnamed_file

    def watched(data):
        seen.append(data)
        return real(data)

    monkeypatch.setattr(_certificates, "unnamed_file", watched)
    one = peer(serve, server(issue(authority, "127.0.0.1"), clients=authority))
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    _tls.context(options(one.port, **by_certificate(files, certificate_pfx="pfx")))
    assert not before or len(os.listdir("/proc/self/fd")) == before
    assert send(one.port, ca_cert=str(authority.file), **by_certificate(files, certificate_pfx="pfx")).status == 200
    assert seen and all(b"ENCRYPTED PRIVATE KEY" in data for data in seen) and not list(folder.iterdir())


def test_a_file_on_disk_is_private(tmp_path, monkeypatch):
    monkeypatch.delattr(_certificates.os, "memfd_create", raising=False)
    monkeypatch.setattr(_certificates.tempfile, "tempdir", str(tmp_path))
    with _certificates.unnamed_file(b"secret") as path:
        assert os.stat(path).st_mode & 0o777 == 0o600 and pathlib.Path(path).read_bytes() == b"secret"
    assert not os.path.exists(path)


def test_a_key_lives_as_long_as_its_session(files):
    more = by_certificate(files, certificate_pfx="pfx locked", certificate_key_password="pässword")
    first = _tls.context(options(1, **more))
    assert _tls.context(options(2, **more)) is first
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None and not _tls._with_keys


def test_certificates_do_not_share_a_context(authority, files):
    held = {_tls.context(options(1, **by_certificate(files, certificate_pem="both")))}
    held.add(_tls.context(options(1, **CERTIFICATE, certificate_pem=str(issue(authority).file))))
    held.add(_tls.context(options(1)))
    assert len(held) == 3
