# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that outlive their connection, where the service keeps its answers (``robust.py``).

Whether it does is known by its answers alone, and belongs to the session. Who finds it unknown when an answer is lost
asks for the same resource with an OperationID, which changes nothing: what returns that knows the lost request as well.
"""

from __future__ import annotations

import time
import typing as t
import uuid

from ansible_collections.wsman.automation.plugins.module_utils._wsman import envelope, operations, robust
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Request, Settings
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError


def send(connection: t.Any, request: Request, settings: Settings, message_id: str, **more: t.Any) -> t.Any:
    """The answer to *request*; *more* are further arguments of ``Session.send``. Raises TransportError."""
    operation_id = str(uuid.uuid4()) if settings.robust and not robust.is_last(request.action or "") else None
    data = envelope.dump(request, settings, message_id, operation_id)
    more.update(repeatable=request.repeatable, changes=request.changes)
    if operation_id is None:
        return connection.send(data, **more)
    again, began = robust.replay(data), time.monotonic()
    if connection.session.robust:
        return connection.send(data, replay=again, **more)
    try:
        answer = connection.send(data, **more)
    except TransportError as error:
        left = error.lost and error.step in ("send", "read")
        if not left or (error.silent and not error.outcome_unknown):
            raise  # who is silent is not waited for again where nothing depends on it
        return _ask_again(connection, request, settings, again, error, began)
    learn(connection, answer, operation_id)
    return answer


def learn(connection: t.Any, answer: t.Any, operation_id: str) -> None:
    """Keep in mind that the service keeps answers, if *answer* tells it."""
    if not connection.session.robust and robust.echoes(answer.body, operation_id):
        connection.session.robust = True


def _ask_again(
    connection: t.Any, request: Request, settings: Settings, again: bytes, error: TransportError, began: float
) -> t.Any:
    """The answer that was lost with *error*, from a service that proves now that it keeps answers; else *error*."""
    left = robust.SECONDS - (time.monotonic() - began)
    if request.target is None or left <= 0:
        raise error
    try:
        with connection.aside(left):
            if not connection.session.robust:  # which may be known since the session was taken
                operation_id = str(uuid.uuid4())
                probe = envelope.dump(operations.get(request.target), settings, str(uuid.uuid4()), operation_id)
                learn(connection, connection.send(probe), operation_id)
            if connection.session.robust:
                return connection.send(again, repeatable=False, changes=request.changes, replay=again)
    except TransportError as later:
        if later.outcome_unknown and not error.outcome_unknown:
            raise  # what had not left completely has left now
    raise error
