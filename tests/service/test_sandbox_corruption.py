# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the test service loses and alters what it is sent, as OMI and Openwsman were seen to do (state.md 3), and what
iDRAC and AMT refuse."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element

import pytest
from cim_requests import (
    CIM,
    CIMV2,
    answer,
    ask,
    enumerate,
    instance,
    items,
    plain,
    reference,
    selectors_of,
    service,
    values,
)
from sandbox_requests import content, element, fault

from sandbox import names
from sandbox.service import Reply, Service

ALL_TYPES, ITEM = CIM + "Sandbox_AllTypes", CIM + "Sandbox_Item"
INTEL = "http://intel.com/wbem/wscim/1/amt-schema/1/"


def put(asked: Service, number: int = 1, **given: t.Any) -> Reply:
    keys = {"Id": str(number), **CIMV2}
    return ask(asked, names.PUT, ALL_TYPES, keys, instance(CIM, "Sandbox_AllTypes", **given))


def read(asked: Service, number: int = 1) -> dict[str, t.Any]:
    return plain(answer(ask(asked, names.GET, ALL_TYPES, {"Id": str(number), **CIMV2})))


def after(manner: str, **given: t.Any) -> dict[str, t.Any]:
    asked = service(manner)
    answer(put(asked, **given))
    return read(asked)


@pytest.mark.parametrize(
    ("name", "sent", "held"),
    [
        ("U8", "300", "44"),
        ("U8", "-1", "255"),
        ("S8", "200", "-56"),
        ("U16", "70000", "4464"),
        ("S32", "2147483648", "-2147483648"),
        ("U64", "18446744073709551616", "0"),
        ("Bool", "true", "TRUE"),
        ("Bool", "TRUE", "TRUE"),
        ("Bool", "False", "FALSE"),
        ("Char", "66", "66"),
        ("R64", "NaN", "nan"),
        ("R64", "-nan", "-nan"),
        ("R64", "INF", "inf"),
        ("R32", "0.1", "0.100000001490116"),
        ("Moment", "2010-07-14T11:35:11.900675-00:07", "2010-07-14T11:35:11.900675-00:07"),
        ("Moment", "20100714113511.900675-007", "2010-07-14T11:35:11.900675-00:07"),
        ("Text", "a & b", "a & b"),
        ("Text", "  b ", "  b "),
    ],
)
def test_omi(name: str, sent: str, held: str) -> None:
    assert after("omi", **{name: sent})[name] == held


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Bool", "1"),
        ("Bool", "yes"),
        ("U8", "abc"),
        ("Moment", element(f"{{{names.CIM}}}Datetime", "2024-01-01T00:00:00Z")),
        ("Span", element(f"{{{names.CIM}}}Interval", "P1D")),
    ],
)
def test_omi_refuses(name: str, value: str | Element) -> None:
    asked = service("omi")
    before = read(asked)
    assert fault(put(asked, **{name: value}))[0] == "InternalError"
    assert read(asked) == before


def test_omi_replaces_the_whole() -> None:
    held = after("omi", Text="x")
    assert {name: value for name, value in held.items() if value is not None} == {"Id": "1", "Text": "x"}
    assert "Texts" in held  # a null array is one nil element


@pytest.mark.parametrize(
    ("name", "sent", "held"),
    [
        ("Bool", "true", "true"),
        ("Bool", "TRUE", "false"),
        ("Bool", "1", "false"),
        ("Bool", "yes", "false"),
        ("U8", "256", "0"),
        ("U8", "300", "44"),
        ("U8", "abc", "0"),
        ("S16", "-1", "-1"),
        ("U32", " 12 apples", "12"),
        ("R64", "1.5x", "1.5"),
        ("R64", "x", "0"),
        ("R64", "NaN", "nan"),
        ("Text", "  b ", "b"),
        ("Text", "a & b", ""),
        ("Text", "<a>", "<a>"),
        ("Texts", ["a", "b & c", ""], ["a", "", ""]),
        ("U16s", ["1", None, "3"], ["1", "0", "3"]),
        ("Texts", ["a", None], ["a", ""]),
        ("Text", None, None),
    ],
)
def test_openwsman(name: str, sent: t.Any, held: t.Any) -> None:
    found = after("openwsman", **{name: sent})
    assert found[name] == held
    assert found["State"] is None and "Words" not in found


