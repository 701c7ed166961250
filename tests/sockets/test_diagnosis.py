# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the diagnosis finds out about the TLS of a port, and that it waits for no port that is silent."""

from __future__ import annotations

import socket
import ssl
import time
import types

import pytest
from tls_parts import issue, options, serve

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import from_options
from ansible_collections.wsman.automation.plugins.plugin_utils import _diagnosis, _sessions, _tls_probe, _transport
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import Exchange
from sandbox import Sandbox


def look(port, **more):
    given = options(port, **more)

    def begin():
        exchange = Exchange(given.authority)
        exchange.begin(given.connect_timeout, given.read_timeout, None, None)
        return exchange

    return _tls_probe.look(given, begin)


def identify_answer():
    """An answer to Identify, by whatever id it was asked."""
    identity = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
    inner = f'<i:IdentifyResponse xmlns:i="{identity}"><i:ProductVendor>X</i:ProductVendor></i:IdentifyResponse>'
    return (
        f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{inner}</s:Body></s:Envelope>'.encode()
    )


def diagnose(port, **more):
    given = options(port, scheme="https", user="joe", password="never-Shown", authentication="basic", **more)
    session = _sessions.direct(given)
    connection = types.SimpleNamespace(session_options=lambda: given, session=session, send=session.send)
    return _diagnosis.run(Client(connection))


@pytest.mark.parametrize(
    ("low", "high", "versions"),
    [
        (None, None, ("TLSv1.3", "TLSv1.2")),
        (None, ssl.TLSVersion.TLSv1_2, ("TLSv1.2",)),
        (ssl.TLSVersion.TLSv1_3, None, ("TLSv1.3",)),
    ],
)
def test_versions(peer, authority, low, high, versions):
    context = authority.service("127.0.0.1")
    context.minimum_version = low or context.minimum_version
    context.maximum_version = high or context.maximum_version
    found = look(peer(serve, context).port)
    assert found.versions == versions and found.cipher


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_an_old_service_is_told_from_one_that_speaks_no_tls(peer, authority):
    context = authority.service("127.0.0.1")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    found = diagnose(peer(serve, context).port, ca_cert=str(authority.file))
    assert found["failed_step"] == "tls"
    step = found["diagnosis"][3]
    assert "It speaks TLSv1.1, TLSv1 (" in step["detail"] and "tls_minimum_version" in step["remedy"], step


@pytest.mark.parametrize(
    ("names", "days", "words"),
    [
        (
            ("127.0.0.1", "server1.example"),
            9,
            "for server1.example, 127.0.0.1, signed by CN=Test Authority, valid until",
        ),
        ((), 9, "for CN=service, without alternative names"),
        (("127.0.0.1",), -1, "expired since"),
        (tuple(f"n{number}.example" for number in range(11)), 9, "and 3 more"),
    ],
)
def test_certificates(authority, names, days, words):
    issued = issue(authority, *names, days=days)
    assert words in _tls_probe.describe(issued.certificate.public_bytes(_der()))
    assert issued.fingerprint in _tls_probe.describe(issued.certificate.public_bytes(_der()))


def _der():
    from cryptography.hazmat.primitives import serialization

    return serialization.Encoding.DER


def test_what_is_no_certificate_has_a_fingerprint_all_the_same():
    assert "cannot be read" in _tls_probe.describe(b"0\x03junk")


def test_without_cryptography_there_is_the_fingerprint(monkeypatch, authority):
    monkeypatch.setattr(_tls_probe, "x509", None)
    assert "SHA-256 fingerprint" in _tls_probe.describe(b"0\x03junk")


def test_a_port_that_says_nothing_is_waited_for_once(peer):
    silent = peer(lambda wire: wire.peer.done.wait(60))
    began = time.monotonic()
    found = diagnose(silent.port, connect_timeout=0.6)
    assert found["failed_step"] == "tls" and time.monotonic() - began < 10
    assert silent.connections == 2  # that of the step tcp, and the handshake
    assert "It speaks" not in found["diagnosis"][3]["detail"]


def test_a_port_that_falls_silent_is_left(peer, authority):
    """The first handshake fails by its certificate, and the next one gets no answer: the others are not begun."""
    context = authority.service("127.0.0.1")

    def script(wire):
        if wire.number == 2:  # the first is the step tcp
            context.wrap_socket(wire.connection, server_side=True)
        wire.peer.done.wait(60)

    one = peer(script)
    found = diagnose(one.port, connect_timeout=1.5)
    assert found["failed_step"] == "tls" and "certificate" in found["diagnosis"][3]["detail"]
    assert one.connections == 3


