# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tickets from ticket caches and keytabs: whose they are, that their files stay as they are, and what fails how."""

from __future__ import annotations

import os
import pathlib
import time

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _kerberos

PASSWORD = "correct horse"


def bytes_and_time(path):
    return pathlib.Path(path).read_bytes(), os.stat(path).st_mtime_ns


@pytest.mark.parametrize("how", ["option", "option with its type", "default"])
@pytest.mark.parametrize("who", ["user", "nobody named"])
def test_a_ticket_cache_is_copied(realm, account, session, open_context, accept, asked, monkeypatch, how, who):
    path = realm.ccache(account, PASSWORD)
    os.chmod(path, 0o400)
    before = bytes_and_time(path)
    monkeypatch.setenv("KRB5CCNAME", path if how == "default" else "FILE:/no/such/cache")
    option = {"option": path, "option with its type": f"FILE:{path}", "default": None}[how]
    options = session(account if who == "user" else None, kerberos_ccache=option)
    assert _kerberos.has_ticket(option, None)
    service = accept(open_context(options))
    assert service.client_principal == account
    assert bytes_and_time(path) == before
    assert asked(kind="AS", outcome="ISSUE") == [("AS", "krbtgt/PARTS.TEST", "ISSUE")]  # kinit's


@pytest.mark.parametrize("kind", ["FILE", "DIR"])
def test_a_cache_that_was_renewed_is_copied_again(realm, account, session, asked, tmp_path, kind):
    path = realm.ccache(account, PASSWORD, path=None if kind == "FILE" else f"DIR::{tmp_path}/tkt{account}")
    first = _kerberos.ticket(session(account, kerberos_ccache=path))
    assert _kerberos.ticket(session(account, kerberos_ccache=path)) is first
    time.sleep(1.1)  # a ticket's times are whole seconds
    realm.ccache(account, PASSWORD, path=path)
    assert _kerberos.ticket(session(account, kerberos_ccache=path)).expires > first.expires


def test_a_collection_has_a_cache_for_each_user(realm, account, session, monkeypatch, tmp_path):
    other = realm.add(f"other-{account}", PASSWORD)
    monkeypatch.setenv("KRB5CCNAME", f"DIR:{tmp_path}")
    for one in (account, other):
        realm.ccache(one, PASSWORD, path=f"DIR::{tmp_path}/tkt{one}")
    assert [_kerberos.ticket(session(one)).principal for one in (account, other)] == [account, other]


def test_the_default_cache_of_somebody_else(realm, account, session, fails, monkeypatch):
    other = realm.add(f"else-{account}", PASSWORD)
    path = realm.ccache(other, PASSWORD)
    monkeypatch.setenv("KRB5CCNAME", path)
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account))
    assert str(caught.error) == f"The user is {account}, and FILE:{path} is for {other}."


def test_a_keytab(realm, account, session, open_context, accept, asked, tmp_path):
    path = realm.keytab(account, path=tmp_path / "user.keytab")
    before = bytes_and_time(path)
    for user in (account, None, account):
        assert accept(open_context(session(user, kerberos_keytab=path))).client_principal == account
    assert _kerberos.has_ticket(None, path) and _kerberos.has_ticket(None, f"FILE:{path}")
    assert bytes_and_time(path) == before
    assert asked(kind="AS", outcome="ISSUE") == [("AS", "krbtgt/PARTS.TEST", "ISSUE")]


def test_a_keytab_of_somebody_else(realm, account, session, fails, asked):
    path = realm.keytab("HTTP/localhost")
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account, kerberos_keytab=path))
    assert str(caught.error) == f"The user is {account}, and {path} is for HTTP/localhost@PARTS.TEST."
    assert asked() == []


def test_a_keytab_with_an_old_key_is_shown_once(realm, account, session, fails, tmp_path):
    path = realm.keytab(account, path=tmp_path / "old.keytab")
    realm.set_password(account, "a new one")
    for _item in range(5):
        with fails(TransportError) as caught:
            _kerberos.ticket(session(account, kerberos_keytab=path))
        assert caught.error.secret_refused and "keytab" in caught.error.remedy
    assert realm.failures(account) == 1


