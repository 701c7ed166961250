# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerations into files: what is in them, and what becomes of the file before where one cannot be finished."""

from __future__ import annotations

import collections.abc
import contextlib
import csv
import hashlib
import json
import os
import pathlib
import resource
import shutil
import signal
import stat
import subprocess
import typing as t

import kept
import playbook
import pytest

from parts.waiting import soon
from sandbox import Sandbox

MODULE = "wsman.automation.wsman_enumerate"
NUMBERS = {"resource_uri": "wmicimv2/Sandbox_Number"}
SERVICES = {"resource_uri": "wmicimv2/Win32_Service"}
TYPES = {"resource_uri": "wmicimv2/Sandbox_AllTypes"}
ROWS = 10_000
OLD = "what was there before\n"
FULL = "the file of results does not fit"
LAST = {"max_elements": 1}  # so that there are many Pulls


class Place(t.NamedTuple):
    """The folders of a run; *is_small* is a disk of 64 KB, and *is_locked* a disk for reading only."""

    folder: pathlib.Path
    is_small: bool
    is_locked: bool

    def path(self, name: str) -> pathlib.Path:
        return self.folder / name


def mount(where: pathlib.Path, *options: str) -> bool:
    """Whether there is a file system in memory now; only root may, and not everywhere."""
    program = shutil.which("mount")
    command = [program or "", "-t", "tmpfs", *options, "tmpfs", str(where)]
    return program is not None and subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def place(workspace: playbook.Workspace) -> collections.abc.Iterator[Place]:
    """Folders with an old file in each: one, one on a full disk, and one that nobody can write in."""
    folder = workspace.folder / "results"
    for name in ("", "small", "locked"):
        (folder / name).mkdir()
    mounted = {name: mount(folder / name, "-o", "size=64k") for name in ("small", "locked")}
    for name in ("small/rows", "locked/rows", "fault", "lost", "late", "checked", "moded.csv"):
        (folder / name).write_text(OLD, encoding="utf-8")
    (folder / "link").symlink_to("real")
    if mounted["locked"]:
        subprocess.run(["mount", "-o", "remount,ro", str(folder / "locked")], check=True)
    else:
        (folder / "locked").chmod(0o555)
    yield Place(folder, mounted["small"], mounted["locked"] or os.geteuid() != 0)
    for name, done in mounted.items():
        if done:
            subprocess.run(["umount", str(folder / name)], check=True)
    (folder / "locked").chmod(0o755)


@contextlib.contextmanager
def limited(octets: int) -> collections.abc.Iterator[None]:
    """No process that is started inside can write a longer file: what a full disk is where nothing can be mounted."""
    outer = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, outer[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, outer)


def task(name: str, options: dict[str, t.Any], dest: str | None = None, **keywords: t.Any) -> dict[str, t.Any]:
    given = {**options} if dest is None else {**options, "dest": dest}
    return {"name": name, MODULE: given, "ignore_errors": True, "ignore_unreachable": True, **keywords}


def written(place: Place) -> list[dict[str, t.Any]]:
    """Tasks that reach their end."""
    nested = {**TYPES, "return_type": "object_and_epr", "value_maps": True}
    table = {**SERVICES, "properties": ["state", "Name", "Started"], "format": "csv"}
    return [
        task("list", TYPES),
        task("both", {**TYPES, "return_type": "object_and_epr", "value_maps": True}),
        task("all", NUMBERS, "results/all.jsonl"),  # relative to the playbook
        task("again", NUMBERS, str(place.path("all.jsonl"))),
        task("lines", TYPES, str(place.path("lines")), register="lines"),
        task("document", {**nested, "format": "json"}, str(place.path("document"))),
        task("references", {**SERVICES, "return_type": "epr"}, str(place.path("references"))),
        task("table", {**table, "mode": "0640"}, str(place.path("table.csv"))),
        task("of the class", {**TYPES, "format": "csv"}, str(place.path("class.csv"))),
        task("mode", {**table, "mode": "0600"}, str(place.path("table.csv"))),
        task("checked", SERVICES, str(place.path("checked")), check_mode=True, diff=True),
        task("new and checked", SERVICES, str(place.path("unwritten")), check_mode=True),
        task("link", SERVICES, str(place.path("link"))),
        task("limit", {**NUMBERS, "limit": 7}, str(place.path("limit"))),
    ]


