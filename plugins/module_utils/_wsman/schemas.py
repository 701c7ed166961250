# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schemas of resources that no service describes: ``winrm/config`` and below, shells, Identify.

Types are those of MS-WSMV appendix A, members also those that later versions of Windows have (MS-WSMV 3.1.4.1.29);
which of them a given service has, only its answer says.
"""

from __future__ import annotations

import typing as t

from . import uris
from .schema import Method, Property, Schema

__all__ = ["Method", "Property", "Schema", "builtin"]


def builtin(resource_uri: str) -> Schema | None:
    """The schema of the resource, None where none is built in; ``uris.NS_IDENTITY`` is that of Identify's answer."""
    path = resource_uri.partition("?")[0].rstrip("/").lower()
    if path.startswith(uris.NS_SHELL + "/"):
        path = uris.NS_SHELL
    return _BUILTIN.get(path)


def _schema(name: str, namespace: str, *members: Property, closed: bool = True) -> Schema:
    return Schema(name, {one.name: one for one in members}, namespace=namespace, closed=closed)


def _config(name: str, path: str, *members: Property, closed: bool = True) -> Schema:
    return _schema(name, uris.NS_CONFIG + path, *members, closed=closed)


def _booleans(*names: str) -> tuple[Property, ...]:
    return tuple(Property(name, "boolean") for name in names)


def _texts(*names: str) -> tuple[Property, ...]:
    return tuple(Property(name) for name in names)


def _numbers(cim_type: str, *names: str) -> tuple[Property, ...]:
    return tuple(Property(name, cim_type) for name in names)


def _nested(schema: Schema, *, array: bool = False) -> Property:
    return Property(schema.name, "instance", array=array, members=schema)


CLIENT_AUTH: t.Final = _config(
    "Auth", "/client/auth", *_booleans("Basic", "Digest", "Kerberos", "Negotiate", "Certificate", "CredSSP")
)
CLIENT_PORTS: t.Final = _config("DefaultPorts", "/client/defaultports", *_numbers("uint32", "HTTP", "HTTPS"))
CLIENT: t.Final = _config(
    "Client",
    "/client",
    *_numbers("uint32", "NetworkDelayms"),
    *_texts("URLPrefix"),
    *_booleans("AllowUnencrypted"),
    _nested(CLIENT_AUTH),
    _nested(CLIENT_PORTS),
    *_texts("TrustedHosts"),
)

SERVICE_AUTH: t.Final = _config(
    "Auth",
    "/service/auth",
    *_booleans("Basic", "Kerberos", "Negotiate", "Certificate", "CredSSP"),
    Property("CbtHardeningLevel", values=("None", "Relaxed", "Strict")),
)
# Windows answers Get here and no Put (MS-WSMV note 106).
SERVICE_PORTS: t.Final = _config(
    "DefaultPorts",
    "/service/defaultports",
    Property("HTTP", "uint32", read_only=True),
    Property("HTTPS", "uint32", read_only=True),
)
SERVICE: t.Final = _config(
    "Service",
    "/service",
    *_texts("RootSDDL"),
    Property("MaxConcurrentOperations", "uint32", deprecated=True),
    *_numbers("uint32", "MaxConcurrentOperationsPerUser"),
    Property("EnumerationTimeoutms", "uint32", minimum=500),
    *_numbers("uint32", "MaxConnections", "MaxPacketRetrievalTimeSeconds"),
    *_booleans("AllowUnencrypted"),
    _nested(SERVICE_AUTH),
    _nested(SERVICE_PORTS),
    *_texts("IPv4Filter", "IPv6Filter"),
    *_booleans("EnableCompatibilityHttpListener", "EnableCompatibilityHttpsListener"),
    Property("CertificateThumbprint", thumbprint=True),
    Property("AllowRemoteAccess", "boolean", read_only=True),
)

WINRS: t.Final = _config(
    "Winrs",
    "/winrs",
    *_booleans("AllowRemoteShellAccess"),
    Property("IdleTimeout", "uint64", minimum=60000),
    *_numbers("uint16", "MaxConcurrentUsers"),
    Property("MaxShellRunTime", "uint64", deprecated=True),
    *_numbers("uint64", "MaxProcessesPerShell", "MaxMemoryPerShellMB", "MaxShellsPerUser"),
)

CONFIG: t.Final = _config(
    "Config",
    "",
    *_numbers("uint32", "MaxEnvelopeSizekb", "MaxTimeoutms", "MaxBatchItems"),
    Property("MaxProviderRequests", "uint32", deprecated=True),
    _nested(CLIENT),
    _nested(SERVICE),
    _nested(WINRS),
)

