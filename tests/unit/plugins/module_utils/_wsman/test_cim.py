# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM's scalars: text to values and back."""

from __future__ import annotations

import datetime
import math
import typing as t

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import cim, datetimes

PARSED = [
    ("true", "boolean", True),
    ("TRUE", "boolean", True),
    ("True", "boolean", True),
    ("1", "boolean", True),
    ("FALSE", "boolean", False),
    ("0", "boolean", False),
    (" false\n", "boolean", False),
    ("0", "uint8", 0),
    ("255", "uint8", 255),
    ("-128", "sint8", -128),
    ("127", "sint8", 127),
    ("65535", "uint16", 65535),
    ("-32768", "sint16", -32768),
    ("4294967295", "uint32", 4294967295),
    ("-2147483648", "sint32", -2147483648),
    ("18446744073709551615", "uint64", 18446744073709551615),
    ("-9223372036854775808", "sint64", -9223372036854775808),
    ("9007199254740993", "uint64", 9007199254740993),
    ("+7", "uint8", 7),
    ("007", "uint8", 7),
    ("\n0\n", "uint32", 0),
    ("1.5", "real32", 1.5),
    ("-2.25e+10", "real64", -2.25e10),
    ("32.3199996948242", "real32", 32.3199996948242),
    (".5", "real64", 0.5),
    ("5.", "real64", 5.0),
    ("7", "real64", 7.0),
    ("inf", "real64", math.inf),
    ("INF", "real32", math.inf),
    ("+Infinity", "real64", math.inf),
    ("-inf", "real64", -math.inf),
    ("-1.#INF", "real64", -math.inf),
    ("A", "char16", "A"),
    (" ", "char16", " "),
    ("5", "char16", "5"),
    ("1044", "char16", "Д"),
    ("33", "char16", "!"),
    ("55357", "char16", "55357"),
    ("65535", "char16", "\uffff"),
    ("0", "string", "0"),
    ("  x \t", "string", "  x \t"),
    ("", "string", ""),
    ("QUJD", "octetstring", b"ABC"),
    ("QU JD\n", "octetstring", b"ABC"),
    ("", "octetstring", b""),
    ("2020-01-02T03:04:05Z", "datetime", datetimes.CIMDateTime(2020, 1, 2, 3, 4, 5)),
    ("P1D", "datetime", datetimes.CIMInterval(86400)),
]


@pytest.mark.parametrize(("text", "cim_type", "value"), PARSED)
def test_parse(text: str, cim_type: str, value: object) -> None:
    parsed = cim.parse(text, cim_type)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize("text", ["nan", "NaN", "-nan", "+NAN", "1.#QNAN", "-1.#IND"])
def test_parse_nan(text: str) -> None:
    assert math.isnan(t.cast(float, cim.parse(text, "real64")))


def test_a_single_digit_is_a_number_only_where_char16_is_one() -> None:
    assert cim.parse("9", "char16", char16_is_number=True) == "\t"
    assert cim.parse("9", "char16") == "9"


@pytest.mark.parametrize(
    ("text", "cim_type", "says"),
    [
        ("yes", "boolean", "true or false"),
        ("", "boolean", "true or false"),
        ("256", "uint8", "0 to 255 of uint8"),
        ("-1", "uint64", "0 to 18446744073709551615 of uint64"),
        ("18446744073709551616", "uint64", "not in the range"),
        ("-129", "sint8", "-128 to 127"),
        ("70000", "uint16", "0 to 65535"),
        ("1.0", "uint16", "uint16"),
        ("1e3", "uint16", "uint16"),
        ("", "uint16", "uint16"),
        ("1_0", "uint16", "uint16"),
        ("٣", "uint16", "uint16"),
        ("0x10", "uint16", "uint16"),
        ("9" * 5000, "uint64", "uint64"),
        ("abc", "real64", "no real64"),
        ("1_0.0", "real64", "no real64"),
        ("1e400", "real64", "out of the range"),
        ("3.5e38", "real32", "out of the range of real32"),
        ("", "real32", "no real32"),
        ("AB", "char16", "one character"),
        ("\U0001f600", "char16", "one character"),
        ("65536", "char16", "one character"),
        ("", "char16", "one character"),
        ("now", "datetime", r"neither a datetime nor an interval \(ISO 8601"),
        ("a", "octetstring", r"no octetstring \(base64"),
        ("x", "uint128", "no CIM type"),
    ],
)
def test_parse_refuses(text: str, cim_type: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        cim.parse(text, cim_type)


class Text(str):
    """As Ansible's tagged values are."""


class Number(int):
    """As Ansible's tagged values are."""

    def __str__(self) -> str:
        return "tagged"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-5, "-5"),
        (18446744073709551615, "18446744073709551615"),
        (Number(7), "7"),
        (0.1, "0.1"),
        (1e16, "1e+16"),
        (math.inf, "INF"),
        (-math.inf, "-INF"),
        (math.nan, "NaN"),
        ("a <&> é€😀\r\n\t", "a <&> é€😀\r\n\t"),
        (Text("x"), "x"),
        (b"ABC", "QUJD"),
        (datetimes.parse("20240229123456.123456+060"), "2024-02-29T12:34:56.123456+01:00"),
        (datetimes.parse("00000002030405.000006:000"), "P2DT3H4M5.000006S"),
        (datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC), "2024-01-02T03:04:05Z"),
        (datetime.date(2024, 1, 2), "2024-01-02"),
    ],
)
def test_format(value: t.Any, text: str) -> None:
    assert cim.format(value) == text
    assert type(cim.format(value)) is str  # pylint: disable=unidiomatic-typecheck


