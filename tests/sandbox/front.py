# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One exchange: what http.sys and WinRM decide about an HTTP request before and after its envelope is looked at."""

from __future__ import annotations

import dataclasses
import typing as t

from .authentication import Gate
from .config import Configuration
from .faults import Fault
from .http import NOT_FOUND, Request, Response, content_type
from .misbehave import Plan
from .provider import Call
from .service import Caller, Service

_MEDIA_TYPES = ("application/soap+xml", "text/xml")


@dataclasses.dataclass
class Arrival:
    """How a request came in. *state* lives as long as the connection."""

    secure: bool
    port: int
    prefixes: t.Collection[str]
    state: dict[str, t.Any]


@dataclasses.dataclass
class Outcome:
    """The answer, and what the journal says about it."""

    response: Response
    user: str | None = None
    action: str | None = None
    resource_uri: str | None = None
    fault: str | None = None


class Front:
    """From request to answer. *wait* sleeps, and wakes up when the service stops."""

    def __init__(
        self, service: Service, gate: Gate, configuration: Configuration, wait: t.Callable[[float], object]
    ) -> None:
        self.service = service
        self.gate = gate
        self.configuration = configuration
        self._wait = wait

    def refuse_head(self, request: Request, arrival: Arrival) -> Response | None:
        """What is refused by method, path and headers alone."""
        path = request.path.rstrip("/").lower()
        anonymous = self.service.style.anonymous_identify_path
        known = any(path == "/" + prefix.lower() for prefix in arrival.prefixes)
        if not known and (anonymous is None or path != anonymous):
            return Response(404, [("Content-Type", "text/html; charset=us-ascii")], NOT_FOUND)
        if request.method != "POST":
            return Response(405, [("Allow", "POST")])
        if "transfer-encoding" in request.headers or request.length is None:
            return Response(411)
        if request.length > self.configuration.limits().max_envelope_size:
            return Response(413)
        return None

    def answer(self, request: Request, arrival: Arrival, plan: Plan | None) -> Outcome:
        """The outcome for a request whose head was not refused."""
        media_type, charset = request.media_type
        user = self.gate.user(request.headers.get("authorization"), arrival.secure, arrival.state)
        if user is None and not self._is_anonymous_identify(request, charset):
            challenges = [("WWW-Authenticate", line) for line in self.gate.challenges(arrival.secure)]
            return Outcome(Response(401, challenges))
        if media_type not in _MEDIA_TYPES:
            return Outcome(Response(415), user)
        caller = Caller(user, arrival.secure, arrival.port, request.headers.get("user-agent") or "")
        interfere = None if plan is None else self._interference(plan)
        reply = self.service.handle(request.body, charset, caller, interfere)
        response = Response(reply.status, [content_type(reply.encoding)], reply.body)
        response.close = self.service.style.close_connection
        return Outcome(response, user, reply.action, reply.resource_uri, reply.fault)

    def _is_anonymous_identify(self, request: Request, charset: str | None) -> bool:
        asked = request.headers.get("wsmanidentify", "").lower() == "unauthenticated"
        if self.service.style.anonymous_identify_path is not None:
            asked = request.path.rstrip("/").lower() == self.service.style.anonymous_identify_path
        return asked and self.service.asks_identify(request.body, charset)

    def _interference(self, plan: Plan) -> t.Callable[[Call | None], None]:
        def interfere(call: Call | None) -> None:
            if plan.busy:
                limit = call.operation_timeout if call is not None else plan.busy
                self._wait(min(plan.busy, limit))
                if plan.busy > limit:
                    raise Fault.named("OPERATION_TIMEDOUT")
            if plan.fault is not None:
                raise plan.fault

        return interfere
