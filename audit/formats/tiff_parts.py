"""What stands inside strips and tiles beside coded samples: bytes behind their end, and the metadata of whole files in them.

Where a stream says itself where it ends, or can be followed without decoding it, what stands behind it goes. In those of fax group 3
and modified Huffman bytes behind the last sample are not told apart from it.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from audit.formats import jpeg_tables, jpeg_tail, tiff_ends, tiff_streams
from audit.formats.base import Bytes, Copy, FormatError, Policy, Zero
from audit.formats.jpeg_walk import Walk
from audit.formats.pieces import LARGEST_BLOCK, apply
from audit.formats.tiff_data import REVERSED, Slice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audit.formats.base import Piece, Reader, Segment, Walker
    from audit.formats.tiff_data import Part
    from audit.formats.tiff_pages import Shape

Pieces = tuple["Piece", ...]

_UNCOMPRESSED, _DEFLATE = 1, frozenset({8, 32946})
_JPEG_KEPT: Final = frozenset({*jpeg_tables.STRUCTURE, "SOI", "EOI", "scan"})


def cleaned(reader: Reader, own: Shape, part: Part) -> Pieces:
    """The part without what does not belong to it. Raises FormatError for what no reader could unpack.

    Those in JPEG are looked at together: see `tiff_jpeg`.
    """
    clean = _CLEANERS.get(own.compression)
    if clean is None:
        raise FormatError(part.start, f"picture data in an unknown compression ({own.compression})")
    return clean(reader, own, part)


def _as_it_is(_reader: Reader, _own: Shape, part: Part) -> Pieces:
    return (Copy(part.start, part.stop),)


def _uncompressed(reader: Reader, own: Shape, part: Part) -> Pieces:
    """Rows begin with a byte (TIFF 6.0, section 8, Compression): the bits behind the last sample of one are zero."""
    row = (own.tile or own.width) * (own.bits[0] if own.planar else sum(own.bits[: own.samples]))
    alike = len(own.bits) == own.samples or own.samples == 1
    spare, stride = -row % 8, (row + 7) // 8
    if edge := _edge(own, part):
        data = reader.read(part.start, part.size)
        return (Copy(*part[:2]) if (clean := _and(data, edge)) == data else Bytes(clean, "strips"),)
    if not spare or not alike or own.deep or part.stop - part.start != part.size or part.size % stride:
        return (Copy(part.start, part.stop),)
    mask = (1 << spare) - 1
    if own.fill == 2:
        mask = REVERSED[mask]
    table = bytes(number & ~mask for number in range(256))
    step = max(1, _ROWS_AT_ONCE // stride) * stride
    return tuple(_blanked_rows(reader, part, (step, stride), table))


_FOLLOWED: Final = 1 << 17  # bytes of a strip of LZW
_ROWS_AT_ONCE: Final = 1 << 18  # bytes
_FLOATING: Final = 3  # a predictor that takes the bytes of a whole row apart


def _edge(own: Shape, part: Part) -> bytes:
    """The bits of an unpacked tile that are shown; empty if all are, or if that is not known."""
    columns, rows = part.edge
    alike = len(own.bits) == own.samples or own.samples == 1
    if (
        not columns
        or not own.tile
        or not alike
        or not 0 < part.size <= LARGEST_BLOCK
        or own.predictor == _FLOATING
    ):
        return b""
    whole, rest = divmod(columns * (own.bits[0] if own.planar else sum(own.bits[: own.samples])), 8)
    cut = 0xFF00 >> rest & 0xFF
    turned = own.fill == 2 and own.compression == _UNCOMPRESSED
    row = b"\xff" * whole + bytes((REVERSED[cut] if turned else cut,))
    stride = part.size // own.rows
    return (row.ljust(stride, b"\0")[:stride] * rows).ljust(part.size, b"\0")


def _and(data: bytes, mask: bytes) -> bytes:
    if len(data) != len(mask):
        return data
    return (int.from_bytes(data, "big") & int.from_bytes(mask, "big")).to_bytes(len(data), "big")


def _blanked_rows(reader: Reader, part: Part, steps: tuple[int, int], table: bytes) -> Iterator[Piece]:
    step, stride = steps
    for at in range(part.start, part.stop, step):
        data = reader.read(at, min(step, part.stop - at))
        ends = data[stride - 1 :: stride]
        clean = ends.translate(table)
        if ends == clean:
            yield Copy(at, at + len(data))
        else:
            rows = bytearray(data)
            rows[stride - 1 :: stride] = clean
            yield Bytes(bytes(rows), "strips")


def _ending(find: Callable[[Reader, Part], int]) -> Callable[[Reader, Shape, Part], Pieces]:
    """A cleaner for streams of which `find` tells how many bytes belong to them."""

    def clean(reader: Reader, own: Shape, part: Part) -> Pieces:
        inner = Slice(reader, part.start, part.stop, turned=own.fill == 2)
        return (Copy(part.start, part.start + min(find(inner, part), inner.size)),)

    return clean


def _lzw(reader: Reader, own: Shape, part: Part) -> Pieces:
    """The last strip may have held more rows before the picture was said to be lower; in large ones that takes too long to tell."""
    if any(part.edge) and not own.tile and 0 < part.size <= _FOLLOWED:
        inner = Slice(reader, part.start, part.stop, turned=own.fill == 2)
        if rows := tiff_streams.lzw_cut(inner.read(0, 2 * _FOLLOWED), part.size):
            return (_packed(own, rows),)
    return _ending(tiff_streams.lzw)(reader, own, part)


def _packed(own: Shape, data: bytes) -> Bytes:
    return Bytes(data.translate(REVERSED) if own.fill == 2 else data, "strips")


def _followed(find: Callable[[Reader, Shape, int], int]) -> Callable[[Reader, Shape, Part], Pieces]:
    """The same for those that ask what the picture is like."""

    def clean(reader: Reader, own: Shape, part: Part) -> Pieces:
        if not part.size:
            return (Copy(part.start, part.stop),)
        inner = Slice(reader, part.start, part.stop, turned=own.fill == 2)
        try:
            end = find(inner, own, part.size)
        except FormatError as error:
            raise FormatError(min(part.start + error.offset, part.stop), error.why) from error
        return (Copy(part.start, part.start + min(end, inner.size)),)

    return clean


def _lerc(reader: Reader, own: Shape, part: Part) -> Pieces:
    """GDAL's files may have it inside Deflate or Zstandard."""
    head = Slice(reader, part.start, part.stop, turned=own.fill == 2).read(0, 4)
    if head == b"Lerc":
        return _followed(tiff_ends.lerc)(reader, own, part)
    if head == b"\x28\xb5\x2f\xfd":
        return _ending(lambda inner, _: tiff_ends.zstandard(inner, own, 0))(reader, own, part)
    return _deflate(reader, own, part._replace(size=0))


