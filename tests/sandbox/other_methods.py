# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the methods of the service's own classes, and of management controllers, do."""

from __future__ import annotations

from .classes import Instance
from .job_methods import lifecycle_job
from .methods import Arguments, Context, completes, implements


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


@implements("Sandbox_AllTypes", "Join")
def join(_context: Context, arguments: Arguments) -> Arguments:
    """References in, references out."""
    members = arguments["Members"] or []
    return {"ReturnValue": 0, "All": members, "Count": len(members)}


@implements("Sandbox_AllTypes", "Double")
def double(_context: Context, arguments: Arguments) -> Arguments:
    """A parameter without qualifiers is an input."""
    number = arguments["Number"]
    return {"ReturnValue": 0, "Result": None if number is None else 2 * number}


@implements("Sandbox_AllTypes", "Move")
def move(_context: Context, arguments: Arguments) -> Arguments:
    """An embedded instance is what the method returns."""
    point = arguments["From"]
    if point is not None:
        point.set("X", (point.get("X") or 0) + (arguments["By"] or 0))
    return {"ReturnValue": point}


@completes("Sandbox_Ticket")
def name_ticket(ticket: Instance) -> None:
    """The service's own key."""
    ticket.set("Id", f"{ticket.get('Id') or 'ticket'}-0001")


def _attribute(context: Context, name: str) -> Instance | None:
    found = context.repository.find_class(context.cim_class.namespace, "DCIM_BIOSEnumeration")
    rows = context.repository.extent(found) if found else []
    return next((row for row in rows if row.get("AttributeName") == name), None)


@implements("DCIM_BIOSService", "SetAttribute")
def set_attribute(context: Context, arguments: Arguments) -> Arguments:
    """A failure of an iDRAC: return value 2 with a message, inside a normal answer. What is taken is pending."""
    name, value = arguments["AttributeName"], arguments["AttributeValue"]
    if arguments["Target"] != "BIOS.Setup.1-1":
        return _failure("BIOS001", "Invalid Target\x07", [])
    attribute = _attribute(context, name)
    if attribute is None:
        return _failure("BIOS002", "Invalid AttributeName.", [name])
    if attribute.get("IsReadOnly"):
        return _failure("BIOS010", "The attribute is read-only.", [name])
    if value not in attribute.get("PossibleValues"):
        return _failure("BIOS003", "Invalid AttributeValue.", [name])
    attribute.set("PendingValue", [value])
    return {"ReturnValue": 0, "SetResult": "Set PendingValue", "RebootRequired": "Yes"}


@implements("DCIM_BIOSService", "SetAttributes")
def set_attributes(context: Context, arguments: Arguments) -> Arguments:
    """Several at once; the first that is wrong is what is said."""
    given, wanted = arguments["AttributeName"] or [], arguments["AttributeValue"] or []
    if not given or len(given) != len(wanted):
        return _failure("BIOS004", "Missing required parameter.", ["AttributeValue"])
    for name, value in zip(given, wanted, strict=True):
        one = {"Target": arguments["Target"], "AttributeName": name, "AttributeValue": value}
        found: Arguments = set_attribute(context, one)
        if found["ReturnValue"] != 0:
            return found
    count = len(given)
    return {"ReturnValue": 0, "SetResult": ["Set PendingValue"] * count, "RebootRequired": ["Yes"] * count}


@implements("DCIM_BIOSService", "CreateTargetedConfigJob")
def create_targeted_config_job(context: Context, arguments: Arguments) -> Arguments:
    """4096 and the job's endpoint reference; one with a time to start and no job that reboots waits for a reboot."""
    if arguments["Target"] != "BIOS.Setup.1-1":
        return _failure("BIOS001", "Invalid Target\x07", [])
    waits = arguments["RebootJobType"] is None and arguments["ScheduledStartTime"] is not None
    job = lifecycle_job(context, "ConfigBIOS:BIOS.Setup.1-1", scheduled=waits)
    if arguments["RebootJobType"] is not None:
        _apply_pending(context)
    return {"ReturnValue": 4096, "Job": job.reference}


def _apply_pending(context: Context) -> None:
    found = context.repository.find_class(context.cim_class.namespace, "DCIM_BIOSEnumeration")
    for row in context.repository.extent(found) if found else []:
        if row.get("PendingValue") is not None:
            row.set("CurrentValue", row.get("PendingValue"))
            row.set("PendingValue", None)


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
