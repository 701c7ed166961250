# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the collection from the checkout as it is, installs the archive elsewhere, and uses it from there."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

import bootstrap
import service

ROOT = bootstrap.ROOT
FOLDER = ROOT / ".build" / "artifact"
TOP_LEVEL = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "FILES.json",
    "LICENSE",
    "MANIFEST.json",
    "README.md",
    "changelogs",
    "docs",
    "meta",
    "plugins",
    "requirements.txt",
    "roles",
    "tests",
}
REQUIRED = {"LICENSE", "MANIFEST.json", "README.md", "CHANGELOG.md", "meta/runtime.yml", "plugins/connection/wsman.py"}


def run(command: list[str], variables: dict[str, str], folder: pathlib.Path = FOLDER) -> subprocess.CompletedProcess:
    done = subprocess.run(command, cwd=folder, env=variables, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        print(f"$ {' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return done


def unwanted(names: set[str]) -> list[str]:
    """Files of the archive that have no place there."""
    wrong = re.compile(r"(^|/)(\.|__pycache__)|\.py[co]$|^tests/(?!config\.yml$|sanity/)|^docs/(?!docsite/)")
    return sorted(name for name in names if name.partition("/")[0] not in TOP_LEVEL or wrong.search(name))


def build(environment: bootstrap.Environment, variables: dict[str, str]) -> pathlib.Path | None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    galaxy = [str(environment.bin / "ansible-galaxy"), "collection"]
    if run([*galaxy, "build", "--output-path", str(FOLDER)], variables, ROOT).returncode != 0:
        return None
    return next(FOLDER.glob("wsman-automation-*.tar.gz"), None)


def check(environment: bootstrap.Environment) -> list[tuple[bool, str]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    cache = ROOT / ".cache" / "ansible-artifact"
    path = f"{environment.bin}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    variables = {
        **kept,
        "PATH": path,
        "ANSIBLE_HOME": str(cache),
        "ANSIBLE_COLLECTIONS_PATH": str(FOLDER / "installed"),
    }
    archive = build(environment, variables)
    if archive is None:
        return [(False, "the collection builds")]
    with tarfile.open(archive) as file:
        names = {member.name for member in file if member.isfile()}
    print(f"{archive.name}: {len(names)} files, {archive.stat().st_size} octets")
    strays, absent = unwanted(names), sorted(REQUIRED - names)
    checks = [
        (True, "the collection builds"),
        (not strays, f"the archive has nothing but the collection {strays}"),
        (not absent, f"the archive is complete {absent}"),
    ]
    install = ["ansible-galaxy", "collection", "install", "--offline", "--no-deps", str(archive), "-p", "installed"]
    checks.append((run(install, variables).returncode == 0, "the archive installs"))
    return [*checks, *use(environment, variables)]


def use(environment: bootstrap.Environment, variables: dict[str, str]) -> list[tuple[bool, str]]:
    """Documentation of every plugin, and one task against the bundled service, from the installed archive."""
    modules = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("wsman_*.py"))
    documented = [run(["ansible-doc", f"wsman.automation.{name}"], variables) for name in modules]
    documented.append(run(["ansible-doc", "-t", "connection", "wsman.automation.wsman"], variables))
    inventory = FOLDER / "inventory.yml"
    with service.running(environment) as facts:
        service.write_inventory(inventory, facts, "server1")
        command = ["ansible", "-i", str(inventory), "server1", "-m", "wsman.automation.wsman_identify"]
        answer = run(command, variables)
    return [
        (all(done.returncode == 0 for done in documented), "ansible-doc shows every plugin of it"),
        (answer.returncode == 0 and "product_vendor" in answer.stdout, "a task runs from it"),
    ]


def main() -> int:
    checks = check(bootstrap.prepare("any", ["sandbox"]))
    for good, text in checks:
        print(f"{'ok    ' if good else 'FAILED'} {text}")
    failed = sum(not good for good, _text in checks)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except bootstrap.SetupError as error:
        sys.exit(str(error))
