# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages over a pair of sockets: of any size, in pieces, with signals between them, and with an end."""

from __future__ import annotations

import os
import socket
import threading
import time

import pytest

from ansible_collections.wsman.automation.plugins.plugin_utils._channel import Channel


@pytest.fixture
def pair():
    one, other = socket.socketpair()
    yield Channel(one), Channel(other)
    one.close()
    other.close()


@pytest.mark.parametrize("size", [0, 1, 65527, 65536, 3_000_000])
def test_messages_arrive_as_they_were(pair, size):
    body, heads = os.urandom(size), [{"do": "x", "number": number, "text": "Mé"} for number in range(3)]

    def send():
        for head in heads:
            pair[0].send(head, body)

    thread = threading.Thread(target=send)
    thread.start()
    assert [pair[1].receive(5) for _head in heads] == [(head, body) for head in heads]
    thread.join()


def test_a_message_in_pieces(pair):
    left, right = socket.socketpair()
    channel = Channel(left)
    channel.send({"a": 1}, b"body")
    data = right.recv(1000)

    def trickle():
        for octet in data * 2:
            pair[0].connection.sendall(bytes([octet]))

    thread = threading.Thread(target=trickle)
    thread.start()
    assert pair[1].receive(5) == pair[1].receive(5) == ({"a": 1}, b"body")
    thread.join()
    left.close()
    right.close()


def test_signals_come_between_messages(pair):
    left = []
    pair[0].beat()
    pair[0].leave()
    pair[0].beat()
    pair[0].send({"a": 1})
    assert pair[1].receive(5, None, lambda: left.append(1)) == ({"a": 1}, b"")
    assert left == [1]


def test_signs_of_life_prolong_the_patience(pair):
    def beat():
        for _number in range(4):
            time.sleep(0.1)
            pair[0].beat()
        pair[0].send({})

    thread = threading.Thread(target=beat)
    thread.start()
    assert pair[1].receive(0.3) == ({}, b"")
    thread.join()
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        pair[1].receive(0.05)
    assert time.monotonic() - began < 2


def test_nothing_prolongs_a_deadline(pair):
    stop = threading.Event()

    def beat():
        while not stop.wait(0.02):
            pair[0].beat()

    thread = threading.Thread(target=beat)
    thread.start()
    with pytest.raises(TimeoutError):
        pair[1].receive(5, time.monotonic() + 0.2)
    stop.set()
    thread.join()


def test_a_beat_waits_for_nobody(pair):
    """Neither for a message that is being sent, nor for a peer that does not read."""
    pair[0].connection.setblocking(False)
    with pytest.raises(BlockingIOError):
        while True:
            pair[0].connection.send(b"x" * 65536)
    pair[0].connection.setblocking(True)
    began = time.monotonic()
    pair[0].beat()
    with pair[0]._sending:
        pair[0].beat()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("data", [b"", b"\0\0", b"\0" + b"\0\0\0\x05" + b"\0\0\0\0" + b"{"])
def test_the_end(pair, data):
    pair[0].connection.sendall(data)
    assert not pair[1].is_cut()
    pair[0].close()
    assert pair[1].is_cut()
    with pytest.raises(EOFError):
        pair[1].receive(5)
    pair[1].close()
    assert pair[1].is_cut()


def test_another_language(pair):
    pair[0].connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(OSError, match="another language"):
        pair[1].receive(5)


def test_hanging_up_wakes_who_receives(pair):
    ended = []

    def receive():
        try:
            pair[1].receive()
        except EOFError:
            ended.append(1)

    thread = threading.Thread(target=receive)
    thread.start()
    pair[1].hang_up()
    thread.join(5)
    assert ended == [1]


def test_what_had_come_is_seen_when_it_is_given_up_and_nothing_more_comes(pair):
    left = []
    pair[0].beat()
    pair[0].leave()
    pair[1].abandon(lambda: left.append(1))
    assert left == [1]
    with pytest.raises(OSError, match="pipe"):
        pair[0].leave()


def test_the_kernel_tells_who_it_is(pair):
    assert pair[0].peer() == (os.getpid(), os.geteuid()) and pair[0].is_mine()
