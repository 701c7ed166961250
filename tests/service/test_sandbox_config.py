# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""winrm/config, its listeners, mappings, plug-ins: what a Put may and may not, and what a Create needs."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element

import pytest
from sandbox_requests import A, N, W, content, element, fault, handle, header

from sandbox import names
from sandbox.config import ConfigProvider, Configuration
from sandbox.listeners import Listeners
from sandbox.mappings import CertificateMappings, SecuritySettings
from sandbox.plugins import CustomRemoteShells, Plugins, Resources
from sandbox.service import Reply, Service
from sandbox.style import WINDOWS

CONFIG = names.CONFIG
THUMBPRINT, OTHER_THUMBPRINT = "A" * 40, "B" * 40
ISSUER = "5600a015ca5e8a26f638b74e819ae92096da5c8c"


class Box:
    """A service with all of winrm/config."""

    def __init__(self, policies: t.Iterable[str] = ()) -> None:
        self.configuration = Configuration(policies=policies)
        self.changes = 0
        certificates = {THUMBPRINT: "host.example", OTHER_THUMBPRINT: "other.example"}
        self.listeners = Listeners(self.configuration, certificates, "host.example", self._count)
        self.listeners.add("HTTP", 5985)
        plugins = Plugins()
        providers = [
            ConfigProvider(self.configuration),
            self.listeners,
            CertificateMappings({"local": "right"}),
            SecuritySettings(),
            plugins,
            Resources(plugins),
            CustomRemoteShells(),
        ]
        self.service = Service(WINDOWS, providers, self.configuration.limits)

    def _count(self) -> None:
        self.changes += 1

    def ask(
        self, action: str, path: str, body: Element | None = None, selectors: t.Mapping[str, str] | None = None
    ) -> Reply:
        return handle(self.service, header(action, CONFIG + path, selectors), body)

    def put(self, path: str, root: str, members: t.Mapping[str, t.Any], **more: t.Any) -> Reply:
        return self.ask(names.PUT, path, representation(path, root, members), **more)

    def get(self, path: str, selectors: t.Mapping[str, str] | None = None) -> dict[str, t.Any]:
        found = content(self.ask(names.GET, path, None, selectors))
        assert found is not None
        return plain(found)


def representation(path: str, root: str, members: t.Mapping[str, t.Any]) -> Element:
    """Members (nested ones as mappings) in the resource's own namespace."""
    found = Element(f"{{{CONFIG + path}}}{root}")
    for name, value in members.items():
        if isinstance(value, dict):
            inner = representation(path, name, value)
            found.append(inner)
        else:
            found.append(element(f"{{{CONFIG + path}}}{name}", value))
    return found


def plain(found: Element) -> dict[str, t.Any]:
    """Members by local name; repeated ones as a list."""
    result: dict[str, t.Any] = {}
    for child in found:
        value = plain(child) if len(child) else child.text or ""
        name = names.local(child.tag)
        result[name] = [*result[name], value] if isinstance(result.get(name), list) else value
        if name == "ListeningOn" and not isinstance(result[name], list):
            result[name] = [value]
    return result


@pytest.fixture
def box() -> Box:
    return Box()


def test_whole_tree_has_todays_members(box: Box) -> None:
    tree = box.get("")
    assert list(tree) == [
        "MaxEnvelopeSizekb", "MaxTimeoutms", "MaxBatchItems", "MaxProviderRequests", "Client", "Service", "Winrs",
    ]  # fmt: skip
    assert tree["MaxEnvelopeSizekb"] == "500"
    assert tree["Service"]["Auth"]["CbtHardeningLevel"] == "Relaxed"
    assert tree["Client"]["TrustedHosts"] == ""


@pytest.mark.parametrize(
    ("path", "root", "member"),
    [
        ("", "Config", "MaxTimeoutms"),
        ("/client", "Client", "NetworkDelayms"),
        ("/client/auth", "Auth", "Digest"),
        ("/client/defaultports", "DefaultPorts", "HTTP"),
        ("/service", "Service", "RootSDDL"),
        ("/service/auth", "Auth", "CredSSP"),
        ("/service/defaultports", "DefaultPorts", "HTTPS"),
        ("/winrs", "Winrs", "MaxShellsPerUser"),
    ],
)
def test_each_part_is_in_its_own_namespace(box: Box, path: str, root: str, member: str) -> None:
    found = content(box.ask(names.GET, path))
    assert found is not None and found.tag == f"{{{CONFIG + path}}}{root}"
    assert found.find(f"{{{CONFIG + path}}}{member}") is not None


