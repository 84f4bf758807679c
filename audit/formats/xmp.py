"""XMP (ISO 16684-1): RDF in XML, written by anybody, so parsed with defusedxml and bounded."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

from audit.formats.base import Reveal, Tag
from audit.formats.words import clip
from audit.formats.xmp_names import LOCAL, PREFIXES, QUALIFIED, SILENT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

LARGEST: Final = 4 << 20
MOST_TAGS: Final = 2000
_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
# Bounded so that a search takes time in proportion to the packet: an opened element and its text, or an attribute.
_PLAIN: Final = re.compile(
    r"<([\w.-]{1,40}:[\w.-]{1,60})(?=[\s>])(?:[^<>=]{0,100}>\s*([^<]{1,2000}))?"
    r"""|\s([\w.-]{1,40}:[\w.-]{1,60})\s?=\s?["']([^"'<]{1,2000})""",
)


def tags(packet: bytes) -> Iterator[Tag]:
    """What a packet says, each property once for each value. A packet that is not XML is searched for known words."""
    packet = packet.rstrip(b"\0 \r\n\t")
    if not packet:
        return
    root = _parsed(packet) if len(packet) <= LARGEST else None
    if root is None and len(packet) <= LARGEST:
        root = _parsed(_middle(packet))
    if root is None:
        yield Tag("XMP", "malformed", f"{len(packet)} bytes that are not proper XML", Reveal.UNKNOWN)
        yield from _searched(packet[:LARGEST])
        return
    for count, tag in enumerate(_gathered(root)):
        if count >= MOST_TAGS:
            yield Tag("XMP", "more", "the rest was not read", Reveal.UNKNOWN)
            return
        yield tag


def _middle(packet: bytes) -> bytes:
    """Without what stands around it: programs write broken processing instructions there (ISO 16684-1, 7.3.2)."""
    return packet[packet.find(b"<x:xmpmeta") : packet.rfind(b"</x:xmpmeta>") + 12]


def _parsed(packet: bytes) -> Element | None:
    from xml.etree.ElementTree import ParseError  # the exception only

    from defusedxml import DefusedXmlException, ElementTree

    try:
        root: Element = ElementTree.fromstring(packet)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return root


def _gathered(root: Element) -> Iterator[Tag]:
    """Walks without recursion; the property a value belongs to is the nearest that is not RDF's own."""
    stack: list[tuple[Element, str]] = [(root, "")]
    while stack:
        element, owner = stack.pop()
        own = "" if element.tag.startswith(_RDF) else _short(element.tag)
        name = own or owner
        for key, value in element.attrib.items():
            if key == f"{_RDF}resource":
                yield from _tag(name, owner, value)
            elif not key.startswith((_RDF, "{http://www.w3.org/XML/1998/namespace}")):
                yield from _tag(_short(key), name, value)
        if element.text and not len(element):
            yield from _tag(name, owner, element.text)
        stack += ((child, name) for child in reversed(element))


def _short(name: str) -> str:
    """Short names: "{http://purl.org/dc/elements/1.1/}creator" as "dc:creator"; a namespace nobody knows has no prefix."""
    space, _, local = name.rpartition("}")
    prefix = PREFIXES.get(space[1:], "")
    return f"{prefix}:{local}" if prefix else local


def _tag(name: str, owner: str, value: str) -> Iterator[Tag]:
    value = clip(value)
    if value and name:
        yield Tag("XMP", name, value, _reveals(name, owner, value))


def _reveals(name: str, owner: str, value: str) -> Reveal | None:
    """By full name, by the structure it stands in, by local name, by what the name looks like."""
    if name in SILENT or value in {"0", "0.0", "False", "false"}:
        return None
    if name in QUALIFIED:
        return QUALIFIED[name]
    if name == "Item:Semantic":
        return {"MotionPhoto": Reveal.VIDEO, "Primary": None}.get(value, Reveal.PICTURE)
    local = name.rpartition(":")[2]
    found = LOCAL.get(local.lower())
    if found:
        return found
    if owner in QUALIFIED:
        return QUALIFIED[owner]
    return next((reveal for pattern, reveal in _LOOKS if pattern.search(local)), None)


_LOOKS: Final = (
    (re.compile(r"^GPS|^Gps|Latitude|Longitude|^Location|Altitude"), Reveal.LOCATION),
    (re.compile(r"Serial|UniqueI[Dd]"), Reveal.SERIAL),
    (re.compile(r"Person|Face"), Reveal.PERSON),
    (re.compile(r"Author|Creator|Owner|Artist|Email|Phone|Address|UserName"), Reveal.OWNER),
    (re.compile(r"Prompt"), Reveal.PROMPT),
    (re.compile(r"Date(?:Time)?(?:[A-Z]|$)|Timestamp"), Reveal.TIME),
    (re.compile(r"(?:Document|Instance)I[Dd]|History"), Reveal.EDIT),
)


def _searched(packet: bytes) -> Iterator[Tag]:
    """Names and values as they stand in the text, for a packet that was cut off or is not XML."""
    owner = ""
    for count, match in enumerate(_PLAIN.finditer(_read(packet))):
        if count >= MOST_TAGS:
            return
        name = match[1] or match[3]
        if match[1] and not name.startswith("rdf:"):
            owner = name
        name = owner if name == "rdf:li" else name
        value = clip(unescape(match[2] or match[4] or ""))
        reveals = _reveals(name, "", value) if value and not name.startswith(("xmlns:", "rdf:")) else None
        if reveals:
            yield Tag("XMP", name, value, reveals)


def _read(packet: bytes) -> str:
    """UTF-8, or UTF-16 with its byte order mark (ISO 16684-1, 7.1)."""
    if packet[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return packet.decode("utf-16", "replace")
    return packet.replace(b"\0", b"").decode("utf-8", "replace")
