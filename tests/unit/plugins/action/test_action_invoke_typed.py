# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the schema of a class does for its methods, which return values are good, and calls on what a filter finds."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import fault

URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/X_Thing"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"
DELL = "http://schemas.dell.com/wbem/wscim/1/cim-schema/2/DCIM_BIOSService"
CALL = {"resource_uri": URI, "namespace": "root/x", "method": "Do"}
IN = '<QUALIFIER NAME="In" TYPE="boolean"><VALUE>true</VALUE></QUALIFIER>'
OUT = '<QUALIFIER NAME="Out" TYPE="boolean"><VALUE>true</VALUE></QUALIFIER>'
NOT_IN = '<QUALIFIER NAME="In" TYPE="boolean"><VALUE>false</VALUE></QUALIFIER>'
CODES = (
    '<QUALIFIER NAME="ValueMap" TYPE="string"><VALUE.ARRAY><VALUE>0</VALUE><VALUE>10</VALUE><VALUE>4096..8191</VALUE>'
    '</VALUE.ARRAY></QUALIFIER><QUALIFIER NAME="Values" TYPE="string"><VALUE.ARRAY><VALUE>OK</VALUE>'
    "<VALUE>Already Running</VALUE><VALUE>Vendor</VALUE></VALUE.ARRAY></QUALIFIER>"
)
INNER = '<QUALIFIER NAME="EmbeddedInstance" TYPE="string"><VALUE>X_Inner</VALUE></QUALIFIER>'
KEY = '<QUALIFIER NAME="key" TYPE="boolean"><VALUE>true</VALUE></QUALIFIER>'
SCHEMA = f"""<CLASS NAME="X_Thing"><PROPERTY NAME="Id" TYPE="string">{KEY}</PROPERTY>
<METHOD NAME="Do" TYPE="uint32">{CODES}
<PARAMETER NAME="Small" TYPE="uint8"/>
<PARAMETER NAME="Flag" TYPE="boolean">{IN}</PARAMETER>
<PARAMETER.ARRAY NAME="Words" TYPE="string">{IN}</PARAMETER.ARRAY>
<PARAMETER.REFERENCE NAME="Owner" REFERENCECLASS="X_Owner">{IN}</PARAMETER.REFERENCE>
<PARAMETER NAME="Inner" TYPE="string">{INNER}{IN}{OUT}</PARAMETER>
<PARAMETER NAME="Big" TYPE="uint64">{NOT_IN}{OUT}</PARAMETER>
<PARAMETER.ARRAY NAME="Numbers" TYPE="uint16">{NOT_IN}{OUT}</PARAMETER.ARRAY>
<PARAMETER.REFERENCE NAME="Made" REFERENCECLASS="X_Owner">{NOT_IN}{OUT}</PARAMETER.REFERENCE>
</METHOD><METHOD NAME="Rest" TYPE="string"/></CLASS>"""
INNER_SCHEMA = '<CLASS NAME="X_Inner"><PROPERTY NAME="Size" TYPE="uint16"/></CLASS>'
SCHEMAS = {"X_Thing": SCHEMA, "X_Inner": INNER_SCHEMA}


def output(members, uri=URI):
    return f'<p:Do_OUTPUT xmlns:p="{uri}">{members}</p:Do_OUTPUT>'


def returned(value, more="", uri=URI):
    return output(f"{more}<p:ReturnValue>{value}</p:ReturnValue>", uri)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"Small": 256}, "arguments.Small: 256 is not in the range 0 to 255 of uint8."),
        ({"Small": "x"}, "arguments.Small: 'x' is no uint8 (0 to 255)."),
        ({"Flag": "maybe"}, "arguments.Flag: 'maybe' is no boolean"),
        ({"Words": ["a", None]}, "arguments.Words[1]: null inside a list cannot be sent"),
        ({"Small": [1, 2]}, "arguments.Small: it takes one"),
        ({"Smal": 1}, "arguments.Smal: Do has no such parameter. It takes Small, Flag, Words, Owner, Inner."),
        ({"Big": 1}, "arguments.Big: Do has no such parameter."),
        ({"Owner": "joe"}, "arguments.Owner"),
        ({"Inner": {"Size": 70000}}, "arguments.Inner.Size: 70000 is not in the range 0 to 65535 of uint16."),
        ({"Inner": {"Colour": 1}}, "arguments.Inner.Colour"),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_what_the_schema_refuses_is_not_sent(run, arguments, said, check_mode):
    result, connection = run("invoke", {**CALL, "arguments": arguments}, schemas=SCHEMAS, check_mode=check_mode)
    assert result["failed"] is True
    assert result["msg"].startswith(said)
    assert connection.sent == []


