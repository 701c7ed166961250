# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each connection option alone: its type, its range, its choices, and the one form that the rest of the session knows.

What several options say together is for ``session_rules.py``. The parts of the address, the flags and the proxy are
not read here, for their mistakes have Windows' numbers and places in the order of the rules.
"""

from __future__ import annotations

import re
import typing as t

from .connection_string import parse_host
from .errors import UsageError

AUTHENTICATIONS = ("default", "none", "basic", "digest", "ntlm", "negotiate", "kerberos", "credssp", "certificate")
AUTHENTICATION_ALIASES: t.Final = {"ntlmdomain": "ntlm"}  # New-CimSession's
MESSAGE_ENCRYPTIONS = ("auto", "always", "never")
CHANNEL_BINDINGS = ("auto", "always", "never")
ENCODINGS = ("utf-8", "utf-16")
ENCODING_ALIASES: t.Final = {"default": "utf-8", "utf8": "utf-8", "utf16": "utf-16"}  # New-CimSessionOption's
PROFILES = ("auto", "windows", "omi", "openwsman", "idrac", "amt", "generic")
CREDSSP_MECHANISMS = ("auto", "kerberos", "ntlm")
TLS_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")

SERVER_TIMEOUT = 60.0  # Windows' own, where no OperationTimeout is sent
READ_MARGIN = 10.0  # what a read waits beyond the time that the service was given
MAX_SECONDS = 4294967.0  # Windows counts milliseconds in 32 bits
MAX_UINT32 = 4294967295
MAX_RETRIES = 1000
MIN_ENVELOPE_SIZE = 8192  # DSP0226 R13.1-2: no service has to answer to less

Reader = t.Callable[[str, t.Any], t.Any]

_LOCALE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")
_SERVICE = re.compile(r"[A-Za-z0-9_.-]+\Z")
_TLS = re.compile(r"(?:tls\s*v?)?1(?:[._]([0-3]))?\Z", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def plain(value: t.Any) -> t.Any:
    """*value* as Python's own type: what Ansible hands over carries tags, and a key of a cache must not."""
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    for kind in (bool, str, int, float):
        if isinstance(value, kind):
            return value if kind is bool else kind(value)
    return value


