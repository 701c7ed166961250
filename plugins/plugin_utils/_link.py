# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the connection plugin does once it is used. Core loads the plugin for every task of a host that has it, a debug
too, and each worker anew until a task of ours has run; so the plugin itself is little, and loads this when asked.
"""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible.errors import AnsibleConnectionFailure

from ansible_collections.wsman.automation.plugins.module_utils._wsman import envelope, operations
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError, WSManError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions, from_options
from ansible_collections.wsman.automation.plugins.plugin_utils import (
    _compatibility,
    _foreign,
    _kerberos,
    _sessions,
    _transport,
)
from ansible_collections.wsman.automation.plugins.plugin_utils._say import say

if t.TYPE_CHECKING:
    from ansible_collections.wsman.automation.plugins.plugin_utils._held import HeldSession

Options = t.Mapping[str, t.Any]


def resolve(
    given: t.Mapping[str, tuple[t.Any, str]], task: Options, connection: str | None, port_is_set: bool
) -> SessionOptions:
    """What all options together mean: those *given* with where each comes from, and the task's own.

    *connection*: the host's, *port_is_set*: whether its ansible_port is the inventory's. Raises UsageError.
    """
    found = {name: _foreign.Given(value, origin) for name, (value, origin) in given.items()}
    resolution = _compatibility.resolve(found, task, connection=connection, port_is_set=port_is_set)
    options = from_options(resolution.options, has_ticket=lambda: _has_ticket(resolution.options))
    for verbosity, text in resolution.notes:
        say(text, options.host, verbosity)
    return options


def session(options: SessionOptions, *, direct: bool) -> _transport.Session | HeldSession:
    """The HTTP session of these options, shared with equal ones in this process. *direct*: not kept for other tasks."""
    return _sessions.direct(options) if direct else _sessions.session(options)


def send_unauthenticated(options: SessionOptions, data: bytes) -> _transport.Answer:
    """Send an Identify without credentials, as a service answers it to everybody (MS-WSMV 3.1.4.1.21)."""
    return _sessions.session(options.anonymous()).send(data, headers=_transport.UNAUTHENTICATED)


def secrets(resolve_all: t.Callable[[], SessionOptions], urls: t.Iterable[t.Any]) -> set[str]:
    """What is secret in URLs of proxies, and in all options where they can be resolved."""
    found = {secret for url in urls for secret in _foreign.url_secrets(url)}
    with contextlib.suppress(UsageError):
        found.update(resolve_all().secrets)
    return found


def ask(resolve_all: t.Callable[[], SessionOptions], connect_timeout: float | None) -> None:
    """Ask the service what it is, within *connect_timeout* seconds; raises AnsibleConnectionFailure."""
    try:
        options = resolve_all()
        if connect_timeout:
            seconds = float(connect_timeout)
            options = dataclasses.replace(options, connect_timeout=seconds, read_timeout=max(seconds, 10.0))
        options = dataclasses.replace(options, reconnection_retries=0)  # core's wait_for_connection tries again
        with contextlib.closing(_transport.Session(options)) as own:
            nobody = options.authentication == "none"
            answer = own.send(own.identify(), headers=_transport.UNAUTHENTICATED if nobody else None)
            response = envelope.load(answer.body, charset=answer.charset, http_status=answer.status)
            operations.read_identify(response)
    except WSManError as error:
        raise AnsibleConnectionFailure(str(error)) from error


def close(options: SessionOptions) -> None:
    """Close the session of these options, or give it back to who keeps it."""
    _sessions.close(options)
    _sessions.close(options.anonymous())


def rest() -> None:
    """The task is done with all its sessions for now."""
    _sessions.rest()


def reset(resolve_all: t.Callable[[], SessionOptions]) -> None:
    """Keep nothing of these options, whichever process does."""
    with contextlib.suppress(UsageError):
        _sessions.reset(resolve_all())


def _has_ticket(options: Options) -> bool:
    """Whether there is a ticket or a keytab to log in with; asked only where the rules turn on it."""
    return _kerberos.has_ticket(options.get("kerberos_ccache"), options.get("kerberos_keytab"))
