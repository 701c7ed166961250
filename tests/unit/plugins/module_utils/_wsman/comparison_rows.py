# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparison table: what a service of a kind holds, what a task wants, and what comes of it.

Data only. ``held`` and ``sent`` are the members of one instance of the class C as XML, in the prefixes of NAMESPACES;
``sent`` None: nothing is sent. ``types`` is what a schema or the option ``types`` says, as that option spells it.
``refused`` is the option named in the error and a part of its text, ``warned`` a part of a warning. ``early``: it is
refused before anything is read.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
import typing as t

CLASS = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C"
OTHER = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/D"
BOOT = "http://intel.com/wbem/wscim/1/amt-schema/1/AMT_BootSettingData"
CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"
DCIM = "http://schemas.dell.com/wbem/wscim/1/cim-schema/2/DCIM_BIOSEnumeration"
NAMESPACES = {
    "q": OTHER,
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "cim": "http://schemas.dmtf.org/wbem/wscim/1/common",
    "wsa": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "wsman": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "m": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
}


@dataclasses.dataclass(frozen=True)
class Row:
    """One row. *lossy*: what was sent is not what such a service will show. *uri* says of what class it is."""

    profile: str
    held: str
    wanted: dict[str, t.Any]
    sent: str | None = None
    before: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    after: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    types: dict[str, str] | None = None
    refused: tuple[str, str] | None = None
    warned: str | None = None
    choices: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    selectors: dict[str, str] = dataclasses.field(default_factory=dict)
    uri: str = CLASS
    lossy: bool = False
    early: bool = False

    def __str__(self) -> str:
        kind = f" {self.types}" if self.types else ""
        return f"{self.profile}: {self.wanted} over {self.held[:60]}{kind}"


def epr(*selectors: tuple[str, str], uri: str = OTHER, wrapped: bool = False) -> str:
    """The members of a reference as a service prints it."""
    inner = "".join(f'<wsman:Selector Name="{name}">{value}</wsman:Selector>' for name, value in selectors)
    text = (
        f"<wsa:Address>{NAMESPACES['wsa']}/role/anonymous</wsa:Address><wsa:ReferenceParameters>"
        f"<wsman:ResourceURI>{uri}</wsman:ResourceURI><wsman:SelectorSet>{inner}</wsman:SelectorSet>"
        "</wsa:ReferenceParameters>"
    )
    return f"<wsa:EndpointReference>{text}</wsa:EndpointReference>" if wrapped else text


def plain(**selectors: t.Any) -> dict[str, t.Any]:
    """A reference as a task writes it."""
    return {"resource_uri": OTHER, "selector_set": selectors}


NIL = '<p:A xsi:nil="true"/>'
#: The same instant in each spelling that services have.
WRAPPED = "<p:A><cim:Datetime>2020-01-02T03:04:05Z</cim:Datetime></p:A>"
BARE = "<p:A>2020-01-02T03:04:05Z</p:A>"
CIM = "<p:A>20200102030405.000000+000</p:A>"
INSTANT = "2020-01-02T03:04:05Z"
LATER = "2021-01-02T03:04:05Z"
LATER_PYTHON = datetime.datetime(2021, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)

