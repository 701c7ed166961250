# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``winrm/config/listener`` (MS-WSMV 3.1.4.1.29.5): what is configured here is what the server really listens on."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from .config import Configuration
from .faults import Fault
from .table import Row, Table

ADDRESSES = ("127.0.0.1", "::1")
MAC = "00-00-00-00-00-00"


class Listeners(Table):
    """The table of listeners. *certificates* maps thumbprints to common names; *on_change* is told of each change."""

    path = "/listener"
    root = "Listener"
    keys = ("Address", "Transport")
    members = ("Port", "Hostname", "Enabled", "URLPrefix", "CertificateThumbprint")
    computed = ("ListeningOn",)

    def __init__(
        self,
        configuration: Configuration,
        certificates: t.Mapping[str, str],
        machine: str,
        on_change: t.Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._configuration = configuration
        self._certificates = certificates
        self._machine = machine
        self.on_change = on_change

    def changed(self) -> None:
        """Tell the server."""
        self.on_change()

    def add(self, transport: str, port: int, thumbprint: str = "", prefix: str = "wsman") -> None:
        """A listener as it is there when the service starts."""
        row: Row = {"Address": "*", "Transport": transport, "Port": str(port), "URLPrefix": prefix}
        if thumbprint:
            row["CertificateThumbprint"] = thumbprint
        self.prepare(row)
        self.rows.append(row)

    def shown(self, row: Row) -> Row:
        """With ListeningOn, which is computed."""
        return {**{name: row[name] for name in self.keys + self.members}, "ListeningOn": self.listening_on(row)}

    def listening_on(self, row: Row) -> list[str]:
        """The addresses of this machine that the listener covers and the service's filters let through."""
        if row["Enabled"] != "true":
            return []
        address = str(row["Address"])
        covered = list(ADDRESSES) if address == "*" or address.startswith("MAC:") else [address[3:]]
        return [one for one in covered if self._passes(one)]

    def _passes(self, address: str) -> bool:
        parsed = ipaddress.ip_address(address)
        text = self._configuration.values[f"/service/IPv{parsed.version}Filter"]
        if text in ("", "*"):
            return text == "*"
        ranges = [part.partition("-") for part in text.split(",")]
        return any(
            ipaddress.ip_address(low.strip()) <= parsed <= ipaddress.ip_address(high.strip())  # type: ignore[operator]
            for low, _dash, high in ranges
        )

    def prepare(self, row: Row) -> None:
        """Address and transport, then the defaults."""
        address, transport = str(row["Address"]), str(row["Transport"]).upper()
        if transport not in ("HTTP", "HTTPS"):
            raise Fault.named("INVALID_SELECTOR_VALUE")
        row["Transport"] = transport
        self._check_address(address)
        row.setdefault("Port", self._configuration.values[f"/service/defaultports/{transport}"])
        row.setdefault("Hostname", self._machine if transport == "HTTPS" else "")
        row.setdefault("Enabled", "true")
        row.setdefault("URLPrefix", "wsman")
        row.setdefault("CertificateThumbprint", "")
        self._check(row)

    def change(self, old: Row, new: Row) -> None:
        """A changed row; another host name over HTTPS needs its certificate with it."""
        renamed = new["Hostname"] != old["Hostname"]
        if renamed and new["Transport"] == "HTTPS" and new["CertificateThumbprint"] == old["CertificateThumbprint"]:
            raise Fault.named("CONFIG_HOSTNAME_CHANGE_WITHOUT_CERT")
        self._check(new)

    def _check_address(self, address: str) -> None:
        if address == "*" or address.upper() == f"MAC:{MAC}":
            return
        if not address.upper().startswith("IP:") or address[3:] not in ADDRESSES:
            raise Fault.named("LISTENER_ADDRESS_INVALID")

    def _check(self, row: Row) -> None:
        port, enabled = str(row["Port"]).strip(), str(row["Enabled"]).strip()
        if not port.isdecimal() or not 1 <= int(port) <= 65535:
            raise Fault.named("INVALID_XML_VALUES")
        if enabled not in ("true", "false", "1", "0"):
            raise Fault.named("INVALID_XML_VALUES")
        if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*", str(row["URLPrefix"])):
            raise Fault.named("INVALID_XML_VALUES")
        row["Port"], row["Enabled"] = str(int(port)), "true" if enabled in ("true", "1") else "false"
        for other in self.rows:
            if other["Port"] == row["Port"] and other["Transport"] != row["Transport"]:
                raise Fault.named("CONFIG_PORT_INVALID")
        self._check_certificate(row)

    def _check_certificate(self, row: Row) -> None:
        thumbprint = str(row["CertificateThumbprint"]).replace(" ", "").upper()
        if row["Transport"] == "HTTP":
            if thumbprint:
                raise Fault.named("CONFIG_THUMBPRINT_SHOULD_BE_EMPTY")
            return
        host = str(row["Hostname"]).lower()
        if not thumbprint:
            thumbprint = next((key for key, name in self._certificates.items() if name.lower() == host), "")
        if thumbprint not in self._certificates:
            raise Fault.named("CERT_NOT_FOUND")
        if self._certificates[thumbprint].lower() != host:
            raise Fault.named("CONFIG_CERT_CN_DOES_NOT_MATCH_HOSTNAME")
        row["CertificateThumbprint"] = thumbprint