DATETIME = "20240229123456.123456+060"
PEER = reference(ALL_TYPES, Id="2")
ORIGIN = instance(CIM, "Sandbox_Point", X="1")


@pytest.mark.parametrize(
    ("name", "value"),
    [("Moment", DATETIME), ("Span", "00000002030405.000006:000"), ("Peer", PEER), ("Origin", ORIGIN)],
)
def test_openwsman_loses_whole_kinds(name: str, value: str | Element) -> None:
    assert after("openwsman", **{name: value, "U8": "1"})[name] is None
    arrays = {"Moment": "Moments", "Peer": "Peers", "Origin": "Origins"}
    if name in arrays:
        assert arrays[name] not in after("openwsman", **{arrays[name]: value})
    asked = service("openwsman")
    body = instance(CIM, "Sandbox_AllTypes", Id="9", **{name: value})
    answer(ask(asked, names.CREATE, ALL_TYPES, CIMV2, body))
    assert read(asked, 9)[name] is None
    assert read(asked, 1)["Moment"] == DATETIME  # what was there before is shown


def test_openwsman_keeps_another_key_under_the_old_selector() -> None:
    asked = service("openwsman")
    answer(put(asked, Id="77", U8="5"))
    assert (read(asked)["Id"], read(asked)["U8"]) == ("77", "5")
    assert fault(ask(asked, names.GET, ALL_TYPES, {"Id": "77", **CIMV2}))[0] == "DestinationUnreachable"
    answer(put(asked, U8="6"))
    assert read(asked)["Id"] == "1"
    rows = items(enumerate(asked, ALL_TYPES, CIMV2, EnumerationMode="EnumerateEPR"))
    assert [selectors_of(row)["Id"] for row in rows] == ["2", "3", "4", "1"]


def test_a_key_with_an_ampersand_reads_back_empty() -> None:
    asked, keys = service("openwsman"), {"Name": "s 1 & co", "Group": "1", **CIMV2}
    made = ask(asked, names.CREATE, ITEM, CIMV2, instance(CIM, "Sandbox_Item", Name="s 1 & co", Group="1", Level="4"))
    assert selectors_of(answer(made)) == keys
    found = plain(answer(ask(asked, names.GET, ITEM, keys)))
    assert (found["Name"], found["Level"]) == ("", "4")
    again = ask(asked, names.CREATE, ITEM, CIMV2, instance(CIM, "Sandbox_Item", Name="s 1 & co", Group="1"))
    assert fault(again)[0] == "AlreadyExists"
    assert content(ask(asked, names.DELETE, ITEM, keys)) is None
    assert fault(ask(asked, names.GET, ITEM, keys))[0] == "DestinationUnreachable"


def test_a_put_moves_an_instance_to_the_end() -> None:
    for manner, order in (("openwsman", ["2", "3", "4", "1"]), ("omi", ["1", "2", "3", "4"])):
        asked = service(manner)
        answer(put(asked, U8="1"))
        assert values(items(enumerate(asked, ALL_TYPES, CIMV2)), "Id") == order


def test_references_of_openwsman_lead_nowhere() -> None:
    asked = service("openwsman")
    found = answer(ask(asked, names.GET, ALL_TYPES, {"Id": "1", **CIMV2}))
    peer = next(child for child in found if names.local(child.tag) == "Peer")
    reply = ask(asked, names.GET, ALL_TYPES, selectors_of(peer))
    assert (reply.status, fault(reply)[0]) == (500, "InternalError")
    row = items(enumerate(asked, ALL_TYPES, CIMV2, EnumerationMode="EnumerateEPR"))[0]
    assert plain(answer(ask(asked, names.GET, ALL_TYPES, selectors_of(row))))["Id"] == "1"


def test_idrac_refuses_every_put() -> None:
    keys = {"InstanceID": "System.Embedded.1", "__cimnamespace": "root/dcim"}
    reply = ask(service("idrac"), names.PUT, CIM + "DCIM_SystemView", keys, instance(CIM, "DCIM_SystemView"))
    assert fault(reply)[0] == "UnsupportedFeature"


