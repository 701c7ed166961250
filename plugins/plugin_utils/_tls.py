# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS: which certificates are accepted, and which context makes that decision.

The context alone decides: no environment variable of an HTTP library, no other authorities beside the system's or those
of ``ca_cert``. What no context can do, `check_peer` does after the handshake. Knows the options of a session and
nothing of HTTP.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import socket
import ssl
import typing as t
import weakref

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _certificates, _revocation, _tls_versions
from ansible_collections.wsman.automation.plugins.plugin_utils._say import say
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import Exchange, TlsSocket, connect
from ansible_collections.wsman.automation.plugins.plugin_utils._tls_failures import wrong_name

try:
    from cryptography import x509
    from cryptography.x509.oid import ExtensionOID, NameOID
except ImportError:
    x509 = None  # needed for names and revocation lists without authorities alone

try:
    from urllib3.util.ssl_match_hostname import CertificateError, match_hostname
except ImportError:  # said by _http, which cannot work at all without

    class CertificateError(ValueError):  # type: ignore[no-redef]
        """Stands in for urllib3's."""


_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.\d+\Z")  # as c_rehash names files, which OpenSSL looks up by itself
_PROBE_SECONDS = 2.0
_NOT_CHECKED = "Whether the certificate was revoked is not checked: crl_file is not set."


class _Checks(t.NamedTuple):
    """What makes one context differ from another."""

    ca_cert: str | None = None
    trusts_all: bool = False
    any_name: bool = False
    crl_file: str | None = None
    limits: _tls_versions.Limits = _tls_versions.Limits()
    identity: _certificates.Identity | None = None
    files: tuple[t.Any, ...] = ()  # their state, for a run is long, and may renew them itself


_with_keys: weakref.WeakValueDictionary[_Checks, ssl.SSLContext] = weakref.WeakValueDictionary()


def context(options: SessionOptions) -> ssl.SSLContext:
    """The context that makes all checks of *options* that a context can; one for all sessions with the same ones.

    One with a client's key lives as long as somebody holds it. Raises :class:`UsageError` that names the option where a
    file cannot be used, OpenSSL lacks what is asked for, or ``cryptography`` is missing.
    """
    checks = _checks(options)
    _check_library(options, checks)
    if checks.identity is None:
        return _context(checks)
    made = _with_keys.get(checks)
    if made is None:
        made = _with_keys[checks] = _make(checks)
    return made


def check_peer(connection: ssl.SSLSocket, options: SessionOptions) -> None:
    """Judge the certificate of the peer, after the handshake and before a byte is sent, by what no context can check.

    That is the pin, which replaces authority and name; the name without the authority; revocation without the
    authority. Raises :class:`TransportError` of the step ``tls``.
    """
    certificate = connection.getpeercert(True)
    judged = _checks(options)
    if certificate is None:  # tls_ciphers can ask for anonymous ones, of which OpenSSL checks nothing
        if not (options.skip_ca_check and options.skip_cn_check) or options.certificate_fingerprint:
            raise TransportError(
                f"{options.authority} shows no certificate.",
                step="tls",
                remedy="Take anonymous ciphers (aNULL, ADH, AECDH) out of tls_ciphers.",
            )
        return
    if options.certificate_fingerprint:
        _check_pin(certificate, options)
    if judged.trusts_all:
        _check_alone(certificate, options, judged)
    elif not judged.crl_file and not options.skip_revocation_check:
        say(_NOT_CHECKED, options.host, verbosity=2)


def _check_alone(certificate: bytes, options: SessionOptions, judged: _Checks) -> None:
    """Name and revocation of a certificate whose authority nobody checks."""
    try:
        if not (options.skip_cn_check or options.certificate_fingerprint):
            _check_name(certificate, options.host)
        if judged.crl_file:
            _revocation.check(certificate, options)
    except _certificates.UNREADABLE as error:
        raise TransportError(
            f"The certificate of {options.authority} cannot be read: {error}.",
            step="tls",
            remedy="Give the service one that keeps to the rules of X.509 (RFC 5280), or pin it in "
            "certificate_fingerprint.",
        ) from error


def _checks(options: SessionOptions) -> _Checks:
    trusts_all = options.skip_ca_check or bool(options.certificate_fingerprint)
    identity = None
    if options.authentication == "certificate":
        identity = _certificates.Identity(
            options.certificate_pem,
            options.certificate_key_pem,
            options.certificate_key_password,
            options.certificate_pfx,
        )
    ca_cert = None if trusts_all else options.ca_cert
    crl_file = None if options.skip_revocation_check else options.crl_file or None
    of_identity = () if identity is None else (identity.pem, identity.key, identity.pfx)
    return _Checks(
        ca_cert=ca_cert,
        trusts_all=trusts_all,
        any_name=trusts_all or options.skip_cn_check,
        crl_file=crl_file,
        limits=_tls_versions.limits(options),
        identity=identity,
        files=tuple(_state(path) for path in (ca_cert, crl_file, *of_identity) if path),
    )


def _state(path: str) -> tuple[t.Any, ...]:
    """What changes with a file, or with those of a folder; nothing where there is none."""
    try:
        names = sorted(os.listdir(path)) if os.path.isdir(path) else []
        found = [os.stat(one) for one in (path, *(os.path.join(path, name) for name in names))]
    except (OSError, ValueError):
        return ()
    return tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in found)


