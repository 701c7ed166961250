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

#: ``recording | what it is``. Items: objects, references or both, how many, and whether more is to come. A fault: code,
#: subcode, detail, Windows' name, CIM status, and ``gone`` where it says that the instance is missing, ``gone?`` where
#: it may mean that. The recordings of MS-WSMV are named by section and number.
ANSWERS = """
omi/01-identify-noauth-wsmanidentify | error the service's answer is empty
omi/02-identify-auth | identity Open Management Infrastructure 1.0.8-6 1
omi/04-identify-negotiate-empty | error the service's answer is empty
omi/05-identify-unknown-scheme | error the service's answer is empty
omi/07-pull-smallnumber-1of-max5 | object 5 more
omi/08-pull-smallnumber-2of-max5 | object 5 more
omi/10-pull-smallnumber-4-maxtime | object 5 more
omi/100-assoc-widget-gadget | object 0 end
omi/101-assoc-references-world | object 0 end
omi/103-fault-bad-action | fault s:Receiver wsman:InternalError - -
omi/104-fault-no-action | error the service's answer is empty
omi/106-fault-mustunderstand | fault s:MustUnderstand - - -
omi/107-fault-envelope-size-small | fault s:Sender wsman:EncodingLimit - -
omi/109-ok-locale-headers | instance MSFT_President 3
omi/11-pull-smallnumber-5-maxchars | object 1 more
omi/110-ok-optionset | instance MSFT_President 3
omi/112-fault-malformed-xml | fault s:Receiver wsman:InternalError - -
omi/113-fault-not-soap | fault s:Receiver wsman:InternalError - -
omi/115-msgid-urn-uuid | instance MSFT_President 3
omi/116-wsa-2005 | fault s:MustUnderstand - - -
omi/118-timeout-bad | fault s:Receiver wsman:InternalError - -
omi/119-http-get-method | error the service's answer is empty
omi/121-http-path-other | instance MSFT_President 3
omi/122-http-path-wsman-slash | instance MSFT_President 3
omi/124-http-ct-nocharset | instance MSFT_President 3
omi/125-http-ct-quotedcharset | instance MSFT_President 3
omi/127-http-ct-utf8-bom-decl | fault s:Receiver wsman:InternalError - -
omi/128-http-xmldecl | instance MSFT_President 3
omi/13-pull-after-release | fault s:Sender wsa:DestinationUnreachable - -
omi/130-http-accept-encoding | instance MSFT_President 3
omi/131-http-expect-100 | instance MSFT_President 3
omi/133-keepalive-2-noauth | instance MSFT_President 3
omi/134-keepalive-3-auth | instance MSFT_President 3
omi/136-keepalive-5-after-fault | instance MSFT_President 3
omi/137-basic-unknown-user | error the service's answer is empty
omi/139-basic-empty-user | error the service's answer is empty
omi/14-pull-bogus-context | fault s:Sender wsa:DestinationUnreachable - -
omi/140-abandon-enum-xyznumber | object 2 more
omi/142-abandon-release | empty
omi/143-enum-xyznumber-env8192 | object 31 more
omi/148-subscribe-pull | fault s:Receiver wsman:InternalError - - 1
omi/149-assoc-president-noroles-CRASHES-AGENT | fault s:Receiver wsman:InternalError - - 1
omi/151-identify-noauth-DROPPED-75s | error the service's answer is empty
omi/152-http-post-no-contenttype | error the service's answer is empty
omi/154-prefixes-default-ns | instance MSFT_President 3
omi/155-no-messageid | instance MSFT_President 3
omi/157-no-to | instance MSFT_President 3
omi/158-to-mustunderstand | instance MSFT_President 3
omi/16-enum-president-optimized-2 | object 2 more
omi/160-mustunderstand-1-locale | instance MSFT_President 3
omi/161-timeout-PT1M30.5S | instance MSFT_President 3
omi/163-pretty-printed-ws | instance MSFT_President 3
omi/164-comment-in-envelope | instance MSFT_President 3
omi/166-selector-key-whitespace | fault s:Receiver wsman:InternalError - - 1
omi/167-doctype | fault s:Receiver wsman:InternalError - -
omi/169-selectors-in-body-empty-selset | fault s:Receiver wsman:InternalError - -
omi/17-pull-president-2 | object 2 more
omi/170-uri-query-style-msft | instance MSFT_President 3
omi/172-enum-optimized-nomax | object 1 more
omi/173-release-1 | empty
omi/175-blocked-behind-open-enumeration | error the service's answer is empty
omi/180-schema-testclass-alldmtftypes | instance CLASS 46
omi/181-schema-hugenumber | instance CLASS 10
omi/19-pull-after-eos | fault s:Sender wsa:DestinationUnreachable - -
omi/20-enum-president-epr | epr 3 more
omi/22-release | fault s:Sender wsa:DestinationUnreachable - -
omi/23-enum-president-objandepr | object_and_epr 5 end
omi/25-enum-colorbase-poly-ExcludeSubClassProperties | object 5 end
omi/26-enum-colorbase-poly-None | object 1 end
omi/28-enum-hugenumber-embedded | object 2 end
omi/29-enum-widget-arrays-datetime | object 2 end
omi/31-enum-alltypes-test_cpp | object 1 end
omi/32-enum-alldmtf-root_omi | object 3 more
omi/34-enum-no-namespace-selector | object 5 end
omi/35-enum-datetime-empty | object 0 end
omi/37-wql-class-uri | object 2 end
omi/38-wql-like | object 1 end
omi/40-wql-pull-time | object 0 more
omi/41-cql | object 1 end
omi/43-filter-selector-dialect | object 5 end
omi/44-enum-wsen-filter-xpath | object 0 more
omi/46-get-smallnumber | instance X_SmallNumber 3
omi/47-get-president | instance MSFT_President 3
omi/49-get-notfound | fault s:Sender wsa:DestinationUnreachable - - 6 gone
omi/50-get-bad-selector-name | fault s:Receiver wsman:InternalError - - 12
omi/52-get-missing-selectors | fault s:Receiver wsman:InternalError - -
omi/53-get-bad-class | fault s:Sender wsa:DestinationUnreachable - - 5
omi/55-get-bad-uri-prefix | instance MSFT_President 3
omi/56-get-cimerror | fault s:Receiver wsman:InternalError - - 28
omi/58-get-fragment-notmust | instance MSFT_President 3
omi/59-enum-bad-class | object 0 more
omi/61-create-person | created MSFT_Person Key=4001
omi/62-create-person-2 | created MSFT_Person Key=1234
omi/64-enum-person-after-create | object 2 end
omi/65-put-person-1234 | instance MSFT_Person 5
omi/67-put-person-notsupported | fault s:Sender wsman:UnsupportedFeature - - 7
omi/68-put-xsinil | instance MSFT_Person 5
omi/70-put-unknown-property | fault s:Receiver wsman:InternalError - - 12
omi/71-put-bad-value | instance MSFT_Person 5
omi/73-delete-person | empty
omi/74-delete-person-4001 | empty
omi/76-get-after-delete | fault s:Sender wsa:DestinationUnreachable - - 6 gone
omi/77-invoke-static-spellnumber | output X_SmallNumber_OUTPUT 1
omi/79-invoke-instance-getfactors-prime | output X_SmallNumber_OUTPUT 3
omi/80-invoke-emptybody | output X_SmallNumber_OUTPUT 5
omi/82-invoke-bad-param | fault s:Receiver wsman:InternalError - - 12
omi/83-invoke-bad-param-value | fault s:Receiver wsman:InternalError - - 1
omi/85-invoke-person-add | instance Add 2
omi/86-invoke-returnnamespace | output X_NumberWorld_OUTPUT 1
omi/88-invoke-returnnamespace-testcpp | output X_NumberWorld_OUTPUT 1
omi/89-assoc-associated-all | object 2 end
omi/91-assoc-associated-president-prev | object 1 end
omi/92-assoc-references-president-key1 | object 1 end
omi/94-assoc-references-president-key1-norole | object 1 end
omi/95-assoc-associated-smallnumber-nonoptimized | object 0 more
omi/97-assoc-associated-halves | object 1 end
omi/98-assoc-references-halves | object 0 end
openwsman/001-identify | identity Openwsman Project 2.8 0
openwsman/002-identify-anon-path | error the service's answer is empty
openwsman/004-wrong-password | error the service's answer is no XML (syntax error: line 1, column 0)
openwsman/005-wrong-user | error the service's answer is no XML (syntax error: line 1, column 0)
openwsman/007-identify-noctype | identity Openwsman Project 2.8 0
openwsman/008-ctype-text-xml | error the service's answer is empty
openwsman/010-wrong-path | error the service's answer is no XML (syntax error: line 1, column 0)
openwsman/011-get-utf16 | identity Openwsman Project 2.8 0
openwsman/013-not-xml | fault s:Sender wsa:InvalidMessageInformationHeader - -
openwsman/014-not-soap | fault s:Sender wsa:InvalidMessageInformationHeader - -
openwsman/016-enum-lab_item | object 0 more
openwsman/017-pull-default | object 1 more
openwsman/019-pull-max10-end | object 1 end
openwsman/020-pull-after-eos | fault s:Receiver wsen:InvalidEnumerationContext - -
openwsman/022-pull-row-50 | object 50 more
openwsman/023-release | empty
openwsman/025-enum-row-estimate | object 0 more of 1003
openwsman/026-enum-row-opt2000 | fault s:Sender wsman:EncodingLimit ServiceEnvelopeLimit -
openwsman/028-pull-row-maxenv20k | fault s:Sender wsman:EncodingLimit ServiceEnvelopeLimit -
openwsman/029-enum-row-maxchars | object 0 more
openwsman/031-enum-epr | object 0 more
openwsman/032-pull-epr | epr 4 end
openwsman/034-enum-empty-opt | object 0 end
openwsman/035-enum-empty | object 0 more
openwsman/037-enum-polym-none | object 2 more
openwsman/038-enum-base-class-opt | object 1 end
openwsman/040-enum-unixprocess-opt | object 16 more
openwsman/041-enum-star-noquery | fault s:Sender wsman:UnsupportedFeature FilteringRequired -
openwsman/043-filter-wql-class | fault s:Receiver wsman:InternalError - -
openwsman/044-filter-cql | object 1 end
openwsman/046-filter-xpath | fault s:Sender wsen:CannotProcessFilter NotSupported -
openwsman/047-filter-baddialect | fault s:Sender wsen:FilterDialectRequestedUnavailable - -
openwsman/049-filter-association | fault s:Sender wsa:DestinationUnreachable InvalidResourceURI -
openwsman/050-filter-assoc-refs | fault s:Sender wsa:DestinationUnreachable InvalidResourceURI -
openwsman/052-get-item | instance Lab_Item 25
openwsman/053-get-item-unicode | instance Lab_Item 25
openwsman/055-get-no-selector | fault s:Sender wsman:InvalidSelectors InsufficientSelectors -
openwsman/056-get-bogus-selector | fault s:Sender wsman:InvalidSelectors UnexpectedSelectors -
openwsman/058-get-bad-class | fault s:Sender wsa:DestinationUnreachable - - gone?
openwsman/059-get-bad-uri | fault s:Sender wsa:DestinationUnreachable InvalidResourceURI -
openwsman/061-get-bad-ns | fault s:Sender wsa:DestinationUnreachable - -
openwsman/062-get-numeric-key | fault s:Sender wsa:DestinationUnreachable - - gone?
openwsman/064-get-fragment | fragment plain
openwsman/065-get-fragment-array | fragment ['one', 'two', '', '<four>']
openwsman/067-get-fragment-missing | fragment None
openwsman/068-get-locale | instance Lab_Item 25
openwsman/070-get-maxenv-512 | fault s:Sender wsman:EncodingLimit MinimumEnvelopeLimit -
openwsman/071-get-timeout-tiny | fault s:Receiver wsman:TimedOut - -
openwsman/073-get-mustunderstand-bogus | fault s:MustUnderstand - - -
openwsman/074-get-showextensions | instance Lab_Item 25
openwsman/076-no-action | fault s:Sender wsa:ActionNotSupported - -
openwsman/077-no-resourceuri | fault s:Sender wsa:DestinationUnreachable InvalidResourceURI -
openwsman/079-dup-messageid-2 | instance Lab_Item 25
openwsman/080-create | created Lab_Scratch __cimnamespace=root/cimv2 Name=s 1 & co
openwsman/082-get-created | instance Lab_Scratch 5
openwsman/083-put | instance Lab_Scratch 4
openwsman/085-put-fragment | fragment frag
openwsman/086-get-after-fragput | instance Lab_Scratch 3
openwsman/088-put-badprop | instance Lab_Scratch 3
openwsman/089-put-wrong-ns | fault s:Sender wxf:InvalidRepresentation InvalidNamespace -
openwsman/091-delete-again | fault s:Sender wsa:DestinationUnreachable - - gone?
openwsman/092-invoke-sayhello | output SayHello_OUTPUT 2
openwsman/094-invoke-bad-method | output Nope_OUTPUT 1
openwsman/095-invoke-missing-arg | output SayHello_OUTPUT 2
openwsman/097-subscribe-cim-filter | fault s:Sender wsa:ActionNotSupported - -
openwsman/098-subscribe-star-cql | instance SubscribeResponse 2
openwsman/100-subscribe-pull | instance SubscribeResponse 3
openwsman/101-renew-push | instance RenewResponse 1
openwsman/103-unsubscribe-push | fault - - - -
openwsman/104-unsubscribe-push-again | fault s:Sender wsa:DestinationUnreachable - - gone?
openwsman/106-renew-pull | instance RenewResponse 1
openwsman/107-getstatus-pull | fault s:Sender wsa:ActionNotSupported Unknown -
openwsman/109-unsubscribe-pull-again | fault s:Sender wsa:DestinationUnreachable - - gone?
openwsman/110-x-enum | object 0 more
openwsman/112-x-pull-after-encodinglimit | object 2 more
openwsman/113-x-pull-150-maxenv200k | object 150 more
openwsman/116-x-wql-class-eq | object 1 end
openwsman/118-x-assoc-all | fault s:Sender wsa:DestinationUnreachable InvalidResourceURI -
openwsman/119-x-assoc-item | object 4 end
openwsman/121-x-subscribe-push | instance SubscribeResponse 2
openwsman/122-x-trigger | fault s:Sender wsa:DestinationUnreachable InvalidResourceURI -
openwsman/124-x-get-chunked | instance Lab_Item 25
openwsman/130-ev-subscribe-push | instance SubscribeResponse 2
openwsman/131-ev-subscribe-pull | instance SubscribeResponse 3
openwsman/133-ev-pull | object 1 more
openwsman/134-ev-unsubscribe-push | empty
openwsman/140-assoc2-AssociatedInstances | fault s:Sender wsa:DestinationUnreachable InvalidResourceURI -
openwsman/142-assoc3-AssociatedInstances | fault s:Receiver wsman:InternalError - -
openwsman/143-assoc3-AssociatedInstances | object 2 end
openwsman/150-schema-refused-503 | fault s:Sender wsa:DestinationUnreachable InvalidResourceURI -
openwsman/151-fragment-put-nulls-the-rest | fragment 77
openwsman/152-get-after-fragment-put | instance Lab_Scratch 3
windows/3.2.4.2.1.1-00 | empty
windows/3.2.4.2.1.2-00 | empty
windows/4.1.1-01 | instance myclass 3
windows/4.1.2.2-00 | object 0 more
windows/4.1.2.4-00 | object 1 more
windows/4.1.2.6-00 | object 1 end
windows/4.1.3-01 | instance myclass 3
windows/4.1.4-01 | output Create_OUTPUT 2
windows/4.10-01 | fault s:Sender wsa:DestinationUnreachable ResourceNotFound RESOURCE_NOT_FOUND gone
windows/4.11.1-01 | instance InteractiveEvent 3
windows/4.11.1-02 | instance InteractiveResponse 2
windows/4.11.1-03 | instance UTFPSSemantics_TestBase 2
windows/4.11.1-04 | empty
windows/4.11.2-01 | instance InteractiveEvent 4
windows/4.11.2-02 | instance InteractiveEvent 4
windows/4.11.2-03 | output TestStreaming_OUTPUT 0
windows/4.11.3-02 | instance LastSequenceIdReceived 0
windows/4.11.3-03 | instance TestProvGetReturn 0
windows/4.2.1-01 | instance Config 7
windows/4.2.3-01 | created certmapping URI=* Subject=*@mig.net Issuer=5600a015ca5e8a26f638b74e819ae92096da5c8c
windows/4.2.3-03 | instance CertMapping 7
windows/4.2.3-05 | instance CertMapping 7
windows/4.2.3-07 | empty
windows/4.2.3-08 | object 1 more
windows/4.2.3-10 | object 1 end
windows/4.6.4-00 | empty
windows/4.7.1-01 | created cmd ShellId=uuid:C443F44F-28E4-486F-A5A1-12745F90CF5A
windows/4.7.10-01 | empty
windows/4.7.2-01 | instance CommandResponse 1
windows/4.7.3-01 | instance ReceiveResponse 2
windows/4.7.4-01 | instance SendResponse 0
windows/4.7.5-01 | instance SignalResponse 0
windows/4.7.6-01 | object 0 more
windows/4.7.6-03 | object 1 end
windows/4.7.7-01 | instance Shell 5
windows/4.7.8-01 | empty
windows/4.7.9-01 | empty
windows/4.8.1-00 | created customremoteshell uri=http://schemas.microsoft.com/wbem/wsman/1/windows/shell/test
windows/4.8.2-01 | created test ShellId=uuid:4573BCA4-B667-4A84-BB06-AE5994B4395A
windows/4.8.3-01 | instance SendResponse 0
windows/4.8.4-01 | instance ReceiveResponse 5
windows/4.8.5-01 | empty
"""
TABLE = [tuple(line.split(" | ")) for line in ANSWERS.strip().splitlines()]

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


@pytest.mark.parametrize("name", [row[0] for row in TABLE])
def test_cut_answers_are_clear_errors(name):
    """Whatever is missing at the end, only our own errors come out."""
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
