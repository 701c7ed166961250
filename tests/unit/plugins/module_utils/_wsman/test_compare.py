# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is held against what is wanted: equal or not."""

from __future__ import annotations

import datetime
import math
import typing as t

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import compare, datetimes
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance

INSTANT = datetimes.parse("2020-01-02T03:04:05Z")
URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C"
EPR = EndpointReference(URI, {"__cimnamespace": "root/cimv2", "Name": "a", "Id": "1"}, "http://h/wsman")


class Text(str):
    """As Ansible's tagged values are."""


# held, wanted, the type of the schema, equal?
ROWS: list[tuple[t.Any, t.Any, str | None, bool]] = [
    # text without a type: the wanted value says what is meant
    ("x", "x", None, True),
    ("x", Text("x"), None, True),
    ("x", "X", None, False),
    ("x", " x", None, False),
    ("", "", None, True),
    ("300", 300, None, True),
    ("300", "300", None, True),
    ("-5", -5, None, True),
    ("0", 0, None, True),
    ("300", 301, None, False),
    ("007", "007", None, True),
    ("007", 7, None, False),
    ("+7", 7, None, False),
    ("0x7", 7, None, False),
    ("1e1", 10, None, False),
    ("18446744073709551615", 18446744073709551615, None, True),
    ("18446744073709551615", 18446744073709551614, None, False),
    ("9007199254740993", 9007199254740992, None, False),
    ("TRUE", True, None, True),
    ("true", True, None, True),
    ("FALSE", False, None, True),
    ("true", False, None, False),
    ("1", True, None, False),
    ("0", False, None, False),
    ("yes", True, None, False),
    ("TRUE", "true", None, True),
    ("false", "False", None, True),
    ("true", "false", None, False),
    ("1.5", 1.5, None, True),
    ("-2.25e+10", -2.25e10, None, True),
    ("5", 5.0, None, True),
    ("5.0", 5.0, None, True),
    ("1.10", 1.1, None, False),
    ("1.10", "1.10", None, True),
    ("1.10", "1.1", None, False),
    ("32.3199996948242", 32.32, None, True),
    ("nan", math.nan, None, True),
    ("INF", math.inf, None, True),
    ("x", 1.5, None, False),
    ("x", 5, None, False),
    ("20200102030405.000000+000", "2020-01-02T03:04:05Z", None, True),
    ("2020-01-02T04:04:05+01:00", "2020-01-02T03:04:05.000Z", None, True),
    ("2020-01-02T03:04:05Z", "2020-01-02T03:04:06Z", None, False),
    ("2020-01-02T03:04:05Z", datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.UTC), None, True),
    ("2020-01-02", datetime.date(2020, 1, 2), None, False),
    ("PT60S", "PT1M", None, True),
    # values that schema or wire have typed
    (True, True, None, True),
    (True, "true", None, True),
    (True, "TRUE", None, True),
    (True, "1", None, True),
    (True, 1, None, True),
    (True, False, None, False),
    (True, "yes", None, False),
    (500, 500, None, True),
    (500, "500", None, True),
    (500, "0500", None, True),
    (500, 501, None, False),
    (500, "five", None, False),
    (500, True, None, False),
    (1, True, None, False),
    (2**64 - 1, 2**64 - 1, None, True),
    (2**64 - 1, 2**64 - 2, None, False),
    (-(2**63), str(-(2**63)), None, True),
    (1.5, "1.5", None, True),
    (1.5, 1.5000000000000002, None, True),
    (1.5, 1.6, None, False),
    (INSTANT, "2020-01-02T03:04:05Z", None, True),
    (INSTANT, "20200102040405.000000+060", None, True),
    (INSTANT, "soon", None, False),
    (INSTANT, datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.UTC), None, True),
    (datetimes.parse("P1D"), "PT24H", None, True),
    (datetimes.CIMWildcard("20240229******.******+***"), "20240229******.******+***", None, True),
    (b"ABC", "QUJD", None, True),
    (b"ABC", "QUJD\n", None, True),
    (b"ABC", [65, 66, 67], None, True),
    (b"ABC", [65, 66], None, False),
    (b"ABC", "nonsense!", None, False),
    (b"", "", None, True),
    # with the type of the schema
    ("300", "0300", "uint16", True),
    ("300", "0300", "string", False),
    ("TRUE", True, "boolean", True),
    ("1", True, "boolean", True),
    ("maybe", "maybe", "boolean", True),
    ("maybe", True, "boolean", False),
    (32.3199996948242, 32.32, "real32", True),
    (32.3199996948242, 32.32, "real64", False),
    ("5", 5, "string", True),
    ("true", True, "string", True),
    ("1044", "Д", "char16", True),
    ("20200102030405.000000+000", "2020-01-02T03:04:05Z", "datetime", True),
    (b"ABC", "QUJD", "octetstring", True),
    # null, absent, empty
    (None, None, None, True),
    (None, [], None, True),
    ([], None, None, True),
    (None, "", None, False),
    ("", None, None, False),
    (None, 0, None, False),
    (None, False, None, False),
    (None, {}, None, False),
    (None, None, "octetstring", True),
    (b"", None, None, False),
    (None, b"", "octetstring", False),
    ("", [], None, False),
    ("x", None, None, False),
    (None, [""], None, False),
    ("", [""], None, True),
    # arrays
    (["1", "2"], [1, 2], None, True),
    (["1", "2"], ["1", "2"], None, True),
    (["1", "2"], (1, 2), None, True),
    (["1", "2"], [2, 1], None, False),
    (["1", "2"], [1], None, False),
    (["1", "2"], [1, 2, 2], None, False),
    (["1", "2"], "1", None, False),
    ("1", [1], None, True),
    (["1"], 1, None, True),
    (["1"], [1], None, True),
    (["1", None], ["1", None], None, True),
    (["1", None], ["1", ""], None, False),
    (["TRUE", "FALSE"], [True, False], None, True),
    ([1, 2], ["1", "2"], "uint8", True),
    ([INSTANT, INSTANT], ["2020-01-02T03:04:05Z", "20200102030405.000000+000"], None, True),
    # references
    (EPR, EPR, None, True),
    (EPR, EPR.to_plain(), None, True),
    (EPR, {"resource_uri": URI, "selector_set": {"id": 1, "name": "a", "__CIMNamespace": "root/cimv2"}}, None, True),
    (
        EPR,
        {"resource_uri": URI.upper().replace("HTTP:", "http:"), "selector_set": {"Id": "1", "Name": "a"}},
        None,
        True,
    ),
    (EPR, {"resource_uri": "cimv2/C", "selector_set": {"Id": "1", "Name": "a"}}, None, True),
    (EPR, {"resource_uri": "cimv2/C?Id=1+Name=a"}, None, True),
    (EPR, {"resource_uri": URI, "selector_set": {"Id": "1", "Name": "a", "__cimnamespace": "ROOT\\CIMV2"}}, None, True),
    (EPR, {"resource_uri": URI, "selector_set": {"Id": "1", "Name": "a", "__cimnamespace": "root/x"}}, None, False),
    (EPR, {"resource_uri": URI, "selector_set": {"Id": "1", "Name": "A"}}, None, False),
    (EPR, {"resource_uri": URI, "selector_set": {"Id": "1"}}, None, False),
    (EPR, {"resource_uri": URI + "D", "selector_set": {"Id": "1", "Name": "a"}}, None, False),
    (EPR, "text", None, False),
    (EPR, None, None, False),
    (EndpointReference(None, {"Id": "1"}), {"resource_uri": URI, "selector_set": {"Id": 1}}, None, True),
    (EndpointReference(URI, {"A": EPR}), {"resource_uri": URI, "selector_set": {"A": EPR.to_plain()}}, None, True),
    (EndpointReference(URI, {"A": EPR}), {"resource_uri": URI, "selector_set": {"A": "x"}}, None, False),
    ([EPR], [EPR.to_plain()], None, True),
    # nested and embedded instances
    (Instance("D", None, {"X": "1", "Y": "TRUE"}), {"X": 1}, None, True),
    (Instance("D", None, {"X": "1", "Y": "TRUE"}), {"y": True, "x": "1"}, None, True),
    (Instance("D", None, {"X": "1"}), {"X": 2}, None, False),
    (Instance("D", None, {"X": "1"}), {"Z": None}, None, True),
    (Instance("D", None, {"X": "1"}), {"Z": 1}, None, False),
    (Instance("D", None, {"X": Instance(None, None, {"Y": ["1", "2"]})}), {"X": {"Y": [1, 2]}}, None, True),
    (Instance("D", None, {"X": "1"}), Instance("D", None, {"X": "1"}), None, True),
    (Instance("D", None, {"X": "1"}), "1", None, False),
    ([Instance("D", None, {"X": "1"})], [{"X": 1}], None, True),
    ("text", {"X": 1}, None, False),
    ("text", EPR, None, False),
]


