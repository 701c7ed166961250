# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real MIT KDC with a realm of its own, on a free port of loopback, in a temporary folder.

Every principal is preauthenticated and under a policy that locks it: only then does a KDC see, and count, a wrong
password. Secrets go to the programs by standard input, never by arguments.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import re
import secrets
import signal
import socket
import subprocess
import tempfile
import time

from parts import program

_KRB5_CONF = """\
[libdefaults]
    default_realm = {default_realm}
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
{libdefaults}
[realms]
    {realm} = {{
        kdc = 127.0.0.1:{port}
    }}
[domain_realm]
{domains}
"""
_KDC_CONF = """\
[kdcdefaults]
    kdc_listen = 127.0.0.1:{port}
    kdc_tcp_listen = 127.0.0.1:{port}
[realms]
    {realm} = {{
        database_name = {folder}/principal
        key_stash_file = {folder}/stash
        acl_file = {folder}/acl
        max_life = 10h
        max_renewable_life = 1d
        supported_enctypes = aes256-cts-hmac-sha1-96:normal
    }}
[logging]
    kdc = FILE:{folder}/kdc.log
    admin_server = FILE:{folder}/kadmin.log
    default = FILE:{folder}/default.log
"""
# AS_REQ (8 etypes {...}) 127.0.0.1: NEEDED_PREAUTH: a@R for krbtgt/R@R, Additional pre-authentication required
# TGS_REQ (8 etypes {...}) 127.0.0.1: ISSUE: authtime 1, etypes {...}, a@R for host/localhost@R
_REQUEST = re.compile(r"(AS|TGS)_REQ \(.*?\}\) \S+: ([\w ]+): .*?([^ ,]+) for ([^ ,]+)(?:, (.*))?$")
_FAILURES = re.compile(r"^Failed password attempts: (\d+)$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Request:
    """One request as the KDC wrote it down; *outcome* is its word (ISSUE, NEEDED_PREAUTH, UNKNOWN_SERVER, …)."""

    kind: str
    client: str
    server: str
    outcome: str
    reason: str | None


class Realm:
    """The realm, from `with` to its end. *lockout*: so many wrong passwords lock an account, 0: none does.

    The clients' `default_realm` is another one without a KDC, as a distribution's own krb5.conf has it: nothing may
    depend on it. *domains* are the names that [domain_realm] maps to the realm, *libdefaults* further lines there.
    """

    def __init__(self, realm="PARTS.TEST", *, lockout=3, default_realm="DECOY.TEST", domains=(), libdefaults=()):
        self.realm, self.lockout = realm, lockout
        self.default_realm, self.domains, self.libdefaults = default_realm, domains, libdefaults

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            made = tempfile.TemporaryDirectory(prefix="realm-", ignore_cleanup_errors=True)
            self.folder = pathlib.Path(stack.enter_context(made))
            self.process = None
            self.port = _free_port()
            self._configure()
            self._run("kdb5_util", "create", "-s", "-r", self.realm, secret=True)
            limit = f"-maxfailure {self.lockout} -failurecountinterval 0 -lockoutduration 0"
            self.admin(f"addpol {limit} people")
            stack.callback(self.stop_kdc)
            self.start_kdc()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_exception):
        self._stack.close()

    @property
    def environment(self):
        """What a client needs: our krb5.conf, and no ticket cache or keytab but those that a test makes."""
        return {
            "KRB5_CONFIG": str(self.folder / "krb5.conf"),
            "KRB5CCNAME": f"FILE:{self.folder / 'no-such-ccache'}",
            "KRB5_KTNAME": f"FILE:{self.folder / 'service.keytab'}",
            "KRB5_CLIENT_KTNAME": f"FILE:{self.folder / 'no-such-keytab'}",
            "KRB5RCACHENAME": "none:",
        }

    def add(self, principal, password=None, *, forwardable=True, preauth=True, policy=True):
        """A new principal; without a *password* its key is random (services). Returns its full name."""
        flags = [
            "+requires_preauth" if preauth and password is not None else "-requires_preauth",
            "+allow_forwardable" if forwardable else "-allow_forwardable",
            "-policy people" if policy and password is not None else "-clearpolicy",
            "-randkey" if password is None else f"-pw {_quoted(password)}",
        ]
        self.admin(f"addprinc {' '.join(flags)} {self.full(principal)}")
        return self.full(principal)

    def change(self, principal, flags):
        """Any flags of `modprinc`."""
        self.admin(f"modprinc {flags} {self.full(principal)}")

    def set_password(self, principal, password):
        self.admin(f"cpw -pw {_quoted(password)} {self.full(principal)}")

    def expire(self, principal):
        """The account is over since yesterday."""
        self.change(principal, "-expire yesterday")

    def expire_password(self, principal):
        self.change(principal, "-pwexpire yesterday")

    def disable(self, principal):
        self.change(principal, "-allow_tix")

    def unlock(self, principal):
        self.change(principal, "-unlock")

    def remove(self, principal):
        self.admin(f"delprinc -force {self.full(principal)}")

    def failures(self, principal):
        """How many wrong passwords the KDC has counted since the last right one."""
        return int(_FAILURES.search(self.admin(f"getprinc {self.full(principal)}"))[1])

    def keytab(self, *principals, path=None):
        """A keytab with the keys of these principals (their passwords stay); without *path* the services' one."""
        path = pathlib.Path(path or self.folder / "service.keytab")
        self.admin(*(f"ktadd -norandkey -k {path} {self.full(one)}" for one in principals))
        path.chmod(0o644)
        return str(path)

    def ccache(self, principal, password, *, forwardable=False, lifetime="1h", service=None, path=None):
        """A ticket cache as `kinit` writes it; *service* makes it hold a ticket for that alone."""
        path = str(path or self.folder / f"ccache-{secrets.token_hex(4)}")
        flags = ["-f" if forwardable else "-F", "-l", lifetime, "-c", path, *(["-S", service] if service else [])]
        self._run("kinit", *flags, self.full(principal), secret=password)
        return path

    def full(self, principal):
        """*principal* with the realm."""
        return principal if "@" in principal else f"{principal}@{self.realm}"

    def admin(self, *queries):
        """Run queries of kadmin.local; its output. A query that fails is an error here."""
        return self._run("kadmin.local", "-r", self.realm, given="\n".join(queries) + "\n")

    @property
    def requests(self):
        """Every request so far, oldest first."""
        log = (self.folder / "kdc.log").read_text(encoding="utf-8")
        found = (_REQUEST.search(line) for line in log.splitlines())
        return [Request(one[1], one[3], one[4], one[2], one[5]) for one in found if one]

    def start_kdc(self):
        log = self.folder / "kdc.log"
        before = log.stat().st_size if log.exists() else 0
        with (self.folder / "kdc.out").open("ab") as output:
            self.process = subprocess.Popen(
                [program("krb5kdc"), "-n", "-r", self.realm],
                env=self._variables(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 20
        while not log.exists() or b"commencing operation" not in log.read_bytes()[before:]:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"krb5kdc did not start: {(self.folder / 'kdc.out').read_text()}")
            time.sleep(0.01)

    def stop_kdc(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)

    def _configure(self):
        values = {"realm": self.realm, "port": self.port, "folder": self.folder, "default_realm": self.default_realm}
        values["libdefaults"] = "\n".join(f"    {line}" for line in self.libdefaults)
        values["domains"] = "\n".join(f"    {name} = {self.realm}" for name in self.domains)
        (self.folder / "krb5.conf").write_text(_KRB5_CONF.format(**values), encoding="utf-8")
        (self.folder / "kdc.conf").write_text(_KDC_CONF.format(**values), encoding="utf-8")
        self.folder.chmod(0o755)

    def _variables(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KRB5")}
        return {**kept, **self.environment, "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf"), "LC_ALL": "C"}

    def _run(self, name, *arguments, given="", secret=None):
        if secret:
            word = secrets.token_hex(16) if secret is True else secret
            given = f"{word}\n{word}\n" if secret is True else f"{word}\n"
        done = subprocess.run(
            [program(name) or name, *arguments],
            input=given,
            env=self._variables(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        # kadmin.local goes on after a query that failed and ends with 0
        if done.returncode or re.search(r"^\w+: .* while ", done.stderr, re.MULTILINE):
            raise RuntimeError(f"{name} {arguments}: {done.stderr or done.stdout}")
        return done.stdout


def _quoted(text):
    return '"' + text.replace('"', '""') + '"'


def _free_port():
    """A number that is free for UDP and TCP alike."""
    for _attempt in range(50):
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
            stream.bind(("127.0.0.1", 0))
            port = stream.getsockname()[1]
            with contextlib.suppress(OSError):
                datagrams.bind(("127.0.0.1", port))
                return port
    raise RuntimeError("no port is free for UDP and TCP")
