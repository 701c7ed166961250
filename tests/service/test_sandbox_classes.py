# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test service's class schemas: as OMI was recorded, as MS-WSMV says of Windows, refused elsewhere."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t
from xml.etree.ElementTree import Element, fromstring

import pytest
from cim_requests import CIM, answer, ask, enumerate, enumerate_body, items, plain, service
from sandbox_requests import S, W, content, element, fault

from sandbox import cim_xml, data, mof, names
from sandbox.class_schemas import URI
from sandbox.service import Reply, Service

WIRE = pathlib.Path(__file__).resolve().parents[3] / "shared" / "wire"
recorded = pytest.mark.skipif(not WIRE.is_dir(), reason="the recordings (../shared/wire) are not here")
GET_OPTIONS = ("IncludeQualifiers", "IncludeInheritedElements", "IncludeClassOrigin")
LIST_OPTIONS = ("IncludePath", "ExcludeClassSpecification", "IncludeSubClasses")


def option(name: str, text: str | None = "true") -> Element:
    """An option as OMI wants it; None is nil."""
    if text is None:
        return element(W + "Option", None, Name=name, **{names.XSI_NIL: "true"})
    return element(W + "Option", text, Name=name, Type="xs:boolean")


def schema(asked: Service, class_name: str, *options: Element, namespace: str = "root/cimv2") -> Reply:
    selectors = {"__cimnamespace": namespace, "ClassName": class_name}
    return ask(asked, names.GET, URI, selectors, options=options)


def whole(manner: str, class_name: str, **more: str) -> Element:
    return answer(schema(service(manner), class_name, *map(option, GET_OPTIONS), **more))


def qualifiers(found: Element | None) -> dict[str, t.Any]:
    assert found is not None
    return {
        one.attrib["NAME"].lower(): [value.text for value in one.iter("VALUE")] for one in found.iterfind("QUALIFIER")
    }


def member(found: Element, name: str) -> Element:
    return next(child for child in found if child.get("NAME") == name)


def shape(found: Element) -> t.Any:
    """Without what says nothing: the case of qualifiers' names, their order, their flavours."""
    kept = {name: value for name, value in found.attrib.items() if name != "OVERRIDABLE"}
    if found.tag == "QUALIFIER":
        kept["NAME"] = kept["NAME"].lower()
    inner = [shape(child) for child in found]
    return found.tag, kept, (found.text or "").strip(), sorted(inner, key=repr) if found.tag != "METHOD" else inner


def as_mof(found: Element) -> str:
    """A recorded class in the language that the service's own are written in."""
    lines = [f"class {found.attrib['NAME']} {{"]
    for child in found:
        if child.tag == "METHOD":
            inner = ", ".join(_typed(parameter) for parameter in child if parameter.tag.startswith("PARAMETER"))
            lines.append(f"{_typed(child)}({inner});")
        elif child.tag.startswith("PROPERTY"):
            lines.append(_typed(child) + ";")
    return "\n".join([*lines, "};"])


def _typed(found: Element) -> str:
    texts = []
    for one in found.iterfind("QUALIFIER"):
        value = one.findtext("VALUE") or ""
        texts.append(f'{one.attrib["NAME"]}("{value}")' if one.get("TYPE") == "string" else one.attrib["NAME"])
    target = found.get("REFERENCECLASS")
    kind = f"{target} REF" if target else found.attrib["TYPE"]
    array = "[]" if found.tag.endswith("ARRAY") else ""
    return (
        f"[{', '.join(texts)}] {kind} {found.attrib['NAME']}{array}" if texts else f"{kind} {found.get('NAME')}{array}"
    )


@recorded
@pytest.mark.parametrize("recording", ["180-schema-testclass-alldmtftypes", "181-schema-hugenumber"])
def test_classes_are_written_as_omi_writes_them(recording: str) -> None:
    original = fromstring((WIRE / "omi" / f"{recording}.resp.xml").read_bytes()).find(f"{S}Body/CLASS")
    assert original is not None
    (declared,) = mof.parse(as_mof(original))
    assert isinstance(declared, mof.ClassDeclaration)
    loader = data._Loader()
    loader._class(declared)
    known = loader.classes[declared.name.lower()]
    origins = {child.get("NAME"): child.get("CLASSORIGIN", "") for child in original}
    properties = {
        folded: dataclasses.replace(prop, origin=origins[prop.name]) for folded, prop in known.properties.items()
    }
    known = dataclasses.replace(known, properties=properties)
    found = cim_xml.cim_class(known, cim_xml.Wanted(True, True, True))
    found.set("SUPERCLASS", original.attrib["SUPERCLASS"])
    assert shape(found) == shape(original)


