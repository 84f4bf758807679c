"""What tracks say that are neither shown nor heard: places along the way, subtitles, chapters, faces; and who coded a video."""

from __future__ import annotations

import re
import struct
from itertools import islice
from typing import TYPE_CHECKING, Final

from audit.formats import mp4_meta, mp4_movie, mp4_samples
from audit.formats.base import FormatError, Reveal, Tag
from audit.formats.mp4_parts import inside, named
from audit.formats.words import clip, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.formats.base import Reader
    from audit.formats.bmff import Box
    from audit.formats.mp4_movie import Track

_MOST_SAMPLES: Final = 32  # of a track that are read
_LARGEST: Final = 256 << 10  # bytes of one
_DEEPEST: Final = 6
_PLACE: Final = re.compile(rb"[+-]\d{1,3}\.\d{2,}[+-]\d{1,3}\.\d{2,}(?:[+-][\d.]{1,12})?/?")  # ISO 6709
_WORDS: Final = re.compile(r"GPS|lat(?:itude)?\b", re.IGNORECASE)
_TEXTS: Final = frozenset({"text", "sbtl", "subt", "clcp", "subp"})


def tags(reader: Reader, box: Box) -> Iterator[Tag]:
    """A track that goes: what it is, and the first of what it says."""
    track = mp4_movie.track(reader, box)
    kind = track.codec or track.handler
    reveal = Reveal.COMMENT if track.handler in _TEXTS else _KINDS.get(track.handler, Reveal.UNKNOWN)
    yield Tag("QuickTime", "Track", clip(f"{named(track.handler)} {named(kind)}".strip()), reveal)
    known = _READ.get(kind) or (_text if track.handler in _TEXTS else None)
    if kind == "mebx":
        yield from _described(reader, track)
    if known:
        try:
            yield from known(reader, track)
        except (FormatError, struct.error):
            yield Tag(named(kind), "malformed", "its samples could not be read", Reveal.UNKNOWN)


_KINDS: Final = {"tmcd": Reveal.TIME, "vide": Reveal.PICTURE}


def _samples(reader: Reader, track: Track) -> Iterator[bytes]:
    for start, stop in islice(mp4_samples.one_by_one(reader, track), _MOST_SAMPLES):
        yield reader.read(start, min(stop - start, _LARGEST))


def _count(reader: Reader, track: Track) -> int:
    return mp4_samples.Sizes(reader, track).left


def _located(group: str, latitude: float, longitude: float, count: int) -> Iterator[Tag]:
    place = f"{latitude:.6f}, {longitude:.6f}"
    yield Tag(group, "GPSPosition", place, Reveal.LOCATION)
    yield Tag(group, "GPSTrack", f"{place}; {count} samples", Reveal.LOCATION)


