# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.tests.unit.plugins.action.fake_service import fault

URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_Thing"
PLACE = {"resource_uri": "cimv2/CIM_Thing", "selector_set": {"Name": "a"}}
THING = '<p:CIM_Thing xmlns:p="' + URI + '"><p:Name>a</p:Name></p:CIM_Thing>'
DIFF = {"before": {"resource_uri": URI, "selector_set": {"Name": "a"}}, "after": {}}
NO_DIFF = {"before": {}, "after": {}}
GONE = fault("wsa:DestinationUnreachable", 0x80041002)
WRONG_CLASS = fault("wsa:DestinationUnreachable", 2150858811)
# These say one and the same of a missing instance and of a wrong class: Openwsman over sfcb, and Windows.
AMBIGUOUS = fault("wsa:DestinationUnreachable", reason="The requested object could not be found.")
BOTH = fault("wsa:DestinationUnreachable", 2150858752)
EMPTY = "<wsen:EnumerateResponse><wsman:Items/><wsman:EndOfSequence/></wsen:EnumerateResponse>"


@pytest.mark.parametrize(
    ("answers", "actions", "changed"),
    [
        ([""], ["Delete"], True),
        ([GONE], ["Delete"], False),
        ([AMBIGUOUS, EMPTY], ["Delete", "Enumerate"], False),
        ([BOTH, EMPTY], ["Delete", "Enumerate"], False),
    ],
)
def test_delete(run, answers, actions, changed):
    result, connection = run("delete", PLACE, *answers)
    assert result == {"changed": changed, "diff": DIFF if changed else NO_DIFF}
    assert connection.actions == actions
    assert connection.repeatable[0] is False


@pytest.mark.parametrize(
    ("answers", "actions", "changed"),
    [
        ([THING], ["Get"], True),
        ([GONE], ["Get"], False),
        ([AMBIGUOUS, EMPTY], ["Get", "Enumerate"], False),
    ],
)
def test_check_mode_looks_whether_it_is_there(run, answers, actions, changed):
    result, connection = run("delete", PLACE, *answers, check_mode=True)
    assert result == {"changed": changed, "diff": DIFF if changed else NO_DIFF}
    assert connection.actions == actions


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    "answers", [[WRONG_CLASS], [AMBIGUOUS, AMBIGUOUS], [BOTH, BOTH], [fault("wsman:AccessDenied", 5)]]
)
def test_a_wrong_class_is_not_gone(run, answers, check_mode):
    result, _connection = run("delete", PLACE, *answers, check_mode=check_mode)
    assert result["failed"]
    assert "fault" in result
