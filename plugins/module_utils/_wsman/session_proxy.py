# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy of a session: Windows' four ways to find one, its credentials, and what it cannot carry.

A proxy URL may hold a password: it is taken apart here, and no message shows what stands before its ``@``. This file
must not know the environment: ``environment`` says that the ``*_proxy`` variables count, not what is in them.
"""

from __future__ import annotations

import re
import typing as t
import urllib.parse

from .connection_string import join_authority, shown, split_authority
from .errors import UsageError

#: Windows' constants (``WSManProxyIEConfig`` 1 and so on), New-CimSessionOption's names, and ours.
_ACCESS_TYPES: t.Final = {
    "proxyieconfig": "environment",
    "internetexplorer": "environment",
    "1": "environment",
    "proxywinhttpconfig": "environment",
    "winhttp": "environment",
    "2": "environment",
    "system": "environment",
    "environment": "environment",
    "proxyautodetect": "auto",
    "auto": "auto",
    "4": "auto",
    "proxynoproxyserver": "none",
    "none": "none",
    "8": "none",
}
ACCESS_TYPES = ("none", "system", "environment", "auto")
AUTHENTICATIONS: t.Final = {"negotiate": 1, "basic": 2, "digest": 4}
DEFAULT_PORT = 80

INVALID_FLAG, NEEDS_CREDENTIALS, ACCESS_TYPE, NO_PROXY = 2150859162, 2150859163, 2150859164, 2150859165
OVER_HTTP, KERBEROS, CREDSSP, SEVERAL = 2150859185, 2150859186, 2150859187, 2150859188

_WINDOWS_NAME = re.compile(r"^(?:wsmanflag)?proxyauthenticationuse")
_URL = re.compile(r"(?:(?P<scheme>[^:/?#@]*)://)?(?:(?P<user>[^@]*)@)?(?P<authority>[^@/?#]*)/?\Z")


def resolve(options: t.Mapping[str, t.Any], scheme: str, authentication: str) -> dict[str, t.Any]:
    """The proxy options of the session: ``proxy_access_type`` none, environment or url, and those that are given.

    *scheme* and *authentication* are the session's own, resolved. Raises :class:`UsageError`: rule 13, in its order.
    """
    access = _access_type(options.get("proxy_access_type", "none"))
    how = _authentication(options.get("proxy_authentication"))
    resolved = _credentials(options, _parse(options["proxy"]) if "proxy" in options else {})
    _check_access(options, access, resolved)
    _check_credentials(how, resolved)
    if "proxy" in resolved:
        access = "url"
    if access != "none":
        _check_session(scheme, authentication, "proxy" if access == "url" else "proxy_access_type")
    return {"proxy_access_type": access, "proxy_authentication": how, **resolved}


def _access_type(value: t.Any) -> str:
    name = re.sub(r"^wsman(?=proxy)", "", str(value).strip().lower())
    if isinstance(value, bool) or name not in _ACCESS_TYPES:
        raise UsageError(
            f"{value!r} is no way to find a proxy.",
            option="proxy_access_type",
            remedy=f"Choose one of {', '.join(ACCESS_TYPES)}; a proxy of your own goes into proxy.",
            windows_code=ACCESS_TYPE,
        )
    return _ACCESS_TYPES[name]


def _authentication(value: t.Any) -> str | None:
    """The one authentication in a name, a number (also OR-ed), or a list of them; ``None``: the client decides."""
    found: set[str] = set()
    for one in value if isinstance(value, list) else [value]:
        found |= _authentications(one)
    if len(found) > 1:
        raise UsageError(
            f"{' and '.join(name for name in AUTHENTICATIONS if name in found)} exclude each other.",
            option="proxy_authentication",
            remedy="Choose one, or leave it out: then the proxy's offer decides.",
            windows_code=SEVERAL,
        )
    return next(iter(found), None)


def _authentications(value: t.Any) -> set[str]:
    if value is None or value == "":
        return set()
    if isinstance(value, str):
        names = [_WINDOWS_NAME.sub("", part.strip().lower()) for part in value.split("|")]
        if all(name in AUTHENTICATIONS for name in names):
            return set(names)
        value = int(value) if re.fullmatch(r"[0-9]{1,9}", value) else value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 8:
        return {name for name, bit in AUTHENTICATIONS.items() if value & bit}
    raise UsageError(
        f"{value!r} is no authentication for a proxy.",
        option="proxy_authentication",
        remedy=f"Choose one of {', '.join(AUTHENTICATIONS)}.",
        windows_code=INVALID_FLAG,
    )


def _parse(text: str) -> dict[str, str]:
    """``[http://][user[:password]@]host[:port]`` as options: the URL without credentials, and these by themselves."""
    match = _URL.match(text)
    if not match:
        raise UsageError(f"{shown(text)} is no URL of a proxy.", option="proxy", remedy="Write it as http://host:port.")
    scheme = (match["scheme"] or "http").lower()
    if scheme != "http":
        raise UsageError(
            f"A proxy is spoken to by http only, not by {scheme}.",
            option="proxy",
            remedy="Write http://host:port: what goes through it is encrypted by the service's own TLS.",
        )
    host, port = split_authority(match["authority"], "proxy")
    found = {"proxy": f"http://{join_authority(host, port or DEFAULT_PORT)}"}
    if match["user"] is not None:
        user, colon, password = match["user"].partition(":")
        found["proxy_user"] = _decoded(user)
        if colon:
            found["proxy_password"] = _decoded(password)
    return found


def _decoded(text: str) -> str:
    try:
        return urllib.parse.unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise UsageError(
            "What stands before the @ is not percent-encoded UTF-8.",
            option="proxy",
            remedy="Write user and password in proxy_user and proxy_password.",
        ) from None


def _credentials(options: t.Mapping[str, t.Any], found: dict[str, str]) -> dict[str, str]:
    """*found* in the URL, with ``proxy_user`` and ``proxy_password`` beside it."""
    for option in ("proxy_user", "proxy_password"):
        if option in options:
            if found.get(option, options[option]) != options[option]:
                raise UsageError(
                    f"It is not what proxy has before its @ as {option.removeprefix('proxy_')}.",
                    option=option,
                    remedy="Leave it out of the URL in proxy.",
                )
            found[option] = options[option]
    return {name: value for name, value in found.items() if value or name == "proxy_password"}


def _check_access(options: t.Mapping[str, t.Any], access: str, resolved: t.Mapping[str, t.Any]) -> None:
    if access == "auto":
        raise UsageError(
            "Finding a proxy by itself needs the script engine of a browser, which Ansible has not.",
            option="proxy_access_type",
            remedy="Name the proxy in proxy, or use environment and the https_proxy variable.",
        )
    if "proxy" in resolved and access != "none":
        raise UsageError(
            f"proxy names one, and proxy_access_type is {options['proxy_access_type']!r}.",
            option="proxy_access_type",
            remedy="Leave one of them out.",
        )
    if access == "none" and "proxy" not in resolved and {"proxy_user", "proxy_password"} & resolved.keys():
        raise UsageError(
            "There are credentials for a proxy, and no proxy.",
            option="proxy_user" if "proxy_user" in resolved else "proxy_password",
            remedy="Name the proxy in proxy, set proxy_access_type to environment, or leave the credentials out.",
            windows_code=NO_PROXY,
        )


def _check_credentials(how: str | None, resolved: t.Mapping[str, t.Any]) -> None:
    missing = [option for option in ("proxy_user", "proxy_password") if option not in resolved]
    half = missing == ["proxy_user"] or (len(missing) == 1 and how != "negotiate")
    if half or (how in ("basic", "digest") and missing):
        raise UsageError(
            f"{missing[0]} is missing.",
            option=missing[0],
            remedy="Set proxy_user and proxy_password; without both only proxy_authentication negotiate can work.",
            windows_code=NEEDS_CREDENTIALS,
        )
    if ":" in resolved.get("proxy_user", "") and how in (None, "basic"):
        raise UsageError(
            "A user name with a colon cannot be sent by Basic (RFC 7617 section 2).",
            option="proxy_user",
            remedy="Use an account whose name has none, or set proxy_authentication to digest or negotiate.",
        )


def _check_session(scheme: str, authentication: str, option: str) -> None:
    if scheme == "http":
        raise UsageError(
            "A proxy is not used over HTTP.",
            option=option,
            remedy="Set scheme to https, or leave the proxy out.",
            windows_code=OVER_HTTP,
        )
    numbers = {"kerberos": KERBEROS, "credssp": CREDSSP}
    if authentication in numbers:
        raise UsageError(
            f"A proxy is not used with {authentication}.",
            option=option,
            remedy="Set authentication to negotiate, ntlm, basic, digest or certificate, or leave the proxy out.",
            windows_code=numbers[authentication],
        )
