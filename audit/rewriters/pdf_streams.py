"""Streams of a PDF document: what stands behind packed data (ISO 32000-2, 7.4.4), and comments in instructions (7.2.4)."""

from __future__ import annotations

import math
import re
import zlib
from typing import TYPE_CHECKING, Any, Final

from audit.formats import icc
from audit.formats.base import FormatError
from audit.rewriters import pdf_content, pdf_fonts
from audit.rewriters.pdf_pictures import components, is_array, names, unpacked

if TYPE_CHECKING:
    from collections.abc import Sequence

_LETTERED: Final = frozenset(("/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx"))
_END_OF_RUNS: Final = 128
_LEAST_SAFE: Final = 1 << 17  # bytes that LZW can make no more than 180 MB of
_SAMPLED: Final = 0  # a kind of function
_LARGEST: Final = 64 << 20  # bytes of instructions, or of a font
_BLOCK: Final = 1 << 20


def trimmed(stream: Any) -> int:
    """Cut off what stands behind the end of data that zlib packed, or that are runs; says how many bytes."""
    packed = names(stream)
    if packed not in (["/FlateDecode"], ["/Fl"], ["/RunLengthDecode"], ["/RL"]):
        return 0
    raw = stream.read_raw_bytes()
    behind = _behind_runs(raw) if packed[0].startswith("/R") else _behind(raw)
    if behind:
        stream.write(raw[:-behind], filter=stream.get("/Filter"), decode_parms=stream.get("/DecodeParms"))
    return behind


def _behind_runs(raw: bytes) -> int:
    """7.4.5: a count below 128 and one more bytes as they are, or one that stands for several of the next; 128 ends."""
    at = 0
    while at < len(raw) and raw[at] != _END_OF_RUNS:
        at += 2 + raw[at] if raw[at] < _END_OF_RUNS else 2
    return max(0, len(raw) - at - 1)


def unwrapped(stream: Any) -> bool:
    """Undo letters and digits in which packed data are written, and packings of old programs (7.4.2 to 7.4.5); says whether it did."""
    before = filters = names(stream)
    parameters = stream.get("/DecodeParms")
    told = parameters.as_list() if is_array(parameters) else [parameters]
    raw: bytes = stream.read_raw_bytes()
    try:
        while filters and filters[0] in _LETTERED:
            raw, filters = unpacked(raw, filters[0]), filters[1:]
    except FormatError:
        return False
    if filters == ["/LZWDecode"] and len(raw) <= _LEAST_SAFE and filters == before:
        made = _read(stream)
        raw, filters, told = (raw, filters, told) if made is None else (made, [], [])
    if filters == before:
        return False
    left = told[-len(filters) :] if filters and len(told) == len(before) else [None] * len(filters)
    if not filters:
        stream.write(zlib.compress(raw), filter=_flate())
    elif len(filters) == 1:
        stream.write(raw, filter=_name(filters[0]), decode_parms=left[0])
    else:
        return False
    return True


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


def uncommented(streams: Sequence[Any], *, drawn: bool = True) -> int:
    """Take out of instructions, which go on from stream to stream, what draws nothing; says how many bytes are others."""
    every = [plain(stream) for stream in streams]
    known = [data for data in every if data is not None]
    if len(known) < len(streams) or not any(pdf_content.is_worth(data, drawn=drawn) for data in known):
        return 0
    parts = [pdf_content.cleaned(data, drawn=drawn) for data in known]
    if len(streams) > 1 and not all(whole for _, whole in parts):
        return 0
    size = 0
    for stream, data, (made, _) in zip(streams, known, parts, strict=True):
        if made != data:
            stream.write(zlib.compress(made), filter=_flate())
            size += max(1, len(data) - len(made))
    return size


def font(stream: Any) -> int:
    """Clean a TrueType, OpenType or Type 1 font; says how many bytes of it are others now."""
    data = plain(stream)
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
    data = plain(stream)
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
    data = plain(stream)
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
        data = plain(stream)
        return None if data is None else icc.length(data[: icc.HEAD])
    return None


def plain(stream: Any) -> bytes | None:
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
    return _name("/FlateDecode")


def _name(text: str) -> Any:
    from pikepdf import Name

    return Name(text)


def _read(stream: Any) -> bytes | None:
    """As qpdf unpacks it; None for what is damaged."""
    from pikepdf import DataDecodingError, PdfError, StreamDecodeLevel

    try:
        data: bytes = stream.read_bytes(StreamDecodeLevel.specialized)
    except (DataDecodingError, PdfError):
        return None
    return data


def calculated(stream: Any) -> int:
    """Cut off what stands behind the last brace of a function in PostScript (7.10.5); says how many bytes."""
    data = plain(stream)
    end = 0 if data is None else data.rfind(b"}") + 1
    return cut(stream, end) if data is not None and data[end:].strip() and end else 0


def colours(space: Any) -> int:
    """Cut a table of colours (8.6.6.3) to as many as it says that it has; says how many bytes were too many."""
    from pikepdf import Name, Stream, String

    if not isinstance(space[0], Name) or bytes(space[0]) not in {b"/Indexed", b"/I"}:
        return 0
    try:
        size, table = (int(space[2]) + 1) * components(space[1]), space[3]
    except (AttributeError, LookupError, TypeError, ValueError):
        return 0
    if size <= 0:
        return 0
    if isinstance(table, Stream):
        return cut(table, size)
    if not isinstance(table, String) or len(bytes(table)) <= size:
        return 0
    behind = len(bytes(table)) - size
    space[3] = String(bytes(table)[:size])
    return behind
