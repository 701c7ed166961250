# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows' session flags: by name, by number, OR-ed, and beside the options that say the same."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import session, session_flags
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

ACCOUNT = {"host": "srv", "user": "u", "password": "p"}

#: Windows' documentation of __WSManSessionFlags, number by number.
NUMBERS = {
    "UTF8": 1,
    "CredUsernamePassword": 4096,
    "SkipCACheck": 8192,
    "SkipCNCheck": 16384,
    "UseNoAuthentication": 32768,
    "UseDigest": 65536,
    "UseNegotiate": 131072,
    "UseBasic": 262144,
    "UseKerberos": 524288,
    "NoEncryption": 1048576,
    "UseClientCertificate": 2097152,
    "EnableSPNServerPort": 4194304,
    "UTF16": 8388608,
    "UseCredSsp": 16777216,
    "SkipRevocationCheck": 33554432,
    "AllowNegotiateImplicitCredentials": 67108864,
    "UseSsl": 134217728,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_each_flag_in_each_spelling(name):
    number = NUMBERS[name]
    spellings = [
        name,
        name.upper(),
        f"WSManFlag{name}",
        f"wsmanflag{name.lower()}",
        f"WSMan.SessionFlag{name}",
        number,
        str(number),
        hex(number),
        hex(number).upper(),
        [name],
        [number],
    ]
    assert {session_flags.parse(one) for one in spellings} == {frozenset([name])}


def test_there_are_seventeen():
    assert set(session_flags.FLAGS) == set(NUMBERS) and len(NUMBERS) == 17


def test_the_mask_of_authentication():
    assert sum(session_flags.FLAGS[name] for name in session_flags.AUTHENTICATIONS) == 0x12F8000


@pytest.mark.parametrize("value", [None, "", [], 0, "0", "0x0", [0]])
def test_no_flags(value):
    assert session_flags.parse(value) == frozenset()


@pytest.mark.parametrize(
    "value",
    [
        0x8042000,
        "0x8042000",
        ["UseSsl", "UseBasic", "SkipCACheck"],
        ["UseSsl", 0x42000],
        "UseSsl|WSManFlagUseBasic | 0x2000",
        "UseSsl, UseBasic, SkipCACheck",
        "WSMan.SessionFlagUseSsl Or WSMan.SessionFlagUseBasic or SkipCACheck",
        ["usessl", "usessl|usebasic", "8192"],
    ],
)
def test_several(value):
    assert session_flags.parse(value) == {"UseSsl", "UseBasic", "SkipCACheck"}


@pytest.mark.parametrize(
    "value", ["UseLdap", "WSManFlag", 0x2, 0x10000000, "0x10000000", -1, "-1", True, 1.0, ["", 1], [[1]], {}]
)
def test_what_is_none(value):
    with pytest.raises(UsageError) as caught:
        session.from_options({"host": "srv", "flags": value})
    assert (caught.value.windows_code, caught.value.option) == (2150858924, "flags")


@pytest.mark.parametrize(
    ("flag", "options", "member", "expected"),
    [
        ("UseNoAuthentication", {"host": "srv"}, "authentication", "none"),
        ("UseDigest", ACCOUNT, "authentication", "digest"),
        ("UseNegotiate", ACCOUNT, "authentication", "negotiate"),
        ("UseBasic", ACCOUNT, "authentication", "basic"),
        ("UseKerberos", ACCOUNT, "authentication", "kerberos"),
        ("UseCredSsp", ACCOUNT, "authentication", "credssp"),
        ("UseClientCertificate", {"host": "srv", "certificate_pem": "c"}, "authentication", "certificate"),
        ("UseNegotiate", {**ACCOUNT, "authentication": "ntlm"}, "authentication", "ntlm"),
        ("UseBasic", {**ACCOUNT, "authentication": "default"}, "authentication", "basic"),
        ("UTF8", ACCOUNT, "encoding", "utf-8"),
        ("UTF16", ACCOUNT, "encoding", "utf-16"),
        ("SkipCACheck", ACCOUNT, "skip_ca_check", True),
        ("SkipCNCheck", ACCOUNT, "skip_cn_check", True),
        ("SkipRevocationCheck", ACCOUNT, "skip_revocation_check", True),
        ("NoEncryption", {**ACCOUNT, "scheme": "http", "authentication": "basic"}, "message_encryption", "never"),
        ("EnableSPNServerPort", ACCOUNT, "spn_server_port", True),
        ("AllowNegotiateImplicitCredentials", {"host": "srv"}, "implicit_credentials", True),
        ("UseSsl", {**ACCOUNT, "port": 5985}, "scheme", "https"),
        ("CredUsernamePassword", ACCOUNT, "user", "u"),
    ],
)
def test_a_flag_says_what_an_option_says(flag, options, member, expected):
    resolved = session.from_options({**options, "flags": flag})
    assert getattr(resolved, member) == expected
    assert session.from_options({**options, "flags": flag, member: expected}) == resolved


@pytest.mark.parametrize(
    ("flag", "option", "value", "code"),
    [
        ("UseBasic", "authentication", "kerberos", 2150858925),
        ("UseKerberos", "authentication", "ntlm", 2150858925),
        ("UseNoAuthentication", "authentication", ["basic", "ntlm"], 2150858925),
        ("UTF16", "encoding", "utf-8", None),
        ("UTF8", "encoding", "utf-16", None),
        ("SkipCACheck", "skip_ca_check", False, None),
        ("SkipCNCheck", "skip_cn_check", False, None),
        ("SkipRevocationCheck", "skip_revocation_check", False, None),
        ("NoEncryption", "message_encryption", "always", None),
        ("NoEncryption", "message_encryption", "auto", None),
        ("EnableSPNServerPort", "spn_server_port", False, None),
        ("AllowNegotiateImplicitCredentials", "implicit_credentials", False, None),
    ],
)
def test_a_contradiction_names_both(flag, option, value, code):
    with pytest.raises(UsageError) as caught:
        session.from_options({**ACCOUNT, "flags": [flag], option: value})
    assert (caught.value.option, caught.value.windows_code) == (option, code)
    assert flag in str(caught.value) and option in str(caught.value)