def refused(place: Place) -> list[dict[str, t.Any]]:
    """Tasks that fail before anything is sent."""
    return [
        task("no folder", SERVICES, str(place.path("no/rows"))),
        task("a folder", SERVICES, str(place.folder)),
        task("a device", SERVICES, "/dev/null"),
        task("locked", SERVICES, str(place.path("locked/rows"))),
        task("format alone", {**SERVICES, "format": "json"}),
        task("bad mode", {**SERVICES, "mode": "rw"}, str(place.path("unwritten"))),
    ]


def interrupted(place: Place) -> list[dict[str, t.Any]]:
    """Tasks that fail half-way."""
    unknown = {"profile": "generic"}  # of which nothing is sent again on a new connection
    return [
        task("fault", {**SERVICES, **LAST}, str(place.path("fault"))),
        task("lost", {"resource_uri": "wmicimv2/Win32_Process", **LAST, "session": unknown}, str(place.path("lost"))),
        task("cut off", {"resource_uri": "winrm/config/listener", **LAST}, str(place.path("cut"))),
        task("late", {"resource_uri": "wmicimv2/Win32_LogicalDisk", **LAST}, str(place.path("late")), timeout=1),
    ]


def has_unnamed(folder: pathlib.Path) -> bool:
    """Whether the system and this file system know files without a name."""
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY))
    except (AttributeError, OSError):
        return False
    return True


def full(place: Place) -> dict[str, t.Any]:
    return task(FULL, NUMBERS, str(place.path("small/rows")))


class Played(t.NamedTuple):
    run: playbook.Run
    place: Place
    full: playbook.Outcome
    box: Sandbox
    untouched: Sandbox


@pytest.fixture(scope="module")
def played(workspace: playbook.Workspace, services: t.Callable[..., Sandbox], place: Place) -> Played:
    box, untouched, slow = services(record_bodies=False), services(), services()
    box.misbehave("fault", subcode="wsman:InternalError", action="Pull", resource_uri="Win32_Service", at=3)
    box.misbehave("reset", when="middle", action="Pull", resource_uri="Win32_Process", at=2, count=None)
    box.misbehave("reset", when="middle", action="Pull", resource_uri="listener")
    box.misbehave("stall", seconds=2, action="Pull", resource_uri="Win32_LogicalDisk", at=2)
    slow.misbehave("stall", seconds=5, action="Pull", at=2)
    hosts = {
        "server1": playbook.variables(box),
        "untouched": playbook.variables(untouched),
        "slow": playbook.variables(slow),
        "silent": playbook.variables(slow),
    }
    sluggish = {**SERVICES, **LAST}
    plays = [
        {
            "hosts": "all",
            "strategy": "free",
            "tasks": [
                *({**one, "when": "inventory_hostname == 'server1'"} for one in [*written(place), *interrupted(place)]),
                *({**one, "when": "inventory_hostname == 'untouched'"} for one in refused(place)),
                task("slow", sluggish, str(place.path("slow")), when="inventory_hostname == 'slow'"),
                *([{**full(place), "when": "inventory_hostname == 'server1'"}] if place.is_small else []),
            ],
        },
    ]
    run = workspace.play(hosts, plays)
    if place.is_small:
        return Played(run, place, run.on("server1", FULL), box, untouched)
    with limited(64 * 1024):
        alone = workspace.play({"server1": hosts["server1"]}, [{"hosts": "all", "tasks": [full(place)]}])
    return Played(run, place, alone[FULL], box, untouched)


def done(played: Played, name: str) -> playbook.Outcome:
    return played.run.on("server1", name)


