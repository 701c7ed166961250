# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failed TLS handshake means: from OpenSSL's reasons and alerts to one error that names the option to change."""

from __future__ import annotations

import ssl

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _revocation, _tls_versions
from ansible_collections.wsman.automation.plugins.plugin_utils._sockets import Exchange

_NAME_MISMATCH = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_NOT_YET_VALID, _EXPIRED = 9, 10  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
_TOO_WEAK = (66, 67, 68)  # X509_V_ERR_EE_KEY_TOO_SMALL, CA_KEY_TOO_SMALL, CA_MD_TOO_WEAK
_PLAIN = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG")
_VERSION = ("ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE")
_NO_COMMON = ("ALERT_HANDSHAKE_FAILURE", "ALERT_INSUFFICIENT_SECURITY", "NO_SHARED_CIPHER", "NO_CIPHERS_AVAILABLE")
_WEAK = ("KEY_TOO_SMALL", "MD_TOO_WEAK", "LEGACY_SIGALG", "WRONG_SIGNATURE_TYPE")
_NEITHER_PART = "Set authentication to certificate, and certificate_pem or certificate_pfx to the file that has it."
_MAPPING = (
    "WinRM wants one for client authentication, of an authority that it trusts, with a certificate mapping to "
    "an account (winrm/config/service/certmapping)."
)
#: What the alert about a client's certificate says of it (RFC 5246 7.2.2), and what to do.
_ABOUT_OURS = {
    "ALERT_UNKNOWN_CA": ("it does not trust the authority that issued it", _MAPPING),
    "ALERT_CERTIFICATE_EXPIRED": ("it has expired", "Get a new one, or check the clocks of both sides."),
    "ALERT_CERTIFICATE_REVOKED": ("it is revoked", "Get a new one from its authority."),
    "ALERT_UNSUPPORTED_CERTIFICATE": ("it is of an unsupported kind", _MAPPING),
    "ALERT_CERTIFICATE_UNKNOWN": ("it gives no reason", _MAPPING),
    "ALERT_BAD_CERTIFICATE": ("it takes it for a bad one", _MAPPING),
    "ALERT_ACCESS_DENIED": ("access is denied", _MAPPING),
}


def handshake_error(error: Exception, options: SessionOptions, exchange: Exchange) -> TransportError:
    """What it means that the handshake with the service ended in *error*."""
    peer = options.authority
    if isinstance(error, TransportError):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return _not_accepted(error, options)
    if isinstance(error, TimeoutError):
        waited = f"{peer} did not finish the TLS handshake within {exchange.connect_timeout:g} s."
        return exchange.too_late("tls", waited, "Check that the port is an HTTPS port (5986, not 5985).")
    reason = str(getattr(error, "reason", None) or "")
    if reason in _PLAIN:
        return _error(
            f"{peer} does not speak TLS: it is a plain HTTP port.",
            "Use the HTTPS port (WinRM: 5986), or set scheme to http.",
        )
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError)):
        return _error(
            f"{peer} closed the connection in the TLS handshake.",
            "Check that this is an HTTPS port with a certificate (WinRM: 5986), not a plain HTTP one (5985).",
        )
    if wants_certificate(error):
        return _about_ours(reason, options)
    return _known(reason, options) or _unknown(reason or str(error), options, exchange)


def wants_certificate(error: Exception) -> bool:
    """Whether the peer gives up over the client's certificate: for want of one, or because of the one it was shown.

    In TLS 1.3 that comes after the request, which it has not read.
    """
    reason = str(getattr(error, "reason", None))
    return "CERTIFICATE_REQUIRED" in reason or _alert(reason) is not None


def wrong_name(host: str, reason: str) -> TransportError:
    """The certificate has other names, which *reason* lists."""
    return _error(
        f"The certificate of the service is not for {host}: {reason.rstrip('.')}.",
        "Use the name that is in the certificate as host, or set skip_cn_check if the name does not matter.",
    )


def _alert(reason: str) -> tuple[str, str] | None:
    return next((meaning for name, meaning in _ABOUT_OURS.items() if reason.endswith(name)), None)


