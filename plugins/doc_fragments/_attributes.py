# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every module: attributes, requirements, and what a failure looks like."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as ``wsman.automation._attributes``, beside core's ``action_common_attributes``."""

    DOCUMENTATION = r"""
attributes:
  action:
    support: full
    details: All of the work is done by the action plugin on the control node. Nothing is copied to the host.
  action_group:
    support: full
    membership:
      - wsman.automation.wsman
  async:
    support: none
    details: A task with C(async) fails before anything is sent.
  become:
    support: none
    details: It has no effect. The account is the one that the connection authenticates as.
  bypass_host_loop:
    support: none
  connection:
    support: full
    details: >-
      A task whose connection is P(wsman.automation.wsman#connection) uses it. Under any other connection the module opens that one
      itself, from the same variables of the host, so that C(ansible_connection) need not be set.
  delegation:
    support: full
    details: >-
      With C(delegate_to) the service of that host is talked to. With C(delegate_to=localhost) name the host in O(session).
  platform:
    platforms: all
    support: full
    details: Any service that speaks WS-Management (DSP0226), such as WinRM, OMI, Openwsman, iDRAC or Intel AMT.
requirements:
  - xmltodict (Python library, on the control node), for a body given as a dictionary only
author:
  - The wsman.automation authors (!UNKNOWN)
notes:
  - Where the service cannot be reached or refuses the account the host becomes unreachable. The result then carries RV(transport),
    with the step that failed and the remedy. C(ignore_unreachable) applies to it, C(rescue) does not.
  - A fault that the service answers with fails the task. The result then carries RV(fault), to branch on.
seealso:
  - plugin: wsman.automation.wsman
    plugin_type: connection
    description: Every option of the connection, and the variables that set it.
"""
