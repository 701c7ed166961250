# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is given: a session or our usage error, no socket, no file, and no secret in what is said."""

from __future__ import annotations

import dataclasses
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.wsman.automation.plugins.module_utils._wsman import session, session_flags
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

SECRET = "Geheim"

HOSTS = ["srv", "srv.corp", "localhost", "10.0.0.1", "::1", "[fe80::1%eth0]", "a b", ""]
ACCESS_TYPES = ["none", "environment", "system", "auto", "WinHttp", "ProxyNoProxyServer", 1, 8, 3]
PLAUSIBLE = {
    "connection": ["", "srv", "https://srv", "http://srv:99/x", "[::1]", "ftp://srv", f"u:{SECRET}@srv", "srv:0"],
    "flags": [*session_flags.FLAGS, 0x9021000, "0x8000000", ["UseSsl", 0x40000], "UseBasic|UTF16", -1, 0x2],
    "host": HOSTS,
    "scheme": ["http", "https", "HTTPS", "ftp"],
    "port": [80, 443, 5985, 5986, 0, 70000],
    "http_prefix": ["wsman", "/a/b/", "", "a?b"],
    "authentication": [*session.AUTHENTICATIONS, "NtlmDomain", ["kerberos", "basic"], [], "ldap"],
    "user": ["u", "CORP\\u", "u@CORP", ".\\u", "", "a:b", "CORP\\", "a\nb"],
    "password": [SECRET, f"{SECRET}\n", f"{SECRET}\udcff"],
    "trusted_hosts": [[], ["*"], ["*.corp", "<local>"], "srv,other"],
    "message_encryption": ["auto", "always", "never", "maybe"],
    "channel_binding": ["auto", "always", "never"],
    "certificate_fingerprint": ["ab" * 32, "AB:" * 31 + "AB", "ab"],
    "tls_minimum_version": ["1.2", "TLSv1.3", "SSLv3"],
    "tls_maximum_version": ["1.2", "TLSv1"],
    "credssp_auth_mechanism": ["auto", "kerberos", "ntlm"],
    "credssp_minimum_version": [0, 5],
    "negotiate_service": ["HTTP", "HTTP/srv"],
    "negotiate_hostname_override": ["srv.corp", "a b"],
    "certificate_key_password": [SECRET],
    "proxy": ["http://proxy:3128", f"http://u:{SECRET}@proxy", f"https://u:{SECRET}@proxy", f"u:{SECRET}@x@y", "a b"],
    "proxy_access_type": ACCESS_TYPES,
    "proxy_authentication": ["basic", "digest", "negotiate", 3, 8, ["basic", "digest"]],
    "proxy_user": ["pu", "p:u"],
    "proxy_password": [SECRET],
    "operation_timeout": [0, 60, -1],
    "read_timeout": [70, 1],
    "locale": ["en-US", "en_US"],
    "encoding": ["utf-8", "Utf16", "latin-1"],
    "profile": ["auto", "amt", "esx"],
}
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.binary(max_size=4),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=5)), max_size=3), st.just({}), st.just({"a": "b"}),
    st.text("@:/\\[]%.*|,0x", max_size=12),
)  # fmt: skip
PAIRS = [(name, value) for name in session.OPTIONS for value in PLAUSIBLE.get(name, [True, False, "text"])]
PAIR = st.one_of(st.sampled_from(PAIRS), st.sampled_from(PAIRS), st.tuples(st.sampled_from(session.OPTIONS), JUNK))
PLAUSIBLE_OPTIONS = st.lists(st.sampled_from(PAIRS), max_size=8).map(dict)
ANY_OPTIONS = st.lists(PAIR, max_size=25).map(dict)

_watched: list[str] = []
_watching = False


def _watch(event, _arguments):
    if _watching and event.startswith(("open", "socket.", "os.", "subprocess.", "import", "shutil.", "tempfile.")):
        _watched.append(event)


sys.addaudithook(_watch)


def decide(options, ticket):
    global _watching  # pylint: disable=global-statement
    _watched.clear()
    _watching = True
    try:
        return session.from_options(options, has_ticket=lambda: ticket)
    except UsageError as error:
        return error
    finally:
        _watching = False


def is_legal(options):
    return isinstance(decide(options, True), session.SessionOptions)


decide({"host": "b\u00fccher.example", "authentication": "none"}, False)  # Python loads its codec of names once


ACCOUNT = {"host": "srv", "user": "u", "password": SECRET}
LEGAL_ALONE = [(name, value) for name, value in PAIRS if is_legal({**ACCOUNT, name: value})]
MOSTLY_LEGAL = st.lists(st.sampled_from(LEGAL_ALONE), max_size=6).map(lambda pairs: {**ACCOUNT, **dict(pairs)})


@settings(max_examples=300, deadline=None)
@given(st.one_of(PLAUSIBLE_OPTIONS, MOSTLY_LEGAL, ANY_OPTIONS), st.booleans())
def test_a_session_or_a_usage_error(options, ticket):
    found = decide(options, ticket)
    assert not _watched
    if isinstance(found, UsageError):
        assert found.option and found.remedy
        assert SECRET not in str(found)
    else:
        check(found)


def check(resolved):
    assert SECRET not in repr(resolved)
    assert resolved.authentication in session.AUTHENTICATIONS[1:]
    assert resolved.authentication not in resolved.alternatives
    assert resolved.scheme in session.SCHEMES and 1 <= resolved.port <= 65535
    assert (resolved.proxy_access_type == "url") == (resolved.proxy is not None)
    hash(resolved)
    assert session.from_options(as_given(resolved.anonymous())) == resolved.anonymous()


def as_given(resolved):
    """The options that *resolved* came from, as far as names differ between the two."""
    options = dataclasses.asdict(resolved)
    del options["alternatives"]
    if options["proxy_access_type"] == "url":
        options["proxy_access_type"] = None
    return {**options, "operation_timeout": options["operation_timeout"] or 0}


def test_the_watch_sees_what_it_should():
    """A property that nothing can break proves nothing."""
    global _watching  # pylint: disable=global-statement
    _watched.clear()
    _watching = True
    try:
        with open(__file__, "rb"):
            pass
    finally:
        _watching = False
    assert "open" in _watched
