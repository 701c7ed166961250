# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say how wanted values are compared with held ones: ``_argspec.keeping()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as ``wsman.automation._keeping``."""

    DOCUMENTATION = r"""
options:
  allow_loss:
    description:
      - Consent to what the service loses of an instance whenever it is written. Openwsman sets datetimes, references and embedded
        instances to null by every change of anything, and shows a text with C(&) as empty. Without consent such a change is refused,
        and the message names the members.
    type: bool
    default: false
  array_order:
    description:
      - V(exact) takes two arrays for equal if they hold the same values in the same order. V(ignore) takes them for bags, where
        only the values and how often each occurs count.
    type: str
    choices: [exact, ignore]
    default: exact
  secret_members:
    description:
      - Names of members that read as empty whatever they hold, so that they cannot be compared. The password of a certificate
        mapping, that of a plugin's account and C(RSEPassword) of AMT are known to be such.
    type: list
    elements: str
    default: []
  verify:
    description:
      - Services answer that all is well and store something else, or nothing. So the instance is read again after every change and
        compared with what was wanted.
      - V(true) fails the task where something differs, with the members in RV(ignored) and RV(altered), and with what else it
        lost in C(lost). V(warn) gives a warning instead. V(false) does not compare.
      - A number that was not named and has become another one, as counters do by themselves, is a warning always. One that has
        become 0 or empty is lost.
      - A service that cannot be read after it has accepted the change fails no task, as a change of a listener may cut the
        connection that it came by. RV(verified) is V(false) then, and a warning says why.
    type: str
    choices: ["true", warn, "false"]
    default: "true"
"""