@pytest.mark.parametrize("manner", ["windows", "omi", "openwsman", "idrac", "amt"])
def test_everybody_creates_and_deletes_items(manner: str) -> None:
    asked, keys = service(manner), {"Name": "new", "Group": "3", **CIMV2}
    given = {"Text": "t", "Level": "9", "Enabled": "true", "Words": ["a", "b"], "Numbers": ["5"], "State": "7"}
    body = instance(CIM, "Sandbox_Item", Name="new", Group="3", **given)
    made = selectors_of(answer(ask(asked, names.CREATE, ITEM, CIMV2, body)))
    assert (made["Name"], made["Group"]) == ("new", "3")
    assert fault(ask(asked, names.CREATE, ITEM, CIMV2, body))[0] == "AlreadyExists"
    found = plain(answer(ask(asked, names.GET, ITEM, keys)))
    assert (found["Words"], found["Numbers"], found["Level"]) == (["a", "b"], "5", "9")
    if manner != "idrac":
        changed = plain(answer(ask(asked, names.PUT, ITEM, keys, instance(CIM, "Sandbox_Item", Level="10"))))
        assert (changed["Level"], changed["Text"]) == ("10", "t" if manner in ("windows", "amt") else None)
    assert content(ask(asked, names.DELETE, ITEM, keys)) is None
    assert content(ask(asked, names.GET, ITEM, keys)) is not None
    assert len(items(enumerate(asked, ITEM, CIMV2))) == 3


def test_reals() -> None:
    for manner, expected in (
        ("windows", ("NaN", "NaN", ["INF", "-INF", "NaN"])),
        ("omi", ("nan", "-nan", ["inf", "-inf", "nan"])),
        ("openwsman", ("nan", "nan", ["inf", "-inf", "nan"])),
    ):
        found = plain(answer(ask(service(manner), names.GET, CIM + "Sandbox_Reals", {"Id": "1", **CIMV2})))
        assert (found["R32"], found["R64"], found["R64s"]) == expected


BOOT = {"InstanceID": "Intel(r) AMT:BootSettingData 0"}
READ_ONLY = (
    "BIOSLastStatus", "BootguardStatus", "OptionsCleared", "SecureBootControlEnabled",
    "UEFIHTTPSBootEnabled", "UEFILocalPBABootEnabled", "WinREBootEnabled",
)  # fmt: skip


def test_amt_takes_what_may_be_written_and_nothing_else() -> None:
    asked, uri = service("amt"), INTEL + "AMT_BootSettingData"
    held = plain(answer(ask(asked, names.GET, uri, BOOT)))
    assert held["RSEPassword"] == "" and set(READ_ONLY) < set(held)
    whole = {**held, "UseSOL": "true"}
    assert fault(ask(asked, names.PUT, uri, BOOT, instance(INTEL, "AMT_BootSettingData", **whole)))[:2] == (
        "InvalidRepresentation", "InvalidValues",
    )  # fmt: skip
    wanted = {name: value for name, value in whole.items() if name not in READ_ONLY}
    reply = ask(asked, names.PUT, uri, BOOT, instance(INTEL, "AMT_BootSettingData", **wanted))
    assert plain(answer(reply)) == plain(answer(ask(asked, names.GET, uri, BOOT))) == whole
    wanted["RSEPassword"] = "secret"
    answer(ask(asked, names.PUT, uri, BOOT, instance(INTEL, "AMT_BootSettingData", **wanted)))
    assert plain(answer(ask(asked, names.GET, uri, BOOT)))["RSEPassword"] == ""
    few = ask(asked, names.PUT, uri, BOOT, instance(INTEL, "AMT_BootSettingData", UseSOL="true", **BOOT))
    assert fault(few)[:2] == ("InvalidRepresentation", "MissingValues")


def test_windows_neither_loses_nor_guesses() -> None:
    asked = service("windows")
    for name, value in (("U8", "300"), ("Bool", "yes"), ("U8", "abc")):
        assert fault(put(asked, **{name: value}))[0] is not None
    held = after("windows", Text="a & b", Moment=element(f"{{{names.CIM}}}Datetime", "2024-01-01T00:00:00Z"))
    assert (held["Text"], held["Moment"], held["U8"]) == ("a & b", "2024-01-01T00:00:00Z", "255")
