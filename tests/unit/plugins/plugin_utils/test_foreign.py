# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of winrm and psrp inventories mean, each row beside what core's own plugin makes of it."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import from_options
from ansible_collections.wsman.automation.plugins.plugin_utils import _foreign
from ansible_collections.wsman.automation.tests.unit.plugins.plugin_utils.translating import ACCOUNT, options, resolve


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


AUTHENTICATIONS = ["basic", "certificate", "negotiate", "kerberos", "ntlm", "credssp"]


@pytest.mark.parametrize("choice", AUTHENTICATIONS)
def test_every_choice_of_psrp_is_ours(choice):
    pytest.importorskip("pypsrp")
    certificate = {"ansible_psrp_certificate_pem": "/c.pem", "ansible_psrp_certificate_key_pem": "/k.pem"}
    variables = {**ACCOUNT, **certificate, "ansible_psrp_auth": choice}
    theirs = core("psrp", variables)._psrp_conn_kwargs
    ours = options(variables, connection="psrp")
    assert theirs["auth"] == ours.authentication
    if choice == "certificate":
        assert (ours.certificate_pem, ours.certificate_key_pem) == ("/c.pem", "/k.pem")
        assert ours.user is ours.password is None
    else:
        assert ours.certificate_pem is ours.certificate_key_pem is None
        assert (ours.user, ours.password) == ("u", "p")


def test_every_transport_of_pywinrm_is_known():
    """Also the fixed table against the library's own list, so that a new name is noticed."""
    winrm = pytest.importorskip("winrm")
    assert set(winrm.FEATURE_SUPPORTED_AUTHTYPES) == set(_foreign._WINRM_TRANSPORTS)


