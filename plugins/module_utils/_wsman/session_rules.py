# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the options of a session say together: Windows' rules, in an order of ours, for Windows documents none.

The first rule that matches decides, so that every wrong combination has one answer. Numbers are Windows'; a rule
without one has none there. Rules 1 and 2 are in ``session_flags.py`` and ``connection_string.py``, rule 3 is
``session_flags.merge``, rule 13 ``session_proxy.py``; 4 to 12 are here.

Off Windows these numbers cannot be reached:

- 2150858975 to 979 and 2150859170 to 172 are the client's own policy: it has switched a mechanism off. A control node
  has no such policy; whoever writes the inventory decides.
- 2150859077, an unknown bit among those of authentication, is 2150858924 here, as every unknown bit.
- 2150858927 is about certificates of smart cards and of the user's store: there is neither. A certificate is a file.
- 2150858931, a user without CredUsernamePassword: a user implies that flag.
- 2150859078 is the case of 2150859094 in another of Windows' interfaces.
- 2150858936 and 937 are about requests that stay in the local computer without HTTP. There are none here.
"""

from __future__ import annotations

import dataclasses
import typing as t

from . import session_proxy, users
from .errors import UsageError
from .session_case import Case

ENCRYPTING = frozenset({"ntlm", "negotiate", "kerberos", "credssp"})
BINDING = frozenset({"ntlm", "negotiate", "kerberos"})
SKIP_SWITCHES = ("skip_ca_check", "skip_cn_check", "skip_revocation_check")
TLS_OPTIONS = (
    "certificate_fingerprint", "crl_file", "tls_minimum_version", "tls_maximum_version", "tls_ciphers",
    "tls_legacy_renegotiation",
)  # fmt: skip

_NO_ACCOUNT = "without an account set authentication to none, which is enough for wsman_identify"


Rule = t.Callable[[Case], "UsageError | None"]


def judge(case: Case) -> Case:
    """*case* with its authentication resolved. Raises :class:`UsageError` for the first rule that it breaks."""
    _check(BEFORE, case)
    if case.authentication == "default":
        case = dataclasses.replace(case, authentication=default_authentication(case))
    _check(AFTER, case)
    return case


def _check(rules: t.Iterable[Rule], case: Case) -> None:
    for rule in rules:
        error = rule(case)
        if error is not None:
            raise error


def default_authentication(case: Case) -> str:
    """Rule 9: Kerberos, unless one of the conditions of CreateSession's page makes it Negotiate."""
    if case.endpoint.is_loopback:
        return "negotiate"
    if users.is_address(case.endpoint.host):
        if case.is_trusted and case.is_explicit:
            return "negotiate"
        raise _default_to_address(case)
    if case.is_explicit and case.is_trusted:
        return "negotiate"
    if not case.is_in_domain():
        if case.is_trusted:
            return "negotiate"
        raise _untrusted(case)
    return "kerberos"


def _default_to_address(case: Case) -> UsageError:
    return UsageError(
        "Without authentication, an IP address needs user and password, and HTTPS or trusted_hosts.",
        option="user" if case.is_trusted else "trusted_hosts",
        remedy=f"Set these, or name the authentication; {_NO_ACCOUNT}.",
        windows_code=2150859195,
    )


def _untrusted(case: Case) -> UsageError:
    named = "" if case.is_named else ", or name the authentication"
    account = "" if case.is_explicit else f"; {_NO_ACCOUNT}"
    return UsageError(
        f"Over HTTP nothing proves who {case.endpoint.host} is, and it is no trusted host.",
        option="trusted_hosts",
        remedy=f"Use HTTPS (scheme: https, port 5986), or add the host to trusted_hosts{named}{account}.",
        windows_code=2150858980,
    )


def _rule_4(case: Case) -> UsageError | None:
    if case.authentication == "certificate" and "CredUsernamePassword" in case.flags:
        return UsageError(
            "A client certificate takes no user and no password, and flags has CredUsernamePassword.",
            option="flags",
            remedy="Leave that flag out, or choose another authentication.",
            windows_code=2150859095,
        )
    return None


def _rule_5(case: Case) -> UsageError | None:
    if case.authentication == "none" and (case.is_explicit or case.has_certificate):
        return UsageError(
            "none takes no user, no password and no certificate.",
            option="authentication",
            remedy="Leave these out, or choose another authentication.",
            windows_code=2150858923,
        )
    return None


def _rule_6(case: Case) -> UsageError | None:
    if case.authentication == "certificate":
        return _rule_6_named(case)
    if not case.has_certificate:
        return None
    option = "certificate_pem" if case.has("certificate_pem") else "certificate_pfx"
    if case.has("user"):
        return UsageError(
            "There are a client certificate and a user, and only one of them can be who the service sees.",
            option=option,
            remedy="Leave user and password out and set authentication to certificate, or leave the certificate out.",
            windows_code=2150859076,
        )
    return UsageError(
        "A client certificate is used by authentication certificate alone.",
        option=option,
        remedy="Set authentication to certificate, or leave the certificate out.",
        windows_code=2150859094,
    )


