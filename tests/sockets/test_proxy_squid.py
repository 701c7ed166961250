# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions through a real squid to the bundled service over TLS; squid's log and the KDC count who was shown what."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import from_options
from ansible_collections.wsman.automation.plugins.plugin_utils import _sessions
from parts import need
from parts.squid import Squid
from sandbox import Sandbox

PASSWORD = 's3 "cr\\\u00e9t:'
WRONG = "wr\u00f6ng s3cret"
ALL = ("negotiate", "digest", "basic")


@pytest.fixture(scope="module", autouse=True)
def squid_is_here():
    need("squid")


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """No proxies but those that a test names."""
    for name in os.environ:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(users={"wsman": "of-the-service"}) as one:
        yield one


@pytest.fixture
def service(sandbox):
    sandbox.clear()
    return sandbox


@pytest.fixture
def squid():
    """Starts a squid with joe and others in its files."""
    with contextlib.ExitStack() as stack:
        yield lambda *authentication, **more: stack.enter_context(
            Squid(authentication, users=dict.fromkeys(("joe", "CORP\\ann", 'a"b', "c d"), PASSWORD), **more)
        )


def options(service, proxy=None, **more):
    given = {"host": "127.0.0.1", "port": service.https_port, "scheme": "https", "ca_cert": service.ca_file}
    given |= {"authentication": "basic", "user": "wsman", "password": "of-the-service"}
    if proxy is not None:
        given["proxy"] = proxy.url.replace("127.0.0.1", "localhost")  # Kerberos needs a name
    return from_options({**given, **more})


def send(service, proxy=None, times=1, **more):
    """Identify so many times through one session, which is closed then: squid writes a tunnel down at its end."""
    wanted = options(service, proxy, **more)
    session = _sessions.direct(wanted)
    try:
        for _time in range(times):
            assert session.send(session.identify()).status == 200
    finally:
        _sessions.close(wanted)


def fails(service, proxy=None, **more):
    with pytest.raises(TransportError) as caught:
        send(service, proxy, **more)
    error = caught.value
    assert error.step == "proxy" and error.remedy
    for secret in (PASSWORD, WRONG, "of-the-service"):
        assert secret not in error.message + error.remedy
    return error


def seen(proxy, count):
    """What squid has seen: (status, user, scheme) of each CONNECT."""
    log = proxy.wait_for(count)
    assert {request.method for request in log} <= {"CONNECT"}
    return [(request.status, request.user, request.scheme) for request in log]


ASKED = (407, None, None)


def as_joe(**more):
    return {"proxy_user": "joe", "proxy_password": PASSWORD, **more}


# each kind


@pytest.mark.parametrize(
    ("offered", "named", "expected"),
    [
        ((), None, [(200, None, None)]),
        (("basic",), None, [ASKED, (200, "joe", "Basic")]),
        (("basic",), "basic", [(200, "joe", "Basic")]),
        (("digest",), None, [ASKED, (200, "joe", "Digest")]),
        (("digest",), "digest", [ASKED, (200, "joe", "Digest")]),
        (("basic", "digest"), None, [ASKED, (200, "joe", "Digest")]),
        (("basic", "digest"), "basic", [(200, "joe", "Basic")]),
    ],
)
def test_one_tunnel_serves_a_session(service, squid, offered, named, expected):
    proxy = squid(*offered)
    send(service, proxy, times=3, **as_joe(proxy_authentication=named))
    assert seen(proxy, len(expected)) == expected
    assert proxy.log[-1].target == f"127.0.0.1:{service.https_port}"
    assert (service.requests, service.connections, service.authentication_failures) == (3, 1, 0)


@pytest.mark.parametrize(("scheme", "user"), [("basic", "CORP\\ann"), ("basic", 'a"b'), ("digest", "c d")])
def test_unusual_names(service, squid, scheme, user):
    """By Digest this squid takes no backslash and no quote, from no client: it asks its helper for another name."""
    proxy = squid(scheme)
    send(service, proxy, proxy_user=user, proxy_password=PASSWORD)
    assert seen(proxy, 2)[-1][0] == 200


