# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of the rows of an enumeration: lists in the result, or records in a file.

Each takes rows answer by answer, may be told to discard what came, and gives its part of the result in the end.
"""

from __future__ import annotations

import contextlib
import copy
import threading
import typing as t

from ansible.utils.display import Display

from ansible_collections.wsman.automation.plugins.module_utils._wsman import projection, value_maps
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Item
from ansible_collections.wsman.automation.plugins.module_utils._wsman.instance import Instance
from ansible_collections.wsman.automation.plugins.module_utils._wsman.schema import Schema
from ansible_collections.wsman.automation.plugins.plugin_utils import _result, _results_format
from ansible_collections.wsman.automation.plugins.plugin_utils._result import Result
from ansible_collections.wsman.automation.plugins.plugin_utils._results_file import ResultsFile
from ansible_collections.wsman.automation.plugins.plugin_utils._results_format import Format, Record
from ansible_collections.wsman.automation.plugins.plugin_utils._rows import Reader, Row

display = Display()

PERIOD = 5.0  # seconds between two signs of life

Rows = t.Sequence["Row | Item"]


class View(t.NamedTuple):
    """What is shown of each row: its instance, of *names* alone if given, the names of values, its reference."""

    instances: bool
    names: list[str] | None
    value_names: bool
    references: bool

    @classmethod
    def of(cls, return_type: str, names: list[str] | None, *, value_names: bool) -> View:
        """What the option return_type asks for."""
        instances = return_type != "epr"
        return cls(instances, names, value_names and instances, return_type != "object")


class Output(t.NamedTuple):
    """Where records go: a *file*, its *layout* (``jsonl``, ``json`` or ``csv``), and the *secrets* it must not hold."""

    file: ResultsFile
    layout: str
    secrets: t.Collection[str] = ()


class Sink(t.Protocol):
    """Where rows go; it *may wait* to the end for what is known of their classes."""

    may_wait: bool

    def begin(self, reader: Reader | None) -> None:
        """Rows come from *reader* now; all that came before is void."""

    def take(self, rows: Rows) -> None:
        """The rows of one answer."""

    def finish(self) -> Result:
        """The members of the result."""


class Progress:
    """Says every five seconds how far an enumeration of *host* is, whatever the service does; until it is closed.

    It takes a thread, beside which no process should be started: ``begin`` once there is a session. What it says goes
    where warnings go, as the standard output may be a document.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self._count = self._said = 0
        self._thread: threading.Thread | None = None
        self._is_over = threading.Event()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing is said any more."""
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()

    def begin(self) -> None:
        """Count the seconds from now on; where a process may have no thread, nothing is said."""
        if self._thread is None and not self._is_over.is_set():
            thread = threading.Thread(target=self._run, daemon=True)
            with contextlib.suppress(RuntimeError):
                thread.start()
                self._thread = thread

    def add(self, count: int) -> None:
        """So many more items came."""
        self._count += count

    def restart(self) -> None:
        """None of them counts."""
        self._count = self._said = 0

    def _run(self) -> None:
        while not self._is_over.wait(PERIOD):
            count = self._count
            rate = (count - self._said) / PERIOD
            display.display(f"<{self._host}> wsman_enumerate: {count:,} items, {rate:,.0f} a second", stderr=True)
            self._said = count


class Lists:
    """Rows as lists: ``instances``, ``class_names``, ``value_names`` and ``endpoint_references``."""

    may_wait = True

    def __init__(self, view: View) -> None:
        self._view = view

    def begin(self, reader: Reader | None) -> None:
        self._reader = reader
        self._result: Result = {}
        if self._view.instances:
            self._result.update(instances=[], class_names=[])
        if self._view.value_names:
            self._result["value_names"] = []
        if self._view.references:
            self._result["endpoint_references"] = []
        self._waiting: list[Row | Item] = []

    def take(self, rows: Rows) -> None:
        """How the service spells a property is known when all came, and so may be what an item is."""
        waits = self._view.names is not None or self._waiting
        if waits or (self._reader is not None and any(isinstance(one, Item) for one in rows)):
            self._waiting.extend(rows)
        else:
            self._add(rows)

    def finish(self) -> Result:
        waiting: list[Row | Item] = []
        if self._reader is not None:
            waiting = [self._reader.row(one) if isinstance(one, Item) else one for one in self._waiting]
        if self._view.names is not None:
            read = [one for one in waiting if isinstance(one, Row)]
            spelled = projection.spellings(one.read for one in read)
            for one in read:
                _narrow(one, self._view.names, spelled)
            self._result.update(_warn(self._view.names, spelled, read[0] if read else None))
        self._add(waiting)
        return self._result

    def _add(self, rows: Rows) -> None:
        result, view = self._result, self._view
        read = [one for one in rows if isinstance(one, Row)]
        if view.instances:
            result["instances"] += [_result.plain_row(one.read.properties, one.not_json) for one in read]
            result["class_names"] += [one.class_name for one in read]
        if view.value_names:
            result["value_names"] += [value_maps.names(one.read, one.schema) for one in read]
        if view.references:
            result["endpoint_references"] += [_reference(one) for one in rows]


class Records:
    """Rows as records in a file, without secrets as in any result.

    A record is the instance; where more is shown of it, a dictionary with the instance in it; a reference where that
    is all that was asked for. In csv the properties are columns, and what is shown besides follows them.
    """

    may_wait = False

    def __init__(self, view: View, output: Output) -> None:
        self._view = view
        self._file, self._layout, self._secrets = output
        self._is_secret = _result.finder(self._secrets)

    def begin(self, reader: Reader | None) -> None:
        self._reader = reader
        self._file.restart()
        self._format: Format | None = None
        self._first: Row | None = None
        self._spelled: dict[str, str] = {}
        self._seen: set[str] = set()

    def take(self, rows: Rows) -> None:
        if not rows:
            return
        if self._format is not None:
            self._write([self._record(one) for one in rows])
            return
        read = [one for one in rows if isinstance(one, Row)]
        self._first = read[0] if read else None
        # What the first rows tell counts for all: how the service spells properties, and which columns there are.
        self._spelled = projection.spellings(one.read for one in read)
        records = [self._record(one) for one in rows]
        self._format = self._make_format(records)
        self._write(records)

    def finish(self) -> Result:
        if self._format is None:
            self._format = self._make_format(())
        self._file.write(self._format.end().encode())
        written = self._file.finish()
        result: Result = {"size": written.size, "checksum": written.checksum, "changed": written.changed}
        if written.diff is not None:
            result["diff"] = written.diff
        if self._view.names is not None:
            result.update(_warn(self._view.names, self._seen, self._first))
        return result

    def _make_format(self, first: t.Sequence[Record]) -> Format:
        if self._layout == "jsonl":
            return _results_format.Lines()
        if self._layout == "json":
            return _results_format.Document()
        columns: t.Sequence[str] = self._reader.columns() if self._reader is not None else ()
        if not self._view.instances:
            columns = ("address", "resource_uri", "selector_set")
        elif self._view.names is not None:
            columns = list(projection.reduce(Instance(), self._view.names, self._schema(), self._spelled))
        spelled = [self._spelled.get(name.lower(), name) for name in columns]
        return _results_format.Table(spelled, self._beside(), first)

    def _schema(self) -> Schema | None:
        if self._first is not None:
            return self._first.schema
        return self._reader.schema() if self._reader is not None else None

    def _beside(self) -> list[str]:
        """What is shown beside the instance."""
        view = self._view
        if not view.instances or not (view.value_names or view.references):
            return []
        return ["class_name", *["value_names"] * view.value_names, *["endpoint_reference"] * view.references]

    def _record(self, row: Row | Item) -> Record:
        view = self._view
        if isinstance(row, Item):
            return _reference(row) or {}
        if view.names is not None:
            self._seen.update(name.lower() for name in row.read.properties)
            _narrow(row, view.names, self._spelled)
        shown: Record = _result.plain_row(row.read.properties, row.not_json)
        if not view.value_names and not view.references:
            return shown
        beside: Record = {"class_name": row.class_name}
        if view.value_names:
            beside["value_names"] = value_maps.names(row.read, row.schema)
        if view.references:
            beside["endpoint_reference"] = _reference(row)
        return {**shown, **beside} if self._layout == "csv" else {"instance": shown, **beside}

    def _write(self, records: list[Record]) -> None:
        before = copy.copy(self._format)
        text = t.cast(Format, self._format).format(records)
        if self._is_secret(text):
            self._format = before
            text = t.cast(Format, before).format(_result.censor({"records": records}, self._secrets)["records"])
        self._file.write(text.encode())


def _narrow(row: Row, names: list[str], spelled: dict[str, str]) -> None:
    """Leave these properties alone; they may be spelled otherwise than those of which ``not_json`` tells."""
    row.read.properties = projection.reduce(row.read, names, row.schema, spelled)
    row.not_json = None


def _reference(row: Row | Item) -> Record | None:
    found: EndpointReference | None = row.reference if isinstance(row, Row) else row.endpoint_reference
    return found.to_plain() if found else None


def _warn(names: list[str], held: t.Container[str], first: Row | None) -> Result:
    """A warning of those of *names* that no instance has, where no schema could refuse them before."""
    unknown = [name for name in names if name.lower() not in held]
    if not unknown or first is None or projection.is_whole(first.schema):
        return {}
    return {"warnings": [f"{projection.OPTION}: no instance that was read has {', '.join(unknown)}."]}
