# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only parser and the only writer of XML: bytes to elements and back.

Tolerant of what real services send (byte order marks, wrong declarations, raw control bytes), deaf to DOCTYPE and
entities, bounded in depth and size. Knows nothing of SOAP.
"""

from __future__ import annotations

import codecs
import collections
import itertools
import re
import typing as t
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from .errors import ProtocolError, UsageError
from .uris import NS_XML, NS_XSI, PREFIXES, UNFIT_FOR_XML

MAX_SIZE: t.Final = 64 * 1024 * 1024
MAX_DEPTH: t.Final = 100

#: How many octets are parsed at a time.
_CHUNK: t.Final = 32 * 1024

_TYPE: t.Final = f"{{{NS_XSI}}}type"
_CHARACTER_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]+)|([0-9]+));")
_DECLARATION = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "UTF-8"), (codecs.BOM_UTF16_LE, "UTF-16LE"), (codecs.BOM_UTF16_BE, "UTF-16BE"))
#: Python's names of the encodings that expat reads by itself.
_NATIVE = {
    "ascii": "UTF-8",
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16LE",
    "utf-16-be": "UTF-16BE",
    "iso8859-1": "ISO-8859-1",
}


class _Refused(ValueError):
    """The document holds what is never accepted; a second try is no use."""


def qname(namespace: str | None, name: str) -> str:
    """The tag ``{namespace}name`` as ElementTree writes it."""
    return f"{{{namespace}}}{name}" if namespace else name


def split(tag: str) -> tuple[str | None, str]:
    """The namespace, or None, and the local name of a tag."""
    if tag[:1] != "{":
        return None, tag
    namespace, _brace, name = tag[1:].rpartition("}")
    return namespace, name


def local(tag: str) -> str:
    """The local name of a tag."""
    return tag.rpartition("}")[2]


def load(data: bytes, charset: str | None = None) -> Element:
    """Parse an answer; *charset* is that of its Content-Type.

    Raises ProtocolError for what is no XML, has a DOCTYPE, or is larger than MAX_SIZE or deeper than MAX_DEPTH.
    """
    return collections.deque(grow(data, charset), maxlen=1).pop()


def grow(data: bytes, charset: str | None = None, step: int | None = None) -> t.Iterator[Element]:
    """Parse as ``load`` does, and yield the root after each *step* of octets as it grows, at last when it is complete.

    Of an element that grows all children but the last are complete, and may be taken out: then the whole never stands
    in memory, and of them ``check_depth`` must be asked. Another root than before means to begin anew.
    """
    if not data.strip():
        raise ProtocolError("the service's answer is empty")
    if len(data) > MAX_SIZE:
        raise ProtocolError(f"the service's answer is larger than {MAX_SIZE} octets")
    try:
        yield from _parse_tolerantly(*_source(data, charset), step or _CHUNK)
    except _Refused as error:
        raise ProtocolError(f"the service's answer {error}") from None
    except (ElementTree.ParseError, LookupError, UnicodeError) as error:
        raise ProtocolError(f"the service's answer is no XML ({error}); it begins {_excerpt(data)}") from None


class Growing:
    """A tree that grows by what it is fed with. Raises ``SyntaxError`` or ``ValueError``; ``grow`` says it better."""

    def __init__(self, encoding: str) -> None:
        self._builder = ElementTree.TreeBuilder()
        self._parser = ElementTree.XMLParser(target=self._builder, encoding=encoding)

    def feed(self, piece: str | memoryview) -> None:
        """What comes next; a text is read as it is, whatever the encoding."""
        self._parser.feed(piece)

    @property
    def root(self) -> Element | None:
        """As far as it has grown; there is one from its start tag on."""
        return t.cast("Element | None", self._builder.close())

    def close(self) -> Element:
        """The root of the whole."""
        root: Element = self._parser.close()
        _refuse_depth(root)
        return root


def as_text(data: bytes, charset: str | None) -> str | None:
    """An answer to be fed as text, with the ends of lines as XML has them; None where it is not UTF-8, or too large.

    Raises ``LookupError`` or ``ValueError``, which ``grow`` says better.
    """
    source, encoding = _source(data, charset)
    if encoding != "UTF-8" or len(data) > MAX_SIZE:
        return None
    _refuse_doctype(source, encoding)
    text = source.decode("utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def check_depth(element: Element, depth: int) -> None:
    """ProtocolError where *element*, which stood *depth* below its root, makes the answer deeper than MAX_DEPTH."""
    try:
        _refuse_depth(element, depth)
    except _Refused as error:
        raise ProtocolError(f"the service's answer {error}") from None


def load_scopes(data: bytes, tag: str, charset: str | None = None) -> list[dict[str, str]]:
    """Prefix to namespace as in scope at each element *tag*, in document order; of a document that ``load`` took.

    Slower than ``load``, for the few places where a QName stands in text.
    """
    source, encoding = _source(data, charset)
    try:
        return _scopes(source, encoding, tag)
    except expat.ExpatError:
        return _scopes(_clean(source.decode(encoding, "replace")).encode("utf-8"), "UTF-8", tag)


def _scopes(data: bytes, encoding: str, tag: str | None) -> list[dict[str, str]]:
    """As ``load_scopes``; of every element where *tag* is None."""
    scope: list[tuple[str, str]] = []
    found: list[dict[str, str]] = []
    wanted = tag.removeprefix("{") if tag else None

    def start(name: str, _attributes: object) -> None:
        if wanted is None or name == wanted:
            found.append(dict(scope))

    parser = expat.ParserCreate(encoding, "}")
    parser.StartNamespaceDeclHandler = lambda prefix, uri: scope.append((prefix or "", uri or ""))
    parser.EndNamespaceDeclHandler = lambda prefix: scope.pop()
    parser.StartElementHandler = start
    parser.Parse(data, True)
    return found


def load_fragment(text: str, option: str) -> Element:
    """Parse the XML that a user wrote; raises UsageError naming *option* and the position of the mistake.

    An ``xsi:type`` becomes ``{namespace}name``, as ``dump`` takes it: its prefix is the user's own.
    """
    try:
        data = text.strip().encode("utf-8")
        *_growing, root = _parse(data, "UTF-8", _CHUNK)
        _qualify_types(root, data)
        return root
    except _Refused as error:
        raise UsageError(f"the XML {error}", option=option, remedy="Write it without that.") from None
    except ElementTree.ParseError as error:
        line, column = error.position
        reason = str(error).partition(":")[0]
        place = f"line {line}, column {column + 1} of the XML"
        remedy = "Give one well-formed element; & and < in a text are written &amp; and &lt;."
        raise UsageError(f"{reason} at {place}.", option=option, remedy=remedy) from None
    except UnicodeError:
        raise UsageError(
            "the XML holds a lone surrogate, which is no character.", option=option, remedy="Remove it."
        ) from None


def _qualify_types(root: Element, data: bytes) -> None:
    typed = [(number, element) for number, element in enumerate(root.iter()) if element.get(_TYPE)]
    if not typed:
        return
    scopes = _scopes(data, "UTF-8", None)
    for number, element in typed:
        prefix, _colon, name = element.attrib[_TYPE].strip().rpartition(":")
        if prefix not in scopes[number] and prefix:
            raise _Refused(f"uses the prefix {prefix} in an xsi:type without declaring it")
        element.set(_TYPE, qname(scopes[number].get(prefix), name))


def check_text(value: str, option: str) -> str:
    """Return *value* if XML can carry it, else raise UsageError naming *option* (control characters, surrogates)."""
    unfit = UNFIT_FOR_XML.search(value)
    if unfit:
        raise UsageError(
            f"the character U+{ord(unfit.group()):04X} at position {unfit.start() + 1} cannot be sent in XML.",
            option=option,
            remedy="Remove it.",
        )
    return value


def _excerpt(data: bytes) -> str:
    return repr(data[:60].decode("ascii", "replace"))


def _source(data: bytes, charset: str | None) -> tuple[bytes, str]:
    """The document without byte order mark, and its encoding by a name that expat knows.

    A mark or the bytes themselves beat the Content-Type, and that beats the declaration (RFC 7303 3.2), except that
    a document which calls itself UTF-8, and is, wins over a Content-Type that says otherwise.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :], encoding
    if data[1:2] == b"\0":
        return data, "UTF-16LE"
    if data[:1] == b"\0":
        return data, "UTF-16BE"
    declaration = _DECLARATION.match(data)
    declared = _encoding(declaration.group(1).decode("ascii")) if declaration else None
    wanted = [name for name in (_encoding(charset), declared) if name and not name.startswith("utf-16")]
    encoding = wanted[0] if wanted else "utf-8"
    if len(set(wanted)) > 1:
        if encoding != "utf-8" and "utf-8" in wanted and _decodes(data, "utf-8"):
            encoding = "utf-8"
        elif not _decodes(data, encoding):
            encoding = wanted[1]
    if encoding in _NATIVE:
        return data.lstrip(), _NATIVE[encoding]
    return data.decode(encoding).lstrip().encode("utf-8"), "UTF-8"


