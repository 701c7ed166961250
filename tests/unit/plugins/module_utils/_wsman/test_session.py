# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options to one session: defaults, and the one error of each wrong combination."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._session_argspec import session_options_spec
from ansible_collections.wsman.automation.plugins.module_utils._wsman import session, users
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

HOST = {"host": "srv"}
NONE = {**HOST, "authentication": "none"}
ACCOUNT = {"host": "srv", "user": "u", "password": "p"}
BASIC = {**ACCOUNT, "authentication": "basic"}
CERTIFICATE = {**HOST, "authentication": "certificate", "certificate_pem": "c.pem"}
CONSENT = {**BASIC, "scheme": "http", "message_encryption": "never"}


class TaggedText(str):
    """What Ansible hands over: a subclass of str."""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({}, "https://srv:5986/wsman", id="nothing given"),
        pytest.param({"scheme": "http"}, "http://srv:5985/wsman", id="port by scheme"),
        pytest.param({"port": 5985}, "http://srv:5985/wsman", id="scheme by port, as winrm does"),
        pytest.param({"port": 443}, "https://srv:443/wsman", id="any other port is https"),
        pytest.param({"port": 80}, "https://srv:80/wsman", id="80 too, as winrm does"),
        pytest.param({"port": 5985, "scheme": "https"}, "https://srv:5985/wsman", id="scheme named wins"),
        pytest.param({"http_prefix": "/wsman/"}, "https://srv:5986/wsman", id="slashes around the prefix"),
        pytest.param({"http_prefix": "a/b%20c"}, "https://srv:5986/a/b%20c", id="two segments"),
        pytest.param({"http_prefix": ""}, "https://srv:5986/", id="no prefix"),
        pytest.param({"host": "10.0.0.1"}, "https://10.0.0.1:5986/wsman", id="IPv4"),
        pytest.param({"host": "::1"}, "https://[::1]:5986/wsman", id="IPv6"),
        pytest.param({"host": "[::1]"}, "https://[::1]:5986/wsman", id="IPv6 in brackets"),
        pytest.param({"host": "fe80::1%eth0"}, "https://[fe80::1]:5986/wsman", id="a zone stays at home"),
        pytest.param({"host": "srv.corp."}, "https://srv.corp.:5986/wsman", id="absolute name"),
        pytest.param({"host": "b\u00fccher.example"}, "https://xn--bcher-kva.example:5986/wsman", id="IDNA"),
    ],
)
def test_url(options, expected):
    assert session.from_options({**NONE, **options}).url == expected


def test_defaults_are_those_of_the_dataclass():
    assert session.from_options(NONE) == session.SessionOptions(host="srv")


def test_a_zone_is_kept_for_the_socket():
    assert session.from_options({**NONE, "host": "fe80::1%eth0"}).host == "fe80::1%eth0"


FINGERPRINT = "ab" * 32


