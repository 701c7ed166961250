# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real part that is missing: its tests are skipped with the remedy, and where CI=true that is a failure."""

from __future__ import annotations

import importlib
import pathlib

import pytest

import parts

REMEDIES = {
    "kdc": "krb5kdc, kadmin.local, kdb5_util is not installed: apt-get install krb5-kdc krb5-admin-server",
    "squid": "squid is not installed: apt-get install squid",
    "gssapi": "the Python library gssapi is not installed: apt-get install gcc libkrb5-dev",
}


@pytest.fixture
def nothing_there(monkeypatch):
    monkeypatch.setattr(parts, "program", lambda name: None)
    monkeypatch.setattr(parts.importlib.util, "find_spec", lambda name: None)


@pytest.fixture
def steps(monkeypatch):
    """The part of the test command that reads why tests were skipped."""
    monkeypatch.syspath_prepend(str(pathlib.Path(__file__).parents[1] / "tools"))
    return importlib.import_module("steps")


@pytest.mark.parametrize("name", REMEDIES)
def test_it_is_skipped_with_the_remedy(nothing_there, monkeypatch, steps, name):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception) as skipped:
        parts.need(name)
    assert str(skipped.value).startswith(REMEDIES[name])
    assert steps.names_a_part(str(skipped.value))


@pytest.mark.parametrize("name", REMEDIES)
def test_that_is_a_failure_where_all_is_wanted(nothing_there, monkeypatch, name):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="is not installed"):
        parts.need(name)


def test_a_library_that_pytest_itself_misses_counts_too(steps):
    assert steps.names_a_part("could not import 'spnego': No module named 'spnego'")
    assert not steps.names_a_part("this system has no TCP_QUICKACK")
