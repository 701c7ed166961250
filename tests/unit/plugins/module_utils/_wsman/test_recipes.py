# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which resources are put, and what of them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import recipes, uris, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Option, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.recipes import Part
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema

CONFIG = uris.NS_CONFIG
CLASS = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C"


@pytest.mark.parametrize(
    ("uri", "wanted", "parts"),
    [
        (CLASS, {"A": 1, "Service": {"Auth": 1}}, [(CLASS, {"A": 1, "Service": {"Auth": 1}}, (), "properties")]),
        (CONFIG, {"MaxTimeoutms": 1}, [(CONFIG, {"MaxTimeoutms": 1}, (), "properties")]),
        (CONFIG, {}, [(CONFIG, {}, (), "properties")]),
        (CONFIG, {"Service": {}}, [(CONFIG, {}, (), "properties")]),
        (CONFIG, {"Unknown": {"A": 1}}, [(CONFIG, {"Unknown": {"A": 1}}, (), "properties")]),
        (CONFIG, {"Service": 5}, [(CONFIG, {"Service": 5}, (), "properties")]),
        (
            CONFIG,
            {
                "service": {"AllowUnencrypted": False, "Auth": {"Basic": True}},
                "Winrs": {"IdleTimeout": 60000},
                "MaxTimeoutms": 1,
                "Client": {"TrustedHosts": "*", "Auth": {"Basic": True}, "DefaultPorts": {"HTTP": 80}},
            },
            [
                (CONFIG, {"MaxTimeoutms": 1}, (), "properties"),
                (CONFIG + "/winrs", {"IdleTimeout": 60000}, ("Winrs",), "properties.Winrs"),
                (CONFIG + "/client", {"TrustedHosts": "*"}, ("Client",), "properties.Client"),
                (CONFIG + "/client/auth", {"Basic": True}, ("Client", "Auth"), "properties.Client.Auth"),
                (
                    CONFIG + "/client/defaultports",
                    {"HTTP": 80},
                    ("Client", "DefaultPorts"),
                    "properties.Client.DefaultPorts",
                ),
                (CONFIG + "/service", {"AllowUnencrypted": False}, ("Service",), "properties.service"),
                (CONFIG + "/service/auth", {"Basic": True}, ("Service", "Auth"), "properties.service.Auth"),
            ],
        ),
        (
            CONFIG + "/service",
            {"Auth": {"Kerberos": True}},
            [(CONFIG + "/service/auth", {"Kerberos": True}, ("Auth",), "properties.Auth")],
        ),
        (CONFIG + "/listener", {"Port": 5985}, [(CONFIG + "/listener", {"Port": 5985}, (), "properties")]),
        (CONFIG + "/unheard/of", {"A": 1}, [(CONFIG + "/unheard/of", {"A": 1}, (), "properties")]),
    ],
)
def test_split(uri: str, wanted: dict[str, t.Any], parts: list[t.Any]) -> None:
    target = Target(uri, {"K": "v"}, (Option("o", "1"),))
    assert recipes.split(target, wanted) == [
        Part(Target(part, {"K": "v"}, (Option("o", "1"),)), own, path, option) for part, own, path, option in parts
    ]


def test_changes_of_parts_are_told_as_changes_of_the_whole() -> None:
    part = Part(Target("u"), {}, ("Service", "Auth"))
    assert part.nest({"Basic": True}) == {"Service": {"Auth": {"Basic": True}}}
    assert part.nest({}) == {}


def config_part(path: str, wanted: dict[str, t.Any]) -> Part:
    return Part(Target(CONFIG + path), wanted)


def test_a_listener_goes_without_what_windows_does_not_take_back() -> None:
    data = (
        f'<l:Listener xmlns:l="{CONFIG}/listener" xml:lang="en-US"><l:Address>*</l:Address>'
        "<l:Transport>HTTP</l:Transport><l:Port>5985</l:Port><l:ListeningOn>127.0.0.1</l:ListeningOn><l:ListeningOn>::1</l:ListeningOn>"
        f'<cim:Location xmlns:cim="{uris.NS_CIM}"/></l:Listener>'
    )
    part = config_part("/listener", {"Port": 5986, "ListeningOn": ["127.0.0.1", "::1"]})
    plan = recipes.plan_put("windows", part, xml.load(data.encode()))
    assert (plan.changed, plan.before, plan.after) == (True, {"Port": 5985}, {"Port": 5986})
    assert xml.dump(plan.representation).decode() == (
        f'<p:Listener xmlns:p="{CONFIG}/listener"><p:Address>*</p:Address><p:Transport>HTTP</p:Transport>'
        "<p:Port>5986</p:Port></p:Listener>"
    )


