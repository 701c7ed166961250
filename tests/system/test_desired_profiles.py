# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One playbook with variables for each make of service, four times (``desired/``).

The first run changes, the second finds all as wanted. Then somebody else changes things by hand; check mode predicts
what the run after it does, task by task, and that ends where the first has ended.
"""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import playbook
import pytest
import yaml

from sandbox import Sandbox
from sandbox.classes import Reference

HERE = pathlib.Path(__file__).parent / "desired"
MAKES = ("windows", "omi", "openwsman", "idrac", "amt", "generic")
MODULES = ("identify", "get", "schema", "enumerate", "put", "create", "invoke", "delete")
CLASSES = (
    ("root/cimv2", "Sandbox_Item"),
    ("root/cimv2", "Sandbox_AllTypes"),
    ("root/cimv2", "Win32_Environment"),
    ("root/cimv2", "Win32_Service"),
    ("root/virtualization/v2", "Msvm_ComputerSystem"),
    ("root/dcim", "DCIM_BIOSEnumeration"),
    ("root/amt", "AMT_GeneralSettings"),
    ("root/amt", "AMT_BootSettingData"),
    ("root/amt", "CIM_AssociatedPowerManagementService"),
)
CHANGES = ("/Put", "/Create", "/Delete")
READ_ONLY = ("/Echo", "/InterrogateService")

State = dict[str, t.Any]


class Runs(t.NamedTuple):
    """The four runs, and what each service held before the third, after it, and after the others."""

    first: playbook.Run
    second: playbook.Run
    predicted: playbook.Run
    done: playbook.Run
    states: dict[str, dict[str, State]]
    sent: dict[str, dict[str, list[str]]]


def tasks() -> list[dict[str, t.Any]]:
    plays = yaml.safe_load((HERE / "playbook.yml").read_text("utf-8"))
    found: list[dict[str, t.Any]] = plays[0]["tasks"]
    return found


def cannot(make: str) -> dict[str, str]:
    """What a make of service cannot do, by the names of tasks, with the reasons."""
    found: dict[str, str] = yaml.safe_load((HERE / "host_vars" / f"{make}.yml").read_text("utf-8"))["cannot"]
    return found


def hold(box: Sandbox) -> State:
    """All that the playbook may change on a service."""
    held: State = dict(box.configuration.values)
    held["listeners"] = [str(one) for one in box.listeners.rows]
    for namespace, name in CLASSES:
        cim_class = box.repository.find_class(namespace, name)
        assert cim_class is not None
        for instance in box.repository.extent(cim_class):
            held[str(instance.reference)] = {name: show(value) for name, value in instance.values.items()}
    return held


def show(value: t.Any) -> str:
    """A value; OMI and AMT leave the namespace out of references, and get it back so."""
    return str(dataclasses.replace(value, namespace="") if isinstance(value, Reference) else value)


def find(box: Sandbox, name: str, namespace: str = "root/cimv2", **members: t.Any) -> t.Any:
    """The first instance with these members."""
    cim_class = box.repository.find_class(namespace, name)
    assert cim_class is not None
    rows = box.repository.extent(cim_class)
    return next(row for row in rows if all(row.get(key) == value for key, value in members.items()))


def interfere(box: Sandbox, make: str) -> None:
    """Somebody changes by hand, on the machine itself, some of what the playbook can mend there."""
    refused = cannot(make)
    alpha = find(box, "Sandbox_Item", Name="alpha")
    if "Put properties" not in refused:
        for name, value in {"Level": 1, "Text": "by hand", "Words": ["x", "of one"]}.items():
            alpha.set(name, value)
        find(box, "Sandbox_Item", Name="second").set("State", 0)
    if "Put a nested member" not in refused:
        find(box, "Sandbox_AllTypes", Id=1).get("Origin").set("X", 77)
    rows = box.repository.extent(alpha.cim_class)
    box.repository.remove(next(row for row in rows if (row.path or row.reference).keys["Name"].startswith("new")))
    for copied, name in ((alpha, "beta"), (find(box, "Win32_Environment", Name="Path"), "TEMP")):
        again = copied.copy()
        again.path = None
        again.set("Name", name)
        box.repository.add(again)
    find(box, "Sandbox_AllTypes", Id=3).set("U32", None)
    for name in ("BITS", "W32Time"):
        for member, value in {"State": "Stopped", "Started": False, "ProcessId": 0}.items():
            find(box, "Win32_Service", Name=name).set(member, value)
    if make == "windows":
        box.configuration.values["/winrs/IdleTimeout"] = "7200000"
    if make == "idrac":
        find(box, "DCIM_BIOSEnumeration", "root/dcim", AttributeName="LogicalProc").set("CurrentValue", ["Enabled"])
    if make == "amt":
        find(box, "AMT_GeneralSettings", "root/amt").set("HostName", "byhand")
        find(box, "AMT_BootSettingData", "root/amt").set("BIOSSetup", False)


@pytest.fixture(scope="module")
def runs(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> Runs:
    boxes = {make: services(manner="omi" if make == "generic" else make, basic=True) for make in MAKES}
    hosts = {
        make: playbook.variables(box, ansible_wsman_profile=make if make == "generic" else "auto")
        for make, box in boxes.items()
    }
    states: dict[str, dict[str, State]] = {make: {"start": hold(box)} for make, box in boxes.items()}
    sent: dict[str, dict[str, list[str]]] = {make: {} for make in MAKES}

    def run(name: str, *arguments: str) -> playbook.Run:
        done = workspace.run(HERE / "playbook.yml", hosts, "--diff", *arguments)
        for make, box in boxes.items():
            states[make][name] = hold(box)
            sent[make][name] = [one.action or "" for one in box.journal]
            box.clear()
        return done

    first, second = run("first"), run("second")
    for make, box in boxes.items():
        interfere(box, make)
        states[make]["by hand"] = hold(box)
    predicted, done = run("predicted", "--check"), run("done")
    return Runs(first, second, predicted, done, states, sent)


def say(run: playbook.Run, make: str) -> str:
    """What went wrong on a host, for a failed assertion."""
    wrong = [
        f"{task}: {outcome.status}: {outcome.result}"
        for (task, host), outcome in run.outcomes.items()
        if host == make and outcome.status not in ("ok", "skipped")
    ]
    return "\n".join(wrong) or run.output


def statuses(run: playbook.Run, make: str) -> dict[str, str]:
    return {task: outcome.status for (task, host), outcome in run.outcomes.items() if host == make}


def differences(run: playbook.Run, make: str) -> dict[str, t.Any]:
    """Of each task, whether it changes anything and what, each turn of a loop for itself."""
    members = ("changed", "diff", "count", "uncompared")

    def pick(result: dict[str, t.Any]) -> dict[str, t.Any]:
        found = {name: result[name] for name in members if name in result}
        nested = [pick(one) for one in result.get("results", ()) if isinstance(one, dict)]
        return {**found, "results": nested} if nested else found

    return {task: pick(outcome.result) for (task, host), outcome in run.outcomes.items() if host == make}


def test_the_playbook_has_every_module() -> None:
    used = {name for one in tasks() for name in one}
    assert {f"wsman.automation.wsman_{module}" for module in MODULES} <= used


@pytest.mark.parametrize("make", MAKES)
def test_what_a_service_cannot_do_is_listed_with_its_reason(make: str) -> None:
    names = {one["name"] for one in tasks()}
    assert set(cannot(make)) <= names
    assert all(len(reason) > 20 for reason in cannot(make).values())


@pytest.mark.parametrize("make", MAKES)
def test_the_first_run_changes(runs: Runs, make: str) -> None:
    recap = runs.first.recap[make]
    assert recap["failures"] == recap["unreachable"] == 0, say(runs.first, make)
    found = statuses(runs.first, make)
    changing = {
        one["name"]
        for one in tasks()
        if {"wsman.automation.wsman_put", "wsman.automation.wsman_create", "wsman.automation.wsman_delete"} & set(one)
    }
    changing |= {"Start what a query finds stopped", "Call methods where they are needed"}
    changing -= {"Put a bag"}
    assert {task for task, status in found.items() if status == "changed"} == changing - set(cannot(make))
    assert runs.states[make]["first"] != runs.states[make]["start"]


@pytest.mark.parametrize("run", ["first", "second", "predicted", "done"])
@pytest.mark.parametrize("make", MAKES)
def test_nothing_else_is_skipped(runs: Runs, make: str, run: str) -> None:
    found = statuses(getattr(runs, run), make)
    assert set(found) == {one["name"] for one in tasks()}
    skipped = {task for task, status in found.items() if status == "skipped"} - {"Call methods where they are needed"}
    assert skipped == set(cannot(make)), say(getattr(runs, run), make)


@pytest.mark.parametrize("make", MAKES)
def test_the_second_run_is_all_ok(runs: Runs, make: str) -> None:
    recap = runs.second.recap[make]
    assert (recap["changed"], recap["failures"], recap["unreachable"]) == (0, 0, 0), say(runs.second, make)
    assert runs.states[make]["second"] == runs.states[make]["first"]
    assert not [action for action in runs.sent[make]["second"] if changes(action) and not action.endswith("/Delete")]


@pytest.mark.parametrize("make", MAKES)
def test_check_mode_changes_nothing(runs: Runs, make: str) -> None:
    recap = runs.predicted.recap[make]
    assert recap["changed"] > 0 and recap["failures"] == recap["unreachable"] == 0, say(runs.predicted, make)
    assert runs.states[make]["predicted"] == runs.states[make]["by hand"] != runs.states[make]["second"]
    assert not [action for action in runs.sent[make]["predicted"] if changes(action)]


@pytest.mark.parametrize("make", MAKES)
def test_check_mode_predicts_what_the_run_does(runs: Runs, make: str) -> None:
    assert statuses(runs.predicted, make) == statuses(runs.done, make), say(runs.done, make)
    assert differences(runs.predicted, make) == differences(runs.done, make)
    assert runs.predicted.recap[make]["changed"] == runs.done.recap[make]["changed"]


@pytest.mark.parametrize("make", MAKES)
def test_what_was_changed_by_hand_is_mended(runs: Runs, make: str) -> None:
    """By as much as was changed: what nobody touched is not written again."""
    assert runs.states[make]["done"] == runs.states[make]["first"]
    found = statuses(runs.done, make)
    assert {found[name] for name in ("Put a fragment", "Put a whole body", "Put a time and a reference")} <= {
        "ok",
        "skipped",
    }


def changes(action: str) -> bool:
    """Whether a request may change something; a method whose name the playbook calls with read_only does not."""
    if "2004/09/" in action or action.endswith("Identify") or not action:
        return action.endswith(CHANGES)
    return not action.endswith(READ_ONLY)
