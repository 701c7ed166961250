# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a service is: Windows' connection string, the options beside it, and the defaults of each.

``[transport://]host[:port][/prefix]``, as CreateSession takes it. What may stand before an ``@`` is never shown: it may
be a password. This file must not know whether anything answers there.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from . import users
from .errors import UsageError

SCHEMES = ("http", "https")
PORTS: t.Final = {"http": 5985, "https": 5986}
WEB_PORTS: t.Final = {"http": 80, "https": 443}  # Windows', where the string names the transport
DEFAULT_PREFIX = "wsman"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})  # exactly these, as CreateSession's page has them

INVALID, NO_TRANSPORT, NO_PORT, NOT_SSL = 2150858969, 2150858970, 2150858971, 2150859198

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\Z")
_PREFIX = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]*\Z")
_WINDOWS_PREFIX = re.compile(r"[A-Za-z0-9_-](?:[A-Za-z0-9_/-]*[A-Za-z0-9_-])?\Z")
_FORM = "Write it as [http[s]://]host[:port][/prefix], an IPv6 address in brackets."


@dataclasses.dataclass(frozen=True)
class ConnectionString:
    """What a connection string says; ``None`` where it says nothing."""

    host: str
    scheme: str | None = None
    port: int | None = None
    http_prefix: str | None = None


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """Where the service is, every default filled in."""

    host: str
    scheme: str
    port: int
    http_prefix: str

    @property
    def is_loopback(self) -> bool:
        return self.host.lower() in LOOPBACK


def parse(text: str) -> ConnectionString:
    """The parts of a connection string; the empty one is the local computer.

    Raises :class:`UsageError`: 2150858969 malformed, 2150858970 unknown transport, 2150858971 no port.
    """
    text = text.strip()
    if not text:
        return ConnectionString("localhost")
    if "@" in text:
        raise _malformed("holds more than an address", text, "User and password have options of their own.")
    transport, found, rest = text.rpartition("://") if "://" in text else ("", "", text)
    if found and transport.lower() not in SCHEMES:
        raise UsageError(
            f"{transport!r} is no transport.",
            option="connection",
            remedy="Write http:// or https://, or neither.",
            windows_code=NO_TRANSPORT,
        )
    authority, slash, prefix = rest.partition("/")
    if slash and not _WINDOWS_PREFIX.match(prefix):
        raise _malformed(
            f"has the prefix {prefix!r}", text, "A prefix has letters, digits, - and _, with / between them only."
        )
    host, port = split_authority(authority, "connection")
    return ConnectionString(host, transport.lower() or None, port, prefix if slash else None)


def split_authority(authority: str, option: str) -> tuple[str, int | None]:
    """``host[:port]`` as (host for resolvers, port or ``None``)."""
    host, colon, port = authority.rpartition(":")
    if not colon or authority.endswith("]"):
        return parse_host(authority, option), None
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise UsageError(
            f"{authority!r} has several colons.",
            option=option,
            remedy="Write an IPv6 address in brackets, as in [fe80::1]:5986.",
            windows_code=INVALID,
        )
    if not re.fullmatch(r"[0-9]{1,5}", port):
        raise _no_port(port, option)
    return parse_host(host, option), check_port(int(port), option)


