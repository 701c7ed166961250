# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schemas of classes: the request that live services answer, every form of CIM-XML, refusals, and the cache's form.

The recordings lie beside the repository; what reads them is skipped without them.
"""

from __future__ import annotations

import pathlib
import typing as t
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    addressing,
    cim,
    class_schema,
    envelope,
    instance,
    uris,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    ProtocolError,
    TransportError,
    WSManFault,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Method, Property, Schema

WIRE = pathlib.Path(__file__).resolve().parents[6] / "shared" / "wire"
recorded = pytest.mark.skipif(not WIRE.is_dir(), reason="the recordings lie beside the repository only")


def answer(body: str) -> envelope.Response:
    text = f'<s:Envelope xmlns:s="{uris.NS_SOAP}"><s:Body>{body}</s:Body></s:Envelope>'
    return envelope.load(text.encode())


def cim_class(members: str, attributes: str = 'NAME="C"') -> Schema:
    return class_schema.read(answer(f"<CLASS {attributes}>{members}</CLASS>"), "c")


def flag(name: str, value: str = "true", cim_type: str = "boolean") -> str:
    return f'<QUALIFIER NAME="{name}" TYPE="{cim_type}"><VALUE>{value}</VALUE></QUALIFIER>'


def load(name: str) -> Schema:
    class_name = {"180": "TestClass_AllDMTFTypes", "181": "X_HugeNumber"}[name[:3]]
    return class_schema.read(envelope.load((WIRE / f"omi/{name}.resp.xml").read_bytes()), class_name, "root/omi")


class TestRequest:
    @recorded
    def test_it_is_the_one_that_omi_was_asked(self) -> None:
        sent = xml.load((WIRE / "omi/180-schema-testclass-alldmtftypes.req.xml").read_bytes())
        request = class_schema.request("TestClass_AllDMTFTypes", "root/omi")
        ours = xml.load(envelope.dump(request, envelope.Settings("http://h/wsman"), "1"))
        for name in ("Action", "ResourceURI", "SelectorSet", "OptionSet"):
            theirs, made = (next(one for one in root.iter() if xml.local(one.tag) == name) for root in (sent, ours))
            assert made.text == theirs.text
            described = [{(one.get("Name"), one.get("Type"), one.text) for one in found} for found in (made, theirs)]
            assert described[0] == described[1]

    def test_it_may_be_sent_twice(self) -> None:
        assert class_schema.request("C", "root/cimv2").repeatable

    def test_the_listing_asks_for_paths_alone(self) -> None:
        request = class_schema.listing("root/x", max_elements=7).next_request()
        assert request is not None and request.target is not None
        assert request.target.selector_set == {"__cimnamespace": "root/x"}
        options = {one.name: (one.value, one.type) for one in request.target.option_set}
        assert options == dict.fromkeys(
            ("IncludeSubClasses", "IncludePath", "ExcludeClassSpecification"), ("true", "xs:boolean")
        )


@recorded
class TestRecorded:
    def test_every_type_of_the_standard(self) -> None:
        schema = load("180-schema-testclass-alldmtftypes")
        assert (schema.name, schema.superclass, schema.namespace, schema.keys) == (
            "TestClass_AllDMTFTypes",
            "TestClass_PropertyValues",
            "root/omi",
            ("v_Key",),
        )
        assert {name: (one.type, one.array) for name, one in schema.properties.items()} == {
            "v_Key": ("uint64", False),
            "v_bool": ("boolean", False),
            "v_uint8": ("uint8", False),
            "v_sint8": ("sint8", False),
            "v_UINT16": ("uint16", False),
            "v_sint16": ("sint16", False),
            "v_uint32": ("uint32", False),
            "v_sint32": ("sint32", False),
            "v_uint64": ("uint64", False),
            "v_sint64": ("sint64", False),
            "v_rEal32": ("real32", False),
            "v_Real64": ("real64", False),
            "v_char16": ("char16", False),
            "v_string": ("string", False),
            "v_DATETIME": ("datetime", False),
            "v_embeddedObject": ("instance", False),
            "v_embeddedInstance": ("instance", False),
            "v_reference": ("reference", False),
            "v_octetUint8": ("octetstring", False),
        }
        classes = {name: one.class_name for name, one in schema.properties.items() if one.class_name}
        assert classes == {"v_embeddedInstance": "TestClass_ForEmbedded", "v_reference": "TestClass_ForEmbedded"}
        assert schema.closed and not any(one.read_only for one in schema.properties.values())

    def test_methods_have_directions(self) -> None:
        methods = load("180-schema-testclass-alldmtftypes").methods
        assert len(methods) == 27
        assert (list(methods["GetUint64Value"].inputs), list(methods["GetUint64Value"].outputs)) == ([], ["Uint64Val"])
        assert list(methods["SetUint64Value"].inputs) == ["Uint64Val"]
        assert methods["SetReferenceValue"].inputs["ReferenceVal"].type == "reference"
        assert methods["SetEmbeddedInstanceValue"].inputs["EmbeddedInstanceVal"].class_name == "TestClass_ForEmbedded"
        assert methods["GetOctetUint8Value"].outputs["v_octetUint8Val"].type == "octetstring"
        assert list(methods["GetStringCustomOption"].inputs) == ["optionName"]

    def test_qualifiers_in_lower_case_and_a_method_that_returns_an_instance(self) -> None:
        schema = load("181-schema-hugenumber")
        assert schema.keys == ("Number",)
        numbers = schema.properties["Numbers123"]
        assert (numbers.type, numbers.array, numbers.class_name) == ("instance", True, "X_SmallNumber")
        method = schema.methods["TestEmbedded"]
        assert (method.type, method.class_name, method.static) == ("instance", "X_TestObject", True)
        assert list(method.inputs) == list(method.outputs)  # in and out
        assert method.inputs["objectsArray"].array and method.inputs["objectsArray"].class_name is None
        assert (schema.methods["SpellMagnitude"].type, schema.methods["SpellMagnitude"].static) == ("string", False)

    def test_instances_get_their_types(self) -> None:
        schema = load("180-schema-testclass-alldmtftypes")
        response = envelope.load((WIRE / "omi/32-enum-alldmtf-root_omi.resp.xml").read_bytes())
        items = Enumeration(addressing.Target("http://h/C")).feed(response)
        read = instance.from_element(t.cast(Element, items[2].element), schema).properties
        assert {name: cim.to_plain(value) for name, value in read.items()} == {
            "v_Key": 2,
            "v_bool": False,
            "v_uint8": 17,
            "v_sint8": -13,
            "v_UINT16": 257,
            "v_sint16": -253,
            "v_uint32": 65537,
            "v_sint32": -65533,
            "v_uint64": 1,
            "v_sint64": -4294967293,
            "v_rEal32": 102.300003051758,
            "v_Real64": 2.014234,
            "v_char16": "#",
            "v_string": "TestString 2",
            "v_DATETIME": "P2002DT2H2M2.000002S",
            "v_embeddedObject": None,
            "v_embeddedInstance": None,
            "v_reference": None,
            "v_octetUint8": "Q0RF",
        }

    def test_openwsman_refuses_for_good_whatever_its_status_says(self) -> None:
        with pytest.raises(WSManFault) as caught:
            envelope.load((WIRE / "openwsman/150-schema-refused-503.resp.xml").read_bytes(), http_status=503)
        assert class_schema.refusal(caught.value) == "service"

    def test_the_cache_holds_all_of_it(self) -> None:
        for name in ("180-schema-testclass-alldmtftypes", "181-schema-hugenumber"):
            assert class_schema.load(class_schema.dump(load(name))) == load(name)


class TestTolerance:
    """Windows' CIM-XML is known from standards and clients alone: what may differ must not matter."""

    def test_a_namespace_and_elements_around(self) -> None:
        text = '<x:VALUE xmlns:x="urn:cim"><x:CLASS NAME="C"><x:PROPERTY NAME="P" TYPE="uint8"/></x:CLASS></x:VALUE>'
        schema = class_schema.read(answer(text), "C")
        assert (schema.name, schema.properties["P"].type) == ("C", "uint8")

    def test_the_class_that_was_asked_for_among_others(self) -> None:
        both = '<DECLGROUP><VALUE.OBJECT><CLASS NAME="B"/></VALUE.OBJECT><VALUE.OBJECT><CLASS NAME="C"/></VALUE.OBJECT>'
        assert class_schema.read(answer(f"{both}</DECLGROUP>"), "c").name == "C"

    @pytest.mark.parametrize("body", ["", '<CLASS NAME="D"/>', "<x/>", "<CLASS/>", '<CLASSNAME NAME="C"/>'])
    def test_no_class(self, body: str) -> None:
        with pytest.raises(ProtocolError, match="CIM-XML CLASS"):
            class_schema.read(answer(body), "C")

    @pytest.mark.parametrize(
        ("member", "expected"),
        [
            ('<PROPERTY NAME="P" TYPE="UINT16"/>', ("uint16", False, None)),
            ('<PROPERTY NAME="P" TYPE="unheard"/>', ("string", False, None)),
            ('<PROPERTY.ARRAY NAME="P" TYPE="string"/>', ("string", True, None)),
            ('<PROPERTY.ARRAY NAME="P" TYPE="uint8"/>', ("uint8", True, None)),
            (
                f'<PROPERTY.ARRAY NAME="P" TYPE="uint8">{flag("OctetString", "TRUE")}</PROPERTY.ARRAY>',
                ("octetstring", False, None),
            ),
            (
                f'<PROPERTY.ARRAY NAME="P" TYPE="string">{flag("octetstring")}</PROPERTY.ARRAY>',
                ("string", True, None),
            ),
            ('<PROPERTY.REFERENCE NAME="P"/>', ("reference", False, None)),
            ('<PROPERTY.REFERENCE NAME="P" REFERENCECLASS="D"/>', ("reference", False, "D")),
            ('<PROPERTY NAME="P" TYPE="reference" REFERENCECLASS="D"/>', ("reference", False, "D")),
            ('<PROPERTY NAME="P" TYPE="string" EmbeddedObject="object"/>', ("instance", False, None)),
            (
                f'<PROPERTY NAME="P" TYPE="string" EmbeddedObject="instance">{flag("EMBEDDEDINSTANCE", "D", "string")}'
                "</PROPERTY>",
                ("instance", False, "D"),
            ),
            (f'<PROPERTY NAME="P" TYPE="string">{flag("EmbeddedObject", "false")}</PROPERTY>', ("string", False, None)),
        ],
    )
    def test_types(self, member: str, expected: tuple[str, bool, str | None]) -> None:
        found = cim_class(member).properties["P"]
        assert (found.type, found.array, found.class_name) == expected

    def test_qualifiers_of_every_kind(self) -> None:
        schema = cim_class(
            flag("Association")
            + '<PROPERTY NAME="P" TYPE="uint16">'
            + '<QUALIFIER NAME="KEY" TYPE="boolean" OVERRIDABLE="false" TOSUBCLASS="true" TRANSLATABLE="true">'
            + "<VALUE>TRUE</VALUE></QUALIFIER>"
            + flag("MaxValue", "12", "sint64")
            + flag("MinValue", "0", "sint64")
            + flag("Write", "false")
            + '<QUALIFIER NAME="Untyped"/>'
            + '<QUALIFIER NAME="Odd" TYPE="uint8"><VALUE>a lot</VALUE></QUALIFIER>'
            + '<QUALIFIER NAME="Bare" TYPE="boolean"/><QUALIFIER NAME="Nothing" TYPE="string"/>'
            + '<QUALIFIER NAME="Values" TYPE="string"><VALUE.ARRAY><VALUE>Off</VALUE><VALUE>On</VALUE></VALUE.ARRAY>'
            + "</QUALIFIER></PROPERTY>"
        )
        member = schema.properties["P"]
        assert schema.qualifiers == {"Association": True}
        assert (member.key, member.read_only, member.minimum, member.maximum) == (True, True, 0, 12)
        assert member.value_map == {"0": "Off", "1": "On"}
        assert member.qualifiers == {
            "KEY": True,
            "MaxValue": 12,
            "MinValue": 0,
            "Write": False,
            "Untyped": True,
            "Odd": "a lot",
            "Bare": True,
            "Nothing": None,
            "Values": ["Off", "On"],
        }

    @pytest.mark.parametrize(
        ("cim_type", "value", "kind", "expected"),
        [
            ("sint8", "-5", "sint64", -5),
            ("uint8", "few", "sint64", None),
            ("uint8", "true", "boolean", None),
            ("string", "5", "sint64", None),
        ],
    )
    def test_only_numbers_limit_integers(self, cim_type: str, value: str, kind: str, expected: int | None) -> None:
        member = cim_class(f'<PROPERTY NAME="P" TYPE="{cim_type}">{flag("MinValue", value, kind)}</PROPERTY>')
        assert member.properties["P"].minimum == expected

    @pytest.mark.parametrize(("value", "expected"), [("true", True), ("false", False)])
    def test_a_qualifier_may_say_no(self, value: str, expected: bool) -> None:
        flags = flag("Key", value) + flag("deprecated", value)
        member = cim_class(f'<PROPERTY NAME="P" TYPE="string">{flags}</PROPERTY>').properties["P"]
        assert (member.key, member.deprecated) == (expected, expected)

    def test_what_is_not_said_to_be_read_only_may_be_written(self) -> None:
        """Live OMI sends neither Read nor Write; Windows has Read on what Write allows."""
        assert not cim_class(f'<PROPERTY NAME="P" TYPE="string">{flag("read")}</PROPERTY>').properties["P"].read_only

    @pytest.mark.parametrize(
        ("qualifiers", "directions"),
        [
            ("", ("in",)),
            (flag("In"), ("in",)),
            (flag("OUT"), ("out",)),
            (flag("in") + flag("out"), ("in", "out")),
            (flag("In", "false") + flag("Out"), ("out",)),
        ],
    )
    @pytest.mark.parametrize("kind", ["PARAMETER", "PARAMETER.ARRAY", "PARAMETER.REFERENCE", "PARAMETER.REFARRAY"])
    def test_parameters(self, kind: str, qualifiers: str, directions: tuple[str, ...]) -> None:
        parameter = f'<{kind} NAME="A" TYPE="uint8" REFERENCECLASS="D">{qualifiers}</{kind}>'
        method = cim_class(f'<METHOD NAME="M" TYPE="uint32">{parameter}</METHOD>').methods["M"]
        assert ("A" in method.inputs, "A" in method.outputs) == ("in" in directions, "out" in directions)
        found = {**method.inputs, **method.outputs}["A"]
        assert found.array == (kind in ("PARAMETER.ARRAY", "PARAMETER.REFARRAY"))
        assert found.type == ("reference" if "REF" in kind else "uint8")

    def test_a_method_that_returns_nothing(self) -> None:
        method = cim_class('<METHOD NAME="M"/>').methods["M"]
        assert (method.type, list(method.output.properties)) == (None, [])

    @pytest.mark.parametrize(
        ("attributes", "members", "closed"),
        [
            ('NAME="C"', '<PROPERTY NAME="P" TYPE="string"/>', True),
            ('NAME="C" SUPERCLASS="B"', '<PROPERTY NAME="P" TYPE="string"/>', False),
            ('NAME="C" SUPERCLASS="B"', '<PROPERTY NAME="P" TYPE="string" CLASSORIGIN="c"/>', False),
            ('NAME="C" SUPERCLASS="B"', '<PROPERTY NAME="P" TYPE="string" CLASSORIGIN="B"/>', True),
            ('NAME="C" SUPERCLASS="B"', f'<PROPERTY NAME="P" TYPE="string">{flag("key")}</PROPERTY>', True),
        ],
    )
    def test_members_that_are_not_there_do_not_exist_where_inherited_ones_came(
        self, attributes: str, members: str, closed: bool
    ) -> None:
        assert cim_class(members, attributes).closed is closed


