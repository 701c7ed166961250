# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import re

import pytest

from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import fault

NAMESPACE = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_Thing"
LISTENER = "http://schemas.microsoft.com/wbem/wsman/1/config/listener"
GONE = fault("wsa:DestinationUnreachable", 0x80041002)
EXISTS = fault("wsman:AlreadyExists")
CREATED = (
    "<wxf:ResourceCreated><wsa:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:Address>"
    f"<wsa:ReferenceParameters><wsman:ResourceURI>{NAMESPACE}</wsman:ResourceURI><wsman:SelectorSet>"
    '<wsman:Selector Name="Name">a</wsman:Selector></wsman:SelectorSet></wsa:ReferenceParameters></wxf:ResourceCreated>'
)
THING = f'<p:CIM_Thing xmlns:p="{NAMESPACE}"><p:Name>a</p:Name><p:Value>1</p:Value></p:CIM_Thing>'
PLACE = {"resource_uri": "cimv2/CIM_Thing", "namespace": "root/cimv2"}
KEYED = {**PLACE, "selector_set": {"Name": "a"}}
WANTED = {"properties": {"Value": 1}}
REFERENCE = {
    "address": "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
    "resource_uri": NAMESPACE,
    "selector_set": {"Name": "a", "__cimnamespace": "root/cimv2"},
}

ROWS = [
    # (given, answers in a run, answers in check mode, changed)
    pytest.param({**KEYED, **WANTED}, [THING], [THING], False, id="exists with these values"),
    pytest.param({**KEYED, **WANTED}, [GONE, CREATED, THING], [GONE], True, id="does not exist"),
    pytest.param({**KEYED, "body": THING}, [GONE, CREATED, THING], [GONE], True, id="whole body"),
    pytest.param({**KEYED, "body": THING}, [THING], [THING], False, id="whole body exists"),
    pytest.param({**KEYED, "properties": {}}, [GONE, CREATED, THING], [GONE], True, id="nothing but keys"),
]


@pytest.fixture
def run(run):
    """A service of a kind that is known, so that none of these tests has to say so."""
    return functools.partial(run, profile="generic")


@pytest.mark.parametrize(("given", "answers", "check_answers", "changed"), ROWS)
def test_create(run, given, answers, check_answers, changed):
    result, connection = run("create", given, *answers)
    assert result["changed"] == changed
    assert result["endpoint_reference"] == REFERENCE
    assert result["instance"] == {"Name": "a", "Value": "1"}
    assert connection.actions == (["Get", "Create", "Get"] if changed else ["Get"])


@pytest.mark.parametrize(("given", "answers", "check_answers", "changed"), ROWS)
def test_check_mode_sends_no_create(run, given, answers, check_answers, changed):
    result, connection = run("create", given, *check_answers, check_mode=True)
    assert result["changed"] == changed
    assert connection.actions == ["Get"]
    normal, _connection = run("create", given, *answers)
    assert result["diff"] == normal["diff"]


@pytest.mark.parametrize("profile", ["idrac", "openwsman", "windows", "omi", "amt"])
def test_other_values_are_named_where_a_put_is_refused(run, profile):
    """An iDRAC takes no Put, and Openwsman would lose the datetime by one; but none is to be sent."""
    held = THING.replace("</p:Value>", "</p:Value><p:Made>20260101000000.000000+000</p:Made>")
    result, connection = run("create", {**KEYED, "properties": {"Value": 2}}, held, profile=profile)
    assert connection.actions == ["Get"]
    assert result["differences"] == {"Value": {"held": "1", "wanted": 2}}
    assert result["msg"].startswith("properties: the instance exists with other values of Value.")


def test_other_values_are_named_and_left(run):
    given = {**KEYED, "properties": {"Value": 2, "Password": "hunter22", "Name": "a"}}
    result, connection = run("create", given, THING)
    assert connection.actions == ["Get"]
    assert result["failed"]
    assert result["differences"] == {
        "Value": {"held": "1", "wanted": 2},
        "Password": {"held": None, "wanted": "********"},
    }
    assert "wsman_put" in result["msg"]
    assert "Value" in result["msg"]
    assert "hunter22" not in str(result)


def test_keys_of_a_class_are_in_the_body_and_not_in_the_header(run):
    _result, connection = run("create", {**KEYED, **WANTED}, GONE, CREATED, THING)
    header, body = connection.sent[1].split("<s:Body>")
    assert re.findall('Selector Name="([^"]*)"', header) == ["__cimnamespace"]
    assert ">a</p:Name>" in body
    assert ">1</p:Value>" in body
    assert "__cimnamespace" not in body


def test_keys_of_a_listener_are_in_the_header(run):
    listener = f'<c:Listener xmlns:c="{LISTENER}"><c:Address>*</c:Address><c:Port>5986</c:Port></c:Listener>'
    given = {
        "resource_uri": "winrm/config/listener",
        "selector_set": {"Address": "*", "Transport": "HTTPS"},
        "properties": {"Hostname": "box", "Port": 5986},
    }
    result, connection = run("create", given, GONE, CREATED.replace(NAMESPACE, LISTENER), listener)
    header, body = connection.sent[1].split("<s:Body>")
    assert re.findall('Selector Name="([^"]*)"', header) == ["Address", "Transport"]
    assert "Transport" not in body
    assert LISTENER in body
    assert ">box</p:Hostname>" in body
    assert result["instance"]["Port"] == 5986


