# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of remedies: every key is one that a service can send, every row is found, and by the right fault."""

from __future__ import annotations

import itertools
import json
import pathlib
import re
from xml.sax.saxutils import escape

import pytest
import yaml

from ansible_collections.wsman.automation.plugins.module_utils import _argspec
from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    envelope,
    fault_codes,
    profiles,
    remedies,
    uris,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import WSManFault

SHARED = pathlib.Path(__file__).resolve().parents[6] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the facts and recordings (../shared) are not here")
TABLE = remedies.TABLE
IDS = [(row.fault or row.number or row.reason).split()[0] for row in TABLE]
NAMES = set(fault_codes.CODES) | set(fault_codes.CIM_STATUSES.values())
SUBCODES = {key.partition("/")[0] for key in fault_codes.SOAP_FAULTS}
SOAP = {"s:MustUnderstand", "s:VersionMismatch"}
NAMESPACES = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in uris.PREFIXES.items() if prefix != "s")

#: Subcode and detail that are in no list of codes and were recorded: where.
RECORDED = {
    "wsa:DestinationUnreachable/ResourceNotFound": "windows/4.10-01-fault-detail-fault",
    "wsen:CannotProcessFilter/NotSupported": "openwsman/046-filter-xpath",
}


def load(fault=None, numbers=(), reason="why", service=None):
    """The fault of an answer with these parts, as the names of a row spell them."""
    code, _slash, detail = (fault or "wsman:Unheard").partition("/")
    names = ("s:Sender", code) if not code.startswith("s:") else (code,)
    codes = f"<s:Value>{names[0]}</s:Value>"
    codes += "".join(f"<s:Subcode><s:Value>{name}</s:Value></s:Subcode>" for name in names[1:])
    parts = f"<wsman:FaultDetail>{uris.FAULT_DETAIL}{detail}</wsman:FaultDetail>" if detail else ""
    for number in numbers:
        parts += number_of(number)
    data = (
        f'<s:Envelope xmlns:s="{uris.NS_SOAP}"{NAMESPACES}><s:Body><s:Fault><s:Code>{codes}</s:Code><s:Reason>'
        f'<s:Text xml:lang="en">{escape(reason)}</s:Text></s:Reason><s:Detail>{parts}</s:Detail></s:Fault></s:Body>'
        "</s:Envelope>"
    )
    with pytest.raises(WSManFault) as caught:
        envelope.load(data.encode(), service=service)
    return caught.value


def number_of(name):
    if name.startswith("CIM_ERR_"):
        status = next(number for number, one in fault_codes.CIM_STATUSES.items() if one == name)
        return f'<p:CIM_Error xmlns:p="urn:p"><p:CIMStatusCode>{status}</p:CIMStatusCode></p:CIM_Error>'
    return f'<f:WSManFault xmlns:f="{uris.NS_FAULT}" Code="{fault_codes.CODES[name]}"/>'


def example_text(pattern):
    """A text that a row's pattern is in: its first alternative."""
    return pattern.partition("|")[0]


def test_there_are_enough():
    assert len(TABLE) >= 100
    assert len({key for row in TABLE for key in (*row.faults, *row.numbers)}) >= 180


@pytest.mark.parametrize("row", TABLE, ids=IDS)
def test_keys_are_codes_or_recorded(row):
    assert row.faults or row.numbers
    for key in row.faults:
        assert key in fault_codes.SOAP_FAULTS or key in SUBCODES | SOAP | set(RECORDED), key
    assert set(row.numbers) <= NAMES
    assert set(row.services) <= set(profiles.PROFILES)


@needs_shared
def test_codes_are_those_of_the_list():
    """Names of Windows are those of its own header; Win32's, WMI's and CIM's are in lists of their own."""
    listed = json.loads((SHARED / "fault_codes.json").read_text(encoding="utf-8"))
    ours = {name for row in TABLE for name in row.numbers if not name.startswith(("ERROR_", "WBEM_E_", "CIM_ERR_"))}
    assert ours <= set(listed["names"])
    assert all(fault_codes.CODES[name] == listed["names"][name] for name in ours)
    locals_ = {re.split("[:/]", str(one["subcode"]))[-1] for one in listed["soap_faults"]}
    subcodes = {fault_codes.subcode_of(name, None) or name for name in locals_}  # OMI's list has typing mistakes
    wanted = {key.partition("/")[0] for row in TABLE for key in row.faults if key not in SOAP}
    assert {name.partition(":")[2] for name in wanted} <= {name.partition(":")[2] for name in subcodes}


@needs_shared
@pytest.mark.parametrize(("key", "name"), RECORDED.items())
def test_recorded_details(key, name):
    found = recorded(name)
    assert f"{found.subcode}/{found.fault_detail.rpartition('/')[2]}" == key


@needs_shared
@pytest.mark.parametrize("row", [row for row in TABLE if row.reason], ids=lambda row: row.reason)
def test_patterns_are_of_recorded_reasons(row):
    """A text decides only where a live service has been seen to send it, with these codes."""
    reasons = {(one.subcode, one.reason) for one in all_recorded()}
    subcodes = {key.partition("/")[0] for key in row.faults}
    assert any(
        subcode in subcodes and re.search(row.reason, reason or "", re.IGNORECASE) for subcode, reason in reasons
    )


