# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is lost, and what is left open, when workers, the process that keeps sessions, or its connections end."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from kept_run import PATIENCE, PULL, PULLED, options, soon, states, successor
from sending import reset, serve

# what is lost


def test_a_killed_holder_costs_a_connection(run, peer):
    one = peer(serve({}))
    run.ask("a", "send", options=options(one))
    first = run.kill()
    run.ask("a", "send", options=options(one), repeatable=False)
    run.ask("a", "rest")
    second = run.kill()
    assert run.ask("b", "send", options=options(one))["held"]
    [third] = run.holders()
    assert one.connections == 3 and len({first, second, third}) == 3


def answered_when(asked, answers, wire):
    """Answers the request after *asked* is set, from the second one on at once."""
    if wire.receive() and len(wire.peer.requests) == 1:
        asked.set()
        answers.wait(2 * PATIENCE)
    wire.answer()
    while wire.receive():
        wire.answer()


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_holder_killed_in_mid_exchange(run, peer, repeatable):
    asked, answers = threading.Event(), threading.Event()
    one = peer(lambda wire: answered_when(asked, answers, wire))
    run.tell("a", "send", options=options(one), repeatable=repeatable)
    assert asked.wait(PATIENCE)
    run.kill()
    found = run.wait("a")
    assert found["meanwhile"] == 1
    if repeatable:
        assert found["status"] == 200 and len(one.requests) == 2
    else:
        members = found["error"]["members"]
        assert members["outcome_unknown"] and members["lost"] and members["step"] == "read"
        assert "keep_session" in members["remedy"] and len(one.requests) == 1
    answers.set()


def test_a_request_that_the_service_knows_again_is_sent_again(run, peer):
    asked, answers = threading.Event(), threading.Event()
    one = peer(lambda wire: answered_when(asked, answers, wire))
    run.tell("a", "send", options=options(one), repeatable=False, replay="<again/>")
    assert asked.wait(PATIENCE)
    run.kill()
    assert run.wait("a")["status"] == 200
    assert [request.body for request in one.requests] == [b"<request/>", b"<again/>"]
    answers.set()


def test_a_change_that_had_not_left_is_sent(run, peer):
    """The holder is killed while it waits for the name, the connection or the login: nothing of the body went out."""
    connected, done = threading.Event(), threading.Event()

    def script(wire):
        if wire.number == 1:
            connected.set()
            done.wait(2 * PATIENCE)  # says nothing to the Negotiate of the login
            return
        while wire.receive():
            wire.answer()

    one = peer(script)
    given = options(one, authentication="digest")
    run.tell("a", "send", options=given, repeatable=False)
    assert connected.wait(PATIENCE)
    run.kill()
    found = run.wait("a")
    done.set()
    assert found["status"] == 200, found


def test_a_silent_holder_holds_nobody(run, peer):
    one = peer(serve({}))
    run.ask("a", "send", options=options(one))
    run.ask("a", "silence", seconds=0.5)
    [holder] = run.holders()
    os.kill(holder, signal.SIGSTOP)
    assert soon(lambda: set(states(holder)) == {"T"})
    try:
        found = run.ask("a", "send", options=options(one))
        assert found["status"] == 200 and one.connections == 2
        run.ask("b", "silence", seconds=0.5)
        assert run.ask("b", "send", options=options(one))["held"] is False
        assert "it is silent" in " ".join(run.ask("b", "said"))
    finally:
        os.kill(holder, signal.SIGCONT)


def test_a_change_is_done_once_also_where_the_holder_comes_back(run, peer):
    """It was handed over, given up, and sent in another way; the first one then does not leave."""
    ended = []

    def script(wire):
        number = wire.number
        while wire.receive():
            wire.answer()
        ended.append(number)

    one = peer(script)
    run.ask("a", "send", options=options(one))
    run.ask("a", "silence", seconds=0.5)
    [holder] = run.holders()
    os.kill(holder, signal.SIGSTOP)
    try:
        assert soon(lambda: set(states(holder)) == {"T"})
        assert run.ask("a", "send", options=options(one), data="<change/>", repeatable=False)["status"] == 200
    finally:
        os.kill(holder, signal.SIGCONT)
    run.ask("b", "send", options=options(one), data="<last/>")
    run.ask("b", "rest")
    run.ask("main", "reset", options=options(one))  # has it closed as soon as nobody works with it
    assert soon(lambda: 1 in ended)
    assert [request.body for request in one.requests] == [b"<request/>", b"<change/>", b"<last/>"]


def test_a_silent_holder_does_not_outstay_a_deadline(run, peer):
    one = peer(serve({}))
    run.ask("a", "send", options=options(one, deadline=2.0))
    [holder] = run.holders()
    os.kill(holder, signal.SIGSTOP)
    try:
        assert soon(lambda: set(states(holder)) == {"T"})
        began = time.monotonic()
        found = run.ask("a", "send", options=options(one, deadline=2.0))["error"]
        assert "it is silent" in found["text"] and "keep_session" in found["members"]["remedy"]
        assert 2 <= time.monotonic() - began < 15  # and not the 30 s of who is silent without a deadline
    finally:
        os.kill(holder, signal.SIGCONT)


