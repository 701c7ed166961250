# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of Enumerate and Subscribe: from the options of a task to ``wsman:Filter`` (DSP0226 8.3, DSP0227 8).

Knows dialects and their rules; never the enumeration that a filter is part of.
"""

from __future__ import annotations

import copy
import dataclasses
import re
import typing as t
from xml.etree.ElementTree import Element, SubElement

from . import addressing, instance, uris, xml
from .addressing import EndpointReference, Target
from .errors import UsageError

#: Spellings of the dialects; the URI itself is accepted too.
DIALECTS: t.Final[dict[str, str]] = {
    "wql": uris.DIALECT_WQL,
    "cql": uris.DIALECT_CQL,
    "xpath": uris.DIALECT_XPATH,
    "selector": uris.DIALECT_SELECTOR,
    "association": uris.DIALECT_ASSOCIATION,
}
#: Spellings of the association modes, without case, ``_`` and ``-``: which ends, or the links themselves.
MODES: t.Final[dict[str, str]] = {
    "associatedinstances": "AssociatedInstances",
    "associators": "AssociatedInstances",
    "associationinstances": "AssociationInstances",
    "references": "AssociationInstances",
}

#: The list of a query and the class that it selects from.
SELECT: t.Final = re.compile(r"\s*select\b\s*(?P<list>.*?)\s*\bfrom\s+(?P<name>\w+)", re.IGNORECASE | re.DOTALL)
#: What no query of WQL lacks; a condition alone has none of it.
_QUERY = re.compile(r"\A\s*(?:select|associators|references)\b|\bfrom\b", re.IGNORECASE)
#: Members of the association option and their elements, in the order of the schema (DSP0227 8.2).
_MEMBERS: t.Final[dict[str, str]] = {
    "association_class_name": "AssociationClassName",
    "role": "Role",
    "result_class_name": "ResultClassName",
    "result_role": "ResultRole",
}
_LINK_MEMBERS: t.Final[dict[str, str]] = {"result_class_name": "ResultClassName", "role": "Role"}
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_XPATH_PREFIX = re.compile(r"([^\W\d][\w.-]*):(?=[^\W\d])")
_XPATH_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_REAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]{1,3})?", re.IGNORECASE)
_EXPONENT = re.compile(r"e[+-]", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Filter:
    """One filter: the URI of its dialect, and its text or its one element.

    *namespaces* are the prefixes that its text uses.
    """

    dialect: str
    content: str | Element
    namespaces: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    def to_element(self) -> Element:
        """The ``wsman:Filter``; ``wsen:Filter`` means the same, and two of them are a fault (protocol.md §5.4)."""
        element = Element(xml.qname(uris.NS_WSMAN, "Filter"), {"Dialect": self.dialect})
        for prefix, namespace in self.namespaces.items():
            element.set(f"xmlns:{prefix}", namespace)
        if isinstance(self.content, str):
            element.text = self.content
        else:
            element.append(copy.deepcopy(self.content))
        return element


def from_plain(
    filter: t.Any = None, dialect: str | None = None, association: t.Any = None, target: Target | None = None
) -> Filter | None:
    """Make the filter of the options *filter*, *dialect* and *association*; None where none of them is given.

    A text without a dialect is WQL, a dictionary a selector filter. *target* gives the class to XPath and the CIM
    namespace to an association's object. Raises UsageError for what contradicts itself.
    """
    uri = normalise_dialect(dialect)
    if association is not None:
        if filter is not None or uri not in (None, uris.DIALECT_ASSOCIATION):
            raise UsageError(
                "an association is a filter by itself.", option="association", remedy="Leave filter and dialect out."
            )
        return _association(association, target)
    if filter is None:
        if uri == uris.DIALECT_ASSOCIATION:
            raise UsageError(
                "this dialect has no text.", option="dialect", remedy="Give the option association instead of filter."
            )
        if uri is not None:
            raise UsageError(
                "a dialect is given without a filter", option="dialect", remedy="Give a filter, or leave dialect out."
            )
        return None
    if uri == uris.DIALECT_ASSOCIATION:
        raise UsageError(
            "the association dialect has no text.", option="filter", remedy="Give the option association instead."
        )
    if uri == uris.DIALECT_SELECTOR or (uri is None and isinstance(filter, dict)):
        return _selector(filter, target)
    return _text(filter, uri or uris.DIALECT_WQL, target)


def normalise_dialect(dialect: str | None) -> str | None:
    """The URI for any spelling of a dialect; a known URI in the case that all peers take (protocol.md §2)."""
    if dialect is None:
        return None
    text = dialect.strip() if isinstance(dialect, str) else ""
    known = {uri.lower(): uri for uri in DIALECTS.values()}
    uri = DIALECTS.get(text.lower()) or known.get(text.lower()) or text
    if not _URI.fullmatch(uri):
        names = ", ".join(DIALECTS)
        raise UsageError(f"{dialect!r} is no dialect.", option="dialect", remedy=f"Take one of {names}, or a URI.")
    return uri


def selectors_of(filter: Filter | None) -> dict[str, str]:
    """What a selector filter compares, by names in lower case; empty for any other."""
    if filter is None or filter.dialect != uris.DIALECT_SELECTOR or isinstance(filter.content, str):
        return {}
    selectors = addressing.selector_set_from_element(filter.content)
    return {name.lower(): value for name, value in selectors.items() if isinstance(value, str)}


def selects(selectors: t.Mapping[str, str], element: Element | None, reference: EndpointReference | None) -> bool:
    """Whether the item is one of those that *selectors* select: OMI takes the filter and sends all (wire/omi/43).

    Compared as Windows does, upper and lower case being the same. What an endpoint reference alone does not tell is
    not judged.
    """
    for name, wanted in selectors.items():
        if element is not None:
            found = (child for child in element if xml.local(child.tag).lower() == name)
            held = [child.text or "" for child in found if not instance.is_nil(child)]
        else:
            keys = reference.selector_set if reference is not None else {}
            held = [value for key, value in keys.items() if key.lower() == name and isinstance(value, str)] or [wanted]
        if not any(_is_same(one, wanted) for one in held):
            return False
    return True


def _is_same(held: str, wanted: str) -> bool:
    """One text, or two spellings of a real, which an exponent tells: ``1.10`` is not 1.1, and ``1E2`` is not 100."""
    held, wanted = held.strip(), wanted.strip()
    if held.casefold() == wanted.casefold():
        return True
    if not (_REAL.fullmatch(held) and _REAL.fullmatch(wanted) and (_EXPONENT.search(held) or _EXPONENT.search(wanted))):
        return False
    return float(held) == float(wanted)


def wql_target(target: Target, query: str, *, windows: bool) -> Target:
    """*target* as WQL wants it: Windows faults a class URI (2150859003) and takes ``.../*``.

    Changed only where the query selects from the class that the URI names, so that it can mean nothing else: always
    for WMI URIs, for ``cimv2/`` only with *windows*, as other services take the class and some of them nothing else.
    """
    class_name = uris.class_name(target.resource_uri)
    match = SELECT.match(query)
    if class_name is None or match is None or match.group("name").lower() != class_name.lower():
        return target
    if uris.wmi_namespace(target.resource_uri):
        return dataclasses.replace(target, resource_uri=target.resource_uri[: -len(class_name)] + "*")
    if windows and target.resource_uri.lower().startswith(uris.ALIASES["cimv2/"]):
        return dataclasses.replace(target, resource_uri=uris.ALL_CLASSES)
    return target


def _text(filter: t.Any, dialect: str, target: Target | None) -> Filter:
    if not isinstance(filter, str) or not filter.strip():
        empty = isinstance(filter, str)
        problem = "it is empty." if empty else "a query is a text; only the selector dialect takes a dictionary."
        raise UsageError(problem, option="filter", remedy="Give a query, or leave it out.")
    xml.check_text(filter, "filter")
    if dialect == uris.DIALECT_WQL and not _QUERY.search(filter):
        name = uris.class_name(target.resource_uri) if target is not None else None
        raise UsageError(
            "it is no query of WQL.",
            option="filter",
            remedy=f"Write SELECT * FROM {name or '<class>'} WHERE <condition>, or a dictionary of names and values, "
            "which selects by equality.",
        )
    return Filter(dialect, filter, _xpath_namespaces(filter, target) if dialect == uris.DIALECT_XPATH else {})


def _xpath_namespaces(text: str, target: Target | None) -> dict[str, str]:
    """The namespaces of the prefixes in an XPath: ours, and ``p`` for that of the class."""
    known = {**uris.PREFIXES, **({"p": target.resource_uri} if target else {})}
    used = dict.fromkeys(_XPATH_PREFIX.findall(_XPATH_LITERAL.sub("", text)))
    unknown = [prefix for prefix in used if prefix not in known]
    if unknown:
        raise UsageError(
            f"the prefix {unknown[0]} has no namespace.",
            option="filter",
            remedy=f"Known are p (the class's own) and {', '.join(uris.PREFIXES)}.",
        )
    return {prefix: known[prefix] for prefix in used}


def _selector(filter: t.Any, target: Target | None) -> Filter:
    """Rules of MS-WSMV 3.1.4.1.13: a class's URI, each name once, no list, no reference, no quotes in values."""
    if not isinstance(filter, dict) or not filter:
        remedy = "Give names and values, as in {State: OK}."
        raise UsageError("the selector dialect takes a dictionary.", option="filter", remedy=remedy)
    if target is not None and target.resource_uri.endswith("*"):
        raise UsageError(
            "the selector dialect compares instances of one class.",
            option="resource_uri",
            remedy="Name the class in place of *.",
        )
    selectors: addressing.SelectorSet = {}
    for name, value in addressing.selector_set_from_plain(filter, "filter").items():
        if isinstance(value, EndpointReference):
            raise UsageError(
                "a selector filter cannot compare endpoint references.",
                option=f"filter.{name}",
                remedy="Use the option association.",
            )
        if "'" in value or '"' in value:
            raise UsageError(
                "quotes cannot stand in the value of a selector filter.",
                option=f"filter.{name}",
                remedy="Use a WQL query (dialect: wql).",
            )
        if name.lower() in map(str.lower, selectors):
            raise UsageError(f"{name} is given twice", option="filter", remedy="Give it once; case does not matter.")
        selectors[name] = value
    return Filter(uris.DIALECT_SELECTOR, addressing.selector_set_to_element(selectors))


def _association(association: t.Any, target: Target | None) -> Filter:
    """The filter of design.md §4.2."""
    known = ("object", "mode", *_MEMBERS, "include_result_property")
    if not isinstance(association, dict):
        raise UsageError("it is no dictionary.", option="association", remedy="Give one with object, the source.")
    unknown = [str(name) for name in association if name not in known]
    if unknown:
        raise UsageError(f"unknown: {', '.join(unknown)}.", option="association", remedy=f"Known: {', '.join(known)}.")
    mode = _mode(association.get("mode"))
    reference = EndpointReference.from_plain(association.get("object"), "association.object")
    if target is not None:
        reference = addressing.complete(reference, target)
    element = Element(xml.qname(uris.NS_CIMBINDING, mode))
    element.append(reference.to_element(xml.qname(uris.NS_CIMBINDING, "Object")))
    members = _MEMBERS if mode == "AssociatedInstances" else _LINK_MEMBERS
    for name in _MEMBERS:
        if association.get(name) is not None and name not in members:
            raise UsageError(
                "means nothing where the associations themselves are asked for.",
                option=f"association.{name}",
                remedy="There, result_class_name is the association's class and role the object's role in it.",
            )
    for name, tag in members.items():
        _append_name(element, tag, association.get(name), f"association.{name}")
    for number, name in enumerate(_properties(association.get("include_result_property"))):
        _append_name(element, "IncludeResultProperty", name, f"association.include_result_property[{number}]")
    return Filter(uris.DIALECT_ASSOCIATION, element)


def _mode(mode: t.Any) -> str:
    text = "associatedinstances" if mode is None else re.sub(r"[_\- ]", "", str(mode)).lower()
    if text not in MODES:
        remedy = "Take associated_instances or association_instances."
        raise UsageError(f"{mode!r} is no mode.", option="association.mode", remedy=remedy)
    return MODES[text]


def _properties(value: t.Any) -> list[t.Any]:
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]


def _append_name(parent: Element, tag: str, value: t.Any, option: str) -> None:
    if value is None:
        return
    if not isinstance(value, str) or not value.strip():
        raise UsageError("it is empty.", option=option, remedy="Give a name, or leave it out.")
    SubElement(parent, xml.qname(uris.NS_CIMBINDING, tag)).text = xml.check_text(value, option)
