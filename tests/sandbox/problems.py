# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a request to the repository, before a make of service gives it a fault of its own."""

from __future__ import annotations

import dataclasses
import typing as t


class Problem(Exception):
    """Raised in the repository; ``manner.fault(problem)`` makes a Fault of it.

    *kind* is one of :data:`KINDS`; *member* the name at fault; *text* the query or the path as the provider would
    report it; *operation* the WMI call that failed; *namespace* where, once that is known.
    """

    def __init__(self, kind: str, member: str = "", *, text: str = "", operation: str = "GetObject") -> None:
        if kind not in KINDS:
            raise ValueError(kind)
        super().__init__(f"{kind}: {member or text}")
        self.kind = kind
        self.member = member
        self.text = text
        self.operation = operation
        self.namespace = ""


@dataclasses.dataclass(frozen=True)
class Kind:
    """The CIM status of a problem, WMI's number for it, and what is said."""

    status: int
    wbem: int
    message: str


KINDS: dict[str, Kind] = {
    "uri": Kind(4, 0x80041008, "The resource URI is not one of this service."),
    "uri_version": Kind(4, 0x80041008, "The version of the CIM schema in the resource URI is not 2."),
    "namespace": Kind(3, 0x8004100E, "The target namespace does not exist."),
    "namespace_empty": Kind(1, 0x8004100E, "The namespace has no name."),
    "namespaces_differ": Kind(4, 0x80041008, "The resource URI and __cimnamespace name different namespaces."),
    "class": Kind(5, 0x80041010, "The specified class does not exist."),
    "instance": Kind(6, 0x80041002, "The requested object cannot be found."),
    "exists": Kind(11, 0x80041019, "The object already exists."),
    "selectors_none": Kind(4, 0x80041008, "The class is no singleton: its keys are needed as selectors."),
    "selectors_missing": Kind(4, 0x80041008, "A key is missing in the selectors: {member}."),
    "selectors_unexpected": Kind(12, 0x80041008, "The class has no such key: {member}."),
    "selector_value": Kind(4, 0x80041005, "The selector {member} has not the type of the key."),
    "method": Kind(17, 0x80041055, "The class has no method {member}."),
    "parameter_unexpected": Kind(12, 0x8004102F, "The method has no input parameter {member}."),
    "parameter_missing": Kind(4, 0x8004102F, "The method needs the parameter {member}."),
    "parameter_value": Kind(13, 0x80041005, "The parameter {member} has not its type."),
    "property_unexpected": Kind(12, 0x80041002, "The specified property does not exist: {member}."),
    "property_value": Kind(13, 0x80041005, "The property {member} has not its type."),
    "read_only": Kind(4, 0x80041008, "The property {member} cannot be written."),
    "property_missing": Kind(4, 0x80041008, "The property {member} is missing."),
    "key_changed": Kind(4, 0x80041008, "The key {member} is not that of the selectors."),
    "representation": Kind(4, 0x80041008, "The body is no instance of the class."),
    "representation_missing": Kind(4, 0x80041008, "The body is empty."),
    "key_missing": Kind(4, 0x80041008, "The new instance needs a value for its key {member}."),
    "not_supported": Kind(7, 0x80041024, "The provider is not capable of this operation."),
    "abstract": Kind(7, 0x80041024, "The class is abstract: it has no instances of its own."),
    "query": Kind(15, 0x80041017, "The query is not valid: {member}."),
    "query_class": Kind(5, 0x80041010, "The specified class does not exist in the given namespace."),
    "query_over_class": Kind(4, 0x80041008, "A query needs the resource URI of a namespace: .../*."),
    "dialect": Kind(14, 0x80041018, "The filter dialect is not supported."),
    "filter": Kind(4, 0x80041008, "The filter is not valid: {member}."),
    "filter_needed": Kind(4, 0x80041008, "An enumeration of all classes needs a filter."),
    "polymorphism": Kind(7, 0x8004100C, "The polymorphism mode is not supported."),
}


def message(problem: Problem) -> str:
    """What a provider would say of it."""
    return KINDS[problem.kind].message.replace("{member}", problem.member)


T = t.TypeVar("T")


def checked(kind: str, member: str, function: t.Callable[..., T], *arguments: t.Any) -> T:
    """*function* of *arguments*; its ValueError becomes a problem of that *kind*."""
    try:
        return function(*arguments)
    except ValueError as error:
        raise Problem(kind, member) from error
