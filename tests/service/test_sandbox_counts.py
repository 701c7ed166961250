# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service counts of its clients, as tests elsewhere read it from ``GET /state``."""

from __future__ import annotations

import typing as t

import pytest
from cim_requests import WMI, arguments, enumerate_body, instance
from handshakes import GET, Client
from sandbox_requests import envelope, header

from sandbox import Sandbox, names

BASIC = "Basic d3NtYW46c2VjcmV0"
SPOOLER = {"Name": "Spooler"}


@pytest.fixture(scope="module")
def running() -> t.Iterator[Sandbox]:
    with Sandbox(users={"wsman": "secret"}) as box:
        yield box


def test_a_connection_its_tls_and_its_handshake_are_counted_once(box: Sandbox) -> None:
    client = Client(box, secure=True)
    assert client.login() == 200
    for _turn in range(3):
        assert client.post(GET) == 200
    state = box.state()
    assert (state["connections"], state["open_connections"]) == (1, 1)
    assert state["tls_handshakes"] == {"begun": 1, "completed": 1, "resumed": 0}
    assert state["authentications"] == {"negotiate": {"begun": 1, "completed": 1}}
    assert state["actions"] == {"Get": 3}  # the legs of the handshake have no envelope


def test_authentications_that_end_badly_are_begun_alone(box: Sandbox) -> None:
    assert Client(box).login(password="wrong") == 401
    assert Client(box).post(GET, "Basic d3NtYW46eA==") == 401
    client = Client(box)
    assert client.login() == client.login() == 200
    assert box.state()["authentications"] == {
        "negotiate": {"begun": 3, "completed": 2},
        "basic": {"begun": 1, "completed": 0},
    }


def test_requests_by_action_and_what_was_executed(box: Sandbox) -> None:
    client = Client(box)
    stop = f"{WMI}Win32_Service/StopService"
    asked = [
        (stop, SPOOLER, arguments(WMI, "Win32_Service", "StopService")),
        (names.GET, SPOOLER, None),
        (names.PUT, SPOOLER, instance(WMI, "Win32_Service", StartMode="Manual")),
        (names.ENUMERATE, None, enumerate_body()),
    ]
    for action, selectors, body in asked:
        client.post(envelope(header(action, WMI + "Win32_Service", selectors), body), BASIC)
    state = box.state()
    assert state["actions"] == {"StopService": 1, "Get": 1, "Put": 1, "Enumerate": 1}
    assert state["executions"] == {"Win32_Service.StopService": 1, "Put Win32_Service": 1}
    box.clear()
    assert (box.state()["actions"], box.state()["executions"]) == ({}, {})
