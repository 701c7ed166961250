# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misbehaviour on request: rules that say which of the coming requests are answered wrongly, and how.

Kinds, with their options: ``stall`` (seconds: answer nothing for so long, then go on) · ``busy`` (seconds: the
operation takes so long; a time-out fault if that is beyond its OperationTimeout) · ``reset`` (when: ``before`` the
operation is begun, ``during`` it, ``after`` it without an answer, or in the ``middle`` of the answer) · ``truncate``
(bytes of the body that are sent) · ``slow`` (rate in bytes a second) · ``relates_to`` (value, None removes it) ·
``html`` · ``empty`` (a 200 with nothing) · ``status`` (status, body) · ``redirect`` (location, status) · ``drop_after``
(close after a whole answer) · ``gzip`` (megabytes that it swells to) · ``fault`` (name of a Windows error, or subcode
and detail; http_status, reason; after: when the operation was done, so that a Pull has taken its items) · ``gone`` (the
service has forgotten all enumerations) · ``barren`` (a Pull gets no items, and the enumeration stays where it is) ·
``framing`` (of an encrypted answer: tab, space, newline, final) · ``unsealed`` (the answer to an encrypted request is
not) · ``spoiled`` (it is, and was changed on its way) · ``credssp_close`` (the answer under CredSSP is the end of TLS
inside). A ``reset`` in the middle of an answer that began with a message of its own (``robust.py``) cuts what follows.

