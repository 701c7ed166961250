# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema that a service gives of a class: how it is asked for, and the CIM-XML that it answers (DSP0227 15).

Windows and OMI give schemas, Openwsman and others refuse; what of a refusal is to be remembered is told here. Services
put CIM-XML (DSP0201) into no namespace, or into that around it: it is read by local names.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t
from xml.etree.ElementTree import Element

from . import cim, fault, operations, uris, value_maps, xml
from .addressing import Option, Target
from .enumeration import Enumeration
from .envelope import Request, Response
from .errors import ProtocolError, TransportError, WSManError, WSManFault
from .schema import Method, Property, Schema

#: Where the schemas of all classes are; the form ``.../2/<Class>`` is a fault on live services.
RESOURCE_URI: t.Final = "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*"
SELECTOR_CLASS: t.Final = "ClassName"

# "1" and nil are faults on OMI; without these it leaves out qualifiers and all that is inherited, the keys too.
_OPTIONS: t.Final = ("IncludeQualifiers", "IncludeInheritedElements", "IncludeClassOrigin")
_LISTING: t.Final = ("IncludeSubClasses", "IncludePath", "ExcludeClassSpecification")

_SERVICE: t.Final = frozenset({"wsman:UnsupportedFeature", "wsa:ActionNotSupported", "s:MustUnderstand"})
_SERVICE_DETAIL: t.Final = "InvalidResourceURI"
_SERVICE_NAMES: t.Final = frozenset({"INVALID_RESOURCE_URI"})
_PASSING: t.Final = frozenset(
    {"wsa:EndpointUnavailable", "wsman:AccessDenied", "wsman:Concurrency", "wsman:QuotaLimit", "wsman:TimedOut"}
)
_CLASS_NAMES: t.Final = frozenset(
    {"RESOURCE_NOT_FOUND", "WBEM_E_NOT_FOUND", "WBEM_E_INVALID_CLASS", "WBEM_E_INVALID_NAMESPACE"}
)
_HTTP: t.Final = frozenset({400, 401, 403, 404, 405, 500, 501})
_PROPERTIES: t.Final = ("PROPERTY", "PROPERTY.ARRAY", "PROPERTY.REFERENCE")
_PARAMETERS: t.Final = ("PARAMETER", "PARAMETER.ARRAY", "PARAMETER.REFERENCE", "PARAMETER.REFARRAY")


def request(class_name: str, namespace: str) -> Request:
    """Ask for the schema of a class; *namespace* is always said, as Windows' default is root/hardware."""
    selectors = {uris.NAMESPACE_SELECTOR: namespace, SELECTOR_CLASS: class_name}
    return operations.get(Target(RESOURCE_URI, dict(selectors), _options(_OPTIONS)))


def read(response: Response, class_name: str, namespace: str | None = None) -> Schema:
    """The schema of the class in the answer, *namespace* noted in it; ProtocolError where it holds no such CLASS."""
    for element in response.body.iter():
        if _is(element, "CLASS") and element.get("NAME", "").lower() == class_name.lower():
            return dataclasses.replace(from_element(element), namespace=namespace)
    raise ProtocolError(f"the service's answer holds no schema of {class_name} (CIM-XML CLASS)")


def from_element(element: Element) -> Schema:
    """Read one CLASS (DSP0201 5.2.2)."""
    name, superclass = element.get("NAME", ""), element.get("SUPERCLASS") or None
    properties = {one.name: one for one in (_property(child) for child in _children(element, *_PROPERTIES)) if one.name}
    methods = {one.name: one for one in (_method(child) for child in _children(element, "METHOD"))}
    return Schema(
        name,
        properties,
        superclass=superclass,
        methods=methods,
        closed=superclass is None or _has_inherited(element, name, properties),
        qualifiers=_qualifiers(element),
        lists_empty=True,
    )


def listing(namespace: str, *, max_elements: int = 100) -> Enumeration:
    """Enumerate the paths of all classes of *namespace* (MS-WSMV 3.1.4.1.38); Windows alone can."""
    target = Target(RESOURCE_URI, {uris.NAMESPACE_SELECTOR: namespace}, _options(_LISTING))
    return Enumeration(target, max_elements=max_elements)


