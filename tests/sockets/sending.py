# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions to a peer, scripts for it, and what a failure must have: shared by the tests of the transport."""

from __future__ import annotations

import socket
import struct

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import from_options
from ansible_collections.wsman.automation.plugins.plugin_utils import _sessions

ENVELOPE = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>'
REQUEST = b"<request/>"


def options(port, **more):
    named = {"authentication": "basic" if "user" in more else "none"}
    given = {"host": "127.0.0.1", "port": port, "scheme": "http", "message_encryption": "never", **named}
    given["reconnection_retries"] = 0  # where nobody listens, that is known at once
    return from_options({**given, **more})


def session(port, **more):
    return _sessions.direct(options(port, **more))


def serve(*answers, close=False):
    """A script that gives these answers in turn, the last one again and again."""

    def script(wire):
        while wire.receive():
            number = min(len(wire.peer.requests), len(answers)) - 1
            wire.answer(**answers[number])
            if close:
                return

    return script


def fails(port, *, repeatable=True, **more):
    with pytest.raises(TransportError) as caught:
        session(port, **more).send(REQUEST, repeatable=repeatable)
    assert caught.value.remedy
    return caught.value


def reset(wire):
    wire.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.file.close()
    wire.connection.close()
