# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows' rules for sessions: each with its number and option, and the order in which they decide."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import fault_codes, session
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

ACCOUNT = {"user": "u", "password": "p"}
HTTP = {"scheme": "http"}
PFX = {"certificate_pfx": "c.pfx"}
PROXY = {"proxy": "http://proxy:3128"}
CERTIFICATE = {"authentication": "certificate", "certificate_pem": "c.pem"}
TRUSTED = {"trusted_hosts": ["srv"]}
UNTRUSTED = {"trusted_hosts": ["other"]}
CONSENT = {"scheme": "http", "message_encryption": "never"}


def named(authentication, **options):
    return {**ACCOUNT, "authentication": authentication, **options}


#: (rule, options, number, option at fault), in the order of the rules. The host is srv unless the options say it.
RULES = [
    (1, {"flags": "UseLdap"}, 2150858924, "flags"),
    (1, {"flags": 0x40000000}, 2150858924, "flags"),
    (2, {"connection": "srv//x"}, 2150858969, "connection"),
    (2, {"host": "a b"}, 2150858969, "host"),
    (2, {"connection": "ftp://srv"}, 2150858970, "connection"),
    (2, {"scheme": "ftp"}, 2150858970, "scheme"),
    (2, {"connection": "srv:0"}, 2150858971, "connection"),
    (2, {"port": 65536}, 2150858971, "port"),
    (2, {"connection": "http://srv", "flags": "UseSsl"}, 2150859198, "flags"),
    (3, {"flags": 0x60000}, 2150858925, "flags"),
    (3, {"flags": ["UseNoAuthentication", "UseClientCertificate"]}, 2150858925, "flags"),
    (3, {"flags": "0x9021000"}, 2150858925, "flags"),
    (3, {"flags": ["UTF8", "UTF16"]}, None, "flags"),
    (4, {**CERTIFICATE, "flags": "CredUsernamePassword"}, 2150859095, "flags"),
    (4, {**PFX, "flags": ["UseClientCertificate", "CredUsernamePassword"]}, 2150859095, "flags"),
    (5, named("none"), 2150858923, "authentication"),
    (5, {"authentication": "none", "user": "u"}, 2150858923, "authentication"),
    (5, {"authentication": "none", "password": "p"}, 2150858923, "authentication"),
    (5, {"authentication": "none", **PFX}, 2150858923, "authentication"),
    (5, {"flags": "UseNoAuthentication", **ACCOUNT}, 2150858923, "flags"),
    (6, {**CERTIFICATE, "user": "u"}, 2150858929, "user"),
    (6, {**CERTIFICATE, "password": "p"}, 2150858929, "password"),
    (6, {"certificate_pem": "c.pem", "user": "u"}, 2150859076, "certificate_pem"),
    (6, named("ntlm", **PFX), 2150859076, "certificate_pfx"),
    (6, PFX, 2150859094, "certificate_pfx"),
    (6, {**PFX, "authentication": "kerberos"}, 2150859094, "certificate_pfx"),
    (6, {"authentication": "certificate"}, 2150858932, "certificate_pem"),
    (6, {"flags": 0x200000}, 2150858932, "certificate_pem"),
    (6, {**CERTIFICATE, **HTTP}, 2150858968, "scheme"),
    (7, {"authentication": "basic"}, 2150858928, "user"),
    (7, {"authentication": "basic", "user": "u"}, 2150858928, "password"),
    (7, {"authentication": "digest", "password": "p"}, 2150858928, "user"),
    (7, {"flags": "UseDigest"}, 2150858928, "user"),
    (7, {"authentication": "credssp", "user": "u"}, 2150859169, "password"),
    (7, {"flags": "UseCredSsp"}, 2150859169, "user"),
    (7, {"flags": "CredUsernamePassword"}, 2150858930, "user"),
    (7, {"password": "p"}, 2150859079, "user"),
    (7, {"password": "p", "authentication": "ntlm"}, 2150859079, "user"),
    (8, {**ACCOUNT, "message_encryption": "never"}, 2150858967, "message_encryption"),
    (8, {**ACCOUNT, "flags": "NoEncryption"}, 2150858967, "flags"),
    (8, {**HTTP, "implicit_credentials": True}, 2150859184, "implicit_credentials"),
    (8, {**HTTP, "flags": "AllowNegotiateImplicitCredentials"}, 2150859184, "flags"),
    *[(8, named("ntlm", **HTTP, **{switch: True}), None, switch) for switch in session.SKIP_SWITCHES],
    (8, named("ntlm", **HTTP, certificate_fingerprint="ab" * 32), None, "certificate_fingerprint"),
    (8, named("ntlm", **HTTP, crl_file="l.pem"), None, "crl_file"),
    (8, named("ntlm", **HTTP, tls_minimum_version="1.2"), None, "tls_minimum_version"),
    (8, named("ntlm", **HTTP, tls_maximum_version="1.2"), None, "tls_maximum_version"),
    (8, named("ntlm", **HTTP, tls_ciphers="HIGH"), None, "tls_ciphers"),
    (8, named("ntlm", **HTTP, tls_legacy_renegotiation=True), None, "tls_legacy_renegotiation"),
    (8, named("negotiate", implicit_credentials=True), None, "implicit_credentials"),
    (8, {"authentication": "kerberos", "implicit_credentials": True}, None, "implicit_credentials"),
    (9, {"host": "10.0.0.1"}, 2150859195, "user"),
    (9, {"host": "fe80::1", **HTTP, **ACCOUNT}, 2150859195, "trusted_hosts"),
    (9, HTTP, 2150858980, "trusted_hosts"),
    (9, {**HTTP, **ACCOUNT}, 2150858980, "trusted_hosts"),
    (10, named("basic", spn_server_port=True), 2150858926, "spn_server_port"),
    (10, named("ntlm", flags="EnableSPNServerPort"), 2150858926, "flags"),
    (11, named("kerberos", host="10.0.0.1"), 2150859019, "host"),
    (11, named("kerberos", host="::1"), 2150859019, "host"),
    (11, {"authentication": "kerberos"}, 2150859020, "user"),
    (12, {**HTTP, **UNTRUSTED, "authentication": "negotiate"}, 2150858981, "trusted_hosts"),
    (12, named("negotiate", **HTTP, **UNTRUSTED), 2150858980, "trusted_hosts"),
    (12, named("credssp", **HTTP, **UNTRUSTED), 2150858980, "trusted_hosts"),
    (12, named("basic", **CONSENT, **UNTRUSTED), 2150858980, "trusted_hosts"),
    (12, named("basic", **HTTP), 2150858974, "message_encryption"),
    (12, named("digest", **HTTP, **TRUSTED), 2150858974, "message_encryption"),
    (12, named("basic", **HTTP, host="localhost"), 2150858974, "message_encryption"),
    (13, {**ACCOUNT, "proxy_access_type": "socks"}, 2150859164, "proxy_access_type"),
    (13, {**ACCOUNT, **PROXY, "proxy_authentication": "ntlm"}, 2150859162, "proxy_authentication"),
    (13, {**ACCOUNT, **PROXY, "proxy_authentication": 3}, 2150859188, "proxy_authentication"),
    (13, {**ACCOUNT, "proxy_user": "u"}, 2150859165, "proxy_user"),
    (13, {**ACCOUNT, **PROXY, "proxy_authentication": "basic"}, 2150859163, "proxy_user"),
    (13, named("ntlm", **HTTP, **PROXY), 2150859185, "proxy"),
    (13, named("ntlm", **HTTP, proxy_access_type="environment"), 2150859185, "proxy_access_type"),
    (13, named("kerberos", **PROXY), 2150859186, "proxy"),
    (13, named("credssp", **PROXY), 2150859187, "proxy"),
]


