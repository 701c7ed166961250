# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our requests beside recorded ones of other clients: for the same operation, the same structure.

Compared are header blocks with their attributes and texts, and bodies, in namespaces and without prefixes. Ids are left
out, and what the standard leaves free: the order of header blocks, the spelling of a duration, an absent mustUnderstand
on wsa:To and wsman:OptionSet. The recordings lie beside the repository; without them these tests are skipped.
"""

from __future__ import annotations

import pathlib
import re

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    addressing,
    envelope,
    filters,
    fragment,
    operations,
    uris,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Fragment, Settings

WIRE = pathlib.Path(__file__).resolve().parents[6] / "shared" / "wire"

pytestmark = pytest.mark.skipif(not WIRE.is_dir(), reason="the recordings (../shared/wire) are not here")

SETTINGS = {
    "windows": Settings("http://server/wsman", max_envelope_size=51200, locale=None),
    "configuration": Settings("http://server/wsman", max_envelope_size=153600),
    "omi": Settings("http://server/wsman", max_envelope_size=153600, locale=None),
    "openwsman": Settings("http://server/wsman", max_envelope_size=None, locale=None),
}
MUST = xml.qname(uris.NS_SOAP, "mustUnderstand")
OPTIONAL_MUST = [xml.qname(uris.NS_ADDRESSING, "To"), addressing.TAG_OPTION_SET]
LEFT_OUT = [xml.qname(uris.NS_ADDRESSING, "MessageID"), xml.qname(uris.NS_ADDRESSING, "To")] + [
    xml.qname(uris.NS_WSMV, name) for name in ("OperationID", "SequenceId", "SessionId")
]


def structure(root):
    """Header blocks by tag, and the body."""
    header, body = root
    blocks = {block.tag: tree(block) for block in header if block.tag not in LEFT_OUT}
    assert len({block.tag for block in header}) == len(header)
    enumerate_tag = xml.qname(uris.NS_ENUMERATION, "Enumerate")
    parts = [tree(part) for part in body]
    for number, part in enumerate(body):
        if part.tag == enumerate_tag:  # its members are in no order
            parts[number] = (part.tag, sorted(map(repr, parts[number][3])))
    return blocks, parts


def tree(element):
    attributes = {key: value for key, value in element.attrib.items() if not key.startswith("xmlns")}
    if element.tag in OPTIONAL_MUST:
        attributes.pop(MUST, None)
    if attributes.get("MustComply") == "false":
        del attributes["MustComply"]
    text = element.text or ""
    if element.tag == xml.qname(uris.NS_WSMAN, "OperationTimeout"):
        text = str(float(re.fullmatch(r"PT([\d.]+)S", text).group(1)))
    return element.tag, tuple(sorted(attributes.items())), text, [tree(child) for child in element]


def element(namespace, name, *members):
    """A representation: texts, or None for nil."""
    root = xml.ElementTree.Element(xml.qname(namespace, name))
    for member, text in members:
        child = xml.ElementTree.SubElement(root, xml.qname(namespace, member))
        child.text = text
        if text is None:
            child.set(xml.qname(uris.NS_XSI, "nil"), "true")
    return root


def pull(target, context, max_elements, **options):
    """The Pull or, with *release*, the Release that follows an answer with that context."""
    release = options.pop("release", False)
    enumeration = Enumeration(target, max_elements=max_elements, **options)
    body = (
        f'<n:EnumerateResponse xmlns:n="{uris.NS_ENUMERATION}"><n:EnumerationContext>{context}</n:EnumerationContext>'
    )
    answer = f'<s:Envelope xmlns:s="{uris.NS_SOAP}"><s:Body>{body}</n:EnumerateResponse></s:Body></s:Envelope>'
    enumeration.feed(envelope.load(answer.encode()))
    if release:
        enumeration.stop()
    return enumeration.next_request()


def enumerate_(target, **options):
    return Enumeration(target, **options).next_request()


CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
LAB = "http://lab.example.com/wbem/wscim/1/cim-schema/2/"
MYCLASS = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/mynamespace/myclass"
CERTIFICATES = "http://schemas.microsoft.com/wbem/wsman/1/config/service/certmapping"
CMD = uris.NS_SHELL + "/cmd"
ROOT = {"__cimnamespace": "root/cimv2"}
PRESIDENTS = Target(CIM + "MSFT_President", ROOT)
ALL = Target(uris.ALL_CLASSES, ROOT)
MAPPING = Target(
    CERTIFICATES,
    {
        "Issuer": "1212131238d84023982e381f2",
        "Subject": "*.sampl.com",
        "URI": "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*",
    },
)


def mapping(*members):
    keys = [("URI", MAPPING.selector_set["URI"]), ("Subject", "*.sampl.com"), ("Issuer", "1212131238d84023982e381f2")]
    return element(CERTIFICATES, "CertMapping", *keys, *members)


def my_instance():
    held = element(MYCLASS, "myclass", ("Data1", "Test Message"), ("id", "1"))
    held.append(EndpointReference(MYCLASS, {"id": "1"}).to_element(xml.qname(uris.NS_CIM, "Location")))
    return held


def president(key, **members):
    value = {"object": {"resource_uri": CIM + "MSFT_President", "selector_set": {"Key": key, **ROOT}}, **members}
    value["object"]["address"] = "http://127.0.0.1:15985/wsman"
    return filters.from_plain(association=value)


def windows_requests():
    """Rows of recording, settings and our request for the same.

    Two bodies of MS-WSMV have a namespace that is not their resource URI (``root/cim``, ``certmapping.xsd``).
    """
    yield "windows/4.1.1-00", "windows", operations.get(Target(MYCLASS, {"id": "1"}))
    yield "windows/4.10-00", "windows", operations.get(Target(uris.WMI + "root/cimv2/win32_nosuchclass"))
    yield (
        "windows/4.7.7-00",
        "configuration",
        operations.get(Target(CMD, {"ShellId": "uuid:5B666291-0910-4E8F-B802-B697ACD7953D"})),
    )
    yield "windows/4.2.3-04", "configuration", operations.get(MAPPING)
    yield "windows/4.2.3-06", "configuration", operations.delete(MAPPING)
    yield "windows/4.1.3-00", "windows", operations.put(Target(MYCLASS, {"id": "1"}), my_instance())
    process = uris.WMI + "root/cimv2/Win32_Process"
    yield (
        "windows/4.1.4-00",
        "windows",
        operations.invoke(
            Target(process),
            "Create",
            element(
                process.replace("cimv2", "cim"),
                "Create_INPUT",
                ("CommandLine", "notepad.exe"),
                ("CurrentDirectory", "C:"),
            ),
        ),
    )
    issuer = {"Issuer": "5600a015ca5e8a26f638b74e819ae92096da5c8c", "Subject": "*@mig.net", "URI": "*"}
    members = (("UserName", "certAdminAccount"), ("password", "Bull_dog1"), ("Enabled", "true"))
    yield (
        "windows/4.2.3-00",
        "configuration",
        operations.create(Target(CERTIFICATES, issuer), element(CERTIFICATES + ".xsd", "certmapping", *members)),
    )
    changed = mapping(("UserName", "certadminACCOUNT"), ("Enabled", "false"), ("Password", ""))
    changed.set(xml.qname(uris.NS_XML, "lang"), "en-US")
    yield "windows/4.2.3-02", "configuration", operations.put(MAPPING, changed)
    yield "windows/4.1.2.1-00", "windows", enumerate_(Target(MYCLASS), optimize=False)
    yield "windows/4.1.2.3-00", "windows", pull(Target(MYCLASS), "uuid:22EB9809-5543-4020-A75C-FD95FF06217B", 1)
    yield "windows/4.7.6-00", "configuration", enumerate_(Target(CMD), optimize=False)


def omi_enumerations():
    yield "omi/16-enum-president-optimized-2", "omi", enumerate_(PRESIDENTS, max_elements=2)
    yield "omi/17-pull-president-2", "omi", pull(PRESIDENTS, "2832465925", 2)
    yield "omi/20-enum-president-epr", "omi", enumerate_(PRESIDENTS, max_elements=3, return_type="epr")
    yield "omi/22-release", "omi", pull(PRESIDENTS, "3182100485", 2, release=True)
    yield "omi/23-enum-president-objandepr", "omi", enumerate_(PRESIDENTS, return_type="object_and_epr")
    colors = Target(CIM + "XYZ_ColorBase", ROOT)
    for name in ("ExcludeSubClassProperties", "None"):
        polymorphism = {"None": "none"}.get(name, "exclude_subclass_properties")
        number = {"None": "26"}.get(name, "25")
        yield (
            f"omi/{number}-enum-colorbase-poly-{name}",
            "omi",
            enumerate_(colors, max_elements=10, polymorphism=polymorphism),
        )
    wql = filters.from_plain("select Key, Last from MSFT_President where Key < 3")
    yield "omi/37-wql-class-uri", "omi", enumerate_(PRESIDENTS, max_elements=30, filter=wql)
    cql = filters.from_plain("select * from MSFT_President where Key = 1", "cql")
    yield "omi/41-cql", "omi", enumerate_(ALL, max_elements=30, filter=cql)
    yield (
        "omi/43-filter-selector-dialect",
        "omi",
        enumerate_(PRESIDENTS, max_elements=30, filter=filters.from_plain({"Key": 1})),
    )
    far = president(
        2,
        association_class_name="MSFT_PresidentLink",
        role="Next",
        result_class_name="MSFT_President",
        result_role="Prev",
    )
    yield "omi/91-assoc-associated-president-prev", "omi", enumerate_(ALL, max_elements=20, filter=far)
    links = president(1, mode="association_instances", result_class_name="MSFT_PresidentLink", role="Prev")
    yield "omi/92-assoc-references-president-key1", "omi", enumerate_(ALL, max_elements=20, filter=links)


def omi_instances():
    yield "omi/02-identify-auth", "omi", operations.identify()
    yield "omi/46-get-smallnumber", "omi", operations.get(Target(CIM + "X_SmallNumber", {**ROOT, "Number": "11"}))
    options = addressing.option_set_from_plain({"x": 1})
    yield (
        "omi/110-ok-optionset",
        "omi",
        operations.get(Target(PRESIDENTS.resource_uri, {**ROOT, "Key": "1"}, options)),
    )
    person = CIM + "MSFT_Person"
    ann = (("Key", "4001"), ("Species", "human"), ("Last", "Lee"), ("First", "Ann"))
    yield "omi/61-create-person", "omi", operations.create(Target(person, ROOT), element(person, "MSFT_Person", *ann))
    neo = (("Key", "1234"), ("Species", "human"), ("Last", "Modified"), ("First", "Neo"))
    neo_target = Target(person, {**ROOT, "Key": "1234"})
    yield "omi/65-put-person-1234", "omi", operations.put(neo_target, element(person, "MSFT_Person", *neo))
    yield "omi/73-delete-person", "omi", operations.delete(neo_target)
    small = CIM + "X_SmallNumber"
    yield (
        "omi/77-invoke-static-spellnumber",
        "omi",
        operations.invoke(Target(small, ROOT), "SpellNumber", element(small, "SpellNumber_INPUT", ("num", "11"))),
    )
    add = element(person, "Add_INPUT", ("X", "1.5"), ("Y", "2.25"))
    added = operations.invoke(Target(person, {**ROOT, "Key": "777"}), person + "/Add", add)
    yield "omi/85-invoke-person-add", "omi", added


def openwsman_requests():
    yield "openwsman/001-identify", "openwsman", operations.identify()
    yield "openwsman/052-get-item", "openwsman", operations.get(Target(LAB + "Lab_Item", {"Name": "alpha"}))
    yield (
        "openwsman/064-get-fragment",
        "openwsman",
        operations.get(Target(LAB + "Lab_Item", {"Name": "alpha"}), fragment.from_plain("Text")),
    )
    yield (
        "openwsman/025-enum-row-estimate",
        "openwsman",
        enumerate_(Target(LAB + "Lab_Row"), optimize=False, total_estimate=True),
    )
    context = "c13571eb-60c1-10c1-801c-01000000fc02"
    yield "openwsman/032-pull-epr", "openwsman", pull(Target(LAB + "Lab_Item"), context, 10, return_type="epr")
    context = "c132af19-60c1-10c1-800b-01000000fc02"
    yield "openwsman/023-release", "openwsman", pull(Target(LAB + "Lab_Row"), context, 10, release=True)
    cql = filters.from_plain("select * from Lab_Row where Value = 14", "CQL")
    yield "openwsman/044-filter-cql", "openwsman", enumerate_(Target(uris.ALL_CLASSES), max_elements=20, filter=cql)
    path = filters.from_plain("../Lab_Row[Id=3]", "xpath")
    yield (
        "openwsman/046-filter-xpath",
        "openwsman",
        enumerate_(Target(LAB + "Lab_Row"), max_elements=20, filter=path),
    )
    lab_item = {"object": {"resource_uri": LAB + "Lab_Item", "selector_set": {"Name": "alpha"}}}
    yield (
        "openwsman/140-assoc2-AssociatedInstances",
        "openwsman",
        enumerate_(ALL, max_elements=5, filter=filters.from_plain(association=lab_item)),
    )
    scratch = LAB + "Lab_Scratch"
    target = Target(scratch, {"Name": "s 1 & co"})
    values = (("Name", "s 1 & co"), ("Text", "hi <\u00e9>"), ("Value", "42"), ("Words", "a"), ("Words", "b"))
    created = operations.create(Target(scratch), element(scratch, "Lab_Scratch", *values))
    yield "openwsman/080-create", "openwsman", created
    values = (("Name", "s 1 & co"), ("Text", "changed"), ("Value", None), ("Words", "z"))
    yield "openwsman/083-put", "openwsman", operations.put(target, element(scratch, "Lab_Scratch", *values))
    part = fragment.to_element("Text", list(element(scratch, "x", ("Text", "frag"))))
    yield "openwsman/085-put-fragment", "openwsman", operations.put(target, part, Fragment("Text"))
    sample = "http://lab.example.com/wbem/wscim/1/sample/Sample_Method"
    hello = element(sample, "SayHello_INPUT", ("Name", "World"))
    yield "openwsman/092-invoke-sayhello", "openwsman", operations.invoke(Target(sample), "SayHello", hello)


ROWS = [*windows_requests(), *omi_enumerations(), *omi_instances(), *openwsman_requests()]


@pytest.mark.parametrize(("name", "settings", "request_"), ROWS, ids=[row[0] for row in ROWS])
def test_same_structure(name, settings, request_):
    folder, stem = name.split("/")
    (file,) = (WIRE / folder).glob(f"{stem}-*.req.xml" if folder == "windows" else f"{stem}.req.xml")
    recorded = structure(xml.load(file.read_bytes()))
    ours = structure(xml.load(envelope.dump(request_, SETTINGS[settings], "id")))
    assert ours == recorded


def test_the_class_schema_request_exactly_as_a_service_took_it():
    options = [
        {"name": name, "value": True, "type": "xs:boolean"}
        for name in ("IncludeQualifiers", "IncludeInheritedElements", "IncludeClassOrigin")
    ]
    target = Target(
        "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*",
        {"__cimnamespace": "root/omi", "ClassName": "TestClass_AllDMTFTypes"},
        addressing.option_set_from_plain(options),
    )
    data = envelope.dump(operations.get(target), Settings("http://server/wsman", locale=None), "id")
    recorded = (WIRE / "omi" / "180-schema-testclass-alldmtftypes.req.xml").read_bytes()
    assert structure(xml.load(data)) == structure(xml.load(recorded))
    assert f'xmlns:xs="{uris.NS_XS}"' in data.decode()
