# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos, first step: the initial ticket of a session's account, and every reason why there is none.

It comes from a keytab, a ticket cache or the password, always into a ``MEMORY:`` cache of this process: no file is
written, forks share nothing, and no other library asks a KDC with a password. Knows nothing of services and HTTP.
Objects of krb5 stay within functions that are *contained*, and are kept nowhere: the process would crash.
"""

from __future__ import annotations

import dataclasses
import os
import threading
import time
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import users
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _kerberos_errors as errors
from ansible_collections.wsman.automation.plugins.plugin_utils._refusals import Refused

try:
    import krb5
except ImportError:  # an optional extra: said where Kerberos is wanted
    krb5 = None  # type: ignore[assignment]

try:
    import gssapi
except ImportError:
    gssapi = None  # type: ignore[assignment]

try:
    import spnego
except ImportError:
    spnego = None  # type: ignore[assignment]

_RENEW_BEFORE = 60.0  # seconds: a ticket is not used in its last minute


@dataclasses.dataclass
class Ticket:
    """A ticket-granting ticket in a ``MEMORY:`` cache; usable in this process and its forks.

    *origin* is what the user calls its source, *copied* whether that is a ticket cache. *expires* is seconds since the
    epoch. *services* are those that were found with it: (candidates, host) → service.
    """

    principal: str
    ccache: str
    origin: str
    expires: float
    forwardable: bool
    copied: bool = False
    services: dict[tuple[t.Any, ...], str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, repr=False)
class Secret:
    """What a KDC wants to see: a password or the file of a key; equal ones are one."""

    password: str = ""
    keytab: str | None = None


_tickets: dict[tuple[t.Any, ...], Ticket] = {}
_refused = Refused()
_asking: dict[tuple[t.Any, ...], threading.Lock] = {}


def has_ticket(ccache: str | None, keytab: str | None) -> bool:
    """Whether :func:`ticket` would find one without a password: a keytab with a key, else an unexpired cache.

    Nothing is sent and nothing raised; *ccache* ``None`` is the default one (``KRB5CCNAME``, krb5.conf).
    """
    if None in (spnego, krb5, gssapi):
        return False
    try:
        return bool(_held(keytab)) if keytab is not None else _is_usable(ccache)
    except (krb5.Krb5Error, OSError, ValueError):
        return False


def ticket(options: SessionOptions) -> Ticket:
    """The initial ticket for *options*, from the first that is given: keytab, ticket cache, password, default cache.

    Raises :class:`Unavailable`, :class:`TransportError` (``secret_refused`` where the KDC refused the account or its
    secret) or :class:`UsageError`.
    """
    libraries = {"pyspnego": spnego, "krb5": krb5, "gssapi": gssapi}
    if absent := [name for name, library in libraries.items() if library is None]:
        raise errors.missing_library(options, absent)
    principal = _principal(options)
    try:
        if options.kerberos_keytab is not None:
            found = _from_keytab(options, principal)
        elif options.kerberos_ccache is not None or options.password is None:
            found = _from_cache(options, principal)
        else:
            found = _from_password(options, str(principal))
    except krb5.Krb5Error as error:
        raise errors.failure(options, "its library", error) from error
    if options.kerberos_delegation and not found.forwardable:
        raise errors.not_forwardable(found.origin, found.principal, found.copied)
    return found


def _principal(options: SessionOptions) -> str | None:
    """Whose ticket it shall be; None: whoever's it is."""
    if options.user is None:
        return None
    account = users.parse(options.user, options.host)
    if account.principal is None:
        raise errors.local_account(options, account.ntlm)
    return account.principal


def _from_password(options: SessionOptions, principal: str) -> Ticket:
    if not options.password:
        raise UsageError("Kerberos takes no empty password.", option="password", remedy="Set the account's password.")
    return _initial(options, principal, Secret(password=options.password), "the password")


def _from_keytab(options: SessionOptions, principal: str | None) -> Ticket:
    """Of *principal*, or of the keytab's first entry."""
    path = str(options.kerberos_keytab)
    try:
        held = _held(path)
    except krb5.Krb5Error as error:
        raise errors.unreadable("kerberos_keytab", options, error) from error
    if not held:
        raise errors.unreadable("kerberos_keytab", options, ValueError("it holds no key"))
    if principal is not None and principal not in held:
        raise errors.other_account("kerberos_keytab", path, principal, held)
    return _initial(options, principal or held[0], Secret(keytab=path), f"the keytab {path}")


def _initial(options: SessionOptions, principal: str, secret: Secret, origin: str) -> Ticket:
    """Ask the KDC once for a ticket of *principal* with *secret*, whatever the number of callers in this process.

    Also while a KDC is slow: who asked it was given up, and still asks (``_sockets.within``).
    """
    key = (os.environ.get("KRB5_CONFIG"), principal, secret)
    with _asking.setdefault(key, threading.Lock()):
        return _initial_once(options, key, origin)


