# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection that is lost under a request: who keeps its answer is asked for it again, and nobody else is."""

from __future__ import annotations

import select
import socket
import threading
import time

import pytest
from sending import ENVELOPE, REQUEST, options, reset

from ansible_collections.wsman.automation.plugins.module_utils._wsman import robust
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import OUTCOME_UNKNOWN, TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _again, _sessions, _sockets

REPLAY = b"<replay/>"
NOTICE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/'
    'addressing"><s:Header><a:Action>http://schemas.microsoft.com/wbem/wsman/1/wsman/{}</a:Action></s:Header>'
    "<s:Body/></s:Envelope>"
)
ACKNOWLEDGE, KEEPALIVE = (NOTICE.format(name).encode() for name in ("Acknowledge", "Keepalive"))
REFUSED = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/'
    b'addressing"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>'
    b"a:InvalidMessageInformationHeader</s:Value></s:Subcode></s:Code><s:Reason><s:Text>no</s:Text></s:Reason>"
    b"</s:Fault></s:Body></s:Envelope>"
)


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    monkeypatch.setattr(_again, "LEAST", 0.01)
    monkeypatch.setattr(_again, "MOST", 0.05)


def session(port, **more):
    """Where a reset comes early, it is the opening that fails."""
    return _sessions.direct(options(port, **{"reconnection_retries": 5, "reconnection_backoff": 0, **more}))


def chunked(wire, *chunks, end=True):
    wire.write(b"HTTP/1.1 200 OK\r\nServer: Microsoft-HTTPAPI/2.0\r\nTransfer-Encoding: chunked\r\n\r\n")
    for chunk in chunks:
        wire.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
    if end:
        wire.write(b"0\r\n\r\n")


def lose(how):
    """A script for connections: *how* for the first ones, and then a service that answers a replay as Windows does."""
    how = [how] if callable(how) else how

    def script(wire):
        number = wire.number
        if number <= len(how):
            return how[number - 1](wire)
        while wire.receive():
            chunked(wire, ACKNOWLEDGE, KEEPALIVE, ENVELOPE)

    return script


def relay(client, service):
    """Octets both ways until one side ends."""
    ends = {client: service, service: client}
    while True:
        for one in select.select(list(ends), [], [], 5)[0]:
            try:
                data = one.recv(65536)
            except OSError:
                return
            if not data:
                return
            ends[one].sendall(data)


def before(wire):
    reset(wire)


def within(wire):
    wire.receive()
    chunked(wire, KEEPALIVE, ENVELOPE[:20], end=False)


def between_chunks(wire):
    wire.receive()
    chunked(wire, KEEPALIVE, end=False)


def after(wire):
    wire.receive()
    reset(wire)


def notices_alone(wire):
    wire.receive()
    chunked(wire, ACKNOWLEDGE, KEEPALIVE)
    wire.receive()


def send(port, *, replay=REPLAY, repeatable=False, **more):
    return session(port, **more).send(REQUEST, repeatable=repeatable, replay=replay)


def fails(port, *, replay=REPLAY, **more):
    with pytest.raises(TransportError) as caught:
        send(port, replay=replay, **more)
    assert caught.value.outcome_unknown and OUTCOME_UNKNOWN in caught.value.message
    assert caught.value.message.count(OUTCOME_UNKNOWN) == 1
    return caught.value


def bodies(one):
    """Of what was posted: a port that is not known yet is also asked whether it speaks TLS."""
    return [request.body for request in one.requests if request.line.startswith("POST")]


LOSSES = [before, within, between_chunks, after, notices_alone]


@pytest.mark.parametrize("how", LOSSES)
def test_the_answer_is_asked_for_again(peer, how):
    one = peer(lose(how))
    assert send(one.port).body == ENVELOPE
    assert bodies(one) in ([[REQUEST], [REPLAY]] if how is before else [[REQUEST, REPLAY]])
    assert one.connections == 2


