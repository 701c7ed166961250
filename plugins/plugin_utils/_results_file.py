# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of results on the control node: written beside itself and put in place as a whole, or not at all.

Whatever ends a task, the file that was there before stays as it is until the new one is complete and on the disk. Until
then the new one has no name, so that nothing is left of it when the process is killed; where the file system knows no
such files, its name says what it is. Knows bytes and nothing of what they mean.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import tempfile
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError, WSManError

OPTION = "dest"
#: A new file is its owner's alone: what a service tells is not for everybody.
PRIVATE = 0o600

_CHUNK = 1024 * 1024
_NAME = 50  # characters of the name of a temporary file that are the file's own
_SUFFIX = ".tmp"
_PERMISSIONS = "Let the user that runs Ansible write in the folder, or name another file."
_REMEDIES = {
    errno.ENOSPC: "Free space on that disk, or name a file on another one.",
    errno.EDQUOT: "Free space on that disk, or name a file on another one.",
    errno.EFBIG: "Raise the limit of file sizes (ulimit -f).",
    errno.EACCES: _PERMISSIONS,
    errno.EPERM: _PERMISSIONS,
    errno.EROFS: _PERMISSIONS,
}


class Written(t.NamedTuple):
    """What is in the file now, or would be, in octets and as sha256; *diff* is what Ansible shows of a change."""

    size: int
    checksum: str
    changed: bool
    diff: dict[str, str] | None


class ResultsFile:
    """The file at *path*, which a symbolic link may lead to.

    *mode* are its permissions; None keeps those of a file that is there. With *dry* nothing is written. With *keep*
    there is a diff, which shows texts of up to so many octets. Raises UsageError, also where something is wrong with
    the disk later: use it as a context manager, which says in every error that ends it what is there now.
    """

    def __init__(self, path: str, *, mode: int | None = None, dry: bool = False, keep: int = 0) -> None:
        self._path = _locate(path)
        self._mode = mode
        self._keep = keep
        self._file: t.BinaryIO | None = None
        self._temporary: str | None = None
        self._begin_counting()
        try:
            with _explaining(self._path):
                _check_folder(os.path.dirname(self._path))
                if not dry:
                    self._open()
        except UsageError as error:
            if _stat(self._path) is not None:
                self._tell(error)
            raise

    def __enter__(self) -> ResultsFile:
        return self

    def __exit__(self, _kind: object, error: object, _traceback: object) -> None:
        self._discard()
        if isinstance(error, WSManError):
            self._tell(error)

    def write(self, data: bytes) -> None:
        """Write the next octets."""
        self._checksum.update(data)
        self._size += len(data)
        if self._kept is not None:
            self._kept = self._kept + data if self._size <= self._keep else None
        if self._file is not None:
            with _explaining(self._path):
                self._file.write(data)

    def restart(self) -> None:
        """Begin with an empty file again."""
        self._begin_counting()
        if self._file is not None:
            with _explaining(self._path):
                self._file.seek(0)
                self._file.truncate()

    def finish(self) -> Written:
        """Put the new file in place of the old one, unless they hold the same."""
        checksum = self._checksum.hexdigest()
        with _explaining(self._path):
            held = _stat(self._path)
            old = None if held is None else _checksum(self._path)
            if held is not None and old == checksum:
                return Written(self._size, checksum, self._change_mode(held), None)
            diff = self._compare(held, old, checksum) if self._keep else None
            self._put_in_place(held)
        return Written(self._size, checksum, True, diff)

    def _compare(self, held: os.stat_result | None, old: str | None, new: str) -> dict[str, str]:
        """Both texts, or what is said of them where one is too long."""
        before = "" if held is None else None
        if held is not None and held.st_size <= self._keep and old is not None:
            with open(self._path, "rb") as file:
                before = file.read().decode(errors="replace")
        after = None if self._kept is None else self._kept.decode()
        if before is None or after is None:
            before = "" if held is None else f"{held.st_size} octets, sha256 {old}\n"
            after = f"{self._size} octets, sha256 {new}\n"
        return {"before_header": self._path, "after_header": self._path, "before": before, "after": after}

    def _tell(self, error: WSManError) -> None:
        is_there = _stat(self._path) is not None
        error.add_note(f"{self._path} is as it was before." if is_there else f"There is no file {self._path}.")

    def _begin_counting(self) -> None:
        self._checksum, self._size = hashlib.sha256(), 0
        self._kept: bytes | None = b"" if self._keep else None

    def _open(self) -> None:
        handle = _open_unnamed(self._path)
        if handle is None:
            folder, prefix = _beside(self._path)
            handle, self._temporary = tempfile.mkstemp(dir=folder, prefix=prefix, suffix=_SUFFIX)
        self._file = open(handle, "wb")  # noqa: SIM115 - closed by finish, or by who leaves the context

    def _change_mode(self, held: os.stat_result) -> bool:
        """Give the old file the permissions that it lacks; whether it lacks any."""
        if self._mode is None or stat.S_IMODE(held.st_mode) == self._mode:
            return False
        if self._file is not None:
            os.chmod(self._path, self._mode)
        return True

    def _put_in_place(self, held: os.stat_result | None) -> None:
        if self._file is None:
            return
        self._file.flush()
        handle = self._file.fileno()
        mode = PRIVATE if held is None else stat.S_IMODE(held.st_mode) & 0o777
        if held is not None:
            with contextlib.suppress(PermissionError):  # as with everything else that Ansible replaces
                os.fchown(handle, held.st_uid, held.st_gid)
        os.fchmod(handle, mode if self._mode is None else self._mode)
        os.fsync(handle)
        if self._temporary is None:
            self._temporary = _give_name(handle, self._path)
        self._file.close()
        os.replace(self._temporary, self._path)
        self._file = self._temporary = None

    def _discard(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):  # a full disk says so again
                self._file.close()
        if self._temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(self._temporary)
        self._file = self._temporary = None


