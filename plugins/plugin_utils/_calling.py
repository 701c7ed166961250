# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invoke: the request for a method, typed as its class says, and what its answer means.

Knows ring 1 and the client; neither tasks nor connections.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import re
import typing as t
from xml.etree.ElementTree import Element

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    instance,
    jobs,
    operations,
    profiles,
    representation,
    uris,
    value_maps,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Request
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    UsageError,
    WSManError,
    WSManFault,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Method, Schema
from ansible_collections.wsman.automation.plugins.plugin_utils import _jobs, _result, _targets
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result

RETURN_VALUE: t.Final = "ReturnValue"
#: What iDRAC's methods return where nothing is wrong: done, and a job has been made (state.md §5 of the reference).
DELL_GOOD: t.Final = (0, 4096)
JOB_STARTED: t.Final = 4096  # of all classes of CIM whose methods may start a job

_INTEGER = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)


class MethodError(_result.DetailedError):
    """A method has returned something else than was expected; *members* are those that its result would have."""


@dataclasses.dataclass(frozen=True)
class Call:
    """One call of a method: the *request*, and what the class says of the method, where it is known.

    *doubt*: a sentence with the methods of the class, where this is none of them.
    """

    request: Request
    target: Target
    method: Method | None
    outputs: Schema | None
    doubt: str | None = None

    @property
    def name(self) -> str:
        """The method and what it belongs to, as a message says it."""
        return f"{operations.method_name(self.request.action or '')} of {_targets.describe(self.target)}"


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What is done with an answer: the values that are *expected* (None: the service's own rule), and with a job.

    *quiet*: nothing is said while a job is waited for.
    """

    expected: t.Sequence[t.Any] | None = None
    wait_for_job: bool = False
    job_timeout: float = 1800.0
    quiet: bool = False


def check(method: str, arguments: dict[str, t.Any]) -> None:
    """UsageError for what is no method, and for values that no method can be given, before anybody is asked."""
    operations.method_name(method)
    representation.to_element("values", None, arguments, option="arguments")


def prepare(
    client: Client,
    target: Target,
    method: str,
    arguments: dict[str, t.Any],
    body: Element | None,
    *,
    read_only: bool,
) -> Call:
    """The call of *method* with *arguments*, or with a whole *body*; one that only reads may be sent again.

    Raises UsageError for arguments that the class says the method does not take.
    """
    name = operations.method_name(method)
    own = name == method or method == f"{target.resource_uri}/{name}"  # an action URI of another class is none of it
    schema = client.schemas.of(target) if own else None
    known = schema.find_method(name) if schema is not None else None
    if body is None:
        body = operations.method_input(target, method)
        _fill(client, target, body, arguments, known)
    request = dataclasses.replace(operations.invoke(target, method, body), repeatable=read_only)
    outputs = client.types.overlay(known.output if known is not None else None)
    return Call(request, target, known, outputs, _doubt(schema, name) if schema is not None and known is None else None)


def perform(client: Client, call: Call, judgement: Judgement) -> Result:
    """Send the call; the output parameters, apart from them the return value, and the job that it has started.

    Raises MethodError and JobError, both of which have these members too.
    """
    try:
        element = operations.read_invoke(client.execute(call.request))
    except WSManFault as error:
        if call.doubt:
            error.add_note(call.doubt)
        raise
    read = Instance() if element is None else instance.from_element(element, call.outputs)
    values = instance.complete(read.properties, call.target)
    value = _read_return_value(values.pop(RETURN_VALUE, None), call)
    result: Result = {"return_value": _result.plain(value), "output": _result.plain(values)}
    job = jobs.find_job(values)
    if job is not None:
        result["job_endpoint_reference"] = job.to_plain()
    _judge(client, call, judgement.expected, result, _describe_failure(values))
    if judgement.wait_for_job:
        return _wait(client, job, judgement, result)
    return result


def _describe_failure(values: dict[str, t.Any]) -> str | None:
    """What the outputs say of a failure: iDRAC's Message and MessageID, the extended status of Windows' storage."""
    embedded = {name: value for name, value in values.items() if isinstance(value, Instance)}
    return jobs.describe_error(values) or jobs.describe_errors(embedded)


def _wait(client: Client, job: EndpointReference | None, judgement: Judgement, result: Result) -> Result:
    if job is None:
        result["job"] = None
        if result["return_value"] == JOB_STARTED:
            result["warnings"] = ["The method has started a job and does not name it, so that it was not waited for."]
        return result
    try:
        return {**result, **_jobs.wait(client, job, judgement.job_timeout, quiet=judgement.quiet)}
    except _jobs.JobError as error:
        error.members = {**result, **error.members}
        raise


def _doubt(schema: Schema, name: str) -> str | None:
    """What there is instead of the method *name*; None where *schema* knows of no methods, as built-in ones do.

    It is for the service to refuse the method: a schema may leave out what the class has all the same.
    """
    return f"{schema.name} has no method {name}; it has {', '.join(schema.methods)}." if schema.methods else None


def _fill(client: Client, target: Target, body: Element, arguments: dict[str, t.Any], method: Method | None) -> None:
    schema = client.types.overlay(method.input if method is not None else None)
    for name in arguments if schema is not None and schema.closed else ():
        if schema.find(name) is None:
            known = ", ".join(schema.properties)
            remedy = f"It takes {known}." if known else "It takes none."
            raise UsageError(f"{schema.name} has no such parameter.", option=f"arguments.{name}", remedy=remedy)
    known = client.known_profile(target.resource_uri)
    if known is None and _has_times(arguments, schema):
        representation.to_element("values", None, arguments, option="arguments", schema=schema)  # refused unasked
        known = client.profile(target.resource_uri)
    style = (known or profiles.GENERIC).datetimes
    representation.fill(body, arguments, option="arguments", schema=schema, datetimes_as=style)


def _has_times(values: t.Any, schema: Schema | None) -> bool:
    """Whether there is a datetime at any depth of *values*, which each kind of service takes in its own way."""
    if isinstance(values, list):
        return any(_has_times(one, schema) for one in values)
    if not isinstance(values, dict):
        return isinstance(values, datetime.date)
    for name, value in values.items():
        member = schema.find(name) if schema is not None else None
        if (member is not None and member.type == "datetime") or _has_times(value, member and member.schema_of()):
            return True
    return False


def _read_return_value(value: t.Any, call: Call) -> t.Any:
    """Without a schema a whole number in its usual spelling is one: nearly every method returns a uint32.

    The only value that gets a type which neither a schema nor the wire gives; OMI's SpellNumber returns a text.
    """
    typed = call.outputs is not None and call.outputs.find(RETURN_VALUE) is not None
    return int(value) if isinstance(value, str) and not typed and _INTEGER.fullmatch(value) else value


def _judge(client: Client, call: Call, expected: t.Sequence[t.Any] | None, result: Result, said: str | None) -> None:
    """MethodError where the value is none of those *expected*; without these only iDRAC's methods have a rule."""
    value = result["return_value"]
    if expected is None:
        expected = DELL_GOOD if _follows_dell(client, call, value) else ()
    if not expected or _to_text(value) in map(_to_text, expected):
        return
    meaning = value_maps.names(Instance(properties={RETURN_VALUE: value}), call.outputs).get(RETURN_VALUE)
    returned = "no value" if value is None else f"{value} ({meaning})" if meaning else str(value)
    wanted = " or ".join("no value" if one is None else str(one) for one in expected)
    raise MethodError(
        f"{call.name} returned {returned}; expected was {wanted}.{f' {said}' if said else ''}"
        " If it is good all the same, name it in expected_return_values.",
        result,
    )


def _follows_dell(client: Client, call: Call, value: t.Any) -> bool:
    """Whether *value* is to be judged as iDRAC's; one Identify where nothing else tells what the service is.

    That is asked for a number only that would be a failure; a service that gives schemas is no iDRAC, and neither is
    one that has WMI.
    """
    uri = call.target.resource_uri
    if not isinstance(value, int) or value in DELL_GOOD or uris.wmi_namespace(uri):
        return False
    if client.known_profile(uri) is None and call.method is None and not _jobs.is_dell(client, uri):
        with contextlib.suppress(WSManError):
            client.profile(uri)
    return _jobs.is_dell(client, uri)


def _to_text(value: t.Any) -> str | None:
    """A value of a task and one of an answer in one form: ``0`` is ``"0"``, and true is ``"true"``."""
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value).strip()
