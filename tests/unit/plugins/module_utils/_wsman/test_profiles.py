# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of services: recognised by what they say of themselves, and spared what they must not be sent."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import profiles, uris
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Settings
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.operations import Identity


@pytest.mark.parametrize(
    ("vendor", "version", "server", "name"),
    [
        ("Microsoft Corporation", "OS: 10.0.20348 SP: 0.0 Stack: 3.0", None, "windows"),
        ("Microsoft Corporation", "OS: 0.0.0 SP: 0.0 Stack: 3.0", "Microsoft-HTTPAPI/2.0", "windows"),
        ("Open Management Infrastructure", "1.0.8-6", None, "omi"),
        ("Openwsman Project", "2.8", "openwsman/2.8.1", "openwsman"),
        ("Openwsman Project", "iDRAC7 : System Type = 12G Monolithic", None, "idrac"),
        ("Integrated Dell Remote Access Controller", "9", None, "idrac"),
        ("Intel(r)", "AMT 9.1.2", None, "amt"),
        ("Intel(R)", "AMT 16.1", "Intel(R) Active Management Technology 16.1.25", "amt"),
        ("Acme", "1", None, "generic"),
        ("Acme", "1", "Microsoft-HTTPAPI/2.0", "windows"),
        (None, None, "Intel(R) Active Management Technology 11.8.50", "amt"),
        (None, None, "Intel(R) Standard Manageability 11.8.50", "amt"),
        (None, None, "openwsman/2.8.1", "openwsman"),
        (None, None, "Microsoft-HTTPAPI/2.0", "windows"),
        (None, None, "nginx", "generic"),
        (None, None, None, "generic"),
    ],
)
def test_detect(vendor, version, server, name):
    identity = Identity(product_vendor=vendor, product_version=version) if vendor else None
    assert profiles.detect(identity, server).name == name


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        (uris.NS_CONFIG, "windows"),
        (uris.WMI + "root/cimv2/Win32_Service", "windows"),
        ("http://intel.com/wbem/wscim/1/amt-schema/1/AMT_X", "amt"),
        ("http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_X", None),
    ],
)
def test_guess(uri, name):
    profile = profiles.guess(uri)
    assert (profile.name if profile else None) == name
    sure = profiles.of_resource(uri)
    assert sure is (None if uri.startswith(uris.WMI) else profile)  # OMI answers to WMI's URIs too (wire/omi/170)


FULL = Settings("http://h/wsman", max_envelope_size=512000, data_locale="en-US", session_id="1")


@pytest.mark.parametrize(
    ("name", "data_locale", "session_id", "size"),
    [
        ("windows", "en-US", "1", 512000),
        ("omi", None, None, 512000),
        ("openwsman", None, None, 512000),
        ("idrac", None, None, 512000),
        ("amt", None, None, 51200),
        ("generic", None, None, 512000),
    ],
)
def test_adapt(name, data_locale, session_id, size):
    adapted = profiles.by_name(name).adapt(FULL)
    assert (adapted.data_locale, adapted.session_id, adapted.max_envelope_size) == (data_locale, session_id, size)
    assert adapted.to == FULL.to


def test_amt_keeps_a_smaller_envelope_and_none():
    for size in (8192, None):
        settings = Settings("http://h/", max_envelope_size=size)
        assert profiles.AMT.adapt(settings).max_envelope_size == size


def test_fragments_go_to_windows_alone():
    assert [profile.name for profile in profiles.PROFILES.values() if profile.fragments] == ["windows"]


def test_unknown_profile():
    with pytest.raises(UsageError, match="profile: 'vista' is no profile. Take auto, windows, omi"):
        profiles.by_name("vista")
