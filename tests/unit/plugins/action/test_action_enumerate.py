# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import json
import re
import threading

import pytest

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.plugin_utils import _pulling, _sinks
from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import FakeConnection, fault

THING = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_Thing"
PLACE = {"resource_uri": "cimv2/CIM_Thing"}
CONTEXT = "<wsen:EnumerationContext>c1</wsen:EnumerationContext>"


def items(*names, namespace="wsman"):
    rows = "".join(f'<p:CIM_Thing xmlns:p="{THING}"><p:Name>{name}</p:Name></p:CIM_Thing>' for name in names)
    return f"<{namespace}:Items>{rows}</{namespace}:Items>"


def first(*names, end=False):
    return f"<wsen:EnumerateResponse>{CONTEXT}{items(*names)}{'<wsman:EndOfSequence/>' * end}</wsen:EnumerateResponse>"


def pulled(*names, end=False):
    rest = "<wsen:EndOfSequence/>" if end else CONTEXT
    return f"<wsen:PullResponse>{items(*names, namespace='wsen')}{rest}</wsen:PullResponse>"


def reference(name):
    return (
        "<wsa:EndpointReference><wsa:Address>http://box/wsman</wsa:Address><wsa:ReferenceParameters>"
        f"<wsman:ResourceURI>{THING}</wsman:ResourceURI><wsman:SelectorSet>"
        f'<wsman:Selector Name="Name">{name}</wsman:Selector></wsman:SelectorSet>'
        "</wsa:ReferenceParameters></wsa:EndpointReference>"
    )


@pytest.mark.parametrize(
    ("given", "answers", "actions", "names", "truncated"),
    [
        ({}, [first("a", "b", end=True)], ["Enumerate"], ["a", "b"], False),
        ({}, [first("a"), pulled("b"), pulled("c", end=True)], ["Enumerate", "Pull", "Pull"], ["a", "b", "c"], False),
        ({}, [first(end=True)], ["Enumerate"], [], False),
        ({"limit": 2}, [first("a"), pulled("b"), ""], ["Enumerate", "Pull", "Release"], ["a", "b"], True),
        ({"limit": 1}, [first("a", "b", end=True)], ["Enumerate"], ["a"], True),
        ({"limit": 3}, [first("a", "b", end=True)], ["Enumerate"], ["a", "b"], False),
        # What the service says to a Release changes nothing (protocol.md §5.3, rule 4).
        ({"limit": 1}, [first("a"), fault("wsen:InvalidEnumerationContext")], ["Enumerate", "Release"], ["a"], True),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_enumerate(run, given, answers, actions, names, truncated, check_mode):
    result, connection = run("enumerate", {**PLACE, **given}, *answers, check_mode=check_mode)
    assert result == {
        "changed": False,
        "instances": [{"Name": name} for name in names],
        "class_names": ["CIM_Thing"] * len(names),
        "count": len(names),
        "truncated": truncated,
        "recovered": [],
    }
    assert connection.actions == actions


@pytest.mark.parametrize("more", [{}, {"filter": "SELECT * FROM CIM_Thing"}])
def test_nobody_is_asked_for_properties_of_references(run, more):
    result, connection = run("enumerate", {**PLACE, **more, "return_type": "epr", "properties": ["Name"]})
    assert result["msg"].startswith("properties: ")
    assert connection.sent == []


def test_who_has_the_uris_of_wmi_is_not_asked_what_it_is_before_a_query_of_ours(run):
    arguments = {"resource_uri": "wmicimv2/Win32_Service", "properties": ["Name"]}
    row = "<wsman:XmlFragment><Name>a</Name></wsman:XmlFragment>"
    answer = f"<wsen:EnumerateResponse><wsman:Items>{row}</wsman:Items><wsman:EndOfSequence/></wsen:EnumerateResponse>"
    result, connection = run("enumerate", arguments, answer)
    assert result["instances"] == [{"Name": "a"}]
    assert connection.actions == ["Enumerate"]
    assert "SELECT Name FROM Win32_Service" in connection.sent[0]


def test_a_query_of_ours_that_fails_half_way_is_an_error(run):
    """Only one that the service does not take at all is given up for the whole instances."""
    answers = [first("a"), fault("wsman:InternalError"), ""]
    result, connection = run("enumerate", {**PLACE, "properties": ["Name"]}, *answers, profile="omi")
    assert result["fault"]["subcode"] == "wsman:InternalError"
    assert connection.actions == ["Enumerate", "Pull", "Release"]
    answers = [fault("wsman:InternalError"), first("a", end=True)]
    result, connection = run("enumerate", {**PLACE, "properties": ["Name"]}, *answers, profile="omi")
    assert result["instances"] == [{"Name": "a"}]


@pytest.mark.parametrize("return_type", ["epr", "object_and_epr"])
def test_references(run, return_type):
    both = return_type == "object_and_epr"
    rows = "".join(
        f"<wsman:Item>{items(name)[13:-14]}{reference(name)}</wsman:Item>" if both else reference(name) for name in "ab"
    )
    answer = f"<wsen:EnumerateResponse><wsman:Items>{rows}</wsman:Items><wsman:EndOfSequence/></wsen:EnumerateResponse>"
    result, connection = run("enumerate", {**PLACE, "return_type": return_type}, answer)
    assert result["endpoint_references"] == [
        {"address": "http://box/wsman", "resource_uri": THING, "selector_set": {"Name": name}} for name in "ab"
    ]
    assert result.get("instances") == ([{"Name": "a"}, {"Name": "b"}] if both else None)
    assert result["count"] == 2
    assert ("EnumerateObjectAndEPR" if both else "EnumerateEPR") in connection.sent[0]


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ({"polymorphism": "deep"}, ["IncludeSubClassProperties"]),
        ({"polymorphism": "shallow"}, [">None<"]),
        ({"polymorphism": "exclude_subclass_properties"}, ["ExcludeSubClassProperties"]),
        ({"max_elements": 7}, [">7</wsman:MaxElements>"]),
        ({}, [">33</wsman:MaxElements>"]),
        ({"filter": "SELECT * FROM X WHERE A < 1"}, ["/WQL", "A &lt; 1"]),
        ({"filter": "SELECT * FROM X", "dialect": "cql"}, ["dsp0202"]),
        ({"filter": {"Name": "a"}}, ["SelectorFilter", 'Name="Name">a<']),
        (
            {"association": {"object": {"resource_uri": "cimv2/Y", "selector_set": {"K": 1}}, "role": "Element"}},
            ["associationFilter", "AssociatedInstances", 'Name="K">1<', ">Element<"],
        ),
    ],
)
def test_what_is_asked(run, given, texts):
    _result, connection = run("enumerate", {**PLACE, **given}, first(end=True), batch_items=33)
    for text in texts:
        assert text in connection.sent[0]


