# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of results is there as a whole or not at all, and the one before it stays until then."""

from __future__ import annotations

import errno
import hashlib
import os
import stat

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, UsageError
from ansible_collections.wsman.automation.plugins.plugin_utils import _results_file
from ansible_collections.wsman.automation.plugins.plugin_utils._results_file import ResultsFile

OLD, NEW = b"old\n", b"new\nlines\n"


@pytest.fixture(autouse=True, params=["unnamed", "named"])
def kind(request, monkeypatch):
    """Where a file may have no name until it is complete, and where it cannot be given one."""

    def refuse(*_arguments, **_options):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    if request.param == "named":
        monkeypatch.setattr(os, "link", refuse)
    return request.param


def write(path, *pieces, **options):
    with ResultsFile(str(path), **options) as file:
        for one in pieces:
            file.write(one)
        return file.finish()


def has_unnamed(folder):
    """Whether the system and this file system know files without a name."""
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY))
    except (AttributeError, OSError):
        return False
    return True


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("dry", [False, True])
@pytest.mark.parametrize("held", [None, OLD])
def test_what_is_written(tmp_path, held, dry):
    path = tmp_path / "rows"
    if held is not None:
        path.write_bytes(held)
    written = write(path, NEW[:3], NEW[3:], dry=dry)
    assert written == (len(NEW), hashlib.sha256(NEW).hexdigest(), True, None)
    assert (path.read_bytes() if path.exists() else None) == (held if dry else NEW)
    assert os.listdir(tmp_path) == (["rows"] if path.exists() else [])


@pytest.mark.parametrize("dry", [False, True])
def test_the_same_content_is_left_alone(tmp_path, dry):
    path = tmp_path / "rows"
    path.write_bytes(NEW)
    before = path.stat()
    assert write(path, NEW, dry=dry, keep=100)[2:] == (False, None)
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert os.listdir(tmp_path) == ["rows"]


def test_a_new_file_is_private_whatever_the_umask(tmp_path):
    outer = os.umask(0)
    try:
        write(tmp_path / "rows", NEW)
    finally:
        os.umask(outer)
    assert mode_of(tmp_path / "rows") == 0o600


@pytest.mark.parametrize(
    ("held", "content", "asked", "dry", "changed", "mode"),
    [
        (0o644, NEW, None, False, True, 0o644),
        (0o644, NEW, 0o640, False, True, 0o640),
        (0o644, OLD, None, False, False, 0o644),
        (0o644, OLD, 0o644, False, False, 0o644),
        (0o644, OLD, 0o640, False, True, 0o640),
        (0o644, OLD, 0o640, True, True, 0o644),
        (None, NEW, 0o640, False, True, 0o640),
    ],
)
def test_permissions(tmp_path, held, content, asked, dry, changed, mode):
    path = tmp_path / "rows"
    if held is not None:
        path.write_bytes(OLD)
        path.chmod(held)
    assert write(path, content, mode=asked, dry=dry).changed is changed
    assert mode_of(path) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_of_an_old_file_stays_its_owner(tmp_path):
    path = tmp_path / "rows"
    path.write_bytes(OLD)
    os.chown(path, 12345, 23456)
    write(path, NEW)
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)


def test_who_leaves_early_leaves_the_old_file(tmp_path, kind):
    path = tmp_path / "rows"
    path.write_bytes(OLD)
    with pytest.raises(KeyboardInterrupt), ResultsFile(str(path)) as file:
        file.write(NEW)
        beside = [one for one in os.listdir(tmp_path) if one != "rows"]
        if kind == "named" or not has_unnamed(tmp_path):
            assert beside[0].startswith(".rows.wsman_enumerate-") and beside[0].endswith(".tmp")
            assert mode_of(tmp_path / beside[0]) == 0o600
        else:
            assert beside == []
        raise KeyboardInterrupt
    assert (os.listdir(tmp_path), path.read_bytes()) == (["rows"], OLD)


def test_what_came_before_a_restart_is_void(tmp_path):
    path = tmp_path / "rows"
    with ResultsFile(str(path), keep=100) as file:
        file.write(OLD * 1000)
        file.restart()
        file.write(NEW)
        written = file.finish()
    assert path.read_bytes() == NEW
    assert (written.size, written.diff["after"]) == (len(NEW), NEW.decode())


