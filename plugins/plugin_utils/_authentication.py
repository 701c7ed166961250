# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an authentication that belongs to one TCP connection can do, whatever its mechanism.

``_login.py`` drives it and knows no mechanism; ``_spnego.py`` and ``_credssp.py`` implement it and send nothing over
HTTP themselves.
"""

from __future__ import annotations

import typing as t


class Context(t.Protocol):
    """One security context for one TCP connection, from its first token to the last message.

    *scheme* is the name in ``Authorization`` and ``WWW-Authenticate`` (``Negotiate``, ``Kerberos``, ``CredSSP``);
    *media_type* that of the parts of an encrypted message (``application/HTTP-SPNEGO-session-encrypted``, MS-WSMV
    2.2.9.1.1.2.1); *mechanism* what was agreed upon (``ntlm``, ``kerberos``), None before that.
    """

    scheme: str
    media_type: str
    mechanism: str | None

    @property
    def complete(self) -> bool:
        """Whether the handshake is over on our side."""

    def step(self, token: bytes | None) -> bytes | None:
        """The peer's *token* (None: there is none yet) → our next one, or None where there is nothing more to send.

        Raises :class:`TransportError` of the step ``authentication`` that says which part of the mechanism failed and
        why; with ``secret_refused`` where somebody has looked at the credentials and refused them.
        """

    def refused(self) -> str | None:
        """What a 401 now means in the words of the mechanism, for the error message; None where it has none."""

    def wrap(self, data: bytes) -> list[tuple[bytes, bytes, int]]:
        """A message → its pieces (token header, sealed data, plain length in octets); several only for CredSSP."""

    def unwrap(self, header: bytes, sealed: bytes) -> bytes:
        """The plain octets of one piece. Raises :class:`TransportError` where it was not sealed by the peer."""
