# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One set of connection options out of ours, those of ``winrm`` and ``psrp`` inventories, and those of the task.

What the variables of the other plugins mean stands in ``_foreign.py``. Here it is decided which of all count: the
task's ``session`` over our own variables, and these over what was written for another connection, of which what is
moot is dropped and said. Pure: values and where they came from in, options and notes out. Must not know Ansible's
plugins, and does not judge the result: ``session.from_options`` does.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    connection_string,
    session,
    session_flags,
    session_values,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import _foreign
from ansible_collections.wsman.automation.plugins.plugin_utils._foreign import PSRP, WINRM, Given, Notes, Options

OURS = "wsman.automation.wsman"
ACCOUNT = ("user", "password")
CERTIFICATE = ("certificate_pem", "certificate_key_pem", "certificate_key_password", "certificate_pfx")
PROXY = ("proxy", "proxy_access_type", "proxy_authentication", "proxy_user", "proxy_password")
_COMPOUND = ("flags", "connection")  # each says what several other options say
_THEIR_OPERATION_TIMEOUT = 20.0  # of pywinrm and psrp; ours may be longer than a read_timeout chosen beside it
_WITHOUT_ACCOUNT = ("none", "certificate")
_NOT_BY_PROXY = ("kerberos", "credssp")


@dataclasses.dataclass
class Resolution:
    """*options* for ``session.from_options``; *notes* are (verbosity, text) of what was dropped.

    Its text shows no options: there is a password among them.
    """

    options: dict[str, t.Any] = dataclasses.field(repr=False)
    notes: Notes


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
    notes: Notes = []
    own = _spelled({name: Given(value, "session") for name, value in task.items() if value is not None})
    given = _spelled(given)
    options = _ours_first({name: one for name, one in given.items() if name in session.OPTIONS}, own)
    translated = _foreign.translate({**given, **options, **own}, _said({**options, **own}), connection, notes)
    options = {**translated, **options}
    _check_port(options, own, connection, port_is_set, notes)
    _make_room(options, own)
    options.update(own)
    _drop_moot(options, bool({"scheme", "port", *_COMPOUND} & own.keys()), notes)
    _fit_timeouts(options)
    return Resolution({name: one.value for name, one in options.items()}, notes)


def port_counts(port: t.Any, connection: str | None, port_is_set: bool, scheme: str | None) -> bool:
    """Whether ``ansible_port`` is meant for WS-Management (ansible.md §1).

    It is under our connection, ``winrm`` and ``psrp``; but ``winrm`` itself puts 5986 there. Under any other connection
    only the two ports of WS-Management can be meant for us.
    """
    if connection in WINRM:
        return port_is_set or scheme != "http" or port != session.PORTS["https"]
    if connection is None or connection == OURS or connection in PSRP:
        return True
    return port in session.PORTS.values()


# which options count


def _ours_first(options: Options, own: Options) -> Options:
    """The variables' *options* without those that our own variables or the task say otherwise, in whatever words."""
    by_task = _said(own)
    for name in reversed(_COMPOUND):  # the port that a connection string means turns on UseSsl
        if name in options and by_task & {*_meaning(options, name), "scheme", "port", "authentication"}:
            options = {**_expand(options, name), **{other: one for other, one in options.items() if other != name}}
    options = {name: one for name, one in options.items() if name not in by_task}
    by_us = _said({name: one for name, one in options.items() if one.is_ours})
    return {name: one for name, one in options.items() if one.is_ours or name not in by_us}


def _spelled(options: t.Mapping[str, Given]) -> Options:
    """*options* with an authentication that Windows writes otherwise as we do: what is moot turns on its name."""
    one = options.get("authentication")
    ours = {"authentication": Given(session_values.spelled(one.value), one.source)} if one else {}
    return {**options, **ours}


def _said(options: Options) -> set[str]:
    """The options about which *options* leave nothing open."""
    said = set(options).union(*(_meaning(options, name) for name in _COMPOUND if name in options))
    return said | {"proxy_access_type"} if "proxy" in said else said


def _expand(options: Options, name: str) -> Options:
    """What the compound option *name* says, as options of the same source."""
    return {other: Given(value, options[name].source) for other, value in _meaning(options, name).items()}


def _meaning(options: Options, name: str) -> dict[str, t.Any]:
    """What a compound option says in terms of the others; nothing where it is wrong, which is judged elsewhere."""
    value = options[name].value
    try:
        if name == "flags":
            return _meaning_of_flags(session_flags.parse(value))
        return dataclasses.asdict(connection_string.resolve({"connection": str(value)}, _has_ssl_flag(options)))
    except UsageError:
        return {}


def _meaning_of_flags(flags: frozenset[str]) -> dict[str, t.Any]:
    meaning = session_flags.merge({}, flags)
    for name in meaning.get("authentication", ()):
        meaning["authentication"] = name
    return {**meaning, "scheme": "https"} if "UseSsl" in flags else meaning


def _has_ssl_flag(options: Options) -> bool:
    return "flags" in options and "scheme" in _meaning({"flags": options["flags"]}, "flags")


def _value(options: Options, name: str) -> t.Any:
    """The value of an option, be it named or said by a compound one; ``None`` where it is not given."""
    if name in options:
        return options[name].value
    found = (_meaning(options, compound).get(name) for compound in _COMPOUND if compound in options)
    return next((value for value in found if value is not None), None)