INTEGERS: list[Row] = [
    # every integer type: its limits, its text, out of its range
    Row("windows", "<p:A>0</p:A>", {"A": 255}, "<p:A>255</p:A>", {"A": 0}, {"A": 255}, {"A": "uint8"}),
    Row("omi", "<p:A>7</p:A>", {"A": "007"}, types={"A": "uint8"}),
    Row("omi", "<p:A>7</p:A>", {"A": 256}, types={"A": "uint8"}, refused=("properties.A", "0 to 255 of uint8")),
    Row("windows", "<p:A>7</p:A>", {"A": 70000}, types={"A": "uint16"}, refused=("properties.A", "0 to 65535")),
    Row("omi", "<p:A>65535</p:A>", {"A": "65535"}, types={"A": "uint16"}),
    Row(
        "omi",
        "<p:A>1</p:A>",
        {"A": 4294967295},
        "<p:A>4294967295</p:A>",
        {"A": 1},
        {"A": 4294967295},
        {"A": "uint32"},
    ),
    Row("windows", "<p:A>1</p:A>", {"A": -1}, types={"A": "uint32"}, refused=("properties.A", "0 to 4294967295")),
    Row("windows", "<p:A>18446744073709551615</p:A>", {"A": 18446744073709551615}, types={"A": "uint64"}),
    Row(
        "windows",
        "<p:A>18446744073709551615</p:A>",
        {"A": "18446744073709551614"},
        "<p:A>18446744073709551614</p:A>",
        {"A": 18446744073709551615},
        {"A": 18446744073709551614},
        {"A": "uint64"},
    ),
    Row("omi", "<p:A>-128</p:A>", {"A": "-128"}, types={"A": "sint8"}),
    Row("omi", "<p:A>-128</p:A>", {"A": -129}, types={"A": "sint8"}, refused=("properties.A", "-128 to 127")),
    Row("omi", "<p:A>1</p:A>", {"A": -32768}, "<p:A>-32768</p:A>", {"A": 1}, {"A": -32768}, {"A": "sint16"}),
    Row("omi", "<p:A>-2147483648</p:A>", {"A": -2147483648}, types={"A": "sint32"}),
    Row("omi", "<p:A>-9223372036854775808</p:A>", {"A": "-9223372036854775808"}, types={"A": "sint64"}),
    Row(
        "omi",
        "<p:A>9007199254740993</p:A>",
        {"A": 9007199254740992},
        "<p:A>9007199254740992</p:A>",
        {"A": 9007199254740993},
        {"A": 9007199254740992},
        {"A": "sint64"},
    ),
    Row("windows", "<p:A>5</p:A>", {"A": 5.0}, types={"A": "uint8"}),
    Row("windows", "<p:A>5</p:A>", {"A": 5.5}, types={"A": "uint8"}, refused=("properties.A", "uint8")),
    Row("windows", "<p:A>5</p:A>", {"A": "five"}, types={"A": "uint8"}, refused=("properties.A", "'five'")),
    Row("windows", "<p:A>5</p:A>", {"A": True}, types={"A": "uint8"}, refused=("properties.A", "boolean")),
    Row("openwsman", "<p:A> 5 </p:A>", {"A": 5}, types={"A": "uint8"}),
    # without a type the text says what may be wanted
    Row("openwsman", "<p:A>300</p:A>", {"A": 300}),
    Row("openwsman", "<p:A>300</p:A>", {"A": "300"}),
    Row("openwsman", "<p:A>300</p:A>", {"A": 301}, "<p:A>301</p:A>", {"A": "300"}, {"A": 301}),
    Row("openwsman", "<p:A>300</p:A>", {"A": "301"}, "<p:A>301</p:A>", {"A": "300"}, {"A": "301"}),
    Row("openwsman", "<p:A>300</p:A>", {"A": " 301\n"}, "<p:A>301</p:A>", {"A": "300"}, {"A": "301"}),
    Row("amt", "<p:A>300</p:A>", {"A": 301.0}, "<p:A>301</p:A>", {"A": "300"}, {"A": 301}),
    Row("amt", "<p:A>300</p:A>", {"A": 0.5}, "<p:A>0.5</p:A>", {"A": "300"}, {"A": 0.5}),
    Row("openwsman", "<p:A>300</p:A>", {"A": 1, "a": 2}, refused=("properties.a", "it is given twice")),
    Row("openwsman", "<p:A>300</p:A>", {"A": "abc"}, refused=("properties.A", "'abc' is wanted where")),
    Row("idrac", "<p:A>300</p:A>", {"A": "abc"}, refused=("properties.A", "Write a number, or say what it is")),
    Row("amt", "<p:A>300</p:A>", {"A": ""}, refused=("properties.A", "option types")),
    Row("generic", "<p:A>1</p:A><p:A>2</p:A>", {"A": [1, "two"]}, refused=("properties.A", "'two' is wanted where")),
    Row(
        "openwsman",
        "<p:A>300</p:A>",
        {"A": "abc"},
        "<p:A>abc</p:A>",
        {"A": "300"},
        {"A": "abc"},
        types={"A": "string"},
    ),
    Row("generic", "<p:A>007</p:A>", {"A": "007"}),
    Row("generic", "<p:A>007</p:A>", {"A": 7}, "<p:A>7</p:A>", {"A": "007"}, {"A": 7}),
    Row("generic", "<p:A>007</p:A>", {"A": 7}, types={"A": "uint8"}),
    Row("generic", "<p:A>0409</p:A>", {"A": "0407"}, "<p:A>0407</p:A>", {"A": "0409"}, {"A": "0407"}),
    Row("generic", "<p:A>18446744073709551615</p:A>", {"A": 18446744073709551615}),
    Row("generic", "<p:A>5</p:A>", {"A": 5.0}),
    Row("generic", "<p:A>5</p:A>", {"A": 5.5}, "<p:A>5.5</p:A>", {"A": "5"}, {"A": 5.5}),
    # what the wire types
    Row("amt", '<p:A xsi:type="cim:cimUnsignedByte">7</p:A>', {"A": "07"}),
    Row("amt", '<p:A xsi:type="cim:cimUnsignedByte">7</p:A>', {"A": 300}, refused=("properties.A", "0 to 255")),
]

BOOLEANS: list[Row] = [
    Row("omi", "<p:A>TRUE</p:A>", {"A": True}, types={"A": "boolean"}),
    Row("omi", "<p:A>TRUE</p:A>", {"A": "true"}, types={"A": "boolean"}),
    Row("omi", "<p:A>true</p:A>", {"A": 1}, types={"A": "boolean"}),
    Row("windows", "<p:A>true</p:A>", {"A": "False"}, "<p:A>false</p:A>", {"A": True}, {"A": False}, {"A": "boolean"}),
    Row("windows", "<p:A>true</p:A>", {"A": "yes"}, types={"A": "boolean"}, refused=("properties.A", "true or false")),
    Row("windows", "<p:A>true</p:A>", {"A": 2}, types={"A": "boolean"}, refused=("properties.A", "true or false")),
    Row("openwsman", "<p:A>true</p:A>", {"A": True}),
    Row("openwsman", "<p:A>true</p:A>", {"A": "TRUE"}),
    Row("openwsman", "<p:A>TRUE</p:A>", {"A": "true"}),
    Row("openwsman", "<p:A>false</p:A>", {"A": "TRUE"}, "<p:A>true</p:A>", {"A": "false"}, {"A": True}),
    Row("openwsman", "<p:A>true</p:A>", {"A": False}, "<p:A>false</p:A>", {"A": "true"}, {"A": False}),
    Row("openwsman", "<p:A>true</p:A>", {"A": "yes"}, refused=("properties.A", "Write true or false, or say")),
    Row("openwsman", "<p:A>true</p:A>", {"A": 1}, refused=("properties.A", "1 is wanted where")),
    Row("openwsman", "<p:A>1</p:A>", {"A": True}, refused=("properties.A", "true is wanted where")),
    Row("amt", "<p:A>on</p:A>", {"A": True}, refused=("properties.A", "types: {A: boolean}")),
    Row("openwsman", "<p:A>1</p:A>", {"A": True}, types={"A": "boolean"}),
    Row("openwsman", "<p:A>0</p:A>", {"A": True}, "<p:A>true</p:A>", {"A": False}, {"A": True}, {"A": "boolean"}),
    Row("openwsman", "<p:A>on</p:A>", {"A": True}, "<p:A>true</p:A>", {"A": "on"}, {"A": "true"}, {"A": "string"}),
    Row("openwsman", NIL, {"A": True}, "<p:A>true</p:A>", {"A": None}, {"A": True}),
    Row(
        "openwsman",
        "<p:A>true</p:A><p:A>false</p:A>",
        {"A": ["TRUE", "TRUE"]},
        "<p:A>true</p:A><p:A>true</p:A>",
        {"A": ["true", "false"]},
        {"A": [True, True]},
    ),
]

