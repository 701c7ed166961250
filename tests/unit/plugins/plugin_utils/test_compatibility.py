# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of winrm and psrp inventories to one session, each row beside what core's own plugin makes of it."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import from_options
from ansible_collections.wsman.automation.plugins.plugin_utils import _compatibility
from ansible_collections.wsman.automation.plugins.plugin_utils._compatibility import Given, port_counts

#: variable → option, where the connection plugin reads it directly; a test compares with its documentation
DIRECT = {
    "ansible_host": "host",
    "ansible_port": "port",
    "ansible_user": "user",
    "ansible_password": "password",
    "ansible_winrm_port": "port",
    "ansible_winrm_scheme": "scheme",
    "ansible_winrm_path": "http_prefix",
    "ansible_winrm_user": "user",
    "ansible_winrm_password": "password",
    "ansible_winrm_message_encryption": "message_encryption",
    "ansible_winrm_operation_timeout_sec": "operation_timeout",
    "ansible_winrm_connection_timeout": "operation_timeout",
    "ansible_winrm_read_timeout_sec": "read_timeout",
    "ansible_winrm_cert_pem": "winrm_cert_pem",
    "ansible_psrp_protocol": "scheme",
    "ansible_psrp_port": "port",
    "ansible_psrp_path": "http_prefix",
    "ansible_psrp_user": "user",
    "ansible_psrp_ca_cert": "ca_cert",
    "ansible_psrp_message_encryption": "message_encryption",
    "ansible_psrp_connection_timeout": "connect_timeout",
    "ansible_psrp_operation_timeout": "operation_timeout",
    "ansible_psrp_read_timeout": "read_timeout",
    "ansible_psrp_max_envelope_size": "max_envelope_size",
    **{variable: option for option, (variable, _row, _concerned) in _compatibility.TABLE.items()},
}
VARIABLES = {
    **DIRECT,
    **{f"ansible_wsman_{name}": name for name in ("scheme", "port", "authentication", "skip_ca_check")},
}
ACCOUNT = {"ansible_host": "srv", "ansible_user": "u", "ansible_password": "p"}


def given(variables):
    return {VARIABLES[name]: Given(value, name) for name, value in variables.items()}


def resolve(variables, session=None, **more):
    return _compatibility.resolve(given(variables), session or {}, **more)


def options(variables, session=None, **more):
    return from_options(resolve(variables, session, **more).options)


# beside core


