# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The next Pull is on the wire while an answer is used: what that changes, and all that it must not change."""

from __future__ import annotations

import contextlib
import re

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    ProtocolError,
    TransportError,
    UsageError,
    WSManFault,
)
from ansible_collections.wsman.automation.plugins.plugin_utils import _pulling
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._pulling import Pulling
from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import FakeConnection, fault

URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/X"
FILLER = "x" * _pulling.SMALL
LOST = TransportError("Gone.", step="read")


def answer(name, row, context):
    """One row, which makes it an answer that is worth asking ahead of; no context is the end."""
    rest = "" if context else "<wsen:EndOfSequence/>"
    held = f"<wsen:EnumerationContext>{context}</wsen:EnumerationContext>" if context else ""
    rows = f"<X><Row>{row}</Row><Filler>{FILLER}</Filler></X>" if row else ""
    return f"<wsen:{name}>{held}<wsen:Items>{rows}</wsen:Items>{rest}</wsen:{name}>"


def first(row, context="c1"):
    return answer("EnumerateResponse", row, context)


def pulled(row, context="c"):
    return answer("PullResponse", row, context)


class Talk:
    """A conversation over a scripted connection: *events* are requests as they leave and rows as they are used."""

    def __init__(self, *answers, discard=True, **options):
        self.connection = FakeConnection(answers, {"host": "box"})
        self.events = []
        self.rows = []
        self.enumeration = Enumeration(Target(URI), **options)
        original = self.connection.send

        def send(data, **how):
            text = data.decode()
            action = re.search("<wsa:Action[^>]*>[^<]*/(\\w+)<", text).group(1)
            context = re.search("Context>(\\w+)<", text)
            self.events.append(f"{action} {context.group(1)}" if context else action)
            return original(data, **how)

        self.connection.send = send
        self.pulling = Pulling(
            Client(self.connection), self.enumeration, self.consume, self.rows.clear if discard else None
        )

    def consume(self, items):
        for one in items:
            row = one.element.findtext("Row")
            self.events.append(row)
            self.rows.append(row)

    def run(self):
        self.pulling.run()
        return " ".join(self.events)


def test_the_next_pull_is_sent_before_an_answer_is_used():
    talk = Talk(first("a"), pulled("b", "c2"), pulled("d", "c3"), pulled("e", None))
    assert talk.run() == "Enumerate Pull c1 a Pull c2 b Pull c3 d e"
    assert talk.rows == ["a", "b", "d", "e"]
    assert (talk.enumeration.count, talk.enumeration.pulls) == (4, 3)


def test_a_small_answer_is_used_first():
    """It takes no time, and may be the last that is wanted."""
    talk = Talk(first("a"), pulled("b").replace(FILLER, ""), pulled("d", None))
    assert talk.run() == "Enumerate Pull c1 a b Pull c d"


def test_a_limit_is_not_asked_beyond():
    talk = Talk(first("a"), pulled("b"), "", limit=2)
    assert talk.run() == "Enumerate a Pull c1 b Release c"
    assert talk.enumeration.truncated


@pytest.mark.parametrize("when", [1, 2, 3])
def test_a_time_out_of_what_was_sent_ahead_is_met_by_the_same_pull(when):
    answers = [first("a"), pulled("b", "c2"), pulled("d", "c3"), pulled("e", None)]
    answers.insert(when, fault("wsman:TimedOut"))
    talk = Talk(*answers)
    talk.run()
    assert talk.rows == ["a", "b", "d", "e"]
    assert [one["at_pull"] for one in talk.enumeration.recovered] == [when]
    pulls = [one for one in talk.events if one.startswith("Pull")]
    assert pulls[when - 1] == pulls[when]


@pytest.mark.parametrize("given", [fault("wsen:InvalidEnumerationContext"), fault("wsman:EncodingLimit")])
def test_a_pass_that_is_void_is_begun_again(given):
    released = [""] if "Encoding" in given else []
    talk = Talk(first("a"), pulled("b", "c2"), given, *released, first("a", "d1"), pulled("b", None))
    assert talk.run().endswith("Enumerate Pull d1 a b")
    assert talk.rows == ["a", "b"]
    assert ("Release c2" in talk.events) == bool(released)


