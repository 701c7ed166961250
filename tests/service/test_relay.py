# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The relay of tests/parts: what it delays, counts, records and passes on."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time

import pytest

from parts.relay import Relay

PATIENCE = 10.0


@contextlib.contextmanager
def serving(script):
    """The port of a service that has one conversation after another."""

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _address = listening.accept()
                with connection:
                    script(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)


def send_back(connection):
    """Send back what comes, and at the end of it `end`."""
    while data := connection.recv(65536):
        connection.sendall(data)
    connection.sendall(b"end")


@pytest.fixture
def echo():
    with serving(send_back) as port:
        yield port


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def ask(connection, data):
    """Send and wait until as much has come back; the answer and the seconds."""
    started = time.monotonic()
    connection.sendall(data)
    answer = b""
    while len(answer) < len(data):
        answer += connection.recv(65536)
    return answer, time.monotonic() - started


def test_an_answer_takes_a_round_trip_and_the_first_one_more(echo):
    with Relay(echo, round_trip=0.06) as relay, connect(relay.port) as connection:
        taken = [ask(connection, b"x")[1] for _number in range(3)]
    assert taken[0] >= 0.12
    assert min(taken[1:]) >= 0.06


def test_chunks_that_follow_one_another_are_not_delayed_one_after_the_other(echo):
    with Relay(echo, round_trip=0.4) as relay, connect(relay.port) as connection:
        started = time.monotonic()
        data = [bytes([number]) for number in range(40)]
        for one in data:
            connection.sendall(one)
            time.sleep(0.005)
        answer = b""
        while len(answer) < len(data):
            answer += connection.recv(65536)
        taken = time.monotonic() - started
    assert answer == b"".join(data), "the order is kept"
    assert taken < 40 * 0.2, "one after the other they would take 8 s in each direction"


@pytest.mark.parametrize("asked", [0, 1, 10])
def test_round_trips_are_the_handshake_and_each_answer(echo, asked):
    with Relay(echo) as relay:
        with connect(relay.port) as connection:
            for _number in range(asked):
                ask(connection, b"question")
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(65536) == b"end"
        # the service's word at the end answers no bytes
        assert (relay.connections, relay.round_trips) == (1, 1 + asked)


def test_connections_are_counted_together_and_recorded_apart(echo):
    with Relay(echo, record=True) as relay:
        for text in (b"one", b"another"):
            with connect(relay.port) as connection:
                ask(connection, text)
                connection.shutdown(socket.SHUT_WR)
                assert connection.recv(65536) == b"end"
        assert relay.connections == 2
        assert relay.round_trips == 4
        assert [bytes(one.sent) for one in relay.conversations] == [b"one", b"another"]
        assert [bytes(one.received) for one in relay.conversations] == [b"oneend", b"anotherend"]


def test_large_bodies_arrive_whole_in_both_directions(echo):
    data = bytes(range(256)) * 8000
    with Relay(echo, round_trip=0.01) as relay, connect(relay.port) as connection:
        for start in range(0, len(data), 50000):
            piece = data[start : start + 50000]
            assert ask(connection, piece)[0] == piece


def test_the_end_of_one_direction_leaves_the_other_open(echo):
    with Relay(echo, round_trip=0.02) as relay, connect(relay.port) as connection:
        connection.sendall(b"question")
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while data := connection.recv(65536):
            answer += data
    assert answer == b"questionend"


def test_a_reset_is_passed_on():
    def reset(connection):
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with serving(reset) as port, Relay(port, round_trip=0.02) as relay, connect(relay.port) as connection:
        connection.sendall(b"question")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_a_port_that_nobody_listens_on_ends_the_connection():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with Relay(port) as relay, pytest.raises(ConnectionResetError), connect(relay.port) as connection:
        connection.sendall(b"question")
        connection.recv(1)
        connection.recv(1)
    assert relay.connections == 0


def test_after_the_context_nothing_listens(echo):
    with Relay(echo, round_trip=0.02) as relay, connect(relay.port) as connection:
        ask(connection, b"question")
    with pytest.raises(ConnectionRefusedError):
        connect(relay.port)
