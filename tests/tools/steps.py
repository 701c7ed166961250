# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` runs: a table of steps, and how the number of tests is read from what each one prints."""

from __future__ import annotations

import collections
import dataclasses
import pathlib
import re
import sys
import typing
from xml.etree import ElementTree

import bootstrap

ROOT = bootstrap.ROOT
TOOLS = ROOT / "tests" / "tools"
REPORTS = ROOT / ".build" / "reports"
ROLES = ("oldest", "newest")
TESTS = {  # what pytest runs of each group: a folder, and which of its files apart from the others
    "unit": ("unit", None),
    "sockets": ("sockets", None),
    "service": ("service", None),
    "system": ("system", None),
    "authentication": ("system", "test_*auth*.py"),
}
GROUPS = ("lint", *TESTS, "sanity", "integration", "artifact", "docs", "demo")
WITH_PARTS = set(TESTS)  # the groups whose tests use what real_parts.py installs
PART = re.compile(r"is not installed: |(?:could not import|No module named) '(?:gssapi|krb5|spnego)\b")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """Numbers of single tests, seconds, and why tests were skipped."""

    passed: int
    failed: int
    skipped: int = 0
    seconds: float = 0.0
    reasons: tuple[str, ...] = ()


def last_lines(output: str) -> list[str]:
    return output.splitlines()[-40:]


def sanity_errors(output: str) -> list[str]:
    errors = [line for line in output.splitlines() if re.match(r"ERROR: |FATAL: The |\S*Error\b", line)]
    return errors[-80:] or last_lines(output)


def failed_targets(output: str) -> list[str]:
    """The end of each failed integration target's own output."""
    names = output.rpartition("listed below")[2].partition("FATAL: Command")[0].splitlines()[1:]
    sections = re.split(r"^Running (\S+) integration test .*$", output, flags=re.MULTILINE)
    told = []
    for name, text in zip(sections[1::2], sections[2::2], strict=True):
        if name in names:
            told += [f"--- {name}", *[line for line in text.splitlines() if line.strip()][-30:]]
    return told or last_lines(output)


@dataclasses.dataclass(frozen=True)
class Step:
    """One command. `count` reads (exit status, output) into an Outcome, `tell` says what of the output shows a failure.

    `timeout` is in seconds.
    """

    group: str
    key: str
    title: str
    command: list[str]
    count: typing.Callable[[int, str], Outcome]
    tell: typing.Callable[[str], list[str]] = last_lines
    variables: dict[str, str] = dataclasses.field(default_factory=dict)
    timeout: float = 900.0

    def outcome(self, status: int, output: str, seconds: float) -> Outcome:
        """A command that fails counts as at least one failed test, and one that counts nothing as a failure too."""
        counted = self.count(status, output)
        nothing = not (counted.passed or counted.failed)
        failed = max(counted.failed, 1) if status != 0 or nothing else counted.failed
        return dataclasses.replace(counted, failed=failed, seconds=seconds)


def count_one(status: int, _output: str) -> Outcome:
    return Outcome(passed=int(status == 0), failed=int(status != 0))


