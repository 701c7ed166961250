# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session from the connection options of a user: every default filled in, every contradiction refused.

The rules are judged in one order and the first that matches decides, so that each wrong combination has one answer.
This file must not know variables of Ansible, sockets or files: who reads ``ca_cert`` finds whether it can be read.
"""

from __future__ import annotations

import base64
import dataclasses
import ipaddress
import math
import re
import typing as t

from . import users
from .errors import UsageError

AUTHENTICATIONS = ("default", "none", "basic", "digest", "ntlm", "negotiate", "kerberos", "credssp", "certificate")
AVAILABLE_AUTHENTICATIONS = frozenset(AUTHENTICATIONS) - {"default"}
ENCRYPTING = frozenset({"ntlm", "negotiate", "kerberos", "credssp"})
BINDING = frozenset({"ntlm", "negotiate", "kerberos"})
SCHEMES = ("http", "https")
MESSAGE_ENCRYPTIONS = ("auto", "always", "never")
ENCODINGS = ("utf-8", "utf-16")
PROFILES = ("auto", "windows", "omi", "openwsman", "idrac", "amt", "generic")
PROXY_ACCESS_TYPES = ("none", "environment")
SKIP_SWITCHES = ("skip_ca_check", "skip_cn_check", "skip_revocation_check")

PORTS = {"http": 5985, "https": 5986}
READ_MARGIN = 10.0  # what a read waits beyond the time that the service was given
SERVER_TIMEOUT = 60.0  # Windows' own, where no OperationTimeout is sent
MAX_SECONDS = 4294967.0  # Windows counts milliseconds in 32 bits
MAX_UINT32 = 4294967295
MIN_ENVELOPE_SIZE = 8192  # DSP0226 R13.1-2: no service has to answer to less

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\Z")
_PREFIX = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]*\Z")
_LOCALE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")


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
    max_envelope_size: int = 512000
    batch_items: int = 100
    locale: str = "en-US"
    data_locale: str = "en-US"
    encoding: str = "utf-8"
    profile: str = "auto"
    test_connection: bool = False
    session_name: str | None = None

    @property
    def authority(self) -> str:
        """``host:port`` as a ``Host`` header has it: IPv6 in brackets, without a zone (RFC 6874 section 1)."""
        host = self.host.partition("%")[0]
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

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
        """Texts that must not be seen in any output: the password, and what Basic makes of it."""
        if not self.password:
            return ()
        return (self.password, self.basic_token)

    @property
    def basic_token(self) -> str:
        """What follows ``Basic`` in the ``Authorization`` header (RFC 7617, UTF-8)."""
        return base64.b64encode(f"{self.user or ''}:{self.password or ''}".encode()).decode("ascii")

    def anonymous(self) -> SessionOptions:
        """The same service without credentials: what an unauthenticated Identify needs (DSP0226 11)."""
        return dataclasses.replace(self, authentication="none", user=None, password=None)

    def __repr__(self) -> str:
        shown = (
            f"{field.name}={'********' if field.name in ('user', 'password') and value is not None else repr(value)}"
            for field in dataclasses.fields(self)
            for value in (getattr(self, field.name),)
        )
        return f"SessionOptions({', '.join(shown)})"


def _never() -> bool:
    return False


def from_options(
    options: t.Mapping[str, t.Any], *, has_ticket: t.Callable[[], bool] = _never
) -> SessionOptions:
    """The session that *options* (name → value; ``None`` is not given) describe.

    *has_ticket* tells, if it is asked, whether the control node has a Kerberos ticket or a keytab to use.

    Raises :class:`UsageError` for the first rule that is broken, with Windows' number where it has one.
    """
    given = {name: _plain(value) for name, value in options.items() if value is not None}
    _check_names(given)
    given["user"] = given.get("user") or None
    scheme, port = _endpoint(given)
    authentication = _authentication(given)
    _check_credentials(given, authentication)
    _check_security(given, scheme)
    _check_clear_text(given, authentication, scheme)
    _check_proxy(given, scheme)
    operation_timeout, read_timeout = _timeouts(given)
    return SessionOptions(
        host=parse_host(given.get("host")),
        port=port,
        scheme=scheme,
        http_prefix=_prefix(given),
        authentication=authentication,
        user=given["user"],
        password=given.get("password"),
        message_encryption=_choice(given, "message_encryption", MESSAGE_ENCRYPTIONS, "auto"),
        ca_cert=_text(given, "ca_cert"),
        skip_ca_check=_flag(given, "skip_ca_check"),
        skip_cn_check=_flag(given, "skip_cn_check"),
        skip_revocation_check=_flag(given, "skip_revocation_check"),
        proxy_access_type=_choice(given, "proxy_access_type", PROXY_ACCESS_TYPES, "none"),
        connect_timeout=_seconds(given, "connect_timeout", 30.0),
        operation_timeout=operation_timeout,
        read_timeout=read_timeout,
        deadline=_seconds(given, "deadline", 0.0) or None,
        max_envelope_size=_integer(given, "max_envelope_size", 512000, MIN_ENVELOPE_SIZE),
        batch_items=_integer(given, "batch_items", 100, 1),
        locale=_locale(given, "locale"),
        data_locale=_locale(given, "data_locale"),
        encoding=_choice(given, "encoding", ENCODINGS, "utf-8"),
        profile=_choice(given, "profile", PROFILES, "auto"),
        **{name: given[name] for name in _NEW if name in given},
    )


_NEW = (
    "alternatives", "channel_binding", "certificate_pem", "certificate_key_pem", "certificate_key_password", "certificate_pfx",
    "certificate_fingerprint", "crl_file", "tls_minimum_version", "tls_maximum_version", "tls_ciphers", "tls_legacy_renegotiation",
    "credssp_auth_mechanism", "credssp_disable_tlsv1_2", "credssp_minimum_version", "negotiate_service",
    "negotiate_hostname_override", "spn_server_port", "implicit_credentials", "kerberos_ccache", "kerberos_keytab",
    "kerberos_delegation", "proxy", "proxy_authentication", "proxy_user", "proxy_password", "test_connection", "session_name",
)  # fmt: skip  # the rules of the session replace this

OPTIONS = ("connection", "flags", "trusted_hosts") + tuple(
    field.name for field in dataclasses.fields(SessionOptions) if field.name != "alternatives"
)


def parse_host(text: str | None) -> str:
    """A host name, an IPv4 or IPv6 address (also in brackets, also with a zone) → the form that resolvers take.

    Names outside ASCII become their A-labels. Raises :class:`UsageError` (2150858969) for anything else.
    """
    text = text or ""
    host = text.strip()
    remedy = "Give a host name or an IP address alone; user, scheme, port and path have options of their own."
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if _is_address(host):
        return host
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    labels = name.removesuffix(".").split(".")
    if len(name) > 253 or not all(_LABEL.match(label) for label in labels) or labels[-1].isdigit():
        shown = text.rpartition("@")[2]  # what stands before it may be a password
        said = f"What ends in @{shown}" if shown != text else repr(text)
        raise UsageError(
            f"{said} is no host name or IP address.", option="host", remedy=remedy, windows_code=2150858969
        )
    return name


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def default_authentication(given: t.Mapping[str, t.Any]) -> str:
    """What ``authentication: default`` means; the one function that knows."""
    if given.get("user") is not None:
        return "basic"
    return "none"


def _authentication(given: t.Mapping[str, t.Any]) -> str:
    wanted = _choice(given, "authentication", AUTHENTICATIONS, "default")
    resolved = default_authentication(given) if wanted == "default" else wanted
    if resolved not in AVAILABLE_AUTHENTICATIONS:
        raise not_available(resolved, "authentication")
    return resolved


def not_available(authentication: str, option: str) -> UsageError:
    """The error for an authentication that has a name and no code yet; *option* is what asked for it."""
    return UsageError(
        f"{authentication} is not available in this version, which has basic and none.",
        option=option,
        remedy="Use basic over HTTPS with a local account of the service.",
    )


def _check_credentials(given: t.Mapping[str, t.Any], authentication: str) -> None:
    user, password = given["user"], given.get("password")
    if given.get("authentication") == "none" and (user is not None or password is not None):
        raise UsageError(
            "none takes no user and no password.",
            option="authentication",
            remedy="Leave user and password out, or set authentication to basic.",
            windows_code=2150858923,
        )
    if authentication == "basic" and (user is None or password is None):
        raise UsageError(
            f"Basic needs a user and a password; the {'user' if user is None else 'password'} is missing.",
            option="user" if user is None else "password",
            remedy="Set both, for example as ansible_user and ansible_password.",
            windows_code=2150858928,
        )
    if password is not None and user is None:
        raise UsageError(
            "There is a password and no user.",
            option="user",
            remedy="Set the user too, or remove the password.",
            windows_code=2150859079,
        )
    for option, secret in (("user", user), ("password", password)):
        if secret is not None and any("\ud800" <= character <= "\udfff" for character in secret):
            raise UsageError(
                "It holds bytes that are no text.", option=option, remedy="Write it in UTF-8 where it comes from."
            )
    if user is not None and ":" in user:
        raise UsageError(
            "A user name with a colon cannot be sent by Basic (RFC 7617 section 2).",
            option="user",
            remedy="Use an account whose name has none.",
        )


def _check_security(given: t.Mapping[str, t.Any], scheme: str) -> None:
    """Options that mean nothing on this scheme, and encryption that this version does not have."""
    encryption = given.get("message_encryption")
    if encryption == "never" and scheme == "https":
        raise UsageError(
            "never is a consent to plain HTTP, and this session uses HTTPS.",
            option="message_encryption",
            remedy="Remove it, or set scheme to http.",
            windows_code=2150858967,
        )
    if encryption == "always" and _choice(given, "authentication", AUTHENTICATIONS, "default") not in ENCRYPTING:
        raise UsageError(
            "Basic and none cannot encrypt messages, and this version has no other authentication.",
            option="message_encryption",
            remedy="Use auto over HTTPS: TLS encrypts the whole connection.",
        )
    for switch in SKIP_SWITCHES:
        if _flag(given, switch) and scheme == "http":
            raise UsageError(
                "There is no certificate to check over HTTP.",
                option=switch,
                remedy="Remove it, or set scheme to https.",
            )


def _check_clear_text(given: t.Mapping[str, t.Any], authentication: str, scheme: str) -> None:
    if authentication == "basic" and scheme == "http" and given.get("message_encryption") != "never":
        raise UsageError(
            "Basic over HTTP would send the password in clear.",
            option="message_encryption",
            remedy="Use HTTPS (scheme: https, port 5986), or consent with message_encryption: never.",
            windows_code=2150858974,
        )


def _check_proxy(given: t.Mapping[str, t.Any], scheme: str) -> None:
    if given.get("proxy_access_type", "none") != "none" and scheme == "http":
        raise UsageError(
            "A proxy is not used over HTTP.",
            option="proxy_access_type",
            remedy="Set scheme to https, or proxy_access_type to none.",
            windows_code=2150859185,
        )


def _endpoint(given: t.Mapping[str, t.Any]) -> tuple[str, int]:
    """Scheme and port, each the default of the other: 5985 is HTTP, every other port HTTPS, as ``winrm`` decides."""
    port = given.get("port")
    if port is not None and (isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535):
        raise UsageError(
            f"{port!r} is no port.", option="port", remedy="Ports are 1 to 65535.", windows_code=2150858971
        )
    scheme = _choice(given, "scheme", SCHEMES, "http" if port == PORTS["http"] else "https")
    return scheme, port or PORTS[scheme]


def _prefix(given: t.Mapping[str, t.Any]) -> str:
    prefix = str(given.get("http_prefix", "wsman")).strip("/")
    if not _PREFIX.match(prefix):
        raise UsageError(
            f"{prefix!r} is no path of a URL.",
            option="http_prefix",
            remedy="Write the path alone, as in wsman; percent-encode other characters.",
        )
    return prefix


def _timeouts(given: t.Mapping[str, t.Any]) -> tuple[float | None, float]:
    """(time for the service or ``None``, time for one read): the read outlasts the operation."""
    operation = _seconds(given, "operation_timeout", SERVER_TIMEOUT, zero=True)
    read = _seconds(given, "read_timeout", (operation or SERVER_TIMEOUT) + READ_MARGIN)
    if read <= operation:
        raise UsageError(
            f"{read:g} s is not longer than operation_timeout, {operation:g} s: no answer could be waited for.",
            option="read_timeout",
            remedy="Leave it out (operation_timeout + 10 s), or lower operation_timeout.",
        )
    return operation or None, read


def _seconds(given: t.Mapping[str, t.Any], option: str, default: float, zero: bool = False) -> float:
    value = given.get(option, default)
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if option in given and (not number or not (value > 0 or (zero and value == 0)) or value > MAX_SECONDS):
        least = "0 (the service's own default) or more" if zero else "more than 0"
        raise UsageError(
            f"{value!r} is no such time.", option=option, remedy=f"Give seconds, {least}, at most {MAX_SECONDS:.0f}."
        )
    return float(value)


def _integer(given: t.Mapping[str, t.Any], option: str, default: int, least: int) -> int:
    value = given.get(option, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MAX_UINT32:
        raise UsageError(f"{value!r} is out of range.", option=option, remedy=f"Give {least} to {MAX_UINT32}.")
    return value


def _locale(given: t.Mapping[str, t.Any], option: str) -> str:
    value = str(given.get(option, "en-US"))
    if not _LOCALE.match(value):
        raise UsageError(f"{value!r} is no language tag.", option=option, remedy="Write it as in en-US (RFC 5646).")
    return value


def _choice(given: t.Mapping[str, t.Any], option: str, choices: t.Sequence[str], default: str) -> str:
    value = given.get(option, default)
    if value not in choices:
        raise UsageError(f"{value!r} is not known.", option=option, remedy=f"Choose one of {', '.join(choices)}.")
    return str(value)


def _flag(given: t.Mapping[str, t.Any], option: str) -> bool:
    value = given.get(option, False)
    if not isinstance(value, bool):
        raise UsageError(f"{value!r} is neither true nor false.", option=option, remedy="Write true or false.")
    return value


def _text(given: t.Mapping[str, t.Any], option: str) -> str | None:
    value = given.get(option)
    return str(value) if value else None


def _check_names(given: t.Mapping[str, t.Any]) -> None:
    for name in given:
        if name not in OPTIONS:
            raise UsageError(
                "There is no such connection option.", option=name, remedy=f"There are {', '.join(OPTIONS)}."
            )


def _plain(value: t.Any) -> t.Any:
    """*value* as Python's own type: what Ansible hands over carries tags, and a key of a cache must not."""
    for kind in (bool, str, int, float):
        if isinstance(value, kind):
            return value if kind is bool else kind(value)
    return value
