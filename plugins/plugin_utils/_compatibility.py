# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One set of connection options out of ours, those of ``winrm`` and ``psrp`` inventories, and those of the task.

A variable of another plugin whose values differ from ours is an option of its own here and is translated by one table
to the nearest legal session; what is moot in it is dropped and said. Pure: values and where they came from in, options
and notes out. Must not know Ansible's plugins, and does not judge the result: ``session.from_options`` does.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import session
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

OURS = "wsman.automation.wsman"
_WINRM = frozenset({"winrm", "ansible.builtin.winrm", "ansible.legacy.winrm"})
_PSRP = frozenset({"psrp", "ansible.builtin.psrp", "ansible.legacy.psrp"})
_WINRM_TRANSPORTS = ("basic", "plaintext", "ssl", "certificate", "kerberos", "ntlm", "credssp")
_PSRP_AUTHENTICATIONS = ("basic", "certificate", "negotiate", "kerberos", "ntlm", "credssp")
_THEIR_OPERATION_TIMEOUT = 20.0  # of pywinrm and psrp; ours may be longer than a read_timeout chosen beside it
_FOREIGN = ("ansible_winrm_", "ansible_psrp_")
_NOTHING = (None, "", [])


@dataclasses.dataclass(frozen=True)
class Given:
    """A value, and the variable (``ansible_port``), keyword (``keyword: port``) or ``session`` that gave it."""

    value: t.Any
    source: str

    @property
    def is_foreign(self) -> bool:
        return self.source.startswith(_FOREIGN)


@dataclasses.dataclass
class Resolution:
    """*options* for ``session.from_options``; *notes* are (verbosity, text) of what was dropped."""

    options: dict[str, t.Any]
    notes: list[tuple[int, str]]


Options = dict[str, Given]


def resolve(
    given: t.Mapping[str, Given],
    task: t.Mapping[str, t.Any],
    *,
    connection: str | None = None,
    port_is_set: bool = True,
) -> Resolution:
    """The options that count: the task's ``session`` over ours over what is translated.

    *given* holds what variables and keywords give, by option; *connection* is the effective connection of the host
    (``None``: ours), *port_is_set* whether its ``ansible_port`` comes from the inventory and not from core. Raises
    :class:`UsageError` for a foreign value that means nothing, naming its variable.
    """
    notes: list[tuple[int, str]] = []
    own = {name: Given(value, "session") for name, value in task.items() if value is not None}
    direct = {name: one for name, one in given.items() if name in session.OPTIONS}
    options = {**_translate(given, {**direct, **own}, connection), **direct}
    _check_port(options, own, connection, port_is_set, notes)
    _make_room(options, own)
    options.update(own)
    _drop_moot(options, bool({"scheme", "port"} & own.keys()), notes)
    return Resolution({name: one.value for name, one in options.items()}, notes)


def port_counts(port: t.Any, connection: str | None, port_is_set: bool, scheme: str | None) -> bool:
    """Whether ``ansible_port`` is meant for WS-Management (ansible.md §1).

    It is under our connection, ``winrm`` and ``psrp``; but ``winrm`` itself puts 5986 there. Under any other connection
    only the two ports of WS-Management can be meant for us.
    """
    if connection in _WINRM:
        return port_is_set or scheme != "http" or port != session.PORTS["https"]
    if connection is None or connection == OURS or connection in _PSRP:
        return True
    return port in session.PORTS.values()


# What each foreign option means: a function of its value and of all that is given to options of ours.
Row = t.Callable[[t.Any, t.Mapping[str, Given]], dict[str, t.Any]]


def _winrm_transport(value: t.Any, given: t.Mapping[str, Given]) -> dict[str, t.Any]:
    """A list in order of preference; the first that this version has. ``plaintext`` and ``ssl`` are names of Basic."""
    names = [str(name).strip().lower() for name in (value if isinstance(value, (list, tuple)) else [value])]
    certificate = given.get("winrm_cert_pem", Given(None, "")).value not in _NOTHING
    meaning = {"plaintext": "basic", "ssl": "certificate" if certificate else "basic"}
    for name in names:
        _check_known(name, _WINRM_TRANSPORTS, "ansible_winrm_transport")
    wanted = [meaning.get(name, name) for name in names]
    return {"authentication": _available(wanted, "ansible_winrm_transport")}