REALS: list[Row] = [
    Row("omi", "<p:A>32.3199996948242</p:A>", {"A": 32.32}, types={"A": "real32"}),
    Row("omi", "<p:A>32.3199996948242</p:A>", {"A": "32.32"}, types={"A": "real32"}),
    Row("omi", "<p:A>32.3199996948242</p:A>", {"A": 32.32}),
    Row(
        "omi",
        "<p:A>32.3199996948242</p:A>",
        {"A": 32.33},
        "<p:A>32.33</p:A>",
        {"A": 32.3199996948242},
        {"A": 32.33},
        {"A": "real32"},
    ),
    Row("omi", "<p:A>1</p:A>", {"A": 1e39}, types={"A": "real32"}, refused=("properties.A", "out of the range")),
    Row("openwsman", "<p:A>0.333333333333333</p:A>", {"A": 1 / 3}, types={"A": "real64"}),
    Row("openwsman", "<p:A>0.333333333333333</p:A>", {"A": 1 / 3}),
    Row("windows", "<p:A>1.5</p:A>", {"A": "15e-1"}, types={"A": "real64"}),
    Row("windows", "<p:A>1.5</p:A>", {"A": "x"}, types={"A": "real64"}, refused=("properties.A", "real64")),
    Row("omi", "<p:A>-nan</p:A>", {"A": "NaN"}, types={"A": "real64"}),
    Row("omi", "<p:A>nan</p:A>", {"A": math.nan}, types={"A": "real32"}),
    Row("openwsman", "<p:A>nan</p:A>", {"A": math.nan}),
    Row("openwsman", "<p:A>inf</p:A>", {"A": "INF"}, types={"A": "real64"}),
    Row("omi", "<p:A>-inf</p:A>", {"A": -math.inf}, types={"A": "real64"}),
    Row("omi", "<p:A>1</p:A>", {"A": "-inf"}, "<p:A>-INF</p:A>", {"A": 1.0}, {"A": -math.inf}, {"A": "real64"}),
    Row(
        "omi",
        "<p:A>-nan</p:A><p:A>-inf</p:A><p:A>0.5</p:A><p:B>1</p:B>",
        {"B": 2},
        "<p:A>NaN</p:A><p:A>-INF</p:A><p:A>0.5</p:A><p:B>2</p:B>",
        {"B": 1},
        {"B": 2},
        {"A": "real32[]", "B": "uint8"},
    ),
    Row("omi", "<p:A>nan</p:A><p:B>1</p:B>", {"B": 2}, "<p:A>nan</p:A><p:B>2</p:B>", {"B": "1"}, {"B": 2}),
    Row("generic", "<p:A>1.10</p:A>", {"A": "1.10"}),
    Row("generic", "<p:A>1.10</p:A>", {"A": "1.1"}, "<p:A>1.1</p:A>", {"A": "1.10"}, {"A": "1.1"}),
    Row("generic", "<p:A>1.10</p:A>", {"A": 1.1}, types={"A": "real32"}),
]

TEXTS: list[Row] = [
    Row("windows", "<p:A>x</p:A>", {"A": "x"}, types={"A": "string"}),
    Row("windows", "<p:A>x</p:A>", {"A": "X"}, "<p:A>X</p:A>", {"A": "x"}, {"A": "X"}, {"A": "string"}),
    Row("windows", "<p:A>x</p:A>", {"A": " x"}, "<p:A> x</p:A>", {"A": "x"}, {"A": " x"}),
    Row("openwsman", "<p:A>x</p:A>", {"A": " x\n"}),
    Row("openwsman", "<p:A>x</p:A>", {"A": " x "}, types={"A": "string"}),
    Row("openwsman", "<p:A>x y</p:A>", {"A": "xy"}, "<p:A>xy</p:A>", {"A": "x y"}, {"A": "xy"}),
    Row("windows", "<p:A>x</p:A>", {"A": "a & <b>"}, "<p:A>a &amp; &lt;b&gt;</p:A>", {"A": "x"}, {"A": "a & <b>"}),
    Row("omi", "<p:A>x</p:A>", {"A": "a\x07"}, refused=("properties.A", "U+0007"), early=True),
    Row("windows", "<p:A>x</p:A>", {"A": 5}, "<p:A>5</p:A>", {"A": "x"}, {"A": "5"}, {"A": "string"}),
    Row("windows", "<p:A>true</p:A>", {"A": True}, types={"A": "string"}),
    Row("generic", "<p:A>x</p:A>", {"A": {"B": 1}}, refused=("properties.A", "single value here")),
    Row("generic", "<p:A>x</p:A>", {"A": ["y"]}, "<p:A>y</p:A>", {"A": "x"}, {"A": ["y"]}),
    Row("generic", "<p:A>x</p:A>", {"A": ["y", "z"]}, types={"A": "string"}, refused=("properties.A", "not a list")),
    Row("generic", "<p:A>x</p:A><p:B>1</p:B>", {"a": "y"}, "<p:A>y</p:A><p:B>1</p:B>", {"A": "x"}, {"A": "y"}),
    Row("generic", "<p:A>x</p:A>", {"New": "n"}, "<p:A>x</p:A><p:New>n</p:New>", {"New": None}, {"New": "n"}),
    Row("windows", "<p:A>Д</p:A>", {"A": "Д"}, types={"A": "char16"}),
    Row("omi", "<p:A>1044</p:A>", {"A": "Д"}, types={"A": "char16"}),
    Row("windows", "<p:A>Д</p:A>", {"A": "xy"}, types={"A": "char16"}, refused=("properties.A", "one character")),
    Row("windows", "<p:A>a</p:A>", {"A": "b"}, "<p:A>b</p:A>", {"A": "a"}, {"A": "b"}, {"A": "char16"}),
    Row("windows", "<p:A>QUJD</p:A>", {"A": [65, 66, 67]}, types={"A": "octetstring"}),
    Row(
        "windows",
        "<p:A>QUJD</p:A>",
        {"A": "QUI="},
        '<p:A xsi:type="cim:cimBase64Binary">QUI=</p:A>',
        {"A": b"ABC"},
        {"A": b"AB"},
        {"A": "octetstring"},
    ),
    Row("windows", "<p:A>QUJD</p:A>", {"A": [300]}, types={"A": "octetstring"}, refused=("properties.A", "0 to 255")),
    Row("omi", "<p:A>65</p:A><p:A>66</p:A>", {"A": "QUI="}, types={"A": "octetstring"}),
    Row(
        "omi",
        "<p:A>65</p:A><p:A>66</p:A>",
        {"A": [65, 67]},
        "<p:A>65</p:A><p:A>67</p:A>",
        {"A": [65, 66]},
        {"A": [65, 67]},
        {"A": "octetstring"},
    ),
    Row("windows", '<p:A xsi:type="cim:cimBase64Binary">QUJD</p:A>', {"A": "QUJD"}),
]

