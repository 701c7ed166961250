# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions over real sockets: what is sent, over which connection, with which account."""

from __future__ import annotations

import errno
import os
import socket
import threading
import time

import pytest
from sending import ENVELOPE, REQUEST, fails, options, reset, serve, session

from ansible_collections.wsman.automation.plugins.module_utils._wsman import robust
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import (
    _again,
    _failures,
    _sessions,
    _sockets,
    _tls,
    _transport,
)

# what goes out


def test_the_request(peer):
    one = peer(
        serve({"headers": ["Server: Microsoft-HTTPAPI/2.0", "Content-Type: application/soap+xml;charset=UTF-8"]})
    )
    answer = session(one.port, user="J\u00f6rg", password="p:\u00e9").send(REQUEST, headers={"X-Own": "1"})
    assert (answer.body, answer.status, answer.charset, answer.server) == (
        ENVELOPE,
        200,
        "utf-8",
        "Microsoft-HTTPAPI/2.0",
    )
    assert answer.headers["content-TYPE"].startswith("application/soap+xml")
    assert one.requests[0].line == "POST /wsman HTTP/1.1"
    assert one.requests[0].body == REQUEST
    assert one.requests[0].headers == {
        "host": f"127.0.0.1:{one.port}",
        "user-agent": "Microsoft WinRM Client",
        "content-type": "application/soap+xml;charset=UTF-8",
        "content-length": str(len(REQUEST)),
        "accept-encoding": "identity",
        "connection": "Keep-Alive",
        "authorization": "Basic SsO2cmc6cDrDqQ==",
        "x-own": "1",
    }


def test_without_an_account_nothing_is_said_of_one(peer):
    one = peer(serve({}))
    session(one.port).send(REQUEST)
    assert "authorization" not in one.requests[0].headers


def test_utf_16_is_named(peer):
    one = peer(serve({}))
    session(one.port, encoding="utf-16").send("<r/>".encode("utf-16"))
    assert one.requests[0].headers["content-type"] == "application/soap+xml;charset=UTF-16"


def test_head_and_body_leave_in_one_segment(peer):
    sizes = []

    def script(wire):
        sizes.append(len(wire.connection.recv(65536)))
        wire.answer()

    session(peer(script).port).send(b"x" * 3000)
    assert sizes[0] > 3000


def test_an_envelope_is_returned_whatever_the_status(peer):
    one = peer(serve({"status": "500 Internal Server Error"}))
    assert session(one.port).send(REQUEST).status == 500


# connections


def test_requests_share_a_connection_and_equal_options_a_session(peer):
    one = peer(serve({}))
    for _number in range(3):
        session(one.port).send(REQUEST)
    assert (len(one.requests), one.connections) == (3, 1)


def test_other_options_do_not_share(peer):
    one = peer(serve({}))
    session(one.port).send(REQUEST)
    session(one.port, user="u", password="p").send(REQUEST)
    assert one.connections == 2


def test_a_service_that_closes_after_each_answer(peer):
    one = peer(serve({"headers": ["Connection: Close"]}, close=True))
    for _number in range(3):
        session(one.port).send(REQUEST, repeatable=False)
    assert (len(one.requests), one.connections) == (3, 3)


def test_an_answer_without_a_length_ends_with_the_connection(peer):
    def script(wire):
        wire.receive()
        wire.write(b"HTTP/1.0 200 OK\r\n\r\n" + ENVELOPE)

    assert session(peer(script).port).send(REQUEST).body == ENVELOPE


def test_a_chunked_answer(peer):
    def script(wire):
        wire.receive()
        wire.write(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(ENVELOPE), ENVELOPE)
        )

    assert session(peer(script).port).send(REQUEST).body == ENVELOPE


def test_close_and_again(peer):
    one = peer(serve({}))
    session(one.port).send(REQUEST)
    _sessions.close(options(one.port))
    session(one.port).send(REQUEST)
    assert one.connections == 2


def test_a_fork_makes_its_own_session(peer, monkeypatch):
    one = peer(serve({}))
    first = session(one.port)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert session(one.port) is not first
    assert session(one.port) is session(one.port)


