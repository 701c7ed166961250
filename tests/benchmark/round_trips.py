# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an instance ten times over encrypted HTTP, with this collection's client and with pypsrp's, near and far.

Each run begins without connection, ticket and context and ends with the tenth answer. A relay in front of the service
makes the distance and counts round trips, the TCP handshake among them, for both alike; it also sees that nothing went
over it in clear. A KDC, where it takes part, is near. Prints JSON: scheme -> milliseconds of a round trip -> client ->
what each run took.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import secrets
import sys
import time
import typing

import service
from client import Connection
from pypsrp.wsman import SelectorSet, WSMan

import parts
from ansible_collections.wsman.automation.plugins.module_utils._wsman import addressing, operations, session
from ansible_collections.wsman.automation.plugins.plugin_utils import _tickets
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from parts.kdc import Realm
from parts.relay import Relay

GETS = 10
RESOURCE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"
NAME = "Spooler"
HOST = "localhost"  # Kerberos wants a name

Account = dict[str, str]  # user, password
Run = typing.Callable[[int, str, Account], int]


def ours(port: int, scheme: str, account: Account) -> int:
    """How many answers held the instance."""
    where = {"host": HOST, "port": port, "scheme": "http"}
    options = session.from_options({**where, "authentication": scheme, "message_encryption": "always", **account})
    connection = Connection(options)
    client = Client(connection)
    request = operations.get(addressing.Target(RESOURCE, {"Name": NAME}))
    try:
        return sum(is_instance(operations.read_get(client.execute(request))) for _number in range(GETS))
    finally:
        connection.session.close()
        _tickets._tickets.clear()  # each session pays for its own


def theirs(port: int, scheme: str, account: Account) -> int:
    """How many answers held the instance."""
    login = {"username": account["user"], "password": account["password"], "auth": scheme, "encryption": "always"}
    with WSMan(HOST, port=port, ssl=False, negotiate_service="host", **login) as client:
        selectors = SelectorSet()
        selectors.add_option("Name", NAME)
        return sum(is_instance(client.get(RESOURCE, selector_set=selectors)[0]) for _number in range(GETS))


def is_instance(element: typing.Any) -> bool:
    return any(child.tag.endswith("}Name") and child.text == NAME for child in element)


def measure(run: Run, target_port: int, round_trip: float, scheme: str, account: Account) -> dict[str, float]:
    """One run over a relay of its own."""
    with Relay(target_port, round_trip, record=True) as relay:
        started = time.perf_counter()
        count = run(relay.port, scheme, account)
        seconds = time.perf_counter() - started
        seen = b"".join(bytes(one.sent + one.received) for one in relay.conversations)
        if count != GETS or b"Envelope" in seen or account["password"].encode() in seen:
            raise SystemExit(f"{run.__name__}, {scheme}: {count} answers, {len(seen)} octets, not all encrypted")
        return {"seconds": seconds, "round_trips": relay.round_trips, "connections": relay.connections}


def take_turns(rounds: int, *where: typing.Any) -> dict[str, list[dict[str, float]]]:
    taken: dict[str, list[dict[str, float]]] = {"ours": [], "pypsrp": []}
    for number in range(rounds + 1):
        for name, run in (("ours", ours), ("pypsrp", theirs)):
            result = measure(run, *where)
            if number:  # the first imports what is imported when it is needed
                taken[name].append(result)
    return taken


@contextlib.contextmanager
def realm() -> typing.Iterator[tuple[Realm, Account] | None]:
    """A realm with one account and the service's keys, for this process and its children; None without a KDC."""
    if any(map(parts.missing, ("kdc", "krb5", "gssapi"))):
        yield None
        return
    with Realm(domains=(HOST,)) as made:
        account = {"user": made.add("bench", password := secrets.token_urlsafe(12)), "password": password}
        made.keytab(made.add(f"host/{HOST}"))
        os.environ.update(made.environment)
        yield made, account


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--round-trips", type=float, nargs="+", default=[0.0, 50.0], metavar="MILLISECONDS")
    chosen = parser.parse_args()
    results: dict[str, typing.Any] = {}
    with contextlib.ExitStack() as stack:
        kerberos = stack.enter_context(realm())
        keys = ["--keytab", kerberos[0].environment["KRB5_KTNAME"].removeprefix("FILE:")] if kerberos else []
        facts = stack.enter_context(service.serving(pathlib.Path(sys.executable), *keys))
        accounts = {"ntlm": {"user": facts["user"], "password": facts["password"]}}
        if kerberos:
            accounts["kerberos"] = kerberos[1]
        for scheme, account in accounts.items():
            results[scheme] = {
                str(distance): take_turns(chosen.rounds, facts["http_port"], distance / 1000, scheme, account)
                for distance in chosen.round_trips
            }
    print(json.dumps(results))


if __name__ == "__main__":
    main()
