# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real squid on a free port of loopback, with the authentications that a test asks for, in a temporary folder.

As root it drops to the user proxy, so that what it reads and writes belongs to that one; otherwise it runs as we do.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import dataclasses
import hashlib
import os
import pathlib
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse

from parts import program

REALM = "the tests' proxy, by squid"
_HELPERS = ("/usr/lib/squid", "/usr/lib64/squid", "/usr/libexec/squid", "/usr/local/libexec/squid")
_CONF = """\
http_port 127.0.0.1:{port}
visible_hostname squid.test
pid_filename {folder}/squid.pid
coredump_dir {folder}
cache_log {folder}/cache.log
logformat tests %>Hs %#un %rm %ru %{{Proxy-Authorization}}>h
access_log stdio:{folder}/access.log logformat=tests
buffered_logs off
cache deny all
cache_mem 0 MB
memory_cache_shared off
pinger_enable off
connect_timeout 5 seconds
via off
{authentication}
acl refused port {refused}
http_access deny refused
{access}
http_access deny all
"""


@dataclasses.dataclass(frozen=True)
class Request:
    """One request as squid wrote it down: *scheme* is that of its Proxy-Authorization, None without."""

    status: int
    user: str | None
    method: str
    target: str
    scheme: str | None


class Squid:
    """The proxy, from ``with`` to its end.

    *authentication* is ``none`` or one or several of ``basic``, ``digest`` and ``negotiate``, which squid offers in
    this order; *users* are names and passwords for the first two. Negotiate takes Kerberos tickets for the services of
    the *keytab*, with the *environment* of a realm. A CONNECT to a port of *refused* is a 403.
    """

    def __init__(self, authentication="none", *, users=None, keytab=None, environment=None, refused=(1,)):
        schemes = [authentication] if isinstance(authentication, str) else list(authentication)
        self.schemes = [scheme for scheme in schemes if scheme != "none"]
        self.users, self.keytab, self.refused = dict(users or {}), keytab, refused
        self.environment = dict(environment or {})
        self.name = f"t{secrets.token_hex(6)}"

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            made = tempfile.TemporaryDirectory(prefix="squid-", ignore_cleanup_errors=True)
            self.folder = pathlib.Path(stack.enter_context(made))
            self.process = None
            stack.callback(self.stop)
            self._start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_exception):
        self._stack.close()

    @property
    def url(self):
        """Its address, as the option ``proxy`` takes it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self):
        """Every request that is over, oldest first: a tunnel is written down when it ends."""
        text = (self.folder / "access.log").read_text("utf-8", "replace")
        return [_request(line) for line in text.splitlines()]

    def wait_for(self, count):
        """The log once it has *count* requests; AssertionError where it does not get so many, or gets more."""
        deadline = time.monotonic() + 30
        while len(self.log) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.05)  # for one that should not be there
        found = self.log
        assert len(found) == count, found
        return found

    def stop(self):
        """End it, at once: it has nothing to keep, and a second to wait for otherwise. Its helpers end with it."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        for left in pathlib.Path("/dev/shm").glob(f"{self.name}-*"):
            left.unlink()

    def _start(self):
        """Another program may take the port that was free: then with another one."""
        for _attempt in range(3):
            self.port = _free_port()
            self._configure()
            with (self.folder / "squid.out").open("wb") as output:
                self.process = subprocess.Popen(
                    [program("squid"), "-N", "-n", self.name, "-f", str(self.folder / "squid.conf")],
                    env=self._variables(),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            if self._is_up():
                return
            self.stop()
        raise RuntimeError(f"squid did not start: {self._said()}")

    def _is_up(self):
        deadline = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < deadline:
            if "Accepting HTTP" in self._said():
                return True
            time.sleep(0.02)
        return False

    def _said(self):
        files = (self.folder / "squid.out", self.folder / "cache.log")
        return "".join(file.read_text("utf-8", "replace") for file in files if file.exists())

    def _configure(self):
        values = {"folder": self.folder, "port": self.port, "refused": " ".join(map(str, self.refused))}
        lines = [line for scheme in self.schemes for line in getattr(self, f"_{scheme}")()]
        values["authentication"] = "\n".join(lines)
        values["access"] = "http_access allow all"
        if self.schemes:
            values["access"] = "acl known proxy_auth REQUIRED\nhttp_access allow known"
        self._write("squid.conf", _CONF.format(**values))
        self._write("access.log", "")
        self.folder.chmod(0o700)
        if os.getuid() == 0:
            for path in (self.folder, *self.folder.iterdir()):
                shutil.chown(path, _account())

    def _basic(self):
        lines = [f"{user}:{_crypt(password)}" for user, password in self.users.items()]
        self._write("basic.users", "\n".join(lines) + "\n")
        lines = self._program("basic", f"{_helper('basic_ncsa_auth')} {self.folder}/basic.users")
        return [*lines, "auth_param basic casesensitive on"]

    def _digest(self):
        lines = []
        for user, password in self.users.items():
            first = hashlib.md5(f"{user}:{REALM}:{password}".encode()).hexdigest()
            lines.append(f"{user}:{REALM}:{first}")
        self._write("digest.users", "\n".join(lines) + "\n")
        return self._program("digest", f"{_helper('digest_file_auth')} -c {self.folder}/digest.users")

    def _negotiate(self):
        helper = f"{_helper('negotiate_kerberos_auth')} -s GSS_C_NO_NAME -k {self.keytab}"
        return self._program("negotiate", helper, realm=False)

    def _program(self, scheme, command, realm=True):
        lines = [f"auth_param {scheme} program {command}", f"auth_param {scheme} children 1 startup=1 idle=1"]
        return [*lines, f"auth_param {scheme} realm {REALM}"] if realm else lines

    def _write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def _variables(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KRB5")}
        return {**kept, **self.environment, "KRB5RCACHENAME": "none:", "LC_ALL": "C"}


def _request(line):
    status, user, method, target, authorization = line.split(" ")
    user, scheme = urllib.parse.unquote(user), authorization.partition("%20")[0]
    return Request(int(status), None if user == "-" else user, method, target, None if scheme == "-" else scheme)


def _helper(name):
    found = next((path for folder in _HELPERS if (path := pathlib.Path(folder, name)).exists()), None)
    if found is None:
        raise RuntimeError(f"squid has no {name} in {', '.join(_HELPERS)}")
    return found


def _account():
    for name in ("proxy", "squid"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise RuntimeError("squid's package has made no user proxy")


def _crypt(password):
    """What basic_ncsa_auth compares with; Python 3.13 has no crypt of its own any more."""
    library = ctypes.CDLL(ctypes.util.find_library("crypt") or "libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    return library.crypt(password.encode(), f"$6${secrets.token_hex(8)}".encode()).decode()


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