def join_authority(host: str, port: int) -> str:
    """``host:port`` as URLs, heads and messages have it: IPv6 in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_host(text: t.Any, option: str = "host") -> str:
    """A host name, an IPv4 or IPv6 address (also in brackets, also with a zone) → the form that resolvers take.

    Names outside ASCII become their A-labels. Raises :class:`UsageError` (2150858969) for anything else.
    """
    text = "" if text is None else str(text)
    host: str = text.strip()
    if users.is_address(host):
        return host.removeprefix("[").removesuffix("]")
    try:
        name: str = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    more = "; user, scheme, port and path have options of their own" if option == "host" else ""
    labels = name.removesuffix(".").split(".")
    if len(name) > 253 or not all(_LABEL.match(label) for label in labels) or labels[-1].isdigit():
        raise UsageError(
            f"{shown(text)} is no host name or IP address.",
            option=option,
            remedy=_FORM if option == "connection" else f"Give a host name or an IP address alone{more}.",
            windows_code=INVALID,
        )
    return name


def check_port(port: t.Any, option: str = "port") -> int:
    """*port* if it is one, else :class:`UsageError` (2150858971)."""
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
        raise _no_port(port, option)
    return port


def shown(text: str) -> str:
    """*text* fit for a message: without what stands before an ``@``, which may be a password."""
    rest = text.rpartition("@")[2]
    return f"What ends in @{rest}" if rest != text else repr(text)


def resolve(given: t.Mapping[str, t.Any], use_ssl: bool) -> Endpoint:
    """The endpoint of ``connection`` and of ``host``, ``scheme``, ``port`` and ``http_prefix`` beside it.

    *use_ssl* is the flag. They may say the same thing twice; a contradiction names both. Without a connection string
    5985 is HTTP and all else HTTPS, as ``winrm`` decides; with one that names no transport all but 5986 is HTTP unless
    the flag or ``scheme`` says otherwise, as Windows decides.
    """
    text = given.get("connection")
    string = parse(str(text)) if text is not None else None
    named = _options(given)
    _check_ssl(string, named, use_ssl)
    if string is not None:
        _compare(string, named)
    parts = {**named, **{name: value for name, value in vars(string).items() if value is not None}} if string else named
    port = parts.get("port")
    if use_ssl:
        parts["scheme"] = "https"
    elif "scheme" not in parts:
        is_http = port == PORTS["http"] if string is None else port != PORTS["https"]
        parts["scheme"] = "http" if is_http else "https"
    defaults = WEB_PORTS if string is not None and string.scheme else PORTS
    host = parts["host"] if "host" in parts else parse_host(None)
    return Endpoint(
        host, parts["scheme"], port or defaults[parts["scheme"]], parts.get("http_prefix", DEFAULT_PREFIX)
    )


def _options(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options beside the string, those that are given, each in the form of the result."""
    named: dict[str, t.Any] = {}
    if "host" in given:
        named["host"] = parse_host(given["host"])
    if "scheme" in given:
        named["scheme"] = _scheme(given["scheme"])
    if "port" in given:
        named["port"] = check_port(given["port"])
    if "http_prefix" in given:
        named["http_prefix"] = _prefix(given["http_prefix"])
    return named


def _scheme(value: t.Any) -> str:
    scheme = str(value).lower()
    if scheme not in SCHEMES:
        raise UsageError(
            f"{value!r} is not known.", option="scheme", remedy="Choose http or https.", windows_code=NO_TRANSPORT
        )
    return scheme


def _prefix(value: t.Any) -> str:
    prefix = str(value).strip("/")
    if not _PREFIX.match(prefix):
        raise UsageError(
            f"{prefix!r} is no path of a URL.",
            option="http_prefix",
            remedy="Write the path alone, as in wsman; percent-encode other characters.",
        )
    return prefix


def _check_ssl(string: ConnectionString | None, named: t.Mapping[str, t.Any], use_ssl: bool) -> None:
    """``http://`` and TLS asked for elsewhere, by the flag or by ``scheme``: Windows has one number for it."""
    transport = string.scheme if string else None
    if use_ssl and "http" in (transport, named.get("scheme")):
        other = "connection" if transport == "http" else "scheme"
        raise UsageError(
            f"UseSsl asks for HTTPS, and {other} says http.",
            option="flags",
            remedy=f"Leave UseSsl out, or write https in {other}.",
            windows_code=NOT_SSL,
        )
    if transport and named.get("scheme", transport) != transport:
        raise UsageError(
            f"connection says {transport}, and scheme says {named['scheme']}.",
            option="scheme",
            remedy="Leave scheme out, or write the same in both.",
            windows_code=NOT_SSL if transport == "http" else None,
        )


def _compare(string: ConnectionString, named: t.Mapping[str, t.Any]) -> None:
    for option in ("host", "port", "http_prefix"):
        value, other = getattr(string, option), named.get(option)
        if value is None or other is None or str(value).lower().rstrip(".") == str(other).lower().rstrip("."):
            continue
        raise UsageError(
            f"connection says {value!r}, and {option} says {other!r}.",
            option=option,
            remedy=f"Leave {option} out, or write the same in both.",
        )


def _malformed(problem: str, text: str, remedy: str) -> UsageError:
    return UsageError(
        f"{shown(text)} {problem}.", option="connection", remedy=f"{remedy} {_FORM}", windows_code=INVALID
    )


def _no_port(port: t.Any, option: str) -> UsageError:
    return UsageError(f"{port!r} is no port.", option=option, remedy="Ports are 1 to 65535.", windows_code=NO_PORT)
