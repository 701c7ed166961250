# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose account a name means, and how Kerberos and NTLM are told."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import users


@pytest.mark.parametrize(
    ("user", "host", "local", "principal", "ntlm"),
    [
        ("u", "srv", True, None, "u"),
        (r".\u", "srv", True, None, "u"),
        (r"srv\u", "srv", True, None, r"srv\u"),
        (r"SRV\u", "srv.corp.example", True, None, r"SRV\u"),
        (r"srv.corp.example\u", "SRV.corp.example.", True, None, r"srv.corp.example\u"),
        (r"10.0.0.1\u", "srv", True, None, r"10.0.0.1\u"),
        (r"10.0.0.1\u", "10.0.0.1", True, None, r"10.0.0.1\u"),
        (r"fe80::1\u", "srv", True, None, r"fe80::1\u"),
        (r"[fe80::1]\u", "srv", True, None, r"[fe80::1]\u"),
        (r"\u", "srv", True, None, r"\u"),
        (r"CORP\u", "srv.corp.example", False, "u@CORP", r"CORP\u"),
        (r"corp.example\u", "srv.corp.example", False, "u@CORP.EXAMPLE", r"corp.example\u"),
        (r"10\u", "10.0.0.1", False, "u@10", r"10\u"),
        (r"CORP\u@x", "srv", False, r"u\@x@CORP", r"CORP\u@x"),
        ("u@CORP.EXAMPLE", "srv", False, "u@CORP.EXAMPLE", "u@CORP.EXAMPLE"),
        ("u@corp.example", "srv", False, "u@corp.example", "u@corp.example"),
        ("u@mail.example@CORP", "srv", False, "u@mail.example@CORP", "u@mail.example@CORP"),
        ("u@srv", "srv", False, "u@srv", "u@srv"),
    ],
)
def test_forms(user, host, local, principal, ntlm):
    account = users.parse(user, host)
    assert (account.local, account.principal, account.ntlm) == (local, principal, ntlm)


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("u", users.Account("u", None, local=True)),
        (r"Corp\u", users.Account("u", "Corp", local=False)),
        ("u@Realm", users.Account("u", "Realm", local=False, has_realm=True)),
    ],
)
def test_parts_are_as_given(user, expected):
    assert users.parse(user, "srv") == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [("10.0.0.1", True), ("::1", True), ("[::1]", True), ("fe80::1%eth0", True), ("srv", False), ("10.0.0", False)],
)
def test_addresses(host, expected):
    assert users.is_address(host) is expected
