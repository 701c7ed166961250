# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Robust connection: whenever a connection to Windows is lost, what changes something is executed once, and answered.

Each host has a service of its own, which counts what it executes. Nobody else is told of this protocol.
"""

from __future__ import annotations

import collections
import dataclasses
import re
import typing as t

import kept
import playbook
import pytest
from accounts import CLASSES
from kept import GET, INCREMENT, in_clear

from sandbox import Sandbox

WHEN = ("before", "during", "middle", "after")  # the operation is done
CALL = "Increment_INPUT>"
LOST = {"ignore_errors": True, "ignore_unreachable": True}
_HEADER = r"<(?:\w+:)?{name}(?P<attributes>(?:\s[^>]*)?)>(?P<value>[^<]*)<"


@dataclasses.dataclass(frozen=True)
class Case:
    """A host that calls a method three times; at one of these calls the connection is lost, *times* in a row."""

    when: str
    secure: bool
    kept: bool
    times: int = 1

    @property
    def name(self) -> str:
        return f"{self.when}-{'https' if self.secure else 'http'}-{'kept' if self.kept else 'unkept'}-{self.times}"


CASES = [
    *(Case(when, secure, keeps) for when in WHEN for secure in (True, False) for keeps in (True, False)),
    *(Case(when, False, keeps, 2) for when in ("during", "after") for keeps in (True, False)),
]
OTHERS = ("omi", "openwsman", "idrac", "amt")

ITEM = {"resource_uri": f"{CLASSES}/Sandbox_Item"}
NAMED = {"resource_uri": f"{CLASSES}/Sandbox_Item?Name=made+Group=7"}
CHANGES: list[dict[str, t.Any]] = [
    {"name": "create", "wsman.automation.wsman_create": {**ITEM, "properties": {"Name": "made", "Group": 7}}},
    {"name": "put", "wsman.automation.wsman_put": {**NAMED, "properties": {"Text": "changed"}}},
    {"name": "delete", "wsman.automation.wsman_delete": NAMED},
]
ROWS = {"resource_uri": "wmicimv2/Sandbox_Row", "max_elements": 100}
NOTHING = {**INCREMENT["wsman.automation.wsman_invoke"], "resource_uri": f"{CLASSES}/Sandbox_AllTypes?Id=99"}


class Played(t.NamedTuple):
    """The run, and its services by host."""

    run: playbook.Run
    boxes: dict[str, Sandbox]


class Lossy:
    """Hosts, and what goes wrong with their services."""

    def __init__(self, services: t.Callable[..., Sandbox]) -> None:
        self.services = services
        self.boxes: dict[str, Sandbox] = {}
        self.hosts: dict[str, dict[str, t.Any]] = {}
        self.scripts: list[kept.Script] = []

    def host(self, name: str, *, secure: bool = False, manner: str = "windows", **more: t.Any) -> Sandbox:
        """A host with a service of its own."""
        box = self.boxes[name] = self.services(manner=manner, basic=True)
        if secure or manner != "windows":
            options = {f"ansible_wsman_{option}": value for option, value in more.items()}
            classes = {} if manner == "windows" else {"classes": "cimv2"}
            self.hosts[name] = playbook.variables(box, **options, **classes)
        else:
            self.hosts[name] = in_clear(box, **more)
        return box

    def lose(self, box: Sandbox, when: str, part: str, numbers: t.Iterable[int]) -> None:
        """Lose the connection of the requests with *part* that have these numbers."""
        acts = dict.fromkeys(numbers, lambda: box.misbehave("reset", when=when))
        self.scripts.append(kept.Script(box, part, acts))


def add_calls(lossy: Lossy) -> None:
    """Calls of a method, by hosts that have got something before and by one that begins with it."""
    for case in CASES:
        box = lossy.host(case.name, secure=case.secure, keep_session=case.kept)
        lossy.lose(box, case.when, CALL, range(2, 2 + case.times))
    lossy.lose(lossy.host("first"), "after", CALL, [1])
    box = lossy.host("long")
    box.robust(keepalive=0.1)
    box.misbehave("busy", seconds=1, action="Increment")
    lossy.lose(box, "during", CALL, [1])
    box = lossy.host("alive")
    box.robust(keepalive=0.1)
    box.misbehave("busy", seconds=0.5, action="Increment", count=None)
    lossy.lose(lossy.host("fault"), "after", CALL, [1])
    for keeps in (True, False):
        box = lossy.host(f"reading-{keeps}", keep_session=keeps)
        for number, when in ((2, "after"), (4, "during"), (6, "middle")):
            lossy.lose(box, when, kept.INSTANCES, [number])


def add_others(lossy: Lossy) -> None:
    """Other changes, a long enumeration, and services of other makes."""
    box = lossy.host("changes")
    for part in ("transfer/Create<", "transfer/Put<", "transfer/Delete<"):
        lossy.lose(box, "after", part, [1])
    box = lossy.host("rows")
    for when, number in (("after", 3), ("middle", 6), ("before", 8)):
        lossy.lose(box, when, "enumeration/Pull<", [number])
    for manner in OTHERS:
        lossy.host(manner, manner=manner)
    lossy.host("unknown", secure=True, profile="generic")
    lossy.host("configuration")


@pytest.fixture(scope="module")
def played(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> Played:
    lossy = Lossy(services)
    add_calls(lossy)
    add_others(lossy)
    calls = [{"name": f"call {number}", **INCREMENT} for number in (1, 2, 3)]
    enumerate_rows = {"name": "rows", "wsman.automation.wsman_enumerate": ROWS}
    nothing = {"name": "nothing", "wsman.automation.wsman_invoke": NOTHING}
    config = {"name": "configuration", "wsman.automation.wsman_get": {"resource_uri": "winrm/config"}}
    plays: list[dict[str, t.Any]] = [
        {"hosts": ":".join(case.name for case in CASES), "tasks": [{"name": "get", **GET}, *calls]},
        {"hosts": "first:long:alive", "tasks": calls[:2]},
        {"hosts": "fault", "tasks": [nothing]},
        {"hosts": "reading*", "tasks": kept.tasks(5)},
        {"hosts": "changes", "tasks": CHANGES},
        {"hosts": "rows", "tasks": [enumerate_rows]},
        {"hosts": ":".join((*OTHERS, "unknown")), "tasks": [{"name": "get", **GET}, *calls[:1]]},
        {"hosts": "configuration", "tasks": [config]},
    ]
    path = workspace.write([{**play, **LOST} for play in plays])
    run = workspace.run(path, lossy.hosts, "-f", "10")
    assert not [script.failures for script in lossy.scripts if script.failures]
    return Played(run, lossy.boxes)


def header(body: bytes | None, name: str) -> tuple[str, bool] | None:
    """A header's value, and whether it must be understood; None where there is none."""
    found = re.search(_HEADER.format(name=name), (body or b"").decode())
    if found is None:
        return None
    must = re.search(r'mustUnderstand="(\w+)"', found["attributes"])
    return found["value"], must is not None and must[1] in ("true", "1")