def core(name, variables):
    """Core's own plugin with these variables, and what it would give to its library."""
    plugin = connection_loader.get(name, PlayContext(), new_stdin=None)
    extras = {variable: value for variable, value in variables.items() if variable.startswith(f"ansible_{name}_")}
    plugin.set_options(var_options={**variables, "_extras": extras})
    getattr(plugin, f"_build_{name}_kwargs" if name == "winrm" else "_build_kwargs")()
    return plugin


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"ansible_port": 5985},
        {"ansible_port": 5986},
        {"ansible_port": 80},
        {"ansible_port": 443},
        {"ansible_winrm_port": 5985},
        {"ansible_port": 5986, "ansible_winrm_port": 5985},
        {"ansible_port": 5985, "ansible_winrm_scheme": "https"},
        {"ansible_port": 5986, "ansible_winrm_scheme": "http"},
        {"ansible_winrm_path": "/other"},
        {"ansible_winrm_user": "v"},
        {"ansible_winrm_password": "q"},
        {"ansible_winrm_transport": "plaintext"},
        {"ansible_winrm_transport": ["ssl"]},
        {"ansible_winrm_transport": "basic"},
    ],
    ids=str,
)
def test_endpoint_and_account_as_winrm(variables):
    pytest.importorskip("winrm")
    theirs = core("winrm", {**ACCOUNT, **variables})
    resolution = resolve({**ACCOUNT, **variables}, connection="winrm")
    # what core sends in clear is consented to, so that the rest can be compared
    consent = {"message_encryption": "never"} if theirs._winrm_scheme == "http" else {}
    ours = from_options({**resolution.options, **consent})
    assert (ours.host, ours.port, ours.scheme) == (theirs._winrm_host, theirs._winrm_port, theirs._winrm_scheme)
    assert (ours.user, ours.password) == (theirs._winrm_kwargs["username"], theirs._winrm_kwargs["password"])
    assert f"/{ours.http_prefix}" == theirs._winrm_path
    assert {"plaintext": "basic", "ssl": "basic"}.get(*theirs._winrm_transport * 2) == ours.authentication


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"ansible_port": 5985},
        {"ansible_port": 5986},
        {"ansible_port": 443},
        {"ansible_psrp_port": 5985},
        {"ansible_psrp_protocol": "http"},
        {"ansible_psrp_protocol": "https", "ansible_port": 5985},
        {"ansible_psrp_path": "other"},
        {"ansible_psrp_user": "v"},
        {"ansible_psrp_connection_timeout": 7},
        {"ansible_psrp_operation_timeout": 40, "ansible_psrp_read_timeout": 55},
        {"ansible_psrp_read_timeout": 35},
        {"ansible_psrp_max_envelope_size": 9000},
        {"ansible_psrp_cert_validation": "ignore"},
        {"ansible_psrp_cert_validation": "validate"},
        {"ansible_psrp_ca_cert": "/etc/ca.pem"},
        {"ansible_psrp_cert_validation": "validate", "ansible_psrp_ca_cert": "/etc/ca.pem"},
        {"ansible_psrp_ignore_proxy": True},
    ],
    ids=str,
)
def test_session_as_psrp(variables):
    pytest.importorskip("pypsrp")
    theirs = core("psrp", {**ACCOUNT, "ansible_psrp_auth": "basic", **variables})._psrp_conn_kwargs
    resolution = resolve({**ACCOUNT, "ansible_psrp_auth": "basic", **variables}, connection="psrp")
    ours = from_options({**resolution.options, **({} if theirs["ssl"] else {"message_encryption": "never"})})
    assert (ours.host, ours.port, ours.scheme == "https") == (theirs["server"], theirs["port"], theirs["ssl"])
    assert (ours.user, ours.password, ours.http_prefix) == (theirs["username"], theirs["password"], theirs["path"])
    assert ours.authentication == theirs["auth"]
    checked = ours.ca_cert or not (ours.skip_ca_check and ours.skip_cn_check)
    assert checked == theirs["cert_validation"]
    named = {"connection_timeout": ours.connect_timeout, "max_envelope_size": ours.max_envelope_size}
    named |= {"operation_timeout": ours.operation_timeout, "read_timeout": ours.read_timeout}
    for name, value in named.items():
        if f"ansible_psrp_{name}" in variables:
            assert value == theirs[name]
    assert ours.read_timeout > ours.operation_timeout


@pytest.mark.parametrize("choice", ["basic", "certificate", "negotiate", "kerberos", "ntlm", "credssp"])
def test_every_choice_of_psrp_is_known(choice):
    core("psrp", {"ansible_psrp_auth": choice})
    if choice == "basic":
        assert options({**ACCOUNT, "ansible_psrp_auth": choice}).authentication == "basic"
        return
    with pytest.raises(UsageError, match=f"ansible_psrp_auth: {choice} is not available in this version"):
        resolve({**ACCOUNT, "ansible_psrp_auth": choice})


def test_what_psrp_refuses_is_refused():
    with pytest.raises(AnsibleError):
        core("psrp", {"ansible_psrp_auth": "digest"})
    with pytest.raises(UsageError, match="ansible_psrp_auth"):
        resolve({**ACCOUNT, "ansible_psrp_auth": "digest"})


