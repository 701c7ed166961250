# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client for the tests of the service: pyspnego's contexts, and encrypted messages written by hand."""

from __future__ import annotations

import base64
import http.client
import ssl
import struct
import typing as t

import spnego
from sandbox_requests import envelope, header
from spnego.channel_bindings import GssChannelBindings

from sandbox import Sandbox, names

GET = envelope(header(names.GET, names.CONFIG + "/service/auth"))
SOAP = "application/soap+xml;charset=UTF-8"
MEDIA = {"Negotiate": "SPNEGO", "Kerberos": "Kerberos", "CredSSP": "CredSSP"}


class Client:
    """One connection. After each request *status*, *headers* and *body* are the answer's."""

    def __init__(
        self, box: Sandbox, *, secure: bool = False, context: ssl.SSLContext | None = None, timeout: float = 10
    ) -> None:
        if secure and context is None:
            context = ssl.create_default_context(cafile=box.ca_file)
        self.connection: http.client.HTTPConnection = (
            http.client.HTTPSConnection("localhost", box.https_port, timeout=timeout, context=context)
            if secure
            else http.client.HTTPConnection("localhost", box.http_port, timeout=timeout)
        )
        self.bindings = box.server._bindings[box.listeners.rows[1]["CertificateThumbprint"]] if secure else None
        self.status, self.headers, self.body = 0, http.client.HTTPMessage(), b""

    def post(self, data: bytes = b"", authorization: str | None = None, content_type: str = SOAP) -> int:
        """Send; the status."""
        headers = {"Content-Type": content_type}
        if authorization:
            headers["Authorization"] = authorization
        self.connection.request("POST", "/wsman", data, headers)
        response = self.connection.getresponse()
        self.status, self.headers, self.body = response.status, response.headers, response.read()
        return self.status

    def challenge(self, scheme: str) -> bytes | None:
        """The token of an answer's challenge."""
        for line in self.headers.get_all("WWW-Authenticate") or ():
            name, _space, rest = line.partition(" ")
            if name == scheme and rest:
                return base64.b64decode(rest)
        return None

    def login(
        self,
        user: str = "wsman",
        password: str = "secret",
        *,
        scheme: str = "Negotiate",
        protocol: str = "ntlm",
        bind: bytes | bool = True,
        data: bytes = b"",
        **more: t.Any,
    ) -> int:
        """All of a handshake; the last status. *bind*: to the real channel, to none, or to that data."""
        chosen = self.bindings if bind is True else (bind or None)
        given = GssChannelBindings(application_data=chosen) if chosen else None
        more.setdefault("hostname", "localhost")
        credential = more.pop("credential", None) or spnego.Password(user, password)
        self.context = spnego.client(credential, channel_bindings=given, protocol=protocol, **more)
        self.scheme = scheme
        token = self.context.step()
        while token:
            self.post(data, f"{scheme} {base64.b64encode(token).decode()}")
            answer = self.challenge(scheme)
            if answer is None or (self.context.complete and protocol == "credssp"):
                break
            token = self.context.step(answer)
        return self.status

    def seal(self, plain: bytes = GET, *, tab: bytes = b"\t", kind: str = SOAP) -> tuple[str, bytes]:
        """An encrypted message: header and body (MS-WSMV 2.2.9.1.1.2), pieces of 16,384 octets under CredSSP."""
        media = f"application/HTTP-{MEDIA[self.scheme]}-session-encrypted"
        step = 16384 if self.scheme == "CredSSP" else len(plain)
        body = b""
        for start in range(0, len(plain), step):
            sealed = self.context.wrap_winrm(plain[start : start + step])
            length = len(plain[start : start + step]) + sealed.padding_length
            body += b"--Encrypted Boundary\r\n"
            body += tab + f"Content-Type: {media}\r\n".encode()
            body += tab + f"OriginalContent: type={kind};Length={length}\r\n".encode()
            body += b"--Encrypted Boundary\r\n" + tab + b"Content-Type: application/octet-stream\r\n"
            body += struct.pack("<I", len(sealed.header)) + sealed.header + sealed.data
        multi = "x-multi-" if len(plain) > step else ""
        header = f'multipart/{multi}encrypted;protocol="{media}";boundary="Encrypted Boundary"'
        return header, body + b"--Encrypted Boundary--\r\n"

    def send(self, plain: bytes = GET, **more: t.Any) -> int:
        """An encrypted message and its answer, which is left in *body* as it came; the status."""
        content_type, body = self.seal(plain, **more)
        return self.post(body, content_type=content_type)

    def opened(self, tab: bytes = b"\t") -> bytes:
        """The plain answer; every octet of the frame must be as Windows writes it, but for *tab*."""
        plain = b""
        media = f"application/HTTP-{MEDIA[self.scheme]}-session-encrypted".encode()
        pieces = self.body.split(b"--Encrypted Boundary\r\n" + tab + b"Content-Type: " + media + b"\r\n")
        assert pieces[0] == b"" and pieces[-1].endswith(b"--Encrypted Boundary--\r\n")
        multi = "x-multi-" if len(pieces) > 2 else ""
        expected = f'multipart/{multi}encrypted;protocol="{media.decode()}";boundary="Encrypted Boundary"'
        assert self.headers["Content-Type"] == expected
        pieces[-1] = pieces[-1].removesuffix(b"--Encrypted Boundary--\r\n")
        middle = b"\r\n--Encrypted Boundary\r\n" + tab + b"Content-Type: application/octet-stream\r\n"
        for piece in pieces[1:]:
            head, found, data = piece.partition(middle)
            lead = tab + b"OriginalContent: type=" + SOAP.encode() + b";Length="
            assert found and head.startswith(lead)
            (size,) = struct.unpack_from("<I", data)
            part = self.context.unwrap_winrm(data[4 : 4 + size], data[4 + size :])
            assert len(part) == int(head[len(lead) :])
            plain += part
        return plain
