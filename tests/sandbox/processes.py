# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One service in several processes that accept from the same ports, so that it is not what a benchmark measures.

They share nothing that changes after their start: what one is asked to store, to enumerate or to do once the others do
not know. Each has a control server of its own; :class:`Fleet` asks all of them, and adds up what they say.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import json
import os
import resource
import signal
import threading
import time
import traceback
import typing as t
import urllib.request

from . import Sandbox, names
from .control import Control, Served
from .manners import WMI
from .service import Caller

_NUMBERS = 1_000_000  # of connections, in one process

_FIRST = (
    f'<s:Envelope xmlns:s="{names.SOAP}" xmlns:a="{names.ADDRESSING}" xmlns:w="{names.WSMAN}">'
    f"<s:Header><a:To>x</a:To><w:ResourceURI>{WMI}root/cimv2/Sandbox_Big</w:ResourceURI>"
    f"<a:ReplyTo><a:Address>{names.ANONYMOUS}</a:Address></a:ReplyTo>"
    f"<a:Action>{names.ENUMERATE}</a:Action><a:MessageID>uuid:1</a:MessageID></s:Header>"
    f'<s:Body><n:Enumerate xmlns:n="{names.ENUMERATION}"/></s:Body></s:Envelope>'
)


def raise_file_limit() -> None:
    """As many open files as the system lets us have: each connection is one."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Fleet(Served):
    """The processes of *box*, which is prepared and not open. What is posted goes to each of them."""

    def __init__(self, box: Sandbox, count: int) -> None:
        super().__init__()
        self.box = box
        self.processes: list[int] = []
        self._ports: list[int] = []
        _warm(box)
        gc.freeze()
        reading, self._alive = os.pipe()  # which ends in them when this process does
        try:
            for index in range(count):
                self._start(index, reading)
        finally:
            os.close(reading)
        box.close_ports()

    def get(self, path: str) -> t.Any:
        """All answers added up."""
        found = [self._ask(port, path) for port in self._ports]
        if any(one is None for one in found):
            return None
        total = _sum(found)
        if path == "/state":
            total["processor_seconds"] += time.process_time()
        return total

    def post(self, path: str, body: dict[str, t.Any]) -> t.Any:
        """The same; ``/stop`` is for this process."""
        if path == "/stop":
            self.stopped.set()
            return {}
        found = [self._ask(port, path, body) for port in self._ports]
        return None if any(one is None for one in found) else _sum(found)

    def end(self) -> None:
        """End them."""
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        for process in self.processes:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process, 0)
        os.close(self._alive)

    def _start(self, index: int, reading: int) -> None:
        told, tell = os.pipe()
        process = os.fork()
        if process == 0:
            try:
                os.close(told)
                os.close(self._alive)
                self._server.server_close()
                _serve(self.box, index, reading, tell)
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(0)
        os.close(tell)
        self.processes.append(process)
        with os.fdopen(told) as stream:
            port = stream.read()
        if not port:
            self.end()
            raise RuntimeError("a process of the service did not start")
        self._ports.append(int(port))

    def _ask(self, port: int, path: str, body: dict[str, t.Any] | None = None) -> t.Any:
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(f"http://{self.box.host}:{port}{path}", data, timeout=30) as response:
                return json.load(response)
        except urllib.request.HTTPError as error:
            if error.code == 404:
                return None
            raise ValueError(json.load(error)["error"]) from error


def _warm(box: Sandbox) -> None:
    """Make what is made when it is first needed, so that the processes have it in common."""
    if importlib.util.find_spec("spnego") is not None:
        assert box.accounts.file.exists()
    box.service.handle(_FIRST.encode(), "utf-8", Caller("warm"))
    box.service.contexts.steal()
    box.counts.clear()


def _serve(box: Sandbox, index: int, reading: int, tell: int) -> None:
    """One of the processes, until it is told to end or its parent is gone."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(reading, ended), daemon=True, name="parent").start()
    box.server.first_number = index * _NUMBERS
    box.open()
    control = Control(box)
    control.start()
    with os.fdopen(tell, "w") as stream:
        stream.write(str(control.port))
    ended.wait()
    box.server.stop()


def _watch(reading: int, ended: threading.Event) -> None:
    """Until the parent is gone, which alone holds the other end."""
    os.read(reading, 1)
    ended.set()


def _sum(found: t.Sequence[t.Any]) -> t.Any:
    """Numbers added, lists put together, members one by one; of all else the first."""
    first = found[0]
    if isinstance(first, dict):
        keys = dict.fromkeys(key for one in found for key in one)
        return {key: _sum([one[key] for one in found if key in one]) for key in keys}
    if isinstance(first, list):
        return [item for one in found for item in one]
    if isinstance(first, (int, float)) and not isinstance(first, bool):
        return sum(found)
    return first