def _psrp_auth(value: t.Any, _given: t.Mapping[str, Given]) -> dict[str, t.Any]:
    name = str(value).strip().lower()
    _check_known(name, _PSRP_AUTHENTICATIONS, "ansible_psrp_auth")
    return {"authentication": _available([name], "ansible_psrp_auth")}


def _winrm_validation(value: t.Any, _given: t.Mapping[str, Given]) -> dict[str, t.Any]:
    _check_known(value, ("validate", "ignore"), "ansible_winrm_server_cert_validation")
    return {"skip_ca_check": True, "skip_cn_check": True} if value == "ignore" else {}


def _psrp_validation(value: t.Any, _given: t.Mapping[str, Given]) -> dict[str, t.Any]:
    """``validate`` or ``ignore``; also a boolean or the path of a bundle, which pypsrp takes under the same name."""
    text = str(value)
    if text.lower() in ("ignore", "false", "no"):
        return {"skip_ca_check": True, "skip_cn_check": True}
    if text.lower() in ("validate", "true", "yes"):
        return {}
    if os.sep not in text:
        _check_known(value, ("validate", "ignore"), "ansible_psrp_cert_validation")
    return {"ca_cert": os.path.expanduser(text)}


def _winrm_trust(value: t.Any, _given: t.Mapping[str, Given]) -> dict[str, t.Any]:
    """A path; pywinrm's own word for "what requests takes" means the system's authorities here."""
    return {} if value in (True, False, "legacy_requests") else {"ca_cert": os.path.expanduser(str(value))}


def _winrm_proxy(value: t.Any, _given: t.Mapping[str, Given]) -> dict[str, t.Any]:
    if value == "legacy_requests":
        return {"proxy_access_type": "environment"}
    raise _no_proxy("ansible_winrm_proxy")


def _psrp_proxy(_value: t.Any, _given: t.Mapping[str, Given]) -> dict[str, t.Any]:
    raise _no_proxy("ansible_psrp_proxy")


def _psrp_ignore_proxy(value: t.Any, _given: t.Mapping[str, Given]) -> dict[str, t.Any]:
    ignored = str(value).lower() in ("true", "yes", "on", "1", "y", "t")
    return {"proxy_access_type": "none" if ignored else "environment"}


_AUTHENTICATION, _PROXY = ("authentication",), ("proxy_access_type",)
_CHECKS = ("skip_ca_check", "skip_cn_check")

# our option for the foreign variable → the variable, what its values mean, and which options of ours that can concern
TABLE: dict[str, tuple[str, Row, tuple[str, ...]]] = {
    "winrm_transport": ("ansible_winrm_transport", _winrm_transport, _AUTHENTICATION),
    "winrm_server_cert_validation": ("ansible_winrm_server_cert_validation", _winrm_validation, _CHECKS),
    "winrm_ca_trust_path": ("ansible_winrm_ca_trust_path", _winrm_trust, ("ca_cert",)),
    "winrm_proxy": ("ansible_winrm_proxy", _winrm_proxy, _PROXY),
    "psrp_auth": ("ansible_psrp_auth", _psrp_auth, _AUTHENTICATION),
    "psrp_cert_validation": ("ansible_psrp_cert_validation", _psrp_validation, (*_CHECKS, "ca_cert")),
    "psrp_proxy": ("ansible_psrp_proxy", _psrp_proxy, _PROXY),
    "psrp_ignore_proxy": ("ansible_psrp_ignore_proxy", _psrp_ignore_proxy, _PROXY),
}


def _translate(given: t.Mapping[str, Given], own: t.Container[str], connection: str | None) -> Options:
    """What the foreign options mean, where *own* options do not say it all.

    Where variables of both plugins are there, those of the host's own connection count.
    """
    plugin = "psrp" if connection in _PSRP else "winrm"
    options: Options = {}
    for name in sorted(TABLE, key=lambda name: not name.startswith(plugin)):
        variable, row, concerned = TABLE[name]
        one = given.get(name)
        if one is None or one.value in _NOTHING or all(option in own or option in options for option in concerned):
            continue
        for option, value in row(one.value, given).items():
            options.setdefault(option, Given(value, variable))
    return options


