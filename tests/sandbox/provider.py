# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a resource of the service is given and what it must offer: the seam between the protocol and the resources."""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element

from .faults import Fault
from .style import Style

Selectors = dict[str, t.Any]  # name -> text, or an endpoint reference {address, resource_uri, selector_set}


@dataclasses.dataclass(frozen=True)
class Option:
    """One wsman:Option of a request."""

    name: str
    value: str | None
    type: str | None = None
    must_comply: bool = False


@dataclasses.dataclass(frozen=True)
class Fragment:
    """The wsman:FragmentTransfer header; dialect None means XPath 1.0."""

    path: str
    dialect: str | None = None


@dataclasses.dataclass(frozen=True)
class Filter:
    """A filter of an Enumerate: the dialect's URI and the wsman:Filter element with its text or children."""

    dialect: str
    element: Element

    @property
    def text(self) -> str:
        """The filter as text (a query)."""
        return "".join(self.element.itertext()).strip()


@dataclasses.dataclass
class Call:
    """A request whose headers have been checked. *operation_timeout* is in seconds, *max_envelope_size* in octets."""

    action: str
    resource_uri: str
    selectors: Selectors
    options: tuple[Option, ...] = ()
    fragment: Fragment | None = None
    body: Element | None = None
    header: t.Mapping[str, Element] = dataclasses.field(default_factory=dict)
    message_id: str | None = None
    max_envelope_size: int = 512000
    operation_timeout: float = 60.0
    locale: str | None = None
    user: str = ""
    secure: bool = False
    local_port: int = 0
    manner: Style = dataclasses.field(default_factory=Style)
    user_agent: str = ""
    encoding: str = "utf-8"  # of the request's text, and so of the answer's
    octets: int = 1  # per ASCII character of the answer: 2 in UTF-16
    barren: bool = False  # a Pull that gets no items, by misbehaviour
    reply_headers: list[Element] = dataclasses.field(default_factory=list)
    every_header: list[Element] = dataclasses.field(default_factory=list)  # of the answer, be it a fault

    def selector(self, name: str) -> t.Any:
        """The value of the selector *name*, whatever its case (on Windows names have none), or None."""
        folded = name.lower()
        return next((value for key, value in self.selectors.items() if key.lower() == folded), None)


class Item(t.NamedTuple):
    """One result of an enumeration. *element* may be ``soap.rendered(text)``; it is not looked at for EPR mode."""

    element: Element
    resource_uri: str
    selectors: t.Mapping[str, t.Any]


class Provider:
    """Base of all resources: every operation that is not overridden answers ActionNotSupported.

    *uris* are the resource URIs that it serves: exact ones, or prefixes that end in ``/``. *fragments* says that the
    dispatcher may cut fragments out of what ``get`` returns and put them into what ``put`` is given.
    *enumeration_modes*: whether EnumerateEPR and EnumerateObjectAndEPR are supported. *options*: whether the resource
    takes options at all; *complies*: whether it understands them when they carry MustComply (what Windows' CIM provider
    does not, MS-WSMV 3.1.4.1.10).
    """

    uris: t.Sequence[str] = ()
    fragments: bool = False
    enumeration_modes: bool = True
    options: bool = False
    complies: bool = False

    def get(self, call: Call) -> Element:
        """The representation."""
        raise Fault.named("ACTION_NOT_SUPPORTED")

    def put(self, call: Call, body: Element) -> Element | None:
        """Replace; returns the new representation."""
        raise Fault.named("ACTION_NOT_SUPPORTED")

    def create(self, call: Call, body: Element | None) -> tuple[str, Selectors]:
        """Create; returns resource URI and selectors of the new one."""
        raise Fault.named("ACTION_NOT_SUPPORTED")

    def delete(self, call: Call) -> None:
        """Delete."""
        raise Fault.named("ACTION_NOT_SUPPORTED")

    def invoke(self, call: Call, method: str, body: Element | None) -> Element | None:
        """Run *method*; returns the Method_OUTPUT."""
        raise Fault.named("ACTION_NOT_SUPPORTED")

    def enumerate(self, call: Call, filter: Filter | None, mode: str, polymorphism: str | None) -> t.Iterable[Item]:
        """The items, lazily if there are many. *mode*: ``object``, ``epr``, ``object_and_epr``; *polymorphism*: the
        text of wsmb:PolymorphismMode. Faults are raised at once, not by the iterator."""
        raise Fault.named("ACTION_NOT_SUPPORTED")
