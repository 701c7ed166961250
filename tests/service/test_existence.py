# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, Delete and references: what check mode says is what a run does, and the next is ok."""

from __future__ import annotations

import pytest
import wired
from wired import ITEM, ITEMS, MANNERS, NEW, TWO, TYPES, outcome


@pytest.fixture(params=MANNERS)
def box(request):
    return wired.Box(request.param)


class TestCreate:
    @pytest.mark.parametrize("options", [{}, {"properties": {}}], ids=["", "keys alone"])
    def test_is_predicted_made_and_there(self, box, options):
        arguments = {**NEW, "properties": {"Level": 3, "Text": "neu", "Words": ["a", "b"]}, **options}
        predicted = box.run("create", arguments, check_mode=True)
        assert "Create" not in box.actions
        assert box.run("get", NEW)["failed"] is True
        result = box.run("create", arguments)
        assert outcome(result) == outcome(predicted)
        assert (result["changed"], result["verified"]) == (True, True)
        assert box.actions.count("Create") == 1
        again = box.run("create", arguments)
        assert again["changed"] is False
        for made in (result, again):
            assert box.run("get", {"endpoint_reference": made["endpoint_reference"]})["instance"] == made["instance"]

    @pytest.mark.parametrize("manner", ["windows", "omi"])
    def test_keys_among_the_properties_are_enough_where_the_schema_knows_them(self, manner):
        box = wired.Box(manner)
        arguments = {**ITEMS, "properties": {"name": "new", "GROUP": 4, "Level": 3}}
        for check_mode, changed in ((True, True), (False, True), (True, False), (False, False)):
            result = box.run("create", arguments, check_mode=check_mode)
            assert result["changed"] is changed, result
        assert "Create" not in box.actions  # OMI's providers must not see a key twice
        differs = box.run("create", {**ITEMS, "properties": {"Name": "new", "Group": 4, "Level": 5}})
        assert differs["differences"] == {"Level": {"held": 3, "wanted": 5}}
        assert "Create" not in box.actions

    @pytest.mark.parametrize("manner", ["openwsman", "amt"])
    def test_without_keys_it_is_sent_once_and_check_mode_asks(self, manner):
        box = wired.Box(manner)
        arguments = {**ITEMS, "properties": {"Name": "new", "Group": 4}}
        asked = box.run("create", arguments, check_mode=True)
        assert asked["msg"].startswith("selector_set: ")
        assert box.run("create", arguments)["changed"] is True
        again = box.run("create", arguments)
        assert again["failed"] is True
        assert "selector_set" in again["msg"]
        assert box.actions.count("Create") == 1

    @pytest.mark.parametrize(("level", "same"), [(5, True), (3, False)])
    def test_what_another_has_made_in_between_is_compared(self, box, level, same):
        """A Get has not found it, and Create says that it exists."""
        items = box.repository.find_class("root/cimv2", "Sandbox_Item")

        def make(action):
            if action == "Create" and len(box.repository.extent(items)) == 3:
                new = box.repository.extent(items)[0].copy()
                new.values.update(Name="new", Group=4, Level=5)
                box.repository.add(new)

        box.wrong = make
        result = box.run("create", {**NEW, "properties": {"Level": level}})
        assert box.actions[-2:] == ["Create", "Get"]
        assert result["changed"] is False if same else list(result["differences"]) == ["Level"]

    def test_what_openwsman_would_lose_is_refused(self):
        box = wired.Box("openwsman")
        wanted = {"Id": 77, "Moment": "20250101000000.000000+000"}
        for check_mode in (True, False):
            result = box.run(
                "create", {**TYPES, "selector_set": {"Id": 77}, "properties": wanted}, check_mode=check_mode
            )
            assert result["msg"].startswith("properties.Moment: ")
            assert "Create" not in box.actions

    def test_what_exists_otherwise_is_told_also_where_a_put_would_lose_something(self):
        box = wired.Box("openwsman")
        for check_mode in (True, False):
            result = box.run("create", {**TYPES, "properties": {"U8": 3}}, check_mode=check_mode)
            assert result["differences"] == {"U8": {"held": "255", "wanted": 3}}
            assert box.actions == ["Get"]

    @pytest.mark.parametrize("check_mode", [True, False])
    def test_keys_that_openwsman_would_lose_are_refused(self, check_mode):
        """It nulls references, those of an association too."""
        box = wired.Box("openwsman")
        services = {"resource_uri": "cimv2/Win32_DependentService", "namespace": "root/cimv2"}
        reference = box.run("enumerate", {**services, "return_type": "epr"})["endpoint_references"][0]
        assert box.run("delete", {"endpoint_reference": reference})["changed"] is True
        arguments = {"endpoint_reference": reference, "properties": {}}
        result = box.run("create", arguments, check_mode=check_mode)
        assert result["msg"].startswith("selector_set.Antecedent: ")
        assert "Create" not in box.actions

    def test_a_wrong_type_is_refused_before_it_is_sent(self):
        box = wired.Box("windows")
        result = box.run("create", {**NEW, "properties": {"Level": 256}})
        assert result["msg"].startswith("properties.Level: ")
        assert "Create" not in box.actions