def _check_known(value: t.Any, known: t.Sequence[str], variable: str) -> None:
    if value not in known:
        raise UsageError(f"{value!r} is not known.", option=variable, remedy=f"Choose one of {', '.join(known)}.")


def _available(wanted: t.Sequence[str], variable: str) -> str:
    for name in wanted:
        if name in session.AVAILABLE_AUTHENTICATIONS:
            return name
    raise session.not_available(" or ".join(wanted), variable)


def _no_proxy(variable: str) -> UsageError:
    return UsageError(
        "This version takes no proxy by its URL.",
        option=variable,
        remedy="Set ansible_wsman_proxy_access_type to environment and the https_proxy variable, or to none.",
    )


def _check_port(
    options: Options, own: Options, connection: str | None, port_is_set: bool, notes: list[tuple[int, str]]
) -> None:
    """Leave out a port that is somebody else's."""
    port = options.get("port")
    if port is None or port.source not in ("ansible_port", "keyword: port") or "port" in own:
        return
    scheme = own.get("scheme") or options.get("scheme")
    if not port_counts(port.value, connection, port_is_set, scheme.value if scheme else None):
        del options["port"]
        notes.append((1, f"Port {port.value} of {port.source} belongs to connection {connection} and is not used."))


def _make_room(options: Options, own: Options) -> None:
    """Leave out what a variable says and the task has made impossible by what it says of the same matter."""
    scheme, port = own.get("scheme"), own.get("port")
    if (
        scheme
        and not port
        and options.get("port", scheme).value in set(session.PORTS.values()) - {session.PORTS.get(scheme.value)}
    ):
        del options["port"]
    if port and not scheme and port.value in session.PORTS.values():
        options.pop("scheme", None)
    if "operation_timeout" in own and "read_timeout" not in own:
        _drop_read_timeout(options, own["operation_timeout"].value)
    if _no_account(own):
        options.pop("user", None)
        options.pop("password", None)
    elif _no_account(options):
        for name in ("user", "password"):
            if name in options and not options[name].source.startswith("ansible_wsman_"):
                del options[name]


def _no_account(options: Options) -> bool:
    return "authentication" in options and options["authentication"].value == "none"


def _drop_read_timeout(options: Options, operation_timeout: t.Any) -> None:
    read = options.get("read_timeout")
    if read is not None and isinstance(operation_timeout, (int, float)) and read.value <= operation_timeout:
        del options["read_timeout"]


def _drop_moot(options: Options, endpoint_by_task: bool, notes: list[tuple[int, str]]) -> None:
    """Leave out what means nothing on this scheme, unless our own variables ask for it: then it is a contradiction."""
    scheme = _scheme(options)
    moot = {"message_encryption": "never"} if scheme == "https" else dict.fromkeys(session.SKIP_SWITCHES, True)
    if scheme == "http":
        moot["proxy_access_type"] = "environment"
    for name, value in moot.items():
        one = options.get(name)
        excused = one is not None and (one.is_foreign or (endpoint_by_task and one.source != "session"))
        if one is not None and one.value == value and excused:
            del options[name]
            notes.append((2, f"{one.source} means nothing over {scheme.upper()} and is not used."))
    _fit_timeouts(options)


def _scheme(options: Options) -> str:
    if "scheme" in options:
        return str(options["scheme"].value)
    port = options["port"].value if "port" in options else None
    return "http" if port == session.PORTS["http"] else "https"


def _fit_timeouts(options: Options) -> None:
    """A read time-out of theirs was chosen beside their operation time-out, which is shorter than ours."""
    operation, read = options.get("operation_timeout"), options.get("read_timeout")
    if read is None or not read.is_foreign:
        return
    if operation is None:
        if read.value <= session.SERVER_TIMEOUT:
            options["operation_timeout"] = Given(_THEIR_OPERATION_TIMEOUT, read.source)
    elif operation.source == "ansible_winrm_connection_timeout":
        del options["read_timeout"]  # it sets both, and wins over either in core's plugin
    elif not operation.is_foreign:
        _drop_read_timeout(options, operation.value)
