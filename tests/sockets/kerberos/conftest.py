# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real KDC with one service, and sessions of its accounts."""

from __future__ import annotations

import contextlib
import itertools
import pathlib
import socket
import threading
import types

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _kerberos

PASSWORD = "correct horse"


@pytest.fixture
def realm(domain, monkeypatch):
    """The KDC, with a client's environment in this process."""
    for name, value in domain.environment.items():
        monkeypatch.setenv(name, value)
    return domain


_numbers = itertools.count(1)


@pytest.fixture
def account(realm):
    """A principal of the test's own."""
    return realm.add(f"user{next(_numbers)}", PASSWORD)


class Replica:
    """What a client takes for another KDC of the realm: passes each datagram on to the one there is."""

    def __init__(self, port):
        self.requests = 0
        self.kdc = ("127.0.0.1", port)
        self.socket = socket.socket(type=socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.2", 0))  # a KDC of its own: Kerberos tells them apart by address, not by port
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                request, client = self.socket.recvfrom(65536)
                self.requests += 1
                with socket.socket(type=socket.SOCK_DGRAM) as line:
                    line.settimeout(10)
                    line.sendto(request, self.kdc)
                    self.socket.sendto(line.recv(65536), client)


@pytest.fixture
def replica(realm, monkeypatch):
    """The realm as it looks with two KDCs, of which the one that tests start is the primary."""
    one = Replica(realm.port)
    path = pathlib.Path(realm.environment["KRB5_CONFIG"])
    line = f"kdc = 127.0.0.1:{realm.port}"
    assert line in path.read_text()
    two = path.with_name("two-kdcs.conf")
    two.write_text(path.read_text().replace(line, f"kdc = 127.0.0.2:{one.port}\n        primary_{line}"))
    monkeypatch.setenv("KRB5_CONFIG", str(two))
    yield one
    with contextlib.suppress(OSError):
        one.socket.shutdown(socket.SHUT_RDWR)
    one.socket.close()


@pytest.fixture
def asked(realm):
    """What the KDC was asked since the test began: (kind, server without its realm, outcome) of each request."""
    before = len(realm.requests)

    def since(**only):
        found = realm.requests[before:]
        kept = (one for one in found if all(getattr(one, name) == value for name, value in only.items()))
        return [(one.kind, one.server.rpartition("@")[0], one.outcome) for one in kept]

    return since


@pytest.fixture
def session():
    """A function that makes the options of a Kerberos session with localhost."""

    def make(user=None, password=None, **more):
        given = {"host": "localhost", "port": 5985, "scheme": "http", "authentication": "kerberos", **more}
        return SessionOptions(user=user, password=password, **given)

    return make


@pytest.fixture
def open_context():
    """A function that opens a context as _spnego does, over HTTP without binding."""
    spnego = pytest.importorskip("spnego")

    def start(options, ticket=None, protocol="kerberos", bindings=None):
        return _kerberos.open_context(
            options,
            ticket or _kerberos.ticket(options),
            protocol=protocol,
            bindings=bindings,
            context_request=spnego.ContextReq.default,
            negotiate_options=spnego.NegotiateOptions.wrapping_winrm,
        )

    return start


@pytest.fixture
def accept():
    """A function that accepts what was opened as the service in the realm's keytab, and finishes the handshake."""
    spnego = pytest.importorskip("spnego")

    def finish(opened, protocol="kerberos", bindings=None):
        service = spnego.server(
            hostname="localhost",
            service="HTTP",
            protocol=protocol,
            channel_bindings=bindings,
            options=spnego.NegotiateOptions.wrapping_winrm,
        )
        opened.context.step(service.step(opened.token))
        assert service.complete and opened.context.complete
        return service

    return finish


@pytest.fixture
def fails():
    """A context in which exactly one error of a kind is raised; its message, remedy and the rest are checked after."""

    @contextlib.contextmanager
    def expect(kind):
        caught = types.SimpleNamespace(error=None)
        with pytest.raises(kind) as raised:
            yield caught
        caught.error = raised.value
        assert caught.error.__class__ is kind
        assert caught.error.remedy
        assert PASSWORD not in f"{caught.error} {caught.error.remedy}"

    return expect