TIMES: list[Row] = [
    *(
        Row(profile, held, {"A": wanted})
        for profile, held in (("windows", WRAPPED), ("omi", WRAPPED), ("omi", BARE), ("openwsman", CIM), ("idrac", CIM))
        for wanted in (INSTANT, "2020-01-02T04:04:05+01:00", "20200101220405.000000-300", "2020-01-02T03:04:05.000Z")
    ),
    Row("windows", WRAPPED, {"A": datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)}),
    Row("omi", "<p:A>2020-01-02T02:57:05-00:07</p:A>", {"A": "2020-01-02T03:04:05Z"}, types={"A": "datetime"}),
    Row("windows", WRAPPED.replace("05Z", "05.123456Z"), {"A": "2020-01-02T03:04:05.1234567Z"}),
    Row("omi", BARE.replace("05Z", "05.12Z"), {"A": "20200102030405.120000+000"}, types={"A": "datetime"}),
    Row(
        "windows",
        WRAPPED,
        {"A": LATER},
        "<p:A><cim:Datetime>2021-01-02T03:04:05Z</cim:Datetime></p:A>",
        {"A": INSTANT},
        {"A": LATER},
    ),
    Row(
        "windows",
        WRAPPED,
        {"A": LATER_PYTHON},
        "<p:A><cim:Datetime>2021-01-02T03:04:05Z</cim:Datetime></p:A>",
        {"A": INSTANT},
        {"A": LATER},
    ),
    Row(
        "windows",
        NIL,
        {"A": LATER},
        "<p:A><cim:Datetime>2021-01-02T03:04:05Z</cim:Datetime></p:A>",
        {"A": None},
        {"A": LATER},
        {"A": "datetime"},
    ),
    Row("omi", WRAPPED, {"A": LATER}, f"<p:A>{LATER}</p:A>", {"A": INSTANT}, {"A": LATER}),
    Row(
        "omi",
        CIM,
        {"A": LATER},
        "<p:A>20210102030405.000000+000</p:A>",
        {"A": "20200102030405.000000+000"},
        {"A": LATER},
    ),
    Row("omi", NIL, {"A": LATER}, f"<p:A>{LATER}</p:A>", {"A": None}, {"A": LATER}, {"A": "datetime"}),
    Row(
        "amt",
        WRAPPED,
        {"A": LATER},
        "<p:A><cim:Datetime>2021-01-02T03:04:05Z</cim:Datetime></p:A>",
        {"A": INSTANT},
        {"A": LATER},
    ),
    Row(
        "generic",
        CIM,
        {"A": LATER},
        f"<p:A>{LATER}</p:A>",
        {"A": "20200102030405.000000+000"},
        {"A": LATER},
        {"A": "string"},
    ),
    Row("windows", WRAPPED, {"A": "2020-01-02T03:04:05"}, refused=("properties.A", "has no zone")),
    Row("windows", WRAPPED, {"A": "soon"}, refused=("properties.A", "neither a datetime")),
    Row(
        "omi",
        "<p:A>x</p:A>",
        {"A": "2020-02-30T00:00:00Z"},
        types={"A": "datetime"},
        refused=("properties.A", "no day"),
    ),
    Row("windows", "<p:A><cim:Interval>P1D</cim:Interval></p:A>", {"A": "PT24H"}),
    Row("omi", "<p:A>PT60S</p:A>", {"A": "00000000000100.000000:000"}, types={"A": "datetime"}),
    Row("openwsman", "<p:A>00000001000000.000000:000</p:A>", {"A": "P1D"}),
    Row(
        "windows",
        "<p:A><cim:Interval>P1D</cim:Interval></p:A>",
        {"A": "PT2H"},
        "<p:A><cim:Interval>PT2H</cim:Interval></p:A>",
        {"A": "P1D"},
        {"A": "PT2H"},
    ),
    Row("generic", "<p:A>20240229******.******+***</p:A>", {"A": "20240229******.******+***"}, types={"A": "datetime"}),
]

