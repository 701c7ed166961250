# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conversation of Enumerate, Pull and Release with every kind of service that protocol.md §5.3 knows."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element

import pytest

from ansible_collections.wsman.automation.plugins.module_utils._wsman import envelope, uris, xml
from ansible_collections.wsman.automation.plugins.module_utils._wsman.addressing import Option, Target
from ansible_collections.wsman.automation.plugins.module_utils._wsman.enumeration import Enumeration, Item
from ansible_collections.wsman.automation.plugins.module_utils._wsman.envelope import Request, Response
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import (
    ProtocolError,
    TransportError,
    UsageError,
    WSManError,
    WSManFault,
)
from ansible_collections.wsman.automation.plugins.module_utils._wsman.filters import Filter

URI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/C"
TARGET = Target(URI, {"__cimnamespace": "root/cimv2"}, (Option("o", "1"),))
NAMESPACES = (
    f'xmlns:s="{uris.NS_SOAP}" xmlns:wsen="{uris.NS_ENUMERATION}" xmlns:wsman="{uris.NS_WSMAN}" xmlns:p="{URI}"'
    f' xmlns:wsa="{uris.NS_ADDRESSING}" xmlns:cim="{uris.NS_CIM}"'
)
END = "<wsen:EndOfSequence/>"


def answer(inner: str, name: str = "PullResponse", header: str = "") -> Response:
    body = f"<wsen:{name}>{inner}</wsen:{name}>" if name else inner
    text = f"<s:Envelope {NAMESPACES}><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    return envelope.load(text.encode())


def enumerated(inner: str, header: str = "") -> Response:
    return answer(inner, "EnumerateResponse", header)


def rows(*numbers: int) -> str:
    return "".join(f"<p:C><p:N>{number}</p:N></p:C>" for number in numbers)


def context(text: str) -> str:
    return f"<wsen:EnumerationContext>{text}</wsen:EnumerationContext>"


def items(inner: str, prefix: str = "wsen") -> str:
    return f"<{prefix}:Items>{inner}</{prefix}:Items>"


def epr(number: int, namespace: str = "root/cimv2") -> str:
    return (
        f"<wsa:EndpointReference><wsa:Address>{uris.ANONYMOUS}</wsa:Address><wsa:ReferenceParameters>"
        f"<wsman:ResourceURI>{URI}</wsman:ResourceURI><wsman:SelectorSet>"
        f'<wsman:Selector Name="__cimnamespace">{namespace}</wsman:Selector>'
        f'<wsman:Selector Name="N">{number}</wsman:Selector></wsman:SelectorSet>'
        "</wsa:ReferenceParameters></wsa:EndpointReference>"
    )


def numbers(read: t.Iterable[Item]) -> list[t.Any]:
    """What the instances, or else the references, are about."""
    found: list[t.Any] = []
    for one in read:
        if one.element is not None:
            found.append(one.element.findtext(f"{{{URI}}}N"))
        if one.endpoint_reference is not None:
            found.append(one.endpoint_reference.selector_set)
    return found


def action(request: Request | None) -> str | None:
    return None if request is None or request.action is None else request.action.rpartition("/")[2]


def body(request: Request | None) -> str:
    assert request is not None
    assert request.body is not None
    text = xml.dump(request.body).decode()
    for prefix, uri in uris.PREFIXES.items():
        text = text.replace(f' xmlns:{prefix}="{uri}"', "")
    return text


def talk(enumeration: Enumeration, answers: list[t.Any]) -> tuple[list[str], list[t.Any]]:
    """Run it to its end; returns what was asked and which items came. An exception among the answers is raised."""
    asked: list[str] = []
    came: list[t.Any] = []
    left = iter(answers)
    while request := enumeration.next_request():
        asked.append(t.cast(str, action(request)))
        given = next(left)
        if isinstance(given, WSManError):
            if not enumeration.fail(given):
                came.append(given)
        else:
            came += numbers(enumeration.feed(given))
    assert next(left, None) is None, "not all answers were asked for"
    assert enumeration.finished
    return asked, came


EMPTY = answer("", "")