def refuse(options):
    with pytest.raises(UsageError) as caught:
        session.from_options(options if {"host", "connection"} & options.keys() else {"host": "srv", **options})
    return caught.value


@pytest.mark.parametrize(("rule", "options", "number", "option"), RULES)
def test_each_rule(rule, options, number, option):
    error = refuse(options)
    assert (error.windows_code, error.option) == (number, option)
    assert error.message and error.remedy
    assert "'p'" not in str(error)


@pytest.mark.parametrize("number", sorted({row[2] for row in RULES if row[2]}))
def test_every_number_has_a_name_that_is_said(number):
    error = next(refuse(row[1]) for row in RULES if row[2] == number)
    assert error.windows_name == fault_codes.NAMES[number]
    assert str(error).endswith(f" ({number} ERROR_WSMAN_{error.windows_name})")


def test_every_number_that_can_be_reached_has_a_row():
    assert {row[2] for row in RULES if row[2]} == {
        2150858000 + short for short in (924, 969, 970, 971, 925, 923, 929, 932, 968, 928, 930, 967, 980, 926, 981, 974)
    } | {
        2150859000 + short
        for short in (198, 95, 76, 94, 169, 79, 184, 195, 19, 20, 164, 162, 188, 165, 163, 185, 186, 187)
    }