def recorded(name):
    with pytest.raises(WSManFault) as caught:
        envelope.load((SHARED / "wire" / f"{name}.resp.xml").read_bytes())
    return caught.value


def all_recorded():
    for path in sorted((SHARED / "wire").glob("*/*.resp.xml")):
        try:
            envelope.load(path.read_bytes())
        except WSManFault as error:
            yield error
        except Exception:  # noqa: BLE001, S112 other recordings are no faults
            continue


@pytest.mark.parametrize("row", TABLE, ids=IDS)
def test_each_key_finds_its_row(row):
    """So no row is hidden behind another one, whatever of its names a service sends."""
    services = row.services or (None,)
    for fault, number, service in itertools.product(row.faults or (None,), row.numbers or (None,), services):
        numbers = [] if number is None else [number]
        found = load(fault, numbers, example_text(row.reason) if row.reason else "why", service)
        assert found.remedy == str(row), (fault, number, service)


@pytest.mark.parametrize("row", TABLE, ids=IDS)
def test_wording(row):
    """Plain sentences: the cause one, the remedy at most two; no name of an option that there is not."""
    for text, most in ((row.cause, 1), (row.remedy, 2)):
        assert re.match(r"[A-Z]", text), text
        assert text.endswith((".", "@{}")), text
        assert len(re.findall(r"[.!?](?= [A-Z]|\Z)", text)) <= most, text
        assert len(text) <= 240, text


def options():
    """Every option of every module, of its session too."""
    known = set()
    for name in ("identify", "get", "put", "create", "delete", "invoke", "enumerate"):
        spec = getattr(_argspec, f"{name}_module")()
        known |= {*spec, *spec["session"]["options"]}
    return known


@pytest.mark.parametrize(
    "row", [row for row in TABLE if row.example], ids=lambda row: (row.fault or row.number).split()[0]
)
def test_examples_are_tasks(row):
    for task in yaml.safe_load(row.example):
        assert task.pop("name")
        ((module, arguments),) = task.items()
        spec = getattr(_argspec, f"{module.removeprefix('wsman.automation.wsman_')}_module")()
        assert set(arguments) <= set(spec)
        _full, selectors = uris.parse_resource_uri(arguments["resource_uri"])
        assert not selectors


@pytest.mark.parametrize(
    ("number", "words"),
    [
        # a load quota counts requests in a time, and no setting of operations helps against it
        ("QUOTA_USER", "within a few seconds"),
        # restoring WinRM's configuration throws the held one away
        ("CONFIG_CORRUPTED", "only the defaults"),
        ("ERROR_ACCESS_DENIED", "weakens"),
        ("INVALID_IPFILTER", "not of its clients'"),
        ("QUOTA_MAX_SHELLS", "nobody works in"),
    ],
)
def test_advice_says_what_it_costs(number, words):
    assert words in load(numbers=[number]).remedy


def test_what_omi_says_of_a_missing_key_and_of_all_classes_without_a_filter():
    """It has the same answer for both as for a wrong value."""
    found = remedies.find(remedies.Seen("wsman:InternalError", ("CIM_ERR_INVALID_PARAMETER",), service="omi"))
    for words in ("every key", "wants a filter"):
        assert words in found.remedy


@pytest.mark.parametrize("service", [None, "openwsman", "amt"])
def test_no_route_is_no_sign_of_openwsman(service):
    """AMT says it in nearly the same words, and the kind of the service is mostly not known then."""
    seen = {"fault": "wsa:DestinationUnreachable/InvalidResourceURI", "reason": "No route can be determined"}
    assert "AMT" in remedies.find(remedies.Seen(**seen, service=service)).cause


@needs_shared
def test_what_openwsman_does_to_a_query():
    """Two recorded queries of the same class in the same dialect: the one with ``<`` fails, whatever URI it goes to."""
    assert "write it without < and &" in recorded("openwsman/043-filter-wql-class").remedy
    for name, has in (("043-filter-wql-class", True), ("116-x-wql-class-eq", False)):
        sent = (SHARED / "wire" / "openwsman" / f"{name}.req.xml").read_text(encoding="utf-8")
        assert ("&lt;" in sent) is has
    assert "Lab_Row" in (SHARED / "wire" / "openwsman" / "116-x-wql-class-eq.resp.xml").read_text(encoding="utf-8")


def test_no_example_takes_a_limit_away():
    assert not any("4294967295" in row.example for row in TABLE)


WORDS = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
NOT_OPTIONS = {
    "wsman_put",
    "wsman_get",
    "wsman_create",
    "wsman_invoke",
    "wsman_enumerate",
    "wsman_identify",
    "wsman_schema",
    "wsman_delete",
}
NOT_OPTIONS |= {"must_comply", "vendor_namespaces", "cim_namespace"}


