# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other people's clients judge the service's authentication: pypsrp and pywinrm, each scheme that they speak, over HTTP
with encrypted messages and over HTTPS, with bodies of a hundred octets and of thirty thousand.
"""

from __future__ import annotations

import dataclasses
import typing as t
import warnings

import pypsrp.exceptions as pypsrp_exceptions
import pypsrp.wsman as pypsrp_wsman
import pytest
import winrm.exceptions as winrm_exceptions
import winrm.protocol as winrm_protocol
from requests_credssp.exceptions import NTStatusException
from test_judges import CIMV2, TRANSFER, Pypsrp, Pywinrm, W, element, texts

from parts import missing, need
from parts.kdc import Realm
from sandbox import Sandbox, Tls

PASSWORD = "judge-Mé.4711"
IN_REALM = "judge-Me.0815"
SERVICES = ("host/localhost", "HTTP/localhost")
ALL_SCHEMES = {"/service/auth/CredSSP": "true", "/service/auth/Certificate": "true"}
SIZES = {"short": 100, "long": 30000}


@pytest.fixture(scope="module")
def realm() -> t.Iterator[Realm | None]:
    """A KDC, where one is installed: the schemes that can do without are judged without."""
    if missing("kdc") or missing("gssapi") or missing("krb5"):
        yield None
        return
    with Realm() as made, pytest.MonkeyPatch.context() as patch:
        for name, value in made.environment.items():
            patch.setenv(name, value)
        made.add("wsman", IN_REALM)
        patch.setenv("KRB5CCNAME", f"FILE:{made.ccache('wsman', IN_REALM)}")  # pywinrm takes no password
        for service in SERVICES:
            made.add(service)
        yield made


@pytest.fixture(scope="module")
def running(realm: Realm | None) -> t.Iterator[Sandbox]:
    """As a careful administrator sets it up: nothing in clear. TLS 1.2, for certificates."""
    keytab = realm.keytab(*SERVICES) if realm else None
    with Sandbox(
        users={"wsman": PASSWORD}, keytab=keytab, configuration=ALL_SCHEMES, allow_unencrypted=False,
        tls=Tls(maximum="TLSv1_2"), record_wire=True,
    ) as box:  # fmt: skip
        yield box


@dataclasses.dataclass(frozen=True)
class Case:
    """A scheme as a judge calls it, and how it comes in."""

    judge: str
    auth: str
    secure: bool
    scheme: str
    mechanism: str | None = None

    @property
    def name(self) -> str:
        return f"{self.judge}-{self.auth}-{'https' if self.secure else 'http'}"


CASES = [
    Case(judge, auth, secure, scheme, mechanism)
    for judge, auth, scheme, mechanism, transports in [
        ("pypsrp", "basic", "Basic", None, "s"),
        ("pypsrp", "ntlm", "Negotiate", "ntlm", "hs"),
        ("pypsrp", "negotiate", "Negotiate", "ntlm", "hs"),
        ("pypsrp", "kerberos", "Negotiate", "kerberos", "hs"),
        ("pypsrp", "credssp", "CredSSP", "ntlm", "hs"),
        ("pypsrp", "certificate", "Certificate", None, "s"),
        ("pywinrm", "basic", "Basic", None, "s"),
        ("pywinrm", "ntlm", "Negotiate", "ntlm", "hs"),
        ("pywinrm", "kerberos", "Negotiate", "kerberos", "hs"),
        ("pywinrm", "credssp", "CredSSP", "ntlm", "hs"),
        ("pywinrm", "certificate", "Certificate", None, "s"),
    ]
    for secure in (False, True)
    if "hs"[secure] in transports
]


def pypsrp_client(box: Sandbox, case: Case, user: str, password: str) -> Pypsrp:
    """pypsrp's WSMan with that scheme."""
    judge = Pypsrp.__new__(Pypsrp)
    options: dict[str, t.Any] = {"username": user, "password": password}
    if case.auth == "certificate":
        made = box.client_certificate
        options = {"certificate_pem": str(made.pem), "certificate_key_pem": str(made.key)}
    judge.client = pypsrp_wsman.WSMan(
        "localhost",
        port=box.https_port if case.secure else box.http_port,
        ssl=case.secure,
        auth=case.auth,
        encryption="auto",
        cert_validation=box.ca_file,
        no_proxy=True,
        **options,
    )
    return judge


def pywinrm_client(box: Sandbox, case: Case, user: str, password: str) -> Pywinrm:
    """pywinrm's Protocol with that scheme."""
    judge = Pywinrm.__new__(Pywinrm)
    port = box.https_port if case.secure else box.http_port
    options: dict[str, t.Any] = {"username": user, "password": password}
    if case.auth == "certificate":
        made = box.client_certificate
        options = {"cert_pem": str(made.pem), "cert_key_pem": str(made.key)}
    judge.client = winrm_protocol.Protocol(
        f"{'https' if case.secure else 'http'}://localhost:{port}/wsman",
        transport={"basic": "ssl"}.get(case.auth, case.auth),
        ca_trust_path=box.ca_file,
        proxy=None,
        **options,
    )
    return judge


