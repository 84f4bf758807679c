"""The meta box of a HEIF or AVIF file (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12, 6 and 9): items, and where their bytes are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError
from audit.formats.bmff import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Reader
    from audit.formats.bmff import Box, Fields, Inner, Span

MOST_EXTENTS: Final = 1 << 18  # in one file
MOST_FOLLOWED: Final = 16  # of an item whose bytes another is made from
MOST_ITEMS: Final = 0xFFF0


class Entry(NamedTuple):
    """8.11.6, infe: what an item is."""

    kind: str  # four letters; "" for the old versions that do not say
    hidden: bool
    name: bytes
    content: str  # the media type of a "mime" item
    protected: bool


class Place(NamedTuple):
    """8.11.3, iloc: where an item's bytes are in the file. Method 1 is in idat; method 2 has been followed."""

    method: int
    extents: tuple[Span, ...]


class Property(NamedTuple):
    """8.11.14, ipco."""

    kind: str
    start: int
    stop: int
    data: bytes


class Link(NamedTuple):
    """8.11.12, iref; 8.18.3, grpl, where `source` is the number of the group."""

    kind: str
    source: int
    targets: tuple[int, ...]


@dataclass(slots=True)
class Meta:
    """Everything of a meta box that shows pictures, and of the rest what names an item."""

    start: int
    primary: int = 0  # 0 if there is none
    entries: dict[int, Entry] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    properties: list[Property] = field(default_factory=list)
    uses: dict[int, list[tuple[int, bool]]] = field(
        default_factory=dict
    )  # item: property's number, essential
    links: list[Link] = field(default_factory=list)
    groups: list[Link] = field(default_factory=list)
    named: dict[int, frozenset[int]] = field(
        default_factory=dict
    )  # item: the picture parameter sets of its slices
    told: dict[int, bytes] = field(
        default_factory=dict
    )  # item: what an AV1 picture says of its configuration
    idat: Span = (0, 0)
    parts: list[tuple[str, int, int]] = field(default_factory=list)  # its boxes, for tiling

    def inputs(self) -> dict[tuple[str, int], tuple[int, ...]]:
        """What each item is linked to, by kind; where it is told again, the first time."""
        found: dict[tuple[str, int], tuple[int, ...]] = {}
        for link in self.links:
            found.setdefault(link[:2], link.targets)
        return found

    def of(self, item: int, kind: str) -> bytes | None:
        """The first property of that kind that an item has."""
        return next((p.data for p in self.all_of(item) if p.kind == kind), None)

    def all_of(self, item: int) -> Iterator[Property]:
        return (
            self.properties[number - 1]
            for number, _ in self.uses.get(item, ())
            if 0 < number <= len(self.properties)
        )


def read(reader: Reader, box: Box) -> Meta:
    """Raises FormatError. A second box of a kind is nobody's."""
    fields = whole(reader, box)
    fields.full()
    meta = Meta(box.start)
    raw: list[_Raw] = []
    seen: set[str] = set()
    for inner in fields.boxes():
        known = inner.kind in _PARTS and inner.kind not in seen
        seen.add(inner.kind)
        meta.parts.append((inner.kind if known else f"unknown {inner.kind}", inner.start, inner.stop))
        if known:
            _part(meta, raw, inner)
    _follow(meta, raw, reader.size)
    return meta


_PARTS: Final = frozenset({"hdlr", "pitm", "iinf", "iloc", "iref", "iprp", "idat", "grpl", "dinf"})


def _part(meta: Meta, raw: list[_Raw], inner: Inner) -> None:
    fields = inner.fields
    if inner.kind == "pitm":
        meta.primary = fields.number(2 if fields.full()[0] == 0 else 4)
    elif inner.kind == "iinf":
        _entries(meta, fields)
    elif inner.kind == "iloc":
        raw += _locations(fields)
    elif inner.kind == "idat":
        meta.idat = (fields.at, inner.stop)
    elif inner.kind == "iref":
        _links(meta, fields)
    elif inner.kind == "iprp":
        _properties(meta, fields)
    elif inner.kind == "grpl":
        meta.groups += (_group(group) for group in fields.boxes())
    elif inner.kind == "hdlr" and fields.take(12)[8:] != b"pict":
        raise FormatError(inner.start, "its meta box is not about pictures")


def _entries(meta: Meta, fields: Fields) -> None:
    fields.number(2 if fields.full()[0] == 0 else 4)
    for inner in fields.boxes():
        if inner.kind != "infe":
            continue
        number, entry = _entry(inner.fields)
        if meta.entries.setdefault(number, entry) is not entry or len(meta.entries) > MOST_ITEMS:
            raise FormatError(inner.start, "an item that is described twice")


def _entry(fields: Fields) -> tuple[int, Entry]:
    version, flags = fields.full()
    number = fields.number(4 if version == 3 else 2)
    protected = bool(fields.number(2))
    kind = fields.word() if version >= 2 else ""
    name = fields.text()
    content = fields.text() if kind == "mime" or not kind else b""
    return number, Entry(kind, bool(flags & 1), name, content.decode("latin-1"), protected)


