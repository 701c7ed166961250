# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test service's CIM values: texts, datetimes, object paths, MOF, and instances in XML both ways."""

from __future__ import annotations

import dataclasses
import math
import typing as t
from xml.etree.ElementTree import Element, fromstring

import pytest
from cim_requests import NIL, reference

from sandbox import classes, data, datetimes, instances, manners, mof, names, paths, render, values
from sandbox.classes import Instance, Property, Reference
from sandbox.instances import Writer
from sandbox.values import Spelling

CONTENT = data.content()
CIMV2 = CONTENT.classes["root/cimv2"]
TYPES = CIMV2["sandbox_alltypes"]
OMI = manners.OMI.spelling
BASE = "http://example.org/"


def find(name):
    return CIMV2.get(name.lower())


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("true", "boolean", True),
        ("FALSE", "boolean", False),
        ("1", "boolean", True),
        (" 0 ", "boolean", False),
        ("255", "uint8", 255),
        ("-128", "sint8", -128),
        ("65535", "uint16", 65535),
        (" 7 ", "sint16", 7),
        ("+5", "uint32", 5),
        ("18446744073709551615", "uint64", 18446744073709551615),
        ("-9223372036854775808", "sint64", -9223372036854775808),
        ("0.1", "real64", 0.1),
        ("1e300", "real64", 1e300),
        ("INF", "real64", math.inf),
        ("-inf", "real32", -math.inf),
        ("0.1", "real32", 0.10000000149011612),
        ("x", "char16", "x"),
        ("7", "char16", "7"),
        ("65", "char16", "A"),
        ("  kept  ", "string", "  kept  "),
        ("", "string", ""),
        ("2024-01-02T03:04:05Z", "datetime", "20240102030405.000000+000"),
        ("QUJD", "octetstring", b"ABC"),
    ],
)
def test_texts_are_read(text: str, kind: str, expected: t.Any) -> None:
    found = values.parse(text, kind)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("yes", "boolean"),
        ("", "boolean"),
        ("2", "boolean"),
        ("256", "uint8"),
        ("-1", "uint8"),
        ("128", "sint8"),
        ("65536", "uint16"),
        ("18446744073709551616", "uint64"),
        ("1.0", "uint32"),
        ("1_0", "uint32"),
        ("0x10", "uint32"),
        ("abc", "uint32"),
        ("", "sint32"),
        ("abc", "real64"),
        ("1e39", "real32"),
        ("ab", "char16"),
        ("70000", "char16"),
        ("today", "datetime"),
        ("***", "octetstring"),
        ("x", "nothing"),
    ],
)
def test_texts_of_the_wrong_type(text: str, kind: str) -> None:
    with pytest.raises(ValueError):
        values.parse(text, kind)


def test_omi_reads_no_one_as_boolean() -> None:
    assert values.parse("TRUE", "boolean", OMI) is True
    with pytest.raises(ValueError, match="no boolean"):
        values.parse("1", "boolean", OMI)


@pytest.mark.parametrize(
    ("value", "kind", "windows", "omi"),
    [
        (True, "boolean", "true", "TRUE"),
        (False, "boolean", "false", "FALSE"),
        (7, "uint8", "7", "7"),
        (18446744073709551615, "uint64", "18446744073709551615", "18446744073709551615"),
        (values.rounded(32.32, "real32"), "real32", "32.32", "32.3199996948242"),
        (0.5, "real32", "0.5", "0.5"),
        (64.6464, "real64", "64.6464", "64.6464"),
        (0.1 + 0.2, "real64", "0.30000000000000004", "0.3"),
        (3.0, "real64", "3", "3"),
        (-2.25e10, "real64", "-22500000000", "-22500000000"),
        (1.5e300, "real64", "1.5e+300", "1.5e+300"),
        (math.nan, "real64", "NaN", "nan"),
        (-math.inf, "real32", "-INF", "-inf"),
        ("A", "char16", "A", "65"),
        ("a b", "string", "a b", "a b"),
        ("a\x07b\n", "string", "a?b\n", "a?b\n"),
        (
            "20240229123456.123456+060",
            "datetime",
            "2024-02-29T12:34:56.123456+01:00",
            "2024-02-29T12:34:56.123456+01:00",
        ),
        (b"ABC", "octetstring", "QUJD", "QUJD"),
    ],
)
def test_values_are_written(value: t.Any, kind: str, windows: str, omi: str) -> None:
    assert values.format(value, kind) == windows
    assert values.format(value, kind, OMI) == omi


