# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NTLM and SPNEGO against pyspnego's acceptors; Kerberos' own part is tested where there is a KDC (tests/sockets)."""

from __future__ import annotations

import struct

import pytest
import spnego
import spnego._ntlm_raw.crypto
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spnego._spnego import NegState, NegTokenResp
from spnego.exceptions import SpnegoError

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import _kerberos, _mechanisms, _spnego
from ansible_collections.wsman.automation.tests.unit.plugins.plugin_utils import accepting
from ansible_collections.wsman.automation.tests.unit.plugins.plugin_utils.accepting import (
    PASSWORD,
    exchange,
    shake_hands,
)

HASHES = "0123456789abcdef" * 2 + ":" + "fedcba9876543210" * 2  # a password that libraries take for hashes
DOMAIN_USER = "user@PARTS.TEST"
FLAGS_OF_CHALLENGE = 20  # MS-NLMP 2.2.1.2


@pytest.fixture(autouse=True, scope="module")
def accounts(tmp_path_factory):
    path = accepting.write_accounts(
        tmp_path_factory.mktemp("ntlm") / "accounts",
        ("", "user", PASSWORD),
        ("", "hashes", HASHES),
        ("DOM", "user", PASSWORD),
        ("", DOMAIN_USER, PASSWORD),
        ("", "empty", ""),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTLM_USER_FILE", path)
        patch.delenv("LM_COMPAT_LEVEL", raising=False)
        yield


@pytest.fixture
def said(monkeypatch):
    """What is said to the user: (text, host, verbosity)."""
    heard = []
    monkeypatch.setattr(_mechanisms, "say", lambda text, host, verbosity=1: heard.append((text, host, verbosity)))
    return heard


@pytest.fixture
def no_kdc(monkeypatch):
    """A KDC that must not be asked."""

    def ticket(_options):
        raise AssertionError("a KDC was asked")

    monkeypatch.setattr(_kerberos, "ticket", ticket)


def kdc_says(monkeypatch, error):
    def ticket(_options):
        raise error

    monkeypatch.setattr(_kerberos, "ticket", ticket)


def fails(call, *arguments, **changes):
    """The error of *call*, after a look at what it shows."""
    with pytest.raises((TransportError, UsageError)) as caught:
        call(*arguments, **changes)
    shown = f"{caught.value} {caught.value.remedy}"
    assert PASSWORD not in shown and "user@" not in shown.replace("user@REALM", "")
    assert caught.value.remedy
    assert "\n" not in shown
    if isinstance(caught.value, TransportError):
        assert caught.value.step == "authentication"
    return caught.value


@pytest.mark.parametrize("authentication", ["ntlm", "negotiate"])
def test_ntlm_encrypts_messages_of_all_sizes(authentication, no_kdc):
    context = _spnego.begin(accepting.options(authentication), None)
    assert (context.scheme, context.media_type) == ("Negotiate", "application/HTTP-SPNEGO-session-encrypted")
    assert not context.complete
    acceptor = accepting.server()
    assert shake_hands(context, acceptor) == 2
    assert context.complete and acceptor.complete
    assert context.mechanism == "ntlm"
    exchange(context, acceptor)
    assert context.step(b"what a service may still say") is None


ACCOUNTS = [
    ("user", PASSWORD, "user"),
    (".\\user", PASSWORD, "user"),
    ("DOM\\user", PASSWORD, "DOM\\user"),
    (DOMAIN_USER, PASSWORD, DOMAIN_USER),
    ("hashes", HASHES, "hashes"),
    ("empty", "", "empty"),
]


@pytest.mark.parametrize(("user", "password", "seen"), ACCOUNTS)
def test_the_service_sees_the_account_that_was_meant(user, password, seen):
    context = _spnego.begin(accepting.options("ntlm", user=user, password=password), None)
    acceptor = accepting.server("ntlm")
    shake_hands(context, acceptor)
    assert acceptor.client_principal == seen


@pytest.mark.parametrize(
    ("changes", "accepted"),
    [
        ({}, True),
        ({"channel_binding": "always"}, True),
        ({"channel_binding": "never"}, False),
        ({"scheme": "http"}, False),
    ],
)
@pytest.mark.parametrize("authentication", ["ntlm", "negotiate"])
def test_binding_to_tls(authentication, changes, accepted):
    options = accepting.options(authentication, **{"scheme": "https", **changes})
    context = _spnego.begin(options, b"certificate")
    acceptor = accepting.server(channel_bindings=accepting.bindings(b"certificate"))
    if accepted:
        shake_hands(context, acceptor)
        assert acceptor.complete
        return
    with pytest.raises(SpnegoError, match="bindings"):
        shake_hands(context, acceptor)
    never = changes.get("channel_binding") == "never"
    assert ("not bound to TLS" in (context.refused() or "")) == never


def test_a_binding_to_somebody_elses_certificate_is_refused():
    context = _spnego.begin(accepting.options("ntlm", scheme="https"), b"of the man in the middle")
    with pytest.raises(SpnegoError, match="bindings do not match"):
        shake_hands(context, accepting.server(channel_bindings=accepting.bindings(b"certificate")))


def test_without_a_certificate_only_always_fails():
    options = accepting.options("ntlm", scheme="https")
    shake_hands(_spnego.begin(options, None), accepting.server())
    always = accepting.options("ntlm", scheme="https", channel_binding="always")
    assert "channel_binding" in fails(_spnego.begin, always, None).remedy


@pytest.mark.parametrize("user", ["user", ".\\user", "server\\user", "SERVER.parts.test\\user", "192.0.2.1\\user"])
def test_an_account_of_the_computer_never_reaches_a_kdc(user, no_kdc, said):
    context = _spnego.begin(accepting.options("negotiate", user=user), None)
    assert context.mechanism == "ntlm"
    text = "Negotiate uses NTLM: the user is an account of the service's computer."
    assert said == [(text, "server.parts.test", 1)]


def test_negotiate_goes_on_without_a_kdc_and_says_so(monkeypatch, said):
    kdc_says(monkeypatch, _kerberos.Unavailable("Kerberos: no KDC answers.", "Start one."))
    context = _spnego.begin(accepting.options("negotiate", user=DOMAIN_USER), None)
    shake_hands(context, accepting.server())
    assert context.mechanism == "ntlm"
    assert said == [("Negotiate uses NTLM: Kerberos: no KDC answers.", "server.parts.test", 1)]
    assert context.refused() == "Negotiate used NTLM: Kerberos: no KDC answers"


FINAL = TransportError("Kerberos: refused.", step="authentication", remedy="Correct it.", secret_refused=True)
ABSENT = _kerberos.Unavailable("Kerberos: no KDC.", "Start one.")


@pytest.mark.parametrize(
    ("authentication", "changes", "error"),
    [
        ("negotiate", {}, FINAL),
        ("kerberos", {}, FINAL),
        ("kerberos", {}, ABSENT),
        ("negotiate", {"password": None}, ABSENT),
        ("negotiate", {"kerberos_delegation": True}, ABSENT),
        ("negotiate", {"user": None, "password": None}, ABSENT),
    ],
)
def test_what_never_goes_on_to_ntlm(authentication, changes, error, monkeypatch, said):
    kdc_says(monkeypatch, error)
    options = accepting.options(authentication, **{"user": DOMAIN_USER, **changes})
    assert fails(_spnego.begin, options, None) is error
    assert said == []


def test_kerberos_by_the_name_of_kerberos_has_no_ntlm(monkeypatch):
    kdc_says(monkeypatch, ABSENT)
    options = accepting.options("negotiate", user=DOMAIN_USER)
    assert fails(_spnego.begin, options, None, scheme="Kerberos") is ABSENT


def test_ntlm_stays_negotiate_whatever_the_header(no_kdc):
    assert _spnego.begin(accepting.options("ntlm"), None, scheme="Kerberos").scheme == "Negotiate"


@pytest.mark.parametrize("authentication", ["negotiate", "kerberos"])
def test_implicit_credentials_without_a_ticket(authentication, monkeypatch):
    kdc_says(monkeypatch, TransportError("The default ticket cache cannot be used.", step="authentication"))
    monkeypatch.setattr(_kerberos, "has_ticket", lambda _ccache, _keytab: False)
    options = accepting.options(authentication, user=None, password=None)
    error = fails(_spnego.begin, options, None)
    assert isinstance(error, UsageError) and error.option == "user"
    assert "kerberos_ccache" in error.remedy


@pytest.mark.parametrize(
    ("authentication", "missing"), [("ntlm", "user"), ("ntlm", "password"), ("negotiate", "password")]
)
def test_ntlm_needs_user_and_password(authentication, missing, no_kdc):
    error = fails(_spnego.begin, accepting.options(authentication, **{missing: None}), None)
    assert isinstance(error, UsageError) and error.option == missing


@pytest.mark.parametrize("level", ["0", "2", "6", "many"])
@pytest.mark.parametrize("authentication", ["ntlm", "negotiate"])
def test_no_variable_makes_an_old_ntlm_of_it(level, authentication, monkeypatch):
    monkeypatch.setenv("LM_COMPAT_LEVEL", level)
    assert "LM_COMPAT_LEVEL" in str(fails(_spnego.begin, accepting.options(authentication), None))


def test_without_pyspnego_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(_spnego, "spnego", None)
    assert "pip install 'pyspnego" in fails(_spnego.begin, accepting.options("ntlm"), None).remedy


def test_blocked_hashes_have_a_reason(monkeypatch):
    def md5(*_arguments, **_options):
        raise ValueError("[digital envelope routines] unsupported")

    context = _spnego.begin(accepting.options("ntlm"), None)
    acceptor = accepting.server()
    challenge = acceptor.step(context.step(None))
    monkeypatch.setattr(spnego._ntlm_raw.crypto.hashlib, "md5", md5)
    monkeypatch.setattr(spnego._ntlm_raw.crypto, "hmac_md5", md5)
    monkeypatch.setattr("spnego._ntlm.hmac_md5", md5)
    error = fails(context.step, challenge)
    assert "FIPS" in str(error) and "kerberos" in error.remedy
    assert not error.secret_refused


WEAK = {"signing": 0x10, "sealing": 0x20, "extended session security": 0x80000, "128-bit keys": 0x20000000}


def weaken(token, bits):
    """A challenge without *bits*, as somebody on the way would make it."""
    at = token.index(b"NTLMSSP\0\2") + FLAGS_OF_CHALLENGE
    (flags,) = struct.unpack_from("<I", token, at)
    return token[:at] + struct.pack("<I", flags & ~bits) + token[at + 4 :]


@pytest.mark.parametrize(("name", "bit"), WEAK.items())
def test_less_than_encryption_is_not_agreed_to(name, bit):
    context = _spnego.begin(accepting.options("ntlm"), None)
    challenge = weaken(accepting.server().step(context.step(None)), bit)
    assert name in str(fails(context.step, challenge))


def test_over_https_messages_are_not_encrypted_by_ntlm():
    context = _spnego.begin(accepting.options("ntlm", scheme="https"), None)
    assert context.step(weaken(accepting.server().step(context.step(None)), 0x20)) is not None


def established():
    context, acceptor = _spnego.begin(accepting.options("ntlm"), None), accepting.server()
    shake_hands(context, acceptor)
    return context, acceptor


@pytest.mark.parametrize("part", ["header", "data"])
@pytest.mark.parametrize("at", [0, 4, 15, -1])
def test_a_changed_message_is_not_read(part, at):
    context, acceptor = established()
    sealed = acceptor.wrap_winrm(b"<s:Envelope/> and more than sixteen octets")
    given = {"header": bytearray(sealed.header), "data": bytearray(sealed.data)}
    given[part][at] ^= 1
    assert "changed on the way" in str(fails(context.unwrap, bytes(given["header"]), bytes(given["data"])))


def test_a_repeated_message_is_not_read():
    context, acceptor = established()
    sealed = acceptor.wrap_winrm(b"once")
    assert context.unwrap(sealed.header, sealed.data) == b"once"
    fails(context.unwrap, sealed.header, sealed.data)


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=40), st.binary(max_size=200))
@example(b"", b"")
def test_no_sealed_octets_cause_anything_but_our_error(header, data):
    context, _acceptor = established()
    fails(context.unwrap, header, data)