RANGES = "10.0.0.1-10.0.0.9,127.0.0.1-127.0.0.1"
HOSTS = "*.example,host,<local>"


@pytest.mark.parametrize(
    ("path", "root", "members", "changed"),
    [
        ("", "Config", {"MaxTimeoutms": "120000"}, {"/MaxTimeoutms": "120000"}),
        ("", "Config", {"Winrs": {"MaxShellsPerUser": "0"}}, {"/winrs/MaxShellsPerUser": "0"}),
        ("", "Config", {"MaxProviderRequests": "4294967295"}, {}),
        ("/service", "Service", {"AllowUnencrypted": "1"}, {"/service/AllowUnencrypted": "true"}),
        ("/service", "Service", {"AllowRemoteAccess": "true", "DefaultPorts": {"HTTP": "5985"}}, {}),
        ("/service", "Service", {"IPv4Filter": RANGES}, {"/service/IPv4Filter": RANGES}),
        ("/service/auth", "Auth", {"CbtHardeningLevel": "strict"}, {"/service/auth/CbtHardeningLevel": "Strict"}),
        ("/client", "Client", {"TrustedHosts": HOSTS}, {"/client/TrustedHosts": HOSTS}),
        ("/client/defaultports", "DefaultPorts", {"HTTP": "80"}, {"/client/defaultports/HTTP": "80"}),
    ],
)  # fmt: skip
def test_put_changes_only_what_it_carries(
    box: Box, path: str, root: str, members: dict[str, t.Any], changed: dict[str, str]
) -> None:
    before = dict(box.configuration.values)
    assert box.put(path, root, members).status == 200
    assert dict(box.configuration.values.items() - before.items()) == changed


VALUES = ("InvalidRepresentation", "InvalidValues", 2150858838)
SCHEMA = ("SchemaValidationError", None, 2150858817)
REFUSED_PUTS = [
    ("", "Config", {"MaxEnvelopeSizekb": "31"}, VALUES),
    ("", "Config", {"MaxEnvelopeSizekb": "4294967296"}, VALUES),
    ("", "Config", {"MaxTimeoutms": "soon"}, VALUES),
    ("", "Config", {"MaxProviderRequests": "25"}, ("InternalError", None, 2150859182)),
    ("", "Config", {"Colour": "red"}, SCHEMA),
    ("", "Service", {"RootSDDL": "O:"}, SCHEMA),
    ("/service", "Service", {"AllowUnencrypted": "yes"}, VALUES),
    ("/service", "Service", {"AllowRemoteAccess": "false"}, ("InternalError", None, 2150859071)),
    ("/service", "Service", {"MaxConcurrentOperations": "100"}, ("InternalError", None, 2150859182)),
    ("/service", "Service", {"DefaultPorts": {"HTTP": "80"}}, ("InternalError", None, 2150859071)),
    ("/service", "Service", {"EnumerationTimeoutms": "499"}, VALUES),
    ("/service", "Service", {"IPv4Filter": "10.0.0.9-10.0.0.1"}, ("InternalError", None, 2150858988)),
    ("/service", "Service", {"RootSDDL": "none"}, ("InternalError", None, 2150859100)),
    ("/service/auth", "Auth", {"CbtHardeningLevel": "Tight"}, VALUES),
    ("/service/defaultports", "DefaultPorts", {"HTTP": "80"}, ("ActionNotSupported", None, 2150858771)),
    ("/client", "Client", {"TrustedHosts": "a*b"}, ("InternalError", None, 2150858911)),
    ("/client", "Client", {"TrustedHosts": "*,a"}, ("InternalError", None, 2150858911)),
    ("/winrs", "Winrs", {"IdleTimeout": "59999"}, VALUES),
    ("/winrs", "Winrs", {"MaxShellRunTime": "1"}, ("InternalError", None, 2150859182)),
]


