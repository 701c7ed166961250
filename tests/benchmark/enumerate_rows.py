# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerates the same rows with this collection's client and with pypsrp's WSMan, in turn; prints the seconds as JSON.

Both ask for the same number of rows in each Pull and parse every answer; neither converts rows. What conversion to
plain values costs on top, without and with the schema of the class, is measured apart. The service's facts come as JSON
in the variable WSMAN_BENCH_SERVICE.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import typing
from xml.etree import ElementTree

from pypsrp.wsman import NAMESPACES, WSMan

from ansible_collections.wsman.automation.plugins.module_utils._wsman import addressing, enumeration, instance, session
from ansible_collections.wsman.automation.plugins.plugin_utils import _result, _transport
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client

WSEN = NAMESPACES["wsen"]
WSMAN = NAMESPACES["wsman"]


class Connection:
    """What a client needs of a connection, without Ansible's plugin around it."""

    def __init__(self, options: session.SessionOptions):
        self.options = options
        self.session = _transport.session(options)

    def session_options(self) -> session.SessionOptions:
        return self.options

    def send(self, data: bytes, **options: bool) -> typing.Any:
        return self.session.send(data, **options)

    def aside(self, seconds: float) -> typing.ContextManager[None]:
        return self.session.aside(seconds)


def connect(facts: dict[str, typing.Any]) -> Connection:
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


def ours(client: Client, resource_uri: str, batch: int, convert: bool = False, typed: bool = False) -> int:
    target = addressing.Target(resource_uri, {})
    schema = client.schemas.of(target) if typed else None
    if typed and schema is None:
        raise SystemExit("the service gives no schema")
    count = 0
    for item in client.enumerate(enumeration.Enumeration(target, max_elements=batch)):
        if convert:
            _result.instance(instance.from_element(item.element, schema))
        count += 1
    return count


def theirs(client: WSMan, resource_uri: str, batch: int) -> int:
    """Enumerate and Pull as pypsrp's own examples do it, with the same optimization and batch."""
    asked = ElementTree.Element(f"{{{WSEN}}}Enumerate")
    ElementTree.SubElement(asked, f"{{{WSMAN}}}OptimizeEnumeration")
    ElementTree.SubElement(asked, f"{{{WSMAN}}}MaxElements").text = str(batch)
    body = client.enumerate(resource_uri, asked)
    count = rows(body)
    while body.find(f".//{{{WSEN}}}EndOfSequence") is None and body.find(f".//{{{WSMAN}}}EndOfSequence") is None:
        asked = ElementTree.Element(f"{{{WSEN}}}Pull")
        context = body.find(f".//{{{WSEN}}}EnumerationContext")
        ElementTree.SubElement(asked, f"{{{WSEN}}}EnumerationContext").text = context.text
        ElementTree.SubElement(asked, f"{{{WSEN}}}MaxElements").text = str(batch)
        body = client.pull(resource_uri, asked)
        count += rows(body)
    return count


def rows(body: ElementTree.Element) -> int:
    return sum(len(items) for namespace in (WSEN, WSMAN) for items in body.iter(f"{{{namespace}}}Items"))


def measure(work: typing.Callable[[], int], expected: int) -> float:
    started = time.perf_counter()
    count = work()
    seconds = time.perf_counter() - started
    if count != expected:
        raise SystemExit(f"{count} rows instead of {expected}")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("resource_uri")
    parser.add_argument("--rows", type=int, default=10000)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    facts = json.loads(os.environ["WSMAN_BENCH_SERVICE"])
    client = Client(connect(facts))
    login = {"username": facts["user"], "password": facts["password"], "auth": "basic", "encryption": "never"}
    other = WSMan(facts["host"], port=facts["http_port"], ssl=False, max_envelope_size=512000, **login)
    ways = {
        "ours": lambda: ours(client, arguments.resource_uri, arguments.batch),
        "pypsrp": lambda: theirs(other, arguments.resource_uri, arguments.batch),
        "ours, with plain values": lambda: ours(client, arguments.resource_uri, arguments.batch, True),
        "ours, typed by the schema": lambda: ours(client, arguments.resource_uri, arguments.batch, True, True),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(arguments.rounds):
        for name, work in ways.items():
            taken[name].append(measure(work, arguments.rows))
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
