# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks with what does not encrypt, with all that a ticket can come from, and bound to certificates of each kind.

Each host of the inventory has a service of its own, but for those that share its kind of certificate.
"""

from __future__ import annotations

import collections.abc
import contextlib
import dataclasses
import hashlib
import pathlib
import typing as t

import playbook
import pytest
from accounts import ALL_TYPES, IN_REALM, SCHEMAS, Network, variables

from parts import need
from sandbox import DigestSettings, Sandbox, Tls

GET = {"resource_uri": f"{ALL_TYPES}?Id=1"}
SETTINGS = {
    "resource_uri": "http://intel.com/wbem/wscim/1/amt-schema/1/AMT_GeneralSettings",
    "selector_set": {"InstanceID": "Intel(r) AMT: General Settings"},
}
ACCOUNT = {"user": None, "password": None}  # what takes the local account away
KERBEROS = ("Negotiate", "kerberos")
SCHEMES = {"ntlm": "ntlm", "negotiate": "ntlm", "negotiate-realm": "kerberos", "kerberos": "kerberos"}
KINDS = ("rsa", "rsa-pss", "ed25519", "sha384", "sha1")


@dataclasses.dataclass(frozen=True)
class Way:
    """A host that comes in: its variables, and the scheme and mechanism that its service has to see."""

    name: str
    authentication: str | None
    secure: bool
    seen: tuple[str | None, str | None]
    more: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    manner: str = "windows"

    @property
    def realm(self) -> bool:
        return self.seen == KERBEROS


CLEAR = {"message_encryption": "never"}
ANYBODY = ("Basic", None)

# Without Kerberos.
PLAIN = [
    Way("basic", "basic", True, ANYBODY),
    Way("basic in clear", "basic", False, ANYBODY, CLEAR),
    Way("basic of AMT", "basic", True, ANYBODY, manner="amt"),
    Way("digest of AMT", "digest", True, ("Digest", None), manner="amt"),
    Way("digest of AMT with integrity", "digest", True, ("Digest", None), manner="amt"),
    Way("digest in clear", "digest", False, ("Digest", None), CLEAR, "amt"),
    Way("digest of Openwsman", "digest", True, ("Digest", None), manner="openwsman"),
    Way("certificate", "certificate", True, ("Certificate", None),
        {**ACCOUNT, "certificate_pem": "{pem}", "certificate_key_pem": "{key}"}),
    Way("certificate with its key", "certificate", True, ("Certificate", None),
        {**ACCOUNT, "certificate_pem": "{combined}"}),
    Way("certificate with a passphrase", "certificate", True, ("Certificate", None),
        {**ACCOUNT, "certificate_pem": "{pem}", "certificate_key_pem": "{encrypted_key}",
         "certificate_key_password": "{passphrase}"}),
    Way("certificate of PKCS 12", "certificate", True, ("Certificate", None),
        {**ACCOUNT, "certificate_pfx": "{pfx}", "certificate_key_password": "{passphrase}"}),
    Way("certificate by default of none", None, True, ("Certificate", None),
        {**ACCOUNT, "certificate_pem": "{combined}", "flags": ["UseClientCertificate"]}),
    Way("domain and user", "ntlm", False, ("Negotiate", "ntlm"), {"user": "SANDBOX\\wsman"}),
    Way("computer and user", "ntlm", False, ("Negotiate", "ntlm"), {"user": "localhost\\wsman"}),
    Way("dot and user", "negotiate", False, ("Negotiate", "ntlm"), {"user": ".\\wsman"}),
    Way("user and domain", "ntlm", False, ("Negotiate", "ntlm"), {"user": "wsman@SANDBOX"}),
    Way("without encryption", "ntlm", False, ("Negotiate", "ntlm"), CLEAR),
    Way("by address", "negotiate", False, ("Negotiate", "ntlm"), {"host": "127.0.0.1"}),
]  # fmt: skip

# With it: {…} are filled in by tickets().
TICKETS = [
    Way("password", "kerberos", False, KERBEROS, {"user": "{user}", "password": IN_REALM}),
    Way("domain and user for Kerberos", "kerberos", False, KERBEROS,
        {"user": "{domain}\\wsman", "password": IN_REALM}),
    Way("domain and user for Negotiate", "negotiate", False, KERBEROS,
        {"user": "{domain}\\wsman", "password": IN_REALM}),
    Way("ticket cache", "kerberos", False, KERBEROS, {**ACCOUNT, "kerberos_ccache": "{ccache}"}),
    Way("ticket cache of this user", "kerberos", True, KERBEROS,
        {"user": "{user}", "password": None, "kerberos_ccache": "FILE:{ccache}"}),
    Way("ticket cache for Negotiate", "negotiate", False, KERBEROS, {**ACCOUNT, "kerberos_ccache": "{ccache}"}),
    Way("default cache", "kerberos", False, KERBEROS, ACCOUNT),
    Way("default of all", None, True, KERBEROS, ACCOUNT),
    Way("implicit credentials", "negotiate", True, KERBEROS, {**ACCOUNT, "implicit_credentials": True}),
    Way("keytab", "kerberos", False, KERBEROS, {**ACCOUNT, "kerberos_keytab": "{keytab}"}),
    Way("keytab of this user", "kerberos", True, KERBEROS,
        {"user": "{user}", "password": None, "kerberos_keytab": "{keytab}"}),
    Way("delegation", "kerberos", False, KERBEROS,
        {"user": "{user}", "password": IN_REALM, "kerberos_delegation": True}),
    Way("delegation by Negotiate", "negotiate", True, KERBEROS,
        {"user": "{user}", "password": IN_REALM, "kerberos_delegation": True}),
    Way("service", "kerberos", False, KERBEROS,
        {"user": "{user}", "password": IN_REALM, "negotiate_service": "WSMAN", "http_prefix": "wsman"}),
    Way("another name", "kerberos", True, KERBEROS,
        {"user": "{user}", "password": IN_REALM, "host": "127.0.0.1", "negotiate_hostname_override": "box.parts.test"}),
    Way("port in the name", "kerberos", False, KERBEROS,
        {"user": "{user}", "password": IN_REALM, "spn_server_port": True}),
]  # fmt: skip
WAYS = [*PLAIN, *TICKETS]


class Played(t.NamedTuple):
    """A run and its services; *digests* are SHA-256 of files that nobody may write into, before and after."""

    run: playbook.Run
    network: Network
    digests: dict[str, list[str]]


@pytest.fixture(scope="module")
def network() -> collections.abc.Iterator[Network]:
    with contextlib.ExitStack() as stack:
        yield Network(stack)


def tickets(network: Network) -> dict[str, str]:
    """What stands in the braces of TICKETS. The cache is forwardable, as the default one is."""
    realm = network.realm
    keytab = realm.keytab("wsman", path=realm.folder / "client.keytab")
    cache = realm.ccache("wsman", IN_REALM, forwardable=True)
    return {"user": network.user(), "domain": realm.realm.lower(), "ccache": cache, "keytab": keytab}


def register(network: Network, box: Sandbox) -> None:
    """Names of services that only one host asks for."""
    names = ["WSMAN/localhost", "host/box.parts.test", f"HTTP/localhost:{box.http_port}"]
    for name in names:
        network.realm.add(name)
    network.realm.keytab(*names)


def filled(way: Way, box: Sandbox, words: dict[str, str]) -> dict[str, t.Any]:
    """The variables of a way with its words."""
    if way.authentication == "certificate" or "flags" in way.more:
        words = {**words, **{name: str(value) for name, value in vars(box.client_certificate).items()}}
    more = {name: value.format(**words) if isinstance(value, str) else value for name, value in way.more.items()}
    return variables(box, way.authentication, way.secure, **more)


def bound_hosts(network: Network) -> dict[str, dict[str, t.Any]]:
    """Hosts that insist on a binding: one service for each kind of certificate, and one for each scheme."""
    hosts = {}
    for kind, scheme in [*(("ec", scheme) for scheme in SCHEMES), *((kind, None) for kind in KINDS)]:
        strict = {"/service/auth/CbtHardeningLevel": "Strict"}
        name = f"{kind} {scheme}" if scheme else kind
        tls = Tls(maximum="TLSv1_2") if kind == "sha1" else None
        box = network.start(f"bound {name}", certificate=kind, configuration=strict, tls=tls)
        for one in [scheme] if scheme else ["ntlm", "kerberos"]:
            more: dict[str, t.Any] = {"channel_binding": "always"}
            if SCHEMES[one] == "kerberos":
                more |= {"user": network.user(), "password": IN_REALM}
            if kind == "sha1":  # OpenSSL takes no such signature from anybody at its usual level
                more["tls_ciphers"] = "DEFAULT:@SECLEVEL=0"
            if network.has_realm or SCHEMES[one] == "ntlm":
                hosts[f"bound {kind} {one}"] = variables(box, one.partition("-")[0], True, **more)
    return hosts


def tasks(target: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    get = {"name": "get", "wsman.automation.wsman_get": target}
    return [get, {"name": "identify", "wsman.automation.wsman_identify": {}}]


def nobody() -> list[dict[str, t.Any]]:
    return [
        {"name": "unauthenticated", "wsman.automation.wsman_identify": {"authenticated": False}},
        {"name": "plain", "wsman.automation.wsman_identify": {}},
        {"name": "refused", "wsman.automation.wsman_get": GET},
    ]


def not_bound() -> dict[str, t.Any]:
    never = {"wsman.automation.wsman_get": {**GET, "session": {"channel_binding": "never"}}}
    return {"name": "not bound", **never, "ignore_unreachable": True}


@pytest.fixture(scope="module")
def played(workspace: playbook.Workspace, network: Network) -> Played:
    words = tickets(network) if network.has_realm else {}
    hosts = bound_hosts(network)
    for way in WAYS:
        if way.realm and not words:
            continue
        digest = DigestSettings(qop="auth-int, auth" if "integrity" in way.name else "auth")
        box = network.start(way.name, manner=way.manner, basic=way.authentication == "basic", digest=digest)
        if way.name == "port in the name":
            register(network, box)
        hosts[way.name] = filled(way, box, words)
    hosts["nobody"] = variables(network.start("nobody"), "none", False, user=None, password=None)
    of_amt = ",".join(way.name for way in WAYS if way.manner == "amt")
    plays = [
        {"hosts": f"all,!bound*,!nobody,!{of_amt.replace(',', ',!')}", "tasks": tasks(GET)},
        {"hosts": of_amt, "tasks": tasks(SETTINGS)},
        {"hosts": "bound*", "tasks": [*tasks(GET), not_bound()]},
        {"hosts": "nobody", "tasks": nobody(), "ignore_unreachable": True},
    ]
    environment = {}
    if network.has_realm:
        environment["KRB5CCNAME"] = network.realm.ccache("wsman", IN_REALM, forwardable=True)
    files = [*environment.values(), *(words[name] for name in ("ccache", "keytab") if words)]
    before = [digest_of(name) for name in files]
    run = workspace.play(hosts, plays, **environment)
    after = [digest_of(name) for name in files]
    return Played(run, network, dict(zip(files, map(list, zip(before, after, strict=True)), strict=True)))


def digest_of(name: str) -> str:
    return hashlib.sha256(pathlib.Path(name).read_bytes()).hexdigest()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_way_in(played: Played, way: Way) -> None:
    if way.realm:
        need("kdc", "gssapi", "krb5")
    for task in ("get", "identify"):
        assert played.run.on(way.name, task).status == "ok", played.run.on(way.name, task)
    box = played.network.boxes[way.name]
    asked = [one for one in box.journal if one.request_bytes]
    others = [one for one in asked if SCHEMAS in (one.resource_uri or "")]
    assert [str(one.action).rpartition("/")[2] for one in asked if one not in others] == ["Get", "Identify"]
    assert {(one.user, one.scheme, one.mechanism) for one in asked} == {("wsman", *way.seen)}
    encrypted = way.seen[0] == "Negotiate" and not way.secure and "message_encryption" not in way.more
    assert {one.encrypted for one in asked} == {encrypted}
    session = played.run.on(way.name, "identify").result["session"]
    assert session["mechanism"] == way.seen[1]
    assert session["encrypted"] == (way.secure or encrypted)
    assert box.authentication_failures == 0


@pytest.mark.parametrize("name", ["ticket cache", "ticket cache of this user", "default cache", "keytab"])
def test_no_file_of_tickets_is_written_to(played: Played, name: str) -> None:
    """Kerberos' own library puts service tickets into the cache that it is given."""
    need("kdc", "gssapi", "krb5")
    assert played.run.on(name, "get").status == "ok"
    assert len(played.digests) == 3
    assert all(before == after for before, after in played.digests.values())


