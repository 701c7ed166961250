# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WQL as the test service reads it: the grammar, what it refuses, and what conditions mean."""

from __future__ import annotations

import pytest

from sandbox import conditions, wql
from sandbox.repository import Repository
from sandbox.wql import AssociationQuery, Comparison, IsA, Joined, Not, Query

A, B, C = (Comparison((name,), "=", number) for number, name in enumerate("abc", 1))


def where(text: str) -> wql.Condition | None:
    found = wql.parse("SELECT * FROM T WHERE " + text)
    assert isinstance(found, Query)
    return found.where


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM Win32_Service", Query(None, "Win32_Service")),
        ("select * from Win32_Service", Query(None, "Win32_Service")),
        ("  SeLeCt\n*\tFROM  Win32_Service  ", Query(None, "Win32_Service")),
        ("SELECT Name FROM T", Query((("Name",),), "T")),
        ("SELECT Name,State , Id FROM T", Query((("Name",), ("State",), ("Id",)), "T")),
        ("SELECT Origin.X FROM T", Query((("Origin", "X"),), "T")),
        ("SELECT __CLASS FROM T", Query((("__CLASS",),), "T")),
        ("SELECT * FROM __NAMESPACE", Query(None, "__NAMESPACE")),
        ("ASSOCIATORS OF {T.Name='x'}", AssociationQuery("T.Name='x'")),
        (
            'associators of { T.Name="x" } WHERE AssocClass = L ResultClass=R Role=a ResultRole=b',
            AssociationQuery('T.Name="x"', False, "L", "R", "a", "b"),
        ),
        ("REFERENCES OF {T=@}", AssociationQuery("T=@", True)),
        ("References Of {T=1} Where ResultClass=L Role=a", AssociationQuery("T=1", True, None, "L", "a")),
    ],
)
def test_whole_queries(text: str, expected: Query | AssociationQuery) -> None:
    assert wql.parse(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1", A),
        ("a=1", A),
        ("1 = a", A),
        ("a <> 1", Comparison(("a",), "<>", 1)),
        ("a != 1", Comparison(("a",), "<>", 1)),
        ("a < 1", Comparison(("a",), "<", 1)),
        ("a <= 1", Comparison(("a",), "<=", 1)),
        ("a > 1", Comparison(("a",), ">", 1)),
        ("a >= 1", Comparison(("a",), ">=", 1)),
        ("1 < a", Comparison(("a",), ">", 1)),
        ("1 >= a", Comparison(("a",), "<=", 1)),
        ("'x' <> a", Comparison(("a",), "<>", "x")),
        ("a = -5", Comparison(("a",), "=", -5)),
        ("a = +5", Comparison(("a",), "=", 5)),
        ("a = 0x1F", Comparison(("a",), "=", 31)),
        ("a = 1.5", Comparison(("a",), "=", 1.5)),
        ("a = 1.5e3", Comparison(("a",), "=", 1500.0)),
        ("a = .5", Comparison(("a",), "=", 0.5)),
        ("a = 18446744073709551615", Comparison(("a",), "=", 18446744073709551615)),
        ("a = 'x'", Comparison(("a",), "=", "x")),
        ('a = "x"', Comparison(("a",), "=", "x")),
        ("a = ''", Comparison(("a",), "=", "")),
        ("a = 'it\\'s'", Comparison(("a",), "=", "it's")),
        ('a = "say \\"x\\""', Comparison(("a",), "=", 'say "x"')),
        ("a = 'C:\\\\x'", Comparison(("a",), "=", "C:\\x")),
        ('a = "it\'s"', Comparison(("a",), "=", "it's")),
        ("a = 'SELECT'", Comparison(("a",), "=", "SELECT")),
        ("a = 'é€😀'", Comparison(("a",), "=", "é€😀")),
        ("a = TRUE", Comparison(("a",), "=", True)),
        ("a = false", Comparison(("a",), "=", False)),
        ("TRUE = a", Comparison(("a",), "=", True)),
        ("a IS NULL", Comparison(("a",), "=", None)),
        ("a is not null", Comparison(("a",), "<>", None)),
        ("a = NULL", Comparison(("a",), "=", None)),
        ("a <> NULL", Comparison(("a",), "<>", None)),
        ("NULL = a", Comparison(("a",), "=", None)),
        ("a LIKE 'x%'", Comparison(("a",), "like", "x%")),
        ('a like "_[a-f]"', Comparison(("a",), "like", "_[a-f]")),
        ("a ISA 'T'", IsA(("a",), "T")),
        ('__CLASS ISA "T"', IsA(("__CLASS",), "T")),
        ("a.b.c = 1", Comparison(("a", "b", "c"), "=", 1)),
        ("NOT a = 1", Not(A)),
        ("NOT NOT a = 1", Not(Not(A))),
        ("NOT (a = 1)", Not(A)),
        ("(a = 1)", A),
        ("((a = 1))", A),
        ("a=1 AND b=2", Joined("and", (A, B))),
        ("a=1 and b=2 And c=3", Joined("and", (A, B, C))),
        ("a=1 OR b=2", Joined("or", (A, B))),
        ("a=1 OR b=2 AND c=3", Joined("or", (A, Joined("and", (B, C))))),
        ("a=1 AND b=2 OR c=3", Joined("or", (Joined("and", (A, B)), C))),
        ("(a=1 OR b=2) AND c=3", Joined("and", (Joined("or", (A, B)), C))),
        ("NOT a=1 AND b=2", Joined("and", (Not(A), B))),
        ("NOT (a=1 AND b=2)", Not(Joined("and", (A, B)))),
        ("a=1AND b=2", Joined("and", (A, B))),
    ],
)
def test_conditions_are_read(text: str, expected: wql.Condition) -> None:
    assert where(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "selekt * frm X",
        "SELECT",
        "SELECT FROM T",
        "SELECT * T",
        "SELECT * FROM",
        "SELECT *, Name FROM T",
        "SELECT Name, FROM T",
        "SELECT Name State FROM T",
        "SELECT * FROM T, U",
        "SELECT * FROM T WHERE",
        "SELECT * FROM T WHERE a",
        "SELECT * FROM T WHERE a =",
        "SELECT * FROM T WHERE = 1",
        "SELECT * FROM T WHERE a == 1",
        "SELECT * FROM T WHERE a = b",
        "SELECT * FROM T WHERE 1 = 1",
        "SELECT * FROM T WHERE a = 'x",
        'SELECT * FROM T WHERE a = "x',
        "SELECT * FROM T WHERE (a = 1",
        "SELECT * FROM T WHERE a = 1)",
        "SELECT * FROM T WHERE a = 1 AND",
        "SELECT * FROM T WHERE a = 1 b = 2",
        "SELECT * FROM T WHERE a IS 1",
        "SELECT * FROM T WHERE a IS NOT 'x'",
        "SELECT * FROM T WHERE a LIKE x",
        "SELECT * FROM T WHERE a LIKE 5",
        "SELECT * FROM T WHERE a NOT LIKE 'x'",
        "SELECT * FROM T WHERE a ISA T",
        "SELECT * FROM T WHERE NOT",
        "SELECT * FROM T WHERE a. = 1",
        "SELECT * FROM T WHERE a = #1",
        "SELECT * FROM T;",
        "SELECT * FROM T ORDER BY a",
        "SELECT * FROM T GROUP WITHIN 5",
        "SELECT * FROM T WITHIN 5",
        "DELETE FROM T",
        "ASSOCIATORS {T=1}",
        "ASSOCIATORS OF T=1",
        "ASSOCIATORS OF {T=1} WHERE",
        "ASSOCIATORS OF {T=1} WHERE Nothing=x",
        "ASSOCIATORS OF {T=1} WHERE Role=a Role=b",
        "REFERENCES OF {T=1} WHERE AssocClass=L",
        "REFERENCES OF {T=1} WHERE Role='a'",
    ],
)
def test_what_is_no_query(text: str) -> None:
    with pytest.raises(wql.WQLError):
        wql.parse(text)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("abc", "abc", True),
        ("abc", "ABC", True),
        ("abc", "abcd", False),
        ("a%", "abc", True),
        ("a%", "a", True),
        ("%c", "abc", True),
        ("%b%", "abc", True),
        ("a_c", "abc", True),
        ("a_c", "ac", False),
        ("", "", True),
        ("%", "", True),
        ("%", "two\nlines", True),
        ("a.c", "abc", False),
        ("a*", "a*", True),
        ("[a-c]x", "bx", True),
        ("[a-c]x", "dx", False),
        ("[c-a]x", "bx", True),
        ("[^a-c]x", "dx", True),
        ("[^a-c]x", "ax", False),
        ("[xyz]", "y", True),
        ("[%]5", "%5", True),
        ("[%]5", "x5", False),
        ("[_]5", "_5", True),
        ("[[]5", "[5", True),
        ("a[", "a[", True),
        ("[]x", "[]x", True),
        ("[^]x", "^x", True),
        ("[a-]", "-", True),
        ("C:\\%", "C:\\Windows", True),
    ],
)
def test_like(pattern: str, text: str, matches: bool) -> None:
    assert (conditions.like(pattern).fullmatch(text) is not None) is matches


