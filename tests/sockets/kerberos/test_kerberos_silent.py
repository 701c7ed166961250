# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A KDC that takes packets and answers none: libkrb5 would wait for half a minute, and takes no time-out."""

from __future__ import annotations

import socket
import time

import pytest
from sending import REQUEST, serve, session

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from parts import need


@pytest.fixture
def silent_kdc(tmp_path, monkeypatch):
    """A realm whose only KDC is a port where packets arrive and nobody reads them."""
    need("krb5")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, socket.socket() as stream:
        stream.bind(("127.0.0.1", 0))
        port = stream.getsockname()[1]
        datagrams.bind(("127.0.0.1", port))
        stream.listen()
        file = tmp_path / "krb5.conf"
        file.write_text(
            "[libdefaults]\ndns_lookup_kdc = false\ndns_lookup_realm = false\n"
            f"[realms]\nSILENT.EXAMPLE = {{\nkdc = 127.0.0.1:{port}\n}}\n"
        )
        monkeypatch.setenv("KRB5_CONFIG", str(file))
        yield


@pytest.mark.parametrize(
    ("limit", "says"),
    [({"connect_timeout": 1}, "No KDC answered within 1 s"), ({"deadline": 1}, "while asking a KDC for a ticket")],
    ids=["connect_timeout", "deadline"],
)
@pytest.mark.parametrize("authentication", ["kerberos", "negotiate"])
def test_it_is_given_up_in_time(peer, silent_kdc, authentication, limit, says):
    one = peer(serve({}))
    account = {"user": "joe@SILENT.EXAMPLE", "password": "s3cret-pass", "authentication": authentication}
    began = time.monotonic()
    with pytest.raises(TransportError) as caught:
        session(one.port, host="localhost", message_encryption="auto", **account, **limit).send(REQUEST)
    assert time.monotonic() - began < 10
    assert says in caught.value.message
    assert caught.value.step == "authentication"
    assert one.requests == []
