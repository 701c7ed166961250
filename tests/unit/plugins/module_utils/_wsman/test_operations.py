# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations: what each request holds, and every form of its answer."""

from __future__ import annotations

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import envelope, operations, uris, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import EndpointReference, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Fragment
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import ProtocolError, UsageError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.operations import Identity

NAMESPACES = (
    f'xmlns:s="{uris.NS_SOAP}" xmlns:a="{uris.NS_ADDRESSING}" xmlns:w="{uris.NS_WSMAN}" xmlns:x="{uris.NS_TRANSFER}" '
    f'xmlns:c="{uris.NS_CIM}" xmlns:d="{uris.NS_IDENTITY}"'
)
CLASS = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/X_Small"
TARGET = Target(CLASS, {"Number": "7"})
INSIDE = (
    f"<a:Address>{uris.ANONYMOUS}</a:Address><a:ReferenceParameters><w:ResourceURI>{CLASS}</w:ResourceURI>"
    '<w:SelectorSet><w:Selector Name="Number">7</w:Selector></w:SelectorSet></a:ReferenceParameters>'
)
WRAPPED = f"<a:EndpointReference>{INSIDE}</a:EndpointReference>"
REFERENCE = EndpointReference(CLASS, {"Number": "7"})


def answer(body, head=""):
    data = f"<s:Envelope {NAMESPACES}><s:Header>{head}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    return envelope.load(data.encode())


def representation():
    return xml.load_fragment(f'<X_Small xmlns="{CLASS}"/>', "body")


@pytest.mark.parametrize(
    ("request_", "action", "body", "repeatable"),
    [
        (operations.identify(), None, xml.qname(uris.NS_IDENTITY, "Identify"), True),
        (operations.get(TARGET), uris.ACTION_GET, None, True),
        (operations.get(TARGET, Fragment("P")), uris.ACTION_GET, None, True),
        (operations.put(TARGET, representation()), uris.ACTION_PUT, xml.qname(CLASS, "X_Small"), False),
        (operations.create(TARGET, representation()), uris.ACTION_CREATE, xml.qname(CLASS, "X_Small"), False),
        (operations.delete(TARGET), uris.ACTION_DELETE, None, False),
        (operations.invoke(TARGET, "Add"), CLASS + "/Add", xml.qname(CLASS, "Add_INPUT"), False),
        (operations.invoke(TARGET, "urn:acme/actions/Do"), "urn:acme/actions/Do", xml.qname(CLASS, "Do_INPUT"), False),
        (operations.invoke(TARGET, "Add", representation()), CLASS + "/Add", xml.qname(CLASS, "X_Small"), False),
    ],
)
def test_requests(request_, action, body, repeatable):
    assert (request_.action, request_.repeatable, request_.changes) == (action, repeatable, not repeatable)
    assert (request_.body.tag if request_.body is not None else None) == body
    assert request_.target == (None if action is None else TARGET)


@pytest.mark.parametrize("method", ["", "Do it", "1st", "a/b", "http://x/", "http://x/a b", None, 5, ["x"]])
def test_bad_methods(method):
    with pytest.raises(UsageError) as caught:
        operations.invoke(TARGET, method)
    assert caught.value.option == "method"


@pytest.mark.parametrize(
    ("body", "identity"),
    [
        (
            "<d:IdentifyResponse><d:ProtocolVersion> urn:v </d:ProtocolVersion><d:ProductVendor>V</d:ProductVendor>"
            "<d:ProductVersion>1</d:ProductVersion><d:SecurityProfiles><d:SecurityProfileName>urn:p</d:SecurityProfileName>"
            "<d:SecurityProfileName>urn:q</d:SecurityProfileName></d:SecurityProfiles></d:IdentifyResponse>",
            Identity("urn:v", "V", "1", ("urn:p", "urn:q")),
        ),
        ("<s:IdentifyResponse><d:ProductVendor>V</d:ProductVendor></s:IdentifyResponse>", Identity(None, "V")),
        ("<d:IdentifyResponse><d:ProductVendor/></d:IdentifyResponse>", Identity()),
    ],
)
def test_read_identify(body, identity):
    assert operations.read_identify(answer(body)) == identity
    assert identity.to_plain()["security_profiles"] == list(identity.security_profiles)


@pytest.mark.parametrize("body", ["", "<d:Identify/>", "text"])
def test_no_identify_response(body):
    with pytest.raises(ProtocolError, match="IdentifyResponse"):
        operations.read_identify(answer(body))


@pytest.mark.parametrize(
    ("head", "body", "content", "reference"),
    [
        ("", "<v/>", "v", None),
        ("", "", None, None),
        (f"<w:RequestedEPR><a:EndpointReference>{INSIDE}</a:EndpointReference></w:RequestedEPR>", "", None, REFERENCE),
        (f"<w:RequestedEPR>{INSIDE}</w:RequestedEPR>", "<v/>", "v", REFERENCE),
        ("<w:RequestedEPR/>", "<v/>", "v", None),
    ],
)
def test_read_put(head, body, content, reference):
    element, renamed = operations.read_put(answer(body, head))
    assert ((element.tag if element is not None else None), renamed) == (content, reference)


@pytest.mark.parametrize(
    ("body", "reference", "content"),
    [
        (f"<x:ResourceCreated>{INSIDE}</x:ResourceCreated>", REFERENCE, None),
        (f"<x:ResourceCreated>{WRAPPED}</x:ResourceCreated>", REFERENCE, None),
        (f"<x:ResourceCreated>{INSIDE.replace('Parameters', 'Properties')}</x:ResourceCreated>", REFERENCE, None),
        (WRAPPED, REFERENCE, None),
        (INSIDE, REFERENCE, None),
        (f"<x:ResourceCreated>{INSIDE}</x:ResourceCreated><v/>", REFERENCE, "v"),
        (f"<v/><x:ResourceCreated>{INSIDE}</x:ResourceCreated>", REFERENCE, "v"),
        ("<v/>", None, "v"),
        (f"<v><c:Location>{INSIDE}</c:Location></v>", REFERENCE, "v"),
        ("<v><c:Location/></v>", None, "v"),
        ("<x:ResourceCreated/>", None, None),
        ("", None, None),
    ],
)
def test_read_create(body, reference, content):
    found, element = operations.read_create(answer(body))
    assert (found, element.tag if element is not None else None) == (reference, content)


def test_resource_created_with_something_else_inside():
    with pytest.raises(ProtocolError, match="ResourceCreated holds no endpoint reference"):
        operations.read_create(answer("<x:ResourceCreated><v/></x:ResourceCreated>"))


@pytest.mark.parametrize(("body", "content"), [("<v/>", "v"), ("", None)])
def test_read_get_and_invoke(body, content):
    for read in (operations.read_get, operations.read_invoke):
        element = read(answer(body))
        assert (element.tag if element is not None else None) == content