@pytest.mark.parametrize(
    ("answers", "asked", "came"),
    [
        # not optimised, one at a time, the end in the last Pull
        (
            [enumerated(context("a")), answer(items(rows(1)) + context("a")), answer(items(rows(2)) + END)],
            "Enumerate Pull Pull",
            ["1", "2"],
        ),
        # everything in the first answer, in either namespace, with and without a context that is void
        ([enumerated(items(rows(1, 2), "wsman") + "<wsman:EndOfSequence/>")], "Enumerate", ["1", "2"]),
        ([enumerated(context("a") + items(rows(1), "wsman") + "<wsman:EndOfSequence/>")], "Enumerate", ["1"]),
        ([enumerated(items(rows(1), "wsen") + context("") + "<wsman:EndOfSequence/>")], "Enumerate", ["1"]),
        ([enumerated(items(rows(1), "wsen") + END + context("a"))], "Enumerate", ["1"]),
        # items in both
        (
            [
                enumerated(items(rows(1), "wsman") + context("a")),
                answer(items(rows(2), "wsman") + "<wsman:EndOfSequence/>"),
            ],
            "Enumerate Pull",
            ["1", "2"],
        ),
        # no EndOfSequence: the context comes empty, or not at all (iDRAC)
        ([enumerated(context("a")), answer(context("") + items(rows(1)))], "Enumerate Pull", ["1"]),
        ([enumerated(context("a")), answer(context(" \n") + items(rows(1)))], "Enumerate Pull", ["1"]),
        ([enumerated(context("a")), answer(items(rows(1)))], "Enumerate Pull", ["1"]),
        # nothing at all
        ([enumerated(items("", "wsman") + context("") + "<wsman:EndOfSequence/>")], "Enumerate", []),
        ([enumerated("")], "Enumerate", []),
        # OMI promises more and then has none
        ([enumerated(context("a") + items("", "wsman")), answer(context("a") + items("") + END)], "Enumerate Pull", []),
        (
            [enumerated(context("a")), answer(context("a") + items("")), answer(items(rows(1)) + END)],
            "Enumerate Pull Pull",
            ["1"],
        ),
        # a property that is named as the end ends nothing, nor does one named Items hold any
        (
            [
                enumerated(context("a")),
                answer(
                    items(
                        "<p:C><p:EndOfSequence/><wsen:EndOfSequence/><p:N>1</p:N></p:C>"
                        "<p:C><p:Items><p:C/></p:Items><wsen:Items><p:C/></wsen:Items><p:N>2</p:N></p:C>"
                        "<p:EndOfSequence><p:N>3</p:N></p:EndOfSequence>"
                    )
                    + context("b")
                ),
                answer(items(rows(4)) + END),
            ],
            "Enumerate Pull Pull",
            ["1", "2", "3", "4"],
        ),
        # instances inside wsman:Item
        (
            [enumerated(items(f"<wsman:Item>{rows(1)}</wsman:Item><wsman:Item>{rows(2)}</wsman:Item>") + END)],
            "Enumerate",
            ["1", "2"],
        ),
        # Openwsman's events have no Items
        ([enumerated(context("a")), answer(context("a") + rows(1)), answer(END)], "Enumerate Pull Pull", ["1"]),
    ],
)
def test_conversation(answers: list[Response], asked: str, came: list[str]) -> None:
    enumeration = Enumeration(TARGET)
    assert talk(enumeration, answers) == (asked.split(), came)
    assert (enumeration.count, enumeration.truncated) == (len(came), False)


def test_a_context_may_change_and_may_be_xml() -> None:
    enumeration = Enumeration(TARGET)
    enumeration.next_request()
    enumeration.feed(enumerated(context("first")))
    assert "<wsen:EnumerationContext>first</wsen:EnumerationContext>" in body(enumeration.next_request())
    enumeration.feed(answer(items(rows(1)) + context("second")))
    assert "<wsen:EnumerationContext>second</wsen:EnumerationContext>" in body(enumeration.next_request())
    enumeration.feed(answer(items(rows(2)) + context("<p:Handle>7</p:Handle>")))
    assert "<p:Handle" in body(enumeration.next_request())
    enumeration.feed(answer(items(rows(3)) + END))
    assert enumeration.next_request() is None
    assert enumeration.pulls == 3


def test_requests() -> None:
    enumeration = Enumeration(TARGET, operation_timeout=5.0, max_envelope_size=9000, locale="de-DE", max_elements=7)
    first = enumeration.next_request()
    assert first is not None
    assert (first.action, first.target, first.repeatable) == (uris.ACTION_ENUMERATE, TARGET, True)
    assert body(first) == (
        "<wsen:Enumerate><wsman:OptimizeEnumeration/><wsman:MaxElements>7</wsman:MaxElements></wsen:Enumerate>"
    )
    assert body(enumeration.next_request()) == body(first)
    enumeration.feed(enumerated(context("a")))
    pull = enumeration.next_request()
    assert pull is not None
    assert (pull.action, pull.target, pull.repeatable, pull.changes) == (uris.ACTION_PULL, TARGET, False, False)
    assert body(pull) == (
        "<wsen:Pull><wsen:EnumerationContext>a</wsen:EnumerationContext><wsen:MaxElements>7</wsen:MaxElements></wsen:Pull>"
    )
    enumeration.stop()
    release = enumeration.next_request()
    assert release is not None
    assert (release.action, release.target, release.repeatable) == (uris.ACTION_RELEASE, TARGET, True)
    assert body(release) == "<wsen:Release><wsen:EnumerationContext>a</wsen:EnumerationContext></wsen:Release>"
    for request in (first, pull, release):
        assert (request.operation_timeout, request.max_envelope_size, request.locale) == (5.0, 9000, "de-DE")
    assert enumeration.feed(EMPTY) == []
    assert enumeration.finished


