# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection that cannot be opened is tried again, as often and as late as the options say; nothing else is."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from sending import ENVELOPE, REQUEST, options, reset, serve

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _sessions, _sockets


@pytest.fixture
def pauses(monkeypatch):
    """What is waited between tries, which nobody waits for here."""
    found = []
    monkeypatch.setattr(_sockets.Exchange, "pause", lambda _exchange, seconds: found.append(seconds))
    return found


@pytest.fixture
def nobody():
    """A port of which each connection is refused."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]


def fails(port, *, repeatable=True, **more):
    if more.get("scheme") == "https":
        more["message_encryption"] = "auto"
    with pytest.raises(TransportError) as caught:
        _sessions.direct(options(port, **more)).send(REQUEST, repeatable=repeatable)
    return caught.value


@pytest.mark.parametrize(
    ("given", "waited"),
    [
        ({"reconnection_retries": None}, [1, 2]),
        ({"reconnection_retries": 2}, [1, 2]),
        ({"reconnection_retries": 0}, []),
        ({"reconnection_retries": 3, "reconnection_backoff": 0.5}, [0.5, 1, 2]),
        ({"reconnection_retries": 3, "reconnection_backoff": 0}, [0, 0, 0]),
        ({"reconnection_retries": 9, "reconnection_backoff": 1}, [1, 2, 4, 8, 16, 32, 60, 60, 60]),
        ({"reconnection_retries": 1000, "reconnection_backoff": 0}, [0] * 1000),
    ],
)
@pytest.mark.parametrize("repeatable", [True, False])
def test_how_often_and_when(nobody, pauses, given, waited, repeatable):
    error = fails(nobody, repeatable=repeatable, **given)
    assert pauses == waited
    assert (error.step, error.outcome_unknown) == ("connect", False)


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_service_that_starts_meanwhile(repeatable):
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))

        def answer():
            time.sleep(0.2)
            one.listen()
            connection, _address = one.accept()
            with connection:
                came = b""
                while not came.endswith(REQUEST):
                    came += connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(ENVELOPE), ENVELOPE))

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        given = options(one.getsockname()[1], reconnection_retries=20, reconnection_backoff=0.05)
        assert _sessions.direct(given).send(REQUEST, repeatable=repeatable).body == ENVELOPE
        thread.join(5)


@pytest.mark.parametrize(
    ("given", "waited"), [({"reconnection_retries": 1}, [1]), ({"reconnection_retries": None}, [])]
)
def test_who_does_not_answer_in_time(pauses, given, waited):
    """A listener whose queue is full answers no further connection; that is waited for again only on demand."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _number in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        error = fails(port, connect_timeout=0.1, **given)
        for one in waiting:
            one.close()
    assert error.step == "connect" and "0.1 s" in error.message
    assert pauses == waited


def test_a_deadline_is_not_waited_away(nobody):
    began = time.monotonic()
    fails(nobody, deadline=1, reconnection_retries=5, reconnection_backoff=30)
    assert time.monotonic() - began < 10


def test_what_was_sent_is_no_matter_of_this(peer, pauses):
    def script(wire):
        wire.receive()
        reset(wire)

    one = peer(script)
    error = fails(one.port, repeatable=False, reconnection_retries=2)
    assert error.outcome_unknown and pauses == []
    assert [request.body for request in one.requests].count(REQUEST) == 1  # it may be asked whether it speaks TLS


@pytest.mark.parametrize("end", [reset, lambda _wire: None], ids=["reset", "closed"])
def test_the_end_of_a_connection_in_the_handshake(peer, pauses, end):
    def script(wire):
        wire.connection.recv(65536)
        end(wire)

    one = peer(script)
    error = fails(one.port, scheme="https", skip_ca_check=True, skip_cn_check=True, reconnection_retries=2)
    assert error.step == "tls"
    assert (pauses, one.connections) == ([1, 2], 3)


def test_a_certificate_is_not_accepted_later(peer, authority, pauses):
    one = peer(serve({}), tls=authority.service("localhost"))
    error = fails(one.port, scheme="https", reconnection_retries=2)
    assert error.step == "tls" and pauses == []


def test_a_name_that_is_not_known_is_not_asked_for_again(pauses):
    error = fails(5985, host="name.invalid", reconnection_retries=2)
    assert error.step == "resolve" and pauses == []


def test_a_proxy_that_refuses_connections(nobody, pauses):
    given = {"scheme": "https", "proxy": f"http://127.0.0.1:{nobody}", "reconnection_retries": 2}
    error = fails(5986, **given)
    assert error.step == "proxy" and pauses == [1, 2]
