# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import fault

THING_URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_Thing"
WMI_URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/CIM_Thing"
CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"
PLACE = {"resource_uri": "cimv2/CIM_Thing", "selector_set": {"Name": "a"}}


def thing(value="1", words=("x", "y"), password="", uri=THING_URI):
    """An instance as the service shows it."""
    words = "".join(f"<p:Words>{word}</p:Words>" for word in words)
    return (
        f'<p:CIM_Thing xmlns:p="{uri}"><p:Name>a</p:Name><p:Value>{value}</p:Value>{words}'
        f"<p:Password>{password}</p:Password></p:CIM_Thing>"
    )


def winrs(shells=30):
    return (
        f'<c:Winrs xmlns:c="{CONFIG}/winrs"><c:AllowRemoteShellAccess>true</c:AllowRemoteShellAccess>'
        f"<c:MaxShellsPerUser>{shells}</c:MaxShellsPerUser></c:Winrs>"
    )


NULLED = thing().replace("<p:Value>1</p:Value>", '<p:Value xsi:nil="true"/>')
ROWS = [
    # (what is given, what the service answers, the actions sent, changed, diff)
    pytest.param({"properties": {"Value": 1}}, [thing()], ["Get"], False, ({}, {}), id="held already"),
    pytest.param({"properties": {"value": "1"}}, [thing()], ["Get"], False, ({}, {}), id="name in other case"),
    pytest.param({"properties": {"Words": ["x", "y"]}}, [thing()], ["Get"], False, ({}, {}), id="array held"),
    pytest.param(
        {"properties": {"Value": 2, "Name": "a"}},
        [thing(), thing("2"), thing("2")],
        ["Get", "Put", "Get"],
        True,
        ({"Value": "1"}, {"Value": 2}),
        id="one differs",
    ),
    pytest.param(
        {"properties": {"Words": ["z"]}},
        [thing(), "", thing(words=["z"])],
        ["Get", "Put", "Get"],
        True,
        ({"Words": ["x", "y"]}, {"Words": ["z"]}),
        id="read again after an empty answer",
    ),
    pytest.param(
        {"body": f'<p:CIM_Thing xmlns:p="{THING_URI}"><p:Value>1</p:Value></p:CIM_Thing>'},
        [thing()],
        ["Get"],
        False,
        ({}, {}),
        id="body held",
    ),
    pytest.param(
        {"body": {"CIM_Thing": {"Value": 3}}},
        [thing(), "", thing("3")],
        ["Get", "Put", "Get"],
        True,
        ({"Value": "1"}, {"Value": "3"}),
        id="body as a dictionary",
    ),
    pytest.param({"fragment": "Value", "value": 1}, [thing()], ["Get"], False, ({}, {}), id="fragment held"),
    pytest.param(
        {"fragment": "Words[2]", "value": "z"},
        [thing(), "", thing(words=["x", "z"])],
        ["Get", "Put", "Get"],
        True,
        ({"Words": ["x", "y"]}, {"Words": ["x", "z"]}),
        id="fragment with an index",
    ),
    pytest.param(
        {"fragment": "Value", "value": None},
        [thing(), "", NULLED],
        ["Get", "Put", "Get"],
        True,
        ({"Value": "1"}, {"Value": None}),
        id="fragment cleared",
    ),
    pytest.param(
        {"properties": {"Password": "hunter22"}},
        [thing(password="before22"), "", thing(password="hunter22")],
        ["Get", "Put", "Get"],
        True,
        ({"Password": "********"}, {"Password": "********"}),
        id="secrets are masked",
    ),
]


@pytest.mark.parametrize(("given", "answers", "actions", "changed", "diff"), ROWS)
def test_put(run, given, answers, actions, changed, diff):
    result, connection = run("put", {**PLACE, **given}, *answers, profile="generic")
    assert connection.actions == actions
    assert result["changed"] == changed
    assert (result["diff"]["before"], result["diff"]["after"]) == diff
    assert result["class_name"] == "CIM_Thing"
    assert "hunter22" not in str(result)


@pytest.mark.parametrize(("given", "answers", "actions", "changed", "diff"), ROWS)
def test_check_mode_predicts_and_sends_no_put(run, given, answers, actions, changed, diff):
    result, connection = run("put", {**PLACE, **given}, answers[0], profile="generic", check_mode=True)
    assert connection.actions == ["Get"]
    assert result["changed"] == changed
    assert (result["diff"]["before"], result["diff"]["after"]) == diff
    assert result["instance"]["Name"] == "a"