def _encoding(name: str | None) -> str | None:
    """Python's own name of an encoding, or None for an unknown one."""
    try:
        return codecs.lookup(name.strip("\"' ")).name if name else None
    except (LookupError, ValueError):
        return None


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True


def _parse_tolerantly(data: bytes, encoding: str, step: int) -> t.Iterator[Element]:
    """Parse; where that fails, once more without what XML forbids.

    iDRAC sends raw control bytes, and bytes of no encoding, in the texts of its inventory (protocol.md §3).
    """
    try:
        yield from _parse(data, encoding, step)
    except ElementTree.ParseError:
        cleaned = _clean(data.decode(encoding, "replace")).encode("utf-8")
        if cleaned == data:
            raise
        yield from _parse(cleaned, "UTF-8", step)


def _clean(text: str) -> str:
    """Drop the characters that XML forbids, raw or as references."""
    return _CHARACTER_REFERENCE.sub(_clean_reference, UNFIT_FOR_XML.sub("", text))


def _clean_reference(match: re.Match[str]) -> str:
    number = int(match.group(1), 16) if match.group(1) else int(match.group(2))
    return "" if number > 0x10FFFF or UNFIT_FOR_XML.match(chr(number)) else match.group()


def _parse(data: bytes, encoding: str, step: int) -> t.Iterator[Element]:
    _refuse_doctype(data, encoding)
    tree = Growing(encoding)
    view = memoryview(data)
    for start in range(0, len(data), step):
        tree.feed(view[start : start + step])
        if start + step < len(data) and (root := tree.root) is not None:
            yield root
    yield tree.close()


