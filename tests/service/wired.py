# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real actions and the test service in one process, without sockets."""

from __future__ import annotations

import types
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import WSManError
from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import SCHEMAS, FakeConnection, act
from sandbox import manners
from sandbox.config import ConfigProvider, Configuration
from sandbox.listeners import Listeners
from sandbox.repository import Repository
from sandbox.service import Caller, Service

Result = dict[str, t.Any]

MANNERS = ["windows", "omi", "openwsman", "amt"]
ITEMS = {"resource_uri": "cimv2/Sandbox_Item", "namespace": "root/cimv2"}
ITEM = {**ITEMS, "selector_set": {"Name": "alpha", "Group": 1}}
NEW = {**ITEMS, "selector_set": {"Name": "new", "Group": 4}}
TYPES = {"resource_uri": "cimv2/Sandbox_AllTypes", "namespace": "root/cimv2", "selector_set": {"Id": 1}}
TWO = "SELECT * FROM Sandbox_Item WHERE Name = 'alpha' OR Name = 'beta'"  # of the items


class Connection(FakeConnection):
    """One task's way into the service of *box*."""

    def __init__(self, box: Box) -> None:
        super().__init__((), {"host": box.manner, "profile": "auto", "password": "secret", "user": "joe"})
        self.options["authentication"] = "basic"
        self.box = box

    def send(self, data: bytes, **_how: t.Any) -> t.Any:
        text = data.decode()
        self.sent.append(text)
        wrong = None if SCHEMAS in text else self.box.wrong(self.actions[-1])
        reply = self.box.service.handle(data, "utf-8", Caller("joe", secure=True))
        if wrong is not None:
            raise wrong
        server = self.box.service.style.server
        return types.SimpleNamespace(body=reply.body, status=reply.status, charset=reply.encoding, server=server)


class Box:
    """A service of one manner with its repository, on Windows with its configuration too.

    *wrong* is called with the last part of each Action and may return an error, which is raised once the service has
    done what it was asked.
    """

    def __init__(self, manner: str, **configuration: str) -> None:
        self.manner = manner
        chosen = manners.named(manner)
        self.configuration = Configuration(configuration, ())
        listeners = Listeners(self.configuration, {}, "localhost")
        listeners.add("HTTP", 5985)
        own = [ConfigProvider(self.configuration), listeners] if manner == "windows" else []
        self.repository = Repository(chosen)
        self.service = Service(chosen, [*own, *self.repository.providers()], self.configuration.limits)
        self.wrong: t.Callable[[str], WSManError | None] = lambda action: None
        self.actions: list[str] = []
        self.sent: list[str] = []

    def run(self, name: str, arguments: Result, *, check_mode: bool = False) -> Result:
        """The result of one task; its requests' actions are in ``actions``, those for schemas left out."""
        connection = Connection(self)
        result: Result = act(name, arguments, connection, check_mode=check_mode)
        self.requests = len(connection.sent)  # with those for schemas
        sent = [text for text in zip(connection.actions, connection.sent, strict=True) if SCHEMAS not in text[1]]
        self.actions, self.sent = [action for action, _text in sent], [text for _action, text in sent]
        return result


def outcome(result):
    """What a check mode must say as the run does: everything but what is known after the change alone."""
    after = ("instance", "verified", "endpoint_reference", "class_name")
    return {name: value for name, value in result.items() if name not in after}
