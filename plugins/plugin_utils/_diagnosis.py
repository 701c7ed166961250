# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the way to a service ends: each step by itself, from the name to one Get, and what to do where one fails.

The parts are those that carry every request, so what is found here is what a task would meet. The account is shown
once; where somebody refuses it, nothing shows it again.
"""

from __future__ import annotations

import contextlib
import time
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    addressing,
    fault,
    operations,
    profiles,
    uris,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    TransportError,
    UsageError,
    WSManError,
    WSManFault,
)
from ansible_collections.wsman.automation.plugins.plugin_utils import _answers, _proxy, _sessions, _tls_probe
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._login import Reply
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import Exchange, connect, is_address, resolve

#: In the order of a request's way.
STEPS: t.Final = ("name", "tcp", "proxy", "tls", "http", "schemes", "authentication", "identify", "get")
#: What every service of a kind has, and answers quickly: the URI with its selectors, and the namespace.
_INSTANCES: t.Final[dict[str, tuple[str, str | None]]] = {
    "windows": ("winrm/config", None),
    "omi": ("cimv2/OMI_Identify?InstanceID=2FDB5542-5896-45D5-9BE9-DC04430AAABE", "root/omi"),
    "idrac": ("cimv2/DCIM_SystemView?InstanceID=System.Embedded.1", "root/dcim"),
    "amt": ("http://intel.com/wbem/wscim/1/amt-schema/1/AMT_GeneralSettings", None),
}
_ANY: t.Final = ("cimv2/CIM_ComputerSystem", None)
#: Faults that only an operation that was carried out can have: the way is open, and this instance is not there.
_MISSING: t.Final = frozenset(
    ("wsa:DestinationUnreachable", "wsa:ActionNotSupported", "wsman:InvalidSelectors", "wsman:UnsupportedFeature")
)
_MISSING_STATUSES: t.Final = frozenset((3, 5, 6, 7))
#: Statuses of a peer that is no WS-Management service, or not the way to it; others may change with an account.
_NO_SERVICE: t.Final = frozenset((404, 405, 407, 501, 502, 503, 504))
_MOST: t.Final = 200  # characters of a peer's own name for itself
_REMEDY: t.Final = "Check that a WS-Management service answers there (host, port, http_prefix), and look at its log."


class Found(t.NamedTuple):
    """What a step has shown; *ok* None where the step does not apply."""

    detail: str
    ok: bool | None = True


def run(client: Client) -> Result:
    """The members ``diagnosis`` and ``failed_step`` of a result, and ``identity`` where it came so far.

    ``diagnosis`` is a list of ``{step, ok, seconds, detail, remedy}``; *ok* is None for a step that was skipped.
    Raises nothing that a peer could cause.
    """
    way = _Way(client)
    diagnosis: list[Result] = []
    failed: str | None = None
    for name in STEPS:
        if failed:
            diagnosis.append(_step(name, Found(f"Skipped, as {failed} failed.", None), None))
            continue
        began = time.monotonic()
        try:
            found, remedy = way.look(name), None
        except WSManError as error:
            failed, found, remedy = name, Found(_message(error), False), getattr(error, "remedy", None) or _REMEDY
        diagnosis.append(_step(name, found, None if found.ok is None else time.monotonic() - began, remedy))
    result: Result = {"diagnosis": diagnosis, "failed_step": failed}
    return {**result, "identity": way.identity} if way.identity else result


def _step(name: str, found: Found, seconds: float | None, remedy: str | None = None) -> Result:
    rounded = None if seconds is None else round(seconds, 3)
    return {"step": name, "ok": found.ok, "seconds": rounded, "detail": found.detail, "remedy": remedy}


def _message(error: WSManError) -> str:
    """What has failed, without the remedy, which stands beside it."""
    return error.message if isinstance(error, (TransportError, UsageError)) else str(error)


class _Way:
    """The steps to one service, each a method of its name that says what it found or raises what failed."""

    def __init__(self, client: Client) -> None:
        self.client, self.options = client, client.options
        self.session = _sessions.direct(client.options)
        self.anonymous = client.options.authentication == "none"
        self.identity: Result | None = None
        self.reply: Reply | None = None

    def look(self, step: str) -> Found:
        """What the step of this name shows."""
        method: t.Callable[[], Found] = getattr(self, step)
        return method()

    def name(self) -> Found:
        """The addresses of the name; behind a proxy its own, for it looks up the service's."""
        host, port, whose = self._first_peer()
        if is_address(host):
            return Found(f"{host}{whose} is an address: there is nothing to look up.")
        found = resolve(host, port, self._exchange(), "proxy" if whose else "connect")
        addresses = dict.fromkeys(str(address[0]) for _family, _kind, _protocol, _name, address in found)
        return Found(f"{host}{whose} is {', '.join(addresses)}.")

    def tcp(self) -> Found:
        """A connection and its end; behind a proxy with that."""
        host, port, whose = self._first_peer()
        proxy = _proxy.find(self.options)
        with connect(host, port, self._exchange(), f"The proxy {proxy.authority}" if proxy else None) as connection:
            address = host
            with contextlib.suppress(OSError):  # it may be gone already: then the next step says so
                address = connection.getpeername()[0]
        return Found(f"{address} takes connections on port {port}{whose}.")

    def proxy(self) -> Found:
        """A way opened by the proxy, and closed."""
        proxy = _proxy.find(self.options)
        if proxy is None:
            return Found("There is none.", None)
        _proxy.connect(proxy, self.options, self._exchange()).close()
        return Found(f"The proxy {proxy.authority} connects to {self.options.authority}.")

    def tls(self) -> Found:
        """The handshake as a task has it; what the port offers is told whether or not it is accepted."""
        if self.options.scheme != "https":
            return Found("Not used: the scheme is http.", None)
        try:
            self.session.open()
        except TransportError as error:
            if not isinstance(error.__cause__, TimeoutError):  # who says nothing would not say anything now
                error.message = f"{error.message} {_tls_probe.look(self.options, self._exchange)}".strip()
            raise
        return Found(f"The certificate is accepted. {_tls_probe.look(self.options, self._exchange)}")

    def http(self) -> Found:
        """What an Identify without an account is answered: a service's 401 does, a web page does not."""
        self.reply, asked_for = self.session.ask(self.session.identify())
        reply = self.reply
        manner = " It leaves one alone that does not ask for authentication, as OMI does." if asked_for else ""
        names = f", {server[:_MOST]}" if (server := reply.headers.get("Server")) else ""
        if not _answers.is_soap(reply.body) and (reply.status < 400 or reply.status in _NO_SERVICE):
            raise _answers.not_soap(self.options, reply.status, reply.headers, reply.body, False)
        return Found(f"{self.options.url} answers HTTP {reply.status} to a request without credentials{names}.{manner}")

    def schemes(self) -> Found:
        """Which authentications the service offers, and whether the session's is one of them."""
        reply, wanted = self.reply, (self.options.authentication, *self.options.alternatives)
        if reply is None or reply.status != 401:
            return Found("It asked for no authentication.")
        offered = f"It offers {', '.join(reply.schemes) or 'no scheme by name'}"
        if self.anonymous:
            return Found(f"{offered}; the session has no account to show.")
        usable = [one for one in wanted if not reply.schemes or _answers.is_offered(one, reply.schemes)]
        if not usable:
            raise _answers.not_offered(self.options, reply.schemes)
        others = f" {', '.join(usable[1:])} would do too, and the account is shown once." if usable[1:] else ""
        return Found(f"{offered}; the session uses {usable[0]}.{others}")

    def authentication(self) -> Found:
        """The account, shown once, by the first of the session's authentications that is offered."""
        if self.anonymous:
            return Found("Not used: nothing is shown to the service.", None)
        self.session.send(self.session.identify())
        used, mechanism = self.session.options, self.session.mechanism
        by = used.authentication if mechanism in (None, used.authentication) else f"{used.authentication} ({mechanism})"
        bound = ", bound to TLS" if used.binds else ""
        hidden = "encrypted" if used.scheme == "https" or used.encrypts else "in clear"
        return Found(f"The service takes the account by {by}; messages are {hidden}{bound}.")

    def identify(self) -> Found:
        """What the service says of itself."""
        identity = self.client.identify(authenticated=not self.anonymous)
        self.identity = identity.to_plain()
        words = " ".join(filter(None, (identity.product_vendor, identity.product_version)))[:_MOST]
        return Found(f"It is {words or 'a service without a name'}; treated as {self._profile().name}.")

    def get(self) -> Found:
        """One Get of what such a service has; a service that says that it has none of it has answered too."""
        if self.anonymous and self.reply is not None and self.reply.status == 401:
            return Found("Not tried: the service wants an account for it.", None)
        target = self._target()
        try:
            response = self.client.execute(operations.get(target))
        except WSManFault as error:
            if not _is_missing(error):
                raise
            return Found(f"It answers a Get of {target.resource_uri}, and has no such instance: {error}")
        name = "nothing" if response.content is None else xml.local(response.content.tag)
        return Found(f"It answers a Get of {target.resource_uri} with {name}.")

    def _profile(self) -> profiles.Profile:
        return self.client.known_profile("") or profiles.GENERIC

    def _target(self) -> Target:
        uri, namespace = _INSTANCES.get(self._profile().name, _ANY)
        full, selectors = uris.parse_resource_uri(uri)
        if namespace:
            selectors = addressing.join_selectors(selectors, {uris.NAMESPACE_SELECTOR: namespace}, "namespace")
        return Target(full, selectors)

    def _first_peer(self) -> tuple[str, int, str]:
        """Host and port of who is connected to first, and a word about it where that is not the service."""
        proxy = _proxy.find(self.options)
        if proxy is None:
            return self.options.host, self.options.port, ""
        return proxy.host, proxy.port, f" (the proxy for {self.options.authority})"

    def _exchange(self) -> Exchange:
        """The limits of a step that is no request: the session's, of which the deadline goes on."""
        exchange, left = Exchange(self.options.authority), self.session.seconds_left
        at = None if left is None else time.monotonic() + left
        exchange.begin(self.options.connect_timeout, self.options.read_timeout, self.options.deadline, at)
        return exchange


def _is_missing(error: WSManFault) -> bool:
    status = (error.cim_error or {}).get("CIMStatusCode")
    return error.subcode in _MISSING or status in _MISSING_STATUSES or fault.may_be_not_found(error)
