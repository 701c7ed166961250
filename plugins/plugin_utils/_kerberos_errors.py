# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What went wrong with Kerberos: each step's failure with the KDC's own reason, and what to do about it.

Two questions are answered for each: may Negotiate go on to NTLM (only where nobody has looked at a secret), and must
the secret be shown to nobody else.
"""

from __future__ import annotations

import functools
import traceback
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions

_BASE = -1765328384  # ERROR_TABLE_BASE_krb5: its numbers are RFC 4120 7.5.9's, and MIT's own from 128 on
_LAST_OF_KDC = 127
CLIENT_UNKNOWN, SERVICE_UNKNOWN, TICKET_EXPIRED, CLOCK_SKEW, WRONG_REALM = 6, 7, 32, 37, 68
REALM_UNKNOWN, KDC_UNREACHABLE, KDC_UNRESOLVED = 154, 156, 220
#: Nobody has looked at a secret.
_UNAVAILABLE = frozenset({CLIENT_UNKNOWN, SERVICE_UNKNOWN, WRONG_REALM, REALM_UNKNOWN, KDC_UNREACHABLE, KDC_UNRESOLVED})
#: What a KDC says of a service, its own load, encryption types or clocks; every other number of its is a refusal.
_NOT_THE_ACCOUNT = frozenset({2, 14, 19, 22, 26, 27, 29, TICKET_EXPIRED, CLOCK_SKEW, 52})
_REFUSED = frozenset({209, 210})  # no preauthentication that the KDC wants could be made, or none satisfied it

_NO_KDC = (
    "Check that the KDC can be reached (port 88) and that the realm is in [realms] of krb5.conf or in the DNS; "
    "a realm of Windows is the DNS name of its domain in upper case."
)
CLOCKS = "Set the clocks of the control node, the KDC and the service right: five minutes are the limit."
_REMEDIES = {
    1: "Extend the account, or use another one.",
    CLIENT_UNKNOWN: "Check the spelling of the user and the realm (user@REALM).",
    SERVICE_UNKNOWN: "Register one of these names (setspn -S HTTP/<host> <computer>), name the registered one in "
    "negotiate_service and negotiate_hostname_override, or map the host to its realm in [domain_realm] of krb5.conf.",
    12: "See what the domain allows to this account: logon hours, computers, protected users.",
    14: "Compare permitted_enctypes of krb5.conf with the encryption types of the account.",
    18: "Unlock or enable the account, then check the password.",
    23: "Set a new password: this one is over, or must be changed at the first logon.",
    24: "Correct the password (or keytab): the KDC has counted this try, and it is not repeated in this task.",
    31: "Correct the password (or keytab): it is not tried again in this task.",
    TICKET_EXPIRED: f"Get a new ticket. {CLOCKS}",
    CLOCK_SKEW: CLOCKS,
    WRONG_REALM: _NO_KDC,
    147: "Write the user and the realm exactly as the KDC has them; a realm of Windows is in upper case.",
    REALM_UNKNOWN: _NO_KDC,
    KDC_UNREACHABLE: _NO_KDC,
    KDC_UNRESOLVED: _NO_KDC,
}
#: how to install the libraries
_LIBRARIES = (
    "Install them with: pip install pyspnego[kerberos]. They are built there with a compiler and the headers of "
    "Kerberos (Debian: gcc python3-dev libkrb5-dev; RHEL: gcc python3-devel krb5-devel)."
)


P = t.ParamSpec("P")
T = t.TypeVar("T")


class Unavailable(TransportError):
    """Kerberos cannot be had here, and nobody has looked at a secret: Negotiate may go on to NTLM."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, step="authentication", remedy=remedy)


def contained(function: t.Callable[P, T]) -> t.Callable[P, T]:
    """Let no exception that leaves *function* hold objects of krb5 in its frames.

    Such an object frees itself through its context. Where both die in the garbage collector, as part of a cycle, the
    context is gone first and the process crashes (krb5 0.10); an exception that somebody keeps makes such a cycle.
    """

    @functools.wraps(function)
    def call(*arguments: P.args, **named: P.kwargs) -> T:
        try:
            return function(*arguments, **named)
        except BaseException as error:
            _release(error, set())
            raise

    return call


def _release(error: t.Any, seen: set[int]) -> None:
    """Clear the ended frames of *error* and of every error that it came from."""
    if isinstance(error, BaseException) and id(error) not in seen:
        seen.add(id(error))
        traceback.clear_frames(error.__traceback__)
        for origin in (error.__cause__, error.__context__, getattr(error, "base_error", None)):
            _release(origin, seen)


def code_of(error: t.Any) -> int:
    """The number of an error of krb5, gssapi or pyspnego in Kerberos' own table: RFC 4120's up to 127, then MIT's.

    It is -1 where it has none.
    """
    error = getattr(error, "base_error", None) or error
    number = getattr(error, "err_code", None)
    if number is None:
        minor = int(getattr(error, "min_code", None) or 0)
        number = minor - (1 << 32) if minor >= 1 << 31 else minor  # GSS-API's minor status is unsigned
    return int(number) - _BASE if _BASE <= number < _BASE + 256 else -1


