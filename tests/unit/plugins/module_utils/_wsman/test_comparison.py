# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of the comparison table: what is sent, with which difference, or what is refused with which words."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    cim,
    instance,
    recipes,
    types_option,
    verification,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.merge import Plan
from ansible_collections.wsman.automation.plugins.module_utils._wsman.recipes import Choices, Part
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Schema
from ansible_collections.wsman.automation.tests.unit.plugins.module_utils._wsman.comparison_rows import (
    NAMESPACES,
    ROWS,
    Row,
)


def load(row: Row, inner: str) -> Element:
    namespace, name = recipes.root_of(row.uri)
    declarations = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in {"p": namespace, **NAMESPACES}.items())
    return xml.load(f"<p:{name}{declarations}>{inner}</p:{name}>".encode())


def schema_of(row: Row) -> Schema | None:
    return types_option.parse(row.types).overlay(None) if row.types else None


def part_of(row: Row) -> Part:
    return Part(Target(row.uri, dict(row.selectors)), row.wanted)


def plan(row: Row, held: Element) -> Plan:
    return recipes.plan_put(row.profile, part_of(row), held, schema_of(row), choices=Choices(**row.choices))


def same(one: Element, other: Element) -> bool:
    """Structural equality, whatever prefixes and types are written with."""
    types = [element.attrib.pop(instance.TYPE, "").replace("}", ":").rpartition(":")[2] for element in (one, other)]
    return (
        one.tag == other.tag
        and one.attrib == other.attrib
        and types[0] == types[1]
        and (one.text or "") == (other.text or "")
        and len(one) == len(other)
        and all(same(*pair) for pair in zip(one, other, strict=True))
    )


def readable(value: t.Any) -> t.Any:
    """Values of ring 1 as the table writes them."""
    if isinstance(value, EndpointReference):
        plain = value.to_plain()
        del plain["address"]
        return plain
    if isinstance(value, Instance):
        return readable(value.properties)
    if isinstance(value, dict):
        return {name: readable(one) for name, one in value.items()}
    if isinstance(value, list):
        return [readable(one) for one in value]
    return value if isinstance(value, (bytes, float)) else cim.to_plain(value)


def test_there_are_at_least_150_rows() -> None:
    assert len(ROWS) >= 150
    assert len({str(row) + repr(row) for row in ROWS}) == len(ROWS)
    assert {row.profile for row in ROWS} == {"windows", "omi", "openwsman", "idrac", "amt", "generic"}
    typed = {kind.removesuffix("[]") for row in ROWS for kind in (row.types or {}).values()}
    assert typed >= {*cim.TYPES, "reference"}


@pytest.mark.parametrize("row", [row for row in ROWS if row.refused], ids=str)
def test_refused(row: Row) -> None:
    option, says = row.refused or ("", "")
    with pytest.raises(UsageError) as caught:
        plan(row, load(row, row.held))
    assert caught.value.option == option
    assert says in str(caught.value)


@pytest.mark.parametrize("row", [row for row in ROWS if not row.refused], ids=str)
def test_planned(row: Row) -> None:
    held = load(row, row.held)
    result = plan(row, held)
    assert (readable(result.before), readable(result.after)) == (readable(row.before), readable(row.after))
    assert result.changed is (row.sent is not None)
    if row.sent is not None:
        assert same(result.representation, load(row, row.sent)), xml.dump(result.representation)
    assert same(held, load(row, row.held)), "what was received must not be touched"
    warned = " ".join(result.warnings)
    assert (row.warned in warned) if row.warned else not warned


@pytest.mark.parametrize("row", [row for row in ROWS if row.sent is not None and not row.lossy], ids=str)
def test_where_the_service_keeps_what_it_is_sent_a_second_run_changes_nothing(row: Row) -> None:
    first = plan(row, load(row, row.held))
    kept = xml.load(xml.dump(first.representation))
    findings = verification.judge(first, part_of(row), kept, row.profile, schema_of(row))
    assert findings == verification.Findings()
    assert findings.problem is None
    assert not plan(row, kept).changed


def can_be_judged(row: Row) -> bool:
    """Whether reading back can tell: not of passwords, nor of a text that Openwsman shows as empty whatever it is."""
    return row.sent is not None and "Password" not in str(row.after) and not (row.warned or "").startswith("A: this")


@pytest.mark.parametrize("row", [*filter(can_be_judged, ROWS)], ids=str)
def test_where_the_service_keeps_nothing_reading_back_says_so(row: Row) -> None:
    first = plan(row, load(row, row.held))
    findings = verification.judge(first, part_of(row), load(row, row.held), row.profile, schema_of(row))
    assert set(findings.ignored) and not findings.altered and not findings.lost
    assert {name.partition(".")[0] for name in findings.ignored} == set(row.after)
    assert "left as it was: " in (findings.problem or "")


EMPTY = next(row for row in ROWS if row.profile == "windows" and row.wanted == {"A": []} and row.lossy)


def test_null_in_place_of_an_empty_list_is_told_with_its_remedy() -> None:
    findings = verification.judge(
        plan(EMPTY, load(EMPTY, EMPTY.held)), part_of(EMPTY), load(EMPTY, EMPTY.held), EMPTY.profile, schema_of(EMPTY)
    )
    assert "want null instead of an empty list: A" in (findings.problem or "")
