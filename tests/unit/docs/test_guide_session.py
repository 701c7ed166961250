# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the guides on sessions say what the code does: each row is tried, and none is missing."""

from __future__ import annotations

import pathlib
import re

import pytest
import yaml

from ansible_collections.wsman.automation.plugins.connection import wsman
from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    fault_codes,
    session,
    session_flags,
    session_proxy,
    session_rules,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

GUIDES = pathlib.Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst"
TABLE = re.compile(r"^\.\. list-table:: (.+)\n((?:\n| +\S.*\n)+)", re.MULTILINE)
FIRST, FURTHER = (re.compile(pattern, re.MULTILINE) for pattern in (r"^   \* - ", r"^     - "))
LITERAL = re.compile(r"``([^`]+)``")
FOREIGN = re.compile(r"ansible_(?:winrm|psrp)_")


def tables(guide):
    """The rows of each table of a guide, by its title; a row is the texts of its cells."""
    found = {}
    for title, body in TABLE.findall((GUIDES / f"guide_{guide}.rst").read_text(encoding="utf-8")):
        rows = [FURTHER.split(text) for text in FIRST.split(body)]
        found[title] = [[" ".join(cell.split()) for cell in row] for row in rows[2:]]  # after the options, and the head
    return found


SESSION = tables("session")
RULES = SESSION["What is refused"]


def legal(**options):
    return session.from_options({"authentication": "none", **options})


@pytest.mark.parametrize(("connection", "url"), SESSION["What a connection string means"])
def test_connection_string(connection, url):
    assert legal(connection=connection.strip("`")).url == url.strip("`")


def test_every_flag_stands_there():
    assert {row[0].strip("`"): int(row[1], 16) for row in SESSION["The session flags"]} == session_flags.FLAGS


@pytest.mark.parametrize(("flag", "number", "same"), SESSION["The session flags"])
def test_a_flag_is_the_option_beside_it(flag, number, same):
    said = LITERAL.search(same)
    if said is None:
        assert flag.strip("`") == "CredUsernamePassword"
        return
    option, value = next(iter(yaml.safe_load(said[1]).items()))
    needs = {"user": "u", "password": "p"} if value not in ("none", "certificate") else {}
    needs = {**needs, **({"certificate_pem": "c.pem"} if value == "certificate" else {})}
    needs = {} if option == "implicit_credentials" else needs
    needs["scheme"] = "http" if value == "never" else "https"
    named = {"authentication": "negotiate"} if option in ("spn_server_port", "message_encryption") else {}
    by_flag = session.from_options({"host": "server1", "flags": flag.strip("`"), **needs, **named})
    assert by_flag == session.from_options({"host": "server1", **needs, **named, option: value})


@pytest.mark.parametrize(("rule", "what", "example", "option", "number"), RULES, ids=[row[2] for row in RULES])
def test_rule(rule, what, example, option, number):
    options = yaml.safe_load(example.strip("`"))
    with pytest.raises(UsageError) as caught:
        session.from_options(options if {"host", "connection"} & options.keys() else {"host": "server1", **options})
    code = caught.value.windows_code
    assert option.strip("`") == caught.value.option
    assert number == (f"{code} {fault_codes.NAMES[code]}" if code else "none")


def test_rules_are_in_their_order():
    assert [int(row[0]) for row in RULES] == sorted(int(row[0]) for row in RULES)


def test_every_number_that_the_code_can_give_stands_there():
    """And those that it never gives are no rows."""
    package = pathlib.Path(session_rules.__file__).parent
    names = ("session_rules", "session_flags", "session_proxy", "connection_string")
    sources = [(package / f"{name}.py").read_text(encoding="utf-8") for name in names]
    code = "".join(re.sub(r'"""(?s:.*?)"""', "", source) for source in sources)
    numbers = {row[4].split()[0] for row in RULES}
    assert numbers - {"none"} == set(re.findall(r"\b2\d{9}\b", code))


OURS = {title: SESSION[title] for title in SESSION if title in ("New-CimSession", "New-CimSessionOption", "winrm.cmd")}


@pytest.mark.parametrize("title", OURS)
def test_what_other_names_mean_are_options_of_ours(title):
    for theirs, ours in OURS[title]:
        named = [word.partition(":")[0] for word in LITERAL.findall(ours.partition(";")[0])]
        assert named or "none" in ours, theirs
        assert named == [] or named[0] in session.OPTIONS, theirs


def test_taken_names_of_proxy_types():
    row = next(ours for theirs, ours in OURS["New-CimSessionOption"] if theirs == "*-ProxyType*")
    for name in ("None", "WinHttp", "InternetExplorer"):
        assert f"``{name}``" in row
        session_proxy.resolve({"proxy_access_type": name}, "https", "negotiate")


def test_every_variable_of_other_plugins_stands_in_the_guide():
    documented = yaml.safe_load(wsman.DOCUMENTATION)["options"].values()
    known = {one["name"] for option in documented for one in option.get("vars", ()) if FOREIGN.match(one["name"])}
    rows = tables("connection")["Variables of winrm and psrp"]
    assert {name for row in rows for name in LITERAL.findall(row[0])} == known
