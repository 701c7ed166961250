# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands for Ansible's main process: forks workers that send, as they are told line by line.

In: ``[worker, what, arguments]``, JSON; out: ``[worker, result]``. A worker is forked when it is first named, and all
that is said to one is done in order. What is said to "main" is done in the process itself.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import profiles
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import WSManError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import from_options
from ansible_collections.wsman.automation.plugins.plugin_utils import (
    _conversation,
    _held,
    _plain_session,
    _say,
    _sessions,
    _starting,
)

_writing = threading.Lock()


def say(worker: str, result: t.Any) -> None:
    """One line of output, from whatever process."""
    os.write(1, (json.dumps([worker, result]) + "\n").encode())


class Worker:
    """What a worker can be told to do."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        _say.display.verbose = lambda text, host=None, caplevel=2: self.heard.append(text)  # type: ignore[method-assign]

    def send(self, options: dict[str, t.Any], data: str = "<request/>", **more: t.Any) -> t.Any:
        session = _sessions.session(from_options(options))
        replay = more.pop("replay", None)
        told: list[int] = []
        try:
            answer = session.send(
                data.encode(), replay=replay and replay.encode(), meanwhile=lambda: told.append(1), **more
            )
        except WSManError as error:
            return {"error": _plain_session.from_error(error), "meanwhile": len(told)}
        return {
            "body": answer.body.decode(),
            "status": answer.status,
            "headers": dict(answer.headers),
            "held": isinstance(session, _held.HeldSession),
            "meanwhile": len(told),
        }

    def know(self, options: dict[str, t.Any], profile: str | None = None) -> t.Any:
        """Learn what the service is, if it is said, and tell what is known."""
        session = _sessions.session(from_options(options))
        if profile is not None:
            session.profile, session.identified, session.robust = profiles.by_name(profile), True, True
        known = session.profile and session.profile.name
        return [known, session.identified, session.robust, session.session_id, session.mechanism]

    def rest(self) -> None:
        _sessions.rest()

    def reset(self, options: dict[str, t.Any]) -> None:
        _sessions.reset(from_options(options))

    def said(self) -> list[str]:
        return self.heard

    def silence(self, seconds: float) -> None:
        """Have little patience with a holder."""
        _held.SILENCE = seconds
        _starting.START_SECONDS = seconds

    def threaded(self) -> None:
        threading.Thread(target=signal.pause, daemon=True).start()

    def knock(self, user: int) -> str:
        """Become that user, and see what the holder says to one."""
        os.chdir(_starting._place)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect("socket")
                connection.settimeout(5)
                return "the end" if not connection.recv(100) else "something"
        except OSError as error:
            return type(error).__name__

    def pid(self) -> int:
        return os.getpid()

    def grace(self, seconds: float) -> None:
        """Have a holder that this worker starts wait so long for an answer that nobody else waits for."""
        _conversation.GRACE = seconds

    def alarm(self) -> int:
        """As the time-out of a task does it: an exception in the middle of whatever goes on, at SIGALRM; which pid."""

        def late(*_arguments: t.Any) -> None:
            raise KeyboardInterrupt

        signal.signal(signal.SIGALRM, late)
        return os.getpid()


def obey(name: str, worker: Worker, what: str, arguments: dict[str, t.Any]) -> None:
    try:
        result = getattr(worker, what)(**arguments)
    except KeyboardInterrupt:
        result = "interrupted"
    except Exception as error:  # the test wants to see it
        result = f"{type(error).__name__}: {error}"
    say(name, result)


def main() -> None:
    pipes: dict[str, int] = {}
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    here = Worker()
    for line in sys.stdin:
        name, what, arguments = json.loads(line)
        if name == "main":
            obey(name, here, what, arguments)
            continue
        if name not in pipes:
            reading, pipes[name] = os.pipe()
            if os.fork() == 0:
                for other in pipes.values():
                    os.close(other)
                os.close(0)
                worker = Worker()
                with os.fdopen(reading) as lines:
                    for one in lines:
                        _name, what, arguments = json.loads(one)
                        obey(name, worker, what, arguments)
                os._exit(0)
            os.close(reading)
        if what == "end":
            os.close(pipes.pop(name))
            say(name, None)
        else:
            os.write(pipes[name], line.encode())


if __name__ == "__main__":
    say("main", [os.getpid(), _starting._place])
    main()