def _refuse_doctype(data: bytes, encoding: str) -> None:
    """A DOCTYPE can only stand before the root element; this reads no further than that."""
    root_seen = []

    def doctype(*_declaration: object) -> None:
        raise _Refused("holds a DOCTYPE, which SOAP forbids (SOAP 1.2 Part 1, 5)")

    scout = expat.ParserCreate(encoding)
    scout.StartDoctypeDeclHandler = doctype
    scout.StartElementHandler = lambda tag, attributes: root_seen.append(tag)
    try:
        for start in range(0, len(data), 4096):
            scout.Parse(data[start : start + 4096])
            if root_seen:
                return
        scout.Parse(b"", True)  # expat may have put off what it has not seen the end of
    except expat.ExpatError:
        return  # the real parser finds the same and says it better


def _refuse_depth(root: Element, above: int = 0) -> None:
    """Level by level, as the parser itself offers no bound and recursion of ours must end before Python's."""
    level = list(root)
    for _depth in range(above, MAX_DEPTH):
        if not level:
            return
        level = [child for element in level if len(element) for child in element]
    raise _Refused(f"is nested deeper than {MAX_DEPTH} elements")


def dump(element: Element, encoding: str = "utf-8") -> bytes:
    """Write *element*: UTF-8 as it is, UTF-16 with a byte order mark; never an XML declaration.

    Known namespaces get the prefixes of ``uris.PREFIXES``, declared on the root; others ``p``, ``p2``, ... where
    they are first used, as in MS-WSMV's examples.
    """
    parts: list[str] = []
    used = set(_namespaces(element))
    known = {uri: prefix for prefix, uri in PREFIXES.items() if uri in used}
    scope = {NS_XML: "xml", **known}
    _write(element, scope, known, parts)
    text = check_text("".join(parts), "XML")
    return codecs.BOM_UTF16_LE + text.encode("utf-16-le") if encoding.lower() == "utf-16" else text.encode(encoding)


def _namespaces(element: Element) -> t.Iterator[str]:
    for one in element.iter():
        for name in _names(one):
            if name[:1] == "{":
                yield name[1:].rpartition("}")[0]


def _names(element: Element) -> t.Iterator[str]:
    """All that needs a prefix; an xsi:type is a QName in text, given to us as ``{namespace}name``."""
    yield element.tag
    yield from element.attrib
    yield element.get(_TYPE, "")


def _write(element: Element, scope: dict[str, str], declared: dict[str, str], parts: list[str]) -> None:
    """Append the text of *element*; *scope* maps the namespaces in scope to prefixes, *declared* those new here."""
    missing = [uri for name in _names(element) if (uri := split(name)[0]) and uri not in scope]
    if missing:
        scope, declared = dict(scope), dict(declared)
        for uri in dict.fromkeys(missing):
            scope[uri] = declared[uri] = _new_prefix(scope)
    name = _prefixed(element.tag, scope)
    parts.append("<" + name)
    parts.extend(f' xmlns:{prefix}="{_escape_attribute(uri)}"' for uri, prefix in declared.items())
    for key, value in element.attrib.items():
        text = _prefixed(value, scope) if key == _TYPE else value
        parts.append(f' {_prefixed(key, scope)}="{_escape_attribute(text)}"')
    if element.text or len(element):
        parts.append(">" + _escape(element.text or ""))
        for child in element:
            _write(child, scope, {}, parts)
            parts.append(_escape(child.tail or ""))
        parts.append(f"</{name}>")
    else:
        parts.append("/>")


def _new_prefix(scope: dict[str, str]) -> str:
    taken = set(scope.values())
    return next(prefix for number in itertools.count(1) if (prefix := f"p{number if number > 1 else ''}") not in taken)


def _prefixed(tag: str, scope: dict[str, str]) -> str:
    namespace, name = split(tag)
    return f"{scope[namespace]}:{name}" if namespace else name


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _escape_attribute(text: str) -> str:
    return _escape(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
