# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies that answer as a test says, and the way through them: shared by the tests of proxies."""

from __future__ import annotations

import time

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _proxy
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import Exchange

JOE = {"proxy_user": "joe", "proxy_password": "s3cret"}
OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"


def wants(*challenges, heads=(), body=b"no", status="407 Proxy Authentication Required"):
    """An answer that asks for one of these authentications."""
    lines = [f"HTTP/1.1 {status}", *(f"Proxy-Authenticate: {one}" for one in challenges), *heads]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def says(*answers):
    """A script that gives these answers in turn over all connections; it closes after None, and after the last."""
    left = list(answers)

    def script(wire):
        while left and wire.receive():
            answer = left.pop(0)
            if answer is None:
                return
            wire.write(answer)

    return script


def options(port, host="srv.corp", **more):
    return SessionOptions(host=host, proxy_access_type="url", proxy=f"http://127.0.0.1:{port}", **more)


def connect(port, deadline=None, connect_timeout=5.0, **more):
    """The socket through the proxy on *port*."""
    wanted = options(port, **more)
    exchange = Exchange(wanted.authority)
    exchange.begin(connect_timeout, 60.0, deadline, deadline and time.monotonic() + deadline)
    return _proxy.connect(_proxy.find(wanted), wanted, exchange)


def fails(port, **more):
    """The error instead; it has a step, a remedy, and no secret."""
    with pytest.raises(TransportError) as caught:
        connect(port, **more).close()
    error = caught.value
    assert error.step == "proxy" and error.remedy
    assert not error.secret_refused  # the service's account is another one
    if secret := more.get("proxy_password"):
        assert secret not in error.message + error.remedy
    return error


def shown(proxy):
    """What each request said of us: the scheme of its Proxy-Authorization, None without one."""
    heads = [request.headers.get("proxy-authorization") for request in proxy.requests]
    return [head and head.partition(" ")[0] for head in heads]
