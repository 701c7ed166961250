# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of ``winrm`` and ``psrp`` inventories mean as options of ours: one table of variable and value.

A variable whose values differ from ours is an option of its own (``connection/wsman.py``) and a row here; one with the
same values is read by our option itself. Pure; which options win over which is the business of ``_compatibility.py``.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t
import urllib.parse

from ansible_collections.wsman.automation.plugins.module_utils._wsman import users
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

WINRM = frozenset({"winrm", "ansible.builtin.winrm", "ansible.legacy.winrm"})
PSRP = frozenset({"psrp", "ansible.builtin.psrp", "ansible.legacy.psrp"})
_WINRM_TRANSPORTS = ("basic", "plaintext", "ssl", "certificate", "kerberos", "ntlm", "credssp")
_PSRP_AUTHENTICATIONS = ("basic", "certificate", "negotiate", "kerberos", "ntlm", "credssp")
_TRUE, _FALSE = ("true", "yes", "on", "1", "y", "t"), ("false", "no", "off", "0", "n", "f")
_PREFIXES = ("ansible_winrm_", "ansible_psrp_")
_OURS = "ansible_wsman_"
_NOTHING = (None, "", [])

Notes = list[tuple[int, str]]  # (verbosity, text)


@dataclasses.dataclass(frozen=True)
class Given:
    """A value, and the variable (``ansible_port``), keyword (``keyword: port``) or ``session`` that gave it.

    Its text shows no value: that may be a password.
    """

    value: t.Any = dataclasses.field(repr=False)
    source: str

    @property
    def is_foreign(self) -> bool:
        """Whether it was written for ``winrm`` or ``psrp``."""
        return self.source.startswith(_PREFIXES)

    @property
    def is_ours(self) -> bool:
        """Whether it was written for this collection, and for no other connection of the host as well."""
        return self.source == "session" or self.source.startswith(_OURS)


Options = dict[str, Given]
Known = t.Mapping[str, Given]
# What a foreign option means: a function of its value and of all that is given.
Row = t.Callable[[t.Any, Known], dict[str, t.Any]]


def translate(given: Known, said: t.Collection[str], connection: str | None, notes: Notes) -> Options:
    """What the foreign options in *given* mean, where *said*, options that are given in our own terms, leave it open.

    Where variables of both plugins are there, those of the host's own *connection* count. Raises :class:`UsageError`
    for a value that means nothing, naming its variable.
    """
    plugin = "psrp" if connection in PSRP else "winrm"
    options: Options = {}
    for name in sorted(TABLE, key=lambda name: not name.startswith(plugin)):
        variable, row, concerned = TABLE[name]
        one = given.get(name)
        known = {*said, *options}
        if one is None or one.value in _NOTHING or (concerned and known.issuperset(concerned)):
            continue
        for option, value in row(one.value, given).items():
            options.setdefault(option, Given(value, variable))
        if "proxy" in options:
            options.setdefault("proxy_access_type", Given(None, variable))
    if not {"authentication", "implicit_credentials"} & {*said, *options}:
        options.update(_usual_authentication(given, connection))
    if "winrm_kinit" in given and given["winrm_kinit"].value not in _NOTHING:
        notes.append((1, f"{given['winrm_kinit'].source} is not used: tickets are got without kinit."))
    return {name: one for name, one in options.items() if one.value is not None}


def _usual_authentication(given: Known, connection: str | None) -> Options:
    """What the host's own connection would take where nothing is named.

    ``winrm``: Basic, and before it Kerberos for a user with a realm; ``psrp``: Negotiate.
    """
    user = given["user"].value if "user" in given else None
    if connection in PSRP:
        return {"authentication": Given("negotiate", "ansible_connection")}
    if connection in WINRM and user:
        guessed = ["kerberos", "basic"] if "@" in str(user) else "basic"
        return {"authentication": Given(guessed, "ansible_connection")}
    return {}


def _winrm_transport(value: t.Any, given: Known) -> dict[str, t.Any]:
    """A list in order of preference.

    A certificate needs a session without an account, all others one with: whichever comes first decides. Beside others
    what cannot be is left out: a certificate that is not named, and Kerberos for an account of the host itself.
    """
    names = [str(name).strip().lower() for name in (value if isinstance(value, (list, tuple)) else [value])]
    for name in names:
        _check_known(name, _WINRM_TRANSPORTS, "ansible_winrm_transport")
    meaning = {"plaintext": "basic", "ssl": "certificate" if _has_certificate(given) else "basic"}
    wanted = list(dict.fromkeys(meaning.get(name, name) for name in names))
    if not _has_certificate(given):
        wanted = [name for name in wanted if name != "certificate"] or wanted
    if wanted[0] == "certificate":
        return {"authentication": "certificate"}
    wanted = [name for name in wanted if name != "certificate"]
    if _is_local(given):
        wanted = [name for name in wanted if name != "kerberos"] or wanted
    return {"authentication": wanted if len(wanted) > 1 else wanted[0]}


def _is_local(given: Known) -> bool:
    """Whether the user is an account of the host itself."""
    user, host = (str(given[name].value) if name in given else "" for name in ("user", "host"))
    return bool(user) and users.parse(user, host).local


def _has_certificate(given: Known) -> bool:
    names = ("certificate_pem", "certificate_key_pem", "certificate_pfx")
    return any(given[name].value not in _NOTHING for name in names if name in given)


