# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CredSSP's messages in pieces, both ways, under both versions of TLS inside; and what is delegated."""

from __future__ import annotations

import ssl
import typing as t

import pytest
import spnego.tls
from handshakes import GET, Client
from sandbox_requests import element, envelope, header

from sandbox import Sandbox, names


@pytest.fixture(scope="module")
def box() -> t.Iterator[Sandbox]:
    with Sandbox(configuration={"/service/auth/CredSSP": "true"}) as made:
        yield made


def login(client: Client, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, **more: t.Any) -> int:
    inside = spnego.tls.default_tls_context()
    inside.context.maximum_version = version
    return client.login(scheme="CredSSP", protocol="credssp", credssp_tls_context=inside, **more)


@pytest.mark.parametrize(("version", "size"), [(ssl.TLSVersion.TLSv1_2, 16), (ssl.TLSVersion.TLSv1_3, 17)])
@pytest.mark.parametrize(
    ("length", "pieces"), [(16383, 1), (16384, 1), (16385, 2), (32768, 2), (32769, 3), (100000, 7)]
)
def test_requests_in_pieces(box: Sandbox, version: ssl.TLSVersion, size: int, length: int, pieces: int) -> None:
    client = Client(box)
    assert login(client, version) == 200
    body = GET.replace(b"</", b" " * (length - len(GET)) + b"</", 1)
    content_type, sealed = client.seal(body)
    assert sealed.count(b"Length=") == pieces and sealed.count(b"octet-stream\r\n" + bytes([size, 0, 0, 0])) == pieces
    assert client.post(sealed, content_type=content_type) == 200
    assert b"GetResponse" in client.opened()
    assert box.journal[-1].request == body


def test_an_answer_in_pieces(box: Sandbox) -> None:
    wanted = f"{{{names.WSMAN}}}"
    body = element(
        f"{{{names.ENUMERATION}}}Enumerate",
        None,
        element(wanted + "OptimizeEnumeration"),
        element(wanted + "MaxElements", "500"),
    )
    blocks = header(names.ENUMERATION + "/Enumerate", names.CONFIG.replace("/config", "/wmi/root/cimv2/Sandbox_Number"))
    client = Client(box)
    login(client)
    assert client.send(envelope(blocks, body)) == 200
    assert client.headers["Content-Type"].startswith("multipart/x-multi-encrypted;")
    plain = client.opened()
    assert len(plain) > 5 * 16384 and plain.count(b"Sandbox_Number>") >= 500


def test_a_delegated_password_is_looked_at(box: Sandbox) -> None:
    """What counts as delegated could log on from here: a wrong password beside a right ticket could not."""
    box.clear()
    client = Client(box)
    assert login(client) == 200
    assert box.delegated == {"wsman": 1}
    box.accounts.note_delegation("wsman", "another")
    assert box.delegated == {"wsman": 1}
