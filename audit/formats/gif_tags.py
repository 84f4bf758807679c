"""What a GIF's extensions say (GIF89a, 24 to 26; XMP specification part 3, 1.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import trailers
from audit.formats.base import Reveal, Role, Tag
from audit.formats.gif_walk import PROFILE, subblocks
from audit.formats.pieces import LARGEST_BLOCK, body
from audit.formats.words import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Reader, Segment

_MAGIC: Final = b"\1\xff\xfe\xfd\xfc"  # leads any reader of sub-blocks out of an XMP packet


def tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    name = segment.name
    if name == "comment":
        yield Tag("GIF", "Comment", decoded(_joined(reader, segment, 2)), Reveal.COMMENT)
    elif name == "plain text":
        yield Tag("GIF", "PlainText", decoded(_joined(reader, segment, 15)), Reveal.COMMENT)
    elif name == "application/XMP DataXMP":
        from audit.formats import xmp

        yield from xmp.tags(_packet(reader, segment))
    elif name in {"application/MGK8BIM0000", "application/MGKIPTC0000"}:
        from audit.formats import iptc

        yield from iptc.photoshop_tags(_joined(reader, segment, 14))
    elif name == PROFILE:
        from audit.formats import icc

        yield from icc.tags(_joined(reader, segment, 14))
    elif name == "application/C2PA_GIF":
        from audit.formats import jumbf_tags

        yield from jumbf_tags.tags(_joined(reader, segment, 14), segment.stop - segment.start)
    elif name.startswith("trailer"):
        yield from trailers.tags(reader, segment)
    elif segment.role is Role.ORPHAN:
        yield Tag("GIF", name, _begins(reader, segment), Reveal.UNKNOWN)


def _begins(reader: Reader, segment: Segment) -> str:
    word = decoded(reader.read(segment.start, min(64, segment.stop - segment.start)))
    return f"{segment.stop - segment.start} bytes, begins with {word!r}"


def _joined(reader: Reader, segment: Segment, skip: int) -> bytes:
    """What the sub-blocks hold, `skip` bytes into the extension; cut at LARGEST_BLOCK."""
    stop = min(segment.stop, segment.start + LARGEST_BLOCK)
    return b"".join(part for _, part in subblocks(reader, segment.start + skip, stop))


def _packet(reader: Reader, segment: Segment) -> bytes:
    """XMP stands there as it is, not cut into sub-blocks; some writers cut it."""
    raw = body(reader, segment.start + 14, segment.stop)
    return raw.partition(_MAGIC)[0] if raw[:1] == b"<" else _joined(reader, segment, 14)
