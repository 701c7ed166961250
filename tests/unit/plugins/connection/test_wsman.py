# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection plugin as Ansible loads it: its documentation, its options, and what it refuses."""

from __future__ import annotations

import socket

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.template import Templar, trust_as_template

from ansible_collections.wsman.automation.plugins.connection import wsman
from ansible_collections.wsman.automation.plugins.doc_fragments._session import ModuleDocFragment
from ansible_collections.wsman.automation.plugins.module_utils._session_argspec import session_options_spec
from ansible_collections.wsman.automation.plugins.module_utils._wsman import session as ring1
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import (
    _foreign,
    _kerberos,
    _refusals,
    _say,
    _sessions,
    _transport,
)

DOCUMENTED = yaml.safe_load(wsman.DOCUMENTATION)["options"]
FRAGMENT = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]["session"]["suboptions"]
NAME = "wsman.automation.wsman"
PLUGIN_NAMES = {ours: name for name, ours in wsman.RENAMED.items()}
ACCOUNT = {"ansible_host": "srv", "ansible_user": "u", "ansible_password": "s3cret"}
BASIC = {**ACCOUNT, "ansible_wsman_authentication": "basic"}
SECRET = ("user", "password", "certificate_key_password", "proxy", "proxy_user", "proxy_password")
READ_HERE = ("flags",)  # core takes one number for no list
IDENTIFIED = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
    b'<i:IdentifyResponse xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    b"<i:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</i:ProtocolVersion>"
    b"</i:IdentifyResponse></s:Body></s:Envelope>"
)


@pytest.fixture(autouse=True)
def no_sessions(monkeypatch):
    """Each test begins without anything said, and ends without sessions."""
    monkeypatch.setattr(_say, "_said", set())
    yield
    for options in list(_sessions._direct):
        _sessions.close(options)
    _refusals.accounts.clear()


def connect(variables, keywords=None, port_is_set=True):
    """The plugin with these variables, made and given its options as the executor does."""
    constants.config.initialize_plugin_configuration_definitions("connection", NAME, DOCUMENTED)
    connection = wsman.Connection(PlayContext(), new_stdin=None, task_uuid="x")
    connection._load_name = NAME  # as the loader of plugins does
    variables = {"inventory_hostname": "inventory-name", **variables}
    templar = Templar(loader=None, variables=variables)
    found = connection._resolve_option_variables(variables, templar)
    connection.set_options(task_keys=keywords or {}, var_options=found)
    connection.port_is_set = port_is_set
    return connection


@pytest.fixture
def service(monkeypatch):
    """A service without a socket: *answers* by request, *requests* as (options, data, headers)."""

    class Service:
        requests, closed = [], []
        answer = IDENTIFIED

    def send(self, data, *, repeatable=True, changes=None, headers=None):
        Service.requests.append((self.options, data, repeatable, headers))
        if isinstance(Service.answer, Exception):
            raise Service.answer  # pylint: disable=raising-bad-type
        return _transport.Answer(Service.answer, 200, "utf-8", None, {})

    monkeypatch.setattr(Service, "requests", [])
    monkeypatch.setattr(_transport.Session, "send", send)
    return Service


# one list of options in five places


def documented(name):
    """The plugin's documentation of an option of the session."""
    return DOCUMENTED[PLUGIN_NAMES.get(name, name)]


def test_every_option_is_in_every_place():
    ours = {wsman.RENAMED.get(name, name) for name in set(DOCUMENTED) - set(_foreign.TABLE) - _foreign.ASIDE}
    ours -= set(wsman.FOR_MODULES)
    assert ours == set(FRAGMENT) == set(session_options_spec()) == set(ring1.OPTIONS)


@pytest.mark.parametrize("name", ring1.OPTIONS)
def test_type_and_choices_are_the_same_in_every_place(name):
    spec = {key: value for key, value in session_options_spec()[name].items() if key != "no_log"}
    read = {"type": "raw"} if name in READ_HERE else spec
    for one, expected in ((documented(name), read), (FRAGMENT[name], spec)):
        assert {key: one[key] for key in ("type", "elements", "choices") if key in one} == expected


