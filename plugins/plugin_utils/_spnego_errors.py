# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pyspnego, GSS-API, OpenSSL and cryptography raise, as one error with the reason in words.

A token is a peer's to write: whatever it makes these libraries raise is caught here by name. No message holds a token,
a user's name or a secret.
"""

from __future__ import annotations

import contextlib
import re
import ssl
import struct
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import _kerberos_errors

try:
    from spnego.exceptions import FeatureMissingError, SpnegoError
except ImportError:
    SpnegoError = FeatureMissingError = type("_Missing", (Exception,), {})

try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.x509 import DuplicateExtension, InvalidVersion
except ImportError:
    InvalidSignature = UnsupportedAlgorithm = DuplicateExtension = InvalidVersion = SpnegoError

try:
    from gssapi.raw import GSSError
    from krb5 import Krb5Error
except ImportError:
    GSSError = Krb5Error = SpnegoError

#: All that these libraries have for a token that they do not like; bugs of theirs are among it.
ERRORS: tuple[type[Exception], ...] = (
    SpnegoError,
    FeatureMissingError,
    GSSError,
    Krb5Error,
    InvalidSignature,
    UnsupportedAlgorithm,
    DuplicateExtension,
    InvalidVersion,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    OSError,  # ssl.SSLError is one
    RuntimeError,  # RecursionError and NotImplementedError are some
    TypeError,
    ValueError,
)
_TEXT = re.compile(r"SpnegoError \(-?\d+\): (.*?)(?:, Context: (.*))?", re.DOTALL)
_BLOCKED = re.compile(r"md4|md5|arc4|rc4|fips|digital envelope|unsupported hash|disabled", re.IGNORECASE)
_REJECTED = "Received SPNEGO rejection"
_LAST_OF_RFC = 127  # Kerberos' own numbers; MIT's library has those above
_MOST = 300  # characters of a library's words

#: NTSTATUS of MS-ERREF 2.3.1 that CredSSP hands on
_STATUSES = {
    0xC000005E: "there is no logon server for the account",
    0xC000006A: "the password is wrong",
    0xC000006D: "the user or the password is wrong",
    0xC000006E: "the account is restricted (an empty password, or logon hours)",
    0xC000006F: "the account may not log on at this hour",
    0xC0000070: "the account may not log on to this computer",
    0xC0000071: "the password has expired",
    0xC0000072: "the account is disabled",
    0xC000015B: "the account may not log on in this way",
    0xC000018D: "the trust between the computer and its domain is broken",
    0xC0000193: "the account has expired",
    0xC0000224: "the password must be changed first",
    0xC0000234: "the account is locked",
    0xC0000413: "the account may not log on to this computer",
    0x80090308: "it cannot read our token",
    0x8009030C: "the logon was denied",
    0x80090311: "it reaches no domain controller",
    0x80090322: "the service's name belongs to another account",
    0x80090346: "the channel bindings do not match",
}
_OTHER_KEY = (
    "The name in the ticket belongs to another account than the service runs under, or its key has changed: set "
    "negotiate_service or negotiate_hostname_override, correct the registration (setspn), or get a new ticket."
)
#: what to do about an error of RFC 4120 7.5.9 that the service sends
_KERBEROS = {
    _kerberos_errors.TICKET_EXPIRED: f"Get a new ticket. {_kerberos_errors.CLOCKS}",
    _kerberos_errors.CLOCK_SKEW: _kerberos_errors.CLOCKS,
    33: _kerberos_errors.CLOCKS,
    # not for us, modified, no such key version, no key
    **dict.fromkeys((35, 41, 44, 45), _OTHER_KEY),
}
_LOG = "Look at the service's log, or use another authentication."
MAX_TOKEN = 65536  # octets; Windows' own limit is 48,000, and a line of an HTTP head ends here
MAX_LEGS = 12  # CredSSP has six


@contextlib.contextmanager
def explained(what: str, remedy: str = _LOG) -> t.Iterator[None]:
    """Whatever the libraries raise inside becomes a :class:`TransportError` that begins with *what* has failed."""
    try:
        yield
    except ERRORS as error:
        raise explain(error, what, remedy) from error


def explain(error: Exception, what: str, remedy: str = _LOG) -> TransportError:
    """The error for *error* of a library while *what*; ``secret_refused`` where it is the service's own verdict."""
    if is_blocked(error):
        return TransportError(
            f"{what}: MD4, MD5 or RC4, which NTLM consists of, are blocked on the control node (OpenSSL in FIPS mode).",
            step="authentication",
            remedy="Use kerberos, or certificate or basic over HTTPS.",
        )
    code = _kerberos_errors.code_of(error)
    return TransportError(
        f"{what}: {reason(error)}.",
        step="authentication",
        remedy=_KERBEROS.get(code, remedy),
        secret_refused=is_verdict(error),
    )