class TestListing:
    @pytest.mark.parametrize(
        "text",
        [
            '<CLASSNAME NAME="Win32_Service"/>',
            '<CLASSPATH><NAMESPACEPATH><HOST>h</HOST><LOCALNAMESPACEPATH><NAMESPACE NAME="root"/>'
            '</LOCALNAMESPACEPATH></NAMESPACEPATH><CLASSNAME NAME="Win32_Service"/></CLASSPATH>',
            '<x:CLASS xmlns:x="urn:x" NAME="Win32_Service" SUPERCLASS="CIM_Service"/>',
        ],
    )
    def test_names(self, text: str) -> None:
        assert class_schema.read_listed(xml.load(text.encode())) == "Win32_Service"

    @pytest.mark.parametrize("text", ['<p:X xmlns:p="urn:x"><p:Name>a</p:Name></p:X>', "<CLASSNAME/>"])
    def test_instances_are_no_classes(self, text: str) -> None:
        with pytest.raises(ProtocolError, match="where names of classes were asked for"):
            class_schema.read_listed(xml.load(text.encode()))


DETAIL = uris.FAULT_DETAIL
REFUSALS: t.Final = [
    (WSManFault(subcode="wsman:UnsupportedFeature"), "service"),
    (WSManFault(subcode="wsa:ActionNotSupported"), "service"),
    (WSManFault(code="s:MustUnderstand"), "service"),
    (WSManFault(subcode="wsa:DestinationUnreachable", fault_detail=DETAIL + "InvalidResourceURI"), "service"),
    (WSManFault(subcode="wsa:EndpointUnavailable", fault_detail=DETAIL + "InvalidResourceURI"), "service"),
    (WSManFault(subcode="wsa:DestinationUnreachable", windows_name="INVALID_RESOURCE_URI"), "service"),
    (WSManFault(subcode="wsa:DestinationUnreachable"), "class"),
    (WSManFault(subcode="wsman:InternalError"), "class"),
    (WSManFault(subcode="wsa:DestinationUnreachable", cim_error={"CIMStatusCode": 5}), "class"),
    # Windows has that detail on what WMI does not find, too (MS-WSMV 4.10).
    (
        WSManFault(
            subcode="wsa:DestinationUnreachable",
            fault_detail=DETAIL + "InvalidResourceURI",
            windows_name="RESOURCE_NOT_FOUND",
        ),
        "class",
    ),
    (WSManFault(subcode="wsman:InternalError", windows_name="WBEM_E_INVALID_CLASS"), "class"),
    (ProtocolError("no CLASS"), "class"),
    (WSManFault(subcode="wsman:TimedOut"), None),
    (WSManFault(subcode="wsman:AccessDenied"), None),
    (WSManFault(subcode="wsman:QuotaLimit"), None),
    (TransportError("gone", step="read"), None),
    (TransportError("no such page", step="http", http_status=404), "class"),
    (TransportError("busy", step="http", http_status=503), None),
    (TransportError("no TLS", step="http"), None),
    (TransportError("not you", step="http", http_status=403), "class"),
    (TransportError("not you", step="authentication", http_status=401), "class"),
    (TransportError("who?", step="authentication", http_status=401, secret_refused=True), None),
    (WSManFault(subcode="wsman:EncodingLimit"), "class"),
    (WSManFault(subcode="wsman:InvalidSelectors"), "class"),
    (WSManFault(code="s:Receiver"), "class"),
]


