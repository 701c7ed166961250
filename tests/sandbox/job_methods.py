# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The methods that start jobs, and those that say why one failed (state.md 5)."""

from __future__ import annotations

from .classes import CIMClass, Instance, new_instance
from .jobs import Script
from .methods import Arguments, Context, implements
from .problems import Problem

STARTED = 4096
_MOMENT = "20260314102240.000000-000"
_FAILURE = "The operation failed: the file is in use."


def _class(context: Context, name: str) -> CIMClass:
    found = context.repository.find_class(context.cim_class.namespace, name)
    if found is None:
        raise Problem("class", text=name)
    return found


def _start(context: Context, class_name: str, members: Arguments, script: Script | None = None) -> Instance:
    """A job with a JobState."""
    cim_class = _class(context, class_name)
    number = f"{len(context.repository.extent(cim_class)) + 1:08X}-3C5A-4D0E-9F7B-2A6C1E8D4B50"
    key = cim_class.keys[0].name
    given = {key: number, "JobState": 4, "JobStatus": "Job is running", "PercentComplete": 1, "StartTime": _MOMENT}
    return context.repository.jobs.start(new_instance(cim_class, {**given, **members}), script)


@implements("Msvm_ComputerSystem", "RequestStateChange")
def request_state_change(context: Context, arguments: Arguments) -> Arguments:
    """4096 and a job; 32775 for a state that cannot be requested."""
    state = arguments["RequestedState"]
    if state not in (2, 3, 6, 9, 10, 11):
        return {"ReturnValue": 32775}
    members = {"Caption": "Starting", "ElapsedTime": "00000000000001.000000:000", "JobStatus": "OK"}
    job = _start(context, "Msvm_ConcreteJob", members)
    context.held.set("EnabledState", {2: 2, 3: 3}.get(state, context.held.get("EnabledState")))
    context.held.set("TimeOfLastStateChange", _MOMENT)
    return {"ReturnValue": STARTED, "Job": job.reference}


@implements("Sandbox_JobService", "StartJob")
def start_job(context: Context, arguments: Arguments) -> Arguments:
    """A job that goes as the arguments say; 4 for an outcome that there is not."""
    try:
        script = Script(
            arguments["Outcome"] or "completed",
            1 if arguments["Readings"] is None else arguments["Readings"],
            (arguments["Milliseconds"] or 0) / 1000,
        )
    except ValueError:
        return {"ReturnValue": 4}
    return {"ReturnValue": STARTED, "Job": _start(context, "CIM_ConcreteJob", {"Name": "Sandbox"}, script).reference}


@implements("MSFT_StoragePool", "CreateVirtualDisk")
def create_virtual_disk(context: Context, arguments: Arguments) -> Arguments:
    """Windows' storage calls the job CreatedStorageJob; without RunAsJob there is none."""
    if not arguments["FriendlyName"]:
        return {"ReturnValue": 5}
    if not arguments["RunAsJob"]:
        return {"ReturnValue": 0}
    job = _start(context, "MSFT_StorageJob", {"Name": arguments["FriendlyName"]})
    return {"ReturnValue": STARTED, "CreatedStorageJob": job.reference}


@implements("CIM_ConcreteJob", "GetErrorEx")
def get_error_ex(context: Context, _arguments: Arguments) -> Arguments:
    """The errors of a job that failed as embedded instances; Hyper-V gives them as the text of such."""
    if context.held.get("JobState") not in (8, 9, 10, 32768):
        return {"ReturnValue": 0, "Errors": None}
    if context.cim_class.name == "Msvm_ConcreteJob":
        members = f'<PROPERTY NAME="Message" TYPE="string"><VALUE>{_FAILURE}</VALUE></PROPERTY>'
        return {"ReturnValue": 0, "Errors": [f'<INSTANCE CLASSNAME="Msvm_Error">{members}</INSTANCE>']}
    error = new_instance(_class(context, "CIM_Error"), {"Message": _FAILURE, "MessageID": "SBX1", "CIMStatusCode": 1})
    return {"ReturnValue": 0, "Errors": [error]}


def lifecycle_job(context: Context, name: str, *, scheduled: bool) -> Instance:
    """A job of an iDRAC: it runs, or waits for the host to be restarted."""
    cim_class = _class(context, "DCIM_LifecycleJob")
    number = f"JID_{1300000000 + len(context.repository.extent(cim_class)):012d}"
    given = {"JobStatus": "Running", "Message": "Job in progress.", "MessageID": "PR20", "PercentComplete": 1}
    job = new_instance(cim_class, {"InstanceID": number, "Name": name, **given})
    return context.repository.jobs.start(job, Script("scheduled") if scheduled else None)
