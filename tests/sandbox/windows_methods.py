# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the methods of Windows' classes do, with the return values that their documentation lists."""

from __future__ import annotations

from .classes import Instance, new_instance
from .methods import Arguments, Context, completes, implements

OK = 0
DEPENDENTS_RUNNING, INVALID_CONTROL, CANNOT_ACCEPT, NOT_ACTIVE, PATH_NOT_FOUND, ALREADY_RUNNING = 3, 4, 5, 6, 9, 10
SERVICE_DISABLED, INVALID_PARAMETER, EXISTS, ALREADY_PAUSED = 14, 21, 23, 24
START_MODES = {mode.lower(): mode for mode in ("Boot", "System", "Automatic", "Manual", "Disabled")}
ERROR_CONTROLS = ("Ignore", "Normal", "Severe", "Critical")


def _services(context: Context, end: str, other: str) -> list[Instance]:
    """The services at the end *other* of dependencies whose end *end* is this one."""
    repository = context.repository
    own = repository.identity(context.held.reference)
    links = repository.find_class(context.cim_class.namespace, "Win32_DependentService")
    found = []
    for link in repository.extent(links) if links else []:
        if repository.identity(link.get(end)) == own:
            service = repository.resolve(link.get(other), context.cim_class.namespace)
            if service is not None:
                found.append(service)
    return found


def _set_state(service: Instance, state: str) -> None:
    service.set("State", state)
    service.set("Started", state != "Stopped")
    service.set("AcceptStop", state != "Stopped")
    if "processid" in service.cim_class.properties:
        service.set("ProcessId", 0 if state == "Stopped" else service.get("ProcessId") or 1312)


@implements("Win32_BaseService", "StartService")
def start_service(context: Context, _arguments: Arguments) -> int:
    """Starts what the service depends on too."""
    service = context.held
    if service.get("StartMode") == "Disabled":
        return SERVICE_DISABLED
    if service.get("State") != "Stopped":
        return ALREADY_RUNNING
    for needed in _services(context, "Dependent", "Antecedent"):
        if needed.get("State") == "Stopped":
            start_service(context._replace(instance=needed), {})
    _set_state(service, "Running")
    return OK


@implements("Win32_BaseService", "StopService")
def stop_service(context: Context, _arguments: Arguments) -> int:
    """Refused while dependents run, or where the service takes no stop."""
    service = context.held
    if service.get("State") == "Stopped" or not service.get("AcceptStop"):
        return CANNOT_ACCEPT
    if any(other.get("State") != "Stopped" for other in _services(context, "Antecedent", "Dependent")):
        return DEPENDENTS_RUNNING
    _set_state(service, "Stopped")
    return OK


@implements("Win32_BaseService", "PauseService")
def pause_service(context: Context, _arguments: Arguments) -> int:
    """Only where the service accepts a pause."""
    service = context.held
    if service.get("State") == "Stopped":
        return NOT_ACTIVE
    if not service.get("AcceptPause"):
        return INVALID_CONTROL
    if service.get("State") == "Paused":
        return ALREADY_PAUSED
    service.set("State", "Paused")
    return OK


@implements("Win32_BaseService", "ResumeService")
def resume_service(context: Context, _arguments: Arguments) -> int:
    """From a pause."""
    service = context.held
    if service.get("State") != "Paused":
        return NOT_ACTIVE if service.get("State") == "Stopped" else CANNOT_ACCEPT
    service.set("State", "Running")
    return OK


@implements("Win32_BaseService", "InterrogateService")
def interrogate_service(context: Context, _arguments: Arguments) -> int:
    """Changes nothing."""
    return OK if context.held.get("State") != "Stopped" else NOT_ACTIVE


def _start_mode(text: str | None) -> str | None:
    mode = START_MODES.get((text or "").lower())
    return "Auto" if mode == "Automatic" else mode


