# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever an instance holds: what was got and put back sends no Put, and what was put once is not put again.

Instances are spelled here as each kind of service spells them (state.md §2 of the reference), by no code of ours.
"""

from __future__ import annotations

import base64
import datetime
import functools
import json
import math
import re
import struct
import typing as t
from xml.etree.ElementTree import Element, SubElement

import pytest

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (  # noqa: E402
    instance,
    recipes,
    verification,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target  # noqa: E402
from ansible_collections.wsman.automation.plugins.module_utils._wsman.recipes import Part  # noqa: E402
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import (  # noqa: E402
    Property,
    Schema,
    equip,
)
from ansible_collections.wsman.automation.plugins.plugin_utils import _result  # noqa: E402

URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C"
OTHER = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/D"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
CIM = "{http://schemas.dmtf.org/wbem/wscim/1/common}"
WSA = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
WSMAN = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}"
NULL_ARRAY = "{http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd}IsNullArray"

PEERS = ("windows", "omi", "openwsman", "idrac", "amt", "generic")
INTERVAL = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?")
FAST = hypothesis.settings(max_examples=15, deadline=None, derandomize=True, database=None)

# -- values: Python's own, so that nothing of what is tested stands in the expectation

texts = st.text(st.sampled_from("aZ09 \t\n<>\"'{}:.+-*éЖ漢\U0001f600\u200e\x7f\x85&"), max_size=8)
looks_typed = st.sampled_from(["true", "FALSE", "007", "1.10", "-5", "20200102030405.000000+000", "P1D", "nan", "1e5"])
instants = st.datetimes(datetime.datetime(1, 1, 2), datetime.datetime(9999, 12, 30))
SCALARS: dict[str, t.Any] = {
    "boolean": st.booleans(),
    **{f"uint{bits}": st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64)},
    **{f"sint{bits}": st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    "real32": st.floats(width=32),
    "real64": st.floats(),
    "char16": st.integers(0x20, 0xD7FF).map(chr),
    "string": st.one_of(texts, looks_typed),
    "datetime": st.one_of(
        st.tuples(instants, st.integers(-720, 720)), st.timedeltas(datetime.timedelta(0), datetime.timedelta(9999))
    ),
}
SELECTORS = {"Name", "Id", "Key"}
selector_sets = st.dictionaries(st.sampled_from(sorted(SELECTORS)), texts, min_size=1)
members = st.fixed_dictionaries({}, optional={"Flag": st.booleans(), "Size": SCALARS["uint64"], "Text": texts})


def properties(types: dict[str, Property]) -> t.Any:
    """An instance of a class of these members; some are null, some lists are empty, some members are left out."""
    return st.fixed_dictionaries({}, optional={name: strategy_of(one.type, one.array) for name, one in types.items()})


@functools.cache
def strategy_of(kind: str, array: bool) -> t.Any:
    further = {"octetstring": st.binary(min_size=1, max_size=9), "reference": selector_sets, "instance": members}
    scalar = {**SCALARS, **further}[kind]
    return st.one_of(st.none(), st.lists(scalar, max_size=3) if array else scalar)


KINDS = [*SCALARS, "octetstring", "reference", "instance"]
schemas = st.lists(st.tuples(st.sampled_from(KINDS), st.booleans()), min_size=1, max_size=6).map(
    lambda kinds: {
        f"P{number}": Property(f"P{number}", kind, array=array and kind != "octetstring", class_name="D")
        for number, (kind, array) in enumerate(kinds)
    }
)
pairs = schemas.flatmap(lambda types: st.tuples(st.just(types), properties(types), properties(types)))


# -- how each kind of service spells them


def respond(peer: str, types: dict[str, Property], values: dict[str, t.Any]) -> Element:
    """The instance as *peer* sends it, after XML's own way through a parser."""
    root = Element(f"{{{URI}}}C")
    for name, value in values.items():
        append(root, peer, types[name], value)
    return xml.load(xml.dump(root))


