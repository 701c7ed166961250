# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which versions and ciphers of TLS a session allows, and what services need that know no current ones."""

from __future__ import annotations

import re
import ssl
import typing as t
import warnings

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions

_VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
_LEGACY_SERVER_CONNECT = getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)  # Python 3.12 gave it the name
_OLD = ("TLSv1", "TLSv1.1")  # their MD5 with SHA-1 is below each security level but 0 (OpenSSL 3)
_OLD_CIPHERS = "DEFAULT:!aNULL:!eNULL:!PSK:!SRP"  # OpenSSL's own; Python's leaves out what such services have
_LEVEL = "@SECLEVEL="


class Limits(t.NamedTuple):
    """Versions by name, ciphers in OpenSSL's form, and whether the old way of renegotiation is allowed."""

    minimum: str | None = None
    maximum: str | None = None
    ciphers: str | None = None
    legacy: bool = False


def limits(options: SessionOptions) -> Limits:
    """What *options* allow; None is the library's default.

    A client's certificate caps TLS at 1.2, for WinRM asks for it in a renegotiation, which 1.3 does not have. A maximum
    below the library's minimum is the minimum too.
    """
    low, high = options.tls_minimum_version, options.tls_maximum_version
    if high is None and options.authentication == "certificate":
        high = "TLSv1.3" if low == "TLSv1.3" else "TLSv1.2"
    if low is None and high in _OLD:
        low = high
    return Limits(low, high, options.tls_ciphers or None, options.tls_legacy_renegotiation)


def describe(options: SessionOptions) -> str:
    """The versions that *options* allow, for an error: ``TLSv1.2 to TLSv1.3``."""
    low, high, _ciphers, _legacy = limits(options)
    low, high = low or "TLSv1.2", high or "TLSv1.3"
    return low if low == high else f"{low} to {high}"


def apply(made: ssl.SSLContext, allowed: Limits) -> None:
    """Set *made* to these limits. Raises :class:`UsageError` for what OpenSSL here does not have."""
    _set_version(made, "minimum_version", allowed.minimum)
    _set_version(made, "maximum_version", allowed.maximum)
    _set_ciphers(made, allowed)
    if allowed.legacy:
        made.options |= _LEGACY_SERVER_CONNECT
    else:
        made.options &= ~_LEGACY_SERVER_CONNECT  # OpenSSL before 3 has it set


def _set_version(made: ssl.SSLContext, attribute: str, name: str | None) -> None:
    if name is None:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # who names TLSv1 knows that it is old
            setattr(made, attribute, _VERSIONS[name])
    except ValueError as error:
        raise UsageError(
            f"{ssl.OPENSSL_VERSION} on the control node has no {name}.",
            option=f"tls_{attribute}",
            remedy="Choose a newer version of TLS.",
        ) from error


def _set_ciphers(made: ssl.SSLContext, allowed: Limits) -> None:
    ciphers = allowed.ciphers
    if ciphers is not None:
        for name in filter(None, re.split(r"[:, ;]", ciphers)):
            _check_cipher(name)
    if allowed.minimum in _OLD and _LEVEL not in (ciphers or ""):
        ciphers = f"{ciphers or _OLD_CIPHERS}:{_LEVEL}0"
    if ciphers is None:
        return
    try:
        made.set_ciphers(ciphers)
    except ssl.SSLError as error:
        raise UsageError(
            f"{ciphers!r} selects no cipher.", option="tls_ciphers", remedy="See openssl-ciphers(1) for its form."
        ) from error


def _check_cipher(name: str) -> None:
    """OpenSSL skips names that it does not know: a misspelled one must not go unnoticed, unless it is excluded."""
    if name[0] in "!-+@":
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).set_ciphers(name)
    except ssl.SSLError as error:
        raise UsageError(
            f"{name!r} is no cipher for TLS 1.2 or older that {ssl.OPENSSL_VERSION} on the control node has.",
            option="tls_ciphers",
            remedy="Use names that `openssl ciphers -v` lists; those of TLS 1.3 are fixed.",
        ) from error
