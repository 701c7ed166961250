# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The acceptors of NTLM, Kerberos, SPNEGO and CredSSP: the only file that knows pyspnego. Imported when first needed.

pyspnego's acceptors are made for tests; what is done here that they do not do:

* NTLM reads its accounts from the file that one variable of the process names. Several services in one process must
  not share it, and a variable of the environment cannot be changed while other threads use Kerberos' library. So the
  function that looks for the file answers for each thread, and as ever for threads that accept nobody.
* NTLM with channel bindings refuses a client without the pair, which Windows' ``Relaxed`` does not: the pair is read
  here (:mod:`.bindings`), and the acceptor is given none.
* SPNEGO takes the mechanism that the client prefers, for that is the one whose token came along.
* CredSSP reads for ever from a peer that closes TLS inside.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pathlib
import ssl
import struct
import tempfile
import threading
import typing as t

import spnego
import spnego._ntlm
import spnego.exceptions
import spnego.tls
from spnego._context import GSSMech
from spnego._negotiate import NegotiateProxy
from spnego._ntlm_raw.crypto import ntowfv1
from spnego.channel_bindings import GssChannelBindings

try:
    import gssapi
except ImportError:  # Kerberos is an extra: without it there is no keytab to serve
    gssapi = None  # type: ignore[assignment]

_Error = spnego.exceptions.SpnegoError
_NO_TOKEN = (ValueError, IndexError, TypeError, struct.error)  # what pyspnego raises for what is no token at all
_CHUNK = 16384
_BOUND = 0x800  # GSS_C_CHANNEL_BOUND_FLAG, MIT krb5 1.19

_accounts = threading.local()
_find = spnego._ntlm._get_credential_file


def _find_here() -> str | None:
    return getattr(_accounts, "file", None) or _find()


spnego._ntlm._get_credential_file = _find_here


def write_accounts(path: pathlib.Path, passwords: t.Iterable[tuple[str, str, str]]) -> None:
    """The file of NTLM accounts (domain, user, password), as hashes: a password may hold a colon."""
    lines = []
    for domain, user, password in passwords:
        name = f"{domain}\\{user}" if domain else user
        lines.append(f"{name}:0:{'0' * 32}:{ntowfv1(password).hex()}:[U]:LCT-0\n")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.writelines(lines)


class Refused(Exception):
    """The client's token was refused. *bindings*: for its channel bindings; *secret*: for what only a wrong secret
    explains, or a ticket that is not for us."""

    def __init__(self, *, bindings: bool = False, secret: bool = False) -> None:
        super().__init__()
        self.bindings = bindings
        self.secret = secret


