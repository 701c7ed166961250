# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session from the connection options of a user: every default filled in, every contradiction refused.

First each value alone (``session_values``), then what they say together: flags, address, and the rules in their order
(``session_rules``). Nothing is sent, opened or read meanwhile: who reads ``ca_cert`` finds whether it can be read. This
file must not know variables of Ansible, sockets or files.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import typing as t
import urllib.parse

from . import connection_string, session_flags, session_proxy, session_rules, session_values, users
from .connection_string import PORTS, SCHEMES
from .errors import UsageError
from .session_case import Case
from .session_rules import BINDING, ENCRYPTING, SKIP_SWITCHES, TLS_OPTIONS, delegates
from .session_values import (
    AUTHENTICATIONS,
    CHANNEL_BINDINGS,
    CREDSSP_MECHANISMS,
    ENCODINGS,
    MESSAGE_ENCRYPTIONS,
    PROFILES,
    SERVER_TIMEOUT,
)

__all__ = [
    "AUTHENTICATIONS", "BINDING", "CHANNEL_BINDINGS", "CREDENTIALS", "CREDSSP_MECHANISMS", "ENCODINGS", "ENCRYPTING",
    "MESSAGE_ENCRYPTIONS", "OPTIONS", "PORTS", "PROFILES", "SCHEMES", "SERVER_TIMEOUT", "SKIP_SWITCHES", "TLS_OPTIONS",
    "SessionOptions", "delegates", "from_options",
]  # fmt: skip

_SECRET = ("user", "password", "certificate_key_password", "proxy_user", "proxy_password")


