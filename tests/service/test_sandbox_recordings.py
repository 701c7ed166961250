# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole sequences that were recorded with live OMI and Openwsman, asked of the test service: the bodies of its answers
are those of the recordings."""

from __future__ import annotations

import pathlib
import re
import typing as t
from xml.etree.ElementTree import Element, fromstring

import pytest
from sandbox_requests import N, S

from sandbox import data, manners, mof, names
from sandbox.classes import Instance
from sandbox.repository import Repository
from sandbox.service import Caller, Service

WIRE = pathlib.Path(__file__).resolve().parents[3] / "shared" / "wire"
pytestmark = pytest.mark.skipif(not WIRE.is_dir(), reason="the recordings (../shared/wire) are not here")

CLASSES = """
class Lab_Scratch { [key] string Name; string Text; uint32 Value; string Words[]; };
class Lab_Row { [key] uint32 Id; string Name; uint32 Value; boolean Even; };
class Lab_Item { [key] string Name; string Text; string Words[]; };
class MSFT_Person { [key] uint64 Key; string Species; string Last; string First; string ExpensiveProperty; };
instance of Lab_Scratch { Name = "revc1"; Text = "before"; Value = 1; };
instance of Lab_Item { Name = "alpha"; Text = "plain"; Words = {"one", "two", "", "<four>"}; };
"""
_CONTEXT = re.compile(rb"(<n:EnumerationContext>)[^<]*(</)")


class Live:
    """The test service with the classes that the recorded services had."""

    def __init__(self, manner: str) -> None:
        self.folder = WIRE / manner
        chosen = manners.named(manner)
        repository = Repository(chosen)
        loader = data._Loader()
        for declaration in mof.parse(CLASSES):
            if isinstance(declaration, mof.ClassDeclaration):
                loader._class(declaration)
            elif isinstance(declaration, mof.InstanceDeclaration):
                loader.content.instances.append(loader._instance(declaration))
        spaces = dict(repository._classes)
        spaces["root/cimv2"] = {**spaces["root/cimv2"], **loader.classes}
        repository._classes = spaces
        for instance in [*loader.content.instances, *_rows(loader)]:
            repository.add(instance)
        self.service = Service(chosen, repository.providers())
        self.context = b""

    def ask(self, recording: str, change: tuple[bytes, bytes] | None = None) -> tuple[Element | None, int]:
        """The content of the Body in the answer to the recorded request (in an enumeration of our own), and its HTTP
        status."""
        request = (self.folder / f"{recording}.req.xml").read_bytes()
        request = _CONTEXT.sub(rb"\g<1>" + self.context + rb"\g<2>", request)
        if change is not None:
            assert change[0] in request
            request = request.replace(*change)
        reply = self.service.handle(request, "UTF-8", Caller("u"))
        found = _content(reply.body)
        context = None if found is None else found.findtext(N + "EnumerationContext")
        self.context = (context or "").encode() or self.context
        return found, reply.status

    def original(self, recording: str) -> tuple[Element | None, int]:
        """What the live service answered."""
        head = self.folder / f"{recording}.http"
        statuses = re.findall(r"^HTTP/1\.1 (\d+)", head.read_text(errors="replace") if head.exists() else "", re.M)
        return _content((self.folder / f"{recording}.resp.xml").read_bytes()), int(statuses[-1]) if statuses else 200


def _rows(loader: data._Loader) -> t.Iterator[Instance]:
    known = loader.classes["lab_row"]
    for number in range(1, 1004):
        values = {"Id": number, "Name": f"row{number:04d}", "Value": 7 * number, "Even": number % 2 == 0}
        yield Instance(known, values)


def _content(answer: bytes) -> Element | None:
    body = fromstring(answer).find(S + "Body")
    assert body is not None
    return body[0] if len(body) else None


def shape(found: Element | None) -> t.Any:
    """Tags, attributes, texts; without what is another at each time, and the prefix of a subcode."""
    if found is None:
        return None
    text = (found.text or "").strip()
    if names.local(found.tag) in ("EnumerationContext", "MessageID"):
        text = "" if not text else "another"
    if names.local(found.tag) == "Value":
        text = text.rpartition(":")[2]
    kept = {key: value.rpartition(":")[2] for key, value in found.attrib.items() if key != names.XML_LANG}
    return found.tag, kept, text, [shape(child) for child in found]


def same(live: Live, recording: str) -> None:
    found, status = live.ask(recording)
    original, expected = live.original(recording)
    assert (shape(found), status) == (shape(original), expected), recording


def test_openwsman_writes() -> None:
    live = Live("openwsman")
    for recording in (
        "080-create", "082-get-created", "083-put", "085-put-fragment", "086-get-after-fragput", "088-put-badprop",
        "089-put-wrong-ns",
    ):  # fmt: skip
        same(live, recording)
    live.ask("091-delete-again")
    same(live, "091-delete-again")


def test_openwsman_destroys_by_fragments() -> None:
    live = Live("openwsman")
    for recording in ("151-fragment-put-nulls-the-rest", "152-get-after-fragment-put"):
        same(live, recording)


def test_openwsman_cuts_fragments_out_of_all() -> None:
    live = Live("openwsman")
    for recording in ("064-get-fragment", "065-get-fragment-array", "067-get-fragment-missing"):
        same(live, recording)


def test_openwsman_loses_batches() -> None:
    live = Live("openwsman")
    same(live, "110-x-enum")
    lost, status = live.ask("112-x-pull-after-encodinglimit", (b"MaxElements>2<", b"MaxElements>500<"))
    refused, expected = live.original("028-pull-row-maxenv20k")
    assert (shape(lost), status) == (shape(refused), expected)
    for recording in ("112-x-pull-after-encodinglimit", "113-x-pull-150-maxenv200k"):
        same(live, recording)


def test_openwsman_begins_an_enumeration_without_polymorphism_as_any() -> None:
    same(Live("openwsman"), "037-enum-polym-none")


def test_omi_writes() -> None:
    live = Live("omi")
    for recording in (
        "61-create-person", "62-create-person-2", "64-enum-person-after-create", "65-put-person-1234", "68-put-xsinil",
        "70-put-unknown-property", "71-put-bad-value", "73-delete-person", "74-delete-person-4001",
        "76-get-after-delete",
    ):  # fmt: skip
        same(live, recording)
