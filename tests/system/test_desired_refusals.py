# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a schema shows to be wrong is refused before anything is sent; without a schema reading back finds it.

The service's journal tells what was sent, and its repository what it holds in the end.
"""

from __future__ import annotations

import typing as t

import playbook
import pytest

from sandbox import Sandbox

TYPED = ("windows", "omi")
UNTYPED = ("openwsman", "texts")  # texts: OMI with types: text
ITEM = {"resource_uri": "cimv2/Sandbox_Item", "namespace": "root/cimv2", "selector_set": {"Name": "alpha", "Group": 1}}
TYPES = {"resource_uri": "cimv2/Sandbox_AllTypes", "namespace": "root/cimv2", "selector_set": {"Id": 3}}
CONFIG = {"resource_uri": "winrm/config"}

WRONG: list[tuple[str, dict[str, t.Any], t.Any, list[str]]] = [
    ("range", ITEM, {"Level": 256}, ["properties.Level", "256", "0 to 255", "uint8"]),
    ("below", ITEM, {"Numbers": [1, -1]}, ["properties.Numbers[1]", "-1", "0 to 65535", "uint16"]),
    ("64 bits", TYPES, {"U64": "18446744073709551616"}, ["properties.U64", "0 to 18446744073709551615", "uint64"]),
    ("no number", ITEM, {"Offset": "far"}, ["properties.Offset", "far", "sint32"]),
    ("fraction", ITEM, {"Level": 1.5}, ["properties.Level", "uint8"]),
    ("boolean", ITEM, {"Enabled": "maybe"}, ["properties.Enabled", "boolean", "true", "false"]),
    ("number for boolean", ITEM, {"Enabled": 2}, ["properties.Enabled", "boolean"]),
    ("no time", TYPES, {"Moment": "tomorrow"}, ["properties.Moment", "datetime"]),
    ("list", ITEM, {"Level": [1, 2]}, ["properties.Level", "uint8"]),
    ("null in a list", ITEM, {"Words": ["a", None]}, ["properties.Words[1]"]),
    ("unknown", ITEM, {"Levle": 1}, ["properties.Levle", "Sandbox_Item", "Level"]),
    ("unknown below", TYPES, {"Origins": [{"Z": 1}]}, ["properties.Origins[0].Z", "Sandbox_Point", "X"]),
    ("range below", TYPES, {"Origins": [{"X": 2147483648}]}, ["properties.Origins[0].X", "sint32"]),
    ("key", ITEM, {"Name": "beta"}, ["properties.Name", "key"]),
    ("number as key", ITEM, {"Group": 2, "Level": 1}, ["properties.Group", "key"]),
    ("fragment", ITEM, None, ["value", "uint8"]),
]
ALTERED: list[tuple[str, dict[str, t.Any], str]] = [  # what these services make something else of
    ("too big", {"Level": 300}, "Level"),
    ("longer", {"Numbers": [65536]}, "Numbers"),
]


class Done(t.NamedTuple):
    """One run and its services."""

    run: playbook.Run
    boxes: dict[str, Sandbox]
    before: dict[str, list[str]]


def hold(box: Sandbox) -> list[str]:
    found = []
    for name in ("Sandbox_Item", "Sandbox_AllTypes"):
        cim_class = box.repository.find_class("root/cimv2", name)
        assert cim_class is not None
        found += [str(one.values) for one in box.repository.extent(cim_class)]
    return found


@pytest.fixture(scope="module")
def done(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> Done:
    boxes = {host: services(manner="omi" if host == "texts" else host) for host in (*TYPED, *UNTYPED)}
    hosts = {host: playbook.variables(box) for host, box in boxes.items()}
    hosts["texts"]["ansible_wsman_types"] = "text"
    refused: list[dict[str, t.Any]] = []
    for name, target, properties, _texts in WRONG:
        wanted = {"properties": properties} if properties else {"fragment": "Level", "value": 256}
        for mode in (True, False):
            put = {**target, **wanted}
            task = {"name": f"{name}, {'check' if mode else 'run'}", "wsman.automation.wsman_put": put}
            refused.append({**task, "check_mode": mode, "ignore_errors": True})
    config = {"wsman.automation.wsman_put": {**CONFIG, "properties": {"MaxTimeoutms": "soon"}}}
    found = [
        {"name": name, "wsman.automation.wsman_put": {**ITEM, "properties": properties}, "ignore_errors": True}
        for name, properties, _member in ALTERED
    ]
    before = {host: hold(box) for host, box in boxes.items()}
    plays = [
        {"hosts": ":".join(TYPED), "tasks": refused},
        {"hosts": "windows", "tasks": [{"name": "config", **config, "ignore_errors": True}]},
        {"hosts": ":".join(UNTYPED), "tasks": found},
    ]
    return Done(workspace.play(hosts, plays), boxes, before)


@pytest.mark.parametrize("host", TYPED)
@pytest.mark.parametrize("mode", ["check", "run"])
@pytest.mark.parametrize(("name", "texts"), [(name, texts) for name, _target, _wanted, texts in WRONG])
def test_what_a_schema_shows_to_be_wrong_is_refused(
    done: Done, name: str, texts: list[str], mode: str, host: str
) -> None:
    outcome = done.run.on(host, f"{name}, {mode}")
    assert outcome.status == "ignored", outcome
    assert [text for text in texts if text not in outcome.msg] == [], outcome.msg
    assert outcome.result["changed"] is False
    assert "fault" not in outcome.result


@pytest.mark.parametrize("host", TYPED)
def test_nothing_was_sent(done: Done, host: str) -> None:
    actions = [one.action or "" for one in done.boxes[host].journal]
    assert any(action.endswith("/Get") for action in actions)
    assert not [action for action in actions if action.endswith("/Put")]
    assert hold(done.boxes[host]) == done.before[host]


def test_the_built_in_schema_refuses_too(done: Done) -> None:
    outcome = done.run.on("windows", "config")
    assert "properties.MaxTimeoutms" in outcome.msg and "soon" in outcome.msg and "uint32" in outcome.msg


@pytest.mark.parametrize("host", UNTYPED)
@pytest.mark.parametrize(("name", "member"), [(name, member) for name, _wanted, member in ALTERED])
def test_without_a_schema_reading_back_reports_it(done: Done, name: str, member: str, host: str) -> None:
    outcome = done.run.on(host, name)
    assert (outcome.status, outcome.result["changed"], outcome.result["verified"]) == ("ignored", True, False)
    told = {**outcome.result.get("altered", {}), **outcome.result.get("ignored", {})}
    assert list(told) == [member]
    assert told[member]["held"] != told[member]["wanted"]
    assert member in outcome.msg
    assert any((one.action or "").endswith("/Put") for one in done.boxes[host].journal)
