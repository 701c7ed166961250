# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input that cannot be meant is refused with the option and the remedy, and nothing reaches the service."""

from __future__ import annotations

import pathlib
import typing as t

import playbook
import pytest

from sandbox import Sandbox

HTTP = {"scheme": "http", "port": 1, "message_encryption": "never"}
CONFIG = {"resource_uri": "winrm/config"}
LISTENER = {"resource_uri": "winrm/config/listener", "selector_set": {"Address": "*", "Transport": "HTTP"}}
SERVICES = {"resource_uri": "wmicimv2/*"}
START = {"resource_uri": "wmicimv2/Win32_Service?Name=BITS", "method": "StartService"}

# What is wrong, the module, its options, and what the message must say: the option first, then of the remedy.
CASES: list[tuple[str, str, dict[str, t.Any], list[str]]] = [
    ("unknown alias", "get", {"resource_uri": "nosuchalias/thing"}, ["resource_uri", "winrm/"]),
    ("malformed selector", "get", {"resource_uri": "winrm/config/listener?Address"}, ["resource_uri", "="]),
    (
        "selector twice", "get", {**LISTENER, "resource_uri": "winrm/config/listener?Address=MAC:0"},
        ["selector_set", "Address"],
    ),
    ("selector of no such type", "get", {**CONFIG, "selector_set": {"Address": ["*"]}}, ["selector_set.Address"]),
    ("selector set of no such type", "get", {**CONFIG, "selector_set": ["*"]}, ["selector_set", "dict"]),
    ("no resource", "get", {}, ["resource_uri", "endpoint_reference"]),
    (
        "two resources", "get", {**CONFIG, "endpoint_reference": {"resource_uri": "x"}},
        ["endpoint_reference", "resource_uri"],
    ),
    ("empty reference", "get", {"endpoint_reference": {"address": "x"}}, ["endpoint_reference", "resource_uri"]),
    ("slash before a path", "get", {**CONFIG, "fragment": "/Service"}, ["fragment", "leading /"]),
    ("unknown option", "get", {**CONFIG, "timeout": 5}, ["timeout"]),
    ("control character in a selector", "get", {**CONFIG, "selector_set": {"Name": "a\u0007b"}}, ["selector_set.Name"]),
    ("negative time", "get", {**CONFIG, "operation_timeout": -1}, ["operation_timeout", "0"]),
    ("tiny envelope", "get", {**CONFIG, "max_envelope_size": 12}, ["max_envelope_size"]),
    ("no language", "get", {**CONFIG, "locale": "en US"}, ["locale", "en-US"]),
    (
        "namespace of another", "get", {"resource_uri": "wmicimv2/A?B=c", "namespace": "root/x"},
        ["namespace", "root/cimv2"],
    ),
    ("password that is no text", "get", {**CONFIG, "session": {"password": {"old": "x"}}}, ["password", "one text"]),
    ("option of no such shape", "get", {**CONFIG, "option_set": "Name"}, ["option_set"]),
    ("option without a name", "get", {**CONFIG, "option_set": [{"value": "x"}]}, ["option_set", "name"]),
    ("wrong type", "enumerate", {**SERVICES, "max_elements": "many"}, ["max_elements"]),
    ("limit below one", "enumerate", {**SERVICES, "limit": 0}, ["limit", "1"]),
    (
        "filter twice", "enumerate", {**SERVICES, "filter": "x", "association": {"object": START}},
        ["association", "filter"],
    ),
    ("dialect without filter", "enumerate", {**SERVICES, "dialect": "wql"}, ["filter"]),
    ("unknown dialect", "enumerate", {**SERVICES, "filter": "x", "dialect": "sql"}, ["dialect", "wql"]),
    ("selectors under wql", "enumerate", {**SERVICES, "filter": {"Name": "x"}, "dialect": "wql"}, ["filter"]),
    ("association of nothing", "enumerate", {**SERVICES, "association": {"role": "x"}}, ["object"]),
    ("unknown polymorphism", "enumerate", {**SERVICES, "polymorphism": "all"}, ["polymorphism", "shallow"]),
    ("properties and body", "put", {**CONFIG, "properties": {"A": 1}, "body": "<a/>"}, ["properties", "body"]),
    ("neither properties nor body", "put", CONFIG, ["properties", "body", "fragment"]),
    ("fragment without value", "put", {**CONFIG, "fragment": "MaxTimeoutms"}, ["value", "null"]),
    ("value without fragment", "put", {**CONFIG, "properties": {"A": 1}, "value": 1}, ["value", "fragment"]),
    (
        "control character in a value", "put", {**CONFIG, "properties": {"Client": {"TrustedHosts": "a\u0001b"}}},
        ["properties.Client.TrustedHosts"],
    ),
    ("no name of a member", "put", {**CONFIG, "properties": {"a b": 1}}, ["properties.a b"]),
    (
        "body not well-formed", "put", {**CONFIG, "body": "<a><b></a>"},
        ["body", "line 1, column 9", "one well-formed element"],
    ),
    ("body with a document type", "put", {**CONFIG, "body": "<!DOCTYPE a><a/>"}, ["body", "DOCTYPE"]),
    ("body of two roots", "put", {**CONFIG, "body": {"a": None, "b": None}}, ["body", "one"]),
    ("body of no such type", "create", {**LISTENER, "body": ["a"]}, ["body", "XML"]),
    ("create nothing", "create", LISTENER, ["properties", "body"]),
    ("delete without resource", "delete", {}, ["resource_uri"]),
    ("no method", "invoke", CONFIG, ["method"]),
    ("arguments and body", "invoke", {**START, "arguments": {"A": 1}, "body": "<a/>"}, ["arguments", "body"]),
    ("control character in an argument", "invoke", {**START, "arguments": {"A": "\u0000"}}, ["arguments.A"]),
    ("port out of range", "identify", {"session": {"port": 70000}}, ["port", "65535"]),
    ("host with a path", "identify", {"session": {"host": "server/wsman"}}, ["host", "path have options"]),
    ("no such CA file", "identify", {"session": {"ca_cert": "/nowhere/ca.pem"}}, ["ca_cert", "/nowhere/ca.pem"]),
    ("unreadable CA file", "identify", {"session": {"ca_cert": "{{ not_a_certificate }}"}}, ["ca_cert", "PEM"]),
    ("Basic over HTTP", "identify", {"session": {"scheme": "http"}}, ["message_encryption", "HTTPS"]),
    ("no encryption over HTTPS", "identify", {"session": {"message_encryption": "never"}}, ["message_encryption"]),
    (
        "credentials with none", "identify", {"session": {"authentication": "none", "user": "u", "password": "p"}},
        ["authentication", "no password"],
    ),
    ("unknown authentication", "identify", {"session": {"authentication": "plain"}}, ["authentication", "basic"]),
    ("skipped checks over HTTP", "identify", {"session": {**HTTP, "skip_ca_check": True}}, ["skip_ca_check"]),
    ("user with a colon", "identify", {"session": {"user": "a:b"}}, ["user", "colon"]),
    (
        "read shorter than operation", "identify", {"session": {"operation_timeout": 20, "read_timeout": 10}},
        ["read_timeout", "operation_timeout"],
    ),
    ("unknown encoding", "identify", {"session": {"encoding": "latin-1"}}, ["encoding", "utf-16"]),
    ("unknown profile", "identify", {"session": {"profile": "vista"}}, ["profile", "windows"]),
    ("unknown option of the session", "identify", {"session": {"portt": 1}}, ["portt"]),
]  # fmt: skip


