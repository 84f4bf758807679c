"""Exif: a TIFF-shaped tree of directories (Exif 2.32, 4.5; TIFF 6.0, section 2), read without a library because it must be fast.

Offsets may loop, counts may lie and values may point outside: every read is bounded by the block itself and by
the limits below, and nothing here raises on malformed data.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import exif_place, exif_tags, maker_tags
from audit.formats.base import Reveal, Tag
from audit.formats.words import clip, decoded, is_prompt

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator, Mapping, Sequence

    from audit.formats.exif_tags import Key

MOST_DIRECTORIES: Final = 32
MOST_ENTRIES: Final = 4096  # in one block, all directories together
REMEMBERED: Final = 1 << 16  # bytes of a block that is not read anew each time
LONGEST_VALUE: Final = 4096  # bytes of a value that are looked at

_SIZES: Final = dict(enumerate((1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4), 1)) | {129: 1}
_TEXTS: Final = frozenset({2, 7, 129})  # ASCII, UNDEFINED, and the UTF-8 of Exif 3.0
_CODES: Final = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I"}
_CHILDREN: Final = {0x8769: "Exif", 0x8825: "GPS", 0xA005: "Interop", 0x014A: "SubIFD"}
_OFFSETS: Final = frozenset({4, 9, 13})  # LONG and IFD, and SLONG, as some program writes it: viewers take it
_PREVIEW: Final = (0x0201, 0x0202)  # JPEGInterchangeFormat and its length (Exif 2.32, 4.5.5)
_WIDE_TEXT: Final = range(0x9C9B, 0x9CA0)  # the XP… tags of Windows: UTF-16
_MAKE, _MODEL, _NOTE, _COMMENT = 0x010F, 0x0110, 0x927C, 0x9286
_CAMERA: Final = frozenset({_MAKE, _MODEL})
_COMMENTS: Final = frozenset({_COMMENT, 0x001B, 0x001C})  # that name their character set
_SPECIAL: Final = frozenset({_NOTE, *_COMMENTS, *_WIDE_TEXT})
_CHARSETS: Final = {
    b"ASCII\0\0\0": "latin-1",
    b"UNICODE\0": "utf-16",
    b"JIS\0\0\0\0\0": "iso2022_jp",
    bytes(8): "",
}


class Entry(NamedTuple):
    directory: str
    tag: int
    kind: int  # TIFF 6.0, section 2: 2 ASCII, 3 SHORT, 4 LONG, 5 RATIONAL, 7 UNDEFINED …
    many: int  # values, not bytes
    start: int  # of the value, from the beginning of the block
    stop: int


_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}


def _order(block: bytes) -> str:
    """The byte order, "<" or ">" as `struct` writes it, or "" for a block that is not Exif."""
    return _ORDERS.get(block[:4], "")


def entries(block: bytes) -> Sequence[Entry]:
    """Every entry of every directory, IFD0 first, without those whose value lies outside the block."""
    return _remembered(block) if len(block) <= REMEMBERED else _every(block)


def _every(block: bytes) -> Sequence[Entry]:
    return [entry for _, listed in _directories(block, _EVERY) for entry in listed]


# One file's block is asked for its orientation and other values, one after the other.
_remembered: Final = lru_cache(maxsize=4)(_every)

Directories = list[tuple[str, list[Entry]]]
_last: list[tuple[bytes, Directories]] = [(b"", [])]  # one


def _telling(block: bytes) -> Directories:
    """The entries that say something about somebody, and those of preview and position.

    One block is asked for its orientation, its tags and its preview, one after the other, before the next one comes.
    The last one is compared with it: a hash of its bytes takes longer.
    """
    before, told = _last[0]
    if before == block:
        return told
    told = _directories(block, _TELLING)
    if len(block) <= REMEMBERED:
        _last[0] = block, told
    return told


def _listed(block: bytes, name: str) -> list[Entry]:
    """Those of the directories of a name."""
    return [entry for directory, listed in _telling(block) if directory == name for entry in listed]


_EVERY: Final[dict[str, Container[int]]] = dict.fromkeys(exif_tags.TAGS, range(1 << 16))
_TELLING: Final[dict[str, Container[int]]] = {
    name: frozenset(
        {*known, *_CHILDREN, *(_PREVIEW if name == "IFD1" else range(32) if name == "GPS" else ())}
    )
    for name, known in exif_tags.TAGS.items()
}
_SHORT: Final = {order: struct.Struct(order + "H").unpack_from for order in "<>"}
_LONG: Final = {order: struct.Struct(order + "I").unpack_from for order in "<>"}
_DIRECTORY: Final = {order: struct.Struct(order + "HHII").iter_unpack for order in "<>"}


def _directories(block: bytes, wanted: Mapping[str, Container[int]]) -> Directories:
    """The directories, and of each the entries whose tags are wanted there; those that point to directories are to be.

    Made without the constructor of Entry, which takes longer than all the rest.
    """
    found: Directories = []
    order, end = _order(block), len(block)
    if not order or end < 8:
        return found
    new = tuple.__new__
    short, long, unpacked = _SHORT[order], _LONG[order], _DIRECTORY[order]
    queue = [("IFD0", *long(block, 4))]  # it grows while it is gone through
    seen: set[int] = set()
    left = MOST_ENTRIES
    for name, at in queue:
        if left <= 0 or len(seen) >= MOST_DIRECTORIES:
            break
        if at in seen or not 8 <= at <= end - 2:
            continue
        seen.add(at)
        count = min(short(block, at)[0], (end - at - 2) // 12, left)
        left -= count
        here, here_stop, inside = wanted[name], at + 2 + 12 * count, at + 10
        listed: list[Entry] = []
        found.append((name, listed))
        for tag, kind, many, value in unpacked(block[at + 2 : here_stop]):
            if tag in here:
                size = many * _SIZES.get(kind, 0)
                start = value if size > 4 else inside
                if 0 < size <= end - start:
                    listed.append(new(Entry, (name, tag, kind, many, start, start + size)))
                    if tag in _CHILDREN and kind in _OFFSETS:
                        queue += _children(block, order, listed[-1])
            inside += 12
        if name == "IFD0" and here_stop + 4 <= end:
            queue.append(("IFD1", *long(block, here_stop)))
    return found


def _children(block: bytes, order: str, entry: Entry) -> list[tuple[str, int]]:
    """The directories that an entry points to."""
    name, first = _CHILDREN[entry.tag], entry.start
    many = min(entry.many, 8 if name == "SubIFD" else 1)
    return [(name, *_LONG[order](block, at)) for at in range(first, first + 4 * many, 4)]


def orientation(block: bytes) -> int | None:
    """Exif 2.32, 4.6.4.A: 1 to 8; 1 (upright) for nonsense, None if the first directory does not say.

    It is to be a SHORT; viewers take any whole number (TIFF 6.0, section 2).
    """
    for _directory, tag, kind, _many, start, _stop in _listed(block, "IFD0"):
        if tag == 0x0112 and kind in _WHOLE:
            number = block[start : start + _SIZES[kind]]
            value = int.from_bytes(number, "little" if _order(block) == "<" else "big")
            return value if 1 <= value <= 8 else 1
    return None


_WHOLE: Final = frozenset({1, 3, 4, 6, 8, 9})  # BYTE, SHORT, LONG, and with a sign


def raw_values(block: bytes, keys: Collection[Key]) -> dict[Key, bytes]:
    """The undecoded values of some tags, the first of each."""
    found: dict[Key, bytes] = {}
    for entry in entries(block):
        key = (entry.directory, entry.tag)
        if key in keys and key not in found:
            found[key] = block[entry.start : entry.stop]
    return found


def place(block: bytes) -> exif_place.Place | None:
    """Where it was taken, if the GPS directory says so in the exact form."""
    found = raw_values(block, {("GPS", tag) for tag in exif_place.TAGS})
    return (
        exif_place.parsed({tag: data for (_, tag), data in found.items()}, _order(block)) if found else None
    )


def thumbnail_span(block: bytes) -> tuple[int, int] | None:
    """Offset and length in the block of the JPEG preview (Exif 2.32, 4.5.5), as far as it lies inside: the first of each."""
    found = {entry[1]: entry for entry in reversed(_listed(block, "IFD1")) if entry[2] in {3, 4}}
    if 0x0201 not in found or 0x0202 not in found:
        return None
    order = _order(block)
    start = _whole(block, order, found[0x0201])
    size = min(_whole(block, order, found[0x0202]), len(block) - start)
    return (start, size) if start and size > 0 else None


def _whole(block: bytes, order: str, entry: Entry) -> int:
    """The first value of a SHORT or LONG."""
    number: int = (_SHORT if entry.kind == 3 else _LONG)[order](block, entry.start)[0]
    return number


def thumbnail(block: bytes) -> bytes | None:
    """The embedded preview as a JPEG file, if it looks like one."""
    span = thumbnail_span(block)
    if span is None:
        return None
    data = block[span[0] : sum(span)]
    return data if data.startswith(b"\xff\xd8") else None


def tags(block: bytes) -> Iterator[Tag]:
    """What a TIFF-shaped Exif block says about somebody. Technical tags (aperture, flash …) are left to `makernote.every`."""
    order, new = _order(block), tuple.__new__  # as in `_directories`
    if not order:
        yield Tag("EXIF", "malformed", f"{len(block)} bytes that could not be understood", Reveal.UNKNOWN)
        return
    for directory, listed in _telling(block):
        group = "GPS" if directory == "GPS" else "EXIF"
        known_here = exif_tags.TAGS[directory]
        for entry in listed:
            known = known_here.get(entry[1])
            if known is not None and (value := _text(block, order, entry)):
                reveals = known[1] if entry[1] != _COMMENT else _commented(value)
                yield new(Tag, (group, known[0], value, reveals))
                if entry[1] == _NOTE:
                    yield from maker_tags.tags(block, _camera(block), entry[4], entry[5])
    if gps := _listed(block, "GPS"):
        yield from _gps(block, order, {entry[1]: entry for entry in reversed(gps)})
    if preview := thumbnail_span(block):
        start, size = preview
        yield Tag("EXIF", "Thumbnail", f"{size} bytes at {start}", Reveal.THUMBNAIL)


def _camera(block: bytes) -> tuple[bytes, bytes]:
    """Make and model."""
    found = {
        entry[1]: block[entry[4] : entry[5]]
        for _, listed in _telling(block)
        for entry in listed
        if entry[1] in _CAMERA
    }
    return found.get(_MAKE, b""), found.get(_MODEL, b"")


def _commented(value: str) -> Reveal:
    """Programs that make pictures write into UserComment what was asked of them."""
    return Reveal.PROMPT if is_prompt(value) else Reveal.COMMENT


def _text(block: bytes, order: str, entry: Entry) -> str:
    _directory, tag, kind, many, start, stop = entry
    raw = block[start : min(stop, start + LONGEST_VALUE)]
    if kind in _TEXTS and tag not in _SPECIAL:
        return decoded(raw)
    if many == 1 and kind in {3, 4}:
        return str(int.from_bytes(raw, "little" if order == "<" else "big"))
    if tag == _NOTE:
        return f"{stop - start} bytes"
    if tag in _WIDE_TEXT:
        return clip(raw.decode("utf-16-le", "replace"))
    if tag in _COMMENTS:
        return _comment(raw, order)
    return clip(" ".join(f"{number:.12g}" for number in _numbers(raw, order, entry)))


def _comment(raw: bytes, order: str) -> str:
    """Exif 2.32, 4.6.5 (UserComment): eight bytes name the character set."""
    charset = _CHARSETS.get(raw[:8])
    if charset is None:
        return decoded(raw)
    if charset == "utf-16" and raw[8:10] not in {b"\xff\xfe", b"\xfe\xff"}:
        charset = "utf-16-le" if order == "<" else "utf-16-be"
    return clip(raw[8:].decode(charset, "replace")) if charset else decoded(raw[8:])


def _numbers(raw: bytes, order: str, entry: Entry) -> list[float]:
    many = min(entry.many, 16)
    if entry.kind in {5, 10}:
        pairs = struct.iter_unpack(order + ("II" if entry.kind == 5 else "ii"), raw[: 8 * many])
        return [top / bottom if bottom else 0.0 for top, bottom in pairs]
    code = _CODES.get(entry.kind)
    if code is None:
        return []
    many = min(many, len(raw) // struct.calcsize(order + code))
    return list(struct.unpack_from(f"{order}{many}{code}", raw))


def _gps(block: bytes, order: str, found: Mapping[int, Entry]) -> Iterator[Tag]:
    """Exif 2.32, 4.6.6: degrees, minutes and seconds and a letter, read as signed decimal degrees."""
    for name, first in _POSITIONS:
        north, east = found.get(first + 1), found.get(first + 3)
        if north or east:
            here = (
                _degrees(_values(block, order, north), _letter(block, found.get(first)) == b"S"),
                _degrees(_values(block, order, east), _letter(block, found.get(first + 2)) == b"W"),
            )
            yield Tag("GPS", name, f"{here[0]:.6f}, {here[1]:.6f}", _LOCATION if any(here) else None)
    height = _values(block, order, found.get(6))
    if height:
        below = _letter(block, found.get(5)) == b"\1"
        yield Tag("GPS", "GPSAltitude", f"{-height[0] if below else height[0]:.1f} m", _LOCATION)
    day = found.get(0x1D)
    if day or 7 in found:
        moment = _moment(
            _values(block, order, found.get(7)), decoded(block[day[4] : day[5]][:32]) if day else ""
        )
        if moment:
            yield Tag("GPS", "GPSDateTime", moment, Reveal.TIME)


_LOCATION: Final = Reveal.LOCATION
_POSITIONS: Final = (("GPSPosition", 1), ("GPSDestPosition", 0x13))


def _values(block: bytes, order: str, entry: Entry | None) -> list[float]:
    return _numbers(block[entry[4] : entry[5]], order, entry) if entry else []


def _letter(block: bytes, entry: Entry | None) -> bytes:
    return block[entry[4] : entry[4] + 1].upper() if entry else b""


def _degrees(parts: list[float], negative: bool) -> float:  # noqa: FBT001
    value = 0.0
    for part, scale in zip(parts, (1, 60, 3600), strict=False):
        value += part / scale
    return -value if negative else value


def _moment(clock: list[float], day: str) -> str:
    time = "{:02.0f}:{:02.0f}:{:02.0f} UTC".format(*clock[:3]) if len(clock) >= 3 else ""
    return " ".join(part for part in (day.partition(" ")[0], time) if part)
