# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM's scalar types: text of the wire to values and back, with range checks (DSP0004 5.2, DSP0230 "CIM types").

A type is named as in a CIM schema: ``boolean``, ``uint8`` to ``sint64``, ``real32``, ``real64``, ``char16``,
``string``, ``datetime`` (instants and intervals) and ``octetstring`` (base64 on the wire, ``bytes`` here). Text that is
not what its type allows is a ValueError whose message is fit to follow the name of a property; callers decide what
comes of it.

This file knows scalars only: arrays, references, embedded instances and XML are in ``instance.py``.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import math
import re
import struct
import typing as t

from . import datetimes, uris
from .datetimes import CIMDateTime, CIMInterval, CIMWildcard

Scalar: t.TypeAlias = str | int | float | bool | bytes | CIMDateTime | CIMInterval
Key = tuple[t.Any, ...]

INTEGER_RANGES: dict[str, tuple[int, int]] = {
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
    **{f"sint{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
}
REAL32_MAXIMUM = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]
TYPES = frozenset({*INTEGER_RANGES, "boolean", "real32", "real64", "char16", "string", "datetime", "octetstring"})

_SURROGATES = range(0xD800, 0xE000)
_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,40}\s*")
_REAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
# C's printf and Microsoft's runtime, whatever their case; OMI prints "-nan" too (state.md section 2 of the reference).
_SPECIAL_REALS = {
    **{f"{sign}{name}": math.nan for sign in ("", "+", "-") for name in ("nan", "1.#qnan", "1.#ind")},
    **{f"{sign}{name}": math.inf for sign in ("", "+") for name in ("inf", "infinity", "1.#inf")},
    **{f"-{name}": -math.inf for name in ("inf", "infinity", "1.#inf")},
}


def parse(text: str, cim_type: str, *, char16_is_number: bool = False) -> Scalar:
    """Text of the wire to a value of *cim_type*.

    A char16 of several digits is always a number; a single digit is itself, unless *char16_is_number* (OMI prints 9 for
    a tab). Half of a surrogate pair stays its number: no text may hold it. A datetime with wildcards stays text.
    """
    if cim_type in INTEGER_RANGES:
        return _parse_integer(text, cim_type)
    if cim_type == "string":
        return str(text)
    if cim_type == "boolean":
        return _parse_boolean(text)
    if cim_type == "datetime":
        return datetimes.parse(text)
    if cim_type == "char16":
        return _parse_char16(text, char16_is_number)
    if cim_type in ("real32", "real64"):
        return _parse_real(text, cim_type)
    if cim_type == "octetstring":
        return _parse_octets(text)
    raise ValueError(f"{cim_type!r} is no CIM type; there are {', '.join(sorted(TYPES))}")


def format(value: Scalar | datetime.date, *, cim_datetime: bool = False, char16_is_number: bool = False) -> str:
    """A value to the text that goes on the wire: booleans in lower case, ``NaN`` and ``INF``, ISO 8601.

    With *cim_datetime* instants and intervals take CIM's 25 characters; with *char16_is_number* a text of one character
    its number. ValueError for a control character, which XML cannot carry (MS-WSMV 3.1.4.1.25).
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return _format_real(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime.date):
        value = datetimes.from_python(value)
    if isinstance(value, (CIMDateTime, CIMInterval)):
        return value.to_cim() if cim_datetime else value.to_iso()
    text = str(value)
    if char16_is_number and len(text) == 1:
        return str(ord(text))
    return check_text(text)


def coerce(value: object, cim_type: str) -> Scalar:
    """A value of a task to one of *cim_type*, range checked; text is read as the wire's would be (Jinja yields text).

    ValueError says what the type takes: ``70000 is not in the range 0 to 65535 of uint16``.
    """
    if isinstance(value, datetime.date):
        value = datetimes.from_python(value)
    if cim_type == "string":
        return _coerce_string(value)
    if isinstance(value, str):
        return parse(value, cim_type)
    if cim_type == "boolean" and (isinstance(value, bool) or value in (0, 1)):
        return bool(value)
    if cim_type in INTEGER_RANGES and isinstance(value, (int, float)) and not isinstance(value, bool):
        return _check_range(_whole(value, cim_type), cim_type)
    if cim_type in ("real32", "real64") and isinstance(value, (int, float)) and not isinstance(value, bool):
        return _check_real(_to_float(value), cim_type)
    if cim_type == "char16" and isinstance(value, int) and not isinstance(value, bool):
        return _parse_char16(str(int(value)), True)
    if cim_type == "datetime" and isinstance(value, (CIMDateTime, CIMInterval)):
        return value
    if cim_type == "octetstring":
        return _coerce_octets(value)
    raise ValueError(f"a {_kind(value)} is no {describe(cim_type)}")


def key(value: Scalar, cim_type: str | None = None) -> Key:
    """What is equal for equal values of a type: instants, reals at their precision, NaN with NaN, integers exact."""
    if isinstance(value, (CIMDateTime, CIMInterval)):
        return value.key
    if isinstance(value, bool):
        return ("boolean", bool(value))
    if isinstance(value, float) or (cim_type in ("real32", "real64") and isinstance(value, int)):
        return _key_of_real(float(value), cim_type)
    return ("integer" if isinstance(value, int) else "text", value)


def describe(cim_type: str) -> str:
    """The type as an error says it: ``uint16 (0 to 65535)``, ``boolean (true or false)``."""
    if cim_type in INTEGER_RANGES:
        low, high = INTEGER_RANGES[cim_type]
        return f"{cim_type} ({low} to {high})"
    hints = {
        "boolean": "true or false",
        "char16": "one character",
        "datetime": datetimes.SPELLINGS,
        "octetstring": "base64 text or a list of numbers from 0 to 255",
    }
    return f"{cim_type} ({hints[cim_type]})" if cim_type in hints else cim_type


def to_plain(value: object) -> t.Any:
    """A scalar as a result shows it: ISO 8601 for times, base64 for octets, ``NaN`` and ``INF`` (JSON has none)."""
    if isinstance(value, (CIMDateTime, CIMInterval)):
        return value.to_iso()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, float) and not math.isfinite(value):
        return _format_real(value)
    return str(value) if isinstance(value, CIMWildcard) else value


def as_list(value: t.Any) -> list[t.Any]:
    """The values of a property as those of an array: none for null, one for a scalar."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def check_text(text: str) -> str:
    """The text itself; ValueError where it holds a character that XML 1.0 cannot carry."""
    if bad := uris.UNFIT_FOR_XML.search(text):
        raise ValueError(f"it holds the control character U+{ord(bad[0]):04X}, which XML cannot carry")
    return text