def _pixar(reader: Reader, own: Shape, part: Part) -> Pieces:
    """A zlib stream of two bytes for each sample (tif_pixarlog.c)."""
    return _deflate(reader, own, part._replace(size=part.size * 16 // own.bits[0]))


def _deflate(reader: Reader, own: Shape, part: Part) -> Pieces:
    """A zlib stream; packed anew if it holds more than what is shown."""
    size = part.size
    inner = Slice(reader, part.start, part.stop, turned=own.fill == 2)
    try:
        used, more = tiff_streams.deflated(inner, size)
        mask = _edge(own, part) if own.compression in _DEFLATE else b""
        if not more and not mask:
            return (Copy(part.start, part.start + used),)
        if size > LARGEST_BLOCK:
            raise FormatError(part.start, "a strip holds more than its rows")
        rows = zlib.decompressobj().decompress(inner.read(0, inner.size), size)
    except zlib.error as error:
        raise FormatError(part.start, "a strip that cannot be unpacked") from error
    clean = _and(rows, mask) if mask else rows
    if not more and clean == rows:
        return (Copy(part.start, part.start + used),)
    return (_packed(own, zlib.compress(clean)),)


def old_jpeg(reader: Reader, _own: Shape, part: Part) -> Pieces:
    """Old-style JPEG: other tags point into the stream, so what must go is overwritten with zeros."""
    inner = Slice(reader, part.start, part.stop)
    if inner.read(0, 2) != b"\xff\xd8":
        return (Copy(part.start, part.stop),)
    found = jpeg_tail.cut(inner, Walk(inner, 0).found)
    lost = next((segment for segment in found if segment.name in {"unreadable", "truncated"}), None)
    if lost:
        raise FormatError(part.start + lost.start, "an old-style JPEG that is cut off")
    return tuple(_blanked(reader, found, part.start))


def _blanked(reader: Reader, found: Sequence[Segment], base: int) -> Iterator[Piece]:
    """Fill bytes stay before what stays: before zeros they would be junk the next time."""
    for segment, following in zip(found, (*found[1:], None), strict=True):
        start, stop = base + segment.start, base + segment.stop
        idle = segment.name == "fill" and following and not spared(following.name)
        middle = start if idle else min(start + spared(segment.name), stop)
        if middle > start:
            yield Copy(start, middle)
        if stop > middle:
            yield Copy(middle, stop) if blank(reader, middle, stop) else Zero(stop - middle)


def spared(name: str) -> int:
    """How many bytes of a segment stay in an old-style JPEG: all of what is needed, else its marker and length."""
    if name in _JPEG_KEPT or name == "fill":
        return 1 << 62
    return 16 if name in {"APP0/JFIF", "APP14/Adobe"} else 4 if name.startswith(("APP", "COM")) else 0


def blank(reader: Reader, start: int, stop: int) -> bool:
    """Whether there is nothing but zeros."""
    return not any(any(reader.read(at, min(65536, stop - at))) for at in range(start, stop, 65536))


def _webp(reader: Reader, own: Shape, part: Part) -> Pieces:
    from audit.formats.webp import WALKER

    return _file(WALKER, reader, own, part)


def _jpeg_xl(reader: Reader, own: Shape, part: Part) -> Pieces:
    from audit.formats.jxl import WALKER

    return _file(WALKER, reader, own, part)


def _png(reader: Reader, own: Shape, part: Part) -> Pieces:
    from audit.formats.png import WALKER

    return _file(WALKER, reader, own, part)


def _file(walker: Walker, reader: Reader, own: Shape, part: Part) -> Pieces:
    """A whole file of another format, with all that may hide in one."""
    inner = Slice(reader, part.start, part.stop, turned=own.fill == 2)
    try:
        pieces = list(walker.plan(inner, walker.segments(inner), Policy(frozenset())))
    except FormatError as error:
        raise type(error)(part.start + error.offset, error.why) from error
    if pieces == [Copy(0, inner.size)]:
        return (Copy(part.start, part.stop),)
    return (_packed(own, apply(inner, pieces)),)


def _jbig(reader: Reader, _own: Shape, part: Part) -> Pieces:
    """Libtiff writes the bits of each byte in the other order, whatever FillOrder says; the number of planes tells."""
    turned = reader.read(part.start + 2, 1) >= b"\x80"
    inner = Slice(reader, part.start, part.stop, turned=turned)
    try:
        pieces = list(tiff_ends.jbig(inner, 0, inner.size))
    except FormatError as error:
        raise FormatError(part.start + error.offset, error.why) from error
    if pieces == [Copy(0, inner.size)]:
        return (Copy(part.start, part.stop),)
    data = apply(inner, pieces)
    return (Bytes(data.translate(REVERSED) if turned else data, "strips"),)


def _codestream(reader: Reader, _own: Shape, part: Part) -> Pieces:
    """JPEG 2000 (T.800, annex A): its comments are marker segments of the main header."""
    return tuple(tiff_streams.without_comments(reader, part.start, part.stop))


_CLEANERS: Final[dict[int, Callable[[Reader, Shape, Part], Pieces]]] = {
    _UNCOMPRESSED: _uncompressed,  # the size says where it ends
    2: _as_it_is,  # modified Huffman
    3: _as_it_is,  # fax group 3
    4: _ending(tiff_streams.group4),
    5: _lzw,
    6: old_jpeg,
    **dict.fromkeys(_DEFLATE, _deflate),
    32766: _followed(tiff_ends.whole(tiff_ends.next_rows)),  # NeXT
    32771: _as_it_is,  # modified Huffman, on words
    32773: _ending(tiff_streams.packbits),
    32809: _followed(tiff_ends.whole(tiff_ends.thunder)),  # ThunderScan
    32908: _as_it_is,  # Pixar's film, which nobody reads
    32909: _pixar,
    33003: _codestream,  # Aperio
    33004: _codestream,  # libvips
    33005: _codestream,
    34661: _jbig,  # JBIG
    34676: _followed(tiff_ends.whole(tiff_ends.log)),  # SGI LogLuv
    34677: _followed(tiff_ends.log24),
    34712: _codestream,
    34887: _lerc,  # LERC
    34926: _followed(tiff_ends.zstandard),  # as drafts numbered it
    34933: _png,
    34925: _followed(tiff_ends.xz),  # LZMA
    50000: _followed(tiff_ends.zstandard),  # Zstandard
    50001: _webp,
    50002: _jpeg_xl,  # JPEG XL
    52546: _jpeg_xl,
}