REPOSITORY = Repository()


def select(class_name: str, condition: str, namespace: str = "root/cimv2") -> list[object]:
    cim_class = REPOSITORY.find_class(namespace, class_name)
    assert cim_class is not None
    parsed = where(condition)
    assert parsed is not None
    test = conditions.build(parsed, cim_class, REPOSITORY.finder(namespace))
    key = cim_class.keys[0].name
    return [found.values[key] for found in REPOSITORY.extent(cim_class) if test(found)]


@pytest.mark.parametrize(
    ("class_name", "condition", "expected"),
    [
        ("Win32_Service", "Name = 'Spooler'", ["Spooler"]),
        ("Win32_Service", "name = 'SPOOLER'", ["Spooler"]),
        ("Win32_Service", "Win32_Service.Name = 'Spooler'", ["Spooler"]),
        ("Win32_Service", "State = 'Stopped' AND StartMode = 'Disabled'", ["RemoteRegistry"]),
        ("Win32_Service", "Name LIKE 'Lanman%'", ["LanmanServer", "LanmanWorkstation"]),
        ("Win32_Service", "Name LIKE '[wr]%' AND NOT Name LIKE '%[t]%'", ["RpcSs", "WinRM", "wuauserv"]),
        ("Win32_Service", "ProcessId = 1312 OR ProcessId = '884'", ["Spooler", "RpcSs", "LanmanWorkstation"]),
        ("Win32_Service", "ProcessId > 1312", ["LanmanServer"]),
        ("Win32_Service", "ProcessId < 5 AND Started = TRUE", ["HTTP"]),
        ("Win32_Service", "AcceptPause = 1", ["EventSystem", "LanmanServer", "LanmanWorkstation"]),
        ("Win32_Service", "AcceptPause = 'true' AND Name <> 'EventSystem'", ["LanmanServer", "LanmanWorkstation"]),
        ("Win32_Service", "Description = 'Updates & \"more\" <than that>'", ["wuauserv"]),
        ("Win32_Service", "PathName = 'C:\\\\Windows\\\\System32\\\\spoolsv.exe'", ["Spooler"]),
        ("Win32_Service", "Description IS NOT NULL", ["Spooler", "wuauserv"]),
        ("Win32_Service", "Description <> 'x' AND Name = 'RpcSs'", ["RpcSs"]),
        ("Win32_Service", "Description LIKE '%' AND Name = 'RpcSs'", []),
        ("Win32_Service", "ExitCode < 99999999999 AND Name='HTTP'", ["HTTP"]),
        ("Win32_Service", "ProcessId > 883.5 AND ProcessId < 884.5", ["RpcSs"]),
        ("Win32_BaseService", "__CLASS = 'Win32_SystemDriver'", ["Null", "srv2"]),
        ("Win32_BaseService", "__CLASS ISA 'Win32_SystemDriver'", ["Null", "srv2"]),
        ("Win32_BaseService", "NOT __CLASS ISA 'Win32_Service'", ["Null", "srv2"]),
        ("Win32_BaseService", "__SUPERCLASS = 'Win32_BaseService' AND Name LIKE 'n%'", ["Netlogon", "Null"]),
        ("Win32_BaseService", "__RELPATH = 'Win32_SystemDriver.Name=\"srv2\"'", ["srv2"]),
        ("Win32_LogicalDisk", "Size > 18446744073709551614", ["E:"]),
        ("Win32_LogicalDisk", "Size IS NULL", ["A:", "D:"]),
        ("Win32_LogicalDisk", "NOT Size IS NULL", ["C:", "E:"]),
        ("Win32_LogicalDisk", "Size <> 0", ["A:", "C:", "D:", "E:"]),
        ("Win32_Process", "Handle = 884", ["884"]),
        ("Win32_Process", "CreationDate >= '20260314000000.000000+060'", ["3580", "4012"]),
        ("Win32_Process", "CreationDate = '2026-03-01T05:15:02.5Z'", ["4"]),
        ("Win32_Process", "CreationDate < '20260301061507.120000+060'", ["4"]),
        ("Sandbox_AllTypes", "Span > '00000001000000.000000:000'", [1]),
        ("Sandbox_AllTypes", "Span = 'P2DT3H4M5.000006S'", [1]),
        ("Sandbox_AllTypes", "Moment > '20000101000000.000000+000'", [1, 3]),
        ("Sandbox_AllTypes", "Moment IS NOT NULL", [1, 3, 4]),
        ("Sandbox_AllTypes", "Text = ''", [4]),
        ("Sandbox_AllTypes", "R32 > 32.3 AND R32 < 32.4", [1]),
        ("Sandbox_AllTypes", "R32 = 32.32", [1]),
        ("Sandbox_AllTypes", "R64 >= 0", [1, 3, 4]),
        ("Sandbox_AllTypes", "S64 = -9223372036854775808", [1]),
        ("Sandbox_AllTypes", "Char = 'A' OR Char = '7'", [1, 3]),
        ("Sandbox_AllTypes", "Origin.X = 1", [1]),
        ("Sandbox_AllTypes", "Origin.Label LIKE 'on_'", [1]),
        ("Sandbox_AllTypes", "Origin ISA 'Sandbox_Point'", [1]),
        ("Sandbox_AllTypes", "Anything ISA 'Sandbox_Point'", [1]),
        ("Sandbox_AllTypes", "Anything ISA 'Sandbox_Number'", []),
        ("Sandbox_AllTypes", "Peer = 'Sandbox_AllTypes.Id=2'", [1]),
        ("Sandbox_AllTypes", "Peer <> 'Sandbox_AllTypes.Id=2'", [2, 3, 4]),
        ("Sandbox_AllTypes", "Texts IS NULL", [2]),
        ("Sandbox_AllTypes", "Bool = TRUE OR Bool = 0", [1, 3]),
        ("Sandbox_Number", "Number > 9998", [9999, 10000]),
        ("Sandbox_Number", "Square = 99980001", [9999]),
        ("Sandbox_Number", "Name LIKE 'row 0000_' AND Even = TRUE AND Number <> 4", [2, 6, 8]),
    ],
)
def test_what_conditions_select(class_name: str, condition: str, expected: list[object]) -> None:
    assert select(class_name, condition) == expected


