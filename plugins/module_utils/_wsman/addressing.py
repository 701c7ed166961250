# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request is addressed to: endpoint references, selector sets, option sets; as XML and as plain dictionaries.

Knows nothing of operations and of the envelope around.
"""

from __future__ import annotations

import dataclasses
import typing as t
from xml.etree.ElementTree import Element, SubElement

from . import uris, xml
from .errors import ProtocolError, UsageError

SelectorValue = t.Union[str, "EndpointReference"]
SelectorSet = dict[str, SelectorValue]

TAG_REFERENCE: t.Final = xml.qname(uris.NS_ADDRESSING, "EndpointReference")
TAG_SELECTOR_SET: t.Final = xml.qname(uris.NS_WSMAN, "SelectorSet")
TAG_OPTION_SET: t.Final = xml.qname(uris.NS_WSMAN, "OptionSet")
#: None too: firmware of Intel's leaves the namespace out of references.
_ADDRESSINGS = (uris.NS_ADDRESSING, uris.NS_ADDRESSING_2005, None)
_PARAMETERS = ("ReferenceParameters", "ReferenceProperties")
_TAGS_RESOURCE_URI: t.Final = (xml.qname(uris.NS_WSMAN, "ResourceURI"), "ResourceURI")
_TAGS_SELECTOR_SET: t.Final = (TAG_SELECTOR_SET, "SelectorSet")
_QUALIFIED_NAME: t.Final = xml.qname(uris.NS_WSMAN, "Name")
_MEMBERS = ("address", "resource_uri", "selector_set")
_OPTION_MEMBERS = ("name", "value", "type", "must_comply")


@dataclasses.dataclass(frozen=True)
class EndpointReference:
    """An endpoint reference (DSP0226 5.1): where, of what kind, and which. *address* is never a transport address."""

    resource_uri: str | None
    selector_set: SelectorSet = dataclasses.field(default_factory=dict)
    address: str = uris.ANONYMOUS

    @classmethod
    def from_element(cls, element: Element) -> EndpointReference:
        """Read any shape of protocol.md §7: the element itself, one child ``wsa:EndpointReference``, or bare children.

        Raises ProtocolError where it is no reference.
        """
        holder = _reference_holder(element)
        if holder is None:
            raise ProtocolError(f"the element {xml.local(element.tag)} holds no endpoint reference")
        address = next((child.text for child in holder if _is_addressing(child, "Address")), None)
        parameters = [part for child in holder if _is_addressing(child, *_PARAMETERS) for part in child]
        uri = next((part.text for part in parameters if part.tag in _TAGS_RESOURCE_URI), None)
        selectors: SelectorSet = {}
        for part in parameters:
            if part.tag in _TAGS_SELECTOR_SET:
                selectors.update(selector_set_from_element(part))
        return cls((uri or "").strip() or None, selectors, (address or "").strip() or uris.ANONYMOUS)

    def to_element(self, tag: str = TAG_REFERENCE) -> Element:
        """The reference as an element named *tag*, ``wsa:`` members directly inside."""
        element = Element(tag)
        SubElement(element, xml.qname(uris.NS_ADDRESSING, "Address")).text = self.address
        parameters = SubElement(element, xml.qname(uris.NS_ADDRESSING, "ReferenceParameters"))
        if self.resource_uri:
            SubElement(parameters, xml.qname(uris.NS_WSMAN, "ResourceURI")).text = self.resource_uri
        if self.selector_set:
            parameters.append(selector_set_to_element(self.selector_set))
        return element

    @classmethod
    def from_plain(cls, value: t.Any, option: str = "endpoint_reference") -> EndpointReference:
        """Read ``{address, resource_uri, selector_set}``; *resource_uri* may be an alias with a ``?Key=Value`` tail.

        Raises UsageError naming *option*.
        """
        if not isinstance(value, dict) or not value.get("resource_uri"):
            raise UsageError(
                "an endpoint reference is a dictionary with resource_uri, and selector_set or address.", option=option
            )
        _refuse_unknown(value, _MEMBERS, option)
        address = value.get("address") or uris.ANONYMOUS
        if not isinstance(address, str):
            raise UsageError("the address is a text", option=f"{option}.address")
        uri, tail = uris.parse_resource_uri(value["resource_uri"], f"{option}.resource_uri")
        selectors = selector_set_from_plain(value.get("selector_set"), f"{option}.selector_set")
        return cls(uri, join_selectors(tail, selectors, option), xml.check_text(address, f"{option}.address"))

    def to_plain(self) -> dict[str, t.Any]:
        """The form that results and arguments have (design.md §4)."""
        return {
            "address": self.address,
            "resource_uri": self.resource_uri,
            "selector_set": selector_set_to_plain(self.selector_set),
        }


@dataclasses.dataclass(frozen=True)
class Option:
    """One option (DSP0226 6.4). *value* None is sent as ``xsi:nil``, *type* is the text of the Type attribute."""

    name: str
    value: str | None = None
    type: str | None = None
    must_comply: bool = False


@dataclasses.dataclass(frozen=True)
class Target:
    """What a request is for: the resource, which of its instances, and the options given with it."""

    resource_uri: str
    selector_set: SelectorSet = dataclasses.field(default_factory=dict)
    option_set: tuple[Option, ...] = ()

    @property
    def keys(self) -> SelectorSet:
        """The selectors that name an instance: all but that of the CIM namespace."""
        return {name: one for name, one in self.selector_set.items() if name.lower() != uris.NAMESPACE_SELECTOR}

    @property
    def of_class(self) -> Target:
        """The class in its CIM namespace, without the keys of an instance."""
        keys = self.keys
        return Target(self.resource_uri, {name: one for name, one in self.selector_set.items() if name not in keys})

    @property
    def namespace(self) -> str | None:
        """The CIM namespace, as its selector or a WMI URI says it; None where it is left to the service."""
        said = (one for name, one in self.selector_set.items() if name.lower() == uris.NAMESPACE_SELECTOR)
        given = next((one for one in said if isinstance(one, str) and one), None)
        return given or uris.wmi_namespace(self.resource_uri)


def is_reference(element: Element) -> bool:
    """True where *element* is, or wraps, an endpoint reference in one of the shapes of protocol.md §7."""
    return _reference_holder(element) is not None


def complete(reference: EndpointReference, target: Target) -> EndpointReference:
    """Fill from the request what the service left out (state.md §2): the resource URI and the CIM namespace.

    OMI gives none, Openwsman an empty one. A namespace that the service did give stays, WMI, ``winrm/...`` and
    Intel's resources have none to fill, and no namespace at all in the request leaves an empty one out.
    """
    uri = reference.resource_uri
    if uri is None and not target.resource_uri.endswith("*"):
        uri = target.resource_uri
    selectors: SelectorSet = {
        name: complete(value, target) if isinstance(value, EndpointReference) else value
        for name, value in reference.selector_set.items()
        if name.lower() != uris.NAMESPACE_SELECTOR or value
    }
    namespace = target.namespace
    if namespace and has_namespace_selector(uri) and uris.NAMESPACE_SELECTOR not in map(str.lower, selectors):
        selectors[uris.NAMESPACE_SELECTOR] = namespace
    return dataclasses.replace(reference, resource_uri=uri, selector_set=selectors)


def has_namespace_selector(uri: str | None) -> bool:
    """True where the CIM namespace of a resource is the selector ``__cimnamespace`` (DSP0227 5.1)."""
    return uri is not None and not uris.is_microsoft(uri) and not uri.lower().startswith("http://intel.com/")


def join_selectors(first: t.Mapping[str, SelectorValue], second: SelectorSet, option: str) -> SelectorSet:
    """Both selector sets in one; raises UsageError where they contradict each other."""
    for name in first.keys() & second.keys():
        if first[name] != second[name]:
            raise UsageError(
                f"the selector {name} is given twice with different values", option=option, remedy="Give it once."
            )
    return {**first, **second}


def selector_set_from_plain(value: t.Any, option: str = "selector_set") -> SelectorSet:
    """Read ``{name: scalar or endpoint reference}``: booleans as ``true``/``false``, integers in decimal.

    Raises UsageError naming *option* and the selector.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise UsageError("a selector set is a dictionary of names and values", option=option)
    return {_name(name, option): _selector_from_plain(one, f"{option}.{name}") for name, one in value.items()}