def append(root: Element, peer: str, member: Property, value: t.Any) -> None:
    tag = f"{{{URI}}}{member.name}"
    if value is None:
        if not (member.array and peer in ("openwsman", "idrac")):  # state.md §2: a null array is absent there
            nil = SubElement(root, tag, {f"{XSI}nil": "true"})
            if member.array and peer == "omi":
                nil.set(NULL_ARRAY, "true")
    elif isinstance(value, bytes) and peer == "omi":
        for octet in value:
            SubElement(root, tag).text = str(octet)
    else:
        for one in value if member.array else [value]:
            fill(SubElement(root, tag), peer, member.type, one)


def fill(element: Element, peer: str, kind: str, value: t.Any) -> None:
    if kind == "reference":
        point(
            element if peer in ("windows", "omi", "generic") else SubElement(element, f"{WSA}EndpointReference"),
            peer,
            value,
        )
    elif kind == "instance":
        element.set(f"{XSI}type", f"{{{OTHER}}}D_Type")
        for name, one in value.items():
            inner = {"Flag": "boolean", "Size": "uint64", "Text": "string"}[name]
            fill(SubElement(element, f"{{{OTHER}}}{name}"), peer, inner, one)
    elif kind == "datetime" and peer in ("windows", "amt"):
        wrapper = "Interval" if isinstance(value, datetime.timedelta) else "Datetime"
        SubElement(element, f"{CIM}{wrapper}").text = spell(peer, kind, value)
    elif kind == "octetstring":
        element.set(f"{XSI}type", f"{CIM}cimBase64Binary")
        element.text = base64.b64encode(value).decode()
    else:
        element.text = spell(peer, kind, value)


def point(element: Element, peer: str, selectors: dict[str, str]) -> None:
    SubElement(element, f"{WSA}Address").text = f"{WSA[1:-1]}/role/anonymous"
    parameters = SubElement(element, f"{WSA}ReferenceParameters")
    SubElement(parameters, f"{WSMAN}ResourceURI").text = OTHER
    holder = SubElement(parameters, f"{WSMAN}SelectorSet")
    if peer == "openwsman":
        SubElement(holder, f"{WSMAN}Selector", {"Name": "__cimnamespace"}).text = ""
    for name, text in reversed(selectors.items()):
        SubElement(holder, f"{WSMAN}Selector", {"Name": name}).text = text


def spell(peer: str, kind: str, value: t.Any) -> str:
    if kind == "boolean":
        text = "true" if value else "false"
        return text.upper() if peer == "omi" else text
    if kind in ("real32", "real64"):
        return spell_real(peer, kind, value)
    if kind == "datetime":
        return spell_time(peer, value)
    if kind == "char16" and peer == "omi":
        return str(ord(value))
    if kind == "string" and peer == "openwsman":
        return "" if "&" in value else value.strip()
    return str(value)


def spell_real(peer: str, kind: str, value: float) -> str:
    if not math.isfinite(value):
        name = ("-" if value < 0 else "") + ("nan" if math.isnan(value) else "inf")
        return name if peer in ("omi", "openwsman") else {"nan": "NaN", "inf": "INF", "-inf": "-INF"}[name]
    if peer in ("omi", "openwsman"):
        return f"{value:.15g}"
    return f"{value:.9g}" if kind == "real32" else repr(value)


def spell_time(peer: str, value: t.Any) -> str:
    if isinstance(value, datetime.timedelta):
        hours, rest = divmod(value.seconds, 3600)
        if peer in ("openwsman", "idrac"):
            return f"{value.days:08}{hours:02}{rest // 60:02}{rest % 60:02}.{value.microseconds:06}:000"
        return f"P{value.days}DT{hours}H{rest // 60}M{rest % 60}.{value.microseconds:06}S"
    moment, offset = value
    text = moment.isoformat(timespec="microseconds")
    if peer in ("openwsman", "idrac"):
        return "".join(sign for sign in text if sign.isdigit())[:14] + text[19:] + f"{offset:+04}"
    return f"{text}{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"


