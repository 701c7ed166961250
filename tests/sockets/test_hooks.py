# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a session tells while it sends: that a change goes out now, and that a request has gone."""

from __future__ import annotations

import threading

from sending import REQUEST, reset, serve, session


def test_meanwhile_is_between_the_request_and_its_answer(peer):
    decoded = threading.Event()
    came = []

    def script(wire):
        wire.receive()
        came.append(decoded.wait(5))
        wire.answer()

    one = peer(script)
    session(one.port).send(REQUEST, meanwhile=decoded.set)
    assert came == [True]


def test_meanwhile_is_called_once_though_the_request_goes_twice(peer):
    def script(wire):
        wire.receive()
        if wire.number == 1:
            wire.answer()
            wire.receive()
            return reset(wire)
        wire.answer()

    one, calls = peer(script), []
    session(one.port).send(REQUEST)
    session(one.port).send(REQUEST, meanwhile=lambda: calls.append(len(one.requests)))
    assert (len(calls), len(one.requests)) == (1, 3)


def test_meanwhile_belongs_to_one_request(peer):
    one, calls = peer(serve({})), []
    session(one.port).send(REQUEST, meanwhile=lambda: calls.append(1))
    session(one.port).send(REQUEST)
    assert calls == [1]


def test_a_change_is_announced_before_it_goes(peer):
    one, seen = peer(serve({})), []
    sender = session(one.port)
    sender.announce = lambda: seen.append(len(one.requests))
    sender.send(REQUEST)
    assert seen == []
    sender.send(REQUEST, repeatable=False)
    assert seen == [1]
