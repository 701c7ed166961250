# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user is told at ``-v`` and ``-vv``: once a process and host, not once an item of a loop.

In the process that keeps sessions nobody is listening: there it is collected, and said by the worker it concerns.
"""

from __future__ import annotations

import contextvars

from ansible.utils.display import Display

display = Display()
_said: set[tuple[str, str]] = set()

#: What was to be said, as arguments of :func:`say`; threads of ``_sockets.within`` have the same one.
collected: contextvars.ContextVar[list[tuple[str, str, int]] | None] = contextvars.ContextVar("collected", default=None)


def say(text: str, host: str, verbosity: int = 1) -> None:
    """Show *text* from *verbosity* ``v`` on, unless it was said of this host before."""
    heard = collected.get()
    if heard is not None:
        heard.append((text, host, verbosity))
    elif (host, text) not in _said:
        _said.add((host, text))
        display.verbose(text, host=host, caplevel=verbosity - 1)
