# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The suboptions of ``session``: the connection plugin's own options, given with a task.

None has a default, so that one which is not given leaves the variables of the host as they are. The documentation of
the same suboptions is the fragment ``_session``; a unit test compares both with the connection plugin.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman import session

ArgumentSpec = dict[str, dict[str, t.Any]]


def session_options_spec() -> ArgumentSpec:
    """A fresh argument spec of all connection options; ``session.from_options`` judges ranges and combinations."""
    return {
        "host": {"type": "str"},
        "scheme": {"type": "str", "choices": list(session.SCHEMES)},
        "port": {"type": "int"},
        "http_prefix": {"type": "str"},
        "authentication": {"type": "str", "choices": list(session.AUTHENTICATIONS)},
        "user": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "message_encryption": {"type": "str", "choices": list(session.MESSAGE_ENCRYPTIONS)},
        "ca_cert": {"type": "path"},
        "skip_ca_check": {"type": "bool"},
        "skip_cn_check": {"type": "bool"},
        "skip_revocation_check": {"type": "bool"},
        "proxy_access_type": {"type": "str", "choices": list(session.PROXY_ACCESS_TYPES)},
        "connect_timeout": {"type": "float"},
        "operation_timeout": {"type": "float"},
        "read_timeout": {"type": "float"},
        "deadline": {"type": "float"},
        "max_envelope_size": {"type": "int"},
        "batch_items": {"type": "int"},
        "locale": {"type": "str"},
        "data_locale": {"type": "str"},
        "encoding": {"type": "str", "choices": list(session.ENCODINGS)},
        "profile": {"type": "str", "choices": list(session.PROFILES)},
    }