@pytest.mark.parametrize(
    ("options", "inner"),
    [
        ({"optimize": False}, ""),
        ({"optimize": False, "return_type": "epr"}, "<wsman:EnumerationMode>EnumerateEPR</wsman:EnumerationMode>"),
        (
            {"optimize": False, "return_type": "object_and_epr"},
            "<wsman:EnumerationMode>EnumerateObjectAndEPR</wsman:EnumerationMode>",
        ),
        *(
            ({"optimize": False, "polymorphism": name}, f"<wsmb:PolymorphismMode>{wire}</wsmb:PolymorphismMode>")
            for name, wire in (
                ("include_subclass_properties", "IncludeSubClassProperties"),
                ("deep", "IncludeSubClassProperties"),
                ("exclude_subclass_properties", "ExcludeSubClassProperties"),
                ("base_properties_only", "ExcludeSubClassProperties"),
                ("none", "None"),
                ("shallow", "None"),
            )
        ),
        (
            {
                "limit": 3,
                "return_type": "epr",
                "polymorphism": "none",
                "filter": Filter(uris.DIALECT_WQL, "select * from C"),
            },
            "<wsman:OptimizeEnumeration/><wsman:MaxElements>3</wsman:MaxElements>"
            "<wsman:EnumerationMode>EnumerateEPR</wsman:EnumerationMode><wsmb:PolymorphismMode>None</wsmb:PolymorphismMode>"
            f'<wsman:Filter Dialect="{uris.DIALECT_WQL}">select * from C</wsman:Filter>',
        ),
    ],
)
def test_what_enumerate_asks(options: dict[str, t.Any], inner: str) -> None:
    asked = body(Enumeration(TARGET, **options).next_request())
    assert asked == (f"<wsen:Enumerate>{inner}</wsen:Enumerate>" if inner else "<wsen:Enumerate/>")


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"return_type": "both"}, "return_type"),
        ({"polymorphism": "None"}, "polymorphism"),
        ({"limit": 0}, "limit"),
        ({"max_elements": 0}, "max_elements"),
    ],
)
def test_refused(options: dict[str, t.Any], option: str) -> None:
    with pytest.raises(UsageError) as caught:
        Enumeration(TARGET, **options)
    assert caught.value.option == option


def selectors(number: int) -> dict[str, str]:
    return {"N": str(number), "__cimnamespace": "root/cimv2"}


@pytest.mark.parametrize(
    ("return_type", "inner", "came"),
    [
        ("epr", epr(1) + epr(2), [selectors(1), selectors(2)]),
        ("epr", f"<wsman:Item>{epr(1)}</wsman:Item>", [selectors(1)]),
        # Openwsman's namespace comes empty at times: that of the request stands in for it
        ("epr", epr(1, ""), [selectors(1)]),
        ("object_and_epr", f"<wsman:Item>{rows(1)}{epr(1)}</wsman:Item>", ["1", selectors(1)]),
        ("object_and_epr", f"<wsman:Item>{epr(1)}{rows(1)}</wsman:Item>", ["1", selectors(1)]),
        ("object_and_epr", rows(1) + epr(1) + rows(2) + epr(2), ["1", selectors(1), "2", selectors(2)]),
        ("object_and_epr", epr(1) + rows(1) + epr(2) + rows(2), ["1", selectors(1), "2", selectors(2)]),
        ("object_and_epr", rows(1) + rows(2) + epr(2), ["1", "2", selectors(2)]),
        ("object_and_epr", rows(1, 2), ["1", "2"]),
        # firmware of Intel's leaves the namespaces out
        ("epr", epr(1).replace("wsa:", "").replace("wsman:", ""), [selectors(1)]),
        (
            "object_and_epr",
            f"<wsman:Item>{rows(1)}{epr(1).replace('wsa:', '').replace('wsman:', '')}</wsman:Item>",
            ["1", selectors(1)],
        ),
        (
            "object_and_epr",
            f"<p:C><p:N>1</p:N>{epr(1).replace('wsa:EndpointReference', 'cim:Location')}</p:C>",
            ["1", selectors(1)],
        ),
        ("object", f"<wsman:Item>{rows(1)}{epr(1)}</wsman:Item>", ["1", selectors(1)]),
        ("object_and_epr", f"<wsen:Item>{rows(1)}{epr(1)}</wsen:Item>", ["1", selectors(1)]),
    ],
)
def test_modes(return_type: str, inner: str, came: list[t.Any]) -> None:
    assert talk(Enumeration(TARGET, return_type=return_type), [enumerated(items(inner, "wsman") + END)])[1] == came