NULLS: list[Row] = [
    # wanted null equals nil and absent
    *(Row(profile, held, {"A": None}) for profile in ("windows", "omi", "openwsman", "amt") for held in ("", NIL)),
    Row("windows", "<p:A>x</p:A>", {"A": None}, NIL, {"A": "x"}, {"A": None}),
    Row("omi", "<p:A>1</p:A>", {"A": None}, NIL, {"A": 1}, {"A": None}, {"A": "uint8"}),
    Row("amt", "<p:A>x</p:A>", {"A": None}, NIL, {"A": "x"}, {"A": None}),
    Row("openwsman", "<p:A>x</p:A>", {"A": None}, "", {"A": "x"}, {"A": None}),
    Row("openwsman", "<p:A>1</p:A><p:A>2</p:A>", {"A": None}, "", {"A": ["1", "2"]}, {"A": None}),
    Row("omi", "<p:A>1</p:A><p:A>2</p:A>", {"A": None}, NIL, {"A": [1, 2]}, {"A": None}, {"A": "uint8[]"}),
    Row("windows", "<p:A/>", {"A": None}, NIL, {"A": ""}, {"A": None}),
    Row("windows", NIL, {"A": ""}, "<p:A/>", {"A": None}, {"A": ""}),
    Row("windows", "", {"A": ""}, "<p:A/>", {"A": None}, {"A": ""}),
    # the empty array equals absent, and null except on OMI and Windows with a schema
    *(Row(profile, "", {"A": []}) for profile in ("windows", "omi", "openwsman", "idrac", "amt", "generic")),
    *(Row(profile, "", {"A": []}, types={"A": "string[]"}) for profile in ("windows", "omi", "openwsman")),
    *(Row(profile, NIL, {"A": []}) for profile in ("windows", "omi", "openwsman", "idrac", "amt", "generic")),
    *(Row(profile, NIL, {"A": []}, types={"A": "string[]"}) for profile in ("openwsman", "amt", "generic")),
    Row("omi", NIL, {"A": []}, "", {"A": None}, {"A": []}, {"A": "string[]"}),
    Row("windows", NIL, {"A": []}, NIL, {"A": None}, {"A": []}, {"A": "string[]"}, lossy=True),
    Row("omi", "<p:A>x</p:A>", {"A": []}, "", {"A": ["x"]}, {"A": []}, {"A": "string[]"}),
    Row("generic", "<p:A>x</p:A><p:A>y</p:A>", {"A": []}, "", {"A": ["x", "y"]}, {"A": []}),
    Row("windows", "<p:A>x</p:A><p:A>y</p:A>", {"A": []}, NIL, {"A": ["x", "y"]}, {"A": []}),
    # a list of one empty text is neither
    Row("openwsman", "<p:A/>", {"A": [""]}),
    Row("openwsman", "<p:A/>", {"A": [""]}, types={"A": "string[]"}),
    Row("openwsman", "<p:A/>", {"A": []}, "", {"A": ""}, {"A": []}),
    Row("openwsman", "<p:A/>", {"A": None}, "", {"A": [""]}, {"A": None}, {"A": "string[]"}),
    Row("openwsman", "", {"A": [""]}, "<p:A/>", {"A": None}, {"A": [""]}),
    Row("omi", NIL, {"A": [""]}, "<p:A/>", {"A": None}, {"A": [""]}, {"A": "string[]"}),
    # null inside a list
    Row("generic", "<p:A>x</p:A>", {"A": ["x", None]}, refused=("properties.A[1]", "null inside a list"), early=True),
    Row(
        "omi", "", {"A": [None]}, types={"A": "uint8[]"}, refused=("properties.A[0]", "null inside a list"), early=True
    ),
    Row("openwsman", "", {"A": [None, "x"]}, refused=("properties.A[0]", "null inside a list"), early=True),
]

ARRAYS: list[Row] = [
    Row("windows", "<p:A>10.0.0.1</p:A>", {"A": ["10.0.0.1"]}, types={"A": "string[]"}),
    Row("windows", "<p:A>10.0.0.1</p:A>", {"A": "10.0.0.1"}, types={"A": "string[]"}),
    Row("windows", "<p:A>10.0.0.1</p:A>", {"A": ["10.0.0.1"]}),
    Row(
        "windows",
        "<p:A>10.0.0.1</p:A>",
        {"A": ["10.0.0.1", "10.0.0.2"]},
        "<p:A>10.0.0.1</p:A><p:A>10.0.0.2</p:A>",
        {"A": ["10.0.0.1"]},
        {"A": ["10.0.0.1", "10.0.0.2"]},
        {"A": "string[]"},
    ),
    Row("omi", "<p:A>1</p:A><p:A>2</p:A>", {"A": ["1", "2"]}, types={"A": "uint16[]"}),
    Row("omi", "<p:A>1</p:A>", {"A": [1, 70000]}, types={"A": "uint16[]"}, refused=("properties.A[1]", "65535")),
    Row(
        "omi",
        "<p:A>1</p:A><p:A>2</p:A>",
        {"A": [2, 1]},
        "<p:A>2</p:A><p:A>1</p:A>",
        {"A": [1, 2]},
        {"A": [2, 1]},
        {"A": "uint16[]"},
    ),
    Row("omi", "<p:A>1</p:A><p:A>2</p:A>", {"A": [2, 1]}, types={"A": "uint16[]"}, choices={"array_order": "ignore"}),
    Row("generic", "<p:A>a</p:A><p:A>b</p:A><p:A>a</p:A>", {"A": ["a", "a", "b"]}, choices={"array_order": "ignore"}),
    Row("generic", "<p:A>1</p:A><p:A>1.0</p:A>", {"A": [1.0, 1]}, choices={"array_order": "ignore"}),
    Row(
        "generic",
        "<p:A>a</p:A><p:A>b</p:A>",
        {"A": ["b", "b"]},
        "<p:A>b</p:A><p:A>b</p:A>",
        {"A": ["a", "b"]},
        {"A": ["b", "b"]},
        choices={"array_order": "ignore"},
    ),
    Row("openwsman", "<p:A>1</p:A><p:B>x</p:B><p:A>2</p:A>", {"A": [1, 2]}),
    Row("openwsman", "<p:A> x </p:A><p:A>y</p:A>", {"A": ["x", "y"]}),
    Row(
        "openwsman",
        "<p:A>x</p:A><p:A>y</p:A><p:B>1</p:B>",
        {"A": ["y"]},
        "<p:A>y</p:A><p:B>1</p:B>",
        {"A": ["x", "y"]},
        {"A": ["y"]},
    ),
    Row("omi", "<p:A>TRUE</p:A><p:A>FALSE</p:A>", {"A": ["true", False]}, types={"A": "boolean[]"}),
    Row("omi", "<p:A>32.3199996948242</p:A><p:A>nan</p:A>", {"A": [32.32, "NaN"]}, types={"A": "real32[]"}),
    Row(
        "windows",
        WRAPPED + WRAPPED,
        {"A": [INSTANT, "2020-01-02T04:04:05+01:00"]},
        types={"A": "datetime[]"},
    ),
]

