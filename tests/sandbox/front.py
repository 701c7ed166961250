# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One exchange: what http.sys and WinRM decide about an HTTP request before and after its envelope is looked at."""

from __future__ import annotations

import dataclasses
import threading
import typing as t

from . import sealing
from .authentication import NOBODY, Gate, Link, Session, Verdict
from .config import Configuration
from .counts import last_part
from .faults import Fault
from .http import NOT_FOUND, Request, Response, content_type
from .misbehave import Misbehaviour, Plan
from .negotiate import Ended
from .provider import Call
from .robust import Operation, Operations, Replayed
from .service import Caller, Reply, Service

_MEDIA_TYPES = ("application/soap+xml", "text/xml")
_OVERHEAD = 8192  # of an encrypted body beyond the envelope's own size


@dataclasses.dataclass
class Arrival:
    """How a request came in. *link* lives as long as the connection."""

    port: int
    prefixes: t.Collection[str]
    link: Link

    @property
    def secure(self) -> bool:
        """Whether over TLS."""
        return self.link.secure


@dataclasses.dataclass
class Outcome:
    """The answer, and what the journal says about it. *sealer* encrypts the answer; *drop*: close instead;
    *replayed*: it had been made for the same request before."""

    response: Response
    verdict: Verdict = NOBODY
    sealer: Session | None = None
    drop: bool = False
    action: str | None = None
    resource_uri: str | None = None
    fault: str | None = None
    replayed: bool = False


class Work:
    """What is done for a request that was admitted, perhaps in a thread of its own: *known* once it is clear whether it
    is an *operation* that survives its connection, *done* at its end. *replayed*: the operation was begun before;
    *refused*: there is no more to it than this."""

    def __init__(self, verdict: Verdict, sealer: Session | None) -> None:
        self.verdict = verdict
        self.sealer = sealer
        self.known = threading.Event()
        self.done = threading.Event()
        self.operation: Operation | None = None
        self.replayed = False
        self.reply: Reply | None = None
        self.refused: Response | None = None


