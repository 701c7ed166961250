# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Negotiate goes from Kerberos to NTLM where nobody has looked at a secret, and says so; Kerberos never does.

The account is as in a domain of Windows: the KDC and the service take the same password for it.
"""

from __future__ import annotations

import collections.abc
import contextlib
import dataclasses
import pathlib
import typing as t

import playbook
import pytest
from accounts import ALL_TYPES, LOCAL, Network, variables

from sandbox import Sandbox

GET = {"wsman.automation.wsman_get": {"resource_uri": f"{ALL_TYPES}?Id=1"}}
SAID = "Negotiate uses NTLM: "


@dataclasses.dataclass(frozen=True)
class Case:
    """Where Kerberos cannot be had, and the reason that must be named. *user* has ``{realm}``; *host*: another name."""

    name: str
    user: str
    reason: str
    host: str = "localhost"
    dead: bool = False  # the KDC does not answer

    @property
    def account(self) -> str:
        return self.user.rpartition("\\")[2].partition("@")[0]


CASES = [
    Case("no such realm", "member@NOWHERE.TEST", "NOWHERE.TEST"),
    Case("no such client", "stranger@{realm}", "not found in Kerberos database"),
    Case("no such service", "member@{realm}", "server.parts.test", host="server.parts.test"),
    Case("no KDC", "member@{realm}", "Cannot contact any KDC", dead=True),
    Case("no KDC for a domain", "{realm}\\member", "Cannot contact any KDC", dead=True),
]
REFUSALS = {"disabled": "revoked", "expired": "expired", "changed": "expired"}
everywhere = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


class Played(t.NamedTuple):
    """Runs with -v, *run* with the KDC, *dead* without one; *quiet* is without -v; and the services."""

    run: playbook.Run
    dead: playbook.Run
    quiet: playbook.Run
    boxes: dict[str, Sandbox]

    def of(self, case: Case) -> playbook.Run:
        return self.dead if case.dead else self.run


@pytest.fixture(scope="module")
def network() -> collections.abc.Iterator[Network]:
    with contextlib.ExitStack() as stack:
        yield Network(stack)


def accounts_of_realm(network: Network) -> None:
    """The member, and those whom the KDC refuses without a look at the password."""
    realm = network.realm
    for name in ("member", *REFUSALS):
        realm.add(name, LOCAL)
    realm.disable("disabled")
    realm.expire("expired")
    realm.expire_password("changed")


def hosts_of(network: Network) -> dict[str, dict[str, t.Any]]:
    realm = network.realm.realm
    hosts = {}

    def add(name: str, authentication: str, user: str, host: str = "localhost") -> None:
        account = user.rpartition("\\")[2].partition("@")[0]
        domain = user.rpartition("@")[2] if "@" in user else realm
        box = network.start(name, users={account: LOCAL}, domain=domain)
        more = {"negotiate_hostname_override": host} if host != "localhost" else {}
        hosts[name] = variables(box, authentication, False, user=user, password=LOCAL, **more)

    for case in CASES:
        for authentication in ("negotiate", "kerberos"):
            add(f"{case.name} {authentication}", authentication, case.user.format(realm=realm), case.host)
    for name in REFUSALS:
        add(f"{name} refused", "negotiate", f"{name}@{realm}")
    add("a ticket", "negotiate", f"member@{realm}")
    add("local", "negotiate", "member")
    return hosts


@pytest.fixture(scope="module")
def played(workspace: playbook.Workspace, network: Network) -> Played:
    accounts_of_realm(network)
    hosts = hosts_of(network)
    names = tuple(case.name for case in CASES if case.dead)
    dead = {name: values for name, values in hosts.items() if name.startswith(names)}
    alive = {name: values for name, values in hosts.items() if name not in dead}
    task = {"name": "get", **GET, "loop": [1, 2, 3], "ignore_unreachable": True}
    plays = [{"hosts": "all", "tasks": [task]}]
    run = workspace.play(alive, plays, "-v")
    without = workspace.play(dead, plays, "-v", KRB5_CONFIG=str(without_kdc(network, workspace)))
    boxes = dict(network.boxes)
    return Played(run, without, workspace.play({"local": hosts["local"]}, plays), boxes)


def without_kdc(network: Network, workspace: playbook.Workspace) -> pathlib.Path:
    """The client's configuration with a port of the KDC where nobody listens."""
    text = pathlib.Path(network.realm.environment["KRB5_CONFIG"]).read_text(encoding="utf-8")
    path = workspace.folder / "krb5-without.conf"
    path.write_text(text.replace(f"127.0.0.1:{network.realm.port}", "127.0.0.1:9"), encoding="utf-8")
    return path


@everywhere
def test_negotiate_goes_on_and_says_why(played: Played, case: Case) -> None:
    name = f"{case.name} negotiate"
    outcome = played.of(case).on(name, "get")
    assert outcome.status == "ok", outcome
    box = played.boxes[name]
    assert {(one.user, one.mechanism) for one in box.journal if one.action} == {(case.account, "ntlm")}
    assert box.handshakes == 1
    said = [line for line in played.of(case).output.splitlines() if SAID in line and case.reason in line]
    assert said, played.of(case).output


@everywhere
def test_kerberos_does_not(played: Played, case: Case) -> None:
    """The reason is named, and the service is shown nothing at all."""
    name = f"{case.name} kerberos"
    outcome = played.of(case).on(name, "get")
    assert outcome.status == "unreachable" and len(outcome.items) == 3, outcome
    assert case.reason in outcome.items[0]["msg"] and outcome.items[0]["msg"].startswith("Kerberos: ")
    assert outcome.items[0]["transport"]["step"] == "authentication"
    assert played.boxes[name].journal == []


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_final(played: Played, name: str) -> None:
    """The KDC knows the account and does not want it: then its password is nobody else's business."""
    outcome = played.run.on(f"{name} refused", "get")
    assert outcome.status == "unreachable", outcome
    assert REFUSALS[name] in outcome.items[0]["msg"], outcome
    assert played.boxes[f"{name} refused"].journal == []


def test_what_stays_kerberos_says_nothing(played: Played) -> None:
    assert {one.mechanism for one in played.boxes["a ticket"].journal if one.action} == {"kerberos"}
    said = [line for line in played.run.output.splitlines() if SAID in line]
    assert len(said) == 4, said  # one a host, whatever its loop: three without Kerberos, and the local account


def test_a_local_account_says_so_at_v_alone(played: Played) -> None:
    assert f"{SAID}the user is an account of the service's computer." in played.run.output
    assert played.quiet.on("local", "get").status == "ok"
    assert SAID not in played.quiet.output
