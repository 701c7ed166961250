# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reading back shows: the corruptions of live services (state.md §3), none of which came with a fault."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    datetimes,
    recipes,
    types_option,
    uris,
    verification,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.recipes import Choices, Part
from ansible_collections.wsman.automation.plugins.module_utils._wsman.verification import Findings

CLASS = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C"
CIM_TEXT = "<p:T>20200102030405.000000+000</p:T>"
NIL = '<p:A xsi:nil="true"/>'


def load(inner: str, uri: str = CLASS) -> Element:
    root = recipes.root_of(uri)
    declarations = f'xmlns:p="{root[0]}" xmlns:xsi="{uris.NS_XSI}" xmlns:cim="{uris.NS_CIM}"'
    return xml.load(f"<p:{root[1]} {declarations}>{inner}</p:{root[1]}>".encode())


def judge(
    profile: str,
    held: str,
    wanted: dict[str, t.Any],
    now: str,
    types: dict[str, str] | None = None,
    choices: Choices | None = None,
    uri: str = CLASS,
) -> Findings:
    part = Part(Target(uri), wanted)
    schema = types_option.parse(types).overlay(None) if types else None
    plan = recipes.plan_put(profile, part, load(held, uri), schema, choices=choices or Choices())
    assert plan.changed
    return verification.judge(plan, part, load(now, uri), profile, schema)


