# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the methods of the service's own classes, and of management controllers, do."""

from __future__ import annotations

from .job_methods import lifecycle_job
from .methods import Arguments, Context, implements


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
    """4096 and the job's endpoint reference; one with a time to start and no job that reboots waits for a reboot."""
    if arguments["Target"] != "BIOS.Setup.1-1":
        return _failure("BIOS001", "Invalid Target\x07", [])
    waits = arguments["RebootJobType"] is None and arguments["ScheduledStartTime"] is not None
    job = lifecycle_job(context, "ConfigBIOS:BIOS.Setup.1-1", scheduled=waits)
    return {"ReturnValue": 4096, "Job": job.reference}


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