def known(peer: str, types: dict[str, Property]) -> Schema:
    """The class's schema as this peer's answers are read with it."""
    gives = peer in ("windows", "omi")
    return equip(Schema("C", types, closed=True, lists_empty=gives), lambda name: None, numeric=peer == "omi")


def get(element: Element, schema: Schema | None) -> dict[str, t.Any]:
    """What wsman_get returns, through JSON as between two tasks."""
    plain = _result.plain(instance.from_element(element, schema).properties)
    return t.cast("dict[str, t.Any]", json.loads(json.dumps(plain, allow_nan=False)))


def writable(peer: str, values: dict[str, t.Any], types: dict[str, Property]) -> dict[str, t.Any]:
    """Without what *peer* cannot be made to hold, whatever is sent (state.md §3)."""
    if peer != "openwsman":
        return values
    return {
        name: value
        for name, value in values.items()
        if types[name].type not in ("datetime", "reference", "instance") and "&" not in str(value)
    }


def want(types: dict[str, Property], values: dict[str, t.Any]) -> dict[str, t.Any]:
    """The values as a task writes them."""
    return {name: want_one(types[name].type, one) for name, one in values.items()}


def want_one(kind: str, value: t.Any) -> t.Any:
    if isinstance(value, list):
        return [want_one(kind, one) for one in value]
    if kind == "reference" and value is not None:
        return {"resource_uri": OTHER, "selector_set": value}
    if kind == "datetime" and value is not None:
        return spell_time("openwsman", value)
    return list(value) if isinstance(value, bytes) else value


# -- what a service understands of a Put, read by no code of ours


def lay_over(held: t.Any, wanted: t.Any) -> t.Any:
    """Of an embedded instance only what is named is touched; nothing named over nothing is nothing."""
    if isinstance(held, dict) and isinstance(wanted, dict) and not SELECTORS & (held | wanted).keys():
        return {**held, **wanted}
    if isinstance(held, list) and isinstance(wanted, list) and len(held) == len(wanted):
        named = [lay_over(*pair) if isinstance(pair[1], dict) else pair[1] for pair in zip(held, wanted, strict=True)]
        return held if named == held else wanted  # a list is replaced as a whole
    return held if wanted == {} else wanted


def understood(peer: str, types: dict[str, Property], sent: Element) -> dict[str, t.Any]:
    """The values in a Put, those that are null or empty left out."""
    found: dict[str, t.Any] = {}
    for child in sent:
        member = types[child.tag.rpartition("}")[2]]
        if child.get(f"{XSI}nil") != "true":
            found.setdefault(member.name, []).append(understand(peer, member.type, child))
    for name, values in found.items():
        member = types[name]
        if member.type == "octetstring":
            found[name] = bytes(values) if peer == "omi" and isinstance(values[0], int) else values[0]
        elif not member.array:
            (found[name],) = values
    return found


def understand(peer: str, kind: str, element: Element) -> t.Any:
    text = element.text or ""
    if kind == "reference":
        selectors = element.iter(f"{WSMAN}Selector")
        return {one.get("Name"): one.text or "" for one in selectors if one.get("Name") != "__cimnamespace"}
    if kind == "instance":
        kinds = {"Flag": "boolean", "Size": "uint64", "Text": "string"}
        names = {child: child.tag.removeprefix(f"{{{OTHER}}}") for child in element}
        return {name: understand(peer, kinds[name], child) for child, name in names.items()}
    if kind == "octetstring":
        return int(text) if text.isdigit() and len(text) < 4 else base64.b64decode(text)
    if kind == "datetime":
        (inner,) = list(element) or [element]
        return tell_time(inner.text or "")
    return tell(peer, kind, text)


def tell(peer: str, kind: str, text: str) -> t.Any:
    if kind == "boolean":
        return {"true": True, "false": False, "TRUE": True, "FALSE": False}[text]
    if kind in ("real32", "real64"):
        return digits(kind, float(text))
    if kind == "char16":
        return chr(int(text)) if peer == "omi" else text
    return int(text) if kind not in ("string", "char16") else text.strip() if peer == "openwsman" else text