REFERENCES: list[Row] = [
    Row("windows", f"<p:A>{epr(('K', '1'), ('L', 'x'))}</p:A>", {"A": plain(L="x", K=1)}),
    Row("windows", f"<p:A>{epr(('K', '1'), ('L', 'x'))}</p:A>", {"A": plain(l="x", k="1")}, types={"A": "reference"}),
    Row("omi", f"<p:A>{epr(('K', '1'))}</p:A>", {"A": plain(K=1, __cimnamespace="root/cimv2")}),
    Row("idrac", f"<p:A>{epr(('K', '1'), wrapped=True)}</p:A>", {"A": plain(K=1)}),
    Row("openwsman", f"<p:A>{epr(('__cimnamespace', ''), ('K', '1'))}</p:A>", {"A": plain(K=1, __cimnamespace="a/b")}),
    Row(
        "windows",
        f"<p:A>{epr(('K', '1'))}</p:A>",
        {"A": plain(K=2)},
        f"<p:A>{epr(('K', '2'))}</p:A>",
        {"A": plain(K="1")},
        {"A": plain(K="2")},
    ),
    Row(
        "amt",
        f"<p:A>{epr(('K', '1'), wrapped=True)}</p:A>",
        {"A": plain(K=2)},
        f"<p:A>{epr(('K', '2'), wrapped=True)}</p:A>",
        {"A": plain(K="1")},
        {"A": plain(K="2")},
    ),
    Row("omi", NIL, {"A": plain(K=2)}, f"<p:A>{epr(('K', '2'))}</p:A>", {"A": None}, {"A": plain(K=2)}),
    Row("windows", f"<p:A>{epr(('K', '1'))}</p:A>", {"A": "x"}, refused=("properties.A", "an endpoint reference is")),
    Row("windows", f"<p:A>{epr(('K', '1'))}</p:A>", {"A": None}, NIL, {"A": plain(K="1")}, {"A": None}),
]

D1 = '<p:A xsi:type="q:D_Type"><q:X>1</q:X><q:Y>b</q:Y></p:A>'
INSTANCES: list[Row] = [
    Row("windows", D1, {"A": {"X": 1, "y": "b"}}),
    Row(
        "windows",
        D1,
        {"A": {"x": 2}},
        '<p:A xsi:type="q:D_Type"><q:X>2</q:X><q:Y>b</q:Y></p:A>',
        {"A": {"X": "1"}},
        {"A": {"X": 2}},
    ),
    Row("omi", D1, {"A": {"X": "x"}}, refused=("properties.A.X", "'x' is wanted where")),
    Row("omi", D1 + D1, {"A": [{"X": 1}, {"Y": "b"}]}),
    Row(
        "omi",
        D1 + D1,
        {"A": [{"X": 3}]},
        '<p:A xsi:type="q:D_Type"><q:X>3</q:X></p:A>',
        {"A": [{"X": "1", "Y": "b"}, {"X": "1", "Y": "b"}]},
        {"A": [{"X": 3}]},
    ),
    Row("windows", D1, {"A": "x"}, refused=("properties.A", "takes a dictionary")),
    Row("windows", D1, {"A": None}, NIL, {"A": {"X": "1", "Y": "b"}}, {"A": None}),
    Row("windows", D1, {"A": {"Z": None}}),
    Row(
        "generic",
        "<p:A><p:B><p:X>1</p:X></p:B><p:Y>2</p:Y></p:A>",
        {"A": {"B": {"X": 2}, "Y": 2}},
        "<p:A><p:B><p:X>2</p:X></p:B><p:Y>2</p:Y></p:A>",
        {"A": {"B": {"X": "1"}}},
        {"A": {"B": {"X": 2}}},
    ),
    Row("generic", '<p:A Name="n">v</p:A>', {"A": {"@name": "n", "#text": "v"}}),
    Row(
        "generic",
        '<p:A Name="n">v</p:A>',
        {"A": {"#text": "w"}},
        '<p:A Name="n">w</p:A>',
        {"A": {"#text": "v"}},
        {"A": {"#text": "w"}},
    ),
]

