# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that keeps sessions, between workers that are real processes and a peer on loopback."""

from __future__ import annotations

import threading
import time

import pytest
from kept_run import PATIENCE, options, soon, successor
from sending import ENVELOPE, serve

# one session for all


def test_tasks_one_after_the_other_have_one_connection(run, peer):
    one = peer(serve({}))
    for worker in "abc":
        answer = run.ask(worker, "send", options=options(one))
        assert (answer["body"], answer["status"], answer["held"]) == (ENVELOPE.decode(), 200, True)
        assert answer["meanwhile"] == 1
        assert answer["headers"]["Content-Length"] == str(len(ENVELOPE))
        run.ask(worker, "rest")
    assert (one.connections, len(one.requests), len(run.holders())) == (1, 3, 1)


def test_an_ended_worker_gives_its_session_back(run, peer):
    one = peer(serve({}))
    run.ask("a", "know", options=options(one), profile="omi")
    run.ask("a", "send", options=options(one))
    run.ask("a", "end")
    run.ask(successor(run, one), "send", options=options(one))
    assert one.connections == 1


def test_workers_at_once_have_a_session_each(run, peer):
    release = threading.Event()

    def script(wire):
        while wire.receive():
            release.wait(PATIENCE)
            wire.answer()

    one = peer(script)
    for worker in "abcdefgh":
        run.tell(worker, "send", options=options(one))
    assert soon(lambda: len(one.requests) == 8)
    release.set()
    assert [run.wait(worker)["status"] for worker in "abcdefgh"] == [200] * 8
    assert (one.connections, len(run.holders())) == (8, 1)
    for worker in "abcdefgh":
        run.ask(worker, "rest")
    run.ask("z", "send", options=options(one))
    assert one.connections == 8


def test_what_is_known_of_a_service_is_known_to_the_next_task(run, peer):
    one = peer(serve({}))
    assert run.ask("a", "know", options=options(one))[:3] == [None, False, False]
    mine = run.ask("a", "know", options=options(one), profile="omi")
    run.ask("a", "rest")
    assert run.ask("b", "know", options=options(one)) == mine
    assert mine[:3] == ["omi", True, True]


@pytest.mark.parametrize("name", ["user", "password", "locale", "session_idle_timeout", "batch_items"])
def test_who_differs_by_one_option_does_not_share(run, peer, name):
    other = {"user": "v", "password": "other", "locale": "de-DE", "session_idle_timeout": 61, "batch_items": 99}[name]
    one = peer(serve({}))
    run.ask("a", "send", options=options(one))
    run.ask("a", "rest")
    run.ask("b", "send", options=options(one, **{name: other}))
    assert one.connections == 2


def test_an_idle_session_is_closed(run, peer):
    ends = []

    def script(wire):
        while wire.receive():
            wire.answer()
        ends.append(time.monotonic())

    one = peer(script)
    began = time.monotonic()
    run.ask("a", "send", options=options(one, session_idle_timeout=0.5))
    run.ask("a", "rest")
    assert soon(lambda: ends) and ends[0] - began >= 0.5
    assert run.holders()


def test_a_task_that_keeps_none_drops_the_one_that_is_kept(run, peer):
    one = peer(serve({}))
    run.ask("a", "send", options=options(one))
    run.ask("a", "rest")
    assert run.ask("b", "send", options=options(one, keep_session=False))["held"] is False
    run.ask("b", "end")
    run.ask("c", "send", options=options(one))
    assert one.connections == 3


def test_without_keeping_nothing_is_started(fresh, peer):
    one = peer(serve({}))
    assert fresh.ask("a", "send", options=options(one, keep_session=False))["held"] is False
    assert not fresh.holders()


def test_a_reset_in_the_main_process_closes_what_is_kept_of_the_host(run, peer):
    ends = []

    def script(wire):
        while wire.receive():
            wire.answer()
        ends.append(1)

    one, other = peer(script), peer(serve({}))
    for worker, more in (("a", {}), ("b", {"user": "v"})):
        run.ask(worker, "send", options=options(one, **more))
        run.ask(worker, "rest")
    run.ask("a", "send", options=options(other))
    run.ask("a", "rest")
    run.ask("main", "reset", options=options(one))
    assert soon(lambda: len(ends) == 2)
    run.ask("c", "send", options=options(one))
    run.ask("c", "send", options=options(other))
    assert (one.connections, other.connections) == (3, 1)


def test_a_reset_closes_a_session_in_use_when_it_is_given_back(run, peer):
    one = peer(serve({}))
    run.ask("a", "send", options=options(one))
    run.ask("main", "reset", options=options(one))
    run.ask("a", "send", options=options(one))
    run.ask("a", "rest")
    run.ask("b", "send", options=options(one))
    assert one.connections == 2


def test_a_reset_starts_nothing(fresh, peer):
    fresh.ask("main", "reset", options=options(peer(serve({}))))
    assert not fresh.holders() and not fresh.place.exists()


# errors


def test_errors_come_with_all_that_is_known(run, peer):
    one = peer(serve({"status": "401 Unauthorized", "headers": ["WWW-Authenticate: Basic realm=x"]}))
    found = run.ask("a", "send", options=options(one))["error"]
    members = found["members"]
    assert (members["step"], members["http_status"], members["offered_schemes"]) == ("authentication", 401, ["Basic"])
    assert members["secret_refused"] is True and members["remedy"]
    assert "refused the user or the password" in found["text"] and "refused" in members["message"]
    again = run.ask("a", "send", options=options(one))["error"]
    assert "not tried again" in again["members"]["message"] and len(one.requests) == 1  # not in this task
    run.ask("a", "rest")
    run.ask("b", "send", options=options(one))
    assert len(one.requests) == 2  # the next one may be right by then


def test_wrong_options_are_refused_as_ever(run, peer, tmp_path):
    given = options(peer(serve({})), scheme="https", ca_cert=str(tmp_path / "nothing.pem"), message_encryption="auto")
    said = run.ask("a", "send", options=given)
    assert said.startswith("UsageError") and "ca_cert" in said


def test_a_deadline_is_kept_to(run, peer):
    one = peer(lambda wire: wire.receive() and wire.peer.done.wait(2 * PATIENCE))
    began = time.monotonic()
    error = run.ask("a", "send", options=options(one, deadline=1.5))["error"]
    assert error["members"]["step"] == "read" and "deadline of 1.5 s" in error["text"]
    assert time.monotonic() - began < 10
