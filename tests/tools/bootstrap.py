# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interpreters and virtual environments for the project's commands: found and made on first use, in ignored folders.

`bootstrap.py ROLE [GROUP ...]` prints the environment's folder. ROLE is `oldest` (the oldest supported ansible-core),
`newest`, or `any` (the newest that this machine can run); GROUP names a file of tests/requirements.
It runs on whatever `python3` is, so it uses the standard library alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "tests" / "requirements"

# The first interpreter found wins. ansible-core 2.19 runs on 3.11 to 3.13, 2.21 on 3.12 to 3.14.
PYTHONS = {"oldest": ("3.11", "3.12", "3.13"), "newest": ("3.13", "3.12", "3.14")}
PROBE = (
    "import ensurepip, os, sys, venv;"
    "print('%d.%d' % sys.version_info[:2], '%d.%d.%d' % sys.version_info[:3], os.path.realpath(sys._base_executable))"
)


class SetupError(Exception):
    """This machine lacks something; the text says what and the remedy."""


class Interpreter:
    """A Python that can make virtual environments: `version` is like 3.13, `full_version` like 3.13.0."""

    def __init__(self, version: str, full_version: str, path: str):
        self.version = version
        self.full_version = full_version
        self.path = path


class Environment:
    """A ready virtual environment of one role."""

    def __init__(self, role: str, path: pathlib.Path, interpreter: Interpreter):
        self.role = role
        self.path = path
        self.interpreter = interpreter

    @property
    def python(self) -> str:
        return str(self.path / "bin" / "python")

    @property
    def bin(self) -> pathlib.Path:
        return self.path / "bin"

    def core_version(self) -> str:
        command = [self.python, "-c", "import ansible.release; print(ansible.release.__version__)"]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def candidates(version: str) -> list:
    """Where a Python of this version may be: this one, PATH, then the usual folders of version managers."""
    found = [sys.executable]
    folders = [pathlib.Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    found += [str(folder / name) for name in ("python" + version, "python3") for folder in folders]
    home = pathlib.Path.home()
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    managed = home / ".local" / "share" / "uv" / "python"
    patterns = (
        (pyenv, version + ".*/bin/python" + version),
        (managed, "cpython-" + version + ".*/bin/python" + version),
    )
    for base, pattern in patterns:
        found += sorted((str(path) for path in base.glob(pattern)), reverse=True)
    return [path for path in dict.fromkeys(found) if path and os.access(path, os.X_OK)]


def probe(path: str):
    """The interpreter at `path`, or None where it does not run or cannot make virtual environments."""
    try:
        answer = subprocess.run(
            [path, "-c", PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = answer.stdout.split(None, 2)
    return Interpreter(words[0], words[1], words[2].strip()) if answer.returncode == 0 and len(words) == 3 else None


def find_interpreter(role: str):
    """The interpreter for a role, or None. The variable WSMAN_PYTHON_<ROLE> names one instead."""
    chosen = os.environ.get("WSMAN_PYTHON_" + role.upper())
    if chosen:
        return probe(chosen)
    for version in PYTHONS[role]:
        for path in candidates(version):
            interpreter = probe(path)
            if interpreter and interpreter.version == version:
                return interpreter
    return None


def missing(role: str) -> str:
    wanted = " or ".join(PYTHONS[role])
    return (
        f"no Python {wanted} with venv and ensurepip was found for the {role} ansible-core; install one "
        f"(Debian and Ubuntu: also its -venv package), or name it in WSMAN_PYTHON_{role.upper()}"
    )


def stamp(environment: pathlib.Path, name: str) -> pathlib.Path:
    return environment / f".installed-{name}"


def digest(files, interpreter: Interpreter) -> str:
    """What an environment was made from: a change of any of it means a new installation."""
    text = interpreter.path + interpreter.full_version + "".join(file.read_text(encoding="utf-8") for file in files)
    return hashlib.sha256(text.encode()).hexdigest()


def group_files(role: str, group: str) -> list:
    """The requirement files of a group; the core's pin goes with each so that no group moves it."""
    files = [] if group == "core" else with_included(REQUIREMENTS / (group + ".txt"))
    return [*files, REQUIREMENTS / ("core-" + role + ".txt"), ROOT / "requirements.txt"]


def with_included(file: pathlib.Path) -> list:
    """A requirement file and those that it includes by `-r`."""
    lines = file.read_text(encoding="utf-8").splitlines()
    included = [file.parent / line[3:].strip() for line in lines if line.startswith("-r ")]
    return [file, *(deeper for path in included for deeper in with_included(path))]


def run_quietly(command: list, log: pathlib.Path, variables=None) -> None:
    with log.open("ab") as output:
        done = subprocess.run(command, env=variables, stdout=output, stderr=subprocess.STDOUT, check=False)
        if done.returncode == 0:
            return
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
    raise SetupError(f"{' '.join(command[:4])} ... failed; the end of {log.relative_to(ROOT)}:\n{tail}")


def create(path: pathlib.Path, interpreter: Interpreter, log: pathlib.Path) -> None:
    """Make the environment anew where there is none or its interpreter is another one by now."""
    marker = stamp(path, "python")
    wanted = digest([], interpreter)
    if marker.exists() and marker.read_text() == wanted and (path / "bin" / "python").exists():
        return
    run_quietly([interpreter.path, "-m", "venv", "--clear", str(path)], log)
    marker.write_text(wanted)


def install(role: str, path: pathlib.Path, interpreter: Interpreter, group: str, log: pathlib.Path) -> None:
    files = group_files(role, group)
    marker = stamp(path, group)
    wanted = digest(files, interpreter)
    if marker.exists() and marker.read_text() == wanted:
        return
    started = time.monotonic()
    arguments = [argument for file in files for argument in ("-r", str(file))]
    pip = [str(path / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run_quietly(pip + arguments, log)
    marker.write_text(wanted)
    seconds = time.monotonic() - started
    say(f"set up {path.name} (Python {interpreter.full_version}): {group} installed in {seconds:.0f} s")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def ensure_modern() -> None:
    """Start the command again with a newer Python where `python3` is too old for the rest of these tools."""
    if sys.version_info < (3, 11):  # noqa: UP036 this file alone has to run on what there is
        interpreter = find_interpreter("newest") or find_interpreter("oldest")
        if interpreter is None:
            sys.exit(missing("newest"))
        os.execv(interpreter.path, [interpreter.path, *sys.argv])


def home_role() -> str:
    """The role for what is run once: the newest that this machine can run."""
    return "newest" if find_interpreter("newest") else "oldest"


def prepare(role: str, groups) -> Environment:
    """The environment of a role with the groups installed; SetupError where the machine cannot have it."""
    if role == "any":
        role = home_role()
    interpreter = find_interpreter(role)
    if interpreter is None:
        raise SetupError(missing(role))
    path = ROOT / f".venv-{role}"
    build = ROOT / ".build"
    build.mkdir(exist_ok=True)
    with (build / f"setup-{role}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        log = build / f"setup-{role}.log"
        create(path, interpreter, log)
        for group in ("core", *groups):
            install(role, path, interpreter, group, log)
    return Environment(role, path, interpreter)


def main(arguments: list) -> int:
    if not arguments or arguments[0] not in ("oldest", "newest", "any"):
        say("usage: bootstrap.py oldest|newest|any [group ...]")
        return 2
    try:
        environment = prepare(arguments[0], arguments[1:])
    except SetupError as error:
        say(str(error))
        return 1
    print(environment.path)
    return 0


ensure_modern()  # at import, before tools that need it are read

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