def _gopro(reader: Reader, track: Track) -> Iterator[Tag]:
    """GPMF: four letters, a type, a size, how often; places are numbers to be divided by those of SCAL."""
    told: set[str] = set()
    for sample in _samples(reader, track):
        scale: tuple[int, ...] = ()
        for key, kind, size, data in _entries(sample, 0):
            if key == "SCAL" and size == 4:
                scale = struct.unpack(f">{len(data) // 4}i", data[: len(data) // 4 * 4])
            elif key in _PLACES and "GPS" not in told:
                at, number = _PLACES[key]
                found, by = data[at : at + 8], scale[number : number + 2]
                if len(found) == 8 and len(by) == 2 and all(by):
                    north, east = struct.unpack(">2i", found)
                    yield from _located("gpmd", north / by[0], east / by[1], _count(reader, track))
                    told.add("GPS")
            elif key not in told and (tag := _worded(key, kind, data)):
                told.add(key)
                yield tag


def gpmf(data: bytes) -> Iterator[Tag]:
    """What GoPro says of camera and picture in a block of its own, as its JPEGs have it."""
    for key, kind, _, value in _entries(data, 0):
        if tag := _worded(key, kind, value):
            yield tag


def _worded(key: str, kind: str, data: bytes) -> Tag | None:
    """What an entry of words (c, U) or of digits (L) says; None for another, and for zeros."""
    if key not in _GPMF or kind not in {"c", "U", "L"} or not any(data):
        return None
    name, reveal = _GPMF[key]
    return Tag("gpmd", name, data.hex() if kind == "L" else decoded(data), reveal)


# Where latitude and longitude stand, and the number of their scale: behind the time in those of the Karma, which flies.
_PLACES: Final = {"GPS5": (0, 0), "GPS9": (0, 0), "GLPI": (4, 1), "GPRI": (8, 1)}
_GPMF: Final = {
    "GPSU": ("GPSDateTime", Reveal.TIME),
    "DVNM": ("DeviceName", Reveal.DEVICE),
    "MINF": ("Model", Reveal.DEVICE),
    "CASN": ("CameraSerialNumber", Reveal.SERIAL),
    "MUID": ("MediaUniqueID", Reveal.SERIAL),
    "FMWR": ("FirmwareVersion", Reveal.DEVICE),
}


def _described_by_gopro(reader: Reader, track: Track) -> Iterator[Tag]:
    """ExifTool, GoPro fdsc tags: words at fixed places."""
    for sample in _samples(reader, track):
        if sample.startswith(b"GPRO"):
            for start, stop, name in ((0x17, 0x27, "LensSerialNumber"), (0x57, 0x66, "CameraSerialNumber")):
                if text := decoded(sample[start:stop].partition(b"\0")[0]):
                    yield Tag("fdsc", name, text, Reveal.SERIAL)
            return


def _entries(data: bytes, depth: int) -> Iterator[tuple[str, str, int, bytes]]:
    at = 0
    while at + 8 <= len(data):
        kind, size, many = data[at + 4], data[at + 5], int.from_bytes(data[at + 6 : at + 8], "big")
        length = size * many
        inner = data[at + 8 : at + 8 + length]
        if not kind and depth < _DEEPEST:
            yield from _entries(inner, depth + 1)
        elif kind:
            yield data[at : at + 4].decode("latin-1"), chr(kind), size, inner
        at += 8 + (length + 3 & ~3)


def _camm(reader: Reader, track: Track) -> Iterator[Tag]:
    """Camera Motion Metadata: two zeros, the kind; 5 and 6 hold places as numbers of eight bytes, the lowest byte first."""
    for sample in _samples(reader, track):
        kind = int.from_bytes(sample[2:4], "little")
        at = {5: 4, 6: 16}.get(kind)
        if at is not None and len(sample) >= at + 16:
            latitude, longitude = struct.unpack("<2d", sample[at : at + 16])
            if abs(latitude) <= 90 and abs(longitude) <= 180:
                yield from _located("camm", latitude, longitude, _count(reader, track))
                return


def _boxed(reader: Reader, track: Track) -> Iterator[Tag]:
    """Apple's timed metadata: a place as text."""
    for sample in _samples(reader, track):
        if place := _PLACE.search(sample):
            yield from mp4_meta.placed(Tag("mebx", "GPSCoordinates", decoded(place[0]), Reveal.LOCATION))
            return


def _described(reader: Reader, track: Track) -> Iterator[Tag]:
    """QuickTime file format, "Timed metadata": the keys that its samples may have."""
    told: set[str] = set()
    for entry in track.entries:
        for keys in inside(reader, min(entry.box.body + 8, entry.box.stop), entry.box.stop):
            for key in islice(inside(reader, keys.body, keys.stop), 64):
                for box in inside(reader, key.body, key.stop):
                    name = decoded(reader.read(box.body + 4, min(200, max(0, box.stop - box.body - 4))))
                    if box.kind == "keyd" and name and name not in told:
                        told.add(name)
                        reveals = mp4_meta.reveals(name)
                        person = reveals is Reveal.PERSON  # whose value would be taken for a name
                        yield Tag("mebx", "Key", name, None if person else reveals)
                        if person and "" not in told:
                            told.add("")
                            yield Tag("mebx", "DetectedFace", "somebody's face", reveals)


def _text(reader: Reader, track: Track) -> Iterator[Tag]:
    """3GPP TS 26.245, 5.17: a length, then words."""
    for sample in _samples(reader, track):
        words = decoded(sample[2 : 2 + int.from_bytes(sample[:2], "big")])
        if words:
            place = _WORDS.search(words)
            yield Tag("Text", "Text", words, Reveal.LOCATION if place else Reveal.COMMENT)
            return


_READ: Final[dict[str, Callable[[Reader, Track], Iterator[Tag]]]] = {
    "gpmd": _gopro,
    "fdsc": _described_by_gopro,
    "camm": _camm,
    "mebx": _boxed,
    "tx3g": _text,
    "text": _text,
}