def test_a_defect_is_named_and_ends_nothing(run, peer):
    """Here one of the caller's: a head that no HTTP library can write."""
    one = peer(serve({}))
    found = run.ask("a", "send", options=options(one), headers={"X-Name": "\u0100"})["error"]
    assert "UnicodeEncodeError in " in found["text"] and not found["members"]["outcome_unknown"]
    assert run.ask("a", "send", options=options(one))["held"] and len(run.holders()) == 1


def test_a_worker_that_dies_in_mid_exchange(run, peer):
    """Its connection is closed, and who comes next has another."""
    asked, ended = threading.Event(), threading.Event()

    def script(wire):
        wire.receive()
        if wire.number > 1:
            wire.answer()
            return
        asked.set()
        assert not wire.connection.recv(1)
        ended.set()

    one = peer(script)
    pid = run.ask("a", "pid")
    run.tell("a", "send", options=options(one))
    assert asked.wait(PATIENCE)
    os.kill(pid, signal.SIGKILL)
    assert ended.wait(PATIENCE)
    assert run.ask("b", "send", options=options(one))["status"] == 200
    assert one.connections == 2 and len(run.holders()) == 1


def test_an_interrupted_task_leaves_no_answer_to_others(run, peer):
    asked, answers = threading.Event(), threading.Event()
    one = peer(lambda wire: answered_when(asked, answers, wire))
    pid = run.ask("a", "alarm")
    run.tell("a", "send", options=options(one))
    assert asked.wait(PATIENCE)
    os.kill(pid, signal.SIGALRM)
    assert run.wait("a") == "interrupted"
    answers.set()
    assert run.ask("a", "send", options=options(one), data="<other/>")["status"] == 200
    assert [request.body for request in one.requests] == [b"<request/>", b"<other/>"] and one.connections == 2


def test_a_connection_that_the_service_closed_is_opened_again(run, peer):
    gone = threading.Semaphore(0)

    def script(wire):
        wire.receive()
        wire.answer()
        reset(wire)
        gone.release()

    one = peer(script)
    for worker in "ab":
        assert run.ask(worker, "send", options=options(one), repeatable=False)["status"] == 200
        run.ask(worker, "rest")
        assert gone.acquire(timeout=PATIENCE)
    assert one.connections == 2


# what is left open on the service


@pytest.mark.parametrize("how", ["rest", "end", "kill"])
def test_an_enumeration_that_was_left_open_is_released(run, peer, how):
    one = peer(serve({"body": PULLED}, {}))
    run.ask("a", "know", options=options(one), profile="omi")
    run.ask("a", "send", options=options(one), data=PULL, repeatable=False, changes=False)
    if how == "kill":
        os.kill(run.ask("a", "pid"), signal.SIGKILL)
    else:
        run.ask("a", how)
    assert soon(lambda: len(one.requests) == 2)
    assert b"/Release<" in one.requests[1].body and b">two<" in one.requests[1].body
    run.ask(successor(run, one), "send", options=options(one))
    assert one.connections == 1


def test_of_a_worker_that_dies_in_mid_pull_the_answer_is_awaited(fresh, peer):
    asked, answers = threading.Event(), threading.Event()

    def script(wire):
        wire.receive()
        asked.set()
        answers.wait(2 * PATIENCE)
        wire.answer(PULLED)
        while wire.receive():
            wire.answer()

    one = peer(script)
    pid = fresh.ask("a", "pid")
    fresh.ask("a", "grace", seconds=2 * PATIENCE)  # of the holder that it starts
    fresh.tell("a", "send", options=options(one), data=PULL, repeatable=False, changes=False)
    assert asked.wait(PATIENCE)
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.3)  # until that is seen, which nobody can look at
    answers.set()
    assert soon(lambda: len(one.requests) == 2)
    assert b"/Release<" in one.requests[1].body and b">two<" in one.requests[1].body


def test_of_a_pull_that_is_never_answered_the_old_context_is_released(run, peer):
    asked = threading.Event()

    def script(wire):
        wire.receive()
        if wire.number == 1:
            asked.set()
            wire.peer.done.wait(2 * PATIENCE)
            return
        wire.answer()

    one = peer(script)
    pid = run.ask("a", "pid")
    run.tell("a", "send", options=options(one), data=PULL, repeatable=False, changes=False)
    assert asked.wait(PATIENCE)
    os.kill(pid, signal.SIGKILL)
    assert soon(lambda: len(one.requests) == 2)
    assert b"/Release<" in one.requests[1].body and b">one<" in one.requests[1].body