class Refusals(t.NamedTuple):
    """The run of all cases, and the service that nothing may reach."""

    run: playbook.Run
    box: Sandbox


@pytest.fixture(scope="module")
def refusals(
    workspace: playbook.Workspace, services: t.Callable[..., Sandbox], tmp_path_factory: pytest.TempPathFactory
) -> Refusals:
    box = services()
    garbage = pathlib.Path(tmp_path_factory.mktemp("files")) / "ca.pem"
    garbage.write_text("this is no certificate\n", encoding="utf-8")
    tasks = [
        {"name": name, f"wsman.automation.wsman_{module}": options, "ignore_errors": True, "ignore_unreachable": True}
        for name, module, options, _words in CASES
    ]
    hosts = {"server1": playbook.variables(box, not_a_certificate=str(garbage))}
    return Refusals(workspace.play(hosts, [{"hosts": "all", "tasks": tasks}]), box)


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, _module, _options, words in CASES])
def test_message_names_option_and_remedy(refusals: Refusals, name: str, words: list[str]) -> None:
    outcome = refusals.run[name]
    assert outcome.status == "ignored" and "fault" not in outcome.result, outcome
    missing = [word for word in words if word.lower() not in outcome.msg.lower()]
    assert missing == [], outcome.msg


def test_nothing_reached_the_service(refusals: Refusals) -> None:
    assert len(refusals.run.outcomes) == len(CASES)
    assert refusals.box.journal == []
    assert refusals.box.connections == 0