@recorded
def test_openwsman_refuses_as_recorded() -> None:
    reply = schema(service("openwsman"), "Lab_Item")
    recording = WIRE / "openwsman" / "150-schema-refused-503"
    original = fromstring(recording.with_suffix(".resp.xml").read_bytes()).find(f"{S}Body/{S}Fault")
    found = content(reply)
    assert original is not None and found is not None
    assert "".join(found.itertext()) == "".join(original.itertext())
    assert reply.status == int(recording.name.rpartition("-")[2])


@pytest.mark.parametrize(("manner", "status"), [("openwsman", 503), ("idrac", 503), ("amt", 400)])
def test_refused_elsewhere(manner: str, status: int) -> None:
    for reply in (schema(service(manner), "Win32_Service"), listing(service(manner), *LIST_OPTIONS)):
        assert (reply.status, fault(reply)[:2]) == (status, ("DestinationUnreachable", "InvalidResourceURI"))


@pytest.mark.parametrize("manner", ["windows", "omi"])
def test_every_class_can_be_written(manner: str) -> None:
    asked = service(manner)
    for namespace, known in data.content().classes.items():
        for cim_class in known.values():
            if {"noschema", "internalerror"} & set(cim_class.qualifiers) and manner == "omi":
                continue
            found = answer(schema(asked, cim_class.name, *map(option, GET_OPTIONS), namespace=namespace))
            assert found.tag == "CLASS" and found.attrib["NAME"] == cim_class.name
            assert all(not child.tag.startswith("{") for child in found.iter())


def test_windows_has_qualifiers() -> None:
    found = whole("windows", "Win32_Service")
    assert found.attrib == {"NAME": "Win32_Service", "SUPERCLASS": "Win32_BaseService"}
    assert "Running" in qualifiers(member(found, "State"))["valuemap"]
    assert qualifiers(member(found, "Name"))["key"] == ["true"]
    assert member(found, "Name").attrib["CLASSORIGIN"] == "CIM_Service"
    assert "Values" not in [one.get("NAME") for one in member(found, "State")]
    all_types = whole("windows", "Sandbox_AllTypes")
    assert qualifiers(member(all_types, "State")) == {
        "write": ["true"], "values": ["Off", "Idle", "Busy"], "valuemap": ["0", "1", "7..32767"],
    }  # fmt: skip
    assert qualifiers(member(all_types, "ReadOnly")) == {"read": ["true"], "write": ["false"]}
    assert qualifiers(member(all_types, "Text"))["maxlen"] == ["65535"]


def test_kinds_of_members() -> None:
    found = whole("omi", "Sandbox_AllTypes")
    tags = {child.attrib["NAME"]: (child.tag, child.get("TYPE"), child.get("REFERENCECLASS")) for child in found}
    assert tags["U8"] == ("PROPERTY", "uint8", None) and tags["Texts"] == ("PROPERTY.ARRAY", "string", None)
    assert tags["Peer"] == ("PROPERTY.REFERENCE", None, "Sandbox_AllTypes")
    assert tags["Peers"][2] == "Sandbox_AllTypes"
    assert tags["Octets"] == ("PROPERTY.ARRAY", "uint8", None)
    assert qualifiers(member(found, "Octets")) == {"octetstring": ["true"]}
    assert qualifiers(member(found, "Origin")) == {"embeddedinstance": ["Sandbox_Point"]}
    assert qualifiers(member(found, "Anything")) == {"embeddedobject": ["true"]}
    echo = member(found, "Echo")
    assert echo.attrib["TYPE"] == "uint32" and qualifiers(echo) == {"static": ["true"]}
    assert member(echo, "Peer").tag == "PARAMETER.REFERENCE" and member(echo, "Texts").tag == "PARAMETER.ARRAY"
    assert qualifiers(member(echo, "Texts")) == {"in": ["true"], "out": ["true"]}


