# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that go into the header of every request: ``_argspec.request()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as ``wsman.automation._request``."""

    DOCUMENTATION = r"""
options:
  operation_timeout:
    description:
      - Seconds that the service may take for one operation. V(0) sends no limit, then the service's own counts.
      - The default is the option of the same name of the connection. The time that an answer is waited for follows from it.
    type: float
  max_envelope_size:
    description:
      - The largest answer in octets that the service may send. The default is the option of the same name of the connection.
    type: int
  locale:
    description:
      - The language for texts in the answer, such as V(en-US). The default is the option of the same name of the connection.
    type: str
"""
