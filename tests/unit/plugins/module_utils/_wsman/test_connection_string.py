# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a service is: every form of a connection string, and what stands beside it."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import connection_string, session
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

ADDRESS = "E3D7:0000:0000:0000:51F4:9BC8:C0A8:6420"


def resolve(options):
    return session.from_options({"authentication": "none", **options})


@pytest.mark.parametrize(
    ("text", "url"),
    [
        # the forms on the pages of CreateSession and of ConnectionOptions
        ("https://service", "https://service:443/wsman"),
        ("https://service.corp.com/websvcs/wsman", "https://service.corp.com:443/websvcs/wsman"),
        (f"https://[{ADDRESS}]", f"https://[{ADDRESS}]:443/wsman"),
        (f"https://[{ADDRESS}]:9999/wsman", f"https://[{ADDRESS}]:9999/wsman"),
        ("127.0.51.1", "http://127.0.51.1:5985/wsman"),
        ("https://172.30.168.2", "https://172.30.168.2:443/wsman"),
        ("", "http://localhost:5985/wsman"),
        # and the others that the grammar has
        ("  ", "http://localhost:5985/wsman"),
        ("http://srv", "http://srv:80/wsman"),
        ("HTTPS://srv", "https://srv:443/wsman"),
        ("srv", "http://srv:5985/wsman"),
        ("srv:5986", "https://srv:5986/wsman"),
        ("srv:8080", "http://srv:8080/wsman"),
        ("srv/a/b-c_1", "http://srv:5985/a/b-c_1"),
        ("[fe80::1%eth0]:99", "http://[fe80::1]:99/wsman"),
        ("[::1]", "http://[::1]:5985/wsman"),
        (" https://srv:1/x ", "https://srv:1/x"),
        ("b\u00fccher.example", "http://xn--bcher-kva.example:5985/wsman"),
    ],
)
def test_forms(text, url):
    assert resolve({"connection": text}).url == url


def test_a_zone_is_kept_for_the_socket():
    assert resolve({"connection": "[fe80::1%eth0]"}).host == "fe80::1%eth0"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ftp://srv", 2150858970),
        ("://srv", 2150858970),
        ("https:/srv", 2150858971),
        ("srv:0", 2150858971),
        ("srv:65536", 2150858971),
        ("srv:", 2150858971),
        ("srv:http", 2150858971),
        ("srv:\u0661", 2150858971),
        ("https://", 2150858969),
        (":5985", 2150858969),
        ("/wsman", 2150858969),
        ("srv/", 2150858969),
        ("srv//wsman", 2150858969),
        ("srv/wsman/", 2150858969),
        ("srv/wsman?x=1", 2150858969),
        ("srv/a b", 2150858969),
        ("srv/a.b", 2150858969),
        ("a b", 2150858969),
        ("fe80::1", 2150858969),
        ("[fe80::1", 2150858969),
        ("[srv]", 2150858969),
        ("[::1]x", 2150858969),
        ("1.2.3", 2150858969),
        ("srv\r\nX: y", 2150858971),
        (["srv"], 2150858969),
    ],
)
def test_what_is_none(text, code):
    with pytest.raises(UsageError) as caught:
        resolve({"connection": text})
    assert (caught.value.windows_code, caught.value.option) == (code, "connection")
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["u:Ge/heim@srv", "https://u:Geheim@srv/wsman", "u:Ge@heim@srv", "https://srv/Geheim@x"])
def test_what_stands_before_an_at_sign_is_not_shown(text):
    with pytest.raises(UsageError) as caught:
        resolve({"connection": text})
    assert "eheim" not in str(caught.value) and "heim@" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({"connection": "srv", "flags": "UseSsl"}, "https://srv:5986/wsman"),
        ({"connection": "srv", "scheme": "https"}, "https://srv:5986/wsman"),
        ({"connection": "srv:99", "flags": "UseSsl"}, "https://srv:99/wsman"),
        ({"connection": "https://srv", "flags": "UseSsl"}, "https://srv:443/wsman"),
        ({"connection": "https://srv", "scheme": "https", "host": "SRV."}, "https://srv:443/wsman"),
        ({"connection": "https://srv", "port": 5986}, "https://srv:5986/wsman"),
        ({"connection": "srv", "port": 5986}, "https://srv:5986/wsman"),
        ({"connection": "srv:99/x", "port": 99, "http_prefix": "/x/"}, "http://srv:99/x"),
        ({"connection": "srv", "http_prefix": "x"}, "http://srv:5985/x"),
        ({"host": "srv", "flags": "UseSsl"}, "https://srv:5986/wsman"),
        ({"host": "srv", "flags": "UseSsl", "port": 5985}, "https://srv:5985/wsman"),
        ({"host": "srv", "scheme": "HTTP"}, "http://srv:5985/wsman"),
    ],
)
def test_what_stands_beside_it(options, url):
    assert resolve(options).url == url


@pytest.mark.parametrize(
    ("options", "other", "code"),
    [
        ({"connection": "srv", "host": "other"}, "host", None),
        ({"connection": "", "host": "srv"}, "host", None),
        ({"connection": "srv:99", "port": 98}, "port", None),
        ({"connection": "srv/a", "http_prefix": "b"}, "http_prefix", None),
        ({"connection": "https://srv", "scheme": "http"}, "scheme", None),
        ({"connection": "http://srv", "scheme": "https"}, "scheme", 2150859198),
        ({"connection": "http://srv", "flags": "UseSsl"}, "flags", 2150859198),
    ],
)
def test_a_contradiction_names_both(options, other, code):
    with pytest.raises(UsageError) as caught:
        resolve(options)
    assert (caught.value.option, caught.value.windows_code) == (other, code)
    assert "connection" in str(caught.value) and other in str(caught.value)


def test_the_flag_for_tls_contradicts_the_option_too():
    with pytest.raises(UsageError, match=r"UseSsl.*scheme") as caught:
        resolve({"host": "srv", "scheme": "http", "flags": "UseSsl"})
    assert caught.value.windows_code == 2150859198


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("LOCALHOST", True), ("127.0.0.1", True), ("::1", True), ("127.0.51.1", False), ("s", False)],
)
def test_loopback_is_what_windows_lists(host, expected):
    assert connection_string.Endpoint(host, "https", 5986, "wsman").is_loopback is expected
