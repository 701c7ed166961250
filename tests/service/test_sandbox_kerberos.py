# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos with a real KDC: handshakes, their bindings, delegation, and what the service refuses."""

from __future__ import annotations

import base64
import typing as t

import pytest
import spnego
from handshakes import GET, Client

from parts import need

need("kdc", "gssapi", "krb5")

from parts.kdc import Realm
from sandbox import Sandbox

LEVEL = "/service/auth/CbtHardeningLevel"
SERVICES = ("host/localhost", "HTTP/localhost", "WSMAN/localhost")


@pytest.fixture(scope="module")
def realm() -> t.Iterator[Realm]:
    with Realm() as made, pytest.MonkeyPatch.context() as patch:
        for name, value in made.environment.items():
            patch.setenv(name, value)
        made.add("wsman", "pass-word")
        made.add("stranger", "pass-word")
        for service in SERVICES:
            made.add(service)
        yield made


@pytest.fixture(scope="module")
def running(realm: Realm) -> t.Iterator[Sandbox]:
    with Sandbox(
        users={"WSMan": "secret"}, keytab=realm.keytab(*SERVICES), allow_unencrypted=False,
        configuration={"/service/auth/CredSSP": "true"},
    ) as box:  # fmt: skip
        yield box


def login(client: Client, realm: Realm, protocol: str = "kerberos", scheme: str = "Negotiate", **more: t.Any) -> int:
    return client.login(realm.full("wsman"), "pass-word", protocol=protocol, scheme=scheme, **more)


CASES = [("Negotiate", "kerberos"), ("Kerberos", "kerberos"), ("Negotiate", "negotiate"), ("CredSSP", "credssp")]


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(("scheme", "protocol"), CASES)
def test_handshakes(box: Sandbox, realm: Realm, scheme: str, protocol: str, secure: bool) -> None:
    client = Client(box, secure=secure)
    assert login(client, realm, protocol, scheme) == 200
    assert client.context.complete
    for _turn in range(2):
        assert client.send() == 200
        assert b"GetResponse" in client.opened()
    record = box.journal[-1]
    assert (record.user, record.scheme, record.mechanism, record.encrypted) == ("WSMan", scheme, "kerberos", True)
    assert (box.handshakes, box.authentication_failures) == (1, 0)


@pytest.mark.parametrize("service", ["host", "HTTP", "WSMAN"])
def test_each_key_of_the_keytab(box: Sandbox, realm: Realm, service: str) -> None:
    assert login(Client(box), realm, service=service) == 200


def test_kerberos_is_offered_with_keys_alone(box: Sandbox) -> None:
    client = Client(box)
    client.post(GET)
    assert client.headers.get_all("WWW-Authenticate") == ["Negotiate", "Kerberos", "CredSSP"]


@pytest.mark.parametrize(
    ("level", "bind", "status"),
    [
        ("None", True, 200), ("None", False, 200), ("None", b"tls-server-end-point:wrong", 200),
        ("Relaxed", True, 200), ("Relaxed", False, 200), ("Relaxed", b"tls-server-end-point:wrong", 401),
        ("Strict", True, 200), ("Strict", False, 401), ("Strict", b"tls-server-end-point:wrong", 401),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("scheme", "protocol"), CASES[:3])
def test_channel_bindings(
    box: Sandbox, realm: Realm, scheme: str, protocol: str, level: str, bind: t.Any, status: int
) -> None:
    box.configuration.values[LEVEL] = level
    assert login(Client(box, secure=True), realm, protocol, scheme, bind=bind) == status
    assert (box.bindings_refused, box.authentication_failures) == (int(status == 401), 0)
    assert login(Client(box), realm, protocol, scheme, bind=bind) == 200  # there is no channel over HTTP


def test_any_principal_of_the_realm_comes_in_under_its_name(box: Sandbox, realm: Realm) -> None:
    client = Client(box)
    assert client.login(realm.full("stranger"), "pass-word", protocol="kerberos") == 200
    client.send()
    assert box.journal[-1].user == "stranger"


@pytest.mark.parametrize("delegate", [False, True])
def test_delegated_tickets_are_counted(box: Sandbox, realm: Realm, delegate: bool) -> None:
    wish = spnego.ContextReq.default | (spnego.ContextReq.delegate if delegate else 0)
    assert login(Client(box), realm, context_req=wish) == 200
    assert box.delegated == ({"WSMan": 1} if delegate else {})


def test_ntlm_goes_on_beside_kerberos(box: Sandbox) -> None:
    for protocol in ("ntlm", "negotiate"):
        client = Client(box)
        assert (client.login("wsman", "secret", protocol=protocol), client.send()) == (200, 200)
        assert box.journal[-1].mechanism == "ntlm"
    assert Client(box).login("wsman", "wrong") == 401
    assert box.failures == {"negotiate": 1}


def test_a_ticket_for_another_key_is_refused(box: Sandbox, realm: Realm) -> None:
    """The KDC knows the service by a key that its keytab has not: a machine that was set up anew."""
    realm.add("cifs/localhost")
    assert login(Client(box), realm, service="cifs") == 401
    assert (box.failures, box.bindings_refused) == ({"negotiate": 1}, 0)


@pytest.mark.parametrize("protocol", ["kerberos", "negotiate"])
def test_a_token_is_taken_once(box: Sandbox, realm: Realm, protocol: str) -> None:
    """Whoever listens can send it again: the replay cache refuses it, on whatever connection."""
    context = spnego.client(realm.full("wsman"), "pass-word", hostname="localhost", protocol=protocol)
    token = f"Negotiate {base64.b64encode(context.step()).decode()}"
    assert [Client(box).post(b"", token) for _turn in range(2)] == [200, 401]


def test_a_machine_outside_a_domain_takes_ntlm_alone(realm: Realm) -> None:
    with Sandbox() as box:
        assert login(Client(box), realm) == 401
        assert login(Client(box), realm, scheme="Kerberos") == 401
        assert box.failures == {"kerberos": 1}  # which is not offered; the other has looked at no secret
        assert Client(box).login() == 200


def test_one_service_s_keys_are_not_another_s(realm: Realm, box: Sandbox) -> None:
    realm.add("HTTP/other")
    keytab = realm.keytab("HTTP/other", path=realm.folder / "other.keytab")
    with Sandbox(keytab=keytab) as other:
        assert login(Client(other), realm, service="HTTP") == 401
        assert login(Client(other), realm, service="HTTP", hostname="other") == 200
        assert login(Client(box), realm, service="HTTP", hostname="other") == 401


def test_a_keytab_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="no-such-file"):
        Sandbox(keytab="no-such-file")
