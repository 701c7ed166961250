# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of this process: one for all requests with equal options, so that a loop and its retries share it.

A module-level dictionary, for actions and connections are made anew for every item; a fork begins with none.
"""

from __future__ import annotations

import os

from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils._transport import Session

_direct: dict[SessionOptions, Session] = {}
_owner = os.getpid()


def session(options: SessionOptions) -> Session:
    """The session of these options, the same one each time in this process. Raises UsageError; sends nothing."""
    return direct(options)


def direct(options: SessionOptions) -> Session:
    """The same, whose connection is this process's own: for who looks at each step of it."""
    _leave_parent()
    if options not in _direct:
        _direct[options] = Session(options)
    return _direct[options]


def close(options: SessionOptions) -> None:
    """Close the connection of these options, if there is one; what was refused stays refused."""
    _leave_parent()
    if options in _direct:
        _direct.pop(options).close()


def _leave_parent() -> None:
    """Forget the sessions that a fork has inherited: their connections are the parent's."""
    global _owner
    if _owner != os.getpid():
        _owner = os.getpid()
        _direct.clear()