def test_the_whole_received_element_goes_back(run):
    result, connection = run("put", {**PLACE, "properties": {"Value": 2}}, thing(), "", thing("2"), profile="generic")
    assert result["instance"]["Value"] == "2"
    assert result["verified"] is True
    assert connection.repeatable == [True, False, True]
    for text in (">a</p:Name>", ">2</p:Value>", ">x</p:Words>", ">y</p:Words>"):
        assert text in connection.sent[1]


def test_an_unknown_service_is_asked_once_what_it_is_and_only_before_a_put(run):
    identity = (
        '<i:IdentifyResponse xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
        "<i:ProductVendor>Open Management Infrastructure</i:ProductVendor></i:IdentifyResponse>"
    )
    arguments = {**PLACE, "properties": {"Value": 2}}
    _result, connection = run("put", arguments, thing(), identity, "", thing("2"))
    assert connection.actions == ["Get", "Identify", "Put", "Get"]
    assert connection.session.profile.name == "omi"
    _result, connection = run("put", arguments, thing(), identity, check_mode=True)
    assert connection.actions == ["Get", "Identify"]
    _result, connection = run("put", {**PLACE, "properties": {"Value": 1}}, thing())
    assert connection.actions == ["Get"]


def test_who_it_is_matters_for_what_is_equal_too(run):
    """A null array is an empty one, but not to OMI where a schema says that it is an array (state.md §2)."""
    identity = (
        '<i:IdentifyResponse xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
        "<i:ProductVendor>{}</i:ProductVendor></i:IdentifyResponse>"
    )
    held = thing().replace("<p:Words>x</p:Words><p:Words>y</p:Words>", '<p:Words xsi:nil="true"/>')
    arguments = {**PLACE, "properties": {"Words": []}, "types": {"Words": "string[]"}}
    for vendor, changed in (("Open Management Infrastructure", True), ("Somebody", False)):
        result, connection = run("put", arguments, held, identity.format(vendor), check_mode=True)
        assert connection.actions == ["Get", "Identify"]
        assert result["changed"] is changed


def test_a_fragment_is_named_as_the_service_spells_it(run):
    arguments = {**PLACE, "resource_uri": "wmicimv2/CIM_Thing", "fragment": "VALUE", "value": 2}
    answers = [thing(uri=WMI_URI), "", thing("2", uri=WMI_URI)]
    _result, connection = run("put", arguments, *answers, profile="windows")
    assert ">Value</wsman:FragmentTransfer>" in connection.sent[1]
    assert ">2</p:Value></wsman:XmlFragment>" in connection.sent[1]


def test_a_fragment_may_be_one_of_several_embedded_instances(run):
    """The others keep their classes and members, and so does what is not named of that one."""
    points = (
        f'<p:CIM_Thing xmlns:p="{THING_URI}" xmlns:q="{THING_URI}Point" xmlns:r="{THING_URI}Box"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><p:Name>a</p:Name>'
        '<p:Points xsi:type="q:CIM_ThingPoint_Type"><q:X>1</q:X></p:Points>'
        '<p:Points xsi:type="r:CIM_ThingBox_Type"><r:X>{}</r:X><r:Y>2</r:Y></p:Points></p:CIM_Thing>'
    )
    arguments = {**PLACE, "fragment": "Points[2]", "value": {"X": 5}}
    result, connection = run("put", arguments, points.format(1), "", points.format(5), profile="generic")
    assert result["diff"]["after"] == {"Points": [{"X": "1"}, {"Y": "2", "X": 5}]}
    assert "CIM_ThingPoint_Type" in connection.sent[1] and "CIM_ThingBox_Type" in connection.sent[1]
    arguments["value"] = {"X": 5, "Y": 2}
    result, _connection = run("put", arguments, points.format(5), profile="generic")
    assert result["changed"] is False


