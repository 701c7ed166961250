# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-test of the oldest or newest core on a copy of the checkout.

`ansible_test.py ROLE sanity [argument ...]`, ROLE being `oldest` or `newest`.

ansible-test passes almost no environment on, so it gets a home of its own inside the checkout, and there what pip is
told on this machine. Sanity tests of the newest core judge all files, those of the oldest what is shipped: the tests'
own files are the same lines to both.
"""

from __future__ import annotations

import ast
import configparser
import io
import os
import pathlib
import re
import subprocess
import sys

import bootstrap
import trees

ROOT = bootstrap.ROOT


def pip_settings(environment: bootstrap.Environment) -> configparser.RawConfigParser:
    """What `pip config list` and the PIP_* variables say here, as the text of a pip.conf."""
    command = [environment.python, "-m", "pip", "config", "list"]
    listing = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    parser = configparser.RawConfigParser()
    parser.add_section("global")
    parser.set("global", "quiet", "1")
    from_environment = {}
    for line in listing.splitlines():
        name, _sign, value = line.partition("=")
        section, _dot, option = name.rpartition(".")
        if section == ":env:":
            from_environment[option] = ast.literal_eval(value)
        else:
            if not parser.has_section(section):
                parser.add_section(section)
            parser.set(section, option, ast.literal_eval(value))
    for option, value in from_environment.items():
        if option != "config-file":
            parser.set("global", option, value)
    return parser


def wanted_pip(environment: bootstrap.Environment) -> str:
    """The pip version that this core's ansible-test installs, for it names the cached bootstrap file."""
    command = [environment.python, "-c", "import ansible_test; print(ansible_test.__path__[0])"]
    package = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    source = (pathlib.Path(package) / "_internal" / "python_requirements.py").read_text(encoding="utf-8")
    found = re.search(r"""\bpip=["']([\d.]+)["']""", source)
    if not found:
        raise bootstrap.SetupError(
            "this ansible-test does not say which pip it wants; tests/tools/ansible_test.py needs mending"
        )
    return found.group(1)


def make_home(environment: bootstrap.Environment) -> pathlib.Path:
    home = ROOT / ".cache" / f"ansible-test-{environment.role}"
    bootstrap_file = home / ".ansible" / "test" / "cache" / f"get_pip_{wanted_pip(environment).replace('.', '_')}.py"
    replace(bootstrap_file, (ROOT / "tests" / "tools" / "get_pip.py").read_text(encoding="utf-8"))
    settings = home / ".config" / "pip" / "pip.conf"
    text = io.StringIO()
    pip_settings(environment).write(text)
    replace(settings, text.getvalue())
    return home


def replace(path: pathlib.Path, text: str) -> None:
    """Write a file that commands running beside this one may be reading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not (path.exists() and path.read_text(encoding="utf-8") == text):
        new = path.with_name(f"{path.name}.{os.getpid()}")
        new.write_text(text, encoding="utf-8")
        new.replace(path)


def search_path(environment: bootstrap.Environment) -> str:
    """PATH with the environment's programs first and without version managers' shims, which need the real home."""
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder and "shims" not in folder]
    return os.pathsep.join([str(environment.bin), *folders])


def variables(environment: bootstrap.Environment) -> dict[str, str]:
    unwanted = ("ANSIBLE_", "PYTHON", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return {**kept, "HOME": str(make_home(environment)), "PATH": search_path(environment)}


def run(environment: bootstrap.Environment, arguments: list[str]) -> int:
    """Run one ansible-test command; its exit status. Sanity tests make environments for themselves, others get one."""
    name = arguments[0]
    partly = name == "sanity" and environment.role != bootstrap.home_role()
    folder = trees.copy(f"{environment.role}-{name}", trees.is_shipped if partly else trees.is_any)
    managed = ["--venv"] if name in ("units", "integration") else []
    python = ["--python", environment.interpreter.version]
    command = [str(environment.bin / "ansible-test"), name, *managed, *python, *arguments[1:]]
    return subprocess.run(
        command, cwd=folder, env=variables(environment), stdin=subprocess.DEVNULL, check=False
    ).returncode


def main(arguments: list[str]) -> int:
    if len(arguments) < 2 or arguments[0] not in ("oldest", "newest", "any"):
        bootstrap.say("usage: ansible_test.py oldest|newest|any sanity|integration|units [argument ...]")
        return 2
    try:
        return run(bootstrap.prepare(arguments[0], []), arguments[1:])
    except bootstrap.SetupError as error:
        bootstrap.say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