def _check_library(options: SessionOptions, checks: _Checks) -> None:
    """Raise :class:`UsageError` where ``cryptography`` is needed after the handshake and missing."""
    by_name = checks.trusts_all and not options.certificate_fingerprint and not options.skip_cn_check
    if x509 is not None or not checks.trusts_all or not (by_name or checks.crl_file):
        return
    option, what, switch = (
        ("skip_ca_check", "name", "skip_cn_check") if by_name else ("crl_file", "revocation", "skip_revocation_check")
    )
    raise UsageError(
        f"Checking the {what} without the authority needs the Python library cryptography.",
        option=option,
        remedy=f"Install cryptography on the control node, or set {switch} too.",
    )


@functools.lru_cache(maxsize=128)
def _context(checks: _Checks) -> ssl.SSLContext:
    return _make(checks)


def _make(checks: _Checks) -> ssl.SSLContext:
    by_system = checks.ca_cert is None and not checks.trusts_all
    made = ssl.create_default_context() if by_system else _empty_context()
    made.sslsocket_class = TlsSocket
    if checks.any_name:
        made.check_hostname = False
    if checks.trusts_all:
        made.verify_mode = ssl.CERT_NONE
    if checks.ca_cert is not None:
        _load_authorities(made, checks.ca_cert)
    if checks.crl_file is not None:
        _revocation.load(made, checks.crl_file)
    _tls_versions.apply(made, checks.limits)  # before the key, for the ciphers' level judges that too
    if checks.identity is not None:
        _certificates.load(made, checks.identity)
    return made


def _empty_context() -> ssl.SSLContext:
    """A client's context that trusts nobody yet, with the flags of the default one and without its 15 ms."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.verify_flags = _context(_Checks()).verify_flags
    return made


def _load_authorities(made: ssl.SSLContext, path: str) -> None:
    try:
        if os.path.isdir(path):
            _load_folder(made, path)
        else:
            made.load_verify_locations(cafile=path)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError: no certificate in the file
        reason = getattr(error, "strerror", None) if not isinstance(error, ssl.SSLError) else None
        raise UsageError(
            f"{path} cannot be used: {reason or 'it holds no certificate in PEM form'}.",
            option="ca_cert",
            remedy="Name a readable file of certificates in PEM form, or a folder of such files.",
        ) from error


def _load_folder(made: ssl.SSLContext, folder: str) -> None:
    """Hashed names are OpenSSL's business, file by file as needed; of the others every certificate is loaded now."""
    names = sorted(os.listdir(folder))
    hashed = any(_HASHED_NAME.match(name) for name in names)
    if hashed:
        made.load_verify_locations(capath=folder)
    for name in names:
        path = os.path.join(folder, name)
        if not _HASHED_NAME.match(name) and os.path.isfile(path):
            with contextlib.suppress(ssl.SSLError):  # a key, a note, a certificate request
                made.load_verify_locations(cafile=path)
    if not hashed and not made.cert_store_stats()["x509"]:
        raise ValueError("no certificate")


def _check_pin(certificate: bytes, options: SessionOptions) -> None:
    """Fingerprints are no secrets: both are shown, so that a new one can be compared with what the service says."""
    found = hashlib.sha256(certificate).hexdigest()
    if found != options.certificate_fingerprint:
        raise TransportError(
            f"The certificate of {options.authority} is not the one of certificate_fingerprint: its SHA-256 "
            f"fingerprint is {found}, and {options.certificate_fingerprint} was given.",
            step="tls",
            remedy="If the service has a new certificate, compare the fingerprint there, and set it here.",
        )


def _check_name(certificate: bytes, host: str) -> None:
    """Raise :class:`TransportError` unless the certificate (DER) is for *host*.

    For the case that OpenSSL cannot do: names without authorities. As OpenSSL does, a subject's common name counts
    where the certificate has no alternative names.
    """
    try:
        match_hostname(names_of(certificate), host.partition("%")[0].rstrip("."), True)
    except (CertificateError, ValueError) as error:
        raise wrong_name(host, str(error)) from error


def names_of(certificate: bytes) -> dict[str, t.Any]:
    """The names of a certificate, in the shape of ``SSLSocket.getpeercert()``."""
    parsed = x509.load_der_x509_certificate(certificate)
    subject = tuple(
        (("commonName", str(name.value)),) for name in parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    )
    try:
        extension = parsed.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
    except x509.ExtensionNotFound:
        return {"subject": subject}
    names = [("DNS", name) for name in extension.get_values_for_type(x509.DNSName)]
    addresses = [("IP Address", str(address)) for address in extension.get_values_for_type(x509.IPAddress)]
    return {"subject": subject, "subjectAltName": (*names, *addresses)}


def speaks_tls(options: SessionOptions, exchange: Exchange) -> bool:
    """Whether the port answers a TLS handshake: asked once a plain request there was met with silence."""
    probe = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    probe.check_hostname, probe.verify_mode = False, ssl.CERT_NONE
    try:
        connection: socket.socket = connect(options.host, options.port, exchange)
        connection.settimeout(min(connection.gettimeout() or _PROBE_SECONDS, _PROBE_SECONDS))
    except TransportError:
        return False
    with connection:
        try:
            probe.wrap_socket(connection).close()
        except ssl.SSLError as error:
            return "ALERT" in str(error.reason)  # it speaks TLS, and not with this client
        except OSError:
            return False
    return True


_context(_Checks())  # made once in the parent, 15 ms: workers are forked and inherit it
