# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instants and intervals in all their spellings."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import pickle

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import datetimes
from ansible_collections.wsman.automation.plugins.module_utils._wsman.datetimes import (
    CIMDateTime,
    CIMInterval,
    CIMWildcard,
)

# What came, the ISO 8601 text of a result, CIM's 25 characters (None: they cannot hold it).
SPELLINGS = [
    ("20121129145825.000000+000", "2012-11-29T14:58:25.000000Z", "20121129145825.000000+000"),
    ("20240229123456.123456+060", "2024-02-29T12:34:56.123456+01:00", "20240229123456.123456+060"),
    ("20240229123456.123456-210", "2024-02-29T12:34:56.123456-03:30", "20240229123456.123456-210"),
    ("20240229123456.123456+***", "2024-02-29T12:34:56.123456", "20240229123456.123456+***"),
    ("00000101000000.000000+000", "0000-01-01T00:00:00.000000Z", "00000101000000.000000+000"),
    ("2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z", "20200102030405.000000+000"),
    ("2020-01-02t03:04:05z", "2020-01-02T03:04:05Z", "20200102030405.000000+000"),
    ("2020-01-02T03:04:05", "2020-01-02T03:04:05", "20200102030405.000000+***"),
    ("2020-01-02 03:04:05+01", "2020-01-02T03:04:05+01:00", "20200102030405.000000+060"),
    ("2020-01-02T03:04:05.5+0130", "2020-01-02T03:04:05.5+01:30", "20200102030405.500000+090"),
    ("2020-01-02T03:04:05,25-00:00", "2020-01-02T03:04:05.25Z", "20200102030405.250000+000"),
    ("2010-07-14T11:35:11.900675-00:07", "2010-07-14T11:35:11.900675-00:07", "20100714113511.900675-007"),
    ("2001-01-01T01:01:01.000001+13:50", "2001-01-01T01:01:01.000001+13:50", "20010101010101.000001+830"),
    ("2020-01-02T03:04:05.1234567Z", "2020-01-02T03:04:05.1234567Z", None),
    ("2020-01-02T03:04:05.1234560Z", "2020-01-02T03:04:05.1234560Z", "20200102030405.123456+000"),
    ("2020-12-31T24:00:00Z", "2020-12-31T24:00:00Z", "20201231240000.000000+000"),
    ("12020-01-02T03:04:05Z", "12020-01-02T03:04:05Z", None),
    ("  2020-01-02T03:04:05Z\n", "2020-01-02T03:04:05Z", "20200102030405.000000+000"),
    ("00000002030405.000006:000", "P2DT3H4M5.000006S", "00000002030405.000006:000"),
    ("00000000000000.000000:000", "PT0S", "00000000000000.000000:000"),
    ("00000002000000.500000:000", "P2DT0.5S", "00000002000000.500000:000"),
    ("99999999235959.999999:000", "P99999999DT23H59M59.999999S", "99999999235959.999999:000"),
    ("P2000D", "P2000D", "00002000000000.000000:000"),
    ("P1DT2H", "P1DT2H", "00000001020000.000000:000"),
    ("P2002DT2H2M2.000002S", "P2002DT2H2M2.000002S", "00002002020202.000002:000"),
    ("PT28737.000S", "PT28737.000S", "00000000075857.000000:000"),
    ("P0DT0H0M5S", "P0DT0H0M5S", "00000000000005.000000:000"),
    ("P2W", "P2W", "00000014000000.000000:000"),
    ("P1Y2M3DT4H5M6.7S", "P1Y2M3DT4H5M6.7S", None),
    ("-PT1S", "-PT1S", None),
    ("PT0.0000001S", "PT0.0000001S", None),
]