PLUGIN = (
    f'<PlugInConfiguration xmlns="{CONFIG}/PluginConfiguration" Name="SEL Plugin" Filename="wsmselpl.dll"'
    ' Enabled="false" xml:lang="en-US"><Resources><Resource ResourceUri="http://x/sel"><Security Sddl="O:NSG"/>'
    '</Resource></Resources><Quotas MaxConcurrentUsers="5"/></PlugInConfiguration>'
)


@pytest.mark.parametrize(
    ("wanted", "after", "changes"),
    [
        ({"@enabled": True}, {"@Enabled": True}, ('Enabled="false"', 'Enabled="true"')),
        ({"@Enabled": "FALSE", "Quotas": {"@MaxConcurrentUsers": 5}}, {}, None),
        (
            {"Quotas": {"@MaxConcurrentUsers": 7}},
            {"Quotas": {"@MaxConcurrentUsers": 7}},
            ('MaxConcurrentUsers="5"', 'MaxConcurrentUsers="7"'),
        ),
    ],
)
def test_a_plugin_keeps_its_data_in_attributes(
    wanted: dict[str, t.Any], after: dict[str, t.Any], changes: tuple[str, str] | None
) -> None:
    part = Part(Target(f"{CONFIG}/plugin", {"Name": "SEL Plugin"}), wanted)
    plan = recipes.plan_put("windows", part, xml.load(PLUGIN.encode()))
    assert (plan.changed, plan.after) == (changes is not None, after)
    if changes is not None:
        expected = PLUGIN.replace(*changes).replace(' xml:lang="en-US"', "")
        assert xml.dump(plan.representation) == xml.dump(xml.load(expected.encode()))


def test_the_part_keeps_the_name_namespace_and_order_that_it_came_in() -> None:
    data = f'<x:Auth xmlns:x="{CONFIG}/service/auth"><x:Kerberos>true</x:Kerberos><x:Basic>false</x:Basic></x:Auth>'
    plan = recipes.plan_put("windows", config_part("/service/auth", {"Basic": True}), xml.load(data.encode()))
    assert xml.dump(plan.representation).decode() == (
        f'<p:Auth xmlns:p="{CONFIG}/service/auth"><p:Kerberos>true</p:Kerberos><p:Basic>true</p:Basic></p:Auth>'
    )


def test_all_else_goes_as_a_whole() -> None:
    data = (
        f'<p:C xmlns:p="{CLASS}" xml:lang="en-US"><p:ListeningOn>x</p:ListeningOn><p:A>1</p:A>'
        f'<cim:Location xmlns:cim="{uris.NS_CIM}"/></p:C>'
    )
    plan = recipes.plan_put("generic", Part(Target(CLASS), {"A": 2}), xml.load(data.encode()))
    assert [xml.local(child.tag) for child in plan.representation] == ["ListeningOn", "A", "Location"]
    assert plan.representation.get(xml.qname(uris.NS_XML, "lang")) == "en-US"


POLICY = (
    f'<s:Service xmlns:s="{CONFIG}/service"><s:MaxConnections Source="GPO">300</s:MaxConnections>'
    '<s:AllowUnencrypted>false</s:AllowUnencrypted><s:Auth><s:Basic Source="GPO">false</s:Basic></s:Auth></s:Service>'
).encode()


@pytest.mark.parametrize("wanted", [{"MaxConnections": 300}, {"AllowUnencrypted": True}, {"Auth": {"Basic": False}}])
def test_what_a_policy_sets_may_be_wanted_as_it_is(wanted: dict[str, t.Any]) -> None:
    recipes.plan_put("windows", config_part("/service", wanted), xml.load(POLICY))


@pytest.mark.parametrize(
    ("wanted", "option"),
    [({"maxconnections": 5}, "properties.MaxConnections"), ({"Auth": {"Basic": True}}, "properties.Auth.Basic")],
)
def test_what_a_policy_sets_cannot_be_changed(wanted: dict[str, t.Any], option: str) -> None:
    with pytest.raises(UsageError, match="a group policy controls this") as caught:
        recipes.plan_put("windows", config_part("/service", wanted), xml.load(POLICY))
    assert (caught.value.option, caught.value.windows_code) == (option, 2150858890)


def test_a_listener_of_a_policy_cannot_be_changed() -> None:
    data = f'<l:Listener xmlns:l="{CONFIG}/listener" Source="GPO"><l:Port>5985</l:Port></l:Listener>'.encode()
    recipes.plan_put("windows", config_part("/listener", {"Port": 5985}), xml.load(data))
    with pytest.raises(UsageError, match="a group policy controls this"):
        recipes.plan_put("windows", config_part("/listener", {"Port": 5986}), xml.load(data))


