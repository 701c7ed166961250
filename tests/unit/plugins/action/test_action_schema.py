# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsman_schema, and what the schema of a class and the option types do to the results of wsman_get."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import uris
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import fault

URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Thing"
VALUES = "<VALUE.ARRAY><VALUE>Off</VALUE><VALUE>Running</VALUE></VALUE.ARRAY>"
CLASS = (
    '<CLASS NAME="Thing" SUPERCLASS="Base"><QUALIFIER NAME="Dynamic" TYPE="boolean"><VALUE>true</VALUE></QUALIFIER>'
    '<PROPERTY NAME="Id" TYPE="uint64" CLASSORIGIN="Base"><QUALIFIER NAME="key" TYPE="boolean"><VALUE>true</VALUE>'
    "</QUALIFIER></PROPERTY>"
    f'<PROPERTY NAME="State" TYPE="uint8"><QUALIFIER NAME="Values" TYPE="string">{VALUES}</QUALIFIER></PROPERTY>'
    '<PROPERTY.ARRAY NAME="Words" TYPE="string"/><PROPERTY.ARRAY NAME="Sizes" TYPE="uint8"/>'
    '<PROPERTY.REFERENCE NAME="Peer" REFERENCECLASS="Thing"/><PROPERTY NAME="Load" TYPE="real64"/>'
    '<METHOD NAME="Stop" TYPE="uint32"><PARAMETER NAME="Now" TYPE="boolean"/></METHOD></CLASS>'
)
PEER = (
    "<p:Peer><wsa:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:Address>"
    f"<wsa:ReferenceParameters><wsman:ResourceURI>{URI}</wsman:ResourceURI><wsman:SelectorSet>"
    '<wsman:Selector Name="Id">2</wsman:Selector><wsman:Selector Name="__cimnamespace"/></wsman:SelectorSet>'
    "</wsa:ReferenceParameters></p:Peer>"
)
THING = (
    f'<p:Thing xmlns:p="{URI}"><p:Id>18446744073709551615</p:Id><p:State>1</p:State><p:Words>one</p:Words>'
    f"{PEER}<p:Load>-nan</p:Load></p:Thing>"
)
IDENTITY = (
    f'<i:IdentifyResponse xmlns:i="{uris.NS_IDENTITY}"><i:ProductVendor>{{}}</i:ProductVendor></i:IdentifyResponse>'
)
WINDOWS = "Microsoft-HTTPAPI/2.0"
LISTED = '<CLASSPATH><CLASSNAME NAME="{}"/></CLASSPATH>'
ENDED = "<wsen:EnumerateResponse><wsman:Items>{}</wsman:Items><wsman:EndOfSequence/></wsen:EnumerateResponse>"