def check(played: Played, name: str, file: str, status: str = "changed") -> tuple[str, dict[str, t.Any]]:
    """The text of a file and the result that tells of it, which agree."""
    outcome, path = done(played, name), played.place.path(file)
    assert outcome.status == status, outcome
    data = path.read_bytes()
    result = outcome.result
    assert (result["dest"], result["size"]) == (str(path), len(data))
    assert result["checksum"] == hashlib.sha256(data).hexdigest()
    assert result["recovered"] == []
    assert not {"instances", "class_names", "value_names", "endpoint_references"} & result.keys()
    return data.decode(), result


def test_ten_thousand_rows(played: Played) -> None:
    text, result = check(played, "all", "all.jsonl")
    numbers = [json.loads(line)["Number"] for line in text.splitlines()]
    assert numbers == list(range(numbers[0], numbers[0] + ROWS))
    assert (result["count"], result["truncated"]) == (ROWS, False)
    assert stat.S_IMODE(played.place.path("all.jsonl").stat().st_mode) == 0o600


def test_the_same_rows_again_change_nothing(played: Played) -> None:
    check(played, "again", "all.jsonl", "ok")


def test_lines_are_the_instances_of_the_result(played: Played) -> None:
    text, _result = check(played, "lines", "lines")
    assert [json.loads(line) for line in text.splitlines()] == done(played, "list").result["instances"]
    assert '"U64": 18446744073709551615' in text


def test_a_document_with_classes_names_and_references(played: Played) -> None:
    text, _result = check(played, "document", "document")
    both = done(played, "both").result
    columns = {
        "instance": "instances",
        "class_name": "class_names",
        "value_names": "value_names",
        "endpoint_reference": "endpoint_references",
    }
    assert json.loads(text) == [
        dict(zip(columns, one, strict=True)) for one in zip(*(both[name] for name in columns.values()), strict=True)
    ]


def test_references(played: Played) -> None:
    text, result = check(played, "references", "references")
    found = [json.loads(line) for line in text.splitlines()]
    assert len(found) == result["count"]
    assert all(one["selector_set"].keys() == {"Name"} for one in found)


def test_a_table(played: Played) -> None:
    path = played.place.path("table.csv")
    rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    assert list(rows[0]) == ["State", "Name", "Started"]
    assert {one["Started"] for one in rows} == {"true", "false"}
    assert len(rows) == done(played, "table").result["count"]
    assert done(played, "table").status == done(played, "mode").status == "changed"
    assert done(played, "table").result["checksum"] == done(played, "mode").result["checksum"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_table_of_a_class(played: Played) -> None:
    text, _result = check(played, "of the class", "class.csv")
    rows = list(csv.DictReader(text.splitlines(keepends=True), strict=True))
    instances = done(played, "list").result["instances"]
    assert len(rows) == len(instances)
    for row, one in zip(rows, instances, strict=True):
        assert row.keys() >= one.keys()
        for name, value in one.items():
            wanted = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            assert row[name] == wanted


def test_check_mode_says_what_would_change_and_shows_it(played: Played) -> None:
    checked, new = done(played, "checked"), done(played, "new and checked")
    assert checked.status == new.status == "changed"
    assert played.place.path("checked").read_text(encoding="utf-8") == OLD
    assert checked.result["diff"]["before"] == OLD
    assert json.loads(checked.result["diff"]["after"].splitlines()[0])["Name"]
    assert not played.place.path("unwritten").exists()
    assert checked.result["checksum"] == new.result["checksum"] == done(played, "link").result["checksum"]


def test_a_link_stays(played: Played) -> None:
    check(played, "link", "link")
    assert played.place.path("link").is_symlink() and played.place.path("real").is_file()


def test_a_limit(played: Played) -> None:
    text, result = check(played, "limit", "limit")
    assert len(text.splitlines()) == result["count"] == 7
    assert result["truncated"] is True


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no folder", "dest: there is no folder"),
        ("a folder", "is a folder. Name a file in it"),
        ("a device", "dest: /dev/null is no regular file"),
        ("locked", "rows cannot be written: "),
        ("format alone", "format: it is said of a file"),
        ("bad mode", "mode: 'rw' is no mode of a file"),
    ],
)
def test_refused_before_anything_is_sent(played: Played, name: str, says: str) -> None:
    if name == "locked" and not played.place.is_locked:
        pytest.skip("nothing keeps root from writing in this folder")
    outcome = played.run.on("untouched", name)
    assert outcome.status == "ignored" and says in outcome.msg, outcome


