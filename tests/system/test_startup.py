# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is imported, where, and what memory a worker has of its own. Imports are counted, for times would be noise."""

from __future__ import annotations

import collections.abc
import contextlib
import json
import pathlib
import statistics
import typing as t

import playbook
import pytest
from accounts import ALL_SCHEMES, LOCAL, variables

from sandbox import Sandbox

HERE = pathlib.Path(__file__).parent / "startup"
OURS = "ansible_collections.wsman.automation."
PLUGIN = f"{OURS}plugins.connection.wsman"
PARTIES = ("requests", "urllib3", "spnego", "xmltodict", "gssapi", "krb5", "cryptography", "winrm", "yaml", "jinja2")
FOLDERS = (
    "plugins",
    *(f"plugins.{name}" for name in ("action", "connection", "doc_fragments", "modules")),
    "roles",
    "roles.winrm_config",
)
NOTHING = {"ansible.builtin.assert": {"that": "inventory_hostname is defined", "quiet": True}}
KEPT = 3  # hosts whose sessions are kept; the last ones
MORE = 5 * 1024  # KiB that a task of ours may have over one that does nothing

BITS = {"resource_uri": "{{ classes | default('wmicimv2') }}/Win32_Service", "selector_set": {"Name": "BITS"}}
ITEM = {"resource_uri": "{{ classes | default('wmicimv2') }}/Sandbox_Item"}
NEW = {"Name": "{{ inventory_hostname }}", "Group": 5}
TO_FILE = {"dest": "{{ inventory_hostname }}.csv", "format": "csv"}
NUMBERS = {"resource_uri": "{{ classes | default('wmicimv2') }}/Sandbox_Number", "limit": 250}
TASKS = {
    "nothing yet": NOTHING,
    "get": {"wsman.automation.wsman_get": BITS},
    "nothing": NOTHING,
    "get again": {"wsman.automation.wsman_get": BITS},
    "identify": {"wsman.automation.wsman_identify": {}},
    "diagnose": {"wsman.automation.wsman_identify": {"diagnose": True}},
    "enumerate": {"wsman.automation.wsman_enumerate": NUMBERS},
    "to a file": {"wsman.automation.wsman_enumerate": {**NUMBERS, **TO_FILE}},
    "schema": {"wsman.automation.wsman_schema": ITEM},
    "create": {"wsman.automation.wsman_create": {**ITEM, "properties": {**NEW, "Level": 1}}},
    "put": {"wsman.automation.wsman_put": {**ITEM, "selector_set": NEW, "properties": {"Level": 2}}},
    "delete": {"wsman.automation.wsman_delete": {**ITEM, "selector_set": NEW}},
    "invoke": {"wsman.automation.wsman_invoke": {**BITS, "method": "InterrogateService", "read_only": True}},
    "fault": {"wsman.automation.wsman_get": {"resource_uri": "wmicimv2/NoSuchClass"}, "ignore_errors": True},
}
OTHERS = ("nothing yet", "nothing")


class Watched(t.NamedTuple):
    """What the tasks' workers had imported and how much memory, by task and then in the order of hosts; and the main
    process in the end."""

    imported: dict[str, list[set[str]]]
    memory: dict[str, list[int]]
    main: set[str]
    output: str


def watch(
    workspace: playbook.Workspace, hosts: playbook.Inventory, tasks: playbook.Tasks, **environment: str
) -> Watched:
    """Run these tasks on these hosts, one host after the other."""
    record = workspace.folder / f"watched-{len(list(workspace.folder.iterdir()))}"
    path = workspace.folder / f"{record.name}.yml"
    path.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    watching = {
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "worker_watch",
        "WSMAN_WATCH": str(record),
        **environment,
    }
    done = workspace.execute("ansible-playbook", "-f", "1", "-i", workspace.inventory(hosts), str(path), **watching)
    assert done.returncode == 0, done.stdout
    *workers, main = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    assert len(workers) == len(hosts) * len(tasks), done.stdout
    imported: dict[str, list[set[str]]] = {}
    memory: dict[str, list[int]] = {}
    for one in workers:
        imported.setdefault(one["task"], []).append(set(one["imported"]))
        memory.setdefault(one["task"], []).append(one["memory"])
    return Watched(imported, memory, set(main["imported"]), done.stdout)


def ours(modules: t.Iterable[str]) -> set[str]:
    """The modules of ours, without packages, which are folders."""
    folders = {f"{OURS}{name}" for name in FOLDERS}
    return {name for name in modules if name.startswith(OURS)} - folders


def other_parties(modules: t.Iterable[str]) -> set[str]:
    return {name for name in modules if name.partition(".")[0] in PARTIES}


