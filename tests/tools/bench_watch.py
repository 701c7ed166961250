# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What processes cost, by Linux' /proc: the service's processor time, the memory of the process that keeps sessions.

That process allows nobody but root to look into it, as it holds secrets: to others it shows its resident memory, of
which a part may be shared, and neither its share of that nor its open files.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import threading
import typing

PROC = pathlib.Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
INTERVAL = 0.5  # seconds between looks


@dataclasses.dataclass
class Peak:
    """The most that was seen: *pss* and *resident* in MB, open *files*, *threads*; None where it could not be seen."""

    pss: float | None = None
    resident: float | None = None
    files: int | None = None
    threads: int | None = None
    bound: int | None = None  # of open files

    def take(self, other: Peak) -> None:
        for field in dataclasses.fields(self):
            mine, new = getattr(self, field.name), getattr(other, field.name)
            setattr(self, field.name, max((one for one in (mine, new) if one is not None), default=None))


class Watch:
    """Looks, until it is stopped, for the process that one run of Ansible has left beside its workers.

    It is a fork and has the command line of that run, *mark* in it, but another parent than the others.
    """

    def __init__(self, mark: str):
        self._mark = mark.encode()
        self._peak: Peak | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> Peak | None:
        """What was seen of it; None where it never was there."""
        self._ended.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        while not self._ended.wait(INTERVAL):
            held = self._find()
            if held is not None:
                self._peak = self._peak or Peak()
                self._peak.take(peak(held))

    def _find(self) -> int | None:
        """Its parent is none of the run, and it is not the run's main process, whose parent is this process."""
        found = {int(path.name): path for path in PROC.glob("[0-9]*") if self._mark in _read(path / "cmdline")}
        strangers = [pid for pid in found if parent(pid) not in (*found, os.getpid(), None)]
        return strangers[0] if strangers else None


def peak(pid: int) -> Peak:
    """What a process has now."""
    status = dict(line.partition(":")[::2] for line in _read(PROC / str(pid) / "status").decode().splitlines())
    rollup = _read(PROC / str(pid) / "smaps_rollup").decode()
    found = Peak()
    for line in rollup.splitlines():
        if line.startswith("Pss:"):
            found.pss = int(line.split()[1]) / 1024
    if "VmRSS" in status:
        found.resident, found.threads = int(status["VmRSS"].split()[0]) / 1024, int(status["Threads"])
    with contextlib.suppress(OSError):
        found.files = len(os.listdir(PROC / str(pid) / "fd"))
    for line in _read(PROC / str(pid) / "limits").decode().splitlines():
        if line.startswith("Max open files"):
            found.bound = int(line.split()[3])
    return found


def seconds(pid: int) -> float:
    """Processor time of a process, and of all that descend from it, so far."""
    return sum(int(fields[11]) + int(fields[12]) for fields in map(_fields, [pid, *children(pid)]) if fields) / TICKS


def parent(pid: int) -> int | None:
    fields = _fields(pid)
    return int(fields[1]) if fields else None


def children(pid: int) -> typing.Iterator[int]:
    """All that descend from it."""
    for task in PROC.glob(f"{pid}/task/*/children"):
        for one in map(int, _read(task).split()):
            yield one
            yield from children(one)


def _fields(pid: int) -> list[bytes]:
    """Of /proc/PID/stat what stands behind the name, which may hold anything: the state is the first."""
    return _read(PROC / str(pid) / "stat").rpartition(b")")[2].split()


def _read(path: pathlib.Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
