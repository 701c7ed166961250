# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options, answers and errors as members of JSON, and back: what travels between a worker and who keeps its session."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    TransportError,
    UsageError,
    WSManError,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils._transport import Answer

try:
    from requests.structures import CaseInsensitiveDict
except ImportError:  # said by _http, which cannot work at all without
    CaseInsensitiveDict = dict

Plain = dict[str, t.Any]

#: What decides where a connection is kept, and not how the service is reached.
_ELSEWHERE = ("keep_session",)
_KINDS: dict[str, type[TransportError] | type[UsageError]] = {"transport": TransportError, "usage": UsageError}


def from_options(options: SessionOptions) -> Plain:
    """Every member, secrets too."""
    return {field.name: getattr(options, field.name) for field in dataclasses.fields(options)}


def to_options(plain: Plain) -> SessionOptions:
    """The options that *plain* was made of."""
    return SessionOptions(**{**plain, "alternatives": tuple(plain["alternatives"])})


def key_of(options: SessionOptions, secret: bytes) -> str:
    """What stands for *options* and tells nothing of them to who does not have *secret*: equal for equal ones."""
    members = {name: value for name, value in from_options(options).items() if name not in _ELSEWHERE}
    text = json.dumps(members, sort_keys=True).encode("ascii")
    return hmac.new(secret, text, hashlib.sha256).hexdigest()


def from_answer(answer: Answer) -> Plain:
    """All but the body."""
    return {
        "status": answer.status,
        "charset": answer.charset,
        "server": answer.server,
        "headers": dict(answer.headers),
    }


def to_answer(plain: Plain, body: bytes) -> Answer:
    """The answer that *plain* was made of."""
    headers = CaseInsensitiveDict(plain["headers"])
    return Answer(body, plain["status"], plain["charset"], plain["server"], headers)


def from_error(error: WSManError) -> Plain:
    """A TransportError or UsageError with all that is known of it."""
    kind = "usage" if isinstance(error, UsageError) else "transport"
    return {"kind": kind, "text": str(error), "members": vars(error)}


def to_error(plain: Plain) -> WSManError:
    """The error that *plain* was made of; of a subclass it is what all of its kind have."""
    kind = _KINDS[plain["kind"]]
    error = kind.__new__(kind)
    Exception.__init__(error, plain["text"])
    for name, value in plain["members"].items():
        setattr(error, name, tuple(value) if isinstance(value, list) else value)
    return error
