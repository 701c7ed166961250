# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sandbox_Big: its fast way gives what the slow one gives, in each batch, and keeps nothing."""

from __future__ import annotations

import itertools
import tracemalloc
import typing as t
from xml.etree.ElementTree import Element

import pytest
from cim_requests import CIM, CIMV2, WMI, answer, ask, enumerate_body, get, items, plain, query
from sandbox_requests import N, W, element, envelope, fault, header

from sandbox import manners, names
from sandbox.big import Rows
from sandbox.instances import Writer
from sandbox.repository import Repository
from sandbox.service import Caller, Reply, Service

URIS = {"windows": WMI + "Sandbox_Big", "omi": CIM + "Sandbox_Big", "openwsman": CIM + "Sandbox_Big"}
WRITER = Writer(manners.WINDOWS.spelling, lambda name: WMI + name)


class Asked:
    """A service with so many rows."""

    def __init__(self, manner: str = "windows", rows: int = 2345) -> None:
        chosen = manners.named(manner)
        self.repository = Repository(chosen, rows)
        self.service = Service(chosen, self.repository.providers())
        self.uri = URIS[manner]
        self.selectors = {} if manner == "windows" else CIMV2

    def ask(self, action: str, body: Element, *, size: str = "512000") -> Reply:
        blocks = header(action, self.uri, self.selectors)
        blocks[W + "MaxEnvelopeSize"].text = size
        return self.service.handle(envelope(blocks, body), "UTF-8", Caller("u"))

    def pulls(self, counts: t.Iterable[int], **more: str) -> t.Iterator[list[Element]]:
        """The rows of each Pull."""
        found = answer(self.ask(names.ENUMERATE, element(N + "Enumerate")))
        for count in counts:
            context = element(N + "EnumerationContext", found.findtext(N + "EnumerationContext"))
            body = element(N + "Pull", None, context, element(N + "MaxElements", str(count)))
            reply = self.ask(names.PULL, body, **more)
            found = answer(reply)
            yield items(reply)
            if any(names.local(child.tag) == "EndOfSequence" for child in found):
                return


@pytest.mark.parametrize("manner", URIS)
def test_a_batch_is_what_single_instances_are(manner: str) -> None:
    asked = Asked(manner)
    rows = [plain(row) for pull in asked.pulls(itertools.cycle([70, 1, 2])) for row in pull][:1030]
    for number in (1, 2, 3, 9, 10, 11, 99, 100, 999, 1000, 1001, 1009, 1010, 1024):
        one = get(asked.service, resource_uri=asked.uri, selectors={"Number": str(number), **asked.selectors})
        assert plain(answer(one)) == rows[number - 1]


@pytest.mark.parametrize("counts", [[97, 1, 2], [999, 2, 1000], [32000]])
def test_every_row_comes_once(counts: list[int]) -> None:
    numbers = [int(plain(row)["Number"]) for pull in Asked().pulls(itertools.cycle(counts)) for row in pull]
    assert numbers == list(range(1, 2346))


def test_batches_fit_into_the_envelope() -> None:
    sizes = {len(pull) for pull in Asked().pulls(itertools.repeat(500), size="100000")}
    assert len(sizes) > 1 and max(sizes) < 140


def test_openwsman_cuts_no_batch() -> None:
    asked = Asked("openwsman")
    found = answer(asked.ask(names.ENUMERATE, element(N + "Enumerate")))
    context = element(N + "EnumerationContext", found.findtext(N + "EnumerationContext"))
    body = element(N + "Pull", None, context, element(N + "MaxElements", "500"))
    assert fault(asked.ask(names.PULL, body, size="100000"))[1] == "ServiceEnvelopeLimit"


def test_values_of_every_kind() -> None:
    row, other = (
        plain(answer(get(Asked().service, resource_uri=URIS["windows"], selectors={"Number": n}))) for n in "13"
    )
    assert row == {
        "Number": "1", "Name": "item 1", "Caption": "One of the rows that are alike, at place 1", "Comment": None,
        "State": "Stopped", "Size": "9223372036854779907", "Offset": "499", "Level": "1", "Ratio": "0.125",
        "Enabled": "false", "Installed": "2024-02-02T01:01:00.000001+01:00", "Tags": ["tag 1", "<all>"],
        "Codes": ["1", "0", "65535"],
    }  # fmt: skip
    assert (other["State"], other["Enabled"]) == ("Unknown", "true")


@pytest.mark.parametrize(
    ("condition", "numbers"),
    [
        ("", range(1, 101)),
        (" WHERE Number <= 5", range(1, 6)),
        (" where number < 3 ", range(1, 3)),
        (" WHERE Number < 1", []),
        (" WHERE Number > 2343", [2344, 2345]),
        (" WHERE Name = 'item 77'", [77]),
    ],
)
def test_queries(condition: str, numbers: t.Iterable[int]) -> None:
    rows = query(Asked().service, "SELECT * FROM Sandbox_Big" + condition)
    assert [int(plain(row)["Number"]) for row in rows] == list(numbers)


def test_other_modes_take_the_slow_way() -> None:
    asked = Asked(rows=3)
    body = enumerate_body(EnumerationMode="EnumerateEPR")
    found = items(ask(asked.service, names.ENUMERATE, asked.uri, body=body))
    assert [one.findtext(f".//{W}Selector") for one in found] == ["1", "2", "3"]
    (row,) = query(asked.service, "SELECT Name, Size FROM Sandbox_Big WHERE Number = 2")
    assert sorted(plain(row)) == ["Name", "Size"]


@pytest.mark.parametrize("number", ["0", "2346"])
def test_what_is_not_there(number: str) -> None:
    reply = get(Asked().service, resource_uri=URIS["windows"], selectors={"Number": number})
    assert fault(reply)[0] == "DestinationUnreachable"


def test_a_million_rows_are_not_kept() -> None:
    asked = Asked(rows=1_000_000)
    texts = Rows(asked.repository.big.span(), WRITER).texts({})
    texts.take(1, 10_000)
    tracemalloc.start()
    try:
        taken = sum(texts.take(600, 512_000).count("</p:Number>") for _turn in range(1700))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert (taken, texts.more) == (999_999, False)
