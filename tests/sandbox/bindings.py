# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Channel bindings as a service judges them: ``service/auth/CbtHardeningLevel`` (MS-WSMV 2.2.4.46).

``None`` looks at none; ``Relaxed`` refuses wrong ones; ``Strict`` refuses clients without any, too.
"""

from __future__ import annotations

import hashlib
import struct

_AUTHENTICATE = b"NTLMSSP\x00\x03\x00\x00\x00"
_CHANNEL_BINDINGS = 10
_RESPONSE_HEAD = 44  # NTProofStr and the fixed part of NTLMv2_CLIENT_CHALLENGE, MS-NLMP 2.2.2.7, 2.2.2.8


def pair_of(application_data: bytes) -> bytes:
    """What NTLM carries of a channel: the MD5 of gss_channel_bindings_struct (MS-NLMP 2.2.2.1, RFC 4121 4.1.1.2)."""
    return hashlib.md5(bytes(16) + struct.pack("<I", len(application_data)) + application_data).digest()


def ntlm_pair(token: bytes) -> bytes | None:
    """The channel bindings in an NTLM AUTHENTICATE message, raw or within SPNEGO; None where there are none.

    Absent and zero mean the same (MS-NLMP 3.1.5.1.2).
    """
    start = token.find(_AUTHENTICATE)
    if start < 0:
        return None
    message = token[start:]
    length, _space, offset = struct.unpack_from("<HHI", message, 20)
    response = message[offset : offset + length]
    place = _RESPONSE_HEAD
    while place + 4 <= len(response):
        kind, size = struct.unpack_from("<HH", response, place)
        value = response[place + 4 : place + 4 + size]
        if kind == 0:
            return None
        if kind == _CHANNEL_BINDINGS:
            return value if any(value) else None
        place += 4 + size
    return None


def allows(level: str, expected: bytes, pair: bytes | None) -> bool:
    """Whether an NTLM client with that *pair* may come in over a channel with the data *expected*."""
    if level == "None":
        return True
    if pair is None:
        return level != "Strict"
    return pair == pair_of(expected)
