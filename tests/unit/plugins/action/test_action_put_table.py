# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of the comparison table as a task: check mode tells exactly what the run does, and refuses what it does."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import recipes, xml
from ansible_collections.wsman.automation.tests.unit.plugins.module_utils._wsman.comparison_rows import NAMESPACES, ROWS


def instance_of(row, inner):
    namespace, name = recipes.root_of(row.uri)
    declarations = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in {"p": namespace, **NAMESPACES}.items())
    return f"<p:{name}{declarations}>{inner}</p:{name}>"


def arguments_of(row):
    given = {"resource_uri": row.uri, "properties": row.wanted, **row.choices}
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    if row.selectors:
        given["selector_set"] = row.selectors
    return {**given, "types": row.types} if row.types else given


def shape(element):
    """What an element says, whatever prefixes and types it is written with."""
    attributes = sorted((name, text) for name, text in element.attrib.items() if not name.endswith("}type"))
    return element.tag, attributes, element.text or "", [shape(child) for child in element]


def body_of(text):
    return shape(xml.load(text.encode()).find("{http://www.w3.org/2003/05/soap-envelope}Body")[0])


@pytest.mark.parametrize("row", [row for row in ROWS if not row.refused], ids=str)
def test_check_mode_tells_what_the_run_does(run, row):
    held, arguments = instance_of(row, row.held), arguments_of(row)
    told, connection = run("put", arguments, held, profile=row.profile, check_mode=True)
    assert connection.actions == ["Get"]
    answers = [held] if row.sent is None else [held, "", instance_of(row, row.sent)]
    done, connection = run("put", {**arguments, "verify": "warn"}, *answers, profile=row.profile)
    assert "failed" not in done
    assert (done["changed"], done["diff"]) == (told["changed"], told["diff"])
    assert done["changed"] is (row.sent is not None)
    assert set(done["diff"]["after"]) == set(row.after)
    assert connection.actions == (["Get"] if row.sent is None else ["Get", "Put", "Get"])
    warnings = " ".join(told.get("warnings", []))
    assert row.warned in warnings if row.warned else not warnings
    if row.sent is not None:
        assert body_of(connection.sent[1]) == shape(xml.load(instance_of(row, row.sent).encode()))
        kept = not row.lossy or row.wanted != {"A": []}  # Windows takes null in place of an empty list
        assert done["verified"] is kept


@pytest.mark.parametrize("row", [row for row in ROWS if row.refused], ids=str)
def test_what_is_refused_is_refused_in_both_before_anything_is_sent(run, row):
    held, (option, says) = instance_of(row, row.held), row.refused
    for check_mode in (True, False):
        answers = [] if row.early else [held]
        result, connection = run("put", arguments_of(row), *answers, profile=row.profile, check_mode=check_mode)
        assert result["failed"]
        assert connection.actions == ["Get"] * len(answers)
        assert result["msg"].startswith(f"{option}: ")
        assert says in result["msg"]