@pytest.mark.parametrize(
    ("options", "member", "expected"),
    [
        ({"operation_timeout": 20}, "operation_timeout", 20.0),
        ({"operation_timeout": 20}, "read_timeout", 30.0),
        ({"operation_timeout": 0}, "operation_timeout", None),
        ({"operation_timeout": 0}, "read_timeout", 70.0),
        ({"operation_timeout": 5, "read_timeout": 6.5}, "read_timeout", 6.5),
        ({"deadline": 90}, "deadline", 90.0),
        ({"max_envelope_size": 8192}, "max_envelope_size", 8192),
        ({"user": ""}, "user", None),
        ({"user": "u"}, "password", None),
        ({"user": "u", "password": ""}, "password", ""),
        ({"user": "u", "password": 12345}, "password", "12345"),
        ({"authentication": "NtlmDomain", "user": "u", "password": "p"}, "authentication", "ntlm"),
        ({"authentication": "CredSsp", "user": "u", "password": "p"}, "authentication", "credssp"),
        ({"ca_cert": ""}, "ca_cert", None),
        ({"skip_ca_check": True}, "skip_ca_check", True),
        ({"encoding": "utf-16"}, "encoding", "utf-16"),
        ({"encoding": "Utf16"}, "encoding", "utf-16"),
        ({"locale": "zh-Hans-CN"}, "locale", "zh-Hans-CN"),
        ({"tls_minimum_version": "TLSv1"}, "tls_minimum_version", "TLSv1"),
        ({"tls_minimum_version": "1.0"}, "tls_minimum_version", "TLSv1"),
        ({"tls_minimum_version": 1.2}, "tls_minimum_version", "TLSv1.2"),
        ({"tls_maximum_version": "TLSv1_3"}, "tls_maximum_version", "TLSv1.3"),
        ({"tls_maximum_version": ""}, "tls_maximum_version", None),
        ({"certificate_fingerprint": FINGERPRINT.upper()}, "certificate_fingerprint", FINGERPRINT),
        ({"certificate_fingerprint": ":".join(["AB"] * 32)}, "certificate_fingerprint", FINGERPRINT),
        ({"certificate_fingerprint": " ".join(["ab"] * 32)}, "certificate_fingerprint", FINGERPRINT),
        ({"certificate_fingerprint": f"SHA256:{FINGERPRINT}"}, "certificate_fingerprint", FINGERPRINT),
        (
            {"certificate_fingerprint": f"sha256 Fingerprint={':'.join(['AB'] * 32)}"},
            "certificate_fingerprint",
            FINGERPRINT,
        ),
        ({"negotiate_service": "HTTP"}, "negotiate_service", "HTTP"),
        ({}, "negotiate_service", None),
        ({"negotiate_hostname_override": "srv.corp"}, "negotiate_hostname_override", "srv.corp"),
        ({"credssp_minimum_version": 5}, "credssp_minimum_version", 5),
        ({"session_name": "Web 1"}, "session_name", "Web 1"),
        ({"test_connection": True}, "test_connection", True),
        (CERTIFICATE | {"certificate_key_pem": "k.pem"}, "certificate_key_pem", "k.pem"),
        ({"channel_binding": "always"}, "binds", True),
        ({"channel_binding": "never"}, "binds", False),
        ({"message_encryption": "always"}, "encrypts", True),
        ({}, "encrypts", False),
        ({"authentication": "ntlm", "scheme": "http"}, "encrypts", True),
        ({"authentication": "ntlm", "scheme": "http", "message_encryption": "never"}, "encrypts", False),
        ({"user": "CORP\\u"}, "account", users.parse("CORP\\u", "srv")),
        ({}, "account", None),
        ({}, "is_address", False),
        ({"host": "::1"}, "is_address", True),
    ],
)
def test_resolved(options, member, expected):
    assert getattr(session.from_options({**HOST, **options}), member) == expected


def _case(options, option, code=None, **more):
    return pytest.param({**options, **more}, option, code, id=f"{option} {more}")


