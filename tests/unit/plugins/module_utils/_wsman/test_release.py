# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Release for what a conversation has left open: made of its last request and answer, as bytes."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import envelope, release, uris, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Option, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.operations import get

TARGET = Target("http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C", {"__cimnamespace": "a/b"}, (Option("o", "1"),))
SETTINGS = envelope.Settings("http://srv/wsman", data_locale="de-DE", session_id="b" * 36)
WIRE = pathlib.Path(__file__).resolve().parents[6] / "shared" / "wire"
CONTEXT = "<n:EnumerationContext a='1'> <x xmlns='urn:x'>two</x> </n:EnumerationContext>"


def answer(inner, name="PullResponse"):
    head = f'<s:Envelope xmlns:s="{uris.NS_SOAP}" xmlns:n="{uris.NS_ENUMERATION}"><s:Body>'
    return f"{head}<n:{name}>{inner}</n:{name}></s:Body></s:Envelope>".encode()


def requests(settings=SETTINGS):
    """Enumerate, and the Pull that follows."""
    enumeration = Enumeration(TARGET, total_estimate=True)
    first = envelope.dump(enumeration.next_request(), settings, "first", operation_id="c" * 36)
    text = answer("<n:EnumerationContext>one</n:EnumerationContext>", "EnumerateResponse")
    enumeration.feed(envelope.load(text))
    return first, envelope.dump(enumeration.next_request(), settings, "second", operation_id="d" * 36)


ENUMERATE, PULL = requests()


def released(request, answer_, **more):
    data = release.release_after(request, answer_, "0f", **more)
    return None if data is None else xml.load(data)


def context_of(root):
    [context] = root.iter(xml.qname(uris.NS_ENUMERATION, "EnumerationContext"))
    return "".join(context.itertext()).strip()


@pytest.mark.parametrize("request_", [ENUMERATE, PULL])
def test_the_context_that_was_given_last(request_):
    root = released(request_, answer(f"{CONTEXT}<n:Items/>"))
    assert context_of(root) == "two"
    [context] = root.iter(xml.qname(uris.NS_ENUMERATION, "EnumerationContext"))
    assert context.attrib == {"a": "1"} and context[0].tag == "{urn:x}x"


def test_the_headers_are_those_of_the_request():
    root, asked = released(PULL, answer(CONTEXT)), xml.load(PULL)
    mine, theirs = ({block.tag: xml.dump(block) for block in one[0]} for one in (root, asked))
    changed = {xml.qname(uris.NS_ADDRESSING, name) for name in ("Action", "MessageID")}
    once = {xml.qname(uris.NS_WSMV, name) for name in ("OperationID", "SequenceId")}
    assert once <= theirs.keys() and theirs.keys() - once == mine.keys()
    assert {tag for tag in mine if mine[tag] != theirs[tag]} == changed
    assert root[0].findtext(xml.qname(uris.NS_ADDRESSING, "Action")) == uris.ACTION_RELEASE
    assert root[0].findtext(xml.qname(uris.NS_ADDRESSING, "MessageID")) == "uuid:0F"
    assert not root[0].findall(xml.qname(uris.NS_WSMAN, "RequestTotalItemsCountEstimate"))


def test_it_is_the_release_that_the_enumeration_would_send():
    enumeration = Enumeration(TARGET)
    enumeration.next_request()
    enumeration.feed(envelope.load(answer("<n:EnumerationContext>one</n:EnumerationContext>", "EnumerateResponse")))
    enumeration.stop()
    expected = envelope.dump(enumeration.next_request(), SETTINGS, "0f")
    text = answer("<n:EnumerationContext>one</n:EnumerationContext>", "EnumerateResponse")
    assert release.release_after(ENUMERATE, text, "0f") == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_encoding_is_that_of_the_request(encoding):
    _enumerate, pull = requests(envelope.Settings("http://srv/wsman", encoding=encoding))
    data = release.release_after(pull, answer(CONTEXT), "0f")
    assert (data[:2] == b"\xff\xfe") == (encoding == "utf-16") and context_of(xml.load(data)) == "two"
    assert (release.may_open(pull), release.may_close(pull)) == (True, False)
    assert (release.may_open(data), release.may_close(data)) == (False, True)


