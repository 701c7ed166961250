# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of all options count: the task's over our own variables over those of other plugins, and what is moot."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import _compatibility
from ansible_collections.wsman.automation.plugins.plugin_utils._compatibility import port_counts
from ansible_collections.wsman.automation.plugins.plugin_utils._foreign import Given
from ansible_collections.wsman.automation.tests.unit.plugins.plugin_utils.translating import ACCOUNT, options, resolve

DELEGATION = {"ansible_winrm_kerberos_delegation": True}


def test_the_text_of_a_resolution_shows_no_password():
    assert "s3cret" not in repr(_compatibility.resolve({}, {"host": "srv", "password": "s3cret"}))


@pytest.mark.parametrize(
    ("variables", "session", "dropped"),
    [
        (
            {"ansible_port": 5985, "ansible_winrm_server_cert_validation": "ignore"},
            {},
            {"skip_ca_check", "skip_cn_check"},
        ),
        ({"ansible_winrm_message_encryption": "never"}, {}, {"message_encryption"}),
        ({"ansible_psrp_message_encryption": "never"}, {}, {"message_encryption"}),
        ({"ansible_port": 5985, "ansible_psrp_ignore_proxy": False}, {}, {"proxy_access_type"}),
        ({"ansible_winrm_message_encryption": "never"}, {"scheme": "http"}, set()),
        ({"ansible_winrm_message_encryption": "auto"}, {}, set()),
        (
            {"ansible_psrp_auth": "kerberos", "ansible_psrp_ignore_proxy": False},
            {},
            {"proxy_access_type"},
        ),
        ({"ansible_psrp_auth": "ntlm", "ansible_psrp_ignore_proxy": False}, {}, set()),
        (
            {"ansible_psrp_auth": "certificate", "ansible_user": "u", "ansible_password": "p"},
            {},
            {"user", "password"},
        ),
        ({"ansible_psrp_auth": "ntlm", "ansible_psrp_certificate_pem": "/c"}, {}, {"certificate_pem"}),
        (
            {"ansible_wsman_authentication": "certificate", "ansible_user": "u", "ansible_winrm_cert_pem": "/c"},
            {},
            {"user"},
        ),
        ({"ansible_wsman_flags": ["UseClientCertificate"], "ansible_password": "p"}, {}, {"password"}),
        ({"ansible_wsman_implicit_credentials": True, "ansible_user": "u"}, {}, {"user"}),
        (
            {"ansible_wsman_crl_file": "/crl", "ansible_wsman_tls_ciphers": "x"},
            {"scheme": "http"},
            {"crl_file", "tls_ciphers"},
        ),
        ({"ansible_wsman_skip_ca_check": True, "ansible_port": 5985}, {}, set()),
        ({"ansible_wsman_skip_ca_check": True}, {"scheme": "http"}, {"skip_ca_check"}),
        ({}, {"scheme": "http", "skip_ca_check": True}, set()),
        ({"ansible_winrm_transport": "ntlm", **DELEGATION}, {}, {"kerberos_delegation"}),
        ({"ansible_psrp_auth": "negotiate", "ansible_user": "u", **DELEGATION}, {}, {"kerberos_delegation"}),
        ({"ansible_user": "u", **DELEGATION}, {"host": "srv"}, {"kerberos_delegation"}),
        ({"ansible_user": "u@CORP", **DELEGATION}, {}, set()),
        ({"ansible_winrm_transport": "credssp", "ansible_user": "u", **DELEGATION}, {}, set()),
        ({"ansible_user": "u", "ansible_wsman_kerberos_delegation": True}, {}, set()),
    ],
    ids=str,
)
def test_what_is_moot_is_dropped_and_said(variables, session, dropped):
    resolution = resolve(variables, session)
    asked = {"skip_ca_check", "skip_cn_check", "message_encryption", "proxy_access_type", "kerberos_delegation"}
    for name in dropped:
        assert name not in resolution.options
    assert len(resolution.notes) == len(dropped)
    assert {level for level, _text in resolution.notes} <= {2}
    if not dropped and variables.get("ansible_winrm_message_encryption") != "auto":
        assert asked & resolution.options.keys()


