# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventories written for winrm and psrp serve wsman_get without a changed line: only their hosts are the bundled one.

One service on the usual ports, with a real KDC where one is installed, and a task that tells the service which host of
the inventory asked.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import re
import typing as t

import playbook
import pytest
from playbook import PASSWORD

from parts import missing, need
from parts.kdc import Realm
from sandbox import Sandbox, Tls
from sandbox.journal import Record

ADDRESS = "127.0.0.77"  # its ports 5985 and 5986 are nobody else's
REALM = "PARTS.TEST"
IN_REALM = "in-the-Realm.0815"  # of the user wsman there
SERVICES = ("host/localhost", "HTTP/localhost", "WSMAN/localhost")
BARE, DOMAIN, PRINCIPAL = "wsman", "SANDBOX\\wsman", f"wsman@{REALM}"
NAMED_AS = re.compile(rb'Name="Asked_by"[^>]*>([^<]*)<')

WINRM_IGNORE = {"ansible_winrm_server_cert_validation": "ignore"}
PSRP_IGNORE = {"ansible_psrp_cert_validation": "ignore"}
WINRM_NAME = {"ansible_winrm_kerberos_hostname_override": "localhost"}
PSRP_NAME = {"ansible_psrp_negotiate_hostname_override": "localhost"}


@dataclasses.dataclass(frozen=True)
class Case:
    """A host of an inventory, and how its request has to come in: the scheme of HTTP and what that agreed upon."""

    name: str
    variables: dict[str, t.Any]
    scheme: str
    mechanism: str | None = None

    @property
    def secure(self) -> bool:
        return self.variables["ansible_port"] == 5986

    @property
    def needs_realm(self) -> bool:
        return self.mechanism == "kerberos"


def winrm(name: str, port: int, user: str, scheme: str, mechanism: str | None = None, **more: t.Any) -> Case:
    """A host of winrm; *more* without the prefix of its variables. Certificates are ignored, as many do."""
    extra = {f"ansible_winrm_{option}": value for option, value in more.items()}
    named = WINRM_NAME if mechanism == "kerberos" else {}
    variables = {"ansible_connection": "winrm", "ansible_port": port, "ansible_user": user, **WINRM_IGNORE, **named}
    return Case(f"winrm_{name}_{port}", {**variables, **extra}, scheme, mechanism)


def psrp(name: str, port: int, user: str, scheme: str, mechanism: str | None = None, **more: t.Any) -> Case:
    """The same for psrp."""
    extra = {f"ansible_psrp_{option}": value for option, value in more.items()}
    named = PSRP_NAME if mechanism == "kerberos" else {}
    variables = {"ansible_connection": "psrp", "ansible_port": port, "ansible_user": user, **PSRP_IGNORE, **named}
    return Case(f"psrp_{name}_{port}", {**variables, **extra}, scheme, mechanism)


WINRM = [
    case
    for port in (5985, 5986)
    for case in (
        winrm("kerberos", port, PRINCIPAL, "Negotiate", "kerberos", transport="kerberos", kinit_mode="managed"),
        winrm("unset_realm", port, PRINCIPAL, "Negotiate", "kerberos"),
        winrm("service", port, PRINCIPAL, "Negotiate", "kerberos", transport=["kerberos", "ntlm"], service="WSMAN"),
        winrm("ntlm", port, BARE, "Negotiate", "ntlm", transport="ntlm"),
        winrm("ntlm_domain", port, DOMAIN, "Negotiate", "ntlm", transport=["ntlm"], send_cbt=False),
        winrm("credssp", port, BARE, "CredSSP", "ntlm", transport="credssp"),
        winrm("credssp_domain", port, DOMAIN, "CredSSP", "ntlm", transport="credssp", credssp_auth_mechanism="ntlm"),
    )
] + [
    winrm("clear_first", 5985, BARE, "Negotiate", "ntlm", transport=["plaintext", "ntlm"]),
    winrm("clear", 5985, BARE, "Basic", transport="plaintext", message_encryption="never"),
    winrm("basic", 5986, BARE, "Basic", transport="basic"),
    winrm("ssl", 5986, BARE, "Basic", transport=["ssl"]),
    winrm("unset", 5986, BARE, "Basic"),
    winrm("never", 5986, BARE, "Basic", message_encryption="never"),
    winrm("always", 5986, BARE, "Negotiate", "ntlm", transport="ntlm", message_encryption="always"),
    winrm("certificate", 5986, BARE, "Certificate", transport="certificate", cert_pem="PEM", cert_key_pem="KEY"),
    winrm("ssl_certificate", 5986, BARE, "Certificate", transport="ssl", cert_pem="PEM", cert_key_pem="KEY"),
]
PSRP = [
    case
    for port in (5985, 5986)
    for case in (
        psrp("unset", port, BARE, "Negotiate", "ntlm"),
        psrp("unset_domain", port, DOMAIN, "Negotiate", "ntlm"),
        psrp("unset_realm", port, PRINCIPAL, "Negotiate", "kerberos"),
        psrp("negotiate", port, PRINCIPAL, "Negotiate", "kerberos", auth="negotiate", negotiate_service="HTTP"),
        psrp("kerberos", port, PRINCIPAL, "Negotiate", "kerberos", auth="kerberos"),
        psrp("ntlm", port, BARE, "Negotiate", "ntlm", auth="ntlm", negotiate_send_cbt=False),
        psrp("credssp", port, BARE, "CredSSP", "ntlm", auth="credssp", credssp_minimum_version=5),
        psrp("credssp_domain", port, DOMAIN, "CredSSP", "ntlm", auth="credssp", credssp_auth_mechanism="ntlm"),
    )
] + [
    psrp("clear", 5985, BARE, "Basic", auth="basic", message_encryption="never"),
    psrp("basic", 5986, BARE, "Basic", auth="basic", ignore_proxy=True),
    psrp("always", 5986, BARE, "Negotiate", "ntlm", auth="ntlm", message_encryption="always"),
    psrp("cert", 5986, BARE, "Certificate", auth="certificate", certificate_pem="PEM", certificate_key_pem="KEY"),
]
CASES = WINRM + PSRP


