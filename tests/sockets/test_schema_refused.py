# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request for a schema that comes to nothing, over real sockets: it costs a moment, and neither task nor account."""

from __future__ import annotations

import re
import time
import types

import pytest
from ansible import constants
from sending import options, reset

from ansible_collections.wsman.automation.plugins.module_utils._wsman import operations
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _schemas, _sessions
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client

URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
THING = Target(URI + "Thing", {"__cimnamespace": "root/x"})
GOT = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing">'
    '<s:Header><a:RelatesTo>{}</a:RelatesTo></s:Header><s:Body><p:Thing xmlns:p="urn:x"/></s:Body></s:Envelope>'
)
PAGE = b"<html><body>no</body></html>"
CHALLENGE = ("WWW-Authenticate: Basic",)


def is_schema(request):
    return b"/cim-xml/" in request.body


def script(refuse):
    """Answers a Get of an instance; *refuse* gets the wire where it is asked for a schema."""

    def run(wire):
        while request := wire.receive():
            found = None
            if is_schema(request):
                refuse(wire)
            elif found := re.search(b"MessageID>(.*?)<", request.body):
                wire.answer(GOT.format(found[1].decode()).encode())
            if refuse is reset and not found:  # nor is what looks whether this is a port of TLS answered
                return

    return run


def hang(wire):
    wire.peer.done.wait(60)


def unauthorized(wire):
    wire.answer(PAGE, "401 Unauthorized", CHALLENGE)


def page(status):
    return lambda wire: wire.answer(PAGE, status)


@pytest.fixture
def fork(tmp_path, monkeypatch):
    """A function that makes the client of a new fork; the folder and what was refused are shared."""
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    monkeypatch.setattr(_schemas, "PATIENCE", 1.5)

    def make(port, **more):
        given = options(port, user="joe", password="secret", **more)
        _sessions.close(given)
        session = _sessions.direct(given)
        return Client(types.SimpleNamespace(session=session, session_options=lambda: given, **methods(session)))

    def methods(session):
        return {name: getattr(session, name) for name in ("send", "aside", "operation", "parting")}

    return make


def get(client):
    return operations.read_get(client.execute(operations.get(THING))).tag


@pytest.mark.parametrize(
    ("refuse", "asked_again"),
    [
        (hang, False),
        (unauthorized, False),
        (page("403 Forbidden"), False),
        (page("503 Service Unavailable"), True),
    ],
)
def test_the_task_goes_on(peer, fork, refuse, asked_again):
    one = peer(script(refuse))
    began = time.monotonic()
    client = fork(one.port)
    assert get(client) == "{urn:x}Thing"
    assert client.schemas.of(THING) is None
    assert get(client) == "{urn:x}Thing"
    assert time.monotonic() - began < 20
    assert sum(map(is_schema, one.requests)) == 1

    client, before = fork(one.port), len(one.requests)
    assert get(client) == "{urn:x}Thing"
    assert client.schemas.of(THING) is None
    assert any(map(is_schema, one.requests[before:])) is asked_again


@pytest.mark.parametrize("refuse", [hang, reset])
def test_of_a_service_that_does_not_answer_no_other_class_is_asked_for(peer, fork, refuse):
    one = peer(script(refuse))
    client = fork(one.port)
    get(client)
    assert [client.schemas.of(THING, name) for name in ("A", "B", "C")] == [None] * 3
    assert sum(map(is_schema, one.requests)) == 1 + (refuse is reset)  # a kept connection may have been dead


def test_a_wrong_password_is_shown_once_where_the_schema_comes_first(peer, fork):
    one = peer(script(unauthorized))
    client = fork(one.port)
    assert client.schemas.of(THING) is None
    with pytest.raises(TransportError) as caught:
        get(client)
    assert caught.value.http_status == 401
    assert len(one.requests) == 1


def test_the_deadline_of_the_task_holds_for_a_schema_too(peer, fork, monkeypatch):
    monkeypatch.setattr(_schemas, "PATIENCE", 60)
    one = peer(script(hang))
    client = fork(one.port, deadline=0.3)
    began = time.monotonic()
    with client._connection.operation():
        assert client.schemas.of(THING) is None
    assert time.monotonic() - began < 20