@pytest.mark.parametrize(
    ("uri", "root"),
    [
        (CLASS, (CLASS, "C")),
        (CLASS + "?K=v", (CLASS, "C")),
        (uris.WMI + "root/cimv2/Win32_Service", (uris.WMI + "root/cimv2/Win32_Service", "Win32_Service")),
        (CONFIG + "/Listener", (CONFIG + "/listener", "Listener")),
        (CONFIG + "/service/certmapping", (CONFIG + "/service/certmapping", "CertMapping")),
        (CONFIG + "/plugin", (CONFIG + "/PluginConfiguration", "PlugInConfiguration")),
        (uris.NS_SHELL + "/cmd", (uris.NS_SHELL, "Shell")),
        ("http://h/a/b", ("http://h/a/b", "b")),
    ],
)
def test_root_of(uri: str, root: tuple[str, str]) -> None:
    assert recipes.root_of(uri) == root


@pytest.mark.parametrize(
    ("profile", "text"),
    [
        ("windows", "<cim:Datetime>2020-01-02T03:04:05Z</cim:Datetime>"),
        ("amt", "<cim:Datetime>2020-01-02T03:04:05Z</cim:Datetime>"),
        ("omi", ">2020-01-02T03:04:05Z<"),
    ],
)
def test_times_in_the_spelling_of_the_service(profile: str, text: str) -> None:
    held = xml.load(f'<p:C xmlns:p="{CLASS}" xmlns:xsi="{uris.NS_XSI}"><p:T xsi:nil="true"/></p:C>'.encode())
    schema = Schema("C", {"T": Property("T", "datetime")})
    plan = recipes.plan_put(profile, Part(Target(CLASS), {"T": "2020-01-02T03:04:05Z"}), held, schema)
    assert text in xml.dump(plan.representation).decode()


WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/C"


@pytest.mark.parametrize(
    ("profile", "uri", "sent"),
    [("windows", WMI, '<p:A xsi:nil="true"/>'), ("windows", CONFIG + "/unheard/of", ""), ("generic", CLASS, "")],
)
def test_an_empty_array_goes_as_null_where_what_is_absent_stays(profile: str, uri: str, sent: str) -> None:
    data = f'<p:C xmlns:p="{uri}"><p:A>1</p:A><p:A>2</p:A></p:C>'
    plan = recipes.plan_put(profile, Part(Target(uri), {"A": []}), xml.load(data.encode()))
    assert (plan.before, plan.after) == ({"A": ["1", "2"]}, {"A": []})
    text = xml.dump(plan.representation).decode()
    assert text.partition(">")[2] == (f"{sent}</p:C>" if sent else "") or text.endswith("/>")
    assert not recipes.plan_put(profile, Part(Target(uri), {"A": []}), plan.representation).changed


@pytest.mark.parametrize("option", ["properties", "body"])
def test_another_key_than_that_of_the_selector_is_refused(option: str) -> None:
    held = xml.load(f'<p:C xmlns:p="{CLASS}"><p:Id>1</p:Id><p:A>1</p:A></p:C>'.encode())
    target = Target(CLASS, {"id": "1"})
    with pytest.raises(UsageError, match=f"^{option}.Id: it contradicts the selector"):
        recipes.plan_put("generic", Part(target, {"Id": 2}, option=option), held)
    assert not recipes.plan_put("generic", Part(target, {"ID": 1}), held).changed


def test_the_key_may_be_given_where_the_service_does_not_show_it() -> None:
    held = xml.load(f'<p:C xmlns:p="{CLASS}"><p:A>1</p:A></p:C>'.encode())
    assert not recipes.plan_put("generic", Part(Target(CLASS, {"Id": "1"}), {"Id": 1}), held).changed
    with pytest.raises(UsageError, match="contradicts the selector"):
        recipes.plan_put("generic", Part(Target(CLASS, {"Id": "1"}), {"Id": 2}), held)


@pytest.mark.parametrize(
    ("profile", "moment"),
    [
        ("windows", "<p:At><cim:Datetime>2024-01-01T00:00:00Z</cim:Datetime></p:At>"),
        ("amt", "<p:At><cim:Datetime>2024-01-01T00:00:00Z</cim:Datetime></p:At>"),
        ("generic", "<p:At><cim:Datetime>2024-01-01T00:00:00Z</cim:Datetime></p:At>"),
        ("omi", "<p:At>2024-01-01T00:00:00Z</p:At>"),
    ],
)
def test_omi_gets_datetimes_without_the_wrapper_that_it_sends(profile: str, moment: str) -> None:
    uri = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C"
    held = xml.load(
        f'<p:C xmlns:p="{uri}" xmlns:cim="{uris.NS_CIM}"><p:Name>a</p:Name>'
        "<p:At><cim:Datetime>2024-01-01T00:00:00Z</cim:Datetime></p:At></p:C>".encode()
    )
    plan = recipes.plan_put(profile, Part(Target(uri, {}), {"Name": "b"}), held)
    sent = xml.dump(plan.representation).decode()
    assert moment in sent and "<p:Name>b</p:Name>" in sent