@pytest.mark.parametrize("extension", ["<x/>", "<v:More xmlns:v='urn:v'><v:N>9</v:N></v:More>"])
def test_an_extension_of_the_answer_is_no_item(extension: str) -> None:
    """The schemas of Enumerate's and Pull's answers let anything stand beside what they name."""
    answers = [enumerated(extension + context("a")), answer(extension + items(rows(1)) + END)]
    assert talk(Enumeration(TARGET), answers) == (["Enumerate", "Pull"], ["1"])


@pytest.mark.parametrize(
    ("limit", "answers", "asked", "came", "truncated"),
    [
        (2, [enumerated(context("a") + items(rows(1, 2))), EMPTY], "Enumerate Release", ["1", "2"], True),
        (2, [enumerated(items(rows(1, 2)) + END)], "Enumerate", ["1", "2"], False),
        (2, [enumerated(items(rows(1, 2, 3)) + END)], "Enumerate", ["1", "2"], True),
        (2, [enumerated(context("a") + items(rows(1, 2, 3))), EMPTY], "Enumerate Release", ["1", "2"], True),
        (
            3,
            [enumerated(context("a") + items(rows(1, 2))), answer(items(rows(3)) + context("a")), EMPTY],
            "Enumerate Pull Release",
            ["1", "2", "3"],
            True,
        ),
        (
            3,
            [enumerated(context("a") + items(rows(1, 2))), answer(items(rows(3)) + END)],
            "Enumerate Pull",
            ["1", "2", "3"],
            False,
        ),
        (9, [enumerated(items(rows(1, 2)) + END)], "Enumerate", ["1", "2"], False),
    ],
)
def test_limit(limit: int, answers: list[Response], asked: str, came: list[str], truncated: bool) -> None:
    enumeration = Enumeration(TARGET, limit=limit)
    assert talk(enumeration, answers) == (asked.split(), came)
    assert (enumeration.count, enumeration.truncated) == (len(came), truncated)


def test_no_more_is_asked_for_than_is_wanted() -> None:
    enumeration = Enumeration(TARGET, limit=5, max_elements=3)
    assert "<wsman:MaxElements>3<" in body(enumeration.next_request())
    enumeration.feed(enumerated(context("a") + items(rows(1, 2, 3))))
    assert "<wsen:MaxElements>2<" in body(enumeration.next_request())


TIMED_OUT = WSManFault(code="s:Receiver", subcode="wsman:TimedOut")
DENIED = WSManFault(code="s:Sender", subcode="wsman:AccessDenied")
READ = TransportError("no answer", step="read")
CONNECT = TransportError("refused", step="connect")
STARTED = enumerated(context("a"))
LAST = answer(items(rows(1)) + END)


@pytest.mark.parametrize(
    ("answers", "asked", "came"),
    [
        # a Pull that timed out is sent again three times, and counted anew after each answer
        ([STARTED, TIMED_OUT, LAST], "Enumerate Pull Pull", ["1"]),
        ([STARTED, WSManFault(windows_code=2150858793), LAST], "Enumerate Pull Pull", ["1"]),
        ([STARTED, TIMED_OUT, TIMED_OUT, TIMED_OUT, LAST], "Enumerate Pull Pull Pull Pull", ["1"]),
        (
            [STARTED, TIMED_OUT, TIMED_OUT, TIMED_OUT, TIMED_OUT, EMPTY],
            "Enumerate Pull Pull Pull Pull Release",
            [TIMED_OUT],
        ),
        (
            [STARTED, *[TIMED_OUT] * 3, answer(items(rows(0)) + context("b")), *[TIMED_OUT] * 3, LAST],
            "Enumerate" + " Pull" * 8,
            ["0", "1"],
        ),
        # nothing is held before Enumerate is answered
        ([TIMED_OUT], "Enumerate", [TIMED_OUT]),
        ([DENIED], "Enumerate", [DENIED]),
        ([READ], "Enumerate", [READ]),
        # in the middle: release, unless there is nothing to release or nobody to ask
        ([STARTED, DENIED, EMPTY], "Enumerate Pull Release", [DENIED]),
        ([STARTED, READ, EMPTY], "Enumerate Pull Release", [READ]),
        ([STARTED, CONNECT], "Enumerate Pull", [CONNECT]),
        # a Release that fails changes nothing more
        ([STARTED, DENIED, DENIED], "Enumerate Pull Release", [DENIED, DENIED]),
        ([STARTED, DENIED, TIMED_OUT], "Enumerate Pull Release", [DENIED, TIMED_OUT]),
    ],
)
def test_failures(answers: list[t.Any], asked: str, came: list[t.Any]) -> None:
    assert talk(Enumeration(TARGET), answers) == (asked.split(), came)


