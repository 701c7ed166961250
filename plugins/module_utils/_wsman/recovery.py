# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about an enumeration that fails half-way, so that no row is lost and none comes twice (state.md §4).

A Pull that timed out has consumed nothing and is sent again. What the service could not encode it has lost (Openwsman:
182 of 1,003 rows came), a context that is gone is gone, and of a Pull whose connection was lost nobody knows whether it
was answered: then all that came is discarded, and the enumeration begins again, with half of what was asked for at a
time unless the connection is to blame. So it does after any fault where more was asked for than at first, which may be
what the service does not bear. Nothing is skipped, as the order of the rows is not stable.

Judges errors and counts; the conversation is ``enumeration.py``'s.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .errors import TransportError, WSManError, WSManFault

#: How often a Pull that timed out is sent again: as often as winrm.vbs does.
REPETITIONS: t.Final = 3
#: How often an enumeration is begun again.
RESTARTS: t.Final = 4

Remedy = t.Literal["repeated", "restarted"]

_TIMED_OUT: t.Final = ("wsman:TimedOut", "wsen:TimedOut")
_WINDOWS_TIMED_OUT: t.Final = (2150858780, 2150858793, 0x800705B4)
_ENCODING_LIMIT: t.Final = "wsman:EncodingLimit"
_WINDOWS_ENCODING_LIMIT: t.Final = (2150858805, 2150858823, 2150858824, 2150858825)
_GONE: t.Final = "wsen:InvalidEnumerationContext"
_WINDOWS_GONE: t.Final = (2150858779,)
_UNREACHABLE: t.Final = "wsa:DestinationUnreachable"
#: The details of EncodingLimit that are about the size of an answer, not about the request (DSP0226 14.6).
_SIZES: t.Final = ("", "MaxEnvelopeSize", "MaxEnvelopeSizeExceeded", "ServiceEnvelopeLimit")


@dataclasses.dataclass
class Recovery:
    """What one enumeration met and what was done about it, and what is to be done about the next failure.

    *events* is the ``recovered`` of results: ``{at_pull, fault, action, max_elements}``, where *at_pull* counts from 1
    within its pass and is 0 for the Enumerate, *action* is ``repeated`` or ``restarted``, and *max_elements* is what
    is asked for from then on. *longest* is the count of the longest pass that was given up.
    """

    events: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    restarts: int = 0
    longest: int = 0
    _repetitions: int = 0

    def answered(self) -> None:
        """Time-outs are counted anew after each answer."""
        self._repetitions = 0

    def choose(self, error: WSManError, *, pull: bool, batch: int, grown: bool = False) -> Remedy | None:
        """What helps against *error* of a Pull, or of an Enumerate that asked for items; None where nothing does.

        *batch* is what was asked for: where a single row does not fit, fewer cannot be asked for. *grown* is true where
        that is more than at first, by our own choice.
        """
        if pull and is_time_out(error):
            return "repeated" if self._repetitions < REPETITIONS else None
        helps = pull if is_gone(error) or is_cut_off(error) else batch > 1 and is_too_large(error, pull=pull)
        helps = helps or (grown and isinstance(error, WSManFault))
        return "restarted" if helps and self.restarts < RESTARTS else None

    def repeat(self, error: WSManError, pull: int, batch: int) -> None:
        """Note that the Pull of this number is sent again."""
        self._repetitions += 1
        self._note("repeated", error, pull, batch)

    def restart(self, error: WSManError, pull: int, batch: int, count: int) -> None:
        """Note that it is begun again, after *count* items, and asks for *batch* at a time from now on."""
        self._repetitions = 0
        self.restarts += 1
        self.longest = max(self.longest, count)
        self._note("restarted", error, pull, batch)

    def tell(self, count: int) -> str:
        """How far the enumeration came that failed now, after *count* items; empty where it came nowhere."""
        longest = max(self.longest, count)
        if self.restarts:
            return (
                f"The enumeration was begun {self.restarts + 1} times and came to {longest} items in its longest pass;"
                " as none of the passes is complete, none of them is returned."
            )
        return f"{count} items came before that; as they are not all, none of them is returned." if count else ""

    def _note(self, action: Remedy, error: WSManError, pull: int, batch: int) -> None:
        self.events.append({"at_pull": pull, "fault": _name(error), "action": action, "max_elements": batch})


def is_time_out(error: WSManError) -> bool:
    """True where the service was not done in time; it has consumed nothing then."""
    return _is(error, _TIMED_OUT, _WINDOWS_TIMED_OUT)


def is_gone(error: WSManError) -> bool:
    """True where the service has no such context (any more).

    OMI's word for it is a DestinationUnreachable that says nothing more (wire/omi/13), or that is about a context; one
    about a class or a resource has a detail.
    """
    if not isinstance(error, WSManFault):
        return False
    bare = not (error.fault_detail or error.cim_error or error.provider)
    bare = bare or "enumeration context" in (error.reason or "").lower()
    return _is(error, (_GONE,), _WINDOWS_GONE) or (error.subcode == _UNREACHABLE and bare)


def is_cut_off(error: WSManError) -> bool:
    """True where the connection ended before the answer did; who is silent is not asked again."""
    return isinstance(error, TransportError) and error.lost and not error.silent and error.step in ("send", "read")


def is_too_large(error: WSManError, *, pull: bool) -> bool:
    """True where the service could not encode its answer; of an Enumerate only where it is not about the request."""
    if not isinstance(error, WSManFault) or not _is(error, (_ENCODING_LIMIT,), _WINDOWS_ENCODING_LIMIT):
        return False
    return pull or (error.fault_detail or "").strip().rpartition("/")[2] in _SIZES


def _is(error: WSManError, subcodes: tuple[str, ...], numbers: tuple[int, ...]) -> bool:
    return isinstance(error, WSManFault) and (error.subcode in subcodes or error.windows_code in numbers)


def _name(error: WSManError) -> str | None:
    return (error.subcode or error.windows_name or error.code) if isinstance(error, WSManFault) else None
