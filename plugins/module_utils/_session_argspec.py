# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The suboptions of ``session``: the connection plugin's own options, given with a task.

None has a default, so that one which is not given leaves the variables of the host as they are. The documentation of
the same suboptions is the fragment ``_session``; a unit test compares both with the connection plugin. What Windows and
PowerShell have names of their own for has no choices here, for those are taken in any case: ``from_options`` knows.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import session

ArgumentSpec = dict[str, dict[str, t.Any]]


def session_options_spec() -> ArgumentSpec:
    """A fresh argument spec of all connection options; ``session.from_options`` judges ranges and combinations."""
    return {
        "connection": {"type": "str"},
        "flags": {"type": "list", "elements": "raw"},
        "host": {"type": "str"},
        "scheme": {"type": "str", "choices": list(session.SCHEMES)},
        "port": {"type": "int"},
        "http_prefix": {"type": "str"},
        **_authentication(),
        **_tls(),
        **_proxy(),
        **_exchange(),
    }


def _authentication() -> ArgumentSpec:
    """Secrets and users are raw here and below: core makes text of what is none, and that would be sent."""
    return {
        "authentication": {"type": "str"},
        "user": {"type": "raw"},
        "password": {"type": "raw", "no_log": True},
        "message_encryption": {"type": "str", "choices": list(session.MESSAGE_ENCRYPTIONS)},
        "channel_binding": {"type": "str", "choices": list(session.CHANNEL_BINDINGS)},
        "trusted_hosts": {"type": "list", "elements": "str"},
        "implicit_credentials": {"type": "bool"},
        "negotiate_service": {"type": "str"},
        "negotiate_hostname_override": {"type": "str"},
        "spn_server_port": {"type": "bool"},
        "kerberos_ccache": {"type": "str"},
        "kerberos_keytab": {"type": "str", "no_log": False},  # the name of a file
        "kerberos_delegation": {"type": "bool"},
        "credssp_auth_mechanism": {"type": "str", "choices": list(session.CREDSSP_MECHANISMS)},
        "credssp_disable_tlsv1_2": {"type": "bool"},
        "credssp_minimum_version": {"type": "int"},
        "certificate_pem": {"type": "path"},
        "certificate_key_pem": {"type": "path"},
        "certificate_key_password": {"type": "raw", "no_log": True},
        "certificate_pfx": {"type": "path"},
    }


def _tls() -> ArgumentSpec:
    return {
        "ca_cert": {"type": "path"},
        "skip_ca_check": {"type": "bool"},
        "skip_cn_check": {"type": "bool"},
        "skip_revocation_check": {"type": "bool"},
        "certificate_fingerprint": {"type": "str"},
        "crl_file": {"type": "path"},
        "tls_minimum_version": {"type": "str"},
        "tls_maximum_version": {"type": "str"},
        "tls_ciphers": {"type": "str"},
        "tls_legacy_renegotiation": {"type": "bool"},
    }


def _proxy() -> ArgumentSpec:
    return {
        "proxy": {"type": "raw"},
        "proxy_access_type": {"type": "str"},
        "proxy_authentication": {"type": "str"},
        "proxy_user": {"type": "raw"},
        "proxy_password": {"type": "raw", "no_log": True},
    }


def _exchange() -> ArgumentSpec:
    return {
        "connect_timeout": {"type": "float"},
        "operation_timeout": {"type": "float"},
        "read_timeout": {"type": "float"},
        "deadline": {"type": "float"},
        "reconnection_retries": {"type": "int"},
        "reconnection_backoff": {"type": "float"},
        "max_envelope_size": {"type": "int"},
        "batch_items": {"type": "int"},
        "locale": {"type": "str"},
        "data_locale": {"type": "str"},
        "encoding": {"type": "str"},
        "profile": {"type": "str", "choices": list(session.PROFILES)},
        "test_connection": {"type": "bool"},
        "keep_session": {"type": "bool"},
        "session_idle_timeout": {"type": "float"},
        "session_name": {"type": "str"},
    }
