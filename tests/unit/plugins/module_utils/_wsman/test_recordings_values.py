# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values in every recorded answer of real services that holds instances.

The recordings lie beside the repository; without them these tests are skipped. ``recorded_values.txt`` has a line for
each: how many instances, the class of the last one, and one of its properties that tells something.
"""

from __future__ import annotations

import functools
import json
import pathlib
import typing as t
from xml.etree.ElementTree import Element

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    compare,
    datetimes,
    documents,
    envelope,
    instance,
    merge,
    representation,
    schemas,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, WSManFault
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema

WIRE = pathlib.Path(__file__).resolve().parents[6] / "shared" / "wire"
SUFFIX = ".resp.xml"
PEERS = ("omi", "openwsman", "windows")
TABLE = pathlib.Path(__file__).with_name("recorded_values.txt")
#: Answers whose body is no instance: what their parts are, ``addressing`` and the other operations know.
NO_INSTANCES = ("ResourceCreated", "SubscribeResponse", "RenewResponse")
STARTED = envelope.load(
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><n:EnumerateResponse xmlns:n="'
    b'http://schemas.xmlsoap.org/ws/2004/09/enumeration"><n:EnumerationContext>x</n:EnumerationContext>'
    b"</n:EnumerateResponse></s:Body></s:Envelope>"
)

pytestmark = pytest.mark.skipif(not WIRE.is_dir(), reason="the recordings lie beside the repository only")


@functools.cache
def find(name: str) -> pathlib.Path:
    """The recording of that name; those of MS-WSMV are named by section and number."""
    return next(WIRE.glob(f"{name}-*.xml" if name.startswith("windows/") else f"{name}{SUFFIX}"))


def read_elements(path: pathlib.Path) -> list[Element]:
    """The instances in the answer; none for faults, errors and references."""
    try:
        response = envelope.load(path.read_bytes())
    except (ProtocolError, WSManFault):
        return []
    content = response.content
    if content is None or xml.local(content.tag) in NO_INSTANCES:
        return []
    if xml.local(content.tag) not in ("EnumerateResponse", "PullResponse"):
        return [content]
    enumeration = Enumeration(Target("http://h/C"))
    if xml.local(content.tag) == "PullResponse":
        enumeration.feed(STARTED)
    elements = [item.element for item in enumeration.feed(response) if item.element is not None]
    return [element for element in elements if xml.local(element.tag) != "EndpointReference"]


def read(name: str, schema: Schema | None = None) -> list[Instance]:
    elements = read_elements(find(name))
    return [instance.from_element(one, schema or schemas.builtin(xml.split(one.tag)[0] or "")) for one in elements]


def plain(value: t.Any) -> t.Any:
    """Nested instances as dictionaries, references by class and selectors, to compare by eye."""
    if isinstance(value, Instance):
        return {name: plain(one) for name, one in value.properties.items()}
    if isinstance(value, EndpointReference):
        return ((value.resource_uri or "").rpartition("/")[2], value.selector_set)
    return [plain(one) for one in value] if isinstance(value, list) else value


def rows() -> list[tuple[str, int, str, str]]:
    lines = (line.split(" | ") for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#"))
    return [(name, int(what.split()[0]), what.split()[1], telling) for name, what, telling in lines]


def elements_of(peer: str) -> t.Iterator[Element]:
    """All instances of the recordings of *peer*."""
    names = [name for name, *_rest in rows() if name.startswith(peer)]
    assert names
    for name in names:
        yield from read_elements(find(name))


@pytest.mark.parametrize(("name", "count", "class_name", "telling"), rows())
def test_every_recording_with_instances(name: str, count: int, class_name: str, telling: str) -> None:
    held = read(name)
    assert (len(held), str(held[-1].class_name)) == (count, class_name)
    if telling != "-":
        member, _equals, value = telling.partition(" = ")
        assert plain(held[-1].properties[member]) == json.loads(value)


def test_the_table_is_complete() -> None:
    listed = {find(name) for name, *_rest in rows()}
    assert listed == {path for path in WIRE.glob(f"*/*{SUFFIX}") if read_elements(path)}


SMALL = {
    str(n): {"Description": None, "Number": str(n), "SpelledNumber": word}
    for n, word in enumerate(["zero", "one", "two", "three"])
}
LAB_ITEM = {
    "Empty": "",
    "Flag": "true",
    "Flags": ["true", "false"],
    "Id": "1",
    "Interval": "00000002030405.000006:000",
    "Name": "alpha",
    "Nums": ["1", "2", "65535"],
    "R32": "1.5",
    "R64": "-2.25e+10",
    "S16": "-32768",
    "S32": "-2147483648",
    "S64": "-9223372036854775807",
    "S8": "-128",
    "Stamp": "20240229123456.123456+060",
    "Text": "plain",
    "U16": "65535",
    "U64": "18446744073709551615",
    "U8": "255",
    "Words": ["one", "two", "", "<four>"],
}
TEST_OBJECT = {"left_operand": None, "right_operand": None, "result": None}
HALVES = ("X_SmallNumber", {"__cimnamespace": "test/cpp", "Number": "0"})

# recording, number of the instance in it, all its properties in their order
WHOLE: list[tuple[str, int, dict[str, t.Any]]] = [
    ("omi/47-get-president", 0, {"Key": "1", "First": "George", "Last": "Washington"}),
    (
        "omi/64-enum-person-after-create",
        1,
        {"Key": "1234", "Species": "human", "Last": "Xi", "First": "Bo & <Co> é€😀", "ExpensiveProperty": None},
    ),
    ("omi/68-put-xsinil", 0, {"Key": "1234", "Species": None, "Last": "L", "First": None, "ExpensiveProperty": None}),
    (
        "omi/89-assoc-associated-all",
        0,
        {
            "Description": "<&\t xml-encoding-test \t&>",
            "Name": "theWorld",
            "Version": "0.1",
            "pid": "31806",
            "uid": "1001",
            "gid": "1001",
            "user": "wsuser",
            "group": "wsuser",
            "ns": "",
        },
    ),
    (
        "omi/92-assoc-references-president-key1",
        0,
        {"Prev": ("MSFT_President", {"Key": "1"}), "Next": ("MSFT_President", {"Key": "2"})},
    ),
    (
        "omi/28-enum-hugenumber-embedded",
        0,
        {
            "Description": None,
            "Number": "1000000",
            "Magnitude": "6",
            "MagnitudeObj": {"Description": None, "Number": "6", "SpelledNumber": "six"},
            "Numbers123": [SMALL["1"], SMALL["2"], SMALL["3"]],
            "Number0": {"number": HALVES, "half": HALVES},
            "TwoTestObjects": [
                {"id": "17", "str": "a string", "operation": None, **TEST_OBJECT},
                {"InstanceID": "a profile", "RegisteredName": "embedded object"},
            ],
            "TestObject": None,
        },
    ),
    (
        "omi/32-enum-alldmtf-root_omi",
        1,
        {
            "v_Key": "1",
            "v_bool": "TRUE",
            "v_uint8": "16",
            "v_sint8": "-14",
            "v_UINT16": "256",
            "v_sint16": "-254",
            "v_uint32": "65536",
            "v_sint32": "-65534",
            "v_uint64": "0",
            "v_sint64": "-4294967294",
            "v_rEal32": "101.300003051758",
            "v_Real64": "1.014234",
            "v_char16": "34",
            "v_string": "TestString 1",
            "v_DATETIME": "2001-01-01T01:01:01.000001+13:50",
            "v_embeddedObject": None,
            "v_embeddedInstance": None,
            "v_reference": None,
            "v_octetUint8": b"BCD",
        },
    ),
    ("omi/80-invoke-emptybody", 0, {"ReturnValue": "2", "numbers": ["2", "3"], "spelled_numbers": ["two", "three"]}),
    ("openwsman/052-get-item", 0, LAB_ITEM),
    ("openwsman/053-get-item-unicode", 0, {**LAB_ITEM, "Id": "3", "Name": "gamma", "Text": "unicode"}),
    ("openwsman/119-x-assoc-item", 1, {**LAB_ITEM, "Flag": "false", "Id": "2", "Name": "beta", "Text": ""}),
    ("openwsman/082-get-created", 0, {"Name": "", "Text": "hi <é>", "Value": "42", "Words": ["a", "b"]}),
    ("openwsman/083-put", 0, {"Name": "", "Text": "changed", "Value": None, "Words": "z"}),
    ("openwsman/065-get-fragment-array", 0, {"Words": ["one", "two", "", "<four>"]}),
    ("openwsman/067-get-fragment-missing", 0, {}),
    ("windows/4.1.1-01", 0, {"Data1": "Hello World", "id": "1"}),
    (
        "windows/4.2.1-01",
        0,
        {
            "MaxEnvelopeSizekb": 50,
            "MaxTimeoutms": 60000,
            "MaxBatchItems": 20,
            "MaxProviderRequests": 25,
            "Client": {
                "NetworkDelayms": 5000,
                "URLPrefix": "wsman",
                "AllowUnencrypted": False,
                "Auth": {"Basic": False, "Digest": True, "Kerberos": True, "Negotiate": True, "Certificate": True},
                "DefaultPorts": {"HTTP": 80, "HTTPS": 443},
                "TrustedHosts": "",
            },
            "Service": {
                "RootSDDL": "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;ER)S:P(AU;FA;GA;;;WD)(AU;S A; GWGX;;;WD)",
                "MaxConcurrentOperations": 100,
                "EnumerationTimeoutms": 60000,
                "MaxConnections": 5,
                "AllowUnencrypted": False,
                "Auth": {"Basic": False, "Kerberos": True, "Negotiate": True},
                "DefaultPorts": {"HTTP": 80, "HTTPS": 443},
                "IPv4Filter": "*",
                "IPv6Filter": "*",
            },
            "Winrs": {
                "AllowRemoteShellAccess": True,
                "IdleTimeout": 900000,
                "MaxConcurrentUsers": 5,
                "MaxShellRunTime": 28800000,
                "MaxProcessesPerShell": 5,
                "MaxMemoryPerShellMB": 80,
                "MaxShellsPerUser": 2,
            },
        },
    ),
    (
        "windows/4.2.3-05",
        0,
        {
            "URI": "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*",
            "Subject": "*.sampl.com",
            "Issuer": "1212131238d84023982e381f2",
            "UserName": "certadminACCOUNT",
            "Enabled": True,
            "PassCertToPlugin": False,
            "Password": "",
        },
    ),
    (
        "windows/4.7.7-01",
        0,
        {
            "ShellId": "uuid:5B666291-0910-4E8F-B802-B697ACD7953D",
            "Lifetime": datetimes.parse("PT27993S"),
            "InputStreams": "stdin",
            "OutputStreams": "stdout stderr",
            "CommandLine": {"Command": "pause"},
        },
    ),
    ("windows/4.11.1-03", 0, {"octet": None, "uint32Key": "100"}),
    ("windows/4.11.2-01", 0, {"EventType": "StreamingOutput", "Name": "uValue", "Type": "5", "Value": {"uValue": 1}}),
    (
        "windows/4.7.1-00",
        0,
        {
            "Environment": {"Variable": [{"@Name": "test", "#text": "1"}]},
            "WorkingDirectory": "d:\\windows",
            "Lifetime": datetimes.parse("PT1000S"),
            "InputStreams": "stdin",
            "OutputStreams": "stdout stderr",
        },
    ),
]


@pytest.mark.parametrize(("name", "number", "properties"), WHOLE)
def test_whole_instances(name: str, number: int, properties: dict[str, t.Any]) -> None:
    held = plain(read(name)[number])
    assert held == properties
    assert list(held) == list(properties)


ALL_TYPES = Schema(
    "X_SingletonWithAllTypes",
    {
        one.name: one
        for one in (
            Property("id", "uint64", key=True),
            Property("b", "boolean"),
            *(
                Property(f"{sign}{bits}", f"{kind}{bits}")
                for sign, kind in (("u", "uint"), ("s", "sint"))
                for bits in (8, 16, 32, 64)
            ),
            Property("r32", "real32"),
            Property("r64", "real64"),
            Property("dt", "datetime"),
            Property("c16", "char16"),
            Property("bA", "boolean", array=True),
            Property("s8A", "sint8", array=True),
            Property("u32A", "uint32", array=True),
            Property("fourObjects", "instance", array=True),
        )
    },
)


def test_with_the_schema_of_the_class() -> None:
    held = read("omi/31-enum-alltypes-test_cpp", ALL_TYPES)[0].properties
    assert {name: held[name] for name in ("id", "b", "u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64")} == {
        "id": 1,
        "b": True,
        "u8": 172,
        "s8": -123,
        "u16": 1745,
        "s16": -1746,
        "u32": 17567,
        "s32": -17568,
        "u64": 18446744073709551613,
        "s64": -9223372036854775805,
    }
    assert compare.equal(held["r32"], 32.32, "real32")
    assert held["r64"] == 64.6464
    assert held["dt"] == datetimes.parse("20100714113511.900675-007")
    assert (held["s"], held["c16"]) == ("string value", "Д")
    assert (held["bA"], held["s8A"], held["u32A"]) == ([True, False], [0, -128, 127], None)
    assert [plain(one)["id"] for one in t.cast("list[Instance]", held["fourObjects"])] == [
        "9001",
        "9002",
        "9003",
        "9004",
    ]
    assert isinstance(held["person"], Instance)
    assert held["person"].class_name == "MSFT_Person"


def test_classes_and_addresses() -> None:
    embedded = read("omi/28-enum-hugenumber-embedded")[0].properties["TwoTestObjects"]
    assert [one.class_name for one in t.cast("list[Instance]", embedded)] == ["X_TestObject", "X_Profile"]
    held = read("windows/4.1.1-01")[0]
    assert held.class_name == "myclass"
    assert held.endpoint_reference == EndpointReference(t.cast(str, held.namespace), {"id": "1"})


@pytest.mark.parametrize("peer", PEERS)
def test_what_was_read_is_what_is_wanted_and_goes_back_as_it_came(peer: str) -> None:
    for element in elements_of(peer):
        schema = schemas.builtin(xml.split(element.tag)[0] or "")
        held = instance.from_element(element, schema)
        wanted = {name: value for name, value in held.properties.items() if name != "#text"}
        plan = merge.plan(element, representable(wanted), schema)
        assert plan.after == {}
        again = xml.load(xml.dump(plan.representation))
        assert plain(instance.from_element(again, schema)) == plain(held)


def representable(value: t.Any) -> t.Any:
    """As a task would write it."""
    if isinstance(value, Instance):
        value = value.properties
    if isinstance(value, EndpointReference):
        return value.to_plain()
    if isinstance(value, dict):
        return {name: representable(one) for name, one in value.items()}
    return [representable(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("peer", PEERS)
def test_every_recording_is_a_document_too(peer: str) -> None:
    for element in elements_of(peer):
        document = documents.from_element(element)
        assert documents.from_element(documents.to_element(document, "body")) == document


def test_an_instance_of_a_recording_can_be_made_from_plain_values() -> None:
    element = read_elements(find("openwsman/052-get-item"))[0]
    namespace, name = xml.split(element.tag)
    made = representation.to_element(name, namespace, LAB_ITEM)
    assert plain(instance.from_element(xml.load(xml.dump(made)))) == LAB_ITEM
