# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Some properties of instances in place of all: asked of a service in WQL, or taken out of what it sent.

Both ways end with the same instances: the properties in the order asked for and in the service's spelling, null where
one holds nothing.
"""

from __future__ import annotations

import re
import typing as t

from . import uris
from .errors import UsageError
from .filters import SELECT, Filter
from .instance import Instance, Value
from .schema import Property, Schema

OPTION: t.Final = "properties"

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
#: WQL cannot quote a name (Windows SDK, "WQL keywords").
_KEYWORDS: t.Final = re.compile(
    "and|associators|by|class|false|from|group|having|is|isa|keysonly|like|not|null|or|references|select|true|where|within",
    re.IGNORECASE,
)


def row_class(filter: Filter | None) -> str | None:
    """The class that the rows of a query are of, which a row of a projection does not say itself."""
    match = _match(filter)
    return match.group("name") if match else None


def has_list(filter: Filter | None) -> bool:
    """Whether a query selects some properties alone."""
    match = _match(filter)
    return match is not None and match.group("list") != "*"


def listed(filter: Filter | None) -> list[str] | None:
    """The properties that a query selects, as it spells them; None where it selects all, or is none."""
    match = _match(filter)
    return [name.strip() for name in match.group("list").split(",")] if match and has_list(filter) else None


def is_whole(schema: Schema | None) -> bool:
    """Whether it has all properties of a class; what the option types says alone has no name and not all of them."""
    return schema is not None and bool(schema.name)


def check(names: t.Sequence[str], filter: Filter | None, schema: Schema | None) -> list[str]:
    """*names* without repetition. UsageError for none, for a query with a list of its own, for what *schema* lacks."""
    if not names or not all(name.strip() for name in names):
        raise UsageError("it names nothing.", option=OPTION, remedy="Name properties, or leave it out.")
    if has_list(filter):
        remedy = "Leave it out, or write SELECT * in filter."
        raise UsageError("the query in filter has a list of its own.", option=OPTION, remedy=remedy)
    for number, name in enumerate(names):
        if schema is not None and is_whole(schema) and schema.find(name) is None and not name.startswith("@"):
            raise UsageError(
                f"{schema.name} has no property {name}.",
                option=f"{OPTION}[{number}]",
                remedy=f"There are {', '.join(sorted(schema.properties))}.",
            )
    return list({name.lower(): name for name in reversed(names)}.values())[::-1]


def select(names: t.Sequence[str], filter: Filter | None, resource_uri: str) -> Filter | None:
    """The query for *names* alone, of what *filter* selects or of all of a class; None where WQL has none for that."""
    if not all(_NAME.fullmatch(name) and not _KEYWORDS.fullmatch(name) for name in names):
        return None
    columns = ", ".join(names)
    class_name = uris.class_name(resource_uri)
    if filter is None:
        return Filter(uris.DIALECT_WQL, f"SELECT {columns} FROM {class_name}") if class_name else None
    match = _match(filter)
    if match is None or match.group("list") != "*" or filter.dialect != uris.DIALECT_WQL:
        return None
    text = str(filter.content)
    return Filter(uris.DIALECT_WQL, f"SELECT {columns} FROM {text[match.start('name') :]}")


def spellings(rows: t.Iterable[Instance]) -> dict[str, str]:
    """How the service spells the properties of *rows*, by their names in lower case."""
    found: dict[str, str] = {}
    for row in rows:
        if len(row.properties) > len(found) or not found.keys() >= {name.lower() for name in row.properties}:
            found.update((name.lower(), name) for name in row.properties)
    return found


def reduce(
    row: Instance, names: t.Sequence[str], schema: Schema | None, spelled: t.Mapping[str, str]
) -> dict[str, Value]:
    """The properties *names* of *row*, in this order.

    What the service left out is null, but an empty list where the schema says that it leaves out empty arrays alone.
    """
    held = {name.lower(): value for name, value in row.properties.items()}
    reduced: dict[str, Value] = {}
    for name in names:
        member = schema.find(name) if schema else None
        spelling = spelled.get(name.lower()) or (member.name if member else name)
        reduced[spelling] = held[name.lower()] if name.lower() in held else _absent(member, schema)
    return reduced


def _absent(member: Property | None, schema: Schema | None) -> Value:
    return [] if member is not None and member.array and schema is not None and schema.lists_empty else None


def _match(filter: Filter | None) -> re.Match[str] | None:
    """What a query selects and from which class; CQL begins as WQL does."""
    queries = (uris.DIALECT_WQL, uris.DIALECT_CQL)
    if filter is None or filter.dialect not in queries or not isinstance(filter.content, str):
        return None
    return SELECT.match(filter.content)
