# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault of an enumeration at each of its Pulls, in each manner: all rows of one pass, or an error that counts.

Our client and the service in one process, without sockets; nothing may stay open on the service.
"""

from __future__ import annotations

import contextlib
import re
import typing as t

import pytest
from in_process import Wired

from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, WSManFault
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from sandbox.data import UNEVEN_ROWS
from sandbox.faults import Fault
from sandbox.provider import Call, Filter, Item, Provider
from sandbox.render import rendered
from sandbox.service import Reply

URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/X_Row"
ROWS, BATCH = 1000, 50
PULLS = ROWS // BATCH  # answers: the first comes to the Enumerate, the others to Pulls
MANNERS = ["windows", "omi", "openwsman"]
ENDLESS = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"><s:Header><a:RelatesTo>{id}</a:RelatesTo></s:Header>'
    "<s:Body><n:PullResponse><n:EnumerationContext>{context}</n:EnumerationContext><n:Items/></n:PullResponse></s:Body>"
    "</s:Envelope>"
)


class Rows(Provider):
    """Rows 0 to ROWS - 1."""

    uris = (URI,)

    def enumerate(self, call: Call, filter: Filter | None, mode: str, polymorphism: str | None) -> t.Iterator[Item]:
        return (Item(rendered(f'<p:X_Row xmlns:p="{URI}">{n}</p:X_Row>'), URI, {"N": str(n)}) for n in range(ROWS))


def late(connection: Wired, data: bytes) -> Reply:
    """Not done in time, and nothing consumed."""
    return connection.refuse(data, Fault.named("OPERATION_TIMEDOUT"))


def lost(connection: Wired, data: bytes) -> Reply:
    """The batch is taken and cannot be encoded, as Openwsman does (wire/openwsman/028 and 112)."""
    connection.handle(data)
    return connection.refuse(data, Fault.named("SERVER_ENVELOPE_LIMIT"))


def gone(connection: Wired, data: bytes) -> Reply:
    """The service has forgotten the context, and says so in its own words."""
    connection.service.contexts.steal()
    return connection.handle(data)


def endless(connection: Wired, data: bytes) -> Reply:
    """No items and no end."""
    found = [re.search(f"<[^>]*{name}[^>]*>([^<]*)<", data.decode()) for name in ("MessageID", "EnumerationContext")]
    identifier, context = (one.group(1) for one in found if one)
    return Reply(ENDLESS.format(id=identifier, context=context).encode())


def is_pull(data: bytes) -> bool:
    return b"/enumeration/Pull<" in data


def connect(
    manner: str, wrong: t.Callable[[Wired, bytes], Reply], hits: t.Callable[[int, bytes], bool]
) -> tuple[Client, Wired]:
    """A client whose service does *wrong* at the Pulls (counted from 1, over all passes) that *hits* chooses."""
    connection = Wired(manner, providers=[Rows()])
    count = 0

    def choose(data: bytes) -> Reply | None:
        nonlocal count
        if not is_pull(data):
            return None
        count += 1
        return wrong(connection, data) if hits(count, data) else None

    connection.wrong = choose
    return Client(connection), connection


def read(client: Client, **options: t.Any) -> tuple[list[int], Enumeration]:
    enumeration = Enumeration(Target(URI), max_elements=options.pop("max_elements", BATCH), **options)
    items = client.collect(enumeration)
    return [int(one.element.text or "") for one in items if one.element is not None], enumeration


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize(
    ("wrong", "action", "size"), [(late, "repeated", BATCH), (lost, "restarted", 25), (gone, "restarted", 25)]
)
def test_one_fault_at_each_pull_leaves_one_complete_pass(
    manner: str, wrong: t.Callable[[Wired, bytes], Reply], action: str, size: int
) -> None:
    for number in range(1, PULLS):
        client, connection = connect(manner, wrong, lambda count, _data, number=number: count == number)
        numbers, enumeration = read(client)
        assert numbers == list(range(ROWS)), number
        assert [(one["at_pull"], one["action"], one["max_elements"]) for one in enumeration.recovered] == [
            (number, action, size)
        ]
        assert connection.contexts == []


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize(
    ("wrong", "passes"), [(late, 1), (lost, 5), (gone, 5)], ids=["time-out", "encoding limit", "context gone"]
)
def test_a_fault_that_stays_is_an_error_that_counts(
    manner: str, wrong: t.Callable[[Wired, bytes], Reply], passes: int
) -> None:
    """From the *number*-th Pull on: the first pass is the longest, as all further ones fail at their first Pull."""
    for number in range(1, PULLS):
        client, connection = connect(manner, wrong, lambda count, _data, number=number: count >= number)
        with pytest.raises(WSManFault) as caught:
            read(client)
        came = BATCH * number
        count = f"begun {passes} times and came to {came} items" if passes > 1 else f"{came} items came before"
        assert count in caught.value.__notes__[0]
        assert sum("/enumeration/Enumerate<" in text for text in connection.sent) == passes
        assert connection.contexts == []


@pytest.mark.parametrize("manner", MANNERS)
def test_no_items_and_no_end_is_an_error_and_no_loop(manner: str) -> None:
    for number in range(1, PULLS):
        client, connection = connect(manner, endless, lambda count, _data, number=number: count >= number)
        with pytest.raises(ProtocolError, match="without items and without end") as caught:
            read(client)
        assert f"{BATCH * number} items came before" in caught.value.__notes__[0]
        assert len([text for text in connection.sent if is_pull(text.encode())]) == number + 1
        assert connection.contexts == []


@pytest.mark.parametrize(("most", "sizes"), [(20, [50, 25, 12]), (10, [50, 25, 12, 6]), (5, None)])
def test_a_service_that_can_encode_so_many_rows_and_loses_more(most: int, sizes: list[int] | None) -> None:
    """Openwsman brought 182 of 1,003 rows so, to whom repeated the Pull."""

    def too_many(_count: int, data: bytes) -> bool:
        asked = re.search(rb"MaxElements>(\d+)<", data)
        return asked is not None and int(asked.group(1)) > most

    client, connection = connect("openwsman", lost, too_many)
    if sizes is None:
        with pytest.raises(WSManFault, match="EncodingLimit") as caught:
            read(client, max_elements=100)
        assert "begun 5 times and came to 100 items" in caught.value.__notes__[0]
    else:
        numbers, enumeration = read(client, max_elements=100)
        assert numbers == list(range(ROWS))
        assert [one["max_elements"] for one in enumeration.recovered] == sizes
    assert connection.contexts == []


@pytest.mark.parametrize(("envelope", "restarts"), [(60_000, 3), (25_000, 4), (12_000, None)])
def test_openwsman_loses_batches_that_do_not_fit_into_the_envelope(envelope: int, restarts: int | None) -> None:
    """Its own manner, with rows of uneven length, and nothing done to it from outside."""
    connection = Wired("openwsman")
    uri = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Sandbox_Row"
    enumeration = Enumeration(Target(uri), max_elements=1000, max_envelope_size=envelope)
    if restarts is None:
        with pytest.raises(WSManFault, match="EncodingLimit") as caught:
            Client(connection).collect(enumeration)
        assert "begun 5 times" in caught.value.__notes__[0]
    else:
        items = Client(connection).collect(enumeration)
        texts = [one.element.findtext(f"{{{uri}}}Number") for one in items if one.element is not None]
        assert [int(text or "0") for text in texts] == list(range(1, UNEVEN_ROWS + 1))
        assert enumeration.restarts == restarts
    assert connection.contexts == []


def test_openwsman_never_ends_without_polymorphism() -> None:
    connection = Wired("openwsman")
    uri = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Sandbox_Row"
    with pytest.raises(ProtocolError, match="leave polymorphism out") as caught:
        Client(connection).collect(Enumeration(Target(uri), polymorphism="none"))
    assert f"{UNEVEN_ROWS} items came before that" in caught.value.__notes__[0]
    assert connection.contexts == []


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("wrong", [late, lost, gone])
def test_a_limit_holds_for_the_pass_that_counts(manner: str, wrong: t.Callable[[Wired, bytes], Reply]) -> None:
    client, connection = connect(manner, wrong, lambda count, _data: count == 3)
    numbers, enumeration = read(client, limit=333)
    assert numbers == list(range(333))
    assert enumeration.truncated and enumeration.recovered
    assert connection.contexts == []


@pytest.mark.parametrize("wrong", [late, lost, gone])
def test_who_streams_is_told_to_discard(wrong: t.Callable[[Wired, bytes], Reply]) -> None:
    client, connection = connect("openwsman", wrong, lambda count, _data: count == 3)
    written: list[t.Any] = []
    discarded: list[int] = []

    def discard() -> None:
        discarded.append(len(written))
        written.clear()

    for one in client.enumerate(Enumeration(Target(URI), max_elements=BATCH), discard):
        written.append(one.element.text if one.element is not None else None)
    assert written == [str(number) for number in range(ROWS)]
    assert discarded == ([] if wrong is late else [3 * BATCH])
    assert connection.contexts == []


def test_who_cannot_discard_gets_an_error_instead_of_rows_twice() -> None:
    client, connection = connect("openwsman", lost, lambda count, _data: count == 3)
    with pytest.raises(WSManFault) as caught:
        list(client.enumerate(Enumeration(Target(URI), max_elements=BATCH)))
    assert f"{3 * BATCH} items" in caught.value.__notes__[0]
    assert connection.contexts == []


@pytest.mark.parametrize("taken", [1, BATCH, BATCH + 1, 7 * BATCH])
def test_who_stops_leaves_nothing_open(taken: int) -> None:
    client, connection = connect("openwsman", gone, lambda count, _data: count == 2)
    with contextlib.closing(client.enumerate(Enumeration(Target(URI), max_elements=BATCH), list)) as items:
        for _number in range(taken):
            next(items)
        assert len(connection.contexts) == 1
    assert connection.contexts == []


def test_nothing_is_released_that_the_service_does_not_hold() -> None:
    """Neither after the end nor where the context is gone."""
    client, connection = connect("windows", gone, lambda count, _data: count == 2)
    read(client)
    assert connection.actions.count("Release") == 0
