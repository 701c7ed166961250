# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revocation of the service's certificate, judged by the lists in ``crl_file``.

OpenSSL checks it together with the authorities. Where it checks none (``skip_ca_check``, a pin) we look the certificate
up ourselves, for each switch does its part and no more.
"""

from __future__ import annotations

import base64
import datetime
import re
import ssl
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils._certificates import read_file, unnamed_file

try:
    from cryptography import x509
except ImportError:
    x509 = None  # needed where OpenSSL does not check the authority

_PEM = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)
_MISSING, _NOT_YET_VALID, _EXPIRED, _REVOKED = 3, 11, 12, 23  # X509_V_ERR_*
_FORGED = (5, 8, 15, 16, 33, 35)  # undecipherable, bad signature, broken times, no issuer, issuer may not sign lists


def load(made: ssl.SSLContext, path: str) -> None:
    """Let *made* refuse a service's certificate that a list in *path* (PEM or DER) revokes, or no current one covers.

    Only lists are taken from the file: a certificate in it would become an authority. Raises :class:`UsageError`.
    """
    lists = _read(path)
    try:
        with unnamed_file(b"".join(lists)) as file:
            made.load_verify_locations(cafile=file)
    except ssl.SSLError as error:
        raise _no_list(path) from error
    made.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF


def check(certificate: bytes, options: SessionOptions) -> None:
    """Raise :class:`TransportError` unless a current list of the certificate's issuer does not have it (DER).

    The lists' signatures are not checked: nobody has checked the issuer either, and the file is the user's own.
    """
    parsed = x509.load_der_x509_certificate(certificate)
    lists = [x509.load_pem_x509_crl(one) for one in _read(options.crl_file or "")]
    lists = [one for one in lists if one.issuer == parsed.issuer]
    if any(one.get_revoked_certificate_by_serial_number(parsed.serial_number) is not None for one in lists):
        raise _error(_REVOKED, options)
    codes = {_judge_time(one) for one in lists}
    if 0 not in codes:
        raise _error(max(codes, default=_MISSING), options)


def explain(code: int, options: SessionOptions) -> TransportError | None:
    """The error for OpenSSL's verification error *code*, or None if it is not about revocation."""
    return _error(code, options) if code in (_MISSING, _NOT_YET_VALID, _EXPIRED, _REVOKED, *_FORGED) else None


def _error(code: int, options: SessionOptions) -> TransportError:
    peer, file = options.authority, options.crl_file
    message, remedy = {
        _MISSING: (
            f"{file} holds no revocation list of the authority that issued the certificate of {peer}.",
            "Add that authority's list to crl_file",
        ),
        _EXPIRED: (
            f"The revocation list in {file} for the certificate of {peer} has expired.",
            "Put the authority's current list into crl_file",
        ),
        _NOT_YET_VALID: (
            f"The revocation list in {file} for the certificate of {peer} is not valid yet.",
            "Check the clock of the control node",
        ),
        _REVOKED: (
            f"The certificate of {peer} is revoked, as {file} says.",
            "Find out why, and give the service a new certificate",
        ),
    }.get(
        code,
        (
            f"The revocation list in {file} was not signed by the authority that issued the certificate of {peer}.",
            "Put that authority's own list into crl_file",
        ),
    )
    return TransportError(
        message, step="tls", remedy=f"{remedy}; skip_revocation_check gives the check up on a network that you trust."
    )


def _read(path: str) -> list[bytes]:
    """The lists in the file, each in PEM form. Raises :class:`UsageError`."""
    data = read_file(path, "crl_file")
    lists = [match.group() + b"\n" for match in _PEM.finditer(data)] or [_to_pem(one) for one in _split(data)]
    if not lists:
        raise _no_list(path)
    return lists


def _split(data: bytes) -> t.Iterator[bytes]:
    """The DER structures that follow each other in *data*; none from where it is something else (X.690 8.1.3)."""
    while len(data) > 2 and data[0] == 0x30:
        count = data[1] & 0x7F if data[1] & 0x80 else 0
        size = int.from_bytes(data[2 : 2 + count], "big") if count else data[1]
        end = 2 + count + size
        if len(data) < end:
            return
        yield data[:end]
        data = data[end:]


def _to_pem(data: bytes) -> bytes:
    text = base64.encodebytes(data)
    return b"-----BEGIN X509 CRL-----\n" + text + b"-----END X509 CRL-----\n"


def _no_list(path: str) -> UsageError:
    return UsageError(
        f"{path} holds no certificate revocation list.",
        option="crl_file",
        remedy="Name a file with the lists of the authorities in PEM or DER form, or leave it out.",
    )


def _judge_time(one: t.Any) -> int:
    """OpenSSL's error for a list outside its time, 0 for a current one."""
    now = datetime.datetime.now(datetime.UTC)
    if _time(one, "last_update") > now:
        return _NOT_YET_VALID
    until = _time(one, "next_update")
    return _EXPIRED if until is not None and until < now else 0


def _time(one: t.Any, name: str) -> t.Any:
    """The list's time *name*; cryptography before 42 has it without a zone."""
    if hasattr(one, f"{name}_utc"):
        return getattr(one, f"{name}_utc")
    value = getattr(one, name)
    return None if value is None else value.replace(tzinfo=datetime.UTC)
