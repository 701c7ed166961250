# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put against each make of service: what check mode says is what a run does, and the next is ok.

The services lose and alter what they are sent as state.md §3 describes; the client is to refuse it or to say it.
"""

from __future__ import annotations

import typing as t

import pytest
import wired
from wired import ITEM, MANNERS, TYPES, outcome

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, WSManFault

CUT = TransportError("The connection was closed.", step="read", outcome_unknown=True)
UNAUTHORIZED = TransportError("Refused.", step="authentication", http_status=401)
GONE = WSManFault(subcode="wsa:DestinationUnreachable", windows_code=0x80041002, windows_name="WBEM_E_NOT_FOUND")
NOT_FOUND = WSManFault(subcode="wsa:DestinationUnreachable")


@pytest.fixture(params=MANNERS)
def box(request):
    return wired.Box(request.param)


def read(box, target):
    return box.run("get", target)["instance"]


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


@pytest.mark.parametrize(
    ("wanted", "held"),
    [
        ({"fragment": "Text", "value": "part"}, {"Text": "part", "U8": 255}),
        ({"properties": {"Moment": "2025-01-01T00:00:00Z"}}, {"Text": "a <b> & \"c\" 'd' é€😀", "U8": 255}),
    ],
    ids=["fragment", "datetime"],
)
def test_omi_is_written_as_omi_by_windows_uris_too(wanted, held):
    """It answers to those of WMI's classes (wire/omi/170), and takes neither fragments nor wrapped datetimes."""
    box = wired.Box("omi")
    target = {"resource_uri": "wmicimv2/Sandbox_AllTypes", "selector_set": {"Id": 1}}
    assert box.run("get", {**target, "fragment": "Texts[1]"})["changed"] is False
    sent = box.sent
    result = box.run("put", {**target, **wanted})
    assert (result.get("msg"), result["changed"], result["verified"]) == (None, True, True)
    assert not any("FragmentTransfer" in text for text in [*sent, *box.sent])
    assert {name: result["instance"][name] for name in held} == held
    if "properties" in wanted:
        assert result["instance"]["Moment"].startswith("2025-01-01T00:00:00")


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
        assert any("loses " in text and "Moment (a datetime)" in text for text in result["warnings"])
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


def test_a_body_gives_up_what_it_does_not_name():
    """It is sent as it is, so that Openwsman's losses need no consent; they are warned of."""
    box = wired.Box("openwsman")
    result = box.run("put", {**TYPES, "body": {"Sandbox_AllTypes": {"Id": "1", "U8": "3"}}})
    assert "failed" not in result
    assert result["verified"] is True
    assert any("loses " in text and "Moment (a datetime)" in text for text in result["warnings"])
    assert [result["instance"][name] for name in ("U8", "Text", "Moment")] == ["3", None, None]


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
