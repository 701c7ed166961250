# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control server: plain HTTP with JSON on loopback, for tests and tools in other processes.

``GET /state`` counters (``counts.py``) and open contexts · ``GET /journal`` · ``GET /wire`` all octets by connection ·
``POST /misbehave`` {kind, options} · ``POST /robust`` {keepalive, retention, one_multipart, forget} · ``POST /jobs``
{outcome, readings, seconds} of the next job · ``POST /rows`` {count} of Sandbox_Big · ``POST /steal`` forgets the open
enumerations · ``POST /configuration`` {path: value} sets values behind the protocol's back · ``POST /clear`` counters
and misbehaviour · ``POST /reset`` everything · ``POST /stop`` ends the service.
"""

from __future__ import annotations

import http.server
import json
import threading
import time
import typing as t

if t.TYPE_CHECKING:
    from . import Sandbox


class Served:
    """A control server; ``stopped`` is set by ``POST /stop``. *get* and *post* answer it."""

    box: Sandbox

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.stopped = threading.Event()
        control = self

        class Handler(_Handler):
            owner = control

        self._server = http.server.ThreadingHTTPServer((host, 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])

    def start(self) -> None:
        """Answer, in a thread."""
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="control").start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()

    def get(self, path: str) -> t.Any:
        """The answer to a GET, or None for an unknown path."""
        raise NotImplementedError

    def post(self, path: str, body: dict[str, t.Any]) -> t.Any:
        """The answer to a POST, or None for an unknown path; ValueError for a wrong body."""
        raise NotImplementedError


class Control(Served):
    """Serves *box*."""

    def __init__(self, box: Sandbox) -> None:
        super().__init__(box.host)
        self.box = box

    def get(self, path: str) -> t.Any:
        """See the class above."""
        if path == "/state":
            return self.box.state()
        if path == "/journal":
            return [record.to_plain() for record in self.box.journal]
        if path == "/wire":
            return {
                way: {number: data.decode("latin-1") for number, data in octets.items()}
                for way, octets in (("received", self.box.wire), ("sent", self.box.wire_sent))
            }
        return None

    def post(self, path: str, body: dict[str, t.Any]) -> t.Any:
        """See the class above."""
        if path == "/misbehave":
            self.box.misbehave(**body)
        elif path == "/robust":
            self.box.robust(**body)
        elif path == "/rows":
            self.box.set_rows(**body)
        elif path == "/jobs":
            self.box.plan_job(**body)
        elif path == "/steal":
            return {"contexts": self.box.service.contexts.steal()}
        elif path == "/configuration":
            unknown = set(body) - set(self.box.configuration.values)
            if unknown:
                raise ValueError(f"winrm/config has no {', '.join(sorted(unknown))}")
            self.box.configuration.values.update({name: str(value) for name, value in body.items()})
        elif path == "/clear":
            self.box.clear()
        elif path == "/reset":
            self.box.reset()
        elif path == "/stop":
            self.stopped.set()
        else:
            return None
        return {}


class _Handler(http.server.BaseHTTPRequestHandler):
    owner: Served

    def do_GET(self) -> None:
        """See :class:`Control`."""
        self._answer(self.owner.get(self.path))

    def do_POST(self) -> None:
        """See :class:`Control`."""
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.owner.box.server.last_use = time.monotonic()
        try:
            self._answer(self.owner.post(self.path, json.loads(data) if data else {}))
        except (ValueError, TypeError) as error:
            self._answer({"error": str(error)}, 400)

    def log_message(self, format: str, *arguments: t.Any) -> None:
        """Nothing to the terminal."""

    def _answer(self, value: t.Any, status: int = 200) -> None:
        data = json.dumps(value if value is not None else {"error": "no such path"}).encode()
        self.send_response(404 if value is None else status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
