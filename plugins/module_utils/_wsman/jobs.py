# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that a method leaves behind: to find one in its output, to judge how far it is, and when to look again.

``JobState`` is CIM's (DSP1103; Windows has 32768 beside it), ``JobStatus`` alone is iDRAC's (state.md §5 of the
reference). Sends nothing and knows no clock.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import typing as t

from . import cim, uris, xml
from .addressing import EndpointReference, Target
from .errors import ProtocolError, UsageError
from .filters import Filter
from .instance import Instance, Value

COMPLETED: t.Final = 7
WITH_WARNINGS: t.Final = 32768
#: CIM_ConcreteJob.JobState
STATES: t.Final[dict[int, str]] = {
    2: "New",
    3: "Starting",
    4: "Running",
    5: "Suspended",
    6: "Shutting Down",
    COMPLETED: "Completed",
    8: "Terminated",
    9: "Killed",
    10: "Exception",
    11: "Service",
    12: "Query Pending",
    WITH_WARNINGS: "Completed with Warnings",
}
_BAD_STATES: t.Final = (8, 9, 10)
#: iDRAC's words without spaces and case: its generations spell them both ways.
_GOOD: t.Final = frozenset(("completed", "rebootcompleted"))
_BAD: t.Final = frozenset(("completedwitherrors", "failed", "rebootfailed"))
_WAITING_FOR_REBOOT: t.Final = frozenset(("scheduled", "rebootpending", "pendingreboot"))
_TEXTS: t.Final = ("errordescription", "errorsummarydescription", "message")


@dataclasses.dataclass(frozen=True)
class JobState:
    """How far a job is. *text* is its state in words, *error* what it says of its failure.

    *warned*: it is done, with a warning. *waits_for_reboot*: it goes on once somebody restarts the host.
    """

    text: str
    done: bool = False
    ok: bool = False
    percent: int | None = None
    error: str | None = None
    warned: bool = False
    waits_for_reboot: bool = False


def waits() -> t.Iterator[int]:
    """How many seconds to wait before each look at the job: 1, 2, 4, 8, then 10 for ever."""
    return itertools.chain((1, 2, 4, 8), itertools.repeat(10))


def find_job(output: t.Mapping[str, Value]) -> EndpointReference | None:
    """The first output that refers to a job: its class ends in ``Job``, whatever the parameter is called."""
    for value in output.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, EndpointReference) and _names_job(one.resource_uri or ""):
                return one
    return None


def _names_job(resource_uri: str) -> bool:
    return resource_uri.rstrip("/").rpartition("/")[2].lower().endswith("job")


def query(reference: EndpointReference) -> tuple[Target, Filter] | None:
    """Class and WQL query that find the job by its InstanceID; None where the reference has none.

    iDRAC answers this and no Get, and an unknown job is an empty enumeration.
    """
    uri, selectors = reference.resource_uri or "", reference.selector_set
    known = {name.lower(): value for name, value in selectors.items()}
    name = known.get("instanceid")
    if not isinstance(name, str):
        return None
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    text = f'select * from {uri.rpartition("/")[2]} where InstanceID="{quoted}"'
    return Target(uri, selectors).of_class, Filter(uris.DIALECT_WQL, text)


def judge(job: Instance) -> JobState:
    """How far *job* is; ProtocolError where it has neither JobState nor JobStatus."""
    members = {name.lower(): value for name, value in job.properties.items()}
    number = _integer(members.get("jobstate"))
    status = _text(members.get("jobstatus"))
    percent = _integer(members.get("percentcomplete"))
    if number is not None:
        return _judge_number(number, status, percent, members)
    status = _text(members.get("jobstate")) or status
    if status is None and members.keys() & {"jobstate", "jobstatus"}:  # a service may fill it in a little later
        return JobState("in no state yet", percent=percent)
    if status is None:
        raise ProtocolError(f"the job ({job.class_name}) has neither JobState nor JobStatus")
    word = re.sub("[^a-z]", "", status.lower())
    ok, bad = word in _GOOD, word in _BAD
    return JobState(
        status,
        done=ok or bad,
        ok=ok,
        percent=percent,
        error=describe_error(members) if bad else None,
        waits_for_reboot=word in _WAITING_FOR_REBOOT,
    )


def _judge_number(number: int, status: str | None, percent: int | None, members: t.Mapping[str, Value]) -> JobState:
    name = STATES.get(number, f"JobState {number}")
    text = name if status is None or status.lower() == name.lower() else f"{name} ({status})"
    ok, bad = number in (COMPLETED, WITH_WARNINGS), number in _BAD_STATES
    warned = number == WITH_WARNINGS
    error = describe_error(members) if bad or warned else None
    return JobState(text, done=ok or bad, ok=ok, percent=percent, error=error, warned=warned)


def describe_error(members: t.Mapping[str, Value]) -> str | None:
    """What an instance says of its failure: its texts, then its message's id or its number; None where nothing.

    Reads jobs, the outputs of iDRAC's methods, and the instances of ``CIM_Error`` that GetErrorEx gives.
    """
    known = {name.lower(): value for name, value in members.items()}
    said = [text for name in _TEXTS for text in _texts(known.get(name))]
    code = _integer(known.get("errorcode"))
    numbers = ", ".join([*_texts(known.get("messageid")), *([f"error code {code}"] if code else [])])
    if not said:
        return numbers or None
    joined = " ".join(text if text[-1] in ".!?" else f"{text}." for text in dict.fromkeys(said))
    return f"{joined} ({numbers})" if numbers else joined


def describe_errors(output: t.Mapping[str, Value]) -> str | None:
    """What the outputs of GetErrorEx or GetError say: embedded instances, or the CIM-XML text of such (Hyper-V)."""
    said: list[str] = []
    for name, value in output.items():
        if name.lower() == "returnvalue":
            continue
        for one in value if isinstance(value, list) else [value]:
            members = one.properties if isinstance(one, Instance) else _read_cim_xml(one)
            text = describe_error(members)
            if text and text not in said:
                said.append(text)
    return " ".join(said) or None


def _read_cim_xml(value: Value) -> dict[str, Value]:
    """The members of an ``INSTANCE`` (DSP0201 5.2.4.3) in a text; a text that is none is the message itself."""
    if not isinstance(value, str) or not value.strip():
        return {}
    try:
        root = xml.load_fragment(value, "output")
    except UsageError:
        return {"Message": value}
    return {one.get("NAME", ""): one.findtext("VALUE") or "" for one in root.iter("PROPERTY")}


def _integer(value: Value) -> int | None:
    """A number, also as text, which is all that a service without schemas gives."""
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        try:
            return int(t.cast(int, cim.coerce(value, "sint64")))
        except ValueError:
            return None
    return None


def _text(value: Value) -> str | None:
    return next(iter(_texts(value)), None)


def _texts(value: Value) -> list[str]:
    """The texts that say something, of one or of several: iDRAC writes NA where it has none."""
    each = [one.strip() for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    return [text for text in each if text and text.upper() != "NA"]