def test_nothing_was_sent(played: Played) -> None:
    assert [one for one in played.untouched.journal if played.place.is_locked] == []


@pytest.mark.parametrize(
    ("name", "status", "says"),
    [
        ("fault", "ignored", "wsman:internalerror"),
        ("lost", "unreachable", ""),
        ("late", "ignored", "time"),
    ],
)
def test_an_enumeration_that_fails_half_way_leaves_the_old_file(
    played: Played, name: str, status: str, says: str
) -> None:
    outcome = done(played, name)
    assert outcome.status == status and says in outcome.msg.lower(), outcome
    path = played.place.path(name)
    assert path.read_text(encoding="utf-8") == OLD
    assert name == "late" or f"{path} is as it was before." in outcome.msg


def test_an_enumeration_that_is_cut_off_is_begun_again(played: Played) -> None:
    outcome = done(played, "cut off")
    assert outcome.status == "changed", outcome
    rows = [json.loads(line) for line in played.place.path("cut").read_text(encoding="utf-8").splitlines()]
    assert len({one["Transport"] for one in rows}) == len(rows) == outcome.result["count"] == 2
    assert [one["action"] for one in outcome.result["recovered"]] == ["restarted"]


def test_a_full_disk_leaves_the_old_file(played: Played) -> None:
    assert played.full.status == "ignored", played.full
    remedy = "Free space on that disk" if played.place.is_small else "ulimit -f"
    assert played.full.msg.startswith("dest: ") and remedy in played.full.msg
    assert played.full.result["changed"] is False and played.full.result["recovered"] == []
    assert os.listdir(played.place.path("small")) == ["rows"]
    assert played.place.path("small/rows").read_text(encoding="utf-8") == OLD


def test_nothing_is_left_behind(played: Played) -> None:
    assert not list(played.place.folder.rglob("*.tmp"))
    assert played.box.contexts == []


def test_a_long_one_shows_life(played: Played) -> None:
    lines = [line for line in played.run.output.splitlines() if "wsman_enumerate:" in line]
    assert len(lines) == 1 and lines[0].startswith("<slow> wsman_enumerate: "), lines
    assert "items, " in lines[0] and lines[0].endswith(" a second")


@pytest.mark.parametrize("way", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_run_that_is_ended_leaves_the_old_file(
    workspace: playbook.Workspace, services: t.Callable[..., Sandbox], tmp_path: pathlib.Path, way: str
) -> None:
    """Nothing is left of the new one where it needs no name; else that says what it is."""
    box = services()
    box.misbehave("stall", seconds=3600, action="Pull", at=3)
    path = tmp_path / "rows"
    path.write_text(OLD, encoding="utf-8")
    plays = [{"hosts": "all", "tasks": [task("rows", {**SERVICES, **LAST}, str(path))]}]
    started = workspace.start(workspace.write(plays), {"server1": playbook.variables(box)})

    def is_in_the_middle() -> bool:
        return len([one for one in box.journal if (one.action or "").endswith("/Pull")]) >= 2

    assert soon(is_in_the_middle, 60)
    for one in kept.of_run(started.path):
        if way == "SIGKILL":
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)
    if way == "SIGINT":
        os.killpg(started.process.pid, signal.SIGINT)
    if way == "SIGTERM":
        started.process.terminate()
    started.process.wait(30)
    assert soon(lambda: not kept.of_run(started.path), 10)
    assert path.read_text(encoding="utf-8") == OLD
    left = [name for name in os.listdir(tmp_path) if name != "rows"]
    assert all(name.startswith(".rows.wsman_enumerate-") and name.endswith(".tmp") for name in left)
    assert len(left) <= (0 if has_unnamed(tmp_path) else 1)
