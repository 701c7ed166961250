# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the bundled service of tests/sandbox as a process, and writes inventories for it."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import time
import typing

import bootstrap

ROOT = bootstrap.ROOT
PATIENCE = 30.0  # seconds until the service has to be ready

INVENTORY = """\
# One host: the bundled service. Any Ansible command on this machine can use it while the service runs.
all:
  hosts:
    {name}:
      ansible_connection: wsman.automation.wsman
      ansible_host: {host}
      ansible_wsman_port: {https_port}
      ansible_user: {user}
      ansible_password: {password}
      ansible_wsman_authentication: basic
      ansible_wsman_ca_cert: {ca_file}
"""


def running(
    environment: bootstrap.Environment, *arguments: str, variables: dict[str, str] | None = None
) -> typing.ContextManager[dict[str, typing.Any]]:
    """The service while the block runs; gives what it wrote when it was ready: ports, user, password, CA file."""
    return serving(environment.python, *arguments, variables=variables)


@contextlib.contextmanager
def serving(
    python: str | pathlib.Path, *arguments: str, variables: dict[str, str] | None = None
) -> typing.Iterator[dict[str, typing.Any]]:
    """The same with any interpreter that has what the service needs; *variables* are for its environment."""
    with tempfile.TemporaryDirectory(prefix="wsman-") as folder:
        ready = pathlib.Path(folder) / "ready.json"
        log = pathlib.Path(folder) / "sandbox.log"
        command = [str(python), "-m", "sandbox", "--ready", str(ready), *arguments]
        variables = {**os.environ, **(variables or {}), "PYTHONPATH": str(ROOT / "tests")}
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            yield wait_until_ready(process, ready, log)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_ready(process: subprocess.Popen, ready: pathlib.Path, log: pathlib.Path) -> dict[str, typing.Any]:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(ready.read_text(encoding="utf-8"))
        time.sleep(0.05)
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
    raise bootstrap.SetupError(f"the bundled service did not start:\n{tail}")


def write_inventory(path: pathlib.Path, service: dict[str, typing.Any], name: str) -> str:
    """Write an inventory for the service, readable by its owner alone, for it has a password; its text."""
    text = INVENTORY.format(name=name, **service)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return text


def ansible_variables(environment: bootstrap.Environment) -> dict[str, str]:
    """The process environment in which Ansible finds the checkout and nothing of the user's own configuration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    path = os.pathsep.join([str(environment.bin), os.environ.get("PATH", os.defpath)])
    return {
        **kept,
        "PATH": path,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_HOME": str(ROOT / ".cache" / "ansible"),
    }
