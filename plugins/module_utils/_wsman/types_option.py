# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``types``: what a user says of the types that the wire leaves open (design.md §4 "Values").

``auto`` lets the schemas decide, ``text`` leaves text as it is, a dictionary says it member by member and goes before
every schema. Knows names of types only.
"""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from . import cim
from .errors import UsageError
from .schema import Property, Schema

#: What a member may be said to be; ``[]`` after it makes it an array.
TYPES: t.Final = (*sorted(cim.TYPES), "instance", "reference")

_NAME: t.Final = re.compile(r"@?[^\W\d][\w-]*")
_ALIASES: t.Final = {"interval": "datetime", "bool": "boolean", "str": "string", "text": "string"}


@dataclasses.dataclass(frozen=True)
class Types:
    """What the option says. *mode* is ``auto`` or ``text``; *members* are those it names, as schemas have them."""

    mode: t.Literal["auto", "text"] = "auto"
    members: t.Mapping[str, Property] = dataclasses.field(default_factory=dict)

    @property
    def asks(self) -> bool:
        """Whether a service may be asked for a schema."""
        return self.mode == "auto"

    def overlay(self, schema: Schema | None) -> Schema | None:
        """*schema* with what the option says in place of what it says itself; None where nothing is known."""
        if self.mode == "text":
            return None
        if not self.members:
            return schema
        if schema is None:
            return Schema("", self.members)
        known = {name: self._retype(one) for name, one in schema.properties.items()}
        new = {name: one for name, one in self.members.items() if schema.find(name) is None}
        return dataclasses.replace(schema, properties={**known, **new})

    def _retype(self, held: Property) -> Property:
        said = next((one for name, one in self.members.items() if name.lower() == held.name.lower()), None)
        if said is None:
            return held
        same = said.type == held.type
        return dataclasses.replace(
            held,
            type=said.type,
            array=said.array,
            class_name=held.class_name if same else None,
            members=held.members if same else None,
            minimum=held.minimum if same else None,
            maximum=held.maximum if same else None,
        )


AUTO: t.Final = Types()
TEXT: t.Final = Types("text")


def parse(value: t.Any, option: str = "types") -> Types:
    """Read ``auto``, ``text`` or ``{Property: "uint16[]"}``, the latter as JSON text too; None is ``auto``.

    Raises UsageError naming *option* and the member.
    """
    if value is None:
        return AUTO
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        value = _parse_json(value, option)
    if isinstance(value, dict):
        members = {_name(name, option): _member(name, one, f"{option}.{name}") for name, one in value.items()}
        return Types(members=members)
    mode = value.strip().lower() if isinstance(value, str) else None
    if mode in ("auto", "text"):
        return AUTO if mode == "auto" else TEXT
    raise UsageError(
        f"{value!r} is none of its values.",
        option=option,
        remedy="Give auto, text, or a dictionary of names and types.",
    )


def _parse_json(text: str, option: str) -> t.Any:
    try:
        return json.loads(text)
    except ValueError:
        raise UsageError(
            "it begins like a dictionary and is no JSON text.", option=option, remedy='Write {"State": "uint16"}.'
        ) from None


def _name(name: t.Any, option: str) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name.strip()):
        remedy = "Give names of properties, or @Name for an attribute; members of embedded instances cannot be named."
        raise UsageError(f"{name!r} is no name of a member.", option=option, remedy=remedy)
    return name.strip()


def _member(name: str, value: t.Any, option: str) -> Property:
    text = "".join(value.split()).lower() if isinstance(value, str) else ""
    base = text.removesuffix("[]")
    base = _ALIASES.get(base, base)
    if base not in TYPES:
        raise UsageError(
            f"{value!r} is no type.",
            option=option,
            remedy=f"There are {', '.join(TYPES)}; [] after one makes it a list.",
        )
    return Property(name.strip(), base, array=text.endswith("[]"))
