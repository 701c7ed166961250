# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The KDC of the tests is a real one: it counts wrong passwords, locks accounts and writes down who asks for what."""

from __future__ import annotations

import pytest

from parts import need
from parts.kdc import Realm

PASSWORD = 'right "and" quoted'


@pytest.fixture(scope="module")
def realm():
    need("kdc")
    with Realm(lockout=2) as one:
        one.add("HTTP/localhost")
        yield one


def asked(realm, client):
    return [(one.kind, one.server.partition("@")[0], one.outcome) for one in realm.requests if one.client == client]


def test_a_right_password_is_preauthenticated_and_counts_nothing(realm):
    client = realm.add("right", PASSWORD)
    realm.ccache("right", PASSWORD)
    service = f"krbtgt/{realm.realm}"
    assert asked(realm, client) == [("AS", service, "NEEDED_PREAUTH"), ("AS", service, "ISSUE")]
    assert realm.failures("right") == 0


def test_wrong_passwords_count_and_lock(realm):
    realm.add("wrong", PASSWORD)
    for count in (1, 2):
        with pytest.raises(RuntimeError, match="Password incorrect"):
            realm.ccache("wrong", "guess")
        assert realm.failures("wrong") == count
    with pytest.raises(RuntimeError, match="revoked"):
        realm.ccache("wrong", PASSWORD)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("expire", "expired"),
        ("expire_password", "Cannot read password"),  # the KDC says expired, and kinit asks for a new one
        ("disable", "revoked"),
        ("remove", "not found"),
    ],
)
def test_accounts_that_get_no_ticket(realm, change, reason):
    realm.add(change, PASSWORD)
    getattr(realm, change)(change)
    with pytest.raises(RuntimeError, match=reason):
        realm.ccache(change, PASSWORD)


def test_a_query_that_fails_is_an_error(realm):
    with pytest.raises(RuntimeError, match="does not exist"):
        realm.disable("nobody")


def test_a_stopped_kdc_answers_again_after_its_start(realm):
    realm.add("again", PASSWORD)
    realm.stop_kdc()
    with pytest.raises(RuntimeError, match="Cannot contact any KDC"):
        realm.ccache("again", PASSWORD)
    realm.start_kdc()
    realm.ccache("again", PASSWORD)
