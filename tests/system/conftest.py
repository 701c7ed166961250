# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of whole playbooks share: a folder for each module, and services that end with it."""

from __future__ import annotations

import collections.abc
import contextlib

import playbook
import pytest

from sandbox import Sandbox


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> playbook.Workspace:
    """A folder in which this module's playbooks, inventories and records lie."""
    return playbook.Workspace(tmp_path_factory.mktemp("plays"))


@pytest.fixture(scope="module")
def services() -> collections.abc.Iterator[collections.abc.Callable[..., Sandbox]]:
    """Starts a service of its own for each thing that is counted; all end with the module."""
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(Sandbox(users={"wsman": playbook.PASSWORD}, **options))
