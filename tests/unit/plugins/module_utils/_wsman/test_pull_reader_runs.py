# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that are written alike are read by a pattern; whatever stands between or in them, the tree says the same."""

from __future__ import annotations

import tracemalloc
import typing as t

import pytest
from pull_answers import HEAD, SCHEMA, TAIL, by_tree, by_way

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    pull_reader,
    pull_reader_rows,
    pull_reader_runs,
    xml,
)

NIL = ' xsi:nil="true"/>'
TIME = "<cim:Datetime>2024-02-29T10:20:30Z</cim:Datetime>"


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Answers of a few rows are large enough."""
    monkeypatch.setattr(pull_reader, "LARGE", 0)
    monkeypatch.setattr(pull_reader, "STEP", 16)


@pytest.fixture
def parsed(monkeypatch):
    """The rows that the parser had to read."""
    rows: list[t.Any] = []
    read = pull_reader_rows.Kind.read

    def count(self, row):
        rows.append(row)
        return read(self, row)

    monkeypatch.setattr(pull_reader_rows.Kind, "read", count)
    return rows


def answer(content: str, before: str = "<n:EnumerationContext>c</n:EnumerationContext>") -> bytes:
    return f"{HEAD}<n:PullResponse>{before}<n:Items>{content}</n:Items></n:PullResponse>{TAIL}".encode()


def row(**properties: str) -> str:
    inner = "".join(f"<p:{name}>{value}</p:{name}>" for name, value in properties.items())
    return f"<p:C>{inner}</p:C>"


def rows(count: int = 200) -> list[str]:
    return [row(A=str(one % 256), Other=f"text {one}", When=TIME) for one in range(count)]


def agree(content: str, schema: t.Any = SCHEMA) -> t.Any:
    data = answer(content)
    read = by_way(data, schema)
    assert read == by_tree(data, schema)
    return read


def test_of_rows_alike_the_parser_reads_a_few(parsed):
    items = agree("".join(rows(1000)))[0]
    assert len(items) == 1000
    assert len(parsed) < 20


@pytest.mark.parametrize(
    ("properties", "names"),
    [
        ({"A": "7", "Other": "x", "Flag": "true", "Words": "a</p:Words><p:Words>b", "Ratio": "1.5"}, set()),
        ({"A": "7", "When": TIME}, {"When"}),
        ({"Ratio": "INF", "Codes": "1"}, {"Ratio"}),
        ({"Ratio": "nan", "Blobs": "QUJD"}, {"Ratio", "Blobs"}),
    ],
)
def test_which_values_json_has_no_type_for_is_told(properties, names):
    read = pull_reader.read(answer(row(**properties) * 50), schema_of=lambda _tag, _type: SCHEMA)
    assert read.items[-1].not_json == names


@pytest.mark.parametrize("schema", [SCHEMA, None])
@pytest.mark.parametrize(
    "different",
    [
        "<p:C><p:A" + NIL + "<p:Other" + NIL + "<p:When" + NIL + "</p:C>",
        row(A="7", Other=""),
        "<p:C><p:A>7</p:A><p:Other/><p:When/></p:C>",
        "<p:C><p:A>7</p:A><p:Other/><p:Other>b</p:Other></p:C>",
        row(A="7", Letter="65", Other="x", When=TIME),
        "<p:C></p:C>",
        "<p:C>\n  <p:A>7</p:A>\n  <p:Other>x\ny</p:Other>\n</p:C>\n",
        "<p:C>\r\n  <p:A>7</p:A>\r<p:Other>x\ry\r\n</p:Other>\n</p:C>\n",
        row(A="7", Words="a</p:Words><p:Words>b</p:Words><p:Words>", Codes="-1</p:Codes><p:Codes>32767"),
        row(A="7", Words="a", Codes="1"),
    ],
)
def test_a_shape_is_learnt(parsed, different, schema):
    """The next ones of it need no parser."""
    agree("".join([*rows(20), *[different, *rows(3)] * 100]), schema)
    assert len(parsed) < 20


@pytest.mark.parametrize("schema", [SCHEMA, None])
@pytest.mark.parametrize(
    "odd",
    [
        row(A="7", Other="", When="2024-02-29T10:20:30Z"),
        "<p:C/>",
        "<p:C><p:A>7</p:A><p:Words>a</p:Words><p:Words" + NIL + "<p:Words/></p:C>",
        "<!-- " + row(A="9", Other="commented", When=TIME) + " -->",
        "<![CDATA[" + "   " + "]]>",
        "<?pi " + row(A="9") + "?>",
        row(A="7", Other="<![CDATA[</p:Other></p:C>" + row(A="9") + "]]>", When=TIME),
        row(A="7", Other="<!-- </p:C> -->x", When=TIME),
        row(A="7", Other="<p:C><p:A>1</p:A></p:C>", When=TIME),
        "<p:C><p:C>x</p:C></p:C>",
        '<p:C xmlns:p="urn:other"><p:A>7</p:A><p:Other>x</p:Other><p:When>y</p:When></p:C>',
        '<p:C><p:A xmlns:p="urn:other">7</p:A><p:Other>x</p:Other></p:C>',
        '<p:C><p:A>7</p:A><p:Other xmlns:p="urn:other" xsi:nil="true"/><p:When' + NIL + "</p:C>",
        '<p:C><p:A>7</p:A><p:Other Name="n"/><p:When' + NIL + "</p:C>",
        '<p:C><p:A Source="GPO">7</p:A><p:Other>x</p:Other></p:C>',
        '<p:C Name="n"><p:A>7</p:A></p:C>',
        '<p:C xml:lang="en"><p:A>7</p:A></p:C>',
        '<p:C xsi:type="p:D_Type"><p:A>7</p:A></p:C>',
        "<p:D><p:A>7</p:A></p:D>",
        "<p:CC><p:A>7</p:A></p:CC>",
        "<q:C><q:A>7</q:A></q:C>",
        '<C xmlns=""><A>7</A></C>',
        "<p:C><p:A>7</p:A><q:A>8</q:A></p:C>",
        "<p:C><p:A>7</p:A>loose<p:Other>x</p:Other></p:C>",
        "<p:C>loose<p:A>7</p:A></p:C>",
        "<p:C><p:A>7</p:A><p:Other>x</p:Other>loose</p:C>",
        "loose",
        "<p:C><p:Other>x</p:Other><p:A>7</p:A></p:C>",
        "<p:C><p:A>7</p:A><p:Other>x</p:Other><p:A>8</p:A></p:C>",
        "<p:C><p:a>7</p:a><p:A>8</p:A></p:C>",
        row(A="7", Other="]]&gt;", When=TIME),
        row(A="256", Other="x", When=TIME),
        row(A="-1", Other="x", When=TIME),
        row(A=" 7 ", Other="x", When=TIME),
        row(A="\u0667", Other="x", When=TIME),
        row(A="0x7", Other="x", When=TIME),
        row(A="9" * 25, Other="x", When=TIME),
        row(A="7", Other="x", When="<cim:Datetime>soon</cim:Datetime>"),
        row(A="7", Other="x", When="<Datetime>soon</Datetime>"),
        row(A="7", Other="x", When="<cim:Interval>P1D</cim:Interval>"),
        row(A="7", Other="x", When='<cim:Datetime xsi:nil="true"/>'),
        row(A="7", Other="a &amp; b &lt;c&gt; &quot;&apos; &amp;lt;", When=TIME),
        row(A="7", Other="&#65;&#x42;&#13;&#10;&#x1F600;", When=TIME),
        row(A="7", Other="&#38;amp;", When=TIME),
        row(A="&#55;", Other="&amp;amp;", When=TIME),
        row(A="7", Other="\u00e9\u6f22\U0001f600 \x7f \x85", When=TIME),
        row(A="7", Octets="QUJD", Other="x"),
        row(A="7", Octets="1</p:Octets><p:Octets>2", Other="x"),
        row(A="7", Octets="<cim:Datetime>7</cim:Datetime>", Other="x"),
        row(A="7", Part="<q:Number>7</q:Number>", Other="x"),
        row(A="7", Part=" ", Other="x"),
        row(A="7", Parts="", Other="x"),
        row(A="7", Words="a</p:Words> <p:Words>b"),
        row(A="7", Words="a</p:Words><p:Other>x</p:Other><p:Words>b"),
        "<p:C ><p:A>7</p:A ></p:C >",
        "<p:C><p:A >7</p:A></p:C>",
        "<p:C><p:A a='>'>7</p:A></p:C>",
        "<p:C><p:A\n>7</p:A\n></p:C\n>",
        "<cim:Location/>",
        "<p:C><cim:Location" + NIL + "<p:A>7</p:A></p:C>",
        '<probe xmlns=""/>',
        "<p:C><p:probe/></p:C>",
    ],
)
def test_what_is_odd_is_what_the_tree_says(odd, schema):
    """Before the first row, among them, again and again, at the end, and alone."""
    for content in (
        [odd, *rows(20)],
        [*rows(20), odd, *rows(5), odd, odd, *rows(20)],
        [*rows(20), odd],
        [odd] * 40,
        [odd, *rows(1)] * 40,
        [odd],
    ):
        agree("".join(content), schema)


@pytest.mark.parametrize(
    "wrong",
    [
        "\x07",
        "\x0b",
        "\ufffe",
        "\uffff",
        "]]>",
        "&",
        "&;",
        "&foo;",
        "&#0;",
        "&#1;",
        "&#xFFFF;",
        "&#xD800;",
        "&#;",
        "<",
        "</p:C>",
    ],
)
@pytest.mark.parametrize("place", ["text", "between"])
def test_what_is_broken_is_refused_or_mended_alike(wrong, place):
    content = rows(30)
    content[20] = row(A="7", Other=f"x{wrong}y", When=TIME) if place == "text" else wrong
    agree("".join(content))


def test_the_end_may_be_missing():
    whole = answer("".join(rows(30)))
    for end in range(len(whole) - 600, len(whole)):
        assert by_way(whole[:end], SCHEMA) == by_tree(whole[:end], SCHEMA)


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "utf-8-sig"])
def test_other_encodings(encoding):
    data = answer("".join([*rows(30), row(A="7", Other="\u00e9")])).decode().encode(encoding)
    charset = None if encoding == "utf-8-sig" else encoding
    assert by_way(data, SCHEMA, charset=charset) == by_tree(data, SCHEMA, charset=charset)


def test_no_utf_8_is_mended_alike():
    data = answer("".join(rows(30))).replace(b"text 25", b"text \xff\xfe")
    assert by_way(data, SCHEMA) == by_tree(data, SCHEMA)


def test_two_items_and_what_follows():
    inner = "".join(rows(20))
    data = answer(f"{inner}</n:Items><n:EndOfSequence/><wsman:Items>{inner}")
    assert by_way(data, SCHEMA) == by_tree(data, SCHEMA)


def test_classes_take_turns(parsed):
    mixed = [row(A="7", Other="x"), "<p:D><p:A>7</p:A></p:D>", "<q:E><q:Text>t</q:Text></q:E>"] * 100
    agree("".join(mixed))
    assert len(parsed) < 20


def test_rows_of_a_projection(parsed):
    agree("<wsman:XmlFragment><Name>a</Name><Size>7</Size></wsman:XmlFragment>" * 200, None)
    assert len(parsed) < 20


def test_rows_that_all_differ_are_given_up(monkeypatch):
    """After some, it is not worth while to look again."""
    learnt = []
    learn = pull_reader.Patterns.learn
    monkeypatch.setattr(pull_reader.Patterns, "learn", lambda self, *given: learnt.append(1) or learn(self, *given))
    agree("".join(row(**{f"N{one}": "x"}) for one in range(300)))
    assert 10 < len(learnt) < 100


@pytest.mark.parametrize("step", [1, 16, 4096])
@pytest.mark.parametrize(
    "content",
    [
        "<p:D><p:A>1</p:A></p:D></n:Items><n:Items>" + "".join(rows(30)),
        "".join(rows(30)) + "<p:D/></n:Items><n:Items xmlns:p='urn:b'><p:D></p:D>" + "".join(rows(30)),
        "".join(rows(30)) + "</n:Items><n:Items xmlns:p='urn:b'>" + "".join(rows(30)),
    ],
)
def test_rows_of_several_items_keep_their_order_and_their_names(monkeypatch, content, step):
    monkeypatch.setattr(pull_reader, "STEP", step)
    agree(content)


@pytest.mark.parametrize(
    ("commented", "tag"),
    [
        ("<p:E><!--<p:E --><p:A>7</p:A></p:E>", "<p:E -->"),
        ("<p:E><p:A>--><!--<p:E u:z='1'><p:A>--></p:A></p:E>", "<p:E u:z='1'>"),
        ("<p:E><p:A>--><!--<p:E Name='1'><p:A>--></p:A></p:E>", "<p:E Name='1'>"),
        ("<p:E><p:A>?><?x <p:E Name='1'><p:A>?></p:A></p:E>", "<p:E Name='1'>"),
    ],
)
def test_a_start_tag_in_a_comment_is_none(commented, tag):
    agree("".join([*rows(5), commented * 2, f"{tag}<p:A>7</p:A></p:E>" * 3]), None)


@pytest.mark.parametrize("name", ["xmlns:p='urn:other'", "xsi:type='p:F_Type'"])
def test_the_first_row_of_a_name_that_cannot_be_learnt_says_nothing_of_others(name):
    agree(row(A="1") * 2 + "<p:E><!-- --><p:A>1</p:A></p:E>" + f"<p:E {name}><p:A>1</p:A></p:E>" * 5)


def test_what_was_empty_and_then_comes_many_times():
    """A pattern that is made anew has nothing of the one before."""
    one, two = "<p:C><p:A>1</p:A></p:C>", "<p:C><p:A>1</p:A><p:A>2</p:A></p:C>"
    agree(one * 2 + "<p:C><p:A/></p:C>" * 2 + two * 2 + (two + one) * 5, None)


@pytest.mark.parametrize("name", ["Blobs", "Number", "Flag", "Other"])
def test_datetimes_where_the_schema_has_something_else(name):
    agree(row(A="1") * 2 + row(**{name: TIME}) * 3 + f"<p:C><p:{name}/></p:C>" * 5)


@pytest.mark.parametrize("character", ["\x1c", "\x1f", "\x0c", "\x07", "\ufffe", "\uffff"])
def test_what_is_no_character_of_xml_is_no_white_space(character):
    """Though it is to Python: the parser refuses it, and does not see the others by a pattern."""
    agree(character.join(rows(30)))
    assert pull_reader_runs.references(f"a{character}b") is None


def test_many_references_are_replaced_at_once():
    agree("".join(row(Other=f"&#x{0x4E00 + one:x};&amp;lt; &#{0x4E00 + one};", B="&lt;") for one in range(200)))


def test_a_probe_is_named_as_nothing_else_is(parsed):
    agree("".join([row(Other="probe0"), *rows(100)]))
    assert len(parsed) < 20
    agree("".join([*rows(5), *['<probe0 xmlns=""/>', *rows(5)] * 40]))
    agree("".join(f'<probe{one} xmlns=""/>' for one in range(20)) + "".join(rows(20)))


def test_what_would_take_long_is_not_learnt(monkeypatch, parsed):
    made: list[str] = []
    write = pull_reader_runs.Pattern._write
    monkeypatch.setattr(pull_reader_runs.Pattern, "_write", lambda self: made.append(write(self)) or made[-1])
    for count in (pull_reader_runs.MOST_PROPERTIES + 1, 300):
        kinds = ("".join(f"<p:N{one}x{kind}>1</p:N{one}x{kind}>" for one in range(count)) for kind in range(20))
        agree("".join(f"<p:C>{one}</p:C>" for one in kinds), None)
    agree("".join(f"<p:C{kind}><p:A>1</p:A></p:C{kind}>" * 5 for kind in range(1000)))
    assert sum(map(len, made)) < 2 * (pull_reader_runs.LEARNT + pull_reader_runs.MOST_CHARACTERS)
    assert len(made) < 2000


def test_white_space_before_many_that_are_not_there():
    names = [f"N{one}" for one in range(100)]
    whole = "<p:C>\n" + "\n".join(f"<p:{name}>1</p:{name}>" for name in names) + "\n</p:C>"
    short = "<p:C>\n<p:A>1</p:A></p:C>"
    agree((whole + short) * 5 + f"<p:C>\n<p:A>1</p:A>{' ' * 500}<p:Z/></p:C>" * 100, None)


def test_the_bound_of_an_answer_counts_its_byte_order_mark(monkeypatch):
    data = b"\xef\xbb\xbf" + answer("".join(rows(20)))
    monkeypatch.setattr(xml, "MAX_SIZE", len(data) - 1)
    read = by_way(data, SCHEMA)
    assert read == by_tree(data, SCHEMA)
    assert "larger" in read[1]


@pytest.mark.parametrize(
    ("properties", "arrays", "values"), [(20, 1, 3000), (1, 1, 200), (300, 1, 9000), (200, 9, 500)]
)
def test_arrays_of_many_values_take_no_memory_for_each_group(properties, arrays, values):
    """A match keeps the places of all groups for each value: one row of four megabytes took six gigabytes."""
    others = "".join(f"<p:N{one}>1</p:N{one}>" for one in range(properties))

    def long(count: int) -> str:
        return f"<p:C>{others}{''.join(f'<p:M{one}>7</p:M{one}>' * count for one in range(arrays))}</p:C>"

    data = answer(long(2) * 5 + long(values) * 3 + long(3) * 5)
    tracemalloc.start()
    read = by_way(data, None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read == by_tree(data, None)
    assert peak < 32 * 1024 * 1024


def test_where_rows_lack_now_this_and_now_that_any_property_may_be_left_out(parsed):
    """They are no reason to make a pattern for each of them."""
    names = [f"N{one}" for one in range(60)]
    lacking = [row(**{name: "x" for name in names if name != left_out}) for left_out in names]
    agree("".join([row(**dict.fromkeys(names, "x")) * 3, *lacking]), None)
    assert len(parsed) < 10


def test_a_small_answer_is_worth_few_patterns(monkeypatch):
    """To make one takes as long as to parse twenty times its length, and each answer makes its own."""
    made: list[str] = []
    write = pull_reader_runs.Pattern._write
    monkeypatch.setattr(pull_reader_runs.Pattern, "_write", lambda self: made.append(write(self)) or made[-1])
    names = [f"N{one}" for one in range(100)]
    agree("".join(row(**dict.fromkeys(names[one % 7 :: 1 + one % 5], "x")) for one in range(200)), None)
    assert sum(map(len, made)) < 20 * 1024


def test_short_rows_are_not_held_against_all_that_a_long_one_has(parsed):
    names = [f"N{one}" for one in range(400)]
    agree("".join([row(**dict.fromkeys(names, "x")) * 3, row(N9="x") * 50]), None)
    assert len(parsed) > 40
