# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every value: written and read it is the same, and once put nothing differs."""

from __future__ import annotations

import math
import typing as t

import pytest

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (  # noqa: E402
    cim,
    compare,
    instance,
    merge,
    representation,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import (  # noqa: E402
    EndpointReference,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.datetimes import (  # noqa: E402
    CIMDateTime,
    CIMInterval,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.replacing import Spelling  # noqa: E402
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Property, Schema  # noqa: E402

URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C"
FAST = hypothesis.settings(max_examples=40, deadline=None, derandomize=True, database=None)

texts = st.text(st.sampled_from("aZ09 \t\n\r<>&\"'{}:.+-*éЖ漢\U0001f600\u200e\x7f\x85\u2028\ufffd"), max_size=12)
offsets = st.one_of(st.none(), st.integers(-999, 999))
instants = st.builds(
    CIMDateTime,
    year=st.integers(0, 9999),
    month=st.integers(1, 12),
    day=st.integers(1, 28),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    second=st.integers(0, 60),
    fraction=st.text("0123456789", max_size=6),
    offset=offsets,
)
intervals = st.builds(CIMInterval, seconds=st.integers(0, 99999999 * 86400), fraction=st.text("0123456789", max_size=6))
VALUES: dict[str, t.Any] = {
    **{name: st.integers(low, high) for name, (low, high) in cim.INTEGER_RANGES.items()},
    "boolean": st.booleans(),
    "real32": st.floats(width=32),
    "real64": st.floats(),
    "char16": st.integers(0x21, 0xD7FF).map(chr),
    "string": texts,
    "datetime": st.one_of(instants, intervals),
    "octetstring": st.binary(max_size=20),
}


def same(one: t.Any, other: t.Any) -> bool:
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("cim_type", sorted(VALUES))
def test_written_and_read_it_is_the_same(cim_type: str) -> None:
    @FAST
    @hypothesis.given(VALUES[cim_type])
    def check(value: t.Any) -> None:
        assert same(cim.parse(cim.format(value), cim_type), value)
        assert same(cim.coerce(value, cim_type), value)
        assert cim.key(cim.parse(cim.format(value), cim_type), cim_type) == cim.key(value, cim_type)

    check()


@FAST
@hypothesis.given(st.one_of(instants, intervals))
def test_both_spellings_of_a_time_are_equal(value: CIMDateTime | CIMInterval) -> None:
    assert cim.parse(value.to_cim(), "datetime") == cim.parse(value.to_iso(), "datetime") == value


SCHEMA = Schema("C", {name: Property(name, name) for name in VALUES} | {"List": Property("List", "uint64", array=True)})
properties = st.fixed_dictionaries(
    {},
    optional={name: st.one_of(st.none(), value) for name, value in VALUES.items()}
    | {"List": st.lists(VALUES["uint64"], max_size=3)},
)


@FAST
@hypothesis.given(properties, st.sampled_from(["bare", "wrapped", "cim"]))
def test_put_of_what_was_got_sends_nothing(values: dict[str, t.Any], style: t.Any) -> None:
    element = representation.to_element("C", URI, values, schema=SCHEMA, datetimes_as=style)
    received = xml.load(xml.dump(element))
    held = instance.from_element(received, SCHEMA)
    plain = {name: cim.to_plain(value) for name, value in held.properties.items()}
    plan = merge.plan(received, plain, SCHEMA, spelling=Spelling(style))
    assert plan.after == {}
    representation.qualify_types(received)
    assert xml.dump(plan.representation) == xml.dump(received)
    assert not merge.plan(received, values, SCHEMA, spelling=Spelling(style)).changed


@FAST
@hypothesis.given(properties, properties, st.sampled_from(["bare", "wrapped", "cim"]))
def test_once_put_nothing_differs(first: dict[str, t.Any], second: dict[str, t.Any], style: t.Any) -> None:
    held = representation.to_element("C", URI, first, schema=SCHEMA, datetimes_as=style)
    plan = merge.plan(held, second, SCHEMA, spelling=Spelling(style))
    again = xml.load(xml.dump(plan.representation))
    assert merge.plan(again, second, SCHEMA, spelling=Spelling(style)).after == {}
    kept = instance.from_element(again, SCHEMA).properties
    for name in first.keys() - second.keys():
        assert compare.equal(kept.get(name), first[name], SCHEMA.properties[name].type)


names = st.tuples(st.sampled_from("AZaz_"), st.text(st.sampled_from("AZaz09_.-"), max_size=8)).map("".join)
references = st.recursive(
    st.builds(EndpointReference, st.just(URI), st.dictionaries(names, texts, max_size=3)),
    lambda inner: st.builds(
        EndpointReference, st.just(URI), st.dictionaries(names, st.one_of(texts, inner), max_size=2)
    ),
    max_leaves=3,
)


@FAST
@hypothesis.given(st.dictionaries(names, st.one_of(texts, st.booleans(), st.integers(), references), max_size=4))
def test_untyped_values_come_back_equal(values: dict[str, t.Any]) -> None:
    hypothesis.assume(len({name.lower() for name in values}) == len(values))
    element = xml.load(xml.dump(representation.to_element("C", URI, values)))
    held = instance.from_element(element).properties
    assert list(held) == list(values)
    for name, value in values.items():
        assert compare.equal(held[name], value.to_plain() if isinstance(value, EndpointReference) else value)
    assert not merge.plan(element, values).changed