def test_options_that_are_named_exist():
    named = {word for row in TABLE for text in (row.cause, row.remedy) for word in WORDS.findall(text)}
    assert named - options() - NOT_OPTIONS == set()


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        # subcode and detail first
        ({"fault": "wsman:InvalidSelectors/UnexpectedSelectors", "numbers": ["WBEM_E_FAILED"]}, "no key of the class"),
        # a number with them says more
        (
            {"fault": "wsman:InvalidSelectors/InsufficientSelectors", "numbers": ["INVALID_URI_WMI_SINGLETON"]},
            "several",
        ),
        # the number second
        ({"fault": "wsman:InternalError", "numbers": ["DIFFERENT_CIM_SELECTOR"]}, "Leave namespace out"),
        ({"fault": "wsman:AccessDenied", "numbers": ["ERROR_ACCESS_DENIED"]}, "LocalAccountTokenFilterPolicy"),
        ({"fault": "wsman:QuotaLimit", "numbers": ["QUOTA_MAX_SHELLS"]}, "MaxShellsPerUser"),
        # the service third
        ({"fault": "wsman:AccessDenied", "service": "amt"}, "realm"),
        ({"fault": "wsman:AccessDenied", "service": "idrac"}, "Configure"),
        ({"fault": "wsman:AccessDenied"}, "rights on the service"),
        ({"fault": "wsman:EncodingLimit", "service": "omi"}, "OMI"),
        # a subcode with a detail that nobody has heard of
        ({"fault": "wsman:EncodingLimit/Unheard"}, "limit of the service"),
        # numbers in texts alone
        ({"fault": "wsman:InternalError", "reason": "The WMI provider failed. HRESULT = 0x80041010"}, "no such class"),
        ({"fault": "wsman:InternalError", "reason": "CMPI_RC_ERR_NOT_FOUND", "service": "idrac"}, "DCIM"),
        ({"fault": "wsman:InternalError", "reason": "CMPI_RC_ERR_NOT_FOUND"}, "no such instance"),
        # a number that stands for a subcode which was not sent
        ({"fault": "wsman:InternalError", "numbers": ["MAX_ENVELOPE_SIZE_EXCEEDED"]}, "max_envelope_size"),
        # both Windows' number and WMI's own: the innermost
        ({"numbers": ["PROVIDER_FAILURE", "WBEM_E_INVALID_QUERY"]}, "cannot read the query"),
    ],
)
def test_which_row_wins(parts, words):
    assert words in load(**parts).remedy


def test_wmis_own_status_says_more_than_the_plug_ins():
    """A missing class and a missing instance have one number and differ in what WMI says."""
    detail = (
        '<f:WSManFault xmlns:f="{}" Code="2150858752"><f:Message><f:ProviderFault><f:ExtendedError>'
        '<p:S xmlns:p="urn:p"><p:StatusCode>{}</p:StatusCode></p:S></f:ExtendedError></f:ProviderFault></f:Message>'
        "</f:WSManFault>"
    )
    for status, words in (
        (0x80041010, "no such class"),
        (0x80041002, "no such instance"),
        (0x8004100E, "no such namesp"),
    ):
        body = detail.format(uris.NS_FAULT, status)
        data = (
            f'<s:Envelope xmlns:s="{uris.NS_SOAP}"{NAMESPACES}><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value>'
            "<s:Subcode><s:Value>wsa:DestinationUnreachable</s:Value></s:Subcode></s:Code><s:Detail>"
            f"<wsman:FaultDetail>{uris.FAULT_DETAIL}InvalidResourceURI</wsman:FaultDetail>{body}</s:Detail></s:Fault>"
            "</s:Body></s:Envelope>"
        )
        with pytest.raises(WSManFault) as caught:
            envelope.load(data.encode())
        assert words in caught.value.remedy


def test_a_fault_that_nobody_knows_has_no_remedy():
    assert load("wsman:InternalError").remedy is None
    assert load("wsman:Unheard").remedy is None


def test_a_header_that_is_not_understood_is_named():
    head = '<s:Header><s:NotUnderstood qname="wsman:FragmentTransfer"/></s:Header>'
    data = (
        f'<s:Envelope xmlns:s="{uris.NS_SOAP}"{NAMESPACES}>{head}<s:Body><s:Fault><s:Code><s:Value>s:MustUnderstand'
        "</s:Value></s:Code></s:Fault></s:Body></s:Envelope>"
    )
    with pytest.raises(WSManFault) as caught:
        envelope.load(data.encode())
    assert "wsman:FragmentTransfer" in caught.value.remedy
    assert "profile" in caught.value.remedy


@needs_shared
def test_nearly_every_recorded_fault_has_a_remedy():
    """Those without are a provider's own texts, about which nothing is known."""
    without = {(one.subcode, one.reason) for one in all_recorded() if one.remedy is None}
    assert without == {
        ("wsman:InternalError", None),  # OMI's without a reason, where nobody knows that it is OMI
        ("wsman:InternalError", "All target class(es) failed."),
        (None, "The specified Property does not exist"),
    }
