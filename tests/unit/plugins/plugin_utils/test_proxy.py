# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which proxy a session has: its option, the variables of the environment, and what is wrong with either."""

from __future__ import annotations

import os
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _proxy
from ansible_collections.wsman.automation.plugins.plugin_utils._proxy import ProxyUrl

PROXY = ProxyUrl("proxy.corp", 3128, origin="https_proxy")


def find(access="environment", host="srv.corp", **more):
    return _proxy.find(SessionOptions(host=host, proxy_access_type=access, **more))


@pytest.fixture
def environment(monkeypatch):
    """Sets the variables of proxies; there are no others."""
    for name in os.environ:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)

    def set_all(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_all


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, None),
        ({"https_proxy": "http://proxy.corp:3128"}, PROXY),
        ({"HTTPS_PROXY": "http://proxy.corp:3128"}, PROXY),
        ({"all_proxy": "http://proxy.corp:3128"}, ProxyUrl("proxy.corp", 3128, origin="all_proxy")),
        ({"http_proxy": "http://proxy.corp:3128"}, None),  # of the service's scheme, which is https
        ({"https_proxy": ""}, None),
        ({"https_proxy": "proxy.corp:3128"}, PROXY),
        ({"https_proxy": "http://proxy.corp:3128/"}, PROXY),
        ({"https_proxy": "HTTP://Proxy.Corp:3128"}, PROXY),
        ({"https_proxy": "http://proxy.corp"}, ProxyUrl("proxy.corp", 80, origin="https_proxy")),
        ({"https_proxy": "http://[fd00::1]:3128"}, ProxyUrl("fd00::1", 3128, origin="https_proxy")),
        (
            {"https_proxy": "http://jo%40corp:s%3a%2Fcret@proxy.corp:3128"},
            ProxyUrl("proxy.corp", 3128, "jo@corp", "s:/cret", "https_proxy"),
        ),
    ],
)
def test_variables(environment, variables, found):
    environment(**variables)
    assert find() == found


@pytest.mark.parametrize(
    ("no_proxy", "host", "is_direct"),
    [
        ("srv.corp", "srv.corp", True),
        ("corp", "srv.corp", True),
        (".corp", "srv.corp", True),
        ("other.corp", "srv.corp", False),
        ("srv.corp:5986", "srv.corp", True),
        ("srv.corp:443", "srv.corp", False),
        ("a, srv.corp ,b", "srv.corp", True),
        ("*", "srv.corp", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/16", "10.1.2.3", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.0.0.0/8", "srv.corp", False),
        ("fd00::1", "fd00::1", True),
    ],
)
@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
def test_no_proxy(environment, name, no_proxy, host, is_direct):
    environment(https_proxy="http://proxy.corp:3128", **{name: no_proxy})
    assert find(host=host) == (None if is_direct else PROXY)


def test_the_option_and_none_do_not_look_at_the_environment(environment):
    environment(https_proxy="http://other:1", no_proxy="*")
    assert find("url", proxy="http://proxy.corp:3128") == ProxyUrl("proxy.corp", 3128)
    assert find("none") is None


def test_options_win_over_credentials_in_a_variable(environment):
    environment(https_proxy="http://joe:other@proxy.corp:3128")
    found = find(proxy_user="ann", proxy_password="s3cret")
    assert (found.user, found.password) == ("ann", "s3cret")
    assert (find().user, find().password) == ("joe", "other")


def test_a_proxy_shows_no_credentials(environment):
    environment(https_proxy="http://joe:s3cret@proxy.corp:3128")
    assert "joe" not in repr(find()) and "s3cret" not in repr(find())
    assert "proxy.corp" in repr(find())


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://joe:s3cret@proxy.corp:3128", "spoken to by https"),
        ("socks5://joe:s3cret@proxy.corp", "spoken to by socks5"),
        ("http://joe:s3cret@proxy.corp:port", "'proxy.corp:port'"),
        ("http://joe:s3cret@proxy.corp:99999", "names no proxy"),
        ("http://joe:s3cret@proxy.corp:0", "names no proxy"),
        ("http://joe:s3cret@:3128", "names no proxy"),
        ("http://joe:s3cret@", "names no proxy"),
        ("http://joe:s3cret%ff@proxy.corp", "names no proxy"),
        ("http://joe:s3cret@[fd00::1:3128", "names no proxy"),
    ],
)
def test_what_is_no_proxy(environment, url, said):
    environment(https_proxy=url)
    with pytest.raises(TransportError) as caught:
        find()
    error = caught.value
    assert error.step == "proxy" and said in error.message and "https_proxy" in error.message + error.remedy
    assert "s3cret" not in error.message + error.remedy


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30))
def test_any_variable(value):
    with mock.patch.dict(os.environ, {"https_proxy": value}, clear=True):
        try:
            found = find()
        except TransportError as error:
            assert error.remedy
        else:
            assert found is None or (found.host and 0 < found.port < 65536)
