# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a service is asked for a schema, what of its answer outlives the task, and that none of it fails one."""

from __future__ import annotations

import json
import os
import re
import stat

import pytest
from ansible import constants

from ansible_collections.wsman.automation.plugins.module_utils._wsman import instance, types_option, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client
from ansible_collections.wsman.automation.plugins.plugin_utils._schema_cache import Cache
from ansible_collections.wsman.automation.plugins.plugin_utils._schemas import MOST
from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import FakeConnection, fault

CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"
THING = Target(CIM + "Thing", {"__cimnamespace": "root/x"})


def cim_class(name, *members):
    return f'<CLASS NAME="{name}">{"".join(members)}</CLASS>'


THINGS = {
    "Thing": cim_class("Thing", '<PROPERTY NAME="Size" TYPE="uint16"/>'),
    "Other": cim_class("Other", '<PROPERTY NAME="Size" TYPE="string"/>'),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    return tmp_path


def connect(schemas=None, *, types=None, server=None, **options):
    """A client as a new fork has it: the folder alone is shared."""
    account = {"authentication": "basic", "user": "joe", "password": "secret"}
    connection = FakeConnection((), {"host": "box", **account, **options})
    connection.schemas, connection.server = schemas or {}, server
    return Client(connection, types_option.parse(types)), connection


def type_of(client, target=THING, name="Size", class_name=None):
    schema = client.schemas.of(target, class_name)
    return schema and schema.find(name) and schema.find(name).type


class TestOnce:
    def test_in_a_loop(self):
        client, connection = connect(THINGS)
        for _item in range(3):
            assert type_of(Client(connection)) == "uint16"
        assert connection.asked_schemas == ["Thing"]

    def test_in_a_run_whoever_asks(self):
        assert type_of(connect(THINGS)[0]) == "uint16"
        client, connection = connect({})
        assert type_of(client, Target(CIM + "THING", {"__CIMNamespace": "ROOT/X"})) == "uint16"
        assert connection.asked_schemas == []

    @pytest.mark.parametrize(
        ("target", "options"),
        [
            (THING, {"host": "box2"}),
            (THING, {"user": "jane"}),
            (THING, {"port": 15986}),
            (Target(CIM + "Thing", {"__cimnamespace": "root/y"}), {}),
            (Target(CIM + "Other", {"__cimnamespace": "root/x"}), {}),
        ],
    )
    def test_another_service_account_namespace_and_class_are_asked_for_themselves(self, target, options):
        assert type_of(connect(THINGS)[0]) == "uint16"
        client, connection = connect(THINGS, **options)
        assert type_of(client, target) is not None
        assert len(connection.asked_schemas) == 1

    def test_the_next_run_begins_anew(self, folder, monkeypatch):
        assert type_of(connect(THINGS)[0]) == "uint16"
        (folder / "next").mkdir()
        monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(folder / "next"))
        assert connect(THINGS)[0].schemas.of(THING) is not None
        assert len(list((folder / "next").iterdir())) == 1


class TestNamespace:
    @pytest.mark.parametrize(
        ("target", "options", "expected"),
        [
            (THING, {}, "root/x"),
            (Target(CIM + "Thing"), {}, "root/cimv2"),
            (Target(CIM + "Thing", {"__cimnamespace": ""}), {}, "root/cimv2"),
            (Target(CIM + "Thing"), {"profile": "windows"}, "root/hardware"),
            (Target(WMI + "root/standardcimv2/Thing"), {}, "root/standardcimv2"),
        ],
    )
    def test_it_is_always_said(self, target, options, expected):
        client, connection = connect(THINGS, **options)
        assert client.schemas.namespace(target) == expected
        sent = []
        connection.schemas = {"Thing": THINGS["Thing"]}
        answer = connection._answer_schema
        connection._answer_schema = lambda text: (sent.append(text), answer(text))[1]
        assert client.schemas.of(target).namespace == expected
        assert re.findall('Name="__cimnamespace">(.*?)<', sent[0]) == [expected]