def test_selectors_are_no_text_that_is_split(run):
    """Defect 5 of PowerShell's WSMan module (peers.md §5): it splits a selector filter at ``=`` and ``;``."""
    filter_ = {"Name": "a=b;c=d", "Path": "C:\\x y;<&>", "State": " ="}
    _result, connection = run("enumerate", {**PLACE, "filter": filter_}, first(end=True))
    sent = re.findall("<wsman:Filter.*?</wsman:Filter>", connection.sent[0])[0]
    found = re.findall('<wsman:Selector Name="([^"]*)">([^<]*)</wsman:Selector>', sent)
    assert found == [("Name", "a=b;c=d"), ("Path", "C:\\x y;&lt;&amp;&gt;"), ("State", " =")]


@pytest.mark.parametrize("mode", _argspec.ASSOCIATION_MODES)
@pytest.mark.parametrize(
    "dialect",
    [
        None,
        "association",
        "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/AssociationFilter",
        " http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter",
    ],
)
def test_the_association_dialect_is_spelled_as_the_standard_spells_it(run, mode, dialect):
    """Defect 6 of PowerShell's WSMan module (peers.md §5): a space before the URI, which Windows alone forgives."""
    association = {"object": {"resource_uri": "cimv2/Y", "selector_set": {"K": 1}}, "mode": mode}
    given = {"resource_uri": "http://schemas.dmtf.org/wbem/wscim/1/*", "association": association, "dialect": dialect}
    _result, connection = run("enumerate", given, first(end=True))
    assert 'Dialect="http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"' in connection.sent[0]
    links = mode in ("association_instances", "AssociationInstances", "references")
    assert f"<wsmb:{'AssociationInstances' if links else 'AssociatedInstances'}>" in connection.sent[0]


