# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what ring 1 knows to what a task returns: typed values to plain ones, errors to results, and without secrets.

The one boundary of design.md §4 "Values" on the way out; knows nothing of requests, connections and tasks.
"""

from __future__ import annotations

import datetime
import json
import typing as t
import urllib.parse
from xml.sax.saxutils import escape

from ansible.module_utils.common.parameters import remove_values

from ansible_collections.wsman.automation.plugins.module_utils._wsman import cim, compare, datetimes
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    TransportError,
    UsageError,
    WSManError,
    WSManFault,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance

Result = dict[str, t.Any]

_HIDDEN = "Its text is hidden because of no_log."
_SHORTEST = 4  # characters of a secret that is looked for inside of texts
_CENSORED = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"  # as core writes it
_SCALARS = frozenset((str, int, bool, type(None)))
_TIMES = frozenset((datetimes.CIMDateTime, datetimes.CIMInterval))


class DetailedError(WSManError):
    """An error that adds *members* to the failed result, plain and without secrets."""

    def __init__(self, message: str, members: Result) -> None:
        self.members: Result = members
        super().__init__(message)


class DiffersError(UsageError):
    """The instance that was to be created exists with other values.

    *differences* are these members, ``{name: {held, wanted}}``, plain and without secrets; the message names them only.
    """

    def __init__(self, differences: Result, option: str) -> None:
        self.members = {"differences": differences}
        super().__init__(
            f"the instance exists with other values of {', '.join(differences)}.",
            option=option,
            remedy="wsman_create leaves these as they are; wsman_put changes them.",
        )


def plain(value: t.Any) -> t.Any:
    """A value of ring 1 as plain JSON types: times ISO 8601 text, references and instances dictionaries."""
    if type(value) in _SCALARS:
        return value
    if type(value) in _TIMES:
        return value.to_iso()
    if isinstance(value, dict):
        if _SCALARS.issuperset(map(type, value.values())):
            return dict(value)
        return {name: one if type(one) in _SCALARS else plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return list(value) if _SCALARS.issuperset(map(type, value)) else [plain(one) for one in value]
    if isinstance(value, Instance):
        return plain(value.properties)
    if isinstance(value, EndpointReference):
        return value.to_plain()
    return cim.to_plain(datetimes.from_python(value) if isinstance(value, datetime.date) else value)


def plain_row(properties: dict[str, t.Any], not_json: frozenset[str] | None) -> Result:
    """``plain`` of a row's *properties*; those that are *not_json* alone are looked at, if it is known which these are.

    The result may hold the lists of *properties* themselves.
    """
    if not_json is None:
        return t.cast(Result, plain(properties))
    shown = dict(properties)
    for name in not_json:
        if name in shown:
            shown[name] = plain(shown[name])
    return shown


def instance(value: Instance | None) -> Result:
    """The members ``instance``, ``class_name`` and, where the answer tells sources, ``sources`` of a result."""
    if value is None:
        return {"instance": None, "class_name": None}
    result: Result = {"instance": plain(value.properties), "class_name": value.class_name}
    if value.sources:
        result["sources"] = dict(value.sources)
    return result


def secret_values(value: t.Any, name: str = "") -> t.Iterator[str]:
    """The texts of every member that is named like a secret, at any depth."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from secret_values(one, str(key) if not compare.is_secret(name) else name)
    elif isinstance(value, list):
        for one in value:
            yield from secret_values(one, name)
    elif isinstance(value, (str, int)) and not isinstance(value, bool) and value != "" and compare.is_secret(name):
        yield str(value)


def failure(error: WSManError, hint: str | None = None) -> Result:
    """The result of a task that ended with *error* (design.md §2).

    *hint* adds to what an unreachable one advises; notes of the error are added to the message.
    """
    notes = getattr(error, "__notes__", ())
    result: Result = {"changed": True, **error.members} if error.after_change else dict(error.members)
    if isinstance(error, TransportError):
        remedy = _sentences(error.remedy, hint) or None
        transport = {**error.to_plain(), "remedy": remedy}
        return {**result, "unreachable": True, "msg": _sentences(error.message, remedy, *notes), "transport": transport}
    result["failed"] = True
    if isinstance(error, WSManFault):
        return {**result, "msg": _sentences(fault_message(error), *notes), "fault": error.to_plain()}
    result["msg"] = _sentences(str(error), *notes)
    return result


