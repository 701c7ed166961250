# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever an answer holds, read while it grows it gives what its whole tree does, wherever its pieces end."""

from __future__ import annotations

import typing as t

import pytest

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")

from pull_answers import HEAD, SCHEMA, TAIL, by_tree, by_way, unpatched_chunk  # noqa: E402

from ansible_collections.wsman.automation.plugins.module_utils._wsman import pull_reader, xml  # noqa: E402

EXAMPLES = 60
ANY = hypothesis.settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)

TEXTS = (
    *("", "x", " x ", "0", "7", "-7", "+7", "007", "255", "256", "4294967295", "4294967296", "18446744073709551616"),
    *(
        "true",
        "TRUE",
        " false ",
        "1.5",
        "-.5e3",
        "nan",
        "-INF",
        "1e999",
        "9" * 41,
        "\u0667",
        "1_0",
        "QUJD",
        "QUI=",
        "\t\n",
    ),
    *(
        "2024-02-29T10:20:30.5+01:00",
        "20240229102030.500000+060",
        "PT5S",
        "2024-02-30T00:00:00Z",
        "2024****0000.0000+***",
    ),
    *("2024-02-28T24:00:00Z", "2024-02-28T23:59:60Z", "0000-01-01T00:00:00Z", "2024-06-30T00:00:00"),
    *(
        "&lt;p:A&gt;",
        "a&amp;b",
        "<![CDATA[<A>7</A>]]>",
        "7<!-- c -->8",
        "<?pi x?>7",
        "é漢\U0001f600",
        "A",
        "EndOfSequence",
    ),
)
ATTRIBUTES = (
    *(
        "",
        "",
        "",
        "",
        ' xsi:nil="true"',
        ' xsi:nil="1"',
        ' xsi:nil="false"',
        ' w:IsNullArray="true"',
        ' xsi:type="xs:int"',
    ),
    *(
        ' xsi:type="q:Part_Type"',
        ' Source="GPO"',
        ' Name="n"',
        ' xml:lang="en"',
        ' xmlns="urn:other"',
        ' xsi:nil="true" Name="n"',
    ),
)
NESTED = (
    "<cim:Datetime>2024-02-29T10:20:30Z</cim:Datetime>",
    '<cim:Interval xsi:nil="true"/>',
    "<cim:Interval>P1D</cim:Interval>x",
    "x<cim:Date>2024</cim:Date>",
    "<Datetime>2024-02-29T10:20:30Z</Datetime>",
    "<Datetime>soon</Datetime>",
    "<cim:Datetime/>",
    "<cim:Datetime><A/></cim:Datetime>",
    "<a:Address>http://h</a:Address><a:ReferenceParameters><wsman:ResourceURI>urn:r</wsman:ResourceURI>"
    '<wsman:SelectorSet><wsman:Selector Name="K">1</wsman:Selector></wsman:SelectorSet></a:ReferenceParameters>',
    "<q:Number>7</q:Number><q:Text>t</q:Text>",
    "<q:Number>7</q:Number>loose",
    "<p:A><p:A><p:A>7</p:A></p:A></p:A>",
    "<p:A/><p:A/>",
)
NAMES = (
    "A",
    "Number",
    "number",
    "Flag",
    "Ratio",
    "When",
    "Octets",
    "Letter",
    "Words",
    "Codes",
    "Blobs",
    "Part",
    "Parts",
)
MORE_NAMES = ("Ref", "Refs", "Unknown", "Other", "EndOfSequence", "Items", "EnumerationContext", "Item")


@st.composite
def children(draw: t.Any) -> str:
    name = draw(st.sampled_from(("p:", "p:", "p:", "p:", "q:", "", "n:"))) + draw(st.sampled_from(NAMES + MORE_NAMES))
    attributes = draw(st.sampled_from(ATTRIBUTES))
    content = draw(st.one_of(st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.sampled_from(NESTED)))
    between = draw(st.sampled_from(("", "", "", "\n  ", "<!-- c -->", "<?pi?>", "loose")))
    if draw(st.integers(0, 25)) == 0:
        name, attributes = "cim:Location", draw(st.sampled_from(("", ' xsi:nil="true"')))
    return f"<{name}{attributes}>{content}</{name}>{between}" * draw(st.sampled_from((1, 1, 1, 2, 3)))


@st.composite
def rows(draw: t.Any) -> str:
    tag = draw(st.sampled_from(("p:C", "p:C", "p:C", "p:D", "C", "wsman:XmlFragment", "q:C")))
    if draw(st.integers(0, 40)) == 0:
        tag = "wsman:Item"
    attributes = draw(st.sampled_from(("", "", ' xsi:type="p:C_Type"', ' xml:lang="en"', ' Name="x"', ' Source="GPO"')))
    inner = "".join(draw(st.lists(children(), max_size=5)))
    space = draw(st.sampled_from(("", "", "\n", "loose")))
    return f"<{tag}{attributes}>{space}{inner}</{tag}>{draw(st.sampled_from(('', '', chr(10))))}"


