# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that keeps sessions: who may use it, what its death costs, and that it never outlives its run.

Whatever happens while a playbook runs is done at the moment when a certain request has arrived at a service, complete,
and nothing was done with it yet.
"""

from __future__ import annotations

import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys
import threading
import typing as t

import kept
import playbook
import pytest
from kept import GET, INCREMENT, in_clear, tasks, used

from parts.waiting import soon
from sandbox import Sandbox

NOBODY = 65534
NUMBERS = {"resource_uri": "wmicimv2/Sandbox_Number", "max_elements": 1}
WAIT = {"name": "wait", "ansible.builtin.pause": {"seconds": 60}}
ENUMERATE = {"name": "all", "wsman.automation.wsman_enumerate": NUMBERS}  # ten thousand answers

# Another user, who has come into the folder, says hello to the socket there, and waits for a word or the end.
INTRUDER = """
import os, socket, sys
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
caller = socket.socket(socket.AF_UNIX)
caller.settimeout(20)
try:
    caller.connect("./" + sys.argv[1])
    print("connected", flush=True)
    caller.sendall(b"\\0\\0\\0\\2{}" + bytes(64))
    print("answered" if caller.recv(1) else "refused")
except OSError as error:
    print(type(error).__name__)
"""


class Mortal(t.NamedTuple):
    """A run whose holder was killed again and again: its services, the holders, and what intruders came to."""

    run: playbook.Run
    boxes: dict[str, Sandbox]
    holders: list[list[int]]
    noted: dict[str, t.Any]
    left: dict[str, t.Any]


def intrude(path: pathlib.Path) -> list[str]:
    """What another user hears who connects to this socket from within its folder."""
    command = [sys.executable, "-I", "-c", INTRUDER, path.name]
    return subprocess.run(command, cwd=path.parent, check=True, capture_output=True, text=True).stdout.split()


def look_around(workspace: playbook.Workspace, path: pathlib.Path, noted: dict[str, t.Any]) -> None:
    """Note whose the socket is, and what another user comes to: as things are, and where the doors stand open."""
    noted["holders"] = kept.holders(path)
    noted["sockets"] = found = kept.sockets(workspace)
    noted["names"] = [os.readlink(f"/proc/{pid}/fd/{number}") for pid in noted["holders"] for number in (0, 1, 2)]
    if not found:
        return
    place = found[0]
    noted["modes"] = [stat.S_IMODE(one.lstat().st_mode) for one in (place.parent, place)]
    if os.geteuid() == 0:
        noted["shut"] = intrude(place)
        place.parent.chmod(0o755)
        place.chmod(0o777)
        noted["open"] = intrude(place)
        place.chmod(noted["modes"][1])
        place.parent.chmod(noted["modes"][0])


@pytest.fixture(scope="module")
def mortal(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> Mortal:
    """Hosts with a session each; the holder dies while each in turn waits for an answer."""
    boxes = {name: services() for name in ("get", "call", "busy")}
    hosts = {name: in_clear(box) for name, box in boxes.items()}
    boxes["other"], boxes["crowd"] = services(manner="openwsman"), services()
    hosts["other"] = playbook.variables(boxes["other"], classes="cimv2")
    hosts |= {f"crowd{number}": in_clear(boxes["crowd"]) for number in range(8)}
    plays = [
        {"hosts": "all", "tasks": tasks(1)},
        {"hosts": "busy", "tasks": [{"name": "look", **GET}]},
        {"hosts": "get", "tasks": [{"name": "get in spite of it", **GET}]},
        {"hosts": "call", "tasks": [{"name": "call in spite of it", **INCREMENT}]},
        {"hosts": "other", "tasks": [{"name": "call and lose", **INCREMENT}]},
        {"hosts": "crowd*", "tasks": [{"name": "crowd in spite of it", **GET}]},
        {"hosts": "call:other", "tasks": [{"name": "last call", **INCREMENT}]},
        {"hosts": "all", "tasks": [{"name": "last", **GET}]},
    ]
    every = {"ignore_errors": True, "ignore_unreachable": True}
    path = workspace.write([{**play, **every} for play in plays])
    noted: dict[str, t.Any] = {}
    killed: list[list[int]] = []

    def die() -> None:
        killed.append(kept.kill(path))

    scripts = [
        kept.Script(boxes["busy"], kept.INSTANCES, {2: lambda: look_around(workspace, path, noted)}),
        kept.Script(boxes["get"], kept.INSTANCES, {2: die}),
        kept.Script(boxes["call"], kept.INSTANCES, {2: die}),
        kept.Script(boxes["other"], kept.INSTANCES, {2: die}),
        kept.Script(boxes["crowd"], kept.INSTANCES, {8 + 4: die}),
    ]
    run = workspace.run(path, hosts, "-f", "8")
    assert not [script.failures for script in scripts if script.failures]
    return Mortal(run, boxes, killed, noted, kept.left(workspace, path, *boxes.values()))


def test_one_holder_for_all_hosts(mortal: Mortal) -> None:
    assert len(mortal.noted["holders"]) == 1 and len(mortal.noted["sockets"]) == 1
    assert set(mortal.noted["names"]) == {os.devnull}, "it writes to what was somebody's terminal"


def test_only_its_user_may_come_near(mortal: Mortal) -> None:
    assert mortal.noted["modes"] == [0o700, 0o600]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_user_is_refused(mortal: Mortal) -> None:
    assert mortal.noted["shut"] == ["PermissionError"]
    assert mortal.noted["open"][0] == "connected"
    assert mortal.noted["open"][1] in ("refused", "ConnectionResetError", "BrokenPipeError")


def test_each_death_brings_one_new_holder(mortal: Mortal) -> None:
    assert [len(one) for one in mortal.holders] == [1, 1, 1, 1]
    assert len({pid for one in mortal.holders for pid in one}) == 4


def test_a_get_survives_the_holder(mortal: Mortal) -> None:
    assert mortal.run.on("get", "get in spite of it").status == "ok"
    assert len(kept.operations(mortal.boxes["get"])) == 4  # the second was answered to nobody


def test_a_call_of_windows_survives_the_holder_and_is_executed_once(mortal: Mortal) -> None:
    outcomes = [mortal.run.on("call", name) for name in ("call in spite of it", "last call")]
    assert [(one.status, one.result["output"]["U32"]) for one in outcomes] == [("changed", 1), ("changed", 2)]
    assert mortal.boxes["call"].state()["executions"] == {"Sandbox_AllTypes.Increment": 2}


def test_of_a_call_elsewhere_nobody_knows_whether_it_was_executed(mortal: Mortal) -> None:
    lost = mortal.run.on("other", "call and lose")
    assert lost.status == "unreachable" and lost.result["transport"]["outcome_unknown"] is True, lost
    assert int(mortal.run.on("other", "last call").result["output"]["U32"]) == 2
    assert mortal.boxes["other"].state()["executions"] == {"Sandbox_AllTypes.Increment": 2}


def test_a_crowd_survives_the_holder(mortal: Mortal) -> None:
    names = [f"crowd{number}" for number in range(8)]
    statuses = {mortal.run.on(name, task).status for name in names for task in ("crowd in spite of it", "last")}
    assert statuses == {"ok"}
    assert mortal.boxes["crowd"].connections <= 3 * 8  # at first, after the deaths before, and after its own


def test_all_others_have_their_answers_and_sessions_anew(mortal: Mortal) -> None:
    assert [mortal.run.on(name, "last").status for name in mortal.boxes if name != "crowd"] == ["ok"] * 4
    assert mortal.boxes["busy"].connections == 2


def test_nothing_is_left_of_a_run_with_many_holders(mortal: Mortal) -> None:
    assert mortal.run.recap and mortal.left == {}


# Runs that end before their time

WAYS_TO_END: dict[str, signal.Signals | None] = {
    "without its worker": None,  # which Ansible notices
    "interrupted": signal.SIGINT,
    "terminated": signal.SIGTERM,
    "killed": signal.SIGKILL,
    "killed while it waits": signal.SIGKILL,  # for an answer that takes longer than all may take
}


class Ended(t.NamedTuple):
    """What was left of runs, by the way in which they ended, and whether each held something before."""

    left: dict[str, dict[str, t.Any]]
    before: dict[str, tuple[int, int]]
    statuses: dict[str, int]
    survivor: playbook.Run
    survivor_box: Sandbox
    files: list[pathlib.Path]


def end(started: playbook.Started, number: signal.Signals | None) -> int:
    """Signal the main process, and with SIGINT all of the terminal's, until it is gone; its exit status.

    None kills the worker.
    """
    if number is None:
        for worker in (one for one in kept.of_run(started.path) if one.parent == started.process.pid):
            os.kill(worker.pid, signal.SIGKILL)
        return started.process.wait(30)
    for _attempt in range(100):
        if number == signal.SIGINT:
            os.killpg(started.process.pid, number)
        else:
            started.process.send_signal(number)
        try:
            return started.process.wait(0.3)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(f"{number.name} a hundred times did not end Ansible")


class Condemned:
    """A run that gets something, and then comes to its *task*, which is long: one row an answer, and slowly."""

    def __init__(self, workspace: playbook.Workspace, box: Sandbox, name: str, task: t.Mapping[str, t.Any]) -> None:
        self.box, self._reached, self._workspace = box, threading.Event(), workspace
        self._apart: list[int] = []
        box.misbehave("stall", seconds=60 if "waits" in name else 0.2, action="Pull", at=3, count=None)
        self.script = kept.Script(box, "enumeration/Pull", {3: self._reached.set})
        path = workspace.write([{"hosts": "all", "tasks": [*tasks(1), task]}])
        self.started = workspace.start(path, {name: in_clear(box)})

    def wait(self) -> None:
        """Until it is in the middle of that."""
        waits = b"TASK [wait]"
        came = soon(lambda: self._reached.is_set() or waits in self.started.output.read_bytes(), 60)
        assert came, self.started.output.read_text(encoding="utf-8")
        if not self._reached.is_set():
            self._apart = [one.pid for one in kept.of_run(self.started.path) if one.parent == self.started.process.pid]

    def note(self) -> tuple[int, int]:
        """How many holders and contexts there are."""
        return len(kept.holders(self.started.path)), len(self.box.contexts)

    def left(self) -> dict[str, t.Any]:
        """What is left of it; but for the worker where that waits by Ansible's own means."""
        main = self.started.process.pid
        return kept.left(self._workspace, self.started.path, self.box, main=main, apart_from=self._apart)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory, services: t.Callable[..., Sandbox]) -> t.Iterator[Ended]:
    """Runs at one time and with one home: each ends in its own way in the middle of something, and one goes on."""
    workspace = playbook.Workspace(tmp_path_factory.mktemp("ended"))
    box, last = services(), threading.Event()
    script = kept.Script(box, kept.INSTANCES, {4: lambda: last.wait(60) and None})
    survivor = workspace.start(workspace.write([{"hosts": "all", "tasks": tasks(6)}]), {"survivor": in_clear(box)})
    runs = {name: Condemned(workspace, services(), name, ENUMERATE) for name in WAYS_TO_END}
    runs["idle"] = Condemned(workspace, services(), "idle", WAIT)
    before, statuses, left = {}, {}, {}
    try:
        for name, condemned in runs.items():
            condemned.wait()
            before[name] = condemned.note()
            statuses[name] = end(condemned.started, WAYS_TO_END.get(name, signal.SIGKILL))
            left[name] = condemned.left()
        last.set()
        run = survivor.finish()
        assert not script.failures
        left["survivor"] = kept.left(workspace, survivor.path, box)
        yield Ended(left, before, statuses, run, box, kept.sockets(workspace))
    finally:
        for started in (survivor, *(one.started for one in runs.values())):
            kept.put_down(started.path)
            started.process.wait()


