# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``winrm/config`` and its parts: Get and Put with Windows' rules, live values for the rest of the service."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element, SubElement

from . import names
from .config_tree import CONFIG, Group, Member
from .faults import Fault
from .headers import Limits
from .provider import Call, Provider

_GROUPS = {group.path: group for group in CONFIG.walk()}
_PROFILE = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/"


class Configuration:
    """The values, by path (``/service/auth/Basic``; ``/MaxTimeoutms``). *policies* are the paths that a group policy
    controls; *initial* are the values that differ from Windows' defaults when the service starts."""

    def __init__(self, initial: t.Mapping[str, str] | None = None, policies: t.Iterable[str] = ()) -> None:
        self._initial = dict(initial or {})
        self.policies = frozenset(policies)
        self._defaults = {
            f"{group.path}/{entry.name}": entry.default
            for group in CONFIG.walk()
            for entry in group.entries
            if isinstance(entry, Member)
        }
        unknown = (set(self._initial) | self.policies) - set(self._defaults)
        if unknown:
            raise ValueError(f"winrm/config has no {', '.join(sorted(unknown))}")
        self.values: dict[str, str] = {}
        self.reset()

    def reset(self) -> None:
        """Back to the values at start."""
        self.values = {**self._defaults, **self._initial}

    def restore(self) -> None:
        """Back to Windows' defaults, as ``winrm invoke Restore winrm/Config`` does; policies stay."""
        self.values = {
            path: self.values[path] if path in self.policies else default for path, default in self._defaults.items()
        }

    def flag(self, path: str) -> bool:
        """A boolean member."""
        return self.values[path] == "true"

    def number(self, path: str) -> int:
        """A numeric member."""
        return int(self.values[path])

    @property
    def max_envelope_size(self) -> int:
        """In octets."""
        return int(self.values["/MaxEnvelopeSizekb"]) * 1024

    def limits(self) -> Limits:
        """What the dispatcher needs of it."""
        return Limits(
            max_envelope_size=self.max_envelope_size,
            max_timeout=self.number("/MaxTimeoutms") / 1000,
            max_batch_items=self.number("/MaxBatchItems"),
            enumeration_timeout=self.number("/service/EnumerationTimeoutms") / 1000,
            max_operations_per_user=self.number("/service/MaxConcurrentOperationsPerUser"),
        )

    def security_profiles(self) -> list[str]:
        """The enabled authentications as Identify names them (MS-WSMV 3.1.4.1.23)."""
        found = []
        if self.flag("/service/auth/Basic"):
            found += [_PROFILE + "http/basic", _PROFILE + "https/basic"]
        if self.flag("/service/auth/Negotiate") or self.flag("/service/auth/Kerberos"):
            found += [_PROFILE + "http/spnego-kerberos", _PROFILE + "https/spnego-kerberos"]
        if self.flag("/service/auth/Certificate"):
            found.append(_PROFILE + "https/mutual")
        return found

    def to_element(self, group: Group, namespace: str) -> Element:
        """A group as XML, all of it in *namespace*."""
        element = Element(f"{{{namespace}}}{group.name}")
        for entry in group.entries:
            if isinstance(entry, Group):
                element.append(self.to_element(entry, namespace))
                continue
            path = f"{group.path}/{entry.name}"
            member = SubElement(element, f"{{{namespace}}}{entry.name}")
            member.text = self.values[path]
            if path in self.policies:
                member.set("Source", "GPO")
        return element

    def changes(self, group: Group, element: Element, namespace: str) -> dict[str, str]:
        """What a Put of *element* changes, by path; members that it leaves out stay as they are."""
        entries = {entry.name: entry for entry in group.entries}
        found: dict[str, str] = {}
        seen = set()
        for child in element:
            name = names.local(child.tag)
            if names.namespace(child.tag) != namespace:
                raise Fault.named("INVALID_XML_NAMESPACE")
            entry = entries.get(name)
            if entry is None or name in seen:
                raise Fault.named("SCHEMA_VALIDATION_ERROR")
            seen.add(name)
            if isinstance(entry, Group):
                found.update(self.changes(entry, child, namespace))
            else:
                found.update(self._change(f"{group.path}/{name}", entry, child))
        return found

    def _change(self, path: str, member: Member, child: Element) -> dict[str, str]:
        if len(child):
            raise Fault.named("SCHEMA_VALIDATION_ERROR")
        value = member.parse(child.text or "")
        if value == self.values[path]:
            return {}
        if path in self.policies:
            raise Fault.named("CONFIG_CANNOT_CHANGE_GPO_CONTROLLED_SETTING", member=member.name)
        if member.read_only:
            raise Fault.named("CONFIG_READONLY_PROPERTY", member=member.name)
        if member.deprecated:
            raise Fault.named("DEPRECATED_CONFIG_SETTING", member=member.name)
        return {path: value}


class ConfigProvider(Provider):
    """The resource ``winrm/config`` and each group of it under its own URI and namespace."""

    enumeration_modes = False
    _METHODS: t.ClassVar = ("AnalyzeService", "EnableService", "Analyze", "EnableRemoting")

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.uris = [names.CONFIG + path for path in _GROUPS]

    def get(self, call: Call) -> Element:
        """The group with all below it."""
        group, namespace = self._group(call)
        element = self.configuration.to_element(group, namespace)
        element.set(names.XML_LANG, "en-US")
        return element

    def put(self, call: Call, body: Element) -> Element:
        """Change what *body* carries; all of it or, after a fault, nothing."""
        group, namespace = self._group(call)
        if not group.puts:
            raise Fault.named("ACTION_NOT_SUPPORTED")
        if names.namespace(body.tag) != namespace:
            raise Fault.named("INVALID_XML_NAMESPACE")
        if names.local(body.tag) != group.name:
            raise Fault.named("SCHEMA_VALIDATION_ERROR")
        self.configuration.values.update(self.configuration.changes(group, body, namespace))
        return self.get(call)

    def invoke(self, call: Call, method: str, body: Element | None) -> Element:
        """``Restore`` on winrm/config; the methods of ``winrm quickconfig`` on winrm/config/service."""
        group, namespace = self._group(call)
        name = names.local(body.tag) if body is not None else ""
        if name != method + "_INPUT":
            raise Fault.named("INVALID_SOAP_BODY")
        answer = Element(f"{{{namespace}}}{method}_OUTPUT")
        if group.path == "" and method.lower() == "restore":
            self.configuration.restore()
        elif group.path == "/service" and method in self._METHODS:
            SubElement(answer, f"{{{namespace}}}RemotingEnabled").text = "true"
            SubElement(answer, f"{{{namespace}}}Results")
        else:
            raise Fault.named("ACTION_NOT_SUPPORTED")
        return answer

    def _group(self, call: Call) -> tuple[Group, str]:
        """The group, and its namespace: the URI in lower case, however it was asked for."""
        if call.selectors:
            raise Fault.named("UNEXPECTED_SELECTORS")
        path = call.resource_uri.lower()[len(names.CONFIG) :]
        return _GROUPS[path], names.CONFIG + path