@pytest.mark.parametrize(("error", "expected"), REFUSALS)
def test_refusal(error: t.Any, expected: str | None) -> None:
    assert class_schema.refusal(error) == expected


NAMES = some.text("abcXYZ_09é", min_size=1, max_size=8)
QUALIFIERS = some.dictionaries(
    NAMES,
    some.one_of(
        some.none(),
        some.booleans(),
        some.integers(-(2**63), 2**64),
        some.text(max_size=5),
        some.floats(allow_nan=False, allow_infinity=False),
        some.lists(some.one_of(some.text(max_size=3), some.integers(0, 255)), max_size=3),
    ),
    max_size=3,
)
LIMITS = some.none() | some.integers(-(2**63), 2**64 - 1)


def properties(members: some.SearchStrategy[Schema | None]) -> some.SearchStrategy[Property]:
    return some.builds(
        Property,
        NAMES,
        some.sampled_from([*sorted(cim.TYPES), "reference", "instance"]),
        array=some.booleans(),
        key=some.booleans(),
        read_only=some.booleans(),
        deprecated=some.booleans(),
        minimum=LIMITS,
        maximum=LIMITS,
        values=some.lists(NAMES, max_size=2).map(tuple),
        value_map=some.dictionaries(NAMES, NAMES, max_size=2),
        class_name=some.none() | NAMES,
        members=members,
        qualifiers=QUALIFIERS,
        numeric=some.booleans(),
    )


