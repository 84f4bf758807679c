"""What of a JPEG XL file a picture needs: the codestream, and the boxes that say how it is cut up (ISO/IEC 18181-2, 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import jxl_bits, jxl_follow, jxl_stream
from audit.formats.base import Bytes, Copy, FormatError, UnsupportedError
from audit.formats.bmff import box, header
from audit.formats.heif_av1 import leb128
from audit.formats.heif_coded import Joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Segment
    from audit.formats.bmff import Span
    from audit.formats.jxl_follow import Change

_START: Final = box("JXL ", b"\r\n\x87\n") + box("ftyp", b"jxl \0\0\0\0jxl ")
LAST: Final = 1 << 31


def end(reader: Reader, spans: Sequence[Span]) -> int:
    """Where in the file the codestream in `spans` ends; the end of the last if it cannot be told."""
    joined = Joined(reader, spans)
    length = jxl_follow.end(joined.read, joined.size)
    if not length or length >= joined.size:
        return spans[-1][1]
    return next(start for start, _ in joined.where(length, joined.size))


def codestream(reader: Reader, boxes: Sequence[Segment]) -> list[Span]:
    """Where the codestream is: in the first jxlc box, or in jxlp boxes up to the one that says it is the last."""
    spans: list[Span] = []
    for one in boxes:
        body = one.start + header_size(reader, one)
        if one.name == "jxlc" and not spans:
            return [(body, one.stop)]
        if one.name == "jxlp":
            number = int.from_bytes(reader.read(body, 4), "big")
            if number & ~LAST != len(spans) or body + 4 > one.stop:
                raise FormatError(one.start, "the parts of the picture are not in order")
            spans.append((body + 4, one.stop))
            if number & LAST:
                break
    return spans


def words(reader: Reader, boxes: Sequence[Segment]) -> tuple[tuple[str, bytes], ...]:
    """What the headers of the codestream say in words, with what they are."""
    bare = boxes[0].name == "codestream"
    joined = Joined(reader, [(boxes[0].start, boxes[0].stop)] if bare else codestream(reader, boxes))
    found = jxl_follow.followed(joined.read, joined.size)
    return found.words if found else ()


def header_size(reader: Reader, one: Segment) -> int:
    return 16 if reader.read(one.start, 4) == b"\0\0\0\1" else 8


def pieces(reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:  # noqa: ARG001 - colour and turn are in the codestream
    """Raises FormatError."""
    if segments[0].name == "codestream":
        whole = [(0, segments[0].stop)]
        found = jxl_follow.followed(Joined(reader, whole).read, segments[0].stop)
        if found is None:
            raise UnsupportedError(0, "its true end cannot be found: convert it to another format first")
        yield from _without(reader, whole, found.changes)
        return
    spans = codestream(reader, segments)
    joined = Joined(reader, spans)
    if not spans or spans[0][1] - spans[0][0] < 2 or reader.read(spans[0][0], 2) != b"\xff\x0a":
        raise FormatError(segments[-1].stop, "no picture in it")
    _check(reader, segments)
    found = jxl_follow.followed(joined.read, joined.size)
    changes = found.changes if found else ()
    yield Bytes(_START, "JXL ")
    for kind, form in (("jxll", _level), ("jxli", _index))[: 1 if changes else 2]:  # frames move
        first = next((one for one in segments if one.name == kind), None)
        data = (
            form(reader.read(first.start + 8, min(first.stop - first.start - 8, 1 << 20))) if first else b""
        )
        if data:
            yield Bytes(box(kind, data), kind)
    if changes:
        size = joined.size + sum(len(each.data) - each.stop + each.start for each in changes)
        yield Bytes(header("jxlc", size), "jxlc")
        yield from _without(reader, spans, changes)
    else:
        yield from _coded(segments, spans)


def _without(reader: Reader, spans: Sequence[Span], changes: Sequence[Change]) -> Iterator[Piece]:
    """The codestream in `spans` with other headers, where words are in them."""
    joined, at = Joined(reader, spans), 0
    for change in changes:
        yield from (Copy(*span) for span in joined.where(at, change.start))
        if change.data:
            yield Bytes(change.data, "words in a header")
        at = change.stop
    yield from (Copy(*span) for span in joined.where(at, joined.size))


def _check(reader: Reader, segments: Sequence[Segment]) -> None:
    """The boxes of the codestream must be whole."""
    for one in segments:
        length = int.from_bytes(reader.read(one.start, 4), "big")
        if one.name in {"jxlc", "jxlp"} and length > reader.size - one.start:
            raise FormatError(one.start, "the picture is cut off")


def _coded(segments: Sequence[Segment], spans: Sequence[Span]) -> Iterator[Piece]:
    """The codestream in as many boxes as before."""
    if any(one.name == "jxlc" and one.stop == spans[0][1] for one in segments):
        yield Bytes(header("jxlc", spans[0][1] - spans[0][0]), "jxlc")
        yield Copy(*spans[0])
        return
    for number, (start, stop) in enumerate(spans):
        mark = number | (LAST if number == len(spans) - 1 else 0)
        yield Bytes(header("jxlp", 4 + stop - start) + mark.to_bytes(4, "big"), "jxlp")
        yield Copy(start, stop)


def _level(data: bytes) -> bytes:
    """9.4: one byte, 5 or 10."""
    return data[:1] if data[:1] in {b"\x05", b"\x0a"} else b""


def _index(data: bytes) -> bytes:
    """9.7: a count, a scale of time, and for each frame an offset, a duration and a count. Nothing else."""
    count, at = leb128(data, 0)
    at += 8
    for _ in range(min(3 * max(count, 0), len(data))):
        value, at = leb128(data, at)
        if value < 0:
            return b""
    return data if count > 0 and at == len(data) else b""


FORMS: Final = {"jxll": _level, "jxli": _index}


def told(reader: Reader, one: Segment) -> bytes:
    """The body that stays of a box that says how to read the codestream."""
    return FORMS[one.name](reader.read(one.start + 8, min(max(one.stop - one.start - 8, 0), 1 << 20)))


def size(reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:
    """As stored, from the first bytes of the codestream."""
    try:
        spans = [(0, segments[0].stop)] if segments[0].name == "codestream" else codestream(reader, segments)
        bits = jxl_bits.Bits(Joined(reader, spans).read(2, 64))
        return jxl_stream.size(bits)
    except FormatError:
        return None
