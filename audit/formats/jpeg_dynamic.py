"""Dynamic Depth 1.0 in a JPEG: XMP in which a device lists its cameras and the items that follow the first picture.

Names and how items are found: Android's external/dynamic_depth (`device.cc`, `container.cc`, `item.cc`, `depth_map.cc`), by Google.
Of all items only the depth picture can stay, and of what is said only what makes a depth photo of it: all is written anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import nested, trailers
from audit.formats.base import FormatError, Role, Segment
from audit.formats.jpeg_depth import Depth, cleaned, extended, number, packets, properties, root
from audit.formats.jpeg_gain import rdf
from audit.formats.jpeg_tags import DEPTH, GAIN_MAP
from audit.formats.pieces import LARGEST_BLOCK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree.ElementTree import Element

    from audit.formats.base import Reader, Walker

_DD: Final = "http://ns.google.com/photos/dd/1.0/"
_SPACES: Final = {
    name: f"{_DD}{name.lower()}/"
    for name in ("Device", "Container", "Item", "Profile", "Camera", "Image", "DepthMap")
}
_LI: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"
_URI: Final = "android/depthmap"
_WORDS: Final = {
    "Format": ("RangeInverse", "RangeLinear"),
    "Units": ("Meters", "Diopters", "None"),
    "MeasureType": ("OpticalAxis", "OpticRay"),
}
_MOST: Final = 64  # items


class Told(NamedTuple):
    """A depth picture that stands from `start` to `stop`, and what is said of it."""

    start: int
    stop: int
    said: Mapping[str, str]
    device: bool  # whether there is an element of that name around all, as Android's own writer has it


def segments(reader: Reader, found: Sequence[Segment], at: int) -> list[Segment]:
    """What follows the first picture, which ends at `at`, with its depth under a name of its own; nothing if it has none."""
    told = _told(reader, found, at)
    if told is None:
        return []
    before = trailers.segments(nested.Within(reader, 0, told.start), at)
    return [
        *before,
        Segment(told.start, told.stop, DEPTH, Role.METADATA),
        *trailers.segments(reader, told.stop),
    ]


def read(reader: Reader, found: Sequence[Segment], jpeg: Walker) -> Depth | None:
    """The depth that stands behind a picture; None if there is none of this kind. Raises FormatError if it cannot be kept."""
    behind = [s for s in found if s.name == DEPTH or s.name.startswith(("trailer", GAIN_MAP))]
    place = next((s.start for s in behind if s.name == DEPTH), 0)
    told = _told(reader, found, behind[0].start) if place else None
    if told is None:
        return None
    range_ = [number(told.said.get(name, "")) for name in ("Near", "Far")]
    words = {name: _known(name, told.said.get(name, "")) for name in _WORDS}
    small = told.stop - told.start <= LARGEST_BLOCK
    picture, mime = cleaned(reader.read(told.start, told.stop - told.start), jpeg) if small else (b"", "")
    if not picture or not words["Format"] or not words["Units"] or not all(range_):
        raise FormatError(place, "a depth picture of a kind that cannot be kept")
    said = {**words, "Near": range_[0], "Far": range_[1]}
    note, parts = extended(_written(said, mime, len(picture), device=told.device))
    return Depth(note, parts, picture)


def _known(name: str, said: str) -> str:
    """The word as the standard writes it: small letters do as well."""
    return next((word for word in _WORDS[name] if word.lower() == said.lower()), "")


def _told(reader: Reader, found: Sequence[Segment], at: int) -> Told | None:
    for data in packets(reader, found):
        parsed = root(data) if _SPACES["DepthMap"].encode() in data else None
        if parsed is None:
            continue
        items = _items(parsed)
        for camera in parsed.iter(f"{{{_SPACES['Camera']}}}DepthMap"):
            said = dict(properties(camera, _SPACES["DepthMap"]))
            place = _place(items, said.get("DepthURI", ""), at, reader.size)
            if place and said.get("ItemSemantic", "Depth").lower() == "depth":
                return Told(*place, said, any(each.tag == "Device" for each in parsed.iter()))
    return None


def _items(parsed: Element) -> list[dict[str, str]]:
    listed = next(parsed.iter(f"{{{_SPACES['Container']}}}Directory"), None)
    every = list(listed.iter(_LI))[: _MOST + 1] if listed is not None else []
    return [dict(properties(each, _SPACES["Item"])) for each in every] if len(every) <= _MOST else []


def _place(items: Sequence[Mapping[str, str]], uri: str, at: int, size: int) -> tuple[int, int] | None:
    """Items follow one another behind the first picture, whose own length is 0."""
    for item in items:
        said = item.get("Length", "").strip()
        length = int(said) if said.isascii() and said.isdigit() and len(said) < 12 else -1
        if length < 0 or at + length > size:
            return None
        if uri and item.get("DataURI") == uri:
            return (at, at + length) if length else None
        at += length
    return None


def _written(said: Mapping[str, str], mime: str, length: int, *, device: bool) -> bytes:
    """The extended packet: what follows the picture, that it is a depth photo, and its one camera."""
    item = '<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="{}" Item:Length="{}" Item:DataURI="{}"/></rdf:li>'
    items = item.format("image/jpeg", 0, "primary_image") + item.format(mime, length, _URI)
    numbers = "".join(f' DepthMap:{name}="{value}"' for name, value in said.items() if value)
    inside = (
        f'<Device:Container rdf:parseType="Resource"><Container:Directory><rdf:Seq>{items}</rdf:Seq></Container:Directory>'
        '</Device:Container><Device:Profiles><rdf:Seq><rdf:li rdf:parseType="Resource"><Device:Profile rdf:parseType="Resource">'
        "<Profile:Type>DepthPhoto</Profile:Type><Profile:CameraIndices><rdf:Seq><rdf:li>0</rdf:li></rdf:Seq></Profile:CameraIndices></Device:Profile></rdf:li></rdf:Seq>"
        '</Device:Profiles><Device:Cameras><rdf:Seq><rdf:li rdf:parseType="Resource"><Device:Camera rdf:parseType="Resource">'
        '<Camera:Image Image:ItemSemantic="Primary" Image:ItemURI="primary_image"/>'
        f'<Camera:DepthMap DepthMap:ItemSemantic="Depth"{numbers} DepthMap:DepthURI="{_URI}"/>'
        "</Device:Camera></rdf:li></rdf:Seq></Device:Cameras>"
    )
    names = "".join(f' xmlns:{name}="{space}"' for name, space in _SPACES.items())
    return rdf(names, f"<Device>{inside}</Device>" if device else inside).encode("ascii")
