# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One exchange: requests of ring 1 over a connection that carries bytes. The one conversation is ``_pulling.py``'s.

Gives each request its id and the headers of the session, Windows' own headers only where the service is Windows. Knows
neither tasks and results nor how the bytes travel.
"""

from __future__ import annotations

import contextlib
import typing as t
import uuid

from ansible.utils.display import Display

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    envelope,
    operations,
    profiles,
    robust,
    types_option,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration, Item
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Request, Response, Settings
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    OUTCOME_UNKNOWN,
    ProtocolError,
    TransportError,
    WSManFault,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.operations import Identity
from ansible_collections.wsman.automation.plugins.module_utils._wsman.profiles import Profile
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.module_utils._wsman.types_option import Types
from ansible_collections.wsman.automation.plugins.plugin_utils import _lasting
from ansible_collections.wsman.automation.plugins.plugin_utils._pulling import Pulling
from ansible_collections.wsman.automation.plugins.plugin_utils._schemas import Schemas

display = Display()


class Received(t.NamedTuple):
    """An answer that nobody has read yet; *how* are the arguments that ``envelope.load`` takes for it."""

    body: bytes
    how: dict[str, t.Any]


class Client:
    """WS-Management operations over one connection (``connection/wsman.py``, or anything that sends like it)."""

    def __init__(self, connection: t.Any, types: Types = types_option.AUTO) -> None:
        self._connection = connection
        self.options = connection.session_options()
        #: What the task says of types, and what is known of classes.
        self.types = types
        self.schemas = Schemas(self, connection, types)

    @property
    def used(self) -> SessionOptions:
        """The options as they came out: of several authentications the one that the service was found to offer."""
        found: SessionOptions = self._connection.session.options
        return found

    @property
    def mechanism(self) -> str | None:
        """What the authentication has agreed upon, ``kerberos`` or ``ntlm``; ``None`` where there is no such choice."""
        found: str | None = self._connection.session.mechanism
        return found

    @property
    def seconds_left(self) -> float | None:
        """Until the deadline of the task; None where it has none."""
        left: float | None = self._connection.session.seconds_left
        return left

    def execute(self, request: Request, *, settings: Settings | None = None) -> Response:
        """Send *request* and return its answer; *settings* instead of those that fit the target now.

        With ``test_connection`` an Identify goes first, once a session, and nothing follows one that fails. Raises
        WSManFault, ProtocolError and TransportError.
        """
        received = self.exchange(request, settings=settings)
        try:
            return envelope.load(received.body, **received.how)
        except ProtocolError as error:
            if not request.changes:
                raise
            said = str(error).rstrip(".")
            raise ProtocolError(f"{said}. {OUTCOME_UNKNOWN}") from error

    def exchange(
        self,
        request: Request,
        *,
        settings: Settings | None = None,
        meanwhile: t.Callable[[], None] | None = None,
    ) -> Received:
        """Send *request* and return its answer as it came, faults too; *meanwhile* is called while it is on its way."""
        if self.options.test_connection and request.action and not self._connection.session.identified:
            self.identify()
        message_id = str(uuid.uuid4())
        settings = settings or self.settings(request.target)
        self._show(request)
        more = {} if meanwhile is None else {"meanwhile": meanwhile}
        answer = _lasting.send(self._connection, request, settings, message_id, **more)
        self._learn(answer)
        known = self.known_profile(request.target.resource_uri if request.target else "")
        how = {"charset": answer.charset, "relates_to": message_id, "http_status": answer.status}
        return Received(answer.body, {**how, "service": known.name if known else None})

    def parting(self) -> contextlib.AbstractContextManager[None]:
        """What is sent inside has a moment of its own: to give back what was opened, once all else is over."""
        moment: contextlib.AbstractContextManager[None] = self._connection.parting()
        return moment

    def identify(self, *, authenticated: bool = True) -> Identity:
        """What the service says of itself; *authenticated* false asks without credentials (MS-WSMV 3.1.4.1.23).

        So does a session that has none: Windows answers it only where it says so.
        """
        request = operations.identify()
        if authenticated and self.options.authentication != "none":
            identity = operations.read_identify(self.execute(request))
        else:
            data = envelope.dump(request, self.settings(None), str(uuid.uuid4()))
            answer = self._send_unauthenticated(data)
            response = envelope.load(answer.body, charset=answer.charset, http_status=answer.status)
            identity = operations.read_identify(response)
        self._connection.session.profile = profiles.detect(identity)
        self._connection.session.identified = True
        return identity

    def _send_unauthenticated(self, data: bytes) -> t.Any:
        try:
            return self._connection.send_unauthenticated(data)
        except TransportError as error:
            if error.step == "authentication":
                error.remedy = (
                    "It tells nothing without credentials: set user and password, and leave authenticated out. "
                    "Openwsman answers under the http_prefix wsman-anon/identify."
                )
            raise

    def collect(self, enumeration: Enumeration) -> list[Item]:
        """All items of *enumeration*, of one complete pass however often it had to be begun again."""
        items: list[Item] = []
        Pulling(self, enumeration, items.extend, items.clear).run()
        return items

    def enumerate(self, enumeration: Enumeration, discard: t.Callable[[], None] | None = None) -> t.Iterator[Item]:
        """The items of *enumeration*, which is released on the service however this ends (protocol.md §5.3, rule 4).

        *discard* is called where it is begun again (state.md §4): what came until then is void. Without it that is
        done only before the first item. Close the iterator (``contextlib.closing``) where it may be left before its
        end.
        """
        items: list[Item] = []
        with contextlib.closing(Pulling(self, enumeration, items.extend, discard)) as pulling:
            while pulling.step():
                yield from items
                items.clear()

    def known_profile(self, resource_uri: str) -> Profile | None:
        """What the service is as far as the options, an earlier answer or the resource itself tell; asks nobody."""
        if self.options.profile != "auto":
            return profiles.by_name(self.options.profile)
        cached: Profile | None = self._connection.session.profile
        return cached or profiles.of_resource(resource_uri)

    def likely_profile(self, resource_uri: str) -> Profile:
        """The same for what harms nobody where it is wrong; GENERIC where nothing tells."""
        return self.known_profile(resource_uri) or profiles.guess(resource_uri) or profiles.GENERIC

    def takes_fragments(self, resource_uri: str) -> bool:
        """Whether the service is known to take the FragmentTransfer header, which destroys data elsewhere."""
        known = self.known_profile(resource_uri)
        return known is not None and known.fragments

    def profile(self, resource_uri: str) -> Profile:
        """What the service is; one Identify where nothing else tells it, and a service that refuses that is generic."""
        known = self.known_profile(resource_uri)
        if known is None:
            try:
                self.identify()
            except WSManFault:
                self._connection.session.profile = profiles.GENERIC
        return known or self._connection.session.profile

    def _learn(self, answer: t.Any) -> None:
        """Windows, Openwsman and AMT name themselves in the Server header of every answer."""
        session = self._connection.session
        if session.profile is None:
            found = profiles.detect(server=answer.server)
            session.profile = None if found is profiles.GENERIC else found

    def settings(self, target: Target | None) -> Settings:
        """The headers of the session, without those that this service must not be sent (protocol.md §10)."""
        options = self.options
        settings = Settings(
            to=options.url,
            operation_timeout=options.operation_timeout,
            max_envelope_size=options.max_envelope_size,
            locale=options.locale,
            data_locale=options.data_locale,
            session_id=self._connection.session.session_id,
            encoding=options.encoding,
            robust=target is not None and robust.covers(target.resource_uri),
        )
        return self.likely_profile(target.resource_uri if target else "").adapt(settings)

    def _show(self, request: Request) -> None:
        """One line for -vvv: what and where, and no values."""
        action = (request.action or "Identify").rpartition("/")[2]
        resource = f" {request.target.resource_uri}" if request.target else ""
        name = f" in the session {self.options.session_name}" if self.options.session_name else ""
        display.vvv(f"WSMAN {action}{resource}{name}", host=self.options.host)
