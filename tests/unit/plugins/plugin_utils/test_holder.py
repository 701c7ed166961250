# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that keeps sessions, where the system grants it less than it wants."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import threading

import pytest

from ansible_collections.wsman.automation.plugins.plugin_utils import _holder


@pytest.fixture
def holder(tmp_path):
    """One without a process of its own."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(tmp_path / _holder.SOCKET))
        listener.listen()
        listener.setblocking(False)
        wakeup, _other = map(stack.enter_context, socket.socketpair())
        reading, writing = os.pipe()
        stack.callback(os.close, writing)
        stack.callback(os.close, reading)
        made = _holder.Holder(listener, reading, wakeup, str(tmp_path), b"secret")
        made._poll.register(listener.fileno())
        yield made
        made._poll.close()


def test_a_worker_for_whom_there_is_no_thread_is_left_alone(holder, tmp_path, monkeypatch):
    """As a limit of processes makes it; the sessions of all others stay."""

    def start(_thread):
        raise RuntimeError("can't start new thread")

    with socket.socket(socket.AF_UNIX) as worker:
        worker.settimeout(5)
        worker.connect(str(tmp_path / _holder.SOCKET))
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", start)
            assert holder._look(5)
        assert not worker.recv(1)
    with socket.socket(socket.AF_UNIX) as worker:
        worker.connect(str(tmp_path / _holder.SOCKET))
        assert holder._look(5)
        [conversation] = holder._conversations.values()
    conversation.thread.join(5)
    assert conversation.is_over


def test_what_is_open_already_leaves_room_for_fewer_sessions(monkeypatch):
    """A worker inherits two descriptors of each other one of hundreds of forks."""
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (1024, 1024))
    monkeypatch.setattr(resource, "setrlimit", lambda _which, _limits: None)
    most = _holder.most_sessions()
    with contextlib.ExitStack() as stack:
        for _number in range(200):
            stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        open_now = len(os.listdir("/proc/self/fd"))
        assert _holder.most_sessions() < most
        assert 2 * _holder.most_sessions() + open_now <= 1024
