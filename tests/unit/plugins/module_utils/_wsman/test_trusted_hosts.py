# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TrustedHosts as Windows reads it."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import trusted_hosts


@pytest.mark.parametrize(
    ("patterns", "host", "expected"),
    [
        ([], "srv", False),
        (["*"], "srv.corp", True),
        (["*"], "fe80::1", True),
        (["srv"], "SRV", True),
        (["SRV"], "srv", True),
        (["srv"], "srv.corp", False),
        (["srv"], "srv2", False),
        (["srv.corp"], "srv.corp.", True),
        (["*.corp"], "srv.corp", True),
        (["*.corp"], "a.b.corp", True),
        (["*.corp"], "corp", False),
        (["*.corp"], "srv.corp.evil", False),
        (["*.corp"], "srv-corp", False),
        (["srv*"], "srv17.corp", True),
        (["10.0.0.*"], "10.0.0.7", True),
        (["10.0.0.*"], "10.0.1.7", False),
        (["[fe80::1]"], "fe80::1", True),
        (["<local>"], "srv", True),
        (["<LOCAL>"], "srv", True),
        (["<local>"], "srv.corp", False),
        (["<local>"], "::1", False),
        (["other", " srv "], "srv", True),
        (["s.v"], "srv", False),
    ],
)
def test_matches(patterns, host, expected):
    assert trusted_hosts.matches(patterns, host) is expected