#: What Openwsman loses or garbles, and the services that null what they are not sent.
LOSSES: list[Row] = [
    Row("openwsman", f"{CIM}<p:B>1</p:B>", {"B": 1}),
    Row("openwsman", f"{CIM}<p:B>1</p:B>", {"B": 2}, refused=("properties", "would lose A (a datetime)")),
    Row(
        "openwsman",
        f"<p:A>{epr(('K', '1'))}</p:A><p:B>1</p:B>",
        {"B": 2},
        refused=("properties", "would lose A (a reference)"),
    ),
    Row("openwsman", f"{D1}<p:B>1</p:B>", {"B": 2}, refused=("properties", "would lose A (an embedded instance)")),
    Row(
        "openwsman",
        "<p:A>00000001000000.000000:000</p:A><p:B>1</p:B>",
        {"B": 2},
        refused=("properties", "allow_loss: true"),
    ),
    Row(
        "openwsman",
        f"{CIM}<p:B>1</p:B><p:C><p:X>1</p:X></p:C>",
        {"B": 2},
        f"{CIM}<p:B>2</p:B><p:C><p:X>1</p:X></p:C>",
        {"B": "1"},
        {"B": 2},
        choices={"allow_loss": True},
        warned="With this change the service loses A (a datetime), C (an embedded instance).",
        lossy=True,
    ),
    Row(
        "openwsman",
        f"{CIM}<p:B>1</p:B>",
        {"B": 2},
        f"{CIM}<p:B>2</p:B>",
        {"B": "1"},
        {"B": 2},
        choices={"allow_loss": True},
        warned="loses A (a datetime)",
        lossy=True,
    ),
    Row("openwsman", f"{NIL}<p:B>1</p:B>", {"B": 2}, f"{NIL}<p:B>2</p:B>", {"B": "1"}, {"B": 2}, {"A": "datetime"}),
    Row("openwsman", f"{CIM}<p:B>1</p:B>", {"B": 2}, f"{CIM}<p:B>2</p:B>", {"B": "1"}, {"B": 2}, {"A": "string"}),
    Row("openwsman", f"{CIM}<p:B>1</p:B>", {"A": INSTANT, "B": 2}, refused=("properties.A", "this is a datetime")),
    Row(
        "openwsman",
        f"{CIM}<p:B>1</p:B>",
        {"A": INSTANT, "B": 2},
        choices={"allow_loss": True},
        refused=("properties.A", "this is a datetime"),
    ),
    Row("openwsman", CIM, {"A": LATER}, types={"A": "datetime"}, refused=("properties.A", "this is a datetime")),
    Row("openwsman", CIM, {"A": LATER}, refused=("properties.A", "this is a datetime")),
    Row(
        "openwsman",
        f"{CIM}{CIM}",
        {"A": [LATER]},
        choices={"allow_loss": True},
        refused=("properties.A", "this is a datetime"),
    ),
    Row("openwsman", CIM, {"A": 300}, refused=("properties.A", "this is a datetime")),
    Row("openwsman", NIL, {"A": LATER_PYTHON}, refused=("properties.A", "this is a datetime")),
    Row("openwsman", NIL, {"A": "20210102030405.000000+000"}, refused=("properties.A", "this is a datetime")),
    Row("openwsman", NIL, {"A": plain(K=1)}, refused=("properties.A", "this is a reference")),
    Row("openwsman", NIL, {"A": {"X": 1}}, refused=("properties.A", "this is an embedded instance")),
    Row("openwsman", CIM, {"A": None}, "", {"A": "20200102030405.000000+000"}, {"A": None}),
    Row("openwsman", "<p:A>x</p:A>", {"A": "a & b"}, refused=("properties.A", "text with & as empty")),
    Row("openwsman", "<p:A>x</p:A>", {"A": ["y", "a & b"]}, refused=("properties.A", "text with & as empty")),
    Row(
        "openwsman",
        "<p:A>x</p:A>",
        {"A": "a & b"},
        "<p:A>a &amp; b</p:A>",
        {"A": "x"},
        {"A": "a & b"},
        choices={"allow_loss": True},
        warned="A: this service shows a text with & as empty",
    ),
    Row("openwsman", "<p:A>a &amp; b</p:A>", {"A": "c & d"}, "<p:A>c &amp; d</p:A>", {"A": "a & b"}, {"A": "c & d"}),
    Row(
        "openwsman",
        "<p:A/><p:B>1</p:B>",
        {"B": 2},
        "<p:A/><p:B>2</p:B>",
        {"B": "1"},
        {"B": 2},
        warned="Read as empty and written so: A.",
    ),
    Row(
        "openwsman",
        "<p:Name/><p:B>1</p:B>",
        {"Name": "s 1 & co", "B": 2},
        "<p:Name>s 1 &amp; co</p:Name><p:B>2</p:B>",
        {"B": "1"},
        {"B": 2},
        selectors={"Name": "s 1 & co"},
    ),
    Row(
        "openwsman",
        "<p:A>1</p:A><p:B>x</p:B>",
        {"A": 2},
        "<p:A>2</p:A>",
        {"A": "1"},
        {"A": 2},
        choices={"omit": ("b",)},
        warned="B: left out, and this service sets to null",
    ),
    Row(
        "omi",
        "<p:A>1</p:A><p:B>x</p:B>",
        {"A": 2},
        "<p:A>2</p:A>",
        {"A": "1"},
        {"A": 2},
        choices={"omit": ("B",)},
        warned="B: left out, and this service sets to null",
    ),
    Row(
        "windows",
        "<p:A>1</p:A><p:B>x</p:B>",
        {"A": 2},
        "<p:A>2</p:A>",
        {"A": "1"},
        {"A": 2},
        choices={"omit": ("B", "NotThere")},
    ),
    Row("windows", "<p:A>1</p:A>", {"A": 2}, choices={"omit": ("A",)}, refused=("properties.A", "left out at once")),
    Row("omi", "<p:A>1</p:A><p:K>a</p:K>", {"K": "b"}, selectors={"K": "a"}, refused=("properties.K", "selector")),
    Row(
        "openwsman", "<p:A>1</p:A><p:K>a</p:K>", {"K": "b"}, selectors={"K": "a"}, refused=("properties.K", "selector")
    ),
    Row("idrac", "<p:A>x</p:A>", {"A": "y"}, uri=DCIM, refused=("properties", "takes no Put")),
    Row("idrac", "<p:A>x</p:A>", {"A": "x"}, uri=DCIM),
]