def _close_when_idle(closed):
    """A script that answers one request a connection and is gone when the second comes; that is *closed* then."""

    def script(wire):
        wire.receive()
        wire.answer()
        if wire.number == 1:
            wire.connection.shutdown(socket.SHUT_RDWR)
            closed.set()
        else:
            while wire.receive():
                wire.answer()

    return script


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_connection_closed_while_idle_is_seen_before_sending(peer, repeatable):
    closed = threading.Event()
    one = peer(_close_when_idle(closed))
    session(one.port).send(REQUEST)
    assert closed.wait(20)
    session(one.port).send(b"second", repeatable=repeatable)
    assert [request.body for request in one.requests] == [REQUEST, b"second"]


def _drop_second(wire):
    """The first connection dies with the second request in its hands."""
    wire.receive()
    wire.answer()
    if wire.number == 1:
        wire.receive()
        reset(wire)
    else:
        while wire.receive():
            wire.answer()


def test_a_repeatable_request_is_sent_again_once_where_the_kept_connection_dies(peer):
    one = peer(_drop_second)
    session(one.port).send(REQUEST)
    assert session(one.port).send(b"second").body == ENVELOPE
    assert [request.body for request in one.requests] == [REQUEST, b"second", b"second"]


def test_another_request_is_not_and_its_outcome_is_unknown(peer):
    one = peer(_drop_second)
    session(one.port).send(REQUEST)
    error = fails(one.port, repeatable=False)
    assert (error.step, error.outcome_unknown) == ("read", True)
    assert "not known" in error.message
    assert len(one.requests) == 2


def test_nothing_is_repeated_where_the_connection_was_new(peer, monkeypatch):
    monkeypatch.setattr(_tls, "_PROBE_SECONDS", 0.05)

    def script(wire):
        wire.receive()
        reset(wire)

    one = peer(script)
    error = fails(one.port)
    assert (error.step, error.outcome_unknown) == ("read", False)
    assert len([request for request in one.requests if request.body]) == 1  # what else comes asks for TLS


def test_nothing_is_repeated_once_an_answer_has_begun(peer):
    def script(wire):
        wire.receive()
        wire.answer()
        wire.receive()
        wire.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")

    one = peer(script)
    session(one.port).send(REQUEST)
    error = fails(one.port)
    assert error.step == "read" and "octets of its answer" in error.message
    assert len(one.requests) == 2


@pytest.mark.parametrize(
    ("opened", "received", "sent", "repeatable", "stale"),
    [
        (False, 0, True, True, True),
        (False, 0, False, False, True),  # it did not leave completely, so it cannot have been executed
        (False, 0, True, False, False),
        (False, 1, True, True, False),
        (True, 0, True, True, False),
        (True, 0, False, False, False),
    ],
)
def test_when_a_request_goes_out_again(opened, received, sent, repeatable, stale):
    exchange = _sockets.Exchange("srv:5985")
    exchange.opened, exchange.received, exchange.sent = opened, received, sent
    assert _failures.is_stale(ConnectionResetError(), exchange, repeatable) is stale
    assert _failures.is_stale(TimeoutError(), exchange, repeatable) is False


def test_acknowledgements_are_quick_before_every_read(peer, monkeypatch):
    """The calls are watched: the kernel takes the option back by itself, so reading it would be a race."""
    option = getattr(socket, "TCP_QUICKACK", None)
    if option is None:
        pytest.skip("this system has no TCP_QUICKACK")
    calls = []

    class Watched(_sockets.PlainSocket):
        def setsockopt(self, level, name, value):
            calls.append((level, name, value))
            super().setsockopt(level, name, value)

    def read(self, *arguments):
        if isinstance(self, Watched):
            calls.append("read")
        return socket.SocketType.recv_into(self, *arguments)

    def script(wire):
        while wire.receive():
            wire.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(ENVELOPE))
            time.sleep(0.005)
            wire.write(ENVELOPE)

    monkeypatch.setattr(_sockets, "PlainSocket", Watched)
    monkeypatch.setattr(socket.socket, "recv_into", read, raising=False)
    one = peer(script)
    for _number in range(3):
        session(one.port).send(REQUEST)
    before = [calls[number - 1] for number, call in enumerate(calls) if call == "read"]
    assert len(before) >= 3 and set(before) == {(socket.IPPROTO_TCP, option, 1)}


def test_a_silent_connection_is_asked_whether_it_is_alive(peer):
    one = session(peer(serve({})).port)
    one.send(REQUEST)
    kept = one._exchange.connection
    assert kept.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    probes = [socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, getattr(socket, "TCP_KEEPIDLE", None) or socket.TCP_KEEPALIVE]
    interval, count, idle = (kept.getsockopt(socket.IPPROTO_TCP, option) for option in probes)
    assert idle + interval * count < robust.SECONDS - _again.SLACK - 60  # there is time left to ask for the answer