def test_nothing_of_the_account_goes_out_before_its_step(peer, authority):
    """A peer that wants an account by a scheme that is not the session's never sees it."""

    def script(wire):
        while wire.receive():
            wire.answer(b"", "401 Unauthorized", ["WWW-Authenticate: Negotiate"])

    one = peer(script, authority.service("127.0.0.1"))
    found = diagnose(one.port, ca_cert=str(authority.file))
    assert found["failed_step"] == "schemes"
    assert [request.headers.get("authorization") for request in one.requests] == [None]


@pytest.mark.parametrize("silent_to", [[None], [None, "Negotiate"]])
def test_omi_leaves_alone_who_says_nothing_of_authentication(peer, authority, monkeypatch, silent_to):
    """Recorded with live OMI (wire/omi 01, 05, 151 of the reference); the way to it is open all the same."""
    monkeypatch.setattr(_transport, "PATIENCE", 1.5)
    answer = identify_answer()

    def script(wire):
        while request := wire.receive():
            said = request.headers.get("authorization")
            if said in silent_to:
                wire.peer.done.wait(60)
                return
            if said == "Negotiate":
                offered = ['Basic realm="WSMAN"', "Negotiate", "Kerberos"]
                wire.answer(b"", "401 Unauthorized", [f"WWW-Authenticate: {one}" for one in offered])
            else:
                wire.answer(answer)

    one = peer(script, authority.service("127.0.0.1"))
    began = time.monotonic()
    found = diagnose(one.port, ca_cert=str(authority.file), read_timeout=2)
    steps = {step["step"]: step for step in found["diagnosis"]}
    said = [request.headers.get("authorization") for request in one.requests]
    assert said[:2] == [None, "Negotiate"]
    if len(silent_to) == 2:
        assert found["failed_step"] == "http" and said[2:] == [] and time.monotonic() - began < 20
        assert "sent no answer" in steps["http"]["detail"]
    else:
        assert "as OMI does" in steps["http"]["detail"]
        assert "It offers Basic" in steps["schemes"]["detail"]
        assert steps["authentication"]["ok"] and steps["identify"]["ok"], found
        assert all(one.startswith("Basic ") for one in said[2:])


def test_a_deadline_that_has_passed_ends_it(peer, authority):
    one = peer(serve, authority.service("127.0.0.1"))
    given = options(one.port, scheme="https", deadline=0.2, ca_cert=str(authority.file))
    session = _sessions.direct(given)
    client = Client(types.SimpleNamespace(session_options=lambda: given, session=session))
    with session.operation():
        time.sleep(0.3)
        found = _diagnosis.run(client)
    step = next(one for one in found["diagnosis"] if one["ok"] is False)
    assert "deadline" in step["detail"] and "deadline" in step["remedy"], found


def test_errors_keep_their_words(peer):
    """A step that fails says what a task would: the transport is the same."""
    with pytest.raises(TransportError) as caught:
        _sessions.direct(options(1)).send(b"<x/>")
    found = diagnose(1)
    assert found["diagnosis"][1]["detail"] == caught.value.message
    assert found["diagnosis"][1]["remedy"] == caught.value.remedy


def test_a_peer_that_is_gone_at_once_breaks_nothing(monkeypatch):
    """A socket without a peer raises errors that are no ConnectionError, of which SSL has more."""
    monkeypatch.setattr(_diagnosis, "connect", lambda *_given: socket.socket())
    found = diagnose(1)
    assert [one["ok"] for one in found["diagnosis"][:2]] == [True, True]
    assert found["failed_step"] == "tls"
    monkeypatch.setattr(_tls_probe._http, "reach", lambda *_given: socket.socket())
    assert look(1) == _tls_probe.Peer()


@pytest.mark.parametrize("authentication", ["kerberos", "negotiate", "credssp"])
def test_a_kdc_counts_one_wrong_password(domain, monkeypatch, authentication):
    """Refused by the KDC it is shown to nobody else: not as NTLM, and not by a second diagnosis."""
    for name, value in domain.environment.items():
        monkeypatch.setenv(name, value)
    account = domain.add(f"annie-{authentication}", "right-Word.1")
    with Sandbox(
        users={"wsman": "secret"},
        keytab=domain.keytab("HTTP/localhost"),
        configuration={"/service/auth/CredSSP": "true"},
    ) as box:
        given = from_options(
            {
                "host": "localhost",
                "port": box.https_port,
                "ca_cert": box.ca_file,
                "user": account,
                "password": "wrong-Word.1",
                "authentication": authentication,
            }
        )
        connection = types.SimpleNamespace(session_options=lambda: given, session=_sessions.direct(given))
        for _turn in range(2):
            found = _diagnosis.run(Client(connection))
            assert found["failed_step"] == "authentication", found
        assert box.authentication_failures == 0 and box.failures == {}
    assert domain.failures(account) == 1
