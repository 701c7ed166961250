# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an HTTP answer means that is no SOAP message: pure functions from status, heads and body to an error.

Peers say the same thing in many ways (protocol.md §6.1); here each gets one message and one remedy. Sends nothing.
"""

from __future__ import annotations

import base64
import contextlib
import re
import typing as t
import zlib

from ansible_collections.wsman.automation.plugins.module_utils._wsman import envelope
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    ProtocolError,
    TransportError,
    WSManFault,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions

# Atomic: what stands before the root is read in one way only. Else forty times "<??>" would never be finished with.
_ROOT = re.compile(rb"\s*(?>(?:<\?.*?\?>\s*|<!--.*?-->\s*)*)<(?:[\w.-]+:)?Envelope[\s>/]", re.DOTALL)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^"';\s]+)""", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][\w!#$%&'*+.^`|~-]{0,31})(?!\s*=)(?:\s|\Z)", re.ASCII)  # a peer's, and shown
_PARTS = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
_GZIP = b"\x1f\x8b"
TLS_ALERT = "\x15"  # the first octet of an alert, which is how a TLS port answers plain text (RFC 8446 5.1)
_MAX_MEMBERS = 256
_PREFIX_REMEDY = "Check http_prefix (wsman is usual), and that host and port are those of the WS-Management service."

# status → (step, what it means, what to do). The service may have acted on the request for those in _PERHAPS_DONE.
_STATUSES: dict[int, tuple[str, str, str]] = {
    400: (
        "http",
        "rejected the request as malformed",
        "Check that scheme and port belong to the WS-Management service.",
    ),
    403: (
        "http",
        "refuses access",
        "Check http_prefix (Openwsman answers so to a wrong one), the rights of the user, whether the service wants a "
        "client certificate, and any reverse proxy on the way.",
    ),
    404: (
        "wsman",
        "has no WS-Management service under this path",
        f"{_PREFIX_REMEDY} Controllers newer than iDRAC9 have Redfish instead.",
    ),
    405: ("wsman", "takes no SOAP requests under this path", _PREFIX_REMEDY),
    407: ("proxy", "wants authentication for a proxy", "Set proxy_access_type to none, or use another proxy."),
    411: ("http", "wants a length that the request had: something on the way changed it", "Connect without a proxy."),
    413: (
        "http",
        "takes no request of this size",
        "Send less at once, or raise MaxEnvelopeSizekb in the service's winrm/config.",
    ),
    415: ("http", "does not take this content type", "Set encoding to utf-8."),
    500: (
        "http",
        "failed without saying why",
        "Look at the service's own log; on Windows: Applications and Services, Windows Remote Management.",
    ),
    502: ("http", "is a gateway that got no answer", "Check the service behind it, or connect to the service itself."),
    503: ("http", "is not available", "Check that the service runs and is not overloaded, then try again."),
    504: ("http", "is a gateway whose service did not answer in time", "Connect to the service itself."),
}
# a Windows service says it by a 401, or by a 500 without a body
IN_CLEAR = (
    "Windows takes no message in clear unless AllowUnencrypted is true in its winrm/config/service: use HTTPS, or "
    "NTLM, Kerberos or CredSSP with message_encryption auto."
)
_PERHAPS_DONE = frozenset({408, 500, 502, 504})
_MAX_SCHEMES = 20  # nobody has more; a peer's list goes into messages and results


def is_soap(body: bytes) -> bool:
    """Whether the root element is a SOAP envelope, whatever the Content-Type says; looks at the beginning alone."""
    return bool(_ROOT.match(body[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")))


def charset(content_type: str | None) -> str | None:
    """The ``charset`` of a Content-Type, in lower case."""
    found = _CHARSET.search(content_type or "")
    return found.group(1).lower() if found else None


def split_challenge(line: str) -> list[str]:
    """What stands between the commas of a ``WWW-Authenticate`` line; a comma within quotes is none (RFC 9110 5.6.1)."""
    return [part.strip() for part in _PARTS.findall(line)]


def parse_schemes(challenges: t.Iterable[str]) -> tuple[str, ...]:
    """The schemes of all ``WWW-Authenticate`` lines in order, each once, in the server's spelling (RFC 9110 11.6.1)."""
    schemes: dict[str, None] = {}
    for line in challenges:
        for part in split_challenge(line):
            if found := _SCHEME.match(part):
                schemes[found.group(1)] = None
    return tuple(schemes)[:_MAX_SCHEMES]


class Challenged:
    """An answer with *challenges*, the values of ``WWW-Authenticate`` or ``Proxy-Authenticate``, one a line."""

    challenges: tuple[str, ...]

    @property
    def schemes(self) -> tuple[str, ...]:
        """The schemes that it offers, as it spells them."""
        return parse_schemes(self.challenges)

    def offers(self, scheme: str) -> bool:
        """Whether *scheme* is among them, in any spelling."""
        return scheme.lower() in [one.lower() for one in self.schemes]

    def token(self, scheme: str) -> bytes | None:
        """What it says in the conversation of *scheme*; None where that is nothing, or no base64."""
        for line in self.challenges:
            for part in split_challenge(line):
                name, _space, token = part.partition(" ")
                if name.lower() == scheme.lower() and token.strip():
                    with contextlib.suppress(ValueError):  # binascii.Error is one; another is for what is not ASCII
                        return base64.b64decode(token.strip(), validate=True)
        return None


def decode(body: bytes, encoding: str | None, limit: int) -> bytes:
    """*body* without its Content-Encoding, at most *limit* octets; an identity answer was asked for.

    Raises :class:`TransportError` for an encoding that is not known or broken, and for a body that swells beyond that.
    """
    kind = (encoding or "identity").strip().lower()
    if len(body) > limit:
        raise too_large(limit)
    if kind == "identity" or not body:
        return body
    if kind not in ("gzip", "x-gzip", "deflate"):
        raise _undecodable(f"an encoding that nobody asked for, {kind}")
    try:
        return _inflate(body, zlib.MAX_WBITS | 32, limit)  # finds gzip and zlib heads itself
    except zlib.error:
        pass
    try:
        return _inflate(body, -zlib.MAX_WBITS, limit)  # deflate without a head, as some send it
    except zlib.error as error:
        raise _undecodable(f"a broken {kind} body") from error


def _inflate(body: bytes, window: int, limit: int) -> bytes:
    """All members, of which gzip may have several (RFC 1952 2.2); not endlessly many, for each costs a copy."""
    pieces, size = [], 0
    for _member in range(_MAX_MEMBERS):
        inflater = zlib.decompressobj(window)
        pieces.append(inflater.decompress(body, limit + 1 - size))
        size += len(pieces[-1])
        if size > limit:
            raise too_large(limit)
        if not inflater.eof:
            raise zlib.error("the end is missing")
        body = inflater.unused_data
        if not body.startswith(_GZIP):
            return b"".join(pieces)
    raise zlib.error("too many members")


def too_large(limit: int) -> TransportError:
    """The error for an answer beyond *limit* octets."""
    return TransportError(
        f"The answer is larger than {limit} octets and was not read to its end.",
        step="read",
        remedy="Ask for less at once (batch_items, a filter), or check what answers there.",
    )


def _undecodable(what: str) -> TransportError:
    return TransportError(
        f"The service answered with {what}.", step="http", remedy="Connect without a proxy or gateway on the way."
    )


def not_soap(
    options: SessionOptions, status: int, headers: t.Mapping[str, str], body: bytes, changes: bool
) -> TransportError:
    """The error for an answer, other than 401, that is no SOAP message."""
    step, meaning, remedy = _meaning(status, headers, body)
    in_clear = options.scheme == "http" and not options.encrypts
    if status == 500 and in_clear and "microsoft" in (headers.get("Server") or "").lower():
        remedy = f"{IN_CLEAR} {remedy}"
    return TransportError(
        f"{options.url} {meaning} (HTTP {status}).",
        step=step,
        remedy=remedy,
        http_status=status,
        outcome_unknown=(status in _PERHAPS_DONE or 200 <= status < 300) and changes,
    )


def _meaning(status: int, headers: t.Mapping[str, str], body: bytes) -> tuple[str, str, str]:
    if 300 <= status < 400:
        location = headers.get("Location", "nowhere")[:200]
        remedy = "Redirects are not followed: credentials would follow them. Set host, port, scheme and http_prefix so."
        return "http", f"redirects to {location}", remedy
    if b"plain HTTP request was sent to HTTPS port" in body[:4096]:
        return "http", "is an HTTPS port and was asked in plain HTTP", "Set scheme to https."
    if status in _STATUSES:
        return _STATUSES[status]
    if status >= 400:
        return "http", "answered with an HTTP error and no SOAP message", _PREFIX_REMEDY
    if not body.strip():
        return "wsman", "answered with nothing", _PREFIX_REMEDY
    kind = "a web page" if b"<html" in body[:4096].lower() else "something that is no SOAP message"
    return "wsman", f"answered with {kind}", _PREFIX_REMEDY


# authentication → (its name in messages, schemes of WWW-Authenticate that carry it, what enables it on the service,
# what else a refusal of the secret can mean)
_AUTHENTICATIONS: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "basic": (
        "Basic",
        ("basic",),
        "Windows: Auth.Basic in winrm/config/service; it is for local accounts only",
        "Windows takes only local accounts by Basic, and only with the rights for WinRM",
    ),
    "digest": ("Digest", ("digest",), "Intel AMT and Openwsman have it, the service of Windows has not", ""),
    "ntlm": (
        "NTLM",
        ("negotiate", "ntlm"),
        "Windows: Auth.Negotiate in winrm/config/service",
        "a domain account is written DOMAIN\\user or user@REALM; over HTTPS the service may insist on channel_binding",
    ),
    "negotiate": (
        "Negotiate",
        ("negotiate",),
        "Windows: Auth.Negotiate in winrm/config/service",
        "a domain account is written DOMAIN\\user or user@REALM; over HTTPS the service may insist on channel_binding",
    ),
    "kerberos": (
        "Kerberos",
        ("kerberos", "negotiate"),
        "Windows: Auth.Kerberos in winrm/config/service",
        "the service cannot read a ticket for the name in it (negotiate_service, negotiate_hostname_override), clocks "
        "differ, the user has no rights for WinRM, or over HTTPS the service insists on channel_binding",
    ),
    "credssp": (
        "CredSSP",
        ("credssp",),
        "Windows: Enable-WSManCredSSP -Role Server",
        "a domain account is written DOMAIN\\user or user@REALM",
    ),
    "certificate": (
        "Client certificate",
        (),
        "Windows: Auth.Certificate in winrm/config/service",
        "the service knows no user for this certificate (Windows: winrm/config/service/certmapping maps it to a local "
        "account), does not trust its issuer, or the mapped account's password has changed",
    ),
}


def is_offered(authentication: str, schemes: t.Iterable[str]) -> bool:
    """Whether a 401 with these schemes leaves room for *authentication*; a client certificate is not announced."""
    carriers = _AUTHENTICATIONS[authentication][1] if authentication in _AUTHENTICATIONS else ()
    return not carriers or bool({scheme.lower() for scheme in schemes} & set(carriers))


def refused(
    options: SessionOptions,
    schemes: t.Sequence[str],
    body: bytes,
    charset_name: str | None,
    said: str | None = None,
) -> TransportError:
    """The error for a 401 that is final.

    It says what the mechanism makes of it (*said*), and the reason of the SOAP fault in it where there is one
    (Openwsman's AccessDenied). ``secret_refused`` is set where the server has looked at the credentials.
    """
    reason = fault_text(body, charset_name)
    told = f" The service says: {reason}" if reason else ""
    if options.authentication == "none":
        offered = ", ".join(schemes) or "none"
        return _unauthorized(
            f"{options.url} wants authentication.{told}",
            f"Set user and password; the service offers {offered}.",
            schemes,
        )
    if schemes and not is_offered(options.authentication, schemes):
        return not_offered(options, schemes, told)
    if reason and not schemes:  # a provider's answer; who has to authenticate first is told by what
        return _unauthorized(
            f"{options.url} took the credentials and refuses the request.{told}",
            "Give the user the rights for it on the service.",
            schemes,
        )
    name, _carriers, _enable, perhaps = _AUTHENTICATIONS[options.authentication]
    what, checks = f"the user or the password ({name})", "Check user and password"
    if options.authentication == "certificate":
        what, checks = "the client certificate", "Check the certificate"
    elif options.authentication == "kerberos":
        what, checks = "the Kerberos ticket", "Check the name of the service and the rights of the user"
    detail = f" {said.rstrip('.')}." if said else ""
    advice = f"{checks}; {perhaps}" if perhaps else checks
    return _unauthorized(
        f"{options.url} refused {what}.{detail}{told}",
        f"{advice}. The service offers {', '.join(schemes) or 'no other scheme'}.",
        schemes,
        secret_refused=True,
    )


def refused_before(known: TransportError) -> TransportError:
    """The error for credentials that were refused earlier, by *known*, and are not shown once more."""
    return TransportError(
        f"{known.message} It was not tried again with the same credentials.",
        step=known.step,
        remedy=known.remedy,
        offered_schemes=known.offered_schemes,
        http_status=known.http_status,
    )


def not_offered(options: SessionOptions, schemes: t.Sequence[str], told: str = "") -> TransportError:
    """The error for a server that has not the scheme of the session, and so has not looked at any secret."""
    name, _carriers, enable, _perhaps = _AUTHENTICATIONS[options.authentication]
    return _unauthorized(
        f"{options.url} does not take {name} authentication; it offers {', '.join(schemes) or 'none'}.{told}",
        f"Enable it on the service ({enable}), or set authentication to a scheme that it offers.",
        schemes,
    )


def _unauthorized(
    message: str, remedy: str, schemes: t.Sequence[str], *, secret_refused: bool = False
) -> TransportError:
    return TransportError(
        message,
        step="authentication",
        remedy=remedy,
        offered_schemes=schemes,
        http_status=401,
        secret_refused=secret_refused,
    )


def fault_text(body: bytes, charset_name: str | None = None) -> str | None:
    """What the SOAP fault in *body* says, None where it is none."""
    if not is_soap(body):
        return None
    try:
        envelope.load(body, charset=charset_name, http_status=401)
    except WSManFault as fault:
        return str(fault)
    except ProtocolError:
        return None
    return None