def read(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """*given* with each value in its one form; texts that are empty are not given.

    Raises :class:`UsageError` for a value that means nothing, whatever stands beside it.
    """
    values = {name: READERS[name](name, value) if name in READERS else value for name, value in given.items()}
    return {name: value for name, value in values.items() if value is not None}


def spelled(name: t.Any) -> t.Any:
    """An authentication in our spelling; what is none stays as it is."""
    try:
        return _authentication_name("authentication", name)
    except UsageError:
        return name


def timeouts(values: t.Mapping[str, t.Any]) -> tuple[float | None, float]:
    """(time for the service or ``None``, time for one read): the read outlasts the operation."""
    operation = values.get("operation_timeout", SERVER_TIMEOUT)
    read_timeout = values.get("read_timeout", (operation or SERVER_TIMEOUT) + READ_MARGIN)
    if read_timeout <= operation:
        raise UsageError(
            f"{read_timeout:g} s is not longer than operation_timeout, {operation:g} s: no answer could be waited for.",
            option="read_timeout",
            remedy="Leave it out (operation_timeout + 10 s), or lower operation_timeout.",
        )
    return operation or None, read_timeout


def _written(option: str, value: t.Any) -> str:
    """A text, or a number that was meant as one. It may be a secret, or stand beside one: it is never shown."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise UsageError("It is no text.", option=option, remedy="Write one text.")
    return str(value)


def text(option: str, value: t.Any) -> str | None:
    """A text of one line; ``None`` for an empty one."""
    found = _written(option, value)
    if _CONTROL.search(found):
        raise UsageError(
            "It holds a control character, such as the end of a line.", option=option, remedy="Write it in one line."
        )
    return found or None


def _encodable(option: str, value: t.Any) -> str:
    """A text that can be written in UTF-8."""
    found = _written(option, value)
    if any("\ud800" <= character <= "\udfff" for character in found):
        raise UsageError(
            "It holds bytes that are no text.", option=option, remedy="Write it in UTF-8 where it comes from."
        )
    return found


def _user(option: str, value: t.Any) -> str | None:
    return text(option, _encodable(option, value))


def _secret(option: str, value: t.Any) -> str | None:
    """As a password, but an empty one opens nothing."""
    return _encodable(option, value) or None


def one_of(choices: t.Sequence[str], aliases: t.Mapping[str, str] | None = None) -> Reader:
    """A reader for one of *choices*, in any case, or of their *aliases* (lower case → choice)."""

    def reader(option: str, value: t.Any) -> str:
        name = value.strip().lower() if isinstance(value, str) else ""
        name = (aliases or {}).get(name, name)
        if name not in choices:
            raise UsageError(f"{value!r} is not known.", option=option, remedy=f"Choose one of {', '.join(choices)}.")
        return name

    return reader


_authentication_name: t.Final = one_of(AUTHENTICATIONS, AUTHENTICATION_ALIASES)


def _authentication(option: str, value: t.Any) -> tuple[str, ...]:
    """One name, or several in order of preference, as the inventories of other plugins have them."""
    names = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(_authentication_name(option, name) for name in names)) or ("default",)


def _boolean(option: str, value: t.Any) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{value!r} is neither true nor false.", option=option, remedy="Write true or false.")
    return value


def _seconds(zero: str | None = None) -> Reader:
    """A reader of seconds; *zero* is what 0 means where it may be given."""
    least = f"0 ({zero}) or more" if zero else "more than 0"

    def reader(option: str, value: t.Any) -> float:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not (0 < value <= MAX_SECONDS or (zero and value == 0)):
            raise UsageError(
                f"{value!r} is no such time.",
                option=option,
                remedy=f"Give seconds, {least}, at most {MAX_SECONDS:.0f}.",
            )
        return float(value)

    return reader


def _integer(least: int, most: int = MAX_UINT32) -> Reader:
    def reader(option: str, value: t.Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise UsageError(f"{value!r} is out of range.", option=option, remedy=f"Give {least} to {most}.")
        return value

    return reader


def _locale(option: str, value: t.Any) -> str:
    if not _LOCALE.match(str(value)):
        raise UsageError(f"{value!r} is no language tag.", option=option, remedy="Write it as in en-US (RFC 5646).")
    return str(value)


def _service(option: str, value: t.Any) -> str | None:
    name = text(option, value)
    if name is not None and not _SERVICE.match(name):
        raise UsageError(
            f"{name!r} is no part of a service's name.",
            option=option,
            remedy="Write the part before the slash alone, such as HTTP; the host has negotiate_hostname_override.",
        )
    return name


def _hostname(option: str, value: t.Any) -> str | None:
    name = text(option, value)
    return parse_host(name, option) if name else None


def _fingerprint(option: str, value: t.Any) -> str | None:
    """64 hexadecimal digits in lower case, whatever ``openssl`` or a browser puts around and between them."""
    digits = re.sub(r"[\s:-]|^\s*sha-?256(?:\s*fingerprint)?\s*[:=]?", "", str(value).lower())
    if not digits:
        return None
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise UsageError(
            f"{value!r} is no SHA-256 fingerprint, which has 64 hexadecimal digits.",
            option=option,
            remedy="Take what openssl x509 -noout -fingerprint -sha256 says of the service's certificate.",
        )
    return digits


def _tls_version(option: str, value: t.Any) -> str | None:
    if value == "":
        return None
    match = _TLS.match(str(value).strip()) if not isinstance(value, bool) else None
    if not match:
        raise UsageError(
            f"{value!r} is no version of TLS.", option=option, remedy=f"Choose one of {', '.join(TLS_VERSIONS)}."
        )
    return TLS_VERSIONS[int(match[1] or 0)]


def _hosts(option: str, value: t.Any) -> tuple[str, ...]:
    """A list, or one text with commas, as Windows' TrustedHosts has it."""
    items = value if isinstance(value, list) else str(value).split(",")
    return tuple(item for item in ((text(option, item) or "").strip() for item in items) if item)


READERS: t.Final[dict[str, Reader]] = {
    "trusted_hosts": _hosts,
    "authentication": _authentication,
    "user": _user,
    "password": _encodable,
    "message_encryption": one_of(MESSAGE_ENCRYPTIONS),
    "channel_binding": one_of(CHANNEL_BINDINGS),
    "certificate_pem": text,
    "certificate_key_pem": text,
    "certificate_key_password": _secret,
    "certificate_pfx": text,
    "ca_cert": text,
    "skip_ca_check": _boolean,
    "skip_cn_check": _boolean,
    "skip_revocation_check": _boolean,
    "certificate_fingerprint": _fingerprint,
    "crl_file": text,
    "tls_minimum_version": _tls_version,
    "tls_maximum_version": _tls_version,
    "tls_ciphers": text,
    "tls_legacy_renegotiation": _boolean,
    "credssp_auth_mechanism": one_of(CREDSSP_MECHANISMS),
    "credssp_disable_tlsv1_2": _boolean,
    "credssp_minimum_version": _integer(1, 6),
    "negotiate_service": _service,
    "negotiate_hostname_override": _hostname,
    "spn_server_port": _boolean,
    "implicit_credentials": _boolean,
    "kerberos_ccache": text,
    "kerberos_keytab": text,
    "kerberos_delegation": _boolean,
    "proxy": text,
    "proxy_user": _user,
    "proxy_password": _encodable,
    "connect_timeout": _seconds(),
    "operation_timeout": _seconds(zero="the service's own default"),
    "read_timeout": _seconds(),
    "deadline": _seconds(),
    "reconnection_retries": _integer(0, MAX_RETRIES),
    "reconnection_backoff": _seconds(zero="at once"),
    "max_envelope_size": _integer(MIN_ENVELOPE_SIZE),
    "batch_items": _integer(1),
    "locale": _locale,
    "data_locale": _locale,
    "encoding": one_of(ENCODINGS, ENCODING_ALIASES),
    "profile": one_of(PROFILES),
    "test_connection": _boolean,
    "keep_session": _boolean,
    "session_idle_timeout": _seconds(),
    "session_name": text,
}