@pytest.mark.parametrize(("held", "wanted", "cim_type", "expected"), ROWS)
def test_equal(held: t.Any, wanted: t.Any, cim_type: str | None, expected: bool) -> None:
    assert compare.equal(held, wanted, cim_type) is expected


@pytest.mark.parametrize(
    ("held", "wanted", "expected"),
    [
        ("AB cd 01", "abcd01", True),
        ("ab:cd:01", "ABCD01", True),
        ("\u200eabcd01", "abcd01", True),
        ("abcd01", "abcd02", False),
        (None, "abcd01", False),
        ("abcd01", 5, False),
    ],
)
def test_equal_thumbprints(held: t.Any, wanted: t.Any, expected: bool) -> None:
    assert compare.equal_thumbprints(held, wanted) is expected


@pytest.mark.parametrize(
    "name",
    [
        "Password",
        "password",
        "@RunAsPassword",
        "UserPasswd",
        "ClientSecret",
        "WLANPassphrase",
        "PSKValue",
        "PreSharedKey",
        "AccessToken",
        "SnmpCommunity",
        "private_key",
        "AdminPwd",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert compare.is_secret(name)


@pytest.mark.parametrize(
    "name", ["UserName", "TokenRing", "Subject", "Key", "PinCount", "Compass", "CertificateThumbprint", "Uri"]
)
def test_names_of_no_secrets(name: str) -> None:
    assert not compare.is_secret(name)


def test_mask_secrets() -> None:
    values = {
        "Password": "p",
        "Passphrases": ["a", 5, None],
        "Secret": {"Value": "s"},
        "PasswordRequired": True,
        "EmptyPassword": "",
        "NoPassword": None,
        "Nested": [{"Token": 12345, "Name": "n"}],
    }
    assert compare.mask_secrets(values) == {
        "Password": "********",
        "Passphrases": ["********", "********", None],
        "Secret": {"Value": "********"},
        "PasswordRequired": True,
        "EmptyPassword": "",
        "NoPassword": None,
        "Nested": [{"Token": "********", "Name": "n"}],
    }
    assert values["Password"] == "p"