def named(tasks: t.Mapping[str, t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    return [{"name": name, **task} for name, task in tasks.items()]


@pytest.fixture(scope="module")
def played(workspace: playbook.Workspace) -> collections.abc.Iterator[Watched]:
    """Every module, on a host for each authentication that opens its own connections, and on some that keep them."""
    accounts = {"users": {"wsman": LOCAL}}
    with Sandbox(configuration=ALL_SCHEMES, **accounts) as box, Sandbox(manner="omi", basic=True, **accounts) as omi:
        files = box.client_certificate
        by_certificate = {"certificate_pem": str(files.pem), "certificate_key_pem": str(files.key)}
        own = {
            "basic": variables(box, "basic", True),
            "ntlm": variables(box, "ntlm", False),
            "credssp": variables(box, "credssp", True),
            "certificate": variables(box, "certificate", True, user=None, password=None, **by_certificate),
            "omi": variables(omi, "basic", True),
        }
        kept = {f"kept {number}": variables(box, "ntlm", True) for number in range(KEPT)}
        hosts = {
            **{name: {**one, "ansible_wsman_keep_session": False} for name, one in own.items()},
            **kept,
        }
        connection = {"ansible_connection": "wsman.automation.wsman"}
        yield watch(workspace, {name: {**one, **connection} for name, one in hosts.items()}, named(TASKS))


@pytest.mark.parametrize("task", [name for name in TASKS if name not in OTHERS])
def test_workers_inherit_what_a_task_needs(played: Watched, task: str) -> None:
    for modules in played.imported[task]:
        assert ours(modules) == other_parties(modules) == set(), task


def test_other_tasks_of_a_host_load_its_connection_plugin_alone(played: Watched) -> None:
    """Each worker for itself before the first task of ours, for core's main process does not load it."""
    for modules in played.imported["nothing yet"]:
        assert ours(modules) == {PLUGIN}
        assert other_parties(modules) == set()
    for modules in played.imported["nothing"]:
        assert ours(modules) == set()


@pytest.mark.parametrize("task", ["get again", "put", "invoke"])
def test_a_worker_has_little_memory_of_its_own(played: Watched, task: str) -> None:
    """Where its session is kept; that is so on the last hosts."""
    nothing = statistics.median(played.memory["nothing"][-KEPT:])
    assert statistics.median(played.memory[task][-KEPT:]) - nothing < MORE


def test_a_play_without_us_imports_nothing_of_ours(workspace: playbook.Workspace) -> None:
    """It imports what it does where the collection is not installed."""
    hosts = {"one": {"ansible_connection": "local"}}
    beside = watch(workspace, hosts, named({"nothing": NOTHING}))
    without = watch(workspace, hosts, named({"nothing": NOTHING}), ANSIBLE_COLLECTIONS_PATH=str(workspace.folder))
    assert not [name for name in beside.main if name.startswith("ansible_collections.wsman")]
    assert known(beside.main) == known(without.main)
    assert known(beside.imported["nothing"][0]) == known(without.imported["nothing"][0])


def known(modules: t.Iterable[str]) -> set[str]:
    """Without those that core names anew in each run."""
    return {name for name in modules if not name.startswith("ansible.plugins.")}


def read(workspace: playbook.Workspace, program: str, *arguments: str) -> set[str]:
    """The modules that one of Ansible's programs has imported in the end."""
    record = workspace.folder / "imported"
    with contextlib.suppress(FileNotFoundError):
        record.unlink()
    done = workspace.execute(program, *arguments, PYTHONPATH=str(HERE / "site"), WSMAN_IMPORTED=str(record))
    assert done.returncode == 0, done.stdout
    return set(record.read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def of_core(workspace: playbook.Workspace) -> set[str]:
    """What core imports to read something of its own."""
    path = workspace.folder / "core.yml"
    path.write_text(json.dumps([{"hosts": "all", "tasks": named({"nothing": NOTHING})}]), encoding="utf-8")
    checked = read(workspace, "ansible-playbook", "--syntax-check", "-i", "server1,", str(path))
    return checked | read(workspace, "ansible-doc", "ansible.builtin.assert")


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("ansible-playbook", ["--syntax-check", "-i", "server1,", "{playbook}"]),
        ("ansible-doc", ["wsman.automation.wsman_get", "wsman.automation.wsman_enumerate"]),
        ("ansible-doc", ["-t", "connection", "wsman.automation.wsman"]),
    ],
    ids=["syntax-check", "modules", "connection"],
)
def test_who_only_reads_loads_none_of_our_code(
    workspace: playbook.Workspace, of_core: set[str], program: str, arguments: list[str]
) -> None:
    """Fragments of documentation are all that is imported of ours; core reads the other plugins as text."""
    path = workspace.folder / "all.yml"
    role = {"name": "Use the role", "ansible.builtin.import_role": {"name": "wsman.automation.winrm_config"}}
    path.write_text(json.dumps([{"hosts": "all", "tasks": [*named(TASKS), role]}]), encoding="utf-8")
    found = read(workspace, program, *(word.format(playbook=path) for word in arguments))
    assert not {name for name in ours(found) if not name.startswith(f"{OURS}plugins.doc_fragments._")}
    assert not other_parties(found - of_core)
