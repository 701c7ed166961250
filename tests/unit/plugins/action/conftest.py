# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real actions over a fake connection."""

from __future__ import annotations

import pytest
from ansible import constants

from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import TASK, FakeConnection, act


@pytest.fixture
def run(tmp_path, monkeypatch):
    """``run("get", arguments, *answers)`` → the result of the action and the connection that it spoke over.

    *server* is the Server header of the answers, *schemas* those of classes that it has, *said_types* what the host's
    variable says of types; what else is given is a keyword of the task or a connection option.
    """

    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))

    def run(name, arguments, *answers, server=None, schemas=None, said_types=None, **given):
        keywords = {keyword: given.pop(keyword, value) for keyword, value in TASK.items()}
        account = {"authentication": "basic", "user": "joe", "password": "pa55w0rd"}
        connection = FakeConnection(answers, {"host": "box", **account, **given})
        connection.server, connection.schemas, connection.said_types = server, schemas or {}, said_types
        result = act(name, arguments, connection, **keywords)
        assert not connection.answers, "not every answer was asked for"
        return result, connection

    return run