def test_some_makes_write_otherwise() -> None:
    openwsman, idrac = manners.OPENWSMAN.spelling, manners.IDRAC.spelling
    assert values.format("20240229123456.123456+060", "datetime", openwsman) == "20240229123456.123456+060"
    assert values.format("bell\x07", "string", idrac) == "bell\x07"


@pytest.mark.parametrize(
    ("text", "cim"),
    [
        ("20240229123456.123456+060", "20240229123456.123456+060"),
        ("20240229123456.123456-300", "20240229123456.123456-300"),
        ("00000002030405.000006:000", "00000002030405.000006:000"),
        ("20240115******.******+***", "20240115******.******+***"),
        ("2024-01-02T03:04:05Z", "20240102030405.000000+000"),
        ("2024-01-02T03:04:05z", "20240102030405.000000+000"),
        ("2024-01-02T03:04:05.5+01:30", "20240102030405.500000+090"),
        ("2024-01-02T03:04:05.123456789-0800", "20240102030405.123456-480"),
        ("2024-01-02 03:04:05", "20240102030405.000000+000"),
        ("2024-01-02T03:04", "20240102030400.000000+000"),
        ("2024-01-02", "20240102000000.000000+000"),
        ("P1D", "00000001000000.000000:000"),
        ("P1DT2H", "00000001020000.000000:000"),
        ("PT90M", "00000000013000.000000:000"),
        ("PT0S", "00000000000000.000000:000"),
        ("P2W", "00000014000000.000000:000"),
        ("PT1.5S", "00000000000001.500000:000"),
        ("P2000D", "00002000000000.000000:000"),
    ],
)
def test_datetimes_are_read(text: str, cim: str) -> None:
    assert datetimes.parse(text) == cim


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1Y",
        "P1M",
        "20240230000000.000000+000",
        "20241301000000.000000+000",
        "2024-02-30T00:00:00Z",
        "2024-01-02T25:00:00Z",
        "00000000250000.000000:000",
        "20240102030405",
        "20240102030405.000000",
        "P999999999D",
    ],
)
def test_what_is_no_datetime(text: str) -> None:
    with pytest.raises(ValueError):
        datetimes.parse(text)


@pytest.mark.parametrize(
    ("cim", "iso"),
    [
        ("20240102030405.000000+000", "2024-01-02T03:04:05Z"),
        ("20240102030405.500000-007", "2024-01-02T03:04:05.5-00:07"),
        ("20010101010101.000001+830", "2001-01-01T01:01:01.000001+13:50"),
        ("00002000000000.000000:000", "P2000D"),
        ("00000001020000.000000:000", "P1DT2H"),
        ("00000000000000.000000:000", "PT0S"),
        ("00000000000000.000100:000", "PT0.0001S"),
        ("20240115******.******+***", "20240115******.******+***"),
    ],
)
def test_datetimes_in_iso_8601(cim: str, iso: str) -> None:
    assert datetimes.format_iso(cim) == iso
    if "*" not in cim:
        assert datetimes.order(datetimes.parse(iso)) == datetimes.order(cim)


