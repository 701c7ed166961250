# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the job that a method has started: look, rest, look again; and what it means that there is none to see.

The service may go away meanwhile: many jobs end with a restart of their host, or of the management controller itself.
Knows ring 1 and the client; neither tasks nor connections.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
import typing as t
from xml.etree.ElementTree import Element

from ansible.utils.display import Display

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    fault,
    instance,
    jobs,
    operations,
    profiles,
    uris,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    ProtocolError,
    TransportError,
    WSManError,
    WSManFault,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.jobs import JobState
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Schema
from ansible_collections.wsman.automation.plugins.plugin_utils import _result, _targets
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result

display = Display()

#: Faults of a service that is busy, or restarts.
_PASSING = ("wsa:EndpointUnavailable", "wsman:Concurrency", "wsman:QuotaLimit", "wsman:TimedOut")
#: How often in a row a job may be unknown, at first and to a service that was away: some list their jobs a little late.
_LATE: t.Final = 3


class JobError(_result.DetailedError):
    """The job did not end well, or how it ended is not known. What started it was executed, so that it is a change."""

    after_change = True


def is_dell(client: Client, resource_uri: str) -> bool:
    """Whether a method or job is to be judged as iDRAC's: by the service, or by the class where that is not known."""
    known = client.known_profile(resource_uri)
    if known in (profiles.WINDOWS, profiles.OMI, profiles.AMT):
        return False
    return known is profiles.IDRAC or uris.is_dell(resource_uri)


def wait(client: Client, reference: EndpointReference, timeout: float, *, quiet: bool = False) -> Result:
    """Wait until the job of *reference* is done, at most *timeout* seconds; its instance as ``job``.

    Raises JobError, and what the service says to a request for the job where no waiting helps. Says at ``-v`` how far
    it is, unless *quiet*.
    """
    watch = _Watch(client, reference, timeout, quiet)
    seconds = jobs.waits()
    while True:
        watch.rest(next(seconds))
        state = watch.look()
        if state is not None and state.done:
            return watch.judge(state)


