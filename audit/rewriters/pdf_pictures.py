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
        data = _unpacked(data, each)
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
    return [str(found)] if not _is_array(found) else [str(each) for each in found]


def _is_array(value: Any) -> bool:
    from pikepdf import Array

    return isinstance(value, Array)


def _unpacked(data: bytes, name: str) -> bytes:
    import base64

    try:
        if name in {"/FlateDecode", "/Fl"}:
            return inflated(data, _LARGEST)
        if name in {"/ASCII85Decode", "/A85"}:
            return base64.a85decode(data.strip().removesuffix(b"~>").removeprefix(b"<~"))
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
