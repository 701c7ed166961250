# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy of a session: every spelling, and what is refused."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import session
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

HOST = {"host": "srv", "user": "u", "password": "p"}
URL = {**HOST, "proxy": "http://proxy:3128"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        *[(name, "environment") for name in ("system", "environment", "ProxyIEConfig", "InternetExplorer", 1, "1")],
        *[(name, "environment") for name in ("ProxyWinHttpConfig", "WinHttp", "WSManProxyWinHttpConfig", 2, "2")],
        *[(name, "none") for name in ("none", "None", "ProxyNoProxyServer", "proxynoproxyserver", 8, "8")],
    ],
)
def test_access_types(given, expected):
    assert session.from_options({**HOST, "proxy_access_type": given}).proxy_access_type == expected


@pytest.mark.parametrize("given", ["auto", "Auto", "ProxyAutoDetect", 4])
def test_auto_is_refused_with_the_reason(given):
    with pytest.raises(UsageError, match="script engine") as caught:
        session.from_options({**HOST, "proxy_access_type": given})
    assert (caught.value.option, caught.value.windows_code) == ("proxy_access_type", None)


@pytest.mark.parametrize("given", [0, 3, True, "url", "", "socks", ["none"]])
def test_no_access_type(given):
    with pytest.raises(UsageError) as caught:
        session.from_options({**HOST, "proxy_access_type": given})
    assert caught.value.windows_code == 2150859164


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        *[(name, "negotiate") for name in ("negotiate", "Negotiate", "ProxyAuthenticationUseNegotiate", 1, "1")],
        *[(name, "basic") for name in ("basic", "WSManFlagProxyAuthenticationUseBasic", 2, [2], ["basic", 2])],
        *[(name, "digest") for name in ("Digest", "proxyauthenticationusedigest", 4, "digest|Digest")],
        *[(name, None) for name in ("", 0, "0", [])],
    ],
)
def test_authentications(given, expected):
    options = {**URL, "proxy_user": "pu", "proxy_password": "pp", "proxy_authentication": given}
    assert session.from_options(options).proxy_authentication == expected


@pytest.mark.parametrize(
    ("given", "code"),
    [("ntlm", 2150859162), (8, 2150859162), (True, 2150859162), (1.0, 2150859162), ([[1]], 2150859162)]
    + [(3, 2150859188), ("7", 2150859188), ("basic|digest", 2150859188), (["basic", "digest"], 2150859188)],
)
def test_no_authentication(given, code):
    with pytest.raises(UsageError) as caught:
        session.from_options({**URL, "proxy_authentication": given})
    assert (caught.value.option, caught.value.windows_code) == ("proxy_authentication", code)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://proxy:3128", ("http://proxy:3128", None, None)),
        ("HTTP://proxy:3128/", ("http://proxy:3128", None, None)),
        ("proxy:3128", ("http://proxy:3128", None, None)),
        ("http://proxy", ("http://proxy:80", None, None)),
        ("http://[fe80::1]:3128", ("http://[fe80::1]:3128", None, None)),
        ("http://10.0.0.1:8080", ("http://10.0.0.1:8080", None, None)),
        ("http://pu:pp@proxy:3128", ("http://proxy:3128", "pu", "pp")),
        ("pu:pp@proxy:3128", ("http://proxy:3128", "pu", "pp")),
        ("http://CORP%5Cpu:p%40%2F%C3%A9@proxy:3128", ("http://proxy:3128", "CORP\\pu", "p@/\u00e9")),
        ("http://pu:@proxy:3128", ("http://proxy:3128", "pu", "")),
        ("http://pu:a:b@proxy:3128", ("http://proxy:3128", "pu", "a:b")),
        ("http://@proxy:3128", ("http://proxy:3128", None, None)),
    ],
)
def test_urls(url, expected):
    for access in ({}, {"proxy_access_type": "none"}):
        resolved = session.from_options({**HOST, **access, "proxy": url})
        assert (resolved.proxy, resolved.proxy_user, resolved.proxy_password) == expected
        assert resolved.proxy_access_type == "url"


@pytest.mark.parametrize(
    "url",
    [
        "https://pu:Geheim@proxy:3128",
        "socks5://pu:Geheim@proxy:1080",
        "http://pu:Geh@eim@proxy:3128",
        "http://pu:Geheim@",
        "http://pu:Geheim@proxy:x",
        "http://pu:Geheim@proxy/path",
        "http://pu:Geheim%ff@proxy:3128",
        "http://pu:Geheim@fe80::1:3128",
    ],
)
def test_a_wrong_url_does_not_show_its_password(url):
    with pytest.raises(UsageError) as caught:
        session.from_options({**HOST, "proxy": url})
    assert "eim" not in str(caught.value) and "Geh" not in str(caught.value)
    assert caught.value.option == "proxy"


def test_what_the_url_and_the_options_say_may_be_the_same():
    options = {**HOST, "proxy": "http://pu:pp@proxy:3128", "proxy_user": "pu", "proxy_password": "pp"}
    assert session.from_options(options) == session.from_options({**HOST, "proxy": "http://pu:pp@proxy:3128"})


@pytest.mark.parametrize("option", ["proxy_user", "proxy_password"])
def test_a_contradiction_names_both_and_shows_neither(option):
    with pytest.raises(UsageError, match=f"^{option}: .* proxy ") as caught:
        session.from_options({**HOST, "proxy": "http://Heimlich:Geheim@proxy:3128", option: "Anders"})
    for secret in ("eimlich", "eheim", "Anders"):
        assert secret not in str(caught.value)


def test_a_proxy_and_a_way_to_find_one_contradict_each_other():
    with pytest.raises(UsageError, match="proxy names one, and proxy_access_type is 'environment'"):
        session.from_options({**URL, "proxy_access_type": "environment"})


@pytest.mark.parametrize(
    ("options", "option", "code"),
    [
        ({**URL, "proxy_user": "pu"}, "proxy_password", 2150859163),
        ({**URL, "proxy_password": "pp"}, "proxy_user", 2150859163),
        ({**URL, "proxy_password": "pp", "proxy_authentication": "negotiate"}, "proxy_user", 2150859163),
        ({**URL, "proxy_authentication": "digest"}, "proxy_user", 2150859163),
        ({**HOST, "proxy_access_type": "system", "proxy_authentication": "basic"}, "proxy_user", 2150859163),
        ({**HOST, "proxy_user": "pu", "proxy_password": "pp"}, "proxy_user", 2150859165),
        ({**HOST, "proxy_password": "pp", "proxy_access_type": "none"}, "proxy_password", 2150859165),
        ({**URL, "proxy_user": "p:u", "proxy_password": "pp"}, "proxy_user", None),
        ({**URL, "proxy_user": "p\nu", "proxy_password": "pp"}, "proxy_user", None),
    ],
)
def test_credentials(options, option, code):
    with pytest.raises(UsageError) as caught:
        session.from_options(options)
    assert (caught.value.option, caught.value.windows_code) == (option, code)


@pytest.mark.parametrize(
    "options",
    [
        {**URL, "proxy_authentication": "negotiate"},
        {**URL, "proxy_authentication": "negotiate", "proxy_user": "pu@CORP"},
        {**URL, "proxy_authentication": "digest", "proxy_user": "p:u", "proxy_password": "pp"},
        {**HOST, "proxy_access_type": "environment", "proxy_user": "pu", "proxy_password": "pp"},
    ],
)
def test_what_is_legal(options):
    assert session.from_options(options).proxy_access_type in ("url", "environment")
