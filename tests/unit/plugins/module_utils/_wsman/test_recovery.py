# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An enumeration that fails half-way: what is asked next, what counts, and when it is given up (state.md §4)."""

from __future__ import annotations

import dataclasses
import re
import typing as t

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import envelope, uris, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Request, Response
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    ProtocolError,
    WSManFault,
)

URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C"
DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"


def answer(name: str, rows: str, context: str | None) -> Response:
    """*rows* are one letter each; no context is the end."""
    items = "".join(f'<C xmlns="{URI}">{row}</C>' for row in rows)
    rest = "<n:EndOfSequence/>" if context is None else f"<n:EnumerationContext>{context}</n:EnumerationContext>"
    return envelope.load(
        f'<s:Envelope xmlns:s="{uris.NS_SOAP}" xmlns:n="{uris.NS_ENUMERATION}"><s:Header/><s:Body>'
        f"<n:{name}><n:Items>{items}</n:Items>{rest}</n:{name}></s:Body></s:Envelope>".encode()
    )


def first(rows: str, context: str | None = "x") -> Response:
    return answer("EnumerateResponse", rows, context)


def pulled(rows: str, context: str | None = "x") -> Response:
    return answer("PullResponse", rows, context)


def released() -> Response:
    return envelope.load(f'<s:Envelope xmlns:s="{uris.NS_SOAP}"><s:Header/><s:Body/></s:Envelope>'.encode())


def shown(request: Request) -> str:
    """``Pull 25 of x``: the action, MaxElements and the context."""
    assert request.action is not None and request.body is not None
    text = xml.dump(request.body).decode()
    parts = [request.action.rpartition("/")[2]]
    parts += re.findall(r"MaxElements>(\d+)<", text)
    parts += [f"of {one}" for one in re.findall(r"Context>(\w+)<", text)]
    return " ".join(parts)


def talk(
    enumeration: Enumeration, answers: t.Iterable[Response | WSManFault]
) -> tuple[list[str], str, WSManFault | None]:
    """What was asked, the rows that are not void in the end, and the fault at which the enumeration was given up."""
    asked: list[str] = []
    came: list[str] = []
    given_up: WSManFault | None = None
    left = list(answers)
    while request := enumeration.next_request():
        asked.append(shown(request))
        given = left.pop(0)
        restarts = enumeration.restarts
        if isinstance(given, WSManFault):
            given = dataclasses.replace(given)  # without the notes of an earlier use
            if not enumeration.fail(given) and given_up is None and not asked[-1].startswith("Release"):
                given_up = given
            if enumeration.restarts > restarts:
                came.clear()
        else:
            came += [one.element.text or "" for one in enumeration.feed(given) if one.element is not None]
    assert not left, "not all answers were asked for"
    return asked, "".join(came), given_up


TOO_LARGE = WSManFault("s:Sender", "wsman:EncodingLimit", fault_detail=DETAIL + "ServiceEnvelopeLimit")
GONE = WSManFault("s:Receiver", "wsen:InvalidEnumerationContext")
OMI_GONE = WSManFault("s:Sender", "wsa:DestinationUnreachable", "Enumeration context not found")
LATE = WSManFault("s:Receiver", "wsman:TimedOut")


def event(pull: int, fault: str, action: str, size: int) -> dict[str, t.Any]:
    return {"at_pull": pull, "fault": fault, "action": action, "max_elements": size}


@pytest.mark.parametrize(
    ("answers", "asked", "came", "recovered"),
    [
        # What could not be encoded is lost: all that came is void, and half as many are asked for.
        (
            [first("ab"), pulled("cd"), TOO_LARGE, released(), first("a", "y"), pulled("bcde", None)],
            ["Enumerate 40", "Pull 40 of x", "Pull 40 of x", "Release of x", "Enumerate 20", "Pull 20 of y"],
            "abcde",
            [event(2, "wsman:EncodingLimit", "restarted", 20)],
        ),
        # A Release that fails keeps nobody from beginning again.
        (
            [first("ab"), TOO_LARGE, GONE, first("abc", None)],
            ["Enumerate 40", "Pull 40 of x", "Release of x", "Enumerate 20"],
            "abc",
            [event(1, "wsman:EncodingLimit", "restarted", 20)],
        ),
        # A context that is gone is not released.
        *(
            (
                [first("ab"), fault, first("a", "y"), pulled("bc", None)],
                ["Enumerate 40", "Pull 40 of x", "Enumerate 20", "Pull 20 of y"],
                "abc",
                [event(1, name, "restarted", 20)],
            )
            for fault, name in (
                (GONE, "wsen:InvalidEnumerationContext"),
                (OMI_GONE, "wsa:DestinationUnreachable"),
                (dataclasses.replace(OMI_GONE, cim_error={"CIMStatusCode": 1}), "wsa:DestinationUnreachable"),
                (WSManFault(windows_code=2150858779, windows_name="GONE"), "GONE"),
            )
        ),
        # Openwsman cannot encode the first answer (wire/openwsman/026): then it is asked for a context alone.
        (
            [TOO_LARGE, first(""), pulled("ab", None)],
            ["Enumerate 40", "Enumerate", "Pull 20 of x"],
            "ab",
            [event(0, "wsman:EncodingLimit", "restarted", 20)],
        ),
        # A Pull that timed out has consumed nothing; one that timed out and lost its context is begun again.
        (
            [first("ab"), LATE, pulled("c", None)],
            ["Enumerate 40", "Pull 40 of x", "Pull 40 of x"],
            "abc",
            [event(1, "wsman:TimedOut", "repeated", 40)],
        ),
        (
            [first("ab"), LATE, GONE, first("abc", None)],
            ["Enumerate 40", "Pull 40 of x", "Pull 40 of x", "Enumerate 20"],
            "abc",
            [
                event(1, "wsman:TimedOut", "repeated", 40),
                event(1, "wsen:InvalidEnumerationContext", "restarted", 20),
            ],
        ),
        # Four times, each with half of the time before.
        (
            [first(""), TOO_LARGE, released(), *[first(""), GONE] * 3, first("abc", None)],
            [
                *("Enumerate 40", "Pull 40 of x", "Release of x"),
                *("Enumerate 20", "Pull 20 of x", "Enumerate 10", "Pull 10 of x", "Enumerate 5", "Pull 5 of x"),
                "Enumerate 2",
            ],
            "abc",
            [
                event(1, "wsman:EncodingLimit", "restarted", 20),
                event(1, "wsen:InvalidEnumerationContext", "restarted", 10),
                event(1, "wsen:InvalidEnumerationContext", "restarted", 5),
                event(1, "wsen:InvalidEnumerationContext", "restarted", 2),
            ],
        ),
    ],
)
def test_recovered(
    answers: list[Response | WSManFault], asked: list[str], came: str, recovered: list[dict[str, t.Any]]
) -> None:
    enumeration = Enumeration(Target(URI), max_elements=40)
    assert talk(enumeration, answers) == (asked, came, None)
    assert enumeration.recovered == recovered
    assert enumeration.count == len(came)


