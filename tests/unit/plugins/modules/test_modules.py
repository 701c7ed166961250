# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What validate-modules does not look at: all modules say the same of the same things, and run nowhere but here."""

from __future__ import annotations

import importlib
import json

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.module_utils._wsman import envelope, errors, uris

NAMES = ["create", "delete", "enumerate", "get", "identify", "invoke", "put", "schema"]
REQUIRED = {"create": {"properties": {}}, "invoke": {"method": "Reset"}, "put": {"properties": {}}}


def load(name):
    return importlib.import_module(f"ansible_collections.wsman.automation.plugins.modules.wsman_{name}")


@pytest.mark.parametrize("name", NAMES)
def test_a_module_says_where_it_runs(name, capsys):
    with patch_module_args(REQUIRED.get(name, {})), pytest.raises(SystemExit):
        load(name).main()
    result = json.loads(capsys.readouterr().out)
    assert result["failed"] is True
    assert "control node" in result["msg"]


@pytest.mark.parametrize("name", NAMES)
def test_failures_are_documented_alike_and_member_by_member(name):
    first = yaml.safe_load(load("get").RETURN)
    documented = yaml.safe_load(load(name).RETURN)
    assert documented["fault"] == first["fault"]
    assert documented["transport"] == first["transport"]


def test_the_documented_members_are_those_of_the_errors():
    documented = yaml.safe_load(load("get").RETURN)
    assert list(documented["fault"]["contains"]) == list(errors.WSManFault().to_plain())
    assert list(documented["transport"]["contains"]) == list(errors.TransportError("", step="read").to_plain())


def test_the_documented_samples_are_what_a_fault_gives():
    """Whoever branches on a member takes its name and type from here."""
    documented = yaml.safe_load(load("get").RETURN)["fault"]["contains"]
    provider = '<f:ProviderFault provider="WMI Provider"><f:WSManFault><f:Message>Not found</f:Message></f:WSManFault>'
    error = "<p:CIM_Error><p:CIMStatusCode>6</p:CIMStatusCode><p:Message>Not found</p:Message></p:CIM_Error>"
    body = f"<s:Fault><s:Code/><s:Detail>{provider}</f:ProviderFault>{error}</s:Detail></s:Fault>"
    names = f'xmlns:s="{uris.NS_SOAP}" xmlns:f="{uris.NS_FAULT}" xmlns:p="urn:p"'
    with pytest.raises(errors.WSManFault) as caught:
        envelope.load(f"<s:Envelope {names}><s:Body>{body}</s:Body></s:Envelope>".encode())
    assert caught.value.provider == documented["provider"]["sample"]
    assert caught.value.cim_error == documented["cim_error"]["sample"]


@pytest.mark.parametrize("name", NAMES)
def test_examples_use_full_names_and_options_that_exist(name):
    tasks = [task for task in yaml.safe_load(load(name).EXAMPLES) if f"wsman.automation.wsman_{name}" in task]
    assert tasks
    known = getattr(_argspec, f"{name}_module")()
    for task in tasks:
        assert set(task[f"wsman.automation.wsman_{name}"] or {}) <= set(known)


@pytest.mark.parametrize("name", NAMES)
def test_each_call_gives_a_spec_of_its_own(name):
    make = getattr(_argspec, f"{name}_module")
    first, second = make(), make()
    assert first == second
    assert all(first[option] is not second[option] for option in first)
