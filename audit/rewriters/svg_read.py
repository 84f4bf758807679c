"""Reading an SVG picture safely: XML written by somebody else, with the entities that drawing programs declare."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.formats.base import FormatError, UnsupportedError
from audit.rewriters.svg_names import SVG

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LONGEST: Final = 64 << 20  # bytes; a tree takes many times as much memory
_SUBSET: Final = re.compile(rb"<!DOCTYPE[^\[>]{0,2000}\[(.*?)\]\s*>", re.DOTALL)
_ENTITY: Final = re.compile(
    rb"""<!ENTITY\s+([\w.:-]{1,100})\s+(?:"([^"&%<]{0,2000})"|'([^'&%<]{0,2000})')\s*>"""
)
_DEPTH: Final = 2000  # elements inside one another


def root(data: bytes) -> Element:
    """The parsed picture. Raises FormatError for what is no XML, UnsupportedError for entities that are more than words.

    Illustrator declares the addresses of its namespaces as entities in the DOCTYPE: such plain ones are put in place here,
    bounded, and any other declaration is refused by defusedxml.
    """
    from xml.etree.ElementTree import ParseError  # the exception only

    from defusedxml import DefusedXmlException, ElementTree

    if len(data) > LONGEST:
        raise UnsupportedError(0, "too large to be written anew")
    try:
        found: Element = ElementTree.fromstring(_expanded(data))
    except DefusedXmlException as error:
        raise UnsupportedError(0, "a document with declarations of its own") from error
    except ParseError as error:
        raise FormatError(0, "not proper XML") from error
    except (ValueError, LookupError) as error:
        raise FormatError(0, "an unknown encoding") from error
    _shallow(found)
    if found.tag == "svg":
        _named(found)
    return found


def _expanded(data: bytes) -> bytes:
    subset = _SUBSET.search(data[: 1 << 20])
    if subset is None or not (named := list(_ENTITY.finditer(subset[1]))):
        return data
    values = {match[1]: match[2] if match[2] is not None else match[3] for match in reversed(named)}
    body = data[: subset.start(1)] + _ENTITY.sub(b"", subset[1]) + data[subset.end(1) :]
    room = [LONGEST]

    def value(match: re.Match[bytes]) -> bytes:
        found = values.get(match[1], match[0])
        room[0] -= len(found)
        if room[0] < 0:
            raise UnsupportedError(0, "too large to be written anew")
        return found

    return re.sub(rb"&([\w.:-]{1,100});", value, body)


def _named(found: Element) -> None:
    """A drawing without any namespace, as those of openclipart.org: librsvg, Inkscape and ImageMagick take it for an SVG."""
    for element in found.iter():
        if isinstance(element.tag, str) and not element.tag.startswith("{"):
            element.tag = f"{{{SVG}}}{element.tag}"


def _shallow(found: Element) -> None:
    level, depth = [found], 0
    while level:
        depth += 1
        if depth > _DEPTH:
            raise UnsupportedError(0, "parts nested too deeply")
        level = [child for element in level for child in element]