def test_format_in_the_spelling_of_cim() -> None:
    assert cim.format(t.cast(cim.Scalar, datetimes.parse("2024-01-02T03:04:05Z")), cim_datetime=True) == (
        "20240102030405.000000+000"
    )
    assert cim.format("Д", char16_is_number=True) == "1044"


@pytest.mark.parametrize("text", ["\x00", "a\x01b", "\x08", "\x0b", "\x1f", "\ud800", "\ufffe"])
def test_format_refuses_what_xml_cannot_carry(text: str) -> None:
    with pytest.raises(ValueError, match="control character U\\+"):
        cim.format(text)


@pytest.mark.parametrize(
    ("value", "cim_type", "typed"),
    [
        ("true", "boolean", True),
        ("True", "boolean", True),
        (1, "boolean", True),
        (False, "boolean", False),
        ("500", "uint32", 500),
        (500.0, "uint32", 500),
        (Number(7), "uint8", 7),
        (3, "real64", 3.0),
        ("inf", "real64", math.inf),
        (65, "char16", "A"),
        ("B", "char16", "B"),
        (5, "string", "5"),
        (1.5, "string", "1.5"),
        (True, "string", "true"),
        ("x", "string", "x"),
        ("QUJD", "octetstring", b"ABC"),
        ([65, "66", 67], "octetstring", b"ABC"),
        (b"ABC", "octetstring", b"ABC"),
        ("20240102030405.000000+000", "datetime", datetimes.parse("2024-01-02T03:04:05Z")),
        (datetime.datetime(2024, 1, 2, 3, 4, 5), "datetime", datetimes.parse("2024-01-02T03:04:05")),
    ],
)
def test_coerce(value: object, cim_type: str, typed: object) -> None:
    assert cim.coerce(value, cim_type) == typed


@pytest.mark.parametrize(
    ("value", "cim_type", "says"),
    [
        (70000, "uint16", "70000 is not in the range 0 to 65535 of uint16"),
        (1.5, "uint16", "1.5 is no uint16"),
        (True, "uint16", "a boolean is no uint16 \\(0 to 65535\\)"),
        ("yes", "boolean", "'yes' is no boolean"),
        (2, "boolean", "a number is no boolean"),
        (10**400, "real64", "out of the range"),
        ({}, "string", "a dict is no string"),
        ([1], "string", "a list is no string"),
        (None, "uint8", "a null is no uint8"),
        ([300], "octetstring", "0 to 255"),
        (5, "octetstring", "base64 text or a list"),
        (5, "datetime", "ISO 8601"),
        (datetime.date(2024, 1, 2), "datetime", "neither a datetime"),
        ("a\x00", "string", "control character"),
    ],
)
def test_coerce_refuses(value: object, cim_type: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        cim.coerce(value, cim_type)


@pytest.mark.parametrize(
    ("one", "other", "cim_type", "equal"),
    [
        (1, 1, "uint8", True),
        (1, True, "uint8", False),
        (18446744073709551615, 18446744073709551614, "uint64", False),
        (9007199254740993, 9007199254740992.0, "uint64", False),
        (32.3199996948242, 32.32, "real32", True),
        (32.3199996948242, 32.32, "real64", False),
        (0.1 + 0.2, 0.3, "real64", True),
        (math.nan, math.nan, "real64", True),
        (0.0, -0.0, "real64", True),
        (7, 7.0, "real64", True),
        ("a", "A", "string", False),
    ],
)
def test_key(one: t.Any, other: t.Any, cim_type: str, equal: bool) -> None:
    assert (cim.key(one, cim_type) == cim.key(other, cim_type)) is equal


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (datetimes.parse("20240229123456.123456+060"), "2024-02-29T12:34:56.123456+01:00"),
        (datetimes.parse("20240229******.******+***"), "20240229******.******+***"),
        (b"ABC", "QUJD"),
        (math.nan, "NaN"),
        (-math.inf, "-INF"),
        (1.5, 1.5),
        (2**64 - 1, 2**64 - 1),
        (None, None),
    ],
)
def test_to_plain(value: object, plain: object) -> None:
    assert cim.to_plain(value) == plain
    assert type(cim.to_plain(value)) is type(plain)


@pytest.mark.parametrize("cim_type", sorted(cim.TYPES))
def test_every_type_says_what_it_takes(cim_type: str) -> None:
    assert cim_type in cim.describe(cim_type)
