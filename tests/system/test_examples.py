# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in the modules' documentation do what they say, or fail for want of what this service does not have."""

from __future__ import annotations

import typing as t

import playbook
import pytest
import yaml

from sandbox import Sandbox

#: What a service of Windows with its own certificate has not, and what is said to that.
LACKING = {
    "Listen on HTTPS": "properties: the instance exists with other values of Hostname",
    "Give the listener another name, and the certificate for it": "no certificate with that thumbprint",
    "Write an array": "The class has no such instance.",
    "Read an instance of a CIM class of OMI": "The service has no resource of this URI.",
    "Say which types values have on a service without schemas": "The namespace has no such class.",
    "Write what the firmware has of it, without what it does not take back": "The service has no resource of this URI.",
    "Read the schema of a class in another namespace": "There is no such namespace",
    "List the classes of a namespace of Windows": "There is no such namespace",
    "Ask another host than the inventory's": "The name bmc1.example.invalid could not be resolved",
    "Insist on encryption": "Assertion failed",
}


def examples() -> list[dict[str, t.Any]]:
    """The tasks of all modules, without the keyword that would hide what they return."""
    tasks: list[dict[str, t.Any]] = []
    for path in sorted((playbook.ROOT / "plugins" / "modules").glob("wsman_*.py")):
        text = path.read_text(encoding="utf-8").partition('EXAMPLES = r"""')[2].partition('"""')[0]
        tasks += yaml.safe_load(text.replace("bmc1.example.com", "bmc1.example.invalid"))
    return [{name: value for name, value in task.items() if name != "no_log"} for task in tasks]


def find(class_name: str) -> dict[str, t.Any]:
    """The task that registers what some examples take from an earlier one."""
    enumerate_it = {"resource_uri": f"wmicimv2/{class_name}", "return_type": "epr"}
    return {"name": f"found {class_name}", "wsman.automation.wsman_enumerate": enumerate_it, "register": "found"}


EARLIER = {
    "Delete what an enumeration found": [find("Win32_Environment")],
    "Follow a reference from an earlier result": [find("Win32_Service")],
}


@pytest.fixture(scope="module")
def run(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> playbook.Run:
    play = {
        "hosts": "all",
        "ignore_errors": True,
        "ignore_unreachable": True,
        "vars": {"thumbprint": "0" * 40, "account_password": "an Example 1", "bmc_password": "an Example 2"},
        "tasks": [task for one in examples() for task in [*EARLIER.get(one["name"], []), one]],
    }
    return workspace.play({"host": playbook.variables(services(basic=True))}, [play])


@pytest.mark.parametrize("name", [task["name"] for task in examples()])
def test_example(run: playbook.Run, name: str) -> None:
    done = run[name]
    if name in LACKING:
        assert done.status in ("ignored", "unreachable")
        assert LACKING[name] in done.msg
    else:
        assert done.status in ("ok", "changed", "skipped"), done.result


def test_every_lack_is_one_of_an_example() -> None:
    assert set(LACKING) <= {task["name"] for task in examples()}