class TestNotAsked:
    @pytest.mark.parametrize(
        ("uri", "options"),
        [
            (CIM + "Thing", {"types": "text"}),
            (CIM + "Thing", {"profile": "openwsman"}),
            (CIM + "Thing", {"profile": "idrac"}),
            (CIM + "Thing", {"profile": "amt"}),
            (CIM + "DCIM_SystemView", {}),
            ("http://intel.com/wbem/wscim/1/amt-schema/1/AMT_Thing", {}),
            (CONFIG + "/listener", {}),
            (CONFIG + "/resource", {}),
            ("http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd", {}),
            (CIM.replace("cim-schema/2/", "*"), {}),
            (WMI + "root/cimv2/*", {}),
            ("http://example.org/Thing", {}),
        ],
    )
    def test_where_no_answer_can_be_of_use(self, uri, options):
        client, connection = connect(THINGS, **options)
        client.schemas.of(Target(uri))
        assert connection.asked_schemas == []

    def test_a_service_that_says_in_its_answers_what_it_is(self):
        client, connection = connect(THINGS, server="openwsman/2.8")
        connection.session.profile = None
        client._learn(connection)
        assert client.schemas.of(THING) is None
        assert connection.asked_schemas == []

    def test_items_of_a_resource_that_has_no_classes(self):
        client, connection = connect(THINGS)
        assert client.schemas.of_item(Target(CONFIG + "/resource"), xml.load(b"<Thing/>")) is None
        assert connection.asked_schemas == []

    @pytest.mark.parametrize("options", [{}, {"profile": "omi"}, {"profile": "windows"}, {"profile": "generic"}])
    def test_what_a_service_is_need_not_be_known(self, options):
        client, connection = connect(THINGS, **options)
        assert type_of(client) == "uint16"
        assert connection.sent == []  # no Identify

    def test_windows_may_have_classes_of_dell_too(self):
        client, connection = connect({"DCIM_Chassis": cim_class("DCIM_Chassis")}, profile="windows")
        assert client.schemas.of(Target(CIM + "DCIM_Chassis")) is not None


class TestRefusals:
    def test_of_a_service_holds_for_the_run_and_for_all_classes(self):
        first, connection = connect({})
        assert [first.schemas.of(THING), first.schemas.of(THING, "Other")] == [None, None]
        assert connection.asked_schemas == ["Thing"]
        second, connection = connect(THINGS)
        assert second.schemas.of(Target(CIM + "Other")) is None
        assert connection.asked_schemas == []

    def test_of_a_class_holds_for_the_run_and_for_no_other(self):
        answers = {**THINGS, "Bad": fault("wsman:InternalError")}
        first, connection = connect(answers)
        assert first.schemas.of(THING, "Bad") is None
        second, connection = connect(answers)
        assert second.schemas.of(THING, "Bad") is None
        assert type_of(second) == "uint16"
        assert connection.asked_schemas == ["Thing"]

    def test_a_service_that_has_given_one_schema_is_not_given_up(self):
        detail = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/InvalidResourceURI"
        answers = {**THINGS, "Bad": fault("wsa:DestinationUnreachable", detail=detail)}
        assert type_of(connect(answers)[0]) == "uint16"
        client, connection = connect(answers)
        assert client.schemas.of(THING, "Bad") is None
        assert type_of(client, class_name="Other") == "string"

    @pytest.mark.parametrize(
        "answer", [fault("wsman:TimedOut"), fault("wsman:AccessDenied"), TransportError("gone", step="read")]
    )
    def test_what_may_pass_is_asked_again_by_the_next_task(self, answer):
        client, connection = connect({"Thing": answer})
        assert [client.schemas.of(THING), client.schemas.of(THING)] == [None, None]
        assert connection.asked_schemas == ["Thing"]
        assert type_of(connect(THINGS)[0]) == "uint16"

    def test_an_answer_without_a_class(self):
        client, connection = connect({"Thing": "<Thing><Size>1</Size></Thing>"})
        assert client.schemas.of(THING) is None
        assert connect(THINGS)[0].schemas.of(THING) is None

    def test_whoever_wants_the_schema_itself_asks_again_and_hears_why(self):
        client, connection = connect({})
        client.schemas.of(THING)
        with pytest.raises(Exception, match="wsa:DestinationUnreachable"):
            client.schemas.fetch("Thing", "root/x")
        assert connection.asked_schemas == ["Thing", "Thing"]