@implements("Win32_BaseService", "ChangeStartMode")
def change_start_mode(context: Context, arguments: Arguments) -> int:
    """``Automatic`` reads back as ``Auto``; any other word than the five is invalid."""
    mode = _start_mode(arguments["StartMode"])
    if mode is None:
        return INVALID_PARAMETER
    context.held.set("StartMode", mode)
    return OK


@implements("Win32_BaseService", "Change")
def change_service(context: Context, arguments: Arguments) -> int:
    """What is null stays."""
    changes: Arguments = {}
    for name in ("DisplayName", "PathName", "DesktopInteract", "StartName"):
        if arguments[name] is not None:
            changes[name] = arguments[name]
    if arguments["StartMode"] is not None:
        changes["StartMode"] = _start_mode(arguments["StartMode"])
        if changes["StartMode"] is None:
            return INVALID_PARAMETER
    if arguments["ErrorControl"] is not None:
        if arguments["ErrorControl"] >= len(ERROR_CONTROLS):
            return INVALID_PARAMETER
        changes["ErrorControl"] = ERROR_CONTROLS[arguments["ErrorControl"]]
    for name, value in changes.items():
        context.held.set(name, value)
    return OK


@implements("Win32_BaseService", "Create")
def create_service(context: Context, arguments: Arguments) -> int:
    """A stopped service."""
    if not arguments["Name"] or not arguments["PathName"] or not arguments["DisplayName"]:
        return INVALID_PARAMETER
    if context.repository.find(context.cim_class, {"Name": arguments["Name"]}) is not None:
        return EXISTS
    given = {name: arguments[name] for name in ("Name", "DisplayName", "PathName")}
    given |= {"Caption": arguments["DisplayName"], "StartMode": _start_mode(arguments["StartMode"]) or "Manual"}
    given |= {"StartName": arguments["StartName"] or "LocalSystem", "AcceptStop": False}
    context.repository.add(new_instance(context.cim_class, given))
    return OK


@implements("Win32_BaseService", "Delete")
def delete_service(context: Context, _arguments: Arguments) -> int:
    """Gone at once, if it does not run."""
    if context.held.get("State") != "Stopped":
        return DEPENDENTS_RUNNING
    context.repository.remove(context.held)
    return OK


@implements("Win32_Process", "Create")
def create_process(context: Context, arguments: Arguments) -> Arguments:
    """Any command of a known look starts; it runs until it is terminated."""
    command = arguments["CommandLine"]
    if not command or not command.strip():
        return {"ReturnValue": INVALID_PARAMETER, "ProcessId": None}
    first = command.strip().split('"')[1] if command.strip().startswith('"') else command.split()[0]
    name = first.rpartition("\\")[2]
    if not name or "/" in name or name.lower().startswith("nosuch"):
        return {"ReturnValue": PATH_NOT_FOUND, "ProcessId": None}
    name = name if "." in name else name + ".exe"
    taken = [process.get("ProcessId") for process in context.repository.extent(context.cim_class)]
    number = max([4000, *taken]) + 4
    process = new_instance(context.cim_class, {"Handle": str(number), "ProcessId": number, "CommandLine": command})
    for prop in ("Name", "Caption", "Description"):
        process.set(prop, name)
    process.set("CreationDate", "20260314102240.000000+060")
    process.set("ExecutablePath", first if "\\" in first else f"C:\\Windows\\system32\\{name}")
    context.repository.add(process)
    return {"ReturnValue": OK, "ProcessId": number}


@implements("Win32_Process", "Terminate")
def terminate_process(context: Context, _arguments: Arguments) -> int:
    """The system's own processes cannot be ended."""
    if context.held.get("ProcessId") in (0, 4):
        return 2
    context.repository.remove(context.held)
    return OK


@implements("Win32_Process", "GetOwner")
def get_owner(context: Context, _arguments: Arguments) -> Arguments:
    """Session 0 belongs to the system."""
    system = context.held.get("SessionId") == 0
    user, domain = ("SYSTEM", "NT AUTHORITY") if system else ("Administrator", "SANDBOX")
    return {"ReturnValue": OK, "User": user, "Domain": domain}


