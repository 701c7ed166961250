# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import math

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import datetimes
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    ProtocolError,
    TransportError,
    UsageError,
    WSManFault,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.plugin_utils import _result

REFERENCE = EndpointReference(
    "http://example/X", {"A": "1", "B": EndpointReference("http://example/Y", address="z")}, "x"
)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("007", "007"),
        (18446744073709551615, 18446744073709551615),
        (1.5, 1.5),
        (math.nan, "NaN"),
        (-math.inf, "-INF"),
        (True, True),
        (None, None),
        (b"\x00\xff", "AP8="),
        (datetimes.parse("20121129145825.000000+060"), "2012-11-29T14:58:25.000000+01:00"),
        (datetimes.parse("00000002030405.000006:000"), "P2DT3H4M5.000006S"),
        (datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC), "2024-01-02T03:04:05Z"),
        (datetime.date(2024, 1, 2), "2024-01-02"),
        (["a", None], ["a", None]),
        (("a", 1), ["a", 1]),
        (Instance("C", None, {"P": [Instance(None, None, {"Q": 1})]}), {"P": [{"Q": 1}]}),
        (
            REFERENCE,
            {
                "address": "x",
                "resource_uri": "http://example/X",
                "selector_set": {
                    "A": "1",
                    "B": {"address": "z", "resource_uri": "http://example/Y", "selector_set": {}},
                },
            },
        ),
    ],
)
def test_plain(value, plain):
    result = _result.plain(value)
    assert result == plain
    assert type(result) is type(plain)


@pytest.mark.parametrize("not_json", [None, frozenset({"When", "Missing"})])
def test_a_row_is_plain_whether_it_is_known_where_to_look(not_json):
    when = datetimes.parse("2024-02-29T10:20:30Z")
    row = {"When": [when], "Number": 7, "Words": ["a"], "Nothing": None}
    shown = {"When": ["2024-02-29T10:20:30Z"], "Number": 7, "Words": ["a"], "Nothing": None}
    assert _result.plain_row(row, not_json) == shown
    assert row["When"] == [when]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            UsageError("it is wrong.", option="x", remedy="Mend it."),
            {"failed": True, "msg": "x: it is wrong. Mend it."},
        ),
        (ProtocolError("no SOAP"), {"failed": True, "msg": "no SOAP"}),
        (
            _result.DiffersError({"A": {"held": 1, "wanted": 2}}, "properties"),
            {"failed": True, "differences": {"A": {"held": 1, "wanted": 2}}},
        ),
        (TransportError("Down", step="connect", remedy="Start it."), {"unreachable": True, "msg": "Down. Start it."}),
        (WSManFault(subcode="wsman:X", reason="No", remedy="Go."), {"failed": True, "msg": "wsman:X: No. Go."}),
        (WSManFault(code="s:Sender"), {"failed": True, "msg": "s:Sender: the service gave no reason"}),
        (
            WSManFault(subcode="a:b", windows_code=5, windows_name="N", reason="No.", provider={"Message": "Deep."}),
            {"failed": True, "msg": "a:b (5 N): No. Deep."},
        ),
        (WSManFault(subcode="a:b", reason="It is Deep.", provider={"Message": "Deep"}), {"msg": "a:b: It is Deep."}),
        (
            WSManFault(subcode="a:b", reason="Failed.", cim_error={"Message": " 30 shells. "}),
            {"msg": "a:b: Failed. 30 shells."},
        ),
        (WSManFault(subcode="a:b", reason="No.", cim_error={"Message": None}), {"msg": "a:b: No."}),
    ],
)
def test_failure(error, expected):
    result = _result.failure(error)
    assert {name: result[name] for name in expected} == expected
    assert ("fault" in result) == isinstance(error, WSManFault)
    assert ("transport" in result) == isinstance(error, TransportError)


@pytest.mark.parametrize(
    ("result", "secrets", "expected"),
    [
        ({"a": "b"}, [], {"a": "b"}),
        ({"a": "b"}, ["", "secret"], {"a": "b"}),
        ({"a": "my secret!"}, ["secret"], {"a": "my ********!"}),
        ({"a": {"b": ["secret"]}}, ["secret"], {"a": {"b": ["VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"]}}),
        ({"a": 'sec"r\\et\n'}, ['"r\\et\n'], {"a": "sec********"}),
        ({"a": "gehe\u00efm"}, ["ehe\u00ef"], {"a": "g********m"}),
        ({"a": 12345}, ["2345"], {"a": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}),
        (
            {"a": "e", "b": ["See"], "c": 1},
            ["e", "1"],
            {"a": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "b": ["See"], "c": 1},
        ),
        ({"e": [{"a": "abc"}]}, ["abc"], {"e": [{"a": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}]}),
        ({"a": f"{'it' + chr(39) + 's' + chr(92)!r}"}, ["it's\\"], {"a": '"********"'}),
        ({"a": f"{'<' + chr(34) + chr(39) + 'x&>'!r}"}, ["\"'x&>"], {"a": "'<********'"}),
        ({"a": "http://u:p%40ss%2Fw@h"}, ["p@ss/w"], {"a": "http://u:********@h"}),
        ({"a": "<b>x&amp;&lt;y</b>"}, ["x&<y"], {"a": "<b>********</b>"}),
        ({"a": 'json: "l1\\nl2"'}, ["l1\nl2"], {"a": 'json: "********"'}),
    ],
)
def test_censor(result, secrets, expected):
    assert _result.censor(result, secrets) == expected


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"Password": "a", "Name": "b"}, ["a"]),
        ({"Nested": [{"ClientSecret": "a"}]}, ["a"]),
        ({"Password": ["a", "b"]}, ["a", "b"]),
        ({"Password": {"Value": "a"}}, ["a"]),
        ({"Password": 1234, "Number": 5}, ["1234"]),
        ({"Password": None, "Passphrase": "", "PassCertToPlugin": "c", "Secret": True}, []),
    ],
)
def test_secret_values(value, found):
    assert list(_result.secret_values(value)) == found


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (_result.failure(TransportError("X7", step="tls")), "tls"),
        (_result.failure(WSManFault(code="s:Sender", reason="X7")), "s:Sender"),
        (_result.failure(ProtocolError("X7")), "failed"),
        ({"changed": True, "warnings": ["X7"]}, "warning"),
    ],
)
def test_hide(result, told):
    hidden = _result.hide(result)
    shown = str(hidden.get("msg", hidden.get("warnings")))
    assert "X7" not in shown
    assert "no_log" in shown
    assert told in shown


def test_hide_leaves_a_good_result():
    assert _result.hide({"changed": False}) == {"changed": False}