def test_a_method_without_parameters(run):
    result, _connection = run("invoke", {**CALL, "method": "rest", "arguments": {"A": 1}}, schemas=SCHEMAS)
    assert result["msg"] == "arguments.A: Rest has no such parameter. It takes none."


def test_arguments_and_outputs_have_the_types_of_the_schema(run):
    arguments = {"small": "7", "Flag": "TRUE", "Words": "one", "Inner": {"Size": "5"}}
    members = (
        "<p:Big>18446744073709551615</p:Big><p:Numbers>3</p:Numbers>"
        '<p:Inner xsi:type="p:X_Inner_Type"><p:Size>4</p:Size></p:Inner>'
    )
    result, connection = run("invoke", {**CALL, "arguments": arguments}, returned(0, members), schemas=SCHEMAS)
    body = connection.sent[0].partition("<s:Body>")[2]
    for text in ("<p:Small>7</p:Small>", "<p:Flag>true</p:Flag>", "<p:Words>one</p:Words>", 'X_Inner_Type"'):
        assert text in body
    assert result["output"] == {"Big": 18446744073709551615, "Numbers": [3], "Inner": {"Size": 4}}
    assert result["return_value"] == 0
    assert connection.asked_schemas == ["X_Thing", "X_Inner"]


def test_a_reference_comes_back_filled_and_fit_to_be_given_again(run):
    """Without a namespace, as OMI gives it (state.md §2)."""
    made = (
        f"<p:Made><wsa:Address>x</wsa:Address><wsa:ReferenceParameters><wsman:ResourceURI>{URI[:-5]}Owner</wsman:ResourceURI>"
        '<wsman:SelectorSet><wsman:Selector Name="Id">1</wsman:Selector></wsman:SelectorSet></wsa:ReferenceParameters>'
        "</p:Made>"
    )
    result, _connection = run("invoke", CALL, returned(0, made), schemas=SCHEMAS)
    reference = result["output"]["Made"]
    assert reference["selector_set"] == {"Id": "1", "__cimnamespace": "root/x"}
    again, connection = run("invoke", {"endpoint_reference": reference, "method": "Do"}, returned(0))
    assert again["changed"] is True
    assert 'Name="__cimnamespace">root/x<' in connection.sent[0]


@pytest.mark.parametrize(
    ("types", "big", "value"),
    [
        ("text", "5", 0),
        ({"Big": "uint8[]"}, [5], 0),
        ({"ReturnValue": "string"}, 5, "0"),
        (None, 5, 0),
    ],
)
def test_types(run, types, big, value):
    arguments = {**CALL, **({"types": types} if types else {})}
    result, _connection = run("invoke", arguments, returned(0, "<p:Big>5</p:Big>"), schemas=SCHEMAS)
    assert result["output"] == {"Big": big}
    assert result["return_value"] == value


def test_types_name_parameters_where_there_is_no_schema(run):
    given = {**CALL, "arguments": {"Small": 300}, "types": {"Small": "uint8"}}
    result, connection = run("invoke", given)
    assert result["msg"].startswith("arguments.Small: 300 is not in the range 0 to 255 of uint8.")
    assert connection.sent == []