def test_who_cannot_take_back_what_came_gets_the_fault():
    talk = Talk(first("a"), pulled("b", "c2"), fault("wsman:EncodingLimit"), "", discard=False)
    with pytest.raises(WSManFault, match="EncodingLimit"):
        talk.run()
    assert (talk.rows, talk.events[-1]) == (["a", "b"], "Release c2")


def test_a_lost_connection_loses_no_row_that_came():
    talk = Talk(first("a"), pulled("b", "c2"), LOST, "")
    with pytest.raises(TransportError) as caught:
        talk.run()
    assert "2 items came before that" in caught.value.__notes__[0]
    assert talk.rows == ["a", "b"]


def cut_off(*, silent=False):
    error = TransportError("Gone.", step="read")
    error.lost, error.silent = True, silent
    return error


@pytest.mark.parametrize(
    ("before", "events"), [(pulled("b", "c2"), "Pull c2 b"), (pulled("b", "c2").replace(FILLER, ""), "b Pull c2")]
)
def test_a_pull_that_is_cut_off_may_have_been_answered_so_all_begins_again(before, events):
    """Sent ahead, or alone: what the service would give next nobody knows."""
    talk = Talk(first("a"), before, cut_off(), "", first("a", "d1"), pulled("b", "d2"), pulled("d", None))
    assert talk.run() == f"Enumerate Pull c1 a {events} Release c2 Enumerate Pull d1 a Pull d2 b d"
    assert talk.rows == ["a", "b", "d"]
    assert talk.enumeration.recovered == [{"at_pull": 2, "fault": None, "action": "restarted", "max_elements": 100}]


@pytest.mark.parametrize("error", [cut_off(silent=True), TransportError("Refused.", step="connect")])
def test_who_is_silent_or_not_there_is_not_asked_again(error):
    talk = Talk(first("a"), pulled("b", "c2"), error, "")
    with pytest.raises(TransportError) as caught:
        talk.run()
    assert caught.value is error and talk.enumeration.restarts == 0


def test_who_cannot_take_back_what_came_is_told_of_the_lost_connection():
    talk = Talk(first("a"), pulled("b", "c2"), cut_off(), "", discard=False)
    with pytest.raises(TransportError):
        talk.run()
    assert (talk.rows, talk.enumeration.recovered) == (["a", "b"], [])


def test_a_connection_that_is_lost_again_and_again_ends_it():
    answers = [answer for _pass in range(5) for answer in (first("a"), cut_off(), "")]
    talk = Talk(*answers)
    with pytest.raises(TransportError) as caught:
        talk.run()
    assert "begun 5 times and came to 1 items" in caught.value.__notes__[0]
    assert talk.connection.answers == []


@pytest.mark.parametrize("after", [pulled("d", "c3"), fault("wsman:InternalError"), LOST])
def test_what_cannot_be_used_ends_it_with_the_newest_context(after):
    """A full disk: the Pull that is on its way is waited for, so that its context can be released."""
    talk = Talk(first("a"), pulled("b", "c2"), after, "")

    def consume(items):
        if items[0].element.findtext("Row") == "b":
            raise UsageError("full", option="dest")

    talk.pulling._consume = consume
    with pytest.raises(UsageError, match="full"):
        talk.run()
    newest = "c3" if "c3" in str(after) else "c2"
    assert talk.events[-2:] == ["Pull c2", f"Release {newest}"]


def test_an_answer_that_is_none_is_an_error_and_the_newest_context_is_released():
    talk = Talk(first("a"), first("b", "c2"), pulled("d", "c3"), "")
    with pytest.raises(ProtocolError, match="no PullResponse"):
        talk.run()
    assert talk.rows == ["a"]
    assert talk.events[-2:] == ["Pull c2", "Release c3"]


class OutOfTimeError(BaseException):
    """What core's ``timeout:`` raises is no Exception."""


@pytest.mark.parametrize(("row", "released"), [("a", "c1"), ("b", "c2")])
def test_whatever_ends_the_use_of_a_row_the_context_is_released(row, released):
    talk = Talk(first("a"), pulled("b", "c2"), pulled("d", "c3"), "", "")

    def consume(items):
        if items[0].element.findtext("Row") == row:
            raise OutOfTimeError

    talk.pulling._consume = consume
    with pytest.raises(OutOfTimeError):
        talk.run()
    assert talk.events[-1] == f"Release {released}"


