# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of one run share a session, as long as it is the same one: counted on the service, in one run of many plays.

Each host has a service of its own where nothing else is said, so that what that counts is of this host alone.
"""

from __future__ import annotations

import collections.abc
import contextlib
import dataclasses
import typing as t

import kept
import playbook
import pytest
from accounts import ALL_TYPES, IN_REALM, LOCAL, WRONG, Network, variables
from kept import GET, INCREMENT, tasks, used

from parts import need
from parts.waiting import soon
from sandbox import Sandbox

MANY = 10
OTHER = "another-Mé.1138"


@dataclasses.dataclass(frozen=True)
class Way:
    """A way to log in; *handshakes* are those of Negotiate and its like."""

    authentication: str
    secure: bool
    realm: bool = False
    handshakes: int = 1

    @property
    def name(self) -> str:
        return f"{self.authentication}{'-realm' * self.realm}-{'https' if self.secure else 'http'}"


WAYS = [
    Way("basic", True, handshakes=0),
    Way("certificate", True, handshakes=0),
    Way("ntlm", False),
    Way("ntlm", True),
    Way("negotiate", False),
    Way("credssp", False),
    Way("credssp", True),
    Way("negotiate", False, True),
    Way("kerberos", False, True),
    Way("kerberos", True, True),
    Way("credssp", False, True),
]
NAMES = {way.name: way for way in WAYS}
TWENTY = 20

# Options of one session, each other than what the host of these tasks has.
MEMBERS: dict[str, t.Any] = {
    "host": "localhost",
    "user": "SANDBOX\\wsman",
    "locale": "de-DE",
    "data_locale": "fr-FR",
    "operation_timeout": 50,
    "read_timeout": 99,
    "connect_timeout": 17,
    "deadline": 55,
    "max_envelope_size": 300000,
    "batch_items": 7,
    "encoding": "utf-16",
    "session_name": "by another name",
    "authentication": "negotiate",
    "message_encryption": "always",
    "session_idle_timeout": 30,
    "reconnection_retries": 5,
}


class Played(t.NamedTuple):
    """The run and its services, by host; what stood open at some moments of it, and what is left of it."""

    run: playbook.Run
    network: Network
    boxes: dict[str, Sandbox]
    noted: dict[str, t.Any]
    left: dict[str, t.Any]


@pytest.fixture(scope="module")
def network() -> collections.abc.Iterator[Network]:
    with contextlib.ExitStack() as stack:
        yield Network(stack, lockout=0)


def named(name: str, wanted: t.Sequence[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """The same tasks with names of their own."""
    return [{**one, "name": f"{name}: {one.get('name', number)}"} for number, one in enumerate(wanted, 1)]


class Plays:
    """Collects hosts, with a service for each, and plays."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.hosts: dict[str, dict[str, t.Any]] = {}
        self.plays: list[dict[str, t.Any]] = []
        self.noted: dict[str, t.Any] = {}
        self.scripts: list[kept.Script] = []

    def host(self, name: str, authentication: str = "ntlm", secure: bool = False, **more: t.Any) -> Sandbox:
        """A host with a service of its own; *more* are options of the connection."""
        options = more.pop("service", {})
        box = self.network.start(name, record_wire=False, **options)
        self.hosts[name] = variables(box, authentication, secure, **more)
        return box

    def several(self, name: str, count: int, box: Sandbox, authentication: str = "ntlm", **more: t.Any) -> None:
        """So many hosts with one service: their names differ, and so do the sessions' therefore."""
        for number in range(count):
            self.hosts[f"{name}{number}"] = variables(box, authentication, False, **more)

    def play(self, hosts: str, wanted: t.Sequence[t.Mapping[str, t.Any]], **keywords: t.Any) -> None:
        """One play; a failure does not end those that follow."""
        self.plays.append(
            {"hosts": hosts, "tasks": list(wanted), "ignore_errors": True, "ignore_unreachable": True, **keywords}
        )

    def at(self, box: Sandbox, acts: t.Mapping[int, t.Callable[[], None]], part: str = kept.INSTANCES) -> None:
        """Do something when the n-th request of an instance, or with *part*, arrives."""
        self.scripts.append(kept.Script(box, part, acts))


