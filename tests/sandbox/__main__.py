# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m sandbox``: the service as a process of its own, until it is told to stop or nobody uses it."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import secrets
import signal
import sys
import threading
import time
import typing as t

from . import Sandbox, Tls, manners, signatures
from .big import ROWS
from .control import Control, Served
from .processes import Fleet, raise_file_limit

PASSWORD = "WSMAN_SANDBOX_PASSWORD"


def parse(arguments: t.Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A WS-Management service on loopback.")
    parser.add_argument("--ready", type=pathlib.Path, metavar="FILE", help="write ports, user and password here (JSON)")
    parser.add_argument("--manner", choices=sorted(manners.MANNERS), default="windows", help="whose manner it takes on")
    parser.add_argument("--http-port", type=int, default=0, metavar="N", help="0, the default, is a free one")
    parser.add_argument("--https-port", type=int, default=0, metavar="N")
    parser.add_argument("--user", default="wsman", help=f"its password is in ${PASSWORD}, or made at random")
    parser.add_argument("--keytab", metavar="FILE", help="the service's Kerberos keys; without it, it is in no realm")
    parser.add_argument("--users", type=pathlib.Path, metavar="FILE", help="further ones, JSON: password by name")
    parser.add_argument("--domain", default="SANDBOX", metavar="NAME", help="all users are in it, too")
    parser.add_argument("--config", action="append", default=[], metavar="PATH=VALUE", type=setting,
                        help="a value of winrm/config, such as /service/auth/CredSSP=true")  # fmt: skip
    parser.add_argument("--certificate", choices=sorted(signatures.KINDS), default="ec", help="keys and signatures")
    parser.add_argument("--tls-maximum", choices=("TLSv1_2", "TLSv1_3"), default="TLSv1_3",
                        help="no client certificate is asked for under TLSv1_3")  # fmt: skip
    parser.add_argument("--record-wire", action="store_true", help="keep all octets: GET /wire of the control server")
    parser.add_argument("--policy", action="append", default=[], metavar="PATH", help="a value under group policy")
    parser.add_argument("--idle-exit", type=float, metavar="SECONDS", help="end when nobody asks for so long")
    parser.add_argument("--rows", type=int, default=ROWS, metavar="N", help="how many rows the class Sandbox_Big has")
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="share the ports, and nothing else")
    parser.add_argument("--record-bodies", action="store_true", help="keep the last requests' bodies in the journal")
    chosen = parser.parse_args(arguments)
    if chosen.processes > 1 and chosen.idle_exit is not None:
        parser.error("--idle-exit is for one process")
    return chosen


def setting(text: str) -> tuple[str, str]:
    """``PATH=VALUE``."""
    path, equals, value = text.partition("=")
    if not equals or not path.startswith("/"):
        raise argparse.ArgumentTypeError(f"{text} is not PATH=VALUE, such as /service/auth/CredSSP=true")
    return path, value


def write_ready(path: pathlib.Path, facts: dict[str, t.Any]) -> None:
    """Write the file in one step, for its owner alone: it holds the password."""
    temporary = path.with_name(path.name + f".{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(facts, stream)
    temporary.replace(path)


def wait(control: Served, idle: float | None) -> None:
    """Until ``POST /stop``, a signal, or *idle* seconds without a request."""
    server = control.box.server
    while not control.stopped.wait(1.0 if idle is None else min(1.0, idle / 4)):
        if idle is not None and time.monotonic() - server.last_use > idle:
            return


def make(options: argparse.Namespace, password: str) -> Sandbox:
    """The service of a command line."""
    more = {} if options.users is None else json.loads(options.users.read_text(encoding="utf-8"))
    return Sandbox(
        manner=options.manner,
        users={options.user: password, **more},
        http_port=options.http_port,
        https_port=options.https_port,
        configuration=dict(options.config),
        policies=options.policy,
        record_bodies=options.record_bodies,
        domain=options.domain,
        keytab=options.keytab,
        certificate=options.certificate,
        tls=Tls(maximum=options.tls_maximum),
        record_wire=options.record_wire,
        rows=options.rows,
    )


def facts_of(box: Sandbox, control: Served, user: str) -> dict[str, t.Any]:
    """What a client needs to know."""
    facts = {
        "host": box.host,
        "http_port": box.http_port,
        "https_port": box.https_port,
        "control_port": control.port,
        "ca_file": box.ca_file,
        "crl_file": box.crl_file,
        "fingerprint": box.fingerprint,
        "user": user,
        "password": box.users[user],
        "pid": os.getpid(),
    }
    if box.configuration.flag("/service/auth/Certificate"):
        facts["client_certificate"] = {name: str(value) for name, value in vars(box.client_certificate).items()}
    return facts


@contextlib.contextmanager
def running(options: argparse.Namespace, password: str) -> t.Iterator[Served]:
    """The service, in this process or in several, and its control server."""
    box = make(options, password)
    box.prepare()
    try:
        if options.processes == 1:
            box.open()
            yield Control(box)
            return
        fleet = Fleet(box, options.processes)
        try:
            yield fleet
        finally:
            fleet.end()
    finally:
        box.stop()


def main(arguments: t.Sequence[str]) -> int:
    """Run the service; 0 when it ended as it should."""
    options = parse(arguments)
    password = os.environ.pop(PASSWORD, None) or secrets.token_urlsafe(12)
    raise_file_limit()
    with running(options, password) as control:
        control.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: control.stopped.set())
        facts = facts_of(control.box, control, options.user)
        if options.ready is not None:
            write_ready(options.ready, facts)
        else:
            print(json.dumps(facts, indent=2), flush=True)
        wait(control, options.idle_exit)
        control.stop()
    if options.ready is not None:
        options.ready.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    threading.stack_size(512 * 1024)
    sys.exit(main(sys.argv[1:]))
