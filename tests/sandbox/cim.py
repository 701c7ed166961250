# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources of the CIM repository: Get, Put, Create, Delete, Invoke and Enumerate on instances."""

from __future__ import annotations

import dataclasses
import functools
import typing as t
from xml.etree.ElementTree import Element

from . import (  # pylint: disable=unused-import
    addresses,
    big,
    filters,
    instances,
    job_methods,  # noqa: F401 it registers what it implements
    methods,
    names,
    other_methods,  # noqa: F401 it registers what it implements
    paths,
    storing,
    values,
    windows_methods,  # noqa: F401 it registers what it implements
)
from .addresses import Address
from .classes import CIMClass, Instance, Property, Reference, new_instance
from .instances import Writer
from .manners import WMI
from .problems import Problem, checked
from .provider import Call, Filter, Item, Provider, Selectors

if t.TYPE_CHECKING:
    from .repository import Repository

_T = t.TypeVar("_T")
_Operation = t.Callable[..., _T]


def _answering(operation: _Operation[_T]) -> _Operation[_T]:
    """Problems become the faults that this make of service gives for them."""

    @functools.wraps(operation)
    def answer(self: CIMProvider, call: Call, *arguments: t.Any) -> _T:
        try:
            with self.repository.lock:
                return operation(self, call, *arguments)
        except Problem as problem:
            raise self.fault(problem, call) from problem

    return answer


class CIMProvider(Provider):
    """All classes of all namespaces of one repository."""

    options = True

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.manner = repository.manner
        self.fragments = self.manner.fragments
        self.uris = (WMI, "http://schemas.dmtf.org/wbem/wscim/1/") if self.manner.name == "windows" else ("http://",)

    def fault(self, problem: Problem, call: Call) -> Exception:
        """The fault for a problem with *call*."""
        if not problem.namespace:
            try:
                address, _keys = addresses.parse(call.resource_uri, call.selectors, self.manner)
                problem.namespace = address.namespace
            except Problem:
                problem.namespace = self.manner.default_namespace
        return self.manner.fault(problem)

    @_answering
    def get(self, call: Call) -> Element:
        """The instance that the selectors name."""
        target = self.target(call)
        return target.writer.instance(self.repository.jobs.found(target.instance()))

    @_answering
    def put(self, call: Call, body: Element) -> Element | None:
        """Windows: what the class lets be written and the body has; others: the whole (state.md 3)."""
        target = self.target(call)
        held = target.instance()
        target.check_capable("update", held.cim_class)
        target.check_root(body, held.cim_class)
        keys: dict[str, t.Any] = {}
        given: dict[str, t.Any] = {}
        for prop, value in target.read(body, held.cim_class, keys=not self.manner.selectors_only):
            (keys if prop.key else given)[prop.name] = value
        for name, value in keys.items():
            target.check_same_key(held.cim_class.properties[name.lower()], value, held)
        changed = storing.replacement(self.manner, held, given)
        if self.manner.keys_apart:
            storing.keep_keys(changed, keys)
        self.repository.add(changed)
        return target.writer.instance(changed)

    @_answering
    def create(self, call: Call, body: Element | None) -> tuple[str, Selectors]:
        """A new instance; its path."""
        target = self.target(call)
        cim_class = target.cim_class()
        target.check_capable("create", cim_class)
        if body is None:
            raise Problem("representation_missing")
        target.check_root(body, cim_class)
        given = {prop.name: value for prop, value in target.read(body, cim_class)}
        made = new_instance(cim_class, {**given, **target.keys_sent(body, cim_class)})
        methods.complete(made)
        if self.manner.keys_apart:
            storing.keep_keys(made, {})
        for key in cim_class.keys:
            if made.reference.keys.get(key.name) is None:
                raise Problem("key_missing", key.name)
        if self.repository.find(cim_class, made.reference.keys) is not None:
            raise Problem("exists", text=paths.format(made.reference), operation="PutInstance")
        self.repository.add(made)
        return target.writer.path(made.reference)

    @_answering
    def delete(self, call: Call) -> None:
        """Remove the instance that the selectors name."""
        target = self.target(call)
        held = target.instance()
        target.check_capable("delete", held.cim_class)
        self.repository.remove(held)

    @_answering
    def invoke(self, call: Call, method: str, body: Element | None) -> Element | None:
        """Run a method of a class or of an instance."""
        target = self.target(call)
        cim_class = target.cim_class()
        declared = cim_class.methods.get(method.lower())
        if declared is None or (self.manner.case_sensitive and declared.name != method):
            raise Problem("method", method, operation="ExecMethod")
        held = None if declared.static else target.instance()
        given = methods.read(body, declared, target.reader)
        found = methods.run(self.repository, held.cim_class if held else cim_class, held, declared, given)
        name = cim_class.name if self.manner.output_of_class else declared.name
        return methods.output(name, cim_class, declared, found, target.writer)

    @_answering
    def enumerate(self, call: Call, filter: Filter | None, mode: str, polymorphism: str | None) -> t.Iterable[Item]:
        """The items; OMI finds errors when it is asked for the first of them."""
        target = self.target(call)

        def found() -> t.Iterable[Item]:
            selection = filters.select(target, filter, polymorphism)
            return filters.items(selection, target.writer, mode, self.repository.jobs.read)

        if not self.manner.late_errors or target.address.class_name.lower() == big.NAME:
            return found()
        return self._late(found, call)

    def _late(self, found: t.Callable[[], t.Iterable[Item]], call: Call) -> t.Iterator[Item]:
        try:
            yield from found()
        except Problem as problem:
            raise self.fault(problem, call) from problem

    def target(self, call: Call) -> Target:
        """What the request is about."""
        address, keys = addresses.parse(call.resource_uri, call.selectors, self.manner)
        return Target(self.repository, address, keys, _writer(self.repository, address, call))