def test_a_text_that_the_schema_calls_text_stays_text(run):
    result, _connection = run("invoke", {**CALL, "method": "Rest"}, returned("11"), schemas=SCHEMAS)
    assert result["return_value"] == "11"


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("urn:x", {"resource_uri": "urn:x", "selector_set": {"__cimnamespace": "root/x", "Id": "1"}}),
        ("", {"resource_uri": None, "selector_set": {"Id": "1"}}),
    ],
)
def test_a_reference_is_completed_as_everywhere_and_of_no_class_that_it_does_not_name(run, uri, expected):
    selectors = '<wsman:SelectorSet><wsman:Selector Name="Id">1</wsman:Selector></wsman:SelectorSet>'
    named = f"<wsman:ResourceURI>{uri}</wsman:ResourceURI>" if uri else ""
    made = f"<p:Made><wsa:ReferenceParameters>{named}{selectors}</wsa:ReferenceParameters></p:Made>"
    result, _connection = run("invoke", CALL, returned(0, made))
    found = result["output"]["Made"]
    assert {name: found[name] for name in expected} == expected


def test_the_methods_that_there_are(run):
    """For the service to refuse: it is asked all the same, but in check mode nobody else would say it."""
    said = "X_Thing has no method Doo; it has Do, Rest."
    given = {**CALL, "method": "Doo"}
    result, connection = run("invoke", given, fault("wsa:ActionNotSupported"), schemas=SCHEMAS)
    assert result["msg"].endswith(said)
    assert connection.actions == ["Doo"]
    result, _connection = run("invoke", given, schemas=SCHEMAS, check_mode=True)
    assert result["warnings"] == [said]
    unknown = {**given, "resource_uri": f"{URI}_2"}
    result, _connection = run("invoke", unknown, fault("wsa:ActionNotSupported"), schemas=SCHEMAS)
    assert "has no method" not in result["msg"]
    result, _connection = run("invoke", {**given, "method": "do"}, schemas=SCHEMAS, check_mode=True)
    assert "warnings" not in result


def test_an_action_of_another_class_has_no_schema_here(run):
    given = {**CALL, "method": "http://example.com/other/Do", "arguments": {"Smal": 1}}
    _result, connection = run("invoke", given, returned(0), schemas=SCHEMAS)
    assert connection.actions == ["Do"]
    own = {**CALL, "method": f"{URI}/Do", "arguments": {"Smal": 1}}
    result, connection = run("invoke", own, schemas=SCHEMAS)
    assert "Do has no such parameter" in result["msg"]


@pytest.mark.parametrize(
    ("expected", "value", "good"),
    [
        ([0], "0", True),
        (["0"], "0", True),
        ([0, 10], "10", True),
        ([0], "10", False),
        (["eleven"], "eleven", True),
        (["eleven"], "Eleven", False),
        ([True], "true", True),
        ([], "10", True),
        ([4096], "04096", False),
        (None, "10", True),
    ],
)
def test_expected_return_values(run, expected, value, good):
    given = {**CALL, **({} if expected is None else {"expected_return_values": expected})}
    result, _connection = run("invoke", given, returned(value), profile="omi")
    assert bool(result.get("failed")) != good
    assert result["return_value"] == (int(value) if value in ("0", "10") else value)
    if not good:
        assert f"returned {value}; expected was {expected[0]}." in result["msg"]


@pytest.mark.parametrize(("expected", "good"), [([0], False), ([None], True), ([0, None], True)])
def test_a_method_that_returns_nothing(run, expected, good):
    result, _connection = run("invoke", {**CALL, "expected_return_values": expected}, "", profile="omi")
    assert bool(result.get("failed")) != good
    if not good:
        assert "returned no value; expected was 0." in result["msg"]


def test_a_failure_says_what_the_value_means_and_what_the_method_says(run):
    more = "<p:Message>Not now.</p:Message><p:MessageID>X7</p:MessageID>"
    given = {**CALL, "selector_set": {"Id": "1"}, "expected_return_values": ["0"]}
    result, _connection = run("invoke", given, returned(10, more), schemas=SCHEMAS)
    assert result["msg"] == (
        "Do of X_Thing?Id=1 returned 10 (Already Running); expected was 0. Not now. (X7)"
        " If it is good all the same, name it in expected_return_values."
    )
    assert result["return_value"] == 10
    assert result["output"] == {"Message": "Not now.", "MessageID": "X7"}


def test_an_embedded_status_says_why(run):
    """As MSFT_StorageExtendedStatus does."""
    more = '<p:ExtendedStatus xsi:type="p:X_Status_Type"><p:Message>No disks.</p:Message></p:ExtendedStatus>'
    result, _connection = run("invoke", {**CALL, "expected_return_values": [0]}, returned(5, more))
    assert "returned 5; expected was 0. No disks. If" in result["msg"]