def add_ways(plays: Plays) -> None:
    """Twenty tasks for each way to log in."""
    network = plays.network
    chosen = [way for way in WAYS if network.has_realm or not way.realm]
    for way in chosen:
        more: dict[str, t.Any] = {"user": network.user(), "password": IN_REALM} if way.realm else {}
        box = plays.host(way.name, way.authentication, way.secure, **more)
        if way.authentication == "certificate":
            more = {"user": None, "password": None, "certificate_pem": str(box.client_certificate.combined)}
            plays.hosts[way.name] = variables(box, way.authentication, way.secure, **more)
    plays.host("digest", "digest", True, service={"manner": "openwsman"})
    plays.play(",".join(["digest", *(way.name for way in chosen)]), tasks(TWENTY))


def add_crowds(plays: Plays) -> None:
    """Many hosts: of a realm, of a strategy that waits for nobody, and of one host that all turn to."""
    network = plays.network
    if network.has_realm:
        network.realm.add("many", OTHER)
        box = network.start("crowd", record_wire=False)
        user = network.user("many")
        plays.several("crowd", MANY, box, "kerberos", user=user, password=OTHER)
        plays.play("crowd*", named("crowd", tasks(3)))
        plays.hosts["impostor"] = variables(box, "kerberos", False, user=user, password=WRONG)
        plays.play("impostor", named("impostor", tasks(1)))
    plays.several("free", 5, network.start("free", record_wire=False))
    plays.play("free*", named("free", tasks(4)), strategy="free")
    plays.host("centre", session_name="the centre")
    for number in range(MANY):
        plays.hosts[f"turned{number}"] = {"ansible_connection": "local"}
    turned = [{**INCREMENT, "delegate_to": "centre"}, *tasks(2, delegate_to="centre")]
    plays.play("turned*", named("turned", turned))
    plays.host("friend")
    plays.play("turned0", named("alone", tasks(3, delegate_to="friend")))


def add_members(plays: Plays) -> None:
    """One host with each option of a session in turn, twice, and without any in the end; and its users."""
    plays.host("members", host="127.0.0.1")
    wanted: list[dict[str, t.Any]] = [{"name": "plain", **GET}]
    for name, value in MEMBERS.items():
        get = {"wsman.automation.wsman_get": {"resource_uri": f"{ALL_TYPES}?Id=2", "session": {name: value}}}
        wanted += [{"name": name, **get}, {"name": f"{name} again", **get}]
    plays.play("members", named("members", [*wanted, {"name": "plain again", **GET}]))
    plays.host("users", service={"users": {"wsman": LOCAL, "other": OTHER}})
    for number, (user, password) in enumerate(
        [("wsman", LOCAL), ("other", OTHER), ("wsman", LOCAL), ("wsman", WRONG), ("wsman", LOCAL), ("other", OTHER)]
    ):
        given = {"ansible_wsman_user": user, "ansible_wsman_password": password}
        plays.play("users", named(f"user {number}", tasks(1)), vars=given)