def read_listed(element: Element) -> str:
    """The name of the class that one item of ``listing`` names, as a path, a name or a whole CLASS.

    ProtocolError for anything else: OMI answers such a request with instances.
    """
    for one in element.iter():
        if _is(one, "CLASSNAME", "CLASS") and one.get("NAME"):
            return str(one.get("NAME"))
    raise ProtocolError(f"the service lists {xml.local(element.tag)} where names of classes were asked for")


def refusal(error: WSManError) -> t.Literal["service", "class"] | None:
    """What *error* says is without schemas for good: the whole service, this class, or neither.

    Every fault is for good but those that may pass: a schema that is larger than any answer may be stays so.
    """
    if isinstance(error, ProtocolError):
        return "class"
    if isinstance(error, TransportError):  # a web server's own page for what it does not know, or does not give us
        return "class" if error.http_status in _HTTP and not error.secret_refused else None
    if not isinstance(error, WSManFault):
        return None
    detail = fault.detail_name(error)
    if error.subcode in _SERVICE or error.code == "s:MustUnderstand":
        return "service"
    if error.cim_error or error.windows_name in _CLASS_NAMES:
        return "class"  # somebody has looked for it
    if detail == _SERVICE_DETAIL or error.windows_name in _SERVICE_NAMES:
        return "service"
    return None if error.subcode in _PASSING else "class"


def _options(names: t.Iterable[str]) -> tuple[Option, ...]:
    return tuple(Option(name, "true", "xs:boolean") for name in names)


def _has_inherited(element: Element, name: str, properties: t.Mapping[str, Property]) -> bool:
    """Whether inherited members were given too: then what is not there does not exist."""
    origins = (child.get("CLASSORIGIN") for child in _children(element, *_PROPERTIES))
    inherited = any(origin and origin.lower() != name.lower() for origin in origins)
    return inherited or any(one.key for one in properties.values())


def _property(element: Element, flags: t.Mapping[str, t.Any] | None = None) -> Property:
    """A PROPERTY or a PARAMETER, of any of their kinds."""
    kind = xml.local(element.tag).rpartition(".")[2]
    qualifiers = _qualifiers(element) if flags is None else flags
    lower = {name.lower(): value for name, value in qualifiers.items()}
    array = kind in ("ARRAY", "REFARRAY")
    cim_type, class_name = _type(element, kind, lower)
    if cim_type == "uint8" and array and lower.get("octetstring") is True:
        cim_type, array = "octetstring", False
    return Property(
        element.get("NAME", ""),
        cim_type,
        array=array,
        key=lower.get("key") is True,
        read_only=lower.get("write") is False,
        deprecated="deprecated" in lower and lower["deprecated"] is not False,
        minimum=_limit(lower.get("minvalue"), cim_type),
        maximum=_limit(lower.get("maxvalue"), cim_type),
        value_map=_value_map(lower, cim_type),
        class_name=class_name,
        qualifiers=qualifiers,
    )


def _type(element: Element, kind: str, lower: t.Mapping[str, t.Any]) -> tuple[str, str | None]:
    """The type and the class of a reference or an embedded instance. References have no TYPE."""
    declared = (element.get("TYPE") or element.get("PARAMTYPE") or "").strip().lower()
    if kind in ("REFERENCE", "REFARRAY") or declared == "reference":
        return "reference", element.get("REFERENCECLASS") or None
    embedded = str(element.get("EmbeddedObject", element.get("EMBEDDEDOBJECT", ""))).lower()
    class_name = lower.get("embeddedinstance")
    if class_name or lower.get("embeddedobject") is True or embedded or declared in ("object", "instance"):
        return "instance", class_name if isinstance(class_name, str) and class_name else None
    return declared if declared in cim.TYPES else "string", None


def _limit(value: t.Any, cim_type: str) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and cim_type in cim.INTEGER_RANGES else None


def _value_map(lower: t.Mapping[str, t.Any], cim_type: str) -> dict[str, str]:
    values = lower.get("values")
    if values is None:
        return {}
    keys = lower.get("valuemap")
    return value_maps.make(cim.as_list(values), None if keys is None else cim.as_list(keys), cim_type)