def parse_mode(value: t.Any) -> int | None:
    """The permissions that an option ``mode`` names, in octal digits or as the number that YAML makes of them.

    Raises UsageError.
    """
    if value is None:
        return None
    text = str(value).strip()
    octal = isinstance(value, str)
    if text.isascii() and text.isdigit():
        with contextlib.suppress(ValueError):
            mode = int(text, 8) if octal else int(text)
            if 0 <= mode <= 0o777:
                return mode
    remedy = "Give octal digits in quotes, such as '0640'."
    raise UsageError(f"{text!r} is no mode of a file.", option="mode", remedy=remedy)


def _locate(path: str) -> str:
    """The file itself; UsageError for what no file can be, or what a file must not be put in place of."""
    if not path.strip() or "\0" in path:
        raise UsageError("it names no file.", option=OPTION, remedy="Give the path of a file.")
    found = os.path.realpath(path)
    held = _stat(found)
    if path.endswith(os.sep) or (held is not None and stat.S_ISDIR(held.st_mode)):
        raise UsageError(
            f"{path} is a folder.", option=OPTION, remedy="Name a file in it, such as {{ inventory_hostname }}.jsonl."
        )
    if os.path.islink(found):
        raise UsageError(f"{path} is a link that leads to itself.", option=OPTION, remedy="Name a file.")
    if held is not None and not stat.S_ISREG(held.st_mode):
        raise UsageError(
            f"{path} is no regular file.", option=OPTION, remedy="Name a regular file, or one that is not there yet."
        )
    return found


def _check_folder(folder: str) -> None:
    if not os.path.isdir(folder):
        raise UsageError(
            f"there is no folder {folder} on the control node.",
            option=OPTION,
            remedy="Make it first, with ansible.builtin.file and delegate_to localhost, or name another.",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _beside(path: str) -> tuple[str, str]:
    """The folder, and how the name of a temporary file begins."""
    folder, name = os.path.split(path)
    return folder, f".{name[:_NAME]}.wsman_enumerate-"


def _open_unnamed(path: str) -> int | None:
    """A file without a name beside *path*; None where there is none, or it could not be given a name in the end."""
    kind = getattr(os, "O_TMPFILE", None)
    if kind is None:
        return None
    folder = os.path.dirname(path)
    with contextlib.suppress(OSError):
        tried = os.open(folder, kind | os.O_WRONLY, PRIVATE)
        try:
            os.unlink(_give_name(tried, path))
        finally:
            os.close(tried)
        return os.open(folder, kind | os.O_WRONLY, PRIVATE)
    return None


def _give_name(handle: int, path: str) -> str:
    """Give an unnamed file the name of a temporary one."""
    folder, prefix = _beside(path)
    name = f"{prefix}{secrets.token_hex(8)}{_SUFFIX}"
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:  # only with a folder of its own is a link of /proc followed
        os.link(f"/proc/self/fd/{handle}", name, dst_dir_fd=place, follow_symlinks=True)
    finally:
        os.close(place)
    return os.path.join(folder, name)


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None


def _checksum(path: str) -> str | None:
    """The sha256 of a file, in hexadecimal; None for one that cannot be read."""
    found = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while piece := file.read(_CHUNK):
                found.update(piece)
    except OSError:
        return None
    return found.hexdigest()


@contextlib.contextmanager
def _explaining(path: str) -> t.Iterator[None]:
    """What the system says of the file or its folder, as an error that names the option."""
    try:
        yield
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0)
        said = error.strerror or str(error)
        raise UsageError(f"{path} cannot be written: {said}.", option=OPTION, remedy=remedy) from error