@pytest.mark.parametrize("size", [1, 4, 7, 12, 17, 25, 50, 60, 63])
def test_a_head_that_is_cut(peer, size):
    """The end of the connection is not that of the head: what came is no answer, and no refusal either."""

    def cut(wire):
        wire.receive()
        head = "HTTP/1.1 401 No\r\nServer: Microsoft-HTTPAPI/2.0\r\nContent-Length: 0\r\n\r\n"
        wire.write(head.encode()[:size])

    one = peer(lose(cut))
    assert send(one.port, user="u", password="p").body == ENVELOPE
    assert bodies(one) == [REQUEST, REPLAY]
    error = fails(peer(lose(cut)).port, replay=None)
    assert "closed the connection after" in error.message and error.lost


@pytest.mark.parametrize("how", [one for one in LOSSES if one is not before])
def test_without_a_replay_nothing_is_sent_again(peer, how):
    def first(wire):
        wire.receive()
        wire.answer(headers=["Connection: close"])

    one = peer(lose([first, how]))
    session(one.port).send(b"<other/>")
    fails(one.port, replay=None)
    assert bodies(one) == [b"<other/>", REQUEST]


def test_it_is_asked_for_again_and_again(peer):
    one = peer(lose([after, before, within, after, between_chunks]))
    assert send(one.port).body == ENVELOPE
    assert bodies(one) == [REQUEST, REPLAY, REPLAY, REPLAY, REPLAY]
    assert one.connections == 6


def test_a_request_that_may_be_repeated_is_replayed_too(peer):
    one = peer(lose([after, after]))
    assert send(one.port, repeatable=True).body == ENVELOPE
    assert bodies(one) == [REQUEST, REPLAY, REPLAY]


def test_meanwhile_is_not_called_again(peer):
    one, calls = peer(lose([after, after])), []
    session(one.port).send(REQUEST, repeatable=False, replay=REPLAY, meanwhile=lambda: calls.append(1))
    assert calls == [1]


def test_the_kept_connection_is_lost_as_well(peer):
    def first(wire):
        wire.receive()
        wire.answer()
        after(wire)

    one = peer(lose(first))
    session(one.port).send(b"<other/>")
    assert send(one.port).body == ENVELOPE
    assert bodies(one) == [b"<other/>", REQUEST, REPLAY]


def test_a_service_that_does_not_come_back(peer, monkeypatch):
    monkeypatch.setattr(robust, "SECONDS", 2.0)
    monkeypatch.setattr(_again, "SLACK", 0.5)
    one = peer(lose([after] * 1000))
    began = time.monotonic()
    error = fails(one.port)
    assert 1 < time.monotonic() - began < 15
    assert error.remedy.startswith(_again.REMEDY)
    assert error.step == "read"
    assert bodies(one)[0] == REQUEST
    assert set(bodies(one)[1:]) == {REPLAY} and len(one.requests) > 3


def test_nobody_listens_any_more(peer, monkeypatch):
    monkeypatch.setattr(robust, "SECONDS", 0.3)
    monkeypatch.setattr(_again, "SLACK", 0.0)

    def gone(wire):
        wire.peer.listener.shutdown(socket.SHUT_RDWR)  # else the thread that waits there would take one more
        wire.peer.listener.close()
        after(wire)

    one = peer(lose(gone))
    error = fails(one.port)
    assert error.step in ("connect", "read")
    assert bodies(one) == [REQUEST]


def test_the_deadline_ends_it(peer):
    one = peer(lose([after] * 1000))
    began = time.monotonic()
    fails(one.port, deadline=1.5)
    assert time.monotonic() - began < 15


def test_no_replay_leaves_after_its_time():
    exchange, called = _sockets.Exchange("peer"), []
    exchange.before = lambda: called.append(1)
    exchange.not_after = time.monotonic() + 10
    exchange.leaves()
    exchange.not_after = time.monotonic() - 0.001
    with pytest.raises(TimeoutError):
        exchange.leaves()
    assert called == [1]


