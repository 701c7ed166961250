# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every CIM type both ways where a schema names it: what services print to values, and values to what they read."""

from __future__ import annotations

import math
import typing as t

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    cim,
    datetimes,
    instance,
    representation,
    uris,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema, equip

CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
CLASS = CIM + "C"
HEAD = (
    f'<p:C xmlns:p="{CLASS}" xmlns:xsi="{uris.NS_XSI}" xmlns:cim="{uris.NS_CIM}" xmlns:wsa="{uris.NS_ADDRESSING}"'
    f' xmlns:wsman="{uris.NS_WSMAN}" xmlns:d="{CIM}D">'
)
NIL = '<p:P xsi:nil="true"/>'


def peer(selectors: str, uri: str | None = CLASS) -> str:
    resource = "" if uri is None else f"<wsman:ResourceURI>{uri}</wsman:ResourceURI>"
    parameters = f"<wsa:ReferenceParameters>{resource}<wsman:SelectorSet>{selectors}</wsman:SelectorSet>"
    return f"<p:P><wsa:Address>{uris.ANONYMOUS}</wsa:Address>{parameters}</wsa:ReferenceParameters></p:P>"


KEY = '<wsman:Selector Name="K">1</wsman:Selector>'
NAMESPACE = '<wsman:Selector Name="__cimnamespace">{}</wsman:Selector>'


def typed(cim_type: str, **more: t.Any) -> Schema:
    name, array = cim_type.removesuffix("[]"), cim_type.endswith("[]")
    return Schema("C", {"P": Property("P", name, array=array, **more)}, closed=True, lists_empty=True)


def read(inner: str, schema: Schema) -> t.Any:
    return instance.from_element(xml.load(f"{HEAD}{inner}</p:C>".encode()), schema).properties.get("P", "absent")


def write(value: t.Any, schema: Schema) -> str:
    text = xml.dump(representation.to_element("C", CLASS, {"P": value}, schema=schema)).decode()
    return text.partition(">")[2].removesuffix("</p:C>") if not text.endswith("/>") else ""


#: Type, what a service prints, the value.
PRINTED: t.Final = [
    ("boolean", "<p:P>TRUE</p:P>", True),
    ("boolean", "<p:P> false </p:P>", False),
    ("boolean", "<p:P>1</p:P>", True),
    ("uint8", "<p:P>255</p:P>", 255),
    ("sint8", "<p:P>-128</p:P>", -128),
    ("uint64", "<p:P>18446744073709551615</p:P>", 18446744073709551615),
    ("sint64", "<p:P>-9223372036854775808</p:P>", -9223372036854775808),
    ("uint16", "<p:P> 0007\n</p:P>", 7),
    ("real32", "<p:P>32.3199996948242</p:P>", 32.3199996948242),
    ("real64", "<p:P>-0</p:P>", -0.0),
    ("real64", "<p:P>1.5e+300</p:P>", 1.5e300),
    ("real64", "<p:P>inf</p:P>", math.inf),
    ("real32", "<p:P>-INF</p:P>", -math.inf),
    ("char16", "<p:P>A</p:P>", "A"),
    ("char16", "<p:P>1044</p:P>", "Д"),
    ("char16", "<p:P>7</p:P>", "7"),
    ("string", "<p:P>  007 </p:P>", "  007 "),
    ("string", "<p:P/>", ""),
    (
        "datetime",
        "<p:P>2010-07-14T11:35:11.900675-00:07</p:P>",
        datetimes.CIMDateTime(2010, 7, 14, 11, 35, 11, "900675", -7),
    ),
    (
        "datetime",
        "<p:P><cim:Datetime>2020-01-02T03:04:05Z</cim:Datetime></p:P>",
        datetimes.parse("2020-01-02T03:04:05Z"),
    ),
    ("datetime", "<p:P><Interval>P1DT2H</Interval></p:P>", datetimes.parse("00000001020000.000000:000")),
    ("datetime", "<p:P>20121129145825.000000+060</p:P>", datetimes.parse("2012-11-29T13:58:25Z")),
    ("octetstring", '<p:P xsi:type="cim:cimBase64Binary">QUJD</p:P>', b"ABC"),
    ("octetstring", "<p:P>QUJD</p:P>", b"ABC"),
    ("octetstring", "<p:P/>", b""),
    ("octetstring", "<p:P>65</p:P><p:P>0</p:P><p:P>255</p:P>", b"A\0\xff"),
    ("octetstring", "<p:P>7</p:P>", b"\x07"),
    ("octetstring", NIL, None),
    ("reference", peer(KEY), EndpointReference(CLASS, {"K": "1"})),
    ("string", NIL, None),
    ("string[]", "<p:P>one</p:P>", ["one"]),
    ("string[]", "<p:P/>", [""]),
    ("string[]", "<p:P>one</p:P><p:P/>", ["one", ""]),
    ("string[]", NIL, None),
    ("string[]", "", "absent"),
    ("boolean[]", "<p:P>FALSE</p:P>", [False]),
    ("uint64[]", "<p:P>18446744073709551615</p:P>", [18446744073709551615]),
    ("char16[]", "<p:P>38</p:P><p:P>x</p:P>", ["&", "x"]),
    ("datetime[]", "<p:P>2020-01-02T03:04:05Z</p:P>", [datetimes.parse("2020-01-02T03:04:05Z")]),
    ("reference[]", peer(KEY), [EndpointReference(CLASS, {"K": "1"})]),
    # What does not fit is shown as it came.
    ("uint8", "<p:P>256</p:P>", "256"),
    ("boolean", "<p:P>maybe</p:P>", "maybe"),
    ("datetime", "<p:P>TIME_NA</p:P>", "TIME_NA"),
    ("octetstring", "<p:P>not base64</p:P>", "not base64"),
    ("octetstring", "<p:P>65</p:P><p:P>300</p:P>", ["65", "300"]),
    ("uint8", "<p:P>1</p:P><p:P>2</p:P>", [1, 2]),
]


