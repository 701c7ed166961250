# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one tree of errors; who catches what is decided by the branch alone.

::

    WSManError
    ├── UsageError       the caller's input is wrong; nothing was sent
    ├── TransportError   no usable answer: name, connect, TLS, authentication, HTTP, timeout
    ├── ProtocolError    the peer answered and broke the rules of the protocol
    └── WSManFault       the peer answered with a SOAP fault

They become Ansible's results in one frame of ``plugin_utils/_action.py``; this file knows nothing of that.
"""

from __future__ import annotations

import dataclasses
import typing as t

from . import fault_codes

#: Said of a change that went out and whose answer is missing or cannot be read.
OUTCOME_UNKNOWN: t.Final = "Whether the service has carried the request out is not known."


class WSManError(Exception):
    """Base of all errors of this collection; ``str()`` of it is fit to be shown to a user and holds no secret.

    *after_change* is true where an earlier request of the same task has changed something. *members* are added to the
    failed result: plain, and without secrets.
    """

    after_change: bool = False
    members: t.Mapping[str, t.Any] = {}


class UsageError(WSManError):
    """The input is wrong, found before anything was sent.

    *option* is the option at fault as the user spells it (``selector_set.Name``), *remedy* what to write instead,
    *windows_code* the number Windows gives to the same mistake, where it has one, and *windows_name* its name, spelled
    as a fault's. ``str()`` ends with both.
    """

    def __init__(
        self, message: str, *, option: str | None = None, remedy: str | None = None, windows_code: int | None = None
    ) -> None:
        self.message = message
        self.option = option
        self.remedy = remedy
        self.windows_code = windows_code
        self.windows_name = fault_codes.name_of(windows_code)
        text = f"{option}: {message}" if option else message
        ended = text if text.endswith((".", "!", "?")) else f"{text}."
        known = [str(part) for part in (windows_code, fault_codes.full_name_of(windows_code)) if part]
        number = f" ({' '.join(known)})" if known else ""
        super().__init__((f"{ended} {remedy}" if remedy else text) + number)


class TransportError(WSManError):
    """There is no answer to work with; the service may or may not have seen the request.

    *step* is the first step that failed: ``resolve``, ``connect``, ``proxy``, ``tls``, ``send``, ``read``,
    ``authentication``, ``http`` or ``wsman``. *offered_schemes* are the authentication schemes of a 401, as spelled by
    the server. *outcome_unknown* is true where a request that changes something went out and no answer came.
    *secret_refused* is true where somebody who knows better (a service, a KDC) has looked at the credentials and
    refused them: they are shown to nobody else. *lost* is true where the network is to blame: the connection could not
    be made, ended, or fell silent; then *silent* is true too.
    """

    lost: bool = False
    silent: bool = False

    def __init__(
        self,
        message: str,
        *,
        step: str,
        remedy: str | None = None,
        offered_schemes: t.Sequence[str] = (),
        http_status: int | None = None,
        outcome_unknown: bool = False,
        secret_refused: bool = False,
    ) -> None:
        self.message = message
        self.step = step
        self.remedy = remedy
        self.offered_schemes = tuple(offered_schemes)
        self.http_status = http_status
        self.outcome_unknown = outcome_unknown
        self.secret_refused = secret_refused
        super().__init__(message)

    def to_plain(self) -> dict[str, t.Any]:
        """The ``transport`` member of an unreachable result."""
        return {
            "step": self.step,
            "remedy": self.remedy,
            "offered_schemes": list(self.offered_schemes),
            "http_status": self.http_status,
            "outcome_unknown": self.outcome_unknown,
        }


class ProtocolError(WSManError):
    """The peer's answer is no WS-Management message, or contradicts the request (DSP0226 5.4, 8)."""


@dataclasses.dataclass(eq=False)
class WSManFault(WSManError):
    """A SOAP fault of the peer (DSP0226 14, MS-WSMV 2.2.4.43), every part of it as an attribute.

    *code* and *subcode* carry the prefixes of ``uris.PREFIXES`` whatever prefixes the peer used; *fault_detail* is the
    URI or text of ``wsman:FaultDetail``; *windows_code* and *windows_name* are the innermost number known and its name;
    *provider* and *cim_error* hold the peer's own members by their own names. Absent parts are ``None``.
    """

    code: str | None = None
    subcode: str | None = None
    reason: str | None = None
    fault_detail: str | None = None
    windows_code: int | None = None
    windows_name: str | None = None
    machine: str | None = None
    provider: dict[str, t.Any] | None = None
    cim_error: dict[str, t.Any] | None = None
    http_status: int | None = None
    remedy: str | None = None

    def __str__(self) -> str:
        name = self.subcode or self.code or "fault"
        numbers = [str(part) for part in (self.windows_code, self.windows_name) if part]
        number = f" ({' '.join(numbers)})" if numbers else ""
        return f"{name}{number}: {self.reason or self.fault_detail or 'the service gave no reason'}"

    def to_plain(self) -> dict[str, t.Any]:
        """The ``fault`` member of a failed result: every field under its own name."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