@pytest.mark.parametrize(("path", "root", "members", "expected"), REFUSED_PUTS)
def test_refused_put_changes_nothing(
    box: Box, path: str, root: str, members: dict[str, t.Any], expected: tuple[t.Any, ...]
) -> None:
    before = dict(box.configuration.values)
    first = {"MaxBatchItems": "7", **members} if path == "" and root == "Config" else members
    assert fault(box.put(path, root, first)) == expected
    assert box.configuration.values == before


def test_put_in_the_wrong_namespace(box: Box) -> None:
    reply = box.ask(names.PUT, "/service/auth", representation("", "Auth", {"Basic": "true"}))
    assert fault(reply) == ("InvalidRepresentation", "InvalidNamespace", 2150858840)


def test_what_a_policy_controls() -> None:
    box = Box(policies=["/service/AllowUnencrypted"])
    found = content(box.ask(names.GET, "/service"))
    assert found is not None
    marked = [names.local(child.tag) for child in found if child.get("Source") == "GPO"]
    assert marked == ["AllowUnencrypted"]
    reply = box.put("/service", "Service", {"AllowUnencrypted": "true"})
    assert fault(reply) == ("InternalError", None, 2150858890)
    assert b"AllowUnencrypted cannot be changed" in reply.body
    assert box.put("/service", "Service", {"AllowUnencrypted": "false", "MaxConnections": "9"}).status == 200


def test_put_takes_effect_on_the_service(box: Box) -> None:
    box.put("", "Config", {"MaxEnvelopeSizekb": "32"})
    assert box.configuration.limits().max_envelope_size == 32768


def test_restore(box: Box) -> None:
    box.put("", "Config", {"MaxEnvelopeSizekb": "32"})
    reply = box.ask(CONFIG + "/Restore", "", representation("", "Restore_INPUT", {}))
    found = content(reply)
    assert found is not None and found.tag == f"{{{CONFIG}}}Restore_OUTPUT"
    assert box.get("")["MaxEnvelopeSizekb"] == "500"
    assert fault(box.ask(CONFIG + "/Restore", "", representation("", "Other_INPUT", {})))[0] == "InternalError"


def test_quick_config(box: Box) -> None:
    reply = box.ask(CONFIG + "/service/Analyze", "/service", representation("/service", "Analyze_INPUT", {}))
    found = content(reply)
    assert found is not None
    assert plain(found) == {"RemotingEnabled": "true", "Results": ""}


HTTP = {"Address": "*", "Transport": "HTTP"}
HTTPS = {"Address": "*", "Transport": "HTTPS"}
INTERNAL = "InternalError"


def _create(box: Box, selectors: dict[str, str], **members: str) -> Reply:
    body = representation("/listener", "Listener", members)
    return box.ask(names.CREATE, "/listener", body, selectors)


def test_listener_with_its_defaults(box: Box) -> None:
    found = content(_create(box, HTTPS))
    assert found is not None and found.tag == f"{{{names.TRANSFER}}}ResourceCreated"
    selectors = found.findall(f"{A}ReferenceParameters/{W}SelectorSet/{W}Selector")
    assert [(one.get("Name"), one.text) for one in selectors] == [("Address", "*"), ("Transport", "HTTPS")]
    assert box.get("/listener", HTTPS) == {
        "Address": "*",
        "Transport": "HTTPS",
        "Port": "5986",
        "Hostname": "host.example",
        "Enabled": "true",
        "URLPrefix": "wsman",
        "CertificateThumbprint": THUMBPRINT,
        "ListeningOn": ["127.0.0.1", "::1"],
    }
    assert box.changes == 1


