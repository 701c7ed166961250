# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Digest against the examples of the RFCs, against the arithmetic of requests, and against challenges that lie."""

from __future__ import annotations

import hashlib
import re

import pytest
import requests.auth
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _digest
from ansible_collections.wsman.automation.plugins.plugin_utils._digest import Digest

SHA_512_256 = "sha512_256" in hashlib.algorithms_available
RFC_2617 = (
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
RFC_7616_CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
NAMES = (
    'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, '
    'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", '
    "charset=UTF-8, userhash=true"
)


def answer(user, password, *challenges, method="POST", uri="/wsman"):
    digest = Digest(user, password)
    assert digest.challenge(challenges), digest.reason
    return fields(digest.authorization(method, uri))


def fields(header):
    assert header.startswith("Digest ")
    found = re.findall(r'([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))', header)
    assert len({name for name, _quoted, _plain in found}) == len(found)
    return {name: re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in found}


@pytest.fixture
def cnonce(monkeypatch):
    return lambda value: monkeypatch.setattr(_digest, "_cnonce", lambda: value)


# the RFCs' own examples


def test_rfc_2617(cnonce):
    cnonce("0a4f113b")
    found = answer("Mufasa", "Circle Of Life", RFC_2617, method="GET", uri="/dir/index.html")
    assert found == {
        "username": "Mufasa",
        "realm": "testrealm@host.com",
        "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        "uri": "/dir/index.html",
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "0a4f113b",
        "response": "6629fae49393a05397450978507c4ef1",
        "opaque": "5ccc069c403ebaf9f0171e9517f40e41",
    }


def test_rfc_2069():
    """The response is that of the RFC's erratum 749."""
    challenge = RFC_2617.replace('qop="auth,auth-int", ', "")
    found = answer("Mufasa", "CircleOfLife", challenge, method="GET", uri="/dir/index.html")
    assert found["response"] == "1949323746fe6a43ef61f9606e7febea"
    assert not found.keys() & {"qop", "nc", "cnonce", "algorithm"}


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_rfc_7616(cnonce, algorithm, response):
    cnonce(RFC_7616_CNONCE)
    found = answer("Mufasa", "Circle of Life", RFC_7616.format(algorithm), method="GET", uri="/dir/index.html")
    assert (found["response"], found["algorithm"]) == (response, algorithm)


@pytest.mark.skipif(not SHA_512_256, reason="this OpenSSL has no SHA-512/256")
def test_rfc_7616_with_a_hashed_name(cnonce):
    """Hash of the name and response are those of the RFC's erratum 4897."""
    cnonce("NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v")
    found = answer("J\u00e4s\u00f8n Doe", "Secret, or not?", NAMES, method="GET", uri="/doe.json")
    assert found["username"] == "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"
    assert found["response"] == "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"
    assert found["userhash"] == "true"


@pytest.mark.parametrize(
    ("algorithm", "qop"),
    [
        ("MD5", 'qop="auth", '),
        ("MD5-sess", 'qop="auth", '),
        ("SHA-256", 'qop="auth", '),
        ("MD5", ""),
        ("SHA-256", ""),
    ],
)
def test_what_requests_can_do_it_does_alike(cnonce, algorithm, qop):
    theirs = requests.auth.HTTPDigestAuth("user", "p\u00e4ss")
    theirs.init_per_thread_state()
    challenge = {"realm": "r", "nonce": "n", "opaque": "o", "algorithm": algorithm, **({"qop": "auth"} if qop else {})}
    theirs._thread_local.chal = challenge
    digest = Digest("user", "p\u00e4ss")
    assert digest.challenge([f'Digest realm="r", nonce="n", opaque="o", {qop}algorithm={algorithm}'])
    for _request in range(2):
        expected = fields(theirs.build_digest_header("POST", "https://box:5986/wsman"))
        cnonce(expected.get("cnonce", ""))
        assert fields(digest.authorization("POST", "/wsman")) == expected


# peers


@pytest.mark.parametrize(
    ("challenge", "expected"),
    [
        (
            'Digest realm="Digest:A4070000000000000000000000000000", nonce="Yx==", stale="false", '
            'qop="auth-int, auth"',
            {"realm": "Digest:A4070000000000000000000000000000", "nonce": "Yx==", "qop": "auth"},
        ),  # Intel AMT
        (
            'Digest qop="auth",algorithm=MD5-sess,nonce="+Upgraded+v1abc",charset=utf-8,realm="Digest"',
            {"algorithm": "MD5-sess", "nonce": "+Upgraded+v1abc", "realm": "Digest"},
        ),  # Windows
        ('DIGEST REALM="a", NONCE="b"', {"realm": "a", "nonce": "b"}),
        ('Digest realm="a, b=c, Digest x", nonce="b"', {"realm": "a, b=c, Digest x", "nonce": "b"}),
        (r'Digest realm="a \"b\" \\ c", nonce="b"', {"realm": r'a "b" \ c'}),
        ('Digest realm = "a" , nonce\t= "b"', {"realm": "a", "nonce": "b"}),
        ("Digest realm=a,, nonce=b=,", {"realm": "a", "nonce": "b="}),
        ('Digest realm="", nonce="b", opaque=""', {"realm": "", "opaque": ""}),
        ('Digest realm="a" nonce="b"', {"realm": "a", "nonce": "b"}),  # no comma
        ('Digest realm="a", nonce="b", nonce="c"', {"nonce": "b"}),
        ('Digest\r\n realm="a",\r\n\tnonce="b"', {"realm": "a", "nonce": "b"}),
        ('Basic realm="x", Digest realm="a", nonce="b"', {"realm": "a", "nonce": "b"}),
        ('Negotiate YII/Digest+abc==, Digest realm="a", nonce="b", Basic realm="x"', {"realm": "a", "nonce": "b"}),
    ],
)
def test_challenges_of_peers(challenge, expected):
    assert expected.items() <= answer("u", "p", challenge).items()


def test_the_strongest_of_several_is_answered():
    several = [
        'Basic realm="x"',
        'Digest realm="a", nonce="1", algorithm=MD5, Digest realm="a", nonce="2", algorithm=SHA-256-sess',
        'Digest realm="a", nonce="3", algorithm=SHA-256',
        'Digest realm="a", nonce="4", algorithm=SHA-999',
    ]
    assert answer("u", "p", *several)["nonce"] == "2"
    strongest = 'Digest realm="a", nonce="5", algorithm=sha-512-256'
    assert answer("u", "p", *several, strongest)["nonce"] == ("5" if SHA_512_256 else "2")


def test_a_session_s_hash_has_the_nonces_in_it(cnonce):
    cnonce("c")
    one = hashlib.sha256(b"u:a:p").hexdigest()
    first = hashlib.sha256(f"{one}:n:c".encode()).hexdigest()
    second = hashlib.sha256(b"POST:/wsman").hexdigest()
    expected = hashlib.sha256(f"{first}:n:00000001:c:auth:{second}".encode()).hexdigest()
    assert answer("u", "p", 'Digest realm="a", nonce="n", qop=auth, algorithm=SHA-256-sess')["response"] == expected


def test_the_target_of_connect_is_a_host_and_a_port(cnonce):
    cnonce("c")
    found = answer("u", "p", 'Digest realm="a", nonce="n"', method="CONNECT", uri="[::1]:5986")
    first, second = (hashlib.md5(text).hexdigest() for text in (b"u:a:p", b"CONNECT:[::1]:5986"))
    assert found["uri"] == "[::1]:5986"
    assert found["response"] == hashlib.md5(f"{first}:n:{second}".encode()).hexdigest()


@pytest.mark.parametrize("user", ['a"b', "DOM\\user", '"', "\\"])
def test_names_are_quoted_and_hashed_as_they_are(user):
    found = answer(user, "p", r'Digest realm="r\"\\", nonce="n"')
    first = hashlib.md5(f'{user}:r"\\:p'.encode()).hexdigest()
    second = hashlib.md5(b"POST:/wsman").hexdigest()
    assert (found["username"], found["realm"]) == (user, 'r"\\')
    assert found["response"] == hashlib.md5(f"{first}:n:{second}".encode()).hexdigest()


def test_names_outside_ascii():
    """Extended where the peer knows UTF-8, composed there too; octets of UTF-8 otherwise; a realm as it came."""
    assert answer("J\u00e4", "p", 'Digest realm="a", nonce="n", charset="UTF-8"')["username*"] == "UTF-8''J%C3%A4"
    assert answer("Ja\u0308", "p", 'Digest realm="a", nonce="n", charset=utf-8')["username*"] == "UTF-8''J%C3%A4"
    found = answer("J\u00e4", "p", 'Digest realm="\xc3\xa4", nonce="n"')
    assert found["username"] == "J\xc3\xa4" and found["realm"] == "\xc3\xa4"
    first = hashlib.md5("J\u00e4:\u00e4:p".encode()).hexdigest()
    second = hashlib.md5(b"POST:/wsman").hexdigest()
    assert found["response"] == hashlib.md5(f"{first}:n:{second}".encode()).hexdigest()


def test_requests_are_counted_for_each_nonce():
    digest = Digest("u", "p")
    assert digest.authorization("POST", "/wsman") is None

    def count():
        return fields(digest.authorization("POST", "/wsman"))["nc"]

    one, other = (f'Digest realm="a", nonce="{nonce}", qop="auth"' for nonce in "12")
    assert digest.challenge([one])
    assert [count(), count()] == ["00000001", "00000002"]
    assert digest.challenge([one])
    assert count() == "00000003"
    assert digest.challenge([other])
    assert count() == "00000001"
    assert not digest.challenge(["Basic realm=x"])
    assert count() == "00000002"


def test_a_cnonce_is_never_used_twice():
    digest = Digest("u", "p")
    assert digest.challenge(['Digest realm="a", nonce="1", qop="auth"'])
    assert len({fields(digest.authorization("POST", "/wsman"))["cnonce"] for _request in range(50)}) == 50


@pytest.mark.parametrize(
    ("stale", "expected"), [("stale=true", True), ('stale="TRUE"', True), ("stale=false", False), ("x=y", False)]
)
def test_stale(stale, expected):
    digest = Digest("u", "p")
    assert digest.is_stale(["Negotiate", f'Digest realm="a", nonce="1", {stale}']) is expected
    assert not digest.is_stale(["Basic realm=x, stale=true"])


# what cannot be answered


@pytest.mark.parametrize(
    ("challenges", "reason"),
    [
        ([], "there is no Digest challenge"),
        (["Negotiate", 'Basic realm="Digest"'], "there is no Digest challenge"),
        (['Digest realm="a"'], "it has no nonce"),
        (["Digest"], "it has no nonce"),
        (['Digest nonce="a"'], "it has no realm"),
        (['Digest realm="a", nonce="b", algorithm=SHA-3'], "its algorithm 'SHA-3' is not known here"),
        (['Digest realm="a", nonce="b", qop="auth-int"'], "its qop 'auth-int' has no auth"),
        (['Digest realm="a", nonce="b\nX-Evil: 1"'], "its nonce holds characters that no header can"),
        (['Digest realm="\u20ac", nonce="b"'], "its realm holds characters that no header can"),
        (['Digest realm="a, nonce=b'], "it has no realm"),
    ],
)
def test_what_cannot_be_answered_is_said(challenges, reason):
    digest = Digest("u", "p")
    assert not digest.challenge(challenges)
    assert digest.reason == reason
    assert digest.authorization("POST", "/wsman") is None


def test_a_forbidden_md5_is_not_evaded(monkeypatch):
    real = hashlib.new

    def strict(name, data=b"", **options):
        if name == "md5":
            raise ValueError("[digital envelope routines] unsupported")
        return real(name, data, **options)

    monkeypatch.setattr(hashlib, "new", strict)
    digest = Digest("u", "s3cret")
    assert digest.challenge(['Digest realm="a", nonce="b"'])
    with pytest.raises(TransportError) as caught:
        digest.authorization("POST", "/wsman")
    assert (caught.value.step, "MD5" in caught.value.message) == ("authentication", True)
    assert "SHA-256" in caught.value.remedy and "s3cret" not in str(caught.value)
    assert digest.challenge(['Digest realm="a", nonce="b"', 'Digest realm="a", nonce="c", algorithm=SHA-256'])
    assert fields(digest.authorization("POST", "/wsman"))["nonce"] == "c"


def test_a_name_with_a_line_break():
    digest = Digest("u\r\nX-Evil: 1", "p")
    assert digest.challenge(['Digest realm="a", nonce="b"'])
    with pytest.raises(TransportError, match="control character"):
        digest.authorization("POST", "/wsman")


PIECES = st.sampled_from(
    ["Digest ", "digest", "Basic ", "realm=", "nonce=", "qop=", "algorithm=", "stale=", "opaque=", "charset="]
    + ["userhash=", "MD5", "MD5-sess", "SHA-256", "auth", "auth-int", "true", "UTF-8"]
    + ['"', "\\", ",", " ", "=", "\r\n ", "\x00"]
)
HOSTILE = st.lists(st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=30).map("".join), max_size=4)


@given(HOSTILE, st.text(max_size=6), st.text(max_size=6))
def test_hostile_challenges(challenges, user, password):
    """Whatever comes: an answer that is one legal header, or False with a reason."""
    digest = Digest(user, password)
    digest.is_stale(challenges)
    if not digest.challenge(challenges):
        assert digest.reason
        return
    assert digest.reason is None
    try:
        header = digest.authorization("POST", "/wsman")
    except TransportError:
        assert re.search(r"[\x00-\x1f\x7f]", user)
        return
    assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", header)
    header.encode("latin-1")


def test_long_challenges_take_no_long_time():
    digest = Digest("u", "p")
    for text in ('Digest realm="' + "\\" * 60000, "Digest " + "a," * 30000, "Digest " + 'a="' * 20000, "a " * 30000):
        assert not digest.challenge([text] * 100)