LISTENER: t.Final = _config(
    "Listener",
    "/listener",
    Property("Address", key=True),
    Property("Transport", key=True, values=("HTTP", "HTTPS")),
    Property("Port", "uint32", minimum=1, maximum=65535),
    *_texts("Hostname"),
    *_booleans("Enabled"),
    *_texts("URLPrefix"),
    Property("CertificateThumbprint", thumbprint=True),
    Property("ListeningOn", array=True, read_only=True),
)

CERTIFICATE_MAPPING: t.Final = _config(
    "CertMapping",
    "/service/certmapping",
    Property("URI", key=True),
    Property("Subject", key=True),
    Property("Issuer", key=True, thumbprint=True),
    *_texts("UserName"),
    *_booleans("Enabled", "PassCertToPlugin"),
    Property("Password", write_only=True),
)

# Plugins and security keep their data in attributes; the documents are open (MS-WSMV 2.2.4.17, 2.2.4.24).
SECURITY: t.Final = _config(
    "Security",
    "/service/security",
    Property("@Uri", key=True),
    Property("@Sddl"),
    Property("@ExactMatch", "boolean"),
    closed=False,
)
_PLUGIN: t.Final = "/PluginConfiguration"
_CAPABILITY: t.Final = _config(
    "Capability", _PLUGIN, *_texts("@Type"), *_booleans("@SupportsFragment", "@SupportsFiltering"), closed=False
)
_RESOURCE: t.Final = _config(
    "Resource",
    _PLUGIN,
    *_texts("@ResourceURI"),
    *_booleans("@SupportsOptions", "@ExactMatch"),
    _nested(SECURITY, array=True),
    _nested(_CAPABILITY, array=True),
    closed=False,
)
_PARAMETER: t.Final = _config("Param", _PLUGIN, *_texts("@Name", "@Value"), closed=False)
PLUGIN: t.Final = _config(
    "PlugInConfiguration",
    _PLUGIN,
    Property("@Name", key=True),
    *_texts("@Filename"),
    *_numbers("uint32", "@SDKVersion", "@Architecture", "@ProcessIdleTimeoutSec"),
    *_booleans("@UseSharedProcess", "@AutoRestart", "@Enabled"),
    Property("@RunAsPassword", write_only=True),
    _nested(_config("Resources", _PLUGIN, _nested(_RESOURCE, array=True), closed=False)),
    _nested(_config("InitializationParameters", _PLUGIN, _nested(_PARAMETER, array=True), closed=False)),
    closed=False,
)

_VARIABLES: t.Final = _schema("Environment", uris.NS_SHELL, Property("Variable", array=True), closed=False)
SHELL: t.Final = _schema(
    "Shell",
    uris.NS_SHELL,
    Property("ShellId", key=True),
    _nested(_VARIABLES),
    *_texts("WorkingDirectory"),
    *(Property(name, "datetime") for name in ("Lifetime", "IdleTimeout", "IdleTimeOut", "MaxIdleTimeOut")),
    *(Property(name, "datetime", read_only=True) for name in ("ShellRunTime", "ShellInactivity")),
    *_texts("InputStreams", "OutputStreams"),
    *_numbers("uint32", "ProcessId", "ChildProcesses"),
    closed=False,
)

IDENTITY: t.Final = _schema(
    "IdentifyResponse",
    uris.NS_IDENTITY,
    *_texts("ProtocolVersion", "ProductVendor", "ProductVersion"),
    _nested(
        _schema("SecurityProfiles", uris.NS_IDENTITY, Property("SecurityProfileName", array=True), closed=False),
    ),
    closed=False,
)

_BUILTIN: t.Final[dict[str, Schema]] = {
    uris.NS_CONFIG: CONFIG,
    uris.NS_CONFIG + "/client": CLIENT,
    uris.NS_CONFIG + "/client/auth": CLIENT_AUTH,
    uris.NS_CONFIG + "/client/defaultports": CLIENT_PORTS,
    uris.NS_CONFIG + "/service": SERVICE,
    uris.NS_CONFIG + "/service/auth": SERVICE_AUTH,
    uris.NS_CONFIG + "/service/defaultports": SERVICE_PORTS,
    uris.NS_CONFIG + "/service/certmapping": CERTIFICATE_MAPPING,
    uris.NS_CONFIG + "/service/security": SECURITY,
    uris.NS_CONFIG + "/listener": LISTENER,
    uris.NS_CONFIG + "/plugin": PLUGIN,
    uris.NS_CONFIG + "/winrs": WINRS,
    uris.NS_SHELL: SHELL,
    uris.NS_IDENTITY: IDENTITY,
}
