# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one frame that makes results: each kind of error, and nothing secret in any of them."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import FakeConnection, fault

PLACE = {"resource_uri": "cimv2/CIM_Thing"}
PASSWORD = "pa55w0rd"
IDENTITY = (
    '<i:IdentifyResponse xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    "<i:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</i:ProtocolVersion>"
    "<i:ProductVendor>Microsoft Corporation</i:ProductVendor>"
    "<i:ProductVersion>OS: 10.0.1 SP: 0.0 Stack: 3.0</i:ProductVersion><i:SecurityProfiles>"
    "<i:SecurityProfileName>http://example/basic</i:SecurityProfileName></i:SecurityProfiles></i:IdentifyResponse>"
)


def test_transport_error_is_unreachable(run):
    error = TransportError(
        "box refused the user.", step="authentication", remedy="Check it.", offered_schemes=["Basic"]
    )
    result, _connection = run("get", PLACE, error)
    assert result == {
        "unreachable": True,
        "msg": "box refused the user. Check it.",
        "transport": {
            "step": "authentication",
            "remedy": "Check it.",
            "offered_schemes": ["Basic"],
            "http_status": None,
            "outcome_unknown": False,
        },
    }


def test_fault_is_failed(run):
    result, _connection = run("get", PLACE, fault("wsman:InvalidSelectors", 2150859002, "Too few."))
    assert result["failed"] is True
    assert {"code", "fault_detail", "provider", "cim_error", "http_status", "remedy"} < set(result["fault"])
    assert result["fault"]["subcode"] == "wsman:InvalidSelectors"
    assert result["fault"]["windows_code"] == 2150859002
    for text in ("wsman:InvalidSelectors", "2150859002", "INVALID_URI_WMI_SINGLETON", "Too few."):
        assert text in result["msg"]


def test_the_providers_own_words_are_in_the_message(run):
    body = fault("wsman:InternalError", 1359, "Failed.").replace(
        "<f:Message>Failed.</f:Message>",
        '<f:Message><f:ProviderFault provider="WMI"><f:WSManFault Code="2150858752"><f:Message>Deep down.</f:Message>'
        "</f:WSManFault></f:ProviderFault></f:Message>",
    )
    result, _connection = run("get", PLACE, body)
    assert "Failed. Deep down." in result["msg"]


def test_protocol_error_is_failed(run):
    result, _connection = run("get", PLACE, "")
    assert result["failed"] is True
    assert "no instance" in result["msg"]
    assert "fault" not in result


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, "resource_uri"),
        ({**PLACE, "endpoint_reference": {"resource_uri": "cimv2/X"}}, "endpoint_reference"),
        ({"endpoint_reference": {"selector_set": {}}}, "endpoint_reference"),
        ({"endpoint_reference": {"resource_uri": "cimv2/X", "address": 5}}, "endpoint_reference.address"),
        ({"resource_uri": "nothing/X"}, "resource_uri"),
        ({"resource_uri": "cimv2/X?Name"}, "resource_uri"),
        ({"resource_uri": "cimv2/X?A=1", "selector_set": {"A": 2}}, "selector_set"),
        ({**PLACE, "selector_set": {"A": [1]}}, "selector_set.A"),
        ({**PLACE, "selector_set": {"A": "bell\x07"}}, "selector_set.A"),
        ({**PLACE, "selector_set": {"__cimnamespace": "root/a"}, "namespace": "root/b"}, "namespace"),
        ({"resource_uri": "wmicimv2/X", "namespace": "root/other"}, "namespace"),
        ({**PLACE, "namespace": ""}, "namespace"),
        ({**PLACE, "option_set": "x"}, "option_set"),
        ({**PLACE, "option_set": [{"value": 1}]}, "option_set[0]"),
        ({**PLACE, "session": {"port": 70000}}, "port"),
        ({**PLACE, "session": {"scheme": "http"}}, "message_encryption"),
        ({**PLACE, "operation_timeout": -1}, "operation_timeout"),
        ({**PLACE, "locale": "bell\x07"}, "locale"),
    ],
)
def test_bad_input_sends_nothing(run, given, names):
    result, connection = run("get", given)
    assert result["failed"] is True
    assert result["msg"].startswith(f"{names}: ")
    assert connection.sent == []