@pytest.mark.parametrize(
    ("offered", "named", "expected"),
    [
        (("basic",), None, [ASKED, (407, "joe", "Basic")]),
        (("basic",), "basic", [(407, "joe", "Basic")]),
        (("digest",), None, [ASKED, (407, "joe", "Digest")]),
        (("digest", "basic"), None, [ASKED, (407, "joe", "Digest")]),
    ],
)
def test_a_wrong_password_is_shown_once(service, squid, offered, named, expected):
    """Five items of a loop, and no weaker scheme. The service sees none of it, and the right password goes on."""
    proxy = squid(*offered)
    for _item in range(5):
        error = fails(service, proxy, **as_joe(proxy_password=WRONG, proxy_authentication=named))
        assert "refused the user or the password" in error.message and error.http_status == 407
    assert seen(proxy, len(expected)) == expected
    assert service.connections == 0
    send(service, proxy, **as_joe())


def test_no_account_and_one_half(service, squid):
    proxy = squid("basic", "digest")
    error = fails(service, proxy)
    assert "wants authentication; it offers Basic, Digest" in error.message
    assert error.offered_schemes == ("Basic", "Digest")
    assert seen(proxy, 1) == [ASKED]


def test_a_scheme_that_squid_does_not_have(service, squid):
    proxy = squid("basic")
    assert "does not take Digest" in fails(service, proxy, **as_joe(proxy_authentication="digest")).message
    assert seen(proxy, 1) == [ASKED]


def test_the_service_s_own_handshake_goes_through_the_tunnel(service, squid):
    """NTLM belongs to one connection and is bound to the service's certificate, which is the one behind the proxy."""
    proxy = squid("digest")
    send(service, proxy, times=3, **as_joe(authentication="negotiate", channel_binding="always"))
    assert seen(proxy, 2) == [ASKED, (200, "joe", "Digest")]
    assert (service.handshakes, service.connections, service.authentication_failures) == (1, 1, 0)


# Kerberos


_numbers = itertools.count(1)


@pytest.fixture
def account(domain, monkeypatch):
    """A principal of the test's own; its KDC is ours."""
    for name, value in domain.environment.items():
        monkeypatch.setenv(name, value)
    return domain.add(f"user{next(_numbers)}", "correct horse")


@pytest.fixture
def kerberized(domain, squid):
    """Starts a squid that offers these, with the keytab of its service."""
    return lambda *offered: squid(*offered, keytab=domain.environment["KRB5_KTNAME"], environment=domain.environment)


def asked_for(domain, account):
    return [(request.kind, request.server, request.outcome) for request in domain.requests if request.client == account]


@pytest.mark.parametrize(
    ("offered", "named", "first"),
    [(("negotiate",), None, [ASKED]), (("negotiate",), "negotiate", []), (ALL[::-1], None, [ASKED])],
)
def test_kerberos(service, kerberized, account, offered, named, first):
    proxy = kerberized(*offered)
    send(service, proxy, times=2, proxy_user=account, proxy_password="correct horse", proxy_authentication=named)
    assert seen(proxy, len(first) + 1) == [*first, (200, account, "Negotiate")]


def test_kerberos_by_a_ticket(service, kerberized, domain, account):
    proxy = kerberized("negotiate")
    ccache = domain.ccache(account, "correct horse")
    send(service, proxy, proxy_authentication="negotiate", kerberos_ccache=ccache)
    assert seen(proxy, 1) == [(200, account, "Negotiate")]


@pytest.mark.parametrize(("named", "expected"), [(None, [ASKED]), ("negotiate", [])])
def test_a_wrong_password_counts_once_at_the_kdc_and_is_shown_to_no_proxy(
    service, kerberized, domain, account, named, expected
):
    proxy = kerberized(*ALL)
    for _item in range(5):
        given = {"proxy_user": account, "proxy_password": WRONG, "proxy_authentication": named}
        error = fails(service, proxy, **given)
        assert "Preauthentication failed" in error.message and "proxy_password" in error.remedy
    assert domain.failures(account) == 1
    assert seen(proxy, len(expected)) == expected


