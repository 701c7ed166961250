# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CredSSP (MS-CSSP): TLS inside of HTTP's heads, an authentication inside of that, and at its end the password itself.

The password goes out after the service has proved twice that it is the one at the other end of TLS: its authentication
covers the public key of that TLS, in both directions. Each of these steps can fail, and says so by its own name.
Sends nothing itself, and knows no HTTP but the scheme's name.
"""

from __future__ import annotations

import functools
import ssl
import typing as t
import warnings

from ansible_collections.wsman.automation.plugins.module_utils._wsman import users
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _mechanisms, _ntlm
from ansible_collections.wsman.automation.plugins.plugin_utils import _spnego_errors as errors

try:
    import spnego
    import spnego.tls
except ImportError:
    spnego = None  # type: ignore[assignment]

CHUNK = 16384  # plain octets of one TLS record (RFC 8446 5.1); MS-WSMV 2.2.9.1.3 gives each a part of its own
_OLDEST_VERSION = 2  # of the protocol; from 5 on CVE-2018-0886 is closed
_INSIDE = {"auto": "Negotiate", "kerberos": "Kerberos", "ntlm": "NTLM"}

# pyspnego's name of a stage → what failed, and what to do about it
_STAGES = {
    "TLS Handshake": (
        "its TLS handshake",
        "Compare the TLS versions and ciphers of both sides; an old service may need credssp_disable_tlsv1_2.",
    ),
    "Authentication": (
        "the {inside} authentication inside",
        "Check user and password, and credssp_auth_mechanism; look at the service's log.",
    ),
    "Public key exchange": (
        "the check of the service's public key",
        "Look for who is between, and for updates of the service against CVE-2018-0886.",
    ),
    "Credential exchange": (
        "the delivery of the credentials",
        "Allow CredSSP on the service (Windows: Enable-WSManCredSSP -Role Server), and look at its log.",
    ),
}


def begin(options: SessionOptions) -> Delegation:
    """A new context of CredSSP. A KDC may be asked for a ticket, the service for nothing.

    Raises :class:`UsageError` and :class:`TransportError`.
    """
    account = users.parse(str(options.user), options.host)
    inside = _Inside(_open_inside(options))
    with errors.explained("CredSSP cannot be started"):
        context = spnego.client(
            spnego.Password(account.ntlm, str(options.password)),
            hostname=_mechanisms.service_host(options),
            protocol="credssp",
            credssp_negotiate_context=inside,
            credssp_tls_context=_tls_context(options.credssp_disable_tlsv1_2),
            credssp_min_protocol=options.credssp_minimum_version or _OLDEST_VERSION,
        )
    return Delegation(options, context, inside)


def _open_inside(options: SessionOptions) -> _mechanisms.Opened:
    """The authentication inside, under the rules of any other; inside of TLS it is neither bound nor wraps messages."""
    flags = spnego.NegotiateOptions.none
    if options.credssp_auth_mechanism == "ntlm":
        return _mechanisms.open_ntlm(options, None, flags)
    if options.credssp_auth_mechanism == "kerberos":
        return _mechanisms.open_kerberos(options, None, flags)
    return _mechanisms.open_negotiate(options, None, flags)


class _Inside:
    """The authentication inside as pyspnego drives it: with the token that it may have made already, and bounds."""

    def __init__(self, opened: _mechanisms.Opened) -> None:
        self.opened = opened
        self._token = opened.token
        self._legs = 0

    def step(self, token: bytes | None = None) -> bytes | None:
        """As pyspnego's own. Raises :class:`TransportError` before a token goes out that agrees to too little."""
        self._legs += 1
        errors.check_leg("The authentication inside CredSSP", token, self._legs)
        if token is None and self._token is not None:
            first, self._token = self._token, None
            return first
        answer: bytes | None = self.opened.context.step(token)
        _ntlm.check_sealing(answer)
        return answer

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self.opened.context, name)