@pytest.mark.parametrize("user", ["u", "u@CORP.EXAMPLE", "CORP\\u"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_unset_transport_as_winrm(user, scheme):
    """Core's list without Kerberos' stand-in: over HTTP Basic would need a consent."""
    pytest.importorskip("winrm")
    variables = {**ACCOUNT, "ansible_user": user, "ansible_winrm_scheme": scheme}
    [theirs] = core("winrm", variables)._winrm_transport
    wanted = resolve(variables, connection="winrm").options["authentication"]
    first = wanted[0] if isinstance(wanted, list) else wanted
    assert first == {"plaintext": "basic", "ssl": "basic"}.get(theirs, theirs)
    assert wanted == ("basic" if first == "basic" else ["kerberos", "basic"])


def test_an_unset_authentication_as_psrp():
    pytest.importorskip("pypsrp")
    assert core("psrp", ACCOUNT)._psrp_auth == options(ACCOUNT, connection="psrp").authentication == "negotiate"


@pytest.mark.parametrize("connection", [None, "wsman.automation.wsman", "ssh", "local"])
def test_elsewhere_the_authentication_is_left_to_the_default(connection):
    assert "authentication" not in resolve(ACCOUNT, connection=connection).options


def test_nothing_is_guessed_where_we_are_told():
    for told in ({"ansible_wsman_authentication": "ntlm"}, {"ansible_wsman_flags": ["UseKerberos"]}):
        assert options({**ACCOUNT, **told}, connection="winrm").authentication in ("ntlm", "kerberos")
    assert options(ACCOUNT, {"flags": ["UseNegotiate"]}, connection="winrm").authentication == "negotiate"


#: variables of winrm that pywinrm gets, and where it keeps them; with what of our session says the same
EXTRAS = [
    ({"ansible_winrm_cert_pem": "/c", "ansible_winrm_cert_key_pem": "/k"}, "cert_pem", "certificate_pem"),
    ({"ansible_winrm_cert_pem": "/c", "ansible_winrm_cert_key_pem": "/k"}, "cert_key_pem", "certificate_key_pem"),
    ({"ansible_winrm_kerberos_delegation": True}, "kerberos_delegation", "kerberos_delegation"),
    ({"ansible_winrm_kerberos_hostname_override": "h"}, "kerberos_hostname_override", "negotiate_hostname_override"),
    ({"ansible_winrm_service": "WSMAN"}, "service", "negotiate_service"),
    ({"ansible_winrm_message_encryption": "always"}, "message_encryption", "message_encryption"),
    ({"ansible_winrm_credssp_disable_tlsv1_2": True}, "credssp_disable_tlsv1_2", "credssp_disable_tlsv1_2"),
    ({"ansible_winrm_send_cbt": False}, "send_cbt", "channel_binding"),
    ({"ansible_winrm_send_cbt": True}, "send_cbt", "channel_binding"),
    ({"ansible_winrm_proxy": "http://proxy:3128"}, "proxy", "proxy"),
    ({"ansible_winrm_ca_trust_path": "/ca.pem"}, "ca_trust_path", "ca_cert"),
]


@pytest.mark.parametrize(("variables", "theirs", "ours"), EXTRAS, ids=str)
def test_extras_as_pywinrm(variables, theirs, ours, monkeypatch):
    transport = pytest.importorskip("winrm.transport")
    monkeypatch.setattr(transport.os.path, "exists", lambda path: True)
    needed = {"cert_pem": "certificate", "credssp": "credssp", "delegation": "kerberos"}
    method = next((needed[word] for word in needed if word in str(variables)), "ntlm")
    plugin = core("winrm", {**ACCOUNT, "ansible_winrm_transport": method, **variables})
    kept = getattr(transport.Transport("https://srv:5986/wsman", auth_method=method, **plugin._winrm_kwargs), theirs)
    found = getattr(options({**ACCOUNT, "ansible_winrm_transport": method, **variables}, connection="winrm"), ours)
    assert {"auto": True, "never": False}.get(found, found) == kept


@pytest.mark.parametrize(
    ("name", "value", "ours"),
    [
        ("certificate_key_password", "s", "certificate_key_password"),
        ("credssp_auth_mechanism", "kerberos", "credssp_auth_mechanism"),
        ("credssp_disable_tlsv1_2", True, "credssp_disable_tlsv1_2"),
        ("credssp_minimum_version", 5, "credssp_minimum_version"),
        ("negotiate_delegate", True, "kerberos_delegation"),
        ("negotiate_hostname_override", "h", "negotiate_hostname_override"),
        ("negotiate_send_cbt", False, "channel_binding"),
        ("negotiate_send_cbt", True, "channel_binding"),
        ("negotiate_service", "HTTP", "negotiate_service"),
        ("message_encryption", "always", "encryption"),
        ("proxy", "http://proxy:3128", "proxy"),
    ],
)
def test_further_options_as_psrp(name, value, ours):
    """Under Negotiate, or with a certificate or a user of a domain where that is what they are for."""
    pytest.importorskip("pypsrp")
    variables = {**ACCOUNT, f"ansible_psrp_{name}": value}
    if name == "certificate_key_password":
        variables |= {"ansible_psrp_auth": "certificate", "ansible_psrp_certificate_pem": "/c.pem"}
    if name == "negotiate_delegate":
        variables["ansible_user"] = "u@CORP"
    session = options(variables, connection="psrp")
    found = session.message_encryption if ours == "encryption" else getattr(session, ours)
    assert {"auto": True, "never": False}.get(found, found) == value
    kept = core("psrp", variables)._psrp_conn_kwargs
    if name in kept or ours in kept:  # the password of the key is new in core 2.21
        assert kept.get(name, kept.get(ours)) == value


@pytest.mark.parametrize("plugin", ["winrm", "psrp"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("credssp_auth_mechanism", "ntlm"), ("credssp_disable_tlsv1_2", True), ("credssp_minimum_version", 5)],
)
def test_no_security_of_credssp_is_lost(plugin, name, value):
    assert getattr(options({**ACCOUNT, f"ansible_{plugin}_{name}": value}), name) == value


def test_what_psrp_refuses_is_refused():
    with pytest.raises(AnsibleError):
        core("psrp", {"ansible_psrp_auth": "digest"})
    with pytest.raises(UsageError, match="ansible_psrp_auth"):
        resolve({**ACCOUNT, "ansible_psrp_auth": "digest"})


# translated


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"ansible_winrm_transport": ["kerberos", "ssl"]}, {"authentication": ["kerberos", "basic"]}),
        ({"ansible_winrm_transport": ["ssl", "plaintext", "basic"]}, {"authentication": "basic"}),
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
        ({"ansible_winrm_transport": "ntlm"}, {"authentication": "ntlm"}),
        ({"ansible_psrp_auth": "ntlm", "ansible_winrm_transport": "basic"}, {"authentication": "basic"}),
        ({"ansible_winrm_transport": ["kerberos", "ntlm"]}, {"authentication": ["kerberos", "ntlm"]}),
        (
            {"ansible_winrm_transport": ["ssl", "ntlm"], "ansible_winrm_cert_pem": "/c.pem"},
            {"authentication": "certificate", "certificate_pem": "/c.pem"},
        ),
        ({"ansible_winrm_transport": ["ntlm", "ssl"], "ansible_winrm_cert_pem": "/c.pem"}, {"authentication": "ntlm"}),
        ({"ansible_winrm_transport": ["certificate", "ntlm"]}, {"authentication": "ntlm"}),
        ({"ansible_winrm_transport": ["certificate"]}, {"authentication": "certificate"}),
        ({"ansible_winrm_cert_pem": "/c.pem"}, {}),
        ({"ansible_winrm_send_cbt": True}, {"channel_binding": "auto"}),
        ({"ansible_winrm_send_cbt": "no"}, {"channel_binding": "never"}),
        ({"ansible_winrm_send_cbt": False, "ansible_wsman_channel_binding": "always"}, {"channel_binding": "always"}),
        ({"ansible_psrp_negotiate_send_cbt": "maybe"}, UsageError),
        ({"ansible_winrm_transport": ["basic", "kerberus"]}, UsageError),
        ({"ansible_winrm_server_cert_validation": "False"}, UsageError),
        ({"ansible_psrp_cert_validation": "maybe"}, UsageError),
        ({"ansible_winrm_proxy": "http://proxy"}, {"proxy": "http://proxy"}),
        ({"ansible_psrp_proxy": "http://proxy", "ansible_psrp_ignore_proxy": False}, {"proxy": "http://proxy"}),
        (
            {"ansible_psrp_proxy": "http://joe:p%40ss@proxy:3128"},
            {
                "proxy": "http://proxy:3128",
                "proxy_authentication": "basic",
                "proxy_user": "joe",
                "proxy_password": "p@ss",
            },
        ),
        (
            {"ansible_psrp_proxy": "http://proxy", "ansible_wsman_proxy_access_type": "none"},
            {"proxy_access_type": "none"},
        ),
        (
            {"ansible_psrp_ignore_proxy": False, "ansible_wsman_proxy": "http://proxy"},
            {"proxy": "http://proxy"},
        ),
        ({"ansible_winrm_kinit_cmd": "/usr/bin/kinit"}, {}),
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
    assert resolve(both, connection=connection).options["proxy_access_type"] == expected
