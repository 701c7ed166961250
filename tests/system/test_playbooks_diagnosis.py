# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A diagnosis names the step at which the way to a service ends and what to do, and harms no account."""

from __future__ import annotations

import collections.abc
import contextlib
import datetime
import ipaddress
import json
import pathlib
import socket
import ssl
import threading
import typing as t

import playbook
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from parts import need
from parts.squid import Squid
from sandbox import Sandbox

STEPS = ["name", "tcp", "proxy", "tls", "http", "schemes", "authentication", "identify", "get"]
WRONG = "not-The-password.0815"
DIAGNOSE = {"wsman.automation.wsman_identify": {"diagnose": True}}


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Listener:
    """A TLS port with a certificate of its own making, signed by itself; behind the handshake there is nobody."""

    def __init__(self, folder: pathlib.Path, days: int) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "made at home")])
        now = datetime.datetime.now(datetime.UTC)
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=20))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(names, False)
            .add_extension(x509.BasicConstraints(True, None), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .sign(key, hashes.SHA256())
        )
        self.file = folder / f"listener-{days}.pem"
        pem = serialization.Encoding.PEM
        self.file.write_bytes(
            certificate.public_bytes(pem)
            + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.file)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _address = self.server.accept()
                with contextlib.suppress(OSError), self.context.wrap_socket(plain, server_side=True) as one:
                    one.recv(1)


@pytest.fixture(scope="module")
def listeners(tmp_path_factory: pytest.TempPathFactory) -> collections.abc.Iterator[dict[str, Listener]]:
    """One whose certificate is over, and one whose is not."""
    folder = tmp_path_factory.mktemp("listeners")
    made = {"expired": Listener(folder, -3), "signed by itself": Listener(folder, 30)}
    yield made
    for one in made.values():
        one.server.close()


class Case(t.NamedTuple):
    """*variables* beside those of its service; the *step* that fails (None: none does); words of detail and remedy."""

    variables: dict[str, t.Any]
    step: str | None
    words: tuple[str, ...]


def cases(listeners: dict[str, Listener]) -> dict[str, Case]:
    expired, own = listeners["expired"], listeners["signed by itself"]
    nobody = {"ansible_wsman_authentication": "none", "ansible_wsman_user": "", "ansible_wsman_password": None}
    return {
        "good": Case({}, None, ()),
        "closed": Case({"ansible_wsman_port": closed_port()}, "tcp", ("refused", "winrm quickconfig")),
        "unknown": Case(
            {"ansible_wsman_host": "no-such-host.invalid"}, "name", ("no-such-host.invalid", "ansible_host")
        ),
        "expired": Case(
            {"ansible_wsman_port": expired.port, "ansible_wsman_ca_cert": str(expired.file)},
            "tls",
            ("expired since", "new one", "TLSv1.3", "127.0.0.1", "signed by itself", "fingerprint"),
        ),
        "own": Case(
            {"ansible_wsman_port": own.port}, "tls", ("self-signed", "ca_cert", "(29 days)", "signed by itself")
        ),
        "wrong": Case({"ansible_wsman_password": WRONG}, "authentication", ("password",)),
        "ntlm": Case(
            {"ansible_wsman_password": WRONG, "ansible_wsman_authentication": "ntlm"}, "authentication", ("password",)
        ),
        "digest": Case({"ansible_wsman_authentication": "digest"}, "schemes", ("Negotiate, Basic", "authentication")),
        "web": Case({}, "http", ("web page", "http_prefix")),
        "path": Case({"ansible_wsman_http_prefix": "elsewhere"}, "http", ("404", "http_prefix")),
        "fault": Case({}, "get", ("AccessDenied", "Remote Management Users")),
        "unidentified": Case({}, "identify", ("TimedOut", "operation_timeout")),
        "stranger": Case(nobody, None, ()),
        "plain": Case(
            {"ansible_wsman_scheme": "http", "ansible_wsman_message_encryption": "never"},
            "http",
            ("HTTPS port", "scheme"),
        ),
        "amt": Case({"ansible_wsman_authentication": "digest"}, None, ()),
        "omi": Case({}, None, ()),
        "openwsman": Case({}, None, ()),
        "idrac": Case({}, None, ()),
    }