def test_kinit_is_said_to_be_ignored():
    resolution = resolve({"ansible_winrm_kinit_mode": "manual"})
    [(level, text)] = resolution.notes
    assert level == 1 and "ansible_winrm_kinit_mode" in text


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"ansible_winrm_operation_timeout_sec": 30, "ansible_winrm_read_timeout_sec": 45}, (30, 45)),
        ({"ansible_winrm_operation_timeout_sec": 30}, (30, 40)),
        ({"ansible_winrm_connection_timeout": 90}, (90, 100)),
        ({"ansible_winrm_connection_timeout": 90, "ansible_winrm_read_timeout_sec": 30}, (90, 100)),
        ({"ansible_winrm_read_timeout_sec": 45}, (20, 45)),
        ({"ansible_psrp_read_timeout": 100}, (60, 100)),
        ({}, (60, 70)),
    ],
    ids=str,
)
def test_time_outs(variables, expected):
    found = options({"ansible_host": "srv", **variables})
    assert (found.operation_timeout, found.read_timeout) == expected


def test_a_read_time_out_that_pywinrm_refuses_is_refused():
    with pytest.raises(UsageError, match="read_timeout"):
        options({"ansible_host": "srv", "ansible_winrm_read_timeout_sec": 15})


# whose port is ansible_port


@pytest.mark.parametrize(
    ("connection", "port", "port_is_set", "scheme", "expected"),
    [
        (None, 22, True, None, True),
        ("wsman.automation.wsman", 22, True, None, True),
        ("psrp", 22, True, None, True),
        ("winrm", 22, True, None, True),
        ("ssh", 22, True, None, False),
        ("ssh", 2222, True, "https", False),
        ("ssh", 5985, True, None, True),
        ("ansible.builtin.ssh", 5986, True, "http", True),
        ("local", 8080, True, None, False),
        ("winrm", 5986, False, None, True),
        ("winrm", 5986, False, "http", False),
        ("winrm", 5986, True, "http", True),
        ("ansible.builtin.winrm", 5986, False, "http", False),
        ("winrm", 5985, False, "http", True),
    ],
)
def test_port_counts(connection, port, port_is_set, scheme, expected):
    assert port_counts(port, connection, port_is_set, scheme) is expected


def test_a_port_that_is_not_ours_is_left_out_and_said():
    resolution = resolve({"ansible_port": 2222}, connection="ssh")
    assert "port" not in resolution.options
    [(level, text)] = resolution.notes
    assert level == 1 and "2222" in text and "ssh" in text


@pytest.mark.parametrize("source", ["ansible_winrm_port", "ansible_psrp_port", "ansible_wsman_port"])
def test_a_port_named_for_ws_management_counts_under_every_connection(source):
    assert resolve({source: 2222}, connection="ssh").options["port"] == 2222


def test_the_keyword_is_judged_like_the_variable():
    options_ = {"port": Given(2222, "keyword: port")}
    assert _compatibility.resolve(options_, {}, connection="ssh").options == {}
    assert _compatibility.resolve(options_, {}, connection=None).options == {"port": 2222}


def test_a_port_that_core_has_put_there_yields_to_the_scheme_of_the_task():
    found = resolve({"ansible_port": 5986}, {"scheme": "http"}, connection="winrm", port_is_set=False)
    assert found.options == {"scheme": "http"}


# the task's session