#: (options that break two rules, what takes the first away, number of the first, number of the second)
ORDER = [
    ({"flags": "UseLdap", "connection": "ftp://srv"}, {"flags": None}, 924, 970),
    ({"connection": "srv:0", "flags": 0x60000}, {"connection": "srv"}, 971, 925),
    ({"connection": "http://srv", "flags": 0x8060000}, {"connection": "srv"}, 1198, 925),
    ({"flags": 0x261000, **PFX}, {"flags": 0x201000}, 925, 1095),
    ({"flags": ["UTF8", "UTF16", "UseNoAuthentication"], "user": "u"}, {"flags": "UseNoAuthentication"}, None, 923),
    ({**CERTIFICATE, "flags": "CredUsernamePassword", "user": "u"}, {"flags": None}, 1095, 929),
    ({**CERTIFICATE, **HTTP, "flags": "CredUsernamePassword"}, {"flags": None}, 1095, 968),
    (named("none", message_encryption="never"), {"user": None, "password": None}, 923, 967),
    ({"authentication": "none", **PFX, "spn_server_port": True}, {"certificate_pfx": None}, 923, 926),
    ({**CERTIFICATE, "user": "u", "certificate_pem": None}, {"user": None}, 929, 932),
    ({"authentication": "certificate", **HTTP}, {"certificate_pem": "c.pem"}, 932, 968),
    ({**PFX, "user": "u", "authentication": "basic"}, {"certificate_pfx": None}, 1076, 928),
    ({**PFX, "password": "p"}, {"certificate_pfx": None}, 1094, 1079),
    ({**PFX, **HTTP}, {"certificate_pfx": None}, 1094, 980),
    ({"authentication": "basic", "user": "u", "message_encryption": "never"}, {"password": "p"}, 928, 967),
    ({"authentication": "credssp", "user": "u", "message_encryption": "never"}, {"password": "p"}, 1169, 967),
    ({"flags": 0x1000, "message_encryption": "never"}, {"flags": None}, 930, 967),
    ({"password": "p", **HTTP}, {"user": "u"}, 1079, 980),
    ({**HTTP, "implicit_credentials": True, "skip_ca_check": True}, {"implicit_credentials": None}, 1184, None),
    ({**HTTP, "implicit_credentials": True}, {"implicit_credentials": None}, 1184, 980),
    ({**HTTP, "skip_ca_check": True, "host": "10.0.0.1"}, {"skip_ca_check": None}, None, 1195),
    ({"host": "10.0.0.1", "spn_server_port": True}, {"authentication": "none"}, 1195, 926),
    ({**HTTP, "spn_server_port": True, **PROXY}, {"authentication": "none"}, 980, 926),
    (named("basic", spn_server_port=True, **HTTP), {"spn_server_port": None}, 926, 974),
    (named("kerberos", host="10.0.0.1", **PROXY), {"host": "srv"}, 1019, 1186),
    ({"authentication": "kerberos", **PROXY}, ACCOUNT, 1020, 1186),
    ({**HTTP, **UNTRUSTED, "authentication": "negotiate"}, ACCOUNT, 981, 980),
    (named("basic", **HTTP, **UNTRUSTED), {"trusted_hosts": ["*"]}, 980, 974),
    (named("basic", **HTTP, **PROXY), {"message_encryption": "never"}, 974, 1185),
    ({**PROXY, "proxy_access_type": 3, "proxy_authentication": 8}, {"proxy_access_type": None}, 1164, 1162),
    ({"proxy_authentication": [8, 3], **PROXY}, {"proxy_authentication": 3}, 1162, 1188),
    ({"proxy_authentication": 3, "proxy_user": "u"}, {"proxy_authentication": None}, 1188, 1165),
    ({"proxy_authentication": "basic", "proxy_user": "u"}, PROXY, 1165, 1163),
    (named("ntlm", **HTTP, **PROXY, proxy_user="u"), {"proxy_user": None}, 1163, 1185),
    (named("kerberos", **HTTP, **PROXY), {"scheme": "https"}, 1185, 1186),
    (named("credssp", **PROXY, channel_binding="always"), {"proxy": None}, 1187, None),
]