class Front:
    """From request to answer. *wait* sleeps, and wakes up when the service stops."""

    def __init__(
        self,
        service: Service,
        gate: Gate,
        configuration: Configuration,
        misbehaviour: Misbehaviour,
        wait: t.Callable[[float], object],
    ) -> None:
        self.service = service
        self.gate = gate
        self.configuration = configuration
        self._misbehaviour = misbehaviour
        self._wait = wait
        self.operations = Operations()
        self.one_multipart = False  # whether the messages of an encrypted answer share their delimiters
        self._framing = sealing.WINDOWS if service.style.tabs else sealing.OMI

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
        limit = self.configuration.max_envelope_size
        if request.length > limit and not (request.sealed and request.length <= limit * 1.1 + _OVERHEAD):
            return Response(413)
        return None

    def admit(self, request: Request, arrival: Arrival) -> tuple[Verdict, Outcome | None]:
        """Who asks, and the outcome where that is all there is to say; an encrypted body is plain after this."""
        verdict = self.gate.judge(request, arrival.link)
        if verdict.session is not None and not verdict.finished and self._misbehaviour.hits("forget"):
            arrival.link.session = None
            verdict = NOBODY
        if verdict.user is None:
            if verdict is NOBODY and self._is_anonymous_identify(request):
                return verdict, None
            lines = self.gate.challenges(arrival.secure) if verdict.lines is None else verdict.lines
            return verdict, Outcome(Response(401, [("WWW-Authenticate", line) for line in lines]), verdict)
        if request.sealed:
            return verdict, self._open(request, verdict)
        if verdict.session is None:
            return verdict, None
        if verdict.finished and not request.body:
            return verdict, Outcome(Response(200), verdict)
        if not arrival.secure and not self.configuration.flag("/service/AllowUnencrypted"):
            return verdict, Outcome(Response(500), verdict)
        return verdict, None

    def begin(self, request: Request, arrival: Arrival, verdict: Verdict, plan: Plan | None) -> Work:
        """Do what a request asks that was admitted; in a thread where that may take its time."""
        work = Work(verdict, verdict.session if request.encrypted else None)
        if plan is not None and (plan.busy or plan.reset == "during"):
            arguments = (work, request, arrival, plan)
            threading.Thread(target=self._do, args=arguments, daemon=True, name="operation").start()
        else:
            self._do(work, request, arrival, plan)
        return work

    def outcome(self, work: Work) -> Outcome:
        """The answer, when it is there; a failure of our own is none."""
        work.done.wait()
        operation = work.operation
        reply = work.reply if operation is None else operation.reply
        if work.refused is not None or reply is None:
            return Outcome(work.refused or Response(500), work.verdict, drop=work.refused is None)
        headers = [content_type(reply.encoding)]
        close = self.service.style.close_connection
        response = Response(reply.status, headers, reply.body, close, chunked=operation is not None)
        asked = (reply.action, reply.resource_uri, reply.fault)
        return Outcome(response, work.verdict, work.sealer, False, *asked, replayed=work.replayed)

    def _do(self, work: Work, request: Request, arrival: Arrival, plan: Plan | None) -> None:
        try:
            work.reply = self._answer(work, request, arrival, plan)
            if work.operation is not None:
                work.operation.reply = work.reply
        except Replayed as replayed:
            work.operation, work.replayed = replayed.operation, True
        finally:
            if work.operation is not None and not work.replayed:
                work.operation.done.set()
            work.known.set()
            work.done.set()

    def _answer(self, work: Work, request: Request, arrival: Arrival, plan: Plan | None) -> Reply | None:
        media_type, charset = request.media_type
        if media_type not in _MEDIA_TYPES:
            work.refused = Response(415)
            return None
        caller = Caller(work.verdict.user, arrival.secure, arrival.port, request.headers.get("user-agent") or "")
        return self.service.handle(request.body, charset, caller, self._before(work, arrival.link, plan))

    def _before(self, work: Work, link: Link, plan: Plan | None) -> t.Callable[[Call | None], Fault | None]:
        """What comes between the reading of a request and its doing."""
        interfere = None if plan is None else self._interference(plan)

        def before(call: Call | None) -> Fault | None:
            if call is not None:
                try:
                    work.operation = self.operations.begin(call, link)
                except Replayed:
                    self.service.counts.add("replays", last_part(call.action))
                    raise
            work.known.set()
            return None if interfere is None else interfere(call)

        return before

    def finish(self, outcome: Outcome, plan: Plan | None, *, more: bool = False) -> None:
        """Add the handshake's last token, and encrypt; *more* messages may follow in the same answer."""
        response = outcome.response
        if outcome.verdict.finished:
            response.headers += [("WWW-Authenticate", line) for line in outcome.verdict.lines or ()]
        self.seal(outcome, plan, more=more)

    def seal(self, outcome: Outcome, plan: Plan | None, *, more: bool = False) -> None:
        """Encrypt, where the request was."""
        response, sealer, plan = outcome.response, outcome.sealer, plan or Plan()
        if sealer is None or plan.seal == "unsealed":
            return
        framing = plan.framing or self._framing
        plain_type = dict(response.headers)["Content-Type"]
        sealed_type, body = framing.dump(sealer, response.body, plain_type)
        if plan.seal == "closed":
            body = self._closed(sealer, plain_type)
        if plan.seal == "spoiled":
            place = len(body) // 2
            body = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        if more and self.one_multipart:
            body = framing.opened(body)
        response.with_header("Content-Type", sealed_type)
        response.body = body

    def _closed(self, sealer: Session, plain_type: str) -> bytes:
        """An answer under CredSSP whose sealed data is the end of TLS."""
        return self._framing.dump(Ended(sealer), b"", plain_type)[1]

    def _open(self, request: Request, verdict: Verdict) -> Outcome | None:
        """Decrypt; an outcome where that does not work."""
        try:
            if verdict.session is None:
                raise ValueError("nothing to open it with")
            kind, body = sealing.load(self._framing, verdict.session, request.headers["content-type"], request.body)
        except ValueError:
            return Outcome(Response(400, close=True), verdict, drop=not self.service.style.tabs)
        if len(body) > self.configuration.max_envelope_size:
            return Outcome(Response(413), verdict)
        request.headers["content-type"], request.body, request.encrypted = kind, body, True
        return None

    def _is_anonymous_identify(self, request: Request) -> bool:
        asked = request.headers.get("wsmanidentify", "").lower() == "unauthenticated"
        if self.service.style.anonymous_identify_path is not None:
            asked = request.path.rstrip("/").lower() == self.service.style.anonymous_identify_path
        return asked and self.service.asks_identify(request.body, request.media_type[1])

    def _interference(self, plan: Plan) -> t.Callable[[Call | None], Fault | None]:
        def interfere(call: Call | None) -> Fault | None:
            if plan.busy:
                limit = call.operation_timeout if call is not None else plan.busy
                self._wait(min(plan.busy, limit))
                if plan.busy > limit:
                    raise Fault.named("OPERATION_TIMEDOUT")
            if plan.gone:
                self.service.contexts.steal()
            if call is not None:
                call.barren = plan.barren
            if plan.fault is not None and not plan.after:
                raise plan.fault
            return plan.fault

        return interfere