def test_who_is_gone_is_lost_and_not_silent(peer, monkeypatch):
    """What the probes find out is an error of the system, and comes long before the time for an answer is over."""

    def recv_into(self, *arguments):
        raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")

    monkeypatch.setattr(_sockets.PlainSocket, "recv_into", recv_into)
    with pytest.raises(TransportError) as caught:
        session(peer(serve({})).port).send(REQUEST, repeatable=False)
    error = caught.value
    assert error.lost and not error.silent and error.outcome_unknown and error.step == "read"
    assert "cannot be reached any more" in error.message and "70 s" not in error.message


def test_a_system_without_quick_acknowledgements_works_too(peer, monkeypatch):
    monkeypatch.setattr(_sockets, "_QUICK_ACKNOWLEDGE", None)
    assert session(peer(serve({})).port).send(REQUEST).status == 200


# accounts


CHALLENGE = {"status": "401 Unauthorized", "body": b"", "headers": ['WWW-Authenticate: Basic realm="WSMAN"']}


def test_a_refused_password_is_sent_once(peer):
    one = peer(serve(CHALLENGE))
    first = fails(one.port, user="u", password="wrong")
    again = fails(one.port, user="u", password="wrong", operation_timeout=5)
    assert (first.step, first.http_status, first.offered_schemes) == ("authentication", 401, ("Basic",))
    assert again.step == "authentication" and "not tried again" in again.message
    assert len(one.requests) == 1
    assert "wrong" not in str(first) + str(again)


def test_another_password_is_tried(peer):
    one = peer(serve(CHALLENGE, {}))
    fails(one.port, user="u", password="wrong")
    assert session(one.port, user="u", password="right").send(REQUEST).status == 200


def test_closing_does_not_forget_what_was_refused(peer):
    one = peer(serve(CHALLENGE))
    fails(one.port, user="u", password="wrong")
    _sessions.close(options(one.port, user="u", password="wrong"))
    fails(one.port, user="u", password="wrong")
    assert len(one.requests) == 1


def test_schemes_of_several_lines(peer):
    lines = ['WWW-Authenticate: Negotiate, Kerberos, Basic realm="a, Digest b"', "WWW-Authenticate: CredSSP"]
    error = fails(peer(serve({**CHALLENGE, "headers": lines})).port, user="u", password="p")
    assert error.offered_schemes == ("Negotiate", "Kerberos", "Basic", "CredSSP")


def test_a_service_without_basic_says_so(peer):
    one = peer(serve({**CHALLENGE, "headers": ["WWW-Authenticate: Negotiate"]}))
    assert "does not take Basic" in fails(one.port, user="u", password="p").message


def test_a_service_that_wants_an_account(peer):
    one = peer(serve(CHALLENGE))
    assert "wants authentication" in fails(one.port).message
    fails(one.port)
    assert len(one.requests) == 2  # there is no secret to spare


def test_a_fault_in_a_401_gives_its_reason(peer):
    fault = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
        b' xmlns:wsman="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Body><s:Fault><s:Code><s:Value>s:Sender'
        b"</s:Value><s:Subcode><s:Value>wsman:AccessDenied</s:Value></s:Subcode></s:Code><s:Reason>"
        b'<s:Text xml:lang="en">No entry here.</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>'
    )
    error = fails(peer(serve({**CHALLENGE, "body": fault})).port, user="u", password="p")
    assert error.step == "authentication" and "No entry here." in error.message


# the environment


def test_proxies_of_the_environment_are_not_used(peer, monkeypatch):
    one, proxy = peer(serve({})), peer(serve({}))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    session(one.port).send(REQUEST)
    assert (one.connections, proxy.connections) == (1, 0)


def test_netrc_is_not_read(peer, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    one = peer(serve({}))
    session(one.port).send(REQUEST)
    assert "authorization" not in one.requests[0].headers


def test_without_requests_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(_transport._http, "requests", None)
    with pytest.raises(UsageError, match="requests>=2.32.3"):
        _sessions.session(SessionOptions(host="srv"))


def test_an_old_urllib3_is_refused(monkeypatch):
    monkeypatch.setattr(_transport._http.urllib3, "__version__", "1.26.20")
    with pytest.raises(UsageError, match="urllib3>=2"):
        _sessions.session(SessionOptions(host="srv"))