@st.composite
def parts(draw: t.Any) -> str:
    kind = draw(st.sampled_from(("items", "items", "items", "context", "context", "end", "estimate", "loose")))
    prefix = draw(st.sampled_from(("n:", "n:", "wsman:")))
    if kind == "items":
        return f"<{prefix}Items>{''.join(draw(st.lists(rows(), max_size=6)))}</{prefix}Items>"
    if kind == "context":
        return (
            f"<{prefix}EnumerationContext>{draw(st.sampled_from(('c1', ' ', '<x>1</x>')))}</{prefix}EnumerationContext>"
        )
    return (
        draw(rows())
        if kind == "loose"
        else f"<{prefix}EndOfSequence/>"
        if kind == "end"
        else "<n:Expires>x</n:Expires>"
    )


@ANY
@hypothesis.given(
    st.lists(parts(), max_size=5),
    st.sampled_from(("PullResponse", "PullResponse", "EnumerateResponse", "Other")),
    st.sampled_from((SCHEMA, SCHEMA, None)),
    st.integers(5, 400),
    st.sampled_from(("utf-8", "utf-8", "utf-16", "latin-1")),
)
def test_values_are_those_of_the_tree(content: list[str], name: str, schema: t.Any, chunk: int, encoding: str) -> None:
    text = HEAD + f"<n:{name}>{''.join(content)}</n:{name}>" + TAIL
    data = text.encode(encoding, "xmlcharrefreplace")
    with unpatched_chunk():
        xml._CHUNK = chunk  # type: ignore[misc]
        read = by_way(data, schema, charset=encoding, relates_to="uuid:1")
    assert read == by_tree(data, schema, charset=encoding, relates_to="uuid:1")


@ANY
@hypothesis.given(st.lists(rows(), min_size=1, max_size=4), st.data())
def test_what_is_broken_is_refused_alike(content: list[str], data: t.Any) -> None:
    whole = (HEAD + f"<n:PullResponse><n:Items>{''.join(content)}</n:Items></n:PullResponse>" + TAIL).encode()
    place = data.draw(st.integers(0, len(whole)))
    wrong = data.draw(
        st.sampled_from((b"\x00", b"\x07", b"\xff", b"&#1;", b"<", b"&", b"]]>", b"<!DOCTYPE a>", b"\x80"))
    )
    broken = whole[:place] + wrong + whole[place + data.draw(st.integers(0, 3)) :]
    with unpatched_chunk():
        xml._CHUNK = data.draw(st.integers(5, 400))  # type: ignore[misc]
        read = by_way(broken, SCHEMA, relates_to="uuid:1")
    assert read == by_tree(broken, SCHEMA, relates_to="uuid:1")


#: Properties in the order in which a service writes them, each with what it may be in a row.
COLUMNS = st.lists(
    st.tuples(
        st.sampled_from(("p:", "p:", "p:", "q:", "")),
        st.sampled_from(NAMES[:10] + ("Other", "Unknown")),
        st.lists(
            st.one_of(
                st.sampled_from(TEXTS).map(lambda text: (f">{text}</", "")),
                st.sampled_from(NESTED[:3]).map(lambda text: (f">{text}</", "")),
                st.sampled_from((' xsi:nil="true"/>', "/>", "", "twice")).map(lambda form: ("", form)),
            ),
            min_size=1,
            max_size=3,
        ),
    ),
    max_size=6,
    unique_by=lambda column: column[1],
)


def _write(columns: t.Any, chosen: list[int], space: str) -> str:
    """A row with the form of each column that is chosen."""
    parts = []
    for (prefix, name, forms), number in zip(columns, chosen * len(columns), strict=False):
        (text, form), spelled = forms[number % len(forms)], prefix + name
        if text:
            parts.append(f"<{spelled}{text}{spelled}>")
        elif form == "twice":
            parts.append(f"<{spelled}>1</{spelled}>" * 2)
        elif form:
            parts.append(f"<{spelled}{form}")
    return f"<p:C>{space}{space.join(parts)}</p:C>"


@ANY
@hypothesis.given(
    COLUMNS,
    st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=4), min_size=1, max_size=5),
    st.sampled_from(("", "", "", "\n  ", "\r\n")),
    st.sampled_from((SCHEMA, SCHEMA, None)),
    st.integers(5, 400),
)
def test_rows_that_are_alike(columns: t.Any, chosen: t.Any, space: str, schema: t.Any, step: int) -> None:
    content = "".join(_write(columns, one, space) for one in chosen * 8)
    data = (HEAD + f"<n:PullResponse><n:Items>{content}</n:Items></n:PullResponse>" + TAIL).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pull_reader, "LARGE", 0)
        patch.setattr(pull_reader, "STEP", step)
        read = by_way(data, schema)
    assert read == by_tree(data, schema)