class TestPlace:
    def test_a_symbolic_link_stays_and_its_file_is_written(self, tmp_path):
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "rows").symlink_to("elsewhere/real")
        write(tmp_path / "rows", NEW)
        assert os.readlink(tmp_path / "rows") == "elsewhere/real"
        assert (tmp_path / "elsewhere" / "real").read_bytes() == NEW

    @pytest.mark.parametrize("dry", [False, True])
    def test_a_link_that_leads_to_itself_stays(self, tmp_path, dry):
        (tmp_path / "rows").symlink_to("other")
        (tmp_path / "other").symlink_to("rows")
        with pytest.raises(UsageError, match="^dest: .*rows is a link that leads to itself"):
            ResultsFile(str(tmp_path / "rows"), dry=dry)
        assert os.readlink(tmp_path / "rows") == "other"

    def test_a_name_as_long_as_names_may_be(self, tmp_path):
        for name in ("n" * 255, "ä" * 127):
            write(tmp_path / name, NEW)
            assert (tmp_path / name).read_bytes() == NEW

    def test_a_fifo_is_not_waited_for(self, tmp_path):
        os.mkfifo(tmp_path / "rows")
        with pytest.raises(UsageError, match="dest: .* is no regular file"):
            ResultsFile(str(tmp_path / "rows"))

    @pytest.mark.parametrize(
        ("name", "says"),
        [
            ("/dev/full", "is no regular file"),
            ("", "names no file"),
            ("a\0b", "names no file"),
            ("{tmp}", "is a folder.*inventory_hostname"),
            ("{tmp}/rows/", "is a folder"),
            ("{tmp}/no/rows", "there is no folder {tmp}/no on the control node"),
            ("{tmp}/file/rows", "there is no folder {tmp}/file"),
        ],
    )
    @pytest.mark.parametrize("dry", [False, True])
    def test_what_cannot_be_a_file(self, tmp_path, name, says, dry):
        (tmp_path / "file").touch()
        with pytest.raises(UsageError, match=f"^dest: .*{says.format(tmp=tmp_path)}"):
            ResultsFile(name.format(tmp=tmp_path), dry=dry)
        assert os.listdir(tmp_path) == ["file"]

    @pytest.mark.parametrize("dry", [False, True])
    def test_an_unwritable_folder(self, tmp_path, dry, monkeypatch):
        monkeypatch.setattr(os, "access", lambda path, how: path != str(tmp_path))
        with pytest.raises(UsageError, match="dest: .*rows cannot be written: Permission denied. Let the user"):
            ResultsFile(str(tmp_path / "rows"), dry=dry)


@pytest.mark.parametrize("when", ["write", "finish", "rename"])
def test_a_full_disk_leaves_the_old_file(tmp_path, when, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "rows"
    path.write_bytes(OLD)
    with pytest.raises(UsageError, match="dest: .* cannot be written: No space left on device. Free space") as caught:  # noqa: SIM117
        with ResultsFile(str(path)) as file:
            if when == "write":
                monkeypatch.setattr(file, "_file", type("Full", (), {"write": full, "close": full})())
            if when == "finish":
                monkeypatch.setattr(os, "fsync", full)
            if when == "rename":
                monkeypatch.setattr(os, "replace", full)
            file.write(NEW)
            file.finish()
    assert (os.listdir(tmp_path), path.read_bytes()) == (["rows"], OLD)
    assert caught.value.__notes__ == [f"{path} is as it was before."]


@pytest.mark.parametrize("dry", [False, True])
@pytest.mark.parametrize(("held", "says"), [(OLD, "{path} is as it was before."), (None, "There is no file {path}.")])
def test_every_error_says_what_is_there(tmp_path, held, says, dry):
    path = tmp_path / "rows"
    if held is not None:
        path.write_bytes(held)
    with pytest.raises(ProtocolError) as caught, ResultsFile(str(path), dry=dry) as file:
        file.write(NEW)
        raise ProtocolError("no answer")
    assert caught.value.__notes__ == [says.format(path=path)]


@pytest.mark.parametrize(
    ("held", "keep", "before", "after"),
    [
        (None, 100, "", "new\nlines\n"),
        (OLD, 100, "old\n", "new\nlines\n"),
        (OLD, 5, "4 octets, sha256 {old}\n", "10 octets, sha256 {new}\n"),
        (None, 5, "", "10 octets, sha256 {new}\n"),
        (OLD * 9, 30, "36 octets, sha256 ", "10 octets, sha256 {new}\n"),
        (b"\xff", 100, "\ufffd", "new\nlines\n"),
    ],
)
@pytest.mark.parametrize("dry", [False, True])
def test_a_diff_shows_texts_or_what_is_said_of_long_ones(tmp_path, held, keep, before, after, dry):
    path = tmp_path / "rows"
    if held is not None:
        path.write_bytes(held)
    diff = write(path, NEW, keep=keep, dry=dry).diff
    sums = {"old": hashlib.sha256(OLD).hexdigest(), "new": hashlib.sha256(NEW).hexdigest()}
    assert diff["before"].startswith(before.format(**sums)) and bool(before) == bool(diff["before"])
    assert diff["after"] == after.format(**sums)
    assert diff["before_header"] == diff["after_header"] == str(path)


@pytest.mark.parametrize(("given", "mode"), [(None, None), ("0640", 0o640), ("644", 0o644), (0o600, 0o600), ("0", 0)])
def test_modes(given, mode):
    assert _results_file.parse_mode(given) == mode


@pytest.mark.parametrize("given", ["u=rw", "0800", "7777", 644000, -1, "", [], "٠٦٤٤", True])
def test_what_is_no_mode(given):
    with pytest.raises(UsageError, match="^mode: .* is no mode of a file.*'0640'"):
        _results_file.parse_mode(given)
