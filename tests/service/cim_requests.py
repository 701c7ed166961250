# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests for the CIM repository of the test service, and what its answers hold, in short."""

from __future__ import annotations

import functools
import typing as t
from xml.etree.ElementTree import Element, SubElement

from sandbox_requests import N, S, W, content, element, envelope, header

from sandbox import manners, names, render
from sandbox.repository import Repository
from sandbox.service import Caller, Reply, Service

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"
HYPERV = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/"
CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
ALL = "http://schemas.dmtf.org/wbem/wscim/1/*"
CIMV2 = {"__cimnamespace": "root/cimv2"}
NIL = {names.XSI_NIL: "true"}
B = f"{{{names.CIMBINDING}}}"
ADDRESSING = f"{{{names.ADDRESSING}}}"


def service(manner: str = "windows") -> Service:
    """A service of that manner with a repository and nothing else."""
    chosen = manners.named(manner)
    return Service(chosen, Repository(chosen).providers())


def ask(
    asked: Service,
    action: str,
    resource_uri: str,
    selectors: t.Mapping[str, t.Any] | None = None,
    body: Element | None = None,
    *,
    options: t.Iterable[str | Element] = (),
    fragment: str | None = None,
    user_agent: str = "",
) -> Reply:
    """One request; a selector's value may be an element."""
    blocks = header(action, resource_uri)
    if selectors:
        blocks[W + "SelectorSet"] = selector_set = Element(W + "SelectorSet")
        for name, value in selectors.items():
            selector = SubElement(selector_set, W + "Selector", Name=name)
            if isinstance(value, Element):
                selector.append(value)
            else:
                selector.text = value
    if options:
        blocks[W + "OptionSet"] = element(
            W + "OptionSet", None, *(Element(W + "Option", Name=o) if isinstance(o, str) else o for o in options)
        )
    if fragment is not None:
        blocks[W + "FragmentTransfer"] = element(W + "FragmentTransfer", fragment, **{S + "mustUnderstand": "true"})
    return asked.handle(envelope(blocks, body), "UTF-8", Caller("u", user_agent=user_agent))


get = functools.partial(ask, action=names.GET)


def body_text(reply: Reply) -> str:
    """The XML between the tags of Body, prefixes and all (ElementTree loses what a QName in a value needs)."""
    return reply.body.decode().partition("<s:Body>")[2].rpartition("</s:Body>")[0]


def put_text(asked: Service, resource_uri: str, selectors: t.Mapping[str, str], text: str) -> Reply:
    """A Put of XML text as it is; prefixes of Windows' Envelope may be used."""
    prefixes = " ".join(f'xmlns:{prefix}="{uri}"' for uri, prefix in render.WINDOWS_SCOPE.items())
    data = envelope(header(names.PUT, resource_uri, selectors), Element("here"))
    data = data.replace(b"Envelope ", f"Envelope {prefixes} ".encode(), 1).replace(b"<here />", text.encode())
    return asked.handle(data, "UTF-8", Caller("u"))


def answer(reply: Reply) -> Element:
    """The body's element of an answer that is no fault."""
    found = content(reply)
    assert found is not None and found.tag != S + "Fault", reply.body.decode()
    return found


def instance(uri: str, class_name: str, **values: t.Any) -> Element:
    """A representation: None is nil, a list repeats, an element is put in, everything else is text."""
    root = Element(f"{{{uri}{class_name}}}{class_name}")
    return _fill(root, f"{{{uri}{class_name}}}", values)


def arguments(uri: str, class_name: str, method: str, **values: t.Any) -> Element:
    """A Method_INPUT."""
    root = Element(f"{{{uri}{class_name}}}{method}_INPUT")
    return _fill(root, f"{{{uri}{class_name}}}", values)


def _fill(root: Element, prefix: str, values: t.Mapping[str, t.Any]) -> Element:
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            child = SubElement(root, prefix + name, NIL if item is None else {})
            if isinstance(item, Element):
                child.append(item)
            else:
                child.text = item
    return root


def invoke(
    asked: Service,
    uri: str,
    class_name: str,
    method: str,
    selectors: t.Mapping[str, t.Any] | None = None,
    **values: t.Any,
) -> Reply:
    """Call a method."""
    body = arguments(uri, class_name, method, **values)
    return ask(asked, f"{uri}{class_name}/{method}", uri + class_name, selectors, body)


def plain(found: Element) -> dict[str, t.Any]:
    """Properties as texts by local name: None for nil, a list where an element repeats, else the text inside."""
    result: dict[str, t.Any] = {}
    for child in found:
        name = names.local(child.tag)
        value = None if child.get(names.XSI_NIL) == "true" else "".join(child.itertext())
        if name in result:
            held = result[name]
            result[name] = [*held, value] if isinstance(held, list) else [held, value]
        else:
            result[name] = value
    return result


def enumerate_body(dialect: str | None = None, filter: str | Element | None = None, **more: str) -> Element:
    """An optimized Enumerate for up to 100 items; *more*: EnumerationMode, PolymorphismMode."""
    body = element(N + "Enumerate", None, Element(W + "OptimizeEnumeration"), element(W + "MaxElements", "100"))
    for name, text in more.items():
        SubElement(body, (B if name == "PolymorphismMode" else W) + name).text = text
    if filter is not None:
        holder = SubElement(body, W + "Filter", {} if dialect is None else {"Dialect": dialect})
        if isinstance(filter, Element):
            holder.append(filter)
        else:
            holder.text = filter
    return body


def enumerate(asked: Service, uri: str, selectors: t.Mapping[str, t.Any] | None = None, **more: t.Any) -> Reply:
    """An optimized Enumerate."""
    return ask(asked, names.ENUMERATE, uri, selectors, enumerate_body(**more))


def items(reply: Reply) -> list[Element]:
    """The items of an answer to an optimized Enumerate, or to a Pull."""
    for tag in (W + "Items", N + "Items"):
        found = answer(reply).find(tag)
        if found is not None:
            return list(found)
    raise AssertionError(reply.body.decode())


def query(asked: Service, text: str, uri: str = WMI + "*", **more: t.Any) -> list[Element]:
    """The rows of a WQL query."""
    return items(enumerate(asked, uri, dialect=names.WQL, filter=text, **more))


def values(rows: t.Iterable[Element], name: str) -> list[t.Any]:
    """One property of all rows."""
    return [plain(row)[name] for row in rows]


def reference(resource_uri: str, **selectors: str) -> Element:
    """A wsa:EndpointReference."""
    root = Element(ADDRESSING + "EndpointReference")
    root.extend(reference_parts(resource_uri, **selectors))
    return root


def reference_parts(resource_uri: str, **selectors: str) -> list[Element]:
    """Address and ReferenceParameters."""
    selector_set = Element(W + "SelectorSet")
    for name, value in selectors.items():
        SubElement(selector_set, W + "Selector", Name=name).text = value
    parameters = element(
        ADDRESSING + "ReferenceParameters", None, element(W + "ResourceURI", resource_uri), selector_set
    )
    return [element(ADDRESSING + "Address", names.ANONYMOUS), parameters]


def selectors_of(found: Element) -> dict[str, str]:
    """The selectors of the first endpoint reference in an element."""
    selector_set = next(found.iter(W + "SelectorSet"))
    return {selector.attrib["Name"]: selector.text or "" for selector in selector_set}