def digits(kind: str, value: float) -> str:
    """At the precision of the type: a real32 is what its four octets are."""
    if kind == "real32" and math.isfinite(value):
        value = struct.unpack("<f", struct.pack("<f", value))[0]
    return f"{value + 0.0:.15g}"


def tell_time(text: str) -> t.Any:
    if text[:1] == "P":
        days, hours, minutes, seconds = INTERVAL.fullmatch(text).groups("0")
        return datetime.timedelta(int(days), 0, 0, 0, int(minutes), int(hours)) + fraction(seconds)
    if text[21:22] == ":":
        whole = datetime.timedelta(int(text[:8]), int(text[12:14]), int(text[15:21]))
        return whole + datetime.timedelta(hours=int(text[8:10]), minutes=int(text[10:12]))
    if "T" in text:
        return datetime.datetime.fromisoformat(text)
    moment = datetime.datetime.strptime(text[:21], "%Y%m%d%H%M%S.%f")
    return moment.replace(tzinfo=datetime.timezone(datetime.timedelta(minutes=int(text[21:]))))


def fraction(seconds: str) -> datetime.timedelta:
    whole, _point, rest = seconds.partition(".")
    return datetime.timedelta(seconds=int(whole), microseconds=int(f"{rest:0<6}"))


def canonical(peer: str, types: dict[str, Property], stored: dict[str, t.Any]) -> dict[str, t.Any]:
    """What should have been understood."""
    values = {name: canonical_one(peer, types[name].type, value) for name, value in stored.items()}
    return {name: value for name, value in values.items() if value is not None and value != []}


def canonical_one(peer: str, kind: str, value: t.Any) -> t.Any:
    if isinstance(value, list):
        return [canonical_one(peer, kind, one) for one in value]
    if kind in ("real32", "real64") and value is not None:
        return digits(kind, value)
    if kind == "string" and peer == "openwsman" and value is not None:
        return value.strip()
    if kind == "datetime" and isinstance(value, tuple):
        return value[0].replace(tzinfo=datetime.timezone(datetime.timedelta(minutes=value[1])))
    return value


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("typed", [True, False], ids=["with a schema", "without"])
def test_what_was_got_and_put_back_sends_no_put(peer: str, typed: bool) -> None:
    @FAST
    @hypothesis.given(schemas.flatmap(lambda types: st.tuples(st.just(types), properties(types))))
    def check(given: tuple[dict[str, Property], dict[str, t.Any]]) -> None:
        types, values = given
        received = respond(peer, types, values)
        schema = known(peer, types) if typed else None
        plan = recipes.plan_put(peer, Part(Target(URI), get(received, schema)), received, schema)
        assert (plan.changed, plan.before, plan.after, plan.warnings) == (False, {}, {}, ())

    check()


@pytest.mark.parametrize("peer", [peer for peer in PEERS if peer != "idrac"])
def test_what_was_put_once_is_kept_and_not_put_again(peer: str) -> None:
    @FAST
    @hypothesis.given(pairs)
    def check(given: tuple[dict[str, Property], dict[str, t.Any], dict[str, t.Any]]) -> None:
        types, first, second = given
        first, second = writable(peer, first, types), writable(peer, second, types)
        if peer in ("windows", "omi"):  # these take null for an empty list, and then say so
            second = {name: value for name, value in second.items() if value != []}
        schema, part = known(peer, types), Part(Target(URI), want(types, second))
        received = respond(peer, types, first)
        plan = recipes.plan_put(peer, part, received, schema)
        stored = {name: lay_over(first.get(name), value) for name, value in second.items()}
        stored = {**first, **stored}
        assert understood(peer, types, plan.representation) == canonical(peer, types, stored)
        now = respond(peer, types, stored)
        assert verification.judge(plan, part, now, peer, schema) == verification.Findings()
        assert not recipes.plan_put(peer, part, now, schema).changed

    check()
