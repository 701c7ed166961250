# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which proxy a session has: from its options and the environment to an address and an account. Opens nothing."""

from __future__ import annotations

import dataclasses
import urllib.parse

from ansible_collections.wsman.automation.plugins.module_utils._wsman.connection_string import join_authority
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions

try:
    import requests.utils
except ImportError:  # said by _http.check_library
    requests = None

_DEFAULT_PORT = 80  # as urllib3 has it


@dataclasses.dataclass(frozen=True)
class ProxyUrl:
    """Where the proxy listens, and who we are to it; *origin* is the option or variable that named it."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    origin: str = "proxy"

    @property
    def authority(self) -> str:
        """``host:port``, as it is called in messages."""
        return join_authority(self.host, self.port)

    def __repr__(self) -> str:
        return f"ProxyUrl(host={self.host!r}, port={self.port}, origin={self.origin!r})"


def find(options: SessionOptions) -> ProxyUrl | None:
    """The proxy for the service of *options*; None where it is reached directly.

    ``environment`` means the variables that requests and urllib read (``https_proxy``, ``all_proxy``), with their rules
    for ``no_proxy``: names and their suffixes, addresses, networks, ports. ``proxy_user`` wins over credentials in a
    variable. Raises :class:`TransportError` for a variable that names no proxy which could be used.
    """
    origin, url = "proxy", options.proxy
    if options.proxy_access_type == "environment":
        known = requests.utils.get_environ_proxies(options.url)
        url = requests.utils.select_proxy(options.url, known)
        origin = "https_proxy" if url == known.get("https") else "all_proxy"
    elif options.proxy_access_type == "none":
        return None
    if not url:
        return None
    found = _parse(url, origin)
    if options.proxy_user is not None or options.proxy_password is not None:
        found = dataclasses.replace(found, user=options.proxy_user, password=options.proxy_password)
    return found


def _parse(url: str, origin: str) -> ProxyUrl:
    """``[http://][user[:password]@]host[:port][/]``; of what is wrong only the host is shown."""
    address = url.strip() if "://" in url else f"http://{url.strip()}"
    try:
        parts = urllib.parse.urlsplit(address)
        host, port = parts.hostname, parts.port
        user, password = (
            text and urllib.parse.unquote(text, errors="strict") for text in (parts.username, parts.password)
        )
    except ValueError:  # UnicodeDecodeError is one
        parts = host = None
    if parts is not None and parts.scheme != "http":
        raise TransportError(
            f"{origin} names a proxy that is spoken to by {parts.scheme}, and only http can be used.",
            step="proxy",
            remedy=f"Write it as http://host:port in {origin}; the service's own TLS goes through it all the same.",
        )
    if not host or port == 0:
        shown = repr(address.rpartition("@")[2][:100])
        raise TransportError(
            f"{origin} names no proxy that can be used: {shown}.",
            step="proxy",
            remedy=f"Write it as http://host:port in {origin}, or set proxy_access_type to none.",
        )
    return ProxyUrl(host, port or _DEFAULT_PORT, user or None, password if user else None, origin)