def test_time_counts_from_the_last_sign_of_life(peer, monkeypatch):
    """Who keeps the answer may have noticed the loss then: a silence that was waited for is over already."""
    monkeypatch.setattr(robust, "SECONDS", 2.0)
    monkeypatch.setattr(_again, "SLACK", 0.6)

    def silent(wire):
        wire.receive()
        wire.peer.done.wait(60)

    one = peer(lose(silent))
    fails(one.port, operation_timeout=0.1, read_timeout=1.5)
    assert bodies(one) == [REQUEST]


def test_silence_is_a_loss(peer):
    def silent(wire):
        wire.receive()
        wire.peer.done.wait(60)

    one = peer(lose(silent))
    assert send(one.port, operation_timeout=0.1, read_timeout=1.5).body == ENVELOPE
    assert bodies(one) == [REQUEST, REPLAY]


def test_a_login_is_lost_to_a_service_that_is_known(peer):
    """Nothing of the request has left: it is sent as it is, as often as a connection is opened."""
    given = {"user": "u", "password": "p", "authentication": "digest", "reconnection_retries": 2}
    one = peer(lose(after))
    assert send(one.port, **given).body == ENVELOPE
    assert bodies(one) == [b"", b"", REQUEST]
    one = peer(lose([after] * 100))
    with pytest.raises(TransportError) as caught:
        send(one.port, **given)
    assert not caught.value.outcome_unknown
    assert bodies(one) == [b"", b"", b""]


def test_a_login_is_lost_to_a_service_that_is_not_known(peer):
    one = peer(lose(after))
    with pytest.raises(TransportError):
        send(one.port, replay=None, user="u", password="p", authentication="digest")
    assert bodies(one) == [b""]


def test_who_is_silent_to_a_replay_has_nothing_to_say(peer):
    """A service that knows the operation answers it at once, if only that it was received."""

    def silent(wire):
        wire.receive()
        wire.peer.done.wait(60)

    one = peer(lose([after, silent]))
    error = fails(one.port, operation_timeout=0.1, read_timeout=0.4)
    assert error.step == "read"
    assert bodies(one) == [REQUEST, REPLAY]


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        ({"body": REFUSED, "status": "500 Internal Server Error"}, "wsman"),
        ({"body": b"", "status": "401 Unauthorized", "headers": ["WWW-Authenticate: Basic"]}, "authentication"),
        ({"body": b"", "status": "503 Service Unavailable"}, "http"),
        ({"body": b"<html/>"}, "wsman"),
    ],
)
def test_a_replay_that_is_not_answered_tells_nothing(peer, answer, step):
    def refuse(wire):
        wire.receive()
        wire.answer(**answer)
        wire.receive()

    one = peer(lose([after, refuse]))
    error = fails(one.port, user="u", password="p")
    assert error.step == step
    assert bodies(one) == [REQUEST, REPLAY]


def test_a_request_that_changes_nothing_leaves_nothing_open(peer, monkeypatch):
    monkeypatch.setattr(robust, "SECONDS", 0.2)
    monkeypatch.setattr(_again, "SLACK", 0.0)
    one = peer(lose([after] * 1000))
    with pytest.raises(TransportError) as caught:
        send(one.port, repeatable=True)
    assert not caught.value.outcome_unknown and OUTCOME_UNKNOWN not in caught.value.message


def test_a_replay_that_another_sends(peer):
    """What one session has lost another may ask for; it may have been executed before."""
    one = peer(lose(after))
    assert session(one.port).send(REPLAY, repeatable=False, replay=REPLAY).body == ENVELOPE
    refusing = peer(lambda wire: (wire.receive(), wire.answer(REFUSED)))
    with pytest.raises(TransportError) as caught:
        session(refusing.port).send(REPLAY, repeatable=False, replay=REPLAY)
    assert caught.value.outcome_unknown


def test_a_replay_that_was_heard_is_lost_by_silence_like_a_request(peer):
    def silent(wire):
        wire.receive()
        chunked(wire, ACKNOWLEDGE, end=False)
        wire.peer.done.wait(60)

    one = peer(lose([after, silent]))
    assert send(one.port, operation_timeout=0.1, read_timeout=1.5).body == ENVELOPE
    assert bodies(one) == [REQUEST, REPLAY, REPLAY]