# translated


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"ansible_winrm_transport": ["kerberos", "ssl"]}, {"authentication": "basic"}),
        ({"ansible_winrm_transport": ["Plaintext"]}, {"authentication": "basic"}),
        ({"ansible_winrm_transport": []}, {}),
        ({"ansible_winrm_server_cert_validation": "ignore"}, {"skip_ca_check": True, "skip_cn_check": True}),
        ({"ansible_winrm_server_cert_validation": "validate"}, {}),
        (
            {"ansible_winrm_server_cert_validation": "ignore", "ansible_wsman_skip_ca_check": False},
            {"skip_ca_check": False, "skip_cn_check": True},
        ),
        ({"ansible_winrm_ca_trust_path": "/etc/ca.pem"}, {"ca_cert": "/etc/ca.pem"}),
        ({"ansible_winrm_ca_trust_path": "legacy_requests"}, {}),
        ({"ansible_winrm_ca_trust_path": "/a", "ansible_psrp_ca_cert": "/b"}, {"ca_cert": "/b"}),
        ({"ansible_psrp_cert_validation": False}, {"skip_ca_check": True, "skip_cn_check": True}),
        ({"ansible_psrp_cert_validation": True}, {}),
        ({"ansible_psrp_cert_validation": "/etc/ca.pem"}, {"ca_cert": "/etc/ca.pem"}),
        ({"ansible_winrm_proxy": "legacy_requests"}, {"proxy_access_type": "environment"}),
        ({"ansible_winrm_proxy": None}, {}),
        ({"ansible_psrp_ignore_proxy": "false"}, {"proxy_access_type": "environment"}),
        ({"ansible_psrp_ignore_proxy": True}, {"proxy_access_type": "none"}),
        ({"ansible_winrm_transport": "ntlm", "ansible_wsman_authentication": "basic"}, {"authentication": "basic"}),
        ({"ansible_winrm_transport": "ntlm"}, UsageError),
        ({"ansible_psrp_auth": "ntlm", "ansible_winrm_transport": "basic"}, {"authentication": "basic"}),
        ({"ansible_winrm_transport": ["kerberos", "ntlm"]}, UsageError),
        ({"ansible_winrm_transport": "ssl", "ansible_winrm_cert_pem": "/c.pem"}, UsageError),
        ({"ansible_winrm_transport": ["basic", "kerberus"]}, UsageError),
        ({"ansible_winrm_server_cert_validation": "False"}, UsageError),
        ({"ansible_psrp_cert_validation": "maybe"}, UsageError),
        ({"ansible_winrm_proxy": "http://proxy"}, UsageError),
        ({"ansible_psrp_proxy": "http://proxy"}, UsageError),
    ],
    ids=str,
)
def test_rows(variables, expected):
    if expected is UsageError:
        with pytest.raises(UsageError) as caught:
            resolve(variables)
        assert caught.value.option == next(iter(variables)) and caught.value.remedy
        return
    assert resolve(variables).options == expected


@pytest.mark.parametrize(
    ("connection", "expected"), [("winrm", "environment"), ("psrp", "none"), ("ansible.builtin.psrp", "none")]
)
def test_of_both_plugins_the_one_of_the_host_counts(connection, expected):
    both = {"ansible_winrm_proxy": "legacy_requests", "ansible_psrp_ignore_proxy": True}
    assert resolve(both, connection=connection).options == {"proxy_access_type": expected}


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
        ({"ansible_wsman_skip_ca_check": True, "ansible_port": 5985}, {}, set()),
        ({"ansible_wsman_skip_ca_check": True}, {"scheme": "http"}, {"skip_ca_check"}),
        ({}, {"scheme": "http", "skip_ca_check": True}, set()),
    ],
    ids=str,
)
def test_what_is_moot_is_dropped_and_said(variables, session, dropped):
    resolution = resolve(variables, session)
    asked = {"skip_ca_check", "skip_cn_check", "message_encryption", "proxy_access_type"}
    for name in dropped:
        assert name not in resolution.options
    assert len(resolution.notes) == len(dropped)
    assert {level for level, _text in resolution.notes} <= {2}
    if not dropped and variables.get("ansible_winrm_message_encryption") != "auto":
        assert asked & resolution.options.keys()


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