@pytest.mark.parametrize(("cim_type", "inner", "value"), PRINTED)
def test_what_services_print(cim_type: str, inner: str, value: t.Any) -> None:
    held = read(inner, typed(cim_type))
    assert held == value
    assert type(held) is type(value)


@pytest.mark.parametrize("text", ["nan", "-nan", "NaN", "-NAN", "+nan"])
@pytest.mark.parametrize("cim_type", ["real32", "real64"])
def test_no_number_is_a_text_in_results(text: str, cim_type: str) -> None:
    held = read(f"<p:P>{text}</p:P>", typed(cim_type))
    assert math.isnan(held)
    assert cim.to_plain(held) == "NaN"
    assert [cim.to_plain(one) for one in (math.inf, -math.inf)] == ["INF", "-INF"]


@pytest.mark.parametrize(
    ("cim_type", "value", "inner"),
    [
        ("boolean", "TRUE", "<p:P>true</p:P>"),
        ("boolean", 0, "<p:P>false</p:P>"),
        ("uint64", 2**64 - 1, "<p:P>18446744073709551615</p:P>"),
        ("uint64", "18446744073709551615", "<p:P>18446744073709551615</p:P>"),
        ("sint64", -(2**63), "<p:P>-9223372036854775808</p:P>"),
        ("uint16", 7.0, "<p:P>7</p:P>"),
        ("real64", "nan", "<p:P>NaN</p:P>"),
        ("real64", "-inf", "<p:P>-INF</p:P>"),
        ("real32", "INF", "<p:P>INF</p:P>"),
        ("char16", "A", "<p:P>A</p:P>"),
        ("octetstring", [65, 0, 255], "<p:P>QQD/</p:P>"),
        ("octetstring", "QQD/", "<p:P>QQD/</p:P>"),
        ("string", 7, "<p:P>7</p:P>"),
        ("string[]", "one", "<p:P>one</p:P>"),
        ("string[]", [], ""),
        ("uint8[]", [7], "<p:P>7</p:P>"),
        ("uint8", ["7"], "<p:P>7</p:P>"),
        ("string[]", None, "<p:P/>"),
    ],
)
def test_what_services_read(cim_type: str, value: t.Any, inner: str) -> None:
    written = (
        write(value, typed(cim_type)).replace(' xsi:type="cim:cimBase64Binary"', "").replace(' xsi:nil="true"', "")
    )
    assert written == inner


class TestCharactersAsNumbers:
    SCHEMA = equip(typed("char16[]"), lambda name: None, numeric=True)

    @pytest.mark.parametrize(("text", "value"), [("9", "\t"), ("38", "&"), ("57", "9"), ("1044", "Д"), ("x", "x")])
    def test_read(self, text: str, value: str) -> None:
        assert read(f"<p:P>{text}</p:P>", self.SCHEMA) == [value]

    def test_written(self) -> None:
        assert write(["\t", "9", "Д"], self.SCHEMA) == "<p:P>9</p:P><p:P>57</p:P><p:P>1044</p:P>"


