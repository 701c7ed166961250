# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerates the same rows in several ways that take turns, each from the first request to dictionaries; JSON.

All ask for as many rows at a time as this collection's module does, in as many requests, over open connections:
``ours`` is what wsman_enumerate does between its arguments and its result, values typed by the schema of the class ·
``raw`` a socket and expat, text · ``pypsrp`` its WSMan and the tree of ElementTree that it gives, text · ``xmltodict``
the raw socket, and xmltodict.parse of each answer, text. The others' rows have all that ours have, lists among them.
"""

from __future__ import annotations

import argparse
import json
import re
import typing
from xml.etree import ElementTree

import raw
import xmltodict
from client import RESOURCE, Facts, Rows, connect, enumerate_all, record, service_facts, take_turns
from pypsrp.wsman import NAMESPACES, WSMan

WSEN, WSMAN = NAMESPACES["wsen"], NAMESPACES["wsman"]
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
CHECKED = ("Number", "Name", "State", "Size")
BATCH = re.compile(rb"MaxElements>(\d+)<")


def from_tree(client: WSMan, query: str, batches: typing.Sequence[str]) -> Rows:
    """Enumerate and Pull as pypsrp's own examples do it."""
    asked = ElementTree.Element(f"{{{WSEN}}}Enumerate")
    ElementTree.SubElement(asked, f"{{{WSMAN}}}OptimizeEnumeration")
    ElementTree.SubElement(asked, f"{{{WSMAN}}}MaxElements").text = batches[0]
    ElementTree.SubElement(asked, f"{{{WSMAN}}}Filter", {"Dialect": WQL}).text = query
    body = client.enumerate(RESOURCE, asked)
    found = tree_rows(body)
    for batch in batches[1:]:
        asked = ElementTree.Element(f"{{{WSEN}}}Pull")
        context = body.find(f".//{{{WSEN}}}EnumerationContext")
        ElementTree.SubElement(asked, f"{{{WSEN}}}EnumerationContext").text = context.text
        ElementTree.SubElement(asked, f"{{{WSEN}}}MaxElements").text = batch
        body = client.pull(RESOURCE, asked)
        found += tree_rows(body)
    return found


def tree_rows(body: ElementTree.Element) -> Rows:
    return [
        tree_row(row) for namespace in (WSEN, WSMAN) for items in body.iter(f"{{{namespace}}}Items") for row in items
    ]


def tree_row(element: ElementTree.Element) -> dict[str, typing.Any]:
    """Texts by property, that of a datetime from the element in it; a list of what comes more than once."""
    row: dict[str, typing.Any] = {}
    for child in element:
        name = child.tag.rpartition("}")[2]
        value = child[0].text if len(child) else child.text
        if name not in row:
            row[name] = value
        elif isinstance(row[name], list):
            row[name].append(value)
        else:
            row[name] = [row[name], value]
    return row


def dictionary_rows(data: bytes) -> Rows:
    """Names keep their prefixes, as xmltodict leaves them."""
    envelope = xmltodict.parse(data)
    (body,) = (one for name, one in local(envelope["s:Envelope"]) if name == "Body")
    (answer,) = (one for name, one in local(body) if name in ("EnumerateResponse", "PullResponse"))
    (items,) = (one for name, one in local(answer) if name == "Items")
    (rows,) = (one for name, one in items.items() if name[0] != "@")
    return rows


def local(element: dict[str, typing.Any]) -> list[tuple[str, typing.Any]]:
    return [(name.rpartition(":")[2], one) for name, one in element.items()]


def check(name: str, rows: Rows, wanted: Rows) -> None:
    """Whether they are the same rows: all of them, and the same values in the first and the last."""
    if len(rows) != len(wanted):
        raise SystemExit(f"{name}: {len(rows)} rows instead of {len(wanted)}")
    for one, other in ((rows[0], wanted[0]), (rows[-1], wanted[-1])):
        values = {key.rpartition(":")[2]: value for key, value in one.items()}
        if any(str(values[key]) != str(other[key]) for key in CHECKED) or len(values["Codes"]) != len(other["Codes"]):
            raise SystemExit(f"{name}: {one} instead of {other}")


def make_ways(facts: Facts, query: str) -> tuple[dict[str, typing.Callable[[], Rows]], dict[str, int]]:
    """The ways, and how much goes over the wire in each."""
    connection = connect(facts)
    record(connection, query)
    requests = list(connection.sent)
    batches = [found[1].decode() for found in map(BATCH.search, requests) if found]
    login = {"username": facts["user"], "password": facts["password"], "auth": "basic", "encryption": "never"}
    other = WSMan(facts["host"], port=facts["http_port"], ssl=False, max_envelope_size=512000, **login)
    wire = raw.Wire(facts)

    def each(read: typing.Callable[[bytes], Rows]) -> Rows:
        return [row for answer in raw.answers(wire, requests) for row in read(answer)]

    ways: dict[str, typing.Callable[[], Rows]] = {
        "ours": lambda: enumerate_all(connection, query)["instances"],
        "raw": lambda: each(raw.read_rows),
        "pypsrp": lambda: from_tree(other, query, batches),
        "xmltodict": lambda: each(dictionary_rows),
    }
    wanted = ways["ours"]()
    for name, way in ways.items():
        check(name, way(), wanted)
    octets = sum(len(answer.body) for answer in connection.answers)
    return ways, {"rows": len(wanted), "requests": len(requests), "octets": octets}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("query")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    ways, size = make_ways(service_facts(), chosen.query)
    print(json.dumps({"taken": take_turns(chosen.rounds, ways), **size}))


if __name__ == "__main__":
    main()
