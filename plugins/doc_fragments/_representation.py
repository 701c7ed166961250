# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say what a resource shall hold: ``_argspec.representation()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as ``wsman.automation._representation``."""

    DOCUMENTATION = r"""
options:
  properties:
    description:
      - The wanted members, name to value. A list is an array, a dictionary the members of a nested element, V(null) no value.
        A dictionary with the member C(resource_uri) is an endpoint reference. Where a service must be told the class of an embedded
        instance that it does not hold yet, use O(body).
      - Integers, floats and booleans are written as the protocol writes them. Members that are not named are not touched.
      - Exactly one of O(properties) and O(body) is required, unless the module has another option for it.
    type: dict
  body:
    description:
      - The whole representation as the service shall receive it, as XML text with one root element, or as a dictionary with
        one key in the form that C(xmltodict) knows (attributes begin with C(@), text beside them is C(#text), names without a prefix
        are in the namespace of the resource).
      - It is sent as it is.
    type: raw
"""