class TestDelete:
    @pytest.mark.parametrize(
        "target",
        [
            ITEM,
            {"resource_uri": 'cimv2/Sandbox_Item?Name="alpha"+Group=1', "namespace": "root/cimv2"},
            {**ITEMS, "filter": "SELECT * FROM Sandbox_Item WHERE Name = 'alpha'"},
            "endpoint_reference",
        ],
        ids=["selector_set", "tail", "filter", "endpoint_reference"],
    )
    def test_by_each_kind_of_reference(self, box, target):
        if "filter" in target and box.manner == "amt":
            pytest.skip("AMT has no queries")
        if target == "endpoint_reference":
            listed = box.run("enumerate", {**ITEMS, "return_type": "epr"})["endpoint_references"]
            target = {target: next(one for one in listed if one["selector_set"]["Name"] == "alpha")}
        predicted = box.run("delete", target, check_mode=True)
        assert "Delete" not in box.actions
        result = box.run("delete", target)
        assert result == predicted
        assert result["changed"] is True
        assert box.run("delete", target)["changed"] is False
        assert box.run("delete", target, check_mode=True)["changed"] is False


def references(result):
    """Every endpoint reference in a result, at any depth."""
    if isinstance(result, dict):
        found = [result] if set(result) == {"address", "resource_uri", "selector_set"} else []
        return found or [one for value in result.values() for one in references(value)]
    return [one for value in result for one in references(value)] if isinstance(result, list) else []


def test_every_reference_of_a_result_goes_back_into_any_module(box):
    """From an enumeration, a value of an instance, a change and a creation (state.md §2)."""
    made = box.run("create", {**NEW, "properties": {"Level": 1}})
    peers = [{"resource_uri": "cimv2/Sandbox_AllTypes", "selector_set": {"Id": 3}}]
    differing = {**TYPES, "properties": {"Peers": None if box.manner == "openwsman" else peers}, "allow_loss": True}
    results = [
        made,
        box.run("put", differing, check_mode=True),
        box.run("create", differing),
        box.run("put", {**ITEM, "properties": {"Level": 77}}),
        box.run("put", {"endpoint_reference": made["endpoint_reference"], "properties": {"Level": 2}}),
        box.run("get", TYPES),
        box.run("enumerate", {**ITEMS, "return_type": "epr"}),
        box.run("enumerate", {**ITEMS, "return_type": "object_and_epr"}),
    ]
    if box.manner != "amt":
        results.append(box.run("put", {**ITEMS, "filter": TWO, "limit_targets": 2, "properties": {"Level": 5}}))
    found = references(results)
    assert len(found) >= 2 + 2 + 3 + 3 + 8
    for reference in found:
        read = box.run("get", {"endpoint_reference": reference})
        assert "failed" not in read, reference
        name, value = next(iter(reference["selector_set"].items()))
        if name in read["instance"]:
            assert str(read["instance"][name]) == value
        same = {} if reference["resource_uri"].endswith("Sandbox_AllTypes") else {"Level": read["instance"]["Level"]}
        assert box.run("put", {"endpoint_reference": reference, "properties": same})["changed"] is False
        assert box.run("delete", {"endpoint_reference": reference}, check_mode=True)["changed"] is True
    assert box.run("delete", {"endpoint_reference": made["endpoint_reference"]})["changed"] is True
    assert box.run("get", {"endpoint_reference": made["endpoint_reference"]})["failed"] is True


def test_it_goes_into_a_method_and_into_an_association(box):
    services = {"resource_uri": "cimv2/Win32_Service", "namespace": "root/cimv2", "return_type": "epr"}
    listed = box.run("enumerate", services)["endpoint_references"]
    called = {"endpoint_reference": listed[0], "method": "InterrogateService", "read_only": True}
    assert box.run("invoke", called)["return_value"] == 0
    related = {"resource_uri": "http://schemas.dmtf.org/wbem/wscim/1/*", "namespace": "root/cimv2"}
    counts = [box.run("enumerate", {**related, "association": {"object": one}})["count"] for one in listed]
    assert any(counts) and not all(counts)


def test_the_address_in_a_reference_is_no_place_to_go_to(box):
    """It is anonymous, or what a service believes its own name to be (state.md §2)."""
    selectors = {**ITEM["selector_set"], "__cimnamespace": "root/cimv2"}
    address = "http://elsewhere.example:1/wsman"
    reference = {"resource_uri": "cimv2/Sandbox_Item", "selector_set": selectors, "address": address}
    assert box.run("get", {"endpoint_reference": reference})["instance"]["Name"] == "alpha"
    assert f"://{box.manner}:" in box.sent[0].partition("</wsa:To>")[0]
    assert "elsewhere" not in box.sent[0]
