# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The live CIM repository of one service: namespaces, classes, instances. Knows no XML and no request."""

from __future__ import annotations

import functools
import threading
import typing as t

from . import big, data, values
from .classes import CIMClass, Instance, Reference
from .jobs import Jobs
from .manners import WINDOWS, Manner

if t.TYPE_CHECKING:
    from .cim import CIMProvider
    from .provider import Provider

Key = tuple[t.Any, ...]
Extent = dict[Key, Instance]


class Repository:
    """Starts with what ``data.py`` has; what changes here is seen by no other repository.

    *lock* guards it: hold it for whatever reads and then writes. *rows*: how many Sandbox_Big has.
    """

    def __init__(self, manner: Manner = WINDOWS, rows: int = big.ROWS) -> None:
        self.manner = manner
        self.lock = threading.RLock()
        self.jobs = Jobs(self)
        content = data.content()
        self._classes = content.classes
        self._extents: dict[tuple[str, str], Extent] = {}
        for instance in content.instances:
            self.add(instance if instance.cim_class.fixed else instance.copy())
        self._extents["root/cimv2", "sandbox_number"] = _rows(data.numbers)
        self._extents["root/cimv2", "sandbox_row"] = _rows(data.uneven)
        self.big = big.Extent(self._classes["root/cimv2"][big.NAME], rows)

    def provider(self) -> CIMProvider:
        """What the service dispatches CIM requests to."""
        from .cim import CIMProvider

        return CIMProvider(self)

    def providers(self) -> list[Provider]:
        """The same, with the resource that holds the classes where the make of service has one."""
        from .class_schemas import ClassSchemas

        return [self.provider(), *([ClassSchemas(self)] if self.manner.class_schemas else [])]

    def has_namespace(self, namespace: str) -> bool:
        """Whether there is such a namespace; case does not matter."""
        return namespace.lower() in self._classes

    def find_class(self, namespace: str, name: str) -> CIMClass | None:
        """The class; case does not matter."""
        return self._classes.get(namespace.lower(), {}).get(name.lower())

    def finder(self, namespace: str) -> t.Callable[[str], CIMClass | None]:
        """The look-up of classes in one namespace."""
        return functools.partial(self.find_class, namespace)

    def classes(self, namespace: str) -> list[CIMClass]:
        """The classes of a namespace in the order of their definition."""
        return list(self._classes.get(namespace.lower(), {}).values())

    def extent(self, cim_class: CIMClass, *, deep: bool = True) -> t.Sequence[Instance]:
        """Its instances, and with *deep* those of its subclasses, in the order of their creation by class."""
        if cim_class is self.big.cim_class:
            return self.big.span()
        with self.lock:
            wanted = [cim_class]
            if deep:
                wanted = [known for known in self.classes(cim_class.namespace) if cim_class in known.lineage()]
            return [instance for known in wanted for instance in self._extent(known).values()]

    def find(self, cim_class: CIMClass, keys: t.Mapping[str, t.Any]) -> Instance | None:
        """The instance of the class, or of a subclass, with these typed keys (by declared name)."""
        with self.lock:
            for known in self.classes(cim_class.namespace):
                if cim_class not in known.lineage():
                    continue
                extent: t.Mapping[Key, Instance] = self.big if known is self.big.cim_class else self._extent(known)
                if known.singleton:
                    return next(iter(extent.values()), None)
                instance = extent.get(self._key(known, keys))
                if instance is not None:
                    return instance
            return None

    def resolve(self, reference: Reference, namespace: str) -> Instance | None:
        """The instance that *reference* points at."""
        cim_class = self.find_class(reference.namespace or namespace, reference.class_name)
        if cim_class is None:
            return None
        if not reference.keys and not cim_class.singleton:
            return None
        return self.find(cim_class, reference.keys)

    def add(self, instance: Instance) -> None:
        """Store a new instance; one with the same keys is replaced, and keeps its place unless this make of service
        puts what was changed at the end."""
        with self.lock:
            extent = self._extent(instance.cim_class)
            if self.manner.put_moves:
                extent.pop(self._place(instance), None)
            extent[self._place(instance)] = instance

    def remove(self, instance: Instance) -> None:
        """Forget an instance, and the associations that point at it."""
        with self.lock:
            self._extent(instance.cim_class).pop(self._place(instance), None)
            gone = self.identity(instance.reference)
            for known in self.classes(instance.cim_class.namespace):
                if known.association:
                    extent = self._extent(known)
                    for key in [key for key, link in extent.items() if gone in self._ends(link)]:
                        del extent[key]

    def identity(self, reference: Reference) -> t.Any:
        """What two references to one instance have in common."""
        return values.normal(reference, "reference", case_sensitive=self.manner.case_sensitive)

    def _ends(self, link: Instance) -> list[t.Any]:
        return [self.identity(value) for value in link.values.values() if isinstance(value, Reference)]

    def _extent(self, cim_class: CIMClass) -> Extent:
        return self._extents.setdefault((cim_class.namespace.lower(), cim_class.name.lower()), {})

    def _place(self, instance: Instance) -> Key:
        return self._key(instance.cim_class, instance.values if instance.path is None else instance.path.keys)

    def _key(self, cim_class: CIMClass, given: t.Mapping[str, t.Any]) -> Key:
        sensitive = self.manner.case_sensitive
        return tuple(values.normal(given.get(key.name), key.kind, case_sensitive=sensitive) for key in cim_class.keys)


@functools.cache
def _rows(made: t.Callable[[], tuple[Instance, ...]]) -> Extent:
    return {(instance.values["Number"],): instance for instance in made()}