def spnego_context():
    """SPNEGO around NTLM, as it is where the service turns a Kerberos client to NTLM."""
    ntlm = spnego.NTLMHash("user", nt_hash=accepting._md4(PASSWORD.encode("utf-16-le")).hex())
    context = spnego.client(ntlm, protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)
    return _spnego.Handshake(accepting.options("negotiate"), _mechanisms.Opened(context), "Negotiate")


def test_spnego_verifies_the_list_of_mechanisms_at_its_end():
    context, acceptor = spnego_context(), accepting.server(options=spnego.NegotiateOptions.use_negotiate)
    assert shake_hands(context, acceptor) == 2
    assert context.complete
    exchange(context, acceptor, (100,))


def test_a_changed_last_token_is_not_taken():
    context, acceptor = spnego_context(), accepting.server(options=spnego.NegotiateOptions.use_negotiate)

    def changed(leg, token):
        return token if leg == 0 else token[:-1] + bytes([token[-1] ^ 1])

    assert "MIC" in str(fails(shake_hands, context, acceptor, changed))
    assert not context.complete or context.refused()


def test_a_rejection_is_the_services_verdict():
    context, acceptor = spnego_context(), accepting.server(options=spnego.NegotiateOptions.use_negotiate)
    context.step(acceptor.step(context.step(None)))
    error = fails(context.step, NegTokenResp(neg_state=NegState.reject).pack())
    assert error.secret_refused and "refused the credentials" in str(error)


