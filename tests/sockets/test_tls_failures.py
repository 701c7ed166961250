# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What failed handshakes are called: the reasons of OpenSSL that take a peer of another make to provoke."""

from __future__ import annotations

import ssl

import pytest
from tls_parts import options

from ansible_collections.wsman.automation.plugins.plugin_utils import _failures, _sockets, _tls_failures

OURS = {"authentication": "certificate", "certificate_pem": "/joe.pem", "certificate_key_password": "s3cret"}


def explain(reason, **more):
    error = ssl.SSLError(1, reason)
    error.reason = reason
    given = options(5986, **more)
    exchange = _sockets.Exchange(given.authority)
    exchange.begin(5, 5, None, None)
    made = _tls_failures.handshake_error(error, given, exchange)
    assert made.remedy and made.step == "tls" and "s3cret" not in made.message + made.remedy
    return made


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("TLSV1_ALERT_UNKNOWN_CA", "does not trust the authority that issued it"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "takes it for a bad one"),
        ("SSLV3_ALERT_CERTIFICATE_UNKNOWN", "gives no reason"),
        ("SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "unsupported kind"),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "has expired"),
        ("SSLV3_ALERT_CERTIFICATE_REVOKED", "is revoked"),
        ("TLSV1_ALERT_ACCESS_DENIED", "access is denied"),
    ],
)
def test_alerts_about_a_certificate(reason, said):
    """Without one to show, any of them means that one is wanted: Go's servers call none a bad one."""
    error = explain(reason, **OURS)
    assert "does not accept our client certificate (/joe.pem): " in error.message and said in error.message
    assert error.secret_refused
    without = explain(reason)
    assert "wants a client certificate" in without.message and "certificate_pfx" in without.remedy
    assert not without.secret_refused


def test_a_certificate_that_is_wanted_and_not_refused():
    error = explain("TLSV13_ALERT_CERTIFICATE_REQUIRED", **OURS)
    assert "wants a client certificate" in error.message and not error.secret_refused


@pytest.mark.parametrize(
    ("reason", "said", "remedy"),
    [
        ("TLSV1_ALERT_PROTOCOL_VERSION", "no version of TLS that this session allows", "tls_minimum_version"),
        ("UNSUPPORTED_PROTOCOL", "no version of TLS that this session allows", "tls_minimum_version"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "no cipher or version (TLSv1.2 to TLSv1.3) in common", "tls_ciphers"),
        ("TLSV1_ALERT_INSUFFICIENT_SECURITY", "no cipher or version (TLSv1.2 to TLSv1.3) in common", "tls_ciphers"),
        ("DH_KEY_TOO_SMALL", "weaker than OpenSSL on the control node allows", "DEFAULT:@SECLEVEL=0"),
        ("UNSAFE_LEGACY_RENEGOTIATION_DISABLED", "unsafe legacy renegotiation", "tls_legacy_renegotiation"),
        ("WRONG_VERSION_NUMBER", "plain HTTP port", "5986"),
        ("TLSV1_ALERT_INTERNAL_ERROR", "failed: tlsv1 alert internal error", "Compare"),
    ],
)
def test_reasons(reason, said, remedy):
    error = explain(reason)
    assert said in error.message and remedy in error.remedy


def test_a_failed_handshake_with_a_certificate_names_it():
    error = explain("SSLV3_ALERT_HANDSHAKE_FAILURE", **OURS)
    assert "(TLSv1.2)" in error.message and "refuses our client certificate" in error.message


@pytest.mark.parametrize("reason", ["TLSV13_ALERT_CERTIFICATE_REQUIRED", "TLSV1_ALERT_UNKNOWN_CA"])
def test_a_certificate_that_is_refused_after_a_change_was_sent(reason):
    """In TLS 1.3 the client hears of it once the request has left; the service has not read that."""
    alert = ssl.SSLError(1, reason)
    alert.reason = reason
    given = options(5986, **OURS)
    exchange = _sockets.Exchange(given.authority)
    exchange.sent = True
    error = _failures.explain(alert, exchange, given, changes=True)
    assert (error.step, error.outcome_unknown) == ("tls", False)
