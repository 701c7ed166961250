# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be wanted of a member whose type nobody knows, judged by the text that the service holds.

Without a type services corrupt silently: Openwsman makes false of ``TRUE``, ``1`` and ``yes``, and 0 of ``abc``; OMI
wraps 300 into a uint8 (state.md §3 of the reference). So what does not fit the held text is refused before it is sent,
unless the option ``types`` says what the member is.
"""

from __future__ import annotations

import re
import typing as t

from . import cim, compare
from .errors import UsageError
from .instance import Value

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_BOOLEANS: t.Final = {"true": True, "false": False}


def settle(held: Value, wanted: t.Any, option: str) -> t.Any:
    """*wanted* as what *held* shows it to be: ``TRUE`` over a held ``false`` is the boolean.

    Raises UsageError naming *option* for true or false over a text that is neither and over a number, for what is no
    boolean over true or false, and for what is no number over an integer.
    """
    texts = held if isinstance(held, list) else [held]
    if not texts or not all(isinstance(one, str) for one in texts):
        return wanted
    kind = _kind(t.cast("list[str]", texts))
    if isinstance(wanted, (list, tuple)):
        return [_settle(kind, texts[0], one, option) for one in wanted]
    return _settle(kind, texts[0], wanted, option)


def _kind(texts: list[str]) -> str:
    if all(text.strip().lower() in _BOOLEANS for text in texts):
        return "boolean"
    return "integer" if all(_INTEGER.fullmatch(text.strip()) for text in texts) else "string"


def _settle(kind: str, held: t.Any, wanted: t.Any, option: str) -> t.Any:
    if wanted is None or isinstance(wanted, (dict, list, tuple)):
        return wanted
    if isinstance(wanted, bool):
        if kind != "boolean":
            raise _unfit(option, wanted, held, "boolean", "string")
        return wanted
    if kind == "boolean":
        if str(wanted).strip().lower() not in _BOOLEANS:
            raise _unfit(option, wanted, held, "string", fit="true or false")
        return _BOOLEANS[str(wanted).strip().lower()]
    if kind == "integer":
        return _settle_number(held, wanted, option)
    return wanted


def _settle_number(held: str, wanted: t.Any, option: str) -> t.Any:
    """Over an integer a number without white space, and a whole one without a fraction: 7.0 of a template is 7."""
    if not _is_number(wanted):
        raise _unfit(option, wanted, held, "string", "datetime", fit="a number")
    if isinstance(wanted, str):
        return wanted.strip()
    return int(wanted) if isinstance(wanted, float) and wanted.is_integer() else wanted


def _is_number(wanted: t.Any) -> bool:
    if isinstance(wanted, (int, float)):
        return True
    try:
        cim.parse(str(wanted), "real64")
    except ValueError:
        return False
    return True


def _unfit(option: str, wanted: t.Any, held: str, *types: str, fit: str = "") -> UsageError:
    """The error, whose remedy is to write what is *fit*, if anything is, or to name one of *types*."""
    name = option.rpartition(".")[2].partition("[")[0]
    remedy = " or ".join(f"{{{name}: {one}}}" for one in types)
    both = f"{_show(name, wanted)} is wanted where the service holds {_show(name, held)}"
    return UsageError(
        f"{both}, and without its type the service may store something else.",
        option=option,
        remedy=f"{f'Write {fit}, or say' if fit else 'Say'} what it is by the option types, as in types: {remedy}.",
    )


def _show(name: str, value: t.Any) -> str:
    if compare.is_secret(name):
        return "another kind of value"
    return str(value).lower() if isinstance(value, bool) else repr(value)
