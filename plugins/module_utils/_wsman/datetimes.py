# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instants and intervals in every spelling that services use, with nothing lost of what was written.

CIM writes 25 characters (``20121129145825.000000+060``, and with ``:`` in position 21 an interval, DSP0004 5.2.4);
Windows and OMI write ISO 8601 (``2020-01-02T03:04:05.900675Z``, ``P2002DT2H2M2.000002S``, DSP0230 "cimDateTime"). Both
are read; values keep each digit of the fraction and the zone as written, and compare as the instants that they are.

This file knows nothing of XML and has no clock.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
import typing as t

_CIM_INSTANT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-]\d{3}|\+\*{3})", re.ASCII)
_CIM_INTERVAL = re.compile(r"(\d{8})(\d\d)(\d\d)(\d\d)\.(\d{6}):000", re.ASCII)
_CIM_WILDCARD = re.compile(r"[\d*]{14}\.[\d*]{6}(?:[+-][\d*]{3}|:000)", re.ASCII)
_ISO_INSTANT = re.compile(
    r"(\d{4,9})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?\s*([Zz]|[+-]\d\d(?::?\d\d)?)?", re.ASCII
)
#: As most services write most instants, and as ``to_iso`` would: nothing about it need be checked.
_USUAL_INSTANT = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?"
    r"(?:Z|[+-](?:0[1-9]|1\d):[0-5]\d)?",
    re.ASCII,
)
_ISO_INTERVAL = re.compile(
    r"(-)?P(?=\d|T\d)(?:(\d{1,18})Y)?(?:(\d{1,18})M)?(?:(\d{1,18})W)?(?:(\d{1,18})D)?"
    r"(?:T(?=\d)(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,18})(?:[.,](\d+))?S)?)?",
    re.ASCII,
)
_MONTH_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

Key = tuple[t.Any, ...]

#: What ``parse`` takes, as an error says it.
SPELLINGS: t.Final = "ISO 8601 or the 25 characters of CIM"


