# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schemas that are built in: what each member is, and that they fit the documents of Windows."""

from __future__ import annotations

import pathlib
import re

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import cim, schema, schemas, uris
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Method, Property, Schema

CONFIG = uris.NS_CONFIG
DECLARATIONS = pathlib.Path(__file__).resolve().parents[6] / "shared" / "wire" / "windows" / "types.xsd.txt"


@pytest.mark.parametrize(
    ("uri", "path", "expected"),
    [
        (CONFIG, "MaxEnvelopeSizekb", Property("MaxEnvelopeSizekb", "uint32")),
        (CONFIG, "maxtimeoutms", Property("MaxTimeoutms", "uint32")),
        (CONFIG, "MaxProviderRequests", Property("MaxProviderRequests", "uint32", deprecated=True)),
        (CONFIG, "Client.Auth.CredSSP", Property("CredSSP", "boolean")),
        (CONFIG, "Client.TrustedHosts", Property("TrustedHosts")),
        (CONFIG, "Service.DefaultPorts.HTTP", Property("HTTP", "uint32", read_only=True)),
        (CONFIG, "Winrs.MaxConcurrentUsers", Property("MaxConcurrentUsers", "uint16")),
        (CONFIG + "/client/defaultports", "HTTPS", Property("HTTPS", "uint32")),
        (CONFIG + "/Service", "EnumerationTimeoutms", Property("EnumerationTimeoutms", "uint32", minimum=500)),
        (CONFIG + "/service", "AllowRemoteAccess", Property("AllowRemoteAccess", "boolean", read_only=True)),
        (
            CONFIG + "/service/auth/",
            "CbtHardeningLevel",
            Property("CbtHardeningLevel", values=("None", "Relaxed", "Strict")),
        ),
        (CONFIG + "/winrs", "IdleTimeout", Property("IdleTimeout", "uint64", minimum=60000)),
        (CONFIG + "/winrs", "MaxShellRunTime", Property("MaxShellRunTime", "uint64", deprecated=True)),
        (
            CONFIG + "/listener?Address=*+Transport=HTTP",
            "ListeningOn",
            Property("ListeningOn", array=True, read_only=True),
        ),
        (CONFIG + "/listener", "Address", Property("Address", key=True)),
        (CONFIG + "/service/certmapping", "Password", Property("Password", write_only=True)),
        (CONFIG + "/service/certmapping", "PassCertToPlugin", Property("PassCertToPlugin", "boolean")),
        (CONFIG + "/service/security", "@ExactMatch", Property("@ExactMatch", "boolean")),
        (CONFIG + "/plugin", "@Enabled", Property("@Enabled", "boolean")),
        (uris.NS_SHELL + "/cmd", "IdleTimeOut", Property("IdleTimeOut", "datetime")),
        (uris.NS_SHELL, "ShellId", Property("ShellId", key=True)),
        (uris.NS_IDENTITY, "ProductVendor", Property("ProductVendor")),
    ],
)
def test_members(uri: str, path: str, expected: Property) -> None:
    held = schemas.builtin(uri)
    *parents, name = path.split(".")
    for parent in parents:
        assert held is not None
        member = held.find(parent)
        assert member is not None
        held = member.members
    assert held is not None
    assert held.find(name) == expected


@pytest.mark.parametrize(
    "uri", [CONFIG + "/nothing", "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C", "", CONFIG + "x"]
)
def test_no_schema_is_built_in(uri: str) -> None:
    assert schemas.builtin(uri) is None


def test_nested_members_are_the_schemas_of_their_own_resources() -> None:
    for above, name, below in (
        ("", "Client", "/client"),
        ("", "Service", "/service"),
        ("", "Winrs", "/winrs"),
        ("/client", "Auth", "/client/auth"),
        ("/client", "DefaultPorts", "/client/defaultports"),
        ("/service", "Auth", "/service/auth"),
        ("/service", "DefaultPorts", "/service/defaultports"),
    ):
        parent, own = schemas.builtin(CONFIG + above), schemas.builtin(CONFIG + below)
        assert parent is not None
        assert own is not None
        assert parent.properties[name].members is own
        assert own.namespace == CONFIG + below


TYPES = {
    "boolean": "boolean",
    "string": "string",
    "unsignedInt": "uint32",
    "unsignedShort": "uint16",
    "unsignedLong": "uint64",
}