def test_an_expired_cache(realm, account, session, fails):
    path = realm.ccache(account, PASSWORD, lifetime="1s")
    time.sleep(1.2)
    assert not _kerberos.has_ticket(path, None)
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account, kerberos_ccache=path))
    assert path in str(caught.error) and account in str(caught.error)
    assert "kinit" in caught.error.remedy


@pytest.mark.parametrize("option", ["kerberos_ccache", "kerberos_keytab"])
def test_a_password_that_is_there_is_not_asked_for(realm, account, session, fails, tmp_path, option):
    path = str(tmp_path / "none")
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account, PASSWORD, **{option: path}))
    assert f"leave {option} out" in caught.error.remedy and "set password" not in caught.error.remedy
    old = realm.ccache(account, PASSWORD, service="HTTP/localhost")
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account, PASSWORD, kerberos_ccache=old))
    assert "leave kerberos_ccache out" in caught.error.remedy


def test_a_cache_without_a_granting_ticket(realm, account, session, fails):
    path = realm.ccache(account, PASSWORD, service="HTTP/localhost")
    assert not _kerberos.has_ticket(path, None)
    with fails(TransportError):
        _kerberos.ticket(session(account, kerberos_ccache=path))


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No credentials cache found"), (b"no cache", "Unsupported credentials cache format"), (b"", "")],
)
def test_a_cache_that_cannot_be_read(realm, account, session, fails, tmp_path, content, reason):
    path = tmp_path / "cache"
    if content is not None:
        path.write_bytes(content)
    assert not _kerberos.has_ticket(str(path), None)
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account, kerberos_ccache=str(path), authentication="negotiate"))
    assert f"The ticket cache {path} cannot be used: " in str(caught.error) and reason in str(caught.error)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "not found"), (b"no keytab", "Unsupported key table format"), (b"\x05\x02", "it holds no key")],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_keytab_that_cannot_be_read(realm, account, session, fails, asked, tmp_path, content, reason, named):
    path = tmp_path / "keytab"
    if content is not None:
        path.write_bytes(content)
    assert not _kerberos.has_ticket(None, str(path))
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account if named else None, kerberos_keytab=str(path)))
    assert f"The keytab {path} cannot be used: " in str(caught.error) and reason in str(caught.error)
    assert asked() == []


def test_neither_password_nor_cache(realm, account, session, fails, asked):
    with fails(TransportError) as caught:
        _kerberos.ticket(session(account))
    assert str(caught.error).startswith("The default ticket cache cannot be used: No credentials cache found")
    for word in ("kinit", "kerberos_ccache", "kerberos_keytab", "password"):
        assert word in caught.error.remedy
    assert asked() == []


@pytest.mark.parametrize("name", ["", "NOPE:x", "KCM:", "KEYRING:session:none", "MEMORY:none", "a\0b", "/", "ü"])
def test_has_ticket_never_raises(realm, name):
    assert not _kerberos.has_ticket(name, None)
    assert not _kerberos.has_ticket(None, name)
    assert not _kerberos.has_ticket(None, None)


def test_has_ticket_asks_nobody(realm, account, asked):
    path = realm.ccache(account, PASSWORD)
    before = len(asked())
    realm.stop_kdc()
    try:
        started = time.perf_counter()
        assert all(_kerberos.has_ticket(path, None) for _time in range(20))
        assert time.perf_counter() - started < 1
    finally:
        realm.start_kdc()
    assert len(asked()) == before


def test_an_option_is_used_before_a_password(realm, account, session, tmp_path):
    path = realm.ccache(account, PASSWORD)
    assert _kerberos.ticket(session(account, "for NTLM", kerberos_ccache=path)).origin == f"FILE:{path}"
    keytab = realm.keytab(account, path=tmp_path / "keytab")
    both = session(account, "for NTLM", kerberos_ccache=path, kerberos_keytab=keytab)
    assert _kerberos.ticket(both).origin == f"the keytab {keytab}"
    assert realm.failures(account) == 0
