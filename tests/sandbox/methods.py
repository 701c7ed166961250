# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invoke: a method's input to values, its implementation, its values to an output. The implementations themselves
are in ``windows_methods.py``, ``job_methods.py`` and ``other_methods.py``."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element

from . import instances, names
from .classes import CIMClass, Instance, Method, Property
from .instances import Writer
from .problems import Problem

if t.TYPE_CHECKING:
    from .repository import Repository

Arguments = dict[str, t.Any]
Implementation = t.Callable[["Context", Arguments], t.Any]
Reader = t.Callable[[str, t.Sequence[Element], Property], t.Any]


class Context(t.NamedTuple):
    """Where a method runs: *instance* is None for a static one."""

    repository: Repository
    cim_class: CIMClass
    instance: t.Any

    @property
    def held(self) -> Instance:
        """The instance, which the dispatcher has found."""
        if self.instance is None:
            raise Problem("selectors_none", self.cim_class.name)
        return t.cast(Instance, self.instance)


IMPLEMENTATIONS: dict[tuple[str, str], Implementation] = {}
Change = t.Callable[[Instance], None]
COMPLETIONS: dict[str, Change] = {}


def implements(class_name: str, method: str) -> t.Callable[[Implementation], Implementation]:
    """Register the implementation of a class's method. It gets all declared inputs by name (None: not given) and
    returns the return value, or a dictionary of outputs with ``ReturnValue``."""

    def register(function: Implementation) -> Implementation:
        IMPLEMENTATIONS[class_name.lower(), method.lower()] = function
        return function

    return register


def completes(class_name: str) -> t.Callable[[Change], Change]:
    """Register what fills in the properties of a new instance that its maker cannot give."""

    def register(function: Change) -> Change:
        COMPLETIONS[class_name.lower()] = function
        return function

    return register


def complete(instance: Instance) -> None:
    """Fill in what a new instance of the class has beyond what it was made with."""
    completion = COMPLETIONS.get(instance.cim_class.name.lower())
    if completion is not None:
        completion(instance)


def read(body: Element | None, method: Method, reader: Reader) -> Arguments:
    """The inputs of ``Method_INPUT``, None for those that are not there; a missing body has no inputs."""
    inputs = {prop.name.lower(): prop for prop in method.inputs}
    found: Arguments = {prop.name: None for prop in method.inputs}
    if body is not None:
        if names.local(body.tag).lower() != f"{method.name}_INPUT".lower():
            raise Problem("representation", names.local(body.tag), operation="ExecMethod")
        for name, elements in instances.grouped(body).items():
            prop = inputs.get(name.lower())
            if prop is None:
                raise Problem("parameter_unexpected", name, operation="ExecMethod")
            found[prop.name] = reader("parameter_value", elements, prop)
    for prop in method.inputs:
        if "required" in prop.qualifiers and found[prop.name] is None:
            raise Problem("parameter_missing", prop.name, operation="ExecMethod")
    return found


def run(
    repository: Repository, cim_class: CIMClass, instance: Instance | None, method: Method, arguments: Arguments
) -> Arguments:
    """The outputs of the method, with its return value as ``ReturnValue``."""
    for known in cim_class.lineage():
        implementation = IMPLEMENTATIONS.get((known.name.lower(), method.name.lower()))
        if implementation is not None:
            found = implementation(Context(repository, cim_class, instance), arguments)
            return found if isinstance(found, dict) else {"ReturnValue": found}
    raise Problem("not_supported", method.name, operation="ExecMethod")


def output(name: str, cim_class: CIMClass, method: Method, found: Arguments, writer: Writer) -> Element:
    """``Name_OUTPUT`` with every output and the return value."""
    uri = writer.uri(cim_class.name)
    element = Element(f"{{{uri}}}{name}_OUTPUT")
    members = [method.returns, *method.outputs]
    if writer.alphabetical:
        members.sort(key=lambda prop: prop.name.lower())
    for prop in members:
        writer.member(element, uri, prop, found.get(prop.name))
    return element
