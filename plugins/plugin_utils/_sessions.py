# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of this process: one for all requests with equal options, so that a loop and its retries share it.

A module-level dictionary, for actions and connections are made anew for every item; a fork begins with none. Where the
options say so, the connection is kept by another process for the tasks that follow.
"""

from __future__ import annotations

import os

from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _held, _starting
from ansible_collections.wsman.automation.plugins.plugin_utils._held import HeldSession
from ansible_collections.wsman.automation.plugins.plugin_utils._transport import Session

_direct: dict[SessionOptions, Session] = {}
_kept: dict[SessionOptions, HeldSession] = {}
_owner = os.getpid()


def session(options: SessionOptions) -> Session | HeldSession:
    """The session of these options, the same one each time in this process. Raises UsageError; sends nothing."""
    _leave_parent()
    if options in _direct:
        return _direct[options]
    if not options.keep_session:
        _held.forget(options, all_of_host=False)
        return direct(options)
    kept = _kept.get(options) or HeldSession(options)
    if kept.is_resting and not kept.take() and not _starting.is_orphan():
        _kept.pop(options, None)
        return direct(options)
    return _kept.setdefault(options, kept)


def direct(options: SessionOptions) -> Session:
    """The same, whose connection is this process's own: for who looks at each step of it."""
    _leave_parent()
    if options not in _direct:
        _direct[options] = Session(options)
    return _direct[options]


def rest() -> None:
    """This task is done for now: what is kept is for the next one, which may begin at once."""
    _leave_parent()
    for one in _kept.values():
        one.rest()


def close(options: SessionOptions) -> None:
    """Close the connection of these options, if this process has one; what was refused stays refused.

    One that is kept is given back.
    """
    _leave_parent()
    if options in _direct:
        _direct.pop(options).close()
    if options in _kept:
        _kept.pop(options).close()


def reset(options: SessionOptions) -> None:
    """The same, and no session with the service is kept by whatever process: the next request opens anew."""
    close(options)
    _held.forget(options, all_of_host=True)


def _leave_parent() -> None:
    """Forget the sessions that a fork has inherited: their connections are the parent's."""
    global _owner
    if _owner != os.getpid():
        _owner = os.getpid()
        _direct.clear()
        _kept.clear()