@pytest.mark.parametrize(
    ("uri", "options", "header"),
    [
        ("cimv2/CIM_Thing", {"profile": "omi"}, False),
        ("wmicimv2/CIM_Thing", {"profile": "omi"}, False),
        ("wmicimv2/CIM_Thing", {"profile": "windows"}, True),
        ("wmicimv2/CIM_Thing", {"server": "Microsoft-HTTPAPI/2.0"}, True),
    ],
)
def test_a_fragment_is_sent_to_windows_alone(run, uri, options, header):
    answers = [thing(uri=WMI_URI), "", thing("2", uri=WMI_URI)]
    arguments = {"resource_uri": uri, "fragment": "Value", "value": 2}
    _result, connection = run("put", arguments, *answers, **options)
    assert ("FragmentTransfer" in connection.sent[1]) == header
    assert ("XmlFragment" in connection.sent[1]) == header
    assert ("<p:Name>" in connection.sent[1]) != header


class TestReadingBack:
    """What one Get after the change shows (state.md §3, "Reading back")."""

    GONE = fault("wsa:DestinationUnreachable", 0x80041002)
    CUT = TransportError("The connection was closed.", step="read")

    @pytest.mark.parametrize(
        ("answer", "read", "shown"),
        [
            pytest.param(thing("2"), GONE, "2", id="not found: the PutResponse is shown"),
            pytest.param("", GONE, None, id="not found, and an empty PutResponse"),
            pytest.param(thing("2"), CUT, "2", id="cut, the PutResponse is shown"),
            pytest.param("", CUT, None, id="cut"),
            pytest.param("", TransportError("No.", step="authentication", http_status=401), None, id="401"),
            pytest.param("", fault("wsman:AccessDenied", 5), None, id="access denied"),
            pytest.param("", "", None, id="no instance in the answer"),
        ],
    )
    def test_an_accepted_put_is_a_change(self, run, answer, read, shown):
        arguments = {**PLACE, "properties": {"Value": 2}}
        result, connection = run("put", arguments, thing(), answer, read, profile="generic")
        assert connection.actions == ["Get", "Put", "Get"]
        assert (result["changed"], result["verified"]) == (True, False)
        assert "failed" not in result
        assert "unreachable" not in result
        assert (result["instance"] and result["instance"]["Value"]) == shown
        assert len(result["warnings"]) == 1

    def test_what_differs_in_the_put_response_is_a_warning(self, run):
        """Of what was named alone: Openwsman's answers have an empty key and no reals (wire/openwsman/083)."""
        arguments = {**PLACE, "properties": {"Value": 2}}
        answer = thing("5", words=[])
        result, _connection = run("put", arguments, thing(), answer, self.GONE, profile="openwsman")
        assert "failed" not in result
        assert result["altered"] == {"Value": {"before": "1", "held": "5", "wanted": 2}}
        assert "lost" not in result
        assert "not read back" in result["warnings"][-2]
        assert "Value" in result["warnings"][-1]

    @pytest.mark.parametrize(
        ("now", "findings"),
        [
            (thing("1"), {"ignored": {"Value": {"held": "1", "wanted": 2}}}),
            (thing("7"), {"altered": {"Value": {"before": "1", "held": "7", "wanted": 2}}}),
            (thing("2", words=[]), {"lost": {"Words": {"before": ["x", "y"], "held": None}}}),
        ],
    )
    def test_what_differs(self, run, now, findings):
        arguments = {**PLACE, "properties": {"Value": 2}}
        result, _connection = run("put", arguments, thing(), "", now, profile="generic")
        assert (result["failed"], result["changed"], result["verified"]) == (True, True, False)
        assert {name: result[name] for name in ("ignored", "altered", "lost") if name in result} == findings
        assert result["diff"]["after"] == {"Value": 2}
        assert next(iter(next(iter(findings.values())))) in result["msg"]
        warned, _connection = run("put", {**arguments, "verify": "warn"}, thing(), "", now, profile="generic")
        assert "failed" not in warned
        assert {name: warned[name] for name in findings} == findings
        assert len(warned["warnings"]) == 1
        silent, connection = run("put", {**arguments, "verify": False}, thing(), now, profile="generic")
        assert connection.actions == ["Get", "Put"]
        assert (silent["changed"], silent["verified"]) == (True, False)
        assert "warnings" not in silent

    def test_a_secret_is_in_no_finding(self, run):
        arguments = {**PLACE, "properties": {"Password": "hunter22"}}
        answers = [thing(password="before22"), "", thing(password="other22")]
        result, _connection = run("put", arguments, *answers, profile="generic")
        assert result["failed"]
        assert result["altered"]["Password"] == {"before": "********", "held": "********", "wanted": "********"}
        assert not {"hunter22", "before22"} & set(str(result).split("'"))

    def test_another_key_that_the_service_gives_is_followed(self, run):
        """RequestedEPR names the instance as it is addressed now (DSP0226 7.4)."""
        header = (
            "<wsman:RequestedEPR><wsa:EndpointReference><wsa:Address>x</wsa:Address><wsa:ReferenceParameters>"
            f"<wsman:ResourceURI>{THING_URI}</wsman:ResourceURI><wsman:SelectorSet>"
            '<wsman:Selector Name="Name">b</wsman:Selector></wsman:SelectorSet></wsa:ReferenceParameters>'
            "</wsa:EndpointReference></wsman:RequestedEPR>"
        )
        arguments = {**PLACE, "properties": {"Value": 2}}
        result, connection = run("put", arguments, thing(), (header, ""), thing("2"), profile="generic")
        assert '<wsman:Selector Name="Name">b</wsman:Selector>' in connection.sent[2]
        assert result["endpoint_reference"]["selector_set"] == {"Name": "b"}
        assert result["verified"] is True


