# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS: which certificates are accepted, and what a failed handshake means.

The context alone decides: no environment variable of an HTTP library, no other authorities beside the system's or those
of ``ca_cert``. Knows the options of a session and nothing of HTTP.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import socket
import ssl
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import Exchange, TlsSocket, connect

try:
    from cryptography import x509
    from cryptography.x509.oid import ExtensionOID, NameOID
except ImportError:
    x509 = None  # needed for skip_ca_check without skip_cn_check alone

try:
    from urllib3.util.ssl_match_hostname import CertificateError, match_hostname
except ImportError:  # said by _http, which cannot work at all without

    class CertificateError(ValueError):  # type: ignore[no-redef]
        """Stands in for urllib3's."""


_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.\d+\Z")  # as c_rehash names files, which OpenSSL looks up by itself
_NAME_MISMATCH = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_PROBE_SECONDS = 2.0


def context(options: SessionOptions) -> ssl.SSLContext:
    """The context that makes exactly the checks of *options*; one for all sessions with the same ones.

    Raises :class:`UsageError` where ``ca_cert`` cannot be read or ``cryptography`` is missing.
    """
    if options.skip_ca_check and not options.skip_cn_check and x509 is None:
        raise UsageError(
            "Checking the name without the authority needs the Python library cryptography.",
            option="skip_ca_check",
            remedy="Install cryptography on the control node, or set skip_cn_check too.",
        )
    ca_cert = None if options.skip_ca_check else options.ca_cert
    return _context(ca_cert, options.skip_ca_check, options.skip_cn_check)


@functools.lru_cache(maxsize=128)
def _context(ca_cert: str | None, skip_ca: bool, skip_cn: bool) -> ssl.SSLContext:
    made = ssl.create_default_context() if ca_cert is None and not skip_ca else _empty_context()
    made.sslsocket_class = TlsSocket
    if skip_ca or skip_cn:
        made.check_hostname = False
    if skip_ca:
        made.verify_mode = ssl.CERT_NONE
    if ca_cert is not None:
        _load_authorities(made, ca_cert)
    return made


def _empty_context() -> ssl.SSLContext:
    """A client's context that trusts nobody yet, with the flags of the default one and without its 15 ms."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.verify_flags = _context(None, False, False).verify_flags
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


def check_name(certificate: bytes, host: str) -> None:
    """Raise :class:`TransportError` unless the certificate (DER) is for *host*.

    For the case that OpenSSL cannot do: names without authorities. As OpenSSL does, a subject's common name counts
    where the certificate has no alternative names.
    """
    try:
        match_hostname(_names(certificate), host.partition("%")[0].rstrip("."), True)
    except (CertificateError, ValueError) as error:
        raise _wrong_name(host, str(error)) from error


def _names(certificate: bytes) -> dict[str, t.Any]:
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


def _wrong_name(host: str, reason: str) -> TransportError:
    return TransportError(
        f"The certificate of the service is not for {host}: {reason.rstrip('.')}.",
        step="tls",
        remedy="Use the name that is in the certificate as host, or set skip_cn_check if the name does not matter.",
    )


def handshake_error(error: Exception, options: SessionOptions, exchange: Exchange) -> TransportError:
    """What it means that the handshake with the service ended in *error*."""
    peer = options.authority
    if isinstance(error, ssl.SSLCertVerificationError):
        return _not_accepted(error, options)
    if isinstance(error, TimeoutError):
        waited = f"{peer} did not finish the TLS handshake within {exchange.connect_timeout:g} s."
        return exchange.too_late("tls", waited, "Check that the port is an HTTPS port (5986, not 5985).")
    reason = getattr(error, "reason", None)
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG"):
        return TransportError(
            f"{peer} does not speak TLS: it is a plain HTTP port.",
            step="tls",
            remedy="Use the HTTPS port (WinRM: 5986), or set scheme to http.",
        )
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError)):
        return TransportError(
            f"{peer} closed the connection in the TLS handshake.",
            step="tls",
            remedy="Check that this is an HTTPS port with a certificate (WinRM: 5986), not a plain HTTP one (5985).",
        )
    if wants_certificate(error):
        return TransportError(
            f"{peer} wants a client certificate.",
            step="tls",
            remedy="This version has none to show: use a listener or a port that takes clients without one.",
        )
    text = str(reason).lower().replace("_", " ") if reason else str(error)
    what, step = ("connection", "read") if exchange.sent else ("handshake", "tls")
    return TransportError(
        f"The TLS {what} with {peer} failed: {text}.",
        step=step,
        remedy="Compare the TLS versions and ciphers of the service with those that the control node's OpenSSL allows.",
    )


def wants_certificate(error: Exception) -> bool:
    """Whether the peer gives up for want of a client's certificate; in TLS 1.3 that comes after the request."""
    return "CERTIFICATE_REQUIRED" in str(getattr(error, "reason", None))


def _not_accepted(error: ssl.SSLCertVerificationError, options: SessionOptions) -> TransportError:
    reason = error.verify_message or str(error)
    if error.verify_code in _NAME_MISMATCH:
        return _wrong_name(options.host, reason)
    trusted = f"the authorities of {options.ca_cert}" if options.ca_cert else "the system's authorities"
    return TransportError(
        f"The certificate of {options.authority} is not accepted by {trusted}: {reason}.",
        step="tls",
        remedy="Name the authority that issued it in ca_cert, or set skip_ca_check on a network that you trust.",
    )


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


_context(None, False, False)  # made once in the parent, 15 ms: workers are forked and inherit it