class Inventories(t.NamedTuple):
    """The run, and the request of each host as the service saw it."""

    run: playbook.Run
    requests: dict[str, Record]
    box: Sandbox
    realm: Realm | None


@pytest.fixture(scope="module")
def realm() -> collections.abc.Iterator[Realm | None]:
    """A KDC, where one is installed: the other authentications can do without."""
    if missing("kdc") or missing("gssapi") or missing("krb5"):
        yield None
        return
    with Realm(REALM) as made, pytest.MonkeyPatch.context() as patch:
        for name, value in made.environment.items():
            patch.setenv(name, value)
        made.add("wsman", IN_REALM)
        for service in SERVICES:
            made.add(service)
        yield made


@pytest.fixture(scope="module")
def box(realm: Realm | None) -> collections.abc.Iterator[Sandbox]:
    schemes = {"/service/auth/CredSSP": "true", "/service/auth/Certificate": "true"}
    with Sandbox(
        users={"wsman": PASSWORD}, host=ADDRESS, http_port=5985, https_port=5986, configuration=schemes,
        keytab=realm.keytab(*SERVICES) if realm else None, tls=Tls(maximum="TLSv1_2"),
    ) as made:  # fmt: skip
        yield made


def host(case: Case, box: Sandbox) -> dict[str, t.Any]:
    """The variables of an inventory: those of the case, its password, and the files that it names."""
    files = {"PEM": str(box.client_certificate.pem), "KEY": str(box.client_certificate.key)}
    named = {
        name: files.get(value, value) if isinstance(value, str) else value for name, value in case.variables.items()
    }
    password = IN_REALM if case.variables["ansible_user"] == PRINCIPAL else PASSWORD
    return {"ansible_host": ADDRESS, "ansible_password": password, **named}


@pytest.fixture(scope="module")
def inventories(workspace: playbook.Workspace, box: Sandbox, realm: Realm | None) -> Inventories:
    asked_by = [{"name": "Asked_by", "value": "{{ inventory_hostname }}"}]
    get = {"resource_uri": "winrm/config", "option_set": asked_by}
    wanted = [case for case in CASES if realm or not case.needs_realm]
    play = {"hosts": "all", "tasks": [{"name": "get", "wsman.automation.wsman_get": get}]}
    run = workspace.play({case.name: host(case, box) for case in wanted}, [play], "-vv", ANSIBLE_FORKS="4")
    found = {}
    for record in box.journal:
        match = NAMED_AS.search(record.request or b"")
        if match and record.status == 200:
            found[match[1].decode()] = record
    return Inventories(run, found, box, realm)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_inventory(inventories: Inventories, case: Case) -> None:
    if case.needs_realm:
        need("kdc", "gssapi", "krb5")
    outcome = inventories.run.on(case.name, "get")
    assert outcome.status == "ok", outcome
    assert outcome.result["instance"]["Service"]["Auth"]["Basic"] is True
    record = inventories.requests[case.name]
    assert (record.secure, record.scheme, record.mechanism) == (case.secure, case.scheme, case.mechanism)
    always = case.variables.get(f"ansible_{case.name.partition('_')[0]}_message_encryption") == "always"
    assert record.encrypted == (case.scheme in ("Negotiate", "CredSSP") and (always or not case.secure))


def test_each_account_was_shown_once_and_to_nobody_else(inventories: Inventories) -> None:
    assert inventories.box.authentication_failures == 0
    if inventories.realm is not None:
        asked = {one.client for one in inventories.realm.requests if one.kind == "AS"}
        assert asked == {PRINCIPAL}
        assert inventories.realm.failures("wsman") == 0


SAID = [
    ("winrm_certificate_5986", "ansible_user means nothing"),
    ("winrm_certificate_5986", "ansible_password means nothing"),
    ("winrm_never_5986", "ansible_winrm_message_encryption means nothing over HTTPS"),
    ("winrm_ntlm_5985", "ansible_winrm_server_cert_validation means nothing over HTTP"),
    ("psrp_ntlm_5985", "ansible_psrp_cert_validation means nothing over HTTP"),
]


@pytest.mark.parametrize(("name", "text"), SAID)
def test_what_is_moot_is_said(inventories: Inventories, name: str, text: str) -> None:
    """The lines of a host bear its address, which is the same for all."""
    assert inventories.run.on(name, "get").status == "ok"
    assert f"<{ADDRESS}> {text}" in inventories.run.output


def test_kinit_is_said_to_be_ignored(inventories: Inventories) -> None:
    need("kdc", "gssapi", "krb5")
    assert "ansible_winrm_kinit_mode is not used" in inventories.run.output


def test_no_password_is_shown(inventories: Inventories) -> None:
    assert PASSWORD not in inventories.run.output and IN_REALM not in inventories.run.output
