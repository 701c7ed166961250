# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs what guides and README show, against the bundled service, and compares what they quote with what is printed.

Each guide gets services of its own (`guide_hosts.py`). Its blocks of the language `yaml+jinja` are run in their order,
all tasks between two plays as one play. Each block `ansible-output` has to be found in the output of the play around
it, line by line. In a `console` block each line after `$ ` is run as a command, and the lines below it have to be found
in its output. A line that consists of `...` stands for any others. Blocks of the languages `yaml`, `ini` and `text` are
only read, but a `yaml` block that begins with `# group_vars/NAME.yml` or `# host_vars/NAME.yml` is that file for all
that follows. The folder of these files is called /etc/wsman in guides. A comment `.. environment: NAME=value` is for
the next block, and so is `.. hosts: NAME` with the host that its tasks run on, which is server1 otherwise.
What tables have in double quotes has to stand in a block, too: so it is what really is printed.

What is shown of a host that this machine cannot have is skipped with the reason, and a failure where CI=true.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap

import bootstrap
import guide_hosts
import real_parts
import service
import trees

ROOT = bootstrap.ROOT
GUIDES = ROOT / "docs" / "docsite" / "rst"
HEAD = "- name: The tasks of a guide\n  hosts: {hosts}\n  gather_facts: false\n  tasks:\n"
DIRECTIVE = re.compile(r"^( *)\.\. code-block:: (\S+)\n((?:\1 +:.*\n)*)((?:\n|\1 +\S.*\n)+)", re.MULTILINE)
ENVIRONMENT = re.compile(r"^\.\. environment: (.+)\n", re.MULTILINE)
HOSTS = re.compile(r"^\.\. hosts: (.+)\n", re.MULTILINE)
TABLE = re.compile(r"^( *)\.\. list-table::.*\n((?:\n|\1 +\S.*\n)+)", re.MULTILINE)
QUOTED = re.compile(r'"([^"]+)"')
FILE = re.compile(r"# ((?:group|host)_vars/\w+\.yml)\n")
FOLDER = "/etc/wsman"
FENCE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Block:
    """A code block of a guide: language, text without its indentation, and the line where it begins.

    *variables* are for the environment of its commands, tasks run on *hosts*.
    """

    language: str
    text: str
    line: int
    variables: dict[str, str] = dataclasses.field(default_factory=dict)
    hosts: str = "server1"


def blocks(source: str) -> list[Block]:
    """The code blocks of a guide; of a text in Markdown, such as the README, its plays."""
    found = []
    for match in FENCE.finditer(source):
        if re.search(r"^  hosts:", match.group(1), re.MULTILINE):
            found.append(Block("yaml+jinja", match.group(1), source.count("\n", 0, match.start()) + 1))
    end = 0
    for match in DIRECTIVE.finditer(source):
        text = textwrap.dedent(match.group(4)).strip("\n") + "\n"
        given = dict(one.split("=", 1) for one in ENVIRONMENT.findall(source, end, match.start()))
        hosts = (HOSTS.findall(source, end, match.start()) or ["server1"])[-1]
        found.append(Block(match.group(2), text, source.count("\n", 0, match.start()) + 1, given, hosts))
        end = match.end()
    return found


def invented(source: str) -> list[str]:
    """What a table has in double quotes and no block of the guide shows."""
    shown = normal(" ".join(block.text for block in blocks(source)).replace("\n", " "))
    cells = [" ".join(match.group(2).split()) for match in TABLE.finditer(source)]
    return [quoted for cell in cells for quoted in QUOTED.findall(cell) if normal(quoted) not in shown]


def unquoted(expected: list[str], output: str) -> str | None:
    """The first passage of the quotation that the output does not have, in its place; None where all are there.

    A passage is what stands between lines `...`. Empty lines do not count, white space counts as one space, and what
    changes from run to run is made equal on both sides.
    """
    lines = [normal(line) for line in output.splitlines() if line.strip()]
    position = 0
    for passage in re.split(r"^\s*\.\.\.$", "\n".join(expected), flags=re.MULTILINE):
        wanted = [normal(line) for line in passage.splitlines() if line.strip()]
        starts = range(position, len(lines) - len(wanted) + 1)
        start = next((index for index in starts if lines[index : index + len(wanted)] == wanted), None)
        if start is None:
            return passage.strip()
        position = start + len(wanted)
    return None


def normal(line: str) -> str:
    line = re.sub(r"\*{3,}", "***", line)
    line = re.sub(r"((?:127\.0\.0\.1|localhost):|port )\d+", r"\1PORT", line)
    line = re.sub(r"\b[0-9a-f]{64}\b", "FINGERPRINT", line)
    return " ".join(line.split())