@dataclasses.dataclass(frozen=True)
class SessionOptions:
    """Everything that decides how a service is reached, resolved; equal options may share one HTTP session.

    Times are seconds, sizes octets. *operation_timeout* ``None`` sends no ``wsman:OperationTimeout``; *deadline*
    ``None`` sets no limit. *authentication* is never ``default`` here.
    """

    host: str
    port: int = 5986
    scheme: str = "https"
    http_prefix: str = "wsman"
    authentication: str = "none"
    user: str | None = None
    password: str | None = None
    alternatives: tuple[str, ...] = ()
    message_encryption: str = "auto"
    channel_binding: str = "auto"
    certificate_pem: str | None = None
    certificate_key_pem: str | None = None
    certificate_key_password: str | None = None
    certificate_pfx: str | None = None
    ca_cert: str | None = None
    skip_ca_check: bool = False
    skip_cn_check: bool = False
    skip_revocation_check: bool = False
    certificate_fingerprint: str | None = None
    crl_file: str | None = None
    tls_minimum_version: str | None = None
    tls_maximum_version: str | None = None
    tls_ciphers: str | None = None
    tls_legacy_renegotiation: bool = False
    credssp_auth_mechanism: str = "auto"
    credssp_disable_tlsv1_2: bool = False
    credssp_minimum_version: int | None = None
    negotiate_service: str | None = None
    negotiate_hostname_override: str | None = None
    spn_server_port: bool = False
    implicit_credentials: bool = False
    kerberos_ccache: str | None = None
    kerberos_keytab: str | None = None
    kerberos_delegation: bool = False
    proxy: str | None = None
    proxy_access_type: str = "none"
    proxy_authentication: str | None = None
    proxy_user: str | None = None
    proxy_password: str | None = None
    connect_timeout: float = 30.0
    operation_timeout: float | None = 60.0
    read_timeout: float = 70.0
    deadline: float | None = None
    reconnection_retries: int | None = None
    reconnection_backoff: float = 1.0
    max_envelope_size: int = 512000
    batch_items: int = 100
    locale: str = "en-US"
    data_locale: str = "en-US"
    encoding: str = "utf-8"
    profile: str = "auto"
    test_connection: bool = False
    keep_session: bool = True
    session_idle_timeout: float = 60.0
    session_name: str | None = None

    @property
    def authority(self) -> str:
        """``host:port`` as a ``Host`` header has it: without a zone (RFC 6874 section 1)."""
        return connection_string.join_authority(self.host.partition("%")[0], self.port)

    @property
    def url(self) -> str:
        """The service's address, for ``wsa:To`` and the request line; the only place where one is built."""
        return f"{self.scheme}://{self.authority}/{self.http_prefix}"

    @property
    def encrypts(self) -> bool:
        """Whether each message is encrypted by the authentication: over HTTP unless consented to the contrary."""
        if self.authentication not in ENCRYPTING:
            return False
        return self.message_encryption == "always" or (self.message_encryption == "auto" and self.scheme == "http")

    @property
    def binds(self) -> bool:
        """Whether the authentication is bound to the TLS channel (RFC 5929 4, MS-WSMV 2.2.9 CbtHardeningLevel)."""
        return self.scheme == "https" and self.authentication in BINDING and self.channel_binding != "never"

    @property
    def account(self) -> users.Account | None:
        """Whose account ``user`` means on this host; ``None`` without one."""
        return users.parse(self.user, self.host) if self.user else None

    @property
    def is_address(self) -> bool:
        """Whether the host is given by its IP address, which no Kerberos service has a key for."""
        return users.is_address(self.host)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must not be seen in any output: each password, what Basic makes of it, and how a URL writes it."""
        found: list[str] = []
        if self.password:
            found += [self.password, self.basic_token]
        if self.certificate_key_password:
            found.append(self.certificate_key_password)
        if self.proxy_password:
            found += [self.proxy_password, self.proxy_basic_token, urllib.parse.quote(self.proxy_password, safe="")]
        return tuple(dict.fromkeys(found))

    @property
    def basic_token(self) -> str:
        """What follows ``Basic`` in the ``Authorization`` header (RFC 7617, UTF-8)."""
        return _basic_token(self.user, self.password)

    @property
    def proxy_basic_token(self) -> str:
        """What follows ``Basic`` in the ``Proxy-Authorization`` header."""
        return _basic_token(self.proxy_user, self.proxy_password)

    def anonymous(self) -> SessionOptions:
        """The same service without credentials: what an unauthenticated Identify needs (DSP0226 11).

        What only credentials can do goes with them. Those for the proxy stay: they are shown to nobody else.
        """
        return dataclasses.replace(
            self,
            **_WITHOUT_CREDENTIALS,
            authentication="none",
            alternatives=(),
            message_encryption="never" if self.message_encryption == "never" else "auto",
            channel_binding="never" if self.channel_binding == "never" else "auto",
        )

    def __repr__(self) -> str:
        shown = (
            f"{field.name}={'********' if field.name in _SECRET and value is not None else repr(value)}"
            for field in dataclasses.fields(self)
            for value in (getattr(self, field.name),)
        )
        return f"SessionOptions({', '.join(shown)})"


#: Options that say who we are, and what only that can do.
CREDENTIALS = (
    "user", "password", "kerberos_ccache", "kerberos_keytab", "certificate_pem", "certificate_key_pem",
    "certificate_key_password", "certificate_pfx", "implicit_credentials", "kerberos_delegation", "spn_server_port",
)  # fmt: skip
_WITHOUT_CREDENTIALS: dict[str, t.Any] = {
    field.name: field.default for field in dataclasses.fields(SessionOptions) if field.name in CREDENTIALS
}


def _basic_token(user: str | None, password: str | None) -> str:
    return base64.b64encode(f"{user or ''}:{password or ''}".encode()).decode("ascii")


def _never() -> bool:
    return False


def from_options(options: t.Mapping[str, t.Any], *, has_ticket: t.Callable[[], bool] = _never) -> SessionOptions:
    """The session that *options* (name → value; ``None`` is not given) describe.

    *authentication* may be a list in order of preference: those that break a rule are left out, and if all do, the
    error is that of the first. *has_ticket* tells, if it is asked, whether the control node has a Kerberos ticket or a
    keytab to use. Raises :class:`UsageError` for the first rule that is broken, with Windows' number where it has one.
    """
    given = {name: session_values.plain(value) for name, value in options.items() if value is not None}
    _check_names(given)
    values = session_values.read(given)
    flags = session_flags.parse(values.pop("flags", None))
    endpoint = connection_string.resolve(values, "UseSsl" in flags)
    values = session_flags.merge(values, flags)
    operation_timeout, read_timeout = session_values.timeouts(values)
    names = values.pop("authentication", ("default",))
    ask = functools.cache(has_ticket)
    try:
        authentications = _legal([Case(values, flags, endpoint, name, name != "default", ask) for name in names])
    except UsageError as error:
        raise session_flags.blamed(error, given, flags) from None
    resolved = {
        **{name: value for name, value in values.items() if name not in _INPUTS},
        **dataclasses.asdict(endpoint),
        **session_proxy.resolve(values, endpoint.scheme, authentications[0]),
        "operation_timeout": operation_timeout,
        "read_timeout": read_timeout,
    }
    return SessionOptions(authentication=authentications[0], alternatives=authentications[1:], **resolved)


_INPUTS = ("connection", "flags", "trusted_hosts")  # decided upon here, and of no use to who sends
OPTIONS = _INPUTS + tuple(field.name for field in dataclasses.fields(SessionOptions) if field.name != "alternatives")


def _legal(cases: t.Sequence[Case]) -> tuple[str, ...]:
    """The authentications of those *cases* that break no rule; the error of the first if all do."""
    found: list[str] = []
    errors: list[UsageError] = []
    for case in cases:
        try:
            found.append(session_rules.judge(case).authentication)
        except UsageError as error:
            errors.append(error)
    if not found:
        raise errors[0]
    return tuple(dict.fromkeys(found))


def _check_names(given: t.Mapping[str, t.Any]) -> None:
    for name in given:
        if name not in OPTIONS:
            raise UsageError(
                "There is no such connection option.", option=name, remedy=f"There are {', '.join(OPTIONS)}."
            )
