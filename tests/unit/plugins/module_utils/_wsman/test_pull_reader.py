# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers to Pull read in one pass: what of the tree stands in memory, who is asked for schemas, and what is refused.

That all values are those of the whole tree is shown here for every recorded answer, and in
``test_pull_reader_properties.py`` for whatever else there may be.
"""

from __future__ import annotations

import gc
import pathlib
import typing as t

import pytest
from pull_answers import HEAD, SCHEMA, TAIL, by_tree, by_way

from ansible_collections.wsman.automation.plugins.module_utils._wsman import enumerated, pull_reader, uris, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, WSManFault
from ansible_collections.wsman.automation.plugins.module_utils._wsman.pull_reader import UnknownKind
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema

WIRE = pathlib.Path(__file__).resolve().parents[6] / "shared" / "wire"
CONTEXT = "<n:EnumerationContext>c1</n:EnumerationContext>"
EPR = (
    "<a:EndpointReference><a:Address>http://h</a:Address><a:ReferenceParameters>"
    "<wsman:ResourceURI>urn:r</wsman:ResourceURI></a:ReferenceParameters></a:EndpointReference>"
)


def answer(*rows: str, before: str = CONTEXT, after: str = "", kind: str = "PullResponse") -> bytes:
    items = f"<n:Items>{''.join(rows)}</n:Items>"
    return f"{HEAD}<n:{kind}>{before}{items}{after}</n:{kind}>{TAIL}".encode()


def read(data: bytes, schema: Schema | None = SCHEMA, **how: t.Any) -> enumerated.Batch:
    return pull_reader.read(data, schema_of=lambda _tag, _type: schema, **how)


def many(count: int, row: str = "<p:C><p:Number>{}</p:Number></p:C>") -> list[str]:
    return [row.format(number) for number in range(count)]


def test_rows_are_instances_by_the_schema_of_their_kind() -> None:
    data = answer("<p:C><p:Number>7</p:Number></p:C>", '<p:D xsi:type="p:E_Type"><p:Number>8</p:Number></p:D>')
    asked = []

    def schema_of(tag: str, xsi_type: str | None) -> Schema | None:
        asked.append((xml.local(tag), xsi_type))
        return SCHEMA if xsi_type is None else None

    batch = pull_reader.read(data, schema_of=schema_of)
    assert asked == [("C", None), ("D", "p:E_Type")]
    assert [one.instance and one.instance.properties for one in batch.items] == [{"Number": 7}, {"Number": "8"}]
    assert [one.schema for one in batch.items] == [SCHEMA, None]
    assert batch.context is not None and batch.context.text == "c1"
    assert (batch.ended, batch.estimate, batch.kind) == (False, 12, "PullResponse")


def test_a_kind_is_asked_for_once_however_many_rows_it_has() -> None:
    asked = []
    data = answer(*many(3000))
    assert len(data) > 3 * 32 * 1024
    batch = pull_reader.read(data, schema_of=lambda *kind: asked.append(kind))
    assert len(asked) == 1
    assert [one.instance and one.instance.properties["Number"] for one in batch.items] == [*map(str, range(3000))]


def test_names_of_properties_are_the_same_objects_in_all_answers() -> None:
    first, second = (read(answer(*many(2))).items[1].instance for _time in range(2))
    assert first and second
    assert next(iter(first.properties)) is next(iter(second.properties))


def test_a_kind_of_which_somebody_must_be_asked_ends_the_reading() -> None:
    def schema_of(tag: str, xsi_type: str | None) -> Schema | None:
        raise UnknownKind(tag, xsi_type)

    with pytest.raises(UnknownKind) as caught:
        pull_reader.read(answer('<p:C xsi:type="p:D_Type"/>'), schema_of=schema_of)
    assert (xml.local(caught.value.tag), caught.value.xsi_type) == ("C", "p:D_Type")


def test_never_more_than_a_piece_of_the_tree_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are gone from the tree when the next piece has been parsed."""
    data = answer(*many(20000))
    most = 0
    take = pull_reader._Rows._take

    def count(self: t.Any, root: t.Any, *, complete: bool) -> None:
        nonlocal most
        most = max(most, sum(1 for _element in root.iter()))
        take(self, root, complete=complete)

    monkeypatch.setattr(pull_reader._Rows, "_take", count)
    assert len(read(data).items) == 20000
    assert 0 < most < 2500