def _parse_boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text if text in _BOOLEANS else text.strip().lower()]
    except KeyError:
        raise ValueError(f"{text!r} is no {describe('boolean')}") from None


def _parse_integer(text: str, cim_type: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"{text!r} is no {describe(cim_type)}")
    return _check_range(int(text), cim_type)


def _check_range(number: int, cim_type: str) -> int:
    low, high = INTEGER_RANGES[cim_type]
    if not low <= number <= high:
        raise ValueError(f"{number} is not in the range {low} to {high} of {cim_type}")
    return number


def _whole(value: float, cim_type: str) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(f"{value!r} is no {describe(cim_type)}")
    return int(value)


def _parse_real(text: str, cim_type: str) -> float:
    stripped = text.strip()
    if not _REAL.fullmatch(stripped):
        special = _SPECIAL_REALS.get(stripped.lower())
        if special is None:
            raise ValueError(f"{text!r} is no {cim_type}")
        return special
    number = float(stripped)
    if math.isinf(number):
        raise ValueError(f"{stripped} is out of the range of {cim_type}")
    return _check_real(number, cim_type)


def _to_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{value} is out of the range of real64") from None


def _check_real(number: float, cim_type: str) -> float:
    if cim_type == "real32" and math.isfinite(number) and abs(number) > REAL32_MAXIMUM:
        raise ValueError(f"{number!r} is out of the range of real32")
    return number


def _format_real(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "INF" if value > 0 else "-INF"
    return float.__repr__(value)


def to_single(number: float) -> float:
    """The nearest real32; what is out of its range is an infinity."""
    try:
        return t.cast(float, struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


def _key_of_real(number: float, cim_type: str | None) -> Key:
    if math.isnan(number):
        return ("real", "NaN")
    if cim_type == "real32":
        number = to_single(number)
    return ("real", float(f"{number:.15g}") + 0.0)


def _parse_char16(text: str, is_number: bool) -> str:
    if len(text) == 1 and text <= "\uffff" and not (is_number and text in "0123456789"):
        return str(text)
    stripped = text.strip()
    if stripped.isascii() and stripped.isdigit() and len(stripped) <= 5 and int(stripped) <= 0xFFFF:
        number = int(stripped)
        return str(number) if number in _SURROGATES else chr(number)
    raise ValueError(f"{text!r} is no {describe('char16')}")


def _parse_octets(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{text!r} is no {describe('octetstring')}") from None


def _coerce_octets(value: object) -> bytes:
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, (list, tuple)):
        return bytes(t.cast(int, coerce(number, "uint8")) for number in value)
    raise ValueError(f"{value!r} is no {describe('octetstring')}")


_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "number"),
    (float, "number"),
    (str, "text"),
    (dict, "dict"),
    (list, "list"),
    (type(None), "null"),
)


def _kind(value: object) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), type(value).__name__)


def _coerce_string(value: object) -> str:
    if isinstance(value, (str, bool, int, float, CIMDateTime, CIMInterval)):
        return format(value)
    raise ValueError(f"a {_kind(value)} is no string")
