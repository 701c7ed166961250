# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of the guides' inventories: one service for most guides, for some one of each make, a realm, or a proxy.

A host that needs a real part which this machine has not is left out, with the reason: what a guide shows of it is
skipped then.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import pathlib
import secrets
import shutil
import socket
import subprocess
import sys
import typing

import bootstrap
import service

sys.path.insert(0, str(bootstrap.ROOT / "tests"))

import parts  # noqa: E402
from parts.kdc import Realm  # noqa: E402
from parts.squid import Squid  # noqa: E402

Variables = dict[str, typing.Any]
REALM, SILENT = "EXAMPLE.COM", "SILENT.EXAMPLE"
SERVICES = ("host/localhost", "HTTP/localhost")
ALL_SCHEMES = ("/service/auth/CredSSP=true", "/service/auth/Certificate=true")
AS_INSTALLED = ("/service/auth/Basic=false", "/service/AllowUnencrypted=false")
STRICT = ("/service/auth/CbtHardeningLevel=Strict",)


@dataclasses.dataclass
class Hosts:
    """*inventory*: variables by host. *lacking*: why a host is not there. *variables* of the processes that a guide
    runs."""

    inventory: dict[str, Variables] = dataclasses.field(default_factory=dict)
    lacking: dict[str, str] = dataclasses.field(default_factory=dict)
    variables: dict[str, str] = dataclasses.field(default_factory=dict)

    def write(self, path: pathlib.Path) -> None:
        """An inventory for its owner alone: it holds passwords. JSON is YAML."""
        path.touch(mode=0o600)
        path.write_text(json.dumps({"all": {"hosts": self.inventory}}, indent=2), encoding="utf-8")


@contextlib.contextmanager
def hosts(guide: str, environment: bootstrap.Environment, folder: pathlib.Path) -> typing.Iterator[Hosts]:
    """The hosts of a guide, by the name of its file, while the block runs; *folder* is where its commands run."""
    with contextlib.ExitStack() as stack:
        yield SPECIAL.get(guide, usual)(environment, folder, stack)


def usual(environment: bootstrap.Environment, _folder: pathlib.Path, stack: contextlib.ExitStack) -> Hosts:
    """One service, by Basic over HTTPS."""
    facts = stack.enter_context(service.running(environment))
    return Hosts({"server1": {**place(facts), **account(facts), "ansible_wsman_authentication": "basic"}})


def every_kind(environment: bootstrap.Environment, folder: pathlib.Path, stack: contextlib.ExitStack) -> Hosts:
    """The usual service, and one of each other make."""
    made = usual(environment, folder, stack)
    for manner in ("omi", "openwsman", "idrac", "amt"):
        facts = stack.enter_context(service.running(environment, "--manner", manner))
        scheme = "digest" if manner == "amt" else "basic"
        made.inventory[f"{manner}1"] = {**place(facts), **account(facts), "ansible_wsman_authentication": scheme}
    return made


def place(facts: Variables, host: str | None = None) -> Variables:
    return {
        "ansible_connection": "wsman.automation.wsman",
        "ansible_host": host or facts["host"],
        "ansible_wsman_port": facts["https_port"],
        "ansible_wsman_ca_cert": facts["ca_file"],
    }


def account(facts: Variables) -> Variables:
    return {"ansible_user": facts["user"], "ansible_password": facts["password"]}


def connecting(environment: bootstrap.Environment, folder: pathlib.Path, stack: contextlib.ExitStack) -> Hosts:
    """The usual service by the default authentication, the authority of another, and a proxy that wants an account."""
    facts = stack.enter_context(service.running(environment))
    made = Hosts({"server1": {**place(facts), **account(facts)}})
    shutil.copy(facts["ca_file"], folder / "ca.pem")
    shutil.copy(facts["crl_file"], folder / "crl.pem")
    other = stack.enter_context(service.running(environment))
    shutil.copy(other["ca_file"], folder / "other-ca.pem")
    shutil.copy(other["crl_file"], folder / "other-crl.pem")
    reason = parts.missing("squid")
    if reason:
        made.lacking["proxied1"] = reason
        return made
    password = secrets.token_urlsafe(12)
    proxy = stack.enter_context(Squid(("digest", "basic"), users={"courier": password}))
    made.inventory["proxied1"] = {
        **made.inventory["server1"],
        "ansible_wsman_proxy": proxy.url,
        "ansible_wsman_proxy_user": "courier",
        "ansible_wsman_proxy_password": password,
    }
    return made