def _method(element: Element) -> Method:
    """A METHOD; a parameter that does not say its direction goes in (DSP0004 5.6.3: In is true by default)."""
    qualifiers = _qualifiers(element)
    lower = {name.lower(): value for name, value in qualifiers.items()}
    inputs, outputs = {}, {}
    for child in _children(element, *_PARAMETERS):
        flags = _qualifiers(child)
        directions = {name.lower(): value for name, value in flags.items()}
        parameter = _property(child, flags)
        out = directions.get("out") is True
        if directions.get("in", not out) is not False:
            inputs[parameter.name] = parameter
        if out:
            outputs[parameter.name] = parameter
    cim_type, class_name = _type(element, "", lower)
    return Method(
        element.get("NAME", ""),
        cim_type if element.get("TYPE") else None,
        inputs,
        outputs,
        static=lower.get("static") is True,
        class_name=class_name,
        qualifiers=qualifiers,
        value_map=_value_map(lower, cim_type),
    )


def _qualifiers(element: Element) -> dict[str, t.Any]:
    """Name to value: a list for VALUE.ARRAY, None where there is no value (DSP0201 5.2.4)."""
    return {one.get("NAME", ""): _qualifier(one) for one in _children(element, "QUALIFIER")}


def _qualifier(element: Element) -> t.Any:
    cim_type = (element.get("TYPE") or "").strip().lower()
    for child in element:
        if _is(child, "VALUE.ARRAY"):
            return [_value(one.text, cim_type) for one in _children(child, "VALUE")]
        if _is(child, "VALUE"):
            return _value(child.text, cim_type)
    return True if cim_type in ("boolean", "") else None  # one that is named alone is set (DSP0004 7.10)


def _value(text: str | None, cim_type: str) -> t.Any:
    """A value as JSON has it; what does not fit its type stays text."""
    try:
        return cim.to_plain(cim.parse(text or "", cim_type or "string"))
    except ValueError:
        return text or ""


def _children(element: Element, *names: str) -> t.Iterator[Element]:
    return (child for child in element if _is(child, *names))


def _is(element: Element, *names: str) -> bool:
    return xml.local(element.tag) in names


def dump(schema: Schema) -> bytes:
    """The schema as octets for ``load``. What *lookup* would tell is no part of it."""
    return json.dumps(_pack(schema), separators=(",", ":")).encode("utf-8")


def load(data: bytes) -> Schema:
    """The schema that ``dump`` made octets of; ValueError for anything else."""
    try:
        return _unpack_schema(json.loads(data))
    except (TypeError, AttributeError, KeyError, RecursionError) as error:
        raise ValueError(f"no schema: {error}") from None


def _pack(value: t.Any) -> t.Any:
    if isinstance(value, (Schema, Property, Method)):
        held = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.compare}
        return {
            name: _pack(one)
            for name, one in held.items()
            if one is not None and one is not False and one not in ((), {})
        }
    if isinstance(value, t.Mapping):
        return {name: _pack(one) for name, one in value.items()}
    return [_pack(one) for one in value] if isinstance(value, (list, tuple)) else value


def _unpack_schema(packed: dict[str, t.Any]) -> Schema:
    properties = _unpack_properties(packed.pop("properties", {}))
    methods = {name: _unpack_method(one) for name, one in packed.pop("methods", {}).items()}
    schema = Schema(properties=properties, methods=methods, **packed)
    if not isinstance(schema.name, str):
        raise ValueError("no schema: it has no name")
    return schema


def _unpack_method(packed: dict[str, t.Any]) -> Method:
    packed.setdefault("type", None)
    for name in ("inputs", "outputs"):
        packed[name] = _unpack_properties(packed.get(name, {}))
    return Method(**packed)


def _unpack_properties(packed: dict[str, dict[str, t.Any]]) -> dict[str, Property]:
    return {name: _unpack_property(one) for name, one in packed.items()}


def _unpack_property(packed: dict[str, t.Any]) -> Property:
    packed["values"] = tuple(packed.get("values", ()))
    if "members" in packed:
        packed["members"] = _unpack_schema(packed["members"])
    return Property(**packed)
