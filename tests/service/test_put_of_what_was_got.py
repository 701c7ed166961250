# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every instance of the test service, got and put back unchanged: no Put, in each manner, with a schema and without."""

from __future__ import annotations

import pytest
import wired

#: Class by CIM namespace; which of them a manner has, it says itself.
CLASSES = {
    "root/cimv2": [
        "CIM_ComputerSystem",
        "Sandbox_AllTypes",
        "Sandbox_Item",
        "Sandbox_JobService",
        "Sandbox_Reals",
        "Win32_DiskDriveToDiskPartition",
        "Win32_LogicalDisk",
        "Win32_NetworkAdapterConfiguration",
        "Win32_OperatingSystem",
        "Win32_Process",
        "Win32_Service",
        "Win32_SystemServices",
    ],
    "root/dcim": ["DCIM_BIOSEnumeration", "DCIM_BIOSService", "DCIM_LifecycleJob", "DCIM_NICView", "DCIM_SystemView"],
    "": ["AMT_BootSettingData", "AMT_GeneralSettings", "AMT_AuditLog"],
}
PREFIXES = {
    "DCIM": "http://schemas.dell.com/wbem/wscim/1/cim-schema/2/",
    "AMT": "http://intel.com/wbem/wscim/1/amt-schema/1/",
}


def instances(box):
    """The endpoint reference of every instance that there is."""
    for namespace, names in CLASSES.items():
        for name in names:
            uri = PREFIXES.get(name.partition("_")[0], "cimv2/") + name
            place = {"resource_uri": uri, **({"namespace": namespace} if namespace else {})}
            listed = box.run("enumerate", {**place, "return_type": "epr", "limit": 4})
            yield from listed.get("endpoint_references", ())


@pytest.mark.parametrize("types", ["auto", "text"])
@pytest.mark.parametrize(
    ("manner", "least"), [("windows", 30), ("omi", 10), ("openwsman", 10), ("idrac", 9), ("amt", 3)]
)
def test_nothing_is_put(manner, least, types):
    box = wired.Box(manner)
    references = list(instances(box))
    assert len(references) >= least
    for reference in references:
        got = box.run("get", {"endpoint_reference": reference, "types": types})
        result = box.run("put", {"endpoint_reference": reference, "types": types, "properties": got["instance"]})
        assert (result.get("msg"), result["changed"], result["diff"]) == (None, False, {"before": {}, "after": {}})
        assert "Put" not in box.actions