def by_name(members: some.SearchStrategy[t.Any]) -> some.SearchStrategy[dict[str, t.Any]]:
    return some.lists(members, max_size=2).map(lambda found: {one.name: one for one in found})


def build(members: some.SearchStrategy[Schema | None]) -> some.SearchStrategy[Schema]:
    parameters = by_name(properties(some.none()))
    methods = some.builds(
        Method,
        NAMES,
        some.none() | some.sampled_from(["uint32", "string", "instance"]),
        parameters,
        parameters,
        some.booleans(),
        some.none() | NAMES,
        QUALIFIERS,
    )
    return some.builds(
        Schema,
        NAMES,
        by_name(properties(members)),
        superclass=some.none() | NAMES,
        namespace=some.none() | NAMES,
        methods=by_name(methods),
        closed=some.booleans(),
        qualifiers=QUALIFIERS,
        lists_empty=some.booleans(),
    )


@settings(max_examples=40, deadline=None)
@given(build(some.none() | build(some.none())))
def test_the_cache_gives_back_what_it_was_given(schema: Schema) -> None:
    assert class_schema.load(class_schema.dump(schema)) == schema


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"{}",
        b'{"name":7}',
        b'{"name":"C","colour":"red"}',
        b'{"name":"C","properties":[]}',
        b'{"name":"C","properties":{"P":7}}',
        b'{"name":"C","properties":{"P":{"name":"P","shape":1}}}',
        b'{"name":"C","methods":{"M":null}}',
        b"\xff\xfe",
    ],
)
def test_anything_else_is_no_schema(data: bytes) -> None:
    with pytest.raises(ValueError):
        class_schema.load(data)
