# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import types

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import profiles, uris
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import (
    EndpointReference,
    Option,
    Target,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Item
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import _result, _targets

THING = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_Thing"
LINK = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_Link"
NAMESPACE = {uris.NAMESPACE_SELECTOR: "root/cimv2"}
CLASS = Target(THING, NAMESPACE, (Option("Flag"),))
ALL = Target(uris.ALL_CLASSES, NAMESPACE)
QUERY = {"filter": "SELECT * FROM CIM_Thing", "dialect": None, "limit_targets": 2}


class Client:
    """Finds what it is given, and remembers what it was asked."""

    def __init__(self, *references):
        self.references, self.asked = references, None
        self.options = types.SimpleNamespace(batch_items=100)

    def known_profile(self, uri):
        return profiles.OMI

    def profile(self, uri):
        return profiles.OMI

    def collect(self, enumeration):
        self.asked = enumeration
        return [Item(None, one) for one in self.references]


def named(name, uri=THING, **selectors):
    return EndpointReference(uri, {"Name": name, **selectors})


def test_without_a_filter_there_is_no_query():
    assert _targets.find(Client(), CLASS, {"filter": None, "dialect": None, "limit_targets": 1}) is None


def test_what_is_found_is_complete():
    """OMI leaves the namespace out, Openwsman leaves it empty, Intel's firmware leaves the class out (state.md §2)."""
    found = [named("a"), named("b", __cimnamespace=""), named("c", None), named("d", __cimnamespace="root/x")]
    client = Client(*found)
    targets = _targets.find(client, CLASS, {**QUERY, "limit_targets": 4})
    assert [one.resource_uri for one in targets] == [THING] * 4
    assert [one.selector_set[uris.NAMESPACE_SELECTOR] for one in targets] == ["root/cimv2"] * 3 + ["root/x"]
    assert all(one.option_set == CLASS.option_set for one in targets)
    assert client.asked.mode == "EnumerateObjectAndEPR"


@pytest.mark.parametrize("reference", [None, named("c", None)])
def test_an_instance_without_an_address_is_no_target(reference):
    with pytest.raises(ProtocolError, match="does not give the address"):
        _targets.find(Client(reference), ALL, QUERY)


@pytest.mark.parametrize("query", ["SELECT V FROM CIM_Thing", "select V,W\nfrom CIM_Thing where Name='a'"])
def test_a_query_with_a_list_names_no_targets(query):
    """OMI makes the address of the properties that were selected: without the keys it is that of the class."""
    with pytest.raises(UsageError) as caught:
        _targets.check({**QUERY, "filter": query}, ALL)
    assert caught.value.option == "filter"


@pytest.mark.parametrize(("limit", "asked"), [(1, 20), (19, 20), (50, 51)])
def test_at_least_one_more_than_the_limit_is_asked_for(limit, asked):
    client = Client()
    assert _targets.find(client, CLASS, {**QUERY, "limit_targets": limit}) == []
    assert client.asked.limit == asked


def test_too_many_are_shown():
    with pytest.raises(_targets.TooManyError) as caught:
        _targets.find(Client(*map(named, "abc")), CLASS, QUERY)
    result = _result.failure(caught.value)
    assert "finds more than 2: CIM_Thing?Name=a, CIM_Thing?Name=b, CIM_Thing?Name=c." in result["msg"]
    assert [one["selector_set"]["Name"] for one in result["endpoint_references"]] == ["a", "b", "c"]
    assert "changed" not in result


def test_a_key_that_is_a_reference_is_described():
    link = Target(LINK, {"Antecedent": named("a", __cimnamespace="root/cimv2"), "Dependent": named("b")})
    assert _targets.describe(link) == "CIM_Link?Antecedent=(CIM_Thing?Name=a)+Dependent=(CIM_Thing?Name=b)"
    assert _targets.describe(Target("http://schemas.microsoft.com/wbem/wsman/1/config/winrs")) == "winrs"


def act(carry_out, plan=lambda target: target, *, names="ab", check_mode=False):
    query = {**QUERY, "limit_targets": len(names)}
    return _targets.act(Client(*map(named, names)), CLASS, query, plan, carry_out, check_mode=check_mode)


def test_results_are_gathered():
    outcomes = iter(
        [
            {"changed": True, "diff": {"before": {"V": 1}, "after": {"V": 2}}, "verified": True, "warnings": ["Hm."]},
            {"changed": False, "diff": {"before": {}, "after": {}}},
        ]
    )
    result = act(lambda target: next(outcomes))
    assert (result["changed"], result["count"], result["verified"]) == (True, 2, True)
    assert result["diff"] == {"before": {"CIM_Thing?Name=a": {"V": 1}}, "after": {"CIM_Thing?Name=a": {"V": 2}}}
    assert result["warnings"] == ["CIM_Thing?Name=a: Hm."]
    assert [one["endpoint_reference"]["selector_set"]["Name"] for one in result["results"]] == ["a", "b"]
    assert not any("warnings" in one for one in result["results"])


def test_one_that_was_not_verified_is_enough():
    outcomes = iter([True, False])
    result = act(lambda target: {"changed": True, "diff": {}, "verified": next(outcomes)})
    assert result["verified"] is False


def test_nothing_is_carried_out_where_a_plan_fails():
    def plan(target):
        if target.selector_set["Name"] == "b":
            raise UsageError("no.", option="properties.V")

    done = []
    with pytest.raises(UsageError) as caught:
        act(done.append, plan)
    assert done == []
    assert _result.failure(caught.value)["msg"] == "properties.V: no. This is about CIM_Thing?Name=b."
    assert not caught.value.after_change


@pytest.mark.parametrize("changed", [True, False])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_failure_half_way_says_what_was_changed_before(changed, check_mode):
    def carry_out(target):
        if target.selector_set["Name"] == "b":
            raise ProtocolError("nonsense")
        return {"changed": changed, "diff": {}}

    with pytest.raises(ProtocolError) as caught:
        act(carry_out, check_mode=check_mode)
    told = changed and not check_mode
    assert caught.value.after_change is told
    assert ("Before that, CIM_Thing?Name=a was changed." in _result.failure(caught.value)["msg"]) is told


def test_what_the_error_names_is_not_said_twice():
    done = []

    def carry_out(target):
        if done[1:]:
            raise ProtocolError("nonsense of CIM_Thing?Name=c")
        done.append(target)
        return {"changed": True, "diff": {}}

    with pytest.raises(ProtocolError) as caught:
        act(carry_out, names="abc")
    said = "nonsense of CIM_Thing?Name=c. Before that, CIM_Thing?Name=a, CIM_Thing?Name=b were changed."
    assert _result.failure(caught.value)["msg"] == said


@pytest.mark.parametrize("uri", [uris.ALL_CLASSES, "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*"])
def test_all_classes_want_a_filter(uri):
    with pytest.raises(UsageError, match="or give a filter") as caught:
        _targets.check({"filter": None, "dialect": None}, Target(uri))
    assert caught.value.option == "resource_uri"
    assert not _targets.check({"filter": None, "dialect": None}, CLASS)
