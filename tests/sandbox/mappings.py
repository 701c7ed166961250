# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``winrm/config/service/certmapping`` (MS-WSMV 2.2.4.3, 3.1.4.1.29.3) and ``…/service/security``."""

from __future__ import annotations

import re
import typing as t
from xml.etree.ElementTree import Element

from . import names
from .faults import Fault
from .provider import Call
from .table import Row, Table

_MAXIMUM_PASSWORD = 256


class CertificateMappings(Table):
    """The table of mappings. *users* are the local accounts: a wrong password for one of them is refused."""

    path = "/service/certmapping"
    root = "CertMapping"
    keys = ("URI", "Subject", "Issuer")
    members = ("UserName", "Enabled", "PassCertToPlugin", "Password")
    enumeration_modes = False

    def __init__(self, users: t.Mapping[str, str]) -> None:
        super().__init__()
        self._users = users

    def shown(self, row: Row) -> Row:
        """Without the password, which can only be written."""
        return {**{name: row[name] for name in self.keys + self.members}, "Password": ""}

    def add(self, subject: str, issuer: str, user: str, password: str) -> None:
        """A mapping as it is there when the service starts."""
        row: Row = {"URI": "*", "Subject": subject, "Issuer": issuer, "UserName": user, "Password": password}
        self.prepare(row)
        self.rows.append(row)

    def user(self, principal: str, issuer: str) -> str | None:
        """Whose certificate it is: the first enabled row of that *issuer* (thumbprint) whose subject fits. The row's
        URI is not looked at, for the account is asked for before the envelope is read."""
        for row in list(self.rows):
            pattern = re.escape(str(row["Subject"])).replace(r"\*", ".*")
            fits = re.fullmatch(pattern, principal, re.IGNORECASE)
            if row["Enabled"] == "true" and fits and str(row["Issuer"]).lower() == issuer.lower():
                return str(row["UserName"])
        return None

    def cannot_change_keys(self) -> Fault:
        """These keys have a number of their own."""
        return Fault.named("CONFIG_CANNOT_CHANGE_CERTMAPPING_KEYS")

    def prepare(self, row: Row) -> None:
        """Keys, then an account with its password."""
        self._check_keys(row)
        if not row.get("UserName") or "Password" not in row:
            raise Fault.named("CERTMAPPING_PASSWORDUSERTUPLE")
        row.setdefault("Enabled", "true")
        row.setdefault("PassCertToPlugin", "false")
        self._check(row)

    def change(self, old: Row, new: Row) -> None:
        """An empty password is an echo of what Get showed: it changes nothing."""
        new["Password"] = new["Password"] or old["Password"]
        if new["UserName"] != old["UserName"] and new["Password"] == old["Password"]:
            raise Fault.named("CERTMAPPING_PASSWORDUSERTUPLE")
        self._check(new)

    def _check_keys(self, row: Row) -> None:
        uri, subject, issuer = (str(row[key]) for key in self.keys)
        if not re.fullmatch(r"[0-9A-Fa-f]{40}", issuer):
            raise Fault.named("CERTMAPPING_INVALIDISSUERKEY")
        if "*" in subject[1:-1] or (len(subject) > 1 and subject[0] == subject[-1] == "*"):
            raise Fault.named("CERTMAPPING_INVALIDSUBJECTKEY")
        if "*" in uri[:-1] or re.search(r"[\s?]", uri):
            raise Fault.named("INVALID_SELECTOR_VALUE")

    def _check(self, row: Row) -> None:
        user, password = str(row["UserName"]), str(row["Password"])
        if not password:
            raise Fault.named("CERTMAPPING_PASSWORDBLANK")
        if len(password) > _MAXIMUM_PASSWORD:
            raise Fault.named("CERTMAPPING_PASSWORDTOOLONG")
        if self._users.get(user, password) != password:
            raise Fault.named("CERTMAPPING_INVALIDUSERCREDENTIALS")
        for name in ("Enabled", "PassCertToPlugin"):
            if row[name] not in ("true", "false", "1", "0"):
                raise Fault.named("INVALID_XML_VALUES")
            row[name] = "true" if row[name] in ("true", "1") else "false"


class SecuritySettings(Table):
    """SDDL by resource URI; its members are attributes, as those of plugins are."""

    path = "/service/security"
    root = "Security"
    keys = ("Uri",)
    members = ("Sddl", "ExactMatch")
    enumeration_modes = False

    def to_element(self, row: Row) -> Element:
        """Attributes instead of elements."""
        element = Element(f"{{{self.uri}}}{self.root}", {names.XML_LANG: "en-US"})
        for name in self.keys + self.members:
            element.set(name, str(row[name]))
        return element

    def prepare(self, row: Row) -> None:
        """An SDDL there must be."""
        row.setdefault("ExactMatch", "false")
        if not str(row.get("Sddl", "")).startswith("O:"):
            raise Fault.named("INVALID_SECURITY_DESCRIPTOR")

    def change(self, old: Row, new: Row) -> None:
        """As for a new one."""
        self.prepare(new)

    def enumerate(self, call: Call, *arguments: t.Any) -> t.Any:
        """Not supported (MS-WSMV 3.1.4.8 lists no such resource)."""
        raise Fault.named("ACTION_NOT_SUPPORTED")

    def _values(self, body: Element | None, keys: t.Mapping[str, str]) -> dict[str, str]:
        if body is None:
            return {}
        if names.namespace(body.tag) != self.uri or names.local(body.tag) != self.root:
            raise Fault.named("SCHEMA_VALIDATION_ERROR")
        found = {name: value for name, value in body.attrib.items() if name != names.XML_LANG}
        if set(found) - set(self.keys + self.members):
            raise Fault.named("SCHEMA_VALIDATION_ERROR")
        if found.pop("Uri", keys["Uri"]).lower() != keys["Uri"].lower():
            raise self.cannot_change_keys()
        return found