def _rule_6_named(case: Case) -> UsageError | None:
    if case.is_explicit:
        return UsageError(
            "A client certificate takes no user and no password.",
            option="user" if case.has("user") else "password",
            remedy="Leave both out, or choose another authentication.",
            windows_code=2150858929,
        )
    if not case.has_certificate:
        return UsageError(
            "There is no client certificate.",
            option="certificate_pem",
            remedy="Name its file in certificate_pem (with certificate_key_pem) or in certificate_pfx.",
            windows_code=2150858932,
        )
    if case.is_http:
        return UsageError(
            "A client certificate needs HTTPS.",
            option="scheme",
            remedy="Set scheme to https (port 5986), or choose another authentication.",
            windows_code=2150858968,
        )
    return None


def _rule_7(case: Case) -> UsageError | None:
    missing = next((option for option in ("user", "password") if case.options.get(option) is None), None)
    numbers = {"basic": ("Basic", 2150858928), "digest": ("Digest", 2150858928), "credssp": ("CredSSP", 2150859169)}
    if case.authentication in numbers and missing:
        name, number = numbers[case.authentication]
        return UsageError(
            f"{name} needs a user and a password; the {missing} is missing.",
            option=missing,
            remedy=f"Set both, for example as ansible_user and ansible_password; {_NO_ACCOUNT}.",
            windows_code=number,
        )
    if "CredUsernamePassword" in case.flags and not case.is_explicit:
        return UsageError(
            "flags has CredUsernamePassword, and there is neither a user nor a password.",
            option="user",
            remedy="Set user and password, or leave that flag out.",
            windows_code=2150858930,
        )
    if missing == "user" and case.has("password"):
        return UsageError(
            "There is a password and no user.",
            option="user",
            remedy="Set the user too, or remove the password.",
            windows_code=2150859079,
        )
    return None


def _rule_8(case: Case) -> UsageError | None:
    if case.options.get("message_encryption") == "never" and not case.is_http:
        return UsageError(
            "never is a consent to plain HTTP, and this session uses HTTPS.",
            option="message_encryption",
            remedy="Remove it, or set scheme to http.",
            windows_code=2150858967,
        )
    if case.is_http and case.has("implicit_credentials"):
        return UsageError(
            "Implicit credentials are for HTTPS.",
            option="implicit_credentials",
            remedy="Set scheme to https (port 5986), or leave it out.",
            windows_code=2150859184,
        )
    for option in (*SKIP_SWITCHES, *TLS_OPTIONS):
        if case.is_http and case.has(option):
            return UsageError(
                "There is no TLS and no certificate to check over HTTP.",
                option=option,
                remedy="Remove it, or set scheme to https.",
            )
    if case.has("implicit_credentials") and case.is_explicit:
        return UsageError(
            "Implicit credentials are those of the control node, and there is a user or a password.",
            option="implicit_credentials",
            remedy="Leave it out, or leave user and password out.",
        )
    return _implicit_without_negotiate(case)


def _implicit_without_negotiate(case: Case) -> UsageError | None:
    """Asked before and after rule 9: the default authentication may be either."""
    if case.has("implicit_credentials") and case.authentication not in ("default", "negotiate"):
        return UsageError(
            f"Implicit credentials are for negotiate, and this session uses {case.authentication}.",
            option="implicit_credentials",
            remedy="Set authentication to negotiate, or leave it out.",
        )
    return None


def _rule_10(case: Case) -> UsageError | None:
    if case.has("spn_server_port") and case.authentication not in ("negotiate", "kerberos"):
        return UsageError(
            f"Only negotiate and kerberos know services by name; this session uses {case.authentication}.",
            option="spn_server_port",
            remedy="Leave it out, or set authentication to kerberos.",
            windows_code=2150858926,
        )
    return None


def _rule_11(case: Case) -> UsageError | None:
    if case.authentication != "kerberos":
        return None
    if users.is_address(case.options.get("negotiate_hostname_override", case.endpoint.host)):
        return UsageError(
            "Kerberos knows services by name, not by IP address.",
            option="host",
            remedy="Use the name of the host, give it in negotiate_hostname_override, or use another authentication.",
            windows_code=2150859019,
        )
    if not case.is_explicit and not case.has_ticket():
        return _no_ticket(case)
    return None


def _no_ticket(case: Case) -> UsageError:
    """Where a source of tickets is named, it is that one which has none."""
    source = next((name for name in ("kerberos_keytab", "kerberos_ccache") if case.has(name)), None)
    where = "on the control node" if source is None else f"to be had from {case.options[source]}"
    return UsageError(
        f"There is no Kerberos ticket {where}, and no user.",
        option=source or "user",
        remedy="Set user and password, or give a valid ticket in kerberos_ccache or kerberos_keytab, which the Python "
        f"libraries krb5 and gssapi read; {_NO_ACCOUNT}.",
        windows_code=2150859020,
    )


