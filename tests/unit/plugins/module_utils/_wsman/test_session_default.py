# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The default authentication: one table of all cases, each of them once."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import session
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

HOSTS = {"loopback": "localhost", "address": "10.0.0.1", "name": "srv.corp"}
WAYS = {
    "https": {"scheme": "https"},
    "https, not listed": {"scheme": "https", "trusted_hosts": ["other"]},
    "listed": {"scheme": "http", "trusted_hosts": ["other", "*.corp", "10.*"]},
    "http": {"scheme": "http"},
    "http, not listed": {"scheme": "http", "trusted_hosts": ["other"]},
}
ACCOUNTS = {
    "nobody": {},
    "bare": {"user": "u", "password": "p"},
    "domain": {"user": "CORP\\u", "password": "p"},
    "realm": {"user": "u@CORP", "password": "p"},
    "realm without password": {"user": "u@CORP"},
}
TICKETS = (True, False)

ANY_WAY, ANYBODY = tuple(WAYS), tuple(ACCOUNTS)
TRUSTED, UNTRUSTED = ANY_WAY[:3], ANY_WAY[3:]
SOMEBODY, REALMS = ANYBODY[1:], ANYBODY[3:]
BY_IP, NOT_TRUSTED = 2150859195, 2150858980

#: host, ways, accounts, tickets, what comes of it
TABLE = [
    ("loopback", ANY_WAY, ANYBODY, TICKETS, "negotiate"),
    ("address", TRUSTED, SOMEBODY, TICKETS, "negotiate"),
    ("address", TRUSTED, ("nobody",), TICKETS, BY_IP),
    ("address", UNTRUSTED, ANYBODY, TICKETS, BY_IP),
    ("name", TRUSTED, SOMEBODY, TICKETS, "negotiate"),
    ("name", TRUSTED, ("nobody",), (False,), "negotiate"),
    ("name", TRUSTED, ("nobody",), (True,), "kerberos"),
    ("name", UNTRUSTED, ANYBODY, (True,), "kerberos"),
    ("name", UNTRUSTED, REALMS, (False,), "kerberos"),
    ("name", UNTRUSTED, ("nobody", "bare", "domain"), (False,), NOT_TRUSTED),
]
CASES = [
    (host, way, account, ticket, expected)
    for host, ways, accounts, tickets, expected in TABLE
    for way, account, ticket in itertools.product(ways, accounts, tickets)
]


def test_each_case_is_there_once():
    found = [case[:4] for case in CASES]
    assert len(found) == len(set(found))
    assert set(found) == set(itertools.product(HOSTS, WAYS, ACCOUNTS, TICKETS))


@pytest.mark.parametrize(("host", "way", "account", "ticket", "expected"), CASES)
def test_default(host, way, account, ticket, expected):
    options = {"host": HOSTS[host], **WAYS[way], **ACCOUNTS[account]}
    for default in ({}, {"authentication": "default"}):
        try:
            found = session.from_options({**options, **default}, has_ticket=lambda: ticket).authentication
        except UsageError as error:
            found = error.windows_code
        assert found == expected


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LocalHost"])
def test_the_control_node_itself(host):
    assert session.from_options({"host": host, "scheme": "http"}).authentication == "negotiate"


def test_a_named_authentication_is_trusted_where_there_is_no_list():
    options = {"host": "srv", "scheme": "http", "authentication": "negotiate", "user": "u", "password": "p"}
    assert session.from_options(options).authentication == "negotiate"
    assert session.from_options({**options, "trusted_hosts": []}).authentication == "negotiate"
    with pytest.raises(UsageError):
        session.from_options({**options, "trusted_hosts": "other,*.corp"})
    assert session.from_options({**options, "trusted_hosts": "other, <local>"}).authentication == "negotiate"
