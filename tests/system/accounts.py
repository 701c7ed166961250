# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbooks of authentication share: a realm, services in it, and two accounts of the same name.

The user wsman of the services' computer and the user wsman of the realm have different passwords, so that whoever shows
the one to the keeper of the other is counted there.
"""

from __future__ import annotations

import base64
import contextlib
import typing as t

import pytest

from parts import missing, need
from parts.kdc import Realm
from sandbox import Sandbox

LOCAL = "local-Mé.4711"
IN_REALM = "realm-Mé.0815"
WRONG = "wrong-Mé.2342"
SERVICES = ("host/localhost", "HTTP/localhost")
ALL_SCHEMES = {"/service/auth/CredSSP": "true", "/service/auth/Certificate": "true"}
CLASSES = "{{ classes | default('wmicimv2') }}"  # the alias that a host's service has its classes under
SCHEMAS = "/cim-schema/2/*"  # where classes are
ALL_TYPES = f"{CLASSES}/Sandbox_AllTypes"


class Network:
    """The realm, where a KDC is installed, and the services, until the module ends.

    Ansible and the services, which run in this process, find the realm by the environment.
    """

    def __init__(self, stack: contextlib.ExitStack, **options: t.Any) -> None:
        self._stack = stack
        self._realm: Realm | None = None
        self._keytab: str | None = None
        if not (missing("kdc") or missing("gssapi") or missing("krb5")):
            self._realm = self._enter(options)
        self.boxes: dict[str, Sandbox] = {}

    def _enter(self, options: dict[str, t.Any]) -> Realm:
        realm = t.cast(Realm, self._stack.enter_context(Realm(**options)))
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in realm.environment.items():
            patch.setenv(name, value)
        realm.add("wsman", IN_REALM)
        for service in SERVICES:
            realm.add(service)
        self._keytab = realm.keytab(*SERVICES)
        return realm

    @property
    def has_realm(self) -> bool:
        """Whether there is a KDC."""
        return self._realm is not None

    @property
    def realm(self) -> Realm:
        """The realm; where there is none the test is skipped."""
        need("kdc", "gssapi", "krb5")
        assert self._realm is not None
        return self._realm

    def start(self, name: str, **options: t.Any) -> Sandbox:
        """A service with every scheme, for one host of the inventory: what it counts and records is that host's."""
        configuration = {**ALL_SCHEMES, **options.pop("configuration", {})}
        wanted = {"users": {"wsman": LOCAL}, "keytab": self._keytab, "record_wire": True, **options}
        made = Sandbox(configuration=configuration, **wanted)
        self.boxes[name] = self._stack.enter_context(made)
        return made

    def user(self, name: str = "wsman") -> str:
        """A user of the realm in full."""
        return self.realm.full(name) if self.has_realm else f"{name}@NOWHERE.TEST"


def variables(box: Sandbox, authentication: str | None, secure: bool, **more: t.Any) -> dict[str, t.Any]:
    """The variables of a host; *more* are options of the connection, None takes one away."""
    wanted = {
        "host": "localhost",
        "scheme": "https" if secure else "http",
        "port": box.https_port if secure else box.http_port,
        "authentication": authentication,
        "ca_cert": box.ca_file if secure else None,
        "user": "wsman",
        "password": LOCAL,
        **more,
    }
    own = {"classes": "cimv2"} if box.manner.name != "windows" else {}
    return own | {f"ansible_wsman_{name}": value for name, value in wanted.items() if value is not None}


def wire(box: Sandbox) -> bytes:
    """Every octet that this service received and sent; over TLS, what TLS carried."""
    return b"\0".join([*box.wire.values(), *box.wire_sent.values()])


def spellings(secret: str) -> set[bytes]:
    """The octets that a text may be sent as: in each encoding, and in Base64, whatever stands before it there."""
    found: set[bytes] = set()
    for plain in (secret.encode(), secret.encode("utf-16-le"), secret.encode("utf-16-be"), secret.encode("latin-1")):
        found.add(plain)
        for before in range(3):  # the position within a group of three octets; digits shared with others are left out
            coded = base64.b64encode(bytes(before) + plain)
            found.add(coded[(before * 8 + 5) // 6 : (before + len(plain)) * 8 // 6])
    return found
