"""Depth in a JPEG: how far away things are, as a small picture in XMP, for programs that blur what is behind somebody.

Google's depthmap metadata (namespace GDepth), whose picture stands as base64 in extended XMP (XMP part 3, 1.1.3.1).
Its numbers are read as numbers and written anew, and its picture is cleaned as a file of its own would be.
For Dynamic Depth see `jpeg_dynamic`. Apple's, which stands behind the first picture, is told apart only to say that it cannot be kept.
"""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import png
from audit.formats.base import FormatError, Policy
from audit.formats.jpeg_gain import XMP, rdf
from audit.formats.jpeg_tags import EXTENSION
from audit.formats.jpeg_walk import Walk
from audit.formats.pieces import LARGEST_BLOCK, Held, apply, body
from audit.formats.xmp import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from audit.formats.base import Reader, Segment, Walker

_SPACE: Final = "http://ns.google.com/photos/1.0/depthmap/"
_NOTE: Final = "http://ns.adobe.com/xmp/note/"
_WORDS: Final = {
    "Format": frozenset({"RangeInverse", "RangeLinear"}),
    "Units": frozenset({"m", "mm"}),
    "MeasureType": frozenset({"OpticalAxis", "OpticRay"}),
}
_PIECE: Final = 65400  # bytes of extended XMP in a segment
# What others say: Dynamic Depth's items and maps; Apple's kinds of auxiliary pictures.
_OTHERS: Final = (
    b'Semantic="Depth"',
    b"DepthMap:",
    b"android/depthmap",
    b"aux:depth",
    b"aux:disparity",
    b"depthData:",
)


class Depth(NamedTuple):
    attributes: str  # for the first packet of XMP
    segments: tuple[bytes, ...]  # payloads of those that hold the extended packet
    behind: bytes = b""  # what follows the first picture


def read(reader: Reader, segments: Sequence[Segment], jpeg: Walker) -> Depth | None:
    """The depth that a picture says it has; None if it says nothing of any. Raises FormatError if it cannot be kept."""
    own = packets(reader, segments)
    told = dict(pair for data in own if _SPACE.encode() in data for pair in _properties(data))
    if "Data" in told:
        start = next(s.start for s in segments if s.name.startswith("APP1/XMP"))
        return _written(told, start, jpeg)
    for place, data in _elsewhere(reader, segments, own):
        if any(word in data for word in _OTHERS):
            raise FormatError(place, "a depth picture of a kind that cannot be kept")
    return None


def packets(reader: Reader, segments: Sequence[Segment]) -> list[bytes]:
    """The first packet of XMP before the picture, and the extended one."""
    stop = next((n for n, s in enumerate(segments) if s.name == "SOS"), len(segments))
    first = (body(reader, s.start + 4 + len(XMP), s.stop) for s in segments[:stop] if s.name == "APP1/XMP")
    return [next(first, b""), _joined(reader, segments[:stop])]


def _elsewhere(
    reader: Reader, segments: Sequence[Segment], own: Sequence[bytes]
) -> Iterator[tuple[int, bytes]]:
    """What the picture and those behind it say of themselves, each with its place."""
    yield from ((0, data) for data in own)
    for segment in segments:
        if segment.name == "trailer/JPEG":
            for inner in Walk(reader, segment.start, scans=False).found:
                if inner.name == "APP1/XMP":
                    yield segment.start, body(reader, inner.start, inner.stop)
        elif segment.name.endswith("/APP1/XMP"):
            yield segment.start, body(reader, segment.start, segment.stop)


def _joined(reader: Reader, segments: Sequence[Segment]) -> bytes:
    """The extended packet: digest, whole length and place come before each piece."""
    head = len(EXTENSION) + 40
    found = [(reader.read(s.start + 4, head), s) for s in segments if s.name == "APP1/XMP-ext"]
    parts = sorted((start[-4:], n) for n, (start, _) in enumerate(found) if start[:-8] == found[0][0][:-8])
    packet = bytearray()
    for place, number in parts:
        segment = found[number][1]
        if int.from_bytes(place, "big") != len(packet) or len(packet) > LARGEST_BLOCK:
            break
        packet += reader.read(segment.start + 4 + head, segment.stop - segment.start - 4 - head)
    return bytes(packet)


def root(data: bytes) -> Element | None:
    """None if it is no XML."""
    from xml.etree.ElementTree import ParseError  # the exception only

    from defusedxml import DefusedXmlException, ElementTree

    try:
        found: Element = ElementTree.fromstring(data.rstrip(b"\0 \r\n\t"))
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return found


def properties(element: Element, space: str) -> Iterator[tuple[str, str]]:
    """Those of a namespace below an element, as attributes or as elements."""
    prefix = f"{{{space}}}"
    for each in element.iter():
        yield from ((k.removeprefix(prefix), v) for k, v in each.attrib.items() if k.startswith(prefix))
        if each.tag.startswith(prefix):
            yield each.tag.removeprefix(prefix), each.text or ""


def _properties(data: bytes) -> Iterator[tuple[str, str]]:
    found = root(data)
    if found is not None:
        yield from properties(found, _SPACE)


def _written(told: dict[str, str], place: int, jpeg: Walker) -> Depth:
    """`place` is for a FormatError."""
    range_ = [number(told.get(name, "")) for name in ("Near", "Far")]
    words = {name: told[name] for name, known in _WORDS.items() if told.get(name) in known}
    try:
        picture, mime = cleaned(b64decode("".join(told["Data"].split()), validate=True), jpeg)
    except (Base64Error, ValueError):
        picture = b""
    if not picture or "Format" not in words or not all(range_):
        raise FormatError(place, "a depth picture of a kind that cannot be kept")
    said = {**words, "Near": range_[0], "Far": range_[1], "Mime": mime}
    inside = rdf(f' xmlns:GDepth="{_SPACE}" GDepth:Data="{b64encode(picture).decode()}"', "").encode()
    if len(inside) > LARGEST:
        raise FormatError(place, "a depth picture of a kind that cannot be kept")
    attributes = f' xmlns:GDepth="{_SPACE}"' + "".join(
        f' GDepth:{name}="{value}"' for name, value in said.items()
    )
    note, parts = extended(inside)
    return Depth(attributes + note, parts)


def extended(packet: bytes) -> tuple[str, tuple[bytes, ...]]:
    """What the first packet says of an extended one, and the payloads of the segments that hold it."""
    from hashlib import md5

    digest = md5(packet, usedforsecurity=False).hexdigest().upper()
    head = EXTENSION + digest.encode() + len(packet).to_bytes(4, "big")
    parts = (head + at.to_bytes(4, "big") + packet[at : at + _PIECE] for at in range(0, len(packet), _PIECE))
    return f' xmlns:xmpNote="{_NOTE}" xmpNote:HasExtendedXMP="{digest}"', tuple(parts)


def number(said: str) -> str:
    """In the shortest form; empty if it is no number of metres."""
    try:
        value = float(said) if len(said) < 64 and said.isascii() else math.nan
    except ValueError:
        return ""
    return f"{value + 0.0:.7g}" if 0 <= value < 1e9 else ""


def cleaned(data: bytes, jpeg: Walker) -> tuple[bytes, str]:
    """The picture of a depth map with nothing in it but its pixels, and its kind; empty if it is none."""
    walker = next((each for each in (jpeg, png.WALKER) if each.sniff(data[:64])), None)
    if walker is None:
        return b"", ""
    inner = Held(data)
    try:
        clean = apply(inner, walker.plan(inner, walker.segments(inner), Policy(frozenset())))
    except FormatError:
        return b"", ""
    return clean, f"image/{walker.name.lower()}"
