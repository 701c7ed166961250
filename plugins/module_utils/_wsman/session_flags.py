# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows' session flags: the numbers of ``__WSManSessionFlags``, and the options that say the same thing."""

from __future__ import annotations

import re
import typing as t

from .errors import UsageError

FLAGS: t.Final[dict[str, int]] = {
    "UTF8": 0x1,
    "CredUsernamePassword": 0x1000,
    "SkipCACheck": 0x2000,
    "SkipCNCheck": 0x4000,
    "UseNoAuthentication": 0x8000,
    "UseDigest": 0x10000,
    "UseNegotiate": 0x20000,
    "UseBasic": 0x40000,
    "UseKerberos": 0x80000,
    "NoEncryption": 0x100000,
    "UseClientCertificate": 0x200000,
    "EnableSPNServerPort": 0x400000,
    "UTF16": 0x800000,
    "UseCredSsp": 0x1000000,
    "SkipRevocationCheck": 0x2000000,
    "AllowNegotiateImplicitCredentials": 0x4000000,
    "UseSsl": 0x8000000,
}

#: What ``authentication`` calls them; together the mask 0x12F8000.
AUTHENTICATIONS: t.Final[dict[str, str]] = {
    "UseNoAuthentication": "none",
    "UseDigest": "digest",
    "UseNegotiate": "negotiate",
    "UseBasic": "basic",
    "UseKerberos": "kerberos",
    "UseClientCertificate": "certificate",
    "UseCredSsp": "credssp",
}

#: The further flags that are options, in the order of their numbers. ``UseSsl`` is judged with the connection string.
OPTIONS: t.Final[dict[str, tuple[str, t.Any]]] = {
    "UTF8": ("encoding", "utf-8"),
    "SkipCACheck": ("skip_ca_check", True),
    "SkipCNCheck": ("skip_cn_check", True),
    "NoEncryption": ("message_encryption", "never"),
    "EnableSPNServerPort": ("spn_server_port", True),
    "UTF16": ("encoding", "utf-16"),
    "SkipRevocationCheck": ("skip_revocation_check", True),
    "AllowNegotiateImplicitCredentials": ("implicit_credentials", True),
}

UNKNOWN, SEVERAL = 2150858924, 2150858925
_BY_LOWER_NAME = {name.lower(): name for name in FLAGS}
_SEPARATOR = re.compile(r"\s*[|,]\s*|\s+or\s+", re.IGNORECASE)
_CALLED = re.compile(r"(?:.*\.)?(?:wsman|session)flag", re.IGNORECASE)  # WSMan.SessionFlagUseBasic of scripts


def parse(value: t.Any) -> frozenset[str]:
    """The names of the flags in *value*: a name, a number (also as text), several of either OR-ed, or a list.

    Raises :class:`UsageError` (2150858924) for a name or a bit that is none.
    """
    if value is None or value == "":
        return frozenset()
    found: set[str] = set()
    for one in value if isinstance(value, (list, tuple)) else [value]:
        for part in _SEPARATOR.split(one.strip()) if isinstance(one, str) else [one]:
            found |= _names(part)
    return frozenset(found)


def _names(part: t.Any) -> set[str]:
    number = _number(part)
    if number is None:
        text = _CALLED.sub("", part, count=1) if isinstance(part, str) else ""
        if text.lower() not in _BY_LOWER_NAME:
            raise _unknown(part)
        return {_BY_LOWER_NAME[text.lower()]}
    names = {name for name, bit in FLAGS.items() if number & bit}
    if number < 0 or number != sum(FLAGS[name] for name in names):
        raise _unknown(f"0x{number:x}" if number >= 0 else number)
    return names


def _number(part: t.Any) -> int | None:
    if isinstance(part, int) and not isinstance(part, bool):
        return part
    if isinstance(part, str) and re.fullmatch(r"0x[0-9a-f]{1,16}|[0-9]{1,19}", part, re.IGNORECASE):
        return int(part, 16 if part.lower().startswith("0x") else 10)
    return None


def _unknown(part: t.Any) -> UsageError:
    shown = part if isinstance(part, str) and part.startswith("0x") else repr(part)
    return UsageError(
        f"{shown} is no session flag.", option="flags", remedy=f"There are {', '.join(FLAGS)}.", windows_code=UNKNOWN
    )


def merge(given: t.Mapping[str, t.Any], flags: frozenset[str]) -> dict[str, t.Any]:
    """*given* with what *flags* say in the options' own words.

    Raises :class:`UsageError`: two authentications 2150858925; two encodings, or a flag and an option that contradict
    each other, without a number.
    """
    chosen = [name for name in AUTHENTICATIONS if name in flags]
    if len(chosen) > 1:
        raise _several(f"{' and '.join(chosen)} are", "flags")
    if {"UTF8", "UTF16"} <= flags:
        raise UsageError(
            "UTF8 and UTF16 exclude each other.", option="flags", remedy="Leave one of them out: UTF8 is the default."
        )
    merged = dict(given)
    if chosen:
        merged["authentication"] = _authentication(given.get("authentication", ()), chosen[0])
    for name, (option, value) in OPTIONS.items():
        if name in flags:
            if given.get(option, value) != value:
                raise UsageError(
                    f"It is {given[option]!r}, and flags has {name}.",
                    option=option,
                    remedy=f"Leave {option} out, or leave {name} out of flags.",
                )
            merged[option] = value
    return merged


def blamed(error: UsageError, given: t.Container[str], flags: frozenset[str]) -> UsageError:
    """*error* about the flag where its option is not among those *given* and a flag has said it."""
    said = {option: name for name, (option, _value) in OPTIONS.items() if name in flags}
    said.update(("authentication", name) for name in AUTHENTICATIONS if name in flags)
    if error.option not in said or error.option in given:
        return error
    return UsageError(
        f"{said[error.option]} is {error.option}. {error.message}",
        option="flags",
        remedy=error.remedy,
        windows_code=error.windows_code,
    )


def _authentication(candidates: tuple[str, ...], flag: str) -> tuple[str, ...]:
    """Those of the *candidates* that agree with the *flag*: ``ntlm`` is a kind of Negotiate."""
    wanted = AUTHENTICATIONS[flag]
    named = [name for name in candidates if name != "default"]
    agreeing = tuple(name for name in named if name == wanted or (name == "ntlm" and wanted == "negotiate"))
    if named and not agreeing:
        raise _several(f"{' or '.join(named)} and flags' {flag} are", "authentication")
    return agreeing or (wanted,)


def _several(what: str, option: str) -> UsageError:
    return UsageError(
        f"{what} two authentications.", option=option, remedy="Leave one of them out.", windows_code=SEVERAL
    )
