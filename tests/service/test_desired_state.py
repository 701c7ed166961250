# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put, Create and Delete against each make of service: what check mode says is what a run does, and the next is ok.

The services lose and alter what they are sent as state.md §3 describes; the client is to refuse it or to say it.
"""

from __future__ import annotations

import typing as t

import pytest
import wired
from ansible import constants

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, WSManFault

MANNERS = ["windows", "omi", "openwsman", "amt"]
ITEMS = {"resource_uri": "cimv2/Sandbox_Item", "namespace": "root/cimv2"}
ITEM = {**ITEMS, "selector_set": {"Name": "alpha", "Group": 1}}
NEW = {**ITEMS, "selector_set": {"Name": "new", "Group": 4}}
TYPES = {"resource_uri": "cimv2/Sandbox_AllTypes", "namespace": "root/cimv2", "selector_set": {"Id": 1}}
TWO = "SELECT * FROM Sandbox_Item WHERE Name = 'alpha' OR Name = 'beta'"
CUT = TransportError("The connection was closed.", step="read", outcome_unknown=True)
UNAUTHORIZED = TransportError("Refused.", step="authentication", http_status=401)
GONE = WSManFault(subcode="wsa:DestinationUnreachable", windows_code=0x80041002, windows_name="WBEM_E_NOT_FOUND")
NOT_FOUND = WSManFault(subcode="wsa:DestinationUnreachable")


@pytest.fixture(autouse=True)
def _fresh_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))


@pytest.fixture(params=MANNERS)
def box(request):
    return wired.Box(request.param)


def read(box, target=ITEM):
    return box.run("get", target)["instance"]


def outcome(result):
    """What a check mode must say as the run does: everything but what is known after the change alone."""
    after = ("instance", "verified", "endpoint_reference", "class_name")
    return {name: value for name, value in result.items() if name not in after}


PUTS: list[t.Any] = [
    # (target, options, manners that cannot do it or refuse it)
    pytest.param(ITEM, {"properties": {"Level": 9}}, "", id="number"),
    pytest.param(ITEM, {"properties": {"Level": "9"}}, "", id="number as text"),
    pytest.param(ITEM, {"properties": {"Offset": -70000}}, "", id="negative number"),
    pytest.param(ITEM, {"properties": {"Enabled": False}}, "", id="boolean"),
    pytest.param(ITEM, {"properties": {"Enabled": "FALSE"}}, "", id="boolean in other case"),
    pytest.param(ITEM, {"properties": {"Text": "neu  é€😀"}}, "", id="text"),
    pytest.param(ITEM, {"properties": {"Text": "a & b"}}, "openwsman", id="ampersand"),
    pytest.param(ITEM, {"properties": {"Text": None}}, "", id="null"),
    pytest.param(ITEM, {"properties": {"Words": ["one", "two", "three"]}}, "", id="longer array"),
    pytest.param(ITEM, {"properties": {"Words": ["one"]}}, "", id="array of one"),
    pytest.param(ITEM, {"properties": {"Words": ["two", "one"]}}, "", id="array in other order"),
    pytest.param(ITEM, {"properties": {"Numbers": None}}, "", id="array to null"),
    pytest.param(ITEM, {"properties": {"level": 8, "WORDS": ["x"]}}, "", id="names in other case"),
    pytest.param(ITEM, {"properties": {"Level": 8, "Name": "alpha", "Group": 1}}, "", id="with its keys"),
    pytest.param(ITEM, {"fragment": "Text", "value": "part"}, "", id="fragment"),
    pytest.param(ITEM, {"fragment": "Words[2]", "value": "second"}, "", id="fragment with index"),
    pytest.param(ITEM, {"fragment": "Level/text()", "value": 12}, "", id="fragment of text"),
    pytest.param(ITEM, {"fragment": {"path": "Words[1]/text()"}, "value": "w"}, "", id="fragment of one text"),
    pytest.param(TYPES, {"properties": {"Text": "neu"}}, "openwsman", id="beside what Openwsman loses"),
    pytest.param(TYPES, {"properties": {"Text": "neu"}, "allow_loss": True}, "", id="with consent to the loss"),
    pytest.param(TYPES, {"properties": {"Moment": "2025-01-01T00:00:00Z"}}, "openwsman", id="datetime"),
    pytest.param(TYPES, {"properties": {"Origin": {"X": 5}}}, "openwsman", id="member of an embedded instance"),
    pytest.param(
        TYPES,
        {"properties": {"Peer": {"resource_uri": "cimv2/Sandbox_AllTypes", "selector_set": {"Id": 3}}}},
        "openwsman",
        id="reference",
    ),
]


@pytest.mark.parametrize(("target", "options", "refused"), PUTS)
def test_put_predicts_writes_and_is_done(box, target, options, refused):
    before = read(box, target)
    predicted = box.run("put", {**target, **options}, check_mode=True)
    assert "Put" not in box.actions
    assert read(box, target) == before
    result = box.run("put", {**target, **options})
    assert outcome(result) == outcome(predicted)
    if box.manner in refused.split():
        assert result["failed"] is True
        assert "Put" not in box.actions
        assert read(box, target) == before
        return
    assert result["changed"] is True
    assert "failed" not in result
    assert result["verified"] is True
    assert box.actions.count("Put") == 1
    assert box.actions[-1] == "Get"
    for check_mode in (True, False):
        again = box.run("put", {**target, **options}, check_mode=check_mode)
        assert (again["changed"], again["diff"]) == (False, {"before": {}, "after": {}})
        assert "verified" not in again


@pytest.mark.parametrize(("target", "options", "refused"), PUTS)
def test_no_fragment_goes_to_a_service_that_is_not_windows(box, target, options, refused):
    box.run("put", {**target, **options})
    sent = ["FragmentTransfer" in text for text in box.sent]
    assert any(sent) == (box.manner == "windows" and "fragment" in options)


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize(
    ("order", "changed"), [({}, True), ({"array_order": "exact"}, True), ({"array_order": "ignore"}, False)]
)
def test_arrays_may_be_taken_for_bags(manner, order, changed):
    result = wired.Box(manner).run("put", {**ITEM, "properties": {"Words": ["two", "one"]}, **order})
    assert result["changed"] is changed


class TestRefusals:
    """What is refused before a Put, with the member and what it takes (issue, "What it must show", 5)."""

    @pytest.mark.parametrize("check_mode", [True, False])
    @pytest.mark.parametrize("manner", ["windows", "omi"])
    @pytest.mark.parametrize(
        ("properties", "told"),
        [
            ({"Level": 256}, ["properties.Level", "0 to 255", "uint8"]),
            ({"Enabled": "maybe"}, ["properties.Enabled", "boolean", "true or false"]),
            ({"Level": "x"}, ["properties.Level", "uint8"]),
            ({"Nope": 1}, ["properties.Nope", "It has", "Level"]),
            ({"Name": "beta"}, ["properties.Name", "key"]),
            ({"Group": 2}, ["properties.Group", "key"]),
            ({"Words": ["a", None]}, ["properties.Words[1]"]),
        ],
    )
    def test_with_a_schema(self, manner, properties, told, check_mode):
        box = wired.Box(manner)
        result = box.run("put", {**ITEM, "properties": properties}, check_mode=check_mode)
        assert result["failed"] is True
        assert all(text in result["msg"] for text in told), result["msg"]
        assert "Put" not in box.actions

    @pytest.mark.parametrize("manner", ["openwsman", "amt"])
    def test_a_key_without_a_schema(self, manner):
        box = wired.Box(manner)
        result = box.run("put", {**ITEM, "properties": {"Name": "beta", "Level": 5}})
        assert result["msg"].startswith("properties.Name: ")
        assert "Put" not in box.actions

    def test_what_a_service_wraps_is_reported_where_no_schema_says_it(self):
        box = wired.Box("openwsman")
        result = box.run("put", {**ITEM, "properties": {"Level": 256}})
        assert (result["failed"], result["changed"], result["verified"]) == (True, True, False)
        assert result["altered"] == {"Level": {"before": "7", "held": "0", "wanted": 256}}
        assert "Level" in result["msg"]
        again = box.run("put", {**ITEM, "properties": {"Level": 256}})
        assert again["ignored"] == {"Level": {"held": "0", "wanted": 256}}


class TestVerify:
    """What reading back makes of a difference (state.md §3)."""

    def test_warn(self):
        box = wired.Box("openwsman")
        result = box.run("put", {**ITEM, "properties": {"Level": 256}, "verify": "warn"})
        assert "failed" not in result
        assert (result["changed"], result["verified"]) == (True, False)
        assert result["altered"]["Level"]["held"] == "0"
        assert "Level" in result["warnings"][-1]

    def test_false(self):
        box = wired.Box("openwsman")
        result = box.run("put", {**ITEM, "properties": {"Level": 256}, "verify": False})
        assert "failed" not in result
        assert (result["changed"], result["verified"]) == (True, False)
        assert "altered" not in result
        assert "warnings" not in result

    @pytest.mark.parametrize("error", [CUT, UNAUTHORIZED, GONE, NOT_FOUND], ids=["cut", "401", "gone", "not found"])
    @pytest.mark.parametrize("verify", ["true", "warn"])
    def test_a_service_that_is_gone_after_the_put_fails_no_task(self, box, error, verify):
        """It took the change; the instance is that of the PutResponse where there is one."""
        gets = iter([None, error])
        box.wrong = lambda action: next(gets) if action == "Get" else None
        result = box.run("put", {**ITEM, "properties": {"Level": 9}, "verify": verify})
        assert result["changed"] is True
        assert "failed" not in result
        assert "unreachable" not in result
        assert result["verified"] is False
        assert "not read back" in result["warnings"][0]
        assert int(result["instance"]["Level"]) == 9

    def test_what_was_not_named_and_is_lost(self):
        """A text with & reads back empty, which nobody has consented to; of what was consented to nothing is said."""
        box = wired.Box("openwsman")
        arguments = {**TYPES, "properties": {"U8": 3}, "allow_loss": True, "omit": ["S8"]}
        result = box.run("put", arguments)
        assert (result["failed"], result["changed"], result["verified"]) == (True, True, False)
        assert list(result["lost"]) == ["Text"]
        assert result["lost"]["Text"]["held"] == ""
        assert any("loses Moment" in text for text in result["warnings"])
        assert "ignored" not in result
        assert read(box, TYPES)["Moment"] is None

    @pytest.mark.parametrize("verify", ["true", "warn"])
    def test_a_counter_that_moves_by_itself_is_a_warning(self, verify):
        box = wired.Box("openwsman")
        items = box.repository.find_class("root/cimv2", "Sandbox_Item")

        def count(action):
            for item in box.repository.extent(items) if action == "Get" else ():
                item.values["Level"] = (item.values["Level"] or 0) + 1

        box.wrong = count
        result = box.run("put", {**ITEM, "properties": {"Text": "neu"}, "verify": verify})
        assert "failed" not in result, result
        assert (result["verified"], "lost" in result) == (True, False)
        assert result["warnings"] == ["Not named, and another number than before, as counters are: Level."]


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
        assert int(read(box)["Level"]) == 55

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


class TestConfiguration:
    """``winrm/config`` in parts, and what its policies control."""

    @pytest.mark.parametrize(
        "wanted",
        [{"fragment": "MaxConnections", "value": 300}, {"properties": {"MaxConnections": 300}}],
        ids=["fragment", "properties"],
    )
    def test_what_is_held_costs_one_get(self, wanted):
        box = wired.Box("windows")
        assert box.run("put", {"resource_uri": "winrm/config/service", **wanted})["changed"] is False
        assert box.actions == ["Get"]

    def test_parts_are_predicted_written_and_read_back(self):
        box = wired.Box("windows")
        wanted = {"MaxTimeoutms": 70000, "Service": {"Auth": {"CbtHardeningLevel": "Strict"}, "MaxConnections": 20}}
        arguments = {"resource_uri": "winrm/config", "properties": wanted}
        predicted = box.run("put", arguments, check_mode=True)
        result = box.run("put", arguments)
        assert outcome(result) == outcome(predicted)
        assert result["verified"] is True
        assert box.actions == ["Get", "Get", "Get", "Put", "Put", "Put", "Get"]
        assert result["diff"]["after"] == wanted
        assert result["instance"]["Service"]["Auth"]["CbtHardeningLevel"] == "Strict"
        assert box.run("put", arguments)["changed"] is False
