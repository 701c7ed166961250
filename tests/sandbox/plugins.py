# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``winrm/config/plugin`` and ``winrm/config/resource``: what Windows registers (MS-WSMV 3.1.4.1.34.3), kept as XML."""

from __future__ import annotations

import copy
from xml.etree.ElementTree import Element, SubElement

from . import names
from .faults import Fault
from .provider import Call, Filter, Item, Provider, Selectors

NAMESPACE = names.CONFIG + "/PluginConfiguration"
_READ = {"Get": "SupportsFragment", "Put": "SupportsFragment"}
_FILTERED = {"Enumerate": "SupportsFiltering", "Subscribe": "SupportsFiltering"}
_CIM = ("Get", "Put", "Create", "Delete", "Invoke", "Enumerate", "Subscribe")

# Plug-in, its file, and its resources: URI, exact match, capabilities.
_PLUGINS: tuple[tuple[str, str, tuple[tuple[str, bool, tuple[str, ...]], ...]], ...] = (
    (
        "WMI Provider",
        "%systemroot%\\system32\\WsmWmiPl.dll",
        (
            ("http://schemas.microsoft.com/wbem/wsman/1/wmi", False, ("Identify", *_CIM)),
            ("http://schemas.dmtf.org/wbem/wscim/1/cim-schema", False, _CIM),
            ("http://schemas.dmtf.org/wbem/wscim/1/*", True, ("Enumerate", "Subscribe")),
            ("http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*", True, ("Get", "Enumerate")),
        ),
    ),
    (
        "Event Forwarding Plugin",
        "%systemroot%\\system32\\wevtfwd.dll",
        (("http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog", False, ("Subscribe",)),),
    ),
    (
        "microsoft.powershell",
        "%windir%\\system32\\pwrshplugin.dll",
        (("http://schemas.microsoft.com/powershell/microsoft.powershell", True, ("Shell",)),),
    ),
)


def _default(name: str, filename: str, resources: tuple[tuple[str, bool, tuple[str, ...]], ...]) -> Element:
    element = Element(
        f"{{{NAMESPACE}}}PlugInConfiguration",
        {"Name": name, "Filename": filename, "SDKVersion": "1", "XmlRenderingType": "text", "Enabled": "true"}
        | {"UseSharedProcess": "false", "ProcessIdleTimeoutSec": "0", "RunAsUser": "", "RunAsPassword": ""}
        | {"AutoRestart": "false", "OutputBufferingMode": "Block", names.XML_LANG: "en-US"},
    )
    holder = SubElement(element, f"{{{NAMESPACE}}}Resources")
    for uri, exact, capabilities in resources:
        resource = SubElement(holder, f"{{{NAMESPACE}}}Resource", ResourceUri=uri, SupportsOptions="true")
        if exact:
            resource.set("ExactMatch", "true")
        for kind in capabilities:
            capability = SubElement(resource, f"{{{NAMESPACE}}}Capability", Type=kind)
            flag = _READ.get(kind) or _FILTERED.get(kind)
            if flag:
                capability.set(flag, "true")
    quotas = {"MaxConcurrentUsers": "100", "MaxConcurrentOperationsPerUser": "15", "MaxConcurrentOperations": "1500"}
    SubElement(element, f"{{{NAMESPACE}}}Quotas", quotas)
    return element


class Plugins(Provider):
    """The table of plug-ins by Name; what a body holds is stored as it is."""

    enumeration_modes = False

    def __init__(self) -> None:
        self.uri = names.CONFIG + "/plugin"
        self.uris = [self.uri]
        self.rows = {name.lower(): _default(name, filename, found) for name, filename, found in _PLUGINS}

    def get(self, call: Call) -> Element:
        """One plug-in."""
        return self.rows[self._name(call, exists=True)]

    def put(self, call: Call, body: Element) -> Element:
        """Replace one."""
        name = self._name(call, exists=True)
        self.rows[name] = self._checked(body, name)
        return self.rows[name]

    def create(self, call: Call, body: Element | None) -> tuple[str, Selectors]:
        """A new one."""
        name = self._name(call, exists=False)
        if body is None:
            raise Fault.named("INVALID_REPRESENTATION")
        self.rows[name] = self._checked(body, name)
        return self.uri, {"Name": self.rows[name].get("Name", "")}

    def delete(self, call: Call) -> None:
        """Remove one."""
        del self.rows[self._name(call, exists=True)]

    def enumerate(self, call: Call, filter: Filter | None, mode: str, polymorphism: str | None) -> list[Item]:
        """All of them."""
        if filter is not None:
            raise Fault.named("ENUMERATE_FILTERING_NOT_SUPPORTED")
        return [Item(element, self.uri, {"Name": element.get("Name", "")}) for element in self.rows.values()]

    def _name(self, call: Call, *, exists: bool) -> str:
        name = call.selector("Name")
        if not isinstance(name, str) or not name:
            raise Fault.named("INSUFFCIENT_SELECTORS")
        if len(call.selectors) > 1:
            raise Fault.named("UNEXPECTED_SELECTORS")
        if exists and name.lower() not in self.rows:
            raise Fault.named("RESOURCE_NOT_FOUND")
        if not exists and name.lower() in self.rows:
            raise Fault.named("ALREADY_EXISTS")
        return name.lower()

    def _checked(self, body: Element, name: str) -> Element:
        if body.tag != f"{{{NAMESPACE}}}PlugInConfiguration" or body.find(f"{{{NAMESPACE}}}Resources") is None:
            raise Fault.named("SCHEMA_VALIDATION_ERROR")
        if body.get("Name", "").lower() != name:
            raise Fault.named("CANNOT_CHANGE_KEYS")
        return copy.deepcopy(body)


class Resources(Provider):
    """The list of all resources that plug-ins serve: Enumerate only."""

    enumeration_modes = False

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins
        self.uri = names.CONFIG + "/resource"
        self.uris = [self.uri]

    def enumerate(self, call: Call, filter: Filter | None, mode: str, polymorphism: str | None) -> list[Item]:
        """Each resource with its capabilities."""
        if filter is not None:
            raise Fault.named("ENUMERATE_FILTERING_NOT_SUPPORTED")
        found = [one for plugin in self._plugins.rows.values() for one in plugin.iter(f"{{{NAMESPACE}}}Resource")]
        return [Item(one, self.uri, {"ResourceUri": one.get("ResourceUri", "")}) for one in found]


class CustomRemoteShells(Provider):
    """``winrm/config/winrs/customremoteshell``: gone since WinRM 2.0, each operation says so (MS-WSMV note 12)."""

    uris = (names.CONFIG + "/winrs/customremoteshell",)

    def _refuse(self, *_arguments: object) -> Element:
        raise Fault.named("CUSTOMREMOTESHELL_DEPRECATED")

    get = put = create = delete = enumerate = _refuse  # type: ignore[assignment]
