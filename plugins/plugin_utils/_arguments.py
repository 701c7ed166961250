# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the arguments of a task to what ring 1 takes: the one boundary of design.md §4 "Values" on the way in.

Takes Ansible's tags off, reads the target and the body, and refuses combinations that core's own validation cannot name
a remedy for. Sends nothing and knows no connection.
"""

from __future__ import annotations

import contextlib
import datetime
import typing as t
from xml.etree.ElementTree import Element

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    addressing,
    documents,
    fragment,
    representation,
    session,
    session_flags,
    uris,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import (
    EndpointReference,
    SelectorSet,
    Target,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Fragment
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Schema, coerce
from ansible_collections.wsman.automation.plugins.plugin_utils import _result

Arguments = dict[str, t.Any]

#: Options of a module that are options of the connection, given for one task.
_REQUEST_OPTIONS = ("operation_timeout", "max_envelope_size", "locale")

#: Options and flags of the connection that mean something with an account only.
_OF_AN_ACCOUNT = frozenset({*session.CREDENTIALS, "channel_binding"})
_FLAGS_OF_AN_ACCOUNT = frozenset(session_flags.AUTHENTICATIONS) | {
    "CredUsernamePassword",
    "EnableSPNServerPort",
    "AllowNegotiateImplicitCredentials",
}


def native(value: t.Any) -> t.Any:
    """The same value without Ansible's tags and lazy containers; a vaulted text is decrypted (ansible.md §3)."""
    if value is None or isinstance(value, (bool, datetime.date)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {native(name): native(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [native(one) for one in value]
    for kind in (int, float, bytes):
        if isinstance(value, kind):
            return kind(value)
    return str(value)


def session_options(arguments: Arguments) -> Arguments:
    """What the task says of its connection: ``session`` and the options of the request, without those not given."""
    options = {name: value for name, value in (arguments.get("session") or {}).items() if value is not None}
    for name in _REQUEST_OPTIONS:
        if arguments.get(name) is not None:
            options[name] = arguments[name]
    return options


def anonymous(options: Arguments) -> Arguments:
    """The same connection options for a session without an account, which an unauthenticated Identify needs."""
    kept = {name: value for name, value in options.items() if name not in _OF_AN_ACCOUNT}
    if kept.get("message_encryption") == "always":
        del kept["message_encryption"]
    if kept.get("flags"):
        kept["flags"] = sorted(session_flags.parse(kept["flags"]) - _FLAGS_OF_AN_ACCOUNT)
    return {**kept, "authentication": "none"}


def read_target(arguments: Arguments) -> Target:
    """The target that resource_uri and selector_set, or endpoint_reference, and namespace and option_set describe."""
    uri, selectors = _read_place(arguments)
    selectors = _add_namespace(uri, selectors, arguments.get("namespace"))
    return Target(uri, selectors, addressing.option_set_from_plain(arguments.get("option_set")))


def _read_place(arguments: Arguments) -> tuple[str, SelectorSet]:
    reference, uri = arguments.get("endpoint_reference"), arguments.get("resource_uri")
    selectors = arguments.get("selector_set")
    if reference is None:
        if uri is None:
            raise UsageError("it is required.", option="resource_uri", remedy="Give it, or an endpoint_reference.")
        full, tail = uris.parse_resource_uri(uri)
        given = addressing.selector_set_from_plain(selectors)
        return full, addressing.join_selectors(tail, given, "selector_set")
    if uri is not None or selectors is not None:
        raise UsageError(
            "it names the resource and its selectors already.",
            option="endpoint_reference",
            remedy="Leave resource_uri and selector_set out, or give them alone.",
        )
    read = EndpointReference.from_plain(reference)
    return read.resource_uri or "", read.selector_set


def _add_namespace(uri: str, selectors: SelectorSet, namespace: str | None) -> SelectorSet:
    """The selectors with ``__cimnamespace``; a WMI URI has the namespace in itself (DSP0227 5.1, protocol.md §4)."""
    if namespace is None:
        return selectors
    name = read_namespace(namespace)
    own = uris.wmi_namespace(uri)
    if own is None:
        return addressing.join_selectors(selectors, {uris.NAMESPACE_SELECTOR: name}, "namespace")
    if own.lower() != name.lower():
        raise UsageError(f"the resource URI is in {own}.", option="namespace", remedy="Leave the namespace out.")
    return selectors


def read_namespace(text: str) -> str:
    """A CIM namespace with slashes; UsageError for an empty one."""
    name = xml.check_text(text.replace("\\", "/").strip("/"), "namespace")
    if not name:
        raise UsageError("it is empty.", option="namespace", remedy="Write a name such as root/cimv2, or leave it out.")
    return name


def read_body(arguments: Arguments, namespace: str) -> Element | None:
    """The element that the body, XML text or a dictionary of one key, describes.

    *namespace* is that of a dictionary's names without a prefix.
    """
    body = arguments.get("body")
    if body is None:
        return None
    if isinstance(body, str):
        return xml.load_fragment(body, "body")
    if isinstance(body, dict):
        return documents.to_element(body, "body", namespace)
    raise UsageError("it is neither XML text nor a dictionary.", option="body", remedy="Give one of these.")


def check_wanted(arguments: Arguments, part: Fragment | None, schema: Schema | None) -> None:
    """UsageError for wanted values that could not be written, before the service is asked what it holds.

    Names and characters that XML has not, null inside a list, and where a schema is built in, types and ranges. Members
    that the schema has not may still be in what the service holds, and are judged then.
    """
    option, values = "properties", arguments.get("properties") or {}
    if part is not None:
        option, values = "value", {fragment.parse(part.path).name: arguments["value"]}
    representation.to_element("values", None, values, option=option)
    if part is None or fragment.parse(part.path).index is None:
        _check_types(values, option, schema)


def _check_types(values: t.Mapping[str, t.Any], option: str, schema: Schema | None) -> None:
    for name, value in values.items():
        member = schema.find(name) if schema else None
        if member is not None and member.members is not None and isinstance(value, dict):
            _check_types(value, f"{option}.{name}", member.members)
        elif member is not None:
            coerce(value, member, f"{option}.{name}")


def read_fragment(arguments: Arguments) -> Fragment | None:
    """The fragment, if one is given."""
    value = arguments.get("fragment")
    return None if value is None else fragment.from_plain(value)


def secrets(arguments: Arguments) -> t.Iterator[str]:
    """The values in the arguments that no result may show, wherever they are given.

    Those of members named like a secret, and of members that ``secret_members`` names.
    """
    members = arguments.get("secret_members") or ()
    named = {str(name).strip() for name in (members.split(",") if isinstance(members, str) else members)}
    secret = frozenset(_bare(name.rpartition(".")[2]) for name in named)
    for value in _given_members(arguments):
        yield from _result.secret_values(value)
        for one in _members_named(value, secret):
            yield from _result.secret_values(one, "secret")


def _given_members(arguments: Arguments) -> t.Iterator[t.Any]:
    """What the arguments hold of members and their values, as dictionaries at any depth."""
    for option in ("properties", "arguments", "session", "body"):
        yield arguments.get(option)
    fragment, body = arguments.get("fragment"), arguments.get("body")
    path = fragment.get("path") if isinstance(fragment, dict) else fragment
    if isinstance(path, str):
        yield {path.partition("[")[0].partition("/")[0].strip(): arguments.get("value")}
    if isinstance(body, str):
        with contextlib.suppress(UsageError):
            for element in xml.load_fragment(body, "body").iter():
                yield {**element.attrib, xml.local(element.tag): element.text}


def _members_named(value: t.Any, names: frozenset[str]) -> t.Iterator[t.Any]:
    """The values of all members of these names, in lower case, at any depth."""
    if isinstance(value, dict):
        yield from (one for name, one in value.items() if _bare(name) in names)
    if names and isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _members_named(one, names)


def _bare(name: t.Any) -> str:
    """A name in lower case without its prefix, and without the ``@`` of an attribute."""
    return str(name).rpartition(":")[2].removeprefix("@").lower()


def exactly_one(arguments: Arguments, *names: str) -> str:
    """The one of *names* that is given; UsageError for none and for several."""
    at_most_one(arguments, *names)
    for name in names:
        if arguments.get(name) is not None:
            return name
    raise UsageError(
        "it is missing, and so is anything else to write.", option=names[0], remedy=f"Give one of {', '.join(names)}."
    )


def at_most_one(arguments: Arguments, *names: str) -> None:
    """UsageError where more than one of *names* is given."""
    given = [name for name in names if arguments.get(name) is not None]
    if len(given) > 1:
        raise UsageError(
            f"it cannot be given together with {' and '.join(given[1:])}.",
            option=given[0],
            remedy=f"Give only one of {', '.join(names)}.",
        )


def check_value(way: str, *, given: bool) -> None:
    """UsageError where ``fragment`` has no ``value``, or ``value`` no ``fragment``; ``value: null`` is one."""
    if way == "fragment" and not given:
        raise UsageError("it is missing.", option="value", remedy="Give what to write; null clears the member.")
    if way != "fragment" and given:
        raise UsageError(
            f"belongs to fragment, not to {way}.", option="value", remedy="Give fragment, or leave it out."
        )