def test_a_refusal_that_is_remembered_is_of_the_secret_alone(peer):
    def refuse(wire):
        wire.receive()
        wire.answer(b"", status="401 Unauthorized", headers=["WWW-Authenticate: Basic"])

    one = peer(lose([after, refuse]))
    error = fails(one.port, user="u", password="p")
    assert error.secret_refused and error.remedy.startswith(_again.REMEDY)
    with pytest.raises(TransportError) as caught:
        send(one.port, user="u", password="p")
    assert not caught.value.outcome_unknown and "lost" not in caught.value.message
    assert OUTCOME_UNKNOWN not in caught.value.message and _again.REMEDY not in caught.value.remedy
    assert bodies(one) == [REQUEST, REPLAY]


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
def test_a_proxy_that_does_not_reach_the_service_for_a_while(peer, authority, status):
    one = peer(lose(after), tls=authority.service("127.0.0.1"))
    refused = []

    def script(wire):
        wire.receive()
        if one.connections and len(refused) < 3:
            refused.append(status)
            return wire.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        wire.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with socket.create_connection(("127.0.0.1", one.port)) as service:
            relay(wire.connection, service)

    proxy = peer(script)
    given = {"scheme": "https", "message_encryption": "auto", "proxy": f"http://127.0.0.1:{proxy.port}"}
    given.update(skip_ca_check=True, skip_cn_check=True, skip_revocation_check=True)
    assert send(one.port, **given).body == ENVELOPE
    assert bodies(one) == [REQUEST, REPLAY] and len(refused) == 3


def test_who_ends_it_from_another_thread(peer, monkeypatch):
    monkeypatch.setattr(_again, "LEAST", 60.0)
    monkeypatch.setattr(_again, "MOST", 60.0)
    one, ended = peer(lose([after] * 1000)), threading.Event()
    sender = session(one.port)

    def run():
        try:
            sender.send(REQUEST, repeatable=False, replay=REPLAY)
        except _sockets.Aborted:
            ended.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    end = time.monotonic() + 20
    while len(one.requests) < 2:
        assert time.monotonic() < end
        time.sleep(0.01)
    sender.abort()
    assert ended.wait(20)  # it would pause for half a minute at least


# notices


def test_notices_extend_the_reading(peer):
    def script(wire):
        wire.receive()
        wire.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _number in range(4):
            time.sleep(0.5)
            wire.write(b"%x\r\n%s\r\n" % (len(KEEPALIVE), KEEPALIVE))
        wire.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(ENVELOPE), ENVELOPE))

    assert session(peer(script).port, operation_timeout=0.1, read_timeout=1.9).send(REQUEST).body == ENVELOPE


def endless(seconds):
    def script(wire):
        wire.receive()
        wire.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            wire.write(b"%x\r\n%s\r\n" % (len(KEEPALIVE), KEEPALIVE))
            time.sleep(seconds)

    return script


def test_notices_do_not_move_the_deadline(peer):
    began = time.monotonic()
    error = fails(peer(endless(0.05)).port, deadline=1.5)
    assert "deadline of 1.5 s" in error.message
    assert time.monotonic() - began < 15


def test_notices_without_end_are_not_read_for_ever(peer):
    sender = session(peer(endless(0)).port)
    sender._exchange.most = 1_000_000
    with pytest.raises(TransportError) as caught:
        sender.send(REQUEST, repeatable=False)
    assert caught.value.outcome_unknown and not caught.value.lost


@pytest.mark.parametrize("chunks", [(ENVELOPE, ENVELOPE), (ACKNOWLEDGE, b"garbage", ENVELOPE)])
def test_what_is_wrong_stays_for_the_reader(peer, chunks):
    def script(wire):
        wire.receive()
        chunked(wire, *chunks)

    assert session(peer(script).port).send(REQUEST).body == b"".join(chunks)
