# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From resource URI and ``__cimnamespace`` to a namespace and a class, as each make of service reads them."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .manners import CIM_SCHEMA, WMI, Manner
from .problems import Problem

ALL = "*"
_DMTF = "http://schemas.dmtf.org/wbem/wscim/1/"
_VENDOR = re.compile(r"(http://[^/]+/wbem/wscim/1/[\w-]+/\d+/)(.+)")


@dataclasses.dataclass(frozen=True)
class Address:
    """*base* + a class's name is that class's URI in answers; *class_name* ``*`` means all classes of *namespace*.

    *wmi*: the URI says the namespace, so that references need no ``__cimnamespace``.
    """

    namespace: str
    class_name: str
    base: str
    wmi: bool = False

    @property
    def all(self) -> bool:
        """Whether it is the namespace and no class."""
        return self.class_name == ALL


def parse(resource_uri: str, selectors: t.Mapping[str, t.Any], manner: Manner) -> tuple[Address, dict[str, t.Any]]:
    """The address of a request and its selectors without ``__cimnamespace``."""
    keys = dict(selectors)
    asked = next((str(keys.pop(name)) for name in list(keys) if name.lower() == "__cimnamespace"), "")
    if manner.empty_namespaces and any(name.lower() == "__cimnamespace" and not selectors[name] for name in selectors):
        raise Problem("namespace_empty")
    namespace = asked.replace("\\", "/").strip("/") or manner.default_namespace
    if manner.any_uri:
        return Address(namespace, resource_uri.rpartition("/")[2], CIM_SCHEMA), keys
    if manner.name == "windows":
        return _windows(resource_uri, namespace, bool(asked)), keys
    return _vendor(resource_uri, namespace), keys


def _windows(uri: str, namespace: str, asked: bool) -> Address:
    if uri.lower().startswith(WMI):
        own, _slash, class_name = uri[len(WMI) :].rpartition("/")
        if not own or not class_name:
            raise Problem("uri")
        if asked and own.lower() != namespace.lower():
            raise Problem("namespaces_differ")
        return Address(own, class_name, uri[: len(WMI) + len(own) + 1], wmi=True)
    rest = uri[len(_DMTF) :] if uri.lower().startswith(_DMTF) else ""
    if rest == ALL:
        return Address(namespace, ALL, CIM_SCHEMA)
    match = re.fullmatch(r"cim-schema/(\d+)/([^/]+)", rest, re.IGNORECASE)
    if match is None:
        raise Problem("uri")
    if match.group(1) != "2":
        raise Problem("uri_version")
    return Address(namespace, match.group(2), CIM_SCHEMA)


def _vendor(uri: str, namespace: str) -> Address:
    """Openwsman and what is built on it: any vendor's schema; iDRAC's URIs may hold the namespace too."""
    if uri == _DMTF + ALL:
        return Address(namespace, ALL, CIM_SCHEMA)
    match = _VENDOR.fullmatch(uri)
    if match is None:
        raise Problem("uri")
    own, _slash, class_name = match.group(2).rpartition("/")
    return Address(own or namespace, class_name, match.group(1))


def class_uri(address: Address, manner: Manner, class_name: str) -> str:
    """The URI of a class in an answer to a request for *address*."""
    prefix = class_name.partition("_")[0]
    base = manner.class_bases.get(prefix) or manner.class_bases.get("") or address.base
    return base + class_name
