# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A filter in place of selectors: every match is planned, and then written or deleted, and gathered into one result."""

from __future__ import annotations

import pytest
import wired
from wired import ITEM, ITEMS, TWO

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import WSManFault


@pytest.mark.parametrize("manner", ["windows", "omi", "openwsman"])
class TestQueries:
    """A filter in place of selectors."""

    def test_more_than_the_limit_touches_none(self, manner):
        box = wired.Box(manner)
        for name, options in (("put", {"properties": {"Level": 99}}), ("delete", {})):
            result = box.run(name, {**ITEMS, "filter": TWO, **options})
            assert result["failed"] is True
            assert result["msg"].startswith("limit_targets: ")
            assert "Name=alpha" in result["msg"] and "Name=beta" in result["msg"]
            assert len(result["endpoint_references"]) == 2
            assert not {"Put", "Delete"} & set(box.actions)

    def test_every_match_is_written_and_gathered(self, manner):
        box = wired.Box(manner)
        arguments = {**ITEMS, "filter": TWO, "limit_targets": 2, "properties": {"Level": 7}}
        predicted = box.run("put", arguments, check_mode=True)
        result = box.run("put", arguments)
        assert result["diff"] == predicted["diff"]
        assert (result["count"], result["changed"], result["verified"]) == (2, True, True)
        assert [one["changed"] for one in result["results"]] == [False, True]
        assert list(result["diff"]["after"]) == ["Sandbox_Item?Name=beta+Group=1"]
        assert result["diff"]["after"]["Sandbox_Item?Name=beta+Group=1"] == {"Level": 7}
        for one in result["results"]:
            found = box.run("get", {"endpoint_reference": one["endpoint_reference"]})
            assert int(found["instance"]["Level"]) == 7
        again = box.run("put", arguments)
        assert (again["changed"], again["count"], again["diff"]) == (False, 2, {"before": {}, "after": {}})

    def test_a_selector_filter_that_a_service_ignores_finds_no_more_for_it(self, manner):
        """OMI takes it and answers with everything (wire/omi/43): nothing else may be deleted."""
        box = wired.Box(manner)
        query = {**ITEMS, "filter": {"Name": "beta", "Group": 1}}
        predicted = box.run("delete", query, check_mode=True)
        result = box.run("delete", query)
        assert (result["changed"], result["count"], result["diff"]) == (True, 1, predicted["diff"])
        left = box.run("enumerate", {**ITEMS, "return_type": "epr"})["endpoint_references"]
        assert sorted(one["selector_set"]["Name"] for one in left) == ["alpha", "gamma"]
        assert box.run("delete", query)["count"] == 0

    def test_no_match_is_ok(self, manner):
        box = wired.Box(manner)
        query = {**ITEMS, "filter": "SELECT * FROM Sandbox_Item WHERE Name = 'nobody'"}
        for name, options in (("put", {"properties": {"Level": 1}}), ("delete", {})):
            result = box.run(name, {**query, **options})
            assert (result["changed"], result["count"], result["results"]) == (False, 0, [])

    def test_nothing_is_written_before_all_are_planned(self, manner):
        """The second instance refuses what the first would take."""
        box = wired.Box(manner)
        box.run("put", {**ITEM, "properties": {"Words": ["one", "two", "three"]}})
        arguments = {**ITEMS, "filter": TWO, "limit_targets": 2, "properties": {"Level": 1, "Name": "alpha"}}
        result = box.run("put", arguments)
        assert result["msg"].startswith("properties.Name: ")
        assert result["msg"].endswith("This is about Sandbox_Item?Name=beta+Group=1.")
        assert "changed" not in result
        assert "Put" not in box.actions

    def test_a_failure_half_way_says_what_was_changed(self, manner):
        box = wired.Box(manner)
        puts = iter([None, WSManFault(subcode="wsman:AccessDenied", reason="No.")])
        box.wrong = lambda action: next(puts) if action == "Put" else None
        arguments = {**ITEMS, "filter": TWO, "limit_targets": 2, "properties": {"Level": 55}}
        result = box.run("put", arguments)
        assert (result["failed"], result["changed"]) == (True, True)
        assert "This is about Sandbox_Item?Name=beta+Group=1." in result["msg"]
        assert result["msg"].endswith("Before that, Sandbox_Item?Name=alpha+Group=1 was changed.")
        assert int(box.run("get", ITEM)["instance"]["Level"]) == 55

    def test_a_failure_half_way_in_check_mode_changed_nothing(self, manner):
        box = wired.Box(manner)
        gets = iter([None, WSManFault(subcode="wsman:AccessDenied", reason="No.")])
        box.wrong = lambda action: next(gets) if action == "Get" else None
        result = box.run("delete", {**ITEMS, "filter": TWO, "limit_targets": 2}, check_mode=True)
        assert result["failed"] is True
        assert "changed" not in result
        assert result["msg"].endswith("This is about Sandbox_Item?Name=beta+Group=1.")

    def test_what_a_service_does_not_keep_ends_it_too(self, manner):
        """The second instance is not touched, and the first is said to be changed, not kept."""
        box = wired.Box(manner)
        arguments = {**ITEMS, "filter": TWO, "limit_targets": 2, "properties": {"Level": 256}, "types": "text"}
        result = box.run("put", arguments)
        if manner == "windows":
            assert "fault" in result
        else:
            assert (result["failed"], result["changed"]) == (True, True)
            assert result["altered"]["Level"]["held"] == "0"
            assert "This is about Sandbox_Item?Name=alpha+Group=1." in result["msg"]
        assert box.actions.count("Put") == 1

    def test_all_classes_of_a_namespace(self, manner):
        box = wired.Box(manner)
        everything = {"resource_uri": "http://schemas.dmtf.org/wbem/wscim/1/*", "namespace": "root/cimv2"}
        query = {**everything, "filter": "SELECT * FROM Sandbox_Item WHERE Name = 'beta'"}
        result = box.run("put", {**query, "properties": {"Level": 4}})
        assert (result["changed"], result["count"]) == (True, 1)
        assert result["results"][0]["class_name"] == "Sandbox_Item"
        assert box.run("delete", query)["changed"] is True


@pytest.mark.parametrize("name", ["put", "delete"])
@pytest.mark.parametrize(
    "options",
    [
        {"selector_set": {"Name": "a"}},
        {"resource_uri": "cimv2/Sandbox_Item?Name=a"},
        {"limit_targets": 0},
        {"filter": " "},
        {"filter": None, "dialect": "wql"},
        {"dialect": "nonsense"},
    ],
)
def test_a_query_excludes_what_names_an_instance(name, options):
    box = wired.Box("windows")
    wanted = {"properties": {"Level": 1}} if name == "put" else {}
    result = box.run(name, {**ITEMS, "filter": TWO, **wanted, **options})
    assert result["failed"] is True
    assert box.actions == []


def test_a_query_excludes_a_fragment():
    box = wired.Box("windows")
    result = box.run("put", {**ITEMS, "filter": TWO, "fragment": "Level", "value": 1})
    assert result["msg"].startswith("filter: ")
    assert box.actions == []