class TestEmbedded:
    INNER = Schema(
        "D", {"N": Property("N", "uint8"), "L": Property("L", "string", array=True)}, closed=True, lists_empty=True
    )

    def schema(self, *, array: bool = False, class_name: str | None = "D") -> Schema:
        bare = typed("instance[]" if array else "instance", class_name=class_name)
        return equip(bare, {"D": self.INNER}.get, numeric=False)

    @pytest.mark.parametrize(
        ("inner", "class_name"),
        [
            ("<p:P><d:N>7</d:N></p:P>", "D"),
            ('<p:P xsi:type="d:D_Type"><d:N>7</d:N></p:P>', "D"),
            ('<p:P xsi:type="d:D_Type"><d:N>7</d:N></p:P>', None),
            ('<p:P xsi:type="d:D_Type"><d:N>7</d:N></p:P>', "Base"),
        ],
    )
    def test_members_have_the_types_of_their_own_class(self, inner: str, class_name: str | None) -> None:
        assert read(inner, self.schema(class_name=class_name)).properties == {"N": 7}

    @pytest.mark.parametrize("inner", ['<p:P xsi:type="d:E_Type"><d:N>7</d:N></p:P>', "<p:P><d:N>7</d:N></p:P>"])
    def test_those_of_an_unknown_class_stay_text(self, inner: str) -> None:
        assert read(inner, self.schema(class_name=None)).properties == {"N": "7"}

    def test_one_is_a_list_where_there_may_be_several(self) -> None:
        (held,) = read("<p:P><d:N>7</d:N></p:P>", self.schema(array=True))
        assert held.properties == {"N": 7}

    def test_lists_inside_are_filled_too(self) -> None:
        whole = Instance(properties={"P": [Instance("D", properties={"N": 1})]})
        instance.fill_lists(whole, self.schema(array=True))
        assert whole.properties["P"][0].properties == {"N": 1, "L": []}  # type: ignore[index, union-attr]

    def test_a_dictionary_is_an_instance_of_the_class_that_is_allowed(self) -> None:
        written = write({"N": "7"}, self.schema())
        assert written.startswith("<p:P ") and 'xsi:type="p2:D_Type"' in written and "<p2:N>7</p2:N>" in written

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ({"N": 256}, "properties.P.N: 256 is not in the range 0 to 255 of uint8"),
            ({"M": 1}, "properties.P.M: D has no such member. It has N, L."),
            ("seven", "properties.P: it takes a dictionary of D."),
        ],
    )
    def test_wrong_members_are_refused(self, value: t.Any, message: str) -> None:
        with pytest.raises(UsageError) as caught:
            write(value, self.schema())
        assert str(caught.value).startswith(message)

    @pytest.mark.parametrize("text", ["<INSTANCE/>", " instance of D { N = 7; };", "Instance Of D {}"])
    def test_windows_providers_take_some_as_text(self, text: str) -> None:
        assert read(write(text, self.schema()), self.schema()) == text


class TestEmptyLists:
    def test_what_lacks_is_empty_where_the_service_says_null_otherwise(self) -> None:
        schema = Schema(
            "C", {name: Property(name, array=name != "One") for name in ("A", "B", "One")}, lists_empty=True
        )
        held = Instance(properties={"b": None})
        instance.fill_lists(held, schema)
        assert held.properties == {"b": None, "A": []}

    @pytest.mark.parametrize("schema", [None, Schema("C", {"A": Property("A", array=True)})])
    def test_elsewhere_it_lacks(self, schema: Schema | None) -> None:
        held = Instance()
        instance.fill_lists(held, schema)
        assert held.properties == {}


class TestReferences:
    """OMI leaves the namespace out, Openwsman gives an empty one (state.md §2)."""

    @pytest.mark.parametrize(
        ("inner", "target", "selectors"),
        [
            (peer(KEY), Target(CLASS, {"__cimnamespace": "root/x"}), {"K": "1", "__cimnamespace": "root/x"}),
            (
                peer(NAMESPACE.format("") + KEY),
                Target(CLASS, {"__CIMNamespace": "root/x"}),
                {"K": "1", "__cimnamespace": "root/x"},
            ),
            (
                peer(NAMESPACE.format("root/y") + KEY),
                Target(CLASS, {"__cimnamespace": "root/x"}),
                {"__cimnamespace": "root/y", "K": "1"},
            ),
            (peer(NAMESPACE.format("") + KEY), Target(CLASS), {"K": "1"}),
            (peer(KEY), Target(uris.WMI + "root/x/C"), {"K": "1", "__cimnamespace": "root/x"}),
            (peer(KEY, uris.WMI + "root/x/C"), Target(CLASS, {"__cimnamespace": "root/x"}), {"K": "1"}),
            (
                peer(KEY, "http://intel.com/wbem/wscim/1/amt-schema/1/AMT_C"),
                Target(CLASS, {"__cimnamespace": "root/x"}),
                {"K": "1"},
            ),
            (peer(KEY, uris.NS_CONFIG + "/listener"), Target(CLASS, {"__cimnamespace": "root/x"}), {"K": "1"}),
        ],
    )
    def test_are_filled_from_the_request(self, inner: str, target: Target, selectors: dict[str, str]) -> None:
        held = instance.complete_one(read(inner, typed("reference")), target)
        assert isinstance(held, EndpointReference)
        assert held.selector_set == selectors

    def test_at_any_depth(self) -> None:
        bare = EndpointReference(CLASS, {"K": "1"})
        target = Target(CLASS, {"__cimnamespace": "root/x"})
        whole = Instance(properties={"P": [bare, Instance(properties={"Q": bare})]})
        filled = EndpointReference(CLASS, {"K": "1", "__cimnamespace": "root/x"})
        assert instance.complete_one(whole, target) == Instance(
            properties={"P": [filled, Instance(properties={"Q": filled})]}
        )

    def test_one_without_a_resource_is_of_nobody_knows_which(self) -> None:
        bare = EndpointReference(None, {"K": "1"})
        assert instance.complete_one(bare, Target(CLASS, {"__cimnamespace": "root/x"})) is bare