def test_the_garbage_collector_is_as_it_was() -> None:
    def schema_of(tag: str, xsi_type: str | None) -> Schema | None:
        assert not gc.isenabled()
        raise UnknownKind(tag, xsi_type)

    assert gc.isenabled()
    with pytest.raises(UnknownKind):
        pull_reader.read(answer("<p:C/>"), schema_of=schema_of)
    assert gc.isenabled()
    gc.disable()
    try:
        read(answer("<p:C/>"))
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_without_schemas_items_stay_elements() -> None:
    batch = pull_reader.read(answer("<p:C/>", EPR))
    assert [one.element is not None and one.instance is None for one in batch.items] == [True, True]


@pytest.mark.parametrize("prefix", ["n", "wsman"])
def test_what_holds_references_stays_elements(prefix: str) -> None:
    """A ``wsman:Item`` among many rows: then all of them are elements, as its neighbours may belong to it."""
    item = f"<{prefix}:Item><p:C><p:Number>7</p:Number></p:C>{EPR}</{prefix}:Item>"
    batch = read(answer(*many(3000), item))
    assert all(one.element is not None for one in batch.items)
    found = enumerated.resolve(batch.items, Target("urn:r"), "object_and_epr")
    reference = found[-1].endpoint_reference
    assert reference is not None and reference.resource_uri == "urn:r"


def test_events_directly_in_the_answer_are_rows() -> None:
    data = f"{HEAD}<n:PullResponse>{CONTEXT}<p:C><p:Number>7</p:Number></p:C></n:PullResponse>{TAIL}".encode()
    assert [one.instance and one.instance.properties for one in read(data).items] == [{"Number": 7}]
    assert by_way(data, SCHEMA) == by_tree(data, SCHEMA)


@pytest.mark.parametrize("kind", ["PullResponse", "EnumerateResponse"])
def test_the_kind_of_an_answer_is_told(kind: str) -> None:
    assert read(answer("<p:C/>", kind=kind)).kind == kind


def test_an_answer_of_another_kind_holds_nothing() -> None:
    batch = read(f"{HEAD}<p:Other><n:Items><p:C/></n:Items></p:Other>{TAIL}".encode())
    assert (batch.items, batch.context, batch.ended, batch.kind) == ([], None, True, None)


def test_a_fault_is_raised_as_ever() -> None:
    fault = "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text>no</s:Text></s:Reason></s:Fault>"
    with pytest.raises(WSManFault) as caught:
        read(f"{HEAD}{fault}{TAIL}".encode(), http_status=500, relates_to="uuid:1")
    assert (caught.value.code, caught.value.reason, caught.value.http_status) == ("s:Sender", "no", 500)


def test_an_answer_to_another_request_is_refused() -> None:
    with pytest.raises(ProtocolError, match="relates to uuid:1"):
        read(answer("<p:C/>"), relates_to="uuid:2")


DEEP = "<p:A>" * 200 + "</p:A>" * 200


@pytest.mark.parametrize(
    "data, said",
    [
        (b"", "is empty"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + answer("<p:C/>"), "holds a DOCTYPE"),
        (answer("<p:C>" + DEEP + "</p:C>"), "deeper than 100"),
        (answer("<p:C><p:B>" + DEEP + "</p:B></p:C>", *many(2000)), "deeper than 100"),
        (answer("<p:C><p:Words>" + DEEP + "</p:Words></p:C>"), "deeper than 100"),
        (answer("<p:C><p:Number>7"), "is no XML"),
        (answer("<z:C/>"), "unbound prefix"),
        (answer("<p:C/>", "<p:C>&unknown;</p:C>"), "is no XML"),
        (b"{}", "is no XML"),
        (b"<a/>", "no SOAP envelope"),
    ],
)
def test_hostile_answers_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(ProtocolError, match=said):
        read(data)
    assert by_way(data, SCHEMA) == by_tree(data, SCHEMA)


def test_what_is_larger_than_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MAX_SIZE", 1000)
    with pytest.raises(ProtocolError, match="larger than 1000 octets"):
        read(answer(*many(200)))


def test_control_bytes_far_into_an_answer_begin_it_anew() -> None:
    """iDRAC sends them; rows that were read until there must not come twice."""
    data = answer(*many(3000), "<p:C><p:Other>a\x07b&#2;c</p:Other></p:C>")
    items = read(data).items
    assert len(items) == 3001
    assert items[-1].instance is not None and items[-1].instance.properties == {"Other": "abc"}


@pytest.mark.parametrize("encoding, charset", [("utf-16", "utf-16"), ("utf-16-le", None), ("latin-1", "latin-1")])
def test_other_encodings(encoding: str, charset: str | None) -> None:
    data = answer(*many(3000), "<p:C><p:Other>é</p:Other></p:C>").decode().encode(encoding)
    items = read(data, charset=charset).items
    assert items[-1].instance is not None and items[-1].instance.properties == {"Other": "é"}


