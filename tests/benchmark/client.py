# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""This collection's client without Ansible's connection plugin around it, on the service of WSMAN_BENCH_SERVICE."""

from __future__ import annotations

import json
import os
import time
import typing

import bench_watch
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.module_utils._wsman import session
from ansible_collections.wsman.automation.plugins.plugin_utils import _arguments, _enumerating, _transport
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client

RESOURCE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*"  # where Windows takes queries

Facts = dict[str, typing.Any]
Rows = list[dict[str, typing.Any]]
Way = typing.Callable[[], typing.Any]


class Connection:
    """What a client needs of a connection; *sent* and *answers* are kept where somebody asks for it."""

    def __init__(self, options: session.SessionOptions):
        self.options = options
        self.session = _transport.Session(options)
        self.sent: list[bytes] = []
        self.answers: list[typing.Any] = []
        self.records = False

    def session_options(self) -> session.SessionOptions:
        return self.options

    def send(self, data: bytes, **options: typing.Any) -> typing.Any:
        answer = self.session.send(data, **options)
        if self.records:
            self.sent.append(data)
            self.answers.append(answer)
        return answer

    def __getattr__(self, name: str) -> typing.Any:
        """``operation``, ``parting``, ``aside`` are the session's."""
        return getattr(self.session, name)


def service_facts() -> Facts:
    """What the service said of itself when it was ready: ports, user, password."""
    return json.loads(os.environ["WSMAN_BENCH_SERVICE"])


def connect(facts: Facts) -> Connection:
    options = {
        "host": facts["host"],
        "port": facts["http_port"],
        "scheme": "http",
        "authentication": "basic",
        "user": facts["user"],
        "password": facts["password"],
        "message_encryption": "never",
    }
    return Connection(session.from_options(options))


def enumerate_all(connection: Connection, query: str) -> dict[str, typing.Any]:
    """The result of wsman_enumerate; what is known of the class stays with the session."""
    given = {"resource_uri": RESOURCE, "filter": query}
    validated = ArgumentSpecValidator(_argspec.enumerate_module()).validate(given)
    if validated.error_messages:
        raise SystemExit("; ".join(validated.error_messages))
    arguments = validated.validated_parameters
    return _enumerating.enumerate(Client(connection), _arguments.read_target(arguments), arguments)


def record(connection: Connection, query: str) -> dict[str, typing.Any]:
    """The same; after it *connection* has the requests and the answers of that one enumeration."""
    enumerate_all(connection, query)  # whatever is asked before the first enumeration of a run
    connection.sent.clear()
    connection.answers.clear()
    connection.records = True
    try:
        return enumerate_all(connection, query)
    finally:
        connection.records = False


def take_turns(rounds: int, ways: dict[str, Way]) -> dict[str, dict[str, list[float]]]:
    """What each way takes in turn: seconds, and those of this process and of the service on a processor.

    The first turn fills caches and does not count.
    """
    pid = service_facts()["pid"]
    kinds = ("seconds", "processor", "service")
    taken: dict[str, dict[str, list[float]]] = {name: {kind: [] for kind in kinds} for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            before = (time.perf_counter(), time.process_time(), bench_watch.seconds(pid))
            way()
            after = (time.perf_counter(), time.process_time(), bench_watch.seconds(pid))
            for kind, start, end in zip(kinds, before, after, strict=True):
                if number:
                    taken[name][kind].append(end - start)
    return taken
