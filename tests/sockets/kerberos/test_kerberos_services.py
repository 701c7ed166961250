# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contexts with a service of a real KDC: the order of its names, binding, delegation, and many processes at once."""

from __future__ import annotations

import multiprocessing
import os
import pathlib

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _kerberos, _kerberos_errors

PASSWORD = "correct horse"
WRAPPED = b"<s:Envelope/>" * 50


def tried(asked):
    """The services that the KDC was asked for, in order; what a client asks of itself for realms left out."""
    return [server for kind, server, _outcome in asked(kind="TGS") if not server.startswith("krbtgt/")]


@pytest.mark.parametrize(
    ("registered", "wanted", "order"),
    [
        pytest.param(["host", "HTTP", "WSMAN"], {}, ["host"], id="host comes first"),
        pytest.param(["HTTP", "WSMAN"], {}, ["host", "HTTP"], id="then HTTP"),
        pytest.param(["WSMAN"], {}, ["host", "HTTP", "WSMAN"], id="then WSMAN"),
        pytest.param(["host", "WSMAN"], {"negotiate_service": "WSMAN"}, ["WSMAN"], id="a named one alone"),
        pytest.param(["own"], {"negotiate_service": "own"}, ["own"], id="a named one of one's own"),
    ],
)
@pytest.mark.parametrize("protocol", ["kerberos", "negotiate"])
def test_order_of_services(realm, account, session, open_context, asked, registered, wanted, order, protocol):
    host = f"{account.partition('@')[0]}-{len(registered)}.example"
    for service in registered:
        realm.add(f"{service}/{host}")
    options = session(account, PASSWORD, host=host, authentication=protocol, **wanted)
    opened = open_context(options, protocol=protocol)
    assert opened.service_principal == f"{order[-1]}/{host}"
    assert opened.context.negotiated_protocol == "kerberos"
    assert tried(asked) == [f"{service}/{host}" for service in order]
    assert open_context(options, protocol=protocol).service_principal == opened.service_principal
    assert tried(asked) == [f"{service}/{host}" for service in order]  # found once a ticket
    assert len(asked(kind="AS", outcome="ISSUE")) == 1


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"negotiate_hostname_override": "real.example"}, "HTTP/real.example"),
        ({"spn_server_port": True}, "HTTP/shown.example:5985"),
        ({"spn_server_port": True, "negotiate_hostname_override": "real.example"}, "HTTP/real.example:5985"),
        ({"spn_server_port": True, "negotiate_service": "WSMAN", "port": 47001}, "WSMAN/shown.example:47001"),
    ],
)
def test_host_and_port_in_the_name(realm, account, session, open_context, asked, options, name):
    realm.add(name)
    try:
        opened = open_context(session(account, PASSWORD, **{"host": "shown.example", **options}))
        assert opened.service_principal == name
        assert asked(kind="TGS", outcome="ISSUE") == [("TGS", name, "ISSUE")]
        first = ["host/real.example"] if options.keys() == {"negotiate_hostname_override"} else []
        assert tried(asked) == [*first, name]
    finally:
        realm.remove(name)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, "host/unknown.example, HTTP/unknown.example, WSMAN/unknown.example"),
        ({"negotiate_service": "HTTP"}, "HTTP/unknown.example"),
        ({"spn_server_port": True}, "HTTP/unknown.example:5985"),
    ],
)
def test_no_service_of_that_name(realm, account, session, open_context, fails, options, names):
    with fails(_kerberos.Unavailable) as caught:
        open_context(session(account, PASSWORD, host="unknown.example", **options))
    assert f"a service ticket of {account} for {names}: " in str(caught.error)
    assert "not found in Kerberos database" in str(caught.error)
    for word in ("setspn", "negotiate_service", "[domain_realm]"):
        assert word in caught.error.remedy


def test_another_error_goes_on_to_no_other_service(realm, account, session, open_context, fails, asked, monkeypatch):
    """A service that has expired is known. Its host is mapped to the realm: else the library asks another realm too."""
    for service in ("host", "HTTP"):
        realm.add(f"{service}/expired.example")
    realm.expire("host/expired.example")
    mapped = realm.folder / "mapped.conf"
    mapped.write_text((realm.folder / "krb5.conf").read_text() + f"expired.example = {realm.realm}\n")
    monkeypatch.setenv("KRB5_CONFIG", str(mapped))
    with fails(TransportError) as caught:
        open_context(session(account, PASSWORD, host="expired.example", authentication="negotiate"))
    assert f"a service ticket of {account} for host/expired.example: " in str(caught.error)
    assert "expired" in str(caught.error).rpartition(":")[2]
    assert set(tried(asked)) == {"host/expired.example"}
    assert not caught.error.secret_refused