def test_omi_keeps_few_qualifiers() -> None:
    known = set()
    for cim_class in data.content().classes["root/cimv2"].values():
        if not {"noschema", "internalerror"} & set(cim_class.qualifiers):
            known |= {one.attrib["NAME"].lower() for one in whole("omi", cim_class.name).iter("QUALIFIER")}
    assert known == {"key", "in", "out", "static", "embeddedinstance", "embeddedobject", "octetstring"}


@pytest.mark.parametrize("manner", ["windows", "omi"])
def test_without_options_only_the_own_members(manner: str) -> None:
    asked = service(manner)
    found = answer(schema(asked, "Win32_Service"))
    own = ["CreationClassName", "CheckPoint", "DelayedAutoStart", "ProcessId", "WaitHint"]
    assert sorted(child.attrib["NAME"] for child in found) == sorted(own)
    assert not list(found.iter("QUALIFIER")) and "CLASSORIGIN" not in found[0].attrib
    found = answer(schema(asked, "Win32_Service", option("IncludeInheritedElements")))
    assert member(found, "Name").attrib["PROPAGATED"] == "true" and not list(found.iter("QUALIFIER"))


@pytest.mark.parametrize("text", ["1", None, "yes"])
def test_omi_takes_only_words_for_options(text: str | None) -> None:
    assert fault(schema(service("omi"), "Win32_Service", option("IncludeQualifiers", text)))[0] == "InternalError"
    if text != "yes":
        found = answer(schema(service("windows"), "Sandbox_AllTypes", option("IncludeQualifiers", text)))
        assert list(found.iter("QUALIFIER"))


def test_classes_that_cannot_be_read() -> None:
    omi = service("omi")
    assert fault(schema(omi, "Sandbox_Box"))[:2] == ("DestinationUnreachable", None)
    assert fault(schema(omi, "No_Such"))[:2] == ("DestinationUnreachable", None)
    assert fault(schema(omi, "Sandbox_Broken"))[0] == "InternalError"
    assert fault(ask(omi, names.GET, URI[:-1] + "Win32_Service", {"ClassName": "Win32_Service"}))[0] is not None
    assert fault(schema(service(), "No_Such"))[0] == "DestinationUnreachable"
    assert fault(schema(service(), "Win32_Service", namespace="root/nope"))[0] is not None
    assert whole("windows", "Sandbox_Box").attrib["NAME"] == "Sandbox_Box"


def listing(asked: Service, *options: str, **selectors: str) -> Reply:
    chosen = {"__cimnamespace": "root/cimv2", **selectors}
    return ask(asked, names.ENUMERATE, URI, chosen, enumerate_body(MaxElements="1"), options=map(option, options))


def test_windows_lists_classes() -> None:
    asked = service()
    found = items(listing(asked, *LIST_OPTIONS))
    assert {one.tag for one in found} == {"CLASSPATH"} and len(found) > 30
    listed = [name.attrib["NAME"] for one in found for name in one.iterfind("CLASSNAME")]
    assert "Win32_Service" in listed and "CIM_Service" in listed
    spaces = [part.attrib["NAME"] for part in found[0].iterfind("NAMESPACEPATH/LOCALNAMESPACEPATH/NAMESPACE")]
    assert spaces == ["root", "cimv2"]
    top = [name.attrib["NAME"] for one in items(listing(asked, *LIST_OPTIONS[:2])) for name in one.iter("CLASSNAME")]
    assert "CIM_ManagedSystemElement" in top and "Win32_Service" not in top
    below = items(listing(asked, *LIST_OPTIONS, ClassName="Win32_BaseService"))
    assert [name.attrib["NAME"] for one in below for name in one.iter("CLASSNAME")] == [
        "Win32_Service", "Win32_SystemDriver",
    ]  # fmt: skip
    assert fault(listing(asked, "IncludeSubClasses"))[0] == "UnsupportedFeature"


def test_omi_lists_no_classes() -> None:
    asked = service("omi")
    assert fault(listing(asked, *LIST_OPTIONS))[0] == "DestinationUnreachable"
    rows = items(listing(asked, *LIST_OPTIONS, ClassName="Win32_Environment"))
    assert len(rows) == 3 and {row.tag for row in rows} == {f"{{{CIM}Win32_Environment}}Win32_Environment"}
    assert plain(rows[0]) == {"ClassName": "Win32_Environment"}
    assert enumerate(asked, CIM + "meta_class", {"__cimnamespace": "root/cimv2"}).body
