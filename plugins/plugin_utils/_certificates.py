# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's own certificate, from PEM files or PKCS#12, into a TLS context; nothing is asked on the terminal.

OpenSSL reads keys from files alone and asks for a passphrase where it is given none: so what was in a PKCS#12 goes
through a file that has no name, and there always is an answer about the passphrase.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import ssl
import tempfile
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

try:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.serialization import pkcs12

    #: What cryptography raises for a certificate that OpenSSL has read and it does not.
    UNREADABLE: tuple[type[Exception], ...] = (
        ValueError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    )
except ImportError:
    pkcs12 = None  # needed for certificate_pfx alone
    UNREADABLE = ()

_MISMATCH = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")  # the last: a key of another kind
_REMEDY_PEM = "Name a file that holds it in PEM form, or give both as PKCS#12 in certificate_pfx."
_REMEDY_PASSWORD = "Set certificate_key_password to the passphrase of the key."


class Identity(t.NamedTuple):
    """Where a client's certificate and key are; *pem* or *pfx* is set. Its text shows no passphrase."""

    pem: str | None
    key: str | None
    password: str | None
    pfx: str | None

    def __repr__(self) -> str:
        return f"Identity(pem={self.pem!r}, key={self.key!r}, pfx={self.pfx!r})"


def load(made: ssl.SSLContext, identity: Identity) -> None:
    """Let *made* show this certificate to a server that asks for one.

    Raises :class:`UsageError` that names the option at fault: a file that cannot be read or holds something else, a
    wrong or missing passphrase, a key of another certificate.
    """
    if identity.pfx:
        _load_pkcs12(made, identity.pfx, identity.password)
    else:
        _load_pem(made, identity.pem or "", identity.key or "", identity.password)
    made.post_handshake_auth = True  # TLS 1.3: WinRM asks once it has read the request


@contextlib.contextmanager
def unnamed_file(data: bytes) -> t.Iterator[str]:
    """A path under which OpenSSL can read *data*, in memory; where there is no such thing, on disk for the moment."""
    with contextlib.ExitStack() as stack:
        try:
            descriptor = os.memfd_create("wsman")
            path, stream = f"/proc/self/fd/{descriptor}", stack.enter_context(os.fdopen(descriptor, "wb"))
            if not os.path.exists(path):
                raise OSError("no /proc")
        except (AttributeError, OSError):  # not Linux, or forbidden
            stream = stack.enter_context(tempfile.NamedTemporaryFile(prefix="wsman"))  # noqa: SIM115
            path = stream.name
        stream.write(data)
        stream.flush()
        yield path