class TestSecrets:
    """Members that read as empty whatever they hold."""

    MAPPING = f'<c:X xmlns:c="{CONFIG}/service/certmapping"><c:UserName>{{}}</c:UserName><c:Password/></c:X>'
    PLACE = {"resource_uri": "winrm/config/service/certmapping", "selector_set": {"URI": "*"}}

    @pytest.mark.parametrize(
        ("update", "user", "changed", "sent"),
        [
            ("with_change", "a", False, False),
            ("with_change", "b", True, True),
            ("on_create", "a", False, False),
            ("on_create", "b", True, False),
            ("always", "a", True, True),
            ("always", "b", True, True),
        ],
    )
    @pytest.mark.parametrize("named", [True, False], ids=["known", "secret_members"])
    def test_update_secret(self, run, update, user, changed, sent, named):
        """*named*: the schema knows it; else the task says it of a member that no schema has."""
        place, name = (self.PLACE, "Password") if named else (PLACE, "Hash")
        held, now = (self.MAPPING.format(one) for one in ("a", user))
        wanted = {"UserName": user, name: "hunter22"}
        if not named:
            held, now = (thing(one).replace("Password", "Hash") for one in ("a", user))
            wanted = {"Value": user, name: "hunter22"}
        arguments = {**place, "properties": wanted, "update_secret": update, "secret_members": [name]}
        predicted, connection = run("put", arguments, held, profile="windows", check_mode=True)
        assert connection.actions == ["Get"]
        result, connection = run("put", arguments, held, *(["", now] if changed else []), profile="windows")
        assert (result["changed"], result["diff"]) == (changed, predicted["diff"])
        assert predicted["changed"] is changed
        assert ("hunter22" in connection.sent[-2 if changed else -1]) is sent
        assert "failed" not in result
        if changed:
            assert result["verified"] is True
        assert ("uncompared" in result) is (update != "always")