class Delegation:
    """A :class:`Context` of CredSSP."""

    scheme = "CredSSP"
    media_type = "application/HTTP-CredSSP-session-encrypted"

    def __init__(self, options: SessionOptions, context: t.Any, inside: _Inside) -> None:
        self._options = options
        self._context = context
        self._inside = inside
        self._legs = 0

    @property
    def mechanism(self) -> str | None:
        """``ntlm`` or ``kerberos``, that of the authentication inside; None before it has begun."""
        found: str | None = self._inside.negotiated_protocol if self._stage != "TLS Handshake" else None
        return found

    @property
    def complete(self) -> bool:
        return bool(self._context.complete)

    def step(self, token: bytes | None) -> bytes | None:
        self._legs += 1
        errors.check_leg("CredSSP", token, self._legs)
        delivered = self.complete
        offered_kerberos = self.mechanism == "kerberos"
        try:
            answer: bytes | None = self._context.step(token)
        except errors.ERRORS as error:
            if delivered and not errors.is_verdict(error) and not isinstance(error.__cause__, ssl.SSLError):
                return None  # services end the handshake with all kinds of nothing
            raise self._explain(error) from error
        if offered_kerberos and self.mechanism == "ntlm":
            _mechanisms.say_ntlm(self._options, "the service chose it, although it was offered a Kerberos ticket")
        return answer or None

    def refused(self) -> str | None:
        if self._legs < 2:
            return None
        what = _STAGES[self._failed_stage()][0].format(inside=self._name)
        ticket = f" (ticket for {self._inside.opened.principal})" if self.mechanism == "kerberos" else ""
        note = f"; Negotiate used NTLM: {self._inside.opened.note}" if self._inside.opened.note else ""
        return f"CredSSP ended in {what}{ticket}{note}"

    def wrap(self, data: bytes) -> list[tuple[bytes, bytes, int]]:
        pieces = []
        for start in range(0, max(len(data), 1), CHUNK):
            chunk = data[start : start + CHUNK]
            with errors.explained("CredSSP cannot encrypt the message"):
                sealed = self._context.wrap_winrm(chunk)
            pieces.append((sealed.header, sealed.data, len(chunk)))
        return pieces

    def unwrap(self, header: bytes, sealed: bytes) -> bytes:
        if not _whole_records(header + sealed):
            raise errors.not_sealed("its TLS records are cut off")
        with errors.opening():
            plain: bytes = self._context.unwrap_winrm(header, sealed)
        return plain

    @property
    def _stage(self) -> str:
        """pyspnego's name without the number of the round."""
        stage = str(self._context.get_extra_info("auth_stage"))
        return "Authentication" if stage.startswith("Authentication") else stage

    def _failed_stage(self) -> str:
        """What the service has refused: NTLM's last token goes along with the first public key (MS-CSSP 3.1.5)."""
        together = self._stage == "Public key exchange" and self.mechanism == "ntlm"
        return "Authentication" if together else self._stage

    @property
    def _name(self) -> str:
        names = {"ntlm": "NTLM", "kerberos": "Kerberos"}
        return names.get(self.mechanism or "", _INSIDE[self._options.credssp_auth_mechanism])

    def _explain(self, error: Exception) -> TransportError:
        stage = self._failed_stage() if errors.is_verdict(error) else self._stage
        what, remedy = _STAGES[stage]
        what = f"CredSSP failed in {what.format(inside=self._name)}"
        version = self._context.get_extra_info("protocol_version")
        wanted = self._options.credssp_minimum_version
        if version is not None and wanted is not None and version < wanted:
            return TransportError(
                f"The service speaks version {version} of CredSSP, and credssp_minimum_version is {wanted}.",
                step="authentication",
                remedy="Update the service, or lower credssp_minimum_version: below 5 there is CVE-2018-0886.",
            )
        return errors.explain(error, what, remedy)


def _whole_records(data: bytes) -> bool:
    """Whether *data* are TLS records from the first octet to the last (RFC 5246 6.2.1)."""
    at = 0
    while at + 5 <= len(data):
        at += 5 + int.from_bytes(data[at + 3 : at + 5], "big")
    return at == len(data) and at > 0


class _TlsObject(ssl.SSLObject):
    """TLS that tells its end apart from a pause: pyspnego reads until there is a pause, for ever if need be."""

    def read(self, len: int = CHUNK, buffer: t.Any = None) -> t.Any:  # noqa: A002 its name in the base
        """As ever; where the peer has closed it raises :class:`ssl.SSLZeroReturnError`."""
        data = super().read(len, buffer)
        if not data:
            raise ssl.SSLZeroReturnError(ssl.SSL_ERROR_ZERO_RETURN, "TLS was closed inside")
        return data


@functools.lru_cache(maxsize=2)
def _tls_context(old: bool) -> t.Any:
    """pyspnego's TLS, that checks no certificate: the authentication inside proves the key (MS-CSSP 3.1.5).

    *old*: TLS 1.0 and 1.1 alone, for services before Windows Server 2012.
    """
    made = spnego.tls.default_tls_context()
    made.context.sslobject_class = _TlsObject
    if old:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            made.context.minimum_version = ssl.TLSVersion.TLSv1
            made.context.maximum_version = ssl.TLSVersion.TLSv1_1
        made.context.set_ciphers("DEFAULT:@SECLEVEL=0")  # OpenSSL 3 has these versions there alone
    return made
