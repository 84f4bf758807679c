"""A moov box that holds the tracks that are shown and nothing else (ISO/IEC 14496-12, 8.2 to 8.7)."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeVar

from audit.formats.base import FormatError
from audit.formats.bmff import Fields, box, full
from audit.formats.heif_nal import Asked
from audit.formats.heif_props import belongs, written

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from audit.formats.base import Policy
    from audit.formats.bmff import Spans
    from audit.formats.heif_movie import Description, Movie, Track
    from audit.formats.heif_write import Layout

_Made = TypeVar("_Made")
_LINKS: Final = ("auxl", "prem")
_ONE: Final = 1 << 16
_SPEED: Final = b"\0\1\0\0"
_DEPTHS: Final = (b"\0\x18", b"\0\x20", b"\0\x28")  # colours, with opacity, grey
_REFUSED_BOXES: Final = frozenset({"sinf", "rinf"})  # 8.12: protected or restricted samples


def write(movie: Movie, tracks: Sequence[Track], layout: Layout, policy: Policy) -> bytes:
    """Raises FormatError."""
    if len(layout.tracks) < len(tracks) or not all(layout.tracks):
        raise FormatError(movie.start, "a track with an impossible number")
    following = (max(layout.tracks.values()) + 1).to_bytes(4, "big")
    durations = [_at(track.start, partial(_duration, track)) for track in tracks]
    head = _at(movie.start, lambda: _movie_header(movie.head, max(durations)))
    return box("moov", box("mvhd", head, following), *(_shown(track, layout, policy) for track in tracks))


def _shown(track: Track, layout: Layout, policy: Policy) -> bytes:
    return _at(track.start, lambda: _track(track, layout, policy))


def _at(start: int, made: Callable[[], _Made]) -> _Made:
    """What is wrong in a part that was read long ago is told with the place of its box."""
    try:
        return made()
    except FormatError as error:
        raise FormatError(max(start, error.offset), error.why) from error


def _times(fields: Fields) -> tuple[bytes, int]:
    """Version and flags, then the two times as zero; and how wide numbers are."""
    first = fields.take(4)
    width = 8 if first[0] == 1 else 4
    fields.take(2 * width)
    return first + bytes(2 * width), width


def _duration(track: Track) -> int:
    """8.3.2: in the scale of the movie."""
    width = 8 if track.head[:1] == b"\1" else 4
    fields = Fields(track.head)
    fields.take(4 + 2 * width + 8)
    return fields.number(width)


def _as_long(told: bytes, duration: int) -> bytes:
    """A duration that only says again what is told elsewhere, where it fits."""
    width = len(told)
    return duration.to_bytes(width, "big") if duration < 1 << 8 * width else told


def _movie_header(body: bytes, longest: int) -> bytes:
    """8.2.2 without the number of the next track: scale, duration, matrix. Rate and volume are the usual ones.

    It is as long as the longest track.
    """
    fields = Fields(body)
    first, width = _times(fields)
    head = first[:1] + bytes(3) + first[4:]
    scale = fields.take(4) + _as_long(fields.take(width), longest)
    fields.take(16)
    return head + scale + b"\0\1\0\0\1\0" + bytes(10) + _matrix(fields.take(36)) + bytes(24)


def _matrix(told: bytes) -> bytes:
    """6.2.2: turned by quarters and mirrored. What else it may say is what nobody does to pictures."""
    numbers = [int.from_bytes(told[at : at + 4], "big", signed=True) for at in (0, 4, 12, 16)]
    turned = sorted(map(abs, numbers)) == [0, 0, _ONE, _ONE] and abs(numbers[0]) == abs(numbers[3])
    a, b, c, d = (n.to_bytes(4, "big", signed=True) for n in (numbers if turned else (_ONE, 0, 0, _ONE)))
    return a + b + bytes(4) + c + d + bytes(12) + (1 << 30).to_bytes(4, "big")


def _track_header(body: bytes, new: int) -> bytes:
    """8.3.2: number, duration, matrix, size. Pictures have no volume, and lie above no others."""
    fields = Fields(body)
    first, width = _times(fields)
    fields.take(8)
    duration = fields.take(width)
    fields.take(16)
    flags = bytes((first[0], 0, 0, first[3] & 1))
    number = new.to_bytes(4, "big")
    return (
        flags
        + first[4:]
        + number
        + bytes(4)
        + duration
        + bytes(16)
        + _matrix(fields.take(36))
        + fields.take(8)
    )


def _media_header(body: bytes, samples: bytes) -> bytes:
    """8.4.2: scale and duration, which is that of all `samples` together; the language of pictures is "und"."""
    fields = Fields(body)
    first, width = _times(fields)
    scale, told = fields.take(4), fields.take(width)
    runs = [int.from_bytes(samples[at : at + 4], "big") for at in range(4, len(samples) - 3, 4)]
    whole = sum(many * each for many, each in zip(runs[::2], runs[1::2], strict=False))
    return first[:1] + bytes(3) + first[4:] + scale + _as_long(told, whole) + b"\x55\xc4\0\0"


def _edits(body: bytes) -> bytes:
    """8.6.6: its lowest flag says that the sequence starts anew. It plays or, at the speed 0, it waits."""
    fields = Fields(body)
    version, flags = fields.full()
    count = fields.number(4)
    size = 20 if version else 12
    rows = fields.take(count * size)
    written = [rows[at : at + size] for at in range(0, len(rows), size)]
    usual = (row[:-4] + (_SPEED if any(row[-4:-2]) else bytes(4)) for row in written)
    return full("elst", version, flags & 1, count.to_bytes(4, "big"), *usual)


def _track(track: Track, layout: Layout, policy: Policy) -> bytes:
    links = [
        (kind, [layout.tracks[n] for n in numbers if n in layout.tracks])
        for kind, numbers in track.links
        if kind in _LINKS
    ]
    references = [box(kind, *(n.to_bytes(4, "big") for n in numbers)) for kind, numbers in links if numbers]
    source = box("dinf", full("dref", 0, 0, b"\0\0\0\1", full("url ", 0, 1)))
    return box(
        "trak",
        box("tkhd", _track_header(track.head, layout.tracks[track.number])),
        box("edts", _edits(track.edits)) if track.edits else b"",
        box("tref", *references) if references else b"",
        box(
            "mdia",
            box("mdhd", _media_header(track.media, _timing("stts", track.times["stts"], _many(track)))),
            full("hdlr", 0, 0, bytes(4), track.handler.encode("latin-1"), bytes(13)),
            box("minf", full("vmhd", 0, 1, bytes(8)), source, _table(track, layout, policy)),
        ),
    )


def _table(track: Track, layout: Layout, policy: Policy) -> bytes:
    entries = [
        _description(one, policy, track.named.get(number), track.told.get(number, b""))
        for number, one in enumerate(track.descriptions, 1)
    ]
    times = [
        full(kind, body[0], 0, _timing(kind, body, _many(track)))
        for kind, body in track.times.items()
        if body
    ]
    return box(
        "stbl",
        full("stsd", 0, 0, len(entries).to_bytes(4, "big"), *entries),
        *times,
        _runs(track),
        _sizes(track, layout.media),
        _offsets(track, layout),
    )


def _many(track: Track) -> int:
    return sum(len(chunk.samples) for chunk in track.chunks)


def _timing(kind: str, body: bytes, samples: int) -> bytes:
    """8.6: tables of numbers, as long as there are samples."""
    fields = Fields(body)
    version, _ = fields.full()
    if kind == "cslg":
        return fields.take(40 if version else 20)
    count = fields.number(4)
    rows = fields.take(count * (4 if kind == "stss" else 8))
    found = _keys(rows, samples) if kind == "stss" else _spent(rows, samples)
    return len(found).to_bytes(4, "big") + b"".join(found)


def _keys(rows: bytes, samples: int) -> list[bytes]:
    """8.6.2: numbers of samples, in order."""
    found, last = [], 0
    for at in range(0, len(rows), 4):
        number = int.from_bytes(rows[at : at + 4], "big")
        if last < number <= samples:
            found.append(rows[at : at + 4])
            last = number
    return found


def _spent(rows: bytes, samples: int) -> list[bytes]:
    """8.6.1: how many samples, and a time; up to the last sample."""
    found, left = [], samples
    for at in range(0, len(rows), 8):
        many = min(int.from_bytes(rows[at : at + 4], "big"), left)
        if many:
            found.append(many.to_bytes(4, "big") + rows[at + 4 : at + 8])
            left -= many
    return found


def _description(one: Description, policy: Policy, named: Collection[int] | None, config: bytes) -> bytes:
    """12.1.3: size and depth; the usual resolution, one frame in a sample; without the name of the encoder."""
    if one.head[6:8] != b"\0\1":
        raise FormatError(0, "samples that are in another file")
    if any(kind in _REFUSED_BOXES for kind, _, _ in one.boxes):
        raise FormatError(0, "protected samples")
    head = (
        bytes(6)
        + b"\0\1"
        + bytes(16)
        + one.head[24:28]
        + b"\0\x48\0\0\0\x48\0\0"
        + bytes(4)
        + b"\0\1"
        + bytes(32)
        + (one.head[74:76] if one.head[74:76] in _DEPTHS else _DEPTHS[0])
        + b"\xff\xff"
    )
    kept = []
    for kind, body, start in one.boxes:
        try:
            asked = Asked(layers=one.codec.layers, pictures=named or None, config=config)
            form = written(kind, body, policy, asked) if belongs(kind, one.kind) else None
        except FormatError as error:
            raise FormatError(start, error.why) from error
        if form is not None:
            kept.append(box(kind, form))
    return box(one.kind, head, *kept)


def _runs(track: Track) -> bytes:
    """8.7.4."""
    rows = []
    at = 1
    for (many, description), run in groupby(
        track.chunks, lambda chunk: (len(chunk.samples), chunk.description)
    ):
        rows.append((at, many, description))
        at += len(list(run))
    return full("stsc", 0, 0, *(n.to_bytes(4, "big") for n in (len(rows), *(n for row in rows for n in row))))


def _sizes(track: Track, media: Spans) -> bytes:
    """8.7.3."""
    sizes = [
        media.place(stop) - media.place(start) for chunk in track.chunks for start, stop in chunk.samples
    ]
    if sizes and sizes[0] and len(set(sizes)) == 1:
        return full("stsz", 0, 0, sizes[0].to_bytes(4, "big"), len(sizes).to_bytes(4, "big"))
    return full(
        "stsz", 0, 0, bytes(4), len(sizes).to_bytes(4, "big"), *(size.to_bytes(4, "big") for size in sizes)
    )


def _offsets(track: Track, layout: Layout) -> bytes:
    """8.7.5."""
    offsets = [
        layout.base + (layout.media.place(chunk.samples[0][0]) if chunk.samples else 0)
        for chunk in track.chunks
    ]
    rows = (offset.to_bytes(layout.width, "big") for offset in offsets)
    return full("stco" if layout.width == 4 else "co64", 0, 0, len(offsets).to_bytes(4, "big"), *rows)