@pytest.mark.parametrize(
    ("variables", "session", "expected"),
    [
        ({"ansible_host": "a"}, {"host": "b"}, {"host": "b"}),
        ({"ansible_host": "a"}, {"host": None}, {"host": "a"}),
        ({"ansible_port": 5986}, {"scheme": "http"}, {"scheme": "http"}),
        ({"ansible_port": 8080}, {"scheme": "http"}, {"scheme": "http", "port": 8080}),
        ({"ansible_winrm_scheme": "https"}, {"port": 5985}, {"port": 5985}),
        ({"ansible_winrm_scheme": "https"}, {"port": 8080}, {"port": 8080, "scheme": "https"}),
        ({"ansible_user": "u", "ansible_password": "p"}, {"authentication": "none"}, {"authentication": "none"}),
        ({"ansible_psrp_read_timeout": 30}, {"operation_timeout": 50}, {"operation_timeout": 50}),
        (
            {"ansible_psrp_read_timeout": 300},
            {"operation_timeout": 50},
            {"operation_timeout": 50, "read_timeout": 300},
        ),
        ({"ansible_winrm_transport": "ssl"}, {"authentication": "default"}, {"authentication": "default"}),
        ({"ansible_psrp_auth": "ntlm"}, {"authentication": "basic"}, {"authentication": "basic"}),
        ({"ansible_psrp_proxy": "http://p"}, {"proxy_access_type": "none"}, {"proxy_access_type": "none"}),
        (
            {"ansible_wsman_proxy": "http://p", "ansible_wsman_proxy_password": "s"},
            {"proxy": "http://q"},
            {"proxy": "http://q"},
        ),
        ({"ansible_host": "a", "ansible_port": 1}, {"connection": "https://b"}, {"connection": "https://b"}),
        (
            {"ansible_wsman_connection": "https://a/x"},
            {"host": "b"},
            {"host": "b", "scheme": "https", "port": 443, "http_prefix": "x"},
        ),
        (
            {"ansible_wsman_connection": "a", "ansible_wsman_flags": "UseSsl,UseKerberos"},
            {"host": "b", "authentication": "ntlm"},
            {"host": "b", "scheme": "https", "port": 5986, "http_prefix": "wsman", "authentication": "ntlm"},
        ),
        ({"ansible_wsman_connection": "a"}, {"connection": "b"}, {"connection": "b"}),
        ({"ansible_wsman_authentication": "ntlm"}, {"flags": ["UseBasic"]}, {"flags": ["UseBasic"]}),
        ({"ansible_wsman_skip_ca_check": True}, {"flags": [0x2000]}, {"flags": [0x2000]}),
        ({"ansible_wsman_flags": "nonsense"}, {"authentication": "ntlm"}, {"authentication": "ntlm"}),
        (
            {"ansible_wsman_authentication": "certificate", "ansible_wsman_certificate_pem": "/c"},
            {"authentication": "basic", "user": "u", "password": "p"},
            {"authentication": "basic", "user": "u", "password": "p"},
        ),
        (
            {"ansible_wsman_message_encryption": "always", "ansible_wsman_channel_binding": "always"},
            {"authentication": "none"},
            {"authentication": "none"},
        ),
        (
            {"ansible_wsman_message_encryption": "always", "ansible_wsman_spn_server_port": True},
            {"authentication": "kerberos"},
            {"authentication": "kerberos", "message_encryption": "always", "spn_server_port": True},
        ),
        ({"ansible_user": "u"}, {"implicit_credentials": True}, {"implicit_credentials": True}),
        ({"ansible_wsman_kerberos_delegation": True}, {"authentication": "ntlm"}, {"authentication": "ntlm"}),
    ],
    ids=str,
)
def test_the_session_of_the_task_wins(variables, session, expected):
    assert resolve(variables, session).options == expected


def test_no_account_by_our_own_variable_leaves_the_accounts_of_others_alone():
    variables = {**ACCOUNT, "ansible_wsman_authentication": "none"}
    assert options(variables).user is None


def test_a_contradiction_of_the_task_is_an_error():
    with pytest.raises(UsageError, match="authentication"):
        options(ACCOUNT, {"authentication": "none", "user": "x", "password": "y"})
