# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what a service holds is already what a task wants (design.md §4, "Values").

With a type both sides are read by it, and are equal where their normal forms are (``normal_forms.py``). Without one,
the wanted value says what is meant: held text ``300`` equals the number 300, held ``TRUE`` equals true, ``007`` equals
the text ``007`` and not the number 7, two spellings of one instant are equal. Text is compared as the service keeps it.
This file is pure and changes nothing; ``merge.py`` does.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t

from . import cim, datetimes, normal_forms, uris
from .addressing import EndpointReference, SelectorValue
from .datetimes import CIMDateTime, CIMInterval
from .instance import Instance, Value
from .schema import Schema

SchemaOf: t.TypeAlias = t.Callable[[str | None], Schema | None]

#: Stands in place of a secret.
MASK: t.Final = "********"

_CANONICAL_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_PADDED_FRACTION = re.compile(r"\.[0-9]*[1-9]0+(?:[eE]|$)")
_SECRET_NAME = re.compile(
    r"pass(?:word|wd|phrase|code)|secret|psk|presharedkey|private_?key|credential|(?:pwd|token|pin|community)$",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True)
class Terms:
    """By whose normal forms values are compared, and whether the order of arrays counts."""

    profile: str = "generic"
    array_order: t.Literal["exact", "ignore"] = "exact"


EXACT: t.Final = Terms()


def equal(
    held: Value,
    wanted: t.Any,
    cim_type: str | None = None,
    terms: Terms = EXACT,
    schema_of: SchemaOf | None = None,
) -> bool:
    """True where a Put of *wanted* would change nothing; *schema_of* gives the schema of an embedded instance's class.

    *held* is None for nil and for a member that the service did not send: null and the empty list equal both (state.md
    §2). A list of one equals the scalar, as the wire does not tell them apart. Of a nested or embedded instance only
    the members that *wanted* names count.
    """
    if isinstance(held, bytes) and wanted is not None:
        return _equal_scalars(held, wanted, "octetstring", terms)
    if wanted is None or isinstance(wanted, (list, tuple)) or held is None or isinstance(held, list):
        return _equal_lists(cim.as_list(held), cim.as_list(wanted), cim_type, terms, schema_of)
    if isinstance(held, Instance):
        return _equal_instances(held, wanted, terms, schema_of)
    if isinstance(held, EndpointReference):
        return _equal_references(held, wanted)
    if isinstance(wanted, (dict, EndpointReference, Instance)):
        return False
    return _equal_scalars(held, wanted, cim_type or _type_of(held), terms)


def equal_thumbprints(held: Value, wanted: t.Any) -> bool:
    """True for two spellings of one thumbprint."""
    both = isinstance(held, str) and isinstance(wanted, str)
    return both and normal_forms.thumbprint(str(held)) == normal_forms.thumbprint(wanted)


def mask_secrets(values: t.Any, mask: str = MASK) -> t.Any:
    """A copy in which texts and numbers of members named like a password are *mask*; for diffs."""
    if isinstance(values, (list, tuple)):
        return [mask_secrets(one, mask) for one in values]
    if not isinstance(values, dict):
        return values
    return {name: _mask(one, mask) if is_secret(name) else mask_secrets(one, mask) for name, one in values.items()}


def is_secret(name: str) -> bool:
    """True for a member named like a password: ``Password``, ``@RunAsPassword``, ``WLANPassphrase``, ``PSK``."""
    return _SECRET_NAME.search(name) is not None


def _mask(value: t.Any, mask: str) -> t.Any:
    if isinstance(value, (list, tuple)):
        return [_mask(one, mask) for one in value]
    if isinstance(value, dict):
        return {name: _mask(one, mask) for name, one in value.items()}
    return value if value is None or isinstance(value, bool) or value == "" else mask


def _equal_lists(
    held: list[t.Any], wanted: list[t.Any], cim_type: str | None, terms: Terms, schema_of: SchemaOf | None
) -> bool:
    def same(one: t.Any, other: t.Any) -> bool:
        return one is other if one is None or other is None else equal(one, other, cim_type, terms, schema_of)

    if len(held) != len(wanted):
        return False
    if all(same(one, other) for one, other in zip(held, wanted, strict=True)):
        return True
    return terms.array_order == "ignore" and _pairs_up([[same(one, other) for one in held] for other in wanted])


def _pairs_up(matches: list[list[bool]]) -> bool:
    """True where each row finds a column of its own (augmenting paths): a text may equal several wanted values."""
    owner: dict[int, int] = {}

    def place(row: int, tried: set[int]) -> bool:
        fitting = [column for column, fits in enumerate(matches[row]) if fits and column not in tried]
        for column in sorted(fitting, key=owner.__contains__):  # free ones first: equal elements make long paths
            tried.add(column)
            if column not in owner or place(owner[column], tried):
                owner[column] = row
                return True
        return False

    return all(place(row, set()) for row in range(len(matches)))


