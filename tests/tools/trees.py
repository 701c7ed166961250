# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a plain clone importable as `ansible_collections.wsman.automation`, in ignored folders.

Ansible gets a symbolic link to the checkout; ansible-test refuses links and gets a copy of what git tracks, together
with new files that it does not ignore, so that work in progress is tested too.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import typing

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLLECTION = pathlib.PurePath("ansible_collections", "wsman", "automation")


def link() -> pathlib.Path:
    """The collections path whose wsman.automation is this checkout itself."""
    base = ROOT / ".build" / "collections"
    target = base / COLLECTION
    target.parent.mkdir(parents=True, exist_ok=True)
    relative = os.path.relpath(ROOT, target.parent)
    if not (target.is_symlink() and os.readlink(target) == relative):
        target.unlink(missing_ok=True)
        target.symlink_to(relative, target_is_directory=True)
    return base


def source_files() -> list[str]:
    """Paths of the files that make up the project, tracked or new, in order."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode()
    return sorted(path for path in set(listing.split("\0")) if path and (ROOT / path).is_file())


def is_any(_path: str) -> bool:
    return True


def is_shipped(path: str) -> bool:
    """Whether the collection's archive may have it: of the tests it has their configuration alone."""
    return not path.startswith("tests/") or path == "tests/config.yml"


def copy(name: str, wants: typing.Callable[[str], bool] = is_any) -> pathlib.Path:
    """Bring .build/NAME/ansible_collections/wsman/automation up to date and return that folder."""
    target = ROOT / ".build" / name / COLLECTION
    wanted = [path for path in source_files() if wants(path)]
    for path in wanted:
        copy_file(ROOT / path, target / path)
    remove_others(target, set(wanted))
    own_repository(target)
    return target


def own_repository(target: pathlib.Path) -> None:
    """Keep ansible-test from walking up to the checkout's repository, which ignores the whole copy."""
    if not (target / ".git").exists():
        subprocess.run(["git", "init", "--quiet", str(target)], check=True)


def copy_file(source: pathlib.Path, target: pathlib.Path) -> None:
    if target.exists() and unchanged(source.stat(), target.stat()):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def unchanged(first: os.stat_result, second: os.stat_result) -> bool:
    return (first.st_size, first.st_mtime_ns, first.st_mode) == (second.st_size, second.st_mtime_ns, second.st_mode)


def remove_others(base: pathlib.Path, wanted: set[str]) -> None:
    """Delete what the project no longer has, empty folders included; ansible-test's output and the repository stay."""
    visited = []
    for folder, folders, files in os.walk(base):
        here = pathlib.Path(folder)
        place = here.relative_to(base)
        folders[:] = [name for name in folders if (place / name).as_posix() not in (".git", "tests/output")]
        visited.append(here)
        for name in files:
            if (place / name).as_posix() not in wanted:
                (here / name).unlink()
    for folder in reversed(visited):
        if not any(folder.iterdir()):
            folder.rmdir()


if __name__ == "__main__":
    print(copy(sys.argv[1]) if len(sys.argv) > 1 else link())
