# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks with every authentication: over HTTP where it encrypts, over HTTPS, and over HTTPS with encryption inside.

Each host of the inventory has a service of its own, whose journal tells by what the requests really came in.
"""

from __future__ import annotations

import collections.abc
import contextlib
import dataclasses
import re
import typing as t

import accounts
import playbook
import pytest
from accounts import ALL_TYPES, Network, variables

from parts import need

LONG = "a long value " * 1600  # of 20,800 octets: more than CredSSP takes at once


@dataclasses.dataclass(frozen=True)
class Case:
    """A host. *scheme* and *mechanism* are the service's words for what came in; *realm*: the user is one of it."""

    authentication: str
    transport: str  # http, https, or both: encryption by the authentication within TLS
    scheme: str
    mechanism: str | None = None
    realm: bool = False
    manner: str = "windows"

    @property
    def name(self) -> str:
        manner = "" if self.manner == "windows" else f"-{self.manner}"
        return f"{self.authentication}{'-realm' * self.realm}-{self.transport}{manner}"

    @property
    def secure(self) -> bool:
        return self.transport != "http"

    @property
    def encrypted(self) -> bool:
        return self.transport != "https" and self.scheme in ("Negotiate", "CredSSP")


def encrypting() -> collections.abc.Iterator[Case]:
    """What encrypts messages, in all three ways, and both manners of parts over HTTP."""
    for authentication, scheme, mechanism, realm in [
        ("ntlm", "Negotiate", "ntlm", False),
        ("negotiate", "Negotiate", "ntlm", False),
        ("negotiate", "Negotiate", "kerberos", True),
        ("kerberos", "Negotiate", "kerberos", True),
        ("credssp", "CredSSP", "ntlm", False),
        ("credssp", "CredSSP", "kerberos", True),
        ("default", "Negotiate", "ntlm", False),
        ("default", "Negotiate", "kerberos", True),
    ]:
        for transport in ("http", "https", "both"):
            yield Case(authentication, transport, scheme, mechanism, realm)
        if authentication in ("ntlm", "negotiate", "kerberos"):
            yield Case(authentication, "http", scheme, mechanism, realm, "omi")


CASES = list(encrypting())
names = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def tasks() -> list[dict[str, t.Any]]:
    """One of each operation; the instance is longer than 16,384 octets on its way out, and on its way back."""
    made = {"resource_uri": ALL_TYPES, "selector_set": {"Id": 815}}
    table: list[tuple[str, dict[str, t.Any]]] = [
        ("identify", {}),
        ("create", {**made, "properties": {"Id": 815, "Text": LONG}}),
        ("get", made),
        ("put", {**made, "properties": {"Text": "a short value"}}),
        ("invoke", {**made, "method": "Spell", "arguments": {"Number": 2}}),
        ("enumerate", {"resource_uri": "wmicimv2/Sandbox_Number", "limit": 7, "max_elements": 3}),
        ("delete", made),
    ]
    return [{"name": module, f"wsman.automation.wsman_{module}": options} for module, options in table]


class Played(t.NamedTuple):
    """A run and its services, by host."""

    run: playbook.Run
    network: Network


@pytest.fixture(scope="module")
def network() -> collections.abc.Iterator[Network]:
    with contextlib.ExitStack() as stack:
        yield Network(stack)


@pytest.fixture(scope="module")
def played(workspace: playbook.Workspace, network: Network) -> Played:
    hosts = {}
    for case in CASES:
        if case.realm and not network.has_realm:
            continue
        box = network.start(case.name, manner=case.manner, allow_unencrypted=False)
        more: dict[str, t.Any] = {"user": network.user(), "password": accounts.IN_REALM} if case.realm else {}
        if case.transport == "both":
            more["message_encryption"] = "always"
        hosts[case.name] = variables(box, case.authentication, case.secure, **more)
    return Played(workspace.play(hosts, [{"hosts": "all", "tasks": tasks()}]), network)


def results(played: Played, case: Case) -> dict[str, dict[str, t.Any]]:
    """What each task returned; a case without its realm is skipped."""
    if case.realm:
        need("kdc", "gssapi", "krb5")
    done = {task["name"]: played.run.on(case.name, task["name"]) for task in tasks()}
    assert {outcome.status for outcome in done.values()} <= {"ok", "changed"}, done
    return {name: outcome.result for name, outcome in done.items()}


@names
def test_every_operation_does_what_it_should(played: Played, case: Case) -> None:
    done = results(played, case)
    assert done["get"]["instance"]["Text"] == LONG
    assert done["put"]["changed"] and done["put"]["diff"]["after"]["Text"] == "a short value"
    assert done["invoke"]["return_value"] == "two"
    assert [int(one["Number"]) for one in done["enumerate"]["instances"]] == [1, 2, 3, 4, 5, 6, 7]
    assert done["delete"]["changed"]


@names
def test_the_service_saw_this_scheme(played: Played, case: Case) -> None:
    results(played, case)
    box = played.network.boxes[case.name]
    asked = [one for one in box.journal if one.request_bytes]
    assert len(asked) >= len(tasks())
    assert {(one.user, one.scheme, one.mechanism) for one in asked} == {("wsman", case.scheme, case.mechanism)}
    assert {one.encrypted for one in asked} == {case.encrypted}
    assert {one.secure for one in box.journal} == {case.secure}
    sizes = [(one.request_bytes, one.response_bytes) for one in asked]
    assert max(size for size, _answer in sizes) > 16384 and max(size for _request, size in sizes) > 16384
    assert (box.authentication_failures, box.bindings_refused) == (0, 0)
    assert box.handshakes == box.connections == len({one.connection for one in asked})


@names
def test_identify_tells_the_session(played: Played, case: Case) -> None:
    session = results(played, case)["identify"]["session"]
    authentication = "negotiate" if case.authentication == "default" else case.authentication
    assert (session["authentication"], session["mechanism"]) == (authentication, case.mechanism)
    assert (session["scheme"], session["encrypted"]) == ("https" if case.secure else "http", True)
    assert session["bound"] == (case.secure and case.scheme == "Negotiate")


@pytest.mark.parametrize("case", [one for one in CASES if one.transport == "http"], ids=lambda case: case.name)
def test_parts_look_as_the_service_wants_them(played: Played, case: Case) -> None:
    """Windows wants tabs; OMI closes the connection on one."""
    results(played, case)
    wire = b"".join(played.network.boxes[case.name].wire.values())
    assert b"\r\nOriginalContent: type=" not in wire if case.manner == "windows" else b"\tOriginalContent" not in wire
    assert b"OriginalContent: type=" in wire


@pytest.mark.parametrize("case", [one for one in CASES if one.encrypted], ids=lambda case: case.name)
def test_long_messages_go_in_parts_under_credssp_alone(played: Played, case: Case) -> None:
    """Each record of the TLS within CredSSP is a part of its own (MS-WSMV 2.2.9.1.3); both ways."""
    results(played, case)
    box = played.network.boxes[case.name]
    for octets in (b"".join(box.wire.values()), b"".join(box.wire_sent.values())):
        lengths = [int(one) for one in re.findall(rb"OriginalContent: type=[^;]+;charset=[^;]+;Length=(\d+)", octets)]
        assert (max(lengths) <= 16384) == (case.scheme == "CredSSP")
        assert (b"multipart/x-multi-encrypted" in octets) == (case.scheme == "CredSSP")