def test_what_was_put_right_is_in_the_result(run):
    answers = [
        first("a"),
        fault("wsman:EncodingLimit", detail="ServiceEnvelopeLimit"),
        "",
        first("a"),
        fault("wsman:TimedOut"),
        pulled("b", end=True),
    ]
    result, connection = run("enumerate", {**PLACE, "max_elements": 9}, *answers)
    assert [one["Name"] for one in result["instances"]] == ["a", "b"]
    assert result["recovered"] == [
        {"at_pull": 1, "fault": "wsman:EncodingLimit", "action": "restarted", "max_elements": 4},
        {"at_pull": 1, "fault": "wsman:TimedOut", "action": "repeated", "max_elements": 4},
    ]
    assert connection.actions == ["Enumerate", "Pull", "Release", "Enumerate", "Pull", "Pull"]


def test_what_was_tried_is_in_the_error(run):
    gone = fault("wsen:InvalidEnumerationContext")
    result, connection = run("enumerate", PLACE, first("a", "b"), gone, *[first("a"), gone] * 4)
    assert result["failed"] is True
    assert "begun 5 times and came to 2 items in its longest pass" in result["msg"]
    assert result["fault"]["subcode"] == "wsen:InvalidEnumerationContext"
    assert [one["max_elements"] for one in result["recovered"]] == [50, 25, 12, 6]
    assert "instances" not in result
    assert connection.actions == ["Enumerate", "Pull"] * 5


@pytest.mark.parametrize(("given", "asked"), [({}, 20), ({"types": "text"}, 0), ({"return_type": "epr"}, 0)])
def test_no_more_schemas_are_asked_for_than_twenty(run, given, asked):
    """state.md §1; OMI mostly has no schema for one or the other class."""
    names = [f"X_{number:02}" for number in range(30)]
    rows = "".join(f'<p:{name} xmlns:p="urn:{name}"><p:Words>one</p:Words></p:{name}>' for name in names * 2)
    if "return_type" in given:
        rows = "".join(map(reference, names * 2))
    answer = f"<wsen:EnumerateResponse><wsman:Items>{rows}</wsman:Items><wsman:EndOfSequence/></wsen:EnumerateResponse>"
    own = '<CLASS NAME="X_01"><PROPERTY.ARRAY NAME="Words" TYPE="string"/></CLASS>'
    given = {"resource_uri": "http://schemas.dmtf.org/wbem/wscim/1/*", "filter": "REFERENCES OF {X}", **given}
    result, connection = run("enumerate", given, answer, schemas={"X_01": own})
    assert connection.asked_schemas == names[:asked]
    assert result["count"] == 60
    if asked:
        assert result["class_names"] == names * 2
        assert [one["Words"] for one in result["instances"]] == ["one", ["one"], *["one"] * 28] * 2


@pytest.mark.parametrize("uri", ["cimv2/*", "http://schemas.dmtf.org/wbem/wscim/1/*", "wmi/root/x/*"])
def test_rows_of_a_query_have_the_types_of_their_class(run, uri):
    row = '<w:XmlFragment xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><Size>7</Size></w:XmlFragment>'
    answer = f"<wsen:EnumerateResponse><wsman:Items>{row}</wsman:Items><wsman:EndOfSequence/></wsen:EnumerateResponse>"
    own = '<CLASS NAME="X_1"><PROPERTY NAME="Size" TYPE="uint8"/></CLASS>'
    given = {"resource_uri": uri, "namespace": "root/x", "filter": "SELECT Size FROM X_1"}
    result, _connection = run("enumerate", given, answer, schemas={"X_1": own})
    assert result["instances"] == [{"Size": 7}]


@pytest.mark.parametrize(
    ("error", "released"),
    [
        (fault("wsman:QuotaLimit"), True),
        (TransportError("late", step="read"), True),
        (TransportError("refused", step="authentication"), False),
        ("<other/>", True),
    ],
)
def test_an_error_in_the_middle_releases(run, error, released):
    result, connection = run("enumerate", PLACE, first("a"), error, *([""] if released else []))
    assert connection.actions == ["Enumerate", "Pull", "Release"][: 3 if released else 2]
    assert result.get("failed") or result.get("unreachable")
    assert "instances" not in result


