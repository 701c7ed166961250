# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions over real sockets: what each way of not reaching a service is called, and that no peer holds us."""

from __future__ import annotations

import socket
import time

import pytest
from sending import REQUEST, fails, serve, session

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _session_base

# reaching the service


def test_refused():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = fails(port)
    assert error.step == "connect"
    assert f"127.0.0.1:{port} refused" in error.message


def test_a_name_that_does_not_exist(monkeypatch):
    def unknown(*_arguments, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = fails(5985, host="nowhere.invalid")
    assert error.step == "resolve"
    assert "nowhere.invalid could not be resolved: Name or service not known" in error.message


def test_a_resolver_that_does_not_answer(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: time.sleep(5))
    began = time.monotonic()
    error = fails(5985, host="slow.invalid", connect_timeout=0.05)
    assert error.step == "resolve" and "within 0.05 s" in error.message
    assert time.monotonic() - began < 3


def test_the_next_address_is_tried(peer, monkeypatch):
    one = peer(serve({}))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()
    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in (closed, ("127.0.0.1", one.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: addresses)
    assert session(one.port, host="two.invalid").send(REQUEST).status == 200


def test_a_connection_that_is_not_taken():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _number in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        error = fails(port, connect_timeout=0.1)
        for one in waiting:
            one.close()
    assert error.step == "connect" and "within 0.1 s" in error.message


# time


def hold(wire):
    wire.receive()
    wire.peer.done.wait(60)


def drip(data):
    """A script that sends an octet every few milliseconds, each well within the read time-out."""

    def script(wire):
        wire.receive()
        for octet in data:
            wire.write(bytes([octet]))
            if wire.peer.done.wait(0.005):
                return

    return script


def test_a_read_time_out(peer):
    error = fails(peer(hold).port, operation_timeout=0.01, read_timeout=0.05)
    assert error.step == "read" and "sent no answer for 0.05 s" in error.message


def test_a_read_time_out_of_a_pull_leaves_nothing_open(peer):
    one = peer(hold)
    with pytest.raises(TransportError) as caught:
        session(one.port, operation_timeout=0.01, read_timeout=0.05).send(REQUEST, repeatable=False, changes=False)
    assert not caught.value.outcome_unknown and "not known" not in caught.value.message


def test_a_read_time_out_leaves_the_outcome_of_an_invoke_open(peer):
    one = peer(hold)
    error = fails(one.port, repeatable=False, operation_timeout=0.01, read_timeout=0.05)
    assert error.outcome_unknown and len(one.requests) == 1


def test_a_read_time_out_is_not_followed_by_a_repetition_on_a_kept_connection(peer):
    def script(wire):
        wire.receive()
        wire.answer()
        hold(wire)

    one = peer(script)
    session(one.port, operation_timeout=0.01, read_timeout=1.5).send(REQUEST)
    fails(one.port, operation_timeout=0.01, read_timeout=1.5)
    assert len(one.requests) == 2


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(hold, id="silence"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 4000), id="slow heads"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 4000), id="slow body"),
    ],
)
def test_the_deadline_holds(peer, script):
    began = time.monotonic()
    error = fails(peer(script).port, deadline=0.9)
    assert 0.8 < time.monotonic() - began < 15
    assert error.step == "read" and "deadline of 0.9 s" in error.message


def test_the_deadline_holds_for_a_peer_that_does_not_read(peer):
    one = peer(lambda wire: wire.peer.done.wait(60))
    began = time.monotonic()
    with pytest.raises(TransportError, match=r"deadline of 0\.9 s passed while sending") as caught:
        session(one.port, deadline=0.9).send(b"x" * 32_000_000, repeatable=False)
    assert caught.value.step == "send" and not caught.value.outcome_unknown
    assert time.monotonic() - began < 15


def test_one_deadline_for_a_whole_operation(peer):
    def script(wire):
        while wire.receive():
            time.sleep(0.3)
            wire.answer()

    one = session(peer(script).port, deadline=1.5)
    with pytest.raises(TransportError, match="deadline"), one.operation():
        for _number in range(10):
            one.send(REQUEST)
    assert one.send(REQUEST).status == 200


def test_who_waits_knows_how_long_he_may():
    endless = session(5985)
    with endless.operation():
        assert endless.seconds_left is None
    limited = session(5985, deadline=20)
    assert limited.seconds_left is None
    with limited.operation(), limited.operation():
        assert 19 < limited.seconds_left <= 20


@pytest.mark.parametrize("deadline", [{"deadline": 0.05}, {}], ids=["deadline", "none"])
def test_what_is_owed_to_a_service_has_a_moment_of_its_own(peer, monkeypatch, deadline):
    """A Release goes out after the deadline too; whom the limit of a task stopped it holds for no read time-out."""
    monkeypatch.setattr(_session_base, "PARTING_SECONDS", 1.5)

    def script(wire):
        while wire.receive():
            if len(wire.peer.requests) == 1:
                wire.answer()
            else:
                wire.peer.done.wait(60)

    one = peer(script)
    sender = session(one.port, **deadline)
    with sender.operation():
        time.sleep(0.06)
        with sender.parting():
            assert sender.send(REQUEST).status == 200
        began = time.monotonic()
        with pytest.raises(TransportError, match="deadline"), sender.parting():
            sender.send(REQUEST)
        assert time.monotonic() - began < 15
        if deadline:
            with pytest.raises(TransportError, match=r"deadline of 0\.05 s"):
                sender.send(REQUEST)
    assert len(one.requests) == 2


def test_a_slow_answer_within_its_time_is_read(peer):
    one = peer(drip(b"HTTP/1.0 200\r\n\r\n<Envelope/>"))
    assert session(one.port, operation_timeout=0.01, read_timeout=2).send(REQUEST).body == b"<Envelope/>"