def reason_of(error: t.Any) -> str:
    """The library's words alone, without numbers and wrapping."""
    error = getattr(error, "base_error", None) or error
    if hasattr(error, "get_all_statuses"):
        minor = bool(error.min_code)
        texts = error.get_all_statuses(error.min_code if minor else error.maj_code, not minor)
        return "; ".join(texts).rstrip(".")
    return str(error).removesuffix(f" {getattr(error, 'err_code', '')}").rstrip(".")


def failure(options: SessionOptions, what: str, error: Exception) -> TransportError:
    """The error for a step of Kerberos that ended in *error* of krb5, gssapi or pyspnego; *what* was asked for.

    With delegation there is nothing to go on to: NTLM passes no credentials on.
    """
    code = code_of(error)
    message = f"Kerberos: {what}: {reason_of(error)}."
    remedy = _REMEDIES.get(code, "See the KDC's log; KRB5_TRACE=/dev/stderr shows what the library does.")
    if code in _UNAVAILABLE and not options.kerberos_delegation:
        return Unavailable(message, remedy)
    refused = code in _REFUSED or 0 <= code <= _LAST_OF_KDC and code not in _UNAVAILABLE | _NOT_THE_ACCOUNT
    return TransportError(message, step="authentication", remedy=remedy, secret_refused=refused)


def missing_library(options: SessionOptions, names: t.Sequence[str]) -> UsageError | Unavailable:
    """The Python libraries *names* are not installed."""
    message = f"Kerberos needs the Python libraries pyspnego, krb5 and gssapi; missing: {', '.join(names)}."
    if _insists(options):
        return UsageError(message, option="authentication", remedy=_LIBRARIES)
    return Unavailable(message, _LIBRARIES)


def local_account(options: SessionOptions, name: str) -> UsageError | Unavailable:
    """The user *name* is one of the service's computer: its password must not reach a KDC."""
    message = f"{name} is an account of the service's computer, and Kerberos knows only those of a realm."
    remedy = "Write the user as user@REALM, or use ntlm (or basic over HTTPS) for the computer's own accounts."
    if _insists(options):
        return UsageError(message, option="user", remedy=remedy)
    return Unavailable(message, remedy)


def _insists(options: SessionOptions) -> bool:
    """Whether nothing else will do: NTLM passes no credentials on."""
    inside = options.authentication == "credssp" and options.credssp_auth_mechanism == "kerberos"
    return options.authentication == "kerberos" or inside or options.kerberos_delegation


def _instead(option: str, options: SessionOptions, otherwise: str) -> str:
    """What else would do than *option*: a password that is there already counts only without it."""
    return f"leave {option} out, then password counts." if options.password else otherwise


def unreadable(option: str, options: SessionOptions, error: Exception) -> TransportError:
    """The keytab or ticket cache that *option* names (the default cache where it names none) cannot be read."""
    name = getattr(options, option)
    if option == "kerberos_keytab":
        what, remedy = f"The keytab {name}", "Name a keytab that Ansible's user can read, or "
        remedy += _instead(option, options, "set password instead.")
    else:
        what = f"The ticket cache {name}" if name else "The default ticket cache"
        remedy = "Get a ticket with kinit, name its cache in kerberos_ccache, or "
        remedy += _instead(option, options, "set password or kerberos_keytab.")
    return TransportError(f"{what} cannot be used: {reason_of(error)}.", step="authentication", remedy=remedy)


def other_account(option: str, name: str, principal: str, held: t.Sequence[str]) -> TransportError:
    """*name*, which *option* stands for, holds the secrets of others than *principal*."""
    return TransportError(
        f"The user is {principal}, and {name} is for {', '.join(held)}.",
        step="authentication",
        remedy=f"Write the user exactly so, leave it out, or name another in {option}.",
    )


def expired(origin: str, principal: str, options: SessionOptions) -> TransportError:
    """The cache *origin* has no ticket-granting ticket, or an old one."""
    return TransportError(
        f"The ticket cache {origin} of {principal} holds no ticket-granting ticket that is still valid.",
        step="authentication",
        remedy="Get a new one with kinit, or "
        + _instead("kerberos_ccache", options, "set password or kerberos_keytab: these are renewed by themselves."),
    )


def expired_on_arrival(principal: str, behind: float) -> TransportError:
    """The KDC has issued a ticket whose time is over: its clock is *behind* seconds late."""
    return TransportError(
        f"Kerberos: the initial ticket of {principal}: over on arrival, the KDC's clock is {behind:.0f} s behind.",
        step="authentication",
        remedy=CLOCKS,
    )


def not_forwardable(origin: str, principal: str, copied: bool) -> TransportError:
    """Delegation is wanted of a ticket that cannot be passed on; *copied*: it came from a cache."""
    remedy = "Get a forwardable one (kinit -f)"
    if not copied:
        remedy = "Allow delegation for the account (not sensitive, no protected user)"
    return TransportError(
        f"kerberos_delegation needs a forwardable ticket, and that of {principal} from {origin} is not.",
        step="authentication",
        remedy=f"{remedy}, or leave kerberos_delegation out.",
    )


def not_delegated(principal: str, service: str) -> TransportError:
    """The ticket could be passed on and was not."""
    return TransportError(
        f"Kerberos: the ticket of {principal} was not delegated to {service}: the KDC gave no ticket to pass on.",
        step="authentication",
        remedy="See the KDC's log and what the domain allows to this account, or leave kerberos_delegation out.",
    )
