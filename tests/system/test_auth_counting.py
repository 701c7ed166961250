# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One account, one try: a wrong password counts once, at the KDC or at the service, and a right one nowhere else.

Each host has a service of its own, and each user of the realm belongs to one host. The KDC locks nobody here, so that
every try would be counted.
"""

from __future__ import annotations

import collections.abc
import contextlib
import dataclasses
import typing as t

import playbook
import pytest
from accounts import ALL_TYPES, IN_REALM, LOCAL, WRONG, Network, variables

from parts import need

GET = {"wsman.automation.wsman_get": {"resource_uri": f"{ALL_TYPES}?Id=1"}}
# How often a task comes to the wrong password.
SHAPES: dict[str, dict[str, t.Any]] = {
    "once": {},
    "loop": {"loop": [1, 2, 3, 4, 5]},
    "until": {"register": "r", "until": "r is reachable", "retries": 3, "delay": 0},
}


@dataclasses.dataclass(frozen=True)
class Case:
    """A kind of host with a wrong password: who counts it (kdc, service), and its variables.

    ``{user}`` is a user of the realm and of that host alone, ``{realm}`` the realm.
    """

    name: str
    counted: str
    authentication: str | None
    secure: bool = False
    user: str = "wsman"
    more: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    manner: str = "windows"

    @property
    def realm(self) -> bool:
        return "{" in self.user


REALM = "{user}@{realm}"
CASES = [
    Case("basic", "service", "basic", True),
    Case("basic in clear", "service", "basic", more={"message_encryption": "never"}),
    Case("digest", "service", "digest", True, manner="amt"),
    Case("ntlm", "service", "ntlm"),
    Case("ntlm over HTTPS", "service", "ntlm", True),
    Case("ntlm of a domain", "service", "ntlm", user="SANDBOX\\wsman"),
    Case("ntlm of the realm", "service", "ntlm", user=REALM),
    Case("negotiate", "service", "negotiate"),
    Case("negotiate over HTTPS", "service", "negotiate", True),
    Case("negotiate of the realm", "kdc", "negotiate", user=REALM),
    Case("negotiate of the realm over HTTPS", "kdc", "negotiate", True, user=REALM),
    Case("negotiate of a domain", "kdc", "negotiate", user="{realm}\\{user}"),
    Case("kerberos", "kdc", "kerberos", user=REALM),
    Case("kerberos over HTTPS", "kdc", "kerberos", True, user=REALM),
    Case("credssp", "service", "credssp"),
    Case("credssp over HTTPS", "service", "credssp", True),
    Case("credssp of the realm", "kdc", "credssp", user=REALM),
    Case("default", "service", None),
    Case("default over HTTPS", "service", None, True),
    Case("default of the realm", "kdc", None, user=REALM),
    Case("default of the realm over HTTPS", "kdc", None, True, user=REALM),
    Case("a realm without a KDC", "service", "negotiate", user="wsman@NOWHERE.TEST"),
    Case("a user that the KDC does not know", "service", "negotiate", user="stranger@{realm}"),
]
# What inventories of winrm and psrp say. Several transports: the first that the service offers, and no other after it.
FOREIGN = [
    Case("winrm ntlm and basic", "service", "winrm", True, more={"winrm_transport": ["ntlm", "basic"]}),
    Case("winrm basic and ntlm", "service", "winrm", True, more={"winrm_transport": ["basic", "ntlm"]}),
    Case("winrm kerberos and ntlm", "kdc", "winrm", True, REALM, {"winrm_transport": ["kerberos", "ntlm", "basic"]}),
    Case("winrm credssp and basic", "service", "winrm", True, more={"winrm_transport": ["credssp", "basic"]}),
    Case("winrm of itself", "kdc", "winrm", True, REALM),
    Case("winrm of itself and local", "service", "winrm", True),
    Case("psrp of itself", "kdc", "psrp", True, REALM),
    Case("psrp of itself and local", "service", "psrp", True),
]
ALL = [*CASES, *FOREIGN]
RIGHT = {"basic": True, "ntlm": False, "negotiate": False, "credssp": False, None: True}  # authentication → secure


class Counted(t.NamedTuple):
    """The run, its services by host, and the users of the realm by host."""

    run: playbook.Run
    network: Network
    users: dict[str, str]


@pytest.fixture(scope="module")
def network() -> collections.abc.Iterator[Network]:
    with contextlib.ExitStack() as stack:
        yield Network(stack, lockout=0)


def host_of(case: Case, shape: str, network: Network, users: dict[str, str]) -> dict[str, t.Any]:
    """The variables of a host with the wrong password."""
    host = f"{case.name} {shape}"
    box = network.start(host, manner=case.manner, basic=case.authentication != "digest")
    user = case.user
    if case.realm:
        users[host] = f"u{len(users)}"
        network.realm.add(users[host], IN_REALM)
        user = user.format(user=users[host], realm=network.realm.realm)
    if case not in FOREIGN:
        return variables(box, case.authentication, case.secure, user=user, password=WRONG, **case.more)
    own = {f"ansible_{name}": value for name, value in case.more.items()}
    return {
        "ansible_connection": case.authentication,
        "ansible_host": "localhost",
        "ansible_port": box.https_port,
        "ansible_user": user,
        "ansible_password": WRONG,
        "ansible_winrm_scheme": "https",
        "ansible_psrp_protocol": "https",
        "ansible_winrm_ca_trust_path": box.ca_file,
        "ansible_psrp_ca_cert": box.ca_file,
        **own,
    }


@pytest.fixture(scope="module")
def counted(workspace: playbook.Workspace, network: Network) -> Counted:
    users: dict[str, str] = {}
    hosts = {
        f"{case.name} {shape}": host_of(case, shape, network, users)
        for case in ALL
        for shape in SHAPES
        if network.has_realm or not case.realm
    }
    for authentication, secure in RIGHT.items():
        name = f"right {authentication or 'default'}"
        hosts[name] = variables(network.start(name), authentication, secure, user="wsman", password=LOCAL)
    plays: list[dict[str, t.Any]] = [
        {
            "hosts": f"*{shape}",
            "ignore_unreachable": True,
            "ignore_errors": True,  # after retries core calls it a failure
            "tasks": [{"name": shape, **GET, **more}],
        }
        for shape, more in SHAPES.items()
    ]
    plays.append({"hosts": "right*", "tasks": [{"name": "right", **GET}]})
    return Counted(workspace.play(hosts, plays), network, users)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_wrong_password_counts_once(counted: Counted, case: Case, shape: str) -> None:
    if case.realm:
        need("kdc", "gssapi", "krb5")
    host = f"{case.name} {shape}"
    outcome = counted.run.on(host, shape)
    assert outcome.status == ("ignored" if shape == "until" else "unreachable"), outcome
    assert outcome.result.get("attempts") == (3 if shape == "until" else None)
    box = counted.network.boxes[host]
    assert box.authentication_failures == int(case.counted == "service"), box.failures
    if case.counted == "kdc":
        assert {one.authorization for one in box.journal} <= {None}, "the service was shown something"
    if case.realm and "stranger" not in case.user:
        failures = counted.network.realm.failures(counted.users[host])
        assert failures == int(case.counted == "kdc")


@pytest.mark.parametrize("name", [name or "default" for name in RIGHT])
def test_a_right_password_comes_in(counted: Counted, name: str) -> None:
    assert counted.run.on(f"right {name}", "right").status == "ok"
    assert counted.network.boxes[f"right {name}"].authentication_failures == 0


def test_no_kdc_hears_of_a_local_account(counted: Counted) -> None:
    """Neither of the right password nor of the wrong one: the realm's user of that name has another."""
    realm = counted.network.realm
    assert [one for one in realm.requests if one.client == realm.full("wsman")] == []
    assert realm.failures("wsman") == 0
    assert any(one.outcome == "PREAUTH_FAILED" for one in realm.requests)
