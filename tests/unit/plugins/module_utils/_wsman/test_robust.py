# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Robust connection: what a replay looks like, who keeps answers, and which of several envelopes is the answer."""

from __future__ import annotations

import pathlib
import time

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    envelope,
    operations,
    profiles,
    robust,
    uris,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Settings
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError

WIRE = pathlib.Path(__file__).resolve().parents[6] / "shared" / "wire" / "windows"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/X"
ID = "ad3a70bc-e338-4410-ae86-23f9e1d70fbe"
ACTIONS = "http://schemas.microsoft.com/wbem/wsman/1/wsman/"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16"]


def message(body="", *, action="a", prefix="s", header=""):
    return (
        f'<{prefix}:Envelope xmlns:{prefix}="{uris.NS_SOAP}" xmlns:a="{uris.NS_ADDRESSING}" xmlns:p="{uris.NS_WSMV}">'
        f"<{prefix}:Header><a:Action>{action}</a:Action>{header}</{prefix}:Header>"
        f"<{prefix}:Body>{body}</{prefix}:Body></{prefix}:Envelope>"
    )


ACKNOWLEDGE = message("<p:LastSequenceIdReceived>1</p:LastSequenceIdReceived>", action=ACTIONS + "Acknowledge")
KEEPALIVE = message(action=ACTIONS + "Keepalive")
ANSWER = message("<X>\u00e4</X>")


def event(kind):
    """As in MS-WSMV 4.11."""
    return message(
        '<i:InteractiveEvent xmlns:i="http://schemas.microsoft.com/wbem/wsman/1/cim/interactive.xsd">'
        f"<i:EventType>{kind}</i:EventType></i:InteractiveEvent>"
    )


# requests


def dumped(encoding="utf-8", operation_id=ID):
    settings = Settings("http://server/wsman", session_id="5", encoding=encoding)
    return envelope.dump(operations.invoke(Target(WMI), "Run"), settings, "1", operation_id)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_replay_is_the_request_but_for_one_attribute(encoding):
    first, again = (xml.load(data) for data in (dumped(encoding), robust.replay(dumped(encoding))))
    must = xml.qname(uris.NS_SOAP, "mustUnderstand")
    blocks = [root[0].find(xml.qname(uris.NS_WSMV, "OperationID")) for root in (first, again)]
    assert [block.get(must) for block in blocks] == ["false", "true"]
    assert [block.text for block in blocks] == [f"uuid:{ID.upper()}"] * 2
    blocks[1].set(must, "false")
    assert xml.dump(first) == xml.dump(again)
    assert first[0].findtext(xml.qname(uris.NS_WSMV, "SequenceId")) == "1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_another_operation_is_the_request_but_for_its_id(encoding):
    other = "11111111-e338-4410-ae86-23f9e1d70fbe"
    assert robust.renewed(dumped(encoding), other) == dumped(encoding, operation_id=other) != dumped(encoding)
    assert robust.renewed(b"<any/>", other) == b"<any/>"


def test_without_an_id_nothing_of_it_is_sent():
    assert b"OperationID" not in dumped(operation_id=None)
    assert b"SequenceId" not in dumped(operation_id=None)


@pytest.mark.skipif(not WIRE.is_dir(), reason="the recordings (../shared/wire) are not here")
def test_the_header_blocks_are_windows_own():
    """MS-WSMV 4.11.3, where the replay has a space too many in its attribute."""
    recorded = [xml.load(file.read_bytes()) for file in sorted(WIRE.glob("4.11.3-0[01]*"))]
    for ours, theirs in zip((dumped(), robust.replay(dumped())), recorded, strict=True):
        for name in ("OperationID", "SequenceId"):
            block, other = (root.find(f"*/{xml.qname(uris.NS_WSMV, name)}") for root in (xml.load(ours), theirs))
            assert {key: value.strip() for key, value in other.items()} == dict(block.items())
            assert other.text == block.text


@pytest.mark.parametrize(
    ("uri", "covered"),
    [
        (WMI, True),
        (WMI.upper(), True),
        ("http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_X", True),
        (uris.ALL_CLASSES, True),
        ("http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/CIM_X", True),
        ("http://schemas.microsoft.com/wbem/wsman/1/config/listener", False),
        ("http://intel.com/wbem/wscim/1/amt-schema/1/AMT_X", False),
    ],
)
def test_cim_objects_are_covered(uri, covered):
    assert robust.covers(uri) == covered


@pytest.mark.parametrize("profile", profiles.PROFILES.values(), ids=lambda profile: profile.name)
def test_only_windows_is_sent_an_id(profile):
    assert profile.adapt(Settings("http://server/wsman", robust=True)).robust == (profile.name == "windows")


# who keeps answers


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("header", "told"),
    [
        (f'<p:OperationID s:mustUnderstand="false">uuid:{ID.upper()}</p:OperationID>', True),
        (f"<p:OperationId>{ID}</p:OperationId>", True),
        (f"<p:OperationID>\n uuid:{ID}\n </p:OperationID>", True),
        ("<p:OperationID>uuid:00000000-0000-0000-0000-000000000000</p:OperationID>", False),
        (f"<a:RelatesTo>uuid:{ID}</a:RelatesTo>", False),
        ("", False),
    ],
)
def test_who_returns_the_id_keeps_answers(header, told, encoding):
    assert robust.echoes(message(header=header).encode(encoding), ID) == told


