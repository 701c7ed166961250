# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the methods of the service's own classes, and of management controllers, do."""

from __future__ import annotations

from .classes import Instance, new_instance
from .methods import Arguments, Context, implements, progresses


@implements("Sandbox_AllTypes", "Echo")
def echo(_context: Context, arguments: Arguments) -> Arguments:
    """Everything comes back as it was understood."""
    return {**arguments, "ReturnValue": 0}


@implements("Sandbox_AllTypes", "Increment")
def increment(context: Context, arguments: Arguments) -> Arguments:
    """Adds to U32; 1 where that would not fit any more."""
    total = (context.held.get("U32") or 0) + arguments["By"]
    if total > 4294967295:
        return {"ReturnValue": 1, "U32": context.held.get("U32")}
    context.held.set("U32", total)
    return {"ReturnValue": 0, "U32": total}


@implements("Sandbox_AllTypes", "Spell")
def spell(_context: Context, arguments: Arguments) -> str | None:
    """A method that returns text."""
    number = arguments["Number"]
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return None if number is None else " ".join(words[int(digit)] for digit in str(number))


@implements("DCIM_BIOSService", "SetAttribute")
def set_attribute(_context: Context, arguments: Arguments) -> Arguments:
    """A failure of an iDRAC: return value 2 with a message, inside a normal answer."""
    if arguments["Target"] != "BIOS.Setup.1-1":
        return _failure("BIOS001", "Invalid Target\x07", [])
    if arguments["AttributeName"] != "ProcVirtualization":
        text = "Invalid AttributeName."
        return {**_failure("BIOS002", text, [arguments["AttributeName"]])}
    return {"ReturnValue": 0, "SetResult": "Set PendingValue", "RebootRequired": "Yes"}


@implements("DCIM_BIOSService", "CreateTargetedConfigJob")
def create_targeted_config_job(context: Context, arguments: Arguments) -> Arguments:
    """4096 and the job's endpoint reference."""
    if arguments["Target"] != "BIOS.Setup.1-1":
        return _failure("BIOS001", "Invalid Target\x07", [])
    jobs = context.repository.find_class(context.cim_class.namespace, "DCIM_LifecycleJob")
    if jobs is None:
        return _failure("BIOS003", "No job class", [])
    number = f"JID_{1300000000 + len(context.repository.extent(jobs)):012d}"
    job = new_instance(
        jobs,
        {
            "InstanceID": number,
            "JobStatus": "Running",
            "Message": "Job in progress.",
            "MessageID": "PR20",
            "Name": "ConfigBIOS:BIOS.Setup.1-1",
            "PercentComplete": 1,
        },
    )
    context.repository.add(job)
    return {"ReturnValue": 4096, "Job": job.reference}


@progresses("DCIM_LifecycleJob")
def finish_lifecycle_job(job: Instance) -> None:
    """Once it was seen running, it is done."""
    if job.get("JobStatus") == "Running":
        done = {"JobStatus": "Completed", "Message": "Job completed successfully.", "MessageID": "PR19"}
        for name, value in {**done, "PercentComplete": 100}.items():
            job.set(name, value)


def _failure(message_id: str, text: str, arguments: list[str]) -> Arguments:
    return {"ReturnValue": 2, "Message": text, "MessageID": message_id, "MessageArguments": arguments}


@implements("CIM_PowerManagementService", "RequestPowerStateChange")
def request_power_state_change(context: Context, arguments: Arguments) -> int:
    """0, or 5 (invalid parameter) for what is no power state."""
    if arguments["PowerState"] not in (2, 4, 5, 8, 9, 10, 12, 14):
        return 5
    links = context.repository.find_class(context.cim_class.namespace, "CIM_AssociatedPowerManagementService")
    for link in context.repository.extent(links) if links else []:
        link.set("PowerState", arguments["PowerState"])
    return 0
