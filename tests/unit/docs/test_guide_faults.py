# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide "Faults and remedies" says what the table says, and names every step of the diagnosis."""

from __future__ import annotations

import importlib.util
import pathlib
import re
import sys
import types

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import remedies
from ansible_collections.wsman.automation.plugins.plugin_utils import _diagnosis

ROOT = pathlib.Path(__file__).resolve().parents[3]
TOOL = ROOT / "tests" / "tools" / "remedies_page.py"
GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_faults.rst").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tool():
    """The tool that makes the page; the module that it shares with other tools is not needed for that."""
    monkey = pytest.MonkeyPatch()
    monkey.setitem(sys.modules, "trees", types.ModuleType("trees"))
    specification = importlib.util.spec_from_file_location("remedies_page", TOOL)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    yield module
    monkey.undo()


def test_the_page_is_the_table(tool):
    assert tool.page(GUIDE) == GUIDE, "python3 tests/tools/remedies_page.py makes it anew"


def test_every_row_is_there_with_its_words(tool):
    text = " ".join(GUIDE.replace("\\", "").split())
    for row in remedies.TABLE:
        assert row.cause.replace("\\", "") in text
        assert row.remedy.replace("\\", "") in text
        assert all(f"``{key}``" in GUIDE for key in (*row.faults, *row.numbers))
    assert "``QUOTA_MAX_SHELLS`` (2150859173, 0x803381A5)" in GUIDE
    assert "``WBEM_E_INVALID_CLASS`` (2147749904, 0x80041010)" in GUIDE
    assert "``CIM_ERR_NOT_FOUND`` (6)" in GUIDE


def test_every_step_is_told():
    way = GUIDE.partition("Where the way ends\n---")[2].partition("The faults\n---")[0]
    told = re.findall(r"^   \* - ``(\w+)``$", way, re.MULTILINE)
    assert tuple(told) == _diagnosis.STEPS