def test_no_more_classes_are_asked_for_than_a_task_may():
    answers = {f"C{number}": cim_class(f"C{number}") for number in range(MOST + 5)}
    client, connection = connect(answers)
    found = [client.schemas.of(THING, name) for name in answers]
    assert [one is not None for one in found] == [True] * MOST + [False] * 5
    assert len(connection.asked_schemas) == MOST
    again, connection = connect(answers)
    assert all(again.schemas.of(THING, name) for name in answers)
    assert len(connection.asked_schemas) == 5


class TestTypesOfTheTask:
    def test_go_before_what_is_built_in(self):
        client, _connection = connect(types={"MaxTimeoutms": "string"})
        assert type_of(client, Target(CONFIG), "MaxTimeoutms") == "string"
        assert type_of(client, Target(CONFIG), "MaxBatchItems") == "uint32"

    def test_go_before_what_the_service_says(self):
        client, connection = connect(THINGS, types={"size": "uint64[]"})
        member = client.schemas.of(THING).find("Size")
        assert (member.type, member.array) == ("uint64", True)
        assert connection.asked_schemas == ["Thing"]

    def test_are_all_where_nothing_else_is_known(self):
        client, _connection = connect(types={"Size": "uint8"}, profile="openwsman")
        assert type_of(client) == "uint8"
        assert type_of(client, Target("http://example.org/Thing")) == "uint8"


class TestItems:
    ROW = xml.load(
        b'<w:XmlFragment xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><Size>7</Size></w:XmlFragment>'
    )

    def test_are_of_their_own_classes(self):
        client, _connection = connect(THINGS)
        everything = Target("http://schemas.dmtf.org/wbem/wscim/1/*", {"__cimnamespace": "root/x"})
        for name, cim_type in (("Thing", "uint16"), ("Other", "string")):
            element = xml.load(f'<p:{name} xmlns:p="{CIM}{name}"><p:Size>7</p:Size></p:{name}>'.encode())
            assert client.schemas.of_item(everything, element).find("Size").type == cim_type

    @pytest.mark.parametrize("uri", ["http://schemas.dmtf.org/wbem/wscim/1/*", WMI + "root/x/*"])
    def test_a_row_of_a_projection_is_of_the_class_after_from(self, uri):
        client, connection = connect(THINGS)
        target = Target(uri, {"__cimnamespace": "root/x"})
        schema = client.schemas.of_item(target, self.ROW, "Thing")
        assert instance.from_element(self.ROW, schema).properties == {"Size": 7}
        assert connection.asked_schemas == ["Thing"]

    def test_a_row_of_unknown_class_is_asked_for_by_nobody(self):
        client, connection = connect(THINGS)
        target = Target("http://schemas.dmtf.org/wbem/wscim/1/*", {"__cimnamespace": "root/x"})
        assert client.schemas.of_item(target, self.ROW) is None
        assert connection.asked_schemas == []


def test_classes_of_embedded_instances_are_asked_for_where_one_is_met():
    inside = '<QUALIFIER NAME="EmbeddedInstance" TYPE="string"><VALUE>Part</VALUE></QUALIFIER>'
    whole = cim_class("Whole", f'<PROPERTY NAME="Part" TYPE="string">{inside}</PROPERTY>')
    part = cim_class("Part", '<PROPERTY NAME="Size" TYPE="uint8"/>')
    client, connection = connect({"Whole": whole, "Part": part})
    schema = client.schemas.of(Target(CIM + "Whole"))
    assert instance.from_element(xml.load(b"<Whole/>"), schema).properties == {}
    assert connection.asked_schemas == ["Whole"]
    read = instance.from_element(xml.load(b"<Whole><Part><Size>7</Size></Part></Whole>"), schema)
    assert read.properties["Part"].properties == {"Size": 7}
    assert connection.asked_schemas == ["Whole", "Part"]
    member = schema.find("Part")
    assert member.schema_of() is member.schema_of("Part")  # as made for the first of a thousand rows