@pytest.mark.skipif(not DECLARATIONS.exists(), reason="the declarations of MS-WSMV lie beside the checkout only")
@pytest.mark.parametrize(
    ("declared", "path"),
    [
        ("ConfigType", ""),
        ("ClientType", "/client"),
        ("ClientAuthType", "/client/auth"),
        ("ClientDefaultPortsType", "/client/defaultports"),
        ("ServiceType", "/service"),
        ("ServiceAuthType", "/service/auth"),
        ("ServiceDefaultPortsType", "/service/defaultports"),
        ("WinrsType", "/winrs"),
        ("ListenerType", "/listener"),
        ("CertMappingType", "/service/certmapping"),
    ],
)
def test_all_members_that_ms_wsmv_declares_have_its_types(declared: str, path: str) -> None:
    text = DECLARATIONS.read_text(encoding="utf-8").partition(f'name="{declared}"')[2].partition("</xs:complexType>")[0]
    members = re.findall(r"<xs:element\s([^>]*)", text)
    held = schemas.builtin(CONFIG + path)
    assert held is not None
    assert members
    for attributes in members:
        name, kind = (re.search(rf'{one}="(?:xs:)?([^"]+)"', attributes) for one in ("name", "type"))
        assert name is not None
        assert kind is not None
        assert held.properties[name[1]].type == TYPES.get(kind[1], "instance"), name[1]


@pytest.mark.parametrize(
    ("value", "member", "typed"),
    [
        (None, Property("A", "uint8"), None),
        ("7", Property("A", "uint8"), 7),
        ([7], Property("A", "uint8"), 7),
        (7, Property("A", "uint8", array=True), [7]),
        ([], Property("A", "uint8", array=True), []),
        ("https", Property("A", values=("HTTP", "HTTPS")), "HTTPS"),
        ([65], Property("A", "octetstring"), b"A"),
        ({"a": 1}, Property("A", "instance"), {"a": 1}),
    ],
)
def test_coerce(value: object, member: Property, typed: object) -> None:
    assert schema.coerce(value, member, "properties.A") == typed


@pytest.mark.parametrize(
    ("value", "member", "says"),
    [
        (256, Property("A", "uint8"), "properties.A: 256 is not in the range 0 to 255 of uint8."),
        (5, Property("A", "uint32", minimum=500), "A: 5 is not in the range 500 to 4294967295 of this uint32."),
        (11, Property("A", "uint8", maximum=10), "A: 11 is not in the range 0 to 10 of this uint8."),
        ([1, 2], Property("A", "uint8"), r"properties.A: it takes one uint8 \(0 to 255\), not a list."),
        ([], Property("A"), "properties.A: it takes one string, not a list."),
        ("x", Property("A", "instance", class_name="D"), "properties.A: it takes a dictionary of D."),
        (True, schemas.CONFIG.properties["Winrs"], "it takes a dictionary of Winrs \\(AllowRemoteShellAccess, "),
        ("x", Property("A", "reference"), "properties.A: an endpoint reference is a dictionary"),
        ({}, Property("A"), "properties.A: a dict is no string."),
    ],
)
def test_coerce_refuses(value: object, member: Property, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        schema.coerce(value, member, "properties.A")


def test_every_type_in_use_exists() -> None:
    def check(one: Schema) -> None:
        for member in one.properties.values():
            assert member.type in cim.TYPES or member.type == "instance"
            if member.members:
                check(member.members)

    for uri in (
        CONFIG,
        CONFIG + "/listener",
        CONFIG + "/service/certmapping",
        CONFIG + "/plugin",
        uris.NS_SHELL,
        uris.NS_IDENTITY,
    ):
        held = schemas.builtin(uri)
        assert held is not None
        check(held)


def test_plain_form() -> None:
    held = Schema(
        "C",
        {
            "Id": Property("Id", "uint16", key=True),
            "State": Property("State", "uint8", value_map={"1": "On"}, maximum=3),
        },
        superclass="B",
        namespace="root/x",
        methods={"Go": Method("Go", inputs={"How": Property("How")}, static=True)},
    )
    assert held.to_plain() == {
        "name": "C",
        "superclass": "B",
        "namespace": "root/x",
        "key_names": ["Id"],
        "properties": {
            "Id": {"type": "uint16", "array": False, "key": True},
            "State": {"type": "uint8", "array": False, "key": False, "maximum": 3, "value_map": {"1": "On"}},
        },
        "methods": {
            "Go": {
                "type": "uint32",
                "static": True,
                "inputs": {"How": {"type": "string", "array": False, "key": False}},
                "outputs": {},
            }
        },
    }


def test_no_member_of_a_plain_schema_is_named_like_a_method_of_a_dictionary() -> None:
    # Jinja takes ``schema.keys`` for the method.
    plain = Schema("C", {"Mode": Property("Mode", values=("On", "Off"), key=True)}).to_plain()
    assert plain["key_names"] == ["Mode"]
    assert plain["properties"]["Mode"]["allowed_values"] == ["On", "Off"]
    assert not {*plain, *plain["properties"]["Mode"]} & set(dir(dict))
