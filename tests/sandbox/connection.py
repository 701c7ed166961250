# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exchanges of one TCP connection: a request read, its answer written, rightly or as misbehaviour wants it."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import ssl
import struct
import time
import typing as t

from .authentication import NOBODY, Link
from .front import Arrival, Front, Outcome, Work
from .http import END, Octets, Request, Response, Stream, chunk, content_type, write
from .journal import Record
from .misbehave import Plan

if t.TYPE_CHECKING:
    from .server import Endpoint, Server

_DISCARDED = 64 * 1024 * 1024
_RESET = struct.pack("ii", 1, 0)


class Connection:
    """The exchanges of one TCP connection."""

    def __init__(self, server: Server, endpoint: Endpoint, connection: socket.socket, number: int, link: Link) -> None:
        self._server = server
        self._endpoint = endpoint
        self._socket = connection
        self._number = number
        self._octets = connection if server.wire is None else server.wire.tap(connection, number)
        self._stream = Stream(self._octets)
        self._link = link

    @property
    def _front(self) -> Front:
        front = self._server.front
        assert front is not None
        return front

    def serve(self) -> None:
        """Exchange after exchange, until one side closes."""
        while not self._server.stopping.is_set() and not self._endpoint.closed:
            request = self._stream.read_head()
            if request is None or self._endpoint.closed:
                return
            if not self._exchange(request) or not request.keep_alive:
                if "transfer-encoding" in request.headers:
                    self._linger()
                return

    def _linger(self) -> None:
        """Close our side and read on for a second, lest a reset overtake the answer."""
        socket.socket.shutdown(self._socket, socket.SHUT_WR)
        self._socket.settimeout(1.0)
        with contextlib.suppress(OSError):
            while self._socket.recv(65536):
                pass

    def _exchange(self, request: Request) -> bool:
        """One request; whether the connection is kept."""
        front = self._front
        started = time.perf_counter()
        arrival = Arrival(self._endpoint.port, self._server.prefixes(self._endpoint), self._link)
        refused = front.refuse_head(request, arrival)
        self._read_body(request, refused)
        received = len(request.body)
        verdict, outcome = front.admit(request, arrival) if refused is None else (NOBODY, Outcome(refused))
        plan = self._server.plan(request)
        if plan is not None and (plan.stall or plan.reset == "before"):
            self._server.stopping.wait(plan.stall)
            if plan.reset == "before":
                return self._reset()
        if plan is not None and plan.instead is not None:
            outcome = Outcome(dataclasses.replace(plan.instead), verdict)
        messages = None
        if outcome is None:
            work = front.begin(request, arrival, verdict, plan)
            if plan is not None and plan.reset == "during":
                return self._reset()
            messages = self._accompany(work, plan)
            outcome = front.outcome(work)
            if messages is not None:
                outcome.response.status = 200  # as was said before it was known
        self._note(request, received, outcome, time.perf_counter() - started)
        return self._send(outcome, plan, messages)

    def _read_body(self, request: Request, refused: Response | None) -> None:
        """The body; what was refused already is read and thrown away, so that the client sees the answer."""
        if refused is None:
            if request.headers.get("expect", "").lower() == "100-continue":
                write(self._octets, [b"HTTP/1.1 100 Continue\r\n\r\n"])
            request.body = self._stream.read_body(request.length or 0)
        elif "transfer-encoding" in request.headers or (request.length or 0) > _DISCARDED:
            refused.close = True
        else:
            self._stream.discard(request.length or 0)

    def _accompany(self, work: Work, plan: Plan | None) -> _Messages | None:
        """Wait until the work is done, and say meanwhile that it goes on, where the client can survive a connection.
        None where the answer is the first that is sent."""
        work.known.wait()
        operation = work.operation
        if operation is None:
            work.done.wait()
            return None
        messages = _Messages(self._front, self._octets, work, plan)
        if work.replayed:
            messages.send(operation.acknowledge())
        while not operation.done.wait(operation.keepalive):
            messages.send(operation.alive())
        return messages if messages.begun else None

    def _note(self, request: Request, received: int, outcome: Outcome, seconds: float) -> None:
        authorization = request.headers.get("authorization", "").partition(" ")[0] or None
        self._server.record(
            Record(
                connection=self._number,
                secure=self._link.secure,
                method=request.method,
                path=request.path,
                status=outcome.response.status,
                authorization=authorization,
                scheme=outcome.verdict.scheme,
                mechanism=outcome.verdict.mechanism,
                encrypted=request.encrypted,
                user=outcome.verdict.user,
                user_agent=request.headers.get("user-agent"),
                action=outcome.action,
                resource_uri=outcome.resource_uri,
                fault=outcome.fault,
                request_bytes=received,
                response_bytes=len(outcome.response.body),
                seconds=seconds,
                replayed=outcome.replayed,
                request=request.body,
            )
        )

    def _send(self, outcome: Outcome, plan: Plan | None, messages: _Messages | None) -> bool:
        if outcome.drop:
            return False
        response = outcome.response
        response.close = response.close or self._endpoint.closed
        for edit in () if plan is None else plan.edits:
            edit(response)
        front = self._front
        head = b""
        if messages is None:
            front.finish(outcome, plan)
            head = response.head(front.service.style.server)
        else:
            front.seal(outcome, plan)
        body = chunk(response.body) + END if response.chunked else response.body
        if plan is None:
            write(self._octets, [head, body])
            return not response.close
        return self._send_badly(head, body, plan) and not response.close

    def _send_badly(self, head: bytes, body: bytes, plan: Plan) -> bool:
        if plan.reset == "after":
            return self._reset()
        if plan.reset == "middle":
            write(self._octets, [head, body[: len(body) // 2]])
            return self._reset()
        if plan.truncate is not None:
            write(self._octets, [head, body[: plan.truncate]])
            return False
        if plan.rate is None:
            write(self._octets, [head, body])
        else:
            self._send_slowly(head + body, plan.rate)
        return not plan.close

    def _send_slowly(self, data: bytes, rate: float) -> None:
        """In steps of at least one octet and at most ten a second."""
        step = max(1, int(rate / 10))
        for start in range(0, len(data), step):
            if self._server.stopping.wait(step / rate):
                return
            write(self._octets, [data[start : start + step]])

    def _reset(self) -> bool:
        """Close so that the peer sees a reset."""
        raw = self._socket
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        if isinstance(raw, ssl.SSLSocket):
            socket.socket(fileno=raw.detach()).close()
        return False


class _Messages:
    """What goes before an answer, each in a chunk of its own. *begun*: the head was sent."""

    def __init__(self, front: Front, octets: Octets, work: Work, plan: Plan | None) -> None:
        self.begun = False
        self._front = front
        self._octets = octets
        self._work = work
        self._plan = plan

    def send(self, message: bytes) -> None:
        """One more."""
        operation, verdict = self._work.operation, self._work.verdict
        assert operation is not None
        response = Response(200, [content_type(operation.encoding)], message, chunked=True)
        outcome = Outcome(response, verdict, self._work.sealer)
        head = b""
        if self.begun:
            self._front.seal(outcome, self._plan, more=True)
        else:
            self._front.finish(outcome, self._plan, more=True)
            head = response.head(self._front.service.style.server)
        self.begun = True
        write(self._octets, [head, chunk(response.body)])
