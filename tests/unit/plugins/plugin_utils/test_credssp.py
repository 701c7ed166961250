# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CredSSP with NTLM inside against pyspnego's acceptor, and against services that stop, close and lie in each leg."""

from __future__ import annotations

import contextlib
import itertools
import os
import ssl
import threading
import warnings

import pytest
import spnego
import spnego.tls
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spnego._credssp_structures import NegoData, TSRequest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import _credssp, _kerberos, _spnego
from ansible_collections.wsman.automation.tests.unit.plugins.plugin_utils import accepting
from ansible_collections.wsman.automation.tests.unit.plugins.plugin_utils.accepting import PASSWORD, exchange

SECONDS = 5.0  # a spinning context does not end at all
TLS, INSIDE, KEY = "its TLS handshake", "the NTLM authentication inside", "the check of the service's public key"
STEPS = {0: (TLS,), 1: (TLS, INSIDE), 2: (INSIDE,), 3: (KEY,)}  # the service's answers, and what fails by each


@pytest.fixture(autouse=True, scope="module")
def accounts(tmp_path_factory):
    path = tmp_path_factory.mktemp("ntlm") / "accounts"
    accepting.write_accounts(path, ("", "user", PASSWORD), ("DOM", "user", PASSWORD))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTLM_USER_FILE", str(path))
        patch.delenv("LM_COMPAT_LEVEL", raising=False)
        yield


@pytest.fixture(autouse=True)
def no_kdc(monkeypatch):
    def ticket(_options):
        raise AssertionError("a KDC was asked")

    monkeypatch.setattr(_kerberos, "ticket", ticket)


def server_tls(version=None):
    """The service's TLS, with one certificate for all tests; of one *version* alone where that is given."""
    made = spnego._credssp._create_tls_context("accept")
    if version is not None:
        made.context.set_ciphers("DEFAULT:@SECLEVEL=0")
        made.context.minimum_version = made.context.maximum_version = version
    return made


@pytest.fixture(scope="module")
def tls():
    return server_tls()


def begin(**changes):
    return _spnego.begin(accepting.options("credssp", **changes), None)


def accept(tls=None):
    return spnego.server(protocol="credssp", **({"credssp_tls_context": tls} if tls else {}))


def within_time(call, *arguments):
    """What *call* returns or raises; a test that fails where it never does."""
    outcome = []

    def run():
        try:
            outcome.append((call(*arguments), None))
        except Exception as error:  # noqa: BLE001
            outcome.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(SECONDS)
    assert outcome, "it does not come back"
    result, error = outcome[0]
    if error is not None:
        raise error
    return result


def fails(call, *arguments):
    with pytest.raises((TransportError, UsageError)) as caught:
        within_time(call, *arguments)
    shown = f"{caught.value} {caught.value.remedy}"
    assert PASSWORD not in shown and shown.isprintable() and caught.value.remedy
    return caught.value


def shake_hands(context, acceptor, alter=lambda leg, token: token):
    """All legs, at most as many as the transport allows; the number of ours."""
    token = context.step(None)
    for leg in range(12):
        answer = acceptor.step(token)
        if not answer:
            return leg + 1
        token = context.step(alter(leg, answer))
    raise AssertionError("no end")


@pytest.mark.parametrize("mechanism", ["auto", "ntlm"])
def test_the_password_arrives_and_messages_are_encrypted(mechanism, tls):
    context, acceptor = begin(credssp_auth_mechanism=mechanism), accept(tls)
    assert (context.scheme, context.media_type) == ("CredSSP", "application/HTTP-CredSSP-session-encrypted")
    assert context.mechanism is None and context.refused() is None
    assert shake_hands(context, acceptor) == 5
    assert context.complete and acceptor.complete
    assert context.mechanism == "ntlm"
    delivered = acceptor.get_extra_info("client_credential")
    assert (delivered.username, delivered.password) == ("user", PASSWORD)
    exchange(context, acceptor)


@pytest.mark.parametrize(
    ("user", "delivered"), [("user", ("", "user")), (".\\user", ("", "user")), ("DOM\\user", ("DOM", "user"))]
)
def test_the_form_of_the_account(user, delivered, tls):
    context, acceptor = begin(user=user, credssp_auth_mechanism="ntlm"), accept(tls)
    shake_hands(context, acceptor)
    got = acceptor.get_extra_info("client_credential")
    assert (got.domain_name, got.username) == delivered


@pytest.mark.parametrize("size", [0, 1, 16384, 16385, 40000])
def test_each_piece_is_a_record_of_its_own(size, tls):
    context, acceptor = begin(), accept(tls)
    shake_hands(context, acceptor)
    pieces = context.wrap(b"x" * size)
    assert [length for _header, _sealed, length in pieces] == [
        min(16384, size - start) for start in range(0, max(size, 1), 16384)
    ]
    version = acceptor.get_extra_info("ssl_object").version()
    assert {len(header) for header, _sealed, _length in pieces if size} <= {17 if version == "TLSv1.3" else 16}


