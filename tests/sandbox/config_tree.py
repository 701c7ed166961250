# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The members of ``winrm/config``: names, types, limits, defaults, in the order of Windows Server 2022.

MS-WSMV 2.2.4.5 to 2.2.4.10, 2.2.4.34 to 2.2.4.36, 2.2.4.46; pure data and the checks of single values.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import typing as t

from .faults import Fault

UNSIGNED_INT = 4294967295
SIGNED_INT = 0x7FFFFFFF


def _check_host_patterns(text: str) -> str:
    """TrustedHosts: names, addresses, ``<local>``, one ``*`` at an end of a name, or ``*`` alone."""
    parts = [part.strip() for part in text.split(",")] if text else []
    for part in parts:
        if part not in ("*", "<local>") and not re.fullmatch(r"\*?[\w.:\[\]%-]+\*?", part):
            raise Fault.named("INVALID_HOSTNAME_PATTERN")
    if "*" in parts and len(parts) > 1:
        raise Fault.named("INVALID_HOSTNAME_PATTERN")
    return text


def _check_filter(text: str) -> str:
    """IPv4Filter and IPv6Filter: empty, ``*``, or ranges ``low-high`` separated by commas."""
    for part in text.split(",") if text not in ("", "*") else ():
        low, _dash, high = part.strip().partition("-")
        try:
            if ipaddress.ip_address(low.strip()) > ipaddress.ip_address(high.strip()):  # type: ignore[operator]
                raise Fault.named("INVALID_IPFILTER")
        except (ValueError, TypeError) as error:
            raise Fault.named("INVALID_IPFILTER") from error
    return text


def _check_sddl(text: str) -> str:
    if not re.match(r"O:.*D?:", text):
        raise Fault.named("INVALID_SECURITY_DESCRIPTOR")
    return text


def _check_prefix(text: str) -> str:
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", text):
        raise Fault.named("INVALID_XML_VALUES")
    return text


def _check_thumbprint(text: str) -> str:
    if text and not re.fullmatch(r"[0-9A-Fa-f]{40}", text.replace(" ", "")):
        raise Fault.named("INVALID_XML_VALUES")
    return text


@dataclasses.dataclass(frozen=True)
class Member:
    """One member. *type*: ``bool``, ``int`` (from *minimum* to *maximum*) or ``str``."""

    name: str
    type: str
    default: str
    minimum: int = 0
    maximum: int = UNSIGNED_INT
    choices: tuple[str, ...] = ()
    check: t.Callable[[str], str] | None = None
    read_only: bool = False
    deprecated: bool = False

    def parse(self, text: str) -> str:
        """The text as it is stored, or a fault where it is no value of this member."""
        stripped = text.strip()
        if self.type == "bool":
            if stripped not in ("true", "false", "1", "0"):
                raise Fault.named("INVALID_XML_VALUES")
            return "true" if stripped in ("true", "1") else "false"
        if self.type == "int":
            if not stripped.isdecimal() or not self.minimum <= int(stripped) <= self.maximum:
                raise Fault.named("INVALID_XML_VALUES")
            return str(int(stripped))
        if self.choices:
            for choice in self.choices:
                if choice.lower() == stripped.lower():
                    return choice
            raise Fault.named("INVALID_XML_VALUES")
        return self.check(stripped) if self.check else text


@dataclasses.dataclass(frozen=True)
class Group:
    """A group of members and of further groups, in their order on the wire; *path* is its URI below ``…/config``."""

    name: str
    path: str
    entries: tuple[Member | Group, ...]
    puts: bool = True

    def walk(self) -> t.Iterator[Group]:
        """This group and all below it."""
        yield self
        for entry in self.entries:
            if isinstance(entry, Group):
                yield from entry.walk()


def _flag(name: str, default: bool, **more: t.Any) -> Member:
    return Member(name, "bool", "true" if default else "false", **more)


def _number(name: str, default: int, minimum: int = 0, maximum: int = UNSIGNED_INT, **more: t.Any) -> Member:
    return Member(name, "int", str(default), minimum, maximum, **more)


def _ports(path: str, *, fixed: bool) -> Group:
    ports = (
        _number("HTTP", 5985, 1, 65535, read_only=fixed),
        _number("HTTPS", 5986, 1, 65535, read_only=fixed),
    )
    return Group("DefaultPorts", path, ports, puts=not fixed)


CLIENT = Group(
    "Client",
    "/client",
    (
        _number("NetworkDelayms", 5000, 500),
        Member("URLPrefix", "str", "wsman", check=_check_prefix),
        _flag("AllowUnencrypted", False),
        Group(
            "Auth",
            "/client/auth",
            tuple(_flag(name, True) for name in ("Basic", "Digest", "Kerberos", "Negotiate", "Certificate"))
            + (_flag("CredSSP", False),),
        ),
        _ports("/client/defaultports", fixed=False),
        Member("TrustedHosts", "str", "", check=_check_host_patterns),
    ),
)

SERVICE = Group(
    "Service",
    "/service",
    (
        Member(
            "RootSDDL",
            "str",
            "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)",
            check=_check_sddl,
        ),
        _number("MaxConcurrentOperations", UNSIGNED_INT, 1, deprecated=True),
        _number("MaxConcurrentOperationsPerUser", 1500, 1),
        _number("EnumerationTimeoutms", 240000, 500),
        _number("MaxConnections", 300, 1),
        _number("MaxPacketRetrievalTimeSeconds", 120, 1),
        _flag("AllowUnencrypted", False),
        Group(
            "Auth",
            "/service/auth",
            (
                _flag("Basic", False),
                _flag("Kerberos", True),
                _flag("Negotiate", True),
                _flag("Certificate", False),
                _flag("CredSSP", False),
                Member("CbtHardeningLevel", "str", "Relaxed", choices=("None", "Relaxed", "Strict")),
            ),
        ),
        _ports("/service/defaultports", fixed=True),
        Member("IPv4Filter", "str", "*", check=_check_filter),
        Member("IPv6Filter", "str", "*", check=_check_filter),
        _flag("EnableCompatibilityHttpListener", False),
        _flag("EnableCompatibilityHttpsListener", False),
        Member("CertificateThumbprint", "str", "", check=_check_thumbprint),
        _flag("AllowRemoteAccess", True, read_only=True),
    ),
)

WINRS = Group(
    "Winrs",
    "/winrs",
    (
        _flag("AllowRemoteShellAccess", True),
        _number("IdleTimeout", 7200000, 60000, SIGNED_INT),
        _number("MaxConcurrentUsers", 10, 1, 100),
        _number("MaxShellRunTime", SIGNED_INT, 0, SIGNED_INT, deprecated=True),
        _number("MaxProcessesPerShell", 25, 0, SIGNED_INT),
        _number("MaxMemoryPerShellMB", 1024, 0, SIGNED_INT),
        _number("MaxShellsPerUser", 30, 0, SIGNED_INT),
    ),
)

CONFIG = Group(
    "Config",
    "",
    (
        _number("MaxEnvelopeSizekb", 500, 32),
        _number("MaxTimeoutms", 60000, 500),
        _number("MaxBatchItems", 32000, 1),
        _number("MaxProviderRequests", UNSIGNED_INT, 1, deprecated=True),
        CLIENT,
        SERVICE,
        WINRS,
    ),
)
