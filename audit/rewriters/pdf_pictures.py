"""Pictures inside a PDF document: JPEG and JPEG 2000 streams can carry metadata of their own."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final

from audit.formats.base import FormatError, Keep, Policy, UnsupportedError
from audit.rewriters.inside import picture
from audit.rewriters.jpx import cleaned as cleaned_jpx

if TYPE_CHECKING:
    from audit.formats.base import Tag

_LARGEST: Final = 64 << 20  # bytes that a packed picture may become


def clean(stream: Any, policy: Policy) -> list[Tag]:
    """Clean the data of a picture in place; what it told. Raises FormatError."""
    filters = names(stream)
    if not filters or filters[-1] not in {"/DCTDecode", "/DCT", "/JPXDecode"}:
        return []
    data = stream.read_raw_bytes()
    for each in filters[:-1]:
        data = unpacked(data, each)
    if filters[-1] == "/JPXDecode":
        made, tags = cleaned_jpx(data)
    else:
        made, tags = (
            picture(data, Policy(policy.keep & {Keep.ICC})) if data[:2] == b"\xff\xd8" else _no_jpeg()
        )
    if made != data or len(filters) > 1:
        from pikepdf import Name

        parameters = stream.get("/DecodeParms")
        if len(filters) > 1 and parameters is not None:
            parameters = parameters[-1] if len(parameters) == len(filters) else None
        stream.write(made, filter=Name(filters[-1]), decode_parms=parameters)
    return tags


def _no_jpeg() -> tuple[bytes, list[Tag]]:
    raise FormatError(0, "a picture inside that is damaged")


def names(stream: Any) -> list[str]:
    """The filters of a stream (ISO 32000-2, 7.4), in the order in which they are undone."""
    found = stream.get("/Filter")
    if found is None:
        return []
    return [str(found)] if not is_array(found) else [str(each) for each in found]


_CHANNELS: Final = {  # ISO 32000-2, table 61
    "/DeviceGray": 1, "/CalGray": 1, "/Indexed": 1, "/Separation": 1, "/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/DeviceCMYK": 4,
}  # fmt: skip
_DIFFERENCES: Final = 10  # the least predictor that puts a byte before each row (7.4.4.4)


def size(image: Any) -> int | None:
    """How many bytes the rows of a picture that is packed by zlib, or not at all, have when they are unpacked; None if that is not told."""
    if names(image) not in ([], ["/FlateDecode"], ["/Fl"]):
        return None
    try:
        width, height = int(image["/Width"]), int(image["/Height"])
        mask = image.get("/ImageMask") is True
        channels = 1 if mask else components(image["/ColorSpace"])
        bits = 1 if mask else int(image["/BitsPerComponent"])
        packing = image.get("/DecodeParms", {})
        packing = (packing[0] if len(packing) == 1 else {}) if is_array(packing) else packing
        ahead = int(packing.get("/Predictor", 1)) >= _DIFFERENCES
        told = tuple(int(packing.get(key, 0)) for key in ("/Columns", "/Colors", "/BitsPerComponent"))
    except (AttributeError, LookupError, TypeError, ValueError):
        return None
    if not channels or (ahead and (told[0] or 1, told[1] or 1, told[2] or 8) != (width, channels, bits)):
        return None
    return height * (ahead + (width * channels * bits + 7) // 8)


def components(space: Any) -> int:
    """Of a colour space; 0 for one that is not known."""
    if not is_array(space):
        return _CHANNELS.get(str(space), 0)
    kind = str(space[0])
    if kind == "/ICCBased":
        return int(space[1]["/N"])
    return len(space[1]) if kind == "/DeviceN" else _CHANNELS.get(kind, 0)


def is_array(value: Any) -> bool:
    from pikepdf import Array

    return isinstance(value, Array)


def unpacked(data: bytes, name: str) -> bytes:
    import base64

    try:
        if name in {"/FlateDecode", "/Fl"}:
            return inflated(data, _LARGEST)
        if name in {"/ASCII85Decode", "/A85"}:
            return base64.a85decode(data.partition(b"~>")[0].strip().removeprefix(b"<~"))
        if name in {"/ASCIIHexDecode", "/AHx"}:
            digits = b"".join(data.split()).partition(b">")[0]
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    except (zlib.error, ValueError) as error:
        raise FormatError(0, "a picture inside that is damaged") from error
    raise UnsupportedError(0, "a picture inside that is packed in an unusual way")


def inflated(data: bytes, most: int) -> bytes:
    """Raises zlib.error, and UnsupportedError for more than `most` bytes."""
    unpacking = zlib.decompressobj()
    found = unpacking.decompress(data, most)
    if unpacking.unconsumed_tail:
        raise UnsupportedError(0, "a part that becomes far too large")
    return found
