# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A peer that answers with the recordings of a real server, byte for byte but for RelatesTo.

A request finds its recording by action, resource, selectors and what its body asks; one that was never recorded gets
HTTP 599, so that a test cannot pass on an answer that the real server did not give.
"""

from __future__ import annotations

import http.server
import pathlib
import re
import threading
import typing
import xml.etree.ElementTree as ET

NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
}
WIRE = pathlib.Path(__file__).resolve().parents[3] / "shared" / "wire"
ASKS = ("EnumerationMode", "Filter", "EnumerationContext", "OptimizeEnumeration", "MaxElements")


def signature(data: bytes) -> tuple[str, ...]:
    """What a request asks for, in a form that two clients asking the same thing share."""
    root = ET.fromstring(data)
    action = root.findtext("s:Header/a:Action", "identify", NS).strip()
    uri = root.findtext("s:Header/w:ResourceURI", "", NS).strip()
    selectors = sorted(
        f"{e.get('Name')}={''.join(e.itertext())}" for e in root.findall("s:Header/w:SelectorSet/w:Selector", NS)
    )
    fragment = root.findtext("s:Header/w:FragmentTransfer", "", NS)
    body = root.find("s:Body", NS)
    asks = []
    for element in body.iter() if body is not None else ():
        local = element.tag.rsplit("}", 1)[-1]
        if local in ASKS:
            texts = (e.text or "" for e in element.iter() if not e.tag.endswith("}Address"))
            asks.append(f"{local}={element.get('Dialect', '')}{''.join(texts).strip()}")
    return (action, uri, fragment, *selectors, "|", *sorted(asks))


class Recording:
    """One exchange: the status and headers that count, and the body.

    Of a few the headers were not kept; of these an answer that is no fault had the status 200.
    """

    def __init__(self, stem: pathlib.Path) -> None:
        self.name = stem.name
        self.body = stem.with_name(stem.name + ".resp.xml").read_bytes()
        headers = stem.with_name(stem.name + ".http")
        head = headers.read_text("utf-8", "replace") if headers.exists() else ""
        if not headers.exists() and b":Fault>" not in self.body:
            head = "HTTP/1.1 200 OK"
        statuses = re.findall(r"^HTTP/1\.[01] (\d{3})", head, re.MULTILINE)
        self.status = int(statuses[-1]) if statuses else 0
        self.close = re.search(r"^Connection:\s*close", head, re.IGNORECASE | re.MULTILINE) is not None
        self.server = next(iter(re.findall(r"^Server:\s*(.+)$", head, re.MULTILINE)), "").strip()


def load(vendor: str, *first: str) -> dict[tuple[str, ...], list[Recording]]:
    """Recordings of *vendor* by what they answer, in the order in which they were taken.

    One named in *first* stands alone for its request: what other recordings vary there is not in the request's text.
    """
    recordings: dict[tuple[str, ...], list[Recording]] = {}
    settled = set()
    requests = sorted((WIRE / vendor).glob("*.req.xml"), key=lambda path: (path.name[:-8] not in first, path.name))
    for request in requests:
        stem = request.with_name(request.name[:-8])
        if not stem.with_name(stem.name + ".resp.xml").exists():
            continue
        try:
            key = signature(request.read_bytes())
        except ET.ParseError:
            continue
        recording = Recording(stem)
        if recording.status and key not in settled:
            recordings.setdefault(key, []).append(recording)
        if recording.name in first:
            settled.add(key)
    return recordings


class Peer(http.server.ThreadingHTTPServer):
    """The server; ``asked`` lists what came, ``missing`` what no recording answers."""

    daemon_threads = True

    def __init__(self, vendor: str, *first: str) -> None:
        self.recordings = load(vendor, *first)
        self.asked: list[tuple[str, ...]] = []
        self.missing: list[tuple[str, ...]] = []
        super().__init__(("127.0.0.1", 0), Handler)

    def __enter__(self) -> typing.Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Peer

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        key = signature(data)
        self.server.asked.append(key)
        found = self.server.recordings.get(key)
        if not found:
            self.server.missing.append(key)
            self.send_error(599, "not recorded")
            return
        recording = found.pop(0) if len(found) > 1 else found[0]
        asked = ET.fromstring(data).findtext("s:Header/a:MessageID", "", NS).encode()
        body = re.sub(rb"(RelatesTo>)[^<]*(</)", lambda m: m[1] + asked + m[2], recording.body, count=1)
        self.send_response(recording.status)
        if recording.server:
            self.send_header("Server", recording.server)
        self.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        if recording.close:
            self.send_header("Connection", "Close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "replay"

    def send_response(self, code: int, message: str | None = None) -> None:
        self.send_response_only(code, message)

    def log_message(self, *arguments: object) -> None:
        pass