def test_order_knows_zones() -> None:
    instants = ["20240102000000.000000+060", "20240101230000.000000+000", "20240101180000.000000-300"]
    assert len({datetimes.order(text) for text in instants}) == 1
    assert datetimes.order("19691231235959.999999+000") == ("timestamp", -1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Win32_Service.Name='Spooler'", Reference("Win32_Service", {"Name": "Spooler"}, "root/cimv2")),
        ('win32_service.name="Spooler"', Reference("Win32_Service", {"Name": "Spooler"}, "root/cimv2")),
        ('Win32_Service="Spooler"', Reference("Win32_Service", {"Name": "Spooler"}, "root/cimv2")),
        ("Sandbox_AllTypes.Id=2", Reference("Sandbox_AllTypes", {"Id": 2}, "root/cimv2")),
        ("Sandbox_AllTypes=2", Reference("Sandbox_AllTypes", {"Id": 2}, "root/cimv2")),
        ("Win32_OperatingSystem=@", Reference("Win32_OperatingSystem", {}, "root/cimv2")),
        (
            "Win32_Environment.Name='a',UserName='b'",
            Reference("Win32_Environment", {"Name": "a", "UserName": "b"}, "root/cimv2"),
        ),
        (
            r'\\.\root\cimv2:Win32_Environment.Name="a\"b" , UserName="C:\\x"',
            Reference("Win32_Environment", {"Name": 'a"b', "UserName": "C:\\x"}, "root/cimv2"),
        ),
    ],
)
def test_object_paths(text: str, expected: Reference) -> None:
    found = paths.parse(text, find)
    assert found == expected
    assert paths.parse(paths.format(found), find) == expected


@pytest.mark.parametrize(
    "text",
    ["", "Nope.Name='x'", "Win32_Service", "Win32_Service.", "Win32_Service.State='x'", "Win32_Service.Name='x",
     "Win32_Service.Name='x' junk", "Sandbox_AllTypes.Id='x'", "Win32_Environment='x'"],
)  # fmt: skip
def test_what_is_no_object_path(text: str) -> None:
    with pytest.raises(ValueError):
        paths.parse(text, find)


@pytest.mark.parametrize(
    "text",
    ["class", "class X", "class X { string }; ", "class X { string Name };", "instance of X { A = ; };",
     "class X : { };", "class X { }", "class X { string A = §; };", "#pragma locale", "class X { uint32 M(string); };"],
)  # fmt: skip
def test_what_is_no_mof(text: str) -> None:
    with pytest.raises(mof.MOFError):
        mof.parse(text)


def test_mof_is_read() -> None:
    text = """
    #pragma namespace("root/test") // where
    [Association, Description("two " "parts")] class A_B : A /* above */ {
        [key, Values {"x", "y"}] uint32 Id = 7;
        string Names[] = {"a", "b\\n\\"c\\""}; A REF Other;
        [static] uint32 Do([in] string What, [out] A REF Made);
    };
    instance of A_B { Id = 0x; };
    """
    with pytest.raises(mof.MOFError):
        mof.parse(text)
    where, declared, made = mof.parse(text.replace("0x", "-1"))
    assert where == mof.NamespacePragma("root/test")
    assert isinstance(declared, mof.ClassDeclaration)
    assert (declared.name, declared.superclass) == ("A_B", "A")
    assert declared.qualifiers == {"association": True, "description": "two parts"}
    assert [prop.name for prop in declared.properties] == ["Id", "Names", "Other"]
    number, texts, other = declared.properties
    assert (number.key, number.default, number.qualifiers["values"]) == (True, 7, ["x", "y"])
    assert (texts.array, texts.default) == (True, ["a", 'b\n"c"'])
    assert (other.type, other.reference_class) == ("reference", "A")
    method = declared.methods[0]
    assert method.static and [prop.name for prop in method.inputs] == ["What"]
    assert [prop.name for prop in method.outputs] == ["Made"]
    assert made == mof.InstanceDeclaration("A_B", {"Id": -1})


