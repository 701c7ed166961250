# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fault means and what to do about it: one table, and the look-up in it.

The same table is the page "Faults and remedies" of the documentation. A remedy names our options and the peer's real
settings. Only for faults whose remedy does not depend on the task: a wrong remedy is worse than none. What fails
before there is a fault (names, TLS, authentication, HTTP) explains itself where it fails.
"""

from __future__ import annotations

import typing as t

from . import fault_codes, remedies_config, remedies_services, remedies_standard, remedies_windows, remedies_wmi
from .remedy import Remedy, Seen

__all__ = ["TABLE", "Remedy", "Seen", "find"]

#: Where several rows fit a fault equally well, the first one counts.
TABLE: t.Final[tuple[Remedy, ...]] = (
    *remedies_standard.ROWS,
    *remedies_wmi.ROWS,
    *remedies_windows.ROWS,
    *remedies_config.ROWS,
    *remedies_services.ROWS,
)


def find(seen: Seen) -> Remedy | None:
    """The row that names most of a fault: subcode and detail first, Windows' number second, the service third.

    Where none does, the number may stand for a subcode and detail that the service has not sent: some versions of
    Windows give one number with several of them.
    """
    implied = (key for name in seen.numbers for key, names in fault_codes.SOAP_FAULTS.items() if name in names)
    rows = (_best(one) for one in (seen, *(Seen(key, service=seen.service) for key in implied)))
    return next((row for row in rows if row), None)


def _best(seen: Seen) -> Remedy | None:
    best: Remedy | None = None
    most: tuple[int, ...] = ()
    for row in TABLE:
        rank = row.rank(seen)
        if rank is not None and rank > most:
            best, most = row, rank
    return best
