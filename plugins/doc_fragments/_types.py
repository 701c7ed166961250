# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option that decides which type values have: ``_argspec.types()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as ``wsman.automation._types``."""

    DOCUMENTATION = r"""
options:
  types:
    description:
      - Which type a value has that the protocol writes as text. V(auto), V(text), or a dictionary of names and types such as
        C({"State":"uint16", "Words":"string[]"}).
      - With V(auto) the schema of the class decides, where the service gives it. Windows and OMI do; it is asked for once for each
        class, service and run. Openwsman, iDRAC and Intel AMT give none, and their text stays text.
      - With V(text) text stays text everywhere, and no schema is asked for.
      - A dictionary says it for single members, before any schema does, and leaves the others as with V(auto). The types are
        V(boolean), V(uint8), V(uint16), V(uint32), V(uint64), V(sint8), V(sint16), V(sint32), V(sint64), V(real32), V(real64), V(char16),
        V(string), V(datetime), V(octetstring), V(reference) and V(instance). With C([]) after it the member is a list, also if it
        holds one value.
      - The default is the option of the same name of the connection, the variable C(ansible_wsman_types), and V(auto) without it.
    type: raw
"""