@implements("Win32_Process", "SetPriority")
def set_priority(context: Context, arguments: Arguments) -> int:
    """The priority classes of Windows."""
    levels = {64: 4, 16384: 6, 32: 8, 32768: 10, 128: 13, 256: 24}
    if arguments["Priority"] not in levels:
        return INVALID_PARAMETER
    context.held.set("Priority", levels[arguments["Priority"]])
    return OK


@implements("Win32_OperatingSystem", "Reboot")
def reboot(context: Context, _arguments: Arguments) -> int:
    """Takes no time here."""
    context.held.set("LastBootUpTime", context.held.get("LocalDateTime"))
    return OK


@implements("Win32_OperatingSystem", "Shutdown")
def shut_down(_context: Context, _arguments: Arguments) -> int:
    """Is noted and not done."""
    return OK


@implements("Win32_OperatingSystem", "SetDateTime")
def set_date_time(context: Context, arguments: Arguments) -> int:
    """The clock stands where it is set."""
    context.held.set("LocalDateTime", arguments["LocalDateTime"])
    return OK


@implements("Win32_ComputerSystem", "Rename")
def rename(_context: Context, arguments: Arguments) -> int:
    """Takes effect after a reboot; 87 for what is no computer's name."""
    name = arguments["Name"]
    return OK if 0 < len(name) <= 63 and name.replace("-", "").isalnum() else 87


@implements("Win32_ComputerSystem", "JoinDomainOrWorkgroup")
def join(context: Context, arguments: Arguments) -> int:
    """There is no domain to be found (1355); a workgroup is joined."""
    if (arguments["FJoinOptions"] or 0) & 1:
        return 1355
    context.held.set("Workgroup", arguments["Name"])
    context.held.set("Domain", arguments["Name"])
    return OK


@implements("Win32_LogicalDisk", "Chkdsk")
def check_disk(context: Context, _arguments: Arguments) -> int:
    """Only local disks (2 would be a remote one)."""
    return OK if context.held.get("DriveType") == 3 else 3


def _change_adapter(context: Context, arguments: Arguments, **renamed: str) -> int:
    if not context.held.get("IPEnabled"):
        return 84
    for name, value in arguments.items():
        context.held.set(renamed.get(name, name), value or None)
    return OK


@implements("Win32_NetworkAdapterConfiguration", "SetDNSServerSearchOrder")
def set_dns_servers(context: Context, arguments: Arguments) -> int:
    """Null or empty: none. 84 where IP is not enabled on the adapter, 70 for what is no address."""
    given = arguments["DNSServerSearchOrder"] or []
    if any(not address.replace(".", "").replace(":", "").isalnum() for address in given):
        return 70
    return _change_adapter(context, arguments)


@implements("Win32_NetworkAdapterConfiguration", "SetGateways")
def set_gateways(context: Context, arguments: Arguments) -> int:
    """As with the name servers."""
    return _change_adapter(context, arguments)


@implements("Win32_NetworkAdapterConfiguration", "EnableStatic")
def enable_static(context: Context, arguments: Arguments) -> int:
    """One mask for each address, else 68."""
    if len(arguments["IPAddress"]) != len(arguments["SubnetMask"]):
        return 68
    context.held.set("DHCPEnabled", False)
    return _change_adapter(context, arguments, SubnetMask="IPSubnet")


@implements("Win32_NetworkAdapterConfiguration", "EnableDHCP")
def enable_dhcp(context: Context, _arguments: Arguments) -> int:
    """The addresses stay in this service."""
    if not context.held.get("IPEnabled"):
        return 84
    context.held.set("DHCPEnabled", True)
    return OK


@completes("Win32_Environment")
def complete_environment(instance: Instance) -> None:
    """A variable of the system is one of the user ``<SYSTEM>``."""
    user, name = instance.get("UserName"), instance.get("Name")
    instance.set("SystemVariable", user == "<SYSTEM>")
    for prop in ("Caption", "Description"):
        instance.set(prop, f"{user}\\{name}")