@pytest.mark.parametrize(("text", "iso", "cim"), SPELLINGS)
def test_every_spelling_is_read_and_nothing_of_it_is_lost(text: str, iso: str, cim: str | None) -> None:
    value = datetimes.parse(text)
    assert not isinstance(value, str)
    assert value.to_iso() == iso
    assert datetimes.parse(value.to_iso()) == value
    if cim is None:
        with pytest.raises(ValueError, match="does not fit into the 25 characters"):
            value.to_cim()
    else:
        assert value.to_cim() == cim
        assert datetimes.parse(value.to_cim()) == value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("20121129145825.000000+060", "2012-11-29T13:58:25Z"),
        ("2012-11-29T14:58:25.500+01:00", "2012-11-29T13:58:25.5Z"),
        ("2024-02-29T00:30:00+01:00", "2024-02-28T23:30:00Z"),
        ("2000-12-31T24:00:00Z", "2001-01-01T00:00:00Z"),
        ("2024-01-01T00:00:00", "20240101000000.000000+***"),
        ("PT60S", "PT1M"),
        ("P1D", "PT24H"),
        ("P1Y", "P12M"),
        ("00000001000000.000000:000", "P1DT0.000S"),
        ("-PT0S", "PT0S"),
    ],
)
def test_two_spellings_of_one_instant_or_span_are_equal(one: str, other: str) -> None:
    assert datetimes.parse(one) == datetimes.parse(other)
    assert hash(datetimes.parse(one)) == hash(datetimes.parse(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00+01:00"),
        ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00"),
        ("2024-01-01T00:00:00.1Z", "2024-01-01T00:00:00.10000001Z"),
        ("P1M", "P30D"),
        ("PT1S", "-PT1S"),
        ("PT0S", "0000-01-01T00:00:00Z"),
    ],
)
def test_what_is_not_the_same_is_not_equal(one: str, other: str) -> None:
    assert datetimes.parse(one) != datetimes.parse(other)


@pytest.mark.parametrize(
    "text",
    [
        "20240229******.******+***",
        "202402********.******+000",
        "00000002******.******:000",
        "20240229123456.123***+060",
    ],
)
def test_wildcards_stay_text(text: str) -> None:
    value = datetimes.parse(text)
    assert isinstance(value, CIMWildcard)
    assert value == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TIME_NA",
        "20240229",
        "2024-02-29",
        "20121129145825",
        "20121129145825.000000",
        "20121129145825.000000+00",
        "2023-02-29T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "2024-01-01T25:00:00Z",
        "2024-01-01T24:00:01Z",
        "2024-01-01T00:60:00Z",
        "-2024-01-01T00:00:00Z",
        "2024-01-01T00:00:00Zulu",
        "P",
        "PT",
        "P1DT",
        "1D",
        "P1.5D",
        "٢٠٢٤-01-01T00:00:00Z",
        "20240229******.******",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        datetimes.parse(text)


def test_cim_text_is_25_characters_and_a_colon_makes_an_interval() -> None:
    instant, interval = datetimes.parse("00010203040506.000007+000"), datetimes.parse("00010203040506.000007:000")
    assert isinstance(instant, CIMDateTime)
    assert isinstance(interval, CIMInterval)
    assert len(instant.to_cim()) == len(interval.to_cim()) == 25


def test_timestamps_of_yaml() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=2))
    assert datetimes.from_python(datetime.datetime(2024, 1, 2, 3, 4, 5, 600000, zone)) == datetimes.parse(
        "2024-01-02T01:04:05.6Z"
    )
    assert datetimes.from_python(datetime.date(2024, 1, 2)) == "2024-01-02"


USUAL = [
    f"{date}T{time}{fraction}"
    for date in ("0000-01-01", "0001-12-28", "2024-02-29", "2024-02-30", "2024-02-28", "9999-12-31", "2024-13-01")
    for time in ("00:00:00", "23:59:59", "23:59:60", "24:00:00", "12:60:00")
    for fraction in ("", ".5", ".000000", ".1234567890")
]


@pytest.mark.parametrize("zone", ["", "Z", "+00:00", "-00:07", "+01:00", "-03:30", "+19:59", "+23:00", "+01:60"])
def test_what_is_read_in_short_is_what_is_read_at_length(zone):
    """A small t keeps a text out of the short way, and is read like a large one."""
    for text in USUAL:
        compare_ways(text + zone)


def compare_ways(text):
    try:
        long = datetimes.parse(text.replace("T", "t"))
    except ValueError:
        with pytest.raises(ValueError, match="there is no|neither"):
            datetimes.parse(text)
        return
    assert datetimes.parse(text).to_iso() == long.to_iso()
    assert repr(datetimes.parse(text)) == repr(long)
    assert hash(datetimes.parse(text)) == hash(long)
    assert datetimes.parse(text) == long


def test_parts_of_an_instant_as_written_are_its_own():
    written = datetimes.parse("2024-02-28T12:34:56.789+01:00")
    for one in (written, copy.copy(written), copy.deepcopy(written), pickle.loads(pickle.dumps(written))):
        assert (one.year, one.month, one.day, one.hour, one.minute, one.second) == (2024, 2, 28, 12, 34, 56)
        assert (one.fraction, one.offset) == ("789", 60)
        assert one.to_cim() == "20240228123456.789000+060"
    assert dataclasses.replace(written, year=2025).to_iso() == "2025-02-28T12:34:56.789+01:00"
    assert not hasattr(written, "seconds")
