"""JPEG 2000 pictures inside a PDF document (ISO 15444-1, annexes A and I): the boxes that decode the picture, and the codestream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats.base import FormatError, Reveal, Tag, UnsupportedError
from audit.formats.pieces import Held, apply
from audit.formats.tiff_streams import without_comments

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEPT: Final = frozenset(
    (
        b"jP  ",
        b"ftyp",
        b"jp2h",
        b"jp2c",
        b"rreq",
        b"ihdr",
        b"bpcc",
        b"colr",
        b"pclr",
        b"cmap",
        b"cdef",
        b"res ",
        b"resc",
        b"resd",
    )
)
_INSIDE: Final = frozenset((b"jp2h", b"res "))
# Boxes of JPX (ISO 15444-2, annex M) by which a picture is put together from several, or from elsewhere.
_COMPOSED: Final = frozenset((b"jpch", b"jplh", b"ftbl", b"dtbl", b"comp"))
_MOST: Final = 1000


def cleaned(data: bytes) -> tuple[bytes, list[Tag]]:
    """The picture without what it tells, and what that was. Raises FormatError."""
    gone: list[Tag] = []
    made = _codestream(data, gone) if data[:2] == b"\xff\x4f" else b"".join(_boxes(data, gone, 0))
    return made, gone


def _codestream(data: bytes, gone: list[Tag]) -> bytes:
    made = apply(held := Held(data), without_comments(held, 0, len(data)))
    if made != data:
        gone.append(Tag("JPEG 2000", "comment", f"{len(data) - len(made)} bytes", Reveal.SOFTWARE))
    return made


def _head(data: bytes, at: int) -> tuple[int, bytes, int]:
    """The length that a box says, its kind, and how long its head is."""
    size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
    return (int.from_bytes(data[at + 8 : at + 16], "big"), kind, 16) if size == 1 else (size, kind, 8)


def _boxes(data: bytes, gone: list[Tag], depth: int) -> Iterator[bytes]:
    at = 0
    pictured = False
    for _ in range(_MOST):
        if at >= len(data):
            return
        size, kind, head = _head(data, at)
        stop = at + size if size else len(data)
        if kind == b"jp2c" and stop > len(data):
            stop = len(data)
        sound = len(kind) == len(b"jp2c") and at + head <= stop <= len(data)
        if pictured and not sound:
            gone.append(Tag("JPEG 2000", "behind the picture", f"{len(data) - at} bytes", Reveal.TRAILER))
            return
        if not sound or kind in _COMPOSED:
            raise UnsupportedError(0, "a picture inside that is not cleaned yet")
        body = data[at + head : stop]
        at = stop
        if kind not in _KEPT:
            gone.append(Tag("JPEG 2000", kind.decode("latin-1"), f"{len(body)} bytes", Reveal.UNKNOWN))
            continue
        if kind in _INSIDE and depth < 2:
            body = b"".join(_boxes(body, gone, depth + 1))
        elif kind == b"jp2c":
            pictured = True
            body = _codestream(body, gone)
        if len(body) + 8 > 0xFFFFFFFF:
            raise FormatError(0, "too large to be written anew")
        yield (len(body) + 8).to_bytes(4, "big") + kind + body
    raise UnsupportedError(0, "far too many parts")
