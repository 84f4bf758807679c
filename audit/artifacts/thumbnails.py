"""Small previews that file managers keep: how many, and of how many the picture itself is gone. They are counted, never shown or named.

The FreeDesktop.org Thumbnail Managing Standard 0.9: ~/.cache/thumbnails/{normal,large,x-large,xx-large}, PNG files whose text
chunk Thumb::URI names the original. Before version 0.8 they stood in ~/.thumbnails.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import unquote_to_bytes

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.leftovers import MOST
from audit.artifacts.trash import REMOVABLE
from audit.model import GapKind

PLACES = (".cache/thumbnails", ".thumbnails")
SIZES = ("normal", "large", "x-large", "xx-large")
MOST_LOOKED = 1000  # in each home: of more, it is not known whether the picture is gone
_HEAD = 4096  # the text chunks come before the picture
_MAGIC = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Thumbnails(Artifact):
    """`files` and `size`: all previews. Of the `looked` ones `gone` have no original any more; of `unsure` it cannot be told here."""

    KIND: ClassVar[str] = "thumbnails"
    path: str
    user: str
    files: int
    size: int
    looked: int
    gone: int
    unsure: int = 0


@collects(Thumbnails)
def collect(look: Look) -> Iterator[Thumbnails]:
    for home in look.homes:
        for place in PLACES:
            path = f"{home.path}/{place}"
            names = [
                f"{path}/{size}/{each.name}"
                for size in SIZES
                for each in look.scan(f"{path}/{size}")
                if each.is_file and each.name.endswith(".png")
            ]
            bulk = look.measure(path, MOST)
            if not names or bulk is None:
                continue
            if len(names) > MOST_LOOKED:
                look.gap(GapKind.BOUNDED, what=look.show(path), most=str(MOST_LOOKED))
            kept = [_original_stands(look, name) for name in names[:MOST_LOOKED]]
            yield Thumbnails(
                path=look.show(path),
                user=home.user,
                files=len(names),
                size=bulk.size,
                looked=len(kept),
                gone=kept.count(False),
                unsure=kept.count(None),
            )


def _original_stands(look: Look, path: str) -> bool | None:
    """None: the preview does not say what it is of, or that lies on a disk that is not here now."""
    head = look.head(path, _HEAD)
    try:
        original = path_of(parse_uri(head)) if head is not None else ""
    except ParseError:
        return None
    if not original:
        return None
    stands = look.exists(original)
    away = original.startswith(tuple(f"{each}/" for each in REMOVABLE))
    return None if stands is False and away else stands


def parse_uri(head: bytes) -> str:
    """What a preview's Thumb::URI says, or empty; from the first bytes of the file. Raises ParseError."""
    if not head.startswith(_MAGIC):
        raise ParseError("not a preview")
    start = len(_MAGIC)
    while start + 8 <= len(head):
        size, kind = struct.unpack_from(">I4s", head, start)
        body = head[start + 8 : start + 8 + size]
        if kind == b"IDAT":
            break
        if kind == b"tEXt" and body.startswith(b"Thumb::URI\0"):
            return body.partition(b"\0")[2].decode("utf-8", "surrogateescape")
        start += size + 12
    return ""


def path_of(uri: str) -> str:
    """The path that a file: address names (RFC 8089), or empty. Bytes that are not UTF-8 stay as surrogate escapes.

    ffmpegthumbnailer 2.2 writes a path instead of an address.
    """
    if uri.startswith("/"):
        return "" if "\0" in uri else uri
    for prefix in ("file://localhost/", "file:///"):
        if uri.startswith(prefix):
            path = "/" + unquote_to_bytes(uri[len(prefix) :]).decode("utf-8", "surrogateescape")
            return "" if "\0" in path else path
    return ""