def test_every_request_has_the_headers_of_the_first(run):
    """Windows refuses a Pull with other parameters than its Enumerate had (2150859181)."""
    answers = [first("a"), pulled("b", end=True)]
    _result, connection = run("enumerate", PLACE, *answers, server="Microsoft-HTTPAPI/2.0")
    assert ["SessionId" in text for text in connection.sent] == [False, False]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"limit": 0}, "limit"),
        ({"max_elements": 0}, "max_elements"),
        ({"dialect": "wql"}, "dialect"),
        ({"dialect": "no dialect", "filter": "x"}, "dialect"),
        ({"filter": "x", "association": {"object": {"resource_uri": "cimv2/X"}}}, "association"),
        ({"association": {"object": {}}}, "association.object"),
        ({"filter": {"A": "it's"}}, "filter.A"),
        ({"filter": "bell\x07"}, "filter"),
        ({"resource_uri": "nothing/X"}, "resource_uri"),
    ],
)
def test_bad_input_sends_nothing(run, given, names):
    result, connection = run("enumerate", {**PLACE, **given})
    assert result["msg"].startswith(f"{names}: ")
    assert connection.sent == []


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class TestFile:
    """``dest``: the same rows, in a file."""

    def test_what_was_put_right_is_in_the_file_once(self, run, tmp_path):
        answers = [first("a"), fault("wsman:EncodingLimit"), "", first("a", "b", end=True)]
        arguments = {**PLACE, "max_elements": 9, "dest": str(tmp_path / "rows")}
        result, _connection = run("enumerate", arguments, *answers, profile="omi")
        assert rows_of(tmp_path / "rows") == [{"Name": "a"}, {"Name": "b"}]
        assert [one["action"] for one in result["recovered"]] == ["restarted"]
        assert (result["count"], result["changed"]) == (2, True)

    def test_the_error_says_what_was_tried_and_the_old_file_stays(self, run, tmp_path):
        (tmp_path / "rows").write_text("old", encoding="utf-8")
        answers = [first("a"), fault("wsman:InternalError"), ""]
        result, _connection = run("enumerate", {**PLACE, "dest": str(tmp_path / "rows")}, *answers, profile="omi")
        assert result["failed"] and "1 items came before" in result["msg"] and result["recovered"] == []
        assert (tmp_path / "rows").read_text(encoding="utf-8") == "old"

    @pytest.mark.parametrize("form", ["jsonl", "json", "csv"])
    def test_no_file_holds_a_secret(self, run, tmp_path, form):
        """As in any result: what stands beside one stays, and so does the form of the file."""
        told = first("-p pa55w0rd&quot;", "other", end=True)
        arguments = {**PLACE, "dest": str(tmp_path / "rows"), "format": form}
        result, _connection = run("enumerate", arguments, told)
        shown, _connection = run("enumerate", PLACE, told)
        text = (tmp_path / "rows").read_text(encoding="utf-8")
        assert "pa55w0rd" not in text and "pa55w0rd" not in str(shown)
        names = [one["Name"] for one in shown["instances"]]
        if form == "csv":
            assert [one["Name"] for one in csv.DictReader(text.splitlines())] == names
        else:
            assert [
                one["Name"] for one in (rows_of(tmp_path / "rows") if form == "jsonl" else json.loads(text))
            ] == names
        assert result["count"] == 2

    def test_a_short_secret_is_no_part_of_other_words(self, run, tmp_path):
        arguments = {**PLACE, "dest": str(tmp_path / "rows")}
        run("enumerate", arguments, first("a", "banana", end=True), password="a")
        assert [one["Name"] for one in rows_of(tmp_path / "rows")][1] == "banana"
        assert rows_of(tmp_path / "rows")[0]["Name"] != "a"

    def test_properties_are_spelled_alike_in_all_rows(self, run, tmp_path):
        """As the first answer does, also where a later one would know better."""
        arguments = {**PLACE, "properties": ["name", "Nope"], "dest": str(tmp_path / "rows")}
        result, _connection = run("enumerate", arguments, first("a"), pulled("b", end=True), profile="generic")
        assert rows_of(tmp_path / "rows") == [{"Name": "a", "Nope": None}, {"Name": "b", "Nope": None}]
        assert result["warnings"] == ["properties: no instance that was read has Nope."]

    @pytest.mark.parametrize(
        ("form", "given", "text"),
        [
            ("jsonl", {}, ""),
            ("json", {}, "[]\n"),
            ("csv", {}, ""),
            ("csv", {"properties": ["Name", "Other"]}, "Name,Other\n"),
            ("csv", {"resource_uri": "cimv2/*", "filter": "SELECT B, A FROM CIM_Thing"}, "B,A\n"),
            ("csv", {"return_type": "epr"}, "address,resource_uri,selector_set\n"),
        ],
    )
    def test_no_rows(self, run, tmp_path, form, given, text):
        arguments = {**PLACE, **given, "dest": str(tmp_path / "rows"), "format": form}
        result, _connection = run("enumerate", arguments, first(end=True), profile="generic")
        assert (tmp_path / "rows").read_text(encoding="utf-8") == text
        assert (result["count"], result["size"], result["changed"]) == (0, len(text), True)

    def test_a_select_list_is_the_order_of_columns(self, run, tmp_path):
        row = "<wsman:XmlFragment><A>1</A><B>2</B></wsman:XmlFragment>"
        told = (
            f"<wsen:EnumerateResponse><wsman:Items>{row}</wsman:Items><wsman:EndOfSequence/></wsen:EnumerateResponse>"
        )
        arguments = {"resource_uri": "cimv2/*", "filter": "SELECT b, a FROM X", "format": "csv"}
        run("enumerate", {**arguments, "dest": str(tmp_path / "rows")}, told, profile="generic")
        assert (tmp_path / "rows").read_text(encoding="utf-8") == "B,A\n2,1\n"

    def test_a_column_that_comes_too_late_is_an_error_that_names_the_remedy(self, run, tmp_path):
        late = pulled("b", end=True).replace("</p:Name>", "</p:Name><p:More>1</p:More>")
        arguments = {**PLACE, "dest": str(tmp_path / "rows"), "format": "csv"}
        result, _connection = run("enumerate", arguments, first("a"), late, profile="generic")
        assert result["failed"] and result["msg"].startswith("properties: ") and "has More" in result["msg"]
        assert result["msg"].endswith(f"There is no file {tmp_path / 'rows'}.")
        assert not (tmp_path / "rows").exists()

    @pytest.mark.parametrize("option", ["format", "mode"])
    def test_what_is_said_of_no_file(self, run, option):
        result, connection = run("enumerate", {**PLACE, option: "json"})
        assert result["msg"].startswith(f"{option}: it is said of a file")
        assert connection.sent == []


