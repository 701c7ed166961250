# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options to one session: defaults, and the one error of each wrong combination."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._session_argspec import session_options_spec
from ansible_collections.wsman.automation.plugins.module_utils._wsman import session
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

HOST = {"host": "srv"}
ACCOUNT = {"host": "srv", "user": "u", "password": "p"}
CONSENT = {**ACCOUNT, "scheme": "http", "message_encryption": "never"}


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
    assert session.from_options({**HOST, **options}).url == expected


def test_defaults_are_those_of_the_dataclass():
    assert session.from_options(HOST) == session.SessionOptions(host="srv")


def test_a_zone_is_kept_for_the_socket():
    assert session.from_options({"host": "fe80::1%eth0"}).host == "fe80::1%eth0"


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
        ({"user": "u", "password": "p"}, "authentication", "basic"),
        ({"user": "u", "password": "", "authentication": "default"}, "authentication", "basic"),
        ({"user": ""}, "authentication", "none"),
        ({"ca_cert": ""}, "ca_cert", None),
        ({"skip_ca_check": True}, "skip_ca_check", True),
        ({"encoding": "utf-16"}, "encoding", "utf-16"),
        ({"locale": "zh-Hans-CN"}, "locale", "zh-Hans-CN"),
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
        _case(HOST, "port", 2150858971, port=70000),
        _case(HOST, "port", 2150858971, port=0),
        _case(HOST, "port", 2150858971, port=True),
        _case(HOST, "port", 2150858971, port="5986"),
        _case(HOST, "scheme", scheme="ftp"),
        _case(HOST, "http_prefix", http_prefix="a?b"),
        _case(HOST, "http_prefix", http_prefix="a b"),
        _case(HOST, "authentication", authentication="ldap"),
        *[_case(ACCOUNT, "authentication", authentication=name) for name in session.AUTHENTICATIONS[3:]],
        _case(ACCOUNT, "authentication", 2150858923, authentication="none"),
        _case(HOST, "authentication", 2150858923, authentication="none", password="p"),
        _case(HOST, "password", 2150858928, user="u"),
        _case(HOST, "password", 2150858928, user="u", authentication="basic"),
        _case(HOST, "user", 2150858928, password="p", authentication="basic"),
        _case(HOST, "user", 2150859079, password="p"),
        _case(ACCOUNT, "user", user="a:b"),
        _case(ACCOUNT, "password", password="\udcff"),
        _case(ACCOUNT, "message_encryption", 2150858967, message_encryption="never"),
        _case(ACCOUNT, "message_encryption", message_encryption="always"),
        _case(ACCOUNT, "message_encryption", message_encryption="maybe"),
        _case(ACCOUNT, "message_encryption", 2150858974, scheme="http"),
        _case(ACCOUNT, "message_encryption", 2150858974, port=5985),
        _case(ACCOUNT, "message_encryption", 2150858974, port=5985, message_encryption="auto"),
        *[_case(CONSENT, switch, **{switch: True}) for switch in session.SKIP_SWITCHES],
        _case(HOST, "skip_ca_check", skip_ca_check="ignore"),
        _case(CONSENT, "proxy_access_type", 2150859185, proxy_access_type="environment"),
        _case(HOST, "proxy_access_type", proxy_access_type="auto"),
        _case(HOST, "max_envelope_size", max_envelope_size=8191),
        _case(HOST, "batch_items", batch_items=0),
        _case(HOST, "connect_timeout", connect_timeout=0),
        _case(HOST, "connect_timeout", connect_timeout=float("nan")),
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


def test_consent_to_plain_http():
    assert session.from_options(CONSENT).url == "http://srv:5985/wsman"


def test_the_error_for_clear_text_names_both_ways_out():
    with pytest.raises(UsageError, match=r"HTTPS.*message_encryption: never"):
        session.from_options({**ACCOUNT, "scheme": "http"})


def test_the_error_for_a_missing_authentication_says_what_there_is():
    with pytest.raises(UsageError, match="ntlm is not available in this version, which has basic and none"):
        session.from_options({**ACCOUNT, "authentication": "ntlm"})


def test_none_as_a_value_is_not_given():
    assert session.from_options({**HOST, "port": None, "user": None, "deadline": None}) == session.from_options(HOST)


def test_options_are_a_key_of_plain_values():
    tagged = session.from_options({name: TaggedText(value) for name, value in ACCOUNT.items()})
    assert {tagged: 1}[session.from_options(ACCOUNT)] == 1
    assert {type(value) for value in dataclasses.astuple(tagged) if isinstance(value, str)} == {str}


def test_secrets_are_hidden_from_the_repr_and_known_to_the_censor():
    options = session.from_options({"host": "srv", "user": "J\u00f6rg", "password": "s3cret\u00e9"})
    assert "s3cret" not in repr(options) and "rg'" not in repr(options)
    assert options.secrets == ("s3cret\u00e9", "SsO2cmc6czNjcmV0w6k=")


def test_nothing_is_secret_without_a_password():
    assert session.from_options(HOST).secrets == ()


def test_anonymous_keeps_the_service_and_drops_the_account():
    assert session.from_options(ACCOUNT).anonymous() == session.from_options(HOST)


def test_every_option_can_be_given_with_a_task():
    assert set(session_options_spec()) == set(session.OPTIONS)
    assert session_options_spec()["password"]["no_log"] is True


@pytest.mark.parametrize("host", ["u:Geheim@server", "https://u:Geheim@server/wsman", "u:Ge@heim@server"])
def test_what_stands_before_an_at_sign_is_not_shown(host):
    with pytest.raises(UsageError) as caught:
        session.from_options({"host": host})
    assert "heim" not in str(caught.value)
    assert "@server" in str(caught.value)
