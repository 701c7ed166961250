# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every recorded answer of real services: what it is, how many items it has, or which fault or error it must become.

The recordings lie beside the repository; without them these tests are skipped. What the values in them are is tested in
``test_recordings_values.py``.
"""

from __future__ import annotations

import functools
import pathlib
import re

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import (
    envelope,
    fault,
    fragment,
    operations,
    uris,
    xml,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, WSManFault

WIRE = pathlib.Path(__file__).resolve().parents[6] / "shared" / "wire"
SUFFIX = ".resp.xml"

#: Recording and what it is. Items: objects, references or both, how many, and whether more is to come. A fault: code,
#: subcode, detail, Windows' name, CIM status, and ``gone`` where it says that the instance is missing, ``gone?`` where
#: it may mean that. The recordings of MS-WSMV are named by section and number.
TABLE = [
    tuple(line.split(" | "))
    for line in pathlib.Path(__file__).with_name("recorded_answers.txt").read_text(encoding="utf-8").splitlines()
]

pytestmark = pytest.mark.skipif(not WIRE.is_dir(), reason="the recordings (../shared/wire) are not here")


@functools.cache
def names_of(folder):
    """Name in the table to file name."""
    files = [file.name for file in folder.glob("*" + SUFFIX)]
    short = re.compile(r"[\d.]+-\d\d(?=-)") if folder.name == "windows" else re.compile(rf".*(?={re.escape(SUFFIX)})")
    return {f"{folder.name}/{short.match(file).group()}": file for file in files}


def exchange(name):
    """The answer's bytes, its HTTP status and charset where recorded, and the id of the request where it has one."""
    folder = WIRE / name.partition("/")[0]
    stem = names_of(folder)[name].removesuffix(SUFFIX)
    data = (folder / (stem + SUFFIX)).read_bytes()
    http = folder / (stem + ".http")
    head = http.read_text("latin-1").rpartition("---- response head ----")[2] if http.exists() else ""
    status = re.search(r"^HTTP/1\.1 (\d+)", head, re.MULTILINE)
    charset = re.search(r"^Content-Type:.*charset=(\S+)", head, re.MULTILINE | re.IGNORECASE)
    request = folder / (stem + ".req.xml")
    sent = request.read_bytes() if request.exists() else b""
    message_id = re.search(rb"MessageID[^>]*>([^<]+)<", sent)
    return (
        data,
        int(status.group(1)) if status else None,
        charset.group(1) if charset else None,
        message_id.group(1).decode() if message_id and name.startswith(("omi/", "openwsman/")) else None,
    )


def describe(name):
    """One line that says what the client makes of an answer."""
    data, status, charset, message_id = exchange(name)
    try:
        response = envelope.load(data, charset=charset, relates_to=message_id, http_status=status)
    except WSManFault as error:
        assert error.http_status == status
        return describe_fault(error)
    except ProtocolError as error:
        return f"error {error}".partition(";")[0]
    return describe_response(response)


def describe_fault(error):
    parts = [error.code, error.subcode, fault.detail_name(error), error.windows_name]
    if error.cim_error:
        parts.append(f"{error.cim_error['CIMStatusCode']}")
    if fault.may_be_not_found(error):
        parts.append("gone" if fault.is_not_found(error) else "gone?")
    return " ".join(["fault", *(part or "-" for part in parts)])


def describe_response(response):
    content = response.content
    name = None if content is None else xml.local(content.tag)
    if content is None:
        return "empty"
    if name == "IdentifyResponse":
        identity = operations.read_identify(response)
        return f"identity {identity.product_vendor} {identity.product_version} {len(identity.security_profiles)}"
    if content.tag == xml.qname(uris.NS_ENUMERATION, name):
        return describe_items(response, name)
    if name == "ResourceCreated":
        reference, _instance = operations.read_create(response)
        selectors = " ".join(f"{key}={value}" for key, value in reference.selector_set.items())
        return f"created {reference.resource_uri.rpartition('/')[2]} {selectors}"
    if name == "XmlFragment":
        return f"fragment {fragment.to_value(fragment.read_fragment(response))}"
    return f"{'output' if name.endswith('_OUTPUT') else 'instance'} {name} {len(content)}"