def add_keywords(plays: Plays) -> None:
    """What playbooks say about sessions and processes."""
    plays.host("dropping")
    drop = {"wsman.automation.wsman_get": {"resource_uri": f"{ALL_TYPES}?Id=2", "session": {"keep_session": False}}}
    plays.play("dropping", named("dropping", [*tasks(2), {"name": "drop", **drop}, {"name": "again", **GET}]))
    plays.host("unkept", keep_session=False)
    plays.play("unkept", named("unkept", tasks(3)))
    box = plays.host("reset")
    plays.hosts["reset"]["ansible_connection"] = "wsman.automation.wsman"
    note = plays.network.start("note", record_wire=False)
    plays.hosts["note"] = variables(note, "ntlm", False, keep_session=False)
    plays.scripts.append(
        kept.Script(note, "identity.xsd", {1: lambda: plays.noted.update(reset=open_connections(box))})
    )
    look = {"name": "look", "wsman.automation.wsman_identify": {}, "delegate_to": "note"}
    reset = {"ansible.builtin.meta": "reset_connection"}
    plays.play("reset", [*named("reset", tasks(2)), reset, look, *named("reset again", tasks(2))])
    plays.host("become")
    plays.hosts["become"]["ansible_connection"] = "wsman.automation.wsman"
    plays.play("become", named("become", tasks(3)), become=True, become_user="nobody")


def open_connections(box: Sandbox) -> int:
    """How many there are, once those that were just closed are gone."""
    soon(lambda: not box.server.open_connections, 10)
    return box.server.open_connections


def add_ends(plays: Plays) -> None:
    """What ends a session, at the second Get or after it."""
    box = plays.host("forgotten")
    plays.at(box, dict.fromkeys((2, 4), lambda box=box: box.misbehave("forget")))
    plays.play("forgotten", named("forgotten", [*tasks(4), {"name": "call", **INCREMENT}]))
    box = plays.host("changed")
    plays.at(box, {2: lambda box=box: change_password(box)})
    plays.play("changed", named("changed", tasks(3)))
    service = {"manner": "omi"}
    box = plays.host("slow", "basic", True, service=service, operation_timeout=0.5, read_timeout=2.5)
    plays.at(box, {2: lambda box=box: box.misbehave("stall", seconds=6, action="Get")})
    plays.play("slow", named("slow", tasks(3)))
    box = plays.host("late")
    plays.at(box, {2: lambda box=box: box.misbehave("stall", seconds=6, action="Get")})
    plays.play("late", named("late", tasks(3, timeout=3)))
    box = plays.host("closed", "basic", True, service=service)
    plays.at(box, dict.fromkeys((2, 4), lambda box=box: box.misbehave("drop_after", action="Get")))
    plays.play("closed", named("closed", [*tasks(4), {"name": "call", **INCREMENT}]))
    box = plays.host("lost", "basic", True, service=service)
    plays.at(box, {2: lambda box=box: box.misbehave("reset", when="after", action="Get")})
    plays.play("lost", named("lost", tasks(3)))
    box = plays.host("unknown", "basic", True, service=service)
    act = {2: lambda box=box: box.misbehave("reset", when="after", action="Increment")}
    plays.at(box, act, "Increment_INPUT>")
    calls = [{"name": f"call {number}", **INCREMENT} for number in range(1, 4)]
    plays.play("unknown", named("unknown", [*tasks(1), *calls]))


def change_password(box: Sandbox) -> None:
    """As somebody does in the middle of a run; who is logged in is thrown out."""
    box.users["wsman"] = OTHER
    box.misbehave("forget")


def add_idle(plays: Plays) -> None:
    """A session that nobody uses for longer than it may be kept."""
    plays.host("idle", session_idle_timeout=3)
    pause = {"name": "pause", "ansible.builtin.pause": {"seconds": 6}}
    plays.play("idle", [*named("idle", tasks(2)), pause, *named("idle again", tasks(1))])


@pytest.fixture(scope="module")
def played(workspace: playbook.Workspace, network: Network) -> Played:
    plays = Plays(network)
    add_ways(plays)
    add_crowds(plays)
    add_members(plays)
    add_keywords(plays)
    add_ends(plays)
    second = workspace.inventory({"elsewhere": variables(network.start("elsewhere"), "ntlm", False)})
    plays.play("elsewhere", named("elsewhere", tasks(2)))
    add_idle(plays)
    path = workspace.write(plays.plays)
    run = workspace.run(path, plays.hosts, "-i", second, "-f", str(MANY))
    assert not [script.failures for script in plays.scripts if script.failures]
    return Played(run, network, network.boxes, plays.noted, kept.left(workspace, path, *network.boxes.values()))


