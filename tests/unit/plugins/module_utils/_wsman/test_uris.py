# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource URIs as users write them, and what can be told from one."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import uris
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
MICROSOFT = "http://schemas.microsoft.com/wbem/wsman/1/"
CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"


@pytest.mark.parametrize(
    ("text", "uri", "selectors"),
    [
        ("wmi/root/cimv2/Win32_Service", WMI + "root/cimv2/Win32_Service", {}),
        ("wmicimv2/Win32_Service", WMI + "root/cimv2/Win32_Service", {}),
        ("WMICIMV2/Win32_Service", WMI + "root/cimv2/Win32_Service", {}),
        ("wmicimv2/*", WMI + "root/cimv2/*", {}),
        ("cimv2/CIM_Foo", CIM + "CIM_Foo", {}),
        ("CIMV2/*", uris.ALL_CLASSES, {}),
        ("winrm/config", MICROSOFT + "config", {}),
        ("wsman/config/listener", MICROSOFT + "config/listener", {}),
        ("shell/cmd", MICROSOFT + "windows/shell/cmd", {}),
        ("  winrm/config\n", MICROSOFT + "config", {}),
        ("http://intel.com/wbem/wscim/1/amt-schema/1/AMT_X", "http://intel.com/wbem/wscim/1/amt-schema/1/AMT_X", {}),
        ("urn:x-acme:things", "urn:x-acme:things", {}),
        ("wmicimv2/Win32_Service?Name=WinRM", WMI + "root/cimv2/Win32_Service", {"Name": "WinRM"}),
        (
            "winrm/config/listener?Address=*+Transport=HTTP",
            MICROSOFT + "config/listener",
            {"Address": "*", "Transport": "HTTP"},
        ),
        ('cimv2/C?A="1+1=2?"+B=x y', CIM + "C", {"A": "1+1=2?", "B": "x y"}),
        ('cimv2/C?A="say ""so"""', CIM + "C", {"A": 'say "so"'}),
        ('cimv2/C?A=""', CIM + "C", {"A": ""}),
        ("cimv2/C?A=AT&T", CIM + "C", {"A": "AT&T"}),
        ("http://x/y?A=1", "http://x/y", {"A": "1"}),
    ],
)
def test_resource_uri(text, uri, selectors):
    assert uris.parse_resource_uri(text) == (uri, selectors)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", 2150858943, "it is empty. Give a URI"),
        ("   ", 2150858943, "it is empty. Give a URI"),
        (None, 2150858943, "it is empty. Give a URI"),
        ("winrm/", 2150858943, "followed by nothing"),
        ("wimcimv2/Win32_Service", None, "wmicimv2/"),
        ("Win32_Service", None, "The aliases are"),
        ("winrm", None, "The aliases are"),
        ("wmicimv2/Win32 Service", None, "' ' at position"),
        ("wmi/root\\cimv2\\C", None, r"'\' at position 9 cannot stand here. Write / for it."),
        ("wmicimv2/Win32\x07Service", None, "at position 15"),
        ('cimv2/"C"', None, "position 7"),
        ("cimv2/C?A=x\x01", None, "position 12"),
        ("cimv2/C?A=\ud800", None, "position 11"),
        ("cimv2/C?", 2150858874, "Name=Value"),
        ("cimv2/C?A", 2150858874, "Name=Value"),
        ("cimv2/C?=1", 2150858874, "Name=Value"),
        ("cimv2/C?A=", 2150858874, "or nothing is quoted"),
        ("cimv2/C?A=1+", 2150858874, "Name=Value"),
        ("cimv2/C?A=1+B", 2150858874, "'B'"),
        ("cimv2/C?A=1=2", 2150858874, "Name=Value"),
        ('cimv2/C?A="1', 2150858874, "Name=Value"),
        ('cimv2/C?A="1"x', 2150858874, "Name=Value"),
        ("cimv2/C?A=1?B=2", 2150858874, "Name=Value"),
        ("cimv2/C?A=1+A=2", 2150858874, "A is given twice"),
    ],
)
def test_bad_resource_uri(text, code, words):
    with pytest.raises(UsageError) as caught:
        uris.parse_resource_uri(text)
    assert (caught.value.option, caught.value.windows_code) == ("resource_uri", code)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("uri", "name", "namespace"),
    [
        (WMI + "root/cimv2/Win32_Service", "Win32_Service", "root/cimv2"),
        (WMI + "root/cimv2/MyTest4/X_Y", "X_Y", "root/cimv2/MyTest4"),
        (WMI + "root/cimv2/*", None, "root/cimv2"),
        (CIM + "CIM_Foo", "CIM_Foo", None),
        (CIM + "root/dcim/DCIM_X", "DCIM_X", None),
        ("http://schemas.dell.com/wbem/wscim/1/cim-schema/2/DCIM_X", "DCIM_X", None),
        ("http://intel.com/wbem/wscim/1/ips-schema/1/IPS_X", "IPS_X", None),
        ("http://schema.omc-project.org/wbem/wscim/1/cim-schema/2/OMC_X", "OMC_X", None),
        ("http://lab.example.com/wbem/wscim/1/test/CMPI_TEST_Person", "CMPI_TEST_Person", None),
        ("http://schemas.dmtf.org/wbem/wscim/1/*", None, None),
        ("http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*", None, None),
        (MICROSOFT + "config/listener", None, None),
        (MICROSOFT + "windows/shell/cmd", None, None),
        (uris.NS_CIM, None, None),
    ],
)
def test_class_and_namespace(uri, name, namespace):
    assert (uris.class_name(uri), uris.wmi_namespace(uri)) == (name, namespace)


@pytest.mark.parametrize(
    ("uri", "microsoft", "config"),
    [
        (MICROSOFT + "config", True, True),
        (MICROSOFT + "Config/Service", True, True),
        (MICROSOFT + "configuration", True, False),
        (WMI + "root/cimv2/X", True, False),
        ("http://schemas.microsoft.com/wbem/wscim/1/cim-schema/2/SCX_Agent", False, False),
        (CIM + "CIM_Foo", False, False),
    ],
)
def test_kinds_of_resources(uri, microsoft, config):
    assert (uris.is_microsoft(uri), uris.is_config(uri)) == (microsoft, config)