def fault_message(fault: WSManFault) -> str:
    """Subcode, Windows' number and name, the reason, and what the provider said where that is something else.

    WMI and OMI say in the message of their CIM error which quota, class or query it was.
    """
    told = (fault.provider or {}).get("Message") or (fault.cim_error or {}).get("Message")
    if not isinstance(told, str) or told.strip() in (fault.reason or ""):
        told = None
    return _sentences(str(fault), told, fault.remedy)


def hide(result: Result) -> Result:
    """The result of a task with ``no_log``: core shows ``msg`` and warnings all the same, so they name no values."""
    if result.get("unreachable"):
        msg = f"The exchange failed at the step {result['transport']['step']}."
    elif "fault" in result:
        msg = f"The service answered with the fault {result['fault']['subcode'] or result['fault']['code']}."
    elif result.get("failed"):
        msg = "The task failed."
    elif "warnings" in result:
        return {**result, "warnings": [f"There is a warning. {_HIDDEN}"]}
    else:
        return result
    return {**result, "msg": f"{msg} {_HIDDEN}"}


def censor(result: Result, secrets: t.Iterable[str]) -> Result:
    """The result without any of *secrets*, also as Python, JSON, XML or a URL would quote them.

    Core's own function is slow, so it is used only where one occurs. It replaces inside of texts and numbers, which for
    a secret of one to three characters would spoil every result, and show by its gaps what the secret is: such a one is
    taken away only where it is a value by itself.
    """
    known = {secret for secret in secrets if secret}
    if not known:
        return result
    text = json.dumps(result, default=str)
    long = {form for secret in known if len(secret) >= _SHORTEST for form in _quoted(secret)}
    present = [form for form in long if json.dumps(form)[1:-1] in text]
    censored: Result = remove_values(result, present) if present else result
    short = frozenset(secret for secret in known if len(secret) < _SHORTEST)
    return t.cast(Result, _without(censored, short)) if short else censored


def finder(secrets: t.Iterable[str]) -> t.Callable[[str], bool]:
    """Tells of a text in JSON, or in a table with JSON in it, whether it may hold one of *secrets*.

    Then it is worth while to have ``censor`` look, before it is made a text.
    """
    known = {secret for secret in secrets if secret}
    if any(len(secret) < _SHORTEST for secret in known):
        return lambda text: True
    plain = {one for secret in known for form in _quoted(secret) for one in (form, json.dumps(form)[1:-1])}
    plain |= {json.dumps(one, ensure_ascii=False)[1:-1] for one in plain}
    forms = plain | {one.replace('"', '""') for one in plain}
    return lambda text: any(one in text for one in forms)


def _quoted(secret: str) -> set[str]:
    """The spellings of a secret in texts that quote it."""
    represented = repr('"' + secret)[2:-1]
    unquoted = represented.replace("\\'", "'")
    json_text = json.dumps(secret)[1:-1]
    return {secret, represented, unquoted, json_text, escape(secret), urllib.parse.quote(secret, safe="")}


def _without(value: t.Any, secrets: frozenset[str]) -> t.Any:
    if isinstance(value, dict):
        return {name: _without(one, secrets) for name, one in value.items()}
    if isinstance(value, list):
        return [_without(one, secrets) for one in value]
    return _CENSORED if isinstance(value, str) and value in secrets else value


def _sentences(*parts: str | None) -> str:
    """The parts one after the other, each ended as a sentence if another follows."""
    texts = [part.strip() for part in parts if part and part.strip()]
    return " ".join([text if text[-1] in ".!?" else f"{text}." for text in texts[:-1]] + texts[-1:])
