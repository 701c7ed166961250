# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of Ansible, as far as kept sessions see it: a main process and workers that do what a test says."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import time

from parts import waiting

HERE = pathlib.Path(__file__).parent
NOBODY = 65534
PROMISE = 5.0  # seconds from the end of the main process until nothing is left
PATIENCE = 30.0  # for what comes on a busy machine too; nobody waits so long unless it fails

ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
PULL = f"""<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:n="{ENUMERATION}"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:Action>{ENUMERATION}/Pull</a:Action>
 <a:MessageID>uuid:1</a:MessageID></s:Header><s:Body><n:Pull><n:EnumerationContext>one</n:EnumerationContext></n:Pull>
</s:Body></s:Envelope>"""
PULLED = PULL.replace("n:Pull>", "n:PullResponse>").replace(">one<", ">two<").encode()


class Run:
    """A run of Ansible, as far as sessions see it: a main process and workers."""

    def __init__(self, folder):
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)),
            "ANSIBLE_LOCAL_TEMP": str(folder),
        }
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "kept_main.py"), str(folder)],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self._answers, self._workers, self._test = {}, set(), 0
        pid, place = self.wait("main")
        assert pid == self.process.pid
        self.place = pathlib.Path(place)

    def tell(self, worker, what, **arguments):
        line = json.dumps([self._name(worker), what, arguments])
        self.process.stdin.write((line + "\n").encode())
        self.process.stdin.flush()

    def wait(self, worker, seconds=PATIENCE):
        """The next result of a worker."""
        end, wanted = time.monotonic() + seconds, self._name(worker)
        while not self._answers.get(wanted):
            ready = select.select([self.process.stdout], [], [], max(0.0, end - time.monotonic()))[0]
            assert ready, f"{worker} does not answer"
            line = self.process.stdout.readline()
            assert line, "the run has ended"
            name, result = json.loads(line)
            self._answers.setdefault(name, []).append(result)
        return self._answers[wanted].pop(0)

    def _name(self, worker):
        """No test meets the workers of another one."""
        if worker == "main":
            return worker
        self._workers.add(worker)
        return f"{worker}-{self._test}"

    def begin(self):
        """Another test begins, with workers of its own."""
        for worker in list(self._workers):
            self.tell(worker, "end")
        self._test, self._workers = self._test + 1, set()

    def ask(self, worker, what, **arguments):
        self.tell(worker, what, **arguments)
        return self.wait(worker)

    def holders(self):
        """Of the processes of this program those that are neither the main process nor its children."""
        found = []
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                name = (folder / "comm").read_text().strip()
                arguments = (folder / "cmdline").read_bytes()
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                ours = os.fsencode(self.place.parent.parent) in arguments
            except OSError:
                continue
            if name == "wsman-sessions" and b"kept_main" in arguments and fields[0] not in "ZX" and ours:
                found.append(int(folder.name))
        return found

    def clear(self):
        """As it was before anybody wanted a session kept."""
        self.begin()
        for holder in self.holders():
            os.kill(holder, signal.SIGKILL)
        assert soon(lambda: not self.holders())
        shutil.rmtree(self.place, ignore_errors=True)

    def kill(self, number=signal.SIGKILL):
        [holder] = self.holders()
        os.kill(holder, number)
        assert soon(lambda: holder not in self.holders())  # a worker that waits may have started the next one
        return holder

    def stop(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait(PATIENCE)
        self.process.stdout.close()
        assert soon(lambda: not self.holders(), PROMISE)


def states(pid):
    """Of each thread."""
    found = []
    for file in pathlib.Path(f"/proc/{pid}/task").glob("*/stat"):
        with contextlib.suppress(OSError):  # it may end meanwhile
            found.append(file.read_text().rpartition(")")[2].split()[0])
    return found


def soon(condition, seconds=PATIENCE):
    return waiting.soon(condition, seconds)


def successor(run, one):
    """A worker with the session that "a" had, whose profile is "omi", once it is given back.

    Who comes too early has one of its own, and opens no connection.
    """
    end = time.monotonic() + PATIENCE
    for number in itertools.count():
        worker = f"next{number}"
        if run.ask(worker, "know", options=options(one))[0] == "omi":
            return worker
        assert time.monotonic() < end, "the session does not come back"
        time.sleep(0.02)
    raise AssertionError


def options(one, **more):
    named = {"authentication": "basic", "user": "u", "password": "s3cret-Pass"}
    return {"host": "127.0.0.1", "port": one.port, "scheme": "http", "message_encryption": "never", **named, **more}
