# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Initial tickets of a real KDC: where they come from, that nothing is written, and that one account gets one try."""

from __future__ import annotations

import gc
import os
import pathlib
import subprocess
import sys
import types

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import _kerberos, _tickets

PASSWORD = "correct horse"
TRIED, GOT = ("AS", "krbtgt/PARTS.TEST", "NEEDED_PREAUTH"), ("AS", "krbtgt/PARTS.TEST", "ISSUE")
REFUSED = ("AS", "krbtgt/PARTS.TEST", "PREAUTH_FAILED")


def bytes_and_time(path):
    return pathlib.Path(path).read_bytes(), os.stat(path).st_mtime_ns


def test_a_password_gets_one_ticket_without_any_program(realm, account, session, asked, monkeypatch):
    with monkeypatch.context() as bare:
        bare.setenv("PATH", "")
        bare.setattr(subprocess, "Popen", None)
        tickets = [_kerberos.ticket(session(account, PASSWORD)) for _item in range(5)]
    assert {(one.principal, one.forwardable) for one in tickets} == {(account, False)}
    assert tickets[0].ccache.startswith("MEMORY:")
    assert asked() == [TRIED, GOT]
    assert realm.failures(account) == 0


def test_a_password_writes_no_cache(realm, account, session, open_context, monkeypatch):
    path = realm.ccache(account, PASSWORD)
    monkeypatch.setenv("KRB5CCNAME", path)
    before = bytes_and_time(path), sorted(os.listdir(realm.folder))
    open_context(session(account, PASSWORD))
    assert (bytes_and_time(path), sorted(os.listdir(realm.folder))) == before


def test_a_ticket_that_ends_is_got_again(realm, account, session, asked):
    realm.change(account, '-maxlife "30 seconds"')
    for _item in range(2):
        _kerberos.ticket(session(account, PASSWORD))
    assert asked() == [TRIED, GOT, TRIED, GOT]


@pytest.mark.parametrize("authentication", ["kerberos", "negotiate", "credssp"])
def test_a_wrong_password_counts_once_in_a_loop(realm, account, session, asked, fails, authentication):
    for _item in range(5):
        with fails(TransportError) as caught:
            _kerberos.ticket(session(account, "a guess", authentication=authentication))
        assert caught.error.secret_refused
        assert caught.error.step == "authentication"
        assert str(caught.error) == f"Kerberos: the initial ticket of {account}: Preauthentication failed."
    assert realm.failures(account) == 1
    assert asked() == [TRIED, REFUSED]


def test_another_password_is_another_try(realm, account, session, fails):
    with fails(TransportError):
        _kerberos.ticket(session(account, "a guess"))
    assert _kerberos.ticket(session(account, PASSWORD)).principal == account


def test_a_wrong_password_is_shown_to_one_kdc_of_two(realm, account, session, fails, replica):
    """krb5's simple function tries again at the primary KDC what a replica has refused."""
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account, "a guess"))
    assert caught.error.secret_refused
    assert replica.requests > 0
    assert realm.failures(account) == 1


def test_a_wrong_password_without_preauthentication(realm, session, fails):
    user = realm.add("trusting", PASSWORD, preauth=False)
    with fails(TransportError) as caught:
        _kerberos.ticket(session(user, "a guess"))
    assert caught.error.secret_refused


@pytest.mark.parametrize(
    ("change", "reason", "remedy"),
    [
        ("expire", "entry in database has expired", "Extend the account"),
        ("expire_password", "Password has expired", "Set a new password"),
        ("disable", "credentials have been revoked", "Unlock or enable"),
    ],
)
def test_accounts_that_the_kdc_refuses(realm, account, session, fails, change, reason, remedy):
    getattr(realm, change)(account)
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account, PASSWORD, authentication="negotiate"))
    assert caught.error.secret_refused
    assert account in str(caught.error) and reason in str(caught.error)
    assert remedy in caught.error.remedy


def test_a_locked_account(realm, account, session, fails):
    for number in range(3):
        with fails(TransportError):
            _kerberos.ticket(session(account, f"guess {number}"))
    assert realm.failures(account) == 3
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account, PASSWORD, authentication="negotiate"))
    assert "revoked" in str(caught.error) and "Unlock" in caught.error.remedy
    assert caught.error.secret_refused


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        ("nobody@PARTS.TEST", "Client 'nobody@PARTS.TEST' not found in Kerberos database"),
        ("somebody@UNKNOWN.TEST", 'Cannot find KDC for realm "UNKNOWN.TEST"'),
        ("UNKNOWN\\somebody", 'Cannot find KDC for realm "UNKNOWN"'),
        ("somebody@parts.test", 'Cannot find KDC for realm "parts.test"'),
    ],
)
def test_what_lets_negotiate_go_on(realm, session, fails, user, reason):
    with fails(_kerberos.Unavailable) as caught:
        _kerberos.ticket(session(user, PASSWORD, authentication="negotiate"))
    assert reason in str(caught.error)
    assert not caught.error.secret_refused


