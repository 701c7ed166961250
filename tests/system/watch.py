# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What everybody on this machine can see of a playbook while it runs."""

from __future__ import annotations

import contextlib
import pathlib
import threading


class Watch:
    """Reads the arguments and the environment of every process, over and over, and all files in the *folder* given."""

    def __init__(self, folder: pathlib.Path | None = None) -> None:
        self.seen: set[bytes] = set()
        self.files: dict[pathlib.Path, set[bytes]] = {}
        self._folder = folder
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.02):
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    with contextlib.suppress(OSError):
                        self.seen.add((process / name).read_bytes())
            with contextlib.suppress(OSError):  # a folder may end while it is listed; there will be a next time
                for path in [] if self._folder is None else self._folder.rglob("*"):
                    self._read(path)

    def _read(self, path: pathlib.Path) -> None:
        with contextlib.suppress(OSError):
            if path.is_file():
                self.files.setdefault(path, set()).add(path.read_bytes())