def test_the_service_that_asks_for_ever():
    context = spnego_context()
    context.step(None)
    more = NegTokenResp(neg_state=NegState.accept_incomplete, response_token=b"NTLMSSP\0\2\0\0\0").pack()
    error = fails(lambda: [context.step(more) for _leg in range(100)])
    assert not error.secret_refused


def test_a_token_of_no_honest_size():
    context = _spnego.begin(accepting.options("ntlm"), None)
    context.step(None)
    assert "65537 octets" in str(fails(context.step, b"N" * 65537))


@st.composite
def hostile_tokens(draw):
    """Random octets, and real tokens with octets changed, cut off or repeated."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=300))
    token = bytearray(draw(st.sampled_from(real_tokens())))
    for _change in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(token) - 1))
        what = draw(st.sampled_from(["octet", "cut", "repeat", "length"]))
        if what == "octet":
            token[at] = draw(st.integers(0, 255))
        elif what == "length":
            token[at : at + 2] = draw(st.sampled_from([b"\xff\xff", b"\0\0", b"\x80\x80"]))
        elif what == "cut" and at:
            del token[at:]
        else:
            token[at:at] = token[:at]
    return bytes(token)


_real: list[bytes] = []


def real_tokens():
    """The challenge of raw NTLM, that in SPNEGO, and SPNEGO's last token."""
    if not _real:
        raw = _spnego.begin(accepting.options("ntlm"), None)
        _real.append(accepting.server().step(raw.step(None)))
        shake_hands(
            spnego_context(),
            accepting.server(options=spnego.NegotiateOptions.use_negotiate),
            lambda _leg, token: _real.append(token) or token,
        )
    return _real


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.lists(hostile_tokens(), min_size=1, max_size=3))
@example(False, [b""])
@example(False, [b"NTLMSSP\0\2\0\0\0"])
@example(True, [b"\x60\x84\xff\xff\xff\xff"])
@example(True, [b"\xa1\x80"])
@example(True, [b"\xa1\xff" + b"\xff" * 200])
def test_no_token_causes_anything_but_our_error(in_spnego, tokens):
    context = spnego_context() if in_spnego else _spnego.begin(accepting.options("ntlm"), None)
    context.step(None)
    try:
        for token in tokens:
            context.step(token)
    except TransportError as error:
        assert error.step == "authentication" and error.remedy
        assert PASSWORD not in str(error) and str(error).isprintable()
