# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which secrets were refused, so that nothing shows them again: one wrong password counts once, not once a retry.

That is remembered for a task with its loop and its retries, and no longer: each worker has one. The process that keeps
sessions works for many tasks, and has a memory for each of them (:func:`apart`).
"""

from __future__ import annotations

import collections.abc
import contextlib
import contextvars
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _answers

Key = tuple[t.Any, ...]


class Memory(dict[int, dict[Key, TransportError]]):
    """What one task knows: errors by kind and key. A class, so that there may be weak references to it."""


_memory: contextvars.ContextVar[Memory] = contextvars.ContextVar("memory")
_own = Memory()


@contextlib.contextmanager
def apart(memory: Memory) -> t.Iterator[None]:
    """Inside, what is refused is remembered in *memory*, and what is there is known; threads of ``within`` too."""
    token = _memory.set(memory)
    try:
        yield
    finally:
        _memory.reset(token)


class Refused(collections.abc.MutableMapping[Key, TransportError]):
    """What was refused of one kind of secrets: the error by what was shown to whom."""

    def _held(self) -> dict[Key, TransportError]:
        return _memory.get(_own).setdefault(id(self), {})

    def __getitem__(self, key: Key) -> TransportError:
        return self._held()[key]

    def __setitem__(self, key: Key, error: TransportError) -> None:
        self._held()[key] = error

    def __delitem__(self, key: Key) -> None:
        del self._held()[key]

    def __iter__(self) -> t.Iterator[Key]:
        return iter(self._held())

    def __len__(self) -> int:
        return len(self._held())


accounts = Refused()


def accounts_of(options: SessionOptions) -> tuple[Key, Key]:
    """The secret as it stands everywhere, and as it stands on this host."""
    secret = (options.user, options.password, options.certificate_pem, options.certificate_pfx)
    return (None, *secret), (options.host, *secret)


def check(options: SessionOptions) -> None:
    """Raise :class:`TransportError` where the account of *options* was refused before."""
    if options.authentication == "none":
        return
    known = next((accounts[one] for one in accounts_of(options) if one in accounts), None)
    if known is not None:
        raise _answers.refused_before(known)


def remember(options: SessionOptions, error: TransportError, *, here: bool) -> None:
    """The account of *options* was refused with *error*, *here* on this host alone, or wherever it is shown."""
    accounts.setdefault(accounts_of(options)[here], error)
