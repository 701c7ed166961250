# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that methods leave behind: how far each is when it is read, by readings and by time (state.md 5)."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .classes import Instance
from .problems import Problem

if t.TYPE_CHECKING:
    from .repository import Repository

Members = dict[str, t.Any]

_ERROR = {"ErrorCode": 32773, "ErrorDescription": "The operation failed: the file is in use."}
# How a job with a JobState ends, by outcome.
_STATES: dict[str, Members] = {
    "completed": {"JobState": 7, "JobStatus": "Completed", "PercentComplete": 100},
    "warnings": {"JobState": 32768, "JobStatus": "Completed with warnings", "PercentComplete": 100},
    "terminated": {"JobState": 8, "JobStatus": "Terminated"},
    "killed": {"JobState": 9, "JobStatus": "Killed"},
    "failed": {"JobState": 10, "JobStatus": "Failed", **_ERROR},
}
_LC = {"Message": "Job failed.", "MessageID": "SYS058"}
# How one of an iDRAC ends.
_STATUSES: dict[str, Members] = {
    "completed": {"JobStatus": "Completed", "Message": "Job completed successfully.", "MessageID": "PR19"},
    "warnings": {"JobStatus": "Completed with Errors", "Message": "Job completed with errors.", "MessageID": "PR33"},
    "reboot completed": {"JobStatus": "Reboot Completed", "Message": "Reboot is complete.", "MessageID": "RED030"},
    "terminated": {"JobStatus": "Failed", **_LC},
    "killed": {"JobStatus": "Failed", **_LC},
    "failed": {"JobStatus": "Failed", **_LC},
    "reboot failed": {"JobStatus": "Reboot Failed", "Message": "Reboot has failed.", "MessageID": "RED031"},
}
_WAITING = {"JobStatus": "Scheduled", "Message": "Task successfully scheduled.", "MessageID": "JCP001"}
OUTCOMES = frozenset([*_STATES, *_STATUSES, "vanished", "scheduled", "endless"])


@dataclasses.dataclass(frozen=True)
class Script:
    """How a job goes: it runs for so many *readings* and *seconds*, then *outcome*: one of :data:`OUTCOMES`;
    ``vanished``: it is there no more; ``scheduled`` and ``endless`` never end."""

    outcome: str = "completed"
    readings: int = 1
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise ValueError(f"no outcome {self.outcome}; there are {', '.join(sorted(OUTCOMES))}")


@dataclasses.dataclass
class _Run:
    job: Instance
    script: Script
    started: float
    readings: int = 0
    ended: bool = False


class Jobs:
    """The running jobs of one repository. *clock* is monotonic seconds."""

    def __init__(self, repository: Repository, clock: t.Callable[[], float] = time.monotonic) -> None:
        self._repository = repository
        self._clock = clock
        self._planned: list[Script] = []
        self._runs: dict[int, _Run] = {}

    def plan(self, outcome: str = "completed", readings: int = 1, seconds: float = 0.0) -> None:
        """How the next job that a method starts will go; those after it in the order of the calls."""
        self._planned.append(Script(outcome, readings, seconds))

    def start(self, job: Instance, script: Script | None = None) -> Instance:
        """Store a new job and let it run: as planned, else by *script*."""
        chosen = self._planned.pop(0) if self._planned else script or Script()
        self._repository.add(job)
        self._runs[id(job)] = _Run(job, chosen, self._clock())
        return job

    def read(self, instance: Instance) -> bool:
        """Let a job go on before it is read; False where it is there no more. Other instances stay as they are."""
        run = self._runs.get(id(instance))
        if run is None or run.ended:
            return True
        run.readings += 1
        if run.script.outcome == "scheduled":
            _change(instance, _WAITING)
            return True
        elapsed = self._clock() - run.started
        if run.readings <= run.script.readings or elapsed < run.script.seconds or run.script.outcome == "endless":
            _change(instance, {"PercentComplete": min(99, max(1, 100 * run.readings // (run.script.readings + 1)))})
            return True
        run.ended = True
        if run.script.outcome == "vanished":
            self._repository.remove(instance)
            return False
        _change(instance, _ending(instance, run.script.outcome))
        return True

    def found(self, instance: Instance) -> Instance:
        """The same for one that a request names: Problem where it is there no more."""
        if not self.read(instance):
            raise Problem("instance", text=instance.cim_class.name)
        return instance


def _ending(job: Instance, outcome: str) -> Members:
    table = _STATES if job.cim_class.member("JobState") is not None else _STATUSES
    if outcome not in table:
        raise ValueError(f"a {job.cim_class.name} cannot end as {outcome}")
    return table[outcome]


def _change(job: Instance, members: Members) -> None:
    for name, value in members.items():
        if job.cim_class.member(name) is not None:
            job.set(name, value)
