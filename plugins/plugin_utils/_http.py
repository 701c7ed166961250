# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""requests and urllib3, held so that the options of the session are all that counts.

An adapter is used and no ``requests.Session``: nothing reads the environment, follows a redirect, keeps a cookie or
decodes a body behind our back. Pools and connections are urllib3's with our sockets in them. Knows HTTP and nothing of
SOAP.
"""

from __future__ import annotations

import http.client
import ssl
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _proxy, _tls, _tls_failures
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import Exchange, PlainSocket, connect

try:
    import requests
    import requests.adapters
    import urllib3
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    HTTPAdapter = requests.adapters.HTTPAdapter
    FAILURES: tuple[type[BaseException], ...] = (
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        OSError,
    )
except ImportError:
    requests = None
    HTTPAdapter = HTTPConnection = HTTPConnectionPool = object
    HTTPSConnection = HTTPSConnectionPool = type("_Missing", (), {})
    FAILURES = (OSError,)


def check_library() -> None:
    """Raise :class:`UsageError` unless requests can be told which TLS context to use, and urllib3 is at least 2."""
    if (
        requests is None
        or not hasattr(HTTPAdapter, "build_connection_pool_key_attributes")  # 2.32.3
        or urllib3.__version__.startswith("1.")
    ):
        raise UsageError(
            "This connection needs the Python libraries requests, 2.32.3 or newer, and urllib3, 2 or newer.",
            remedy="For the Python that runs Ansible: python3 -m pip install 'requests>=2.32.3' 'urllib3>=2'.",
        )


def reach(options: SessionOptions, exchange: Exchange) -> PlainSocket:
    """A connection to the service of *options*, through its proxy where it has one. Raises :class:`TransportError`."""
    proxy = _proxy.find(options)
    if proxy is not None:
        return _proxy.connect(proxy, options, exchange)
    return connect(options.host, options.port, exchange)


class _Head:
    """The lines of a head. The standard library takes the end of the connection for that of the head as well."""

    def __init__(self, file: t.Any) -> None:
        self.file, self.close = file, file.close
        self._has_begun = False

    def readline(self, size: int) -> bytes:
        """A whole line; nothing, or what is no HTTP, where the answer should begin. Raises IncompleteRead."""
        line: bytes = self.file.readline(size)
        is_cut = len(line) < size and not line.endswith(b"\n")
        if is_cut and (self._has_begun or (line and b"HTTP/".startswith(line[:5]))):
            raise http.client.IncompleteRead(line)
        self._has_begun = True
        return line


class _Answer(http.client.HTTPResponse):
    """The standard library takes the 102 or 103 of a gateway for the answer, and reads chunks of negative size."""

    def begin(self) -> None:
        self.fp = head = _Head(self.fp)
        try:
            super().begin()
        finally:
            self.fp = self.fp and head.file  # None where it was closed

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()
        return version, http.client.CONTINUE if 100 <= status < 200 else status, reason  # RFC 9110 15.2: skip them

    def _read_next_chunk_size(self) -> int:
        size: int = super()._read_next_chunk_size()
        if size < 0:
            raise ValueError("a chunk of negative size")  # the caller's, which knows it from sizes that are no number
        return size


class _Connection:
    """What both kinds of connection have in common: our sockets, and a request that leaves in one piece."""

    options: SessionOptions
    exchange: Exchange
    response_class = _Answer
    _held: list[bytes] | None = None
    is_new = False

    @property
    def is_connected(self) -> bool:
        """What can be read from a new TLS 1.3 connection are its session tickets; urllib3 takes them for its end."""
        return self.is_new or bool(super().is_connected)

    def _new_conn(self) -> t.Any:
        if not self.exchange.may_open:
            raise ConnectionResetError("the authenticated connection is gone")
        self.exchange.opened = True
        return reach(self.options, self.exchange)

    def request(self, *arguments: t.Any, **options: t.Any) -> None:
        """Head and body leave in one segment, or in one go: so it is known whether all of the request left."""
        self._held, self.is_new = [], False
        held = self._held
        try:
            super().request(*arguments, **options)
        finally:
            self._held = None
        self.exchange.leaves()
        super().send(b"".join(held))
        self.exchange.has_left()

    def send(self, data: bytes) -> None:
        if self._held is None:
            super().send(data)
        else:
            self._held.append(data)


class _PlainConnection(_Connection, HTTPConnection):
    """Plain HTTP."""


class _TlsConnection(_Connection, HTTPSConnection):
    """HTTPS; before a byte of the request is sent the certificate has been judged as the options say."""

    def connect(self) -> None:
        self.ssl_context = _tls.context(self.options)  # made anew where its files were renewed since
        try:
            super().connect()
        except (ssl.SSLError, OSError) as error:
            raise _tls_failures.handshake_error(error, self.options, self.exchange) from error
        self.sock.exchange = self.exchange
        self.exchange.connection = self.sock
        _tls.check_peer(self.sock, self.options)


class _Pool:
    """Hands options and exchange to each connection, and connects before the request, also where TLS is unverified."""

    options: SessionOptions
    exchange: Exchange

    def _new_conn(self) -> t.Any:
        connection = super()._new_conn()
        connection.options, connection.exchange = self.options, self.exchange
        return connection

    def _validate_conn(self, conn: t.Any) -> None:
        if getattr(conn, "sock", None) is None:
            conn.connect()


class _PlainPool(_Pool, HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(_Pool, HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Adapter(HTTPAdapter):
    """One service, one connection that is kept."""

    def __init__(self, options: SessionOptions, exchange: Exchange) -> None:
        check_library()
        self._options, self._exchange = options, exchange
        self._context = _tls.context(options) if options.scheme == "https" else None
        super().__init__(pool_connections=1, pool_maxsize=1)
        self._template = requests.Request("POST", options.url, data=b"-").prepare()

    @property
    def target(self) -> str:
        """The request target (RFC 9112 3.2.1): the URL's path, in the spelling of requests (escapes, dot segments)."""
        target: str = self._template.path_url
        return target

    def post(self, data: bytes, headers: t.Mapping[str, str]) -> t.Any:
        """Send and return the answer's head; its body is still on the wire (``.raw``). Never chunked."""
        request = self._template.copy()
        request.body = data
        request.headers.update(headers)
        request.headers["Content-Length"] = str(len(data))
        timeout = (self._options.connect_timeout, self._options.read_timeout)
        return self.send(request, stream=True, timeout=timeout)

    def open(self) -> bytes | None:
        """A new connection, TLS handshake included, which the next request uses; the certificate of the peer (DER)."""
        pool = self.get_connection_with_tls_context(self._template, True)
        connection = pool._get_conn()
        try:
            connection.close()
            connection.connect()
            connection.is_new = True
            certificate: bytes | None = connection.sock.getpeercert(True) if self._context is not None else None
        except BaseException:
            connection.close()
            raise
        finally:
            pool._put_conn(connection)
        return certificate

    def init_poolmanager(self, *arguments: t.Any, **options: t.Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def get_connection_with_tls_context(self, *arguments: t.Any, **options: t.Any) -> t.Any:
        pool = super().get_connection_with_tls_context(*arguments, **options)
        pool.options, pool.exchange = self._options, self._exchange
        return pool

    def build_connection_pool_key_attributes(
        self, request: t.Any, verify: t.Any, cert: t.Any = None
    ) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
        """Our context instead of the one that requests merges other people's authorities into."""
        host = self._options.host.partition("%")[0]
        where = {"scheme": self._options.scheme, "host": host, "port": self._options.port}
        if self._context is None:
            return where, {}
        checks: dict[str, t.Any] = {"ssl_context": self._context, "cert_reqs": self._context.verify_mode}
        if not self._context.check_hostname:
            checks["assert_hostname"] = False  # else urllib3 would match names that skip_cn_check gave up
        return where, checks

    def close(self) -> None:
        """Close the connection now: urllib3 does when nobody holds the pool, and frames of an old error may."""
        keys = self.poolmanager.pools.keys()  # which refuses to be iterated over itself
        for key in keys:
            pool = self.poolmanager.pools.get(key)
            if pool is not None:
                pool.close()
        super().close()

    def cert_verify(self, *arguments: t.Any, **options: t.Any) -> None:
        """Nothing: the context has it all, and requests would set it back here."""
