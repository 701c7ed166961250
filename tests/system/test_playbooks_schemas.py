# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A schema is asked for once in a run, though every task runs in a fork of its own, and a refusal is remembered."""

from __future__ import annotations

import typing as t

import playbook
import pytest

from sandbox import Sandbox

SCHEMAS = "/cim-xml/2/cim-schema/2/"
THING = {"resource_uri": "cimv2/Sandbox_AllTypes", "namespace": "root/cimv2"}
MANNERS = ("windows", "omi", "openwsman", "amt")


class Done(t.NamedTuple):
    """One run over services of several manners; on each, as many hosts as stand for it in the inventory."""

    run: playbook.Run
    boxes: dict[str, Sandbox]


@pytest.fixture(scope="module")
def done(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> Done:
    boxes = {name: services(manner=name, basic=True) for name in MANNERS}
    hosts: dict[str, dict[str, t.Any]] = {name: playbook.variables(box) for name, box in boxes.items()}
    hosts["texts"] = {**playbook.variables(services(manner="omi")), "ansible_wsman_types": "text"}
    hosts["said"] = {
        **playbook.variables(boxes["openwsman"]),
        "ansible_wsman_types": {"U64s": "uint64[]", "Bool": "boolean"},
    }
    get = {"wsman.automation.wsman_get": {**THING, "selector_set": {"Id": "{{ item }}"}}, "loop": [1, 3]}
    tasks = [
        {"name": "first", **get},
        {"name": "second", **get},
        {"name": "rows", "wsman.automation.wsman_enumerate": THING},
        {"name": "put", "wsman.automation.wsman_put": {**THING, "selector_set": {"Id": 3}, "properties": {"U8": 0}}},
    ]
    return Done(workspace.play(hosts, [{"hosts": "all", "tasks": tasks}]), boxes)


@pytest.mark.parametrize(("manner", "asked"), [("windows", 1), ("omi", 1), ("openwsman", 0), ("amt", 0)])
def test_one_request_for_the_class_and_none_where_the_service_has_said_what_it_is(
    done: Done, manner: str, asked: int
) -> None:
    sent = [one for one in done.boxes[manner].journal if SCHEMAS in (one.resource_uri or "")]
    classes = [one for one in sent if ">Sandbox_AllTypes<" in str(one.request)]
    assert len(classes) == asked, done.run.output


@pytest.mark.parametrize("task", ["first", "second"])
def test_types_in_every_task(done: Done, task: str) -> None:
    held = {
        host: done.run.on(host, task).items[1]["instance"] for host in ("windows", "omi", "openwsman", "said", "texts")
    }
    assert [held[host]["U64s"] for host in held] == [
        [18446744073709551615],
        [18446744073709551615],
        "18446744073709551615",
        [18446744073709551615],
        "18446744073709551615",
    ]
    assert [held[host]["Bool"] for host in held] == [False, False, "false", False, "FALSE"]


def test_rows_have_them_too(done: Done) -> None:
    for host in ("windows", "omi", "said"):
        assert done.run.on(host, "rows").result["instances"][2]["U64s"] == [18446744073709551615]


def test_what_is_held_already_is_not_put(done: Done) -> None:
    assert [done.run.on(host, "put").status for host in ("windows", "omi", "openwsman")] == ["ok"] * 3