def test_repeated_members_without_a_schema_are_lists() -> None:
    rows = ["<p:C><p:W>1</p:W></p:C>", "<p:C><p:W>1</p:W><p:W/><p:W>3</p:W></p:C>"] * 3
    read_rows = [one.instance and one.instance.properties["W"] for one in read(answer(*rows), None).items]
    assert read_rows == ["1", ["1", "", "3"]] * 3


def test_lists_and_instances_are_of_one_row_each() -> None:
    """Texts are read once for all rows; what can be changed must not be shared."""
    row = "<p:C><p:Words>a</p:Words><p:Part/></p:C>"
    first, second = (one.instance for one in read(answer(row, row)).items)
    assert first and second and first.properties == second.properties
    assert first.properties["Words"] is not second.properties["Words"]
    assert first.properties["Part"] is not second.properties["Part"]


@pytest.mark.parametrize("cim_type", ["uint8", "sint8", "uint64", "sint64"])
@pytest.mark.parametrize(
    "text", ["0", "127", "128", "255", "256", "-128", "-129", "9" * 19, "9" * 20, "9" * 30, "", "٧"]
)
def test_numbers_are_within_their_ranges(cim_type: str, text: str) -> None:
    data = answer(f"<p:C><p:N>{text}</p:N></p:C>" * 2)
    schema = Schema("C", {"N": Property("N", cim_type)})
    assert by_way(data, schema) == by_tree(data, schema)


class TestLookAhead:
    """The context to pull with next, before the answer is read."""

    def test_stands_before_the_items(self) -> None:
        context = pull_reader.look_ahead(
            answer(*many(3000), before='<n:EnumerationContext x="1">c</n:EnumerationContext>')
        )
        assert context is not None
        assert (context.tag, context.text, context.attrib) == (
            f"{{{uris.NS_ENUMERATION}}}EnumerationContext",
            "c",
            {"x": "1"},
        )

    def test_reads_no_more_than_the_beginning(self) -> None:
        assert pull_reader.look_ahead(answer(*many(3000))[:-50]) is not None

    @pytest.mark.parametrize(
        "data",
        [
            answer("<p:C/>", after="<n:EndOfSequence/>"),
            answer("<p:C/>", after="<wsman:EndOfSequence/>"),
            answer("<p:C><p:EndOfSequence/></p:C>"),
            answer("<p:C><p:A>EndOfSequence</p:A></p:C>"),
            answer("<p:C/>", before=""),
            answer("<p:C/>", before="", after=CONTEXT),
            answer("<p:C/>", after="<n:EnumerationContext>c2</n:EnumerationContext>"),
            answer("<p:C/>", before="<n:EnumerationContext/>"),
            answer("<p:C/>", before="<n:EnumerationContext> </n:EnumerationContext>"),
            answer("<p:C/>", before=CONTEXT.replace("n:", "p:")),
            answer(f"<p:C>{CONTEXT}</p:C>", before=""),
            f"{HEAD}<n:PullResponse>{CONTEXT}</n:PullResponse>{TAIL}".encode(),
            f"{HEAD}<p:Other>{CONTEXT}<n:Items/></p:Other>{TAIL}".encode(),
            answer("<p:C/>").decode().encode("utf-16"),
            b"<!DOCTYPE a>" + answer("<p:C/>"),
            answer("<p:C/>")[:400],
            b"",
        ],
    )
    def test_what_is_not_certain_is_none(self, data: bytes) -> None:
        assert pull_reader.look_ahead(data) is None


@pytest.mark.skipif(not WIRE.is_dir(), reason="the recordings (../shared/wire) are not here")
def test_every_recorded_answer_is_read_as_by_its_tree() -> None:
    kinds = {"Id": "uint64", "Started": "boolean", "Number": "uint32", "InstallDate": "datetime"}
    typed = Schema("", {name: Property(name, kind) for name, kind in kinds.items()})
    files = sorted(WIRE.rglob("*.resp.xml"))
    batches = 0
    for file in files:
        data = file.read_bytes()
        for schema in (None, typed):
            tree = by_tree(data, schema)
            assert by_way(data, schema) == tree, file.name
        batches += isinstance(tree[0], list) and tree[-1] is not None
        ahead = pull_reader.look_ahead(data)
        assert ahead is None or (ahead.text and ahead.text in tree[1] and not tree[2]), file.name
    assert len(files) > 200
    assert batches > 50
