# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that keeps sessions, between workers that are real processes and a peer on loopback."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import pathlib
import resource
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time

import pytest
from sending import ENVELOPE, reset, serve

HERE = pathlib.Path(__file__).parent
NOBODY = 65534
PROMISE = 10.0  # seconds from the end of the main process until nothing is left: 4, and what a busy machine adds
PATIENCE = 30.0  # for what comes on a busy machine too; nobody waits so long unless it fails


class Run:
    """A run of Ansible, as far as sessions see it: a main process and workers."""

    def __init__(self, folder):
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)),
            "ANSIBLE_LOCAL_TEMP": str(folder),
        }
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "kept_main.py"), str(folder)],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self._answers, self._workers, self._test = {}, set(), 0
        pid, place = self.wait("main")
        assert pid == self.process.pid
        self.place = pathlib.Path(place)

    def tell(self, worker, what, **arguments):
        line = json.dumps([self._name(worker), what, arguments])
        self.process.stdin.write((line + "\n").encode())
        self.process.stdin.flush()

    def wait(self, worker, seconds=PATIENCE):
        """The next result of a worker."""
        end, wanted = time.monotonic() + seconds, self._name(worker)
        while not self._answers.get(wanted):
            ready = select.select([self.process.stdout], [], [], max(0.0, end - time.monotonic()))[0]
            assert ready, f"{worker} does not answer"
            line = self.process.stdout.readline()
            assert line, "the run has ended"
            name, result = json.loads(line)
            self._answers.setdefault(name, []).append(result)
        return self._answers[wanted].pop(0)

    def _name(self, worker):
        """No test meets the workers of another one."""
        if worker == "main":
            return worker
        self._workers.add(worker)
        return f"{worker}-{self._test}"

    def begin(self):
        """Another test begins, with workers of its own."""
        for worker in list(self._workers):
            self.tell(worker, "end")
        self._test, self._workers = self._test + 1, set()

    def ask(self, worker, what, **arguments):
        self.tell(worker, what, **arguments)
        return self.wait(worker)

    def holders(self):
        """Of the processes of this program those that are neither the main process nor its children."""
        found = []
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                name = (folder / "comm").read_text().strip()
                arguments = (folder / "cmdline").read_bytes()
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                ours = os.fsencode(self.place.parent.parent) in arguments
            except OSError:
                continue
            if name == "wsman-sessions" and b"kept_main" in arguments and fields[0] not in "ZX" and ours:
                found.append(int(folder.name))
        return found

    def clear(self):
        """As it was before anybody wanted a session kept."""
        self.begin()
        for holder in self.holders():
            os.kill(holder, signal.SIGKILL)
        assert soon(lambda: not self.holders())
        shutil.rmtree(self.place, ignore_errors=True)

    def kill(self, number=signal.SIGKILL):
        [holder] = self.holders()
        os.kill(holder, number)
        assert soon(lambda: holder not in self.holders())  # a worker that waits may have started the next one
        return holder

    def stop(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait(PATIENCE)
        self.process.stdout.close()
        assert soon(lambda: not self.holders())


def states(pid):
    """Of each thread."""
    found = []
    for file in pathlib.Path(f"/proc/{pid}/task").glob("*/stat"):
        with contextlib.suppress(OSError):  # it may end meanwhile
            found.append(file.read_text().rpartition(")")[2].split()[0])
    return found


def soon(condition, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    if not hasattr(os, "pidfd_open"):
        pytest.skip("no pidfd")
    one = Run(tmp_path_factory.mktemp("run"))
    yield one
    one.stop()


@pytest.fixture
def run(shared):
    """A run that goes on, with workers of this test alone."""
    shared.begin()
    return shared


@pytest.fixture
def fresh(shared):
    """The same, and nothing was kept until now; nor is it afterwards."""
    shared.clear()
    yield shared
    shared.clear()


@pytest.fixture
def ending(tmp_path):
    """A run that a test ends."""
    if not hasattr(os, "pidfd_open"):
        pytest.skip("no pidfd")
    one = Run(tmp_path)
    yield one
    one.stop()


def successor(run, one):
    """A worker with the session that "a" had, whose profile is "omi", once it is given back.

    Who comes too early has one of its own, and opens no connection.
    """
    end = time.monotonic() + PATIENCE
    for number in itertools.count():
        worker = f"next{number}"
        if run.ask(worker, "know", options=options(one))[0] == "omi":
            return worker
        assert time.monotonic() < end, "the session does not come back"
        time.sleep(0.02)
    raise AssertionError


def options(one, **more):
    named = {"authentication": "basic", "user": "u", "password": "s3cret-Pass"}
    return {"host": "127.0.0.1", "port": one.port, "scheme": "http", "message_encryption": "never", **named, **more}


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

ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
PULL = f"""<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:n="{ENUMERATION}"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:Action>{ENUMERATION}/Pull</a:Action>
 <a:MessageID>uuid:1</a:MessageID></s:Header><s:Body><n:Pull><n:EnumerationContext>one</n:EnumerationContext></n:Pull>
</s:Body></s:Envelope>"""
PULLED = PULL.replace("n:Pull>", "n:PullResponse>").replace(">one<", ">two<").encode()


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


# the end


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_main_process_is_gone_all_is_over(ending, peer, number):
    asked = threading.Event()

    def script(wire):
        while request := wire.receive():
            if request.body == b"<wait/>":
                asked.set()
                wire.peer.done.wait(2 * PATIENCE)
                return
            wire.answer(PULLED if b"/Pull<" in request.body else ENVELOPE)

    one = peer(script)
    for worker in "ab":
        ending.ask(worker, "send", options=options(one))
        ending.ask(worker, "rest")
    ending.ask("c", "send", options=options(one), data=PULL, repeatable=False, changes=False)
    ending.tell("d", "send", options=options(one), data="<wait/>")
    assert asked.wait(PATIENCE)
    began = time.monotonic()
    os.kill(ending.process.pid, number)
    ending.process.wait(PATIENCE)
    assert soon(lambda: not ending.holders() and not ending.place.exists(), PROMISE)
    assert any(b"/Release<" in request.body for request in one.requests)
    found = ending.wait("d")["error"]["members"]
    assert "main process is gone" in found["message"] and time.monotonic() - began < PROMISE
    assert sum(request.body == b"<wait/>" for request in one.requests) == 1


def test_a_worker_that_outlives_the_main_process_opens_nothing(ending, peer):
    """It is in the middle of its task, and wants to send once more."""
    asked, answers = threading.Event(), threading.Event()

    def script(wire):
        while wire.receive():
            if len(wire.peer.requests) == 1:
                asked.set()
                answers.wait(2 * PATIENCE)
            wire.answer()

    one = peer(script)
    ending.tell("a", "send", options=options(one))
    for more in ({}, {}, {"session_name": "another"}, {"session_name": "another"}):
        ending.tell("a", "send", options=options(one, **more), data="<second/>")
    assert asked.wait(PATIENCE)
    os.kill(ending.process.pid, signal.SIGKILL)
    ending.process.wait(PATIENCE)
    answers.set()
    first = ending.wait("a")  # it had left already
    assert first.get("status") == 200 or "main process is gone" in first["error"]["text"]
    assert soon(lambda: not ending.holders())
    for _time in range(4):
        assert "main process is gone" in ending.wait("a")["error"]["text"]
    assert len(one.requests) == 1


def test_a_holder_that_is_told_to_end_does_so_in_order(run, peer):
    one = peer(serve({}))
    run.ask("a", "send", options=options(one))
    run.kill(signal.SIGTERM)
    assert not list(run.place.glob("socket"))
    assert run.ask("a", "send", options=options(one))["held"] and one.connections == 2


# who may use it


def test_the_place_is_for_its_user_alone(run, peer):
    one = peer(serve({}))
    run.ask("a", "send", options=options(one))
    assert stat.S_IMODE(run.place.stat().st_mode) == 0o700
    assert stat.S_IMODE((run.place / "socket").stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_user_is_refused(fresh, peer):
    one = peer(serve({}))
    fresh.ask("a", "send", options=options(one))
    assert fresh.ask("x", "knock", user=NOBODY) == "PermissionError"
    (fresh.place / "socket").chmod(0o666)
    fresh.place.chmod(0o755)
    assert fresh.ask("y", "knock", user=NOBODY) in ("the end", "ConnectionResetError")
    assert fresh.ask("a", "send", options=options(one))["status"] == 200


def bind(one, place):
    """To the socket in *place*, however long that is."""
    folder = os.open(place, os.O_PATH)
    one.bind(f"/proc/self/fd/{folder}/socket")
    os.close(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_nothing_is_told_to_a_socket_of_another_user(fresh, peer):
    """Somebody has put one in our place."""
    one = peer(serve({}))
    fresh.place.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as listener:
        bind(listener, fresh.place)
        os.seteuid(NOBODY)
        try:
            listener.listen()  # its credentials are those of who listens
        finally:
            os.seteuid(0)
        found = fresh.ask("a", "send", options=options(one))
        assert found["status"] == 200 and found["held"] is False
        listener.setblocking(False)
        connection, _address = listener.accept()
        assert connection.recv(100) == b""
        connection.close()


def test_a_folder_that_is_open_to_others_is_not_used(fresh, peer):
    fresh.place.mkdir()
    fresh.place.chmod(0o755)
    assert fresh.ask("a", "send", options=options(peer(serve({}))))["held"] is False
    assert "open to others" in " ".join(fresh.ask("a", "said")) and not fresh.holders()


def test_nothing_of_the_account_is_to_be_seen(run, peer):
    one = peer(serve({}))
    run.ask("a", "send", options=options(one))
    [holder] = run.holders()
    folder = pathlib.Path(f"/proc/{holder}")
    seen = [(folder / name).read_bytes() for name in ("cmdline", "environ")]
    seen += [path.read_bytes() for path in run.place.parent.rglob("*") if path.is_file()]
    assert not [one for one in seen if b"s3cret-Pass" in one]
    limits = (folder / "limits").read_text()
    assert "Max core file size        0                    0" in limits
    if os.geteuid() != 0:
        return
    assert (folder / "status").stat().st_uid == 0


# the way there


def test_a_socket_of_a_dead_one_is_no_hindrance(fresh, peer):
    fresh.place.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        bind(dead, fresh.place)
    one = peer(serve({}))
    assert fresh.ask("a", "send", options=options(one))["held"] and len(fresh.holders()) == 1


def test_many_that_begin_at_once_start_one(fresh, peer):
    one = peer(serve({}))
    workers = [f"w{number}" for number in range(20)]
    for worker in workers:
        fresh.tell(worker, "send", options=options(one))
    assert all(fresh.wait(worker)["held"] for worker in workers)
    assert len(fresh.holders()) == 1


def test_a_long_path(tmp_path, peer):
    folder = tmp_path / ("long-" * 30)
    folder.mkdir()
    run = Run(folder)
    try:
        assert run.ask("a", "send", options=options(peer(serve({}))))["held"]
    finally:
        run.stop()


def test_there_are_no_more_sessions_than_open_files_allow(ending, peer):
    """Of idle ones the oldest makes room; where all are in use, a task has one of its own."""
    resource.prlimit(ending.process.pid, resource.RLIMIT_NOFILE, (70, 70))
    one = peer(serve({}))
    for number in range(4):
        assert ending.ask("a", "send", options=options(one, session_name=f"host{number}"))["held"]
        ending.ask("a", "rest")
    said = [text for text in ending.ask("a", "said") if "make room" in text]
    assert said and "3 are kept at most" in said[0] and "ulimit -n" in said[0]
    for number, connections in ((3, 4), (0, 5)):
        ending.ask("a", "send", options=options(one, session_name=f"host{number}"))
        assert one.connections == connections
    assert [ending.ask(worker, "send", options=options(one))["held"] for worker in "bc"] == [True, False]
    assert "3 are in use" in " ".join(ending.ask("c", "said"))


def test_no_fork_of_a_process_with_threads(fresh, peer):
    fresh.ask("a", "threaded")
    assert fresh.ask("a", "send", options=options(peer(serve({}))))["held"] is False
    assert "threads" in " ".join(fresh.ask("a", "said")) and not fresh.holders()


def test_the_holder_holds_nothing_that_it_does_not_need(run, peer):
    """Else a pipe whose end somebody waits for would never end. It has a session of its own, and another parent."""
    run.ask("a", "send", options=options(peer(serve({}))))
    [holder] = run.holders()
    found = {os.readlink(one) for one in pathlib.Path(f"/proc/{holder}/fd").iterdir()}
    assert not [one for one in found if one.startswith(("pipe:", "/dev/pts", str(run.place)))]
    assert os.getsid(holder) != os.getsid(run.process.pid)
    fields = pathlib.Path(f"/proc/{holder}/stat").read_text().rpartition(")")[2].split()
    assert int(fields[1]) not in (run.process.pid, run.ask("a", "pid"))


def test_what_is_said_of_a_session_is_said_by_the_worker(run, peer, authority):
    tls = authority.service("127.0.0.1")
    one = peer(serve({}), tls)
    given = options(one, scheme="https", message_encryption="auto", ca_cert=str(authority.file))
    assert run.ask("a", "send", options=given)["status"] == 200
    assert [text for text in run.ask("a", "said") if "revoked" in text]