def test_a_ticket_that_the_proxy_refuses_is_the_end(service, squid, domain, account, tmp_path):
    """The keys of another service: the account was right for the KDC, and no weaker scheme is tried."""
    domain.add("HTTP/other.test")
    keytab = domain.keytab("HTTP/other.test", path=domain.folder / "other.keytab")
    proxy = squid(*ALL, keytab=keytab, environment=domain.environment)
    for _item in range(2):
        error = fails(service, proxy, proxy_user=account, proxy_password="correct horse")
        assert "refused the user or the password (Negotiate)" in error.message and "HTTP/localhost" in error.message
    assert [scheme for _status, _user, scheme in seen(proxy, 2)] == [None, "Negotiate"]


def test_a_local_account_reaches_no_kdc(service, kerberized, domain, account):
    """Its NTLM is nothing for this squid, which has seen nothing of the secret by then: Digest is next."""
    domain.add("joe", "another password")
    before = len(domain.requests)
    proxy = kerberized(*ALL)
    send(service, proxy, **as_joe())
    assert seen(proxy, 3) == [ASKED, (407, None, "Negotiate"), (200, "joe", "Digest")]
    assert domain.requests[before:] == [] and domain.failures("joe") == 0


# which proxy


def test_the_environment_is_asked_only_where_it_shall_be(service, squid, monkeypatch):
    proxy = squid("basic")
    monkeypatch.setenv("https_proxy", proxy.url.replace("//", "//joe:s3%20%22cr%5C%C3%A9t%3A@"))
    send(service)
    send(service, proxy_access_type="none")
    assert proxy.log == []
    send(service, proxy_access_type="environment")
    assert seen(proxy, 2) == [ASKED, (200, "joe", "Basic")]


@pytest.mark.parametrize(("no_proxy", "count"), [("127.0.0.0/8", 0), ("127.0.0.1", 0), ("10.0.0.0/8,example.com", 1)])
def test_no_proxy(service, squid, monkeypatch, no_proxy, count):
    proxy = squid()
    monkeypatch.setenv("https_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", no_proxy)
    send(service, proxy_access_type="environment")
    assert len(proxy.wait_for(count)) == count


# what does not open


def test_a_port_that_squid_refuses(service, squid):
    proxy = squid("basic", refused=(service.https_port,))
    error = fails(service, proxy, **as_joe(proxy_authentication="basic"))
    assert (
        f"refuses to connect to 127.0.0.1:{service.https_port} (HTTP 403 Forbidden ERR_ACCESS_DENIED" in error.message
    )
    assert error.http_status == 403 and "CONNECT" in error.remedy


def test_a_service_that_squid_cannot_reach(service, squid):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = fails(service, squid(), port=port)
    assert f"could not reach 127.0.0.1:{port}" in error.message and "ERR_CONNECT_FAIL 111" in error.message


def test_a_squid_that_was_stopped(service, squid):
    proxy = squid()
    send(service, proxy)
    proxy.stop()
    assert "refused the connection" in fails(service, proxy).message


def test_the_certificate_behind_the_proxy_is_judged(service, squid):
    proxy = squid()
    with pytest.raises(TransportError) as caught:
        send(service, proxy, certificate_fingerprint="00" * 32)
    assert caught.value.step == "tls"


def test_a_new_connection_has_a_new_tunnel(service, squid):
    """The service drops the kept connection; the way through the proxy is opened again, with the account."""
    proxy = squid("digest")
    wanted = options(service, proxy, **as_joe())
    session = _sessions.direct(wanted)
    assert session.send(session.identify()).status == 200
    service.misbehave("drop_after")
    for _time in range(2):
        assert session.send(session.identify()).status == 200
    _sessions.close(wanted)
    assert seen(proxy, 4) == [ASKED, (200, "joe", "Digest")] * 2
