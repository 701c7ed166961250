# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The repository's first content: the classes and instances of ``mof/``, and the rows of Sandbox_Number and
Sandbox_Row."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import typing as t

from . import mof, paths, values
from .classes import CIMClass, Instance, Method, Property, new_instance

FOLDER = pathlib.Path(__file__).parent / "mof"
FILES = (
    "cimv2.mof",
    "cimv2_devices.mof",
    "cimv2_instances.mof",
    "sandbox.mof",
    "virtualization.mof",
    "management.mof",
)
ROWS, UNEVEN_ROWS = 10000, 1000


@dataclasses.dataclass
class Content:
    """Classes by namespace and name (both in lower case), and instances."""

    classes: dict[str, dict[str, CIMClass]]
    namespaces: dict[str, str]
    instances: list[Instance]


@functools.cache
def content() -> Content:
    """What every Sandbox starts with; read once for the process. Who changes an instance must copy it first."""
    loader = _Loader()
    for name in FILES:
        loader.load((FOLDER / name).read_text("utf-8"))
    loader.namespace = "root/cimv2"
    large = loader.classes["sandbox_large"]
    for number, length in ((1, 5_000), (2, 100_000), (3, 1_000_000)):
        loader.content.instances.append(new_instance(large, {"Id": number, "Text": "x" * length}))
    return loader.content


class _Loader:
    def __init__(self) -> None:
        self.content = Content({}, {}, [])
        self.namespace = "root/cimv2"

    def load(self, text: str) -> None:
        for declaration in mof.parse(text):
            if isinstance(declaration, mof.NamespacePragma):
                self.namespace = declaration.namespace
            elif isinstance(declaration, mof.ClassDeclaration):
                self._class(declaration)
            else:
                self.content.instances.append(self._instance(declaration))

    @property
    def classes(self) -> dict[str, CIMClass]:
        self.content.namespaces.setdefault(self.namespace.lower(), self.namespace)
        return self.content.classes.setdefault(self.namespace.lower(), {})

    def _class(self, declared: mof.ClassDeclaration) -> None:
        above = self.classes[declared.superclass.lower()] if declared.superclass else None
        properties: dict[str, Property] = dict(above.properties) if above else {}
        methods: dict[str, Method] = dict(above.methods) if above else {}
        for prop in declared.properties:
            inherited = properties.get(prop.name.lower())
            if inherited is not None:  # an override keeps the key qualifier
                prop = dataclasses.replace(prop, qualifiers={**inherited.qualifiers, **prop.qualifiers})
            properties[prop.name.lower()] = prop
        methods.update({method.name.lower(): method for method in declared.methods})
        made = CIMClass(declared.name, self.namespace, above, properties, methods, declared.qualifiers)
        self.classes[declared.name.lower()] = made
        for folded, prop in properties.items():
            if prop.default is not None:
                properties[folded] = dataclasses.replace(prop, default=self._value(prop, prop.default))

    def _instance(self, declared: mof.InstanceDeclaration) -> Instance:
        cim_class = self.classes[declared.class_name.lower()]
        given: dict[str, t.Any] = {}
        for name, value in declared.values.items():
            prop = cim_class.member(name)
            if prop is None:
                raise mof.MOFError(f"{cim_class.name} has no property {name}")
            given[name] = self._value(prop, value)
        return new_instance(cim_class, given)

    def _value(self, prop: Property, value: t.Any) -> t.Any:
        if value is None:
            return None
        if prop.kind == "octetstring":
            return value if isinstance(value, bytes) else bytes(value)
        if prop.array:
            return [self._scalar(prop, item) for item in value]
        return self._scalar(prop, value)

    def _scalar(self, prop: Property, value: t.Any) -> t.Any:
        if isinstance(value, mof.InstanceDeclaration):
            return self._instance(value)
        if prop.kind == "reference":
            return (
                value if not isinstance(value, str) else paths.parse(value, lambda name: self.classes.get(name.lower()))
            )
        return values.check(value, prop.kind)


@functools.cache
def numbers() -> tuple[Instance, ...]:
    """The rows of Sandbox_Number, shared by all: nobody changes them."""
    cim_class = content().classes["root/cimv2"]["sandbox_number"]
    return tuple(
        Instance(
            cim_class, {"Number": number, "Even": number % 2 == 0, "Name": f"row {number:05d}", "Square": number**2}
        )
        for number in range(1, ROWS + 1)
    )


@functools.cache
def uneven() -> tuple[Instance, ...]:
    """The rows of Sandbox_Row, shared as well; each thirteenth is long."""
    cim_class = content().classes["root/cimv2"]["sandbox_row"]
    return tuple(
        Instance(
            cim_class,
            {"Number": number, "Name": f"row {number:04d}", "Text": "x" * (900 if number % 13 == 0 else number % 89)},
        )
        for number in range(1, UNEVEN_ROWS + 1)
    )
