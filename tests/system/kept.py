# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of kept sessions look at while a playbook runs: its processes, its sockets, and the service's counts.

The service runs in the tests' own process, so that a test can act at the moment when a request has arrived there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import signal
import stat
import threading
import typing as t

import playbook
from accounts import ALL_TYPES

from parts.waiting import soon
from sandbox import Sandbox

PATIENCE = 5.0  # seconds from the end of Ansible's main process until nothing of a run may be left
GET = {"wsman.automation.wsman_get": {"resource_uri": f"{ALL_TYPES}?Id=2"}}
INSTANCES = "/Sandbox_AllTypes<"  # is in the requests that are of these, and in none of the class
BY_ONE = {"resource_uri": f"{ALL_TYPES}?Id=3", "method": "Increment", "arguments": {"By": 1}}
INCREMENT = {"wsman.automation.wsman_invoke": BY_ONE}  # counts on the service: U32 of that instance is nothing at first


@dataclasses.dataclass(frozen=True)
class Process:
    """One process as /proc shows it to everybody."""

    pid: int
    parent: int
    state: str
    arguments: bytes


def processes() -> list[Process]:
    """All that run; zombies are none."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text(encoding="latin-1").rpartition(")")[2].split()
            process = Process(int(folder.name), int(fields[1]), fields[0], (folder / "cmdline").read_bytes())
            if process.state not in "ZX":
                found.append(process)
    return found


def of_run(path: pathlib.Path) -> list[Process]:
    """The processes of the run of the playbook *path*: the main one and all that were forked from it."""
    return [one for one in processes() if b"ansible-playbook" in one.arguments and os.fsencode(path) in one.arguments]


def holders(path: pathlib.Path) -> list[int]:
    """Which of these are neither the main process, which is a child of ours, nor a worker of it."""
    found = of_run(path)
    main = [one.pid for one in found if one.parent == os.getpid()]
    return [one.pid for one in found if one.pid not in main and one.parent not in main]


def sockets(workspace: playbook.Workspace, main: int | None = None) -> list[pathlib.Path]:
    """The Unix sockets in the temporary folders of this workspace's runs, or of that with the main process *main*."""
    found = []
    folders = "ansible-local-*" if main is None else f"ansible-local-{main}*"
    for one in (path for folder in (workspace.folder / "home" / "tmp").glob(folders) for path in folder.rglob("*")):
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(one.lstat().st_mode):
                found.append(one)
    return found


def left(
    workspace: playbook.Workspace,
    path: pathlib.Path,
    *boxes: Sandbox,
    main: int | None = None,
    apart_from: t.Collection[int] = (),
) -> dict[str, t.Any]:
    """What is left of a run when its time is up; nothing, if all is well. With *main* others go on beside it."""

    def found() -> dict[str, t.Any]:
        everything = {
            "processes": [one for one in of_run(path) if one.pid not in apart_from],
            "sockets": sockets(workspace, main),
            "contexts": [one for box in boxes for one in box.contexts],
            "connections": [box.http_port for box in boxes if box.server.open_connections],
        }
        return {name: value for name, value in everything.items() if value}

    soon(lambda: not found(), PATIENCE)
    rest = found()
    put_down(path)
    return rest


def put_down(path: pathlib.Path) -> None:
    """End all of a run, lest it disturb what comes next."""
    for process in of_run(path):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


def kill(path: pathlib.Path) -> list[int]:
    """End the holders of a run as the kernel does it when memory is short; which there were."""
    found = holders(path)
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    soon(lambda: not set(found) & set(holders(path)), PATIENCE)
    return found


class Script:
    """Acts at requests that arrive at *box*, when they are complete and nothing was done with them.

    A request is one of those with ``part`` in its plain text; the n-th of them, counted from 1, calls what is given.
    """

    def __init__(self, box: Sandbox, part: str, acts: t.Mapping[int, t.Callable[[], None]]) -> None:
        self.seen = 0
        self.failures: list[BaseException] = []
        self._part, self._acts = part.encode(), acts
        self._lock = threading.Lock()
        original = box.misbehaviour.plan

        def plan(method: str, path: str, body: bytes) -> t.Any:
            self._look(body)
            return original(method, path, body)

        box.misbehaviour.plan = plan

    def _look(self, body: bytes) -> None:
        if self._part not in body:
            return
        with self._lock:
            self.seen += 1
            act = self._acts.get(self.seen)
        try:
            if act is not None:
                act()
        except BaseException as error:
            self.failures.append(error)
            raise


def operations(box: Sandbox, name: str = "Get") -> list[t.Any]:
    """The records of the requests with this action for instances of our class, oldest first."""
    records = [one for one in box.journal if (one.action or "").endswith(f"/{name}")]
    return [one for one in records if (one.resource_uri or "").endswith("Sandbox_AllTypes")]


def used(box: Sandbox, name: str = "Get") -> list[int]:
    """Which connection each of these came by, numbered in the order in which they come up here."""
    numbers = [one.connection for one in operations(box, name)]
    order = list(dict.fromkeys(numbers))
    return [order.index(one) + 1 for one in numbers]


def tasks(count: int, **more: t.Any) -> list[dict[str, t.Any]]:
    """So many tasks of one Get: "get 1" and so on."""
    return [{"name": f"get {number}", **GET, **more} for number in range(1, count + 1)]


def in_clear(box: Sandbox, **more: t.Any) -> dict[str, t.Any]:
    """The variables of a host over HTTP, with NTLM for what can; it encrypts messages."""
    given = playbook.variables(box)
    own = {"classes": "cimv2"} if box.manner.name != "windows" else {}
    wanted = {"port": box.http_port, "scheme": "http", "authentication": "ntlm", "ca_cert": None, **more}
    found = {**given, **{f"ansible_wsman_{name}": value for name, value in wanted.items()}, **own}
    return {name: value for name, value in found.items() if value is not None}