def _psrp_auth(value: t.Any, _given: Known) -> dict[str, t.Any]:
    name = str(value).strip().lower()
    _check_known(name, _PSRP_AUTHENTICATIONS, "ansible_psrp_auth")
    return {"authentication": name}


def _winrm_validation(value: t.Any, _given: Known) -> dict[str, t.Any]:
    _check_known(value, ("validate", "ignore"), "ansible_winrm_server_cert_validation")
    return {"skip_ca_check": True, "skip_cn_check": True} if value == "ignore" else {}


def _psrp_validation(value: t.Any, _given: Known) -> dict[str, t.Any]:
    """``validate`` or ``ignore``; also a boolean or the path of a bundle, which pypsrp takes under the same name."""
    text = str(value)
    if text.lower() in ("ignore", "false", "no"):
        return {"skip_ca_check": True, "skip_cn_check": True}
    if text.lower() in ("validate", "true", "yes"):
        return {}
    if os.sep not in text:
        _check_known(value, ("validate", "ignore"), "ansible_psrp_cert_validation")
    return {"ca_cert": os.path.expanduser(text)}


def _winrm_trust(value: t.Any, _given: Known) -> dict[str, t.Any]:
    """A path; pywinrm's own word for "what requests takes" means the system's authorities here."""
    return {} if value in (True, False, "legacy_requests") else {"ca_cert": os.path.expanduser(str(value))}


def _send_cbt(variable: str) -> Row:
    def row(value: t.Any, _given: Known) -> dict[str, t.Any]:
        return {"channel_binding": "auto" if _truth(value, variable) else "never"}

    return row


def _winrm_proxy(value: t.Any, _given: Known) -> dict[str, t.Any]:
    return {"proxy_access_type": "environment"} if value == "legacy_requests" else _proxy(value)


def _psrp_proxy(value: t.Any, _given: Known) -> dict[str, t.Any]:
    return _proxy(value)


def _proxy(value: t.Any) -> dict[str, t.Any]:
    """A URL; its user and password are for Basic, as requests takes them."""
    url = str(value)
    place, at, rest = url.rpartition("@")
    if not at:
        return {"proxy": url}
    scheme, separator, login = place.rpartition("://")
    user, _colon, password = login.partition(":")
    return {
        "proxy": f"{scheme}{separator}{rest}",
        "proxy_authentication": "basic",
        "proxy_user": urllib.parse.unquote(user),
        "proxy_password": urllib.parse.unquote(password),
    }


def url_secrets(url: t.Any) -> set[str]:
    """The password in a proxy's URL, as it stands there and as it is meant."""
    place, at, _rest = str(url or "").rpartition("@")
    password = place.rpartition("://")[2].partition(":")[2]
    return {password, urllib.parse.unquote(password)} if at and password else set()


def _psrp_ignore_proxy(value: t.Any, _given: Known) -> dict[str, t.Any]:
    """Core reads whatever is not true as false."""
    return {"proxy_access_type": "none" if str(value).lower() in _TRUE else "environment"}


def _check_known(value: t.Any, known: t.Sequence[str], variable: str) -> None:
    if value not in known:
        raise UsageError(f"{value!r} is not known.", option=variable, remedy=f"Choose one of {', '.join(known)}.")


def _truth(value: t.Any, variable: str) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE + _FALSE:
        raise UsageError(f"{value!r} is neither true nor false.", option=variable, remedy="Write true or false.")
    return text in _TRUE


_AUTHENTICATION, _BINDING, _PROXY = ("authentication",), ("channel_binding",), ("proxy_access_type",)
_CHECKS = ("skip_ca_check", "skip_cn_check")

# our option for the foreign variable → the variable, what its values mean, and which options of ours that can concern
TABLE: dict[str, tuple[str, Row, tuple[str, ...]]] = {
    "winrm_transport": ("ansible_winrm_transport", _winrm_transport, _AUTHENTICATION),
    "winrm_server_cert_validation": ("ansible_winrm_server_cert_validation", _winrm_validation, _CHECKS),
    "winrm_ca_trust_path": ("ansible_winrm_ca_trust_path", _winrm_trust, ("ca_cert",)),
    "winrm_send_cbt": ("ansible_winrm_send_cbt", _send_cbt("ansible_winrm_send_cbt"), _BINDING),
    "winrm_proxy": ("ansible_winrm_proxy", _winrm_proxy, _PROXY),
    "psrp_auth": ("ansible_psrp_auth", _psrp_auth, _AUTHENTICATION),
    "psrp_cert_validation": ("ansible_psrp_cert_validation", _psrp_validation, (*_CHECKS, "ca_cert")),
    "psrp_negotiate_send_cbt": (
        "ansible_psrp_negotiate_send_cbt",
        _send_cbt("ansible_psrp_negotiate_send_cbt"),
        _BINDING,
    ),
    "psrp_proxy": ("ansible_psrp_proxy", _psrp_proxy, _PROXY),
    "psrp_ignore_proxy": ("ansible_psrp_ignore_proxy", _psrp_ignore_proxy, _PROXY),
}

#: further options of the connection plugin that no session has: what they tell is used on the way
ASIDE = frozenset({"effective_connection", "winrm_kinit"})
