# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a class: built in, told by the service, said by the task.

A service is asked only where the answer may be of use, once for each class and run, and never while it holds an
enumeration open: OMI answers nothing else then. A refusal costs one request and no task.
"""

from __future__ import annotations

import contextlib
import time
import typing as t
from xml.etree.ElementTree import Element

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    class_schema,
    instance,
    profiles,
    schema,
    schemas,
    uris,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, WSManError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.pull_reader import UnknownKind
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Schema
from ansible_collections.wsman.automation.plugins.module_utils._wsman.types_option import Types
from ansible_collections.wsman.automation.plugins.plugin_utils import _schema_cache

if t.TYPE_CHECKING:
    from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client

#: Seconds for one schema, which takes milliseconds; a service that is silent for so long is not asked again in a run.
PATIENCE = 10.0
#: How many classes one task asks for; the rows of an enumeration may be of any number.
MOST = 20
#: Where a CIM resource says no namespace; Windows looks into another one (MS-WSMV 3.1.4.1.1).
NAMESPACE = "root/cimv2"
WINDOWS_NAMESPACE = "root/hardware"

_WITHOUT = (profiles.OPENWSMAN, profiles.IDRAC, profiles.AMT)


class UnaskedError(UnknownKind):
    """The service would have to be asked for the schema of a class, of an item or of a part of it, and must not be.

    *ask* asks for it after all.
    """

    def __init__(self, class_name: str, ask: t.Callable[[], object]) -> None:
        self.ask = ask
        super().__init__(class_name, None)


class Schemas:
    """The schemas that one task works with; *types* is what it says of them itself (``types_option``)."""

    def __init__(self, client: Client, connection: t.Any, types: Types) -> None:
        self._client = client
        self._connection = connection
        self.types = types
        self._asked = 0
        self._is_silent = False
        self._made: dict[tuple[str, str | None, str | None], Schema | None] = {}
        self._classes: dict[tuple[str, str], Schema | None] = {}

    def of(self, target: Target, class_name: str | None = None) -> Schema | None:
        """What is known of the class of *target*, or of *class_name* in its namespace; None for nothing. Never raises.

        What is built in goes before what the service says, and what the task says before both.
        """
        name = class_name or uris.class_name(target.resource_uri)
        key = (target.resource_uri, target.namespace, name)
        if key not in self._made:
            found = schemas.builtin(target.resource_uri)
            if found is None and name is not None:
                found = self._of_class(target, name)
            self._made[key] = self.types.overlay(found)
        return self._made[key]

    @contextlib.contextmanager
    def silence(self) -> t.Iterator[None]:
        """Inside, who would have to ask the service raises UnaskedError instead."""
        outer, self._is_silent = self._is_silent, True
        try:
            yield
        finally:
            self._is_silent = outer

    def of_item(self, target: Target, element: Element, row_class: str | None = None) -> Schema | None:
        """What is known of the class of one item; that of a projection's row is *row_class*, the one after FROM."""
        return self.of(target, instance.class_of(element) or row_class)

    def fetch(self, class_name: str, namespace: str) -> Schema:
        """The schema of a class, asked for unless it is known. Raises WSManError."""
        cache = self._cache()
        held = cache.find(namespace, class_name)
        if held is None:
            response = self._client.execute(class_schema.request(class_name, namespace))
            held = class_schema.read(response, class_name, namespace)
            cache.keep(namespace, class_name, held)
        return held

    def list_names(self, namespace: str) -> list[str]:
        """The names of all classes of *namespace*, in order. Raises WSManError; Windows alone can."""
        enumeration = class_schema.listing(namespace, max_elements=self._client.options.batch_items)
        items = self._client.collect(enumeration)
        return sorted({class_schema.read_listed(item.element) for item in items if item.element is not None})

    def namespace(self, target: Target) -> str:
        """The CIM namespace that *target* is in, also where only the service's default says it."""
        found = target.namespace
        if found is None:
            windows = self._client.known_profile(target.resource_uri) is profiles.WINDOWS
            found = WINDOWS_NAMESPACE if windows else NAMESPACE
        return found

    def _of_class(self, target: Target, name: str) -> Schema | None:
        """What the service says of the class, with the way to the classes of embedded instances."""
        if not self.types.asks or not _has_classes(target.resource_uri):
            return None
        namespace = self.namespace(target)
        key = (namespace, name)
        if key not in self._classes:
            self._classes[key] = self._look_up(target, namespace, name)
        return self._classes[key]

    def _look_up(self, target: Target, namespace: str, name: str) -> Schema | None:
        cache = self._cache()
        if not cache.knows(namespace, name) and self._may_ask(target, name, cache):
            if self._is_silent:
                raise UnaskedError(name, lambda: self._of_class(target, name))
            self._ask(cache, namespace, name)
        held = cache.find(namespace, name)
        if held is None:
            return None
        numeric = self._client.likely_profile(target.resource_uri) is not profiles.WINDOWS
        return schema.equip(held, lambda inner: self._of_class(target, inner), numeric=numeric)

    def _may_ask(self, target: Target, name: str, cache: _schema_cache.Cache) -> bool:
        """Whether there may be an answer; of a service that is not known yet it tells as much as Identify would."""
        known = self._client.known_profile(target.resource_uri)
        if known in _WITHOUT or (known is None and uris.is_dell(target.resource_uri, name)):
            return False
        return self._asked < MOST and not cache.refused

    def _ask(self, cache: _schema_cache.Cache, namespace: str, name: str) -> None:
        self._asked += 1
        began = time.monotonic()
        try:
            with self._connection.aside(PATIENCE):
                self.fetch(name, namespace)
        except WSManError as error:
            refused = "service" if time.monotonic() - began >= PATIENCE else class_schema.refusal(error)
            if isinstance(error, TransportError) and error.http_status is None:
                self._asked = MOST  # whatever is wrong, the task itself is not to wait for it again
            if refused == "service" and not cache.has_any():
                cache.refuse()
            cache.keep(namespace, name, None, lasting=refused is not None)

    def _cache(self) -> _schema_cache.Cache:
        options = self._client.options
        return _schema_cache.of(self._connection.session, options.url, f"{options.authentication} {options.user or ''}")


def _has_classes(uri: str) -> bool:
    """True for a resource that is a class, or all classes of a namespace."""
    if uris.class_name(uri) is not None:
        return True
    return uri == uris.ALL_CLASSES or (uris.wmi_namespace(uri) is not None and uri.endswith("*"))