@pytest.mark.parametrize(
    ("options", "server", "value"),
    [({}, None, "\t"), ({"profile": "omi"}, None, "\t"), ({"profile": "windows"}, None, "9")],
)
def test_a_character_is_a_number_on_omi(options, server, value):
    client, _connection = connect({"Thing": cim_class("Thing", '<PROPERTY NAME="C" TYPE="char16"/>')}, **options)
    read = instance.from_element(xml.load(b"<Thing><C>9</C></Thing>"), client.schemas.of(THING))
    assert read.properties == {"C": value}


def test_a_character_that_a_method_returns_is_one_too():
    client, _connection = connect({"Thing": cim_class("Thing", '<METHOD NAME="M" TYPE="char16"/>')})
    method = client.schemas.of(THING).find_method("m")
    read = instance.from_element(xml.load(b"<M_OUTPUT><ReturnValue>9</ReturnValue></M_OUTPUT>"), method.output)
    assert read.properties == {"ReturnValue": "\t"}


class TestFile:
    SCHEMA = Schema("C", {"A": Property("A", "uint8")})

    def make(self, user="joe"):
        return Cache("http://box:5985/wsman", user)

    def test_only_its_owner_can_read_it(self, folder):
        self.make().keep("root/x", "C", self.SCHEMA)
        (file,) = folder.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_one_for_service_account_and_namespace_named_by_none_of_them(self, folder):
        for cache in (self.make(), self.make("jane")):
            for namespace in ("root/x", "ROOT/X", "root/y"):
                cache.keep(namespace, "C", self.SCHEMA)
        names = [file.name for file in folder.iterdir()]
        assert len(names) == 4
        assert not any(text in name for name in names for text in ("box", "joe", "jane", "root"))

    @pytest.mark.parametrize(
        "spoilt",
        [b"", b"\x00\xff", b"{", b"[" * 100_000, b"[]", b'{"c": 7}', b'{"c": "{"}', b'{"c": "[]"}', b'{"c": "{}"}'],
    )
    def test_a_spoilt_one_is_as_good_as_none(self, folder, spoilt):
        self.make().keep("root/x", "C", self.SCHEMA)
        (file,) = folder.iterdir()
        file.write_bytes(spoilt)
        cache = self.make()
        assert not cache.knows("root/x", "C")
        assert cache.find("root/x", "C") is None
        cache.keep("root/x", "D", self.SCHEMA)
        cache.keep("root/x", "C", self.SCHEMA)
        assert self.make().find("root/x", "C") == self.SCHEMA

    @pytest.mark.parametrize("spoil", ["folder", "file"])
    def test_where_nothing_can_be_written_memory_serves(self, folder, monkeypatch, spoil):
        path = folder / "missing"
        if spoil == "file":
            path.write_text("no folder")
        monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(path))
        cache = self.make()
        cache.keep("root/x", "C", self.SCHEMA)
        cache.refuse()
        assert cache.find("root/x", "C") == self.SCHEMA
        assert cache.refused
        assert not self.make().knows("root/x", "C")

    def test_nothing_is_left_beside_it(self, folder):
        cache = self.make()
        for number in range(3):
            cache.keep("root/x", f"C{number}", self.SCHEMA)
        assert len(list(folder.iterdir())) == 1

    def test_what_another_fork_has_written_meanwhile_stays(self):
        one, other = self.make(), self.make()
        for cache, name in ((one, "A"), (other, "B"), (one, "C")):
            assert not cache.knows("root/x", name)
            cache.keep("root/x", name, self.SCHEMA)
        assert all(self.make().knows("root/x", name) for name in "ABC")

    def test_forks_that_write_together_spoil_nothing(self, folder):
        """An entry may get lost, which costs a request; what is there can be read at every moment."""
        children = []
        for child in range(4):
            pid = os.fork()
            if pid == 0:
                status = 1
                try:
                    for number in range(12):
                        cache = self.make()
                        cache.keep("root/x", f"C{child}_{number}", self.SCHEMA)
                        status = int(not all(json.loads(file.read_bytes()) for file in folder.glob("*.json")))
                        if status:
                            break
                finally:
                    os._exit(status)
            children.append(pid)
        assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 4
        (file,) = folder.iterdir()
        names = list(json.loads(file.read_bytes()))
        assert len(names) >= 12
        assert all(self.make().find("root/x", name) == self.SCHEMA for name in names)
