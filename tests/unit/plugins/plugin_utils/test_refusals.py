# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was refused is remembered for one task, wherever and in whatever thread it is sent."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _refusals, _say, _sockets
from ansible_collections.wsman.automation.plugins.plugin_utils._refusals import Memory, Refused

OPTIONS = SessionOptions("srv", authentication="ntlm", user="u", password="p")
ELSEWHERE = SessionOptions("other", authentication="ntlm", user="u", password="p")
ERROR = TransportError("No.", step="authentication", remedy="Correct it.", http_status=401)


@pytest.mark.parametrize("here", [True, False])
def test_where_a_refusal_counts(here):
    with _refusals.apart(Memory()):
        _refusals.check(OPTIONS)
        _refusals.remember(OPTIONS, ERROR, here=here)
        with pytest.raises(TransportError, match="No. It was not tried again"):
            _refusals.check(OPTIONS)
        _refusals.check(OPTIONS.anonymous())
        _refusals.check(SessionOptions("srv", authentication="ntlm", user="u", password="q"))
        if here:
            _refusals.check(ELSEWHERE)
        else:
            with pytest.raises(TransportError):
                _refusals.check(ELSEWHERE)


def test_tasks_know_nothing_of_each_other():
    first, second = Memory(), Memory()
    with _refusals.apart(first):
        _refusals.remember(OPTIONS, ERROR, here=False)
        with _refusals.apart(second):
            _refusals.check(OPTIONS)
        assert len(_refusals.accounts) == 1
    assert not _refusals.accounts
    with _refusals.apart(first), pytest.raises(TransportError):
        _refusals.check(OPTIONS)


def test_kinds_of_secrets_are_apart():
    one, other = Refused(), Refused()
    with _refusals.apart(Memory()):
        one["k",] = ERROR
        assert dict(one) == {("k",): ERROR} and not other
        del one["k",]
        assert not one


def test_threads_of_libraries_belong_to_the_task():
    memory, heard = Memory(), []

    def refuse():
        _refusals.remember(OPTIONS, ERROR, here=True)
        _say.say("something", "srv")

    token = _say.collected.set(heard)
    with _refusals.apart(memory):
        _sockets.within(5, refuse)
        assert len(_refusals.accounts) == 1
    _say.collected.reset(token)
    assert heard == [("something", "srv", 1)] and not _refusals.accounts
