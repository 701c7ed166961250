# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a class: its members, their types, limits and keys; and how a wanted value is held against that.

The same shape serves the schemas that are built in (``schemas.py``) and those that a service gives of its
classes. This file knows types and no XML.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import typing as t

from . import cim
from .addressing import EndpointReference
from .errors import UsageError

#: An instance in XML or MOF, as providers of Windows have it in members that are texts (Hyper-V's settings).
_AS_TEXT = re.compile(r"\s*(?:<|instance\s+of\b)", re.IGNORECASE)

WINDOWS_CODE_READ_ONLY = 2150859071  # CONFIG_READONLY_PROPERTY
WINDOWS_CODE_DEPRECATED = 2150859182  # DEPRECATED_CONFIG_SETTING


Lookup: t.TypeAlias = t.Callable[[str], "Schema | None"]


@dataclasses.dataclass(frozen=True)
class Property:
    """One member. *type* is a CIM type, ``reference``, or ``instance`` for a nested or embedded one.

    *class_name* is the class of a reference, or of an embedded instance where only one is allowed; *members* is the
    schema of a nested member; that of an embedded one is given by *lookup*, if anybody knows it.
    *values* are the texts allowed; *minimum* and *maximum* narrow the range of the type. A *write_only* member reads as
    empty whatever it holds. *thumbprint* is compared without spaces and case. *numeric* is a char16 that the service
    writes as its number. *value_map* has the names of values, or of ranges of them (DSP0004 5.6.3).
    """

    name: str
    type: str = "string"
    array: bool = False
    key: bool = False
    read_only: bool = False
    write_only: bool = False
    deprecated: bool = False
    minimum: int | None = None
    maximum: int | None = None
    values: tuple[str, ...] = ()
    value_map: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    class_name: str | None = None
    members: Schema | None = None
    thumbprint: bool = False
    qualifiers: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    numeric: bool = False
    lookup: Lookup | None = dataclasses.field(default=None, compare=False, repr=False)

    def schema_of(self, class_name: str | None = None) -> Schema | None:
        """What is known of the instance that is this member's value; *class_name* is its class, where it names one."""
        name = class_name or self.class_name
        if self.members is not None or self.lookup is None or name is None:
            return self.members
        return self.lookup(name)

    def to_plain(self) -> dict[str, t.Any]:
        """The member as a result shows it; what says nothing is left out, nested members are their own dictionary."""
        plain: dict[str, t.Any] = {"type": self.type, "array": self.array, "key": self.key}
        for name in ("read_only", "write_only", "deprecated", "minimum", "maximum", "class_name"):
            if getattr(self, name) not in (None, False):
                plain[name] = getattr(self, name)
        if self.values:
            plain["allowed_values"] = list(self.values)
        if self.value_map:
            plain["value_map"] = dict(self.value_map)
        if self.members:
            plain["members"] = self.members.to_plain()["properties"]
        if self.qualifiers:
            plain["qualifiers"] = dict(self.qualifiers)
        return plain


@dataclasses.dataclass(frozen=True)
class Method:
    """One method and its parameters.

    *type* is that of the return value, None where it returns nothing; *class_name* that of an embedded instance;
    *value_map* has the names of return values.
    """

    name: str
    type: str | None = "uint32"
    inputs: t.Mapping[str, Property] = dataclasses.field(default_factory=dict)
    outputs: t.Mapping[str, Property] = dataclasses.field(default_factory=dict)
    static: bool = False
    class_name: str | None = None
    qualifiers: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    value_map: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    numeric: bool = False
    lookup: Lookup | None = dataclasses.field(default=None, compare=False, repr=False)

    @property
    def input(self) -> Schema:
        """The schema of ``Method_INPUT``: what is no parameter does not exist."""
        return Schema(self.name, self.inputs, closed=True)

    @property
    def output(self) -> Schema:
        """The schema of ``Method_OUTPUT``, the return value among its members."""
        members = dict(self.outputs)
        if self.type is not None:
            returned = Property("ReturnValue", self.type, class_name=self.class_name, numeric=self.numeric)
            members.setdefault(
                "ReturnValue", dataclasses.replace(returned, value_map=self.value_map, lookup=self.lookup)
            )
        return Schema(f"{self.name}_OUTPUT", members)

    def to_plain(self) -> dict[str, t.Any]:
        """The method as ``wsman_schema`` returns it."""
        plain: dict[str, t.Any] = {"type": self.type, "static": self.static}
        if self.class_name:
            plain["class_name"] = self.class_name
        plain["inputs"] = {name: one.to_plain() for name, one in self.inputs.items()}
        plain["outputs"] = {name: one.to_plain() for name, one in self.outputs.items()}
        if self.value_map:
            plain["value_map"] = dict(self.value_map)
        if self.qualifiers:
            plain["qualifiers"] = dict(self.qualifiers)
        return plain