def test_the_charset_is_that_of_the_answer():
    data = answer("<n:EnumerationContext>Mé</n:EnumerationContext>").decode().encode("iso8859-1")
    assert context_of(released(PULL, data, charset="iso-8859-1")) == "Mé"


FAULT = (
    f'<s:Envelope xmlns:s="{uris.NS_SOAP}"><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason>'
    '<s:Text xml:lang="en">x</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>'
).encode()


@pytest.mark.parametrize(
    "text",
    [None, b"", b"<html/>", b"no XML", FAULT, f"<s:Envelope xmlns:s='{uris.NS_SOAP}'><s:Body/></s:Envelope>".encode()],
)
def test_where_no_answer_tells_it_is_the_context_that_was_pulled_with(text):
    assert context_of(released(PULL, text)) == "one"
    assert released(ENUMERATE, text) is None


@pytest.mark.parametrize(
    "inner",
    [
        "<n:Items/><n:EndOfSequence/>",
        f"{CONTEXT}<n:Items/><n:EndOfSequence/>",
        f"{CONTEXT}<w:EndOfSequence xmlns:w='{uris.NS_WSMAN}'/>",
        "<n:EnumerationContext/>",
        "",
    ],
)
def test_what_has_come_to_its_end_needs_none(inner):
    assert released(PULL, answer(inner)) is None


@pytest.mark.parametrize(
    "data",
    [envelope.dump(get(TARGET), SETTINGS, "x"), b"", b"<x/>", release.release_after(PULL, None, "0f"), b"\xff\xfe"],
)
def test_what_opens_nothing_needs_none(data):
    assert release.release_after(data, answer(CONTEXT), "0f") is None
    assert not release.may_open(data)


def test_a_get_that_names_the_action_is_none():
    target = Target(TARGET.resource_uri, {"k": uris.ACTION_PULL})
    data = envelope.dump(get(target), SETTINGS, "x")
    assert release.may_open(data) and release.release_after(data, answer(CONTEXT), "0f") is None


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        ("<n:Items/><n:EndOfSequence/>", True),
        (f"<n:Items/><w:EndOfSequence xmlns:w='{uris.NS_WSMAN}'/>", False),  # then it is parsed
        (f"{CONTEXT}<n:Items><n:EndOfSequence/></n:Items>", False),
        (f"{CONTEXT}<n:Items><![CDATA[<n:EndOfSequence/></n:PullResponse></s:Body></s:Envelope>]]></n:Items>", False),
        (f"{CONTEXT}<n:Items/>", False),
    ],
)
def test_the_end_is_told_without_parsing_where_it_is_certain(inner, told):
    assert release.has_ended(answer(inner)) == told
    assert release.has_ended(answer(inner) + b"\r\n") == told
    if told:
        assert released(PULL, answer(inner)) is None


RECORDED = sorted(WIRE.glob("*/*.req.xml"))


@pytest.mark.skipif(not RECORDED, reason="the recordings (../shared/wire) are not here")
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_recorded(path):
    """Every recorded exchange: of an Enumerate or Pull that goes on it is the context of its answer, else None."""
    reply = path.with_name(path.name.replace(".req.", ".resp."))
    if not reply.exists():
        pytest.skip("an answer of another name")
    request, data = path.read_bytes(), reply.read_bytes()
    wanted = None
    if any(f"/enumeration/{name}<" in request.decode("utf-8", "replace") for name in ("Enumerate", "Pull")):
        text = data.decode("utf-8", "replace")
        if "EndOfSequence" not in text and "Fault>" not in text:
            found = xml.load(data).iter(xml.qname(uris.NS_ENUMERATION, "EnumerationContext"))
            wanted = next(("".join(one.itertext()).strip() for one in found), None) or None
        elif "Fault>" in text and "/enumeration/Pull<" in request.decode():
            wanted = context_of(xml.load(request))
    assert not (release.has_ended(data) and wanted)
    root = released(request, data)
    assert (None if root is None else context_of(root)) == wanted
