"""Gain maps: the second picture of an Ultra HDR JPEG, from which screens make bright parts brighter, and the numbers it needs.

Android's Ultra HDR image format 1.1 (XMP, namespaces hdrgm and Container), CIPA DC-007 (MPF), ISO 21496-1 as libultrahdr writes it.
Numbers are read as numbers and written anew: nothing of how they were written comes through.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.jpeg_walk import Walk
from audit.formats.nested import Within
from audit.formats.pieces import body

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from audit.formats.base import Reader, Segment

XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
ISO: Final = b"urn:iso:std:iso:ts:21496:-1\0"
_HDRGM: Final = "http://ns.adobe.com/hdr-gain-map/1.0/"
_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_NUMBERS: Final = (
    "GainMapMin",
    "GainMapMax",
    "Gamma",
    "OffsetSDR",
    "OffsetHDR",
    "HDRCapacityMin",
    "HDRCapacityMax",
)
_REQUIRED: Final = frozenset({"GainMapMax", "HDRCapacityMax"})
_NUMBER: Final = r"[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,2})?"
_LARGEST: Final = 1000.0  # the numbers are exponents of two, or near one
_PART: Final = 1_000_000  # of ISO 21496-1's fractions, all written with one denominator
_CHANNELS, _BASE_COLOURS, _BACKWARD, _COMMON = 0x80, 0x40, 0x04, 0x08
_PARTS_OF_A_CHANNEL: Final = 5


class Map(NamedTuple):
    """What a gain map says of itself, as the payloads of the segments that say it; each is empty if it does not stand there."""

    start: int
    stop: int
    xmp: bytes
    iso: bytes


def declared(reader: Reader, found: Sequence[Segment]) -> bool:
    """Whether the first picture says that another follows."""
    said = (body(reader, s.start, s.stop) for s in found if s.name == "APP1/XMP")
    return any(s.name == "APP2/MPF" for s in found) or any(b"GainMap" in packet for packet in said)


def read(reader: Reader, start: int, stop: int) -> Map | None:
    """The gain map that stands there, if it is one."""
    inner = Within(reader, start, stop)
    said = {"APP1/XMP": b"", "APP2/GainMap": b""}
    for segment in Walk(inner, 0, scans=False).found:
        if segment.name in said and not said[segment.name]:
            payload = body(inner, segment.start + 4, segment.stop)
            said[segment.name] = (
                _xmp(payload[len(XMP) :]) if segment.name == "APP1/XMP" else _iso(payload[len(ISO) :])
            )
    found = Map(start, stop, said["APP1/XMP"], said["APP2/GainMap"])
    return found if found.xmp or found.iso else None


def _xmp(packet: bytes) -> bytes:
    from xml.etree.ElementTree import ParseError  # the exception only

    from defusedxml import DefusedXmlException, ElementTree

    try:
        root = ElementTree.fromstring(packet.rstrip(b"\0 \r\n\t"))
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return b""
    told = dict(_properties(root))
    values: dict[str, list[str]] = {name: _numbers(told[name]) for name in _NUMBERS if name in told}
    if told.get("Version") != ["1.0"] or not values.keys() >= _REQUIRED or not all(values.values()):
        return b""
    return _written(values, hdr=told.get("BaseRenditionIsHDR") == ["True"])


def _properties(root: Element) -> Iterator[tuple[str, list[str]]]:
    """The properties of the hdrgm namespace: attributes, elements, or elements with a list in them."""
    prefix = f"{{{_HDRGM}}}"
    for element in root.iter():
        for key, value in element.attrib.items():
            if key.startswith(prefix):
                yield key.removeprefix(prefix), [value]
        if element.tag.startswith(prefix):
            listed = [item.text or "" for item in element.iter(f"{_RDF}li")]
            yield element.tag.removeprefix(prefix), listed or [element.text or ""]


def _numbers(said: list[str]) -> list[str]:
    """One or three of them in the shortest form; none if they are not numbers."""
    matches = [re.fullmatch(_NUMBER, word.strip(), re.ASCII) for word in said]
    values = [float(match[0]) for match in matches if match]
    if len(values) != len(said) or len(values) not in {1, 3} or max(map(abs, values)) > _LARGEST:
        return []
    return [f"{value + 0.0:.7g}" for value in values]


def _written(values: dict[str, list[str]], *, hdr: bool) -> bytes:
    single = "".join(f' hdrgm:{name}="{told[0]}"' for name, told in values.items() if len(told) == 1)
    many = "".join(
        f"<hdrgm:{name}><rdf:Seq>"
        + "".join(f"<rdf:li>{word}</rdf:li>" for word in told)
        + f"</rdf:Seq></hdrgm:{name}>"
        for name, told in values.items()
        if len(told) == 3
    )
    base = ' hdrgm:BaseRenditionIsHDR="True"' if hdr else ' hdrgm:BaseRenditionIsHDR="False"'
    return packet(f' xmlns:hdrgm="{_HDRGM}" hdrgm:Version="1.0"{base}{single}', many)


def directory(length: int, more: str = "") -> bytes:
    """XMP of the first picture: that a gain map of so many bytes follows. `more`: further attributes."""
    names = (
        f' xmlns:hdrgm="{_HDRGM}" xmlns:Container="http://ns.google.com/photos/1.0/container/"'
        ' xmlns:Item="http://ns.google.com/photos/1.0/container/item/" hdrgm:Version="1.0"'
    )
    item = '<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="{}" Item:Mime="image/jpeg"{}/></rdf:li>'
    items = item.format("Primary", "") + item.format("GainMap", f' Item:Length="{length}"')
    return packet(names + more, f"<Container:Directory><rdf:Seq>{items}</rdf:Seq></Container:Directory>")


def packet(attributes: str, inside: str) -> bytes:
    return f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>{rdf(attributes, inside)}<?xpacket end="w"?>'.encode(
        "ascii"
    )


def rdf(attributes: str, inside: str) -> str:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about=""{attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )


def _iso(data: bytes) -> bytes:
    """Two versions, flags, the headroom of both renditions, and for each channel minimum, maximum, gamma and two offsets."""
    if len(data) < 5 or data[:2] != b"\0\0":
        return b""
    flags = data[4]
    channels = 3 if flags & _CHANNELS else 1
    signed = [False, False] + [True, True, False, True, True] * channels
    values = _common(data[5:], signed) if flags & _COMMON else _fractions(data[5:], signed)
    if not values or max(map(abs, values)) > _LARGEST * _PART:
        return b""
    parts = b"".join(struct.pack(">iI", value, _PART) for value in values)
    return bytes(4) + bytes((flags & (_CHANNELS | _BASE_COLOURS | _BACKWARD),)) + parts


def _fractions(data: bytes, signed: list[bool]) -> list[int]:
    if len(data) < 8 * len(signed):
        return []
    found = [struct.unpack_from(">iI" if each else ">II", data, 8 * n) for n, each in enumerate(signed)]
    return [_rounded(*pair) for pair in found] if all(bottom for _, bottom in found) else []


def _common(data: bytes, signed: list[bool]) -> list[int]:
    bottom = int.from_bytes(data[:4], "big")
    if len(data) < 4 + 4 * len(signed) or not bottom:
        return []
    tops = [struct.unpack_from(">i" if each else ">I", data, 4 + 4 * n)[0] for n, each in enumerate(signed)]
    return [_rounded(top, bottom) for top in tops]


def _rounded(top: int, bottom: int) -> int:
    return (2 * top * _PART + bottom) // (2 * bottom)


MPF_LENGTH: Final = 90


def index(first: int, second: int, base: int) -> bytes:
    """CIPA DC-007, 5.2.3: an MPF segment that tells of two pictures of so many bytes; `base` is where the segment starts.

    Offsets count from the byte order mark behind the segment's identifier. 0x030000 marks the primary picture.
    """
    tags = struct.pack(">HHI4s", 0xB000, 7, 4, b"0100") + struct.pack(">HHII", 0xB001, 4, 1, 2)
    tags += struct.pack(">HHII", 0xB002, 7, 32, 50)
    entries = struct.pack(">IIIHH", 0x030000, first, 0, 0, 0) + struct.pack(
        ">IIIHH", 0, second, first - base - 8, 0, 0
    )
    block = b"MM\0*" + struct.pack(">IH", 8, 3) + tags + bytes(4) + entries
    return b"\xff\xe2" + struct.pack(">H", len(block) + 6) + b"MPF\0" + block