Kinds of authentication count only what they are about, and know no filter but *at* and *count*: ``forget`` (401 on a
connection whose handshake is done) · ``refuse`` (401 where a handshake succeeds) · ``stale_nonce`` (a right answer to
Digest meets ``stale=true``) · ``credssp_close_early`` (a handshake of CredSSP meets the end of TLS inside).
"""

from __future__ import annotations

import dataclasses
import functools
import gzip
import re
import threading
import typing as t

from .faults import Fault
from .http import Response
from .sealing import Framing

_ACTION = re.compile(r"Action(?:\s[^>]*)?>\s*([^<\s]+)\s*<")
_RESOURCE = re.compile(r"ResourceURI(?:\s[^>]*)?>\s*([^<\s]+)\s*<")
_RELATES_TO = re.compile(rb"(<(?:[\w-]+:)?RelatesTo(?:\s[^>]*)?>)[^<]*(</[^>]*>)")
_PAGE = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>"


@dataclasses.dataclass
class Plan:
    """What happens to one exchange."""

    stall: float = 0.0
    busy: float = 0.0
    fault: Fault | None = None
    after: bool = False
    gone: bool = False
    barren: bool = False
    instead: Response | None = None
    edits: list[t.Callable[[Response], None]] = dataclasses.field(default_factory=list)
    reset: str | None = None
    truncate: int | None = None
    rate: float | None = None
    close: bool = False
    framing: Framing | None = None
    seal: str = "as ever"


@dataclasses.dataclass
class Rule:
    """*at*: the first of the matching requests, counted from 1, that is hit; *count*: how many (None: all further).
    *action* is the end of an Action URI or ``Identify``, *resource_uri* the end of one, *path*, *method* exact."""

    kind: str
    at: int = 1
    count: int | None = 1
    action: str | None = None
    resource_uri: str | None = None
    path: str | None = None
    method: str | None = None
    options: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    seen: int = 0

    @property
    def used_up(self) -> bool:
        """Whether it will never hit again."""
        return self.count is not None and self.seen >= self.at + self.count - 1

    def matches(self, method: str, path: str, text: str) -> bool:
        """Whether this request is one of those that are counted."""
        if self.method not in (None, method) or self.path not in (None, path):
            return False
        if self.action is not None and not _ends(_ACTION, text, self.action):
            return self.action == "Identify" and "Identify" in text and not _ACTION.search(text)
        return self.resource_uri is None or _ends(_RESOURCE, text, self.resource_uri)


def _ends(pattern: re.Pattern[str], text: str, wanted: str) -> bool:
    match = pattern.search(text)
    return match is not None and match[1].lower().endswith(wanted.lower())


class Misbehaviour:
    """The rules in force; thread-safe."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def add(
        self,
        kind: str,
        *,
        at: int = 1,
        count: int | None = 1,
        action: str | None = None,
        resource_uri: str | None = None,
        path: str | None = None,
        method: str | None = None,
        **options: t.Any,
    ) -> None:
        """One more rule; ValueError for an unknown kind or option."""
        if kind not in _KINDS:
            raise ValueError(f"unknown kind {kind}; there are {', '.join(sorted(_KINDS))}")
        if kind in _OF_AUTHENTICATION and (action or resource_uri or path or method):
            raise ValueError(f"{kind} knows no filter but at and count")
        try:
            _KINDS[kind](Plan(), **options)
        except (TypeError, KeyError) as error:
            raise ValueError(f"{kind}: {error}") from error
        with self._lock:
            self._rules.append(Rule(kind, at, count, action, resource_uri, path, method, options))

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._rules.clear()

    def plan(self, method: str, path: str, body: bytes) -> Plan | None:
        """What to do with this request; None, and no work, where there is no rule."""
        if not self._rules:
            return None
        text = body.decode("utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
        plan = Plan()
        with self._lock:
            for rule in self._rules:
                if rule.kind not in _OF_AUTHENTICATION and rule.matches(method, path, text):
                    rule.seen += 1
                    if rule.seen >= rule.at:
                        _KINDS[rule.kind](plan, **rule.options)
            self._rules = [rule for rule in self._rules if not rule.used_up]
        return plan

    def hits(self, kind: str) -> bool:
        """Whether a rule of a kind of authentication hits now; asked once for each event that it is about."""
        if not self._rules:
            return False
        hit = False
        with self._lock:
            for rule in self._rules:
                if rule.kind == kind:
                    rule.seen += 1
                    hit = hit or rule.seen >= rule.at
            self._rules = [rule for rule in self._rules if not rule.used_up]
        return hit


def _stall(plan: Plan, *, seconds: float = 3600.0) -> None:
    plan.stall = seconds


def _busy(plan: Plan, *, seconds: float) -> None:
    plan.busy = seconds


def _reset(plan: Plan, *, when: str = "before") -> None:
    if when not in ("before", "during", "middle", "after"):
        raise KeyError(when)
    plan.reset = when


def _truncate(plan: Plan, *, bytes: int = 100) -> None:
    plan.truncate = bytes


def _slow(plan: Plan, *, rate: float = 1.0) -> None:
    plan.rate = rate


def _relates_to(plan: Plan, *, value: str | None = "uuid:00000000-0000-0000-0000-000000000000") -> None:
    def edit(response: Response) -> None:
        def replace(match: re.Match[bytes]) -> bytes:
            return b"" if value is None else match[1] + value.encode() + match[2]

        response.body = _RELATES_TO.sub(replace, response.body)

    plan.edits.append(edit)


def _html(plan: Plan, *, status: int = 200) -> None:
    plan.instead = Response(status, [("Content-Type", "text/html")], _PAGE)


def _empty(plan: Plan, *, status: int = 200) -> None:
    plan.instead = Response(status)


def _status(plan: Plan, *, status: int, body: str = "", content_type: str = "text/plain") -> None:
    plan.instead = Response(status, [("Content-Type", content_type)] if body else [], body.encode())


def _redirect(plan: Plan, *, location: str, status: int = 302) -> None:
    plan.instead = Response(status, [("Location", location)])


def _drop_after(plan: Plan) -> None:
    plan.close = True


def _gzip(plan: Plan, *, megabytes: int = 200) -> None:
    def edit(response: Response) -> None:
        response.headers.append(("Content-Encoding", "gzip"))
        response.body = gzip.compress(response.body) + _padding() * megabytes

    plan.edits.append(edit)


@functools.cache
def _padding() -> bytes:
    return gzip.compress(b" " * 1048576)


def _fault(
    plan: Plan,
    *,
    name: str | None = None,
    subcode: str | None = None,
    detail: str | None = None,
    reason: str | None = None,
    http_status: int | None = None,
    after: bool = False,
) -> None:
    plan.after = after
    if name is not None:
        plan.fault = Fault.named(name, reason=reason, http_status=http_status)
    elif subcode is not None:
        plan.fault = Fault(subcode, detail, reason=reason, http_status=http_status)
    else:
        raise KeyError("name or subcode")


def _gone(plan: Plan) -> None:
    plan.gone = True


def _barren(plan: Plan) -> None:
    plan.barren = True


def _framing(plan: Plan, *, tab: bool = True, space: bool = False, newline: str = "\r\n", final: str = "\r\n") -> None:
    plan.framing = Framing(tab, space, newline.encode(), final.encode())


def _unsealed(plan: Plan) -> None:
    plan.seal = "unsealed"


def _spoiled(plan: Plan) -> None:
    plan.seal = "spoiled"


def _credssp_close(plan: Plan) -> None:
    plan.seal = "closed"


def _nothing(plan: Plan) -> None:
    """What these kinds do is done where they are asked for."""


_OF_AUTHENTICATION = ("forget", "refuse", "stale_nonce", "credssp_close_early")

_KINDS: dict[str, t.Callable[..., None]] = {
    **dict.fromkeys(_OF_AUTHENTICATION, _nothing),
    "framing": _framing,
    "unsealed": _unsealed,
    "spoiled": _spoiled,
    "credssp_close": _credssp_close,
    "stall": _stall,
    "busy": _busy,
    "reset": _reset,
    "truncate": _truncate,
    "slow": _slow,
    "relates_to": _relates_to,
    "html": _html,
    "empty": _empty,
    "status": _status,
    "redirect": _redirect,
    "drop_after": _drop_after,
    "gzip": _gzip,
    "gone": _gone,
    "barren": _barren,
    "fault": _fault,
}