@pytest.mark.parametrize(
    "given",
    [
        {**PLACE, "resource_url": "x"},
        {**PLACE, "selector_set": 5},
        {**PLACE, "operation_timeout": "soon"},
        {**PLACE, "session": {"prot": 5986}},
        {**PLACE, "session": {"scheme": "ftp"}},
        {**PLACE, "session": [1]},
        {**PLACE, "session": 1},
    ],
)
def test_cores_own_validation_is_a_plain_failure(run, given):
    result, connection = run("get", given)
    assert result["failed"] is True
    assert connection.sent == []


class TestSecrets:
    @pytest.mark.parametrize(
        "answer",
        [
            fault("wsman:InternalError", 5, f"What is {PASSWORD}?"),
            TransportError(f"{PASSWORD}!", step="read", remedy=PASSWORD),
            f"<a><b>{PASSWORD}</b><c>{PASSWORD} and more</c></a>",
        ],
    )
    def test_password_of_the_connection(self, run, answer):
        result, _connection = run("get", PLACE, answer)
        assert PASSWORD not in str(result)

    @pytest.mark.parametrize("secret", ["a", "1", "ing"])
    def test_a_short_password_does_not_spoil_the_result(self, run, secret):
        given = {**PLACE, "session": {"password": secret}}
        refused = TransportError("Nothing there.", step="authentication", http_status=401)
        result, _connection = run("get", given, refused)
        assert result["msg"] == "Nothing there."
        assert (result["transport"]["step"], result["transport"]["http_status"]) == ("authentication", 401)
        result, _connection = run("get", given, f"<a><b>{secret}</b><c>Kings and 21</c></a>")
        assert result["instance"] == {"b": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "c": "Kings and 21"}

    @pytest.mark.parametrize(
        "place",
        ["session", "properties", "secret_members", "body", "xml", "fragment", "attribute", "first of two"]
        + ["secret fragment", "secret xml", "secret attribute", "secret body"],
    )
    def test_secrets_of_the_task(self, run, place):
        thing = "<CIM_Thing><Name>a</Name><Password>old</Password><Hash>x</Hash></CIM_Thing>"
        hash_member = {"secret_members": ["Hash"], "update_secret": "always"}
        given = {
            "session": {"properties": {"Name": "b"}, "session": {"password": "hunter22"}},
            "properties": {"properties": {"Password": "hunter22"}},
            "secret_members": {"properties": {"Name": "b", "Hash": "hunter22"}, "secret_members": ["hash"]},
            "body": {"body": {"CIM_Thing": {"Password": "hunter22"}}},
            "xml": {"body": "<CIM_Thing><Password>hunter22</Password></CIM_Thing>"},
            "fragment": {"fragment": "Password", "value": "hunter22"},
            "attribute": {"body": "<CIM_Thing Password='hunter22'><Name>b</Name></CIM_Thing>"},
            "first of two": {
                "body": "<CIM_Thing><A><Password>hunter22</Password></A><Password>other</Password></CIM_Thing>"
            },
            "secret fragment": {"fragment": "Hash[1]", "value": "hunter22", **hash_member},
            "secret xml": {"body": "<CIM_Thing><Hash>hunter22</Hash></CIM_Thing>", **hash_member},
            "secret attribute": {"properties": {"@Hash": "hunter22"}, **hash_member},
            "secret body": {
                "body": {"p:CIM_Thing": {"@xmlns:p": "urn:x", "p:Hash": "hunter22"}},
                **hash_member,
            },
        }[place]
        result, _connection = run(
            "put", {**PLACE, **given}, thing, fault("wsman:InternalError", 5, "no hunter22 here"), profile="generic"
        )
        assert result["failed"]
        assert "hunter22" not in str(result)

    def test_a_bad_option_beside_a_password(self, run):
        result, _connection = run("get", {**PLACE, "session": {"password": "hunter22", "port": "hunter22"}})
        assert result["failed"]
        assert "hunter22" not in str(result)

    @pytest.mark.parametrize(
        ("answers", "given", "told"),
        [
            ([fault("wsman:InvalidSelectors", 5, "value X7")], {}, "wsman:InvalidSelectors"),
            ([TransportError("value X7", step="read")], {}, "read"),
            ([], {"selector_set": {"X7": []}}, "failed"),
            ([], {"session": {"port": "X7"}}, "failed"),
        ],
    )
    def test_no_log_hides_the_message(self, run, answers, given, told):
        result, _connection = run("get", {**PLACE, **given}, *answers, no_log=True)
        assert "X7" not in result["msg"]
        assert "no_log" in result["msg"]
        assert told in result["msg"]

    def test_no_log_leaves_a_good_result(self, run):
        result, _connection = run("get", PLACE, "<a><b>1</b></a>", no_log=True)
        assert result["instance"] == {"b": "1"}