def client(box: Sandbox, case: Case, realm: Realm | None, password: str | None = None) -> t.Any:
    """The judge of a case, with a right password unless another is given; skips where he lacks a part."""
    user, right = "wsman", PASSWORD
    if case.auth == "kerberos":
        need("kdc", "gssapi", "krb5", *(["pykerberos"] if case.judge == "pywinrm" else []))
        assert realm is not None
        user, right = realm.full("wsman"), IN_REALM
    make = pypsrp_client if case.judge == "pypsrp" else pywinrm_client
    return make(box, case, user, right if password is None else password)


def create(judge: t.Any, text: str) -> str:
    """Create an instance with a long value, read it back, delete it: what the service has of it."""
    uri = CIMV2 + "Sandbox_AllTypes"
    made = judge.ask(TRANSFER + "/Create", uri, element(uri, "Sandbox_AllTypes", Id="815", Text=text))[0]
    keys = {one.get("Name", ""): one.text or "" for one in made.iter(W + "Selector")}
    found = texts(judge.ask(TRANSFER + "/Get", uri, None, keys)[0])["Text"]
    judge.ask(TRANSFER + "/Delete", uri, None, keys)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_judges_come_in_and_speak(box: Sandbox, realm: Realm | None, case: Case, size: int) -> None:
    text = ("wsman & " * size)[:size].strip()
    judge = client(box, case, realm)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert create(judge, text) == text
    done = [record for record in box.journal if record.action]
    assert len(done) == 3 and len({record.connection for record in done}) == 1
    assert {(one.user, one.scheme, one.mechanism) for one in done} == {("wsman", case.scheme, case.mechanism)}
    assert {one.encrypted for one in done} == {not case.secure}
    assert (box.authentication_failures, box.bindings_refused) == (0, 0)
    assert box.handshakes == int(case.scheme in ("Negotiate", "CredSSP"))
    if not case.secure:
        wire = b"".join([*box.wire.values(), *box.wire_sent.values()])
        hidden = (b"Envelope", b"wsman &amp; ", PASSWORD.encode(), IN_REALM.encode())
        assert len(wire) > size and not any(one in wire for one in hidden)


WRONG = [case for case in CASES if case.auth not in ("kerberos", "certificate")]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.name)
def test_a_wrong_password_is_counted_once(box: Sandbox, realm: Realm | None, case: Case) -> None:
    judge = client(box, case, realm, "wrong")
    expected = (pypsrp_exceptions.AuthenticationError, winrm_exceptions.InvalidCredentialsError, NTStatusException)
    with pytest.raises(expected):
        judge.ask(TRANSFER + "/Get", CIMV2 + "Win32_OperatingSystem")
    assert box.failures == {case.scheme.lower(): 1}
    assert {record.user for record in box.journal} == {None}


STRICT = [case for case in CASES if case.secure and case.auth in ("ntlm", "negotiate", "kerberos", "credssp")]


@pytest.mark.parametrize("case", STRICT, ids=lambda case: case.name)
def test_judges_bind_themselves_where_the_service_insists(box: Sandbox, realm: Realm | None, case: Case) -> None:
    box.configuration.values["/service/auth/CbtHardeningLevel"] = "Strict"
    assert create(client(box, case, realm), "x") == "x"
    tries_without = case.judge == "pywinrm" and case.auth == "kerberos"  # and binds itself after a 401
    assert box.bindings_refused == int(tries_without)


@pytest.mark.parametrize("case", [case for case in STRICT if case.auth != "credssp" and case.judge == "pypsrp"],
                         ids=lambda case: case.name)  # fmt: skip
def test_a_judge_who_does_not_is_refused(box: Sandbox, realm: Realm | None, case: Case) -> None:
    box.configuration.values["/service/auth/CbtHardeningLevel"] = "Strict"
    judge = client(box, case, realm)
    judge.client.transport.negotiate_send_cbt = False
    with pytest.raises(pypsrp_exceptions.AuthenticationError):
        create(judge, "x")
    assert (box.bindings_refused, box.authentication_failures) == (1, 0)


def test_a_certificate_that_is_revoked_does_not_come_in(box: Sandbox) -> None:
    case = Case("pypsrp", "certificate", True, "Certificate")
    judge = pypsrp_client(box, case, "", "")
    judge.client.transport.certificate_pem = str((made := box.issue_client_certificate(revoked=True)).pem)
    judge.client.transport.certificate_key_pem = str(made.key)
    with pytest.raises(Exception, match="(?i)revoked"):
        judge.ask(TRANSFER + "/Get", CIMV2 + "Win32_OperatingSystem")
