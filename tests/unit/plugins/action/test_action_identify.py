# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsman_identify, and that the remedy of a fault knows which kind of service it came from."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.action import wsman_identify
from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import fault

IDENTITY = (
    '<i:IdentifyResponse xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    "<i:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</i:ProtocolVersion>"
    "<i:ProductVendor>{}</i:ProductVendor><i:ProductVersion>1</i:ProductVersion></i:IdentifyResponse>"
)
STEP = {"step": "tcp", "ok": False, "seconds": 0.1, "detail": "box:1 refused the connection.", "remedy": "Start it."}


def test_identify(run):
    result, connection = run("identify", {}, IDENTITY.format("Openwsman Project"))
    assert result["identity"]["product_vendor"] == "Openwsman Project" and result["changed"] is False
    assert "diagnosis" not in result and connection.session.profile.name == "openwsman"


def test_fail_on_problem_needs_a_diagnosis(run):
    result, connection = run("identify", {"fail_on_problem": True})
    assert result["failed"] and result["msg"].startswith("fail_on_problem: ") and "diagnose" in result["msg"]
    assert not connection.sent


@pytest.mark.parametrize("fail", [False, True])
@pytest.mark.parametrize("steps", [[STEP], [{**STEP, "ok": True}, {**STEP, "ok": None}]])
def test_a_problem_fails_the_task_only_where_that_is_wanted(run, monkeypatch, steps, fail):
    problem = steps[0]["ok"] is False
    found = {"diagnosis": steps, "failed_step": "tcp" if problem else None}
    monkeypatch.setattr(wsman_identify._diagnosis, "run", lambda client: found)
    result, _connection = run("identify", {"diagnose": True, "fail_on_problem": fail})
    assert result["diagnosis"] == steps and result["changed"] is False and "session" in result
    assert result.get("failed", False) is (problem and fail)
    if problem and fail:
        assert result["msg"] == "tcp: box:1 refused the connection. Start it."


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ({"profile": "amt"}, "realm"),
        ({"profile": "idrac"}, "Configure"),
        ({"server": "Intel(R) Active Management Technology 11.8.50"}, "realm"),
        ({"profile": "generic"}, "rights on the service"),
        ({}, "rights on the service"),
    ],
)
def test_the_remedy_is_for_this_service(run, service, words):
    get = {"resource_uri": "cimv2/CIM_Processor", "selector_set": {"DeviceID": "1"}}
    result, _connection = run("get", get, fault("wsman:AccessDenied"), **service)
    assert words in result["fault"]["remedy"] and result["fault"]["remedy"] in result["msg"]
