# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decodes the recorded answers of one enumeration, nothing sent, in several ways that take turns; JSON.

``expat`` has no handlers: it reads all and tells nothing · ``ours`` makes instances with the types of the schema ·
``ours, text`` the same without a schema · ``ElementTree`` makes the tree and nothing of it · ``xmltodict`` its
dictionaries.
"""

from __future__ import annotations

import argparse
import json
import typing
from xml.etree import ElementTree
from xml.parsers import expat

import xmltodict
from client import RESOURCE, connect, record, service_facts, take_turns

from ansible_collections.wsman.automation.plugins.module_utils._wsman import addressing, pull_reader
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Schema
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client


def alone(data: bytes) -> None:
    expat.ParserCreate().Parse(data, True)


def typed(answer: typing.Any, schema: Schema | None) -> int:
    """How many instances."""
    batch = pull_reader.read(answer.body, charset=answer.charset, schema_of=lambda _tag, _type: schema)
    return sum(item.instance is not None for item in batch.items)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("query")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    connection = connect(service_facts())
    count = record(connection, chosen.query)["count"]
    answers = connection.answers
    class_name = chosen.query.partition(" FROM ")[2].split()[0]
    schema = Client(connection).schemas.of(addressing.Target(RESOURCE, {}), class_name)
    if schema is None or sum(typed(answer, schema) for answer in answers) != count:
        raise SystemExit("the answers could not be decoded")
    ways = {
        "expat": lambda: [alone(answer.body) for answer in answers],
        "ours": lambda: [typed(answer, schema) for answer in answers],
        "ours, text": lambda: [typed(answer, None) for answer in answers],
        "ElementTree": lambda: [ElementTree.fromstring(answer.body) for answer in answers],
        "xmltodict": lambda: [xmltodict.parse(answer.body) for answer in answers],
    }
    octets = sum(len(answer.body) for answer in answers)
    print(json.dumps({"taken": take_turns(chosen.rounds, ways), "octets": octets}))


if __name__ == "__main__":
    main()