@pytest.mark.parametrize(("options", "without_first", "first", "second"), ORDER)
def test_the_first_rule_decides(options, without_first, first, second):
    assert refuse(options).windows_code == (first and 2150858000 + first)
    assert refuse({**options, **without_first}).windows_code == (second and 2150858000 + second)


@pytest.mark.parametrize(
    ("options", "authentication"),
    [
        (named("negotiate", user="u@REALM", password=None), "negotiate"),
        (named("kerberos", user="u@REALM", password=None), "kerberos"),
        (named("kerberos", spn_server_port=True), "kerberos"),
        (named("credssp", kerberos_delegation=True), "credssp"),
        (named("ntlm", kerberos_delegation=False), "ntlm"),
        (named("negotiate", user="u@REALM", kerberos_delegation=True), "negotiate"),
        ({"authentication": "negotiate", "implicit_credentials": True, "kerberos_delegation": True}, "negotiate"),
        (named("negotiate", spn_server_port=True), "negotiate"),
        (named("kerberos", **HTTP, **UNTRUSTED), "kerberos"),
        (named("kerberos", host="10.0.0.1", negotiate_hostname_override="srv.corp"), "kerberos"),
        (named("ntlm", **HTTP), "ntlm"),
        (named("ntlm", **HTTP, **TRUSTED), "ntlm"),
        (named("basic", **CONSENT), "basic"),
        (named("digest", **CONSENT), "digest"),
        (named("basic", **UNTRUSTED), "basic"),
        ({"authentication": "none", **HTTP, **UNTRUSTED}, "none"),
        ({"authentication": "none", **CONSENT}, "none"),
        (named("ntlm", host="localhost", **HTTP, **UNTRUSTED), "ntlm"),
        (CERTIFICATE, "certificate"),
        ({**CERTIFICATE, **PROXY}, "certificate"),
        ({"implicit_credentials": True}, "negotiate"),
        ({"authentication": "negotiate", "implicit_credentials": True}, "negotiate"),
        ({**ACCOUNT, "flags": ["CredUsernamePassword", "UseSsl", "UseBasic", "SkipCACheck"]}, "basic"),
        ({**ACCOUNT, "connection": "127.0.51.1", "flags": "UseBasic|CredUsernamePassword|NoEncryption"}, "basic"),
    ],
)
def test_what_is_legal(options, authentication):
    given = options if {"host", "connection"} & options.keys() else {"host": "srv", **options}
    assert session.from_options(given).authentication == authentication


@pytest.mark.parametrize("user", ["u", ".\\u", "srv\\u", "10.0.0.1\\u"])
@pytest.mark.parametrize("authentication", ["default", "negotiate", "ntlm", "basic", "digest"])
def test_delegation_without_a_ticket(authentication, user):
    error = refuse(named(authentication, user=user, kerberos_delegation=True))
    assert (error.option, error.windows_code) == ("kerberos_delegation", None)


def test_implicit_credentials_where_a_ticket_makes_kerberos_the_default():
    with pytest.raises(UsageError) as caught:
        session.from_options({"host": "srv", "implicit_credentials": True}, has_ticket=lambda: True)
    assert caught.value.option == "implicit_credentials"


def test_kerberos_with_a_ticket_needs_no_user():
    options = {"host": "srv", "authentication": "kerberos"}
    assert session.from_options(options, has_ticket=lambda: True).authentication == "kerberos"


def test_a_rule_that_a_flag_breaks_names_the_flag_and_what_it_says():
    error = refuse({**ACCOUNT, "flags": "NoEncryption"})
    assert error.message.startswith("NoEncryption is message_encryption. ")
