# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walking associations: the far ends of an instance's links, or the links (DSP0227 17.2; WQL's ASSOCIATORS OF)."""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element

from . import names
from .classes import Instance, Reference
from .faults import Fault
from .headers import parse_endpoint_reference
from .problems import Problem
from .wql import AssociationQuery

if t.TYPE_CHECKING:
    from .repository import Repository

_B = f"{{{names.CIMBINDING}}}"
_ORDER = ("Object", "AssociationClassName", "Role", "ResultClassName", "ResultRole", "IncludeResultProperty")


@dataclasses.dataclass(frozen=True)
class Walk:
    """What is wanted of *source*: its links with *references*, else the instances at their other ends.

    *association_class* and *result_class* include subclasses; with *references* the links are the result. *role* is
    the reference that points at the source, *result_role* the one that points at the result. *only*: properties
    (names in lower case), None for all.
    """

    source: Instance
    references: bool = False
    association_class: str | None = None
    result_class: str | None = None
    role: str | None = None
    result_role: str | None = None
    only: frozenset[str] | None = None


def from_filter(element: Element, find: t.Callable[[dict[str, t.Any]], Instance]) -> Walk:
    """The walk of a wsman:Filter in the association dialect; *find* gives the instance of an endpoint reference."""
    inner = [child for child in element if isinstance(child.tag, str)]
    if len(inner) != 1 or inner[0].tag not in (_B + "AssociatedInstances", _B + "AssociationInstances"):
        raise Problem("filter", "AssociatedInstances or AssociationInstances expected")
    references = inner[0].tag == _B + "AssociationInstances"
    given: dict[str, str] = {}
    only: set[str] = set()
    source: Instance | None = None
    for child in inner[0]:
        name = names.local(child.tag)
        text = "".join(child.itertext()).strip()
        if names.namespace(child.tag) != names.CIMBINDING or name not in _ORDER or name in given:
            raise Problem("filter", name)
        if name == "Object":
            source = find(_reference(child))
        elif name == "IncludeResultProperty":
            only.add(text.lower())
        elif text:
            given[name] = text
    if source is None:
        raise Problem("filter", "Object")
    if references and {"AssociationClassName", "ResultRole"} & given.keys():
        raise Problem("filter", "AssociationInstances takes ResultClassName and Role only")
    return Walk(
        source,
        references,
        given.get("AssociationClassName"),
        given.get("ResultClassName"),
        given.get("Role"),
        given.get("ResultRole"),
        frozenset(only) or None,
    )


def _reference(element: Element) -> dict[str, t.Any]:
    try:
        return parse_endpoint_reference(element)
    except Fault as fault:
        raise Problem("filter", "Object") from fault


def from_query(query: AssociationQuery, source: Instance) -> Walk:
    """The walk of an ASSOCIATORS OF or REFERENCES OF query."""
    return Walk(source, query.references, query.association_class, query.result_class, query.role, query.result_role)


def results(repository: Repository, walk: Walk, namespace: str) -> list[Instance]:
    """The links or the far ends, each once; links whose ends are gone lead nowhere."""
    for name in (walk.association_class, walk.result_class):
        if name is not None and repository.find_class(namespace, name) is None:
            raise Problem("query_class", name, text=name, operation="ExecQuery")
    found: dict[int, Instance] = {}
    for link in _links(repository, walk, namespace):
        if walk.references:
            found[id(link)] = link
            continue
        for far in _far_ends(repository, walk, link, namespace):
            found[id(far)] = far
    return list(found.values())


def _links(repository: Repository, walk: Walk, namespace: str) -> t.Iterator[Instance]:
    wanted = walk.result_class if walk.references else walk.association_class
    source = repository.identity(walk.source.reference)
    for known in repository.classes(namespace):
        if not known.association or (wanted is not None and not known.is_a(wanted)):
            continue
        for link in repository.extent(known, deep=False):
            if any(repository.identity(value) == source for value in _references(link, walk.role).values()):
                yield link


def _far_ends(repository: Repository, walk: Walk, link: Instance, namespace: str) -> t.Iterator[Instance]:
    source = repository.identity(walk.source.reference)
    near = [name for name, value in _references(link, walk.role).items() if repository.identity(value) == source]
    for name, value in _references(link, walk.result_role).items():
        if near == [name]:
            continue
        far = repository.resolve(value, namespace)
        if far is not None and (walk.result_class is None or far.cim_class.is_a(walk.result_class)):
            yield far


def _references(link: Instance, role: str | None) -> dict[str, Reference]:
    return {
        name: value
        for name, value in link.values.items()
        if isinstance(value, Reference) and (role is None or name.lower() == role.lower())
    }