def test_no_kdc(realm, account, session, fails):
    realm.stop_kdc()
    try:
        with fails(_kerberos.Unavailable) as caught:
            _kerberos.ticket(session(account, PASSWORD, authentication="negotiate"))
    finally:
        realm.start_kdc()
    assert "Cannot contact any KDC for realm 'PARTS.TEST'" in str(caught.error)
    assert "port 88" in caught.error.remedy
    assert _kerberos.ticket(session(account, PASSWORD)).principal == account  # that is not remembered


def test_delegation_has_nothing_to_go_on_to(realm, session, fails):
    with fails(TransportError):
        _kerberos.ticket(session("nobody@PARTS.TEST", PASSWORD, authentication="negotiate", kerberos_delegation=True))


@pytest.mark.parametrize("user", ["worker", ".\\worker", "localhost\\worker", "127.0.0.1\\worker"])
def test_a_local_account_never_reaches_the_kdc(realm, account, session, asked, fails, user):
    user = user.replace("worker", account.partition("@")[0])
    with fails(UsageError) as caught:
        _kerberos.ticket(session(user, PASSWORD))
    assert caught.error.option == "user" and "user@REALM" in caught.error.remedy
    with fails(UsageError):
        _kerberos.ticket(session(user, PASSWORD, authentication="credssp", credssp_auth_mechanism="kerberos"))
    with fails(_kerberos.Unavailable):
        _kerberos.ticket(session(user, PASSWORD, authentication="negotiate"))
    assert asked() == []
    assert realm.failures(account) == 0


def test_an_empty_password(realm, account, session, asked, fails):
    with fails(UsageError):
        _kerberos.ticket(session(account, ""))
    assert asked() == []


def test_a_kdc_whose_clock_is_behind(realm, account, session, fails, monkeypatch):
    ahead = types.SimpleNamespace(time=lambda now=_tickets.time.time: now() + 172800)
    monkeypatch.setattr(_tickets, "time", ahead)
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account, PASSWORD))
    assert "over on arrival, the KDC's clock is 1728" in str(caught.error) and "clocks" in caught.error.remedy


@pytest.mark.parametrize(("authentication", "kind"), [("kerberos", UsageError), ("negotiate", _kerberos.Unavailable)])
@pytest.mark.parametrize("library", ["krb5", "gssapi", "spnego"])
def test_a_missing_library(session, fails, monkeypatch, library, authentication, kind):
    monkeypatch.setattr(_tickets, library, None)
    assert not _kerberos.has_ticket(None, None)
    with fails(kind) as caught:
        _kerberos.ticket(session("user@PARTS.TEST", PASSWORD, authentication=authentication))
    for word in ("pip install pyspnego[kerberos]", "libkrb5-dev", "krb5-devel", "gcc"):
        assert word in caught.error.remedy


KEPT_ERRORS = """
import gc, sys
sys.path[:0] = {path!r}
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _kerberos
import spnego

def fail(host, user, password, **more):
    options = SessionOptions(host=host, authentication="kerberos", user=user, password=password, **more)
    try:
        _kerberos.open_context(
            options, _kerberos.ticket(options), protocol="kerberos", bindings=None,
            context_request=spnego.ContextReq.default, negotiate_options=spnego.NegotiateOptions.none,
        )
    except Exception as error:
        cycle = [error]
        cycle.append(cycle)
        return
    raise AssertionError("no error")

for one in {cases!r}:
    for more in ({{}}, dict(kerberos_ccache="/no"), dict(kerberos_keytab="/no")):
        fail(*one, **more)
        gc.collect()
"""


def test_errors_that_are_kept_do_not_crash_the_process(realm, account):
    """krb5's objects in the frames of an exception that the garbage collector frees: the process would be gone."""
    cases = [("localhost", account, "a guess"), ("unknown", account, PASSWORD), ("localhost", "nobody@X", "")]
    cases += [("localhost", "nobody@PARTS.TEST", "a guess"), ("localhost", "no@body@PARTS.TEST", "a guess")]
    code = KEPT_ERRORS.format(path=sys.path, cases=cases)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    gc.collect()
