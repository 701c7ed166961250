# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one service has said of its classes, for as long as a run lasts.

Each task runs in a fork of its own, so that memory serves a loop and no more: beside it there is a file for service,
account and namespace in the one folder that all forks of a run have. It is written as a whole and put in place at once;
two forks that write together lose an entry at most, which is then asked for again. Nothing here ever fails a task.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import typing as t

from ansible import constants

from ansible_collections.wsman.automation.plugins.module_utils._wsman import class_schema
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Schema

#: Stands for the service itself where a namespace or a class is named: its entry says that it has no schemas.
_SERVICE = ""


class Cache:
    """Schemas by namespace and class of the service at *url*, as *account* sees them; None for one that is refused."""

    def __init__(self, url: str, account: str) -> None:
        self._place = (url, account)
        self._held: dict[tuple[str, str], Schema | None] = {}
        self._files: dict[str, dict[str, str | None]] = {}

    @property
    def refused(self) -> bool:
        """Whether the service is known to have no schemas at all."""
        return self.knows(_SERVICE, _SERVICE)

    def knows(self, namespace: str, name: str) -> bool:
        """Whether the class was asked for, with whatever success."""
        key, entries = _key(namespace, name), self._file(namespace)
        if key not in self._held and key[1] in entries:
            text = entries[key[1]]
            with contextlib.suppress(ValueError):  # somebody has spoilt it
                self._held[key] = None if text is None else class_schema.load(text.encode())
        return key in self._held

    def find(self, namespace: str, name: str) -> Schema | None:
        """The schema of a class, None where it was refused, or never asked for."""
        return self._held[_key(namespace, name)] if self.knows(namespace, name) else None

    def keep(self, namespace: str, name: str, schema: Schema | None, *, lasting: bool = True) -> None:
        """Remember the answer, for later tasks too if it is *lasting*."""
        self._held[_key(namespace, name)] = schema
        if lasting:
            text = None if schema is None else class_schema.dump(schema).decode("ascii")
            self._write(namespace, name.lower(), text)

    def refuse(self) -> None:
        """Remember that the service has no schemas."""
        self.keep(_SERVICE, _SERVICE, None)

    def has_any(self) -> bool:
        """Whether the service has given the schema of any class."""
        told = (text is not None for entries in self._files.values() for text in entries.values())
        return any(schema is not None for schema in self._held.values()) or any(told)

    def _file(self, namespace: str) -> dict[str, str | None]:
        """What the file of *namespace* holds, read once."""
        key = namespace.lower()
        if key not in self._files:
            self._files[key] = _read(self._path(key))
        return self._files[key]

    def _write(self, namespace: str, name: str, text: str | None) -> None:
        path = self._path(namespace.lower())
        entries = {**_read(path), name: text}
        self._files[namespace.lower()] = entries
        with contextlib.suppress(OSError):
            _replace(path, json.dumps(entries).encode("ascii"))

    def _path(self, namespace: str) -> str:
        digest = hashlib.sha256(json.dumps([*self._place, namespace]).encode()).hexdigest()[:32]
        return os.path.join(constants.DEFAULT_LOCAL_TMP, f"wsman-schemas-{digest}.json")


def _key(namespace: str, name: str) -> tuple[str, str]:
    return namespace.lower(), name.lower()


def _read(path: str) -> dict[str, str | None]:
    """The entries of a file; none where there is no such file, or somebody has spoilt it."""
    try:
        with open(path, "rb") as file:
            entries = json.load(file)
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(entries, dict):
        return {}
    return {name: text for name, text in entries.items() if text is None or isinstance(text, str)}


def _replace(path: str, data: bytes) -> None:
    """Write the whole file, readable by its owner alone (as mkstemp makes it), in one step for all who read it."""
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix="wsman-schemas-")
    try:
        with open(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def of(session: t.Any, url: str, account: str) -> Cache:
    """The cache of a session, made when it is first asked for."""
    if session.schemas is None:
        session.schemas = Cache(url, account)
    return t.cast(Cache, session.schemas)