def identifiers(box: Sandbox, action: str) -> dict[str, list[bool]]:
    """Of the requests with this action: the operations that they are, and how often each was sent, and how."""
    found: dict[str, list[bool]] = collections.defaultdict(list)
    for record in kept.operations(box, action):
        identifier = header(record.request, "OperationID")
        assert identifier is not None and header(record.request, "SequenceId") == ("1", False)
        found[identifier[0]].append(identifier[1])
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_call_is_executed_once_and_answered(played: Played, case: Case) -> None:
    outcomes = [played.run.on(case.name, f"call {number}") for number in (1, 2, 3)]
    assert [one.status for one in outcomes] == ["changed"] * 3, outcomes
    assert [one.result["output"]["U32"] for one in outcomes] == [1, 2, 3]
    assert played.boxes[case.name].state()["executions"] == {"Sandbox_AllTypes.Increment": 3}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_takes_one_connection_more_for_each_loss(played: Played, case: Case) -> None:
    box = played.boxes[case.name]
    assert box.connections == (1 if case.kept else 4) + case.times


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.when in ("middle", "after")], ids=lambda case: case.name
)
def test_a_replay_is_the_same_operation_and_says_so(played: Played, case: Case) -> None:
    sent = identifiers(played.boxes[case.name], "Increment")
    assert list(sent.values()) == [[False], [False] + case.times * [True], [False]]
    assert set(map(tuple, identifiers(played.boxes[case.name], "Get").values())) == {(False,)}


@pytest.mark.parametrize("host", ["first", "long", "alive"])
def test_a_call_that_begins_a_session_or_takes_long(played: Played, host: str) -> None:
    """The last of these hears meanwhile that it goes on, and the others after a replay."""
    outcomes = [played.run.on(host, f"call {number}") for number in (1, 2)]
    assert [(one.status, one.result.get("output")) for one in outcomes] == [
        ("changed", {"U32": 1}),
        ("changed", {"U32": 2}),
    ]
    assert played.boxes[host].state()["executions"] == {"Sandbox_AllTypes.Increment": 2}


@pytest.mark.parametrize("keeps", [True, False])
def test_what_only_reads_is_answered_too(played: Played, keeps: bool) -> None:
    outcomes = [played.run.on(f"reading-{keeps}", f"get {number}") for number in range(1, 6)]
    assert [one.status for one in outcomes] == ["ok"] * 5, outcomes
    assert played.boxes[f"reading-{keeps}"].connections == (1 if keeps else 5) + 3


def test_a_fault_comes_as_it_was(played: Played) -> None:
    outcome = played.run.on("fault", "nothing")
    assert outcome.status == "ignored" and outcome.result["fault"]["subcode"], outcome
    assert played.boxes["fault"].state()["replays"] == {"Increment": 1}


def test_every_change_is_made_once(played: Played) -> None:
    assert [played.run.on("changes", task["name"]).status for task in CHANGES] == ["changed"] * 3
    made = {f"{action} Sandbox_Item": 1 for action in ("Create", "Put", "Delete")}
    assert played.boxes["changes"].state()["executions"] == made
    assert played.boxes["changes"].state()["replays"] == {"Create": 1, "Put": 1, "Delete": 1}


def test_an_enumeration_goes_on_where_it_was(played: Played) -> None:
    result = played.run.on("rows", "rows").result
    numbers = [int(one["Number"]) for one in result["instances"]]
    assert numbers == list(range(numbers[0], numbers[0] + 1000))
    assert not result.get("recovered")
    assert played.boxes["rows"].state()["replays"] == {"Pull": 2}


@pytest.mark.parametrize("host", [*OTHERS, "unknown", "configuration"])
def test_nobody_else_is_told(played: Played, host: str) -> None:
    """Other makes, what is not known to be Windows, and Windows' own configuration."""
    asked = [one for one in played.boxes[host].journal if one.action and one.request]
    assert [one for one in asked if "/wbem/" in (one.resource_uri or "")]
    sent = [one.request for one in asked]
    assert not [one for one in sent if header(one, "OperationID") or header(one, "SequenceId")]
