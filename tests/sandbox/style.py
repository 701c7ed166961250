# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a make of service writes: what differs from Windows in answers, as data. ``manners.py`` holds the other makes."""

from __future__ import annotations

import dataclasses
import typing as t
import uuid

from . import names
from .render import WINDOWS_SCOPE, Scope

if t.TYPE_CHECKING:
    from .faults import Fault


def _windows_status(fault: Fault) -> int:
    return 500


def _windows_identifier() -> str:
    return f"uuid:{str(uuid.uuid4()).upper()}"


@dataclasses.dataclass(frozen=True)
class Style:
    """The defaults are Windows Server 2022's.

    *scope* are the prefixes of the Envelope; *fault_status* gives a fault its HTTP status; *windows_faults* puts a
    WSManFault into each fault's detail; *fault_element* replaces the whole Fault element. *strict* demands the headers
    that Windows demands. *microsoft_headers* understands ``wsmv:`` headers with mustUnderstand. *items* and *end* are
    the namespaces of Items and EndOfSequence in an optimized EnumerateResponse (a PullResponse always uses ``wsen:``
    unless *pull_items*, *pull_end* say otherwise). *new_context* gives every Pull a new context, *empty_context* sends
    an empty EnumerationContext at the end. *case_sensitive* compares resource URIs by case. *address* stands in
    endpoint references. *renews*: Renew and GetStatus of enumerations exist. *translate* makes this make's own fault
    of one that the service itself raised. *identify_answer* is the tag of Identify's answer, *invoke_suffix* what
    stands behind an Invoke's action in its answer. *empty_items*: an answer to Enumerate has Items, even where nothing
    was optimized. *declaration*: answers in UTF-8 begin with an XML declaration. *new_identifier* makes the text of a
    context; *last_context*: an optimized answer that ends the sequence still has it. *tabs*: the headers within an
    encrypted message begin with one. *plain_fragments*: parts are by name alone, and what is not written is lost.
    *overflow_lost*: a batch that does not fit into the envelope is a fault and gone, else it is cut to fit.
    *default_envelope*: how large an answer may be where the request does not say it. *endless_modes*: polymorphism
    modes whose enumerations never end. *items_first*: before the context, in an answer to Enumerate. *schemes*: the
    authentications that it knows, in the order of its challenges. *robust*: operations on CIM objects survive their
    connection (``robust.py``).
    """

    name: str = "windows"
    scope: Scope = dataclasses.field(default_factory=lambda: dict(WINDOWS_SCOPE))
    language: str | None = "en-US"
    protocol_version: str = names.WSMV.replace("schemas.microsoft.com", "schemas.dmtf.org")
    product_vendor: str = "Microsoft Corporation"
    product_version: str = "OS: 10.0.20348 SP: 0.0 Stack: 3.0"
    product_version_anonymous: str = "OS: 0.0.0 SP: 0.0 Stack: 3.0"
    security_profiles: tuple[str, ...] = (
        "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/http/basic",
        "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/http/spnego-kerberos",
    )
    server: str | None = "Microsoft-HTTPAPI/2.0"
    realm: str = "WSMAN"
    anonymous_identify_path: str | None = None
    fault_status: t.Callable[[Fault], int] = _windows_status
    fault_element: t.Callable[[Fault], t.Any] | None = None
    windows_faults: bool = True
    strict: bool = True
    microsoft_headers: bool = True
    case_sensitive: bool = False
    fragments: bool = True
    items: str = names.WSMAN
    end: str = names.WSMAN
    pull_items: str = names.ENUMERATION
    pull_end: str = names.ENUMERATION
    new_context: bool = False
    empty_context: bool = False
    total_items_estimate: bool = False
    default_pull_elements: int = 1
    close_connection: bool = False
    default_namespace: str = "root/hardware"
    address: str = names.ANONYMOUS
    renews: bool = False
    translate: t.Callable[[Fault], Fault] | None = None
    identify_answer: str = f"{{{names.IDENTITY}}}IdentifyResponse"
    invoke_suffix: str = "Response"
    empty_items: bool = False
    declaration: bool = False
    new_identifier: t.Callable[[], str] = _windows_identifier
    last_context: bool = False
    tabs: bool = True
    plain_fragments: bool = False
    overflow_lost: bool = False
    default_envelope: int | None = None
    endless_modes: frozenset[str] = frozenset()
    items_first: bool = False
    robust: bool = True
    schemes: tuple[str, ...] = ("Negotiate", "Kerberos", "Basic", "CredSSP", "Certificate")


WINDOWS = Style()