@pytest.mark.parametrize(
    ("profile", "held", "wanted", "now", "types", "findings"),
    [
        # Openwsman: false of what is not spelled as true, 0 of what is no number or too large
        (
            "openwsman",
            NIL,
            {"A": "yes"},
            "<p:A>false</p:A>",
            None,
            Findings(altered={"A": {"before": None, "held": "false", "wanted": "yes"}}),
        ),
        (
            "openwsman",
            NIL,
            {"A": "TRUE"},
            "<p:A>false</p:A>",
            None,
            Findings(altered={"A": {"before": None, "held": "false", "wanted": True}}),
        ),
        ("openwsman", NIL, {"A": "TRUE"}, "<p:A>true</p:A>", None, Findings()),
        (
            "openwsman",
            "<p:A>7</p:A>",
            {"A": 256},
            "<p:A>0</p:A>",
            None,
            Findings(altered={"A": {"before": "7", "held": "0", "wanted": 256}}),
        ),
        (
            "openwsman",
            NIL,
            {"A": "abc"},
            "<p:A>0</p:A>",
            None,
            Findings(altered={"A": {"before": None, "held": "0", "wanted": "abc"}}),
        ),
        # OMI wraps
        (
            "omi",
            "<p:A>7</p:A>",
            {"A": 300},
            "<p:A>44</p:A>",
            None,
            Findings(altered={"A": {"before": "7", "held": "44", "wanted": 300}}),
        ),
        # a member that is read-only on the service alone
        (
            "windows",
            "<p:A>7</p:A>",
            {"A": 8},
            "<p:A>7</p:A>",
            {"A": "uint8"},
            Findings(ignored={"A": {"held": 7, "wanted": 8}}),
        ),
        # one was taken, the other not, the third was equal before and is no more
        (
            "windows",
            "<p:A>7</p:A><p:B>x</p:B><p:C>k</p:C>",
            {"A": 8, "B": "y", "C": "k"},
            "<p:A>8</p:A><p:B>x</p:B><p:C>z</p:C>",
            None,
            Findings(
                ignored={"B": {"held": "x", "wanted": "y"}},
                altered={"C": {"before": "k", "held": "z", "wanted": "k"}},
            ),
        ),
        # members that were not named
        (
            "openwsman",
            "<p:A>7</p:A><p:B>x</p:B><p:D>1</p:D><p:D>2</p:D>",
            {"A": 8},
            '<p:A>8</p:A><p:B xsi:nil="true"/>',
            None,
            Findings(lost={"B": {"before": "x", "held": None}, "D": {"before": ["1", "2"], "held": None}}),
        ),
        (
            "openwsman",
            "<p:A>7</p:A><p:B> x </p:B><p:D/>",
            {"A": 8},
            "<p:A>8</p:A><p:B>x</p:B>",
            None,
            Findings(),
        ),
        (
            "openwsman",
            "<p:A>7</p:A><p:B>5</p:B>",
            {"A": 8},
            "<p:A>8</p:A><p:B>0</p:B>",
            None,
            Findings(lost={"B": {"before": "5", "held": "0"}}),
        ),
        # a counter moves by itself; what became 0, empty, or no number was lost
        (
            "openwsman",
            "<p:A>7</p:A><p:B>5</p:B><p:C>0</p:C><p:D>1.5</p:D><p:E>7</p:E><p:F>true</p:F><p:G>x</p:G>",
            {"A": 8},
            "<p:A>8</p:A><p:B>6</p:B><p:C>1</p:C><p:D>-2.5</p:D><p:E>seven</p:E><p:F>false</p:F><p:G>8</p:G>",
            None,
            Findings(
                lost={
                    "E": {"before": "7", "held": "seven"},
                    "F": {"before": "true", "held": "false"},
                    "G": {"before": "x", "held": "8"},
                },
                moved={
                    "B": {"before": "5", "held": "6"},
                    "C": {"before": "0", "held": "1"},
                    "D": {"before": "1.5", "held": "-2.5"},
                },
            ),
        ),
        ("omi", "<p:A>7</p:A><p:B>5</p:B>", {"A": 8}, "<p:A>8</p:A><p:B>6</p:B>", None, Findings()),
        (
            "omi",
            "<p:A>7</p:A><p:B>5</p:B>",
            {"A": 8},
            "<p:A>8</p:A>",
            None,
            Findings(lost={"B": {"before": "5", "held": None}}),
        ),
        ("windows", "<p:A>7</p:A><p:B>5</p:B>", {"A": 8}, "<p:A>8</p:A>", None, Findings()),
        # the service's own spelling is no difference
        ("omi", NIL, {"A": 32.32}, "<p:A>32.3199996948242</p:A>", {"A": "real32"}, Findings()),
        ("omi", NIL, {"A": 32.32}, "<p:A>32.3199996948242</p:A>", None, Findings()),
        ("openwsman", NIL, {"A": 1 / 3}, "<p:A>0.333333333333333</p:A>", None, Findings()),
        ("openwsman", NIL, {"A": " x "}, "<p:A>x</p:A>", None, Findings()),
        ("omi", NIL, {"A": "NaN"}, "<p:A>nan</p:A>", {"A": "real64"}, Findings()),
        ("omi", NIL, {"A": True}, "<p:A>TRUE</p:A>", None, Findings()),
        (
            "omi",
            NIL,
            {"A": "2020-01-02T03:04:05Z"},
            "<p:A>2020-01-02T02:57:05.000000-00:07</p:A>",
            {"A": "datetime"},
            Findings(),
        ),
        (
            "windows",
            "<p:A>x</p:A>",
            {"A": []},
            NIL,
            {"A": "string[]"},
            Findings(altered={"A": {"before": ["x"], "held": None, "wanted": []}}),
        ),
        ("windows", "<p:A>x</p:A><p:A>y</p:A>", {"A": []}, NIL, None, Findings()),
    ],
)
def test_judge(
    profile: str, held: str, wanted: dict[str, t.Any], now: str, types: dict[str, str] | None, findings: Findings
) -> None:
    found = judge(profile, held, wanted, now, types)
    assert found == findings
    assert (found.problem is None) is (findings == Findings())
    assert (found.warning is None) is (not findings.moved)


def test_a_counter_is_a_warning_and_no_problem() -> None:
    found = judge("openwsman", "<p:A>7</p:A><p:B>5</p:B>", {"A": 8}, "<p:A>8</p:A><p:B>6</p:B>")
    assert found.problem is None
    assert found.warning == "Not named, and another number than before, as counters are: B."


