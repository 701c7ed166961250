# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CIM model: classes, properties, methods, instances, references. Knows neither XML nor where they are kept."""

from __future__ import annotations

import dataclasses
import typing as t

Qualifiers = t.Mapping[str, t.Any]  # names in lower case; a qualifier without a value is True

NOTHING: Qualifiers = {}


@dataclasses.dataclass(frozen=True)
class Property:
    """A property, a parameter, or what a method returns.

    *type* is the CIM type as declared; *kind* what its values are: that type, or ``instance``, ``octetstring``.
    *reference_class* is the class of a REF. Values: bool, int, float, str; datetimes and intervals as their 25
    characters; :class:`Reference`; :class:`Instance`; bytes for octet strings; a list of these; None.
    """

    name: str
    type: str
    array: bool = False
    reference_class: str | None = None
    qualifiers: Qualifiers = dataclasses.field(default_factory=dict)
    default: t.Any = None
    origin: str = ""

    @property
    def kind(self) -> str:
        """What its values are."""
        if "embeddedinstance" in self.qualifiers or "embeddedobject" in self.qualifiers:
            return "instance"
        if "octetstring" in self.qualifiers and self.type == "uint8":
            return "octetstring"
        return self.type

    @property
    def repeats(self) -> bool:
        """Whether the wire has one element for each value; an octet string is one text."""
        return self.array and self.kind != "octetstring"

    @property
    def key(self) -> bool:
        """Whether it is part of the instance's path."""
        return "key" in self.qualifiers

    @property
    def write(self) -> bool:
        """Whether a Put changes it."""
        return bool(self.qualifiers.get("write"))

    @property
    def write_only(self) -> bool:
        """Whether it reads as an empty text."""
        return "writeonly" in self.qualifiers


@dataclasses.dataclass(frozen=True)
class Method:
    """A method; a parameter is an input unless only ``out`` stands on it."""

    name: str
    returns: Property
    parameters: tuple[Property, ...] = ()
    qualifiers: Qualifiers = dataclasses.field(default_factory=dict)
    origin: str = ""

    @property
    def static(self) -> bool:
        """Whether it is called on the class."""
        return "static" in self.qualifiers

    @property
    def inputs(self) -> tuple[Property, ...]:
        """The parameters that the caller gives."""
        return tuple(p for p in self.parameters if "in" in p.qualifiers or "out" not in p.qualifiers)

    @property
    def outputs(self) -> tuple[Property, ...]:
        """The parameters that come back, without the return value."""
        return tuple(p for p in self.parameters if "out" in p.qualifiers)


@dataclasses.dataclass(frozen=True, eq=False)
class CIMClass:
    """A class with all that it inherits; *properties* and *methods* are keyed by the name in lower case."""

    name: str
    namespace: str
    superclass: CIMClass | None = None
    properties: t.Mapping[str, Property] = dataclasses.field(default_factory=dict)
    methods: t.Mapping[str, Method] = dataclasses.field(default_factory=dict)
    qualifiers: Qualifiers = dataclasses.field(default_factory=dict)

    def lineage(self) -> t.Iterator[CIMClass]:
        """The class itself and its superclasses, upwards."""
        known: CIMClass | None = self
        while known is not None:
            yield known
            known = known.superclass

    def is_a(self, name: str) -> bool:
        """Whether it is the class *name* or derived from it, whatever the case."""
        return any(known.name.lower() == name.lower() for known in self.lineage())

    def member(self, name: str) -> Property | None:
        """The property *name*, whatever the case."""
        return self.properties.get(name.lower())

    @property
    def keys(self) -> tuple[Property, ...]:
        """The key properties in order of declaration."""
        return tuple(known for known in self.properties.values() if known.key)

    @property
    def singleton(self) -> bool:
        """Whether it has one instance that is addressed without keys."""
        return "singleton" in self.qualifiers

    @property
    def association(self) -> bool:
        """Whether its instances link others."""
        return "association" in self.qualifiers

    def supports(self, operation: str) -> bool:
        """Whether its provider can ``create``, ``update`` or ``delete`` (WMI's own qualifiers)."""
        return "supports" + operation in self.qualifiers

    @property
    def fixed(self) -> bool:
        """Whether its instances never change, in no manner."""
        return "fixed" in self.qualifiers or "abstract" in self.qualifiers


@dataclasses.dataclass(frozen=True)
class Reference:
    """The path of an instance; *keys* has typed values."""

    class_name: str
    keys: t.Mapping[str, t.Any]
    namespace: str = ""

    def __hash__(self) -> int:
        return hash(self.class_name.lower())


@dataclasses.dataclass(eq=False)
class Instance:
    """An instance: *values* by the property's declared name, one for each property of the class. *path*: where it is
    kept, if the keys among its values say something else."""

    cim_class: CIMClass
    values: dict[str, t.Any]
    path: Reference | None = None

    def get(self, name: str) -> t.Any:
        """The value of a property, whatever the case of *name*; KeyError where the class has none."""
        known = self.cim_class.member(name)
        if known is None:
            raise KeyError(name)
        return self.values[known.name]

    def set(self, name: str, value: t.Any) -> None:
        """Give a property a value of its type."""
        known = self.cim_class.member(name)
        if known is None:
            raise KeyError(name)
        self.values[known.name] = value

    @property
    def reference(self) -> Reference:
        """Its path."""
        if self.path is not None:
            return self.path
        cim_class = self.cim_class
        keys = {known.name: self.values[known.name] for known in cim_class.keys}
        return Reference(cim_class.name, {} if cim_class.singleton else keys, cim_class.namespace)

    def copy(self) -> Instance:
        """An instance that can be changed alone."""
        return Instance(self.cim_class, {name: copied(value) for name, value in self.values.items()}, self.path)


def copied(value: t.Any) -> t.Any:
    """A value that shares nothing that can change with *value*."""
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value.copy() if isinstance(value, Instance) else value


def new_instance(cim_class: CIMClass, values: t.Mapping[str, t.Any]) -> Instance:
    """An instance with *values* (names in any case) over the class's defaults; KeyError for an unknown property."""
    instance = Instance(cim_class, {known.name: copied(known.default) for known in cim_class.properties.values()})
    for name, value in values.items():
        instance.set(name, value)
    return instance
