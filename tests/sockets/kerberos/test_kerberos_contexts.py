# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos, Negotiate and CredSSP with a ticket of a real KDC, against pyspnego's acceptors in this process."""

from __future__ import annotations

import contextlib

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import _kerberos, _mechanisms, _spnego
from parts import need

need("kdc", "krb5", "gssapi")

import gssapi
import spnego
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from spnego._spnego import NegState, NegTokenResp, unpack_token

from ansible_collections.wsman.automation.tests.unit.plugins.plugin_utils import accepting
from ansible_collections.wsman.automation.tests.unit.plugins.plugin_utils.accepting import exchange, shake_hands

PASSWORD = "correct horse"
BOUND = 0x800  # GSS_C_CHANNEL_BOUND_FLAG
SPNEGO, KERBEROS = (f"application/HTTP-{name}-session-encrypted" for name in ("SPNEGO", "Kerberos"))


@pytest.fixture
def said(monkeypatch):
    heard = []
    monkeypatch.setattr(_mechanisms, "say", lambda text, host, verbosity=1: heard.append((text, verbosity)))
    return heard


@pytest.fixture
def ntlm_accounts(tmp_path, monkeypatch):
    """The same account for NTLM, as a domain's is."""

    def write(user, password=PASSWORD):
        monkeypatch.setenv("NTLM_USER_FILE", accepting.write_accounts(tmp_path / "ntlm", ("", user, password)))

    return write


def accept_kerberos(bindings=None):
    return spnego.server(hostname="localhost", service="HTTP", protocol="kerberos", channel_bindings=bindings)


def accept_negotiate(bindings=None):
    return spnego.server(hostname="localhost", service="HTTP", protocol="negotiate", channel_bindings=bindings)


@pytest.mark.parametrize(
    ("authentication", "scheme", "accept", "media_type"),
    [
        ("kerberos", None, accept_kerberos, SPNEGO),
        ("kerberos", "Negotiate", accept_negotiate, SPNEGO),
        ("kerberos", "Kerberos", accept_kerberos, KERBEROS),
        ("negotiate", None, accept_negotiate, SPNEGO),
        ("negotiate", "kerberos", accept_kerberos, KERBEROS),
    ],
)
def test_messages_of_all_sizes(account, session, said, authentication, scheme, accept, media_type):
    context = _spnego.begin(session(account, PASSWORD, authentication=authentication), None, scheme=scheme)
    assert context.media_type == media_type
    assert (context.mechanism, context.complete) == ("kerberos", False)
    acceptor = accept()
    assert shake_hands(context, acceptor) == 1
    assert context.complete and acceptor.complete and acceptor.client_principal == account
    exchange(context, acceptor)
    assert said == []
    assert "HTTP/localhost" in context.refused()


@pytest.mark.parametrize(("channel_binding", "bound"), [("auto", True), ("always", True), ("never", False)])
@pytest.mark.parametrize("authentication", ["kerberos", "negotiate"])
def test_binding_to_tls(account, session, authentication, channel_binding, bound):
    """MIT's acceptor takes clients that bind nothing: its flag tells."""
    options = session(account, PASSWORD, authentication=authentication, scheme="https", channel_binding=channel_binding)
    context = _spnego.begin(options, b"certificate")
    acceptor = accept_kerberos(accepting.bindings(b"certificate"))
    token = context.step(None)
    if authentication == "negotiate":
        acceptor = accept_negotiate(accepting.bindings(b"certificate"))
    acceptor.step(token)
    inner = acceptor if authentication == "kerberos" else acceptor._context
    assert bool(int(inner._context.actual_flags) & BOUND) == bound


@pytest.mark.parametrize(
    ("user", "password"), [("turned", PASSWORD), ("hashes", "0123456789abcdef" * 2 + ":" + "fedcba9876543210" * 2)]
)
def test_a_service_without_kerberos_chooses_ntlm(realm, session, said, ntlm_accounts, monkeypatch, user, password):
    """Which is said. The second password is one that pyspnego takes for hashes."""
    account = realm.add(user, password)
    ntlm_accounts(account, password)
    context = _spnego.begin(session(account, password, authentication="negotiate"), None)
    assert context.mechanism == "kerberos"
    with monkeypatch.context() as patch:
        patch.setattr(spnego._gss.GSSAPIProxy, "available_protocols", lambda options=None: [])
        acceptor = spnego.server(protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)
        first = unpack_token(context.step(None))
        first.mech_token = None  # a service without Kerberos passes its token over (RFC 4178 3.2)
        context_token = context.step(acceptor.step(first.pack()))
        last = context.step(acceptor.step(context.step(acceptor.step(context_token))))
    assert last is None
    assert context.mechanism == "ntlm" and context.complete
    exchange(context, acceptor, (100,))
    text = "Negotiate uses NTLM: the service chose it, although it was offered a Kerberos ticket."
    assert said == [(text, 1)]


def test_an_unknown_service_is_reached_by_ntlm_and_that_is_said(account, session, said, ntlm_accounts):
    ntlm_accounts(account)
    options = session(account, PASSWORD, authentication="negotiate", negotiate_hostname_override="nobody.parts.test")
    context = _spnego.begin(options, None)
    shake_hands(context, accept_negotiate())
    assert context.mechanism == "ntlm"
    assert "nobody.parts.test" in said[0][0]


def test_kerberos_never_goes_on_to_ntlm(account, session, said):
    options = session(account, PASSWORD, negotiate_hostname_override="nobody.parts.test")
    with pytest.raises(_kerberos.Unavailable):
        _spnego.begin(options, None)
    assert said == []


