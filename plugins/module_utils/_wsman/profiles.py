# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of services: how to know one, and what each must and must not be sent (protocol.md §10).

Data and recognition; those who build requests ask here.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from . import uris
from .envelope import Settings
from .errors import UsageError
from .operations import Identity


@dataclasses.dataclass(frozen=True)
class Profile:
    """One kind of service.

    *microsoft_headers*: takes ``wsmv:`` header blocks. *fragments*: may be sent FragmentTransfer (state.md §3).
    *maximum_envelope_size*: octets, where it has a limit that is known. *datetimes*: how it takes
    datetimes, ``wrapped`` in ``cim:Datetime``, ``bare`` ISO 8601 or ``cim`` text. *refuses_wrapped*: sends wrapped
    datetimes and does not take them so. *keeps_absent*: a Put leaves alone the properties that it does not name.
    *queries*: takes WQL.
    """

    name: str
    microsoft_headers: bool = False
    fragments: bool = False
    maximum_envelope_size: int | None = None
    datetimes: t.Literal["wrapped", "bare", "cim"] = "bare"
    refuses_wrapped: bool = False
    keeps_absent: bool = False
    queries: bool = False

    def adapt(self, settings: Settings) -> Settings:
        """*settings* without what this kind of service must not be sent."""
        if not self.microsoft_headers:
            settings = dataclasses.replace(settings, data_locale=None, session_id=None, robust=False)
        limit = self.maximum_envelope_size
        if limit is not None and settings.max_envelope_size is not None and settings.max_envelope_size > limit:
            settings = dataclasses.replace(settings, max_envelope_size=limit)
        return settings


WINDOWS: t.Final = Profile(
    "windows", microsoft_headers=True, fragments=True, datetimes="wrapped", keeps_absent=True, queries=True
)
OMI: t.Final = Profile("omi", refuses_wrapped=True, queries=True)
OPENWSMAN: t.Final = Profile("openwsman", datetimes="cim", queries=True)
IDRAC: t.Final = Profile("idrac", datetimes="cim", queries=True)
AMT: t.Final = Profile("amt", maximum_envelope_size=51200, datetimes="wrapped")
GENERIC: t.Final = Profile("generic")

PROFILES: t.Final[dict[str, Profile]] = {
    profile.name: profile for profile in (WINDOWS, OMI, OPENWSMAN, IDRAC, AMT, GENERIC)
}

#: What is looked for in vendor and version, in this order: iDRAC is an Openwsman within and may say so.
_PRODUCTS: t.Final = (
    (re.compile(r"\biDRAC|Integrated Dell Remote Access|\bDell\b", re.IGNORECASE), IDRAC),
    (re.compile(r"\bIntel\b|\bAMT\b"), AMT),
    (re.compile(r"Open Management Infrastructure|\bOMI\b", re.IGNORECASE), OMI),
    (re.compile(r"Openwsman", re.IGNORECASE), OPENWSMAN),
    (re.compile(r"Microsoft Corporation|\bOS: \d", re.IGNORECASE), WINDOWS),
)
_SERVERS: t.Final = (
    (re.compile(r"Intel\(R\) (Active Management|Standard Manageability)", re.IGNORECASE), AMT),
    (re.compile(r"Microsoft-HTTPAPI/", re.IGNORECASE), WINDOWS),
    (re.compile(r"openwsman/", re.IGNORECASE), OPENWSMAN),
)


def detect(identity: Identity | None = None, server: str | None = None) -> Profile:
    """The kind of service by its Identify, else by the Server header of its answers; GENERIC where neither tells."""
    if identity is not None:
        product = f"{identity.product_vendor or ''} {identity.product_version or ''}"
        for pattern, profile in _PRODUCTS:
            if pattern.search(product):
                return profile
    for pattern, profile in _SERVERS:
        if server and pattern.search(server):
            return profile
    return GENERIC


def guess(resource_uri: str) -> Profile | None:
    """The kind of service that is likely to have such a resource, for what does no harm to any other."""
    if uris.is_microsoft(resource_uri):
        return WINDOWS
    return AMT if resource_uri.lower().startswith("http://intel.com/wbem/") else None


def of_resource(resource_uri: str) -> Profile | None:
    """The kind of service that alone has such a resource; None where several may.

    Those of WMI's classes are not Windows' alone: OMI answers to them too (wire/omi/170).
    """
    return None if uris.wmi_namespace(resource_uri) else guess(resource_uri)


def by_name(name: str) -> Profile:
    """The profile of that name; UsageError for an unknown one."""
    profile = PROFILES.get(name) if isinstance(name, str) else None
    if profile is None:
        raise UsageError(f"{name!r} is no profile.", option="profile", remedy=f"Take auto, {', '.join(PROFILES)}.")
    return profile