def test_secrets_are_never_logged():
    assert {name for name, one in session_options_spec().items() if one.get("no_log")} == set(wsman.SECRETS)


@pytest.mark.parametrize("name", [name for name in ring1.OPTIONS if "default" in documented(name)])
def test_documented_defaults_are_true(name):
    if documented(name)["default"] == "inventory_hostname":
        return
    account = {"host": "srv", "user": "u", "password": "p"}
    given = getattr(ring1.from_options({**account, name: documented(name)["default"]}), name)
    assert given == getattr(ring1.from_options(account), name)


@pytest.mark.parametrize("name", ring1.OPTIONS)
def test_our_own_variable_is_the_last_and_wins(name):
    assert documented(name)["vars"][-1] == {"name": f"ansible_wsman_{name}"}


def test_every_foreign_option_reads_the_variable_that_the_table_names():
    for name, (variable, _row, _concerned) in _foreign.TABLE.items():
        assert DOCUMENTED[name]["vars"] == [{"name": variable}]


def test_no_option_is_mistaken_for_a_keyword():
    from ansible.playbook.task import Task

    names = set(DOCUMENTED) | {alias for one in DOCUMENTED.values() for alias in one.get("aliases", ())}
    assert names & set(Task.fattributes) == {"port"}


# from variables to a session


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, "https://inventory-name:5986/wsman"),
        ({"ansible_host": "srv"}, "https://srv:5986/wsman"),
        ({"ansible_host": "srv", "ansible_wsman_host": "other"}, "https://other:5986/wsman"),
        ({"ansible_host": trust_as_template("{{ name }}.corp"), "name": "a"}, "https://a.corp:5986/wsman"),
        ({"ansible_port": 443}, "https://inventory-name:443/wsman"),
        ({"ansible_port": "5986"}, "https://inventory-name:5986/wsman"),
        ({"ansible_port": 22, "ansible_connection": "ssh"}, "https://inventory-name:5986/wsman"),
        ({"ansible_port": 5985, "ansible_connection": "ssh"}, "http://inventory-name:5985/wsman"),
        ({"ansible_port": 22, "ansible_connection": "winrm"}, "https://inventory-name:22/wsman"),
        ({"ansible_winrm_path": "/x", "ansible_psrp_protocol": "http"}, "http://inventory-name:5985/x"),
    ],
    ids=str,
)
def test_url(variables, url):
    assert connect({"ansible_wsman_authentication": "none", **variables}).session_options().url == url


def test_a_port_of_core_is_not_the_inventorys():
    place = {"ansible_port": 5986, "ansible_connection": "winrm", "ansible_wsman_scheme": "http"}
    variables = {**place, "ansible_wsman_authentication": "none"}
    assert connect(variables, port_is_set=False).session_options().port == 5985
    assert connect(variables).session_options().port == 5986


def test_who_opens_it_knows_best_whose_the_port_is():
    connection = connect({"ansible_port": 22})
    connection.beside = "ansible.builtin.ssh"
    assert connection.session_options().port == 5986


def test_keywords_and_the_password_of_the_command_line():
    options = connect({}, {"remote_user": "u", "password": "p", "port": 5986}).session_options()
    assert (options.user, options.password, options.port) == ("u", "p", 5986)


def test_values_of_ansible_carry_no_tags_into_the_session():
    options = connect({**ACCOUNT, "ansible_wsman_deadline": 5}).session_options()
    assert (type(options.user), type(options.host), type(options.deadline)) == (str, str, float)
    given = {"host": "srv", "user": "u", "password": "s3cret", "deadline": 5, "session_name": "inventory-name"}
    assert options == ring1.from_options(given)


def test_the_task_wins_and_the_next_task_begins_anew():
    connection = connect(ACCOUNT)
    connection.override({"host": "other", "operation_timeout": 5.0, "locale": None})
    assert connection.session_options().url == "https://other:5986/wsman"
    connection.override({})
    assert connection.session_options().url == "https://srv:5986/wsman"