class TestSchema:
    @pytest.mark.parametrize(
        ("arguments", "namespace"),
        [
            ({"class_name": "Thing"}, "root/cimv2"),
            ({"class_name": "Thing", "namespace": "root\\x\\"}, "root/x"),
            ({"resource_uri": URI, "namespace": "root/x"}, "root/x"),
            ({"resource_uri": f"{URI}?__cimnamespace=root/x"}, "root/x"),
            ({"resource_uri": "wmi/root/x/Thing"}, "root/x"),
        ],
    )
    @pytest.mark.parametrize("check_mode", [False, True])
    def test_a_class_as_data(self, run, arguments, namespace, check_mode):
        result, connection = run("schema", arguments, schemas={"Thing": CLASS}, check_mode=check_mode)
        assert result["changed"] is False
        assert connection.asked_schemas == ["Thing"]
        schema = result["schema"]
        assert (schema["name"], schema["superclass"], schema["namespace"]) == ("Thing", "Base", namespace)
        assert schema["key_names"] == ["Id"]
        assert schema["qualifiers"] == {"Dynamic": True}
        assert schema["properties"]["Id"] == {
            "type": "uint64",
            "array": False,
            "key": True,
            "qualifiers": {"key": True},
        }
        assert schema["properties"]["State"]["value_map"] == {"0": "Off", "1": "Running"}
        assert schema["properties"]["Peer"] == {
            "type": "reference",
            "array": False,
            "key": False,
            "class_name": "Thing",
        }
        assert schema["methods"] == {
            "Stop": {
                "type": "uint32",
                "static": False,
                "inputs": {"Now": {"type": "boolean", "array": False, "key": False}},
                "outputs": {},
            }
        }

    def test_what_is_built_in_asks_nobody(self, run):
        result, connection = run("schema", {"resource_uri": "winrm/config/listener"})
        assert result["schema"]["key_names"] == ["Address", "Transport"]
        assert result["schema"]["properties"]["Port"]["maximum"] == 65535
        assert (connection.sent, connection.asked_schemas) == ([], [])

    def test_a_service_without_schemas_says_so(self, run):
        result, _connection = run("schema", {"class_name": "Thing"})
        assert result["failed"] is True
        assert result["fault"]["subcode"] == "wsa:DestinationUnreachable"
        assert result["msg"].endswith(
            "This service gives no schemas of classes; Windows and OMI do. The option types can say what they would."
        )

    def test_a_class_that_is_not_there_is_another_fault(self, run):
        result, _connection = run("schema", {"class_name": "Gone"}, schemas={"Thing": CLASS})
        assert result["failed"] is True
        assert "gives no schemas" not in result["msg"]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"class_name": "A", "resource_uri": URI}, "class_name: it cannot be given together with resource_uri."),
            ({"class_name": "A/B"}, "class_name: 'A/B' is no name of a class. Write one as Win32_Service."),
            ({"class_name": ""}, "class_name: '' is no name of a class. Write one as Win32_Service."),
            ({"class_name": "A", "namespace": "/"}, "namespace: it is empty."),
            (
                {"resource_uri": "http://example.org/x"},
                "resource_uri: it is no class, and nothing is built in about it.",
            ),
            ({"resource_uri": "wmicimv2/*"}, "resource_uri: it is no class, and nothing is built in about it."),
            ({"resource_uri": "wmicimv2/A", "namespace": "root/x"}, "namespace: the resource URI is in root/cimv2."),
        ],
    )
    def test_what_makes_no_sense_is_not_sent(self, run, arguments, message):
        result, connection = run("schema", arguments)
        assert result["msg"].startswith(message)
        assert (connection.sent, connection.asked_schemas) == ([], [])


class TestListing:
    def test_windows_lists_the_names_of_all(self, run):
        items = ENDED.format(LISTED.format("Win32_B") + LISTED.format("CIM_A"))
        result, connection = run("schema", {"namespace": "root/x"}, items, profile="windows")
        assert result == {"changed": False, "class_names": ["CIM_A", "Win32_B"], "count": 2}
        assert '<wsman:Selector Name="__cimnamespace">root/x</wsman:Selector>' in connection.sent[0]
        assert 'Name="ClassName"' not in connection.sent[0]

    @pytest.mark.parametrize("profile", ["omi", "openwsman", "idrac", "amt"])
    def test_others_do_not_and_are_not_asked(self, run, profile):
        result, connection = run("schema", {}, profile=profile)
        assert result["failed"] is True
        assert result["msg"] == "class_name: this service does not list classes. Name a class; only Windows lists them."
        assert connection.sent == []

    def test_one_identify_tells(self, run):
        result, connection = run("schema", {}, IDENTITY.format("Open Management Infrastructure"))
        assert "this service does not list classes" in result["msg"]
        assert connection.actions == ["Identify"]

    def test_an_unknown_service_may_try(self, run):
        result, connection = run("schema", {}, fault("wsa:ActionNotSupported"), profile="generic")
        assert result["msg"].startswith("class_name: this service does not list classes.")
        assert connection.actions == ["Enumerate"]

    @pytest.mark.parametrize(
        ("profile", "subcode"), [("generic", "wsman:AccessDenied"), ("windows", "wsa:DestinationUnreachable")]
    )
    def test_what_else_goes_wrong_is_said_as_it_is(self, run, profile, subcode):
        """Windows lists classes: what it refuses is the namespace."""
        result, _connection = run("schema", {}, fault(subcode), profile=profile)
        assert result["fault"]["subcode"] == subcode

    def test_instances_are_an_error(self, run):
        """OMI answers so where a class is named (state.md §1); nobody's instances are taken for classes."""
        result, _connection = run("schema", {}, ENDED.format(f'<Thing xmlns="{URI}"/>'), profile="windows")
        assert result["failed"] is True
        assert "the service lists Thing where names of classes were asked for" in result["msg"]


