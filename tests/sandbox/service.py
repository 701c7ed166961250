# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dispatch of a parsed request to the resource that serves its URI."""

from __future__ import annotations

from .faults import Fault, ProviderFault
from .provider import Call, Filter, Fragment, Item, Option, Provider, Selectors

__all__ = ["Call", "Fault", "Filter", "Fragment", "Item", "Option", "Provider", "ProviderFault", "Selectors"]