def read_file(path: str, option: str) -> bytes:
    """What is in the file that *option* names. Raises :class:`UsageError` that names both."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except (OSError, ValueError) as error:  # a path with a null character is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"{path} cannot be read: {reason}.", option=option, remedy="Name a file that the control node can read."
        ) from error


def _load_pem(made: ssl.SSLContext, path: str, key_path: str, password: str | None) -> None:
    option = "certificate_key_pem" if key_path else "certificate_pem"
    if b"-----BEGIN CERTIFICATE-----" not in read_file(path, "certificate_pem"):
        raise UsageError(f"{path} holds no certificate in PEM form.", option="certificate_pem", remedy=_REMEDY_PEM)
    if b"PRIVATE KEY-----" not in read_file(key_path or path, option):
        remedy = _REMEDY_PEM if key_path else "Name the file of its key in certificate_key_pem, or put both into one."
        raise UsageError(f"{key_path or path} holds no private key in PEM form.", option=option, remedy=remedy)
    passphrase = _Passphrase(password, key_path or path)
    try:
        made.load_cert_chain(path, key_path or None, passphrase)
    except (OSError, ValueError) as error:
        raise _unusable(error, path, key_path, passphrase) from error


class _Passphrase:
    """What OpenSSL calls for an encrypted key, and only for one; remembers that it was."""

    def __init__(self, password: str | None, path: str) -> None:
        self._password, self._path = password, path
        self.asked = False

    def __call__(self) -> bytes:
        self.asked = True
        if not self._password:
            raise UsageError(
                f"The key in {self._path} is encrypted.", option="certificate_key_password", remedy=_REMEDY_PASSWORD
            )
        return self._password.encode("utf-8", "surrogateescape")


def _unusable(error: Exception, path: str, key_path: str, passphrase: _Passphrase) -> UsageError:
    """Why certificate and key, both in PEM form by their looks, were refused."""
    option = "certificate_key_pem" if key_path else "certificate_pem"
    reason = getattr(error, "reason", None)
    if reason in _MISMATCH:
        return UsageError(
            f"The key in {key_path or path} does not belong to the first certificate in {path}.",
            option=option,
            remedy="Name the key that the certificate was made with; the client's own certificate comes first.",
        )
    if passphrase.asked:
        return UsageError(
            f"The passphrase does not open the key in {key_path or path}, or its encryption is not supported.",
            option="certificate_key_password",
            remedy=_REMEDY_PASSWORD,
        )
    if reason:  # a key or a signature below OpenSSL's security level
        return UsageError(
            f"{path} cannot be used: {reason.lower().replace('_', ' ')}.",
            option="certificate_pem",
            remedy="Use a certificate with a stronger key, or lower the level: tls_ciphers: DEFAULT:@SECLEVEL=0.",
        )
    broken = ("certificate", path, "certificate_pem") if _is_broken(path) else ("key", key_path or path, option)
    return UsageError(f"The {broken[0]} in {broken[1]} is damaged.", option=broken[2], remedy=_REMEDY_PEM)


def _is_broken(path: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError:
        return True
    return False


def _load_pkcs12(made: ssl.SSLContext, path: str, password: str | None) -> None:
    if pkcs12 is None:
        raise UsageError(
            "A PKCS#12 file is read by the Python library cryptography, which is missing.",
            option="certificate_pfx",
            remedy="Install cryptography on the control node, or give PEM files in certificate_pem.",
        )
    key, certificate, others = _open_pkcs12(path, password)
    if key is None or certificate is None:
        raise UsageError(
            f"{path} holds no {'private key' if key is None else 'certificate of its private key'}.",
            option="certificate_pfx",
            remedy="Export the certificate together with its private key.",
        )
    once = secrets.token_hex(32)  # so that the key is in clear in no file, whatever kind of file it is
    pem = serialization.Encoding.PEM
    pieces = [
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(once.encode())),
        *(one.public_bytes(pem) for one in (certificate, *others)),
    ]
    with unnamed_file(b"".join(pieces)) as file:
        passphrase = _Passphrase(once, path)
        try:
            made.load_cert_chain(file, None, passphrase)
        except ssl.SSLError as error:
            reason = str(error.reason or "openssl cannot read its key").lower().replace("_", " ")
            raise UsageError(
                f"{path} cannot be used: {reason}.",
                option="certificate_pfx",
                remedy="Use an RSA or ECDSA key; tls_ciphers: DEFAULT:@SECLEVEL=0 lets weak ones pass.",
            ) from error


def _open_pkcs12(path: str, password: str | None) -> t.Any:
    """(key, certificate, other certificates) of the file; without a password also one that is empty is tried."""
    data = read_file(path, "certificate_pfx")
    tries = [password.encode("utf-8", "surrogateescape")] if password else [None, b""]
    for number, one in enumerate(tries, 1):
        try:
            return pkcs12.load_key_and_certificates(data, one)
        except ValueError as error:
            if number == len(tries):
                raise _not_opened(path, data, password, error) from error
        except UnsupportedAlgorithm as error:
            raise UsageError(
                f"{path} is encrypted in a way that this system does not support.",
                option="certificate_pfx",
                remedy="Export it again with AES256-SHA256.",
            ) from error


def _not_opened(path: str, data: bytes, password: str | None, error: ValueError) -> UsageError:
    if not data.startswith(b"\x30") or "deserialize" in str(error):
        return UsageError(
            f"{path} is no PKCS#12 file.",
            option="certificate_pfx",
            remedy="Name a .pfx or .p12 file; PEM files belong into certificate_pem and certificate_key_pem.",
        )
    why = "The passphrase does not open it" if password else "It is encrypted"
    return UsageError(
        f"{why}: {path}.",
        option="certificate_key_password",
        remedy="Set certificate_key_password to the password that the file was exported with.",
    )