def test_the_kdc_goes_away_between_the_tickets(realm, account, session, open_context, fails):
    options = session(account, PASSWORD, authentication="negotiate")
    ticket = _kerberos.ticket(options)
    realm.stop_kdc()
    try:
        with fails(_kerberos.Unavailable) as caught:
            open_context(options, ticket)
    finally:
        realm.start_kdc()
    assert "Cannot contact any KDC" in str(caught.error) and "host/localhost" in str(caught.error)


@pytest.mark.parametrize("protocol", ["kerberos", "negotiate"])
def test_messages_are_sealed_for_the_service(realm, account, session, open_context, accept, protocol):
    opened = open_context(session(account, PASSWORD, authentication=protocol), protocol=protocol)
    service = accept(opened, protocol)
    assert service.client_principal == account
    sealed = opened.context.wrap_winrm(WRAPPED)
    assert WRAPPED not in sealed.data
    assert service.unwrap_winrm(sealed.header, sealed.data) == WRAPPED
    answer = service.wrap_winrm(WRAPPED)
    assert opened.context.unwrap_winrm(answer.header, answer.data) == WRAPPED


@pytest.mark.parametrize("protocol", ["kerberos", "negotiate"])
def test_bindings_are_the_callers(realm, account, session, open_context, accept, protocol):
    from spnego.channel_bindings import GssChannelBindings
    from spnego.exceptions import SpnegoError

    right, wrong = (GssChannelBindings(application_data=b"tls-server-end-point:" + one) for one in (b"a", b"b"))
    options = session(account, PASSWORD, authentication=protocol)
    accept(open_context(options, protocol=protocol, bindings=right), protocol, right)
    with pytest.raises((SpnegoError, AttributeError)):  # pyspnego stumbles over the context that gssapi has refused
        accept(open_context(options, protocol=protocol, bindings=wrong), protocol, right)


@pytest.mark.parametrize("protocol", ["kerberos", "negotiate"])
@pytest.mark.parametrize("source", ["password", "ccache"])
def test_delegation(realm, account, session, open_context, accept, protocol, source):
    more = {"password": PASSWORD}
    if source == "ccache":
        more = {"kerberos_ccache": realm.ccache(account, PASSWORD, forwardable=True)}
    for wanted in (True, False):
        options = session(account, authentication=protocol, kerberos_delegation=wanted, **more)
        service = accept(open_context(options, protocol=protocol), protocol)
        inner = getattr(service, "_context_list", None)
        inner = next(iter(inner.values()))[0] if inner else service
        delegated = inner._context.delegated_creds
        assert (delegated is not None) == wanted
        assert delegated is None or str(delegated.name) == account


def test_a_ticket_cache_that_cannot_be_delegated(realm, account, session, fails):
    path = realm.ccache(account, PASSWORD, forwardable=False)
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account, kerberos_ccache=path, kerberos_delegation=True))
    for word in ("kerberos_delegation", account, path):
        assert word in str(caught.error)
    assert "kinit -f" in caught.error.remedy


def test_an_account_that_must_not_be_delegated(realm, account, session, fails):
    realm.change(account, "-allow_forwardable")
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account, PASSWORD, authentication="negotiate", kerberos_delegation=True))
    assert "kerberos_delegation" in str(caught.error) and "sensitive" in caught.error.remedy
    assert not caught.error.secret_refused


@pytest.mark.parametrize("protocol", ["kerberos", "negotiate"])
def test_a_kdc_that_gives_nothing_to_delegate(realm, account, session, open_context, fails, protocol):
    """The library drops a delegation that the KDC refuses without a word."""
    options = session(account, PASSWORD, authentication=protocol, kerberos_delegation=True)
    ticket = _kerberos.ticket(options)
    realm.change(f"krbtgt/{realm.realm}", "-allow_tgs_req")
    try:
        with fails(TransportError) as caught:
            open_context(options, ticket, protocol)
    finally:
        realm.change(f"krbtgt/{realm.realm}", "+allow_tgs_req")
    assert f"{account} was not delegated to HTTP/localhost" in str(caught.error)


def test_negotiate_does_not_turn_to_ntlm_in_silence(realm, account, session, open_context, fails, monkeypatch):
    """pyspnego does, where its Kerberos fails: here it has only a password, and the account no realm with a KDC."""
    import spnego

    def credentials(_options, ticket, mechanism):
        own = spnego.KerberosCCache(ticket.ccache)
        return [own if mechanism == "kerberos" else spnego.Password("somebody", "something")]

    monkeypatch.setattr(_kerberos, "_credentials", credentials)
    with fails(TransportError) as caught:
        open_context(session(account, PASSWORD, authentication="negotiate"), protocol="negotiate")
    assert account in str(caught.error) and "HTTP/localhost" in str(caught.error)


