"""What stands inside the frames of a video, and what no decoder needs of it: words in H.264, H.265 and AV1, Exif in Motion JPEG.

In AAC the name of the encoder. A frame keeps its length and every slice its place: what goes is overwritten.
"""

from __future__ import annotations

import re
import struct
from functools import lru_cache
from itertools import compress, count, repeat
from operator import contains, ne, or_, sub
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import frame_av1, frame_jpeg, frame_sei, mp4_config
from audit.formats.base import Reveal, Tag
from audit.formats.heif_coded import user_data
from audit.formats.words import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from audit.formats.base import Reader

NAME: Final = "message "  # what the segments begin with that go; the codec follows
MORE: Final = "more messages "  # those of which nothing is told, because many were before
MOST_TOLD: Final = 8
_FAR: Final = 1 << 15  # bytes of a frame of which only heads are read
_EMPTY: Final = b"\x80"
_USUAL: Final = 4  # bytes of the length before each unit, in nearly all files
_TOGETHER: Final = 4096  # frames whose heads are read at once
_RUN: Final = 1 << 16  # bytes of sound that are searched at once, at most

# H.264, table 7-1; H.265, table 7-1. 28 and 30, 62 and 63 are Dolby Vision's.
_AVC_WORDS, _HEVC_WORDS = frozenset({6}), frozenset({39, 40})
_AVC_FREE: Final = frozenset({0, 16, 17, 18, 22, 23, *range(24, 28), 29, 31})
_HEVC_FREE: Final = frozenset({*range(10, 16), *range(22, 32), *range(41, 62)})
_AVC_FILLER, _HEVC_FILLER = 12, 38
# Delimiters, ends of a sequence and of the stream, by how many bytes of a body they have.
_AVC_MARKS, _HEVC_MARKS = {9: 1, 10: 0, 11: 0}, {35: 1, 36: 0, 37: 0}
# These, and parameter sets: nothing is behind their end.
_AVC_ENDED, _HEVC_ENDED = frozenset({7, 8, *_AVC_MARKS}), frozenset({32, 33, 34, *_HEVC_MARKS})
_SHORT: Final = 1024  # bytes of a unit of which is remembered what becomes of it
_FULL_COLOUR: Final = frozenset({44, 144, 244})  # profiles of 4:4:4


class Form(NamedTuple):
    """How the frames of a track are to be taken apart."""

    codec: str  # "avc", "avc444", "hevc", "av1", "jpeg" or "aac"
    width: int = 4  # bytes of the length before each unit; AV1 has it inside


class Change(NamedTuple):
    """These bytes stand at `start` instead."""

    start: int
    new: bytes


def avc(config: bytes) -> Form | None:
    """ISO/IEC 14496-15, 5.3.3.1."""
    if len(config) < 5:
        return None
    return Form("avc444" if config[1] in _FULL_COLOUR else "avc", (config[4] & 3) + 1)


def hevc(config: bytes) -> Form | None:
    """ISO/IEC 14496-15, 8.3.3.1."""
    return Form("hevc", (config[21] & 3) + 1) if len(config) >= 22 else None


AV1: Final = Form("av1", 0)
JPEG: Final = Form("jpeg")
AAC: Final = Form("aac")
NAMED: Final = re.compile(rb"Lavc[0-9]{1,3}\.[0-9.]{1,12}")  # FFmpeg, aacenc.c: in an element of filler
ENCODER: Final = b"Lavc"  # what its name begins with; it stands at the beginning of every 256th frame
_NAME: Final = re.compile(re.escape(ENCODER))
START: Final = 48  # bytes of a frame in which it is looked for


