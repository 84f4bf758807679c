"""Streams of a PDF document: what stands behind packed data (ISO 32000-2, 7.4.4), and comments in instructions (7.2.4)."""

from __future__ import annotations

import math
import re
import zlib
from typing import TYPE_CHECKING, Any, Final

from audit.formats import icc
from audit.rewriters import pdf_fonts
from audit.rewriters.pdf_pictures import names

if TYPE_CHECKING:
    from collections.abc import Sequence

_SAMPLED: Final = 0  # a kind of function
_LARGEST: Final = 64 << 20  # bytes of instructions, or of a font
_BLOCK: Final = 1 << 20
_TELLING: Final = re.compile(rb"\\.|[()%]|(?<![^\s\])>])ID(?=\s)", re.DOTALL)
_LINE: Final = re.compile(rb"[\r\n]")


def trimmed(stream: Any) -> int:
    """Cut off what stands behind the end of data that zlib packed; says how many bytes."""
    if names(stream) not in (["/FlateDecode"], ["/Fl"]):
        return 0
    raw = stream.read_raw_bytes()
    behind = _behind(raw)
    if behind:
        stream.write(raw[:-behind], filter=stream.get("/Filter"), decode_parms=stream.get("/DecodeParms"))
    return behind


def _behind(raw: bytes) -> int:
    """How many bytes; 0 for data that is damaged or breaks off."""
    unpacking, left = zlib.decompressobj(), raw
    try:
        while left and not unpacking.eof:
            unpacking.decompress(left, _BLOCK)
            left = unpacking.unconsumed_tail
    except zlib.error:
        return 0
    return len(unpacking.unused_data)


def uncommented(streams: Sequence[Any]) -> int:
    """Take comments out of instructions, which go on from stream to stream; says how many bytes went."""
    every = [_plain(stream) for stream in streams]
    known = [data for data in every if data is not None]
    if len(known) < len(streams) or not any(b"%" in data for data in known):
        return 0
    parts = [_without(data) for data in known]
    if len(streams) > 1 and not all(whole for _, whole in parts):
        return 0
    size = 0
    for stream, data, (made, _) in zip(streams, known, parts, strict=True):
        if made != data:
            stream.write(zlib.compress(made), filter=_flate())
            size += len(data) - len(made)
    return size


def _without(data: bytes) -> tuple[bytes, bool]:
    """Without comments, and whether it could be read to its end: behind a picture among the instructions nothing is told apart."""
    kept: list[bytes] = []
    begin = at = depth = 0
    whole = True
    while found := _TELLING.search(data, at):
        at = found.end()
        if found[0] in b"()":
            depth = max(0, depth + (1 if found[0] == b"(" else -1))
        elif not depth and found[0] == b"ID":
            whole = False
            break
        elif not depth and found[0] == b"%":
            kept.append(data[begin : found.start()])
            line = _LINE.search(data, at)
            begin = at = line.start() if line else len(data)
    return (data, False) if depth else (b"".join((*kept, data[begin:])), whole)


def font(stream: Any) -> int:
    """Clean a TrueType, OpenType or Type 1 font; says how many bytes of it are others now."""
    data = _plain(stream)
    if data is None or (made := pdf_fonts.lettered(pdf_fonts.cleaned(data))) == data:
        return 0
    stream.write(zlib.compress(made), filter=_flate())
    if "/Length1" in stream and len(made) != len(data):
        stream["/Length1"] = len(made)
    return len(data)


def meanings(stream: Any) -> int:
    """Write anew what tells which letters are meant (9.10.3): its tables stay, within words that are always the same.

    Says how many bytes of it are others now. One that is not as it should be is left as it is.
    """
    data = _plain(stream)
    found = [] if data is None else list(_TABLE.finditer(data))
    if data is None or not found or b"usecmap" in data or _TABLE.sub(b"", data).count(b"begin") > _FRAME:
        return 0
    made = b"\n".join((_BEFORE, *(b" ".join(one[0].split()) for one in found), _BEHIND))
    if made == data:
        return 0
    stream.write(zlib.compress(made), filter=_flate())
    if "/CMapName" in stream:
        del stream["/CMapName"]
    return len(data)


_FRAME: Final = 3  # "begin" that belongs to no table: two dictionaries, and the whole
_TABLE: Final = re.compile(rb"\b\d{1,4}\s+begin(codespacerange|bfchar|bfrange)\b[<>\[\]0-9a-fA-F\s]*?end\1\b")
_BEFORE: Final = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) "
    b"/Supplement 0 >> def /CMapName /Adobe-Identity-UCS def /CMapType 2 def"
)
_BEHIND: Final = b"endcmap CMapName currentdict /CMap defineresource pop end end"


def is_font(stream: Any) -> bool:
    """Whether it begins as one; what is packed in an unusual way may."""
    data = _plain(stream)
    return data is None or data.lstrip(b"\0\t\n\r ").startswith(_FONTS) or data.startswith(_FONTS)


_FONTS: Final = (b"%!", b"\x80\1", b"\1\0", b"\0\1\0\0", b"\0\2\0\0", b"true", b"typ1", b"OTTO", b"ttcf")


def cut(stream: Any, size: int) -> int:
    """Leave no more than `size` bytes of what a stream unpacks to; says how many went."""
    packed = names(stream)
    if packed not in ([], ["/FlateDecode"], ["/Fl"]):
        return 0
    raw: bytes = stream.read_raw_bytes()
    if packed:
        unpacking = zlib.decompressobj()
        try:
            data = unpacking.decompress(raw, size + 1)
            behind = len(data) - size
            while behind > 0 and unpacking.unconsumed_tail:
                behind += len(unpacking.decompress(unpacking.unconsumed_tail, _BLOCK))
        except zlib.error:
            return 0
    else:
        data, behind = raw, len(raw) - size
    if behind <= 0:
        return 0
    stream.write(zlib.compress(data[:size]), filter=_flate(), decode_parms=stream.get("/DecodeParms"))
    return behind


def samples(stream: Any) -> int | None:
    """How many bytes a function of samples has (7.10.2), or a profile of colours (8.6.5.5) by its own length; None for others."""
    if stream.get("/FunctionType") == _SAMPLED:
        try:
            many = math.prod(int(each) for each in stream["/Size"]) * (len(stream["/Range"]) // 2)
            return (many * int(stream["/BitsPerSample"]) + 7) // 8
        except (AttributeError, LookupError, TypeError, ValueError):
            return None
    if "/N" in stream and "/FunctionType" not in stream and "/ShadingType" not in stream:
        data = _plain(stream)
        return None if data is None else icc.length(data[: icc.HEAD])
    return None


def _plain(stream: Any) -> bytes | None:
    """Unpacked, if it is packed as usual or not at all."""
    packed = names(stream)
    if packed not in ([], ["/FlateDecode"], ["/Fl"]) or "/DecodeParms" in stream:
        return None
    raw: bytes = stream.read_raw_bytes()
    if not packed:
        return raw
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(raw, _LARGEST)
    except zlib.error:
        return None
    return data if unpacking.eof else None


def _flate() -> Any:
    from pikepdf import Name

    return Name.FlateDecode