@pytest.mark.parametrize(
    ("selectors", "members", "expected"),
    [
        (HTTP, {}, ("AlreadyExists", None, 2150858803)),
        ({"address": "*", "TRANSPORT": "http"}, {}, ("AlreadyExists", None, 2150858803)),
        ({"Address": "*"}, {}, ("InvalidSelectors", "InsufficientSelectors", 2150858842)),
        ({**HTTPS, "Port": "1"}, {}, ("InvalidSelectors", "UnexpectedSelectors", 2150858843)),
        ({**HTTPS, "Transport": "FTP"}, {}, ("InvalidSelectors", "InvalidValue", 2150858845)),
        ({**HTTPS, "Address": "IP:192.0.2.1"}, {}, (INTERNAL, None, 2150858889)),
        ({**HTTPS, "Address": "everywhere"}, {}, (INTERNAL, None, 2150858889)),
        (HTTPS, {"Hostname": "nobody.example"}, (INTERNAL, None, 2150858882)),
        (HTTPS, {"CertificateThumbprint": "C" * 40}, (INTERNAL, None, 2150858882)),
        (HTTPS, {"CertificateThumbprint": OTHER_THUMBPRINT}, (INTERNAL, None, 2150858985)),
        (HTTPS, {"Port": "5985"}, (INTERNAL, None, 2150858972)),
        (HTTPS, {"Port": "70000"}, VALUES),
        (HTTPS, {"Enabled": "maybe"}, VALUES),
        (HTTPS, {"URLPrefix": "/w s"}, VALUES),
        (HTTPS, {"Transport": "HTTP"}, (INTERNAL, None, 2150858989)),
        (HTTPS, {"ListeningOn": "127.0.0.1"}, (INTERNAL, None, 2150859071)),
        (HTTPS, {"Colour": "red"}, SCHEMA),
        ({**HTTP, "Address": "IP:127.0.0.1"}, {"CertificateThumbprint": THUMBPRINT}, (INTERNAL, None, 2150858987)),
    ],
)
def test_listener_that_cannot_be(
    box: Box, selectors: dict[str, str], members: dict[str, str], expected: tuple[t.Any, ...]
) -> None:
    assert fault(_create(box, selectors, **members)) == expected
    assert (len(box.listeners.rows), box.changes) == (1, 0)


def test_certificate_for_the_named_host(box: Box) -> None:
    assert _create(box, HTTPS, Hostname="other.example").status == 200
    spaced = " ".join(THUMBPRINT[i : i + 2].lower() for i in range(0, 40, 2))
    assert box.put("/listener", "Listener", {"Hostname": "host.example"}, selectors=HTTPS).status == 500
    changes = {"Hostname": "host.example", "CertificateThumbprint": spaced}
    assert box.put("/listener", "Listener", changes, selectors=HTTPS).status == 200
    assert box.get("/listener", HTTPS)["CertificateThumbprint"] == THUMBPRINT


def test_listener_put_and_delete(box: Box) -> None:
    reply = box.put("/listener", "Listener", {"Address": "*", "Enabled": "false"}, selectors=HTTP)
    found = content(reply)
    assert found is not None and "ListeningOn" not in plain(found)
    assert box.ask(names.DELETE, "/listener", None, HTTP).status == 200
    gone = ("DestinationUnreachable", "InvalidResourceURI", 2150858752)
    for action in (names.GET, names.DELETE):
        assert fault(box.ask(action, "/listener", None, HTTP)) == gone
    assert box.changes == 2


def test_address_filter_counts_for_listening_on(box: Box) -> None:
    box.put("/service", "Service", {"IPv4Filter": "", "IPv6Filter": "::1-::2"})
    assert box.get("/listener", HTTP)["ListeningOn"] == ["::1"]


def test_listeners_enumerate_with_references(box: Box) -> None:
    body = element(
        N + "Enumerate", None, element(W + "OptimizeEnumeration"), element(W + "EnumerationMode", "EnumerateEPR")
    )
    found = content(box.ask(names.ENUMERATE, "/listener", body))
    assert found is not None and len(list(found.iter(A + "EndpointReference"))) == 1
    filtered = element(N + "Enumerate", None, element(W + "Filter", "x", Dialect=names.WQL))
    assert fault(box.ask(names.ENUMERATE, "/listener", filtered))[0] == "FilteringNotSupported"


KEYS = {"URI": "*", "Subject": "*@example.org", "Issuer": ISSUER}
MAPPING = "/service/certmapping"


