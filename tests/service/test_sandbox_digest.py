# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digest as AMT and Openwsman offer it."""

from __future__ import annotations

import hashlib
import re
import typing as t

import pytest
from handshakes import GET, Client

from sandbox import DigestSettings, Sandbox

REALM = "Digest:A3000000000000000000000000000000"


@pytest.fixture
def box() -> t.Iterator[Sandbox]:
    with Sandbox(manner="amt", users={"admin": "P@ssw0rd:"}) as box:
        yield box


def fields(client: Client) -> dict[str, str]:
    """The challenge's members."""
    (line,) = client.headers.get_all("WWW-Authenticate") or []
    assert line.startswith("Digest ")
    return {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^",]+))', line)}


def answer(nonce: str, *, count: int = 1, algorithm: str | None = None, **changed: str) -> str:
    """An Authorization header, RFC 7616 3.4.1; *changed* after it was made, but for what goes into the response."""
    used = {"username": "admin", "realm": REALM, "nonce": nonce, "uri": "/wsman", "qop": "auth", "nc": f"{count:08x}",
            "cnonce": "c1", "password": "P@ssw0rd:", **changed}  # fmt: skip

    def digest(text: str) -> str:
        name = {"SHA-256": "sha256", "SHA-512-256": "sha512_256"}.get(algorithm or "", "md5")
        return hashlib.new(name, text.encode()).hexdigest()

    first = digest(f"{used['username']}:{used['realm']}:{used.pop('password')}")
    second = f"POST:{used['uri']}" + (f":{digest(GET.decode())}" if used["qop"] == "auth-int" else "")
    parts = [first, nonce, used["nc"], used["cnonce"], used["qop"], digest(second)]
    used["response"] = digest(":".join(parts))
    if algorithm:
        used["algorithm"] = algorithm
    plain = ("nc", "qop", "algorithm")
    return "Digest " + ", ".join(f"{k}={v}" if k in plain else f'{k}="{v}"' for k, v in used.items())


def challenged(box: Sandbox) -> tuple[str, dict[str, str]]:
    client = Client(box)
    assert client.post(GET) == 401
    found = fields(client)
    return found["nonce"], found


def test_the_challenge_is_amts(box: Sandbox) -> None:
    nonce, found = challenged(box)
    assert found == {"realm": REALM, "nonce": nonce, "stale": "false", "qop": "auth"}
    assert box.authentication_failures == 0


def test_a_right_answer_and_its_counts(box: Sandbox) -> None:
    nonce, _found = challenged(box)
    for count in (1, 3, 2, 16):
        assert Client(box).post(GET, answer(nonce, count=count)) in (200, 400, 500)
        assert (box.journal[-1].user, box.journal[-1].scheme) == ("admin", "Digest")
    assert box.authentication_failures == 0
    assert Client(box).post(GET, answer(nonce, count=2)) == 401  # was there
    assert box.failures == {"digest": 1}


@pytest.mark.parametrize(
    "changed",
    [
        {"password": "wrong"}, {"username": "nobody"}, {"realm": "another"}, {"uri": "/"}, {"qop": "auth-int"},
        {"nc": "1"},
    ],
)  # fmt: skip
def test_what_is_refused(box: Sandbox, changed: dict[str, str]) -> None:
    nonce, _found = challenged(box)
    client = Client(box)
    assert client.post(GET, answer(nonce, **changed)) == 401
    assert box.failures == {"digest": 1}
    assert fields(client)["stale"] == "false" and fields(client)["nonce"] != nonce


def test_a_field_is_missing(box: Sandbox) -> None:
    nonce, _found = challenged(box)
    assert Client(box).post(GET, answer(nonce).replace('cnonce="c1", ', "")) == 401
    assert Client(box).post(GET, "Digest") == 401
    assert box.failures == {"digest": 2}


def test_a_stale_nonce_is_no_refusal(box: Sandbox) -> None:
    client = Client(box)
    assert client.post(GET, answer("unknown")) == 401
    assert fields(client)["stale"] == "true"
    assert Client(box).post(GET, answer(fields(client)["nonce"])) != 401
    nonce, _found = challenged(box)
    box.misbehave("stale_nonce")
    client = Client(box)
    assert client.post(GET, answer(nonce, password="wrong")) == 401 and fields(client)["stale"] == "false"
    client = Client(box)
    assert client.post(GET, answer(nonce)) == 401 and fields(client)["stale"] == "true"
    assert Client(box).post(GET, answer(nonce, count=2)) != 401
    assert box.failures == {"digest": 1}


def test_a_nonce_that_is_used_up() -> None:
    with Sandbox(manner="amt", users={"admin": "P@ssw0rd:"}, digest=DigestSettings(uses=1)) as box:
        nonce, _found = challenged(box)
        assert Client(box).post(GET, answer(nonce)) != 401
        client = Client(box)
        assert client.post(GET, answer(nonce, count=2)) == 401 and fields(client)["stale"] == "true"


@pytest.mark.parametrize("qop", ["auth", "auth-int"])
def test_both_qualities(qop: str) -> None:
    with Sandbox(manner="amt", users={"admin": "P@ssw0rd:"}, digest=DigestSettings(qop="auth-int, auth")) as box:
        nonce, found = challenged(box)
        assert found["qop"] == "auth-int, auth"
        assert Client(box).post(GET, answer(nonce, qop=qop)) != 401
        status = Client(box).post(GET + b" ", answer(nonce, qop=qop, count=2))  # another body than was signed
        assert (status == 401) == (qop == "auth-int")


@pytest.mark.parametrize("algorithm", ["SHA-256", "SHA-512-256"])
def test_algorithms(algorithm: str) -> None:
    with Sandbox(manner="amt", users={"admin": "P@ssw0rd:"}, digest=DigestSettings(algorithm=algorithm)) as box:
        nonce, found = challenged(box)
        assert found["algorithm"] == algorithm
        assert Client(box).post(GET, answer(nonce, algorithm=algorithm)) != 401
        assert Client(box).post(GET, answer(nonce, count=2)) == 401


def test_basic_only_where_it_is_asked_for() -> None:
    with Sandbox(manner="amt", basic=True) as box:
        client = Client(box)
        client.post(GET)
        names = [line.partition(" ")[0] for line in client.headers.get_all("WWW-Authenticate") or []]
    assert names == ["Digest", "Basic"]