def _selector_from_plain(value: t.Any, option: str) -> SelectorValue:
    if isinstance(value, dict):
        return EndpointReference.from_plain(value, option)
    return scalar_to_text(value, option)


def selector_set_to_plain(selectors: SelectorSet) -> dict[str, t.Any]:
    """The inverse of ``selector_set_from_plain``."""
    return {
        name: value.to_plain() if isinstance(value, EndpointReference) else value for name, value in selectors.items()
    }


def selector_set_from_element(element: Element) -> SelectorSet:
    """Read a ``wsman:SelectorSet``; texts as they are, white space included (DSP0226 5.1.2.2)."""
    selectors: SelectorSet = {}
    for child in element:
        name = child.get("Name", child.get(_QUALIFIED_NAME))  # Openwsman's own bindings qualify it
        if xml.local(child.tag) == "Selector" and name is not None:
            selectors[name] = EndpointReference.from_element(child) if is_reference(child) else child.text or ""
    return selectors


def selector_set_to_element(selectors: SelectorSet) -> Element:
    """A ``wsman:SelectorSet`` (DSP0226 5.1.2.2)."""
    element = Element(TAG_SELECTOR_SET)
    for name, value in selectors.items():
        selector = SubElement(element, xml.qname(uris.NS_WSMAN, "Selector"), {"Name": name})
        if isinstance(value, EndpointReference):
            selector.append(value.to_element())
        else:
            selector.text = value
    return element