def all_ok(played: Played, host: str, name: str = "") -> int:
    """How many tasks the host had, with that beginning of their names; none of them failed."""
    found = {task: one for (task, on), one in played.run.outcomes.items() if on == host and task.startswith(name)}
    assert {one.status for one in found.values()} <= {"ok", "changed"}, found
    return len(found)


@pytest.mark.parametrize("name", NAMES)
def test_one_session_for_twenty_tasks(played: Played, name: str) -> None:
    way, box = NAMES[name], played.boxes.get(name)
    if way.realm:
        need("kdc", "gssapi", "krb5")
    assert box is not None and all_ok(played, name) == TWENTY
    assert (len(used(box)), box.connections) == (TWENTY, 1)
    assert (box.handshakes, box.authentication_failures) == (way.handshakes, 0)
    assert box.state()["tls_handshakes"]["begun"] == int(way.secure)
    assert box.state()["actions"].get("Identify", 0) <= 1, "what the service is was forgotten"
    asked = [one for one in box.journal if one.action]
    assert {one.encrypted for one in asked} == {way.handshakes > 0 and not way.secure}


def test_one_challenge_for_twenty_tasks(played: Played) -> None:
    """Of a service that closes the connection after each answer."""
    assert all_ok(played, "digest") == TWENTY
    records = played.boxes["digest"].journal
    assert [one.status for one in records].count(401) == 1 and {one.authorization for one in records} == {
        None,
        "Digest",
    }


def test_one_initial_ticket_for_all_forks(played: Played) -> None:
    need("kdc", "gssapi", "krb5")
    realm, box = played.network.realm, played.boxes["crowd"]
    assert all(all_ok(played, f"crowd{number}") == 3 for number in range(MANY))
    asked = [one for one in realm.requests if one.kind == "AS" and one.client == realm.full("many")]
    assert [one.outcome for one in asked].count("ISSUE") == 1, asked
    assert box.connections - 1 <= MANY == box.handshakes


def test_a_wrong_password_meets_the_kdc_and_no_ticket_of_the_right_one(played: Played) -> None:
    need("kdc", "gssapi", "krb5")
    assert played.run.on("impostor", "impostor: get 1").status == "unreachable"
    assert played.network.realm.failures("many") == 1


def test_hosts_that_wait_for_nobody_have_a_session_each(played: Played) -> None:
    assert [all_ok(played, f"free{number}") for number in range(5)] == [4] * 5
    assert played.boxes["free"].connections == 5


def test_ten_hosts_turn_to_one(played: Played) -> None:
    """Each answer goes to who asked, and no task waits for another's connection for good."""
    assert [all_ok(played, f"turned{number}", "turned") for number in range(MANY)] == [3] * MANY
    values = [played.run.on(f"turned{n}", "turned: 1").result["output"]["U32"] for n in range(MANY)]
    assert sorted(values) == list(range(1, MANY + 1))
    box = played.boxes["centre"]
    assert box.connections <= MANY and len(used(box)) >= 2 * MANY


def test_a_delegate_keeps_its_session(played: Played) -> None:
    assert all_ok(played, "turned0", "alone") == 3
    assert used(played.boxes["friend"]) == [1, 1, 1]


def test_options_that_differ_by_one_member_do_not_share(played: Played) -> None:
    assert all_ok(played, "members") == 2 * len(MEMBERS) + 2
    each = [number for number in range(2, len(MEMBERS) + 2) for _again in range(2)]
    assert used(played.boxes["members"]) == [1, *each, 1]


