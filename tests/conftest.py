# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests with a service share that one file keeps running."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from sandbox import Sandbox


@pytest.fixture
def box(running: Sandbox) -> t.Iterator[Sandbox]:
    """The service of the file, its fixture *running*, as new."""
    running.clear()
    yield running
    running.reset()