@dataclasses.dataclass(frozen=True)
class Schema:
    """One class. *closed*: a member that is neither here nor in what the service sent does not exist.

    *lists_empty*: an array that a whole instance lacks is an empty one. So it is on OMI and Windows, the services that
    give schemas; elsewhere a null array is absent too (as live services showed).
    """

    name: str
    properties: t.Mapping[str, Property]
    superclass: str | None = None
    namespace: str | None = None
    methods: t.Mapping[str, Method] = dataclasses.field(default_factory=dict)
    closed: bool = False
    qualifiers: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    lists_empty: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the members that say which instance it is."""
        return tuple(name for name, one in self.properties.items() if one.key)

    @functools.cached_property
    def arrays(self) -> tuple[str, ...]:
        """The names of the members that are lists."""
        return tuple(name for name, one in self.properties.items() if one.array)

    @functools.cached_property
    def _by_lower_name(self) -> dict[str, Property]:
        return {name.lower(): one for name, one in self.properties.items()}

    def find(self, name: str) -> Property | None:
        """The member of that name, upper and lower case being the same (DSP0004 4.2)."""
        return self.properties.get(name) or self._by_lower_name.get(name.lower())

    def find_method(self, name: str) -> Method | None:
        """The method of that name, upper and lower case being the same."""
        found = (one for key, one in self.methods.items() if key.lower() == name.lower())
        return self.methods.get(name) or next(found, None)

    def to_plain(self) -> dict[str, t.Any]:
        """The schema as ``wsman_schema`` returns it; Jinja takes ``schema.keys`` for the method of a dictionary."""
        plain: dict[str, t.Any] = {
            "name": self.name,
            "superclass": self.superclass,
            "namespace": self.namespace,
            "key_names": list(self.keys),
            "properties": {name: one.to_plain() for name, one in self.properties.items()},
            "methods": {name: one.to_plain() for name, one in self.methods.items()},
        }
        if self.qualifiers:
            plain["qualifiers"] = dict(self.qualifiers)
        return plain


def equip(schema: Schema, lookup: Lookup, *, numeric: bool) -> Schema:
    """*schema* with *lookup* for its embedded instances; *numeric*: the service writes a char16 as its number."""

    def equip_all(members: t.Mapping[str, Property]) -> dict[str, Property]:
        return {name: equip_one(one) for name, one in members.items()}

    def equip_one(one: Property) -> Property:
        if one.type == "char16":
            return dataclasses.replace(one, numeric=numeric)
        return dataclasses.replace(one, lookup=lookup) if one.type == "instance" else one

    methods = {
        name: dataclasses.replace(
            one, inputs=equip_all(one.inputs), outputs=equip_all(one.outputs), numeric=numeric, lookup=lookup
        )
        for name, one in schema.methods.items()
    }
    return dataclasses.replace(schema, properties=equip_all(schema.properties), methods=methods)


def coerce(value: t.Any, member: Property, option: str) -> t.Any:
    """A wanted plain value to what *member* takes: a typed scalar, a list of them, an endpoint reference, a dict.

    Raises UsageError naming *option*, with the type and the range, the texts allowed, or the members.
    """
    if value is None:
        return None
    if member.array and isinstance(value, (list, tuple)):
        return [_coerce_one(one, member, f"{option}[{number}]") for number, one in enumerate(value)]
    if member.array:
        return [_coerce_one(value, member, option)]
    if isinstance(value, (list, tuple)) and member.type != "octetstring":
        if len(value) != 1:
            raise UsageError(f"it takes one {_describe(member)}, not a list.", option=option)
        value = value[0]
    return _coerce_one(value, member, option)


def _coerce_one(value: t.Any, member: Property, option: str) -> t.Any:
    if value is None:
        raise UsageError(
            "null inside a list cannot be sent (MS-WSMV 3.1.4.1.26).", option=option, remedy="Leave it out."
        )
    if member.type == "reference":
        return value if isinstance(value, EndpointReference) else EndpointReference.from_plain(value, option)
    if member.type == "instance":
        if isinstance(value, dict) or dataclasses.is_dataclass(value):  # an instance as it was read
            return value
        if member.members is None and isinstance(value, str) and _AS_TEXT.match(value):
            return value  # WMI takes some of them as text
        raise UsageError(f"it takes a dictionary of {_describe(member)}.", option=option)
    try:
        typed = cim.coerce(value, member.type)
    except ValueError as error:
        raise UsageError(f"{error}.", option=option) from None
    return _check_limits(_spell(typed, member, option), member, option)


def _spell(value: cim.Scalar, member: Property, option: str) -> cim.Scalar:
    """One of the texts allowed, in the spelling of the schema."""
    if not member.values:
        return value
    spelled = next((one for one in member.values if one.lower() == str(value).lower()), None)
    if spelled is None:
        raise UsageError(f"{value!r} is none of {', '.join(member.values)}.", option=option)
    return spelled


def _check_limits(value: cim.Scalar, member: Property, option: str) -> cim.Scalar:
    if not isinstance(value, int) or (member.minimum is None and member.maximum is None):
        return value
    low, high = cim.INTEGER_RANGES.get(member.type, (None, None))
    low = low if member.minimum is None else member.minimum
    high = high if member.maximum is None else member.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise UsageError(f"{value} is not in the range {low} to {high} of this {member.type}.", option=option)
    return value


def _describe(member: Property) -> str:
    if member.members:
        return f"{member.name} ({', '.join(member.members.properties)})"
    if member.type == "instance":
        return member.class_name or "the members of an embedded instance"
    return cim.describe(member.type)
