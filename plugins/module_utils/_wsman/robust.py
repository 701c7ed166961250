# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Robust connection: an operation outlives its connection, for the service keeps its answer (MS-WSMV 3.1.4.1.39).

A request carries an OperationID. A service that keeps answers returns it with each of them, and only then the request
may be sent again as a replay: the same octets, but for the OperationID, which must be understood now. The service
executes a replay where it has never had the request, and answers it from its table where it has. That table is kept for
195 seconds after the connection was lost (3.1.2), and asked for 185 (3.2.5.3).

One HTTP answer may hold several envelopes, the answer and notices beside it: that a replay was received, that the
operation goes on. Knows bytes and envelopes; nothing of connections, nor of time.
"""

from __future__ import annotations

import re
import typing as t

from . import envelope, uris
from .errors import ProtocolError, WSManFault

#: Seconds after the last sign of life of the connection during which a replay may leave.
SECONDS: t.Final = 185.0
MAX_NOTICES: t.Final = 10000  # of one answer: one a minute, for a week
_MAX_NOTICE = 65536  # octets; those of Windows have 800
_HEAD = 16384  # octets within which the header of an answer is looked for

#: What Windows' plug-in for CIM objects serves (MS-WSMV 3.1.4.1.34.3.1).
_CIM: t.Final = (
    uris.WMI,
    "http://schemas.dmtf.org/wbem/wscim/1/",
    "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/",
)
_NOTICES: t.Final = tuple(
    "http://schemas.microsoft.com/wbem/wsman/1/wsman/" + name
    for name in ("acknowledge", "acknowledgerequest", "keepalive", "end")
)
_EVENT: t.Final = "{http://schemas.microsoft.com/wbem/wsman/1/cim/interactive.xsd}"
_OUTPUT = ("debug", "warning", "verbose", "progress")  # to be passed over by who has not asked for it (3.2.7.2 to .5)

#: Faults that are about a replay itself, and say nothing of the operation.
_ABOUT_REPLAY = ("s:MustUnderstand", "wsa:InvalidMessageInformationHeader", "wsa:MessageInformationHeaderRequired")

# After these nobody remembers anything: a replay would meet a service that was just started, and stop that one too.
_LAST = re.compile(r"operatingsystem/(?:reboot|shutdown|win32shutdown(?:tracker)?)\Z", re.IGNORECASE)
_IDENTIFIER = re.compile(rb'(<wsmv:OperationID s:mustUnderstand=")false(?=")')
_VALUE = re.compile(rb'(<wsmv:OperationID s:mustUnderstand="(?:true|false)">uuid:)[^<]*')
_ECHO = re.compile(r":?OperationID(?:\s[^<>]{0,400})?>\s*(?:uuid:)?([0-9a-f-]{36})\s*<", re.IGNORECASE)
_BODY = re.compile(r"<(?:[\w.-]{1,40}:)?Body[\s/>]")
# The end of one envelope and the beginning of the next; the odd characters are a byte order mark read as Latin-1.
_BETWEEN = re.compile(
    "</(?:[\\w.-]{1,40}:)?Envelope\\s*+>([\\s\ufeff\u00ef\u00bb\u00bf]*+)"
    "(?=(?:<\\?xml[^>]{0,200}\\?>\\s*+)?<(?:[\\w.-]{1,40}:)?Envelope[\\s>])"
)


def covers(resource_uri: str) -> bool:
    """Whether Windows has robust connection for this resource: for CIM objects it has, for its configuration not."""
    return resource_uri.lower().startswith(_CIM)


def is_last(action: str) -> bool:
    """Whether *action* ends the service, and with it the table of its answers: then it must not be replayed."""
    return _LAST.search(action) is not None


def replay(data: bytes) -> bytes:
    """The replay of the request *data*, which ``envelope.dump`` has made with an *operation_id*."""
    return _edited(data, lambda octets: _IDENTIFIER.sub(rb"\1true", octets, count=1))


def renewed(data: bytes, operation_id: str) -> bytes:
    """*data* as another operation, if it is one: a service that keeps answers refuses to do the same one twice."""
    return _edited(data, lambda octets: _VALUE.sub(rb"\g<1>" + operation_id.upper().encode(), octets, count=1))


def _edited(data: bytes, edit: t.Callable[[bytes], bytes]) -> bytes:
    if b"\0" not in data[:4]:
        return edit(data)
    encoding = _wide(data)
    return edit(data.decode(encoding).encode("utf-8")).decode("utf-8").encode(encoding)


def echoes(data: bytes, operation_id: str) -> bool:
    """Whether the answer *data* carries *operation_id*: its service keeps answers (MS-WSMV 1.7)."""
    head = _BODY.split(data[:_HEAD].replace(b"\0", b"").decode("latin-1"), maxsplit=1)[0]
    return any(found.group(1).lower() == operation_id.lower() for found in _ECHO.finditer(head))


def answer(data: bytes, charset: str | None = None) -> bytes | None:
    """The answer in *data*, without the notices before and after it; None where there are but notices.

    What else stands there stays, for who reads it to complain about.
    """
    if _holds_one(data):
        return None if _is_notice(data, charset) else data
    encoding = _wide(data) if b"\0" in data[:4] else "latin-1"
    try:
        text = data.decode(encoding)
    except UnicodeError:
        return data
    between = [found.span(1) for found in _BETWEEN.finditer(text)]
    if len(between) > MAX_NOTICES:
        return data
    begins, ends = [0, *(end for _begin, end in between)], [*(begin for begin, _end in between), len(text)]
    first, last = 0, len(begins) - 1
    while first <= last and _is_notice(text[begins[first] : ends[first]].encode(encoding), charset):
        first += 1
    while last > first and _is_notice(text[begins[last] : ends[last]].encode(encoding), charset):
        last -= 1
    return text[begins[first] : ends[last]].encode(encoding) if first <= last else None


def refuses(data: bytes, charset: str | None = None) -> str | None:
    """What the service says where it refuses the replay itself, which tells nothing of the operation; else None."""
    try:
        envelope.load(data, charset=charset)
    except WSManFault as fault:
        return str(fault) if fault.code in _ABOUT_REPLAY or fault.subcode in _ABOUT_REPLAY else None
    except ProtocolError:
        return None
    return None


def _wide(data: bytes) -> str:
    """The encoding of a document in UTF-16; a byte order mark stays a character of it."""
    little = data[:2] == b"\xff\xfe" or (data[:2] != b"\xfe\xff" and data[1:2] == b"\0")
    return "utf-16-le" if little else "utf-16-be"


def _holds_one(data: bytes) -> bool:
    """Whether the name of the root stands there twice at most: then nothing has to be looked for in a long answer."""
    return data.count(b"Envelope" if b"\0" not in data[:4] else b"E\0n\0v\0e\0l\0o\0p\0e") <= 2


def _is_notice(data: bytes, charset: str | None) -> bool:
    if len(data) > _MAX_NOTICE:
        return False
    text = data.replace(b"\0", b"").lower()
    if b"/wbem/wsman/1/wsman/" not in text and b"interactiveevent" not in text:
        return False
    try:
        message = envelope.load(data, charset=charset)
    except (ProtocolError, WSManFault):
        return False
    if (message.action or "").lower() in _NOTICES:
        return True
    content = message.content
    if content is None or content.tag != f"{_EVENT}InteractiveEvent":
        return False
    return (content.findtext(f"{_EVENT}EventType") or "").strip().lower() in _OUTPUT