class TestIdentify:
    @pytest.mark.parametrize("authenticated", [True, False])
    def test_identity(self, run, authenticated):
        result, connection = run("identify", {"authenticated": authenticated}, IDENTITY)
        assert result["changed"] is False
        assert result["identity"] == {
            "protocol_version": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
            "product_vendor": "Microsoft Corporation",
            "product_version": "OS: 10.0.1 SP: 0.0 Stack: 3.0",
            "security_profiles": ["http://example/basic"],
        }
        assert result["session"] == {
            "session_name": None,
            "host": "box",
            "scheme": "https",
            "port": 5986,
            "http_prefix": "wsman",
            "authentication": "basic" if authenticated else "none",
            "mechanism": None,
            "encrypted": True,
            "bound": False,
        }
        assert "<s:Header/>" in connection.sent[0]
        assert connection.unauthenticated == [not authenticated]
        assert connection.session.profile.name == "windows"

    @pytest.mark.parametrize(
        "session",
        [
            {"user": "u", "password": "p", "authentication": "kerberos"},
            {"flags": ["UseKerberos", "UseSsl", "CredUsernamePassword"]},
            {"channel_binding": "always", "message_encryption": "always", "spn_server_port": True},
            {"authentication": "certificate", "certificate_pem": "/c"},
            {"implicit_credentials": True},
        ],
        ids=str,
    )
    def test_without_credentials_none_of_their_options_is_in_the_way(self, run, session):
        result, _connection = run("identify", {"authenticated": False, "session": session}, IDENTITY)
        assert result["session"]["authentication"] == "none", result

    def test_what_the_handshake_has_decided_is_shown(self, run, monkeypatch):
        monkeypatch.setattr(FakeConnection, "mechanism", "kerberos")
        negotiate = {"scheme": "http", "authentication": "negotiate"}
        result, _connection = run("identify", {"session": negotiate}, IDENTITY)
        shown = result["session"]
        assert (shown["mechanism"], shown["encrypted"], shown["bound"]) == ("kerberos", True, False)
        result, _connection = run("identify", {"session": {"authentication": "ntlm"}}, IDENTITY)
        assert result["session"]["bound"]

    def test_a_service_that_tells_nothing_without_credentials(self, run):
        refused = TransportError("wants authentication.", step="authentication", remedy="Set user and password.")
        result, _connection = run("identify", {"authenticated": False}, refused)
        assert result["unreachable"]
        assert "leave authenticated out" in result["transport"]["remedy"]
        assert "Set user and password" not in result["msg"]


def test_an_option_of_options_that_is_no_dictionary(run):
    """Core would look for its members and break."""
    result, _connection = run("enumerate", {**PLACE, "association": [1]})
    assert "association" in result["msg"] and result["failed"]


def test_delegation_to_the_control_node_names_session(run):
    refused = TransportError("refused", step="connect", remedy="Start it.")
    result, _connection = run("get", PLACE, refused, delegate_to="localhost")
    assert result["transport"]["remedy"].startswith("Start it. ")
    assert "session" in result["transport"]["remedy"]
    for session in ({"host": "other"}, {"connection": "https://other:5986"}):
        named = {**PLACE, "session": session}
        result, _connection = run("get", named, TransportError("refused", step="connect"), delegate_to="localhost")
        assert result["transport"]["remedy"] is None


def test_async_is_refused_in_cores_own_words(run):
    from ansible.errors import AnsibleActionFail

    with pytest.raises(AnsibleActionFail, match="async"):
        run("get", PLACE, async_val=60)
