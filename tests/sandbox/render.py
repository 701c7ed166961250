# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a tree to text with the prefixes that a service of that make would write; no global registry is touched.

A tag is ``{namespace}local``. An ``ElementTree.QName`` as text or as an attribute's value is written with a prefix that
is in scope there (``xsi:type``, subcodes). :func:`rendered` puts text that was written before into a tree.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, QName

from . import names

Scope = dict[str, str]  # namespace -> prefix

# The prefixes that Windows declares on each Envelope.
WINDOWS_SCOPE: Scope = {
    names.SOAP: "s",
    names.ADDRESSING: "a",
    names.ENUMERATION: "n",
    names.TRANSFER: "x",
    names.EVENTING: "e",
    names.WSMAN: "w",
    names.WSMV: "p",
}

HINTS = {
    **WINDOWS_SCOPE,
    names.CIM: "cim",
    names.CONFIG: "cfg",
    names.IDENTITY: "wsmid",
    names.CIMBINDING: "b",
    names.WSMAN_FAULT: "f",
    names.SHELL: "rsp",
    names.XSI: "xsi",
    names.XS: "xs",
}

_SPARE = ("p", "q", "r", "t", "u", "v")


def rendered(text: str) -> Element:
    """A node whose XML is *text*, written with no other prefixes than those of the Envelope and its own."""
    node = Element(_Rendered)  # type: ignore[arg-type]
    node.text = text
    return node


def _Rendered() -> None:
    """Marks such a node, as ElementTree's own Comment marks a comment."""


def is_rendered(element: Element) -> bool:
    """Whether *element* came from :func:`rendered`."""
    return element.tag is _Rendered  # type: ignore[comparison-overlap]


def render(element: Element, scope: Scope | None = None) -> str:
    """*element* as text; *scope* holds the prefixes that are declared around it, by namespace."""
    out: list[str] = []
    _write(element, WINDOWS_SCOPE if scope is None else scope, out)
    return "".join(out)


def render_document(element: Element, scope: Scope | None = None) -> str:
    """*element* as the root of a document: all of *scope* is declared on it, used or not, as Windows does."""
    used = WINDOWS_SCOPE if scope is None else scope
    out: list[str] = []
    _write_element(element, used, list(used.items()), out)
    return "".join(out)


def _write(element: Element, scope: Scope, out: list[str]) -> None:
    tag, text = element.tag, element.text
    if is_rendered(element):
        out.append(text or "")
        return
    if not len(element) and not element.attrib and not isinstance(text, QName):  # most elements are such
        ns, _brace, local = tag[1:].partition("}")
        prefix = scope.get(ns)
        if prefix is not None:
            out.append(f"<{prefix}:{local}>{_escape(text)}</{prefix}:{local}>" if text else f"<{prefix}:{local}/>")
            return
    missing = [ns for ns in _namespaces(element) if ns not in scope]
    if not missing:
        _write_element(element, scope, [], out)
        return
    inner, declared = _declare(element, missing, scope)
    _write_element(element, inner, declared, out)


def _namespaces(element: Element) -> list[str]:
    found = []
    tag = element.tag
    if tag[0] == "{":
        found.append(tag[1:].partition("}")[0])
    for key, value in element.items():
        if key[0] == "{":
            found.append(names.namespace(key))
        if isinstance(value, QName):
            found.append(names.namespace(value.text))
    if isinstance(element.text, QName):
        found.append(names.namespace(element.text.text))
    return [ns for ns in found if ns and ns != names.XML]


def _declare(element: Element, missing: list[str], scope: Scope) -> tuple[Scope, list[tuple[str, str]]]:
    """The scope inside *element*, and what it has to declare; an outer prefix may be hidden where it is not used."""
    taken = {scope[ns] for ns in _namespaces(element) if ns in scope}
    declared: list[tuple[str, str]] = []
    for ns in dict.fromkeys(missing):
        hint = "cfg" if ns.startswith(names.CONFIG) else HINTS.get(ns)
        prefix = next(one for one in (hint, *_SPARE) if one is not None and one not in taken)
        taken.add(prefix)
        declared.append((ns, prefix))
    hidden = {prefix for _ns, prefix in declared}
    inner = {ns: prefix for ns, prefix in scope.items() if prefix not in hidden}
    inner.update(declared)
    return inner, declared


def _write_element(element: Element, scope: Scope, declared: list[tuple[str, str]], out: list[str]) -> None:
    name = _qualified(element.tag, scope)
    out.append("<" + name)
    for ns, prefix in declared:
        out.append(f' xmlns:{prefix}="{_escape_attribute(ns)}"' if prefix else f' xmlns="{_escape_attribute(ns)}"')
    for key, value in element.items():
        text = _qualified(value.text, scope) if isinstance(value, QName) else value
        out.append(f' {_qualified(key, scope)}="{_escape_attribute(text)}"')
    text = element.text
    if isinstance(text, QName):
        text = _qualified(text.text, scope)
    if not text and not len(element):
        out.append("/>")
        return
    out.append(">")
    if text:
        out.append(_escape(text))
    for child in element:
        _write(child, scope, out)
        if child.tail:
            out.append(_escape(child.tail))
    out.append(f"</{name}>")


def _qualified(tag: str, scope: Scope) -> str:
    if tag[0] != "{":
        return tag
    ns, _brace, local = tag[1:].partition("}")
    prefix = "xml" if ns == names.XML else scope[ns]
    return f"{prefix}:{local}" if prefix else local


def _escape(text: str) -> str:
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text.replace("\r", "&#13;") if "\r" in text else text


def _escape_attribute(text: str) -> str:
    return _escape(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
