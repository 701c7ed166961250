# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of hosts that credentials may go to where nothing proves who answers, as Windows' TrustedHosts."""

from __future__ import annotations

import re
import typing as t

from .users import is_address

LOCAL: t.Final = "<local>"


def matches(patterns: t.Iterable[str], host: str) -> bool:
    """Whether one of *patterns* is for *host* (a name, or an address without brackets), whatever their case.

    ``*`` stands for any characters, ``<local>`` for names without a dot.
    """
    name = host.lower().removesuffix(".")
    return any(_matches(pattern.strip().lower(), name) for pattern in patterns)


def _matches(pattern: str, name: str) -> bool:
    if pattern == LOCAL:
        return "." not in name and not is_address(name)
    if pattern.startswith("[") and pattern.endswith("]"):
        pattern = pattern[1:-1]
    expression = ".*".join(re.escape(part) for part in pattern.removesuffix(".").split("*"))
    return re.fullmatch(expression, name) is not None