@pytest.mark.parametrize("authentication", ["kerberos", "negotiate", "credssp"])
def test_a_wrong_password_counts_once_and_goes_nowhere_else(realm, account, session, said, authentication):
    for _item in range(5):
        with pytest.raises(TransportError) as caught:
            _spnego.begin(session(account, "a guess", authentication=authentication), None)
        assert caught.value.secret_refused
    assert realm.failures(account) == 1
    assert said == []


@pytest.mark.parametrize("authentication", ["negotiate", "credssp"])
def test_a_local_password_counts_nowhere(realm, account, session, asked, authentication):
    name = account.partition("@")[0]
    _spnego.begin(session(name, "of the computer", authentication=authentication), None)
    assert realm.failures(account) == 0
    assert asked() == []


def test_implicit_credentials_are_the_ticket_of_the_cache(realm, account, session, monkeypatch):
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{realm.ccache(account, PASSWORD)}")
    context = _spnego.begin(session(authentication="negotiate"), None)
    acceptor = accept_negotiate()
    shake_hands(context, acceptor)
    assert acceptor.client_principal == account


def test_implicit_credentials_without_a_ticket(realm, session):
    with pytest.raises(UsageError) as caught:
        _spnego.begin(session(authentication="negotiate"), None)
    assert caught.value.option == "user" and "kerberos_ccache" in caught.value.remedy


@pytest.mark.parametrize(("mechanism", "form"), [("auto", accept_negotiate), ("kerberos", accept_kerberos)])
def test_credssp_with_kerberos_inside(account, session, said, mechanism, form):
    options = session(account, PASSWORD, authentication="credssp", credssp_auth_mechanism=mechanism)
    context = _spnego.begin(options, None)
    acceptor = spnego.server(protocol="credssp", credssp_negotiate_context=form())
    token = context.step(None)
    while answer := acceptor.step(token):
        token = context.step(answer)
    assert context.complete and acceptor.complete
    assert context.mechanism == "kerberos"
    delivered = acceptor.get_extra_info("client_credential")
    assert (delivered.username, delivered.password) == (account, PASSWORD)
    exchange(context, acceptor)
    assert said == []
    assert "HTTP/localhost" in context.refused()


def established(options):
    context, acceptor = _spnego.begin(options, None), accept_kerberos()
    shake_hands(context, acceptor)
    return context, acceptor


@pytest.mark.parametrize("part", ["header", "data"])
@pytest.mark.parametrize("at", [0, 5, 20, -1])
def test_a_changed_message_is_not_read(account, session, part, at):
    context, acceptor = established(session(account, PASSWORD))
    sealed = acceptor.wrap_winrm(b"<s:Envelope/> and more than sixteen octets")
    given = {"header": bytearray(sealed.header), "data": bytearray(sealed.data)}
    given[part][at] ^= 1
    with pytest.raises(TransportError, match="changed on the way") as caught:
        context.unwrap(bytes(given["header"]), bytes(given["data"]))
    assert caught.value.step == "authentication"


def test_a_key_that_the_service_has_not(realm, account, session, tmp_path, monkeypatch):
    """The name in the ticket is another account's: the service answers with Kerberos' own error."""
    options = session(account, PASSWORD, negotiate_service="HTTP")
    context = _spnego.begin(options, None)
    token = context.step(None)
    realm.admin("cpw -randkey HTTP/localhost")
    try:
        keytab = realm.keytab("HTTP/localhost", path=tmp_path / "other.keytab")
        credential = gssapi.Credentials(usage="accept", store={"keytab": keytab})
        service = gssapi.SecurityContext(creds=credential, usage="accept")
        answer = service.step(token)
    finally:
        realm.keytab("HTTP/localhost")
    with pytest.raises(TransportError) as caught:
        context.step(answer)
    assert caught.value.secret_refused
    assert str(caught.value).startswith("Kerberos failed: Request ticket server HTTP/localhost@PARTS.TEST kvno")
    assert "setspn" in caught.value.remedy


NTLM = "1.3.6.1.4.1.311.2.2.10"
ENDS = [(None, "Negotiate failed: Invalid token was supplied"), (NTLM, "before it had proved who it is")]


@pytest.mark.parametrize(("mechanism", "said"), ENDS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_end_of_spnego_proves_nothing(account, session, scheme, mechanism, said):
    """Anybody can say that all is well; pyspnego takes it for the end, without any proof of the service."""
    context = _spnego.begin(session(account, PASSWORD, authentication="negotiate", scheme=scheme), None)
    context.step(None)
    with pytest.raises(TransportError, match=said):
        context.step(NegTokenResp(neg_state=NegState.accept_complete, supported_mech=mechanism).pack())
    assert not context.complete


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from(["kerberos", "negotiate"]))
@example(b"", "kerberos")
@example(b"\x60\x84\xff\xff\xff\xff", "negotiate")
@example(b"\x60\x10\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x03\x00\x7e\x00\x00", "kerberos")
@example(b"NTLMSSP\0\2\0\0\0", "negotiate")
def test_no_token_causes_anything_but_our_error(account, session, token, authentication):
    context = _spnego.begin(session(account, PASSWORD, authentication=authentication), None)
    context.step(None)
    with contextlib.suppress(TransportError):
        context.step(token)
    assert not context.complete


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.integers(1, 255), st.sampled_from(["kerberos", "negotiate"]))
def test_a_changed_last_token_is_an_error_or_says_the_same(account, session, at, change, authentication):
    context = _spnego.begin(session(account, PASSWORD, authentication=authentication), None)
    acceptor = accept_kerberos() if authentication == "kerberos" else accept_negotiate()
    answer = bytearray(acceptor.step(context.step(None)))
    answer[at % len(answer)] ^= change
    try:
        context.step(bytes(answer))
    except TransportError as error:
        assert error.remedy and str(error).isprintable()
    if context.complete:
        exchange(context, acceptor, (100,))