def _check_port(options: Options, own: Options, connection: str | None, port_is_set: bool, notes: Notes) -> None:
    """Leave out a port that is somebody else's."""
    port = options.get("port")
    if port is None or port.source not in ("ansible_port", "keyword: port"):
        return
    if not port_counts(port.value, connection, port_is_set, _value({**options, **own}, "scheme")):
        del options["port"]
        notes.append((1, f"Port {port.value} of {port.source} belongs to connection {connection} and is not used."))


def _make_room(options: Options, own: Options) -> None:
    """Leave out what a variable says and the task has made impossible by what it says of the same matter."""
    scheme, port = _value(own, "scheme"), _value(own, "port")
    others = set(session.PORTS.values()) - {session.PORTS.get(scheme)}
    if scheme and not port and _value(options, "port") in others:
        options.pop("port", None)
    if port and not scheme and port in session.PORTS.values():
        options.pop("scheme", None)
    if "operation_timeout" in own and "read_timeout" not in own:
        _drop_read_timeout(options, own["operation_timeout"].value)
    if {"proxy", "proxy_access_type"} & own.keys():
        _drop(options, PROXY)  # credentials for one proxy are not for another
    if _value(own, "implicit_credentials"):
        _drop(options, ACCOUNT)
    authentication = _value(own, "authentication")
    if authentication is not None:
        _make_room_for(authentication, options)


def _make_room_for(authentication: str, options: Options) -> None:
    """Leave out what variables say beside the authentication that they have in mind, where the task's is another."""
    if authentication in _WITHOUT_ACCOUNT:
        _drop(options, ACCOUNT)
    if authentication != "certificate":
        _drop(options, CERTIFICATE)
    if authentication != "negotiate":
        _drop(options, ("implicit_credentials",))
    for name, able in (("message_encryption", session.ENCRYPTING), ("channel_binding", session.BINDING)):
        if authentication not in {*able, "default"} and name in options and options[name].value == "always":
            del options[name]
    if authentication not in ("default", "negotiate", "kerberos"):
        _drop(options, ("spn_server_port",))
    if authentication not in ("default", "negotiate", "kerberos", "credssp"):
        _drop(options, ("kerberos_delegation",))


def _drop(options: Options, names: t.Iterable[str]) -> None:
    for name in names:
        options.pop(name, None)


# what is moot


def _drop_moot(options: Options, endpoint_by_task: bool, notes: Notes) -> None:
    """Leave out what means nothing in this session, unless our own variables ask for it: then it is a contradiction."""
    _drop_moot_account(options, notes)
    scheme = _scheme(options)
    for name, beside in _moot(options, scheme):
        one = options[name]
        if one.is_foreign or (endpoint_by_task and one.source != "session"):
            del options[name]
            notes.append((2, f"{one.source} means nothing {beside} and is not used."))


def _moot(options: Options, scheme: str) -> list[tuple[str, str]]:
    """(option, beside what it means nothing) for what is given."""
    values = {name: one.value for name, one in options.items()}
    found = []
    if scheme == "http":
        found += [(name, "over HTTP") for name in (*session.SKIP_SWITCHES, *session.TLS_OPTIONS) if values.get(name)]
    elif values.get("message_encryption") == "never":
        found.append(("message_encryption", "over HTTPS"))
    authentication = _first_authentication(options)
    if values.get("proxy_access_type") == "environment" and (scheme == "http" or authentication in _NOT_BY_PROXY):
        found.append(("proxy_access_type", "over HTTP" if scheme == "http" else f"with {authentication}"))
    return found


def _drop_moot_account(options: Options, notes: Notes) -> None:
    """A user beside a certificate, a certificate beside a user, delegation without a ticket: not given for us."""
    authentication = _first_authentication(options)
    names: tuple[str, ...] = CERTIFICATE if authentication != "certificate" else ()
    if authentication in _WITHOUT_ACCOUNT or _value(options, "implicit_credentials"):
        names += ACCOUNT
    user, host = (str(_value(options, name) or "") for name in ("user", "host"))
    if not session.delegates(authentication, user, host):
        names += ("kerberos_delegation",)
    for name in names:
        if name in options and not options[name].is_ours:
            beside = f"authentication {authentication}" if authentication else "this authentication"
            notes.append((2, f"{options.pop(name).source} means nothing with {beside} and is not used."))


def _first_authentication(options: Options) -> str | None:
    """The one that is wanted; the first of several; ``None`` where that is left to the default."""
    value = _value(options, "authentication")
    return value[0] if isinstance(value, list) and value else value


def _scheme(options: Options) -> str:
    given = {name: options[name].value for name in ("connection", "scheme", "port") if name in options}
    place = {} if "connection" in given else {"host": "localhost"}  # any host: it does not turn on that
    try:
        return connection_string.resolve({**place, **given}, _has_ssl_flag(options)).scheme
    except UsageError:
        return "https"


def _drop_read_timeout(options: Options, operation_timeout: t.Any) -> None:
    read = options.get("read_timeout")
    if read is not None and isinstance(operation_timeout, (int, float)) and read.value <= operation_timeout:
        del options["read_timeout"]


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