def _rule_12(case: Case) -> UsageError | None:
    """No credentials go out with ``none``, so it needs no trust; Kerberos proves the service by itself."""
    authentication = case.authentication
    if case.is_open and authentication == "negotiate" and not case.is_explicit:
        return UsageError(
            f"Over HTTP {case.endpoint.host} must be a trusted host, or there must be a user and a password.",
            option="trusted_hosts",
            remedy=f"Use HTTPS (scheme: https, port 5986), or add the host to trusted_hosts; {_NO_ACCOUNT}.",
            windows_code=2150858981,
        )
    if case.is_open and authentication not in ("kerberos", "none"):
        return _untrusted(case)
    if case.is_http and authentication in ("basic", "digest") and case.options.get("message_encryption") != "never":
        sent = "the password" if authentication == "basic" else "every message"
        return UsageError(
            f"{authentication.capitalize()} over HTTP would send {sent} in clear.",
            option="message_encryption",
            remedy="Use HTTPS (scheme: https, port 5986), or consent with message_encryption: never.",
            windows_code=2150858974,
        )
    return None


def _rule_13(case: Case) -> UsageError | None:
    session_proxy.resolve(case.options, case.endpoint.scheme, case.authentication)
    return None


def _always(case: Case) -> UsageError | None:
    """What ``always`` asks for and this session cannot do."""
    authentication = case.authentication
    if case.options.get("message_encryption") == "always" and authentication not in ENCRYPTING:
        return UsageError(
            f"{authentication} cannot encrypt messages.",
            option="message_encryption",
            remedy="Use auto over HTTPS, where TLS encrypts all, or negotiate, ntlm, kerberos or credssp.",
        )
    if case.options.get("channel_binding") == "always" and (case.is_http or authentication not in BINDING):
        return UsageError(
            "There is no TLS over HTTP to bind to." if case.is_http else f"{authentication} cannot be bound to TLS.",
            option="channel_binding",
            remedy="Use auto, or negotiate, ntlm or kerberos over HTTPS.",
        )
    return None


def delegates(authentication: str | None, user: str | None, host: str) -> bool:
    """Whether *authentication* may pass something on: a ticket, or by CredSSP the password.

    Not where it is NTLM, as it is for an account of the host itself. ``None`` and ``default`` may become any.
    """
    if authentication in ("kerberos", "credssp"):
        return True
    local = bool(user) and users.parse(str(user), host).local
    return authentication in (None, "default", "negotiate") and not local


def _delegation(case: Case) -> UsageError | None:
    authentication = case.authentication
    if not case.has("kerberos_delegation") or delegates(
        authentication, case.options.get("user"), case.endpoint.host
    ):
        return None
    account = " for an account of the service's computer" if authentication == "negotiate" else ""
    return UsageError(
        f"{authentication}{account} has no ticket to pass on.",
        option="kerberos_delegation",
        remedy="Leave it out, or use kerberos, negotiate or credssp with an account of a domain (user@REALM).",
    )


def _one_certificate(case: Case) -> UsageError | None:
    if case.has("certificate_pem") and case.has("certificate_pfx"):
        return UsageError(
            "certificate_pem and certificate_pfx name two client certificates.",
            option="certificate_pfx",
            remedy="Leave one of them out.",
        )
    for option in ("certificate_key_pem", "certificate_key_password"):
        if case.has(option) and not case.has_certificate:
            return UsageError(
                "It belongs to a client certificate, and there is none.",
                option=option,
                remedy="Name the certificate in certificate_pem or certificate_pfx, or leave it out.",
            )
    if case.has("certificate_key_pem") and case.has("certificate_pfx"):
        return UsageError(
            "certificate_pfx has its key in it.",
            option="certificate_key_pem",
            remedy="Leave it out, or use certificate_pem.",
        )
    return None


def _tls_range(case: Case) -> UsageError | None:
    least, most = case.options.get("tls_minimum_version"), case.options.get("tls_maximum_version")
    if least and most and least > most:
        return UsageError(
            f"{least} is above tls_maximum_version, {most}.",
            option="tls_minimum_version",
            remedy="Lower it, or raise tls_maximum_version.",
        )
    return None


def _sendable_user(case: Case) -> UsageError | None:
    user, password = case.options.get("user"), case.options.get("password")
    if case.authentication == "basic" and user and ":" in user:
        return UsageError(
            "A user name with a colon cannot be sent by Basic (RFC 7617 section 2).",
            option="user",
            remedy="Use an account whose name has none, or another authentication.",
        )
    if case.authentication == "basic" and password and any(ord(one) < 32 or ord(one) == 127 for one in password):
        return UsageError(
            "A password with a control character, such as the end of a line, cannot be sent by Basic (RFC 7617).",
            option="password",
            remedy="Look for an end of line where it comes from, or use another authentication.",
        )
    if case.authentication in ENCRYPTING and user and not users.parse(user, case.endpoint.host).name:
        return UsageError(
            "There is a domain and no user in it.", option="user", remedy=r"Write it as DOMAIN\user or user@REALM."
        )
    return None


BEFORE: t.Final[tuple[Rule, ...]] = (_rule_4, _rule_5, _rule_6, _rule_7, _rule_8)
AFTER: t.Final[tuple[Rule, ...]] = (
    _implicit_without_negotiate, _rule_10, _rule_11, _rule_12, _rule_13, _always, _delegation, _one_certificate,
    _tls_range, _sendable_user,
)  # fmt: skip
