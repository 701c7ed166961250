# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of no known shape as dictionaries, both ways through xmltodict: a body given as YAML, an unknown answer.

Attributes are ``@Name``, namespace declarations ``@xmlns`` and ``@xmlns:p``, text beside them ``#text``, repeated
elements lists, an empty element null; white space in text is kept. Instances do not come here, they have types.
"""

from __future__ import annotations

import copy
import dataclasses
import re
import typing as t
from xml.etree.ElementTree import Element

try:
    import xmltodict
except ImportError:  # only bodies given as dictionaries need it
    xmltodict = None

from . import representation, uris, xml
from .errors import UsageError

_TYPE: t.Final = "@xsi:type"  # a QName in text
_PREFIXED: t.Final = re.compile(r"@?([^\W\d][\w.-]*):[^\W\d][\w.-]*")


@dataclasses.dataclass
class _Prefixes:
    """Those that names have, and those that the document declares."""

    used: set[str] = dataclasses.field(default_factory=set)
    declared: set[str] = dataclasses.field(default_factory=set)


def from_element(element: Element) -> dict[str, t.Any]:
    """The document ``{root: members}``. The root's namespace is the default one, so that its names have no prefix."""
    _require("result")
    tidy = copy.deepcopy(element)
    tidy.tail = None
    representation.qualify_types(tidy)
    for one in tidy.iter():
        _drop_layout(one)
    document: dict[str, t.Any] = xmltodict.parse(xml.dump(tidy), strip_whitespace=False)
    name = next(iter(document))
    prefix = name.partition(":")[0] if ":" in name else None
    if prefix is None or not all(one.tag.startswith("{") for one in tidy.iter()):
        return document
    return t.cast("dict[str, t.Any]", _rename(document, prefix))


def to_element(document: t.Any, option: str, namespace: str | None = None) -> Element:
    """The element that a document of one root describes; *namespace* is that of names without a prefix.

    The prefixes of ``uris.PREFIXES`` need no declaration. Raises UsageError naming *option* and the member.
    """
    _require(option)
    if not isinstance(document, dict) or len(document) != 1:
        raise UsageError("a document is a dictionary of one key, the root element.", option=option)
    name, root = next(iter(document.items()))
    if isinstance(root, (list, tuple)):
        raise UsageError("a document has one root, not a list.", option=f"{option}.{name}")
    prefixes = _Prefixes()
    text = {name: _to_text(root, f"{option}.{name}", prefixes)}
    _check_name(name, f"{option}.{name}", prefixes)
    text[name] = _declare(text[name], namespace, prefixes, option)
    # An XML parser makes a raw carriage return a line feed (XML 1.0 2.11).
    written = xmltodict.unparse(text, full_document=False).replace("\r", "&#13;")
    return xml.load_fragment(written, option)


def _require(option: str) -> None:
    if xmltodict is None:
        raise UsageError(
            "the Python library xmltodict is missing on the control node.",
            option=option,
            remedy="Install it (pip install xmltodict), or give the body as XML text.",
        )


def _drop_layout(element: Element) -> None:
    """White space between elements is a matter of printing."""
    if len(element) and (element.text or "").isspace():
        element.text = None
    for child in element:
        if (child.tail or "").isspace():
            child.tail = None


def _rename(value: t.Any, prefix: str) -> t.Any:
    if isinstance(value, list):
        return [_rename(one, prefix) for one in value]
    if not isinstance(value, dict):
        return value
    renamed = {}
    for name, one in value.items():
        if name == f"@xmlns:{prefix}":
            name = "@xmlns"
        renamed[name.removeprefix(f"{prefix}:")] = (
            one.removeprefix(f"{prefix}:") if name == _TYPE else _rename(one, prefix)
        )
    return renamed


def _to_text(value: t.Any, option: str, prefixes: _Prefixes) -> t.Any:
    """The document with texts instead of values, its names and texts checked; collects the prefixes in use."""
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return [_to_text(one, f"{option}[{number}]", prefixes) for number, one in enumerate(value)]
    if not isinstance(value, dict):
        return representation.format_scalar(value, option)
    texts = {}
    for name, one in value.items():
        path = f"{option}.{name}"
        _check_name(name, path, prefixes)
        if name[0] in "@#":
            texts[str(name)] = text = representation.format_scalar("" if one is None else one, path)
            if name == _TYPE and ":" in text:
                prefixes.used.add(text.partition(":")[0])
        else:
            texts[str(name)] = _to_text(one, path, prefixes)
    return texts


def _check_name(name: t.Any, option: str, prefixes: _Prefixes) -> None:
    if name in ("#text", "@xmlns"):
        return
    match = _PREFIXED.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        representation.check_name(name[1:] if isinstance(name, str) and name[:1] == "@" else name, option)
    elif name.startswith("@xmlns:"):
        prefixes.declared.add(name.partition(":")[2])
    else:
        prefixes.used.add(match[1])


def _declare(root: t.Any, namespace: str | None, prefixes: _Prefixes, option: str) -> t.Any:
    """The root with the declarations that the user need not write."""
    missing = prefixes.used - prefixes.declared - {"xml"}
    for prefix in sorted(missing - uris.PREFIXES.keys()):
        remedy = f"Give the element '@xmlns:{prefix}' with the namespace."
        raise UsageError(f"the prefix {prefix!r} is not declared.", option=option, remedy=remedy)
    declarations = {f"@xmlns:{prefix}": uris.PREFIXES[prefix] for prefix in sorted(missing)}
    if namespace:
        declarations["@xmlns"] = namespace
    if not declarations:
        return root
    members = root if isinstance(root, dict) else {} if root is None else {"#text": root}
    return {**declarations, **members}