def test_bad_options_are_errors_of_ours_when_they_are_asked_for():
    connection = connect({**ACCOUNT, "ansible_wsman_port": 70000})
    with pytest.raises(UsageError, match="port: 70000"):
        connection.session_options()
    with pytest.raises(UsageError, match="port: 70000"):
        connection.send(b"")


@pytest.fixture
def said(monkeypatch):
    """(verbosity less one, host) of each line that a user may see."""
    lines = []
    monkeypatch.setattr(_say.display, "verbose", lambda text, host, caplevel: lines.append((caplevel, host, text)))
    return lines


def test_what_is_dropped_is_said_once(said):
    dropped = {"ansible_port": 22, "ansible_connection": "ssh", "ansible_winrm_message_encryption": "never"}
    for _number in range(3):
        connect({**ACCOUNT, **dropped}).session_options()
    assert [(caplevel, host) for caplevel, host, _text in said] == [(0, "srv"), (1, "srv")]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"ansible_wsman_connection": "http://other/x"}, "http://other:80/x"),
        ({"ansible_wsman_connection": "other:5986"}, "https://other:5986/wsman"),
        ({"ansible_wsman_connection": "other", "ansible_wsman_flags": ["UseSsl"]}, "https://other:5986/wsman"),
    ],
    ids=str,
)
def test_connection_string(variables, expected):
    connection = connect({**BASIC, "ansible_port": 5986, **variables})
    connection.override({"message_encryption": "never"} if expected.startswith("http:") else {})
    assert connection.session_options().url == expected


@pytest.mark.parametrize(
    "flags", [["WSManFlagUseSsl", 0x2000], "UseSsl,SkipCACheck", "useSsl | 0x2000", 0x8002000, ["0x8002000"]], ids=str
)
def test_flags(flags):
    options = connect({**BASIC, "ansible_winrm_scheme": "http", "ansible_wsman_flags": flags}).session_options()
    assert (options.scheme, options.skip_ca_check, options.skip_cn_check) == ("https", True, False)


@pytest.mark.parametrize(("text", "expected"), [("yes", True), ("no", False)])
def test_what_pywinrm_reads_from_text_is_read_from_text(text, expected):
    variables = {**ACCOUNT, "ansible_user": "u@CORP", "ansible_winrm_kerberos_delegation": text}
    options = connect(variables).session_options()
    assert options.kerberos_delegation is expected


def test_the_keyword_connection_is_not_the_connection_string():
    assert connect(BASIC, {"connection": "ssh"}).session_options().url == "https://srv:5986/wsman"


def test_the_session_has_the_name_of_the_host():
    assert connect(BASIC).session_options().session_name == "inventory-name"
    assert connect({**BASIC, "ansible_wsman_session_name": "night"}).session_options().session_name == "night"


@pytest.mark.parametrize("has_ticket", [True, False])
def test_the_rules_ask_for_a_ticket_only_where_they_turn_on_it(has_ticket, monkeypatch):
    asked = []
    monkeypatch.setattr(_kerberos, "has_ticket", lambda *names: asked.append(names) or has_ticket)
    assert connect(ACCOUNT).session_options().authentication == "negotiate"
    assert asked == []
    alone = {"ansible_host": "srv", "ansible_wsman_kerberos_ccache": "FILE:/c", "ansible_wsman_kerberos_keytab": "/k"}
    assert connect(alone).session_options().authentication == ("kerberos" if has_ticket else "negotiate")
    assert asked == [("FILE:/c", "/k")]


@pytest.mark.parametrize("broken", [{}, {"ansible_wsman_port": 70000}])
def test_secrets_are_known_also_where_options_are_wrong(broken):
    connection = connect({**ACCOUNT, **broken})
    assert "s3cret" in connection.secrets()
    connection.override({"password": "0ther"})
    assert {"s3cret", "0ther"} <= set(connection.secrets())