def authentication(environment: bootstrap.Environment, folder: pathlib.Path, stack: contextlib.ExitStack) -> Hosts:
    """A host for each authentication, without naming it: the guide does, in files of variables that it shows."""
    made = Hosts()
    reason = parts.missing("kdc") or missing_libraries(environment)
    realm = None if reason else stack.enter_context(Realm(REALM, lockout=0, default_realm=REALM))
    made.variables = dict(realm.environment) if realm else {}
    more = fill_realm(realm, folder, stack) if realm else []
    full, strict, fresh, amt = (
        stack.enter_context(service.running(environment, *arguments, variables=made.variables))
        for arguments in (
            [*more, "--tls-maximum", "TLSv1_2", *configured(ALL_SCHEMES)],
            [*more, *configured(STRICT)],
            [*more, *configured(AS_INSTALLED)],
            ["--manner", "amt"],
        )
    )
    copy_certificate(full["client_certificate"], folder)
    of_realm = {"vault_password": IN_REALM}
    for name, facts, variables in [
        ("negotiate1", full, of_realm),
        ("kerberos1", full, of_realm),
        ("default1", full, {}),
        ("ntlm1", full, {}),
        ("credssp1", full, {}),
        ("certificate1", full, {}),
        ("basic1", full, {}),
        ("none1", full, {}),
        ("digest1", amt, {}),
        ("strict1", strict, {**account(strict), "ansible_wsman_authentication": "ntlm"}),
        ("fresh1", fresh, account(fresh)),
    ]:
        made.inventory[name] = {**place(facts, "localhost"), "vault_password": facts["password"], **variables}
    if reason:
        made.lacking = dict.fromkeys(("negotiate1", "kerberos1"), reason)
    leave_out_kerberos(folder)
    return made


IN_REALM = secrets.token_urlsafe(12)  # the password of every user there


def fill_realm(realm: Realm, folder: pathlib.Path, stack: contextlib.ExitStack) -> list[str]:
    """Users, services, a ticket cache, a keytab of a user, and a second realm whose KDC takes everything in silence."""
    for user, forwardable in (("monitor", True), ("guest", False)):
        realm.add(user, IN_REALM, forwardable=forwardable)
    realm.add("retired", IN_REALM)
    realm.disable("retired")
    for name in SERVICES:
        realm.add(name)
    realm.keytab("monitor", path=folder / "monitor.keytab")
    realm.ccache("monitor", IN_REALM, path=folder / "monitor.ccache")
    port = silent_port(stack)
    with (realm.folder / "krb5.conf").open("a", encoding="utf-8") as file:
        file.write(f"[realms]\n    {SILENT} = {{\n        kdc = 127.0.0.1:{port}\n    }}\n")
    return ["--keytab", realm.keytab(*SERVICES)]


def silent_port(stack: contextlib.ExitStack) -> int:
    """A port that takes connections and datagrams, and never answers."""
    listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    port: int = listener.getsockname()[1]
    datagrams = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
    with contextlib.suppress(OSError):  # where somebody has it for datagrams, TCP is silent all the same
        datagrams.bind(("127.0.0.1", port))
    return port


def configured(settings: typing.Iterable[str]) -> list[str]:
    return [word for setting in settings for word in ("--config", setting)]


def copy_certificate(files: dict[str, str], folder: pathlib.Path) -> None:
    for name, path in files.items():
        if pathlib.Path(path).is_file():
            shutil.copy(path, folder / f"client.{name}")


def leave_out_kerberos(folder: pathlib.Path) -> None:
    """A folder for PYTHONPATH with which the libraries of Kerberos cannot be imported, as where they are missing."""
    without = folder / "without-kerberos"
    without.mkdir()
    for name in ("gssapi", "krb5"):
        (without / f"{name}.py").write_text("raise ImportError(__name__)\n", encoding="utf-8")


def missing_libraries(environment: bootstrap.Environment) -> str | None:
    """What is missing of Kerberos for Python in the environment that runs Ansible and the services."""
    done = subprocess.run([environment.python, "-c", "import gssapi, krb5"], capture_output=True, check=False)
    return None if done.returncode == 0 else "gssapi, krb5 is not installed: make parts"


SPECIAL: dict[str, typing.Callable[[bootstrap.Environment, pathlib.Path, contextlib.ExitStack], Hosts]] = {
    "guide_authentication": authentication,
    "guide_connection": connecting,
    "guide_tls": connecting,
    **dict.fromkeys(("guide_desired_state", "guide_enumerate", "guide_invoke", "guide_values"), every_kind),
}
NEED_PARTS = frozenset(["guide_authentication", "guide_connection", "guide_tls"])