class _Watch:
    """One job: where it is, what was last seen of it, and until when it is looked at."""

    def __init__(self, client: Client, reference: EndpointReference, timeout: float, quiet: bool) -> None:
        self.client, self.timeout, self.quiet = client, timeout, quiet
        self.reference = reference
        self.target = Target(reference.resource_uri or "", reference.selector_set)
        self.name = _targets.describe(self.target)
        self.until = time.monotonic() + timeout
        self.seen: Instance | None = None
        self.state: JobState | None = None
        self.missed = 0
        self.forgiven = _LATE
        self.lost: WSManError | None = None
        self._said = ""

    def rest(self, seconds: float) -> None:
        """Sleep *seconds*, or until the time is over; JobError where it is."""
        left = self.until - time.monotonic()
        until_deadline = self.client.seconds_left
        if left <= 0:
            raise self._too_late(f"{self.timeout:g} s", "job_timeout")
        if until_deadline is not None and until_deadline <= 0:
            raise self._too_late(f"the deadline of {self.client.options.deadline:g} s", "deadline")
        time.sleep(max(0.0, min(seconds, left, left if until_deadline is None else until_deadline)))

    def look(self) -> JobState | None:
        """The state of the job now; None where that could not be seen, and may be the next time."""
        try:
            found = self._read()
            self.lost = None
        except WSManError as error:
            if not self._may_pass(error):
                raise self._note(error) from None
            self.lost, self.forgiven = error, _LATE
            self._say(f"not to be seen, trying again ({_name(error)})")
            return None
        if found is None:
            self._miss()
            return None
        self.seen, self.missed, self.forgiven = found, 0, 1
        try:
            self.state = jobs.judge(found)
        except ProtocolError as error:
            raise self._note(error) from None
        self._say(_describe(self.state))
        return self.state

    def judge(self, state: JobState) -> Result:
        """The members of the result of a job that is done; JobError where it ended badly."""
        members = self._members()
        if not state.ok:
            told, further = state.error or "", self._ask_for_errors() or ""
            if further.partition(" (")[0] not in told:
                told = f"{told} {further}".strip()
            raise JobError(f"The job {self.name} ended as {state.text}: {told or 'it says nothing of why.'}", members)
        if state.warned:
            said = f": {state.error}" if state.error else "."
            members["warnings"] = [f"The job {self.name} completed with warnings{said}"]
        return members

    def _read(self) -> Instance | None:
        """The instance of the job; None where the service knows no such job."""
        query = jobs.query(self.reference) if is_dell(self.client, self.target.resource_uri) else None
        schema = self.client.schemas.of(self.target)
        if query is not None:
            return self._find(Enumeration(query[0], filter=query[1]), schema)
        try:
            element = operations.read_get(self.client.execute(operations.get(self.target)))
        except WSManFault as error:
            if fault.may_be_not_found(error, self.target.resource_uri):
                return None
            raise
        return None if element is None else instance.from_element(element, schema)

    def _find(self, enumeration: Enumeration, schema: Schema | None) -> Instance | None:
        """The one with the right InstanceID: a service that does not understand the query gives all of them."""
        wanted = next(value for name, value in self.target.selector_set.items() if name.lower() == "instanceid")
        for item in self.client.collect(enumeration):
            for member in item.element if item.element is not None else ():
                if xml.local(member.tag).lower() == "instanceid" and (member.text or "").strip() == wanted:
                    return instance.from_element(t.cast(Element, item.element), schema)
        return None

    def _miss(self) -> None:
        """The service does not know the job: at first it may come to, later it has forgotten it."""
        self.missed += 1
        if self.missed < self.forgiven:
            return
        self._say("gone")
        told = f"The service that named the job {self.name} knows no such job: outcome unknown."
        if self.state is not None:
            told = f"The job {self.name} is gone; it was last seen as {_describe(self.state)}: outcome unknown."
        raise JobError(told, self._members())

    def _too_late(self, limit: str, option: str) -> JobError:
        seen = f"was last seen as {_describe(self.state)}" if self.state else "was not seen"
        parts = [f"The job {self.name} is not done after {limit}; it {seen}."]
        if self.lost is not None:
            parts.append(f"The service could not be asked at last: {str(self.lost).rstrip('.')}.")
        if self.state is not None and self.state.waits_for_reboot:
            parts.append("It awaits the reboot of the host: restart that, and look at job_endpoint_reference.")
        else:
            parts.append(f"It may still go on. Raise {option}, or look at job_endpoint_reference later.")
        return JobError(" ".join(parts), self._members())

    def _ask_for_errors(self) -> str | None:
        """What the job says of its failure where it has a method for that; members of an iDRAC's tell all there is."""
        if is_dell(self.client, self.target.resource_uri):
            return None
        schema = self.client.schemas.of(self.target)
        for method in ("GetErrorEx", "GetError"):
            known = schema.find_method(method) if schema is not None else None
            if schema is not None and schema.methods and known is None:
                continue
            call = dataclasses.replace(operations.invoke(self.target, method), repeatable=True)
            with contextlib.suppress(WSManError):
                element = operations.read_invoke(self.client.execute(call))
                read = (
                    Instance() if element is None else instance.from_element(element, known.output if known else None)
                )
                if said := jobs.describe_errors(read.properties):
                    return said
        return None

    def _may_pass(self, error: WSManError) -> bool:
        """Whether a service that fails like this may do better later: it restarts, or is busy.

        One that has restarted answers before its providers do, and so with a fault where it has shown the job before.
        """
        if isinstance(error, TransportError):
            return not error.secret_refused
        if not isinstance(error, WSManFault):
            return False
        starting = self.seen is not None and error.subcode == "wsman:InternalError"
        return starting or error.subcode in _PASSING or error.http_status in (502, 503, 504)

    def _note(self, error: WSManError) -> WSManError:
        error.add_note(f"The method was executed, and has started the job {self.name}: its outcome is unknown.")
        error.after_change = True
        return error

    def _members(self) -> Result:
        job = None if self.seen is None else _result.plain(self.seen.properties)
        return {"job": job, "job_endpoint_reference": self.reference.to_plain()}

    def _say(self, text: str) -> None:
        """One line at ``-v``, where it is another than before."""
        if not self.quiet and text != self._said:
            self._said = text
            display.v(f"WSMAN job {self.name}: {text}", host=self.client.options.host)


def _name(error: WSManError) -> str:
    """What failed, in no words of the service's own: nothing takes secrets out of what is shown at ``-v``."""
    if isinstance(error, TransportError):
        return f"the step {error.step}"
    return (error.subcode or error.code or "a fault") if isinstance(error, WSManFault) else type(error).__name__


def _describe(state: JobState) -> str:
    return state.text if state.percent is None else f"{state.text}, {state.percent} %"