@pytest.mark.parametrize(
    "given",
    [
        [STARTED, answer(items("") + context("a")), answer(items("") + context("a"))],
        [STARTED, answer(context("a")), answer(context("b"))],
        [enumerated(context("a") + items("")), answer(context("a")), answer(items("") + context("a"))],
        [STARTED, answer("", "")],
        [STARTED, answer("", "EnumerateResponse")],
        [STARTED, answer(rows(1), "")],
    ],
)
def test_an_answer_that_leads_nowhere_is_an_error_and_the_context_is_released(given: list[Response]) -> None:
    enumeration = Enumeration(TARGET)
    for one in given[:-1]:
        enumeration.next_request()
        enumeration.feed(one)
    with pytest.raises(ProtocolError):
        enumeration.feed(given[-1])
    assert action(enumeration.next_request()) == "Release"
    enumeration.feed(EMPTY)
    assert enumeration.next_request() is None


def test_whoever_stops_early_releases() -> None:
    enumeration = Enumeration(TARGET)
    enumeration.stop()
    assert enumeration.next_request() is None
    enumeration = Enumeration(TARGET)
    enumeration.feed(STARTED)
    enumeration.stop()
    enumeration.stop()
    assert action(enumeration.next_request()) == "Release"
    enumeration.feed(EMPTY)
    enumeration.stop()
    assert enumeration.next_request() is None


def test_estimate() -> None:
    enumeration = Enumeration(TARGET, total_estimate=True)
    request = enumeration.next_request()
    assert request is not None
    assert request.total_items_count_estimate
    header = "<wsman:TotalItemsCountEstimate>1003</wsman:TotalItemsCountEstimate>"
    enumeration.feed(enumerated(context("a"), header))
    assert enumeration.total_items_count_estimate == 1003
    following = enumeration.next_request()
    assert following is not None
    assert not following.total_items_count_estimate
    enumeration.feed(answer(END, header='<wsman:TotalItemsCountEstimate xsi:nil="true" xmlns:xsi="x"/>'))
    assert enumeration.total_items_count_estimate == 1003


def test_renew_and_get_status() -> None:
    enumeration = Enumeration(TARGET)
    assert enumeration.renew(60) is None
    assert enumeration.get_status() is None
    enumeration.feed(STARTED)
    renew, status = enumeration.renew(90.5), enumeration.get_status()
    assert renew is not None
    assert status is not None
    assert (renew.action, status.action) == (uris.ACTION_RENEW, uris.ACTION_GET_STATUS)
    assert body(renew) == (
        "<wsen:Renew><wsen:EnumerationContext>a</wsen:EnumerationContext><wsen:Expires>PT90.500S</wsen:Expires></wsen:Renew>"
    )
    assert body(status) == "<wsen:GetStatus><wsen:EnumerationContext>a</wsen:EnumerationContext></wsen:GetStatus>"
    told = answer(f"<wsen:Expires>PT60S</wsen:Expires>{context('b')}", "RenewResponse")
    assert enumeration.read_expires(told) == "PT60S"
    assert "<wsen:EnumerationContext>b<" in body(enumeration.next_request())


def test_ten_thousand_rows_come_complete_and_in_order() -> None:
    enumeration = Enumeration(TARGET, max_elements=500)
    batches = [range(start, start + 500) for start in range(0, 10000, 500)]
    given = [answer(items(rows(*batch)) + context(str(batch.stop))) for batch in batches]
    came = talk(enumeration, [STARTED, *given, answer(END)])[1]
    assert came == [str(number) for number in range(10000)]


def test_elements_are_handed_over_as_they_are() -> None:
    given = enumerated(items(rows(1)) + END)
    read = Enumeration(TARGET).feed(given)
    assert isinstance(read[0].element, Element)
    assert read[0].element.tag == f"{{{URI}}}C"