def describe_items(response, name):
    """Fed to an enumeration that has just asked for it; whether objects or references came, the answer itself tells."""
    if name not in ("EnumerateResponse", "PullResponse"):
        return name
    held = list(response.content.iter(xml.qname(uris.NS_ADDRESSING, "EndpointReference")))
    pairs = response.content.find(f".//{xml.qname(uris.NS_WSMAN, 'Item')}") is not None
    kind = "object_and_epr" if pairs else "epr" if held else "object"
    enumeration = Enumeration(Target(uris.ALL_CLASSES, {"__cimnamespace": "asked"}), return_type=kind)
    if name == "PullResponse":
        context = f'<n:EnumerateResponse xmlns:n="{uris.NS_ENUMERATION}"><n:EnumerationContext>1</n:EnumerationContext>'
        start = f'<s:Envelope xmlns:s="{uris.NS_SOAP}"><s:Body>{context}</n:EnumerateResponse></s:Body></s:Envelope>'
        assert enumeration.feed(envelope.load(start.encode())) == []
    items = enumeration.feed(response)
    assert all((item.element is None) is (kind == "epr") for item in items)
    assert all(item.endpoint_reference is not None for item in items if kind != "object")
    enumeration.stop()
    end = "end" if enumeration.next_request() is None else "more"
    estimate = enumeration.total_items_count_estimate
    return f"{kind} {len(items)} {end}{'' if estimate is None else f' of {estimate}'}"


def test_every_recording_has_a_row():
    assert {name for folder in WIRE.iterdir() if folder.is_dir() for name in names_of(folder)} == {
        row[0] for row in TABLE
    }


@pytest.mark.parametrize(("name", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_answer(name, expected):
    assert describe(name) == expected


@pytest.mark.parametrize("folder", ["omi", "openwsman", "windows"])
def test_cut_answers_are_clear_errors(folder):
    """Whatever is missing at the end, only our own errors come out."""
    for name in names_of(WIRE / folder):
        data = exchange(name)[0]
        for length in range(0, len(data) - 20, max(1, len(data) // 16)):
            with pytest.raises(ProtocolError):
                envelope.load(data[:length])


@pytest.mark.parametrize("name", ["openwsman/052-get-item", "omi/47-get-president", "windows/4.2.1-01"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_answers_in_other_encodings(name, encoding):
    data = exchange(name)[0]
    other = data.decode().partition("?>")[2] if data.startswith(b"<?xml") else data.decode()
    assert xml.dump(envelope.load(other.encode(encoding)).content) == xml.dump(envelope.load(data).content)


@pytest.mark.parametrize("name", [row[0] for row in TABLE if row[1].startswith("instance")])
def test_what_we_write_again_is_the_same(name):
    content = envelope.load(exchange(name)[0]).content
    again = xml.load(xml.dump(content))
    assert [(one.tag, one.text, one.attrib) for one in again.iter()] == [
        (one.tag, one.text, one.attrib) for one in content.iter()
    ]


PRESIDENT = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_President"
ITEM = "http://lab.example.com/wbem/wscim/1/cim-schema/2/Lab_Item"


@pytest.mark.parametrize(
    ("name", "uri", "selectors"),
    [
        ("omi/20-enum-president-epr", PRESIDENT, [{"Key": "1"}, {"Key": "2"}, {"Key": "3"}]),
        (
            "openwsman/032-pull-epr",
            ITEM,
            [{"__cimnamespace": "root/cimv2", "Name": name} for name in ("alpha", "beta", "gamma", "delta")],
        ),
    ],
)
def test_endpoint_references_as_received(name, uri, selectors):
    content = envelope.load(exchange(name)[0]).content
    elements = content.iter(xml.qname(uris.NS_ADDRESSING, "EndpointReference"))
    read = [EndpointReference.from_element(element) for element in elements]
    assert read == [EndpointReference(uri, one) for one in selectors]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("omi/106-fault-mustunderstand", "header block Foo"),
        ("openwsman/028-pull-row-maxenv20k", "Lower max_elements"),
        ("openwsman/055-get-no-selector", "Name every key"),
        ("openwsman/059-get-bad-uri", "Check resource_uri"),
    ],
)
def test_remedies(name, words):
    with pytest.raises(WSManFault) as caught:
        envelope.load(exchange(name)[0])
    assert words in caught.value.remedy


def test_cim_error_as_received():
    with pytest.raises(WSManFault) as caught:
        envelope.load(exchange("omi/56-get-cimerror")[0])
    error = caught.value.cim_error
    assert (error["CIMStatusCode"], error["OwningEntity"], error["Message"]) == (28, None, "This is a test CIM Error")
    assert caught.value.reason == "This is a test CIM Error"
