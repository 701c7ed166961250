# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TLS 1.2 server without RFC 5746, as old management boards are; OpenSSL cannot be told to be one.

One cipher, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 (RFC 5289), one certificate, and no more than RFC 5246 demands.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_CIPHER, _CURVE, _SIGNATURE = b"\xc0\x2b", b"\x03\x00\x17", b"\x04\x03"  # named curve secp256r1, SHA-256 with ECDSA
_CHANGE, _ALERT, _HANDSHAKE, _DATA = 20, 21, 22, 23
_VERSION = b"\x03\x03"


class Alert(OSError):
    """The client has given up: its alert's description."""


class OldTls:
    """The server's end of one connection, the handshake done."""

    def __init__(self, connection, issued):
        self._file = connection.makefile("rb")
        self._connection = connection
        self._issued = issued
        self._transcript = b""
        self._read_keys = self._write_keys = None
        self._handshake()

    def receive(self):
        """The next piece of the client's data."""
        return self._record(_DATA)

    def send(self, data):
        self._write(_DATA, data)

    def _handshake(self):
        hello = self._message()
        client_random, random = hello[6:38], os.urandom(32)
        ours = ec.generate_private_key(ec.SECP256R1())
        self._hello(client_random, random, ours)
        exchange = self._message()
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), exchange[5:])
        shared = ours.exchange(ec.ECDH(), theirs)
        master = _prf(shared, b"master secret", client_random + random, 48)
        keys = _prf(master, b"key expansion", random + client_random, 40)
        self._record(_CHANGE)
        self._read_keys = _Keys(keys[:16], keys[32:36])
        expected = b"\x14\x00\x00\x0c" + _prf(master, b"client finished", self._digest(), 12)
        assert self._message() == expected
        self._write(_CHANGE, b"\x01")
        self._write_keys = _Keys(keys[16:32], keys[36:40])
        self._say(20, _prf(master, b"server finished", self._digest(), 12))

    def _hello(self, client_random, random, ours):
        """ServerHello without one extension, Certificate, ServerKeyExchange, ServerHelloDone."""
        self._say(2, _VERSION + random + b"\x00" + _CIPHER + b"\x00")
        certificate = _sized(3, self._issued.certificate.public_bytes(serialization.Encoding.DER))
        self._say(11, _sized(3, certificate))
        form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        parameters = _CURVE + _sized(1, ours.public_key().public_bytes(*form))
        signature = self._issued.key.sign(client_random + random + parameters, ec.ECDSA(hashes.SHA256()))
        self._say(12, parameters + _SIGNATURE + _sized(2, signature))
        self._say(14, b"")

    def _digest(self):
        return hashlib.sha256(self._transcript).digest()

    def _say(self, kind, body):
        message = bytes([kind]) + _sized(3, body)
        self._transcript += message
        self._write(_HANDSHAKE, message)

    def _message(self):
        """One handshake message; a client of OpenSSL puts each into a record of its own."""
        message = self._record(_HANDSHAKE)
        self._transcript += message
        return message

    def _record(self, wanted):
        head = self._file.read(5)
        if len(head) < 5:
            raise EOFError
        kind, data = head[0], self._file.read(int.from_bytes(head[3:], "big"))
        if self._read_keys:
            data = self._read_keys.open(kind, data)
        if kind == _ALERT:
            raise Alert(data[1])
        assert kind == wanted, (kind, wanted)
        return data

    def _write(self, kind, data):
        if self._write_keys:
            data = self._write_keys.seal(kind, data)
        self._connection.sendall(bytes([kind]) + _VERSION + _sized(2, data))


class _Keys:
    """One direction's AES-128-GCM (RFC 5288 section 3)."""

    def __init__(self, key, salt):
        self._cipher, self._salt, self._number = AESGCM(key), salt, 0

    def open(self, kind, data):
        nonce, sealed = data[:8], data[8:]
        return self._cipher.decrypt(self._salt + nonce, sealed, self._head(kind, len(sealed) - 16))

    def seal(self, kind, data):
        nonce = struct.pack(">Q", self._number)
        return nonce + self._cipher.encrypt(self._salt + nonce, data, self._head(kind, len(data)))

    def _head(self, kind, length):
        head = struct.pack(">QB", self._number, kind) + _VERSION + struct.pack(">H", length)
        self._number += 1
        return head


def _sized(size, data):
    return len(data).to_bytes(size, "big") + data


def _prf(secret, label, seed, length):
    """RFC 5246 section 5 with SHA-256."""
    seed, made, block = label + seed, b"", label + seed
    while len(made) < length:
        block = hmac.digest(secret, block, "sha256")
        made += hmac.digest(secret, block + seed, "sha256")
    return made[:length]
