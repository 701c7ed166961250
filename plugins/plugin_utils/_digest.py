# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digest authentication (RFC 7616, RFC 2617, RFC 2069): from a challenge to the header that answers it. Sends nothing.

The arithmetic is here and not that of requests, which knows neither SHA-512-256 nor ``-sess`` with SHA-256, takes the
``qop="auth-int, auth"`` of Intel AMT for one it cannot do, quotes no user name, reads ``host:port`` of a CONNECT as a
URL, and hands out no reason where it gives up. The tests hold its answers against these wherever it has any.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import typing as t
import unicodedata
import urllib.parse

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _answers

_STRENGTH = {"MD5": 1, "SHA-256": 2, "SHA-512-256": 3}  # RFC 7616 6.1; the name in hashlib stands in _hash
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_SCHEME = re.compile(rf"({_TOKEN})(?![ \t]*=)(?:[ \t]+|\Z)")
_PARAMETER = re.compile(rf'({_TOKEN})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_FOLD = re.compile(r"\r?\n[ \t]+")  # RFC 9112 5.2
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MAX_LENGTH = 65536  # of all challenges together


@dataclasses.dataclass(frozen=True)
class _Challenge:
    """A challenge that can be answered; texts as they stood on the wire, one character an octet, without quoting."""

    realm: str
    nonce: str
    algorithm: str | None
    opaque: str | None
    has_qop: bool
    userhash: bool
    utf8: bool
    stale: bool

    @property
    def kind(self) -> str:
        """The algorithm's hash: ``MD5``, ``SHA-256`` or ``SHA-512-256``."""
        return (self.algorithm or "MD5").upper().removesuffix("-SESS")

    @property
    def is_session(self) -> bool:
        """Whether A1 has the nonces in it (RFC 7616 3.4.2)."""
        return (self.algorithm or "").upper().endswith("-SESS")


class Digest:
    """One account, and the last challenge that it was asked to answer.

    *reason* says, after :meth:`challenge` has returned False, why no challenge could be taken.
    """

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = user, password
        self._challenge: _Challenge | None = None
        self._count = 0
        self.reason: str | None = None

    @property
    def is_challenged(self) -> bool:
        """Whether there is a challenge to answer."""
        return self._challenge is not None

    def challenge(self, values: t.Iterable[str]) -> bool:
        """Take the strongest challenge of the ``WWW-Authenticate`` lines *values* that can be answered.

        Of equally strong ones it is the first. False where there is none: then the one known before is kept.
        """
        best, self.reason = _best(values)
        if best is None:
            return False
        if self._challenge is None or self._challenge.nonce != best.nonce:
            self._count = 0
        self._challenge = best
        return True

    def is_stale(self, values: t.Iterable[str]) -> bool:
        """Whether the challenge only says that the nonce is too old: the secret was right (RFC 7616 3.3)."""
        best, _reason = _best(values)
        return best is not None and best.stale

    def authorization(self, method: str, uri: str) -> str | None:
        """The value of ``Authorization`` for *method* and the request target *uri*, as both stand in the request line.

        None where no challenge is known yet. Each call counts as one request with this nonce. Raises
        :class:`TransportError` of the step ``authentication`` where the hash is forbidden here.
        """
        if self._challenge is None:
            return None
        self._count += 1
        return self._answer(self._challenge, method, uri)

    def _answer(self, challenge: _Challenge, method: str, uri: str) -> str:
        user, password, cnonce = self._user, self._password, _cnonce()
        if _CONTROL.search(user):
            raise TransportError(
                "The user's name holds a control character, which no header can carry.",
                step="authentication",
                remedy="Write the name without line breaks.",
            )
        if challenge.utf8:  # RFC 7616 4
            user, password = unicodedata.normalize("NFC", user), unicodedata.normalize("NFC", password)
        hashed = _hash(challenge.kind)
        nonce, realm, count = challenge.nonce, challenge.realm, f"{self._count:08x}"
        first = hashed(_octets(user) + b":" + _wire(realm) + b":" + _octets(password))
        if challenge.is_session:
            first = hashed(_wire(f"{first}:{nonce}:{cnonce}"))
        second = hashed(_octets(f"{method}:{uri}"))
        between = f"{nonce}:{count}:{cnonce}:auth" if challenge.has_qop else nonce
        response = hashed(_wire(f"{first}:{between}:{second}"))
        parts = [
            _user_part(user, challenge, hashed),
            f"realm={_quoted(realm)}",
            f"nonce={_quoted(nonce)}",
            f"uri={_quoted(_octets(uri).decode('latin-1'))}",
        ]
        if challenge.algorithm is not None:
            parts.append(f"algorithm={challenge.algorithm}")
        if challenge.has_qop:
            parts += ["qop=auth", f"nc={count}"]
        if challenge.has_qop or challenge.is_session:
            parts.append(f'cnonce="{cnonce}"')
        parts.append(f'response="{response}"')
        if challenge.opaque is not None:
            parts.append(f"opaque={_quoted(challenge.opaque)}")
        if challenge.userhash:
            parts.append("userhash=true")
        return "Digest " + ", ".join(parts)


def _cnonce() -> str:
    return os.urandom(16).hex()


def _user_part(user: str, challenge: _Challenge, hashed: t.Callable[[bytes], str]) -> str:
    """The user's name: hashed, or extended (RFC 8187) where it is not ASCII and the peer knows UTF-8, or as it is."""
    if challenge.userhash:
        return f'username="{hashed(_octets(user) + b":" + _wire(challenge.realm))}"'
    if challenge.utf8 and not user.isascii():
        return f"username*=UTF-8''{urllib.parse.quote(_octets(user), safe='')}"
    return f"username={_quoted(_octets(user).decode('latin-1'))}"


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _wire(text: str) -> bytes:
    return text.encode("latin-1")


def _quoted(text: str) -> str:
    """A quoted-string (RFC 9110 5.6.4)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _hash(kind: str) -> t.Callable[[bytes], str]:
    """The hash of an algorithm: octets → hexadecimal digits. A policy that forbids MD5 is not evaded."""
    name = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}[kind]

    def hashed(data: bytes) -> str:
        try:
            return hashlib.new(name, data).hexdigest()
        except ValueError as error:
            raise TransportError(
                f"Digest authentication is asked for with {kind}, which this control node does not allow (FIPS).",
                step="authentication",
                remedy="Let the peer offer Digest with SHA-256, or set authentication to another scheme that it has.",
            ) from error

    return hashed


def _best(values: t.Iterable[str]) -> tuple[_Challenge | None, str | None]:
    """(the challenge to answer, why there is none)."""
    best, reason = None, None
    for parameters in _parse(values):
        one = _usable(parameters)
        if isinstance(one, str):
            reason = reason or one
        elif best is None or _STRENGTH[one.kind] > _STRENGTH[best.kind]:
            best = one
    if best is not None:
        return best, None
    return None, reason or "there is no Digest challenge"


def _parse(values: t.Iterable[str]) -> t.Iterator[dict[str, str]]:
    """The parameters of each Digest challenge, names in lower case; of one that is there twice the first counts."""
    left = _MAX_LENGTH
    for value in values:
        line = _FOLD.sub(" ", value)[:left]
        left -= len(line)
        current: dict[str, str] | None = None
        for text in _answers.split_challenge(line):
            if found := _SCHEME.match(text):
                if current is not None:
                    yield current
                current = {} if found[1].lower() == "digest" else None
                text = text[found.end() :]
            if current is not None:
                for name, quoted, plain in _PARAMETER.findall(text):
                    current.setdefault(name.lower(), plain or re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL))
        if current is not None:
            yield current


def _usable(parameters: t.Mapping[str, str]) -> _Challenge | str:
    """The challenge that *parameters* are, or why they are none that can be answered."""
    for name, value in parameters.items():
        if _CONTROL.search(value) or any(character > "\xff" for character in value):
            return f"its {name} holds characters that no header can"
    if "nonce" not in parameters:
        return "it has no nonce"
    if "realm" not in parameters:
        return "it has no realm"
    algorithm = parameters.get("algorithm") or None
    kind = (algorithm or "MD5").upper().removesuffix("-SESS")
    if kind not in _STRENGTH or (kind == "SHA-512-256" and "sha512_256" not in hashlib.algorithms_available):
        return f"its algorithm {algorithm[:40]!r} is not known here"
    offered = [name for name in re.split(r"[\s,]+", parameters.get("qop", "").lower()) if name]
    if offered and "auth" not in offered:
        return f"its qop {parameters['qop'][:40]!r} has no auth"
    return _Challenge(
        realm=parameters["realm"],
        nonce=parameters["nonce"],
        algorithm=algorithm,
        opaque=parameters.get("opaque"),
        has_qop=bool(offered),
        userhash=parameters.get("userhash", "").lower() == "true",
        utf8=parameters.get("charset", "").lower() == "utf-8",
        stale=parameters.get("stale", "").lower() == "true",
    )