class Diagnoses(t.NamedTuple):
    """The run of all cases, its services by host, and the cases."""

    run: playbook.Run
    boxes: dict[str, Sandbox]
    cases: dict[str, Case]

    def of(self, host: str) -> dict[str, dict[str, t.Any]]:
        found = self.run.on(host, "diagnose").result["diagnosis"]
        assert [one["step"] for one in found] == STEPS
        return {one["step"]: one for one in found}


@pytest.fixture(scope="module")
def diagnoses(
    workspace: playbook.Workspace, services: t.Callable[..., Sandbox], listeners: dict[str, Listener]
) -> Diagnoses:
    makes = {"amt": "amt", "omi": "omi", "openwsman": "openwsman", "idrac": "idrac"}
    boxes = {
        host: services() for host in ("good", "wrong", "ntlm", "digest", "fault", "unidentified", "web", "stranger")
    }
    boxes |= {host: services(manner=manner) for host, manner in makes.items()}
    boxes["fault"].misbehave("fault", name="ACCESS_DENIED", action="Get", count=None)
    boxes["web"].misbehave("html", count=None)
    boxes["unidentified"].misbehave("fault", name="OPERATION_TIMEDOUT", action="Identify", at=3, count=None)
    made = cases(listeners)
    hosts = {host: playbook.variables(boxes.get(host, boxes["good"]), **case.variables) for host, case in made.items()}
    fails = {"wsman.automation.wsman_identify": {"diagnose": True, "fail_on_problem": True}}
    plays = [
        {"hosts": "all", "tasks": [{"name": "diagnose", **DIAGNOSE}]},
        {
            "hosts": "closed,good,wrong",
            "ignore_errors": True,
            "tasks": [{"name": "insist", **fails}, {"name": "in check mode", "check_mode": True, **DIAGNOSE}],
        },
        {
            "hosts": "good",
            "ignore_errors": True,
            "tasks": [
                {"name": "insist on nothing", "wsman.automation.wsman_identify": {"fail_on_problem": True}},
                {
                    "name": "unauthenticated",
                    "wsman.automation.wsman_identify": {"diagnose": True, "authenticated": False},
                },
            ],
        },
    ]
    return Diagnoses(workspace.play(hosts, plays, "-vv"), boxes, made)


HOSTS = [
    "good",
    "closed",
    "unknown",
    "expired",
    "own",
    "wrong",
    "ntlm",
    "digest",
    "web",
    "path",
    "fault",
    "unidentified",
    "stranger",
    "plain",
    "amt",
    "omi",
    "openwsman",
    "idrac",
]


@pytest.mark.parametrize("host", HOSTS)
def test_the_step_that_fails(diagnoses: Diagnoses, host: str) -> None:
    case, outcome, steps = diagnoses.cases[host], diagnoses.run.on(host, "diagnose"), diagnoses.of(host)
    assert outcome.status == "ok" and outcome.result["failed_step"] == case.step, outcome
    failing = [name for name, one in steps.items() if one["ok"] is False]
    assert failing == ([case.step] if case.step else []), steps
    for name, one in steps.items():
        assert (one["remedy"] is not None) == (name == case.step), one
        assert (one["seconds"] is None) == (one["ok"] is None), one
    if case.step:
        later = STEPS[STEPS.index(case.step) + 1 :]
        assert all(steps[name]["detail"] == f"Skipped, as {case.step} failed." for name in later)
        said = f"{steps[case.step]['detail']} {steps[case.step]['remedy']}"
        assert [word for word in case.words if word not in said] == [], said


def test_all_cases_are_looked_at(diagnoses: Diagnoses) -> None:
    assert list(diagnoses.cases) == HOSTS


@pytest.mark.parametrize(("host", "scheme"), [("wrong", "basic"), ("ntlm", "negotiate")])
def test_one_try_for_one_secret(diagnoses: Diagnoses, host: str, scheme: str) -> None:
    """Three tasks with it, each in a process of its own where the host had others: each shows it once at most."""
    tasks = 3 if host == "wrong" else 1
    assert diagnoses.boxes[host].failures == {scheme: tasks}


def test_no_secret_is_shown_where_it_cannot_help(diagnoses: Diagnoses) -> None:
    assert diagnoses.boxes["digest"].failures == {}
    assert [one.authorization for one in diagnoses.boxes["digest"].journal] == [None]


