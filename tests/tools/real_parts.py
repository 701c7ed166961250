# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other people's programs and libraries that the tests of authentication use: a KDC, a proxy, Kerberos for Python.

Programs come from Debian's packages, where this is Debian or one of its kin and root runs it; nothing that a package
brings is started or left to start with the machine. gssapi and krb5 have no wheels for Linux: they are built once,
kept in .cache/wheels, and installed into the environments. What is missing at the end is said and ends nothing: the
tests that need it skip, or fail where CI=true. `WSMAN_INSTALL=no` leaves the machine's packages alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import time
import typing

import bootstrap

ROOT = bootstrap.ROOT
BUILD = ROOT / ".build"
WHEELS = ROOT / ".cache" / "wheels"
GROUP = "kerberos"
JUDGE = "kerberos-judge"
SYSTEM_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))

# What shows that a package is there, and the package.
PROGRAMS = {
    "cc": "gcc",
    "krb5-config": "libkrb5-dev",
    "krb5kdc": "krb5-kdc",
    "kadmin.local": "krb5-admin-server",
    "kinit": "krb5-user",
    "squid": "squid",
}
BUILDING = ("cc", "krb5-config")  # what the wheels need, before the first installation of them only
SERVICES = ("squid", "krb5-kdc", "krb5-admin-server")
POLICY = pathlib.Path("/usr/sbin/policy-rc.d")  # asked by Debian's packages before they start a service
LIBRARIES = ("gssapi", "krb5")


def absent(names: typing.Iterable[str] = tuple(PROGRAMS)) -> list[str]:
    return [name for name in names if shutil.which(name, path=SYSTEM_PATH) is None]


def packages() -> list[str]:
    """Debian's packages that are not there. Its Python has its headers apart; other Pythons bring theirs."""
    names = [PROGRAMS[program] for program in absent()]
    if "gcc" in names:
        names.append("libc6-dev")  # a recommendation of gcc only
    if not has_wheels():
        builder = bootstrap.find_interpreter("oldest") or bootstrap.find_interpreter("newest")
        if builder and builder.path.startswith("/usr/bin/") and not has_headers(builder):
            names.append(f"python{builder.version}-dev")
    return names


def without(problem: str) -> str:
    return f"{problem}; tests that need them are skipped"


def install_programs() -> str | None:
    """Install the packages that are not there; what is missing after that, None where nothing is."""
    names = packages()
    if not names:
        return None
    remedy = without(f"real parts of the tests are missing: apt-get install {' '.join(names)}")
    if os.environ.get("WSMAN_INSTALL") == "no" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return remedy
    started = time.monotonic()
    try:
        with locked("packages"), services_not_started():
            apt_get("update")
            apt_get("install", "--yes", "--no-install-recommends", *names)
            keep_from_starting(names)
    except bootstrap.SetupError as error:
        return without(f"real parts of the tests could not be installed: {error}")
    bootstrap.say(f"installed {', '.join(names)} in {time.monotonic() - started:.0f} s")
    return remedy if absent() else None


def apt_get(*arguments: str) -> None:
    """One command of apt-get that asks nothing and waits for its lock."""
    command = ["apt-get", "--quiet", "--option", "DPkg::Lock::Timeout=300", *arguments]
    variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "PATH": SYSTEM_PATH}
    bootstrap.run_quietly(command, BUILD / "packages.log", variables)


@contextlib.contextmanager
def services_not_started() -> typing.Iterator[None]:
    """Packages start nothing meanwhile. Where the machine has a policy of its own, that one counts."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)


def keep_from_starting(packages: list[str]) -> None:
    """Where systemd runs, the services that came just now do not start with the machine either."""
    new = [name for name in SERVICES if name in packages]
    if new and pathlib.Path("/run/systemd/system").exists():
        subprocess.run(["systemctl", "--quiet", "disable", "--now", *new], capture_output=True, check=False)


@contextlib.contextmanager
def locked(name: str) -> typing.Iterator[None]:
    """One process at a time, of all that run in this checkout."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install_kerberos(environment: bootstrap.Environment) -> str | None:
    """Bring gssapi and krb5 into an environment; why they are not there, None where they are."""
    files = bootstrap.group_files(environment.role, GROUP)
    marker = bootstrap.stamp(environment.path, GROUP)
    wanted = bootstrap.digest(files, environment.interpreter)
    if marker.exists() and marker.read_text() == wanted:
        return None
    started = time.monotonic()
    with locked("wheels"):
        problem = try_builders(environment, files)
    if problem is None:
        problem = install_judge(environment)
    if problem is None:
        marker.write_text(wanted)
        seconds = time.monotonic() - started
        bootstrap.say(f"set up {environment.path.name}: {GROUP} installed in {seconds:.0f} s")
    return problem


