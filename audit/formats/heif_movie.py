"""The moov box of an image sequence (ISO/IEC 14496-12, 8.2 to 8.7; ISO/IEC 23008-12, 7): the track that is shown, and its transparency.

Other tracks (sound, text, timed metadata, thumbnails, depth) are not shown by what shows pictures, and go with their samples.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError
from audit.formats.bmff import whole
from audit.formats.heif_coded import Codec
from audit.formats.heif_props import ALPHA, CONFIG, auxiliary, nal_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Reader
    from audit.formats.bmff import Box, Fields, Inner, Span

MOST_SAMPLES: Final = 1 << 20
_SHOWN: Final = frozenset({"pict", "vide", "auxv"})
_CODED: Final = frozenset({"hvc1", "hev1", "avc1", "avc3", "vvc1", "vvi1", "av01"})


class Description(NamedTuple):
    """8.5.2, stsd, one entry: how samples are coded, and the boxes that say more."""

    kind: str
    head: bytes  # 78 bytes
    boxes: tuple[tuple[str, bytes, int], ...]  # kind, body, where it stands

    @property
    def codec(self) -> Codec:
        config = next((body for kind, body, _ in self.boxes if kind == CONFIG.get(self.kind)), None)
        layers = any(kind == "lhvC" for kind, _, _ in self.boxes)
        return Codec(self.kind, nal_width(self.kind, config), single=False, layers=layers)


class Chunk(NamedTuple):
    """8.7.4: samples that lie one behind the other, of one description (counted from 1)."""

    description: int
    samples: tuple[Span, ...]


@dataclass(slots=True)
class Track:
    start: int
    number: int = 0
    handler: str = ""
    head: bytes = b""  # tkhd, mdhd, elst: their bodies
    media: bytes = b""
    edits: bytes = b""
    links: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    descriptions: list[Description] = field(default_factory=list)
    times: dict[str, bytes] = field(default_factory=dict)  # stts, ctts, stss …: their bodies
    chunks: list[Chunk] = field(default_factory=list)
    named: dict[int, set[int]] = field(
        default_factory=dict
    )  # description: the picture parameter sets of slices
    told: dict[int, bytes] = field(
        default_factory=dict
    )  # description: the configuration that samples ask for

    def linked(self, kind: str) -> tuple[int, ...]:
        return tuple(number for told, numbers in self.links if told == kind for number in numbers)


@dataclass(slots=True)
class Movie:
    start: int
    head: bytes = b""  # the body of mvhd
    tracks: list[Track] = field(default_factory=list)
    parts: list[tuple[str, int, int]] = field(default_factory=list)


def read(reader: Reader, box: Box) -> Movie:
    """Raises FormatError."""
    movie = Movie(box.start)
    for inner in whole(reader, box).boxes():
        movie.parts.append((inner.kind, inner.start, inner.stop))
        if inner.kind == "mvhd":
            movie.head = inner.fields.rest()
        elif inner.kind == "mvex":
            raise FormatError(inner.start, "a sequence in fragments")
        elif inner.kind == "trak":
            movie.tracks.append(_track(inner))
    return movie


def shown(movie: Movie) -> list[Track]:
    """The first track of pictures that is no part of another, and the transparency that goes with it."""
    parts = {"auxl", "thmb"}
    first = next(
        (
            t
            for t in movie.tracks
            if t.handler in {"pict", "vide"} and not any(kind in parts for kind, _ in t.links)
        ),
        None,
    )
    if first is None:
        return []
    return [
        first,
        *(
            t
            for t in movie.tracks
            if t.handler in _SHOWN and first.number in t.linked("auxl") and _is_alpha(t)
        ),
    ][:2]


def _is_alpha(track: Track) -> bool:
    told = [auxiliary(body) for one in track.descriptions for kind, body, _ in one.boxes if kind == "auxi"]
    return all(urn in ALPHA for urn in told)


def _track(box: Inner) -> Track:
    track = Track(box.start)
    for inner in box.fields.boxes():
        if inner.kind == "tkhd":
            track.head = inner.fields.rest()
            track.number = int.from_bytes(
                track.head[20:24] if track.head[:1] == b"\1" else track.head[12:16], "big"
            )
        elif inner.kind == "edts":
            track.edits = next((e.fields.rest() for e in inner.fields.boxes() if e.kind == "elst"), b"")
        elif inner.kind == "tref":
            track.links += ((one.kind, tuple(_longs(one.fields))) for one in inner.fields.boxes())
        elif inner.kind == "mdia":
            _media(track, inner)
    return track


def _longs(fields: Fields) -> Iterator[int]:
    while fields.left >= 4:
        yield fields.number(4)


def _media(track: Track, box: Inner) -> None:
    table: dict[str, Fields] = {}
    for inner in box.fields.boxes():
        if inner.kind == "mdhd":
            track.media = inner.fields.rest()
        elif inner.kind == "hdlr":
            inner.fields.take(8)
            track.handler = inner.fields.word()
        elif inner.kind == "minf":
            for part in inner.fields.boxes():
                if part.kind == "stbl":
                    table = {one.kind: one.fields for one in part.fields.boxes()}
    if track.handler in _SHOWN:
        _table(track, table, box.start)


def _table(track: Track, table: dict[str, Fields], start: int) -> None:
    """8.5 to 8.7: what the samples are, when they are shown, and where they are."""
    if not {"stsd", "stts", "stsc"} <= table.keys():
        raise FormatError(start, "a track without its tables")
    track.descriptions = list(_descriptions(table["stsd"]))
    track.times = {kind: table[kind].rest() for kind in ("stts", "ctts", "cslg", "stss") if kind in table}
    track.chunks = list(_chunks(table, start))


def _descriptions(fields: Fields) -> Iterator[Description]:
    fields.full()
    fields.number(4)
    for inner in fields.boxes():
        if inner.kind not in _CODED:
            raise FormatError(inner.start, f"samples of an unknown kind ({inner.kind!a})")
        head = inner.fields.take(78)
        yield Description(
            inner.kind, head, tuple((one.kind, one.fields.rest(), one.start) for one in inner.fields.boxes())
        )


def _sizes(table: dict[str, Fields], start: int) -> Sequence[int]:
    """8.7.3: stsz, or the compact stz2."""
    fields = table.get("stsz") or table.get("stz2")
    if fields is None:
        raise FormatError(start, "a track without its tables")
    fields.full()
    size, count = fields.number(4), fields.number(4)
    if count > MOST_SAMPLES:
        raise FormatError(fields.at, "too many samples")
    if "stsz" in table:
        return [size] * count if size else [fields.number(4) for _ in range(count)]
    if size == 4:
        packed = fields.take((count + 1) // 2)
        return [packed[n // 2] >> (0 if n % 2 else 4) & 15 for n in range(count)]
    if size not in {8, 16}:
        raise FormatError(fields.at, "sample sizes of an unknown width")
    return [fields.number(size // 8) for _ in range(count)]


def _chunks(table: dict[str, Fields], start: int) -> Iterator[Chunk]:
    """8.7.4 and 8.7.5: runs of chunks with equally many samples, and where each chunk begins."""
    sizes = _sizes(table, start)
    wide = 4 if "stco" in table else 8
    fields = table.get("stco") or table.get("co64")
    if fields is None:
        raise FormatError(start, "a track without its tables")
    fields.full()
    count = fields.number(4)
    if count > len(sizes):
        raise FormatError(fields.at, "more chunks than samples")
    number = 0
    for chunk, (many, description) in enumerate(_runs(table["stsc"], count)):
        offset, spans = fields.number(wide), []
        if number + many > len(sizes):
            raise FormatError(fields.at, f"chunk {chunk} has more samples than there are")
        for size in sizes[number : number + many]:
            spans.append((offset, offset + size))
            offset += size
        number += many
        yield Chunk(description, tuple(spans))
    if number != len(sizes):
        raise FormatError(fields.at, "samples without a place")


def _runs(fields: Fields, count: int) -> Iterator[tuple[int, int]]:
    """For each of `count` chunks how many samples it has, and their description."""
    fields.full()
    rows = [
        (fields.number(4), fields.number(4), fields.number(4))
        for _ in range(min(fields.number(4), 1 + fields.left // 12))
    ]
    at = 0
    for chunk in range(1, count + 1):
        while at + 1 < len(rows) and rows[at + 1][0] <= chunk:
            at += 1
        if not rows or rows[at][0] > chunk:
            raise FormatError(fields.at, "a chunk without samples")
        yield rows[at][1], rows[at][2]