def test_an_expected_value_that_is_none(run):
    result, connection = run("invoke", {**CALL, "expected_return_values": [0, [1]]})
    assert result["msg"].startswith("expected_return_values[1]: ")
    assert connection.sent == []


MESSAGE = "<p:Message>Invalid AttributeName.</p:Message><p:MessageID>BIOS002</p:MessageID>"


@pytest.mark.parametrize(("value", "good"), [("0", True), ("4096", True), ("2", False), ("1", False)])
def test_an_idrac_is_judged_by_itself(run, value, good):
    """Its failures are return values inside an answer that is otherwise good (protocol.md §6)."""
    given = {"resource_uri": DELL, "namespace": "root/dcim", "method": "Do"}
    result, connection = run("invoke", given, returned(value, MESSAGE, DELL))
    assert bool(result.get("failed")) != good
    assert connection.actions == ["Do"]
    if not good:
        assert f"returned {value}; expected was 0 or 4096. Invalid AttributeName. (BIOS002)" in result["msg"]


@pytest.mark.parametrize(
    ("uri", "options", "failed"),
    [
        (DELL, {"expected_return_values": []}, False),
        (DELL, {"expected_return_values": [2]}, False),
        (URI, {"session": {"profile": "idrac"}}, True),
        (URI, {"session": {"profile": "omi"}}, False),
        (DELL, {"session": {"profile": "windows"}}, False),
        (WMI.replace("Win32_", "DCIM_"), {}, False),
    ],
)
def test_who_is_judged_as_an_idrac(run, uri, options, failed):
    result, _connection = run("invoke", {"resource_uri": uri, "method": "Do", **options}, returned(2))
    assert bool(result.get("failed")) == failed


IDENTITY = (
    '<i:IdentifyResponse xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    "<i:ProductVendor>{vendor}</i:ProductVendor></i:IdentifyResponse>"
)


@pytest.mark.parametrize(("vendor", "failed"), [("Dell Inc. iDRAC", True), ("Somebody", False)])
def test_a_strange_value_of_a_strange_service_is_worth_an_identify(run, vendor, failed):
    result, connection = run("invoke", CALL, returned(2), IDENTITY.format(vendor=vendor))
    assert connection.actions == ["Do", "Identify"]
    assert bool(result.get("failed")) == failed
    assert result["return_value"] == 2


@pytest.mark.parametrize(
    ("vendor", "sent"),
    [("Microsoft Corporation", "<cim:Datetime>2026-01-02T03:04:05Z</cim:Datetime>"), ("OMI", ">2026-01-02T03:04:05Z<")],
)
@pytest.mark.parametrize("uri", [URI, WMI])
def test_a_time_goes_out_as_the_service_takes_it_whatever_the_run_knows_of_the_class(run, uri, vendor, sent):
    """The schema is in the run's file, so that no answer to a request for it tells what the service is."""
    parameter = f'<PARAMETER NAME="At" TYPE="datetime">{IN}</PARAMETER>'
    name = uri.rpartition("/")[2]
    schemas = {name: f'<CLASS NAME="{name}"><METHOD NAME="Do" TYPE="uint32">{parameter}</METHOD></CLASS>'}
    call = {"resource_uri": uri, "method": "Do", "arguments": {"At": "2026-01-02T03:04:05Z"}}
    run("get", {"resource_uri": uri, "selector_set": {"Id": 1}}, f"<p:{name} xmlns:p='x'/>", schemas=schemas)
    _result, connection = run("invoke", call, IDENTITY.format(vendor=vendor), returned(0))
    assert connection.actions == ["Identify", "Do"]
    assert sent in connection.sent[1]


def test_a_service_that_gives_schemas_or_texts_is_no_idrac(run):
    result, connection = run("invoke", CALL, returned(2), schemas=SCHEMAS)
    assert (result["changed"], connection.actions) == (True, ["Do"])
    result, connection = run("invoke", CALL, returned("two"))
    assert (result["changed"], connection.actions) == (True, ["Do"])


