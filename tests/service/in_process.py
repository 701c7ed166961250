# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our client and the service in one process, without sockets: the bytes of the one are handed to the other."""

from __future__ import annotations

import itertools
import types
import typing as t

from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import SCHEMAS, FakeConnection
from sandbox import manners
from sandbox.faults import Fault
from sandbox.manners import Manner
from sandbox.provider import Call, Provider
from sandbox.repository import Repository
from sandbox.service import Caller, Reply, Service

_HOSTS = itertools.count()  # what is learnt of a class is kept by the service's name


class Wired(FakeConnection):
    """A connection into a service of its own, with the repository unless *providers* are given.

    *manner* is a name or a whole manner; *profile* that of the client, by default the manner's name. ``wrong`` may
    answer in the service's place. Only Windows may be asked for a class's schema while an enumeration is open: OMI does
    not answer then (wire/omi/175).
    """

    def __init__(
        self, manner: str | Manner, *, profile: str | None = None, providers: t.Sequence[Provider] | None = None
    ) -> None:
        style = manners.named(manner) if isinstance(manner, str) else manner
        super().__init__((), {"host": f"box{next(_HOSTS)}", "profile": profile or style.name})
        self.service = Service(style, Repository(style).providers() if providers is None else providers)
        self.ahead = 0  # requests that were sent before the answer to the one before was read
        self.wrong: t.Callable[[bytes], Reply | None] = lambda data: None

    def send(self, data: bytes, *, meanwhile: t.Callable[[], None] | None = None, **_how: t.Any) -> t.Any:
        text = data.decode()
        if SCHEMAS in text:
            if self.service.style.name != "windows":
                assert self.contexts == [], "OMI does not answer while an enumeration is open"
            self.asked_schemas.append(text)
        else:
            self.sent.append(text)
        if meanwhile is not None:
            self.ahead += 1
            meanwhile()
        reply = self.wrong(data) or self.handle(data)
        server = self.service.style.server
        return types.SimpleNamespace(body=reply.body, status=reply.status, charset=reply.encoding, server=server)

    def handle(self, data: bytes) -> Reply:
        """What the service answers."""
        return self.service.handle(data, "utf-8", Caller("u"))

    def refuse(self, data: bytes, fault: Fault) -> Reply:
        """What the service answers where it finds *fault*; nothing is done."""

        def interfere(_call: Call | None) -> None:
            raise fault

        return self.service.handle(data, "utf-8", Caller("u"), interfere)

    @property
    def contexts(self) -> list[dict[str, str]]:
        """The enumerations that are open on the service."""
        return self.service.contexts.list()