def test_inheritance() -> None:
    service = CIMV2["win32_service"]
    assert service.is_a("cim_managedsystemelement") and not service.is_a("Win32_Process")
    assert [key.name for key in service.keys] == ["Name"]
    assert service.member("STARTNAME").origin == "Win32_BaseService"
    assert service.member("CreationClassName").default == "Win32_Service"
    assert CIMV2["win32_dependentservice"].member("Antecedent").key
    assert {"startservice", "changestartmode"} <= service.methods.keys()
    assert {name for name in CIMV2 if CIMV2[name].association} >= {"win32_dependentservice", "cim_component"}


def writer(spelling: Spelling = values.WINDOWS, **more: t.Any) -> Writer:
    return Writer(spelling, lambda name: BASE + name, **more)


def held(number: int) -> Instance:
    return next(one for one in CONTENT.instances if one.cim_class is TYPES and one.values["Id"] == number)


def written(found: Writer, instance: Instance) -> Element:
    return fromstring(render.render(found.instance(instance), {}))


@pytest.mark.parametrize("spelling", [manner.spelling for manner in manners.MANNERS.values()])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_instances_come_back_as_they_went(number: int, spelling: Spelling) -> None:
    original = held(number)
    for name, elements in instances.grouped(writer(spelling).instance(original)).items():
        prop = TYPES.member(name)
        if prop.kind == "real32" and not spelling.short_reals:
            continue
        value = instances.read(elements, prop, dataclasses.replace(spelling, reads_wrapped=True, lenient=False), find)
        assert shape(value) == shape(original.values[prop.name]), name


def shape(value: t.Any) -> t.Any:
    if isinstance(value, list):
        return [shape(item) for item in value]
    if isinstance(value, Instance):
        return value.cim_class.name, {name: shape(item) for name, item in value.values.items()}
    return (value.class_name, value.keys) if isinstance(value, Reference) else value


def test_order_and_nulls() -> None:
    windows = [names.local(child.tag) for child in writer().instance(held(2))]
    assert windows == sorted(windows, key=str.lower)
    assert len(windows) == len(TYPES.properties)
    omi = [names.local(child.tag) for child in writer(OMI, alphabetical=False).instance(held(2))]
    assert omi == [prop.name for prop in TYPES.properties.values()]
    openwsman = writer(manners.OPENWSMAN.spelling).instance(held(2))
    assert {names.local(child.tag) for child in openwsman} == {
        prop.name for prop in TYPES.properties.values() if not prop.repeats
    }


def test_arrays() -> None:
    one, empty = writer().instance(held(3)), writer().instance(held(4))
    assert [child.text for child in one if names.local(child.tag) == "U8s"] == ["7"]
    assert not [child for child in empty if names.local(child.tag) in ("Texts", "Bools", "U16s")]
    assert [child.get(names.XSI_NIL) for child in empty if names.local(child.tag) == "U8s"] == ["true"]


def test_datetimes_are_wrapped() -> None:
    element = writer().instance(held(1))
    found = {names.local(child.tag): child[0] for child in element if names.local(child.tag) in ("Moment", "Span")}
    assert (found["Moment"].tag, found["Moment"].text) == (
        f"{{{names.CIM}}}Datetime",
        "2024-02-29T12:34:56.123456+01:00",
    )
    assert (found["Span"].tag, found["Span"].text) == (f"{{{names.CIM}}}Interval", "P2DT3H4M5.000006S")
    pattern = next(child for child in writer().instance(held(4)) if names.local(child.tag) == "Moment")
    assert names.local(pattern[0].tag) == "CIM_DateTime"


def test_types_and_extensions() -> None:
    plain = written(writer(types=False), held(1))
    assert names.XSI_TYPE not in plain.attrib and not any(f"{{{names.CIM}}}Key" in child.attrib for child in plain)
    full = written(writer(extensions=True), held(1))
    assert full.attrib[names.XSI_TYPE].endswith(":Sandbox_AllTypes_Type")
    types = {names.local(child.tag): child.get(names.XSI_TYPE, "").partition(":")[2] for child in full}
    assert (types["U32"], types["Bool"], types["Moment"]) == ("cimUnsignedInt", "cimBoolean", "cimDateTime")
    assert [names.local(child.tag) for child in full if f"{{{names.CIM}}}Key" in child.attrib] == ["Id"]
    assert full[-1].tag == f"{{{names.CIM}}}Location"


