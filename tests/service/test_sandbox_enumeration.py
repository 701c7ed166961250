# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerations: batches, modes, contexts that expire, are stolen or asked for wrongly."""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element, fromstring

import pytest
from sandbox_requests import A, N, S, W, content, element, fault, handle, header

from sandbox import names
from sandbox.headers import Limits
from sandbox.provider import Call, Filter, Item, Provider
from sandbox.render import rendered
from sandbox.service import Service
from sandbox.style import WINDOWS, Style

URI = "http://example.org/row"
BAD_CONTEXT = ("InvalidEnumerationContext", None, 2150858779)


class Rows(Provider):
    """Rows 0 to *count* - 1, each *size* characters wide."""

    uris = (URI,)

    def __init__(self, count: int, size: int = 10) -> None:
        self.count, self.size = count, size

    def enumerate(self, call: Call, filter: Filter | None, mode: str, polymorphism: str | None) -> t.Iterator[Item]:
        self.asked = (filter, mode, polymorphism)
        return self._rows()

    def _rows(self) -> t.Iterator[Item]:
        for number in range(self.count):
            text = f'<p:Row xmlns:p="{URI}">{number:0{self.size}}</p:Row>'
            yield Item(rendered(text), URI, {"Number": str(number)})


class Conversation:
    """Enumerate, Pull and Release against one service."""

    def __init__(self, provider: Provider, style: Style = WINDOWS, **limits: t.Any) -> None:
        self.now = 0.0
        self.service = Service(style, [provider], lambda: Limits(**limits))
        self.service.contexts._clock = lambda: self.now

    def ask(self, name: str, *children: Element, size: int = 512000, user: str = "u", uri: str = URI) -> t.Any:
        blocks = header(N[1:-1] + "/" + name, uri)
        blocks[W + "MaxEnvelopeSize"].text = str(size)
        self.reply = handle(self.service, blocks, element(N + name, None, *children), user)
        return content(self.reply)

    def enumerate(self, count: int | None = None, mode: str | None = None, **more: t.Any) -> t.Any:
        children = [element(W + "OptimizeEnumeration"), element(W + "MaxElements", str(count))] if count else []
        if mode is not None:
            children.append(element(W + "EnumerationMode", mode))
        return self.ask("Enumerate", *children, **more)

    def pull(self, context: str, count: int | None = None, **more: t.Any) -> t.Any:
        children = [element(N + "EnumerationContext", context)]
        if count is not None:
            children.append(element(N + "MaxElements", str(count)))
        return self.ask("Pull", *children, **more)


def _numbers(answer: Element, namespace: str) -> list[int]:
    items = answer.find(namespace + "Items")
    assert items is not None
    return [int((item.text or "").lstrip("0") or "0") for item in items]


def _context(answer: Element) -> str:
    return answer.findtext(N + "EnumerationContext") or ""


@pytest.mark.parametrize(("count", "batch"), [(0, 5), (1, 5), (5, 5), (6, 5), (17, 4), (3, 1)])
def test_all_rows_come_in_order(count: int, batch: int) -> None:
    talk = Conversation(Rows(count))
    answer = talk.enumerate(batch)
    found, space = _numbers(answer, W), W
    while answer.find(space + "EndOfSequence") is None:
        answer, space = talk.pull(_context(answer), batch), N
        found += _numbers(answer, N)
    assert found == list(range(count))
    assert len(talk.service.contexts) == 0


def test_enumerate_without_optimization_gives_only_a_context() -> None:
    talk = Conversation(Rows(0))
    answer = talk.enumerate()
    assert [child.tag for child in answer] == [N + "EnumerationContext"]
    answer = talk.pull(_context(answer))
    assert [child.tag for child in answer] == [N + "Items", N + "EndOfSequence"]


def test_pull_without_max_elements_gives_one() -> None:
    talk = Conversation(Rows(3))
    assert _numbers(talk.pull(_context(talk.enumerate())), N) == [0]


def test_batch_is_no_larger_than_the_configuration_allows() -> None:
    talk = Conversation(Rows(9), max_batch_items=4)
    assert len(_numbers(talk.enumerate(100), W)) == 4


@pytest.mark.parametrize("size", [8192, 10000, 20000, 100000])
def test_no_answer_is_larger_than_the_envelope(size: int) -> None:
    talk = Conversation(Rows(50, 1000))
    answer = talk.enumerate(1000, size=size)
    sizes, found, space = [len(talk.reply.body)], _numbers(answer, W), W
    while answer.find(space + "EndOfSequence") is None:
        answer, space = talk.pull(_context(answer), 1000, size=size), N
        sizes.append(len(talk.reply.body))
        found += _numbers(answer, N)
    assert found == list(range(50))
    assert max(sizes) <= size


def test_item_larger_than_the_envelope_is_a_fault_and_stays() -> None:
    talk = Conversation(Rows(2, 9000))
    context = _context(talk.enumerate())
    talk.pull(context, 5, size=8192)
    assert fault(talk.reply) == ("EncodingLimit", "MaxEnvelopeSizeExceeded", 2150858824)
    assert _numbers(talk.pull(context, 5), N) == [0, 1]