@pytest.mark.parametrize(
    ("class_name", "condition"),
    [
        ("Win32_Service", "Nothing = 1"),
        ("Win32_Service", "Nothing IS NULL"),
        ("Win32_Service", "ProcessId = 'abc'"),
        ("Win32_Service", "ProcessId = TRUE"),
        ("Win32_Service", "ProcessId LIKE '1%'"),
        ("Win32_Service", "Started = 'maybe'"),
        ("Win32_Service", "Started < TRUE"),
        ("Win32_Service", "Name < NULL"),
        ("Win32_Service", "Name.X = 1"),
        ("Win32_Service", "Name ISA 'Win32_Service'"),
        ("Win32_Process", "CreationDate = 'yesterday'"),
        ("Win32_Process", "CreationDate = '20260229000000.000000+000'"),
        ("Win32_Process", "CreationDate = '202601**000000.000000+000'"),
        ("Sandbox_AllTypes", "Texts = 'one'"),
        ("Sandbox_AllTypes", "Texts LIKE 'one'"),
        ("Sandbox_AllTypes", "Origin = 'x'"),
        ("Sandbox_AllTypes", "Origin.Z = 1"),
        ("Sandbox_AllTypes", "Origins.X = 1"),
        ("Sandbox_AllTypes", "Peer = 'no path'"),
        ("Sandbox_AllTypes", "Peer > 'Sandbox_AllTypes.Id=2'"),
        ("Sandbox_AllTypes", "Moment = 5"),
    ],
)
def test_conditions_of_the_wrong_type(class_name: str, condition: str) -> None:
    with pytest.raises(wql.WQLError):
        select(class_name, condition)


def test_intervals_and_timestamps_have_no_common_order() -> None:
    assert select("Sandbox_AllTypes", "Moment > 'P1D' AND Id = 1") == []
    assert select("Sandbox_AllTypes", "Moment <> 'P1D' AND Id = 1") == [1]