@pytest.mark.parametrize(
    ("options", "option", "code"),
    [
        _case({}, "host", 2150858969),
        _case({}, "host", 2150858969, host="http://srv"),
        _case({}, "host", 2150858969, host="srv:5986"),
        _case({}, "host", 2150858969, host="a b"),
        _case({}, "host", 2150858969, host="1.2.3"),
        _case({}, "host", 2150858969, host="-srv"),
        _case({}, "host", 2150858969, host="a" * 64),
        _case({}, "host", 2150858969, host="srv\r\nX: y"),
        _case({}, "host", 2150858969, host=["srv"]),
        _case(HOST, "port", 2150858971, port=70000),
        _case(HOST, "port", 2150858971, port=0),
        _case(HOST, "port", 2150858971, port=True),
        _case(HOST, "port", 2150858971, port="5986"),
        _case(HOST, "scheme", 2150858970, scheme="ftp"),
        _case(HOST, "http_prefix", http_prefix="a?b"),
        _case(HOST, "http_prefix", http_prefix="a b"),
        _case(HOST, "authentication", authentication="ldap"),
        _case(HOST, "authentication", authentication=["basic", "ldap"]),
        _case(HOST, "user", user=["u"]),
        _case(ACCOUNT, "user", user="a\nb"),
        _case(BASIC, "user", user="a:b"),
        _case(ACCOUNT, "user", user="CORP\\"),
        _case(ACCOUNT, "user", user="@CORP"),
        _case(ACCOUNT, "password", password="\udcff"),
        _case(BASIC, "password", password="p\n"),
        _case(BASIC, "message_encryption", message_encryption="always"),
        _case(NONE, "message_encryption", message_encryption="always"),
        _case(CERTIFICATE, "message_encryption", message_encryption="always"),
        _case(ACCOUNT, "message_encryption", message_encryption="always", authentication="digest"),
        _case(ACCOUNT, "message_encryption", message_encryption="maybe"),
        _case(BASIC, "channel_binding", channel_binding="always"),
        _case(ACCOUNT, "channel_binding", channel_binding="always", authentication="credssp"),
        _case(ACCOUNT, "channel_binding", channel_binding="always", authentication="ntlm", scheme="http"),
        _case(HOST, "skip_ca_check", skip_ca_check="ignore"),
        _case(CERTIFICATE, "certificate_pfx", certificate_pfx="c.pfx"),
        _case(HOST, "certificate_key_pem", certificate_key_pem="k.pem"),
        _case(HOST, "certificate_key_password", certificate_key_password="p"),
        _case(
            {**HOST, "authentication": "certificate"},
            "certificate_key_pem",
            certificate_pfx="c.pfx",
            certificate_key_pem="k.pem",
        ),
        _case(HOST, "certificate_fingerprint", certificate_fingerprint="ab" * 20),
        _case(HOST, "certificate_fingerprint", certificate_fingerprint="xy" * 32),
        _case(HOST, "tls_minimum_version", tls_minimum_version="TLSv1.3", tls_maximum_version="TLSv1.2"),
        _case(HOST, "tls_minimum_version", tls_minimum_version="SSLv3"),
        _case(HOST, "tls_maximum_version", tls_maximum_version="1.4"),
        _case(HOST, "tls_ciphers", tls_ciphers="a\nb"),
        _case(HOST, "tls_legacy_renegotiation", tls_legacy_renegotiation="yes"),
        _case(ACCOUNT, "credssp_auth_mechanism", credssp_auth_mechanism="basic"),
        _case(ACCOUNT, "credssp_minimum_version", credssp_minimum_version=0),
        _case(ACCOUNT, "credssp_minimum_version", credssp_minimum_version=7),
        _case(ACCOUNT, "credssp_minimum_version", credssp_minimum_version="5"),
        _case(HOST, "negotiate_service", negotiate_service="HTTP/srv"),
        _case(HOST, "negotiate_hostname_override", 2150858969, negotiate_hostname_override="HTTP/srv"),
        _case(HOST, "kerberos_ccache", kerberos_ccache="a\0b"),
        _case(HOST, "trusted_hosts", trusted_hosts=[["srv"]]),
        _case(HOST, "test_connection", test_connection="no"),
        _case(HOST, "max_envelope_size", max_envelope_size=8191),
        _case(HOST, "batch_items", batch_items=0),
        _case(HOST, "connect_timeout", connect_timeout=0),
        _case(HOST, "connect_timeout", connect_timeout=float("nan")),
        _case(HOST, "connect_timeout", connect_timeout=10**400),
        _case(HOST, "operation_timeout", operation_timeout=-1),
        _case(HOST, "operation_timeout", operation_timeout=1e9),
        _case(HOST, "read_timeout", operation_timeout=60, read_timeout=60),
        _case(HOST, "deadline", deadline=0),
        _case(HOST, "locale", locale="en_US"),
        _case(HOST, "data_locale", data_locale=""),
        _case(HOST, "encoding", encoding="latin-1"),
        _case(HOST, "profile", profile="esx"),
        _case(HOST, "colour", colour="blue"),
    ],
)
def test_refused(options, option, code):
    with pytest.raises(UsageError) as caught:
        session.from_options(options)
    assert (caught.value.option, caught.value.windows_code) == (option, code)
    assert caught.value.remedy
    assert option in str(caught.value)


def test_an_error_says_the_number_and_the_name_of_windows():
    with pytest.raises(UsageError) as caught:
        session.from_options({**HOST, "port": 70000})
    assert caught.value.windows_name == "PORT_INVALID"
    assert str(caught.value) == (
        "port: 70000 is no port. Ports are 1 to 65535. (2150858971 ERROR_WSMAN_PORT_INVALID)"
    )


@pytest.mark.parametrize("option", ["user", "password", "certificate_key_password", "proxy_user", "proxy_password"])
def test_a_secret_of_the_wrong_type_is_not_shown(option):
    with pytest.raises(UsageError) as caught:
        session.from_options({**HOST, option: ["Geheim"]})
    assert "Geheim" not in str(caught.value)


def test_consent_to_plain_http():
    assert session.from_options(CONSENT).url == "http://srv:5985/wsman"


def test_the_error_for_clear_text_names_both_ways_out():
    with pytest.raises(UsageError, match=r"HTTPS.*message_encryption: never"):
        session.from_options({**BASIC, "scheme": "http"})


@pytest.mark.parametrize("options", [{}, {"scheme": "http"}, {"host": "10.0.0.1"}, {"authentication": "kerberos"}])
def test_who_has_no_account_is_told_what_to_do(options):
    """Over HTTPS by name Negotiate is legal without one: whether it can work is found on sending."""
    if not options:
        assert session.from_options(HOST).authentication == "negotiate"
        return
    with pytest.raises(UsageError, match="set authentication to none"):
        session.from_options({**HOST, **options})


