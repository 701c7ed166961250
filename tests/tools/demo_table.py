# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table at the end of the demo: task, module, what it did, and its status in both runs. Text only, no IO."""

from __future__ import annotations

import collections
import typing

Entry = dict[str, typing.Any]
HEADS = ("task", "module", "what it did", "1st run", "2nd run")
TELLING = ("State", "StartMode", "VolumeName", "MaxTimeoutms", "MaxEnvelopeSizekb", "Version", "Caption")


def format_table(first: list[Entry], second: list[Entry], width: int) -> list[str]:
    """The lines of the table; `first` and `second` are what the callback recorded in each run."""
    later = rows(second)
    table = [
        (short_task(entry), short_name(entry), summary(entry), entry["status"], later.get(key, {}).get("status", ""))
        for key, entry in rows(first).items()
        if worth_showing(entry) or worth_showing(later.get(key, {}))
    ]
    widths = [max(len(row[column]) for row in [HEADS, *table]) for column in range(len(HEADS))]
    fixed = widths[1] + widths[3] + widths[4] + 2 * (len(HEADS) - 1)
    widths[0] = min(widths[0], max(30, (width - fixed) * 2 // 5))
    widths[2] = min(widths[2], max(20, width - fixed - widths[0]))
    lines = [format_row(row, widths) for row in [HEADS, tuple("-" * one for one in widths), *table]]
    return [*lines, ""]


def format_row(row: tuple[str, ...], widths: list[int]) -> str:
    cells = (cell if len(cell) <= one else cell[: one - 3] + "..." for cell, one in zip(row, widths, strict=True))
    return "  ".join(cell.ljust(one) for cell, one in zip(cells, widths, strict=True)).rstrip()


def rows(entries: list[Entry]) -> dict[tuple[str, str, int], Entry]:
    """Tasks by host, name and how often that name came before, so that two runs can be laid side by side."""
    seen: collections.Counter[tuple[str, str]] = collections.Counter()
    found = {}
    for entry in entries:
        if not entry["item"]:
            place = (entry["host"], entry["task"])
            found[(*place, seen[place])] = entry
            seen[place] += 1
    return found


def short_task(entry: Entry) -> str:
    """The task's name; a role's without its namespace."""
    return str(entry["task"]).removeprefix("wsman.automation.")


def short_name(entry: Entry) -> str:
    return str(entry["module"]).rpartition(".")[2]


def worth_showing(entry: Entry) -> bool:
    """What did something, and what the play itself asks of our modules; not how a role finds out."""
    if not entry or entry["status"] == "skipped":
        return False
    return entry["status"] != "ok" or (short_name(entry).startswith("wsman_") and " : " not in entry["task"])


def summary(entry: Entry) -> str:
    """A few words on the result; a loop tells of its first items."""
    result = entry["result"]
    items = result.get("results")
    if not isinstance(items, list):
        return one_summary(short_name(entry), entry["arguments"], result)
    told = [one_summary(short_name(entry), entry["arguments"], item) for item in items if not item.get("skipped")]
    return "; ".join(dict.fromkeys(text for text in told if text))


def one_summary(module: str, arguments: dict[str, typing.Any], result: dict[str, typing.Any]) -> str:
    if result.get("fault"):
        return f"fault {result['fault'].get('subcode') or result['fault'].get('code')}"
    if result.get("unreachable") or result.get("failed"):
        return str(result.get("msg", "")).splitlines()[0] if result.get("msg") else ""
    describe = DESCRIPTIONS.get(module)
    return describe(arguments, result) if describe else ""


def describe_identify(_arguments: dict[str, typing.Any], result: dict[str, typing.Any]) -> str:
    identity = result.get("identity") or {}
    return f"{identity.get('product_vendor', '')}, {identity.get('product_version', '')}".strip(", ")


def describe_get(_arguments: dict[str, typing.Any], result: dict[str, typing.Any]) -> str:
    if "value" in result:
        return f"value {result['value']}"
    instance = result.get("instance") or {}
    told = [f"{name}={instance[name]}" for name in TELLING if instance.get(name) not in (None, "")]
    return f"{counted(len(instance), 'member')}: " + (", ".join(told) or ", ".join(instance))


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def describe_put(_arguments: dict[str, typing.Any], result: dict[str, typing.Any]) -> str:
    difference = result.get("diff") or {}
    before, after = (dict(leaves(difference.get(side) or {})) for side in ("before", "after"))
    return ", ".join(f"{name}: {before.get(name)} -> {after[name]}" for name in after) or "holds the wanted values"


def leaves(value: typing.Any, path: str = "") -> typing.Iterator[tuple[str, typing.Any]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, f"{path}.{name}" if path else name)
    else:
        yield path, value


def describe_create(_arguments: dict[str, typing.Any], result: dict[str, typing.Any]) -> str:
    return format_selectors(result.get("endpoint_reference") or {})


def format_selectors(reference: dict[str, typing.Any]) -> str:
    pairs = ", ".join(f"{name}={value}" for name, value in (reference.get("selector_set") or {}).items())
    return f"{str(reference.get('resource_uri') or '').rpartition('/')[2]} {pairs}".strip()


def describe_delete(_arguments: dict[str, typing.Any], result: dict[str, typing.Any]) -> str:
    return "deleted" if result.get("changed") else "is not there"


def describe_invoke(arguments: dict[str, typing.Any], result: dict[str, typing.Any]) -> str:
    method = str(arguments.get("method") or "").rpartition("/")[2]
    return f"{method} returned {result.get('return_value')}"


def describe_enumerate(_arguments: dict[str, typing.Any], result: dict[str, typing.Any]) -> str:
    instances = result.get("instances") or []
    more = " of more" if result.get("truncated") else ""
    names = ", ".join(name for name in map(label, instances[:3]) if name)
    kind = "instance" if "instances" in result else "reference"
    return (
        f"{counted(int(result.get('count') or 0), kind)}{more}"
        + (f": {names}" if names else "")
        + (", ..." if len(instances) > 3 else "")
    )


def describe_schema(_arguments: dict[str, typing.Any], result: dict[str, typing.Any]) -> str:
    schema = result.get("schema") or {}
    told = ", ".join(schema.get("key_names") or [])
    counts = [
        counted(len(schema.get(kind) or {}), noun) for kind, noun in (("properties", "member"), ("methods", "method"))
    ]
    return f"{schema.get('name')}: {', '.join(counts)}, key {told}"


def label(instance: dict[str, typing.Any]) -> str:
    for name in ("Name", "Caption", "DeviceID", "Transport"):
        if isinstance(instance.get(name), str):
            return instance[name]
    return ""


DESCRIPTIONS: dict[str, typing.Callable[[dict[str, typing.Any], dict[str, typing.Any]], str]] = {
    "wsman_identify": describe_identify,
    "wsman_get": describe_get,
    "wsman_put": describe_put,
    "wsman_create": describe_create,
    "wsman_delete": describe_delete,
    "wsman_invoke": describe_invoke,
    "wsman_enumerate": describe_enumerate,
    "wsman_schema": describe_schema,
}