def test_who_iterates_may_stop_at_any_row():
    connection = FakeConnection([first("a"), pulled("b", "c2"), ""], {"host": "box"})
    with contextlib.closing(Client(connection).enumerate(Enumeration(Target(URI)))) as items:
        assert next(items).element.findtext("Row") == "a"
    assert connection.actions == ["Enumerate", "Pull", "Release"]
    assert ">c2<" in connection.sent[-1]


class TestBatch:
    """``batch_items`` is where it begins; explicit ``max_elements`` are exact."""

    def sizes(self, *sizes, seconds=0.1, envelope=300, **options):
        enumeration = Enumeration(Target(URI), **{"max_elements": 10, "grows": True, **options})
        asked = []
        for one in sizes:
            enumeration.answered(one, seconds, envelope)
            asked.append(enumeration.max_elements)
        return asked

    def test_it_doubles_under_a_third_of_the_envelope(self):
        assert self.sizes(99, 99, 100, 99) == [20, 40, 40, 80]

    @pytest.mark.parametrize("options", [{"seconds": 1.0}, {"envelope": None}, {"grows": False}])
    def test_it_stays(self, options):
        assert self.sizes(1, 1, **options) == [10, 10]

    def test_it_does_not_grow_beyond_what_windows_gives(self):
        assert self.sizes(*[1] * 13)[-1] == 32_000
        assert self.sizes(1, max_elements=50_000) == [50_000]

    def asked(self, *answers, **options):
        """What is asked for at a time, with a fault or an answer without items, or few of them, in the middle."""
        talk = Talk(*answers, max_elements=2, grows=True, **options)
        talk.run()
        found = [re.search("MaxElements>(\\d+)<", text) for text in talk.connection.sent]
        return [int(one.group(1)) for one in found if one]

    @pytest.mark.parametrize("timed_out", [fault("wsman:TimedOut"), fault("wsen:TimedOut")])
    def test_a_fault_says_nothing_of_the_size_of_rows(self, timed_out):
        """What timed out may have been too much: it is asked for as much as at first, and that stays so."""
        answers = [first("a"), timed_out, timed_out, pulled("b"), pulled("d", None)]
        assert self.asked(*answers) == [2, 4, 2, 2, 2]

    @pytest.mark.parametrize("given", [fault("wsman:InternalError"), fault("wsman:UnsupportedFeature")])
    def test_what_a_service_does_not_bear_is_begun_again_as_it_was_at_first(self, given):
        assert self.asked(first("a"), given, "", first("a"), pulled("b"), pulled("d", None)) == [2, 4, 2, 2, 2]

    @pytest.mark.parametrize("given", [fault("wsman:InternalError"), fault("wsman:UnsupportedFeature")])
    def test_what_fails_also_as_it_was_at_first_has_failed(self, given):
        with pytest.raises(WSManFault):
            self.asked(first("a"), given, "", first("a"), given, "")
        with pytest.raises(WSManFault):
            Talk(first("a"), given, "", max_elements=2).run()

    def test_nor_does_an_answer_without_items_or_with_few_of_them(self):
        small = pulled("a").replace(FILLER, "")
        full = small.replace("</X></wsen:Items>", "</X><X><Row>b</Row></X></wsen:Items>")
        assert self.asked(first(""), small, full, pulled("b", None)) == [2, 2, 2, 4]

    def test_what_was_too_large_is_begun_again_as_if_it_had_never_grown(self):
        talk = Talk(
            *[first("a"), pulled("b"), pulled("c"), fault("wsman:EncodingLimit"), ""],
            *[first("a"), pulled("b"), pulled("c", None)],
            max_elements=10,
            grows=True,
        )
        talk.run()
        asked = [re.search("MaxElements>(\\d+)<", text) for text in talk.connection.sent]
        assert [int(one.group(1)) for one in asked if one] == [10, 20, 40, 80, 5, 5, 5]
        assert talk.rows == ["a", "b", "c"]