def test_what_the_good_way_tells(diagnoses: Diagnoses) -> None:
    steps = diagnoses.of("good")
    assert "valid until" in steps["tls"]["detail"] and "TLSv1.3, TLSv1.2" in steps["tls"]["detail"]
    assert "signed by CN=wsman.automation sandbox CA" in steps["tls"]["detail"]
    assert "Negotiate, Basic" in steps["schemes"]["detail"]
    assert "Microsoft Corporation" in steps["identify"]["detail"]
    assert "wsman/1/config with Config" in steps["get"]["detail"]
    result = diagnoses.run.on("good", "diagnose").result
    assert result["identity"]["product_vendor"] == "Microsoft Corporation"
    assert result["session"]["authentication"] == "basic" and result["changed"] is False


@pytest.mark.parametrize(("host", "words"), [("idrac", "with DCIM_SystemView"), ("openwsman", "CIM_ComputerSystem")])
def test_the_get_of_other_services(diagnoses: Diagnoses, host: str, words: str) -> None:
    assert words in diagnoses.of(host)["get"]["detail"]


def test_a_stranger_is_asked_for_an_account_and_shows_none(diagnoses: Diagnoses) -> None:
    steps = diagnoses.of("stranger")
    assert steps["authentication"]["ok"] is None and steps["get"]["ok"] is None and steps["identify"]["ok"]
    result = diagnoses.run.on("good", "unauthenticated").result
    assert result["failed_step"] is None and result["identity"]["product_version"].startswith("OS: 0.0.0")


def test_it_fails_the_task_where_that_is_wanted(diagnoses: Diagnoses) -> None:
    assert diagnoses.run.on("good", "insist").status == "ok"
    for host, words in (("closed", "tcp: "), ("wrong", "authentication: ")):
        outcome = diagnoses.run.on(host, "insist")
        assert outcome.status == "ignored" and outcome.msg.startswith(words), outcome
        assert outcome.result["failed_step"] and len(outcome.result["diagnosis"]) == len(STEPS)


def test_check_mode_is_the_same(diagnoses: Diagnoses) -> None:
    for host, step in (("good", None), ("closed", "tcp")):
        assert diagnoses.run.on(host, "in check mode").result["failed_step"] == step


def test_fail_on_problem_alone_is_a_mistake(diagnoses: Diagnoses) -> None:
    outcome = diagnoses.run.on("good", "insist on nothing")
    assert outcome.status == "ignored" and "fail_on_problem" in outcome.msg and "diagnose" in outcome.msg


def test_no_credentials_are_shown(diagnoses: Diagnoses) -> None:
    assert playbook.PASSWORD not in diagnoses.run.output and WRONG not in diagnoses.run.output
    shown = json.dumps([one.result for one in diagnoses.run.outcomes.values()])
    assert playbook.PASSWORD not in shown and WRONG not in shown


def test_through_a_proxy(workspace: playbook.Workspace, services: t.Callable[..., Sandbox]) -> None:
    """Name and port are the proxy's; its account is tried once however many connections a diagnosis makes."""
    need("squid")
    box = services()
    with Squid(("basic",), users={"courier": "to-the-Proxy.1"}) as proxy:
        through = {"ansible_wsman_proxy": proxy.url, "ansible_wsman_proxy_user": "courier"}
        hosts = {
            "right": playbook.variables(box, **through, ansible_wsman_proxy_password="to-the-Proxy.1"),
            "refused": playbook.variables(box, **through, ansible_wsman_proxy_password=WRONG),
        }
        run = workspace.play(hosts, [{"hosts": "all", "tasks": [{"name": "diagnose", **DIAGNOSE}]}])
        found = {host: {one["step"]: one for one in run.on(host, "diagnose").result["diagnosis"]} for host in hosts}
        assert run.on("right", "diagnose").result["failed_step"] is None, found["right"]
        assert (
            "the proxy for" in found["right"]["name"]["detail"] and "the proxy for" in found["right"]["tcp"]["detail"]
        )
        assert "connects to" in found["right"]["proxy"]["detail"]
        assert run.on("refused", "diagnose").result["failed_step"] == "proxy"
        assert "proxy_password" in found["refused"]["proxy"]["remedy"]
        refused = [one for one in proxy.log if one.status == 407 and one.scheme]
        assert len(refused) == 1, refused