def count_junit(report: pathlib.Path) -> typing.Callable[[int, str], Outcome]:
    def count(_status: int, _output: str) -> Outcome:
        if not report.exists():
            return Outcome(0, 1)
        suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
        total, failures, errors, skipped = (
            sum(int(suite.get(name, "0")) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
        )
        reasons = tuple(element.get("message", "") for suite in suites for element in suite.iter("skipped"))
        return Outcome(total - failures - errors - skipped, failures + errors, skipped, reasons=reasons)

    return count


def count_ansible_test(status: int, output: str) -> Outcome:
    """Sanity tests, or integration targets: a line for each that is begun, and a list of those that failed."""
    begun = len(re.findall(r'^Running (?:sanity test "|\S+ integration test )', output, re.MULTILINE))
    listed = re.search(r"The (\d+) (?:sanity|integration) test\(s\) listed below", output)
    failed = int(listed.group(1)) if listed else int(status != 0)
    reasons = tuple(re.findall(r'WARNING: (Required program "\S+" not found)', output))
    reasons += tuple(re.findall(r"WARNING: (Skipping .*)", output))
    without = len(re.findall(r'WARNING: Required program "\S+" not found', output))
    return Outcome(max(begun - failed - without, 0), failed, len(reasons), reasons=reasons)


def count_line(status: int, output: str) -> Outcome:
    """A script of ours whose last line says `N passed, N failed`, and before that why something was skipped."""
    found = re.findall(r"^(\d+) passed, (\d+) failed$", output, re.MULTILINE)
    reasons = tuple(re.findall(r"^skipped: (.+)$", output, re.MULTILINE))
    if not found:
        return count_one(status, output)
    return Outcome(int(found[-1][0]), int(found[-1][1]), len(reasons), reasons=reasons)


def requirements(role: str, groups: set[str]) -> list[str]:
    """The requirement groups that the environment of a role needs for these steps."""
    wanted = ["test"] if groups & {*TESTS, "demo", "artifact"} else []
    return wanted + ([name for name in ("lint", "docs") if name in groups] if role == bootstrap.home_role() else [])


def steps(environments: dict[str, bootstrap.Environment]) -> list[Step]:
    """All steps that this machine can run: lint, then the longest first, so that those at a time end together."""
    home = environments.get("newest") or environments["oldest"]
    present = list(environments.values())

    def tests(*groups: str) -> list[Step | None]:
        return [pytest_step(environment, group) for group in groups for environment in present]

    def sandboxed(command: str) -> list[Step | None]:
        return [ansible_test_step(environment, command) for environment in reversed(present)]

    long = [*tests("system"), *sandboxed("sanity"), *tests("authentication"), *sandboxed("integration")]
    rest = [*docs_steps(home), *tests("sockets", "service", "unit"), artifact_step(home)]
    last = [demo_step(environment) for environment in present]
    return [step for step in [*lint_steps(home), *long, *rest, *last] if step is not None]


def lint_steps(home: bootstrap.Environment) -> list[Step]:
    programs = {
        "ruff": ["ruff", "check", "--quiet", "--output-format", "concise", "--cache-dir", ".cache/ruff", "."],
        "mypy": ["mypy"],
        "yamllint": ["yamllint", "--strict", "."],
    }
    made = [
        Step("lint", name, name, [str(home.bin / command[0]), *command[1:]], count_one)
        for name, command in programs.items()
    ]
    return [*made, Step("lint", "ansible-lint", "ansible-lint", tool("ansible_lint.py"), count_one)]


def tool(name: str, *arguments: str) -> list[str]:
    return [sys.executable, str(TOOLS / name), *arguments]


def titled(environment: bootstrap.Environment, name: str) -> str:
    return f"{name} (ansible-core {environment.core_version()}, Python {environment.interpreter.version})"


def pytest_step(environment: bootstrap.Environment, group: str) -> Step | None:
    name, pattern = TESTS[group]
    folder = ROOT / "tests" / name
    files = sorted(folder.rglob(pattern or "test_*.py"))
    if not files:
        return None
    others = [other for where, other in TESTS.values() if where == name and other and other != pattern]
    chosen = [*map(str, files)] if pattern else [str(folder), *(f"--ignore-glob=*/{other}" for other in others)]
    key = f"{group}-{environment.role}"
    report = REPORTS / f"{key}.xml"
    report.unlink(missing_ok=True)
    options = ["-q", f"--junitxml={report}", "-o", f"cache_dir=.cache/pytest-{key}"]
    command = [environment.python, "-m", "pytest", *options, *chosen]
    path = f"{environment.bin}:/usr/bin:/bin:/usr/sbin:/sbin"  # the last two have krb5kdc and squid
    return Step(
        group, key, titled(environment, f"{group} tests"), command, count_junit(report), variables={"PATH": path}
    )


def ansible_test_step(environment: bootstrap.Environment, command: str) -> Step | None:
    if command == "integration" and not any((ROOT / "tests" / "integration" / "targets").glob("*/aliases")):
        return None
    extra = ["--color", "no"] + (["--continue-on-error"] if command == "integration" else [])
    title = titled(environment, f"ansible-test {command}")
    arguments = tool("ansible_test.py", environment.role, command, *extra)
    tell = sanity_errors if command == "sanity" else failed_targets
    return Step(command, f"{command}-{environment.role}", title, arguments, count_ansible_test, tell, timeout=1200.0)


def demo_step(environment: bootstrap.Environment) -> Step | None:
    if not (ROOT / "tests" / "demo" / "demo.yml").exists():
        return None
    command = tool("demo.py", environment.role)
    title = titled(environment, "demo, twice")
    return Step("demo", f"demo-{environment.role}", title, command, count_line, variables={"WSMAN_COUNT": "1"})


def docs_steps(home: bootstrap.Environment) -> list[Step]:
    return [
        Step("docs", "docs", "documentation without warnings", tool("build_docs.py"), count_one),
        Step("docs", "guides", titled(home, "what the guides show"), tool("guides.py"), count_line),
    ]


def artifact_step(home: bootstrap.Environment) -> Step:
    return Step(
        "artifact", "artifact", titled(home, "collection built, installed and used"), tool("artifact.py"), count_line
    )


def skips(outcomes: list[Outcome]) -> list[tuple[str, int]]:
    """The reasons why tests were skipped, each with its number."""
    counted = collections.Counter(reason for outcome in outcomes for reason in outcome.reasons)
    return sorted(counted.items())


def names_a_part(reason: str) -> bool:
    """Whether a test was skipped because a real part is missing, rather than because it has no sense here."""
    return bool(PART.search(reason))