def option_set_from_plain(value: t.Any, option: str = "option_set") -> tuple[Option, ...]:
    """Read ``{name: scalar or null}`` or a list of ``{name, value, type, must_comply}``; UsageError naming *option*."""
    if value is None:
        return ()
    if isinstance(value, dict):
        value = [{"name": name, "value": one} for name, one in value.items()]
    if not isinstance(value, (list, tuple)):
        raise UsageError("an option set is a dictionary or a list of dictionaries", option=option)
    return tuple(_option_from_plain(one, f"{option}[{number}]") for number, one in enumerate(value))


def _option_from_plain(value: t.Any, option: str) -> Option:
    if not isinstance(value, dict) or "name" not in value:
        raise UsageError("an option is a dictionary with name, and value, type or must_comply", option=option)
    _refuse_unknown(value, _OPTION_MEMBERS, option)
    text, kind = value.get("value"), value.get("type")
    must_comply = value.get("must_comply") or False
    if not isinstance(must_comply, bool):
        raise UsageError("must_comply is true or false", option=f"{option}.must_comply")
    return Option(
        _name(value["name"], f"{option}.name"),
        None if text is None else scalar_to_text(text, f"{option}.value"),
        None if kind is None else _name(kind, f"{option}.type"),
        must_comply,
    )


def option_set_to_element(options: t.Iterable[Option]) -> Element:
    """A ``wsman:OptionSet`` (DSP0226 6.4), without its mustUnderstand."""
    element = Element(TAG_OPTION_SET)
    for one in options:
        attributes = {"Name": one.name}
        if one.type:
            attributes["Type"] = one.type
            if one.type.startswith("xs:"):  # a QName, so its prefix must be bound
                element.set("xmlns:xs", uris.NS_XS)
        if one.must_comply:
            attributes["MustComply"] = "true"
        if one.value is None:
            attributes[xml.qname(uris.NS_XSI, "nil")] = "true"
        SubElement(element, xml.qname(uris.NS_WSMAN, "Option"), attributes).text = one.value
    return element


def scalar_to_text(value: t.Any, option: str) -> str:
    """A text as it is, a boolean as ``true``/``false``, a number in decimal; UsageError for all else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return xml.check_text(value, option)
    if isinstance(value, (int, float)):
        return str(value)
    raise UsageError(
        f"{_kind(value)} cannot stand here.", option=option, remedy="Give a text, a number, or true or false."
    )


def _kind(value: t.Any) -> str:
    return "null" if value is None else "a dictionary" if isinstance(value, dict) else f"a {type(value).__name__}"


def _name(name: t.Any, option: str) -> str:
    if not isinstance(name, str) or not name.strip():
        raise UsageError(f"{name!r} is no name", option=option, remedy="Names are texts that are not empty.")
    return xml.check_text(name, option)


def _refuse_unknown(value: dict[t.Any, t.Any], known: tuple[str, ...], option: str) -> None:
    unknown = [str(name) for name in value if name not in known]
    if unknown:
        raise UsageError(f"unknown: {', '.join(unknown)}.", option=option, remedy=f"Known: {', '.join(known)}.")


def _is_addressing(element: Element, *names: str) -> bool:
    namespace, own = xml.split(element.tag)
    return own in names and namespace in _ADDRESSINGS


def _reference_holder(element: Element) -> Element | None:
    """The element whose children are Address and ReferenceParameters: this one, or its only child.

    A property may be called Address, or EndpointReference, where there are no namespaces; then the parameters tell.
    """
    if any(_is_addressing(child, "Address", *_PARAMETERS) and child.tag != "Address" for child in element):
        return element
    wrapped = next((child for child in element if _is_addressing(child, "EndpointReference")), None)
    return wrapped if wrapped is None or wrapped.tag != "EndpointReference" else _reference_holder(wrapped)
