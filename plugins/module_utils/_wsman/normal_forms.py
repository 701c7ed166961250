# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each kind of service does not tell apart: the one table by which values are compared, before and after a Put.

A service prints what it holds in its own way: reals with 15 digits, instants in its own zone, texts without the white
space around them. Two values with one normal form are one value to it (state.md §2, §3 of the reference).
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from . import cim

Key: t.TypeAlias = tuple[t.Any, ...]

#: CIM's datetimes end at microseconds (DSP0004 5.2.4), whatever ISO 8601 could say.
_FRACTION_DIGITS: t.Final = 6
_THUMBPRINT_NOISE = re.compile(r"[\s:\u200e]")


@dataclasses.dataclass(frozen=True)
class Forms:
    """One kind of service.

    *trims*: drops the white space around texts. *tells_empty*: prints a null array as one nil element and an empty one
    as none, so that the two differ where a schema says that it is an array.
    """

    trims: bool = False
    tells_empty: bool = False


_FORMS: t.Final[dict[str, Forms]] = {
    "windows": Forms(tells_empty=True),
    "omi": Forms(tells_empty=True),
    "openwsman": Forms(trims=True),
}
_EXACT: t.Final = Forms()


def of(profile: str) -> Forms:
    """The row of a profile; one that is not in the table keeps texts as they are."""
    return _FORMS.get(profile, _EXACT)


def normal(value: t.Any, cim_type: str | None = None, profile: str = "generic") -> Key:
    """What is equal for all spellings of one value; *value* is a text of the wire or a value of its type.

    Reals at their precision (real32 after rounding to single, real64 at 15 digits, NaN equals NaN), instants whatever
    their zone and precision, integers exactly. ValueError where *value* is none of *cim_type*.
    """
    typed = value if cim_type is None else cim.coerce(value, cim_type)
    if isinstance(typed, str):
        return ("text", text(typed, profile) if cim_type in (None, "string") else str(typed))
    key = cim.key(typed, cim_type)
    if key[0] in ("datetime", "interval"):
        return (*key[:-1], key[-1][:_FRACTION_DIGITS].rstrip("0"))
    return key


def text(value: str, profile: str = "generic") -> str:
    """A text as the service will show it."""
    return value.strip() if of(profile).trims else str(value)


def thumbprint(value: str) -> str:
    """Thumbprints are copied with spaces, colons and marks of direction, in either case (state.md §6)."""
    return _THUMBPRINT_NOISE.sub("", value).lower()