def _about_ours(reason: str, options: SessionOptions) -> TransportError:
    """The peer misses a client's certificate, or refuses ours; some say that it is bad where there is none."""
    alert = _alert(reason)
    if alert is None or options.authentication != "certificate":
        return _error(f"{options.authority} wants a client certificate.", _NEITHER_PART)
    ours = options.certificate_pfx or options.certificate_pem
    refused = _error(f"{options.authority} does not accept our client certificate ({ours}): {alert[0]}.", alert[1])
    refused.secret_refused = True
    return refused


def _known(reason: str, options: SessionOptions) -> TransportError | None:
    """The error for a reason that an option can do something about."""
    peer, text = options.authority, reason.lower().replace("_", " ")
    if reason.endswith(_VERSION):
        return _error(
            f"{peer} speaks no version of TLS that this session allows ({_tls_versions.describe(options)}).",
            "For an old service set tls_minimum_version (TLSv1, TLSv1.1); for a new one raise tls_maximum_version.",
        )
    if "UNSAFE_LEGACY_RENEGOTIATION" in reason:
        return _error(
            f"{peer} knows only the old, unsafe renegotiation of TLS ({text}).",
            "Update the service, or set tls_legacy_renegotiation on a network that you trust.",
        )
    if reason.endswith(_NO_COMMON):
        return _no_common(options)
    if any(name in reason for name in _WEAK):
        return _too_weak(peer, text)
    return None


def _no_common(options: SessionOptions) -> TransportError:
    peer, allowed = options.authority, _tls_versions.describe(options)
    if options.authentication == "certificate":
        other, remedy = "it refuses our client certificate", f"If it does have them: {_MAPPING}"
    else:
        other, remedy = "it wants a client certificate", f"If it does have them: {_NEITHER_PART}"
    return _error(
        f"{peer} refused the TLS handshake: it has no cipher or version ({allowed}) in common with us, or {other}.",
        f"For an old service set tls_minimum_version or tls_ciphers. {remedy}",
    )


def _too_weak(peer: str, text: str) -> TransportError:
    return _error(
        f"A key or signature of {peer} is weaker than OpenSSL on the control node allows: {text}.",
        "Give the service a new certificate (RSA 2048, SHA-256), or set tls_ciphers to DEFAULT:@SECLEVEL=0.",
    )


def _unknown(reason: str, options: SessionOptions, exchange: Exchange) -> TransportError:
    what, step = ("connection", "read") if exchange.sent else ("handshake", "tls")
    text = reason.lower().replace("_", " ") if reason.isupper() else reason
    return TransportError(
        f"The TLS {what} with {options.authority} failed: {text}.",
        step=step,
        remedy="Compare the TLS versions and ciphers of the service with those that the control node's OpenSSL allows.",
    )


def _not_accepted(error: ssl.SSLCertVerificationError, options: SessionOptions) -> TransportError:
    reason = error.verify_message or str(error)
    if error.verify_code in _NAME_MISMATCH:
        return wrong_name(options.host, reason)
    if error.verify_code in _TOO_WEAK:
        return _too_weak(options.authority, reason)
    about_revocation = _revocation.explain(error.verify_code, options) if options.crl_file else None
    if about_revocation is not None:
        return about_revocation
    if error.verify_code in (_NOT_YET_VALID, _EXPIRED):
        return _error(
            f"The certificate of {options.authority} is not accepted by its dates: {reason}.",
            "Give the service a new one, or set the clock of the control node right; certificate_fingerprint accepts "
            "one certificate whatever its dates.",
        )
    trusted = f"the authorities of {options.ca_cert}" if options.ca_cert else "the system's authorities"
    return _error(
        f"The certificate of {options.authority} is not accepted by {trusted}: {reason}.",
        "Name the authority that issued it in ca_cert, or set skip_ca_check on a network that you trust.",
    )


def _error(message: str, remedy: str) -> TransportError:
    return TransportError(message, step="tls", remedy=remedy)