def test_projections_have_no_namespace() -> None:
    row = writer().fragment(held(1), frozenset(["text", "moment", "id", "u16s", "peer"]))
    assert row.tag == f"{{{names.WSMAN}}}XmlFragment"
    assert [child.tag for child in row] == ["Id", "Moment", "Peer", "Text", "U16s", "U16s"]
    assert row[1][0].tag == "Datetime"


@pytest.mark.parametrize(
    ("name", "xml"),
    [
        ("U8", "<a>256</a>"),
        ("U8", "<a><b/></a>"),
        ("U8", "<r><a>1</a><a>2</a></r>"),
        ("U8s", "<r><a>1</a><a xsi:nil='true'/></r>"),
        ("Bool", "<a>perhaps</a>"),
        ("Moment", "<a>perhaps</a>"),
        ("Moment", "<a><Datetime>perhaps</Datetime></a>"),
        ("Peer", "<a>Sandbox_AllTypes.Id=2</a>"),
        ("Origin", "<a xsi:type='Sandbox_Number_Type'><X>1</X></a>"),
        ("Origin", "<a xsi:type='Sandbox_Point_Type'><Z>1</Z></a>"),
        ("Origin", "<a xsi:type='Sandbox_Point_Type'><X>one</X></a>"),
        ("Anything", "<a>text</a>"),
    ],
)
def test_what_no_property_can_hold(name: str, xml: str) -> None:
    root = fromstring(f"<root xmlns:xsi='{names.XSI}'>{xml}</root>")
    elements = list(root[0]) if root[0].tag == "r" else [root[0]]
    with pytest.raises(ValueError):
        instances.read(elements, TYPES.member(name), values.WINDOWS, find)


def test_embedded_instances_may_be_derived_ones() -> None:
    xml = "<a xmlns='http://example.org/Sandbox_Box'><X>1</X><Width>2</Width></a>"
    found = instances.read([fromstring(xml)], TYPES.member("Origin"), values.WINDOWS, find)
    assert (found.cim_class.name, found.values["X"], found.values["Width"]) == ("Sandbox_Box", 1, 2)
    assert found.values["Label"] is None


def test_references_in_both_shapes() -> None:
    full = reference(BASE + "Sandbox_AllTypes", id="2", __cimnamespace="root/cimv2")
    bare = Element("a")
    bare.extend(list(full))
    around = Element("a")
    around.append(full)
    for element in (bare, around):
        found = instances.read([element], TYPES.member("Peer"), values.WINDOWS, find)
        assert found == Reference("Sandbox_AllTypes", {"Id": 2}, "root/cimv2")


def test_omi_reads_no_wrapped_datetime() -> None:
    element = Element("a")
    element.append(fromstring("<Datetime>2024-01-02T03:04:05Z</Datetime>"))
    assert instances.read([element], TYPES.member("Moment"), values.WINDOWS, find) == "20240102030405.000000+000"
    with pytest.raises(ValueError, match="wrapped"):
        instances.read([element], TYPES.member("Moment"), OMI, find)


def test_nil_is_null() -> None:
    assert instances.read([Element("a", NIL)], Property("a", "string", array=True), values.WINDOWS, find) is None


def test_instances_know_their_properties_by_any_case() -> None:
    instance = classes.new_instance(CIMV2["sandbox_point"], {"x": 1})
    assert (instance.get("X"), instance.values) == (1, {"X": 1, "Y": None, "Label": None})
    for broken in (
        lambda: instance.get("Z"),
        lambda: instance.set("Z", 1),
        lambda: classes.new_instance(TYPES, {"Z": 1}),
    ):
        with pytest.raises(KeyError):
            broken()