@pytest.mark.parametrize("broken", [{}, {"ansible_wsman_port": 70000}])
@pytest.mark.parametrize(
    "variables",
    [
        {"ansible_wsman_certificate_key_password": "hunter22"},
        {"ansible_wsman_proxy_password": "hunter22"},
        {"ansible_wsman_proxy": "http://u:hunter22@proxy:3128"},
        {"ansible_psrp_proxy": "http://u:hunter22@proxy:3128"},
        {"ansible_winrm_proxy": "http://u:hunter%32%32@proxy:3128"},
    ],
    ids=str,
)
def test_every_password_is_a_secret(variables, broken):
    assert "hunter22" in connect({**ACCOUNT, **variables, **broken}).secrets()


def test_the_password_in_the_proxy_of_the_task_is_a_secret():
    connection = connect(ACCOUNT)
    connection.override({"proxy": "http://u:hunter22@proxy:3128", "port": 70000})
    assert "hunter22" in connection.secrets()


def test_what_basic_sends_is_a_secret_too():
    assert "dTpzM2NyZXQ=" in connect(ACCOUNT).secrets()


@pytest.mark.parametrize("name", SECRET)
@pytest.mark.parametrize("value", [{"key": "hunter22"}, ["http://u:hunter22@p"]], ids=["mapping", "list"])
def test_a_secret_that_is_no_text_is_not_shown(name, value):
    with pytest.raises(UsageError) as caught:
        connect({**ACCOUNT, f"ansible_wsman_{name}": value}).session_options()
    assert caught.value.option == name and "hunter22" not in str(caught.value)


def test_without_a_password_there_are_no_secrets():
    assert connect({}).secrets() == []


# what it carries, and what it does not


def test_send(service):
    connection = connect(ACCOUNT)
    assert connection.send(b"data", repeatable=False).body == IDENTIFIED
    assert service.requests == [(connection.session_options(), b"data", False, None)]


def test_equal_options_share_a_session():
    assert connect(ACCOUNT).session is connect(ACCOUNT).session


def test_send_unauthenticated(service):
    connect(ACCOUNT).send_unauthenticated(b"data")
    [(options, _data, _repeatable, headers)] = service.requests
    assert (options.user, options.password, options.authentication) == (None, None, "none")
    assert headers == {"WSMANIDENTIFY": "unauthenticated"}


@pytest.mark.parametrize(
    "use",
    [
        lambda connection: connection.exec_command("id"),
        lambda connection: connection.put_file("a", "b"),
        lambda connection: connection.fetch_file("a", "b"),
    ],
)
def test_commands_and_files_are_refused_with_the_remedy(use):
    with pytest.raises(AnsibleError, match="gather_facts: false"):
        use(connect(ACCOUNT))


def test_connecting_resetting_and_closing_open_nothing(monkeypatch):
    monkeypatch.setattr(socket, "socket", None)
    connection = connect(ACCOUNT)
    connection._connect()
    assert connection.connected
    connection.reset()
    connection.close()
    assert not connection.connected


def test_reset_closes_the_session():
    connection = connect(ACCOUNT)
    first = connection.session
    connection.reset()
    assert connection.session is not first


def test_transport_test_sends_an_identify_in_the_time_it_is_given(service):
    connect(ACCOUNT).transport_test(5)
    [(options, data, _repeatable, _headers)] = service.requests
    assert (options.connect_timeout, options.read_timeout) == (5.0, 10.0)
    assert b"Identify" in data


@pytest.mark.parametrize(
    "answer",
    [
        _transport.TransportError("refused", step="connect"),
        IDENTIFIED.replace(b"IdentifyResponse", b"SomethingElse"),
        b"<Envelope",
    ],
    ids=["no service", "another answer", "no XML"],
)
def test_transport_test_fails_as_core_expects(service, answer, monkeypatch):
    monkeypatch.setattr(service, "answer", answer)
    with pytest.raises(AnsibleConnectionFailure):
        connect(ACCOUNT).transport_test(5)


def test_transport_test_says_what_is_wrong_with_the_options():
    with pytest.raises(AnsibleConnectionFailure, match="port"):
        connect({"ansible_wsman_port": 0}).transport_test(None)
