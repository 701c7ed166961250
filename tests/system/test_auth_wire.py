# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbooks let out: on the wire, at every verbosity, in process lists and files; and how many handshakes.

Basic over HTTP is among the hosts, so that the search is seen to find what is there.
"""

from __future__ import annotations

import collections.abc
import contextlib
import dataclasses
import pathlib
import typing as t

import playbook
import pytest
from accounts import ALL_TYPES, IN_REALM, LOCAL, Network, spellings, variables, wire
from watch import Watch

from parts import need

VALUE = "a value that nobody else reads: Zürich"
TARGET = {"resource_uri": f"{ALL_TYPES}?Id=1"}
LOOP = 20


@dataclasses.dataclass(frozen=True)
class Case:
    """A host with a loop of 20. *sealed*: the message is encrypted by the authentication."""

    authentication: str
    secure: bool = False
    realm: bool = False
    sealed: bool = True

    @property
    def name(self) -> str:
        return f"{self.authentication}{'-realm' * self.realm}-{'https' if self.secure else 'http'}"


CASES = [
    *(Case(name, secure) for name in ("ntlm", "negotiate", "credssp") for secure in (False, True)),
    *(Case(name, secure, True) for name in ("negotiate", "kerberos", "credssp") for secure in (False, True)),
]
OPEN = [Case("basic", sealed=False), Case("digest", sealed=False)]
SECRETS = {"the local password": LOCAL, "the password of the realm": IN_REALM}
CONTENT = {"the resource": "Sandbox_AllTypes", "the value": VALUE, "the message": "Envelope"}
names = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


class Played(t.NamedTuple):
    """A run at -vvvvv, its services, and meanwhile: what processes were called with, and what was in files."""

    run: playbook.Run
    network: Network
    processes: set[bytes]
    files: dict[pathlib.Path, set[bytes]]
    kinit: pathlib.Path


@pytest.fixture(scope="module")
def network() -> collections.abc.Iterator[Network]:
    with contextlib.ExitStack() as stack:
        yield Network(stack)


@pytest.fixture(scope="module")
def played(workspace: playbook.Workspace, network: Network, tmp_path_factory: pytest.TempPathFactory) -> Played:
    hosts = {}
    for case in [*CASES, *OPEN]:
        if case.realm and not network.has_realm:
            continue
        box = network.start(case.name, manner="openwsman" if case.authentication == "digest" else "windows")
        more: dict[str, t.Any] = {"user": network.user(), "password": IN_REALM} if case.realm else {}
        more["message_encryption"] = "always" if case.secure else "auto" if case.sealed else "never"
        hosts[case.name] = variables(box, case.authentication, case.secure, **more)
    put = {**TARGET, "properties": {"Text": f"{VALUE} {{{{ item }}}}"}, "allow_loss": True}
    task = {"name": "loop", "wsman.automation.wsman_put": put, "loop": list(range(LOOP))}
    kinit, path = decoy(tmp_path_factory.mktemp("bin"))
    with Watch(workspace.folder / "home") as watch:
        run = workspace.play(hosts, [{"hosts": "all", "tasks": [task]}], "-vvvvv", "--diff", PATH=path)
    return Played(run, network, watch.seen, watch.files, kinit)


def decoy(folder: pathlib.Path) -> tuple[pathlib.Path, str]:
    """A kinit that says that it was called; a PATH where it comes first."""
    called, program = folder / "called", folder / "kinit"
    program.write_text(f"#!/bin/sh\ntouch {called}\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    return called, f"{folder}:/usr/bin:/bin"


def has_come_in(played: Played, case: Case) -> None:
    """A case without its realm is skipped."""
    if case.realm:
        need("kdc", "gssapi", "krb5")
    outcome = played.run.on(case.name, "loop")
    assert outcome.status == "changed", outcome
    assert len(outcome.items) == LOOP


@names
@pytest.mark.parametrize("what", {**SECRETS, **CONTENT})
def test_nobody_on_the_way_reads_this(played: Played, case: Case, what: str) -> None:
    has_come_in(played, case)
    seen = wire(played.network.boxes[case.name])
    assert len(seen) > LOOP * 1000
    text = {**SECRETS, **CONTENT}[what]
    assert not [one for one in spellings(text) if one in seen]


def test_without_encryption_everybody_reads_it(played: Played) -> None:
    """Which shows that the search finds what is there."""
    has_come_in(played, OPEN[0])
    seen = wire(played.network.boxes[OPEN[0].name])
    for text in (LOCAL, *CONTENT.values()):
        assert [one for one in spellings(text) if one in seen], text


def test_digest_shows_the_messages_and_not_the_password(played: Played) -> None:
    has_come_in(played, OPEN[1])
    seen = wire(played.network.boxes[OPEN[1].name])
    assert not [one for one in spellings(LOCAL) if one in seen]
    assert VALUE.encode() in seen


@names
def test_one_handshake_serves_a_loop(played: Played, case: Case) -> None:
    has_come_in(played, case)
    box = played.network.boxes[case.name]
    assert (box.handshakes, box.connections, box.authentication_failures) == (1, 1, 0)
    asked = [one for one in box.journal if one.action]
    operations = [one for one in asked if (one.resource_uri or "").endswith("Sandbox_AllTypes")]
    assert len(operations) == 3 * LOOP  # each Put stands between two Gets
    assert len(asked) - len(operations) <= 4  # what the service is, and the schemas of the class and of what it embeds
    assert {one.encrypted for one in asked} == {True}
    most = {"credssp": 6}.get(case.authentication, 3) - 1  # empty requests that carry tokens alone
    assert len(box.journal) - len(asked) <= most


@pytest.mark.parametrize("what", SECRETS)
def test_no_output_at_any_verbosity_has_a_password(played: Played, what: str) -> None:
    assert len(played.run.outcomes) >= len(OPEN)
    seen = played.run.output.encode()
    assert VALUE.encode() in seen  # so much is shown
    assert not [one for one in spellings(SECRETS[what]) if one in seen]


@pytest.mark.parametrize("what", SECRETS)
def test_no_process_was_called_with_a_password(played: Played, what: str) -> None:
    assert any(b"ansible-playbook" in one for one in played.processes)
    assert not [one for one in played.processes for word in spellings(SECRETS[what]) if word in one]
    assert not played.kinit.exists()


@pytest.mark.parametrize("what", SECRETS)
def test_no_file_that_ansible_wrote_has_a_password(
    played: Played, workspace: playbook.Workspace, what: str
) -> None:
    """But the inventory, where we put it."""
    written = [one for one in workspace.folder.rglob("*") if one.is_file() and not one.name.startswith("inventory-")]
    assert len(written) >= 2 and played.run.outcomes
    words = spellings(SECRETS[what])
    assert not [one for one in written if any(word in one.read_bytes() for word in words)]


@pytest.mark.parametrize("what", SECRETS)
def test_no_file_had_a_password_meanwhile(played: Played, what: str) -> None:
    """What is there only while the playbook runs, as that which is handed from task to task."""
    assert any("ansible-local-" in str(one) for one in played.files) and played.run.outcomes
    words = spellings(SECRETS[what])
    assert not [name for name, had in played.files.items() for one in had for word in words if word in one]