def test_md5_is_blocked(realm, account, session, open_context, fails, monkeypatch):
    import spnego

    def blocked(*_arguments, **_named):
        raise ValueError("[digital envelope routines] unsupported")

    monkeypatch.setattr(spnego, "client", blocked)
    with fails(TransportError) as caught:
        open_context(session(account, PASSWORD))
    assert "FIPS" in caught.error.remedy and account in str(caught.error)


FORKS = multiprocessing.get_context("fork")


def in_forks(work, number=10):
    """Run *work* in so many processes at once; what each returned."""
    answers = FORKS.SimpleQueue()
    start = FORKS.Barrier(number)

    def run(one):
        start.wait(30)
        answers.put(work(one))

    processes = [FORKS.Process(target=run, args=(one,)) for one in range(number)]
    for process in processes:
        process.start()
    found = [answers.get() for _process in processes]
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0] * number
    return found


def test_ten_forks_with_one_cache_file(realm, account, session, open_context, accept):
    path = realm.ccache(account, PASSWORD, forwardable=True)
    before = pathlib.Path(path).read_bytes(), os.stat(path).st_mtime_ns, sorted(os.listdir(realm.folder))

    def work(number):
        options = session(account, kerberos_ccache=path, kerberos_delegation=number % 2 == 0)
        found = [accept(open_context(options)).client_principal for _time in range(3)]
        return (*found, _kerberos.has_ticket(path, None))

    assert in_forks(work) == [(account, account, account, True)] * 10
    after = pathlib.Path(path).read_bytes(), os.stat(path).st_mtime_ns, sorted(os.listdir(realm.folder))
    assert after == before


def test_ten_forks_with_passwords_of_their_own(realm, account, session, open_context, accept):
    """A wrong password beside right ones disturbs nobody, and each process has its own ticket."""
    others = [realm.add(f"fork{number}-{account}", PASSWORD) for number in range(10)]

    def work(number):
        options = session(others[number], PASSWORD if number else "a guess")
        try:
            return accept(open_context(options)).client_principal
        except TransportError as error:
            return error.secret_refused

    assert sorted(map(str, in_forks(work))) == sorted(["True", *others[1:]])
    assert [realm.failures(one) for one in others] == [1] + [0] * 9


def test_a_ticket_from_before_the_fork(realm, account, session, open_context, accept, asked):
    options = session(account, PASSWORD)
    open_context(options)
    before = len(asked())
    realm.stop_kdc()
    try:
        assert in_forks(lambda _number: accept(open_context(options)).client_principal, 3) == [account] * 3
    finally:
        realm.start_kdc()
    assert len(asked()) == before


@pytest.mark.parametrize(
    ("code", "unavailable", "refused", "remedy"),
    [
        (1, False, True, "Extend the account"),
        (6, True, False, "spelling"),
        (7, True, False, "setspn"),
        (12, False, True, "logon hours"),
        (14, False, False, "permitted_enctypes"),
        (18, False, True, "Unlock"),
        (21, False, True, "KRB5_TRACE"),
        (23, False, True, "Set a new password"),
        (24, False, True, "password"),
        (29, False, False, "KRB5_TRACE"),
        (31, False, True, "password"),
        (32, False, False, "clocks"),
        (37, False, False, "clocks"),
        (68, True, False, "krb5.conf"),
        (147, False, False, "upper case"),
        (154, True, False, "krb5.conf"),
        (156, True, False, "port 88"),
        (174, False, False, "KRB5_TRACE"),
        (210, False, True, "KRB5_TRACE"),
        (220, True, False, "krb5.conf"),
    ],
)
@pytest.mark.parametrize("library", ["krb5", "gssapi"])
def test_what_each_number_means(realm, session, code, unavailable, refused, remedy, library):
    """The libraries' own errors, with the library's own words."""
    import gssapi
    import krb5

    number = -1765328384 + code
    error = krb5.Krb5Error(krb5.init_context(), number)
    words = str(error).removesuffix(f" {number}")
    if library == "gssapi":
        error = gssapi.exceptions.GSSError(851968, number + (1 << 32))
    failure = _kerberos_errors.failure(session(authentication="negotiate"), "something", error)
    assert isinstance(failure, _kerberos.Unavailable) == unavailable
    assert failure.secret_refused == refused
    assert remedy in failure.remedy
    if library == "krb5":
        assert str(failure) == f"Kerberos: something: {words}."
    insisting = session(authentication="negotiate", kerberos_delegation=True)
    assert not isinstance(_kerberos_errors.failure(insisting, "something", error), _kerberos.Unavailable)