_BOOT = "<p:InstanceID>b</p:InstanceID><p:BIOSSetup>false</p:BIOSSetup>"
AMT: list[Row] = [
    Row(
        "amt",
        f"<p:BIOSLastStatus>0</p:BIOSLastStatus><p:BIOSLastStatus>0</p:BIOSLastStatus>{_BOOT}<p:WinREBootEnabled>"
        "false</p:WinREBootEnabled>",
        {"BIOSSetup": True},
        "<p:InstanceID>b</p:InstanceID><p:BIOSSetup>true</p:BIOSSetup>",
        {"BIOSSetup": "false"},
        {"BIOSSetup": True},
        uri=BOOT,
    ),
    Row(
        "amt",
        f"{_BOOT}<p:WinREBootEnabled>false</p:WinREBootEnabled>",
        {"WinREBootEnabled": True},
        uri=BOOT,
        refused=("properties.WinREBootEnabled", "read-only"),
    ),
    Row(
        "amt",
        f"{_BOOT}<p:OwningEntity>o</p:OwningEntity>",
        {"BIOSSetup": "TRUE"},
        "<p:InstanceID>b</p:InstanceID><p:BIOSSetup>true</p:BIOSSetup>",
        {"BIOSSetup": "false"},
        {"BIOSSetup": True},
        uri=BOOT,
        choices={"omit": ("OwningEntity",)},
    ),
    Row("amt", f"{_BOOT}<p:RSEPassword/>", {"RSEPassword": "s"}, uri=BOOT),
    Row(
        "amt",
        f"{_BOOT}<p:RSEPassword/>",
        {"RSEPassword": "s", "BIOSSetup": True},
        "<p:InstanceID>b</p:InstanceID><p:BIOSSetup>true</p:BIOSSetup><p:RSEPassword>s</p:RSEPassword>",
        {"BIOSSetup": "false"},
        {"BIOSSetup": True},
        uri=BOOT,
        lossy=True,
    ),
    Row(
        "amt",
        f"{_BOOT}<p:RSEPassword/>",
        {"RSEPassword": "s", "BIOSSetup": True},
        "<p:InstanceID>b</p:InstanceID><p:BIOSSetup>true</p:BIOSSetup><p:RSEPassword/>",
        {"BIOSSetup": "false"},
        {"BIOSSetup": True},
        uri=BOOT,
        choices={"update_secret": "on_create"},
    ),
    Row(
        "amt",
        f"{_BOOT}<p:RSEPassword/>",
        {"RSEPassword": "s"},
        f"{_BOOT}<p:RSEPassword>s</p:RSEPassword>",
        {"RSEPassword": None},
        {"RSEPassword": "********"},
        uri=BOOT,
        choices={"update_secret": "always"},
        lossy=True,
    ),
    Row("generic", "<p:A>1</p:A><p:Pin/>", {"Pin": "s"}, choices={"secret_members": ("pin",)}),
    Row(
        "generic",
        "<p:A>1</p:A><p:Pin/>",
        {"Pin": "s", "A": 2},
        "<p:A>2</p:A><p:Pin>s</p:Pin>",
        {"A": "1"},
        {"A": 2},
        choices={"secret_members": ("Pin",)},
        lossy=True,
    ),
]

_LISTENER = "<p:Address>*</p:Address><p:Transport>HTTP</p:Transport><p:Port>5985</p:Port>"
WINRM: list[Row] = [
    Row("windows", _LISTENER, {"Port": "5985"}, uri=f"{CONFIG}/listener"),
    Row(
        "windows",
        f"{_LISTENER}<p:ListeningOn>::1</p:ListeningOn><cim:Location><wsa:Address/></cim:Location>",
        {"Port": 80},
        "<p:Address>*</p:Address><p:Transport>HTTP</p:Transport><p:Port>80</p:Port>",
        {"Port": 5985},
        {"Port": 80},
        uri=f"{CONFIG}/listener",
    ),
    Row(
        "windows",
        _LISTENER,
        {"Port": 70000},
        uri=f"{CONFIG}/listener",
        refused=("properties.Port", "1 to 65535"),
        early=True,
    ),
    Row("windows", _LISTENER, {"Prt": 1}, uri=f"{CONFIG}/listener", refused=("properties.Prt", "It has Address")),
    Row(
        "windows",
        f"{_LISTENER}<p:CertificateThumbprint>AB cd 01</p:CertificateThumbprint>",
        {"CertificateThumbprint": "abCD01"},
        uri=f"{CONFIG}/listener",
    ),
    Row(
        "windows",
        '<p:MaxConnections Source="GPO">300</p:MaxConnections>',
        {"MaxConnections": 5},
        uri=f"{CONFIG}/service",
        refused=("properties.MaxConnections", "group policy"),
    ),
    Row(
        "windows",
        '<p:MaxConnections Source="GPO">300</p:MaxConnections>',
        {"MaxConnections": 300},
        uri=f"{CONFIG}/service",
    ),
    Row("windows", "<p:RootSDDL/>", {"RootSDDL": ""}, uri=f"{CONFIG}/service"),
    Row("windows", "", {"RootSDDL": ""}, uri=f"{CONFIG}/service"),
    Row(
        "windows",
        "<p:RootSDDL>x</p:RootSDDL>",
        {"RootSDDL": None},
        uri=f"{CONFIG}/service",
        refused=("properties.RootSDDL", "null"),
    ),
    Row(
        "windows",
        "<p:Basic>false</p:Basic><p:CbtHardeningLevel>Relaxed</p:CbtHardeningLevel>",
        {"basic": "TRUE", "CbtHardeningLevel": "relaxed"},
        "<p:Basic>true</p:Basic><p:CbtHardeningLevel>Relaxed</p:CbtHardeningLevel>",
        {"Basic": False},
        {"Basic": True},
        uri=f"{CONFIG}/service/auth",
    ),
    Row(
        "windows",
        "<p:UserName>u</p:UserName><p:Enabled>true</p:Enabled><p:Password/>",
        {"Enabled": False},
        "<p:UserName>u</p:UserName><p:Enabled>false</p:Enabled><p:Password/>",
        {"Enabled": True},
        {"Enabled": False},
        uri=f"{CONFIG}/service/certmapping",
    ),
    Row("windows", "<p:Password/>", {"Password": "s"}, uri=f"{CONFIG}/service/certmapping"),
    Row(
        "windows",
        "<p:Password/>",
        {"Password": "s"},
        "<p:Password>s</p:Password>",
        {"Password": None},
        {"Password": "********"},
        uri=f"{CONFIG}/service/certmapping",
        choices={"update_secret": "always"},
        lossy=True,
    ),
]

ROWS: list[Row] = [
    *INTEGERS,
    *BOOLEANS,
    *REALS,
    *TEXTS,
    *TIMES,
    *NULLS,
    *ARRAYS,
    *REFERENCES,
    *INSTANCES,
    *LOSSES,
    *AMT,
    *WINRM,
]
