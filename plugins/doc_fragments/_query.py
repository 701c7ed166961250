# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that find instances in place of naming one: ``_argspec.query()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as ``wsman.automation._query``."""

    DOCUMENTATION = r"""
options:
  filter:
    description:
      - Act on every instance that this finds, in place of one that O(selector_set) or O(endpoint_reference) names. These, selectors
        in O(resource_uri) and C(fragment) cannot be given with it.
      - A text is a query, a dictionary selects by equality of properties. For a WQL query the O(resource_uri) ends in V(*), as
        V(wmicimv2/*) does, or is the class that the query names.
      - No match is no error, and RV(count) is V(0) then. Nothing is done to any instance before all are found and looked at.
    type: raw
  dialect:
    description:
      - The dialect of O(filter), V(wql), V(cql), V(xpath), V(selector) or a URI.
      - The default is V(wql) for a text and V(selector) for a dictionary.
    type: str
  limit_targets:
    description:
      - How many instances O(filter) may find. More are an error, which names them and leaves all of them alone.
    type: int
    default: 1
"""