def _initial_once(options: SessionOptions, key: tuple[t.Any, str, Secret], origin: str) -> Ticket:
    if key in _refused:
        raise _refused[key].with_traceback(None)
    _config, principal, secret = key
    known = _tickets.get((*key, options.kerberos_delegation))
    if known is None or known.expires - time.time() < _RENEW_BEFORE:
        try:
            known = _ask(principal, secret, options.kerberos_delegation, origin)
        except krb5.Krb5Error as error:
            refusal = errors.failure(options, f"the initial ticket of {principal}", error)
            if refusal.secret_refused:
                _refused[key] = refusal
            raise refusal from error
        _tickets[(*key, options.kerberos_delegation)] = known
    return known


@errors.contained
def _ask(principal: str, secret: Secret, forwardable: bool, origin: str) -> Ticket:
    """One request; not by get_init_creds_password, which shows a refused password to the realm's primary KDC too."""
    context = krb5.init_context()
    name = krb5.parse_name_flags(context, principal.encode())
    wishes = krb5.get_init_creds_opt_alloc(context)
    krb5.get_init_creds_opt_set_canonicalize(wishes, True)
    krb5.get_init_creds_opt_set_forwardable(wishes, forwardable)
    request = krb5.init_creds_init(context, name, wishes)
    if secret.keytab is None:
        krb5.init_creds_set_password(context, request, secret.password.encode())
    else:
        keytab = krb5.kt_resolve(context, os.fsencode(secret.keytab))  # the request reads from it as long as it lasts
        krb5.init_creds_set_keytab(context, request, keytab)
    krb5.init_creds_get(context, request)
    credentials = krb5.init_creds_get_creds(context, request)
    made = _memory(context, credentials.client, [credentials], origin)
    if made.expires <= time.time():
        raise errors.expired_on_arrival(principal, time.time() - credentials.times.authtime)
    return made


@errors.contained
def _held(path: str) -> list[str]:
    """The principals of a keytab, in its order."""
    context = krb5.init_context()
    return list(dict.fromkeys(_text(entry.principal) for entry in krb5.kt_resolve(context, os.fsencode(path))))


def _from_cache(options: SessionOptions, principal: str | None) -> Ticket:
    """A copy of the ticket cache."""
    try:
        known = _copy(options.kerberos_ccache, principal)
    except krb5.Krb5Error as error:
        raise errors.unreadable("kerberos_ccache", options, error) from error
    if principal is not None and known.principal.casefold() != principal.casefold():
        raise errors.other_account("kerberos_ccache", known.origin, principal, [known.principal])
    if known.expires <= time.time():
        raise errors.expired(known.origin, known.principal, options)
    return known


@errors.contained
def _copy(name: str | None, principal: str | None) -> Ticket:
    """The cache *name*, copied again where its file has changed; without a name, the default one or *principal*'s."""
    context = krb5.init_context()
    cache = _open_cache(context, name)
    if name is None and principal is not None:
        cache = _of_collection(context, cache, principal)
    key = ("ccache", _label(cache), *_stamp(cache))
    if key not in _tickets:
        _tickets[key] = _memory(context, cache.principal, list(cache), _label(cache), copied=True)
    return _tickets[key]


@errors.contained
def _is_usable(ccache: str | None) -> bool:
    context = krb5.init_context()
    return _granting(_open_cache(context, ccache)) is not None


def _open_cache(context: t.Any, name: str | None) -> t.Any:
    return krb5.cc_default(context) if name is None else krb5.cc_resolve(context, os.fsencode(name))


def _of_collection(context: t.Any, cache: t.Any, principal: str) -> t.Any:
    """The cache of *principal* among the user's, as Kerberos itself chooses; *cache* where there is none."""
    try:
        return krb5.cc_cache_match(context, krb5.parse_name_flags(context, principal.encode()))
    except (AttributeError, krb5.Krb5Error):  # Heimdal has another function for it
        return cache


def _memory(context: t.Any, principal: t.Any, credentials: list[t.Any], origin: str, copied: bool = False) -> Ticket:
    """All *credentials* in a new ``MEMORY:`` cache."""
    cache = krb5.cc_new_unique(context, b"MEMORY")
    krb5.cc_initialize(context, cache, principal)
    for one in credentials:
        krb5.cc_store_cred(context, cache, one)
    granting = _granting(cache)
    return Ticket(
        principal=_text(principal),
        ccache=_label(cache),
        origin=origin,
        expires=granting.times.endtime if granting else 0,
        forwardable=bool(granting and granting.ticket_flags & krb5.TicketFlags.forwardable),
        copied=copied,
    )


def _granting(cache: t.Any) -> t.Any:
    """The unexpired ticket-granting ticket of a cache, or None."""
    now = time.time()
    for one in cache:
        if one.server.name.startswith(b"krbtgt/") and one.times.endtime > now:
            return one
    return None


def _label(cache: t.Any) -> str:
    return f"{cache.cache_type.decode()}:{os.fsdecode(cache.name)}"


def _stamp(cache: t.Any) -> tuple[int, ...]:
    """What changes with a cache: its file, elsewhere its ticket."""
    if cache.cache_type != b"FILE":
        granting = _granting(cache)
        return (granting.times.authtime, granting.times.endtime) if granting else ()
    try:
        status = os.stat(cache.name)
    except OSError:
        return ()
    return (status.st_ino, status.st_mtime_ns, status.st_size)


def _text(principal: t.Any) -> str:
    return str(principal.name.decode("utf-8", "replace"))