def _writer(repository: Repository, address: Address, call: Call) -> Writer:
    manner = repository.manner
    spelling = manner.spelling
    if manner.name == "omi" and call.user_agent.lower() == "microsoft winrm client":
        spelling = dataclasses.replace(spelling, datetimes="wrapped")
    return Writer(
        spelling,
        functools.partial(addresses.class_uri, address, manner),
        "" if address.wmi or not manner.reference_namespace else address.namespace,
        manner.reference_namespace == "first",
        manner.alphabetical,
        manner.root_types,
        any(option.name.lower() == "showextensions" for option in call.options),
        manner.wrapped_references,
        manner.empty_namespaces,
    )


class Target(t.NamedTuple):
    """The class or instance that a request names, and how to write the answer."""

    repository: Repository
    address: Address
    keys: dict[str, t.Any]
    writer: Writer

    def find(self, name: str) -> CIMClass | None:
        """A class of the same namespace."""
        return self.repository.find_class(self.address.namespace, name)

    def check_namespace(self) -> None:
        """There must be such a namespace."""
        if not self.repository.has_namespace(self.address.namespace):
            raise Problem("namespace", self.address.namespace)

    def cim_class(self) -> CIMClass:
        """The class of the URI."""
        self.check_namespace()
        found = self.find(self.address.class_name)
        if found is None:
            raise Problem("class", text=self.address.class_name)
        return found

    def instance(self) -> Instance:
        """The instance that the selectors name."""
        cim_class = self.cim_class()
        typed = self.typed_keys(cim_class)
        found = self.repository.find(cim_class, typed)
        if found is None:
            known = {key.name: typed[key.name] for key in cim_class.keys if key.name in typed}
            raise Problem("instance", text=paths.format(Reference(cim_class.name, known)))
        return found

    def typed_keys(self, cim_class: CIMClass) -> dict[str, t.Any]:
        """The selectors as values of the class's keys."""
        sensitive = self.repository.manner.case_sensitive
        typed: dict[str, t.Any] = {}
        for name, text in self.keys.items():
            key = cim_class.member(name)
            if key is None or not key.key or cim_class.singleton or (sensitive and key.name != name):
                raise Problem("selectors_unexpected", name)
            typed[key.name] = checked("selector_value", name, self._typed_key, key, text)
        if cim_class.singleton:
            return typed
        if not typed:
            raise Problem("selectors_none", cim_class.name)
        missing = [key.name for key in cim_class.keys if key.name not in typed]
        if missing:
            raise Problem("selectors_missing", missing[0])
        return typed

    def _typed_key(self, key: Property, text: t.Any) -> t.Any:
        if isinstance(text, dict) != (key.kind == "reference"):
            raise ValueError("an endpoint reference where there should be none, or none where there should be one")
        if key.kind == "reference":
            return instances.reference_from_plain(text, self.find)
        return values.parse(text, key.kind, self.repository.manner.spelling)

    def check_capable(self, operation: str, cim_class: CIMClass) -> None:
        """Whether instances of the class can be created, updated or deleted."""
        if "abstract" in cim_class.qualifiers:
            raise Problem("abstract", operation="PutInstance")
        if operation == "update" and self.repository.manner.put == "refused":
            raise Problem("not_supported", operation="PutInstance")
        everything = self.repository.manner.creates_everything and not cim_class.fixed
        if not everything and not cim_class.supports(operation):
            raise Problem("not_supported", operation="DeleteInstance" if operation == "delete" else "PutInstance")

    def check_root(self, body: Element, cim_class: CIMClass) -> None:
        """The body's root must be the class in the class's namespace."""
        uris = {self.writer.uri(known.name).lower() for known in cim_class.lineage()}
        uris.add((self.address.base + cim_class.name).lower())
        if names.local(body.tag).lower() != cim_class.name.lower() or names.namespace(body.tag).lower() not in uris:
            raise Problem("representation", names.local(body.tag))

    def read(self, body: Element, cim_class: CIMClass, *, keys: bool = True) -> t.Iterator[tuple[Property, t.Any]]:
        """The properties that a body has, with their values; without *keys* those are not looked at."""
        for name, elements in instances.grouped(body).items():
            prop = cim_class.member(name)
            if prop is None:
                if self.repository.manner.ignores_unknown:
                    continue
                raise Problem("property_unexpected", name)
            if prop.key and not keys:
                continue
            if prop.kind in self.repository.manner.loses and not prop.key:
                yield prop, None
                continue
            yield prop, self.reader("property_value", elements, prop)

    def keys_sent(self, body: Element, cim_class: CIMClass) -> dict[str, t.Any]:
        """The keys of a new instance as they are in *body*, before this make of service does anything to them."""
        found: dict[str, t.Any] = {}
        spelling = dataclasses.replace(self.repository.manner.spelling, lenient=False)
        for name, elements in instances.grouped(body).items():
            prop = cim_class.member(name)
            if prop is not None and prop.key and not instances.is_nil(elements[0]):
                found[prop.name] = checked("property_value", name, instances.read, elements, prop, spelling, self.find)
        return found

    def reader(self, kind: str, elements: t.Sequence[Element], prop: Property) -> t.Any:
        """The value of elements that stand for *prop*; *kind* is the problem if they do not."""
        return checked(kind, prop.name, instances.read, elements, prop, self.repository.manner.spelling, self.find)

    def check_same_key(self, prop: Property, value: t.Any, held: Instance) -> None:
        """Windows refuses another key in the body; the others go by the selector."""
        manner = self.repository.manner
        normal = functools.partial(values.normal, kind=prop.kind, case_sensitive=manner.case_sensitive)
        if manner.put in ("merge", "firmware") and normal(value) != normal(held.get(prop.name)):
            raise Problem("key_changed", prop.name)