def test_modes() -> None:
    talk = Conversation(Rows(1))
    both = talk.enumerate(1, "EnumerateObjectAndEPR")
    item = both.find(W + "Items")[0]
    assert [child.tag for child in item] == [f"{{{URI}}}Row", A + "EndpointReference"]
    assert item[1].findtext(f"{A}ReferenceParameters/{W}SelectorSet/{W}Selector") == "0"
    assert talk.enumerate(1, "EnumerateEPR").find(W + "Items")[0].tag == A + "EndpointReference"
    talk.enumerate(1, "Everything")
    assert fault(talk.reply) == ("UnsupportedFeature", "EnumerationMode", 2150858886)


def test_filter_and_polymorphism_reach_the_resource() -> None:
    rows = Rows(1)
    talk = Conversation(rows)
    found = element(W + "Filter", "select * from x", Dialect=names.WQL)
    mode = element(f"{{{names.CIMBINDING}}}PolymorphismMode", "None")
    talk.ask("Enumerate", mode, found)
    assert (rows.asked[0].dialect, rows.asked[0].text) == (names.WQL, "select * from x")
    assert rows.asked[1:] == ("object", "None")
    talk.ask("Enumerate", found, element(N + "Filter", "x"))
    assert fault(talk.reply)[0] == "CannotProcessFilter"


def test_context_is_gone_after_release() -> None:
    talk = Conversation(Rows(9))
    context = _context(talk.enumerate(2))
    assert len(talk.service.contexts) == 1
    assert talk.ask("Release", element(N + "EnumerationContext", context)) is None
    assert len(talk.service.contexts) == 0
    talk.pull(context)
    assert fault(talk.reply) == BAD_CONTEXT


def test_context_expires_between_two_pulls() -> None:
    talk = Conversation(Rows(9), enumeration_timeout=10.0)
    context = _context(talk.enumerate(2))
    for _turn in range(3):
        talk.now += 9.0
        talk.pull(context)
        assert talk.reply.status == 200
    talk.now += 10.0
    talk.pull(context)
    assert fault(talk.reply) == BAD_CONTEXT


def test_context_of_another_user_and_of_none() -> None:
    talk = Conversation(Rows(9))
    context = _context(talk.enumerate(2))
    for options in ({"context": context, "user": "other"}, {"context": ""}, {"context": "uuid:1"}):
        talk.pull(**options)
        assert fault(talk.reply) == BAD_CONTEXT
    assert talk.service.contexts.steal() == 1
    talk.pull(context)
    assert fault(talk.reply) == BAD_CONTEXT


def test_pull_with_other_parameters() -> None:
    talk = Conversation(Rows(9))
    context = _context(talk.enumerate(2))
    blocks = header(names.PULL, URI, {"a": "b"})
    reply = handle(talk.service, blocks, element(N + "Pull", None, element(N + "EnumerationContext", context)))
    assert fault(reply) == ("InternalError", None, 2150859181)
    assert _numbers(talk.pull(context), N) == [2]


def test_open_enumerations_of_a_user_are_limited() -> None:
    talk = Conversation(Rows(9), max_operations_per_user=2)
    for _turn in range(2):
        talk.enumerate(2)
    talk.enumerate(2)
    assert fault(talk.reply) == ("QuotaLimit", None, 2150859174)
    talk.enumerate(2, user="other")
    assert talk.reply.status == 200


@pytest.mark.parametrize(
    ("children", "expected"),
    [
        ([element(W + "OptimizeEnumeration"), element(W + "MaxElements", "0")], "SchemaValidationError"),
        ([element(W + "OptimizeEnumeration"), element(W + "MaxElements", "x")], "SchemaValidationError"),
        ([element(N + "Expires", "tomorrow")], "InvalidExpirationTime"),
    ],
)
def test_wrong_enumerate(children: list[Element], expected: str) -> None:
    talk = Conversation(Rows(1))
    talk.ask("Enumerate", *children)
    assert fault(talk.reply)[0] == expected


def test_another_style() -> None:
    style = dataclasses.replace(
        WINDOWS, new_context=True, empty_context=True, items=names.ENUMERATION, end=names.ENUMERATION, renews=True
    )
    talk = Conversation(Rows(3), style)
    first = talk.enumerate(1)
    assert _numbers(first, N) == [0]
    for action in ("GetStatus", "Renew"):
        answer = talk.ask(action, element(N + "EnumerationContext", _context(first)))
        assert answer.findtext(N + "Expires") == "PT60.000S"
    second = talk.pull(_context(first))
    assert _context(second) not in ("", _context(first))
    last = talk.pull(_context(second))
    assert last.find(N + "EnumerationContext") is not None and _context(last) == ""


@pytest.mark.parametrize(
    ("estimates", "asked", "expected"), [(True, True, "3"), (True, False, None), (False, True, None)]
)
def test_estimate_of_all_items(estimates: bool, asked: bool, expected: str | None) -> None:
    talk = Conversation(Rows(3), dataclasses.replace(WINDOWS, total_items_estimate=estimates))
    blocks = header(names.ENUMERATE, URI)
    if asked:
        blocks["estimate"] = Element(W + "RequestTotalItemsCountEstimate")
    reply = handle(talk.service, blocks, element(N + "Enumerate"))
    assert fromstring(reply.body).findtext(f"{S}Header/{W}TotalItemsCountEstimate") == expected


def test_answer_has_windows_prefixes() -> None:
    talk = Conversation(Rows(1))
    talk.enumerate(1)
    assert b"<n:EnumerateResponse><n:EnumerationContext/><w:Items><p:Row " in talk.reply.body
    assert fromstring(talk.reply.body).tag == S + "Envelope"
