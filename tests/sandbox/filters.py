# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instances an Enumerate returns, by class or by filter, and as what (MS-WSMV 3.1.4.1.12 to 14)."""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element

from . import associations, big, conditions, names, paths, rows, values, wql
from .classes import CIMClass, Instance
from .faults import Fault
from .headers import parse_selectors
from .instances import Writer, reference_from_plain
from .problems import Problem, checked
from .provider import Filter, Item

if t.TYPE_CHECKING:
    from .cim import Target

_QUERIES = (names.WQL, names.CQL)
_SELECTOR_SET = f"{{{names.WSMAN}}}SelectorSet"


@dataclasses.dataclass(frozen=True)
class Selection:
    """*only*: the properties of a projection (names in lower case); *fragments*: its rows are un-namespaced."""

    found: t.Iterable[Instance]
    only: frozenset[str] | None = None
    fragments: bool = False


def select(target: Target, filter: Filter | None, polymorphism: str | None) -> Selection:
    """What is asked for; Problem where that cannot be."""
    manner = target.repository.manner
    if polymorphism is not None and polymorphism not in manner.polymorphism:
        raise Problem("polymorphism", polymorphism)
    target.check_namespace()
    if filter is None:
        if target.address.all:
            raise Problem("filter_needed")
        return _whole_class(target, polymorphism)
    dialect = _dialect(filter, manner.dialects)
    if dialect in _QUERIES:
        return _query(target, filter.text)
    if dialect == names.ASSOCIATION_FILTER:
        return _association(target, filter.element)
    if dialect == names.SELECTOR_FILTER:
        if manner.selector_filter == "ignored":
            return _whole_class(target, polymorphism)
        return Selection(_selectors(target, filter.element))
    raise Problem("filter", dialect)


def items(
    selection: Selection, writer: Writer, mode: str, read: t.Callable[[Instance], bool] = lambda instance: True
) -> t.Iterable[Item]:
    """The items in the enumeration's mode; elements are only made where the mode has them. *read* is told of each
    instance before, and may say that it is there no more."""
    plain = mode == "object" and selection.only is None and not writer.extensions
    if plain and isinstance(selection.found, big.Span):
        return big.Rows(selection.found, writer)
    return _items(selection, writer, mode, read)


def _items(selection: Selection, writer: Writer, mode: str, read: t.Callable[[Instance], bool]) -> t.Iterator[Item]:
    write = rows.writer(writer, selection.only, selection.fragments)
    nothing = Element("nothing")
    for instance in selection.found:
        if mode != "epr" and not read(instance):
            continue
        resource_uri, selectors = writer.path(instance.reference) if mode != "object" else ("", {})
        element = nothing if mode == "epr" else write(instance)
        yield Item(element, resource_uri, selectors)


def _dialect(filter: Filter, known: t.Collection[str]) -> str:
    asked = filter.dialect.strip().lower()
    found = next((dialect for dialect in known if dialect.lower() == asked), None)
    if found is None:
        raise Problem("dialect", filter.dialect)
    return found


def _whole_class(target: Target, polymorphism: str | None) -> Selection:
    cim_class = target.cim_class()
    found = target.repository.extent(cim_class, deep=polymorphism != "None")
    if polymorphism != "ExcludeSubClassProperties":
        return Selection(found)
    return Selection([_as(cim_class, instance) for instance in found])


def _as(cim_class: CIMClass, instance: Instance) -> Instance:
    """The instance as its superclass has it."""
    return Instance(cim_class, {known.name: instance.values[known.name] for known in cim_class.properties.values()})


def _query(target: Target, text: str) -> Selection:
    manner = target.repository.manner
    if not target.address.all and not manner.query_over_class:
        raise Problem("query_over_class")
    try:
        query = wql.parse(text)
        if isinstance(query, wql.AssociationQuery):
            return _association_query(target, query, text)
        cim_class = target.find(query.class_name)
        if cim_class is None:
            raise Problem("query_class", query.class_name, text=text, operation="ExecQuery")
        test = conditions.build(query.where, cim_class, target.find) if query.where is not None else None
        only = None if query.select is None else frozenset(_column(path, cim_class, target) for path in query.select)
    except wql.WQLError as error:
        raise Problem("query", str(error), text=text, operation="ExecQuery") from error
    found = target.repository.extent(cim_class)
    bounded = found.bounded(text) if isinstance(found, big.Span) else None
    if bounded is not None:
        found = bounded
    elif test is not None:
        found = [instance for instance in found if test(instance)]
    return Selection(found, only, fragments=only is not None and manner.projection_fragments)


def _column(path: wql.Path, cim_class: CIMClass, target: Target) -> str:
    conditions.check_path(path, cim_class, target.find)
    return (path[1] if len(path) > 1 and path[0].lower() == cim_class.name.lower() else path[0]).lower()


def _association_query(target: Target, query: wql.AssociationQuery, text: str) -> Selection:
    try:
        reference = paths.parse(query.path, target.find)
    except ValueError as error:
        raise Problem("query", str(error), text=text, operation="ExecQuery") from error
    source = target.repository.resolve(reference, target.address.namespace)
    if source is None:
        raise Problem("query", f"{query.path} not found", text=text, operation="ExecQuery")
    walk = associations.from_query(query, source)
    return Selection(associations.results(target.repository, walk, target.address.namespace))


def _association(target: Target, element: Element) -> Selection:
    manner = target.repository.manner
    if not target.address.all and not manner.query_over_class:
        raise Problem("query_over_class")

    def find(plain: dict[str, t.Any]) -> Instance:
        reference = checked("filter", "Object", reference_from_plain, plain, target.find)
        source = target.repository.resolve(reference, target.address.namespace)
        if source is None:
            raise Problem("filter", "Object", text=paths.format(reference), operation="ExecQuery")
        return source

    walk = associations.from_filter(element, find)
    found = associations.results(target.repository, walk, target.address.namespace)
    return Selection(found, walk.only)


def _selectors(target: Target, element: Element) -> list[Instance]:
    """MS-WSMV 3.1.4.1.13: a class's URI; no property twice; no arrays, datetimes, references; no quotes."""
    if target.address.all:
        raise Problem("filter", "a selector filter needs the resource URI of a class")
    cim_class = target.cim_class()
    try:
        given = parse_selectors(element.find(_SELECTOR_SET))
    except Fault as fault:
        raise Problem("filter", fault.reason) from fault
    if not given:
        raise Problem("filter", "no selectors")
    wanted: dict[str, tuple[str, t.Any]] = {}
    for name, text in given.items():
        prop = cim_class.member(name)
        if prop is None or prop.array or prop.kind in ("datetime", "reference", "instance"):
            raise Problem("filter", name)
        if isinstance(text, dict) or "'" in text or '"' in text:
            raise Problem("filter", name)
        value = checked("filter", name, values.parse, text, prop.kind)
        wanted[prop.name] = prop.kind, values.normal(value, prop.kind, case_sensitive=False)
    return [
        instance
        for instance in target.repository.extent(cim_class)
        if all(
            values.normal(instance.values[name], kind, case_sensitive=False) == value
            for name, (kind, value) in wanted.items()
        )
    ]