def _map(box: Box, keys: dict[str, str], **members: str) -> Reply:
    return box.ask(names.CREATE, MAPPING, representation(MAPPING, "CertMapping", members), keys)


def test_mapping_shows_no_password(box: Box) -> None:
    assert _map(box, KEYS, UserName="local", Password="right").status == 200
    expected = {**KEYS, "UserName": "local", "Enabled": "true", "PassCertToPlugin": "false", "Password": ""}
    assert box.get(MAPPING, KEYS) == expected
    echoed = {**expected, "Enabled": "false"}
    assert box.put(MAPPING, "CertMapping", echoed, selectors=KEYS).status == 200
    assert box.get(MAPPING, KEYS)["Enabled"] == "false"


@pytest.mark.parametrize(
    ("keys", "members", "number"),
    [
        ({**KEYS, "Issuer": "1212"}, {}, 2150859106),
        ({**KEYS, "Subject": "a*b"}, {}, 2150859105),
        ({**KEYS, "URI": "http://a?b"}, {}, 2150858845),
        (KEYS, {"Password": "x"}, 2150859116),
        (KEYS, {"UserName": "x"}, 2150859116),
        (KEYS, {"UserName": "x", "Password": ""}, 2150859115),
        (KEYS, {"UserName": "x", "Password": "p" * 257}, 2150859114),
        (KEYS, {"UserName": "local", "Password": "wrong"}, 2150859092),
    ],
)
def test_mapping_that_cannot_be(box: Box, keys: dict[str, str], members: dict[str, str], number: int) -> None:
    complete = members if members else {"UserName": "local", "Password": "right"}
    assert fault(_map(box, keys, **complete))[2] == number


def test_keys_of_a_mapping_cannot_change(box: Box) -> None:
    _map(box, KEYS, UserName="local", Password="right")
    assert fault(_map(box, KEYS, UserName="local", Password="right"))[0] == "AlreadyExists"
    assert fault(box.put(MAPPING, "CertMapping", {"Subject": "x"}, selectors=KEYS))[2] == 2150859122
    assert fault(box.put(MAPPING, "CertMapping", {"UserName": "other"}, selectors=KEYS))[2] == 2150859116
    mode = element(N + "Enumerate", None, element(W + "EnumerationMode", "EnumerateEPR"))
    assert fault(box.ask(names.ENUMERATE, MAPPING, mode))[:2] == ("UnsupportedFeature", "EnumerationMode")


def test_security_settings(box: Box) -> None:
    selectors = {"Uri": "urn:x"}
    body = Element(f"{{{CONFIG}/service/security}}Security", {"Uri": "urn:x", "Sddl": "O:NS"})
    assert box.ask(names.CREATE, "/service/security", body, selectors).status == 200
    found = content(box.ask(names.GET, "/service/security", None, selectors))
    assert found is not None and (found.get("Sddl"), found.get("ExactMatch")) == ("O:NS", "false")


def test_plugins_and_resources(box: Box) -> None:
    found = content(box.ask(names.GET, "/plugin", None, {"Name": "wmi provider"}))
    assert found is not None and found.get("SDKVersion") == "1"
    missing = box.ask(names.GET, "/plugin", None, {"Name": "none"})
    assert fault(missing)[0] == "DestinationUnreachable"
    assert box.ask(names.DELETE, "/plugin", None, {"Name": "microsoft.powershell"}).status == 200
    body = element(N + "Enumerate", None, element(W + "OptimizeEnumeration"), element(W + "MaxElements", "50"))
    listed = content(box.ask(names.ENUMERATE, "/resource", body))
    assert listed is not None
    uris = [one.get("ResourceUri") for one in listed.iter(f"{{{CONFIG}/PluginConfiguration}}Resource")]
    assert len(uris) == 5 and "http://schemas.microsoft.com/wbem/wsman/1/wmi" in uris


def test_custom_remote_shells_are_gone(box: Box) -> None:
    assert fault(box.ask(names.GET, "/winrs/customremoteshell"))[2] == 2150859196


def test_unknown_value_at_start_is_an_error() -> None:
    with pytest.raises(ValueError, match="has no /Colour"):
        Configuration({"/Colour": "red"})