def doubtful(
    form: Form, reader: Reader, starts: Sequence[int], sizes: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Of many frames those that `changes` must look into, by where they start and stop.

    The others are one slice each, or sound without a name.
    """
    for at in range(0, len(starts), _TOGETHER):
        some = starts[at : at + _TOGETHER], sizes[at : at + _TOGETHER]
        if form.codec == "jpeg":
            numbers: Iterable[int] = range(len(some[0]))
        elif form.codec == "aac":
            numbers = _named(list(_parts(reader, some[0], repeat(START))))
        else:
            size = frame_av1.HEAD if form == AV1 else form.width + 1
            numbers = _units_inside(form, list(_parts(reader, some[0], repeat(size))), some[1])
        for number in numbers:
            yield some[0][number], some[0][number] + some[1][number]


def doubtful_runs(reader: Reader, starts: Sequence[int], sizes: Sequence[int]) -> list[int]:
    """Of runs of AAC, each many frames one behind the other, those of which some may have a name, by their numbers."""
    if max(sizes, default=0) > _RUN:
        return list(range(len(starts)))
    return list(compress(count(), map(contains, _parts(reader, starts, sizes), repeat(ENCODER))))


def _parts(reader: Reader, starts: Iterable[int], sizes: Iterable[int]) -> Iterator[bytes]:
    parts: Callable[[Iterable[int], Iterable[int]], Iterator[bytes]] | None = getattr(reader, "parts", None)
    return parts(starts, sizes) if parts else map(reader.read, starts, sizes)


def _named(heads: Sequence[bytes]) -> Iterable[int]:
    """Those with an encoder's name, by their numbers."""
    joined = b"".join(heads)
    if ENCODER not in joined:
        return ()
    short = len(joined) < START * len(heads)  # at the end of the file
    found = range(len(heads)) if short else sorted({one.start() // START for one in _NAME.finditer(joined)})
    return [number for number in found if ENCODER in heads[number]]


def _units_inside(form: Form, heads: Sequence[bytes], sizes: Sequence[int]) -> Iterable[int]:
    """Those that are more than one unit, or of a kind that goes, by their numbers."""
    joined = b"".join(heads)
    if form.width != _USUAL or len(joined) < (_USUAL + 1) * len(heads):
        return (
            number
            for number, head, size in zip(count(), heads, sizes, strict=False)
            if not one_unit(form, head, size)
        )
    kinds = joined[_USUAL :: _USUAL + 1].translate(_GO_HEVC if form.codec == "hevc" else _GO_AVC)
    lengths = bytearray(joined)
    del lengths[_USUAL :: _USUAL + 1]
    told = struct.unpack(f">{len(heads)}I", lengths)
    return compress(count(), map(or_, kinds, map(ne, told, map(sub, sizes, repeat(_USUAL)))))


def one_unit(form: Form, head: bytes, size: int) -> bool:
    """Whether a frame of `size` bytes that begins with `head` is one unit, of a kind that stays as it is."""
    if form == AV1:
        return frame_av1.one_unit(head[: frame_av1.HEAD], size)
    width = form.width
    known = _FIRST_HEVC if form.codec == "hevc" else _FIRST_AVC
    return head[width : width + 1] in known and int.from_bytes(head[:width], "big") == size - width


def changes(form: Form, reader: Reader, start: int, stop: int) -> Iterator[Change]:
    """Of the frame that stands from `start` to `stop`. One that is not as it should be is left as it is."""
    if form.codec == "aac":
        data = getattr(reader, "peek", reader.read)(start, min(stop - start, START))
        if ENCODER in data:
            for found in NAMED.finditer(data):
                yield Change(start + found.start(), bytes(len(found[0])))
        return
    if form.codec == "jpeg":
        if stop - start <= frame_jpeg.LARGEST:
            for at, new in frame_jpeg.changes(reader.read(start, stop - start)):
                yield Change(start + at, new)
        return
    read = reader.read
    if stop - start > _FAR:
        read = getattr(reader, "peek", read)
    if form == AV1:
        yield from (Change(*one) for one in frame_av1.changes(read, start, stop))
        return
    yield from _units(form, read, start, stop)


def _units(form: Form, read: Callable[[int, int], bytes], start: int, stop: int) -> Iterator[Change]:
    width, at = form.width, start
    hevc = form.codec == "hevc"
    known = _KNOWN_HEVC if hevc else _KNOWN_AVC
    found: list[tuple[int, int]] = []
    while at < stop:
        head = read(at, width + 1)
        body = at + width
        size = int.from_bytes(head[:width], "big")
        if body + size > stop or len(head) <= width:
            if stop - at > width:
                return  # its units are not where they say
            break
        if size and (head[width] >> 1 & 63 if hevc else head[width] & 31) not in known:
            found.append((body, size))
        at = body + size
    for body, size in found:
        if size <= frame_sei.LARGEST:
            unit = read(body, size)
            if (new := cleaned(form.codec, unit)) != unit:
                yield Change(body, new)


def cleaned(codec: str, unit: bytes) -> bytes:
    """One unit, or one segment of a JPEG, as it stays."""
    if codec in _OTHER:
        return _OTHER[codec](unit)
    header = 2 if codec == "hevc" else 1
    if len(unit) <= header:
        return unit
    kind = unit[0] >> 1 & 63 if codec == "hevc" else unit[0] & 31
    if kind in (_HEVC_ENDED if codec == "hevc" else _AVC_ENDED):
        return (_ended if len(unit) <= _SHORT else _ended.__wrapped__)(codec, unit)
    if kind in (_HEVC_WORDS if codec == "hevc" else _AVC_WORDS):
        return frame_sei.cleaned(unit, header, hevc=codec == "hevc", by_four=codec == "avc444") or unit
    if kind == (_HEVC_FILLER if codec == "hevc" else _AVC_FILLER) and not unit[header:].rstrip(b"\0").strip(
        b"\xff"
    ).strip(_EMPTY):
        return unit
    head = bytes((_HEVC_FILLER << 1 | unit[0] & 1, unit[1])) if codec == "hevc" else bytes((_AVC_FILLER,))
    return head + b"\xff" * (len(unit) - header - 1) + _EMPTY


@lru_cache(64)
def _ended(codec: str, unit: bytes) -> bytes:
    """A unit with zeros behind its end, as long as it was. Parameter sets stand before many frames."""
    if codec == "hevc":
        more = _HEVC_MARKS.get(unit[0] >> 1 & 63)
        short = mp4_config.trimmed_hevc(unit) if more is None else unit[: 2 + more]
    else:
        more = _AVC_MARKS.get(unit[0] & 31)
        by_four = codec == "avc444"
        short = mp4_config.trimmed(unit, by_four=by_four) if more is None else unit[: 1 + more]
    return short.ljust(len(unit), b"\0")


_OTHER: Final = {JPEG.codec: frame_jpeg.cleaned, AV1.codec: frame_av1.cleaned}
_KNOWN_AVC: Final = frozenset(range(32)) - _AVC_WORDS - _AVC_FREE - _AVC_ENDED - {_AVC_FILLER}
_KNOWN_HEVC: Final = frozenset(range(64)) - _HEVC_WORDS - _HEVC_FREE - _HEVC_ENDED - {_HEVC_FILLER}


_FIRST_AVC: Final = frozenset(bytes((head,)) for head in range(256) if head & 31 in _KNOWN_AVC)
_FIRST_HEVC: Final = frozenset(bytes((head,)) for head in range(256) if head >> 1 & 63 in _KNOWN_HEVC)
_GO_AVC: Final = bytes(bytes((head,)) not in _FIRST_AVC for head in range(256))
_GO_HEVC: Final = bytes(bytes((head,)) not in _FIRST_HEVC for head in range(256))


def tags(codec: str, data: bytes) -> Iterator[Tag]:
    """What is said in a unit or segment that does not stay as it is."""
    if codec == "jpeg":
        if data[4:10] == b"Exif\0\0":
            from audit.formats import exif

            yield from exif.tags(data[10:])
            return
        if not any(data[4:]):
            return
    if len(data) == 1:
        return  # a flag
    words = user_data(data[:4096])
    reveals = Reveal.SOFTWARE if words and codec != "jpeg" else Reveal.UNKNOWN
    yield Tag("Stream", "UserData", clip(words or f"{len(data)} bytes"), reveals)
