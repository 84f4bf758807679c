"""What follows the end of a picture: viewers do not look at it, and much hides there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import sniff
from audit.formats.base import Reveal, Role, Segment, Tag
from audit.formats.jpeg_walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Reader

MOST_PICTURES: Final = 64  # behind one another


def segments(reader: Reader, at: int) -> list[Segment]:
    """What follows the end of the picture, each part named after what it seems to be."""
    found: list[Segment] = []

    def add(stop: int, name: str) -> int:
        found.append(Segment(at, stop, name, Role.ORPHAN))
        return stop

    for _ in range(MOST_PICTURES):
        if at >= reader.size:
            return found
        head = reader.read(at, 1 << 16)
        zeros = len(head) - len(head.lstrip(b"\0"))
        if reader.read(reader.size - 4, 4) == b"SEFT":
            at = add(reader.size, "trailer/Samsung")
        elif zeros > 3 or zeros == len(head):
            at = add(at + zeros, "trailer/padding")
        elif head.startswith(b"\xff\xd8\xff"):
            at = add(Walk(reader, at).at, "trailer/JPEG")
        else:
            at = add(reader.size, _named(head))
    if at < reader.size:
        add(reader.size, "trailer")
    return found


def _named(head: bytes) -> str:
    medium = sniff.name_of(head)
    if medium:
        return f"trailer/{medium.name}"
    return "trailer/zip" if head[:4] == b"PK\3\4" else "trailer"


def tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """What the bytes behind the end are, and how many."""
    size = f"{segment.stop - segment.start} bytes"
    kind = segment.name.partition("/")[2]
    if kind == "padding":
        return
    reveals = {"JPEG": Reveal.PICTURE, "MP4": Reveal.VIDEO, "MOV": Reveal.VIDEO}.get(kind, Reveal.TRAILER)
    yield Tag("Trailer", kind or "unknown", size, reveals)
    if kind == "Samsung" and _samsung_video(reader, segment):
        yield Tag("Trailer", "MotionPhoto", size, Reveal.VIDEO)
    if kind in {"", "Samsung"}:
        from audit.formats import loose_tags

        yield from loose_tags.tags(
            reader.read(segment.start, min(segment.stop - segment.start, loose_tags.LARGEST))
        )


def _samsung_video(reader: Reader, segment: Segment) -> bool:
    """Samsung's directory stands at the very end: SEFH, version, count, 12 bytes for each block, its size, SEFT.

    The kind of a block is at its byte 2; 0x0A30 is the video of a motion photo.
    """
    size = int.from_bytes(reader.read(segment.stop - 8, 4), "little")
    directory = reader.read(max(segment.start, segment.stop - 8 - size), min(size, 1 << 16))
    kinds = {directory[at + 2 : at + 4] for at in range(12, len(directory) - 11, 12)}
    return directory.startswith(b"SEFH") and b"\x30\x0a" in kinds
