# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerations of the test service that fail half-way: at the n-th Pull on request, and of themselves where Openwsman's
do (state.md 4)."""

from __future__ import annotations

import typing as t

import pytest
from cim_requests import CIM, CIMV2, answer, ask, enumerate_body, items, plain, service, values
from sandbox_requests import N, W, element, envelope, fault, header

from sandbox import misbehave, names
from sandbox.front import Front
from sandbox.service import Caller, Reply, Service

ROW = CIM + "Sandbox_Row"


class Puller:
    """Pulls one enumeration as a client would, through the misbehaviour that the HTTP server asks for."""

    def __init__(self, manner: str, *, size: int = 512000, polymorphism: str | None = None) -> None:
        self.asked = service(manner)
        self.rules = misbehave.Misbehaviour()
        self.size = size
        more = {"PolymorphismMode": polymorphism} if polymorphism else {}
        body = enumerate_body(**more)
        body.remove(body[0])  # no optimization
        body.remove(body[0])
        self.context = answer(self.send(names.ENUMERATE, body)).findtext(N + "EnumerationContext") or ""

    def send(self, action: str, body: t.Any, uri: str = ROW) -> Reply:
        blocks = header(action, uri, CIMV2)
        blocks[W + "MaxEnvelopeSize"] = element(W + "MaxEnvelopeSize", str(self.size))
        data = envelope(blocks, body)
        plan = self.rules.plan("POST", "/wsman", data)
        front = Front(self.asked, None, None, self.rules, lambda seconds: None)  # type: ignore[arg-type]
        return self.asked.handle(data, "UTF-8", Caller("u"), None if plan is None else front._interference(plan))

    def pull(self, count: int = 100) -> Reply:
        body = element(N + "Pull", None, element(N + "EnumerationContext", self.context))
        body.append(element(N + "MaxElements", str(count)))
        return self.send(names.PULL, body)

    def rows(self, count: int = 100) -> list[int]:
        return [int(number) for number in values(items(self.pull(count)), "Number")]

    @property
    def open(self) -> int:
        return len(self.asked.contexts)


@pytest.mark.parametrize("manner", ["windows", "omi", "openwsman", "idrac", "amt"])
def test_a_thousand_rows(manner: str) -> None:
    puller, found = Puller(manner), []
    while puller.open:
        found += puller.rows(90)
    assert found == list(range(1, 1001))


@pytest.mark.parametrize(
    ("manner", "subcode"), [("windows", "TimedOut"), ("omi", "TimedOut"), ("openwsman", "TimedOut")]
)
def test_a_time_out_takes_nothing(manner: str, subcode: str) -> None:
    puller = Puller(manner)
    puller.rules.add("fault", name="OPERATION_TIMEDOUT", action="Pull", at=2, count=2)
    assert puller.rows() == list(range(1, 101))
    assert [fault(puller.pull())[0] for _time in range(2)] == [subcode, subcode]
    assert puller.rows() == list(range(101, 201))


def test_an_encoding_limit_on_request_takes_the_batch() -> None:
    puller = Puller("openwsman")
    puller.rules.add("fault", name="MAX_ENVELOPE_SIZE_EXCEEDED", action="Pull", at=2, after=True)
    assert puller.rows() == list(range(1, 101))
    reply = puller.pull()
    assert (reply.status, fault(reply)[:2]) == (400, ("EncodingLimit", "ServiceEnvelopeLimit"))
    assert puller.rows() == list(range(201, 301))


def test_an_encoding_limit_of_openwsman_takes_the_batch() -> None:
    puller = Puller("openwsman", size=12000)
    reply = puller.pull(200)
    assert (reply.status, fault(reply)[:2]) == (400, ("EncodingLimit", "ServiceEnvelopeLimit"))
    assert puller.rows(2) == [201, 202]


@pytest.mark.parametrize("manner", ["windows", "omi"])
def test_others_cut_to_fit(manner: str) -> None:
    puller = Puller(manner, size=12000)
    first = puller.rows(200)
    assert 1 < len(first) < 200 and puller.rows(1) == [len(first) + 1]


@pytest.mark.parametrize(
    ("manner", "status", "subcode"),
    [
        ("windows", 500, "InvalidEnumerationContext"),
        ("omi", 500, "DestinationUnreachable"),
        ("openwsman", 500, "InvalidEnumerationContext"),
    ],
)
def test_a_context_that_is_forgotten(manner: str, status: int, subcode: str) -> None:
    puller = Puller(manner)
    puller.rules.add("gone", action="Pull", at=3)
    assert len(puller.rows()) == len(puller.rows()) == 100
    reply = puller.pull()
    assert (reply.status, fault(reply)[0], puller.open) == (status, subcode, 0)


@pytest.mark.parametrize("manner", ["windows", "omi", "openwsman"])
def test_answers_without_items(manner: str) -> None:
    puller = Puller(manner)
    puller.rules.add("barren", action="Pull", at=2, count=3)
    assert puller.rows()[-1] == 100
    for _time in range(3):
        reply = puller.pull()
        assert items(reply) == [] and answer(reply).find(N + "EndOfSequence") is None
        assert answer(reply).findtext(N + "EnumerationContext")
    assert puller.rows()[0] == 101


def test_a_class_without_polymorphism_never_ends_on_openwsman() -> None:
    puller = Puller("openwsman", polymorphism="None")
    assert len(puller.rows(1000)) == 1000
    for _time in range(5):
        assert puller.rows() == [] and puller.open == 1
    other = Puller("omi", polymorphism="None")
    assert len(other.rows(1000)) == 1000 and other.open == 0


def test_enumerations_are_snapshots() -> None:
    asked = service("openwsman")
    uri, keys = CIM + "Sandbox_Item", {"Name": "alpha", "Group": "1", **CIMV2}
    context = answer(ask(asked, names.ENUMERATE, uri, CIMV2, element(N + "Enumerate"))).findtext(
        N + "EnumerationContext"
    )
    ask(asked, names.DELETE, uri, keys)
    body = element(N + "Pull", None, element(N + "EnumerationContext", context), element(N + "MaxElements", "9"))
    assert values(items(ask(asked, names.PULL, uri, CIMV2, body)), "Name") == ["alpha", "beta", "gamma"]


@pytest.mark.parametrize(("manner", "fits"), [("windows", True), ("omi", True), ("openwsman", False), ("idrac", True)])
def test_openwsman_takes_little_for_granted(manner: str, fits: bool) -> None:
    asked = service(manner)
    blocks = header(names.GET, CIM + "Sandbox_Large", {"Id": "2", **CIMV2})
    del blocks[W + "MaxEnvelopeSize"]
    found = asked.handle(envelope(blocks), "UTF-8", Caller("u"))
    assert (found.fault is None) is fits
    if not fits:
        assert fault(found)[:2] == ("EncodingLimit", "ServiceEnvelopeLimit")


# --- fragments ---------------------------------------------------------------------------------------------------

ITEM = CIM + "Sandbox_Item"
ALPHA = {"Name": "alpha", "Group": "1", **CIMV2}


def fragment(asked: Service, path: str) -> list[tuple[str, str | None]]:
    reply = ask(asked, names.GET, ITEM, ALPHA, fragment=path)
    assert f">{path}</wsman:FragmentTransfer>".encode() in reply.body
    found = answer(reply)
    assert found.tag == W + "XmlFragment"
    return [(child.tag, child.text) for child in found]


def test_fragments_of_openwsman() -> None:
    asked = service("openwsman")
    assert fragment(asked, "Text") == [("Text", "first")]
    words = [(f"{{{ITEM}}}Words", "one"), (f"{{{ITEM}}}Words", "two")]
    assert fragment(asked, "Words[2]") == fragment(asked, "Words") == words
    assert fragment(asked, "Nope") == []


def test_a_put_of_a_fragment_nulls_the_rest() -> None:
    asked = service("openwsman")
    body = element(W + "XmlFragment", None, element(f"{{{ITEM}}}Level", "77"))
    reply = ask(asked, names.PUT, ITEM, ALPHA, body, fragment="Level")
    assert [(child.tag, child.text) for child in answer(reply)] == [("Level", "77")]
    found = plain(answer(ask(asked, names.GET, ITEM, ALPHA)))
    assert {name: text for name, text in found.items() if text is not None} == {
        "Name": "alpha", "Group": "1", "Level": "77",
    }  # fmt: skip


def test_a_delete_with_a_fragment_deletes_the_instance() -> None:
    asked = service("openwsman")
    assert ask(asked, names.DELETE, ITEM, ALPHA, fragment="Text").status == 200
    assert fault(ask(asked, names.GET, ITEM, ALPHA))[0] == "DestinationUnreachable"
    body = element(f"{{{ITEM}}}Sandbox_Item", None, element(f"{{{ITEM}}}Name", "new"))
    reply = ask(asked, names.CREATE, ITEM, CIMV2, body, fragment="Text")
    assert fault(reply)[0] == "UnsupportedFeature"


@pytest.mark.parametrize("manner", ["omi", "amt"])
def test_no_fragments_elsewhere(manner: str) -> None:
    found = ask(service(manner), names.GET, ITEM, ALPHA, fragment="Text").body
    assert b"MustUnderstand" in found
