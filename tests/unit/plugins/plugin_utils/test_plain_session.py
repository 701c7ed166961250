# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What travels between a worker and the process that keeps sessions: options with their key, answers, errors."""

from __future__ import annotations

import dataclasses
import json

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import TransportError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
from ansible_collections.wsman.automation.plugins.plugin_utils import _answers, _plain_session
from ansible_collections.wsman.automation.plugins.plugin_utils._kerberos_errors import Unavailable
from ansible_collections.wsman.automation.plugins.plugin_utils._transport import Answer

SECRET = b"k" * 32
PLAIN = SessionOptions("srv")
FIELDS = [field.name for field in dataclasses.fields(SessionOptions)]


def other(value):
    """A value of the same kind that is not this one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, tuple):
        return (*value, "ntlm")
    return f"{value or ''}x"


def through(plain):
    return json.loads(json.dumps(plain))


@pytest.mark.parametrize("name", FIELDS)
def test_one_option_that_differs_makes_another_key(name):
    changed = dataclasses.replace(PLAIN, **{name: other(getattr(PLAIN, name))})
    same = _plain_session.key_of(changed, SECRET) == _plain_session.key_of(PLAIN, SECRET)
    assert same == (name == "keep_session")


def test_nothing_runs_from_one_option_into_the_next():
    keys = {
        _plain_session.key_of(SessionOptions("srv", user=user, password=password), SECRET)
        for user, password in [("a", "bc"), ("ab", "c"), ("abc", None), ("abc", ""), (None, "abc"), ('a","b', "c")]
    }
    assert len(keys) == 6


def test_the_key_is_anothers_with_another_secret_and_shows_nothing():
    options = SessionOptions("srv", password="s3cret")
    keys = {_plain_session.key_of(options, secret) for secret in (SECRET, b"l" * 32)}
    assert len(keys) == 2 and not any("s3cret" in key for key in keys)


@pytest.mark.parametrize("name", FIELDS)
def test_options_arrive_as_they_were(name):
    value = getattr(PLAIN, name)
    for one in (value, other(value), 'Mé \U0001f511 \\ "' if isinstance(value, str) else value):
        options = dataclasses.replace(PLAIN, **{name: one})
        arrived = _plain_session.to_options(through(_plain_session.from_options(options)))
        assert arrived == options and hash(arrived) == hash(options)
        assert type(getattr(arrived, name)) is type(one)


def test_answers_arrive_as_they_were():
    answer = Answer(b"<x/>", 500, "utf-16", None, {"Server": "Mé", "Content-Length": "4"})
    arrived = _plain_session.to_answer(through(_plain_session.from_answer(answer)), answer.body)
    assert dataclasses.replace(arrived, headers={}) == dataclasses.replace(answer, headers={})
    assert dict(arrived.headers) == answer.headers and arrived.headers["server"] == "Mé"


def errors():
    full = TransportError(
        "It is gone.",
        step="read",
        remedy="Try again.",
        offered_schemes=("Basic", "Negotiate"),
        http_status=401,
        outcome_unknown=True,
        secret_refused=True,
    )
    full.message += " That was late."
    full.after_change = True
    full.members = {"instance": {"A": 1}}
    yield full
    yield TransportError("", step="connect")
    yield _answers.refused_before(full)
    yield Unavailable("No ticket", "Get one")
    yield UsageError("wrong", option="host", remedy="Write it.", windows_code=2150858999)
    yield UsageError("wrong")


@pytest.mark.parametrize("error", list(errors()), ids=str)
def test_errors_arrive_with_all_that_is_known(error):
    arrived = _plain_session.to_error(through(_plain_session.from_error(error)))
    assert str(arrived) == str(error) and vars(arrived) == vars(error)
    assert isinstance(arrived, UsageError) == isinstance(error, UsageError)
    if isinstance(error, TransportError):
        assert arrived.to_plain() == error.to_plain()


def test_every_member_of_an_error_is_one_of_json():
    """Else one could not come back at all."""
    for error in errors():
        assert {name: type(value) for name, value in vars(error).items() if not _is_plain(value)} == {}


def _is_plain(value):
    return value is None or isinstance(value, (str, int, bool, dict)) or all(isinstance(one, str) for one in value)