def is_verdict(error: Exception) -> bool:
    """Whether it is the service that says so: a status of CredSSP, SPNEGO's reject, a number of RFC 4120."""
    number = _kerberos_errors.code_of(error)
    return _status(error) is not None or _REJECTED in str(error) or 0 <= number <= _LAST_OF_RFC


def reason(error: Exception) -> str:
    """Why, in one line without a full stop."""
    status = _status(error)
    if status is not None:
        meaning = _STATUSES.get(status)
        return f"the service refused the credentials: {meaning}" if meaning else f"the service answered {status:#010x}"
    if _REJECTED in str(error):
        return "the service refused the credentials"
    inner = error.__cause__ if isinstance(error, SpnegoError) else error
    if isinstance(inner, ssl.SSLZeroReturnError):
        return "the service closed the TLS connection inside"
    if isinstance(inner, ssl.SSLError):
        words = inner.reason or str(inner)
        return _one_line(f"TLS: {words.replace('_', ' ').lower()}")
    native = getattr(error, "base_error", None) or error
    if hasattr(native, "get_all_statuses"):
        words = _kerberos_errors.reason_of(error)
        # MIT's library has no minor status for a token that is none
        return _one_line(words if words != "Success" else "; ".join(native.get_all_statuses(native.maj_code, True)))
    if isinstance(error, Krb5Error) and Krb5Error is not SpnegoError:
        return _one_line(_kerberos_errors.reason_of(error))
    if isinstance(error, SpnegoError):
        return _one_line(_words(error))
    return _one_line(f"it cannot be read ({type(error).__name__}: {error})")


def is_blocked(error: BaseException | None) -> bool:
    """Whether the computer's own policy keeps the cryptography of NTLM from being used."""
    if isinstance(error, SpnegoError):
        return is_blocked(error.__cause__ or error.__context__)
    kinds = (ValueError, UnsupportedAlgorithm)
    return isinstance(error, kinds) and not isinstance(error, (UnicodeError, OSError)) and bool(
        _BLOCKED.search(str(error))
    )


def check_leg(name: str, token: bytes | None, leg: int) -> None:
    """Raise :class:`TransportError` for a *token* or a number of them that no honest service has."""
    what = None
    if len(token or b"") > MAX_TOKEN:
        what = f"the service's token has {len(token or b'')} octets"
    elif leg > MAX_LEGS:
        what = f"the service asks for more than {MAX_LEGS} tokens"
    if what:
        raise TransportError(
            f"{name} failed: {what}.",
            step="authentication",
            remedy="Check what answers there; no such service does that.",
        )


@contextlib.contextmanager
def opening() -> t.Iterator[None]:
    """Whatever the libraries raise inside means that an encrypted answer cannot be opened."""
    try:
        yield
    except ERRORS as error:
        raise not_sealed(reason(error)) from error


def not_sealed(why: str) -> TransportError:
    """An encrypted answer that cannot be opened: somebody has changed it, or it is another session's."""
    return TransportError(
        f"The encrypted answer was changed on the way, or is not of the service that was logged in to: "
        f"{why}.",
        step="authentication",
        remedy="Look for a proxy or balancer on the way that mixes connections, or use HTTPS.",
    )


def missing() -> UsageError:
    """pyspnego is not installed."""
    return UsageError(
        "This authentication needs the Python library pyspnego, 0.12 or newer.",
        option="authentication",
        remedy="For the Python that runs Ansible: python3 -m pip install 'pyspnego>=0.12', for Kerberos "
        "'pyspnego[kerberos]>=0.12'.",
    )


def _status(error: Exception) -> int | None:
    """The NTSTATUS that the service sent, as it is written in MS-ERREF."""
    number = getattr(getattr(error, "base_error", None), "winerror", None)
    return None if number is None else int(number) & 0xFFFFFFFF


def _words(error: Exception) -> str:
    """A library's own text without its number: what it was about, and what happened."""
    found = _TEXT.fullmatch(str(error))
    if found is None:
        return str(error)
    general, context = found.groups()
    return f"{general}: {context}" if context else general


def _one_line(text: str) -> str:
    shown = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(shown.split())[:_MOST].rstrip(". ") or "no reason is given"
