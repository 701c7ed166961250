# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WS-Management as pure functions from values to bytes and back.

Nothing in this package opens a socket, reads a clock, draws a random number or knows Ansible: identifiers and times
come in as arguments, and a caller in ``plugin_utils`` does the exchange.
"""