def test_a_service_that_does_not_say_what_it_is(run):
    result, connection = run("invoke", CALL, returned(2), fault("wsa:ActionNotSupported"))
    assert connection.actions == ["Do", "Identify"]
    assert result["changed"] is True


def reference(name):
    return (
        "<wsa:EndpointReference><wsa:Address>x</wsa:Address><wsa:ReferenceParameters>"
        f"<wsman:ResourceURI>{WMI}</wsman:ResourceURI><wsman:SelectorSet>"
        f'<wsman:Selector Name="Name">{name}</wsman:Selector>'
        "</wsman:SelectorSet></wsa:ReferenceParameters></wsa:EndpointReference>"
    )


def found(*names):
    items = "".join(
        f'<wsman:Item><p:Win32_Service xmlns:p="{WMI}"><p:Name>{name}</p:Name></p:Win32_Service>'
        f"{reference(name)}</wsman:Item>"
        for name in names
    )
    return (
        f"<wsen:EnumerateResponse><wsman:Items>{items}</wsman:Items><wsen:EnumerationContext/><wsman:EndOfSequence/>"
        "</wsen:EnumerateResponse>"
    )


QUERY = {"resource_uri": "wmicimv2/*", "filter": "select * from Win32_Service", "method": "Do", "limit_targets": 2}


def test_a_query(run):
    result, connection = run("invoke", QUERY, found("a", "b"), returned(0, uri=WMI), returned(1, uri=WMI))
    assert connection.actions == ["Enumerate", "Do", "Do"]
    assert f'<p:Do_INPUT xmlns:p="{WMI}"' in connection.sent[1]
    assert 'Name="Name">b<' in connection.sent[2]
    assert (result["changed"], result["count"]) == (True, 2)
    assert "diff" not in result
    assert [one["return_value"] for one in result["results"]] == [0, 1]
    assert [one["endpoint_reference"]["selector_set"] for one in result["results"]] == [{"Name": "a"}, {"Name": "b"}]
    assert all(one["changed"] is True and one["output"] == {} for one in result["results"])


@pytest.mark.parametrize(
    ("given", "names", "sent", "changed"),
    [
        ({}, ["a", "b"], ["Enumerate"], True),
        ({"read_only": True}, ["a"], ["Enumerate", "Do"], False),
        ({}, [], ["Enumerate"], False),
    ],
)
def test_a_query_in_check_mode(run, given, names, sent, changed):
    answers = [returned(0, uri=WMI)] * (len(sent) - 1)
    result, connection = run("invoke", {**QUERY, **given}, found(*names), *answers, check_mode=True)
    assert connection.actions == sent
    assert (result["changed"], result["count"], len(result["results"])) == (changed, len(names), len(names))


def test_a_query_that_finds_too_many_calls_nothing(run):
    result, connection = run("invoke", QUERY, found("a", "b", "c"))
    assert connection.actions == ["Enumerate"]
    assert result["msg"].startswith("limit_targets: ")
    assert len(result["endpoint_references"]) == 3


def test_a_query_that_fails_half_way_says_what_was_done(run):
    given = {**QUERY, "expected_return_values": [0]}
    result, connection = run("invoke", given, found("a", "b"), returned(0, uri=WMI), returned(5, uri=WMI))
    assert connection.actions == ["Enumerate", "Do", "Do"]
    assert result["failed"] is True
    assert result["changed"] is True
    assert "Do of Win32_Service?Name=b returned 5" in result["msg"]
    assert "Before that, Win32_Service?Name=a was changed." in result["msg"]


def test_a_query_checks_every_argument_before_the_first_call(run):
    schemas = {"Win32_Service": SCHEMA.replace("X_Thing", "Win32_Service")}
    result, connection = run("invoke", {**QUERY, "arguments": {"Small": 256}}, found("a", "b"), schemas=schemas)
    assert connection.actions == ["Enumerate"]
    assert result["msg"].startswith("arguments.Small: ")


@pytest.mark.parametrize(
    "more", [{"selector_set": {"Name": "a"}}, {"limit_targets": 0}, {"dialect": "association"}, {"method": "No Method"}]
)
def test_a_query_with_bad_options(run, more):
    result, connection = run("invoke", {**QUERY, **more})
    assert result["failed"] is True
    assert connection.sent == []