def test_the_problem_names_members_and_no_values() -> None:
    found = judge(
        "openwsman",
        "<p:A>7</p:A><p:B>x</p:B><p:C>5</p:C>",
        {"A": 256, "B": "secret"},
        "<p:A>0</p:A><p:B>x</p:B>",
    )
    assert found.problem == (
        "the service accepted the change, and left as it was: B; stored something else in: A; "
        "changed what was not named: C."
    )


def test_null_is_the_remedy_for_an_empty_list_that_is_not_kept() -> None:
    held = "<p:A>x</p:A><p:A>y</p:A>"
    for now in (held, "<p:A/>", NIL):
        found = judge("amt", held, {"A": []}, now, {"A": "string[]"})
        assert found.problem is None or found.problem.endswith("so want null instead of an empty list: A.")
    assert judge("amt", held, {"A": []}, held).problem is not None


def test_what_was_agreed_to_is_no_finding() -> None:
    held, now = f"{CIM_TEXT}<p:A>7</p:A><p:B>x</p:B>", '<p:T xsi:nil="true"/><p:A>8</p:A>'
    choices = Choices(allow_loss=True, omit=("B",))
    assert judge("openwsman", held, {"A": 8}, now, choices=choices) == Findings()
    choices = Choices(allow_loss=True)
    assert judge("openwsman", "<p:A>x</p:A>", {"A": "a & b"}, "<p:A/>", choices=choices) == Findings()
    assert judge("openwsman", "<p:A>x</p:A>", {"A": "a & b"}, "<p:A>z</p:A>", choices=choices).altered


def test_nested_members_are_named_by_their_path() -> None:
    held = "<p:A><p:B><p:X>1</p:X><p:Y>2</p:Y></p:B></p:A>"
    found = judge("windows", held, {"A": {"B": {"X": 5, "Y": 6}}}, held.replace("2", "6"))
    assert found == Findings(ignored={"A.B.X": {"held": "1", "wanted": 5}})


def test_passwords_cannot_be_read_back() -> None:
    uri = uris.NS_CONFIG + "/service/certmapping"
    held = "<p:Enabled>true</p:Enabled><p:Password/>"
    wanted = {"Enabled": False, "Password": "p"}
    now = "<p:Enabled>false</p:Enabled><p:Password/>"
    for update_secret in ("with_change", "always", "on_create"):
        choices = Choices(update_secret=t.cast(t.Any, update_secret))
        assert judge("windows", held, wanted, now, uri=uri, choices=choices) == Findings()


def test_what_is_read_back_is_refused_nothing() -> None:
    """What would be refused as wanted (a text over a boolean) is a finding once it is stored."""
    instant = datetimes.parse("2020-01-02T03:04:05Z")
    now = "<p:A><cim:Datetime>2020-01-02T03:04:05Z</cim:Datetime></p:A>"
    assert judge("generic", NIL, {"A": "soon"}, now).altered == {
        "A": {"before": None, "held": instant, "wanted": "soon"}
    }


@pytest.mark.parametrize(
    ("wanted", "option", "says"),
    [
        ({"A": "20200102030405.000000+000"}, "properties.A", "this is a datetime"),
        ({"A": {"resource_uri": CLASS, "selector_set": {"K": 1}}}, "properties.A", "this is a reference"),
        ({"A": {"X": 1}}, "properties.A", "this is an embedded instance"),
        ({"B": "x", "A": "a & b"}, "properties.A", "a text with & as empty"),
    ],
)
def test_a_create_is_refused_what_openwsman_would_lose(wanted: dict[str, t.Any], option: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        recipes.check_create("openwsman", Target(CLASS), wanted)
    assert caught.value.option == option
    assert recipes.check_create("omi", Target(CLASS), wanted) == {}


def test_a_create_with_consent_is_warned_of() -> None:
    choices = Choices(allow_loss=True)
    warnings = recipes.check_create("openwsman", Target(CLASS), {"A": "a & b", "B": "x"}, choices=choices)
    assert list(warnings) == ["A"]
    assert warnings["A"].startswith("A: this service shows a text with & as empty")
