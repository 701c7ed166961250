# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way from a worker to the process that keeps sessions, which the first one that needs it starts.

The key and the place are made at import, in Ansible's main process: its forks have them in common. Everything that can
be wrong here is a reason for a session of the worker's own, and no error.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import threading
import time
import typing as t

from ansible import constants

from ansible_collections.wsman.automation.plugins.plugin_utils import _holder
from ansible_collections.wsman.automation.plugins.plugin_utils._channel import Channel

try:
    import fcntl
except ImportError:  # no Unix: no pidfd either
    fcntl = None  # type: ignore[assignment]

START_SECONDS = 5.0  # until a process that was started, or that another worker starts, takes connections
_WAIT = 0.005
_LONGEST = 100  # octets of a socket's path; a longer one is named by its folder's descriptor

_main = os.getpid()
_forked_by: int | None = None
_secret = os.urandom(32)
_place = os.path.join(constants.DEFAULT_LOCAL_TMP, "wsman-sessions")


class UnavailableError(Exception):
    """No session can be kept, for this reason."""


def _note_parent() -> None:
    global _forked_by
    _forked_by = os.getppid()


os.register_at_fork(after_in_child=_note_parent)


def is_worker() -> bool:
    """Whether this process was forked by the one that has imported this, which is Ansible's main process."""
    return _forked_by == _main


def is_orphan() -> bool:
    """Whether this is a worker whose main process is gone."""
    return is_worker() and os.getppid() != _main


def connect(*, start: bool) -> Channel | None:
    """A connection to the process that keeps this run's sessions; without *start* None where there is none.

    Raises :class:`UnavailableError`.
    """
    if is_orphan() or not (is_worker() or (os.getpid() == _main and not start)):
        raise UnavailableError("this process is no worker of Ansible's main process, or that is gone")
    try:
        channel = _try()
        return _start() if channel is None and start else channel
    except OSError as error:
        raise UnavailableError(error.strerror or str(error)) from error


def _try() -> Channel | None:
    """A connection, None where nobody listens. Raises OSError."""
    try:
        folder = os.open(_place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        _check(folder)
        return _dial(_address(folder))
    finally:
        os.close(folder)


def _check(folder: int) -> None:
    """The folder is ours alone; OSError where it is not."""
    found = os.fstat(folder)
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise OSError(f"{_place} is open to others")


def _address(folder: int) -> str:
    """Where the socket is, in few octets."""
    path = os.path.join(_place, _holder.SOCKET)
    return path if len(os.fsencode(path)) <= _LONGEST else f"/proc/self/fd/{folder}/{_holder.SOCKET}"


def _dial(address: str) -> Channel | None:
    end = time.monotonic() + START_SECONDS
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(START_SECONDS)
            connection.connect(address)
            channel = Channel(connection)
            if channel.is_mine():
                return channel
            raise OSError(f"{address} belongs to another user")
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            return None
        except BlockingIOError:  # too many wait to be taken
            connection.close()
            if time.monotonic() > end:
                raise
            time.sleep(_WAIT)
        except BaseException:
            connection.close()
            raise


def _start() -> Channel | None:
    """Start it, one worker after the other: who waited for the lock finds it. Raises OSError and UnavailableError."""
    if not hasattr(os, "pidfd_open") or fcntl is None:
        raise UnavailableError("this system has no pidfd, by which the end of Ansible's main process is seen")
    if threading.active_count() > 1:
        raise UnavailableError("this process has threads, whose locks a fork would inherit")
    with contextlib.suppress(FileExistsError):
        os.mkdir(_place, 0o700)
    folder = os.open(_place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _check(folder)
        with _locked():
            channel = _dial(_address(folder))
            if channel is None:
                _launch(_address(folder))
                channel = _dial(_address(folder))
            return channel
    finally:
        os.close(folder)


@contextlib.contextmanager
def _locked() -> t.Iterator[None]:
    """One worker at a time; a fork must not keep the lock, so that it is given back by name."""
    with open(os.path.join(_place, _holder.LOCK), "ab") as lock:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise
                time.sleep(_WAIT)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


def _launch(address: str) -> None:
    """Listen, and let a grandchild of ours take the connections."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(address)  # of one that was killed
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(address)
        os.chmod(address, 0o600)
        listener.listen(socket.SOMAXCONN)
        watch = os.pidfd_open(_main)
        try:
            if is_orphan():  # only a child can know that this is still the process that it was
                raise UnavailableError("the process that Ansible began with is gone")
            _fork(listener, watch)
        finally:
            os.close(watch)


def _fork(listener: socket.socket, watch: int) -> None:
    """A process in a session of its own, no child of this one. No signal meant for a worker reaches it meanwhile."""
    before = signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
    try:
        child = os.fork()
        if child == 0:
            _leave(listener, watch)
        with contextlib.suppress(ChildProcessError):  # somebody has SIGCHLD ignored
            os.waitpid(child, 0)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave(listener: socket.socket, watch: int) -> t.NoReturn:
    try:
        os.setsid()
        if os.fork() == 0:
            _holder.serve(listener, watch, _place, _secret)
    finally:
        os._exit(0)