def test_users_of_one_host_never_share(played: Played) -> None:
    box = played.boxes["users"]
    assert [played.run.on("users", f"user {number}: get 1").status for number in (0, 1, 2, 4, 5)] == ["ok"] * 5
    assert used(box) == [1, 2, 1, 1, 2]
    assert [one.user for one in kept.operations(box)] == ["wsman", "other", "wsman", "wsman", "other"]


def test_a_kept_session_is_no_way_in_for_a_wrong_password(played: Played) -> None:
    assert played.run.on("users", "user 3: get 1").status == "unreachable"
    assert played.boxes["users"].authentication_failures == 1


def test_keep_session_of_a_task_drops_the_session_of_the_host(played: Played) -> None:
    assert all_ok(played, "dropping") == 4
    assert used(played.boxes["dropping"]) == [1, 1, 2, 3]


def test_keep_session_of_a_host(played: Played) -> None:
    assert all_ok(played, "unkept") == 3
    assert used(played.boxes["unkept"]) == [1, 2, 3]


def test_reset_connection(played: Played) -> None:
    assert all_ok(played, "reset") == 5
    assert used(played.boxes["reset"]) == [1, 1, 2, 2]
    assert played.noted["reset"] == 0, "the connection was not closed"


@pytest.mark.parametrize("host, expected", [("become", [1, 1, 1]), ("elsewhere", [1, 1]), ("idle", [1, 1, 2])])
def test_which_tasks_share(played: Played, host: str, expected: list[int]) -> None:
    """With become; of a second inventory; before and after a time in which nobody had use for the session."""
    assert all_ok(played, host) >= len(expected)
    assert used(played.boxes[host]) == expected


@pytest.mark.parametrize("host", ["forgotten", "closed"])
def test_a_session_that_ended_is_opened_once_more(played: Played, host: str) -> None:
    """By a 401, and by the service's closing the connection after an answer: for a call too, which has not gone out."""
    box = played.boxes[host]
    assert all_ok(played, host) == 5
    assert (used(box), box.connections, box.authentication_failures) == ([1, 1, 2, 2], 3, 0)
    assert box.handshakes == (3 if host == "forgotten" else 0)
    assert box.state()["executions"] == {"Sandbox_AllTypes.Increment": 1}


def test_a_password_that_was_changed_is_refused_once_a_task(played: Played) -> None:
    statuses = [played.run.on("changed", f"changed: get {number}").status for number in (1, 2, 3)]
    assert statuses == ["ok", "ok", "unreachable"]
    assert played.boxes["changed"].authentication_failures == 1


@pytest.mark.parametrize("host, status", [("slow", "unreachable"), ("late", "ignored")])
def test_a_request_that_took_too_long_ends_its_session(played: Played, host: str, status: str) -> None:
    """Longer than its read_timeout, and than its task may take."""
    box = played.boxes[host]
    statuses = [played.run.on(host, f"{host}: get {number}").status for number in (1, 2, 3)]
    assert statuses == ["ok", status, "ok"], played.run.on(host, f"{host}: get 2")
    assert box.connections == 2


def test_a_lost_get_is_sent_again(played: Played) -> None:
    assert all_ok(played, "lost") == 3
    assert used(played.boxes["lost"]) == [1, 1, 2, 2] and played.boxes["lost"].connections == 2


def test_of_a_lost_call_nobody_knows_whether_it_was_executed(played: Played) -> None:
    """It is not sent again: this service has no way to tell that it was."""
    failed = played.run.on("unknown", "unknown: call 2")
    assert failed.status == "unreachable" and failed.result["transport"]["outcome_unknown"] is True, failed
    last = played.run.on("unknown", "unknown: call 3")
    assert (last.status, int(last.result["output"]["U32"])) == ("changed", 3)
    assert played.boxes["unknown"].state()["executions"] == {"Sandbox_AllTypes.Increment": 3}
    assert played.boxes["unknown"].connections == 2


def test_nothing_is_left_of_the_run(played: Played) -> None:
    assert played.run.recap and played.left == {}