class _Raw(NamedTuple):
    item: int
    method: int
    source: int  # 0: this file
    extents: list[tuple[int, int, int]]  # index, offset, length
    at: int


def _locations(fields: Fields) -> Iterator[_Raw]:
    """8.11.3.2: the sizes of the numbers, then for each item the method, a base, and its extents."""
    version, _ = fields.full()
    sizes = fields.number(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    if {offset, length, base, index if version else 0} - {0, 4, 8} or version > 2:
        raise FormatError(fields.at, "iloc of an unknown kind")
    wide = 4 if version == 2 else 2
    left = MOST_EXTENTS
    for _ in range(fields.number(wide)):
        at = fields.at
        item = fields.number(wide)
        method = fields.number(2) & 15 if version else 0
        source, start = fields.number(2), fields.number(base)
        count = fields.number(2)
        left -= count
        if left < 0:
            raise FormatError(at, "too many extents")
        extents = [
            (fields.number(index if version else 0), start + fields.number(offset), fields.number(length))
            for _ in range(count)
        ]
        yield _Raw(item, method, source, extents, at)


def _links(meta: Meta, fields: Fields) -> None:
    wide = 2 if fields.full()[0] == 0 else 4
    for inner in fields.boxes():
        source = inner.fields.number(wide)
        targets = tuple(inner.fields.number(wide) for _ in range(inner.fields.number(2)))
        meta.links.append(Link(inner.kind, source, targets))


def _group(inner: Inner) -> Link:
    inner.fields.full()
    number, count = inner.fields.number(4), inner.fields.number(4)
    return Link(
        inner.kind,
        number,
        tuple(inner.fields.number(4) for _ in range(min(count, 1 + inner.fields.left // 4))),
    )


def _properties(meta: Meta, fields: Fields) -> None:
    for inner in fields.boxes():
        if inner.kind == "ipco" and not meta.properties:
            meta.properties += (
                Property(p.kind, p.start, p.stop, p.fields.rest()) for p in inner.fields.boxes()
            )
        elif inner.kind == "ipma":
            _uses(meta, inner.fields)


def _uses(meta: Meta, fields: Fields) -> None:
    """8.11.14.2: for each item the numbers of its properties, counted from 1, and whether each is essential."""
    version, flags = fields.full()
    wide, size = 2 if version == 0 else 4, 2 if flags & 1 else 1
    top = 1 << (8 * size - 1)
    for _ in range(fields.number(4)):
        at, item = fields.at, fields.number(wide)
        found = [fields.number(size) for _ in range(fields.number(1))]
        if item in meta.uses:
            raise FormatError(at, "an item whose properties are listed twice")
        meta.uses[item] = [(one % top, one >= top) for one in found if one % top]


def _follow(meta: Meta, raw: Sequence[_Raw], size: int) -> None:
    """Turn what iloc says into places in the file. What cannot be followed has no place."""
    by_item: dict[int, _Raw] = {}
    for one in raw:
        if by_item.setdefault(one.item, one) is not one:
            raise FormatError(one.at, "an item that is located twice")
    for one in raw:
        if one.source == 0 and one.method in {0, 1}:
            place = _direct(one, *((0, size) if one.method == 0 else meta.idat))
            if place:
                meta.places[one.item] = place
    inputs = meta.inputs()
    for one in raw:
        if one.source == 0 and one.method == 2:
            place = _through(meta, one, inputs.get(("iloc", one.item), ()))
            if place:
                meta.places[one.item] = place


def _direct(one: _Raw, base: int, stop: int) -> Place | None:
    spans = [(base + offset, base + offset + length) for _, offset, length in one.extents]
    if any(start == end or end > stop for start, end in spans) or _total(spans) > stop - base:
        return None
    return Place(one.method, tuple(spans))


def _through(meta: Meta, one: _Raw, sources: Sequence[int]) -> Place | None:
    """8.11.3.1, item_offset: the extents are in another item's bytes, which an iloc reference names."""
    spans: list[Span] = []
    method = 0
    for index, offset, length in one.extents:
        number = max(index, 1) - 1
        place = meta.places.get(sources[number]) if number < len(sources) else None
        if place is None or not length or (spans and place.method != method):
            return None
        if len(place.extents) > MOST_FOLLOWED:
            return None
        method = place.method
        found = part_of(place.extents, offset, offset + length)
        if found is None:
            return None
        spans += found
    if len(spans) > 0xFFFF:
        return None
    return Place(method, tuple(spans))


def _total(spans: Sequence[Span]) -> int:
    return sum(stop - start for start, stop in spans)


def part_of(extents: Sequence[Span], start: int, stop: int) -> list[Span] | None:
    """Where the bytes `start` to `stop` of an item are in the file; None if it has fewer."""
    found: list[Span] = []
    at = 0
    for begin, end in extents:
        low, high = max(start, at), min(stop, at + end - begin)
        if low < high:
            found.append((begin + low - at, begin + high - at))
        at += end - begin
    return found if _total(found) == stop - start else None
