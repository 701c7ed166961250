# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has which session, how many there are, and when one is closed; nothing is sent here."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _lending, _say
from ansible_collections.wsman.automation.plugins.plugin_utils._lending import Sessions

OPTIONS = SessionOptions("srv", scheme="http", port=5985)
SECRET = b"x" * 32


class Session:
    """One that opens nothing."""

    def __init__(self, options):
        self.options, self.closed = options, False

    def close(self):
        self.closed = True


@pytest.fixture
def clock(monkeypatch):
    """The time, which a test sets."""

    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    one = Clock()
    monkeypatch.setattr(_lending, "time", one)
    monkeypatch.setattr(_lending, "Session", Session)
    return one


def host(name, **more):
    return dataclasses.replace(OPTIONS, host=name, **more)


def test_one_that_is_given_back_is_lent_again(clock):
    sessions = Sessions(9, SECRET)
    first = sessions.lend(OPTIONS)
    assert sessions.lend(OPTIONS) is not first
    sessions.give_back(first)
    assert sessions.lend(host("other")) is not first
    assert sessions.lend(dataclasses.replace(OPTIONS, keep_session=False)) is first
    assert len(sessions) == 3


def test_of_several_it_is_the_one_that_was_used_last(clock):
    sessions = Sessions(9, SECRET)
    first, second = sessions.lend(OPTIONS), sessions.lend(OPTIONS)
    sessions.give_back(second)
    sessions.give_back(first)
    assert sessions.lend(OPTIONS) is first


def test_each_is_closed_after_its_own_time(clock):
    sessions = Sessions(9, SECRET)
    long, short = sessions.lend(OPTIONS), sessions.lend(host("short", session_idle_timeout=5.0))
    for one in (long, short):
        sessions.give_back(one)
    clock.now += 4.9
    assert sessions.expire() and not short.session.closed
    clock.now += 0.1
    assert sessions.expire() and short.session.closed and not long.session.closed
    clock.now += 55
    assert not sessions.expire() and long.session.closed and len(sessions) == 0


def test_one_that_is_lent_does_not_grow_old(clock):
    sessions = Sessions(9, SECRET)
    kept = sessions.lend(OPTIONS)
    sessions.give_back(kept)
    clock.now += 59
    assert sessions.lend(OPTIONS) is kept
    clock.now += 100
    sessions.expire()
    sessions.give_back(kept)
    sessions.expire()
    assert not kept.session.closed


def test_one_that_failed_is_not_lent_again(clock):
    sessions = Sessions(9, SECRET)
    kept = sessions.lend(OPTIONS)
    kept.sound = False
    sessions.give_back(kept)
    assert kept.session.closed and len(sessions) == 0 and sessions.lend(OPTIONS) is not kept


def test_where_there_are_as_many_as_there_may_be_the_oldest_idle_one_makes_room(clock):
    said = []
    token = _say.collected.set(said)
    sessions = Sessions(3, SECRET)
    kept = [sessions.lend(host(name)) for name in "abc"]
    for one in (kept[1], kept[0]):
        sessions.give_back(one)
        clock.now += 1
    assert sessions.lend(host("d")) and kept[1].session.closed and not kept[0].session.closed
    assert sessions.lend(host("e")) and kept[0].session.closed
    assert sessions.lend(host("f")) is None and len(sessions) == 3
    assert [(where, verbosity) for _text, where, verbosity in said] == [("d", 1), ("e", 1)]
    assert "session with b was closed" in said[0][0] and "3 are kept at most" in said[0][0] and "ulimit" in said[0][0]
    _say.collected.reset(token)


def test_where_one_is_idle_with_these_options_no_room_is_needed(clock):
    sessions = Sessions(1, SECRET)
    kept = sessions.lend(OPTIONS)
    sessions.give_back(kept)
    assert sessions.lend(OPTIONS) is kept and not kept.session.closed


def test_forgetting_options_and_a_service(clock):
    sessions = Sessions(9, SECRET)
    same, user, port, lent = (
        sessions.lend(one) for one in (OPTIONS, host("srv", user="u"), host("srv", port=1), host("srv", user="v"))
    )
    for one in (same, user, port):
        sessions.give_back(one)
    sessions.forget(dataclasses.replace(OPTIONS, keep_session=False), all_of_host=False)
    assert [one.session.closed for one in (same, user, port, lent)] == [True, False, False, False]
    sessions.forget(OPTIONS, all_of_host=True)
    assert [one.session.closed for one in (user, port, lent)] == [True, False, False]
    lent.sound = True  # its worker has just had an answer
    sessions.give_back(lent)
    assert lent.session.closed


def test_options_that_cannot_be_used_take_no_place(clock, monkeypatch):
    def broken(_options):
        raise UsageError("no such file", option="ca_cert")

    monkeypatch.setattr(_lending, "Session", broken)
    sessions = Sessions(1, SECRET)
    with pytest.raises(UsageError):
        sessions.lend(OPTIONS)
    assert len(sessions) == 0


def test_at_the_end_all_that_are_idle_are_closed(clock):
    sessions = Sessions(9, SECRET)
    kept = [sessions.lend(host(name)) for name in "abc"]
    for one in kept[:2]:
        sessions.give_back(one)
    sessions.close_idle()
    assert [one.session.closed for one in kept] == [True, True, False]