def _equal_instances(held: Instance, wanted: t.Any, terms: Terms, schema_of: SchemaOf | None) -> bool:
    members = wanted.properties if isinstance(wanted, Instance) else wanted
    if not isinstance(members, dict):
        return False
    schema = schema_of(held.class_name) if schema_of else None
    names = {name.lower(): name for name in held.properties}
    for name, value in members.items():
        member = schema.find(str(name)) if schema else None
        inner = held.properties.get(name, held.properties.get(names.get(str(name).lower(), "")))
        cim_type = member.type if member and member.type in cim.TYPES else None
        if not equal(inner, value, cim_type, terms, member.schema_of if member else None):
            return False
    return True


def _equal_references(held: EndpointReference, wanted: t.Any) -> bool:
    """Of the same resource and selectors, in whatever order and case of names; the Address says nothing.

    A resource URI or CIM namespace that one side leaves out is the other's (state.md §2).
    """
    if isinstance(wanted, dict):
        wanted = EndpointReference.from_plain(wanted)
    if not isinstance(wanted, EndpointReference):
        return False
    if held.resource_uri and wanted.resource_uri and held.resource_uri.lower() != wanted.resource_uri.lower():
        return False
    selectors, others = _by_lower_name(held), _by_lower_name(wanted)
    namespaces = [one.pop(uris.NAMESPACE_SELECTOR, "") for one in (selectors, others)]
    if all(namespaces) and len({str(one).replace("\\", "/").lower() for one in namespaces}) > 1:
        return False
    return selectors.keys() == others.keys() and all(
        _equal_selectors(selectors[name], others[name]) for name in selectors
    )


def _by_lower_name(reference: EndpointReference) -> dict[str, SelectorValue]:
    return {name.lower(): value for name, value in reference.selector_set.items()}


def _equal_selectors(held: SelectorValue, wanted: SelectorValue) -> bool:
    if isinstance(held, EndpointReference) and isinstance(wanted, EndpointReference):
        return _equal_references(held, wanted)
    return held == wanted


def _type_of(held: Value) -> str | None:
    """The type of a value that schema or wire have typed; None for text, which may be of any."""
    if isinstance(held, bool):
        return "boolean"
    if isinstance(held, int):
        return "uint64" if held >= 0 else "sint64"
    if isinstance(held, float):
        return "real64"
    return "datetime" if isinstance(held, (CIMDateTime, CIMInterval)) else None


def _equal_scalars(held: t.Any, wanted: t.Any, cim_type: str | None, terms: Terms) -> bool:
    if cim_type is None:
        return _equal_text(held, wanted, terms.profile)
    try:
        return normal_forms.normal(held, cim_type, terms.profile) == normal_forms.normal(
            wanted, cim_type, terms.profile
        )
    except ValueError:
        return isinstance(held, str) and held == wanted


def _equal_text(held: str, wanted: t.Any, profile: str) -> bool:
    """Untyped text against a value whose own type says what is meant."""
    if isinstance(wanted, bool):
        return held.strip().lower() == ("true" if wanted else "false")
    if isinstance(wanted, int):
        return bool(_CANONICAL_INTEGER.fullmatch(held.strip())) and int(held) == wanted
    if isinstance(wanted, float):
        return _equal_real(held, wanted)
    if isinstance(wanted, str):
        held, wanted = normal_forms.text(held, profile), normal_forms.text(wanted, profile)
        if held == wanted or {held.lower(), wanted.lower()} in ({"true"}, {"false"}):
            return True
    return _equal_instants(held, wanted)


def _equal_real(held: str, wanted: float) -> bool:
    """``1.10`` is a version, not the number 1.1: no service pads a real with zeros. OMI prints a real32 as a double."""
    try:
        number = cim.parse(held, "real64")
    except ValueError:
        return False
    if _PADDED_FRACTION.search(held.strip()):
        return False
    return cim.key(number) == cim.key(wanted) or cim.key(number) == cim.key(cim.to_single(wanted))


def _equal_instants(held: str, wanted: t.Any) -> bool:
    values = []
    for one in (held, wanted):
        try:
            value = datetimes.from_python(one) if isinstance(one, datetime.date) else one
            values.append(datetimes.parse(value) if isinstance(value, str) else value)
        except ValueError:
            return False
    if not all(isinstance(one, (CIMDateTime, CIMInterval)) for one in values):
        return False
    return normal_forms.normal(values[0]) == normal_forms.normal(values[1])
