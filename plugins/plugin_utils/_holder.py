# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that keeps sessions from one task to the next: one for a run of Ansible, for all its hosts.

Forked from the first worker that needs it, it lives as long as Ansible's main process, which it watches by a pidfd. The
main thread takes connections and looks after time; each worker has a thread (``_conversation.py``). It never returns
into the code that it was forked from, and leaves by ``os._exit`` alone: what ends a process in order is Ansible's.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import select
import signal
import socket
import time
import typing as t
import weakref

from ansible_collections.wsman.automation.plugins.plugin_utils import _say
from ansible_collections.wsman.automation.plugins.plugin_utils._channel import Channel
from ansible_collections.wsman.automation.plugins.plugin_utils._conversation import GRACE, Conversation
from ansible_collections.wsman.automation.plugins.plugin_utils._lending import Sessions
from ansible_collections.wsman.automation.plugins.plugin_utils._refusals import Memory

try:
    import ctypes
    import resource
except ImportError:  # of a Python without them: ``serve`` fails, and whoever has forked it goes on without
    ctypes = resource = None  # type: ignore[assignment]

SOCKET, LOCK = "socket", "lock"  # their names in the folder
MOST = 2000  # sessions, whatever the number of open files
LAST_SECONDS = 4.0  # for giving back what is open on the services, once the main process is gone
_SPARE = 64  # open files for everything else
_TICK = 0.5
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PR_SET_DUMPABLE, _PR_SET_NAME = 4, 15
_NAME = b"wsman-sessions"


def serve(listener: socket.socket, watch: int, folder: str, secret: bytes) -> t.NoReturn:
    """Be that process. *watch* is a pidfd of the main process, *folder* where the socket is, *secret* the keys'."""
    try:
        wakeup = _settle_down(listener.fileno(), watch)
        Holder(listener, watch, wakeup, folder, secret).run()
    finally:
        os._exit(0)


def _settle_down(*kept: int) -> socket.socket:
    """Nothing inherited has a say any more; the end of a socket that becomes readable with a signal."""
    _close_inherited(kept)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        with contextlib.suppress(OSError, ValueError):  # those of the C library's own
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    readable, written = socket.socketpair()
    readable.setblocking(False)
    written.setblocking(False)
    signal.set_wakeup_fd(written.detach(), warn_on_full_buffer=False)
    for one in _ENDING:
        signal.signal(one, lambda _number, _frame: None)
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    library.prctl(_PR_SET_NAME, _NAME, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.freeze()  # what was inherited is shared with the main process as long as nobody touches it
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    return readable


def _close_inherited(kept: t.Collection[int]) -> None:
    """Everything but *kept* becomes the null device.

    The numbers stay taken: objects that were inherited close theirs when they are freed, which must not hit ours.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2, *map(int, os.listdir("/proc/self/fd"))):
        if number not in kept and number != null:
            with contextlib.suppress(OSError):  # of the listing itself
                os.fstat(number) if number > 2 else None
                os.dup2(null, number, inheritable=False)


def most_sessions() -> int:
    """How many sessions are kept, by the limit of open files, which is raised as far as it goes.

    Each has one, and so has each worker; what was inherited, a fork's two for each other one, keeps its numbers.
    """
    taken = max(_SPARE, _SPARE // 2 + len(os.listdir("/proc/self/fd")))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return MOST if soft == resource.RLIM_INFINITY else max(1, min(MOST, (soft - taken) // 2))


class Holder:
    """The main thread: who comes, who goes, and when all is over."""

    def __init__(self, listener: socket.socket, watch: int, wakeup: socket.socket, folder: str, secret: bytes) -> None:
        self._listener, self._watch, self._wakeup, self._folder = listener, watch, wakeup, folder
        self._socket = os.stat(os.path.join(folder, SOCKET))
        self._sessions = Sessions(most_sessions(), secret)
        self._conversations: dict[int, Conversation] = {}
        self._memories: weakref.WeakValueDictionary[int, Memory] = weakref.WeakValueDictionary()
        self._poll = select.epoll()

    def run(self) -> None:
        """Serve until the main process is gone, or somebody ends this one."""
        self._listener.setblocking(False)
        for one in (self._listener.fileno(), self._watch, self._wakeup.fileno()):
            self._poll.register(one, select.EPOLLIN)
        _say.collected.set([])  # nobody is listening
        busy, tidy_at = False, 0.0
        while self._look(_TICK if busy else None):
            busy, now = True, time.monotonic()
            if now >= tidy_at:
                tidy_at = now + _TICK
                self._tidy()
                busy = self._sessions.expire() or bool(self._conversations)
        self._end()

    def _look(self, seconds: float | None) -> bool:
        """Wait for what happens next; whether to go on."""
        for number, _event in self._poll.poll(seconds):
            if number in (self._watch, self._wakeup.fileno()):
                return False
            if number == self._listener.fileno():
                self._accept()
            elif number in self._conversations and self._conversations[number].channel.is_cut():
                self._conversations[number].is_alone()
                self._conversations[number].watch(time.monotonic())
        return True

    def _accept(self) -> None:
        try:
            connection, _address = self._listener.accept()
        except BlockingIOError:
            return
        except OSError:  # too many open files
            if not self._sessions.close_oldest("localhost"):
                time.sleep(0.01)
            return
        connection.setblocking(True)
        channel = Channel(connection)
        if not channel.is_mine():
            channel.close()
            return
        process, _user = channel.peer()
        memory = self._memories.get(process)
        if memory is None:
            memory = self._memories[process] = Memory()
        conversation = Conversation(channel, self._sessions, memory)
        self._conversations[connection.fileno()] = conversation
        try:
            self._poll.register(connection.fileno(), select.EPOLLRDHUP | select.EPOLLONESHOT)
            conversation.thread.start()
        except (OSError, RuntimeError):  # of what the system grants there is no more: this worker goes without
            del self._conversations[connection.fileno()]
            channel.close()

    def _tidy(self) -> None:
        now = time.monotonic()
        for number, conversation in list(self._conversations.items()):
            if conversation.is_over:
                if self._conversations.get(number) is conversation:
                    del self._conversations[number]
            else:
                conversation.watch(now)

    def _end(self) -> None:
        """Nobody comes any more; what goes on ends, and what is open on the services is released, all at once."""
        self._remove()
        end = time.monotonic() + LAST_SECONDS
        for conversation in self._conversations.values():
            conversation.is_alone(GRACE)
        self._sessions.close_idle()
        while self._conversations and time.monotonic() < end:
            time.sleep(0.02)
            self._tidy()

    def _remove(self) -> None:
        """The socket, unless it is a successor's already; and the folder, where no successor will come."""
        self._listener.close()
        path = os.path.join(self._folder, SOCKET)
        with contextlib.suppress(OSError), open(os.path.join(self._folder, LOCK), "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = os.stat(path)
            if (found.st_dev, found.st_ino) == (self._socket.st_dev, self._socket.st_ino):
                os.unlink(path)
            if any(number == self._watch for number, _event in self._poll.poll(0)):
                os.unlink(lock.name)
                os.rmdir(self._folder)
