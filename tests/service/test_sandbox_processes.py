# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service in several processes: one address, one control server, and nothing left of them."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import pathlib
import resource
import shutil
import ssl
import subprocess
import sys
import time
import types
import typing as t
import urllib.request

import pytest
from cim_requests import WMI
from handshakes import Client
from sandbox_requests import N, W, element, envelope, header

from sandbox import Sandbox, names
from sandbox.processes import raise_file_limit

TESTS = pathlib.Path(__file__).parents[1]
BODY = element(N + "Enumerate", None, element(W + "OptimizeEnumeration"), element(W + "MaxElements", "10"))
ENUMERATE = envelope(header(names.ENUMERATE, WMI + "Sandbox_Big"), BODY)


class Running:
    """The processes, with what the first of them wrote when they were ready."""

    def __init__(self, folder: pathlib.Path, *arguments: str) -> None:
        ready = folder / "ready.json"
        command = [sys.executable, "-m", "sandbox", "--ready", str(ready), "--processes", "2", *arguments]
        self.process = subprocess.Popen(command, cwd=TESTS, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not ready.exists():
            assert time.monotonic() < deadline and self.process.poll() is None, "it did not start"
            time.sleep(0.05)
        self.facts = json.loads(ready.read_text("utf-8"))
        self.pids = self.control("/state")["processes"]

    def control(self, path: str, body: t.Any = None) -> t.Any:
        data = None if body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.facts['control_port']}{path}"
        with urllib.request.urlopen(url, data, timeout=10) as response:
            return json.load(response)

    def connect(self) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=self.facts["ca_file"])
        return http.client.HTTPSConnection("localhost", self.facts["https_port"], timeout=10, context=context)

    def rows(self, connection: http.client.HTTPSConnection) -> int:
        """How many rows an enumeration on that connection gives."""
        secret = base64.b64encode(f"{self.facts['user']}:{self.facts['password']}".encode()).decode()
        headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/soap+xml;charset=UTF-8"}
        connection.request("POST", "/wsman", ENUMERATE, headers)
        return connection.getresponse().read().count(b"<p:Sandbox_Big ")

    def wait_until_gone(self) -> None:
        deadline = time.monotonic() + 30
        while any(_lives(pid) for pid in self.pids):
            assert time.monotonic() < deadline, "a process is left"
            time.sleep(0.05)


def _lives(pid: int) -> bool:
    """Whether there is such a process, and not as a zombie that nobody here can wait for."""
    with contextlib.suppress(FileNotFoundError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture
def running(tmp_path: pathlib.Path) -> t.Iterator[Running]:
    made = Running(tmp_path, "--rows", "7")
    yield made
    made.process.kill()
    made.process.wait()
    shutil.rmtree(pathlib.Path(made.facts["ca_file"]).parent, ignore_errors=True)  # which who is killed leaves


def test_one_service_to_all_who_ask(running: Running, tmp_path: pathlib.Path) -> None:
    assert len(set(running.pids)) == 2 and running.facts["pid"] not in running.pids
    connections = [running.connect() for _number in range(12)]
    assert [running.rows(one) for one in connections] == [7] * 12
    running.control("/rows", {"count": 3})
    assert [running.rows(one) for one in connections] == [3] * 12
    state = running.control("/state")
    assert (state["connections"], state["open_connections"], state["requests"]) == (12, 12, 24)
    assert (state["actions"], state["tls_handshakes"]["completed"]) == ({"Enumerate": 24}, 12)
    assert state["processor_seconds"] > 0 and state["contexts"] == []
    for _turn in range(4):
        client = Client(t.cast(Sandbox, types.SimpleNamespace(http_port=running.facts["http_port"])))
        assert client.login(password=running.facts["password"]) == 200
    numbers = {record["connection"] for record in running.control("/journal")}
    assert len(numbers) == 16  # which the processes count from different ones
    for path, body in (("/misbehave", {"kind": "x"}), ("/nothing", {}), ("/rows", {"count": -1})):
        with pytest.raises(urllib.request.HTTPError):
            running.control(path, body)
    running.control("/clear", {})
    assert running.control("/state")["requests"] == 0
    running.control("/stop", {})
    assert running.process.wait(30) == 0
    running.wait_until_gone()
    assert not pathlib.Path(running.facts["ca_file"]).exists() and not list(tmp_path.iterdir())


def test_they_end_with_their_parent(running: Running) -> None:
    assert running.rows(running.connect()) == 7
    running.process.kill()
    running.process.wait(30)
    running.wait_until_gone()


def test_each_connection_is_an_open_file() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        raise_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