def test_half_of_what_was_asked_for_where_the_limit_asks_for_less() -> None:
    enumeration = Enumeration(Target(URI), max_elements=100, limit=6)
    answers = [first("ab"), TOO_LARGE, released(), first("ab"), pulled("cd"), pulled("ef"), released()]
    asked, came, _fault = talk(enumeration, answers)
    assert asked[2:] == ["Release of x", "Enumerate 2", "Pull 2 of x", "Pull 2 of x", "Release of x"]
    assert (came, enumeration.truncated) == ("abcdef", True)


def test_one_at_a_time_can_be_begun_again_but_asks_for_no_less() -> None:
    enumeration = Enumeration(Target(URI), max_elements=1)
    assert talk(enumeration, [first("a"), GONE, first("a"), pulled("b", None)])[1] == "ab"
    assert enumeration.recovered == [event(1, "wsen:InvalidEnumerationContext", "restarted", 1)]


@pytest.mark.parametrize(
    ("size", "answers", "asked", "says"),
    [
        # Five passes and no more; the longest counts.
        (
            64,
            [first("abc"), GONE, first("abcdef"), GONE, *[first("a"), GONE] * 3],
            "Enumerate Pull " * 5,
            "begun 5 times and came to 6 items",
        ),
        (
            64,
            [first("abc"), TOO_LARGE, released()] * 5,
            "Enumerate Pull Release " * 5,
            "begun 5 times and came to 3 items",
        ),
        # A single row that does not fit: fewer cannot be asked for.
        (1, [first("abc"), TOO_LARGE, released()], "Enumerate Pull Release", "3 items came before that"),
        (
            2,
            [first("abc"), TOO_LARGE, released(), first("ab"), TOO_LARGE, released()],
            "Enumerate Pull Release " * 2,
            "begun 2 times and came to 3 items",
        ),
        (1, [TOO_LARGE], "Enumerate", None),
        # Four time-outs in a row.
        (9, [first("ab"), *[LATE] * 4, released()], "Enumerate" + " Pull" * 4 + " Release", "2 items came before that"),
        # Of an Enumerate only what is about the answer; of OMI's DestinationUnreachable only the bare one.
        (9, [WSManFault(subcode="wsman:EncodingLimit", fault_detail=DETAIL + "OptionLimit")], "Enumerate", None),
        (9, [GONE], "Enumerate", None),
        (9, [OMI_GONE], "Enumerate", None),
        *(
            (9, [first("ab"), WSManFault(subcode="wsa:DestinationUnreachable", **more), released()], asked, "2 items")
            for asked, more in (
                ("Enumerate Pull Release", {"fault_detail": DETAIL + "InvalidResourceURI"}),
                ("Enumerate Pull Release", {"cim_error": {"CIMStatusCode": 5}}),
            )
        ),
    ],
)
def test_given_up(size: int, answers: list[Response | WSManFault], asked: str, says: str | None) -> None:
    enumeration = Enumeration(Target(URI), max_elements=size)
    requests, _came, fault = talk(enumeration, answers)
    assert [one.partition(" ")[0] for one in requests] == asked.split()
    assert fault is not None
    notes = getattr(fault, "__notes__", [])
    assert says in notes[0] if says else not notes


def test_who_cannot_take_back_what_came_does_not_begin_again() -> None:
    enumeration = Enumeration(Target(URI))
    enumeration.feed(first("ab"))
    assert not enumeration.fail(GONE, may_restart=False)
    assert enumeration.next_request() is None
    assert enumeration.recovered == []


def test_stopping_between_two_passes_ends_it() -> None:
    enumeration = Enumeration(Target(URI))
    enumeration.feed(first("ab"))
    assert enumeration.fail(TOO_LARGE)
    enumeration.stop()
    request = enumeration.next_request()
    assert request is not None and shown(request) == "Release of x"
    enumeration.feed(released())
    assert enumeration.next_request() is None


def test_an_enumeration_without_end_counts_the_longest_pass() -> None:
    """Openwsman with polymorphism ``None``: no items and no end, for ever."""
    enumeration = Enumeration(Target(URI), polymorphism="none")
    answers = [first("abc"), GONE, first("a"), pulled(""), pulled("")]
    with pytest.raises(ProtocolError, match="leave polymorphism out") as caught:
        talk(enumeration, answers)
    assert "2 times and came to 3 items" in caught.value.__notes__[0]
    request = enumeration.next_request()
    assert request is not None and shown(request) == "Release of x"