def test_a_service_that_writes_a_long_answer_in_one_piece(tls):
    context, acceptor = begin(), accept(tls)
    shake_hands(context, acceptor)
    data = os.urandom(50_000)
    sealed = acceptor.wrap_winrm(data)
    assert context.unwrap(sealed.header, sealed.data) == data


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_tls(version):
    context, acceptor = begin(), accept(server_tls(version))
    shake_hands(context, acceptor)
    exchange(context, acceptor, (100, 16385))


def test_a_changed_message_is_not_read(tls):
    for at in (0, 3, 5, 20, -1):
        context, acceptor = begin(), accept(tls)
        shake_hands(context, acceptor)
        sealed = acceptor.wrap_winrm(b"<s:Envelope/>")
        whole = bytearray(sealed.header + sealed.data)
        whole[at] ^= 1
        assert "changed on the way" in str(fails(context.unwrap, bytes(whole[:16]), bytes(whole[16:])))


@pytest.mark.parametrize("octets", [0, 1, 5, 20, -1])
def test_a_message_that_is_cut_off_is_not_read(octets, tls):
    context, acceptor = begin(), accept(tls)
    shake_hands(context, acceptor)
    sealed = acceptor.wrap_winrm(b"<s:Envelope/>")
    assert "cut off" in str(fails(context.unwrap, b"", (sealed.header + sealed.data)[:octets]))


def test_a_service_that_closes_tls_inside_does_not_hang_us(tls):
    """pyspnego reads for ever from such a service; 24 octets are enough."""
    context, acceptor = begin(), accept(tls)
    shake_hands(context, acceptor)
    error = fails(context.unwrap, b"", close(acceptor))
    assert "closed the TLS connection inside" in str(error)


def close(acceptor, token=b""):
    """TLS' own end of a connection (close_notify), after *token* has been read."""
    tls = acceptor.get_extra_info("ssl_object")
    acceptor._in_buff.write(token)
    with contextlib.suppress(ssl.SSLError):
        tls.do_handshake()
    acceptor._out_buff.read()
    with contextlib.suppress(ssl.SSLError):
        tls.unwrap()
    return acceptor._out_buff.read()


@pytest.mark.parametrize("leg", STEPS)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_service_that_closes_tls_in_a_leg(leg, version):
    context, acceptor = begin(), accept(server_tls(version))

    def talk():
        token = context.step(None)
        for current in range(6):
            token = context.step(acceptor.step(token) if current != leg else close(acceptor, token) or b"")

    error = fails(talk)
    assert any(step in str(error) for step in STEPS[leg]) and not error.secret_refused
    assert "CredSSP failed in" in str(error)


RECORD, ALERT = b"\x17\x03\x03\x00\x20" + b"\0" * 32, b"\x15\x03\x03\x00\x02\x02\x28"
NONSENSE = [b"\0", b"HTTP/1.1 400 Bad Request\r\n", RECORD, ALERT]


@pytest.mark.parametrize("leg", STEPS)
@pytest.mark.parametrize("garbage", NONSENSE, ids=["zero", "HTTP", "record", "alert"])
def test_a_service_that_answers_nonsense_in_a_leg(leg, garbage, tls):
    context, acceptor = begin(), accept(tls)
    error = fails(shake_hands, context, acceptor, lambda current, token: garbage if current == leg else token)
    assert any(step in str(error) for step in STEPS[leg])


def lie(acceptor, number, octets):
    """The acceptor's TLS holds *octets* where its *number*-th request belongs (0: the challenge, 1: its key)."""
    honest, count = acceptor._yield_ts_request, itertools.count()

    def request(ts_request, message):
        if next(count) == number:
            ts_request.pack = lambda: octets
        return (yield from honest(ts_request, message))

    acceptor._yield_ts_request = request


INNER = {
    "nothing": b"\0",
    "no token": TSRequest(6).pack(),
    "an empty token": TSRequest(6, nego_tokens=NegoData(b"")).pack(),
    "a token of nonsense": TSRequest(6, nego_tokens=NegoData(b"NTLMSSP\0\2\0\0\0")).pack(),
    "a key of nonsense": TSRequest(6, pub_key_auth=b"\0" * 48).pack(),
}


@pytest.mark.parametrize("octets", INNER.values(), ids=INNER.keys())
@pytest.mark.parametrize("number", [0, 1])
def test_a_service_whose_tls_holds_nonsense(number, octets, tls):
    context, acceptor = begin(), accept(tls)
    lie(acceptor, number, octets)
    error = fails(shake_hands, context, acceptor)
    assert [INSIDE, KEY][number] in str(error) and not error.secret_refused


