# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python imports this at its start. It writes the names of all modules into the file that WSMAN_IMPORTED names."""

from __future__ import annotations

import atexit
import os
import pathlib
import sys


def write() -> None:
    path = os.environ.get("WSMAN_IMPORTED")
    if path:
        pathlib.Path(path).write_text("\n".join(sorted(sys.modules)), encoding="utf-8")


atexit.register(write)
