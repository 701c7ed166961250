# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables as an inventory has them, through the translation to one session."""

from __future__ import annotations

import yaml

from ansible_collections.wsman.automation.plugins.connection import wsman
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import from_options
from ansible_collections.wsman.automation.plugins.plugin_utils import _compatibility
from ansible_collections.wsman.automation.plugins.plugin_utils._foreign import Given

#: variable → option, as the connection plugin's documentation has it
VARIABLES = {
    one["name"]: wsman.RENAMED.get(name, name)
    for name, documented in yaml.safe_load(wsman.DOCUMENTATION)["options"].items()
    for one in documented["vars"]
}
ACCOUNT = {"ansible_host": "srv", "ansible_user": "u", "ansible_password": "p"}


def given(variables):
    return {VARIABLES[name]: Given(value, name) for name, value in variables.items()}


def resolve(variables, session=None, **more):
    return _compatibility.resolve(given(variables), session or {}, **more)


def options(variables, session=None, **more):
    return from_options(resolve(variables, session, **more).options)
