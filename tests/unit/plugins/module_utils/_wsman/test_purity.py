# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The protocol stands alone: no Ansible, no network, no clock, no chance."""

from __future__ import annotations

import ast
import pathlib
import subprocess
import sys

import pytest

import ansible_collections.wsman.automation.plugins.module_utils._wsman as package

FOLDER = pathlib.Path(package.__file__).parent
FILES = sorted(FOLDER.glob("*.py"))
FORBIDDEN = frozenset(
    ("ansible", "requests", "urllib3", "socket", "ssl", "http", "spnego", "winrm", "time", "random", "uuid", "secrets")
    + ("os", "subprocess", "threading", "asyncio")
)

#: Run in an interpreter of its own, as this one has long loaded what is forbidden.
PROGRAM = """
import importlib, sys
folder, *names = sys.argv[1:]
class Refuser:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("ansible", "requests", "socket", "_socket", "spnego", "winrm"):
            raise ImportError(name + " is blocked")
sys.meta_path.insert(0, Refuser())
sys.path.insert(0, folder)
for name in names:
    importlib.import_module("_wsman." + name)
"""


def imported(file):
    """The first parts of all absolute imports, wherever in the file they stand."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 1, f"{file.name} imports from outside the package"


def test_imports_with_the_world_blocked():
    names = [file.stem for file in FILES if file.stem != "__init__"]
    command = [sys.executable, "-c", PROGRAM, str(FOLDER.parent), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_imports_are_the_standard_library(file):
    allowed = set(sys.stdlib_module_names) | ({"xmltodict"} if file.stem == "documents" else set())
    found = set(imported(file))
    assert not found & FORBIDDEN
    assert found <= allowed
