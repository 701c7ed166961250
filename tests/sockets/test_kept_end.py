# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the process that keeps sessions begins and ends, and who may talk to it."""

from __future__ import annotations

import os
import pathlib
import resource
import signal
import socket
import stat
import threading
import time

import pytest
from kept_run import NOBODY, PATIENCE, PROMISE, PULL, PULLED, Run, options, soon
from sending import ENVELOPE, serve

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
    assert soon(lambda: not ending.holders(), PROMISE)
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
