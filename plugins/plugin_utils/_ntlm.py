# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NTLM (MS-NLMP) where pyspnego leaves something to be wished: what it is given, and what it agrees to."""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import users
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions

try:
    import spnego
except ImportError:
    spnego = None  # type: ignore[assignment]

try:
    from spnego._ntlm_raw.md4 import md4  # OpenSSL 3 has it no more
except ImportError:
    md4 = None

_AUTHENTICATE = b"NTLMSSP\0\3\0\0\0"  # MS-NLMP 2.2.1.3
_FLAGS_AT = 60  # NegotiateFlags in AUTHENTICATE_MESSAGE
# SIGN, SEAL, EXTENDED_SESSIONSECURITY, 128: less can be forged, or read after some computing (MS-NLMP 2.2.2.5)
_SEALING = {0x10: "signing", 0x20: "sealing", 0x80000: "extended session security", 0x20000000: "128-bit keys"}
_HASHES = re.compile(r"[0-9a-fA-F]{32}:[0-9a-fA-F]{32}\n?\Z")  # what pyspnego takes for hashes, Password or not


def credential(options: SessionOptions) -> t.Any:
    """pyspnego's credential of user and password; both are there. The password is one whatever it looks like."""
    account, password = users.parse(str(options.user), options.host), str(options.password)
    if not _HASHES.match(password):
        return spnego.Password(account.ntlm, password)
    if md4 is None:
        raise UsageError(
            "The NTLM of the installed pyspnego takes a password of this form for hashes of one.",
            option="password",
            remedy="Use pyspnego 0.12, another authentication, or another password.",
        )
    return spnego.NTLMHash(account.ntlm, nt_hash=md4(password.encode("utf-16-le", "surrogatepass")).hex())


def check_secret(options: SessionOptions, name: str) -> None:
    """Raise :class:`UsageError` unless there are a user and a password for *name*."""
    for option, value in (("user", options.user), ("password", options.password)):
        if value is None:
            raise UsageError(
                f"{name} needs a user and a password; the {option} is missing.",
                option=option,
                remedy="Set both, for example as ansible_user and ansible_password.",
            )


def check_level() -> None:
    """pyspnego follows a variable that makes NTLM version 1 of it, which binds to nothing and is soon broken."""
    level = os.environ.get("LM_COMPAT_LEVEL", "3")
    if level not in ("3", "4", "5"):
        raise UsageError(
            f"The environment variable LM_COMPAT_LEVEL is {level[:8]!r}, which asks for NTLM before version 2.",
            remedy="Unset it, or set it to 3, 4 or 5.",
        )


def check_sealing(token: bytes | None) -> None:
    """Raise :class:`TransportError` where our last NTLM *token* agrees to messages that others could read or change.

    What is agreed upon is the service's to say, and anybody's on the way before it is proved; so it is looked at before
    the token goes out. Our own token has no octets of others before its flags.
    """
    at = (token or b"").find(_AUTHENTICATE)
    if token is None or at < 0:
        return
    flags = int.from_bytes(token[at + _FLAGS_AT : at + _FLAGS_AT + 4], "little")
    absent = [name for bit, name in _SEALING.items() if not flags & bit]
    if absent:
        raise TransportError(
            f"NTLM: the service offers no {' and no '.join(absent)}, so messages cannot be encrypted.",
            step="authentication",
            remedy="Allow 128-bit encryption for NTLM on the service, use HTTPS, and look for who is between.",
        )