def test_an_id_in_the_body_tells_nothing():
    assert not robust.echoes(message(f"<p:OperationID>{ID}</p:OperationID>").encode(), ID)


@pytest.mark.skipif(not WIRE.is_dir(), reason="the recordings (../shared/wire) are not here")
def test_the_recorded_answers():
    for file in sorted(WIRE.glob("4.11.3-0[23]*")):
        assert robust.echoes(file.read_bytes(), ID)


# several envelopes

SEVERAL = {
    "acknowledge": (ACKNOWLEDGE, ANSWER),
    "keepalives": (*[KEEPALIVE] * 20, ANSWER),
    "both, and lines between": (ACKNOWLEDGE, "\r\n", KEEPALIVE, "\n\n", ANSWER, "\r\n"),
    "after it": (ANSWER, KEEPALIVE),
    "around it": (ACKNOWLEDGE, ANSWER, KEEPALIVE, message(action=ACTIONS + "End")),
    "in another case": (message(action=ACTIONS + "KeepAlive"), ANSWER),
    "declarations": ("<?xml version='1.0'?>", ACKNOWLEDGE, '<?xml version="1.0" standalone="yes"?>\n', ANSWER),
    "other prefixes": (message(action=ACTIONS + "Keepalive", prefix="soap-env"), ANSWER),
    "output that nobody asked for": (event("Verbose"), event("Progress"), ANSWER),
    "an envelope within the answer": (ACKNOWLEDGE, message(ANSWER + ANSWER)),
    "notices within the answer": (message(KEEPALIVE + KEEPALIVE),),
    "one": (ANSWER,),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("parts", SEVERAL.values(), ids=SEVERAL)
def test_the_answer_among_notices(parts, encoding):
    found = robust.answer(("".join(parts)).encode(encoding), None)
    wanted = next(part for part in parts if "<X>" in part or part.count("Envelope") > 2)
    assert xml.dump(xml.load(found)) == xml.dump(xml.load(wanted.encode()))


def test_each_envelope_with_its_byte_order_mark():
    for encoding in ("utf-8-sig", "utf-16"):
        whole = ACKNOWLEDGE.encode(encoding) + KEEPALIVE.encode(encoding) + ANSWER.encode(encoding)
        assert envelope.load(robust.answer(whole)).content.text == "\u00e4"


def test_one_answer_stays_as_it_is():
    data = ANSWER.encode()
    assert robust.answer(data) is data


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("notices", [(ACKNOWLEDGE,), (ACKNOWLEDGE, KEEPALIVE), (event("Debug"),)])
def test_notices_alone_are_no_answer(notices, encoding):
    assert robust.answer("".join(notices).encode(encoding)) is None


HOSTILE = {
    "two answers": (ANSWER, ANSWER),
    "two answers among notices": (ACKNOWLEDGE, ANSWER, KEEPALIVE, ANSWER, KEEPALIVE),
    "garbage between": (ACKNOWLEDGE, "garbage", ANSWER),
    "garbage after": (ANSWER, "garbage"),
    "half a notice": (ACKNOWLEDGE[:-20], ANSWER),
    "a notice with a document type": ("<!DOCTYPE x>", ACKNOWLEDGE, ANSWER),
    "more notices than there may be": (*[message(action=ACTIONS + "Keepalive")] * (robust.MAX_NOTICES + 1), ANSWER),
    "a prompt": (event("Confirm"), ANSWER),
}


@pytest.mark.parametrize("parts", HOSTILE.values(), ids=HOSTILE)
def test_nothing_is_picked_from_what_is_wrong(parts):
    found = robust.answer("".join(parts).encode())
    with pytest.raises(ProtocolError):
        envelope.load(found)


@pytest.mark.parametrize(
    "data",
    [
        b"</s:Envelope>" * 3 + b" " * 2_000_000,
        (b"</s:Envelope>" + b" " * 60) * 30_000,
        b"</s:Envelope>" * 200_000,
        (b"</s:Envelope>" + b"<?xml" + b" " * 300) * 6_000,
        b"<s:Envelope>" * 200_000,
        ANSWER.encode("utf-16") * 3 + b"\0" * 2_000_001,
    ],
)
def test_malice_costs_seconds_at_most(data):
    began = time.monotonic()
    robust.answer(data)
    robust.echoes(data, ID)
    assert time.monotonic() - began < 5


# faults about a replay


def fault(code, subcode):
    return message(
        f"<s:Fault><s:Code><s:Value>{code}</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        "<s:Reason><s:Text xml:lang='en'>no</s:Text></s:Reason></s:Fault>"
    ).encode()


@pytest.mark.parametrize(
    ("data", "about"),
    [
        (fault("s:Sender", "a:InvalidMessageInformationHeader"), True),
        (fault("s:MustUnderstand", "a:X"), True),
        (fault("s:Sender", "a:DestinationUnreachable"), False),
        (ANSWER.encode(), False),
        (b"nothing", False),
    ],
)
def test_a_replay_that_is_refused(data, about):
    assert (robust.refuses(data) is not None) == about