@dataclasses.dataclass(eq=False)  # frozen, ten times the time to make one
class CIMDateTime:
    """An instant as it was written; never changed.

    *year* begins at 0 (iDRAC prints year 0 for "never"). *fraction* holds the digits after the point, none to many.
    *offset* is minutes east of UTC; ``None`` where none was written or CIM says ``+***``.
    """

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    fraction: str = dataclasses.field(default_factory=str)
    offset: int | None = dataclasses.field(default_factory=int)

    @classmethod
    def as_written(cls, text: str) -> CIMDateTime:
        """The instant of a text that ``to_iso`` would write so: most are shown, and nobody asks for their parts."""
        instant = object.__new__(cls)
        vars(instant)["_iso"] = text
        return instant

    def __getattr__(self, name: str) -> t.Any:
        """The parts of one that is as it was written."""
        text = vars(self).get("_iso")
        match = _ISO_INSTANT.fullmatch(text) if text and name in self.__dataclass_fields__ else None
        if match is None:
            raise AttributeError(name)
        vars(self).update(vars(_make_instant(match, _parse_zone(match[8]))))
        return vars(self)[name]

    def __post_init__(self) -> None:
        if 1 <= self.month <= 12 and 1 <= self.day <= 28 and self.hour <= 23 and max(self.minute, self.second) <= 59:
            return
        leap = self.year % 4 == 0 and (self.year % 100 != 0 or self.year % 400 == 0)
        length = 28 if self.month == 2 and not leap else _MONTH_LENGTHS[(self.month - 1) % 12]
        midnight = (self.hour, self.minute, self.second) == (24, 0, 0)
        if not (1 <= self.month <= 12 and 1 <= self.day <= length):
            raise ValueError(f"there is no day {self.year:04}-{self.month:02}-{self.day:02}")
        if not midnight and not (self.hour <= 23 and self.minute <= 59 and self.second <= 60):
            raise ValueError(f"there is no time {self.hour:02}:{self.minute:02}:{self.second:02}")

    @property
    def key(self) -> Key:
        """Equal for all spellings of one instant; one without a zone equals only another without."""
        seconds = ((_days(self.year, self.month, self.day) * 24 + self.hour) * 60 + self.minute) * 60 + self.second
        zone = "local" if self.offset is None else "utc"
        return ("datetime", zone, seconds - (self.offset or 0) * 60, self.fraction.rstrip("0"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CIMDateTime) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def to_iso(self) -> str:
        """``2012-11-29T14:58:25.000000+01:00``; an offset of zero is ``Z``."""
        return self._iso

    @functools.cached_property
    def _iso(self) -> str:
        fraction = f".{self.fraction}" if self.fraction else ""
        zone = _format_zone(self.offset)
        date = f"{self.year:04}-{self.month:02}-{self.day:02}"
        return f"{date}T{self.hour:02}:{self.minute:02}:{self.second:02}{fraction}{zone}"

    def to_cim(self) -> str:
        """The 25 characters of DSP0004; ValueError where they cannot hold the value."""
        if self.year > 9999 or len(self.fraction.rstrip("0")) > 6 or abs(self.offset or 0) > 999:
            raise ValueError(f"{self.to_iso()} does not fit into the 25 characters of a CIM datetime")
        zone = "+***" if self.offset is None else f"{self.offset:+04}"
        date = f"{self.year:04}{self.month:02}{self.day:02}"
        return f"{date}{self.hour:02}{self.minute:02}{self.second:02}.{self.fraction[:6]:0<6}{zone}"


@dataclasses.dataclass(frozen=True, eq=False)
class CIMInterval:
    """A span of time: *months* and *seconds* (exact integers) with the digits of a *fraction* of a second.

    *text* is the ISO 8601 duration as it was written; a value read from CIM's 25 characters has none.
    """

    seconds: int
    fraction: str = ""
    months: int = 0
    negative: bool = False
    text: str | None = None

    @property
    def key(self) -> Key:
        """Equal for all spellings of one span: ``PT60S``, ``PT1M`` and ``00000000000100.000000:000``."""
        fraction = self.fraction.rstrip("0")
        negative = self.negative and bool(self.seconds or self.months or fraction)
        return ("interval", negative, self.months, self.seconds, fraction)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CIMInterval) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def to_iso(self) -> str:
        """The duration as it was written, or ``P2DT3H4M5.000006S`` made from its parts."""
        return self.text or self._make_iso()

    def _make_iso(self) -> str:
        years, months = divmod(self.months, 12)
        minutes, seconds = divmod(self.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        fraction = self.fraction.rstrip("0")
        date = "".join(f"{number}{unit}" for number, unit in ((years, "Y"), (months, "M"), (days, "D")) if number)
        time = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M")) if number)
        if seconds or fraction or not (date or time):
            time += f"{seconds}{'.' + fraction if fraction else ''}S"
        return f"{'-' if self.negative else ''}P{date}{'T' + time if time else ''}"

    def to_cim(self) -> str:
        """The 25 characters of DSP0004; ValueError where they cannot hold the value."""
        days, rest = divmod(self.seconds, 86400)
        if self.months or self.negative or days > 99999999 or len(self.fraction.rstrip("0")) > 6:
            raise ValueError(f"{self.to_iso()} does not fit into the 25 characters of a CIM interval")
        time = f"{rest // 3600:02}{rest // 60 % 60:02}{rest % 60:02}"
        return f"{days:08}{time}.{self.fraction[:6]:0<6}:000"


class CIMWildcard(str):
    """A CIM datetime or interval of which parts are unknown (``20240229******.******+***``); a text."""


def parse(text: str) -> CIMDateTime | CIMInterval | CIMWildcard:
    """Any spelling to its value; a text with CIM wildcards stays that text.

    ValueError for anything else: dates alone, negative years (MS-WSMV note 39) and impossible days included.
    """
    stripped = text.strip()
    if _USUAL_INSTANT.fullmatch(stripped):
        return CIMDateTime.as_written(stripped)
    if match := _ISO_INSTANT.fullmatch(stripped):
        return _make_instant(match, _parse_zone(match[8]))
    if match := _CIM_INSTANT.fullmatch(stripped):
        return _make_instant(match, None if "*" in match[8] else int(match[8]))
    if match := _CIM_INTERVAL.fullmatch(stripped):
        days, hours, minutes, seconds = (int(number) for number in match.groups()[:4])
        return CIMInterval(((days * 24 + hours) * 60 + minutes) * 60 + seconds, match[5])
    if match := _ISO_INTERVAL.fullmatch(stripped):
        return _parse_duration(match)
    if "*" in stripped and _CIM_WILDCARD.fullmatch(stripped):
        return CIMWildcard(stripped)
    raise ValueError(f"{text!r} is neither a datetime nor an interval ({SPELLINGS})")


def from_python(value: datetime.date) -> CIMDateTime | str:
    """What YAML makes of an unquoted timestamp: a ``datetime`` becomes a value, a ``date`` its ISO text."""
    if not isinstance(value, datetime.datetime):
        return value.isoformat()
    parsed = parse(value.isoformat())
    return parsed if isinstance(parsed, CIMDateTime) else value.isoformat()


def _make_instant(match: re.Match[str], offset: int | None) -> CIMDateTime:
    year, month, day, hour, minute, second = map(int, match.group(1, 2, 3, 4, 5, 6))
    return CIMDateTime(year, month, day, hour, minute, second, match[7] or "", offset)


@functools.lru_cache(maxsize=128)
def _parse_zone(zone: str | None) -> int | None:
    if zone is None or zone in "Zz":
        return None if zone is None else 0
    minutes = int(zone[1:3]) * 60 + int(zone[-2:] if len(zone) > 3 else 0)
    return -minutes if zone[0] == "-" else minutes


def _format_zone(offset: int | None) -> str:
    if not offset:
        return "" if offset is None else "Z"
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"


def _parse_duration(match: re.Match[str]) -> CIMInterval:
    years, months, weeks, days, hours, minutes, seconds = (int(number or 0) for number in match.groups()[1:8])
    return CIMInterval(
        seconds=(((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds,
        fraction=match[9] or "",
        months=years * 12 + months,
        negative=match[1] is not None,
        text=match[0],
    )


def _days(year: int, month: int, day: int) -> int:
    """Days of the proleptic Gregorian calendar; ``datetime`` knows no year 0."""
    years = year - (month < 3)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return years * 365 + years // 4 - years // 100 + years // 400 + day_of_year
