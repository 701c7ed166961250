# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM datetimes and intervals, kept as their 25 characters (DSP0004 5.2.4), to and from ISO 8601, and in order."""

from __future__ import annotations

import calendar
import datetime
import re
import typing as t

_TIMESTAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-])(\d{3})")
_INTERVAL = re.compile(r"(\d{8})(\d\d)(\d\d)(\d\d)\.(\d{6}):000")
_PATTERN = re.compile(r"[\d*]{14}\.[\d*]{6}(?:[+-][\d*]{3}|:000)")
_ISO_TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_ISO_INTERVAL = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?"
)


def parse(text: str) -> str:
    """The 25 characters of a CIM or ISO 8601 timestamp or interval; ValueError."""
    text = text.strip()
    if _PATTERN.fullmatch(text):
        if "*" not in text:
            order(text)
        return text
    match = _ISO_TIMESTAMP.fullmatch(text)
    if match:
        found = _from_iso_timestamp(match)
        order(found)
        return found
    match = _ISO_INTERVAL.fullmatch(text)
    if match and any(match.groups()):
        return _from_iso_interval(match)
    raise ValueError(f"{text!r} is no datetime")


def _from_iso_timestamp(match: re.Match[str]) -> str:
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    offset = 0
    if zone and zone not in "Zz":
        digits = zone[1:].replace(":", "")
        offset = (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if zone[0] == "-" else 1)
    micros = (fraction or "").ljust(6, "0")[:6]
    return f"{year}{month}{day}{hour or '00'}{minute or '00'}{second or '00'}.{micros}{offset:+04d}"


def _from_iso_interval(match: re.Match[str]) -> str:
    years, months, weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups()[:7])
    if years or months:
        raise ValueError("an interval of years or months has no length in days")
    total = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    return from_seconds(total, int((match.group(8) or "").ljust(6, "0")[:6]))


def from_seconds(seconds: int, micros: int = 0) -> str:
    """The interval of that length."""
    days, rest = divmod(seconds, 86400)
    if days > 99999999:
        raise ValueError("an interval has at most 99999999 days")
    return f"{days:08d}{rest // 3600:02d}{rest // 60 % 60:02d}{rest % 60:02d}.{micros:06d}:000"


def is_interval(text: str) -> bool:
    """Whether the 25 characters are an interval."""
    return text[21] == ":"


def is_pattern(text: str) -> bool:
    """Whether some digits of it are unknown (asterisks)."""
    return "*" in text


def format_iso(text: str, *, zeros: bool = False) -> str:
    """ISO 8601; *zeros*: a fraction keeps its trailing zeros. A pattern stays as it is."""
    if is_pattern(text):
        return text
    if is_interval(text):
        return _format_interval(text, zeros)
    match = t.cast("re.Match[str]", _TIMESTAMP.fullmatch(text))
    year, month, day, hour, minute, second, micros, sign, zone = match.groups()
    offset = "Z" if int(zone) == 0 else f"{sign}{int(zone) // 60:02d}:{int(zone) % 60:02d}"
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{_fraction(micros, zeros)}{offset}"


def _format_interval(text: str, zeros: bool) -> str:
    days, hours, minutes, seconds, micros = t.cast("re.Match[str]", _INTERVAL.fullmatch(text)).groups()
    fraction = _fraction(micros, zeros)
    time = "".join(f"{int(value)}{unit}" for value, unit in ((hours, "H"), (minutes, "M")) if int(value))
    if int(seconds) or fraction:
        time += f"{int(seconds)}{fraction}S"
    found = (f"{int(days)}D" if int(days) else "") + (f"T{time}" if time else "")
    return "P" + (found or "T0S")


def _fraction(micros: str, zeros: bool) -> str:
    if int(micros) == 0:
        return ""
    return "." + (micros if zeros else micros.rstrip("0"))


def order(text: str) -> tuple[str, int]:
    """What timestamps and intervals are compared by: the kind, and microseconds (since 1970, UTC); ValueError."""
    match = _INTERVAL.fullmatch(text)
    if match:
        days, hours, minutes, seconds, micros = (int(group) for group in match.groups())
        if hours > 23 or minutes > 59 or seconds > 59:
            raise ValueError(f"{text!r} is no interval")
        return "interval", (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000000 + micros
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} has no place in an order")
    year, month, day, hour, minute, second, micro = (int(group) for group in match.groups()[:7])
    moment = datetime.datetime(year, month, day, hour, minute, second, micro)  # ValueError for a 30th of February
    offset = int(match.group(8) + match.group(9))
    seconds = calendar.timegm(moment.timetuple()) - offset * 60
    return "timestamp", seconds * 1000000 + moment.microsecond