class TestWithoutSelectors:
    """Nobody can tell whether the instance exists (state.md §3, "Existence")."""

    def test_sends_it_once(self, run):
        result, connection = run("create", {**PLACE, **WANTED}, CREATED, THING)
        assert connection.actions == ["Create", "Get"]
        assert connection.repeatable == [False, True]
        assert result["changed"] is True

    def test_that_it_exists_fails_asking_for_them(self, run):
        result, connection = run("create", {**PLACE, **WANTED}, EXISTS)
        assert connection.actions == ["Create"]
        assert result["failed"]
        assert result["fault"]["subcode"] == "wsman:AlreadyExists"
        assert "selector_set" in result["msg"]

    def test_check_mode_asks_for_them(self, run):
        result, connection = run("create", {**PLACE, **WANTED}, check_mode=True)
        assert connection.sent == []
        assert result["failed"]
        assert result["msg"].startswith("selector_set: ")


def test_an_instance_that_cannot_be_read_is_said(run):
    result, _connection = run("create", {**PLACE, **WANTED}, CREATED, fault("wsman:AccessDenied"))
    assert result["changed"] is True
    assert result["endpoint_reference"] == REFERENCE
    assert result["instance"] is None
    assert "AccessDenied" in result["warnings"][0]


def test_a_service_may_answer_with_the_instance(run):
    result, connection = run("create", {**KEYED, **WANTED, "verify": False}, GONE, THING)
    assert connection.actions == ["Get", "Create"]
    assert result["instance"]["Value"] == "1"
    assert result["verified"] is False
    assert result["endpoint_reference"] == REFERENCE


def test_keys_that_the_service_gives_are_followed(run):
    """The instance is another than was asked for, and the next run would make one more: a warning says so."""
    renamed = CREATED.replace(">a</wsman:Selector>", ">a-1</wsman:Selector>")
    made = THING.replace(">a</p:Name>", ">a-1</p:Name>")
    for given in ({**KEYED, **WANTED}, {**KEYED, "properties": {"Name": "a", "Value": 1}}, {**KEYED, "body": THING}):
        result, connection = run("create", given, GONE, renamed, made)
        assert '<wsman:Selector Name="Name">a-1</wsman:Selector>' in connection.sent[2]
        assert result["endpoint_reference"]["selector_set"] == {"Name": "a-1", "__cimnamespace": "root/cimv2"}
        assert result["instance"]["Name"] == "a-1"
        assert result["verified"] is True
        assert "Name=a-1" in result["warnings"][0]


@pytest.mark.parametrize(
    ("made", "findings"),
    [
        (THING.replace("<p:Value>1</p:Value>", ""), {"ignored": {"Value": {"held": None, "wanted": 1}}}),
        (THING.replace(">1<", ">5<"), {"altered": {"Value": {"before": None, "held": "5", "wanted": 1}}}),
    ],
)
def test_what_the_service_made_of_it_is_judged(run, made, findings):
    result, _connection = run("create", {**KEYED, **WANTED}, GONE, CREATED, made)
    assert (result["failed"], result["changed"], result["verified"]) == (True, True, False)
    assert {name: result[name] for name in findings} == findings
    assert result["endpoint_reference"] == REFERENCE
    warned, _connection = run("create", {**KEYED, **WANTED, "verify": "warn"}, GONE, CREATED, made)
    assert "failed" not in warned
    assert "Value" in warned["warnings"][0]


def test_a_member_that_cannot_be_read_is_sent_and_neither_shown_nor_judged(run):
    given = {**KEYED, "properties": {"Value": 1, "Hash": 4711, "Password": "hunter22"}, "secret_members": ["hash"]}
    made = THING.replace("</p:CIM_Thing>", "<p:Hash/><p:Password>hunter22</p:Password></p:CIM_Thing>")
    predicted, _connection = run("create", given, GONE, check_mode=True)
    result, connection = run("create", given, GONE, CREATED, made)
    assert ">4711</p:Hash>" in connection.sent[1]
    assert result["diff"]["after"] == {"Value": 1, "Hash": "********", "Password": "********"}
    assert result["diff"] == predicted["diff"]
    assert result["verified"] is True


def test_openwsman_is_sent_no_null(run):
    """It makes 0 of a nil integer (state.md §3)."""
    given = {**KEYED, "properties": {"Value": None, "Text": "x"}}
    made = THING.replace("<p:Value>1</p:Value>", "<p:Text>x</p:Text>")
    for profile, nil in (("openwsman", False), ("generic", True)):
        result, connection = run("create", given, GONE, CREATED, made, profile=profile)
        assert ("nil=" in connection.sent[1]) is nil
        assert result["verified"] is True


def test_a_wrong_class_is_no_missing_instance(run):
    wrong = fault("wsa:DestinationUnreachable", 2150858811)
    result, connection = run("create", {**KEYED, **WANTED}, wrong)
    assert connection.actions == ["Get"]
    assert result["failed"]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, "properties"),
        ({"properties": {}, "body": "<a/>"}, "properties"),
        ({"properties": {"A": "\x01"}}, "properties.A"),
        ({"properties": {"name": "b"}}, "properties.name"),
        ({"body": {"CIM_Thing": {"Name": "b"}}}, "body.Name"),
    ],
)
def test_bad_input_sends_nothing(run, given, names):
    result, connection = run("create", {**KEYED, **given})
    assert result["msg"].startswith(f"{names}: ")
    assert connection.sent == []