class TestUnknownService:
    """Of one that may be OMI nothing is asked while it holds an enumeration open (wire/omi/175)."""

    CLASS = {"CIM_Thing": '<CLASS NAME="CIM_Thing"><PROPERTY NAME="Name" TYPE="uint8"/></CLASS>'}

    def run(self, run, *answers, **given):
        result, connection = run("enumerate", {**PLACE, **given}, *answers, schemas=self.CLASS)
        assert connection.asked_schemas == ["CIM_Thing"]
        return result, connection.actions

    def test_a_list_waits_for_its_end(self, run):
        result, actions = self.run(run, first("1"), pulled("2"), pulled("3", end=True))
        assert [one["Name"] for one in result["instances"]] == [1, 2, 3]
        assert actions == ["Enumerate", "Pull", "Pull"]

    @pytest.mark.parametrize("return_type", ["object", "object_and_epr"])
    def test_a_file_is_begun_again(self, run, tmp_path, return_type):
        given = {"dest": str(tmp_path / "rows"), "return_type": return_type}
        answers = [first("1"), "", first("1"), pulled("2", end=True)]
        result, actions = self.run(run, *answers, **given)
        rows = rows_of(tmp_path / "rows")
        assert [one.get("Name", one.get("instance", {}).get("Name")) for one in rows] == [1, 2]
        assert actions == ["Enumerate", "Release", "Enumerate", "Pull"]
        assert (result["recovered"], result["count"]) == ([], 2)

    @pytest.mark.parametrize("given", [fault("wsman:TimedOut"), fault("wsman:EncodingLimit")])
    def test_a_fault_of_what_was_sent_ahead_leaves_it_open(self, run, tmp_path, given):
        """Nobody is asked before the Release; it is the context of the answer that was not used yet."""
        large = first("1").replace("</p:CIM_Thing>", f"<p:Filler>{'x' * _pulling.SMALL}</p:Filler></p:CIM_Thing>")
        answers = [large, given, "", first("1"), pulled("2", end=True)]
        result, actions = self.run(run, *answers, dest=str(tmp_path / "rows"))
        assert actions == ["Enumerate", "Pull", "Release", "Enumerate", "Pull"]
        assert [one["Name"] for one in rows_of(tmp_path / "rows")] == [1, 2]
        assert result["count"] == 2

    @pytest.mark.parametrize("return_type", ["object", "object_and_epr"])
    def test_after_the_last_answer_there_is_nothing_to_wait_for(self, run, tmp_path, return_type):
        given = {"dest": str(tmp_path / "rows"), "return_type": return_type}
        result, actions = self.run(run, first("1", end=True), **given)
        assert (result["count"], actions) == (1, ["Enumerate"])

    def test_windows_is_asked_in_the_middle(self, run, tmp_path):
        given = {"dest": str(tmp_path / "rows")}
        answers = [first("1"), pulled("2", end=True)]
        schemas, server = self.CLASS, "Microsoft-HTTPAPI/2.0"
        _result, connection = run("enumerate", {**PLACE, **given}, *answers, schemas=schemas, server=server)
        assert connection.actions == ["Enumerate", "Pull"]
        assert rows_of(tmp_path / "rows") == [{"Name": 1}, {"Name": 2}]