class TestValues:
    ARGUMENTS = {"resource_uri": URI, "namespace": "root/x", "selector_set": {"Id": 1}}

    def get(self, run, arguments=None, **given):
        result, connection = run("get", {**self.ARGUMENTS, **(arguments or {})}, THING, **given)
        return result["instance"], connection

    def test_have_the_types_of_the_class(self, run):
        held, connection = self.get(run, schemas={"Thing": CLASS})
        assert held == {
            "Id": 18446744073709551615,
            "State": 1,
            "Words": ["one"],
            "Peer": {
                "address": "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
                "resource_uri": URI,
                "selector_set": {"Id": "2", "__cimnamespace": "root/x"},
            },
            "Load": "NaN",
            "Sizes": [],
        }
        assert connection.asked_schemas == ["Thing"]
        assert connection.actions == ["Get"]

    @pytest.mark.parametrize("schemas", [None, {"Thing": fault("wsman:InternalError")}, {"Thing": "<no/>"}])
    def test_are_text_where_no_schema_is_to_be_had(self, run, schemas):
        held, _connection = self.get(run, schemas=schemas)
        assert (held["Id"], held["State"], held["Words"], held["Load"]) == ("18446744073709551615", "1", "one", "-nan")
        assert "Sizes" not in held

    @pytest.mark.parametrize("error", [TransportError("gone", step="read"), fault("wsman:TimedOut")])
    def test_no_failure_to_get_a_schema_fails_a_task(self, run, error):
        held, _connection = self.get(run, schemas={"Thing": error})
        assert held["State"] == "1"

    @pytest.mark.parametrize("server", ["openwsman/2.8", "Intel(R) Active Management Technology 16.0"])
    def test_a_service_that_is_known_to_have_none_is_not_asked(self, run, server):
        _held, connection = self.get(run, schemas={"Thing": CLASS}, server=server)
        assert connection.asked_schemas == []

    @pytest.mark.parametrize("given", [{"arguments": {"types": "text"}}, {"said_types": "text"}])
    def test_are_text_where_text_is_asked_for(self, run, given):
        held, connection = self.get(run, schemas={"Thing": CLASS}, **given)
        assert (held["Id"], held["Words"]) == ("18446744073709551615", "one")
        assert connection.asked_schemas == []

    @pytest.mark.parametrize(
        "given",
        [
            {"arguments": {"types": {"State": "uint8", "words": "string[]"}}},
            {"said_types": {"State": "uint8", "words": "string[]"}},
            {"arguments": {"types": '{"State": "uint8", "words": "string[]"}'}, "said_types": "text"},
        ],
    )
    def test_are_what_the_task_or_the_host_says(self, run, given):
        held, _connection = self.get(run, **given)
        assert (held["State"], held["Words"], held["Id"]) == (1, ["one"], "18446744073709551615")

    def test_the_task_goes_before_the_host_and_both_before_the_schema(self, run):
        given = {"arguments": {"types": {"State": "string"}}, "said_types": {"Id": "string"}}
        held, _connection = self.get(run, schemas={"Thing": CLASS}, **given)
        assert (held["State"], held["Id"]) == ("1", 18446744073709551615)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"arguments": {"types": {"State": "integer"}}}, "types.State: 'integer' is no type."),
            ({"said_types": "txt"}, "ansible_wsman_types: 'txt' is none of its values."),
        ],
    )
    def test_what_is_no_type_is_refused_before_anything_is_sent(self, run, given, message):
        arguments = {**self.ARGUMENTS, **given.pop("arguments", {})}
        result, connection = run("get", arguments, **given)
        assert result["msg"].startswith(message)
        assert connection.sent == []

    def test_one_member_of_an_array_is_a_list_too(self, run):
        result, _connection = run("get", {**self.ARGUMENTS, "fragment": "Words"}, THING, schemas={"Thing": CLASS})
        assert result["value"] == ["one"]
        result, _connection = run("get", {**self.ARGUMENTS, "fragment": "Words[1]"}, THING, schemas={"Thing": CLASS})
        assert result["value"] == "one"
        result, _connection = run("get", {**self.ARGUMENTS, "fragment": "State"}, THING, schemas={"Thing": CLASS})
        assert result["value"] == 1

    @pytest.mark.parametrize(("schemas", "expected"), [({"Thing": CLASS}, {"State": "Running"}), (None, {})])
    def test_have_names_if_asked_for(self, run, schemas, expected):
        result, _connection = run("get", {**self.ARGUMENTS, "value_maps": True}, THING, schemas=schemas)
        assert result["value_names"] == expected
        result, _connection = run("get", self.ARGUMENTS, THING, schemas=schemas)
        assert "value_names" not in result
