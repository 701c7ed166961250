# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-lint on a copy of the checkout that lies where a collection has to lie."""

from __future__ import annotations

import os
import subprocess
import sys

import bootstrap
import trees


def run(environment: bootstrap.Environment, arguments: list[str]) -> int:
    folder = trees.copy("ansible-lint")
    empty = bootstrap.ROOT / ".build" / "empty.cfg"
    empty.touch()
    variables = {
        **os.environ,
        "PATH": f"{environment.bin}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "ANSIBLE_CONFIG": str(empty),
        "ANSIBLE_COLLECTIONS_PATH": str(folder.parents[2]),
        "ANSIBLE_HOME": str(bootstrap.ROOT / ".cache" / "ansible-lint"),
        "NO_COLOR": "1",
    }
    command = [str(environment.bin / "ansible-lint"), "--offline", "--strict", *arguments]
    return subprocess.run(command, cwd=folder, env=variables, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(run(bootstrap.prepare("any", ["lint"]), sys.argv[1:]))
    except bootstrap.SetupError as error:
        sys.exit(str(error))