@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 1))
@example(b"\x30\x84\xff\xff\xff\xff", 0)
def test_no_octets_inside_cause_anything_but_our_error(octets, number):
    context, acceptor = begin(), accept(server_tls())
    lie(acceptor, number, octets or b"\0")
    assert isinstance(fails(shake_hands, context, acceptor), TransportError)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4))
@example([b""])
def test_no_token_causes_anything_but_our_error(tokens):
    context = begin()
    context.step(None)
    with contextlib.suppress(TransportError):
        within_time(lambda: [context.step(token) for token in tokens])
    assert not context.complete


STATUSES = [(0xC000006D, "the user or the password is wrong"), (0xC0000234, "locked"), (0xC0000ABC, "0xc0000abc")]


@pytest.mark.parametrize(("status", "said"), STATUSES)
@pytest.mark.parametrize("number", [0, 1])
def test_the_services_own_verdict(number, status, said, tls):
    """Of all versions but 2 and 5. NTLM's last token goes along with our key, so a verdict on that is on NTLM."""
    context, acceptor = begin(), accept(tls)
    lie(acceptor, number, TSRequest(6, error_code=status).pack())
    error = fails(shake_hands, context, acceptor)
    assert error.secret_refused and said in str(error) and INSIDE in str(error)


def test_a_verdict_on_the_delivered_credentials(tls):
    context, acceptor = begin(), accept(tls)
    shake_hands(context, acceptor)
    error = fails(context.step, acceptor.wrap(TSRequest(6, error_code=0xC0000234).pack()).data)
    assert error.secret_refused and "the delivery of the credentials" in str(error)


def test_a_wrong_password_is_refused_inside(tls):
    context, acceptor = begin(password="something else"), accept(tls)
    error = fails(shake_hands, context, acceptor)
    assert error.secret_refused and INSIDE in str(error)
    assert INSIDE in context.refused()  # of versions 2 and 5, which only answer 401


def test_who_has_another_key_gets_no_password(tls, monkeypatch):
    """A man in the middle has TLS with us and hands the rest on: the service proves the key of its own TLS."""
    other = spnego.tls.CredSSPTLSContext(tls.context, spnego.tls.generate_tls_certificate()[2])
    honest = spnego._credssp._get_pub_key_auth

    def careless(key, usage, nonce=None):
        """The service does not look at what we prove, else it would be the one that notices."""
        return honest(b"any" if usage == "initiate" else key, usage, nonce)

    monkeypatch.setattr(spnego._credssp, "_get_pub_key_auth", careless)
    context, acceptor = begin(), accept(other)
    error = fails(shake_hands, context, acceptor)
    assert KEY in str(error) and "man in the middle" in str(error)
    assert not context.complete and acceptor.get_extra_info("client_credential") is None


def test_the_last_word_of_a_service_may_be_anything(tls):
    context, acceptor = begin(), accept(tls)
    shake_hands(context, acceptor)
    for last in (acceptor.wrap(b"what is this").data, b""):
        assert context.step(last) is None
    exchange(context, acceptor, (100,))


@pytest.mark.parametrize("minimum", [None, 5, 6])
@pytest.mark.parametrize("version", [2, 4, 5, 6, 7])
def test_the_version_that_is_asked_for(minimum, version, tls):
    context, acceptor = begin(credssp_minimum_version=minimum), accept(tls)
    newer = acceptor._yield_ts_request

    def request(ts_request, message):
        ts_request.version = version
        return (yield from newer(ts_request, message))

    acceptor._yield_ts_request = request
    if version >= (minimum or 2):
        shake_hands(context, acceptor)
        assert context.complete
        return
    error = fails(shake_hands, context, acceptor)
    assert f"speaks version {version}" in str(error) and "credssp_minimum_version" in error.remedy


def test_less_than_encryption_is_not_agreed_to_inside(tls):
    """The password goes out under the seal of the authentication inside."""
    context, acceptor = begin(), accept(tls)
    context.step(acceptor.step(context.step(None)))
    inside = context._inside
    challenge = bytearray(accepting.server().step(inside.step(None)))
    at = challenge.index(b"NTLMSSP\0\2") + 20
    challenge[at] &= ~0x20 & 0xFF
    assert "no sealing" in str(fails(inside.step, bytes(challenge)))


def test_the_inside_is_bounded_too():
    inside = begin()._inside
    assert "65537 octets" in str(fails(inside.step, b"N" * 65537))


def test_the_switch_for_old_tls():
    ours = _credssp._tls_context(True).context
    assert ours.maximum_version < ssl.TLSVersion.TLSv1_2
    assert _credssp._tls_context(False).context.minimum_version == ssl.TLSVersion.TLSv1_2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old = server_tls(ssl.TLSVersion.TLSv1_1)
    context, acceptor = begin(credssp_disable_tlsv1_2=True), accept(old)
    shake_hands(context, acceptor)
    assert acceptor.get_extra_info("ssl_object").version() == "TLSv1.1"
    exchange(context, acceptor, (100, 16385))
