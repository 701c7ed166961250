# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other side of a handshake: pyspnego's acceptors in this process, and sessions to go with them."""

from __future__ import annotations

import hashlib
import os

import spnego
from spnego.channel_bindings import GssChannelBindings

from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions

PASSWORD = "Pä:ss wörd"
SIZES = (1, 100, 16384, 16385, 100_000)


def options(authentication, **changes):
    """A session over HTTP that encrypts; over HTTPS with ``scheme="https"``."""
    given = {"user": "user", "password": PASSWORD, "scheme": "http", "port": 5985, **changes}
    return SessionOptions(host="server.parts.test", authentication=authentication, **given)


def write_accounts(path, *accounts):
    """A file for NTLM_USER_FILE of (domain, user, password): by hashes, for a password may hold a colon."""
    lines = []
    for domain, user, password in accounts:
        name = f"{domain}\\{user}" if domain else user
        nt_hash = _md4(password.encode("utf-16-le"))
        lines.append(f"{name}:0:{'0' * 32}:{nt_hash.hex()}:[U]:LCT-0\n")
    path.write_text("".join(lines), encoding="utf-8")
    return str(path)


def _md4(data):
    from spnego._ntlm_raw.md4 import md4

    return md4(data)


def bindings(certificate):
    """What a service binds to that has an ordinary certificate (SHA-256)."""
    return GssChannelBindings(application_data=b"tls-server-end-point:" + hashlib.sha256(certificate).digest())


def shake_hands(context, acceptor, alter=lambda leg, token: token):
    """All legs; *alter* may change what the acceptor answers. Returns the number of our tokens."""
    token = context.step(None)
    for leg in range(20):
        answer = acceptor.step(token)
        if not answer:
            return leg + 1
        token = context.step(alter(leg, answer))
        if not token:
            return leg + 1
    raise AssertionError("no end")


def exchange(context, acceptor, sizes=SIZES):
    """Messages of all *sizes*, there and back."""
    for size in sizes:
        data = os.urandom(size)
        pieces = context.wrap(data)
        assert sum(length for _header, _sealed, length in pieces) == size
        assert b"".join(acceptor.unwrap_winrm(header, sealed) for header, sealed, _length in pieces) == data
        for start in range(0, size, 16384):
            back = acceptor.wrap_winrm(data[start : start + 16384])
            assert context.unwrap(back.header, back.data) == data[start : start + 16384]


def server(protocol="negotiate", **changes):
    """An acceptor."""
    return spnego.server(protocol=protocol, **changes)