@pytest.mark.parametrize(
    ("candidates", "options", "expected"),
    [
        (["kerberos", "basic"], {}, ("kerberos", "basic")),
        (["kerberos", "basic"], {"scheme": "http"}, ("kerberos",)),
        (["kerberos", "basic"], {"host": "10.0.0.1"}, ("basic",)),
        (["basic", "basic"], {}, ("basic",)),
        (["ntlm", "none", "certificate", "credssp"], {}, ("ntlm", "credssp")),
        (["default", "negotiate"], {}, ("negotiate",)),
        ([], {}, ("negotiate",)),
        (["kerberos", "ntlm"], {"flags": ["UseNegotiate"]}, ("ntlm",)),
    ],
)
def test_of_several_authentications_the_illegal_are_left_out(candidates, options, expected):
    resolved = session.from_options({**ACCOUNT, **options, "authentication": candidates})
    assert (resolved.authentication, *resolved.alternatives) == expected


def test_where_none_of_several_is_legal_the_first_is_explained():
    with pytest.raises(UsageError) as caught:
        session.from_options({"host": "10.0.0.1", "authentication": ["kerberos", "basic"]})
    assert caught.value.windows_code == 2150859019


def test_the_ticket_is_asked_for_once_and_only_where_it_matters():
    asked = []

    def has_ticket():
        asked.append(1)
        return True

    session.from_options(BASIC, has_ticket=has_ticket)
    session.from_options({**ACCOUNT, "user": "u@REALM", "scheme": "http"}, has_ticket=has_ticket)
    assert not asked
    session.from_options({**HOST, "authentication": ["default", "kerberos"]}, has_ticket=has_ticket)
    assert asked == [1]


def test_none_as_a_value_is_not_given():
    assert session.from_options({**HOST, "port": None, "user": None, "deadline": None}) == session.from_options(HOST)


def test_options_are_a_key_of_plain_values():
    tagged = session.from_options({name: TaggedText(value) for name, value in ACCOUNT.items()})
    assert {tagged: 1}[session.from_options(ACCOUNT)] == 1
    assert {type(value) for value in dataclasses.astuple(tagged) if isinstance(value, str)} == {str}


SECRETS = {
    **HOST,
    "user": "J\u00f6rg",
    "password": "s3cret\u00e9",
    "proxy": "http://proxy:3128",
    "proxy_user": "Klaus",
    "proxy_password": "v\u00f6gel/1",
}


def test_secrets_are_hidden_from_the_repr_and_known_to_the_censor():
    options = session.from_options(SECRETS)
    assert options.secrets == (
        "s3cret\u00e9",
        "SsO2cmc6czNjcmV0w6k=",
        "v\u00f6gel/1",
        "S2xhdXM6dsO2Z2VsLzE=",
        "v%C3%B6gel%2F1",
    )
    for hidden in (*options.secrets, "J\u00f6rg", "Klaus"):
        assert hidden not in repr(options)


def test_the_password_of_a_key_is_a_secret():
    options = session.from_options({**CERTIFICATE, "certificate_key_password": "s3cret"})
    assert options.secrets == ("s3cret",)
    assert "s3cret" not in repr(options)


def test_nothing_is_secret_without_a_password():
    assert session.from_options(HOST).secrets == ()


ALL_CREDENTIALS = {"kerberos_ccache": "FILE:c", "kerberos_keytab": "k", "kerberos_delegation": True}


@pytest.mark.parametrize(
    "options",
    [
        BASIC,
        {**ACCOUNT, "user": "u@REALM", **ALL_CREDENTIALS, "spn_server_port": True, "channel_binding": "always"},
        {**HOST, "authentication": "negotiate", "implicit_credentials": True, "message_encryption": "always"},
        {**CERTIFICATE, "certificate_key_pem": "k", "certificate_key_password": "p"},
        {**ACCOUNT, "authentication": ["ntlm", "basic"]},
    ],
)
def test_anonymous_keeps_the_service_and_drops_the_account(options):
    anonymous = session.from_options(options).anonymous()
    assert anonymous == session.from_options(NONE)
    given = dataclasses.asdict(anonymous)
    del given["alternatives"]
    assert session.from_options(given) == anonymous


def test_every_option_can_be_given_with_a_task():
    assert set(session_options_spec()) == set(session.OPTIONS)
    assert session_options_spec()["password"]["no_log"] is True


@pytest.mark.parametrize("host", ["u:Geheim@server", "https://u:Geheim@server/wsman", "u:Ge@heim@server"])
def test_what_stands_before_an_at_sign_is_not_shown(host):
    with pytest.raises(UsageError) as caught:
        session.from_options({"host": host})
    assert "heim" not in str(caught.value)
    assert "@server" in str(caught.value)
