"""What an SVG picture carries in `data:` addresses (RFC 2397): pictures, which are cleaned like files, and fonts."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import TYPE_CHECKING, Final

from audit.formats.base import FormatError, UnsupportedError
from audit.formats.sniff import name_of
from audit.rewriters.inside import picture
from audit.rewriters.svg_read import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.formats.base import Policy, Tag

_FONTS: Final = (b"wOFF", b"wOF2", b"OTTO", b"\0\1\0\0", b"true", b"ttcf")


def unpacked(address: str) -> tuple[str, bytes]:
    """The kind that an address says, and its bytes. Raises FormatError."""
    from urllib.parse import unquote_to_bytes

    head, comma, body = address[5:].partition(",")
    if not comma:
        raise FormatError(0, "an address without its data")
    kind, *parameters = head.split(";")
    raw = unquote_to_bytes(body)
    if "base64" in (parameter.strip().lower() for parameter in parameters):
        raw = b"".join(raw.partition(b"#")[0].split())
        try:
            raw = base64.b64decode(raw + b"=" * (-len(raw) % 4))
        except binascii.Error as error:
            raise FormatError(0, "an address whose data cannot be read") from error
    return kind.strip().lower(), raw


def inflated(data: bytes) -> bytes:
    """What is packed with gzip (RFC 1952), without name and time; what stands behind it goes. Raises FormatError."""
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = unpacking.decompress(data, LONGEST + 1)
    except zlib.error as error:
        raise FormatError(0, "not proper XML") from error
    if len(found) > LONGEST:
        raise UnsupportedError(0, "too large to be written anew")
    if not unpacking.eof:
        raise FormatError(len(data), "the file ends too early")
    if unpacking.unused_data[:2] == data[:2]:
        raise UnsupportedError(0, "far too many parts")
    return found


def packed(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def cleaned(
    address: str, policy: Policy, drawing: Callable[[bytes], bytes], gone: Callable[[Tag], None]
) -> str:
    """The same address with a clean picture in it; fonts stay. `drawing` cleans an SVG inside. Raises FormatError."""
    kind, data = unpacked(address)
    whole, _, part = address.rpartition("#")  # the last: drawings have colours like #fff in them
    if part and kind == "image/svg+xml" and not data.rstrip().endswith(b">"):
        kind, data = unpacked(whole)
    if data.startswith(_FONTS):
        return packed(kind if kind.startswith(("font/", "application/")) else "font/otf", data)
    medium = name_of(data[:64]) or name_of(data[:4096])
    if medium and medium.name == "SVG":
        drawn = drawing(data)
        shown = f'id="{part}"'.encode() in drawn
        return packed("image/svg+xml", drawn) + (f"#{part}" if shown else "")
    clean, tags = picture(data, policy)
    for tag in tags:
        gone(tag)
    return packed(_KINDS.get(medium.name if medium else "", "image/png"), clean)


_KINDS: Final = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WebP": "image/webp",
    "AVIF": "image/avif",
    "HEIC": "image/heic",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "ICO": "image/x-icon",
    "JPEG XL": "image/jxl",
}
