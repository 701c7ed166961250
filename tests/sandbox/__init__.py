# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A WS-Management service on loopback that behaves as Windows does, or as another make, for tests, demo and benchmark.

::

    with Sandbox(users={"wsman": "secret"}) as box:
        ...  # http://127.0.0.1:{box.http_port}/wsman, https://localhost:{box.https_port}/wsman with box.ca_file

It shares no code with the client, so that a mistake there is not mirrored here.
"""

from __future__ import annotations

import functools
import itertools
import os
import pathlib
import socket
import tempfile
import time
import typing as t

from . import manners
from .authentication import Basic, Gate, Scheme
from .big import ROWS
from .certificates import Authority, ClientCertificate
from .client_certificates import ClientCertificates
from .config import ConfigProvider, Configuration
from .counts import Counts
from .digest import Digest
from .digest import Settings as DigestSettings
from .front import Front
from .journal import Journal, Record
from .listeners import Listeners
from .mappings import CertificateMappings, SecuritySettings
from .misbehave import Misbehaviour
from .negotiate import Accounts, Negotiate
from .plugins import CustomRemoteShells, Plugins, Resources
from .provider import Provider
from .repository import Repository
from .robust import RETENTION
from .server import Server, bind
from .service import Service
from .tls import Contexts
from .tls import Settings as Tls
from .wire import Wire

__all__ = ["DigestSettings", "Sandbox", "Tls"]

HOSTS = ("localhost", "127.0.0.1", "::1")
MACHINE = "localhost"
OTHER_MACHINE = "other.example"


class Sandbox:
    """One service in threads of this process, from ``start`` to ``stop`` or as a context manager.

    *manner*: ``windows``, ``omi``, ``openwsman``, ``idrac`` or ``amt``. *users*: passwords by name; those in
    *read_only_users* may not change anything. *basic* and *allow_unencrypted* are what ``service/auth/Basic`` and
    ``service/AllowUnencrypted`` start with (Windows: both false). *configuration*: further values of ``winrm/config``
    at start, by path (``/service/EnumerationTimeoutms``); *policies*: paths that a group policy controls.
    *record_bodies*: keep the last requests' bodies in the journal. Ports 0 are free ones.

    *users* are accounts of this machine and of *domain* (``DOMAIN\\user``). *keytab*: the file with the keys of the
    service; with it the machine is in a Kerberos realm, and each principal of that realm may come in.

    *certificate* is the kind of the authority and of all that it issues (``signatures.py``); *revoked*: the service's
    own is on the list in ``crl_file``. *tls*: versions and ciphers. *digest*: how that challenges. *record_wire* keeps
    all octets of the connections, in ``wire`` and ``wire_sent``. *rows*: how many Sandbox_Big has.
    """

    def __init__(
        self,
        *,
        manner: str = "windows",
        users: t.Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
        http_port: int = 0,
        https_port: int = 0,
        basic: bool | None = None,
        allow_unencrypted: bool = True,
        configuration: t.Mapping[str, str] | None = None,
        policies: t.Iterable[str] = (),
        read_only_users: t.Iterable[str] = (),
        record_bodies: bool = True,
        domain: str = "SANDBOX",
        keytab: str | None = None,
        certificate: str = "ec",
        revoked: bool = False,
        tls: Tls | None = None,
        digest: DigestSettings | None = None,
        record_wire: bool = False,
        rows: int = ROWS,
    ) -> None:
        self.host = host
        self.manner = manners.named(manner)
        basic = manner != "amt" if basic is None else basic
        self._kind, self._revoked, self._tls = certificate, revoked, tls or Tls()
        self._digest = digest or DigestSettings()
        self._wire = Wire() if record_wire else None
        self.users = dict(users or {"wsman": "secret"})
        self._wanted_ports = (http_port, https_port)
        self._rows = rows
        initial = {
            "/service/auth/Basic": "true" if basic else "false",
            "/service/AllowUnencrypted": "true" if allow_unencrypted else "false",
            **(configuration or {}),
        }
        self.configuration = Configuration(initial, policies)
        self._journal = Journal(bodies=record_bodies)
        self.misbehaviour = Misbehaviour()
        self.accounts = Accounts(self.users, domain, (MACHINE, socket.gethostname(), *HOSTS), keytab)
        self.counts = Counts()
        self.gate = Gate([self._scheme(name) for name in self.manner.schemes], self.counts)
        self.service = Service(
            self.manner,
            [],
            self.configuration.limits,
            read_only_users=frozenset(read_only_users),
            security_profiles=self._security_profiles,
            counts=self.counts,
        )
        self.http_port = self.https_port = 0
        self.ca_file = self.crl_file = ""
        self.fingerprint = ""

    def start(self) -> Sandbox:
        """Make certificates, open the ports, answer."""
        self.prepare()
        self.open()
        return self

    def prepare(self) -> None:
        """All of it but the answering, and without a thread: processes that are forked then share the ports."""
        self._folder = tempfile.TemporaryDirectory(prefix="wsman-sandbox-")
        self.accounts.folder = pathlib.Path(self._folder.name)
        authority = self.authority = Authority(self.accounts.folder, self._kind)
        self.ca_file, self.crl_file = str(authority.ca_file), str(authority.crl_file)
        own = authority.issue(MACHINE, HOSTS, revoked=self._revoked)
        self._certificates = [own, authority.issue(OTHER_MACHINE, (OTHER_MACHINE,))]
        self.fingerprint = own.fingerprint
        self._bound = [bind(self.host, port) for port in self._wanted_ports]
        self.http_port, self.https_port = (sockets[0].getsockname()[1] for sockets in self._bound)
        self.listeners = Listeners(
            self.configuration, {one.thumbprint: one.name for one in self._certificates}, MACHINE
        )
        contexts = {
            one.thumbprint: Contexts(self._tls, self.configuration, one.path, authority) for one in self._certificates
        }
        bindings = {one.thumbprint: one.bindings for one in self._certificates}
        self.server = Server(
            self.host, self.listeners, contexts, bindings, self.misbehaviour, self._journal, self._wire, self.counts
        )
        self.server.front = self.front = Front(
            self.service, self.gate, self.configuration, self.misbehaviour, self.server.stopping.wait
        )
        self._fill()

    def open(self) -> None:
        """Answer, in threads of this process."""
        self.listeners.on_change = self.server.apply
        self.server.apply({self.http_port: self._bound[0], self.https_port: self._bound[1]})

    def close_ports(self) -> None:
        """Leave the ports to other processes."""
        for one in itertools.chain(*self._bound):
            one.close()

    def stop(self) -> None:
        """Close the ports and all connections, remove the certificates."""
        self.server.stop()
        self._folder.cleanup()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def journal(self) -> list[Record]:
        """What came in, oldest first."""
        return self._journal.list()

    @property
    def wire(self) -> dict[int, bytes]:
        """With *record_wire*: all that clients sent, by connection (the number in the journal)."""
        return {} if self._wire is None else self._wire.received

    @property
    def wire_sent(self) -> dict[int, bytes]:
        """With *record_wire*: all that they were sent."""
        return {} if self._wire is None else self._wire.sent

    @property
    def requests(self) -> int:
        """How many requests there were."""
        return self._journal.requests

    @property
    def contexts(self) -> list[dict[str, str]]:
        """The open enumerations."""
        return self.service.contexts.list()

    @property
    def connections(self) -> int:
        """How many TCP connections were accepted."""
        return self.server.connections

    @property
    def authentication_failures(self) -> int:
        """How often credentials were refused."""
        return self.gate.failures.total()

    @property
    def failures(self) -> dict[str, int]:
        """The same by scheme, in lower case."""
        return dict(self.gate.failures)

    @property
    def handshakes(self) -> int:
        """How many handshakes of Negotiate, Kerberos and CredSSP were completed."""
        return self.gate.handshakes

    @property
    def bindings_refused(self) -> int:
        """How many handshakes failed at channel bindings alone."""
        return self.accounts.bindings_refused

    @property
    def delegated(self) -> dict[str, int]:
        """How often each user gave credentials away that could be used from here."""
        return dict(self.accounts.delegated)

    @functools.cached_property
    def client_certificate(self) -> ClientCertificate:
        """The first user's certificate."""
        return self.issue_client_certificate()

    def issue_client_certificate(
        self, user: str | None = None, *, valid: bool = True, revoked: bool = False, foreign: bool = False
    ) -> ClientCertificate:
        """One more certificate for a user (None: the first): expired, revoked, or by an authority that nobody knows."""
        authority = self.authority
        if foreign:
            authority = Authority(self.accounts.folder / "foreign", self._kind)
        return authority.issue_client(user or next(iter(self.users)), MACHINE, valid=valid, revoked=revoked)

    def misbehave(self, kind: str, **options: t.Any) -> None:
        """Answer one of the next requests wrongly; see ``misbehave.py`` for kinds and options."""
        self.misbehaviour.add(kind, **options)

    def robust(
        self,
        *,
        keepalive: float | None = None,
        retention: float = RETENTION,
        one_multipart: bool = False,
        forget: bool = False,
    ) -> None:
        """How operations survive their connections: *keepalive*: seconds between two signs of life (None: as Windows);
        *retention*: how long an answer is kept whose connection is lost; *one_multipart*: the messages of an encrypted
        answer share their delimiters; *forget* all operations, as a restart of the service does."""
        operations = self.front.operations
        operations.keepalive, operations.retention = keepalive, retention
        self.front.one_multipart = one_multipart
        if forget:
            operations.forget()

    def set_rows(self, count: int) -> None:
        """How many rows Sandbox_Big has, for enumerations from now on."""
        if count < 0:
            raise ValueError("there cannot be fewer rows than none")
        self.repository.big.rows = count

    def plan_job(self, outcome: str = "completed", readings: int = 1, seconds: float = 0.0) -> None:
        """How the next job that a method starts will go; see ``jobs.py`` for outcomes."""
        self.repository.jobs.plan(outcome, readings, seconds)

    def clear(self) -> None:
        """Behave again, and forget journal and counters; what is configured and stored stays."""
        self.misbehaviour.clear()
        self._journal.clear()
        if self._wire is not None:
            self._wire.clear()
        self.gate.clear()
        self.counts.clear()
        self.accounts.forget()
        self.robust()
        self.server.connections = 0

    def reset(self) -> None:
        """As after the start: configuration, listeners, mappings, instances, contexts, counters."""
        self.clear()
        self.service.contexts.steal()
        self.front.operations.forget()
        self.configuration.reset()
        self._fill()
        self.server.apply()

    def state(self) -> dict[str, t.Any]:
        """Counters, for the control server."""
        return {
            "manner": self.manner.name,
            "requests": self.requests,
            "connections": self.connections,
            "open_connections": self.server.open_connections,
            "authentication_failures": self.authentication_failures,
            "failures": self.failures,
            "handshakes": self.handshakes,
            "processes": [os.getpid()],
            "processor_seconds": time.process_time(),
            "contexts": self.contexts,
            "operations": len(self.front.operations),
            **self.counts.to_plain(),
        }

    def _scheme(self, name: str) -> Scheme:
        if name == "Basic":
            return Basic(self.configuration, self.users, self.manner.realm)
        if name == "Digest":
            return Digest(self.users, self.manner.realm, self._digest, self.misbehaviour)
        if name == "Certificate":
            return ClientCertificates(self.configuration, self._mapped_user)
        return Negotiate(name, self.configuration, self.accounts, self.misbehaviour)

    def _mapped_user(self, principal: str) -> str | None:
        return self.mappings.user(principal, self.authority.thumbprint)

    def _fill(self) -> None:
        """New resources, with the listeners that the ports stand for."""
        self.listeners.rows = []
        self.listeners.add("HTTP", self.http_port)
        self.listeners.add("HTTPS", self.https_port, self._certificates[0].thumbprint)
        self.mappings = CertificateMappings(self.users)
        if self.configuration.flag("/service/auth/Certificate"):
            for user, password in self.users.items():
                self.mappings.add(f"{user}@{MACHINE}", self.authority.thumbprint, user, password)
        self.repository = Repository(self.manner, self._rows)
        self.service.providers = [*self._configuration_providers(), *self.repository.providers()]

    def _configuration_providers(self) -> list[Provider]:
        if self.manner.name != "windows":
            return []
        plugins = Plugins()
        return [
            ConfigProvider(self.configuration),
            self.listeners,
            self.mappings,
            SecuritySettings(),
            plugins,
            Resources(plugins),
            CustomRemoteShells(),
        ]

    def _security_profiles(self) -> t.Iterable[str]:
        if self.manner.name == "windows":
            return self.configuration.security_profiles()
        return self.manner.security_profiles