class Shown(list):
    """The lines that are shown; ``wait`` for one more of them."""

    def __init__(self):
        super().__init__()
        self.came = threading.Condition()

    def display(self, line, *, stderr=False):
        assert stderr, "the standard output may be a document"
        with self.came:
            self.append(line)
            self.came.notify_all()

    def wait(self):
        with self.came:
            count = len(self)
            assert self.came.wait_for(lambda: len(self) > count, 30)


class TestProgress:
    """A long enumeration shows life, every five seconds, also while the service is silent."""

    @pytest.fixture
    def shown(self, monkeypatch):
        """What is shown; where a Pull is answered, as where an Enumerate is, once one more line came."""
        shown, send = Shown(), FakeConnection.send
        monkeypatch.setattr(_sinks.display, "display", shown.display)
        monkeypatch.setattr(_sinks, "PERIOD", 0.01)

        def send_to_silent(connection, data, *, meanwhile=None, **how):
            if meanwhile is not None:
                meanwhile()
                shown.wait()
            return send(connection, data, **how)

        monkeypatch.setattr(FakeConnection, "send", send_to_silent)
        return shown

    @pytest.mark.parametrize("more", [{}, {"dest": "{tmp}/rows"}])
    def test_what_came_so_far(self, run, shown, more, tmp_path):
        answers = [first("a", "b"), pulled("c", "d"), pulled("e", end=True)]
        more = {name: value.format(tmp=tmp_path) for name, value in more.items()}
        run("enumerate", {**PLACE, **more}, *answers, session_name="server1", profile="omi")
        assert shown[0] == "<server1> wsman_enumerate: 0 items, 0 a second"
        assert "<server1> wsman_enumerate: 2 items, 200 a second" in shown
        assert [line for line in shown if line.startswith("<server1> wsman_enumerate: 4 items, ")]

    def test_nothing_after_the_end(self, run, shown):
        before = threading.active_count()
        run("enumerate", PLACE, first("a"), fault("wsman:InternalError"), "")
        assert threading.active_count() == before
        assert len(shown) >= 2

    def test_it_can_be_silenced(self, run, monkeypatch):
        monkeypatch.setattr(threading, "Thread", None)
        result, _connection = run("enumerate", {**PLACE, "progress": False}, first("a"), pulled("e", end=True))
        assert result["count"] == 2

    def test_what_ends_soon_is_silent(self, run, monkeypatch):
        monkeypatch.setattr(_sinks.display, "display", None)
        result, _connection = run("enumerate", PLACE, first("a"), pulled("e", end=True))
        assert result["count"] == 2

    def test_no_thread_is_no_failure(self, run, monkeypatch):
        def refuse(_thread):
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(threading.Thread, "start", refuse)
        result, _connection = run("enumerate", PLACE, first("a"), pulled("e", end=True))
        assert result["count"] == 2

    def test_what_came_before_a_restart_does_not_count(self, run, shown):
        gone = fault("wsen:InvalidEnumerationContext")
        answers = [first("a", "b", "c"), gone, first("a"), pulled("b", end=True)]
        run("enumerate", PLACE, *answers)
        counts = [line.split(": ")[1].split(" ")[0] for line in shown]
        assert list(dict.fromkeys(counts))[:3] == ["0", "3", "1"]
        assert not [line for line in shown if ", -" in line]