class Guide:
    """One guide beside services of its own, in a folder of its own."""

    def __init__(self, path: pathlib.Path, environment: bootstrap.Environment):
        self.path = path
        self.environment = environment
        self.problems: list[str] = []
        self.checked = 0
        self.skipped: list[str] = []
        self.tasks = ""  # a play that has been collected
        self.began = 0
        self.quoted: list[Block] = []  # of its output

    def check(self) -> Guide:
        source = self.path.read_text(encoding="utf-8")
        found = blocks(source)
        for text in invented(source):
            self.judge(False, 1, f"a table quotes what no block shows: {text}")
        if not any(block.language in ("console", "yaml+jinja") for block in found):
            return self
        with tempfile.TemporaryDirectory(prefix="wsman-") as folder:
            self.folder = pathlib.Path(folder)
            with guide_hosts.hosts(self.path.stem, self.environment, self.folder) as self.hosts:
                self.hosts.write(self.folder / "inventory.yml")
                for block in found:
                    self.take(block)
                self.play()
        return self

    def take(self, block: Block) -> None:
        file = FILE.match(block.text)
        if block.language == "yaml" and file:
            self.write(file.group(1), block)
        elif block.language == "yaml+jinja" and block.text.startswith("- "):
            if re.search(r"^  hosts:", block.text, re.MULTILINE):
                self.play()
                self.tasks, self.began = block.text, block.line
            else:
                head = HEAD.format(hosts=block.hosts)
                if not self.tasks.startswith(head):
                    self.play()
                self.tasks = self.tasks or head
                self.began = self.began or block.line
                self.tasks += textwrap.indent(block.text, "    ")
        elif block.language == "ansible-output":
            self.quoted.append(block)
        elif block.language == "console":
            self.play()
            self.run_console(block)

    def write(self, name: str, block: Block) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(block.text.replace(FOLDER, str(self.folder)), encoding="utf-8")

    def play(self) -> None:
        """Run the play that has been collected, and compare what is quoted of it."""
        if not self.tasks:
            return
        (self.folder / "play.yml").write_text(self.tasks, encoding="utf-8")
        status, output = self.run(["ansible-playbook", "-i", "inventory.yml", "play.yml"])
        self.judge(status == 0, self.began, f"the play fails:\n{output}")
        for block in self.quoted:
            self.compare(block.text.splitlines(), output, block.line)
        self.tasks, self.began, self.quoted = "", 0, []

    def run_console(self, block: Block) -> None:
        command, expected = None, []
        for line in [*block.text.splitlines(), "$ "]:
            if line.startswith("$ "):
                if command and not self.skips(command, block.line):
                    _status, output = self.run(["bash", "-c", command], block.variables)
                    self.compare(expected, output, block.line)
                command, expected = line[2:], []
            else:
                expected.append(line)

    def skips(self, command: str, line: int) -> bool:
        """Whether the command is about a host that this machine cannot have."""
        reason = next((why for host, why in self.hosts.lacking.items() if re.search(rf"\b{host}\b", command)), None)
        if reason and os.environ.get("CI") == "true":
            self.judge(False, line, reason)
        elif reason:
            self.skipped.append(reason)
        return reason is not None

    def run(self, command: list[str], variables: dict[str, str] | None = None) -> tuple[int, str]:
        """Exit status and output; the folder has in it the name that guides know it by."""
        here = str(self.folder)
        own = {name: value.replace(FOLDER, here) for name, value in (variables or {}).items()}
        base = {**service.ansible_variables(self.environment), **self.hosts.variables, **own}
        settings = {"ANSIBLE_COLLECTIONS_PATH": str(trees.link()), "ANSIBLE_NOCOLOR": "1", "COLUMNS": "80"}
        done = subprocess.run(
            [word.replace(FOLDER, here) for word in command],
            cwd=self.folder,
            env={**base, **settings, "ANSIBLE_RETRY_FILES_ENABLED": "false"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout.replace(here, FOLDER)

    def compare(self, expected: list[str], output: str, line: int) -> None:
        wrong = unquoted(expected, output)
        self.judge(wrong is None, line, f"quotes what is not printed:\n{wrong}\nprinted was:\n{output}")

    def judge(self, good: bool, line: int, text: str) -> None:
        self.checked += 1
        if not good:
            self.problems.append(f"{self.path.relative_to(ROOT)}:{line}: {text}")


def main(names: list[str]) -> int:
    environment = bootstrap.prepare("any", ["sandbox"])
    trees.link()
    chosen = [GUIDES / f"guide_{name}.rst" for name in names] or [
        ROOT / "README.md",
        *sorted(GUIDES.glob("guide_*.rst")),
    ]
    if guide_hosts.NEED_PARTS & {path.stem for path in chosen}:
        for problem in filter(None, [real_parts.install_programs(), real_parts.install_kerberos(environment)]):
            bootstrap.say(problem)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        guides = list(pool.map(lambda path: Guide(path, environment).check(), chosen))
    problems = [problem for guide in guides for problem in guide.problems]
    print("\n".join([*problems, *(f"skipped: {reason}" for guide in guides for reason in guide.skipped)]))
    print(f"{sum(guide.checked for guide in guides) - len(problems)} passed, {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (bootstrap.SetupError, json.JSONDecodeError) as error:
        sys.exit(str(error))