def test_credentials_go_on_where_delegation_is_asked_for_and_nowhere_else(played: Played) -> None:
    """Once each: both tasks of a host come in by one handshake."""
    need("kdc", "gssapi", "krb5")
    given = {name: box.delegated for name, box in played.network.boxes.items() if box.delegated}
    assert given == {"delegation": {"wsman": 1}, "delegation by Negotiate": {"wsman": 1}}


def test_services_are_asked_for_by_these_names(played: Played) -> None:
    """Windows' own name first, for all that name no other."""
    realm = played.network.realm
    issued = {one.server for one in realm.requests if one.kind == "TGS" and one.outcome == "ISSUE"}
    port = played.network.boxes["port in the name"].http_port
    names = ("host/localhost", "WSMAN/localhost", "host/box.parts.test", f"HTTP/localhost:{port}")
    assert issued - {realm.full(f"krbtgt/{realm.realm}")} == {realm.full(name) for name in names}


BOUND = [f"bound ec {scheme}" for scheme in SCHEMES]
BOUND += [f"bound {kind} {scheme}" for kind in KINDS for scheme in ("ntlm", "kerberos")]


@pytest.mark.parametrize("host", BOUND)
def test_a_service_that_insists_is_bound_to(played: Played, host: str) -> None:
    """And who does not bind is refused there: the binding is what lets the others in."""
    if "ntlm" not in host and host != "bound ec negotiate":
        need("kdc", "gssapi", "krb5")
    outcomes = [played.run.on(host, task) for task in ("get", "identify")]
    assert {outcome.status for outcome in outcomes} == {"ok"}, outcomes
    assert outcomes[1].result["session"]["bound"] is True
    refused = played.run.on(host, "not bound")
    assert refused.status == "unreachable" and "channel_binding: never" in refused.msg, refused
    box = played.network.boxes[service_of(host)]
    hosts = [one for task, one in played.run.outcomes if task == "not bound" and service_of(one) == service_of(host)]
    assert box.bindings_refused == len(hosts)
    assert box.authentication_failures == 0


def service_of(host: str) -> str:
    """Of the usual kind there is one service for each scheme; of the others one for both."""
    return host if " ec " in host else host.rpartition(" ")[0]


def test_nobody_may_ask_what_it_is_and_nothing_else(played: Played) -> None:
    """Over HTTP and without any scheme: Windows tells it to everybody who says that he is nobody."""
    for task in ("unauthenticated", "plain"):
        assert played.run[task].status == "ok", played.run[task]
        assert played.run[task].result["session"]["authentication"] == "none"
    refused = played.run["refused"]
    assert refused.status == "unreachable" and "wants authentication" in refused.msg
    assert "Negotiate" in refused.result["transport"]["offered_schemes"]
    box = played.network.boxes["nobody"]
    assert [one.status for one in box.journal] == [200, 200, 401]
    assert {one.authorization for one in box.journal} == {None}