def install_judge(environment: bootstrap.Environment) -> str | None:
    """What pywinrm needs for Kerberos, built by pip in a few seconds; why it is not there, None where it is."""
    file = bootstrap.REQUIREMENTS / f"{JUDGE}.txt"
    command = [environment.python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "-r", str(file)]
    try:
        bootstrap.run_quietly(command, BUILD / f"setup-{environment.role}.log")
    except bootstrap.SetupError as error:
        return without(f"pykerberos is not in {environment.path.name}: {error}")
    return None


def try_builders(environment: bootstrap.Environment, files: list[pathlib.Path]) -> str | None:
    """Install from the wheels that there are, else build them. Those of the oldest interpreter do for all newer ones;
    where they do not, the environment's own interpreter builds."""
    log = BUILD / f"setup-{environment.role}.log"
    if install_wheels(environment, files, log) is None:
        return None
    lacking = absent(BUILDING)
    if lacking:
        names = " ".join(PROGRAMS[name] for name in lacking)
        return without(f"gssapi and krb5 cannot be built for {environment.path.name}: apt-get install {names}")
    own = environment.interpreter
    problem = None
    for interpreter in {one.path: one for one in (bootstrap.find_interpreter("oldest") or own, own)}.values():
        try:
            build(interpreter)
        except bootstrap.SetupError as error:
            problem = str(error)
            continue
        problem = install_wheels(environment, files, log)
        if problem is None:
            return None
    return without(f"gssapi and krb5 are not in {environment.path.name}: {problem}")


def install_wheels(environment: bootstrap.Environment, files: list[pathlib.Path], log: pathlib.Path) -> str | None:
    """Install from .cache/wheels and see that they load; why not, None where they do."""
    if not has_wheels():
        return f"there are no wheels in {WHEELS.relative_to(ROOT)}"
    arguments = [argument for file in files for argument in ("-r", str(file))]
    only = ["--only-binary", ",".join(LIBRARIES), "--find-links", str(WHEELS)]
    pip = [environment.python, "-m", "pip", "--disable-pip-version-check"]
    try:
        bootstrap.run_quietly([*pip, "install", "--quiet", *only, *arguments], log)
        bootstrap.run_quietly([environment.python, "-c", f"import {', '.join(LIBRARIES)}"], log)
    except bootstrap.SetupError as error:
        # libraries that do not load would look as if they were there
        subprocess.run([*pip, "uninstall", "--quiet", "--yes", *LIBRARIES], capture_output=True, check=False)
        return str(error)
    return None


def build(interpreter: bootstrap.Interpreter) -> None:
    """Build both wheels, side by side, in an environment for that alone. Little optimized: they only have to be right,
    and compiling is what takes one or two minutes."""
    if not has_headers(interpreter):
        raise bootstrap.SetupError(f"Python {interpreter.version} has no headers: its -dev package has them")
    bootstrap.say(f"building gssapi and krb5 with Python {interpreter.full_version}, once for this checkout")
    log = BUILD / "wheels.log"
    path = BUILD / "wheels"
    bootstrap.run_quietly([interpreter.path, "-m", "venv", "--clear", str(path)], log)
    pip = [str(path / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    WHEELS.mkdir(parents=True, exist_ok=True)
    names = [line for line in (bootstrap.REQUIREMENTS / f"{GROUP}.txt").read_text().splitlines() if is_library(line)]
    variables = {**os.environ, "CFLAGS": f"{os.environ.get('CFLAGS', '')} -O1 -g0"}
    with log.open("ab") as output:
        streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
        commands = [[*pip, "-w", str(WHEELS), name] for name in names]
        started = [subprocess.Popen(command, env=variables, **streams) for command in commands]
        failed = [name for name, process in zip(names, started, strict=True) if process.wait() != 0]
    shutil.rmtree(path, ignore_errors=True)
    if failed:
        raise bootstrap.SetupError(f"{', '.join(failed)} could not be built, see {log.relative_to(ROOT)}")


def has_wheels() -> bool:
    return all(any(WHEELS.glob(f"{name}-*.whl")) for name in LIBRARIES)


def is_library(line: str) -> bool:
    return line.startswith(LIBRARIES)


def has_headers(interpreter: bootstrap.Interpreter) -> bool:
    program = "import os, sysconfig; print(os.path.exists(os.path.join(sysconfig.get_path('include'), 'Python.h')))"
    answer = subprocess.run([interpreter.path, "-c", program], stdout=subprocess.PIPE, text=True, check=False)
    return answer.stdout.strip() == "True"


def main() -> int:
    """`make parts`: all of it, for the environments that this machine can have; 1 where something is missing."""
    problems = [install_programs()]
    for role in ("oldest", "newest"):
        try:
            problems.append(install_kerberos(bootstrap.prepare(role, ["test"])))
        except bootstrap.SetupError as error:
            problems.append(str(error))
    for problem in filter(None, problems):
        bootstrap.say(problem)
    return 1 if any(problems) else 0


if __name__ == "__main__":
    sys.exit(main())
