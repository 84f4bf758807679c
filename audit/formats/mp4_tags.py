"""What the parts of a movie say (ISO/IEC 14496-12; QuickTime file format)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from audit.formats import frames, mp4_config, mp4_meta, mp4_movie, trailers
from audit.formats.base import FormatError, Reveal, Role, Tag
from audit.formats.bmff import Box, Fields
from audit.formats.heif_coded import user_data
from audit.formats.mp4_forms import UPRIGHT, file_type
from audit.formats.mp4_parts import FREE, inside
from audit.formats.pieces import body
from audit.formats.words import clip, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audit.formats.base import Reader, Segment

_C2PA: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_XMP: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_EPOCH: Final = datetime(1904, 1, 1, tzinfo=UTC)  # ISO/IEC 14496-12, 8.2.2.3
_GENERIC: Final = frozenset({"VideoHandler", "SoundHandler", "DataHandler", "Video", "Sound", "Audio"})
# Numbers about samples that are not needed, and what goes because a track does.
_SILENT: Final = frozenset(
    {
        "samples of tracks that go",
        "iods",
        "sdtp",
        "stdp",
        "padb",
        "subs",
        "saiz",
        "saio",
        "tmcd",
        "mfra",
        "sidx",
        "traf",
        "trex",
    }
)
_MESSAGE: Final = 64 << 10  # bytes of it that are looked at


def tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """What one segment says; one that is malformed inside says so."""
    try:
        yield from _tags(reader, segment)
    except FormatError as error:
        yield Tag("QuickTime", "malformed", clip(f"{segment.name}: {error}"), Reveal.UNKNOWN)


def _tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    name = segment.name
    last = name.rpartition("/")[2]
    if name.startswith("trailer"):
        yield from trailers.tags(reader, segment)
    elif name.startswith("track "):
        from audit.formats import mp4_timed

        yield from mp4_timed.tags(reader, _box(reader, segment))
    elif name.startswith(frames.NAME):
        data = reader.read(segment.start, min(segment.stop - segment.start, _MESSAGE))
        yield from frames.tags(name.removeprefix(frames.NAME), data)
    elif name.startswith(frames.MORE):
        return
    elif name.startswith("behind") and last in mp4_config.CONFIGS:
        yield from _configuration(reader, segment)
    elif not name.startswith("behind") and (known := _KNOWN.get(last)):
        yield from known(reader, segment)
    elif segment.role in {Role.ORPHAN, Role.METADATA} and last not in _SILENT:
        yield from _unknown(reader, segment)


def _box(reader: Reader, segment: Segment) -> Box:
    return next(
        inside(reader, segment.start, segment.stop), Box("", segment.start, segment.stop, segment.stop)
    )


def _body(reader: Reader, segment: Segment) -> bytes:
    box = _box(reader, segment)
    return body(reader, box.body, box.stop)


def _unknown(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """Zeros say nothing."""
    box = next(inside(reader, segment.start, segment.stop), None)
    whole = box is not None and box.kind in FREE and not segment.name.startswith("behind")
    data = body(reader, box.body if box and whole else segment.start, segment.stop)
    if any(data):
        size = f"{segment.stop - segment.start} bytes"
        yield Tag(
            "QuickTime",
            clip(segment.name),
            f"{size}, begins with {decoded(data[:40])!r}"[:1000],
            Reveal.UNKNOWN,
        )


def moment(group: str, name: str, seconds: int) -> Iterator[Tag]:
    """A time as the format counts it."""
    if not seconds:
        return
    try:
        value = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y:%m:%d %H:%M:%S UTC")
    except OverflowError:
        value = str(seconds)
    yield Tag(group, name, value, Reveal.TIME)


def _times(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """8.2.2, 8.3.2, 8.4.2: when it was made and changed, and how it is turned."""
    data = _body(reader, segment)
    fields = Fields(data)
    width = 8 if fields.full()[0] == 1 else 4
    yield from moment("QuickTime", "CreateDate", fields.number(width))
    yield from moment("QuickTime", "ModifyDate", fields.number(width))
    if segment.name.endswith("tkhd"):
        matrix = data[(52 if width == 8 else 40) :][:36]
        if matrix != UPRIGHT and len(matrix) == len(UPRIGHT):
            yield Tag("QuickTime", "Orientation", _turn(matrix))


def _turn(matrix: bytes) -> str:
    quarter = {b"\0\1\0\0": "1", b"\xff\xff\0\0": "-1", bytes(4): "0"}
    corner = " ".join(quarter.get(matrix[at : at + 4], "?") for at in (0, 4, 12, 16))
    turns = {"0 1 -1 0": "90°", "-1 0 0 -1": "180°", "0 -1 1 0": "270°"}
    return turns.get(corner, "other")


def _handler(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """8.4.3; QuickTime writes the length before the name."""
    data = _body(reader, segment)
    name = decoded(data[25:] if data[24:25] and data[24] == len(data) - 25 else data[24:])
    if name and name not in _GENERIC:
        yield Tag("QuickTime", "HandlerDescription", name, Reveal.SOFTWARE)


def _video(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """12.1.3: 32 bytes for the name of the encoder, the first of which counts the others."""
    head = reader.read(segment.start, 78)
    if any(head[43:74]):
        yield Tag("QuickTime", "CompressorName", decoded(head[43:74]), Reveal.SOFTWARE)
    if any(head[12:16]):
        yield Tag("QuickTime", "VendorID", decoded(head[12:16]), Reveal.SOFTWARE)


def _sound(reader: Reader, segment: Segment) -> Iterator[Tag]:
    head = reader.read(segment.start, 28)
    if any(head[12:16]):
        yield Tag("QuickTime", "VendorID", decoded(head[12:16]), Reveal.SOFTWARE)


def _file_type(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """Brands that belong to a maker or a program."""
    data = _body(reader, segment)
    known = file_type(Fields(data), mp4_meta.ANY)
    odd = [
        data[at : at + 4]
        for at in range(0, len(data) - 3, 4)
        if at != 4 and data[at : at + 4] != known[at : at + 4]
    ]
    if odd:
        yield Tag("QuickTime", "Brand", clip(" ".join(decoded(one) for one in odd[:8])), Reveal.SOFTWARE)


def _uuid(reader: Reader, segment: Segment) -> Iterator[Tag]:
    data = _body(reader, segment)
    if data[:16] == _XMP:
        from audit.formats import xmp

        yield from xmp.tags(data[16:])
    elif data[:16] == _C2PA:
        from audit.formats import jumbf_tags

        yield from jumbf_tags.tags(data, len(data))
    else:
        yield Tag("QuickTime", "uuid", f"{data[:16].hex()}, {len(data)} bytes", Reveal.UNKNOWN)


def _configuration(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """Messages of an encoder that stand before all frames."""
    if words := user_data(body(reader, segment.start, segment.stop)):
        yield Tag("Stream", "UserData", clip(words), Reveal.SOFTWARE)
    else:
        yield from _unknown(reader, segment)


def _profile(reader: Reader, segment: Segment) -> Iterator[Tag]:
    from audit.formats import icc

    yield from icc.tags(_body(reader, segment)[4:])


def _user_data(reader: Reader, segment: Segment) -> Iterator[Tag]:
    yield from mp4_meta.user_data(_body(reader, segment))


def _meta(reader: Reader, segment: Segment) -> Iterator[Tag]:
    yield from mp4_meta.metadata(_body(reader, segment))


def _clock(reader: Reader, segment: Segment) -> Iterator[Tag]:
    yield Tag("QuickTime", "ProducerReferenceTime", f"{len(_body(reader, segment))} bytes", Reveal.TIME)


_KNOWN: Final[dict[str, Callable[[Reader, Segment], Iterator[Tag]]]] = {
    "ftyp": _file_type,
    "styp": _file_type,
    "mvhd": _times,
    "tkhd": _times,
    "mdhd": _times,
    "hdlr": _handler,
    "vide": _video,
    "soun": _sound,
    "ICC": _profile,
    "udta": _user_data,
    "meta": _meta,
    "uuid": _uuid,
    "prft": _clock,
}


def size(reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:
    """12.1.3: width and height of the first video as stored."""
    del segments
    try:
        movie = mp4_movie.read(reader)
    except FormatError:
        return None
    first = next((one for one in movie.shown if one.handler == "vide" and one.entries), None)
    head = first.entries[0].head if first else b""
    width, height = int.from_bytes(head[24:26], "big"), int.from_bytes(head[26:28], "big")
    return (width, height) if width and height else None