class Acceptor:
    """One handshake, and the context that it establishes.

    *protocol*: ``negotiate``, ``kerberos`` or ``credssp``. *accounts*: the file of NTLM accounts. *keytab*: the
    service's keys, None for a machine outside a domain. *bindings*: the channel's application data, where they are
    looked at. *replays*: the file of Kerberos' replay cache.
    """

    def __init__(
        self,
        protocol: str,
        *,
        accounts: pathlib.Path,
        keytab: str | None,
        replays: pathlib.Path,
        bindings: bytes | None,
    ) -> None:
        self.tokens = b""
        self._protocol = protocol
        self._accounts = str(accounts)
        self._keytab = keytab
        self._replays = replays
        self._bindings = bindings
        self._kerberos: t.Any = None
        self._context = self._make()

    def step(self, token: bytes) -> bytes | None:
        """The client's token → the answer; :class:`Refused`."""
        self.tokens += token
        try:
            with self._thread_accounts():
                answer: bytes | None = self._context.step(token)
        except spnego.exceptions.BadBindingsError as error:
            raise Refused(bindings=True) from error
        except spnego.exceptions.BadMechanismError as error:
            raise Refused from error
        except _Error as error:
            raise Refused(secret=True) from error
        except AttributeError as error:
            raise self._deferred() from error
        except _NO_TOKEN as error:
            raise Refused from error
        return answer

    @property
    def complete(self) -> bool:
        """Whether the handshake is over."""
        return bool(self._context.complete)

    @property
    def failed_inside(self) -> bool:
        """CredSSP alone: credentials were refused, and the answer to :meth:`step` tells the client so."""
        return self._protocol == "credssp" and self._context.get_extra_info("auth_stage") == "Authentication failure"

    @property
    def principal(self) -> str:
        """``user``, ``DOMAIN\\user`` or ``user@REALM``."""
        return str(self._context.client_principal or "")

    @property
    def mechanism(self) -> str | None:
        """``ntlm`` or ``kerberos``."""
        found: str | None = self._context.negotiated_protocol
        return found

    @property
    def bound(self) -> bool:
        """Whether a Kerberos client has bound itself to the channel."""
        context = self._kerberos and self._kerberos._context
        return bool(context and int(context.actual_flags) & _BOUND)

    @property
    def inside(self) -> bool:
        """CredSSP alone: whether its TLS stands."""
        if self._protocol != "credssp":
            return False
        return self._context.get_extra_info("ssl_object").version() is not None

    @property
    def delegated(self) -> str | bool:
        """What the client gave away to be used from here: a password by CredSSP, or a ticket."""
        if self._protocol == "credssp":
            given = self._context.get_extra_info("client_credential")
            return given.password if given is not None else False
        context = self._kerberos and self._kerberos._context
        return bool(context and context.delegated_creds)

    def wrap(self, data: bytes) -> list[tuple[bytes, bytes, int]]:
        """Pieces: token header, sealed data, plain length; CredSSP seals at most 16 KiB at once."""
        step = _CHUNK if self._protocol == "credssp" else max(len(data), 1)
        pieces = []
        for start in range(0, max(len(data), 1), step):
            part = data[start : start + step]
            sealed = self._context.wrap_winrm(part)
            pieces.append((sealed.header, sealed.data, len(part) + sealed.padding_length))
        return pieces

    def unwrap(self, header: bytes, sealed: bytes) -> bytes:
        """The plain octets of a piece; ValueError where they cannot be had."""
        try:
            data: bytes = self._context.unwrap_winrm(header, sealed)
        except (_Error, ssl.SSLError) as error:
            raise ValueError(str(error)) from error
        return data

    def close_inside(self) -> bytes:
        """CredSSP alone: the end of TLS, which a peer must not wait behind."""
        if self._protocol != "credssp":
            return b""
        with contextlib.suppress(ssl.SSLError):
            self._context.get_extra_info("ssl_object").unwrap()
        data: bytes = self._context._out_buff.read()
        return data

    def _make(self) -> t.Any:
        if self._protocol == "kerberos":
            return self._mechanism(GSSMech.kerberos)
        negotiate = _Negotiate(self._mechanism)
        if self._protocol == "negotiate":
            return negotiate
        return spnego.server(
            protocol="credssp", credssp_negotiate_context=negotiate, credssp_tls_context=_credssp_context()
        )

    def _mechanism(self, mechanism: GSSMech) -> t.Any:
        """An acceptor of that mechanism; None where there is none."""
        if mechanism == GSSMech.ntlm:
            with self._thread_accounts():
                return spnego.server(protocol="ntlm")
        if mechanism != GSSMech.kerberos or self._keytab is None or gssapi is None:
            return None
        store: dict[bytes | str, bytes | str] = {"keytab": self._keytab, "rcache": f"file2:{self._replays}"}
        credential = gssapi.Credentials(usage="accept", store=store)
        given = None if self._bindings is None else GssChannelBindings(application_data=self._bindings)
        self._kerberos = spnego.server(protocol="kerberos", channel_bindings=given, _gssapi_credential=credential)
        return self._kerberos

    def _deferred(self) -> Refused:
        """gssapi holds an error back where Kerberos has a token that tells the client; pyspnego trips over that."""
        context = self._kerberos and self._kerberos._context
        error = getattr(context, "_last_err", None)
        if error is None:
            return Refused()
        bindings = isinstance(error, gssapi.exceptions.BadChannelBindingsError)
        return Refused(bindings=bindings, secret=not bindings)

    @contextlib.contextmanager
    def _thread_accounts(self) -> t.Iterator[None]:
        _accounts.file = self._accounts
        try:
            yield
        finally:
            _accounts.file = None


class _Negotiate(NegotiateProxy):
    """SPNEGO, raw NTLM and raw Kerberos. *make* gives the acceptor of a mechanism, or None."""

    def __init__(self, make: t.Callable[[GSSMech], t.Any]) -> None:
        super().__init__(usage="accept")
        self._make = make

    def _rebuild_context_list(self, mech_types: list[str] | None = None, channel_bindings: t.Any = None) -> list[str]:
        """The contexts in the client's order of preference."""
        found = {}
        for oid in mech_types or [GSSMech.ntlm.value]:
            for mechanism in (GSSMech.kerberos, GSSMech.ntlm):
                if self._is_same_mech(mechanism, oid) and mechanism not in found:
                    context = self._make(mechanism)
                    if context is not None:
                        context._is_wrapped = True
                        found[mechanism] = context
        if not found:
            raise spnego.exceptions.BadMechanismError(context_msg="no mechanism in common")
        self._available_contexts = found
        names: list[str] = super()._rebuild_context_list(mech_types, channel_bindings)
        return names

    def _preferred_mech_list(self) -> list[GSSMech]:
        """Ours is what the client prefers of those that we have."""
        return list(self._available_contexts or [GSSMech.ntlm])


class _Inside(ssl.SSLObject):
    """TLS inside CredSSP that tells its end apart from a pause: pyspnego reads until there is a pause."""

    def read(self, len: int = 1024, buffer: t.Any = None) -> t.Any:
        """As ever; an empty answer is the end."""
        data = super().read(len, buffer)
        if not data:
            raise ssl.SSLZeroReturnError(ssl.SSL_ERROR_ZERO_RETURN, "closed inside")
        return data


@functools.cache
def _credssp_context() -> spnego.tls.CredSSPTLSContext:
    """A certificate of its own, as Windows' WinRM has."""
    certificate, key, public = spnego.tls.generate_tls_certificate()
    made = spnego.tls.default_tls_context(usage="accept")
    with tempfile.NamedTemporaryFile(prefix="wsman-sandbox-credssp-") as stream:
        stream.write(certificate + key)
        stream.flush()
        made.context.load_cert_chain(stream.name)
    made.context.sslobject_class = _Inside
    made.public_key = public
    return made
