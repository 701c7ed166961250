# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CIM values as text: what selectors, queries and bodies say, and what answers say (DSP0230; protocol.md 7)."""

from __future__ import annotations

import base64
import dataclasses
import math
import struct
import typing as t

from . import datetimes

INTEGERS: dict[str, tuple[int, int]] = {
    f"{sign}int{bits}": (-(1 << bits - 1), (1 << bits - 1) - 1) if sign == "s" else (0, (1 << bits) - 1)
    for sign in ("u", "s")
    for bits in (8, 16, 32, 64)
}
WIRE_TYPES = {
    "boolean": "cimBoolean",
    "uint8": "cimUnsignedByte",
    "sint8": "cimByte",
    "uint16": "cimUnsignedShort",
    "sint16": "cimShort",
    "uint32": "cimUnsignedInt",
    "sint32": "cimInt",
    "uint64": "cimUnsignedLong",
    "sint64": "cimLong",
    "real32": "cimFloat",
    "real64": "cimDouble",
    "string": "cimString",
    "char16": "cimChar16",
    "datetime": "cimDateTime",
    "reference": "cimReference",
    "octetstring": "cimBase64Binary",
}


@dataclasses.dataclass(frozen=True)
class Spelling:
    """How a make of service writes values.

    *datetimes*: ``wrapped`` (cim:Datetime), ``iso`` or ``cim`` text. *characters*: char16 as a ``character`` or a
    ``number``. *short_reals*: the shortest text that reads back, else 15 digits of the double. *null_arrays*: one nil
    element, else none. *control_characters*: written as they are, else as ``?``. *one_is_true*: ``1`` is a boolean in
    what it reads. *reads_wrapped*: whether it reads cim:Datetime. *signed_nan*: a NaN may be printed as ``-nan``.
    *wraps*: a number beyond its type is read as what is left of it; *lenient*: everything is read as something
    (``storing.py``).
    """

    true: str = "true"
    false: str = "false"
    datetimes: str = "wrapped"
    characters: str = "character"
    short_reals: bool = True
    null_arrays: bool = True
    control_characters: bool = False
    one_is_true: bool = True
    reads_wrapped: bool = True
    signed_nan: bool = False
    wraps: bool = False
    lenient: bool = False


WINDOWS = Spelling()


def parse(text: str, kind: str, spelling: Spelling = WINDOWS) -> t.Any:
    """The value of a text that should be of that kind; ValueError."""
    if kind in ("string", "reference", "instance"):
        return text
    if kind == "char16":
        return _parse_character(text, spelling)
    text = text.strip()
    if kind == "boolean":
        return _parse_boolean(text, spelling)
    if kind in INTEGERS:
        return _parse_integer(text, kind)
    if kind in ("real32", "real64"):
        return rounded(float(text), kind)
    if kind == "datetime":
        return datetimes.parse(text)
    if kind == "octetstring":
        return base64.b64decode(text, validate=True)
    raise ValueError(f"no CIM type {kind}")


def _parse_boolean(text: str, spelling: Spelling) -> bool:
    folded = text.lower()
    if folded in ("true", "false"):
        return folded == "true"
    if spelling.one_is_true and folded in ("1", "0"):
        return folded == "1"
    raise ValueError(f"{text!r} is no boolean")


def _parse_integer(text: str, kind: str) -> int:
    low, high = INTEGERS[kind]
    if "_" in text:
        raise ValueError(f"{text!r} is no number")
    value = int(text)
    if not low <= value <= high:
        raise ValueError(f"{text} is out of the range of {kind}")
    return value


def _parse_character(text: str, spelling: Spelling) -> str:
    if len(text) == 1 and not (spelling.characters == "number" and text.isdigit()):
        return text
    return chr(_parse_integer(text.strip(), "uint16"))


def rounded(value: float, kind: str) -> float:
    """*value* with the precision of its type."""
    if kind == "real32" and math.isfinite(value):
        try:
            return t.cast(float, struct.unpack("<f", struct.pack("<f", value))[0])
        except OverflowError as error:
            raise ValueError(f"{value} is out of the range of real32") from error
    return value


def check(value: t.Any, kind: str) -> t.Any:
    """A Python value that should be of that kind (of the service's own data); ValueError."""
    if kind == "datetime":
        return datetimes.parse(value)
    if kind in INTEGERS:
        return _parse_integer(str(value), kind)
    if kind in ("real32", "real64"):
        return rounded(float(value), kind)
    if kind == "boolean" and not isinstance(value, bool):
        raise ValueError(f"{value!r} is no boolean")
    if kind in ("string", "char16") and not isinstance(value, str):
        raise ValueError(f"{value!r} is no {kind}")
    return value


def format(value: t.Any, kind: str, spelling: Spelling = WINDOWS) -> str:
    """The text of a scalar; a datetime in the spelling's text (ISO where it is wrapped)."""
    if kind == "boolean":
        return spelling.true if value else spelling.false
    if kind in ("real32", "real64"):
        return _format_real(value, kind, spelling)
    if kind == "char16" and spelling.characters == "number":
        return str(ord(value))
    if kind == "datetime":
        return t.cast(str, value) if spelling.datetimes == "cim" else datetimes.format_iso(value)
    if kind == "octetstring":
        return base64.b64encode(value).decode("ascii")
    text = str(value)
    return text if spelling.control_characters or text.isprintable() else clean(text)


def _format_real(value: float, kind: str, spelling: Spelling) -> str:
    if not math.isfinite(value):
        text = "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
        if text == "NaN" and spelling.signed_nan and math.copysign(1.0, value) < 0:
            text = "-NaN"
        return text if spelling.short_reals else text.lower()
    if not spelling.short_reals:
        return f"{value:.15g}"
    if kind == "real32":
        short = f"{value:.7g}"
        return short if rounded(float(short), kind) == value else f"{value:.9g}"
    return repr(value) if value != int(value) or abs(value) >= 1e15 else f"{value:.15g}"


def clean(text: str) -> str:
    """Text without control characters that XML cannot hold: a question mark for each (MS-WSMV 3.1.4.1.25)."""
    return "".join(char if char >= " " or char in "\t\n\r" else "?" for char in text)


def normal(value: t.Any, kind: str, *, case_sensitive: bool) -> t.Any:
    """What two values of a kind are compared by as keys."""
    if isinstance(value, str) and kind == "string" and not case_sensitive:
        return value.lower()
    if kind == "datetime" and value is not None and not datetimes.is_pattern(value):
        return datetimes.order(value)
    if kind == "reference" and value is not None:
        keys = {name.lower(): normal(key, "string", case_sensitive=case_sensitive) for name, key in value.keys.items()}
        return value.class_name.lower(), frozenset(keys.items())
    return value