@pytest.mark.parametrize("name", [*WAYS_TO_END, "idle"])
def test_nothing_outlives_the_main_process(ended: Ended, name: str) -> None:
    holders, contexts = ended.before[name]
    assert holders == 1 and contexts == int(name != "idle")
    assert ended.statuses[name] != 0
    if "waits" in name:  # the service, which does not look while it is busy
        ended.left[name].pop("connections", None)
    assert ended.left[name] == {}


def test_a_run_beside_them_goes_on(ended: Ended) -> None:
    assert [ended.survivor[f"get {number}"].status for number in range(1, 7)] == ["ok"] * 6
    assert used(ended.survivor_box) == [1] * 6 and ended.survivor_box.connections == 1
    assert ended.left["survivor"] == {} and ended.files == []


# Systems that cannot watch a process

NO_PIDFD = "import os\ndel os.pidfd_open\n"


@pytest.fixture(scope="module")
def poor(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> tuple[playbook.Run, Sandbox, list[int]]:
    """A run where Python has no pidfd_open, and the holders that were seen in it."""
    box, seen = services(), []
    folder = workspace.folder / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(NO_PIDFD, encoding="utf-8")
    path = workspace.write([{"hosts": "all", "tasks": [*tasks(2), {"name": "call", **INCREMENT}]}])
    script = kept.Script(box, kept.INSTANCES, {2: lambda: seen.extend(kept.holders(path))})
    run = workspace.run(path, {"poor": in_clear(box)}, "-vv", PYTHONPATH=str(folder))
    assert script.seen == 3
    return run, box, seen


def test_without_pidfd_everything_works_unkept(poor: tuple[playbook.Run, Sandbox, list[int]]) -> None:
    run, box, seen = poor
    assert [run[name].status for name in ("get 1", "get 2", "call")] == ["ok", "ok", "changed"]
    assert (box.connections, seen) == (3, [])
    assert "pidfd" in run.output


def test_the_intruder_would_be_heard(tmp_path: pathlib.Path) -> None:
    """Where nobody looks at who it is."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        tmp_path.chmod(0o755)
        (tmp_path / "socket").chmod(0o777)
        listener.listen()

        def answer() -> None:
            with listener.accept()[0] as connection:
                connection.recv(100)
                connection.sendall(b"{}")

        thread = threading.Thread(target=answer)
        thread.start()
        assert intrude(tmp_path / "socket") == ["connected", "answered"]
        thread.join()