class TestConfig:
    """``winrm/config`` is written to the smallest resource that holds a member (MS-WSMV 3.1.4.1.29)."""

    def test_member_of_a_branch(self, run):
        root = f'<c:Config xmlns:c="{CONFIG}"><c:MaxTimeoutms>60000</c:MaxTimeoutms>{winrs(50)}</c:Config>'
        arguments = {"resource_uri": "winrm/config", "properties": {"Winrs": {"MaxShellsPerUser": 50}}}
        result, connection = run("put", arguments, winrs(), winrs(50), root)
        assert connection.actions == ["Get", "Put", "Get"]
        assert [f">{CONFIG}/winrs<" in text for text in connection.sent] == [True, True, False]
        assert result["diff"]["before"] == {"Winrs": {"MaxShellsPerUser": 30}}
        assert result["diff"]["after"] == {"Winrs": {"MaxShellsPerUser": 50}}
        assert result["instance"]["MaxTimeoutms"] == 60000
        assert result["instance"]["Winrs"]["MaxShellsPerUser"] == 50
        assert result["verified"] is True

    def test_nothing_is_written_where_one_part_is_refused(self, run):
        service = f'<c:Service xmlns:c="{CONFIG}/service"><c:AllowRemoteAccess>true</c:AllowRemoteAccess></c:Service>'
        wanted = {"Winrs": {"MaxShellsPerUser": 50}, "Service": {"AllowRemoteAccess": False}}
        arguments = {"resource_uri": "winrm/config", "properties": wanted}
        result, connection = run("put", arguments, winrs(), service)
        assert connection.actions == ["Get", "Get"]
        assert result["failed"]
        assert "properties.Service.AllowRemoteAccess" in result["msg"]

    @pytest.mark.parametrize("given", [{"properties": {"Basic": True}}, {"body": {"Auth": {"Basic": True}}}])
    def test_what_a_policy_controls_is_refused_before_it_is_sent(self, run, given):
        auth = f'<c:Auth xmlns:c="{CONFIG}/service/auth"><c:Basic Source="GPO">false</c:Basic></c:Auth>'
        result, connection = run("put", {"resource_uri": "winrm/config/service/auth", **given}, auth)
        assert connection.actions == ["Get"]
        assert "a group policy controls this" in result["msg"]

    def test_what_was_written_before_an_error_is_said(self, run):
        service = f'<c:Service xmlns:c="{CONFIG}/service"><c:MaxConnections>300</c:MaxConnections></c:Service>'
        wanted = {"Winrs": {"MaxShellsPerUser": 50}, "Service": {"MaxConnections": 5}}
        arguments = {"resource_uri": "winrm/config", "properties": wanted}
        result, connection = run("put", arguments, winrs(), service, winrs(50), fault("wsman:AccessDenied"))
        assert connection.actions == ["Get", "Get", "Put", "Put"]
        assert result["failed"]
        assert result["changed"] is True
        assert f"Before that, {CONFIG}/winrs was changed." in result["msg"]

    def test_a_password_that_cannot_be_read_is_no_change(self, run):
        namespace = f"{CONFIG}/service/certmapping"
        mapping = f'<c:X xmlns:c="{namespace}"><c:UserName>a</c:UserName><c:Password/></c:X>'
        place = {"resource_uri": "winrm/config/service/certmapping", "selector_set": {"URI": "*"}}
        wanted = {"UserName": "a", "Password": "hunter22"}
        for name, given in (("put", {"properties": wanted}), ("create", {"properties": wanted})):
            result, connection = run(name, {**place, **given}, mapping)
            assert connection.actions == ["Get"]
            assert result["changed"] is False
            assert result["uncompared"] == ["Password"]

    def test_a_change_that_cuts_the_connection_is_still_a_change(self, run):
        auth = f'<c:Auth xmlns:c="{CONFIG}/service/auth"><c:Basic>true</c:Basic></c:Auth>'
        arguments = {"resource_uri": "winrm/config/service/auth", "properties": {"Basic": False}}
        refused = TransportError("refused", step="authentication")
        result, _connection = run("put", arguments, auth, "", refused)
        assert result["changed"] is True
        assert "failed" not in result
        assert "unreachable" not in result
        assert result["instance"] is None
        assert "not read back" in result["warnings"][0]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, "properties"),
        ({"properties": {}, "body": "<a/>"}, "properties"),
        ({"properties": {}, "fragment": "A", "value": 1}, "properties"),
        ({"fragment": "A"}, "value"),
        ({"properties": {"A": 1}, "value": 1}, "value"),
        ({"fragment": "/A", "value": 1}, "fragment"),
        ({"fragment": "A/B", "value": 1}, "fragment"),
        ({"body": "<a>"}, "body"),
        ({"body": 5}, "body"),
        ({"body": {"a": 1, "b": 2}}, "body"),
        ({"body": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "body"),
        ({"properties": {"A": "bell\x07"}}, "properties.A"),
        ({"properties": {"A": {"B": "bell\x07"}}}, "properties.A.B"),
        ({"properties": {"A B": 1}}, "properties.A B"),
        ({"properties": {"A": [1, None]}}, "properties.A[1]"),
        ({"fragment": "A", "value": "bell\x07"}, "value.A"),
        ({"resource_uri": "winrm/config", "properties": {"MaxTimeoutms": "soon"}}, "properties.MaxTimeoutms"),
        ({"resource_uri": "winrm/config", "properties": {"Winrs": {}, "winrs": {}}}, "properties.winrs"),
        ({"resource_uri": "winrm/config", "properties": {"Winrs": {"IdleTimeout": 5}}}, "properties.Winrs.IdleTimeout"),
    ],
)
def test_bad_input_sends_nothing(run, given, names):
    result, connection = run("put", {**PLACE, **given})
    assert result["failed"]
    assert result["msg"].startswith(f"{names}: ")
    assert connection.sent == []
