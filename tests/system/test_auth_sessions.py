# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions as playbooks name them: connection strings, flags, trusted hosts, a test first; and what is said where one
cannot be had. Words in braces are filled in; the address 0.0.0.0 leads to this machine and is no name for it.
"""

from __future__ import annotations

import collections.abc
import contextlib
import typing as t

import playbook
import pytest
from accounts import ALL_TYPES, IN_REALM, LOCAL, SCHEMAS, WRONG, Network, variables

from parts import need

GET = {"resource_uri": f"{ALL_TYPES}?Id=1"}
ME = {"user": "wsman", "password": LOCAL}
IN_CLEAR = "http://localhost:{http}"
OVER_TLS = "https://localhost:{https}"
TLS = {"ca_cert": "{ca}"}
OTHER = {"host": "0.0.0.0", "port": "{http}", "scheme": "http"}
OTHER_TLS = {"host": "0.0.0.0", "port": "{https}", "scheme": "https", "skip_cn_check": True, **TLS}

# name → the session, and of wsman_identify's result what it must be
WORKING: dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]] = {
    "a string": ({"connection": IN_CLEAR, **ME}, {"scheme": "http", "authentication": "negotiate", "bound": False}),
    "a string over TLS": ({"connection": OVER_TLS, **TLS, **ME}, {"scheme": "https", "bound": True}),
    "a string with a prefix": ({"connection": f"{IN_CLEAR}/wsman", **ME}, {"http_prefix": "wsman"}),
    "a string of an address": ({"connection": "http://127.0.0.1:{http}", **ME}, {"host": "127.0.0.1"}),
    "a string alone and the flag": (
        {"connection": "localhost:{https}", "flags": ["UseSsl"], **TLS, **ME}, {"scheme": "https"}
    ),
    "a string that says it twice": (
        {"connection": IN_CLEAR, "host": "localhost", "port": "{http}", "scheme": "http", **ME}, {"scheme": "http"}
    ),
    "flag of Basic": (
        {"connection": OVER_TLS, "flags": ["UseBasic"], **TLS, **ME}, {"authentication": "basic", "mechanism": None}
    ),
    "flag as Windows spells it": (
        {"connection": OVER_TLS, "flags": ["WSManFlagUseBasic"], **TLS, **ME}, {"authentication": "basic"}
    ),
    "flags as numbers": (
        {"connection": "localhost:{https}", "flags": [0x8040000, "0x1000"], **TLS, **ME},
        {"authentication": "basic", "scheme": "https"},
    ),
    "flag that agrees": (
        {"connection": IN_CLEAR, "flags": ["UseNegotiate"], "authentication": "ntlm", **ME},
        {"authentication": "ntlm", "encrypted": True},
    ),
    "flag of no encryption": (
        {"connection": IN_CLEAR, "flags": ["UseBasic", "NoEncryption"], **ME},
        {"authentication": "basic", "encrypted": False},
    ),
    "flag of UTF-16": ({"connection": IN_CLEAR, "flags": ["UTF16"], **ME}, {"authentication": "negotiate"}),
    "flags of TLS": (
        {"connection": OVER_TLS, "flags": ["SkipCACheck", "SkipCNCheck"], **ME}, {"scheme": "https", "bound": True}
    ),
    "flag of CredSSP": (
        {"connection": IN_CLEAR, "flags": ["UseCredSsp"], **ME}, {"authentication": "credssp", "mechanism": "ntlm"}
    ),
    "flag of nobody": (
        {"connection": IN_CLEAR, "flags": ["UseNoAuthentication"]}, {"authentication": "none", "mechanism": None}
    ),
    "named": ({"connection": IN_CLEAR, "session_name": "my session", **ME}, {"session_name": "my session"}),
    "trusted host": ({**OTHER, "trusted_hosts": ["0.0.*"], **ME}, {"authentication": "negotiate"}),
    "trusted by its name": ({**OTHER, "authentication": "ntlm", **ME}, {"authentication": "ntlm"}),
    "trusted by TLS": ({**OTHER_TLS, "trusted_hosts": ["*.corp"], **ME}, {"authentication": "negotiate"}),
}  # fmt: skip

# name → the session, and what the message must say: both sides of a contradiction, and Windows' number
REFUSED: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "two transports": ({"connection": IN_CLEAR, "flags": ["UseSsl"], **ME}, ["UseSsl", "connection", "2150859198"]),
    "string and scheme": ({"connection": IN_CLEAR, "scheme": "https", **ME}, ["connection", "scheme", "2150859198"]),
    "string and host": ({"connection": IN_CLEAR, "host": "server", **ME}, ["connection", "host", "'server'"]),
    "string and port": ({"connection": IN_CLEAR, "port": 5985, **ME}, ["connection", "port", "5985"]),
    "string with a password": (
        {"connection": "http://wsman:hidden-Word@localhost", **ME}, ["connection", "options of their own", "2150858969"]
    ),
    "unknown transport": ({"connection": "ftp://localhost"}, ["connection", "ftp", "2150858970"]),
    "no port": ({"connection": "localhost:70000"}, ["connection", "65535", "2150858971"]),
    "unknown flag": ({"connection": IN_CLEAR, "flags": ["UseNothing"]}, ["flags", "UseNothing", "2150858924"]),
    "unknown bit": ({"connection": IN_CLEAR, "flags": [0x40000000]}, ["flags", "0x40000000", "2150858924"]),
    "two flags": (
        {"connection": IN_CLEAR, "flags": ["UseBasic", "UseKerberos"], **ME},
        ["UseBasic", "UseKerberos", "2150858925"],
    ),
    "flag and authentication": (
        {"connection": IN_CLEAR, "flags": ["UseKerberos"], "authentication": "ntlm", **ME},
        ["authentication", "ntlm", "UseKerberos", "2150858925"],
    ),
    "flag and switch": (
        {"connection": OVER_TLS, "flags": ["SkipCACheck"], "skip_ca_check": False, **ME},
        ["skip_ca_check", "SkipCACheck"],
    ),
    "flag and encoding": (
        {"connection": IN_CLEAR, "flags": ["UTF16"], "encoding": "utf-8", **ME}, ["encoding", "UTF16"]
    ),
    "flag and account": (
        {"connection": IN_CLEAR, "flags": ["UseNoAuthentication"], **ME}, ["authentication", "2150858923"]
    ),
    "untrusted by default": ({**OTHER, **ME}, ["trusted_hosts", "2150859195"]),
    "untrusted by the list": (
        {**OTHER, "trusted_hosts": ["*.corp", "<local>"], "authentication": "ntlm", **ME},
        ["trusted_hosts", "0.0.0.0", "2150858980"],
    ),
    "Kerberos to an address": (
        {**OTHER, "authentication": "kerberos", **ME}, ["host", "negotiate_hostname_override", "2150859019"]
    ),
    "binding of CredSSP": (
        {"connection": OVER_TLS, "authentication": "credssp", "channel_binding": "always", **TLS, **ME},
        ["channel_binding", "credssp"],
    ),
    "binding over HTTP": (
        {"connection": IN_CLEAR, "authentication": "ntlm", "channel_binding": "always", **ME}, ["channel_binding"]
    ),
}  # fmt: skip

SCHEMES = ["Negotiate", "Kerberos", "Basic"]
# name → the session, and what the message must say; the service has neither CredSSP nor Digest and takes no ticket
FAILING: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "not offered": (
        {"connection": IN_CLEAR, "authentication": "credssp", **ME}, ["does not take CredSSP", "Enable-WSManCredSSP"]
    ),
    "never offered": (
        {"connection": OVER_TLS, "authentication": "digest", **TLS, **ME}, ["does not take Digest", "Windows has not"]
    ),
    "wrong by Basic": (
        {"connection": OVER_TLS, "authentication": "basic", **TLS, "user": "wsman", "password": WRONG},
        ["(Basic)", "local accounts"],
    ),
    "wrong by NTLM": (
        {"connection": IN_CLEAR, "authentication": "ntlm", "user": "wsman", "password": WRONG}, ["(NTLM)", "user@REALM"]
    ),
    "wrong by Negotiate": (
        {"connection": IN_CLEAR, "user": "wsman", "password": WRONG}, ["(Negotiate)", "used NTLM: the user is an"]
    ),
    "unknown certificate": (
        {"connection": OVER_TLS, "authentication": "certificate", "certificate_pem": "{stranger}", **TLS},
        ["client certificate", "certmapping"],
    ),
}  # fmt: skip

KERBEROS = {"connection": IN_CLEAR, "authentication": "kerberos"}
# name → the session, and what the message must say: nothing of it reaches the service
TICKETS: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "wrong password": (
        {**KERBEROS, "user": "{user}", "password": WRONG}, ["Preauthentication failed", "not repeated in this task"]
    ),
    "no forwardable ticket": (
        {**KERBEROS, "kerberos_ccache": "{ccache}", "kerberos_delegation": True}, ["kerberos_delegation", "kinit -f"]
    ),
    "somebody else's ticket": ({**KERBEROS, "user": "{other}", "kerberos_ccache": "{ccache}"}, ["{other}", "{user}"]),
    "no ticket cache": ({**KERBEROS, "kerberos_ccache": "FILE:/nowhere/cc"}, ["kerberos_ccache", "/nowhere/cc"]),
    "no keytab": ({**KERBEROS, "kerberos_keytab": "/nowhere/keytab"}, ["kerberos_keytab", "/nowhere/keytab"]),
    "local account": ({**KERBEROS, **ME}, ["user", "user@REALM"]),
    "no service of that name": (
        {**KERBEROS, "user": "{user}", "password": IN_REALM, "negotiate_service": "LDAP"},
        ["LDAP/localhost", "not found", "setspn"],
    ),
}  # fmt: skip

TESTED = [
    ("a wrong port", {"port": "{closed}", "scheme": "http"}),
    ("no such service", {"connection": f"{IN_CLEAR}/elsewhere"}),
]


class Played(t.NamedTuple):
    """A run, its services, and the words in braces."""

    run: playbook.Run
    network: Network
    words: dict[str, t.Any]


@pytest.fixture(scope="module")
def network() -> collections.abc.Iterator[Network]:
    with contextlib.ExitStack() as stack:
        yield Network(stack)


def words_of(network: Network, name: str) -> dict[str, t.Any]:
    """The words in braces for sessions with the service *name*."""
    box = network.boxes[name]
    words = {"http": box.http_port, "https": box.https_port, "ca": box.ca_file, "closed": 9}
    words["stranger"] = str(box.issue_client_certificate("nobody").combined)
    if network.has_realm:
        realm = network.realm
        cache = realm.ccache("wsman", IN_REALM)
        words |= {"user": network.user(), "other": network.user("other"), "ccache": cache}
    return words


def filled(value: t.Any, words: t.Mapping[str, t.Any]) -> t.Any:
    """*value* with its words; one that is a word alone keeps its type."""
    if isinstance(value, dict):
        return {name: filled(one, words) for name, one in value.items()}
    if isinstance(value, str) and value.startswith("{") and value[1:-1] in words:
        return words[value[1:-1]]
    return value.format(**words) if isinstance(value, str) and "{" in value else value


def plays(network: Network, words: dict[str, dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """All cases as tasks of localhost; each table has a service of its own."""
    found: list[dict[str, t.Any]] = []
    for name, table in {"working": WORKING, "refused": REFUSED, "failing": FAILING, "tickets": TICKETS}.items():
        if name == "tickets" and not network.has_realm:
            continue
        found += [
            {"name": case, "wsman.automation.wsman_identify": {"session": filled(session, words[name])}}
            for case, (session, _expected) in table.items()
        ]
    put = {**GET, "properties": {"Text": "x"}}
    for case, session in TESTED:
        session = {**session, **ME, "authentication": "ntlm", "test_connection": True}
        found.append(
            {"name": case, "wsman.automation.wsman_put": {**put, "session": filled(session, words["tested"])}}
        )
    session = filled({"connection": IN_CLEAR, **ME, "test_connection": True}, words["tested"])
    loop = {"name": "tested once", "wsman.automation.wsman_put": {**put, "session": session}, "loop": [1, 2, 3]}
    silenced = filled({"connection": IN_CLEAR, **ME, "test_connection": True}, words["mute"])
    mute = {"name": "a service that fails", "wsman.automation.wsman_put": {**put, "session": silenced}}
    return [{"hosts": "localhost", "ignore_errors": True, "ignore_unreachable": True, "tasks": [*found, loop, mute]}]


@pytest.fixture(scope="module")
def played(workspace: playbook.Workspace, network: Network) -> Played:
    for name in ("working", "refused", "tickets", "tested", "mute"):
        network.start(name)
    network.start("failing", configuration={"/service/auth/CredSSP": "false"})
    network.boxes["mute"].misbehave("fault", name="ACCESS_DENIED", action="Identify")
    words = {name: words_of(network, name) for name in network.boxes}
    box = network.start("variables")
    given = variables(box, None, False, host=None, port=None, scheme=None)
    given |= {"ansible_wsman_connection": f"http://localhost:{box.http_port}", "ansible_wsman_flags": "UseNegotiate"}
    hosts: dict[str, dict[str, t.Any]] = {
        "localhost": {"ansible_connection": "local"},
        "by variables": given,
        "by contradicting variables": {**given, "ansible_wsman_authentication": "basic"},
    }
    own = {"hosts": "by*", "ignore_errors": True, "tasks": [{"name": "own", "wsman.automation.wsman_get": GET}]}
    return Played(workspace.play(hosts, [*plays(network, words), own]), network, words)


@pytest.mark.parametrize("case", WORKING)
def test_session(played: Played, case: str) -> None:
    outcome = played.run.on("localhost", case)
    assert outcome.status == "ok", outcome
    session = outcome.result["session"]
    expected = WORKING[case][1]
    assert {name: session[name] for name in expected} == expected


@pytest.mark.parametrize("case", REFUSED)
def test_contradiction(played: Played, case: str) -> None:
    outcome = played.run.on("localhost", case)
    assert outcome.status == "ignored", outcome
    assert not [word for word in REFUSED[case][1] if word not in outcome.msg], outcome.msg
    assert LOCAL not in outcome.msg and "hidden-Word" not in played.run.output


def test_nothing_is_sent_for_a_contradiction(played: Played) -> None:
    assert played.run.on("localhost", "two transports").status == "ignored"
    assert played.network.boxes["refused"].connections == 0


@pytest.mark.parametrize("case", FAILING)
def test_failure_tells_what_is_offered(played: Played, case: str) -> None:
    outcome = played.run.on("localhost", case)
    assert outcome.status == "unreachable", outcome
    assert not [word for word in FAILING[case][1] if word not in outcome.msg], outcome.msg
    offered = [one for one in SCHEMES if one != "Kerberos" or played.network.has_realm]
    assert outcome.result["transport"]["offered_schemes"] == offered
    assert ", ".join(offered) in outcome.msg


@pytest.mark.parametrize("case", TICKETS)
def test_no_ticket(played: Played, case: str) -> None:
    need("kdc", "gssapi", "krb5")
    outcome = played.run.on("localhost", case)
    assert outcome.status in ("unreachable", "ignored"), outcome
    wanted = [filled(word, played.words["tickets"]) for word in TICKETS[case][1]]
    assert not [word for word in wanted if word not in outcome.msg], outcome.msg
    assert {one.authorization for one in played.network.boxes["tickets"].journal} <= {None}


@pytest.mark.parametrize("case", [name for name, _session in TESTED])
def test_connection_is_tested_first(played: Played, case: str) -> None:
    outcome = played.run.on("localhost", case)
    assert outcome.status == "unreachable", outcome
    assert outcome.result["transport"]["outcome_unknown"] is False


def test_one_identify_tests_a_session(played: Played) -> None:
    assert played.run.on("localhost", "tested once").status == "changed"
    records = played.network.boxes["tested"].journal
    bodies = [one for one in records if one.request_bytes and SCHEMAS not in (one.resource_uri or "")]
    actions = [str(one.action).rpartition("/")[2] for one in bodies if one.path == "/wsman"]
    assert actions == ["Identify", "Get", "Put", "Get", "Get", "Get"]  # read back, and twice found as wanted


def test_nothing_follows_a_test_that_fails(played: Played) -> None:
    outcome = played.run.on("localhost", "a service that fails")
    assert outcome.status == "ignored" and outcome.result["fault"]["windows_name"], outcome
    assert [one.action for one in played.network.boxes["mute"].journal if one.request_bytes] == ["Identify"]


def test_variables_name_a_session_too(played: Played) -> None:
    assert played.run.on("by variables", "own").status == "ok"
    refused = played.run.on("by contradicting variables", "own")
    assert refused.status == "ignored", refused
    assert not [word for word in ("authentication", "basic", "UseNegotiate") if word not in refused.msg], refused.msg
