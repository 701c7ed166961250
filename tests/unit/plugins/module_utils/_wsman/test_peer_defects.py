# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Defects of PowerShell's WSMan module that this collection does not have, as far as no service is needed.

Its ``ProcessInput`` puts the values of a ValueSet into XML without escaping, and ``Set-WSManInstance`` edits the
InnerText of what it got, so that it writes neither arrays, nor null, nor embedded objects.
"""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import recipes, representation, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.recipes import Part

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/C"
HOSTILE = "\"'<&>]]> </p:A><p:B>injected</p:B> &amp; <!-- x -->"


def put(held: str, wanted: dict[str, t.Any]) -> str:
    """The members of the Put, as text."""
    declarations = f'xmlns:p="{WMI}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    element = xml.load(f"<p:C {declarations}>{held}</p:C>".encode())
    plan = recipes.plan_put("windows", Part(Target(WMI), wanted), element)
    assert plan.changed
    return xml.dump(plan.representation).decode().partition(">")[2].removesuffix("</p:C>")


def test_values_are_escaped_in_a_put() -> None:
    """Defect 1, Set-WSManInstance and New-WSManInstance."""
    sent = xml.load(f'<p:C xmlns:p="{WMI}">{put("<p:A>x</p:A>", {"A": HOSTILE})}</p:C>'.encode())
    assert [(xml.local(child.tag), child.text) for child in sent] == [("A", HOSTILE)]


@pytest.mark.parametrize("name", ["C", "Method_INPUT"])
def test_values_are_escaped_in_a_create_and_an_invoke(name: str) -> None:
    """Defect 1, New-WSManInstance and Invoke-WSManAction; attributes too."""
    made = representation.to_element(name, WMI, {"A": HOSTILE, "List": [HOSTILE, "x"], "D": {"@N": HOSTILE}})
    sent = xml.load(xml.dump(made))
    assert [(xml.local(child.tag), child.text) for child in sent] == [
        ("A", HOSTILE),
        ("List", HOSTILE),
        ("List", "x"),
        ("D", None),
    ]
    assert sent[3].get("N") == HOSTILE


@pytest.mark.parametrize(
    ("held", "wanted", "sent"),
    [
        ("<p:A>1</p:A>", {"A": [1, 2]}, "<p:A>1</p:A><p:A>2</p:A>"),
        ("<p:A>1</p:A><p:A>2</p:A><p:A>3</p:A>", {"A": [3]}, "<p:A>3</p:A>"),
        ("<p:A>x</p:A>", {"A": None}, '<p:A xsi:nil="true"/>'),
        ('<p:A xsi:nil="true"/>', {"A": "x"}, "<p:A>x</p:A>"),
        ("<p:A><p:X>1</p:X><p:Y>2</p:Y></p:A>", {"A": {"Y": 3}}, "<p:A><p:X>1</p:X><p:Y>3</p:Y></p:A>"),
        (
            "<p:A><p:X>1</p:X></p:A>",
            {"A": [{"X": 1}, {"X": 2}]},
            "<p:A><p:X>1</p:X></p:A><p:A><p:X>2</p:X></p:A>",
        ),
        ("<p:B/>", {"A": {"X": {"Y": [1, 2]}}}, "<p:B/><p:A><p:X><p:Y>1</p:Y><p:Y>2</p:Y></p:X></p:A>"),
    ],
)
def test_arrays_null_and_embedded_objects_are_written(held: str, wanted: dict[str, t.Any], sent: str) -> None:
    """Defect 4."""
    assert put(held, wanted) == sent
